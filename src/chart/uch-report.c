#include "chart/uch-report.h"

#include <cairo-pdf.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "chart/uch-chart-draw.h"
#include "chart/uch-sheet-paper.h"
#include "chart/uch-sheet-private.h"

#define MARGIN 42.0
#define FONT_SIZE 8.0
#define GAP 12.0
/* The charts look back so far from the end of the week. */
#define N_WEEKS_BACK 26

struct _UchReport
{
  UchFacts  *facts;
  UchTime    monday;
  char      *office; /* nullable */
  gboolean   is_invented;
  GPtrArray *sheets; /* of UchSheet, the first page's first */
};

static const struct
{
  UchSheetKind kind;
  guint        page, n_charts;
} parts[] = {
  { UCH_SHEET_MIX, 0, 1 },       { UCH_SHEET_PROMISE, 0, 1 },     { UCH_SHEET_FIRST_CALL, 0, 1 },
  { UCH_SHEET_FIRST_FIX, 1, 1 }, { UCH_SHEET_CONNECTIONS, 1, 1 }, { UCH_SHEET_REMOTE, 1, 1 },
  { UCH_SHEET_FORECAST, 1, 1 },
};

/**
 * uch_report_new:
 * @monday: when the week began
 * @office: (nullable): its name
 * @is_invented: the figures are of the demo town, which the report must say
 *
 * Returns: (transfer full)
 */
UchReport *
uch_report_new (UchFacts *facts, UchTime monday, const char *office, gboolean is_invented)
{
  UchReport    *self = g_new0 (UchReport, 1);
  UchFactFilter filter = UCH_FACT_FILTER_INIT;

  self->facts = uch_facts_ref (facts);
  self->monday = monday;
  self->office = g_strdup (office);
  self->is_invented = is_invented;
  self->sheets = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_sheet_free);
  filter.to = uch_facts_get_day_start (facts, uch_facts_get_day (facts, monday) + 7);
  filter.from
      = uch_facts_get_day_start (facts, uch_facts_get_day (facts, monday) - (N_WEEKS_BACK - 1) * 7);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_ptr_array_add (self->sheets, uch_sheet_new (parts[i].kind, facts, &filter));
  return self;
}

void
uch_report_free (UchReport *self)
{
  if (self == NULL)
    return;
  uch_facts_unref (self->facts);
  g_free (self->office);
  g_ptr_array_unref (self->sheets);
  g_free (self);
}

/**
 * uch_report_dup_week:
 *
 * Returns: (transfer full): as ISO 8601 writes a week: "2026-W38"
 */
char *
uch_report_dup_week (const UchReport *self)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (
      uch_facts_get_local (self->facts, self->monday) / UCH_SECOND_MS);

  return g_strdup_printf ("%d-W%02d", g_date_time_get_week_numbering_year (date),
                          g_date_time_get_week_of_year (date));
}

/**
 * uch_report_parse_week:
 * @text: "2026-W38"
 *
 * Returns: whether @text is a week of ISO 8601 between 2000 and 2199
 */
gboolean
uch_report_parse_week (const UchFacts *facts, const char *text, UchTime *out_monday)
{
  guint64     year, week;
  const char *end = text + strlen (text);
  g_autoptr (GDateTime) fourth = NULL;
  gint64 day;

  if (end - text != 8 || text[4] != '-' || text[5] != 'W' || !g_ascii_isdigit (text[6])
      || !g_ascii_isdigit (text[7]))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  year = g_ascii_strtoull (text, NULL, 10);
  week = g_ascii_strtoull (text + 6, NULL, 10);
  if (year < 2000 || year > 2199 || week < 1 || week > 53)
    return FALSE;
  /* the 4th of January lies in the first week */
  fourth = g_date_time_new_utc ((int) year, 1, 4, 0, 0, 0);
  day = g_date_time_to_unix (fourth) / 86400;
  day += 1 - g_date_time_get_day_of_week (fourth) + ((gint64) week - 1) * 7;
  if (week == 53)
    {
      g_autoptr (GDateTime) thursday = g_date_time_new_from_unix_utc ((day + 3) * 86400);

      if (g_date_time_get_year (thursday) != (int) year)
        return FALSE; /* that year has 52 */
    }
  *out_monday = uch_facts_get_day_start (facts, day);
  return TRUE;
}

/* This week's figure beside the week before. */
static double
draw_row (const UchReport *self,
          cairo_t         *cr,
          const char      *name,
          UchMeasure       measure,
          gboolean         is_share,
          double           y)
{
  UchChartStyle style = { 0, 0, FONT_SIZE, &uch_palette_print };
  UchFactFilter filter = UCH_FACT_FILTER_INIT;
  gint64        day = uch_facts_get_day (self->facts, self->monday);
  double        x = MARGIN, height = 0;

  uch_chart_draw_text (cr, &style, name, x, y, 220, FONT_SIZE * 1.15, FALSE, &height);
  for (int back = 0; back < 2; back++)
    {
      UchTally         tally;
      g_autofree char *value = NULL, *text = NULL;
      UchInterval      interval;

      filter.from = uch_facts_get_day_start (self->facts, day - 7 * back);
      filter.to = uch_facts_get_day_start (self->facts, day - 7 * back + 7);
      tally = uch_tally_get (self->facts, &filter, measure);
      interval = uch_share_get_interval (tally.k, tally.n, UCH_Z_95);
      if (!is_share)
        text = g_strdup_printf ("%u", tally.k);
      else if (tally.n < UCH_N_DOTS)
        text = g_strdup_printf ("n = %u", tally.n);
      else
        {
          g_autofree char *low = uch_sheet_format_share (interval.low);
          g_autofree char *high = uch_sheet_format_share (interval.high);

          value = uch_sheet_format_share ((double) tally.k / tally.n);
          text = tally.n < UCH_N_INTERVAL ? g_strdup_printf ("%s – %s", low, high)
                                          : g_strdup_printf ("%s (%s – %s)", value, low, high);
        }
      uch_chart_draw_text (cr, &style, text, MARGIN + 230 + back * 150, y, 145, FONT_SIZE * 1.15,
                           back == 0, NULL);
    }
  return height + 3;
}

static double
draw_head (const UchReport *self, cairo_t *cr, double y)
{
  UchChartStyle    style = { 0, 0, FONT_SIZE, &uch_palette_print };
  g_autofree char *week = uch_report_dup_week (self);
  g_autofree char *first = uch_sheet_format_date (self->facts, self->monday, TRUE);
  g_autofree char *last
      = uch_sheet_format_date (self->facts, self->monday + 6 * UCH_DAY_MS + UCH_DAY_MS / 2, TRUE);
  /* Translators: %1$s: "2026-W38", %2$s and %3$s: dates */
  g_autofree char *title = g_strdup_printf (_ ("Week %1$s: %2$s – %3$s"), week, first, last);
  double           width = UCH_REPORT_WIDTH - 2 * MARGIN, height;

  uch_chart_draw_text (cr, &style, self->office != NULL ? self->office : _ ("Service engineers"),
                       MARGIN, y, width, FONT_SIZE * 1.2, FALSE, &height);
  y += height + 2;
  uch_chart_draw_text (cr, &style, title, MARGIN, y, width, FONT_SIZE * 2, TRUE, &height);
  y += height + 2;
  if (self->is_invented)
    {
      uch_chart_draw_text (cr, &style, _ ("The figures are invented: this is the demo town."),
                           MARGIN, y, width, FONT_SIZE * 1.15, TRUE, &height);
      y += height + 2;
    }
  return y + 6;
}

static double
draw_figures (const UchReport *self, cairo_t *cr, double y)
{
  UchChartStyle style = { 0, 0, FONT_SIZE, &uch_palette_print };
  double        height;

  uch_chart_draw_text (cr, &style, _ ("this week"), MARGIN + 230, y, 145, FONT_SIZE, FALSE,
                       &height);
  uch_chart_draw_text (cr, &style, _ ("the week before"), MARGIN + 380, y, 145, FONT_SIZE, FALSE,
                       NULL);
  y += height + 2;
  y += draw_row (self, cr, _ ("Tickets"), UCH_MEASURE_TICKETS, FALSE, y);
  y += draw_row (self, cr, _ ("Visits"), UCH_MEASURE_VISITS, FALSE, y);
  y += draw_row (self, cr, _ ("Arrived within 40 minutes"), UCH_MEASURE_PROMISE, TRUE, y);
  y += draw_row (self, cr, _ ("Fixed without a visit"), UCH_MEASURE_REMOTE, TRUE, y);
  y += draw_row (self, cr, _ ("Reopened"), UCH_MEASURE_REOPENED, TRUE, y);
  return y + GAP;
}

/**
 * uch_report_draw_page:
 * @cr: in points, the origin at the upper left corner of the sheet of paper
 * @page: from 0
 *
 * Names of clients, addresses and intercom codes are not among the facts, and so never here.
 */
void
uch_report_draw_page (const UchReport *self, cairo_t *cr, guint page)
{
  UchChartStyle    style = { 0, 0, FONT_SIZE, &uch_palette_print };
  double           y = MARGIN, height;
  g_autofree char *number = g_strdup_printf ("%u / %u", page + 1, UCH_REPORT_N_PAGES);

  if (page == 0)
    {
      y = draw_head (self, cr, y);
      y = draw_figures (self, cr, y);
    }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i].page == page)
      y += uch_sheet_paper_lay (g_ptr_array_index (self->sheets, i), cr, MARGIN, y,
                                UCH_REPORT_WIDTH - 2 * MARGIN, FONT_SIZE, parts[i].n_charts)
           + GAP;
  uch_chart_draw_text (cr, &style, number, UCH_REPORT_WIDTH - MARGIN - 30,
                       UCH_REPORT_HEIGHT - MARGIN / 2 - 10, 40, FONT_SIZE, FALSE, &height);
}

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int len)
{
  g_byte_array_append (closure, data, len);
  return CAIRO_STATUS_SUCCESS;
}

/**
 * uch_report_write_pdf:
 *
 * Returns: (transfer full) (nullable): two pages; %NULL with an error of #GIOErrorEnum when cairo
 *     could not do it
 */
GBytes *
uch_report_write_pdf (const UchReport *self, GError **error)
{
  GByteArray      *bytes = g_byte_array_new ();
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (write_cb, bytes, UCH_REPORT_WIDTH, UCH_REPORT_HEIGHT);
  cairo_t         *cr = cairo_create (surface);
  g_autofree char *week = uch_report_dup_week (self);
  cairo_status_t   status;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, week);
  for (guint page = 0; page < UCH_REPORT_N_PAGES; page++)
    {
      uch_report_draw_page (self, cr, page);
      cairo_show_page (cr);
    }
  status = cairo_status (cr);
  cairo_destroy (cr);
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
