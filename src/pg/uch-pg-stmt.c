/* Statements. Everything goes through libpq's pipeline: what need not be answered at once is sent
 * along with what must, so that a commit of many rows costs a few round trips. */

#define G_LOG_DOMAIN "uch-pg"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "pg/uch-pg-private.h"

/* Answers that may be outstanding before they are read. */
#define SENT_LEN_MAX 512
/* A server that says nothing for so long is taken for dead. */
#define PATIENCE_MS (10 * 60 * 1000)

/* The types of the values that are sent and read; from the server's pg_type.dat. */
#define OID_BOOL 16
#define OID_INT8 20
#define OID_INT2 21
#define OID_INT4 23
#define OID_TEXT 25
#define OID_FLOAT8 701

typedef struct
{
  Oid      type;
  gboolean is_null;
  char    *text; /* (owned) (nullable) */
  guint64  bits; /* in network order */
} Param;

struct _UchPgStmt
{
  UchPg    *pg;
  char     *sql;
  char     *name;
  guint     generation; /* of the connection it is prepared on */
  GArray   *params;     /* of Param */
  PGresult *result;     /* (owned) (nullable) */
  int       row;
  gboolean  in_hand;
};

static void
clear_param (gpointer data)
{
  g_clear_pointer (&((Param *) data)->text, g_free);
}

void
uch_pg_stmt_free (UchPgStmt *stmt)
{
  g_clear_pointer (&stmt->result, PQclear);
  g_array_unref (stmt->params);
  g_free (stmt->sql);
  g_free (stmt->name);
  g_free (stmt);
}

/**
 * uch_pg_prepare:
 * @pg: a connection
 * @sql: one statement, parameters as `$1`, `$2` …; the program's own text, for it is kept
 *
 * Returns: (transfer full): the statement, its parameters not yet bound
 */
UchPgStmt *
uch_pg_prepare (UchPg *pg, const char *sql)
{
  UchPgStmt *stmt = g_hash_table_lookup (pg->cache, sql);

  if (stmt == NULL)
    {
      stmt = g_new0 (UchPgStmt, 1);
      stmt->pg = pg;
      stmt->sql = g_strdup (sql);
      stmt->name = g_strdup_printf ("s%u", ++pg->n_names);
      stmt->params = g_array_new (FALSE, TRUE, sizeof (Param));
      g_array_set_clear_func (stmt->params, clear_param);
      g_hash_table_insert (pg->cache, stmt->sql, stmt);
    }
  g_assert (!stmt->in_hand);
  stmt->in_hand = TRUE;
  return stmt;
}

/**
 * uch_pg_stmt_release:
 * @stmt: (transfer full) (nullable): a statement
 *
 * Gives it back to the cache, its rows and parameters forgotten.
 */
void
uch_pg_stmt_release (UchPgStmt *stmt)
{
  if (stmt == NULL)
    return;
  g_clear_pointer (&stmt->result, PQclear);
  g_array_set_size (stmt->params, 0);
  stmt->in_hand = FALSE;
}

static Param *
param_at (UchPgStmt *stmt, int index, Oid type)
{
  Param *param;

  if (stmt->params->len < (guint) index)
    g_array_set_size (stmt->params, (guint) index);
  param = &g_array_index (stmt->params, Param, index - 1);
  clear_param (param);
  param->type = type;
  param->is_null = FALSE;
  return param;
}

/* Parameters count from 1. */
void
uch_pg_stmt_bind_text (UchPgStmt *stmt, int index, const char *value)
{
  Param *param = param_at (stmt, index, OID_TEXT);

  param->is_null = value == NULL;
  param->text = g_strdup (value);
}

void
uch_pg_stmt_bind_int64 (UchPgStmt *stmt, int index, gint64 value)
{
  param_at (stmt, index, OID_INT8)->bits = GUINT64_TO_BE ((guint64) value);
}

void
uch_pg_stmt_bind_double (UchPgStmt *stmt, int index, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  param_at (stmt, index, OID_FLOAT8)->bits = GUINT64_TO_BE (bits);
}

static void
note_sent (UchPg *pg, int kind, UchPgStmt *stmt, gboolean hint)
{
  UchPgSent sent = { .kind = kind, .stmt = stmt, .hint = hint };

  g_array_append_val (pg->sent, sent);
}

static gboolean
send_parse (UchPgStmt *stmt, gboolean hint)
{
  UchPg          *pg = stmt->pg;
  g_autofree Oid *types = g_new0 (Oid, MAX (stmt->params->len, 1));

  if (stmt->generation == pg->generation)
    return TRUE;
  for (guint i = 0; i < stmt->params->len; i++)
    types[i] = g_array_index (stmt->params, Param, i).type;
  if (!PQsendPrepare (pg->conn, stmt->name, stmt->sql, (int) stmt->params->len, types))
    return FALSE;
  stmt->generation = pg->generation;
  note_sent (pg, UCH_PG_SENT_PARSE, stmt, hint);
  return TRUE;
}

static gboolean
send_query (UchPgStmt *stmt, gboolean hint)
{
  UchPg                  *pg = stmt->pg;
  guint                   n = stmt->params->len;
  g_autofree const char **values = g_new0 (const char *, MAX (n, 1));
  g_autofree int         *lengths = g_new0 (int, MAX (n, 1));
  g_autofree int         *formats = g_new0 (int, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      Param *param = &g_array_index (stmt->params, Param, i);

      if (param->type == OID_TEXT)
        values[i] = param->text;
      else
        {
          values[i] = (const char *) &param->bits;
          lengths[i] = sizeof param->bits;
          formats[i] = 1;
        }
    }
  if (!PQsendQueryPrepared (pg->conn, stmt->name, (int) n, values, lengths, formats, 1))
    return FALSE;
  note_sent (pg, UCH_PG_SENT_QUERY, stmt, hint);
  return TRUE;
}

static gboolean
send (UchPgStmt *stmt, gboolean hint, GError **error)
{
  UchPg *pg = stmt->pg;

  g_clear_pointer (&stmt->result, PQclear);
  if (!uch_pg_ensure (pg, error))
    return FALSE;
  if (pg->sent->len >= SENT_LEN_MAX && !uch_pg_collect (pg, NULL, error))
    return FALSE;
  if (send_parse (stmt, hint) && send_query (stmt, hint))
    return TRUE;
  return uch_pg_fail_lost (pg, NULL, error);
}

static gboolean
send_sync (UchPg *pg)
{
  if (!PQpipelineSync (pg->conn))
    return FALSE;
  note_sent (pg, UCH_PG_SENT_SYNC, NULL, TRUE);
  return TRUE;
}

/* Waits until the next answer can be read without waiting. */
static gboolean
wait_for_answer (UchPg *pg)
{
  while (PQisBusy (pg->conn))
    {
      struct pollfd fd = { .fd = PQsocket (pg->conn), .events = POLLIN };
      int           n = poll (&fd, 1, PATIENCE_MS);

      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      if (n > 0 && !PQconsumeInput (pg->conn))
        return FALSE;
    }
  return TRUE;
}

/* The answer to one message; NULL when the connection is gone. */
static PGresult *
read_answer (UchPg *pg, const UchPgSent *sent)
{
  PGresult *answer = wait_for_answer (pg) ? PQgetResult (pg->conn) : NULL;

  /* A sync has one result; anything else is closed by a NULL. */
  while (answer != NULL && sent->kind != UCH_PG_SENT_SYNC
         && PQresultStatus (answer) != PGRES_FATAL_ERROR)
    {
      PGresult *next = wait_for_answer (pg) ? PQgetResult (pg->conn) : NULL;

      if (next == NULL)
        return answer;
      PQclear (answer);
      answer = next;
    }
  if (answer != NULL && sent->kind != UCH_PG_SENT_SYNC && PQstatus (pg->conn) == CONNECTION_OK
      && wait_for_answer (pg))
    PQclear (PQgetResult (pg->conn));
  return answer;
}

static gboolean
is_good (const PGresult *answer)
{
  ExecStatusType status = PQresultStatus (answer);

  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
}

/* Reads all that is outstanding. The first failure that is not a hint's is the failure; on success
 * @out_result is the answer to the last statement. */
gboolean
uch_pg_collect (UchPg *pg, PGresult **out_result, GError **error)
{
  PGresult *last = NULL;
  gboolean  done = TRUE;

  if (pg->sent->len == 0)
    return TRUE;
  if (g_array_index (pg->sent, UchPgSent, pg->sent->len - 1).kind != UCH_PG_SENT_SYNC
      && !send_sync (pg))
    return uch_pg_fail_lost (pg, NULL, error);
  for (guint i = 0; i < pg->sent->len; i++)
    {
      const UchPgSent *sent = &g_array_index (pg->sent, UchPgSent, i);
      PGresult        *answer = read_answer (pg, sent);

      if (answer == NULL)
        {
          PQclear (last);
          return uch_pg_fail_lost (pg, NULL, done ? error : NULL);
        }
      if (sent->kind == UCH_PG_SENT_PARSE && !is_good (answer))
        sent->stmt->generation = 0;
      if (!is_good (answer) && (!sent->hint || PQstatus (pg->conn) == CONNECTION_BAD) && done)
        {
          done = FALSE;
          uch_pg_fail (pg, answer, error);
        }
      if (sent->kind == UCH_PG_SENT_QUERY)
        {
          PQclear (last);
          last = answer;
        }
      else
        PQclear (answer);
      if (pg->conn == NULL)
        break;
    }
  g_array_set_size (pg->sent, 0);
  if (done && out_result != NULL)
    *out_result = g_steal_pointer (&last);
  PQclear (last);
  return done;
}

/**
 * uch_pg_stmt_run:
 * @stmt: a statement with its parameters bound
 * @error: return location
 *
 * Runs it and waits for the answer. A failure of something that was sent before it and not waited
 * for is told here as well.
 *
 * Returns: whether it was done; step to its rows
 */
gboolean
uch_pg_stmt_run (UchPgStmt *stmt, GError **error)
{
  stmt->row = -1;
  return send (stmt, FALSE, error) && uch_pg_collect (stmt->pg, &stmt->result, error);
}

/**
 * uch_pg_stmt_send:
 * @stmt: a statement with its parameters bound
 * @error: return location
 *
 * Sends it along with the next one that is waited for; a failure is told there. Only within a
 * transaction, which such a failure ends.
 *
 * Returns: whether it is on its way
 */
gboolean
uch_pg_stmt_send (UchPgStmt *stmt, GError **error)
{
  return send (stmt, FALSE, error);
}

/**
 * uch_pg_stmt_hint:
 * @stmt: a statement with its parameters bound
 * @error: return location
 *
 * Has it done at once, and does not wait; that it fails is told to nobody. Not within a
 * transaction that is still to be committed.
 *
 * Returns: whether it is on its way
 */
gboolean
uch_pg_stmt_hint (UchPgStmt *stmt, GError **error)
{
  if (!send (stmt, TRUE, error))
    return FALSE;
  return send_sync (stmt->pg) || uch_pg_fail_lost (stmt->pg, NULL, error);
}

/**
 * uch_pg_stmt_step:
 * @stmt: a statement with its parameters bound
 * @error: return location
 *
 * Runs it at the first call; goes on to the next row at each.
 *
 * Returns: whether there is a row
 */
UchPgStep
uch_pg_stmt_step (UchPgStmt *stmt, GError **error)
{
  if (stmt->result == NULL && !uch_pg_stmt_run (stmt, error))
    return UCH_PG_STEP_ERROR;
  return ++stmt->row < PQntuples (stmt->result) ? UCH_PG_STEP_ROW : UCH_PG_STEP_DONE;
}

/**
 * uch_pg_stmt_get_changes:
 * @stmt: a statement that was run
 *
 * Returns: how many rows it has written
 */
gint64
uch_pg_stmt_get_changes (UchPgStmt *stmt)
{
  return g_ascii_strtoll (PQcmdTuples (stmt->result), NULL, 10);
}

/* The text of the row that the statement stands on, columns from 0; NULL for SQL's NULL. */
const char *
uch_pg_stmt_get_text (UchPgStmt *stmt, int column)
{
  return PQgetisnull (stmt->result, stmt->row, column)
             ? NULL
             : PQgetvalue (stmt->result, stmt->row, column);
}

/* The value's bytes, the first one highest. */
static guint64
get_bits (UchPgStmt *stmt, int column)
{
  const guint8 *bytes = (const guint8 *) PQgetvalue (stmt->result, stmt->row, column);
  int           len = PQgetlength (stmt->result, stmt->row, column);
  guint64       bits = 0;

  for (int i = 0; i < len; i++)
    bits = bits << 8 | bytes[i];
  return bits;
}

gint64
uch_pg_stmt_get_int64 (UchPgStmt *stmt, int column)
{
  if (PQgetisnull (stmt->result, stmt->row, column))
    return 0;
  switch (PQftype (stmt->result, column))
    {
    case OID_INT8:
      return (gint64) get_bits (stmt, column);
    case OID_INT4:
      return (gint32) get_bits (stmt, column);
    case OID_INT2:
      return (gint16) get_bits (stmt, column);
    case OID_BOOL:
      return get_bits (stmt, column) != 0;
    default:
      g_return_val_if_reached (0);
    }
}

double
uch_pg_stmt_get_double (UchPgStmt *stmt, int column)
{
  double  value;
  guint64 bits;

  if (PQgetisnull (stmt->result, stmt->row, column))
    return 0;
  g_return_val_if_fail (PQftype (stmt->result, column) == OID_FLOAT8, 0);
  bits = get_bits (stmt, column);
  memcpy (&value, &bits, sizeof value);
  return value;
}
