/* uchastok-store: the first word chooses the verb. */
#include <locale.h>
#include <string.h>

#include <glib/gi18n.h>

#include "server/admin/uch-cli.h"
#include "server/uch-log.h"

static const UchCliVerb verbs[] = {
  { "init", NULL, N_ ("make an empty store"),
    "init --data /var/lib/uchastok --login head --password-file secret.txt", FALSE, uch_cli_init },
  { "serve", NULL, N_ ("serve the desks over HTTPS"),
    "serve --data /var/lib/uchastok --listen 0.0.0.0:8443", FALSE, uch_cli_serve },
  { "user", "list | add LOGIN | passwd LOGIN | disable LOGIN | enable LOGIN",
    N_ ("see to who may sign in"),
    "user add anna --role dispatcher --data /var/lib/uchastok <secret.txt", FALSE, uch_cli_user },
  { "token", "[list | end ID]", N_ ("make the secret of a phone or a machine"),
    "token --engineer 'Ёлкин Пётр' --host dispatch.example.org:8443 --data /var/lib/uchastok",
    FALSE, uch_cli_token },
  { "import", "houses|zones|centres|staff|clients|tickets|calendar FILE",
    N_ ("read houses, zones, centres, staff, clients, tickets or days off"),
    "import houses houses.csv --dry-run --data /var/lib/uchastok", FALSE, uch_cli_import },
  { "export", NULL, N_ ("write the office as CSV and GeoJSON"),
    "export --to /srv/office --data /var/lib/uchastok", FALSE, uch_cli_export },
  { "backup", NULL, N_ ("make a checked copy of the database"),
    "backup --to /srv/backup/uchastok.sqlite --data /var/lib/uchastok", FALSE, uch_cli_backup },
  { "restore", NULL, N_ ("go back to a backup"),
    "restore --from /srv/backup/uchastok.sqlite --data /var/lib/uchastok", FALSE, uch_cli_restore },
  { "verify", NULL, N_ ("prove that the store is sound"), "verify --data /var/lib/uchastok", FALSE,
    uch_cli_verify },
  { "compact", NULL, N_ ("forget what grew old"), "compact --data /var/lib/uchastok", FALSE,
    uch_cli_compact },
  { "status", NULL, N_ ("show how the store is"), "status --data /var/lib/uchastok --watch", TRUE,
    uch_cli_status },
  { "migrate", NULL, N_ ("move an office into another database"),
    "migrate --data /var/lib/uchastok --to postgresql://uchastok@db.example.org/uchastok", TRUE,
    uch_cli_migrate },
  { "report", NULL, N_ ("write the week's report for management"),
    "report --week 2026-W38 --pdf /srv/week.pdf --data /var/lib/uchastok", FALSE, uch_cli_report },
  { "fingerprint", NULL, N_ ("print the fingerprint of the certificate"),
    "fingerprint --data /var/lib/uchastok", FALSE, uch_cli_fingerprint },
  { "demo", NULL, N_ ("make a store of an invented town"), "demo --data /tmp/town --tickets 500",
    FALSE, uch_cli_demo },
  { "simulate", NULL, N_ ("let somebody work in a demo town"),
    "simulate --data /tmp/town --speed 6 --dispatch", TRUE, uch_cli_simulate },
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
  uch_log_start ();

  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0)
    return print_help ();
  if (strcmp (argv[1], "--version") == 0)
    {
      g_print ("uchastok-store %s\n", UCH_VERSION);
      return 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (argv[1], verbs[i].name) == 0)
      return uch_cli_run (&verbs[i], argc - 1, argv + 1);
  return uch_cli_refuse (_ ("there is no verb “%s”; see --help"), argv[1]);
}
