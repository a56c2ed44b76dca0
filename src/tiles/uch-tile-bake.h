/* Draws the finished, opaque picture of one tile. Pure: may run on any thread. */
#pragma once

#include "tiles/uch-scene.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean dark;
  int      scale;        /* device pixels per pixel: 1 or 2 */
  guint64  hidden_zones; /* set of zones whose houses are not drawn, one bit each */
  gboolean names;        /* write the names of streets and towns: the base picture has none */
} UchTileStyle;

UchTilePicture *
uch_tile_bake (UchTilePicture *base, UchScene *scene, UchTileKey key, const UchTileStyle *style);
guint   uch_tile_house_size (guint zoom);
guint   uch_tile_depth_max (guint zoom);
guint32 uch_tile_paper (gboolean dark);
guint32 uch_tile_color_on_dark (guint32 rgb);

G_END_DECLS
