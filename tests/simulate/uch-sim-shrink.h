/* From a storm that failed to the little of it that is needed for that. */
#pragma once

#include "simulate/uch-sim.h"

G_BEGIN_DECLS

UchPlan *uch_sim_shrink (const UchPlan *plan, UchSimBreakage breakage, const char *failure);
void     uch_sim_tell (const UchPlan *whole, const UchPlan *shrunk, UchSimBreakage breakage);

G_END_DECLS
