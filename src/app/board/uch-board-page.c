#include "app/board/uch-board-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-assign.h"
#include "app/board/uch-board-page-private.h"
#include "app/map/uch-map-office.h"
#include "app/uch-drag.h"

/* Logical pixels: from this width on a card stands beside the engineers, below it over them. */
#define WIDE_WIDTH 1700
#define SIDE_WIDTH 372
/* Panes are remembered when they have rested for so long. */
#define REMEMBER_DELAY_MS 400

G_DEFINE_FINAL_TYPE (UchBoardPage, uch_board_page, GTK_TYPE_WIDGET)

static int
get_right_width (UchBoardPage *self)
{
  int engineers = g_settings_get_int (uch_session_get_settings (self->session), "engineers-width");

  if (!self->is_open)
    return engineers;
  return self->is_wide ? engineers + SIDE_WIDTH : MAX (engineers, SIDE_WIDTH);
}

/* Where there is little room, the card takes the place of the engineers, except while a ticket is
 * in the hand: then they are what is needed. Never the map. */
static void
place (UchBoardPage *self)
{
  gboolean shows_side = self->is_open && (self->is_wide || self->drag == NULL);
  int      width = gtk_widget_get_width (GTK_WIDGET (self->inner));

  gtk_widget_set_visible (GTK_WIDGET (self->revealer), shows_side);
  gtk_revealer_set_reveal_child (self->revealer, shows_side);
  gtk_widget_set_hexpand (GTK_WIDGET (self->revealer), shows_side && !self->is_wide);
  gtk_widget_set_visible (GTK_WIDGET (self->engineers_slot), self->is_wide || !shows_side);
  if (width > 0)
    gtk_paned_set_position (self->inner, MAX (0, width - get_right_width (self) - 1));
}

static gboolean
remember_cb (gpointer user_data)
{
  UchBoardPage *self = user_data;
  GSettings    *settings = uch_session_get_settings (self->session);
  int           right
      = gtk_widget_get_width (GTK_WIDGET (self->inner)) - 1 - gtk_paned_get_position (self->inner);

  self->remember_id = 0;
  g_settings_set_int (settings, "queue-width", MAX (200, gtk_paned_get_position (self->outer)));
  if (!self->is_open)
    g_settings_set_int (settings, "engineers-width", MAX (200, right));
  else if (self->is_wide)
    g_settings_set_int (settings, "engineers-width", MAX (200, right - SIDE_WIDTH));
  return G_SOURCE_REMOVE;
}

static void
position_changed_cb (UchBoardPage *self)
{
  if (!self->is_placed)
    return;
  g_clear_handle_id (&self->remember_id, g_source_remove);
  self->remember_id = g_timeout_add (REMEMBER_DELAY_MS, remember_cb, self);
}

static gboolean
place_cb (gpointer user_data)
{
  UchBoardPage *self = user_data;

  if (self->session != NULL)
    place (self);
  self->is_placed = TRUE;
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static void
uch_board_page_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  UchBoardPage *self = UCH_BOARD_PAGE (widget);
  gboolean      is_wide = width >= WIDE_WIDTH;

  gtk_widget_allocate (GTK_WIDGET (self->modes), width, height, baseline, NULL);
  if (self->is_placed && is_wide == self->is_wide)
    return;
  self->is_wide = is_wide;
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, place_cb, g_object_ref (self), NULL);
}

static void
uch_board_page_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  gtk_widget_measure (GTK_WIDGET (UCH_BOARD_PAGE (widget)->modes), orientation, for_size, minimum,
                      natural, NULL, NULL);
}

static void
open_side (UchBoardPage *self, GtkWidget *panel)
{
  uch_board_past_leave (self);
  gtk_stack_set_visible_child (self->side, panel);
  self->is_open = TRUE;
  place (self);
}

static void
close_side (UchBoardPage *self)
{
  if (!self->is_open)
    return;
  self->is_open = FALSE;
  uch_ticket_card_set_ticket (self->card, NULL);
  uch_sync_client_set_presence (uch_session_get_sync (self->session), NULL, NULL);
  place (self);
  uch_queue_focus_list (self->queue);
}

/* From the new ticket or the chooser back to the card that was open before, or to the engineers. */
static void
leave_panel_cb (UchBoardPage *self)
{
  if (uch_ticket_card_get_ticket_id (self->card) != NULL
      && gtk_stack_get_visible_child (self->side) != GTK_WIDGET (self->card))
    open_side (self, GTK_WIDGET (self->card));
  else
    close_side (self);
}

static void
ticket_activated_cb (GtkWidget *source, const char *ticket_id, UchBoardPage *self)
{
  uch_board_page_show_ticket (self, ticket_id);
}

static void
ticket_made_cb (UchNewTicket *form, const char *ticket_id, UchBoardPage *self)
{
  uch_board_page_show_ticket (self, ticket_id);
}

/* What a command of the keyboard is about: the card when the focus is in it, else the selection. */
static char **
dup_subject (UchBoardPage *self)
{
  const char *open_id = uch_ticket_card_get_ticket_id (self->card);
  GtkRoot    *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget  *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  g_auto (GStrv) selected = uch_queue_dup_selected (self->queue);
  const char *own[] = { open_id, NULL };

  if (open_id != NULL
      && (selected[0] == NULL
          || (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->card)))))
    return g_strdupv ((char **) own);
  return g_steal_pointer (&selected);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchBoardPage *self = UCH_BOARD_PAGE (widget);
  g_auto (GStrv) ids = dup_subject (self);

  if (ids[0] != NULL)
    uch_board_page_show_ticket (self, ids[0]);
}

static void
assign_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchBoardPage *self = UCH_BOARD_PAGE (widget);
  g_auto (GStrv) ids = dup_subject (self);

  if (ids[0] != NULL)
    uch_board_page_assign (self, (const char *const *) ids);
}

static void
unassign_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchBoardPage *self = UCH_BOARD_PAGE (widget);
  g_auto (GStrv) ids = dup_subject (self);

  uch_assign_take_back (self->session, widget, (const char *const *) ids);
}

static void
show_on_map_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchBoardPage *self = UCH_BOARD_PAGE (widget);
  UchReplica   *replica = uch_session_get_replica (self->session);
  g_auto (GStrv) ids = dup_subject (self);
  UchTicket *ticket = ids[0] != NULL ? uch_replica_peek (replica, UCH_TABLE_TICKET, ids[0]) : NULL;

  if (ticket != NULL && ticket->house_id != NULL)
    uch_board_page_show_on_map (self, ticket->house_id);
}

static void
tab_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  int tab = uch_nick_index (uch_queue_tab_nicks, g_variant_get_string (parameter, NULL));

  if (tab >= 0)
    uch_queue_set_tab (UCH_BOARD_PAGE (widget)->queue, tab);
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_queue_focus_search (UCH_BOARD_PAGE (widget)->queue);
}

static void
close_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  leave_panel_cb (UCH_BOARD_PAGE (widget));
}

static void
replay_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_board_past_enter (UCH_BOARD_PAGE (widget));
}

static void
set_dragged (UchBoardPage *self, GdkDrag *drag, const char *const *ticket_ids)
{
  UchSyncClient *sync = uch_session_get_sync (self->session);
  const char    *open_id = uch_ticket_card_get_ticket_id (self->card);

  g_set_object (&self->drag, drag);
  uch_engineer_model_set_dragged (uch_engineers_get_model (self->engineers), ticket_ids);
  uch_map_set_dragged (self->map, ticket_ids);
  if (ticket_ids != NULL)
    uch_sync_client_set_presence (sync, ticket_ids[0], "drag");
  else
    uch_sync_client_set_presence (sync, open_id, open_id != NULL ? "open" : NULL);
  place (self);
}

static void
drag_over_cb (GdkDrag *drag, UchBoardPage *self)
{
  if (self->drag == drag)
    set_dragged (self, NULL, NULL);
}

static void
drag_cancelled_cb (GdkDrag *drag, GdkDragCancelReason reason, UchBoardPage *self)
{
  drag_over_cb (drag, self);
}

/* Any drag of tickets, whoever began it: a row of the queue, a pin of the map. */
static void
drag_enter_cb (GtkDropControllerMotion *motion, double x, double y, UchBoardPage *self)
{
  GdkDrop            *drop = gtk_drop_controller_motion_get_drop (motion);
  GdkDrag            *drag = drop != NULL ? gdk_drop_get_drag (drop) : NULL;
  GdkContentProvider *content = drag != NULL ? gdk_drag_get_content (drag) : NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  const UchDragTickets *tickets;

  if (content == NULL || drag == self->drag)
    return;
  g_value_init (&value, UCH_TYPE_DRAG_TICKETS);
  if (!gdk_content_provider_get_value (content, &value, NULL))
    return;
  tickets = g_value_get_boxed (&value);
  if (tickets == NULL || tickets->ticket_ids[0] == NULL)
    return;
  g_signal_connect_object (drag, "dnd-finished", G_CALLBACK (drag_over_cb), self, 0);
  g_signal_connect_object (drag, "cancel", G_CALLBACK (drag_cancelled_cb), self, 0);
  set_dragged (self, drag, (const char *const *) tickets->ticket_ids);
}

/* Work begins in the queue: the arrows and A are right there. */
static void
uch_board_page_map (GtkWidget *widget)
{
  UchBoardPage *self = UCH_BOARD_PAGE (widget);

  GTK_WIDGET_CLASS (uch_board_page_parent_class)->map (widget);
  if (!self->was_shown && self->queue != NULL)
    uch_queue_focus_list (self->queue);
  self->was_shown = TRUE;
}

static void
uch_board_page_dispose (GObject *object)
{
  UchBoardPage *self = UCH_BOARD_PAGE (object);

  g_clear_handle_id (&self->remember_id, g_source_remove);
  g_clear_object (&self->drag);
  g_clear_pointer ((GtkWidget **) &self->modes, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_board_page_parent_class)->dispose (object);
}

static void
add_bindings (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_a, 0, "board.assign", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_m, 0, "board.show-on-map", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_slash, 0, "board.search", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "board.unassign", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "board.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_r, GDK_CONTROL_MASK, "board.replay",
                                       NULL);
  for (guint i = 0; i < UCH_N_QUEUE_TABS; i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "board.tab",
                                         "s", uch_queue_tab_nicks[i]);
}

static void
uch_board_page_class_init (UchBoardPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_board_page_dispose;
  widget_class->size_allocate = uch_board_page_size_allocate;
  widget_class->measure = uch_board_page_measure;
  widget_class->map = uch_board_page_map;
  gtk_widget_class_set_css_name (widget_class, "board");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-board-page.ui");
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, modes);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, outer);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, inner);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, queue_slot);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, map_slot);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, engineers_slot);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, revealer);
  gtk_widget_class_bind_template_child (widget_class, UchBoardPage, side);
  gtk_widget_class_install_action (widget_class, "board.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "board.assign", NULL, assign_action);
  gtk_widget_class_install_action (widget_class, "board.unassign", NULL, unassign_action);
  gtk_widget_class_install_action (widget_class, "board.show-on-map", NULL, show_on_map_action);
  gtk_widget_class_install_action (widget_class, "board.tab", "s", tab_action);
  gtk_widget_class_install_action (widget_class, "board.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "board.close", NULL, close_action);
  gtk_widget_class_install_action (widget_class, "board.replay", NULL, replay_action);
  add_bindings (widget_class);
}

static void
uch_board_page_init (UchBoardPage *self)
{
  GtkEventController *motion = gtk_drop_controller_motion_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (motion, "enter", G_CALLBACK (drag_enter_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

static void
ticket_here_cb (UchHouseCard *card, const char *house_id, UchBoardPage *self)
{
  uch_new_ticket_set_house (self->form, house_id);
  uch_board_page_new_ticket (self);
}

static void
house_activated_cb (UchMap *map, const char *house_id, UchBoardPage *self)
{
  uch_house_card_set_house (self->house_card, house_id);
  open_side (self, GTK_WIDGET (self->house_card));
}

static void
engineer_activated_cb (UchEngineers *engineers, const char *engineer_id, UchBoardPage *self)
{
  uch_map_select_engineer (self->map, engineer_id, TRUE);
}

static void
dropped_cb (UchMap *map, char **ticket_ids, const char *engineer_id, UchBoardPage *self)
{
  uch_assign_give (self->session, GTK_WIDGET (self), (const char *const *) ticket_ids, engineer_id);
}

static char *
describe_drop (UchMap            *map,
               const char *const *ticket_ids,
               const char        *engineer_id,
               gboolean          *out_allowed,
               gpointer           user_data)
{
  UchBoardPage *self = user_data;
  UchStaff     *engineer
      = uch_replica_peek (uch_session_get_replica (self->session), UCH_TABLE_STAFF, engineer_id);
  UchAssignMeaning meaning;

  if (engineer == NULL)
    return NULL;
  uch_assign_consider (self->session, ticket_ids, engineer, &meaning);
  *out_allowed = meaning.n_allowed != 0;
  return uch_assign_describe (&meaning);
}

static void
add_map (UchBoardPage *self)
{
  self->map = UCH_MAP (uch_map_new ());
  adw_bin_set_child (self->map_slot, GTK_WIDGET (self->map));
  uch_map_office_attach (self->map, self->session);
  uch_map_set_drop_func (self->map, describe_drop, self);
  g_signal_connect (self->map, "ticket-activated", G_CALLBACK (ticket_activated_cb), self);
  g_signal_connect (self->map, "house-activated", G_CALLBACK (house_activated_cb), self);
  g_signal_connect (self->map, "tickets-dropped", G_CALLBACK (dropped_cb), self);
}

static void
add_panels (UchBoardPage *self)
{
  self->card = UCH_TICKET_CARD (uch_ticket_card_new (self->session));
  self->form = UCH_NEW_TICKET (uch_new_ticket_new (self->session));
  self->chooser = UCH_ASSIGN_PANEL (uch_assign_panel_new (self->session));
  self->house_card = UCH_HOUSE_CARD (uch_house_card_new (self->session));
  gtk_stack_add_child (self->side, GTK_WIDGET (self->card));
  gtk_stack_add_child (self->side, GTK_WIDGET (self->house_card));
  gtk_stack_add_child (self->side, GTK_WIDGET (self->form));
  gtk_stack_add_child (self->side, GTK_WIDGET (self->chooser));
  self->replay = UCH_REPLAY (uch_replay_new (self->session));
  gtk_stack_add_child (self->modes, GTK_WIDGET (self->replay));
  g_signal_connect_swapped (self->replay, "left", G_CALLBACK (uch_board_past_leave), self);
  g_signal_connect (self->house_card, "new-ticket", G_CALLBACK (ticket_here_cb), self);
  g_signal_connect (self->form, "made", G_CALLBACK (ticket_made_cb), self);
  g_signal_connect_swapped (self->chooser, "done", G_CALLBACK (leave_panel_cb), self);
}

/**
 * uch_board_page_new:
 * @session: the office
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
uch_board_page_new (UchSession *session)
{
  UchBoardPage *self = g_object_new (UCH_TYPE_BOARD_PAGE, NULL);

  self->session = g_object_ref (session);
  self->queue = UCH_QUEUE (uch_queue_new (session));
  self->engineers = UCH_ENGINEERS (uch_engineers_new (session));
  adw_bin_set_child (self->queue_slot, GTK_WIDGET (self->queue));
  adw_bin_set_child (self->engineers_slot, GTK_WIDGET (self->engineers));
  add_map (self);
  add_panels (self);
  gtk_paned_set_position (self->outer,
                          g_settings_get_int (uch_session_get_settings (session), "queue-width"));
  g_signal_connect (self->engineers, "engineer-activated", G_CALLBACK (engineer_activated_cb),
                    self);
  g_signal_connect (self->queue, "ticket-activated", G_CALLBACK (ticket_activated_cb), self);
  g_signal_connect_swapped (self->outer, "notify::position", G_CALLBACK (position_changed_cb),
                            self);
  g_signal_connect_swapped (self->inner, "notify::position", G_CALLBACK (position_changed_cb),
                            self);
  return GTK_WIDGET (self);
}

/**
 * uch_board_page_show_ticket:
 * @self: the page
 * @ticket_id: id of any ticket, current or old
 *
 * Opens its card beside the map.
 */
void
uch_board_page_show_ticket (UchBoardPage *self, const char *ticket_id)
{
  uch_ticket_card_set_ticket (self->card, ticket_id);
  uch_sync_client_set_presence (uch_session_get_sync (self->session), ticket_id, "open");
  uch_queue_select (self->queue, ticket_id);
  uch_map_select_ticket (self->map, ticket_id, FALSE);
  open_side (self, GTK_WIDGET (self->card));
}

/**
 * uch_board_page_show_house:
 * @self: the page
 * @house_id: id of a house
 *
 * Flies to the house and opens its card.
 */
void
uch_board_page_show_house (UchBoardPage *self, const char *house_id)
{
  uch_map_show_house (self->map, house_id);
  house_activated_cb (self->map, house_id, self);
}

/**
 * uch_board_page_show_on_map:
 * @self: the page
 * @house_id: id of a house
 */
void
uch_board_page_show_on_map (UchBoardPage *self, const char *house_id)
{
  uch_map_show_house (self->map, house_id);
}

/**
 * uch_board_page_new_ticket:
 * @self: the page
 *
 * Opens the form of a new ticket with whatever was typed into it before.
 */
void
uch_board_page_new_ticket (UchBoardPage *self)
{
  open_side (self, GTK_WIDGET (self->form));
  uch_new_ticket_begin (self->form);
}

/**
 * uch_board_page_assign:
 * @self: the page
 * @ticket_ids: (array zero-terminated=1): tickets
 *
 * Opens "assign to…": engineers sorted by fit, typing filters, Enter assigns.
 */
void
uch_board_page_assign (UchBoardPage *self, const char *const *ticket_ids)
{
  if (ticket_ids[0] == NULL)
    return;
  open_side (self, GTK_WIDGET (self->chooser));
  uch_assign_panel_begin (self->chooser, ticket_ids, uch_engineers_get_model (self->engineers));
}

/**
 * uch_board_page_focus_search:
 * @self: the page
 */
void
uch_board_page_focus_search (UchBoardPage *self)
{
  uch_queue_focus_search (self->queue);
}
