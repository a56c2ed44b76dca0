#include "tiles/fixture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "db/uch-db.h"

/* A square PNG of one colour. */
GBytes *
fixture_png (int side, guint32 rgb)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, side, side);
  char   *buffer = NULL;
  gsize   size = 0;
  GError *error = NULL;

  gdk_pixbuf_fill (pixbuf, rgb << 8 | 0xff);
  gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &size, "png", &error, NULL);
  g_assert_no_error (error);
  return g_bytes_new_take (buffer, size);
}

/* A path in a directory of this process alone, which is empty at first. */
char *
fixture_dup_path (const char *name)
{
  static char *folder = NULL;
  char        *path;

  if (folder == NULL)
    folder = g_dir_make_tmp ("uch-tiles-XXXXXX", NULL);
  g_assert_nonnull (folder);
  path = g_build_filename (folder, name, NULL);
  g_remove (path);
  return path;
}

gboolean
fixture_make_mbtiles (const char *path, const char *format, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (path, UCH_DB_CREATE, &error);
  g_autofree char *sql = g_strdup_printf ("PRAGMA journal_mode = DELETE;"
                                          "CREATE TABLE metadata (name text, value text);"
                                          "CREATE TABLE tiles (zoom_level integer, tile_column "
                                          "integer, tile_row integer, tile_data blob);"
                                          "INSERT INTO metadata VALUES ('format', '%s'), ('name', "
                                          "'%s'), ('bounds', '41.5,44.5,42.5,45.5'),"
                                          "  ('attribution', '<a href=\"x\">&copy; Somebody</a>');",
                                          format, name);

  g_assert_no_error (error);
  uch_db_exec (db, sql, &error);
  g_assert_no_error (error);
  return TRUE;
}

void
fixture_put_tile (const char *path, UchTileKey key, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (path, UCH_DB_CREATE, &error);
  UchDbStmt *stmt;

  g_assert_no_error (error);
  uch_db_exec (db, "PRAGMA journal_mode = DELETE", &error);
  g_assert_no_error (error);
  stmt = uch_db_prepare (db, "INSERT INTO tiles VALUES (?, ?, ?, ?)", &error);
  g_assert_no_error (error);
  uch_db_stmt_bind_int64 (stmt, 1, key.zoom);
  uch_db_stmt_bind_int64 (stmt, 2, key.x);
  uch_db_stmt_bind_int64 (stmt, 3, ((gint64) 1 << key.zoom) - 1 - key.y);
  uch_db_stmt_bind_blob (stmt, 4, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  uch_db_stmt_run (stmt, &error);
  g_assert_no_error (error);
  uch_db_stmt_release (stmt);
}

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (*result == NULL && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE) ? (void) 0 : g_usleep (500);
  g_assert_nonnull (*result);
  return *result;
}

UchTilePicture *
fixture_load (UchTileSource *source, UchTileKey key, UchTileLoadFlags flags, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  uch_tile_source_load_async (source, key, flags, NULL, keep_result_cb, &result);
  return uch_tile_source_load_finish (source, wait_for (&result), error);
}

UchTileBaked *
fixture_bake (UchTileBaker *baker, UchTileKey key, UchTileBakeFlags flags, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  uch_tile_baker_bake_async (baker, key, flags, NULL, keep_result_cb, &result);
  return uch_tile_baker_bake_finish (baker, wait_for (&result), error);
}

guint32
fixture_pixel (UchTileBaked *baked, int x, int y)
{
  const guint8 *rgb = g_bytes_get_data (baked->rgb, NULL);
  gsize         i = ((gsize) y * (gsize) baked->side + (gsize) x) * 3;

  g_assert_cmpuint (i + 2, <, g_bytes_get_size (baked->rgb));
  return (guint32) rgb[i] << 16 | (guint32) rgb[i + 1] << 8 | rgb[i + 2];
}

void
fixture_wait (gboolean *done, guint timeout_ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  while (!*done && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE) ? (void) 0 : g_usleep (500);
}
