#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile.h"

#include <cairo.h>
#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>

G_DEFINE_QUARK (uch - tile - error - quark, uch_tile_error)

/**
 * uch_tile_key_hash:
 * @key: (type gpointer): a #UchTileKey
 *
 * Returns: a hash for a #GHashTable
 */
guint
uch_tile_key_hash (gconstpointer key)
{
  const UchTileKey *k = key;

  return (k->x * 73856093u) ^ (k->y * 19349663u) ^ (k->zoom * 83492791u);
}

/**
 * uch_tile_key_equal:
 * @a: a #UchTileKey
 * @b: another
 *
 * Returns: whether both address the same tile
 */
gboolean
uch_tile_key_equal (gconstpointer a, gconstpointer b)
{
  const UchTileKey *ka = a;
  const UchTileKey *kb = b;

  return ka->x == kb->x && ka->y == kb->y && ka->zoom == kb->zoom;
}

/**
 * uch_tile_key_ancestor:
 * @key: a tile
 * @levels: how many zoom levels to go out, at most its own zoom
 *
 * Returns: the tile that contains @key
 */
UchTileKey
uch_tile_key_ancestor (UchTileKey key, guint levels)
{
  levels = MIN (levels, key.zoom);
  return (UchTileKey){ .x = key.x >> levels, .y = key.y >> levels, .zoom = key.zoom - levels };
}

/**
 * uch_tile_picture_new:
 * @width: pixels
 * @height: pixels
 *
 * Returns: (transfer full): a black picture
 */
UchTilePicture *
uch_tile_picture_new (int width, int height)
{
  UchTilePicture *self = g_new0 (UchTilePicture, 1);

  g_assert (width > 0 && height > 0);
  g_atomic_ref_count_init (&self->ref_count);
  self->width = width;
  self->height = height;
  self->pixels = g_new0 (guint32, (gsize) width * (gsize) height);
  return self;
}

/**
 * uch_tile_picture_ref:
 * @self: a picture
 *
 * Returns: (transfer full): @self
 */
UchTilePicture *
uch_tile_picture_ref (UchTilePicture *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * uch_tile_picture_unref:
 * @self: (transfer full) (nullable): a picture
 */
void
uch_tile_picture_unref (UchTilePicture *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->pixels);
  g_free (self);
}

static void
size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  gboolean *out_too_large = user_data;

  if (width > UCH_TILE_SIDE_MAX || height > UCH_TILE_SIDE_MAX)
    {
      *out_too_large = TRUE;
      gdk_pixbuf_loader_set_size (loader, 0, 0); /* a decompression bomb is not unpacked */
    }
}

/* The loader takes a picture that breaks off for a good one: rows that never came tell. */
static void
area_updated_cb (GdkPixbufLoader *loader, int x, int y, int width, int height, gpointer user_data)
{
  int *last_row = user_data;

  *last_row = MAX (*last_row, y + height);
}

static UchTilePicture *
picture_from_pixbuf (GdkPixbuf *pixbuf)
{
  int             width = gdk_pixbuf_get_width (pixbuf);
  int             height = gdk_pixbuf_get_height (pixbuf);
  int             stride = gdk_pixbuf_get_rowstride (pixbuf);
  int             n_channels = gdk_pixbuf_get_n_channels (pixbuf);
  const guint8   *bytes = gdk_pixbuf_read_pixels (pixbuf);
  UchTilePicture *self = uch_tile_picture_new (width, height);

  for (int y = 0; y < height; y++)
    {
      const guint8 *in = bytes + (gsize) y * (gsize) stride;
      guint32      *out = self->pixels + (gsize) y * (gsize) width;

      for (int x = 0; x < width; x++, in += n_channels)
        {
          guint32 r = in[0], g = in[1], b = in[2];

          if (n_channels == 4 && in[3] != 255)
            {
              guint32 a = in[3];

              r = (r * a + 255 * (255 - a)) / 255;
              g = (g * a + 255 * (255 - a)) / 255;
              b = (b * a + 255 * (255 - a)) / 255;
            }
          out[x] = (r << 16) | (g << 8) | b;
        }
    }
  return self;
}

/* What tiles are made of. The other loaders of gdk-pixbuf are kept away from foreign bytes: the one
 * of GIF, for one, takes gigabytes for a header of 13 bytes. */
static gboolean
looks_like_tile (GBytes *bytes)
{
  gsize       len;
  const char *data = g_bytes_get_data (bytes, &len);

  return len > 12
         && (memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0 || memcmp (data, "\xff\xd8\xff", 3) == 0
             || (memcmp (data, "RIFF", 4) == 0 && memcmp (data + 8, "WEBP", 4) == 0));
}

/**
 * uch_tile_picture_decode:
 * @bytes: a PNG, a JPEG or a WebP
 * @error: return location of UCH_TILE_ERROR_NOT_A_PICTURE or UCH_TILE_ERROR_TOO_LARGE
 *
 * What is transparent becomes white. May be called on any thread.
 *
 * Returns: (transfer full) (nullable): the picture
 */
UchTilePicture *
uch_tile_picture_decode (GBytes *bytes, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError) local_error = NULL;
  gboolean   too_large = FALSE;
  int        last_row = 0;
  gboolean   read_ok;
  GdkPixbuf *pixbuf;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), &too_large);
  g_signal_connect (loader, "area-updated", G_CALLBACK (area_updated_cb), &last_row);
  read_ok = looks_like_tile (bytes) && gdk_pixbuf_loader_write_bytes (loader, bytes, &local_error);
  if (!gdk_pixbuf_loader_close (loader, read_ok ? &local_error : NULL))
    read_ok = FALSE;
  if (too_large)
    {
      g_set_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_TOO_LARGE,
                   "The picture is larger than %d × %d pixels", UCH_TILE_SIDE_MAX,
                   UCH_TILE_SIDE_MAX);
      return NULL;
    }
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (!read_ok || pixbuf == NULL || last_row < gdk_pixbuf_get_height (pixbuf))
    {
      g_set_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_A_PICTURE, "Not a picture: %s",
                   local_error != NULL ? local_error->message : "unknown, or it breaks off");
      return NULL;
    }
  return picture_from_pixbuf (pixbuf);
}

static cairo_surface_t *
wrap_pixels (UchTilePicture *self)
{
  return cairo_image_surface_create_for_data ((guint8 *) self->pixels, CAIRO_FORMAT_RGB24,
                                              self->width, self->height, self->width * 4);
}

/**
 * uch_tile_picture_crop:
 * @self: picture of a tile
 * @levels: how many zoom levels deeper the wanted tile is
 * @column: its column inside @self, 0 … 2^levels - 1
 * @row: its row inside @self
 * @side: pixels of the result
 *
 * Enlarges the part of a tile that a deeper tile covers ("overzoom"). With @levels 0 it only
 * changes the size.
 *
 * Returns: (transfer full): a square picture
 */
UchTilePicture *
uch_tile_picture_crop (UchTilePicture *self, guint levels, guint column, guint row, int side)
{
  UchTilePicture  *result = uch_tile_picture_new (side, side);
  cairo_surface_t *from = wrap_pixels (self);
  cairo_surface_t *to = wrap_pixels (result);
  cairo_t         *cr = cairo_create (to);
  double           n = (double) (1u << levels);
  double           scale = (double) side * n / self->width;

  cairo_translate (cr, -(double) column * side, -(double) row * side);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, from, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);

  cairo_destroy (cr);
  cairo_surface_destroy (to);
  cairo_surface_destroy (from);
  return result;
}

/**
 * uch_tile_picture_place:
 * @self: picture that is being put together
 * @child: picture of a deeper tile
 * @x: left edge in @self, pixels
 * @y: top edge in @self, pixels
 * @side: width and height that @child gets, pixels
 *
 * Draws a deeper tile, made smaller, into the tile that contains it ("underzoom").
 */
void
uch_tile_picture_place (UchTilePicture *self, UchTilePicture *child, int x, int y, int side)
{
  cairo_surface_t *from = wrap_pixels (child);
  cairo_surface_t *to = wrap_pixels (self);
  cairo_t         *cr = cairo_create (to);

  cairo_rectangle (cr, x, y, side, side);
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, (double) side / child->width, (double) side / child->height);
  cairo_set_source_surface (cr, from, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_paint (cr);

  cairo_destroy (cr);
  cairo_surface_destroy (to);
  cairo_surface_destroy (from);
}

/**
 * uch_tile_picture_fill:
 * @self: a picture that is not shared yet
 * @rgb: 0xRRGGBB
 */
void
uch_tile_picture_fill (UchTilePicture *self, guint32 rgb)
{
  gsize n = (gsize) self->width * (gsize) self->height;

  for (gsize i = 0; i < n; i++)
    self->pixels[i] = rgb;
}

/**
 * uch_tile_picture_darken:
 * @self: a picture that is not shared yet
 *
 * Turns a map that was drawn for daylight into one for the night: lightness is reversed around the
 * grey axis and pressed into the lower part, so that paper becomes near-black and lettering light.
 * The light end, where roads and paper differ by little, is stretched. Hues stay (parks remain
 * green, water blue) at two fifths of their strength.
 */
void
uch_tile_picture_darken (UchTilePicture *self)
{
  static gsize  ready = 0;
  static guint8 lights[256];
  gsize         n = (gsize) self->width * (gsize) self->height;

  if (g_once_init_enter (&ready))
    {
      for (int luma = 0; luma < 256; luma++)
        lights[luma] = (guint8) (26 + 165 * pow ((255 - luma) / 255.0, 0.7));
      g_once_init_leave (&ready, 1);
    }
  for (gsize i = 0; i < n; i++)
    {
      guint32 p = self->pixels[i];
      int     r = (int) ((p >> 16) & 0xff);
      int     g = (int) ((p >> 8) & 0xff);
      int     b = (int) (p & 0xff);
      int     luma = (54 * r + 183 * g + 19 * b) >> 8; /* Rec. 709, in 1/256 */
      int     light = lights[luma];

      r = light + ((r - luma) * 100) / 256;
      g = light + ((g - luma) * 100) / 256;
      b = light + ((b - luma) * 100) / 256;
      self->pixels[i] = ((guint32) CLAMP (r, 0, 255) << 16) | ((guint32) CLAMP (g, 0, 255) << 8)
                        | (guint32) CLAMP (b, 0, 255);
    }
}

/**
 * uch_tile_picture_to_rgb:
 * @self: a picture
 *
 * Packs the picture into three bytes a pixel, rows unpadded (stride = 3 × width), which a toolkit
 * takes as an opaque texture: one with alpha would cost several times as much per frame.
 *
 * Returns: (transfer full): red, green and blue bytes
 */
GBytes *
uch_tile_picture_to_rgb (UchTilePicture *self)
{
  gsize   n = (gsize) self->width * (gsize) self->height;
  guint8 *rgb = g_malloc (n * 3);
  guint8 *out = rgb;

  for (gsize i = 0; i < n; i++, out += 3)
    {
      guint32 p = self->pixels[i];

      out[0] = (guint8) (p >> 16);
      out[1] = (guint8) (p >> 8);
      out[2] = (guint8) p;
    }
  return g_bytes_new_take (rgb, n * 3);
}
