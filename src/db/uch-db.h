#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_DB_ERROR (uch_db_error_quark ())

/**
 * UchDbError:
 * @UCH_DB_ERROR_FAILED: anything that is none of the others: a fault of the program
 * @UCH_DB_ERROR_BUSY: another process holds the database; try again later
 * @UCH_DB_ERROR_FULL: the disk (or the quota) is full; free some space and try again
 * @UCH_DB_ERROR_READ_ONLY: the file may not be written
 * @UCH_DB_ERROR_CORRUPT: the file is damaged or no database at all; restore or rebuild it
 * @UCH_DB_ERROR_NEWER: the file was made by a newer program; update the program
 * @UCH_DB_ERROR_FOREIGN: the file is a database of another program
 * @UCH_DB_ERROR_CONSTRAINT: the rows break a rule of the schema
 * @UCH_DB_ERROR_IO: the file cannot be opened, read or written
 */
typedef enum
{
  UCH_DB_ERROR_FAILED,
  UCH_DB_ERROR_BUSY,
  UCH_DB_ERROR_FULL,
  UCH_DB_ERROR_READ_ONLY,
  UCH_DB_ERROR_CORRUPT,
  UCH_DB_ERROR_NEWER,
  UCH_DB_ERROR_FOREIGN,
  UCH_DB_ERROR_CONSTRAINT,
  UCH_DB_ERROR_IO,
} UchDbError;

/**
 * UchDbFlags:
 * @UCH_DB_READ_ONLY: never write, not even the schema
 * @UCH_DB_CREATE: make the file (mode 0600) when there is none
 * @UCH_DB_SYNC_FULL: a commit that returned survives a power cut; else only a crash of the program
 * @UCH_DB_IN_MEMORY: no file at all, the path is ignored
 */
typedef enum
{
  UCH_DB_READ_ONLY = 1 << 0,
  UCH_DB_CREATE = 1 << 1,
  UCH_DB_SYNC_FULL = 1 << 2,
  UCH_DB_IN_MEMORY = 1 << 3,
} UchDbFlags;

typedef enum
{
  UCH_DB_STEP_ERROR = -1,
  UCH_DB_STEP_DONE = 0,
  UCH_DB_STEP_ROW = 1,
} UchDbStep;

typedef struct _UchDb     UchDb;
typedef struct _UchDbStmt UchDbStmt;

/* A pure function of one text that SQL may call; returns a new string, or NULL for SQL's NULL. */
typedef char *(*UchDbTextFunc) (const char *text);

GQuark uch_db_error_quark (void);

UchDb      *uch_db_open (const char *path, UchDbFlags flags, GError **error);
void        uch_db_close (UchDb *db);
const char *uch_db_get_path (UchDb *db);
void        uch_db_adopt (UchDb *db);
gboolean    uch_db_add_function (UchDb *db, const char *name, UchDbTextFunc func, GError **error);
void        uch_db_interrupt (UchDb *db);

gboolean uch_db_exec (UchDb *db, const char *sql, GError **error);
gboolean uch_db_get_int64 (UchDb *db, const char *sql, gint64 *out_value, GError **error);
gint64   uch_db_get_changes (UchDb *db);

gboolean uch_db_begin (UchDb *db, GError **error);
gboolean uch_db_begin_read (UchDb *db, GError **error);
gboolean uch_db_commit (UchDb *db, GError **error);
void     uch_db_rollback (UchDb *db);
gboolean uch_db_in_transaction (UchDb *db);
gboolean uch_db_savepoint (UchDb *db, GError **error);
gboolean uch_db_release (UchDb *db, GError **error);
gboolean uch_db_rollback_to (UchDb *db, GError **error);

UchDbStmt *uch_db_prepare (UchDb *db, const char *sql, GError **error);
UchDbStmt *uch_db_prepare_lasting (UchDb *db, const char *sql, GError **error);
void       uch_db_stmt_release (UchDbStmt *stmt);
void       uch_db_stmt_reset (UchDbStmt *stmt);

void uch_db_stmt_bind_text (UchDbStmt *stmt, int index, const char *value);
void uch_db_stmt_bind_lasting_text (UchDbStmt *stmt, int index, const char *value);
void uch_db_stmt_bind_int64 (UchDbStmt *stmt, int index, gint64 value);
void uch_db_stmt_bind_double (UchDbStmt *stmt, int index, double value);
void uch_db_stmt_bind_null (UchDbStmt *stmt, int index);
void uch_db_stmt_bind_blob (UchDbStmt *stmt, int index, const void *data, gsize len);

UchDbStep uch_db_stmt_step (UchDbStmt *stmt, GError **error);
gboolean  uch_db_stmt_run (UchDbStmt *stmt, GError **error);

int           uch_db_stmt_n_columns (UchDbStmt *stmt);
const char   *uch_db_stmt_column_name (UchDbStmt *stmt, int column);
gboolean      uch_db_stmt_is_null (UchDbStmt *stmt, int column);
const char   *uch_db_stmt_get_text (UchDbStmt *stmt, int column);
gint64        uch_db_stmt_get_int64 (UchDbStmt *stmt, int column);
double        uch_db_stmt_get_double (UchDbStmt *stmt, int column);
gconstpointer uch_db_stmt_get_blob (UchDbStmt *stmt, int column, gsize *out_len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchDb, uch_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchDbStmt, uch_db_stmt_release)

G_END_DECLS
