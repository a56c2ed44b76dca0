/* Fills a desk's copy of the office with a made-up town, as a first sync would have: desk-fill
 * STORE LOGIN N_HOUSES N_TICKETS. Then the desk starts with it, the store being away. */
#include <stdlib.h>

#include "app/uch-account.h"
#include "exchange/uch-demo-town.h"
#include "replica/uch-replica-db.h"

#define PAGE_LEN 5000
#define HEAD 1000000

typedef struct
{
  GPtrArray *tables[UCH_N_TABLES]; /* of UchEntity */
} Town;

static void
collect_cb (UchEntity *row, gpointer user_data)
{
  Town *town = user_data;

  g_ptr_array_add (town->tables[row->schema->table], g_object_ref (row));
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const UchEntity *first = *(UchEntity *const *) a;
  const UchEntity *second = *(UchEntity *const *) b;

  return g_strcmp0 (first->id, second->id);
}

static void
must (gboolean done, GError *error)
{
  if (done)
    return;
  g_printerr ("desk-fill: %s\n", error != NULL ? error->message : "failed");
  exit (EXIT_FAILURE);
}

static void
apply_page (UchReplicaDb *db, UchTable table, GPtrArray *rows, guint from, gint64 *seq)
{
  g_autoptr (UchWireSnapshot) page = g_new0 (UchWireSnapshot, 1);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  guint      to = MIN (from + PAGE_LEN, rows->len);
  GError    *error = NULL;
  UchEntity *before = from > 0 ? g_ptr_array_index (rows, from - 1) : NULL;

  page->store = g_strdup ("bench");
  page->h0 = HEAD;
  page->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  for (guint i = from; i < to; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      g_ptr_array_add (page->rows, uch_wire_row_new (table, ++*seq, row->id, g_object_ref (row)));
    }
  if (to < rows->len)
    page->next = g_strdup (((UchEntity *) g_ptr_array_index (rows, to - 1))->id);
  must (uch_replica_db_apply_snapshot (db, table, before != NULL ? before->id : NULL, page, changes,
                                       &error),
        error);
}

static void
finish (UchReplicaDb *db)
{
  g_autoptr (UchWireChanges) page = g_new0 (UchWireChanges, 1);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  GError *error = NULL;

  page->store = g_strdup ("bench");
  page->from = page->to = page->head = HEAD;
  page->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  must (uch_replica_db_apply_changes (db, page, changes, &error), error);
}

static void
fill (UchReplicaDb *db, const UchDemoOptions *options)
{
  Town        town = { 0 };
  gint64      seq = 0;
  const char *staff_id = NULL;
  GError     *error = NULL;

  for (guint i = 0; i < UCH_N_TABLES; i++)
    town.tables[i] = g_ptr_array_new_with_free_func (g_object_unref);
  uch_demo_town_generate (options, collect_cb, &town);
  for (guint i = 0; i < town.tables[UCH_TABLE_STAFF]->len; i++)
    {
      UchStaff *staff = g_ptr_array_index (town.tables[UCH_TABLE_STAFF], i);

      if (staff->role == UCH_ROLE_DISPATCHER)
        staff_id = UCH_ENTITY (staff)->id;
    }
  must (
      uch_replica_db_set_actor (db, &(UchActor){ staff_id, UCH_ROLE_DISPATCHER, "bench" }, &error),
      error);
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      GPtrArray *rows = town.tables[table];
      guint      from = 0;

      g_ptr_array_sort (rows, compare_ids);
      do
        {
          apply_page (db, table, rows, from, &seq);
          from += PAGE_LEN;
        }
      while (from < rows->len);
      g_ptr_array_unref (rows);
    }
  finish (db);
}

int
main (int argc, char **argv)
{
  g_autoptr (UchReplicaDb) db = NULL;
  g_autoptr (UchAccount) account = NULL;
  g_autofree char *folder = NULL;
  GError          *error = NULL;

  if (argc != 5)
    {
      g_printerr ("desk-fill STORE LOGIN N_HOUSES N_TICKETS\n");
      return EXIT_FAILURE;
    }
  account = uch_account_new (argv[1], argv[2], NULL);
  folder = uch_account_get_folder (account);
  g_mkdir_with_parents (folder, 0700);
  db = uch_replica_db_open (folder, &uch_sources_system, &error);
  must (db != NULL, error);
  fill (db, &(UchDemoOptions){ .seed = 1,
                               .n_houses = (guint) atoi (argv[3]),
                               .n_tickets = (guint) atoi (argv[4]),
                               .now = g_get_real_time () / 1000 });
  return EXIT_SUCCESS;
}
