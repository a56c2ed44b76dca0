/* Rows as they are: what was decided long ago is not decided again. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-load.h"

#include "core/uch-command.h"
#include "core/uch-work.h"
#include "store/uch-store-private.h"
#include "store/uch-store-records.h"

typedef struct
{
  UchStore *store;
  UchPeer  *peer;  /* owned: counts the operations of this outbox */
  char     *op_id; /* owned: of the operation that the rows are of */
  UchTime   now;
} Load;

/* The operation that stands for a ticket and what belongs to it: the log has no holes. */
static gboolean
log_load (Load *load, const UchEntity *first, GError **error)
{
  g_autoptr (UchOp) op = NULL;

  g_free (load->op_id);
  load->op_id = g_strconcat ("load-", first->id, NULL);
  op = uch_entity_new_of (&uch_op_schema, load->op_id);
  op->client = g_strdup (load->peer->parent.id);
  op->mid = ++load->peer->last_mid;
  op->type = g_strdup (UCH_COMMAND_PUT);
  op->at = op->received_at = load->now;
  op->role = UCH_ROLE_STORE;
  if (!BACKEND (load->store, put_row, op, load->store->head + 1, error))
    return FALSE;
  load->store->head++;
  return TRUE;
}

static gboolean
load_rows (Load *load, GPtrArray *rows, GError **error)
{
  UchStore *store = load->store;
  gint64    next_number;

  if (!BACKEND (store, get_number, UCH_STORE_TICKET_NUMBER, &next_number, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      if ((i == 0 || row->schema->table <= UCH_TABLE_TICKET) && !log_load (load, row, error))
        return FALSE;
      if (row->schema->table == UCH_TABLE_TICKET)
        next_number = MAX (next_number, UCH_TICKET (row)->number + 1);
      g_free (row->rev);
      row->rev = g_strdup (load->op_id);
      if (!BACKEND (store, put_row, row, store->head, error))
        return FALSE;
    }
  return BACKEND (store, set_number, UCH_STORE_TICKET_NUMBER, next_number, error)
         && BACKEND (store, put_row, load->peer, 0, error);
}

static gboolean
load_all (UchStore *self, GPtrArray *rows, const char *client, UchTime now, GError **error)
{
  g_autoptr (UchPeer) known = NULL;
  Load     load = { .store = self, .now = now };
  gboolean done;

  if (!BACKEND (self, get_row, &uch_peer_schema, client, (gpointer *) &known, error))
    return FALSE;
  load.peer
      = known != NULL ? uch_entity_copy (known) : uch_entity_new_of (&uch_peer_schema, client);
  done = load_rows (&load, rows, error);
  g_object_unref (load.peer);
  g_free (load.op_id);
  return done;
}

/**
 * uch_store_load:
 * @rows: (element-type UchEntity): in the order of their tables, but a ticket is followed by what
 *     belongs to it; what they name is already here. Their revs are set.
 * @client: the name of the outbox in the log
 *
 * Writes history in one commit: a ticket with its visits and calls is one operation of the log, and
 * so is any other row. For
 * an office that is being made or moved in: rows that are already here are overwritten, and no rule
 * is asked.
 *
 * Returns: %FALSE with @error of #UchStoreError; nothing is written then
 */
gboolean
uch_store_load (UchStore *self, GPtrArray *rows, const char *client, UchTime now, GError **error)
{
  if (!uch_store_begin (self, error))
    return FALSE;
  if (load_all (self, rows, client, now, error))
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}
