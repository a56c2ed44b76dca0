/* Proof that all is well, as far as it can be had from within: what a restored backup, a damaged
 * disk or a fault of the program would leave behind. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-private.h"

#define PAGE_LEN 2000
/* Enough to see what kind of damage it is; a broken disk could name millions. */
#define FAULTS_MAX 200

/* One look at everything. */
typedef struct
{
  UchStore            *store;
  GPtrArray           *faults;  /* of char * */
  GHashTable          *clients; /* name (owned) → GArray of Sent (owned) */
  gint64               head, n_rows;
  UchStoreProgressFunc progress; /* (nullable) */
  gpointer             user_data;
} Look;

/* An operation in the log, by what its client counted. */
typedef struct
{
  gint64 mid, seq;
} Sent;

static void add_fault (Look *look, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_fault (Look *look, const char *format, ...)
{
  va_list ap;

  if (look->faults->len >= FAULTS_MAX)
    return;
  va_start (ap, format);
  g_ptr_array_add (look->faults, g_strdup_vprintf (format, ap));
  va_end (ap);
}

static void
advance (Look *look, guint n_rows)
{
  look->n_rows += n_rows;
  if (look->progress != NULL)
    look->progress (look->n_rows, 0, look->user_data);
}

/* The database itself: pages, indexes, keys. */
static gboolean
check_database (Look *look, GError **error)
{
  UchStore *self = look->store;
  g_autoptr (GError) local = NULL;

  if (self->backend->klass->list_damage != NULL)
    return BACKEND (self, list_damage, look->faults, error);
  if (BACKEND (self, check, &local))
    return TRUE;
  if (!g_error_matches (local, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  add_fault (look, "%s", local->message);
  return TRUE;
}

/* I4: as many operations as the head says, the last one at the head; the unique index does the
 * rest. */
static gboolean
check_log (Look *look, GError **error)
{
  gint64 floor, n_ops, last;

  if (!uch_store_get_head (look->store, &look->head, &floor, error)
      || !BACKEND (look->store, count_ops, &n_ops, &last, error))
    return FALSE;
  if (last != look->head)
    add_fault (
        look, "The log does not end at the head: %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT,
        last, look->head);
  if (n_ops != look->head)
    add_fault (look,
               "The log has gaps: %" G_GINT64_FORMAT " operations instead of %" G_GINT64_FORMAT,
               n_ops, look->head);
  if (floor > look->head)
    add_fault (look, "The floor %" G_GINT64_FORMAT " lies above the head %" G_GINT64_FORMAT, floor,
               look->head);
  return TRUE;
}

static void
note_op (Look *look, const UchOp *op)
{
  GArray *sent = op->client != NULL ? g_hash_table_lookup (look->clients, op->client) : NULL;
  Sent    one = { op->mid, op->parent.seq };

  if (op->client == NULL)
    {
      add_fault (look, "The operation %s is nobody's", op->parent.id);
      return;
    }
  if (op->parent.seq < 1 || op->parent.seq > look->head)
    add_fault (look, "The operation %s has no place in the order: %" G_GINT64_FORMAT, op->parent.id,
               op->parent.seq);
  if (sent == NULL)
    {
      sent = g_array_new (FALSE, FALSE, sizeof (Sent));
      g_hash_table_insert (look->clients, g_strdup (op->client), sent);
    }
  g_array_append_val (sent, one);
}

static int
compare_mids (gconstpointer a, gconstpointer b)
{
  gint64 one = ((const Sent *) a)->mid, other = ((const Sent *) b)->mid;

  return one < other ? -1 : one > other;
}

/* I1, I3: each mid once, decided in the order in which the client counted. */
static gboolean
check_client (Look *look, const char *client, GArray *sent, GError **error)
{
  g_autoptr (UchPeer) peer = NULL;
  const Sent *last;

  g_array_sort (sent, compare_mids);
  for (guint i = 1; i < sent->len; i++)
    {
      const Sent *before = &g_array_index (sent, Sent, i - 1),
                 *one = &g_array_index (sent, Sent, i);

      if (before->mid == one->mid)
        add_fault (look, "The mid %" G_GINT64_FORMAT " of %s was decided twice", one->mid, client);
      else if (before->seq > one->seq)
        add_fault (look,
                   "The mid %" G_GINT64_FORMAT " of %s was decided before the one ahead of it",
                   one->mid, client);
    }
  last = &g_array_index (sent, Sent, sent->len - 1);
  if (!BACKEND (look->store, get_row, &uch_peer_schema, client, (gpointer *) &peer, error))
    return FALSE;
  if (peer == NULL || peer->last_mid < last->mid)
    add_fault (look,
               "The store forgot how far %s has counted: %" G_GINT64_FORMAT
               " instead of %" G_GINT64_FORMAT,
               client, peer != NULL ? peer->last_mid : 0, last->mid);
  return TRUE;
}

static gboolean
check_clients (Look *look, GError **error)
{
  GHashTableIter   iter;
  gpointer         client, sent;
  g_autofree char *after = NULL;
  guint            n_read;

  do
    {
      g_autoptr (GPtrArray) ops
          = BACKEND (look->store, page_rows, &uch_op_schema, after, PAGE_LEN, error);

      if (ops == NULL)
        return FALSE;
      n_read = ops->len;
      for (guint i = 0; i < ops->len; i++)
        note_op (look, g_ptr_array_index (ops, i));
      if (n_read > 0)
        {
          g_free (after);
          after = g_strdup (((UchEntity *) g_ptr_array_index (ops, n_read - 1))->id);
        }
      advance (look, n_read);
    }
  while (n_read == PAGE_LEN);
  g_hash_table_iter_init (&iter, look->clients);
  while (g_hash_table_iter_next (&iter, &client, &sent))
    if (!check_client (look, client, sent, error))
      return FALSE;
  return TRUE;
}

/* An undo gives a row back with the version that it had, at a place of its own. */
static gboolean
is_undo (Look *look, gint64 seq, gboolean *out_is, GError **error)
{
  g_autoptr (GPtrArray) ops
      = BACKEND (look->store, list_changed, &uch_op_schema, seq - 1, seq, error);

  if (ops == NULL)
    return FALSE;
  *out_is = ops->len == 1
            && g_strcmp0 (((UchOp *) g_ptr_array_index (ops, 0))->type, UCH_COMMAND_UNDO) == 0;
  return TRUE;
}

/* A row is of an operation that stands in the log, at the place the row says. */
static gboolean
check_row (Look *look, const UchEntity *row, GError **error)
{
  g_autoptr (UchOp) op = NULL;
  gboolean undone = FALSE;

  if (row->rev == NULL)
    {
      add_fault (look, "The %s %s is of no operation", row->schema->name, row->id);
      return TRUE;
    }
  if (!BACKEND (look->store, get_row, &uch_op_schema, row->rev, (gpointer *) &op, error))
    return FALSE;
  if (op != NULL && op->parent.seq < row->seq && !is_undo (look, row->seq, &undone, error))
    return FALSE;
  if (op == NULL)
    add_fault (look, "The %s %s is of an operation that never was", row->schema->name, row->id);
  else if (op->parent.seq != row->seq && !undone)
    add_fault (look, "The %s %s stands at %" G_GINT64_FORMAT ", its operation at %" G_GINT64_FORMAT,
               row->schema->name, row->id, row->seq, op->parent.seq);
  return TRUE;
}

static gboolean
check_table (Look *look, const UchSchema *schema, GError **error)
{
  g_autofree char *after = NULL;
  guint            n_read;

  do
    {
      g_autoptr (GPtrArray) rows = BACKEND (look->store, page_rows, schema, after, PAGE_LEN, error);

      if (rows == NULL)
        return FALSE;
      n_read = rows->len;
      for (guint i = 0; i < rows->len && look->faults->len < FAULTS_MAX; i++)
        if (!check_row (look, g_ptr_array_index (rows, i), error))
          return FALSE;
      if (n_read > 0)
        {
          g_free (after);
          after = g_strdup (((UchEntity *) g_ptr_array_index (rows, n_read - 1))->id);
        }
      advance (look, n_read);
    }
  while (n_read == PAGE_LEN);
  return TRUE;
}

static gboolean
look_within (Look *look, GError **error)
{
  if (!check_log (look, error) || !check_clients (look, error))
    return FALSE;
  for (guint i = 0; i < UCH_N_TABLES; i++)
    if (!check_table (look, uch_schema_get (i), error))
      return FALSE;
  return TRUE;
}

/**
 * uch_store_list_faults:
 * @self: a store
 * @progress: (nullable) (scope call): told how many rows were read; nobody knows how many there are
 * @user_data: for @progress
 * @error: return location
 *
 * Reads everything and proves what can be proved from within: the database is whole, the log dense
 * from 1 to the head (I4), each client's operations are there once and in its order (I1, I3), every
 * row is of an operation in the log. Takes long; others may write meanwhile.
 *
 * Returns: (transfer full) (nullable) (element-type utf8): what is wrong, a sentence each, at most
 *     some hundreds; empty when all is well. %NULL: it could not be read to the end
 */
GPtrArray *
uch_store_list_faults (UchStore            *self,
                       UchStoreProgressFunc progress,
                       gpointer             user_data,
                       GError             **error)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) clients
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  Look     look = { .store = self,
                    .faults = faults,
                    .clients = clients,
                    .progress = progress,
                    .user_data = user_data };
  gboolean done;

  if (!check_database (&look, error))
    return NULL;
  if (faults->len > 0) /* what stands in a damaged database proves nothing */
    return g_steal_pointer (&faults);
  if (!BACKEND (self, begin, FALSE, error))
    return NULL;
  done = look_within (&look, error);
  BACKEND (self, rollback);
  return done ? g_steal_pointer (&faults) : NULL;
}

/**
 * uch_store_verify:
 * @self: a store
 * @error: return location
 *
 * As uch_store_list_faults(), for who only wants to know whether.
 *
 * Returns: whether all is well, else %UCH_STORE_ERROR_CORRUPT with the first fault
 */
gboolean
uch_store_verify (UchStore *self, GError **error)
{
  g_autoptr (GPtrArray) faults = uch_store_list_faults (self, NULL, NULL, error);

  if (faults == NULL)
    return FALSE;
  if (faults->len > 0)
    g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
                         g_ptr_array_index (faults, 0));
  return faults->len == 0;
}
