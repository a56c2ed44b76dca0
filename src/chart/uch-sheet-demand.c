/* What is asked for: today, the mix, hours and months, the forecast. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "chart/uch-sheet-private.h"
#include "stats/uch-forecast.h"

#define N_WEEKS_MAX 60 /* more are shown by month */
#define FORECAST_DAYS 14
#define FORECAST_PERIOD 7
#define FORECAST_PAST_DAYS 365
#define FORECAST_SHOWN_DAYS 28
/* A helper does so many tickets a day; the office's own experience, to be set some day. */
#define TICKETS_PER_HELPER 6.0

/* 1. Today. The period does not matter: these are open now. */
void
uch_sheet_fill_today (UchSheet *sheet, const UchFacts *facts)
{
  static const struct
  {
    UchMeasure  measure;
    const char *name;
    int         color;
  } classes[] = { { UCH_MEASURE_IN_HAND, N_ ("in hand"), 0 },
                  { UCH_MEASURE_UNASSIGNED, N_ ("not assigned"), 7 },
                  { UCH_MEASURE_AT_RISK, N_ ("at risk"), 1 },
                  { UCH_MEASURE_OVERDUE, N_ ("overdue"), 4 } };
  UchChart *chart;
  UchTally  totals[G_N_ELEMENTS (classes)];

  sheet->filter.from = 0;
  sheet->filter.to = G_MAXINT64;
  chart
      = uch_sheet_add_chart (sheet, UCH_CHART_STACKED, UCH_UNIT_COUNT, _ ("Open tickets by zone"));
  uch_sheet_label_names (sheet, facts, chart, UCH_SPLIT_ZONE, NULL);
  for (guint c = 0; c < G_N_ELEMENTS (classes); c++)
    {
      UchChartSeries *series = uch_chart_add_series (
          chart, g_dgettext (GETTEXT_PACKAGE, classes[c].name), classes[c].color);
      g_autoptr (GArray) tallies
          = uch_tally_run (facts, &sheet->filter, classes[c].measure, UCH_SPLIT_ZONE);

      series->measure = (int) classes[c].measure;
      series->pick = UCH_PICK_HITS;
      totals[c] = uch_tally_get (facts, &sheet->filter, classes[c].measure);
      for (guint i = 0; i < tallies->len; i++)
        uch_chart_add_point (series, g_array_index (tallies, UchTally, i).k, 0);
    }
  uch_sheet_say (
      sheet,
      g_dngettext (GETTEXT_PACKAGE, "%u ticket is open:", "%u tickets are open:", totals[0].n),
      totals[0].n);
  if (totals[3].k == 0 && totals[2].k == 0)
    uch_sheet_say (sheet, _ ("nothing is overdue, %u are not assigned."), totals[1].k);
  else
    uch_sheet_say (sheet, _ ("%1$u overdue, %2$u at risk, %3$u not assigned."), totals[3].k,
                   totals[2].k, totals[1].k);
}

/* 2. The mix against 70/20/10. */
void
uch_sheet_fill_mix (UchSheet *sheet, const UchFacts *facts)
{
  static const struct
  {
    UchMeasure  measure;
    const char *name, *share;
    double      target;
  } groups[] = {
    { UCH_MEASURE_CONNECT, N_ ("connections"), N_ ("the share of connections"), 0.7 },
    { UCH_MEASURE_SUPPORT, N_ ("support"), N_ ("the share of technical support"), 0.2 },
    { UCH_MEASURE_THANKS, N_ ("thanks"), N_ ("the share of thanks"), 0.1 },
  };
  UchSplit  split = uch_split_get_n (facts, &sheet->filter, UCH_SPLIT_WEEK) > N_WEEKS_MAX
                        ? UCH_SPLIT_MONTH
                        : UCH_SPLIT_WEEK;
  UchChart *stack = uch_sheet_add_chart (sheet, UCH_CHART_STACKED, UCH_UNIT_SHARE,
                                         split == UCH_SPLIT_WEEK ? _ ("Requests by week")
                                                                 : _ ("Requests by month"));
  UchTrend  trends[G_N_ELEMENTS (groups)];
  gboolean  told = FALSE;

  uch_sheet_label_periods (sheet, facts, stack, split);
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      UchChartSeries *series
          = uch_chart_add_series (stack, g_dgettext (GETTEXT_PACKAGE, groups[g].name), (int) g);
      g_autoptr (GArray) tallies = uch_tally_run (facts, &sheet->filter, groups[g].measure, split);
      UchChart *control;

      series->measure = (int) groups[g].measure;
      series->pick = UCH_PICK_HITS;
      for (guint i = 0; i < tallies->len; i++)
        uch_chart_add_share (series, g_array_index (tallies, UchTally, i));
      control = uch_sheet_add_control (sheet, facts, groups[g].measure,
                                       g_dgettext (GETTEXT_PACKAGE, groups[g].share), &trends[g]);
      control->target = groups[g].target;
      control->target_name = g_strdup (_ ("expected"));
    }
  /* What has changed is told, of support first; that nothing has, once. */
  for (guint k = 0; k < G_N_ELEMENTS (groups); k++)
    {
      guint g = (k + 1) % G_N_ELEMENTS (groups);

      if (trends[g].kind != UCH_TREND_SHIFT && trends[g].kind != UCH_TREND_JUMP)
        continue;
      uch_sheet_say_trend (sheet, facts, &trends[g], g_dgettext (GETTEXT_PACKAGE, groups[g].share));
      told = TRUE;
      break;
    }
  if (trends[0].kind >= UCH_TREND_STEADY)
    {
      g_autofree char *shares[G_N_ELEMENTS (groups)] = { NULL };

      for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
        {
          UchTally all = uch_tally_get (facts, &sheet->filter, groups[g].measure);

          shares[g] = uch_sheet_format_share ((double) all.k / all.n);
        }
      uch_sheet_say (sheet, _ ("Connections %1$s, support %2$s, thanks %3$s."), shares[0],
                     shares[1], shares[2]);
      for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
        g_free (g_steal_pointer (&shares[g]));
    }
  else if (!told)
    uch_sheet_say_trend (sheet, facts, &trends[0], g_dgettext (GETTEXT_PACKAGE, groups[0].share));
}

static const char *const weekdays[]
    = { NC_ ("weekday", "Mon"), NC_ ("weekday", "Tue"), NC_ ("weekday", "Wed"),
        NC_ ("weekday", "Thu"), NC_ ("weekday", "Fri"), NC_ ("weekday", "Sat"),
        NC_ ("weekday", "Sun") };

static void
fill_heatmap (UchSheet *sheet, const UchFacts *facts)
{
  UchChart *chart = uch_sheet_add_chart (sheet, UCH_CHART_HEATMAP, UCH_UNIT_COUNT,
                                         _ ("Tickets by hour and weekday"));
  g_autoptr (GArray) tallies
      = uch_tally_run (facts, &sheet->filter, UCH_MEASURE_TICKETS, UCH_SPLIT_WEEK_HOUR);
  guint best = 0;

  /* Buckets of a heatmap's point: its row's begin with the row's first. */
  chart->split = UCH_SPLIT_WEEK_HOUR;
  for (guint hour = 0; hour < 24; hour++)
    {
      g_autofree char *label = g_strdup_printf ("%u", hour);
      g_autofree char *name = g_strdup_printf ("%u:00–%u:00", hour, hour + 1);

      uch_chart_add_label (chart, label, name, hour);
    }
  for (guint day = 0; day < 7; day++)
    {
      UchChartSeries *series = uch_chart_add_series (
          chart, g_dpgettext2 (GETTEXT_PACKAGE, "weekday", weekdays[day]), 0);

      series->measure = UCH_MEASURE_TICKETS;
      for (guint hour = 0; hour < 24; hour++)
        {
          uch_chart_add_point (series, g_array_index (tallies, UchTally, day * 24 + hour).n, 0);
          if (g_array_index (tallies, UchTally, day * 24 + hour).n
              > g_array_index (tallies, UchTally, best).n)
            best = day * 24 + hour;
        }
    }
  if (g_array_index (tallies, UchTally, best).n > 0)
    /* Translators: %1$s: a weekday, %2$u and %3$u: hours */
    uch_sheet_say (sheet, _ ("The busiest hour is %1$s, %2$u:00–%3$u:00."),
                   g_dpgettext2 (GETTEXT_PACKAGE, "weekday", weekdays[best / 24]), best % 24,
                   best % 24 + 1);
}

/* This year's months against last year's, whatever the period: a year is the question. */
static void
fill_months (UchSheet *sheet, const UchFacts *facts)
{
  UchChart     *chart = uch_sheet_add_chart (sheet, UCH_CHART_BARS, UCH_UNIT_COUNT,
                                             _ ("Tickets by month: this year and the last"));
  UchTime       now = uch_facts_get_now (facts);
  UchFactFilter all = sheet->filter;
  GDateTime    *date
      = g_date_time_new_from_unix_utc (uch_facts_get_local (facts, now) / UCH_SECOND_MS);
  int              year = g_date_time_get_year (date), month = g_date_time_get_month (date);
  UchChartSeries  *last, *current;
  g_autofree char *last_name = g_strdup_printf ("%d", year - 1),
                  *name = g_strdup_printf ("%d", year);
  g_autoptr (GArray) tallies = NULL;
  guint  first_year = 0, first_month = 0;
  double before = 0, since = 0;

  g_date_time_unref (date);
  all.from = 0;
  all.to = G_MAXINT64;
  tallies = uch_tally_run (facts, &all, UCH_MEASURE_TICKETS, UCH_SPLIT_MONTH);
  last = uch_chart_add_series (chart, last_name, 7);
  current = uch_chart_add_series (chart, name, 0);
  if (tallies->len > 0)
    {
      UchTime at = uch_split_get_start (facts, &all, UCH_SPLIT_MONTH, 0);

      date = g_date_time_new_from_unix_utc (uch_facts_get_local (facts, at) / UCH_SECOND_MS);
      first_year = (guint) g_date_time_get_year (date);
      first_month = (guint) g_date_time_get_month (date);
      g_date_time_unref (date);
    }
  for (int m = 1; m <= 12 && tallies->len > 0; m++)
    {
      int index = (year - (int) first_year) * 12 + m - (int) first_month;
      g_autoptr (GDateTime) day = g_date_time_new_utc (year, m, 1, 0, 0, 0);
      g_autofree char *short_name
          = uch_sheet_format_month (facts, g_date_time_to_unix (day) * UCH_SECOND_MS, FALSE);
      /* The two peaks of the year are marked: by a sign, since colour tells the years. */
      g_autofree char *label = g_strconcat (short_name, m == 9 || m == 12 ? " ▲" : "", NULL);
      double           values[2] = { NAN, NAN };

      for (int y = 0; y < 2; y++)
        {
          int bucket = index - 12 * (1 - y);

          /* the first month of all may be a part of one */
          if (bucket > 0 && bucket < (int) tallies->len)
            values[y] = g_array_index (tallies, UchTally, bucket).n;
        }
      uch_chart_add_label (chart, label, short_name, 0);
      uch_chart_add_point (last, values[0], 0);
      uch_chart_add_point (current, values[1], 0);
      if (m < month && !isnan (values[0]) && !isnan (values[1]))
        before += values[0], since += values[1];
    }
  if (before > 0)
    {
      double           growth = since / before - 1;
      g_autofree char *share = uch_sheet_format_share (fabs (growth));

      if (growth >= 0)
        uch_sheet_say (
            sheet, _ ("This year there are %s more tickets than in the same months of the last."),
            share);
      else
        uch_sheet_say (
            sheet, _ ("This year there are %s fewer tickets than in the same months of the last."),
            share);
    }
}

/* 3. Hours and months. */
void
uch_sheet_fill_load (UchSheet *sheet, const UchFacts *facts)
{
  fill_heatmap (sheet, facts);
  fill_months (sheet, facts);
}

/* The zone with most tickets per engineer of the last four weeks: where a helper is worth most. */
static const UchFactName *
find_busiest_zone (const UchSheet *sheet, const UchFacts *facts)
{
  UchFactFilter recent = sheet->filter;
  double        worst = -1;
  guint         best = 0;
  g_autoptr (GArray) tallies = NULL;
  g_autofree guint *n_engineers = g_new0 (guint, uch_facts_get_n_zones (facts) + 1);

  recent.to = uch_facts_get_now (facts);
  recent.from = recent.to - FORECAST_SHOWN_DAYS * UCH_DAY_MS;
  tallies = uch_tally_run (facts, &recent, UCH_MEASURE_TICKETS, UCH_SPLIT_ZONE);
  for (guint i = 0; i < uch_facts_get_n_staff (facts); i++)
    {
      const UchFactName *staff = uch_facts_get_staff (facts, i);

      if (staff->role == UCH_ROLE_ENGINEER && !staff->dismissed
          && staff->zone < uch_facts_get_n_zones (facts))
        n_engineers[staff->zone]++;
    }
  for (guint i = 0; i < tallies->len; i++)
    {
      double load = g_array_index (tallies, UchTally, i).n / (double) MAX (n_engineers[i], 1);

      if (load > worst)
        worst = load, best = i;
    }
  return uch_facts_get_zone (facts, best);
}

static void
say_helpers (UchSheet          *sheet,
             const UchFacts    *facts,
             const UchForecast *forecast,
             double             usual,
             UchTime            tomorrow)
{
  guint              first = 0, last = 0, n = 0;
  double             most = 0;
  const UchFactName *zone = find_busiest_zone (sheet, facts);
  g_autofree char   *from = NULL, *to = NULL;
  guint              n_helpers;

  for (guint i = 0; i < forecast->days->len; i++)
    {
      double over = g_array_index (forecast->days, UchForecastDay, i).value - usual * 1.15;

      if (over <= 0)
        continue;
      if (n++ == 0)
        first = i;
      last = i;
      most = MAX (most, over);
    }
  if (n == 0 || zone == NULL)
    {
      uch_sheet_say (sheet, _ ("No helpers are needed."));
      return;
    }
  n_helpers = (guint) ceil (most / TICKETS_PER_HELPER);
  from = uch_sheet_format_date (facts, tomorrow + first * UCH_DAY_MS, TRUE);
  to = uch_sheet_format_date (facts, tomorrow + last * UCH_DAY_MS, TRUE);
  /* Translators: %2$s: a zone, %3$s and %4$s: dates */
  uch_sheet_say (sheet,
                 g_dngettext (GETTEXT_PACKAGE, "%1$u helper is needed, zone “%2$s”, %3$s to %4$s.",
                              "%1$u helpers are needed, zone “%2$s”, %3$s to %4$s.", n_helpers),
                 n_helpers, zone->name, from, to);
}

/* 4. The forecast. The period does not matter: it follows the last year. */
void
uch_sheet_fill_forecast (UchSheet *sheet, const UchFacts *facts)
{
  UchChart *chart
      = uch_sheet_add_chart (sheet, UCH_CHART_LINES, UCH_UNIT_COUNT, _ ("Tickets a day"));
  UchTime         now = uch_facts_get_now (facts);
  gint64          today = uch_facts_get_day (facts, now);
  UchChartSeries *past = uch_chart_add_series (chart, _ ("came"), 0), *next;
  g_autoptr (GArray) tallies = NULL;
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (UchForecast) forecast = NULL;
  double sum = 0, usual = 0;
  guint  n, n_shown;

  sheet->filter.to = uch_facts_get_day_start (facts, today); /* today is not over */
  sheet->filter.from = uch_facts_get_day_start (facts, today - FORECAST_PAST_DAYS);
  next = uch_chart_add_series (chart, _ ("expected, with what eight of ten days keep to"), 1);
  next->is_dashed = TRUE;
  chart->split = UCH_SPLIT_DAY;
  past->measure = UCH_MEASURE_TICKETS;
  tallies = uch_tally_run (facts, &sheet->filter, UCH_MEASURE_TICKETS, UCH_SPLIT_DAY);
  n = tallies->len;
  for (guint i = 0; i < n; i++)
    {
      double value = g_array_index (tallies, UchTally, i).n;

      g_array_append_val (values, value);
      if (i + FORECAST_SHOWN_DAYS >= n)
        usual += value / MIN (n, FORECAST_SHOWN_DAYS);
    }
  if (n >= 4 * FORECAST_PERIOD)
    forecast = uch_forecast_new ((const double *) (const void *) values->data, n, FORECAST_PERIOD,
                                 FORECAST_DAYS);
  if (forecast == NULL)
    {
      uch_sheet_say (sheet, _ ("Four weeks of tickets are needed to say what comes next."));
      return;
    }
  n_shown = MIN (n, FORECAST_SHOWN_DAYS);
  for (guint i = 0; i < n_shown + forecast->days->len; i++)
    {
      UchTime          at = uch_facts_get_day_start (facts, today - n_shown + i);
      g_autofree char *label = uch_sheet_format_date (facts, at, FALSE);
      g_autofree char *name = uch_sheet_format_date (facts, at, TRUE);
      UchChartPoint    point = { NAN, NAN, NAN, 0 }, none = point;

      uch_chart_add_label (chart, label, name, n - n_shown + i);
      if (i < n_shown)
        point.value = g_array_index (values, double, n - n_shown + i);
      else
        {
          const UchForecastDay *day = &g_array_index (forecast->days, UchForecastDay, i - n_shown);

          point = (UchChartPoint){ day->value, MAX (day->band.low, 0), day->band.high, 0 };
          sum += day->value;
        }
      g_array_append_val (past->points, *(i < n_shown ? &point : &none));
      g_array_append_val (next->points, *(i < n_shown ? &none : &point));
    }
  uch_sheet_say (sheet, _ ("About %1$.0f tickets in two weeks, %2$.0f a day."), sum,
                 sum / FORECAST_DAYS);
  say_helpers (sheet, facts, forecast, usual, sheet->filter.to);
  {
    g_autofree char *own = uch_sheet_format_share (forecast->error);
    g_autofree char *naive = uch_sheet_format_share (forecast->naive_error);

    if (forecast->is_naive)
      uch_sheet_say (sheet,
                     _ ("Shown is last week's same day: it erred by %1$s, smoothing by %2$s."),
                     naive, own);
    else
      uch_sheet_say (sheet, _ ("It erred by %1$s of late, last week's same day by %2$s."), own,
                     naive);
  }
}
