/* What comes from the store: pages of a first sync, changes, verdicts. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-replica-db-private.h"
#include "rows/uch-rows.h"

/* Of one push: half of what the store takes, for the frame around the operations and for luck. */
#define PUSH_LEN_MAX (UCH_WIRE_BODY_LEN_MAX / 2)

static gboolean
set_stale (GError **error, const char *what)
{
  g_set_error_literal (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE, what);
  return FALSE;
}

/**
 * uch_replica_db_get_next_fetch:
 * @out_fetch: (out): what to ask the store for; free its "after"
 */
void
uch_replica_db_get_next_fetch (UchReplicaDb *self, UchFetch *out_fetch)
{
  memset (out_fetch, 0, sizeof *out_fetch);
  if (self->cursor >= 0)
    {
      out_fetch->kind = UCH_FETCH_CHANGES;
      out_fetch->since = MAX (self->staged_to, self->cursor);
      return;
    }
  out_fetch->kind = UCH_FETCH_SNAPSHOT;
  out_fetch->table = self->first.table;
  out_fetch->after = g_strdup (self->first.after);
}

static void
clear_staged (UchReplicaDb *self)
{
  g_ptr_array_set_size (self->staged, 0);
  self->staged_to = 0;
}

static void
begin_first_sync (UchReplicaDb *self)
{
  clear_staged (self);
  self->cursor = -1;
  self->first.table = 0;
  self->first.h0 = -1;
  g_clear_pointer (&self->first.after, g_free);
}

/**
 * uch_replica_db_resync:
 *
 * Begins to read everything anew: the store no longer knows what was deleted since this cursor, or
 * has a new history. What is here stays readable meanwhile and is replaced table by table; the
 * outbox is left as it is.
 */
gboolean
uch_replica_db_resync (UchReplicaDb *self, GError **error)
{
  begin_first_sync (self);
  if (!uch_db_begin (self->db, error))
    return FALSE;
  if (!uch_replica_files_save_state (self, error))
    {
      uch_db_rollback (self->db);
      return FALSE;
    }
  return uch_db_commit (self->db, error);
}

/* Everybody's operations under new names and numbers, for the store called @store; NULL: for the
 * one they were for. */
static gboolean
renumber_all (UchReplicaDb *self, const char *store, GError **error)
{
  g_autoptr (GPtrArray) authors = uch_outbox_list_authors (self->outbox, error);
  UchDb *db = uch_outbox_get_db (self->outbox);

  if (authors == NULL || !uch_db_begin (db, error))
    return FALSE;
  if (store != NULL && !uch_outbox_set_meta (self->outbox, "store", store, error))
    {
      uch_db_rollback (db);
      return FALSE;
    }
  for (guint i = 0; i < authors->len; i++)
    {
      g_autofree char *new_id = uch_replica_db_make_id (self);
      const char      *author = g_ptr_array_index (authors, i);

      if (!uch_outbox_renumber (self->outbox, author, new_id, TRUE, error))
        {
          uch_db_rollback (db);
          return FALSE;
        }
      if (g_strcmp0 (author, self->staff_id) == 0)
        {
          g_free (self->client);
          self->client = g_steal_pointer (&new_id);
        }
    }
  return uch_db_commit (db, error);
}

/**
 * uch_replica_db_renumber:
 *
 * For a store that does not know the operations before ours, or knows others under our numbers:
 * counts anew under a new name. Accepted operations of the last days are sent again; the store
 * knows by their ids which of them it has.
 */
gboolean
uch_replica_db_renumber (UchReplicaDb *self, GError **error)
{
  return renumber_all (self, NULL, error);
}

/* Is it the store that the operations were sent to? If it has come back from a backup they are sent
 * again; if it is another office's, nothing of them is its affair. The outbox itself remembers: the
 * rows may have been lost. */
static gboolean
meet_store_of_outbox (UchReplicaDb *self, const char *store, GError **error)
{
  g_autofree char *known = NULL;

  if (!uch_outbox_get_meta (self->outbox, "store", &known, error))
    return FALSE;
  if (g_strcmp0 (known, store) == 0)
    return TRUE;
  if (known != NULL && !uch_wire_is_same_office (known, store))
    {
      if (uch_outbox_set_meta (self->outbox, UCH_OUTBOX_NEXT_STORE, store, error))
        g_set_error_literal (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_OTHER_OFFICE,
                             "At this address is another office now");
      return FALSE;
    }
  return known != NULL ? renumber_all (self, store, error)
                       : uch_outbox_set_meta (self->outbox, "store", store, error);
}

static gboolean
meet_store (UchReplicaDb *self, const char *store, GError **error)
{
  if (g_strcmp0 (self->store, store) == 0)
    return TRUE;
  if (!meet_store_of_outbox (self, store, error))
    return FALSE;
  g_free (self->store);
  self->store = g_strdup (store);
  begin_first_sync (self);
  return TRUE;
}

/* What of a table lies between two pages' edges. */
static GPtrArray *
list_between (
    UchReplicaDb *self, const UchSchema *schema, const char *after, const char *to, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *sql = g_strdup_printf (
      "SELECT id FROM \"%s\" WHERE (?1 IS NULL OR id > ?1) AND (?2 IS NULL OR id <= ?2)",
      schema->name);
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, sql, error);
  UchDbStep step;

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_text (stmt, 1, after);
  uch_db_stmt_bind_text (stmt, 2, to);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    g_ptr_array_add (ids, g_strdup (uch_db_stmt_get_text (stmt, 0)));
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&ids) : NULL;
}

/* Rows between two pages' edges that the store did not send are gone there. */
static gboolean
sweep (UchReplicaDb    *self,
       UchTable         table,
       const char      *after,
       UchWireSnapshot *page,
       UchTouched      *touched,
       GError         **error)
{
  const UchSchema *schema = uch_schema_get (table);
  g_autoptr (GPtrArray) here = list_between (self, schema, after, page->next, error);
  g_autoptr (GHashTable) sent = NULL;

  if (here == NULL)
    return FALSE;
  if (here->len == 0)
    return TRUE;
  sent = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < page->rows->len; i++)
    g_hash_table_add (sent, ((UchWireRow *) g_ptr_array_index (page->rows, i))->id);
  for (guint i = 0; i < here->len; i++)
    {
      const char *id = g_ptr_array_index (here, i);

      if (!g_hash_table_contains (sent, id)
          && (!uch_touched_note (touched, table, id, error)
              || !uch_rows_delete (self->db, schema, id, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_rows (UchReplicaDb *self, GPtrArray *rows, UchTouched *touched, GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const UchWireRow *row = g_ptr_array_index (rows, i);

      if (!uch_touched_note (touched, row->table, row->id, error))
        return FALSE;
      if (row->row == NULL)
        {
          if (!uch_rows_delete (self->db, uch_schema_get (row->table), row->id, error))
            return FALSE;
        }
      else if (!uch_rows_put (self->db, row->row, row->seq, error))
        return FALSE;
    }
  return TRUE;
}

static void
advance_first_sync (UchReplicaDb *self, const UchWireSnapshot *page)
{
  if (self->first.h0 < 0)
    self->first.h0 = page->h0;
  g_free (self->first.after);
  self->first.after = g_strdup (page->next);
  if (page->next != NULL)
    return;
  self->first.table++;
  if (self->first.table == UCH_N_TABLES)
    self->cursor = self->first.h0;
}

/* Where the sync stood, to go back there when a commit fails. */
typedef struct
{
  gint64       cursor;
  gboolean     ready;
  UchFirstSync first;
} Mark;

static Mark
mark_state (UchReplicaDb *self)
{
  Mark mark = { self->cursor, self->ready, self->first };

  mark.first.after = g_strdup (self->first.after);
  return mark;
}

static void
go_back (UchReplicaDb *self, Mark *mark)
{
  g_free (self->first.after);
  self->cursor = mark->cursor;
  self->ready = mark->ready;
  self->first = mark->first;
  mark->first.after = NULL;
}

/**
 * uch_replica_db_apply_snapshot:
 * @table: that was asked for
 * @after: (nullable): that was asked for
 *
 * One page of a first sync, or of one made anew. A store of another history makes it begin from
 * the first table.
 *
 * Errors: %UCH_REPLICA_ERROR_STALE when it is not the page that comes next.
 */
gboolean
uch_replica_db_apply_snapshot (UchReplicaDb    *self,
                               UchTable         table,
                               const char      *after,
                               UchWireSnapshot *page,
                               GPtrArray       *changes,
                               GError         **error)
{
  g_autoptr (UchTouched) touched = NULL;
  Mark mark;

  if (!meet_store (self, page->store, error))
    return FALSE;
  if (self->cursor >= 0 || table != self->first.table || g_strcmp0 (after, self->first.after) != 0)
    return set_stale (error, "The page is not the one that comes next");
  if (self->ready)
    touched = uch_touched_new (self);
  mark = mark_state (self);
  if (!uch_db_begin (self->db, error))
    return FALSE;
  if (!uch_replica_overlay_lift (self, touched, error)
      || !sweep (self, table, after, page, touched, error)
      || !put_rows (self, page->rows, touched, error))
    goto failed;
  advance_first_sync (self, page);
  if (!uch_replica_files_save_state (self, error)
      || !uch_replica_overlay_lay (self, touched, error))
    goto failed;
  if (!uch_db_commit (self->db, error))
    goto failed;
  g_free (mark.first.after);
  if (touched == NULL)
    return TRUE;
  if (!uch_touched_collect (touched, changes, error))
    return FALSE;
  return uch_search_index_apply (self->search, self->db, changes, error);

failed:
  uch_db_rollback (self->db);
  go_back (self, &mark);
  return FALSE;
}

static void
stage (UchReplicaDb *self, UchWireChanges *page)
{
  for (guint i = 0; i < page->rows->len; i++)
    g_ptr_array_add (self->staged, g_ptr_array_index (page->rows, i));
  g_ptr_array_set_free_func (page->rows, NULL);
  g_ptr_array_set_size (page->rows, 0);
  g_ptr_array_set_free_func (page->rows, (GDestroyNotify) uch_wire_row_free);
  self->staged_to = page->to;
}

static gboolean
show_staged (UchReplicaDb *self, gint64 to, UchTouched *touched, GError **error)
{
  Mark mark = mark_state (self);

  if (!uch_db_begin (self->db, error))
    {
      g_free (mark.first.after);
      return FALSE;
    }
  self->cursor = to;
  self->ready = TRUE;
  if (uch_replica_overlay_lift (self, touched, error)
      && put_rows (self, self->staged, touched, error)
      && (mark.ready || uch_replica_files_make_indexes (self, error))
      && uch_replica_files_save_state (self, error)
      && uch_replica_overlay_lay (self, touched, error) && uch_db_commit (self->db, error))
    {
      g_free (mark.first.after);
      return mark.ready || uch_replica_files_tune (self, error);
    }
  uch_db_rollback (self->db);
  go_back (self, &mark);
  return FALSE;
}

/**
 * uch_replica_db_apply_changes:
 * @page: its rows are taken out
 * @changes: (element-type UchChange): what looks different after it is added here
 *
 * One page of the feed. Nothing is shown before the last page has come; then all of it is, in one
 * transaction, with the acts that wait laid above it.
 *
 * Errors: %UCH_REPLICA_ERROR_STALE when it does not follow on what is here.
 */
gboolean
uch_replica_db_apply_changes (UchReplicaDb   *self,
                              UchWireChanges *page,
                              GPtrArray      *changes,
                              GError        **error)
{
  g_autoptr (UchTouched) touched = NULL;
  UchTime now = self->sources.now (self->sources.data);

  if (self->store == NULL || strcmp (self->store, page->store) != 0)
    return meet_store (self, page->store, error);
  if (self->cursor < 0 || page->from != (MAX (self->staged_to, self->cursor)))
    return set_stale (error, "The page does not follow on what is here");
  stage (self, page);
  if (page->more)
    return TRUE;
  if (self->ready && self->staged->len == 0 && page->to == self->cursor)
    return TRUE;
  if (self->ready)
    touched = uch_touched_new (self);
  if (!show_staged (self, page->to, touched, error))
    {
      clear_staged (self);
      return FALSE;
    }
  clear_staged (self);
  if (!uch_outbox_settle (self->outbox, self->cursor, now, error))
    return FALSE;
  if (touched == NULL)
    return TRUE;
  if (!uch_touched_collect (touched, changes, error))
    return FALSE;
  return uch_search_index_apply (self->search, self->db, changes, error);
}

/**
 * uch_replica_db_list_push:
 *
 * Returns: (transfer full) (nullable) (element-type UchWireOp): what to push next, oldest first;
 *     the same until it is answered. Empty while it is not known which store this is.
 */
GPtrArray *
uch_replica_db_list_push (UchReplicaDb *self, GError **error)
{
  if (self->store == NULL || self->staff_id == NULL || (self->cursor < 0 && self->first.h0 < 0))
    return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_op_free);
  return uch_outbox_list_to_send (self->outbox, self->staff_id, UCH_WIRE_BATCH_MAX, PUSH_LEN_MAX,
                                  error);
}

static gboolean
write_acks (
    UchReplicaDb *self, GPtrArray *acks, gboolean counted, GPtrArray *refused, GError **error)
{
  UchTime now = self->sources.now (self->sources.data);
  UchDb  *db = uch_outbox_get_db (self->outbox);

  if (!uch_db_begin (db, error))
    return FALSE;
  for (guint i = 0; i < acks->len; i++)
    {
      const UchWireAck *ack = g_ptr_array_index (acks, i);
      UchOutboxRefusal *one;

      if (!uch_outbox_answer (self->outbox, self->staff_id, ack, now, &one, error)
          || (one != NULL && !counted
              && !uch_outbox_close_gap (self->outbox, self->staff_id, ack->mid, error)))
        {
          uch_db_rollback (db);
          return FALSE;
        }
      if (one != NULL)
        g_ptr_array_add (refused, one);
    }
  if (self->cursor >= 0 && !uch_outbox_settle (self->outbox, self->cursor, now, error))
    {
      uch_db_rollback (db);
      return FALSE;
    }
  return uch_db_commit (db, error);
}

static gboolean
take_acks (UchReplicaDb *self,
           const char   *client,
           GPtrArray    *acks,
           gboolean      counted,
           GPtrArray    *changes,
           GPtrArray   **out_refused,
           GError      **error)
{
  g_autoptr (GPtrArray) refused
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outbox_refusal_free);

  if (g_strcmp0 (client, self->client) == 0 && acks->len > 0)
    {
      if (!write_acks (self, acks, counted, refused, error))
        return FALSE;
      if (refused->len > 0 && !uch_replica_db_rebase (self, changes, error))
        return FALSE;
    }
  *out_refused = g_steal_pointer (&refused);
  return TRUE;
}

/**
 * uch_replica_db_apply_acks:
 * @client: by whose numbers @acks speak; of another one they are passed over
 * @acks: (element-type UchWireAck)
 * @out_refused: (out) (transfer full) (element-type UchOutboxRefusal): what was refused just now
 *
 * The store's verdicts. What it refused is taken out of what is shown and kept for its author.
 */
gboolean
uch_replica_db_apply_acks (UchReplicaDb *self,
                           const char   *client,
                           GPtrArray    *acks,
                           GPtrArray    *changes,
                           GPtrArray   **out_refused,
                           GError      **error)
{
  return take_acks (self, client, acks, TRUE, changes, out_refused, error);
}

/**
 * uch_replica_db_give_up:
 * @client: by whose numbers @mid speaks
 * @mid: of an operation that the store cannot even read
 * @field: (nullable): what it is about, in the store's words
 * @out_refused: (out) (transfer full) (element-type UchOutboxRefusal): it
 *
 * Does not send it again, keeps it for its author as refused, and lets those after it go on.
 */
gboolean
uch_replica_db_give_up (UchReplicaDb *self,
                        const char   *client,
                        gint64        mid,
                        UchRefusal    refusal,
                        const char   *field,
                        GPtrArray    *changes,
                        GPtrArray   **out_refused,
                        GError      **error)
{
  UchWireAck ack
      = { .mid = mid, .kind = UCH_VERDICT_REJECTED, .refusal = refusal, .field = (char *) field };
  g_autoptr (GPtrArray) acks = g_ptr_array_new ();

  g_ptr_array_add (acks, &ack);
  return take_acks (self, client, acks, FALSE, changes, out_refused, error);
}
