#include "chart/uch-chart-draw.h"

#include <glib/gi18n-lib.h>

#include "chart/uch-chart-plot.h"

/**
 * uch_chart_draw:
 * @cr: its origin is the chart's upper left corner
 * @focus: the point to be marked; series < 0: none
 *
 * The background is left as it is.
 */
void
uch_chart_draw (const UchChart *chart, cairo_t *cr, const UchChartStyle *style, UchChartSpot focus)
{
  UchPlot plot;

  uch_plot_init (&plot, chart, style);
  cairo_save (cr);
  if (plot.n == 0)
    uch_plot_write (&plot, cr, _ ("There is nothing to count in this period."), style->width / 2,
                    style->height / 2, UCH_ALIGN_MIDDLE, style->palette->dim);
  else
    {
      uch_plot_draw_frame (&plot, cr);
      uch_plot_draw_marks (&plot, cr);
    }
  if (focus.series >= 0 && uch_plot_has_spot (&plot, (guint) focus.series, focus.index))
    {
      UchBox spot = uch_plot_get_spot (&plot, (guint) focus.series, focus.index);

      cairo_rectangle (cr, spot.x - 2.5, spot.y - 2.5, spot.width + 5, spot.height + 5);
      uch_plot_use (cr, style->palette->text, 1);
      cairo_set_line_width (cr, 1.6);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
  uch_plot_clear (&plot);
}

/**
 * uch_chart_draw_text:
 * @width: where lines are broken
 * @size: of the letters
 * @out_height: (out) (optional): how high it has become
 *
 * A paragraph beside charts on paper. With @cr %NULL only measured.
 */
void
uch_chart_draw_text (cairo_t             *cr,
                     const UchChartStyle *style,
                     const char          *text,
                     double               x,
                     double               y,
                     double               width,
                     double               size,
                     gboolean             bold,
                     double              *out_height)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoLayout  *layout = pango_layout_new (context);
  PangoFontDescription *font = pango_font_description_from_string (style->palette->font);
  int                   height;

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  if (bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_SEMIBOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_size (layout, NULL, &height);
  if (out_height != NULL)
    *out_height = (double) height / PANGO_SCALE;
  if (cr != NULL)
    {
      uch_plot_use (cr, bold ? style->palette->text : style->palette->dim, 1);
      cairo_move_to (cr, x, y);
      pango_cairo_show_layout (cr, layout);
    }
  g_object_unref (layout);
  g_object_unref (context);
}
