/* Who should go where, and in which order: the problem, a plan, and what a plan costs.
 *
 * Everything is in whole seconds from an origin that the caller chooses (say, local midnight), and
 * places are numbers into a table of travel times. Nothing here knows tickets, clocks or maps. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_PLAN_ERROR (uch_plan_error_quark ())

/**
 * UchPlanError:
 * @UCH_PLAN_ERROR_PROBLEM: the problem cannot be: a place outside of the table, a time that is no
 *   time; the message names it
 * @UCH_PLAN_ERROR_PLAN: the plan breaks a rule of its problem; the message names it
 * @UCH_PLAN_ERROR_TOO_BIG: more visits or engineers than a plan can hold
 */
typedef enum
{
  UCH_PLAN_ERROR_PROBLEM,
  UCH_PLAN_ERROR_PLAN,
  UCH_PLAN_ERROR_TOO_BIG,
} UchPlanError;

#define UCH_PLAN_VISITS_MAX 4096
#define UCH_PLAN_ENGINEERS_MAX 512
/* Times and travel fit into this; sums of them into 64 bits. */
#define UCH_PLAN_TIME_MAX (1 << 28)
#define UCH_PLAN_NONE (-1)
/* Whoever plans ahead aims to be there so much before the promise ends: works last longer than
 * expected as often as shorter, and only the longer ones break promises. */
#define UCH_PLAN_MARGIN_S 600

typedef struct
{
  int     place;
  gint32  opens_s;    /* not before */
  gint32  due_s;      /* promised until; later is late (or forbidden, see @hard) */
  gint32  duration_s; /* of the work, as expected */
  gint32  load;       /* of the engineer's capacity; 0: none */
  int     priority;   /* from 1 */
  guint64 skills;     /* bits that the engineer must have */
  int     zone;       /* UCH_PLAN_NONE: anybody's */
  int     pinned_to;  /* engineer; UCH_PLAN_NONE: free */
  int pinned_rank;  /* with @pinned_to: his first visits, in this order; UCH_PLAN_NONE: any place */
  int announced_to; /* engineer that the client was told of; UCH_PLAN_NONE: nobody was */
} UchPlanVisit;

typedef struct
{
  int      place;         /* where he is, or will be when he is free */
  gint32   free_s;        /* when */
  gint32   ends_s;        /* of the shift: later is overtime (or forbidden) */
  int      end_place;     /* where he must return to; UCH_PLAN_NONE: nowhere */
  guint64  skills, zones; /* bits */
  gint32   capacity;      /* G_MAXINT32: no limit */
  int      n_done;        /* visits of today that are no longer in the problem */
  gboolean off;           /* has no shift: takes nothing but what is pinned to him */
} UchPlanEngineer;

/* What a second, or an event, costs, in seconds of driving. */
typedef struct
{
  gint32 unassigned; /* × priority */
  gint32 late;       /* × priority, per second after due */
  gint32 zone;       /* a visit outside of his zones */
  gint32 overtime;   /* per second after the shift */
  gint32 fairness;   /* × square of the visits of his day */
  gint32 change;     /* somebody else comes than was announced */
} UchPlanWeights;

typedef struct
{
  const gint32          *travel_s; /* n_places × n_places: from, to */
  guint                  n_places;
  const UchPlanVisit    *visits;
  guint                  n_visits;
  const UchPlanEngineer *engineers;
  guint                  n_engineers;
  UchPlanWeights         weights;
  /* Due and the end of a shift are never overstepped, and nothing but travel counts: the mode of
   * the published benchmarks. */
  gboolean hard;
} UchPlanProblem;

typedef struct
{
  GArray **routes; /* per engineer, of int: visits in order */
  guint    n_routes;
  GArray  *unassigned; /* of int */
} UchPlan;

/* The objective, term by term; seconds of driving. */
typedef struct
{
  guint  n_unassigned, n_late, n_out_of_zone, n_changed;
  gint64 unassigned, travel, late, zone, overtime, fairness, change;
  gint64 late_s, overtime_s; /* not weighted */
  gint64 total;
} UchPlanCost;

GQuark   uch_plan_error_quark (void);
void     uch_plan_weights_init (UchPlanWeights *weights);
gboolean uch_plan_problem_check (const UchPlanProblem *problem, GError **error);

UchPlan *uch_plan_new (const UchPlanProblem *problem);
UchPlan *uch_plan_copy (const UchPlan *self);
void     uch_plan_free (UchPlan *self);
gboolean uch_plan_check (const UchPlan        *self,
                         const UchPlanProblem *problem,
                         UchPlanCost          *out_cost,
                         GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPlan, uch_plan_free)

G_END_DECLS
