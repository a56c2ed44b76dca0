/* The demo store: every row of the town is taken as it is, and its people can sign in. */
#include "server/admin/uch-admin-demo.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store-positions.h"

#define NOW G_GINT64_CONSTANT (1795345500000)

static void
random_cb (guint8 *buffer, gsize len, gpointer user_data)
{
  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) g_rand_int (user_data);
}

static void
login_cb (const UchStaff *staff, const char *password, gpointer user_data)
{
  g_hash_table_insert (user_data, g_strdup (uch_demo_town_get_login (staff)), g_strdup (password));
}

static void
test_fill (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStore) store
      = uch_store_open ("sqlite::memory:", UCH_STORE_CREATE, random_cb, rand, NOW, &error);
  g_autoptr (GHashTable) logins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  UchDemoOptions options = { .seed = 1, .n_houses = 40, .n_tickets = 80, .now = NOW };
  g_autoptr (GPtrArray) rows = uch_demo_town_list (&options);
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);
  g_autoptr (GPtrArray) positions = NULL;
  g_autofree char *token = NULL;
  g_autoptr (UchSession) signed_in = NULL;

  g_assert_no_error (error);
  uch_admin_demo_fill (store, &options, login_cb, logins, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < rows->len; i++)
    {
      const UchEntity *row = g_ptr_array_index (rows, i);
      g_autoptr (GPtrArray) found = NULL;
      gint64 head;

      if (row->schema->table != UCH_TABLE_TICKET && row->schema->table != UCH_TABLE_VISIT
          && row->schema->table != UCH_TABLE_HOUSE && row->schema->table != UCH_TABLE_SHIFT)
        continue;
      found = uch_store_list_rows (store, session, row->schema->table, NULL, 10000, &head, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < found->len; k++)
        if (g_str_equal (UCH_ENTITY (g_ptr_array_index (found, k))->id, row->id))
          g_assert_true (uch_entity_equal (g_ptr_array_index (found, k), row));
    }
  g_assert_true (uch_store_verify (store, &error));
  g_assert_no_error (error);

  positions = uch_store_list_last_positions (store, session, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (positions->len, >, 8);
  g_assert_cmpuint (positions->len, <, 20); /* nobody off shift */

  g_assert_cmpuint (g_hash_table_size (logins), ==, 27);
  signed_in = uch_store_sign_in (
      store, &(UchSignIn){ .login = "dispatcher-1", .kind = UCH_SESSION_DESK, .device_id = "d" },
      g_hash_table_lookup (logins, "dispatcher-1"), NOW, &token, &error);
  g_assert_no_error (error);
  g_assert_cmpint (signed_in->role, ==, UCH_ROLE_DISPATCHER);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/fill", test_fill);
  return g_test_run ();
}
