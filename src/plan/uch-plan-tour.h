/* The plan that a search works on: routes with their times, what an insertion would cost, and the
 * way back to before a step. */
#pragma once

#include "plan/uch-plan.h"

G_BEGIN_DECLS

/* Cannot be. */
#define UCH_TOUR_NEVER ((gint64) 1 << 50)

/* One engineer's day. Position 0 is where he starts, 1 to len his visits, len + 1 where he ends. */
typedef struct
{
  int     len, load, n_locked; /* the first n_locked visits stay where they are */
  guint32 version;             /* changes with every change */
  gint64  cost;
  int    *node;
  gint32 *leaves; /* when he leaves it */
  gint32 *latest; /* he may begin there so late without making anything worse further on */
  gint32 *drive;  /* from it to the next */
} UchRoute;

/* The two best places of a visit in a route, good as long as the route has not changed. */
typedef struct
{
  guint32 version;
  int     first_at, second_at; /* behind which position */
  gint64  first, second;
} UchTourPlaces;

typedef struct
{
  const UchPlanProblem *problem;
  guint                 n, n_nodes; /* visits; nodes of the tables: visits, starts, ends */
  guint                 n_routes;
  gboolean              hard, alike; /* alike: no engineer differs from another */
  gint32               *from, *to;   /* travel by node: [a][b], and turned */
  gint32               *extra;       /* [visit][engineer]: zone and change; negative: he may not */
  UchRoute             *routes, *saved;
  int                  *route_of, *at; /* of a visit; route_of -1: in none */
  UchTourPlaces        *places;        /* [visit][engineer] */
  int                  *absent, n_absent;
  gint64                absence; /* the price of one who is not served, of priority 1 */
  gint64                cost;    /* of all routes and of the absent */
  guint32               version;

  /* For the way back. */
  int    *touched, n_touched;
  guint8 *is_touched;
  int    *saved_absent, n_saved_absent;
  gint64  saved_cost;
} UchTour;

UchTour *uch_tour_new (const UchPlanProblem *problem, const UchPlan *start, gint64 absence);
void     uch_tour_free (UchTour *self);
UchPlan *uch_tour_to_plan (const UchTour *self);

void   uch_tour_save (UchTour *self);
void   uch_tour_keep (UchTour *self);
void   uch_tour_go_back (UchTour *self);
void   uch_tour_insert (UchTour *self, int visit, int route, int behind);
void   uch_tour_remove (UchTour *self, int route, const guint8 *out, int first, int n);
void   uch_tour_list_places (UchTour *self, int visit, int route, UchTourPlaces *places);
gint64 uch_tour_get_insertion (const UchTour *self, int visit, int route, int behind);
gint64 uch_tour_get_absence (const UchTour *self, int visit);

static inline gboolean
uch_tour_may (const UchTour *self, int visit, int route)
{
  return self->extra[(gsize) visit * self->n_routes + (gsize) route] >= 0
         && (gint64) self->routes[route].load + self->problem->visits[visit].load
                <= self->problem->engineers[route].capacity;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTour, uch_tour_free)

G_END_DECLS
