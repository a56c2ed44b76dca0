#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_PG_ERROR (uch_pg_error_quark ())

/**
 * UchPgError:
 * @UCH_PG_ERROR_FAILED: anything that is none of the others: a fault of the program
 * @UCH_PG_ERROR_RETRY: the transaction was given up in favour of another one (deadlock,
 *   serialization): do the whole of it again
 * @UCH_PG_ERROR_BUSY: somebody holds a lock for too long, or the statement was interrupted
 * @UCH_PG_ERROR_UNAVAILABLE: there is no connection, or it was lost; the next use connects anew.
 *   After a commit it is not known whether it was made.
 * @UCH_PG_ERROR_FULL: the server has no room left, on its disk or in memory
 * @UCH_PG_ERROR_READ_ONLY: this connection or this server may not write, or the role may not
 * @UCH_PG_ERROR_CORRUPT: the server found its files damaged
 * @UCH_PG_ERROR_NEWER: the tables were made by a newer program; update the program
 * @UCH_PG_ERROR_FOREIGN: the tables are of another program
 * @UCH_PG_ERROR_CONSTRAINT: the rows break a rule of the schema
 * @UCH_PG_ERROR_BAD_ADDRESS: not the address of a database
 */
typedef enum
{
  UCH_PG_ERROR_FAILED,
  UCH_PG_ERROR_RETRY,
  UCH_PG_ERROR_BUSY,
  UCH_PG_ERROR_UNAVAILABLE,
  UCH_PG_ERROR_FULL,
  UCH_PG_ERROR_READ_ONLY,
  UCH_PG_ERROR_CORRUPT,
  UCH_PG_ERROR_NEWER,
  UCH_PG_ERROR_FOREIGN,
  UCH_PG_ERROR_CONSTRAINT,
  UCH_PG_ERROR_BAD_ADDRESS,
} UchPgError;

/**
 * UchPgFlags:
 * @UCH_PG_READ_ONLY: never write
 */
typedef enum
{
  UCH_PG_READ_ONLY = 1 << 0,
} UchPgFlags;

typedef enum
{
  UCH_PG_STEP_ERROR = -1,
  UCH_PG_STEP_DONE = 0,
  UCH_PG_STEP_ROW = 1,
} UchPgStep;

typedef struct _UchPg     UchPg;
typedef struct _UchPgStmt UchPgStmt;

/* Looks at a new connection before it is used; %FALSE refuses it. */
typedef gboolean (*UchPgGreetFunc) (UchPg *pg, gpointer user_data, GError **error);

GQuark uch_pg_error_quark (void);

UchPg      *uch_pg_open (const char *url, UchPgFlags flags, GError **error);
void        uch_pg_close (UchPg *pg);
const char *uch_pg_get_name (UchPg *pg);
void        uch_pg_adopt (UchPg *pg);
void        uch_pg_set_greeting (UchPg *pg, UchPgGreetFunc greet, gpointer user_data);
gboolean    uch_pg_use_schema (UchPg *pg, const char *schema, GError **error);
void        uch_pg_interrupt (UchPg *pg);

gboolean uch_pg_exec (UchPg *pg, const char *sql, GError **error);
gboolean uch_pg_get_int64 (UchPg *pg, const char *sql, gint64 *out_value, GError **error);
gboolean uch_pg_get_text (UchPg *pg, const char *sql, char **out_text, GError **error);

gboolean uch_pg_begin (UchPg *pg, GError **error);
gboolean uch_pg_begin_read (UchPg *pg, GError **error);
gboolean uch_pg_commit (UchPg *pg, GError **error);
void     uch_pg_rollback (UchPg *pg);
gboolean uch_pg_savepoint (UchPg *pg, GError **error);
gboolean uch_pg_release (UchPg *pg, GError **error);
gboolean uch_pg_rollback_to (UchPg *pg, GError **error);

UchPgStmt *uch_pg_prepare (UchPg *pg, const char *sql);
void       uch_pg_stmt_release (UchPgStmt *stmt);

void uch_pg_stmt_bind_text (UchPgStmt *stmt, int index, const char *value);
void uch_pg_stmt_bind_int64 (UchPgStmt *stmt, int index, gint64 value);
void uch_pg_stmt_bind_double (UchPgStmt *stmt, int index, double value);

UchPgStep uch_pg_stmt_step (UchPgStmt *stmt, GError **error);
gboolean  uch_pg_stmt_run (UchPgStmt *stmt, GError **error);
gboolean  uch_pg_stmt_send (UchPgStmt *stmt, GError **error);
gboolean  uch_pg_stmt_hint (UchPgStmt *stmt, GError **error);
gint64    uch_pg_stmt_get_changes (UchPgStmt *stmt);

const char *uch_pg_stmt_get_text (UchPgStmt *stmt, int column);
gint64      uch_pg_stmt_get_int64 (UchPgStmt *stmt, int column);
double      uch_pg_stmt_get_double (UchPgStmt *stmt, int column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPg, uch_pg_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPgStmt, uch_pg_stmt_release)

G_END_DECLS
