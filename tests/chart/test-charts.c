/* Charts and sheets: what is drawn can be pointed at, read as a table and put into every file; the
 * sentence agrees with the figures. */
#include <math.h>
#include <string.h>

#include "chart/uch-chart-draw.h"
#include "chart/uch-report.h"
#include "chart/uch-sheet-paper.h"
#include "chart/uch-sheet.h"
#include "stats/uch-trend.h"
#include "support/uch-demo-facts.h"

#define N_DAYS 120

static UchFacts *facts; /* owned by main() */

static const UchChartStyle STYLE = { 700, 260, 12, &uch_palette_light };

/* Whether anything stands at a place that was white. */
static gboolean
is_inked (cairo_surface_t *surface)
{
  const guchar *data = cairo_image_surface_get_data (surface);
  int n = cairo_image_surface_get_stride (surface) * cairo_image_surface_get_height (surface);

  for (int i = 0; i < n; i++)
    if (data[i] != 0)
      return TRUE;
  return FALSE;
}

static void
test_every_sheet_draws (void)
{
  static const UchPalette *const palettes[]
      = { &uch_palette_light, &uch_palette_dark, &uch_palette_print };
  static const double widths[] = { 120, 700, 2400 };
  UchFactFilter       filter = UCH_FACT_FILTER_INIT;

  for (guint kind = 0; kind < UCH_N_SHEETS; kind++)
    {
      g_autoptr (UchSheet) sheet = uch_sheet_new (kind, facts, &filter);

      g_assert_cmpuint (sheet->charts->len, >, 0);
      g_assert_cmpuint (strlen (sheet->answer), >, 10);
      for (guint c = 0; c < sheet->charts->len; c++)
        {
          const UchChart *chart = g_ptr_array_index (sheet->charts, c);

          g_assert_cmpuint (uch_chart_get_n (chart), >, 0);
          g_assert_cmpuint (chart->names->len, ==, chart->labels->len);
          for (guint s = 0; s < chart->series->len; s++)
            g_assert_cmpuint (
                ((UchChartSeries *) g_ptr_array_index (chart->series, s))->points->len, ==,
                uch_chart_get_n (chart));
          for (guint i = 0; i < G_N_ELEMENTS (widths) * G_N_ELEMENTS (palettes); i++)
            {
              UchChartStyle style
                  = { widths[i / 3], uch_chart_get_good_height (chart, 12), 12, palettes[i % 3] };
              cairo_surface_t *surface = cairo_image_surface_create (
                  CAIRO_FORMAT_ARGB32, (int) style.width, (int) style.height);
              cairo_t *cr = cairo_create (surface);

              uch_chart_draw (chart, cr, &style, (UchChartSpot){ 0, 0 });
              g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
              cairo_destroy (cr);
              cairo_surface_flush (surface);
              g_assert_true (is_inked (surface));
              cairo_surface_destroy (surface);
            }
        }
    }
}

/* Nobody, nothing, a zone without work: sentences, no fault. */
static void
test_nothing_to_count (void)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (UchFacts) none = uch_facts_new (utc, UCH_DEMO_FACTS_NOW);
  UchFactFilter filters[]
      = { UCH_FACT_FILTER_INIT, { 0, 1, -1, -1, -1 }, { 0, G_MAXINT64, 4, 3, 2 } };

  uch_facts_finish (none);
  for (guint kind = 0; kind < UCH_N_SHEETS; kind++)
    for (guint f = 0; f <= G_N_ELEMENTS (filters); f++)
      {
        g_autoptr (UchSheet) sheet
            = uch_sheet_new (kind, f == 0 ? none : facts, &filters[f == 0 ? 0 : f - 1]);
        g_autoptr (GBytes) svg = uch_sheet_paper_draw (sheet, UCH_PAPER_SVG, NULL);

        g_assert_nonnull (sheet->answer);
        g_assert_null (strstr (sheet->answer, "nan"));
        g_assert_nonnull (svg);
      }
}

static UchChart *
make_chart (UchChartKind kind, guint n_series, guint n)
{
  UchChart *chart = uch_chart_new (kind, UCH_UNIT_SHARE, "t");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = g_strdup_printf ("%u", i);
      UchInterval      limits = { 0.1, 0.6 };

      uch_chart_add_label (chart, label, label, i);
      g_array_append_val (chart->limits, limits);
    }
  for (guint s = 0; s < n_series; s++)
    {
      UchChartSeries *series = uch_chart_add_series (chart, "s", -1);

      for (guint i = 0; i < n; i++)
        uch_chart_add_share (series, (UchTally){ 10 + 7 * i + 13 * s, 100 + 20 * i });
    }
  chart->mean = 0.3;
  return chart;
}

/* Every point is found where it is drawn: pixels that change when only it is marked. */
static void
test_hit (void)
{
  static const struct
  {
    UchChartKind kind;
    guint        n_series;
  } cases[] = { { UCH_CHART_BARS, 2 },    { UCH_CHART_STACKED, 3 },  { UCH_CHART_LINES, 1 },
                { UCH_CHART_CONTROL, 1 }, { UCH_CHART_FUNNEL, 1 },   { UCH_CHART_HEATMAP, 4 },
                { UCH_CHART_ROWS, 2 },    { UCH_CHART_DIVERGING, 3 } };

  for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_autoptr (UchChart) chart = make_chart (cases[k].kind, cases[k].n_series, 6);
      guint n_found = 0;

      for (guint s = 0; s < cases[k].n_series; s++)
        for (guint i = 0; i < 6; i++)
          {
            /* the middle of all places that say they are this point */
            double x_sum = 0, y_sum = 0;
            guint  n = 0;

            for (double y = 2; y < STYLE.height; y += 4)
              for (double x = 2; x < STYLE.width; x += 4)
                {
                  UchChartSpot spot = uch_chart_hit (chart, &STYLE, x, y);

                  if (spot.series != (int) s || spot.index != i)
                    continue;
                  x_sum += x;
                  y_sum += y;
                  n++;
                }
            if (n == 0)
              continue;
            n_found++;
            g_assert_cmpfloat (x_sum / n, >, 0);
            g_assert_cmpfloat (y_sum / n, >, 0);
          }
      /* in a stack a thin segment may hide behind its neighbours, nowhere else */
      g_assert_cmpuint (n_found, >=, cases[k].n_series * 6 - (cases[k].n_series > 1 ? 2 : 0));
      g_assert_cmpint (uch_chart_hit (chart, &STYLE, -500, -500).series, ==, -1);
    }
}

static void
test_keyboard (void)
{
  g_autoptr (UchChart) chart = make_chart (UCH_CHART_BARS, 2, 4);
  UchChartSpot spot = { -1, 0 };

  /* a hole is passed over */
  g_array_index (((UchChartSeries *) g_ptr_array_index (chart->series, 0))->points, UchChartPoint,
                 1)
      .value
      = NAN;
  spot = uch_chart_move (chart, spot, 1, 0);
  g_assert_cmpuint (spot.index, ==, 0);
  spot = uch_chart_move (chart, spot, 1, 0);
  g_assert_cmpuint (spot.index, ==, 2);
  spot = uch_chart_move (chart, spot, 0, 1);
  g_assert_cmpint (spot.series, ==, 1);
  spot = uch_chart_move (chart, spot, 0, 1);
  g_assert_cmpint (spot.series, ==, 1);
  spot = uch_chart_move (chart, spot, -1, 0);
  g_assert_cmpuint (spot.index, ==, 1);
  spot = (UchChartSpot){ -1, 0 };
  spot = uch_chart_move (chart, spot, -1, 0);
  g_assert_cmpuint (spot.index, ==, 3);
}

static void
test_small_samples (void)
{
  static const struct
  {
    guint    k, n;
    gboolean has_share;
  } cases[]
      = { { 5, 5, FALSE }, { 9, 9, FALSE }, { 9, 10, TRUE }, { 45, 50, TRUE }, { 0, 0, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchChart) chart = uch_chart_new (UCH_CHART_ROWS, UCH_UNIT_SHARE, "t");
      UchChartSeries  *series = uch_chart_add_series (chart, "s", 0);
      g_autofree char *tip = NULL, *cell = NULL;
      double           number;

      uch_chart_add_label (chart, "a", "a", 0);
      uch_chart_add_share (series, (UchTally){ cases[i].k, cases[i].n });
      tip = uch_chart_dup_tip (chart, 0, 0);
      cell = uch_chart_dup_cell (chart, 0, 1, &number);
      g_assert_cmpint (strchr (tip, '%') != NULL, ==, cases[i].has_share);
      g_assert_cmpint (strchr (cell, '%') != NULL, ==, cases[i].has_share);
      g_assert_cmpint (!isnan (number), ==, cases[i].has_share);
    }
}

/* The table holds what the picture holds. */
static void
test_table (void)
{
  g_autoptr (UchChart) chart = make_chart (UCH_CHART_CONTROL, 1, 3);
  static const char *const headers[] = { "", "s", "from", "to", "n" };
  double                   number;

  g_assert_cmpuint (uch_chart_get_n_columns (chart), ==, G_N_ELEMENTS (headers));
  for (guint c = 0; c < G_N_ELEMENTS (headers); c++)
    {
      g_autofree char *header = uch_chart_dup_header (chart, c);

      g_assert_cmpstr (header, ==, headers[c]);
    }
  for (guint r = 0; r < 3; r++)
    {
      g_autofree char     *name = uch_chart_dup_cell (chart, r, 0, &number);
      g_autofree char     *share = uch_chart_dup_cell (chart, r, 1, &number);
      const UchChartPoint *point = uch_chart_get_point (chart, 0, r);

      g_assert_cmpfloat (number, ==, point->value);
      g_free (uch_chart_dup_cell (chart, r, 2, &number));
      g_assert_cmpfloat (number, ==, point->low);
      g_free (uch_chart_dup_cell (chart, r, 4, &number));
      g_assert_cmpfloat (number, ==, point->n);
    }
}

/* A bar that can be opened lists as many tickets as it says. */
static void
test_drill_down (void)
{
  UchFactFilter filter = UCH_FACT_FILTER_INIT;
  guint         n_listed = 0;

  for (guint kind = 0; kind < UCH_N_SHEETS; kind++)
    {
      g_autoptr (UchSheet) sheet = uch_sheet_new (kind, facts, &filter);

      for (guint c = 0; c < sheet->charts->len; c++)
        {
          const UchChart *chart = g_ptr_array_index (sheet->charts, c);

          for (guint s = 0; s < chart->series->len; s++)
            for (guint i = 0; i < uch_chart_get_n (chart); i += 5)
              {
                const UchChartSeries *series = g_ptr_array_index (chart->series, s);
                const UchChartPoint  *point = uch_chart_get_point (chart, s, i);
                g_autoptr (GArray) listed = uch_sheet_list_tickets (sheet, facts, c, s, i);

                g_assert_cmpint (listed != NULL, ==, series->measure >= 0);
                /* visits of one ticket are one row */
                if (listed == NULL || isnan (point->value) || series->measure == UCH_MEASURE_VISITS
                    || series->measure == UCH_MEASURE_PROMISE || kind == UCH_SHEET_CONNECTIONS)
                  continue;
                if (chart->unit == UCH_UNIT_COUNT)
                  g_assert_cmpuint (listed->len, ==, (guint) point->value);
                else if (chart->unit == UCH_UNIT_SHARE && series->pick == UCH_PICK_ALL)
                  g_assert_cmpuint (listed->len, ==, point->n);
                else if (chart->unit == UCH_UNIT_SHARE && series->pick == UCH_PICK_HITS)
                  g_assert_cmpuint (listed->len, ==, (guint) lround (point->value * point->n));
                n_listed++;
              }
        }
    }
  g_assert_cmpuint (n_listed, >, 50);
}

static void
test_weeks (void)
{
  static const struct
  {
    const char *text;
    const char *monday; /* NULL: no week */
  } cases[] = { { "2026-W38", "2026-09-14" }, { "2020-W53", "2020-12-28" },
                { "2021-W01", "2021-01-04" }, { "2026-W53", "2026-12-28" },
                { "2025-W53", NULL },         { "2026-W00", NULL },
                { "2026-W54", NULL },         { "20226-W01", NULL },
                { "2026-38", NULL },          { "", NULL },
                { "2026-Wxx", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      UchTime          monday = 0;
      g_autofree char *text = NULL, *week = NULL;
      g_autoptr (GDateTime) date = NULL;
      g_autoptr (UchReport) report = NULL;

      g_assert_cmpint (uch_report_parse_week (facts, cases[i].text, &monday), ==,
                       cases[i].monday != NULL);
      if (cases[i].monday == NULL)
        continue;
      date = g_date_time_new_from_unix_utc (uch_facts_get_local (facts, monday) / 1000);
      text = g_date_time_format (date, "%Y-%m-%d");
      g_assert_cmpstr (text, ==, cases[i].monday);
      report = uch_report_new (facts, monday, NULL, FALSE);
      week = uch_report_dup_week (report);
      g_assert_cmpstr (week, ==, cases[i].text);
    }
}

static void
test_files (void)
{
  static const struct
  {
    UchPaper    paper;
    const char *begins;
  } cases[]
      = { { UCH_PAPER_PNG, "\x89PNG" }, { UCH_PAPER_SVG, "<?xml" }, { UCH_PAPER_PDF, "%PDF" } };
  UchFactFilter filter = UCH_FACT_FILTER_INIT;
  g_autoptr (UchSheet) sheet = uch_sheet_new (UCH_SHEET_PROMISE, facts, &filter);
  UchTime monday;
  g_autoptr (UchReport) report = NULL;
  g_autoptr (GBytes) pdf = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = uch_sheet_paper_draw (sheet, cases[i].paper, NULL);
      gsize       len;
      const char *data = g_bytes_get_data (bytes, &len);

      g_assert_cmpuint (len, >, 2000);
      g_assert_cmpint (memcmp (data, cases[i].begins, strlen (cases[i].begins)), ==, 0);
    }
  g_assert_true (uch_report_parse_week (facts, "2026-W46", &monday));
  report = uch_report_new (facts, monday, "Office", TRUE);
  pdf = uch_report_write_pdf (report, NULL);
  g_assert_nonnull (pdf);
  g_assert_cmpint (memcmp (g_bytes_get_data (pdf, NULL), "%PDF", 4), ==, 0);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  facts = uch_demo_facts_new (N_DAYS, 1);
  g_test_add_func ("/chart/every-sheet-draws", test_every_sheet_draws);
  g_test_add_func ("/chart/nothing-to-count", test_nothing_to_count);
  g_test_add_func ("/chart/hit", test_hit);
  g_test_add_func ("/chart/keyboard", test_keyboard);
  g_test_add_func ("/chart/small-samples", test_small_samples);
  g_test_add_func ("/chart/table", test_table);
  g_test_add_func ("/chart/drill-down", test_drill_down);
  g_test_add_func ("/chart/weeks", test_weeks);
  g_test_add_func ("/chart/files", test_files);
  status = g_test_run ();
  uch_facts_unref (facts);
  return status;
}
