#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>
#include <string.h>

#include "app/uch-account.h"
#include "app/uch-sign-in.h"

static void
an_address_is_completed_or_refused (void)
{
  static const struct
  {
    const char *typed;
    const char *address; /* NULL: refused */
  } cases[] = {
    { "store.example", "https://store.example:8443" },
    { " store.example:9000 ", "https://store.example:9000" },
    { "https://store.example", "https://store.example" },
    { "HTTPS://store.example:8443/", "https://store.example:8443" },
    { "127.0.0.1:8443", "https://127.0.0.1:8443" },
    { "https://[::1]:8443", "https://[::1]:8443" },
    { "хранилище.рф", "https://xn--80akiaokt3b4b.xn--p1ai:8443" },
    { "", NULL },
    { "   ", NULL },
    { "http://store.example", NULL },
    { "ftp://store.example", NULL },
    { "https://", NULL },
    { "https://store.example/v1/session", NULL },
    { "https://store.example?x=1", NULL },
    { "https://me:secret@store.example", NULL },
    { "store example", NULL },
    { "store.example:port", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char      *problem = NULL;
      g_autofree char *address = uch_account_normalize_url (cases[i].typed, &problem);

      g_assert_cmpstr (address, ==, cases[i].address);
      g_assert_true ((problem == NULL) == (cases[i].address != NULL));
    }
}

static void
a_fingerprint_is_read_in_every_spelling (void)
{
  static const char plain[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  static const char colons[] = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                               "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";
  g_autofree char  *grouped = uch_fingerprint_format (plain);
  g_autofree char  *from_plain = uch_fingerprint_normalize (plain);
  g_autofree char  *from_colons = uch_fingerprint_normalize (colons);
  g_autofree char  *from_grouped = uch_fingerprint_normalize (grouped);

  g_assert_cmpstr (grouped, ==,
                   "0011 2233 4455 6677\n8899 AABB CCDD EEFF\n"
                   "0011 2233 4455 6677\n8899 AABB CCDD EEFF");
  g_assert_cmpstr (from_plain, ==, plain);
  g_assert_cmpstr (from_colons, ==, plain);
  g_assert_cmpstr (from_grouped, ==, plain);
  g_assert_null (uch_fingerprint_normalize (""));
  g_assert_null (uch_fingerprint_normalize ("0011"));
  g_assert_null (uch_fingerprint_normalize ("zz112233"));
}

static void
people_of_one_desk_do_not_share_a_copy (void)
{
  g_autoptr (UchAccount) first = uch_account_new ("https://store.example:8443", "first", NULL);
  g_autoptr (UchAccount) second = uch_account_new ("https://store.example:8443", "second", NULL);
  g_autoptr (UchAccount) elsewhere = uch_account_new ("https://other.example:8443", "first", NULL);
  g_autofree char *a = uch_account_get_folder (first);
  g_autofree char *b = uch_account_get_folder (second);
  g_autofree char *c = uch_account_get_folder (elsewhere);
  g_autofree char *again = uch_account_get_folder (first);

  g_assert_cmpstr (a, !=, b);
  g_assert_cmpstr (a, !=, c);
  g_assert_cmpstr (a, ==, again);
  g_assert_null (strstr (a, "first"));
}

static void
every_error_says_what_to_do (void)
{
  g_autoptr (GError) failed = g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_FAILED, "why");
  g_autofree char *other = uch_sign_in_describe_error (failed);

  g_assert_nonnull (strstr (other, "why"));
  for (UchSyncError code = UCH_SYNC_ERROR_WRONG_PASSWORD; code < UCH_SYNC_ERROR_FAILED; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (UCH_SYNC_ERROR, code, "technical words");
      g_autofree char *text = uch_sign_in_describe_error (error);

      g_assert_null (strstr (text, "technical words"));
    }
}

static void
the_account_is_remembered_without_its_password (void)
{
  g_autoptr (GSettingsBackend) backend = g_memory_settings_backend_new ();
  g_autoptr (GSettings) settings = g_settings_new_with_backend (UCH_APP_ID, backend);
  g_autoptr (UchAccount) account = uch_account_new ("https://store.example", "who", "aa");
  g_autoptr (UchAccount) loaded = NULL;
  g_autoptr (UchAccount) forgotten = NULL;
  g_autofree char *device = NULL;
  g_autofree char *same_device = NULL;

  uch_account_save (account, settings);
  loaded = uch_account_load (settings);
  g_assert_cmpstr (loaded->store_url, ==, "https://store.example");
  g_assert_cmpstr (loaded->login, ==, "who");
  g_assert_cmpstr (loaded->pinned, ==, "aa");
  uch_account_forget (settings);
  forgotten = uch_account_load (settings);
  g_assert_cmpstr (forgotten->login, ==, "");
  g_assert_cmpstr (forgotten->store_url, ==, "https://store.example");
  device = uch_account_dup_device (settings);
  same_device = uch_account_dup_device (settings);
  g_assert_cmpstr (device, ==, same_device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account/address", an_address_is_completed_or_refused);
  g_test_add_func ("/account/fingerprint", a_fingerprint_is_read_in_every_spelling);
  g_test_add_func ("/account/folder", people_of_one_desk_do_not_share_a_copy);
  g_test_add_func ("/account/errors", every_error_says_what_to_do);
  g_test_add_func ("/account/remembered", the_account_is_remembered_without_its_password);
  return g_test_run ();
}
