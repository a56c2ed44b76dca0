#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "app/map/uch-map-private.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-bake.h"

enum
{
  SIGNAL_HOUSE,
  SIGNAL_TICKET,
  SIGNAL_ENGINEER,
  SIGNAL_BACKGROUND,
  SIGNAL_DROPPED,
  SIGNAL_FOLLOWED,
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
follow_degraded (UchMap *self)
{
  if (!self->fixed_problem)
    gtk_label_set_label (self->problem,
                         _ ("The base map does not answer: drawn from the house register"));
  gtk_widget_set_visible (self->degraded,
                          self->fixed_problem || uch_map_tiles_is_degraded (self->tiles));
}

static gboolean
follow_degraded_cb (gpointer user_data)
{
  g_autoptr (UchMap) self = user_data;

  if (self->stage != NULL)
    follow_degraded (self);
  return G_SOURCE_REMOVE;
}

/* It is told while a frame is laid out or drawn: a box that appears then has no place yet. */
static void
degraded_changed_cb (UchMapTiles *tiles, GParamSpec *pspec, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, follow_degraded_cb, g_object_ref (user_data), NULL);
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

static void
unfollow_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_map_follow (UCH_MAP (widget), NULL);
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

  signals[SIGNAL_FOLLOWED] = g_signal_new ("followed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);

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
  gtk_widget_class_bind_template_child (widget_class, UchMap, problem);
  gtk_widget_class_bind_template_child (widget_class, UchMap, follow_pill);
  gtk_widget_class_bind_template_child (widget_class, UchMap, past_button);
  gtk_widget_class_bind_template_child (widget_class, UchMap, follow_name);
  gtk_widget_class_set_css_name (widget_class, "officemap");
  gtk_widget_class_install_action (widget_class, "map.zoom-in", NULL, zoom_in_action);
  gtk_widget_class_install_action (widget_class, "map.zoom-out", NULL, zoom_out_action);
  gtk_widget_class_install_action (widget_class, "map.fit", NULL, fit_action);
  gtk_widget_class_install_action (widget_class, "map.unfollow", NULL, unfollow_action);
}

static void
uch_map_init (UchMap *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->baker = uch_tile_baker_new ();
  uch_map_init_view (self);
  self->tiles = uch_map_tiles_new (self->viewport, self->baker);
  shumate_map_add_layer (self->map, SHUMATE_LAYER (self->tiles));
  self->overlay = uch_map_overlay_new (self->viewport);
  shumate_map_add_layer (self->map, SHUMATE_LAYER (self->overlay));

  g_signal_connect (self->tiles, "notify::degraded", G_CALLBACK (degraded_changed_cb), self);
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
 * uch_map_set_problem:
 * @self: the map
 * @problem: (nullable): why the chosen base map is not shown, one sentence; %NULL: no problem
 */
void
uch_map_set_problem (UchMap *self, const char *problem)
{
  self->fixed_problem = problem != NULL;
  if (problem != NULL)
    gtk_label_set_label (self->problem, problem);
  follow_degraded (self);
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
uch_map_set_house_func (UchMap *self, UchMapTextFunc func, gpointer user_data)
{
  self->house_func = func;
  self->house_data = user_data;
}

/**
 * uch_map_set_engineer_func:
 * @self: the map
 * @func: (nullable): says what an engineer's tooltip is
 * @user_data: for @func
 */
void
uch_map_set_engineer_func (UchMap *self, UchMapTextFunc func, gpointer user_data)
{
  self->engineer_func = func;
  self->engineer_data = user_data;
}

/**
 * uch_map_set_past:
 * @self: the map
 * @past: whether it shows moments that are over: nothing is dragged, and engineers may stand
 *   anywhere from one moment to the next
 */
void
uch_map_set_past (UchMap *self, gboolean past)
{
  self->past = past;
  gtk_widget_set_visible (self->past_button, !past);
  uch_map_overlay_set_past (self->overlay, past);
}

/**
 * uch_map_set_trace:
 * @self: the map
 * @trace: (nullable) (element-type UchTracePoint): where somebody was; %NULL takes the line away
 * @stops: (nullable) (element-type UchTraceStop): where he stayed
 * @rgb: 0xRRGGBB of the line
 */
void
uch_map_set_trace (UchMap *self, GArray *trace, GArray *stops, guint32 rgb)
{
  uch_map_overlay_set_trace (self->overlay, trace, stops, rgb);
}

/**
 * uch_map_follow:
 * @self: the map
 * @engineer_id: (nullable): whom the view stays on until the person moves it; %NULL: nobody
 */
void
uch_map_follow (UchMap *self, const char *engineer_id)
{
  GPtrArray *engineers = uch_map_overlay_get_engineers (self->overlay);

  if (g_strcmp0 (engineer_id, uch_map_overlay_get_followed (self->overlay)) == 0)
    return;
  for (guint i = 0; engineer_id != NULL && i < engineers->len; i++)
    {
      const UchMapEngineer *engineer = g_ptr_array_index (engineers, i);

      if (g_str_equal (engineer->id, engineer_id))
        gtk_label_set_label (self->follow_name,
                             engineer->label != NULL ? engineer->label : engineer->name);
    }
  uch_map_overlay_follow (self->overlay, engineer_id);
  gtk_widget_set_visible (self->follow_pill, engineer_id != NULL);
  g_signal_emit (self, signals[SIGNAL_FOLLOWED], 0);
}

/**
 * uch_map_get_followed:
 * @self: the map
 *
 * Returns: (transfer none) (nullable): whom the view stays on
 */
const char *
uch_map_get_followed (UchMap *self)
{
  return uch_map_overlay_get_followed (self->overlay);
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
