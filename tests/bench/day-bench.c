/* Working days simulated minute by minute under three ways of dispatching, on the real roads where
 * they are, and the ranking of one ticket.
 *
 * "plan.rank": one new ticket against 30 engineers with 220 visits, ranker made anew each time.
 * "plan.day.130", "plan.day.180": the share of visits that keep the promise of 40 minutes, over 20
 * days of so many tickets, with continuous planning; beside it the other two ways. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/field-day.h"
#include "plan/office.h"
#include "plan/uch-plan-rank.h"
#include "plan/uch-plan-solve.h"

#define HOUR 3600
#define N_DAYS 20
#define N_RANKS 2000
/* After each event; about as many as 10 ms hold. */
#define ITERATIONS 400
#define DECILES 10

typedef enum
{
  POLICY_ZONE,   /* the nearest of the zone who is soonest free, behind what he has */
  POLICY_INSERT, /* the first of the ranking, where the ranking says */
  POLICY_REPLAN, /* so, and the whole plan is improved after each event */
  N_POLICIES,
} Policy;

static const char *const policy_names[] = { "nearest of the zone", "best insertion", "re-planned" };

typedef struct
{
  GArray *route; /* of int: tickets, in order */
  int     busy;  /* ticket that he drives to or works at; -1 */
  int     place;
  gint32  free_s; /* as expected */
  gint32  done_s; /* really */
  guint   n_done;
} Man;

/* What came out. */
typedef struct
{
  guint  n_visits, n_kept, n_now, n_now_kept, n_called_off, n_left;
  gint64 drive_s, late_s;
  /* by what was promised: how many, and how many were kept */
  guint  n_promised[DECILES], n_true[DECILES];
  double promised[DECILES];
} Result;

typedef struct
{
  FieldDay *day;
  Policy    policy;
  gint32    now_s;
  Man      *men;
  gboolean *known; /* tickets that have been called in */
  double   *promised;
  Result   *result;
} Field;

static gint32
drive_s (const Field *field, int from, int ticket)
{
  const FieldDay *day = field->day;

  return day->travel_s[(gsize) from * (day->n_tickets + day->n_engineers) + (gsize) ticket];
}

/* A moment as a problem: what is in the routes, and at the end the new one. */
typedef struct
{
  UchPlanProblem   problem;
  UchPlanVisit    *visits;
  UchPlanEngineer *engineers;
  int             *tickets; /* visit → ticket */
  UchPlan         *plan;
} Moment;

static void
moment_add (Moment *moment, const Field *field, int ticket, gint32 margin_s)
{
  UchPlanVisit *visit = &moment->visits[moment->problem.n_visits];

  *visit = field->day->tickets[ticket].visit;
  visit->due_s -= margin_s;
  moment->tickets[moment->problem.n_visits++] = ticket;
}

static Moment *
moment_new (const Field *field, int fresh)
{
  const FieldDay *day = field->day;
  Moment         *moment = g_new0 (Moment, 1);

  moment->visits = g_new (UchPlanVisit, day->n_tickets);
  moment->tickets = g_new (int, day->n_tickets);
  moment->engineers = g_memdup2 (day->engineers, day->n_engineers * sizeof *day->engineers);
  moment->problem = (UchPlanProblem){ .travel_s = day->travel_s,
                                      .n_places = day->n_tickets + day->n_engineers,
                                      .visits = moment->visits,
                                      .engineers = moment->engineers,
                                      .n_engineers = day->n_engineers };
  uch_plan_weights_init (&moment->problem.weights);
  moment->plan = uch_plan_new (&moment->problem);
  for (guint k = 0; k < day->n_engineers; k++)
    {
      const Man       *man = &field->men[k];
      UchPlanEngineer *engineer = &moment->engineers[k];

      engineer->place = man->place;
      engineer->free_s = man->free_s;
      engineer->n_done = (int) man->n_done;
      engineer->off |= field->now_s > engineer->ends_s && man->busy < 0 && man->route->len == 0;
      for (guint i = 0; i < man->route->len; i++)
        {
          g_array_append_val (moment->plan->routes[k], moment->problem.n_visits);
          moment_add (moment, field, g_array_index (man->route, int, i), UCH_PLAN_MARGIN_S);
        }
    }
  if (fresh >= 0)
    {
      g_array_append_val (moment->plan->unassigned, moment->problem.n_visits);
      moment_add (moment, field, fresh, 0);
    }
  return moment;
}

static void
moment_free (Moment *moment)
{
  uch_plan_free (moment->plan);
  g_free (moment->visits);
  g_free (moment->engineers);
  g_free (moment->tickets);
  g_free (moment);
}

/* Who is soonest there of those who can do it, first in the zone, then anywhere. */
static int
pick_nearest (const Field *field, int ticket)
{
  const UchPlanVisit *visit = &field->day->tickets[ticket].visit;
  int                 best = -1;

  for (guint pass = 0; pass < 2 && best < 0; pass++)
    {
      gint64 best_s = G_MAXINT64;

      for (guint k = 0; k < field->day->n_engineers; k++)
        {
          const UchPlanEngineer *engineer = &field->day->engineers[k];
          const Man             *man = &field->men[k];
          gint64                 s
              = man->free_s + 2400 * (gint64) man->route->len + drive_s (field, man->place, ticket);

          if (engineer->off || (visit->skills & ~engineer->skills) != 0
              || (pass == 0 && (engineer->zones >> visit->zone & 1) == 0)
              || engineer->ends_s < visit->due_s || s >= best_s)
            continue;
          best = (int) k;
          best_s = s;
        }
    }
  return best;
}

static void
assign (Field *field, int ticket)
{
  FieldTicket *called = &field->day->tickets[ticket];
  Moment      *moment = moment_new (field, ticket);
  g_autoptr (GError) error = NULL;
  int   k = field->policy == POLICY_ZONE ? pick_nearest (field, ticket) : -1;
  guint behind = 0;

  if (k >= 0)
    while (behind < field->men[k].route->len
           && field->day->tickets[g_array_index (field->men[k].route, int, behind)].visit.opens_s
                  <= called->visit.opens_s)
      behind++;
  else
    {
      UchPlanDoubt doubt;
      g_autoptr (UchPlanRanker) ranker = NULL;
      g_autoptr (GPtrArray) candidates = NULL;
      const UchPlanCandidate *first;

      uch_plan_doubt_init (&doubt);
      ranker = uch_plan_ranker_new (&moment->problem, moment->plan, &doubt, &error);
      if (ranker == NULL)
        g_error ("%s", error->message);
      candidates = uch_plan_ranker_rank (ranker, (int) moment->problem.n_visits - 1);
      first = g_ptr_array_index (candidates, 0);
      k = first->engineer;
      behind = (guint) first->behind;
      field->promised[ticket] = first->in_time;
    }
  g_array_insert_val (field->men[k].route, behind, ticket);
  called->visit.announced_to = k;
  moment_free (moment);
}

static void
replan (Field *field)
{
  Moment       *moment = moment_new (field, -1);
  UchPlanBudget budget = { .seed = (guint64) field->now_s, .iterations = ITERATIONS };
  UchPlanRun    run;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchPlan) better
      = uch_plan_solve (&moment->problem, moment->plan, &budget, NULL, &run, &error);

  if (better == NULL)
    g_error ("%s", error->message);
  if (!uch_plan_check (better, &moment->problem, NULL, &error))
    g_error ("%s", error->message);
  for (guint k = 0; better->unassigned->len == 0 && k < better->n_routes; k++)
    {
      g_array_set_size (field->men[k].route, 0);
      for (guint i = 0; i < better->routes[k]->len; i++)
        g_array_append_val (field->men[k].route,
                            moment->tickets[g_array_index (better->routes[k], int, i)]);
    }
  moment_free (moment);
}

static void
note_arrival (Field *field, int ticket, gint32 at_s)
{
  const FieldTicket *called = &field->day->tickets[ticket];
  Result            *result = field->result;
  gboolean           kept = at_s <= called->visit.due_s;
  guint              decile = (guint) MIN (field->promised[ticket] * DECILES, DECILES - 1);

  result->n_visits++;
  result->n_kept += kept;
  result->n_now += called->now;
  result->n_now_kept += called->now && kept;
  result->late_s += MAX (at_s - called->visit.due_s, 0);
  if (field->policy != POLICY_INSERT)
    return;
  result->n_promised[decile]++;
  result->n_true[decile] += kept;
  result->promised[decile] += field->promised[ticket];
}

/* He goes when he would come just in time for the window, not before. Whether he went. */
static gboolean
depart (Field *field, guint k)
{
  Man               *man = &field->men[k];
  int                ticket;
  gint32             arrives;
  const FieldTicket *called;

  if (man->busy >= 0 || field->now_s < field->day->starts_s[k] || man->route->len == 0)
    return FALSE;
  ticket = g_array_index (man->route, int, 0);
  called = &field->day->tickets[ticket];
  arrives = field->now_s + drive_s (field, man->place, ticket);
  if (arrives < called->visit.opens_s - 59)
    return FALSE;
  field->result->drive_s += drive_s (field, man->place, ticket);
  arrives = MAX (arrives, called->visit.opens_s);
  note_arrival (field, ticket, arrives);
  man->busy = man->place = ticket;
  man->done_s = arrives + called->really_s;
  man->free_s = arrives + called->visit.duration_s;
  man->n_done++;
  g_array_remove_index (man->route, 0);
  return TRUE;
}

/* Whether he has just become free. */
static gboolean
work_on (Field *field, guint k)
{
  Man *man = &field->men[k];

  if (man->busy < 0)
    {
      man->free_s = MAX (field->now_s, field->day->starts_s[k]);
      return FALSE;
    }
  if (field->now_s < man->done_s)
    {
      if (man->free_s < field->now_s + 60) /* longer than expected: nobody knows how much */
        man->free_s = field->now_s + 300;
      return FALSE;
    }
  man->busy = -1;
  man->free_s = field->now_s;
  return TRUE;
}

static gboolean
call_off (Field *field)
{
  gboolean any = FALSE;

  for (guint k = 0; k < field->day->n_engineers; k++)
    for (guint i = field->men[k].route->len; i-- > 0;)
      {
        int    ticket = g_array_index (field->men[k].route, int, i);
        gint32 at = field->day->tickets[ticket].cancelled_s;

        if (at == 0 || at > field->now_s)
          continue;
        g_array_remove_index (field->men[k].route, i);
        field->result->n_called_off++;
        any = TRUE;
      }
  return any;
}

static void
live (FieldDay *day, Policy policy, Result *result)
{
  Field field = { .day = day, .policy = policy, .result = result };

  field.men = g_new0 (Man, day->n_engineers);
  field.known = g_new0 (gboolean, day->n_tickets);
  field.promised = g_new0 (double, day->n_tickets);
  for (guint k = 0; k < day->n_engineers; k++)
    field.men[k] = (Man){ .route = g_array_new (FALSE, FALSE, sizeof (int)),
                          .busy = -1,
                          .place = day->engineers[k].place };
  for (field.now_s = 8 * HOUR; field.now_s < 24 * HOUR; field.now_s += 60)
    {
      gboolean event = call_off (&field);

      for (guint k = 0; k < day->n_engineers; k++)
        event |= work_on (&field, k);
      for (guint i = 0; i < day->n_tickets; i++)
        if (!field.known[i] && day->tickets[i].calls_s <= field.now_s)
          {
            field.known[i] = event = TRUE;
            assign (&field, (int) i);
          }
      if (event && policy == POLICY_REPLAN)
        replan (&field);
      for (guint k = 0; k < day->n_engineers; k++)
        depart (&field, k);
    }
  for (guint k = 0; k < day->n_engineers; k++)
    {
      result->n_left += field.men[k].route->len;
      g_array_unref (field.men[k].route);
    }
  g_free (field.men);
  g_free (field.known);
  g_free (field.promised);
}

static void
tell (const Result *result, Policy policy, guint n_tickets)
{
  double gap = 0;

  fprintf (
      stderr,
      "  %u tickets, %-19s: kept %.1f %%, of “now” %.1f %%; %.1f min late, %.1f min of driving "
      "a visit; %u called off, %u left over\n",
      n_tickets, policy_names[policy], 100.0 * result->n_kept / result->n_visits,
      100.0 * result->n_now_kept / result->n_now, result->late_s / 60.0 / result->n_visits,
      result->drive_s / 60.0 / result->n_visits, result->n_called_off, result->n_left);
  if (policy != POLICY_INSERT)
    return;
  for (guint i = 0; i < DECILES; i++)
    if (result->n_promised[i] > 0)
      {
        double said = result->promised[i] / result->n_promised[i],
               was = (double) result->n_true[i] / result->n_promised[i];

        gap += result->n_promised[i] * ABS (said - was) / result->n_visits;
        fprintf (stderr, "    said %3.0f %%: %4u visits, %3.0f %% came in time\n", 100 * said,
                 result->n_promised[i], 100 * was);
      }
  printf ("bench: plan.day.%u.calibration %.1f points\n", n_tickets, 100 * gap);
}

static void
measure_days (FieldTown *town, guint n_tickets)
{
  double kept[N_POLICIES];

  for (Policy policy = 0; policy < N_POLICIES; policy++)
    {
      Result result = { 0 };

      for (guint32 seed = 1; seed <= N_DAYS; seed++)
        {
          g_autoptr (FieldDay) day = field_day_make (town, seed, n_tickets);

          live (day, policy, &result);
        }
      kept[policy] = 100.0 * result.n_kept / result.n_visits;
      tell (&result, policy, n_tickets);
    }
  printf ("bench: plan.day.%u %.1f %% peer=insertion %.1f ratio=%.3f\n", n_tickets,
          kept[POLICY_REPLAN], kept[POLICY_INSERT], kept[POLICY_REPLAN] / kept[POLICY_INSERT]);
  printf ("bench: plan.day.%u.zone %.1f %%\n", n_tickets, kept[POLICY_ZONE]);
  fflush (stdout);
}

static gint64
cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* Everybody has seven or eight visits; one more comes, another each time. */
static void
measure_rank (void)
{
  g_autoptr (Day) day = day_make (1, 221, 30);
  UchPlanDoubt doubt;
  int          took_us[N_RANKS];

  uch_plan_doubt_init (&doubt);
  for (guint i = 0; i < N_RANKS; i++)
    {
      int fresh = (int) (i % 221);
      g_autoptr (UchPlan) plan = uch_plan_new (&day->problem);
      g_autoptr (UchPlanRanker) ranker = NULL;
      g_autoptr (GPtrArray) candidates = NULL;
      g_autoptr (GError) error = NULL;
      gint64 began;

      for (int visit = 0; visit < 221; visit++)
        g_array_append_val (visit == fresh ? plan->unassigned : plan->routes[visit % 30], visit);
      began = cpu_us ();
      ranker = uch_plan_ranker_new (&day->problem, plan, &doubt, &error);
      if (ranker == NULL)
        g_error ("%s", error->message);
      candidates = uch_plan_ranker_rank (ranker, fresh);
      took_us[i] = (int) (cpu_us () - began);
      g_assert (candidates->len > 0);
    }
  qsort (took_us, N_RANKS, sizeof *took_us, compare);
  printf ("bench: plan.rank %.3f ms (p99; median %.3f)\n", took_us[N_RANKS * 99 / 100] / 1e3,
          took_us[N_RANKS / 2] / 1e3);
}

int
main (void)
{
  g_autoptr (FieldTown) town = NULL;

  measure_rank ();
  town = field_town_load ();
  fprintf (stderr, "plan: %u houses of %s\n", town->houses->len,
           town->is_real ? "the real town" : "an invented town");
  measure_days (town, 130);
  measure_days (town, 180);
  return 0;
}
