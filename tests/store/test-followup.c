/* The store notes which contacts are owed, once, and moves them when the calendar changes. */
#include "core/uch-followup.h"
#include "suite.h"

static guint
tick (Suite *suite)
{
  g_autoptr (GError) error = NULL;
  guint n_done;

  uch_store_tick (suite->store, suite->now, &n_done, &error);
  g_assert_no_error (error);
  return n_done;
}

static void
resolve (Suite *suite, Sender *by, const char *id, const char *category)
{
  g_autofree char *command_id = suite_id (suite);
  g_autoptr (UchCommand) create = uch_command_new_with (
      command_id, UCH_COMMAND_TICKET_CREATE, suite->now, "ticket", "s", id, "fields", "v",
      suite_fields ("category", category, "house_id", "h1", "phone_raw", "8 962 123-45-67", NULL),
      NULL);
  g_autoptr (UchCommand) settle = suite_command (suite, UCH_COMMAND_TICKET_RESOLVE, "ticket", id,
                                                 "how", "phone", "code", "settings", NULL);

  sender_do (by, create);
  sender_do (by, settle);
}

static UchFollowup *
get_row (Suite *suite, const char *ticket_id, UchFollowupKind kind)
{
  g_autoptr (UchTicket) ticket = suite_get (suite, UCH_TABLE_TICKET, ticket_id);
  g_autofree char *id = uch_followup_make_id (ticket_id, ticket->resolved_at, kind);

  return suite_get (suite, UCH_TABLE_FOLLOWUP, id);
}

static void
test_made_once (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");

  for (guint i = 0; i < 70; i++) /* more than one commit takes */
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);

      resolve (suite, dasha, id, i % 2 == 0 ? "support.wifi" : "connect.new");
    }
  resolve (suite, dasha, "company", "mc.info");
  g_assert_cmpuint (tick (suite), ==, 70);
  g_assert_cmpuint (tick (suite), ==, 0);
  suite_restart (suite);
  g_assert_cmpuint (tick (suite), ==, 0);
  for (guint kind = 0; kind < UCH_N_FOLLOWUP_KINDS; kind++)
    {
      g_autoptr (UchFollowup) row = get_row (suite, "t69", kind);
      g_autoptr (UchFollowup) none = get_row (suite, "company", kind);

      g_assert_nonnull (row);
      g_assert_null (none);
      g_assert_cmpint (row->state, ==, UCH_FOLLOWUP_OPEN);
    }
  g_assert_true (uch_store_verify (suite->store, &error));
  g_assert_no_error (error);
}

/* Work of long ago was followed up elsewhere, or not at all. */
static void
test_old_work_owes_nothing (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");

  resolve (suite, dasha, "t1", "support.wifi");
  suite->now += 14 * UCH_DAY_MS;
  g_assert_cmpuint (tick (suite), ==, 1); /* it closes */
  g_autoptr (UchFollowup) row = get_row (suite, "t1", UCH_FOLLOWUP_QUALITY);
  g_assert_null (row);
}

static void
test_calendar_moves (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) boss = suite_sender (suite, "boss");
  g_autoptr (UchFollowup) week = NULL;
  g_autoptr (UchFollowup) month = NULL;
  g_autoptr (UchFollowup) moved_week = NULL;
  g_autoptr (UchFollowup) moved_month = NULL;
  g_autoptr (UchFollowup) back = NULL;

  resolve (suite, dasha, "t1", "support.wifi");
  g_assert_cmpuint (tick (suite), ==, 1);
  g_assert_cmpuint (tick (suite), ==, 0);
  week = get_row (suite, "t1", UCH_FOLLOWUP_WEEK);
  month = get_row (suite, "t1", UCH_FOLLOWUP_MONTH);

  /* Monday the 7th becomes a day off: the week's deadline is now the Friday before, and the month,
   * which runs from it, moves as well. */
  g_autoptr (UchCommand) put = suite_make_put (suite, "calendar_day", "2026-09-07",
                                               suite_fields ("kind", "off", NULL), NULL);
  sender_do (boss, put);
  suite_restart (suite);
  g_assert_cmpuint (tick (suite), ==, 2);
  g_assert_cmpuint (tick (suite), ==, 0);
  moved_week = get_row (suite, "t1", UCH_FOLLOWUP_WEEK);
  moved_month = get_row (suite, "t1", UCH_FOLLOWUP_MONTH);
  g_assert_cmpint (week->deadline_at - moved_week->deadline_at, ==, 3 * UCH_DAY_MS);
  g_assert_cmpint (month->deadline_at - moved_month->deadline_at, ==, 3 * UCH_DAY_MS);

  g_autoptr (UchCommand) remove = suite_command (suite, UCH_COMMAND_DELETE, "table", "calendar_day",
                                                 "id", "2026-09-07", NULL);
  sender_do (boss, remove);
  g_assert_cmpuint (tick (suite), ==, 2);
  back = get_row (suite, "t1", UCH_FOLLOWUP_WEEK);
  g_assert_cmpint (back->deadline_at, ==, week->deadline_at);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/followup/made-once", test_made_once);
  suite_add ("/store/followup/old-work-owes-nothing", test_old_work_owes_nothing);
  suite_add ("/store/followup/calendar-moves", test_calendar_moves);
  return g_test_run ();
}
