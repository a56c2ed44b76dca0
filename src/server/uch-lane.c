#define G_LOG_DOMAIN "uch-server"

#include "server/uch-lane.h"

#include <libsoup/soup.h>
#include <string.h>

void
uch_lane_clear (UchLane *self)
{
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->content_type, g_free);
}

/* "POST PATH HTTP/1.1" or "GET PATH?QUERY HTTP/1.1"; @line ends with NUL */
static gboolean
read_request_line (const char *line, const char *path, UchLane *lane)
{
  const char *target = g_str_has_prefix (line, "POST ")  ? line + strlen ("POST ")
                       : g_str_has_prefix (line, "GET ") ? line + strlen ("GET ")
                                                         : NULL;
  gsize       len = target != NULL ? strcspn (target, " ") : 0, path_len = strlen (path);

  if (target == NULL || strcmp (target + len, " HTTP/1.1") != 0 || len < path_len
      || strncmp (target, path, path_len) != 0)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isgraph (target[i]) || target[i] == '#')
      return FALSE;
  if (target[path_len] == '?')
    lane->query = g_strndup (target + path_len + 1, len - path_len - 1);
  return len == path_len || lane->query != NULL;
}

/* Notes what a header says of the body. FALSE: libsoup should look at this request. */
static gboolean
read_header (const char *line, gint64 *body_len, UchLane *lane)
{
  /* What makes a request more than a header and so many bytes. */
  static const char *const others[]
      = { "transfer-encoding", "expect",        "upgrade",        "connection",
          "content-encoding",  "authorization", "uchastok-schema" };
  gsize            name_len = strcspn (line, ":");
  g_autofree char *name = g_ascii_strdown (line, (gssize) name_len);
  g_autofree char *value = NULL;

  if (line[name_len] != ':' || name_len == 0 || strpbrk (name, " \t") != NULL)
    return FALSE;
  value = g_strstrip (g_strdup (line + name_len + 1));
  if (strcmp (name, "content-length") == 0)
    { /* said twice: which one counts? */
      if (*body_len >= 0 || *value == '\0' || strspn (value, "0123456789") != strlen (value))
        return FALSE;
      return g_ascii_string_to_signed (value, 10, 0, G_MAXINT32, body_len, NULL);
    }
  if (strcmp (name, "content-type") == 0)
    {
      if (lane->content_type != NULL)
        return FALSE;
      value[strcspn (value, ";")] = '\0';
      lane->content_type = g_ascii_strdown (g_strchomp (value), -1);
      return TRUE;
    }
  /* to keep the connection is what happens anyway */
  if (strcmp (name, "connection") == 0 && g_ascii_strcasecmp (value, "keep-alive") == 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (strcmp (name, others[i]) == 0)
      return FALSE;
  return TRUE;
}

/**
 * uch_lane_read:
 * @bytes: what came between two requests
 * @path: the one that is served so
 * @body_len_max: a longer one is refused, and not here
 * @out_lane: (out caller-allocates): clear with uch_lane_clear(); its body lies in @bytes
 *
 * Returns: whether @bytes are one request, whole, and as plain as can be
 */
gboolean
uch_lane_read (
    const char *bytes, gsize len, const char *path, gsize body_len_max, UchLane *out_lane)
{
  const char      *end = memmem (bytes, len, "\r\n\r\n", 4);
  g_autofree char *header = NULL;
  g_auto (GStrv) lines = NULL;
  gint64 body_len = -1;

  memset (out_lane, 0, sizeof *out_lane);
  if (end == NULL || end == bytes || memchr (bytes, '\0', (gsize) (end - bytes)) != NULL)
    return FALSE;
  header = g_strndup (bytes, (gsize) (end - bytes));
  lines = g_strsplit (header, "\r\n", -1);
  if (!read_request_line (lines[0], path, out_lane))
    goto no;
  for (guint i = 1; lines[i] != NULL; i++)
    if (strpbrk (lines[i], "\r\n") != NULL || !read_header (lines[i], &body_len, out_lane))
      goto no;
  out_lane->body = end + 4;
  out_lane->len = body_len > 0 ? (gsize) body_len : 0;
  if (out_lane->len <= body_len_max && out_lane->body + out_lane->len == bytes + len)
    return TRUE;

no:
  uch_lane_clear (out_lane);
  return FALSE;
}

/**
 * uch_lane_print_answer:
 * @problem: (nullable): an object of RFC 9457
 *
 * Returns: (transfer full): the answer from its first line on, with the headers of every answer
 */
char *
uch_lane_print_answer (guint status, const char *problem)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  const char      *phrase = soup_status_get_phrase (status);

  return g_strdup_printf ("HTTP/1.1 %u %s\r\nServer: uchastok-store\r\nDate: %s\r\n"
                          "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                          "Strict-Transport-Security: max-age=31536000\r\n"
                          "%s%sContent-Length: %zu\r\n\r\n%s",
                          status, phrase, date,
                          status == SOUP_STATUS_UNAUTHORIZED ? "WWW-Authenticate: Bearer\r\n"
                          : status == SOUP_STATUS_SERVICE_UNAVAILABLE ? "Retry-After: 2\r\n"
                                                                      : "",
                          problem != NULL ? "Content-Type: application/problem+json\r\n" : "",
                          problem != NULL ? strlen (problem) : 0, problem != NULL ? problem : "");
}
