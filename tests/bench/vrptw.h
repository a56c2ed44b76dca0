/* The published benchmarks of routing with time windows: Solomon, Gehring and Homberger. */
#pragma once

#include "plan/uch-plan.h"

G_BEGIN_DECLS

typedef struct
{
  char            *name; /* (owned) */
  UchPlanProblem   problem;
  gint32          *travel;    /* (owned) */
  UchPlanVisit    *visits;    /* (owned) */
  UchPlanEngineer *engineers; /* (owned) */
  double           scale;     /* units of the problem per unit of the file */
} Vrptw;

Vrptw *vrptw_load (const char *path, double scale, gboolean truncate, guint fleet);
void   vrptw_free (Vrptw *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Vrptw, vrptw_free)

G_END_DECLS
