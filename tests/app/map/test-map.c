/* The map as a person and a dragged ticket meet it, in one process, under a display of its own. */
#include <adwaita.h>
#include <math.h>
#include <shumate/shumate.h>

#include "app/map/uch-map-private.h"
#include "app/uch-drag.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-http.h"

#define NOW G_GINT64_CONSTANT (1795431600000)
#define LATITUDE 45.04
#define LONGITUDE 41.97
#define ZOOM 16.0

typedef struct
{
  GtkWindow *window;
  UchMap    *map;
  GString   *said; /* what the signals told */
} Fixture;

static void
id_cb (UchMap *map, const char *id, Fixture *fixture)
{
  g_string_append_printf (fixture->said, "%s;", id);
}

static void
dropped_cb (UchMap *map, char **ticket_ids, const char *engineer_id, Fixture *fixture)
{
  g_autofree char *ids = g_strjoinv ("+", ticket_ids);

  g_string_append_printf (fixture->said, "%s>%s;", ids, engineer_id);
}

static void
settle (Fixture *fixture)
{
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  guint  n_quiet = 0;

  while (n_quiet < 30 && g_get_monotonic_time () < until)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
      n_quiet = gtk_widget_get_width (GTK_WIDGET (fixture->map->map)) > 0
                        && uch_map_is_settled (fixture->map)
                    ? n_quiet + 1
                    : 0;
    }
  g_assert_cmpuint (n_quiet, >=, 30);
}

/* Degrees of so many pixels at the test's zoom. */
static void
offset (double dx, double dy, double *out_latitude, double *out_longitude)
{
  double world = 256 * exp2 (ZOOM);

  *out_longitude = uch_mercator_longitude (uch_mercator_x (LONGITUDE) + dx / world);
  *out_latitude = uch_mercator_latitude (uch_mercator_y (LATITUDE) + dy / world);
}

static void
add_ticket (GPtrArray *tickets, const char *id, double dx, double dy, UchPromise promise)
{
  double        latitude, longitude;
  UchMapTicket *ticket;

  offset (dx, dy, &latitude, &longitude);
  ticket = uch_map_ticket_new (id, id, latitude, longitude);
  ticket->promise = promise;
  ticket->due_at = promise == UCH_PROMISE_NONE ? 0 : NOW;
  g_ptr_array_add (tickets, ticket);
}

static void
add_engineer (GPtrArray *engineers, const char *id, double dx, double dy)
{
  double latitude, longitude;

  offset (dx, dy, &latitude, &longitude);
  g_ptr_array_add (engineers, uch_map_engineer_new (id, id, "ИО", latitude, longitude));
}

static UchScene *
make_scene (void)
{
  UchSceneBuilder *builder = uch_scene_builder_new ();
  guint            zone = uch_scene_builder_add_zone (builder, "z1", "1", "Zone", 0x0072b2);
  double           latitude, longitude;

  offset (0, 150, &latitude, &longitude);
  uch_scene_builder_add_house (builder, "h1", latitude, longitude, zone, UCH_SCENE_CONNECTED,
                               "City", "Street", "1");
  return uch_scene_builder_end (builder);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GPtrArray *tickets = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_ticket_free);
  GPtrArray *engineers = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_engineer_free);
  g_autoptr (UchScene) scene = make_scene ();

  fixture->said = g_string_new (NULL);
  fixture->window = GTK_WINDOW (gtk_window_new ());
  fixture->map = UCH_MAP (uch_map_new ());
  uch_map_set_scene (fixture->map, scene);
  uch_map_set_view (fixture->map, LATITUDE, LONGITUDE, ZOOM);
  add_ticket (tickets, "t-late", 0, 0, UCH_PROMISE_RED);
  add_ticket (tickets, "t-calm", 100, 0, UCH_PROMISE_NONE);
  add_ticket (tickets, "t-soon", 100, 0, UCH_PROMISE_ORANGE);
  add_engineer (engineers, "e1", -120, 0);
  add_engineer (engineers, "e2", -120, 100);
  uch_map_set_now (fixture->map, NOW);
  uch_map_set_tickets (fixture->map, tickets);
  uch_map_set_engineers (fixture->map, engineers);
  g_signal_connect (fixture->map, "ticket-activated", G_CALLBACK (id_cb), fixture);
  g_signal_connect (fixture->map, "engineer-activated", G_CALLBACK (id_cb), fixture);
  g_signal_connect (fixture->map, "house-activated", G_CALLBACK (id_cb), fixture);
  g_signal_connect (fixture->map, "tickets-dropped", G_CALLBACK (dropped_cb), fixture);
  gtk_window_set_child (fixture->window, GTK_WIDGET (fixture->map));
  gtk_window_set_default_size (fixture->window, 640, 480);
  gtk_window_present (fixture->window);
  settle (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (fixture->window);
  g_string_free (fixture->said, TRUE);
}

/* Pixels from the middle of the map. */
static UchMapPick
pick (Fixture *fixture, double dx, double dy)
{
  return uch_map_pick (fixture->map,
                       gtk_widget_get_width (GTK_WIDGET (fixture->map->map)) / 2.0 + dx,
                       gtk_widget_get_height (GTK_WIDGET (fixture->map->map)) / 2.0 + dy);
}

static gpointer
find_controller (Fixture *fixture, GType type)
{
  g_autoptr (GListModel) controllers
      = gtk_widget_observe_controllers (GTK_WIDGET (fixture->map->map));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type)
          && g_strcmp0 (gtk_event_controller_get_name (controller), "uch") == 0)
        return controller; /* the widget holds it */
    }
  g_assert_not_reached ();
}

static gboolean
press_key (Fixture *fixture, guint keyval)
{
  gboolean taken = FALSE;

  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed",
                         keyval, 0, 0, &taken);
  return taken;
}

static void
test_pick (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (pick (fixture, 0, -20).kind, ==, UCH_MAP_PICK_TICKET);
  g_assert_cmpstr (pick (fixture, 0, -20).id, ==, "t-late");
  g_assert_cmpint (pick (fixture, 40, -20).kind, ==, UCH_MAP_PICK_NOTHING);
  g_assert_cmpint (pick (fixture, -120, 5).kind, ==, UCH_MAP_PICK_ENGINEER);
  g_assert_cmpstr (pick (fixture, -120, 5).id, ==, "e1");
  g_assert_cmpint (pick (fixture, 2, 150).kind, ==, UCH_MAP_PICK_HOUSE);
  g_assert_cmpstr (pick (fixture, 2, 150).id, ==, "h1");
  /* Two in one place: the more urgent one on top, until the stack is spread. */
  g_assert_cmpint (pick (fixture, 100, -20).kind, ==, UCH_MAP_PICK_STACK);
  g_assert_cmpstr (pick (fixture, 100, -20).id, ==, "t-soon");
  uch_map_overlay_spread (fixture->map->overlay, "t-soon");
  g_assert_cmpint (pick (fixture, 100, -44 - 20).kind, ==, UCH_MAP_PICK_TICKET);
  g_assert_cmpstr (pick (fixture, 100, -44 - 20).id, ==, "t-soon");
  g_assert_cmpstr (pick (fixture, 100, 44 - 20).id, ==, "t-calm");
}

static void
test_filter (Fixture *fixture, gconstpointer data)
{
  uch_tile_baker_set_hidden_zones (fixture->map->baker, 1 << 1);
  g_assert_cmpint (pick (fixture, 2, 150).kind, ==, UCH_MAP_PICK_NOTHING);
  uch_tile_baker_set_hidden_zones (fixture->map->baker, 0);
  g_assert_cmpint (pick (fixture, 2, 150).kind, ==, UCH_MAP_PICK_HOUSE);
}

static void
test_keyboard (Fixture *fixture, gconstpointer data)
{
  double latitude, longitude, zoom;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  /* The most urgent first, and past the last one the focus goes on. */
  g_assert_true (press_key (fixture, GDK_KEY_Tab));
  g_assert_true (press_key (fixture, GDK_KEY_Return));
  g_assert_true (press_key (fixture, GDK_KEY_Tab));
  g_assert_true (press_key (fixture, GDK_KEY_Return));
  g_assert_true (press_key (fixture, GDK_KEY_Tab));
  g_assert_false (press_key (fixture, GDK_KEY_Tab));
  g_assert_cmpstr (fixture->said->str, ==, "t-late;t-soon;");

  uch_map_set_view (fixture->map, LATITUDE, LONGITUDE, 13.4);
  g_assert_true (press_key (fixture, GDK_KEY_plus));
  uch_map_get_view (fixture->map, &latitude, &longitude, &zoom);
  g_assert_cmpfloat (zoom, ==, 14);
  g_assert_true (press_key (fixture, GDK_KEY_minus));
  g_assert_true (press_key (fixture, GDK_KEY_Right));
  g_assert_true (press_key (fixture, GDK_KEY_Up));
  uch_map_get_view (fixture->map, &latitude, &longitude, &zoom);
  g_assert_cmpfloat (zoom, ==, 13);
  g_assert_cmpfloat_with_epsilon (
      (uch_mercator_x (longitude) - uch_mercator_x (LONGITUDE)) * 256 * exp2 (13), 90, 0.01);
  g_assert_cmpfloat_with_epsilon (
      (uch_mercator_y (latitude) - uch_mercator_y (LATITUDE)) * 256 * exp2 (13), -90, 0.01);
  for (guint i = 0; i < 20; i++)
    press_key (fixture, GDK_KEY_minus);
  uch_map_get_view (fixture->map, &latitude, &longitude, &zoom);
  g_assert_cmpfloat (zoom, ==, UCH_MAP_ZOOM_MIN);
}

static void
test_drag (Fixture *fixture, gconstpointer data)
{
  GtkDragSource *source = find_controller (fixture, GTK_TYPE_DRAG_SOURCE);
  double         x = gtk_widget_get_width (GTK_WIDGET (fixture->map->map)) / 2.0;
  double         y = gtk_widget_get_height (GTK_WIDGET (fixture->map->map)) / 2.0;
  g_autoptr (GdkContentProvider) provider = NULL;
  g_autoptr (GdkContentProvider) nothing = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_signal_emit_by_name (source, "prepare", x, y - 20, &provider);
  g_assert_nonnull (provider);
  g_value_init (&value, UCH_TYPE_DRAG_TICKETS);
  g_assert_true (gdk_content_provider_get_value (provider, &value, &error));
  g_assert_cmpstr (((UchDragTickets *) g_value_get_boxed (&value))->ticket_ids[0], ==, "t-late");
  uch_map_set_dragged (fixture->map, NULL);
  /* Not a pin: nothing is dragged but the map. */
  g_signal_emit_by_name (source, "prepare", x + 40, y + 60, &nothing);
  g_assert_null (nothing);
}

static char *
only_e1 (UchMap            *map,
         const char *const *ids,
         const char        *engineer_id,
         gboolean          *out_allowed,
         gpointer           data)
{
  *out_allowed = g_str_equal (engineer_id, "e1");
  return g_strdup (*out_allowed ? "3rd visit" : "off shift");
}

static gboolean
drop (Fixture *fixture, double dx, double dy)
{
  GtkDropTarget  *target = find_controller (fixture, GTK_TYPE_DROP_TARGET);
  const char     *ids[] = { "t-late", "t-soon", NULL };
  UchDragTickets *payload = uch_drag_tickets_new (ids);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, UCH_TYPE_DRAG_TICKETS);
  g_value_take_boxed (&value, payload);
  g_signal_emit_by_name (target, "drop", &value,
                         gtk_widget_get_width (GTK_WIDGET (fixture->map->map)) / 2.0 + dx,
                         gtk_widget_get_height (GTK_WIDGET (fixture->map->map)) / 2.0 + dy, &taken);
  return taken;
}

static void
test_drop (Fixture *fixture, gconstpointer data)
{
  uch_map_set_drop_func (fixture->map, only_e1, NULL);
  g_assert_false (drop (fixture, 60, 60));
  g_assert_false (drop (fixture, -120, 100)); /* e2 may not */
  g_assert_cmpstr (fixture->said->str, ==, "");
  g_assert_true (drop (fixture, -120, 0));
  g_assert_cmpstr (fixture->said->str, ==, "t-late+t-soon>e1;");
}

static guint32
pixel_of_map (Fixture *fixture, int dx, int dy)
{
  GtkWidget   *widget = GTK_WIDGET (fixture->map->map);
  int          width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree guint32 *pixels = g_new0 (guint32, (gsize) width * (gsize) height);

  gtk_widget_snapshot_child (gtk_widget_get_parent (widget), widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  texture
      = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (fixture->window)), node,
                                     &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gdk_texture_download (texture, (guint8 *) pixels, (gsize) width * 4);
  return pixels[(height / 2 + dy) * width + width / 2 + dx] & 0xffffff;
}

/* A change of what is shown never shows an empty sheet in between. */
static void
test_no_flash (Fixture *fixture, gconstpointer data)
{
  g_assert_cmphex (pixel_of_map (fixture, 60, 60), ==, 0xf4f1ea);
  g_assert_cmphex (pixel_of_map (fixture, 0, 150), ==, 0x0072b2);
  uch_tile_baker_set_hidden_zones (fixture->map->baker, 1 << 1);
  for (guint i = 0; i < 50; i++)
    {
      g_assert_cmphex (pixel_of_map (fixture, 60, 60), ==, 0xf4f1ea);
      g_main_context_iteration (NULL, FALSE);
    }
  settle (fixture);
  g_assert_cmphex (pixel_of_map (fixture, 0, 150), ==, 0xf4f1ea);
}

/* Zooming far and back: always something, at last the sharp thing. */
static void
test_zoom_shows_substitutes (Fixture *fixture, gconstpointer data)
{
  for (double zoom = ZOOM; zoom > 10; zoom -= 0.5)
    {
      uch_map_set_view (fixture->map, LATITUDE, LONGITUDE, zoom);
      g_assert_cmphex (pixel_of_map (fixture, 10, 30), !=, 0);
    }
  settle (fixture);
  g_assert_cmphex (pixel_of_map (fixture, 60, 60), ==, 0xf4f1ea);
}

/* Nobody answers at that address: the schematic map, and a sentence that says so. */
static void
test_dead_server (Fixture *fixture, gconstpointer data)
{
  UchTileHttpOptions options = { .url = "http://127.0.0.1:9/{z}/{x}/{y}.png",
                                 .attribution = "© Nobody",
                                 .timeout_ms = 500 };
  g_autoptr (UchTileSource) source = UCH_TILE_SOURCE (uch_tile_http_new (&options, NULL));
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  uch_map_set_source (fixture->map, source);
  g_assert_cmpstr (gtk_label_get_label (fixture->map->attribution), ==, "© Nobody");
  while (!gtk_widget_get_visible (fixture->map->degraded) && g_get_monotonic_time () < until)
    {
      g_assert_cmphex (pixel_of_map (fixture, 60, 60), ==, 0xf4f1ea);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_true (gtk_widget_get_visible (fixture->map->degraded));
  uch_map_set_source (fixture->map, NULL);
  settle (fixture);
  while (gtk_widget_get_visible (fixture->map->degraded) && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (gtk_widget_get_visible (fixture->map->degraded));
}

int
main (int argc, char **argv)
{
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      ADW_COLOR_SCHEME_FORCE_LIGHT);
#define ADD(name, func) g_test_add ("/app/map/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("pick", test_pick);
  ADD ("filter", test_filter);
  ADD ("keyboard", test_keyboard);
  ADD ("drag", test_drag);
  ADD ("drop", test_drop);
  ADD ("no-flash", test_no_flash);
  ADD ("zoom-shows-substitutes", test_zoom_shows_substitutes);
  ADD ("dead-server", test_dead_server);
  return g_test_run ();
}
