#define G_LOG_DOMAIN "uch-app"

#include "app/replay/uch-replay-day.h"

#include <glib/gi18n.h>

#include "app/map/uch-map-values.h"
#include "replica/uch-replica-past.h"

/* An older position says nothing about this day any more. */
#define POSITION_AGE_MAX_MS (12 * UCH_HOUR_MS)

struct _UchReplayDay
{
  GObject       parent;
  UchSession   *session; /* owned */
  UchTime       from, to;
  GCancellable *cancellable; /* owned */
  UchRewind    *rewind;      /* (owned) (nullable): not read yet */
  GHashTable   *traces;      /* (owned) (nullable): of everybody */
  GListStore   *events;      /* (owned): of the day, the newest first */
  char         *problem;     /* (nullable) */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchReplayDay, uch_replay_day, G_TYPE_OBJECT)

static void
uch_replay_day_dispose (GObject *object)
{
  UchReplayDay *self = UCH_REPLAY_DAY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->rewind, uch_rewind_free);
  g_clear_pointer (&self->traces, g_hash_table_unref);
  g_clear_pointer (&self->problem, g_free);
  g_clear_object (&self->events);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_replay_day_parent_class)->dispose (object);
}

static void
uch_replay_day_finalize (GObject *object)
{
  g_object_unref (UCH_REPLAY_DAY (object)->cancellable);
  G_OBJECT_CLASS (uch_replay_day_parent_class)->finalize (object);
}

static void
uch_replay_day_class_init (UchReplayDayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_replay_day_dispose;
  G_OBJECT_CLASS (klass)->finalize = uch_replay_day_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", UCH_TYPE_REPLAY_DAY, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_replay_day_init (UchReplayDay *self)
{
  self->cancellable = g_cancellable_new ();
  self->events = g_list_store_new (UCH_TYPE_ENTITY);
}

static void
take_events (UchReplayDay *self)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new ();

  for (guint i = uch_rewind_get_n_events (self->rewind); i-- > 0;)
    {
      const UchEvent *event = uch_rewind_get_event (self->rewind, i);

      if (event->received_at >= self->from && event->received_at < self->to)
        g_ptr_array_add (events, (gpointer) event);
    }
  g_list_store_splice (self->events, 0, 0, events->pdata, events->len);
}

static void
past_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchReplayDay) self = user_data;
  g_autoptr (GError) error = NULL;
  UchRewind *rewind = uch_replica_load_past_finish (UCH_REPLICA (source), result, &error);

  if (self->session == NULL)
    {
      uch_rewind_free (rewind);
      return;
    }
  self->rewind = rewind;
  if (rewind != NULL)
    take_events (self);
  else
    {
      g_warning ("the journal cannot be read back: %s", error->message);
      g_free (self->problem);
      self->problem = g_strdup (_ ("The journal of this desk cannot be read back"));
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
traces_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchReplayDay) self = user_data;
  g_autoptr (GError) error = NULL;
  GHashTable *traces
      = uch_sync_client_load_traces_finish (UCH_SYNC_CLIENT (source), result, &error);

  if (self->session == NULL)
    {
      g_clear_pointer (&traces, g_hash_table_unref);
      return;
    }
  self->traces = traces;
  if (traces == NULL && self->problem == NULL)
    self->problem
        = g_strdup (g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_FAILED)
                        ? _ ("The store does not show where people were")
                        : _ ("No connection to the store: without the positions of engineers"));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * uch_replay_day_new:
 * @session: the office
 * @from: the day's beginning
 * @to: its end, not included
 *
 * Begins to read: the journal from this desk, the positions from the store.
 *
 * Returns: (transfer full): a day without anything yet
 */
UchReplayDay *
uch_replay_day_new (UchSession *session, UchTime from, UchTime to)
{
  UchReplayDay *self = g_object_new (UCH_TYPE_REPLAY_DAY, NULL);

  self->session = g_object_ref (session);
  self->from = from;
  self->to = to;
  uch_replica_load_past_async (uch_session_get_replica (session), from, self->cancellable, past_cb,
                               g_object_ref (self));
  uch_sync_client_load_traces_async (uch_session_get_sync (session), NULL, from, to,
                                     self->cancellable, traces_cb, g_object_ref (self));
  return self;
}

/**
 * uch_replay_day_is_ready:
 * @self: a day
 *
 * Returns: whether all of it is here, or is known not to be had
 */
gboolean
uch_replay_day_is_ready (UchReplayDay *self)
{
  return self->problem != NULL || (self->rewind != NULL && self->traces != NULL);
}

/**
 * uch_replay_day_get_problem:
 * @self: a day
 *
 * Returns: (transfer none) (nullable): what of it is not to be had, a sentence
 */
const char *
uch_replay_day_get_problem (UchReplayDay *self)
{
  return self->problem;
}

UchTime
uch_replay_day_get_from (UchReplayDay *self)
{
  return self->from;
}

/**
 * uch_replay_day_list_events:
 * @self: a day
 *
 * Returns: (transfer none) (element-type UchEvent): who decided what, the newest first
 */
GListModel *
uch_replay_day_list_events (UchReplayDay *self)
{
  return G_LIST_MODEL (self->events);
}

/**
 * uch_replay_day_count_events:
 * @self: a day
 * @at: a moment of it
 *
 * Returns: how many of its events had been decided by then
 */
guint
uch_replay_day_count_events (UchReplayDay *self, UchTime at)
{
  guint before = 0, until = 0;

  if (self->rewind == NULL)
    return 0;
  before = uch_rewind_count_until (self->rewind, self->from - 1);
  until = uch_rewind_count_until (self->rewind, MIN (at, self->to - 1));
  return MIN (until > before ? until - before : 0,
              g_list_model_get_n_items (G_LIST_MODEL (self->events)));
}

/**
 * uch_replay_day_make_tickets:
 * @self: a day
 * @at: a moment of it
 *
 * Returns: (transfer full) (element-type UchMapTicket): the pins that the board had then
 */
GPtrArray *
uch_replay_day_make_tickets (UchReplayDay *self, UchTime at)
{
  GPtrArray *pins = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_ticket_free);
  guint      n = self->rewind != NULL ? uch_rewind_count_until (self->rewind, at) : 0;
  g_autoptr (GPtrArray) tickets = NULL;

  if (self->rewind == NULL)
    return pins;
  tickets = uch_rewind_list (self->rewind, n, UCH_TABLE_TICKET);
  for (guint i = 0; i < tickets->len; i++)
    {
      const UchTicket *ticket = g_ptr_array_index (tickets, i);
      UchMapTicket    *pin = NULL;

      /* What was taken over from elsewhere has no entry in the journal: it was made when it says.
       */
      if (uch_map_shows_ticket (ticket) && ticket->created_at <= at)
        pin = uch_map_make_ticket (
            uch_session_get_replica (self->session), ticket,
            uch_rewind_peek (self->rewind, n, UCH_TABLE_VISIT, ticket->visit_id), at);
      if (pin != NULL)
        g_ptr_array_add (pins, pin);
    }
  return pins;
}

/**
 * uch_replay_day_make_engineers:
 * @self: a day
 * @at: a moment of it
 *
 * Returns: (transfer full) (element-type UchMapEngineer): the badges that the board had then
 */
GPtrArray *
uch_replay_day_make_engineers (UchReplayDay *self, UchTime at)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  GListModel *staff = uch_replica_list (replica, UCH_TABLE_STAFF);
  GListModel *shift_list = uch_replica_list (replica, UCH_TABLE_SHIFT);
  GPtrArray  *badges = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_engineer_free);
  guint       n = self->rewind != NULL ? uch_rewind_count_until (self->rewind, at) : 0;
  g_autoptr (GPtrArray) shifts = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) visits = self->rewind != NULL
                                     ? uch_rewind_list (self->rewind, n, UCH_TABLE_VISIT)
                                     : g_ptr_array_new ();
  g_autoptr (GHashTable) signs = uch_map_gather_signs (visits);

  for (guint i = 0; i < g_list_model_get_n_items (shift_list); i++)
    g_ptr_array_add (shifts, g_list_model_get_item (shift_list, i));
  for (guint i = 0; self->traces != NULL && i < g_list_model_get_n_items (staff); i++)
    {
      g_autoptr (UchStaff) one = g_list_model_get_item (staff, i);
      GArray              *trace = g_hash_table_lookup (self->traces, one->parent.id);
      const UchTracePoint *point = trace != NULL ? uch_trace_find_known (trace, at) : NULL;
      UchMapEngineer      *badge;

      if (point == NULL || at - point->at > POSITION_AGE_MAX_MS)
        continue;
      badge = uch_map_make_engineer (replica, one, point->latitude, point->longitude, point->at);
      badge->sign = uch_map_get_sign (signs, shifts, one->parent.id, at);
      g_ptr_array_add (badges, badge);
    }
  return badges;
}
