/* Shares and their honest limits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Two-sided quantiles of the normal distribution. */
#define UCH_Z_80 1.2815515655446004
#define UCH_Z_95 1.959963984540054
#define UCH_Z_998 3.090232306167813

typedef struct
{
  double low, high;
} UchInterval;

UchInterval uch_share_get_interval (double k, double n, double z);
double      uch_share_get_margin (double share, double n, double z);
UchInterval uch_share_get_control_limits (double mean, double n);
UchInterval uch_share_get_funnel_limits (double mean, guint n, double z);

double      uch_nps_get (guint promoters, guint detractors, guint n);
UchInterval uch_nps_get_interval (guint promoters, guint detractors, guint n, double z);

double uch_quantile (const double *sorted, gsize n, double share);

G_END_DECLS
