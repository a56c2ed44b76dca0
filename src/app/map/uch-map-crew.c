/* The engineers on the map: badges that move, fan out and tell their age; and somebody's day. */
#define G_LOG_DOMAIN "uch-app"

#include <math.h>

#include "app/map/uch-map-overlay-private.h"
#include "core/uch-trace.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-bake.h"

#define BADGE_RADIUS 18.0
/* Names are written from here on; before that they would hide the town. */
#define NAME_ZOOM_MIN 14.5
/* A fan stays open while the pointer is so near to it. */
#define FAN_MARGIN 30.0
/* Points of a day nearer than so many pixels are one corner of the line. */
#define TRACE_STEP_PX 3.0

static const UchMapBadge *
find_badge (UchMapOverlay *self, const char *id)
{
  for (guint i = 0; id != NULL && i < self->badges->len; i++)
    {
      const UchMapBadge *badge = &g_array_index (self->badges, UchMapBadge, i);

      if (g_str_equal (badge->id, id))
        return badge;
    }
  return NULL;
}

static gint64
get_frame_us (UchMapOverlay *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  return clock != NULL ? gdk_frame_clock_get_frame_time (clock) : g_get_monotonic_time ();
}

static void
draw_texts (UchMapOverlay      *self,
            GtkSnapshot        *snapshot,
            const UchMapScreen *screen,
            const UchMapBadge  *badge)
{
  const UchMapEngineer *engineer = badge->engineer;
  UchMapLook            look = uch_map_overlay_get_look (self, UCH_MAP_PICK_ENGINEER, engineer->id);
  g_autofree char      *age = uch_map_dup_age (engineer->at, self->now);
  gboolean              named = engineer->label != NULL
                   && (screen->zoom >= NAME_ZOOM_MIN || look != UCH_MAP_LOOK_NORMAL
                       || uch_map_badges_are_fanned (badge, self->fanned_id, self->badges, screen));
  g_autofree char *text = NULL;

  if (named && age != NULL)
    text = g_strdup_printf ("%s\n%s", engineer->label, age);
  else if (named || age != NULL)
    text = g_strdup (named ? engineer->label : age);
  if (text == NULL)
    return;
  uch_map_overlay_append_label (
      self, snapshot, text, badge->x, badge->y + UCH_MAP_BADGE_SIDE / 2.0f - 2,
      self->dark ? 0x303035 : 0xffffff,
      age != NULL ? (self->dark ? 0xc0bfbc : 0x5e5c64) : (self->dark ? 0xf6f5f4 : 0x241f31));
}

static void
draw_badge (UchMapOverlay *self, GtkSnapshot *snapshot, const UchMapBadge *badge)
{
  const UchMapEngineer *engineer = badge->engineer;
  gboolean              dimmed
      = self->forbidden != NULL && g_hash_table_contains (self->forbidden, engineer->id);
  UchMapLook  look = uch_map_overlay_get_look (self, UCH_MAP_PICK_ENGINEER, engineer->id);
  GdkTexture *texture;

  if (g_strcmp0 (self->bubble_id, engineer->id) == 0 && self->bubble_allowed)
    look = UCH_MAP_LOOK_SELECTED;
  texture = uch_map_sprites_get_badge (
      self->sprites, engineer, uch_map_freshness_get (engineer->at, self->now), dimmed, look);
  gtk_snapshot_append_texture (snapshot, texture,
                               &GRAPHENE_RECT_INIT (badge->x - UCH_MAP_BADGE_SIDE / 2.0f,
                                                    badge->y - UCH_MAP_BADGE_SIDE / 2.0f,
                                                    UCH_MAP_BADGE_SIDE, UCH_MAP_BADGE_SIDE));
}

/* What the drop would mean stands above everything. */
static void
draw_bubble (UchMapOverlay *self, GtkSnapshot *snapshot)
{
  const UchMapBadge *badge = find_badge (self, self->bubble_id);

  if (badge == NULL)
    return;
  uch_map_overlay_append_label (
      self, snapshot, self->bubble_text, badge->x, badge->y + UCH_MAP_BADGE_SIDE / 2.0f + 2,
      self->bubble_allowed ? (self->dark ? 0xf6f5f4 : 0x241f31) : 0xe01b24,
      self->bubble_allowed && self->dark ? 0x241f31 : 0xffffff);
}

/* The place around which they stand. */
static void
draw_fan_middle (UchMapOverlay      *self,
                 GtkSnapshot        *snapshot,
                 const UchMapScreen *screen,
                 const UchMapBadge  *badge)
{
  float   x = (float) (screen->x0 + badge->wx * screen->world);
  float   y = (float) (screen->y0 + badge->wy * screen->world);
  GdkRGBA colors[] = { { 1, 1, 1, 1 }, { 0.24f, 0.22f, 0.27f, 1 } };

  for (guint i = 0; i < 2; i++)
    {
      float          radius = i == 0 ? 5 : 3.5f;
      GskRoundedRect circle;

      gsk_rounded_rect_init_from_rect (
          &circle, &GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius), radius);
      gtk_snapshot_push_rounded_clip (snapshot, &circle);
      gtk_snapshot_append_color (snapshot, &colors[self->dark ? 1 - i : i], &circle.bounds);
      gtk_snapshot_pop (snapshot);
    }
}

void
uch_map_crew_draw (UchMapOverlay *self, GtkSnapshot *snapshot, const UchMapScreen *screen)
{
  uch_map_badges_move (self->badges, get_frame_us (self));
  uch_map_badges_place (self->badges, self->fanned_id, screen);
  /* Texts lie under all badges: a neighbour's initials matter more. */
  for (guint i = 0; i < 2 * self->badges->len; i++)
    {
      const UchMapBadge *badge = &g_array_index (self->badges, UchMapBadge, i % self->badges->len);

      if (!uch_map_overlay_is_near (self, badge->x, badge->y, 90))
        continue;
      if (i >= self->badges->len)
        draw_badge (self, snapshot, badge);
      else
        {
          if (badge->index == 0
              && uch_map_badges_are_fanned (badge, self->fanned_id, self->badges, screen))
            draw_fan_middle (self, snapshot, screen, badge);
          draw_texts (self, snapshot, screen, badge);
        }
    }
  if (self->bubble_id != NULL && self->bubble_text != NULL)
    draw_bubble (self, snapshot);
}

const UchMapBadge *
uch_map_crew_pick (UchMapOverlay *self, const UchMapScreen *screen, double x, double y)
{
  uch_map_badges_place (self->badges, self->fanned_id, screen);
  for (guint i = self->badges->len; i-- > 0;)
    {
      const UchMapBadge *badge = &g_array_index (self->badges, UchMapBadge, i);

      if (hypot (x - badge->x, y - badge->y) <= BADGE_RADIUS)
        return badge;
    }
  return NULL;
}

static void
follow (UchMapOverlay *self)
{
  const UchMapBadge *badge = find_badge (self, self->followed_id);
  ShumateViewport   *viewport = shumate_layer_get_viewport (SHUMATE_LAYER (self));

  if (badge != NULL)
    shumate_location_set_location (SHUMATE_LOCATION (viewport), uch_mercator_latitude (badge->wy),
                                   uch_mercator_longitude (badge->wx));
}

static gboolean
move_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  UchMapOverlay *self = UCH_MAP_OVERLAY (widget);

  gtk_widget_queue_draw (widget);
  if (uch_map_badges_move (self->badges, get_frame_us (self)))
    {
      follow (self);
      return G_SOURCE_CONTINUE;
    }
  self->move_id = 0;
  follow (self);
  return G_SOURCE_REMOVE;
}

/**
 * uch_map_overlay_set_engineers:
 * @self: the layer
 * @engineers: (transfer full) (element-type UchMapEngineer): all badges; the array frees them
 */
void
uch_map_overlay_set_engineers (UchMapOverlay *self, GPtrArray *engineers)
{
  gboolean   animate = TRUE;
  UchMapPace pace = self->pace;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animate,
                NULL);
  if (pace == UCH_MAP_PACE_GLIDE && (!animate || !gtk_widget_get_mapped (GTK_WIDGET (self))))
    pace = UCH_MAP_PACE_STEP;
  uch_map_badges_build (self->badges, engineers, get_frame_us (self), pace);
  g_ptr_array_unref (self->engineers);
  self->engineers = engineers;
  if (self->move_id == 0 && uch_map_badges_move (self->badges, get_frame_us (self)))
    self->move_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), move_cb, NULL, NULL);
  follow (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_set_past:
 * @self: the layer
 * @past: whether it shows moments that are over, in any order
 */
void
uch_map_overlay_set_past (UchMapOverlay *self, gboolean past)
{
  self->pace = past ? UCH_MAP_PACE_JUMP : UCH_MAP_PACE_GLIDE;
}

/**
 * uch_map_overlay_point:
 * @self: the layer
 * @x: where the pointer is
 * @y: where the pointer is; both negative: it has left
 *
 * Opens the fan of those at one place under the pointer, and closes it when the pointer has gone.
 */
void
uch_map_overlay_point (UchMapOverlay *self, double x, double y)
{
  UchMapScreen       screen = uch_map_overlay_compute_screen (self);
  const UchMapBadge *fanned = find_badge (self, self->fanned_id);
  const UchMapBadge *badge = uch_map_crew_pick (self, &screen, x, y);

  if (fanned != NULL && x >= 0)
    {
      const UchMapBadge *first = &g_array_index (self->badges, UchMapBadge, fanned->group);

      if (hypot (x - (screen.x0 + first->wx * screen.world),
                 y - (screen.y0 + first->wy * screen.world))
          <= uch_map_fan_radius (fanned->n) + FAN_MARGIN)
        return;
    }
  if (badge != NULL && badge->n < 2)
    badge = NULL;
  if (fanned == NULL && badge == NULL)
    return;
  g_free (self->fanned_id);
  self->fanned_id = badge != NULL ? g_strdup (badge->id) : NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_follow:
 * @self: the layer
 * @engineer_id: (nullable): whom the view stays on; %NULL: nobody
 */
void
uch_map_overlay_follow (UchMapOverlay *self, const char *engineer_id)
{
  char *copy = g_strdup (engineer_id);

  g_free (self->followed_id);
  self->followed_id = copy;
  follow (self);
}

/**
 * uch_map_overlay_get_followed:
 * @self: the layer
 *
 * Returns: (transfer none) (nullable): whom the view stays on
 */
const char *
uch_map_overlay_get_followed (UchMapOverlay *self)
{
  return self->followed_id;
}

/**
 * uch_map_overlay_set_trace:
 * @self: the layer
 * @trace: (nullable) (element-type UchTracePoint): where somebody was; %NULL takes it away
 * @stops: (nullable) (element-type UchTraceStop): where he stayed
 * @rgb: 0xRRGGBB of the line
 */
void
uch_map_overlay_set_trace (UchMapOverlay *self, GArray *trace, GArray *stops, guint32 rgb)
{
  g_clear_pointer (&self->trace, g_array_unref);
  g_clear_pointer (&self->stops, g_array_unref);
  self->trace = trace != NULL ? g_array_ref (trace) : NULL;
  self->stops = stops != NULL ? g_array_ref (stops) : NULL;
  self->trace_rgb = rgb;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_rgb (cairo_t *cr, guint32 rgb)
{
  cairo_set_source_rgb (cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                        (rgb & 0xff) / 255.0);
}

static void
add_line (UchMapOverlay *self, const UchMapScreen *screen, cairo_t *cr)
{
  double last_x = 0, last_y = 0;

  for (guint i = 0; i < self->trace->len; i++)
    {
      const UchTracePoint *point = &g_array_index (self->trace, UchTracePoint, i);
      double               x = screen->x0 + uch_mercator_x (point->longitude) * screen->world;
      double               y = screen->y0 + uch_mercator_y (point->latitude) * screen->world;

      if (i == 0)
        cairo_move_to (cr, x, y);
      else if (hypot (x - last_x, y - last_y) < TRACE_STEP_PX && i + 1 < self->trace->len)
        continue;
      else
        cairo_line_to (cr, x, y);
      last_x = x;
      last_y = y;
    }
}

/* Only while somebody's day is open: a line of a few thousand points, drawn by cairo. */
void
uch_map_crew_draw_trace (UchMapOverlay *self, GtkSnapshot *snapshot, const UchMapScreen *screen)
{
  guint32  paper = self->dark ? 0x1d1d20 : 0xffffff;
  guint32  rgb = self->dark ? uch_tile_color_on_dark (self->trace_rgb) : self->trace_rgb;
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (GTK_WIDGET (self)),
                                     (float) gtk_widget_get_height (GTK_WIDGET (self))));

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  add_line (self, screen, cr);
  set_rgb (cr, paper);
  cairo_set_line_width (cr, 6);
  cairo_stroke_preserve (cr);
  set_rgb (cr, rgb);
  cairo_set_line_width (cr, 3);
  cairo_stroke (cr);
  for (guint i = 0; self->stops != NULL && i < self->stops->len; i++)
    {
      const UchTraceStop *stop = &g_array_index (self->stops, UchTraceStop, i);
      double              x = screen->x0 + uch_mercator_x (stop->longitude) * screen->world;
      double              y = screen->y0 + uch_mercator_y (stop->latitude) * screen->world;

      cairo_arc (cr, x, y, 7, 0, 2 * G_PI);
      set_rgb (cr, paper);
      cairo_fill_preserve (cr);
      set_rgb (cr, rgb);
      cairo_set_line_width (cr, 3);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

void
uch_map_crew_clear (UchMapOverlay *self)
{
  g_clear_pointer (&self->fanned_id, g_free);
  g_clear_pointer (&self->followed_id, g_free);
  g_clear_pointer (&self->trace, g_array_unref);
  g_clear_pointer (&self->stops, g_array_unref);
}
