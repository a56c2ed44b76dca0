/* What the main thread holds in memory: small tables whole, current tickets and their visits, and
 * what somebody watches. Changes come from the worker and are applied one by one. */
#define G_LOG_DOMAIN "uch-replica"

#include "core/uch-work.h"
#include "replica/uch-replica-private.h"

/* Held whole: registers that fit into memory. */
static const UchTable whole_tables[]
    = { UCH_TABLE_SETTING, UCH_TABLE_REASON, UCH_TABLE_ZONE,  UCH_TABLE_CENTRE,
        UCH_TABLE_COMPANY, UCH_TABLE_HOUSE,  UCH_TABLE_STAFF, UCH_TABLE_SHIFT };

typedef struct
{
  UchLiveList    *list; /* (weak) */
  const UchField *field;
  char           *value;
} Watch;

struct _UchLists
{
  UchReplica        *replica;              /* borrowed: owns this */
  UchLiveList       *tables[UCH_N_TABLES]; /* (owned) (nullable) */
  UchMemorySnapshot *memory;               /* owned */
  GPtrArray         *watches;              /* of Watch (owned) */
  gboolean           filled;
};

static void
watch_free (Watch *watch)
{
  g_clear_weak_pointer (&watch->list);
  g_free (watch->value);
  g_free (watch);
}

UchLists *
uch_lists_new (UchReplica *replica)
{
  UchLists *self = g_new0 (UchLists, 1);

  self->replica = replica;
  self->memory = uch_memory_snapshot_new ();
  self->watches = g_ptr_array_new_with_free_func ((GDestroyNotify) watch_free);
  for (guint i = 0; i < G_N_ELEMENTS (whole_tables); i++)
    self->tables[whole_tables[i]] = uch_live_list_new (whole_tables[i]);
  self->tables[UCH_TABLE_TICKET] = uch_live_list_new (UCH_TABLE_TICKET);
  self->tables[UCH_TABLE_VISIT] = uch_live_list_new (UCH_TABLE_VISIT);
  return self;
}

void
uch_lists_free (UchLists *self)
{
  g_ptr_array_unref (self->watches);
  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_clear_object (&self->tables[i]);
  g_object_unref (self->memory);
  g_free (self);
}

gboolean
uch_lists_is_filled (UchLists *self)
{
  return self->filled;
}

/* NULL for tables that are not held. */
UchLiveList *
uch_lists_get (UchLists *self, UchTable table)
{
  return self->tables[table];
}

UchSnapshot *
uch_lists_get_snapshot (UchLists *self)
{
  return UCH_SNAPSHOT (self->memory);
}

/* A job: reads what the lists hold. Output: an array, per table, of arrays of rows. */
gboolean
uch_lists_read (UchReplicaDb *db, UchJob *job, GError **error)
{
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  GPtrArray *rows;

  for (guint i = 0; i < G_N_ELEMENTS (whole_tables); i++)
    {
      rows = uch_replica_db_list (db, whole_tables[i], error);
      if (rows == NULL)
        return FALSE;
      g_ptr_array_add (read, rows);
    }
  rows = uch_replica_db_list_current (db, UCH_TABLE_TICKET, error);
  if (rows == NULL)
    return FALSE;
  g_ptr_array_add (read, rows);
  rows = uch_replica_db_list_current (db, UCH_TABLE_VISIT, error);
  if (rows == NULL)
    return FALSE;
  g_ptr_array_add (read, rows);
  job->output = g_steal_pointer (&read);
  job->destroy_output = (GDestroyNotify) g_ptr_array_unref;
  return TRUE;
}

static void
set_table (UchLists *self, UchTable table, GPtrArray *rows)
{
  UchLiveList *list = self->tables[table];
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) held = uch_memory_snapshot_list (self->memory, table);

  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      g_hash_table_add (wanted, row->id);
      uch_memory_snapshot_put (self->memory, row);
    }
  for (guint i = 0; i < held->len; i++)
    {
      UchEntity *row = g_ptr_array_index (held, i);

      if (!g_hash_table_contains (wanted, row->id))
        uch_memory_snapshot_remove (self->memory, table, row->id);
    }
  uch_live_list_set_all (list, rows);
}

/* Takes what uch_lists_read() gave (transfer full). Visits before tickets: who is told of a ticket
 * finds its visit. */
void
uch_lists_fill (UchLists *self, gpointer read)
{
  GPtrArray *tables = read;
  guint      n = G_N_ELEMENTS (whole_tables);

  for (guint i = 0; i < n; i++)
    set_table (self, whole_tables[i], g_ptr_array_index (tables, i));
  set_table (self, UCH_TABLE_VISIT, g_ptr_array_index (tables, n + 1));
  set_table (self, UCH_TABLE_TICKET, g_ptr_array_index (tables, n));
  g_ptr_array_unref (tables);
  self->filled = TRUE;
}

static void
put (UchLists *self, UchTable table, gpointer row)
{
  uch_memory_snapshot_put (self->memory, row);
  uch_live_list_put (self->tables[table], row);
}

static void
drop (UchLists *self, UchTable table, const char *id)
{
  uch_live_list_remove (self->tables[table], id);
  uch_memory_snapshot_remove (self->memory, table, id);
}

static gboolean
is_current (UchLists *self, const UchTicket *ticket)
{
  UchTime since = uch_sources_system.now (NULL) - UCH_DAY_MS;

  return uch_ticket_is_open (ticket) || ticket->resolved_at > since || ticket->closed_at > since;
}

static void
visits_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UchReplica *replica = UCH_REPLICA (object);
  UchLists   *self = uch_replica_peek_lists (replica);
  g_autoptr (GPtrArray) visits = uch_replica_run_finish (replica, result, NULL);

  for (guint i = 0; visits != NULL && i < visits->len; i++)
    {
      UchVisit *visit = g_ptr_array_index (visits, i);

      if (uch_live_list_peek (self->tables[UCH_TABLE_TICKET], visit->ticket_id) != NULL)
        put (self, UCH_TABLE_VISIT, visit);
    }
}

typedef struct
{
  UchTable table;
  char    *field, *value;
} FindInput;

static void
find_input_free (FindInput *input)
{
  g_free (input->field);
  g_free (input->value);
  g_free (input);
}

static gboolean
find_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  FindInput *input = job->input;

  job->output = uch_replica_db_find (db, input->table, input->field, input->value, error);
  job->destroy_output = (GDestroyNotify) g_ptr_array_unref;
  return job->output != NULL;
}

static void
find_async (UchReplica         *replica,
            UchTable            table,
            const char         *field,
            const char         *value,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  FindInput *input = g_new0 (FindInput, 1);

  input->table = table;
  input->field = g_strdup (field);
  input->value = g_strdup (value);
  uch_replica_run (replica, uch_job_new (find_job, input, (GDestroyNotify) find_input_free), NULL,
                   callback, user_data);
}

static void
drop_visits_of (UchLists *self, const char *ticket_id)
{
  g_autoptr (GPtrArray) visits
      = uch_snapshot_find (UCH_SNAPSHOT (self->memory), UCH_TABLE_VISIT, "ticket_id", ticket_id);

  for (guint i = 0; i < visits->len; i++)
    drop (self, UCH_TABLE_VISIT, ((UchEntity *) g_ptr_array_index (visits, i))->id);
}

static void
apply_ticket (UchLists *self, const UchChange *change)
{
  gboolean held = uch_live_list_peek (self->tables[UCH_TABLE_TICKET], change->id) != NULL;

  if (change->after != NULL && is_current (self, UCH_TICKET (change->after)))
    {
      put (self, UCH_TABLE_TICKET, change->after);
      /* It came back after a long time: so do its visits. */
      if (!held && change->before != NULL)
        find_async (self->replica, UCH_TABLE_VISIT, "ticket_id", change->id, visits_cb, NULL);
    }
  else if (held)
    {
      drop (self, UCH_TABLE_TICKET, change->id);
      drop_visits_of (self, change->id);
    }
}

static void
apply_visit (UchLists *self, const UchChange *change, GHashTable *arriving)
{
  UchVisit *visit = UCH_VISIT (change->after);

  if (visit == NULL)
    drop (self, UCH_TABLE_VISIT, change->id);
  else if (uch_live_list_peek (self->tables[UCH_TABLE_TICKET], visit->ticket_id) != NULL
           || g_hash_table_contains (arriving, visit->ticket_id))
    put (self, UCH_TABLE_VISIT, visit);
}

static void
apply_watches (UchLists *self, const UchChange *change)
{
  for (guint i = self->watches->len; i-- > 0;)
    {
      Watch *watch = g_ptr_array_index (self->watches, i);

      if (watch->list == NULL)
        g_ptr_array_remove_index_fast (self->watches, i);
      else if (uch_live_list_get_table (watch->list) != change->table)
        continue;
      else if (change->after != NULL
               && g_strcmp0 (uch_field_get_text (watch->field, change->after), watch->value) == 0)
        uch_live_list_put (watch->list, change->after);
      else if (uch_live_list_peek (watch->list, change->id) != NULL)
        uch_live_list_remove (watch->list, change->id);
    }
}

/* Tickets of this batch that will be in the list: their visits go in before them. */
static GHashTable *
list_arriving (UchLists *self, GPtrArray *changes)
{
  GHashTable *arriving = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      if (change->table == UCH_TABLE_TICKET && change->after != NULL
          && is_current (self, UCH_TICKET (change->after)))
        g_hash_table_add (arriving, change->id);
    }
  return arriving;
}

/* What the worker changed; in order. */
void
uch_lists_apply (UchLists *self, GPtrArray *changes)
{
  g_autoptr (GHashTable) arriving = list_arriving (self, changes);

  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      if (change->table == UCH_TABLE_VISIT)
        apply_visit (self, change, arriving);
      else if (change->table != UCH_TABLE_TICKET && self->tables[change->table] != NULL)
        {
          if (change->after != NULL)
            put (self, change->table, change->after);
          else
            drop (self, change->table, change->id);
        }
    }
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      if (change->table == UCH_TABLE_TICKET)
        apply_ticket (self, change);
      apply_watches (self, change);
    }
}

/* Tickets that were resolved more than a day ago leave. */
void
uch_lists_refresh (UchLists *self)
{
  g_autoptr (GPtrArray) tickets = uch_memory_snapshot_list (self->memory, UCH_TABLE_TICKET);

  for (guint i = 0; i < tickets->len; i++)
    {
      UchTicket *ticket = g_ptr_array_index (tickets, i);

      if (is_current (self, ticket))
        continue;
      drop (self, UCH_TABLE_TICKET, UCH_ENTITY (ticket)->id);
      drop_visits_of (self, UCH_ENTITY (ticket)->id);
    }
}

static void
watch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GWeakRef    *ref = user_data;
  UchLiveList *list = g_weak_ref_get (ref);
  g_autoptr (GPtrArray) rows = uch_replica_run_finish (UCH_REPLICA (object), result, NULL);

  if (list != NULL && rows != NULL)
    uch_live_list_set_all (list, rows);
  g_clear_object (&list);
  g_weak_ref_clear (ref);
  g_free (ref);
}

GListModel *
uch_lists_watch (UchLists *self, UchTable table, const char *field, const char *value)
{
  UchLiveList *list = uch_live_list_new (table);
  Watch       *watch = g_new0 (Watch, 1);
  GWeakRef    *ref = g_new0 (GWeakRef, 1);

  watch->field = uch_schema_find_field (uch_schema_get (table), field);
  g_assert (watch->field != NULL && (watch->field->flags & UCH_FIELD_KEY) != 0);
  g_set_weak_pointer (&watch->list, list);
  watch->value = g_strdup (value);
  g_ptr_array_add (self->watches, watch);
  g_weak_ref_init (ref, list);
  find_async (self->replica, table, field, value, watch_cb, ref);
  return G_LIST_MODEL (list);
}

/**
 * uch_replica_list:
 * @table: SETTING REASON ZONE CENTRE COMPANY HOUSE STAFF or SHIFT
 *
 * Returns: (transfer none): the whole table, live, ordered by nothing
 */
GListModel *
uch_replica_list (UchReplica *self, UchTable table)
{
  UchLiveList *list = uch_lists_get (uch_replica_peek_lists (self), table);

  g_return_val_if_fail (list != NULL && table != UCH_TABLE_TICKET && table != UCH_TABLE_VISIT,
                        NULL);
  return G_LIST_MODEL (list);
}

/**
 * uch_replica_list_current_tickets:
 *
 * Returns: (transfer none): live: tickets that are open, or were resolved, closed or cancelled
 *     within the last day
 */
GListModel *
uch_replica_list_current_tickets (UchReplica *self)
{
  return G_LIST_MODEL (uch_lists_get (uch_replica_peek_lists (self), UCH_TABLE_TICKET));
}

/**
 * uch_replica_list_current_visits:
 *
 * Returns: (transfer none): live: every visit of a current ticket
 */
GListModel *
uch_replica_list_current_visits (UchReplica *self)
{
  return G_LIST_MODEL (uch_lists_get (uch_replica_peek_lists (self), UCH_TABLE_VISIT));
}

/**
 * uch_replica_watch:
 * @field: marked %UCH_FIELD_KEY
 *
 * Returns: (transfer full): live: the rows whose @field is @value; filled a moment later
 */
GListModel *
uch_replica_watch (UchReplica *self, UchTable table, const char *field, const char *value)
{
  return uch_lists_watch (uch_replica_peek_lists (self), table, field, value);
}

/**
 * uch_replica_peek:
 *
 * Returns: (transfer none) (nullable) (type UchEntity): a row of what is held in memory
 */
gpointer
uch_replica_peek (UchReplica *self, UchTable table, const char *id)
{
  UchLiveList *list = uch_lists_get (uch_replica_peek_lists (self), table);

  return list != NULL ? uch_live_list_peek (list, id) : NULL;
}

/**
 * uch_replica_peek_visit_of:
 *
 * Returns: (transfer none) (nullable): the open visit of a current ticket, or its last one
 */
UchVisit *
uch_replica_peek_visit_of (UchReplica *self, const UchTicket *ticket)
{
  return uch_replica_peek (self, UCH_TABLE_VISIT, ticket->visit_id);
}

/**
 * uch_replica_get_snapshot:
 *
 * Returns: (transfer none): what is in memory, for questions that cannot wait for the disk; it
 *     knows no old tickets, no clients, notes or calls
 */
UchSnapshot *
uch_replica_get_snapshot (UchReplica *self)
{
  return uch_lists_get_snapshot (uch_replica_peek_lists (self));
}
