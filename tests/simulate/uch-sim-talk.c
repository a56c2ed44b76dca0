/* A desk's end of the conversation with the store. */
#include "simulate/uch-sim.h"

#include <string.h>

#define PATIENCE_MS 8000

/* I10: whatever is acknowledged by now comes before what is sent for the first time only now. */
static void
note_sent (UchSim *self, UchDesk *desk, GPtrArray *ops)
{
  for (guint i = 0; i < ops->len; i++)
    {
      const UchWireOp *op = g_ptr_array_index (ops, i);
      UchMade         *made = g_hash_table_lookup (desk->made, op->command->id);
      gboolean         accepted;

      if (made != NULL && made->floor < 0
          && uch_ledger_find (self->ledger, made->id, &accepted) == 0)
        made->floor = uch_ledger_get_acked (self->ledger);
    }
}

static gboolean
push (UchSim *self, UchDesk *desk)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ops = uch_replica_db_list_push (desk->db, &error);
  UchMessage *message;

  if (ops == NULL)
    return uch_sim_desk_suffers (self, desk, "list its outbox", error);
  if (ops->len == 0)
    return TRUE;
  note_sent (self, desk, ops);
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
  UchDice dice = uch_dice_new (self->plan->seed, 300 + desk->index, (guint64) self->now);
  gint64  head = 0, floor;

  if (!self->calm && self->now < desk->cut_until)
    return TRUE;
  if (self->calm)
    uch_store_get_head (self->store, &head, &floor, NULL);
  if (self->now >= desk->fetch_until
      && (self->calm                                 ? !uch_sim_desk_is_idle (self, desk, head)
          : uch_replica_db_get_cursor (desk->db) < 0 ? TRUE
                                                     : uch_dice_chance (&dice, 0.12)))
    fetch (self, desk);
  if (self->now >= desk->push_until && (self->calm || uch_dice_chance (&dice, 0.5)))
    return push (self, desk);
  return TRUE;
}

static gboolean
hear_refusal (UchSim *self, UchDesk *desk, UchMessage *message)
{
  g_autoptr (GError) error = NULL;
  gboolean done;

  uch_sim_note (self, "desk %u hears %s", desk->index, message->code);
  desk->push_until = desk->fetch_until = 0;
  if (strcmp (message->code, "unavailable") == 0)
    return TRUE;
  desk->seen_cursor = -1;
  done = strcmp (message->code, "mid_gap") == 0 ? uch_replica_db_renumber (desk->db, &error)
                                                : uch_replica_db_resync (desk->db, &error);
  return done || uch_sim_desk_suffers (self, desk, "mend its place", error);
}

/* I11: what was refused just now is kept for its author. */
static gboolean
check_refusals (UchSim *self, UchDesk *desk, GPtrArray *refused)
{
  g_autoptr (GPtrArray) kept = NULL;

  if (refused->len == 0)
    return TRUE;
  kept = uch_outbox_list_refusals (uch_replica_db_get_outbox (desk->db), desk->staff_id, NULL);
  for (guint i = 0; kept != NULL && i < refused->len; i++)
    {
      const UchOutboxRefusal *one = g_ptr_array_index (refused, i);
      gboolean                found = FALSE;

      for (guint j = 0; j < kept->len && !found; j++)
        found = strcmp (((UchOutboxRefusal *) g_ptr_array_index (kept, j))->command->id,
                        one->command->id)
                == 0;
      uch_sim_note (self, "desk %u: refused %s %s", desk->index, one->command->id,
                    uch_refusal_get_nick (one->refusal));
      if (!found)
        return uch_sim_fail (self, "I11: the refusal of %s is not kept at desk %u",
                             one->command->id, desk->index);
    }
  return TRUE;
}

static gboolean
hear_acks (UchSim *self, UchDesk *desk, UchMessage *message)
{
  g_autoptr (GPtrArray) acks = NULL, refused = NULL;
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;

  if (message->number == desk->push_number)
    desk->push_until = 0;
  if (!uch_wire_decode_acks (message->text, -1, &acks, &last_mid, &head, &error))
    return uch_sim_fail (self, "desk %u cannot read verdicts: %s", desk->index, error->message);
  if (!uch_replica_db_apply_acks (desk->db, message->client, acks, changes, &refused, &error))
    return uch_sim_desk_suffers (self, desk, "take verdicts", error);
  if (uch_sim_disk_is_dead (desk->disk))
    return uch_sim_desk_suffers (self, desk, "take verdicts", NULL);
  return check_refusals (self, desk, refused)
         && (!uch_view_is_loaded (desk->view) || uch_view_apply (desk->view, self, desk, changes));
}

/* I6: a cursor never goes back while the store is the same. */
static gboolean
check_cursor (UchSim *self, UchDesk *desk, gint64 from)
{
  gint64      cursor = uch_replica_db_get_cursor (desk->db);
  const char *store = uch_replica_db_get_store (desk->db);

  if (cursor < 0)
    return TRUE;
  if (g_strcmp0 (store, desk->seen_store) == 0 && cursor < desk->seen_cursor)
    return uch_sim_fail (self, "I6: the cursor of desk %u went back", desk->index);
  if (g_strcmp0 (store, desk->seen_store) != 0)
    {
      g_free (desk->seen_store);
      desk->seen_store = g_strdup (store);
    }
  desk->seen_cursor = cursor;
  /* After a first sync (from < 0) everything up to the cursor must be there. */
  if (cursor <= from || strcmp (store, uch_store_get_uuid (self->store)) != 0
      || !uch_view_is_loaded (desk->view))
    return TRUE;
  return uch_ledger_check_shown (self->ledger, self, desk, MAX (from, 0), cursor);
}

static gboolean
take_page (UchSim *self, UchDesk *desk, UchMessage *message, GPtrArray *changes, GError **error)
{
  g_autoptr (UchWireSnapshot) snapshot = NULL;
  g_autoptr (UchWireChanges) page = NULL;

  if (message->fetch.kind == UCH_FETCH_SNAPSHOT)
    {
      snapshot = uch_wire_decode_snapshot (message->text, -1, error);
      return snapshot != NULL
             && uch_replica_db_apply_snapshot (desk->db, message->fetch.table, message->fetch.after,
                                               snapshot, changes, error);
    }
  page = uch_wire_decode_changes (message->text, -1, error);
  if (page == NULL)
    return FALSE;
  self->counts[UCH_SIM_N_LONG_READS] += page->more;
  for (guint i = 0; i < page->rows->len; i++)
    self->counts[UCH_SIM_N_TOMBSTONES]
        += ((UchWireRow *) g_ptr_array_index (page->rows, i))->row == NULL;
  return uch_replica_db_apply_changes (desk->db, page, changes, error);
}

static gboolean
hear_page (UchSim *self, UchDesk *desk, UchMessage *message)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *store = g_strdup (uch_replica_db_get_store (desk->db));
  gint64           from = uch_replica_db_get_cursor (desk->db);
  gboolean         done;

  done = take_page (self, desk, message, changes, &error);
  self->counts[UCH_SIM_N_PAGES]++;
  if (message->number == desk->fetch_number)
    desk->fetch_until = 0;
  if (g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE))
    {
      self->counts[UCH_SIM_N_STALE]++;
      return TRUE;
    }
  if (!done || uch_sim_disk_is_dead (desk->disk))
    return uch_sim_desk_suffers (self, desk, "take a page", error);
  if (from < 0 && uch_replica_db_get_cursor (desk->db) >= 0)
    self->counts[UCH_SIM_N_FIRST_SYNCS]++;
  if (uch_view_is_loaded (desk->view)
          ? !uch_view_apply (desk->view, self, desk, changes)
          : uch_replica_db_is_ready (desk->db) && !uch_view_load (desk->view, self, desk))
    return FALSE;
  if (desk->db == NULL)
    return TRUE;
  return check_cursor (self, desk,
                       g_strcmp0 (store, uch_replica_db_get_store (desk->db)) == 0 ? from : -1);
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
