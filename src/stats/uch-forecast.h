/* What the next days will bring, and whether that is better than last week's same day. */
#pragma once

#include <glib.h>

#include "stats/uch-share.h"

G_BEGIN_DECLS

typedef struct
{
  double level, trend; /* how fast each follows: alpha, beta */
  double season;       /* gamma */
} UchSmoothing;

typedef struct
{
  guint        period;
  UchSmoothing smoothing;
  double       level, trend;
  double      *seasons; /* (owned) of the next period, first the next day */
  double       error_square_sum;
  guint        n_errors;
} UchHoltWinters;

UchHoltWinters *
uch_holt_winters_run (const double *series, guint n, guint period, const UchSmoothing *smoothing);
UchHoltWinters *uch_holt_winters_fit (const double *series, guint n, guint period);
void            uch_holt_winters_free (UchHoltWinters *self);
double          uch_holt_winters_predict (const UchHoltWinters *self, guint ahead);
UchInterval     uch_holt_winters_get_band (const UchHoltWinters *self, guint ahead, double z);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchHoltWinters, uch_holt_winters_free)

/* The forecast that is shown. */
typedef struct
{
  double      value;
  UchInterval band; /* 80 % */
} UchForecastDay;

typedef struct
{
  gboolean is_naive;           /* Holt–Winters was worse: last week's same day */
  double   error, naive_error; /* sMAPE of both over the days held back, 0 to 2 */
  guint    n_held_back;
  GArray  *days; /* (owned) of UchForecastDay */
} UchForecast;

UchForecast *uch_forecast_new (const double *series, guint n, guint period, guint ahead);
void         uch_forecast_free (UchForecast *self);
double       uch_smape (const double *actual, const double *predicted, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchForecast, uch_forecast_free)

G_END_DECLS
