/* The base pictures used last. Private to the room; belongs to one thread. */
#pragma once

#include "tiles/uch-tile.h"

G_BEGIN_DECLS

typedef struct _UchTileMemory UchTileMemory;

UchTileMemory  *uch_tile_memory_new (guint n_max);
void            uch_tile_memory_free (UchTileMemory *self);
UchTilePicture *uch_tile_memory_lookup (UchTileMemory *self, UchTileKey key);
void            uch_tile_memory_keep (UchTileMemory *self, UchTileKey key, UchTilePicture *picture);
void            uch_tile_memory_forget (UchTileMemory *self);

G_END_DECLS
