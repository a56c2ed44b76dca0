/* Holt–Winters with additive seasons (Winters 1960, Management Science 6:324), started as R's
 * HoltWinters() starts it, so that published figures can be checked. */

#include <math.h>
#include <string.h>

#include "stats/uch-forecast.h"

/* Smallest history that says anything: two periods to start from, one to learn from. */
#define PERIODS_MIN 3
/* So much is held back to see which forecast is better, in periods. */
#define HELD_BACK_PERIODS 2

/* Level, trend and seasons from the first two periods: a centred moving average, a line through it,
 * and what is left over, by season. */
static void
start (const double *series, guint period, double *out_level, double *out_trend, double *seasons)
{
  guint             n = 2 * period, half = period / 2, n_line = 0;
  double            sum_t = 0, sum_y = 0, sum_tt = 0, sum_ty = 0, mean = 0;
  g_autofree guint *counts = g_new0 (guint, period);
  gboolean          even = period % 2 == 0;

  memset (seasons, 0, period * sizeof (double));
  for (guint i = half; i + half < n; i++)
    {
      double average = 0, t;

      if (even)
        average = (series[i - half] + series[i + half]) / 2;
      else
        average = series[i - half] + series[i + half];
      for (guint k = i - half + 1; k < i + half; k++)
        average += series[k];
      average /= period;
      t = ++n_line;
      sum_t += t;
      sum_y += average;
      sum_tt += t * t;
      sum_ty += t * average;
      seasons[i % period] += series[i] - average;
      counts[i % period]++;
    }
  for (guint s = 0; s < period; s++)
    {
      seasons[s] /= MAX (counts[s], 1);
      mean += seasons[s] / period;
    }
  for (guint s = 0; s < period; s++)
    seasons[s] -= mean;
  *out_trend
      = n_line > 1 ? (n_line * sum_ty - sum_t * sum_y) / (n_line * sum_tt - sum_t * sum_t) : 0;
  *out_level = (sum_y - *out_trend * sum_t) / n_line;
}

/**
 * uch_holt_winters_run:
 * @series: (array length=n): a value a day
 * @n: at least three periods
 * @period: 7 for a week
 * @smoothing: how fast it follows, each 0 to 1
 *
 * Returns: (transfer full) (nullable): the state after the last day; NULL: too short
 */
UchHoltWinters *
uch_holt_winters_run (const double *series, guint n, guint period, const UchSmoothing *smoothing)
{
  UchHoltWinters    *self;
  g_autofree double *seasons = NULL;

  if (period < 2 || n < PERIODS_MIN * period)
    return NULL;
  self = g_new0 (UchHoltWinters, 1);
  self->period = period;
  self->smoothing = *smoothing;
  self->seasons = g_new0 (double, period);
  seasons = g_new0 (double, period);
  start (series, period, &self->level, &self->trend, seasons);
  for (guint i = period; i < n; i++)
    {
      double *season = &seasons[i % period], before = self->level;
      double  error = series[i] - (self->level + self->trend + *season);

      self->error_square_sum += error * error;
      self->n_errors++;
      self->level = smoothing->level * (series[i] - *season)
                    + (1 - smoothing->level) * (self->level + self->trend);
      self->trend
          = smoothing->trend * (self->level - before) + (1 - smoothing->trend) * self->trend;
      *season = smoothing->season * (series[i] - self->level) + (1 - smoothing->season) * *season;
    }
  for (guint s = 0; s < period; s++)
    self->seasons[s] = seasons[(n + s) % period];
  return self;
}

static double
get_error (const double *series, guint n, guint period, const double *smoothing)
{
  const UchSmoothing one = { smoothing[0], smoothing[1], smoothing[2] };
  g_autoptr (UchHoltWinters) run = uch_holt_winters_run (series, n, period, &one);

  return run->error_square_sum;
}

/**
 * uch_holt_winters_fit:
 * @series: (array length=n): a value a day
 * @n: at least three periods
 * @period: 7 for a week
 *
 * Finds the smoothing with the smallest error one day ahead: a coarse grid, then a pattern search
 * (Hooke and Jeeves 1961) from its best point.
 *
 * Returns: (transfer full) (nullable): the state after the last day; NULL: too short
 */
UchHoltWinters *
uch_holt_winters_fit (const double *series, guint n, guint period)
{
  static const double grid[] = { 0.02, 0.1, 0.25, 0.5, 0.8, 1 };
  double              best[3] = { 0 }, least = INFINITY;

  if (period < 2 || n < PERIODS_MIN * period)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (grid) * G_N_ELEMENTS (grid) * G_N_ELEMENTS (grid); i++)
    {
      double at[3] = { grid[i % 6], grid[i / 6 % 6] * 0.5, grid[i / 36] };
      double error = get_error (series, n, period, at);

      if (error < least)
        {
          least = error;
          memcpy (best, at, sizeof best);
        }
    }
  for (double step = 0.1; step > 1e-5;)
    {
      gboolean moved = FALSE;

      for (guint i = 0; i < 6; i++)
        {
          double at[3], error;

          memcpy (at, best, sizeof at);
          at[i / 2] = CLAMP (at[i / 2] + (i % 2 == 0 ? step : -step), 0, 1);
          error = get_error (series, n, period, at);
          if (error < least)
            {
              least = error;
              memcpy (best, at, sizeof best);
              moved = TRUE;
            }
        }
      if (!moved)
        step /= 2;
    }
  return uch_holt_winters_run (series, n, period, &(UchSmoothing){ best[0], best[1], best[2] });
}

/**
 * uch_holt_winters_free:
 * @self: (nullable) (transfer full): a state
 */
void
uch_holt_winters_free (UchHoltWinters *self)
{
  if (self == NULL)
    return;
  g_free (self->seasons);
  g_free (self);
}

/**
 * uch_holt_winters_predict:
 * @self: a state
 * @ahead: 1: the day after the last
 *
 * Returns: what is expected
 */
double
uch_holt_winters_predict (const UchHoltWinters *self, guint ahead)
{
  return self->level + ahead * self->trend + self->seasons[(ahead - 1) % self->period];
}

/**
 * uch_holt_winters_get_band:
 * @self: a state
 * @ahead: 1: the day after the last
 * @z: quantile, %UCH_Z_80
 *
 * The variance so many days ahead: σ² (1 + Σ c²), c = α (1 + j β) + γ (1 − α) each whole period
 * (Yar and Chatfield 1990, International Journal of Forecasting 6:127; what R's predict() does).
 *
 * Returns: the limits
 */
UchInterval
uch_holt_winters_get_band (const UchHoltWinters *self, guint ahead, double z)
{
  const UchSmoothing *s = &self->smoothing;
  double              sum = 1, half, middle = uch_holt_winters_predict (self, ahead);

  for (guint j = 1; j < ahead; j++)
    {
      double c = s->level * (1 + j * s->trend)
                 + (j % self->period == 0 ? s->season * (1 - s->level) : 0);

      sum += c * c;
    }
  half = z * sqrt (self->error_square_sum / MAX (self->n_errors, 1) * sum);
  return (UchInterval){ middle - half, middle + half };
}

/**
 * uch_smape:
 * @actual: (array length=n): what was
 * @predicted: (array length=n): what was foretold
 * @n: how many
 *
 * Returns: the symmetric mean absolute percentage error, 2 |a − p| / (|a| + |p|), 0 to 2
 */
double
uch_smape (const double *actual, const double *predicted, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    {
      double size = fabs (actual[i]) + fabs (predicted[i]);

      sum += size > 0 ? 2 * fabs (actual[i] - predicted[i]) / size : 0;
    }
  return n > 0 ? sum / n : 0;
}

static double
naive (const double *series, guint n, guint period, guint ahead)
{
  return series[n - period + (ahead - 1) % period];
}

/* How far last period's same day was off: the band of the naive forecast. */
static double
naive_deviation (const double *series, guint n, guint period)
{
  double sum = 0;

  for (guint i = period; i < n; i++)
    sum += (series[i] - series[i - period]) * (series[i] - series[i - period]);
  return sqrt (sum / (n - period));
}

/* Both forecasts made as of two periods ago, against what came. */
static void
compare (UchForecast *self, const double *series, guint n, guint period)
{
  guint              held = HELD_BACK_PERIODS * period, known = n - held;
  g_autofree double *by_model = g_new0 (double, held);
  g_autofree double *by_habit = g_new0 (double, held);
  g_autoptr (UchHoltWinters) model = uch_holt_winters_fit (series, known, period);

  for (guint i = 0; i < held; i++)
    {
      by_model[i] = uch_holt_winters_predict (model, i + 1);
      by_habit[i] = naive (series, known, period, i + 1);
    }
  self->n_held_back = held;
  self->error = uch_smape (series + known, by_model, held);
  self->naive_error = uch_smape (series + known, by_habit, held);
  self->is_naive = self->error > self->naive_error;
}

/**
 * uch_forecast_new:
 * @series: (array length=n): tickets a day, without gaps
 * @n: at least five periods
 * @period: 7
 * @ahead: how many days are wanted
 *
 * Tries Holt–Winters and "as a week before" on the last two weeks, and foretells with the better
 * one. Counts of tickets are not below nothing.
 *
 * Returns: (transfer full) (nullable): the forecast; NULL when there is too little to go by
 */
UchForecast *
uch_forecast_new (const double *series, guint n, guint period, guint ahead)
{
  UchForecast *self;
  g_autoptr (UchHoltWinters) model = NULL;
  double deviation;

  if (period < 2 || n < (PERIODS_MIN + HELD_BACK_PERIODS) * period)
    return NULL;
  self = g_new0 (UchForecast, 1);
  self->days = g_array_new (FALSE, FALSE, sizeof (UchForecastDay));
  compare (self, series, n, period);
  model = uch_holt_winters_fit (series, n, period);
  deviation = naive_deviation (series, n, period);
  for (guint i = 1; i <= ahead; i++)
    {
      UchForecastDay day;

      if (self->is_naive)
        {
          /* each period further on adds another step of the same size */
          guint  n_before = (i - 1) / period;
          double half = UCH_Z_80 * deviation * sqrt (1.0 + n_before);

          day.value = naive (series, n, period, i);
          day.band = (UchInterval){ day.value - half, day.value + half };
        }
      else
        {
          day.value = uch_holt_winters_predict (model, i);
          day.band = uch_holt_winters_get_band (model, i, UCH_Z_80);
        }
      day.value = MAX (day.value, 0);
      day.band.low = MAX (day.band.low, 0);
      g_array_append_val (self->days, day);
    }
  return self;
}

/**
 * uch_forecast_free:
 * @self: (nullable) (transfer full): a forecast
 */
void
uch_forecast_free (UchForecast *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->days);
  g_free (self);
}
