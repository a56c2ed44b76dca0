/* A backup that takes the place of the office in a database of PostgreSQL: everything is made ready
 * in a schema of its own, then the two change places in one transaction. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-copy.h"

#include "pg/uch-pg-migrate.h"
#include "store/uch-store-postgres-private.h"
#include "store/uch-store-private.h"

/* Tables and functions of a schema, but for those that an extension has put there. */
#define MOVE_ALL                                                                                   \
  "DO $do$ DECLARE one record; BEGIN"                                                              \
  " FOR one IN SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm')"   \
  "  AND c.relnamespace = '%1$s'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d"            \
  "  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"              \
  " LOOP EXECUTE format ('ALTER TABLE %1$s.%%I SET SCHEMA %2$s', one.name); END LOOP;"             \
  " FOR one IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p"                            \
  "  WHERE p.pronamespace = '%1$s'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d"          \
  "  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"               \
  " LOOP EXECUTE format ('ALTER ROUTINE %%s SET SCHEMA %2$s', one.name); END LOOP;"                \
  " END $do$;"

/* The schemas that take part, quoted. */
typedef struct
{
  UchPg *pg;
  char  *now, *next, *aside;
} Places;

static void
places_clear (Places *self)
{
  uch_pg_close (self->pg);
  g_free (self->now);
  g_free (self->next);
  g_free (self->aside);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Places, places_clear)

/* A store that is served by somebody else would be taken from under him. */
static gboolean
check_alone (UchPg *pg, GError **error)
{
  gint64 n;

  if (!uch_pg_get_int64 (pg,
                         "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database ()"
                         " AND pid <> pg_backend_pid ()"
                         " AND application_name = '" UCH_STORE_POSTGRES_PRODUCT "'",
                         &n, error))
    return FALSE;
  if (n == 0)
    return TRUE;
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE,
               "The store at “%s” is in use (%" G_GINT64_FORMAT
               " connections): stop every “uchastok-store” that works with it first",
               uch_pg_get_name (pg), n);
  return FALSE;
}

/* What stands there may be damaged, or newer than the program; it must be a store, or nothing. */
static gboolean
check_ours (UchPg *pg, GError **error)
{
  g_autofree char *product = NULL;
  gboolean         has_tables;

  if (!uch_pg_has_tables (pg, &has_tables, error))
    return FALSE;
  if (!has_tables)
    return TRUE;
  if (uch_pg_get_text (pg, "SELECT product FROM schema_version", &product, NULL)
      && g_strcmp0 (product, UCH_STORE_POSTGRES_PRODUCT) == 0)
    return TRUE;
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_A_STORE,
               "The database %s holds tables of another program", uch_pg_get_name (pg));
  return FALSE;
}

static gboolean
find_places (Places *self, const char *url, UchTime now, GError **error)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (now / UCH_SECOND_MS);
  g_autoptr (GDateTime) moment = g_date_time_add (second, now % UCH_SECOND_MS * 1000);
  g_autofree char *stamp = g_date_time_format (moment, "%Y%m%dt%H%M%S%fz");
  g_autofree char *aside
      = g_strdup_printf ("SELECT quote_ident (current_schema () || '_before_%s')", stamp);

  self->pg = uch_pg_open (url, 0, error);
  return self->pg != NULL && check_ours (self->pg, error) && check_alone (self->pg, error)
         && uch_pg_get_text (self->pg, "SELECT quote_ident (current_schema ())", &self->now, error)
         && uch_pg_get_text (self->pg, "SELECT quote_ident (current_schema () || '_restored')",
                             &self->next, error)
         && uch_pg_get_text (self->pg, aside, &self->aside, error);
}

static gboolean
drop_next (Places *self, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DROP SCHEMA IF EXISTS %s CASCADE", self->next);

  return uch_pg_exec (self->pg, sql, error);
}

/* Also what an attempt that was cut off has left. */
static gboolean
make_next (Places *self, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("CREATE SCHEMA %s", self->next);

  return drop_next (self, error) && uch_pg_exec (self->pg, sql, error);
}

/* Several statements at once are one transaction. */
static gboolean
exchange (Places *self, gboolean *out_kept, GError **error)
{
  g_autofree char *away = g_strdup_printf (MOVE_ALL, self->now, self->aside);
  g_autofree char *in = g_strdup_printf (MOVE_ALL, self->next, self->now);
  g_autofree char *sql = NULL;

  if (!uch_pg_has_tables (self->pg, out_kept, error))
    return FALSE;
  sql = *out_kept ? g_strdup_printf ("CREATE SCHEMA %s;%s%sDROP SCHEMA %s", self->aside, away, in,
                                     self->next)
                  : g_strdup_printf ("%sDROP SCHEMA %s", in, self->next);
  return uch_pg_exec (self->pg, sql, error);
}

/* Copies @from into the new schema, where it begins its new epoch. */
static gboolean
fill_next (Places              *self,
           UchStore            *from,
           const char          *url,
           UchTime              now,
           UchStoreProgressFunc progress,
           gpointer             user_data,
           GError             **error)
{
  g_autoptr (UchStore) next = NULL;
  g_autoptr (GArray) tallies = NULL;
  UchStoreBackend *backend = uch_store_postgres_open_in (url, self->next, UCH_STORE_CREATE, error);

  if (backend == NULL)
    return FALSE;
  next = uch_store_new_on (backend, FALSE, from->random, from->random_data, now, error);
  if (next == NULL)
    return FALSE;
  tallies = uch_store_copy (from, next, progress, user_data, NULL, error);
  return tallies != NULL && uch_store_renew (next, now, error);
}

/**
 * uch_store_restore:
 * @from: a backup that was checked
 * @url: "postgresql://…": the database, with an office in it that is not served, or empty
 * @now: for the new epoch, and the name of what is kept
 * @progress: (nullable) (scope call): told how far it is
 * @user_data: for @progress
 * @out_aside: (out) (transfer full) (nullable): the schema where the tables that stood there are
 *   kept
 * @error: return location
 *
 * Puts the backup in the place of what stands in the database, as a new epoch. Every row is read
 * back and compared (see uch_store_copy()) before the old tables are touched; then the two change
 * places at one stroke. The role must be allowed to make schemas in the database.
 *
 * Errors: %UCH_STORE_ERROR_UNAVAILABLE when somebody is connected, %UCH_STORE_ERROR_NOT_A_STORE
 * when the tables there are of another program. After an error everything is as it was.
 *
 * Returns: (transfer full) (nullable): the store that stands there now
 */
UchStore *
uch_store_restore (UchStore            *from,
                   const char          *url,
                   UchTime              now,
                   UchStoreProgressFunc progress,
                   gpointer             user_data,
                   char               **out_aside,
                   GError             **error)
{
  g_auto (Places) places = { 0 };
  gboolean kept = FALSE, done;

  *out_aside = NULL;
  done = find_places (&places, url, now, error) && make_next (&places, error);
  if (done)
    {
      done = fill_next (&places, from, url, now, progress, user_data, error)
             && exchange (&places, &kept, error);
      if (!done)
        drop_next (&places, NULL);
    }
  if (!done)
    {
      uch_store_postgres_said (NULL, FALSE, error);
      return NULL;
    }
  *out_aside = kept ? g_steal_pointer (&places.aside) : NULL;
  return uch_store_open (url, 0, from->random, from->random_data, now, error);
}
