/* What must hold when all is quiet. The names are those of the protocol's invariants. */
#include "simulate/uch-sim.h"

#include <string.h>

#include "core/uch-work.h"
#include "store/uch-store-accounts.h"

#define LIMIT 1000

/* Every row of a table in the store that this person may see. */
static GPtrArray *
list_seen (UchSim *self, const UchSession *session, UchTable table)
{
  GPtrArray  *all = g_ptr_array_new_with_free_func (g_object_unref);
  const char *after = NULL;
  gint64      head;

  for (;;)
    {
      g_autoptr (GPtrArray) rows
          = uch_store_list_rows (self->store, session, table, after, LIMIT, &head, NULL);

      if (rows == NULL)
        {
          uch_sim_fail (self, "the store cannot list a table");
          return all;
        }
      for (guint i = 0; i < rows->len; i++)
        g_ptr_array_add (all, g_object_ref (g_ptr_array_index (rows, i)));
      if (rows->len < LIMIT)
        return all;
      after = ((UchEntity *) g_ptr_array_index (all, all->len - 1))->id;
    }
}

static GPtrArray *
list_table (UchSim *self, UchTable table)
{
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_HEAD, NULL, NULL);

  return list_seen (self, session, table);
}

static guint64
digest_seen (UchSim *self, const UchSession *session)
{
  guint64 digest = 0;

  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GPtrArray) rows = list_seen (self, session, table);

      for (guint i = 0; i < rows->len; i++)
        digest += uch_wire_digest_row (g_ptr_array_index (rows, i));
    }
  return digest;
}

/* I7: a replica at rest is the store's image, as far as its person may see it. */
static gboolean
check_digests (UchSim *self)
{
  for (guint i = 0; i < self->n_desks; i++)
    {
      guint64 expected = digest_seen (self, self->desks[i].session), digest;
      g_autoptr (GError) error = NULL;

      if (!uch_replica_db_get_digest (self->desks[i].db, &digest, &error))
        return uch_sim_fail (self, "desk %u has no digest: %s", i, error->message);
      if (digest != expected)
        return uch_sim_fail (self, "I7: desk %u is not as the store at the same cursor", i);
    }
  return TRUE;
}

/* I1 I2 I3 I11: every act is in the log once and in its author's order, or among his refusals. */
static gboolean
check_desk_acts (UchSim *self, UchDesk *desk, GHashTable *events, guint *out_n_refused)
{
  g_autoptr (GPtrArray) list
      = uch_outbox_list_refusals (uch_replica_db_get_outbox (desk->db), desk->staff_id, NULL);
  g_autoptr (GHashTable) refusals = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 last_seq = 0;

  for (guint i = 0; i < list->len; i++)
    g_hash_table_add (refusals, ((UchOutboxRefusal *) g_ptr_array_index (list, i))->command->id);
  *out_n_refused += list->len;
  for (guint i = 0; i < desk->done->len; i++)
    {
      const char *id = g_ptr_array_index (desk->done, i);
      UchEntity  *event = g_hash_table_lookup (events, id);
      gboolean    refused = g_hash_table_contains (refusals, id);

      if (event == NULL && !refused)
        return uch_sim_fail (self, "I11: the act %s of desk %u is lost", id, desk->index);
      /* One that was accepted before the store came back from a backup may be refused after it. */
      if (event != NULL && refused && self->n_stores == 0)
        return uch_sim_fail (self, "I1: the act %s of desk %u was accepted and refused", id,
                             desk->index);
      /* An undo writes into an event again: it carries the undo's place then. */
      if (event == NULL || ((UchEvent *) event)->undone_by != NULL)
        continue;
      if (event->seq <= last_seq && self->n_stores == 0)
        return uch_sim_fail (self, "I3: the act %s of desk %u overtook an earlier one", id,
                             desk->index);
      last_seq = event->seq;
    }
  return TRUE;
}

static gboolean
check_acts (UchSim *self)
{
  g_autoptr (GPtrArray) rows = list_table (self, UCH_TABLE_EVENT);
  g_autoptr (GHashTable) events = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) seqs = g_hash_table_new (g_int64_hash, g_int64_equal);
  guint  n_refused = 0, n_done = 0;
  gint64 head, floor;

  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *event = g_ptr_array_index (rows, i);

      g_hash_table_insert (events, event->id, event);
    }
  for (guint i = 0; i < self->n_desks; i++)
    {
      if (!check_desk_acts (self, &self->desks[i], events, &n_refused))
        return FALSE;
      n_done += self->desks[i].done->len;
    }
  if (!uch_store_get_head (self->store, &head, &floor, NULL))
    return uch_sim_fail (self, "the store has no head");
  /* I2 I4: each operation used up one place in the order, and only one. */
  if (self->n_stores == 0 && head != self->n_setup + n_done)
    return uch_sim_fail (self,
                         "I4: %u acts and %" G_GINT64_FORMAT " before them make a head of "
                         "%" G_GINT64_FORMAT,
                         n_done, self->n_setup, head);
  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *event = g_ptr_array_index (rows, i);

      if (((UchEvent *) event)->undone_by != NULL)
        continue;
      if (event->seq > head || !g_hash_table_add (seqs, &event->seq))
        return uch_sim_fail (self, "I4: two acts have the place %" G_GINT64_FORMAT, event->seq);
    }
  return TRUE;
}

/* I9: a ticket has one open visit at most, and that is the one it names. */
static gboolean
check_visits (UchSim *self)
{
  g_autoptr (GPtrArray) visits = list_table (self, UCH_TABLE_VISIT);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < visits->len; i++)
    {
      UchVisit *visit = g_ptr_array_index (visits, i);

      if (uch_visit_is_open (visit) && !g_hash_table_add (taken, visit->ticket_id))
        return uch_sim_fail (self, "I9: the ticket %s has two open visits", visit->ticket_id);
    }
  return TRUE;
}

gboolean
uch_sim_check (UchSim *self)
{
  return check_digests (self) && check_acts (self) && check_visits (self) && self->failure == NULL;
}
