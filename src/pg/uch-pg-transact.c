/* Transactions, and SQL that is run once. */

#define G_LOG_DOMAIN "uch-pg"

#include <string.h>

#include "pg/uch-pg-private.h"

/**
 * uch_pg_exec:
 * @pg: a connection
 * @sql: one or several statements
 * @error: return location
 *
 * Runs SQL that returns nothing. Outside a transaction several statements are one transaction.
 *
 * Returns: whether it was done
 */
gboolean
uch_pg_exec (UchPg *pg, const char *sql, GError **error)
{
  PGresult *result = NULL;
  gboolean  done;

  if (!uch_pg_ensure (pg, error) || !uch_pg_collect (pg, NULL, error))
    return FALSE;
  PQexitPipelineMode (pg->conn);
  result = PQexec (pg->conn, sql);
  done = PQresultStatus (result) == PGRES_COMMAND_OK || PQresultStatus (result) == PGRES_TUPLES_OK;
  if (!done)
    uch_pg_fail (pg, result, error);
  PQclear (result);
  if (pg->conn != NULL)
    PQenterPipelineMode (pg->conn);
  return done;
}

/**
 * uch_pg_get_int64:
 * @pg: a connection
 * @sql: a query
 * @out_value: (out): the first column of the first row, 0 when there is none
 * @error: return location
 *
 * Returns: whether it was answered
 */
gboolean
uch_pg_get_int64 (UchPg *pg, const char *sql, gint64 *out_value, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, sql);
  UchPgStep step = uch_pg_stmt_step (stmt, error);

  *out_value = step == UCH_PG_STEP_ROW ? uch_pg_stmt_get_int64 (stmt, 0) : 0;
  return step != UCH_PG_STEP_ERROR;
}

/**
 * uch_pg_get_text:
 * @pg: a connection
 * @sql: a query
 * @out_text: (out) (transfer full) (nullable): the first column of the first row, %NULL when there
 *   is none
 * @error: return location
 *
 * Returns: whether it was answered
 */
gboolean
uch_pg_get_text (UchPg *pg, const char *sql, char **out_text, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, sql);
  UchPgStep step = uch_pg_stmt_step (stmt, error);

  *out_text = step == UCH_PG_STEP_ROW ? g_strdup (uch_pg_stmt_get_text (stmt, 0)) : NULL;
  return step != UCH_PG_STEP_ERROR;
}

static gboolean
send_sql (UchPg *pg, const char *sql, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, sql);

  return uch_pg_stmt_send (stmt, error);
}

static gboolean
begin (UchPg *pg, const char *sql, GError **error)
{
  g_assert (!pg->in_transaction);
  if (!send_sql (pg, sql, error))
    return FALSE;
  pg->in_transaction = TRUE;
  pg->depth = 0;
  return TRUE;
}

/**
 * uch_pg_begin:
 * @pg: a connection
 * @error: return location
 *
 * Begins a transaction at READ COMMITTED: after a lock was taken the next statement sees what its
 * former holder has committed. The message goes with the first statement; that one can fail with
 * %UCH_PG_ERROR_UNAVAILABLE if the connection was lost unnoticed.
 *
 * Returns: whether there is a connection
 */
gboolean
uch_pg_begin (UchPg *pg, GError **error)
{
  return begin (pg, "BEGIN", error);
}

/**
 * uch_pg_begin_read:
 * @pg: a connection
 * @error: return location
 *
 * Begins a transaction that reads one picture, of the moment of its first statement.
 *
 * Returns: whether there is a connection
 */
gboolean
uch_pg_begin_read (UchPg *pg, GError **error)
{
  return begin (pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error);
}

/**
 * uch_pg_commit:
 * @pg: a connection
 * @error: return location
 *
 * Ends the transaction in any case. After %UCH_PG_ERROR_UNAVAILABLE it is not known whether the
 * commit was made: the answer was lost.
 *
 * Returns: whether it is committed, and durable
 */
gboolean
uch_pg_commit (UchPg *pg, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, "COMMIT");
  PGresult *result = NULL;
  gboolean  done;

  g_assert (pg->in_transaction);
  done = uch_pg_stmt_send (stmt, error) && uch_pg_collect (pg, &result, error);
  /* A transaction that failed before is "committed" by rolling it back. */
  if (done && !g_str_equal (PQcmdStatus (result), "COMMIT"))
    {
      g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_FAILED,
                   "The database %s: the transaction had failed", pg->name);
      done = FALSE;
    }
  PQclear (result);
  if (done)
    pg->in_transaction = FALSE;
  else
    uch_pg_rollback (pg);
  return done;
}

/**
 * uch_pg_rollback:
 * @pg: a connection
 *
 * Ends the transaction without a trace. The server does it at once; nobody waits for it.
 */
void
uch_pg_rollback (UchPg *pg)
{
  g_assert (pg->in_transaction);
  if (pg->conn != NULL)
    {
      g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, "ROLLBACK");
      guint n = pg->sent->len;

      for (guint i = 0; i < n; i++)
        g_array_index (pg->sent, UchPgSent, i).hint = TRUE;
      /* What failed has ended its part of the pipeline: the rollback must not be part of that. */
      if (n > 0)
        uch_pg_collect (pg, NULL, NULL);
      if (pg->conn != NULL)
        uch_pg_stmt_hint (stmt, NULL);
    }
  pg->in_transaction = FALSE;
}

/**
 * uch_pg_savepoint:
 * @pg: a connection
 * @error: return location
 *
 * Returns: whether it is on its way
 */
gboolean
uch_pg_savepoint (UchPg *pg, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SAVEPOINT s%u", pg->depth + 1);

  if (!send_sql (pg, sql, error))
    return FALSE;
  pg->depth++;
  return TRUE;
}

/**
 * uch_pg_release:
 * @pg: a connection
 * @error: return location
 *
 * Keeps what was done since the savepoint, and waits for it: a failure is told here. After one call
 * uch_pg_rollback_to().
 *
 * Returns: whether all of it was done
 */
gboolean
uch_pg_release (UchPg *pg, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("RELEASE SAVEPOINT s%u", pg->depth);
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, sql);

  if (!uch_pg_stmt_run (stmt, error))
    return FALSE;
  pg->depth--;
  return TRUE;
}

/**
 * uch_pg_rollback_to:
 * @pg: a connection
 * @error: return location
 *
 * Undoes what was done since the savepoint, which is gone then.
 *
 * Returns: whether it was done
 */
gboolean
uch_pg_rollback_to (UchPg *pg, GError **error)
{
  g_autofree char *back = g_strdup_printf ("ROLLBACK TO SAVEPOINT s%u", pg->depth);
  g_autofree char *release = g_strdup_printf ("RELEASE SAVEPOINT s%u", pg->depth);
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, release);

  for (guint i = 0; i < pg->sent->len; i++)
    g_array_index (pg->sent, UchPgSent, i).hint = TRUE;
  if ((pg->sent->len > 0 && !uch_pg_collect (pg, NULL, error)) || !send_sql (pg, back, error)
      || !uch_pg_stmt_run (stmt, error))
    return FALSE;
  pg->depth--;
  return TRUE;
}
