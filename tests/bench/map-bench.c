/* What a frame of the map costs: moving and zooming with no houses (the floor), 2,000 and 200,000,
 * and with a marker widget per house. All in one process, in turns, so that noise meets all alike.
 *
 * Frame work is the time from "before-paint" to "after-paint" of the frame clock: update, layout
 * and drawing on the main thread. Tiles are made on workers meanwhile, as in the program. */
#include <adwaita.h>
#include <math.h>
#include <shumate/shumate.h>
#include <stdlib.h>
#include <time.h>

#include "app/map/uch-map-private.h"
#include "support/uch-city.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-mbtiles.h"

#define WIDTH 1280
#define HEIGHT 800
#define ROUNDS 5
/* On a loaded machine fewer rounds must do. */
#define BUDGET_MS 90000
#define ROUNDS_MIN 2
#define FRAMES 64        /* of one turn */
#define FRAMES_SKIPPED 4 /* the first of a turn: the window's contents have just been changed */
#define SETTLE_MAX_MS 8000

typedef enum
{
  FLOOR,
  HOUSES_2000,
  HOUSES_200000,
  MARKERS_2000,
  N_VARIANTS
} Variant;

typedef enum
{
  PAN,
  ZOOM,
  N_MOVES
} Move;

typedef struct
{
  GtkWindow     *window;
  UchMap        *maps[N_VARIANTS];
  GArray        *work[N_VARIANTS][N_MOVES];  /* of double: ms */
  GArray        *cpu[N_VARIANTS][N_MOVES];   /* of double: ms */
  GArray        *pause[N_VARIANTS][N_MOVES]; /* of double: ms between frames */
  UchTileSource *source;
  gint64         frame_began_us;
  double         frame_cpu_ms; /* of the thread, when the frame began */
  Variant        variant;
  Move           move;
  guint          n_frames;
  gboolean       running;
} Bench;

/* Without the real map: tiles with lines and areas, as many colours and edges as a map has. */
#define BENCH_TYPE_TILES (bench_tiles_get_type ())
G_DECLARE_FINAL_TYPE (BenchTiles, bench_tiles, BENCH, TILES, GObject)

struct _BenchTiles
{
  GObject parent_instance;
};

static void
bench_tiles_load_async (UchTileSource      *source,
                        UchTileKey          key,
                        UchTileLoadFlags    flags,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  UchTilePicture *picture = uch_tile_picture_new (256, 256);

  for (guint y = 0; y < 256; y++)
    for (guint x = 0; x < 256; x++)
      {
        guint    wx = key.x * 256 + x, wy = key.y * 256 + y;
        gboolean street = wx % 61 < 4 || wy % 47 < 4;

        picture->pixels[y * 256 + x] = street                                  ? 0xffffff
                                       : (wx / 61 * 7 + wy / 47 * 13) % 5 == 0 ? 0xcfe5c4
                                                                               : 0xf0ece4;
      }
  g_task_return_pointer (task, picture, (GDestroyNotify) uch_tile_picture_unref);
}

static UchTilePicture *
bench_tiles_load_finish (UchTileSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint
bench_tiles_get_min_zoom (UchTileSource *source)
{
  return 10;
}

static guint
bench_tiles_get_max_zoom (UchTileSource *source)
{
  return 16;
}

static const char *
bench_tiles_get_attribution (UchTileSource *source)
{
  return "";
}

static gboolean
bench_tiles_has_labels (UchTileSource *source)
{
  return TRUE;
}

static void
bench_tiles_iface_init (UchTileSourceInterface *iface)
{
  iface->load_async = bench_tiles_load_async;
  iface->load_finish = bench_tiles_load_finish;
  iface->get_min_zoom = bench_tiles_get_min_zoom;
  iface->get_max_zoom = bench_tiles_get_max_zoom;
  iface->get_attribution = bench_tiles_get_attribution;
  iface->has_labels = bench_tiles_has_labels;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchTiles,
                               bench_tiles,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_TILE_SOURCE, bench_tiles_iface_init))

static void
bench_tiles_class_init (BenchTilesClass *klass)
{
}

static void
bench_tiles_init (BenchTiles *self)
{
}

static UchTileSource *
open_source (void)
{
  g_autofree char *path = uch_city_dup_file ("raster-z10-16.mbtiles");
  UchTileMbtiles  *file = path != NULL ? uch_tile_mbtiles_open (path, NULL) : NULL;

  if (file != NULL)
    return UCH_TILE_SOURCE (file);
  g_print ("the real map is not here: tiles are drawn by the benchmark itself\n");
  return g_object_new (BENCH_TYPE_TILES, NULL);
}

/* The peer: a widget for each house in libshumate's own layer. */
static void
add_markers (UchMap *map, UchScene *scene)
{
  ShumateMarkerLayer *layer = shumate_marker_layer_new (map->viewport);
  double              world = (double) (1u << UCH_MERCATOR_DEPTH);

  for (guint i = 0; i < uch_scene_get_n_houses (scene); i++)
    {
      const UchSceneHouse *house = &uch_scene_get_houses (scene)[i];
      ShumateMarker       *marker = shumate_marker_new ();
      GtkWidget           *dot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

      gtk_widget_set_size_request (dot, 6, 6);
      gtk_widget_add_css_class (dot, "bench-dot");
      shumate_marker_set_child (marker, dot);
      shumate_location_set_location (SHUMATE_LOCATION (marker),
                                     uch_mercator_latitude (house->y / world),
                                     uch_mercator_longitude (house->x / world));
      shumate_marker_layer_add_marker (layer, marker);
    }
  shumate_map_add_layer (map->map, SHUMATE_LAYER (layer));
}

static UchMap *
make_map (Bench *bench, Variant variant)
{
  UchMap *map = UCH_MAP (uch_map_new ());
  g_autoptr (UchScene) real = uch_city_load_real ();
  g_autoptr (UchScene) scene = NULL;

  if (variant == FLOOR)
    scene = uch_scene_new_empty ();
  else if (variant == HOUSES_200000)
    scene = uch_city_make (200000, 1);
  else
    scene = real != NULL ? uch_scene_ref (real) : uch_city_make (2000, 1);
  uch_map_set_source (map, bench->source);
  if (variant == MARKERS_2000)
    add_markers (map, scene);
  else
    uch_map_set_scene (map, scene);
  return g_object_ref_sink (map);
}

/* The same way for all: a loop through the town at city zoom, or from the region to a street. */
static void
set_view (UchMap *map, Move move, guint frame, guint round)
{
  double t = (double) (frame + round * FRAMES) / FRAMES;

  if (move == PAN)
    uch_map_set_view (map, UCH_CITY_LATITUDE + 0.010 * sin (2 * G_PI * t / 3),
                      UCH_CITY_LONGITUDE + 0.030 * cos (2 * G_PI * t / 3), 14);
  else
    uch_map_set_view (map, UCH_CITY_LATITUDE, UCH_CITY_LONGITUDE,
                      14 - 2.2 * cos (2 * G_PI * (double) frame / FRAMES));
}

static double
thread_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
before_paint_cb (GdkFrameClock *clock, Bench *bench)
{
  gint64 now_us = g_get_monotonic_time ();

  if (bench->running && bench->n_frames > FRAMES_SKIPPED)
    {
      double pause_ms = (double) (now_us - bench->frame_began_us) / 1000;

      g_array_append_val (bench->pause[bench->variant][bench->move], pause_ms);
    }
  bench->frame_began_us = now_us;
  bench->frame_cpu_ms = thread_cpu_ms ();
}

static void
after_paint_cb (GdkFrameClock *clock, Bench *bench)
{
  double work_ms = (double) (g_get_monotonic_time () - bench->frame_began_us) / 1000;
  double cpu_ms = thread_cpu_ms () - bench->frame_cpu_ms;

  if (!bench->running)
    return;
  if (bench->n_frames >= FRAMES_SKIPPED)
    {
      g_array_append_val (bench->work[bench->variant][bench->move], work_ms);
      g_array_append_val (bench->cpu[bench->variant][bench->move], cpu_ms);
    }
  if (++bench->n_frames >= FRAMES)
    bench->running = FALSE;
}

typedef struct
{
  Bench *bench;
  guint  round;
} Turn;

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Turn *turn = user_data;

  if (!turn->bench->running)
    return G_SOURCE_REMOVE;
  set_view (UCH_MAP (widget), turn->bench->move, turn->bench->n_frames, turn->round);
  return G_SOURCE_CONTINUE;
}

static void
settle (UchMap *map)
{
  gint64 until = g_get_monotonic_time () + SETTLE_MAX_MS * 1000;
  guint  n_quiet = 0;

  while (n_quiet < 12 && g_get_monotonic_time () < until)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (2000);
      n_quiet = uch_map_is_settled (map) ? n_quiet + 1 : 0;
    }
}

static void
run_turn (Bench *bench, Variant variant, Move move, guint round)
{
  Turn           turn = { bench, round };
  UchMap        *map = bench->maps[variant];
  GdkFrameClock *clock;

  gtk_window_set_child (bench->window, GTK_WIDGET (map));
  set_view (map, move, 0, round);
  settle (map);
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (bench->window));
  bench->variant = variant;
  bench->move = move;
  bench->n_frames = 0;
  bench->running = TRUE;
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), bench);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint_cb), bench);
  gtk_widget_add_tick_callback (GTK_WIDGET (map), tick_cb, &turn, NULL);
  while (bench->running)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (clock, bench);
  /* The tick callback takes its leave in the next frame, while the turn still exists. */
  for (gint64 until = g_get_monotonic_time () + 60000; g_get_monotonic_time () < until;)
    g_main_context_iteration (NULL, FALSE);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double da = *(const double *) a, db = *(const double *) b;

  return (da > db) - (da < db);
}

static double
quantile (GArray *values, double q)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, (guint) MIN (values->len - 1, floor (q * values->len)));
}

static void
print_pair (const char *name, const char *suffix, GArray *values, GArray *peer, double q)
{
  double value = quantile (values, q), floor_value = quantile (peer, q);

  g_print ("bench: %s%s %.2f ms peer=floor %.2f ratio=%.2f\n", name, suffix, value, floor_value,
           value / floor_value);
}

static void
print_results (Bench *bench)
{
  static const char *const names[N_VARIANTS][N_MOVES]
      = { [HOUSES_2000] = { "map.pan.2000", "map.zoom.2000" },
          [HOUSES_200000] = { "map.pan.200000", "map.zoom.200000" } };
  double ours, theirs;

  for (guint variant = HOUSES_2000; variant <= HOUSES_200000; variant++)
    for (guint move = 0; move < N_MOVES; move++)
      {
        const char *name = names[variant][move];

        print_pair (name, "", bench->work[variant][move], bench->work[FLOOR][move], 0.5);
        print_pair (name, ".cpu", bench->cpu[variant][move], bench->cpu[FLOOR][move], 0.5);
        print_pair (name, ".p99", bench->work[variant][move], bench->work[FLOOR][move], 0.99);
        g_print ("bench: %s.rate %.1f fps peer=floor %.1f ratio=%.2f\n", name,
                 1000 / quantile (bench->pause[variant][move], 0.5),
                 1000 / quantile (bench->pause[FLOOR][move], 0.5),
                 quantile (bench->pause[FLOOR][move], 0.5)
                     / quantile (bench->pause[variant][move], 0.5));
      }
  ours = quantile (bench->work[HOUSES_2000][PAN], 0.5);
  theirs = quantile (bench->work[MARKERS_2000][PAN], 0.5);
  g_print ("bench: map.pan.2000.markers %.2f ms peer=ShumateMarkerLayer %.2f ratio=%.2f\n", ours,
           theirs, ours / theirs);
  ours = quantile (bench->cpu[HOUSES_2000][PAN], 0.5);
  theirs = quantile (bench->cpu[MARKERS_2000][PAN], 0.5);
  g_print ("bench: map.pan.2000.markers.cpu %.2f ms peer=ShumateMarkerLayer %.2f ratio=%.2f\n",
           ours, theirs, ours / theirs);
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();
  gint64 began_us;

  adw_init ();
  gtk_css_provider_load_from_data (css, ".bench-dot { background: #0072b2; border-radius: 3px; }",
                                   -1);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  bench.source = open_source ();
  bench.window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_decorated (bench.window, FALSE);
  gtk_window_set_default_size (bench.window, WIDTH, HEIGHT);
  for (guint variant = 0; variant < N_VARIANTS; variant++)
    {
      bench.maps[variant] = make_map (&bench, variant);
      for (guint move = 0; move < N_MOVES; move++)
        {
          bench.work[variant][move] = g_array_new (FALSE, FALSE, sizeof (double));
          bench.cpu[variant][move] = g_array_new (FALSE, FALSE, sizeof (double));
          bench.pause[variant][move] = g_array_new (FALSE, FALSE, sizeof (double));
        }
    }
  gtk_window_set_child (bench.window, GTK_WIDGET (bench.maps[FLOOR]));
  gtk_window_present (bench.window);
  settle (bench.maps[FLOOR]);
  began_us = g_get_monotonic_time ();
  for (guint round = 0;
       round < ROUNDS_MIN
       || (round < ROUNDS && g_get_monotonic_time () - began_us < BUDGET_MS * 1000);
       round++)
    for (guint i = 0; i < N_VARIANTS; i++)
      for (guint move = 0; move < N_MOVES; move++)
        {
          /* Another one begins each round. */
          Variant variant = (i + round) % N_VARIANTS;

          if (variant != MARKERS_2000 || move == PAN)
            run_turn (&bench, variant, move, round);
        }
  print_results (&bench);

  gtk_window_destroy (bench.window);
  for (guint variant = 0; variant < N_VARIANTS; variant++)
    {
      g_object_unref (bench.maps[variant]);
      for (guint move = 0; move < N_MOVES; move++)
        {
          g_array_unref (bench.work[variant][move]);
          g_array_unref (bench.cpu[variant][move]);
          g_array_unref (bench.pause[variant][move]);
        }
    }
  g_object_unref (bench.source);
  return EXIT_SUCCESS;
}
