#include <math.h>

#include "stats/uch-weights.h"

/* A margin that is met to a hundred thousandth is met. */
#define TOLERANCE 1e-5

/* One margin fitted; returns by how much it had been missed, as a share. */
static double
fit_margin (double *weights, guint n, const UchMargin *margin)
{
  g_autofree double *sums = g_new0 (double, margin->n_categories);
  double             known = 0, target = 0, worst = 0;

  for (guint i = 0; i < n; i++)
    if (margin->category[i] >= 0)
      {
        sums[margin->category[i]] += weights[i];
        known += weights[i];
      }
  /* categories that nobody is in cannot be represented: the others share the rest */
  for (guint c = 0; c < margin->n_categories; c++)
    target += sums[c] > 0 ? margin->target[c] : 0;
  if (!(target > 0) || !(known > 0))
    return 0;
  for (guint c = 0; c < margin->n_categories; c++)
    if (sums[c] > 0)
      worst = MAX (worst, fabs (sums[c] / known - margin->target[c] / target));
  for (guint i = 0; i < n; i++)
    if (margin->category[i] >= 0)
      weights[i]
          *= margin->target[margin->category[i]] / target * known / sums[margin->category[i]];
  return worst;
}

/**
 * uch_weights_rake:
 * @weights: (array length=n) (inout): to begin with, usually all 1
 * @n: respondents
 * @margins: (array length=n_margins): what is known of the population
 * @n_margins: how many
 * @n_rounds_max: when to give up
 *
 * Iterative proportional fitting (Deming and Stephan 1940, Ann. Math. Stat. 11:427). The sum of the
 * weights stays.
 *
 * Returns: whether all margins are met
 */
gboolean
uch_weights_rake (
    double *weights, guint n, const UchMargin *margins, guint n_margins, guint n_rounds_max)
{
  for (guint round = 0; round < n_rounds_max; round++)
    {
      double worst = 0;

      for (guint m = 0; m < n_margins; m++)
        {
          double missed = fit_margin (weights, n, &margins[m]);

          worst = MAX (worst, missed);
        }
      if (worst < TOLERANCE)
        return TRUE;
    }
  return n_margins == 0;
}

/**
 * uch_weights_trim:
 * @weights: (array length=n) (inout): weights
 * @n: respondents
 * @low: %UCH_WEIGHT_MIN
 * @high: %UCH_WEIGHT_MAX
 *
 * Brings the mean to 1, cuts what is outside the limits, and does so again until it stays: one
 * answer must not speak for a hundred.
 */
void
uch_weights_trim (double *weights, guint n, double low, double high)
{
  for (guint round = 0; round < 50; round++)
    {
      double   sum = 0;
      gboolean cut = FALSE;

      for (guint i = 0; i < n; i++)
        sum += weights[i];
      if (!(sum > 0))
        return;
      for (guint i = 0; i < n; i++)
        {
          double weight = weights[i] * n / sum;

          weights[i] = CLAMP (weight, low, high);
          cut = cut || fabs (weights[i] - weight) > 1e-9;
        }
      if (!cut)
        return;
    }
}

/**
 * uch_weights_get_effective_n:
 * @weights: (array length=n): weights
 * @n: respondents
 *
 * Returns: of how many equal answers these are worth (Kish 1965): (Σw)² / Σw²
 */
double
uch_weights_get_effective_n (const double *weights, guint n)
{
  double sum = 0, squares = 0;

  for (guint i = 0; i < n; i++)
    {
      sum += weights[i];
      squares += weights[i] * weights[i];
    }
  return squares > 0 ? sum * sum / squares : 0;
}
