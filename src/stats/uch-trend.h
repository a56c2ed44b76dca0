/* What a row of weekly shares says, by rule: the sentence above a control chart is made of it. */
#pragma once

#include "stats/uch-tally.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_TREND_NO_DATA,
  UCH_TREND_FEW,    /* fewer than 30 in all: nothing can be said */
  UCH_TREND_STEADY, /* nothing but chance */
  UCH_TREND_SHIFT,  /* since @since on one side of the usual */
  UCH_TREND_JUMP,   /* the period @since was outside of the limits */
} UchTrendKind;

typedef struct
{
  UchTrendKind kind;
  guint        since; /* bucket */
  gboolean     is_higher;
  double       usual;  /* the share before @since; of all when steady */
  double       recent; /* the share since; of the one period when it jumped */
  UchInterval  limits; /* of a jump's period */
  guint        n;
} UchTrend;

#define UCH_RUN_LENGTH                                                                             \
  8                   /* in a row on one side: no chance any more (Nelson 1984, rule 2, with 8) */
#define UCH_N_DOTS 10 /* fewer: dots, no percentage */
#define UCH_N_INTERVAL 30 /* fewer: the interval is the figure */

void uch_trend_read (const GArray *tallies, gboolean last_is_open, UchTrend *out_trend);

G_END_DECLS
