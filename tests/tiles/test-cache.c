/* The disk cache of a server's tiles. */
#include <glib/gstdio.h>

#include "db/uch-db.h"
#include "tiles/fixture.h"
#include "tiles/uch-tile-cache.h"

static const UchTileKey a = { 5, 6, 7 }, b = { 5, 6, 8 }, c = { 6, 6, 8 };

static void
put (UchTileCache *cache, UchTileKey key, gsize size, const char *etag, gint64 now_us)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GError) error = NULL;

  g_assert_true (uch_tile_cache_put (cache, key, bytes, etag, now_us + 1000, now_us, &error));
  g_assert_no_error (error);
}

static gboolean
has (UchTileCache *cache, UchTileKey key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTileCached) cached = uch_tile_cache_get (cache, key, &error);

  g_assert_no_error (error);
  return cached != NULL;
}

static void
test_keep (void)
{
  g_autofree char *path = fixture_dup_path ("cache.mbtiles");
  UchTileCache    *cache = uch_tile_cache_open (path, NULL);
  UchTileCached   *cached;

  put (cache, a, 100, "\"one\"", 5000);
  put (cache, b, 100, NULL, 5000);
  put (cache, a, 120, "\"two\"", 6000);
  uch_tile_cache_close (cache);

  /* Also after a restart. */
  cache = uch_tile_cache_open (path, NULL);
  cached = uch_tile_cache_get (cache, a, NULL);
  g_assert_cmpuint (g_bytes_get_size (cached->bytes), ==, 120);
  g_assert_cmpstr (cached->etag, ==, "\"two\"");
  g_assert_cmpint (cached->expires_us, ==, 7000);
  uch_tile_cached_free (cached);
  g_assert_true (uch_tile_cache_refresh (cache, a, 99000, NULL));
  cached = uch_tile_cache_get (cache, a, NULL);
  g_assert_cmpint (cached->expires_us, ==, 99000);
  uch_tile_cached_free (cached);
  cached = uch_tile_cache_get (cache, b, NULL);
  g_assert_null (cached->etag);
  uch_tile_cached_free (cached);
  g_assert_false (has (cache, c));
  g_assert_true (uch_tile_cache_remove (cache, a, NULL));
  g_assert_false (has (cache, a));
  uch_tile_cache_close (cache);
}

static void
test_prune (void)
{
  g_autofree char *path = fixture_dup_path ("prune.mbtiles");
  g_autoptr (UchTileCache) cache = uch_tile_cache_open (path, NULL);
  g_autoptr (GError) error = NULL;

  put (cache, a, 1000, NULL, 1);
  put (cache, b, 1000, NULL, 3);
  put (cache, c, 1000, NULL, 2);
  g_assert_true (uch_tile_cache_prune (cache, 2500, &error));
  g_assert_no_error (error);
  g_assert_false (has (cache, a)); /* fetched longest ago */
  g_assert_true (has (cache, b));
  g_assert_true (has (cache, c));
  g_assert_true (uch_tile_cache_prune (cache, 0, &error));
  g_assert_false (has (cache, b));
}

/* A damaged cache is begun anew: it is only a cache. */
static void
test_corrupt (void)
{
  g_autofree char *path = fixture_dup_path ("corrupt.mbtiles");
  g_autoptr (UchTileCache) cache = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      g_file_set_contents (path, "SQLite format 3 was here once, but now it is a poem", -1, NULL));
  cache = uch_tile_cache_open (path, &error);
  g_assert_no_error (error);
  put (cache, a, 10, NULL, 1);
  g_assert_true (has (cache, a));
}

static void
test_no_folder (void)
{
  g_autofree char *path = fixture_dup_path ("no/such/folder/cache.mbtiles");
  g_autoptr (GError) error = NULL;

  g_assert_null (uch_tile_cache_open (path, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == UCH_DB_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/cache/keep", test_keep);
  g_test_add_func ("/tiles/cache/prune", test_prune);
  g_test_add_func ("/tiles/cache/corrupt", test_corrupt);
  g_test_add_func ("/tiles/cache/no-folder", test_no_folder);
  return g_test_run ();
}
