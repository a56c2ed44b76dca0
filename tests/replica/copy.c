#include "replica/copy.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/uch-work.h"

#define NOW G_GINT64_CONSTANT (1795154400000)

UchTime copy_now_ms = NOW;

static UchTime
now_cb (gpointer data)
{
  return copy_now_ms;
}

static void
random_cb (guint8 *buffer, gsize len, gpointer data)
{
  static guint32 counter;

  counter++;
  memset (buffer, 0, len);
  memcpy (buffer + len - sizeof counter, &counter, sizeof counter);
}

const UchSources copy_sources = { now_cb, random_cb, NULL };
const UchActor   copy_actor = { "staff-1", UCH_ROLE_DISPATCHER, "desk" };

char *
copy_make_directory (void)
{
  g_autoptr (GError) error = NULL;
  char *directory = g_dir_make_tmp ("uch-replica-XXXXXX", &error);

  g_assert_no_error (error);
  return directory;
}

void
copy_remove_directory (char *path)
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

UchReplicaDb *
copy_open (const char *directory)
{
  g_autoptr (GError) error = NULL;
  UchReplicaDb *db = uch_replica_db_open (directory, &copy_sources, &error);

  g_assert_no_error (error);
  g_assert_true (uch_replica_db_set_actor (db, &copy_actor, &error));
  return db;
}

void
copy_add_row (GPtrArray *rows, UchTable table, const char *id, gint64 seq, const char *fields)
{
  g_autofree char *text = g_strdup_printf ("{\"rev\":\"r%" G_GINT64_FORMAT "\"%s}", seq, fields);
  g_autofree char *with_id = g_strdup_printf ("{\"id\":\"%s\",%s", id, text + 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchEntity) row = uch_wire_decode_entity (table, with_id, -1, &error);

  g_assert_no_error (error);
  g_ptr_array_add (rows, uch_wire_row_new (table, seq, id, row));
}

GPtrArray *
copy_rows_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
}

GPtrArray *
copy_changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
}

/* One page of the feed; takes @rows. */
GPtrArray *
copy_feed (
    UchReplicaDb *db, const char *store, gint64 from, gint64 to, gboolean more, GPtrArray *rows)
{
  UchWireChanges page = { (char *) store, from, to, to, 0, more, rows };
  GPtrArray     *changes = copy_changes_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (uch_replica_db_apply_changes (db, &page, changes, &error));
  g_assert_no_error (error);
  g_ptr_array_unref (page.rows);
  return changes;
}

void
copy_sync (UchReplicaDb *db, const char *store, gint64 h0)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GPtrArray) rows = copy_rows_new ();
      g_autoptr (GPtrArray) changes = copy_changes_new ();
      g_autoptr (GError) error = NULL;
      UchWireSnapshot page = { (char *) store, h0, NULL, rows };

      if (table == UCH_TABLE_STAFF)
        {
          copy_add_row (rows, table, "eng-1", 1, ",\"name\":\"Ёлкин Пётр\",\"role\":\"engineer\"");
          copy_add_row (rows, table, "eng-2", 1, ",\"name\":\"Петров Иван\",\"role\":\"engineer\"");
        }
      if (table == UCH_TABLE_TICKET)
        copy_add_row (
            rows, table, "t1", 2,
            ",\"number\":17,\"category\":\"support.wifi\",\"client_name\":\"Семёнова Анна\","
            "\"phone\":\"+79621234567\",\"address\":\"ул. Ленина, 5\"");
      g_assert_true (uch_replica_db_apply_snapshot (db, table, NULL, &page, changes, &error));
      g_assert_no_error (error);
    }
  g_ptr_array_unref (copy_feed (db, store, h0, h0, FALSE, copy_rows_new ()));
  g_assert_true (uch_replica_db_is_ready (db));
}

UchDecided *
copy_submit (UchReplicaDb *db, UchCommand *command, GError **error)
{
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autoptr (GPtrArray) changes = copy_changes_new ();
  g_autoptr (GPtrArray) decided = NULL;

  g_ptr_array_add (commands, command);
  if (!uch_replica_db_submit (db, commands, changes, &decided, error))
    return NULL;
  return g_ptr_array_steal_index (decided, 0);
}

UchCommand *
copy_make_note (UchReplicaDb *db, const char *note, const char *text)
{
  g_autofree char *id = uch_replica_db_make_id (db);

  return uch_command_new_with (id, UCH_COMMAND_NOTE_ADD, copy_now_ms, "note", "s", note, "ticket",
                               "s", "t1", "text", "s", text, NULL);
}

UchCommand *
copy_make_assign (UchReplicaDb *db, const char *visit, const char *engineer)
{
  g_autofree char *id = uch_replica_db_make_id (db);

  return uch_command_new_with (id, UCH_COMMAND_VISIT_ASSIGN, copy_now_ms, "ticket", "s", "t1",
                               "visit", "s", visit, "engineer", "s", engineer, NULL);
}

guint
copy_count_waiting (UchReplicaDb *db)
{
  guint n;

  g_assert_true (uch_outbox_count (uch_replica_db_get_outbox (db), "staff-1", &n, NULL));
  return n;
}

gboolean
copy_has_row (UchReplicaDb *db, UchTable table, const char *id)
{
  g_autoptr (UchEntity) row = NULL;

  g_assert_true (uch_replica_db_get (db, table, id, (gpointer *) &row, NULL));
  return row != NULL;
}

void
copy_answer (UchReplicaDb *db, gint64 mid, UchVerdictKind kind, gint64 seq)
{
  g_autoptr (GPtrArray) acks = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_ack_free);
  g_autoptr (GPtrArray) changes = copy_changes_new ();
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
