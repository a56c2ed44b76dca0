/* What is drawn, pixel by pixel. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <string.h>

#include "support/uch-city.h"
#include "tiles/fixture.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-bake.h"

#define ZONE_RGB 0x0072b2
#define PAPER 0xf0ead6

/* The place of a pixel's middle in a tile. */
static void
pixel_place (UchTileKey key, double x, double y, double *out_latitude, double *out_longitude)
{
  double n = exp2 (key.zoom);

  *out_longitude = uch_mercator_longitude ((key.x + x / 256) / n);
  *out_latitude = uch_mercator_latitude ((key.y + y / 256) / n);
}

static UchScene *
scene_with_house (UchTileKey key, double x, double y, UchSceneStatus status)
{
  UchSceneBuilder *builder = uch_scene_builder_new ();
  guint            zone = uch_scene_builder_add_zone (builder, "z", "1", "Zone", ZONE_RGB);
  double           latitude, longitude;

  pixel_place (key, x, y, &latitude, &longitude);
  uch_scene_builder_add_house (builder, "h", latitude, longitude, zone, status, NULL, NULL, NULL);
  return uch_scene_builder_end (builder);
}

static UchTilePicture *
bake_on_paper (UchScene *scene, UchTileKey key, gboolean dark, guint64 hidden)
{
  UchTileStyle style = { .dark = dark, .scale = 1, .hidden_zones = hidden };
  g_autoptr (UchTilePicture) base = uch_tile_picture_new (256, 256);

  uch_tile_picture_fill (base, PAPER);
  return uch_tile_bake (base, scene, key, &style);
}

static guint32
pixel (UchTilePicture *picture, int x, int y)
{
  return picture->pixels[y * picture->width + x] & 0xffffff;
}

static int
distance (guint32 a, guint32 b)
{
  int d = 0;

  for (int shift = 0; shift <= 16; shift += 8)
    d += abs ((int) (a >> shift & 0xff) - (int) (b >> shift & 0xff));
  return d;
}

#define assert_color(picture, x, y, rgb)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (distance (pixel (picture, x, y), rgb) > 12)                                                \
      g_error ("%s:%d: pixel %d, %d is %06x, not %06x", __FILE__, __LINE__, x, y,                  \
               pixel (picture, x, y), (guint) (rgb));                                              \
  }                                                                                                \
  G_STMT_END

static void
test_dot (void)
{
  UchTileKey key = { 40408, 23538, 16 }; /* street zoom: 8 pixels */
  g_autoptr (UchScene) scene = scene_with_house (key, 100, 60, UCH_SCENE_CONNECTED);
  g_autoptr (UchTilePicture) light = bake_on_paper (scene, key, FALSE, 0);
  g_autoptr (UchTilePicture) dark = bake_on_paper (scene, key, TRUE, 0);
  g_autoptr (UchTilePicture) hidden = bake_on_paper (scene, key, FALSE, 1 << 1);

  assert_color (light, 100, 60, ZONE_RGB);
  assert_color (light, 98, 58, ZONE_RGB);
  assert_color (light, 104, 60, 0xffffff); /* the rim: the disc ends at 104 */
  assert_color (light, 95, 60, 0xffffff);
  assert_color (light, 110, 60, PAPER);
  assert_color (light, 100, 70, PAPER);
  assert_color (dark, 100, 60, uch_tile_color_on_dark (ZONE_RGB));
  assert_color (dark, 104, 60, 0x1d1d20);
  assert_color (hidden, 100, 60, PAPER);
}

static void
test_status (void)
{
  UchTileKey key = { 40408, 23538, 16 };
  g_autoptr (UchScene) planned = scene_with_house (key, 100, 60, UCH_SCENE_PLANNED);
  g_autoptr (UchScene) lost = scene_with_house (key, 100, 60, UCH_SCENE_LOST);
  g_autoptr (UchTilePicture) hollow = bake_on_paper (planned, key, FALSE, 0);
  g_autoptr (UchTilePicture) grey = bake_on_paper (lost, key, FALSE, 0);

  assert_color (hollow, 100, 60, 0xffffff);
  assert_color (hollow, 97, 60, ZONE_RGB);
  assert_color (grey, 100, 60, 0x9a9996);
}

/* A dot on the seam looks the same from both sides, at every zoom. */
static void
test_seam (void)
{
  for (guint8 zoom = 10; zoom <= 19; zoom++)
    {
      UchTileKey left = { (guint32) (uch_mercator_x (42) * exp2 (zoom)),
                          (guint32) (uch_mercator_y (45) * exp2 (zoom)), zoom };
      UchTileKey right = { left.x + 1, left.y, zoom };
      int        radius = (int) uch_tile_house_size (zoom) / 2;
      g_autoptr (UchScene) scene = scene_with_house (left, 256, 100, UCH_SCENE_CONNECTED);
      g_autoptr (UchTilePicture) a = bake_on_paper (scene, left, FALSE, 0);
      g_autoptr (UchTilePicture) b = bake_on_paper (scene, right, FALSE, 0);

      if (zoom < 12)
        continue; /* two pixels with a rim: no pixel has the pure colour */
      assert_color (a, 255, 100, ZONE_RGB);
      assert_color (b, 0, 100, ZONE_RGB);
      for (int y = 100 - radius - 4; y < 100 + radius + 4; y++)
        for (int x = 0; x < radius + 3; x++)
          g_assert_cmpint (distance (pixel (a, 255 - x, y), pixel (b, x, y)), <=, 30);
    }
}

static guint
count_colors (UchTilePicture *picture)
{
  g_autoptr (GHashTable) colors = g_hash_table_new (NULL, NULL);

  for (int i = 0; i < picture->width * picture->height; i++)
    g_hash_table_add (colors, GUINT_TO_POINTER ((picture->pixels[i] & 0xffffff) + 1));
  return g_hash_table_size (colors);
}

/* Without any base picture: paper, never black; with streets and names where houses are. */
static void
test_schematic (void)
{
  g_autoptr (UchScene) empty = uch_scene_new_empty ();
  g_autoptr (UchScene) town = uch_city_make (20000, 1);
  UchTileStyle style = { .scale = 1 };

  for (guint8 zoom = 0; zoom <= 19; zoom++)
    {
      UchTileKey key = { (guint32) (uch_mercator_x (UCH_CITY_LONGITUDE) * exp2 (zoom)),
                         (guint32) (uch_mercator_y (UCH_CITY_LATITUDE) * exp2 (zoom)), zoom };
      g_autoptr (UchTilePicture) nothing = NULL;
      g_autoptr (UchTilePicture) something = NULL;

      style.dark = FALSE;
      nothing = uch_tile_bake (NULL, empty, key, &style);
      assert_color (nothing, 128, 128, 0xf4f1ea);
      g_assert_cmpuint (count_colors (nothing), ==, 1);
      something = uch_tile_bake (NULL, town, key, &style);
      if (zoom >= 8 && zoom <= 15)
        g_assert_cmpuint (count_colors (something), >, 10);
    }
}

/* The street itself is drawn between its houses. */
static void
test_schematic_street (void)
{
  UchTileKey       key = { 40408, 23538, 16 };
  UchSceneBuilder *builder = uch_scene_builder_new ();
  UchTileStyle     style = { .scale = 1 };
  g_autoptr (UchScene) scene = NULL;
  g_autoptr (UchTilePicture) picture = NULL;

  for (int i = 0; i < 6; i++)
    {
      double latitude, longitude;

      pixel_place (key, 20 + 40 * i, 128, &latitude, &longitude);
      uch_scene_builder_add_house (builder, "h", latitude, longitude, 0, UCH_SCENE_CONNECTED, "C",
                                   "S", "");
    }
  scene = uch_scene_builder_end (builder);
  picture = uch_tile_bake (NULL, scene, key, &style);
  assert_color (picture, 40, 128, 0xffffff);
  assert_color (picture, 40, 110, 0xf4f1ea);
}

static void
test_zone_area (void)
{
  UchTileKey          key = { 40408, 23538, 16 };
  UchSceneBuilder    *builder = uch_scene_builder_new ();
  guint               zone = uch_scene_builder_add_zone (builder, "z", "1", "Zone", 0xff0000);
  double              ring[8];
  static const double corners[] = { 64, 64, 192, 64, 192, 192, 64, 192 };
  g_autoptr (UchScene) scene = NULL;
  g_autoptr (UchTilePicture) shown = NULL;
  g_autoptr (UchTilePicture) hidden = NULL;

  for (int i = 0; i < 4; i++)
    pixel_place (key, corners[2 * i], corners[2 * i + 1], &ring[2 * i], &ring[2 * i + 1]);
  uch_scene_builder_add_ring (builder, zone, ring, 4);
  scene = uch_scene_builder_end (builder);
  shown = bake_on_paper (scene, key, FALSE, 0);
  hidden = bake_on_paper (scene, key, FALSE, 1 << zone);
  /* Outside as it was, inside redder, on the edge much redder; hidden: nothing. */
  assert_color (shown, 30, 128, PAPER);
  g_assert_cmpint ((int) (pixel (shown, 128, 128) & 0xff), <, (PAPER & 0xff) - 3);
  g_assert_cmpint ((int) (pixel (shown, 65, 128) & 0xff), <, 0x80);
  assert_color (hidden, 65, 128, PAPER);
}

static void
test_scale (void)
{
  UchTileKey   key = { 40408, 23538, 16 };
  UchTileStyle style = { .scale = 2 };
  g_autoptr (UchScene) scene = scene_with_house (key, 100, 60, UCH_SCENE_CONNECTED);
  g_autoptr (UchTilePicture) picture = uch_tile_bake (NULL, scene, key, &style);

  g_assert_cmpint (picture->width, ==, 512);
  assert_color (picture, 200, 120, ZONE_RGB);
  assert_color (picture, 206, 120, ZONE_RGB);
}

static void
test_decode (void)
{
  g_autoptr (GBytes) good = fixture_png (64, 0x123456);
  g_autoptr (GBytes) large = fixture_png (UCH_TILE_SIDE_MAX + 1, 0x123456);
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\x89PNG\r\n\x1a\nnonsense", 16);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (good, 0, g_bytes_get_size (good) / 2);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  /* 65,535 pixels each way: the GIF loader would want gigabytes for it */
  g_autoptr (GBytes) bomb = g_bytes_new_static ("GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,"
                                                "\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
                                                35);
  const struct
  {
    GBytes *bytes;
    int     code;
  } cases[] = { { large, UCH_TILE_ERROR_TOO_LARGE },
                { garbage, UCH_TILE_ERROR_NOT_A_PICTURE },
                { cut, UCH_TILE_ERROR_NOT_A_PICTURE },
                { nothing, UCH_TILE_ERROR_NOT_A_PICTURE },
                { bomb, UCH_TILE_ERROR_NOT_A_PICTURE } };
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTilePicture) picture = uch_tile_picture_decode (good, &error);

  g_assert_no_error (error);
  g_assert_cmpint (picture->width, ==, 64);
  assert_color (picture, 10, 50, 0x123456);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) failure = NULL;

      g_assert_null (uch_tile_picture_decode (cases[i].bytes, &failure));
      g_assert_error (failure, UCH_TILE_ERROR, cases[i].code);
    }
}

static void
test_transparent (void)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, 8, 8);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (UchTilePicture) picture = NULL;
  char *buffer = NULL;
  gsize size = 0;

  gdk_pixbuf_fill (pixbuf, 0x00000000);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &size, "png", NULL, NULL));
  bytes = g_bytes_new_take (buffer, size);
  picture = uch_tile_picture_decode (bytes, NULL);
  assert_color (picture, 4, 4, 0xffffff);
}

static void
test_crop (void)
{
  g_autoptr (UchTilePicture) parent = uch_tile_picture_new (256, 256);
  g_autoptr (UchTilePicture) child = NULL;

  uch_tile_picture_fill (parent, 0x00ff00);
  for (int y = 128; y < 192; y++)
    for (int x = 64; x < 128; x++)
      parent->pixels[y * 256 + x] = 0xff0000;
  child = uch_tile_picture_crop (parent, 2, 1, 2, 256);
  assert_color (child, 128, 128, 0xff0000);
  assert_color (child, 250, 250, 0xff0000);
  g_autoptr (UchTilePicture) other = uch_tile_picture_crop (parent, 2, 2, 2, 256);
  assert_color (other, 128, 128, 0x00ff00);
}

/* At night paper is dark, lettering light, and a park still green. */
static void
test_darken (void)
{
  g_autoptr (UchTilePicture) picture = uch_tile_picture_new (3, 1);
  guint32 park;

  picture->pixels[0] = 0xffffff;
  picture->pixels[1] = 0x000000;
  picture->pixels[2] = 0xaed1a0;
  uch_tile_picture_darken (picture);
  g_assert_cmpuint (picture->pixels[0] & 0xff, <, 0x30);
  g_assert_cmpuint (picture->pixels[1] & 0xff, >, 0xa0);
  park = picture->pixels[2];
  g_assert_cmpuint (park >> 8 & 0xff, >, (park & 0xff) + 8);
  g_assert_cmpuint (park >> 8 & 0xff, >, (park >> 16 & 0xff) + 8);
  g_assert_cmpuint (park >> 8 & 0xff, <, 0x80);
}

static void
test_rgb (void)
{
  g_autoptr (UchTilePicture) picture = uch_tile_picture_new (2, 1);
  g_autoptr (GBytes) bytes = NULL;
  static const guint8 expected[] = { 0x12, 0x34, 0x56, 0xfe, 0xdc, 0xba };

  picture->pixels[0] = 0x00123456;
  picture->pixels[1] = 0xfffedcba;
  bytes = uch_tile_picture_to_rgb (picture);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected,
                   sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/bake/dot", test_dot);
  g_test_add_func ("/tiles/bake/status", test_status);
  g_test_add_func ("/tiles/bake/seam", test_seam);
  g_test_add_func ("/tiles/bake/schematic", test_schematic);
  g_test_add_func ("/tiles/bake/schematic-street", test_schematic_street);
  g_test_add_func ("/tiles/bake/zone-area", test_zone_area);
  g_test_add_func ("/tiles/bake/scale", test_scale);
  g_test_add_func ("/tiles/picture/decode", test_decode);
  g_test_add_func ("/tiles/picture/transparent", test_transparent);
  g_test_add_func ("/tiles/picture/crop", test_crop);
  g_test_add_func ("/tiles/picture/darken", test_darken);
  g_test_add_func ("/tiles/picture/rgb", test_rgb);
  return g_test_run ();
}
