#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-source.h"

G_DEFINE_INTERFACE (UchTileSource, uch_tile_source, G_TYPE_OBJECT)

static guint signal_available;

static void
uch_tile_source_default_init (UchTileSourceInterface *iface)
{
  /**
   * UchTileSource::available:
   *
   * The source may answer again: tiles that failed with UCH_TILE_ERROR_UNAVAILABLE are worth
   * another attempt. Emitted in the main context in which the source was made.
   */
  signal_available = g_signal_new ("available", UCH_TYPE_TILE_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

/**
 * uch_tile_source_load_async:
 * @self: a source
 * @key: which tile, between the source's zoom levels
 * @flags: #UchTileLoadFlags
 * @cancellable: (nullable): given up when the tile is out of sight
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Fetches and unpacks the picture of one tile off the caller's thread.
 */
void
uch_tile_source_load_async (UchTileSource      *self,
                            UchTileKey          key,
                            UchTileLoadFlags    flags,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  UCH_TILE_SOURCE_GET_IFACE (self)->load_async (self, key, flags, cancellable, callback, user_data);
}

/**
 * uch_tile_source_load_finish:
 * @self: a source
 * @result: what the callback got
 * @error: return location of a UCH_TILE_ERROR or G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the picture
 */
UchTilePicture *
uch_tile_source_load_finish (UchTileSource *self, GAsyncResult *result, GError **error)
{
  return UCH_TILE_SOURCE_GET_IFACE (self)->load_finish (self, result, error);
}

/**
 * uch_tile_source_get_min_zoom:
 * @self: a source
 *
 * Returns: the lowest zoom level that it has
 */
guint
uch_tile_source_get_min_zoom (UchTileSource *self)
{
  return UCH_TILE_SOURCE_GET_IFACE (self)->get_min_zoom (self);
}

/**
 * uch_tile_source_get_max_zoom:
 * @self: a source
 *
 * Returns: the highest zoom level that it has
 */
guint
uch_tile_source_get_max_zoom (UchTileSource *self)
{
  return UCH_TILE_SOURCE_GET_IFACE (self)->get_max_zoom (self);
}

/**
 * uch_tile_source_get_attribution:
 * @self: a source
 *
 * Returns: (transfer none): whom the map must name, plain text; may be empty
 */
const char *
uch_tile_source_get_attribution (UchTileSource *self)
{
  return UCH_TILE_SOURCE_GET_IFACE (self)->get_attribution (self);
}

/**
 * uch_tile_source_has_labels:
 * @self: a source
 *
 * Returns: whether its pictures bear the names of streets and towns already
 */
gboolean
uch_tile_source_has_labels (UchTileSource *self)
{
  return UCH_TILE_SOURCE_GET_IFACE (self)->has_labels (self);
}

/**
 * uch_tile_source_emit_available:
 * @self: a source
 *
 * For implementations: emits #UchTileSource::available.
 */
void
uch_tile_source_emit_available (UchTileSource *self)
{
  g_signal_emit (self, signal_available, 0);
}
