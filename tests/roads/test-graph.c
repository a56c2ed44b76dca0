/* The graph against a search that knows nothing of junctions, buckets or grids. */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "roads/town.h"
#include "roads/uch-road-search.h"

#define KMH 22.0 /* of a residential street */

static guint32
step_ds (const UchPoint *a, const UchPoint *b)
{
  /* as the extract tells it: to a ten millionth of a degree */
  double m = uch_geo_distance_m (a->latitude, a->longitude, b->latitude, b->longitude);

  return (guint32) MAX (m * 3.6 / KMH * 10 + 0.5, 1);
}

/* Floyd and Warshall over every node. */
static double *
all_pairs (GArray *points, GArray *streets)
{
  guint   n = points->len;
  double *ds = g_new (double, n *n);

  for (guint i = 0; i < n * n; i++)
    ds[i] = i % (n + 1) == 0 ? 0 : INFINITY;
  for (guint i = 0; i < streets->len; i++)
    {
      const TownStreet *street = &g_array_index (streets, TownStreet, i);
      guint             a = street->from - 1, b = street->to - 1;
      guint32           one
          = step_ds (&g_array_index (points, UchPoint, a), &g_array_index (points, UchPoint, b));

      if (street->oneway >= 0)
        ds[a * n + b] = MIN (ds[a * n + b], one);
      if (street->oneway <= 0)
        ds[b * n + a] = MIN (ds[b * n + a], one);
    }
  for (guint k = 0; k < n; k++)
    for (guint i = 0; i < n; i++)
      for (guint j = 0; j < n; j++)
        ds[i * n + j] = MIN (ds[i * n + j], ds[i * n + k] + ds[k * n + j]);
  return ds;
}

/* The nodes from which all others of the set can be reached and that all can reach: the largest. */
static gboolean *
largest_part (const double *ds, guint n)
{
  gboolean *in = g_new0 (gboolean, n);
  guint     n_best = 0, best = 0;

  for (guint i = 0; i < n; i++)
    {
      guint n_mutual = 0;

      for (guint j = 0; j < n; j++)
        n_mutual += isfinite (ds[i * n + j]) && isfinite (ds[j * n + i]);
      if (n_mutual > n_best)
        {
          n_best = n_mutual;
          best = i;
        }
    }
  for (guint j = 0; j < n; j++)
    in[j] = isfinite (ds[best * n + j]) && isfinite (ds[j * n + best]);
  return in;
}

static void
test_times_are_those_of_a_plain_search (void)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      const guint side = 9;
      g_autoptr (GArray) points = NULL;
      g_autoptr (GArray) streets = town_list_random (seed, side, &points);
      g_autoptr (UchRoads) roads = town_make_random (seed, side);
      g_autoptr (UchRoadSearch) from = uch_road_search_new (roads);
      g_autoptr (UchRoadSearch) to = uch_road_search_new (roads);
      g_autofree double   *ds = all_pairs (points, streets);
      g_autofree gboolean *in = largest_part (ds, points->len);
      guint                n = points->len, n_compared = 0;

      for (guint i = 0; i < n; i++)
        {
          const UchPoint *a = &g_array_index (points, UchPoint, i);
          UchRoadSpot     spot;

          if (!in[i])
            continue;
          g_assert_true (uch_roads_snap (roads, a->latitude, a->longitude, 1, &spot));
          uch_road_search_run (from, &spot, UCH_ROAD_FROM);
          uch_road_search_run (to, &spot, UCH_ROAD_TO);
          for (guint j = 0; j < n; j++)
            {
              const UchPoint *b = &g_array_index (points, UchPoint, j);
              UchRoadSpot     other;

              if (!in[j])
                continue;
              g_assert_true (uch_roads_snap (roads, b->latitude, b->longitude, 1, &other));
              /* half a tenth per step for the rounding of the extract */
              g_assert_cmpfloat_with_epsilon (uch_road_search_get_s (from, &other),
                                              ds[i * n + j] / 10, 1.5);
              g_assert_cmpfloat_with_epsilon (uch_road_search_get_s (to, &other),
                                              ds[j * n + i] / 10, 1.5);
              n_compared++;
            }
        }
      g_assert_cmpuint (n_compared, >, 1000);
    }
}

/* A path is as long as its time says, and begins and ends where it should. */
static void
test_a_path_takes_as_long_as_it_says (void)
{
  g_autoptr (UchRoads) roads = town_make_random (3, 12);
  g_autoptr (UchRoadSearch) search = uch_road_search_new (roads);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  guint n_long = 0;

  for (guint i = 0; i < 300; i++)
    {
      UchRoadDirection direction = i % 2 == 0 ? UCH_ROAD_FROM : UCH_ROAD_TO;
      UchRoadSpot      a, b;
      g_autoptr (GArray) line = NULL;
      UchPoint start, end;
      double   m = 0;

      g_assert_true (uch_roads_snap (roads, g_rand_double_range (rand, 45.0, 45.024),
                                     g_rand_double_range (rand, 42.0, 42.036), 2000, &a));
      g_assert_true (uch_roads_snap (roads, g_rand_double_range (rand, 45.0, 45.024),
                                     g_rand_double_range (rand, 42.0, 42.036), 2000, &b));
      a.off_dm = b.off_dm = 0;
      uch_road_search_run (search, &a, direction);
      line = uch_road_search_get_path (search, &b);
      g_assert_cmpuint (line->len, >=, 2);
      for (guint k = 1; k < line->len; k++)
        m += uch_geo_distance_m (g_array_index (line, UchPoint, k - 1).latitude,
                                 g_array_index (line, UchPoint, k - 1).longitude,
                                 g_array_index (line, UchPoint, k).latitude,
                                 g_array_index (line, UchPoint, k).longitude);
      g_assert_cmpfloat_with_epsilon (m * 3.6 / KMH, uch_road_search_get_s (search, &b), 4);
      start = uch_roads_get_point (roads, direction == UCH_ROAD_FROM ? &a : &b);
      end = uch_roads_get_point (roads, direction == UCH_ROAD_FROM ? &b : &a);
      g_assert_cmpfloat (uch_geo_distance_m (start.latitude, start.longitude,
                                             g_array_index (line, UchPoint, 0).latitude,
                                             g_array_index (line, UchPoint, 0).longitude),
                         <, 0.5);
      g_assert_cmpfloat (
          uch_geo_distance_m (end.latitude, end.longitude,
                              g_array_index (line, UchPoint, line->len - 1).latitude,
                              g_array_index (line, UchPoint, line->len - 1).longitude),
          <, 0.5);
      n_long += line->len > 4;
    }
  g_assert_cmpuint (n_long, >, 150);
}

/* The grid finds what a look at every road finds. */
static void
test_the_nearest_road_is_found (void)
{
  g_autoptr (UchRoads) roads = town_make_random (5, 14);
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);

  for (guint i = 0; i < 400; i++)
    {
      double      latitude = g_rand_double_range (rand, 44.99, 45.04);
      double      longitude = g_rand_double_range (rand, 41.99, 42.05);
      UchRoadSpot spot, again;
      UchPoint    point;
      double      m;

      g_assert_true (uch_roads_snap (roads, latitude, longitude, 1e5, &spot));
      point = uch_roads_get_point (roads, &spot);
      m = uch_geo_distance_m (latitude, longitude, point.latitude, point.longitude);
      g_assert_cmpfloat_with_epsilon (m, spot.off_dm / 10.0, 0.5 + m * 0.003);
      /* nothing is nearer, and just beyond its distance it is not found */
      g_assert_false (
          uch_roads_snap (roads, latitude, longitude, spot.off_dm / 10.0 - 0.2, &again));
      g_assert_true (uch_roads_snap (roads, latitude, longitude, spot.off_dm / 10.0 + 0.2, &again));
      g_assert_cmpuint (again.link, ==, spot.link);
    }
}

static const struct
{
  const char *tags;
  gboolean    drivable;
} ways[] = {
  { "highway=residential", TRUE },
  { "highway=service", TRUE },
  { "highway=footway", FALSE },
  { "highway=cycleway", FALSE },
  { "highway=residential access=no", FALSE },
  { "highway=residential motor_vehicle=no", FALSE },
  { "highway=construction", FALSE },
  { "building=yes", FALSE },
};

static void
test_cars_keep_to_what_cars_may_use (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (Town) town = town_new ();
      const guint      nodes[2] = { 1, 2 };
      g_autofree char *path = NULL;
      g_autofree char *folder = NULL;
      g_autoptr (UchRoads) roads = NULL;
      g_autoptr (GError) error = NULL;

      town_add_node (town, 1, 45, 42);
      town_add_node (town, 2, 45.01, 42);
      town_add_way (town, ways[i].tags, nodes, 2);
      path = town_save (town);
      folder = g_path_get_dirname (path);
      roads = uch_roads_import (path, NULL, &error);
      g_test_message ("%s", ways[i].tags);
      if (ways[i].drivable)
        g_assert_no_error (error);
      else
        g_assert_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_EMPTY);
      g_assert_true ((roads != NULL) == ways[i].drivable);
      g_unlink (path);
      g_rmdir (folder);
    }
}

/* A street that one may only enter, and an island, are not part of the net. */
static void
test_no_trap_is_in_the_net (void)
{
  g_autoptr (Town) town = town_new ();
  const guint square[] = { 1, 2, 3, 4, 1 }, trap[] = { 2, 5 }, island[] = { 6, 7 };
  g_autoptr (UchRoads) roads = NULL;
  UchRoadsSummary summary;
  UchRoadSpot     spot;

  town_add_node (town, 1, 45, 42);
  town_add_node (town, 2, 45, 42.01);
  town_add_node (town, 3, 45.01, 42.01);
  town_add_node (town, 4, 45.01, 42);
  town_add_node (town, 5, 45, 42.02);
  town_add_node (town, 6, 45.1, 42);
  town_add_node (town, 7, 45.1, 42.01);
  town_add_way (town, "highway=residential oneway=yes", square, 5);
  town_add_way (town, "highway=primary oneway=yes", trap, 2);
  town_add_way (town, "highway=primary", island, 2);
  roads = town_import (town);
  uch_roads_get_summary (roads, &summary);
  g_assert_cmpfloat_with_epsilon (summary.length_km, 2 * (1.112 + 0.786), 0.01);
  g_assert_false (uch_roads_snap (roads, 45.1, 42.005, 500, &spot));
  g_assert_false (uch_roads_snap (roads, 45, 42.02, 500, &spot));
  g_assert_true (uch_roads_snap (roads, 45, 42.005, 500, &spot));
}

static void
test_a_damaged_file_is_refused (void)
{
  g_autoptr (UchRoads) roads = town_make_random (2, 8);
  GBytes       *bytes = uch_roads_get_bytes (roads);
  gsize         len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  guint n_refused = 0;

  for (guint i = 0; i < 600; i++)
    {
      gsize       cut = i % 3 == 0 ? (gsize) g_rand_int_range (rand, 0, (gint32) len) : len;
      guint8     *copy = g_memdup2 (data, len);
      UchRoadSpot spot;
      g_autoptr (GBytes) damaged = NULL;
      g_autoptr (UchRoads) read = NULL;
      g_autoptr (GError) error = NULL;

      copy[g_rand_int_range (rand, 0, (gint32) len)]
          ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
      damaged = g_bytes_new_take (copy, cut);
      read = uch_roads_new_from_bytes (damaged, &error);
      g_assert_true ((read == NULL) == (error != NULL));
      n_refused += read == NULL;
      /* what was let through must not lead outside of the file */
      if (read != NULL && uch_roads_snap (read, 45.005, 42.005, 5000, &spot))
        {
          g_autoptr (UchRoadSearch) search = uch_road_search_new (read);

          uch_road_search_run (search, &spot, UCH_ROAD_FROM);
          g_array_unref (uch_road_search_get_path (search, &spot));
        }
      if (cut < len)
        g_assert_null (read);
    }
  g_assert_cmpuint (n_refused, >, 300);
}

static void
test_a_wrong_file_is_told_apart (void)
{
  static const struct
  {
    const char *name, *text;
    int         code;
  } cases[] = {
    { "roads.txt", "<osm/>", UCH_ROADS_ERROR_FORMAT },
    { "roads.osm", "<osm><way", UCH_ROADS_ERROR_FORMAT },
    { "roads.osm.pbf", "no protobuf at all", UCH_ROADS_ERROR_FORMAT },
    { "roads.osm", "<osm version=\"0.6\"/>", UCH_ROADS_ERROR_EMPTY },
    { "missing.osm", NULL, UCH_ROADS_ERROR_READ },
  };
  g_autofree char *folder = g_dir_make_tmp ("uch-roads-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (folder, cases[i].name, NULL);
      g_autoptr (GError) error = NULL;

      if (cases[i].text != NULL)
        g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
      g_test_message ("%s: %s", cases[i].name, cases[i].text);
      g_assert_null (uch_roads_import (path, NULL, &error));
      g_assert_error (error, UCH_ROADS_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].name));
      g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roads/times-are-those-of-a-plain-search",
                   test_times_are_those_of_a_plain_search);
  g_test_add_func ("/roads/a-path-takes-as-long-as-it-says", test_a_path_takes_as_long_as_it_says);
  g_test_add_func ("/roads/the-nearest-road-is-found", test_the_nearest_road_is_found);
  g_test_add_func ("/roads/cars-keep-to-what-cars-may-use", test_cars_keep_to_what_cars_may_use);
  g_test_add_func ("/roads/no-trap-is-in-the-net", test_no_trap_is_in_the_net);
  g_test_add_func ("/roads/a-damaged-file-is-refused", test_a_damaged_file_is_refused);
  g_test_add_func ("/roads/a-wrong-file-is-told-apart", test_a_wrong_file_is_told_apart);
  return g_test_run ();
}
