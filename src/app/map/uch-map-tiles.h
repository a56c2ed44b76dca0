/* The layer of tiles: draws what a baker makes. */
#pragma once

#include <shumate/shumate.h>

#include "tiles/uch-tile-baker.h"

G_BEGIN_DECLS

/* Textures kept: those in sight and as many again. */
#define UCH_MAP_TILES_MAX 144

/* No tile of a finer level is made. */
#define UCH_MAP_TILES_LEVEL_MAX 19

#define UCH_TYPE_MAP_TILES (uch_map_tiles_get_type ())
G_DECLARE_FINAL_TYPE (UchMapTiles, uch_map_tiles, UCH, MAP_TILES, ShumateLayer)

UchMapTiles *uch_map_tiles_new (ShumateViewport *viewport, UchTileBaker *baker);
guint        uch_map_tiles_get_level (double zoom);
gboolean     uch_map_tiles_is_settled (UchMapTiles *self);
gboolean     uch_map_tiles_is_degraded (UchMapTiles *self);

G_END_DECLS
