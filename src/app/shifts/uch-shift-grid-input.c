/* Pointer and keys of the grid. */
#define G_LOG_DOMAIN "uch-app"

#include <gdk/gdkkeysyms.h>

#include "app/shifts/uch-shift-grid-private.h"

/* What a hand moves by accident. */
#define CLICK_PX 8
#define PART_MIN_MIN 30

static UchShiftCell *
find_cell (UchShiftGrid *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self->grid), x, y, GTK_PICK_DEFAULT);

  return UCH_IS_SHIFT_CELL (widget) ? UCH_SHIFT_CELL (widget) : NULL;
}

static double
get_cell_x (UchShiftGrid *self, UchShiftCell *cell, double x)
{
  double cell_x = 0, cell_y = 0;

  gtk_widget_translate_coordinates (GTK_WIDGET (self->grid), GTK_WIDGET (cell), x, 0, &cell_x,
                                    &cell_y);
  return cell_x;
}

static GArray *
dup_work (UchShiftGrid *self, guint row, guint column)
{
  g_autoptr (GPtrArray) shifts = uch_shift_list (uch_session_get_replica (self->session));
  g_autoptr (UchShiftDraft) draft
      = uch_shift_draft_new (shifts, UCH_ENTITY (uch_shift_grid_get_row (self, row)->staff)->id);

  return uch_shift_draft_get_work (draft, uch_shift_grid_get_midnight (self, column));
}

static void
clear_previews (UchShiftGrid *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    for (guint j = 0; j < UCH_SHIFT_DAYS; j++)
      uch_shift_cell_set_preview (uch_shift_grid_get_cell (self, i, j), NULL);
}

/* ---- the pointer ---- */

static gboolean
is_same_place (UchShiftGrid *self)
{
  return self->row == self->anchor_row && self->column == self->anchor_column;
}

/* What all the chosen days would get: the first one's hours, or the usual ones. */
static GArray *
dup_fill (UchShiftGrid *self)
{
  GArray *parts = dup_work (self, self->anchor_row, self->anchor_column);

  if (parts->len > 0)
    return parts;
  g_array_unref (parts);
  return g_array_ref (self->pattern);
}

static void
preview_fill (UchShiftGrid *self)
{
  g_autoptr (GArray) parts = dup_fill (self);

  clear_previews (self);
  for (guint i = MIN (self->row, self->anchor_row); i <= MAX (self->row, self->anchor_row); i++)
    for (guint j = MIN (self->column, self->anchor_column);
         j <= MAX (self->column, self->anchor_column); j++)
      uch_shift_cell_set_preview (uch_shift_grid_get_cell (self, i, j), parts);
}

/* The day's hours with the edge in the hand at @x. */
static GArray *
dup_stretched (UchShiftGrid *self, double x)
{
  UchShiftCell *cell = uch_shift_grid_get_cell (self, self->anchor_row, self->anchor_column);
  GArray       *parts = dup_work (self, self->anchor_row, self->anchor_column);
  int           minute = uch_shift_cell_get_minute (cell, get_cell_x (self, cell, x));
  UchDayPart   *part;
  int           before, after;

  if (self->part >= parts->len) /* a colleague has taken it away */
    return parts;
  part = &g_array_index (parts, UchDayPart, self->part);
  before = self->part > 0 ? g_array_index (parts, UchDayPart, self->part - 1).to_min : 0;
  after = self->part + 1 < parts->len ? g_array_index (parts, UchDayPart, self->part + 1).from_min
                                      : part->from_min + 24 * 60;
  if (self->spot == UCH_SHIFT_SPOT_START)
    part->from_min = CLAMP (minute, before, part->to_min - PART_MIN_MIN);
  else
    part->to_min = CLAMP (minute, part->from_min + PART_MIN_MIN, after);
  return parts;
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, UchShiftGrid *self)
{
  UchShiftCell   *cell = find_cell (self, x, y);
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (drag));
  guint row, column;

  self->hand = UCH_SHIFT_HAND_EMPTY;
  self->moved = FALSE;
  if (cell == NULL)
    {
      gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  uch_shift_cell_get_place (cell, &row, &column);
  uch_shift_grid_choose (self, row, column, (state & GDK_SHIFT_MASK) != 0);
  if (!self->may_edit || (state & GDK_SHIFT_MASK) != 0)
    return;
  self->spot = uch_shift_cell_find_spot (cell, get_cell_x (self, cell, x), &self->part);
  self->hand = self->spot == UCH_SHIFT_SPOT_BODY ? UCH_SHIFT_HAND_FILL : UCH_SHIFT_HAND_STRETCH;
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, UchShiftGrid *self)
{
  double        x = 0, y = 0;
  UchShiftCell *cell;
  guint         row, column;

  gtk_gesture_drag_get_start_point (drag, &x, &y);
  self->moved = self->moved || ABS (dx) > CLICK_PX || ABS (dy) > CLICK_PX;
  if (!self->moved || self->hand == UCH_SHIFT_HAND_EMPTY)
    return;
  if (self->hand == UCH_SHIFT_HAND_STRETCH)
    {
      g_autoptr (GArray) parts = dup_stretched (self, x + dx);

      uch_shift_cell_set_preview (
          uch_shift_grid_get_cell (self, self->anchor_row, self->anchor_column), parts);
      return;
    }
  cell = find_cell (self, x + dx, y + dy);
  if (cell == NULL)
    return;
  uch_shift_cell_get_place (cell, &row, &column);
  uch_shift_grid_choose (self, row, column, TRUE);
  preview_fill (self);
}

static void
drag_end_cb (GtkGestureDrag *drag, double dx, double dy, UchShiftGrid *self)
{
  UchShiftHand hand = self->hand;
  g_autoptr (GArray) parts = NULL;
  double x = 0;

  self->hand = UCH_SHIFT_HAND_EMPTY;
  clear_previews (self);
  if (!self->moved || hand == UCH_SHIFT_HAND_EMPTY)
    return;
  gtk_gesture_drag_get_start_point (drag, &x, NULL);
  if (hand == UCH_SHIFT_HAND_STRETCH)
    parts = dup_stretched (self, x + dx);
  else
    parts = dup_fill (self);
  /* A shift that was moved about within its own day has not been laid anywhere. */
  if (hand == UCH_SHIFT_HAND_STRETCH || !is_same_place (self) || parts == self->pattern)
    uch_shift_grid_set_work (self, parts);
}

/* The stroke was taken from the hand: nothing has happened. */
static void
drag_cancel_cb (UchShiftGrid *self)
{
  self->hand = UCH_SHIFT_HAND_EMPTY;
  clear_previews (self);
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, UchShiftGrid *self)
{
  guint         button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (click));
  UchShiftCell *cell = find_cell (self, x, y);
  guint         row, column;

  if (cell == NULL)
    return;
  uch_shift_cell_get_place (cell, &row, &column);
  if (button == GDK_BUTTON_SECONDARY)
    {
      if (!gtk_widget_is_focus (GTK_WIDGET (cell))
          && (gtk_widget_get_state_flags (GTK_WIDGET (cell)) & GTK_STATE_FLAG_SELECTED) == 0)
        uch_shift_grid_choose (self, row, column, FALSE);
      uch_shift_grid_popup_menu (self);
    }
  else if (button == GDK_BUTTON_PRIMARY && n_press == 2)
    uch_shift_grid_edit (self, NULL);
}

/* The pointer says beforehand what a press would take hold of. */
static void
motion_cb (UchShiftGrid *self, double x, double y)
{
  UchShiftCell *cell = find_cell (self, x, y);
  gboolean      edge = FALSE;
  guint         part;

  if (cell != NULL && self->may_edit)
    edge
        = uch_shift_cell_find_spot (cell, get_cell_x (self, cell, x), &part) != UCH_SHIFT_SPOT_BODY;
  if (self->hand != UCH_SHIFT_HAND_STRETCH)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self->grid), edge ? "ew-resize" : NULL);
}

/* ---- the keyboard ---- */

static gboolean
move (UchShiftGrid *self, int rows, int columns, gboolean extend)
{
  int row = CLAMP ((int) self->row + rows, 0, (int) MAX (self->rows->len, 1) - 1);
  int column = (int) self->column + columns;

  /* Beyond Sunday is the next Monday. */
  if (!extend && (column < 0 || column >= UCH_SHIFT_DAYS))
    {
      uch_shift_grid_show_week (self, self->monday + (column < 0 ? -4 : 10) * UCH_DAY_MS);
      column = column < 0 ? UCH_SHIFT_DAYS - 1 : 0;
    }
  uch_shift_grid_choose (self, (guint) row, (guint) CLAMP (column, 0, UCH_SHIFT_DAYS - 1), extend);
  return GDK_EVENT_STOP;
}

static gboolean
turn_week (UchShiftGrid *self, int days)
{
  uch_shift_grid_show_week (self, self->monday + days * UCH_DAY_MS);
  return GDK_EVENT_STOP;
}

static gboolean
handle_arrow (UchShiftGrid *self, guint key, gboolean extend)
{
  switch (key)
    {
    case GDK_KEY_Up:
      return move (self, -1, 0, extend);
    case GDK_KEY_Down:
      return move (self, 1, 0, extend);
    case GDK_KEY_Left:
      return move (self, 0, -1, extend);
    case GDK_KEY_Right:
      return move (self, 0, 1, extend);
    case GDK_KEY_Home:
      return move (self, 0, -(int) self->column, extend);
    case GDK_KEY_End:
      return move (self, 0, UCH_SHIFT_DAYS - 1 - (int) self->column, extend);
    case GDK_KEY_Page_Up:
      return turn_week (self, -4);
    case GDK_KEY_Page_Down:
      return turn_week (self, 10);
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* The first letters of the words, in either language. */
static const char *
get_absence (guint key)
{
  static const struct
  {
    guint       key;
    const char *reason;
  } keys[] = {
    { GDK_KEY_v, UCH_ABSENCE_VACATION }, { GDK_KEY_Cyrillic_o, UCH_ABSENCE_VACATION },
    { GDK_KEY_s, UCH_ABSENCE_SICK },     { GDK_KEY_Cyrillic_be, UCH_ABSENCE_SICK },
    { GDK_KEY_o, UCH_ABSENCE_OTHER },    { GDK_KEY_Cyrillic_de, UCH_ABSENCE_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == gdk_keyval_to_lower (key))
      return keys[i].reason;
  return NULL;
}

static gboolean
handle_copying (UchShiftGrid *self, guint key)
{
  if (key == GDK_KEY_c || key == GDK_KEY_Cyrillic_es)
    {
      g_clear_pointer (&self->clip, g_array_unref);
      self->clip = dup_work (self, self->row, self->column);
      return GDK_EVENT_STOP;
    }
  if ((key == GDK_KEY_v || key == GDK_KEY_Cyrillic_em) && self->clip != NULL)
    {
      uch_shift_grid_set_work (self, self->clip);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

static gboolean
handle_edit (UchShiftGrid *self, guint key)
{
  char text[2] = { (char) gdk_keyval_to_unicode (key), '\0' };

  if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_F2)
    uch_shift_grid_edit (self, NULL);
  else if (gdk_keyval_to_unicode (key) < 128 && g_ascii_isdigit (text[0]))
    uch_shift_grid_edit (self, text);
  else if (key == GDK_KEY_space)
    uch_shift_grid_set_work (self, self->pattern);
  else if (key == GDK_KEY_Delete || key == GDK_KEY_BackSpace || key == GDK_KEY_KP_Delete)
    uch_shift_grid_clear (self);
  else if (get_absence (key) != NULL)
    uch_shift_grid_set_absence (self, get_absence (key));
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  key,
        guint                  code,
        GdkModifierType        state,
        UchShiftGrid          *self)
{
  gboolean ctrl = (state & GDK_CONTROL_MASK) != 0, shift = (state & GDK_SHIFT_MASK) != 0;

  if (self->rows->len == 0 || (state & GDK_ALT_MASK) != 0)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Menu || (key == GDK_KEY_F10 && shift))
    {
      uch_shift_grid_popup_menu (self);
      return GDK_EVENT_STOP;
    }
  if (ctrl)
    return self->may_edit ? handle_copying (self, gdk_keyval_to_lower (key)) : GDK_EVENT_PROPAGATE;
  if (handle_arrow (self, key, shift) == GDK_EVENT_STOP)
    return GDK_EVENT_STOP;
  return self->may_edit ? handle_edit (self, key) : GDK_EVENT_PROPAGATE;
}

/**
 * uch_shift_grid_add_input:
 *
 * Listens to pointer and keys.
 */
void
uch_shift_grid_add_input (UchShiftGrid *self)
{
  GtkGesture         *drag = gtk_gesture_drag_new ();
  GtkGesture         *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->grid), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self->grid), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self->grid), motion);
  gtk_widget_add_controller (GTK_WIDGET (self->grid), key);
}
