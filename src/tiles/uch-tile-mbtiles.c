#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-mbtiles.h"

#include <string.h>

#include "db/uch-db.h"
#include "tiles/uch-tile-job.h"

/* A tile of more bytes than this is no tile. */
#define TILE_BYTES_MAX (2 * 1024 * 1024)
/* Zoom levels when the metadata are silent. */
#define MIN_ZOOM_DEFAULT 0
#define MAX_ZOOM_DEFAULT 18

struct _UchTileMbtiles
{
  GObject      parent_instance;
  UchDb       *db;     /* (owned): used by the one thread of the pool only */
  GThreadPool *worker; /* (owned): of GTask */
  char        *attribution;
  guint        min_zoom, max_zoom;
  gboolean     has_labels;
  gboolean     has_bounds;
  double       bounds[4]; /* west, south, east, north */
};

static void uch_tile_mbtiles_iface_init (UchTileSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UchTileMbtiles,
                               uch_tile_mbtiles,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_TILE_SOURCE,
                                                      uch_tile_mbtiles_iface_init))

/* The one question the worker asks the file. */
static GBytes *
read_tile (UchDb *db, UchTileKey key, GError **error)
{
  g_autoptr (UchDbStmt) stmt = NULL;
  UchDbStep     step;
  gconstpointer data;
  gsize         size;

  stmt = uch_db_prepare (
      db, "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
      error);
  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_int64 (stmt, 1, key.zoom);
  uch_db_stmt_bind_int64 (stmt, 2, key.x);
  /* MBTiles counts rows from the south (TMS). */
  uch_db_stmt_bind_int64 (stmt, 3, ((gint64) 1 << key.zoom) - 1 - key.y);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ERROR)
    return NULL;
  if (step == UCH_DB_STEP_DONE)
    {
      g_set_error_literal (error, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_FOUND,
                           "The file has no such tile");
      return NULL;
    }
  data = uch_db_stmt_get_blob (stmt, 0, &size);
  if (size > TILE_BYTES_MAX)
    {
      g_set_error_literal (error, UCH_TILE_ERROR, UCH_TILE_ERROR_TOO_LARGE,
                           "The tile is too large");
      return NULL;
    }
  return g_bytes_new (data, size);
}

static void
load_in_thread (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  UchTileMbtiles *self = user_data;
  g_autoptr (GBytes) bytes = NULL;
  GError         *error = NULL;
  UchTilePicture *picture;

  uch_tile_thread_step_back ();
  if (g_task_return_error_if_cancelled (task))
    return;
  uch_db_adopt (self->db);
  bytes = read_tile (self->db, *(UchTileKey *) g_task_get_task_data (task), &error);
  if (bytes == NULL)
    {
      if (error->domain != UCH_TILE_ERROR)
        {
          g_autofree char *message = g_strdup (error->message);

          g_clear_error (&error);
          g_set_error (&error, UCH_TILE_ERROR, UCH_TILE_ERROR_BROKEN, "The file is damaged: %s",
                       message);
        }
      g_task_return_error (task, error);
      return;
    }
  picture = uch_tile_picture_decode (bytes, &error);
  if (picture == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, picture, (GDestroyNotify) uch_tile_picture_unref);
}

static void
uch_tile_mbtiles_load_async (UchTileSource      *source,
                             UchTileKey          key,
                             UchTileLoadFlags    flags,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  UchTileMbtiles *self = UCH_TILE_MBTILES (source);
  GTask          *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, uch_tile_mbtiles_load_async);
  g_task_set_task_data (task, g_memdup2 (&key, sizeof key), g_free);
  g_thread_pool_push (self->worker, task, NULL);
}

static UchTilePicture *
uch_tile_mbtiles_load_finish (UchTileSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint
uch_tile_mbtiles_get_min_zoom (UchTileSource *source)
{
  return UCH_TILE_MBTILES (source)->min_zoom;
}

static guint
uch_tile_mbtiles_get_max_zoom (UchTileSource *source)
{
  return UCH_TILE_MBTILES (source)->max_zoom;
}

static const char *
uch_tile_mbtiles_get_attribution (UchTileSource *source)
{
  return UCH_TILE_MBTILES (source)->attribution;
}

static gboolean
uch_tile_mbtiles_has_labels (UchTileSource *source)
{
  return UCH_TILE_MBTILES (source)->has_labels;
}

static void
uch_tile_mbtiles_iface_init (UchTileSourceInterface *iface)
{
  iface->load_async = uch_tile_mbtiles_load_async;
  iface->load_finish = uch_tile_mbtiles_load_finish;
  iface->get_min_zoom = uch_tile_mbtiles_get_min_zoom;
  iface->get_max_zoom = uch_tile_mbtiles_get_max_zoom;
  iface->get_attribution = uch_tile_mbtiles_get_attribution;
  iface->has_labels = uch_tile_mbtiles_has_labels;
}

static void
uch_tile_mbtiles_finalize (GObject *object)
{
  UchTileMbtiles *self = UCH_TILE_MBTILES (object);

  /* Every queued task holds a reference, so nothing is queued now. */
  if (self->worker != NULL)
    g_thread_pool_free (self->worker, FALSE, FALSE);
  if (self->db != NULL)
    uch_db_adopt (self->db);
  g_clear_pointer (&self->db, uch_db_close);
  g_free (self->attribution);
  G_OBJECT_CLASS (uch_tile_mbtiles_parent_class)->finalize (object);
}

static void
uch_tile_mbtiles_class_init (UchTileMbtilesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_tile_mbtiles_finalize;
}

static void
uch_tile_mbtiles_init (UchTileMbtiles *self)
{
  self->min_zoom = MIN_ZOOM_DEFAULT;
  self->max_zoom = MAX_ZOOM_DEFAULT;
  self->has_labels = TRUE;
  self->attribution = g_strdup ("");
}

/* The attribution is HTML by the specification; the map shows text. */
static char *
dup_plain_text (const char *html)
{
  g_autoptr (GRegex) tags = g_regex_new ("<[^>]*>", 0, 0, NULL);
  g_autofree char *text = g_regex_replace_literal (tags, html, -1, 0, "", 0, NULL);
  g_auto (GStrv) parts = NULL;

  if (text == NULL)
    return g_strdup ("");
  parts = g_strsplit (text, "&copy;", -1);
  return g_strstrip (g_strjoinv ("©", parts));
}

static void
parse_bounds (UchTileMbtiles *self, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, ",", 5);

  if (g_strv_length (parts) != 4)
    return;
  for (guint i = 0; i < 4; i++)
    self->bounds[i] = g_ascii_strtod (parts[i], NULL);
  self->has_bounds = self->bounds[0] < self->bounds[2] && self->bounds[1] < self->bounds[3];
}

static gboolean
read_metadata (UchTileMbtiles *self, gboolean *out_vector, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, "SELECT name, value FROM metadata", error);
  UchDbStep step;

  if (stmt == NULL)
    return FALSE;
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      const char *name = uch_db_stmt_get_text (stmt, 0);
      const char *value = uch_db_stmt_get_text (stmt, 1);

      if (name == NULL || value == NULL)
        continue;
      if (strcmp (name, "format") == 0)
        *out_vector = strcmp (value, "pbf") == 0 || strstr (value, "mapbox-vector-tile") != NULL;
      else if (strcmp (name, "minzoom") == 0)
        self->min_zoom = (guint) CLAMP (g_ascii_strtoll (value, NULL, 10), 0, UCH_TILE_ZOOM_MAX);
      else if (strcmp (name, "maxzoom") == 0)
        self->max_zoom = (guint) CLAMP (g_ascii_strtoll (value, NULL, 10), 0, UCH_TILE_ZOOM_MAX);
      else if (strcmp (name, "bounds") == 0)
        parse_bounds (self, value);
      else if (strcmp (name, "attribution") == 0)
        {
          g_free (self->attribution);
          self->attribution = dup_plain_text (value);
        }
      else if (strcmp (name, "name") == 0 || strcmp (name, "description") == 0)
        {
          g_autofree char *folded = g_utf8_strdown (value, -1);

          if (strstr (folded, "no labels") != NULL || strstr (folded, "nolabels") != NULL)
            self->has_labels = FALSE;
        }
    }
  return step == UCH_DB_STEP_DONE;
}

/* The metadata of some writers lie about the levels; and an empty file is worth a sentence. */
static gboolean
read_zoom_levels (UchTileMbtiles *self, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, "SELECT min(zoom_level), max(zoom_level) FROM tiles", error);

  if (stmt == NULL || uch_db_stmt_step (stmt, error) == UCH_DB_STEP_ERROR)
    return FALSE;
  if (uch_db_stmt_is_null (stmt, 0))
    {
      g_set_error_literal (error, UCH_TILE_ERROR, UCH_TILE_ERROR_BROKEN, "The file holds no tiles");
      return FALSE;
    }
  self->min_zoom = (guint) CLAMP (uch_db_stmt_get_int64 (stmt, 0), 0, UCH_TILE_ZOOM_MAX);
  self->max_zoom = (guint) CLAMP (uch_db_stmt_get_int64 (stmt, 1), 0, UCH_TILE_ZOOM_MAX);
  return TRUE;
}

/* Vector tiles are gzip-compressed protocol buffers, whatever the metadata say. */
static gboolean
first_tile_is_vector (UchDb *db)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, "SELECT tile_data FROM tiles LIMIT 1", NULL);
  const guint8 *data;
  gsize         size = 0;

  if (stmt == NULL || uch_db_stmt_step (stmt, NULL) != UCH_DB_STEP_ROW)
    return FALSE;
  data = uch_db_stmt_get_blob (stmt, 0, &size);
  return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/**
 * uch_tile_mbtiles_open:
 * @path: an MBTiles file
 * @error: return location of UCH_TILE_ERROR_BROKEN for what is no MBTiles file,
 *   UCH_TILE_ERROR_VECTOR for vector tiles
 *
 * Opens a file of raster tiles read-only (MBTiles 1.3: tables "metadata" and "tiles", rows counted
 * from the south).
 *
 * Returns: (transfer full) (nullable): the source
 */
UchTileMbtiles *
uch_tile_mbtiles_open (const char *path, GError **error)
{
  g_autoptr (UchTileMbtiles) self = g_object_new (UCH_TYPE_TILE_MBTILES, NULL);
  g_autoptr (GError) local_error = NULL;
  gboolean vector = FALSE;

  self->db = uch_db_open (path, UCH_DB_READ_ONLY, &local_error);
  if (self->db == NULL || !read_metadata (self, &vector, &local_error)
      || !read_zoom_levels (self, &local_error))
    {
      g_set_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_BROKEN,
                   "“%s” is not a readable MBTiles file: %s", path, local_error->message);
      return NULL;
    }
  if (vector || first_tile_is_vector (self->db))
    {
      g_set_error (error, UCH_TILE_ERROR, UCH_TILE_ERROR_VECTOR,
                   "“%s” holds vector tiles; drawing them needs a newer libshumate. "
                   "Choose a file with raster tiles (PNG or JPEG).",
                   path);
      return NULL;
    }
  self->worker = g_thread_pool_new (load_in_thread, self, 1, TRUE, error);
  if (self->worker == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * uch_tile_mbtiles_get_bounds:
 * @self: a file
 * @out_west: (out): degrees
 * @out_south: (out): degrees
 * @out_east: (out): degrees
 * @out_north: (out): degrees
 *
 * Returns: %FALSE when the file does not say what it covers
 */
gboolean
uch_tile_mbtiles_get_bounds (
    UchTileMbtiles *self, double *out_west, double *out_south, double *out_east, double *out_north)
{
  *out_west = self->bounds[0];
  *out_south = self->bounds[1];
  *out_east = self->bounds[2];
  *out_north = self->bounds[3];
  return self->has_bounds;
}
