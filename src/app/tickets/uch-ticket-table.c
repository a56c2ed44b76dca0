#include "app/tickets/uch-ticket-table.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/tickets/uch-ticket-column.h"
#include "app/uch-format.h"

#define REFRESH_INTERVAL_MS (20 * UCH_SECOND_MS) /* clocks show minutes */

struct _UchTicketTable
{
  GtkWidget parent;

  GtkWidget *scroller;
  GtkWidget *view; /* GtkColumnView */

  UchSession         *session;   /* owned */
  UchTicketQuery     *query;     /* owned */
  GtkMultiSelection  *selection; /* owned */
  GMenu              *menu;      /* owned: which columns to show */
  GSimpleActionGroup *actions;   /* owned: the same, as actions */
  GHashTable         *bound;     /* set of GtkListItem, borrowed: the cells on the screen */
  UchTime             refreshed_at;
  const char         *asked; /* the first column that the view's sorter asked, see find_sort() */
  gboolean            is_restoring;
};

enum
{
  SIGNAL_SORT_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchTicketTable, uch_ticket_table, GTK_TYPE_WIDGET)

static const char *const state_classes[UCH_N_TICKET_STATES] = {
  "state-new",    "state-in-work",   "state-on-hold",  "state-resolved",
  "state-closed", "state-cancelled", "state-rejected",
};

static const char *const promise_classes[]
    = { "promise-none", "promise-yellow", "promise-orange", "promise-red", "promise-broken", NULL };

static const UchTicketColumn *
get_column (gpointer of)
{
  return g_object_get_data (of, "uch-column");
}

/* ---- cells ---- */

static void
set_one_class (GtkWidget *widget, const char *const *classes, guint n, const char *wanted)
{
  for (guint i = 0; i < n && classes[i] != NULL; i++)
    if (g_strcmp0 (classes[i], wanted) != 0)
      gtk_widget_remove_css_class (widget, classes[i]);
  if (wanted != NULL)
    gtk_widget_add_css_class (widget, wanted);
}

/* The zone's colour is a dot before its number: colour never speaks alone. */
static void
show_zone (UchTicketTable *self, GtkInscription *cell, const char *zone_id, const char *text)
{
  UchReplica    *replica = uch_session_get_replica (self->session);
  const UchZone *zone
      = zone_id != NULL ? uch_replica_peek (replica, UCH_TABLE_ZONE, zone_id) : NULL;
  GdkRGBA          color;
  g_autofree char *markup = NULL;

  if (zone == NULL)
    {
      gtk_inscription_set_text (cell, text);
      return;
    }
  uch_zone_get_rgba (zone, adw_style_manager_get_dark (adw_style_manager_get_default ()), &color);
  markup = g_markup_printf_escaped (
      "<span foreground=\"#%02x%02x%02x\">⬤</span> %s", (guint) (color.red * 255 + 0.5),
      (guint) (color.green * 255 + 0.5), (guint) (color.blue * 255 + 0.5), text);
  gtk_inscription_set_markup (cell, markup);
}

static void
fill_cell (UchTicketTable *self, GtkListItem *item)
{
  const UchTicketColumn *column = get_column (gtk_list_item_get_child (item));
  GtkInscription        *cell = GTK_INSCRIPTION (gtk_list_item_get_child (item));
  const UchTicket       *ticket = gtk_list_item_get_item (item);
  UchTime                now = uch_session_now (self->session);
  UchVisit              *visit;
  g_autofree char       *text = NULL;

  if (ticket == NULL || ticket->category == NULL) /* not read yet */
    {
      gtk_inscription_set_text (cell, "");
      return;
    }
  visit = uch_ticket_query_peek_visit (self->query, ticket);
  text = uch_ticket_column_dup_text (column, uch_session_get_replica (self->session), ticket, visit,
                                     now, UCH_TICKET_TEXT_SCREEN);
  if (g_str_equal (column->id, "zone"))
    show_zone (self, cell, ticket->zone_id, text);
  else
    gtk_inscription_set_text (cell, text);
  if (g_str_equal (column->id, "state"))
    set_one_class (GTK_WIDGET (cell), state_classes, UCH_N_TICKET_STATES,
                   state_classes[ticket->state]);
  else if (g_str_equal (column->id, "due"))
    set_one_class (GTK_WIDGET (cell), promise_classes, G_N_ELEMENTS (promise_classes),
                   visit != NULL
                       ? uch_promise_css_class (uch_session_get_promise (self->session, visit, now))
                       : NULL);
  else if (column->width_px > 200)
    gtk_widget_set_tooltip_text (GTK_WIDGET (cell), text);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, UchTicketTable *self)
{
  const UchTicketColumn *column = get_column (factory);
  GtkWidget             *cell = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_yalign (GTK_INSCRIPTION (cell), 0.5f);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (cell), 1);
  gtk_widget_add_css_class (cell, "numeric");
  if (g_str_equal (column->id, "state"))
    {
      gtk_widget_add_css_class (cell, "ticket-state");
      gtk_inscription_set_xalign (GTK_INSCRIPTION (cell), 0.5f);
    }
  g_object_set_data (G_OBJECT (cell), "uch-column", (gpointer) column);
  gtk_list_item_set_child (item, cell);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, UchTicketTable *self)
{
  g_hash_table_add (self->bound, item);
  fill_cell (self, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, UchTicketTable *self)
{
  g_hash_table_remove (self->bound, item);
}

static void
refresh (UchTicketTable *self)
{
  GHashTableIter iter;
  gpointer       item;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    fill_cell (self, item);
}

static void
tick_cb (UchTicketTable *self)
{
  UchTime now = uch_session_now (self->session);

  if (ABS (now - self->refreshed_at) < REFRESH_INTERVAL_MS
      || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->refreshed_at = now;
  refresh (self);
}

/* ---- sorting ---- */

/* GTK 4.8 does not say which header was clicked. But its sorter asks the columns' sorters in their
 * order: the first one asked is the one that counts, and the sign of the answer is its direction.
 * The list itself is sorted in SQL. */
static int
asked_cb (gconstpointer a, gconstpointer b, gpointer user_data)
{
  GtkColumnViewColumn *column = user_data;
  UchTicketTable      *self = g_object_get_data (G_OBJECT (column), "uch-table");

  if (self->asked == NULL)
    self->asked = get_column (column)->id;
  return -1;
}

static void
sorter_changed_cb (UchTicketTable *self)
{
  if (!self->is_restoring)
    g_signal_emit (self, signals[SIGNAL_SORT_CHANGED], 0);
}

/**
 * uch_ticket_table_get_sort:
 *
 * What the headers say: nothing clicked means the newest first.
 */
void
uch_ticket_table_get_sort (UchTicketTable *self, UchTicketSort *out_sort, gboolean *out_descending)
{
  GtkSorter  *sorter = gtk_column_view_get_sorter (GTK_COLUMN_VIEW (self->view));
  GtkOrdering ordering;

  self->asked = NULL;
  ordering = gtk_sorter_compare (sorter, self, self->view);
  *out_sort = UCH_TICKET_SORT_CREATED;
  *out_descending = TRUE;
  if (self->asked == NULL)
    return;
  *out_sort = (UchTicketSort) uch_ticket_column_find (self->asked)->sort;
  *out_descending = ordering == GTK_ORDERING_LARGER;
}

/**
 * uch_ticket_table_set_sort:
 *
 * Shows the order in the headers; "sort-changed" is not emitted.
 */
void
uch_ticket_table_set_sort (UchTicketTable *self, UchTicketSort sort, gboolean descending)
{
  GListModel *shown = gtk_column_view_get_columns (GTK_COLUMN_VIEW (self->view));

  self->is_restoring = TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (shown); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (shown, i);
      GtkSorter *sorter = gtk_column_view_column_get_sorter (column);
      g_autoptr (GtkSorter) kept = sorter != NULL ? g_object_ref (sorter) : NULL;

      /* GTK 4.8 leaves the arrow in a header that is no longer sorted by; so take the sorter out
       * and put it in again. */
      gtk_column_view_column_set_sorter (column, NULL);
      gtk_column_view_column_set_sorter (column, kept);
    }
  for (guint i = 0; i < g_list_model_get_n_items (shown); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (shown, i);

      if (get_column (column)->sort == (int) sort)
        gtk_column_view_sort_by_column (GTK_COLUMN_VIEW (self->view), column,
                                        descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
    }
  self->is_restoring = FALSE;
}

/* ---- columns ---- */

static void
remember_columns (UchTicketTable *self)
{
  g_autoptr (GPtrArray) shown = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;

  if (self->is_restoring || self->session == NULL)
    return;
  shown = uch_ticket_table_list_columns (self);
  for (guint i = 0; i < shown->len; i++)
    g_strv_builder_add (builder, ((const UchTicketColumn *) g_ptr_array_index (shown, i))->id);
  ids = g_strv_builder_end (builder);
  g_settings_set_strv (uch_session_get_settings (self->session), "ticket-columns",
                       (const char *const *) ids);
}

static void
add_column (UchTicketTable *self, const UchTicketColumn *description, gboolean visible)
{
  GtkListItemFactory  *factory = gtk_signal_list_item_factory_new ();
  const char          *title = g_dpgettext2 (NULL, "column", description->title);
  GtkColumnViewColumn *column;
  g_autoptr (GPropertyAction) action = NULL;
  g_autofree char *detailed = g_strconcat ("columns.", description->id, NULL);

  g_object_set_data (G_OBJECT (factory), "uch-column", (gpointer) description);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  column = gtk_column_view_column_new (title, factory);
  g_object_set_data (G_OBJECT (column), "uch-column", (gpointer) description);
  g_object_set_data (G_OBJECT (column), "uch-table", self);
  gtk_column_view_column_set_fixed_width (column, description->width_px);
  gtk_column_view_column_set_resizable (column, TRUE);
  /* On a wide screen the long ones take what is left over. */
  gtk_column_view_column_set_expand (column, description->width_px > 150);
  gtk_column_view_column_set_visible (column, visible);
  gtk_column_view_column_set_header_menu (column, G_MENU_MODEL (self->menu));
  if (description->sort >= 0)
    {
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (asked_cb, column, NULL));

      gtk_column_view_column_set_sorter (column, sorter);
    }
  action = g_property_action_new (description->id, column, "visible");
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
  g_menu_append (self->menu, title, detailed);
  g_signal_connect_object (column, "notify::visible", G_CALLBACK (remember_columns), self,
                           G_CONNECT_SWAPPED);
  gtk_column_view_append_column (GTK_COLUMN_VIEW (self->view), column);
  g_object_unref (column);
}

static void
add_columns (UchTicketTable *self)
{
  g_auto (GStrv) ids
      = g_settings_get_strv (uch_session_get_settings (self->session), "ticket-columns");
  g_autoptr (GPtrArray) shown = uch_ticket_columns_from_settings ((const char *const *) ids);
  const UchTicketColumn *all;
  guint                  n;

  self->is_restoring = TRUE;
  for (guint i = 0; i < shown->len; i++)
    add_column (self, g_ptr_array_index (shown, i), TRUE);
  all = uch_ticket_column_list (&n);
  for (guint i = 0; i < n; i++)
    if (!g_ptr_array_find (shown, &all[i], NULL))
      add_column (self, &all[i], FALSE);
  self->is_restoring = FALSE;
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", G_ACTION_GROUP (self->actions));
  g_signal_connect_object (gtk_column_view_get_columns (GTK_COLUMN_VIEW (self->view)),
                           "items-changed", G_CALLBACK (remember_columns), self, G_CONNECT_SWAPPED);
}

/* ---- acts ---- */

static void
activate_cb (UchTicketTable *self, guint position)
{
  g_autoptr (UchTicket) ticket = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (ticket != NULL && ticket->category != NULL) /* it has been read */
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-ticket", "s", ticket->parent.id);
}

static void
uch_ticket_table_dispose (GObject *object)
{
  UchTicketTable *self = UCH_TICKET_TABLE (object);

  self->is_restoring = TRUE; /* what falls apart is not remembered */
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->menu);
  g_clear_object (&self->actions);
  g_clear_object (&self->query);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_ticket_table_parent_class)->dispose (object);
}

static void
uch_ticket_table_finalize (GObject *object)
{
  g_hash_table_unref (UCH_TICKET_TABLE (object)->bound);
  G_OBJECT_CLASS (uch_ticket_table_parent_class)->finalize (object);
}

static void
uch_ticket_table_class_init (UchTicketTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_ticket_table_dispose;
  G_OBJECT_CLASS (klass)->finalize = uch_ticket_table_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);

  /**
   * UchTicketTable::sort-changed:
   *
   * The person clicked a header.
   */
  signals[SIGNAL_SORT_CHANGED]
      = g_signal_new ("sort-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
}

static void
uch_ticket_table_init (UchTicketTable *self)
{
  self->bound = g_hash_table_new (NULL, NULL);
  self->menu = g_menu_new ();
  self->actions = g_simple_action_group_new ();
  self->scroller = gtk_scrolled_window_new ();
  self->view = gtk_column_view_new (NULL);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->view);
  gtk_column_view_set_show_column_separators (GTK_COLUMN_VIEW (self->view), FALSE);
  gtk_column_view_set_enable_rubberband (GTK_COLUMN_VIEW (self->view), TRUE);
  gtk_widget_add_css_class (self->view, "data-table");
  gtk_widget_add_css_class (self->view, "ticket-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Tickets"), -1);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
}

/**
 * uch_ticket_table_new:
 *
 * Returns: (transfer floating): the list of @query, in the columns that the settings name
 */
GtkWidget *
uch_ticket_table_new (UchSession *session, UchTicketQuery *query)
{
  UchTicketTable *self = g_object_new (UCH_TYPE_TICKET_TABLE, NULL);

  self->session = g_object_ref (session);
  self->query = g_object_ref (query);
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (query)));
  add_columns (self);
  gtk_column_view_set_model (GTK_COLUMN_VIEW (self->view), GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (gtk_column_view_get_sorter (GTK_COLUMN_VIEW (self->view)), "changed",
                           G_CALLBACK (sorter_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (refresh),
                           self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * uch_ticket_table_get_selection_model:
 *
 * Returns: (transfer none): whose "selection-changed" tells of the person's choice
 */
GtkSelectionModel *
uch_ticket_table_get_selection_model (UchTicketTable *self)
{
  return GTK_SELECTION_MODEL (self->selection);
}

/**
 * uch_ticket_table_list_columns:
 *
 * Returns: (transfer container) (element-type UchTicketColumn): the shown ones, in their order
 */
GPtrArray *
uch_ticket_table_list_columns (UchTicketTable *self)
{
  GListModel *all = gtk_column_view_get_columns (GTK_COLUMN_VIEW (self->view));
  GPtrArray  *shown = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (all, i);

      if (gtk_column_view_column_get_visible (column))
        g_ptr_array_add (shown, (gpointer) get_column (column));
    }
  return shown;
}

/**
 * uch_ticket_table_attach_menu:
 * @button: offers from now on which columns to show
 */
void
uch_ticket_table_attach_menu (UchTicketTable *self, GtkMenuButton *button)
{
  gtk_widget_insert_action_group (GTK_WIDGET (button), "columns", G_ACTION_GROUP (self->actions));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (self->menu));
}

/**
 * uch_ticket_table_scroll_to_top:
 *
 * GTK keeps the row in sight that was there; who asked for another order wants to see its begin.
 */
void
uch_ticket_table_scroll_to_top (UchTicketTable *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->view); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LIST_VIEW (child) && g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0)
      gtk_widget_activate_action (child, "list.scroll-to-item", "u", 0);
}
