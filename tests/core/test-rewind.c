/* The journal alone tells how the office stood at any moment. The other opinion is slow and plain:
 * the whole office is copied after every single act of a random history. */
#include <string.h>

#include "core/uch-clockwork.h"
#include "core/uch-rewind.h"
#include "office.h"

#define N_HISTORIES 40
#define N_ACTS 120

static const UchTable tables[] = { UCH_TABLE_TICKET, UCH_TABLE_VISIT, UCH_TABLE_NOTE,
                                   UCH_TABLE_CALL,   UCH_TABLE_SHIFT, UCH_TABLE_COMPANY };

/* A history and what the office was after each of its acts. */
typedef struct
{
  Office    *office;
  GRand     *random;
  guint      n_made;
  GPtrArray *copies; /* of UchMemorySnapshot; [0] before the first act */
  GPtrArray *events; /* of UchEvent, in order */
} History;

static UchMemorySnapshot *
copy_office (Office *office)
{
  UchMemorySnapshot *copy = uch_memory_snapshot_new ();

  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      g_autoptr (GPtrArray) rows = uch_memory_snapshot_list (office->snapshot, tables[t]);

      for (guint i = 0; i < rows->len; i++)
        uch_memory_snapshot_put (copy, g_ptr_array_index (rows, i));
    }
  return copy;
}

/* The id of some row of the table. */
static char *
pick (History *self, UchTable table)
{
  g_autoptr (GPtrArray) rows = uch_memory_snapshot_list (self->office->snapshot, table);
  const UchEntity *found = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      const UchEntity *row = g_ptr_array_index (rows, i);

      /* The order of a hash table is not the same everywhere: the seed must be. */
      if (found == NULL
          || (g_str_hash (row->id) ^ self->n_made) % 97
                 < (g_str_hash (found->id) ^ self->n_made) % 97)
        found = row;
    }
  return g_strdup (found != NULL ? found->id : "none");
}

/* What an act says beside the row that it is about. */
static void
add_details (History      *self,
             const char   *type,
             const char   *made,
             const char   *shift,
             const char   *event,
             GVariantDict *args)
{
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  if (strcmp (type, "ticket.create") == 0 || strcmp (type, "ticket.edit") == 0)
    {
      if (strcmp (type, "ticket.create") == 0)
        {
          g_variant_dict_insert (&fields, "category", "s", "support.tv");
          g_variant_dict_insert (&fields, "house_id", "s", "h2");
        }
      g_variant_dict_insert (&fields, "description", "s", made);
      g_variant_dict_insert_value (args, "fields", g_variant_dict_end (&fields));
    }
  else if (strcmp (type, "ticket.hold") == 0)
    {
      g_variant_dict_insert (args, "reason", "s", "client_away");
      g_variant_dict_insert (args, "wake_at", "x", self->office->now + UCH_MINUTE_MS);
    }
  else if (strcmp (type, "ticket.resolve") == 0)
    {
      g_variant_dict_insert (args, "how", "s", "remote");
      g_variant_dict_insert (args, "code", "s", "settings");
    }
  else if (strcmp (type, "ticket.reopen") == 0)
    g_variant_dict_insert (args, "reason", "s", "same_symptom");
  else if (strcmp (type, "ticket.cancel") == 0)
    g_variant_dict_insert (args, "reason", "s", "client_cancelled");
  else if (strcmp (type, "visit.plan") == 0)
    g_variant_dict_insert (args, "mode", "s", "now");
  else if (strcmp (type, "visit.assign") == 0)
    g_variant_dict_insert (args, "engineer", "s", g_rand_boolean (self->random) ? "ivan" : "petr");
  else if (strcmp (type, "visit.finish") == 0)
    {
      g_variant_dict_insert (args, "result", "s", "done");
      g_variant_dict_insert (args, "code", "s", "cable");
    }
  else if (strcmp (type, "visit.miss") == 0)
    g_variant_dict_insert (args, "reason", "s", "previous_overran");
  else if (strcmp (type, "visit.decline") == 0)
    g_variant_dict_insert (args, "reason", "s", "transport");
  else if (strcmp (type, "note.add") == 0)
    {
      g_variant_dict_insert (args, "note", "s", made);
      g_variant_dict_insert (args, "text", "s", "Звонить после шести");
    }
  else if (strcmp (type, "call.log") == 0)
    {
      g_variant_dict_insert (args, "call", "s", made);
      g_variant_dict_insert (args, "outcome", "s", "talked");
    }
  else if (strcmp (type, "act.undo") == 0)
    g_variant_dict_insert (args, "event", "s", event);
  else if (g_str_has_prefix (type, "row."))
    {
      gboolean new_one = strcmp (type, "row.put") == 0 && g_rand_boolean (self->random);

      g_variant_dict_insert (args, "table", "s", "shift");
      g_variant_dict_insert (args, "id", "s", new_one ? made : shift);
      if (strcmp (type, "row.put") == 0)
        {
          g_variant_dict_insert (&fields, "staff_id", "s", "ivan");
          g_variant_dict_insert (&fields, "starts_at", "x", self->office->now);
          g_variant_dict_insert (&fields, "ends_at", "x", self->office->now + UCH_HOUR_MS);
          g_variant_dict_insert_value (args, "fields", g_variant_dict_end (&fields));
        }
    }
}

static UchCommand *
make_act (History *self, UchRole *out_role)
{
  static const char *const acts[] = {
    "ticket.create", "ticket.take",  "ticket.hold",   "ticket.wake",    "ticket.resolve",
    "ticket.close",  "ticket.edit",  "ticket.reopen", "ticket.cancel",  "visit.plan",
    "visit.assign",  "visit.assign", "visit.assign",  "visit.unassign", "visit.accept",
    "visit.depart",  "visit.arrive", "visit.finish",  "visit.miss",     "visit.decline",
    "note.add",      "call.log",     "act.undo",      "act.undo",       "row.put",
    "row.delete",
  };
  const char      *type = acts[g_rand_int_range (self->random, 0, G_N_ELEMENTS (acts))];
  g_autofree char *ticket = pick (self, UCH_TABLE_TICKET);
  g_autofree char *visit = pick (self, UCH_TABLE_VISIT);
  g_autofree char *shift = pick (self, UCH_TABLE_SHIFT);
  g_autofree char *made = g_strdup_printf ("n%u", ++self->n_made);
  g_autofree char *id = g_strdup_printf ("c%u", ++self->office->n_commands);
  GVariantDict     args;
  const char      *event = "none";

  *out_role = UCH_ROLE_HEAD;
  if (strcmp (type, "ticket.wake") == 0 || strcmp (type, "ticket.close") == 0
      || strcmp (type, "visit.miss") == 0)
    *out_role = UCH_ROLE_STORE;
  if (self->events->len > 0)
    event = UCH_ENTITY (g_ptr_array_index (self->events, self->events->len - 1))->id;

  g_variant_dict_init (&args, NULL);
  if (g_str_has_prefix (type, "ticket.") || strcmp (type, "visit.plan") == 0
      || strcmp (type, "visit.assign") == 0 || strcmp (type, "note.add") == 0
      || strcmp (type, "call.log") == 0)
    g_variant_dict_insert (&args, "ticket", "s",
                           strcmp (type, "ticket.create") == 0 ? made : ticket);
  if (strcmp (type, "visit.plan") == 0)
    g_variant_dict_insert (&args, "visit", "s", made);
  else if (strcmp (type, "visit.assign") == 0)
    {
      const UchTicket *row = office_peek (self->office, UCH_TABLE_TICKET, ticket);

      g_variant_dict_insert (&args, "visit", "s",
                             row->visit_id != NULL && g_rand_boolean (self->random) ? row->visit_id
                                                                                    : made);
    }
  else if (g_str_has_prefix (type, "visit."))
    g_variant_dict_insert (&args, "visit", "s", visit);

  add_details (self, type, made, shift, event, &args);
  return uch_command_new (id, type, g_variant_dict_end (&args), self->office->now);
}

static void
act (History *self)
{
  UchRole     role;
  UchCommand *command = make_act (self, &role);
  g_autoptr (UchVerdict) verdict = NULL;

  self->office->now += g_rand_int_range (self->random, 1000, 90 * 1000);
  verdict = office_try (self->office, role, command);
  if (verdict->kind != UCH_VERDICT_OK)
    return;
  uch_memory_snapshot_apply (self->office->snapshot, verdict->changes);
  for (guint i = 0; i < verdict->changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (verdict->changes, i);

      if (change->table != UCH_TABLE_EVENT || change->before != NULL)
        continue;
      change->after->seq = self->events->len + 1;
      g_ptr_array_add (self->events, g_object_ref (change->after));
    }
  g_ptr_array_add (self->copies, copy_office (self->office));
}

static History *
history_new (guint32 seed)
{
  History *self = g_new0 (History, 1);

  self->office = office_new ();
  self->random = g_rand_new_with_seed (seed);
  self->copies = g_ptr_array_new_with_free_func (g_object_unref);
  self->events = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->copies, copy_office (self->office));
  for (guint i = 0; i < N_ACTS; i++)
    act (self);
  g_assert_cmpuint (self->copies->len, ==, self->events->len + 1);
  return self;
}

static void
history_free (History *self)
{
  office_free (self->office);
  g_rand_free (self->random);
  g_ptr_array_unref (self->copies);
  g_ptr_array_unref (self->events);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (History, history_free)

static void
assert_same (UchRewind *rewind, guint n_events, UchMemorySnapshot *copy, guint32 seed)
{
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      g_autoptr (GPtrArray) expected = uch_memory_snapshot_list (copy, tables[t]);
      g_autoptr (GPtrArray) listed = uch_rewind_list (rewind, n_events, tables[t]);

      g_assert_cmpuint (listed->len, ==, expected->len);
      for (guint i = 0; i < expected->len; i++)
        {
          UchEntity *row = g_ptr_array_index (expected, i);
          UchEntity *found = uch_rewind_peek (rewind, n_events, tables[t], row->id);

          if (found == NULL || !uch_entity_equal (found, row)
              || g_strcmp0 (found->rev, row->rev) != 0)
            g_error ("seed %u: %s %s differs after %u events", seed, row->schema->name, row->id,
                     n_events);
        }
    }
}

static void
add_all (UchRewind *rewind, UchMemorySnapshot *now)
{
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      g_autoptr (GPtrArray) rows = uch_memory_snapshot_list (now, tables[t]);

      for (guint i = 0; i < rows->len; i++)
        uch_rewind_add (rewind, g_ptr_array_index (rows, i));
    }
}

static void
test_every_moment (void)
{
  guint n_events = 0;

  for (guint32 seed = 1; seed <= N_HISTORIES; seed++)
    {
      g_autoptr (History) history = history_new (seed);
      g_autoptr (GPtrArray) mixed = g_ptr_array_new ();
      g_autoptr (UchRewind) rewind = NULL;

      /* In whatever order they come. */
      for (guint i = 0; i < history->events->len; i++)
        g_ptr_array_insert (mixed, g_rand_int_range (history->random, 0, (int) i + 1),
                            g_ptr_array_index (history->events, i));
      rewind = uch_rewind_new (UCH_SNAPSHOT (history->office->snapshot), mixed);
      add_all (rewind, history->office->snapshot);
      g_assert_cmpuint (uch_rewind_get_n_gaps (rewind), ==, 0);
      for (guint i = 0; i <= history->events->len; i++)
        assert_same (rewind, i, g_ptr_array_index (history->copies, i), seed);
      n_events += history->events->len;
    }
  g_test_message ("%u events", n_events);
  g_assert_cmpuint (n_events, >, N_HISTORIES * 20);
}

/* Only the last hours are asked for: rows that they did not touch stand as they stand. */
static void
test_part_of_the_journal (void)
{
  g_autoptr (History) history = history_new (7);
  guint n = history->events->len, first = n / 2;
  g_autoptr (GPtrArray) late = g_ptr_array_new ();
  g_autoptr (UchRewind) rewind = NULL;

  for (guint i = first; i < n; i++)
    g_ptr_array_add (late, g_ptr_array_index (history->events, i));
  rewind = uch_rewind_new (UCH_SNAPSHOT (history->office->snapshot), late);
  add_all (rewind, history->office->snapshot);
  for (guint i = first; i <= n; i++)
    assert_same (rewind, i - first, g_ptr_array_index (history->copies, i), 7);
}

static void
test_moments (void)
{
  g_autoptr (History) history = history_new (3);
  g_autoptr (UchRewind) rewind
      = uch_rewind_new (UCH_SNAPSHOT (history->office->snapshot), history->events);
  guint           n = uch_rewind_get_n_events (rewind);
  const UchEvent *third = uch_rewind_get_event (rewind, 2);

  g_assert_cmpuint (uch_rewind_count_until (rewind, 0), ==, 0);
  g_assert_cmpuint (uch_rewind_count_until (rewind, third->received_at - 1), ==, 2);
  g_assert_cmpuint (uch_rewind_count_until (rewind, third->received_at), ==, 3);
  g_assert_cmpuint (uch_rewind_count_until (rewind, G_MAXINT64), ==, n);
  g_assert_null (uch_rewind_peek (rewind, n, UCH_TABLE_TICKET, "nobody"));
  g_assert_null (uch_rewind_peek (rewind, n, UCH_TABLE_TICKET, NULL));
}

/* What was changed without a word is told, not hidden. */
static void
test_gap (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *id = office_do (office, UCH_ROLE_DISPATCHER,
                                   office_command (office, "ticket.take", "ticket", "'t1'", NULL));
  g_autoptr (UchTicket) foreign = uch_entity_copy (office_peek (office, UCH_TABLE_TICKET, "t1"));
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  g_autoptr (UchRewind) rewind = NULL;

  g_ptr_array_add (events, office_peek (office, UCH_TABLE_EVENT, id));
  g_free (foreign->parent.rev);
  foreign->parent.rev = g_strdup ("somebody");
  uch_memory_snapshot_put (office->snapshot, foreign);
  rewind = uch_rewind_new (UCH_SNAPSHOT (office->snapshot), events);
  g_assert_cmpuint (uch_rewind_get_n_gaps (rewind), ==, 1);
  g_assert_cmpint (((UchTicket *) uch_rewind_peek (rewind, 0, UCH_TABLE_TICKET, "t1"))->state, ==,
                   UCH_TICKET_NEW);
}

/* What the store does by itself can be looked back upon, and not be undone. */
static void
test_the_stores_own_acts (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *missed = NULL;
  g_autofree char *quoted = NULL;
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  g_autoptr (UchRewind) rewind = NULL;
  g_autoptr (UchVerdict) undone = NULL;

  office_put_visit (office, "v1", "t1", UCH_VISIT_EN_ROUTE);
  office->now += 3 * UCH_HOUR_MS;
  missed = office_do (
      office, UCH_ROLE_STORE,
      office_command (office, "visit.miss", "visit", "'v1'", "reason", "'previous_overran'", NULL));
  g_ptr_array_add (events, office_peek (office, UCH_TABLE_EVENT, missed));
  rewind = uch_rewind_new (UCH_SNAPSHOT (office->snapshot), events);
  g_assert_cmpint (((UchVisit *) uch_rewind_peek (rewind, 1, UCH_TABLE_VISIT, "v1"))->state, ==,
                   UCH_VISIT_MISSED);
  g_assert_cmpint (((UchVisit *) uch_rewind_peek (rewind, 0, UCH_TABLE_VISIT, "v1"))->state, ==,
                   UCH_VISIT_EN_ROUTE);
  quoted = g_strdup_printf ("'%s'", missed);
  undone = office_try (office, UCH_ROLE_HEAD,
                       office_command (office, "act.undo", "event", quoted, NULL));
  g_assert_cmpint (undone->refusal, ==, UCH_REFUSAL_NOT_UNDOABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rewind/every-moment", test_every_moment);
  g_test_add_func ("/rewind/part-of-the-journal", test_part_of_the_journal);
  g_test_add_func ("/rewind/moments", test_moments);
  g_test_add_func ("/rewind/gap", test_gap);
  g_test_add_func ("/rewind/the-stores-own-acts", test_the_stores_own_acts);
  return g_test_run ();
}
