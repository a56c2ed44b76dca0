#define G_LOG_DOMAIN "uch-app"

#include "app/uch-sync-button.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "app/uch-sign-in.h"

struct _UchSyncButton
{
  GtkWidget parent_instance;

  /* template */
  GtkMenuButton *button;
  GtkWidget     *dot;
  GtkLabel      *word;
  GtkLabel      *sentence;
  GtkLabel      *detail;
  GtkWidget     *keyless;
  GtkWidget     *sign_in;

  /* owned */
  UchSession *session; /* nullable */
};

G_DEFINE_FINAL_TYPE (UchSyncButton, uch_sync_button, GTK_TYPE_WIDGET)

static const char *const state_classes[] = {
  [UCH_SYNC_NEVER] = "never",     [UCH_SYNC_FIRST] = "first",     [UCH_SYNC_IN_SYNC] = "in-sync",
  [UCH_SYNC_WAITING] = "waiting", [UCH_SYNC_OFFLINE] = "offline", [UCH_SYNC_REFUSED] = "refused",
};

/**
 * uch_sync_describe:
 * @offline_since: 0 when not known
 * @progress: of the first sync, 0..1
 * @reason: (nullable): why the store does not let us in, translated
 *
 * Returns: (transfer full): the one honest sentence about the connection
 */
char *
uch_sync_describe (
    UchSyncState state, guint n_waiting, UchTime offline_since, double progress, const char *reason)
{
  g_autofree char *since = NULL;

  switch (state)
    {
    case UCH_SYNC_NEVER:
      return g_strdup (_ ("Not connected yet"));
    case UCH_SYNC_FIRST:
      return g_strdup_printf (_ ("First sync: %d %%"), (int) (progress * 100.0));
    case UCH_SYNC_IN_SYNC:
      return g_strdup (_ ("In sync with the store"));
    case UCH_SYNC_WAITING:
      return g_strdup_printf (
          ngettext ("%u act waits to be sent", "%u acts wait to be sent", n_waiting), n_waiting);
    case UCH_SYNC_OFFLINE:
      if (offline_since == 0)
        return g_strdup (_ ("No connection"));
      since = uch_format_time (offline_since);
      return g_strdup_printf (_ ("No connection since %s"), since);
    case UCH_SYNC_REFUSED:
      return reason != NULL
                 ? g_strdup_printf (_ ("The store does not let this desk in: %s"), reason)
                 : g_strdup (_ ("The store does not let this desk in"));
    default:
      g_return_val_if_reached (NULL);
    }
}

static char *
describe_waiting (UchSyncState state, guint n_waiting)
{
  if (state == UCH_SYNC_IN_SYNC)
    return g_strdup (_ ("What colleagues and engineers do is seen here at once."));
  if (n_waiting == 0)
    return g_strdup (_ ("Nothing waits to be sent. You can go on working."));
  if (state == UCH_SYNC_WAITING)
    return g_strdup (_ ("They are kept on this computer until the store has taken them."));
  return g_strdup_printf (ngettext ("%u act is kept on this computer and will be sent later.",
                                    "%u acts are kept on this computer and will be sent later.",
                                    n_waiting),
                          n_waiting);
}

static void
set_class (UchSyncButton *self, UchSyncState state)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_classes); i++)
    if (i == (guint) state)
      gtk_widget_add_css_class (self->dot, state_classes[i]);
    else
      gtk_widget_remove_css_class (self->dot, state_classes[i]);
}

static void
update (UchSyncButton *self)
{
  UchSyncClient   *sync = uch_session_get_sync (self->session);
  UchSyncState     state = uch_sync_client_get_state (sync);
  const char      *reason = uch_sign_in_describe_reason (uch_sync_client_get_reason_code (sync));
  guint            n_waiting = 0;
  UchTime          offline_since = 0;
  double           progress = 0;
  g_autofree char *sentence = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *now = uch_format_time (uch_session_now (self->session));

  g_object_get (uch_session_get_replica (self->session), "n-waiting", &n_waiting, NULL);
  g_object_get (uch_session_get_sync (self->session), "offline-since", &offline_since, "progress",
                &progress, "reason", &reason, NULL);
  sentence = uch_sync_describe (state, n_waiting, offline_since, progress, reason);
  detail = describe_waiting (state, n_waiting);
  set_class (self, state);
  gtk_label_set_label (self->word, now);
  gtk_label_set_label (self->sentence, sentence);
  gtk_label_set_label (self->detail, detail);
  gtk_widget_set_visible (self->keyless, uch_session_is_keyless (self->session));
  gtk_widget_set_visible (self->sign_in, state == UCH_SYNC_REFUSED);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  sentence, -1);
}

static void
uch_sync_button_dispose (GObject *object)
{
  UchSyncButton *self = UCH_SYNC_BUTTON (object);

  g_clear_object (&self->session);
  g_clear_pointer ((GtkWidget **) &self->button, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_sync_button_parent_class)->dispose (object);
}

static void
uch_sync_button_class_init (UchSyncButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_sync_button_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/uch-sync-button.ui");
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, button);
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, dot);
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, word);
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, sentence);
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, detail);
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, keyless);
  gtk_widget_class_bind_template_child (widget_class, UchSyncButton, sign_in);
}

static void
uch_sync_button_init (UchSyncButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_sync_button_set_session:
 * @session: (nullable)
 */
void
uch_sync_button_set_session (UchSyncButton *self, UchSession *session)
{
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_signal_handlers_disconnect_by_data (uch_session_get_sync (self->session), self);
      g_signal_handlers_disconnect_by_data (uch_session_get_replica (self->session), self);
    }
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect_object (session, "tick", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_sync (session), "notify", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_replica (session), "notify::n-waiting",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
