/* Houses and service centres. Dots are blended by hand: at city zoom there are many. */
#define G_LOG_DOMAIN "uch-tiles"

#include <math.h>
#include <string.h>

#include "tiles/uch-scene-private.h"
#include "tiles/uch-tile-canvas.h"

#define NUMBER_ZOOM_MIN 16
#define PLATE_ZOOM_MIN 18
#define CENTRE_NAME_ZOOM_MIN 14
/* Eighths of a tile around it in which houses may reach into it: with their number, or as dots. */
#define MARGIN_CELLS_NAMED 3
#define MARGIN_CELLS_DOTS 1
#define LOST_RGB 0x9a9996

/* Coverage 0 … 255 of each pixel by the rim, the disc and the hole of a hollow dot. */
typedef struct
{
  int     side;
  guint8 *rim, *disc, *hole;
} Stamp;

static guint8
coverage (double radius, double distance)
{
  return (guint8) (CLAMP (radius - distance + 0.5, 0.0, 1.0) * 255.0 + 0.5);
}

static Stamp
stamp_new (int diameter, double rim, double ring)
{
  Stamp stamp = { .side = diameter + 2 * (int) ceil (rim) };
  gsize n = (gsize) stamp.side * (gsize) stamp.side;

  stamp.rim = g_new (guint8, n);
  stamp.disc = g_new (guint8, n);
  stamp.hole = g_new (guint8, n);
  for (int y = 0; y < stamp.side; y++)
    for (int x = 0; x < stamp.side; x++)
      {
        double distance = hypot (x + 0.5 - stamp.side / 2.0, y + 0.5 - stamp.side / 2.0);
        gsize  i = (gsize) y * (gsize) stamp.side + (gsize) x;

        stamp.rim[i] = coverage (diameter / 2.0 + rim, distance);
        stamp.disc[i] = coverage (diameter / 2.0, distance);
        stamp.hole[i] = coverage (diameter / 2.0 - ring, distance);
      }
  return stamp;
}

static void
stamp_clear (Stamp *stamp)
{
  g_free (stamp->rim);
  g_free (stamp->disc);
  g_free (stamp->hole);
}

static inline guint32
blend (guint32 under, guint32 over, guint32 alpha)
{
  guint32 rb = under & 0xff00ff, g = under & 0x00ff00;

  alpha += alpha >> 7; /* 0 … 256 */
  rb += (((over & 0xff00ff) - rb) * alpha) >> 8;
  g += (((over & 0x00ff00) - g) * alpha) >> 8;
  return (rb & 0xff00ff) | (g & 0x00ff00);
}

static void
stamp_press (const Stamp    *stamp,
             UchTilePicture *picture,
             int             left,
             int             top,
             guint32         rgb,
             guint32         rim,
             gboolean        hollow)
{
  for (int y = MAX (0, -top); y < stamp->side && top + y < picture->height; y++)
    for (int x = MAX (0, -left); x < stamp->side && left + x < picture->width; x++)
      {
        gsize    i = (gsize) y * (gsize) stamp->side + (gsize) x;
        guint32 *pixel
            = &picture->pixels[(gsize) (top + y) * (gsize) picture->width + (gsize) (left + x)];

        if (stamp->rim[i] == 0)
          continue;
        *pixel = blend (*pixel, rim, stamp->rim[i]);
        *pixel = blend (*pixel, rgb, stamp->disc[i]);
        if (hollow)
          *pixel = blend (*pixel, rim, stamp->hole[i]);
      }
}

static guint32
house_rgb (const UchTileCanvas *canvas, const UchSceneHouse *house)
{
  const UchSceneZone *zone = g_ptr_array_index (uch_scene_get_zones (canvas->scene), house->zone);
  guint32             rgb = house->status == UCH_SCENE_LOST ? LOST_RGB : zone->rgb;

  return canvas->style->dark ? uch_tile_color_on_dark (rgb) : rgb;
}

static void
place_house (const UchTileCanvas *canvas, const UchSceneHouse *house, double *out_x, double *out_y)
{
  UchScenePoint at = { (house->x + 0.5) / UCH_SCENE_WORLD, (house->y + 0.5) / UCH_SCENE_WORLD };

  uch_tile_canvas_place (canvas, at, out_x, out_y);
}

static void
draw_dots (UchTileCanvas *canvas, GPtrArray *houses)
{
  int     scale = canvas->style->scale;
  int     diameter = (int) uch_tile_house_size (canvas->key.zoom) * scale;
  double  rim_width = (diameter >= 4 * scale ? 1.0 : 0.6) * scale;
  guint32 rim = canvas->style->dark ? 0x1d1d20 : 0xffffff;
  Stamp stamp = stamp_new (diameter, rim_width, diameter >= 8 * scale ? 2.0 * scale : 1.0 * scale);

  cairo_surface_flush (cairo_get_target (canvas->cr));
  for (guint i = 0; i < houses->len; i++)
    {
      const UchSceneHouse *house = g_ptr_array_index (houses, i);
      double               x, y;

      place_house (canvas, house, &x, &y);
      stamp_press (&stamp, canvas->picture, (int) floor (x * scale + 0.5) - stamp.side / 2,
                   (int) floor (y * scale + 0.5) - stamp.side / 2, house_rgb (canvas, house), rim,
                   house->status == UCH_SCENE_PLANNED);
    }
  cairo_surface_mark_dirty (cairo_get_target (canvas->cr));
  stamp_clear (&stamp);
}

/* A number is left out when the number of a house before it in the scene would touch it. The rule
 * looks at pairs only, so that neighbouring tiles decide alike. */
static void
draw_numbers (UchTileCanvas *canvas, GPtrArray *houses)
{
  double                        size = canvas->key.zoom > NUMBER_ZOOM_MIN ? 11 : 10;
  double                        offset = uch_tile_house_size (canvas->key.zoom) / 2.0 + 2;
  guint32                       ink = canvas->style->dark ? 0xdeddda : 0x3d3846;
  guint32                       halo = canvas->style->dark ? 0x1d1d20 : 0xffffff;
  g_autofree cairo_rectangle_t *boxes = g_new0 (cairo_rectangle_t, houses->len);

  uch_tile_canvas_set_font (canvas, size, FALSE);
  for (guint i = 0; i < houses->len; i++)
    {
      const UchSceneHouse *house = g_ptr_array_index (houses, i);
      gboolean             free_place = *house->number != '\0';
      double               x, y;

      place_house (canvas, house, &x, &y);
      boxes[i].width = (double) g_utf8_strlen (house->number, -1) * size * 0.62 + 2;
      boxes[i].height = size + 2;
      boxes[i].x = x + offset;
      boxes[i].y = y - boxes[i].height / 2;
      for (guint k = 0; k < i && free_place; k++)
        free_place = boxes[k].x >= boxes[i].x + boxes[i].width
                     || boxes[i].x >= boxes[k].x + boxes[k].width
                     || boxes[k].y >= boxes[i].y + boxes[i].height
                     || boxes[i].y >= boxes[k].y + boxes[k].height;
      if (free_place && boxes[i].x < canvas->side && boxes[i].x + boxes[i].width > 0
          && boxes[i].y < canvas->side && boxes[i].y + boxes[i].height > 0)
        uch_tile_canvas_show_text (canvas, house->number, x + offset + boxes[i].width / 2, y, 0,
                                   ink, halo);
    }
}

static void
trace_plate (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* White or near-black, whichever stands out more from the ground (WCAG 2.1 relative luminance). */
static guint32
ink_on (guint32 rgb)
{
  double light = 0;
  double weights[] = { 0.2126, 0.7152, 0.0722 };

  for (int i = 0; i < 3; i++)
    {
      double c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;

      light += weights[i] * (c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4));
    }
  return 1.05 / (light + 0.05) >= 3.6 ? 0xffffff : 0x241f31;
}

static void
draw_plates (UchTileCanvas *canvas, GPtrArray *houses)
{
  double  height = uch_tile_house_size (canvas->key.zoom);
  guint32 rim = canvas->style->dark ? 0x1d1d20 : 0xffffff;

  uch_tile_canvas_set_font (canvas, canvas->key.zoom > PLATE_ZOOM_MIN ? 14 : 12, TRUE);
  for (guint i = 0; i < houses->len; i++)
    {
      const UchSceneHouse *house = g_ptr_array_index (houses, i);
      guint32              rgb = house_rgb (canvas, house);
      gboolean             hollow = house->status == UCH_SCENE_PLANNED;
      double               x, y, width;
      int                  text_width, text_height;

      place_house (canvas, house, &x, &y);
      pango_layout_set_text (canvas->layout, house->number, -1);
      pango_layout_get_pixel_size (canvas->layout, &text_width, &text_height);
      width = MAX (height, text_width + 12);
      x = round (x - width / 2);
      y = round (y - height / 2);
      if (x > canvas->side + 1 || y > canvas->side + 1 || x + width < -1 || y + height < -1)
        continue;
      trace_plate (canvas->cr, x - 1, y - 1, width + 2, height + 2, 6);
      uch_tile_canvas_set_rgb (canvas, rim, 1);
      cairo_fill (canvas->cr);
      trace_plate (canvas->cr, x, y, width, height, 5);
      uch_tile_canvas_set_rgb (canvas, rgb, 1);
      cairo_fill (canvas->cr);
      if (hollow)
        {
          trace_plate (canvas->cr, x + 2, y + 2, width - 4, height - 4, 3.5);
          uch_tile_canvas_set_rgb (canvas, rim, 1);
          cairo_fill (canvas->cr);
        }
      uch_tile_canvas_set_rgb (canvas, hollow ? rgb : ink_on (rgb), 1);
      cairo_move_to (canvas->cr, round (x + (width - text_width) / 2),
                     round (y + (height - text_height) / 2));
      pango_cairo_show_layout (canvas->cr, canvas->layout);
    }
}

/* Every house of the tile that its zoom level can show. */
void
uch_tile_draw_houses (UchTileCanvas *canvas)
{
  guint zoom = canvas->key.zoom;
  g_autoptr (GPtrArray) houses = uch_scene_collect (
      canvas->scene, canvas->key, zoom >= NUMBER_ZOOM_MIN ? MARGIN_CELLS_NAMED : MARGIN_CELLS_DOTS,
      uch_tile_depth_max (zoom), canvas->style->hidden_zones);

  if (houses->len == 0)
    return;
  if (zoom >= PLATE_ZOOM_MIN)
    draw_plates (canvas, houses);
  else
    {
      draw_dots (canvas, houses);
      if (zoom >= NUMBER_ZOOM_MIN)
        draw_numbers (canvas, houses);
    }
}

/* A dark sign with a house on it: no zone has this colour. */
void
uch_tile_draw_centres (UchTileCanvas *canvas)
{
  GPtrArray *centres = uch_scene_get_centres (canvas->scene);
  double     s = canvas->key.zoom >= 13 ? 18 : 14;
  guint32    sign = canvas->style->dark ? 0xf6f5f4 : 0x241f31;
  guint32    paper = canvas->style->dark ? 0x241f31 : 0xffffff;

  for (guint i = 0; i < centres->len; i++)
    {
      const UchSceneCentre *centre = g_ptr_array_index (centres, i);
      cairo_t              *cr = canvas->cr;
      double                x, y;

      if (!uch_tile_canvas_sees (canvas, centre->at.x, centre->at.y, centre->at.x, centre->at.y))
        continue;
      uch_tile_canvas_place (canvas, centre->at, &x, &y);
      x = round (x);
      y = round (y);
      trace_plate (cr, x - s / 2 - 1, y - s / 2 - 1, s + 2, s + 2, 4.5);
      uch_tile_canvas_set_rgb (canvas, paper, 1);
      cairo_fill (cr);
      trace_plate (cr, x - s / 2, y - s / 2, s, s, 4);
      uch_tile_canvas_set_rgb (canvas, sign, 1);
      cairo_fill (cr);
      cairo_move_to (cr, x, y - s * 0.32);
      cairo_line_to (cr, x + s * 0.34, y - s * 0.02);
      cairo_line_to (cr, x + s * 0.24, y - s * 0.02);
      cairo_line_to (cr, x + s * 0.24, y + s * 0.30);
      cairo_line_to (cr, x - s * 0.24, y + s * 0.30);
      cairo_line_to (cr, x - s * 0.24, y - s * 0.02);
      cairo_line_to (cr, x - s * 0.34, y - s * 0.02);
      cairo_close_path (cr);
      uch_tile_canvas_set_rgb (canvas, paper, 1);
      cairo_fill (cr);
      if (canvas->key.zoom >= CENTRE_NAME_ZOOM_MIN && centre->name != NULL)
        {
          uch_tile_canvas_set_font (canvas, 11, TRUE);
          uch_tile_canvas_show_text (canvas, centre->name, x, y + s / 2 + 9, 0, sign, paper);
        }
    }
}
