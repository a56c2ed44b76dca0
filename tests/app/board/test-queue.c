/* Which tab shows what, in which order, and what may move when. */
#include "app/board/board-fixture.h"
#include "app/board/uch-queue-model.h"
#include "app/board/uch-ticket-steps.h"

#define NOW G_GINT64_CONSTANT (1795000000000) /* a noon in November 2026 */
#define MINUTE UCH_MINUTE_MS
#define U (1 << UCH_QUEUE_UNASSIGNED)
#define R (1 << UCH_QUEUE_RISK)
#define T (1 << UCH_QUEUE_TODAY)
#define A (1 << UCH_QUEUE_ALL)

/* Times in minutes from now. */
static const struct
{
  const char    *what;
  UchTicketState ticket;
  int            visit; /* UchVisitState; −1: none */
  gboolean       has_engineer;
  UchVisitMode   mode;
  int            from_min, due_min, created_min;
  const char    *category;
  guint          tabs;
} cases[] = {
  { "new, just now", UCH_TICKET_NEW, -1, 0, 0, 0, 0, -5, "connect.new", U | T | A },
  { "new, of last week", UCH_TICKET_NEW, -1, 0, 0, 0, 0, -7 * 1440, "connect.new", U | A },
  { "in work, nobody goes", UCH_TICKET_IN_WORK, -1, 0, 0, 0, 0, -5, "support.tv", U | T | A },
  { "planned", UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, 0, UCH_VISIT_MODE_TIME, 90, 130, -5,
    "support.tv", U | T | A },
  { "planned for tomorrow", UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, 0, UCH_VISIT_MODE_TIME, 1440,
    1480, -2000, "support.tv", U | A },
  { "assigned", UCH_TICKET_IN_WORK, UCH_VISIT_ASSIGNED, 1, UCH_VISIT_MODE_NONE, 0, 0, -5,
    "support.tv", T | A },
  { "assigned, due soon", UCH_TICKET_IN_WORK, UCH_VISIT_ASSIGNED, 1, UCH_VISIT_MODE_NOW, -32, 8,
    -2000, "support.tv", R | T | A },
  { "nobody, overdue", UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, 0, UCH_VISIT_MODE_NOW, -50, -10,
    -2000, "support.tv", U | R | T | A },
  { "visit failed", UCH_TICKET_IN_WORK, UCH_VISIT_FAILED, 1, UCH_VISIT_MODE_NOW, -50, -10, -2000,
    "support.tv", U | T | A },
  { "put aside", UCH_TICKET_ON_HOLD, -1, 0, 0, 0, 0, -5, "support.tv", T | A },
  { "resolved", UCH_TICKET_RESOLVED, UCH_VISIT_DONE, 1, UCH_VISIT_MODE_NOW, -50, -10, -5,
    "support.tv", T | A },
  { "thanks", UCH_TICKET_CLOSED, -1, 0, 0, 0, 0, -5, "thanks", T | A },
};

static UchQueueItem *
make_item (guint i)
{
  g_autofree char *id = g_strdup_printf ("t%u", i);
  g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, id);
  g_autoptr (UchVisit) visit = NULL;

  ticket->state = cases[i].ticket;
  ticket->category = g_strdup (cases[i].category);
  ticket->created_at = NOW + cases[i].created_min * MINUTE;
  if (cases[i].visit >= 0)
    {
      visit = uch_entity_new (UCH_TABLE_VISIT, "v");
      visit->state = (UchVisitState) cases[i].visit;
      visit->mode = cases[i].mode;
      visit->engineer_id = cases[i].has_engineer ? g_strdup ("e1") : NULL;
      visit->agreed_from = cases[i].from_min != 0 ? NOW + cases[i].from_min * MINUTE : 0;
      visit->agreed_at = visit->agreed_from;
      visit->due_at = cases[i].due_min != 0 ? NOW + cases[i].due_min * MINUTE : 0;
      visit->ended_at = uch_visit_is_open (visit) ? 0 : NOW - MINUTE;
    }
  return uch_queue_item_new (ticket, visit);
}

static void
test_tabs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchQueueItem) item = make_item (i);
      guint tabs = 0;

      for (guint tab = 0; tab < UCH_N_QUEUE_TABS; tab++)
        if (uch_queue_item_is_in (item, tab, NOW))
          tabs |= 1u << tab;
      g_test_message ("%s", cases[i].what);
      g_assert_cmphex (tabs, ==, cases[i].tabs);
    }
}

/* What burns comes before what waits, then what is put aside, then what is done with. */
static void
test_urgency (void)
{
  static const guint order[] = { 7, 6, 1, 0, 9, 10 };

  for (guint i = 0; i + 1 < G_N_ELEMENTS (order); i++)
    {
      g_autoptr (UchQueueItem) before = make_item (order[i]);
      g_autoptr (UchQueueItem) after = make_item (order[i + 1]);

      g_test_message ("%s < %s", cases[order[i]].what, cases[order[i + 1]].what);
      g_assert_cmpint (uch_queue_item_compare (before, after, NOW), <, 0);
      g_assert_cmpint (uch_queue_item_compare (after, before, NOW), >, 0);
    }
}

static char *
list_ids (UchQueueModel *model)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (model)); i++)
    {
      g_autoptr (UchQueueItem) item = g_list_model_get_item (G_LIST_MODEL (model), i);

      g_string_append_printf (ids, "%s%s", i != 0 ? " " : "", item->ticket->parent.id);
    }
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
assert_ids (UchQueueModel *model, const char *expected)
{
  g_autofree char *ids = NULL;

  board_fixture_settle ();
  ids = list_ids (model);
  g_assert_cmpstr (ids, ==, expected);
}

static void
assign (BoardFixture *fixture, const char *ticket_id)
{
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autofree char *visit_id = uch_replica_make_id (fixture->replica);

  g_ptr_array_add (commands, uch_replica_make_command (fixture->replica, UCH_COMMAND_VISIT_ASSIGN,
                                                       "ticket", "s", ticket_id, "visit", "s",
                                                       visit_id, "engineer", "s", "e1", NULL));
  uch_replica_submit_many_async (fixture->replica, commands, NULL, NULL, NULL);
}

static void
test_nothing_moves_under_the_pointer (void)
{
  BoardFixture fixture = { 0 };
  g_autoptr (UchQueueModel) model = NULL;
  guint n_pending;

  board_fixture_init (&fixture);
  board_fixture_fill_small (&fixture);
  model = uch_queue_model_new (fixture.session);
  assert_ids (model, "t4 t3 t2 t1");
  uch_queue_model_hold (model, TRUE);
  board_fixture_add_ticket (&fixture, "t9", 9, "h1", "Клиент Девять");
  assign (&fixture, "t3");
  assert_ids (model, "t4 t3 t2 t1");
  g_object_get (model, "n-pending", &n_pending, NULL);
  g_assert_cmpuint (n_pending, ==, 1);
  g_assert_false (uch_queue_model_is_here (model, uch_queue_model_find (model, "t3")));
  g_assert_cmpuint (uch_queue_model_count (model, UCH_QUEUE_UNASSIGNED), ==, 4);
  uch_queue_model_hold (model, FALSE);
  assert_ids (model, "t9 t4 t2 t1");
  g_object_get (model, "n-pending", &n_pending, NULL);
  g_assert_cmpuint (n_pending, ==, 0);
  board_fixture_clear (&fixture);
}

static void
test_search_folds (void)
{
  BoardFixture fixture = { 0 };
  g_autoptr (UchQueueModel) model = NULL;

  board_fixture_init (&fixture);
  board_fixture_fill_small (&fixture);
  board_fixture_add_ticket (&fixture, "t5", 77, "h2", "Артёмов Пётр");
  model = uch_queue_model_new (fixture.session);
  uch_queue_model_set_words (model, "АРТЕМ петр");
  assert_ids (model, "t5");
  uch_queue_model_set_words (model, "мира");
  assert_ids (model, "t5 t4 t3");
  g_assert_cmpuint (uch_queue_model_count (model, UCH_QUEUE_ALL), ==, 5);
  g_assert_cmpuint (uch_queue_model_count_found (model, UCH_QUEUE_ALL), ==, 3);
  uch_queue_model_set_words (model, "77");
  assert_ids (model, "t5");
  uch_queue_model_set_words (model, "ничего");
  assert_ids (model, "");
  uch_queue_model_set_words (model, "");
  assert_ids (model, "t5 t4 t3 t2 t1");
  board_fixture_clear (&fixture);
}

static const struct
{
  UchTicketState ticket;
  int            visit;
  gboolean       has_engineer;
  UchVisitMode   mode;
  UchRole        role;
  const char    *next;
} steps[] = {
  { UCH_TICKET_NEW, -1, 0, 0, UCH_ROLE_DISPATCHER, UCH_COMMAND_VISIT_PLAN },
  { UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, 0, UCH_VISIT_MODE_NOW, UCH_ROLE_DISPATCHER,
    UCH_COMMAND_VISIT_ASSIGN },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ASSIGNED, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_DISPATCHER,
    UCH_COMMAND_VISIT_ACCEPT },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ACCEPTED, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_HEAD,
    UCH_COMMAND_VISIT_DEPART },
  { UCH_TICKET_IN_WORK, UCH_VISIT_EN_ROUTE, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_HEAD,
    UCH_COMMAND_VISIT_ARRIVE },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ON_SITE, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_HEAD,
    UCH_COMMAND_VISIT_FINISH },
  { UCH_TICKET_ON_HOLD, -1, 0, 0, UCH_ROLE_DISPATCHER, UCH_COMMAND_TICKET_WAKE },
  { UCH_TICKET_RESOLVED, UCH_VISIT_DONE, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_HEAD,
    UCH_COMMAND_TICKET_CLOSE },
  { UCH_TICKET_RESOLVED, UCH_VISIT_DONE, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_CLERK,
    UCH_COMMAND_TICKET_CLOSE },
  { UCH_TICKET_RESOLVED, UCH_VISIT_DONE, 1, UCH_VISIT_MODE_NOW, UCH_ROLE_DISPATCHER, NULL },
  { UCH_TICKET_CANCELLED, -1, 0, 0, UCH_ROLE_HEAD, NULL },
};

static void
test_next_step (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "t");
      g_autoptr (UchVisit) visit
          = steps[i].visit >= 0 ? uch_entity_new (UCH_TABLE_VISIT, "v") : NULL;

      ticket->state = steps[i].ticket;
      ticket->category = g_strdup ("support.tv");
      if (visit != NULL)
        {
          visit->state = (UchVisitState) steps[i].visit;
          visit->mode = steps[i].mode;
          visit->engineer_id = steps[i].has_engineer ? g_strdup ("e1") : NULL;
        }
      g_test_message ("case %u", i);
      g_assert_cmpstr (uch_ticket_steps_find_next (ticket, visit, steps[i].role), ==,
                       steps[i].next);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/board/queue/tabs", test_tabs);
  g_test_add_func ("/board/queue/urgency", test_urgency);
  g_test_add_func ("/board/queue/nothing-moves-under-the-pointer",
                   test_nothing_moves_under_the_pointer);
  g_test_add_func ("/board/queue/search-folds", test_search_folds);
  g_test_add_func ("/board/card/next-step", test_next_step);
  return g_test_run ();
}
