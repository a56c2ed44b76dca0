#include "server/admin/uch-cli.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <glib/gi18n.h>

/**
 * uch_cli_parse:
 * @summary: one sentence for --help
 * @entries: (nullable) (array zero-terminated=1): the verb's own options
 * @out_place: (out caller-allocates): cleared with uch_cli_place_clear()
 *
 * Reads the options of one verb; says on standard error what is wrong with them.
 *
 * Returns: whether they can be used
 */
gboolean
uch_cli_parse (int                argc,
               char              *argv[],
               const char        *summary,
               const GOptionEntry entries[],
               UchCliPlace       *out_place)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  const GOptionEntry common[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &out_place->folder, N_ ("Folder of the store"),
      N_ ("DIR") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &out_place->rest, NULL, NULL },
    { NULL },
  };

  memset (out_place, 0, sizeof *out_place);
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("uchastok-store: %s\n", error->message);
      return FALSE;
    }
  if (out_place->folder == NULL)
    {
      g_printerr ("uchastok-store: %s\n", _ ("Say which folder: --data DIR"));
      return FALSE;
    }
  return TRUE;
}

void
uch_cli_place_clear (UchCliPlace *place)
{
  g_clear_pointer (&place->folder, g_free);
  g_clear_pointer (&place->rest, g_strfreev);
}

/**
 * uch_cli_random:
 *
 * Randomness for ids, salts and tokens, from the kernel.
 */
void
uch_cli_random (guint8 *buffer, gsize len, gpointer user_data)
{
  while (len > 0)
    {
      gssize n = getrandom (buffer, len, 0);

      if (n < 0 && errno != EINTR)
        g_error ("the system gives no randomness: %s", g_strerror (errno));
      if (n > 0)
        {
          buffer += n;
          len -= (gsize) n;
        }
    }
}

/**
 * uch_cli_now:
 *
 * Returns: the clock, in milliseconds
 */
gint64
uch_cli_now (void)
{
  return g_get_real_time () / 1000;
}

/**
 * uch_cli_open:
 *
 * Returns: (transfer full) (nullable): the store in a data folder
 */
UchStore *
uch_cli_open (const char *folder, UchStoreFlags flags, GError **error)
{
  g_autofree char *url = uch_folder_dup_store_url (folder);

  return uch_store_open (url, flags, uch_cli_random, NULL, uch_cli_now (), error);
}

/**
 * uch_cli_fail:
 * @error: (transfer full)
 *
 * Says what went wrong.
 *
 * Returns: the exit status
 */
int
uch_cli_fail (GError *error)
{
  g_printerr ("uchastok-store: %s\n", error->message);
  g_error_free (error);
  return 1;
}
