/* Weights of a survey: the answers made to stand for the population. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define UCH_WEIGHT_MIN 0.3
#define UCH_WEIGHT_MAX 3.0

/* One margin: which category each respondent is in, and how the population is divided. */
typedef struct
{
  const int    *category; /* per respondent; −1: not known, keeps his weight */
  const double *target;   /* per category: share or count of the population */
  guint         n_categories;
} UchMargin;

gboolean uch_weights_rake (
    double *weights, guint n, const UchMargin *margins, guint n_margins, guint n_rounds_max);
void   uch_weights_trim (double *weights, guint n, double low, double high);
double uch_weights_get_effective_n (const double *weights, guint n);

G_END_DECLS
