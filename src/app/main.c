#include <glib/gi18n.h>
#include <locale.h>

#include "app/uch-application.h"

int
main (int argc, char **argv)
{
  g_autoptr (UchApplication) application = NULL;
  const char *localedir = g_getenv ("UCHASTOK_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, localedir != NULL ? localedir : UCH_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  application = uch_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
