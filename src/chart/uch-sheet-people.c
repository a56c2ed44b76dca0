/* Who carries it, and where clients are lost. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "chart/uch-sheet-private.h"
#include "core/uch-category.h"

/* Metres by road for a metre as the crow flies: what planners take for a town (about 1.3; Boscoe,
 * Henry and Zdeb 2012, Professional Geographer 64:188, found 1.417 over the United States). */
#define DETOUR 1.4
#define WORKDAY_HOURS 8.0

typedef struct
{
  guint   n_visits, n_heavy;
  double  km, hours, over_hours, day_hours;
  gint64  day;
  guint32 house;
} Burden;

/* Work that takes long: somebody who has only these does fewer in a day. */
static gboolean
is_heavy (const UchTicketFact *ticket)
{
  static const char *const heavy[] = { "connect.new", "support.lan", "mc.riser", "incident.house" };
  guint                    n;
  const UchCategory       *categories = uch_category_list (&n);

  for (guint i = 0; i < G_N_ELEMENTS (heavy); i++)
    if (g_strcmp0 (categories[ticket->category].code, heavy[i]) == 0)
      return TRUE;
  return FALSE;
}

static int
compare_arrivals (gconstpointer a, gconstpointer b, gpointer data)
{
  const UchVisitFact *visits = data;
  const UchVisitFact *left = &visits[*(const guint32 *) a], *right = &visits[*(const guint32 *) b];

  if (left->engineer != right->engineer)
    return left->engineer < right->engineer ? -1 : 1;
  return (left->arrived_at > right->arrived_at) - (left->arrived_at < right->arrived_at);
}

static gboolean
passes (const UchSheet *sheet, const UchFacts *facts, const UchVisitFact *visit)
{
  const UchFactFilter *filter = &sheet->filter;
  const UchFactName   *staff = uch_facts_get_staff (facts, visit->engineer);

  return staff != NULL && visit->arrived_at != 0 && visit->arrived_at >= filter->from
         && visit->arrived_at < filter->to
         && (visit->state == UCH_VISIT_DONE || visit->state == UCH_VISIT_INCOMPLETE)
         && (filter->zone < 0 || visit->zone == filter->zone)
         && (filter->engineer < 0 || visit->engineer == filter->engineer)
         && (filter->employment < 0 || (int) staff->employment == filter->employment);
}

/* Visits in the order of each engineer's days: the way from house to house is the way he went. */
static Burden *
read_burdens (const UchSheet *sheet, const UchFacts *facts)
{
  guint                n_visits, n_tickets;
  const UchVisitFact  *visits = uch_facts_list_visits (facts, &n_visits);
  const UchTicketFact *tickets = uch_facts_list_tickets (facts, &n_tickets);
  Burden              *burdens = g_new0 (Burden, uch_facts_get_n_staff (facts) + 1);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = 0; i < n_visits; i++)
    if (passes (sheet, facts, &visits[i]))
      g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_arrivals, (gpointer) visits);
  for (guint k = 0; k < order->len; k++)
    {
      const UchVisitFact *visit = &visits[g_array_index (order, guint32, k)];
      Burden             *burden = &burdens[visit->engineer];
      gint64              day = uch_facts_get_day (facts, visit->arrived_at);
      UchTime             from = visit->departed_at != 0 ? visit->departed_at : visit->arrived_at;
      double hours = (double) CLAMP (visit->ended_at - from, 0, UCH_DAY_MS) / UCH_HOUR_MS;

      if (burden->n_visits == 0 || day != burden->day)
        burden->day_hours = 0;
      else
        burden->km += uch_facts_get_distance_m (facts, burden->house, visit->house) * DETOUR / 1000;
      burden->over_hours += MAX (burden->day_hours + hours - WORKDAY_HOURS, 0)
                            - MAX (burden->day_hours - WORKDAY_HOURS, 0);
      burden->day_hours += hours;
      burden->hours += hours;
      burden->n_visits++;
      burden->n_heavy += is_heavy (&tickets[visit->ticket]);
      burden->day = day;
      burden->house = visit->house;
    }
  return burdens;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

/* Rule 9: within a zone, the most over the middle. */
static void
say_fairness (UchSheet *sheet, const UchFacts *facts, const Burden *burdens)
{
  double worst = 0;
  guint  worst_zone = 0, worst_engineer = 0;

  for (guint z = 0; z < uch_facts_get_n_zones (facts); z++)
    {
      g_autoptr (GArray) hours = g_array_new (FALSE, FALSE, sizeof (double));
      guint  most = 0;
      double median;

      for (guint i = 0; i < uch_facts_get_n_staff (facts); i++)
        if (uch_facts_get_staff (facts, i)->zone == z && burdens[i].n_visits > 0)
          {
            g_array_append_val (hours, burdens[i].hours);
            if (hours->len == 1 || burdens[i].hours > burdens[most].hours)
              most = i;
          }
      g_array_sort (hours, compare_doubles);
      median = uch_quantile ((const double *) (const void *) hours->data, hours->len, 0.5);
      if (hours->len >= 2 && median > 0 && burdens[most].hours / median > worst)
        {
          worst = burdens[most].hours / median;
          worst_zone = z;
          worst_engineer = most;
        }
    }
  if (worst == 0)
    return;
  if (worst < 1.25)
    /* Translators: %1$s: a zone, %2$.1f: a factor */
    uch_sheet_say (
        sheet,
        _ ("The work is shared evenly: in no zone has anybody more than %.1f times the middle."),
        worst);
  else
    /* Translators: %1$s: a zone, %2$s: an engineer, %3$.1f: a factor */
    uch_sheet_say (sheet, _ ("In zone “%1$s” %2$s has %3$.1f times the hours of the middle one."),
                   uch_facts_get_zone (facts, worst_zone)->name,
                   uch_facts_get_staff (facts, worst_engineer)->name, worst);
}

/* 9. Load and fairness. */
void
uch_sheet_fill_fairness (UchSheet *sheet, const UchFacts *facts)
{
  g_autofree Burden *burdens = read_burdens (sheet, facts);
  g_autoptr (GArray) tallies
      = uch_tally_run (facts, &sheet->filter, UCH_MEASURE_VISITS, UCH_SPLIT_ENGINEER);
  static const struct
  {
    const char *title;
    UchUnit     unit;
  } parts[] = { { N_ ("Visits by engineer"), UCH_UNIT_COUNT },
                { N_ ("Hours on visits, with the way there"), UCH_UNIT_HOURS },
                { N_ ("Kilometres between visits, by estimate"), UCH_UNIT_KM } };

  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    {
      UchChart       *chart = uch_sheet_add_chart (sheet, UCH_CHART_ROWS, parts[p].unit,
                                                   g_dgettext (GETTEXT_PACKAGE, parts[p].title));
      UchChartSeries *series = uch_chart_add_series (
          chart, p == 0 ? _ ("all") : g_dgettext (GETTEXT_PACKAGE, parts[p].title), 0);
      UchChartSeries *second
          = p == 2 ? NULL
                   : uch_chart_add_series (chart,
                                           p == 0 ? _ ("heavy ones") : _ ("over 8 hours a day"), 4);

      series->measure = UCH_MEASURE_VISITS;
      uch_sheet_label_names (sheet, facts, chart, UCH_SPLIT_ENGINEER, tallies);
      for (guint i = 0; i < tallies->len; i++)
        {
          const Burden *burden = &burdens[i];

          if (g_array_index (tallies, UchTally, i).n == 0)
            continue;
          uch_chart_add_point (series,
                               p == 0   ? burden->n_visits
                               : p == 1 ? burden->hours
                                        : burden->km,
                               0);
          if (second != NULL)
            uch_chart_add_point (second, p == 0 ? burden->n_heavy : burden->over_hours, 0);
        }
    }
  say_fairness (sheet, facts, burdens);
}

/* 11. The funnel of connections. */
void
uch_sheet_fill_connections (UchSheet *sheet, const UchFacts *facts)
{
  static const struct
  {
    UchMeasure  measure;
    const char *name;
  } steps[] = { { UCH_MEASURE_ASKED, N_ ("asked") },
                { UCH_MEASURE_REACHED, N_ ("reached") },
                { UCH_MEASURE_POSSIBLE, N_ ("technically possible") },
                { UCH_MEASURE_AGREED, N_ ("time agreed") },
                { UCH_MEASURE_INSTALLED, N_ ("installed") },
                { UCH_MEASURE_LASTING, N_ ("quiet for 30 days") } };
  UchChart       *chart = uch_sheet_add_chart (sheet, UCH_CHART_ROWS, UCH_UNIT_COUNT,
                                               _ ("From the request to a connection that works"));
  UchChart       *shares = uch_sheet_add_chart (sheet, UCH_CHART_ROWS, UCH_UNIT_SHARE,
                                                _ ("Of those who took the step before"));
  UchChartSeries *series = uch_chart_add_series (chart, _ ("requests"), 0);
  UchChartSeries *share = uch_chart_add_series (shares, _ ("share"), 0);
  UchTally        before = { 0, 0 };
  double          worst = 2;
  guint           worst_step = 0;

  /* Requests of the last 30 days cannot have been quiet for 30 days. */
  sheet->filter.to = MIN (sheet->filter.to, uch_facts_get_now (facts) - UCH_REPEAT_WITHIN_MS);
  series->measure = UCH_MEASURE_ASKED;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      UchTally    tally = uch_tally_get (facts, &sheet->filter, steps[i].measure);
      const char *name = g_dgettext (GETTEXT_PACKAGE, steps[i].name);

      uch_chart_add_label (chart, name, name, 0);
      uch_chart_add_point (series, tally.n, 0);
      if (i > 0 && before.n > 0)
        {
          double value = (double) tally.n / before.n;

          uch_chart_add_label (shares, name, name, 0);
          uch_chart_add_share (share, (UchTally){ tally.n, before.n });
          if (value < worst)
            worst = value, worst_step = i;
        }
      before = tally;
    }
  if (worst <= 1)
    {
      UchTally         asked = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_ASKED);
      UchTally         installed = uch_tally_get (facts, &sheet->filter, UCH_MEASURE_INSTALLED);
      g_autofree char *all = uch_sheet_format_share ((double) installed.n / asked.n);
      g_autofree char *lost = uch_sheet_format_share (1 - worst);

      /* Translators: %2$s: a step of the way: "time agreed" */
      uch_sheet_say (sheet,
                     _ ("Of those who ask, %1$s are installed; most are lost at “%2$s”: %3$s."),
                     all, g_dgettext (GETTEXT_PACKAGE, steps[worst_step].name), lost);
    }
}
