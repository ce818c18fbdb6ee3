/* Fetching one file with libcurl. The sum is taken while bytes arrive, and of a kept part before it is continued, so
 * that nothing is read twice; the lock is on the part itself, which is why it is checked to be still the part once
 * locked. */
#include "model/download.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "config.h"

#define CONNECT_SECONDS 30L
#define SLOW_BYTES      100L /* per second, over SLOW_SECONDS: taken for a dead connection */
#define SLOW_SECONDS    30L
#define MOST_REDIRECTS  10L
#define POLL_MS         100
#define READ_SIZE       (1 << 20)

typedef struct {
  const char *url, *path, *sha256;
  char *part;
  guint64 bytes; /* 0: not known */
  const job *j;

  int fd; /* the part, locked */
  guint64 have;
  GChecksum *sum; /* of the first `have` bytes of the part */

  CURL *easy;
  gboolean judged; /* the answer's status and size were found good */
  gboolean again;  /* the server cannot continue where asked: ask for the whole */
  GError *failed;  /* set inside a callback */
  char words[CURL_ERROR_SIZE];
} download;

/* --- words --------------------------------------------------------------------------------- */

static void G_GNUC_PRINTF (3, 4) fail (const download *d, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, PARDON_ERROR, PARDON_ERROR_NETWORK, "cannot download '%s': %s", d->url, why);
}

/* For what another try will not mend. */
static void G_GNUC_PRINTF (3, 4) fail_for_good (const download *d, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fail (d, error, "%s; you can also fetch that address by other means and put the file at '%s'", why, d->path);
}

static void
fail_to_write (const download *d, GError **error, int code)
{
  g_autofree char *folder = g_path_get_dirname (d->path);
  if (code == ENOSPC || code == EDQUOT)
    fail (d, error,
          "no room left in '%s' (%" G_GUINT64_FORMAT
          " bytes came and are kept); make room, or name a folder on another disk "
          "in PARDON_CACHE, then run the same command again",
          folder, d->have);
  else
    fail (d, error, "cannot write in '%s': %s; name a folder you may write to in PARDON_CACHE", folder,
          g_strerror (code));
}

/* --- the part ------------------------------------------------------------------------------ */

static gboolean
start_again (download *d, GError **error)
{
  d->have = 0;
  g_checksum_reset (d->sum);
  if (ftruncate (d->fd, 0) == 0 && lseek (d->fd, 0, SEEK_SET) == 0)
    return TRUE;
  fail_to_write (d, error, errno);
  return FALSE;
}

/* Takes the sum of all of `fd` from its start. */
static gboolean
add_to_sum (int fd, GChecksum *sum, guint64 total, const job *j, guint64 *size, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  *size = 0;
  for (;;)
    {
      if (!job_go_on (j, error))
        return FALSE;
      gssize n = read (fd, buffer, READ_SIZE);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, PARDON_ERROR, PARDON_ERROR_NETWORK, "cannot read what was downloaded before: %s",
                       g_strerror (errno));
          return FALSE;
        }
      if (n == 0)
        return TRUE;
      g_checksum_update (sum, buffer, n);
      *size += (guint64) n;
      job_tell (j, "checking", *size, total);
    }
}

/* TRUE in `*right` when the final file is there with the right sum. */
static gboolean
look_for_final (const download *d, gboolean *right, GError **error)
{
  *right = FALSE;
  int fd = open (d->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return TRUE;
  struct stat st;
  gboolean ok = TRUE;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (d->bytes == 0 || (guint64) st.st_size == d->bytes))
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      guint64 size;
      ok = add_to_sum (fd, sum, (guint64) st.st_size, d->j, &size, error);
      *right = ok && g_ascii_strcasecmp (g_checksum_get_string (sum), d->sha256) == 0;
    }
  close (fd);
  return ok;
}

/* Opens and locks the part. */
static gboolean
lock_part (download *d, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (d->path);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      fail_to_write (d, error, errno);
      return FALSE;
    }
  for (;;)
    {
      d->fd = open (d->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (d->fd < 0)
        {
          fail_to_write (d, error, errno);
          return FALSE;
        }
      if (flock (d->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        {
          fail (d, error, "another pardon is downloading it right now; wait for that one, or end it");
          return FALSE;
        }
      /* the other one may have finished and renamed it in between */
      struct stat locked, named;
      if (fstat (d->fd, &locked) == 0 && stat (d->part, &named) == 0 && locked.st_dev == named.st_dev
          && locked.st_ino == named.st_ino)
        return TRUE;
      close (d->fd);
    }
}

static gboolean
take_up_part (download *d, GError **error)
{
  struct stat st;
  if (fstat (d->fd, &st) == 0)
    d->have = (guint64) st.st_size; /* so that a stop while it is read does not take it for empty */
  guint64 read_bytes;
  if (!add_to_sum (d->fd, d->sum, d->bytes, d->j, &read_bytes, error))
    return FALSE;
  d->have = read_bytes;
  return d->bytes == 0 || d->have <= d->bytes || start_again (d, error);
}

static gboolean
check_room (const download *d, GError **error)
{
  struct statvfs fs;
  if (d->bytes == 0 || fstatvfs (d->fd, &fs) != 0 || fs.f_blocks == 0)
    return TRUE;
  guint64 room = (guint64) fs.f_bavail * fs.f_frsize;
  if (d->bytes - d->have <= room)
    return TRUE;
  fail_to_write (d, error, ENOSPC);
  return FALSE;
}

/* --- the answer ---------------------------------------------------------------------------- */

static gboolean
right_size (download *d, guint64 announced)
{
  if (d->bytes == 0 || announced == d->bytes)
    return TRUE;
  fail_for_good (d, &d->failed,
                 "the server announces a file of %" G_GUINT64_FORMAT " bytes where %" G_GUINT64_FORMAT
                 " are expected, so it is not the same file",
                 announced, d->bytes);
  return FALSE;
}

static gboolean
judge_continuation (download *d)
{
  struct curl_header *range;
  guint64 from, to, total;
  if (curl_easy_header (d->easy, "Content-Range", 0, CURLH_HEADER, -1, &range) != CURLHE_OK
      || sscanf (range->value, "bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, &from, &to,
                 &total)
             != 3
      || from != d->have)
    {
      d->again = TRUE;
      return FALSE;
    }
  return right_size (d, total);
}

/* Whether the body about to come belongs into the part. If not, `failed` is set or `again`. */
static gboolean
judge_answer (download *d)
{
  long status = 0;
  curl_off_t length = -1;
  curl_easy_getinfo (d->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (d->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  d->judged = TRUE;
  if (status == 206 && d->have > 0)
    return judge_continuation (d);
  if (status == 200)
    return (length < 0 || right_size (d, (guint64) length)) && (d->have == 0 || start_again (d, &d->failed));
  if (status == 416 && d->have > 0)
    d->again = TRUE;
  else if (status == 404 || status == 410)
    fail_for_good (d, &d->failed, "the server has no such file (%ld)", status);
  else if (status == 429 || status >= 500)
    fail (d, &d->failed, "the server cannot serve it at the moment (%ld); run the same command again later", status);
  else
    fail_for_good (d, &d->failed, "the server refuses it (%ld)", status);
  return FALSE;
}

static size_t
on_body (char *data, size_t one, size_t n, void *user)
{
  download *d = user;
  n *= one;
  if (!d->judged && !judge_answer (d))
    return 0;
  if (d->bytes != 0 && n > d->bytes - d->have)
    {
      fail_for_good (d, &d->failed, "the server sends more than the %" G_GUINT64_FORMAT " bytes expected", d->bytes);
      d->have = 0; /* worthless: deleted at the end */
      return 0;
    }
  for (size_t done = 0; done < n;)
    {
      gssize written = write (d->fd, data + done, n - done);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          fail_to_write (d, &d->failed, errno);
          return 0;
        }
      g_checksum_update (d->sum, (const guchar *) data + done, written);
      d->have += (guint64) written;
      done += (size_t) written;
    }
  return n;
}

/* --- the transfer -------------------------------------------------------------------------- */

static gboolean
tell_failure (download *d, CURLcode code, GError **error)
{
  const char *words = d->words[0] != '\0' ? d->words : curl_easy_strerror (code);
  if (d->failed != NULL)
    g_propagate_error (error, g_steal_pointer (&d->failed));
  else if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_COULDNT_CONNECT)
    fail_for_good (d, error, "no connection to the server (%s); check the network and any proxy", words);
  else if (code == CURLE_TOO_MANY_REDIRECTS)
    fail_for_good (d, error, "the server sends from one address to the next without end");
  else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
    fail_for_good (d, error, "only http and https addresses are fetched (%s)", words);
  else if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR
           || code == CURLE_GOT_NOTHING || code == CURLE_OPERATION_TIMEDOUT || code == CURLE_HTTP2
           || code == CURLE_HTTP2_STREAM)
    fail (d, error,
          "the connection broke off after %" G_GUINT64_FORMAT
          " bytes (%s); what came is kept: run the same command again to "
          "go on",
          d->have, words);
  else
    fail_for_good (d, error, "%s", words);
  return FALSE;
}

static CURL *
new_request (download *d)
{
  CURL *easy = curl_easy_init ();
  if (easy == NULL)
    return NULL;
  curl_easy_setopt (easy, CURLOPT_URL, d->url);
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt (easy, CURLOPT_MAXREDIRS, MOST_REDIRECTS);
  curl_easy_setopt (easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "pardon/" PARDON_VERSION);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, 256L * 1024);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, d->words);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, d);
  if (d->have > 0)
    {
      /* not RESUME_FROM: with it libcurl itself fails when a server answers with the whole file */
      g_autofree char *range = g_strdup_printf ("%" G_GUINT64_FORMAT "-", d->have);
      curl_easy_setopt (easy, CURLOPT_RANGE, range);
    }
  return easy;
}

/* Moves bytes until the end, an error or the job's stop. */
static gboolean
drive (download *d, CURLM *multi, CURLcode *result, GError **error)
{
  int running = 1;
  gint64 told = 0;
  while (running > 0)
    {
      if (!job_go_on (d->j, error))
        return FALSE;
      CURLMcode code = curl_multi_perform (multi, &running);
      if (code == CURLM_OK && running > 0)
        code = curl_multi_poll (multi, NULL, 0, POLL_MS, NULL);
      if (code != CURLM_OK)
        {
          fail (d, error, "%s", curl_multi_strerror (code));
          return FALSE;
        }
      gint64 now = g_get_monotonic_time ();
      if (now - told > POLL_MS * G_TIME_SPAN_MILLISECOND || running == 0)
        {
          job_tell (d->j, "downloading", d->have, d->bytes);
          told = now;
        }
    }
  int left;
  for (const CURLMsg *m; (m = curl_multi_info_read (multi, &left)) != NULL;)
    if (m->msg == CURLMSG_DONE)
      *result = m->data.result;
  return TRUE;
}

static gboolean
transfer_once (download *d, GError **error)
{
  d->judged = d->again = FALSE;
  d->words[0] = '\0';
  d->easy = new_request (d);
  CURLM *multi = curl_multi_init ();
  gboolean ok = FALSE;
  if (d->easy == NULL || multi == NULL)
    fail (d, error, "libcurl cannot be started");
  else
    {
      CURLcode result = CURLE_OK;
      curl_multi_add_handle (multi, d->easy);
      ok = drive (d, multi, &result, error);
      if (ok && result == CURLE_OK && !d->judged && !judge_answer (d)) /* an answer without a body */
        result = CURLE_WRITE_ERROR;
      if (ok && d->again)
        ok = start_again (d, error);
      else if (ok && result != CURLE_OK)
        ok = tell_failure (d, result, error);
      curl_multi_remove_handle (multi, d->easy);
    }
  curl_multi_cleanup (multi);
  curl_easy_cleanup (d->easy);
  g_clear_error (&d->failed);
  return ok;
}

/* TLS libraries write to sockets that may be closed. The signal that brings is kept from this thread alone, for a
 * library must not change what the whole process does with it. */
static gboolean
transfer (download *d, GError **error)
{
  static gsize ready = 0;
  if (g_once_init_enter (&ready))
    g_once_init_leave (&ready, curl_global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK ? 1 : 2);

  sigset_t pipe_only, before, pending;
  sigemptyset (&pipe_only);
  sigaddset (&pipe_only, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &pipe_only, &before);
  gboolean ok = transfer_once (d, error);
  if (ok && d->again)
    ok = transfer_once (d, error);
  if (!sigismember (&pending, SIGPIPE))
    while (sigtimedwait (&pipe_only, NULL, &(struct timespec){ 0 }) < 0 && errno == EINTR)
      ;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return ok;
}

static gboolean
put_in_place (download *d, GError **error)
{
  if (d->bytes != 0 && d->have != d->bytes)
    {
      fail (d, error,
            "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
            " bytes came; what came is kept: run the same command again to go on",
            d->have, d->bytes);
      return FALSE;
    }
  if (g_ascii_strcasecmp (g_checksum_get_string (d->sum), d->sha256) != 0)
    {
      unlink (d->part);
      fail_for_good (
          d, error,
          "what came is not the file expected (its SHA-256 sum is %s, not %s) and was deleted; run the same command "
          "again, and if this comes again something on the way changes the file",
          g_checksum_get_string (d->sum), d->sha256);
      return FALSE;
    }
  if (fsync (d->fd) == 0 && rename (d->part, d->path) == 0)
    return TRUE;
  fail_to_write (d, error, errno);
  return FALSE;
}

static gboolean
download_locked (download *d, GError **error)
{
  gboolean right;
  if (!take_up_part (d, error) || !look_for_final (d, &right, error))
    return FALSE;
  if (right) /* another process has just finished it */
    {
      unlink (d->part);
      return TRUE;
    }
  if (d->bytes == 0 || d->have < d->bytes)
    if (!check_room (d, error) || !transfer (d, error))
      return FALSE;
  return put_in_place (d, error);
}

gboolean
download_file (const char *url, const char *path, const char *sha256, guint64 bytes, const job *j, GError **error)
{
  download d = { .url = url, .path = path, .sha256 = sha256, .bytes = bytes, .j = j, .fd = -1 };
  gboolean right;
  if (!look_for_final (&d, &right, error))
    return FALSE;
  if (right)
    return TRUE;
  d.part = g_strconcat (path, ".part", NULL);
  d.sum = g_checksum_new (G_CHECKSUM_SHA256);
  gboolean locked = lock_part (&d, error);
  gboolean ok = locked && download_locked (&d, error);
  if (locked && !ok && d.have == 0)
    unlink (d.part);
  if (d.fd >= 0)
    close (d.fd);
  g_checksum_free (d.sum);
  g_free (d.part);
  return ok;
}
