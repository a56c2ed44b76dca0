/* user: who may sign in. */
#include <string.h>

#include <glib/gi18n.h>

#include "core/uch-people.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"

static int
list_users (UchStore *store, const UchSession *session)
{
  const UchCliColumn columns[] = { { "login", _ ("Login"), UCH_CLI_TEXT },
                                   { "role", _ ("Role"), UCH_CLI_TEXT },
                                   { "staff", _ ("Member of staff"), UCH_CLI_TEXT },
                                   { "state", _ ("State"), UCH_CLI_TEXT } };
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  GError *error = NULL;
  g_autoptr (GPtrArray) accounts = uch_store_list_accounts (store, session, uch_cli_now (), &error);

  if (accounts == NULL)
    return uch_cli_fail (error);
  uch_cli_report_add_table (report, "users", NULL, columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < accounts->len; i++)
    {
      const UchAccount *account = g_ptr_array_index (accounts, i);
      const char *cells[] = { account->login, uch_role_nicks[account->role], account->staff_id,
                              account->disabled ? "disabled" : NULL };

      uch_cli_report_add_row (report, cells);
    }
  uch_cli_report_print (report);
  return 0;
}

static int
add_user (UchStore         *store,
          const UchSession *session,
          const char       *login,
          const char       *role,
          const char       *staff_id,
          const char       *password_file)
{
  g_autofree char *password = NULL;
  g_autoptr (UchAccount) account = NULL;
  int     index = uch_nick_index (uch_role_nicks, role);
  GError *error = NULL;

  if (index < 0)
    {
      g_autofree char *roles = g_strjoinv (", ", (char **) uch_role_nicks);

      return uch_cli_refuse (_ ("“%s” is no role; there are: %s"), role, roles);
    }
  password = uch_cli_read_password (password_file);
  if (password == NULL)
    return uch_cli_refuse ("%s", _ ("A password is expected on standard input"));
  account = uch_store_add_account (store, session, login, password, (UchRole) index, staff_id,
                                   uch_cli_now (), &error);
  if (account == NULL)
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL, "an account was added");
  uch_cli_done ("login", account->login);
  return 0;
}

static int
set_password (UchStore         *store,
              const UchSession *session,
              const char       *login,
              const char       *password_file)
{
  g_autofree char *password = uch_cli_read_password (password_file);
  GError          *error = NULL;

  if (password == NULL)
    return uch_cli_refuse ("%s", _ ("A password is expected on standard input"));
  if (!uch_store_set_password (store, session, login, password, uch_cli_now (), &error))
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL, "a password was set");
  uch_cli_done ("login", login);
  return 0;
}

static int
set_disabled (UchStore *store, const UchSession *session, const char *login, gboolean disabled)
{
  GError *error = NULL;

  if (!uch_store_set_disabled (store, session, login, disabled, uch_cli_now (), &error))
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL,
                 disabled ? "an account was disabled" : "an account was enabled");
  uch_cli_done ("login", login);
  return 0;
}

/**
 * uch_cli_user:
 *
 * "user list", "user add LOGIN", "user passwd LOGIN", "user disable LOGIN", "user enable LOGIN".
 */
int
uch_cli_user (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "uchastok-store");
  g_autofree char   *role = NULL, *staff_id = NULL, *password_file = NULL;
  const GOptionEntry entries[] = {
    { "role", 0, 0, G_OPTION_ARG_STRING, &role, N_ ("dispatcher, head, clerk, engineer or admin"),
      N_ ("ROLE") },
    { "staff", 0, 0, G_OPTION_ARG_STRING, &staff_id, N_ ("Which member of staff this is"),
      N_ ("ID") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
      N_ ("The password is the first line of this file"), N_ ("FILE") },
    { NULL },
  };
  static const char *const verbs[]
      = { "list", "add", "passwd", "password", "disable", "enable", NULL };
  const char *verb, *login;
  GError     *error = NULL;

  if (!uch_cli_parse (
          argc, argv,
          _ ("Lists who may sign in, adds somebody, gives a new password, shuts somebody "
             "out or lets him in again. Whoever is shut out is stopped at his next "
             "step. A password is read from standard input."),
          entries, &place))
    return 2;
  verb = place.rest != NULL ? place.rest[0] : "list";
  login = place.rest != NULL ? place.rest[1] : NULL;
  if (!g_strv_contains (verbs, verb))
    return uch_cli_refuse (_ ("There is no “user %s”: list, add, passwd, disable or enable"), verb);
  if (login == NULL && strcmp (verb, "list") != 0)
    return uch_cli_refuse ("%s", _ ("Say whom: a login is missing"));
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return uch_cli_fail (error);
  if (strcmp (verb, "list") == 0)
    return list_users (store, session);
  if (strcmp (verb, "add") == 0)
    return add_user (store, session, login, role != NULL ? role : "dispatcher", staff_id,
                     password_file);
  if (g_str_has_prefix (verb, "passw"))
    return set_password (store, session, login, password_file);
  return set_disabled (store, session, login, strcmp (verb, "disable") == 0);
}
