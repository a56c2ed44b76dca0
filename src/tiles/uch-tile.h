/* A tile's address, its picture, and what can go wrong on the way to it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_TILE_ERROR (uch_tile_error_quark ())

/**
 * UchTileError:
 * @UCH_TILE_ERROR_NOT_FOUND: the source has no such tile: it does not cover the place
 * @UCH_TILE_ERROR_UNAVAILABLE: the source does not answer now; it will be asked again
 * @UCH_TILE_ERROR_NOT_A_PICTURE: an answer that is no picture, such as the page of a captive portal
 * @UCH_TILE_ERROR_TOO_LARGE: an answer or a picture beyond the limits
 * @UCH_TILE_ERROR_VECTOR: vector tiles, which this version of libshumate cannot draw
 * @UCH_TILE_ERROR_BROKEN: a damaged file, or not a tile file at all
 * @UCH_TILE_ERROR_REFUSED: the server refuses to serve us (HTTP 401, 403, 418 and the like)
 */
typedef enum
{
  UCH_TILE_ERROR_NOT_FOUND,
  UCH_TILE_ERROR_UNAVAILABLE,
  UCH_TILE_ERROR_NOT_A_PICTURE,
  UCH_TILE_ERROR_TOO_LARGE,
  UCH_TILE_ERROR_VECTOR,
  UCH_TILE_ERROR_BROKEN,
  UCH_TILE_ERROR_REFUSED,
} UchTileError;

/* Address of a tile in the XYZ scheme: y grows to the south. */
typedef struct
{
  guint32 x, y;
  guint8  zoom;
} UchTileKey;

#define UCH_TILE_ZOOM_MAX 22
#define UCH_TILE_SIDE_MAX 1024 /* pixels; a larger picture is refused */

/* Opaque picture of 32-bit pixels, 0xXXRRGGBB in native order (CAIRO_FORMAT_RGB24), rows unpadded.
 * Immutable once it is shared between threads. */
typedef struct
{
  gatomicrefcount ref_count;
  int             width, height; /* pixels */
  guint32        *pixels;
} UchTilePicture;

GQuark uch_tile_error_quark (void);

guint      uch_tile_key_hash (gconstpointer key);
gboolean   uch_tile_key_equal (gconstpointer a, gconstpointer b);
UchTileKey uch_tile_key_ancestor (UchTileKey key, guint levels);

UchTilePicture *uch_tile_picture_new (int width, int height);
UchTilePicture *uch_tile_picture_ref (UchTilePicture *self);
void            uch_tile_picture_unref (UchTilePicture *self);
UchTilePicture *uch_tile_picture_decode (GBytes *bytes, GError **error);
UchTilePicture      *
uch_tile_picture_crop (UchTilePicture *self, guint levels, guint column, guint row, int side);
void uch_tile_picture_place (UchTilePicture *self, UchTilePicture *child, int x, int y, int side);
void uch_tile_picture_fill (UchTilePicture *self, guint32 rgb);
void uch_tile_picture_darken (UchTilePicture *self);
GBytes *uch_tile_picture_to_rgb (UchTilePicture *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTilePicture, uch_tile_picture_unref)

G_END_DECLS
