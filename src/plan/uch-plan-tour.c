/* Routes and their times. What an insertion costs is looked up by two rules: as long as nothing
 * behind it is pushed past its "latest" only the detour counts (forward time slack, Savelsbergh
 * 1992); else the rest of the route is driven again until the push is absorbed. */

#include <string.h>

#include "plan/uch-plan-tour.h"

#define NEVER UCH_TOUR_NEVER

static inline const UchPlanVisit *
visit_at (const UchTour *self, int node)
{
  return &self->problem->visits[node];
}

/* What it costs not to serve a visit. */
gint64
uch_tour_get_absence (const UchTour *self, int visit)
{
  return self->absence * visit_at (self, visit)->priority;
}

/* The day gets dearer the more he has: w × ((n + 1)² − n²) for one more. */
static inline gint64
one_more (const UchTour *self, int k)
{
  return self->hard
             ? 0
             : (gint64) self->problem->weights.fairness
                   * (2 * ((gint64) self->routes[k].len + self->problem->engineers[k].n_done) + 1);
}

static inline gint64
late_cost (const UchTour *self, const UchPlanVisit *v, gint64 start)
{
  return start > v->due_s ? (start - v->due_s) * self->problem->weights.late * v->priority : 0;
}

static inline gint64
overtime_cost (const UchTour *self, int k, gint64 end)
{
  const UchPlanEngineer *e = &self->problem->engineers[k];
  gint64                 free_of = MAX (e->ends_s, e->free_s);

  return end > free_of ? (end - free_of) * self->problem->weights.overtime : 0;
}

static gint64
get_route_cost (const UchTour *self, int k)
{
  const UchRoute        *r = &self->routes[k];
  const UchPlanEngineer *e = &self->problem->engineers[k];
  gint64                 cost = 0, all = (gint64) r->len + e->n_done;

  if (r->len == 0)
    return 0;
  for (int p = 0; p <= r->len; p++)
    cost += r->drive[p];
  if (self->hard)
    return cost;
  for (int p = 1; p <= r->len; p++)
    cost += late_cost (self, visit_at (self, r->node[p]),
                       r->leaves[p] - visit_at (self, r->node[p])->duration_s)
            + self->extra[(gsize) r->node[p] * self->n_routes + (gsize) k];
  cost += overtime_cost (self, k, (gint64) r->leaves[r->len] + r->drive[r->len]);
  cost += self->problem->weights.fairness * (all * all - (gint64) e->n_done * e->n_done);
  return cost;
}

/* Times forwards, then "latest" backwards. */
static void
refresh (UchTour *self, int k)
{
  UchRoute              *r = &self->routes[k];
  const UchPlanEngineer *e = &self->problem->engineers[k];
  gint64                 end;

  r->load = 0;
  r->leaves[0] = e->free_s;
  for (int p = 1; p <= r->len; p++)
    {
      const UchPlanVisit *v = visit_at (self, r->node[p]);
      gint32 drive = self->from[(gsize) r->node[p - 1] * self->n_nodes + (gsize) r->node[p]];

      r->drive[p - 1] = drive;
      r->leaves[p] = MAX (r->leaves[p - 1] + drive, v->opens_s) + v->duration_s;
      r->load += v->load;
      self->route_of[r->node[p]] = k;
      self->at[r->node[p]] = p;
    }
  r->drive[r->len]
      = self->from[(gsize) r->node[r->len] * self->n_nodes + (gsize) r->node[r->len + 1]];
  if (r->len == 0)
    r->drive[0] = 0;
  end = (gint64) r->leaves[r->len] + r->drive[r->len];
  r->latest[r->len + 1] = self->hard ? e->ends_s : (gint32) MAX (e->ends_s, end);
  for (int p = r->len; p >= 1; p--)
    {
      const UchPlanVisit *v = visit_at (self, r->node[p]);
      gint32              start = r->leaves[p] - v->duration_s;
      gint32              own = self->hard ? v->due_s : MAX (v->due_s, start);

      r->latest[p] = MIN (own, r->latest[p + 1] - r->drive[p] - v->duration_s);
    }
  r->cost = get_route_cost (self, k);
  r->version = ++self->version;
}

/* What it costs those behind position @p when he comes to it at @arrives. Stops where the push is
 * absorbed, and where it is dearer than @limit. */
static gint64
push_on (const UchTour *self, int k, int p, gint64 arrives, gint64 limit)
{
  const UchRoute *r = &self->routes[k];
  gint64          cost = 0;

  for (; p <= r->len; p++)
    {
      const UchPlanVisit *v = visit_at (self, r->node[p]);
      gint64              before = r->leaves[p] - v->duration_s;
      gint64              start = MAX (arrives, v->opens_s);

      cost += late_cost (self, v, start) - late_cost (self, v, before);
      if (start == before || cost >= limit)
        return cost;
      arrives = start + v->duration_s + r->drive[p];
    }
  return cost + overtime_cost (self, k, arrives)
         - (r->len > 0 ? overtime_cost (self, k, (gint64) r->leaves[r->len] + r->drive[r->len])
                       : 0);
}

/* One place: behind position @p. NEVER when it cannot be. */
static inline gint64
try_place (const UchTour      *self,
           const UchPlanVisit *v,
           int                 visit,
           int                 k,
           int                 p,
           gboolean            hard,
           gint64              limit)
{
  const UchRoute *r = &self->routes[k];
  gint32          there = self->to[(gsize) visit * self->n_nodes + (gsize) r->node[p]];
  gint32          onward = self->from[(gsize) visit * self->n_nodes + (gsize) r->node[p + 1]];
  gint32          start = MAX (r->leaves[p] + there, v->opens_s);
  gint32          arrives;
  gint64          detour = (gint64) there + onward - r->drive[p];

  if (hard && start > v->due_s)
    return NEVER;
  arrives = start + v->duration_s + onward;
  if (hard)
    return arrives <= r->latest[p + 1] ? detour : NEVER;
  if (start > v->due_s)
    detour += late_cost (self, v, start);
  /* Coming earlier than before can make the late less late: not only pushes are looked at. */
  if (arrives > r->latest[p + 1] || (p < r->len && arrives < r->leaves[p] + r->drive[p]))
    detour += push_on (self, k, p + 1, arrives, limit - detour);
  return detour;
}

static inline void
list_places (const UchTour *self, int visit, int k, gboolean hard, UchTourPlaces *places)
{
  const UchRoute     *r = &self->routes[k];
  const UchPlanVisit *v = visit_at (self, visit);
  gint64              first = NEVER, second = NEVER;
  int                 first_at = -1, second_at = -1;

  for (int p = r->n_locked; p <= r->len; p++)
    {
      gint64 cost;

      if (hard && r->leaves[p] > v->due_s)
        break;
      cost = try_place (self, v, visit, k, p, hard, second);
      if (cost < first)
        {
          second = first;
          second_at = first_at;
          first = cost;
          first_at = p;
        }
      else if (cost < second)
        {
          second = cost;
          second_at = p;
        }
    }
  places->first = first;
  places->first_at = first_at;
  places->second = second;
  places->second_at = second_at;
  places->version = r->version;
}

/* The two best places of a visit in a route, with what depends on the engineer. */
void
uch_tour_list_places (UchTour *self, int visit, int route, UchTourPlaces *places)
{
  gint64 extra;

  if (self->hard)
    {
      list_places (self, visit, route, TRUE, places);
      return;
    }
  extra = self->extra[(gsize) visit * self->n_routes + (gsize) route] + one_more (self, route);
  list_places (self, visit, route, FALSE, places);
  if (places->first < NEVER)
    places->first += extra;
  if (places->second < NEVER)
    places->second += extra;
}

/* The exact change of cost when @visit comes behind position @behind; without his being absent. */
gint64
uch_tour_get_insertion (const UchTour *self, int visit, int route, int behind)
{
  gint64 cost = try_place (self, visit_at (self, visit), visit, route, behind, self->hard, NEVER);

  if (cost >= NEVER || self->hard)
    return cost;
  return cost + self->extra[(gsize) visit * self->n_routes + (gsize) route]
         + one_more (self, route);
}

static void
touch (UchTour *self, int k)
{
  const UchRoute *r = &self->routes[k];
  UchRoute       *s = &self->saved[k];
  gsize           size = (gsize) (r->len + 2) * sizeof (int);

  if (self->is_touched[k])
    return;
  self->is_touched[k] = TRUE;
  self->touched[self->n_touched++] = k;
  s->len = r->len;
  s->load = r->load;
  s->n_locked = r->n_locked;
  s->version = r->version;
  s->cost = r->cost;
  memcpy (s->node, r->node, size);
  memcpy (s->leaves, r->leaves, size);
  memcpy (s->latest, r->latest, size);
  memcpy (s->drive, r->drive, size);
}

/* Puts an absent visit behind position @behind; the caller takes it off the absent. */
void
uch_tour_insert (UchTour *self, int visit, int route, int behind)
{
  UchRoute *r = &self->routes[route];

  touch (self, route);
  self->cost -= r->cost + uch_tour_get_absence (self, visit);
  memmove (r->node + behind + 2, r->node + behind + 1,
           (gsize) (r->len - behind + 1) * sizeof (int));
  r->node[behind + 1] = visit;
  r->len++;
  refresh (self, route);
  self->cost += r->cost;
}

/* Takes those of the @n visits from position @first on for which @out is set. */
void
uch_tour_remove (UchTour *self, int route, const guint8 *out, int first, int n)
{
  UchRoute *r = &self->routes[route];
  int       keep = first;

  touch (self, route);
  self->cost -= r->cost;
  for (int p = first; p <= r->len + 1; p++)
    {
      int node = r->node[p];

      if (p < first + n && out[p - first])
        {
          self->route_of[node] = -1;
          self->absent[self->n_absent++] = node;
          self->cost += uch_tour_get_absence (self, node);
        }
      else
        r->node[keep++] = node;
    }
  r->len = keep - 2;
  refresh (self, route);
  self->cost += r->cost;
}

/* From here on there is a way back. */
void
uch_tour_save (UchTour *self)
{
  self->saved_cost = self->cost;
  self->n_saved_absent = self->n_absent;
  memcpy (self->saved_absent, self->absent, (gsize) self->n_absent * sizeof (int));
}

void
uch_tour_keep (UchTour *self)
{
  for (int i = 0; i < self->n_touched; i++)
    self->is_touched[self->touched[i]] = FALSE;
  self->n_touched = 0;
}

void
uch_tour_go_back (UchTour *self)
{
  for (int i = 0; i < self->n_touched; i++)
    {
      int      k = self->touched[i];
      UchRoute swap = self->routes[k];

      self->routes[k] = self->saved[k];
      self->saved[k] = swap;
      self->is_touched[k] = FALSE;
      for (int p = 1; p <= self->routes[k].len; p++)
        {
          self->route_of[self->routes[k].node[p]] = k;
          self->at[self->routes[k].node[p]] = p;
        }
    }
  self->n_touched = 0;
  memcpy (self->absent, self->saved_absent, (gsize) self->n_saved_absent * sizeof (int));
  self->n_absent = self->n_saved_absent;
  for (int i = 0; i < self->n_absent; i++)
    self->route_of[self->absent[i]] = -1;
  self->cost = self->saved_cost;
}

static void
route_init (UchRoute *route, guint n)
{
  route->node = g_new0 (int, n + 2);
  route->leaves = g_new0 (gint32, n + 2);
  route->latest = g_new0 (gint32, n + 2);
  route->drive = g_new0 (gint32, n + 2);
}

static void
route_clear (UchRoute *route)
{
  g_free (route->node);
  g_free (route->leaves);
  g_free (route->latest);
  g_free (route->drive);
}

static int
place_of_node (const UchTour *self, guint node)
{
  const UchPlanProblem *p = self->problem;

  if (node < self->n)
    return p->visits[node].place;
  if (node < self->n + self->n_routes)
    return p->engineers[node - self->n].place;
  return p->engineers[node - self->n - self->n_routes].end_place;
}

/* Engineers who are alike share two nodes: the tables stay small. */
static guint
node_of_start (const UchTour *self, guint k)
{
  return self->n + (self->alike ? 0 : k);
}

static guint
node_of_end (const UchTour *self, guint k)
{
  return self->n + (self->alike ? 1 : self->n_routes + k);
}

static void
make_tables (UchTour *self)
{
  guint n = self->n_nodes;

  self->from = g_new0 (gint32, (gsize) n * n);
  self->to = g_new0 (gint32, (gsize) n * n);
  for (guint a = 0; a < n; a++)
    for (guint b = 0; b < n; b++)
      {
        /* the second of two shared nodes is the end of the first engineer */
        int place_a
            = place_of_node (self, self->alike && a == self->n + 1 ? self->n + self->n_routes : a);
        int place_b
            = place_of_node (self, self->alike && b == self->n + 1 ? self->n + self->n_routes : b);
        gint32 s
            = place_a == UCH_PLAN_NONE || place_b == UCH_PLAN_NONE
                  ? 0
                  : self->problem
                        ->travel_s[(gsize) place_a * self->problem->n_places + (gsize) place_b];

        self->from[(gsize) a * n + b] = s;
        self->to[(gsize) b * n + a] = s;
      }
}

static void
make_extra (UchTour *self)
{
  const UchPlanProblem *problem = self->problem;

  self->extra = g_new0 (gint32, MAX ((gsize) self->n * self->n_routes, 1));
  for (guint i = 0; i < self->n; i++)
    for (guint k = 0; k < self->n_routes; k++)
      {
        const UchPlanVisit    *v = &problem->visits[i];
        const UchPlanEngineer *e = &problem->engineers[k];
        gint32                *extra = &self->extra[(gsize) i * self->n_routes + k];

        if (v->pinned_to != UCH_PLAN_NONE ? v->pinned_to != (int) k
                                          : (v->skills & ~e->skills) != 0 || e->off)
          *extra = -1;
        else if (!problem->hard)
          *extra
              = (v->zone != UCH_PLAN_NONE && (e->zones >> v->zone & 1) == 0 ? problem->weights.zone
                                                                            : 0)
                + (v->announced_to != UCH_PLAN_NONE && v->announced_to != (int) k
                       ? problem->weights.change
                       : 0);
      }
}

static gboolean
are_alike (const UchPlanProblem *problem)
{
  for (guint k = 1; k < problem->n_engineers; k++)
    {
      const UchPlanEngineer *a = &problem->engineers[0], *b = &problem->engineers[k];

      if (a->place != b->place || a->free_s != b->free_s || a->ends_s != b->ends_s
          || a->end_place != b->end_place || a->skills != b->skills || a->zones != b->zones
          || a->capacity != b->capacity || a->n_done != b->n_done || a->off || b->off)
        return FALSE;
    }
  for (guint i = 0; i < problem->n_visits; i++)
    if (problem->visits[i].pinned_to != UCH_PLAN_NONE
        || problem->visits[i].announced_to != UCH_PLAN_NONE)
      return FALSE;
  return problem->n_engineers > 0;
}

static int
compare_ranks (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const UchPlanProblem *problem = user_data;
  const UchPlanVisit   *x = &problem->visits[*(const int *) a];
  const UchPlanVisit   *y = &problem->visits[*(const int *) b];

  return (x->pinned_rank > y->pinned_rank) - (x->pinned_rank < y->pinned_rank);
}

/* What is pinned by rank stands at the head of its route and does not move. */
static void
lock_ranked (UchTour *self, int k, guint8 *placed)
{
  UchRoute *r = &self->routes[k];

  for (guint i = 0; i < self->n; i++)
    if (self->problem->visits[i].pinned_to == k
        && self->problem->visits[i].pinned_rank != UCH_PLAN_NONE)
      {
        r->node[1 + r->len++] = (int) i;
        placed[i] = TRUE;
      }
  g_qsort_with_data (r->node + 1, r->len, sizeof (int), compare_ranks, (gpointer) self->problem);
  r->n_locked = r->len;
}

/* A start that no longer fits is taken as far as it goes. */
static void
take_start (UchTour *self, const UchPlan *start, int k, guint8 *placed)
{
  UchRoute *r = &self->routes[k];

  for (guint i = 0; start != NULL && (guint) k < start->n_routes && i < start->routes[k]->len; i++)
    {
      int visit = g_array_index (start->routes[k], int, i);

      if (visit < 0 || (guint) visit >= self->n || placed[visit] || !uch_tour_may (self, visit, k))
        continue;
      if (self->hard
          && try_place (self, visit_at (self, visit), visit, k, r->len, TRUE, NEVER) >= NEVER)
        continue;
      placed[visit] = TRUE;
      r->node[r->len + 2] = r->node[r->len + 1];
      r->node[++r->len] = visit;
      refresh (self, k);
    }
}

/**
 * uch_tour_new:
 * @problem: a problem that was checked; must outlive the tour
 * @start: (nullable): a plan to begin with; without it all visits are absent
 * @absence: what it costs not to serve a visit of priority 1
 *
 * Returns: (transfer full): the tour
 */
UchTour *
uch_tour_new (const UchPlanProblem *problem, const UchPlan *start, gint64 absence)
{
  UchTour           *self = g_new0 (UchTour, 1);
  g_autofree guint8 *placed = g_new0 (guint8, MAX (problem->n_visits, 1));

  self->problem = problem;
  self->n = problem->n_visits;
  self->n_routes = problem->n_engineers;
  self->hard = problem->hard;
  self->absence = absence;
  self->alike = are_alike (problem);
  self->n_nodes = self->n + (self->alike ? 2 : 2 * self->n_routes);
  make_tables (self);
  make_extra (self);
  self->routes = g_new0 (UchRoute, MAX (self->n_routes, 1));
  self->saved = g_new0 (UchRoute, MAX (self->n_routes, 1));
  self->route_of = g_new (int, MAX (self->n, 1));
  self->at = g_new0 (int, MAX (self->n, 1));
  self->places = g_new0 (UchTourPlaces, MAX ((gsize) self->n * self->n_routes, 1));
  self->absent = g_new0 (int, MAX (self->n, 1));
  self->saved_absent = g_new0 (int, MAX (self->n, 1));
  self->touched = g_new0 (int, MAX (self->n_routes, 1));
  self->is_touched = g_new0 (guint8, MAX (self->n_routes, 1));
  for (guint i = 0; i < self->n; i++)
    self->route_of[i] = -1;
  for (guint k = 0; k < self->n_routes; k++)
    {
      UchRoute *r = &self->routes[k];

      route_init (r, self->n);
      route_init (&self->saved[k], self->n);
      r->node[0] = (int) node_of_start (self, k);
      lock_ranked (self, (int) k, placed);
      r->node[r->len + 1] = (int) node_of_end (self, k);
      refresh (self, (int) k);
      take_start (self, start, (int) k, placed);
      self->cost += r->cost;
    }
  for (guint i = 0; i < self->n; i++)
    if (!placed[i])
      {
        self->absent[self->n_absent++] = (int) i;
        self->cost += uch_tour_get_absence (self, (int) i);
      }
  return self;
}

/**
 * uch_tour_free:
 * @self: (nullable) (transfer full): a tour
 */
void
uch_tour_free (UchTour *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n_routes; k++)
    {
      route_clear (&self->routes[k]);
      route_clear (&self->saved[k]);
    }
  g_free (self->routes);
  g_free (self->saved);
  g_free (self->from);
  g_free (self->to);
  g_free (self->extra);
  g_free (self->route_of);
  g_free (self->at);
  g_free (self->places);
  g_free (self->absent);
  g_free (self->saved_absent);
  g_free (self->touched);
  g_free (self->is_touched);
  g_free (self);
}

/**
 * uch_tour_to_plan:
 * @self: a tour
 *
 * Returns: (transfer full): the plan as it is now
 */
UchPlan *
uch_tour_to_plan (const UchTour *self)
{
  UchPlan *plan = uch_plan_new (self->problem);

  for (guint k = 0; k < self->n_routes; k++)
    g_array_append_vals (plan->routes[k], self->routes[k].node + 1, (guint) self->routes[k].len);
  g_array_append_vals (plan->unassigned, self->absent, (guint) self->n_absent);
  return plan;
}
