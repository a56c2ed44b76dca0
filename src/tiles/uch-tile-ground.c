/* The schematic map's ground and streets, and the zones of every map. */
#define G_LOG_DOMAIN "uch-tiles"

#include <math.h>

#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-canvas.h"

#define STREET_ZOOM_MIN 10
/* At and below it only long streets are drawn. */
#define STREET_ZOOM_LONG 12
#define STREET_LONG_M 900.0

static const struct
{
  guint32 ground, casing, street;
} palettes[] = {
  { 0xf4f1ea, 0xd5cfc3, 0xffffff },
  { 0x26272b, 0x1b1c1f, 0x45474e },
};

/**
 * uch_tile_paper:
 * @dark: for the night
 *
 * Returns: 0xRRGGBB of the schematic map's ground
 */
guint32
uch_tile_paper (gboolean dark)
{
  return palettes[dark ? 1 : 0].ground;
}

static double
street_length (const UchSceneStreet *street)
{
  double length = 0;

  for (guint i = 0; i + 1 < street->n_points; i++)
    length += hypot (street->points[i + 1].x - street->points[i].x,
                     street->points[i + 1].y - street->points[i].y);
  return length;
}

static double
street_width (guint zoom)
{
  static const double widths[] = { 1, 1.2, 1.6, 2.4, 3.6, 5.5, 8, 12, 18, 28 }; /* zoom 10 … 19 */

  return widths[CLAMP ((int) zoom - 10, 0, (int) G_N_ELEMENTS (widths) - 1)];
}

static void
trace_street (UchTileCanvas *canvas, const UchSceneStreet *street)
{
  for (guint i = 0; i < street->n_points; i++)
    {
      double x, y;

      uch_tile_canvas_place (canvas, street->points[i], &x, &y);
      cairo_line_to (canvas->cr, x, y);
    }
}

static void
draw_streets (UchTileCanvas *canvas, guint32 rgb, double extra)
{
  GPtrArray *streets = uch_scene_get_streets (canvas->scene);
  double     metre = 1
                 / (uch_mercator_metres_per_pixel (uch_mercator_latitude (canvas->y0), 0)
                    * UCH_MERCATOR_TILE_SIZE);
  double width = street_width (canvas->key.zoom) + extra;

  uch_tile_canvas_set_rgb (canvas, rgb, 1);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (canvas->cr, width);
  for (guint i = 0; i < streets->len; i++)
    {
      const UchSceneStreet *street = g_ptr_array_index (streets, i);

      if (!uch_tile_canvas_sees (canvas, street->x_min, street->y_min, street->x_max,
                                 street->y_max))
        continue;
      if (canvas->key.zoom <= STREET_ZOOM_LONG && street_length (street) < STREET_LONG_M * metre)
        continue;
      cairo_new_path (canvas->cr);
      trace_street (canvas, street);
      cairo_stroke (canvas->cr);
    }
}

/* Paper, and the streets as far as the houses tell where they are. */
void
uch_tile_draw_ground (UchTileCanvas *canvas)
{
  guint palette = canvas->style->dark ? 1 : 0;

  uch_tile_canvas_set_rgb (canvas, palettes[palette].ground, 1);
  cairo_paint (canvas->cr);
  if (canvas->key.zoom < STREET_ZOOM_MIN)
    return;
  draw_streets (canvas, palettes[palette].casing, canvas->key.zoom >= 13 ? 2 : 1);
  draw_streets (canvas, palettes[palette].street, 0);
}

static gboolean
trace_rings (UchTileCanvas *canvas, const UchSceneZone *zone)
{
  gboolean seen = FALSE;

  cairo_new_path (canvas->cr);
  for (guint r = 0; r < zone->rings->len; r++)
    {
      const GArray *ring = g_ptr_array_index (zone->rings, r);
      double        x_min = INFINITY, y_min = INFINITY, x_max = -INFINITY, y_max = -INFINITY;

      for (guint i = 0; i < ring->len; i++)
        {
          const UchScenePoint *point = &g_array_index (ring, UchScenePoint, i);
          double               x, y;

          x_min = MIN (x_min, point->x);
          x_max = MAX (x_max, point->x);
          y_min = MIN (y_min, point->y);
          y_max = MAX (y_max, point->y);
          uch_tile_canvas_place (canvas, *point, &x, &y);
          cairo_line_to (canvas->cr, x, y);
        }
      cairo_close_path (canvas->cr);
      seen = seen || uch_tile_canvas_sees (canvas, x_min, y_min, x_max, y_max);
    }
  return seen;
}

/* A light tint, and an edge that is drawn inside, so that neighbours show both colours. */
void
uch_tile_draw_zones (UchTileCanvas *canvas)
{
  GPtrArray *zones = uch_scene_get_zones (canvas->scene);
  double     tint = canvas->schematic ? (canvas->style->dark ? 0.13 : 0.09)
                                      : (canvas->style->dark ? 0.06 : 0.04);

  for (guint i = 1; i < zones->len; i++)
    {
      const UchSceneZone *zone = g_ptr_array_index (zones, i);
      guint32 rgb = canvas->style->dark ? uch_tile_color_on_dark (zone->rgb) : zone->rgb;

      if (canvas->style->hidden_zones >> i & 1 || zone->rings->len == 0
          || !trace_rings (canvas, zone))
        continue;
      cairo_save (canvas->cr);
      cairo_set_fill_rule (canvas->cr, CAIRO_FILL_RULE_EVEN_ODD);
      uch_tile_canvas_set_rgb (canvas, rgb, tint);
      cairo_fill_preserve (canvas->cr);
      cairo_clip_preserve (canvas->cr);
      uch_tile_canvas_set_rgb (canvas, rgb, 0.22);
      cairo_set_line_width (canvas->cr, 10);
      cairo_stroke_preserve (canvas->cr);
      uch_tile_canvas_set_rgb (canvas, rgb, 0.75);
      cairo_set_line_width (canvas->cr, 3);
      cairo_stroke (canvas->cr);
      cairo_restore (canvas->cr);
    }
}
