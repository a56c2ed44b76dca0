#include <math.h>

#include "stats/uch-share.h"

/**
 * uch_share_get_interval:
 * @k: how many had it (weighted: effective)
 * @n: of how many
 * @z: quantile, %UCH_Z_95
 *
 * Wilson's score interval (Wilson 1927, JASA 22:209): it stays within 0 and 1 and keeps what it
 * promises for small n.
 *
 * Returns: the limits, 0 to 1; both NAN when @n is 0
 */
UchInterval
uch_share_get_interval (double k, double n, double z)
{
  double p = k / n, z2 = z * z / n;
  double middle = (p + z2 / 2) / (1 + z2);
  double half = z / (1 + z2) * sqrt (p * (1 - p) / n + z2 / (4 * n));

  if (!(n > 0))
    return (UchInterval){ NAN, NAN };
  return (UchInterval){ MAX (middle - half, 0), MIN (middle + half, 1) };
}

/**
 * uch_share_get_margin:
 * @share: 0 to 1
 * @n: of how many answers
 * @z: quantile, %UCH_Z_95
 *
 * Returns: the margin of error that surveys quote: z √(p (1 − p) / n)
 */
double
uch_share_get_margin (double share, double n, double z)
{
  return z * sqrt (share * (1 - share) / n);
}

/**
 * uch_share_get_control_limits:
 * @mean: the share over the whole time
 * @n: how many there were in this week
 *
 * Limits of a p-chart (Shewhart 1931): three standard deviations.
 *
 * Returns: the limits for this week, within 0 and 1
 */
UchInterval
uch_share_get_control_limits (double mean, double n)
{
  double half = uch_share_get_margin (mean, n, 3);

  if (!(n > 0))
    return (UchInterval){ 0, 1 };
  return (UchInterval){ MAX (mean - half, 0), MIN (mean + half, 1) };
}

/* P (X <= k) and P (X = k) of a binomial; by logarithms, so that large n do not underflow. */
static double
binomial_at (guint k, guint n, double p)
{
  if (p <= 0 || p >= 1)
    return k == (p <= 0 ? 0 : n);
  return exp (lgamma (n + 1.0) - lgamma (k + 1.0) - lgamma (n - k + 1.0) + k * log (p)
              + (n - k) * log1p (-p));
}

static double
funnel_limit (double mean, guint n, double below)
{
  double sum = 0, at = 0;
  guint  k = 0;

  for (; k <= n; k++)
    {
      at = binomial_at (k, n, mean);
      sum += at;
      if (sum >= below || k == n)
        break;
    }
  /* between k − 1 and k, in proportion: Spiegelhalter (2005), appendix A.1.1 */
  return CLAMP ((k - (at > 0 ? (sum - below) / at : 0)) / n, 0, 1);
}

/**
 * uch_share_get_funnel_limits:
 * @mean: the share of all
 * @n: how many he had
 * @z: quantile: %UCH_Z_95 and %UCH_Z_998 are usual
 *
 * Limits of a funnel plot: exact binomial, interpolated (Spiegelhalter 2005, Statistics in Medicine
 * 24:1185).
 *
 * Returns: within what limits a share of so many is no news
 */
UchInterval
uch_share_get_funnel_limits (double mean, guint n, double z)
{
  double tail = erfc (z / G_SQRT2) / 2;

  if (n == 0)
    return (UchInterval){ 0, 1 };
  return (UchInterval){ funnel_limit (mean, n, tail), funnel_limit (mean, n, 1 - tail) };
}

/**
 * uch_nps_get:
 * @promoters: who gave 9 or 10
 * @detractors: who gave 0 to 6
 * @n: of all
 *
 * Returns: the net promoter score, −1 to 1
 */
double
uch_nps_get (guint promoters, guint detractors, guint n)
{
  return ((double) promoters - detractors) / n;
}

/**
 * uch_nps_get_interval:
 * @promoters: who gave 9 or 10
 * @detractors: who gave 0 to 6
 * @n: of all
 * @z: quantile, %UCH_Z_95
 *
 * Adjusted Wald with three added answers: n + 3, promoters + ¾, detractors + ¾ (Bonett and Price
 * 2012, J. Educ. Behav. Stat. 37:479).
 *
 * Returns: the limits, −1 to 1
 */
UchInterval
uch_nps_get_interval (guint promoters, guint detractors, guint n, double z)
{
  double all = n + 3.0, p = (promoters + 0.75) / all, d = (detractors + 0.75) / all;
  double half = z * sqrt ((p + d - (p - d) * (p - d)) / all);

  return (UchInterval){ MAX (p - d - half, -1), MIN (p - d + half, 1) };
}

/**
 * uch_quantile:
 * @sorted: (array length=n): numbers, rising
 * @n: how many
 * @share: 0.5: the median
 *
 * Between neighbours in proportion (Hyndman and Fan 1996, definition 7: what R and spreadsheets
 * do).
 *
 * Returns: the quantile; NAN of nothing
 */
double
uch_quantile (const double *sorted, gsize n, double share)
{
  double at, part;
  gsize  i;

  if (n == 0)
    return NAN;
  at = CLAMP (share, 0, 1) * (double) (n - 1);
  i = (gsize) at;
  part = at - (double) i;
  return i + 1 < n ? sorted[i] + part * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}
