#include "suite.h"

#include <string.h>

/* Slow by design: one hash serves all tests. */
static char *
hash_once (void)
{
  static char        *encoded;
  static const guint8 salt[16] = "salt of the test";
  g_autoptr (GError) error = NULL;

  if (encoded == NULL)
    encoded = uch_password_hash ("верный пароль", salt, &error);
  g_assert_no_error (error);
  return encoded;
}

static void
test_password_hash (Suite *suite, gconstpointer data)
{
  static const guint8 salt[16] = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_str_has_prefix (hash_once (), "$argon2id$v=19$m=65536,t=2,p=1$"));
  g_assert_true (uch_password_verify ("верный пароль", hash_once ()));
  g_assert_false (uch_password_verify ("Верный пароль", hash_once ()));
  g_assert_false (uch_password_verify ("верный пароль", "$argon2id$broken"));
  g_assert_null (uch_password_hash ("короче8", salt, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
}

static void
add_ivanova (Suite *suite)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchAccount) account
      = uch_store_add_account (suite->store, suite->local, "Иванова", "верный пароль",
                               UCH_ROLE_DISPATCHER, NULL, suite->now, &error);

  g_assert_no_error (error);
}

static void
test_sign_in_gives_a_token (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UchSignIn who = { .login = " ИВАНОВА ", .address = "10.0.0.1", .device = "стол 2" };
  g_autofree char *token = NULL;
  g_autofree char *bytes = NULL;
  g_autoptr (UchSession) session = NULL;
  g_autoptr (UchSession) same = NULL;
  gsize len;

  add_ivanova (suite);
  session = uch_store_sign_in (suite->store, &who, "верный пароль", suite->now, &token, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (token), ==, 43);
  same = uch_store_authenticate (suite->store, token, suite->now, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (UCH_ENTITY (same)->id, ==, UCH_ENTITY (session)->id);
  g_assert_cmpstr (same->login, ==, "иванова");
  g_assert_cmpint (same->role, ==, UCH_ROLE_DISPATCHER);

  /* Neither the token nor the password is written down. */
  g_clear_object (&suite->store);
  bytes = suite_dump (suite, &len);
  g_assert_null (memmem (bytes, len, token, strlen (token)));
  g_assert_null (memmem (bytes, len, "верный пароль", strlen ("верный пароль")));
  suite_restart (suite);
}

/* Wrong login and wrong password answer alike, then cost more and more time; never a hard lock. */
static void
test_failures_cost_time (Suite *suite, gconstpointer data)
{
  static const char *const logins[] = { "иванова", "nobody", "", "с пробелом" };

  add_ivanova (suite);
  for (guint i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *address = g_strdup_printf ("10.0.1.%u", i);
      UchSignIn        who = { .login = logins[i], .address = address };
      UchTime          wait_ms = 0, longest_ms = 0;

      for (guint n = 0; n < 12; n++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *encoded = NULL;
          g_autofree char *token = NULL;

          encoded = uch_store_begin_sign_in (suite->store, &who, suite->now, &wait_ms, &error);
          if (encoded == NULL)
            {
              g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT);
              g_assert_cmpint (wait_ms, >, longest_ms);
              longest_ms = wait_ms;
              suite->now += wait_ms;
              g_clear_error (&error);
              encoded = uch_store_begin_sign_in (suite->store, &who, suite->now, &wait_ms, &error);
            }
          g_assert_true (g_str_has_prefix (encoded, "$argon2id$"));
          g_assert_null (
              uch_store_finish_sign_in (suite->store, &who, FALSE, suite->now, &token, &error));
          g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WRONG_PASSWORD);
          g_assert_cmpstr (error->message, ==, "The login or the password is wrong");
          g_assert_null (token);
        }
      g_assert_cmpint (longest_ms, >=, UCH_MINUTE_MS);
      g_assert_cmpint (longest_ms, <=, 15 * UCH_MINUTE_MS);
    }
}

/* A guesser at one address waits for every login, a good password elsewhere does not. */
static void
test_delays_are_per_login_and_address (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UchSignIn        bad = { .address = "10.0.0.66" };
  UchSignIn        good = { .login = "dasha", .address = "10.0.0.1" };
  g_autofree char *token = NULL;
  g_autofree char *encoded = NULL;
  UchTime          wait_ms;

  for (guint n = 0; n < 12; n++)
    {
      g_autofree char *login = g_strdup_printf ("guess%u", n);

      bad.login = login;
      g_assert_null (
          uch_store_finish_sign_in (suite->store, &bad, FALSE, suite->now, &token, NULL));
      encoded = uch_store_begin_sign_in (suite->store, &bad, suite->now, &wait_ms, NULL);
      g_assert_true ((encoded != NULL) == (n < 10)); /* a whole office may be behind an address */
      g_clear_pointer (&encoded, g_free);
    }
  bad.login = "dasha";
  g_assert_null (uch_store_begin_sign_in (suite->store, &bad, suite->now, &wait_ms, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT);
  g_clear_error (&error);
  encoded = uch_store_begin_sign_in (suite->store, &good, suite->now, &wait_ms, &error);
  g_assert_no_error (error);
}

/* Guesses that were all begun before the first one failed do not get by the delay. */
static void
test_guesses_at_one_moment_wait (Suite *suite, gconstpointer data)
{
  UchSignIn who = { .login = "dasha", .address = "10.0.0.66", .device_id = "desk-9" };
  guint     n_wrong = 0;

  for (guint n = 0; n < 64; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *token = NULL;

      /* the last of them is right, and does not learn of it */
      g_assert_null (
          uch_store_finish_sign_in (suite->store, &who, n == 63, suite->now, &token, &error));
      n_wrong += g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WRONG_PASSWORD);
    }
  g_assert_cmpuint (n_wrong, ==, 4);
}

/* Somebody who guesses at a login does not keep its owner out of his own desk. */
static void
test_guesser_does_not_lock_out (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UchSignIn own = { .login = "dasha", .address = "10.0.0.1", .device_id = "desk-1" };
  UchSignIn stranger = { .login = "dasha", .device_id = "desk-9" };
  UchSignIn sly = { .login = "dora", .device_id = "desk-1" };
  UchTime   wait_ms;

  for (guint round = 0; round < 2; round++)
    {
      g_autofree char *token = NULL;
      g_autofree char *encoded = NULL;
      g_autoptr (UchSession) session = NULL;

      encoded = uch_store_begin_sign_in (suite->store, &own, suite->now, &wait_ms, &error);
      g_assert_no_error (error);
      session = uch_store_finish_sign_in (suite->store, &own, TRUE, suite->now, &token, &error);
      g_assert_no_error (error);
      for (guint n = 0; n < 20; n++)
        {
          g_autofree char *none = NULL;

          g_assert_null (
              uch_store_finish_sign_in (suite->store, &stranger, FALSE, suite->now, &none, NULL));
          g_assert_null (
              uch_store_finish_sign_in (suite->store, &sly, FALSE, suite->now, &none, NULL));
        }
      g_assert_null (uch_store_begin_sign_in (suite->store, &stranger, suite->now, &wait_ms, NULL));
      /* Known for dasha's, the device is a stranger for dora's. */
      g_assert_null (uch_store_begin_sign_in (suite->store, &sly, suite->now, &wait_ms, NULL));
    }

  /* Its owner guessing at his own desk waits, too. */
  for (guint n = 0; n < 8; n++)
    {
      g_autofree char *none = NULL;

      own.address = NULL;
      g_assert_null (uch_store_finish_sign_in (suite->store, &own, FALSE, suite->now, &none, NULL));
    }
  g_assert_null (uch_store_begin_sign_in (suite->store, &own, suite->now, &wait_ms, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT);
}

static void
test_tokens_grow_old (Suite *suite, gconstpointer data)
{
  static const struct
  {
    UchSessionKind kind;
    gint64         step_ms; /* used this often … */
    guint          n_steps; /* … it is good for so many steps */
  } cases[] = {
    { UCH_SESSION_DESK, 12 * UCH_HOUR_MS, 0 },    { UCH_SESSION_DESK, 12 * UCH_HOUR_MS - 1, 60 },
    { UCH_SESSION_PHONE, 30 * UCH_DAY_MS, 0 },    { UCH_SESSION_PHONE, 29 * UCH_DAY_MS, 3 },
    { UCH_SESSION_MACHINE, 365 * UCH_DAY_MS, 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *token = NULL;
      UchTime          now = suite->now;
      g_autoptr (UchSession) session = uch_store_add_token (suite->store, suite->local, "dasha",
                                                            cases[i].kind, NULL, now, &token, NULL);
      guint n = 0;

      for (; n < 9 || n <= cases[i].n_steps; n++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (UchSession) found = NULL;

          now += cases[i].step_ms;
          found = uch_store_authenticate (suite->store, token, now, &error);
          if (found == NULL)
            {
              g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
              break;
            }
          g_assert_true (
              uch_store_touch_session (suite->store, UCH_ENTITY (found)->id, now, &error));
        }
      g_assert_cmpuint (n, >=, cases[i].n_steps);
      if (cases[i].kind != UCH_SESSION_MACHINE)
        g_assert_cmpuint (n, ==, cases[i].n_steps);
    }
}

static void
test_disabled_opens_nothing (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  UchSignIn        who = { .login = "dasha" };
  g_autofree char *token = NULL;

  g_assert_true (
      uch_store_set_disabled (suite->store, suite->local, "dasha", TRUE, suite->now, &error));
  g_assert_null (uch_store_authenticate (suite->store, dasha->token, suite->now, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
  g_clear_error (&error);
  /* Even with the right password the answer is the one for a wrong one. */
  g_assert_null (uch_store_finish_sign_in (suite->store, &who, TRUE, suite->now, &token, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WRONG_PASSWORD);
  g_clear_error (&error);

  /* Enabled again, the old sessions stay ended. */
  g_assert_true (
      uch_store_set_disabled (suite->store, suite->local, "dasha", FALSE, suite->now, &error));
  g_assert_null (uch_store_authenticate (suite->store, dasha->token, suite->now, &error));
}

/* Another role that sees the same goes on; one that sees something else begins anew. */
static void
test_role_that_sees_more_signs_in_anew (Suite *suite, gconstpointer data)
{
  static const struct
  {
    UchRole  from, to;
    gboolean goes_on;
  } cases[] = { { UCH_ROLE_DISPATCHER, UCH_ROLE_CLERK, TRUE },
                { UCH_ROLE_CLERK, UCH_ROLE_HEAD, TRUE },
                { UCH_ROLE_HEAD, UCH_ROLE_ADMIN, FALSE },
                { UCH_ROLE_ADMIN, UCH_ROLE_DISPATCHER, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
      g_autoptr (UchSession) session = NULL;

      g_assert_cmpint (dasha->session->role, ==, cases[i].from);
      g_assert_true (uch_store_set_role (suite->store, suite->local, "dasha", cases[i].to,
                                         suite->now, &error));
      session = uch_store_authenticate (suite->store, dasha->token, suite->now, &error);
      g_assert_cmpint (session != NULL, ==, cases[i].goes_on);
    }
}

static void
test_new_password_ends_the_other_sessions (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) here = suite_sender (suite, "dasha");
  g_autoptr (Sender) there = suite_sender (suite, "dasha");
  g_autoptr (Sender) dora = suite_sender (suite, "dora");
  g_autoptr (UchSession) still = NULL;
  g_autoptr (GPtrArray) sessions = NULL;

  g_assert_false (uch_store_set_password (suite->store, dora->session, "dasha", "чужой пароль",
                                          suite->now, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED);
  g_clear_error (&error);
  g_assert_true (uch_store_set_password (suite->store, here->session, "dasha", "новый пароль",
                                         suite->now, &error));
  still = uch_store_authenticate (suite->store, here->token, suite->now, &error);
  g_assert_no_error (error);
  g_assert_null (uch_store_authenticate (suite->store, there->token, suite->now, NULL));
  sessions = uch_store_list_sessions (suite->store, here->session, NULL, suite->now, &error);
  g_assert_cmpuint (sessions->len, ==, 1);
}

/* The acts of an admin, by everybody. */
static void
test_only_the_admin_keeps_accounts (Suite *suite, gconstpointer data)
{
  static const char *const logins[] = { "dasha", "boss", "katya", "ivan", "adam" };

  for (guint i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autoptr (Sender) who = suite_sender (suite, logins[i]);
      gboolean         is_admin = strcmp (logins[i], "adam") == 0;
      g_autofree char *login = g_strdup_printf ("made-by-%s", logins[i]);
      g_autofree char *token = NULL;
      g_autofree char *secret = NULL;
      g_autoptr (UchAccount) account = uch_store_add_account (
          suite->store, who->session, login, NULL, UCH_ROLE_CLERK, NULL, suite->now, NULL);
      g_autoptr (GPtrArray) accounts
          = uch_store_list_accounts (suite->store, who->session, suite->now, NULL);
      g_autoptr (UchSession) session = uch_store_add_token (
          suite->store, who->session, "dora", UCH_SESSION_DESK, NULL, suite->now, &token, NULL);
      g_autoptr (Sender) dora = suite_sender (suite, "dora");

      secret
          = uch_store_add_tracker (suite->store, who->session, "ivan", "phone", suite->now, NULL);
      g_assert_cmpint (account != NULL, ==, is_admin);
      g_assert_cmpint (accounts != NULL, ==, is_admin);
      g_assert_cmpint (session != NULL, ==, is_admin);
      g_assert_cmpint (secret != NULL, ==, is_admin);
      g_assert_cmpint (uch_store_end_session (suite->store, who->session,
                                              UCH_ENTITY (dora->session)->id, suite->now, NULL),
                       ==, is_admin);
      g_assert_cmpint (uch_store_set_role (suite->store, who->session, logins[i], UCH_ROLE_ADMIN,
                                           suite->now, NULL),
                       ==, is_admin);
    }
}

static void
test_logins_are_one_each (Suite *suite, gconstpointer data)
{
  static const char *const taken[] = { "dasha", "DASHA", " Dasha " };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_assert_null (uch_store_add_account (suite->store, suite->local, taken[i], NULL,
                                            UCH_ROLE_CLERK, NULL, suite->now, &error));
      g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EXISTS);
      g_clear_error (&error);
    }
  g_assert_null (uch_store_add_account (suite->store, suite->local, "two words", NULL,
                                        UCH_ROLE_CLERK, NULL, suite->now, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (uch_store_add_account (suite->store, suite->local, "root", NULL, UCH_ROLE_STORE,
                                        NULL, suite->now, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/accounts/password-hash", test_password_hash);
  suite_add ("/store/accounts/sign-in-gives-a-token", test_sign_in_gives_a_token);
  suite_add ("/store/accounts/failures-cost-time", test_failures_cost_time);
  suite_add ("/store/accounts/delays-are-per-login-and-address",
             test_delays_are_per_login_and_address);
  suite_add ("/store/accounts/guesses-at-one-moment-wait", test_guesses_at_one_moment_wait);
  suite_add ("/store/accounts/guesser-does-not-lock-out", test_guesser_does_not_lock_out);
  suite_add ("/store/accounts/tokens-grow-old", test_tokens_grow_old);
  suite_add ("/store/accounts/disabled-opens-nothing", test_disabled_opens_nothing);
  suite_add ("/store/accounts/role-that-sees-more-signs-in-anew",
             test_role_that_sees_more_signs_in_anew);
  suite_add ("/store/accounts/new-password-ends-the-other-sessions",
             test_new_password_ends_the_other_sessions);
  suite_add ("/store/accounts/only-the-admin-keeps-accounts", test_only_the_admin_keeps_accounts);
  suite_add ("/store/accounts/logins-are-one-each", test_logins_are_one_each);
  return g_test_run ();
}
