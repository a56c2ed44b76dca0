/* What the store does by itself: clocks that ran out, what grows old, a new epoch. */

#define G_LOG_DOMAIN "uch-store"

#include <string.h>

#include "core/uch-clockwork.h"
#include "store/uch-store-private.h"

/* Commands in one commit, so that a desk need not wait for a long night's work. */
#define TICK_LEN_MAX 64

/* What the clockwork waits for; it checks again and says what to do. Source: the office's rules. */
static const gint64 waits_ms[UCH_N_STORE_DUES] = {
  [UCH_STORE_DUE_WAKE] = 0,
  [UCH_STORE_DUE_MISS] = 60 * UCH_MINUTE_MS,
  [UCH_STORE_DUE_CLOSE] = 14 * UCH_DAY_MS,
  [UCH_STORE_DUE_WORK] = UCH_FOLLOWUP_MAKE_WITHIN_MS,
};

/* How long what is kept. Source: the protocol's rules. */
#define DELETIONS_MS (90 * UCH_DAY_MS)
#define SESSIONS_MS (90 * UCH_DAY_MS)
#define POSITIONS_MS (30 * UCH_DAY_MS)
#define DENSE_POSITIONS_MS (72 * UCH_HOUR_MS)
#define DELAYS_MS UCH_DAY_MS
/* A phone may be without a network between the picture and the act that names it. */
#define PICTURES_MS (7 * UCH_DAY_MS)
#define COMPACT_EVERY_MS UCH_DAY_MS

/* The same for the same row as it stands: what was refused once is not tried, and logged, at each
 * tick for ever, and of two processes only one does it. */
char *
uch_store_make_tick_id (UchStoreDue due, const UchEntity *row)
{
  g_autofree char *what = g_strdup_printf ("%d %s %s", (int) due, row->id, row->rev);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, what, -1);

  return g_strdup_printf ("store-%.32s", hash);
}

static UchCommand *
consider (UchStoreDue due, gconstpointer row, UchTime now)
{
  g_autofree char *id = uch_store_make_tick_id (due, row);

  switch (due)
    {
    case UCH_STORE_DUE_MISS:
      return uch_clockwork_consider_visit (row, now, id);
    case UCH_STORE_DUE_WORK:
      return uch_clockwork_consider_work (row, now, id);
    default:
      return uch_clockwork_consider_ticket (row, now, id);
    }
}

static gboolean
collect (UchStore *self, UchStoreDue due, UchTime now, GPtrArray *ops, GError **error)
{
  g_autoptr (GPtrArray) rows
      = BACKEND (self, list_due, due, now - waits_ms[due], TICK_LEN_MAX, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (UchCommand) command = consider (due, g_ptr_array_index (rows, i), now);

      if (command != NULL)
        g_ptr_array_add (ops, uch_store_op_new (0, command));
    }
  return TRUE;
}

/* What the store does by itself, within a writing transaction: operations like any other, by the
 * actor "store". @ops: (element-type UchStoreOp): their mids are given here. */
gboolean
uch_store_push_own (UchStore *self, GPtrArray *ops, UchTime now, guint *out_n_done, GError **error)
{
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);
  g_autoptr (UchPeer) peer = NULL;
  gint64 last_mid;

  if (!BACKEND (self, get_row, &uch_peer_schema, UCH_STORE_CLIENT, (gpointer *) &peer, error))
    return FALSE;
  last_mid = peer != NULL ? peer->last_mid : 0;
  for (guint i = 0; i < ops->len; i++)
    ((UchStoreOp *) g_ptr_array_index (ops, i))->mid = last_mid + 1 + i;

  acks = uch_store_push_within (self, session, UCH_STORE_CLIENT, ops, now, &last_mid, error);
  if (acks == NULL)
    return FALSE;
  for (guint i = 0; i < acks->len; i++)
    if (((UchStoreAck *) g_ptr_array_index (acks, i))->kind == UCH_VERDICT_OK)
      (*out_n_done)++;
  return TRUE;
}

/* One round within a writing transaction. */
static gboolean
tick_within (UchStore *self, UchTime now, guint *out_n_done, guint *out_n_tried, GError **error)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);

  for (guint due = 0; due < UCH_N_STORE_DUES; due++)
    if (!(due == UCH_STORE_DUE_DATES ? uch_store_collect_dates (self, now, TICK_LEN_MAX, ops, error)
                                     : collect (self, due, now, ops, error)))
      return FALSE;
  *out_n_tried = ops->len;
  return uch_store_push_own (self, ops, now, out_n_done, error);
}

/* Round after round until nothing is left. */
static gboolean
take_steps (UchStore *self, UchTime now, guint *out_n_done, GError **error)
{
  guint    n_done = 0, n_tried = 0, n_done_before;
  gboolean done;

  if (out_n_done != NULL)
    *out_n_done = 0;
  do
    {
      n_done_before = n_done;
      if (!uch_store_begin (self, error))
        return FALSE;
      done = tick_within (self, now, &n_done, &n_tried, error);
      if (!done || n_tried == 0)
        {
          uch_store_rollback (self);
          return done;
        }
      if (!uch_store_commit (self, error))
        return FALSE;
      if (out_n_done != NULL)
        *out_n_done = n_done;
    }
  /* A round in which every step was refused would come again for ever. */
  while ((n_tried >= TICK_LEN_MAX || self->dates_move) && n_done > n_done_before);
  return TRUE;
}

static gboolean
prune_within (UchStore *self, UchTime now, GError **error)
{
  gint64 forgotten = 0, floor = 0, ignored;

  if (!BACKEND (self, prune, UCH_STORE_OLD_DELETIONS, now - DELETIONS_MS, &forgotten, error)
      || !BACKEND (self, get_number, UCH_STORE_FLOOR, &floor, error))
    return FALSE;
  /* Who has seen everything up to the last forgotten deletion has missed nothing. */
  if (forgotten > floor && !BACKEND (self, set_number, UCH_STORE_FLOOR, forgotten, error))
    return FALSE;
  return BACKEND (self, prune, UCH_STORE_OLD_POSITIONS, now - POSITIONS_MS, &ignored, error)
         && BACKEND (self, prune, UCH_STORE_DENSE_POSITIONS, now - DENSE_POSITIONS_MS, &ignored,
                     error)
         && BACKEND (self, prune, UCH_STORE_OLD_SESSIONS, now - SESSIONS_MS, &ignored, error)
         && BACKEND (self, prune, UCH_STORE_OLD_DELAYS, now - DELAYS_MS, &ignored, error)
         && BACKEND (self, prune, UCH_STORE_OLD_PICTURES, now - PICTURES_MS, &ignored, error);
}

/**
 * uch_store_compact:
 * @self: a store
 * @now: the store's clock
 * @error: return location
 *
 * Forgets what is old enough: deletions (90 days; the floor rises with them), positions (30 days,
 * thinned after 72 hours), ended sessions, failed sign-ins, pictures that no photo shows (7 days).
 *
 * Returns: whether it was done
 */
gboolean
uch_store_compact (UchStore *self, UchTime now, GError **error)
{
  if (!uch_store_begin (self, error))
    return FALSE;
  if (!prune_within (self, now, error))
    {
      uch_store_rollback (self);
      return FALSE;
    }
  return uch_store_commit (self, error);
}

/**
 * uch_store_tick:
 * @self: a store
 * @now: the store's clock
 * @out_n_done: (out) (optional): how many steps were taken
 * @error: return location
 *
 * Takes the steps whose time has come: wakes tickets on hold, calls visits missed an hour after
 * they were due, closes tickets two weeks after they were resolved, notes which contacts are owed
 * for work that was done and moves them when the calendar has changed. They are operations like any
 * other, by the actor "store", and stand in the log. Once a day it also forgets what is old enough,
 * see uch_store_compact(). Call it every half minute or so.
 *
 * Returns: whether it was done; what was done before an error stays done
 */
gboolean
uch_store_tick (UchStore *self, UchTime now, guint *out_n_done, GError **error)
{
  if (!take_steps (self, now, out_n_done, error))
    return FALSE;
  if (now - self->compacted_at < COMPACT_EVERY_MS)
    return TRUE;
  if (!uch_store_compact (self, now, error))
    return FALSE;
  self->compacted_at = now;
  return TRUE;
}

/**
 * uch_store_backup:
 * @self: a store; it may be in use
 * @path: the file to make, a store of SQLite whatever this one is
 * @progress: (nullable) (scope call): told how far it is
 * @user_data: for @progress
 * @cancellable: (nullable): stops it and leaves nothing behind
 * @error: return location
 *
 * Copies the store as it stands at one moment and checks the copy. The copy knows that it is one
 * (uch_store_is_backup()): who opens it to write begins a new epoch with it.
 *
 * Returns: whether a checked copy stands at @path
 */
gboolean
uch_store_backup (UchStore            *self,
                  const char          *path,
                  UchStoreProgressFunc progress,
                  gpointer             user_data,
                  GCancellable        *cancellable,
                  GError             **error)
{
  if (self->backend->klass->backup == NULL)
    return uch_store_back_up_by_copy (self, path, progress, user_data, cancellable, error);
  return BACKEND (self, backup, path, progress, user_data, cancellable, error);
}

/**
 * uch_store_get_size:
 * @self: a store
 * @out_bytes: (out): what the database takes on its disk; -1: nobody knows
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean
uch_store_get_size (UchStore *self, gint64 *out_bytes, GError **error)
{
  *out_bytes = -1;
  return self->backend->klass->get_size == NULL || BACKEND (self, get_size, out_bytes, error);
}

/**
 * uch_store_shrink:
 * @self: a store
 * @alone: whether nobody else has it open, so that the database may be rewritten
 * @error: return location
 *
 * Lets the database look at how it is used, and gives what uch_store_compact() freed back to the
 * disk. The latter is done only when @alone: it would keep everybody from writing.
 *
 * Returns: whether it was done
 */
gboolean
uch_store_shrink (UchStore *self, gboolean alone, GError **error)
{
  return self->backend->klass->shrink == NULL || BACKEND (self, shrink, alone, error);
}

/**
 * uch_store_renew:
 * @self: a store that was just restored from a backup
 * @now: for the new uuid
 * @error: return location
 *
 * Begins a new epoch: clients see another name, throw their cursors away and send once more what
 * they still have. The name's first part, OFFICE of OFFICE.EPOCH, stays: by that they know that it
 * is still the same office, and not another one to which nothing of theirs belongs.
 *
 * Returns: whether it was done
 */
gboolean
uch_store_renew (UchStore *self, UchTime now, GError **error)
{
  g_autofree char *epoch = uch_store_make_id (self, now);
  g_autofree char *uuid
      = g_strdup_printf ("%.*s.%s", (int) strcspn (self->uuid, "."), self->uuid, epoch);

  if (!uch_store_begin (self, error))
    return FALSE;
  if (!BACKEND (self, set_uuid, uuid, error))
    {
      uch_store_rollback (self);
      return FALSE;
    }
  if (!uch_store_commit (self, error))
    return FALSE;
  g_free (self->uuid);
  self->uuid = g_steal_pointer (&uuid);
  return TRUE;
}
