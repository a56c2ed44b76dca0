/* backup: a checked copy of the living store. */
#include <glib/gi18n.h>

#include "server/admin/uch-cli-keepsake.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"

/* Opens the copy as a store: what it says of itself is the proof that it is one. */
static gboolean
describe_copy (const char *path, UchCliKeepsake *out, GError **error)
{
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (UchStore) copy
      = uch_store_open (url, UCH_STORE_READ_ONLY, uch_cli_random, NULL, uch_cli_now (), error);
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);

  out->at = uch_cli_now ();
  out->path = g_canonicalize_filename (path, NULL);
  return copy != NULL && uch_store_get_digest (copy, session, &out->digest, &out->head, error)
         && uch_store_get_size (copy, &out->n_bytes, error);
}

static void
report_copy (const UchCliKeepsake *copy)
{
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  g_autofree char *digest = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", copy->digest);

  uch_cli_report_add_text (report, "file", _ ("Copy"), copy->path);
  uch_cli_report_add_bytes (report, "bytes", _ ("Size"), copy->n_bytes);
  uch_cli_report_add_int (report, "head", _ ("Head"), copy->head);
  uch_cli_report_add_text (report, "digest", _ ("Digest"), digest);
  uch_cli_report_print (report);
}

/**
 * uch_cli_backup:
 *
 * "backup": a copy of the living database, checked before it is called one.
 */
int
uch_cli_backup (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (UchCliKeepsake) copy = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autofree char   *to = NULL;
  gboolean           replace = FALSE;
  GError            *error = NULL;
  const GOptionEntry entries[] = {
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &to, N_ ("Where the copy goes"), N_ ("FILE") },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &replace, N_ ("Put it in the place of an older file"),
      NULL },
    { NULL },
  };

  if (!uch_cli_parse (
          argc, argv,
          _ ("Makes a checked copy of the database; the store may go on working meanwhile."),
          entries, &place))
    return UCH_CLI_REFUSED;
  if (to == NULL)
    return uch_cli_refuse ("%s", _ ("Say where the copy goes: --to FILE"));
  if (!replace && g_file_test (to, G_FILE_TEST_EXISTS))
    return uch_cli_refuse (_ ("There is a file %s already; --replace puts the copy in its place"),
                           to);
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return uch_cli_fail (error);
  uch_cli_progress_begin (_ ("Copying"), UCH_CLI_BYTES);
  if (!uch_store_backup (store, to, uch_cli_progress, NULL, NULL, &error)
      || !describe_copy (to, &copy, &error) || !uch_cli_keepsake_save (&copy, place.folder, &error))
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL, "a backup was made");
  report_copy (&copy);
  return 0;
}
