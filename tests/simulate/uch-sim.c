#include "simulate/uch-sim.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/uch-id.h"
#include "store/uch-store-accounts.h"

const char *const uch_sim_breakage_nicks[] = {
  "whole", "forgetting-outbox", "skipping-cursor", "repeating-retry", "early-ack", "silent-refusal",
  NULL
};

/* 2026-11-20 06:00 UTC, a Friday */
#define BEGIN G_GINT64_CONSTANT (1795154400000)

void
uch_message_free (UchMessage *message)
{
  if (message == NULL)
    return;
  g_free (message->text);
  g_free (message->client);
  g_free (message->fetch.after);
  g_free (message);
}

/* Keeps the last lines of what happened, for whoever has to understand a failure. */
void
uch_sim_note (UchSim *self, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list          ap;

  va_start (ap, format);
  what = g_strdup_vprintf (format, ap);
  va_end (ap);
  g_queue_push_tail (&self->history,
                     g_strdup_printf ("%8" G_GINT64_FORMAT " ms  %s", self->now - BEGIN, what));
  if (self->history.length > UCH_SIM_HISTORY_MAX)
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
  return FALSE;
}

guint
uch_sim_below (UchSim *self, guint n)
{
  return (guint) g_rand_int_range (self->rand, 0, (gint32) n);
}

gboolean
uch_sim_chance (UchSim *self, double probability)
{
  return g_rand_double (self->rand) < probability;
}

char *
uch_sim_make_id (UchSim *self)
{
  guint8 random[UCH_ID_RANDOM_LEN];

  for (guint i = 0; i < sizeof random; i++)
    random[i] = (guint8) uch_sim_below (self, 256);
  return uch_id_new (self->now, random);
}

/**
 * uch_sim_new:
 *
 * A store with an office in it, and desks that have not synced yet.
 */
UchSim *
uch_sim_new (guint64 seed, UchSimBreakage breakage)
{
  static const UchRole roles[] = { UCH_ROLE_DISPATCHER, UCH_ROLE_DISPATCHER, UCH_ROLE_HEAD,
                                   UCH_ROLE_CLERK,      UCH_ROLE_ENGINEER,   UCH_ROLE_DISPATCHER };
  UchSim              *self = g_new0 (UchSim, 1);
  const char *shm = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir ();
  guint32     words[2] = { (guint32) seed, (guint32) (seed >> 32) };

  self->seed = seed;
  self->breakage = breakage;
  self->rand = g_rand_new_with_seed_array (words, 2);
  self->now = BEGIN;
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_message_free);
  self->directory = g_build_filename (shm, "uch-sim-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (self->directory));
  self->n_desks = 2 + uch_sim_below (self, UCH_SIM_DESKS_MAX - 1);
  for (guint i = 0; i < self->n_desks; i++)
    {
      UchDesk *desk = &self->desks[i];

      desk->index = i;
      desk->staff_id = g_strdup_printf ("staff-%u", i);
      desk->role = roles[i % G_N_ELEMENTS (roles)];
      desk->directory = g_strdup_printf ("%s/desk-%u", self->directory, i);
      desk->session = uch_session_new_local (desk->role, desk->staff_id, "desk");
      desk->skew_ms = (gint64) uch_sim_below (self, 120000) - 60000;
      desk->done = g_ptr_array_new_with_free_func (g_free);
      desk->seen_cursor = -1;
    }
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
  for (guint i = 0; i < self->n_desks; i++)
    {
      UchDesk *desk = &self->desks[i];

      g_clear_object (&desk->db);
      g_object_unref (desk->session);
      g_free (desk->staff_id);
      g_free (desk->directory);
      g_free (desk->seen_store);
      g_ptr_array_unref (desk->done);
    }
  g_clear_object (&self->store);
  remove_directory (self->directory);
  g_ptr_array_unref (self->messages);
  g_queue_clear_full (&self->history, g_free);
  g_rand_free (self->rand);
  g_free (self->store_path);
  g_free (self->directory);
  g_free (self->failure);
  g_free (self);
}

/* The network: takes its time, loses, repeats, overtakes. Takes @message. */
void
uch_sim_send (UchSim *self, UchMessage *message)
{
  const UchDesk *desk = &self->desks[message->desk];

  message->at = self->now + 5 + uch_sim_below (self, self->calm ? 40 : 400);
  if (!self->calm && uch_sim_chance (self, 0.05))
    message->at += 1000 + uch_sim_below (self, 20000);
  if (!self->calm && (self->now < desk->cut_until || uch_sim_chance (self, 0.1)))
    {
      uch_message_free (message);
      return;
    }
  if (!self->calm && uch_sim_chance (self, 0.1))
    {
      UchMessage *again = g_memdup2 (message, sizeof *message);

      again->text = g_strdup (message->text);
      again->client = g_strdup (message->client);
      again->fetch.after = g_strdup (message->fetch.after);
      again->at += uch_sim_below (self, 5000);
      g_ptr_array_add (self->messages, again);
    }
  g_ptr_array_add (self->messages, message);
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

/* What befalls a desk in a storm. */
static void
trouble (UchSim *self, UchDesk *desk)
{
  if (uch_sim_chance (self, 0.004))
    {
      desk->cut_until = self->now + 1000 + uch_sim_below (self, 40000);
      uch_sim_note (self, "desk %u: no network for %" G_GINT64_FORMAT " ms", desk->index,
                    desk->cut_until - self->now);
    }
  if (desk->db != NULL && uch_sim_chance (self, 0.004))
    uch_sim_desk_switch_off (self, desk, self->now + uch_sim_below (self, 10000));
}

static gboolean
step_desk (UchSim *self, UchDesk *desk)
{
  if (!self->calm)
    trouble (self, desk);
  if (desk->db == NULL)
    {
      if (!self->calm && self->now < desk->off_until)
        return TRUE;
      if (!uch_sim_desk_switch_on (self, desk))
        return FALSE;
    }
  if (!self->calm && uch_sim_chance (self, 0.25) && !uch_sim_desk_act (self, desk))
    return FALSE;
  return uch_sim_desk_talk (self, desk);
}

static gboolean
step (UchSim *self)
{
  self->now += 20 + uch_sim_below (self, 500);
  if (!deliver (self))
    return FALSE;
  for (guint i = 0; i < self->n_desks; i++)
    if (!step_desk (self, &self->desks[i]))
      return FALSE;
  if (!self->calm && uch_sim_chance (self, 0.002))
    return uch_sim_store_restore (self);
  return TRUE;
}

static gboolean
all_idle (UchSim *self)
{
  gint64 head, floor;

  if (!uch_store_get_head (self->store, &head, &floor, NULL))
    return FALSE;
  for (guint i = 0; i < self->n_desks; i++)
    if (self->desks[i].db == NULL || !uch_sim_desk_is_idle (self, &self->desks[i], head))
      return FALSE;
  return TRUE;
}

/**
 * uch_sim_run:
 * @n_steps: of the storm; then it calms down and everybody must agree
 *
 * Returns: whether every invariant holds; if not, "failure" says which does not
 */
gboolean
uch_sim_run (UchSim *self, guint n_steps)
{
  guint n_calm = 0;

  if (!uch_sim_store_begin (self))
    return FALSE;
  /* Most desks have synced before it begins; a storm may also find one in its first sync. */
  self->calm = TRUE;
  for (guint i = uch_sim_below (self, 60) + 20; i > 0; i--)
    if (!step (self))
      return FALSE;
  self->calm = FALSE;
  for (guint i = 0; i < n_steps; i++)
    if (!step (self))
      return FALSE;
  self->calm = TRUE;
  uch_sim_note (self, "the storm is over");
  do
    if (!step (self))
      return FALSE;
  while (!(self->messages->len == 0 && all_idle (self)) && n_calm++ < 3000);
  if (n_calm >= 3000)
    return uch_sim_fail (self, "the desks do not come to rest");
  return uch_sim_check (self);
}
