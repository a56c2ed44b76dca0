/* Plans, and the verifier: it shares nothing with the search that makes them. */

#include "plan/uch-plan.h"

G_DEFINE_QUARK (uch - plan - error - quark, uch_plan_error)

/**
 * uch_plan_weights_init:
 * @weights: (out): what the office counts with
 *
 * Whoever is not served costs more than any lateness of a day; a minute late costs four of driving,
 * another zone a quarter of an hour.
 */
void
uch_plan_weights_init (UchPlanWeights *weights)
{
  *weights = (UchPlanWeights){
    .unassigned = 10000000, .late = 4, .zone = 900, .overtime = 2, .fairness = 20, .change = 600
  };
}

static gboolean
refuse (GError **error, const char *what, guint which)
{
  g_set_error (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_PROBLEM, "%s (number %u)", what, which);
  return FALSE;
}

static gboolean
is_time (gint32 s)
{
  return s >= -UCH_PLAN_TIME_MAX && s <= UCH_PLAN_TIME_MAX;
}

static gboolean
is_place (const UchPlanProblem *problem, int place)
{
  return place >= 0 && (guint) place < problem->n_places;
}

static gboolean
check_visit (const UchPlanProblem *problem, guint i, GError **error)
{
  const UchPlanVisit *visit = &problem->visits[i];

  if (!is_place (problem, visit->place))
    return refuse (error, "A visit is at a place that the table of times does not have", i);
  if (!is_time (visit->opens_s) || !is_time (visit->due_s) || visit->duration_s < 0
      || !is_time (visit->duration_s))
    return refuse (error, "A visit has a time that is none", i);
  if (visit->priority < 1 || visit->priority > 100 || visit->load < 0)
    return refuse (error, "A visit has no priority, or a load below nothing", i);
  if (visit->zone < UCH_PLAN_NONE || visit->zone >= 64)
    return refuse (error, "A visit is in a zone beyond the sixty-fourth", i);
  if (visit->pinned_to < UCH_PLAN_NONE || visit->pinned_to >= (int) problem->n_engineers
      || visit->announced_to < UCH_PLAN_NONE || visit->announced_to >= (int) problem->n_engineers)
    return refuse (error, "A visit is pinned to, or announced for, an engineer who is not there",
                   i);
  return TRUE;
}

static gboolean
check_engineer (const UchPlanProblem *problem, guint k, GError **error)
{
  const UchPlanEngineer *engineer = &problem->engineers[k];

  if (!is_place (problem, engineer->place)
      || (engineer->end_place != UCH_PLAN_NONE && !is_place (problem, engineer->end_place)))
    return refuse (error, "An engineer is at a place that the table of times does not have", k);
  if (!is_time (engineer->free_s) || !is_time (engineer->ends_s))
    return refuse (error, "An engineer has a time that is none", k);
  return TRUE;
}

/**
 * uch_plan_problem_check:
 * @problem: a problem
 * @error: return location
 *
 * Returns: whether it makes sense at all: windows in the past, two visits at one place and a shift
 *   of no length do
 */
gboolean
uch_plan_problem_check (const UchPlanProblem *problem, GError **error)
{
  if (problem->n_visits > UCH_PLAN_VISITS_MAX || problem->n_engineers > UCH_PLAN_ENGINEERS_MAX)
    {
      g_set_error (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_TOO_BIG,
                   "%u visits and %u engineers are too many for one plan: at most %d and %d",
                   problem->n_visits, problem->n_engineers, UCH_PLAN_VISITS_MAX,
                   UCH_PLAN_ENGINEERS_MAX);
      return FALSE;
    }
  for (gsize i = 0; i < (gsize) problem->n_places * problem->n_places; i++)
    if (problem->travel_s[i] < 0 || problem->travel_s[i] > UCH_PLAN_TIME_MAX)
      return refuse (error, "A travel time is none", (guint) i);
  for (guint i = 0; i < problem->n_visits; i++)
    if (!check_visit (problem, i, error))
      return FALSE;
  for (guint k = 0; k < problem->n_engineers; k++)
    if (!check_engineer (problem, k, error))
      return FALSE;
  return TRUE;
}

/**
 * uch_plan_new:
 * @problem: what it is a plan for
 *
 * Returns: (transfer full): a plan in which nobody has anything to do and nothing is unassigned
 */
UchPlan *
uch_plan_new (const UchPlanProblem *problem)
{
  UchPlan *self = g_new0 (UchPlan, 1);

  self->n_routes = problem->n_engineers;
  self->routes = g_new0 (GArray *, MAX (self->n_routes, 1));
  for (guint k = 0; k < self->n_routes; k++)
    self->routes[k] = g_array_new (FALSE, FALSE, sizeof (int));
  self->unassigned = g_array_new (FALSE, FALSE, sizeof (int));
  return self;
}

/**
 * uch_plan_copy:
 * @self: a plan
 *
 * Returns: (transfer full): another one, the same
 */
UchPlan *
uch_plan_copy (const UchPlan *self)
{
  UchPlan *copy = g_new0 (UchPlan, 1);

  copy->n_routes = self->n_routes;
  copy->routes = g_new0 (GArray *, MAX (self->n_routes, 1));
  for (guint k = 0; k < self->n_routes; k++)
    copy->routes[k] = g_array_copy (self->routes[k]);
  copy->unassigned = g_array_copy (self->unassigned);
  return copy;
}

/**
 * uch_plan_free:
 * @self: (nullable) (transfer full): a plan
 */
void
uch_plan_free (UchPlan *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n_routes; k++)
    g_array_unref (self->routes[k]);
  g_free (self->routes);
  g_array_unref (self->unassigned);
  g_free (self);
}

static gboolean
break_rule (GError **error, const char *rule, int visit, int engineer)
{
  g_set_error (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_PLAN, "%s (visit %d, engineer %d)", rule,
               visit, engineer);
  return FALSE;
}

/* May he take it at all: skills and pins. */
static gboolean
check_may (const UchPlanProblem *problem, int visit, int k, GError **error)
{
  const UchPlanVisit    *v = &problem->visits[visit];
  const UchPlanEngineer *e = &problem->engineers[k];

  if (v->pinned_to != UCH_PLAN_NONE && v->pinned_to != k)
    return break_rule (error, "A visit is with another engineer than it is pinned to", visit, k);
  if (v->pinned_to == k)
    return TRUE; /* who pins answers for skills and shifts */
  if ((v->skills & ~e->skills) != 0)
    return break_rule (error, "An engineer lacks a skill", visit, k);
  if (e->off)
    return break_rule (error, "An engineer has no shift", visit, k);
  return TRUE;
}

/* What is pinned by rank stands first, in its order. */
static gboolean
check_ranks (const UchPlanProblem *problem, const GArray *route, int k, GError **error)
{
  int before = -1;

  for (guint i = 0; i < route->len; i++)
    {
      int                 visit = g_array_index (route, int, i);
      const UchPlanVisit *v = &problem->visits[visit];

      if (v->pinned_to != k || v->pinned_rank == UCH_PLAN_NONE)
        before = G_MAXINT;
      else if (v->pinned_rank < before)
        return break_rule (error, "A visit is not where it is pinned in the route", visit, k);
      else
        before = v->pinned_rank;
    }
  return TRUE;
}

static gboolean
drive (const UchPlanProblem *problem, const GArray *route, int k, UchPlanCost *cost, GError **error)
{
  const UchPlanEngineer *e = &problem->engineers[k];
  const UchPlanWeights  *w = &problem->weights;
  gint64 now = e->free_s, load = 0, n = e->n_done + (gint64) route->len, n_before = e->n_done;
  int    at = e->place;

  for (guint i = 0; i < route->len; i++)
    {
      int                 visit = g_array_index (route, int, i);
      const UchPlanVisit *v = &problem->visits[visit];
      gint64 travel = problem->travel_s[(gsize) at * problem->n_places + (gsize) v->place];
      gint64 start = MAX (now + travel, v->opens_s);

      if (!check_may (problem, visit, k, error))
        return FALSE;
      load += v->load;
      cost->travel += travel;
      if (start > v->due_s)
        {
          if (problem->hard)
            return break_rule (error, "A visit begins after its window", visit, k);
          cost->n_late++;
          cost->late_s += start - v->due_s;
          cost->late += (start - v->due_s) * w->late * v->priority;
        }
      if (v->zone != UCH_PLAN_NONE && (e->zones >> v->zone & 1) == 0)
        cost->n_out_of_zone++;
      if (v->announced_to != UCH_PLAN_NONE && v->announced_to != k)
        cost->n_changed++;
      now = start + v->duration_s;
      at = v->place;
    }
  if (load > e->capacity)
    return break_rule (error, "An engineer carries more than he can", -1, k);
  if (route->len == 0)
    return TRUE;
  if (e->end_place != UCH_PLAN_NONE)
    {
      gint64 home = problem->travel_s[(gsize) at * problem->n_places + (gsize) e->end_place];

      cost->travel += home;
      now += home;
    }
  if (now > e->ends_s)
    {
      if (problem->hard)
        return break_rule (error, "A shift is overstepped", -1, k);
      cost->overtime_s += now - e->ends_s;
      cost->overtime += (now - MAX (e->ends_s, e->free_s)) * w->overtime;
    }
  cost->fairness += w->fairness * (n * n - n_before * n_before);
  return TRUE;
}

/* Each visit is somewhere, and once. */
static gboolean
check_all_there (const UchPlan *self, const UchPlanProblem *problem, GError **error)
{
  g_autofree guint8 *seen = g_new0 (guint8, MAX (problem->n_visits, 1));

  if (self->n_routes != problem->n_engineers)
    return break_rule (error, "The plan is of other engineers", -1, (int) self->n_routes);
  for (guint k = 0; k <= self->n_routes; k++)
    {
      const GArray *list = k < self->n_routes ? self->routes[k] : self->unassigned;

      for (guint i = 0; i < list->len; i++)
        {
          int visit = g_array_index (list, int, i);

          if (visit < 0 || (guint) visit >= problem->n_visits)
            return break_rule (error, "There is no such visit", visit, (int) k);
          if (seen[visit]++ != 0)
            return break_rule (error, "A visit is there twice", visit, (int) k);
        }
    }
  for (guint i = 0; i < problem->n_visits; i++)
    if (!seen[i])
      return break_rule (error, "A visit was forgotten", (int) i, -1);
  return TRUE;
}

/**
 * uch_plan_check:
 * @self: a plan
 * @problem: what it is a plan for
 * @out_cost: (out) (optional): the objective, term by term
 * @error: return location
 *
 * Verifies a plan from scratch: it shares no code with the search.
 *
 * Returns: whether every visit is there once and no hard rule is broken
 */
gboolean
uch_plan_check (const UchPlan        *self,
                const UchPlanProblem *problem,
                UchPlanCost          *out_cost,
                GError              **error)
{
  const UchPlanWeights *w = &problem->weights;
  UchPlanCost           cost = { 0 };

  if (!check_all_there (self, problem, error))
    return FALSE;
  for (guint k = 0; k < self->n_routes; k++)
    if (!check_ranks (problem, self->routes[k], (int) k, error)
        || !drive (problem, self->routes[k], (int) k, &cost, error))
      return FALSE;
  for (guint i = 0; i < self->unassigned->len; i++)
    cost.unassigned += (gint64) w->unassigned
                       * problem->visits[g_array_index (self->unassigned, int, i)].priority;
  cost.n_unassigned = self->unassigned->len;
  cost.zone = (gint64) cost.n_out_of_zone * w->zone;
  cost.change = (gint64) cost.n_changed * w->change;
  if (problem->hard)
    cost.zone = cost.change = cost.fairness = cost.unassigned = 0;
  cost.total = cost.unassigned + cost.travel + cost.late + cost.zone + cost.overtime + cost.fairness
               + cost.change;
  if (out_cost != NULL)
    *out_cost = cost;
  return TRUE;
}
