#include "suite.h"

#include <math.h>

/* Мира 10 and places around it. */
#define LATITUDE 45.0448
#define LONGITUDE 41.9691
#define METRE (1.0 / 111195.0) /* of latitude, in degrees */

static void
put_shift (Suite *suite, const char *staff_id, UchTime from, UchTime to)
{
  GVariantDict     fields;
  g_autofree char *id = suite_id (suite);

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "staff_id", "s", staff_id);
  g_variant_dict_insert (&fields, "starts_at", "x", from);
  g_variant_dict_insert (&fields, "ends_at", "x", to);
  suite_put (suite, UCH_TABLE_SHIFT, id, g_variant_dict_end (&fields));
}

static UchPosition
at (UchTime when, double north_m, double accuracy_m)
{
  return (UchPosition){ .at = when,
                        .latitude = LATITUDE + north_m * METRE,
                        .longitude = LONGITUDE,
                        .accuracy_m = accuracy_m,
                        .speed_mps = -1,
                        .course_deg = -1,
                        .battery_percent = 80 };
}

static UchPositionFate
record (Suite *suite, const char *engineer, UchPosition position)
{
  g_autoptr (GError) error = NULL;
  UchPositionFate fate;

  uch_store_record_positions (suite->store, engineer, "traccar", &position, 1, suite->now, &fate,
                              &error);
  g_assert_no_error (error);
  return fate;
}

/* Each rule of what is believed, kept and dropped; the rows build upon each other. */
static void
test_rules (Suite *suite, gconstpointer data)
{
  const UchTime now = suite->now;
  const struct
  {
    const char     *why;
    UchPosition     position;
    UchPositionFate fate;
  } cases[] = {
    { "the first", at (now - 600000, 0, 10), UCH_POSITION_SHOWN },
    { "once more", at (now - 600000, 0, 10), UCH_POSITION_KNOWN },
    { "the same instant elsewhere", at (now - 600000, 90, 10), UCH_POSITION_KNOWN },
    { "on his way", at (now - 590000, 100, 10), UCH_POSITION_SHOWN },
    { "older than the last", at (now - 595000, 50, 10), UCH_POSITION_KEPT },
    { "199 km/h", at (now - 580000, 100 + 552, 10), UCH_POSITION_SHOWN },
    { "201 km/h", at (now - 570000, 652 + 559, 10), UCH_POSITION_KEPT },
    { "200 m accurate", at (now - 560000, 652, 200), UCH_POSITION_SHOWN },
    { "201 m accurate", at (now - 550000, 652, 201), UCH_POSITION_KEPT },
    { "accuracy unknown", at (now - 540000, 652, -1), UCH_POSITION_SHOWN },
    { "two minutes ahead", at (now + 120000, 652, 10), UCH_POSITION_SHOWN },
    { "more than two minutes ahead", at (now + 120001, 652, 10), UCH_POSITION_DROPPED_FUTURE },
    { "a week old", at (now - 7 * UCH_DAY_MS, 0, 10), UCH_POSITION_KEPT },
    { "older than a week", at (now - 7 * UCH_DAY_MS - 1, 0, 10), UCH_POSITION_DROPPED_OLD },
    { "0/0", { .at = now }, UCH_POSITION_DROPPED_IMPOSSIBLE },
    { "off the globe", { .at = now, .latitude = 91 }, UCH_POSITION_DROPPED_IMPOSSIBLE },
    { "no number",
      { .at = now, .latitude = NAN, .longitude = 1 },
      UCH_POSITION_DROPPED_IMPOSSIBLE },
    { "swapped", { .at = now, .latitude = INFINITY }, UCH_POSITION_DROPPED_IMPOSSIBLE },
  };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (GPtrArray) last = NULL;
  gint64 counts[UCH_N_POSITION_FATES];

  put_shift (suite, "ivan", now - 8 * UCH_DAY_MS, now + UCH_DAY_MS);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (record (suite, "ivan", cases[i].position) != cases[i].fate)
      g_error ("%s: fate %d instead of %d", cases[i].why, record (suite, "ivan", cases[i].position),
               cases[i].fate);

  last = uch_store_list_last_positions (suite->store, dasha->session, now - UCH_HOUR_MS, NULL);
  g_assert_cmpuint (last->len, ==, 1);
  g_assert_cmpint (((UchLastPosition *) last->pdata[0])->position.at, ==, now + 120000);
  g_assert_cmpstr (((UchLastPosition *) last->pdata[0])->source, ==, "traccar");

  g_assert_true (uch_store_get_position_fates (suite->store, counts, NULL));
  g_assert_cmpint (counts[UCH_POSITION_SHOWN], ==, 0);
  g_assert_cmpint (counts[UCH_POSITION_DROPPED_FUTURE], ==, 1);
  g_assert_cmpint (counts[UCH_POSITION_DROPPED_OLD], ==, 1);
  g_assert_cmpint (counts[UCH_POSITION_DROPPED_IMPOSSIBLE], ==, 4);
}

static void
test_only_on_shift (Suite *suite, gconstpointer data)
{
  const UchTime now = suite->now;

  put_shift (suite, "ivan", now - UCH_HOUR_MS, now);
  g_assert_cmpint (record (suite, "ivan", at (now - UCH_HOUR_MS - 1, 0, 5)), ==,
                   UCH_POSITION_DROPPED_OFF_SHIFT);
  g_assert_cmpint (record (suite, "ivan", at (now - UCH_HOUR_MS, 0, 5)), ==, UCH_POSITION_SHOWN);
  g_assert_cmpint (record (suite, "ivan", at (now - 1, 0, 5)), ==, UCH_POSITION_SHOWN);
  g_assert_cmpint (record (suite, "ivan", at (now, 0, 5)), ==, UCH_POSITION_DROPPED_OFF_SHIFT);
  g_assert_cmpint (record (suite, "petr", at (now - 1, 0, 5)), ==, UCH_POSITION_DROPPED_OFF_SHIFT);
}

/* Who sees where people are. */
static void
test_roles (Suite *suite, gconstpointer data)
{
  static const struct
  {
    const char *login;
    guint       n;
  } cases[] = { { "dasha", 2 }, { "boss", 2 }, { "ivan", 1 }, { "adam", 0 } };

  put_shift (suite, "ivan", suite->now - 1000, suite->now + 1000);
  put_shift (suite, "petr", suite->now - 1000, suite->now + 1000);
  record (suite, "ivan", at (suite->now, 0, 5));
  record (suite, "petr", at (suite->now, 0, 5));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Sender) who = suite_sender (suite, cases[i].login);
      g_autoptr (GPtrArray) last
          = uch_store_list_last_positions (suite->store, who->session, 0, NULL);

      g_assert_cmpuint (last->len, ==, cases[i].n);
    }
}

static void
test_trackers (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *secret
      = uch_store_add_tracker (suite->store, suite->local, "ivan", "телефон", suite->now, &error);
  g_autofree char *whose = NULL;
  g_autofree char *again = NULL;
  g_autofree char *token_owner = NULL;
  g_autoptr (GPtrArray) trackers = NULL;
  g_autoptr (Sender) ivan = suite_sender (suite, "ivan");

  g_assert_no_error (error);
  whose = uch_store_find_tracker (suite->store, secret, &error);
  g_assert_cmpstr (whose, ==, "ivan");
  /* The secret is good for nothing else, and nothing else for it. */
  g_assert_null (uch_store_authenticate (suite->store, secret, suite->now, NULL));
  token_owner = uch_store_find_tracker (suite->store, ivan->token, NULL);
  g_assert_null (token_owner);

  trackers = uch_store_list_trackers (suite->store, suite->local, suite->now, &error);
  g_assert_cmpuint (trackers->len, ==, 1);
  g_assert_true (uch_store_end_tracker (suite->store, suite->local,
                                        UCH_ENTITY (trackers->pdata[0])->id, suite->now, &error));
  again = uch_store_find_tracker (suite->store, secret, &error);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN);
  g_clear_error (&error);
  g_assert_null (
      uch_store_add_tracker (suite->store, suite->local, "nobody", NULL, suite->now, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN);
}

static guint
count_kept (Suite *suite)
{
  guint n = 0;

  /* Whatever is there already is known. */
  for (guint i = 0; i < 120; i++)
    if (record (suite, "ivan", at (SUITE_NOW + i * UCH_MINUTE_MS, i, 5)) == UCH_POSITION_KNOWN)
      n++;
  return n;
}

/* Full rate for 72 hours, then one in five minutes, nothing after 30 days. */
static void
test_old_tracks_are_thinned (Suite *suite, gconstpointer data)
{
  put_shift (suite, "ivan", suite->now, suite->now + 3 * UCH_HOUR_MS);
  for (guint i = 0; i < 120; i++)
    {
      suite->now = SUITE_NOW + i * UCH_MINUTE_MS;
      g_assert_cmpint (record (suite, "ivan", at (suite->now, i, 5)), ==, UCH_POSITION_SHOWN);
    }
  suite->now = SUITE_NOW + 3 * UCH_DAY_MS;
  g_assert_true (uch_store_compact (suite->store, suite->now, NULL));
  g_assert_cmpuint (count_kept (suite), ==, 120);
  suite->now = SUITE_NOW + 3 * UCH_DAY_MS + 3 * UCH_HOUR_MS;
  g_assert_true (uch_store_compact (suite->store, suite->now, NULL));
  g_assert_cmpuint (count_kept (suite), ==, 24);
}

static void
put_house_on_the_map (Suite *suite)
{
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "latitude", "d", LATITUDE);
  g_variant_dict_insert (&fields, "longitude", "d", LONGITUDE);
  suite_put (suite, UCH_TABLE_HOUSE, "h1", g_variant_dict_end (&fields));
}

static void
step (Suite *suite, Sender *who, const char *type)
{
  g_autoptr (UchCommand) command = suite_command (suite, type, "visit", "v1", NULL);

  sender_do (who, command);
}

static UchTime
confirmed_at (Suite *suite)
{
  g_autoptr (UchVisit) visit = suite_get (suite, UCH_TABLE_VISIT, "v1");

  return visit->arrived_geo_at;
}

/* Who is seen at the client's house while he is expected there has arrived, said once. */
static void
test_arrival_is_confirmed (Suite *suite, gconstpointer data)
{
  const struct
  {
    const char *why;
    int         second; /* after the departure */
    double      north_m, accuracy_m;
    gboolean    confirms;
  } cases[] = {
    { "on his way", 10, 400, 10, FALSE },
    { "a leap that no car makes", 11, 0, 10, FALSE },
    { "near, hardly known", 20, 120, 101, FALSE },
    { "accuracy unknown", 30, 120, -1, FALSE },
    { "151 m", 40, 151, 10, FALSE },
    { "at the house", 50, 149, 100, TRUE },
    { "still there", 60, 10, 10, FALSE },
  };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) ivan = suite_sender (suite, "ivan");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) assign = suite_make_assign (suite, "t1", "v1", "ivan", NULL);
  UchTime left_at;

  put_house_on_the_map (suite);
  put_shift (suite, "ivan", suite->now - UCH_HOUR_MS, suite->now + UCH_DAY_MS);
  put_shift (suite, "petr", suite->now - UCH_HOUR_MS, suite->now + UCH_DAY_MS);
  sender_do (dasha, create);
  sender_do (dasha, assign);
  step (suite, ivan, UCH_COMMAND_VISIT_ACCEPT);
  /* He lives there: before he sets out it means nothing. */
  record (suite, "ivan", at (suite->now, 0, 10));
  g_assert_cmpint (confirmed_at (suite), ==, 0);
  left_at = suite->now += UCH_MINUTE_MS;
  step (suite, ivan, UCH_COMMAND_VISIT_DEPART);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64  head = suite_head (suite);
      UchTime when = left_at + cases[i].second * UCH_SECOND_MS;

      suite->now = when;
      record (suite, "petr", at (when, 0, 10)); /* a colleague who passes by */
      record (suite, "ivan", at (when, cases[i].north_m, cases[i].accuracy_m));
      if (suite_head (suite) != head + (cases[i].confirms ? 1 : 0))
        g_error ("%s: confirmed at %" G_GINT64_FORMAT, cases[i].why, confirmed_at (suite));
    }
  g_assert_cmpint (confirmed_at (suite), ==, left_at + 50 * UCH_SECOND_MS);
  step (suite, ivan, UCH_COMMAND_VISIT_ARRIVE);
}

/* A phone that was without a network tells afterwards; what came after the end is no arrival. */
static void
test_late_confirmation (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) ivan = suite_sender (suite, "ivan");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) assign = suite_make_assign (suite, "t1", "v1", "ivan", NULL);
  UchTime left_at = suite->now + UCH_MINUTE_MS;

  put_house_on_the_map (suite);
  put_shift (suite, "ivan", suite->now - UCH_HOUR_MS, suite->now + UCH_DAY_MS);
  sender_do (dasha, create);
  sender_do (dasha, assign);
  step (suite, ivan, UCH_COMMAND_VISIT_ACCEPT);
  suite->now = left_at;
  step (suite, ivan, UCH_COMMAND_VISIT_DEPART);
  suite->now += 20 * UCH_MINUTE_MS;
  step (suite, ivan, UCH_COMMAND_VISIT_ARRIVE);
  suite->now += 20 * UCH_MINUTE_MS;
  {
    g_autoptr (UchCommand) done = suite_command (suite, UCH_COMMAND_VISIT_FINISH, "visit", "v1",
                                                 "result", "done", "code", "cable", NULL);

    sender_do (ivan, done);
  }
  suite->now += UCH_HOUR_MS;
  record (suite, "ivan", at (left_at + 18 * UCH_MINUTE_MS, 20, 10));
  g_assert_cmpint (confirmed_at (suite), ==, left_at + 18 * UCH_MINUTE_MS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/positions/rules", test_rules);
  suite_add ("/store/positions/only-on-shift", test_only_on_shift);
  suite_add ("/store/positions/roles", test_roles);
  suite_add ("/store/positions/trackers", test_trackers);
  suite_add ("/store/positions/old-tracks-are-thinned", test_old_tracks_are_thinned);
  suite_add ("/store/positions/arrival-is-confirmed", test_arrival_is_confirmed);
  suite_add ("/store/positions/late-confirmation", test_late_confirmation);
  return g_test_run ();
}
