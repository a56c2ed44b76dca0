/* Base pictures out of an MBTiles file. */
#pragma once

#include "tiles/uch-tile-source.h"

G_BEGIN_DECLS

#define UCH_TYPE_TILE_MBTILES (uch_tile_mbtiles_get_type ())
G_DECLARE_FINAL_TYPE (UchTileMbtiles, uch_tile_mbtiles, UCH, TILE_MBTILES, GObject)

UchTileMbtiles *uch_tile_mbtiles_open (const char *path, GError **error);
gboolean        uch_tile_mbtiles_get_bounds (
           UchTileMbtiles *self, double *out_west, double *out_south, double *out_east, double *out_north);

G_END_DECLS
