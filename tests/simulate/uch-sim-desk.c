/* A desk: works, is switched off, loses power, finds its files broken. */
#include "simulate/uch-sim.h"

#include <string.h>

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
  UchDice dice = { ((Owner *) data)->desk->random };

  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) uch_dice_roll (&dice);
  ((Owner *) data)->desk->random = dice.state;
}

void
uch_made_free (UchMade *made)
{
  g_free (made->id);
  uch_command_unref (made->command);
  g_free (made);
}

static void
remove_rows (UchDesk *desk)
{
  uch_sim_disk_remove (desk->disk, "replica.db");
  uch_sim_disk_remove (desk->disk, "replica.db-wal");
}

static guint
count_refusals (UchDesk *desk)
{
  g_autoptr (GPtrArray) refusals
      = uch_outbox_list_refusals (uch_replica_db_get_outbox (desk->db), desk->staff_id, NULL);

  return refusals != NULL ? refusals->len : G_MAXUINT;
}

/* Somebody's home folder comes back from a copy: everything that is in the outbox only would be
 * lost, so it is done where nothing waits and nothing was refused since. */
static gboolean
may_take_old_outbox (UchDesk *desk, guint n_refusals, guint n_waiting)
{
  return desk->has_outbox_copy && n_waiting == 0 && n_refusals == desk->n_refusals_at_copy;
}

static void
take_old_outbox (UchSim *self, UchDesk *desk)
{
  GHashTableIter iter;
  gpointer       made;

  uch_sim_note (self, "desk %u: outbox.db is as it was some time ago", desk->index);
  self->counts[UCH_SIM_N_OUTBOXES_OLD]++;
  uch_sim_disk_remove (desk->disk, "outbox.db-wal");
  uch_sim_disk_copy (desk->disk, "outbox-copy.db", "outbox.db");
  g_hash_table_iter_init (&iter, desk->made);
  while (g_hash_table_iter_next (&iter, NULL, &made))
    if (((UchMade *) made)->index >= desk->n_made_at_copy)
      ((UchMade *) made)->forgotten = TRUE;
}

/* What becomes of replica.db, which nobody promised to keep. */
static void
spoil_rows (UchSim *self, UchDesk *desk, UchDice *dice, gboolean clean)
{
  guint roll = uch_dice_below (dice, 100);

  if (roll < 8)
    {
      uch_sim_note (self, "desk %u: replica.db is gone", desk->index);
      self->counts[UCH_SIM_N_REPLICAS_LOST]++;
      remove_rows (desk);
    }
  else if (roll < 16)
    {
      uch_sim_note (self, "desk %u: replica.db is rubbish", desk->index);
      self->counts[UCH_SIM_N_REPLICAS_RUBBISH]++;
      remove_rows (desk);
      uch_sim_disk_write (desk->disk, "replica.db", "this is no database, whatever it is called");
    }
  else if (roll < 40 && desk->has_rows_copy)
    {
      uch_sim_note (self, "desk %u: replica.db is as it was some time ago", desk->index);
      self->counts[UCH_SIM_N_REPLICAS_OLD]++;
      remove_rows (desk);
      uch_sim_disk_copy (desk->disk, "copy.db", "replica.db");
    }
  else if (clean)
    {
      uch_sim_disk_copy (desk->disk, "replica.db", "copy.db");
      desk->has_rows_copy = TRUE;
    }
}

/* The end of a process that had no time to close anything. */
static void
die (UchSim *self, UchDesk *desk, UchDice *dice, gboolean power)
{
  guint n_lost;

  uch_sim_disk_kill (desk->disk);
  g_clear_object (&desk->db);
  n_lost = uch_sim_disk_revive (desk->disk, power ? dice : NULL);
  self->counts[power ? UCH_SIM_N_POWER_CUTS : UCH_SIM_N_CRASHES]++;
  self->counts[UCH_SIM_N_WRITES_LOST] += n_lost;
  uch_sim_note (self, "desk %u: %s, %u writes lost", desk->index, power ? "no power" : "killed",
                n_lost);
}

static void
stop (UchSim *self, UchDesk *desk, UchDice *dice)
{
  guint n_refusals = count_refusals (desk), n_waiting = 1;

  uch_outbox_count (uch_replica_db_get_outbox (desk->db), desk->staff_id, &n_waiting, NULL);
  g_clear_object (&desk->db);
  self->counts[UCH_SIM_N_STOPS]++;
  uch_sim_note (self, "desk %u: stopped", desk->index);
  if (may_take_old_outbox (desk, n_refusals, n_waiting))
    take_old_outbox (self, desk);
  else if (n_refusals != G_MAXUINT)
    {
      uch_sim_disk_copy (desk->disk, "outbox.db", "outbox-copy.db");
      desk->has_outbox_copy = TRUE;
      desk->n_refusals_at_copy = n_refusals;
      desk->n_made_at_copy = desk->n_made;
    }
}

/* Ends the desk's process now, one way or another, or in the middle of one of its next writes. */
gboolean
uch_sim_desk_switch_off (UchSim *self, UchDesk *desk, const UchPlanItem *item)
{
  UchDice  dice = uch_plan_item_dice (item);
  guint    how = uch_dice_below (&dice, 5); /* 0, 4: stopped, 1: killed, 2: no power, 3: soon */
  gboolean broken = desk->disk_until != 0;

  desk->off_until = self->now + uch_dice_below (&dice, 10000);
  if (how == 3)
    {
      guint after = uch_dice_below (&dice, 30);

      uch_sim_disk_set_fault (desk->disk, UCH_SIM_DISK_DYING, after);
      uch_sim_note (self, "desk %u: power for %u more writes", desk->index, after);
      return TRUE;
    }
  if (how % 4 == 0 && !broken)
    stop (self, desk, &dice);
  else
    die (self, desk, &dice, how != 1);
  spoil_rows (self, desk, &dice, how % 4 == 0 && !broken);
  desk->disk_until = 0;
  desk->push_until = desk->fetch_until = 0;
  desk->seen_cursor = -1;
  uch_view_unload (desk->view);
  return TRUE;
}

/* Something did not work: was it the disk's fault? If so the desk lives on, or is dead now. */
gboolean
uch_sim_desk_suffers (UchSim *self, UchDesk *desk, const char *doing, const GError *error)
{
  UchDice dice = uch_dice_new (self->plan->seed, 200 + desk->index, (guint64) self->now);

  if (error != NULL && !uch_ledger_check_text (self, "an error", error->message))
    return FALSE;
  if (uch_sim_disk_is_dead (desk->disk))
    {
      self->counts[UCH_SIM_N_MID_WRITE]++;
      desk->off_until = self->now + uch_dice_below (&dice, 5000);
      die (self, desk, &dice, TRUE);
      desk->disk_until = 0;
      desk->push_until = desk->fetch_until = 0;
      desk->seen_cursor = -1;
      uch_view_unload (desk->view);
      return TRUE;
    }
  if (uch_sim_disk_take_hits (desk->disk) > 0
      && (g_error_matches (error, UCH_DB_ERROR, UCH_DB_ERROR_FULL)
          || g_error_matches (error, UCH_DB_ERROR, UCH_DB_ERROR_IO)))
    {
      self->counts[UCH_SIM_N_DISK_DESK]++;
      uch_sim_note (self, "desk %u cannot %s: %s", desk->index, doing, error->message);
      return TRUE;
    }
  return uch_sim_fail (self, "desk %u cannot %s: %s", desk->index, doing,
                       error != NULL ? error->message : "it does not say why");
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
    {
      g_clear_object (&desk->db);
      return uch_sim_desk_suffers (self, desk, "open", error);
    }
  return !uch_replica_db_is_ready (desk->db) || uch_view_load (desk->view, self, desk);
}

static void
add_made (UchDesk *desk, UchCommand *command, gboolean done)
{
  UchMade *made = g_new0 (UchMade, 1);

  made->id = g_strdup (command->id);
  made->command = uch_command_ref (command);
  made->index = desk->n_made++;
  made->done = done;
  made->floor = -1;
  g_hash_table_replace (desk->made, made->id, made);
}

static gboolean
count_decided (UchSim *self, UchDesk *desk, GPtrArray *decided, UchSimCount kind)
{
  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);

      self->counts[UCH_SIM_N_ACTS]++;
      if (one->verdict->kind != UCH_VERDICT_OK)
        {
          self->counts[UCH_SIM_N_REFUSED_HERE]++;
          continue;
        }
      if (kind != UCH_SIM_N_ACTS)
        self->counts[kind]++;
      uch_sim_note (self, "desk %u: %s %s", desk->index, one->command->type, one->command->id);
      if (strcmp (one->command->type, UCH_COMMAND_VISIT_ASSIGN) == 0
          && uch_command_get_text (one->command, "base") != NULL)
        self->counts[UCH_SIM_N_REASSIGNMENTS]++;
      add_made (desk, one->command, TRUE);
    }
  return TRUE;
}

/* I8: what was done is seen at once. */
static gboolean
check_seen (UchSim *self, UchDesk *desk, GPtrArray *decided)
{
  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);

      if (one->verdict->kind == UCH_VERDICT_OK
          && uch_view_get (desk->view, UCH_TABLE_EVENT, one->command->id) == NULL)
        return uch_sim_fail (self, "I8: desk %u does not see its own act %s", desk->index,
                             one->command->id);
    }
  return TRUE;
}

/* The person does something: forward, back or again. */
gboolean
uch_sim_desk_act (UchSim *self, UchDesk *desk, const UchPlanItem *item)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GPtrArray) acts = NULL, decided = NULL;
  g_autoptr (GError) error = NULL;
  UchDice     dice = uch_plan_item_dice (item);
  guint       roll = uch_dice_below (&dice, 100);
  UchSimCount kind = roll >= 14 ? UCH_SIM_N_ACTS : roll >= 9 ? UCH_SIM_N_REDONE : UCH_SIM_N_UNDONE;
  gboolean    done;

  if (!uch_replica_db_is_ready (desk->db) || !uch_view_is_loaded (desk->view))
    return TRUE;
  if (roll < 14)
    done = uch_replica_db_undo (desk->db, roll >= 9, changes, &decided, &error);
  else
    {
      acts = uch_sim_make_acts (self, desk, &dice);
      done = uch_replica_db_submit (desk->db, acts, changes, &decided, &error);
    }
  if (g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NOTHING))
    return TRUE;
  if (!done)
    { /* The person was told that it did not work; what was being written may yet come about. */
      for (guint i = 0; acts != NULL && i < acts->len; i++)
        add_made (desk, g_ptr_array_index (acts, i), FALSE);
      desk->n_lost_undos += acts == NULL;
      return uch_sim_desk_suffers (self, desk, "act", error);
    }
  if (!count_decided (self, desk, decided, kind))
    return FALSE;
  if (uch_sim_disk_is_dead (desk->disk))
    return uch_sim_desk_suffers (self, desk, "act", NULL);
  return uch_view_apply (desk->view, self, desk, changes) && check_seen (self, desk, decided);
}

gboolean
uch_sim_desk_is_idle (UchSim *self, UchDesk *desk, gint64 head)
{
  guint n = 0;

  return uch_replica_db_is_ready (desk->db)
         && uch_outbox_count (uch_replica_db_get_outbox (desk->db), desk->staff_id, &n, NULL)
         && n == 0 && uch_replica_db_get_cursor (desk->db) == head
         && g_strcmp0 (uch_replica_db_get_store (desk->db), uch_store_get_uuid (self->store)) == 0;
}
