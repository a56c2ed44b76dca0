#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica.h"

#include <string.h>

#include "core/uch-id.h"
#include "replica/uch-replica-private.h"
#include "replica/uch-replica-read.h"

enum
{
  PROP_N_WAITING = 1,
  PROP_N_REFUSALS,
  PROP_UNDO_LABEL,
  PROP_REDO_LABEL,
  PROP_READY,
  N_PROPS,
};
enum
{
  SIGNAL_CHANGED,
  SIGNAL_REFUSED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchReplica, uch_replica, G_TYPE_OBJECT)

static void
clear_status (UchReplicaStatus *status)
{
  g_clear_pointer (&status->undo, uch_command_unref);
  g_clear_pointer (&status->redo, uch_command_unref);
  g_clear_pointer (&status->client, g_free);
  g_clear_pointer (&status->store, g_free);
}

UchJob *
uch_job_new (UchJobFunc func, gpointer input, GDestroyNotify destroy_input)
{
  UchJob *job = g_new0 (UchJob, 1);

  job->func = func;
  job->input = input;
  job->destroy_input = destroy_input;
  job->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  job->refused = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outbox_refusal_free);
  return job;
}

static void
job_free (UchJob *job)
{
  if (job->destroy_input != NULL)
    job->destroy_input (job->input);
  if (job->destroy_output != NULL && job->output != NULL)
    job->destroy_output (job->output);
  g_ptr_array_unref (job->changes);
  g_ptr_array_unref (job->refused);
  clear_status (&job->status);
  g_clear_error (&job->error);
  g_free (job);
}

static void
read_status (UchReplicaDb *db, UchReplicaStatus *status)
{
  const UchActor *actor = uch_replica_db_get_actor (db);
  UchFetch        fetch;

  clear_status (status);
  status->ready = uch_replica_db_is_ready (db);
  status->cursor = uch_replica_db_get_cursor (db);
  status->client = g_strdup (uch_replica_db_get_client (db));
  status->store = g_strdup (uch_replica_db_get_store (db));
  uch_replica_db_get_next_fetch (db, &fetch);
  status->first_table = fetch.table;
  g_free (fetch.after);
  if (actor == NULL)
    return;
  uch_outbox_count (uch_replica_db_get_outbox (db), actor->staff_id, &status->n_waiting, NULL);
  status->undo = uch_replica_db_dup_undo (db, FALSE, &status->n_undo);
  status->redo = uch_replica_db_dup_undo (db, TRUE, &status->n_redo);
}

/* On the worker's thread. */
static void
run_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  UchJob *job = data;

  if (!job->func (job->db, job, &job->error)
      && g_error_matches (job->error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT))
    {
      g_autoptr (GError) error = NULL;

      job->rebuilt = uch_replica_db_rebuild (job->db, &error);
      if (!job->rebuilt)
        g_prefix_error (&job->error, "%s; ", error->message);
    }
  if (job->writes || job->rebuilt)
    read_status (job->db, &job->status);
  g_task_return_boolean (task, TRUE);
}

/* Two acts of one kind are two acts: who shows which one it is must hear of each. */
static void
set_stroke (UchReplica *self, UchCommand **act, UchCommand **fresh, guint property)
{
  if (*act == NULL && *fresh == NULL)
    return;
  if (*act != NULL && *fresh != NULL && strcmp ((*act)->id, (*fresh)->id) == 0)
    return;
  g_clear_pointer (act, uch_command_unref);
  *act = g_steal_pointer (fresh);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
take_status (UchReplica *self, UchReplicaStatus *fresh)
{
  UchReplicaStatus *status = &self->status;

  status->ready = fresh->ready;
  status->cursor = fresh->cursor;
  status->first_table = fresh->first_table;
  g_free (status->client);
  status->client = g_steal_pointer (&fresh->client);
  g_free (status->store);
  status->store = g_steal_pointer (&fresh->store);
  status->n_undo = fresh->n_undo;
  status->n_redo = fresh->n_redo;
  set_stroke (self, &status->undo, &fresh->undo, PROP_UNDO_LABEL);
  set_stroke (self, &status->redo, &fresh->redo, PROP_REDO_LABEL);
  if (status->n_waiting == fresh->n_waiting)
    return;
  status->n_waiting = fresh->n_waiting;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WAITING]);
}

static void load_lists (UchReplica *self);

static void
show_refused (UchReplica *self, GPtrArray *refused)
{
  for (guint i = 0; i < refused->len; i++)
    {
      g_autoptr (UchRefused) one = uch_refused_new (g_ptr_array_index (refused, i));

      g_list_store_append (self->refusals, one);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_REFUSALS]);
      g_signal_emit (self, signals[SIGNAL_REFUSED], 0, one);
    }
}

/* Back in the main thread: first what is shown, then whoever asked. */
static void
job_cb (GObject *worker, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchReplica *self = g_task_get_source_object (task);
  UchJob     *job = g_task_get_task_data (task);

  if (!g_task_propagate_boolean (G_TASK (result), &job->error))
    {
      g_task_return_error (task, g_steal_pointer (&job->error));
      return;
    }
  if (job->writes || job->rebuilt)
    {
      gboolean was_ready = self->status.ready;

      take_status (self, &job->status);
      if (self->status.ready && (!was_ready || !uch_lists_is_filled (self->lists)))
        load_lists (self);
    }
  if (job->changes->len > 0)
    {
      uch_lists_apply (self->lists, job->changes);
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0, job->changes);
    }
  show_refused (self, job->refused);
  if (job->error != NULL)
    g_task_return_error (task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&job->output), job->destroy_output);
}

/* Runs @job (transfer full) on the worker; jobs run in the order they were given. */
void
uch_replica_run (UchReplica         *self,
                 UchJob             *job,
                 GCancellable       *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, uch_replica_run);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  job->db = self->db;
  if (self->worker == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The replica is closed");
      g_object_unref (task);
      return;
    }
  uch_db_worker_run_async (self->worker, run_job, job, NULL, cancellable, job_cb, task);
}

/* Returns (transfer full) the job's output. */
gpointer
uch_replica_run_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
set_ready (UchReplica *self)
{
  if (self->ready)
    return;
  self->ready = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

/* Rows that are read for search at one go, so that acts can go in between. */
#define SEARCH_SLICE 8000

static gboolean
warm_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  gboolean complete = FALSE;

  if (!uch_replica_db_prepare_search (db, SEARCH_SLICE, &complete, error))
    return FALSE;
  job->output = GINT_TO_POINTER (complete ? 0 : 1);
  return TRUE;
}

/* Whoever types first need not wait until everything is read. */
static void
warm_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UchReplica *self = UCH_REPLICA (object);

  if (GPOINTER_TO_INT (uch_replica_run_finish (self, result, NULL)) != 0)
    uch_replica_run (self, uch_job_new (warm_job, NULL, NULL), NULL, warm_cb, NULL);
}

static void
lists_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UchReplica *self = UCH_REPLICA (object);
  g_autoptr (GError) error = NULL;
  gpointer read = uch_replica_run_finish (self, result, &error);

  if (read == NULL)
    {
      if (g_error_matches (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT))
        g_message ("The local copy is damaged and is made anew: %s", error->message);
      else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        g_warning ("Cannot read the lists: %s", error->message);
      return;
    }
  uch_lists_fill (self->lists, read);
  set_ready (self);
  uch_replica_run (self, uch_job_new (warm_job, NULL, NULL), NULL, warm_cb, NULL);
}

static void
load_lists (UchReplica *self)
{
  uch_replica_run (self, uch_job_new (uch_lists_read, NULL, NULL), NULL, lists_cb, NULL);
}

static gboolean
refresh_cb (gpointer user_data)
{
  uch_lists_refresh (UCH_REPLICA (user_data)->lists);
  return G_SOURCE_CONTINUE;
}

static void
uch_replica_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  UchReplica *self = UCH_REPLICA (object);

  switch (id)
    {
    case PROP_N_WAITING:
      g_value_set_uint (value, self->status.n_waiting);
      break;
    case PROP_N_REFUSALS:
      g_value_set_uint (value, g_list_model_get_n_items (G_LIST_MODEL (self->refusals)));
      break;
    case PROP_UNDO_LABEL:
      g_value_set_string (value, self->status.undo != NULL ? self->status.undo->type : NULL);
      break;
    case PROP_REDO_LABEL:
      g_value_set_string (value, self->status.redo != NULL ? self->status.redo->type : NULL);
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
uch_replica_finalize (GObject *object)
{
  UchReplica *self = UCH_REPLICA (object);

  uch_replica_close (self);
  uch_lists_free (self->lists);
  g_clear_object (&self->refusals);
  clear_status (&self->status);
  g_free (self->staff_id);
  g_free (self->device);
  g_free (self->outbox_aside);
  G_OBJECT_CLASS (uch_replica_parent_class)->finalize (object);
}

static void
uch_replica_class_init (UchReplicaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = uch_replica_finalize;
  object_class->get_property = uch_replica_get_property;
  properties[PROP_N_WAITING] = g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_REFUSALS]
      = g_param_spec_uint ("n-refusals", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_UNDO_LABEL] = g_param_spec_string ("undo-label", NULL, NULL, NULL, flags);
  properties[PROP_REDO_LABEL] = g_param_spec_string ("redo-label", NULL, NULL, NULL, flags);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  signals[SIGNAL_REFUSED] = g_signal_new ("refused", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, UCH_TYPE_REFUSED);
}

static void
uch_replica_init (UchReplica *self)
{
  self->refusals = g_list_store_new (UCH_TYPE_REFUSED);
  self->lists = uch_lists_new (self);
  self->status.cursor = -1;
}

/* What opening gives to the main thread. */
typedef struct
{
  char            *directory;
  UchReplicaDb    *db;
  GPtrArray       *refusals; /* of UchOutboxRefusal */
  char            *staff_id, *device;
  UchRole          role;
  UchReplicaStatus status;
  char            *outbox_aside;
  guint            n_rescued;
} Opened;

static void
opened_free (Opened *opened)
{
  g_free (opened->directory);
  g_clear_object (&opened->db);
  g_clear_pointer (&opened->refusals, g_ptr_array_unref);
  g_free (opened->staff_id);
  g_free (opened->device);
  g_free (opened->outbox_aside);
  clear_status (&opened->status);
  g_free (opened);
}

static void
open_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  Opened         *opened = data;
  const UchActor *actor;
  GError         *error = NULL;

  opened->db = uch_replica_db_open (opened->directory, &uch_sources_system, &error);
  if (opened->db == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  opened->outbox_aside
      = g_strdup (uch_replica_db_get_outbox_aside (opened->db, &opened->n_rescued));
  actor = uch_replica_db_get_actor (opened->db);
  if (actor != NULL)
    {
      opened->staff_id = g_strdup (actor->staff_id);
      opened->device = g_strdup (actor->device);
      opened->role = actor->role;
      opened->refusals = uch_outbox_list_refusals (uch_replica_db_get_outbox (opened->db),
                                                   actor->staff_id, &error);
      if (opened->refusals == NULL)
        {
          g_clear_object (&opened->db);
          g_task_return_error (task, error);
          return;
        }
    }
  read_status (opened->db, &opened->status);
  g_task_return_boolean (task, TRUE);
}

static void
open_cb (GObject *worker, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchReplica *self = g_task_get_task_data (task);
  Opened     *opened = g_task_get_task_data (G_TASK (result));
  GError     *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  self->db = g_steal_pointer (&opened->db);
  self->staff_id = g_steal_pointer (&opened->staff_id);
  self->device = g_steal_pointer (&opened->device);
  self->outbox_aside = g_steal_pointer (&opened->outbox_aside);
  self->n_rescued = opened->n_rescued;
  self->actor = (UchActor){ self->staff_id, opened->role, self->device };
  uch_replica_fill_refusals (self, opened->refusals);
  take_status (self, &opened->status);
  if (self->status.ready)
    load_lists (self);
  self->refresh_id = g_timeout_add_seconds (3600, refresh_cb, self);
  g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

/**
 * uch_replica_open_async:
 * @directory: of this store and this computer's user; made if it is not there
 * @store_url: which store it is a copy of; each store needs a folder of its own
 *
 * Opens the local copy; works without network. The lists are filled a moment later: "ready".
 */
void
uch_replica_open_async (const char         *directory,
                        const char         *store_url,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  UchReplica *self = g_object_new (UCH_TYPE_REPLICA, NULL);
  GTask      *task = g_task_new (NULL, cancellable, callback, user_data);
  Opened     *opened = g_new0 (Opened, 1);

  opened->directory = g_strdup (directory);
  g_task_set_source_tag (task, uch_replica_open_async);
  g_task_set_task_data (task, self, g_object_unref);
  self->worker = uch_db_worker_new ("uch-replica");
  uch_db_worker_run_async (self->worker, open_job, opened, (GDestroyNotify) opened_free,
                           cancellable, open_cb, task);
}

/**
 * uch_replica_open_finish:
 *
 * Errors: %UCH_DB_ERROR_NEWER, %UCH_DB_ERROR_READ_ONLY, %UCH_DB_ERROR_FULL and others of the disk;
 * %UCH_REPLICA_ERROR_IN_USE when another desk has the folder.
 *
 * Returns: (transfer full) (nullable): the replica
 */
UchReplica *
uch_replica_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * uch_replica_get_outbox_aside:
 * @out_n_rescued: (out): acts that could be read of it, and are sent again
 *
 * Returns: (nullable) (type filename): where the outbox is kept that was found damaged when it was
 *   opened; the person must be told
 */
const char *
uch_replica_get_outbox_aside (UchReplica *self, guint *out_n_rescued)
{
  *out_n_rescued = self->n_rescued;
  return self->outbox_aside;
}

static void
close_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  g_object_unref (data);
  g_task_return_boolean (task, TRUE);
}

/**
 * uch_replica_close:
 *
 * Finishes what was asked and closes the files. Nothing can be asked after it.
 */
void
uch_replica_close (UchReplica *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->worker == NULL)
    return;
  if (self->db != NULL)
    uch_db_worker_run_async (self->worker, close_job, g_steal_pointer (&self->db), NULL, NULL, NULL,
                             NULL);
  uch_db_worker_stop (self->worker);
  g_clear_object (&self->worker);
}

const UchReplicaStatus *
uch_replica_get_status (UchReplica *self)
{
  return &self->status;
}

UchLists *
uch_replica_peek_lists (UchReplica *self)
{
  return self->lists;
}

/**
 * uch_replica_make_id:
 *
 * Returns: (transfer full): a new id, for a row that a command is about to make
 */
char *
uch_replica_make_id (UchReplica *self)
{
  const UchSources *sources = &uch_sources_system;
  guint8            random[UCH_ID_RANDOM_LEN];

  sources->random (random, sizeof random, sources->data);
  return uch_id_new (sources->now (sources->data), random);
}

typedef struct
{
  UchTable table;
  char    *id;
} LoadInput;

static void
load_input_free (LoadInput *input)
{
  g_free (input->id);
  g_free (input);
}

static gboolean
load_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  LoadInput *input = job->input;

  job->destroy_output = g_object_unref;
  return uch_replica_db_get (db, input->table, input->id, &job->output, error);
}

void
uch_replica_load_async (UchReplica         *self,
                        UchTable            table,
                        const char         *id,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  LoadInput *input = g_new0 (LoadInput, 1);

  input->table = table;
  input->id = g_strdup (id);
  uch_replica_run (self, uch_job_new (load_job, input, (GDestroyNotify) load_input_free),
                   cancellable, callback, user_data);
}

/**
 * uch_replica_load_finish:
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row; %NULL without an error when there
 *     is none
 */
gpointer
uch_replica_load_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}
