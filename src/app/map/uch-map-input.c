/* Pointer and keyboard of the map. */
#define G_LOG_DOMAIN "uch-app"

#include <glib/gi18n.h>
#include <math.h>

#include "app/map/uch-map-private.h"

#define PAN_PX 90
#define PAN_FAR_PX 400
#define CLICK_SLOP_PX 6

/* Our own controllers are known by their name; all other gestures are libshumate's. */
#define OWN "uch"

static GPtrArray *
list_foreign_gestures (UchMap *self)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (self->map));
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (g_strcmp0 (gtk_event_controller_get_name (controller), OWN) != 0)
        g_ptr_array_add (found, g_steal_pointer (&controller));
    }
  return found;
}

/* A pin under the pointer is going to be dragged: the map must not move with it. */
static void
set_panning (UchMap *self, gboolean panning)
{
  g_autoptr (GPtrArray) gestures = list_foreign_gestures (self);

  for (guint i = 0; i < gestures->len; i++)
    {
      GtkEventController *controller = g_ptr_array_index (gestures, i);

      if (GTK_IS_GESTURE_DRAG (controller) || GTK_IS_GESTURE_SWIPE (controller))
        gtk_event_controller_set_propagation_phase (controller,
                                                    panning ? GTK_PHASE_BUBBLE : GTK_PHASE_NONE);
    }
}

/* North stays up: a turned map helps nobody who reads street names. */
static void
forbid_turning (UchMap *self)
{
  g_autoptr (GPtrArray) gestures = list_foreign_gestures (self);

  for (guint i = 0; i < gestures->len; i++)
    if (GTK_IS_GESTURE_ROTATE (g_ptr_array_index (gestures, i)))
      gtk_event_controller_set_propagation_phase (g_ptr_array_index (gestures, i), GTK_PHASE_NONE);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, UchMap *self)
{
  UchMapPick pick = uch_map_overlay_pick (self->overlay, x, y);

  self->press_x = x;
  self->press_y = y;
  set_panning (self, pick.kind != UCH_MAP_PICK_TICKET && pick.kind != UCH_MAP_PICK_STACK);
}

static void
activate (UchMap *self, UchMapPick pick, double x, double y)
{
  switch (pick.kind)
    {
    case UCH_MAP_PICK_STACK:
      uch_map_overlay_spread (self->overlay, pick.id);
      return;
    case UCH_MAP_PICK_TICKET:
    case UCH_MAP_PICK_ENGINEER:
      uch_map_overlay_select (self->overlay, pick.kind, pick.id);
      break;
    case UCH_MAP_PICK_HOUSE:
    case UCH_MAP_PICK_NOTHING:
    default:
      /* A click beside an open stack closes it, and does nothing else. */
      if (uch_map_overlay_spread (self->overlay, NULL))
        return;
      uch_map_overlay_select (self->overlay, UCH_MAP_PICK_NOTHING, NULL);
      uch_map_overlay_clear_place (self->overlay);
      break;
    }
  if (pick.kind == UCH_MAP_PICK_HOUSE)
    {
      double latitude, longitude;

      shumate_viewport_widget_coords_to_location (self->viewport, GTK_WIDGET (self->map), x, y,
                                                  &latitude, &longitude);
      uch_map_overlay_mark_place (self->overlay, latitude, longitude);
    }
  uch_map_emit_activated (self, pick, x, y);
}

static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, UchMap *self)
{
  UchMapPick pick = uch_map_pick (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self->map));
  if (hypot (x - self->press_x, y - self->press_y) > CLICK_SLOP_PX)
    {
      uch_map_follow (self, NULL);
      return;
    }
  if (n_press == 2 && pick.kind == UCH_MAP_PICK_NOTHING)
    shumate_map_zoom_in (self->map);
  else if (n_press == 1)
    activate (self, pick, x, y);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, UchMap *self)
{
  UchMapPick pick;

  uch_map_overlay_point (self->overlay, x, y);
  pick = uch_map_pick (self, x, y);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self->map),
                                   pick.kind == UCH_MAP_PICK_NOTHING ? "grab" : "pointer");
  if (pick.kind == UCH_MAP_PICK_HOUSE)
    pick = (UchMapPick){ UCH_MAP_PICK_NOTHING, NULL };
  uch_map_overlay_set_hover (self->overlay, pick);
}

static void
leave_cb (GtkEventControllerMotion *controller, UchMap *self)
{
  uch_map_overlay_point (self->overlay, -1, -1);
  uch_map_overlay_set_hover (self->overlay, (UchMapPick){ UCH_MAP_PICK_NOTHING, NULL });
}

static const UchMapTicket *
find_ticket (UchMap *self, const char *id)
{
  GPtrArray *tickets = uch_map_overlay_get_tickets (self->overlay);

  for (guint i = 0; i < tickets->len; i++)
    {
      const UchMapTicket *ticket = g_ptr_array_index (tickets, i);

      if (g_str_equal (ticket->id, id))
        return ticket;
    }
  return NULL;
}

static char *
dup_tooltip (UchMap *self, UchMapPick pick)
{
  GPtrArray *engineers = uch_map_overlay_get_engineers (self->overlay);

  switch (pick.kind)
    {
    case UCH_MAP_PICK_TICKET:
    case UCH_MAP_PICK_STACK:
      {
        const UchMapTicket *ticket = find_ticket (self, pick.id);

        return ticket != NULL ? g_strdup (ticket->title) : NULL;
      }
    case UCH_MAP_PICK_ENGINEER:
      if (self->engineer_func != NULL)
        return self->engineer_func (self, pick.id, self->engineer_data);
      for (guint i = 0; i < engineers->len; i++)
        {
          const UchMapEngineer *engineer = g_ptr_array_index (engineers, i);

          if (g_str_equal (engineer->id, pick.id))
            return g_strdup (engineer->name);
        }
      return NULL;
    case UCH_MAP_PICK_HOUSE:
      return self->house_func != NULL ? self->house_func (self, pick.id, self->house_data) : NULL;
    case UCH_MAP_PICK_NOTHING:
    default:
      return NULL;
    }
}

static gboolean
query_tooltip_cb (
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, UchMap *self)
{
  g_autofree char *text = keyboard ? NULL : dup_tooltip (self, uch_map_pick (self, x, y));

  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip, &(GdkRectangle){ x - 10, y - 10, 20, 20 });
  return TRUE;
}

/* Walks through the tickets, the most urgent first; past the last one the focus goes on. */
static gboolean
select_next_ticket (UchMap *self, int step)
{
  GPtrArray          *tickets = uch_map_overlay_get_tickets (self->overlay);
  const char         *selected = uch_map_overlay_get_selected (self->overlay, UCH_MAP_PICK_TICKET);
  int                 next = step > 0 ? 0 : (int) tickets->len - 1;
  const UchMapTicket *ticket;

  for (guint i = 0; selected != NULL && i < tickets->len; i++)
    if (g_str_equal (((UchMapTicket *) g_ptr_array_index (tickets, i))->id, selected))
      next = (int) i + step;
  if (next < 0 || next >= (int) tickets->len)
    {
      uch_map_overlay_select (self->overlay, UCH_MAP_PICK_NOTHING, NULL);
      return FALSE;
    }
  ticket = g_ptr_array_index (tickets, (guint) next);
  uch_map_overlay_spread (self->overlay, ticket->id);
  uch_map_select_ticket (self, ticket->id, TRUE);
  /* A screen reader reads the name of what has the focus. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->map), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  ticket->title, -1);
  return TRUE;
}

static gboolean
move_key (UchMap *self, guint keyval, double px)
{
  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      uch_map_pan (self, -px, 0);
      return TRUE;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      uch_map_pan (self, px, 0);
      return TRUE;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      uch_map_pan (self, 0, -px);
      return TRUE;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      uch_map_pan (self, 0, px);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
activate_selected (UchMap *self)
{
  static const UchMapPickKind kinds[] = { UCH_MAP_PICK_TICKET, UCH_MAP_PICK_ENGINEER };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      UchMapPick pick = { kinds[i], uch_map_overlay_get_selected (self->overlay, kinds[i]) };

      if (pick.id == NULL)
        continue;
      uch_map_emit_activated (self, pick, 0, 0);
      return TRUE;
    }
  return FALSE;
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  keyval,
        guint                  code,
        GdkModifierType        state,
        UchMap                *self)
{
  const char *selected;

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  if (move_key (self, keyval, state & GDK_SHIFT_MASK ? PAN_FAR_PX : PAN_PX))
    return TRUE;
  switch (keyval)
    {
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      uch_map_zoom (self, 1);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      uch_map_zoom (self, -1);
      return TRUE;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      uch_map_fit (self);
      return TRUE;
    case GDK_KEY_Tab:
      return select_next_ticket (self, 1);
    case GDK_KEY_ISO_Left_Tab:
      return select_next_ticket (self, -1);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      return activate_selected (self);
    case GDK_KEY_f:
    case GDK_KEY_Cyrillic_a:
      selected = uch_map_overlay_get_selected (self->overlay, UCH_MAP_PICK_ENGINEER);
      uch_map_follow (self, uch_map_get_followed (self) == NULL ? selected : NULL);
      return selected != NULL;
    case GDK_KEY_Escape:
      if (uch_map_overlay_spread (self->overlay, NULL))
        return TRUE;
      if (uch_map_get_followed (self) != NULL)
        {
          uch_map_follow (self, NULL);
          return TRUE;
        }
      if (uch_map_overlay_get_selected (self->overlay, UCH_MAP_PICK_TICKET) == NULL)
        return FALSE;
      uch_map_overlay_select (self->overlay, UCH_MAP_PICK_NOTHING, NULL);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
add_controller (UchMap *self, gpointer controller, GtkPropagationPhase phase)
{
  gtk_event_controller_set_name (controller, OWN);
  gtk_event_controller_set_propagation_phase (controller, phase);
  gtk_widget_add_controller (GTK_WIDGET (self->map), controller);
}

void
uch_map_init_input (UchMap *self)
{
  GtkGesture         *click = gtk_gesture_click_new ();
  GtkGesture         *press = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  forbid_turning (self);
  /* Layers take no events (ShumateLayer's contains() is FALSE): all controllers sit on the map. */
  g_signal_connect (press, "pressed", G_CALLBACK (pressed_cb), self);
  add_controller (self, press, GTK_PHASE_CAPTURE);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  add_controller (self, click, GTK_PHASE_BUBBLE);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  add_controller (self, motion, GTK_PHASE_BUBBLE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  add_controller (self, key, GTK_PHASE_BUBBLE);
  g_signal_connect (self->map, "query-tooltip", G_CALLBACK (query_tooltip_cb), self);
}
