#define G_LOG_DOMAIN "uch-app"

#include "app/uch-session.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "app/uch-window.h"

/* Clocks show minutes; a second is what a person calls "at once". */
#define TICK_INTERVAL_S 1

struct _UchSession
{
  GObject parent_instance;

  UchReplica    *replica;  /* owned */
  UchSyncClient *sync;     /* owned */
  GSettings     *settings; /* owned */
  guint          tick_id;
  gboolean       keyless; /* no keyring took the token */
};

enum
{
  SIGNAL_TICK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchSession, uch_session, G_TYPE_OBJECT)

typedef struct
{
  UchSession *session;   /* owned */
  UchWindow  *window;    /* owned, nullable: the row or dialog may be gone before the answer */
  char       *done_text; /* owned, nullable */
} Stroke;

static void
stroke_free (Stroke *stroke)
{
  g_object_unref (stroke->session);
  g_clear_object (&stroke->window);
  g_free (stroke->done_text);
  g_free (stroke);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stroke, stroke_free)

static UchWindow *
find_window (GtkWidget *origin)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (origin));

  /* Dialogs of a page act too; what they did is told in the window they belong to. */
  while (root != NULL && !UCH_IS_WINDOW (root) && GTK_IS_WINDOW (root))
    root = GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (root)));
  return UCH_IS_WINDOW (root) ? UCH_WINDOW (root) : NULL;
}

static void
tell (UchWindow *window, const char *text, gboolean undo)
{
  if (window != NULL && text != NULL)
    uch_window_tell (window, text, undo ? "win.undo" : NULL);
}

/* What a stroke came to, in one sentence; NULL when all is well and nothing need be said. */
static char *
describe_outcomes (UchSession *self, GPtrArray *outcomes, const char *done_text, gboolean *out_undo)
{
  const UchOutcome *refused = NULL;
  guint             n_refused = 0;
  g_autofree char  *reason = NULL;

  for (guint i = 0; i < outcomes->len; i++)
    {
      const UchOutcome *outcome = g_ptr_array_index (outcomes, i);

      if (outcome->kind == UCH_VERDICT_OK)
        continue;
      if (refused == NULL)
        refused = outcome;
      n_refused++;
    }
  *out_undo = n_refused < outcomes->len;
  if (refused == NULL)
    return g_strdup (done_text);
  reason = uch_format_refusal (self->replica, refused->refusal, NULL, refused->current);
  if (outcomes->len == 1)
    return g_steal_pointer (&reason);
  /* Translators: %u of %u acts were refused; %s is the first reason, a whole sentence */
  return g_strdup_printf (_ ("%u of %u not done: %s"), n_refused, outcomes->len, reason);
}

static void
submitted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Stroke) stroke = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes = NULL;
  g_autofree char *text = NULL;
  gboolean         undo = FALSE;

  outcomes = uch_replica_submit_many_finish (UCH_REPLICA (source), result, &error);
  if (outcomes == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          text = g_strdup_printf (_ ("Could not be kept: %s"), error->message);
          tell (stroke->window, text, FALSE);
        }
      return;
    }
  text = describe_outcomes (stroke->session, outcomes, stroke->done_text, &undo);
  tell (stroke->window, text, undo);
}

static gboolean
tick_cb (gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_TICK], 0);
  return G_SOURCE_CONTINUE;
}

static void
clock_offset_changed_cb (UchSession *self)
{
  g_signal_emit (self, signals[SIGNAL_TICK], 0);
}

static void
uch_session_dispose (GObject *object)
{
  UchSession *self = UCH_SESSION (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_object (&self->replica);
  g_clear_object (&self->sync);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (uch_session_parent_class)->dispose (object);
}

static void
uch_session_class_init (UchSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_session_dispose;

  /**
   * UchSession::tick:
   *
   * Once a second, and after each change of the wall clock: clocks redraw on it.
   */
  signals[SIGNAL_TICK] = g_signal_new ("tick", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_session_init (UchSession *self)
{
  self->tick_id = g_timeout_add_seconds (TICK_INTERVAL_S, tick_cb, self);
}

/**
 * uch_session_new:
 * @replica: the desk's copy of the office, with its actor set
 * @sync: what keeps it together with the store
 *
 * Returns: (transfer full): the signed-in office, as every page is handed it
 */
UchSession *
uch_session_new (UchReplica *replica, UchSyncClient *sync, GSettings *settings)
{
  UchSession *self = g_object_new (UCH_TYPE_SESSION, NULL);

  self->replica = g_object_ref (replica);
  self->sync = g_object_ref (sync);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (sync, "notify::clock-offset", G_CALLBACK (clock_offset_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * uch_session_get_replica:
 *
 * Returns: (transfer none)
 */
UchReplica *
uch_session_get_replica (UchSession *self)
{
  return self->replica;
}

/**
 * uch_session_get_sync:
 *
 * Returns: (transfer none)
 */
UchSyncClient *
uch_session_get_sync (UchSession *self)
{
  return self->sync;
}

/**
 * uch_session_get_settings:
 *
 * Returns: (transfer none)
 */
GSettings *
uch_session_get_settings (UchSession *self)
{
  return self->settings;
}

/**
 * uch_session_set_keyless:
 *
 * Says that no keyring has taken the token, so that the person will sign in at each start.
 */
void
uch_session_set_keyless (UchSession *self)
{
  self->keyless = TRUE;
}

/**
 * uch_session_is_keyless:
 *
 * Returns: whether the person will have to sign in at the next start
 */
gboolean
uch_session_is_keyless (UchSession *self)
{
  return self->keyless;
}

/**
 * uch_session_now:
 *
 * Returns: this machine's clock, put right by what the store's clock said last
 */
UchTime
uch_session_now (UchSession *self)
{
  gint64 offset_ms = 0;

  g_object_get (self->sync, "clock-offset", &offset_ms, NULL);
  return g_get_real_time () / 1000 + offset_ms;
}

/**
 * uch_session_estimate_arrival:
 *
 * Returns: when the visit's engineer can be there, an estimate by his last position; 0: nobody can
 *     tell
 */
UchTime
uch_session_estimate_arrival (UchSession *self, const UchVisit *visit, UchTime now)
{
  const UchLivePosition *seen = self->sync != NULL && visit->engineer_id != NULL
                                    ? uch_sync_client_get_position (self->sync, visit->engineer_id)
                                    : NULL;

  if (seen == NULL || visit->house_id == NULL)
    return 0;
  return uch_promise_estimate_arrival (
      visit, uch_replica_peek (self->replica, UCH_TABLE_HOUSE, visit->house_id), seen->latitude,
      seen->longitude, seen->at, now);
}

/**
 * uch_session_get_promise:
 *
 * Returns: the light of a visit, orange also when its engineer will come too late
 */
UchPromise
uch_session_get_promise (UchSession *self, const UchVisit *visit, UchTime now)
{
  return uch_promise_expect (visit, now, uch_session_estimate_arrival (self, visit, now));
}

/**
 * uch_session_act:
 * @origin: a widget of the window, or of a dialog of it, in which the person acted
 * @commands: (transfer full) (element-type UchCommand): one stroke, undone together
 * @done_text: (nullable): what to say when it is done, a short sentence; NULL: say nothing
 *
 * The one way of the desk to act. What could not be done is said in a toast of the window.
 */
void
uch_session_act (UchSession *self, GtkWidget *origin, GPtrArray *commands, const char *done_text)
{
  g_autoptr (GPtrArray) owned = commands;
  Stroke *stroke = NULL;

  g_return_if_fail (UCH_IS_SESSION (self));
  g_return_if_fail (GTK_IS_WIDGET (origin));
  if (owned->len == 0)
    return;
  stroke = g_new0 (Stroke, 1);
  stroke->session = g_object_ref (self);
  stroke->window = find_window (origin);
  if (stroke->window != NULL)
    g_object_ref (stroke->window);
  stroke->done_text = g_strdup (done_text);
  uch_replica_submit_many_async (self->replica, owned, NULL, submitted_cb, stroke);
}

/**
 * uch_session_act_one:
 * @command: (transfer full)
 *
 * As uch_session_act(), with one command.
 */
void
uch_session_act_one (UchSession *self,
                     GtkWidget  *origin,
                     UchCommand *command,
                     const char *done_text)
{
  GPtrArray *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  g_ptr_array_add (commands, command);
  uch_session_act (self, origin, commands, done_text);
}
