/* Where the map looks: place, zoom, flying, fitting. */
#define G_LOG_DOMAIN "uch-app"

#include <math.h>

#include "app/map/uch-map-private.h"
#include "core/uch-trace.h"
#include "tiles/uch-mercator.h"

#define FLY_MS 350
#define ZOOM_MS 160
/* The whole of the office is shown with so much free around it. */
#define FIT_MARGIN 0.06
#define FIT_ZOOM_MAX 17.0

/* The viewport only asks it for the projection; tiles come from the baker. ShumateMapLayer is not
 * used, see the README. */
#define UCH_TYPE_MAP_PROJECTION (uch_map_projection_get_type ())
G_DECLARE_FINAL_TYPE (UchMapProjection, uch_map_projection, UCH, MAP_PROJECTION, ShumateMapSource)

struct _UchMapProjection
{
  ShumateMapSource parent_instance;
};

G_DEFINE_FINAL_TYPE (UchMapProjection, uch_map_projection, SHUMATE_TYPE_MAP_SOURCE)

static void
uch_map_projection_class_init (UchMapProjectionClass *klass)
{
}

static void
uch_map_projection_init (UchMapProjection *self)
{
  ShumateMapSource *source = SHUMATE_MAP_SOURCE (self);

  shumate_map_source_set_id (source, "uchastok");
  shumate_map_source_set_min_zoom_level (source, UCH_MAP_ZOOM_MIN);
  shumate_map_source_set_max_zoom_level (source, UCH_MAP_ZOOM_MAX);
  shumate_map_source_set_tile_size (source, UCH_MERCATOR_TILE_SIZE);
}

void
uch_map_init_view (UchMap *self)
{
  self->projection = g_object_new (UCH_TYPE_MAP_PROJECTION, NULL);
  self->viewport = shumate_map_get_viewport (self->map);
  shumate_viewport_set_reference_map_source (self->viewport, self->projection);
  shumate_viewport_set_max_zoom_level (self->viewport, UCH_MAP_ZOOM_MAX);
  shumate_viewport_set_min_zoom_level (self->viewport, UCH_MAP_ZOOM_MIN);
}

/**
 * uch_map_set_view:
 * @self: the map
 * @latitude: degrees
 * @longitude: degrees
 * @zoom: zoom level
 *
 * Looks at a place at once.
 */
void
uch_map_set_view (UchMap *self, double latitude, double longitude, double zoom)
{
  uch_map_follow (self, NULL);
  self->has_view = TRUE;
  if (self->fit_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->fit_id);
  self->fit_id = 0;
  shumate_map_stop_go_to (self->map);
  g_object_freeze_notify (G_OBJECT (self->viewport));
  shumate_viewport_set_zoom_level (self->viewport,
                                   CLAMP (zoom, UCH_MAP_ZOOM_MIN, UCH_MAP_ZOOM_MAX));
  shumate_location_set_location (SHUMATE_LOCATION (self->viewport), latitude, longitude);
  g_object_thaw_notify (G_OBJECT (self->viewport));
}

/**
 * uch_map_get_view:
 * @self: the map
 * @out_latitude: (out): degrees
 * @out_longitude: (out): degrees
 * @out_zoom: (out): zoom level
 */
void
uch_map_get_view (UchMap *self, double *out_latitude, double *out_longitude, double *out_zoom)
{
  *out_latitude = shumate_location_get_latitude (SHUMATE_LOCATION (self->viewport));
  *out_longitude = shumate_location_get_longitude (SHUMATE_LOCATION (self->viewport));
  *out_zoom = shumate_viewport_get_zoom_level (self->viewport);
}

static void
go_to (UchMap *self, double latitude, double longitude, double zoom, guint duration_ms)
{
  gboolean animate = gtk_widget_get_mapped (GTK_WIDGET (self));

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animate,
                NULL);
  zoom = CLAMP (zoom, UCH_MAP_ZOOM_MIN, UCH_MAP_ZOOM_MAX);
  if (!animate || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      uch_map_set_view (self, latitude, longitude, zoom);
      return;
    }
  /* Zooming keeps on whom one follows; any other way leaves him. */
  if (duration_ms != ZOOM_MS)
    uch_map_follow (self, NULL);
  self->has_view = TRUE;
  shumate_map_go_to_full_with_duration (self->map, latitude, longitude, zoom, duration_ms);
}

/**
 * uch_map_fly_to:
 * @self: the map
 * @latitude: degrees
 * @longitude: degrees
 * @zoom: zoom level to end with
 *
 * Moves to a place, quickly but so that the eye can follow.
 */
void
uch_map_fly_to (UchMap *self, double latitude, double longitude, double zoom)
{
  go_to (self, latitude, longitude, zoom, FLY_MS);
}

/**
 * uch_map_pan:
 * @self: the map
 * @dx: pixels to the east
 * @dy: pixels to the south
 */
void
uch_map_pan (UchMap *self, double dx, double dy)
{
  double latitude, longitude, zoom, world;

  uch_map_get_view (self, &latitude, &longitude, &zoom);
  world = UCH_MERCATOR_TILE_SIZE * exp2 (zoom);
  uch_map_set_view (
      self, uch_mercator_latitude (CLAMP (uch_mercator_y (latitude) + dy / world, 0, 1)),
      uch_mercator_longitude (CLAMP (uch_mercator_x (longitude) + dx / world, 0, 1)), zoom);
}

/**
 * uch_map_zoom:
 * @self: the map
 * @steps: levels to go in, negative to go out
 *
 * Zooms around the middle, to a whole level: there tiles are drawn pixel by pixel.
 */
void
uch_map_zoom (UchMap *self, double steps)
{
  double latitude, longitude, zoom;

  uch_map_get_view (self, &latitude, &longitude, &zoom);
  zoom = steps > 0 ? floor (zoom + steps + 1e-6) : ceil (zoom + steps - 1e-6);
  go_to (self, latitude, longitude, zoom, ZOOM_MS);
}

static gboolean
fit_box (UchMap *self, const UchScenePoint *from, const UchScenePoint *to)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self->map)) * (1 - 2 * FIT_MARGIN);
  double height = gtk_widget_get_height (GTK_WIDGET (self->map)) * (1 - 2 * FIT_MARGIN);
  double zoom;

  if (width <= 0 || height <= 0)
    return FALSE;
  zoom = MIN (log2 (width / UCH_MERCATOR_TILE_SIZE / MAX (to->x - from->x, 1e-9)),
              log2 (height / UCH_MERCATOR_TILE_SIZE / MAX (to->y - from->y, 1e-9)));
  go_to (self, uch_mercator_latitude ((from->y + to->y) / 2),
         uch_mercator_longitude ((from->x + to->x) / 2), MIN (zoom, FIT_ZOOM_MAX), FLY_MS);
  return TRUE;
}

static gboolean
fit_now (UchMap *self)
{
  UchScenePoint from, to;

  if (!uch_scene_get_bounds (uch_map_get_scene (self), &from, &to))
    return gtk_widget_get_width (GTK_WIDGET (self->map)) > 0;
  return fit_box (self, &from, &to);
}

/**
 * uch_map_fit_trace:
 * @self: the map
 * @trace: (element-type UchTracePoint): where somebody was
 *
 * Shows the whole of a way.
 */
void
uch_map_fit_trace (UchMap *self, GArray *trace)
{
  UchScenePoint from = { 1, 1 }, to = { 0, 0 };

  for (guint i = 0; i < trace->len; i++)
    {
      const UchTracePoint *point = &g_array_index (trace, UchTracePoint, i);
      double               x = uch_mercator_x (point->longitude);
      double               y = uch_mercator_y (point->latitude);

      from = (UchScenePoint){ MIN (from.x, x), MIN (from.y, y) };
      to = (UchScenePoint){ MAX (to.x, x), MAX (to.y, y) };
    }
  if (trace->len > 0)
    fit_box (self, &from, &to);
}

static gboolean
fit_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  UchMap *self = UCH_MAP (widget);

  if (gtk_widget_get_width (GTK_WIDGET (self->map)) == 0)
    return G_SOURCE_CONTINUE;
  self->fit_id = 0;
  fit_now (self);
  return G_SOURCE_REMOVE;
}

/**
 * uch_map_fit:
 * @self: the map
 *
 * Shows all houses; as soon as the map has a size.
 */
void
uch_map_fit (UchMap *self)
{
  if (self->fit_id == 0 && !fit_now (self))
    self->fit_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), fit_tick_cb, NULL, NULL);
}

/**
 * uch_map_show_house:
 * @self: the map
 * @house_id: (nullable): a house; %NULL takes the mark away
 *
 * Marks a house and flies to it, at street zoom or nearer.
 *
 * Returns: whether it has a place on the map
 */
gboolean
uch_map_show_house (UchMap *self, const char *house_id)
{
  UchScene            *scene = uch_map_get_scene (self);
  const UchSceneHouse *houses = uch_scene_get_houses (scene);

  for (guint i = 0; house_id != NULL && i < uch_scene_get_n_houses (scene); i++)
    {
      double world = (double) (1u << UCH_MERCATOR_DEPTH);
      double latitude = uch_mercator_latitude ((houses[i].y + 0.5) / world);
      double longitude = uch_mercator_longitude ((houses[i].x + 0.5) / world);

      if (!g_str_equal (houses[i].id, house_id))
        continue;
      uch_map_overlay_mark_place (self->overlay, latitude, longitude);
      uch_map_fly_to (self, latitude, longitude,
                      MAX (UCH_MAP_ZOOM_STREET, shumate_viewport_get_zoom_level (self->viewport)));
      return TRUE;
    }
  uch_map_overlay_clear_place (self->overlay);
  return FALSE;
}

/**
 * uch_map_select_ticket:
 * @self: the map
 * @ticket_id: (nullable): a ticket; %NULL clears the selection
 * @fly: whether to move to it
 *
 * Returns: whether it stands on the map
 */
gboolean
uch_map_select_ticket (UchMap *self, const char *ticket_id, gboolean fly)
{
  GPtrArray *tickets = uch_map_overlay_get_tickets (self->overlay);

  uch_map_overlay_select (self->overlay, UCH_MAP_PICK_TICKET, ticket_id);
  for (guint i = 0; ticket_id != NULL && i < tickets->len; i++)
    {
      const UchMapTicket *ticket = g_ptr_array_index (tickets, i);

      if (!g_str_equal (ticket->id, ticket_id))
        continue;
      if (fly)
        uch_map_fly_to (
            self, ticket->latitude, ticket->longitude,
            MAX (UCH_MAP_ZOOM_STREET, shumate_viewport_get_zoom_level (self->viewport)));
      return TRUE;
    }
  return FALSE;
}

/**
 * uch_map_select_engineer:
 * @self: the map
 * @engineer_id: (nullable): an engineer; %NULL clears the selection
 * @fly: whether to move to him
 *
 * Returns: whether he stands on the map
 */
gboolean
uch_map_select_engineer (UchMap *self, const char *engineer_id, gboolean fly)
{
  GPtrArray *engineers = uch_map_overlay_get_engineers (self->overlay);

  uch_map_overlay_select (self->overlay, UCH_MAP_PICK_ENGINEER, engineer_id);
  for (guint i = 0; engineer_id != NULL && i < engineers->len; i++)
    {
      const UchMapEngineer *engineer = g_ptr_array_index (engineers, i);

      if (!g_str_equal (engineer->id, engineer_id))
        continue;
      if (fly)
        uch_map_fly_to (self, engineer->latitude, engineer->longitude,
                        MAX (14, shumate_viewport_get_zoom_level (self->viewport)));
      return TRUE;
    }
  return FALSE;
}

/**
 * uch_map_has_view:
 * @self: the map
 *
 * Returns: whether anybody has said where to look; else the numbers of the view mean nothing
 */
gboolean
uch_map_has_view (UchMap *self)
{
  return self->has_view;
}
