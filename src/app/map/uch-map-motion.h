/* How a badge gets from where it was to where it is known to be, and how much that still says. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

/* The eye follows so long; a new point comes once a second at most. */
#define UCH_MAP_MOTION_US (900 * G_TIME_SPAN_MILLISECOND)

/* Plain value; all zero: nowhere yet. */
typedef struct
{
  UchTime at; /* of the point, by the phone's clock */
  double  from_x, from_y, to_x, to_y;
  gint64  began_us;
  gint64  lasts_us; /* 0: it stands */
} UchMapMotion;

gboolean uch_map_motion_aim (
    UchMapMotion *self, UchTime at, double x, double y, gint64 now_us, gboolean glides);
void     uch_map_motion_jump (UchMapMotion *self, UchTime at, double x, double y);
gboolean uch_map_motion_get (const UchMapMotion *self, gint64 now_us, double *out_x, double *out_y);

/* How much a position still says. Source: the office's rules on positions. */
typedef enum
{
  UCH_MAP_FRESH,
  UCH_MAP_FADED, /* older than 5 minutes */
  UCH_MAP_LOST,  /* older than 15: no connection */
} UchMapFreshness;

UchMapFreshness uch_map_freshness_get (UchTime at, UchTime now);
char           *uch_map_dup_age (UchTime at, UchTime now);

G_END_DECLS
