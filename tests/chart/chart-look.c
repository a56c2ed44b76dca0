/* Every chart of the statistics as pictures, to be looked at: chart-look DIR [WIDTH [DAYS]] */
#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>

#include "chart/uch-chart-draw.h"
#include "chart/uch-sheet.h"
#include "support/uch-demo-facts.h"

static void
draw (const UchSheet *sheet, const UchPalette *palette, double width, const char *dir)
{
  UchChartStyle    style = { width, 0, 13, palette };
  double           y = 64;
  double           height = y;
  g_autofree char *path = NULL;
  cairo_surface_t *surface;
  cairo_t         *cr;

  for (guint i = 0; i < sheet->charts->len; i++)
    height += 30 + uch_chart_get_good_height (g_ptr_array_index (sheet->charts, i), 13);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width + 24, (int) height + 12);
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, palette->paper.red, palette->paper.green, palette->paper.blue);
  cairo_paint (cr);
  uch_chart_draw_text (cr, &style, sheet->answer, 12, 8, width, 15, TRUE, NULL);
  for (guint i = 0; i < sheet->charts->len; i++)
    {
      const UchChart *chart = g_ptr_array_index (sheet->charts, i);

      uch_chart_draw_text (cr, &style, chart->title, 12, y, width, 13, FALSE, NULL);
      y += 24;
      style.height = uch_chart_get_good_height (chart, 13);
      cairo_save (cr);
      cairo_translate (cr, 12, y);
      uch_chart_draw (chart, cr, &style, (UchChartSpot){ i == 0 ? 0 : -1, 2 });
      cairo_restore (cr);
      y += style.height + 6;
    }
  path = g_strdup_printf ("%s/%s-%s.png", dir, uch_sheet_get_nick (sheet->kind),
                          palette->is_dark ? "dark" : "light");
  cairo_surface_write_to_png (surface, path);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

int
main (int argc, char *argv[])
{
  double        width = argc > 2 ? atof (argv[2]) : 760;
  guint         days = argc > 3 ? (guint) atoi (argv[3]) : 400;
  UchFactFilter filter = UCH_FACT_FILTER_INIT;

  setlocale (LC_ALL, "");
  if (g_getenv ("UCHASTOK_LOCALEDIR") != NULL)
    {
      bindtextdomain (GETTEXT_PACKAGE, g_getenv ("UCHASTOK_LOCALEDIR"));
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
    }
  g_autoptr (UchFacts) facts = uch_demo_facts_new (days, 1);
  for (guint k = 0; k < UCH_N_SHEETS; k++)
    {
      g_autoptr (UchSheet) sheet = uch_sheet_new (k, facts, &filter);

      g_print ("%s: %s\n   [%s]\n", sheet->question, sheet->answer, sheet->foot);
      draw (sheet, &uch_palette_light, width, argv[1]);
      draw (sheet, &uch_palette_dark, width, argv[1]);
    }
  return 0;
}
