#include "app/shifts/uch-shift-cell.h"

#include <math.h>

#define DAY_MIN (24 * 60)
#define WIDTH_PX 72
#define HEIGHT_PX 38
#define BAR_HEIGHT_PX 6
#define BAR_BOTTOM_PX 5
/* How near the pointer must be to an edge to take hold of it. */
#define EDGE_PX 6
/* A dragged edge moves in half hours. */
#define SNAP_MIN 30

struct _UchShiftCell
{
  GtkWidget parent;

  guint   row, column;
  GArray *parts;   /* (owned) of UchDayPart: the work of the day */
  GArray *preview; /* (owned) (nullable): what letting go would make of it */
  char   *absence; /* (owned) (nullable): in words */
};

G_DEFINE_FINAL_TYPE (UchShiftCell, uch_shift_cell, GTK_TYPE_WIDGET)

static void
append_bar (GtkSnapshot *snapshot, const GdkRGBA *color, double from, double to, double y)
{
  graphene_rect_t bounds
      = GRAPHENE_RECT_INIT ((float) from, (float) y, (float) (to - from), BAR_HEIGHT_PX);
  GskRoundedRect bar;

  gsk_rounded_rect_init_from_rect (&bar, &bounds, BAR_HEIGHT_PX / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &bar);
  gtk_snapshot_append_color (snapshot, color, &bounds);
  gtk_snapshot_pop (snapshot);
}

/* A faint line for the whole day, the hours of work upon it; a night runs to the day's end. */
static void
draw_bars (UchShiftCell *self, GtkSnapshot *snapshot, GArray *parts, const GdkRGBA *color)
{
  double  width = gtk_widget_get_width (GTK_WIDGET (self));
  double  y = gtk_widget_get_height (GTK_WIDGET (self)) - BAR_BOTTOM_PX - BAR_HEIGHT_PX;
  GdkRGBA faint = *color;

  faint.alpha *= 0.12f;
  append_bar (snapshot, &faint, 3, width - 3, y);
  for (guint i = 0; i < parts->len; i++)
    {
      const UchDayPart *part = &g_array_index (parts, UchDayPart, i);
      double            from = MAX (part->from_min * width / DAY_MIN, 3);
      double            to = MIN (part->to_min * width / DAY_MIN, width - 3);

      append_bar (snapshot, color, from, MAX (to, from + BAR_HEIGHT_PX), y);
    }
}

static void
uch_shift_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchShiftCell    *self = UCH_SHIFT_CELL (widget);
  GArray          *parts = self->preview != NULL ? self->preview : self->parts;
  gboolean         absent = self->absence != NULL && self->preview == NULL;
  g_autofree char *text = absent ? g_strdup (self->absence) : uch_day_parts_print (parts);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  GdkRGBA color;
  int     width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int     text_width, text_height;
  double  room = absent ? height : height - BAR_BOTTOM_PX - BAR_HEIGHT_PX;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  pango_layout_set_width (layout, (width - 6) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (3, (float) floor ((room - text_height) / 2) + 1));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
  if (absent || parts->len == 0)
    return;
  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "accent_color", &color);
  draw_bars (self, snapshot, parts, &color);
}

static void
uch_shift_cell_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH_PX : HEIGHT_PX;
}

static void
uch_shift_cell_finalize (GObject *object)
{
  UchShiftCell *self = UCH_SHIFT_CELL (object);

  g_array_unref (self->parts);
  g_clear_pointer (&self->preview, g_array_unref);
  g_free (self->absence);
  G_OBJECT_CLASS (uch_shift_cell_parent_class)->finalize (object);
}

static void
uch_shift_cell_class_init (UchShiftCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = uch_shift_cell_finalize;
  widget_class->snapshot = uch_shift_cell_snapshot;
  widget_class->measure = uch_shift_cell_measure;
  gtk_widget_class_set_css_name (widget_class, "shiftcell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID_CELL);
}

static void
uch_shift_cell_init (UchShiftCell *self)
{
  self->parts = g_array_new (FALSE, FALSE, sizeof (UchDayPart));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
}

/**
 * uch_shift_cell_new:
 * @row: which person, from the top
 * @column: which day of the week, from 0
 *
 * Returns: (transfer floating): an empty day
 */
GtkWidget *
uch_shift_cell_new (guint row, guint column)
{
  UchShiftCell *self = g_object_new (UCH_TYPE_SHIFT_CELL, NULL);

  self->row = row;
  self->column = column;
  return GTK_WIDGET (self);
}

void
uch_shift_cell_get_place (UchShiftCell *self, guint *out_row, guint *out_column)
{
  *out_row = self->row;
  *out_column = self->column;
}

/**
 * uch_shift_cell_set_work:
 * @parts: (element-type UchDayPart): what is worked
 * @absence: (nullable): why not, in words
 */
void
uch_shift_cell_set_work (UchShiftCell *self, GArray *parts, const char *absence)
{
  g_array_unref (self->parts);
  self->parts = g_array_ref (parts);
  g_free (self->absence);
  self->absence = g_strdup (absence);
  if (absence != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "absent");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "absent");
  if (absence == NULL && parts->len > 0)
    gtk_widget_add_css_class (GTK_WIDGET (self), "works");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "works");
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_shift_cell_set_preview:
 * @parts: (nullable) (element-type UchDayPart): what the hand would make of it; %NULL: nothing is
 *     in the hand
 */
void
uch_shift_cell_set_preview (UchShiftCell *self, GArray *parts)
{
  if (self->preview == NULL && parts == NULL)
    return;
  g_clear_pointer (&self->preview, g_array_unref);
  self->preview = parts != NULL ? g_array_ref (parts) : NULL;
  if (parts != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "preview");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "preview");
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
uch_shift_cell_set_selected (UchShiftCell *self, gboolean selected)
{
  if (selected)
    gtk_widget_set_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_SELECTED, FALSE);
  else
    gtk_widget_unset_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_SELECTED);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
}

/**
 * uch_shift_cell_set_label:
 * @label: who, when, what: for those who hear the cell, and for its tooltip
 */
void
uch_shift_cell_set_label (UchShiftCell *self, const char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), label);
}

/**
 * uch_shift_cell_find_spot:
 * @x: of the pointer, in the cell
 * @out_part: (out): which part of the day has that edge
 *
 * Returns: what a drag from there would take hold of
 */
UchShiftSpot
uch_shift_cell_find_spot (UchShiftCell *self, double x, guint *out_part)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));

  *out_part = 0;
  if (self->absence != NULL)
    return UCH_SHIFT_SPOT_BODY;
  for (guint i = 0; i < self->parts->len; i++)
    {
      const UchDayPart *part = &g_array_index (self->parts, UchDayPart, i);

      *out_part = i;
      if (fabs (x - MIN (part->to_min, DAY_MIN) * width / DAY_MIN) <= EDGE_PX)
        return UCH_SHIFT_SPOT_END;
      if (fabs (x - part->from_min * width / DAY_MIN) <= EDGE_PX)
        return UCH_SHIFT_SPOT_START;
    }
  return UCH_SHIFT_SPOT_BODY;
}

/**
 * uch_shift_cell_get_minute:
 * @x: in the cell; beyond its right end is the next day
 *
 * Returns: the minute of the day there, at whole half hours
 */
int
uch_shift_cell_get_minute (UchShiftCell *self, double x)
{
  double width = MAX (gtk_widget_get_width (GTK_WIDGET (self)), 1);

  return (int) round (x / width * DAY_MIN / SNAP_MIN) * SNAP_MIN;
}

/**
 * uch_shift_cell_get_absence:
 *
 * Returns: (nullable): why he is absent, in words
 */
const char *
uch_shift_cell_get_absence (UchShiftCell *self)
{
  return self->absence;
}
