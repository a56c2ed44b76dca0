/* Between the files that draw what changes often. */
#pragma once

#include "app/map/uch-map-overlay.h"
#include "app/map/uch-map-pins.h"
#include "app/map/uch-map-sprites.h"

G_BEGIN_DECLS

struct _UchMapOverlay
{
  ShumateLayer   parent_instance;
  GPtrArray     *tickets;   /* (owned) */
  GPtrArray     *engineers; /* (owned) */
  GArray        *pins;      /* (owned): in the order of drawing: the most urgent last */
  GArray        *badges;    /* (owned) */
  UchMapSprites *sprites;   /* (owned) */
  gboolean       dark;
  UchTime        now;
  UchMapPickKind hover_kind, selected_kind;
  char          *hover_id, *selected_id;
  char          *spread_id; /* (nullable): the ticket whose stack is spread */
  gboolean       has_place; /* a house is marked */
  double         place_x, place_y;
  GHashTable *forbidden; /* (owned) (nullable): ids of engineers that cannot take what is dragged */
  char       *bubble_id, *bubble_text;
  gboolean    bubble_allowed;
  char       *fanned_id;   /* (nullable): one of those whose place the pointer is at */
  char       *followed_id; /* (nullable): whom the view stays on */
  guint       move_id;     /* tick callback while somebody is on his way */
  UchMapPace  pace;
  GArray     *trace; /* (owned) (nullable): of UchTracePoint: somebody's day */
  GArray     *stops; /* (owned) (nullable): of UchTraceStop */
  guint32     trace_rgb;
};

UchMapScreen uch_map_overlay_compute_screen (UchMapOverlay *self);
UchMapLook   uch_map_overlay_get_look (UchMapOverlay *self, UchMapPickKind kind, const char *id);
gboolean     uch_map_overlay_is_near (UchMapOverlay *self, float x, float y, float margin);
void         uch_map_overlay_append_label (UchMapOverlay *self,
                                           GtkSnapshot   *snapshot,
                                           const char    *text,
                                           float          middle_x,
                                           float          top,
                                           guint32        paper,
                                           guint32        ink);

/* uch-map-crew.c: engineers, and where one of them was. */
void uch_map_crew_draw (UchMapOverlay *self, GtkSnapshot *snapshot, const UchMapScreen *screen);
void
uch_map_crew_draw_trace (UchMapOverlay *self, GtkSnapshot *snapshot, const UchMapScreen *screen);
void uch_map_crew_clear (UchMapOverlay *self);
const UchMapBadge *
uch_map_crew_pick (UchMapOverlay *self, const UchMapScreen *screen, double x, double y);

G_END_DECLS
