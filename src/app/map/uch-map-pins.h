/* Where tickets and engineers stand: stacks of those in one place, the order of drawing, the short
 * texts beside them. Private to the map. */
#pragma once

#include "app/map/uch-map-items.h"

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
  UchMapEngineer *engineer; /* borrowed from engineers */
  double          wx, wy;
  guint           index, n; /* of those parked in one place */
  float           x, y;
} UchMapBadge;

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
void     uch_map_badges_place (GArray *badges, const UchMapScreen *screen);
void     uch_map_pins_build (GArray *pins, GPtrArray *tickets);
void     uch_map_badges_build (GArray *badges, GPtrArray *engineers);
int      uch_map_urgency (UchPromise promise);
char    *uch_map_dup_minutes (gint64 left_ms);
char    *uch_map_dup_age (gint64 age_ms);

G_END_DECLS
