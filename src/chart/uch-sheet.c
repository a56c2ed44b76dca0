#include "chart/uch-sheet.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "chart/uch-sheet-private.h"

static const struct
{
  const char  *nick;
  const char  *question;
  UchSheetFill fill;
  UchMeasure   counted; /* what n counts */
} kinds[UCH_N_SHEETS] = {
  [UCH_SHEET_TODAY]
  = { "today", N_ ("What burns now?"), uch_sheet_fill_today, UCH_MEASURE_IN_HAND },
  [UCH_SHEET_MIX]
  = { "mix", N_ ("What do people ask for?"), uch_sheet_fill_mix, UCH_MEASURE_CONNECT },
  [UCH_SHEET_LOAD] = { "load", N_ ("When do they ask?"), uch_sheet_fill_load, UCH_MEASURE_TICKETS },
  [UCH_SHEET_FORECAST] = { "forecast", N_ ("What will the next two weeks bring?"),
                           uch_sheet_fill_forecast, UCH_MEASURE_TICKETS },
  [UCH_SHEET_PROMISE] = { "promise", N_ ("Do we arrive within 40 minutes?"), uch_sheet_fill_promise,
                          UCH_MEASURE_PROMISE },
  [UCH_SHEET_FIRST_CALL] = { "first-call", N_ ("How soon do we call back?"),
                             uch_sheet_fill_first_call, UCH_MEASURE_TICKETS },
  [UCH_SHEET_FIRST_FIX] = { "first-fix", N_ ("Is it fixed at the first visit?"),
                            uch_sheet_fill_first_fix, UCH_MEASURE_FIRST_FIX },
  [UCH_SHEET_REOPENS]
  = { "reopens", N_ ("Does it come back?"), uch_sheet_fill_reopens, UCH_MEASURE_REOPENED },
  [UCH_SHEET_FAIRNESS]
  = { "fairness", N_ ("Is the work shared fairly?"), uch_sheet_fill_fairness, UCH_MEASURE_VISITS },
  [UCH_SHEET_CONNECTIONS]
  = { "connections", N_ ("Where do we lose those who want to be connected?"),
      uch_sheet_fill_connections, UCH_MEASURE_ASKED },
  [UCH_SHEET_REMOTE] = { "remote", N_ ("How much do we fix without a visit?"),
                         uch_sheet_fill_remote, UCH_MEASURE_REMOTE },
};

static const char *const months[]
    = { NC_ ("month", "Jan"), NC_ ("month", "Feb"), NC_ ("month", "Mar"), NC_ ("month", "Apr"),
        NC_ ("month", "May"), NC_ ("month", "Jun"), NC_ ("month", "Jul"), NC_ ("month", "Aug"),
        NC_ ("month", "Sep"), NC_ ("month", "Oct"), NC_ ("month", "Nov"), NC_ ("month", "Dec") };
/* Translators: as it stands in a date: "14 September" */
static const char *const date_months[]
    = { NC_ ("month of a date", "January"),   NC_ ("month of a date", "February"),
        NC_ ("month of a date", "March"),     NC_ ("month of a date", "April"),
        NC_ ("month of a date", "May"),       NC_ ("month of a date", "June"),
        NC_ ("month of a date", "July"),      NC_ ("month of a date", "August"),
        NC_ ("month of a date", "September"), NC_ ("month of a date", "October"),
        NC_ ("month of a date", "November"),  NC_ ("month of a date", "December") };

static GDateTime *
get_date (const UchFacts *facts, UchTime at)
{
  return g_date_time_new_from_unix_utc (uch_facts_get_local (facts, at) / UCH_SECOND_MS);
}

/* "14 Sep", or "14 September" within a sentence; with the year when it is another than now's. */
char *
uch_sheet_format_date (const UchFacts *facts, UchTime at, gboolean in_sentence)
{
  g_autoptr (GDateTime) date = get_date (facts, at);
  g_autoptr (GDateTime) now = get_date (facts, uch_facts_get_now (facts));
  int         month = g_date_time_get_month (date) - 1;
  const char *name = in_sentence
                         ? g_dpgettext2 (GETTEXT_PACKAGE, "month of a date", date_months[month])
                         : g_dpgettext2 (GETTEXT_PACKAGE, "month", months[month]);

  if (in_sentence && g_date_time_get_year (date) != g_date_time_get_year (now))
    return g_strdup_printf (C_ ("date", "%d %s %d"), g_date_time_get_day_of_month (date), name,
                            g_date_time_get_year (date));
  return g_strdup_printf (C_ ("date", "%d %s"), g_date_time_get_day_of_month (date), name);
}

char *
uch_sheet_format_month (const UchFacts *facts, UchTime at, gboolean with_year)
{
  g_autoptr (GDateTime) date = get_date (facts, at);
  const char *name
      = g_dpgettext2 (GETTEXT_PACKAGE, "month", months[g_date_time_get_month (date) - 1]);

  return with_year ? g_strdup_printf ("%s %d", name, g_date_time_get_year (date)) : g_strdup (name);
}

char *
uch_sheet_format_share (double share)
{
  return uch_chart_format (UCH_UNIT_SHARE, share);
}

/* Adds a sentence to the answer. */
void
uch_sheet_say (UchSheet *self, const char *format, ...)
{
  g_autofree char *sentence = NULL, *before = g_steal_pointer (&self->answer);
  va_list          ap;

  va_start (ap, format);
  sentence = g_strdup_vprintf (format, ap);
  va_end (ap);
  self->answer
      = before != NULL ? g_strconcat (before, " ", sentence, NULL) : g_steal_pointer (&sentence);
}

gboolean
uch_sheet_is_last_open (const UchSheet *self, const UchFacts *facts)
{
  return self->filter.to > uch_facts_get_now (facts);
}

UchChart *
uch_sheet_add_chart (UchSheet *self, UchChartKind kind, UchUnit unit, const char *title)
{
  UchChart *chart = uch_chart_new (kind, unit, title);

  g_ptr_array_add (self->charts, chart);
  return chart;
}

/* Labels of days, weeks or months. */
void
uch_sheet_label_periods (UchSheet *self, const UchFacts *facts, UchChart *chart, UchSplit split)
{
  guint n = uch_split_get_n (facts, &self->filter, split);

  chart->split = split;
  chart->last_is_open = uch_sheet_is_last_open (self, facts);
  for (guint i = 0; i < n; i++)
    {
      UchTime          at = uch_split_get_start (facts, &self->filter, split, i);
      g_autofree char *label = split == UCH_SPLIT_MONTH ? uch_sheet_format_month (facts, at, FALSE)
                                                        : uch_sheet_format_date (facts, at, FALSE);
      g_autofree char *date = uch_sheet_format_date (facts, at, TRUE);
      g_autofree char *name = NULL;

      if (split == UCH_SPLIT_MONTH)
        name = uch_sheet_format_month (facts, at, TRUE);
      else if (split == UCH_SPLIT_WEEK)
        /* Translators: %s is a date */
        name = g_strdup_printf (_ ("week from %s"), date);
      else
        name = g_steal_pointer (&date);
      uch_chart_add_label (chart, label, name, i);
    }
}

/* Labels of zones, engineers or employments. Engineers for whom nothing was counted are left out.
 */
void
uch_sheet_label_names (
    UchSheet *self, const UchFacts *facts, UchChart *chart, UchSplit split, GArray *tallies)
{
  static const char *const employments[]
      = { NC_ ("employment", "staff"), NC_ ("employment", "helpers"),
          NC_ ("employment", "contractors") };
  guint n = uch_split_get_n (facts, &self->filter, split);

  chart->split = split;
  for (guint i = 0; i < n; i++)
    {
      const UchFactName *zone = uch_facts_get_zone (facts, i),
                        *staff = uch_facts_get_staff (facts, i);
      g_autofree char *label = NULL;

      if (tallies != NULL && g_array_index (tallies, UchTally, i).n == 0)
        continue;
      if (split == UCH_SPLIT_ZONE)
        label = g_strdup_printf ("%" G_GINT64_FORMAT " %s", zone->number, zone->name);
      else if (split == UCH_SPLIT_ENGINEER)
        label = g_strdup (staff->name);
      else if (split == UCH_SPLIT_EMPLOYMENT)
        label = g_strdup (g_dpgettext2 (GETTEXT_PACKAGE, "employment", employments[i]));
      else
        label = g_strdup_printf ("%02u", i);
      uch_chart_add_label (chart, label, label, i);
    }
}

/* A p-chart by week. */
UchChart *
uch_sheet_add_control (UchSheet       *self,
                       const UchFacts *facts,
                       UchMeasure      measure,
                       const char     *title,
                       UchTrend       *out_trend)
{
  UchChart       *chart = uch_sheet_add_chart (self, UCH_CHART_CONTROL, UCH_UNIT_SHARE, title);
  UchChartSeries *series = uch_chart_add_series (chart, title, 0);
  g_autoptr (GArray) tallies = uch_tally_run (facts, &self->filter, measure, UCH_SPLIT_WEEK);
  UchTally all = uch_tally_get (facts, &self->filter, measure);

  uch_sheet_label_periods (self, facts, chart, UCH_SPLIT_WEEK);
  series->measure = (int) measure;
  chart->mean = all.n > 0 ? (double) all.k / all.n : NAN;
  for (guint i = 0; i < tallies->len; i++)
    {
      UchTally    tally = g_array_index (tallies, UchTally, i);
      UchInterval limits = uch_share_get_control_limits (chart->mean, tally.n);

      uch_chart_add_share (series, tally);
      g_array_append_val (chart->limits, limits);
    }
  uch_trend_read (tallies, chart->last_is_open, out_trend);
  return chart;
}

/* Shares with their intervals, by zone, hour, engineer … */
UchChart *
uch_sheet_add_shares (UchSheet       *self,
                      const UchFacts *facts,
                      UchMeasure      measure,
                      UchSplit        split,
                      UchChartKind    kind,
                      const char     *title)
{
  UchChart       *chart = uch_sheet_add_chart (self, kind, UCH_UNIT_SHARE, title);
  UchChartSeries *series = uch_chart_add_series (chart, title, 0);
  g_autoptr (GArray) tallies = uch_tally_run (facts, &self->filter, measure, split);

  series->measure = (int) measure;
  uch_sheet_label_names (self, facts, chart, split, tallies);
  for (guint i = 0; i < tallies->len; i++)
    if (g_array_index (tallies, UchTally, i).n > 0)
      uch_chart_add_share (series, g_array_index (tallies, UchTally, i));
  return chart;
}

/* Median and P90 by week, in minutes. */
UchChart *
uch_sheet_add_spreads (UchSheet *self, const UchFacts *facts, UchLapse lapse, const char *title)
{
  UchChart       *chart = uch_sheet_add_chart (self, UCH_CHART_LINES, UCH_UNIT_MINUTES, title);
  UchChartSeries *median = uch_chart_add_series (chart, _ ("half of them sooner than"), 0);
  UchChartSeries *p90 = uch_chart_add_series (chart, _ ("nine of ten sooner than"), 1);
  g_autoptr (GArray) spreads = uch_spread_run (facts, &self->filter, lapse, UCH_SPLIT_WEEK);

  p90->is_dashed = TRUE;
  uch_sheet_label_periods (self, facts, chart, UCH_SPLIT_WEEK);
  for (guint i = 0; i < spreads->len; i++)
    {
      const UchSpread *spread = &g_array_index (spreads, UchSpread, i);

      uch_chart_add_point (median, spread->median_ms / UCH_MINUTE_MS, spread->n);
      uch_chart_add_point (p90, spread->p90_ms / UCH_MINUTE_MS, spread->n);
    }
  return chart;
}

/**
 * uch_sheet_say_trend:
 * @share: what share it is, translated: "the share of technical support"
 *
 * The sentence that a control chart's figures allow, and no other.
 */
void
uch_sheet_say_trend (UchSheet       *self,
                     const UchFacts *facts,
                     const UchTrend *trend,
                     const char     *share)
{
  UchTime          at = uch_split_get_start (facts, &self->filter, UCH_SPLIT_WEEK, trend->since);
  g_autofree char *date = uch_sheet_format_date (facts, at, TRUE);
  g_autofree char *usual = uch_sheet_format_share (trend->usual);
  g_autofree char *recent = uch_sheet_format_share (trend->recent);
  /* A jump may be a narrow one: with rounded figures the sentence would contradict itself. */
  g_autofree char *jump = g_strdup_printf (_ ("%.*f%%"), 1, trend->recent * 100);
  g_autofree char *low = g_strdup_printf (_ ("%.*f%%"), 1, trend->limits.low * 100);
  g_autofree char *high = g_strdup_printf (_ ("%.*f%%"), 1, trend->limits.high * 100);
  g_autofree char *start = g_strdup (share);

  if (g_utf8_validate (share, -1, NULL) && *share != '\0')
    {
      g_autofree char *first = g_utf8_substring (share, 0, 1);
      g_autofree char *upper = g_utf8_strup (first, -1);

      g_free (start);
      start = g_strconcat (upper, g_utf8_next_char (share), NULL);
    }
  switch (trend->kind)
    {
    case UCH_TREND_NO_DATA:
      uch_sheet_say (self, _ ("There is nothing to count in this period."));
      break;
    case UCH_TREND_FEW:
      uch_sheet_say (self, _ ("There are only %u: too few to say anything."), trend->n);
      break;
    case UCH_TREND_STEADY:
      /* Translators: %1$s: "The share of …", %2$s: percents */
      uch_sheet_say (self, _ ("%1$s is as usual, about %2$s; the rest is chance."), start, usual);
      break;
    case UCH_TREND_SHIFT:
      if (trend->is_higher)
        /* Translators: %1$s: a date, %2$s: "the share of …", %3$s and %4$s: percents */
        uch_sheet_say (self, _ ("Since %1$s %2$s is higher than usual: %3$s instead of %4$s."),
                       date, share, recent, usual);
      else
        uch_sheet_say (self, _ ("Since %1$s %2$s is lower than usual: %3$s instead of %4$s."), date,
                       share, recent, usual);
      break;
    case UCH_TREND_JUMP:
      /* Translators: %1$s: a date, %2$s: "the share of …", the others: percents */
      uch_sheet_say (
          self, _ ("In the week from %1$s %2$s stood out: %3$s, while chance gives %4$s to %5$s."),
          date, share, jump, low, high);
      break;
    }
}

static char *
dup_foot (const UchSheet *self, const UchFacts *facts, guint n)
{
  UchTime              from = MAX (self->filter.from, 0);
  UchTime              to = MIN (self->filter.to, uch_facts_get_now (facts) + 1) - 1;
  guint                n_tickets;
  const UchTicketFact *tickets = uch_facts_list_tickets (facts, &n_tickets);
  g_autofree char     *first = NULL, *last = uch_sheet_format_date (facts, to, TRUE);

  if (self->kind == UCH_SHEET_TODAY) /* what is open now is of no period */
    return g_strdup_printf ("n = %u", n);
  if (n_tickets > 0)
    from = MAX (from, tickets[0].created_at);
  first = uch_sheet_format_date (facts, from, TRUE);
  return g_strdup_printf ("n = %u · %s – %s", n, first, last);
}

/**
 * uch_sheet_new:
 * @filter: period and whose work
 *
 * Returns: (transfer full): the question answered
 */
UchSheet *
uch_sheet_new (UchSheetKind kind, const UchFacts *facts, const UchFactFilter *filter)
{
  UchSheet *self = g_new0 (UchSheet, 1);

  self->kind = kind;
  self->filter = *filter;
  self->question = g_strdup (g_dgettext (GETTEXT_PACKAGE, kinds[kind].question));
  self->charts = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_chart_free);
  kinds[kind].fill (self, facts);
  self->foot = dup_foot (self, facts, uch_tally_get (facts, &self->filter, kinds[kind].counted).n);
  if (self->answer == NULL)
    self->answer = g_strdup (_ ("There is nothing to count in this period."));
  return self;
}

void
uch_sheet_free (UchSheet *self)
{
  if (self == NULL)
    return;
  g_free (self->question);
  g_free (self->answer);
  g_free (self->foot);
  g_ptr_array_unref (self->charts);
  g_free (self);
}

/**
 * uch_sheet_get_nick:
 *
 * Returns: the sheet's name in files and settings
 */
const char *
uch_sheet_get_nick (UchSheetKind kind)
{
  return kinds[kind].nick;
}

/**
 * uch_sheet_list_tickets:
 *
 * Returns: (transfer full) (nullable) (element-type guint32): the tickets behind a point; %NULL
 * when there are none to be told, as behind a forecast
 */
GArray *
uch_sheet_list_tickets (
    const UchSheet *self, const UchFacts *facts, guint chart, guint series, guint index)
{
  const UchChart       *picture;
  const UchChartSeries *line;

  if (chart >= self->charts->len)
    return NULL;
  picture = g_ptr_array_index (self->charts, chart);
  if (series >= picture->series->len || index >= picture->buckets->len)
    return NULL;
  line = g_ptr_array_index (picture->series, series);
  if (line->measure < 0)
    return NULL;
  index = g_array_index (picture->buckets, guint, index);
  if (picture->kind == UCH_CHART_HEATMAP) /* a row's buckets follow those of the row above */
    index += series * uch_chart_get_n (picture);
  return uch_tally_list (facts, &self->filter, (UchMeasure) line->measure, picture->split, index,
                         line->pick);
}
