/* Small pictures of what moves on the map, drawn once and kept as textures. */
#pragma once

#include <gtk/gtk.h>

#include "app/map/uch-map-items.h"
#include "app/map/uch-map-motion.h"

G_BEGIN_DECLS

/* Size and anchor in pixels: the anchor stands on the place. */
#define UCH_MAP_PIN_WIDTH 32
#define UCH_MAP_PIN_HEIGHT 40
#define UCH_MAP_PIN_ANCHOR_Y 37
#define UCH_MAP_PIN_HEAD_Y 16 /* middle of the head, from the top */
#define UCH_MAP_DOT_SIDE 20   /* of the small pin */
#define UCH_MAP_BADGE_SIDE 42
#define UCH_MAP_RING_SIDE 56

typedef enum
{
  UCH_MAP_LOOK_NORMAL,
  UCH_MAP_LOOK_HOVER,
  UCH_MAP_LOOK_SELECTED,
} UchMapLook;

typedef struct _UchMapSprites UchMapSprites;

UchMapSprites *uch_map_sprites_new (void);
void           uch_map_sprites_free (UchMapSprites *self);
void           uch_map_sprites_set_style (UchMapSprites *self, gboolean dark, int scale);
GdkTexture    *uch_map_sprites_get_pin (UchMapSprites      *self,
                                        const UchMapTicket *ticket,
                                        gboolean            small,
                                        UchMapLook          look);
GdkTexture    *uch_map_sprites_get_badge (UchMapSprites        *self,
                                          const UchMapEngineer *engineer,
                                          UchMapFreshness       freshness,
                                          gboolean              dimmed,
                                          UchMapLook            look);
GdkTexture    *uch_map_sprites_get_label (UchMapSprites *self,
                                          PangoContext  *context,
                                          const char    *text,
                                          guint32        paper,
                                          guint32        ink,
                                          float         *out_width,
                                          float         *out_height);
GdkTexture    *uch_map_sprites_get_ring (UchMapSprites *self, double diameter);
void           uch_map_promise_get_colors (UchPromise promise,
                                           gboolean   dark,
                                           guint32   *out_paper,
                                           guint32   *out_ink);

G_END_DECLS
