/* The counting of the statistics: a measure ("was it fixed at the first visit?") split by something
 * ("by week"), over what a filter lets through. Every chart of shares is one such pair. */
#pragma once

#include "stats/uch-facts.h"
#include "stats/uch-share.h"

G_BEGIN_DECLS

/* Whether a ticket or visit counts, and whether it has what is asked. Sources: the office's rules
 * of each figure, beside its function. */
typedef enum
{
  UCH_MEASURE_TICKETS,   /* all; hits: all */
  UCH_MEASURE_CONNECT,   /* of connect, support and thanks: the connections */
  UCH_MEASURE_SUPPORT,   /* … technical support */
  UCH_MEASURE_THANKS,    /* … thanks */
  UCH_MEASURE_PROMISE,   /* of kept and broken promises: the kept ones; visits */
  UCH_MEASURE_CONFIRMED, /* of arrivals: those that a position confirmed; visits */
  UCH_MEASURE_FIRST_FIX, /* of tickets resolved on site 30 days ago or earlier */
  UCH_MEASURE_REOPENED,  /* of resolved tickets: reopened */
  UCH_MEASURE_REPEATED,  /* of resolved tickets: the same place and family within 30 days */
  UCH_MEASURE_REMOTE,    /* of resolved tickets: without a visit */
  UCH_MEASURE_SILENT,    /* of resolved tickets: before the client noticed */
  UCH_MEASURE_VISITS,    /* visits that took place; hits: all; visits */
  /* Of the tickets that are open now, each in one of these: */
  UCH_MEASURE_OVERDUE,    /* the promise is over and nobody is there */
  UCH_MEASURE_AT_RISK,    /* its clock is yellow or orange */
  UCH_MEASURE_UNASSIGNED, /* nobody goes there */
  UCH_MEASURE_IN_HAND,    /* the others */
  /* The way of a connection, each step of those who took the one before; all hits: */
  UCH_MEASURE_ASKED,     /* a request to be connected */
  UCH_MEASURE_REACHED,   /* somebody has spoken to them */
  UCH_MEASURE_POSSIBLE,  /* technically */
  UCH_MEASURE_AGREED,    /* a time was agreed */
  UCH_MEASURE_INSTALLED, /* resolved on site */
  UCH_MEASURE_LASTING,   /* 30 days later nothing had been reopened or asked again */
  UCH_N_MEASURES,
} UchMeasure;

typedef enum
{
  UCH_SPLIT_NONE,
  UCH_SPLIT_DAY,
  UCH_SPLIT_WEEK,
  UCH_SPLIT_MONTH,
  UCH_SPLIT_ZONE,
  UCH_SPLIT_ENGINEER,
  UCH_SPLIT_EMPLOYMENT,
  UCH_SPLIT_HOUR,
  UCH_SPLIT_WEEK_HOUR, /* weekday × 24 + hour, Monday first */
  UCH_SPLIT_CATEGORY,
} UchSplit;

/* −1: any. The period is [from, to), by the moment that the measure is about. */
typedef struct
{
  UchTime from, to;
  int     zone, engineer, employment;
} UchFactFilter;
#define UCH_FACT_FILTER_INIT                                                                       \
  {                                                                                                \
    0, G_MAXINT64, -1, -1, -1                                                                      \
  }

typedef struct
{
  guint k, n; /* has it; of how many */
} UchTally;

#define UCH_REPEAT_WITHIN_MS (30 * UCH_DAY_MS)

guint    uch_split_get_n (const UchFacts *facts, const UchFactFilter *filter, UchSplit split);
UchTime  uch_split_get_start (const UchFacts      *facts,
                              const UchFactFilter *filter,
                              UchSplit             split,
                              guint                bucket);
GArray  *uch_tally_run (const UchFacts      *facts,
                        const UchFactFilter *filter,
                        UchMeasure           measure,
                        UchSplit             split);
UchTally uch_tally_get (const UchFacts *facts, const UchFactFilter *filter, UchMeasure measure);

/* Which of a bucket's tickets to list. */
typedef enum
{
  UCH_PICK_ALL,
  UCH_PICK_HITS,
  UCH_PICK_OTHERS,
} UchPick;
GArray *uch_tally_list (const UchFacts      *facts,
                        const UchFactFilter *filter,
                        UchMeasure           measure,
                        UchSplit             split,
                        guint                bucket,
                        UchPick              pick);

/* Durations: their middle, and what nine of ten do not exceed. */
typedef enum
{
  UCH_LAPSE_FIRST_CALL, /* ticket: from its creation to the first contact */
  UCH_LAPSE_ARRIVAL,    /* visit: from the promise's start to the arrival */
} UchLapse;
typedef struct
{
  double median_ms, p90_ms; /* NAN of nothing */
  guint  n;
} UchSpread;
GArray *
uch_spread_run (const UchFacts *facts, const UchFactFilter *filter, UchLapse lapse, UchSplit split);

G_END_DECLS
