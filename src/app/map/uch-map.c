#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "app/map/uch-map-private.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-bake.h"

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

enum
{
  SIGNAL_HOUSE,
  SIGNAL_TICKET,
  SIGNAL_ENGINEER,
  SIGNAL_BACKGROUND,
  SIGNAL_DROPPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchMap, uch_map, GTK_TYPE_WIDGET)

void
uch_map_emit_activated (UchMap *self, UchMapPick pick, double x, double y)
{
  double latitude, longitude;

  switch (pick.kind)
    {
    case UCH_MAP_PICK_HOUSE:
      g_signal_emit (self, signals[SIGNAL_HOUSE], 0, pick.id);
      break;
    case UCH_MAP_PICK_TICKET:
    case UCH_MAP_PICK_STACK:
      g_signal_emit (self, signals[SIGNAL_TICKET], 0, pick.id);
      break;
    case UCH_MAP_PICK_ENGINEER:
      g_signal_emit (self, signals[SIGNAL_ENGINEER], 0, pick.id);
      break;
    case UCH_MAP_PICK_NOTHING:
    default:
      shumate_viewport_widget_coords_to_location (self->viewport, GTK_WIDGET (self->map), x, y,
                                                  &latitude, &longitude);
      g_signal_emit (self, signals[SIGNAL_BACKGROUND], 0, latitude, longitude);
      break;
    }
}

void
uch_map_emit_dropped (UchMap *self, const char *const *ticket_ids, const char *engineer_id)
{
  g_signal_emit (self, signals[SIGNAL_DROPPED], 0, ticket_ids, engineer_id);
}

static void
follow_style (UchMap *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  uch_tile_baker_set_dark (self->baker, dark);
  uch_map_overlay_set_dark (self->overlay, dark);
}

static void
follow_scale (UchMap *self)
{
  uch_tile_baker_set_scale (self->baker, gtk_widget_get_scale_factor (GTK_WIDGET (self)));
}

static void
follow_zoom (UchMap *self)
{
  double zoom = shumate_viewport_get_zoom_level (self->viewport);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "map.zoom-in", zoom < UCH_MAP_ZOOM_MAX);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "map.zoom-out", zoom > UCH_MAP_ZOOM_MIN);
}

static void
legend_changed_cb (UchMap *self)
{
  uch_tile_baker_set_hidden_zones (self->baker, uch_map_legend_get_hidden_zones (self->legend));
}

static void
zoom_in_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_map_zoom (UCH_MAP (widget), 1);
}

static void
zoom_out_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_map_zoom (UCH_MAP (widget), -1);
}

static void
fit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_map_fit (UCH_MAP (widget));
}

static gboolean
uch_map_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (UCH_MAP (widget)->map));
}

static void
uch_map_dispose (GObject *object)
{
  UchMap *self = UCH_MAP (object);

  if (self->fit_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->fit_id);
  self->fit_id = 0;
  if (self->stage != NULL)
    gtk_widget_unparent (self->stage);
  self->stage = NULL;
  g_clear_object (&self->baker);
  g_clear_object (&self->projection);
  g_clear_pointer (&self->dragged, g_strfreev);
  G_OBJECT_CLASS (uch_map_parent_class)->dispose (object);
}

static guint
add_id_signal (UchMapClass *klass, const char *name)
{
  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
uch_map_class_init (UchMapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_map_dispose;
  widget_class->grab_focus = uch_map_grab_focus;

  signals[SIGNAL_HOUSE] = add_id_signal (klass, "house-activated");
  signals[SIGNAL_TICKET] = add_id_signal (klass, "ticket-activated");
  signals[SIGNAL_ENGINEER] = add_id_signal (klass, "engineer-activated");
  signals[SIGNAL_BACKGROUND]
      = g_signal_new ("background-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                      NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_DROPPED]
      = g_signal_new ("tickets-dropped", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                      NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRV, G_TYPE_STRING);

  g_type_ensure (SHUMATE_TYPE_MAP);
  g_type_ensure (UCH_TYPE_MAP_LEGEND);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/uchastok/Desk/map/uch-map.ui");
  gtk_widget_class_bind_template_child (widget_class, UchMap, stage);
  gtk_widget_class_bind_template_child (widget_class, UchMap, map);
  gtk_widget_class_bind_template_child (widget_class, UchMap, legend);
  gtk_widget_class_bind_template_child (widget_class, UchMap, zoom_in);
  gtk_widget_class_bind_template_child (widget_class, UchMap, zoom_out);
  gtk_widget_class_bind_template_child (widget_class, UchMap, attribution);
  gtk_widget_class_bind_template_child (widget_class, UchMap, degraded);
  gtk_widget_class_set_css_name (widget_class, "officemap");
  gtk_widget_class_install_action (widget_class, "map.zoom-in", NULL, zoom_in_action);
  gtk_widget_class_install_action (widget_class, "map.zoom-out", NULL, zoom_out_action);
  gtk_widget_class_install_action (widget_class, "map.fit", NULL, fit_action);
}

static void
uch_map_init (UchMap *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->baker = uch_tile_baker_new ();
  self->projection = g_object_new (UCH_TYPE_MAP_PROJECTION, NULL);
  self->viewport = shumate_map_get_viewport (self->map);
  shumate_viewport_set_reference_map_source (self->viewport, self->projection);
  shumate_viewport_set_max_zoom_level (self->viewport, UCH_MAP_ZOOM_MAX);
  shumate_viewport_set_min_zoom_level (self->viewport, UCH_MAP_ZOOM_MIN);
  self->tiles = uch_map_tiles_new (self->viewport, self->baker);
  shumate_map_add_layer (self->map, SHUMATE_LAYER (self->tiles));
  self->overlay = uch_map_overlay_new (self->viewport);
  shumate_map_add_layer (self->map, SHUMATE_LAYER (self->overlay));

  g_object_bind_property (self->tiles, "degraded", self->degraded, "visible",
                          G_BINDING_SYNC_CREATE);
  g_signal_connect_swapped (self->legend, "changed", G_CALLBACK (legend_changed_cb), self);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (follow_style), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (follow_scale), NULL);
  g_signal_connect_object (self->viewport, "notify::zoom-level", G_CALLBACK (follow_zoom), self,
                           G_CONNECT_SWAPPED);
  follow_style (self);
  follow_scale (self);
  uch_map_set_source (self, NULL);
  uch_map_init_input (self);
  uch_map_init_drag (self);
}

/**
 * uch_map_new:
 *
 * Returns: (transfer floating): an empty map, schematic until it is given a source
 */
GtkWidget *
uch_map_new (void)
{
  return g_object_new (UCH_TYPE_MAP, NULL);
}

/**
 * uch_map_set_scene:
 * @self: the map
 * @scene: houses, zones, centres. When it is the first one with houses and no view was set, the
 *   map moves to show all of it
 */
void
uch_map_set_scene (UchMap *self, UchScene *scene)
{
  uch_tile_baker_set_scene (self->baker, scene);
  uch_map_legend_set_scene (self->legend, scene);
  if (!self->has_view && uch_scene_get_n_houses (scene) > 0)
    uch_map_fit (self);
}

/**
 * uch_map_get_scene:
 * @self: the map
 *
 * Returns: (transfer none): what it shows
 */
UchScene *
uch_map_get_scene (UchMap *self)
{
  return uch_tile_baker_get_scene (self->baker);
}

/**
 * uch_map_set_source:
 * @self: the map
 * @source: (nullable): where base pictures come from; %NULL draws the schematic map
 */
void
uch_map_set_source (UchMap *self, UchTileSource *source)
{
  uch_tile_baker_set_source (self->baker, source);
  gtk_label_set_label (self->attribution, source != NULL
                                              ? uch_tile_source_get_attribution (source)
                                              : _ ("Schematic map, drawn from the house register"));
  gtk_widget_set_visible (GTK_WIDGET (self->attribution),
                          *gtk_label_get_label (self->attribution) != '\0');
}

/**
 * uch_map_set_tickets:
 * @self: the map
 * @tickets: (transfer full) (element-type UchMapTicket): all pins
 */
void
uch_map_set_tickets (UchMap *self, GPtrArray *tickets)
{
  uch_map_overlay_set_tickets (self->overlay, tickets);
}

/**
 * uch_map_set_engineers:
 * @self: the map
 * @engineers: (transfer full) (element-type UchMapEngineer): all badges
 */
void
uch_map_set_engineers (UchMap *self, GPtrArray *engineers)
{
  uch_map_overlay_set_engineers (self->overlay, engineers);
}

/**
 * uch_map_set_now:
 * @self: the map
 * @now: what minutes and ages are counted from
 */
void
uch_map_set_now (UchMap *self, UchTime now)
{
  uch_map_overlay_set_now (self->overlay, now);
}

/**
 * uch_map_set_drop_func:
 * @self: the map
 * @func: (nullable): says what a drop would mean
 * @user_data: for @func
 */
void
uch_map_set_drop_func (UchMap *self, UchMapDropFunc func, gpointer user_data)
{
  self->drop_func = func;
  self->drop_data = user_data;
}

/**
 * uch_map_set_house_func:
 * @self: the map
 * @func: (nullable): says what a house's tooltip is
 * @user_data: for @func
 */
void
uch_map_set_house_func (UchMap *self, UchMapHouseFunc func, gpointer user_data)
{
  self->house_func = func;
  self->house_data = user_data;
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
fit_now (UchMap *self)
{
  double        width = gtk_widget_get_width (GTK_WIDGET (self->map)) * (1 - 2 * FIT_MARGIN);
  double        height = gtk_widget_get_height (GTK_WIDGET (self->map)) * (1 - 2 * FIT_MARGIN);
  UchScenePoint from, to;
  double        zoom;

  if (width <= 0 || height <= 0)
    return FALSE;
  if (!uch_scene_get_bounds (uch_map_get_scene (self), &from, &to))
    return TRUE;
  zoom = MIN (log2 (width / UCH_MERCATOR_TILE_SIZE / MAX (to.x - from.x, 1e-9)),
              log2 (height / UCH_MERCATOR_TILE_SIZE / MAX (to.y - from.y, 1e-9)));
  go_to (self, uch_mercator_latitude ((from.y + to.y) / 2),
         uch_mercator_longitude ((from.x + to.x) / 2), MIN (zoom, FIT_ZOOM_MAX), FLY_MS);
  return TRUE;
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
 * uch_map_pick:
 * @self: the map
 * @x: pixels from its left
 * @y: pixels from its top
 *
 * Returns: what is there: an engineer, a ticket, else a house; good until the data change
 */
UchMapPick
uch_map_pick (UchMap *self, double x, double y)
{
  UchMapPick           pick = uch_map_overlay_pick (self->overlay, x, y);
  double               zoom = shumate_viewport_get_zoom_level (self->viewport);
  double               world = UCH_MERCATOR_TILE_SIZE * exp2 (zoom);
  guint                level = uch_map_tiles_get_level (zoom);
  double               size = uch_tile_house_size (level) * exp2 (zoom - level);
  double               latitude, longitude;
  const UchSceneHouse *house;

  if (pick.kind != UCH_MAP_PICK_NOTHING)
    return pick;
  shumate_viewport_widget_coords_to_location (self->viewport, GTK_WIDGET (self->map), x, y,
                                              &latitude, &longitude);
  house = uch_scene_pick (uch_map_get_scene (self),
                          (UchScenePoint){ uch_mercator_x (longitude), uch_mercator_y (latitude) },
                          MAX (7, size / 2 + 2) / world, uch_tile_depth_max (level),
                          uch_tile_baker_get_hidden_zones (self->baker));
  if (house != NULL)
    return (UchMapPick){ UCH_MAP_PICK_HOUSE, house->id };
  return pick;
}

/**
 * uch_map_is_settled:
 * @self: the map
 *
 * Returns: whether all tiles in sight are there: for tests and pictures
 */
gboolean
uch_map_is_settled (UchMap *self)
{
  return self->fit_id == 0 && uch_map_tiles_is_settled (self->tiles);
}
