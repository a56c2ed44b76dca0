/* A picture of figures as plain data, and what may be asked of it. uch-chart-draw.h draws it. */
#pragma once

#include "stats/uch-tally.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_CHART_BARS,      /* per label one bar of each series, whiskers where there is an interval */
  UCH_CHART_STACKED,   /* per label the series on top of each other */
  UCH_CHART_LINES,     /* a line per series, with its band */
  UCH_CHART_CONTROL,   /* shares by period within their control limits */
  UCH_CHART_FUNNEL,    /* shares over how many each had, within funnel limits */
  UCH_CHART_HEATMAP,   /* a series is a row, a label a column */
  UCH_CHART_ROWS,      /* lying bars: names are long */
  UCH_CHART_DIVERGING, /* lying; series from the worst to the best, the middle one astride zero */
} UchChartKind;

typedef enum
{
  UCH_UNIT_COUNT,
  UCH_UNIT_SHARE, /* 0 to 1, shown in percent */
  UCH_UNIT_MINUTES,
  UCH_UNIT_HOURS,
  UCH_UNIT_KM,
} UchUnit;

/* low, high: NAN: no interval. n: of how many; 0 together with a value: a plain number. */
typedef struct
{
  double value, low, high;
  guint  n;
} UchChartPoint;

typedef struct
{
  char    *name;
  int      color; /* of the palette; −1: of its place */
  gboolean is_dashed;
  GArray  *points;  /* of UchChartPoint, beside the chart's labels */
  int      measure; /* UchMeasure whose tickets stand behind a point; −1: none */
  UchPick  pick;
} UchChartSeries;

typedef struct
{
  UchChartKind kind;
  UchUnit      unit;
  char        *title;   /* (nullable): what this picture shows of its question */
  GPtrArray   *labels;  /* of char *: what stands under the points */
  GPtrArray   *names;   /* of char *: the same in full, for tips and tables */
  GArray      *buckets; /* of guint: the points' buckets of @split */
  UchSplit     split;
  GPtrArray   *series;       /* of UchChartSeries */
  GArray      *limits;       /* of UchInterval, beside labels; empty: none */
  double       mean, target; /* NAN: none */
  char        *target_name;
  gboolean     last_is_open; /* the last period is not over */
} UchChart;

UchChart       *uch_chart_new (UchChartKind kind, UchUnit unit, const char *title);
void            uch_chart_free (UchChart *self);
UchChartSeries *uch_chart_add_series (UchChart *self, const char *name, int color);
void uch_chart_add_label (UchChart *self, const char *label, const char *name, guint bucket);
void uch_chart_add_point (UchChartSeries *series, double value, guint n);
void uch_chart_add_share (UchChartSeries *series, UchTally tally);

guint                uch_chart_get_n (const UchChart *self);
const UchChartPoint *uch_chart_get_point (const UchChart *self, guint series, guint index);
gboolean             uch_chart_is_outside (const UchChart *self, guint index);
double               uch_chart_get_max (const UchChart *self);
char                *uch_chart_format (UchUnit unit, double value);
char                *uch_chart_dup_tip (const UchChart *self, guint series, guint index);

/* The table behind the picture: a row per label. */
guint uch_chart_get_n_columns (const UchChart *self);
char *uch_chart_dup_header (const UchChart *self, guint column);
char *uch_chart_dup_cell (const UchChart *self, guint row, guint column, double *out_number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchChart, uch_chart_free)

G_END_DECLS
