/* An engineer's day: what is his, what nobody has, and nothing of others. */
#include "suite.h"

#include <string.h>

#include "store/uch-store-copy.h"
#include "store/uch-store-phone.h"
#include "store/uch-store-pictures.h"

static UchStoreDay *
day_of (Suite *suite, const char *login, UchTime since)
{
  g_autoptr (Sender) sender = suite_sender (suite, login);
  g_autoptr (GError) error = NULL;
  UchStoreDay *day = uch_store_get_day (suite->store, sender->session, since, suite->now, &error);

  g_assert_no_error (error);
  return day;
}

static gboolean
has (GPtrArray *rows, UchTable table, const char *id)
{
  gboolean found = FALSE;

  for (guint i = 0; i < rows->len; i++)
    {
      const UchEntity *row = g_ptr_array_index (rows, i);

      if (row->schema->table != table || strcmp (row->id, id) != 0)
        continue;
      g_assert_false (found); /* each once */
      found = TRUE;
    }
  return found;
}

/* Takes @command. */
static void
act (Sender *sender, UchCommand *command)
{
  sender_do (sender, command);
  uch_command_unref (command);
}

/* t1 is ivan's, t2 petr's, t3 nobody's, t4 waits for another day, t5 was ivan's and is done. */
static void
fill (Suite *suite)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) ivan = suite_sender (suite, "ivan");
  static const char *const tickets[] = { "t1", "t2", "t3", "t4", "t5" };

  for (guint i = 0; i < G_N_ELEMENTS (tickets); i++)
    act (dasha, suite_make_ticket (suite, tickets[i]));
  act (dasha, suite_make_assign (suite, "t1", "v1", "ivan", NULL));
  act (dasha, suite_make_assign (suite, "t2", "v2", "petr", NULL));
  act (dasha, suite_make_assign (suite, "t5", "v5", "ivan", NULL));
  act (dasha, suite_command (suite, UCH_COMMAND_NOTE_ADD, "note", "n1", "ticket", "t1", "text",
                             "собака", NULL));
  act (ivan, suite_command (suite, UCH_COMMAND_VISIT_ACCEPT, "visit", "v5", NULL));
  act (ivan, suite_command (suite, UCH_COMMAND_VISIT_DEPART, "visit", "v5", NULL));
  act (ivan, suite_command (suite, UCH_COMMAND_VISIT_ARRIVE, "visit", "v5", NULL));
  act (ivan, suite_command (suite, UCH_COMMAND_VISIT_FINISH, "visit", "v5", "result", "done",
                            "code", "settings", NULL));
  act (dasha, uch_command_new_with ("hold-t4", UCH_COMMAND_TICKET_HOLD, suite->now, "ticket", "s",
                                    "t4", "reason", "s", "client_away", "wake_at", "x",
                                    suite->now + UCH_DAY_MS, NULL));
}

static void
test_day_is_his_own (Suite *suite, gconstpointer data)
{
  g_autoptr (UchStoreDay) ivan = NULL;
  g_autoptr (UchStoreDay) petr = NULL;
  g_autoptr (UchStoreDay) later = NULL;

  fill (suite);
  ivan = day_of (suite, "ivan", 0);
  petr = day_of (suite, "petr", 0);
  g_assert_true (has (ivan->rows, UCH_TABLE_VISIT, "v1")
                 && has (ivan->rows, UCH_TABLE_TICKET, "t1"));
  g_assert_true (has (ivan->rows, UCH_TABLE_VISIT, "v5") && has (ivan->rows, UCH_TABLE_NOTE, "n1"));
  g_assert_true (has (ivan->rows, UCH_TABLE_HOUSE, "h1")
                 && has (ivan->rows, UCH_TABLE_STAFF, "dasha"));
  g_assert_false (has (ivan->rows, UCH_TABLE_VISIT, "v2")
                  || has (ivan->rows, UCH_TABLE_TICKET, "t2"));
  g_assert_true (has (petr->rows, UCH_TABLE_VISIT, "v2")
                 && !has (petr->rows, UCH_TABLE_VISIT, "v1"));
  g_assert_false (has (petr->rows, UCH_TABLE_NOTE, "n1"));
  g_assert_cmpuint (ivan->free->len, ==, 1);
  g_assert_true (has (ivan->free, UCH_TABLE_TICKET, "t3"));
  g_assert_cmpuint (ivan->history->len, ==, 1);
  g_assert_null (((UchTicket *) g_ptr_array_index (ivan->history, 0))->client_name);
  g_assert_cmpint (ivan->head, ==, suite_head (suite));

  later = day_of (suite, "ivan", suite->now + UCH_HOUR_MS);
  g_assert_true (has (later->rows, UCH_TABLE_VISIT, "v1"));
  g_assert_false (has (later->rows, UCH_TABLE_VISIT, "v5"));
}

static void
test_day_masks_and_names_only (Suite *suite, gconstpointer data)
{
  g_autoptr (UchStoreDay) day = NULL;

  suite_put (suite, UCH_TABLE_HOUSE, "h1", suite_fields ("access", "ключ у консьержа", NULL));
  fill (suite);
  day = day_of (suite, "ivan", 0);
  for (guint i = 0; i < day->rows->len; i++)
    {
      const UchEntity *row = g_ptr_array_index (day->rows, i);

      if (row->schema->table == UCH_TABLE_HOUSE)
        g_assert_cmpstr (UCH_HOUSE (row)->access, ==, UCH_FIELD_MASK);
      if (row->schema->table == UCH_TABLE_STAFF && strcmp (row->id, "ivan") != 0)
        g_assert_null (UCH_STAFF (row)->zones);
    }
}

static void
test_day_is_for_engineers (Suite *suite, gconstpointer data)
{
  static const char *const others[] = { "dasha", "boss", "katya", "adam" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (Sender) sender = suite_sender (suite, others[i]);
      g_autoptr (GError) error = NULL;
      UchStoreDay *day = uch_store_get_day (suite->store, sender->session, 0, suite->now, &error);
      g_autofree char *secret = NULL;

      g_assert_null (day);
      g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED);
      g_clear_error (&error);
      secret = uch_store_renew_tracker (suite->store, sender->session, sender->session->staff_id,
                                        suite->now, &error);
      g_assert_null (secret);
      g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED);
    }
}

static void
test_own_tracker_is_renewed (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) ivan = suite_sender (suite, "ivan");
  g_autoptr (GError) error = NULL;
  g_autofree char *admins
      = uch_store_add_tracker (suite->store, suite->local, "ivan", "desk's", suite->now, &error);
  g_autofree char *first = uch_store_renew_tracker (suite->store, ivan->session,
                                                    ivan->session->staff_id, suite->now, &error);
  g_autofree char *second = uch_store_renew_tracker (suite->store, ivan->session,
                                                     ivan->session->staff_id, suite->now, &error);
  g_autofree char *by_admins = NULL, *by_first = NULL, *by_second = NULL;

  g_assert_no_error (error);
  by_admins = uch_store_find_tracker (suite->store, admins, &error);
  by_second = uch_store_find_tracker (suite->store, second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_admins, ==, "ivan");
  g_assert_cmpstr (by_second, ==, "ivan");
  by_first = uch_store_find_tracker (suite->store, first, &error);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN);
  g_assert_null (by_first);
}

static UchSession *
accept (Suite *suite, const char *secret, GError **error)
{
  const UchSignIn  who = { .kind = UCH_SESSION_PHONE, .app = "phone", .device = "Pixel" };
  g_autofree char *token = NULL;
  UchSession      *session
      = uch_store_accept_invite (suite->store, secret, &who, suite->now, &token, error);
  g_autoptr (UchSession) back = NULL;

  g_assert_true ((session != NULL) == (token != NULL));
  if (session == NULL)
    return NULL;
  back = uch_store_authenticate (suite->store, token, suite->now, error);
  g_assert_no_error (*error);
  g_assert_cmpstr (UCH_ENTITY (back)->id, ==, UCH_ENTITY (session)->id);
  return session;
}

static void
assert_opens_nothing (Suite *suite, const char *secret)
{
  g_autoptr (GError) error = NULL;
  UchSession *session = accept (suite, secret, &error);

  g_assert_null (session);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
}

static void
test_invite_opens_once (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (GError) error = NULL;
  g_autofree char *first
      = uch_store_invite (suite->store, dasha->session, "ivan", suite->now, &error);
  g_autofree char *second
      = uch_store_invite (suite->store, dasha->session, "ivan", suite->now, &error);
  g_autofree char *late = NULL;
  g_autoptr (UchSession) session = NULL;

  g_assert_no_error (error);
  assert_opens_nothing (suite, "made up");
  assert_opens_nothing (suite, first);
  suite->now += UCH_INVITE_LIFE_MS;
  session = accept (suite, second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (session->staff_id, ==, "ivan");
  g_assert_cmpint (session->role, ==, UCH_ROLE_ENGINEER);
  g_assert_cmpint (session->kind, ==, UCH_SESSION_PHONE);
  assert_opens_nothing (suite, second);
  late = uch_store_invite (suite->store, dasha->session, "ivan", suite->now, &error);
  suite->now += UCH_INVITE_LIFE_MS + 1;
  assert_opens_nothing (suite, late);
}

static void
test_invite_is_for_who_may (Suite *suite, gconstpointer data)
{
  static const struct
  {
    const char *by, *whom;
    int         code;
    gboolean    good;
  } cases[] = {
    { "dasha", "ivan", 0, TRUE },
    { "boss", "petr", 0, TRUE },
    { "adam", "petr", 0, TRUE },
    { "katya", "ivan", UCH_STORE_ERROR_NOT_ALLOWED, FALSE },
    { "ivan", "ivan", UCH_STORE_ERROR_NOT_ALLOWED, FALSE },
    { "dasha", "boss", UCH_STORE_ERROR_UNKNOWN, FALSE },
    { "dasha", "nobody", UCH_STORE_ERROR_UNKNOWN, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Sender) by = suite_sender (suite, cases[i].by);
      g_autoptr (GError) error = NULL;
      g_autofree char *secret
          = uch_store_invite (suite->store, by->session, cases[i].whom, suite->now, &error);

      if (cases[i].good)
        g_assert_no_error (error);
      else
        g_assert_error (error, UCH_STORE_ERROR, cases[i].code);
      g_assert_true ((secret != NULL) == cases[i].good);
    }
}

static void
test_invite_of_who_has_left (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *secret
      = uch_store_invite (suite->store, suite->local, "ivan", suite->now, &error);

  g_assert_no_error (error);
  g_assert_true (
      uch_store_set_disabled (suite->store, suite->local, "ivan", TRUE, suite->now, &error));
  assert_opens_nothing (suite, secret);
}

/* Nothing but its first bytes is that of a picture. */
static GBytes *
make_picture (char filling, gsize len)
{
  char *data = g_strnfill (len, filling);

  memcpy (data, "\xff\xd8\xff\xe0", 4);
  return g_bytes_new_take (data, len);
}

static char *
put_picture (Suite *suite, const char *login, GBytes *bytes, GError **error)
{
  g_autoptr (Sender) sender = suite_sender (suite, login);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return uch_store_put_picture (suite->store, sender->session, sum, bytes, suite->now, error)
             ? g_steal_pointer (&sum)
             : NULL;
}

static void
add_photo (Suite *suite, const char *login, const char *id, const char *ticket, const char *sum)
{
  g_autoptr (Sender) sender = suite_sender (suite, login);
  g_autofree char *command_id = suite_id (suite);

  act (sender, uch_command_new_with (command_id, UCH_COMMAND_PHOTO_ADD, suite->now, "photo", "s",
                                     id, "ticket", "s", ticket, "sha256", "s", sum, "mime", "s",
                                     "image/jpeg", "size", "x", (gint64) 1000, "width", "x",
                                     (gint64) 640, "height", "x", (gint64) 480, NULL));
}

static gboolean
can_look (Suite *suite, const char *login, const char *photo, GBytes *wanted)
{
  g_autoptr (Sender) sender = suite_sender (suite, login);
  g_autoptr (GError) error = NULL;
  g_autofree char *mime = NULL;
  g_autoptr (GBytes) bytes
      = uch_store_look_at_photo (suite->store, sender->session, photo, suite->now, &mime, &error);

  if (bytes == NULL)
    return FALSE;
  g_assert_true (g_bytes_equal (bytes, wanted));
  g_assert_cmpstr (mime, ==, "image/jpeg");
  return TRUE;
}

static void
test_picture_is_seen_by_who_may (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = make_picture ('a', UCH_PHOTO_SIZE_MAX);
  g_autofree char *sum = NULL, *again = NULL;
  g_autoptr (GPtrArray) looks = NULL;
  g_autoptr (UchStoreDay) day = NULL;

  fill (suite);
  sum = put_picture (suite, "ivan", picture, &error);
  g_assert_no_error (error);
  again = put_picture (suite, "dasha", picture, &error);
  g_assert_cmpstr (sum, ==, again);
  add_photo (suite, "ivan", "p1", "t1", sum);
  g_assert_true (can_look (suite, "ivan", "p1", picture));
  g_assert_true (can_look (suite, "dasha", "p1", picture));
  g_assert_true (can_look (suite, "boss", "p1", picture));
  g_assert_false (can_look (suite, "katya", "p1", picture));
  g_assert_false (can_look (suite, "adam", "p1", picture));
  g_assert_false (can_look (suite, "dasha", "none", picture));
  looks = uch_store_list_looks (suite->store, suite->local, "p1", suite->now, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (looks->len, ==, 3);
  day = day_of (suite, "ivan", 0);
  g_assert_true (has (day->rows, UCH_TABLE_PHOTO, "p1"));
}

static void
test_no_picture_is_refused (Suite *suite, gconstpointer data)
{
  g_autoptr (GBytes) large = make_picture ('a', UCH_PHOTO_SIZE_MAX + 1);
  g_autoptr (GBytes) text = g_bytes_new_static ("<svg/>", 6);
  g_autoptr (GBytes) good = make_picture ('b', 100);
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) ivan = suite_sender (suite, "ivan");

  g_assert_null (put_picture (suite, "ivan", large, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (put_picture (suite, "ivan", text, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (put_picture (suite, "katya", good, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED);
  g_clear_error (&error);
  g_assert_false (
      uch_store_put_picture (suite->store, ivan->session, "0", good, suite->now, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
}

static void
test_pictures_of_no_photo_go (Suite *suite, gconstpointer data)
{
  g_autoptr (GBytes) shown = make_picture ('a', 1000), forgotten = make_picture ('b', 1000);
  g_autoptr (GError) error = NULL;
  g_autofree char *sum = NULL, *other = NULL;

  fill (suite);
  sum = put_picture (suite, "ivan", shown, &error);
  other = put_picture (suite, "ivan", forgotten, &error);
  add_photo (suite, "ivan", "p1", "t1", sum);
  suite->now += 8 * UCH_DAY_MS;
  g_assert_true (uch_store_compact (suite->store, suite->now, &error));
  add_photo (suite, "ivan", "p2", "t1", other);
  g_assert_true (can_look (suite, "ivan", "p1", shown));
  g_assert_false (can_look (suite, "ivan", "p2", forgotten));
}

static void
test_copy_carries_pictures (Suite *suite, gconstpointer data)
{
  g_autofree char *path = g_build_filename (suite->dir, "copy.sqlite", NULL);
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GBytes) picture = make_picture ('a', 100000);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStore) to = NULL;
  g_autoptr (GArray) tallies = NULL;
  g_autoptr (GBytes) back = NULL;
  g_autofree char *sum = NULL, *mime = NULL;

  fill (suite);
  for (char filling = 'b'; filling < 'b' + 20; filling++) /* more than a page of them */
    {
      g_autoptr (GBytes) other = make_picture (filling, 1000);

      g_free (put_picture (suite, "ivan", other, &error));
    }
  sum = put_picture (suite, "ivan", picture, &error);
  g_assert_no_error (error);
  add_photo (suite, "ivan", "p1", "t1", sum);
  to = uch_store_open (url, UCH_STORE_CREATE, suite_random, &suite->random, suite->now, &error);
  g_assert_no_error (error);
  tallies = uch_store_copy (suite->store, to, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < tallies->len; i++)
    {
      const UchStoreTally *tally = &g_array_index (tallies, UchStoreTally, i);

      if (strcmp (tally->table, "picture") == 0)
        g_assert_cmpint (tally->n_rows, ==, 21);
    }
  {
    g_autoptr (UchSession) head = uch_session_new_local (UCH_ROLE_HEAD, "boss", NULL);

    back = uch_store_look_at_photo (to, head, "p1", suite->now, &mime, &error);
  }
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (back, picture));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/phone/day-is-his-own", test_day_is_his_own);
  suite_add ("/store/phone/day-masks-and-names-only", test_day_masks_and_names_only);
  suite_add ("/store/phone/day-is-for-engineers", test_day_is_for_engineers);
  suite_add ("/store/phone/own-tracker-is-renewed", test_own_tracker_is_renewed);
  suite_add ("/store/phone/invite-opens-once", test_invite_opens_once);
  suite_add ("/store/phone/invite-is-for-who-may", test_invite_is_for_who_may);
  suite_add ("/store/phone/invite-of-who-has-left", test_invite_of_who_has_left);
  suite_add ("/store/phone/picture-is-seen-by-who-may", test_picture_is_seen_by_who_may);
  suite_add ("/store/phone/no-picture-is-refused", test_no_picture_is_refused);
  suite_add ("/store/phone/pictures-of-no-photo-go", test_pictures_of_no_photo_go);
  suite_add ("/store/phone/copy-carries-pictures", test_copy_carries_pictures);
  return g_test_run ();
}
