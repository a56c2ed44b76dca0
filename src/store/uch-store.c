#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store.h"

#include <string.h>

#include "core/uch-id.h"
#include "store/uch-store-private.h"

#define RETRIES_MAX 5
#define RETRY_PAUSE_MS 20 /* doubled each time */

G_DEFINE_QUARK (uch - store - error - quark, uch_store_error)
G_DEFINE_FINAL_TYPE (UchStore, uch_store, G_TYPE_OBJECT)

static void
uch_store_finalize (GObject *object)
{
  UchStore *self = UCH_STORE (object);

  g_clear_object (&self->snapshot);
  if (self->backend != NULL)
    BACKEND (self, free);
  g_free (self->uuid);
  G_OBJECT_CLASS (uch_store_parent_class)->finalize (object);
}

static void
uch_store_class_init (UchStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_store_finalize;
}

static void
uch_store_init (UchStore *self)
{
}

static void
snapshot_note (UchStoreSnapshot *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

static gpointer
snapshot_get (UchSnapshot *snapshot, UchTable table, const char *id)
{
  UchStoreSnapshot *self = UCH_STORE_SNAPSHOT (snapshot);
  GError           *error = NULL;
  gpointer          row = NULL;

  if (!self->backend->klass->get_row (self->backend, uch_schema_get (table), id, &row, &error))
    snapshot_note (self, error);
  return row;
}

static GPtrArray *
snapshot_find (UchSnapshot *snapshot, UchTable table, const char *field, const char *value)
{
  UchStoreSnapshot *self = UCH_STORE_SNAPSHOT (snapshot);
  GError           *error = NULL;
  GPtrArray *rows = self->backend->klass->find_rows (self->backend, uch_schema_get (table), field,
                                                     value, &error);

  if (rows == NULL)
    {
      snapshot_note (self, error);
      rows = g_ptr_array_new_with_free_func (g_object_unref);
    }
  return rows;
}

static gint64
snapshot_next_number (UchSnapshot *snapshot)
{
  UchStoreSnapshot *self = UCH_STORE_SNAPSHOT (snapshot);
  GError           *error = NULL;
  gint64            number = 0;

  if (!self->backend->klass->get_number (self->backend, UCH_STORE_TICKET_NUMBER, &number, &error))
    snapshot_note (self, error);
  return number;
}

static void
snapshot_iface_init (UchSnapshotInterface *iface)
{
  iface->get = snapshot_get;
  iface->find = snapshot_find;
  iface->next_number = snapshot_next_number;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchStoreSnapshot,
                               uch_store_snapshot,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_SNAPSHOT, snapshot_iface_init))

static void
uch_store_snapshot_finalize (GObject *object)
{
  g_clear_error (&UCH_STORE_SNAPSHOT (object)->error);
  G_OBJECT_CLASS (uch_store_snapshot_parent_class)->finalize (object);
}

static void
uch_store_snapshot_class_init (UchStoreSnapshotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_store_snapshot_finalize;
}

static void
uch_store_snapshot_init (UchStoreSnapshot *self)
{
}

UchStoreSnapshot *
uch_store_snapshot_new (UchStoreBackend *backend)
{
  UchStoreSnapshot *self = g_object_new (UCH_TYPE_STORE_SNAPSHOT, NULL);

  self->backend = backend;
  return self;
}

/* Whether every question so far was answered; forgets the failure. */
gboolean
uch_store_snapshot_check (UchStoreSnapshot *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

/* A new id of the store's own making. */
char *
uch_store_make_id (UchStore *self, UchTime now)
{
  guint8 random[UCH_ID_RANDOM_LEN];

  self->random (random, sizeof random, self->random_data);
  return uch_id_new (now, random);
}

/* Of several programs that start at once on a new store one gives it its uuid. */
static gboolean
take_uuid (UchStore *self, UchTime now, GError **error)
{
  gboolean done;

  if (!BACKEND (self, get_uuid, &self->uuid, error))
    return FALSE;
  if (self->uuid != NULL)
    return TRUE;
  if (self->read_only)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_A_STORE,
                           "The store was never opened for writing");
      return FALSE;
    }
  if (!BACKEND (self, begin, TRUE, error))
    return FALSE;
  done = BACKEND (self, get_uuid, &self->uuid, error);
  if (done && self->uuid == NULL)
    {
      self->uuid = uch_store_make_id (self, now);
      done = BACKEND (self, set_uuid, self->uuid, error);
    }
  if (done)
    return BACKEND (self, commit, error);
  BACKEND (self, rollback);
  return FALSE;
}

static UchStoreBackend *
open_backend (const char *url, UchStoreFlags flags, GError **error)
{
  if (g_str_has_prefix (url, "sqlite:") && url[strlen ("sqlite:")] != '\0')
    return uch_store_sqlite_open (url + strlen ("sqlite:"), flags, error);
  if (g_str_has_prefix (url, "postgresql:") || g_str_has_prefix (url, "postgres:"))
    return uch_store_postgres_open (url, flags, error);
  /* Not quoted: a password may stand in it. */
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_BAD_ADDRESS,
                       "That is no address of a store: it should be sqlite:PATH or"
                       " postgresql://USER@HOST:PORT/DATABASE");
  return NULL;
}

/* The store on an open database, which it takes. */
UchStore *
uch_store_new_on (UchStoreBackend *backend,
                  gboolean         read_only,
                  UchRandomFunc    random,
                  gpointer         random_data,
                  UchTime          now,
                  GError         **error)
{
  g_autoptr (UchStore) self = g_object_new (UCH_TYPE_STORE, NULL);

  self->backend = backend;
  self->read_only = read_only;
  self->random = random;
  self->random_data = random_data;
  if (!take_uuid (self, now, error))
    return NULL;
  self->snapshot = uch_store_snapshot_new (self->backend);
  if (!read_only && uch_store_is_backup (self) && !uch_store_renew (self, now, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * uch_store_open:
 * @url: "sqlite:PATH", "sqlite::memory:", or "postgresql://…" as libpq reads it
 * @flags: how
 * @random: (scope forever): the source of ids, tokens and salts
 * @random_data: for @random
 * @now: for the ids that are made here
 * @error: return location
 *
 * Opens a store and brings its schema up to date. Refuses, and touches nothing, when it was made by
 * a newer program. A backup that is opened for writing begins a new epoch, see uch_store_renew().
 *
 * Returns: (transfer full) (nullable): the store
 */
UchStore *
uch_store_open (const char   *url,
                UchStoreFlags flags,
                UchRandomFunc random,
                gpointer      random_data,
                UchTime       now,
                GError      **error)
{
  UchStoreBackend *backend = open_backend (url, flags, error);

  return backend != NULL ? uch_store_new_on (backend, (flags & UCH_STORE_READ_ONLY) != 0, random,
                                             random_data, now, error)
                         : NULL;
}

/**
 * uch_store_adopt:
 * @self: a store
 *
 * Makes the calling thread its owner; the former one must have stopped using it.
 */
void
uch_store_adopt (UchStore *self)
{
  BACKEND (self, adopt);
}

/**
 * uch_store_get_uuid:
 * @self: a store
 *
 * Returns: OFFICE, or OFFICE.EPOCH after a restored backup: a cursor means something only together
 * with it
 */
const char *
uch_store_get_uuid (UchStore *self)
{
  return self->uuid;
}

/**
 * uch_store_is_backup:
 * @self: a store, opened for reading only
 *
 * Returns: whether it is a copy that uch_store_backup() made and that nobody has worked with
 */
gboolean
uch_store_is_backup (UchStore *self)
{
  return g_str_has_suffix (self->uuid, UCH_STORE_BACKUP_MARK);
}

/**
 * uch_store_get_head:
 * @self: a store
 * @out_head: (out): seq of the last operation
 * @out_floor: (out) (optional): a cursor below this must be thrown away
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean
uch_store_get_head (UchStore *self, gint64 *out_head, gint64 *out_floor, GError **error)
{
  return BACKEND (self, get_number, UCH_STORE_HEAD, out_head, error)
         && (out_floor == NULL || BACKEND (self, get_number, UCH_STORE_FLOOR, out_floor, error));
}

static void
tell_meter (UchStore *self, UchStoreMoment moment)
{
  if (self->meter != NULL)
    self->meter (moment, (guint) (self->head - self->head_before), self->meter_data);
}

/**
 * uch_store_set_meter:
 * @self: a store
 * @meter: (nullable) (scope forever): told the moments of every writing transaction
 * @user_data: for @meter
 *
 * Lets somebody measure how long transactions and commits take. Before anything is written.
 */
void
uch_store_set_meter (UchStore *self, UchStoreMeter meter, gpointer user_data)
{
  self->meter = meter;
  self->meter_data = user_data;
}

/* Somebody restored the store or moved it away while this program had it open: what it would write
 * now nobody would ever see. */
static gboolean
check_epoch (UchStore *self, GError **error)
{
  g_autofree char *uuid = NULL;

  if (!BACKEND (self, get_uuid, &uuid, error))
    return FALSE;
  if (g_strcmp0 (uuid, self->uuid) == 0)
    return TRUE;
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE,
                       "The store was restored or moved meanwhile: this program must be started"
                       " anew");
  return FALSE;
}

gboolean
uch_store_begin (UchStore *self, GError **error)
{
  g_assert (!self->in_transaction);
  if (self->read_only)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_READ_ONLY,
                           "The store is open for reading only");
      return FALSE;
    }
  if (!BACKEND (self, begin, TRUE, error))
    return FALSE;
  if (!check_epoch (self, error) || !BACKEND (self, get_number, UCH_STORE_HEAD, &self->head, error))
    {
      BACKEND (self, rollback);
      return FALSE;
    }
  self->in_transaction = TRUE;
  self->head_before = self->head;
  tell_meter (self, UCH_STORE_BEGUN);
  return TRUE;
}

gboolean
uch_store_commit (UchStore *self, GError **error)
{
  g_assert (self->in_transaction);
  if (!BACKEND (self, set_number, UCH_STORE_HEAD, self->head, error))
    {
      uch_store_rollback (self);
      return FALSE;
    }
  self->in_transaction = FALSE;
  tell_meter (self, UCH_STORE_DECIDED);
  if (!BACKEND (self, commit, error))
    {
      tell_meter (self, UCH_STORE_UNDONE);
      return FALSE;
    }
  tell_meter (self, UCH_STORE_COMMITTED);
  self->committed = self->head;
  return TRUE;
}

/* The last head that this connection made durable; 0: it has written nothing yet. */
gint64
uch_store_get_committed (UchStore *self)
{
  return self->committed;
}

/* Whether the transaction that just failed did so in favour of another one (deadlock,
 * serialization) and should be made again as a whole: nothing of it is left. Not for ever: then it
 * is told as UNAVAILABLE, and the client sends it again. */
gboolean
uch_store_gave_way (UchStore *self, guint *n_retries)
{
  if (!self->backend->gave_way || *n_retries >= RETRIES_MAX)
    return FALSE;
  /* Whoever was given way to must first have woken up: else both meet again. */
  g_usleep ((RETRY_PAUSE_MS << (*n_retries)++) * 1000ul);
  return TRUE;
}

UchStoreLine *
uch_store_open_line (UchStore *self, const UchStoreLineFuncs *funcs, gpointer user_data)
{
  return self->backend->klass->open_line != NULL ? BACKEND (self, open_line, funcs, user_data)
                                                 : NULL;
}

void
uch_store_rollback (UchStore *self)
{
  g_assert (self->in_transaction);
  self->in_transaction = FALSE;
  BACKEND (self, rollback);
  tell_meter (self, UCH_STORE_UNDONE);
}

/**
 * uch_store_op_new:
 * @mid: its place in the client's count
 * @command: (transfer none): what was meant
 *
 * Returns: (transfer full): the operation
 */
UchStoreOp *
uch_store_op_new (gint64 mid, UchCommand *command)
{
  UchStoreOp *op = g_new0 (UchStoreOp, 1);

  op->mid = mid;
  op->command = uch_command_ref (command);
  return op;
}

void
uch_store_op_free (UchStoreOp *op)
{
  if (op == NULL)
    return;
  uch_command_unref (op->command);
  g_free (op);
}

void
uch_store_ack_free (UchStoreAck *ack)
{
  if (ack == NULL)
    return;
  g_free (ack->field);
  g_clear_object (&ack->current);
  g_free (ack);
}

void
uch_store_row_free (UchStoreRow *row)
{
  if (row == NULL)
    return;
  g_free (row->id);
  g_clear_object (&row->row);
  g_free (row);
}

void
uch_store_page_free (UchStorePage *page)
{
  if (page == NULL)
    return;
  g_ptr_array_unref (page->rows);
  g_free (page);
}
