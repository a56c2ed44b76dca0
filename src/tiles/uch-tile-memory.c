#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-memory.h"

typedef struct
{
  UchTileKey      key;
  UchTilePicture *picture;
} Entry;

struct _UchTileMemory
{
  GHashTable *links;  /* UchTileKey → GList link in by_use */
  GQueue      by_use; /* of Entry, the latest first */
  guint       n_max;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  uch_tile_picture_unref (entry->picture);
  g_free (entry);
}

/**
 * uch_tile_memory_new:
 * @n_max: how many pictures to keep
 *
 * Returns: (transfer full): an empty memory
 */
UchTileMemory *
uch_tile_memory_new (guint n_max)
{
  UchTileMemory *self = g_new0 (UchTileMemory, 1);

  self->links = g_hash_table_new (uch_tile_key_hash, uch_tile_key_equal);
  g_queue_init (&self->by_use);
  self->n_max = n_max;
  return self;
}

/**
 * uch_tile_memory_free:
 * @self: (transfer full) (nullable): a memory
 */
void
uch_tile_memory_free (UchTileMemory *self)
{
  if (self == NULL)
    return;
  uch_tile_memory_forget (self);
  g_hash_table_unref (self->links);
  g_free (self);
}

/**
 * uch_tile_memory_lookup:
 * @self: a memory
 * @key: which tile
 *
 * Returns: (transfer none) (nullable): its picture, which now counts as used last
 */
UchTilePicture *
uch_tile_memory_lookup (UchTileMemory *self, UchTileKey key)
{
  GList *link = g_hash_table_lookup (self->links, &key);

  if (link == NULL)
    return NULL;
  g_queue_unlink (&self->by_use, link);
  g_queue_push_head_link (&self->by_use, link);
  return ((Entry *) link->data)->picture;
}

/**
 * uch_tile_memory_keep:
 * @self: a memory
 * @key: which tile
 * @picture: its picture
 *
 * Keeps a picture; the one used longest ago gives way when there are too many.
 */
void
uch_tile_memory_keep (UchTileMemory *self, UchTileKey key, UchTilePicture *picture)
{
  Entry *entry;

  if (g_hash_table_contains (self->links, &key))
    return;
  if (g_queue_get_length (&self->by_use) >= self->n_max)
    {
      entry = g_queue_pop_tail (&self->by_use);
      g_hash_table_remove (self->links, &entry->key);
      entry_free (entry);
    }
  entry = g_new0 (Entry, 1);
  entry->key = key;
  entry->picture = uch_tile_picture_ref (picture);
  g_queue_push_head (&self->by_use, entry);
  g_hash_table_insert (self->links, &entry->key, self->by_use.head);
}

/**
 * uch_tile_memory_forget:
 * @self: a memory
 *
 * Empties it.
 */
void
uch_tile_memory_forget (UchTileMemory *self)
{
  g_hash_table_remove_all (self->links);
  g_queue_clear_full (&self->by_use, entry_free);
}
