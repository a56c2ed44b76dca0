/* The replica without threads and sockets: its two files, the overlay, what a bad disk does. */
#include <glib/gstdio.h>
#include <string.h>

#include "core/uch-work.h"
#include "replica/uch-replica-db.h"
#include "replica/uch-replica-read.h"
#include "support/uch-fault-vfs.h"

#define NOW G_GINT64_CONSTANT (1795154400000)

static UchTime now_ms = NOW;

static UchTime
now_cb (gpointer data)
{
  return now_ms;
}

static void
random_cb (guint8 *buffer, gsize len, gpointer data)
{
  static guint32 counter;

  counter++;
  memset (buffer, 0, len);
  memcpy (buffer + len - sizeof counter, &counter, sizeof counter);
}

static const UchSources sources = { now_cb, random_cb, NULL };
static const UchActor   actor = { "staff-1", UCH_ROLE_DISPATCHER, "desk" };

static char *
make_directory (void)
{
  g_autoptr (GError) error = NULL;
  char *directory = g_dir_make_tmp ("uch-replica-XXXXXX", &error);

  g_assert_no_error (error);
  return directory;
}

static void
remove_directory (char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_chmod (path, 0700);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      g_unlink (child);
    }
  g_rmdir (path);
  g_free (path);
}

static UchReplicaDb *
open_db (const char *directory)
{
  g_autoptr (GError) error = NULL;
  UchReplicaDb *db = uch_replica_db_open (directory, &sources, &error);

  g_assert_no_error (error);
  g_assert_true (uch_replica_db_set_actor (db, &actor, &error));
  return db;
}

static void
add_row (GPtrArray *rows, UchTable table, const char *id, gint64 seq, const char *fields)
{
  g_autofree char *text = g_strdup_printf ("{\"rev\":\"r%" G_GINT64_FORMAT "\"%s}", seq, fields);
  g_autofree char *with_id = g_strdup_printf ("{\"id\":\"%s\",%s", id, text + 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchEntity) row = uch_wire_decode_entity (table, with_id, -1, &error);

  g_assert_no_error (error);
  g_ptr_array_add (rows, uch_wire_row_new (table, seq, id, row));
}

static GPtrArray *
rows_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
}

static GPtrArray *
changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
}

/* One page of the feed; takes @rows. */
static GPtrArray *
feed (UchReplicaDb *db, const char *store, gint64 from, gint64 to, gboolean more, GPtrArray *rows)
{
  UchWireChanges page = { (char *) store, from, to, to, 0, more, rows };
  GPtrArray     *changes = changes_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (uch_replica_db_apply_changes (db, &page, changes, &error));
  g_assert_no_error (error);
  g_ptr_array_unref (page.rows);
  return changes;
}

static void
sync_tables (UchReplicaDb *db, const char *store, gint64 h0)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GPtrArray) rows = rows_new ();
      g_autoptr (GPtrArray) changes = changes_new ();
      g_autoptr (GError) error = NULL;
      UchWireSnapshot page = { (char *) store, h0, NULL, rows };

      if (table == UCH_TABLE_STAFF)
        {
          add_row (rows, table, "eng-1", 1, ",\"name\":\"Ёлкин Пётр\",\"role\":\"engineer\"");
          add_row (rows, table, "eng-2", 1, ",\"name\":\"Петров Иван\",\"role\":\"engineer\"");
        }
      if (table == UCH_TABLE_TICKET)
        add_row (rows, table, "t1", 2,
                 ",\"number\":17,\"category\":\"support.wifi\",\"client_name\":\"Семёнова Анна\","
                 "\"phone\":\"+79621234567\",\"address\":\"ул. Ленина, 5\"");
      g_assert_true (uch_replica_db_apply_snapshot (db, table, NULL, &page, changes, &error));
      g_assert_no_error (error);
    }
  g_ptr_array_unref (feed (db, store, h0, h0, FALSE, rows_new ()));
  g_assert_true (uch_replica_db_is_ready (db));
}

static UchDecided *
submit (UchReplicaDb *db, UchCommand *command, GError **error)
{
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autoptr (GPtrArray) changes = changes_new ();
  g_autoptr (GPtrArray) decided = NULL;

  g_ptr_array_add (commands, command);
  if (!uch_replica_db_submit (db, commands, changes, &decided, error))
    return NULL;
  return g_ptr_array_steal_index (decided, 0);
}

static UchCommand *
make_note (UchReplicaDb *db, const char *note, const char *text)
{
  g_autofree char *id = uch_replica_db_make_id (db);

  return uch_command_new_with (id, UCH_COMMAND_NOTE_ADD, now_ms, "note", "s", note, "ticket", "s",
                               "t1", "text", "s", text, NULL);
}

static UchCommand *
make_assign (UchReplicaDb *db, const char *visit, const char *engineer)
{
  g_autofree char *id = uch_replica_db_make_id (db);

  return uch_command_new_with (id, UCH_COMMAND_VISIT_ASSIGN, now_ms, "ticket", "s", "t1", "visit",
                               "s", visit, "engineer", "s", engineer, NULL);
}

static guint
count_waiting (UchReplicaDb *db)
{
  guint n;

  g_assert_true (uch_outbox_count (uch_replica_db_get_outbox (db), "staff-1", &n, NULL));
  return n;
}

static gboolean
has_row (UchReplicaDb *db, UchTable table, const char *id)
{
  g_autoptr (UchEntity) row = NULL;

  g_assert_true (uch_replica_db_get (db, table, id, (gpointer *) &row, NULL));
  return row != NULL;
}

static void
answer (UchReplicaDb *db, gint64 mid, UchVerdictKind kind, gint64 seq)
{
  g_autoptr (GPtrArray) acks = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_ack_free);
  g_autoptr (GPtrArray) changes = changes_new ();
  g_autoptr (GPtrArray) refused = NULL;
  g_autoptr (GError) error = NULL;
  UchWireAck *ack = g_new0 (UchWireAck, 1);

  ack->mid = mid;
  ack->kind = kind;
  ack->seq = seq;
  ack->refusal = kind == UCH_VERDICT_OK ? UCH_REFUSAL_NONE : UCH_REFUSAL_CHANGED;
  g_ptr_array_add (acks, ack);
  g_assert_true (uch_replica_db_apply_acks (db, uch_replica_db_get_client (db), acks, changes,
                                            &refused, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (refused->len, ==, kind == UCH_VERDICT_OK ? 0 : 1);
}

static void
test_pages_are_shown_together (void)
{
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (GPtrArray) first = NULL, second = NULL;
  GPtrArray *rows = rows_new ();

  sync_tables (db, "s", 5);
  add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"раз\"");
  first = feed (db, "s", 5, 6, TRUE, rows);
  g_assert_cmpuint (first->len, ==, 0);
  g_assert_false (has_row (db, UCH_TABLE_NOTE, "n1"));
  rows = rows_new ();
  add_row (rows, UCH_TABLE_NOTE, "n2", 7, ",\"ticket_id\":\"t1\",\"text\":\"два\"");
  g_ptr_array_add (rows, uch_wire_row_new (UCH_TABLE_STAFF, 7, "eng-2", NULL));
  second = feed (db, "s", 6, 7, FALSE, rows);
  g_assert_cmpuint (second->len, ==, 3);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
  g_assert_false (has_row (db, UCH_TABLE_STAFF, "eng-2"));
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 7);
}

static void
test_stale_pages (void)
{
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (GPtrArray) rows = rows_new ();
  g_autoptr (GPtrArray) changes = changes_new ();
  g_autoptr (GError) error = NULL;
  UchWireChanges page = { (char *) "s", 3, 6, 6, 0, FALSE, rows };

  sync_tables (db, "s", 5);
  g_assert_false (uch_replica_db_apply_changes (db, &page, changes, &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE);
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 5);
}

static void
test_settled_by_the_cursor (void)
{
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) unsettled = NULL, still = NULL, changes = NULL;
  GPtrArray       *rows = rows_new ();
  g_autofree char *event = NULL;

  sync_tables (db, "s", 5);
  decided = submit (db, make_note (db, "n1", "ой"), NULL);
  g_assert_cmpint (decided->verdict->kind, ==, UCH_VERDICT_OK);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
  answer (db, 1, UCH_VERDICT_OK, 6);
  g_assert_cmpuint (count_waiting (db), ==, 0);
  /* Answered, but its rows have not come: it still stands above. */
  unsettled = uch_outbox_list_unsettled (uch_replica_db_get_outbox (db), NULL);
  g_assert_cmpuint (unsettled->len, ==, 1);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
  add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"ой\"");
  changes = feed (db, "s", 5, 6, FALSE, rows);
  still = uch_outbox_list_unsettled (uch_replica_db_get_outbox (db), NULL);
  g_assert_cmpuint (still->len, ==, 0);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
}

static void
test_refused_is_taken_back_and_kept (void)
{
  g_autofree char *directory_name = make_directory ();
  char            *directory = g_strdup (directory_name);
  g_autoptr (UchReplicaDb) db = open_db (directory);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) refusals = NULL;

  sync_tables (db, "s", 5);
  decided = submit (db, make_assign (db, "v1", "eng-1"), NULL);
  g_assert_cmpint (decided->verdict->kind, ==, UCH_VERDICT_OK);
  g_assert_true (has_row (db, UCH_TABLE_VISIT, "v1"));
  answer (db, 1, UCH_VERDICT_CONFLICT, 6);
  g_assert_false (has_row (db, UCH_TABLE_VISIT, "v1"));
  g_assert_null (uch_replica_db_dup_undo_label (db, FALSE));
  g_clear_object (&db);
  db = open_db (directory);
  refusals = uch_outbox_list_refusals (uch_replica_db_get_outbox (db), "staff-1", NULL);
  g_assert_cmpuint (refusals->len, ==, 1);
  g_clear_object (&db);
  remove_directory (directory);
}

/* The answer to a push was lost, the rows came: the act is not done twice in what is shown. */
static void
test_lost_answer (void)
{
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (UchVisit) visit = NULL;
  GPtrArray *rows = rows_new ();

  sync_tables (db, "s", 5);
  decided = submit (db, make_assign (db, "v1", "eng-1"), NULL);
  add_row (rows, UCH_TABLE_TICKET, "t1", 6,
           ",\"number\":17,\"category\":\"support.wifi\",\"visit_id\":\"v1\"");
  add_row (rows, UCH_TABLE_VISIT, "v1", 6,
           ",\"ticket_id\":\"t1\",\"engineer_id\":\"eng-1\",\"state\":\"assigned\",\"due_at\":5");
  add_row (rows, UCH_TABLE_EVENT, decided->command->id, 6, ",\"type\":\"visit.assign\"");
  changes = feed (db, "s", 5, 6, FALSE, rows);
  g_assert_true (uch_replica_db_get (db, UCH_TABLE_VISIT, "v1", (gpointer *) &visit, NULL));
  g_assert_cmpint (visit->due_at, ==, 5);
  g_assert_cmpuint (count_waiting (db), ==, 1);
  answer (db, 1, UCH_VERDICT_OK, 6);
  g_assert_cmpuint (count_waiting (db), ==, 0);
}

static void
test_undo_survives_a_restart (void)
{
  char *directory = make_directory ();
  g_autoptr (UchReplicaDb) db = open_db (directory);
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autoptr (GPtrArray) changes = changes_new ();
  g_autoptr (GPtrArray) decided = NULL, undone = NULL, redone = NULL;
  g_autofree char *label = NULL;
  g_autoptr (UchTicket) ticket = NULL;
  g_autoptr (UchVisit) visit = NULL;
  g_autoptr (GError) error = NULL;

  sync_tables (db, "s", 5);
  g_ptr_array_add (commands, make_assign (db, "v1", "eng-1"));
  g_ptr_array_add (commands, make_note (db, "n1", "вместе"));
  g_assert_true (uch_replica_db_submit (db, commands, changes, &decided, NULL));
  g_clear_object (&db);
  db = open_db (directory);
  label = uch_replica_db_dup_undo_label (db, FALSE);
  g_assert_cmpstr (label, ==, UCH_COMMAND_VISIT_ASSIGN);
  g_assert_true (uch_replica_db_undo (db, FALSE, changes, &undone, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (undone->len, ==, 2);
  for (guint i = 0; i < undone->len; i++)
    g_assert_cmpint (((UchDecided *) g_ptr_array_index (undone, i))->verdict->kind, ==,
                     UCH_VERDICT_OK);
  g_assert_null (uch_replica_db_dup_undo_label (db, FALSE));
  g_clear_object (&db);
  db = open_db (directory);
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
  remove_directory (directory);
}

static void
test_each_person_has_an_outbox (void)
{
  static const UchActor other = { "staff-2", UCH_ROLE_DISPATCHER, "desk" };
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) theirs = NULL, mine = NULL;
  g_autofree char *first = g_strdup (uch_replica_db_get_client (db));

  sync_tables (db, "s", 5);
  decided = submit (db, make_note (db, "n1", "первый"), NULL);
  g_assert_true (uch_replica_db_set_actor (db, &other, NULL));
  g_assert_cmpstr (uch_replica_db_get_client (db), !=, first);
  theirs = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (theirs->len, ==, 0);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
  g_assert_true (uch_replica_db_set_actor (db, &actor, NULL));
  mine = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (mine->len, ==, 1);
}

/* A store that came back from a backup: what it had accepted is sent again, what it refused not. */
static void
test_new_epoch (void)
{
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (UchDecided) one = NULL, two = NULL, three = NULL;
  g_autoptr (GPtrArray) again = NULL, changes = NULL;
  g_autofree char *first = g_strdup (uch_replica_db_get_client (db));
  GPtrArray       *rows = rows_new ();

  sync_tables (db, "s", 5);
  one = submit (db, make_note (db, "n1", "принято"), NULL);
  two = submit (db, make_assign (db, "v1", "eng-1"), NULL);
  three = submit (db, make_note (db, "n3", "ждёт"), NULL);
  answer (db, 1, UCH_VERDICT_OK, 6);
  answer (db, 2, UCH_VERDICT_CONFLICT, 7);
  add_row (rows, UCH_TABLE_NOTE, "n1", 6, ",\"ticket_id\":\"t1\",\"text\":\"принято\"");
  changes = feed (db, "s", 5, 7, FALSE, rows);

  g_assert_true (uch_replica_db_resync (db, NULL));
  sync_tables (db, "s-restored", 5);
  g_assert_cmpstr (uch_replica_db_get_client (db), !=, first);
  again = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (again->len, ==, 2);
  g_assert_cmpint (((UchWireOp *) g_ptr_array_index (again, 0))->mid, ==, 1);
  g_assert_cmpstr (((UchWireOp *) g_ptr_array_index (again, 0))->command->id, ==, one->command->id);
  g_assert_cmpstr (((UchWireOp *) g_ptr_array_index (again, 1))->command->id, ==,
                   three->command->id);
  /* And it is seen, though the store does not have it. */
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
}

static void
spoil_file (const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);

  g_unlink (wal);
  g_unlink (shm);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_broken_rows_are_set_aside (void)
{
  char *directory = make_directory ();
  g_autoptr (UchReplicaDb) db = open_db (directory);
  g_autoptr (UchDecided) decided = NULL;

  sync_tables (db, "s", 5);
  decided = submit (db, make_note (db, "n1", "не потерять"), NULL);
  g_clear_object (&db);
  spoil_file (directory, "replica.db",
              "no database at all, and longer than a header of one should be");
  db = open_db (directory);
  g_assert_nonnull (uch_replica_db_get_set_aside (db));
  g_assert_true (g_file_test (uch_replica_db_get_set_aside (db), G_FILE_TEST_EXISTS));
  g_assert_false (uch_replica_db_is_ready (db));
  g_assert_cmpuint (count_waiting (db), ==, 1);
  /* It fills again, with the act that waits above it. */
  sync_tables (db, "s", 5);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n1"));
  g_clear_object (&db);
  remove_directory (directory);
}

static void
test_broken_outbox_is_an_error (void)
{
  char *directory = make_directory ();
  g_autoptr (UchReplicaDb) db = open_db (directory);
  g_autoptr (GError) error = NULL;

  g_clear_object (&db);
  spoil_file (directory, "outbox.db",
              "no database at all, and longer than a header of one should be");
  db = uch_replica_db_open (directory, &sources, &error);
  g_assert_null (db);
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT);
  remove_directory (directory);
}

static void
test_newer_outbox_is_refused (void)
{
  char            *directory = make_directory ();
  g_autofree char *path = g_build_filename (directory, "outbox.db", NULL);
  g_autoptr (UchReplicaDb) db = open_db (directory);
  g_autoptr (UchDb) raw = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&db);
  raw = uch_db_open (path, 0, &error);
  g_assert_no_error (error);
  g_assert_true (uch_db_exec (raw, "PRAGMA user_version = 99", NULL));
  g_clear_pointer (&raw, uch_db_close);
  db = uch_replica_db_open (directory, &sources, &error);
  g_assert_null (db);
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_NEWER);
  remove_directory (directory);
}

static void
test_one_desk_per_folder (void)
{
  char *directory = make_directory ();
  g_autoptr (UchReplicaDb) db = open_db (directory);
  g_autoptr (GError) error = NULL;

  g_assert_null (uch_replica_db_open (directory, &sources, &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_IN_USE);
  g_clear_object (&db);
  remove_directory (directory);
}

static void
test_folder_that_cannot_be (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (uch_replica_db_open ("/proc/uchastok", &sources, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, UCH_DB_ERROR);
}

static void
test_nobody_signed_in (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchReplicaDb) db = uch_replica_db_open (NULL, &sources, &error);

  g_assert_null (submit (db, make_note (db, "n1", "кто я"), &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NO_ACTOR);
}

/* A disk that fills up, fails or goes read-only: the act is refused as a whole, what was done
 * before is there, and when the disk is well again everything works. */
static void
test_bad_disk (gconstpointer data)
{
  UchFault fault = (UchFault) GPOINTER_TO_INT (data);
  char    *directory = make_directory ();
  g_autoptr (UchReplicaDb) db = NULL;
  g_autoptr (UchDecided) before = NULL, after = NULL;
  g_autofree char *big = g_strnfill (60000, 'x');

  db = open_db (directory);
  sync_tables (db, "s", 5);
  before = submit (db, make_note (db, "n-before", "до"), NULL);
  g_assert_nonnull (before);
  for (guint n = 0; n < 12; n++)
    {
      g_autofree char *id = g_strdup_printf ("n-%u", n);
      g_autoptr (UchDecided) decided = NULL;
      g_autoptr (GError) error = NULL;
      guint waiting = count_waiting (db);

      uch_fault_vfs_set (fault, n);
      decided = submit (db, make_note (db, id, big), &error);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      if (decided == NULL)
        {
          g_assert_nonnull (error);
          g_assert_cmpint (error->domain, ==, UCH_DB_ERROR);
          g_assert_cmpuint (count_waiting (db), ==, waiting);
        }
      else
        g_assert_cmpuint (count_waiting (db), ==, waiting + 1);
    }
  after = submit (db, make_note (db, "n-after", "после"), NULL);
  g_assert_nonnull (after);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n-before"));
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n-after"));
  g_clear_object (&db);
  db = open_db (directory);
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n-before"));
  g_assert_true (has_row (db, UCH_TABLE_NOTE, "n-after"));
  g_clear_object (&db);
  remove_directory (directory);
}

/* A page that cannot be written leaves the cursor where it was; asked for again it goes in. */
static void
test_page_on_a_full_disk (void)
{
  char *directory = make_directory ();
  g_autoptr (UchReplicaDb) db = open_db (directory);
  gboolean done = FALSE;

  sync_tables (db, "s", 5);
  for (guint n = 0; n < 40 && !done; n++)
    {
      g_autoptr (GPtrArray) rows = rows_new ();
      g_autoptr (GPtrArray) changes = changes_new ();
      g_autoptr (GError) error = NULL;
      UchWireChanges page = { (char *) "s", 5, 6, 6, 0, FALSE, rows };

      for (guint i = 0; i < 200; i++)
        {
          g_autofree char *id = g_strdup_printf ("n-%u", i);

          add_row (rows, UCH_TABLE_NOTE, id, 6, ",\"ticket_id\":\"t1\",\"text\":\"заметка\"");
        }
      uch_fault_vfs_set (UCH_FAULT_FULL, n);
      done = uch_replica_db_apply_changes (db, &page, changes, &error);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      if (!done)
        {
          g_assert_cmpint (error->domain, ==, UCH_DB_ERROR);
          g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 5);
          g_assert_false (has_row (db, UCH_TABLE_NOTE, "n-0"));
        }
    }
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, done ? 6 : 5);
  g_clear_object (&db);
  remove_directory (directory);
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
  g_autoptr (UchReplicaDb) db = open_db (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  GPtrArray *rows = rows_new ();
  UchFound  *found;

  sync_tables (db, "s", 5);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      found = uch_replica_db_search (db, cases[i].text, 10, NULL);
      if (found->tickets->len != cases[i].n_tickets)
        g_error ("“%s” finds %u", cases[i].text, found->tickets->len);
      uch_found_free (found);
    }
  /* It follows what changes. */
  add_row (rows, UCH_TABLE_TICKET, "t1", 6,
           ",\"number\":17,\"category\":\"support.wifi\",\"client_name\":\"Орлова Вера\"");
  changes = feed (db, "s", 5, 6, FALSE, rows);
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
  static const struct
  {
    const char *path;
    UchFault    fault;
  } disks[] = { { "/replica-db/bad-disk/full", UCH_FAULT_FULL },
                { "/replica-db/bad-disk/io", UCH_FAULT_IO } };

  uch_fault_vfs_install ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica-db/pages-are-shown-together", test_pages_are_shown_together);
  g_test_add_func ("/replica-db/stale-pages", test_stale_pages);
  g_test_add_func ("/replica-db/settled-by-the-cursor", test_settled_by_the_cursor);
  g_test_add_func ("/replica-db/refused-is-taken-back", test_refused_is_taken_back_and_kept);
  g_test_add_func ("/replica-db/lost-answer", test_lost_answer);
  g_test_add_func ("/replica-db/undo-survives-a-restart", test_undo_survives_a_restart);
  g_test_add_func ("/replica-db/each-person-has-an-outbox", test_each_person_has_an_outbox);
  g_test_add_func ("/replica-db/new-epoch", test_new_epoch);
  g_test_add_func ("/replica-db/broken-rows-are-set-aside", test_broken_rows_are_set_aside);
  g_test_add_func ("/replica-db/broken-outbox-is-an-error", test_broken_outbox_is_an_error);
  g_test_add_func ("/replica-db/newer-outbox-is-refused", test_newer_outbox_is_refused);
  g_test_add_func ("/replica-db/one-desk-per-folder", test_one_desk_per_folder);
  g_test_add_func ("/replica-db/folder-that-cannot-be", test_folder_that_cannot_be);
  g_test_add_func ("/replica-db/nobody-signed-in", test_nobody_signed_in);
  g_test_add_func ("/replica-db/page-on-a-full-disk", test_page_on_a_full_disk);
  g_test_add_func ("/replica-db/search", test_search);
  for (guint i = 0; i < G_N_ELEMENTS (disks); i++)
    g_test_add_data_func (disks[i].path, GINT_TO_POINTER (disks[i].fault), test_bad_disk);
  return g_test_run ();
}
