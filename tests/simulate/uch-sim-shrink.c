#include "simulate/uch-sim-shrink.h"

#include <stdio.h>
#include <string.h>

/* Runs that a shrinking may take. */
#define RUNS_MAX 400

typedef struct
{
  UchSimBreakage breakage;
  char          *kind; /* of failure: the invariant's name */
  UchPlan       *best; /* owned */
  guint          n_runs;
} Shrinking;

/* "I7", or the whole sentence without its numbers when no invariant is named. */
static char *
kind_of (const char *failure)
{
  const char *colon = strchr (failure, ':');
  char *kind = colon != NULL && colon - failure <= 3 ? g_strndup (failure, colon - failure) : NULL;

  return kind != NULL ? kind : g_strdelimit (g_strdup (failure), "0123456789", '#');
}

/* Takes @plan: it becomes the best one if it still fails in the same way. */
static gboolean
try (Shrinking *self, UchPlan *plan)
{
  UchSim          *sim;
  g_autofree char *kind = NULL;
  gboolean         same = FALSE;

  if (self->n_runs >= RUNS_MAX)
    {
      uch_plan_free (plan);
      return FALSE;
    }
  self->n_runs++;
  sim = uch_sim_new (plan, self->breakage);
  if (!uch_sim_run (sim))
    {
      kind = kind_of (sim->failure);
      same = strcmp (kind, self->kind) == 0;
      plan->n_steps = MIN (plan->n_steps, sim->step + 1);
    }
  uch_sim_free (sim);
  if (!same)
    {
      uch_plan_free (plan);
      return FALSE;
    }
  while (plan->items->len > 0
         && g_array_index (plan->items, UchPlanItem, plan->items->len - 1).step >= plan->n_steps)
    g_array_set_size (plan->items, plan->items->len - 1);
  uch_plan_free (self->best);
  self->best = plan;
  return TRUE;
}

static void
drop_desk (Shrinking *self, guint desk)
{
  UchPlan *plan = uch_plan_copy (self->best);

  plan->without |= 1u << desk;
  for (guint i = plan->items->len; i > 0; i--)
    if (g_array_index (plan->items, UchPlanItem, i - 1).desk == desk)
      g_array_remove_index (plan->items, i - 1);
  try (self, plan);
}

static void
drop_kind (Shrinking *self, UchPlanKind kind)
{
  UchPlan *plan = uch_plan_copy (self->best);

  for (guint i = plan->items->len; i > 0; i--)
    if (g_array_index (plan->items, UchPlanItem, i - 1).kind == kind)
      g_array_remove_index (plan->items, i - 1);
  try (self, plan);
}

/* Delta debugging: leaves out ever smaller pieces. */
static void
drop_pieces (Shrinking *self)
{
  guint len = MAX (self->best->items->len / 2, 1);

  while (self->n_runs < RUNS_MAX)
    {
      gboolean dropped = FALSE;

      for (guint at = 0; at < self->best->items->len && self->n_runs < RUNS_MAX;)
        {
          UchPlan *plan = uch_plan_copy (self->best);

          g_array_remove_range (plan->items, at, MIN (len, plan->items->len - at));
          if (try (self, plan))
            dropped = TRUE;
          else
            at += len;
        }
      if (len == 1 && !dropped)
        return;
      len = MAX (len / 2, 1);
    }
}

/**
 * uch_sim_shrink:
 * @plan: of a storm that fails
 * @failure: how
 *
 * Leaves out desks, kinds of trouble and single acts and faults as long as what is left fails in
 * the same way.
 *
 * Returns: (transfer full): the rest
 */
UchPlan *
uch_sim_shrink (const UchPlan *plan, UchSimBreakage breakage, const char *failure)
{
  Shrinking self = { breakage, kind_of (failure), uch_plan_copy (plan), 0 };

  for (guint desk = 0; desk < plan->n_desks; desk++)
    drop_desk (&self, desk);
  for (UchPlanKind kind = UCH_PLAN_WEATHER; kind <= UCH_PLAN_RESTORE; kind++)
    drop_kind (&self, kind);
  drop_pieces (&self);
  for (guint desk = 0; desk < plan->n_desks; desk++)
    if ((self.best->without & 1u << desk) == 0)
      drop_desk (&self, desk);
  g_free (self.kind);
  return self.best;
}

static guint
count_kind (const UchPlan *plan, gboolean acts)
{
  guint n = 0;

  for (guint i = 0; i < plan->items->len; i++)
    n += (g_array_index (plan->items, UchPlanItem, i).kind == UCH_PLAN_ACT) == acts;
  return n;
}

static guint
count_desks (const UchPlan *plan)
{
  guint n = 0;

  for (guint i = 0; i < plan->n_desks; i++)
    n += (plan->without & 1u << i) == 0;
  return n;
}

/* Runs what is left once more and prints its history. */
void
uch_sim_tell (const UchPlan *whole, const UchPlan *shrunk, UchSimBreakage breakage)
{
  UchSim *sim = uch_sim_new (shrunk, breakage);

  sim->history_max = 400;
  uch_sim_run (sim);
  printf ("seed %" G_GUINT64_FORMAT ", shrunk to %u of %u desks, %u of %u acts, %u of %u faults: "
          "%s\n",
          whole->seed, count_desks (shrunk), whole->n_desks, count_kind (shrunk, TRUE),
          count_kind (whole, TRUE), count_kind (shrunk, FALSE), count_kind (whole, FALSE),
          sim->failure != NULL ? sim->failure : "it holds now");
  for (guint i = 0; i < shrunk->items->len; i++)
    {
      const UchPlanItem *item = &g_array_index (shrunk->items, UchPlanItem, i);

      if (item->desk == UCH_PLAN_STORE)
        printf ("  step %u: the store: %s\n", item->step, uch_plan_kind_nicks[item->kind]);
      else
        printf ("  step %u: desk %u: %s\n", item->step, item->desk,
                uch_plan_kind_nicks[item->kind]);
    }
  for (GList *l = sim->history.head; l != NULL; l = l->next)
    printf ("%s", (const char *) l->data);
  uch_sim_free (sim);
}
