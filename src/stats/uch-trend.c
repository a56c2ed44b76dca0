#include "stats/uch-trend.h"

#include <math.h>

/* How many of the last periods a jump is still news in. */
#define NEWS_PERIODS 4

static UchTally
sum (const GArray *tallies, guint from, guint to)
{
  UchTally all = { 0, 0 };

  for (guint i = from; i < to; i++)
    {
      all.k += g_array_index (tallies, UchTally, i).k;
      all.n += g_array_index (tallies, UchTally, i).n;
    }
  return all;
}

static double
get_share (UchTally tally)
{
  return tally.n > 0 ? (double) tally.k / tally.n : NAN;
}

static int
get_side (UchTally tally, double mean)
{
  double share = get_share (tally);

  return tally.n == 0 || share == mean ? 0 : share > mean ? 1 : -1;
}

/* The run of periods on one side of the mean of all that reaches the last one. */
static guint
find_run (const GArray *tallies, guint n, double mean)
{
  guint from = n;
  int   side = 0;

  while (from > 0)
    {
      int here = get_side (g_array_index (tallies, UchTally, from - 1), mean);

      if (here == 0 || (side != 0 && here != side))
        break;
      side = here;
      from--;
    }
  return from;
}

/**
 * uch_trend_read:
 * @tallies: (element-type UchTally): one per week, the oldest first
 * @last_is_open: the last week is not over: it is not judged
 *
 * Looks for what chance does not do: eight periods in a row on one side of the mean (Nelson 1984,
 * J. Quality Technology 16:237), or a recent period outside three standard deviations (Shewhart
 * 1931). A run is told first: it says since when.
 */
void
uch_trend_read (const GArray *tallies, gboolean last_is_open, UchTrend *out_trend)
{
  guint    n = tallies->len - (last_is_open && tallies->len > 0), run;
  UchTally all = sum (tallies, 0, n);
  double   mean = get_share (all);

  *out_trend = (UchTrend){ UCH_TREND_NO_DATA, 0, FALSE, mean, mean, { 0, 1 }, all.n };
  if (all.n == 0)
    return;
  out_trend->kind = all.n < UCH_N_INTERVAL ? UCH_TREND_FEW : UCH_TREND_STEADY;
  if (out_trend->kind == UCH_TREND_FEW)
    return;
  run = find_run (tallies, n, mean);
  if (n - run >= UCH_RUN_LENGTH && run > 0)
    {
      out_trend->kind = UCH_TREND_SHIFT;
      out_trend->since = run;
      out_trend->usual = get_share (sum (tallies, 0, run));
      out_trend->recent = get_share (sum (tallies, run, n));
      out_trend->is_higher = out_trend->recent > out_trend->usual;
      return;
    }
  for (guint i = n; i > 0 && n - i < NEWS_PERIODS; i--)
    {
      UchTally    tally = g_array_index (tallies, UchTally, i - 1);
      UchInterval limits = uch_share_get_control_limits (mean, tally.n);
      double      share = get_share (tally);

      if (tally.n < UCH_N_DOTS || (share >= limits.low && share <= limits.high))
        continue;
      out_trend->kind = UCH_TREND_JUMP;
      out_trend->since = i - 1;
      out_trend->recent = share;
      out_trend->limits = limits;
      out_trend->is_higher = share > mean;
      return;
    }
}
