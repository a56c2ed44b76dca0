/* Where somebody was during a day: what phones reported, made into a line with stops. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

/* A stop is at least so long, and no point of it further from its middle. */
#define UCH_TRACE_STOP_MS (5 * UCH_MINUTE_MS)
#define UCH_TRACE_STOP_RADIUS_M 80.0

/* Plain value: one report of a phone. */
typedef struct
{
  UchTime at;          /* the phone's clock */
  UchTime received_at; /* the store's: nobody could know it before */
  double  latitude, longitude;
  double  accuracy_m; /* negative: unknown */
} UchTracePoint;

typedef struct
{
  guint   first, last; /* points of the line */
  UchTime from_at, to_at;
  double  latitude, longitude; /* the middle */
} UchTraceStop;

void                 uch_trace_clean (GArray *points);
GArray              *uch_trace_find_stops (GArray *points);
double               uch_trace_get_length_m (GArray *points, GArray *stops);
const UchTracePoint *uch_trace_find_known (GArray *points, UchTime at);

G_END_DECLS
