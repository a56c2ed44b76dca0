#include "chart/uch-sheet-paper.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gio/gio.h>

#define WIDTH 720.0
#define MARGIN 24.0
#define FONT_SIZE 11.0
#define PNG_SCALE 2

static const UchChartSpot NOWHERE = { -1, 0 };

/**
 * uch_sheet_paper_lay:
 * @cr: (nullable): %NULL only measures
 * @font_size: of figures; the answer is a little larger
 * @n_charts_max: as many charts as there is room for
 *
 * Draws question, answer, charts and foot below each other.
 *
 * Returns: how high it has become
 */
double
uch_sheet_paper_lay (const UchSheet *sheet,
                     cairo_t        *cr,
                     double          x,
                     double          y,
                     double          width,
                     double          font_size,
                     guint           n_charts_max)
{
  UchChartStyle style = { width, 0, font_size, &uch_palette_print };
  double        top = y, height;

  uch_chart_draw_text (cr, &style, sheet->question, x, y, width, font_size, FALSE, &height);
  y += height + 2;
  uch_chart_draw_text (cr, &style, sheet->answer, x, y, width, font_size * 1.15, TRUE, &height);
  y += height + font_size * 0.5;
  for (guint i = 0; i < MIN (sheet->charts->len, n_charts_max); i++)
    {
      const UchChart *chart = g_ptr_array_index (sheet->charts, i);

      if (chart->title != NULL)
        {
          uch_chart_draw_text (cr, &style, chart->title, x, y, width, font_size * 0.9, FALSE,
                               &height);
          y += height + 2;
        }
      style.height = uch_chart_get_good_height (chart, font_size);
      if (cr != NULL)
        {
          cairo_save (cr);
          cairo_translate (cr, x, y);
          uch_chart_draw (chart, cr, &style, NOWHERE);
          cairo_restore (cr);
        }
      y += style.height + font_size * 0.5;
    }
  uch_chart_draw_text (cr, &style, sheet->foot, x, y, width, font_size * 0.85, FALSE, &height);
  return y + height - top;
}

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int len)
{
  g_byte_array_append (closure, data, len);
  return CAIRO_STATUS_SUCCESS;
}

/**
 * uch_sheet_paper_draw:
 *
 * Returns: (transfer full) (nullable): the file's bytes; %NULL with an error of #GIOErrorEnum when
 *     cairo could not do it
 */
GBytes *
uch_sheet_paper_draw (const UchSheet *sheet, UchPaper paper, GError **error)
{
  double height = uch_sheet_paper_lay (sheet, NULL, 0, 0, WIDTH, FONT_SIZE, G_MAXUINT) + 2 * MARGIN;
  double width = WIDTH + 2 * MARGIN;
  GByteArray      *bytes = g_byte_array_new ();
  cairo_surface_t *surface;
  cairo_status_t   status;
  cairo_t         *cr;

  if (paper == UCH_PAPER_PNG)
    surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (width * PNG_SCALE),
                                          (int) (height * PNG_SCALE));
  else if (paper == UCH_PAPER_SVG)
    surface = cairo_svg_surface_create_for_stream (write_cb, bytes, width, height);
  else
    surface = cairo_pdf_surface_create_for_stream (write_cb, bytes, width, height);
  cr = cairo_create (surface);
  if (paper == UCH_PAPER_PNG)
    cairo_scale (cr, PNG_SCALE, PNG_SCALE);
  if (paper != UCH_PAPER_PDF)
    {
      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_paint (cr);
    }
  uch_sheet_paper_lay (sheet, cr, MARGIN, MARGIN, WIDTH, FONT_SIZE, G_MAXUINT);
  cairo_show_page (cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (paper == UCH_PAPER_PNG && status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, cairo_status_to_string (status));
  return NULL;
}
