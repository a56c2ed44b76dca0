/* The figures of the statistics against a second implementation: slow, obvious, over random
 * histories, from the whole rows and not from the facts. */
#include <math.h>
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-promise.h"
#include "stats/uch-tally.h"
#include "stats/uch-trend.h"

#define NOW G_GINT64_CONSTANT (1790000000000) /* 2026-09-21 */
#define N_HISTORIES 40

typedef struct
{
  GPtrArray *zones, *staff, *tickets, *visits;
  GTimeZone *moscow;
  UchFacts  *facts;
} Office;

static gint32
pick (GRand *rand, gint32 n)
{
  return g_rand_int_range (rand, 0, n);
}

static UchTicket *
make_ticket (GRand *rand, guint index, guint n_places)
{
  g_autofree char   *id = g_strdup_printf ("t%u", index);
  UchTicket         *ticket = uch_entity_new (UCH_TABLE_TICKET, id);
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);

  ticket->category = g_strdup (categories[pick (rand, (gint32) n_categories)].code);
  ticket->state = (UchTicketState) pick (rand, UCH_N_TICKET_STATES);
  ticket->house_id = g_strdup_printf ("h%d", pick (rand, (gint32) n_places));
  if (pick (rand, 8) > 0)
    ticket->apartment = g_strdup_printf ("%d", pick (rand, 3));
  ticket->zone_id = g_strdup_printf ("z%d", pick (rand, 3));
  ticket->created_at = NOW - pick (rand, 120 * 24) * UCH_HOUR_MS - pick (rand, 1000) - 1;
  if (pick (rand, 5) > 0)
    ticket->first_contact_at = ticket->created_at + pick (rand, 90) * UCH_MINUTE_MS;
  if (ticket->state == UCH_TICKET_RESOLVED || ticket->state == UCH_TICKET_CLOSED)
    {
      ticket->resolved_at = MIN (ticket->created_at + pick (rand, 4000) * UCH_MINUTE_MS, NOW);
      ticket->resolution = (UchResolution) (1 + pick (rand, UCH_RESOLUTION_NETWORK));
      if (pick (rand, 2) == 0)
        ticket->resolution = UCH_RESOLUTION_ON_SITE;
    }
  ticket->reopen_count = pick (rand, 10) == 0;
  ticket->source = g_strdup (pick (rand, 5) == 0 ? "alert" : "phone");
  return ticket;
}

static void
add_visits (Office *self, GRand *rand, const UchTicket *ticket)
{
  for (gint32 n = pick (rand, 4); n > 0; n--)
    {
      g_autofree char *id = g_strdup_printf ("v%u", self->visits->len);
      UchVisit        *visit = uch_entity_new (UCH_TABLE_VISIT, id);

      visit->ticket_id = g_strdup (ticket->parent.id);
      visit->zone_id = g_strdup (ticket->zone_id);
      visit->state = (UchVisitState) pick (rand, UCH_N_VISIT_STATES);
      if (pick (rand, 2) == 0)
        visit->state = UCH_VISIT_DONE;
      visit->engineer_id = g_strdup_printf ("s%d", pick (rand, 4));
      visit->mode = (UchVisitMode) pick (rand, 3);
      visit->agreed_at = ticket->created_at + pick (rand, 60) * UCH_MINUTE_MS;
      visit->agreed_from = visit->agreed_at + pick (rand, 600) * UCH_MINUTE_MS;
      if (visit->mode != UCH_VISIT_MODE_NONE)
        visit->due_at = uch_promise_get_start (visit) + UCH_PROMISE_DEFAULT_MS;
      if (pick (rand, 3) > 0)
        visit->arrived_at = visit->agreed_from + pick (rand, 80) * UCH_MINUTE_MS;
      if (!uch_visit_is_open (visit))
        visit->ended_at = visit->agreed_from + pick (rand, 200) * UCH_MINUTE_MS;
      visit->exempt = pick (rand, 12) == 0;
      visit->uncounted = pick (rand, 12) == 0;
      g_ptr_array_add (self->visits, visit);
    }
}

static void
office_init (Office *self, guint32 seed)
{
  GRand *rand = g_rand_new_with_seed (seed);
  guint  n = 1 + (guint) pick (rand, 500), n_places = 1 + (guint) pick (rand, 40);

  self->moscow = g_time_zone_new_identifier ("Europe/Moscow");
  self->zones = g_ptr_array_new_with_free_func (g_object_unref);
  self->staff = g_ptr_array_new_with_free_func (g_object_unref);
  self->tickets = g_ptr_array_new_with_free_func (g_object_unref);
  self->visits = g_ptr_array_new_with_free_func (g_object_unref);
  self->facts = uch_facts_new (self->moscow, NOW);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("z%u", i);

      g_ptr_array_add (self->zones, uch_entity_new (UCH_TABLE_ZONE, id));
      uch_facts_add_zone (self->facts, g_ptr_array_index (self->zones, i));
    }
  for (guint i = 0; i < 3; i++) /* s3 is nobody that is known */
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);
      UchStaff        *staff = uch_entity_new (UCH_TABLE_STAFF, id);

      staff->name = g_strdup ("Иванов Иван Иванович");
      staff->zones = g_strdup_printf ("z%u", i);
      staff->employment = (UchEmployment) i;
      g_ptr_array_add (self->staff, staff);
      uch_facts_add_staff (self->facts, staff);
    }
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (self->tickets, make_ticket (rand, i, n_places));
      add_visits (self, rand, g_ptr_array_index (self->tickets, i));
    }
  for (guint i = 0; i < n; i++)
    uch_facts_add_ticket (self->facts, g_ptr_array_index (self->tickets, i));
  for (guint i = 0; i < self->visits->len; i++)
    uch_facts_add_visit (self->facts, g_ptr_array_index (self->visits, i));
  uch_facts_finish (self->facts);
  g_rand_free (rand);
}

static void
office_clear (Office *self)
{
  uch_facts_unref (self->facts);
  g_ptr_array_unref (self->zones);
  g_ptr_array_unref (self->staff);
  g_ptr_array_unref (self->tickets);
  g_ptr_array_unref (self->visits);
  g_time_zone_unref (self->moscow);
}

/* ---- the slow way ---- */

static gboolean
is_resolved (const UchTicket *ticket)
{
  return (ticket->state == UCH_TICKET_RESOLVED || ticket->state == UCH_TICKET_CLOSED)
         && ticket->resolved_at != 0 && strcmp (ticket->category, "thanks") != 0;
}

static gboolean
comes_back (const Office *self, const UchTicket *ticket)
{
  for (guint i = 0; i < self->tickets->len; i++)
    {
      const UchTicket *other = g_ptr_array_index (self->tickets, i);

      if (other != ticket && ticket->apartment != NULL && other->apartment != NULL
          && strcmp (ticket->house_id, other->house_id) == 0
          && strcmp (ticket->apartment, other->apartment) == 0
          && uch_category_get (ticket->category)->family
                 == uch_category_get (other->category)->family
          && other->created_at > ticket->resolved_at
          && other->created_at <= ticket->resolved_at + 30 * UCH_DAY_MS)
        return TRUE;
    }
  return FALSE;
}

static UchTally
count_first_fix (const Office *self, const char *zone_id, UchTime from, UchTime to)
{
  UchTally tally = { 0, 0 };

  for (guint i = 0; i < self->tickets->len; i++)
    {
      const UchTicket *ticket = g_ptr_array_index (self->tickets, i);
      guint            n_done = 0, n_incomplete = 0;

      if (!is_resolved (ticket) || ticket->resolution != UCH_RESOLUTION_ON_SITE
          || ticket->resolved_at < from || ticket->resolved_at >= to
          || ticket->resolved_at + 30 * UCH_DAY_MS > NOW
          || (zone_id != NULL && strcmp (ticket->zone_id, zone_id) != 0))
        continue;
      for (guint v = 0; v < self->visits->len; v++)
        {
          const UchVisit *visit = g_ptr_array_index (self->visits, v);

          if (strcmp (visit->ticket_id, ticket->parent.id) != 0)
            continue;
          n_done += visit->state == UCH_VISIT_DONE;
          n_incomplete += visit->state == UCH_VISIT_INCOMPLETE;
        }
      tally.n++;
      tally.k += n_done == 1 && n_incomplete == 0 && ticket->reopen_count == 0
                 && !comes_back (self, ticket);
    }
  return tally;
}

static UchTally
count_promise (const Office *self, const char *zone_id, UchTime from, UchTime to)
{
  UchTally tally = { 0, 0 };

  for (guint i = 0; i < self->visits->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (self->visits, i);
      UchTime         start = visit->mode == UCH_VISIT_MODE_NOW    ? visit->agreed_at
                              : visit->mode == UCH_VISIT_MODE_TIME ? visit->agreed_from
                                                                   : 0;
      gboolean        is_open = visit->state <= UCH_VISIT_ON_SITE;

      if (start == 0 || visit->uncounted || visit->exempt || start < from || start >= to
          || (zone_id != NULL && strcmp (visit->zone_id, zone_id) != 0))
        continue;
      if (visit->arrived_at != 0)
        {
          tally.n++;
          tally.k += visit->arrived_at <= start + 40 * UCH_MINUTE_MS;
        }
      else if (visit->state == UCH_VISIT_MISSED || (is_open && NOW > start + 40 * UCH_MINUTE_MS)
               || ((visit->state == UCH_VISIT_FAILED || visit->state == UCH_VISIT_CANCELLED)
                   && visit->ended_at > start + 40 * UCH_MINUTE_MS))
        tally.n++;
    }
  return tally;
}

typedef UchTally (*SlowCount) (const Office *self, const char *zone_id, UchTime from, UchTime to);

static void
check (UchMeasure measure, SlowCount slow)
{
  guint n_hits = 0, n_others = 0;

  for (guint32 seed = 1; seed <= N_HISTORIES; seed++)
    {
      Office        office;
      UchFactFilter filter = UCH_FACT_FILTER_INIT;
      g_autoptr (GArray) by_zone = NULL;
      g_autoptr (GArray) by_week = NULL;
      UchTally all, expected;

      office_init (&office, seed);
      all = uch_tally_get (office.facts, &filter, measure);
      expected = slow (&office, NULL, 0, G_MAXINT64);
      g_assert_cmpuint (all.n, ==, expected.n);
      g_assert_cmpuint (all.k, ==, expected.k);
      n_hits += all.k;
      n_others += all.n - all.k;

      filter.from = NOW - 77 * UCH_DAY_MS;
      filter.to = NOW - 20 * UCH_DAY_MS;
      by_zone = uch_tally_run (office.facts, &filter, measure, UCH_SPLIT_ZONE);
      g_assert_cmpuint (by_zone->len, ==, 3);
      for (guint z = 0; z < 3; z++)
        {
          g_autofree char *id = g_strdup_printf ("z%u", z);
          g_autoptr (GArray) listed
              = uch_tally_list (office.facts, &filter, measure, UCH_SPLIT_ZONE, z, UCH_PICK_ALL);

          expected = slow (&office, id, filter.from, filter.to);
          g_assert_cmpuint (g_array_index (by_zone, UchTally, z).n, ==, expected.n);
          g_assert_cmpuint (g_array_index (by_zone, UchTally, z).k, ==, expected.k);
          /* of visits several may be of one ticket */
          g_assert_cmpuint (listed->len, <=, expected.n);
          g_assert_true (measure == UCH_MEASURE_PROMISE || listed->len == expected.n);
        }
      by_week = uch_tally_run (office.facts, &filter, measure, UCH_SPLIT_WEEK);
      for (guint w = 0; w < by_week->len; w++)
        {
          UchTime from = uch_split_get_start (office.facts, &filter, UCH_SPLIT_WEEK, w);

          expected = slow (&office, NULL, MAX (from, filter.from),
                           MIN (from + 7 * UCH_DAY_MS, filter.to));
          g_assert_cmpuint (g_array_index (by_week, UchTally, w).n, ==, expected.n);
          g_assert_cmpuint (g_array_index (by_week, UchTally, w).k, ==, expected.k);
        }
      office_clear (&office);
    }
  g_assert_cmpuint (n_hits, >, 100); /* else nothing was compared */
  g_assert_cmpuint (n_others, >, 100);
}

static void
test_first_fix (void)
{
  check (UCH_MEASURE_FIRST_FIX, count_first_fix);
}

static void
test_promise (void)
{
  check (UCH_MEASURE_PROMISE, count_promise);
}

/* Every split of a measure adds up to the measure, whoever is asked for. */
static void
test_splits_add_up (void)
{
  Office office;

  office_init (&office, 99);
  for (guint m = 0; m < UCH_N_MEASURES; m++)
    {
      static const UchSplit splits[] = { UCH_SPLIT_WEEK, UCH_SPLIT_MONTH, UCH_SPLIT_ZONE,
                                         UCH_SPLIT_HOUR, UCH_SPLIT_WEEK_HOUR };
      UchFactFilter         filter = UCH_FACT_FILTER_INIT;
      UchTally              all = uch_tally_get (office.facts, &filter, m);

      for (guint s = 0; s < G_N_ELEMENTS (splits); s++)
        {
          g_autoptr (GArray) tallies = uch_tally_run (office.facts, &filter, m, splits[s]);
          UchTally sum = { 0, 0 };

          for (guint i = 0; i < tallies->len; i++)
            {
              sum.k += g_array_index (tallies, UchTally, i).k;
              sum.n += g_array_index (tallies, UchTally, i).n;
            }
          /* arrivals may lie in a week to come: those have no bucket */
          g_assert_cmpuint (sum.n, <=, all.n);
          g_assert_true (sum.n == all.n || splits[s] == UCH_SPLIT_WEEK
                         || splits[s] == UCH_SPLIT_MONTH);
        }
      for (int employment = 0; employment < 3; employment++)
        {
          UchTally one;
          UchTally his;

          filter.engineer = -1;
          filter.employment = employment;
          one = uch_tally_get (office.facts, &filter, m);
          filter.employment = -1;
          filter.engineer = employment; /* the one of that kind */
          his = uch_tally_get (office.facts, &filter, m);
          g_assert_cmpuint (one.n, ==, his.n);
          g_assert_cmpuint (one.k, ==, his.k);
        }
    }
  office_clear (&office);
}

/* Days, weeks and hours are those of the office's clocks, also where these are changed. */
static void
test_calendar (void)
{
  static const struct
  {
    const char *zone, *at; /* UTC */
    int         hour, weekday;
  } cases[] = {
    { "Europe/Moscow", "2026-09-20T20:59:59Z", 23, 6 },
    { "Europe/Moscow", "2026-09-20T21:00:00Z", 0, 0 },
    { "Europe/Moscow", "2014-10-25T21:30:00Z", 1, 6 }, /* UTC+4 until 2014-10-26 02:00 */
    { "Europe/Moscow", "2014-10-25T22:30:00Z", 1, 6 }, /* UTC+3 after it */
    { "Europe/Berlin", "2026-03-29T00:59:00Z", 1, 6 },
    { "Europe/Berlin", "2026-03-29T01:01:00Z", 3, 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (cases[i].zone);
      g_autoptr (UchFacts) facts = uch_facts_new (zone, NOW);
      g_autoptr (GDateTime) at = g_date_time_new_from_iso8601 (cases[i].at, NULL);
      g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "t");
      UchFactFilter filter = UCH_FACT_FILTER_INIT;
      g_autoptr (GArray) tallies = NULL;
      UchTime monday;

      ticket->category = g_strdup ("support.slow");
      ticket->created_at = g_date_time_to_unix (at) * UCH_SECOND_MS;
      uch_facts_add_ticket (facts, ticket);
      uch_facts_finish (facts);
      tallies = uch_tally_run (facts, &filter, UCH_MEASURE_TICKETS, UCH_SPLIT_WEEK_HOUR);
      g_assert_cmpuint (g_array_index (tallies, UchTally, cases[i].weekday * 24 + cases[i].hour).n,
                        ==, 1);
      monday = uch_split_get_start (facts, &filter, UCH_SPLIT_WEEK, 0);
      g_assert_cmpint (uch_facts_get_local (facts, monday) % UCH_DAY_MS, ==, 0);
      g_assert_cmpint (monday, <=, ticket->created_at);
      g_assert_cmpint (ticket->created_at, <, monday + 7 * UCH_DAY_MS + UCH_HOUR_MS);
    }
}

static GArray *
make_weeks (guint n, guint size, double share, guint changed_from, double changed)
{
  GArray *weeks = g_array_new (FALSE, FALSE, sizeof (UchTally));

  for (guint i = 0; i < n; i++)
    {
      /* a share that alternates about its mean: chance without luck */
      double   here = (i >= changed_from ? changed : share) + (i % 2 == 0 ? 0.01 : -0.01);
      UchTally tally = { (guint) lround (here * size), size };

      g_array_append_val (weeks, tally);
    }
  return weeks;
}

static void
test_trend (void)
{
  static const struct
  {
    guint        n, size;
    double       share;
    guint        from;
    double       changed;
    UchTrendKind kind;
    gboolean     is_higher;
  } cases[] = {
    { 40, 200, 0.2, 99, 0.2, UCH_TREND_STEADY, FALSE },
    { 40, 200, 0.2, 30, 0.28, UCH_TREND_SHIFT, TRUE },
    { 40, 200, 0.2, 30, 0.12, UCH_TREND_SHIFT, FALSE },
    { 40, 200, 0.2, 34, 0.22, UCH_TREND_STEADY, FALSE }, /* six weeks may be chance */
    { 40, 200, 0.2, 39, 0.5, UCH_TREND_JUMP, TRUE },
    { 5, 5, 0.2, 99, 0.2, UCH_TREND_FEW, FALSE },
    { 5, 0, 0.2, 99, 0.2, UCH_TREND_NO_DATA, FALSE },
    { 0, 0, 0.2, 99, 0.2, UCH_TREND_NO_DATA, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) weeks
          = make_weeks (cases[i].n, cases[i].size, cases[i].share, cases[i].from, cases[i].changed);
      UchTrend trend;

      uch_trend_read (weeks, FALSE, &trend);
      g_assert_cmpint (trend.kind, ==, cases[i].kind);
      if (trend.kind != UCH_TREND_SHIFT && trend.kind != UCH_TREND_JUMP)
        continue;
      g_assert_cmpint (trend.is_higher, ==, cases[i].is_higher);
      g_assert_cmpuint (trend.since, ==, cases[i].from);
      if (trend.kind == UCH_TREND_SHIFT)
        g_assert_cmpfloat_with_epsilon (trend.usual, cases[i].share, 0.001);
      g_assert_cmpfloat_with_epsilon (trend.recent, cases[i].changed, 0.011);
    }
  {
    /* a week that is not over is not judged */
    g_autoptr (GArray) weeks = make_weeks (40, 200, 0.2, 39, 0.5);
    UchTrend trend;

    uch_trend_read (weeks, TRUE, &trend);
    g_assert_cmpint (trend.kind, ==, UCH_TREND_STEADY);
  }
}

/* A hundred thousand tickets of one flat: the repeats must not cost the square of them. */
static void
test_one_flat (void)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (UchFacts) facts = uch_facts_new (utc, NOW);
  g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "t");
  UchFactFilter filter = UCH_FACT_FILTER_INIT;
  UchTally      tally;

  ticket->category = g_strdup ("support.slow");
  ticket->house_id = g_strdup ("h");
  ticket->apartment = g_strdup ("1");
  ticket->state = UCH_TICKET_CLOSED;
  ticket->resolution = UCH_RESOLUTION_PHONE;
  for (guint i = 0; i < 100000; i++)
    {
      g_free (ticket->parent.id);
      ticket->parent.id = g_strdup_printf ("t%u", i);
      ticket->created_at = NOW - 40 * UCH_DAY_MS - (100000 - i) * UCH_MINUTE_MS;
      ticket->resolved_at = ticket->created_at + 30 * UCH_SECOND_MS;
      uch_facts_add_ticket (facts, ticket);
    }
  uch_facts_finish (facts);
  tally = uch_tally_get (facts, &filter, UCH_MEASURE_REPEATED);
  g_assert_cmpuint (tally.n, ==, 100000);
  g_assert_cmpuint (tally.k, ==, 99999);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/facts/first-fix", test_first_fix);
  g_test_add_func ("/stats/facts/promise", test_promise);
  g_test_add_func ("/stats/facts/splits-add-up", test_splits_add_up);
  g_test_add_func ("/stats/facts/calendar", test_calendar);
  g_test_add_func ("/stats/facts/trend", test_trend);
  g_test_add_func ("/stats/facts/one-flat", test_one_flat);
  return g_test_run ();
}
