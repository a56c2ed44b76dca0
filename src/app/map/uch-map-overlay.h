/* The layer of what changes often: tickets, engineers, selection, what a drop would mean. */
#pragma once

#include <shumate/shumate.h>

#include "app/map/uch-map-items.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_MAP_PICK_NOTHING,
  UCH_MAP_PICK_HOUSE,
  UCH_MAP_PICK_TICKET,
  UCH_MAP_PICK_STACK, /* several tickets of one place, not spread yet; the id is of the top one */
  UCH_MAP_PICK_ENGINEER,
} UchMapPickKind;

typedef struct
{
  UchMapPickKind kind;
  const char    *id; /* borrowed from the map; NULL for nothing */
} UchMapPick;

#define UCH_TYPE_MAP_OVERLAY (uch_map_overlay_get_type ())
G_DECLARE_FINAL_TYPE (UchMapOverlay, uch_map_overlay, UCH, MAP_OVERLAY, ShumateLayer)

UchMapOverlay *uch_map_overlay_new (ShumateViewport *viewport);
void           uch_map_overlay_set_tickets (UchMapOverlay *self, GPtrArray *tickets);
void           uch_map_overlay_set_engineers (UchMapOverlay *self, GPtrArray *engineers);
void           uch_map_overlay_set_past (UchMapOverlay *self, gboolean past);
void           uch_map_overlay_point (UchMapOverlay *self, double x, double y);
void           uch_map_overlay_follow (UchMapOverlay *self, const char *engineer_id);
const char    *uch_map_overlay_get_followed (UchMapOverlay *self);
void uch_map_overlay_set_trace (UchMapOverlay *self, GArray *trace, GArray *stops, guint32 rgb);
GPtrArray    *uch_map_overlay_get_tickets (UchMapOverlay *self);
GPtrArray    *uch_map_overlay_get_engineers (UchMapOverlay *self);
void          uch_map_overlay_set_now (UchMapOverlay *self, UchTime now);
void          uch_map_overlay_set_dark (UchMapOverlay *self, gboolean dark);
UchMapPick    uch_map_overlay_pick (UchMapOverlay *self, double x, double y);
void          uch_map_overlay_set_hover (UchMapOverlay *self, UchMapPick pick);
void          uch_map_overlay_select (UchMapOverlay *self, UchMapPickKind kind, const char *id);
const char   *uch_map_overlay_get_selected (UchMapOverlay *self, UchMapPickKind kind);
void          uch_map_overlay_mark_place (UchMapOverlay *self, double latitude, double longitude);
void          uch_map_overlay_clear_place (UchMapOverlay *self);
gboolean      uch_map_overlay_spread (UchMapOverlay *self, const char *ticket_id);
void          uch_map_overlay_set_hints (UchMapOverlay *self, GHashTable *forbidden);
void          uch_map_overlay_set_bubble (UchMapOverlay *self,
                                          const char    *engineer_id,
                                          const char    *text,
                                          gboolean       allowed);
GdkPaintable *uch_map_overlay_dup_icon (UchMapOverlay *self, const char *ticket_id);

G_END_DECLS
