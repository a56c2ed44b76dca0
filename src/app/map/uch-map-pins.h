/* Where tickets and engineers stand: stacks of those in one place, the order of drawing, the short
 * texts beside them. Private to the map. */
#pragma once

#include "app/map/uch-map-items.h"
#include "app/map/uch-map-motion.h"

G_BEGIN_DECLS

typedef struct
{
  UchMapTicket *ticket;   /* borrowed from tickets */
  double        wx, wy;   /* in the square of the world */
  guint         index, n; /* within its stack; 0 is the most urgent */
  guint         first;    /* index of the stack's first pin in the array */
  float         x, y;     /* of the anchor, as drawn last */
} UchMapPin;

typedef struct
{
  char            id[65];   /* stays good when the engineers are told anew */
  UchMapEngineer *engineer; /* borrowed from engineers */
  UchMapMotion    motion;   /* in the square of the world */
  double          wx, wy;   /* where he is drawn now */
  guint           index, n; /* of those parked in one place */
  guint           group;    /* which place: index of its first badge */
  float           x, y;
} UchMapBadge;

/* How badges take new points. */
typedef enum
{
  UCH_MAP_PACE_GLIDE, /* live: never back in time, the way is shown */
  UCH_MAP_PACE_STEP,  /* live, for who wants no animations */
  UCH_MAP_PACE_JUMP,  /* looking back: wherever the moment is */
} UchMapPace;

/* Of a stack that is not spread only the first ones are seen. */
#define UCH_MAP_STACK_SHOWN_MAX 3

/* How places are put to the screen: computed once a frame. */
typedef struct
{
  double world, x0, y0; /* pixels of the world's side, and of its corner in the widget */
  double zoom;
} UchMapScreen;

gboolean uch_map_pin_is_spread (GArray *pins, const UchMapPin *pin, const char *spread_id);
void     uch_map_pins_place (GArray *pins, const char *spread_id, const UchMapScreen *screen);
gboolean uch_map_badges_move (GArray *badges, gint64 now_us);
void     uch_map_badges_place (GArray *badges, const char *fanned_id, const UchMapScreen *screen);
gboolean uch_map_badges_are_fanned (const UchMapBadge  *badge,
                                    const char         *fanned_id,
                                    GArray             *badges,
                                    const UchMapScreen *screen);
double   uch_map_fan_radius (guint n);
void     uch_map_pins_build (GArray *pins, GPtrArray *tickets);
void  uch_map_badges_build (GArray *badges, GPtrArray *engineers, gint64 now_us, UchMapPace pace);
int   uch_map_urgency (UchPromise promise);
char *uch_map_dup_minutes (gint64 left_ms);

G_END_DECLS
