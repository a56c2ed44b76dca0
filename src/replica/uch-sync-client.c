#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-sync-client.h"

#include <string.h>

#include "replica/uch-sync-client-private.h"

#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 30000

G_DEFINE_FINAL_TYPE (UchSyncClient, uch_sync_client, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_OFFLINE_SINCE,
  PROP_REASON,
  PROP_PROGRESS,
  PROP_CLOCK_OFFSET,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
presence_free (UchPresence *presence)
{
  g_free (presence->staff_id);
  g_free (presence->ticket_id);
  g_free (presence->act);
  g_free (presence);
}

static void
notify (UchSyncClient *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static UchSyncState
find_state (UchSyncClient *self)
{
  const UchReplicaStatus *status
      = self->replica != NULL ? uch_replica_get_status (self->replica) : NULL;

  if (self->refused)
    return UCH_SYNC_REFUSED;
  if (status == NULL)
    return UCH_SYNC_NEVER;
  if (self->offline_since != 0)
    return UCH_SYNC_OFFLINE;
  if (!status->ready)
    return self->answered ? UCH_SYNC_FIRST : UCH_SYNC_NEVER;
  /* Until the store has answered once, nobody knows. */
  if (!self->answered)
    return UCH_SYNC_OFFLINE;
  return status->n_waiting > 0 ? UCH_SYNC_WAITING : UCH_SYNC_IN_SYNC;
}

void
uch_sync_client_update_state (UchSyncClient *self)
{
  UchSyncState state = find_state (self);

  if (state == self->state)
    return;
  self->state = state;
  notify (self, PROP_STATE);
}

static void
set_reason (UchSyncClient *self, const char *reason, int code)
{
  self->reason_code = code;
  if (g_strcmp0 (self->reason, reason) == 0)
    return;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  notify (self, PROP_REASON);
}

static void
set_offline_since (UchSyncClient *self, UchTime since)
{
  if (self->offline_since == since)
    return;
  self->offline_since = since;
  notify (self, PROP_OFFLINE_SINCE);
}

void
uch_sync_client_set_progress (UchSyncClient *self, double progress)
{
  if (self->progress == progress)
    return;
  self->progress = progress;
  notify (self, PROP_PROGRESS);
}

void
uch_sync_client_note_time (UchSyncClient *self, UchTime store_time)
{
  gint64 offset = store_time - uch_sources_system.now (NULL);

  if (store_time <= 0)
    return;
  /* What is less than the way of the message is nothing. */
  if (ABS (offset - self->clock_offset) < UCH_SECOND_MS)
    return;
  self->clock_offset = offset;
  notify (self, PROP_CLOCK_OFFSET);
}

/* The store has answered. */
void
uch_sync_client_note_success (UchSyncClient *self)
{
  self->n_failures = 0;
  self->answered = TRUE;
  set_offline_since (self, 0);
  set_reason (self, NULL, -1);
  uch_sync_client_update_state (self);
}

static void
resume (UchSyncClient *self)
{
  g_clear_handle_id (&self->retry_id, g_source_remove);
  uch_sync_tracks_fetch (self);
  uch_sync_tracks_push (self);
}

static gboolean
retry_cb (gpointer user_data)
{
  UchSyncClient *self = user_data;

  self->retry_id = 0;
  resume (self);
  return G_SOURCE_REMOVE;
}

/* What no waiting helps against: a person must do something. */
static gboolean
is_final (const GError *error)
{
  static const UchSyncError codes[]
      = { UCH_SYNC_ERROR_SIGNED_OUT,          UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE,
          UCH_SYNC_ERROR_CERTIFICATE_CHANGED, UCH_SYNC_ERROR_EXPIRED_CERTIFICATE,
          UCH_SYNC_ERROR_CLOCK_WRONG,         UCH_SYNC_ERROR_STORE_TOO_OLD,
          UCH_SYNC_ERROR_STORE_TOO_NEW,       UCH_SYNC_ERROR_BAD_ADDRESS,
          UCH_SYNC_ERROR_OTHER_OFFICE };

  for (guint i = 0; error->domain == UCH_SYNC_ERROR && i < G_N_ELEMENTS (codes); i++)
    if ((int) codes[i] == error->code)
      return TRUE;
  return FALSE;
}

/* Something did not work: says so, and comes back later; twice as late each time, and not at the
 * same moment as all the others. */
void
uch_sync_client_note_failure (UchSyncClient *self, const GError *error, gint64 retry_after_s)
{
  guint delay_ms = RETRY_MIN_MS << MIN (self->n_failures, 10);

  set_reason (self, error->message, error->domain == UCH_SYNC_ERROR ? error->code : -1);
  if (is_final (error))
    {
      self->refused = TRUE;
      uch_sync_live_disconnect (self);
      uch_sync_client_update_state (self);
      return;
    }
  self->n_failures++;
  if (self->offline_since == 0)
    set_offline_since (self, uch_sources_system.now (NULL));
  uch_sync_client_update_state (self);
  if (self->retry_id != 0)
    return;
  delay_ms = MIN (delay_ms, RETRY_MAX_MS);
  delay_ms = delay_ms / 2 + uch_sources_pick (&uch_sources_system, delay_ms / 2 + 1);
  delay_ms = MAX (delay_ms, (guint) (retry_after_s * 1000));
  self->retry_id = g_timeout_add (delay_ms, retry_cb, self);
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean available, UchSyncClient *self)
{
  /* Whatever changed, look at once: what seemed to be connected may not be any more. */
  if (self->replica == NULL || !available)
    return;
  self->n_failures = 0;
  g_clear_handle_id (&self->live_retry_id, g_source_remove);
  resume (self);
}

static void
waiting_cb (UchSyncClient *self)
{
  uch_sync_client_update_state (self);
  if (uch_replica_get_status (self->replica)->n_waiting > 0)
    uch_sync_tracks_push (self);
}

static void
uch_sync_client_finalize (GObject *object)
{
  UchSyncClient *self = UCH_SYNC_CLIENT (object);

  uch_sync_client_stop (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  uch_sync_first_clear (self);
  uch_sync_http_free (self->http);
  g_clear_pointer (&self->positions, g_hash_table_unref);
  g_ptr_array_unref (self->presence);
  g_free (self->device_id);
  g_free (self->staff_id);
  g_free (self->reason);
  g_free (self->present_ticket);
  g_free (self->present_act);
  G_OBJECT_CLASS (uch_sync_client_parent_class)->finalize (object);
}

static void
uch_sync_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  UchSyncClient *self = UCH_SYNC_CLIENT (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_OFFLINE_SINCE:
      g_value_set_int64 (value, self->offline_since);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->reason);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_CLOCK_OFFSET:
      g_value_set_int64 (value, self->clock_offset);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
uch_sync_client_class_init (UchSyncClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = uch_sync_client_finalize;
  object_class->get_property = uch_sync_client_get_property;
  properties[PROP_STATE]
      = g_param_spec_int ("state", NULL, NULL, 0, UCH_SYNC_REFUSED, UCH_SYNC_NEVER, flags);
  properties[PROP_OFFLINE_SINCE]
      = g_param_spec_int64 ("offline-since", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_CLOCK_OFFSET]
      = g_param_spec_int64 ("clock-offset", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_signal_new ("positions", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
  g_signal_new ("presence", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
uch_sync_client_init (UchSyncClient *self)
{
  self->cancellable = g_cancellable_new ();
  self->presence = g_ptr_array_new_with_free_func ((GDestroyNotify) presence_free);
  self->role = UCH_ROLE_DISPATCHER;
  self->reason_code = -1;
}

/**
 * uch_sync_client_new:
 * @store_url: "https://host:port"; a bare host is taken for one
 * @pinned: (nullable): SHA-256 of the certificate that the person has agreed to, hex
 * @device_id: by which the store knows this computer
 *
 * Returns: (transfer full): a client that does nothing yet
 */
UchSyncClient *
uch_sync_client_new (const char *store_url, const char *pinned, const char *device_id)
{
  UchSyncClient *self = g_object_new (UCH_TYPE_SYNC_CLIENT, NULL);

  self->http = uch_sync_http_new (store_url, pinned);
  self->device_id = g_strdup (device_id);
  return self;
}

/**
 * uch_sync_client_get_fingerprint:
 *
 * Returns: (transfer none) (nullable): SHA-256 of the last certificate that the system did not
 *     trust, hex, for the person to compare
 */
const char *
uch_sync_client_get_fingerprint (UchSyncClient *self)
{
  return self->http->met;
}

const char *
uch_sync_client_get_staff_id (UchSyncClient *self)
{
  return self->staff_id;
}

UchRole
uch_sync_client_get_role (UchSyncClient *self)
{
  return self->role;
}

/**
 * uch_sync_client_get_reason_code:
 *
 * Returns: a code of %UCH_SYNC_ERROR that belongs to "reason"; −1 when there is none
 */
int
uch_sync_client_get_reason_code (UchSyncClient *self)
{
  return self->reason_code;
}

UchSyncState
uch_sync_client_get_state (UchSyncClient *self)
{
  return self->state;
}

/**
 * uch_sync_client_start:
 * @token: of a sign-in
 *
 * Follows the store from now on, until stopped.
 */
void
uch_sync_client_start (UchSyncClient *self, UchReplica *replica, const char *token)
{
  const UchActor *actor = uch_replica_get_actor (replica);

  uch_sync_client_stop (self);
  g_free (self->http->token);
  self->http->token = g_strdup (token);
  self->replica = g_object_ref (replica);
  if (self->staff_id == NULL && actor->staff_id != NULL)
    {
      self->staff_id = g_strdup (actor->staff_id);
      self->role = actor->role;
    }
  self->waiting_id
      = g_signal_connect_swapped (replica, "notify::n-waiting", G_CALLBACK (waiting_cb), self);
  self->network_id = g_signal_connect (g_network_monitor_get_default (), "network-changed",
                                       G_CALLBACK (network_changed_cb), self);
  uch_sync_client_update_state (self);
  resume (self);
}

/**
 * uch_sync_client_stop:
 *
 * Leaves the store; what waits stays in the outbox.
 */
void
uch_sync_client_stop (UchSyncClient *self)
{
  if (self->replica == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->retry_id, g_source_remove);
  uch_sync_live_disconnect (self);
  self->connecting = FALSE;
  g_clear_signal_handler (&self->waiting_id, self->replica);
  g_clear_signal_handler (&self->network_id, g_network_monitor_get_default ());
  g_clear_object (&self->replica);
  self->n_failures = self->n_live_failures = self->n_gaps = 0;
  self->known_head = 0;
  self->push_max = 0;
  self->refused = self->answered = FALSE;
  set_offline_since (self, 0);
  set_reason (self, NULL, -1);
  uch_sync_client_update_state (self);
}
