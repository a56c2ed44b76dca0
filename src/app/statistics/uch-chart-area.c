#define G_LOG_DOMAIN "uch-app"

#include "app/statistics/uch-chart-area.h"

#include <adwaita.h>

#define MIN_WIDTH 260

struct _UchChartArea
{
  GtkWidget parent_instance;

  const UchChart *chart; /* (nullable): of the card's sheet, which lives as long as it is shown */
  UchChartSpot    focus; /* of the keyboard */
  UchChartSpot    hover;
};

enum
{
  SIGNAL_PICKED,
  SIGNAL_TOLD,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchChartArea, uch_chart_area, GTK_TYPE_WIDGET)

static const UchChartSpot NOWHERE = { -1, 0 };

/* The person's own size of letters, a little smaller: figures are many. */
static double
get_font_size (GtkWidget *widget)
{
  PangoContext         *context = gtk_widget_get_pango_context (widget);
  PangoFontDescription *font = pango_context_get_font_description (context);
  double                size = (double) pango_font_description_get_size (font) / PANGO_SCALE;

  if (!pango_font_description_get_size_is_absolute (font))
    size *= pango_cairo_context_get_resolution (context) / 72;
  return MAX (size * 0.87, 8);
}

static void
get_style (UchChartArea *self, UchChartStyle *out_style)
{
  GtkWidget *widget = GTK_WIDGET (self);

  out_style->width = gtk_widget_get_width (widget);
  out_style->height = gtk_widget_get_height (widget);
  out_style->font_size = get_font_size (widget);
  out_style->palette = adw_style_manager_get_dark (adw_style_manager_get_default ())
                           ? &uch_palette_dark
                           : &uch_palette_light;
}

static void
uch_chart_area_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchChartArea *self = UCH_CHART_AREA (widget);
  UchChartStyle style;
  cairo_t      *cr;

  if (self->chart == NULL)
    return;
  get_style (self, &style);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) style.width, (float) style.height));
  uch_chart_draw (self->chart, cr, &style,
                  self->hover.series >= 0         ? self->hover
                  : gtk_widget_has_focus (widget) ? self->focus
                                                  : NOWHERE);
  cairo_destroy (cr);
}

static void
uch_chart_area_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  UchChartArea *self = UCH_CHART_AREA (widget);

  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = MIN_WIDTH;
  else
    *minimum = *natural
        = self->chart != NULL
              ? (int) uch_chart_get_good_height (self->chart, get_font_size (widget))
              : 0;
}

static void
tell (UchChartArea *self, UchChartSpot spot)
{
  g_autofree char *tip = NULL;

  if (self->chart != NULL && spot.series >= 0)
    tip = uch_chart_dup_tip (self->chart, (guint) spot.series, spot.index);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  tip != NULL ? tip : "", -1);
  g_signal_emit (self, signals[SIGNAL_TOLD], 0, tip);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static UchChartSpot
hit (UchChartArea *self, double x, double y)
{
  UchChartStyle style;

  if (self->chart == NULL)
    return NOWHERE;
  get_style (self, &style);
  return uch_chart_hit (self->chart, &style, x, y);
}

static void
motion_cb (UchChartArea *self, double x, double y)
{
  UchChartSpot spot = hit (self, x, y);

  if (spot.series == self->hover.series && spot.index == self->hover.index)
    return;
  self->hover = spot;
  tell (self, spot);
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (self));
}

static void
leave_cb (UchChartArea *self)
{
  self->hover = NOWHERE;
  tell (self, gtk_widget_has_focus (GTK_WIDGET (self)) ? self->focus : NOWHERE);
}

static gboolean
query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  UchChartArea    *self = UCH_CHART_AREA (widget);
  UchChartSpot     spot = keyboard ? self->focus : hit (self, x, y);
  g_autofree char *tip = NULL;

  if (self->chart != NULL && spot.series >= 0)
    tip = uch_chart_dup_tip (self->chart, (guint) spot.series, spot.index);
  gtk_tooltip_set_text (tooltip, tip);
  return tip != NULL;
}

static void
pick (UchChartArea *self, UchChartSpot spot)
{
  if (spot.series >= 0)
    g_signal_emit (self, signals[SIGNAL_PICKED], 0, (guint) spot.series, spot.index);
}

static void
released_cb (UchChartArea *self, int n_press, double x, double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->focus = hit (self, x, y);
  pick (self, self->focus);
}

static gboolean
key_cb (UchChartArea *self, guint key, guint code, GdkModifierType modifiers)
{
  int dx = (key == GDK_KEY_Right) - (key == GDK_KEY_Left);
  int dy = (key == GDK_KEY_Down) - (key == GDK_KEY_Up);

  if (self->chart == NULL)
    return FALSE;
  if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_space)
    {
      pick (self, self->focus);
      return self->focus.series >= 0;
    }
  if (dx == 0 && dy == 0)
    return FALSE;
  if (self->chart->kind == UCH_CHART_ROWS || self->chart->kind == UCH_CHART_DIVERGING)
    { /* names stand below each other */
      int swap = dx;

      dx = dy;
      dy = swap;
    }
  else if (self->chart->kind == UCH_CHART_STACKED)
    dy = -dy; /* the first series lies lowest */
  self->hover = NOWHERE;
  self->focus = uch_chart_move (self->chart, self->focus, dx, dy);
  tell (self, self->focus);
  return TRUE;
}

static void
focus_cb (UchChartArea *self)
{
  tell (self, gtk_widget_has_focus (GTK_WIDGET (self)) ? self->focus : NOWHERE);
}

static void
uch_chart_area_class_init (UchChartAreaClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = uch_chart_area_snapshot;
  widget_class->measure = uch_chart_area_measure;
  widget_class->query_tooltip = query_tooltip;
  signals[SIGNAL_PICKED]
      = g_signal_new ("picked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[SIGNAL_TOLD] = g_signal_new ("told", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "chart");
}

static void
uch_chart_area_init (UchChartArea *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture         *click = gtk_gesture_click_new ();

  self->focus = self->hover = NOWHERE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  g_signal_connect (self, "notify::has-focus", G_CALLBACK (focus_cb), NULL);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
uch_chart_area_new (void)
{
  return g_object_new (UCH_TYPE_CHART_AREA, NULL);
}

/**
 * uch_chart_area_set_chart:
 * @chart: (nullable): borrowed: replaced before it is freed
 */
void
uch_chart_area_set_chart (UchChartArea *self, const UchChart *chart)
{
  self->chart = chart;
  self->focus = self->hover = NOWHERE;
  if (chart != NULL && chart->title != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    chart->title, -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

const UchChart *
uch_chart_area_get_chart (UchChartArea *self)
{
  return self->chart;
}
