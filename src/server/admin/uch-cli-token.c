/* token: an engineer's phone. */
#include <string.h>

#include <glib/gi18n.h>

#include "core/uch-fold.h"
#include "server/admin/uch-cli.h"
#include "store/uch-store-positions.h"

/* The member of staff of that name or id. */
static UchStaff *
find_staff (UchStore *store, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) staff = uch_cli_list (store, UCH_TABLE_STAFF, error);
  g_autofree char *folded = uch_fold (wanted);

  if (staff == NULL)
    return NULL;
  for (guint i = 0; i < staff->len; i++)
    {
      UchStaff        *one = g_ptr_array_index (staff, i);
      g_autofree char *name = uch_fold (one->name);

      if (strcmp (one->parent.id, wanted) == 0 || strcmp (name, folded) == 0)
        return g_object_ref (one);
    }
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
               _ ("There is no member of staff called “%s”"), wanted);
  return NULL;
}

/**
 * uch_cli_token:
 *
 * "token": the secret by which a phone reports where its engineer is, as the address that sets up
 * Traccar Client.
 */
int
uch_cli_token (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchStaff) person = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "uchastok-store");
  g_autofree char   *secret = NULL, *engineer = NULL, *host = NULL, *name = NULL;
  GError            *error = NULL;
  const GOptionEntry entries[] = {
    { "engineer", 0, 0, G_OPTION_ARG_STRING, &engineer, N_ ("Name or id of the engineer"),
      N_ ("NAME") },
    { "host", 0, 0, G_OPTION_ARG_STRING, &host, N_ ("Where phones reach the store"),
      N_ ("HOST:PORT") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, N_ ("Which of his phones this is"), N_ ("NAME") },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("Makes the secret of an engineer's phone and prints the address that sets "
                         "up Traccar Client. It is shown only here."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  if (engineer == NULL)
    return uch_cli_refuse ("%s", _ ("Say whose phone it is: --engineer NAME"));
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return uch_cli_fail (error);
  person = find_staff (store, engineer, &error);
  if (person == NULL)
    return uch_cli_fail (error);
  secret = uch_store_add_tracker (store, session, person->parent.id, name != NULL ? name : "phone",
                                  uch_cli_now (), &error);
  if (secret == NULL)
    return uch_cli_fail (error);
  g_print ("https://%s/track/t?id=%s&interval=60&distance=50&accuracy=high&heartbeat=300"
           "&buffer=true\n",
           host != NULL ? host : "HOST:PORT", secret);
  return 0;
}
