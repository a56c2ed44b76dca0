/* Times between houses and engineers, what was learned, and the rule of thumb. */
#include <math.h>
#include <glib/gstdio.h>

#include "roads/town.h"
#include "roads/uch-road-search.h"
#include "roads/uch-travel.h"

#define N_HOUSES 20

static void
make_houses (UchRoadPlace *houses, char (*ids)[16])
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < N_HOUSES; i++)
    {
      g_snprintf (ids[i], 16, "house-%u", i);
      houses[i] = (UchRoadPlace){ ids[i], g_rand_double_range (rand, 45.0, 45.02),
                                  g_rand_double_range (rand, 42.0, 42.03) };
    }
}

static double
search_s (UchRoads *roads, double lat1, double lon1, double lat2, double lon2)
{
  g_autoptr (UchRoadSearch) search = uch_road_search_new (roads);
  UchRoadSpot a, b;

  g_assert_true (uch_roads_snap (roads, lat1, lon1, 500, &a));
  g_assert_true (uch_roads_snap (roads, lat2, lon2, 500, &b));
  uch_road_search_run (search, &a, UCH_ROAD_FROM);
  return uch_road_search_get_s (search, &b);
}

static void
test_the_matrix_holds_what_a_search_finds (void)
{
  g_autoptr (UchRoads) roads = town_make_random (11, 12);
  UchRoadPlace houses[N_HOUSES];
  char         ids[N_HOUSES][16];
  g_autoptr (UchRoadMatrix) built = NULL;
  g_autoptr (UchRoadMatrix) matrix = NULL;
  g_autoptr (GError) error = NULL;

  make_houses (houses, ids);
  houses[7].latitude = 45.2; /* far from any road */
  built = uch_road_matrix_build (roads, houses, N_HOUSES, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  {
    g_autofree char *folder = g_dir_make_tmp ("uch-matrix-XXXXXX", NULL);
    g_autofree char *path = g_build_filename (folder, "times", NULL);

    g_assert_true (uch_road_matrix_save (built, path, &error));
    matrix = uch_road_matrix_load (path, &error);
    g_assert_no_error (error);
    g_unlink (path);
    g_assert_null (uch_road_matrix_load (path, &error));
    g_assert_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_READ);
    g_clear_error (&error);
    g_rmdir (folder);
  }
  g_assert_cmpuint (uch_road_matrix_get_n_places (matrix), ==, N_HOUSES);
  g_assert_cmpuint (uch_road_matrix_get_n_off_road (matrix), ==, 1);
  g_assert_cmpint (uch_road_matrix_find (matrix, "house-3"), ==, 3);
  g_assert_cmpint (uch_road_matrix_find (matrix, "nowhere"), ==, -1);
  for (guint i = 0; i < N_HOUSES; i++)
    for (guint j = 0; j < N_HOUSES; j++)
      {
        guint16 s = uch_road_matrix_get_s (matrix, i, j);

        if (i == j)
          g_assert_cmpuint (s, ==, 0);
        else if (i == 7 || j == 7)
          g_assert_cmpuint (s, ==, UCH_ROAD_MATRIX_NONE);
        else
          g_assert_cmpfloat_with_epsilon (s,
                                          search_s (roads, houses[i].latitude, houses[i].longitude,
                                                    houses[j].latitude, houses[j].longitude),
                                          0.51);
      }
  g_assert_true (uch_road_matrix_fits (matrix, roads, houses, N_HOUSES));
  houses[3].latitude += 0.001;
  g_assert_false (uch_road_matrix_fits (matrix, roads, houses, N_HOUSES));
}

static void
test_times_from_where_an_engineer_is (void)
{
  g_autoptr (UchRoads) roads = town_make_random (11, 12);
  UchRoadPlace houses[N_HOUSES];
  char         ids[N_HOUSES][16];
  g_autoptr (UchRoadMatrix) matrix = NULL;
  g_autoptr (UchTravel) with = NULL;
  g_autoptr (UchTravel) without = uch_travel_new (roads, NULL, NULL);
  UchTravelPlace places[N_HOUSES + 2];
  const guint    n = N_HOUSES + 2;
  guint32        s[(N_HOUSES + 2) * (N_HOUSES + 2)], plain[(N_HOUSES + 2) * (N_HOUSES + 2)];
  guint8         estimated[(N_HOUSES + 2) * (N_HOUSES + 2)], again[(N_HOUSES + 2) * (N_HOUSES + 2)];
  g_autoptr (GError) error = NULL;

  make_houses (houses, ids);
  matrix = uch_road_matrix_build (roads, houses, N_HOUSES, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  with = uch_travel_new (roads, matrix, NULL);
  for (guint i = 0; i < N_HOUSES; i++)
    places[i] = (UchTravelPlace){ houses[i].latitude, houses[i].longitude, houses[i].id };
  /* an engineer on the way, and a house that the register has only since today, off every road */
  places[N_HOUSES] = (UchTravelPlace){ 45.011, 42.013, .start = TRUE };
  places[N_HOUSES + 1] = (UchTravelPlace){ 45.3, 42.2, "house-new" };

  g_assert_true (uch_travel_fill (with, places, n, 9, s, estimated, NULL, &error));
  g_assert_true (uch_travel_fill (without, places, n, 9, plain, again, NULL, &error));
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        if (j == N_HOUSES && i != j)
          continue; /* nobody drives to where somebody is */
        g_assert_cmpint (abs ((int) s[i * n + j] - (int) plain[i * n + j]), <=, 1);
        g_assert_cmpuint (estimated[i * n + j], ==, again[i * n + j]);
        if (i == j)
          g_assert_cmpuint (s[i * n + j], ==, 0);
        else if (i == N_HOUSES + 1 || j == N_HOUSES + 1)
          {
            g_assert_true (estimated[i * n + j]);
            g_assert_cmpfloat_with_epsilon (
                s[i * n + j],
                uch_travel_estimate_s (places[i].latitude, places[i].longitude, places[j].latitude,
                                       places[j].longitude),
                1);
          }
        else
          {
            g_assert_false (estimated[i * n + j]);
            g_assert_cmpfloat_with_epsilon (s[i * n + j],
                                            UCH_TRAVEL_DOOR_S
                                                + search_s (roads, places[i].latitude,
                                                            places[i].longitude, places[j].latitude,
                                                            places[j].longitude),
                                            1);
          }
      }
}

static void
test_without_roads_everything_is_an_estimate (void)
{
  g_autoptr (UchTravel) travel = uch_travel_new (NULL, NULL, NULL);
  const UchTravelPlace places[] = { { 45.04, 41.96 }, { 45.05, 41.98 }, { 45.04, 41.96 } };
  guint32              s[9];
  guint8               estimated[9];
  g_autoptr (GArray) line = NULL;

  g_assert_true (uch_travel_fill (travel, places, 3, 9, s, estimated, NULL, NULL));
  /* 1,925 m × 1.35 at 24 km/h, and two minutes */
  g_assert_cmpfloat_with_epsilon (s[1], 1925 * 1.35 / (24 / 3.6) + 120, 3);
  g_assert_true (estimated[1]);
  g_assert_cmpuint (s[2], ==, 0); /* two visits at one place */
  line = uch_travel_get_path (travel, &places[0], &places[1]);
  g_assert_cmpuint (line->len, ==, 2);
}

static void
drive (UchRoadSpeeds *speeds, const char *from, const char *to, guint hour, double ratio, guint n)
{
  for (guint i = 0; i < n; i++)
    uch_road_speeds_add (speeds, &(UchRoadDrive){ from, to, hour, 600, 600 * ratio });
}

static void
test_speeds_are_learned_with_care (void)
{
  g_autoptr (UchRoadSpeeds) speeds = uch_road_speeds_new ();
  guint  n;
  double factor;

  uch_road_speeds_learn (speeds);
  g_assert_cmpfloat_with_epsilon (uch_road_speeds_get_factor (speeds, "a", "b", 9, &n), 1, 1e-9);
  g_assert_cmpuint (n, ==, 0);

  /* two slow drives say little, two hundred say all */
  drive (speeds, "a", "b", 18, 2, 2);
  uch_road_speeds_learn (speeds);
  factor = uch_road_speeds_get_factor (speeds, "a", "b", 18, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (factor, >, 1.1);
  g_assert_cmpfloat (factor, <, 1.4);
  drive (speeds, "a", "b", 18, 2, 198);
  uch_road_speeds_learn (speeds);
  g_assert_cmpfloat_with_epsilon (uch_road_speeds_get_factor (speeds, "a", "b", 18, &n), 2, 0.05);

  /* lunch breaks among the drives change nothing; what cannot be a drive is not taken */
  drive (speeds, "a", "b", 18, 4.9, 30);
  uch_road_speeds_learn (speeds);
  g_assert_cmpfloat_with_epsilon (uch_road_speeds_get_factor (speeds, "a", "b", 18, &n), 2, 0.05);
  g_assert_false (uch_road_speeds_add (speeds, &(UchRoadDrive){ "a", "b", 18, 600, 6000 }));
  g_assert_false (uch_road_speeds_add (speeds, &(UchRoadDrive){ "a", "b", 18, 600, 0 }));
  g_assert_false (uch_road_speeds_add (speeds, &(UchRoadDrive){ "a", "b", 18, 10, 20 }));
  g_assert_false (uch_road_speeds_add (speeds, &(UchRoadDrive){ "a", "b", 24, 600, 600 }));
  g_assert_false (uch_road_speeds_add (speeds, &(UchRoadDrive){ "a", "b", 18, NAN, 600 }));

  /* another pair of zones hears of the hour, another hour of the city */
  g_assert_cmpfloat (uch_road_speeds_get_factor (speeds, "c", "d", 18, NULL), >, 1.8);
  g_assert_cmpfloat (uch_road_speeds_get_factor (speeds, "c", "d", 3, NULL), >, 1.5);
}

static void
test_what_was_learned_is_used (void)
{
  g_autoptr (UchRoads) roads = town_make_random (11, 12);
  g_autoptr (UchRoadSpeeds) speeds = uch_road_speeds_new ();
  g_autoptr (UchTravel) travel = uch_travel_new (roads, NULL, speeds);
  const UchTravelPlace places[]
      = { { 45.003, 42.003, "a", "west" }, { 45.018, 42.027, "b", "east" } };
  guint32 before[4], after[4];
  guint8  estimated[4];

  uch_road_speeds_learn (speeds);
  g_assert_true (uch_travel_fill (travel, places, 2, 18, before, estimated, NULL, NULL));
  drive (speeds, "west", "east", 18, 1.5, 500);
  uch_road_speeds_learn (speeds);
  g_assert_true (uch_travel_fill (travel, places, 2, 18, after, estimated, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (((double) after[1] - UCH_TRAVEL_DOOR_S)
                                      / ((double) before[1] - UCH_TRAVEL_DOOR_S),
                                  1.5, 0.03);
}

static void
test_a_table_that_is_too_large_is_refused (void)
{
  g_autoptr (UchTravel) travel = uch_travel_new (NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchRoads) roads = town_make_random (11, 12);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  UchRoadPlace houses[N_HOUSES];
  char         ids[N_HOUSES][16];

  g_assert_false (uch_travel_fill (travel, NULL, 100000, 9, NULL, NULL, NULL, &error));
  g_assert_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_TOO_BIG);
  g_clear_error (&error);
  make_houses (houses, ids);
  g_cancellable_cancel (cancelled);
  g_assert_null (uch_road_matrix_build (roads, houses, N_HOUSES, NULL, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/travel/the-matrix-holds-what-a-search-finds",
                   test_the_matrix_holds_what_a_search_finds);
  g_test_add_func ("/travel/times-from-where-an-engineer-is", test_times_from_where_an_engineer_is);
  g_test_add_func ("/travel/without-roads-everything-is-an-estimate",
                   test_without_roads_everything_is_an_estimate);
  g_test_add_func ("/travel/speeds-are-learned-with-care", test_speeds_are_learned_with_care);
  g_test_add_func ("/travel/what-was-learned-is-used", test_what_was_learned_is_used);
  g_test_add_func ("/travel/a-table-that-is-too-large-is-refused",
                   test_a_table_that_is_too_large_is_refused);
  return g_test_run ();
}
