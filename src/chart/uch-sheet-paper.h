/* Sheets on paper and in picture files: the same drawing as on the screen. */
#pragma once

#include <cairo.h>

#include "chart/uch-chart-draw.h"
#include "chart/uch-sheet.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_PAPER_PNG, /* at twice the size: for slides and letters */
  UCH_PAPER_SVG,
  UCH_PAPER_PDF,
} UchPaper;

GBytes *uch_sheet_paper_draw (const UchSheet *sheet, UchPaper paper, GError **error);
double  uch_sheet_paper_lay (const UchSheet *sheet,
                             cairo_t        *cr,
                             double          x,
                             double          y,
                             double          width,
                             double          font_size,
                             guint           n_charts_max);

G_END_DECLS
