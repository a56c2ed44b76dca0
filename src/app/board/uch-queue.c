#include "app/board/uch-queue.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-conflict-bar.h"
#include "app/board/uch-queue-drag.h"
#include "app/board/uch-queue-row.h"

struct _UchQueue
{
  GtkWidget parent;

  /* template */
  GtkWidget         *box;
  GtkLabel          *count_unassigned, *count_risk, *count_today, *count_all;
  GtkWidget         *tab_unassigned, *tab_risk, *tab_today, *tab_all;
  GtkEditable       *search;
  UchConflictBar    *conflict;
  GtkRevealer       *pending;
  GtkButton         *pending_button;
  GtkStack          *stack;
  GtkScrolledWindow *scroller;
  GtkListView       *list;
  AdwStatusPage     *empty;
  GtkButton         *empty_button;
  GMenuModel        *row_menu;

  /* owned */
  UchSession         *session;
  UchQueueModel      *model;
  GtkMultiSelection  *selection;
  GPtrArray          *kept; /* (nullable) of UchQueueItem: selected before the order settled */
  GSimpleActionGroup *actions;
  GtkWidget          *menu;      /* popover of the rows */
  guint               let_go_id; /* 0: the pointer has not just left */

  gboolean wants_focus; /* asked for while there was no row yet */
};

enum
{
  SIGNAL_TICKET_ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchQueue, uch_queue, GTK_TYPE_WIDGET)

static void
show_empty (UchQueue *self, const char *icon, const char *title, const char *text)
{
  adw_status_page_set_icon_name (self->empty, icon);
  adw_status_page_set_title (self->empty, title);
  adw_status_page_set_description (self->empty, text);
}

/* An office that has just begun knows no address yet. */
static gboolean
has_houses (UchQueue *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);

  return g_list_model_get_n_items (uch_replica_list (replica, UCH_TABLE_HOUSE)) != 0;
}

static void
show_empty_state (UchQueue *self)
{
  UchQueueTab tab = uch_queue_model_get_tab (self->model);
  guint       n_all = uch_queue_model_count_found (self->model, UCH_QUEUE_ALL);
  gboolean    is_search = *gtk_editable_get_text (self->search) != '\0';

  gtk_widget_set_visible (GTK_WIDGET (self->empty_button), TRUE);
  if (is_search && n_all != 0)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("%u ticket found among all", "%u tickets found among all", n_all), n_all);

      show_empty (self, "edit-find-symbolic", _ ("Not here"), text);
      gtk_button_set_label (self->empty_button, _ ("Show all"));
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->empty_button),
                                               "queue.tab::all");
    }
  else if (is_search)
    {
      show_empty (self, "edit-find-symbolic", _ ("Nothing found"),
                  _ ("Older tickets are on the page “Tickets”"));
      gtk_button_set_label (self->empty_button, _ ("Open the page “Tickets”"));
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->empty_button),
                                               "win.page::tickets");
    }
  else if (n_all != 0 && (tab == UCH_QUEUE_UNASSIGNED || tab == UCH_QUEUE_RISK))
    {
      gtk_widget_set_visible (GTK_WIDGET (self->empty_button), FALSE);
      if (tab == UCH_QUEUE_RISK)
        show_empty (self, "object-select-symbolic", _ ("Nothing is at risk"),
                    _ ("Every promise is being kept so far"));
      else
        show_empty (self, "object-select-symbolic", _ ("Everything is assigned"),
                    _ ("New tickets appear here by themselves"));
    }
  else if (!has_houses (self))
    {
      show_empty (self, "uch-house-symbolic", _ ("First the houses"),
                  _ ("Load the register of houses; then a call becomes a ticket"));
      gtk_button_set_label (self->empty_button, _ ("Open the registers"));
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->empty_button),
                                               "win.page::register");
    }
  else
    {
      show_empty (self, "uch-ticket-symbolic", _ ("No open tickets"),
                  _ ("When a client calls, Ctrl+N makes a ticket"));
      gtk_button_set_label (self->empty_button, _ ("New ticket"));
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->empty_button),
                                               "win.new-ticket");
    }
}

static void
show_rows (UchQueue *self)
{
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0;

  if (is_empty)
    show_empty_state (self);
  gtk_stack_set_visible_child_name (self->stack, is_empty ? "empty" : "rows");
  if (!is_empty && self->wants_focus)
    uch_queue_focus_list (self);
}

static void
show_counts (UchQueue *self)
{
  GtkLabel *labels[]
      = { self->count_unassigned, self->count_risk, self->count_today, self->count_all };
  GtkWidget *tabs[] = { self->tab_unassigned, self->tab_risk, self->tab_today, self->tab_all };

  for (guint i = 0; i < UCH_N_QUEUE_TABS; i++)
    {
      guint            count = uch_queue_model_count_found (self->model, i);
      g_autofree char *text = g_strdup_printf ("%u", count);

      gtk_label_set_text (labels[i], text);
      if (i == UCH_QUEUE_RISK && count != 0)
        gtk_widget_add_css_class (tabs[i], "burns");
      else
        gtk_widget_remove_css_class (tabs[i], "burns");
    }
}

static void
pending_changed_cb (UchQueue *self)
{
  guint            n_pending;
  g_autofree char *text = NULL;

  g_object_get (self->model, "n-pending", &n_pending, NULL);
  gtk_revealer_set_reveal_child (self->pending, n_pending != 0);
  if (n_pending == 0)
    return;
  text = g_strdup_printf (ngettext ("%u new", "%u new", n_pending), n_pending);
  gtk_button_set_label (self->pending_button, text);
}

static void
refusals_changed_cb (UchQueue *self)
{
  GListModel *refusals = uch_replica_list_refusals (uch_session_get_replica (self->session));
  guint       n_refusals = g_list_model_get_n_items (refusals);
  g_autoptr (UchRefused) last
      = n_refusals != 0 ? g_list_model_get_item (refusals, n_refusals - 1) : NULL;

  uch_conflict_bar_set_refused (self->conflict, last, n_refusals);
}

/* The order is about to change: remember what is selected, lines that move would lose it. */
static void
about_to_settle_cb (UchQueue *self)
{
  g_autoptr (GtkBitset) bits
      = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint         position;

  g_clear_pointer (&self->kept, g_ptr_array_unref);
  self->kept = g_ptr_array_new_with_free_func (g_object_unref);
  for (gboolean more = gtk_bitset_iter_init_first (&iter, bits, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (self->kept, g_list_model_get_item (G_LIST_MODEL (self->model), position));
}

static void
settled_cb (UchQueue *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  for (guint i = 0; self->kept->len != 0 && i < n_items; i++)
    {
      g_autoptr (UchQueueItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      if (g_ptr_array_find (self->kept, item, NULL)
          && !gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), i))
        gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, FALSE);
    }
  g_clear_pointer (&self->kept, g_ptr_array_unref);
}

static void
enter_cb (GtkEventControllerMotion *motion, double x, double y, gpointer user_data)
{
  g_clear_handle_id (&UCH_QUEUE (user_data)->let_go_id, g_source_remove);
  uch_queue_model_hold (UCH_QUEUE (user_data)->model, TRUE);
}

static gboolean
let_go_cb (gpointer user_data)
{
  UchQueue *self = user_data;

  self->let_go_id = 0;
  uch_queue_model_hold (self->model, FALSE);
  return G_SOURCE_REMOVE;
}

/* Later: rows that vanish while GTK still tells them of the pointer crash it. */
static void
leave_cb (GtkEventControllerMotion *motion, gpointer user_data)
{
  UchQueue *self = user_data;

  if (self->let_go_id == 0)
    self->let_go_id = g_idle_add (let_go_cb, self);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  UchQueue  *self = user_data;
  GtkWidget *row = uch_queue_row_new (self->session);

  uch_queue_drag_attach (self, UCH_QUEUE_ROW (row));
  gtk_list_item_set_child (list_item, row);
}

static void
item_changed_cb (UchQueueItem *item, gpointer user_data)
{
  UchQueueRow *row = UCH_QUEUE_ROW (user_data);
  UchQueue    *self = UCH_QUEUE (gtk_widget_get_ancestor (GTK_WIDGET (row), UCH_TYPE_QUEUE));

  if (self != NULL)
    uch_queue_row_set_away (row, !uch_queue_model_is_here (self->model, item));
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  UchQueue     *self = user_data;
  UchQueueRow  *row = UCH_QUEUE_ROW (gtk_list_item_get_child (list_item));
  UchQueueItem *item = gtk_list_item_get_item (list_item);

  uch_queue_row_set_item (row, item);
  uch_queue_row_set_away (row, !uch_queue_model_is_here (self->model, item));
  g_signal_connect (item, "changed", G_CALLBACK (item_changed_cb), row);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), item_changed_cb,
                                        gtk_list_item_get_child (list_item));
  uch_queue_row_set_item (UCH_QUEUE_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
activate_cb (GtkListView *list, guint position, UchQueue *self)
{
  g_autoptr (UchQueueItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  if (item != NULL)
    g_signal_emit (self, signals[SIGNAL_TICKET_ACTIVATED], 0, item->ticket->parent.id);
}

static void
search_changed_cb (GtkEditable *search, UchQueue *self)
{
  if (self->model == NULL)
    return;
  uch_queue_model_set_words (self->model, gtk_editable_get_text (search));
  show_counts (self);
  show_rows (self);
}

static void
search_activate_cb (GtkEditable *search, UchQueue *self)
{
  uch_queue_focus_list (self);
}

static void
search_stop_cb (GtkEditable *search, UchQueue *self)
{
  gtk_editable_set_text (search, "");
  uch_queue_focus_list (self);
}

static void
pending_clicked_cb (GtkButton *button, UchQueue *self)
{
  uch_queue_model_settle (self->model);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

static void
change_tab_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  UchQueue   *self = user_data;
  const char *nick = g_variant_get_string (state, NULL);
  int         tab = uch_nick_index (uch_queue_tab_nicks, nick);

  if (tab < 0)
    return;
  g_simple_action_set_state (action, state);
  g_settings_set_string (uch_session_get_settings (self->session), "queue-tab", nick);
  uch_queue_model_set_tab (self->model, tab);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  show_rows (self);
}

static void
uch_queue_dispose (GObject *object)
{
  UchQueue *self = UCH_QUEUE (object);

  g_clear_handle_id (&self->let_go_id, g_source_remove);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->actions);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_queue_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-queue.ui");
  gtk_widget_class_bind_template_child (widget_class, UchQueue, box);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, count_unassigned);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, count_risk);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, count_today);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, count_all);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, tab_unassigned);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, tab_risk);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, tab_today);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, tab_all);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, search);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, conflict);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, pending);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, pending_button);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, stack);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, scroller);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, list);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, empty);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, empty_button);
  gtk_widget_class_bind_template_child (widget_class, UchQueue, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, pending_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
uch_queue_class_init (UchQueueClass *klass)
{
  g_type_ensure (UCH_TYPE_CONFLICT_BAR);
  G_OBJECT_CLASS (klass)->dispose = uch_queue_dispose;
  signals[SIGNAL_TICKET_ACTIVATED]
      = g_signal_new ("ticket-activated", UCH_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "queue");
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
uch_queue_init (UchQueue *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (motion, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), motion);
  self->menu = gtk_popover_menu_new_from_model (self->row_menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}

static void
add_actions (UchQueue *self)
{
  g_autofree char *tab
      = g_settings_get_string (uch_session_get_settings (self->session), "queue-tab");
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (
      "tab", G_VARIANT_TYPE_STRING, g_variant_new_string ("unassigned"));

  g_signal_connect (action, "change-state", G_CALLBACK (change_tab_cb), self);
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "queue", G_ACTION_GROUP (self->actions));
  g_action_change_state (G_ACTION (action), g_variant_new_string (tab));
}

/**
 * uch_queue_new:
 * @session: the office
 *
 * Returns: (transfer floating): the queue pane
 */
GtkWidget *
uch_queue_new (UchSession *session)
{
  UchQueue           *self = g_object_new (UCH_TYPE_QUEUE, NULL);
  GListModel         *refusals = uch_replica_list_refusals (uch_session_get_replica (session));
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  self->session = g_object_ref (session);
  self->model = uch_queue_model_new (session);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (self->model)));
  uch_conflict_bar_set_session (self->conflict, session);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->model, "counts-changed", G_CALLBACK (show_counts), self);
  g_signal_connect_swapped (self->model, "items-changed", G_CALLBACK (show_rows), self);
  g_signal_connect_swapped (self->model, "notify::n-pending", G_CALLBACK (pending_changed_cb),
                            self);
  g_signal_connect_swapped (self->model, "about-to-settle", G_CALLBACK (about_to_settle_cb), self);
  g_signal_connect_swapped (self->model, "settled", G_CALLBACK (settled_cb), self);
  g_signal_connect_object (refusals, "items-changed", G_CALLBACK (refusals_changed_cb), self,
                           G_CONNECT_SWAPPED);
  add_actions (self);
  refusals_changed_cb (self);
  show_counts (self);
  show_rows (self);
  return GTK_WIDGET (self);
}

/**
 * uch_queue_get_model:
 * @self: the queue pane
 *
 * Returns: (transfer none): what it shows
 */
UchQueueModel *
uch_queue_get_model (UchQueue *self)
{
  return self->model;
}

/**
 * uch_queue_dup_selected:
 * @self: the queue pane
 *
 * Returns: (transfer full): ids of the selected tickets in the order of the rows; may be empty
 */
char **
uch_queue_dup_selected (UchQueue *self)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GtkBitset) bits
      = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint         position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, bits, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr (UchQueueItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

      g_strv_builder_add (ids, item->ticket->parent.id);
    }
  return g_strv_builder_end (ids);
}

/**
 * uch_queue_select:
 * @self: the queue pane
 * @ticket_id: id of a ticket; one that the tab does not show leaves the selection alone
 */
void
uch_queue_select (UchQueue *self, const char *ticket_id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->model)); i++)
    {
      g_autoptr (UchQueueItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      if (g_strcmp0 (item->ticket->parent.id, ticket_id) == 0)
        {
          gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, TRUE);
          return;
        }
    }
}

/**
 * uch_queue_popup_menu:
 * @self: the queue pane
 * @x: where, from the left edge of the pane
 * @y: where, from its upper edge
 *
 * Offers what can be done with the selected tickets.
 */
void
uch_queue_popup_menu (UchQueue *self, int x, int y)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/**
 * uch_queue_set_tab:
 * @self: the queue pane
 * @tab: the tab to show
 */
void
uch_queue_set_tab (UchQueue *self, UchQueueTab tab)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->actions), "tab",
                                  g_variant_new_string (uch_queue_tab_nicks[tab]));
}

/**
 * uch_queue_focus_search:
 * @self: the queue pane
 */
void
uch_queue_focus_search (UchQueue *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/**
 * uch_queue_focus_list:
 * @self: the queue pane
 *
 * Puts the focus on the rows; the first one is selected when none is.
 */
void
uch_queue_focus_list (UchQueue *self)
{
  g_auto (GStrv) ids = uch_queue_dup_selected (self);

  self->wants_focus = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0;
  if (ids[0] == NULL && g_list_model_get_n_items (G_LIST_MODEL (self->model)) != 0)
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), 0, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}
