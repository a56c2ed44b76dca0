/* Pictures that a server gave, kept on disk as an MBTiles file with a table of validators beside.
 * Belongs to one thread. */
#pragma once

#include "tiles/uch-tile.h"

G_BEGIN_DECLS

typedef struct _UchTileCache UchTileCache;

typedef struct
{
  GBytes *bytes;
  char   *etag;       /* nullable */
  gint64  expires_us; /* wall clock, microseconds since 1970; fresh until then */
} UchTileCached;

UchTileCache  *uch_tile_cache_open (const char *path, GError **error);
void           uch_tile_cache_close (UchTileCache *self);
UchTileCached *uch_tile_cache_get (UchTileCache *self, UchTileKey key, GError **error);
void           uch_tile_cached_free (UchTileCached *cached);
gboolean       uch_tile_cache_put (UchTileCache *self,
                                   UchTileKey    key,
                                   GBytes       *bytes,
                                   const char   *etag,
                                   gint64        expires_us,
                                   gint64        now_us,
                                   GError      **error);
gboolean
uch_tile_cache_refresh (UchTileCache *self, UchTileKey key, gint64 expires_us, GError **error);
gboolean uch_tile_cache_remove (UchTileCache *self, UchTileKey key, GError **error);
gboolean uch_tile_cache_prune (UchTileCache *self, gint64 bytes_max, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTileCache, uch_tile_cache_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTileCached, uch_tile_cached_free)

G_END_DECLS
