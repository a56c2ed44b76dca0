/* The baker: always a picture, whatever the source does. */
#include <math.h>

#include "support/uch-city.h"
#include "tiles/fixture.h"
#include "tiles/uch-mercator.h"

#define PAPER 0xf4f1ea /* of the schematic map */

/* A source that has the tiles it is told, of a colour that tells which. */
#define TEST_TYPE_SOURCE (test_source_get_type ())
G_DECLARE_FINAL_TYPE (TestSource, test_source, TEST, SOURCE, GObject)

struct _TestSource
{
  GObject    parent_instance;
  guint      min_zoom, max_zoom;
  guint      from_zoom, to_zoom; /* has all tiles of these levels */
  int        error;              /* for all others */
  guint      n_loads;
  guint      n_cancelled;
  gboolean   hold; /* answer only when told */
  GPtrArray *held; /* of GTask */
};

static void test_source_iface_init (UchTileSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestSource,
                               test_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_TILE_SOURCE, test_source_iface_init))

static guint32
color_of (UchTileKey key)
{
  return (guint32) key.zoom << 16 | (key.x & 0x0f) << 12 | (key.y & 0x0f) << 4;
}

static void
answer (TestSource *self, GTask *task)
{
  UchTileKey      key = *(UchTileKey *) g_task_get_task_data (task);
  UchTilePicture *picture;

  if (g_task_return_error_if_cancelled (task))
    {
      self->n_cancelled++;
      return;
    }
  if (key.zoom < self->from_zoom || key.zoom > self->to_zoom)
    {
      g_task_return_new_error (task, UCH_TILE_ERROR, self->error, "Told to fail");
      return;
    }
  picture = uch_tile_picture_new (256, 256);
  uch_tile_picture_fill (picture, color_of (key));
  g_task_return_pointer (task, picture, (GDestroyNotify) uch_tile_picture_unref);
}

static void
test_source_load_async (UchTileSource      *source,
                        UchTileKey          key,
                        UchTileLoadFlags    flags,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  TestSource *self = TEST_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_loads++;
  g_assert_cmpuint (key.zoom, >=, self->min_zoom);
  g_assert_cmpuint (key.zoom, <=, self->max_zoom);
  g_task_set_task_data (task, g_memdup2 (&key, sizeof key), g_free);
  if (self->hold && !(flags & UCH_TILE_LOAD_LOCAL))
    g_ptr_array_add (self->held, g_steal_pointer (&task));
  else
    answer (self, task);
}

static void
release_held (TestSource *self)
{
  for (guint i = 0; i < self->held->len; i++)
    answer (self, g_ptr_array_index (self->held, i));
  g_ptr_array_set_size (self->held, 0);
}

static UchTilePicture *
test_source_load_finish (UchTileSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint
test_source_get_min_zoom (UchTileSource *source)
{
  return TEST_SOURCE (source)->min_zoom;
}

static guint
test_source_get_max_zoom (UchTileSource *source)
{
  return TEST_SOURCE (source)->max_zoom;
}

static const char *
test_source_get_attribution (UchTileSource *source)
{
  return "";
}

static gboolean
test_source_has_labels (UchTileSource *source)
{
  return TRUE;
}

static void
test_source_iface_init (UchTileSourceInterface *iface)
{
  iface->load_async = test_source_load_async;
  iface->load_finish = test_source_load_finish;
  iface->get_min_zoom = test_source_get_min_zoom;
  iface->get_max_zoom = test_source_get_max_zoom;
  iface->get_attribution = test_source_get_attribution;
  iface->has_labels = test_source_has_labels;
}

static void
test_source_finalize (GObject *object)
{
  g_ptr_array_unref (TEST_SOURCE (object)->held);
  G_OBJECT_CLASS (test_source_parent_class)->finalize (object);
}

static void
test_source_class_init (TestSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_source_finalize;
}

static void
test_source_init (TestSource *self)
{
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->min_zoom = self->from_zoom = 10;
  self->max_zoom = self->to_zoom = 16;
  self->error = UCH_TILE_ERROR_UNAVAILABLE;
}

typedef struct
{
  TestSource   *source;
  UchTileBaker *baker;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->source = g_object_new (TEST_TYPE_SOURCE, NULL);
  fixture->baker = uch_tile_baker_new ();
  uch_tile_baker_set_source (fixture->baker, UCH_TILE_SOURCE (fixture->source));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->baker);
  g_object_unref (fixture->source);
}

static void
assert_baked (
    Fixture *fixture, UchTileKey key, UchTileBakeFlags flags, guint32 rgb, gboolean provisional)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTileBaked) baked = fixture_bake (fixture->baker, key, flags, &error);

  g_assert_no_error (error);
  g_assert_cmpint (baked->side, ==, 256);
  g_assert_cmpuint (g_bytes_get_size (baked->rgb), ==, 256 * 256 * 3);
  g_assert_cmphex (fixture_pixel (baked, 100, 100), ==, rgb);
  g_assert_true (baked->provisional == provisional);
}

static void
test_levels (Fixture *fixture, gconstpointer data)
{
  UchTileKey key = { 2525, 1471, 12 };
  UchTileKey deep = { 40408 * 4 + 1, 23538 * 4 + 3, 18 };
  UchTileKey high = { 2525 >> 3, 1471 >> 3, 9 };
  /* Pixel 100, 100 of the lower level lies in the upper left quarter. */
  UchTileKey child = { high.x * 2, high.y * 2, 10 };

  assert_baked (fixture, key, UCH_TILE_BAKE_DEFAULT, color_of (key), FALSE);
  assert_baked (fixture, deep, UCH_TILE_BAKE_DEFAULT, color_of (uch_tile_key_ancestor (deep, 2)),
                FALSE);
  assert_baked (fixture, high, UCH_TILE_BAKE_DEFAULT, color_of (child), FALSE);
  /* Too far below: schematic, and that is final. */
  assert_baked (fixture, (UchTileKey){ 1, 1, 3 }, UCH_TILE_BAKE_DEFAULT, PAPER, FALSE);
}

/* The source is down: paper instead of nothing, and a note to ask again. */
static void
test_down (Fixture *fixture, gconstpointer data)
{
  UchTileKey key = { 2525, 1471, 12 };

  fixture->source->to_zoom = 0;
  assert_baked (fixture, key, UCH_TILE_BAKE_DEFAULT, PAPER, TRUE);
  assert_baked (fixture, (UchTileKey){ 300, 180, 9 }, UCH_TILE_BAKE_DEFAULT, PAPER, TRUE);
  fixture->source->to_zoom = 16;
  assert_baked (fixture, key, UCH_TILE_BAKE_DEFAULT, color_of (key), FALSE);
}

/* Only a level further out can be had. */
static void
test_ancestor (Fixture *fixture, gconstpointer data)
{
  UchTileKey key = { 40408, 23538, 16 };
  UchTileKey around = uch_tile_key_ancestor (key, 3);

  fixture->source->to_zoom = 13;
  assert_baked (fixture, key, UCH_TILE_BAKE_DEFAULT, color_of (around), TRUE);
  /* Not covered is no failure: nothing to ask again. */
  fixture->source->error = UCH_TILE_ERROR_NOT_FOUND;
  key.x++;
  assert_baked (fixture, key, UCH_TILE_BAKE_DEFAULT, color_of (uch_tile_key_ancestor (key, 3)),
                FALSE);
}

static void
test_quick (Fixture *fixture, gconstpointer data)
{
  UchTileKey key = { 40408, 23538, 16 };
  guint      n_loads;

  assert_baked (fixture, key, UCH_TILE_BAKE_QUICK, PAPER, TRUE);
  g_assert_cmpuint (fixture->source->n_loads, ==, 0);
  assert_baked (fixture, uch_tile_key_ancestor (key, 2), UCH_TILE_BAKE_DEFAULT,
                color_of (uch_tile_key_ancestor (key, 2)), FALSE);
  n_loads = fixture->source->n_loads;
  assert_baked (fixture, key, UCH_TILE_BAKE_QUICK, color_of (uch_tile_key_ancestor (key, 2)), TRUE);
  g_assert_cmpuint (fixture->source->n_loads, ==, n_loads);
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *counts = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTileBaked) baked
      = uch_tile_baker_bake_finish (UCH_TILE_BAKER (source), result, &error);

  counts[baked != NULL ? 0 : 1]++;
  if (baked == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
wait_for_counts (guint *counts, guint n)
{
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (counts[0] + counts[1] < n && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (counts[0] + counts[1], ==, n);
}

/* Sixteen tiles of one picture cost one request; those given up do not stop it, unless all are. */
static void
test_shared (Fixture *fixture, gconstpointer data)
{
  GCancellable *cancellables[16];
  guint         counts[2] = { 0, 0 };

  fixture->source->hold = TRUE;
  for (guint i = 0; i < 16; i++)
    {
      UchTileKey key = { 40408 * 4 + i % 4, 23538 * 4 + i / 4, 18 };

      cancellables[i] = g_cancellable_new ();
      uch_tile_baker_bake_async (fixture->baker, key, UCH_TILE_BAKE_DEFAULT, cancellables[i],
                                 count_cb, counts);
    }
  g_assert_cmpuint (fixture->source->n_loads, ==, 1);
  for (guint i = 0; i < 10; i++)
    g_cancellable_cancel (cancellables[i]);
  release_held (fixture->source);
  wait_for_counts (counts, 16);
  g_assert_cmpuint (counts[0], ==, 6);
  g_assert_cmpuint (fixture->source->n_cancelled, ==, 0);
  for (guint i = 0; i < 16; i++)
    g_object_unref (cancellables[i]);
}

static void
test_all_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();
  UchTileKey key = { 40408, 23538, 16 };
  guint      counts[2] = { 0, 0 };

  fixture->source->hold = TRUE;
  uch_tile_baker_bake_async (fixture->baker, key, UCH_TILE_BAKE_DEFAULT, first, count_cb, counts);
  uch_tile_baker_bake_async (fixture->baker, key, UCH_TILE_BAKE_DEFAULT, second, count_cb, counts);
  g_cancellable_cancel (first);
  g_cancellable_cancel (second);
  /* Whoever comes now asks anew. */
  uch_tile_baker_bake_async (fixture->baker, key, UCH_TILE_BAKE_DEFAULT, NULL, count_cb, counts);
  g_assert_cmpuint (fixture->source->n_loads, ==, 2);
  release_held (fixture->source);
  wait_for_counts (counts, 3);
  g_assert_cmpuint (fixture->source->n_cancelled, ==, 1);
  g_assert_cmpuint (counts[0], ==, 1);
}

static void
changed_cb (UchTileBaker *baker, gboolean provisional_only, guint *counts)
{
  counts[provisional_only ? 1 : 0]++;
}

static void
test_changes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchScene) scene = uch_city_make (100, 1);
  guint counts[2] = { 0, 0 };
  guint version = uch_tile_baker_get_version (fixture->baker);

  g_signal_connect (fixture->baker, "changed", G_CALLBACK (changed_cb), counts);
  uch_tile_baker_set_scene (fixture->baker, scene);
  uch_tile_baker_set_dark (fixture->baker, TRUE);
  uch_tile_baker_set_hidden_zones (fixture->baker, 2);
  g_assert_cmpuint (counts[0], ==, 3);
  g_assert_cmpuint (uch_tile_baker_get_version (fixture->baker), ==, version + 3);
  /* What does not change anything does not bake anything. */
  uch_tile_baker_set_scene (fixture->baker, scene);
  uch_tile_baker_set_dark (fixture->baker, TRUE);
  uch_tile_baker_set_hidden_zones (fixture->baker, 2);
  uch_tile_baker_set_source (fixture->baker, UCH_TILE_SOURCE (fixture->source));
  g_assert_cmpuint (counts[0], ==, 3);
  uch_tile_source_emit_available (UCH_TILE_SOURCE (fixture->source));
  g_assert_cmpuint (counts[1], ==, 1);
  /* The source that was: no longer heard. */
  uch_tile_baker_set_source (fixture->baker, NULL);
  uch_tile_source_emit_available (UCH_TILE_SOURCE (fixture->source));
  g_assert_cmpuint (counts[1], ==, 1);
}

/* A picture of the old source must not turn up under the new one. */
static void
test_source_replaced (Fixture *fixture, gconstpointer data)
{
  UchTileKey key = { 2525, 1471, 12 };
  guint      counts[2] = { 0, 0 };

  fixture->source->hold = TRUE;
  uch_tile_baker_bake_async (fixture->baker, key, UCH_TILE_BAKE_DEFAULT, NULL, count_cb, counts);
  uch_tile_baker_set_source (fixture->baker, NULL);
  release_held (fixture->source);
  wait_for_counts (counts, 1);
  assert_baked (fixture, key, UCH_TILE_BAKE_DEFAULT, PAPER, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/tiles/baker/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("levels", test_levels);
  ADD ("down", test_down);
  ADD ("ancestor", test_ancestor);
  ADD ("quick", test_quick);
  ADD ("shared", test_shared);
  ADD ("all-cancelled", test_all_cancelled);
  ADD ("changes", test_changes);
  ADD ("source-replaced", test_source_replaced);
  return g_test_run ();
}
