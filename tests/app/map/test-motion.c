/* Badges glide to where they are known to be, never back in time; their age is told in words; those
 * at one place stand apart. */
#include <math.h>

#include "app/map/uch-map-pins.h"
#include "tiles/uch-mercator.h"

#define NOW G_GINT64_CONSTANT (1788246000000)
#define SECOND_US G_TIME_SPAN_SECOND

static void
test_glides (void)
{
  UchMapMotion motion = { 0 };
  double       x, y, last = -1;

  g_assert_true (uch_map_motion_aim (&motion, NOW, 0, 0, 0, TRUE));
  g_assert_false (uch_map_motion_get (&motion, 0, &x, &y));
  g_assert_true (uch_map_motion_aim (&motion, NOW + 1000, 10, 20, SECOND_US, TRUE));
  for (gint64 at = SECOND_US; at < SECOND_US + UCH_MAP_MOTION_US; at += 16000)
    {
      g_assert_true (uch_map_motion_get (&motion, at, &x, &y));
      g_assert_cmpfloat (x, >, last);
      g_assert_cmpfloat_with_epsilon (y, 2 * x, 1e-9);
      last = x;
    }
  g_assert_false (uch_map_motion_get (&motion, SECOND_US + UCH_MAP_MOTION_US, &x, &y));
  g_assert_cmpfloat (x, ==, 10);
  /* A new point on the way: from where he is drawn, without a leap. */
  g_assert_true (uch_map_motion_aim (&motion, NOW + 2000, 0, 0, 10 * SECOND_US, TRUE));
  uch_map_motion_get (&motion, 10 * SECOND_US + UCH_MAP_MOTION_US / 2, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 5, 1e-9);
  g_assert_true (uch_map_motion_aim (&motion, NOW + 3000, 50, 0,
                                     10 * SECOND_US + UCH_MAP_MOTION_US / 2, TRUE));
  uch_map_motion_get (&motion, 10 * SECOND_US + UCH_MAP_MOTION_US / 2, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 5, 1e-9);
}

/* Whatever order points come in, he is never drawn at an older one after a newer. */
static void
test_never_back (void)
{
  static const struct
  {
    const char *what;
    UchTime     at;
    double      x;
    gboolean    taken;
  } cases[] = {
    { "the first", NOW, 1, TRUE },
    { "the next", NOW + 60000, 2, TRUE },
    { "late", NOW + 30000, 1.5, FALSE },
    { "the same once more", NOW + 60000, 9, FALSE },
    { "from before the shift", NOW - 3600000, 0, FALSE },
    { "a millisecond newer", NOW + 60001, 3, TRUE },
  };
  UchMapMotion motion = { 0 };
  double       x = 0, y, expected = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].what);
      g_assert_cmpint (uch_map_motion_aim (&motion, cases[i].at, cases[i].x, 0,
                                           (gint64) i * 5 * SECOND_US, TRUE),
                       ==, cases[i].taken);
      if (cases[i].taken)
        expected = cases[i].x;
      uch_map_motion_get (&motion, (gint64) (i + 1) * 5 * SECOND_US - 1, &x, &y);
      g_assert_cmpfloat (x, ==, expected);
    }
  /* Who looks back may go anywhere. */
  uch_map_motion_jump (&motion, NOW, 1, 0);
  uch_map_motion_get (&motion, 0, &x, &y);
  g_assert_cmpfloat (x, ==, 1);
}

static void
test_age (void)
{
  static const struct
  {
    gint64          age_ms;
    UchMapFreshness freshness;
    const char     *text;
  } cases[] = {
    { 0, UCH_MAP_FRESH, NULL },
    { 5 * UCH_MINUTE_MS - 1, UCH_MAP_FRESH, NULL },
    { 5 * UCH_MINUTE_MS, UCH_MAP_FADED, "5 min ago" },
    { 15 * UCH_MINUTE_MS - 1, UCH_MAP_FADED, "14 min ago" },
    { 15 * UCH_MINUTE_MS, UCH_MAP_LOST, "no signal for 15 min" },
    { 61 * UCH_MINUTE_MS, UCH_MAP_LOST, "no signal for 1 h" },
    { 30 * UCH_HOUR_MS, UCH_MAP_LOST, "no signal for over a day" },
    { -UCH_MINUTE_MS, UCH_MAP_FRESH, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = uch_map_dup_age (NOW - cases[i].age_ms, NOW);

      g_assert_cmpint (uch_map_freshness_get (NOW - cases[i].age_ms, NOW), ==, cases[i].freshness);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_assert_cmpint (uch_map_freshness_get (0, NOW), ==, UCH_MAP_FRESH);
}

/* A crew of @n at one centre, and one more who is elsewhere. */
static GPtrArray *
make_crew (guint n)
{
  GPtrArray *crew = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_engineer_free);

  for (guint i = 0; i <= n; i++)
    {
      g_autofree char *id = g_strdup_printf ("e%u", i);
      UchMapEngineer  *one
          = uch_map_engineer_new (id, id, "АБ", 45.04 + (i == n ? 0.01 : i * 1e-6), 41.97);

      one->at = NOW;
      g_ptr_array_add (crew, one);
    }
  return crew;
}

static UchMapScreen
make_screen (double zoom)
{
  UchMapScreen screen = { .world = UCH_MERCATOR_TILE_SIZE * exp2 (zoom), .zoom = zoom };

  screen.x0 = 400 - uch_mercator_x (41.97) * screen.world;
  screen.y0 = 300 - uch_mercator_y (45.04) * screen.world;
  return screen;
}

static double
nearest (GArray *badges)
{
  double least = G_MAXDOUBLE;

  for (guint i = 0; i < badges->len; i++)
    for (guint k = 0; k < i; k++)
      {
        const UchMapBadge *a = &g_array_index (badges, UchMapBadge, i);
        const UchMapBadge *b = &g_array_index (badges, UchMapBadge, k);

        least = MIN (least, hypot (a->x - b->x, a->y - b->y));
      }
  return least;
}

static void
test_fan (void)
{
  static const struct
  {
    guint       n;
    double      zoom;
    const char *fanned;
    gboolean    apart;
  } cases[] = {
    { 2, 13, NULL, FALSE }, { 2, 13, "e1", TRUE },  { 5, 13, "e0", TRUE },  { 5, 13, "e5", FALSE },
    { 5, 16, NULL, TRUE },  { 12, 19, NULL, TRUE }, { 12, 14, "e7", TRUE },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GArray) badges = g_array_new (FALSE, TRUE, sizeof (UchMapBadge));
      g_autoptr (GPtrArray) crew = make_crew (cases[c].n);
      UchMapScreen screen = make_screen (cases[c].zoom);

      uch_map_badges_build (badges, crew, 0, UCH_MAP_PACE_GLIDE);
      uch_map_badges_place (badges, cases[c].fanned, &screen);
      g_test_message ("%u at zoom %g", cases[c].n, cases[c].zoom);
      g_assert_cmpuint (g_array_index (badges, UchMapBadge, 0).n, ==, cases[c].n);
      g_assert_cmpuint (g_array_index (badges, UchMapBadge, cases[c].n).n, ==, 1);
      /* Apart: no two of them touch, so that each can be clicked. */
      g_assert_cmpint (nearest (badges) >= 36, ==, cases[c].apart);
    }
}

/* Told anew, everybody goes on from where he was drawn; a late point brings nobody back. */
static void
test_told_anew (void)
{
  g_autoptr (GArray) badges = g_array_new (FALSE, TRUE, sizeof (UchMapBadge));
  g_autoptr (GPtrArray) first = make_crew (1);
  g_autoptr (GPtrArray) second = make_crew (1);
  g_autoptr (GPtrArray) third = make_crew (1);
  UchMapEngineer    *later = g_ptr_array_index (second, 0);
  UchMapEngineer    *late = g_ptr_array_index (third, 0);
  const UchMapBadge *badge;
  double             start = uch_mercator_x (41.97), goal = uch_mercator_x (41.98);

  uch_map_badges_build (badges, first, 0, UCH_MAP_PACE_GLIDE);
  later->at = NOW + 60000;
  later->longitude = 41.98;
  uch_map_badges_build (badges, second, SECOND_US, UCH_MAP_PACE_GLIDE);
  badge = &g_array_index (badges, UchMapBadge, 0);
  g_assert_cmpfloat (badge->wx, ==, start);
  g_assert_true (uch_map_badges_move (badges, SECOND_US + UCH_MAP_MOTION_US / 2));
  g_assert_cmpfloat_with_epsilon (badge->wx, (start + goal) / 2, 1e-9);
  late->at = NOW + 30000;
  uch_map_badges_build (badges, third, SECOND_US + UCH_MAP_MOTION_US / 2, UCH_MAP_PACE_GLIDE);
  badge = &g_array_index (badges, UchMapBadge, 0);
  g_assert_cmpfloat_with_epsilon (badge->wx, (start + goal) / 2, 1e-9);
  g_assert_false (uch_map_badges_move (badges, SECOND_US + UCH_MAP_MOTION_US));
  g_assert_cmpfloat_with_epsilon (badge->wx, goal, 1e-12);
  g_assert_cmpint (late->at, ==, NOW + 60000);
  /* Looking back, he stands where he was. */
  late->at = NOW + 30000;
  uch_map_badges_build (badges, third, 9 * SECOND_US, UCH_MAP_PACE_JUMP);
  g_assert_cmpfloat (g_array_index (badges, UchMapBadge, 0).wx, ==, start);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/motion/glides", test_glides);
  g_test_add_func ("/motion/never-back", test_never_back);
  g_test_add_func ("/motion/age", test_age);
  g_test_add_func ("/motion/fan", test_fan);
  g_test_add_func ("/motion/told-anew", test_told_anew);
  return g_test_run ();
}
