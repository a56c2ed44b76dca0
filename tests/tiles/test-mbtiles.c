/* MBTiles files, good and bad. */
#include <glib/gstdio.h>
#include <string.h>

#include "support/uch-city.h"
#include "tiles/fixture.h"
#include "tiles/uch-tile-mbtiles.h"

static void
test_good (void)
{
  g_autofree char *path = fixture_dup_path ("good.mbtiles");
  g_autoptr (GBytes) red = fixture_png (256, 0xff0000);
  g_autoptr (GBytes) blue = fixture_png (256, 0x0000ff);
  g_autoptr (UchTileMbtiles) file = NULL;
  g_autoptr (UchTilePicture) north = NULL;
  g_autoptr (UchTilePicture) south = NULL;
  g_autoptr (UchTilePicture) nothing = NULL;
  g_autoptr (GError) error = NULL;
  double west, south_edge, east, north_edge;

  fixture_make_mbtiles (path, "png", "A map (No Labels)");
  fixture_put_tile (path, (UchTileKey){ 5, 2, 3 }, red);
  fixture_put_tile (path, (UchTileKey){ 5, 6, 4 }, blue);
  file = uch_tile_mbtiles_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (uch_tile_source_get_min_zoom (UCH_TILE_SOURCE (file)), ==, 3);
  g_assert_cmpuint (uch_tile_source_get_max_zoom (UCH_TILE_SOURCE (file)), ==, 4);
  g_assert_cmpstr (uch_tile_source_get_attribution (UCH_TILE_SOURCE (file)), ==, "© Somebody");
  g_assert_false (uch_tile_source_has_labels (UCH_TILE_SOURCE (file)));
  g_assert_true (uch_tile_mbtiles_get_bounds (file, &west, &south_edge, &east, &north_edge));
  g_assert_cmpfloat (north_edge, ==, 45.5);

  /* Rows count from the north for us, from the south in the file. */
  north = fixture_load (UCH_TILE_SOURCE (file), (UchTileKey){ 5, 2, 3 }, UCH_TILE_LOAD_DEFAULT,
                        &error);
  g_assert_no_error (error);
  g_assert_cmphex (north->pixels[1000] & 0xffffff, ==, 0xff0000);
  south
      = fixture_load (UCH_TILE_SOURCE (file), (UchTileKey){ 5, 6, 4 }, UCH_TILE_LOAD_LOCAL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (south->pixels[1000] & 0xffffff, ==, 0x0000ff);
  nothing = fixture_load (UCH_TILE_SOURCE (file), (UchTileKey){ 5, 5, 3 }, UCH_TILE_LOAD_DEFAULT,
                          &error);
  g_assert_null (nothing);
  g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_FOUND);
}

static void
test_vector (void)
{
  g_autofree char *said = fixture_dup_path ("said.mbtiles");
  g_autofree char *meant = fixture_dup_path ("meant.mbtiles");
  g_autoptr (GBytes) gzip = g_bytes_new_static ("\x1f\x8b\x08\x00nothing", 11);
  g_autoptr (GBytes) png = fixture_png (8, 0);
  g_autoptr (UchTileMbtiles) file = NULL;
  g_autoptr (GError) error = NULL;

  fixture_make_mbtiles (said, "pbf", "Vector");
  fixture_put_tile (said, (UchTileKey){ 0, 0, 0 }, png);
  file = uch_tile_mbtiles_open (said, &error);
  g_assert_null (file);
  g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_VECTOR);
  g_assert_nonnull (strstr (error->message, "libshumate"));
  g_clear_error (&error);

  /* The metadata say png, the tiles are something else. */
  fixture_make_mbtiles (meant, "png", "Vector");
  fixture_put_tile (meant, (UchTileKey){ 0, 0, 0 }, gzip);
  file = uch_tile_mbtiles_open (meant, &error);
  g_assert_null (file);
  g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_VECTOR);
}

static void
test_no_map (void)
{
  g_autofree char *missing = fixture_dup_path ("missing.mbtiles");
  g_autofree char *text = fixture_dup_path ("text.mbtiles");
  g_autofree char *empty = fixture_dup_path ("empty.mbtiles");
  g_autofree char *bare = fixture_dup_path ("bare.mbtiles");
  const char      *paths[] = { missing, text, empty, bare };

  g_assert_true (g_file_set_contents (text, "This is a letter, not a map. ", 30 - 1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  fixture_make_mbtiles (bare, "png", "No tiles");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (uch_tile_mbtiles_open (paths[i], &error));
      g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_BROKEN);
    }
  g_assert_false (g_file_test (missing, G_FILE_TEST_EXISTS));
}

/* Damaged in the middle: what can be read is read, the rest is an error, nothing falls over. */
static void
test_damaged (void)
{
  g_autofree char *path = fixture_dup_path ("damaged.mbtiles");
  g_autofree char *content = NULL;
  g_autoptr (UchTileMbtiles) file = NULL;
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\x89PNG but no more than that", 25);
  gsize size, n_broken = 0;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;

  fixture_make_mbtiles (path, "png", "Damaged");
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (GBytes) png = NULL;

      png = fixture_png (256 + (int) i, i * 4);
      fixture_put_tile (path, (UchTileKey){ i, 3, 6 }, png);
    }
  fixture_put_tile (path, (UchTileKey){ 61, 3, 6 }, garbage);
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  for (gsize i = 8192; i < size; i++)
    if (i / 4096 % 3 == 2)
      content[i] = (char) g_rand_int (rand);
  g_assert_true (g_file_set_contents (path, content, (gssize) size, NULL));
  file = uch_tile_mbtiles_open (path, &error);
  if (file == NULL)
    {
      g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_BROKEN);
      return;
    }
  for (guint i = 0; i < 64; i++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (UchTilePicture) picture = fixture_load (
          UCH_TILE_SOURCE (file), (UchTileKey){ i, 3, 6 }, UCH_TILE_LOAD_DEFAULT, &failure);

      g_assert_true ((picture == NULL) == (failure != NULL));
      n_broken += picture == NULL;
    }
  g_assert_cmpuint (n_broken, >, 3);
}

static void
test_real (void)
{
  g_autofree char *raster = uch_city_dup_file ("raster-z10-16.mbtiles");
  g_autofree char *vector = uch_city_dup_file ("vector-z0-14.mbtiles");
  g_autoptr (UchTileMbtiles) file = NULL;
  g_autoptr (UchTilePicture) picture = NULL;
  g_autoptr (GError) error = NULL;

  if (raster == NULL || vector == NULL)
    {
      g_test_skip ("the real city is not here: see $UCHASTOK_DATA");
      return;
    }
  file = uch_tile_mbtiles_open (raster, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (uch_tile_source_get_max_zoom (UCH_TILE_SOURCE (file)), ==, 16);
  picture = fixture_load (UCH_TILE_SOURCE (file), (UchTileKey){ 2525, 1471, 12 },
                          UCH_TILE_LOAD_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_cmpint (picture->width, ==, 256);
  g_assert_null (uch_tile_mbtiles_open (vector, &error));
  g_assert_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_VECTOR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/mbtiles/good", test_good);
  g_test_add_func ("/tiles/mbtiles/vector", test_vector);
  g_test_add_func ("/tiles/mbtiles/no-map", test_no_map);
  g_test_add_func ("/tiles/mbtiles/damaged", test_damaged);
  g_test_add_func ("/tiles/mbtiles/real", test_real);
  return g_test_run ();
}
