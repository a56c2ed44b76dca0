/* token: the secrets of engineers' phones and of machines. */
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "core/uch-fold.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"
#include "server/uch-qr.h"
#include "store/uch-store-phone.h"
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

/* What --help offers; the strings are owned. */
typedef struct
{
  char    *engineer, *login, *host, *name;
  gboolean page;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->engineer);
  g_free (options->login);
  g_free (options->host);
  g_free (options->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The address as text, at a terminal also as a code that a phone's camera reads. */
static int
print_address (const char *secret, const char *address)
{
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  GError *error = NULL;
  g_auto (GStrv) rows = uch_qr_list_rows (address, &error);
  g_autofree char *code = rows != NULL ? uch_qr_print_blocks (rows) : NULL;

  if (code == NULL)
    return uch_cli_fail (error);
  uch_cli_say ("%s", address);
  if (isatty (STDOUT_FILENO))
    uch_cli_say ("%s", code);
  uch_cli_report_add_text (report, "secret", NULL, secret);
  uch_cli_report_add_text (report, "address", NULL, address);
  uch_cli_report_print (report);
  return 0;
}

/* A link that opens the phone page as that engineer, once. */
static int
invite (UchStore *store, const UchSession *by, const Options *options)
{
  GError *error = NULL;
  g_autoptr (UchStaff) person = find_staff (store, options->engineer, &error);
  g_autofree char *secret = person != NULL ? uch_store_invite (store, by, UCH_ENTITY (person)->id,
                                                               uch_cli_now (), &error)
                                           : NULL;
  g_autofree char *address = NULL;

  if (secret == NULL)
    return uch_cli_fail (error);
  address = g_strdup_printf ("https://%s/m/#/in/%s",
                             options->host != NULL ? options->host : "HOST:PORT", secret);
  uch_log_event (UCH_LOG_ADMIN, NULL, "a phone was invited to sign in once");
  return print_address (secret, address);
}

/* The secret of an engineer's phone, as the address that sets up Traccar Client. */
static int
add_phone (UchStore *store, const UchSession *by, const Options *options)
{
  GError *error = NULL;
  g_autoptr (UchStaff) person = find_staff (store, options->engineer, &error);
  g_autofree char *secret
      = person != NULL ? uch_store_add_tracker (store, by, person->parent.id,
                                                options->name != NULL ? options->name : "phone",
                                                uch_cli_now (), &error)
                       : NULL;
  g_autofree char *address = NULL;

  if (secret == NULL)
    return uch_cli_fail (error);
  address = g_strdup_printf ("https://%s/track/t?id=%s&interval=60&distance=50&accuracy=high"
                             "&heartbeat=300&buffer=true",
                             options->host != NULL ? options->host : "HOST:PORT", secret);
  uch_log_event (UCH_LOG_ADMIN, NULL, "a phone was given a secret");
  return print_address (secret, address);
}

/* A machine's token: a source of alerts, a collector of metrics. */
static int
add_machine (UchStore *store, const UchSession *by, const Options *options)
{
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  g_autofree char *token = NULL;
  GError          *error = NULL;
  g_autoptr (UchSession) session = uch_store_add_token (
      store, by, options->login, UCH_SESSION_MACHINE,
      options->name != NULL ? options->name : "machine", uch_cli_now (), &token, &error);

  if (session == NULL)
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL, "a machine was given a token");
  uch_cli_say ("%s", token);
  uch_cli_report_add_text (report, "token", NULL, token);
  uch_cli_report_add_text (report, "session", NULL, UCH_ENTITY (session)->id);
  uch_cli_report_print (report);
  return 0;
}

static int
list_phones (UchStore *store, const UchSession *by)
{
  const UchCliColumn columns[] = { { "id", _ ("Id"), UCH_CLI_TEXT },
                                   { "staff", _ ("Member of staff"), UCH_CLI_TEXT },
                                   { "name", _ ("Phone"), UCH_CLI_TEXT } };
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  GError *error = NULL;
  g_autoptr (GPtrArray) phones = uch_store_list_trackers (store, by, uch_cli_now (), &error);

  if (phones == NULL)
    return uch_cli_fail (error);
  uch_cli_report_add_table (report, "phones", NULL, columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < phones->len; i++)
    {
      const UchTracker *phone = g_ptr_array_index (phones, i);
      const char       *cells[] = { phone->parent.id, phone->staff_id, phone->name };

      uch_cli_report_add_row (report, cells);
    }
  uch_cli_report_print (report);
  return 0;
}

static int
end_phone (UchStore *store, const UchSession *by, const char *id)
{
  GError *error = NULL;

  if (!uch_store_end_tracker (store, by, id, uch_cli_now (), &error))
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL, "a phone's secret was ended");
  uch_cli_done ("id", id);
  return 0;
}

/* One sentence when the words make no sense together, else NULL. */
static const char *
find_mistake (const UchCliPlace *place, const Options *options)
{
  const char *verb = place->rest != NULL ? place->rest[0] : NULL;

  if (verb == NULL && (options->engineer != NULL) == (options->login != NULL))
    return _ ("Say whose it is: --engineer NAME for a phone, --login LOGIN for a machine");
  if (options->page && options->engineer == NULL)
    return _ ("Say whom the page is for: --page goes with --engineer NAME");
  if (verb != NULL && strcmp (verb, "list") != 0 && strcmp (verb, "end") != 0)
    return _ (
        "There are “token --engineer NAME”, “token --login LOGIN”, “token list” and “token end "
        "ID”");
  if (g_strcmp0 (verb, "end") == 0 && place->rest[1] == NULL)
    return _ ("Say which phone: an id of “token list” is missing");
  return NULL;
}

/**
 * uch_cli_token:
 *
 * "token": the secret by which a phone reports where its engineer is, or a machine's token; "token
 * list" and "token end ID" for phones.
 */
int
uch_cli_token (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Options) options = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchSession) by = uch_session_new_local (UCH_ROLE_STORE, NULL, "uchastok-store");
  const char        *mistake;
  GError            *error = NULL;
  const GOptionEntry entries[] = {
    { "engineer", 0, 0, G_OPTION_ARG_STRING, &options.engineer, N_ ("Name or id of the engineer"),
      N_ ("NAME") },
    { "login", 0, 0, G_OPTION_ARG_STRING, &options.login,
      N_ ("Whose rights the token of a machine has"), N_ ("LOGIN") },
    { "host", 0, 0, G_OPTION_ARG_STRING, &options.host, N_ ("Where phones reach the store"),
      N_ ("HOST:PORT") },
    { "page", 0, 0, G_OPTION_ARG_NONE, &options.page,
      N_ ("A link that opens the phone page as that engineer, once within ten minutes"), NULL },
    { "name", 0, 0, G_OPTION_ARG_STRING, &options.name,
      N_ ("Which of his phones, or which machine, this is"), N_ ("NAME") },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("Makes the secret of an engineer's phone and prints the address that sets "
                         "up Traccar Client, or with --page one that opens the phone page; or the "
                         "token of a machine. It is shown only here. Lists phones, ends one."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  mistake = find_mistake (&place, &options);
  if (mistake != NULL)
    return uch_cli_refuse ("%s", mistake);
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return uch_cli_fail (error);
  if (place.rest != NULL)
    return strcmp (place.rest[0], "list") == 0 ? list_phones (store, by)
                                               : end_phone (store, by, place.rest[1]);
  if (options.page)
    return invite (store, by, &options);
  return options.engineer != NULL ? add_phone (store, by, &options)
                                  : add_machine (store, by, &options);
}
