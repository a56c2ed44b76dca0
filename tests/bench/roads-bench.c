/* Road times on the real town where its data is, else on none: "roads.import", "roads.search"
 * (one to all), "roads.snap", "roads.matrix" (2,000 houses); one thread, CPU time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "roads/uch-road-matrix.h"
#include "roads/uch-road-search.h"

#define N_SEARCHES 200
#define N_SNAPS 20000
#define N_HOUSES 2000

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static char *
find_data (const char *name)
{
  const char      *said = g_getenv ("UCHASTOK_DATA");
  g_autofree char *beside
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "stavropol", NULL);

  return g_build_filename (said != NULL ? said : beside, name, NULL);
}

int
main (void)
{
  g_autofree char *path = find_data ("roads.osm.pbf");
  g_autoptr (GError) error = NULL;
  double start = cpu_ms ();
  g_autoptr (UchRoads) roads = uch_roads_import (path, NULL, &error);
  g_autoptr (UchRoadSearch) search = NULL;
  g_autoptr (UchRoadMatrix) matrix = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree UchRoadPlace *houses = g_new0 (UchRoadPlace, N_HOUSES);
  UchRoadSpot              spots[N_SEARCHES];
  UchRoadsSummary          town;
  guint                    n_found = 0;

  if (roads == NULL)
    {
      fprintf (stderr, "roads: no real data to measure on: %s\n", error->message);
      return 77;
    }
  printf ("bench: roads.import %.0f ms\n", cpu_ms () - start);
  uch_roads_get_summary (roads, &town);

  start = cpu_ms ();
  for (guint i = 0; i < N_SNAPS; i++)
    n_found += uch_roads_snap (roads, g_rand_double_range (rand, 45.0, 45.1),
                               g_rand_double_range (rand, 41.9, 42.05), UCH_ROADS_OFF_MAX_M,
                               &spots[n_found % N_SEARCHES]);
  printf ("bench: roads.snap %.2f us\n", (cpu_ms () - start) * 1e3 / N_SNAPS);

  search = uch_road_search_new (roads);
  start = cpu_ms ();
  for (guint i = 0; i < N_SEARCHES; i++)
    uch_road_search_run (search, &spots[i], i % 2 == 0 ? UCH_ROAD_FROM : UCH_ROAD_TO);
  printf ("bench: roads.search %.2f ms\n", (cpu_ms () - start) / N_SEARCHES);

  for (guint i = 0; i < N_HOUSES; i++)
    {
      UchRoadSpot spot;

      do
        {
          houses[i].latitude = g_rand_double_range (rand, 45.0, 45.1);
          houses[i].longitude = g_rand_double_range (rand, 41.9, 42.05);
        }
      while (!uch_roads_snap (roads, houses[i].latitude, houses[i].longitude, 150, &spot));
      houses[i].id = g_strdup_printf ("%u", i);
    }
  start = cpu_ms ();
  matrix = uch_road_matrix_build (roads, houses, N_HOUSES, NULL, NULL, NULL, &error);
  if (matrix == NULL)
    g_error ("%s", error->message);
  printf ("bench: roads.matrix.2000 %.2f s\n", (cpu_ms () - start) / 1e3);
  for (guint i = 0; i < N_HOUSES; i++)
    g_free ((char *) houses[i].id);
  return 0;
}
