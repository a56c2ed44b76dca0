/* What the tests of this room share. */
#pragma once

#include "tiles/uch-tile-baker.h"

G_BEGIN_DECLS

GBytes  *fixture_png (int side, guint32 rgb);
char    *fixture_dup_path (const char *name);
gboolean fixture_make_mbtiles (const char *path, const char *format, const char *name);
void     fixture_put_tile (const char *path, UchTileKey key, GBytes *bytes);

/* Loads or bakes and waits: runs the main context until the answer is there. */
UchTilePicture *
fixture_load (UchTileSource *source, UchTileKey key, UchTileLoadFlags flags, GError **error);
UchTileBaked         *
fixture_bake (UchTileBaker *baker, UchTileKey key, UchTileBakeFlags flags, GError **error);
guint32 fixture_pixel (UchTileBaked *baked, int x, int y);
void    fixture_wait (gboolean *done, guint timeout_ms);

G_END_DECLS
