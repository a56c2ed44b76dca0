#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-bake.h"

#include <math.h>

#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-canvas.h"

/* 2-pixel cells: two houses nearer than that cannot be told apart. */
#define CELL_DEPTH 7
/* From here on every house is drawn. */
#define ALL_HOUSES_ZOOM 17

/**
 * uch_tile_color_on_dark:
 * @rgb: 0xRRGGBB
 *
 * Returns: the colour 15 % lighter, for dark ground
 */
guint32
uch_tile_color_on_dark (guint32 rgb)
{
  guint32 r = rgb >> 16 & 0xff, g = rgb >> 8 & 0xff, b = rgb & 0xff;

  r += (255 - r) * 15 / 100;
  g += (255 - g) * 15 / 100;
  b += (255 - b) * 15 / 100;
  return r << 16 | g << 8 | b;
}

/**
 * uch_tile_house_size:
 * @zoom: zoom level of the tile
 *
 * Returns: diameter of a house's dot in pixels; at doorway zoom the side of its plate
 */
guint
uch_tile_house_size (guint zoom)
{
  static const guint8 sizes[] = { 2, 3, 4, 4, 4, 6, 8, 10, 24, 32 }; /* of zoom 10 … 19 */

  if (zoom < 10)
    return 2;
  return sizes[MIN (zoom - 10, G_N_ELEMENTS (sizes) - 1)];
}

/**
 * uch_tile_depth_max:
 * @zoom: zoom level of the tile
 *
 * Returns: the level of detail for uch_scene_collect(), so that the work follows pixels
 */
guint
uch_tile_depth_max (guint zoom)
{
  return zoom >= ALL_HOUSES_ZOOM ? UCH_MERCATOR_DEPTH + 1 : zoom + CELL_DEPTH;
}

void
uch_tile_canvas_set_rgb (UchTileCanvas *canvas, guint32 rgb, double alpha)
{
  cairo_set_source_rgba (canvas->cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0, alpha);
}

void
uch_tile_canvas_place (const UchTileCanvas *canvas, UchScenePoint at, double *out_x, double *out_y)
{
  *out_x = (at.x - canvas->x0) * canvas->per_world;
  *out_y = (at.y - canvas->y0) * canvas->per_world;
}

/* Whether a box of the world lies in the tile or within its margin. */
gboolean
uch_tile_canvas_sees (
    const UchTileCanvas *canvas, double x_min, double y_min, double x_max, double y_max)
{
  double margin = UCH_TILE_CANVAS_MARGIN / canvas->per_world;
  double side = canvas->side / canvas->per_world;

  return x_max >= canvas->x0 - margin && x_min <= canvas->x0 + side + margin
         && y_max >= canvas->y0 - margin && y_min <= canvas->y0 + side + margin;
}

void
uch_tile_canvas_set_font (UchTileCanvas *canvas, double size, gboolean bold)
{
  PangoFontDescription *font = pango_font_description_new ();

  /* "Sans" and not the desktop's font: a tile does not know the desktop's settings. */
  pango_font_description_set_family_static (font, "Cantarell, Sans");
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (canvas->layout, font);
  pango_font_description_free (font);
}

/* Text centred on x, y, turned by angle, with a halo that keeps it legible on any ground. */
void
uch_tile_canvas_show_text (UchTileCanvas *canvas,
                           const char    *text,
                           double         x,
                           double         y,
                           double         angle,
                           guint32        rgb,
                           guint32        halo)
{
  int width, height;

  pango_layout_set_text (canvas->layout, text, -1);
  pango_layout_get_size (canvas->layout, &width, &height);
  cairo_save (canvas->cr);
  cairo_translate (canvas->cr, x, y);
  cairo_rotate (canvas->cr, angle);
  cairo_translate (canvas->cr, -0.5 * width / PANGO_SCALE, -0.5 * height / PANGO_SCALE);
  if (angle == 0)
    {
      /* Upright letters stand on whole pixels. */
      double dx = 0, dy = 0;

      cairo_user_to_device (canvas->cr, &dx, &dy);
      dx = round (dx);
      dy = round (dy);
      cairo_device_to_user (canvas->cr, &dx, &dy);
      cairo_translate (canvas->cr, dx, dy);
    }
  cairo_move_to (canvas->cr, 0, 0);
  pango_cairo_layout_path (canvas->cr, canvas->layout);
  uch_tile_canvas_set_rgb (canvas, halo, 0.85);
  cairo_set_line_width (canvas->cr, 2.5);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (canvas->cr);
  cairo_move_to (canvas->cr, 0, 0);
  uch_tile_canvas_set_rgb (canvas, rgb, 1);
  pango_cairo_show_layout (canvas->cr, canvas->layout);
  cairo_restore (canvas->cr);
}

/* Widths that do not depend on whole pixels: letters of turned names keep their distances. */
static PangoLayout *
create_layout (cairo_t *cr)
{
  cairo_font_options_t *options = cairo_font_options_create ();
  PangoLayout          *layout = pango_cairo_create_layout (cr);

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  pango_context_set_round_glyph_positions (pango_layout_get_context (layout), FALSE);
  pango_layout_context_changed (layout);
  cairo_font_options_destroy (options);
  return layout;
}

static UchTilePicture *
begin_picture (UchTilePicture *base, const UchTileStyle *style, int side)
{
  UchTilePicture *picture;

  if (base == NULL)
    return uch_tile_picture_new (side, side);
  picture = uch_tile_picture_crop (base, 0, 0, 0, side);
  if (style->dark)
    uch_tile_picture_darken (picture);
  return picture;
}

/**
 * uch_tile_bake:
 * @base: (nullable): base picture of this tile; %NULL draws the schematic map
 * @scene: what the office knows of the town
 * @key: which tile
 * @style: how
 *
 * Puts a tile together: base picture, zones, names, houses, service centres.
 *
 * Returns: (transfer full): an opaque picture, 256 × scale pixels wide and high
 */
UchTilePicture *
uch_tile_bake (UchTilePicture *base, UchScene *scene, UchTileKey key, const UchTileStyle *style)
{
  int              side = UCH_MERCATOR_TILE_SIZE * style->scale;
  double           n_tiles = exp2 (key.zoom);
  UchTilePicture  *picture = begin_picture (base, style, side);
  cairo_surface_t *surface = cairo_image_surface_create_for_data (
      (guint8 *) picture->pixels, CAIRO_FORMAT_RGB24, side, side, side * 4);
  UchTileCanvas canvas = { .cr = cairo_create (surface),
                           .picture = picture,
                           .scene = scene,
                           .key = key,
                           .style = style,
                           .schematic = base == NULL,
                           .side = UCH_MERCATOR_TILE_SIZE,
                           .x0 = key.x / n_tiles,
                           .y0 = key.y / n_tiles,
                           .per_world = UCH_MERCATOR_TILE_SIZE * n_tiles };

  cairo_scale (canvas.cr, style->scale, style->scale);
  canvas.layout = create_layout (canvas.cr);

  if (base == NULL)
    uch_tile_draw_ground (&canvas);
  uch_tile_draw_zones (&canvas);
  if (base == NULL || style->names)
    uch_tile_draw_street_names (&canvas);
  uch_tile_draw_houses (&canvas);
  uch_tile_draw_centres (&canvas);
  if (base == NULL || style->names)
    uch_tile_draw_place_names (&canvas);

  g_object_unref (canvas.layout);
  cairo_destroy (canvas.cr);
  cairo_surface_destroy (surface);
  return picture;
}
