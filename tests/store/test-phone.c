/* An engineer's day: what is his, what nobody has, and nothing of others. */
#include "suite.h"

#include <string.h>

#include "store/uch-store-phone.h"

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
  return g_test_run ();
}
