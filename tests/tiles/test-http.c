/* A server of tiles that does everything a server can do wrong, and then recovers. */
#include <libsoup/soup.h>
#include <string.h>

#include "tiles/fixture.h"
#include "tiles/uch-tile-http.h"

typedef enum
{
  GOOD,
  HTML,   /* a captive portal: status 200 */
  SILENT, /* never answers */
  ERROR_500,
  GARBAGE, /* says image/png, is none */
  TOO_LARGE,
  ENDLESS, /* says nothing of its length and goes on */
  NOT_FOUND,
  FORBIDDEN,
  EMPTY,
} Mood;

typedef struct
{
  SoupServer *server;
  char       *url;
  Mood        mood;
  guint       n_requests, n_not_modified;
  char       *user_agent;
  char       *last_path;
  const char *cache_control;
  guint32     rgb;
} Server;

static const UchTileKey key = { 5, 2, 3 };

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer user_data)
{
  static const char chunk[4096];

  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                            chunk, sizeof chunk);
  soup_server_message_unpause (message);
}

static void
answer_picture (Server *server, SoupServerMessage *message)
{
  g_autoptr (GBytes) png = fixture_png (256, server->rgb);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char         *match = soup_message_headers_get_one (
              soup_server_message_get_request_headers (message), "If-None-Match");

  soup_message_headers_replace (headers, "ETag", "\"v1\"");
  if (server->cache_control != NULL)
    soup_message_headers_replace (headers, "Cache-Control", server->cache_control);
  if (g_strcmp0 (match, "\"v1\"") == 0)
    {
      server->n_not_modified++;
      soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }
  soup_server_message_set_response (message, "image/png", SOUP_MEMORY_COPY,
                                    g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

static void
handler_cb (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  static const char html[] = "<html><title>Wi-Fi: please sign in</title></html>";
  static char       large[300 * 1024];
  Server           *server = user_data;

  server->n_requests++;
  g_free (server->user_agent);
  server->user_agent = g_strdup (soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "User-Agent"));
  g_free (server->last_path);
  server->last_path = g_strdup (path);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  switch (server->mood)
    {
    case HTML:
      soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, html,
                                        sizeof html - 1);
      break;
    case SILENT:
      soup_server_message_pause (message);
      break;
    case ERROR_500:
      soup_server_message_set_status (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
      break;
    case GARBAGE:
      soup_server_message_set_response (message, "image/png", SOUP_MEMORY_STATIC, html,
                                        sizeof html - 1);
      break;
    case TOO_LARGE:
      soup_server_message_set_response (message, "image/png", SOUP_MEMORY_STATIC, large,
                                        sizeof large);
      break;
    case ENDLESS:
      soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                         SOUP_ENCODING_CHUNKED);
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Content-Type", "image/png");
      g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), NULL);
      wrote_chunk_cb (message, NULL);
      break;
    case NOT_FOUND:
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      break;
    case FORBIDDEN:
      soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
      break;
    case EMPTY:
      soup_server_message_set_response (message, "image/png", SOUP_MEMORY_STATIC, "", 0);
      break;
    case GOOD:
    default:
      answer_picture (server, message);
      break;
    }
}

static void
server_start (Server *server)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  server->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server->server, "/", handler_cb, server, NULL);
  soup_server_listen_local (server->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server->server);
  server->url
      = g_strdup_printf ("http://127.0.0.1:%d/tiles/{z}/{x}/{y}.png", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  server->rgb = 0x00ff00;
}

static void
server_stop (Server *server)
{
  soup_server_disconnect (server->server);
  g_clear_object (&server->server);
  g_clear_pointer (&server->url, g_free);
  g_clear_pointer (&server->user_agent, g_free);
  g_clear_pointer (&server->last_path, g_free);
}

static UchTileSource *
source_new (Server *server, const char *cache_path)
{
  g_autoptr (GError) error = NULL;
  UchTileHttpOptions options = { .url = server->url,
                                 .attribution = "© Test",
                                 .user_agent = "Uchastok-test/1 (somebody@example.org)",
                                 .cache_path = cache_path,
                                 .max_zoom = 19,
                                 .timeout_ms = 400,
                                 .backoff_first_ms = 60,
                                 .backoff_max_ms = 240,
                                 .bytes_max = 256 * 1024 };
  UchTileHttp       *source = uch_tile_http_new (&options, &error);

  g_assert_no_error (error);
  return UCH_TILE_SOURCE (source);
}

static void
assert_good (UchTileSource *source, UchTileKey which, UchTileLoadFlags flags, guint32 rgb)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTilePicture) picture = fixture_load (source, which, flags, &error);

  g_assert_no_error (error);
  g_assert_cmphex (picture->pixels[777] & 0xffffff, ==, rgb);
}

static void
assert_fails (UchTileSource *source, UchTileKey which, UchTileLoadFlags flags, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTilePicture) picture = fixture_load (source, which, flags, &error);

  g_assert_null (picture);
  g_assert_error (error, UCH_TILE_ERROR, code);
}

static void
note_cb (UchTileSource *source, gboolean *out_said)
{
  *out_said = TRUE;
}

/* Each misbehaviour: an error of the right kind, nothing of it kept, and once the server is well
 * again the source says so and gives the picture. */
static void
test_moods (void)
{
  static const struct
  {
    Mood mood;
    int  code;
  } cases[] = {
    { HTML, UCH_TILE_ERROR_NOT_A_PICTURE },    { SILENT, UCH_TILE_ERROR_UNAVAILABLE },
    { ERROR_500, UCH_TILE_ERROR_UNAVAILABLE }, { GARBAGE, UCH_TILE_ERROR_NOT_A_PICTURE },
    { TOO_LARGE, UCH_TILE_ERROR_TOO_LARGE },   { ENDLESS, UCH_TILE_ERROR_TOO_LARGE },
    { FORBIDDEN, UCH_TILE_ERROR_REFUSED },     { EMPTY, UCH_TILE_ERROR_NOT_A_PICTURE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* the source before this one may still be closing its file */
      g_autofree char *name = g_strdup_printf ("moods-%u.mbtiles", i);
      g_autofree char *path = fixture_dup_path (name);
      Server           server = { .mood = cases[i].mood };
      g_autoptr (UchTileSource) source = NULL;
      g_autofree char *problem = NULL;
      gboolean         available = FALSE;
      gint64           before;

      server_start (&server);
      source = source_new (&server, path);
      g_signal_connect (source, "available", G_CALLBACK (note_cb), &available);
      before = g_get_monotonic_time ();
      assert_fails (source, key, UCH_TILE_LOAD_DEFAULT, cases[i].code);
      g_assert_cmpint (g_get_monotonic_time () - before, <, 5 * G_USEC_PER_SEC);
      problem = uch_tile_http_dup_problem (UCH_TILE_HTTP (source));
      g_assert_nonnull (problem);
      /* The sentence for the person names what came instead of a picture. */
      if (cases[i].mood == HTML)
        g_assert_nonnull (strstr (problem, "text/html"));
      assert_fails (source, key, UCH_TILE_LOAD_LOCAL, UCH_TILE_ERROR_NOT_FOUND);

      server.mood = GOOD;
      fixture_wait (&available, 5000);
      g_assert_true (available);
      assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
      g_assert_null (uch_tile_http_dup_problem (UCH_TILE_HTTP (source)));
      assert_good (source, key, UCH_TILE_LOAD_LOCAL, 0x00ff00);
      server_stop (&server);
    }
}

static void
test_manners (void)
{
  Server server = { .mood = GOOD };
  g_autoptr (UchTileSource) source = NULL;

  server_start (&server);
  source = source_new (&server, NULL);
  assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  g_assert_cmpstr (server.user_agent, ==, "Uchastok-test/1 (somebody@example.org)");
  g_assert_cmpstr (server.last_path, ==, "/tiles/3/5/2.png");
  server_stop (&server);
}

/* Fresh: the server is not asked. Stale: it is asked with the validator, and 304 is enough. Gone:
 * stale is better than nothing. */
static void
test_cache (void)
{
  g_autofree char *path = fixture_dup_path ("http-cache.mbtiles");
  Server           server = { .mood = GOOD, .cache_control = "max-age=3600" };
  UchTileKey       other = { 6, 2, 3 };
  UchTileSource   *source;

  server_start (&server);
  source = source_new (&server, path);
  assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  g_assert_cmpuint (server.n_requests, ==, 1);

  server.cache_control = "no-cache";
  assert_good (source, other, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  g_assert_cmpuint (server.n_requests, ==, 2);
  assert_good (source, other, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  g_assert_cmpuint (server.n_requests, ==, 3);
  g_assert_cmpuint (server.n_not_modified, ==, 1);

  server.mood = ERROR_500;
  assert_good (source, other, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  server.mood = HTML;
  assert_good (source, other, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  g_object_unref (source);

  /* A new program over the same file, with the server down. */
  server.mood = ERROR_500;
  server.n_requests = 0;
  source = source_new (&server, path);
  assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  g_assert_cmpuint (server.n_requests, ==, 0);
  g_object_unref (source);
  server_stop (&server);
}

static void
test_no_store (void)
{
  g_autofree char *path = fixture_dup_path ("no-store.mbtiles");
  Server           server = { .mood = GOOD, .cache_control = "no-store" };
  g_autoptr (UchTileSource) source = NULL;

  server_start (&server);
  source = source_new (&server, path);
  assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  assert_fails (source, key, UCH_TILE_LOAD_LOCAL, UCH_TILE_ERROR_NOT_FOUND);
  server_stop (&server);
}

/* What a server does not have is no failure of the server: no pause follows. */
static void
test_not_found (void)
{
  Server server = { .mood = NOT_FOUND };
  g_autoptr (UchTileSource) source = NULL;

  server_start (&server);
  source = source_new (&server, NULL);
  for (guint i = 0; i < 8; i++)
    assert_fails (source, (UchTileKey){ i, 0, 3 }, UCH_TILE_LOAD_DEFAULT, UCH_TILE_ERROR_NOT_FOUND);
  g_assert_cmpuint (server.n_requests, ==, 8);
  server.mood = GOOD;
  assert_good (source, key, UCH_TILE_LOAD_DEFAULT, 0x00ff00);
  server_stop (&server);
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *n_left = user_data;
  g_autoptr (UchTilePicture) picture
      = uch_tile_source_load_finish (UCH_TILE_SOURCE (source), result, NULL);

  g_assert_null (picture);
  (*n_left)--;
}

static void
ask_for_many (UchTileSource *source, guint row)
{
  guint n_left = 60;

  for (guint i = 0; i < 60; i++)
    uch_tile_source_load_async (source, (UchTileKey){ i, row, 6 }, UCH_TILE_LOAD_DEFAULT, NULL,
                                count_cb, &n_left);
  for (gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
       n_left > 0 && g_get_monotonic_time () < until;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_left, ==, 0);
}

/* A server that is down gets a few requests, not one per tile in sight; one that refuses us, no
 * more than were under way; and after the pause a single one. */
static void
test_down (void)
{
  static const struct
  {
    Mood  mood;
    guint n_max;
  } cases[] = { { ERROR_500, 12 }, { FORBIDDEN, UCH_TILE_HTTP_PARALLEL_MAX } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Server server = { .mood = cases[i].mood };
      g_autoptr (UchTileSource) source = NULL;
      gboolean available = FALSE;
      guint    n_before;

      server_start (&server);
      source = source_new (&server, NULL);
      g_signal_connect (source, "available", G_CALLBACK (note_cb), &available);
      ask_for_many (source, 3);
      g_assert_cmpuint (server.n_requests, <=, cases[i].n_max);
      fixture_wait (&available, 5000);
      g_assert_true (available);
      n_before = server.n_requests;
      ask_for_many (source, 4);
      g_assert_cmpuint (server.n_requests, ==, n_before + 1);
      server_stop (&server);
    }
}

static void
test_cancel (void)
{
  Server server = { .mood = SILENT };
  g_autoptr (UchTileSource) source = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint  n_left = 1;
  gint64 before;

  server_start (&server);
  source = source_new (&server, NULL);
  before = g_get_monotonic_time ();
  uch_tile_source_load_async (source, key, UCH_TILE_LOAD_DEFAULT, cancellable, count_cb, &n_left);
  while (server.n_requests == 0 && g_get_monotonic_time () - before < 5 * G_USEC_PER_SEC)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  while (n_left > 0 && g_get_monotonic_time () - before < 5 * G_USEC_PER_SEC)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_left, ==, 0);
  server_stop (&server);
}

static void
test_address (void)
{
  static const struct
  {
    const char *url;
    gboolean    ok;
  } cases[] = {
    { "https://tile.example.org/{z}/{x}/{y}.png", TRUE },
    { "http://127.0.0.1:8080/{z}/{x}/{-y}.png", TRUE },
    { "https://{s}.example.org/{z}/{x}/{y}.png?key=1", TRUE },
    { "https://tile.example.org/{z}/{x}.png", FALSE },
    { "ftp://tile.example.org/{z}/{x}/{y}.png", FALSE },
    { "file:///etc/{z}/{x}/{y}", FALSE },
    { "tile.example.org/{z}/{x}/{y}.png", FALSE },
    { "https:///{z}/{x}/{y}.png", FALSE },
    { "", FALSE },
    { NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (uch_tile_http_check_url (cases[i].url, &error) == cases[i].ok);
      if (!cases[i].ok)
        g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/http/moods", test_moods);
  g_test_add_func ("/tiles/http/manners", test_manners);
  g_test_add_func ("/tiles/http/cache", test_cache);
  g_test_add_func ("/tiles/http/no-store", test_no_store);
  g_test_add_func ("/tiles/http/not-found", test_not_found);
  g_test_add_func ("/tiles/http/down", test_down);
  g_test_add_func ("/tiles/http/cancel", test_cancel);
  g_test_add_func ("/tiles/http/address", test_address);
  return g_test_run ();
}
