/* The roads of the real town, where its data stands beside the project. */
#include <math.h>
#include <string.h>

#include "roads/uch-road-search.h"

static char *
find_data (const char *name)
{
  const char      *said = g_getenv ("UCHASTOK_DATA");
  g_autofree char *beside
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "stavropol", NULL);
  char *path = g_build_filename (said != NULL ? said : beside, name, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_clear_pointer (&path, g_free);
  return path;
}

static void
test_the_town_is_one_net (void)
{
  g_autofree char *path = find_data ("roads.osm.pbf");
  g_autoptr (UchRoads) roads = NULL;
  g_autoptr (UchRoadSearch) search = NULL;
  g_autoptr (GError) error = NULL;
  UchRoadsSummary summary;
  UchRoadSpot     square, north, back;
  double          there, again;

  if (path == NULL)
    {
      g_test_skip ("no real data: neither ../shared/stavropol nor $UCHASTOK_DATA has its roads");
      return;
    }
  roads = uch_roads_import (path, NULL, &error);
  g_assert_no_error (error);
  uch_roads_get_summary (roads, &summary);
  g_test_message ("%u junctions, %u links, %u points, %.0f km", summary.n_junctions,
                  summary.n_links, summary.n_points, summary.length_km);
  g_assert_cmpuint (summary.n_junctions, >, 10000);
  g_assert_cmpfloat (summary.length_km, >, 1000);

  /* from the centre to Mikhailovsk: 10 km as the crow flies */
  search = uch_road_search_new (roads);
  g_assert_true (uch_roads_snap (roads, 45.0445, 41.969, 200, &square));
  g_assert_true (uch_roads_snap (roads, 45.128, 42.026, 300, &north));
  uch_road_search_run (search, &square, UCH_ROAD_FROM);
  there = uch_road_search_get_s (search, &north);
  g_assert_cmpfloat (there, >, 8 * 60);
  g_assert_cmpfloat (there, <, 35 * 60);
  /* the same drive, searched from its end */
  uch_road_search_run (search, &north, UCH_ROAD_TO);
  again = uch_road_search_get_s (search, &square);
  g_assert_cmpfloat_with_epsilon (there, again, 0.11);
  uch_road_search_run (search, &north, UCH_ROAD_FROM);
  back = square;
  g_assert_cmpfloat_with_epsilon (uch_road_search_get_s (search, &back) / there, 1, 0.4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roads/real/the-town-is-one-net", test_the_town_is_one_net);
  return g_test_run ();
}
