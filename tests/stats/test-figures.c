/* Formulas against figures that others published. */
#include <math.h>

#include "stats/uch-forecast.h"
#include "stats/uch-weights.h"

/* Wilson, 95 %. */
static const struct
{
  guint  k, n;
  double low, high; /* per cent, to a tenth */
} wilson[] = {
  { 18, 20, 69.9, 97.2 },
  { 5, 5, 56.6, 100 },
  { 9, 10, 59.6, 98.2 },
  { 45, 50, 78.6, 95.7 },
  { 870, 1000, 84.8, 88.9 },
  /* Newcombe (1998), Statistics in Medicine 17:857, table I */
  { 81, 263, 25.5, 36.6 },
  { 15, 148, 6.2, 16.0 },
  { 0, 20, 0, 16.1 },
  { 1, 29, 0.6, 17.2 },
};

static void
test_wilson (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wilson); i++)
    {
      UchInterval limits = uch_share_get_interval (wilson[i].k, wilson[i].n, UCH_Z_95);

      g_assert_cmpfloat_with_epsilon (limits.low * 100, wilson[i].low, 0.0501);
      g_assert_cmpfloat_with_epsilon (limits.high * 100, wilson[i].high, 0.0501);
    }
  g_assert_true (isnan (uch_share_get_interval (0, 0, UCH_Z_95).low));
}

/* Margins that the office was told: ±1.3 points at 5,500 answers, ±3.0 at 1,100, ±9.8 at 100. */
static void
test_margins (void)
{
  g_assert_cmpfloat_with_epsilon (uch_share_get_margin (0.5, 5500, UCH_Z_95), 0.013, 0.0005);
  g_assert_cmpfloat_with_epsilon (uch_share_get_margin (0.5, 1100, UCH_Z_95), 0.030, 0.0005);
  g_assert_cmpfloat_with_epsilon (uch_share_get_margin (0.5, 100, UCH_Z_95), 0.098, 0.0005);
}

/* A week of 50 at a mean of 0.231: Montgomery, Introduction to Statistical Quality Control, example
 * 7.1: UCL 0.4102, LCL 0.0524. */
static void
test_control_limits (void)
{
  UchInterval limits = uch_share_get_control_limits (0.2313, 50);

  g_assert_cmpfloat_with_epsilon (limits.high, 0.4102, 0.0001);
  g_assert_cmpfloat_with_epsilon (limits.low, 0.0524, 0.0001);
  g_assert_cmpfloat (uch_share_get_control_limits (0.02, 10).low, ==, 0);
}

/* Between the limits lies what the tails leave, whatever n: by adding up the binomial plainly. */
static void
test_funnel_limits (void)
{
  static const double means[] = { 0.05, 0.5, 0.87 };

  for (guint m = 0; m < G_N_ELEMENTS (means); m++)
    for (guint n = 10; n <= 300; n += 29)
      {
        UchInterval limits = uch_share_get_funnel_limits (means[m], n, UCH_Z_95);
        double      p = pow (1 - means[m], n), below = 0, above = 0;

        for (guint k = 0; k <= n; k++)
          {
            below += k < floor (limits.low * n) ? p : 0;
            above += k > ceil (limits.high * n) ? p : 0;
            p *= (n - k) / (k + 1.0) * means[m] / (1 - means[m]);
          }
        g_assert_cmpfloat (below, <=, 0.0251);
        g_assert_cmpfloat (above, <=, 0.0251);
        g_assert_cmpfloat (limits.low, <=, means[m]);
        g_assert_cmpfloat (limits.high, >=, means[m]);
      }
  /* narrower with more, and close to the normal limits when there are many */
  g_assert_cmpfloat_with_epsilon (uch_share_get_funnel_limits (0.87, 2000, UCH_Z_95).low,
                                  0.87 - UCH_Z_95 * sqrt (0.87 * 0.13 / 2000), 0.001);
}

static void
test_nps (void)
{
  /* 36 promoters, 10 detractors of 60: 0.433; adjusted Wald by hand: p̂ = 36.75/63, d̂ = 10.75/63 */
  UchInterval limits = uch_nps_get_interval (36, 10, 60, UCH_Z_95);
  double      p = 36.75 / 63, d = 10.75 / 63;

  g_assert_cmpfloat_with_epsilon (uch_nps_get (36, 10, 60), 26.0 / 60, 1e-12);
  g_assert_cmpfloat_with_epsilon ((limits.low + limits.high) / 2, p - d, 1e-12);
  g_assert_cmpfloat_with_epsilon (limits.high - limits.low,
                                  2 * 1.959964 * sqrt ((p + d - (p - d) * (p - d)) / 63), 1e-5);
}

static void
test_quantiles (void)
{
  const double numbers[] = { 1, 2, 3, 4, 10 };

  g_assert_cmpfloat_with_epsilon (uch_quantile (numbers, 5, 0.5), 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (uch_quantile (numbers, 5, 0.9), 7.6, 1e-12); /* R: quantile() */
  g_assert_cmpfloat_with_epsilon (uch_quantile (numbers, 4, 0.5), 2.5, 1e-12);
  g_assert_cmpfloat (uch_quantile (numbers, 5, 1), ==, 10);
  g_assert_true (isnan (uch_quantile (numbers, 0, 0.5)));
}

/* Box and Jenkins, international airline passengers, thousands a month, 1949 to 1960: series G. */
static const double passengers[]
    = { 112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149,
        170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
        171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243,
        264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
        242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374,
        413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
        340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472,
        548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432 };

/* What R prints for HoltWinters (AirPassengers, seasonal = "additive"); its smoothing is printed to
 * seven digits. */
static void
test_holt_winters_is_that_of_r (void)
{
  static const double seasons[]
      = { -27.457685, -54.692464, -20.174608, 12.919120,  18.873607,  75.294426,
          152.888368, 134.613464, 33.778349,  -18.379060, -87.772408, -45.827781 };
  const UchSmoothing smoothing = { 0.2479595, 0.0345373, 1 };
  g_autoptr (UchHoltWinters) told = uch_holt_winters_run (passengers, 144, 12, &smoothing);
  g_autoptr (UchHoltWinters) found = uch_holt_winters_fit (passengers, 144, 12);

  g_assert_cmpfloat_with_epsilon (told->level, 477.827781, 0.005);
  g_assert_cmpfloat_with_epsilon (told->trend, 3.127627, 0.0005);
  for (guint s = 0; s < 12; s++)
    g_assert_cmpfloat_with_epsilon (told->seasons[s], seasons[s], 0.005);
  g_assert_cmpfloat_with_epsilon (uch_holt_winters_predict (told, 1), 453.4977, 0.005);
  /* what is found is as good as what R finds, to its rounding */
  g_assert_cmpfloat (found->error_square_sum, <=, told->error_square_sum * 1.00001);
  g_assert_cmpfloat_with_epsilon (found->smoothing.level, smoothing.level, 0.005);
  g_assert_null (uch_holt_winters_fit (passengers, 35, 12));
}

/* The bands hold what they promise on series that obey the model's own law. */
static void
test_bands_hold_four_days_of_five (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint n_in = 0, n = 0;

  for (guint round = 0; round < 60; round++)
    {
      double series[140];
      g_autoptr (UchForecast) forecast = NULL;

      for (guint i = 0; i < 140; i++)
        {
          double noise = 0;

          for (guint k = 0; k < 12; k++)
            noise += g_rand_double (rand);
          series[i] = 120 + 0.05 * i + (i % 7 >= 5 ? -40 : 10) + 8 * (noise - 6);
        }
      forecast = uch_forecast_new (series, 126, 7, 14);
      for (guint i = 0; i < 14; i++)
        {
          const UchForecastDay *day = &g_array_index (forecast->days, UchForecastDay, i);

          n_in += series[126 + i] >= day->band.low && series[126 + i] <= day->band.high;
          n++;
        }
    }
  g_test_message ("%u of %u within the band of 80 %%", n_in, n);
  g_assert_cmpfloat_with_epsilon ((double) n_in / n, 0.8, 0.06);
}

/* Weeks that repeat exactly, then a jump that only the week before knows of. */
static void
test_the_naive_forecast_wins_where_it_is_better (void)
{
  double series[70];
  g_autoptr (UchForecast) regular = NULL;
  g_autoptr (UchForecast) wild = NULL;

  for (guint i = 0; i < 70; i++)
    series[i] = 100 + i * 2 + 30 * (i % 7 < 5);
  regular = uch_forecast_new (series, 70, 7, 14);
  g_assert_false (regular->is_naive);
  g_assert_cmpfloat (regular->error, <, regular->naive_error);
  g_assert_cmpfloat_with_epsilon (g_array_index (regular->days, UchForecastDay, 0).value,
                                  100 + 70 * 2 + 30, 1);
  for (guint i = 0; i < 70; i++)
    series[i] = 100 + 50 * ((i / 14) % 2) + (i * 7919 % 13) * 3 - (i > 40 && i < 56 ? 60 : 0);
  wild = uch_forecast_new (series, 70, 7, 14);
  g_assert_true (wild->is_naive == (wild->error > wild->naive_error));
  if (wild->is_naive)
    g_assert_cmpfloat (g_array_index (wild->days, UchForecastDay, 0).value, ==, series[63]);
  g_assert_null (uch_forecast_new (series, 34, 7, 14));
}

/* A table raked by hand in Deming (1943)'s way: rows 200/250/300, columns 250/300/200. */
static void
test_raking_meets_the_margins (void)
{
  static const guint  cells[3][3] = { { 40, 30, 20 }, { 35, 50, 100 }, { 30, 80, 70 } };
  static const double rows[] = { 200, 250, 300 }, columns[] = { 250, 300, 200 };
  int                 row[455], column[455];
  double              weights[455], sums[3] = { 0 }, column_sums[3] = { 0 };
  guint               n = 0;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      for (guint k = 0; k < cells[i][j]; k++, n++)
        {
          row[n] = i;
          column[n] = j;
          weights[n] = 1;
        }
  g_assert_cmpuint (n, ==, 455);
  g_assert_true (uch_weights_rake (
      weights, n, (UchMargin[]){ { row, rows, 3 }, { column, columns, 3 } }, 2, 100));
  for (guint i = 0; i < n; i++)
    {
      sums[row[i]] += weights[i] / n * 750;
      column_sums[column[i]] += weights[i] / n * 750;
    }
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpfloat_with_epsilon (sums[i], rows[i], 0.05);
      g_assert_cmpfloat_with_epsilon (column_sums[i], columns[i], 0.05);
    }
  /* the odds ratios of the table stay: that is what makes it the fit of least information */
  g_assert_cmpfloat_with_epsilon (
      weights[0] * weights[40 + 30 + 20 + 35] / (weights[40] * weights[40 + 30 + 20]), 1, 1e-6);
}

static void
test_weights_are_trimmed_and_counted (void)
{
  double       weights[] = { 10, 1, 1, 1, 1, 1, 1, 1, 1, 0.01 }, sum = 0;
  const double kish[] = { 2, 2, 1, 1 };

  g_assert_cmpfloat_with_epsilon (uch_weights_get_effective_n (kish, 4), 3.6, 1e-12);
  uch_weights_trim (weights, 10, UCH_WEIGHT_MIN, UCH_WEIGHT_MAX);
  for (guint i = 0; i < 10; i++)
    {
      sum += weights[i];
      g_assert_cmpfloat (weights[i], >=, UCH_WEIGHT_MIN - 1e-9);
      g_assert_cmpfloat (weights[i], <=, UCH_WEIGHT_MAX + 1e-9);
    }
  g_assert_cmpfloat_with_epsilon (sum, 10, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/wilson", test_wilson);
  g_test_add_func ("/stats/margins", test_margins);
  g_test_add_func ("/stats/control-limits", test_control_limits);
  g_test_add_func ("/stats/funnel-limits", test_funnel_limits);
  g_test_add_func ("/stats/nps", test_nps);
  g_test_add_func ("/stats/quantiles", test_quantiles);
  g_test_add_func ("/stats/holt-winters-is-that-of-r", test_holt_winters_is_that_of_r);
  g_test_add_func ("/stats/bands-hold-four-days-of-five", test_bands_hold_four_days_of_five);
  g_test_add_func ("/stats/the-naive-forecast-wins-where-it-is-better",
                   test_the_naive_forecast_wins_where_it_is_better);
  g_test_add_func ("/stats/raking-meets-the-margins", test_raking_meets_the_margins);
  g_test_add_func ("/stats/weights-are-trimmed-and-counted", test_weights_are_trimmed_and_counted);
  return g_test_run ();
}
