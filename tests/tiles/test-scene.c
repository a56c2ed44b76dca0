/* The projection, the order of the houses, and the streets guessed from them. */
#include <math.h>

#include "support/uch-city.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-scene-private.h"

static void
test_projection (void)
{
  /* Tiles by the formula of the OpenStreetMap wiki, "Slippy map tilenames". */
  static const struct
  {
    double latitude, longitude;
    guint  zoom, x, y;
  } cases[] = {
    { 0.0, 0.0, 1, 1, 1 },
    { 45.0448, 41.969, 12, 2525, 1472 },
    { 45.0448, 41.969, 16, 40408, 23563 },
    { 51.5074, -0.1278, 10, 511, 340 },
    { -33.8688, 151.2093, 10, 942, 614 },
    { 85.0511, -179.999, 5, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double n = exp2 (cases[i].zoom);
      double x = uch_mercator_x (cases[i].longitude);
      double y = uch_mercator_y (cases[i].latitude);

      g_assert_cmpuint ((guint) (x * n), ==, cases[i].x);
      g_assert_cmpuint ((guint) (y * n), ==, cases[i].y);
      g_assert_cmpfloat_with_epsilon (uch_mercator_latitude (y), cases[i].latitude, 1e-9);
      g_assert_cmpfloat_with_epsilon (uch_mercator_longitude (x), cases[i].longitude, 1e-9);
    }
  /* Beyond the square of the world: its edge, not infinity. */
  g_assert_cmpfloat_with_epsilon (uch_mercator_y (90), 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (uch_mercator_y (-90), 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (uch_mercator_metres_per_pixel (0, 0), 156543.03, 0.01);
  g_assert_cmpfloat_with_epsilon (uch_mercator_metres_per_pixel (60, 10), 76.437, 0.001);
}

static void
test_morton (void)
{
  g_assert_cmpuint (uch_mercator_morton (0, 0), ==, 0);
  g_assert_cmpuint (uch_mercator_morton (1, 0), ==, 1);
  g_assert_cmpuint (uch_mercator_morton (0, 1), ==, 2);
  g_assert_cmpuint (uch_mercator_morton (3, 5), ==, 39);
  g_assert_cmpuint (uch_mercator_morton (0x7fffffff, 0x7fffffff), ==,
                    G_GUINT64_CONSTANT (0x3fffffffffffffff));
}

static gboolean
house_in (const UchSceneHouse *house, UchTileKey key, double margin_tiles)
{
  double n = exp2 (key.zoom);
  double x = house->x / UCH_SCENE_WORLD * n - key.x;
  double y = house->y / UCH_SCENE_WORLD * n - key.y;

  return x >= -margin_tiles && x < 1 + margin_tiles && y >= -margin_tiles && y < 1 + margin_tiles;
}

/* The index against looking at every house. */
static void
test_collect (void)
{
  static const guint zooms[] = { 10, 13, 16, 18 };
  g_autoptr (UchScene) scene = uch_city_make (20000, 3);
  const UchSceneHouse *houses = uch_scene_get_houses (scene);
  guint                n_nonempty = 0;

  g_assert_cmpuint (uch_scene_get_n_houses (scene), ==, 20000);
  for (guint z = 0; z < G_N_ELEMENTS (zooms); z++)
    for (guint h = 0; h < 20000; h += 1777)
      {
        guint      shift = UCH_MERCATOR_DEPTH - zooms[z];
        UchTileKey key = { houses[h].x >> shift, houses[h].y >> shift, (guint8) zooms[z] };
        guint64    hidden = h % 2 == 0 ? 0 : 1u << houses[h].zone;
        guint      margin = h % 3;
        g_autoptr (GPtrArray) found
            = uch_scene_collect (scene, key, margin, UCH_MERCATOR_DEPTH + 1, hidden);
        guint expected = 0;

        for (guint i = 0; i < 20000; i++)
          if (!(hidden >> houses[i].zone & 1) && house_in (&houses[i], key, margin / 8.0))
            {
              g_assert_cmpuint (expected, <, found->len);
              /* Also the order: the scene's own. */
              g_assert_true (g_ptr_array_index (found, expected) == &houses[i]);
              expected++;
            }
        g_assert_cmpuint (found->len, ==, expected);
        n_nonempty += expected > 0;
      }
  g_assert_cmpuint (n_nonempty, >, 20);
}

/* At city zoom the work follows the pixels: at most one house of a zone in a cell of two pixels,
 * and no cell that has one stays empty. */
static void
test_levels_of_detail (void)
{
  g_autoptr (UchScene) scene = uch_city_make (200000, 5);
  UchTileKey key = { 0, 0, 10 };
  guint      depth = key.zoom + 7;
  guint      shift = UCH_MERCATOR_DEPTH - depth;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) few = NULL;
  g_autoptr (GHashTable) cells_all
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GHashTable) cells_few
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  key.x = uch_scene_get_houses (scene)[1000].x >> (UCH_MERCATOR_DEPTH - 10);
  key.y = uch_scene_get_houses (scene)[1000].y >> (UCH_MERCATOR_DEPTH - 10);
  all = uch_scene_collect (scene, key, 0, UCH_MERCATOR_DEPTH + 1, 0);
  few = uch_scene_collect (scene, key, 0, depth, 0);
  for (guint pass = 0; pass < 2; pass++)
    {
      GPtrArray *found = pass == 0 ? all : few;

      for (guint i = 0; i < found->len; i++)
        {
          const UchSceneHouse *house = g_ptr_array_index (found, i);
          gint64 cell = ((gint64) house->zone << 58) | ((gint64) (house->x >> shift) << 29)
                        | (house->y >> shift);

          g_hash_table_add (pass == 0 ? cells_all : cells_few, g_memdup2 (&cell, sizeof cell));
        }
    }
  g_assert_cmpuint (all->len, >, 10000);
  g_assert_cmpuint (few->len, ==, g_hash_table_size (cells_few));
  g_assert_cmpuint (g_hash_table_size (cells_few), ==, g_hash_table_size (cells_all));
  g_assert_cmpuint (few->len, <, all->len / 3);
}

static void
test_pick (void)
{
  g_autoptr (UchScene) scene = uch_city_make (5000, 9);
  const UchSceneHouse *houses = uch_scene_get_houses (scene);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  UchScenePoint from, to;
  guint         n_found = 0;

  g_assert_true (uch_scene_get_bounds (scene, &from, &to));
  for (guint i = 0; i < 300; i++)
    {
      UchScenePoint at
          = { g_rand_double_range (rand, from.x, to.x), g_rand_double_range (rand, from.y, to.y) };
      double               radius = 12 / (256 * exp2 (10 + i % 9));
      const UchSceneHouse *best = NULL;
      double               best_distance = radius;
      const UchSceneHouse *found = uch_scene_pick (scene, at, radius, UCH_MERCATOR_DEPTH + 1, 0);

      for (guint k = 0; k < 5000; k++)
        {
          double d = hypot ((houses[k].x + 0.5) / UCH_SCENE_WORLD - at.x,
                            (houses[k].y + 0.5) / UCH_SCENE_WORLD - at.y);

          if (d < best_distance)
            {
              best = &houses[k];
              best_distance = d;
            }
        }
      g_assert_true (found == best);
      n_found += found != NULL;
    }
  g_assert_cmpuint (n_found, >, 30);
  g_assert_cmpuint (n_found, <, 300);
}

static void
test_bad_places (void)
{
  static const double cases[][2]
      = { { 0, 0 }, { NAN, 41 }, { 45, INFINITY }, { 89, 41 }, { 45, 200 }, { 45, -180 } };
  UchSceneBuilder *builder = uch_scene_builder_new ();
  g_autoptr (UchScene) scene = NULL;
  UchScenePoint from, to;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    uch_scene_builder_add_house (builder, "x", cases[i][0], cases[i][1], 0, UCH_SCENE_CONNECTED,
                                 NULL, NULL, NULL);
  scene = uch_scene_builder_end (builder);
  g_assert_cmpuint (uch_scene_get_n_houses (scene), ==, 0);
  g_assert_false (uch_scene_get_bounds (scene, &from, &to));
  g_assert_null (uch_scene_pick (scene, (UchScenePoint){ 0.5, 0.5 }, 1, 32, 0));
}

static void
test_zones (void)
{
  UchSceneBuilder *builder = uch_scene_builder_new ();
  g_autoptr (UchScene) scene = NULL;
  UchSceneZone *zone;

  for (guint i = 1; i <= UCH_SCENE_ZONES_MAX; i++)
    g_assert_cmpuint (uch_scene_builder_add_zone (builder, "z", "1", "Z", 0xff0000), ==, i);
  /* One too many: its houses are drawn as houses without a zone. */
  g_assert_cmpuint (uch_scene_builder_add_zone (builder, "z", "1", "Z", 0xff0000), ==,
                    UCH_SCENE_NO_ZONE);
  uch_scene_builder_add_house (builder, "a", 45, 42, 2, UCH_SCENE_CONNECTED, NULL, NULL, "1");
  uch_scene_builder_add_house (builder, "b", 45, 42, 200, UCH_SCENE_CONNECTED, NULL, NULL, "1");
  uch_scene_builder_add_house (builder, "c", 45, 42, 2, UCH_SCENE_CONNECTED, NULL, NULL, "1");
  scene = uch_scene_builder_end (builder);
  zone = g_ptr_array_index (uch_scene_get_zones (scene), 2);
  g_assert_cmpuint (zone->n_houses, ==, 2);
  zone = g_ptr_array_index (uch_scene_get_zones (scene), UCH_SCENE_NO_ZONE);
  g_assert_cmpuint (zone->n_houses, ==, 1);
}

/* Houses along an L: east, then north; a second group of the same name lies 3 km away. */
static void
test_streets (void)
{
  UchSceneBuilder *builder = uch_scene_builder_new ();
  g_autoptr (UchScene) scene = NULL;
  GPtrArray            *streets;
  double                corner_x = uch_mercator_x (42.01), corner_y = uch_mercator_y (45.0);
  double                metre = 1 / (uch_mercator_metres_per_pixel (45, 0) * 256);
  const UchSceneStreet *longest = NULL;

  for (guint i = 0; i < 40; i++)
    {
      double side = i % 2 == 0 ? 0.0001 : -0.0001;
      double step = (i % 20) * 0.0005;

      uch_scene_builder_add_house (builder, "h", i < 20 ? 45.0 + side : 45.0 + step,
                                   i < 20 ? 42.0 + step : 42.01 + side, 0, UCH_SCENE_CONNECTED,
                                   "City", "Bent street", "1");
    }
  for (guint i = 0; i < 5; i++)
    uch_scene_builder_add_house (builder, "h", 45.04, 42.0 + i * 0.0006, 0, UCH_SCENE_CONNECTED,
                                 "City", "Bent street", "1");
  uch_scene_builder_add_house (builder, "h", 45.1, 42.1, 0, UCH_SCENE_CONNECTED, "City",
                               "One house", "1");
  scene = uch_scene_builder_end (builder);
  streets = uch_scene_get_streets (scene);
  g_assert_cmpuint (streets->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const UchSceneStreet *street = g_ptr_array_index (streets, i);

      g_assert_cmpstr (street->name, ==, "Bent street");
      if (longest == NULL || street->n_points > longest->n_points)
        longest = street;
    }
  /* It passes near the corner, and has both ends. */
  {
    double               nearest = INFINITY;
    const UchScenePoint *a = &longest->points[0];
    const UchScenePoint *b = &longest->points[longest->n_points - 1];

    for (guint i = 0; i < longest->n_points; i++)
      nearest
          = MIN (nearest, hypot (longest->points[i].x - corner_x, longest->points[i].y - corner_y));
    g_assert_cmpfloat (nearest / metre, <, 70);
    g_assert_cmpfloat (fabs (a->x - b->x) / metre, >, 650);
    g_assert_cmpfloat (fabs (a->y - b->y) / metre, >, 900);
  }
}

static void
test_places (void)
{
  UchSceneBuilder *builder = uch_scene_builder_new ();
  g_autoptr (UchScene) scene = NULL;
  const UchScenePlace *place;

  for (guint i = 0; i < 9; i++)
    uch_scene_builder_add_house (builder, "h", 45 + i * 0.001, 42, 0, UCH_SCENE_CONNECTED, "Big",
                                 "S", "1");
  /* One wrong place does not pull the name away. */
  uch_scene_builder_add_house (builder, "h", 10, 100, 0, UCH_SCENE_CONNECTED, "Big", "S", "1");
  uch_scene_builder_add_house (builder, "h", 46, 43, 0, UCH_SCENE_CONNECTED, "Hamlet", "S", "1");
  scene = uch_scene_builder_end (builder);
  g_assert_cmpuint (uch_scene_get_places (scene)->len, ==, 1);
  place = &g_array_index (uch_scene_get_places (scene), UchScenePlace, 0);
  g_assert_cmpstr (place->name, ==, "Big");
  g_assert_cmpfloat_with_epsilon (uch_mercator_latitude (place->at.y), 45.004, 0.0015);
  g_assert_cmpfloat_with_epsilon (uch_mercator_longitude (place->at.x), 42, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/projection", test_projection);
  g_test_add_func ("/tiles/morton", test_morton);
  g_test_add_func ("/tiles/scene/collect", test_collect);
  g_test_add_func ("/tiles/scene/levels-of-detail", test_levels_of_detail);
  g_test_add_func ("/tiles/scene/pick", test_pick);
  g_test_add_func ("/tiles/scene/bad-places", test_bad_places);
  g_test_add_func ("/tiles/scene/zones", test_zones);
  g_test_add_func ("/tiles/scene/streets", test_streets);
  g_test_add_func ("/tiles/scene/places", test_places);
  return g_test_run ();
}
