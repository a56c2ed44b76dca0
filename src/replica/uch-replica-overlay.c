/* Pending acts stand above the store's rows. The visible tables hold both; base_row keeps the
 * store's version of each row that an act has changed. To rebase: lift the overlay, apply what
 * came, lay it again by deciding the outbox anew. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "core/uch-work.h"
#include "replica/uch-replica-db-private.h"
#include "rows/uch-rows.h"

/* The rows that one piece of work touches, as they were before it. */
struct _UchTouched
{
  UchReplicaDb *db;    /* borrowed */
  GPtrArray    *order; /* of UchChange (owned): before is set, after not yet */
  GHashTable   *seen;  /* "table/id" → UchChange (borrowed) */
};

UchTouched *
uch_touched_new (UchReplicaDb *self)
{
  UchTouched *touched = g_new0 (UchTouched, 1);

  touched->db = self;
  touched->order = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  touched->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return touched;
}

void
uch_touched_free (UchTouched *touched)
{
  if (touched == NULL)
    return;
  g_hash_table_unref (touched->seen);
  g_ptr_array_unref (touched->order);
  g_free (touched);
}

/* Notes how a row looks before it is changed. @touched may be NULL: nobody asks. */
gboolean
uch_touched_note (UchTouched *touched, UchTable table, const char *id, GError **error)
{
  g_autofree char *key = NULL;
  g_autoptr (UchEntity) before = NULL;
  UchChange *change;

  if (touched == NULL)
    return TRUE;
  key = g_strdup_printf ("%u/%s", table, id);
  if (g_hash_table_contains (touched->seen, key))
    return TRUE;
  if (!uch_rows_get (touched->db->db, uch_schema_get (table), id, (gpointer *) &before, error))
    return FALSE;
  change = uch_change_new (table, id, before, NULL);
  g_ptr_array_add (touched->order, change);
  g_hash_table_insert (touched->seen, g_steal_pointer (&key), change);
  return TRUE;
}

static gboolean
is_same (const UchChange *change)
{
  if (change->before == NULL || change->after == NULL)
    return change->before == change->after;
  return change->before->seq == change->after->seq
         && g_strcmp0 (change->before->rev, change->after->rev) == 0
         && uch_entity_equal (change->before, change->after);
}

/* Adds to @changes what really differs now; touched is used up. */
gboolean
uch_touched_collect (UchTouched *touched, GPtrArray *changes, GError **error)
{
  for (guint i = 0; i < touched->order->len; i++)
    {
      UchChange *change = g_ptr_array_index (touched->order, i);

      if (!uch_rows_get (touched->db->db, uch_schema_get (change->table), change->id,
                         (gpointer *) &change->after, error))
        return FALSE;
      if (is_same (change))
        continue;
      g_ptr_array_index (touched->order, i) = NULL;
      if (changes != NULL)
        g_ptr_array_add (changes, change);
      else
        uch_change_free (change);
    }
  return TRUE;
}

static gboolean
restore_row (UchReplicaDb *self,
             UchTouched   *touched,
             UchTable      table,
             const char   *id,
             const char   *text,
             gint64        seq,
             GError      **error)
{
  g_autoptr (UchEntity) row = NULL;

  if (!uch_touched_note (touched, table, id, error))
    return FALSE;
  if (text == NULL)
    return uch_rows_delete (self->db, uch_schema_get (table), id, error);
  row = uch_wire_decode_entity (table, text, -1, error);
  return row != NULL && uch_rows_put (self->db, row, seq, error);
}

/* Takes the overlay off: the visible tables are the store's. Within a transaction. */
gboolean
uch_replica_overlay_lift (UchReplicaDb *self, UchTouched *touched, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, "SELECT tbl, id, row, seq FROM base_row", error);
  UchDbStep step;
  gboolean  any = FALSE;

  if (stmt == NULL)
    return FALSE;
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      any = TRUE;
      if (!restore_row (self, touched, (UchTable) uch_db_stmt_get_int64 (stmt, 0),
                        uch_db_stmt_get_text (stmt, 1), uch_db_stmt_get_text (stmt, 2),
                        uch_db_stmt_get_int64 (stmt, 3), error))
        return FALSE;
    }
  uch_db_stmt_reset (stmt);
  return step == UCH_DB_STEP_DONE
         && (!any || uch_db_exec (self->db, "DELETE FROM base_row", error));
}

static gboolean
save_base (UchReplicaDb *self, const UchChange *change, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, "INSERT INTO base_row VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", error);
  g_autofree char *text = NULL;

  if (stmt == NULL)
    return FALSE;
  if (change->before != NULL)
    text = uch_wire_encode_entity (change->before);
  uch_db_stmt_bind_int64 (stmt, 1, change->table);
  uch_db_stmt_bind_text (stmt, 2, change->id);
  uch_db_stmt_bind_text (stmt, 3, text);
  uch_db_stmt_bind_int64 (stmt, 4, change->before != NULL ? change->before->seq : 0);
  return uch_db_stmt_run (stmt, error);
}

/* Shows what an act changes, and keeps the store's rows under it. Within a transaction. */
gboolean
uch_replica_overlay_put (UchReplicaDb *self, GPtrArray *row_changes, GError **error)
{
  for (guint i = 0; i < row_changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (row_changes, i);

      if (!save_base (self, change, error))
        return FALSE;
      if (change->after == NULL)
        {
          if (!uch_rows_delete (self->db, uch_schema_get (change->table), change->id, error))
            return FALSE;
        }
      else if (!uch_rows_put (self->db, change->after,
                              change->before != NULL ? change->before->seq : 0, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
note_all (UchTouched *touched, GPtrArray *row_changes, GError **error)
{
  for (guint i = 0; i < row_changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (row_changes, i);

      if (!uch_touched_note (touched, change->table, change->id, error))
        return FALSE;
    }
  return TRUE;
}

/* Whether the rows hold the journal's entry of this command: the store has done it already. */
static gboolean
is_done (UchReplicaDb *self, const UchCommand *command, gboolean *out_done, GError **error)
{
  g_autoptr (UchEntity) event = NULL;

  if (!uch_rows_get (self->db, &uch_event_schema, command->id, (gpointer *) &event, error))
    return FALSE;
  *out_done = event != NULL;
  return TRUE;
}

static gboolean
lay_op (UchReplicaDb *self, const UchOutboxOp *op, UchTouched *touched, GError **error)
{
  UchActor actor = { .staff_id = op->staff_id, .role = op->role, .device = op->device };
  g_autoptr (UchVerdict) verdict = NULL;
  gboolean done;

  if (!is_done (self, op->command, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  verdict = uch_command_decide (op->command, &actor, UCH_SNAPSHOT (self), op->command->at);
  if (self->read_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->read_error));
      return FALSE;
    }
  /* What no longer fits is not shown, but it is the store that judges it. */
  if (verdict->kind != UCH_VERDICT_OK)
    return TRUE;
  return note_all (touched, verdict->changes, error)
         && uch_replica_overlay_put (self, verdict->changes, error);
}

/* Lays the overlay: decides every operation anew whose rows have not come. Within a transaction,
 * on lifted rows. */
gboolean
uch_replica_overlay_lay (UchReplicaDb *self, UchTouched *touched, GError **error)
{
  g_autoptr (GPtrArray) ops = uch_outbox_list_unsettled (self->outbox, error);

  if (ops == NULL)
    return FALSE;
  for (guint i = 0; i < ops->len; i++)
    {
      const UchOutboxOp *op = g_ptr_array_index (ops, i);

      if (op->state == UCH_OP_ACKED && self->cursor >= 0 && op->seq <= self->cursor)
        continue;
      if (!lay_op (self, op, touched, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * uch_replica_db_rebase:
 * @changes: (nullable) (element-type UchChange): what looks different after it is added here
 *
 * Lifts the overlay and lays it anew.
 */
gboolean
uch_replica_db_rebase (UchReplicaDb *self, GPtrArray *changes, GError **error)
{
  g_autoptr (UchTouched) touched = changes != NULL ? uch_touched_new (self) : NULL;

  if (!uch_db_begin (self->db, error))
    return FALSE;
  if (!uch_replica_overlay_lift (self, touched, error)
      || !uch_replica_overlay_lay (self, touched, error))
    {
      uch_db_rollback (self->db);
      return FALSE;
    }
  if (!uch_db_commit (self->db, error))
    return FALSE;
  self->overlay_stale = FALSE;
  if (touched == NULL)
    return TRUE;
  if (!uch_touched_collect (touched, changes, error))
    return FALSE;
  return uch_search_index_apply (self->search, self->db, changes, error);
}

/* An overlay that could not be written when the act was done is laid now. */
gboolean
uch_replica_overlay_check (UchReplicaDb *self, GPtrArray *changes, GError **error)
{
  return !self->overlay_stale || uch_replica_db_rebase (self, changes, error);
}
