/* Who should take one visit: everybody, the best first, each with what speaks against him. */
#pragma once

#include "plan/uch-plan.h"

G_BEGIN_DECLS

/* Somebody who comes later than before because of it. */
typedef struct
{
  int    visit;
  gint32 late_before_s, late_after_s;
} UchPlanHurt;

typedef struct
{
  int      engineer;
  int      behind; /* how many of his visits come before it */
  gint64   cost;   /* what the plan costs more, in seconds of driving */
  gint32   arrives_s, starts_s;
  gint32   late_s;        /* after due, as expected */
  double   in_time;       /* probability of arriving by due, 0 to 1 */
  gint64   risk;          /* what the lateness to be feared costs, beyond @cost */
  gint32   extra_drive_s; /* of his day */
  gint32   extra_overtime_s;
  gint32   slack_s; /* how much later he could begin without a new lateness */
  guint    n_today; /* visits of his day without it */
  guint64  lacks;   /* skills he does not have: then he is offered last */
  gboolean out_of_zone, off;
  gboolean is_new; /* another engineer than was announced */
  GArray  *hurt;   /* (owned) of UchPlanHurt, the worst first */
} UchPlanCandidate;

/* How little is known beforehand, as shares of the expected times. */
typedef struct
{
  double duration_cv, travel_cv;
  double free_sd_s; /* when somebody at work will be free */
} UchPlanDoubt;

void uch_plan_doubt_init (UchPlanDoubt *doubt);

typedef struct _UchPlanRanker UchPlanRanker;

UchPlanRanker *uch_plan_ranker_new (const UchPlanProblem *problem,
                                    const UchPlan        *plan,
                                    const UchPlanDoubt   *doubt,
                                    GError              **error);
void           uch_plan_ranker_free (UchPlanRanker *self);
GPtrArray     *uch_plan_ranker_rank (UchPlanRanker *self, int visit);
void           uch_plan_candidate_free (UchPlanCandidate *candidate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPlanRanker, uch_plan_ranker_free)

G_END_DECLS
