/* The two files of a replica: opening, replacing a broken one, what is remembered in them. */
#define G_LOG_DOMAIN "uch-replica"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/uch-fold.h"
#include "core/uch-work.h"
#include "replica/uch-outbox-rescue.h"
#include "replica/uch-replica-db-private.h"
#include "rows/uch-rows.h"

/* Raise it when the extra SQL below changes; a change of a description is seen by itself. */
#define EXTRA_VERSION 3

/* Beside the rows: the store's version of the rows that pending acts have changed. */
static const char extra_sql[]
    = "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT) STRICT;"
      "CREATE TABLE base_row (tbl INTEGER NOT NULL, id TEXT NOT NULL, row TEXT, "
      "seq INTEGER NOT NULL, PRIMARY KEY (tbl, id)) STRICT;";

/* For what the board and the lists ask. Not "state IN (…)": SQLite would make a table of these
 * words for every row that is put down. */
static const char extra_index_sql[]
    = "CREATE INDEX ticket_open ON ticket (state) WHERE " UCH_REPLICA_OPEN_TICKETS ";"
      "CREATE INDEX ticket_resolved ON ticket (resolved_at) WHERE resolved_at > 0;"
      "CREATE INDEX ticket_closed ON ticket (closed_at) WHERE closed_at > 0;"
      "CREATE INDEX ticket_created ON ticket (created_at);"
      "CREATE INDEX ticket_number ON ticket (number);";

static char *
write_sql (char *(*dup_sql) (const UchSchema *), const char *extra)
{
  GString *sql = g_string_new (NULL);

  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autofree char *part = dup_sql (uch_schema_get (table));

      g_string_append (sql, part);
    }
  g_string_append (sql, extra);
  return g_string_free (sql, FALSE);
}

static char *
write_schema (void)
{
  return write_sql (uch_rows_dup_create_sql, extra_sql);
}

static char *
write_indexes (void)
{
  return write_sql (uch_rows_dup_index_sql, extra_index_sql);
}

/* While a new file is filled: pages stay in memory until they are whole, and the log is laid into
 * the file seldom. Both hold as before: a crash loses no page that was put down. */
static const char filling_sql[] = "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384;";
static const char filled_sql[] = "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1000;"
                                 "PRAGMA journal_size_limit = 4194304;";

/* Tells SQLite what is about to come: a whole office, or a row now and then. */
gboolean
uch_replica_files_tune (UchReplicaDb *self, GError **error)
{
  return uch_db_exec (self->db, self->ready ? filled_sql : filling_sql, error);
}

/* Makes the indexes; call it within the transaction that ends the first sync. While a new file is
 * filled nobody asks it anything, and an index that is sorted once costs a third of one that grows
 * row by row. */
gboolean
uch_replica_files_make_indexes (UchReplicaDb *self, GError **error)
{
  g_autofree char *sql = write_indexes ();

  return uch_db_exec (self->db, sql, error);
}

/* The file says by which description it was made: another one means another file. */
static guint32
hash_schema (const char *sql)
{
  g_autofree char *indexes = write_indexes ();

  return (g_str_hash (sql) ^ g_str_hash (indexes) ^ EXTRA_VERSION) & 0x7fffffff;
}

static gboolean
get_meta (UchDb *db, const char *key, char **out_value, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, "SELECT value FROM meta WHERE key = ?", error);
  UchDbStep step;

  g_clear_pointer (out_value, g_free);
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, key);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ROW)
    *out_value = g_strdup (uch_db_stmt_get_text (stmt, 0));
  return step != UCH_DB_STEP_ERROR;
}

static gboolean
set_meta (UchDb *db, const char *key, const char *value, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      db, "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, key);
  uch_db_stmt_bind_text (stmt, 2, value);
  return uch_db_stmt_run (stmt, error);
}

/* Writes where the sync stands; call it within the transaction that brought it there. */
gboolean
uch_replica_files_save_state (UchReplicaDb *self, GError **error)
{
  g_autofree char *cursor = g_strdup_printf ("%" G_GINT64_FORMAT, self->cursor);
  g_autofree char *h0 = g_strdup_printf ("%" G_GINT64_FORMAT, self->first.h0);
  g_autofree char *table = g_strdup_printf ("%u", self->first.table);

  return set_meta (self->db, "store", self->store, error)
         && set_meta (self->db, "cursor", cursor, error)
         && set_meta (self->db, "ready", self->ready ? "1" : "0", error)
         && set_meta (self->db, "first.table", table, error)
         && set_meta (self->db, "first.after", self->first.after, error)
         && set_meta (self->db, "first.h0", h0, error);
}

static gint64
to_int (const char *text, gint64 fallback)
{
  gint64 value;

  return text != NULL
                 && g_ascii_string_to_signed (text, 10, G_MININT64 + 1, G_MAXINT64, &value, NULL)
             ? value
             : fallback;
}

static gboolean
load_state (UchReplicaDb *self, GError **error)
{
  g_autofree char *text = NULL;

  if (!get_meta (self->db, "store", &self->store, error)
      || !get_meta (self->db, "first.after", &self->first.after, error)
      || !get_meta (self->db, "cursor", &text, error))
    return FALSE;
  self->cursor = to_int (text, -1);
  if (!get_meta (self->db, "ready", &text, error))
    return FALSE;
  self->ready = to_int (text, 0) != 0;
  if (!get_meta (self->db, "first.table", &text, error))
    return FALSE;
  self->first.table = (UchTable) CLAMP (to_int (text, 0), 0, UCH_N_TABLES);
  if (!get_meta (self->db, "first.h0", &text, error))
    return FALSE;
  self->first.h0 = to_int (text, -1);
  return TRUE;
}

static void
forget_state (UchReplicaDb *self)
{
  g_clear_pointer (&self->store, g_free);
  g_clear_pointer (&self->first.after, g_free);
  self->first.table = 0;
  self->first.h0 = -1;
  self->cursor = -1;
  self->ready = FALSE;
}

/* Opens or makes replica.db. *out_useless: it is broken or of another description, not ours to
 * mend. */
static gboolean
open_rows (UchReplicaDb *self, const char *path, gboolean *out_useless, GError **error)
{
  g_autofree char *sql = write_schema ();
  g_autofree char *mark = NULL;
  g_autoptr (GError) local_error = NULL;
  gint64 version = 0;

  *out_useless = FALSE;
  self->db
      = uch_db_open (path, UCH_DB_CREATE | (path == NULL ? UCH_DB_IN_MEMORY : 0), &local_error);
  if (self->db != NULL && uch_db_get_int64 (self->db, "PRAGMA user_version", &version, &local_error)
      && version == (gint64) hash_schema (sql) && load_state (self, &local_error)
      && uch_replica_files_tune (self, &local_error))
    return TRUE;
  if (local_error == NULL && version == 0)
    {
      mark = g_strdup_printf ("PRAGMA user_version = %u", hash_schema (sql));
      forget_state (self);
      if (uch_db_begin (self->db, &local_error) && uch_db_exec (self->db, sql, &local_error)
          && uch_db_exec (self->db, mark, &local_error)
          && uch_replica_files_save_state (self, &local_error)
          && uch_db_commit (self->db, &local_error) && uch_replica_files_tune (self, &local_error))
        return TRUE;
      uch_db_rollback (self->db);
    }
  g_clear_pointer (&self->db, uch_db_close);
  *out_useless = local_error == NULL
                 || g_error_matches (local_error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT)
                 || g_error_matches (local_error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* A database is these files. */
static const char *const tails[] = { "", "-wal", "-shm" };

static gboolean
move_broken (const char *path, const char *aside, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *from = g_strconcat (path, tails[i], NULL);
      g_autofree char *to = g_strconcat (aside, tails[i], NULL);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        {
          g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_IO,
                       "The file “%s” is damaged and cannot be moved out of the way: %s", path,
                       g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

/* A broken copy is kept beside, for whoever wants to know why; an older such one goes. */
static gboolean
set_aside (UchReplicaDb *self, const char *path, GError **error)
{
  g_free (self->set_aside);
  self->set_aside = g_strconcat (path, ".broken", NULL);
  return move_broken (path, self->set_aside, error);
}

/* What opens may still be broken inside: one look at the structure. A spoiled byte in the name of a
 * column is no damage to SQLite, which only misses the column. */
static gboolean
looks_whole (UchReplicaDb *self)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, "SELECT count(*) FROM base_row", NULL);

  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (UchDbStmt) rows = uch_rows_prepare (self->db, uch_schema_get (table), NULL, NULL);

      if (rows == NULL)
        return FALSE;
    }
  return stmt != NULL && uch_db_stmt_step (stmt, NULL) == UCH_DB_STEP_ROW;
}

static gboolean
lock_directory (UchReplicaDb *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, "lock", NULL);

  if (g_mkdir_with_parents (self->directory, 0700) != 0)
    {
      g_set_error (error, UCH_DB_ERROR,
                   errno == EROFS || errno == EACCES ? UCH_DB_ERROR_READ_ONLY
                   : errno == ENOSPC                 ? UCH_DB_ERROR_FULL
                                                     : UCH_DB_ERROR_IO,
                   "Cannot make the folder “%s”: %s", self->directory, g_strerror (errno));
      return FALSE;
    }
  self->lock_fd = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (self->lock_fd < 0)
    {
      g_set_error (error, UCH_DB_ERROR,
                   errno == EROFS || errno == EACCES ? UCH_DB_ERROR_READ_ONLY
                   : errno == ENOSPC                 ? UCH_DB_ERROR_FULL
                                                     : UCH_DB_ERROR_IO,
                   "Cannot write in the folder “%s”: %s", self->directory, g_strerror (errno));
      return FALSE;
    }
  if (flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_IN_USE,
               "Another Uchastok works with the folder “%s”", self->directory);
  return FALSE;
}

/* Where the outbox of an office waits that this folder does not work for. */
static char *
make_waiting_path (UchReplicaDb *self, const char *store)
{
  g_autofree char *office = g_strndup (store, strcspn (store, "."));
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, office, -1);
  g_autofree char *name = g_strdup_printf ("outbox.%.16s.db", sum);

  return g_build_filename (self->directory, name, NULL);
}

static gboolean
move (const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_IO, "Cannot call “%s” “%s”: %s", from, to,
               g_strerror (errno));
  return FALSE;
}

/* Another office was met at this address: from now on this folder is its. The outbox of the former
 * one waits beside, in case that it comes back; its rows can be fetched again. A closed outbox is
 * one file. */
static gboolean
change_office (UchReplicaDb *self, const char *path, const char *rows_path, GError **error)
{
  g_autofree char *next = NULL;
  g_autofree char *former = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *back = NULL;

  if (!uch_outbox_get_meta (self->outbox, UCH_OUTBOX_NEXT_STORE, &next, error)
      || !uch_outbox_get_meta (self->outbox, "store", &former, error))
    return FALSE;
  if (next == NULL || former == NULL)
    return TRUE;
  if (!uch_outbox_set_meta (self->outbox, UCH_OUTBOX_NEXT_STORE, NULL, error))
    return FALSE;
  g_clear_pointer (&self->outbox, uch_outbox_close);
  waiting = make_waiting_path (self, former);
  back = make_waiting_path (self, next);
  if (!move (path, waiting, error) || !move (back, path, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *rows = g_strconcat (rows_path, tails[i], NULL);

      g_unlink (rows);
    }
  self->outbox = uch_outbox_open (path, error);
  return self->outbox != NULL;
}

static char *
make_client_id (gpointer user_data)
{
  return uch_replica_db_make_id (user_data);
}

/* Puts what can be read of a spoiled outbox into a new one, which stands complete at @rescued
 * before anything else is moved: a crash on the way loses nothing. */
static gboolean
rescue (UchReplicaDb *self, const char *path, const char *rescued, GError **error)
{
  g_autofree char *part = g_strconcat (rescued, ".part", NULL);
  g_autoptr (UchOutbox) to = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *old = g_strconcat (part, tails[i], NULL);

      g_unlink (old);
    }
  to = uch_outbox_open (part, error);
  if (to == NULL || !uch_outbox_rescue (path, to, make_client_id, self, &self->n_rescued, error))
    return FALSE;
  g_clear_pointer (&to, uch_outbox_close);
  return move (part, rescued, error);
}

/* What was rescued takes the place of the spoiled one, which is kept under the day's name. */
static gboolean
finish_rescue (UchReplicaDb *self, const char *path, const char *rescued, GError **error)
{
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_utc (self->sources.now (self->sources.data) / 1000);
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%SZ");

  g_free (self->outbox_aside);
  self->outbox_aside = g_strdup_printf ("%s.broken-%s", path, stamp);
  if (!move_broken (path, self->outbox_aside, error) || !move (rescued, path, error))
    return FALSE;
  g_message ("The outbox was damaged: %u acts could be read and are sent again; it is kept as %s",
             self->n_rescued, self->outbox_aside);
  return TRUE;
}

static gboolean
is_damage (const GError *error)
{
  return g_error_matches (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT)
         || error->domain == UCH_WIRE_ERROR;
}

static gboolean
open_outbox (UchReplicaDb *self, const char *path, GError **error)
{
  g_autofree char *rescued = path != NULL ? g_strconcat (path, ".rescued", NULL) : NULL;
  g_autoptr (GError) local_error = NULL;

  if (path != NULL && g_file_test (rescued, G_FILE_TEST_EXISTS)
      && !finish_rescue (self, path, rescued, error))
    return FALSE;
  self->outbox = uch_outbox_open (path, &local_error);
  if (self->outbox != NULL && (path == NULL || uch_outbox_check (self->outbox, &local_error)))
    return TRUE;
  g_clear_pointer (&self->outbox, uch_outbox_close);
  if (path == NULL || !is_damage (local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!rescue (self, path, rescued, error) || !finish_rescue (self, path, rescued, error))
    return FALSE;
  self->outbox = uch_outbox_open (path, error);
  return self->outbox != NULL;
}

/* Opens both files. An outbox that is damaged is rescued into a new one; a replica.db that is of no
 * use is set aside and made anew, empty. */
gboolean
uch_replica_files_open (UchReplicaDb *self, GError **error)
{
  g_autofree char *outbox_path = NULL;
  g_autofree char *rows_path = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean useless = FALSE;

  if (self->directory != NULL)
    {
      if (!lock_directory (self, error))
        return FALSE;
      outbox_path = g_build_filename (self->directory, "outbox.db", NULL);
      rows_path = g_build_filename (self->directory, "replica.db", NULL);
    }
  if (!open_outbox (self, outbox_path, error)
      || (self->directory != NULL && !change_office (self, outbox_path, rows_path, error)))
    return FALSE;

  if (open_rows (self, rows_path, &useless, &local_error))
    {
      if (looks_whole (self))
        return TRUE;
      g_clear_pointer (&self->db, uch_db_close);
      useless = TRUE;
    }
  if (!useless || rows_path == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return set_aside (self, rows_path, error) && open_rows (self, rows_path, &useless, error);
}

/**
 * uch_replica_db_rebuild:
 *
 * For rows that turned out to be damaged: sets the file aside and begins with an empty one. The
 * next first sync fills it; the outbox stays as it is.
 */
gboolean
uch_replica_db_rebuild (UchReplicaDb *self, GError **error)
{
  g_autofree char *path = NULL;
  gboolean         useless;

  g_clear_pointer (&self->search, uch_search_index_free);
  g_clear_pointer (&self->db, uch_db_close);
  g_ptr_array_set_size (self->staged, 0);
  self->staged_to = 0;
  if (self->directory != NULL)
    {
      path = g_build_filename (self->directory, "replica.db", NULL);
      if (set_aside (self, path, error) && open_rows (self, path, &useless, error))
        return TRUE;
    }
  /* Without a file the desk can still work until it is closed. */
  return open_rows (self, NULL, &useless, NULL) && path == NULL;
}
