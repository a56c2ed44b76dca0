/* Slack induction by string removals (Christiaens and Vanden Berghe 2020, Transportation Science
 * 54:417): strings of neighbouring visits are taken out of neighbouring routes and put back
 * greedily, with a blink here and there; annealing decides. Where not everybody fits, whoever is
 * left out often weighs more the next time. */

#include <math.h>
#include <string.h>

#include "plan/uch-plan-solve.h"
#include "plan/uch-plan-tour.h"

#define REMOVED_MEAN 10.0
#define STRING_LEN_MAX 10.0
#define SPLIT_SHARE 0.5
#define SPLIT_DEPTH 0.01
#define BLINK_SHARE 0.01
/* So many steps between two looks at the clock. */
#define CLOCK_STEPS 16
#define MANY_VISITS 400

typedef struct
{
  UchTour *tour; /* (owned) */
  guint16 *near; /* (owned) [visit][rank]: all visits, the nearest first, itself at once */
  guint64  random[2];
  int      until_blink;
  int     *open, n_open; /* (owned) routes that are tried: all, or those in use and one empty */
  guint32 *hit, n_hit;   /* (owned) per route: the ruin that took from it */
  guint8  *out;          /* (owned) scratch of a removal */
  gint64  *left_out;     /* (owned) per visit: how often it was left out */
  int     *best_visits;  /* (owned) of all routes, one after the other, then the absent */
  int     *best_len;     /* (owned) per route */
  gint64   best_cost;
  int      n_best_absent;
} Search;

static inline guint64
next_random (Search *self)
{
  /* xoroshiro128+ (Blackman and Vigna 2018) */
  guint64 a = self->random[0], b = self->random[1], sum = a + b;

  b ^= a;
  self->random[0] = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
  self->random[1] = (b << 37) | (b >> 27);
  return sum;
}

static inline double
random_share (Search *self)
{
  return (double) (next_random (self) >> 11) * 0x1p-53;
}

static inline int
random_below (Search *self, int n)
{
  return (int) (((next_random (self) >> 32) * (guint64) n) >> 32);
}

static int
draw_blink (Search *self)
{
  return 1 + (int) (log (1 - random_share (self)) / log (1 - BLINK_SHARE));
}

/* A place is overlooked once in a hundred times: that is the whole diversification. */
static inline gboolean
blinks (Search *self)
{
  if (--self->until_blink > 0)
    return FALSE;
  self->until_blink = draw_blink (self);
  return TRUE;
}

static void
seed (Search *self, guint64 seed)
{
  self->random[0] = 0x9E3779B97F4A7C15ull * (seed + 1);
  self->random[1] = 0xD1B54A32D192ED03ull ^ seed;
  for (int i = 0; i < 20; i++)
    next_random (self);
  self->until_blink = draw_blink (self);
}

typedef struct
{
  const UchTour *tour;
  int            from;
} NearTo;

static int
compare_near (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const NearTo *near = user_data;
  int           x = *(const guint16 *) a, y = *(const guint16 *) b;
  const gint32 *row = near->tour->from + (gsize) near->from * near->tour->n_nodes;

  if (x == near->from || y == near->from)
    return (y == near->from) - (x == near->from);
  return row[x] != row[y] ? (row[x] > row[y]) - (row[x] < row[y]) : (x > y) - (x < y);
}

static void
list_near (Search *self)
{
  guint n = self->tour->n;

  self->near = g_new (guint16, MAX ((gsize) n * n, 1));
  for (guint i = 0; i < n; i++)
    {
      guint16 *row = self->near + (gsize) i * n;
      NearTo   near = { self->tour, (int) i };

      for (guint j = 0; j < n; j++)
        row[j] = (guint16) j;
      g_qsort_with_data (row, (int) n, sizeof (guint16), compare_near, &near);
    }
}

/* Of engineers who are alike only one without work is tried. */
static void
list_open (Search *self)
{
  const UchTour *tour = self->tour;
  gboolean       empty = FALSE;

  self->n_open = 0;
  for (int k = 0; k < (int) tour->n_routes; k++)
    if (!tour->alike || tour->routes[k].len > 0 || !empty)
      {
        empty = empty || tour->routes[k].len == 0;
        self->open[self->n_open++] = k;
      }
}

static void
remove_string (Search *self, int visit, int n_wanted)
{
  UchTour        *tour = self->tour;
  int             k = tour->route_of[visit], at = tour->at[visit];
  const UchRoute *r = &tour->routes[k];
  int len = r->len - r->n_locked, n = MIN (n_wanted, len), n_kept = 0, window, low, high;

  /* Half of the strings are split: a few in the middle stay. */
  if (n > 1 && n < len && random_share (self) < SPLIT_SHARE)
    {
      n_kept = 1;
      while (n + n_kept < len && random_share (self) > SPLIT_DEPTH)
        n_kept++;
    }
  window = n + n_kept;
  low = MAX (at - window + 1, r->n_locked + 1);
  high = MIN (at, r->len - window + 1);
  low += random_below (self, high - low + 1);
  memset (self->out, TRUE, (gsize) window);
  if (n_kept > 0)
    memset (self->out + random_below (self, n + 1), FALSE, (gsize) n_kept);
  uch_tour_remove (tour, k, self->out, low, window);
}

static void
ruin (Search *self)
{
  UchTour *tour = self->tour;
  int      n_used = 0, n_in_routes = 0, n_strings, around;
  double   len_mean, n_strings_max;

  for (int i = 0; i < self->n_open; i++)
    {
      n_used += tour->routes[self->open[i]].len > 0;
      n_in_routes += tour->routes[self->open[i]].len;
    }
  if (n_used == 0)
    return;
  len_mean = MIN ((double) n_in_routes / n_used, STRING_LEN_MAX);
  n_strings_max = MAX (4 * REMOVED_MEAN / (1 + len_mean) - 1, 1);
  n_strings = MIN ((int) (1 + random_share (self) * n_strings_max), n_used);

  self->n_hit++;
  around = random_below (self, (int) tour->n);
  for (guint i = 0; i < tour->n && n_strings > 0; i++)
    {
      int visit = self->near[(gsize) around * tour->n + i];
      int k = tour->route_of[visit];

      if (k < 0 || self->hit[k] == self->n_hit || tour->at[visit] <= tour->routes[k].n_locked)
        continue;
      self->hit[k] = self->n_hit;
      remove_string (self, visit,
                     (int) (1 + random_share (self) * MIN (tour->routes[k].len, len_mean)));
      n_strings--;
    }
}

/* The orders in which the absent are put back, and how often each: as published, with those of the
 * windows that later work found worth having. */
typedef enum
{
  BY_CHANCE,
  BY_LOAD,
  BY_FAR,
  BY_NEAR,
  BY_WINDOW,
  BY_OPENING,
  BY_DUE,
} Order;

static const Order orders[] = { BY_CHANCE, BY_CHANCE,  BY_CHANCE,  BY_CHANCE, BY_LOAD, BY_LOAD,
                                BY_LOAD,   BY_LOAD,    BY_FAR,     BY_FAR,    BY_NEAR, BY_WINDOW,
                                BY_WINDOW, BY_OPENING, BY_OPENING, BY_DUE,    BY_DUE };

static gint64
get_rank (const Search *self, Order order, int visit)
{
  const UchPlanVisit *v = &self->tour->problem->visits[visit];
  /* how far it is from where the first engineer starts; nobody: all the same */
  gint32 home = self->tour->n_routes > 0
                    ? self->tour->to[(gsize) visit * self->tour->n_nodes + self->tour->n]
                    : 0;

  switch (order)
    {
    case BY_LOAD: /* the office knows no load: what matters most */
      return self->tour->hard ? -(gint64) v->load : -(gint64) v->priority;
    case BY_FAR:
      return -(gint64) home;
    case BY_NEAR:
      return home;
    case BY_WINDOW:
      return (gint64) v->due_s - v->opens_s;
    case BY_OPENING:
      return v->opens_s;
    case BY_DUE:
      return -(gint64) v->due_s;
    case BY_CHANCE:
    default:
      return 0;
    }
}

static void
sort_absent (Search *self)
{
  int  *absent = self->tour->absent, n = self->tour->n_absent;
  Order order = orders[random_below (self, G_N_ELEMENTS (orders))];

  for (int i = n - 1; i > 0; i--)
    {
      int j = random_below (self, i + 1), swap = absent[i];

      absent[i] = absent[j];
      absent[j] = swap;
    }
  if (order == BY_CHANCE)
    return;
  for (int gap = n > 32 ? n / 3 : 1; gap > 0; gap = gap > 1 ? MAX (gap / 3, 1) : 0)
    for (int i = gap; i < n; i++)
      {
        int    visit = absent[i], j = i;
        gint64 rank = get_rank (self, order, visit);

        for (; j >= gap && get_rank (self, order, absent[j - gap]) > rank; j -= gap)
          absent[j] = absent[j - gap];
        absent[j] = visit;
      }
}

/* The cheapest place of a visit; -1: there is none. */
static int
find_place (Search *self, int visit, int *out_behind)
{
  UchTour       *tour = self->tour;
  UchTourPlaces *row = tour->places + (gsize) visit * tour->n_routes;
  gint64         best = UCH_TOUR_NEVER;
  int            route = -1;

  for (int i = 0; i < self->n_open; i++)
    {
      int            k = self->open[i];
      UchTourPlaces *places = &row[k];

      if (!uch_tour_may (tour, visit, k))
        continue;
      if (places->version != tour->routes[k].version)
        uch_tour_list_places (tour, visit, k, places);
      if (places->first >= best)
        continue;
      if (!blinks (self))
        {
          best = places->first;
          route = k;
          *out_behind = places->first_at;
        }
      else if (places->second < best && !blinks (self))
        {
          best = places->second;
          route = k;
          *out_behind = places->second_at;
        }
    }
  /* Better not at all than at any price: only with weights that say so. */
  if (route >= 0 && !tour->hard && best >= uch_tour_get_absence (tour, visit)
      && tour->problem->visits[visit].pinned_to == UCH_PLAN_NONE)
    return -1;
  return route;
}

/* Puts the absent back. FALSE: given up, as nobody may be absent or it costs more than @limit.
 * Where absence is counted, not weighed, neither holds. */
static gboolean
recreate (Search *self, gint64 limit, gboolean counted)
{
  UchTour *tour = self->tour;
  int      n_left = 0;
  gint64   open_price = 0; /* of those whose turn is still to come */

  sort_absent (self);
  for (int i = 0; i < tour->n_absent; i++)
    open_price += uch_tour_get_absence (tour, tour->absent[i]);
  for (int i = 0; i < tour->n_absent; i++)
    {
      int visit = tour->absent[i], behind, k = find_place (self, visit, &behind);

      open_price -= uch_tour_get_absence (tour, visit);
      if (k >= 0)
        {
          gboolean fresh = tour->routes[k].len == 0;

          uch_tour_insert (tour, visit, k, behind);
          if (tour->alike && fresh)
            list_open (self);
        }
      else if (tour->hard && !counted)
        return FALSE;
      else
        tour->absent[n_left++] = visit;
      if (!counted && tour->cost - open_price > limit)
        return FALSE;
    }
  tour->n_absent = n_left;
  return TRUE;
}

static gint64
count_left_out (const Search *self)
{
  gint64 sum = 0;

  for (int i = 0; i < self->tour->n_absent; i++)
    sum += self->left_out[self->tour->absent[i]];
  return sum;
}

/* Whether a step with absent visits is taken: fewer, or those that were left out less often; the
 * set may grow a little past the best one's, else clusters stall. */
static gboolean
accept_absent (Search *self, int n_before, gint64 sum_before, gint64 limit)
{
  int      n = self->tour->n_absent;
  gint64   sum = count_left_out (self);
  gboolean better = n < n_before
                    || (sum < sum_before && n <= self->n_best_absent + self->n_best_absent / 20 + 2)
                    || (n == n_before && sum == sum_before && self->tour->cost < limit);

  for (int i = 0; i < n; i++)
    self->left_out[self->tour->absent[i]]++;
  return better;
}

static gboolean
step (Search *self, double heat)
{
  UchTour *tour = self->tour;
  int      n_before = tour->n_absent;
  gboolean counted = tour->hard && n_before > 0;
  gint64   sum_before = counted ? count_left_out (self) : 0;
  gint64   limit = tour->cost - (gint64) (heat * log (1 - random_share (self)));
  gboolean taken;

  uch_tour_save (tour);
  ruin (self);
  if (tour->alike)
    list_open (self);
  taken = recreate (self, limit, counted);
  if (taken)
    taken = counted ? accept_absent (self, n_before, sum_before, limit) : tour->cost <= limit;
  if (taken)
    uch_tour_keep (tour);
  else
    uch_tour_go_back (tour);
  if (tour->alike)
    list_open (self);
  return taken;
}

static void
keep_best (Search *self)
{
  const UchTour *tour = self->tour;
  int           *at = self->best_visits;

  for (guint k = 0; k < tour->n_routes; k++)
    {
      self->best_len[k] = tour->routes[k].len;
      memcpy (at, tour->routes[k].node + 1, (gsize) tour->routes[k].len * sizeof (int));
      at += tour->routes[k].len;
    }
  memcpy (at, tour->absent, (gsize) tour->n_absent * sizeof (int));
  self->best_cost = tour->cost;
  self->n_best_absent = tour->n_absent;
}

static UchPlan *
make_best (const Search *self)
{
  UchPlan   *plan = uch_plan_new (self->tour->problem);
  const int *at = self->best_visits;

  for (guint k = 0; k < self->tour->n_routes; k++)
    {
      g_array_append_vals (plan->routes[k], at, (guint) self->best_len[k]);
      at += self->best_len[k];
    }
  g_array_append_vals (plan->unassigned, at, (guint) self->n_best_absent);
  return plan;
}

static gboolean
is_better (const Search *self)
{
  if (self->tour->hard && self->tour->n_absent != self->n_best_absent)
    return self->tour->n_absent < self->n_best_absent;
  return self->tour->cost < self->best_cost;
}

static void
search_init (Search *self, const UchPlanProblem *problem, const UchPlan *start, guint64 seed_)
{
  /* In the hard mode the absent are counted, not weighed. */
  self->tour = uch_tour_new (problem, start, problem->hard ? 0 : problem->weights.unassigned);
  self->open = g_new0 (int, MAX (problem->n_engineers, 1));
  self->hit = g_new0 (guint32, MAX (problem->n_engineers, 1));
  self->out = g_new0 (guint8, problem->n_visits + 2);
  self->left_out = g_new0 (gint64, MAX (problem->n_visits, 1));
  self->best_visits = g_new0 (int, MAX (problem->n_visits, 1));
  self->best_len = g_new0 (int, MAX (problem->n_engineers, 1));
  seed (self, seed_);
  list_near (self);
  list_open (self);
}

static void
search_clear (Search *self)
{
  uch_tour_free (self->tour);
  g_free (self->near);
  g_free (self->open);
  g_free (self->hit);
  g_free (self->out);
  g_free (self->left_out);
  g_free (self->best_visits);
  g_free (self->best_len);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static gint64
read_clock (const UchPlanBudget *budget)
{
  return budget->clock != NULL ? budget->clock (budget->clock_data) : 0;
}

/* How much of the budget is used up, 0 to 1. */
static double
get_share (const UchPlanBudget *budget, guint64 n_done, gint64 used_us)
{
  double share = 0;

  if (budget->iterations > 0)
    share = (double) n_done / (double) budget->iterations;
  if (budget->clock != NULL && budget->time_us > 0)
    share = MAX (share, (double) used_us / (double) budget->time_us);
  return share;
}

static guint64
anneal (Search              *self,
        const UchPlanBudget *budget,
        GCancellable        *cancellable,
        gint64              *out_complete_us)
{
  double  hot = budget->hot_s, cold = budget->cold_s, share = 0;
  gint64  began_us = read_clock (budget), used_us = 0;
  guint64 n = 0;

  if (hot <= 0)
    hot = self->tour->n > MANY_VISITS ? 30 : 10;
  if (cold <= 0)
    cold = hot / 10 > 1 ? 1 : hot / 10;
  *out_complete_us = self->n_best_absent == 0 ? 0 : -1;
  for (; self->tour->n > 0 && self->tour->n_routes > 0; n++)
    {
      if (n % CLOCK_STEPS == 0 || budget->iterations - n < CLOCK_STEPS)
        {
          used_us = read_clock (budget) - began_us;
          share = get_share (budget, n, used_us);
          if (share >= 1 || g_cancellable_is_cancelled (cancellable))
            break;
        }
      if (step (self, hot * pow (cold / hot, share)) && is_better (self))
        {
          keep_best (self);
          if (self->n_best_absent == 0 && *out_complete_us < 0)
            *out_complete_us = used_us;
        }
    }
  return n;
}

/**
 * uch_plan_solve:
 * @problem: what is to be planned
 * @start: (nullable): the plan that is announced; it is where the search begins
 * @budget: how long; iterations or time (or both) must have a limit
 * @cancellable: (nullable): to stop early: the best plan so far is returned all the same
 * @out_run: (out) (optional): how it went
 * @error: return location
 *
 * Looks for the plan that costs least. Anytime: whatever the budget, the plan is whole and never
 * dearer than @start. The same seed and limit of iterations, without a clock: the same plan.
 *
 * Returns: (transfer full) (nullable): the best plan found; NULL when the problem cannot be
 */
UchPlan *
uch_plan_solve (const UchPlanProblem *problem,
                const UchPlan        *start,
                const UchPlanBudget  *budget,
                GCancellable         *cancellable,
                UchPlanRun           *out_run,
                GError              **error)
{
  g_auto (Search) search = { 0 };
  g_autoptr (UchPlan) plan = NULL;
  UchPlanRun run = { 0 };

  g_return_val_if_fail (budget->iterations > 0 || (budget->clock != NULL && budget->time_us > 0),
                        NULL);
  if (!uch_plan_problem_check (problem, error))
    return NULL;
  search_init (&search, problem, start, budget->seed);
  recreate (&search, G_MAXINT64, problem->hard);
  uch_tour_keep (search.tour);
  list_open (&search);
  keep_best (&search);
  run.iterations = anneal (&search, budget, cancellable, &run.complete_us);
  plan = make_best (&search);
  if (!uch_plan_check (plan, problem, &run.cost, error))
    return NULL;
  if (out_run != NULL)
    *out_run = run;
  return g_steal_pointer (&plan);
}
