/* Where base pictures come from. */
#pragma once

#include "tiles/uch-tile.h"

G_BEGIN_DECLS

/**
 * UchTileLoadFlags:
 * @UCH_TILE_LOAD_LOCAL: answer from what is on this machine; never ask a server
 */
typedef enum
{
  UCH_TILE_LOAD_DEFAULT = 0,
  UCH_TILE_LOAD_LOCAL = 1 << 0,
} UchTileLoadFlags;

#define UCH_TYPE_TILE_SOURCE (uch_tile_source_get_type ())
G_DECLARE_INTERFACE (UchTileSource, uch_tile_source, UCH, TILE_SOURCE, GObject)

struct _UchTileSourceInterface
{
  GTypeInterface parent;

  void (*load_async) (UchTileSource      *self,
                      UchTileKey          key,
                      UchTileLoadFlags    flags,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  UchTilePicture *(*load_finish) (UchTileSource *self, GAsyncResult *result, GError **error);
  guint (*get_min_zoom) (UchTileSource *self);
  guint (*get_max_zoom) (UchTileSource *self);
  const char *(*get_attribution) (UchTileSource *self);
  gboolean (*has_labels) (UchTileSource *self);
};

void uch_tile_source_load_async (UchTileSource      *self,
                                 UchTileKey          key,
                                 UchTileLoadFlags    flags,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
UchTilePicture             *
uch_tile_source_load_finish (UchTileSource *self, GAsyncResult *result, GError **error);
guint       uch_tile_source_get_min_zoom (UchTileSource *self);
guint       uch_tile_source_get_max_zoom (UchTileSource *self);
const char *uch_tile_source_get_attribution (UchTileSource *self);
gboolean    uch_tile_source_has_labels (UchTileSource *self);
void        uch_tile_source_emit_available (UchTileSource *self);

G_END_DECLS
