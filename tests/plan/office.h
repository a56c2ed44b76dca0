/* Made-up days for the tests of plans. */
#pragma once

#include "plan/uch-plan.h"

G_BEGIN_DECLS

typedef struct
{
  UchPlanProblem   problem;
  gint32          *travel;
  UchPlanVisit    *visits;
  UchPlanEngineer *engineers;
} Day;

Day *day_make (guint32 seed, guint n_visits, guint n_engineers);
void day_free (Day *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Day, day_free)

G_END_DECLS
