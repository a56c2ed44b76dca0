#include "simulate/uch-sim.h"

#include <glib/gstdio.h>
#include <string.h>

#include "store/uch-store-accounts.h"

/* 2026-11-20 06:00 UTC, a Friday */
#define BEGIN G_GINT64_CONSTANT (1795154400000)
#define CALM_STEPS_MAX 3000
#define TICK_STEPS 60

const char *const uch_sim_breakage_nicks[]
    = { "whole",          "forgetting-outbox", "skipping-cursor", "repeating-retry",
        "lost-update",    "split-seq",         "early-ack",       "lazy-store",
        "silent-refusal", "flickering-row",    "talkative-log",   NULL };

const char *const uch_sim_count_nicks[UCH_SIM_N_COUNTS] = {
  "acts",          "refused-at-desk", "logged",          "conflicts",
  "rejections",    "reassigned",      "undone",          "redone",
  "store-steps",   "known-again",     "pages",           "long-reads",
  "tombstones",    "stale-pages",     "first-syncs",     "epochs",
  "resyncs-410",   "mid-gaps",        "unavailable",     "messages-lost",
  "late",          "repeated",        "network-cuts",    "desk-stops",
  "desk-crashes",  "desk-power",      "mid-write",       "writes-lost",
  "replica-gone",  "replica-old",     "replica-rubbish", "outbox-old",
  "desk-disk",     "store-disk",      "desk-clock",      "store-clock",
  "store-crashes", "store-power",     "backups",         "restores",
  "hidden-acts",
};

/* Whose logs are listened to. */
static UchSim *current;

static GLogWriterOutput
listen_to_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; current != NULL && i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      uch_ledger_check_text (current, "the log", fields[i].value);
  return level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)
             ? g_log_writer_default (level, fields, n_fields, data)
             : G_LOG_WRITER_HANDLED;
}

/* One line of what happened: for whoever has to understand a failure, and for the trace. */
void
uch_sim_note (UchSim *self, const char *format, ...)
{
  g_autofree char *what = NULL;
  char            *line;
  va_list          ap;

  va_start (ap, format);
  what = g_strdup_vprintf (format, ap);
  va_end (ap);
  line = g_strdup_printf ("%8" G_GINT64_FORMAT " ms  %s\n", self->now - BEGIN, what);
  g_checksum_update (self->trace, (const guchar *) line, -1);
  g_queue_push_tail (&self->history, line);
  if (self->history.length > self->history_max)
    g_free (g_queue_pop_head (&self->history));
}

gboolean
uch_sim_fail (UchSim *self, const char *format, ...)
{
  va_list ap;

  if (self->failure != NULL)
    return FALSE;
  va_start (ap, format);
  self->failure = g_strdup_vprintf (format, ap);
  va_end (ap);
  uch_sim_note (self, "FAILED: %s", self->failure);
  return FALSE;
}

gboolean
uch_sim_has_desk (const UchSim *self, guint desk)
{
  return (self->plan->without & 1u << desk) == 0;
}

UchTime
uch_sim_store_now (const UchSim *self)
{
  return self->now + self->store_skew_ms;
}

static void
desk_init (UchSim *self, guint index)
{
  static const UchRole roles[] = { UCH_ROLE_DISPATCHER, UCH_ROLE_DISPATCHER, UCH_ROLE_HEAD,
                                   UCH_ROLE_CLERK,      UCH_ROLE_ENGINEER,   UCH_ROLE_DISPATCHER };
  UchDesk             *desk = &self->desks[index];
  UchDice              dice = uch_dice_new (self->plan->seed, 1, index);

  desk->index = index;
  desk->staff_id = g_strdup_printf ("staff-%u", index);
  desk->role = roles[index % G_N_ELEMENTS (roles)];
  desk->directory = g_strdup_printf ("%s/desk-%u", self->directory, index);
  desk->disk = uch_sim_disk_new (desk->directory);
  desk->view = uch_view_new ();
  desk->session = uch_session_new_local (desk->role, desk->staff_id, "desk");
  desk->skew_ms = (gint64) uch_dice_below (&dice, 120000) - 60000;
  desk->random = uch_dice_roll (&dice);
  desk->made
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) uch_made_free);
  desk->seen_cursor = -1;
}

/**
 * uch_sim_new:
 * @plan: what will happen; must outlive the simulation
 *
 * A store with an office in it, and desks that have not synced yet.
 */
UchSim *
uch_sim_new (const UchPlan *plan, UchSimBreakage breakage)
{
  UchSim     *self = g_new0 (UchSim, 1);
  UchDice     dice = uch_dice_new (plan->seed, 2, 0);
  const char *shm = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir ();
  g_autofree char *store_directory = NULL;
  static gsize     listening;

  if (g_once_init_enter (&listening))
    {
      g_log_set_writer_func (listen_to_log, NULL, NULL);
      g_once_init_leave (&listening, 1);
    }
  current = self;
  self->plan = plan;
  self->breakage = breakage;
  self->now = BEGIN;
  self->history_max = UCH_SIM_HISTORY_MAX;
  self->trace = g_checksum_new (G_CHECKSUM_SHA256);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_message_free);
  self->ledger = uch_ledger_new ();
  self->snapshot_limit = 25 + uch_dice_below (&dice, 4) * 150;
  self->changes_limit = 10 + uch_dice_below (&dice, 3) * 40;
  self->store_random = uch_dice_roll (&dice);
  self->directory = g_build_filename (shm, "uch-sim-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (self->directory));
  store_directory = g_build_filename (self->directory, "store", NULL);
  g_assert_cmpint (g_mkdir (store_directory, 0700), ==, 0);
  self->store_disk = uch_sim_disk_new (store_directory);
  for (guint i = 0; i < plan->n_desks; i++)
    desk_init (self, i);
  uch_sim_break_for (self);
  return self;
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_directory (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
uch_sim_free (UchSim *self)
{
  for (guint i = 0; i < self->plan->n_desks; i++)
    {
      UchDesk *desk = &self->desks[i];

      uch_sim_disk_kill (desk->disk);
      g_clear_object (&desk->db);
      uch_sim_disk_free (desk->disk);
      uch_view_free (desk->view);
      g_object_unref (desk->session);
      g_free (desk->staff_id);
      g_free (desk->directory);
      g_free (desk->seen_store);
      g_hash_table_unref (desk->made);
    }
  uch_sim_disk_kill (self->store_disk);
  g_clear_object (&self->store);
  uch_sim_disk_free (self->store_disk);
  remove_directory (self->directory);
  uch_ledger_free (self->ledger);
  g_ptr_array_unref (self->messages);
  g_queue_clear_full (&self->history, g_free);
  g_checksum_free (self->trace);
  g_free (self->directory);
  g_free (self->failure);
  g_free (self);
  current = NULL;
}

static gboolean
deliver (UchSim *self)
{
  for (guint i = 0; i < self->messages->len;)
    {
      UchMessage *message = g_ptr_array_index (self->messages, i);
      UchDesk    *desk = &self->desks[message->desk];
      gboolean    done = TRUE;

      if (message->at > self->now)
        {
          i++;
          continue;
        }
      message = g_ptr_array_steal_index_fast (self->messages, i);
      if (message->kind == UCH_MESSAGE_PUSH || message->kind == UCH_MESSAGE_FETCH)
        done = uch_sim_store_answer (self, message);
      else if (desk->db != NULL && (self->calm || self->now >= desk->cut_until))
        done = uch_sim_desk_hear (self, desk, message);
      uch_message_free (message);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

static void
change_weather (UchSim *self, UchDesk *desk, UchDice *dice)
{
  UchWeather kind = uch_dice_below (dice, UCH_N_WEATHERS);

  desk->weather_until[kind] = self->now + 2000 + uch_dice_below (dice, 40000);
  desk->weather_percent[kind] = 5 + uch_dice_below (dice, 40);
  uch_sim_note (self, "desk %u: weather %u of %u%%", desk->index, kind,
                desk->weather_percent[kind]);
}

static void
break_disk (UchSim *self, UchDesk *desk, UchDice *dice)
{
  UchSimDiskFault fault = UCH_SIM_DISK_FULL + uch_dice_below (dice, 3);
  guint           after = uch_dice_below (dice, 12);

  desk->disk_until = self->now + 500 + uch_dice_below (dice, 8000);
  uch_sim_disk_set_fault (desk->disk, fault, after);
  uch_sim_note (self, "desk %u: the disk fails (%u) after %u operations", desk->index, fault,
                after);
}

/* What the plan has in store for a desk. */
static gboolean
befall_desk (UchSim *self, const UchPlanItem *item)
{
  UchDesk *desk = &self->desks[item->desk];
  UchDice  dice = uch_plan_item_dice (item);

  switch (item->kind)
    {
    case UCH_PLAN_ACT:
      return desk->db == NULL || uch_sim_desk_act (self, desk, item);
    case UCH_PLAN_WEATHER:
      change_weather (self, desk, &dice);
      return TRUE;
    case UCH_PLAN_CUT:
      desk->cut_until = self->now + 1000 + uch_dice_below (&dice, 40000);
      self->counts[UCH_SIM_N_CUTS]++;
      uch_sim_note (self, "desk %u: no network for %" G_GINT64_FORMAT " ms", desk->index,
                    desk->cut_until - self->now);
      return TRUE;
    case UCH_PLAN_OFF:
      return desk->db == NULL || uch_sim_desk_switch_off (self, desk, item);
    case UCH_PLAN_DISK:
      break_disk (self, desk, &dice);
      return TRUE;
    case UCH_PLAN_CLOCK:
      desk->skew_ms
          = (gint64) uch_dice_below (&dice, 4 * UCH_DAY_MS / 1000) * 1000 - 2 * UCH_DAY_MS;
      self->counts[UCH_SIM_N_CLOCK_DESK]++;
      uch_sim_note (self, "desk %u: the clock is now %+" G_GINT64_FORMAT " s off", desk->index,
                    desk->skew_ms / 1000);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
befall (UchSim *self)
{
  for (; self->next_item < self->plan->items->len; self->next_item++)
    {
      const UchPlanItem *item = &g_array_index (self->plan->items, UchPlanItem, self->next_item);

      if (item->step > self->step)
        return TRUE;
      if (item->desk == UCH_PLAN_STORE ? !uch_sim_store_befall (self, item)
                                       : !befall_desk (self, item))
        return FALSE;
    }
  return TRUE;
}

static gboolean
step_desk (UchSim *self, UchDesk *desk)
{
  if (desk->disk_until != 0 && (self->calm || self->now >= desk->disk_until))
    {
      desk->disk_until = 0;
      uch_sim_disk_set_fault (desk->disk, UCH_SIM_DISK_WELL, 0);
    }
  if (desk->db == NULL)
    {
      if (!self->calm && self->now < desk->off_until)
        return TRUE;
      if (!uch_sim_desk_switch_on (self, desk))
        return FALSE;
      if (desk->db == NULL)
        return TRUE;
    }
  return uch_sim_desk_talk (self, desk);
}

static gboolean
step (UchSim *self, gboolean stormy)
{
  UchDice dice = uch_dice_new (self->plan->seed, 3, self->step);

  self->now += 20 + uch_dice_below (&dice, 500);
  if (!deliver (self) || (stormy && !befall (self)))
    return FALSE;
  for (guint i = 0; i < self->plan->n_desks; i++)
    if (uch_sim_has_desk (self, i) && !step_desk (self, &self->desks[i]))
      return FALSE;
  if (stormy)
    self->step++;
  return (!stormy || self->step % TICK_STEPS != 0 || uch_sim_store_tick (self))
         && self->failure == NULL;
}

static gboolean
all_idle (UchSim *self)
{
  gint64 head, floor;

  if (self->messages->len > 0 || !uch_store_get_head (self->store, &head, &floor, NULL))
    return FALSE;
  for (guint i = 0; i < self->plan->n_desks; i++)
    if (uch_sim_has_desk (self, i)
        && (self->desks[i].db == NULL || !uch_sim_desk_is_idle (self, &self->desks[i], head)))
      return FALSE;
  return TRUE;
}

/**
 * uch_sim_run:
 *
 * Runs the plan; then it calms down and everybody must agree.
 *
 * Returns: whether every invariant holds; if not, "failure" says which does not
 */
gboolean
uch_sim_run (UchSim *self)
{
  guint n_calm = 0;

  if (!uch_sim_store_begin (self))
    return FALSE;
  /* Most desks have synced before it begins; a storm may also find one in its first sync. */
  self->calm = TRUE;
  for (guint i = 0; i < self->plan->n_prelude; i++)
    if (!step (self, FALSE))
      return FALSE;
  self->calm = FALSE;
  while (self->step < self->plan->n_steps)
    if (!step (self, TRUE))
      return FALSE;
  self->calm = TRUE;
  uch_sim_disk_set_fault (self->store_disk, UCH_SIM_DISK_WELL, 0);
  uch_sim_note (self, "the storm is over");
  do
    if (!step (self, FALSE))
      return FALSE;
  while (!all_idle (self) && n_calm++ < CALM_STEPS_MAX);
  if (n_calm >= CALM_STEPS_MAX)
    return uch_sim_fail (self, "I7: the desks do not come to rest");
  return uch_sim_check (self) && self->failure == NULL;
}
