#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-baker.h"

#include "tiles/uch-tile-job.h"
#include "tiles/uch-tile-memory.h"

#define WORKERS 2
/* How many levels a missing picture is replaced by an enlarged part of one further out. */
#define ANCESTORS_MAX 7
/* How many levels below the source's lowest a tile is put together from smaller ones. */
#define UNDERZOOM_MAX 2

struct _UchTileBaker
{
  GObject        parent_instance;
  UchTileSource *source; /* (owned) (nullable) */
  gulong         available_id;
  UchScene      *scene; /* (owned) */
  UchTileStyle   style;
  guint          version;
  GThreadPool   *workers;  /* (owned): of UchTileJob */
  UchTileMemory *pictures; /* (owned) */
  GHashTable    *loads;    /* (owned): UchTileKey → Load, which is owned by its callback */
};

/* One picture asked of the source, for all jobs that need it. */
typedef struct
{
  UchTileBaker  *baker;  /* (owned) */
  UchTileSource *source; /* (owned) */
  UchTileKey     key;
  GCancellable  *cancellable;
  GPtrArray     *tasks;       /* of GTask */
  GArray        *handler_ids; /* of gulong, one per task; 0 for none */
} Load;

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void need_picture (GTask *task, UchTileKey key, UchTileLoadFlags flags);

G_DEFINE_FINAL_TYPE (UchTileBaker, uch_tile_baker, G_TYPE_OBJECT)

/**
 * uch_tile_baked_free:
 * @baked: (transfer full) (nullable): a finished tile
 */
void
uch_tile_baked_free (UchTileBaked *baked)
{
  if (baked == NULL)
    return;
  g_bytes_unref (baked->rgb);
  g_free (baked);
}

static void
push_job (GTask *task)
{
  UchTileJob *job = g_task_get_task_data (task);

  g_thread_pool_push (job->baker->workers, g_object_ref (task), NULL);
}

static void
job_got_picture (GTask *task, UchTileKey key, UchTilePicture *picture)
{
  UchTileJob *job = g_task_get_task_data (task);

  if (job->children != NULL)
    {
      guint n = 1u << job->child_levels;
      guint column = key.x - (job->key.x << job->child_levels);
      guint row = key.y - (job->key.y << job->child_levels);

      if (picture != NULL)
        job->children->pdata[row * n + column] = uch_tile_picture_ref (picture);
      if (--job->n_awaited == 0)
        push_job (task);
      return;
    }
  job->base = uch_tile_picture_ref (picture);
  job->base_key = key;
  push_job (task);
}

/* No picture of this tile: perhaps one of a tile around it, at least as long as nothing better. */
static void
job_missed_picture (GTask *task, UchTileKey key, const GError *error)
{
  UchTileJob *job = g_task_get_task_data (task);

  if (!g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_FOUND))
    job->provisional = TRUE;
  if (job->children != NULL)
    job_got_picture (task, key, NULL);
  else if (key.zoom > uch_tile_source_get_min_zoom (job->source) && ++job->n_up <= ANCESTORS_MAX)
    need_picture (task, uch_tile_key_ancestor (key, 1), UCH_TILE_LOAD_LOCAL);
  else
    push_job (task);
}

static void
load_free (Load *load)
{
  for (guint i = 0; i < load->tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (load->tasks, i);
      gulong id = g_array_index (load->handler_ids, gulong, i);

      if (id != 0)
        g_signal_handler_disconnect (g_task_get_cancellable (task), id);
    }
  g_ptr_array_unref (load->tasks);
  g_array_unref (load->handler_ids);
  g_object_unref (load->cancellable);
  g_object_unref (load->source);
  g_object_unref (load->baker);
  g_free (load);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Load         *load = user_data;
  UchTileBaker *self = load->baker;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTilePicture) picture
      = uch_tile_source_load_finish (UCH_TILE_SOURCE (source), result, &error);

  if (g_hash_table_lookup (self->loads, &load->key) == load)
    g_hash_table_remove (self->loads, &load->key);
  if (picture != NULL && load->source == self->source)
    uch_tile_memory_keep (self->pictures, load->key, picture);
  for (guint i = 0; i < load->tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (load->tasks, i);

      if (picture != NULL)
        job_got_picture (task, load->key, picture);
      else if (!g_task_return_error_if_cancelled (task))
        job_missed_picture (task, load->key, error);
    }
  load_free (load);
}

/* A picture is given up when nobody waits for it any more. */
static void
task_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Load *load = user_data;

  for (guint i = 0; i < load->tasks->len; i++)
    {
      GCancellable *other = g_task_get_cancellable (g_ptr_array_index (load->tasks, i));

      if (other == NULL || !g_cancellable_is_cancelled (other))
        return;
    }
  /* Whoever needs it from now on asks anew. */
  if (g_hash_table_lookup (load->baker->loads, &load->key) == load)
    g_hash_table_remove (load->baker->loads, &load->key);
  g_cancellable_cancel (load->cancellable);
}

static void
load_add_task (Load *load, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  gulong        id = 0;

  if (cancellable != NULL)
    id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (task_cancelled_cb), load);
  g_ptr_array_add (load->tasks, g_object_ref (task));
  g_array_append_val (load->handler_ids, id);
}

static void
need_picture (GTask *task, UchTileKey key, UchTileLoadFlags flags)
{
  UchTileJob     *job = g_task_get_task_data (task);
  UchTileBaker   *self = job->baker;
  UchTilePicture *picture
      = job->source == self->source ? uch_tile_memory_lookup (self->pictures, key) : NULL;
  Load *load;

  if (picture != NULL)
    {
      job_got_picture (task, key, picture);
      return;
    }
  load = flags & UCH_TILE_LOAD_LOCAL ? NULL : g_hash_table_lookup (self->loads, &key);
  if (load != NULL && load->source == job->source)
    {
      load_add_task (load, task);
      return;
    }
  load = g_new0 (Load, 1);
  load->baker = g_object_ref (self);
  load->source = g_object_ref (job->source);
  load->key = key;
  load->cancellable = g_cancellable_new ();
  load->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  load->handler_ids = g_array_new (FALSE, FALSE, sizeof (gulong));
  load_add_task (load, task);
  if (!(flags & UCH_TILE_LOAD_LOCAL))
    g_hash_table_replace (self->loads, &load->key, load);
  uch_tile_source_load_async (job->source, key, flags, load->cancellable, loaded_cb, load);
}

static void
need_children (GTask *task, guint levels)
{
  UchTileJob *job = g_task_get_task_data (task);
  guint       n = 1u << levels;
  UchTileKey  first = { job->key.x << levels, job->key.y << levels, job->key.zoom + levels };

  job->child_levels = levels;
  job->n_awaited = n * n;
  job->children = g_ptr_array_new_full (n * n, (GDestroyNotify) uch_tile_picture_unref);
  g_ptr_array_set_size (job->children, (int) (n * n));
  for (guint row = 0; row < n; row++)
    for (guint column = 0; column < n; column++)
      need_picture (task, (UchTileKey){ first.x + column, first.y + row, first.zoom },
                    UCH_TILE_LOAD_DEFAULT);
}

/* From memory alone. */
static void
bake_quickly (GTask *task)
{
  UchTileJob *job = g_task_get_task_data (task);
  UchTileKey  key = job->key;

  job->provisional = job->source != NULL;
  for (guint up = 0; job->source != NULL && up <= ANCESTORS_MAX && up <= job->key.zoom; up++)
    {
      UchTilePicture *picture;

      key = uch_tile_key_ancestor (job->key, up);
      picture = uch_tile_memory_lookup (job->baker->pictures, key);
      if (picture != NULL)
        {
          job_got_picture (task, key, picture);
          return;
        }
    }
  push_job (task);
}

static void
available_cb (UchTileSource *source, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CHANGED], 0, TRUE);
}

static void
note_change (UchTileBaker *self)
{
  self->version++;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, FALSE);
}

static void
uch_tile_baker_dispose (GObject *object)
{
  UchTileBaker *self = UCH_TILE_BAKER (object);

  g_clear_signal_handler (&self->available_id, self->source);
  g_clear_object (&self->source);
  G_OBJECT_CLASS (uch_tile_baker_parent_class)->dispose (object);
}

static void
uch_tile_baker_finalize (GObject *object)
{
  UchTileBaker *self = UCH_TILE_BAKER (object);

  /* Tasks hold references: nothing is queued. Never wait: this may be a worker. */
  g_thread_pool_free (self->workers, FALSE, FALSE);
  uch_tile_memory_free (self->pictures);
  g_hash_table_unref (self->loads);
  uch_scene_unref (self->scene);
  G_OBJECT_CLASS (uch_tile_baker_parent_class)->finalize (object);
}

static void
uch_tile_baker_class_init (UchTileBakerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = uch_tile_baker_dispose;
  object_class->finalize = uch_tile_baker_finalize;

  /**
   * UchTileBaker::changed:
   * @self: a baker
   * @provisional_only: whether only provisional tiles are worth another attempt
   *
   * Tiles that are shown must be baked again. The old ones stay in sight until then.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
uch_tile_baker_init (UchTileBaker *self)
{
  g_autoptr (GError) error = NULL;

  self->scene = uch_scene_new_empty ();
  self->style.scale = 1;
  self->version = 1;
  self->pictures = uch_tile_memory_new (UCH_TILE_BAKER_PICTURES_MAX);
  self->loads = g_hash_table_new (uch_tile_key_hash, uch_tile_key_equal);
  /* Threads of its own: they have a lower priority. */
  self->workers = g_thread_pool_new (uch_tile_job_run, NULL, WORKERS, TRUE, &error);
  if (self->workers == NULL)
    g_error ("No thread for tiles: %s", error->message);
}

/**
 * uch_tile_baker_new:
 *
 * Returns: (transfer full): a baker of schematic tiles of an empty scene
 */
UchTileBaker *
uch_tile_baker_new (void)
{
  return g_object_new (UCH_TYPE_TILE_BAKER, NULL);
}

/**
 * uch_tile_baker_set_source:
 * @self: a baker
 * @source: (nullable): where base pictures come from; %NULL for the schematic map
 */
void
uch_tile_baker_set_source (UchTileBaker *self, UchTileSource *source)
{
  if (source == self->source)
    return;
  g_clear_signal_handler (&self->available_id, self->source);
  g_set_object (&self->source, source);
  if (source != NULL)
    self->available_id = g_signal_connect (source, "available", G_CALLBACK (available_cb), self);
  uch_tile_memory_forget (self->pictures);
  g_hash_table_remove_all (self->loads);
  note_change (self);
}

/**
 * uch_tile_baker_get_source:
 * @self: a baker
 *
 * Returns: (transfer none) (nullable): where base pictures come from
 */
UchTileSource *
uch_tile_baker_get_source (UchTileBaker *self)
{
  return self->source;
}

/**
 * uch_tile_baker_set_scene:
 * @self: a baker
 * @scene: what the office knows of the town
 */
void
uch_tile_baker_set_scene (UchTileBaker *self, UchScene *scene)
{
  if (scene == self->scene)
    return;
  uch_scene_unref (self->scene);
  self->scene = uch_scene_ref (scene);
  note_change (self);
}

/**
 * uch_tile_baker_get_scene:
 * @self: a baker
 *
 * Returns: (transfer none): what it draws
 */
UchScene *
uch_tile_baker_get_scene (UchTileBaker *self)
{
  return self->scene;
}

/**
 * uch_tile_baker_set_dark:
 * @self: a baker
 * @dark: whether the tiles are for the night
 */
void
uch_tile_baker_set_dark (UchTileBaker *self, gboolean dark)
{
  if (self->style.dark == !!dark)
    return;
  self->style.dark = !!dark;
  note_change (self);
}

/**
 * uch_tile_baker_set_scale:
 * @self: a baker
 * @scale: device pixels per pixel; 2 at most
 */
void
uch_tile_baker_set_scale (UchTileBaker *self, int scale)
{
  scale = CLAMP (scale, 1, 2);
  if (self->style.scale == scale)
    return;
  self->style.scale = scale;
  note_change (self);
}

/**
 * uch_tile_baker_set_hidden_zones:
 * @self: a baker
 * @hidden_zones: set of zones of the scene that are not drawn, one bit each
 */
void
uch_tile_baker_set_hidden_zones (UchTileBaker *self, guint64 hidden_zones)
{
  if (self->style.hidden_zones == hidden_zones)
    return;
  self->style.hidden_zones = hidden_zones;
  note_change (self);
}

/**
 * uch_tile_baker_get_hidden_zones:
 * @self: a baker
 *
 * Returns: set of zones that are not drawn
 */
guint64
uch_tile_baker_get_hidden_zones (UchTileBaker *self)
{
  return self->style.hidden_zones;
}

/**
 * uch_tile_baker_get_paper:
 * @self: a baker
 *
 * Returns: 0xRRGGBB of the ground where nothing is drawn yet
 */
guint32
uch_tile_baker_get_paper (UchTileBaker *self)
{
  return uch_tile_paper (self->style.dark);
}

/**
 * uch_tile_baker_get_version:
 * @self: a baker
 *
 * Returns: a number that grows whenever tiles would look different
 */
guint
uch_tile_baker_get_version (UchTileBaker *self)
{
  return self->version;
}

/**
 * uch_tile_baker_bake_async:
 * @self: a baker
 * @key: which tile
 * @flags: #UchTileBakeFlags
 * @cancellable: (nullable): given up when the tile is out of sight
 * @callback: called in the main context
 * @user_data: for @callback
 *
 * Makes one tile. It fails only when it is cancelled: what the source cannot give is replaced by
 * an enlarged part of a tile further out, or else by the schematic map.
 */
void
uch_tile_baker_bake_async (UchTileBaker       *self,
                           UchTileKey          key,
                           UchTileBakeFlags    flags,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  UchTileJob *job = g_new0 (UchTileJob, 1);
  guint       min_zoom, max_zoom;

  job->baker = self;
  job->source = self->source != NULL ? g_object_ref (self->source) : NULL;
  job->key = key;
  job->scene = uch_scene_ref (self->scene);
  job->style = self->style;
  job->style.names = self->source != NULL && !uch_tile_source_has_labels (self->source);
  g_task_set_source_tag (task, uch_tile_baker_bake_async);
  g_task_set_task_data (task, job, uch_tile_job_free);

  if (flags & UCH_TILE_BAKE_QUICK)
    {
      bake_quickly (task);
      return;
    }
  if (self->source == NULL)
    {
      push_job (task);
      return;
    }
  min_zoom = uch_tile_source_get_min_zoom (self->source);
  max_zoom = uch_tile_source_get_max_zoom (self->source);
  if (key.zoom < min_zoom && min_zoom - key.zoom <= UNDERZOOM_MAX)
    need_children (task, min_zoom - key.zoom);
  else if (key.zoom < min_zoom)
    push_job (task);
  else
    need_picture (task,
                  key.zoom > max_zoom ? uch_tile_key_ancestor (key, key.zoom - max_zoom) : key,
                  UCH_TILE_LOAD_DEFAULT);
}

/**
 * uch_tile_baker_bake_finish:
 * @self: a baker
 * @result: what the callback got
 * @error: return location of G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the finished tile
 */
UchTileBaked *
uch_tile_baker_bake_finish (UchTileBaker *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
