#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-outbox.h"

#include <string.h>

#include "db/uch-db-backup.h"
#include "db/uch-db-migrate.h"
#include "replica/uch-replica-resource.h"

/* "UchO" */
#define APPLICATION_ID 0x5563684f

struct _UchOutbox
{
  UchDb *db; /* owned */
};

void
uch_outbox_op_free (UchOutboxOp *op)
{
  if (op == NULL)
    return;
  g_free (op->staff_id);
  g_free (op->device);
  uch_command_unref (op->command);
  g_free (op);
}

/**
 * uch_outbox_open:
 * @path: (nullable): %NULL keeps it in memory, for tests
 *
 * Errors: those of opening a database; %UCH_DB_ERROR_NEWER when a later program made it. A broken
 * outbox is an error: what it holds exists nowhere else, see uch_outbox_rescue().
 *
 * Returns: (transfer full) (nullable): the outbox
 */
UchOutbox *
uch_outbox_open (const char *path, GError **error)
{
  g_autoptr (UchOutbox) self = g_new0 (UchOutbox, 1);
  UchDbFlags flags = UCH_DB_CREATE | UCH_DB_SYNC_FULL;

  if (path == NULL)
    flags |= UCH_DB_IN_MEMORY;
  g_resources_register (uch_replica_get_resource ());
  self->db = uch_db_open (path, flags, error);
  if (self->db == NULL
      || !uch_db_migrate_resource (self->db, APPLICATION_ID, "/org/uchastok/schema/replica", error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * uch_outbox_check:
 *
 * Returns: whether the whole file can be read, and every act in it that is still to be shown
 */
gboolean
uch_outbox_check (UchOutbox *self, GError **error)
{
  g_autoptr (GPtrArray) ops = NULL;

  if (!uch_db_check (self->db, error))
    return FALSE;
  ops = uch_outbox_list_unsettled (self, error);
  return ops != NULL;
}

void
uch_outbox_close (UchOutbox *self)
{
  if (self == NULL)
    return;
  uch_db_close (self->db);
  g_free (self);
}

/* For transactions over several of these functions, and for handing it to another thread. */
UchDb *
uch_outbox_get_db (UchOutbox *self)
{
  return self->db;
}

gboolean
uch_outbox_get_meta (UchOutbox *self, const char *key, char **out_value, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, "SELECT value FROM meta WHERE key = ?", error);
  UchDbStep step;

  *out_value = NULL;
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, key);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ROW)
    *out_value = g_strdup (uch_db_stmt_get_text (stmt, 0));
  return step != UCH_DB_STEP_ERROR;
}

gboolean
uch_outbox_set_meta (UchOutbox *self, const char *key, const char *value, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, key);
  uch_db_stmt_bind_text (stmt, 2, value);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_outbox_get_client:
 * @new_id: the name to give if this person has none yet
 * @out_id: (out) (transfer full): by which the store counts this person's operations
 */
gboolean
uch_outbox_get_client (UchOutbox  *self,
                       const char *staff_id,
                       const char *new_id,
                       char      **out_id,
                       gint64     *out_last_mid,
                       GError    **error)
{
  g_autoptr (UchDbStmt) insert = uch_db_prepare (
      self->db, "INSERT INTO client (staff_id, id) VALUES (?, ?) ON CONFLICT DO NOTHING", error);
  g_autoptr (UchDbStmt) select = NULL;

  if (insert == NULL)
    return FALSE;
  uch_db_stmt_bind_text (insert, 1, staff_id);
  uch_db_stmt_bind_text (insert, 2, new_id);
  if (!uch_db_stmt_run (insert, error))
    return FALSE;
  select = uch_db_prepare (self->db, "SELECT id, last_mid FROM client WHERE staff_id = ?", error);
  if (select == NULL)
    return FALSE;
  uch_db_stmt_bind_text (select, 1, staff_id);
  if (uch_db_stmt_step (select, error) != UCH_DB_STEP_ROW)
    return FALSE;
  *out_id = g_strdup (uch_db_stmt_get_text (select, 0));
  *out_last_mid = uch_db_stmt_get_int64 (select, 1);
  return TRUE;
}

static gboolean
check_room (UchOutbox *self, GError **error)
{
  gint64 n;

  if (!uch_db_get_int64 (self->db, "SELECT count(*) FROM op WHERE state = 0", &n, error))
    return FALSE;
  if (n < UCH_OUTBOX_OPS_MAX)
    return TRUE;
  g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FULL,
               "%d acts wait to be sent: connect to the store before doing more",
               UCH_OUTBOX_OPS_MAX);
  return FALSE;
}

/**
 * uch_outbox_add:
 *
 * Gives the command the person's next mid. The client must be known (uch_outbox_get_client()).
 */
gboolean
uch_outbox_add (UchOutbox *self, const UchActor *actor, UchCommand *command, GError **error)
{
  g_autoptr (UchDbStmt) count = uch_db_prepare (
      self->db, "UPDATE client SET last_mid = last_mid + 1 WHERE staff_id = ?", error);
  g_autoptr (UchDbStmt) insert = NULL;
  g_autofree char *text = uch_wire_encode_command (command);

  if (count == NULL || !check_room (self, error))
    return FALSE;
  uch_db_stmt_bind_text (count, 1, actor->staff_id);
  if (!uch_db_stmt_run (count, error))
    return FALSE;
  insert = uch_db_prepare (self->db,
                           "INSERT INTO op (id, staff_id, role, device, command, mid) "
                           "SELECT ?, ?, ?, ?, ?, last_mid FROM client WHERE staff_id = ?2",
                           error);
  if (insert == NULL)
    return FALSE;
  uch_db_stmt_bind_text (insert, 1, command->id);
  uch_db_stmt_bind_text (insert, 2, actor->staff_id);
  uch_db_stmt_bind_int64 (insert, 3, actor->role);
  uch_db_stmt_bind_text (insert, 4, actor->device);
  uch_db_stmt_bind_text (insert, 5, text);
  return uch_db_stmt_run (insert, error);
}

#define OP_COLUMNS "SELECT n, mid, seq, staff_id, role, device, state, command FROM op "

static UchOutboxOp *
read_op (UchDbStmt *stmt, GError **error)
{
  g_autoptr (UchOutboxOp) op = g_new0 (UchOutboxOp, 1);

  op->n = uch_db_stmt_get_int64 (stmt, 0);
  op->mid = uch_db_stmt_get_int64 (stmt, 1);
  op->seq = uch_db_stmt_get_int64 (stmt, 2);
  op->staff_id = g_strdup (uch_db_stmt_get_text (stmt, 3));
  op->role = (UchRole) uch_db_stmt_get_int64 (stmt, 4);
  op->device = g_strdup (uch_db_stmt_get_text (stmt, 5));
  op->state = (UchOpState) uch_db_stmt_get_int64 (stmt, 6);
  op->command = uch_wire_decode_command (uch_db_stmt_get_text (stmt, 7), -1, error);
  return op->command != NULL ? g_steal_pointer (&op) : NULL;
}

/**
 * uch_outbox_list_unsettled:
 *
 * Returns: (transfer full) (nullable) (element-type UchOutboxOp): the operations of everybody
 *     whose effect stands above the base rows: pending and acked, in the order they were done
 */
GPtrArray *
uch_outbox_list_unsettled (UchOutbox *self, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, OP_COLUMNS "WHERE state <= 1 ORDER BY n", error);
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outbox_op_free);
  UchDbStep step;

  if (stmt == NULL)
    return NULL;
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      UchOutboxOp *op = read_op (stmt, error);

      if (op == NULL)
        return NULL;
      g_ptr_array_add (ops, op);
    }
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&ops) : NULL;
}

/**
 * uch_outbox_list_to_send:
 * @n_max: operations
 * @len_max: bytes of their commands; the first one is given whatever its length
 *
 * Returns: (transfer full) (nullable) (element-type UchWireOp): the person's operations that the
 *     store has not answered, from the oldest
 */
GPtrArray *
uch_outbox_list_to_send (
    UchOutbox *self, const char *staff_id, guint n_max, gsize len_max, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, OP_COLUMNS "WHERE state = 0 AND staff_id = ? ORDER BY mid LIMIT ?", error);
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_op_free);
  UchDbStep step;
  gsize     len = 0;

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  uch_db_stmt_bind_int64 (stmt, 2, n_max);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      g_autoptr (UchOutboxOp) op = NULL;
      UchWireOp *wire_op;

      len += strlen (uch_db_stmt_get_text (stmt, 7)) + 32;
      if (len > len_max && ops->len > 0)
        return g_steal_pointer (&ops);
      op = read_op (stmt, error);
      if (op == NULL)
        return NULL;
      wire_op = g_new0 (UchWireOp, 1);
      wire_op->mid = op->mid;
      wire_op->command = g_steal_pointer (&op->command);
      g_ptr_array_add (ops, wire_op);
    }
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&ops) : NULL;
}

/**
 * uch_outbox_count:
 * @out_n: (out): the person's acts that the store has not answered
 */
gboolean
uch_outbox_count (UchOutbox *self, const char *staff_id, guint *out_n, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, "SELECT count(*) FROM op WHERE state = 0 AND staff_id = ?", error);

  *out_n = 0;
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  if (uch_db_stmt_step (stmt, error) != UCH_DB_STEP_ROW)
    return FALSE;
  *out_n = (guint) uch_db_stmt_get_int64 (stmt, 0);
  return TRUE;
}

static UchOutboxOp *
find_pending (UchOutbox *self, const char *staff_id, gint64 mid, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, OP_COLUMNS "WHERE staff_id = ? AND mid = ? AND state = 0", error);

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  uch_db_stmt_bind_int64 (stmt, 2, mid);
  return uch_db_stmt_step (stmt, error) == UCH_DB_STEP_ROW ? read_op (stmt, error) : NULL;
}

static gboolean
set_answer (UchOutbox *self, gint64 n, UchOpState state, gint64 seq, UchTime now, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, "UPDATE op SET state = ?, seq = ?, answered_at = ? WHERE n = ?", error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_int64 (stmt, 1, state);
  uch_db_stmt_bind_int64 (stmt, 2, seq);
  uch_db_stmt_bind_int64 (stmt, 3, now);
  uch_db_stmt_bind_int64 (stmt, 4, n);
  return uch_db_stmt_run (stmt, error);
}

static gboolean
put_refusal (UchOutbox *self, const UchOutboxRefusal *refused, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      self->db, "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
  g_autofree char *command = uch_wire_encode_command (refused->command);
  g_autofree char *current
      = refused->current != NULL ? uch_wire_encode_entity (refused->current) : NULL;

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, refused->command->id);
  uch_db_stmt_bind_text (stmt, 2, refused->staff_id);
  uch_db_stmt_bind_text (stmt, 3, command);
  uch_db_stmt_bind_int64 (stmt, 4, refused->kind);
  uch_db_stmt_bind_text (stmt, 5, uch_refusal_get_nick (refused->refusal));
  uch_db_stmt_bind_text (stmt, 6, refused->field);
  uch_db_stmt_bind_text (stmt, 7, refused->current != NULL ? refused->current->schema->name : NULL);
  uch_db_stmt_bind_text (stmt, 8, current);
  uch_db_stmt_bind_int64 (stmt, 9, refused->at);
  return uch_db_stmt_run (stmt, error);
}

/* A refused act cannot be undone, and has not been undone by a refused undo either. */
static gboolean
forget_in_strokes (UchOutbox *self, const char *id, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, "DELETE FROM stroke_op WHERE id = ?", error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, id);
  return uch_db_stmt_run (stmt, error)
         && (uch_db_get_changes (self->db) == 0
             || uch_db_exec (self->db,
                             "DELETE FROM stroke WHERE n NOT IN (SELECT stroke FROM stroke_op)",
                             error));
}

/**
 * uch_outbox_answer:
 * @out_refused: (out) (transfer full) (nullable): set when the store said no
 *
 * Notes what the store said about one operation. An answer that is known already, or about no
 * operation of this outbox, changes nothing. Call it within a transaction.
 */
gboolean
uch_outbox_answer (UchOutbox         *self,
                   const char        *staff_id,
                   const UchWireAck  *ack,
                   UchTime            now,
                   UchOutboxRefusal **out_refused,
                   GError           **error)
{
  GError *local_error = NULL;
  g_autoptr (UchOutboxOp) op = find_pending (self, staff_id, ack->mid, &local_error);
  g_autoptr (UchOutboxRefusal) refused = NULL;

  *out_refused = NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (op == NULL)
    return TRUE;
  if (ack->kind == UCH_VERDICT_OK)
    return set_answer (self, op->n, UCH_OP_ACKED, ack->seq, now, error);

  refused = g_new0 (UchOutboxRefusal, 1);
  refused->staff_id = g_strdup (staff_id);
  refused->command = uch_command_ref (op->command);
  refused->kind = ack->kind;
  refused->refusal = ack->refusal;
  refused->field = g_strdup (ack->field);
  refused->current = ack->current != NULL ? g_object_ref (ack->current) : NULL;
  refused->at = now;
  if (!put_refusal (self, refused, error) || !forget_in_strokes (self, op->command->id, error)
      || !set_answer (self, op->n, UCH_OP_REFUSED, ack->seq, now, error))
    return FALSE;
  *out_refused = g_steal_pointer (&refused);
  return TRUE;
}

/**
 * uch_outbox_close_gap:
 * @mid: of an operation that the store has never counted and that will not be sent again
 *
 * Those after it take a number less each: the store counts without gaps. Call it within the
 * transaction that answers the operation.
 */
gboolean
uch_outbox_close_gap (UchOutbox *self, const char *staff_id, gint64 mid, GError **error)
{
  static const char *const steps[]
      = { "UPDATE op SET mid = -n WHERE staff_id = ?1 AND mid = ?2 AND state = 3",
          "UPDATE op SET mid = mid - 1 WHERE staff_id = ?1 AND mid > ?2 AND state = 0",
          "UPDATE client SET last_mid = last_mid - 1 WHERE staff_id = ?1 AND last_mid >= ?2" };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, steps[i], error);

      if (stmt == NULL)
        return FALSE;
      uch_db_stmt_bind_text (stmt, 1, staff_id);
      uch_db_stmt_bind_int64 (stmt, 2, mid);
      if (!uch_db_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * uch_outbox_settle:
 * @cursor: of the replica, already durable
 *
 * Operations whose rows have come no longer stand above the base rows; ones that were answered
 * long ago go.
 */
gboolean
uch_outbox_settle (UchOutbox *self, gint64 cursor, UchTime now, GError **error)
{
  g_autoptr (UchDbStmt) settle
      = uch_db_prepare (self->db, "UPDATE op SET state = 2 WHERE state = 1 AND seq <= ?", error);
  g_autoptr (UchDbStmt) forget
      = uch_db_prepare (self->db, "DELETE FROM op WHERE state >= 2 AND answered_at < ?", error);

  if (settle == NULL || forget == NULL)
    return FALSE;
  uch_db_stmt_bind_int64 (settle, 1, cursor);
  uch_db_stmt_bind_int64 (forget, 1, now - UCH_OUTBOX_KEEP_MS);
  return uch_db_stmt_run (settle, error) && uch_db_stmt_run (forget, error);
}

/**
 * uch_outbox_rewind:
 * @cursor: how far the rows that are shown reach
 *
 * The opposite of uch_outbox_settle(), for rows that turn out to be older than they were: without
 * power replica.db may lose what was written last, this file does not.
 */
gboolean
uch_outbox_rewind (UchOutbox *self, gint64 cursor, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (self->db, "UPDATE op SET state = 1 WHERE state = 2 AND seq > ?", error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_int64 (stmt, 1, cursor);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_outbox_renumber:
 * @new_id: a name that the store has never heard
 * @also_answered: what was accepted within the last days is sent again as well: the store is one
 *     that came back from a backup. The store knows by their ids what it has.
 *
 * Counts the person's operations anew from 1, under a new name.
 */
gboolean
uch_outbox_renumber (UchOutbox  *self,
                     const char *staff_id,
                     const char *new_id,
                     gboolean    also_answered,
                     GError    **error)
{
  static const struct
  {
    const char *sql;
    gboolean    names_client;
  } steps[] = {
    { "UPDATE op SET mid = -n WHERE staff_id = ?1", FALSE },
    { "UPDATE op SET mid = counted.k FROM (SELECT n, row_number () OVER (ORDER BY n) AS k FROM op "
      "WHERE staff_id = ?1 AND state = 0) AS counted WHERE counted.n = op.n",
      FALSE },
    { "UPDATE client SET id = ?2, last_mid = (SELECT count(*) FROM op WHERE staff_id = ?1 AND "
      "state = 0) WHERE staff_id = ?1",
      TRUE },
  };
  g_autoptr (UchDbStmt) reopen = uch_db_prepare (
      self->db, "UPDATE op SET state = 0, seq = 0 WHERE staff_id = ? AND state IN (1, 2)", error);

  if (reopen == NULL)
    return FALSE;
  uch_db_stmt_bind_text (reopen, 1, staff_id);
  if (also_answered && !uch_db_stmt_run (reopen, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, steps[i].sql, error);

      if (stmt == NULL)
        return FALSE;
      uch_db_stmt_bind_text (stmt, 1, staff_id);
      if (steps[i].names_client)
        uch_db_stmt_bind_text (stmt, 2, new_id);
      if (!uch_db_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * uch_outbox_list_authors:
 *
 * Returns: (transfer full) (nullable) (element-type utf8): everybody who has a numbering here
 */
GPtrArray *
uch_outbox_list_authors (UchOutbox *self, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, "SELECT staff_id FROM client", error);
  g_autoptr (GPtrArray) authors = g_ptr_array_new_with_free_func (g_free);
  UchDbStep step;

  if (stmt == NULL)
    return NULL;
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    g_ptr_array_add (authors, g_strdup (uch_db_stmt_get_text (stmt, 0)));
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&authors) : NULL;
}
