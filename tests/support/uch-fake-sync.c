#include "support/uch-fake-replica.h"

#include "core/uch-work.h"
#include "replica/uch-ticket-query.h"

struct _UchSyncClient
{
  GObject    parent;
  GPtrArray *presence;  /* of UchPresence */
  GPtrArray *positions; /* of UchLivePosition */
};

static guint positions_signal, presence_signal;

G_DEFINE_FINAL_TYPE (UchSyncClient, uch_sync_client, G_TYPE_OBJECT)
G_DEFINE_QUARK (uch - sync - error, uch_sync_error)

enum
{
  PROP_STATE = 1,
  PROP_OFFLINE_SINCE,
  PROP_REASON,
  PROP_PROGRESS,
  PROP_CLOCK_OFFSET,
};

static void
presence_free (gpointer data)
{
  UchPresence *presence = data;

  g_free (presence->staff_id);
  g_free (presence->ticket_id);
  g_free (presence->act);
  g_free (presence);
}

static void
position_free (gpointer data)
{
  g_free (((UchLivePosition *) data)->engineer_id);
  g_free (data);
}

static void
uch_sync_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATE)
    g_value_set_int (value, UCH_SYNC_IN_SYNC);
}

static void
uch_sync_client_finalize (GObject *object)
{
  g_ptr_array_unref (UCH_SYNC_CLIENT (object)->presence);
  g_ptr_array_unref (UCH_SYNC_CLIENT (object)->positions);
  G_OBJECT_CLASS (uch_sync_client_parent_class)->finalize (object);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, UCH_TYPE_SYNC_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 0);
}

static void
uch_sync_client_class_init (UchSyncClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = uch_sync_client_get_property;
  object_class->finalize = uch_sync_client_finalize;
  g_object_class_install_property (
      object_class, PROP_STATE,
      g_param_spec_int ("state", NULL, NULL, 0, UCH_SYNC_REFUSED, 0, G_PARAM_READABLE));
  g_object_class_install_property (object_class, PROP_OFFLINE_SINCE,
                                   g_param_spec_int64 ("offline-since", NULL, NULL, G_MININT64,
                                                       G_MAXINT64, 0, G_PARAM_READABLE));
  g_object_class_install_property (
      object_class, PROP_REASON,
      g_param_spec_string ("reason", NULL, NULL, NULL, G_PARAM_READABLE));
  g_object_class_install_property (
      object_class, PROP_PROGRESS,
      g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, G_PARAM_READABLE));
  g_object_class_install_property (
      object_class, PROP_CLOCK_OFFSET,
      g_param_spec_int64 ("clock-offset", NULL, NULL, G_MININT64, G_MAXINT64, 0, G_PARAM_READABLE));
  positions_signal = add_signal ("positions");
  presence_signal = add_signal ("presence");
}

static void
uch_sync_client_init (UchSyncClient *self)
{
  self->presence = g_ptr_array_new_with_free_func (presence_free);
  self->positions = g_ptr_array_new_with_free_func (position_free);
}

UchSyncClient *
uch_fake_sync_new (void)
{
  return g_object_new (UCH_TYPE_SYNC_CLIENT, NULL);
}

void
uch_fake_sync_add_presence (UchSyncClient *self,
                            const char    *staff_id,
                            const char    *ticket_id,
                            const char    *act)
{
  UchPresence *presence = g_new0 (UchPresence, 1);

  presence->staff_id = g_strdup (staff_id);
  presence->ticket_id = g_strdup (ticket_id);
  presence->act = g_strdup (act);
  g_ptr_array_add (self->presence, presence);
  g_signal_emit (self, presence_signal, 0);
}

void
uch_fake_sync_add_position (
    UchSyncClient *self, const char *engineer_id, double latitude, double longitude, UchTime at)
{
  UchLivePosition *position = g_new0 (UchLivePosition, 1);

  position->engineer_id = g_strdup (engineer_id);
  position->latitude = latitude;
  position->longitude = longitude;
  position->at = at;
  position->battery_percent = -1;
  g_ptr_array_add (self->positions, position);
  g_signal_emit (self, positions_signal, 0);
}

UchSyncClient *
uch_sync_client_new (const char *store_url, const char *pinned, const char *device_id)
{
  return uch_fake_sync_new ();
}

const char *
uch_sync_client_get_fingerprint (UchSyncClient *self)
{
  return NULL;
}

static void
answer_no (UchSyncClient *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_task_report_new_error (self, callback, user_data, NULL, UCH_SYNC_ERROR,
                           UCH_SYNC_ERROR_NO_CONNECTION, "a fake");
}

void
uch_sync_client_sign_in_async (UchSyncClient      *self,
                               const char         *login,
                               const char         *password,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  answer_no (self, callback, user_data);
}

char *
uch_sync_client_sign_in_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_sync_client_sign_out_async (UchSyncClient      *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  answer_no (self, callback, user_data);
}

gboolean
uch_sync_client_sign_out_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
uch_sync_client_get_staff_id (UchSyncClient *self)
{
  return NULL;
}

UchRole
uch_sync_client_get_role (UchSyncClient *self)
{
  return UCH_ROLE_DISPATCHER;
}

void
uch_sync_client_start (UchSyncClient *self, UchReplica *replica, const char *token)
{
}

void
uch_sync_client_stop (UchSyncClient *self)
{
}

int
uch_sync_client_get_reason_code (UchSyncClient *self)
{
  return -1;
}

UchSyncState
uch_sync_client_get_state (UchSyncClient *self)
{
  return UCH_SYNC_IN_SYNC;
}

const UchLivePosition *
uch_sync_client_get_position (UchSyncClient *self, const char *engineer_id)
{
  for (guint i = 0; i < self->positions->len; i++)
    {
      const UchLivePosition *position = g_ptr_array_index (self->positions, i);

      if (g_strcmp0 (position->engineer_id, engineer_id) == 0)
        return position;
    }
  return NULL;
}

GPtrArray *
uch_sync_client_list_positions (UchSyncClient *self)
{
  GPtrArray *positions = g_ptr_array_new ();

  g_ptr_array_extend (positions, self->positions, NULL, NULL);
  return positions;
}

void
uch_sync_client_set_presence (UchSyncClient *self, const char *ticket_id, const char *act)
{
}

GPtrArray *
uch_sync_client_list_presence (UchSyncClient *self, const char *ticket_id)
{
  GPtrArray *others = g_ptr_array_new ();

  for (guint i = 0; i < self->presence->len; i++)
    {
      UchPresence *presence = g_ptr_array_index (self->presence, i);

      if (g_strcmp0 (presence->ticket_id, ticket_id) == 0)
        g_ptr_array_add (others, presence);
    }
  return others;
}

void
uch_sync_client_reveal_async (UchSyncClient      *self,
                              UchTable            table,
                              const char         *id,
                              const char         *field,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, g_strdup ("12к3456"), g_free);
}

char *
uch_sync_client_reveal_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static GBytes *shown_picture;

/* What every photo shows from now on; NULL: the store cannot be reached. */
void
uch_fake_sync_set_picture (GBytes *bytes)
{
  g_clear_pointer (&shown_picture, g_bytes_unref);
  shown_picture = bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

void
uch_sync_client_look_at_photo_async (UchSyncClient      *self,
                                     const UchPhoto     *photo,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (shown_picture != NULL)
    g_task_return_pointer (task, g_bytes_ref (shown_picture), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_CONNECTION,
                             "Nothing answers there");
}

GBytes *
uch_sync_client_look_at_photo_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_sync_client_load_traces_async (UchSyncClient      *self,
                                   const char         *engineer_id,
                                   UchTime             from,
                                   UchTime             to,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_task_report_new_error (self, callback, user_data, NULL, UCH_SYNC_ERROR,
                           UCH_SYNC_ERROR_NO_CONNECTION, "There is no store");
}

GHashTable *
uch_sync_client_load_traces_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The long list is not part of the fake: always empty. */
struct _UchTicketQuery
{
  GObject parent;
};

static GType
query_get_item_type (GListModel *list)
{
  return uch_ticket_get_type ();
}

static guint
query_get_n_items (GListModel *list)
{
  return 0;
}

static gpointer
query_get_item (GListModel *list, guint position)
{
  return NULL;
}

static void
query_list_init (GListModelInterface *iface)
{
  iface->get_item_type = query_get_item_type;
  iface->get_n_items = query_get_n_items;
  iface->get_item = query_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchTicketQuery,
                               uch_ticket_query,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, query_list_init))

static void
uch_ticket_query_class_init (UchTicketQueryClass *klass)
{
}

static void
uch_ticket_query_init (UchTicketQuery *self)
{
}

UchTicketQuery *
uch_ticket_query_new (UchReplica *replica)
{
  return g_object_new (UCH_TYPE_TICKET_QUERY, NULL);
}

void
uch_ticket_query_set_filter (UchTicketQuery *self, const UchTicketFilter *filter)
{
}

UchVisit *
uch_ticket_query_peek_visit (UchTicketQuery *self, const UchTicket *ticket)
{
  return NULL;
}

void
uch_ticket_query_read_async (UchTicketQuery     *self,
                             guint               first,
                             guint               n,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, g_ptr_array_new_with_free_func (g_object_unref),
                         (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
uch_ticket_query_read_finish (UchTicketQuery *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_phone_link_free (UchPhoneLink *self)
{
  if (self == NULL)
    return;
  g_free (self->url);
  g_strfreev (self->modules);
  g_free (self);
}

void
uch_sync_client_make_phone_link_async (UchSyncClient      *self,
                                       UchPhoneLinkKind    kind,
                                       const char         *staff_id,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_CONNECTION, "no store here");
  g_object_unref (task);
}

UchPhoneLink *
uch_sync_client_make_phone_link_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
