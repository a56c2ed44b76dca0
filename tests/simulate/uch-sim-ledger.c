/* The checker's own copy of the store's log, read after every commit, and what must be true of it
 * then and there. The names are those of the protocol's invariants. */
#include "simulate/uch-sim.h"

#include <stdio.h>
#include <string.h>

#include "core/uch-work.h"
#include "store/uch-store-private.h"

/* Every name and number of a client in the simulation holds one of these (see uch-sim-acts.c). */
static const char *const personal[] = { "Тайнов", "962770", "962 770", "Фамилия" };

/* A row that an operation has changed; not the journal's own entry. */
typedef struct
{
  UchTable table;
  char    *id;
  gboolean gone;
} Touch;

typedef struct
{
  UchOp  *op;      /* owned */
  GArray *touches; /* of Touch */
} Entry;

struct _UchLedger
{
  char       *uuid;
  GPtrArray  *entries;  /* of Entry; the one of seq n stands at n − 1 */
  GHashTable *seqs;     /* id of an operation (unowned) → its seq */
  GHashTable *accepted; /* id (owned): in any epoch */
  GHashTable *mids;     /* client (owned) → the last mid logged */
  GHashTable *revs;     /* "table/id" (owned) → its version (owned); "" when it is gone */
  GHashTable *gone;     /* "table/id" (owned) → seq of its last removal */
  GHashTable *acked;    /* id (owned) → seq: somebody was told so, in this epoch */
  gint64      last_made[UCH_SIM_DESKS_MAX];
  gint64      max_acked;
};

static void
touch_clear (gpointer data)
{
  g_free (((Touch *) data)->id);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->op);
  g_array_unref (entry->touches);
  g_free (entry);
}

static void
forget (UchLedger *self)
{
  g_hash_table_remove_all (self->seqs);
  g_hash_table_remove_all (self->mids);
  g_hash_table_remove_all (self->revs);
  g_hash_table_remove_all (self->gone);
  g_ptr_array_set_size (self->entries, 0);
  for (guint i = 0; i < UCH_SIM_DESKS_MAX; i++)
    self->last_made[i] = -1;
}

UchLedger *
uch_ledger_new (void)
{
  UchLedger *self = g_new0 (UchLedger, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->seqs = g_hash_table_new (g_str_hash, g_str_equal);
  self->accepted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->mids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->revs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->acked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  forget (self);
  return self;
}

void
uch_ledger_free (UchLedger *self)
{
  g_hash_table_unref (self->seqs);
  g_hash_table_unref (self->accepted);
  g_hash_table_unref (self->mids);
  g_hash_table_unref (self->revs);
  g_hash_table_unref (self->gone);
  g_hash_table_unref (self->acked);
  g_ptr_array_unref (self->entries);
  g_free (self->uuid);
  g_free (self);
}

/* I14 */
gboolean
uch_ledger_check_text (UchSim *sim, const char *where, const char *text)
{
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (personal); i++)
    if (strstr (text, personal[i]) != NULL)
      return uch_sim_fail (sim, "I14: %s names somebody: %s", where, text);
  return TRUE;
}

gint64
uch_ledger_get_acked (UchLedger *self)
{
  return self->max_acked;
}

/* Whether it was accepted once, also by a store that has come back from a backup since. */
gboolean
uch_ledger_was_accepted (UchLedger *self, const char *id)
{
  return g_hash_table_contains (self->accepted, id);
}

/* The place of an operation in the log of this epoch; 0: it is not there. */
gint64
uch_ledger_find (UchLedger *self, const char *id, gboolean *out_accepted)
{
  gint64 seq = GPOINTER_TO_SIZE (g_hash_table_lookup (self->seqs, id));

  if (seq > 0)
    *out_accepted
        = ((Entry *) g_ptr_array_index (self->entries, seq - 1))->op->verdict == UCH_VERDICT_OK;
  return seq;
}

static UchDesk *
find_author (UchSim *sim, const UchOp *op)
{
  guint index;

  if (op->staff_id == NULL || sscanf (op->staff_id, "staff-%u", &index) != 1
      || index >= sim->plan->n_desks)
    return NULL;
  return &sim->desks[index];
}

/* I2 I3 I10: each operation was made by somebody, is there once, after what its author did before
 * it and after what was acknowledged before it was sent. */
static gboolean
check_author (UchLedger *self, UchSim *sim, const UchOp *op)
{
  const char *id = UCH_ENTITY (op)->id;
  gint64      seq = UCH_ENTITY (op)->seq,
         mid = GPOINTER_TO_SIZE (g_hash_table_lookup (self->mids, op->client));
  UchDesk *desk = find_author (sim, op);
  UchMade *made = desk != NULL ? g_hash_table_lookup (desk->made, id) : NULL;

  /* What is sent again under a new name counts, but is not logged again. */
  if (op->mid <= mid)
    return uch_sim_fail (sim, "I3: %s counts %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT,
                         op->client, op->mid, mid);
  g_hash_table_replace (self->mids, g_strdup (op->client), GSIZE_TO_POINTER (op->mid));
  if (desk == NULL)
    return TRUE;
  if (made == NULL && desk->n_lost_undos > 0)
    {
      desk->n_lost_undos--;
      return TRUE;
    }
  if (made == NULL)
    return uch_sim_fail (sim, "I2: nobody made the operation %s of desk %u", id, desk->index);
  if ((gint64) made->index <= self->last_made[desk->index])
    return uch_sim_fail (sim, "I3: the act %s of desk %u was overtaken", id, desk->index);
  self->last_made[desk->index] = made->index;
  if (made->floor >= seq)
    return uch_sim_fail (sim,
                         "I10: the act %s has place %" G_GINT64_FORMAT " but %" G_GINT64_FORMAT
                         " was acknowledged before it was sent",
                         id, seq, made->floor);
  return TRUE;
}

/* The version of a row that an operation has replaced must be the one that the last left: else
 * somebody's work was lost. */
static gboolean
check_version (UchLedger *self, UchSim *sim, const UchOp *op, Touch *touch, GVariantDict *was)
{
  char       *key = g_strdup_printf ("%u/%s", touch->table, touch->id);
  const char *known = g_hash_table_lookup (self->revs, key), *rev = NULL, *left = NULL;
  gboolean    holds;

  g_variant_dict_lookup (was, "rev", "&s", &rev);
  g_variant_dict_lookup (was, "left", "&s", &left);
  holds = known == NULL || g_strcmp0 (rev != NULL ? rev : "", known) == 0
          || uch_sim_fail (sim, "I9: %s replaced the version %s of %s, not %s", UCH_ENTITY (op)->id,
                           rev, key, known);
  touch->gone = left == NULL;
  if (touch->gone)
    g_hash_table_replace (self->gone, g_strdup (key), GSIZE_TO_POINTER (UCH_ENTITY (op)->seq));
  g_hash_table_replace (self->revs, key, g_strdup (left != NULL ? left : ""));
  return holds;
}

/* I9: an assignment was made by somebody who had seen the visit as it stood. */
static gboolean
check_assignment (UchSim *sim, const UchOp *op, const Touch *touch, GVariantDict *was)
{
  g_autoptr (GVariant) args = NULL;
  const char *base = NULL, *rev = NULL, *visit = NULL;

  if (touch->table != UCH_TABLE_VISIT || strcmp (op->type, UCH_COMMAND_VISIT_ASSIGN) != 0)
    return TRUE;
  args = g_variant_parse (G_VARIANT_TYPE_VARDICT, op->args, NULL, NULL, NULL);
  g_variant_lookup (args, "base", "&s", &base);
  g_variant_lookup (args, "visit", "&s", &visit);
  g_variant_dict_lookup (was, "rev", "&s", &rev);
  if (g_strcmp0 (visit, touch->id) != 0 || g_strcmp0 (base, rev) == 0)
    return TRUE;
  return uch_sim_fail (sim, "I9: the assignment %s was decided on %s, its author had seen %s",
                       UCH_ENTITY (op)->id, rev, base);
}

/* What the store does by itself is not for undo: its journal does not say what was before. */
static void
read_own_step (UchLedger *self, Entry *entry, const UchEvent *event)
{
  const char *type = entry->op->type;
  gboolean    followup = g_str_has_prefix (type, "followup.");
  gboolean    visit = strcmp (type, UCH_COMMAND_VISIT_MISS) == 0;
  Touch       touch = { followup ? UCH_TABLE_FOLLOWUP
                        : visit  ? UCH_TABLE_VISIT
                                 : UCH_TABLE_TICKET,
                  g_strdup (followup ? event->subject_id
                            : visit  ? event->visit_id
                                     : event->ticket_id),
                  FALSE };
  g_autofree char *key = g_strdup_printf ("%u/%s", touch.table, touch.id);
  g_autofree char *ticket_key = g_strdup_printf ("%u/%s", UCH_TABLE_TICKET, event->ticket_id);

  g_hash_table_remove (self->revs, key);
  if (!followup)
    g_hash_table_remove (self->revs, ticket_key);
  g_array_append_val (entry->touches, touch);
}

static gboolean
read_event (UchLedger *self, UchSim *sim, Entry *entry, const UchEvent *event)
{
  g_autoptr (GVariant) before = NULL;
  GVariantIter iter;
  const char  *table, *id;
  GVariant    *fields;

  if (entry->op->role == UCH_ROLE_STORE)
    {
      read_own_step (self, entry, event);
      return TRUE;
    }
  before = g_variant_parse (G_VARIANT_TYPE ("a(ssba{sv})"), event->before, NULL, NULL, NULL);
  if (before == NULL)
    return uch_sim_fail (sim, "the journal of %s cannot be read", UCH_ENTITY (event)->id);
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&sb@a{sv})", &table, &id, NULL, &fields))
    {
      g_autoptr (GVariant) owned = fields;
      g_auto (GVariantDict) was = G_VARIANT_DICT_INIT (owned);
      Touch    touch = { uch_schema_by_name (table)->table, g_strdup (id), FALSE };
      gboolean holds = check_version (self, sim, entry->op, &touch, &was)
                       && check_assignment (sim, entry->op, &touch, &was);

      g_array_append_val (entry->touches, touch);
      if (!holds)
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_entry (UchLedger *self, UchSim *sim, UchOp *op)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autoptr (UchEntity) event = NULL;
  gint64 seq = UCH_ENTITY (op)->seq;

  entry->op = g_object_ref (op);
  entry->touches = g_array_new (FALSE, FALSE, sizeof (Touch));
  g_array_set_clear_func (entry->touches, touch_clear);
  g_ptr_array_add (self->entries, entry);
  if (seq != self->entries->len)
    return uch_sim_fail (sim, "I4: the place %u is empty", self->entries->len);
  if (g_hash_table_contains (self->seqs, UCH_ENTITY (op)->id))
    return uch_sim_fail (sim, "I2: the operation %s was done twice", UCH_ENTITY (op)->id);
  g_hash_table_insert (self->seqs, UCH_ENTITY (op)->id, GSIZE_TO_POINTER (seq));
  if (!check_author (self, sim, op) || !uch_ledger_check_text (sim, "a refusal", op->refusal)
      || !uch_ledger_check_text (sim, "a refusal", op->field))
    return FALSE;
  /* Rows that an office takes over when it is made stand in no journal. */
  if (op->verdict != UCH_VERDICT_OK
      || (op->role == UCH_ROLE_STORE && strcmp (op->type, UCH_COMMAND_PUT) == 0))
    return TRUE;
  if (!sim->store->backend->klass->get_row (sim->store->backend, &uch_event_schema,
                                            UCH_ENTITY (op)->id, (gpointer *) &event, NULL)
      || event == NULL)
    return uch_sim_fail (sim, "I1: the accepted operation %s is not in the journal",
                         UCH_ENTITY (op)->id);
  g_hash_table_add (self->accepted, g_strdup (UCH_ENTITY (op)->id));
  return read_event (self, sim, entry, (UchEvent *) event);
}

static void
count (UchSim *sim, const UchOp *op)
{
  sim->counts[UCH_SIM_N_LOGGED]++;
  sim->counts[UCH_SIM_N_CONFLICTS] += op->verdict == UCH_VERDICT_CONFLICT;
  sim->counts[UCH_SIM_N_REJECTIONS] += op->verdict == UCH_VERDICT_REJECTED;
  sim->counts[UCH_SIM_N_STORE_STEPS] += op->staff_id == NULL;
}

static gboolean
read_log (UchLedger *self, UchSim *sim, gboolean fresh)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ops = sim->store->backend->klass->list_changed (
      sim->store->backend, &uch_op_schema, self->entries->len, G_MAXINT64, &error);

  if (ops == NULL)
    return uch_sim_fail (sim, "the log cannot be read: %s", error->message);
  for (guint i = 0; i < ops->len; i++)
    {
      UchOp *op = g_ptr_array_index (ops, i);

      if (!add_entry (self, sim, op))
        return FALSE;
      if (fresh)
        count (sim, op);
    }
  return TRUE;
}

/* Reads what the log has more than when it was read last. */
gboolean
uch_ledger_read (UchLedger *self, UchSim *sim)
{
  return read_log (self, sim, TRUE);
}

/* I1: what was acknowledged is there after whatever has befallen the store, at the same place. */
static gboolean
check_acked (UchLedger *self, UchSim *sim)
{
  GHashTableIter iter;
  gpointer       id, seq;

  g_hash_table_iter_init (&iter, self->acked);
  while (g_hash_table_iter_next (&iter, &id, &seq))
    if (g_hash_table_lookup (self->seqs, id) != seq)
      return uch_sim_fail (sim, "I1: the operation %s was acknowledged as %u and is not there",
                           (const char *) id, GPOINTER_TO_UINT (seq));
  return TRUE;
}

/* The store was opened again: reads the whole log. A new epoch owes nothing to the one before it,
 * and the acts that are sent to it again may be far behind what it has acknowledged. */
gboolean
uch_ledger_begin_again (UchLedger *self, UchSim *sim)
{
  gboolean new_epoch = g_strcmp0 (self->uuid, uch_store_get_uuid (sim->store)) != 0;

  if (new_epoch)
    {
      g_hash_table_remove_all (self->acked);
      self->max_acked = 0;
      for (guint i = 0; i < sim->plan->n_desks; i++)
        {
          GHashTableIter iter;
          gpointer       made;

          g_hash_table_iter_init (&iter, sim->desks[i].made);
          while (g_hash_table_iter_next (&iter, NULL, &made))
            ((UchMade *) made)->floor = -1;
        }
    }
  g_free (self->uuid);
  self->uuid = g_strdup (uch_store_get_uuid (sim->store));
  forget (self);
  return read_log (self, sim, FALSE) && check_acked (self, sim);
}

/* I1: what the store is about to acknowledge stands in its log. */
gboolean
uch_ledger_note_acks (UchLedger *self, UchSim *sim, GPtrArray *ops, GPtrArray *acks)
{
  for (guint i = 0; i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);
      const char        *id = ((UchStoreOp *) g_ptr_array_index (ops, i))->command->id;
      gboolean           accepted = FALSE;
      gint64             seq = uch_ledger_find (self, id, &accepted);

      if (seq == 0 || seq != ack->seq || accepted != (ack->kind == UCH_VERDICT_OK))
        return uch_sim_fail (sim,
                             "I1: the operation %s is acknowledged as %" G_GINT64_FORMAT
                             " but the log has it as %" G_GINT64_FORMAT,
                             id, ack->seq, seq);
      if (!uch_ledger_check_text (sim, "a verdict", ack->field))
        return FALSE;
      if (!g_hash_table_replace (self->acked, g_strdup (id), GSIZE_TO_POINTER (seq)))
        sim->counts[UCH_SIM_N_KNOWN_AGAIN]++;
      self->max_acked = MAX (self->max_acked, seq);
    }
  return TRUE;
}

static gboolean
check_touch (UchLedger *self, UchSim *sim, UchDesk *desk, const Touch *touch, gint64 seq)
{
  UchEntity       *row = uch_view_get (desk->view, touch->table, touch->id);
  g_autofree char *key = NULL;

  if (!uch_store_may_see_table (desk->session, touch->table))
    return TRUE;
  if (row != NULL && row->seq >= seq)
    return TRUE;
  key = g_strdup_printf ("%u/%s", touch->table, touch->id);
  if (row == NULL && (gint64) GPOINTER_TO_SIZE (g_hash_table_lookup (self->gone, key)) >= seq)
    return TRUE;
  /* Acts of this desk that wait may have removed it, or given it back: it has no place then. */
  if (uch_register_may_delete (touch->table) && (row != NULL ? row->seq == 0 : !touch->gone))
    return TRUE;
  return uch_sim_fail (
      sim, "I5: desk %u shows %s of %" G_GINT64_FORMAT " and has skipped %" G_GINT64_FORMAT,
      desk->index, key, row != NULL ? row->seq : 0, seq);
}

/* I5: a desk whose cursor has come from @from to @to shows whatever was done there. */
gboolean
uch_ledger_check_shown (UchLedger *self, UchSim *sim, UchDesk *desk, gint64 from, gint64 to)
{
  gboolean sees_journal = uch_store_may_see_table (desk->session, UCH_TABLE_EVENT);

  if (to > self->entries->len)
    return uch_sim_fail (sim, "I5: desk %u has come to %" G_GINT64_FORMAT ", beyond the log's %u",
                         desk->index, to, self->entries->len);
  for (gint64 seq = from + 1; seq <= to; seq++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, seq - 1);

      if (entry->op->verdict != UCH_VERDICT_OK || entry->touches->len == 0)
        continue;
      if (sees_journal
          && uch_view_get (desk->view, UCH_TABLE_EVENT, UCH_ENTITY (entry->op)->id) == NULL)
        return uch_sim_fail (sim, "I5: desk %u has skipped %" G_GINT64_FORMAT, desk->index, seq);
      for (guint i = 0; i < entry->touches->len; i++)
        if (!check_touch (self, sim, desk, &g_array_index (entry->touches, Touch, i), seq))
          return FALSE;
    }
  return TRUE;
}
