/* uchastok-store: the first word chooses the verb. */
#include <locale.h>
#include <string.h>

#include <glib/gi18n.h>

#include "server/admin/uch-cli.h"

static const UchCliVerb verbs[] = {
  { "init", N_ ("make an empty store"), uch_cli_init },
  { "user", N_ ("see to who may sign in"), uch_cli_user },
  { "import", N_ ("read houses, zones, centres, staff, clients or tickets"), uch_cli_import },
  { "token", N_ ("make the secret of an engineer's phone"), uch_cli_token },
  { "serve", N_ ("serve the desks over HTTPS"), uch_cli_serve },
  { "backup", N_ ("make a checked copy of the database"), uch_cli_backup },
  { "fingerprint", N_ ("print the fingerprint of the certificate"), uch_cli_fingerprint },
  { "demo", N_ ("make a store of an invented town"), uch_cli_demo },
};

static int
print_help (void)
{
  g_print ("%s\n\n", _ ("uchastok-store VERB --data DIR: the central store of Uchastok"));
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_print ("  %-12s %s\n", verbs[i].name, _ (verbs[i].summary));
  g_print ("\n%s\n", _ ("“uchastok-store VERB --help” says more."));
  return 0;
}

int
main (int argc, char *argv[])
{
  const char *localedir = g_getenv ("UCHASTOK_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, localedir != NULL ? localedir : UCH_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0)
    return print_help ();
  if (strcmp (argv[1], "--version") == 0)
    {
      g_print ("uchastok-store %s\n", UCH_VERSION);
      return 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (argv[1], verbs[i].name) == 0)
      return verbs[i].run (argc - 1, argv + 1);
  g_printerr (_ ("uchastok-store: there is no verb “%s”; see --help\n"), argv[1]);
  return 2;
}
