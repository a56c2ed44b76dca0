/* Drawing of charts with cairo and Pango: one code for the screen, PDF, PNG and SVG. Lengths are in
 * the user space of the context: pixels on a screen, points on paper. */
#pragma once

#include <cairo.h>

#include "chart/uch-chart.h"
#include "chart/uch-palette.h"

G_BEGIN_DECLS

/* Which point: its series and its place; series < 0: none. */
typedef struct
{
  int   series;
  guint index;
} UchChartSpot;

typedef struct
{
  double            width, height;
  double            font_size;
  const UchPalette *palette;
} UchChartStyle;

void
uch_chart_draw (const UchChart *chart, cairo_t *cr, const UchChartStyle *style, UchChartSpot focus);
UchChartSpot uch_chart_hit (const UchChart *chart, const UchChartStyle *style, double x, double y);
UchChartSpot uch_chart_move (const UchChart *chart, UchChartSpot from, int dx, int dy);
double       uch_chart_get_good_height (const UchChart *chart, double font_size);
void         uch_chart_draw_text (cairo_t             *cr,
                                  const UchChartStyle *style,
                                  const char          *text,
                                  double               x,
                                  double               y,
                                  double               width,
                                  double               size,
                                  gboolean             bold,
                                  double              *out_height);

G_END_DECLS
