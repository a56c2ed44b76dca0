/* Drags on the real page, without a pointer: "prepare" of a source, "drop" on a target. */
#include <adwaita.h>

#include "app/board/board-fixture.h"
#include "app/board/uch-board-page.h"
#include "app/board/uch-conflict-bar.h"
#include "app/board/uch-assign.h"
#include "app/board/uch-engineer-row.h"
#include "app/board/uch-engineers.h"
#include "app/board/uch-queue-row.h"
#include "app/board/uch-queue.h"
#include "app/uch-drag.h"
#include "core/uch-work.h"

typedef struct
{
  BoardFixture office;
  GtkWidget   *window;
  GtkWidget   *page;
} Fixture;

/* Until rows are made and placed; a frame comes by the clock, so this waits for it. */
static void
wait_for (Fixture *fixture, GType type)
{
  for (guint i = 0; i < 500 && board_fixture_find (fixture->page, type, 0) == NULL; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  g_assert_nonnull (board_fixture_find (fixture->page, type, 0));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  board_fixture_init (&fixture->office);
  board_fixture_fill_small (&fixture->office);
  g_settings_set_string (fixture->office.settings, "queue-tab", "all");
  fixture->window = gtk_window_new ();
  fixture->page = uch_board_page_new (fixture->office.session);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1280, 720);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->page);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_for (fixture, UCH_TYPE_QUEUE_ROW);
  wait_for (fixture, UCH_TYPE_ENGINEER_ROW);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  board_fixture_settle ();
  board_fixture_clear (&fixture->office);
}

static GtkWidget *
find_row (Fixture *fixture, const char *ticket_id)
{
  GtkWidget *row;

  for (guint i = 0; (row = board_fixture_find (fixture->page, UCH_TYPE_QUEUE_ROW, i)) != NULL; i++)
    {
      UchQueueItem *item = uch_queue_row_get_item (UCH_QUEUE_ROW (row));

      if (item != NULL && g_strcmp0 (item->ticket->parent.id, ticket_id) == 0)
        return row;
    }
  g_assert_not_reached ();
}

static GtkWidget *
find_engineer (Fixture *fixture, const char *staff_id)
{
  GtkWidget *row;

  for (guint i = 0; (row = board_fixture_find (fixture->page, UCH_TYPE_ENGINEER_ROW, i)) != NULL;
       i++)
    {
      UchEngineerItem *item = uch_engineer_row_get_item (UCH_ENGINEER_ROW (row));

      if (item != NULL && g_strcmp0 (item->staff->parent.id, staff_id) == 0)
        return row;
    }
  g_assert_not_reached ();
}

static gpointer
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (g_type_is_a (G_OBJECT_TYPE (controller), type))
        return controller; /* the widget keeps it */
    }
  g_assert_not_reached ();
}

/* Whether the target took it. */
static gboolean
drag (Fixture *fixture, const char *ticket_id, const char *staff_id)
{
  GtkDragSource *source = find_controller (find_row (fixture, ticket_id), GTK_TYPE_DRAG_SOURCE);
  GtkDropTarget *target = find_controller (find_engineer (fixture, staff_id), GTK_TYPE_DROP_TARGET);
  g_autoptr (GdkContentProvider) content = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_signal_emit_by_name (source, "prepare", 5.0, 5.0, &content);
  g_assert_nonnull (content);
  g_value_init (&value, UCH_TYPE_DRAG_TICKETS);
  g_assert_true (gdk_content_provider_get_value (content, &value, NULL));
  g_signal_emit_by_name (target, "drop", &value, 5.0, 5.0, &taken);
  board_fixture_settle ();
  return taken;
}

static GtkWidget *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return window;
    }
  return NULL;
}

static const char *
get_engineer (Fixture *fixture, const char *ticket_id)
{
  UchTicket *ticket = uch_replica_peek (fixture->office.replica, UCH_TABLE_TICKET, ticket_id);
  UchVisit  *visit = uch_replica_peek_visit_of (fixture->office.replica, ticket);

  return visit != NULL ? visit->engineer_id : NULL;
}

static void
test_row_to_engineer (Fixture *fixture, gconstpointer data)
{
  GPtrArray  *acts = uch_fake_replica_list_acts (fixture->office.replica);
  UchCommand *command;

  g_assert_true (drag (fixture, "t1", "e1"));
  g_assert_null (find_dialog ());
  g_assert_cmpstr (get_engineer (fixture, "t1"), ==, "e1");
  g_assert_cmpuint (acts->len, ==, 1);
  command = g_ptr_array_index (acts, 0);
  g_assert_cmpstr (command->type, ==, UCH_COMMAND_VISIT_ASSIGN);
  g_assert_null (uch_command_get_text (command, "base"));
  g_assert_nonnull (uch_command_get_text (command, "group"));
}

/* Moving it on names the version that the person saw. */
static void
test_reassign_names_what_was_seen (Fixture *fixture, gconstpointer data)
{
  GPtrArray       *acts = uch_fake_replica_list_acts (fixture->office.replica);
  UchVisit        *visit;
  UchTicket       *ticket;
  g_autofree char *rev = NULL;
  GtkWidget       *dialog;

  drag (fixture, "t1", "e1");
  ticket = uch_replica_peek (fixture->office.replica, UCH_TABLE_TICKET, "t1");
  visit = uch_replica_peek_visit_of (fixture->office.replica, ticket);
  rev = g_strdup (visit->parent.rev);
  drag (fixture, "t1", "e2"); /* another zone: asks */
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "assign");
  board_fixture_settle ();
  g_assert_cmpuint (acts->len, ==, 2);
  g_assert_cmpstr (uch_command_get_text (g_ptr_array_index (acts, 1), "base"), ==, rev);
  g_assert_cmpstr (uch_command_get_text (g_ptr_array_index (acts, 1), "warnings"), ==,
                   "wrong_zone");
  g_assert_cmpstr (get_engineer (fixture, "t1"), ==, "e2");
}

static void
test_warning_asks_and_may_be_declined (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog;

  g_assert_true (drag (fixture, "t3", "e1"));
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  g_assert_cmpstr (adw_message_dialog_get_default_response (ADW_MESSAGE_DIALOG (dialog)), ==,
                   "assign");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  board_fixture_settle ();
  g_assert_null (get_engineer (fixture, "t3"));
  g_assert_cmpuint (uch_fake_replica_list_acts (fixture->office.replica)->len, ==, 0);
}

/* Several selected ones go together, as one stroke. */
static void
test_selection_goes_together (Fixture *fixture, gconstpointer data)
{
  GtkListView *list
      = GTK_LIST_VIEW (gtk_widget_get_ancestor (find_row (fixture, "t1"), GTK_TYPE_LIST_VIEW));
  GPtrArray         *acts = uch_fake_replica_list_acts (fixture->office.replica);
  GtkSelectionModel *selection = gtk_list_view_get_model (list);

  /* The page begins with its first row selected. */
  gtk_selection_model_unselect_all (selection);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (selection)); i++)
    {
      g_autoptr (UchQueueItem) item = g_list_model_get_item (G_LIST_MODEL (selection), i);

      if (g_str_equal (item->ticket->house_id, "h1"))
        gtk_selection_model_select_item (selection, i, FALSE);
    }
  g_assert_true (drag (fixture, "t1", "e1"));
  g_assert_cmpuint (acts->len, ==, 2);
  g_assert_cmpstr (uch_command_get_text (g_ptr_array_index (acts, 0), "group"), ==,
                   uch_command_get_text (g_ptr_array_index (acts, 1), "group"));
  g_assert_cmpstr (get_engineer (fixture, "t1"), ==, "e1");
  g_assert_cmpstr (get_engineer (fixture, "t2"), ==, "e1");
  /* A row outside the selection goes alone. */
  drag (fixture, "t3", "e2");
  g_assert_cmpuint (acts->len, ==, 3);
}

/* While something is in the hand the row says what a drop would mean, and refuses what cannot be.
 */
static void
test_rows_tell_what_a_drop_means (Fixture *fixture, gconstpointer data)
{
  static const char *const ids[] = { "t1", NULL };
  GtkWidget               *row;
  UchEngineerModel        *model;
  GtkDropTarget           *target;
  GdkDragAction            action = 0;
  GtkWidget               *list;

  drag (fixture, "t1", "e1");
  board_fixture_settle ();
  row = find_engineer (fixture, "e1");
  list = gtk_widget_get_ancestor (row, UCH_TYPE_ENGINEERS);
  model = uch_engineers_get_model (UCH_ENGINEERS (list));
  uch_engineer_model_set_dragged (model, ids);
  g_assert_true (gtk_widget_has_css_class (row, "forbidden")); /* it is his already */
  target = find_controller (row, GTK_TYPE_DROP_TARGET);
  g_signal_emit_by_name (target, "enter", 5.0, 5.0, &action);
  g_assert_cmpint (action, ==, 0);
  row = find_engineer (fixture, "e2");
  g_assert_true (gtk_widget_has_css_class (row, "unfit"));
  target = find_controller (row, GTK_TYPE_DROP_TARGET);
  g_signal_emit_by_name (target, "enter", 5.0, 5.0, &action);
  g_assert_cmpint (action, ==, GDK_ACTION_COPY);
  uch_engineer_model_set_dragged (model, NULL);
  g_assert_false (gtk_widget_has_css_class (row, "unfit"));
}

/* A colleague was faster: the bar tells, and insisting assigns upon what stands now. */
static void
test_conflict_insists_upon_what_stands (Fixture *fixture, gconstpointer data)
{
  UchReplica *replica = fixture->office.replica;
  GPtrArray  *acts = uch_fake_replica_list_acts (replica);
  UchVisit   *visit;
  GListModel *refusals = uch_replica_list_refusals (replica);
  g_autoptr (UchCommand) lost = NULL;
  g_autoptr (UchRefused) refused = NULL;

  drag (fixture, "t1", "e1");
  visit = uch_replica_peek_visit_of (replica, uch_replica_peek (replica, UCH_TABLE_TICKET, "t1"));
  lost = uch_replica_make_command (replica, UCH_COMMAND_VISIT_ASSIGN, "ticket", "s", "t1", "visit",
                                   "s", "other", "engineer", "s", "e2", NULL);
  uch_fake_replica_refuse (replica, lost, UCH_VERDICT_CONFLICT, UCH_REFUSAL_CHANGED,
                           UCH_ENTITY (visit));
  board_fixture_settle ();
  g_assert_true (gtk_widget_has_css_class (find_row (fixture, "t1"), "conflict"));
  refused = g_list_model_get_item (refusals, 0);
  uch_assign_insist (fixture->office.session, fixture->page, refused);
  board_fixture_settle ();
  g_assert_cmpuint (acts->len, ==, 2);
  g_assert_cmpstr (get_engineer (fixture, "t1"), ==, "e2");
  g_assert_cmpuint (g_list_model_get_n_items (refusals), ==, 0);
  g_assert_false (gtk_widget_has_css_class (find_row (fixture, "t1"), "conflict"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 77;
    }
  adw_init ();
#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)
  ADD ("/board/drag/row-to-engineer", test_row_to_engineer);
  ADD ("/board/drag/reassign-names-what-was-seen", test_reassign_names_what_was_seen);
  ADD ("/board/drag/warning-asks-and-may-be-declined", test_warning_asks_and_may_be_declined);
  ADD ("/board/drag/selection-goes-together", test_selection_goes_together);
  ADD ("/board/drag/rows-tell-what-a-drop-means", test_rows_tell_what_a_drop_means);
  ADD ("/board/conflict/insists-upon-what-stands", test_conflict_insists_upon_what_stands);
  return g_test_run ();
}
