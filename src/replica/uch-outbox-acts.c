/* The part of the outbox that people see: refusals, and what can be undone. */
#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-outbox.h"

void
uch_outbox_refusal_free (UchOutboxRefusal *refusal)
{
  if (refusal == NULL)
    return;
  g_free (refusal->staff_id);
  uch_command_unref (refusal->command);
  g_free (refusal->field);
  g_clear_object (&refusal->current);
  g_free (refusal);
}

void
uch_stroke_op_free (UchStrokeOp *op)
{
  if (op == NULL)
    return;
  uch_command_unref (op->command);
  uch_command_unref (op->inverse);
  g_free (op->created);
  g_free (op);
}

static UchOutboxRefusal *
read_refusal (UchDbStmt *stmt, GError **error)
{
  g_autoptr (UchOutboxRefusal) refusal = g_new0 (UchOutboxRefusal, 1);
  const char      *table = uch_db_stmt_get_text (stmt, 5);
  const UchSchema *schema = table != NULL ? uch_schema_by_name (table) : NULL;

  refusal->staff_id = g_strdup (uch_db_stmt_get_text (stmt, 0));
  refusal->command = uch_wire_decode_command (uch_db_stmt_get_text (stmt, 1), -1, error);
  if (refusal->command == NULL)
    return NULL;
  refusal->kind = (UchVerdictKind) uch_db_stmt_get_int64 (stmt, 2);
  refusal->refusal = uch_refusal_from_nick (uch_db_stmt_get_text (stmt, 3));
  refusal->field = g_strdup (uch_db_stmt_get_text (stmt, 4));
  /* A row that an older program wrote and this one cannot read is shown without it. */
  if (schema != NULL && uch_db_stmt_get_text (stmt, 6) != NULL)
    refusal->current
        = uch_wire_decode_entity (schema->table, uch_db_stmt_get_text (stmt, 6), -1, NULL);
  refusal->at = uch_db_stmt_get_int64 (stmt, 7);
  return g_steal_pointer (&refusal);
}

/**
 * uch_outbox_list_refusals:
 *
 * Returns: (transfer full) (nullable) (element-type UchOutboxRefusal): the person's, oldest first
 */
GPtrArray *
uch_outbox_list_refusals (UchOutbox *self, const char *staff_id, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      uch_outbox_get_db (self),
      "SELECT staff_id, command, kind, refusal, field, current_table, current, at "
      "FROM refusal WHERE staff_id = ? ORDER BY at, id",
      error);
  g_autoptr (GPtrArray) refusals
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outbox_refusal_free);
  UchDbStep step;

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      UchOutboxRefusal *refusal = read_refusal (stmt, error);

      if (refusal == NULL)
        return NULL;
      g_ptr_array_add (refusals, refusal);
    }
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&refusals) : NULL;
}

/**
 * uch_outbox_dismiss:
 * @id: of the refused operation; the person has seen it
 */
gboolean
uch_outbox_dismiss (UchOutbox *self, const char *id, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (uch_outbox_get_db (self), "DELETE FROM refusal WHERE id = ?", error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, id);
  return uch_db_stmt_run (stmt, error);
}

static gboolean
put_stroke_ops (UchOutbox *self, gint64 n, GPtrArray *ops, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      uch_outbox_get_db (self), "INSERT INTO stroke_op VALUES (?, ?, ?, ?, ?, ?)", error);

  if (stmt == NULL)
    return FALSE;
  for (guint i = 0; i < ops->len; i++)
    {
      const UchStrokeOp *op = g_ptr_array_index (ops, i);
      g_autofree char   *command = uch_wire_encode_command (op->command);
      g_autofree char   *inverse = uch_wire_encode_command (op->inverse);

      uch_db_stmt_bind_int64 (stmt, 1, n);
      uch_db_stmt_bind_int64 (stmt, 2, i);
      uch_db_stmt_bind_text (stmt, 3, op->command->id);
      uch_db_stmt_bind_text (stmt, 4, command);
      uch_db_stmt_bind_text (stmt, 5, inverse);
      uch_db_stmt_bind_text (stmt, 6, op->created != NULL ? op->created : "");
      if (!uch_db_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_for_staff (UchOutbox *self, const char *sql, const char *staff_id, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (uch_outbox_get_db (self), sql, error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_outbox_add_stroke:
 * @stroke_ops: (element-type UchStrokeOp): what was done at one stroke
 *
 * Puts a stroke on top of what can be undone; what was undone before can no longer be done again.
 */
gboolean
uch_outbox_add_stroke (UchOutbox *self, const char *staff_id, GPtrArray *stroke_ops, GError **error)
{
  gint64 n;

  if (!run_for_staff (self, "DELETE FROM stroke WHERE staff_id = ? AND undone", staff_id, error)
      || !run_for_staff (self, "INSERT INTO stroke (staff_id) VALUES (?)", staff_id, error)
      || !uch_db_get_int64 (uch_outbox_get_db (self), "SELECT last_insert_rowid ()", &n, error)
      || !put_stroke_ops (self, n, stroke_ops, error))
    return FALSE;
  return run_for_staff (self,
                        "DELETE FROM stroke WHERE staff_id = ?1 AND n <= (SELECT n FROM stroke "
                        "WHERE staff_id = ?1 ORDER BY n DESC LIMIT 1 OFFSET " G_STRINGIFY (
                            UCH_OUTBOX_STROKES_MAX) ")",
                        staff_id, error);
}

static GPtrArray *
list_stroke_ops (UchOutbox *self, gint64 n, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      uch_outbox_get_db (self),
      "SELECT command, inverse, created FROM stroke_op WHERE stroke = ? ORDER BY place", error);
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_stroke_op_free);
  UchDbStep step;

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_int64 (stmt, 1, n);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      UchStrokeOp *op = g_new0 (UchStrokeOp, 1);

      g_ptr_array_add (ops, op);
      op->created = g_strdup (uch_db_stmt_get_text (stmt, 2));
      op->command = uch_wire_decode_command (uch_db_stmt_get_text (stmt, 0), -1, error);
      if (op->command == NULL)
        return NULL;
      op->inverse = uch_wire_decode_command (uch_db_stmt_get_text (stmt, 1), -1, error);
      if (op->inverse == NULL)
        return NULL;
    }
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&ops) : NULL;
}

/**
 * uch_outbox_peek_stroke:
 * @undone: %FALSE: what undo would take back; %TRUE: what redo would do again
 * @out_n: (out): 0 when there is none
 * @out_ops: (out) (optional) (transfer full) (element-type UchStrokeOp): in the order done
 */
gboolean
uch_outbox_peek_stroke (UchOutbox  *self,
                        const char *staff_id,
                        gboolean    undone,
                        gint64     *out_n,
                        GPtrArray **out_ops,
                        GError    **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (uch_outbox_get_db (self),
                        undone ? "SELECT min (n) FROM stroke WHERE staff_id = ? AND undone"
                               : "SELECT max (n) FROM stroke WHERE staff_id = ? AND NOT undone",
                        error);

  *out_n = 0;
  if (out_ops != NULL)
    *out_ops = NULL;
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  if (uch_db_stmt_step (stmt, error) != UCH_DB_STEP_ROW)
    return FALSE;
  *out_n = uch_db_stmt_get_int64 (stmt, 0);
  if (*out_n == 0 || out_ops == NULL)
    return TRUE;
  return (*out_ops = list_stroke_ops (self, *out_n, error)) != NULL;
}

static gboolean
run_for_stroke (UchOutbox *self, const char *sql, gint64 n, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (uch_outbox_get_db (self), sql, error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_int64 (stmt, 1, n);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_outbox_set_stroke:
 * @stroke_ops: (nullable) (element-type UchStrokeOp): what stands now in place of what stood
 */
gboolean
uch_outbox_set_stroke (
    UchOutbox *self, gint64 n, gboolean undone, GPtrArray *stroke_ops, GError **error)
{
  if (!run_for_stroke (self,
                       undone ? "UPDATE stroke SET undone = 1 WHERE n = ?"
                              : "UPDATE stroke SET undone = 0 WHERE n = ?",
                       n, error))
    return FALSE;
  return stroke_ops == NULL
         || (run_for_stroke (self, "DELETE FROM stroke_op WHERE stroke = ?", n, error)
             && put_stroke_ops (self, n, stroke_ops, error));
}

gboolean
uch_outbox_drop_stroke (UchOutbox *self, gint64 n, GError **error)
{
  return run_for_stroke (self, "DELETE FROM stroke WHERE n = ?", n, error);
}
