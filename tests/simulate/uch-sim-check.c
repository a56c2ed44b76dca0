/* What must hold when all is quiet; the rest is checked while it happens, in uch-sim-ledger.c and
 * uch-sim-view.c. The names are those of the protocol's invariants. */
#include "simulate/uch-sim.h"

#include "core/uch-work.h"
#include "store/uch-store-private.h"

/* Every row of a table in the store. */
static GPtrArray *
list_table (UchSim *self, UchTable table)
{
  return self->store->backend->klass->list_changed (self->store->backend, uch_schema_get (table),
                                                    -1, G_MAXINT64, NULL);
}

/* I7: a replica at rest is the store's image, as far as its person may see it, and its lists show
 * what is in it. */
static gboolean
check_digests (UchSim *self)
{
  guint64  expected[UCH_N_ROLES];
  gboolean known[UCH_N_ROLES] = { FALSE };

  for (guint i = 0; i < self->plan->n_desks; i++)
    {
      UchDesk *desk = &self->desks[i];
      guint64  digest;
      gint64   head;
      g_autoptr (GError) error = NULL;

      if (!uch_sim_has_desk (self, i))
        continue;
      if (!known[desk->role]
          && !uch_store_get_digest (self->store, desk->session, &expected[desk->role], &head,
                                    &error))
        return uch_sim_fail (self, "the store has no digest: %s", error->message);
      known[desk->role] = TRUE;
      if (!uch_replica_db_get_digest (desk->db, &digest, &error))
        return uch_sim_fail (self, "desk %u has no digest: %s", i, error->message);
      if (digest != expected[desk->role])
        return uch_sim_fail (self, "I7: desk %u is not as the store at the same cursor", i);
      if (!uch_view_check (desk->view, self, desk))
        return FALSE;
    }
  return TRUE;
}

/* I1 I11: every act that was told to be done is in the log, or among its author's refusals. */
static gboolean
check_desk_acts (UchSim *self, UchDesk *desk)
{
  g_autoptr (GPtrArray) list
      = uch_outbox_list_refusals (uch_replica_db_get_outbox (desk->db), desk->staff_id, NULL);
  g_autoptr (GHashTable) refusals = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       value;

  for (guint i = 0; i < list->len; i++)
    g_hash_table_add (refusals, ((UchOutboxRefusal *) g_ptr_array_index (list, i))->command->id);
  g_hash_table_iter_init (&iter, desk->made);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const UchMade *made = value;
      gboolean       accepted = FALSE, refused = g_hash_table_contains (refusals, made->id);
      gint64         seq = uch_ledger_find (self->ledger, made->id, &accepted);

      if (!made->done || (made->forgotten && seq == 0))
        continue;
      if (!refused && (seq == 0 || !accepted) && !made->forgotten)
        return uch_sim_fail (self, "%s of desk %u is lost",
                             seq == 0 ? "I1: the act" : "I11: the refusal of an act", desk->index);
      /* One that was accepted before the store came back from a backup may be refused after it. */
      if (accepted && refused && self->n_stores == 0)
        return uch_sim_fail (self, "I11: the act %s of desk %u was accepted and refused", made->id,
                             desk->index);
    }
  return TRUE;
}

/* I9: a ticket has one open visit at most, and that is the one it names. */
static gboolean
check_visits (UchSim *self)
{
  g_autoptr (GPtrArray) visits = list_table (self, UCH_TABLE_VISIT);
  g_autoptr (GPtrArray) tickets = list_table (self, UCH_TABLE_TICKET);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < visits->len; i++)
    {
      UchVisit *visit = g_ptr_array_index (visits, i);

      if (uch_visit_is_open (visit)
          && !g_hash_table_insert (taken, visit->ticket_id, UCH_ENTITY (visit)->id))
        return uch_sim_fail (self, "I9: the ticket %s has two open visits", visit->ticket_id);
    }
  for (guint i = 0; i < tickets->len; i++)
    {
      UchTicket  *ticket = g_ptr_array_index (tickets, i);
      const char *open = g_hash_table_lookup (taken, UCH_ENTITY (ticket)->id);

      if (open != NULL && g_strcmp0 (open, ticket->visit_id) != 0)
        return uch_sim_fail (self, "I9: the ticket %s does not name its open visit",
                             UCH_ENTITY (ticket)->id);
    }
  return TRUE;
}

/* I14: a tombstone says which row is gone and nothing else. */
static gboolean
check_tombstones (UchSim *self)
{
  g_autoptr (GPtrArray) gone
      = self->store->backend->klass->list_deletions (self->store->backend, -1, G_MAXINT64, NULL);

  for (guint i = 0; i < gone->len; i++)
    {
      const UchStoreRow *row = g_ptr_array_index (gone, i);

      if (row->row != NULL || !uch_ledger_check_text (self, "a tombstone", row->id))
        return uch_sim_fail (self, "I14: a tombstone carries a row");
    }
  return TRUE;
}

gboolean
uch_sim_check (UchSim *self)
{
  g_autoptr (GError) error = NULL;

  if (!uch_store_verify (self->store, &error))
    return uch_sim_fail (self, "I4: %s", error->message);
  for (guint i = 0; i < self->plan->n_desks; i++)
    if (uch_sim_has_desk (self, i) && !check_desk_acts (self, &self->desks[i]))
      return FALSE;
  return check_digests (self) && check_visits (self) && check_tombstones (self);
}
