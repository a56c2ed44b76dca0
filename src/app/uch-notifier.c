#define G_LOG_DOMAIN "uch-app"

#include "app/uch-notifier.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "app/uch-told.h"

/* How often the promises are looked through; lights change by the minute. */
#define LOOK_INTERVAL_MS (10 * UCH_SECOND_MS)
#define TOLD_KEY "told-promises"

struct _UchNotifier
{
  GObject parent_instance;

  GApplication *application; /* owned */
  UchSession   *session;     /* owned */
  UchTold      *told;        /* owned: kept in the settings, so that a restart repeats nothing */
  UchTime       looked_at;
  gboolean      primed; /* what burned before the desk was opened is on the board */
};

G_DEFINE_FINAL_TYPE (UchNotifier, uch_notifier, G_TYPE_OBJECT)

static char *
make_id (const char *visit_id)
{
  return g_strconcat ("overdue-", visit_id, NULL);
}

static char *
format_title (UchPromise promise, const char *number)
{
  if (promise == UCH_PROMISE_RED)
    return g_strdup_printf (_ ("Overdue: %s"), number);
  if (promise == UCH_PROMISE_ORANGE)
    return g_strdup_printf (_ ("Soon overdue: %s"), number);
  return g_strdup_printf (_ ("Nobody is on the way yet: %s"), number);
}

static void
tell (UchNotifier *self, const UchVisit *visit, UchPromise promise)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const UchTicket *ticket = uch_replica_peek (replica, UCH_TABLE_TICKET, visit->ticket_id);
  g_autofree char *id = make_id (UCH_ENTITY (visit)->id);
  g_autofree char *number = NULL;
  g_autofree char *title = NULL;
  g_autofree char *engineer = NULL;
  g_autofree char *body = NULL;

  g_autoptr (GNotification) notification = NULL;

  if (ticket == NULL)
    return;
  number = uch_format_number (ticket);
  title = format_title (promise, number);
  engineer = visit->engineer_id != NULL ? uch_format_staff (replica, visit->engineer_id)
                                        : g_strdup (_ ("nobody is assigned"));
  body = g_strdup_printf ("%s\n%s", ticket->address != NULL ? ticket->address : "", engineer);
  notification = g_notification_new (title);
  g_notification_set_body (notification, body);
  g_notification_set_priority (notification, promise == UCH_PROMISE_RED
                                                 ? G_NOTIFICATION_PRIORITY_HIGH
                                                 : G_NOTIFICATION_PRIORITY_NORMAL);
  g_notification_set_default_action_and_target (notification, "app.show-ticket", "s",
                                                visit->ticket_id);
  g_application_send_notification (self->application, id, notification);
}

/* Whoever has arrived, or was told about in vain, needs no notification any more. */
static void
forget (UchNotifier *self, GHashTable *open)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);

  uch_told_keep (self->told, open, gone);
  for (guint i = 0; i < gone->len; i++)
    {
      g_autofree char *id = make_id (g_ptr_array_index (gone, i));

      g_application_withdraw_notification (self->application, id);
    }
}

static void
remember (UchNotifier *self)
{
  GSettings *settings = uch_session_get_settings (self->session);
  g_auto (GStrv) told = uch_told_print (self->told);
  g_auto (GStrv) known = g_settings_get_strv (settings, TOLD_KEY);

  if (!g_strv_equal ((const char *const *) told, (const char *const *) known))
    g_settings_set_strv (settings, TOLD_KEY, (const char *const *) told);
}

static void
look (UchNotifier *self, UchTime now)
{
  GListModel *visits = uch_replica_list_current_visits (uch_session_get_replica (self->session));
  gboolean    wanted
      = g_settings_get_boolean (uch_session_get_settings (self->session), "notify-overdue");

  g_autoptr (GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (visits); i++)
    {
      g_autoptr (UchVisit) visit = g_list_model_get_item (visits, i);
      const char *visit_id = UCH_ENTITY (visit)->id;
      UchPromise  promise = uch_session_get_promise (self->session, visit, now);

      if (!uch_visit_is_open (visit) || visit->arrived_at != 0)
        continue;
      g_hash_table_add (open, g_strdup (visit_id));
      if (uch_told_take (self->told, visit_id, promise, !self->primed) && wanted)
        tell (self, visit, promise);
    }
  forget (self, open);
  remember (self);
}

static void
tick_cb (UchNotifier *self)
{
  UchTime  now = uch_session_now (self->session);
  gboolean ready = FALSE;

  if (now - self->looked_at < LOOK_INTERVAL_MS && now >= self->looked_at)
    return;
  g_object_get (uch_session_get_replica (self->session), "ready", &ready, NULL);
  if (!ready)
    return;
  self->looked_at = now;
  look (self, now);
  self->primed = TRUE;
}

static void
refused_cb (UchNotifier *self, UchRefused *refused)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *meant = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *body = NULL;

  g_autoptr (GNotification) notification = NULL;

  if (!g_settings_get_boolean (uch_session_get_settings (self->session), "notify-conflict"))
    return;
  meant = uch_format_command (replica, uch_refused_get_command (refused));
  reason = uch_format_refusal (replica, uch_refused_get_refusal (refused), NULL,
                               uch_refused_get_current (refused));
  body = g_strdup_printf ("%s\n%s", meant, reason);
  notification = g_notification_new (uch_refused_get_kind (refused) == UCH_VERDICT_CONFLICT
                                         ? _ ("A colleague was first")
                                         : _ ("An act was refused"));
  g_notification_set_body (notification, body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action (notification, "app.show-refusals");
  g_application_send_notification (self->application, uch_refused_get_command (refused)->id,
                                   notification);
}

static void
uch_notifier_dispose (GObject *object)
{
  UchNotifier *self = UCH_NOTIFIER (object);

  g_clear_object (&self->application);
  g_clear_object (&self->session);
  g_clear_pointer (&self->told, uch_told_free);
  G_OBJECT_CLASS (uch_notifier_parent_class)->dispose (object);
}

static void
uch_notifier_class_init (UchNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_notifier_dispose;
}

static void
uch_notifier_init (UchNotifier *self)
{
}

/**
 * uch_notifier_new:
 *
 * Returns: (transfer full): tells as long as it lives
 */
UchNotifier *
uch_notifier_new (GApplication *application, UchSession *session)
{
  UchNotifier *self = g_object_new (UCH_TYPE_NOTIFIER, NULL);
  g_auto (GStrv) known = NULL;

  self->application = g_object_ref (application);
  self->session = g_object_ref (session);
  known = g_settings_get_strv (uch_session_get_settings (session), TOLD_KEY);
  self->told = uch_told_new ((const char *const *) known);
  g_signal_connect_object (session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_replica (session), "refused", G_CALLBACK (refused_cb),
                           self, G_CONNECT_SWAPPED);
  return self;
}
