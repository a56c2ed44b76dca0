/* Between the files that draw: where everything of one chart stands. */
#pragma once

#include <pango/pangocairo.h>

#include "chart/uch-chart-draw.h"

G_BEGIN_DECLS

typedef struct
{
  double x, y, width, height;
} UchBox;

typedef struct
{
  const UchChart      *chart;
  const UchChartStyle *style;
  PangoLayout         *layout; /* owned */
  UchBox               box;    /* of the points, without axes */
  double               min, max, step;
  double               n_max; /* funnel: the widest n */
  guint                n;
  double               legend_height;
} UchPlot;

void     uch_plot_init (UchPlot *self, const UchChart *chart, const UchChartStyle *style);
void     uch_plot_clear (UchPlot *self);
double   uch_plot_scale (const UchPlot *self, double value); /* y, or x of lying bars */
double   uch_plot_get_middle (const UchPlot *self, guint index);
UchBox   uch_plot_get_spot (const UchPlot *self, guint series, guint index);
gboolean uch_plot_is_lying (const UchChart *chart);
gboolean uch_plot_has_spot (const UchPlot *self, guint series, guint index);

typedef enum
{
  UCH_ALIGN_LEFT,
  UCH_ALIGN_MIDDLE,
  UCH_ALIGN_RIGHT,
} UchAlign;
double uch_plot_measure (UchPlot *self, const char *text, double *out_height);
void   uch_plot_write (
      UchPlot *self, cairo_t *cr, const char *text, double x, double y, UchAlign align, UchInk ink);
void uch_plot_use (cairo_t *cr, UchInk ink, double alpha);

void uch_plot_draw_frame (UchPlot *self, cairo_t *cr);
void uch_plot_draw_marks (UchPlot *self, cairo_t *cr);

G_END_DECLS
