/* Names of streets, towns and zones. */
#define G_LOG_DOMAIN "uch-tiles"

#include <math.h>

#include "tiles/uch-tile-canvas.h"

#define STREET_NAME_ZOOM_MIN 15
#define REPEAT_PX 520.0
#define PLACE_ZOOM_MAX 13
#define DISCS_MAX 12
/* A street must be longer than its name by this factor to bear it. */
#define ROOM_FOR_NAME 1.05

/* A name's place along its street; the discs cover it, to find names that touch. */
typedef struct
{
  const char *text;
  double      x, y, angle, reach;
  double      discs[DISCS_MAX][2];
  guint       n_discs;
  double      radius;
} Label;

static void
point_at (const UchTileCanvas  *canvas,
          const UchSceneStreet *street,
          double                target,
          double               *out_x,
          double               *out_y)
{
  double walked = 0;

  uch_tile_canvas_place (canvas, street->points[street->n_points - 1], out_x, out_y);
  for (guint i = 0; i + 1 < street->n_points; i++)
    {
      double ax, ay, bx, by, length;

      uch_tile_canvas_place (canvas, street->points[i], &ax, &ay);
      uch_tile_canvas_place (canvas, street->points[i + 1], &bx, &by);
      length = hypot (bx - ax, by - ay);
      if (walked + length >= target && length > 0)
        {
          double t = (target - walked) / length;

          *out_x = ax + (bx - ax) * t;
          *out_y = ay + (by - ay) * t;
          return;
        }
      walked += length;
    }
}

static void
add_label (UchTileCanvas        *canvas,
           const UchSceneStreet *street,
           double                middle,
           double                width,
           double                height,
           GArray               *labels)
{
  Label  label = { .text = street->name, .radius = height / 2 };
  double ax, ay, bx, by;

  point_at (canvas, street, middle - width / 2, &ax, &ay);
  point_at (canvas, street, middle + width / 2, &bx, &by);
  label.x = (ax + bx) / 2;
  label.y = (ay + by) / 2;
  label.reach = width / 2 + height;
  if (label.x < -UCH_TILE_CANVAS_MARGIN || label.x > canvas->side + UCH_TILE_CANVAS_MARGIN
      || label.y < -UCH_TILE_CANVAS_MARGIN || label.y > canvas->side + UCH_TILE_CANVAS_MARGIN)
    return;
  /* The street bends too much under its name. */
  if (hypot (bx - ax, by - ay) < width * 0.9)
    return;
  label.angle = atan2 (by - ay, bx - ax);
  if (label.angle > G_PI_2 + 0.01)
    label.angle -= G_PI;
  else if (label.angle < -G_PI_2 + 0.01)
    label.angle += G_PI;
  label.n_discs = (guint) CLAMP (ceil (width / height) + 1, 2, DISCS_MAX);
  for (guint i = 0; i < label.n_discs; i++)
    {
      double along = ((double) i / (label.n_discs - 1) - 0.5) * width;

      label.discs[i][0] = label.x + cos (label.angle) * along;
      label.discs[i][1] = label.y + sin (label.angle) * along;
    }
  g_array_append_val (labels, label);
}

static gboolean
labels_touch (const Label *a, const Label *b)
{
  if (hypot (a->x - b->x, a->y - b->y) > a->reach + b->reach)
    return FALSE;
  for (guint i = 0; i < a->n_discs; i++)
    for (guint k = 0; k < b->n_discs; k++)
      if (hypot (a->discs[i][0] - b->discs[k][0], a->discs[i][1] - b->discs[k][1])
          < a->radius + b->radius)
        return TRUE;
  return FALSE;
}

static void
add_street (UchTileCanvas *canvas, const UchSceneStreet *street, GArray *labels)
{
  double length = 0, width, height;
  int    text_width, text_height;
  guint  n;

  for (guint i = 0; i + 1 < street->n_points; i++)
    length += hypot (street->points[i + 1].x - street->points[i].x,
                     street->points[i + 1].y - street->points[i].y)
              * canvas->per_world;
  pango_layout_set_text (canvas->layout, street->name, -1);
  pango_layout_get_pixel_size (canvas->layout, &text_width, &text_height);
  width = text_width;
  height = text_height;
  /* A name that reaches into a tile can touch names up to two of its half lengths away: all of
   * them must lie within the margin. */
  if (length < width * ROOM_FOR_NAME || width + 2 * height > UCH_TILE_CANVAS_MARGIN)
    return;
  n = (guint) MAX (1, floor (length / REPEAT_PX));
  for (guint i = 0; i < n; i++)
    add_label (canvas, street, length * (i + 0.5) / n, width, height, labels);
}

/* Names along the streets, repeated where a street is long. A name that touches one of a street
 * before it is left out, whether that one is shown or not: so neighbouring tiles decide alike. */
void
uch_tile_draw_street_names (UchTileCanvas *canvas)
{
  GPtrArray *streets = uch_scene_get_streets (canvas->scene);
  g_autoptr (GArray) labels = NULL;
  guint32 ink = canvas->style->dark ? 0xb8b7b5 : 0x5e5c64;
  guint32 halo = canvas->style->dark ? 0x26272b : 0xffffff;

  if (canvas->key.zoom < STREET_NAME_ZOOM_MIN)
    return;
  labels = g_array_new (FALSE, TRUE, sizeof (Label));
  uch_tile_canvas_set_font (canvas, canvas->key.zoom >= 17 ? 13 : 11, FALSE);
  for (guint i = 0; i < streets->len; i++)
    {
      const UchSceneStreet *street = g_ptr_array_index (streets, i);

      if (uch_tile_canvas_sees (canvas, street->x_min, street->y_min, street->x_max, street->y_max))
        add_street (canvas, street, labels);
    }
  for (guint i = 0; i < labels->len; i++)
    {
      const Label *label = &g_array_index (labels, Label, i);
      gboolean     free_place = TRUE;

      if (label->x + label->reach < 0 || label->x - label->reach > canvas->side
          || label->y + label->reach < 0 || label->y - label->reach > canvas->side)
        continue;
      for (guint k = 0; k < i && free_place; k++)
        free_place = !labels_touch (label, &g_array_index (labels, Label, k));
      if (free_place)
        uch_tile_canvas_show_text (canvas, label->text, label->x, label->y, label->angle, ink,
                                   halo);
    }
}

/* Towns, on maps of the region and of the city. */
void
uch_tile_draw_place_names (UchTileCanvas *canvas)
{
  GArray *places = uch_scene_get_places (canvas->scene);
  guint32 ink = canvas->style->dark ? 0xf6f5f4 : 0x241f31;
  guint32 halo = canvas->style->dark ? 0x26272b : 0xffffff;

  if (canvas->key.zoom > PLACE_ZOOM_MAX)
    return;
  for (guint i = 0; i < places->len; i++)
    {
      const UchScenePlace *place = &g_array_index (places, UchScenePlace, i);
      double               x, y;

      if (!uch_tile_canvas_sees (canvas, place->at.x, place->at.y, place->at.x, place->at.y))
        continue;
      uch_tile_canvas_place (canvas, place->at, &x, &y);
      uch_tile_canvas_set_font (canvas, place->n_houses >= 500 ? 16 : 13, TRUE);
      uch_tile_canvas_show_text (canvas, place->name, x, y, 0, ink, halo);
    }
}
