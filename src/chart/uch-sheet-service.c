/* How well it is done: the promise, the first call, the first visit, what comes back. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "chart/uch-sheet-private.h"

#define N_WEEKS_MAX 60

/* The bucket with the lowest or highest share of those with enough to say so; −1: none. */
static int
find_extreme (const UchChart *chart, gboolean highest)
{
  int best = -1;

  for (guint i = 0; i < uch_chart_get_n (chart); i++)
    {
      const UchChartPoint *point = uch_chart_get_point (chart, 0, i);
      double               than;

      if (isnan (point->value) || point->n < UCH_N_INTERVAL)
        continue;
      than = best >= 0 ? uch_chart_get_point (chart, 0, (guint) best)->value : NAN;
      if (best < 0 || (highest ? point->value > than : point->value < than))
        best = (int) i;
    }
  return best;
}

/* Says which zone differs, if its interval does not reach the share of all. */
static void
say_extreme (UchSheet *sheet, const UchChart *chart, double all, gboolean highest)
{
  int                  best = find_extreme (chart, highest);
  const UchChartPoint *point = best >= 0 ? uch_chart_get_point (chart, 0, (guint) best) : NULL;
  g_autofree char     *share = NULL;

  if (point == NULL || (highest ? point->low <= all : point->high >= all))
    return;
  share = uch_sheet_format_share (point->value);
  if (highest)
    /* Translators: %1$s: a zone or an hour, %2$s: percents */
    uch_sheet_say (sheet, _ ("Highest: %1$s, %2$s."),
                   (const char *) g_ptr_array_index (chart->names, (guint) best), share);
  else
    uch_sheet_say (sheet, _ ("Lowest: %1$s, %2$s."),
                   (const char *) g_ptr_array_index (chart->names, (guint) best), share);
}

static void
say_spread (UchSheet *sheet, const UchFacts *facts, UchLapse lapse)
{
  g_autoptr (GArray) spreads = uch_spread_run (facts, &sheet->filter, lapse, UCH_SPLIT_NONE);
  const UchSpread *spread = &g_array_index (spreads, UchSpread, 0);
  g_autofree char *median = uch_chart_format (UCH_UNIT_MINUTES, spread->median_ms / UCH_MINUTE_MS);
  g_autofree char *p90 = uch_chart_format (UCH_UNIT_MINUTES, spread->p90_ms / UCH_MINUTE_MS);

  if (spread->n == 0)
    return;
  if (lapse == UCH_LAPSE_ARRIVAL)
    uch_sheet_say (sheet, _ ("Half arrive within %1$s, nine of ten within %2$s."), median, p90);
  else
    uch_sheet_say (sheet, _ ("Half are called within %1$s, nine of ten within %2$s."), median, p90);
}

/* 5. The 40-minute promise. */
void
uch_sheet_fill_promise (UchSheet *sheet, const UchFacts *facts)
{
  UchTally  all = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_PROMISE);
  UchTally  confirmed = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_CONFIRMED);
  UchTrend  trend;
  UchChart *zones;

  uch_sheet_add_control (sheet, facts, UCH_MEASURE_PROMISE, _ ("the share of promises kept"),
                         &trend);
  zones = uch_sheet_add_shares (sheet, facts, UCH_MEASURE_PROMISE, UCH_SPLIT_ZONE, UCH_CHART_ROWS,
                                _ ("Kept by zone"));
  uch_sheet_add_shares (sheet, facts, UCH_MEASURE_PROMISE, UCH_SPLIT_HOUR, UCH_CHART_BARS,
                        _ ("Kept by hour of the promise"));
  uch_sheet_add_spreads (sheet, facts, UCH_LAPSE_ARRIVAL, _ ("Minutes until the arrival, by week"));
  uch_sheet_say_trend (sheet, facts, &trend, _ ("the share of promises kept"));
  if (trend.kind < UCH_TREND_STEADY)
    return;
  say_extreme (sheet, zones, (double) all.k / all.n, FALSE);
  say_spread (sheet, facts, UCH_LAPSE_ARRIVAL);
  if (confirmed.n > 0)
    {
      g_autofree char *share = uch_sheet_format_share ((double) confirmed.k / confirmed.n);

      uch_sheet_say (sheet, _ ("A position confirmed %s of the arrivals."), share);
    }
}

/* 6. The first call. */
void
uch_sheet_fill_first_call (UchSheet *sheet, const UchFacts *facts)
{
  UchChart       *weeks = uch_sheet_add_spreads (sheet, facts, UCH_LAPSE_FIRST_CALL,
                                                 _ ("Minutes until the first call, by week"));
  UchChart       *hours = uch_sheet_add_chart (sheet, UCH_CHART_LINES, UCH_UNIT_MINUTES,
                                               _ ("By the hour in which the ticket came"));
  UchChartSeries *median = uch_chart_add_series (hours, _ ("half of them sooner than"), 0);
  UchChartSeries *p90 = uch_chart_add_series (hours, _ ("nine of ten sooner than"), 1);
  g_autoptr (GArray) spreads
      = uch_spread_run (facts, &sheet->filter, UCH_LAPSE_FIRST_CALL, UCH_SPLIT_HOUR);

  weeks->target = hours->target = 30; /* minutes: the office's target, within working hours */
  weeks->target_name = g_strdup (_ ("target"));
  hours->target_name = g_strdup (_ ("target"));
  p90->is_dashed = TRUE;
  hours->split = UCH_SPLIT_HOUR;
  for (guint i = 0; i < spreads->len; i++)
    {
      const UchSpread *spread = &g_array_index (spreads, UchSpread, i);
      g_autofree char *label = g_strdup_printf ("%u", i);
      g_autofree char *name = g_strdup_printf ("%u:00–%u:00", i, i + 1);
      gboolean         is_few = spread->n < UCH_N_DOTS || i < 8 || i >= 21;

      uch_chart_add_label (hours, label, name, i);
      uch_chart_add_point (median, is_few ? NAN : spread->median_ms / UCH_MINUTE_MS, spread->n);
      uch_chart_add_point (p90, is_few ? NAN : spread->p90_ms / UCH_MINUTE_MS, spread->n);
    }
  say_spread (sheet, facts, UCH_LAPSE_FIRST_CALL);
}

/* 7. First-time fix. */
void
uch_sheet_fill_first_fix (UchSheet *sheet, const UchFacts *facts)
{
  UchTally  all = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_FIRST_FIX);
  UchTrend  trend;
  UchChart *zones;

  uch_sheet_add_control (sheet, facts, UCH_MEASURE_FIRST_FIX,
                         _ ("the share fixed at the first visit"), &trend);
  zones = uch_sheet_add_shares (sheet, facts, UCH_MEASURE_FIRST_FIX, UCH_SPLIT_ZONE, UCH_CHART_ROWS,
                                _ ("By zone"));
  uch_sheet_add_shares (sheet, facts, UCH_MEASURE_FIRST_FIX, UCH_SPLIT_EMPLOYMENT, UCH_CHART_ROWS,
                        _ ("Staff, helpers and contractors"));
  uch_sheet_say_trend (sheet, facts, &trend, _ ("the share fixed at the first visit"));
  if (trend.kind >= UCH_TREND_STEADY)
    say_extreme (sheet, zones, (double) all.k / all.n, FALSE);
  uch_sheet_say (sheet, _ ("The last 30 days are not known yet."));
}

/* 8. What comes back. */
void
uch_sheet_fill_reopens (UchSheet *sheet, const UchFacts *facts)
{
  UchTally all = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_REPEATED);
  UchTrend trend;

  uch_sheet_add_control (sheet, facts, UCH_MEASURE_REOPENED, _ ("the share of tickets reopened"),
                         &trend);
  uch_sheet_add_shares (sheet, facts, UCH_MEASURE_REPEATED, UCH_SPLIT_ZONE, UCH_CHART_ROWS,
                        _ ("Asked again within 30 days, by zone"));
  uch_sheet_say_trend (sheet, facts, &trend, _ ("the share of tickets reopened"));
  if (all.n >= UCH_N_INTERVAL)
    {
      g_autofree char *share = uch_sheet_format_share ((double) all.k / all.n);

      uch_sheet_say (sheet, _ ("%s of addresses asked for the same again within 30 days."), share);
    }
}

/* 12. Remote and silent. */
void
uch_sheet_fill_remote (UchSheet *sheet, const UchFacts *facts)
{
  UchTally  remote = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_REMOTE);
  UchTally  silent = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_SILENT);
  UchTrend  trend;
  UchSplit  split = uch_split_get_n (facts, &sheet->filter, UCH_SPLIT_WEEK) > N_WEEKS_MAX
                        ? UCH_SPLIT_MONTH
                        : UCH_SPLIT_WEEK;
  UchChart *chart;
  static const struct
  {
    UchMeasure  measure;
    const char *name;
    int         color;
  } ways[] = { { UCH_MEASURE_REMOTE, N_ ("without a visit"), 2 },
               { UCH_MEASURE_SILENT, N_ ("of these before the client noticed"), 5 } };

  uch_sheet_add_control (sheet, facts, UCH_MEASURE_REMOTE, _ ("the share fixed without a visit"),
                         &trend);
  chart = uch_sheet_add_chart (sheet, UCH_CHART_BARS, UCH_UNIT_COUNT, _ ("Visits avoided"));
  uch_sheet_label_periods (sheet, facts, chart, split);
  for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
    {
      UchChartSeries *series
          = uch_chart_add_series (chart, g_dgettext (GETTEXT_PACKAGE, ways[w].name), ways[w].color);
      g_autoptr (GArray) tallies = uch_tally_run (facts, &sheet->filter, ways[w].measure, split);

      series->measure = (int) ways[w].measure;
      series->pick = UCH_PICK_HITS;
      for (guint i = 0; i < tallies->len; i++)
        uch_chart_add_point (series, g_array_index (tallies, UchTally, i).k, 0);
    }
  uch_sheet_say_trend (sheet, facts, &trend, _ ("the share fixed without a visit"));
  if (remote.k > 0)
    uch_sheet_say (sheet, _ ("%1$u visits were avoided, %2$u of them before the client noticed."),
                   remote.k, silent.k);
}
