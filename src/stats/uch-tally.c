#include "stats/uch-tally.h"

#include <math.h>

#include "core/uch-category.h"
#include "core/uch-promise.h"

/* Day 0 of the epoch was a Thursday: Monday is 0 here. */
#define WEEKDAY(day) (((day) + 3) % 7)
#define N_EMPLOYMENTS (UCH_EMPLOYMENT_CONTRACTOR + 1)

/* One thing to count: of which moment, zone and engineer, in which category, and whether it has
 * what is asked. */
typedef struct
{
  UchTime  at;
  guint16  zone, engineer;
  guint8   category;
  gboolean hit;
} Sample;

static gboolean
is_of_visits (UchMeasure measure)
{
  return measure == UCH_MEASURE_PROMISE || measure == UCH_MEASURE_CONFIRMED
         || measure == UCH_MEASURE_VISITS;
}

static gboolean
is_resolved (const UchTicketFact *ticket)
{
  return ticket->resolved_at != 0 && ticket->family != UCH_FAMILY_THANKS
         && (ticket->state == UCH_TICKET_RESOLVED || ticket->state == UCH_TICKET_CLOSED);
}

static gboolean
is_repeated (const UchTicketFact *ticket)
{
  return ticket->repeated_at != 0
         && ticket->repeated_at <= ticket->resolved_at + UCH_REPEAT_WITHIN_MS;
}

/* First-time fix, the office's rule 7: one visit was done and no other took place, not reopened,
 * and the same house + apartment did not come back with the same family within 30 days. Known only
 * when these have passed. */
static gboolean
read_first_fix (const UchFacts *facts, const UchTicketFact *ticket, gboolean *out_hit)
{
  guint               n_visits, n_done = 0, n_others = 0;
  const UchVisitFact *visits = uch_facts_list_visits (facts, &n_visits);

  if (!is_resolved (ticket) || ticket->resolution != UCH_RESOLUTION_ON_SITE
      || ticket->resolved_at + UCH_REPEAT_WITHIN_MS > uch_facts_get_now (facts))
    return FALSE;
  for (guint i = 0; i < ticket->n_visits; i++)
    {
      n_done += visits[ticket->first_visit + i].state == UCH_VISIT_DONE;
      n_others += visits[ticket->first_visit + i].state == UCH_VISIT_INCOMPLETE;
    }
  *out_hit = n_done == 1 && n_others == 0 && ticket->reopen_count == 0 && !is_repeated (ticket);
  return TRUE;
}

/* The mix of requests, rule 2: 70/20/10 is of connect, support and thanks alone. */
static gboolean
read_mix (const UchTicketFact *ticket, UchFamily family, gboolean *out_hit)
{
  *out_hit = ticket->family == family;
  return ticket->family <= UCH_FAMILY_THANKS;
}

/* Where an open ticket stands at the moment of the facts; rule 1. */
static UchMeasure
classify (const UchFacts *facts, const UchTicketFact *ticket)
{
  guint               n_visits;
  const UchVisitFact *visits = uch_facts_list_visits (facts, &n_visits);
  gboolean            is_assigned = FALSE, is_at_risk = FALSE;

  for (guint i = 0; i < ticket->n_visits; i++)
    {
      const UchVisitFact *visit = &visits[ticket->first_visit + i];

      if (visit->state > UCH_VISIT_ON_SITE)
        continue;
      if (visit->promise == UCH_PROMISE_RED)
        return UCH_MEASURE_OVERDUE;
      is_at_risk |= visit->promise == UCH_PROMISE_YELLOW || visit->promise == UCH_PROMISE_ORANGE;
      is_assigned |= visit->engineer != UCH_FACT_NONE;
    }
  if (is_at_risk)
    return UCH_MEASURE_AT_RISK;
  return is_assigned ? UCH_MEASURE_IN_HAND : UCH_MEASURE_UNASSIGNED;
}

/* How far a connection came, by the moment of the request; rule 11. Each step is counted only of
 * those who took the one before, so the funnel cannot widen. */
static gboolean
reaches (const UchFacts *facts, const UchTicketFact *ticket, UchMeasure step)
{
  guint               n_visits;
  const UchVisitFact *visits = uch_facts_list_visits (facts, &n_visits);
  gboolean            is_agreed = FALSE;

  if (ticket->family != UCH_FAMILY_CONNECT)
    return FALSE;
  if (step >= UCH_MEASURE_REACHED && ticket->first_contact_at == 0)
    return FALSE;
  if (step >= UCH_MEASURE_POSSIBLE && ticket->is_impossible)
    return FALSE;
  for (guint i = 0; i < ticket->n_visits; i++)
    is_agreed |= visits[ticket->first_visit + i].is_agreed;
  if (step >= UCH_MEASURE_AGREED && !is_agreed)
    return FALSE;
  if (step >= UCH_MEASURE_INSTALLED
      && (!is_resolved (ticket) || ticket->resolution != UCH_RESOLUTION_ON_SITE))
    return FALSE;
  return step < UCH_MEASURE_LASTING
         || (ticket->resolved_at + UCH_REPEAT_WITHIN_MS <= uch_facts_get_now (facts)
             && ticket->reopen_count == 0 && !is_repeated (ticket));
}

/* Whether the ticket is counted by the measure. */
static gboolean
read_ticket (const UchFacts *facts, const UchTicketFact *ticket, UchMeasure measure, Sample *sample)
{
  sample->at = ticket->resolved_at;
  sample->zone = ticket->zone;
  sample->engineer = ticket->engineer;
  sample->category = ticket->category;
  switch (measure)
    {
    case UCH_MEASURE_FIRST_FIX:
      return read_first_fix (facts, ticket, &sample->hit);
    case UCH_MEASURE_REOPENED:
      sample->hit = ticket->reopen_count > 0;
      return is_resolved (ticket);
    case UCH_MEASURE_REPEATED:
      sample->hit = is_repeated (ticket);
      return is_resolved (ticket) && ticket->place != 0
             && ticket->resolved_at + UCH_REPEAT_WITHIN_MS <= uch_facts_get_now (facts);
    case UCH_MEASURE_REMOTE:
      sample->hit = ticket->resolution != UCH_RESOLUTION_ON_SITE;
      return is_resolved (ticket);
    case UCH_MEASURE_SILENT:
      sample->hit = ticket->source_is_alert && ticket->resolution != UCH_RESOLUTION_ON_SITE;
      return is_resolved (ticket);
    default:
      break;
    }
  sample->at = ticket->created_at;
  sample->hit = TRUE;
  if (measure == UCH_MEASURE_TICKETS)
    return TRUE;
  if (measure >= UCH_MEASURE_ASKED)
    return reaches (facts, ticket, measure);
  if (measure >= UCH_MEASURE_OVERDUE)
    {
      sample->hit = ticket->state <= UCH_TICKET_ON_HOLD && classify (facts, ticket) == measure;
      return ticket->state <= UCH_TICKET_ON_HOLD;
    }
  return read_mix (ticket,
                   measure == UCH_MEASURE_CONNECT   ? UCH_FAMILY_CONNECT
                   : measure == UCH_MEASURE_SUPPORT ? UCH_FAMILY_SUPPORT
                                                    : UCH_FAMILY_THANKS,
                   &sample->hit);
}

/* The 40-minute promise, rule 5: kept / (kept + broken); one that is over its time with nobody
 * there is broken already. Exempt ones are beside it. */
static gboolean
read_visit (const UchVisitFact *visit, UchMeasure measure, Sample *sample)
{
  sample->at = visit->start_at;
  sample->zone = visit->zone;
  sample->engineer = visit->engineer;
  switch (measure)
    {
    case UCH_MEASURE_PROMISE:
      sample->hit = visit->promise == UCH_PROMISE_KEPT;
      return visit->promise == UCH_PROMISE_KEPT || visit->promise == UCH_PROMISE_BROKEN
             || visit->promise == UCH_PROMISE_RED;
    case UCH_MEASURE_CONFIRMED:
      sample->at = visit->arrived_at;
      sample->hit = visit->is_confirmed;
      return visit->arrived_at != 0;
    default:
      sample->at = visit->arrived_at;
      sample->hit = TRUE;
      return visit->state == UCH_VISIT_DONE || visit->state == UCH_VISIT_INCOMPLETE;
    }
}

static gboolean
passes (const UchFacts *facts, const UchFactFilter *filter, const Sample *sample)
{
  const UchFactName *staff;

  if (sample->at < filter->from || sample->at >= filter->to)
    return FALSE;
  if (filter->zone >= 0 && sample->zone != filter->zone)
    return FALSE;
  if (filter->engineer >= 0 && sample->engineer != filter->engineer)
    return FALSE;
  if (filter->employment < 0)
    return TRUE;
  staff = uch_facts_get_staff (facts, sample->engineer);
  return staff != NULL && (int) staff->employment == filter->employment;
}

/* The months since year 0 of a local day: Howard Hinnant's civil_from_days. */
static gint64
month_of_day (gint64 day)
{
  gint64 z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
  gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  gint64 mp = (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153;

  return (yoe + era * 400 + (mp >= 10)) * 12 + (mp < 10 ? mp + 2 : mp - 10);
}

static gint64
day_of_month (gint64 month)
{
  g_autoptr (GDateTime) first
      = g_date_time_new_utc ((int) (month / 12), (int) (month % 12) + 1, 1, 0, 0, 0);

  return g_date_time_to_unix (first) / 86400;
}

/* What turns a sample into its bucket, looked up once per run. */
typedef struct
{
  const UchFacts *facts;
  UchSplit        split;
  guint           n;
  gint64          first; /* of day, week or month: the first bucket's */
} Buckets;

static gint64
get_period (const UchFacts *facts, UchSplit split, UchTime at)
{
  gint64 day = uch_facts_get_day (facts, at);

  if (split == UCH_SPLIT_MONTH)
    return month_of_day (day);
  return split == UCH_SPLIT_WEEK ? (day + 3) / 7 : day;
}

static void
buckets_init (Buckets *self, const UchFacts *facts, const UchFactFilter *filter, UchSplit split)
{
  guint                n_tickets, n_categories;
  const UchTicketFact *tickets = uch_facts_list_tickets (facts, &n_tickets);
  UchTime              from = filter->from, to = MIN (filter->to - 1, uch_facts_get_now (facts));

  uch_category_list (&n_categories);
  self->facts = facts;
  self->split = split;
  self->first = 0;
  self->n = 1;
  switch (split)
    {
    case UCH_SPLIT_NONE:
      break;
    case UCH_SPLIT_DAY:
    case UCH_SPLIT_WEEK:
    case UCH_SPLIT_MONTH:
      if (n_tickets > 0)
        from = MAX (from, tickets[0].created_at);
      self->first = get_period (facts, split, from);
      self->n = n_tickets > 0 && to >= from
                    ? (guint) (get_period (facts, split, to) - self->first + 1)
                    : 0;
      break;
    case UCH_SPLIT_ZONE:
      self->n = uch_facts_get_n_zones (facts);
      break;
    case UCH_SPLIT_ENGINEER:
      self->n = uch_facts_get_n_staff (facts);
      break;
    case UCH_SPLIT_EMPLOYMENT:
      self->n = N_EMPLOYMENTS;
      break;
    case UCH_SPLIT_HOUR:
      self->n = 24;
      break;
    case UCH_SPLIT_WEEK_HOUR:
      self->n = 7 * 24;
      break;
    case UCH_SPLIT_CATEGORY:
      self->n = n_categories;
      break;
    }
}

/* The sample's bucket; @n or more: none. */
static guint
buckets_find (const Buckets *self, const Sample *sample)
{
  gint64             local;
  const UchFactName *staff;

  switch (self->split)
    {
    case UCH_SPLIT_NONE:
      return 0;
    case UCH_SPLIT_DAY:
    case UCH_SPLIT_WEEK:
    case UCH_SPLIT_MONTH:
      return (guint) (get_period (self->facts, self->split, sample->at) - self->first);
    case UCH_SPLIT_ZONE:
      return sample->zone;
    case UCH_SPLIT_ENGINEER:
      return sample->engineer;
    case UCH_SPLIT_EMPLOYMENT:
      staff = uch_facts_get_staff (self->facts, sample->engineer);
      return staff != NULL ? (guint) staff->employment : G_MAXUINT;
    case UCH_SPLIT_CATEGORY:
      return sample->category;
    default:
      local = uch_facts_get_local (self->facts, sample->at);
      local /= UCH_HOUR_MS;
      return (guint) (self->split == UCH_SPLIT_HOUR ? local % 24
                                                    : WEEKDAY (local / 24) * 24 + local % 24);
    }
}

/**
 * uch_split_get_n:
 *
 * Returns: how many buckets a split has: periods only as far as there is data, and not beyond now
 */
guint
uch_split_get_n (const UchFacts *facts, const UchFactFilter *filter, UchSplit split)
{
  Buckets buckets;

  buckets_init (&buckets, facts, filter, split);
  return buckets.n;
}

/**
 * uch_split_get_start:
 * @split: day, week or month
 *
 * Returns: when the bucket's period begins; weeks on Monday
 */
UchTime
uch_split_get_start (const UchFacts      *facts,
                     const UchFactFilter *filter,
                     UchSplit             split,
                     guint                bucket)
{
  Buckets buckets;
  gint64  at;

  buckets_init (&buckets, facts, filter, split);
  at = buckets.first + bucket;
  if (split == UCH_SPLIT_WEEK)
    at = at * 7 - 3;
  else if (split == UCH_SPLIT_MONTH)
    at = day_of_month (at);
  return uch_facts_get_day_start (facts, at);
}

/* Calls @func for everything that the measure counts and the filter lets through. */
typedef void (*SampleFunc) (const Sample *sample, guint32 ticket, gpointer data);

static void
each_sample (const UchFacts      *facts,
             const UchFactFilter *filter,
             UchMeasure           measure,
             SampleFunc           func,
             gpointer             data)
{
  guint                n_tickets, n_visits;
  const UchTicketFact *tickets = uch_facts_list_tickets (facts, &n_tickets);
  const UchVisitFact  *visits = uch_facts_list_visits (facts, &n_visits);
  Sample               sample;

  if (is_of_visits (measure))
    {
      for (guint i = 0; i < n_visits; i++)
        if (read_visit (&visits[i], measure, &sample) && passes (facts, filter, &sample))
          {
            sample.category = tickets[visits[i].ticket].category;
            func (&sample, visits[i].ticket, data);
          }
      return;
    }
  for (guint i = 0; i < n_tickets; i++)
    {
      /* Nothing of a ticket happens before it is there, and they stand in that order. */
      if (tickets[i].created_at >= filter->to)
        break;
      if (read_ticket (facts, &tickets[i], measure, &sample) && passes (facts, filter, &sample))
        func (&sample, i, data);
    }
}

typedef struct
{
  Buckets buckets;
  GArray *tallies;
} Count;

static void
count_cb (const Sample *sample, guint32 ticket, gpointer data)
{
  Count *count = data;
  guint  bucket = buckets_find (&count->buckets, sample);

  if (bucket < count->buckets.n)
    {
      UchTally *tally = &g_array_index (count->tallies, UchTally, bucket);

      tally->n++;
      tally->k += sample->hit != FALSE;
    }
}

/**
 * uch_tally_run:
 *
 * Returns: (transfer full) (element-type UchTally): one per bucket of @split
 */
GArray *
uch_tally_run (const UchFacts      *facts,
               const UchFactFilter *filter,
               UchMeasure           measure,
               UchSplit             split)
{
  Count count;

  buckets_init (&count.buckets, facts, filter, split);
  count.tallies = g_array_new (FALSE, TRUE, sizeof (UchTally));
  g_array_set_size (count.tallies, count.buckets.n);
  each_sample (facts, filter, measure, count_cb, &count);
  return count.tallies;
}

UchTally
uch_tally_get (const UchFacts *facts, const UchFactFilter *filter, UchMeasure measure)
{
  g_autoptr (GArray) tallies = uch_tally_run (facts, filter, measure, UCH_SPLIT_NONE);

  return g_array_index (tallies, UchTally, 0);
}

typedef struct
{
  Buckets buckets;
  guint   bucket;
  UchPick pick;
  GArray *tickets;
} Listing;

static void
list_cb (const Sample *sample, guint32 ticket, gpointer data)
{
  Listing *listing = data;

  if (buckets_find (&listing->buckets, sample) != listing->bucket
      || (listing->pick != UCH_PICK_ALL && (listing->pick == UCH_PICK_HITS) != sample->hit))
    return;
  /* a ticket of several visits once */
  if (listing->tickets->len == 0
      || g_array_index (listing->tickets, guint32, listing->tickets->len - 1) != ticket)
    g_array_append_val (listing->tickets, ticket);
}

/**
 * uch_tally_list:
 *
 * What stands behind one bar.
 *
 * Returns: (transfer full) (element-type guint32): indexes of tickets, rising
 */
GArray *
uch_tally_list (const UchFacts      *facts,
                const UchFactFilter *filter,
                UchMeasure           measure,
                UchSplit             split,
                guint                bucket,
                UchPick              pick)
{
  Listing listing = { .bucket = bucket, .pick = pick };

  buckets_init (&listing.buckets, facts, filter, split);
  listing.tickets = g_array_new (FALSE, FALSE, sizeof (guint32));
  each_sample (facts, filter, measure, list_cb, &listing);
  return listing.tickets;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static gboolean
read_lapse (const UchFacts *facts, UchLapse lapse, guint index, Sample *sample, double *out_ms)
{
  guint                n;
  const UchTicketFact *ticket;
  const UchVisitFact  *visit;

  if (lapse == UCH_LAPSE_FIRST_CALL)
    {
      ticket = &uch_facts_list_tickets (facts, &n)[index];
      *sample = (Sample){ ticket->created_at, ticket->zone, ticket->engineer, ticket->category };
      *out_ms = (double) (ticket->first_contact_at - ticket->created_at);
      return ticket->first_contact_at >= ticket->created_at && ticket->family != UCH_FAMILY_THANKS;
    }
  visit = &uch_facts_list_visits (facts, &n)[index];
  *sample = (Sample){ visit->start_at, visit->zone, visit->engineer };
  *out_ms = (double) MAX (visit->arrived_at - visit->start_at, 0);
  return visit->start_at != 0 && visit->arrived_at != 0
         && (visit->promise == UCH_PROMISE_KEPT || visit->promise == UCH_PROMISE_BROKEN);
}

/**
 * uch_spread_run:
 *
 * Returns: (transfer full) (element-type UchSpread): one per bucket of @split
 */
GArray *
uch_spread_run (const UchFacts *facts, const UchFactFilter *filter, UchLapse lapse, UchSplit split)
{
  GArray  *spreads = g_array_new (FALSE, TRUE, sizeof (UchSpread));
  GArray **lapses;
  Buckets  buckets;
  guint    n;

  if (lapse == UCH_LAPSE_FIRST_CALL)
    uch_facts_list_tickets (facts, &n);
  else
    uch_facts_list_visits (facts, &n);
  buckets_init (&buckets, facts, filter, split);
  lapses = g_new0 (GArray *, buckets.n + 1);
  for (guint i = 0; i < buckets.n; i++)
    lapses[i] = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < n; i++)
    {
      Sample sample;
      double ms;
      guint  bucket;

      if (!read_lapse (facts, lapse, i, &sample, &ms) || !passes (facts, filter, &sample))
        continue;
      bucket = buckets_find (&buckets, &sample);
      if (bucket < buckets.n)
        g_array_append_val (lapses[bucket], ms);
    }
  g_array_set_size (spreads, buckets.n);
  for (guint i = 0; i < buckets.n; i++)
    {
      const double *sorted = (const double *) (const void *) lapses[i]->data;

      g_array_sort (lapses[i], compare_doubles);
      g_array_index (spreads, UchSpread, i) = (UchSpread){
        uch_quantile (sorted, lapses[i]->len, 0.5),
        uch_quantile (sorted, lapses[i]->len, 0.9),
        lapses[i]->len,
      };
      g_array_unref (lapses[i]);
    }
  g_free (lapses);
  return spreads;
}
