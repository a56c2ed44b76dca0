/* The marks of each kind of chart. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "chart/uch-chart-plot.h"
#include "stats/uch-trend.h"

#define GAP 6.0

static const UchChartSeries *
get_series (const UchPlot *self, guint s)
{
  return g_ptr_array_index (self->chart->series, s);
}

static UchInk
get_ink (const UchPlot *self, guint s)
{
  return uch_palette_get_series (self->style->palette, get_series (self, s)->color);
}

static gboolean
is_small (const UchPlot *self, const UchChartPoint *point)
{
  return self->chart->unit == UCH_UNIT_SHARE && point->n > 0 && point->n < UCH_N_INTERVAL;
}

static gboolean
is_tiny (const UchPlot *self, const UchChartPoint *point)
{
  return self->chart->unit == UCH_UNIT_SHARE && point->n < UCH_N_DOTS;
}

static void
draw_dot (cairo_t *cr, double x, double y, double radius, UchInk ink, UchInk paper, gboolean hollow)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  uch_plot_use (cr, hollow ? paper : ink, 1);
  cairo_fill_preserve (cr);
  uch_plot_use (cr, ink, 1);
  cairo_set_line_width (cr, 1.3);
  cairo_stroke (cr);
}

/* The 95 % interval: a line with feet; thick when it is the figure itself. */
static void
draw_whisker (UchPlot *self, cairo_t *cr, const UchChartPoint *point, UchBox spot)
{
  double low, high, middle;

  if (isnan (point->low) || isnan (point->high))
    return;
  low = uch_plot_scale (self, point->low);
  high = uch_plot_scale (self, point->high);
  uch_plot_use (cr, self->style->palette->text, 0.8);
  cairo_set_line_width (cr, is_small (self, point) ? 2 : 1);
  if (uch_plot_is_lying (self->chart))
    {
      middle = spot.y + spot.height / 2;
      cairo_move_to (cr, low, middle);
      cairo_line_to (cr, high, middle);
    }
  else
    {
      middle = spot.x + spot.width / 2;
      cairo_move_to (cr, middle, low);
      cairo_line_to (cr, middle, high);
      cairo_move_to (cr, middle - 3, low);
      cairo_rel_line_to (cr, 6, 0);
      cairo_move_to (cr, middle - 3, high);
      cairo_rel_line_to (cr, 6, 0);
    }
  cairo_stroke (cr);
}

/* The bar's value in words: beside a lying bar, over a standing one that has the room. */
static void
write_value (UchPlot *self, cairo_t *cr, const UchChartPoint *point, UchBox spot)
{
  g_autofree char *text = is_tiny (self, point)
                              ? g_strdup_printf ("n = %u", point->n)
                              : uch_chart_format (self->chart->unit, point->value);
  double           line, width = uch_plot_measure (self, text, &line);

  if (uch_plot_is_lying (self->chart))
    {
      double from = spot.x + spot.width;

      if (!isnan (point->high) && !is_tiny (self, point))
        from = MAX (from, uch_plot_scale (self, point->high));
      if (from + GAP + width <= self->style->width)
        uch_plot_write (self, cr, text, from + GAP, spot.y + spot.height / 2, UCH_ALIGN_LEFT,
                        self->style->palette->text);
      else
        uch_plot_write (self, cr, text, spot.x + spot.width - GAP, spot.y + spot.height / 2,
                        UCH_ALIGN_RIGHT, self->style->palette->paper);
      return;
    }
  if (width <= self->box.width / self->n / self->chart->series->len && isnan (point->high))
    uch_plot_write (self, cr, text, spot.x + spot.width / 2, MAX (spot.y - line / 2 - 1, line / 2),
                    UCH_ALIGN_MIDDLE, self->style->palette->text);
}

static void
draw_bars (UchPlot *self, cairo_t *cr)
{
  for (guint s = 0; s < self->chart->series->len; s++)
    for (guint i = 0; i < self->n; i++)
      {
        const UchChartPoint *point = uch_chart_get_point (self->chart, s, i);
        UchBox               spot;

        if (!uch_plot_has_spot (self, s, i))
          continue;
        spot = uch_plot_get_spot (self, s, i);
        if (is_tiny (self, point))
          {
            /* fewer than ten: a dot, no bar and no percentage */
            if (uch_plot_is_lying (self->chart))
              draw_dot (cr, spot.x + spot.width, spot.y + spot.height / 2, 3.2, get_ink (self, s),
                        self->style->palette->paper, TRUE);
            else
              draw_dot (cr, spot.x + spot.width / 2, spot.y, 3.2, get_ink (self, s),
                        self->style->palette->paper, TRUE);
          }
        else
          {
            cairo_rectangle (cr, spot.x, spot.y, spot.width, spot.height);
            uch_plot_use (cr, get_ink (self, s), is_small (self, point) ? 0.35 : 1);
            cairo_fill (cr);
            draw_whisker (self, cr, point, spot);
          }
        write_value (self, cr, point, spot);
      }
}

static void
draw_stacked (UchPlot *self, cairo_t *cr)
{
  for (guint s = 0; s < self->chart->series->len; s++)
    for (guint i = 0; i < self->n; i++)
      {
        UchBox           spot;
        g_autofree char *text = NULL;
        double           line;

        if (!uch_plot_has_spot (self, s, i) || uch_chart_get_point (self->chart, s, i)->value <= 0)
          continue;
        spot = uch_plot_get_spot (self, s, i);
        cairo_rectangle (cr, spot.x, spot.y, spot.width, spot.height);
        uch_plot_use (cr, get_ink (self, s),
                      is_small (self, uch_chart_get_point (self->chart, s, i)) ? 0.35 : 1);
        cairo_fill_preserve (cr);
        uch_plot_use (cr, self->style->palette->paper, 1);
        cairo_set_line_width (cr, self->n > 60 ? 0.3 : 0.8);
        cairo_stroke (cr);
        text = uch_chart_format (self->chart->unit, uch_chart_get_point (self->chart, s, i)->value);
        if (uch_plot_measure (self, text, &line) + 4 <= spot.width && line <= spot.height)
          uch_plot_write (
              self, cr, text, spot.x + spot.width / 2, spot.y + spot.height / 2, UCH_ALIGN_MIDDLE,
              self->style->palette->is_dark ? self->style->palette->paper : (UchInk){ 1, 1, 1 });
      }
}

static void
draw_band (UchPlot *self, cairo_t *cr, guint s)
{
  gboolean begun = FALSE;

  for (guint way = 0; way < 2; way++)
    for (guint k = 0; k < self->n; k++)
      {
        guint                i = way == 0 ? k : self->n - 1 - k;
        const UchChartPoint *point = uch_chart_get_point (self->chart, s, i);

        if (!uch_plot_has_spot (self, s, i) || isnan (point->low) || isnan (point->high))
          continue;
        if (begun)
          cairo_line_to (cr, uch_plot_get_middle (self, i),
                         uch_plot_scale (self, way == 0 ? point->high : point->low));
        else
          cairo_move_to (cr, uch_plot_get_middle (self, i), uch_plot_scale (self, point->high));
        begun = TRUE;
      }
  if (!begun)
    return;
  cairo_close_path (cr);
  uch_plot_use (cr, get_ink (self, s), 0.18);
  cairo_fill (cr);
}

static void
draw_line (UchPlot *self, cairo_t *cr, guint s)
{
  static const double dashes[] = { 5, 3 };
  gboolean            begun = FALSE;

  for (guint i = 0; i < self->n; i++)
    {
      if (!uch_plot_has_spot (self, s, i))
        {
          begun = FALSE;
          continue;
        }
      (begun ? cairo_line_to : cairo_move_to) (
          cr, uch_plot_get_middle (self, i),
          uch_plot_scale (self, uch_chart_get_point (self->chart, s, i)->value));
      begun = TRUE;
    }
  uch_plot_use (cr, get_ink (self, s), 1);
  cairo_set_line_width (cr, 1.8);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (get_series (self, s)->is_dashed)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_lines (UchPlot *self, cairo_t *cr)
{
  for (guint s = 0; s < self->chart->series->len; s++)
    draw_band (self, cr, s);
  for (guint s = 0; s < self->chart->series->len; s++)
    {
      draw_line (self, cr, s);
      for (guint i = 0; i < self->n && self->n <= 60; i++)
        if (uch_plot_has_spot (self, s, i))
          draw_dot (cr, uch_plot_get_middle (self, i),
                    uch_plot_scale (self, uch_chart_get_point (self->chart, s, i)->value), 2,
                    get_ink (self, s), self->style->palette->paper,
                    get_series (self, s)->is_dashed);
    }
}

/* Limits as steps: each period has its own n, and so its own width of chance. */
static void
draw_steps (UchPlot *self, cairo_t *cr)
{
  double half = self->box.width / self->n / 2;

  for (guint i = 0; i < MIN (self->n, self->chart->limits->len); i++)
    {
      const UchInterval *limits = &g_array_index (self->chart->limits, UchInterval, i);
      double             middle = uch_plot_get_middle (self, i), top, bottom;

      if (!uch_plot_has_spot (self, 0, i))
        continue;
      top = uch_plot_scale (self, limits->high);
      bottom = uch_plot_scale (self, limits->low);
      cairo_rectangle (cr, middle - half, top, 2 * half, bottom - top);
    }
  uch_plot_use (cr, self->style->palette->band, 1);
  cairo_fill (cr);
}

static void
draw_control (UchPlot *self, cairo_t *cr)
{
  const UchPalette   *palette = self->style->palette;
  static const double dashes[] = { 2, 3 };

  draw_steps (self, cr);
  if (!isnan (self->chart->mean))
    {
      double y = uch_plot_scale (self, self->chart->mean);

      uch_plot_use (cr, palette->dim, 1);
      cairo_set_line_width (cr, 1);
      cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
      cairo_move_to (cr, self->box.x, y);
      cairo_rel_line_to (cr, self->box.width, 0);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
  draw_line (self, cr, 0);
  for (guint i = 0; i < self->n; i++)
    {
      const UchChartPoint *point = uch_chart_get_point (self->chart, 0, i);
      gboolean             outside = uch_chart_is_outside (self->chart, i);
      double               radius = self->n > 100 ? 1.6 : 2.6;

      if (!uch_plot_has_spot (self, 0, i) || (self->n > 100 && !outside))
        continue;
      draw_dot (cr, uch_plot_get_middle (self, i), uch_plot_scale (self, point->value),
                outside ? radius + 1.6 : radius, outside ? palette->alarm : get_ink (self, 0),
                palette->paper,
                is_small (self, point) || (self->chart->last_is_open && i + 1 == self->n));
    }
}

static void
draw_funnel_limits (UchPlot *self, cairo_t *cr, double z, gboolean is_outer)
{
  static const double dashes[] = { 4, 3 };

  for (guint way = 0; way < 2; way++)
    {
      gboolean begun = FALSE;

      for (guint n = 1; n <= self->n_max; n += MAX (1, (guint) (self->n_max / 80)))
        {
          UchInterval limits = uch_share_get_funnel_limits (self->chart->mean, n, z);
          double      x = self->box.x + n / self->n_max * self->box.width;

          (begun ? cairo_line_to : cairo_move_to) (
              cr, x, uch_plot_scale (self, way == 0 ? limits.low : limits.high));
          begun = TRUE;
        }
    }
  uch_plot_use (cr, self->style->palette->dim, 1);
  cairo_set_line_width (cr, 1);
  if (is_outer)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_funnel (UchPlot *self, cairo_t *cr)
{
  const UchPalette *palette = self->style->palette;

  if (!isnan (self->chart->mean))
    {
      double y = uch_plot_scale (self, self->chart->mean);

      draw_funnel_limits (self, cr, UCH_Z_95, FALSE);
      draw_funnel_limits (self, cr, UCH_Z_998, TRUE);
      uch_plot_use (cr, palette->grid, 1);
      cairo_move_to (cr, self->box.x, y);
      cairo_rel_line_to (cr, self->box.width, 0);
      cairo_stroke (cr);
    }
  for (guint i = 0; i < self->n; i++)
    {
      const UchChartPoint *point = uch_chart_get_point (self->chart, 0, i);
      gboolean             outside = uch_chart_is_outside (self->chart, i);
      double               x, y;

      if (!uch_plot_has_spot (self, 0, i))
        continue;
      x = uch_plot_get_middle (self, i);
      y = uch_plot_scale (self, point->value);
      draw_dot (cr, x, y, outside ? 4.2 : 3.2, outside ? palette->alarm : get_ink (self, 0),
                palette->paper, is_small (self, point));
      if (outside) /* only whoever stands out is named: this is no ranking */
        uch_plot_write (self, cr, g_ptr_array_index (self->chart->labels, i), x + 2 * GAP, y,
                        UCH_ALIGN_LEFT, palette->text);
    }
}

static void
draw_heatmap (UchPlot *self, cairo_t *cr)
{
  const UchPalette *palette = self->style->palette;
  double            most = uch_chart_get_max (self->chart);

  for (guint s = 0; s < self->chart->series->len; s++)
    for (guint i = 0; i < self->n; i++)
      {
        const UchChartPoint *point = uch_chart_get_point (self->chart, s, i);
        UchBox               spot = uch_plot_get_spot (self, s, i);
        double               share, line;
        g_autofree char     *text = NULL;

        if (!uch_plot_has_spot (self, s, i))
          continue;
        share = most > 0 ? point->value / most : 0;
        cairo_rectangle (cr, spot.x + 0.5, spot.y + 0.5, spot.width - 1, spot.height - 1);
        uch_plot_use (cr, uch_palette_get_heat (palette, share), 1);
        cairo_fill (cr);
        text = uch_chart_format (self->chart->unit, point->value);
        if (uch_plot_measure (self, text, &line) + 4 <= spot.width && line <= spot.height)
          uch_plot_write (self, cr, text, spot.x + spot.width / 2, spot.y + spot.height / 2,
                          UCH_ALIGN_MIDDLE,
                          (share > 0.55) != palette->is_dark ? (UchInk){ 1, 1, 1 } : palette->text);
      }
}

static void
draw_target (UchPlot *self, cairo_t *cr)
{
  static const double dashes[] = { 6, 4 };
  double              at, line;

  if (isnan (self->chart->target) || uch_plot_is_lying (self->chart))
    return;
  at = uch_plot_scale (self, self->chart->target);
  uch_plot_use (cr, self->style->palette->text, 0.75);
  cairo_set_line_width (cr, 1.2);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_move_to (cr, self->box.x, at);
  cairo_rel_line_to (cr, self->box.width, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  uch_plot_measure (self, "A", &line);
  if (self->chart->target_name != NULL)
    uch_plot_write (self, cr, self->chart->target_name, self->box.x + self->box.width,
                    at - line / 2 - 1, UCH_ALIGN_RIGHT, self->style->palette->text);
}

void
uch_plot_draw_marks (UchPlot *self, cairo_t *cr)
{
  switch (self->chart->kind)
    {
    case UCH_CHART_BARS:
    case UCH_CHART_ROWS:
      draw_bars (self, cr);
      break;
    case UCH_CHART_STACKED:
    case UCH_CHART_DIVERGING:
      draw_stacked (self, cr);
      break;
    case UCH_CHART_LINES:
      draw_lines (self, cr);
      break;
    case UCH_CHART_CONTROL:
      draw_control (self, cr);
      break;
    case UCH_CHART_FUNNEL:
      draw_funnel (self, cr);
      break;
    case UCH_CHART_HEATMAP:
      draw_heatmap (self, cr);
      break;
    }
  draw_target (self, cr);
}
