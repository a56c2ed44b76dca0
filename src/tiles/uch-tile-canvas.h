/* What the parts of the drawing share. Private to the room. */
#pragma once

#include <cairo.h>
#include <pango/pangocairo.h>

#include "tiles/uch-tile-bake.h"

G_BEGIN_DECLS

/* How far beyond its tile a name may begin, pixels. */
#define UCH_TILE_CANVAS_MARGIN 300.0

typedef struct
{
  cairo_t            *cr; /* one unit is one pixel at scale 1 */
  PangoLayout        *layout;
  UchTilePicture     *picture;
  UchScene           *scene;
  UchTileKey          key;
  const UchTileStyle *style;
  gboolean            schematic;
  double              side;      /* 256 */
  double              x0, y0;    /* of the tile's corner in the world */
  double              per_world; /* pixels */
} UchTileCanvas;

void uch_tile_canvas_set_rgb (UchTileCanvas *canvas, guint32 rgb, double alpha);
void
uch_tile_canvas_place (const UchTileCanvas *canvas, UchScenePoint at, double *out_x, double *out_y);
gboolean uch_tile_canvas_sees (
    const UchTileCanvas *canvas, double x_min, double y_min, double x_max, double y_max);
void uch_tile_canvas_set_font (UchTileCanvas *canvas, double size, gboolean bold);
void uch_tile_canvas_show_text (UchTileCanvas *canvas,
                                const char    *text,
                                double         x,
                                double         y,
                                double         angle,
                                guint32        rgb,
                                guint32        halo);

void uch_tile_draw_ground (UchTileCanvas *canvas);
void uch_tile_draw_zones (UchTileCanvas *canvas);
void uch_tile_draw_street_names (UchTileCanvas *canvas);
void uch_tile_draw_houses (UchTileCanvas *canvas);
void uch_tile_draw_centres (UchTileCanvas *canvas);
void uch_tile_draw_place_names (UchTileCanvas *canvas);

G_END_DECLS
