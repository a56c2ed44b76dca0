/* Who works here, and what was refused to him. */
#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica-private.h"

/* Shows what was refused to whoever works here; @refusals: (nullable) of UchOutboxRefusal */
void
uch_replica_fill_refusals (UchReplica *self, GPtrArray *refusals)
{
  g_list_store_remove_all (self->refusals);
  for (guint i = 0; refusals != NULL && i < refusals->len; i++)
    {
      g_autoptr (UchRefused) one = uch_refused_new (g_ptr_array_index (refusals, i));

      g_list_store_append (self->refusals, one);
    }
  g_object_notify (G_OBJECT (self), "n-refusals");
}

typedef struct
{
  char    *staff_id, *device;
  UchActor actor;
} ActorInput;

static void
actor_input_free (ActorInput *input)
{
  g_free (input->staff_id);
  g_free (input->device);
  g_free (input);
}

static gboolean
set_actor_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  ActorInput *input = job->input;

  if (!uch_replica_db_set_actor (db, &input->actor, error))
    return FALSE;
  job->output = uch_outbox_list_refusals (uch_replica_db_get_outbox (db), input->staff_id, error);
  job->destroy_output = (GDestroyNotify) g_ptr_array_unref;
  return job->output != NULL;
}

static void
set_actor_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UchReplica *self = UCH_REPLICA (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) refusals = uch_replica_run_finish (self, result, &error);

  if (refusals != NULL)
    uch_replica_fill_refusals (self, refusals);
  else
    g_warning ("Cannot note who works here: %s", error->message);
}

/**
 * uch_replica_set_actor:
 * @device: what the history calls this desk
 *
 * Each person has an outbox and refusals of his own.
 */
void
uch_replica_set_actor (UchReplica *self, const char *staff_id, UchRole role, const char *device)
{
  ActorInput *input = g_new0 (ActorInput, 1);
  UchJob     *job;

  input->staff_id = g_strdup (staff_id);
  input->device = g_strdup (device);
  input->actor = (UchActor){ input->staff_id, role, input->device };
  g_free (self->staff_id);
  self->staff_id = g_strdup (staff_id);
  g_free (self->device);
  self->device = g_strdup (device);
  self->actor = (UchActor){ self->staff_id, role, self->device };
  job = uch_job_new (set_actor_job, input, (GDestroyNotify) actor_input_free);
  job->writes = TRUE;
  uch_replica_run (self, job, NULL, set_actor_cb, NULL);
}

/**
 * uch_replica_get_actor:
 *
 * Returns: who works here; its "staff_id" is NULL when nobody has signed in yet
 */
const UchActor *
uch_replica_get_actor (UchReplica *self)
{
  return &self->actor;
}

/**
 * uch_replica_list_refusals:
 *
 * Returns: (transfer none): live, of UchRefused
 */
GListModel *
uch_replica_list_refusals (UchReplica *self)
{
  return G_LIST_MODEL (self->refusals);
}

static gboolean
dismiss_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  return uch_outbox_dismiss (uch_replica_db_get_outbox (db), job->input, error);
}

static void
dismiss_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (error != NULL)
    g_warning ("Cannot dismiss a refusal; it will be back at the next start: %s", error->message);
}

/**
 * uch_replica_dismiss:
 *
 * The person has seen it.
 */
void
uch_replica_dismiss (UchReplica *self, UchRefused *refused)
{
  guint position;

  if (!g_list_store_find (self->refusals, refused, &position))
    return;
  uch_replica_run (
      self, uch_job_new (dismiss_job, g_strdup (uch_refused_get_command (refused)->id), g_free),
      NULL, dismiss_cb, NULL);
  g_list_store_remove (self->refusals, position);
  g_object_notify (G_OBJECT (self), "n-refusals");
}
