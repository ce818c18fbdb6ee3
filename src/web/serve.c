/* The socket, its limits, and the threads that answer: one for each connection, so that a slow one holds up no other, but only
 * few of them at work at a time, for a large picture takes a lot of memory while it is decoded.
 * A browser is quick on its own machine: whoever is slow loses the connection, the sooner the fuller the house is. */
#include "web/serve.h"

#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gio.h>
#include <microhttpd.h>

#include "base/error.h"
#include "web/api.h"

#define CONNECTIONS   64
#define WAITING       1024                   /* further ones, in the kernel's queue */
#define HEADER_MEMORY (32 * 1024)            /* bytes a connection may fill with headers */
#define TURN          (100 * 1000)           /* microseconds between two looks at who is slow */
#define ASK_TIME      (15 * G_USEC_PER_SEC)  /* for a whole request to come, and between two of them */
#define ASK_TIME_FULL (2 * G_USEC_PER_SEC)   /* the same with half the connections taken */
#define TAKE_TIME     (120 * G_USEC_PER_SEC) /* for an answer to be taken */
#define NO_TIME       G_MAXINT64

/* One connection. */
typedef struct {
  int fd;
  gint64 since; /* monotonic: since when we wait for the client; NO_TIME: it waits for us */
  gboolean taking;
} visitor;

typedef struct {
  api api;
  GMutex lock; /* over all below */
  GCond room;
  guint working, working_most;
  GPtrArray *visitors; /* of visitor, each its connection's */
} server;

/* One request on its way in. */
typedef struct {
  char *target;
  gboolean begun;
  api_request request; /* its strings live as long as the connection's headers */
  GByteArray *body;
} exchange;

const char *
serve_library (void)
{
  return MHD_get_version ();
}

/* --- connections ---------------------------------------------------------------------------------- */

static void
connection_changed (void *user, struct MHD_Connection *connection, void **context,
                    enum MHD_ConnectionNotificationCode code)
{
  server *s = user;
  g_mutex_lock (&s->lock);
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      visitor *v = g_new (visitor, 1);
      const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
      *v = (visitor){ info->connect_fd, g_get_monotonic_time (), FALSE };
      g_ptr_array_add (s->visitors, v);
      *context = v;
    }
  else if (*context != NULL) /* its socket is still open: nobody else's can have the same number yet */
    g_ptr_array_remove_fast (s->visitors, *context);
  g_mutex_unlock (&s->lock);
}

static void
visitor_note (server *s, struct MHD_Connection *connection, gint64 since, gboolean taking)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  visitor *v = info->socket_context;
  g_mutex_lock (&s->lock);
  v->since = since;
  v->taking = taking;
  g_mutex_unlock (&s->lock);
}

/* The library's own time limit starts anew with every byte, which a client that sends one now and then never meets. */
static void
hang_up_on_slow (server *s)
{
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&s->lock);
  gint64 ask = s->visitors->len > CONNECTIONS / 2 ? ASK_TIME_FULL : ASK_TIME;
  for (guint i = 0; i < s->visitors->len; i++)
    {
      const visitor *v = g_ptr_array_index (s->visitors, i);
      if (v->since != NO_TIME && now - v->since > (v->taking ? TAKE_TIME : ask))
        shutdown (v->fd, SHUT_RDWR);
    }
  g_mutex_unlock (&s->lock);
}

/* --- requests ------------------------------------------------------------------------------------- */

static void *
exchange_new (void *user, const char *target, struct MHD_Connection *connection)
{
  (void) user;
  (void) connection;
  exchange *x = g_new0 (exchange, 1);
  x->target = g_strdup (target);
  x->body = g_byte_array_new ();
  return x;
}

static void
exchange_done (void *user, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
  (void) code;
  exchange *x = *context;
  if (x == NULL)
    return;
  visitor_note (user, connection, g_get_monotonic_time (), FALSE);
  g_byte_array_unref (x->body);
  g_free (x->target);
  g_free (x);
  *context = NULL;
}

/* The target is wanted as it was sent. */
static size_t
leave_as_it_is (void *user, struct MHD_Connection *connection, char *text)
{
  (void) user;
  (void) connection;
  return strlen (text);
}

static enum MHD_Result
take_header (void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
  (void) kind;
  api_request *q = user;
  const struct {
    const char *name, **value;
  } wanted[] = {
    { MHD_HTTP_HEADER_HOST, &q->host },     { MHD_HTTP_HEADER_ORIGIN, &q->origin },
    { "Sec-Fetch-Site", &q->site },         { MHD_HTTP_HEADER_CONTENT_TYPE, &q->type },
    { MHD_HTTP_HEADER_COOKIE, &q->cookie }, { MHD_HTTP_HEADER_IF_NONE_MATCH, &q->if_none_match },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (g_ascii_strcasecmp (name, wanted[i].name) == 0)
      {
        q->repeated |= *wanted[i].value != NULL;
        *wanted[i].value = value != NULL ? value : "";
      }
  return MHD_YES;
}

/* A picture being decoded may hold hundreds of megabytes. */
static api_answer *
answer_in_turn (server *s, const api_request *q)
{
  g_mutex_lock (&s->lock);
  while (s->working >= s->working_most)
    g_cond_wait (&s->room, &s->lock);
  s->working++;
  g_mutex_unlock (&s->lock);
  api_answer *answer = api_handle (&s->api, q);
  g_mutex_lock (&s->lock);
  s->working--;
  g_cond_signal (&s->room);
  g_mutex_unlock (&s->lock);
  return answer;
}

static void
release_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

static enum MHD_Result
send_answer (struct MHD_Connection *connection, const api_answer *answer)
{
  gsize n;
  gconstpointer data = g_bytes_get_data (answer->body, &n);
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls (
      n, (void *) data, release_bytes, g_bytes_ref (answer->body));
  if (response == NULL)
    {
      g_bytes_unref (answer->body);
      return MHD_NO;
    }
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    MHD_add_response_header (response, g_ptr_array_index (answer->headers, i),
                             g_ptr_array_index (answer->headers, i + 1));
  enum MHD_Result sent = MHD_queue_response (connection, answer->status, response);
  MHD_destroy_response (response);
  return sent;
}

static enum MHD_Result
take_request (void *user, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
              const char *upload, size_t *n_upload, void **context)
{
  (void) url;
  (void) version;
  server *s = user;
  exchange *x = *context;
  api_request *q = &x->request;
  if (!x->begun)
    {
      x->begun = TRUE;
      return MHD_YES;
    }
  if (*n_upload > 0)
    {
      /* read to its end even if it is refused: who is still sending would not hear why */
      q->too_long |= *n_upload > API_BODY_LIMIT - x->body->len;
      if (!q->too_long)
        g_byte_array_append (x->body, (const guint8 *) upload, (guint) *n_upload);
      *n_upload = 0;
      return MHD_YES;
    }
  visitor_note (s, connection, NO_TIME, FALSE);
  q->method = method;
  q->target = x->target;
  MHD_get_connection_values (connection, MHD_HEADER_KIND, take_header, q);
  g_autoptr (GBytes) body = g_bytes_new_static (x->body->data, x->body->len);
  q->body = body;
  g_autoptr (api_answer) answer = answer_in_turn (s, q);
  visitor_note (s, connection, g_get_monotonic_time (), TRUE);
  return send_answer (connection, answer);
}

/* --- the socket ------------------------------------------------------------------------------------ */

static GSocket *
listen_at (GInetAddress *address, const serve_options *o, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new (address, o->port);
  g_autoptr (GSocket) door =
      g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &why);
  if (door != NULL)
    g_socket_set_listen_backlog (door, WAITING);
  if (door != NULL && g_socket_bind (door, place, TRUE, &why) && g_socket_listen (door, &why))
    return g_steal_pointer (&door);
  g_autofree char *shown = g_inet_address_to_string (address);
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "port %u is in use by another program; choose another with --port, or leave it out for a free one",
                 o->port);
  else if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "port %u is not for ordinary users; choose one from 1024",
                 o->port);
  else
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT, "cannot answer at '%s', port %u: %s", shown, o->port,
                 why->message);
  return NULL;
}

/* Numbers alone: to look up a name would be to ask another machine. */
static GInetAddress *
address_of (const char *host, GError **error)
{
  if (host == NULL || g_ascii_strcasecmp (host, "localhost") == 0)
    host = "127.0.0.1";
  GInetAddress *address = g_inet_address_new_from_string (host);
  if (address == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_INPUT,
                 "--host takes a numeric address of this machine, such as 127.0.0.1 or 0.0.0.0, not '%s'", host);
  return address;
}

/* As a browser writes it: no port where it is the usual one. */
static char *
authority (const char *host, guint16 port)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, strchr (host, ':') != NULL ? "[%s]" : "%s", host);
  if (port != 80)
    g_string_append_printf (text, ":%u", port);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
token_draw (char *token, GError **error)
{
  guint8 random[API_TOKEN_LENGTH / 2];
  if (getentropy (random, sizeof random) != 0)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING,
                   "this machine gives no random numbers to make a token of");
      return FALSE;
    }
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf (token + 2 * i, 3, "%02x", random[i]);
  return TRUE;
}

static struct MHD_Daemon *
daemon_start (server *s, GSocket *door, GError **error)
{
  const unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC | MHD_USE_POLL;
  const MHD_socket fd = dup (g_socket_get_fd (door)); /* the library closes what it was given */
  const struct MHD_OptionItem limits[] = { { MHD_OPTION_LISTEN_SOCKET, fd, NULL },
                                           { MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, NULL },
                                           { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_MEMORY, NULL },
                                           { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
                                           { MHD_OPTION_END, 0, NULL } };
  struct MHD_Daemon *daemon =
      fd < 0 ? NULL
             : MHD_start_daemon (flags, 0, NULL, NULL, take_request, s, MHD_OPTION_ARRAY, limits,
                                 MHD_OPTION_URI_LOG_CALLBACK, exchange_new, s, MHD_OPTION_NOTIFY_COMPLETED,
                                 exchange_done, s, MHD_OPTION_NOTIFY_CONNECTION, connection_changed, s,
                                 MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, s, MHD_OPTION_END);
  if (daemon == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "the server cannot start its threads");
  return daemon;
}

static gboolean
serve_until_told (server *s, const serve_options *o, GInetAddress *address, const job *j, GError **error)
{
  g_autoptr (GSocket) door = listen_at (address, o, error);
  g_autoptr (GSocketAddress) place = door != NULL ? g_socket_get_local_address (door, error) : NULL;
  if (place == NULL)
    return FALSE;
  guint16 port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (place));
  gboolean any = g_inet_address_get_is_any (address);
  g_autofree char *host = any ? g_strdup ("127.0.0.1") : g_inet_address_to_string (address);
  g_auto (GStrv) hosts = g_new0 (char *, 4);
  hosts[0] = authority (host, port);
  hosts[1] = authority ("localhost", port);
  hosts[2] = authority ("127.0.0.1", port);
  s->api.hosts = hosts;
  s->api.any_address = any;
  s->api.port = port;
  struct MHD_Daemon *daemon = daemon_start (s, door, error);
  if (daemon == NULL)
    return FALSE;
  g_autofree char *url = g_strdup_printf ("http://%s/?token=%s", hosts[0], s->api.token);
  if (o->ready != NULL)
    o->ready (o->user, url);
  while (job_go_on (j, NULL))
    {
      g_usleep (TURN);
      hang_up_on_slow (s);
    }
  MHD_stop_daemon (daemon);
  return TRUE;
}

gboolean
serve_run (const serve_options *o, const job *j, GError **error)
{
  g_autoptr (GBytes) page = o->asset ("index.html");
  if (page == NULL)
    {
      g_set_error (error, PARDON_ERROR, PARDON_ERROR_MISSING,
                   "this pardon was built without its page (-Dui=false), so there is nothing to serve");
      return FALSE;
    }
  g_autoptr (GInetAddress) address = address_of (o->host, error);
  if (address == NULL)
    return FALSE;
  g_autoptr (review) reviewed = review_open (o->dir, !o->read_only, error);
  if (reviewed == NULL)
    return FALSE;
  server s = { .api = { .review = reviewed, .asset = o->asset, .read_only = o->read_only },
               .working_most = MAX (2, g_get_num_processors ()) };
  if (!token_draw (s.api.token, error))
    return FALSE;
  g_mutex_init (&s.lock);
  g_cond_init (&s.room);
  s.visitors = g_ptr_array_new_with_free_func (g_free);
  gboolean fine = serve_until_told (&s, o, address, j, error);
  g_ptr_array_unref (s.visitors);
  g_cond_clear (&s.room);
  g_mutex_clear (&s.lock);
  return fine;
}
