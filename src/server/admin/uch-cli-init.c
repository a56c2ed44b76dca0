/* init, demo and fingerprint: a store begins. */
#include <errno.h>
#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "core/uch-office.h"
#include "core/uch-people.h"
#include "server/admin/uch-admin-demo.h"
#include "server/admin/uch-certificate.h"
#include "server/admin/uch-cli.h"

#define FOLDER_MODE 0700

/* A folder that holds no store yet; only its owner may look in. */
static gboolean
make_folder (const char *folder, GError **error)
{
  g_autofree char *database = g_build_filename (folder, UCH_FOLDER_DATABASE, NULL);
  g_autofree char *address = g_build_filename (folder, UCH_FOLDER_ADDRESS, NULL);

  if (g_file_test (database, G_FILE_TEST_EXISTS) || g_file_test (address, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST, _ ("There is a store already in %s"),
                   folder);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                   _ ("The folder %s cannot be made: %s"), folder, g_strerror (code));
      return FALSE;
    }
  return TRUE;
}

static UchStore *
make_store (const char *folder, const char *url, const char *const *hosts, GError **error)
{
  g_autofree char *address = g_build_filename (folder, UCH_FOLDER_ADDRESS, NULL);
  UchStore        *store;

  if (!make_folder (folder, error)
      || !uch_folder_make_certificate (folder, hosts, uch_cli_now (), error)
      || (url != NULL && !uch_folder_put_store_url (folder, url, error)))
    return NULL;
  store = uch_cli_open (folder, UCH_STORE_CREATE, error);
  if (store == NULL && url != NULL)
    g_unlink (address); /* so that it can be tried again */
  return store;
}

/* The lists of reasons that every office starts with. */
static gboolean
put_reasons (UchStore *store, GError **error)
{
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "init");
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (GPtrArray) acks = NULL;
  const UchReasonSeed *seeds;
  guint                n_seeds;
  gint64               last_mid, head;

  seeds = uch_reason_list_seeds (&n_seeds);
  for (guint i = 0; i < n_seeds; i++)
    {
      const char      *kind = uch_reason_kind_nicks[seeds[i].kind];
      g_autofree char *id = g_strconcat (kind, ".", seeds[i].code, NULL);
      g_autofree char *command_id = g_strconcat ("init-", id, NULL);
      GVariantDict     fields;
      g_autoptr (UchCommand) command = NULL;

      g_variant_dict_init (&fields, NULL);
      g_variant_dict_insert (&fields, "kind", "s", kind);
      g_variant_dict_insert (&fields, "code", "s", seeds[i].code);
      g_variant_dict_insert (&fields, "position", "x", (gint64) i);
      command = uch_command_new_with (command_id, UCH_COMMAND_PUT, uch_cli_now (), "table", "s",
                                      uch_reason_schema.name, "id", "s", id, "fields", "v",
                                      g_variant_dict_end (&fields), NULL);
      g_ptr_array_add (ops, uch_store_op_new (i + 1, command));
    }
  acks = uch_store_push (store, session, "init", ops, uch_cli_now (), &last_mid, &head, error);
  return acks != NULL;
}

static gboolean
print_fingerprint (const char *folder, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = uch_folder_load_certificate (folder, error);
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  g_autofree char *fingerprint = NULL;

  if (certificate == NULL)
    return FALSE;
  fingerprint = uch_certificate_dup_fingerprint (certificate);
  uch_cli_say ("%s", fingerprint);
  uch_cli_report_add_text (report, "data", NULL, folder);
  uch_cli_report_add_text (report, "fingerprint", NULL, fingerprint);
  uch_cli_report_print (report);
  return TRUE;
}

/* Who signs in first, and the member of staff he is. */
static gboolean
add_first (UchStore   *store,
           const char *login,
           const char *name,
           const char *role_text,
           const char *password,
           GError    **error)
{
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "init");
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autoptr (UchAccount) account = NULL;
  g_autofree char *command_id = uch_cli_make_id (NULL);
  g_autofree char *staff_id = uch_cli_make_id (NULL);
  GVariantDict     fields;
  int              role = uch_nick_index (uch_role_nicks, role_text);

  if (role != UCH_ROLE_HEAD && role != UCH_ROLE_ADMIN)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
                   _ ("The first person is a head or an admin, not “%s”"), role_text);
      return FALSE;
    }
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "name", "s", name != NULL ? name : login);
  g_variant_dict_insert (&fields, "role", "s", role_text);
  g_ptr_array_add (commands,
                   uch_command_new_with (command_id, UCH_COMMAND_PUT, uch_cli_now (), "table", "s",
                                         uch_staff_schema.name, "id", "s", staff_id, "fields", "v",
                                         g_variant_dict_end (&fields), NULL));
  if (!uch_cli_push (store, commands, "init", error))
    return FALSE;
  account = uch_store_add_account (store, session, login, password, (UchRole) role, staff_id,
                                   uch_cli_now (), error);
  return account != NULL;
}

/**
 * uch_cli_init:
 *
 * "init": an empty store with the usual reasons and a certificate of its own; with --login also
 * with the first person who may sign in.
 */
int
uch_cli_init (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_auto (GStrv) hosts = NULL;
  g_autofree char   *login = NULL, *name = NULL, *role = NULL, *password_file = NULL;
  g_autofree char   *url = NULL;
  g_autofree char   *password = NULL;
  const GOptionEntry entries[] = {
    { "login", 0, 0, G_OPTION_ARG_STRING, &login, N_ ("Login of the first person"), N_ ("LOGIN") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, N_ ("Name of the first person"), N_ ("NAME") },
    { "role", 0, 0, G_OPTION_ARG_STRING, &role, N_ ("head (unless said otherwise) or admin"),
      N_ ("ROLE") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
      N_ ("The password is the first line of this file"), N_ ("FILE") },
    { "database", 0, 0, G_OPTION_ARG_STRING, &url,
      N_ ("A database on PostgreSQL instead of a file, also one in which a store is already"),
      N_ ("postgresql://…") },
    { "host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &hosts,
      N_ ("A further name or address of this machine, for the certificate"), N_ ("HOST") },
    { NULL },
  };
  GError *error = NULL;

  if (!uch_cli_parse (argc, argv, _ ("Makes an empty store."), entries, &place))
    return 2;
  if (login != NULL)
    password = uch_cli_read_password (password_file);
  if (login != NULL && password == NULL)
    return uch_cli_refuse ("%s", _ ("A password is expected on standard input"));
  store = make_store (place.folder, url, (const char *const *) hosts, &error);
  if (store == NULL || !put_reasons (store, &error)
      || (login != NULL
          && !add_first (store, login, name, role != NULL ? role : "head", password, &error)))
    return uch_cli_fail (error);
  uch_cli_say (_ ("There is a store now in %s. The fingerprint of its certificate:"), place.folder);
  return print_fingerprint (place.folder, &error) ? 0 : uch_cli_fail (error);
}

static void
add_login_cb (const UchStaff *staff, const char *password, gpointer user_data)
{
  const char *cells[]
      = { uch_demo_town_get_login (staff), password, uch_role_nicks[staff->role], staff->name };

  uch_cli_report_add_row (user_data, cells);
}

/**
 * uch_cli_demo:
 *
 * "demo": a store of the invented town. Prints a line per person: login, password, role and name,
 * with tabs between them.
 */
int
uch_cli_demo (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autofree char   *url = NULL;
  int                seed = 1, n_houses = 0, n_tickets = 0, n_years = 0, n_months = 0;
  const GOptionEntry entries[] = {
    { "database", 0, 0, G_OPTION_ARG_STRING, &url,
      N_ ("A database on PostgreSQL instead of a file"), N_ ("postgresql://…") },
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, N_ ("Another number makes another town"), N_ ("N") },
    { "houses", 0, 0, G_OPTION_ARG_INT, &n_houses, N_ ("How many houses"), N_ ("N") },
    { "tickets", 0, 0, G_OPTION_ARG_INT, &n_tickets, N_ ("How many tickets"), N_ ("N") },
    { "years", 0, 0, G_OPTION_ARG_INT, &n_years, N_ ("Years of history for the statistics"),
      N_ ("N") },
    { "months", 0, 0, G_OPTION_ARG_INT, &n_months, N_ ("Months of history"), N_ ("N") },
    { NULL },
  };
  const UchCliColumn columns[] = { { "login", _ ("Login"), UCH_CLI_TEXT },
                                   { "password", _ ("Password"), UCH_CLI_TEXT },
                                   { "role", _ ("Role"), UCH_CLI_TEXT },
                                   { "name", _ ("Name"), UCH_CLI_TEXT } };
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  UchDemoOptions options;
  GError        *error = NULL;

  if (!uch_cli_parse (argc, argv, _ ("Makes a store of an invented town."), entries, &place))
    return 2;
  uch_cli_report_add_table (report, "people", NULL, columns, G_N_ELEMENTS (columns));
  store = make_store (place.folder, url, NULL, &error);
  options = (UchDemoOptions){ .seed = (guint32) seed,
                              .n_houses = (guint) MAX (n_houses, 0),
                              .n_tickets = (guint) MAX (n_tickets, 0),
                              .n_days = (guint) (CLAMP (n_years, 0, 10) * 365
                                                 + CLAMP (n_months, 0, 120) * 30),
                              .now = uch_cli_now () };
  if (store == NULL || !uch_admin_demo_fill (store, &options, add_login_cb, report, &error))
    return uch_cli_fail (error);
  uch_cli_report_print (report);
  return 0;
}

/**
 * uch_cli_fingerprint:
 *
 * "fingerprint": what a person compares at the first sign-in.
 */
int
uch_cli_fingerprint (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  GError *error = NULL;

  if (!uch_cli_parse (argc, argv, _ ("Prints the fingerprint of the certificate (SHA-256)."), NULL,
                      &place))
    return 2;
  return print_fingerprint (place.folder, &error) ? 0 : uch_cli_fail (error);
}
