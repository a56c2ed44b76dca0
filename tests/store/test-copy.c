/* Moving a whole office from one database to another; the suite's is one end, SQLite and PostgreSQL
 * in turn the other. */

#include <string.h>

#include "store/uch-store-copy.h"
#include "suite.h"
#include "support/uch-test-postgres.h"

static UchStore *
open_at (Suite *suite, const char *url)
{
  g_autoptr (GError) error = NULL;
  UchStore *store
      = uch_store_open (url, UCH_STORE_CREATE, suite_random, &suite->random, suite->now, &error);

  g_assert_no_error (error);
  return store;
}

/* Some of everything: work, a deletion, positions, a failed sign-in, a look. */
static void
live (Suite *suite, Sender *dasha)
{
  g_autoptr (GError) error = NULL;
  UchSignIn        wrong = { .login = "dasha", .address = "10.0.0.7" };
  g_autofree char *secret
      = uch_store_add_tracker (suite->store, suite->local, "ivan", "телефон", suite->now, &error);
  g_autofree char *token = NULL, *seen = NULL;
  UchPosition      position = { .at = suite->now - 1000,
                                .latitude = 45.0448,
                                .longitude = 41.9691,
                                .accuracy_m = 7.3,
                                .speed_mps = -1,
                                .course_deg = 0.1 + 0.2,
                                .battery_percent = 80 };
  UchPositionFate  fate;
  GVariantDict     shift;
  g_autoptr (Sender) boss = suite_sender (suite, "boss");
  g_autoptr (UchSession) nobody = NULL;
  g_autoptr (UchCommand) remove = NULL;

  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autofree char *visit = g_strdup_printf ("v%u", i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchCommand) assign = suite_make_assign (suite, id, visit, "ivan", NULL);

      sender_do (dasha, create);
      sender_do (dasha, assign);
    }
  seen = uch_store_reveal (suite->store, dasha->session, UCH_TABLE_HOUSE, "h1", "access",
                           suite->now, &error);
  g_assert_no_error (error);
  nobody = uch_store_sign_in (suite->store, &wrong, "мимо", suite->now, &token, &error);
  g_assert_null (nobody);

  g_variant_dict_init (&shift, NULL);
  g_variant_dict_insert (&shift, "staff_id", "s", "ivan");
  g_variant_dict_insert (&shift, "starts_at", "x", suite->now - 10000);
  g_variant_dict_insert (&shift, "ends_at", "x", suite->now + 10000);
  suite_put (suite, UCH_TABLE_SHIFT, "s1", g_variant_dict_end (&shift));
  for (guint i = 0; i < 2; i++) /* shown, then impossible */
    {
      g_assert_true (uch_store_record_positions (suite->store, "ivan", "traccar", &position, 1,
                                                 suite->now, &fate, NULL));
      position.latitude = position.longitude = 0;
    }
  remove = suite_command (suite, UCH_COMMAND_DELETE, "table", "shift", "id", "s1", NULL);
  sender_do (boss, remove);
}

static guint64
digest_of (Suite *suite, UchStore *store, gint64 *out_head)
{
  g_autoptr (GError) error = NULL;
  guint64 digest;

  uch_store_get_digest (store, suite->local, &digest, out_head, &error);
  g_assert_no_error (error);
  return digest;
}

static const UchStoreTally *
find_tally (GArray *tallies, const char *table)
{
  for (guint i = 0; i < tallies->len; i++)
    if (strcmp (g_array_index (tallies, UchStoreTally, i).table, table) == 0)
      return &g_array_index (tallies, UchStoreTally, i);
  g_assert_not_reached ();
}

static void
count_cb (gint64 n_done, gint64 n_total, gpointer user_data)
{
  gint64 *last = user_data;

  g_assert_cmpint (n_done, >=, *last);
  g_assert_cmpint (n_done, <=, n_total);
  *last = n_done;
}

/* The office at @url is the one that was here: same epoch, same rows, tokens and outboxes go on. */
static void
move_to (Suite *suite, const char *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchStore) to = NULL;
  g_autoptr (GArray) tallies = NULL;
  g_autoptr (GArray) again = NULL;
  g_autoptr (UchCommand) late = suite_make_ticket (suite, "late");
  g_autoptr (UchStoreAck) refused = NULL;
  g_autofree char *uuid = g_strdup (uch_store_get_uuid (suite->store));
  gint64           head, head_there, told = 0;
  guint64          digest;

  live (suite, dasha);
  digest = digest_of (suite, suite->store, &head);
  to = open_at (suite, url);
  tallies = uch_store_migrate (suite->store, to, suite->now, count_cb, &told, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (told, >, 0);
  g_assert_cmpint (find_tally (tallies, "op")->n_rows, ==, head);
  g_assert_cmpint (find_tally (tallies, "ticket")->n_rows, ==, 30);
  g_assert_cmpint (find_tally (tallies, "look")->n_rows, ==, 1);
  g_assert_cmpint (find_tally (tallies, "delay")->n_rows, ==, 2);
  g_assert_cmpint (find_tally (tallies, "tracker")->n_rows, ==, 1);
  g_assert_cmpint (find_tally (tallies, "position")->n_rows, ==, 1);
  g_assert_cmpint (find_tally (tallies, "position_fate")->n_rows, ==, 1);
  g_assert_cmpint (find_tally (tallies, "deletion")->n_rows, ==, 1);
  g_assert_cmpstr (uch_store_get_uuid (to), ==, uuid);
  g_assert_cmpstr (uch_store_get_uuid (suite->store), !=, uuid);
  g_clear_object (&to);

  /* A full target is refused, and stays as it is. */
  to = open_at (suite, url);
  again = uch_store_copy (suite->store, to, NULL, NULL, NULL, &error);
  g_assert_null (again);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpuint (digest_of (suite, to, &head_there), ==, digest);
  g_assert_cmpint (head_there, ==, head);
  g_assert_cmpstr (uch_store_get_uuid (to), ==, uuid);
  g_clear_object (&to);

  suite_move (suite, url);
  g_assert_true (uch_store_verify (suite->store, &error));
  g_assert_no_error (error);
  sender_do (dasha, late); /* the outbox just goes on, with its token and its mid */
  g_assert_cmpint (suite_head (suite), ==, head + 1);
}

/* Who still had the old store open can write nothing any more. */
static void
test_old_store_is_closed (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (suite->dir, "other.db", NULL);
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchStore) second = open_at (suite, suite->url);
  g_autoptr (UchStore) to = open_at (suite, url);
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchStoreAck) ack = NULL;
  g_autoptr (GArray) tallies = uch_store_migrate (second, to, suite->now, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (tallies);
  ack = sender_push_at (dasha, 1, create, &error);
  g_assert_null (ack);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
}

static void
test_to_sqlite (Suite *suite, gconstpointer data)
{
  g_autofree char *path = g_build_filename (suite->dir, "other.db", NULL);
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);

  move_to (suite, url);
}

static void
test_to_postgres (Suite *suite, gconstpointer data)
{
  g_autofree char *url = uch_test_postgres_add_database ();

  move_to (suite, url);
  g_clear_object (&suite->store);
  uch_test_postgres_drop_database (url);
}

/* A row that changes on the way is found, and nothing is left at the target. */
static void
test_change_on_the_way_is_found (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = uch_test_postgres_add_database ();
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchStore) to = open_at (suite, url);
  g_autoptr (GArray) tallies = NULL;

  live (suite, dasha);
  uch_test_postgres_exec (url,
                          "CREATE FUNCTION spoil () RETURNS trigger LANGUAGE plpgsql AS $$"
                          " BEGIN NEW.address := 'мимо'; RETURN NEW; END $$;"
                          "CREATE TRIGGER spoil BEFORE INSERT ON ticket FOR EACH ROW"
                          " WHEN (NEW.id = 't7') EXECUTE FUNCTION spoil ()",
                          NULL);
  tallies = uch_store_migrate (suite->store, to, suite->now, NULL, NULL, NULL, &error);
  g_assert_null (tallies);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "“ticket”"));
  g_clear_object (&to);
  {
    g_autofree char *n = uch_test_postgres_ask (
        url, "SELECT (SELECT count(*) FROM ticket) + (SELECT count(*) FROM op)");

    g_assert_cmpstr (n, ==, "0");
  }
  uch_test_postgres_drop_database (url);
  /* and the source is still the store that it was */
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "later");
  sender_do (dasha, create);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/copy/to-sqlite", test_to_sqlite);
  suite_add ("/store/copy/to-postgres", test_to_postgres);
  suite_add ("/store/copy/old-store-is-closed", test_old_store_is_closed);
  suite_add ("/store/copy/change-on-the-way-is-found", test_change_on_the_way_is_found);
  return g_test_run ();
}
