/* Numbered schema steps. Several processes may start at once on an empty database: an advisory lock
 * lets the first one make the tables and the others find them. */

#define G_LOG_DOMAIN "uch-pg"

#include "pg/uch-pg-migrate.h"

#include "pg/uch-pg-private.h"

/* "Uch" and the kind of lock: M for migrate. With the number of the schema it makes the key. */
#define LOCK_CLASS 0x5563684d

/* The steps may take long; who starts at the same time waits for them. */
#define BEGIN_STEPS                                                                                \
  "SET LOCAL lock_timeout = '10min';"                                                              \
  "SELECT pg_advisory_xact_lock (%d, current_schema ()::regnamespace::oid::int)"

/**
 * uch_pg_has_tables:
 * @pg: a connection
 * @out_has: (out): whether any table stands in the schema that this connection works in
 * @error: return location
 *
 * Errors: %UCH_PG_ERROR_FOREIGN when there is no such schema.
 *
 * Returns: whether it could be asked
 */
gboolean
uch_pg_has_tables (UchPg *pg, gboolean *out_has, GError **error)
{
  gint64 n;

  if (!uch_pg_get_int64 (pg,
                         "SELECT CASE WHEN current_schema () IS NULL THEN -1 ELSE (SELECT count(*)"
                         " FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
                         " AND relnamespace = current_schema ()::regnamespace) END",
                         &n, error))
    return FALSE;
  if (n < 0)
    {
      g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_FOREIGN,
                   "The database %s has no schema for this role to work in: look at search_path",
                   uch_pg_get_name (pg));
      return FALSE;
    }
  *out_has = n > 0;
  return TRUE;
}

/* *out_version: 0 when nothing is there yet */
static gboolean
find_version (UchPg *pg, const char *product, gint64 *out_version, GError **error)
{
  g_autofree char *owner = NULL;
  gint64           n_marks;
  gboolean         has_tables;

  *out_version = 0;
  if (!uch_pg_has_tables (pg, &has_tables, error)
      || !uch_pg_get_int64 (pg,
                            "SELECT count(*) FROM pg_class WHERE relname = 'schema_version'"
                            " AND relnamespace = current_schema ()::regnamespace",
                            &n_marks, error))
    return FALSE;
  if (!has_tables)
    return TRUE;
  if (n_marks == 1
      && (!uch_pg_get_text (pg, "SELECT product FROM schema_version", &owner, error)
          || !uch_pg_get_int64 (pg, "SELECT version FROM schema_version", out_version, error)))
    return FALSE;
  if (g_strcmp0 (owner, product) == 0)
    return TRUE;
  g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_FOREIGN,
               "The database %s holds tables of another program", uch_pg_get_name (pg));
  return FALSE;
}

static gboolean
check_newer (UchPg *pg, gint64 version, guint n_steps, GError **error)
{
  if (version <= n_steps)
    return TRUE;
  g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_NEWER,
               "The database %s was made by a newer program (its version is %" G_GINT64_FORMAT
               ", this program knows %u): update the program",
               uch_pg_get_name (pg), version, n_steps);
  return FALSE;
}

static gboolean
set_version (UchPg *pg, const char *product, guint version, GError **error)
{
  g_autoptr (UchPgStmt) stmt
      = uch_pg_prepare (pg, "INSERT INTO schema_version (one, product, version) VALUES (1, $1, $2)"
                            " ON CONFLICT (one) DO UPDATE SET version = excluded.version");

  uch_pg_stmt_bind_text (stmt, 1, product);
  uch_pg_stmt_bind_int64 (stmt, 2, version);
  return uch_pg_stmt_run (stmt, error);
}

static gboolean
take_steps (UchPg *pg, const char *product, const char *const *steps, GError **error)
{
  g_autofree char *lock = g_strdup_printf (BEGIN_STEPS, LOCK_CLASS);
  guint            n_steps = g_strv_length ((char **) steps);
  gint64           version;

  if (!uch_pg_exec (pg, lock, error) || !find_version (pg, product, &version, error)
      || !check_newer (pg, version, n_steps, error))
    return FALSE;
  if (version == 0
      && !uch_pg_exec (pg,
                       "CREATE TABLE schema_version (one BIGINT PRIMARY KEY CHECK (one = 1),"
                       " product TEXT NOT NULL, version BIGINT NOT NULL)",
                       error))
    return FALSE;
  for (guint i = (guint) version; i < n_steps; i++)
    if (!uch_pg_exec (pg, steps[i], error))
      {
        g_prefix_error (error, "Cannot bring the database to version %u: ", i + 1);
        return FALSE;
      }
  return version == n_steps || set_version (pg, product, n_steps, error);
}

/**
 * uch_pg_migrate:
 * @pg: a connection
 * @product: marks the tables of this purpose
 * @steps: (array zero-terminated=1): SQL that leads from version 0 to 1, from 1 to 2 and so on
 * @error: return location
 *
 * Brings the schema up to date in one transaction; several programs may call this at once. A
 * current schema is not written to.
 *
 * Errors: %UCH_PG_ERROR_NEWER, and nothing is touched, when the tables are of a later version than
 * @steps reach; %UCH_PG_ERROR_FOREIGN when they belong to something else.
 *
 * Returns: whether the schema is now current
 */
gboolean
uch_pg_migrate (UchPg *pg, const char *product, const char *const *steps, GError **error)
{
  gint64 version;

  /* The way of nearly every start: nothing to do, no lock to wait for. */
  if (!find_version (pg, product, &version, error)
      || !check_newer (pg, version, g_strv_length ((char **) steps), error))
    return FALSE;
  if (version == g_strv_length ((char **) steps))
    return TRUE;
  if (!uch_pg_begin (pg, error))
    return FALSE;
  if (take_steps (pg, product, steps, error))
    return uch_pg_commit (pg, error);
  uch_pg_rollback (pg);
  return FALSE;
}

static GPtrArray *
load_steps (const char *resource_dir)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1;; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%03u.sql", resource_dir, i);
      g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      if (bytes == NULL)
        break;
      g_ptr_array_add (steps, g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
    }
  g_assert (steps->len > 0);
  g_ptr_array_add (steps, NULL);
  return steps;
}

/**
 * uch_pg_migrate_resource:
 * @pg: a connection
 * @product: marks the tables of this purpose
 * @resource_dir: a folder of the compiled-in resources that holds `001.sql`, `002.sql` …
 * @error: return location
 *
 * As uch_pg_migrate() with the files of a folder as the steps, in order and without a gap.
 *
 * Returns: whether the schema is now current
 */
gboolean
uch_pg_migrate_resource (UchPg *pg, const char *product, const char *resource_dir, GError **error)
{
  g_autoptr (GPtrArray) steps = load_steps (resource_dir);

  return uch_pg_migrate (pg, product, (const char *const *) steps->pdata, error);
}

/**
 * uch_pg_check_version:
 * @pg: a connection
 * @product: marks the tables of this purpose
 * @resource_dir: as for uch_pg_migrate_resource()
 * @error: return location
 *
 * Whether the tables are there and not newer than the program; writes nothing.
 *
 * Returns: %FALSE with %UCH_PG_ERROR_NEWER or %UCH_PG_ERROR_FOREIGN
 */
gboolean
uch_pg_check_version (UchPg *pg, const char *product, const char *resource_dir, GError **error)
{
  g_autoptr (GPtrArray) steps = load_steps (resource_dir);
  gint64 version;

  if (!find_version (pg, product, &version, error)
      || !check_newer (pg, version, steps->len - 1, error))
    return FALSE;
  if (version > 0)
    return TRUE;
  g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_FOREIGN, "The database %s is empty",
               uch_pg_get_name (pg));
  return FALSE;
}
