#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-cache.h"

#include <glib/gstdio.h>
#include <string.h>

#include "db/uch-db.h"

struct _UchTileCache
{
  UchDb *db; /* (owned) */
};

/* "tiles" and "metadata" are MBTiles: other programs can read the file. Public pictures need no
 * overwriting when they are deleted. */
static const char SCHEMA[]
    = "PRAGMA secure_delete = OFF;"
      "CREATE TABLE IF NOT EXISTS metadata (name TEXT PRIMARY KEY, value TEXT);"
      "INSERT OR IGNORE INTO metadata VALUES ('name', 'Uchastok tile cache'), ('format', 'png'),"
      "  ('type', 'baselayer');"
      "CREATE TABLE IF NOT EXISTS tiles (zoom_level INTEGER NOT NULL, tile_column INTEGER NOT NULL,"
      "  tile_row INTEGER NOT NULL, tile_data BLOB NOT NULL,"
      "  PRIMARY KEY (zoom_level, tile_column, tile_row));"
      "CREATE TABLE IF NOT EXISTS validators (zoom_level INTEGER NOT NULL,"
      "  tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL, etag TEXT,"
      "  fetched_us INTEGER NOT NULL, expires_us INTEGER NOT NULL,"
      "  PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;";

static UchTileCache *
open_once (const char *path, GError **error)
{
  g_autoptr (UchDb) db = uch_db_open (path, UCH_DB_CREATE, error);
  UchTileCache *self;

  if (db == NULL || !uch_db_exec (db, SCHEMA, error))
    return NULL;
  self = g_new0 (UchTileCache, 1);
  self->db = g_steal_pointer (&db);
  return self;
}

static void
remove_files (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      g_remove (name);
    }
}

/**
 * uch_tile_cache_open:
 * @path: where the file is or shall be
 * @error: return location of a UCH_DB_ERROR
 *
 * Opens the cache. A damaged file is thrown away and begun anew: nothing in it is lost for good.
 *
 * Returns: (transfer full) (nullable): the cache
 */
UchTileCache *
uch_tile_cache_open (const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  UchTileCache *self = open_once (path, &local_error);

  if (self != NULL)
    return self;
  if (g_error_matches (local_error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT)
      || g_error_matches (local_error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED))
    {
      remove_files (path);
      return open_once (path, error);
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * uch_tile_cache_close:
 * @self: (transfer full) (nullable): a cache
 */
void
uch_tile_cache_close (UchTileCache *self)
{
  if (self == NULL)
    return;
  uch_db_close (self->db);
  g_free (self);
}

/**
 * uch_tile_cached_free:
 * @cached: (transfer full) (nullable): an answer of uch_tile_cache_get()
 */
void
uch_tile_cached_free (UchTileCached *cached)
{
  if (cached == NULL)
    return;
  g_bytes_unref (cached->bytes);
  g_free (cached->etag);
  g_free (cached);
}

static void
bind_key (UchDbStmt *stmt, UchTileKey key)
{
  uch_db_stmt_bind_int64 (stmt, 1, key.zoom);
  uch_db_stmt_bind_int64 (stmt, 2, key.x);
  uch_db_stmt_bind_int64 (stmt, 3, ((gint64) 1 << key.zoom) - 1 - key.y);
}

/**
 * uch_tile_cache_get:
 * @self: a cache
 * @key: which tile
 * @error: return location of a UCH_DB_ERROR
 *
 * Returns: (transfer full) (nullable): what is kept, fresh or not; %NULL without error for nothing
 */
UchTileCached *
uch_tile_cache_get (UchTileCache *self, UchTileKey key, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db,
                        "SELECT tile_data, etag, expires_us FROM tiles JOIN validators"
                        "  USING (zoom_level, tile_column, tile_row)"
                        " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                        error);
  UchTileCached *cached;
  gconstpointer  data;
  gsize          size;

  if (stmt == NULL)
    return NULL;
  bind_key (stmt, key);
  if (uch_db_stmt_step (stmt, error) != UCH_DB_STEP_ROW)
    return NULL;
  data = uch_db_stmt_get_blob (stmt, 0, &size);
  cached = g_new0 (UchTileCached, 1);
  cached->bytes = g_bytes_new (data, size);
  cached->etag = g_strdup (uch_db_stmt_get_text (stmt, 1));
  cached->expires_us = uch_db_stmt_get_int64 (stmt, 2);
  return cached;
}

static gboolean
put_rows (UchTileCache *self,
          UchTileKey    key,
          GBytes       *bytes,
          const char   *etag,
          gint64        expires_us,
          gint64        now_us,
          GError      **error)
{
  g_autoptr (UchDbStmt) tile
      = uch_db_prepare (self->db, "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)", error);
  g_autoptr (UchDbStmt) validator = NULL;
  gsize         size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (tile == NULL)
    return FALSE;
  bind_key (tile, key);
  uch_db_stmt_bind_blob (tile, 4, data, size);
  if (!uch_db_stmt_run (tile, error))
    return FALSE;
  validator = uch_db_prepare (self->db,
                              "INSERT OR REPLACE INTO validators VALUES (?, ?, ?, ?, ?, ?)", error);
  if (validator == NULL)
    return FALSE;
  bind_key (validator, key);
  uch_db_stmt_bind_text (validator, 4, etag);
  uch_db_stmt_bind_int64 (validator, 5, now_us);
  uch_db_stmt_bind_int64 (validator, 6, expires_us);
  return uch_db_stmt_run (validator, error);
}

/**
 * uch_tile_cache_put:
 * @self: a cache
 * @key: which tile
 * @bytes: the picture as the server gave it; the caller has unpacked it once
 * @etag: (nullable): the server's validator
 * @expires_us: fresh until then, wall clock in microseconds
 * @now_us: wall clock in microseconds
 * @error: return location of a UCH_DB_ERROR
 *
 * Returns: whether it is kept
 */
gboolean
uch_tile_cache_put (UchTileCache *self,
                    UchTileKey    key,
                    GBytes       *bytes,
                    const char   *etag,
                    gint64        expires_us,
                    gint64        now_us,
                    GError      **error)
{
  if (!uch_db_begin (self->db, error))
    return FALSE;
  if (put_rows (self, key, bytes, etag, expires_us, now_us, error))
    return uch_db_commit (self->db, error);
  uch_db_rollback (self->db);
  return FALSE;
}

/**
 * uch_tile_cache_refresh:
 * @self: a cache
 * @key: which tile
 * @expires_us: the server says it has not changed, and is good until then
 * @error: return location of a UCH_DB_ERROR
 *
 * Returns: whether it was written
 */
gboolean
uch_tile_cache_refresh (UchTileCache *self, UchTileKey key, gint64 expires_us, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db,
                        "UPDATE validators SET expires_us = ?4"
                        " WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3",
                        error);

  if (stmt == NULL)
    return FALSE;
  bind_key (stmt, key);
  uch_db_stmt_bind_int64 (stmt, 4, expires_us);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_tile_cache_remove:
 * @self: a cache
 * @key: which tile
 * @error: return location of a UCH_DB_ERROR
 *
 * Returns: whether it is gone
 */
gboolean
uch_tile_cache_remove (UchTileCache *self, UchTileKey key, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, "DELETE FROM validators WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
      error);

  if (stmt == NULL)
    return FALSE;
  bind_key (stmt, key);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_tile_cache_prune:
 * @self: a cache
 * @bytes_max: how much may stay
 * @error: return location of a UCH_DB_ERROR
 *
 * Deletes what was fetched longest ago until the rest fits.
 *
 * Returns: whether it succeeded
 */
gboolean
uch_tile_cache_prune (UchTileCache *self, gint64 bytes_max, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "BEGIN IMMEDIATE;"
      "DELETE FROM validators WHERE (zoom_level, tile_column, tile_row) IN ("
      "  SELECT zoom_level, tile_column, tile_row FROM ("
      "    SELECT zoom_level, tile_column, tile_row,"
      "      sum(length(tile_data)) OVER (ORDER BY fetched_us DESC, rowid) AS kept"
      "    FROM tiles JOIN validators USING (zoom_level, tile_column, tile_row))"
      "  WHERE kept > %" G_GINT64_FORMAT ");"
      "DELETE FROM tiles WHERE NOT EXISTS (SELECT 1 FROM validators v"
      "  WHERE v.zoom_level = tiles.zoom_level AND v.tile_column = tiles.tile_column"
      "    AND v.tile_row = tiles.tile_row);"
      "COMMIT;",
      bytes_max);

  if (uch_db_exec (self->db, sql, error))
    return TRUE;
  uch_db_rollback (self->db);
  return FALSE;
}
