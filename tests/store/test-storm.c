/* Twenty desks and a network that loses, repeats and reorders, a store that crashes, whose disk
 * fills and that is once restored from a backup. One seed is one run; UCH_SEEDS=N runs more. */

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "support/uch-fault-vfs.h"

#define N_DESKS 20
#define N_TICKETS 12
#define N_STEPS 600

/* What a desk keeps of an act until it is sure. */
typedef struct
{
  UchCommand    *command; /* (owned) */
  gint64         mid;
  gboolean       acked;
  UchVerdictKind kind;
  gint64         seq;
} Act;

typedef struct
{
  Sender            *sender;
  GPtrArray         *acts;   /* of Act, in order; all are kept */
  guint              n_sent; /* acts that have a mid in this epoch */
  guint              n_acked;
  char              *epoch;
  gint64             cursor;
  UchMemorySnapshot *copy;
} Desk;

typedef struct
{
  Suite   *suite;
  GRand   *rand;
  Desk     desks[N_DESKS];
  guint    n_acts;
  gint64   head_before;
  char    *backup;
  gboolean restored;
} Storm;

static void
act_free (gpointer data)
{
  Act *act = data;

  uch_command_unref (act->command);
  g_free (act);
}

static gboolean
chance (Storm *storm, guint percent)
{
  return g_rand_int_range (storm->rand, 0, 100) < (gint) percent;
}

/* Something a dispatcher does, blindly: much of it will be refused, and that is a verdict too. */
static UchCommand *
invent (Storm *storm)
{
  Suite           *suite = storm->suite;
  g_autofree char *ticket = g_strdup_printf ("t%d", g_rand_int_range (storm->rand, 0, N_TICKETS));
  g_autofree char *visit = g_strdup_printf ("v%d", g_rand_int_range (storm->rand, 0, 1000));
  g_autofree char *note = g_strdup_printf ("n%u", suite->n_ids);
  const char      *engineer = chance (storm, 50) ? "ivan" : "petr";

  switch (g_rand_int_range (storm->rand, 0, 6))
    {
    case 0:
      return suite_make_ticket (suite, ticket);
    case 1:
    case 2:
      return suite_make_assign (suite, ticket, visit, engineer, NULL);
    case 3:
      return suite_command (suite, UCH_COMMAND_TICKET_TAKE, "ticket", ticket, NULL);
    case 4:
      return suite_command (suite, UCH_COMMAND_VISIT_UNASSIGN, "visit", visit, NULL);
    default:
      return suite_command (suite, UCH_COMMAND_NOTE_ADD, "note", note, "ticket", ticket, "text",
                            "заметка", NULL);
    }
}

static void
act (Storm *storm, Desk *desk)
{
  Act *new_act = g_new0 (Act, 1);

  new_act->command = invent (storm);
  g_ptr_array_add (desk->acts, new_act);
  storm->n_acts++;
}

/* Another epoch: the cursor is worth nothing, and what was acknowledged may be gone. */
static void
begin_epoch (Desk *desk, const char *epoch)
{
  g_free (desk->epoch);
  desk->epoch = g_strdup (epoch);
  desk->cursor = 0;
  desk->n_sent = desk->n_acked = 0;
  desk->sender->mid = 0;
  g_object_unref (desk->copy);
  desk->copy = uch_memory_snapshot_new ();
  for (guint i = 0; i < desk->acts->len; i++)
    ((Act *) g_ptr_array_index (desk->acts, i))->acked = FALSE;
}

/* Counts anew from where the store stands. */
static void
renumber (Desk *desk, gint64 last_mid)
{
  desk->sender->mid = last_mid;
  desk->n_sent = desk->n_acked;
}

static void
take_acks (Desk *desk, guint first, GPtrArray *acks)
{
  for (guint i = 0; i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);
      Act               *done = g_ptr_array_index (desk->acts, first + i);

      g_assert_cmpint (ack->mid, ==, done->mid);
      if (done->acked)
        { /* I2: the same answer, however often it is asked */
          g_assert_cmpint (ack->seq, ==, done->seq);
          g_assert_cmpint (ack->kind, ==, done->kind);
        }
      done->acked = TRUE;
      done->seq = ack->seq;
      done->kind = ack->kind;
    }
  desk->n_acked = MAX (desk->n_acked, first + acks->len);
}

static void
push (Storm *storm, Desk *desk, gboolean calm)
{
  Suite *suite = storm->suite;
  guint  first = desk->n_acked;
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  guint n = calm ? G_MAXUINT : (guint) g_rand_int_range (storm->rand, 1, 9);
  guint n_times = !calm && chance (storm, 20) ? 2 : 1;

  if (g_strcmp0 (desk->epoch, uch_store_get_uuid (suite->store)) != 0)
    {
      begin_epoch (desk, uch_store_get_uuid (suite->store));
      first = 0;
    }
  /* Now and then an old push comes once more. */
  if (!calm && first > 0 && chance (storm, 20))
    first -= MIN (first, 3);
  for (guint i = first; i < desk->acts->len && i - first < n; i++)
    {
      Act *each = g_ptr_array_index (desk->acts, i);

      if (i >= desk->n_sent)
        {
          each->mid = ++desk->sender->mid;
          desk->n_sent = i + 1;
        }
      g_ptr_array_add (ops, uch_store_op_new (each->mid, each->command));
    }
  if (ops->len == 0 || (!calm && chance (storm, 10))) /* lost on the way */
    return;
  if (!calm && chance (storm, 5))
    uch_fault_vfs_set (UCH_FAULT_FULL, g_rand_int_range (storm->rand, 0, 8));

  while (n_times-- > 0)
    {
      g_autoptr (GError) error = NULL;
      gint64 last_mid = 0, head;
      g_autoptr (GPtrArray) acks
          = uch_store_push (suite->store, desk->sender->session, desk->sender->client, ops,
                            suite->now, &last_mid, &head, &error);

      if (acks == NULL && g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP))
        renumber (desk, last_mid);
      else if (acks == NULL)
        g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
      else if (calm || !chance (storm, 15)) /* else the answer is lost */
        take_acks (desk, first, acks);
      if (acks == NULL)
        break;
    }
  uch_fault_vfs_set (UCH_FAULT_NONE, 0);
}

static void
follow (Storm *storm, Desk *desk, gboolean calm)
{
  gboolean more = TRUE;

  if (g_strcmp0 (desk->epoch, uch_store_get_uuid (storm->suite->store)) != 0)
    begin_epoch (desk, uch_store_get_uuid (storm->suite->store));
  while (more)
    {
      g_autoptr (GError) error = NULL;
      guint limit = calm ? 1000 : (guint) g_rand_int_range (storm->rand, 1, 40);
      g_autoptr (UchStorePage) page = uch_store_list_changes (
          storm->suite->store, desk->sender->session, desk->cursor, limit, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < page->rows->len; i++)
        {
          UchStoreRow *row = g_ptr_array_index (page->rows, i);

          if (row->row != NULL)
            uch_memory_snapshot_put (desk->copy, row->row);
          else
            uch_memory_snapshot_remove (desk->copy, row->table, row->id);
        }
      g_assert_cmpint (page->to, >=, desk->cursor); /* I6 */
      desk->cursor = page->to;
      more = page->more && (calm || chance (storm, 70));
    }
}

static void
back_up (Storm *storm)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&storm->backup, g_free);
  storm->backup = g_build_filename (storm->suite->dir, "backup.db", NULL);
  uch_store_backup (storm->suite->store, storm->backup, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
restore (Storm *storm)
{
  Suite *suite = storm->suite;
  g_autoptr (GError) error = NULL;

  if (storm->backup == NULL || storm->restored)
    return;
  suite_restore (suite, storm->backup);
  g_assert_true (uch_store_renew (suite->store, suite->now, &error));
  g_assert_no_error (error);
  storm->restored = TRUE;
}

static void
check_end (Storm *storm)
{
  Suite *suite = storm->suite;
  g_autoptr (GError) error = NULL;
  guint64 expected;
  gint64  head;

  uch_store_verify (suite->store, &error);
  g_assert_no_error (error);
  /* I1, I2: every act stands in the log, each exactly once. */
  g_assert_cmpint (suite_head (suite) - storm->head_before, ==, storm->n_acts);
  uch_store_get_digest (suite->store, storm->desks[0].sender->session, &expected, &head, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < N_DESKS; i++)
    {
      Desk   *desk = &storm->desks[i];
      guint64 digest = 0;
      gint64  seq = 0;

      g_assert_cmpuint (desk->n_acked, ==, desk->acts->len);
      for (guint a = 0; a < desk->acts->len; a++)
        { /* I3, unless a restored store has some of them from before */
          const Act *each = g_ptr_array_index (desk->acts, a);

          g_assert_cmpint (each->seq, >, seq);
          seq = each->seq;
        }
      for (guint table = 0; table < UCH_N_TABLES; table++)
        {
          g_autoptr (GPtrArray) rows = uch_memory_snapshot_list (desk->copy, table);

          for (guint r = 0; r < rows->len; r++)
            digest += uch_entity_digest (g_ptr_array_index (rows, r));
        }
      g_assert_cmpint (desk->cursor, ==, head);
      g_assert_cmpuint (digest, ==, expected); /* I5, I7 */
    }
}

/* I9: a ticket has at most one visit that can still take place, and nobody who thought it free took
 * it from somebody. */
static void
check_visits (Storm *storm)
{
  g_autoptr (GPtrArray) visits = uch_memory_snapshot_list (storm->desks[0].copy, UCH_TABLE_VISIT);
  g_autoptr (GPtrArray) events = uch_memory_snapshot_list (storm->desks[0].copy, UCH_TABLE_EVENT);
  g_autoptr (GHashTable) open = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_assigned = 0;

  for (guint i = 0; i < events->len; i++)
    {
      const UchEvent *event = g_ptr_array_index (events, i);

      if (g_strcmp0 (event->type, UCH_COMMAND_VISIT_ASSIGN) != 0)
        continue;
      g_assert_null (event->previous_id);
      n_assigned++;
    }
  g_assert_cmpuint (n_assigned, >, 0);
  for (guint i = 0; i < visits->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (visits, i);

      if (uch_visit_is_open (visit))
        g_assert_true (g_hash_table_add (open, visit->ticket_id));
    }
}

static void
run_storm (Suite *suite, guint seed)
{
  Storm storm = { .suite = suite, .rand = g_rand_new_with_seed (seed) };

  storm.head_before = suite_head (suite);
  for (guint i = 0; i < N_DESKS; i++)
    {
      storm.desks[i].sender = suite_sender (suite, i % 2 ? "dasha" : "dora");
      storm.desks[i].acts = g_ptr_array_new_with_free_func (act_free);
      storm.desks[i].copy = uch_memory_snapshot_new ();
    }
  back_up (&storm);
  for (guint step = 0; step < N_STEPS; step++)
    {
      Desk *desk = &storm.desks[g_rand_int_range (storm.rand, 0, N_DESKS)];

      suite->now += g_rand_int_range (storm.rand, 0, 2000);
      if (chance (&storm, 50))
        act (&storm, desk);
      if (chance (&storm, 60))
        push (&storm, desk, FALSE);
      if (chance (&storm, 30))
        follow (&storm, desk, FALSE);
      if (chance (&storm, 1))
        suite_restart (suite);
      if (chance (&storm, 1) && !storm.restored)
        back_up (&storm);
      if (step > N_STEPS / 2 && chance (&storm, 1))
        restore (&storm);
    }

  /* The network is well again: all is delivered, also what a gap makes wait for another round. */
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < N_DESKS; i++)
      push (&storm, &storm.desks[i], TRUE);
  for (guint i = 0; i < N_DESKS; i++)
    follow (&storm, &storm.desks[i], TRUE);
  check_end (&storm);
  check_visits (&storm);

  for (guint i = 0; i < N_DESKS; i++)
    {
      sender_free (storm.desks[i].sender);
      g_ptr_array_unref (storm.desks[i].acts);
      g_object_unref (storm.desks[i].copy);
      g_free (storm.desks[i].epoch);
    }
  g_rand_free (storm.rand);
  g_free (storm.backup);
}

static guint next_seed;

static void
test_storm (Suite *suite, gconstpointer data)
{
  guint seed = next_seed++;

  g_test_message ("seed %u", seed);
  run_storm (suite, seed);
}

int
main (int argc, char *argv[])
{
  const char *text;
  guint       n_seeds;

  g_test_init (&argc, &argv, NULL);
  uch_fault_vfs_install ();
  text = g_getenv ("UCH_SEEDS");
  n_seeds = text != NULL ? (guint) atoi (text) : 8;
  text = g_getenv ("UCH_FIRST_SEED");
  next_seed = text != NULL ? (guint) atoi (text) : 1;
  for (guint i = 0; i < n_seeds; i++)
    {
      g_autofree char *path = g_strdup_printf ("/store/storm/seed-%u", next_seed + i);

      suite_add (path, test_storm);
    }
  return g_test_run ();
}
