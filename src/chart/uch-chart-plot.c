/* Where things stand, the axes, and which point is under the pointer. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "chart/uch-chart-plot.h"
#include "stats/uch-trend.h"

#define GAP 6.0
#define N_TICKS 4
#define MARK 3.2   /* half a point's mark */
#define REACH 28.0 /* how near the pointer must come to a point */
#define N_FUNNEL_STEPS 60

gboolean
uch_plot_is_lying (const UchChart *chart)
{
  return chart->kind == UCH_CHART_ROWS || chart->kind == UCH_CHART_DIVERGING;
}

double
uch_plot_measure (UchPlot *self, const char *text, double *out_height)
{
  int width, height;

  pango_layout_set_text (self->layout, text, -1);
  pango_layout_get_size (self->layout, &width, &height);
  if (out_height != NULL)
    *out_height = (double) height / PANGO_SCALE;
  return (double) width / PANGO_SCALE;
}

void
uch_plot_use (cairo_t *cr, UchInk ink, double alpha)
{
  cairo_set_source_rgba (cr, ink.red, ink.green, ink.blue, alpha);
}

/* @y: the middle of the line */
void
uch_plot_write (
    UchPlot *self, cairo_t *cr, const char *text, double x, double y, UchAlign align, UchInk ink)
{
  double height, width = uch_plot_measure (self, text, &height);

  if (align == UCH_ALIGN_MIDDLE)
    x -= width / 2;
  else if (align == UCH_ALIGN_RIGHT)
    x -= width;
  uch_plot_use (cr, ink, 1);
  cairo_move_to (cr, x, y - height / 2);
  pango_cairo_show_layout (cr, self->layout);
}

/* 1, 2, 2.5 or 5 times a power of ten. */
static double
get_nice_step (double range, guint n_ticks)
{
  static const double nice[] = { 1, 2, 2.5, 5, 10 };
  double              raw = range / n_ticks, power = pow (10, floor (log10 (raw)));

  for (guint i = 0; i < G_N_ELEMENTS (nice); i++)
    if (raw <= nice[i] * power * (1 + 1e-9))
      return nice[i] * power;
  return 10 * power;
}

static double
get_min (const UchChart *chart)
{
  double min = G_MAXDOUBLE;

  if (chart->kind != UCH_CHART_CONTROL && chart->kind != UCH_CHART_FUNNEL)
    return 0;
  for (guint i = 0; i < uch_chart_get_n (chart); i++)
    {
      const UchChartPoint *point = uch_chart_get_point (chart, 0, i);

      if (isnan (point->value) || point->n < UCH_N_DOTS)
        continue;
      min = MIN (min, point->value);
      if (i < chart->limits->len)
        min = MIN (min, g_array_index (chart->limits, UchInterval, i).low);
    }
  if (!isnan (chart->target))
    min = MIN (min, chart->target);
  return min == G_MAXDOUBLE ? 0 : MAX (min, 0);
}

static void
set_range (UchPlot *self)
{
  double low = get_min (self->chart), high = uch_chart_get_max (self->chart);

  if (self->chart->kind == UCH_CHART_DIVERGING)
    low = -1, high = 1;
  if (!(high > low))
    high = low + 1;
  self->step = get_nice_step (high - low, N_TICKS);
  if (self->chart->unit == UCH_UNIT_COUNT)
    self->step = MAX (self->step, 1);
  self->min = floor (low / self->step + 1e-9) * self->step;
  self->max = ceil (high / self->step - 1e-9) * self->step;
  if (self->chart->unit == UCH_UNIT_SHARE && self->chart->kind != UCH_CHART_DIVERGING)
    {
      self->min = MAX (self->min, 0);
      self->max = MIN (self->max, 1);
    }
  for (guint i = 0; i < self->n; i++)
    {
      const UchChartPoint *point = uch_chart_get_point (self->chart, 0, i);

      self->n_max = MAX (self->n_max, point != NULL ? point->n : 0);
    }
  self->n_max = MAX (self->n_max * 1.06, 1);
}

static gboolean
has_legend (const UchChart *chart)
{
  return chart->series->len > 1 && chart->kind != UCH_CHART_HEATMAP;
}

static double
get_widest (UchPlot *self, GPtrArray *texts)
{
  double widest = 0;

  for (guint i = 0; i < texts->len; i++)
    widest = MAX (widest, uch_plot_measure (self, g_ptr_array_index (texts, i), NULL));
  return widest;
}

/* How high the legend is: as many lines as it needs. Drawn as well when @cr is given. */
static double
walk_legend (UchPlot *self, cairo_t *cr)
{
  const UchPalette *palette = self->style->palette;
  double            line, square, x = 0, y = 0;

  if (!has_legend (self->chart))
    return 0;
  uch_plot_measure (self, "A", &line);
  square = line * 0.6;
  for (guint s = 0; s < self->chart->series->len; s++)
    {
      const UchChartSeries *series = g_ptr_array_index (self->chart->series, s);
      double width = square + GAP + uch_plot_measure (self, series->name, NULL) + 3 * GAP;

      if (x > 0 && x + width > self->style->width)
        {
          x = 0;
          y += line + 2;
        }
      if (cr != NULL)
        {
          uch_plot_use (cr, uch_palette_get_series (palette, series->color), 1);
          if (series->is_dashed)
            cairo_rectangle (cr, x, y + line / 2 - 1, square, 2);
          else
            cairo_rectangle (cr, x, y + (line - square) / 2, square, square);
          cairo_fill (cr);
          uch_plot_write (self, cr, series->name, x + square + GAP, y + line / 2, UCH_ALIGN_LEFT,
                          palette->text);
        }
      x += width;
    }
  return y + line + GAP;
}

void
uch_plot_init (UchPlot *self, const UchChart *chart, const UchChartStyle *style)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoFontDescription *font = pango_font_description_from_string (style->palette->font);
  cairo_font_options_t *options = cairo_font_options_create ();
  double                line, left, below;

  memset (self, 0, sizeof *self);
  self->chart = chart;
  self->style = style;
  self->n = uch_chart_get_n (chart);
  /* Letters must stand the same at any scale. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  self->layout = pango_layout_new (context);
  g_object_unref (context);
  pango_font_description_set_absolute_size (font, style->font_size * PANGO_SCALE);
  pango_layout_set_font_description (self->layout, font);
  pango_font_description_free (font);

  set_range (self);
  self->legend_height = walk_legend (self, NULL);
  uch_plot_measure (self, "A", &line);
  if (uch_plot_is_lying (chart))
    {
      left = MIN (get_widest (self, chart->labels), style->width * 0.42);
      below = 0;
    }
  else if (chart->kind == UCH_CHART_HEATMAP)
    {
      left = 0;
      for (guint s = 0; s < chart->series->len; s++)
        left = MAX (
            left, uch_plot_measure (
                      self, ((UchChartSeries *) g_ptr_array_index (chart->series, s))->name, NULL));
      below = line + GAP;
    }
  else
    {
      g_autofree char *low = uch_chart_format (chart->unit, self->min + self->step / 2);
      g_autofree char *high = uch_chart_format (chart->unit, self->max);

      left = MAX (uch_plot_measure (self, low, NULL), uch_plot_measure (self, high, NULL));
      below = line + GAP;
    }
  left += GAP * 1.5;
  self->box = (UchBox){ left, self->legend_height + line / 2, style->width - left - GAP,
                        style->height - self->legend_height - line / 2 - below };
  self->box.width = MAX (self->box.width, 1);
  self->box.height = MAX (self->box.height, 1);
}

void
uch_plot_clear (UchPlot *self)
{
  g_clear_object (&self->layout);
}

double
uch_plot_scale (const UchPlot *self, double value)
{
  double part = (value - self->min) / (self->max - self->min);

  if (uch_plot_is_lying (self->chart))
    return self->box.x + part * self->box.width;
  return self->box.y + (1 - CLAMP (part, 0, 1)) * self->box.height;
}

/* The middle of a label's slot, across the values. */
double
uch_plot_get_middle (const UchPlot *self, guint index)
{
  const UchChartPoint *point;

  if (self->chart->kind == UCH_CHART_FUNNEL)
    {
      point = uch_chart_get_point (self->chart, 0, index);
      return self->box.x + point->n / self->n_max * self->box.width;
    }
  if (uch_plot_is_lying (self->chart))
    return self->box.y + (index + 0.5) * self->box.height / self->n;
  return self->box.x + (index + 0.5) * self->box.width / self->n;
}

gboolean
uch_plot_has_spot (const UchPlot *self, guint series, guint index)
{
  const UchChartPoint *point = uch_chart_get_point (self->chart, series, index);

  return point != NULL && !isnan (point->value);
}

/* The sum of what lies under a segment of a stacked chart. */
static double
get_base (const UchPlot *self, guint series, guint index)
{
  double base = 0;

  for (guint s = 0; s < series; s++)
    if (uch_plot_has_spot (self, s, index))
      base += uch_chart_get_point (self->chart, s, index)->value;
  if (self->chart->kind == UCH_CHART_DIVERGING)
    {
      guint n = self->chart->series->len;

      for (guint s = 0; s < n; s++)
        if (uch_plot_has_spot (self, s, index) && s <= (n - 1) / 2)
          base -= uch_chart_get_point (self->chart, s, index)->value
                  * (n % 2 == 1 && s == n / 2 ? 0.5 : 1);
    }
  return base;
}

/**
 * uch_plot_get_spot:
 *
 * Returns: where a point's mark stands: what is drawn, pointed at and focused
 */
UchBox
uch_plot_get_spot (const UchPlot *self, guint series, guint index)
{
  const UchChartPoint *point = uch_chart_get_point (self->chart, series, index);
  double               middle = uch_plot_get_middle (self, index), from, to, slot, bar;
  guint                n_series = self->chart->series->len;

  switch (self->chart->kind)
    {
    case UCH_CHART_HEATMAP:
      slot = self->box.height / n_series;
      bar = self->box.width / self->n;
      return (UchBox){ self->box.x + index * bar, self->box.y + series * slot, bar, slot };
    case UCH_CHART_ROWS:
      slot = self->box.height / self->n;
      bar = MIN (slot * 0.72 / n_series, 18);
      return (UchBox){ self->box.x, middle + (series - n_series / 2.0) * bar,
                       MAX (uch_plot_scale (self, point->value) - self->box.x, 1), bar * 0.92 };
    case UCH_CHART_DIVERGING:
      bar = MIN (self->box.height / self->n * 0.72, 22);
      from = uch_plot_scale (self, get_base (self, series, index));
      to = uch_plot_scale (self, get_base (self, series, index) + point->value);
      return (UchBox){ from, middle - bar / 2, to - from, bar };
    case UCH_CHART_STACKED:
      bar = self->box.width / self->n * (self->n > 60 ? 0.9 : 0.74);
      from = uch_plot_scale (self, get_base (self, series, index));
      to = uch_plot_scale (self, get_base (self, series, index) + point->value);
      return (UchBox){ middle - bar / 2, to, bar, from - to };
    case UCH_CHART_BARS:
      bar = MIN (self->box.width / self->n * 0.74 / n_series, 46);
      to = uch_plot_scale (self, point->value);
      return (UchBox){ middle + (series - n_series / 2.0) * bar, to, bar * 0.94,
                       self->box.y + self->box.height - to };
    default:
      to = uch_plot_scale (self, point->value);
      return (UchBox){ middle - MARK, to - MARK, 2 * MARK, 2 * MARK };
    }
}

static void
draw_value_axis (UchPlot *self, cairo_t *cr)
{
  const UchPalette *palette = self->style->palette;
  gboolean          is_bare = uch_plot_is_lying (self->chart);

  cairo_set_line_width (cr, 1);
  for (double value = self->min; value <= self->max + self->step / 1000; value += self->step)
    {
      g_autofree char *text = uch_chart_format (self->chart->unit, value);
      double           at = uch_plot_scale (self, value);

      uch_plot_use (cr, palette->grid, 1);
      if (is_bare)
        {
          cairo_move_to (cr, at, self->box.y);
          cairo_rel_line_to (cr, 0, self->box.height);
          cairo_stroke (cr);
          continue;
        }
      cairo_move_to (cr, self->box.x, at);
      cairo_rel_line_to (cr, self->box.width, 0);
      cairo_stroke (cr);
      uch_plot_write (self, cr, text, self->box.x - GAP, at, UCH_ALIGN_RIGHT, palette->dim);
    }
}

/* As many labels under the points as have room beside each other. */
static void
draw_labels (UchPlot *self, cairo_t *cr)
{
  const UchPalette *palette = self->style->palette;
  double            line, widest = get_widest (self, self->chart->labels), free_from = -1e9;

  uch_plot_measure (self, "A", &line);
  for (guint i = 0; i < self->n; i++)
    {
      const char *label = g_ptr_array_index (self->chart->labels, i);
      double      middle = uch_plot_get_middle (self, i), y, width;

      if (uch_plot_is_lying (self->chart))
        {
          pango_layout_set_width (self->layout, (int) ((self->box.x - GAP) * PANGO_SCALE));
          pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
          uch_plot_write (self, cr, label, 0, middle, UCH_ALIGN_LEFT, palette->text);
          pango_layout_set_width (self->layout, -1);
          continue;
        }
      width = MIN (uch_plot_measure (self, label, NULL), widest);
      y = self->box.y + self->box.height + GAP + line / 2;
      if (*label == '\0' || middle - width / 2 < free_from)
        continue;
      free_from = middle + width / 2 + 2 * GAP;
      /* The last one may not hang out of the picture. */
      uch_plot_write (self, cr, label, MIN (middle, self->style->width - width / 2), y,
                      UCH_ALIGN_MIDDLE, palette->dim);
    }
}

static void
draw_funnel_axis (UchPlot *self, cairo_t *cr)
{
  double line, step = get_nice_step (self->n_max, 5);

  uch_plot_measure (self, "A", &line);
  for (double n = step; n <= self->n_max; n += step)
    {
      g_autofree char *text = g_strdup_printf ("n = %.0f", n);

      uch_plot_write (self, cr, text, self->box.x + n / self->n_max * self->box.width,
                      self->box.y + self->box.height + GAP + line / 2, UCH_ALIGN_MIDDLE,
                      self->style->palette->dim);
    }
}

void
uch_plot_draw_frame (UchPlot *self, cairo_t *cr)
{
  const UchPalette *palette = self->style->palette;

  walk_legend (self, cr);
  if (self->chart->kind == UCH_CHART_HEATMAP)
    for (guint s = 0; s < self->chart->series->len; s++)
      {
        UchBox spot = uch_plot_get_spot (self, s, 0);

        uch_plot_write (self, cr,
                        ((UchChartSeries *) g_ptr_array_index (self->chart->series, s))->name, 0,
                        spot.y + spot.height / 2, UCH_ALIGN_LEFT, palette->text);
      }
  else
    draw_value_axis (self, cr);
  if (self->chart->kind == UCH_CHART_FUNNEL)
    draw_funnel_axis (self, cr);
  else
    draw_labels (self, cr);
}

static double
get_distance (UchBox box, double x, double y)
{
  double dx = MAX (MAX (box.x - x, x - box.x - box.width), 0);
  double dy = MAX (MAX (box.y - y, y - box.y - box.height), 0);

  return hypot (dx, dy);
}

/**
 * uch_chart_hit:
 * @x: of the pointer, as it was drawn
 *
 * Returns: the point under or near it; series < 0: none
 */
UchChartSpot
uch_chart_hit (const UchChart *chart, const UchChartStyle *style, double x, double y)
{
  UchChartSpot best = { -1, 0 };
  double       nearest = REACH;
  UchPlot      plot;

  uch_plot_init (&plot, chart, style);
  for (guint s = 0; s < chart->series->len; s++)
    for (guint i = 0; i < plot.n; i++)
      {
        double distance;

        if (!uch_plot_has_spot (&plot, s, i))
          continue;
        distance = get_distance (uch_plot_get_spot (&plot, s, i), x, y);
        if (distance < nearest)
          {
            nearest = distance;
            best = (UchChartSpot){ (int) s, i };
          }
      }
  uch_plot_clear (&plot);
  return best;
}

/**
 * uch_chart_move:
 * @from: series < 0: nothing is focused yet
 * @dx: −1, 0 or 1: along the labels
 * @dy: −1, 0 or 1: among the series
 *
 * The focus under the arrow keys: points that have no value are passed over.
 *
 * Returns: the next point; @from when there is none that way
 */
UchChartSpot
uch_chart_move (const UchChart *chart, UchChartSpot from, int dx, int dy)
{
  int n = (int) uch_chart_get_n (chart), n_series = (int) chart->series->len;
  int series = from.series, index = (int) from.index;

  if (series < 0)
    {
      series = 0;
      index = dx < 0 ? n : -1;
      dx = dx == 0 ? 1 : dx;
      dy = 0;
    }
  for (;;)
    {
      const UchChartPoint *point;

      series += dy;
      index += dx;
      if (series < 0 || index < 0 || series >= n_series || index >= n || (dx == 0 && dy == 0))
        return from;
      point = uch_chart_get_point (chart, (guint) series, (guint) index);
      if (point != NULL && !isnan (point->value))
        return (UchChartSpot){ series, (guint) index };
    }
}

/**
 * uch_chart_get_good_height:
 *
 * Returns: how high a chart wants to be: lying bars by their number, the others as usual
 */
double
uch_chart_get_good_height (const UchChart *chart, double font_size)
{
  guint n = uch_chart_get_n (chart);

  if (uch_plot_is_lying (chart))
    return MAX (n, 2) * font_size
               * (chart->series->len > 1 && chart->kind == UCH_CHART_ROWS ? 2.9 : 2.1)
           + font_size * (has_legend (chart) ? 3 : 1);
  if (chart->kind == UCH_CHART_HEATMAP)
    return (chart->series->len + 2) * font_size * 1.9;
  return font_size * 16;
}
