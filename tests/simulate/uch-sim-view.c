/* The lists that a desk shows: filled from the replica once, from then on only by what it
 * publishes. What a person sees is judged here, not in the database. */
#include "simulate/uch-sim.h"

#include "core/uch-work.h"
#include "store/uch-store-private.h"

/* A row that a person may happen to point at, in an order that others' coming and going leaves. */
typedef struct
{
  guint64     place;
  const char *id; /* owned by the row */
} Spot;

struct _UchView
{
  gboolean    loaded;
  GHashTable *rows[UCH_N_TABLES]; /* id (owned by the value) → UchEntity (owned) */
  GArray     *spots[UCH_N_TABLES];
};

UchView *
uch_view_new (void)
{
  UchView *self = g_new0 (UchView, 1);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      self->rows[i] = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
      self->spots[i] = g_array_new (FALSE, FALSE, sizeof (Spot));
    }
  return self;
}

void
uch_view_free (UchView *self)
{
  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      g_hash_table_unref (self->rows[i]);
      g_array_unref (self->spots[i]);
    }
  g_free (self);
}

/* Where the row stands among the spots, or would stand. */
static guint
find_spot (GArray *spots, guint64 place)
{
  guint low = 0, high = spots->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (spots, Spot, middle).place < place)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* FNV-1a */
static guint64
place_of (const char *id)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *id != '\0'; id++)
    hash = (hash ^ (guchar) *id) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash ^ hash >> 32;
}

static void
put (UchView *self, UchTable table, const char *id, UchEntity *row)
{
  Spot     spot = { place_of (id), NULL };
  guint    at = find_spot (self->spots[table], spot.place);
  gboolean known = g_hash_table_contains (self->rows[table], id);
  GArray  *spots = self->spots[table];

  if (known)
    g_array_remove_index (spots, at);
  if (row == NULL)
    {
      g_hash_table_remove (self->rows[table], id);
      return;
    }
  spot.id = row->id;
  g_array_insert_val (spots, at, spot);
  g_hash_table_replace (self->rows[table], row->id, g_object_ref (row));
}

gpointer
uch_view_get (UchView *self, UchTable table, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->rows[table], id) : NULL;
}

/* (transfer none) (nullable): the row at @place or the next one */
gpointer
uch_view_pick (UchView *self, UchTable table, guint64 place)
{
  GArray *spots = self->spots[table];

  if (spots->len == 0)
    return NULL;
  return uch_view_get (self, table,
                       g_array_index (spots, Spot, find_spot (spots, place) % spots->len).id);
}

/* Says which row is not in the lists as it is in the replica. */
gboolean
uch_view_check (UchView *self, UchSim *sim, UchDesk *desk)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GPtrArray) rows = uch_replica_db_list (desk->db, table, NULL);

      for (guint i = 0; i < rows->len; i++)
        {
          UchEntity *row = g_ptr_array_index (rows, i),
                    *shown = uch_view_get (self, table, row->id);

          if (shown == NULL || g_strcmp0 (shown->rev, row->rev) != 0
              || !uch_entity_equal (shown, row))
            return uch_sim_fail (
                sim, "I8: desk %u has %s %s of %s in its replica and %s in its lists", desk->index,
                row->schema->name, row->id, row->rev, shown != NULL ? shown->rev : "nothing");
        }
      if (rows->len != g_hash_table_size (self->rows[table]))
        return uch_sim_fail (
            sim, "I8: desk %u has %u rows of table %u in its replica and %u in its lists",
            desk->index, rows->len, table, g_hash_table_size (self->rows[table]));
    }
  return TRUE;
}

gboolean
uch_view_is_loaded (UchView *self)
{
  return self->loaded;
}

void
uch_view_unload (UchView *self)
{
  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      g_array_set_size (self->spots[i], 0);
      g_hash_table_remove_all (self->rows[i]);
    }
  self->loaded = FALSE;
}

/* Whether decide, asked now, still accepts the act: then there is no reason not to show it. Acts
 * made after it may stand in its way, so it is asked only about the last one. */
static gboolean
fits (UchDesk *desk, const UchMade *made)
{
  UchActor actor = { desk->staff_id, desk->role, "desk" };
  g_autoptr (UchVerdict) verdict
      = uch_command_decide (made->command, &actor, UCH_SNAPSHOT (desk->db), made->command->at);

  return verdict->kind == UCH_VERDICT_OK;
}

static gboolean
has_later_act (UchDesk *desk, const UchMade *made)
{
  GHashTableIter iter;
  gpointer       other;

  g_hash_table_iter_init (&iter, desk->made);
  while (g_hash_table_iter_next (&iter, NULL, &other))
    if (((UchMade *) other)->done && ((UchMade *) other)->index > made->index
        && uch_view_get (desk->view, UCH_TABLE_EVENT, ((UchMade *) other)->id) != NULL)
      return TRUE;
  return FALSE;
}

/* A refusal may also be one of a store that has come back from a backup since. */
static gboolean
is_refused (UchDesk *desk, const UchMade *made)
{
  g_autoptr (GPtrArray) refusals
      = uch_outbox_list_refusals (uch_replica_db_get_outbox (desk->db), desk->staff_id, NULL);

  for (guint i = 0; refusals != NULL && i < refusals->len; i++)
    if (g_str_equal (((UchOutboxRefusal *) g_ptr_array_index (refusals, i))->command->id, made->id))
      return TRUE;
  return FALSE;
}

/* I8: an act that is not refused and has not come back from the store stands in the lists, unless
 * it fits no longer what others have done meanwhile. */
static gboolean
check_own_act (UchSim *sim, UchDesk *desk, UchMade *made)
{
  gboolean accepted = FALSE;

  if (!made->done || made->forgotten
      || uch_view_get (desk->view, UCH_TABLE_EVENT, made->id) != NULL)
    return TRUE;
  if (uch_ledger_find (sim->ledger, made->id, &accepted) > 0 && !accepted)
    return TRUE;
  /* The journal is nothing for this role: what was accepted once does not come back to it. */
  if (!uch_store_may_see_table (desk->session, UCH_TABLE_EVENT)
      && uch_ledger_was_accepted (sim->ledger, made->id))
    return TRUE;
  if (is_refused (desk, made))
    return TRUE;
  if (has_later_act (desk, made) || !fits (desk, made))
    {
      sim->counts[UCH_SIM_N_HIDDEN]++;
      return TRUE;
    }
  return uch_sim_fail (sim, "I8: the act %s of desk %u disappeared from its lists", made->id,
                       desk->index);
}

/* The same of every act, after a start. */
static gboolean
check_own_acts (UchSim *sim, UchDesk *desk)
{
  GHashTableIter iter;
  gpointer       made;

  g_hash_table_iter_init (&iter, desk->made);
  while (g_hash_table_iter_next (&iter, NULL, &made))
    if (!check_own_act (sim, desk, made))
      return FALSE;
  return TRUE;
}

/* Reads every list anew, as after a start. */
gboolean
uch_view_load (UchView *self, UchSim *sim, UchDesk *desk)
{
  uch_view_unload (self);
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rows = uch_replica_db_list (desk->db, table, &error);

      if (rows == NULL)
        return uch_sim_desk_suffers (sim, desk, "read its lists", error);
      for (guint i = 0; i < rows->len; i++)
        put (self, table, UCH_ENTITY (g_ptr_array_index (rows, i))->id,
             g_ptr_array_index (rows, i));
    }
  self->loaded = TRUE;
  return check_own_acts (sim, desk);
}

/* What the replica has published. */
gboolean
uch_view_apply (UchView *self, UchSim *sim, UchDesk *desk, GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      put (self, change->table, change->id, change->after);
    }
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);
      UchMade         *made = change->table == UCH_TABLE_EVENT && change->after == NULL
                                  ? g_hash_table_lookup (desk->made, change->id)
                                  : NULL;

      if (made != NULL && !check_own_act (sim, desk, made))
        return FALSE;
    }
  return TRUE;
}
