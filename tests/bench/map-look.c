/* Shows the map with the real city, or writes a picture of it:
 *   map-look [--base raster|schematic|URL] [--dark] [--at LAT,LON,ZOOM] [--size WxH] [--png FILE]
 */
#include <adwaita.h>
#include <shumate/shumate.h>
#include <stdlib.h>

#include "bench/map-day.h"
#include "support/uch-city.h"
#include "tiles/uch-tile-http.h"
#include "tiles/uch-tile-mbtiles.h"

#define NOW G_GINT64_CONSTANT (1795431600000)

static char *base = NULL, *at = NULL, *size = NULL, *png = NULL, *select_id = NULL, *drop_on = NULL;
static gboolean dark = FALSE;
static int      big = 0;

static const GOptionEntry entries[]
    = { { "base", 0, 0, G_OPTION_ARG_STRING, &base, "raster, schematic or an address of tiles",
          "BASE" },
        { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, "dark colours", NULL },
        { "at", 0, 0, G_OPTION_ARG_STRING, &at, "what to look at", "LAT,LON,ZOOM" },
        { "size", 0, 0, G_OPTION_ARG_STRING, &size, "size of the window", "WxH" },
        { "png", 0, 0, G_OPTION_ARG_FILENAME, &png, "write a picture and quit", "FILE" },
        { "select", 0, 0, G_OPTION_ARG_STRING, &select_id, "select a ticket", "ID" },
        { "drop-on", 0, 0, G_OPTION_ARG_STRING, &drop_on, "hold a ticket over an engineer", "ID" },
        { "houses", 0, 0, G_OPTION_ARG_INT, &big, "a made-up town of so many houses", "N" },
        G_OPTION_ENTRY_NULL };

typedef struct
{
  GMainLoop *loop;
  UchMap    *map;
  GtkWidget *window;
  guint      n_settled;
} Look;

static gboolean
close_cb (GtkWindow *window, Look *look)
{
  g_main_loop_quit (look->loop);
  return FALSE;
}

static gboolean
picture_cb (gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot;
  int          width = gtk_widget_get_width (look->window);
  int          height = gtk_widget_get_height (look->window);

  if (!uch_map_is_settled (look->map))
    look->n_settled = 0;
  if (look->n_settled++ < 5)
    return G_SOURCE_CONTINUE;
  paintable = gtk_widget_paintable_new (look->window);
  snapshot = gtk_snapshot_new ();
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (look->window)), node,
                                         NULL);
  gdk_texture_save_to_png (texture, png);
  g_main_loop_quit (look->loop);
  return G_SOURCE_REMOVE;
}

static UchTileSource *
open_source (void)
{
  g_autoptr (GError) error = NULL;
  UchTileSource *source = NULL;

  if (g_strcmp0 (base, "schematic") == 0)
    return NULL;
  if (base == NULL || g_str_equal (base, "raster"))
    {
      g_autofree char *path = uch_city_dup_file ("raster-z10-16.mbtiles");

      if (path != NULL)
        source = (UchTileSource *) uch_tile_mbtiles_open (path, &error);
    }
  else
    {
      UchTileHttpOptions options = { .url = base, .attribution = UCH_TILE_HTTP_OSM_ATTRIBUTION };

      source = (UchTileSource *) uch_tile_http_new (&options, &error);
    }
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return source;
}

static char *
meaning (UchMap            *map,
         const char *const *ids,
         const char        *engineer_id,
         gboolean          *out_allowed,
         gpointer           data)
{
  *out_allowed = g_str_equal (engineer_id, drop_on);
  return g_strdup ("3-й выезд сегодня · 1,2 км\nвне смены");
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (UchTileSource) source = NULL;
  g_autoptr (UchScene) scene = NULL;
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();
  Look look = { 0 };
  int  width = 1000, height = 700;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return EXIT_FAILURE;
  adw_init ();
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                           : ADW_COLOR_SCHEME_FORCE_LIGHT);
  gtk_css_provider_load_from_resource (css, "/org/uchastok/Desk/map/map.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);

  scene = big == 0 ? uch_city_load_real () : NULL;
  if (scene == NULL)
    scene = uch_city_make (big != 0 ? (guint) big : 2000, 1);
  source = open_source ();
  look.loop = g_main_loop_new (NULL, FALSE);
  look.map = UCH_MAP (uch_map_new ());
  look.window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (look.window), png == NULL);
  uch_map_set_source (look.map, source);
  uch_map_set_scene (look.map, scene);
  map_day_fill (look.map, NOW);
  if (at != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (at, ",", 3);

      uch_map_set_view (look.map, g_ascii_strtod (parts[0], NULL), g_ascii_strtod (parts[1], NULL),
                        g_ascii_strtod (parts[2], NULL));
    }
  if (size != NULL)
    sscanf (size, "%dx%d", &width, &height);
  if (select_id != NULL)
    uch_map_select_ticket (look.map, select_id, FALSE);
  gtk_window_set_child (GTK_WINDOW (look.window), GTK_WIDGET (look.map));
  gtk_window_set_default_size (GTK_WINDOW (look.window), width, height);
  g_signal_connect (look.window, "close-request", G_CALLBACK (close_cb), &look);
  gtk_window_present (GTK_WINDOW (look.window));
  if (drop_on != NULL)
    {
      const char *ids[] = { "t1", NULL };

      uch_map_set_drop_func (look.map, meaning, NULL);
      uch_map_set_dragged (look.map, ids);
    }
  if (png != NULL)
    g_timeout_add (100, picture_cb, &look);
  g_main_loop_run (look.loop);
  gtk_window_destroy (GTK_WINDOW (look.window));
  return EXIT_SUCCESS;
}
