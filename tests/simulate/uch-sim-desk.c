/* A desk's end of the simulation: acts, asks, hears, breaks down. */
#include "simulate/uch-sim.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE_MS 8000

typedef struct
{
  UchSim  *sim;
  UchDesk *desk;
} Owner;

/* Sources outlive a desk's restarts. */
static Owner owners[UCH_SIM_DESKS_MAX];

static UchTime
now_cb (gpointer data)
{
  Owner *owner = data;

  return owner->sim->now + owner->desk->skew_ms;
}

static void
random_cb (guint8 *buffer, gsize len, gpointer data)
{
  Owner *owner = data;

  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) uch_sim_below (owner->sim, 256);
}

static char *
path_of (UchDesk *desk, const char *name)
{
  return g_build_filename (desk->directory, name, NULL);
}

static void
copy_rows (UchDesk *desk, const char *from, const char *to)
{
  g_autofree char *source = path_of (desk, from);
  g_autofree char *target = path_of (desk, to);
  g_autofree char *text = NULL;
  gsize            len;

  if (g_file_get_contents (source, &text, &len, NULL))
    g_file_set_contents (target, text, (gssize) len, NULL);
}

static void
drop_rows (UchDesk *desk)
{
  static const char *const names[] = { "replica.db", "replica.db-wal", "replica.db-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (desk, names[i]);

      g_unlink (path);
    }
}

/* What a power cut or a bad disk does to the file that is not FULL. */
static void
spoil (UchSim *self, UchDesk *desk)
{
  g_autofree char *path = path_of (desk, "replica.db");
  guint            dice = uch_sim_below (self, 100);

  desk->seen_cursor = -1;
  if (dice < 10)
    {
      uch_sim_note (self, "desk %u: replica.db is gone", desk->index);
      drop_rows (desk);
    }
  else if (dice < 20)
    {
      uch_sim_note (self, "desk %u: replica.db is rubbish", desk->index);
      drop_rows (desk);
      g_file_set_contents (path, "this is no database, whatever its name says", -1, NULL);
    }
  else if (dice < 35 && desk->has_copy)
    {
      uch_sim_note (self, "desk %u: replica.db is as it was some time ago", desk->index);
      drop_rows (desk);
      copy_rows (desk, "copy.db", "replica.db");
    }
  else if (dice < 60)
    {
      copy_rows (desk, "replica.db", "copy.db");
      desk->has_copy = TRUE;
    }
}

void
uch_sim_desk_switch_off (UchSim *self, UchDesk *desk, gint64 until)
{
  uch_sim_note (self, "desk %u: off", desk->index);
  if (self->breakage == UCH_SIM_FORGETTING_OUTBOX)
    uch_db_exec (uch_outbox_get_db (uch_replica_db_get_outbox (desk->db)),
                 "DELETE FROM op WHERE state = 0", NULL);
  g_clear_object (&desk->db);
  desk->off_until = until;
  desk->push_until = desk->fetch_until = 0;
  spoil (self, desk);
}

gboolean
uch_sim_desk_switch_on (UchSim *self, UchDesk *desk)
{
  UchSources sources = { now_cb, random_cb, &owners[desk->index] };
  UchActor   actor = { desk->staff_id, desk->role, "desk" };
  g_autoptr (GError) error = NULL;

  owners[desk->index] = (Owner){ self, desk };
  desk->db = uch_replica_db_open (desk->directory, &sources, &error);
  if (desk->db == NULL || !uch_replica_db_set_actor (desk->db, &actor, &error))
    return uch_sim_fail (self, "desk %u does not open: %s", desk->index, error->message);
  return TRUE;
}

static gboolean
count_accepted (UchSim *self, UchDesk *desk, GPtrArray *decided)
{
  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);
      gpointer          event = NULL;

      self->n_done++;
      if (one->verdict->kind != UCH_VERDICT_OK)
        continue;
      self->n_accepted_here++;
      uch_sim_note (self, "desk %u: %s %s", desk->index, one->command->type, one->command->id);
      g_ptr_array_add (desk->done, g_strdup (one->command->id));
      /* I8: what was done is seen at once. */
      if (!uch_replica_db_get (desk->db, UCH_TABLE_EVENT, one->command->id, &event, NULL)
          || event == NULL)
        return uch_sim_fail (self, "I8: desk %u does not see its own act %s", desk->index,
                             one->command->id);
      g_object_unref (event);
    }
  return TRUE;
}

/* The person does something: forward, back or again. */
gboolean
uch_sim_desk_act (UchSim *self, UchDesk *desk)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GPtrArray) acts = NULL, decided = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;
  guint    dice = uch_sim_below (self, 100);

  if (!uch_replica_db_is_ready (desk->db))
    return TRUE;
  if (dice < 14)
    done = uch_replica_db_undo (desk->db, dice >= 9, changes, &decided, &error);
  else
    {
      acts = uch_sim_make_acts (self, desk);
      done = uch_replica_db_submit (desk->db, acts, changes, &decided, &error);
    }
  if (g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NOTHING))
    return TRUE;
  if (!done)
    return uch_sim_fail (self, "desk %u cannot act: %s", desk->index, error->message);
  return count_accepted (self, desk, decided);
}

/* Breakage: operations under new ids, as a client would send that makes ids when it sends. */
static void
rename_ops (UchSim *self, GPtrArray *ops)
{
  for (guint i = 0; i < ops->len; i++)
    {
      UchWireOp       *op = g_ptr_array_index (ops, i);
      g_autofree char *id = uch_sim_make_id (self);
      UchCommand      *renamed
          = uch_command_new (id, op->command->type, op->command->args, op->command->at);

      uch_command_unref (op->command);
      op->command = renamed;
    }
}

static gboolean
push (UchSim *self, UchDesk *desk)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ops = uch_replica_db_list_push (desk->db, &error);
  UchMessage *message;

  if (ops == NULL)
    return uch_sim_fail (self, "desk %u cannot list its outbox: %s", desk->index, error->message);
  if (ops->len == 0)
    return TRUE;
  if (self->breakage == UCH_SIM_REPEATING_RETRY && uch_sim_chance (self, 0.05))
    {
      rename_ops (self, ops);
      g_assert_true (uch_replica_db_renumber (desk->db, NULL));
    }
  message = g_new0 (UchMessage, 1);
  message->kind = UCH_MESSAGE_PUSH;
  message->desk = desk->index;
  message->number = desk->push_number = ++self->n_requests;
  message->client = g_strdup (uch_replica_db_get_client (desk->db));
  message->text = uch_wire_encode_push (uch_replica_db_get_store (desk->db), message->client, ops);
  desk->push_until = self->now + PATIENCE_MS;
  uch_sim_send (self, message);
  return TRUE;
}

static void
fetch (UchSim *self, UchDesk *desk)
{
  UchMessage *message = g_new0 (UchMessage, 1);

  message->kind = UCH_MESSAGE_FETCH;
  message->desk = desk->index;
  message->number = desk->fetch_number = ++self->n_requests;
  uch_replica_db_get_next_fetch (desk->db, &message->fetch);
  desk->fetch_until = self->now + PATIENCE_MS;
  uch_sim_send (self, message);
}

/* Asks for what is to be asked for; an answer that does not come is asked for again. */
gboolean
uch_sim_desk_talk (UchSim *self, UchDesk *desk)
{
  gint64 head = 0, floor;

  if (!self->calm && self->now < desk->cut_until)
    return TRUE;
  if (self->calm)
    uch_store_get_head (self->store, &head, &floor, NULL);
  if (self->now >= desk->fetch_until
      && (self->calm ? !uch_sim_desk_is_idle (self, desk, head) : uch_sim_chance (self, 0.5)))
    fetch (self, desk);
  if (self->now >= desk->push_until)
    return push (self, desk);
  return TRUE;
}

static gboolean
hear_refusal (UchSim *self, UchDesk *desk, UchMessage *message)
{
  g_autoptr (GError) error = NULL;
  gboolean done = strcmp (message->code, "mid_gap") == 0
                      ? uch_replica_db_renumber (desk->db, &error)
                      : uch_replica_db_resync (desk->db, &error);

  uch_sim_note (self, "desk %u hears %s", desk->index, message->code);
  desk->push_until = desk->fetch_until = 0;
  desk->seen_cursor = -1;
  return done
         || uch_sim_fail (self, "desk %u cannot mend %s: %s", desk->index, message->code,
                          error->message);
}

static gboolean
hear_acks (UchSim *self, UchDesk *desk, UchMessage *message)
{
  g_autoptr (GPtrArray) acks = NULL, refused = NULL;
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;

  if (!uch_wire_decode_acks (message->text, -1, &acks, &last_mid, &head, &error)
      || !uch_replica_db_apply_acks (desk->db, message->client, acks, changes, &refused, &error))
    return uch_sim_fail (self, "desk %u cannot take its answers: %s", desk->index, error->message);
  for (guint i = 0; i < refused->len; i++)
    {
      const UchOutboxRefusal *one = g_ptr_array_index (refused, i);

      uch_sim_note (self, "desk %u: refused %s %s", desk->index, one->command->id,
                    uch_refusal_get_nick (one->refusal));
      if (self->breakage == UCH_SIM_SILENT_REFUSAL)
        uch_outbox_dismiss (uch_replica_db_get_outbox (desk->db), one->command->id, NULL);
    }
  if (message->number == desk->push_number)
    desk->push_until = 0;
  return TRUE;
}

/* I6: a cursor never goes back while the store is the same. */
static gboolean
check_cursor (UchSim *self, UchDesk *desk)
{
  gint64      cursor = uch_replica_db_get_cursor (desk->db);
  const char *store = uch_replica_db_get_store (desk->db);

  if (cursor < 0)
    return TRUE;
  if (g_strcmp0 (store, desk->seen_store) == 0 && cursor < desk->seen_cursor)
    return uch_sim_fail (self, "I6: the cursor of desk %u went back", desk->index);
  g_free (desk->seen_store);
  desk->seen_store = g_strdup (store);
  desk->seen_cursor = cursor;
  return TRUE;
}

static gboolean
hear_page (UchSim *self, UchDesk *desk, UchMessage *message)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (UchWireSnapshot) snapshot = NULL;
  g_autoptr (UchWireChanges) page = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (message->fetch.kind == UCH_FETCH_SNAPSHOT)
    {
      snapshot = uch_wire_decode_snapshot (message->text, -1, &error);
      done = snapshot != NULL
             && uch_replica_db_apply_snapshot (desk->db, message->fetch.table, message->fetch.after,
                                               snapshot, changes, &error);
    }
  else
    {
      page = uch_wire_decode_changes (message->text, -1, &error);
      if (page != NULL && self->breakage == UCH_SIM_SKIPPING_CURSOR && page->rows->len > 0
          && uch_sim_chance (self, 0.02))
        g_ptr_array_set_size (page->rows, 0);
      done = page != NULL && uch_replica_db_apply_changes (desk->db, page, changes, &error);
    }
  if (message->number == desk->fetch_number)
    desk->fetch_until = 0;
  if (!done && !g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE))
    return uch_sim_fail (self, "desk %u cannot take a page: %s", desk->index, error->message);
  return check_cursor (self, desk);
}

/* An answer has arrived; perhaps one that nobody waits for any more. */
gboolean
uch_sim_desk_hear (UchSim *self, UchDesk *desk, UchMessage *message)
{
  if (message->code != NULL)
    return hear_refusal (self, desk, message);
  return message->kind == UCH_MESSAGE_PUSHED ? hear_acks (self, desk, message)
                                             : hear_page (self, desk, message);
}

gboolean
uch_sim_desk_is_idle (UchSim *self, UchDesk *desk, gint64 head)
{
  guint n = 0;

  return uch_outbox_count (uch_replica_db_get_outbox (desk->db), desk->staff_id, &n, NULL) && n == 0
         && uch_replica_db_get_cursor (desk->db) == head
         && g_strcmp0 (uch_replica_db_get_store (desk->db), uch_store_get_uuid (self->store)) == 0;
}
