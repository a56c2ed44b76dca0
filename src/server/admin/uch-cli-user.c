/* user: who may sign in. */
#include <string.h>

#include <glib/gi18n.h>

#include "core/uch-people.h"
#include "server/admin/uch-cli.h"

static int
list_users (UchStore *store, const UchSession *session)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) accounts = uch_store_list_accounts (store, session, uch_cli_now (), &error);

  if (accounts == NULL)
    return uch_cli_fail (error);
  for (guint i = 0; i < accounts->len; i++)
    {
      const UchAccount *account = g_ptr_array_index (accounts, i);

      g_print ("%s\t%s\t%s%s\n", account->login, uch_role_nicks[account->role],
               account->staff_id != NULL ? account->staff_id : "",
               account->disabled ? "\tdisabled" : "");
    }
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
  return account != NULL ? 0 : uch_cli_fail (error);
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
  return uch_store_set_password (store, session, login, password, uch_cli_now (), &error)
             ? 0
             : uch_cli_fail (error);
}

/**
 * uch_cli_user:
 *
 * "user list", "user add LOGIN", "user password LOGIN", "user disable LOGIN", "user enable LOGIN".
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
  const char *verb, *login;
  GError     *error = NULL;

  if (!uch_cli_parse (argc, argv,
                      _ ("user list | add LOGIN | password LOGIN | disable LOGIN | enable LOGIN"),
                      entries, &place))
    return 2;
  verb = place.rest != NULL ? place.rest[0] : "list";
  login = place.rest != NULL ? place.rest[1] : NULL;
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
  if (strcmp (verb, "password") == 0 || strcmp (verb, "passwd") == 0)
    return set_password (store, session, login, password_file);
  if (strcmp (verb, "disable") == 0 || strcmp (verb, "enable") == 0)
    return uch_store_set_disabled (store, session, login, strcmp (verb, "disable") == 0,
                                   uch_cli_now (), &error)
               ? 0
               : uch_cli_fail (error);
  return uch_cli_refuse (_ ("There is no “user %s”: list, add, passwd, disable or enable"), verb);
}
