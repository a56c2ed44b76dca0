/* The replica's two files: damage, other versions, bad disks. */
#include <glib/gstdio.h>

#include "replica/copy.h"
#include "support/uch-fault-vfs.h"

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
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDecided) decided = NULL;

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_note (db, "n1", "не потерять"), NULL);
  g_clear_object (&db);
  spoil_file (directory, "replica.db",
              "no database at all, and longer than a header of one should be");
  db = copy_open (directory);
  g_assert_nonnull (uch_replica_db_get_set_aside (db));
  g_assert_true (g_file_test (uch_replica_db_get_set_aside (db), G_FILE_TEST_EXISTS));
  g_assert_false (uch_replica_db_is_ready (db));
  g_assert_cmpuint (copy_count_waiting (db), ==, 1);
  /* It fills again, with the act that waits above it. */
  copy_sync (db, "s", 5);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  g_clear_object (&db);
  copy_remove_directory (directory);
}

/* The rows are lost, and the store comes back from a backup before they are read again: what it had
 * accepted must still be sent again. */
static void
test_lost_rows_and_new_epoch (void)
{
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GPtrArray) again = NULL;

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_note (db, "n1", "принято"), NULL);
  copy_answer (db, 1, UCH_VERDICT_OK, 6);
  g_clear_object (&db);
  spoil_file (directory, "replica.db",
              "no database at all, and longer than a header of one should be");
  db = copy_open (directory);
  copy_sync (db, "s.restored", 5);
  again = uch_replica_db_list_push (db, NULL);
  g_assert_cmpuint (again->len, ==, 1);
  g_clear_object (&db);
  copy_remove_directory (directory);
}

static gboolean
meets_other_office (UchReplicaDb *db, const char *store)
{
  UchWireChanges page = { (char *) store, 5, 5, 5, 0, FALSE, copy_rows_new () };
  g_autoptr (GPtrArray) changes = copy_changes_new ();
  g_autoptr (GError) error = NULL;
  gboolean done = uch_replica_db_apply_changes (db, &page, changes, &error);

  g_ptr_array_unref (page.rows);
  return !done && g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_OTHER_OFFICE);
}

static guint
count_to_push (UchReplicaDb *db)
{
  g_autoptr (GPtrArray) ops = uch_replica_db_list_push (db, NULL);

  return ops->len;
}

/* Another office answers at the address: nothing of the one is pushed to the other, and nothing of
 * it is lost. */
static void
test_another_office (void)
{
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDecided) one = NULL, two = NULL, third = NULL;

  copy_sync (db, "a", 5);
  one = copy_submit (db, copy_make_note (db, "n1", "принято"), NULL);
  copy_answer (db, 1, UCH_VERDICT_OK, 6);
  two = copy_submit (db, copy_make_note (db, "n2", "ждёт"), NULL);
  g_assert_true (meets_other_office (db, "ab"));
  g_assert_true (meets_other_office (db, "b.restored"));
  g_assert_cmpstr (uch_replica_db_get_store (db), ==, "a");

  /* Opened again it is the other office's, and empty. */
  g_clear_object (&db);
  db = copy_open (directory);
  g_assert_false (uch_replica_db_is_ready (db));
  g_assert_cmpuint (copy_count_waiting (db), ==, 0);
  copy_sync (db, "b.restored", 5);
  g_assert_cmpuint (count_to_push (db), ==, 0);
  g_assert_false (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  third = copy_submit (db, copy_make_note (db, "n3", "другому офису"), NULL);

  /* The former one is back, from a backup: what it had accepted is sent again too. */
  g_assert_true (meets_other_office (db, "a.restored"));
  g_clear_object (&db);
  db = copy_open (directory);
  g_assert_cmpuint (copy_count_waiting (db), ==, 1);
  copy_sync (db, "a.restored", 5);
  g_assert_cmpuint (count_to_push (db), ==, 2);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n2"));
  g_assert_false (copy_has_row (db, UCH_TABLE_NOTE, "n3"));
  g_clear_object (&db);
  copy_remove_directory (directory);
}

/* Damage that shows itself only while the desk works. */
static void
test_rebuilt_while_open (void)
{
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDecided) decided = NULL;
  g_autoptr (GError) error = NULL;

  copy_sync (db, "s", 5);
  decided = copy_submit (db, copy_make_note (db, "n1", "не потерять"), NULL);
  g_assert_true (uch_replica_db_rebuild (db, &error));
  g_assert_no_error (error);
  g_assert_false (uch_replica_db_is_ready (db));
  g_assert_cmpuint (copy_count_waiting (db), ==, 1);
  copy_sync (db, "s", 5);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n1"));
  g_clear_object (&db);
  copy_remove_directory (directory);
}

/* What is broken in outbox.db, and whether an act in it may be lost by that; what stands in the
 * journal too the database mends by itself. */
static const struct
{
  const char *name;
  gsize       at, len; /* bytes that become zero; 0, 0: all of it is other text */
  gboolean    in_journal, loses;
} spoils[] = {
  { "all", 0, 0, FALSE, TRUE },
  { "header", 0, 100, FALSE, FALSE },
  { "first-page", 0, 4096, FALSE, FALSE },
  { "healed-by-the-journal", 0, 4096, TRUE, FALSE },
  { "every-index-and-inner-page", 1, 0, FALSE, FALSE },
};

/* Makes useless the first page, every page of an index and every inner page of a table. */
static void
wipe_inner_pages (char *data, gsize len)
{
  for (gsize at = 0; at < len; at += 4096)
    if (at == 0 || data[at] == 0x02 || data[at] == 0x05 || data[at] == 0x0a)
      for (gsize i = 0; i < 8; i++)
        data[at + i] = 0x55;
}

static void
spoil_outbox (const char *directory, guint which)
{
  g_autofree char *path = g_build_filename (directory, "outbox.db", NULL);
  g_autofree char *data = NULL;
  gsize            len;

  if (spoils[which].len == 0 && spoils[which].at == 0)
    {
      spoil_file (directory, "outbox.db",
                  "no database at all, and longer than a header of one should be");
      return;
    }
  g_assert_true (g_file_get_contents (path, &data, &len, NULL));
  if (spoils[which].len > 0)
    memset (data + spoils[which].at, 0, spoils[which].len);
  else
    wipe_inner_pages (data, len);
  g_assert_true (g_file_set_contents (path, data, (gssize) len, NULL));
}

/* Copies what a power cut leaves: the file and its journal as they stand. */
static void
copy_files (const char *from, const char *to)
{
  static const char *const names[]
      = { "outbox.db", "outbox.db-wal", "replica.db", "replica.db-wal" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *source = g_build_filename (from, names[i], NULL);
      g_autofree char *target = g_build_filename (to, names[i], NULL);
      g_autofree char *data = NULL;
      gsize            len;

      if (g_file_get_contents (source, &data, &len, NULL))
        g_assert_true (g_file_set_contents (target, data, (gssize) len, NULL));
    }
}

/* The desk opens; acts that can be read wait again, in their order, whoever did them; the spoiled
 * file is kept to the byte. */
static void
test_broken_outbox_is_rescued (gconstpointer data)
{
  guint            which = GPOINTER_TO_UINT (data), n_rescued;
  char            *living = copy_make_directory (), *directory = copy_make_directory ();
  g_autofree char *long_text = g_strnfill (20000, 'a');
  g_autofree char *spoiled = NULL, *kept = NULL,
                  *path = g_build_filename (directory, "outbox.db", NULL);
  gsize       spoiled_len, kept_len;
  const char *aside;
  g_autoptr (UchReplicaDb) db = copy_open (living);
  g_autoptr (GPtrArray) ops = NULL;
  g_autoptr (GError) error = NULL;

  copy_sync (db, "s", 5);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("n%02u", i);
      g_autoptr (UchDecided) decided
          = copy_submit (db, copy_make_note (db, id, i == 7 ? long_text : "не потерять"), NULL);

      g_assert_cmpint (decided->verdict->kind, ==, UCH_VERDICT_OK);
    }
  if (!spoils[which].in_journal)
    g_clear_object (&db); /* the journal goes into the file */
  copy_files (living, directory);
  g_clear_object (&db);
  spoil_outbox (directory, which);
  g_assert_true (g_file_get_contents (path, &spoiled, &spoiled_len, NULL));

  db = uch_replica_db_open (directory, &copy_sources, &error);
  g_assert_no_error (error);
  aside = uch_replica_db_get_outbox_aside (db, &n_rescued);
  g_assert_true ((aside == NULL) == spoils[which].in_journal);
  if (aside != NULL)
    {
      g_assert_true (g_file_get_contents (aside, &kept, &kept_len, NULL));
      g_assert_cmpmem (kept, kept_len, spoiled, spoiled_len);
    }
  if (!spoils[which].loses)
    {
      g_assert_cmpuint (n_rescued, ==, aside != NULL ? 40 : 0);
      ops = uch_outbox_list_unsettled (uch_replica_db_get_outbox (db), &error);
      g_assert_no_error (error);
      g_assert_cmpuint (ops->len, ==, 40);
      for (guint i = 0; i < ops->len; i++)
        {
          const UchOutboxOp *op = g_ptr_array_index (ops, i);
          g_autofree char   *id = g_strdup_printf ("n%02u", i);

          g_assert_cmpstr (uch_command_get_text (op->command, "note"), ==, id);
          g_assert_cmpint (op->mid, ==, i + 1);
        }
      g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n07"));
      g_assert_cmpstr (uch_replica_db_get_actor (db)->staff_id, !=, NULL);
    }
  g_clear_object (&db);

  /* once is enough */
  db = uch_replica_db_open (directory, &copy_sources, &error);
  g_assert_no_error (error);
  g_assert_null (uch_replica_db_get_outbox_aside (db, &n_rescued));
  g_assert_cmpuint (copy_count_waiting (db), ==, spoils[which].loses ? 0 : 40);
  g_clear_object (&db);
  copy_remove_directory (living);
  copy_remove_directory (directory);
}

static void
test_newer_outbox_is_refused (void)
{
  char            *directory = copy_make_directory ();
  g_autofree char *path = g_build_filename (directory, "outbox.db", NULL);
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (UchDb) raw = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&db);
  raw = uch_db_open (path, 0, &error);
  g_assert_no_error (error);
  g_assert_true (uch_db_exec (raw, "PRAGMA user_version = 99", NULL));
  g_clear_pointer (&raw, uch_db_close);
  db = uch_replica_db_open (directory, &copy_sources, &error);
  g_assert_null (db);
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_NEWER);
  copy_remove_directory (directory);
}

static void
test_one_desk_per_folder (void)
{
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  g_autoptr (GError) error = NULL;

  g_assert_null (uch_replica_db_open (directory, &copy_sources, &error));
  g_assert_error (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_IN_USE);
  g_clear_object (&db);
  copy_remove_directory (directory);
}

static void
test_folder_that_cannot_be (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (uch_replica_db_open ("/proc/uchastok", &copy_sources, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, UCH_DB_ERROR);
}

/* A disk that fills up, fails or goes read-only: the act is refused as a whole, what was done
 * before is there, and when the disk is well again everything works. */
static void
test_bad_disk (gconstpointer data)
{
  UchFault fault = (UchFault) GPOINTER_TO_INT (data);
  char    *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = NULL;
  g_autoptr (UchDecided) before = NULL, after = NULL;
  g_autofree char *big = g_strnfill (60000, 'x');

  db = copy_open (directory);
  copy_sync (db, "s", 5);
  before = copy_submit (db, copy_make_note (db, "n-before", "до"), NULL);
  g_assert_nonnull (before);
  for (guint n = 0; n < 12; n++)
    {
      g_autofree char *id = g_strdup_printf ("n-%u", n);
      g_autoptr (UchDecided) decided = NULL;
      g_autoptr (GError) error = NULL;
      guint waiting = copy_count_waiting (db);

      uch_fault_vfs_set (fault, n);
      decided = copy_submit (db, copy_make_note (db, id, big), &error);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      if (decided == NULL)
        {
          g_assert_nonnull (error);
          g_assert_cmpint (error->domain, ==, UCH_DB_ERROR);
          g_assert_cmpuint (copy_count_waiting (db), ==, waiting);
        }
      else
        g_assert_cmpuint (copy_count_waiting (db), ==, waiting + 1);
    }
  after = copy_submit (db, copy_make_note (db, "n-after", "после"), NULL);
  g_assert_nonnull (after);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n-before"));
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n-after"));
  g_clear_object (&db);
  db = copy_open (directory);
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n-before"));
  g_assert_true (copy_has_row (db, UCH_TABLE_NOTE, "n-after"));
  g_clear_object (&db);
  copy_remove_directory (directory);
}

/* A page that cannot be written leaves the cursor where it was; asked for again it goes in. */
static void
test_page_on_a_full_disk (void)
{
  char *directory = copy_make_directory ();
  g_autoptr (UchReplicaDb) db = copy_open (directory);
  gboolean done = FALSE;

  copy_sync (db, "s", 5);
  for (guint n = 0; n < 40 && !done; n++)
    {
      g_autoptr (GPtrArray) rows = copy_rows_new ();
      g_autoptr (GPtrArray) changes = copy_changes_new ();
      g_autoptr (GError) error = NULL;
      UchWireChanges page = { (char *) "s", 5, 6, 6, 0, FALSE, rows };

      for (guint i = 0; i < 200; i++)
        {
          g_autofree char *id = g_strdup_printf ("n-%u", i);

          copy_add_row (rows, UCH_TABLE_NOTE, id, 6, ",\"ticket_id\":\"t1\",\"text\":\"заметка\"");
        }
      uch_fault_vfs_set (UCH_FAULT_FULL, n);
      done = uch_replica_db_apply_changes (db, &page, changes, &error);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      if (!done)
        {
          g_assert_cmpint (error->domain, ==, UCH_DB_ERROR);
          g_assert_cmpint (uch_replica_db_get_cursor (db), ==, 5);
          g_assert_false (copy_has_row (db, UCH_TABLE_NOTE, "n-0"));
        }
    }
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, done ? 6 : 5);
  g_clear_object (&db);
  copy_remove_directory (directory);
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
  g_test_add_func ("/replica-db/broken-rows-are-set-aside", test_broken_rows_are_set_aside);
  g_test_add_func ("/replica-db/lost-rows-and-new-epoch", test_lost_rows_and_new_epoch);
  g_test_add_func ("/replica-db/another-office", test_another_office);
  g_test_add_func ("/replica-db/rebuilt-while-open", test_rebuilt_while_open);
  for (guint i = 0; i < G_N_ELEMENTS (spoils); i++)
    {
      g_autofree char *path
          = g_strconcat ("/replica-db/broken-outbox-is-rescued/", spoils[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_broken_outbox_is_rescued);
    }
  g_test_add_func ("/replica-db/newer-outbox-is-refused", test_newer_outbox_is_refused);
  g_test_add_func ("/replica-db/one-desk-per-folder", test_one_desk_per_folder);
  g_test_add_func ("/replica-db/folder-that-cannot-be", test_folder_that_cannot_be);
  g_test_add_func ("/replica-db/page-on-a-full-disk", test_page_on_a_full_disk);
  for (guint i = 0; i < G_N_ELEMENTS (disks); i++)
    g_test_add_data_func (disks[i].path, GINT_TO_POINTER (disks[i].fault), test_bad_disk);
  return g_test_run ();
}
