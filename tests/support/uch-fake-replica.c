#include "support/uch-fake-replica.h"

#include <string.h>

#include "core/uch-id.h"
#include "core/uch-work.h"
#include "replica/uch-replica-facts.h"
#include "replica/uch-replica-past.h"
#include "replica/uch-ticket-query.h"

struct _UchReplica
{
  GObject parent;

  UchMemorySnapshot *snapshot;
  GListStore        *tables[UCH_N_TABLES];
  GListStore        *refusals;
  GPtrArray         *watches; /* of Watch */
  GPtrArray         *acts;    /* of UchCommand: all that were submitted */
  UchActor           actor;
  char              *staff_id, *device;
  UchTime            now;
  guint              n_ids;
};

struct _UchRefused
{
  GObject        parent;
  UchCommand    *command;
  UchVerdictKind kind;
  UchRefusal     refusal;
  UchEntity     *current;
  UchTime        at;
};

typedef struct
{
  UchTable table;
  char    *field, *value;
  GWeakRef store;
} Watch;

enum
{
  PROP_N_WAITING = 1,
  PROP_N_REFUSALS,
  PROP_UNDO_LABEL,
  PROP_REDO_LABEL,
  PROP_READY,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint       changed_signal, refused_signal;

G_DEFINE_FINAL_TYPE (UchReplica, uch_replica, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (UchRefused, uch_refused, G_TYPE_OBJECT)

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_weak_ref_clear (&watch->store);
  g_free (watch->field);
  g_free (watch->value);
  g_free (watch);
}

static void
fill_watch (UchReplica *self, Watch *watch)
{
  g_autoptr (GListStore) store = g_weak_ref_get (&watch->store);
  g_autoptr (GPtrArray) rows = NULL;

  if (store == NULL)
    return;
  rows
      = uch_snapshot_find (UCH_SNAPSHOT (self->snapshot), watch->table, watch->field, watch->value);
  g_list_store_splice (store, 0, g_list_model_get_n_items (G_LIST_MODEL (store)), rows->pdata,
                       rows->len);
}

static void
set_row (UchReplica *self, UchTable table, const char *id, gpointer row)
{
  GListStore *store = self->tables[table];
  guint       n_items = g_list_model_get_n_items (G_LIST_MODEL (store));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (UchEntity) old = g_list_model_get_item (G_LIST_MODEL (store), i);

      if (strcmp (old->id, id) == 0)
        {
          g_list_store_splice (store, i, 1, &row, row != NULL ? 1 : 0);
          return;
        }
    }
  if (row != NULL)
    g_list_store_append (store, row);
}

static void
uch_replica_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  UchReplica *self = UCH_REPLICA (object);

  if (id == PROP_N_REFUSALS)
    g_value_set_uint (value, g_list_model_get_n_items (G_LIST_MODEL (self->refusals)));
  else if (id == PROP_READY)
    g_value_set_boolean (value, TRUE);
}

static void
uch_replica_finalize (GObject *object)
{
  UchReplica *self = UCH_REPLICA (object);

  g_object_unref (self->snapshot);
  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_object_unref (self->tables[i]);
  g_object_unref (self->refusals);
  g_ptr_array_unref (self->watches);
  g_ptr_array_unref (self->acts);
  g_free (self->staff_id);
  g_free (self->device);
  G_OBJECT_CLASS (uch_replica_parent_class)->finalize (object);
}

static void
uch_replica_class_init (UchReplicaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = uch_replica_get_property;
  object_class->finalize = uch_replica_finalize;
  props[PROP_N_WAITING]
      = g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE);
  props[PROP_N_REFUSALS]
      = g_param_spec_uint ("n-refusals", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE);
  props[PROP_UNDO_LABEL] = g_param_spec_string ("undo-label", NULL, NULL, NULL, G_PARAM_READABLE);
  props[PROP_REDO_LABEL] = g_param_spec_string ("redo-label", NULL, NULL, NULL, G_PARAM_READABLE);
  props[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, TRUE, G_PARAM_READABLE);
  g_object_class_install_properties (object_class, N_PROPS, props);
  changed_signal = g_signal_new ("changed", UCH_TYPE_REPLICA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  refused_signal = g_signal_new ("refused", UCH_TYPE_REPLICA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, UCH_TYPE_REFUSED);
}

static void
uch_replica_init (UchReplica *self)
{
  self->snapshot = uch_memory_snapshot_new ();
  for (guint i = 0; i < UCH_N_TABLES; i++)
    self->tables[i] = g_list_store_new (UCH_TYPE_ENTITY);
  self->refusals = g_list_store_new (UCH_TYPE_REFUSED);
  self->watches = g_ptr_array_new_with_free_func (watch_free);
  self->acts = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
}

static void
uch_refused_finalize (GObject *object)
{
  UchRefused *self = UCH_REFUSED (object);

  uch_command_unref (self->command);
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

UchReplica *
uch_fake_replica_new (UchTime now)
{
  UchReplica *self = g_object_new (UCH_TYPE_REPLICA, NULL);

  self->now = now;
  return self;
}

void
uch_fake_replica_put (UchReplica *self, gpointer row)
{
  UchEntity *entity = row;

  uch_memory_snapshot_put (self->snapshot, row);
  set_row (self, entity->schema->table, entity->id, row);
}

void
uch_fake_replica_refuse (UchReplica    *self,
                         UchCommand    *command,
                         UchVerdictKind kind,
                         UchRefusal     refusal,
                         UchEntity     *current)
{
  g_autoptr (UchRefused) refused = g_object_new (UCH_TYPE_REFUSED, NULL);

  refused->command = uch_command_ref (command);
  refused->kind = kind;
  refused->refusal = refusal;
  refused->at = self->now;
  g_set_object (&refused->current, current);
  g_list_store_append (self->refusals, refused);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_REFUSALS]);
  g_signal_emit (self, refused_signal, 0, refused);
}

GPtrArray *
uch_fake_replica_list_acts (UchReplica *self)
{
  return self->acts;
}

void
uch_replica_open_async (const char         *directory,
                        const char         *store_url,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_task_report_new_error (NULL, callback, user_data, NULL, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "a fake");
}

UchReplica *
uch_replica_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_replica_close (UchReplica *self)
{
}

const char *
uch_replica_get_outbox_aside (UchReplica *self, guint *out_n_rescued)
{
  *out_n_rescued = 0;
  return NULL;
}

void
uch_replica_set_actor (UchReplica *self, const char *staff_id, UchRole role, const char *device)
{
  g_free (self->staff_id);
  g_free (self->device);
  self->staff_id = g_strdup (staff_id);
  self->device = g_strdup (device);
  self->actor = (UchActor){ self->staff_id, role, self->device };
}

const UchActor *
uch_replica_get_actor (UchReplica *self)
{
  return &self->actor;
}

GListModel *
uch_replica_list (UchReplica *self, UchTable table)
{
  return G_LIST_MODEL (self->tables[table]);
}

GListModel *
uch_replica_list_current_tickets (UchReplica *self)
{
  return G_LIST_MODEL (self->tables[UCH_TABLE_TICKET]);
}

GListModel *
uch_replica_list_current_visits (UchReplica *self)
{
  return G_LIST_MODEL (self->tables[UCH_TABLE_VISIT]);
}

GListModel *
uch_replica_watch (UchReplica *self, UchTable table, const char *field, const char *value)
{
  GListStore *store = g_list_store_new (UCH_TYPE_ENTITY);
  Watch      *watch = g_new0 (Watch, 1);

  watch->table = table;
  watch->field = g_strdup (field);
  watch->value = g_strdup (value);
  g_weak_ref_init (&watch->store, store);
  g_ptr_array_add (self->watches, watch);
  fill_watch (self, watch);
  return G_LIST_MODEL (store);
}

gpointer
uch_replica_peek (UchReplica *self, UchTable table, const char *id)
{
  g_autoptr (UchEntity) row = uch_snapshot_get (UCH_SNAPSHOT (self->snapshot), table, id);

  return row; /* the snapshot keeps it alive */
}

UchVisit *
uch_replica_peek_visit_of (UchReplica *self, const UchTicket *ticket)
{
  return ticket->visit_id != NULL ? uch_replica_peek (self, UCH_TABLE_VISIT, ticket->visit_id)
                                  : NULL;
}

void
uch_replica_load_async (UchReplica         *self,
                        UchTable            table,
                        const char         *id,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, uch_snapshot_get (UCH_SNAPSHOT (self->snapshot), table, id),
                         g_object_unref);
}

gpointer
uch_replica_load_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_replica_load_past_async (UchReplica         *self,
                             UchTime             since,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GPtrArray) events = uch_memory_snapshot_list (self->snapshot, UCH_TABLE_EVENT);

  g_task_return_pointer (task, uch_rewind_new (UCH_SNAPSHOT (self->snapshot), events),
                         (GDestroyNotify) uch_rewind_free);
}

UchRewind *
uch_replica_load_past_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Days of engineers are not part of the fake. */
void
uch_replica_load_day_async (UchReplica         *self,
                            const char         *engineer_id,
                            UchTime             from,
                            UchTime             to,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, g_ptr_array_new (), (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
uch_replica_load_day_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

UchTime
uch_day_visit_get_time (const UchDayVisit *self)
{
  return self->visit->agreed_from;
}

UchSnapshot *
uch_replica_get_snapshot (UchReplica *self)
{
  return UCH_SNAPSHOT (self->snapshot);
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

char *
uch_replica_make_id (UchReplica *self)
{
  guint8 random[UCH_ID_RANDOM_LEN] = { 0 };
  guint  n = ++self->n_ids;

  memcpy (random + 2, &n, sizeof n);
  return uch_id_new (self->now, random);
}

UchCommand *
uch_replica_make_command (UchReplica *self, const char *type, ...)
{
  g_autofree char *id = uch_replica_make_id (self);
  GVariantDict     dict;
  const char      *name;
  va_list          ap;

  g_variant_dict_init (&dict, NULL);
  va_start (ap, type);
  while ((name = va_arg (ap, const char *)) != NULL)
    {
      const char *format = va_arg (ap, const char *);

      if (*format == 's')
        {
          const char *text = va_arg (ap, const char *);

          if (text != NULL)
            g_variant_dict_insert (&dict, name, "s", text);
        }
      else if (*format == 'x')
        g_variant_dict_insert (&dict, name, "x", va_arg (ap, gint64));
      else if (*format == 'b')
        g_variant_dict_insert (&dict, name, "b", va_arg (ap, gboolean));
      else
        g_variant_dict_insert_value (&dict, name, va_arg (ap, GVariant *));
    }
  va_end (ap);
  return uch_command_new (id, type, g_variant_dict_end (&dict), self->now);
}

static UchOutcome *
act (UchReplica *self, UchCommand *command)
{
  UchOutcome *outcome = g_new0 (UchOutcome, 1);
  g_autoptr (UchVerdict) verdict
      = uch_command_decide (command, &self->actor, UCH_SNAPSHOT (self->snapshot), self->now);

  g_ptr_array_add (self->acts, uch_command_ref (command));
  outcome->kind = verdict->kind;
  outcome->refusal = verdict->refusal;
  outcome->command_id = g_strdup (command->id);
  outcome->field = g_strdup (verdict->field);
  g_set_object (&outcome->current, verdict->current);
  if (verdict->kind != UCH_VERDICT_OK)
    return outcome;
  uch_memory_snapshot_apply (self->snapshot, verdict->changes);
  for (guint i = 0; i < verdict->changes->len; i++)
    {
      UchChange *change = g_ptr_array_index (verdict->changes, i);

      set_row (self, change->table, change->id, change->after);
    }
  for (guint i = 0; i < self->watches->len; i++)
    fill_watch (self, g_ptr_array_index (self->watches, i));
  g_signal_emit (self, changed_signal, 0, verdict->changes);
  return outcome;
}

void
uch_replica_submit_many_async (UchReplica         *self,
                               GPtrArray          *commands,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GPtrArray *outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outcome_free);

  for (guint i = 0; i < commands->len; i++)
    g_ptr_array_add (outcomes, act (self, g_ptr_array_index (commands, i)));
  g_task_return_pointer (task, outcomes, (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
uch_replica_submit_many_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_replica_submit_async (UchReplica         *self,
                          UchCommand         *command,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, act (self, command), (GDestroyNotify) uch_outcome_free);
}

UchOutcome *
uch_replica_submit_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
refuse_to_undo (UchReplica *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_task_report_new_error (self, callback, user_data, NULL, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "a fake");
}

void
uch_replica_undo_async (UchReplica         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  refuse_to_undo (self, callback, user_data);
}

GPtrArray *
uch_replica_undo_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
uch_replica_redo_async (UchReplica         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  refuse_to_undo (self, callback, user_data);
}

GPtrArray *
uch_replica_redo_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

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

UchEntity *
uch_refused_get_current (UchRefused *self)
{
  return self->current;
}

UchTime
uch_refused_get_at (UchRefused *self)
{
  return self->at;
}

GListModel *
uch_replica_list_refusals (UchReplica *self)
{
  return G_LIST_MODEL (self->refusals);
}

void
uch_replica_dismiss (UchReplica *self, UchRefused *refused)
{
  guint position;

  if (g_list_store_find (self->refusals, refused, &position))
    g_list_store_remove (self->refusals, position);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_REFUSALS]);
}

void
uch_found_free (UchFound *self)
{
  g_ptr_array_unref (self->tickets);
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->houses);
  g_free (self);
}

void
uch_replica_search_async (UchReplica         *self,
                          const char         *text,
                          guint               limit,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  UchFound *found = g_new0 (UchFound, 1);
  g_autoptr (GPtrArray) clients = uch_memory_snapshot_list (self->snapshot, UCH_TABLE_CLIENT);

  found->tickets = g_ptr_array_new_with_free_func (g_object_unref);
  found->clients = g_ptr_array_new_with_free_func (g_object_unref);
  found->houses = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < clients->len; i++)
    if (g_strcmp0 (UCH_CLIENT (g_ptr_array_index (clients, i))->phone, text) == 0)
      g_ptr_array_add (found->clients, g_object_ref (g_ptr_array_index (clients, i)));
  g_task_return_pointer (task, found, (GDestroyNotify) uch_found_free);
}

UchFound *
uch_replica_search_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

UchCommand *
uch_replica_get_undo (UchReplica *self, gboolean redo, guint *out_n_acts)
{
  *out_n_acts = 0;
  return NULL;
}

/* The statistics are tested on facts of their own; a page that asks is told so. */
void
uch_replica_read_facts_async (UchReplica         *self,
                              GTimeZone          *zone,
                              UchTime             now,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_task_report_new_error (self, callback, user_data, NULL, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "The fake has no facts");
}

UchFacts *
uch_replica_read_facts_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

GQuark
uch_replica_error_quark (void)
{
  return g_quark_from_static_string ("uch-replica-error-quark");
}
