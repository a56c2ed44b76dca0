/* Makes finished tiles: fetches the base picture, bakes on worker threads, falls back so that
 * there is always a picture. Lives on the thread that made it. */
#pragma once

#include "tiles/uch-scene.h"
#include "tiles/uch-tile-source.h"

G_BEGIN_DECLS

/* Base pictures kept in memory: about 25 MB. */
#define UCH_TILE_BAKER_PICTURES_MAX 96

/**
 * UchTileBakeFlags:
 * @UCH_TILE_BAKE_QUICK: use what is in memory now, do not ask the source; the result is provisional
 */
typedef enum
{
  UCH_TILE_BAKE_DEFAULT = 0,
  UCH_TILE_BAKE_QUICK = 1 << 0,
} UchTileBakeFlags;

/* An opaque picture, ready for a texture. */
typedef struct
{
  GBytes  *rgb; /* three bytes a pixel, stride = 3 × side */
  int      side;
  gboolean provisional; /* the base picture may come later: see UchTileBaker::changed */
} UchTileBaked;

#define UCH_TYPE_TILE_BAKER (uch_tile_baker_get_type ())
G_DECLARE_FINAL_TYPE (UchTileBaker, uch_tile_baker, UCH, TILE_BAKER, GObject)

UchTileBaker  *uch_tile_baker_new (void);
void           uch_tile_baker_set_source (UchTileBaker *self, UchTileSource *source);
UchTileSource *uch_tile_baker_get_source (UchTileBaker *self);
void           uch_tile_baker_set_scene (UchTileBaker *self, UchScene *scene);
UchScene      *uch_tile_baker_get_scene (UchTileBaker *self);
void           uch_tile_baker_set_dark (UchTileBaker *self, gboolean dark);
void           uch_tile_baker_set_scale (UchTileBaker *self, int scale);
void           uch_tile_baker_set_hidden_zones (UchTileBaker *self, guint64 hidden_zones);
guint64        uch_tile_baker_get_hidden_zones (UchTileBaker *self);
guint32        uch_tile_baker_get_paper (UchTileBaker *self);
guint          uch_tile_baker_get_version (UchTileBaker *self);
void           uch_tile_baker_bake_async (UchTileBaker       *self,
                                          UchTileKey          key,
                                          UchTileBakeFlags    flags,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
UchTileBaked *uch_tile_baker_bake_finish (UchTileBaker *self, GAsyncResult *result, GError **error);
void          uch_tile_baked_free (UchTileBaked *baked);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTileBaked, uch_tile_baked_free)

G_END_DECLS
