#define G_LOG_DOMAIN "uch-app"

#include "app/uch-application.h"

#include <glib/gi18n.h>

#include "app/uch-window.h"

struct _UchApplication
{
  AdwApplication parent_instance;

  GSettings *settings; /* owned */
};

G_DEFINE_FINAL_TYPE (UchApplication, uch_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Say which version this is"), NULL },
  { "store", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Address of the store"), N_ ("URL") },
  { "login", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Sign in as this person"), N_ ("LOGIN") },
  { "password-file", 0, 0, G_OPTION_ARG_FILENAME, NULL,
    N_ ("Read the password from the first line of a file"), N_ ("FILE") },
  { "trust", 0, 0, G_OPTION_ARG_STRING, NULL,
    N_ ("Accept the store's own certificate if it has this fingerprint"), N_ ("SHA256") },
  { "new-ticket", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open the form of a new ticket"), NULL },
  { NULL },
};

static UchWindow *
get_window (UchApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  return UCH_IS_WINDOW (window) ? UCH_WINDOW (window)
                                : uch_window_new (ADW_APPLICATION (self), self->settings);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *const developers[] = { _ ("The Uchastok authors"), NULL };

  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (user_data)),
                         "application-name", _ ("Uchastok"), "application-icon", UCH_APP_ID,
                         "developer-name", _ ("The Uchastok authors"), "developers", developers,
                         "version", UCH_VERSION, "license-type", GTK_LICENSE_GPL_3_0, "comments",
                         _ ("Dispatch service engineers on the map of the town"), NULL);
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  if (window != NULL)
    gtk_window_close (window);
  else
    g_application_quit (G_APPLICATION (user_data));
}

static const GActionEntry actions[] = {
  { "about", about_cb },
  { "quit", quit_cb },
};

static void
uch_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (get_window (UCH_APPLICATION (application))));
}

static int
uch_application_handle_local_options (GApplication *application, GVariantDict *given)
{
  if (g_variant_dict_contains (given, "version"))
    {
      g_print ("uchastok %s\n", UCH_VERSION);
      return 0;
    }
  return -1;
}

static int
uch_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  g_application_activate (application);
  return 0;
}

static void
uch_application_startup (GApplication *application)
{
  UchApplication *self = UCH_APPLICATION (application);

  G_APPLICATION_CLASS (uch_application_parent_class)->startup (application);
  self->settings = g_settings_new (UCH_APP_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

static void
uch_application_dispose (GObject *object)
{
  UchApplication *self = UCH_APPLICATION (object);

  g_clear_object (&self->settings);
  G_OBJECT_CLASS (uch_application_parent_class)->dispose (object);
}

static void
uch_application_class_init (UchApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_application_dispose;
  application_class->startup = uch_application_startup;
  application_class->activate = uch_application_activate;
  application_class->handle_local_options = uch_application_handle_local_options;
  application_class->command_line = uch_application_command_line;
}

static void
uch_application_init (UchApplication *self)
{
  g_application_set_option_context_summary (
      G_APPLICATION (self), _ ("Dispatch tickets to service engineers on the map of the town."));
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

/**
 * uch_application_new:
 *
 * Returns: (transfer full)
 */
UchApplication *
uch_application_new (void)
{
  return g_object_new (UCH_TYPE_APPLICATION, "application-id", UCH_APP_ID, "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_CAN_OVERRIDE_APP_ID,
                       "resource-base-path", "/org/uchastok/Desk", NULL);
}
