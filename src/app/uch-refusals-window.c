#define G_LOG_DOMAIN "uch-app"

#include "app/uch-refusals-window.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"

struct _UchRefusalsWindow
{
  AdwWindow parent_instance;

  /* template */
  GtkListBox *list;
  GtkStack   *stack;
  GtkWidget  *dismiss_all;

  /* owned */
  UchSession *session;
  GListModel *refusals;
};

G_DEFINE_FINAL_TYPE (UchRefusalsWindow, uch_refusals_window, ADW_TYPE_WINDOW)

/* The ticket the act was about; NULL when it was about none that this desk has at hand. */
static const char *
find_ticket_id (UchReplica *replica, const UchCommand *command)
{
  const char     *ticket_id = uch_command_get_text (command, "ticket");
  const char     *visit_id = uch_command_get_text (command, "visit");
  const UchVisit *visit = NULL;

  if (ticket_id == NULL && visit_id != NULL)
    visit = uch_replica_peek (replica, UCH_TABLE_VISIT, visit_id);
  return visit != NULL ? visit->ticket_id : ticket_id;
}

static void
dismiss_cb (GtkButton *button, UchRefused *refused)
{
  UchRefusalsWindow *self = UCH_REFUSALS_WINDOW (gtk_widget_get_root (GTK_WIDGET (button)));

  uch_replica_dismiss (uch_session_get_replica (self->session), refused);
}

static void
open_cb (GtkButton *button, const char *ticket_id)
{
  GtkWidget       *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (button)));
  GtkWindow       *parent = gtk_window_get_transient_for (GTK_WINDOW (window));
  g_autofree char *target = g_strdup (ticket_id);

  gtk_widget_activate_action (GTK_WIDGET (parent), "win.show-ticket", "s", target);
  gtk_window_close (GTK_WINDOW (window));
}

static GtkWidget *
make_button (const char *icon, const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

/* What was meant, as a row's title: with a capital letter. */
static char *
make_title (UchReplica *replica, const UchCommand *command)
{
  g_autofree char *meant = uch_format_command (replica, command);
  GString         *title = g_string_new (NULL);

  g_string_append_unichar (title, g_unichar_toupper (g_utf8_get_char (meant)));
  g_string_append (title, g_utf8_next_char (meant));
  return g_string_free (title, FALSE);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  UchRefusalsWindow *self = user_data;
  UchRefused        *refused = item;
  UchReplica        *replica = uch_session_get_replica (self->session);
  UchCommand        *command = uch_refused_get_command (refused);
  const char        *ticket_id = find_ticket_id (replica, command);
  GtkWidget         *row = adw_action_row_new ();
  GtkWidget         *button = NULL;
  g_autofree char   *meant = make_title (replica, command);
  g_autofree char   *reason = uch_format_refusal (replica, uch_refused_get_refusal (refused), NULL,
                                                  uch_refused_get_current (refused));
  g_autofree char   *when
      = uch_format_day_time (uch_refused_get_at (refused), uch_session_now (self->session));
  g_autofree char *subtitle = g_strdup_printf ("%s · %s", when, reason);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), meant);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  if (ticket_id != NULL)
    {
      button = make_button ("go-next-symbolic", _ ("Open the ticket"));
      g_signal_connect_data (button, "clicked", G_CALLBACK (open_cb), g_strdup (ticket_id),
                             (GClosureNotify) (GCallback) g_free, 0);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  button = make_button ("window-close-symbolic", _ ("Dismiss"));
  g_signal_connect_object (button, "clicked", G_CALLBACK (dismiss_cb), refused, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
update (UchRefusalsWindow *self)
{
  gboolean any = g_list_model_get_n_items (self->refusals) > 0;

  gtk_stack_set_visible_child_name (self->stack, any ? "list" : "empty");
  gtk_widget_set_visible (self->dismiss_all, any);
}

static void
dismiss_all_cb (UchRefusalsWindow *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);

  /* From the end: what is dismissed leaves the list, now or soon. */
  for (guint i = g_list_model_get_n_items (self->refusals); i > 0; i--)
    {
      g_autoptr (UchRefused) refused = g_list_model_get_item (self->refusals, i - 1);

      uch_replica_dismiss (replica, refused);
    }
}

static void
uch_refusals_window_dispose (GObject *object)
{
  UchRefusalsWindow *self = UCH_REFUSALS_WINDOW (object);

  g_clear_object (&self->refusals);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_refusals_window_parent_class)->dispose (object);
}

static void
uch_refusals_window_class_init (UchRefusalsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_refusals_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/uch-refusals-window.ui");
  gtk_widget_class_bind_template_child (widget_class, UchRefusalsWindow, list);
  gtk_widget_class_bind_template_child (widget_class, UchRefusalsWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, UchRefusalsWindow, dismiss_all);
  gtk_widget_class_bind_template_callback (widget_class, dismiss_all_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
uch_refusals_window_init (UchRefusalsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_refusals_window_new:
 *
 * Returns: (transfer none): the window, to be presented
 */
GtkWidget *
uch_refusals_window_new (GtkWindow *parent, UchSession *session)
{
  UchRefusalsWindow *self = g_object_new (UCH_TYPE_REFUSALS_WINDOW, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  self->refusals = g_object_ref (uch_replica_list_refusals (uch_session_get_replica (session)));
  gtk_list_box_bind_model (self->list, self->refusals, make_row, self, NULL);
  g_signal_connect_object (self->refusals, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
