#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-sprites.h"

#include <math.h>

#include "app/map/uch-map-symbols.h"
#include "tiles/uch-tile-bake.h"

/* More than the looks of a busy day; beyond it everything is drawn anew. */
#define SPRITES_MAX 600
#define ACCENT 0x3584e4

struct _UchMapSprites
{
  GHashTable *textures; /* char * → GdkTexture */
  gboolean    dark;
  int         scale;
};

/**
 * uch_map_sprites_new:
 *
 * Returns: (transfer full): an empty set
 */
UchMapSprites *
uch_map_sprites_new (void)
{
  UchMapSprites *self = g_new0 (UchMapSprites, 1);

  self->textures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->scale = 1;
  return self;
}

/**
 * uch_map_sprites_free:
 * @self: (transfer full) (nullable): a set
 */
void
uch_map_sprites_free (UchMapSprites *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->textures);
  g_free (self);
}

/**
 * uch_map_sprites_set_style:
 * @self: a set
 * @dark: for dark ground
 * @scale: device pixels per pixel
 */
void
uch_map_sprites_set_style (UchMapSprites *self, gboolean dark, int scale)
{
  if (self->dark == dark && self->scale == scale)
    return;
  self->dark = dark;
  self->scale = MAX (1, scale);
  g_hash_table_remove_all (self->textures);
}

/**
 * uch_map_promise_get_colors:
 * @promise: state of the clock
 * @dark: for dark ground
 * @out_paper: (out): 0xRRGGBB of the ring or of a label's ground
 * @out_ink: (out): 0xRRGGBB of text on it
 */
void
uch_map_promise_get_colors (UchPromise promise, gboolean dark, guint32 *out_paper, guint32 *out_ink)
{
  *out_ink = 0x241f31;
  switch (promise)
    {
    case UCH_PROMISE_YELLOW:
      *out_paper = 0xe5a50a;
      break;
    case UCH_PROMISE_ORANGE:
      *out_paper = 0xff7800;
      break;
    case UCH_PROMISE_RED:
    case UCH_PROMISE_BROKEN:
      *out_paper = 0xe01b24;
      *out_ink = 0xffffff;
      break;
    case UCH_PROMISE_WAITING:
    case UCH_PROMISE_RUNNING:
    case UCH_PROMISE_KEPT:
      *out_paper = dark ? 0xdeddda : 0x3d3846;
      *out_ink = dark ? 0x241f31 : 0xffffff;
      break;
    case UCH_PROMISE_NONE:
    case UCH_PROMISE_EXEMPT:
    default:
      *out_paper = 0x9a9996;
      break;
    }
}

static void
set_rgb (cairo_t *cr, guint32 rgb, double alpha)
{
  cairo_set_source_rgba (cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0, alpha);
}

static cairo_t *
begin_sprite (UchMapSprites *self, double width, double height)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, (int) ceil (width * self->scale), (int) ceil (height * self->scale));
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, self->scale, self->scale);
  cairo_surface_destroy (surface);
  return cr;
}

/* Takes the drawing over; KEY too. */
static GdkTexture *
end_sprite (UchMapSprites *self, char *key, cairo_t *cr)
{
  cairo_surface_t *surface = cairo_get_target (cr);
  g_autoptr (GBytes) bytes = NULL;
  GdkTexture *texture;
  int         stride;

  cairo_surface_flush (surface);
  stride = cairo_image_surface_get_stride (surface);
  bytes = g_bytes_new (cairo_image_surface_get_data (surface),
                       (gsize) stride * (gsize) cairo_image_surface_get_height (surface));
  texture = gdk_memory_texture_new (cairo_image_surface_get_width (surface),
                                    cairo_image_surface_get_height (surface), GDK_MEMORY_DEFAULT,
                                    bytes, (gsize) stride);
  cairo_destroy (cr);
  if (g_hash_table_size (self->textures) >= SPRITES_MAX)
    g_hash_table_remove_all (self->textures);
  g_hash_table_insert (self->textures, key, texture);
  return texture;
}

static void
trace_pin (cairo_t *cr, double radius)
{
  double x = UCH_MAP_PIN_WIDTH / 2.0;
  double spread = 0.30 * G_PI;

  cairo_new_path (cr);
  cairo_arc (cr, x, UCH_MAP_PIN_HEAD_Y, radius, G_PI_2 + spread, G_PI_2 - spread + 2 * G_PI);
  cairo_line_to (cr, x, UCH_MAP_PIN_ANCHOR_Y - 13 + radius);
  cairo_close_path (cr);
}

static void
draw_pin (UchMapSprites *self, cairo_t *cr, const UchMapTicket *ticket, UchMapLook look)
{
  guint32 ring, ink;
  guint32 paper = self->dark ? 0x303035 : 0xffffff;
  guint32 symbol = self->dark ? 0xf6f5f4 : 0x241f31;

  uch_map_promise_get_colors (ticket->promise, self->dark, &ring, &ink);
  if (ticket->assigned)
    {
      /* Somebody has it: it stands back. */
      paper = self->dark ? 0x3d3d42 : 0xe6e5e3;
      symbol = self->dark ? 0xb0afac : 0x77767b;
    }
  if (look != UCH_MAP_LOOK_NORMAL)
    {
      trace_pin (cr, 15.5);
      set_rgb (cr, ACCENT, look == UCH_MAP_LOOK_SELECTED ? 1 : 0.55);
      cairo_fill (cr);
    }
  trace_pin (cr, 13.8);
  set_rgb (cr, self->dark ? 0x1d1d20 : 0xffffff, 1);
  cairo_fill (cr);
  trace_pin (cr, 13);
  set_rgb (cr, ring, 1);
  cairo_fill (cr);
  cairo_arc (cr, UCH_MAP_PIN_WIDTH / 2.0, UCH_MAP_PIN_HEAD_Y, 10, 0, 2 * G_PI);
  set_rgb (cr, paper, 1);
  cairo_fill (cr);

  cairo_translate (cr, UCH_MAP_PIN_WIDTH / 2.0, UCH_MAP_PIN_HEAD_Y);
  cairo_scale (cr, 0.92, 0.92);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  set_rgb (cr, symbol, 1);
  uch_map_symbol_draw (cr, ticket->symbol);
}

static void
draw_dot (UchMapSprites *self, cairo_t *cr, const UchMapTicket *ticket, UchMapLook look)
{
  double  middle = UCH_MAP_DOT_SIDE / 2.0;
  guint32 ring, ink;

  uch_map_promise_get_colors (ticket->promise, self->dark, &ring, &ink);
  if (look != UCH_MAP_LOOK_NORMAL)
    {
      cairo_arc (cr, middle, middle, 9.5, 0, 2 * G_PI);
      set_rgb (cr, ACCENT, look == UCH_MAP_LOOK_SELECTED ? 1 : 0.55);
      cairo_fill (cr);
    }
  cairo_arc (cr, middle, middle, 7.8, 0, 2 * G_PI);
  set_rgb (cr, self->dark ? 0x1d1d20 : 0xffffff, 1);
  cairo_fill (cr);
  cairo_arc (cr, middle, middle, 7, 0, 2 * G_PI);
  set_rgb (cr, ring, 1);
  cairo_fill (cr);
  cairo_arc (cr, middle, middle, 3.8, 0, 2 * G_PI);
  set_rgb (cr,
           ticket->assigned ? (self->dark ? 0x3d3d42 : 0xe6e5e3)
                            : (self->dark ? 0x303035 : 0xffffff),
           1);
  cairo_fill (cr);
}

/**
 * uch_map_sprites_get_pin:
 * @self: a set
 * @ticket: whose pin
 * @small: the dot for city zoom
 * @look: how it stands out
 *
 * Returns: (transfer none): its picture, good until the next call
 */
GdkTexture *
uch_map_sprites_get_pin (UchMapSprites      *self,
                         const UchMapTicket *ticket,
                         gboolean            small,
                         UchMapLook          look)
{
  g_autofree char *key = g_strdup_printf ("p%d:%d:%d:%d:%d", ticket->symbol, ticket->promise,
                                          ticket->assigned, small, look);
  GdkTexture      *texture = g_hash_table_lookup (self->textures, key);
  cairo_t         *cr;

  if (texture != NULL)
    return texture;
  if (small)
    {
      cr = begin_sprite (self, UCH_MAP_DOT_SIDE, UCH_MAP_DOT_SIDE);
      draw_dot (self, cr, ticket, look);
    }
  else
    {
      cr = begin_sprite (self, UCH_MAP_PIN_WIDTH, UCH_MAP_PIN_HEIGHT);
      draw_pin (self, cr, ticket, look);
    }
  return end_sprite (self, g_steal_pointer (&key), cr);
}

static void
draw_centred_text (cairo_t *cr, const char *text, double size, double x, double y)
{
  PangoLayout          *layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold");
  PangoRectangle        ink;

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_extents (layout, &ink, NULL);
  cairo_move_to (cr, x - ink.x - ink.width / 2.0, y - ink.y - ink.height / 2.0);
  pango_cairo_show_layout (cr, layout);
  pango_font_description_free (font);
  g_object_unref (layout);
}

static void
draw_sign (UchMapSprites *self, cairo_t *cr, UchMapSign sign)
{
  cairo_arc (cr, 32, 32, 8.5, 0, 2 * G_PI);
  set_rgb (cr, self->dark ? 0x1d1d20 : 0xffffff, 1);
  cairo_fill (cr);
  cairo_arc (cr, 32, 32, 7.5, 0, 2 * G_PI);
  set_rgb (cr, self->dark ? 0xdeddda : 0x3d3846, 1);
  cairo_fill (cr);
  cairo_save (cr);
  cairo_translate (cr, 32, 32);
  cairo_scale (cr, 0.68, 0.68);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  set_rgb (cr, self->dark ? 0x241f31 : 0xffffff, 1);
  uch_map_sign_draw (cr, sign);
  cairo_restore (cr);
}

/**
 * uch_map_sprites_get_badge:
 * @self: a set
 * @engineer: whose badge
 * @freshness: an old position is faded, one that says nothing any more has a dashed rim, too
 * @dimmed: he cannot take what is being dragged
 * @look: how it stands out
 *
 * Returns: (transfer none): its picture, good until the next call
 */
GdkTexture *
uch_map_sprites_get_badge (UchMapSprites        *self,
                           const UchMapEngineer *engineer,
                           UchMapFreshness       freshness,
                           gboolean              dimmed,
                           UchMapLook            look)
{
  g_autofree char *key = g_strdup_printf ("e%s:%06x:%d:%d:%d:%d", engineer->initials, engineer->rgb,
                                          engineer->sign, freshness, dimmed, look);
  GdkTexture      *texture = g_hash_table_lookup (self->textures, key);
  cairo_t         *cr;
  double           middle = UCH_MAP_BADGE_SIDE / 2.0;
  const double     dashes[] = { 4, 3.2 };

  if (texture != NULL)
    return texture;
  cr = begin_sprite (self, UCH_MAP_BADGE_SIDE, UCH_MAP_BADGE_SIDE);
  cairo_push_group (cr);
  if (look != UCH_MAP_LOOK_NORMAL)
    {
      cairo_arc (cr, middle, middle, 20, 0, 2 * G_PI);
      set_rgb (cr, ACCENT, look == UCH_MAP_LOOK_SELECTED ? 1 : 0.55);
      cairo_fill (cr);
    }
  cairo_arc (cr, middle, middle, 17.5, 0, 2 * G_PI);
  set_rgb (cr, self->dark ? 0x1d1d20 : 0xffffff, 1);
  cairo_fill (cr);
  cairo_arc (cr, middle, middle, 15, 0, 2 * G_PI);
  set_rgb (cr, self->dark ? 0x303035 : 0xffffff, 1);
  cairo_fill_preserve (cr);
  set_rgb (cr, self->dark ? uch_tile_color_on_dark (engineer->rgb) : engineer->rgb, 1);
  cairo_set_line_width (cr, 3.5);
  if (freshness == UCH_MAP_LOST)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  set_rgb (cr, self->dark ? 0xf6f5f4 : 0x241f31, 1);
  draw_centred_text (cr, engineer->initials, 11.5, middle, middle);
  if (engineer->sign != UCH_MAP_SIGN_NONE)
    draw_sign (self, cr, engineer->sign);
  cairo_pop_group_to_source (cr);
  cairo_paint_with_alpha (cr, dimmed                       ? 0.35
                              : freshness == UCH_MAP_LOST  ? 0.55
                              : freshness == UCH_MAP_FADED ? 0.75
                                                           : 1);
  return end_sprite (self, g_steal_pointer (&key), cr);
}

/**
 * uch_map_sprites_get_label:
 * @self: a set
 * @context: font and resolution of the widget
 * @text: one or more lines
 * @paper: 0xRRGGBB of the ground
 * @ink: 0xRRGGBB of the text
 * @out_width: (out): pixels
 * @out_height: (out): pixels
 *
 * Returns: (transfer none): text on a rounded plate, good until the next call
 */
GdkTexture *
uch_map_sprites_get_label (UchMapSprites *self,
                           PangoContext  *context,
                           const char    *text,
                           guint32        paper,
                           guint32        ink,
                           float         *out_width,
                           float         *out_height)
{
  g_autofree char *key = g_strdup_printf ("l%06x:%06x:%s", paper, ink, text);
  GdkTexture      *texture = g_hash_table_lookup (self->textures, key);

  if (texture == NULL)
    {
      g_autoptr (PangoLayout) layout = pango_layout_new (context);
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
      int      width, height;
      cairo_t *cr;
      double   radius;

      pango_attr_list_insert (attributes, pango_attr_scale_new (0.85));
      pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
      pango_layout_set_attributes (layout, attributes);
      pango_layout_set_text (layout, text, -1);
      pango_layout_get_pixel_size (layout, &width, &height);
      width += 10;
      height += 3;
      radius = MIN (height / 2.0, 8);
      cr = begin_sprite (self, width + 2, height + 2);
      for (int pass = 0; pass < 2; pass++)
        {
          double inset = pass, r = radius + 1 - inset;

          cairo_new_path (cr);
          cairo_arc (cr, inset + r, inset + r, r, G_PI, 1.5 * G_PI);
          cairo_arc (cr, width + 2 - inset - r, inset + r, r, -G_PI_2, 0);
          cairo_arc (cr, width + 2 - inset - r, height + 2 - inset - r, r, 0, G_PI_2);
          cairo_arc (cr, inset + r, height + 2 - inset - r, r, G_PI_2, G_PI);
          cairo_close_path (cr);
          if (pass == 0)
            set_rgb (cr, self->dark ? 0x1d1d20 : 0xffffff, 0.9);
          else
            set_rgb (cr, paper, 1);
          cairo_fill (cr);
        }
      set_rgb (cr, ink, 1);
      cairo_move_to (cr, 6, 2.5);
      pango_cairo_show_layout (cr, layout);
      texture = end_sprite (self, g_steal_pointer (&key), cr);
    }
  *out_width = (float) gdk_texture_get_width (texture) / (float) self->scale;
  *out_height = (float) gdk_texture_get_height (texture) / (float) self->scale;
  return texture;
}

/**
 * uch_map_sprites_get_ring:
 * @self: a set
 * @diameter: inner diameter in pixels
 *
 * Returns: (transfer none): a ring around a house, UCH_MAP_RING_SIDE wide; good until the next call
 */
GdkTexture *
uch_map_sprites_get_ring (UchMapSprites *self, double diameter)
{
  g_autofree char *key = g_strdup_printf ("r%d", (int) diameter);
  GdkTexture      *texture = g_hash_table_lookup (self->textures, key);
  cairo_t         *cr;
  double           middle = UCH_MAP_RING_SIDE / 2.0;

  if (texture != NULL)
    return texture;
  cr = begin_sprite (self, UCH_MAP_RING_SIDE, UCH_MAP_RING_SIDE);
  cairo_arc (cr, middle, middle, MIN (diameter / 2, middle - 4) + 1.5, 0, 2 * G_PI);
  set_rgb (cr, self->dark ? 0x1d1d20 : 0xffffff, 0.9);
  cairo_set_line_width (cr, 6);
  cairo_stroke_preserve (cr);
  set_rgb (cr, ACCENT, 1);
  cairo_set_line_width (cr, 3);
  cairo_stroke (cr);
  return end_sprite (self, g_steal_pointer (&key), cr);
}
