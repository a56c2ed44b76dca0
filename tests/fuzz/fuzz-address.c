/* The address of a store as somebody types it, and a path that a store names. */
#include <string.h>

#include "fuzz.h"
#include "replica/uch-sync-http.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  UchSyncHttp     *http;

  /* What g_strndup() cut off at a zero byte nobody can type; invalid UTF-8 no entry gives. */
  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  http = uch_sync_http_new (text, NULL);
  if (http->base != NULL)
    {
      g_autoptr (SoupMessage) message = uch_sync_http_new_message (http, "GET", "/v1/info");

      g_assert_nonnull (message);
      g_assert_cmpstr (g_uri_get_scheme (soup_message_get_uri (message)), ==, "https");
      g_assert_cmpstr (g_uri_get_path (soup_message_get_uri (message)), ==, "/v1/info");
    }
  uch_sync_http_free (http);
  return 0;
}
