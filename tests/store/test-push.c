#include "suite.h"

static GPtrArray *
ops_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
}

/* I1: an acknowledged operation is durable and logged exactly once. */
static void
test_i1_acked_is_durable (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchTicket) ticket = NULL;
  g_autoptr (UchEvent) event = NULL;
  gint64 head;

  sender_do (dasha, create);
  head = suite_head (suite);
  suite_restart (suite);

  ticket = suite_get (suite, UCH_TABLE_TICKET, "t1");
  g_assert_nonnull (ticket);
  g_assert_cmpint (ticket->number, ==, 1);
  g_assert_cmpint (UCH_ENTITY (ticket)->seq, ==, head);
  g_assert_cmpstr (UCH_ENTITY (ticket)->rev, ==, create->id);
  event = suite_get (suite, UCH_TABLE_EVENT, create->id);
  g_assert_cmpstr (event->actor_id, ==, "dasha");
  g_assert_cmpstr (event->device, ==, "стол 1");
  g_assert_cmpint (suite_head (suite), ==, head);
  g_assert_true (uch_store_verify (suite->store, &error));
  g_assert_no_error (error);
}

/* I2: at most once under any retry, also after a restart; the stored verdict comes back. */
static void
test_i2_retry_gets_the_stored_verdict (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  UchCommand  *commands[] = { suite_make_ticket (suite, "t1"),
                              suite_command (suite, UCH_COMMAND_TICKET_TAKE, "ticket", "?", NULL),
                              suite_command (suite, UCH_COMMAND_TICKET_TAKE, "ticket", "t9", NULL) };
  UchStoreAck *first[G_N_ELEMENTS (commands)];
  gint64       head;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    first[i] = sender_push (dasha, commands[i]);
  g_assert_cmpint (first[0]->kind, ==, UCH_VERDICT_OK);
  g_assert_cmpint (first[1]->refusal, ==, UCH_REFUSAL_BAD_ARGUMENT);
  g_assert_cmpint (first[2]->refusal, ==, UCH_REFUSAL_UNKNOWN_ROW);
  g_assert_cmpstr (first[2]->field, ==, "ticket");
  head = suite_head (suite);

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
        {
          g_autoptr (UchStoreAck) again = sender_push_at (dasha, i + 1, commands[i], NULL);

          g_assert_nonnull (again);
          g_assert_cmpint (again->kind, ==, first[i]->kind);
          g_assert_cmpint (again->seq, ==, first[i]->seq);
          g_assert_cmpint (again->refusal, ==, first[i]->refusal);
          g_assert_cmpstr (again->field, ==, first[i]->field);
        }
      g_assert_cmpint (suite_head (suite), ==, head);
      suite_restart (suite);
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      uch_command_unref (commands[i]);
      uch_store_ack_free (first[i]);
    }
}

/* I2 after a client had to count anew: the id tells. Both mids are used up. */
static void
test_i2_same_id_under_another_mid (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) other = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) next = suite_make_ticket (suite, "t2");
  g_autoptr (UchStoreAck) first = sender_push (dasha, create);
  g_autoptr (UchStoreAck) again = sender_push (other, create);
  g_autoptr (UchStoreAck) third = sender_push (other, next);

  g_assert_cmpint (again->seq, ==, first->seq);
  g_assert_cmpint (third->seq, ==, first->seq + 1);
}

/* I3: a client's operations are decided in its order: none is skipped, none forgotten. */
static void
test_i3_gap_is_refused (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) later = suite_make_ticket (suite, "t2");
  g_autoptr (GPtrArray) ops = ops_new ();
  gint64 last_mid, head, before;

  sender_do (dasha, create);
  before = suite_head (suite);
  g_ptr_array_add (ops, uch_store_op_new (3, later));
  g_assert_null (uch_store_push (suite->store, dasha->session, dasha->client, ops, suite->now,
                                 &last_mid, &head, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP);
  g_assert_cmpint (last_mid, ==, 1);
  g_clear_error (&error);

  /* A mid that belongs to another operation: its verdict is not the answer to this one. */
  g_assert_null (sender_push_at (dasha, 1, later, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP);
  g_clear_error (&error);

  /* A hole within a push. */
  g_ptr_array_set_size (ops, 0);
  g_ptr_array_add (ops, uch_store_op_new (2, later));
  g_ptr_array_add (ops, uch_store_op_new (4, create));
  g_assert_null (uch_store_push (suite->store, dasha->session, dasha->client, ops, suite->now,
                                 &last_mid, &head, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_assert_cmpint (suite_head (suite), ==, before);
  sender_do (dasha, later);
}

/* I4: seq is dense and in commit order; refused operations have theirs, too. */
static void
test_i4_seq_is_dense (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) katya = suite_sender (suite, "katya");
  gint64 seq = suite_head (suite);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i / 2);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchStoreAck) ack = sender_push (i % 3 ? dasha : katya, create);

      g_assert_cmpint (ack->seq, ==, ++seq);
      g_assert_cmpint (ack->kind, ==, i % 2 ? UCH_VERDICT_REJECTED : UCH_VERDICT_OK);
    }
  g_assert_cmpint (suite_head (suite), ==, seq);
  g_assert_true (uch_store_verify (suite->store, &error));
}

/* I9, I11: of two assignments of one visit the first wins, the second learns what stands. */
static void
test_i9_two_assign_one_wins (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) dora = suite_sender (suite, "dora");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) one = suite_make_assign (suite, "t1", "v1", "ivan", NULL);
  g_autoptr (UchCommand) two = suite_make_assign (suite, "t1", "v2", "petr", NULL);
  g_autoptr (UchCommand) again = NULL;
  g_autoptr (UchStoreAck) lost = NULL;
  g_autoptr (UchStoreAck) later = NULL;
  g_autoptr (UchVisit) visit = NULL;
  g_autoptr (UchVisit) moved = NULL;

  sender_do (dasha, create);
  sender_do (dasha, one);
  lost = sender_push (dora, two);
  g_assert_cmpint (lost->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpint (lost->refusal, ==, UCH_REFUSAL_CHANGED);
  g_assert_cmpstr (lost->current->id, ==, "v1");
  g_assert_cmpstr (((UchVisit *) lost->current)->engineer_id, ==, "ivan");
  g_assert_cmpstr (((UchVisit *) lost->current)->assigned_by, ==, "dasha");
  visit = suite_get (suite, UCH_TABLE_VISIT, "v1");
  g_assert_cmpstr (visit->engineer_id, ==, "ivan");
  g_assert_null (suite_get (suite, UCH_TABLE_VISIT, "v2"));

  /* Knowing what stands she may reassign; her first act still has its old verdict. */
  again = suite_make_assign (suite, "t1", "v1", "petr", one->id);
  sender_do (dora, again);
  moved = suite_get (suite, UCH_TABLE_VISIT, "v1");
  g_assert_cmpstr (moved->engineer_id, ==, "petr");
  later = sender_push_at (dora, 1, two, NULL);
  g_assert_cmpint (later->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpstr (((UchVisit *) later->current)->engineer_id, ==, "petr");
}

/* I12: whoever is demoted, dismissed or signed out is stopped at the next operation. */
static void
test_i12_demoted_is_stopped (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) assign = suite_make_assign (suite, "t1", "v1", "ivan", NULL);
  g_autoptr (UchStoreAck) ack = NULL;

  sender_do (dasha, create);
  g_assert_true (
      uch_store_set_role (suite->store, suite->local, "dasha", UCH_ROLE_CLERK, suite->now, &error));
  ack = sender_push (dasha, assign);
  g_assert_cmpint (ack->kind, ==, UCH_VERDICT_REJECTED);
  g_assert_cmpint (ack->refusal, ==, UCH_REFUSAL_NOT_ALLOWED);
}

static void
test_i12_ended_session_consumes_nothing (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) later = NULL;
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  gint64 head = suite_head (suite);

  g_assert_true (uch_store_end_session (suite->store, suite->local, UCH_ENTITY (dasha->session)->id,
                                        suite->now, &error));
  g_assert_null (sender_push_at (dasha, 1, create, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
  g_assert_cmpint (suite_head (suite), ==, head);

  /* The act waits in the outbox for the next sign-in. */
  later = suite_sender (suite, "dasha");
  g_free (later->client);
  later->client = g_strdup (dasha->client);
  sender_do (later, create);
}

/* Dismissed by an operation in the middle of a push: the rest is not consumed. */
static void
test_i12_dismissed_in_the_middle (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) boss = suite_sender (suite, "boss");
  g_autoptr (GPtrArray) ops = ops_new ();
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) dismiss
      = suite_make_put (suite, "staff", "boss", suite_fields ("dismissed", "true", NULL), NULL);
  g_autoptr (UchCommand) later = suite_make_ticket (suite, "t2");
  gint64 last_mid, head;

  g_ptr_array_add (ops, uch_store_op_new (1, create));
  g_ptr_array_add (ops, uch_store_op_new (2, dismiss));
  g_ptr_array_add (ops, uch_store_op_new (3, later));
  acks = uch_store_push (suite->store, boss->session, boss->client, ops, suite->now, &last_mid,
                         &head, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (acks->len, ==, 2);
  g_assert_cmpint (last_mid, ==, 2);
  g_assert_null (suite_get (suite, UCH_TABLE_TICKET, "t2"));
  g_assert_null (sender_push_at (boss, 3, later, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
}

static void
test_numbers_are_given_once (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");

  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchCommand) refused = suite_make_ticket (suite, id);
      g_autoptr (UchStoreAck) ack = NULL;
      g_autoptr (UchTicket) ticket = NULL;

      sender_do (dasha, create);
      ack = sender_push (dasha, refused);
      g_assert_cmpint (ack->refusal, ==, UCH_REFUSAL_EXISTS);
      ticket = suite_get (suite, UCH_TABLE_TICKET, id);
      g_assert_cmpint (ticket->number, ==, i);
      if (i == 3)
        suite_restart (suite);
    }
}

/* What is taken over from elsewhere is no act of anybody here; an edit of it is. */
static void
test_import_makes_no_journal (Suite *suite, gconstpointer data)
{
  gint64 head;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  before
      = uch_store_list_rows (suite->store, suite->local, UCH_TABLE_EVENT, NULL, 100, &head, NULL);
  g_assert_cmpuint (before->len, ==, 0);
  suite_put (suite, UCH_TABLE_HOUSE, "h1", suite_fields ("technology", "PON", NULL));
  after = uch_store_list_rows (suite->store, suite->local, UCH_TABLE_EVENT, NULL, 100, &head, NULL);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_cmpstr (((UchEvent *) after->pdata[0])->house_id, ==, "h1");
}

/* What the person saw masked is no conflict, and a mask is never written down. */
static void
test_mask_is_never_written (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) edit = suite_make_put (
      suite, "house", "h1", suite_fields ("access", "ключ в кв. 15", "technology", "PON", NULL),
      suite_fields ("access", UCH_FIELD_MASK, "technology", "", NULL));
  g_autoptr (UchCommand) wrong
      = suite_make_put (suite, "house", "h1", suite_fields ("access", UCH_FIELD_MASK, NULL), NULL);
  g_autoptr (UchStoreAck) ack = NULL;
  g_autoptr (UchHouse) house = NULL;

  sender_do (dasha, edit);
  ack = sender_push (dasha, wrong);
  g_assert_cmpint (ack->kind, ==, UCH_VERDICT_REJECTED);
  g_assert_cmpstr (ack->field, ==, "access");
  house = suite_get (suite, UCH_TABLE_HOUSE, "h1");
  g_assert_cmpstr (house->access, ==, "ключ в кв. 15");
  g_assert_cmpstr (house->technology, ==, "PON");
}

static void
test_bad_names_are_refused (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchCommand) odd
      = uch_command_new_with ("с пробелом", UCH_COMMAND_NOTE_ADD, suite->now, NULL);

  g_assert_null (sender_push_at (dasha, 0, create, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (sender_push_at (dasha, 1, odd, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_free (dasha->client);
  dasha->client = g_strdup ("store"); /* the store's own */
  g_assert_null (sender_push_at (dasha, 1, create, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_free (dasha->client);
  dasha->client = g_strdup ("'; DROP TABLE op; --");
  g_assert_null (sender_push_at (dasha, 1, create, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/push/i1-acked-is-durable", test_i1_acked_is_durable);
  suite_add ("/store/push/i2-retry-gets-the-stored-verdict", test_i2_retry_gets_the_stored_verdict);
  suite_add ("/store/push/i2-same-id-under-another-mid", test_i2_same_id_under_another_mid);
  suite_add ("/store/push/i3-gap-is-refused", test_i3_gap_is_refused);
  suite_add ("/store/push/i4-seq-is-dense", test_i4_seq_is_dense);
  suite_add ("/store/push/i9-two-assign-one-wins", test_i9_two_assign_one_wins);
  suite_add ("/store/push/i12-demoted-is-stopped", test_i12_demoted_is_stopped);
  suite_add ("/store/push/i12-ended-session-consumes-nothing",
             test_i12_ended_session_consumes_nothing);
  suite_add ("/store/push/i12-dismissed-in-the-middle", test_i12_dismissed_in_the_middle);
  suite_add ("/store/push/numbers-are-given-once", test_numbers_are_given_once);
  suite_add ("/store/push/import-makes-no-journal", test_import_makes_no_journal);
  suite_add ("/store/push/mask-is-never-written", test_mask_is_never_written);
  suite_add ("/store/push/bad-names-are-refused", test_bad_names_are_refused);
  return g_test_run ();
}
