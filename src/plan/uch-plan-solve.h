/* Looks for a better plan until the time is up. */
#pragma once

#include "plan/uch-plan.h"

G_BEGIN_DECLS

/* Microseconds of any clock that does not go backwards. */
typedef gint64 (*UchPlanClock) (gpointer user_data);

typedef struct
{
  guint64      seed;
  guint64      iterations; /* 0: as many as the time allows */
  gint64       time_us;    /* 0: as long as the iterations take */
  UchPlanClock clock;      /* (nullable): NULL: iterations only, and the same plan every time */
  gpointer     clock_data;
  /* Worsenings of about so many seconds are let through at the beginning and at the end; 0: what
   * suits the problem. */
  double hot_s, cold_s;
} UchPlanBudget;

typedef struct
{
  guint64     iterations;
  gint64      complete_us; /* until the first plan with everybody in it; -1: there was none */
  UchPlanCost cost;
} UchPlanRun;

UchPlan *uch_plan_solve (const UchPlanProblem *problem,
                         const UchPlan        *start,
                         const UchPlanBudget  *budget,
                         GCancellable         *cancellable,
                         UchPlanRun           *out_run,
                         GError              **error);

G_END_DECLS
