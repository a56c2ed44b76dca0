/* The replica without threads and sockets: the overlay, the feed, undo, search. */
#include "core/uch-work.h"
#include "replica/copy.h"
#include "replica/uch-replica-read.h"

static void
test_pages_are_shown_together (void)
{
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (GPtrArray) first = NULL, second = NULL;
  GPtrArray *rows = copy_rows_new ();

  copy_sync (db, "s", 5);
  copy_add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"раз\"");
  first = copy_feed (db, "s", 5, 6, TRUE, rows);
  g_assert_cmpuint (first->len, ==, 0);
  g_assert_false (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  rows = copy_rows_new ();
  copy_add_row (rows, UCH_TABLE_NOTE, "n2", 7, ",\"ticket_id\":\"t1\",\"text\":\"два\"");
  g_ptr_array_add (rows, uch_wire_row_new (UCH_TABLE_STAFF, 7, "eng-2", NULL));
  second = copy_feed (db, "s", 6, 7, FALSE, rows);
  g_assert_cmpuint (second->len, ==, 3);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  g_assert_false (copy_has_row (db, UCH_TABLE_STAFF, "eng-2"));
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 7);
}

static void
test_stale_pages (void)
{
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (GPtrArray) rows = copy_rows_new ();
  g_autoptr (GPtrArray) changes = copy_changes_new ();
  g_autoptr (GError) error = NULL;
  UchWireChanges page = { (char *) "s", 3, 6, 6, 0, FALSE, rows };

  copy_sync (db, "s", 5);
  g_assert_false (uch_replica_db_apply_changes (db, &page, changes, &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE);
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 5);
}

static void
test_settled_by_the_cursor (void)
{
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) unsettled = NULL, still = NULL, changes = NULL;
  GPtrArray       *rows = copy_rows_new ();
  g_autofree char *event = NULL;

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_note (db, "n1", "ой"), NULL);
  g_assert_cmpint (decided->verdict->kind, ==, UCH_VERDICT_OK);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  copy_answer (db, 1, UCH_VERDICT_OK, 6);
  g_assert_cmpuint (copy_count_waiting (db), ==, 0);
  /* Answered, but its rows have not come: it still stands above. */
  unsettled = uch_outbox_list_unsettled (uch_replica_db_get_outbox (db), NULL);
  g_assert_cmpuint (unsettled->len, ==, 1);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  copy_add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"ой\"");
  changes = copy_feed (db, "s", 5, 6, FALSE, rows);
  still = uch_outbox_list_unsettled (uch_replica_db_get_outbox (db), NULL);
  g_assert_cmpuint (still->len, ==, 0);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
}

static void
test_refused_is_taken_back_and_kept (void)
{
  g_autofree char *directory_name = copy_make_directory ();
  char            *directory = g_strdup (directory_name);
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) refusals = NULL;

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_assign (db, "v1", "eng-1"), NULL);
  g_assert_cmpint (decided->verdict->kind, ==, UCH_VERDICT_OK);
  g_assert_true (copy_has_row (db, UCH_TABLE_VISIT, "v1"));
  copy_answer (db, 1, UCH_VERDICT_CONFLICT, 6);
  g_assert_false (copy_has_row (db, UCH_TABLE_VISIT, "v1"));
  g_assert_null (uch_replica_db_dup_undo (db, FALSE, NULL));
  g_clear_object (&db);
  db = copy_open (directory);
  refusals = uch_outbox_list_refusals (uch_replica_db_get_outbox (db), "staff-1", NULL);
  g_assert_cmpuint (refusals->len, ==, 1);
  g_clear_object (&db);
  copy_remove_directory (directory);
}

/* The answer to a push was lost, the rows came: the act is not done twice in what is shown. */
static void
test_lost_answer (void)
{
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (UchVisit) visit = NULL;
  GPtrArray *rows = copy_rows_new ();

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_assign (db, "v1", "eng-1"), NULL);
  copy_add_row (rows, UCH_TABLE_TICKET, "t1", 6,
                ",\"number\":17,\"category\":\"support.wifi\",\"visit_id\":\"v1\"");
  copy_add_row (
      rows, UCH_TABLE_VISIT, "v1", 6,
      ",\"ticket_id\":\"t1\",\"engineer_id\":\"eng-1\",\"state\":\"assigned\",\"due_at\":5");
  copy_add_row (rows, UCH_TABLE_EVENT, decided->command->id, 6, ",\"type\":\"visit.assign\"");
  changes = copy_feed (db, "s", 5, 6, FALSE, rows);
  g_assert_true (uch_replica_db_get (db, UCH_TABLE_VISIT, "v1", (gpointer *) &visit, NULL));
  g_assert_cmpint (visit->due_at, ==, 5);
  g_assert_cmpuint (copy_count_waiting (db), ==, 1);
  copy_answer (db, 1, UCH_VERDICT_OK, 6);
  g_assert_cmpuint (copy_count_waiting (db), ==, 0);
}

static void
test_undo_survives_a_restart (void)
{
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autoptr (GPtrArray) changes = copy_changes_new ();
  g_autoptr (GPtrArray) decided = NULL, undone = NULL, redone = NULL;
  g_autoptr (UchCommand) first = NULL;
  guint n_acts;
  g_autoptr (UchTicket) ticket = NULL;
  g_autoptr (UchVisit) visit = NULL;
  g_autoptr (GError) error = NULL;

  copy_sync (db, "s", 5);
  g_ptr_array_add (commands, copy_make_assign (db, "v1", "eng-1"));
  g_ptr_array_add (commands, copy_make_note (db, "n1", "вместе"));
  g_assert_true (uch_replica_db_submit (db, commands, changes, &decided, NULL));
  g_clear_object (&db);
  db = copy_open (directory);
  first = uch_replica_db_dup_undo (db, FALSE, &n_acts);
  g_assert_cmpstr (first->type, ==, UCH_COMMAND_VISIT_ASSIGN);
  g_assert_cmpstr (uch_command_get_text (first, "engineer"), ==, "eng-1");
  g_assert_cmpuint (n_acts, ==, 2);
  g_assert_true (uch_replica_db_undo (db, FALSE, changes, &undone, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (undone->len, ==, 2);
  for (guint i = 0; i < undone->len; i++)
    g_assert_cmpint (((UchDecided *) g_ptr_array_index (undone, i))->verdict->kind, ==,
                     UCH_VERDICT_OK);
  g_assert_null (uch_replica_db_dup_undo (db, FALSE, NULL));
  g_clear_object (&db);
  db = copy_open (directory);
  g_assert_true (uch_replica_db_undo (db, TRUE, changes, &redone, &error));
  g_assert_no_error (error);
  g_assert_cmpint (((UchDecided *) g_ptr_array_index (redone, 0))->verdict->kind, ==,
                   UCH_VERDICT_OK);
  g_assert_true (uch_replica_db_get (db, UCH_TABLE_TICKET, "t1", (gpointer *) &ticket, NULL));
  /* A new visit: the first one was ended by the undo. */
  g_assert_cmpstr (ticket->visit_id, !=, "v1");
  g_assert_true (
      uch_replica_db_get (db, UCH_TABLE_VISIT, ticket->visit_id, (gpointer *) &visit, NULL));
  g_assert_cmpstr (visit->engineer_id, ==, "eng-1");
  g_clear_pointer (&undone, g_ptr_array_unref);
  g_assert_true (uch_replica_db_undo (db, FALSE, changes, &undone, NULL));
  g_clear_pointer (&undone, g_ptr_array_unref);
  g_assert_false (uch_replica_db_undo (db, FALSE, changes, &undone, &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NOTHING);
  g_clear_object (&db);
  copy_remove_directory (directory);
}

/* Without power replica.db may go back to what it was; what its person has done stays in sight. */
static void
test_older_rows_keep_what_was_done (void)
{
  char            *directory = copy_make_directory ();
  g_autofree char *path = g_build_filename (directory, "replica.db", NULL);
  g_autofree char *older = NULL;
  gsize            older_len;
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  GPtrArray *rows = copy_rows_new ();

  copy_sync (db, "s", 5);
  g_clear_object (&db);
  g_assert_true (g_file_get_contents (path, &older, &older_len, NULL));
  db = copy_open (directory);
  decided = copy_submit (db, copy_make_note (db, "n1", "ой"), NULL);
  copy_answer (db, 1, UCH_VERDICT_OK, 6);
  copy_add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"ой\"");
  changes = copy_feed (db, "s", 5, 6, FALSE, rows);
  g_clear_object (&db);

  g_assert_true (g_file_set_contents (path, older, (gssize) older_len, NULL));
  db = copy_open (directory);
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 5);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  g_assert_cmpuint (copy_count_waiting (db), ==, 0);
  g_clear_object (&db);
  copy_remove_directory (directory);
}

static void
test_each_person_has_an_outbox (void)
{
  static const UchActor other = { "staff-2", UCH_ROLE_DISPATCHER, "desk" };
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) theirs = NULL, mine = NULL;
  g_autofree char *first = g_strdup (uch_replica_db_get_client (db));

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_note (db, "n1", "первый"), NULL);
  g_assert_true (uch_replica_db_set_actor (db, &other, NULL));
  g_assert_cmpstr (uch_replica_db_get_client (db), !=, first);
  theirs = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (theirs->len, ==, 0);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  g_assert_true (uch_replica_db_set_actor (db, &copy_actor, NULL));
  mine = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (mine->len, ==, 1);
}

/* A store that came back from a backup: what it had accepted is sent again, what it refused not. */
static void
test_new_epoch (void)
{
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (UchDecided) one = NULL, two = NULL, three = NULL;
  g_autoptr (GPtrArray) again = NULL, changes = NULL;
  g_autofree char *first = g_strdup (uch_replica_db_get_client (db));
  GPtrArray       *rows = copy_rows_new ();

  copy_sync (db, "s", 5);
  one = copy_submit (db, copy_make_note (db, "n1", "принято"), NULL);
  two = copy_submit (db, copy_make_assign (db, "v1", "eng-1"), NULL);
  three = copy_submit (db, copy_make_note (db, "n3", "ждёт"), NULL);
  copy_answer (db, 1, UCH_VERDICT_OK, 6);
  copy_answer (db, 2, UCH_VERDICT_CONFLICT, 7);
  copy_add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"принято\"");
  changes = copy_feed (db, "s", 5, 7, FALSE, rows);

  g_assert_true (uch_replica_db_resync (db, NULL));
  copy_sync (db, "s.restored", 5);
  g_assert_cmpstr (uch_replica_db_get_client (db), !=, first);
  again = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (again->len, ==, 2);
  g_assert_cmpint (((UchWireOp *) g_ptr_array_index (again, 0))->mid, ==, 1);
  g_assert_cmpstr (((UchWireOp *) g_ptr_array_index (again, 0))->command->id, ==, one->command->id);
  g_assert_cmpstr (((UchWireOp *) g_ptr_array_index (again, 1))->command->id, ==,
                   three->command->id);
  /* And it is seen, though the store does not have it. */
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
}

static void
test_nobody_signed_in (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchReplicaDb) db = uch_replica_db_open (NULL, &copy_sources, &error);

  g_assert_null (copy_submit (db, copy_make_note (db, "n1", "кто я"), &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NO_ACTOR);
}

static void
test_search (void)
{
  static const struct
  {
    const char *text;
    guint       n_tickets;
  } cases[] = {
    { "17", 1 },        { "семен", 1 },       { "СЕМЁНОВА", 1 },   { "ленин 5", 1 },
    { "анна лен", 1 },  { "лен анн 962", 1 }, { "9621234567", 1 }, { "8 962 123-45-67", 1 },
    { "мёнов", 1 },     { "ивановна", 0 },    { "", 0 },           { "   ", 0 },
    { "ленина 88", 0 }, { "🙂", 0 },
  };
  g_autoptr (UchReplicaDb) db = copy_open (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  GPtrArray *rows = copy_rows_new ();
  UchFound  *found;

  copy_sync (db, "s", 5);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      found = uch_replica_db_search (db, cases[i].text, 10, NULL);
      if (found->tickets->len != cases[i].n_tickets)
        g_error ("“%s” finds %u", cases[i].text, found->tickets->len);
      uch_found_free (found);
    }
  /* It follows what changes. */
  copy_add_row (rows, UCH_TABLE_TICKET, "t1", 6,
                ",\"number\":17,\"category\":\"support.wifi\",\"client_name\":\"Орлова Вера\"");
  changes = copy_feed (db, "s", 5, 6, FALSE, rows);
  found = uch_replica_db_search (db, "семен", 10, NULL);
  g_assert_cmpuint (found->tickets->len, ==, 0);
  uch_found_free (found);
  found = uch_replica_db_search (db, "орл", 10, NULL);
  g_assert_cmpuint (found->tickets->len, ==, 1);
  uch_found_free (found);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica-db/pages-are-shown-together", test_pages_are_shown_together);
  g_test_add_func ("/replica-db/stale-pages", test_stale_pages);
  g_test_add_func ("/replica-db/settled-by-the-cursor", test_settled_by_the_cursor);
  g_test_add_func ("/replica-db/refused-is-taken-back", test_refused_is_taken_back_and_kept);
  g_test_add_func ("/replica-db/lost-answer", test_lost_answer);
  g_test_add_func ("/replica-db/undo-survives-a-restart", test_undo_survives_a_restart);
  g_test_add_func ("/replica-db/older-rows-keep-what-was-done", test_older_rows_keep_what_was_done);
  g_test_add_func ("/replica-db/each-person-has-an-outbox", test_each_person_has_an_outbox);
  g_test_add_func ("/replica-db/new-epoch", test_new_epoch);
  g_test_add_func ("/replica-db/nobody-signed-in", test_nobody_signed_in);
  g_test_add_func ("/replica-db/search", test_search);
  return g_test_run ();
}
