#define G_LOG_DOMAIN "uch-db"

#include "db/uch-db-migrate.h"

static gboolean
apply_step (UchDb *db, guint32 application_id, guint version, const char *sql, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u",
                                           (gint32) application_id, version);

  if (!uch_db_begin (db, error))
    return FALSE;
  if (!uch_db_exec (db, sql, error) || !uch_db_exec (db, mark, error))
    {
      g_prefix_error (error, "Cannot bring the database to version %u: ", version);
      uch_db_rollback (db);
      return FALSE;
    }
  return uch_db_commit (db, error);
}

/* Whether the file is ours, or has nothing in it yet. */
static gboolean
check_owner (UchDb *db, guint32 application_id, GError **error)
{
  gint64 id;
  gint64 n_tables;

  if (!uch_db_get_int64 (db, "PRAGMA application_id", &id, error)
      || !uch_db_get_int64 (db, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
    return FALSE;
  if ((guint32) id == application_id || (id == 0 && n_tables == 0))
    return TRUE;

  g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FOREIGN,
               "“%s” is a database of another program or for another purpose",
               uch_db_get_path (db));
  return FALSE;
}

/**
 * uch_db_migrate:
 * @db: a connection
 * @application_id: marks the files of this purpose
 * @steps: (array zero-terminated=1): SQL that leads from version 0 to 1, from 1 to 2 and so on
 * @error: return location
 *
 * Brings the schema up to date, each step in a transaction of its own together with the version
 * it reaches: a crash leaves a whole version. A current database is not written to.
 *
 * Errors: %UCH_DB_ERROR_NEWER, and nothing is touched, when the file is of a later version than
 * @steps reach; %UCH_DB_ERROR_FOREIGN when it belongs to something else.
 *
 * Returns: whether the schema is now current
 */
gboolean
uch_db_migrate (UchDb *db, guint32 application_id, const char *const *steps, GError **error)
{
  guint  n_steps = g_strv_length ((char **) steps);
  gint64 version;

  if (!check_owner (db, application_id, error)
      || !uch_db_get_int64 (db, "PRAGMA user_version", &version, error))
    return FALSE;

  if (version > n_steps)
    {
      g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_NEWER,
                   "The database “%s” was made by a newer program (its version is %" G_GINT64_FORMAT
                   ", this program knows %u): update the program",
                   uch_db_get_path (db), version, n_steps);
      return FALSE;
    }
  for (guint i = (guint) version; i < n_steps; i++)
    if (!apply_step (db, application_id, i + 1, steps[i], error))
      return FALSE;
  return TRUE;
}

/**
 * uch_db_migrate_resource:
 * @db: a connection
 * @application_id: marks the files of this purpose
 * @resource_dir: a folder of the compiled-in resources that holds `001.sql`, `002.sql` …
 * @error: return location
 *
 * As uch_db_migrate() with the files of a folder as the steps, in order and without a gap.
 *
 * Returns: whether the schema is now current
 */
gboolean
uch_db_migrate_resource (UchDb      *db,
                         guint32     application_id,
                         const char *resource_dir,
                         GError    **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1;; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%03u.sql", resource_dir, i);
      g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      if (bytes == NULL)
        break;
      g_ptr_array_add (steps, g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
    }
  if (steps->len == 0)
    {
      g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED,
                   "The program carries no schema at “%s”", resource_dir);
      return FALSE;
    }
  g_ptr_array_add (steps, NULL);
  return uch_db_migrate (db, application_id, (const char *const *) steps->pdata, error);
}
