#include <math.h>

#include "plan/office.h"

#define HOUR 3600

/* The same for the same seed: a town of 12 km, five zones, three skills; two thirds of the visits
 * have a window, the rest is wanted now. */
Day *
day_make (guint32 seed, guint n_visits, guint n_engineers)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Day    *self = g_new0 (Day, 1);
  guint   n = n_visits + n_engineers;
  double *x = g_new (double, n), *y = g_new (double, n);

  for (guint i = 0; i < n; i++)
    {
      x[i] = g_rand_double_range (rand, 0, 12);
      y[i] = g_rand_double_range (rand, 0, 12);
    }
  self->travel = g_new0 (gint32, n * n);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      if (i != j)
        self->travel[i * n + j]
            = (gint32) (hypot (x[i] - x[j], y[i] - y[j]) * 1.35 / 24 * HOUR) + 120;
  self->visits = g_new0 (UchPlanVisit, MAX (n_visits, 1));
  for (guint i = 0; i < n_visits; i++)
    {
      gint32 opens = g_rand_int_range (rand, 9 * HOUR, 19 * HOUR);

      self->visits[i] = (UchPlanVisit){
        .place = (int) i,
        .opens_s = opens,
        .due_s = opens + (g_rand_int_range (rand, 0, 3) > 0 ? 2 * HOUR : 40 * 60),
        .duration_s = g_rand_int_range (rand, 15, 90) * 60,
        .priority = g_rand_int_range (rand, 1, 4),
        .skills = 1u << g_rand_int_range (rand, 0, 3),
        .zone = g_rand_int_range (rand, 0, 5),
        .pinned_to = UCH_PLAN_NONE,
        .pinned_rank = UCH_PLAN_NONE,
        .announced_to = g_rand_int_range (rand, -1, (gint32) MAX (n_engineers, 1)),
      };
    }
  self->engineers = g_new0 (UchPlanEngineer, MAX (n_engineers, 1));
  for (guint k = 0; k < n_engineers; k++)
    self->engineers[k] = (UchPlanEngineer){
      .place = (int) (n_visits + k),
      .free_s = g_rand_int_range (rand, 8, 11) * HOUR,
      .ends_s = g_rand_int_range (rand, 17, 21) * HOUR,
      .end_place = k % 3 == 0 ? (int) (n_visits + k) : UCH_PLAN_NONE,
      .skills = k == 0 ? 7u : (guint64) g_rand_int_range (rand, 1, 8),
      .zones = 1u << g_rand_int_range (rand, 0, 5),
      .capacity = G_MAXINT32,
      .n_done = g_rand_int_range (rand, 0, 3),
    };
  self->problem = (UchPlanProblem){ .travel_s = self->travel,
                                    .n_places = n,
                                    .visits = self->visits,
                                    .n_visits = n_visits,
                                    .engineers = self->engineers,
                                    .n_engineers = n_engineers };
  uch_plan_weights_init (&self->problem.weights);
  g_free (x);
  g_free (y);
  return self;
}

void
day_free (Day *self)
{
  g_free (self->travel);
  g_free (self->visits);
  g_free (self->engineers);
  g_free (self);
}
