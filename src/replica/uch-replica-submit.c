/* Acts through the facade, and the refusals that come of them. */
#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica-private.h"

struct _UchRefused
{
  GObject        parent;
  UchCommand    *command;
  UchVerdictKind kind;
  UchRefusal     refusal;
  UchEntity     *current; /* (nullable) */
  UchTime        at;
};

G_DEFINE_FINAL_TYPE (UchRefused, uch_refused, G_TYPE_OBJECT)

static void
uch_refused_finalize (GObject *object)
{
  UchRefused *self = UCH_REFUSED (object);

  g_clear_pointer (&self->command, uch_command_unref);
  g_clear_object (&self->current);
  G_OBJECT_CLASS (uch_refused_parent_class)->finalize (object);
}

static void
uch_refused_class_init (UchRefusedClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_refused_finalize;
}

static void
uch_refused_init (UchRefused *self)
{
}

UchRefused *
uch_refused_new (const UchOutboxRefusal *refusal)
{
  UchRefused *self = g_object_new (UCH_TYPE_REFUSED, NULL);

  self->command = uch_command_ref (refusal->command);
  self->kind = refusal->kind;
  self->refusal = refusal->refusal;
  self->current = refusal->current != NULL ? g_object_ref (refusal->current) : NULL;
  self->at = refusal->at;
  return self;
}

/**
 * uch_refused_get_command:
 *
 * Returns: (transfer none): the act that was refused
 */
UchCommand *
uch_refused_get_command (UchRefused *self)
{
  return self->command;
}

UchVerdictKind
uch_refused_get_kind (UchRefused *self)
{
  return self->kind;
}

UchRefusal
uch_refused_get_refusal (UchRefused *self)
{
  return self->refusal;
}

/**
 * uch_refused_get_current:
 *
 * Returns: (transfer none) (nullable): the row that stood in the way, as it was then
 */
UchEntity *
uch_refused_get_current (UchRefused *self)
{
  return self->current;
}

/**
 * uch_refused_get_at:
 *
 * Returns: when the desk learned of it, by its own clock
 */
UchTime
uch_refused_get_at (UchRefused *self)
{
  return self->at;
}

void
uch_outcome_free (UchOutcome *self)
{
  if (self == NULL)
    return;
  g_free (self->command_id);
  g_free (self->field);
  g_clear_object (&self->current);
  g_free (self);
}

static GPtrArray *
outcomes_from_decided (GPtrArray *decided)
{
  GPtrArray *outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outcome_free);

  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);
      UchOutcome       *outcome = g_new0 (UchOutcome, 1);

      outcome->kind = one->verdict->kind;
      outcome->refusal = one->verdict->refusal;
      outcome->command_id = g_strdup (one->command->id);
      outcome->field = g_strdup (one->verdict->field);
      if (one->verdict->current != NULL)
        outcome->current = g_object_ref (one->verdict->current);
      g_ptr_array_add (outcomes, outcome);
    }
  return outcomes;
}

/**
 * uch_replica_make_command:
 * @...: as for uch_command_new_with()
 *
 * Returns: (transfer full): a command with a new id and the time of this machine
 */
UchCommand *
uch_replica_make_command (UchReplica *self, const char *type, ...)
{
  g_autofree char *id = uch_replica_make_id (self);
  UchCommand      *command;
  va_list          ap;

  va_start (ap, type);
  command = uch_command_new_valist (id, type, uch_sources_system.now (NULL), ap);
  va_end (ap);
  return command;
}

static gboolean
finish_acts (UchJob *job, GPtrArray *decided)
{
  job->output = outcomes_from_decided (decided);
  job->destroy_output = (GDestroyNotify) g_ptr_array_unref;
  return TRUE;
}

static gboolean
submit_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  g_autoptr (GPtrArray) decided = NULL;

  return uch_replica_db_submit (db, job->input, job->changes, &decided, error)
         && finish_acts (job, decided);
}

static gboolean
undo_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  g_autoptr (GPtrArray) decided = NULL;

  return uch_replica_db_undo (db, GPOINTER_TO_INT (job->input), job->changes, &decided, error)
         && finish_acts (job, decided);
}

static void
run_act (UchReplica         *self,
         UchJob             *job,
         GCancellable       *cancellable,
         GAsyncReadyCallback callback,
         gpointer            user_data)
{
  job->writes = TRUE;
  uch_replica_run (self, job, cancellable, callback, user_data);
}

/**
 * uch_replica_submit_many_async:
 * @commands: (element-type UchCommand): done in this order, undone together
 *
 * What is accepted is durable and shown when @callback is called.
 */
void
uch_replica_submit_many_async (UchReplica         *self,
                               GPtrArray          *commands,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  for (guint i = 0; i < commands->len; i++)
    g_ptr_array_add (copy, uch_command_ref (g_ptr_array_index (commands, i)));
  run_act (self, uch_job_new (submit_job, copy, (GDestroyNotify) g_ptr_array_unref), cancellable,
           callback, user_data);
}

/**
 * uch_replica_submit_many_finish:
 *
 * Errors: %UCH_REPLICA_ERROR_NO_ACTOR; those of the disk (%UCH_DB_ERROR_FULL …): nothing was done.
 *
 * Returns: (transfer full) (nullable) (element-type UchOutcome): one for each command, in order
 */
GPtrArray *
uch_replica_submit_many_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

void
uch_replica_submit_async (UchReplica         *self,
                          UchCommand         *command,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GPtrArray) commands = g_ptr_array_new ();

  g_ptr_array_add (commands, command);
  uch_replica_submit_many_async (self, commands, cancellable, callback, user_data);
}

/**
 * uch_replica_submit_finish:
 *
 * Returns: (transfer full) (nullable): what the desk's own decide said
 */
UchOutcome *
uch_replica_submit_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) outcomes = uch_replica_run_finish (self, result, error);

  return outcomes != NULL ? g_ptr_array_steal_index (outcomes, 0) : NULL;
}

void
uch_replica_undo_async (UchReplica         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  run_act (self, uch_job_new (undo_job, GINT_TO_POINTER (FALSE), NULL), cancellable, callback,
           user_data);
}

/**
 * uch_replica_undo_finish:
 *
 * Errors: %UCH_REPLICA_ERROR_NOTHING.
 *
 * Returns: (transfer full) (nullable) (element-type UchOutcome): one for each act of the stroke,
 *     the last one first; where somebody acted since, it says so
 */
GPtrArray *
uch_replica_undo_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

void
uch_replica_redo_async (UchReplica         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  run_act (self, uch_job_new (undo_job, GINT_TO_POINTER (TRUE), NULL), cancellable, callback,
           user_data);
}

GPtrArray *
uch_replica_redo_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

/**
 * uch_replica_get_undo:
 * @redo: what was undone last, instead of what was done last
 * @out_n_acts: (out): how many acts that stroke has
 *
 * Returns: (transfer none) (nullable): the first act of the stroke that undo is about, until
 *     notify::undo-label or notify::redo-label
 */
UchCommand *
uch_replica_get_undo (UchReplica *self, gboolean redo, guint *out_n_acts)
{
  *out_n_acts = redo ? self->status.n_redo : self->status.n_undo;
  return redo ? self->status.redo : self->status.undo;
}
