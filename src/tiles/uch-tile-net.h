/* The network thread of a source of XYZ tiles. Private to the room. */
#pragma once

#include "tiles/uch-tile-http.h"

G_BEGIN_DECLS

typedef struct _UchTileNet UchTileNet;

UchTileNet *uch_tile_net_start (const UchTileHttpOptions *options, UchTileSource *owner);
void        uch_tile_net_stop (UchTileNet *net);
void  uch_tile_net_request (UchTileNet *net, UchTileKey key, UchTileLoadFlags flags, GTask *task);
char *uch_tile_net_dup_problem (UchTileNet *net);

char *uch_tile_http_expand_url (const char *url, UchTileKey key);

G_END_DECLS
