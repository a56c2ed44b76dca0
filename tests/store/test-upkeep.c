#include "suite.h"

#include <string.h>

static void
push_int (Suite      *suite,
          Sender     *sender,
          const char *type,
          const char *name,
          const char *id,
          const char *reason,
          const char *time_name,
          UchTime     time)
{
  g_autofree char *command_id = suite_id (suite);
  g_autoptr (UchCommand) command
      = uch_command_new_with (command_id, type, suite->now, name, "s", id, "reason", "s", reason,
                              time_name, "x", time, NULL);

  sender_do (sender, command);
}

static guint
tick (Suite *suite)
{
  g_autoptr (GError) error = NULL;
  guint n_done;

  uch_store_tick (suite->store, suite->now, &n_done, &error);
  g_assert_no_error (error);
  return n_done;
}

static UchTicketState
ticket_state (Suite *suite, const char *id)
{
  g_autoptr (UchTicket) ticket = suite_get (suite, UCH_TABLE_TICKET, id);

  return ticket->state;
}

static void
test_ticket_on_hold_wakes (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchStorePage) page = NULL;
  const UchEvent *event = NULL;
  gint64          head;

  sender_do (dasha, create);
  g_autoptr (UchCommand) take
      = suite_command (suite, UCH_COMMAND_TICKET_TAKE, "ticket", "t1", NULL);
  sender_do (dasha, take);
  push_int (suite, dasha, UCH_COMMAND_TICKET_HOLD, "ticket", "t1", "client_away", "wake_at",
            suite->now + UCH_HOUR_MS);
  g_assert_cmpuint (tick (suite), ==, 0);
  head = suite_head (suite);

  suite->now += UCH_HOUR_MS;
  g_assert_cmpuint (tick (suite), ==, 1);
  g_assert_cmpint (ticket_state (suite, "t1"), ==, UCH_TICKET_IN_WORK);
  g_assert_cmpuint (tick (suite), ==, 0);
  g_assert_cmpint (suite_head (suite), ==, head + 1);

  /* It stands in the journal as the store's own act. */
  page = uch_store_list_changes (suite->store, dasha->session, head, 10, NULL);
  for (guint i = 0; i < page->rows->len; i++)
    if (((UchStoreRow *) page->rows->pdata[i])->table == UCH_TABLE_EVENT)
      event = (UchEvent *) ((UchStoreRow *) page->rows->pdata[i])->row;
  g_assert_cmpint (event->actor_role, ==, UCH_ROLE_STORE);
  g_assert_cmpstr (event->type, ==, UCH_COMMAND_TICKET_WAKE);
}

static void
test_visit_is_missed_an_hour_after_due (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) plan = suite_command (suite, UCH_COMMAND_VISIT_PLAN, "ticket", "t1",
                                               "visit", "v1", "mode", "now", NULL);
  g_autoptr (UchVisit) visit = NULL;
  g_autoptr (UchVisit) missed = NULL;

  sender_do (dasha, create);
  sender_do (dasha, plan);
  visit = suite_get (suite, UCH_TABLE_VISIT, "v1");
  suite->now = visit->due_at + UCH_HOUR_MS - 1;
  g_assert_cmpuint (tick (suite), ==, 0);
  suite->now++;
  g_assert_cmpuint (tick (suite), ==, 1);
  missed = suite_get (suite, UCH_TABLE_VISIT, "v1");
  g_assert_cmpint (missed->state, ==, UCH_VISIT_MISSED);
  g_assert_cmpstr (missed->reason, ==, "no_engineer");
}

/* More than fit into one commit; none is left for the next tick. */
static void
test_many_close_after_two_weeks (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");

  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchCommand) take
          = suite_command (suite, UCH_COMMAND_TICKET_TAKE, "ticket", id, NULL);
      g_autoptr (UchCommand) resolve = suite_command (suite, UCH_COMMAND_TICKET_RESOLVE, "ticket",
                                                      id, "how", "phone", "code", "settings", NULL);

      sender_do (dasha, create);
      sender_do (dasha, take);
      sender_do (dasha, resolve);
    }
  suite->now += 14 * UCH_DAY_MS - 1;
  g_assert_cmpuint (tick (suite), ==, 0);
  suite->now++;
  g_assert_cmpuint (tick (suite), ==, 150);
  g_assert_cmpint (ticket_state (suite, "t149"), ==, UCH_TICKET_CLOSED);
  g_assert_cmpuint (tick (suite), ==, 0);
}

/* The store's own steps and those of desks stand in one order; a restart in between is nothing. */
static void
test_tick_after_restart (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchCommand) take
          = suite_command (suite, UCH_COMMAND_TICKET_TAKE, "ticket", id, NULL);

      sender_do (dasha, create);
      sender_do (dasha, take);
      push_int (suite, dasha, UCH_COMMAND_TICKET_HOLD, "ticket", id, "client_away", "wake_at",
                suite->now + 1000);
      suite->now += 1000;
      suite_restart (suite);
      g_assert_cmpuint (tick (suite), ==, 1);
    }
  g_assert_true (uch_store_verify (suite->store, &error));
  g_assert_no_error (error);
}

/* Processes at one database, all of which hear the clock strike: each has its own connection. */
typedef struct
{
  const char *url;
  guint64     random;
  UchTime     now;
  guint       n_done;
  GError     *error;
} Clock;

static gpointer
tick_thread (gpointer data)
{
  Clock *clock = data;
  g_autoptr (UchStore) store
      = uch_store_open (clock->url, 0, suite_random, &clock->random, clock->now, &clock->error);

  if (store != NULL)
    uch_store_tick (store, clock->now, &clock->n_done, &clock->error);
  return NULL;
}

static guint
count_events (Suite *suite, UchSession *session, gint64 since, const char *type)
{
  guint  n = 0;
  gint64 at = since, before;

  do
    {
      g_autoptr (UchStorePage) page
          = uch_store_list_changes (suite->store, session, at, 1000, NULL);

      before = at;
      at = page->to;
      for (guint i = 0; i < page->rows->len; i++)
        {
          const UchStoreRow *row = page->rows->pdata[i];

          if (row->table == UCH_TABLE_EVENT && strcmp (((UchEvent *) row->row)->type, type) == 0)
            n++;
        }
    }
  while (at > before);
  return n;
}

static void
test_processes_fire_once (Suite *suite, gconstpointer data)
{
  enum
  {
    N_TICKETS = 90, /* more than one commit holds */
    N_CLOCKS = 3
  };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  gint64 head;
  Clock  clocks[N_CLOCKS] = { 0 };
  guint  n_done = 0;

  for (guint i = 0; i < N_TICKETS; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autofree char *visit = g_strdup_printf ("v%u", i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchCommand) plan = suite_command (suite, UCH_COMMAND_VISIT_PLAN, "ticket", id,
                                                   "visit", visit, "mode", "now", NULL);

      sender_do (dasha, create);
      if (i % 2 == 0)
        sender_do (dasha, plan);
      else
        push_int (suite, dasha, UCH_COMMAND_TICKET_HOLD, "ticket", id, "client_away", "wake_at",
                  suite->now + UCH_HOUR_MS);
    }
  head = suite_head (suite);
  suite->now += 3 * UCH_HOUR_MS;
  for (guint round = 0; round < 2; round++)
    {
      GThread *threads[N_CLOCKS];

      for (guint i = 0; i < N_CLOCKS; i++)
        {
          clocks[i] = (Clock){ .url = suite->url, .random = 7 + i, .now = suite->now };
          threads[i] = g_thread_new ("tick", tick_thread, &clocks[i]);
        }
      for (guint i = 0; i < N_CLOCKS; i++)
        {
          g_thread_join (threads[i]);
          g_assert_no_error (clocks[i].error);
          n_done += clocks[i].n_done;
        }
    }
  g_assert_cmpuint (count_events (suite, dasha->session, head, UCH_COMMAND_VISIT_MISS), ==,
                    N_TICKETS / 2);
  g_assert_cmpuint (count_events (suite, dasha->session, head, UCH_COMMAND_TICKET_WAKE), ==,
                    N_TICKETS / 2);
  g_assert_cmpint (suite_head (suite), ==, head + N_TICKETS);
  g_assert_cmpuint (n_done, >=, N_TICKETS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/upkeep/ticket-on-hold-wakes", test_ticket_on_hold_wakes);
  suite_add ("/store/upkeep/visit-is-missed-an-hour-after-due",
             test_visit_is_missed_an_hour_after_due);
  suite_add ("/store/upkeep/many-close-after-two-weeks", test_many_close_after_two_weeks);
  suite_add ("/store/upkeep/tick-after-restart", test_tick_after_restart);
  suite_add ("/store/upkeep/processes-fire-once", test_processes_fire_once);
  return g_test_run ();
}
