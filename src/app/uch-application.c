#define G_LOG_DOMAIN "uch-app"

#include "app/uch-application.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "app/settings/uch-settings-window.h"
#include "app/uch-notifier.h"
#include "app/uch-sign-in-page.h"
#include "app/uch-window.h"

struct _UchApplication
{
  AdwApplication parent_instance;

  GSettings     *settings;         /* owned */
  UchSession    *session;          /* owned, nullable: nobody is signed in */
  UchNotifier   *notifier;         /* owned, nullable: with the session */
  UchSignInPage *start;            /* borrowed, nullable: stands in the window meanwhile */
  gboolean       wants_new_ticket; /* asked for on the command line before anybody signed in */
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
find_window (UchApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    if (UCH_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
close_session (UchApplication *self)
{
  if (self->session == NULL)
    return;
  g_clear_object (&self->notifier);
  uch_sync_client_stop (uch_session_get_sync (self->session));
  uch_replica_close (uch_session_get_replica (self->session));
  g_clear_object (&self->session);
}

static void
signed_in_cb (UchApplication *self, UchSession *session)
{
  UchWindow *window = find_window (self);

  close_session (self);
  g_set_object (&self->session, session);
  self->notifier = uch_notifier_new (G_APPLICATION (self), session);
  if (window == NULL)
    return;
  uch_window_set_session (window, session);
  uch_window_set_start (window, NULL);
  self->start = NULL;
  if (self->wants_new_ticket)
    gtk_widget_activate_action (GTK_WIDGET (window), "win.new-ticket", NULL);
  self->wants_new_ticket = FALSE;
}

/* The page that asks who is there, in the place of the desk. */
static UchSignInPage *
show_start (UchApplication *self, UchWindow *window)
{
  uch_window_set_session (window, NULL);
  close_session (self);
  self->start = UCH_SIGN_IN_PAGE (uch_sign_in_page_new (self->settings));
  g_signal_connect_object (self->start, "signed-in", G_CALLBACK (signed_in_cb), self,
                           G_CONNECT_SWAPPED);
  uch_window_set_start (window, GTK_WIDGET (self->start));
  gtk_widget_grab_focus (GTK_WIDGET (self->start));
  return self->start;
}

static void
sign_in_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  UchApplication *self = user_data;
  UchWindow      *window = find_window (self);

  if (window != NULL)
    show_start (self, window);
}

static void
signed_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The token is forgotten here in any case; the store forgets an idle one by itself. */
  if (!uch_sync_client_sign_out_finish (UCH_SYNC_CLIENT (source), result, &error))
    g_debug ("the store was not told: %s", error->message);
}

static void
sign_out (UchApplication *self)
{
  UchWindow *window = find_window (self);

  g_autoptr (UchAccount) account = uch_account_load (self->settings);

  if (self->session != NULL)
    uch_sync_client_sign_out_async (uch_session_get_sync (self->session), NULL, signed_out_cb,
                                    NULL);
  uch_account_clear_token (account);
  uch_account_forget (self->settings);
  if (window != NULL)
    show_start (self, window);
}

static void
sign_out_answered_cb (AdwMessageDialog *dialog, const char *response, UchApplication *self)
{
  if (g_str_equal (response, "sign-out"))
    sign_out (self);
}

static void
sign_out_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  UchApplication  *self = user_data;
  guint            n_waiting = 0;
  GtkWidget       *dialog = NULL;
  g_autofree char *body = NULL;

  if (self->session == NULL)
    return;
  g_object_get (uch_session_get_replica (self->session), "n-waiting", &n_waiting, NULL);
  if (n_waiting == 0)
    {
      sign_out (self);
      return;
    }
  body = g_strdup_printf (
      ngettext ("%u act has not been sent yet. It stays on this computer and is sent when you "
                "sign in here again.",
                "%u acts have not been sent yet. They stay on this computer and are sent when you "
                "sign in here again.",
                n_waiting),
      n_waiting);
  dialog = adw_message_dialog_new (GTK_WINDOW (find_window (self)), _ ("Sign out?"), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"),
                                    "sign-out", _ ("_Sign out"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "sign-out",
                                              ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (sign_out_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Notifications are answered by the program, the window does it. */
static void
show_in_window (UchApplication *self, const char *action, GVariant *parameter)
{
  UchWindow *window = NULL;

  g_application_activate (G_APPLICATION (self));
  window = find_window (self);
  gtk_widget_activate_action_variant (GTK_WIDGET (window), action, parameter);
}

static void
show_ticket_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  show_in_window (user_data, "win.show-ticket", parameter);
}

static void
show_refusals_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  show_in_window (user_data, "win.show-refusals", NULL);
}

static void
settings_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  UchApplication *self = user_data;

  gtk_window_present (
      GTK_WINDOW (uch_settings_window_new (GTK_WINDOW (find_window (self)), self->settings)));
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
  { "settings", settings_cb },
  { "show-refusals", show_refusals_cb },
  { "show-ticket", show_ticket_cb, "s" },
  { "sign-in", sign_in_cb },
  { "sign-out", sign_out_cb },
};

static void
uch_application_activate (GApplication *application)
{
  UchApplication *self = UCH_APPLICATION (application);
  UchWindow      *window = find_window (self);

  if (window == NULL)
    {
      window = uch_window_new (ADW_APPLICATION (self), self->settings);
      if (self->session != NULL)
        uch_window_set_session (window, self->session);
      else
        uch_sign_in_page_resume (show_start (self, window));
    }
  gtk_window_present (GTK_WINDOW (window));
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

/* The first line of a file; NULL with a message to the person when there is none. */
static char *
read_password (GApplicationCommandLine *line, const char *path)
{
  g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (line, path);
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;

  if (!g_file_load_contents (file, NULL, &content, NULL, NULL, &error))
    {
      g_application_command_line_printerr (line, _ ("The password can't be read: %s\n"),
                                           error->message);
      return NULL;
    }
  content[strcspn (content, "\r\n")] = '\0';
  return g_steal_pointer (&content);
}

/* What --store, --login and --trust say, over what is remembered; NULL with a message when wrong.
 */
static UchAccount *
read_account (UchApplication *self, GApplicationCommandLine *line, GVariantDict *given)
{
  g_autoptr (UchAccount) account = uch_account_load (self->settings);
  g_autofree char *trust = NULL;
  const char      *problem = NULL;
  const char      *text = NULL;

  if (g_variant_dict_lookup (given, "store", "&s", &text))
    {
      g_autofree char *url = uch_account_normalize_url (text, &problem);

      if (url == NULL)
        {
          g_application_command_line_printerr (line, "--store: %s\n", problem);
          return NULL;
        }
      if (g_strcmp0 (url, account->store_url) != 0)
        g_clear_pointer (&account->pinned, g_free);
      g_free (account->store_url);
      account->store_url = g_steal_pointer (&url);
    }
  if (g_variant_dict_lookup (given, "login", "&s", &text))
    {
      g_free (account->login);
      account->login = g_strdup (text);
    }
  if (g_variant_dict_lookup (given, "trust", "&s", &text))
    {
      trust = uch_fingerprint_normalize (text);
      if (trust == NULL)
        {
          g_application_command_line_printerr (line, "--trust: %s\n",
                                               _ ("This is not a SHA-256 fingerprint."));
          return NULL;
        }
      g_free (account->pinned);
      account->pinned = g_steal_pointer (&trust);
    }
  return g_steal_pointer (&account);
}

/* Signs in as the command line says. Does nothing to somebody who is signed in already. */
static int
sign_in_as_told (UchApplication *self, GApplicationCommandLine *line, GVariantDict *given)
{
  g_autoptr (UchAccount) account = read_account (self, line, given);
  g_autofree char *password = NULL;
  const char      *path = NULL;
  UchWindow       *window = NULL;

  if (account == NULL)
    return EXIT_FAILURE;
  if (g_variant_dict_lookup (given, "password-file", "^&ay", &path))
    {
      password = read_password (line, path);
      if (password == NULL)
        return EXIT_FAILURE;
    }
  window = find_window (self);
  if (window == NULL)
    window = uch_window_new (ADW_APPLICATION (self), self->settings);
  if (self->session == NULL)
    uch_sign_in_page_start (show_start (self, window), account, password, TRUE);
  gtk_window_present (GTK_WINDOW (window));
  return EXIT_SUCCESS;
}

static int
uch_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  UchApplication *self = UCH_APPLICATION (application);
  GVariantDict   *given = g_application_command_line_get_options_dict (line);
  int             status = EXIT_SUCCESS;

  if (g_variant_dict_contains (given, "store") || g_variant_dict_contains (given, "login")
      || g_variant_dict_contains (given, "password-file")
      || g_variant_dict_contains (given, "trust"))
    status = sign_in_as_told (self, line, given);
  else
    g_application_activate (application);
  if (status == EXIT_SUCCESS && g_variant_dict_contains (given, "new-ticket"))
    {
      self->wants_new_ticket = self->session == NULL;
      if (self->session != NULL)
        gtk_widget_activate_action (GTK_WIDGET (find_window (self)), "win.new-ticket", NULL);
    }
  return status;
}

static void
uch_application_shutdown (GApplication *application)
{
  close_session (UCH_APPLICATION (application));
  G_APPLICATION_CLASS (uch_application_parent_class)->shutdown (application);
}

static void
follow_color_scheme (UchApplication *self)
{
  g_autofree char *scheme = g_settings_get_string (self->settings, "color-scheme");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      g_str_equal (scheme, "dark")    ? ADW_COLOR_SCHEME_FORCE_DARK
                                      : g_str_equal (scheme, "light") ? ADW_COLOR_SCHEME_FORCE_LIGHT
                                                                      : ADW_COLOR_SCHEME_DEFAULT);
}

static void
uch_application_startup (GApplication *application)
{
  UchApplication *self = UCH_APPLICATION (application);

  G_APPLICATION_CLASS (uch_application_parent_class)->startup (application);
  self->settings = g_settings_new (UCH_APP_ID);
  g_signal_connect_object (self->settings, "changed::color-scheme",
                           G_CALLBACK (follow_color_scheme), self, G_CONNECT_SWAPPED);
  follow_color_scheme (self);
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
  application_class->shutdown = uch_application_shutdown;
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
