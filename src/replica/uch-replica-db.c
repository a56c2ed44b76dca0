#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica-db.h"

#include <string.h>
#include <unistd.h>

#include "core/uch-id.h"
#include "core/uch-work.h"
#include "replica/uch-replica-db-private.h"
#include "rows/uch-rows.h"

G_DEFINE_QUARK (uch - replica - error - quark, uch_replica_error)

/* A read that fails while deciding must not look like "there is no such row". */
static gpointer
snapshot_get (UchSnapshot *snapshot, UchTable table, const char *id)
{
  UchReplicaDb *self = UCH_REPLICA_DB (snapshot);
  gpointer      row = NULL;

  if (self->read_error == NULL)
    uch_rows_get (self->db, uch_schema_get (table), id, &row, &self->read_error);
  return row;
}

static GPtrArray *
snapshot_find (UchSnapshot *snapshot, UchTable table, const char *field, const char *value)
{
  UchReplicaDb *self = UCH_REPLICA_DB (snapshot);
  GPtrArray    *rows = NULL;

  if (self->read_error == NULL)
    rows = uch_rows_find (self->db, uch_schema_get (table), field, value, &self->read_error);
  return rows != NULL ? rows : g_ptr_array_new_with_free_func (g_object_unref);
}

static gint64
snapshot_next_number (UchSnapshot *snapshot)
{
  return 0;
}

static void
snapshot_iface_init (UchSnapshotInterface *iface)
{
  iface->get = snapshot_get;
  iface->find = snapshot_find;
  iface->next_number = snapshot_next_number;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchReplicaDb,
                               uch_replica_db,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_SNAPSHOT, snapshot_iface_init))

static void
uch_replica_db_finalize (GObject *object)
{
  UchReplicaDb *self = UCH_REPLICA_DB (object);

  g_clear_pointer (&self->search, uch_search_index_free);
  g_clear_pointer (&self->outbox, uch_outbox_close);
  g_clear_pointer (&self->db, uch_db_close);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  g_clear_error (&self->read_error);
  g_clear_pointer (&self->staged, g_ptr_array_unref);
  g_free (self->directory);
  g_free (self->set_aside);
  g_free (self->outbox_aside);
  g_free (self->staff_id);
  g_free (self->device);
  g_free (self->client);
  g_free (self->store);
  g_free (self->first.after);
  G_OBJECT_CLASS (uch_replica_db_parent_class)->finalize (object);
}

static void
uch_replica_db_class_init (UchReplicaDbClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_replica_db_finalize;
}

static void
uch_replica_db_init (UchReplicaDb *self)
{
  self->lock_fd = -1;
  self->cursor = -1;
  self->first.h0 = -1;
  self->staged = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
}

static gboolean
load_actor (UchReplicaDb *self, GError **error)
{
  g_autofree char *staff_id = NULL, *role = NULL, *device = NULL;
  int              index;
  UchActor         actor = { 0 };

  if (!uch_outbox_get_meta (self->outbox, "staff_id", &staff_id, error)
      || !uch_outbox_get_meta (self->outbox, "role", &role, error)
      || !uch_outbox_get_meta (self->outbox, "device", &device, error))
    return FALSE;
  index = role != NULL ? uch_nick_index (uch_role_nicks, role) : -1;
  if (staff_id == NULL || index < 0)
    return TRUE;
  actor.staff_id = staff_id;
  actor.role = (UchRole) index;
  actor.device = device;
  return uch_replica_db_set_actor (self, &actor, error);
}

/* What the rows do not show, because they are older or of another store, stands above them again.
 */
static gboolean
rewind_outbox (UchReplicaDb *self, GError **error)
{
  g_autofree char *store = NULL;

  if (!self->ready)
    return TRUE;
  return uch_outbox_get_meta (self->outbox, "store", &store, error)
         && uch_outbox_rewind (
             self->outbox, g_strcmp0 (store, self->store) == 0 ? MAX (self->cursor, 0) : 0, error);
}

/**
 * uch_replica_db_open:
 * @directory: (nullable): made if it is not there; %NULL keeps everything in memory, for tests
 *
 * Opens "outbox.db" and "replica.db". A replica that is damaged or was made by another description
 * of the rows is set aside (uch_replica_db_get_set_aside()) and a new, empty one takes its place;
 * the outbox is never touched by that. An outbox that is damaged is kept aside too
 * (uch_replica_db_get_outbox_aside()), and everything that can be read of it waits in the new one.
 *
 * Errors: %UCH_REPLICA_ERROR_IN_USE; %UCH_DB_ERROR_NEWER when the outbox was made by a later
 * program; %UCH_DB_ERROR_READ_ONLY, %UCH_DB_ERROR_FULL and others of the disk.
 *
 * Returns: (transfer full) (nullable): the replica, owned by the calling thread
 */
UchReplicaDb *
uch_replica_db_open (const char *directory, const UchSources *sources, GError **error)
{
  g_autoptr (UchReplicaDb) self = g_object_new (UCH_TYPE_REPLICA_DB, NULL);

  self->directory = g_strdup (directory);
  self->sources = *sources;
  if (!uch_replica_files_open (self, error) || !load_actor (self, error))
    return NULL;
  /* The two files are not atomic together: what a crash left between them is put right here. */
  if (!uch_outbox_settle (self->outbox, self->cursor, sources->now (sources->data), error)
      || !rewind_outbox (self, error) || !uch_replica_db_rebase (self, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * uch_replica_db_adopt:
 *
 * Makes the calling thread the owner.
 */
void
uch_replica_db_adopt (UchReplicaDb *self)
{
  uch_db_adopt (self->db);
  uch_db_adopt (uch_outbox_get_db (self->outbox));
}

/**
 * uch_replica_db_get_set_aside:
 *
 * Returns: (nullable): where the replica went that was found damaged at opening
 */
const char *
uch_replica_db_get_set_aside (UchReplicaDb *self)
{
  return self->set_aside;
}

/**
 * uch_replica_db_get_outbox_aside:
 * @out_n_rescued: (out): acts that could be read of it, and are sent again
 *
 * Returns: (nullable): where the outbox went that was found damaged at opening
 */
const char *
uch_replica_db_get_outbox_aside (UchReplicaDb *self, guint *out_n_rescued)
{
  *out_n_rescued = self->n_rescued;
  return self->outbox_aside;
}

/**
 * uch_replica_db_make_id:
 *
 * Returns: (transfer full): a new id
 */
char *
uch_replica_db_make_id (UchReplicaDb *self)
{
  guint8 random[UCH_ID_RANDOM_LEN];

  self->sources.random (random, sizeof random, self->sources.data);
  return uch_id_new (self->sources.now (self->sources.data), random);
}

/**
 * uch_replica_db_set_actor:
 * @actor: who works here from now on; "staff_id" must be set. Remembered for the next start.
 *
 * Each person has an outbox of his own: what somebody else left unsent waits for him.
 */
gboolean
uch_replica_db_set_actor (UchReplicaDb *self, const UchActor *actor, GError **error)
{
  g_autofree char *new_id = uch_replica_db_make_id (self);
  g_autofree char *client = NULL;
  g_autofree char *staff_id = g_strdup (actor->staff_id);
  g_autofree char *device = g_strdup (actor->device);
  gint64           last_mid;

  g_return_val_if_fail (actor->staff_id != NULL, FALSE);
  /* Another role may see other tables: what is here may be too little for it, or too much. */
  if (self->staff_id != NULL && self->actor.role != actor->role
      && !uch_replica_db_resync (self, error))
    return FALSE;
  if (!uch_outbox_get_client (self->outbox, actor->staff_id, new_id, &client, &last_mid, error)
      || !uch_outbox_set_meta (self->outbox, "staff_id", actor->staff_id, error)
      || !uch_outbox_set_meta (self->outbox, "role", uch_role_nicks[actor->role], error)
      || !uch_outbox_set_meta (self->outbox, "device", actor->device, error))
    return FALSE;
  self->actor.role = actor->role;
  g_free (self->staff_id);
  self->actor.staff_id = self->staff_id = g_steal_pointer (&staff_id);
  g_free (self->device);
  self->actor.device = self->device = g_steal_pointer (&device);
  g_free (self->client);
  self->client = g_steal_pointer (&client);
  return TRUE;
}

/**
 * uch_replica_db_get_actor:
 *
 * Returns: (nullable): who works here; %NULL when nobody ever signed in
 */
const UchActor *
uch_replica_db_get_actor (UchReplicaDb *self)
{
  return self->staff_id != NULL ? &self->actor : NULL;
}

/**
 * uch_replica_db_get_client:
 *
 * Returns: (nullable): the name that the store counts this person's operations by
 */
const char *
uch_replica_db_get_client (UchReplicaDb *self)
{
  return self->client;
}

UchOutbox *
uch_replica_db_get_outbox (UchReplicaDb *self)
{
  return self->outbox;
}

const char *
uch_replica_db_get_store (UchReplicaDb *self)
{
  return self->store;
}

gint64
uch_replica_db_get_cursor (UchReplicaDb *self)
{
  return self->cursor;
}

/**
 * uch_replica_db_is_ready:
 *
 * Returns: whether a first sync has been finished once: from then on the desk works offline
 */
gboolean
uch_replica_db_is_ready (UchReplicaDb *self)
{
  return self->ready;
}

gboolean
uch_replica_db_get (
    UchReplicaDb *self, UchTable table, const char *id, gpointer *out_row, GError **error)
{
  return uch_rows_get (self->db, uch_schema_get (table), id, out_row, error);
}

/**
 * uch_replica_db_find:
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): the rows whose @field is @value
 */
GPtrArray *
uch_replica_db_find (
    UchReplicaDb *self, UchTable table, const char *field, const char *value, GError **error)
{
  return uch_rows_find (self->db, uch_schema_get (table), field, value, error);
}

/**
 * uch_replica_db_list:
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): every row of a small table
 */
GPtrArray *
uch_replica_db_list (UchReplicaDb *self, UchTable table, GError **error)
{
  const UchSchema *schema = uch_schema_get (table);
  g_autoptr (UchDbStmt) stmt = uch_rows_prepare (self->db, schema, NULL, error);

  return stmt != NULL ? uch_rows_read_all (stmt, schema, error) : NULL;
}

#define CURRENT_TICKETS                                                                            \
  "IN (SELECT id FROM ticket WHERE " UCH_REPLICA_OPEN_TICKETS " "                                  \
  "UNION SELECT id FROM ticket WHERE resolved_at > 0 AND resolved_at > ?1 "                        \
  "UNION SELECT id FROM ticket WHERE closed_at > 0 AND closed_at > ?1)"

/**
 * uch_replica_db_list_current:
 * @table: ticket or visit
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): tickets that are open, or were
 *     resolved or closed within the last day; or the visits of these
 */
GPtrArray *
uch_replica_db_list_current (UchReplicaDb *self, UchTable table, GError **error)
{
  const UchSchema *schema = uch_schema_get (table);
  g_autoptr (UchDbStmt) stmt = uch_rows_prepare (
      self->db, schema,
      table == UCH_TABLE_TICKET ? "WHERE id " CURRENT_TICKETS : "WHERE ticket_id " CURRENT_TICKETS,
      error);

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_int64 (stmt, 1, self->sources.now (self->sources.data) - UCH_DAY_MS);
  return uch_rows_read_all (stmt, schema, error);
}

/**
 * uch_replica_db_get_digest:
 * @out_digest: (out): over the store's version of every row: acts that wait are not in it
 *
 * Compare it with the store's at the same cursor (invariant I7).
 */
gboolean
uch_replica_db_get_digest (UchReplicaDb *self, guint64 *out_digest, GError **error)
{
  gboolean done = TRUE;

  *out_digest = 0;
  if (!uch_db_begin (self->db, error))
    return FALSE;
  done = uch_replica_overlay_lift (self, NULL, error);
  for (guint table = 0; done && table < UCH_N_TABLES; table++)
    {
      const UchSchema *schema = uch_schema_get (table);
      g_autoptr (UchDbStmt) stmt = uch_rows_prepare (self->db, schema, NULL, error);
      UchDbStep step = UCH_DB_STEP_ERROR;

      while (stmt != NULL && (step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
        {
          g_autoptr (UchEntity) row = uch_rows_read (stmt, schema, error);

          if (row == NULL)
            {
              step = UCH_DB_STEP_ERROR;
              break;
            }
          *out_digest += uch_entity_digest (row);
        }
      done = step == UCH_DB_STEP_DONE;
    }
  uch_db_rollback (self->db);
  return done;
}
