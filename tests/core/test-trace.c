/* A day's points become a line with stops; what was not known then is not shown as known. */
#include <math.h>

#include "core/uch-trace.h"

/* Steps of a degree of latitude, in metres. */
#define METRE (1 / 111194.9)
#define DAY G_GINT64_CONSTANT (1788246000000)

/* @minutes since the day began, @north_m from a corner of the town. */
static void
add (GArray *points, double minutes, double north_m, double accuracy_m, double late_minutes)
{
  UchTracePoint point = { .latitude = 45.04 + north_m * METRE,
                          .longitude = 41.97,
                          .accuracy_m = accuracy_m,
                          .at = DAY + (UchTime) (minutes * 60000) };

  point.received_at = point.at + 1000 + (UchTime) (late_minutes * 60000);
  g_array_append_val (points, point);
}

static GArray *
points_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (UchTracePoint));
}

static void
test_clean (void)
{
  static const struct
  {
    const char *what;
    double      minutes, north_m, accuracy_m;
    gboolean    stays;
  } cases[] = {
    { "the first", 0, 0, 10, TRUE },
    { "a minute's walk", 1, 60, 10, TRUE },
    { "the same instant again", 1, 300, 10, FALSE },
    { "somewhere within 300 m", 2, 100, 300, FALSE },
    { "exactly as bad as is shown", 3, 120, 200, TRUE },
    { "unknown accuracy", 4, 180, -1, TRUE },
    { "a leap of 20 km in a minute", 5, 20000, 10, FALSE },
    { "3 km in a minute: a fast road", 6, 3180, 10, TRUE },
  };
  g_autoptr (GArray) points = points_new ();
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    add (points, cases[i].minutes, cases[i].north_m, cases[i].accuracy_m, 0);
  uch_trace_clean (points);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const UchTracePoint *point
          = n < points->len ? &g_array_index (points, UchTracePoint, n) : NULL;
      gboolean there
          = point != NULL && fabs ((point->latitude - 45.04) / METRE - cases[i].north_m) < 0.1;

      g_test_message ("%s", cases[i].what);
      g_assert_cmpint (there, ==, cases[i].stays);
      n += there;
    }
  g_assert_cmpuint (n, ==, points->len);
}

/* A phone without network sends later; its points take their place, and are known only then. */
static void
test_late (void)
{
  g_autoptr (GArray) points = points_new ();

  add (points, 0, 0, 10, 0);
  add (points, 30, 900, 10, 0);
  add (points, 10, 300, 10, 40);
  uch_trace_clean (points);
  g_assert_cmpuint (points->len, ==, 3);
  g_assert_cmpint (g_array_index (points, UchTracePoint, 1).at, ==, DAY + 10 * UCH_MINUTE_MS);
  g_assert_cmpint (uch_trace_find_known (points, DAY + 20 * UCH_MINUTE_MS)->at, ==, DAY);
  g_assert_cmpint (uch_trace_find_known (points, DAY + 60 * UCH_MINUTE_MS)->at, ==,
                   DAY + 30 * UCH_MINUTE_MS);
  g_assert_null (uch_trace_find_known (points, DAY));
}

static void
test_stops (void)
{
  /* Points as (minute, metres north); what is expected is written beside. */
  static const struct
  {
    const char *what;
    double      points[8][2]; /* until a minute of -1 */
    guint       n_stops;
    double      from, to; /* of the first */
    double      km;
  } cases[] = {
    { "only driving", { { 0, 0 }, { 1, 500 }, { 2, 1000 }, { 3, 1500 }, { -1 } }, 0, 0, 0, 1.5 },
    { "five minutes are a stop", { { 0, 0 }, { 5, 10 }, { 6, 900 }, { -1 } }, 1, 0, 5, 0.89 },
    { "a second less is none", { { 0, 0 }, { 4.98, 10 }, { 6, 900 }, { -1 } }, 0, 0, 0, 0.9 },
    { "a phone that sleeps",
      { { 0, 0 }, { 1, 700 }, { 46, 720 }, { 47, 1500 }, { -1 } },
      1,
      1,
      46,
      1.48 },
    { "trembling is no way",
      { { 0, 0 }, { 2, 30 }, { 4, 0 }, { 6, 30 }, { 8, 0 }, { 10, 30 }, { -1 } },
      1,
      0,
      10,
      0 },
    { "81 m from the middle is away", { { 0, 0 }, { 4, 0 }, { 6, 81 }, { -1 } }, 0, 0, 0, 0.081 },
    { "79 m is not", { { 0, 0 }, { 4, 0 }, { 6, 79 }, { -1 } }, 1, 0, 6, 0 },
    { "two stops", { { 0, 0 }, { 10, 0 }, { 12, 1000 }, { 30, 1000 }, { -1 } }, 2, 0, 10, 1 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GArray) points = points_new ();
      g_autoptr (GArray) stops = NULL;

      for (guint i = 0; i < 8 && cases[c].points[i][0] >= 0; i++)
        add (points, cases[c].points[i][0], cases[c].points[i][1], 10, 0);
      uch_trace_clean (points);
      stops = uch_trace_find_stops (points);
      g_test_message ("%s", cases[c].what);
      g_assert_cmpuint (stops->len, ==, cases[c].n_stops);
      g_assert_cmpfloat_with_epsilon (uch_trace_get_length_m (points, stops) / 1000, cases[c].km,
                                      0.001);
      if (stops->len == 0)
        continue;
      g_assert_cmpint (g_array_index (stops, UchTraceStop, 0).from_at, ==,
                       DAY + (UchTime) (cases[c].from * 60000));
      g_assert_cmpint (g_array_index (stops, UchTraceStop, 0).to_at, ==,
                       DAY + (UchTime) (cases[c].to * 60000));
    }
}

static void
test_nothing (void)
{
  g_autoptr (GArray) points = points_new ();
  g_autoptr (GArray) stops = NULL;

  uch_trace_clean (points);
  stops = uch_trace_find_stops (points);
  g_assert_cmpuint (stops->len, ==, 0);
  g_assert_cmpfloat (uch_trace_get_length_m (points, stops), ==, 0);
  g_assert_null (uch_trace_find_known (points, DAY));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/clean", test_clean);
  g_test_add_func ("/trace/late", test_late);
  g_test_add_func ("/trace/stops", test_stops);
  g_test_add_func ("/trace/nothing", test_nothing);
  return g_test_run ();
}
