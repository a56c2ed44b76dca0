#define G_LOG_DOMAIN "uch-app"

#include "app/tickets/uch-tickets-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/tickets/uch-ticket-export.h"
#include "app/tickets/uch-ticket-filter-bar.h"
#include "app/tickets/uch-ticket-table.h"
#include "app/uch-window.h"

#define ASSIGN_MAX 200 /* one stroke that a person can still oversee */

struct _UchTicketsPage
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget      *box;
  AdwBin         *bar_place;
  AdwBin         *table_place;
  GtkStack       *stack;
  GtkLabel       *count;
  GtkSpinner     *spinner;
  GtkWidget      *export_box;
  GtkLabel       *export_label;
  GtkProgressBar *export_bar;
  GtkWidget      *selected_box;
  GtkLabel       *selected_label;

  /* owned */
  UchSession           *session;
  UchTicketQuery       *query;
  GtkFileChooserNative *chooser;
  GCancellable         *exporting; /* nullable */
  gboolean              to_top;    /* another order or filter was asked for and is not here yet */

  /* borrowed: they stand in their places */
  UchTicketFilterBar *bar;
  UchTicketTable     *table;
};

G_DEFINE_FINAL_TYPE (UchTicketsPage, uch_tickets_page, GTK_TYPE_WIDGET)

static void
tell (UchTicketsPage *self, const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (UCH_IS_WINDOW (root))
    uch_window_tell (UCH_WINDOW (root), text, NULL);
}

/* ---- what is shown ---- */

static GtkBitset *
dup_selection (UchTicketsPage *self)
{
  return gtk_selection_model_get_selection (uch_ticket_table_get_selection_model (self->table));
}

static void
update_selection (UchTicketsPage *self)
{
  g_autoptr (GtkBitset) selected = dup_selection (self);
  guint            n = (guint) gtk_bitset_get_size (selected);
  g_autofree char *text = g_strdup_printf (ngettext ("%u selected", "%u selected", n), n);

  gtk_label_set_label (self->selected_label, text);
  gtk_widget_set_visible (self->selected_box, n > 0 && self->exporting == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tickets.open", n == 1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tickets.assign", n > 0);
}

static void
update_count (UchTicketsPage *self)
{
  guint            n = g_list_model_get_n_items (G_LIST_MODEL (self->query));
  g_autofree char *number = g_strdup_printf ("%'u", n);
  g_autofree char *text = NULL;
  gboolean         loading = FALSE;
  g_autoptr (UchTicketView) view = uch_ticket_view_new ();

  uch_ticket_filter_bar_get_view (self->bar, view);
  g_object_get (self->query, "loading", &loading, NULL);
  gtk_spinner_set_spinning (self->spinner, loading);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tickets.export",
                                 n > 0 && self->exporting == NULL);
  if (!loading && self->to_top)
    {
      self->to_top = FALSE;
      uch_ticket_table_scroll_to_top (self->table);
    }
  if (n == 0 && loading)
    return; /* nothing jumps: the last list stays until the answer is there */
  /* Translators: %s is the number %u, grouped */
  text = g_strdup_printf (ngettext ("%s ticket", "%s tickets", n), number);
  gtk_label_set_label (self->count, text);
  if (n > 0)
    gtk_stack_set_visible_child_name (self->stack, "list");
  else
    gtk_stack_set_visible_child_name (self->stack,
                                      uch_ticket_view_is_any (view) ? "empty" : "nothing");
}

static void
apply (UchTicketsPage *self)
{
  g_autoptr (UchTicketView) view = uch_ticket_view_new ();
  UchTicketFilter filter;

  uch_ticket_filter_bar_get_view (self->bar, view);
  uch_ticket_view_fill (view, uch_session_now (self->session), &filter);
  self->to_top = TRUE;
  uch_ticket_query_set_filter (self->query, &filter);
  update_count (self);
}

static void
sort_changed_cb (UchTicketsPage *self)
{
  g_autoptr (UchTicketView) view = uch_ticket_view_new ();

  uch_ticket_filter_bar_get_view (self->bar, view);
  uch_ticket_table_get_sort (self->table, &view->sort, &view->descending);
  uch_ticket_filter_bar_set_view (self->bar, view);
  uch_ticket_table_set_sort (self->table, view->sort, view->descending);
  apply (self);
}

static void
show_view (UchTicketsPage *self, const UchTicketView *view)
{
  uch_ticket_filter_bar_set_view (self->bar, view);
  uch_ticket_table_set_sort (self->table, view->sort, view->descending);
  apply (self);
}

static void
saved_chosen_cb (UchTicketsPage *self, const char *text)
{
  g_autoptr (UchTicketView) view = uch_ticket_view_parse (text);

  show_view (self, view);
}

/* ---- acts ---- */

static void
reset_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (UchTicketView) any = uch_ticket_view_new ();

  show_view (UCH_TICKETS_PAGE (widget), any);
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_ticket_filter_bar_focus_search (UCH_TICKETS_PAGE (widget)->bar);
}

static char **
dup_selected_ids (UchTicketsPage *self)
{
  g_autoptr (GtkBitset) selected = dup_selection (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GtkBitsetIter iter;
  guint         position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr (UchTicket) ticket = g_list_model_get_item (G_LIST_MODEL (self->query), position);

      if (ticket != NULL && ticket->category != NULL)
        g_strv_builder_add (builder, ticket->parent.id);
    }
  return g_strv_builder_end (builder);
}

static void
assign_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchTicketsPage *self = UCH_TICKETS_PAGE (widget);
  g_autoptr (GtkBitset) selected = dup_selection (self);
  g_auto (GStrv) ids = NULL;

  if (gtk_bitset_get_size (selected) > ASSIGN_MAX)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("At most %d ticket is assigned at one stroke: select fewer",
                    "At most %d tickets are assigned at one stroke: select fewer", ASSIGN_MAX),
          ASSIGN_MAX);

      tell (self, text);
      return;
    }
  ids = dup_selected_ids (self);
  if (g_strv_length (ids) < gtk_bitset_get_size (selected))
    tell (self, _ ("Some of these tickets are still being read: try again"));
  else if (ids[0] != NULL)
    gtk_widget_activate_action (widget, "win.assign", "^as", ids);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_auto (GStrv) ids = dup_selected_ids (UCH_TICKETS_PAGE (widget));

  if (ids[0] != NULL)
    gtk_widget_activate_action (widget, "win.show-ticket", "s", ids[0]);
}

/* ---- export ---- */

static void
set_exporting (UchTicketsPage *self, GCancellable *cancellable)
{
  g_set_object (&self->exporting, cancellable);
  gtk_widget_set_visible (self->export_box, cancellable != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tickets.cancel-export", cancellable != NULL);
  update_selection (self);
  update_count (self);
}

static void
progress_cb (guint n_done, guint n_total, gpointer user_data)
{
  UchTicketsPage  *self = user_data;
  g_autofree char *text = g_strdup_printf (_ ("Exported %'u of %'u"), n_done, n_total);

  gtk_label_set_label (self->export_label, text);
  gtk_progress_bar_set_fraction (self->export_bar, n_total > 0 ? (double) n_done / n_total : 0);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchTicketsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint            n = 0;

  if (uch_ticket_export_finish (UCH_TICKET_QUERY (source), result, &n, &error))
    text = g_strdup_printf (ngettext ("%u ticket exported", "%u tickets exported", n), n);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = g_strdup (_ ("Export cancelled, no file was written"));
  else
    text = g_strdup_printf (_ ("Not exported: %s"), error->message);
  if (self->session == NULL)
    return; /* the page is gone */
  set_exporting (self, NULL);
  tell (self, text);
}

static void
file_chosen_cb (UchTicketsPage *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GPtrArray) columns = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL)
    return;
  columns = uch_ticket_table_list_columns (self->table);
  set_exporting (self, cancellable);
  progress_cb (0, g_list_model_get_n_items (G_LIST_MODEL (self->query)), self);
  uch_ticket_export_async (self->query, uch_session_get_replica (self->session), columns,
                           uch_session_now (self->session), file, cancellable, progress_cb, self,
                           exported_cb, g_object_ref (self));
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchTicketsPage *self = UCH_TICKETS_PAGE (widget);
  GtkRoot        *root = gtk_widget_get_root (widget);
  g_autoptr (GDateTime) today
      = g_date_time_new_from_unix_local (uch_session_now (self->session) / 1000);
  g_autofree char *day = g_date_time_format (today, "%Y-%m-%d");
  g_autofree char *file_name = g_strdup_printf ("%s %s.csv", _ ("Tickets"), day);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Export tickets"),
                                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (file_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
cancel_export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchTicketsPage *self = UCH_TICKETS_PAGE (widget);

  if (self->exporting != NULL)
    g_cancellable_cancel (self->exporting);
}

/* ---- the widget ---- */

static void
uch_tickets_page_dispose (GObject *object)
{
  UchTicketsPage *self = UCH_TICKETS_PAGE (object);

  if (self->exporting != NULL)
    g_cancellable_cancel (self->exporting);
  g_clear_object (&self->exporting);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->query);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_tickets_page_parent_class)->dispose (object);
}

static void
uch_tickets_page_class_init (UchTicketsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_tickets_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/tickets/uch-tickets-page.ui");
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, box);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, bar_place);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, table_place);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, count);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, export_box);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, export_label);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, export_bar);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, selected_box);
  gtk_widget_class_bind_template_child (widget_class, UchTicketsPage, selected_label);

  gtk_widget_class_install_action (widget_class, "tickets.reset", NULL, reset_action);
  gtk_widget_class_install_action (widget_class, "tickets.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "tickets.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "tickets.assign", NULL, assign_action);
  gtk_widget_class_install_action (widget_class, "tickets.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "tickets.cancel-export", NULL,
                                   cancel_export_action);
}

static void
uch_tickets_page_init (UchTicketsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Single letters act on the list only, never while somebody types into the search. */
static void
add_shortcuts (UchTicketsPage *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_a, 0),
                                                          gtk_named_action_new ("tickets.assign")));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (controller),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Cyrillic_ef, 0),
                        gtk_named_action_new ("tickets.assign")));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_slash, 0),
                                                          gtk_named_action_new ("tickets.find")));
  gtk_widget_add_controller (GTK_WIDGET (self->table), controller);
}

/**
 * uch_tickets_page_new:
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
uch_tickets_page_new (UchSession *session)
{
  UchTicketsPage *self = g_object_new (UCH_TYPE_TICKETS_PAGE, NULL);
  g_autoptr (UchTicketView) any = uch_ticket_view_new ();

  self->session = g_object_ref (session);
  self->query = uch_ticket_query_new (uch_session_get_replica (session));
  self->bar = UCH_TICKET_FILTER_BAR (uch_ticket_filter_bar_new (session));
  self->table = UCH_TICKET_TABLE (uch_ticket_table_new (session, self->query));
  adw_bin_set_child (self->bar_place, GTK_WIDGET (self->bar));
  adw_bin_set_child (self->table_place, GTK_WIDGET (self->table));
  uch_ticket_table_attach_menu (
      self->table, GTK_MENU_BUTTON (uch_ticket_filter_bar_get_columns_button (self->bar)));
  add_shortcuts (self);
  g_signal_connect_swapped (self->bar, "changed", G_CALLBACK (apply), self);
  g_signal_connect_swapped (self->bar, "saved-chosen", G_CALLBACK (saved_chosen_cb), self);
  g_signal_connect_swapped (self->table, "sort-changed", G_CALLBACK (sort_changed_cb), self);
  g_signal_connect_object (self->query, "items-changed", G_CALLBACK (update_count), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->query, "notify::loading", G_CALLBACK (update_count), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_ticket_table_get_selection_model (self->table), "selection-changed",
                           G_CALLBACK (update_selection), self, G_CONNECT_SWAPPED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tickets.cancel-export", FALSE);
  update_selection (self);
  show_view (self, any);
  return GTK_WIDGET (self);
}
