/* The socket, its limits, and the threads that answer: one for each connection, so that a slow one holds up no other, but only
 * few of them at work at a time, for a large picture takes a lot of memory while it is decoded.
 * A browser is quick on its own machine: whoever is slow loses the connection, the sooner the fuller the house is. */
#include "web/serve.h"

#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <gio/gio.h>
#include <microhttpd.h>

#include "base/error.h"
#include "web/api.h"

#define CONNECTIONS   64
#define WAITING       1024                   /* further ones, in the kernel's queue: the library would turn them away */
#define WORKERS       8                      /* at most, however many cores there are */
#define HEADER_MEMORY (32 * 1024)            /* bytes a connection may fill with headers */
#define TURN          (100 * 1000)           /* microseconds between two looks at who is slow */
#define ASK_TIME      (15 * G_USEC_PER_SEC)  /* for a whole request to come, and between two of them */
#define ASK_TIME_FULL (2 * G_USEC_PER_SEC)   /* the same with half the connections taken */
#define TAKE_TIME     (120 * G_USEC_PER_SEC) /* for an answer to be taken */
#define NO_TIME       G_MAXINT64

/* One connection. */
typedef struct {
  gint64 since;    /* monotonic: since when we wait for the client; NO_TIME: it waits for us */
  gboolean taking; /* for it to take an answer, not to ask */
  gboolean begun;  /* the library has it in hand */
} visitor;

typedef struct {
  api api;
  GMutex lock; /* over all below */
  GCond room;  /* to work */
  GCond left;  /* a visitor */
  guint working, working_most;
  GHashTable *visitors; /* socket -> visitor, from its being let in until just before it is closed */
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
visitor_let_in (server *s, int fd)
{
  visitor *v = g_new0 (visitor, 1);
  v->since = g_get_monotonic_time ();
  g_mutex_lock (&s->lock);
  g_hash_table_replace (s->visitors, GINT_TO_POINTER (fd), v);
  g_mutex_unlock (&s->lock);
}

static int
socket_of (struct MHD_Connection *connection)
{
  return MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void
connection_changed (void *user, struct MHD_Connection *connection, void **context,
                    enum MHD_ConnectionNotificationCode code)
{
  (void) context;
  server *s = user;
  gpointer key = GINT_TO_POINTER (socket_of (connection));
  g_mutex_lock (&s->lock);
  visitor *v = g_hash_table_lookup (s->visitors, key);
  if (code == MHD_CONNECTION_NOTIFY_STARTED && v != NULL)
    v->begun = TRUE;
  else if (code == MHD_CONNECTION_NOTIFY_CLOSED && g_hash_table_remove (s->visitors, key))
    g_cond_signal (&s->left);
  g_mutex_unlock (&s->lock);
}

/* The lock is held. */
static gboolean
is_crowded (server *s)
{
  return g_hash_table_size (s->visitors) > CONNECTIONS / 2;
}

/* Whether there are so many that others may be waiting. */
static gboolean
visitor_note (server *s, struct MHD_Connection *connection, gint64 since, gboolean taking)
{
  g_mutex_lock (&s->lock);
  visitor *v = g_hash_table_lookup (s->visitors, GINT_TO_POINTER (socket_of (connection)));
  if (v != NULL)
    {
      v->since = since;
      v->taking = taking;
    }
  gboolean crowded = is_crowded (s);
  g_mutex_unlock (&s->lock);
  return crowded;
}

/* The library's own time limit starts anew with every byte, which a client that sends one now and then never meets. A
 * connection that never began is one the library closed at once, for want of memory: its number may be another's by now. */
static void
hang_up_on_slow (server *s)
{
  GHashTableIter i;
  gpointer fd, value;
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&s->lock);
  gint64 ask = is_crowded (s) ? ASK_TIME_FULL : ASK_TIME;
  g_hash_table_iter_init (&i, s->visitors);
  while (g_hash_table_iter_next (&i, &fd, &value))
    {
      const visitor *v = value;
      if (v->since == NO_TIME || now - v->since <= (v->taking ? TAKE_TIME : ask))
        continue;
      if (v->begun)
        shutdown (GPOINTER_TO_INT (fd), SHUT_RDWR);
      else
        g_hash_table_iter_remove (&i);
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
send_answer (struct MHD_Connection *connection, const api_answer *answer, gboolean last)
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
  if (last)
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONNECTION, "close");
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
  gboolean crowded = visitor_note (s, connection, g_get_monotonic_time (), TRUE);
  return send_answer (connection, answer, crowded);
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
daemon_start (server *s, GError **error)
{
  const unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC | MHD_USE_POLL
                         | MHD_USE_NO_LISTEN_SOCKET;
  const struct MHD_OptionItem limits[] = { { MHD_OPTION_CONNECTION_LIMIT, 16 * CONNECTIONS, NULL },
                                           { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_MEMORY, NULL },
                                           { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
                                           { MHD_OPTION_END, 0, NULL } };
  struct MHD_Daemon *daemon =
      MHD_start_daemon (flags, 0, NULL, NULL, take_request, s, MHD_OPTION_ARRAY, limits, MHD_OPTION_URI_LOG_CALLBACK,
                        exchange_new, s, MHD_OPTION_NOTIFY_COMPLETED, exchange_done, s, MHD_OPTION_NOTIFY_CONNECTION,
                        connection_changed, s, MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, s, MHD_OPTION_END);
  if (daemon == NULL)
    g_set_error (error, PARDON_ERROR, PARDON_ERROR_MEMORY, "the server cannot start its threads");
  return daemon;
}

/* FALSE: there was none until the next look at who is slow. */
static gboolean
wait_for_place (server *s)
{
  gint64 until = g_get_monotonic_time () + TURN;
  gboolean place = TRUE;
  g_mutex_lock (&s->lock);
  while (place && g_hash_table_size (s->visitors) >= CONNECTIONS)
    place = g_cond_wait_until (&s->left, &s->lock, until);
  g_mutex_unlock (&s->lock);
  return place;
}

static void
let_in (server *s, struct MHD_Daemon *daemon, GSocket *door)
{
  struct sockaddr_storage from;
  socklen_t n = sizeof from;
  int fd = accept4 (g_socket_get_fd (door), (struct sockaddr *) &from, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    {
      g_usleep (TURN); /* no descriptor is free, say: whoever waits would wake us at once again */
      return;
    }
  visitor_let_in (s, fd);
  MHD_add_connection (daemon, fd, (struct sockaddr *) &from, n); /* closes it where it fails */
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
  struct MHD_Daemon *daemon = daemon_start (s, error);
  if (daemon == NULL)
    return FALSE;
  g_autofree char *url = g_strdup_printf ("http://%s/?token=%s", hosts[0], s->api.token);
  if (o->ready != NULL)
    o->ready (o->user, url);
  while (job_go_on (j, NULL))
    {
      if (wait_for_place (s) && g_socket_condition_timed_wait (door, G_IO_IN, TURN, NULL, NULL))
        let_in (s, daemon, door);
      hang_up_on_slow (s);
    }
  MHD_stop_daemon (daemon);
  return TRUE;
}

/* The browser takes a while to start and to read the page; the report it then asks for is made meanwhile. */
static gpointer
make_report (gpointer all)
{
  g_autoptr (scan_held) first = scans_hold (all);
  GBytes *made = review_report (first->review, NULL); /* who asks for it hears what is wrong */
  if (made != NULL)
    g_bytes_unref (made);
  return NULL;
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
  g_autoptr (scans) all = scans_new (o->dir, !o->read_only, error);
  if (all == NULL)
    return FALSE;
  server s = { .api = { .scans = all, .asset = o->asset, .read_only = !scans_are_writable (all) },
               .working_most = CLAMP (g_get_num_processors (), 2, WORKERS) };
  if (!token_draw (s.api.token, error))
    return FALSE;
  g_mutex_init (&s.lock);
  g_cond_init (&s.room);
  g_cond_init (&s.left);
  s.visitors = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  GThread *ahead = g_thread_new ("report", make_report, all);
  gboolean fine = serve_until_told (&s, o, address, j, error);
  g_thread_join (ahead);
  g_hash_table_unref (s.visitors);
  g_cond_clear (&s.room);
  g_cond_clear (&s.left);
  g_mutex_clear (&s.lock);
  return fine;
}
