/* A desk says its token in a header of its own; a browser sends the phone page's cookie by itself,
 * whoever made it ask. So what comes with a cookie must also prove that our page sent it. */
#define G_LOG_DOMAIN "uch-server"

#include "server/uch-token.h"

#include <string.h>

#include "core/uch-work.h"
#include "server/uch-server-private.h"

/* "__Host-": only over HTTPS, only for this host, not settable from a neighbour. */
#define COOKIE_NAME "__Host-sid"
#define TOKEN_LEN_MAX 256
/* As long as a phone's session may live; the store ends it earlier when it lies idle. */
#define COOKIE_AGE_S (90 * 24 * 60 * 60)

static char *
dup_cookie (SoupMessageHeaders *headers)
{
  const char *all = soup_message_headers_get_list (headers, "Cookie");
  g_auto (GStrv) parts = g_strsplit (all != NULL ? all : "", ";", 32);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);

      if (g_str_has_prefix (part, COOKIE_NAME "=") && strlen (part) <= TOKEN_LEN_MAX)
        return g_strdup (part + strlen (COOKIE_NAME "="));
    }
  return NULL;
}

/* Whether the page that asks came from here: "https://" and the host that was asked. */
static gboolean
is_own_origin (SoupMessageHeaders *headers)
{
  const char *origin = soup_message_headers_get_one (headers, "Origin");
  const char *host = soup_message_headers_get_one (headers, "Host");

  return origin != NULL && host != NULL && g_str_has_prefix (origin, "https://")
         && g_ascii_strcasecmp (origin + strlen ("https://"), host) == 0;
}

/**
 * uch_token_check_page:
 *
 * Proves that our own page sent a request that changes something: it says X-Uchastok, which no
 * form and no foreign script may, its Origin is ours, and a body is JSON or, where one is taken, a
 * picture. Refuses it otherwise.
 *
 * Returns: whether it may go on
 */
gboolean
uch_token_check_page (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *method = soup_server_message_get_method (request->message);
  const char         *type = soup_message_headers_get_content_type (headers, NULL);
  gboolean            has_body = strcmp (method, SOUP_METHOD_DELETE) != 0;
  gboolean            is_picture = (request->route->flags & UCH_ROUTE_PICTURE) != 0;

  if (is_own_origin (headers)
      && g_strcmp0 (soup_message_headers_get_one (headers, "X-Uchastok"), "1") == 0
      && (!has_body
          || (is_picture ? g_strv_contains (uch_photo_mimes, type != NULL ? type : "")
                         : g_strcmp0 (type, "application/json") == 0)))
    return TRUE;
  uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "foreign", NULL,
                      "Only the store's own page may ask this with a cookie");
  return FALSE;
}

/* A WebSocket has no header of ours, but the browser says who opens it. */
static gboolean
check_socket (UchRequest *request)
{
  if (is_own_origin (soup_server_message_get_request_headers (request->message)))
    return TRUE;
  uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "foreign", NULL,
                      "Only the store's own page may listen with a cookie");
  return FALSE;
}

/**
 * uch_token_take:
 *
 * Finds the token, in "Authorization: Bearer" or in the page's cookie, and keeps it in the request;
 * refuses the request when there is none, or when a cookie came from a foreign page.
 *
 * Returns: whether there is one
 */
gboolean
uch_token_take (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *method = soup_server_message_get_method (request->message);
  const char         *said = soup_message_headers_get_one (headers, "Authorization");

  if (said != NULL && g_ascii_strncasecmp (said, "Bearer ", 7) == 0
      && strlen (said) <= TOKEN_LEN_MAX)
    {
      request->token = g_strstrip (g_strdup (said + 7));
      return TRUE;
    }
  request->token = said == NULL ? dup_cookie (headers) : NULL;
  if (request->token == NULL)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                    "WWW-Authenticate", "Bearer");
      uch_request_refuse (request, SOUP_STATUS_UNAUTHORIZED, "signed_out", NULL,
                          "Sign in first: there is no token in this request");
      return FALSE;
    }
  if ((request->route->flags & UCH_ROUTE_SOCKET) != 0)
    return check_socket (request);
  return strcmp (method, SOUP_METHOD_GET) == 0 || uch_token_check_page (request);
}

/**
 * uch_token_set_cookie:
 * @token: (nullable): NULL takes the cookie away
 */
void
uch_token_set_cookie (UchRequest *request, const char *token)
{
  g_autofree char *cookie
      = g_strdup_printf (COOKIE_NAME "=%s; Path=/; Max-Age=%d; Secure; HttpOnly; SameSite=Strict",
                         token != NULL ? token : "", token != NULL ? COOKIE_AGE_S : 0);

  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "Set-Cookie", cookie);
}
