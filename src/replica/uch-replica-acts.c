/* What a person does: decided here and now, durable before it is shown. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-replica-db-private.h"

void
uch_decided_free (UchDecided *decided)
{
  if (decided == NULL)
    return;
  uch_command_unref (decided->command);
  uch_verdict_free (decided->verdict);
  g_free (decided);
}

static gboolean
decide_one (UchReplicaDb *self, UchCommand *command, GPtrArray *decided, GError **error)
{
  UchDecided *one = g_new0 (UchDecided, 1);

  one->command = uch_command_ref (command);
  one->verdict = uch_command_decide (command, &self->actor, UCH_SNAPSHOT (self),
                                     self->sources.now (self->sources.data));
  g_ptr_array_add (decided, one);
  if (self->read_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->read_error));
      return FALSE;
    }
  return one->verdict->kind != UCH_VERDICT_OK
         || uch_replica_overlay_put (self, one->verdict->changes, error);
}

/* Ids of the rows that the command made, comma separated; not of the journal. */
static char *
list_created (const UchVerdict *verdict)
{
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < verdict->changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (verdict->changes, i);

      if (change->before == NULL && change->table != UCH_TABLE_EVENT)
        g_string_append_printf (ids, "%s%s", ids->len > 0 ? "," : "", change->id);
    }
  return g_string_free (ids, FALSE);
}

/* What of it can be taken back, in the order done. */
static GPtrArray *
make_stroke (GPtrArray *decided)
{
  GPtrArray *stroke = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_stroke_op_free);

  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);
      g_autoptr (UchCommand) inverse = NULL;
      UchStrokeOp *op;

      if (one->verdict->kind != UCH_VERDICT_OK)
        continue;
      inverse = uch_command_invert (one->command, one->verdict->changes, one->command->id,
                                    one->command->at);
      if (inverse == NULL)
        continue;
      op = g_new0 (UchStrokeOp, 1);
      op->command = uch_command_ref (one->command);
      op->inverse = g_steal_pointer (&inverse);
      op->created = list_created (one->verdict);
      g_ptr_array_add (stroke, op);
    }
  return stroke;
}

static guint
count_accepted (GPtrArray *decided)
{
  guint n = 0;

  for (guint i = 0; i < decided->len; i++)
    if (((UchDecided *) g_ptr_array_index (decided, i))->verdict->kind == UCH_VERDICT_OK)
      n++;
  return n;
}

/* Where the stroke of these acts goes on the stack of what can be undone. */
typedef struct
{
  gint64   n;    /* 0: a new one */
  gboolean redo; /* of a known one: done again, or else undone */
} StrokePlace;

static gboolean
write_stroke (UchReplicaDb *self, GPtrArray *decided, StrokePlace place, GError **error)
{
  g_autoptr (GPtrArray) stroke = make_stroke (decided);

  if (place.n == 0)
    return stroke->len == 0
           || uch_outbox_add_stroke (self->outbox, self->actor.staff_id, stroke, error);
  /* What could not be taken back, or done again, never can. */
  if (count_accepted (decided) == 0)
    return uch_outbox_drop_stroke (self->outbox, place.n, error);
  return uch_outbox_set_stroke (self->outbox, place.n, !place.redo, place.redo ? stroke : NULL,
                                error);
}

static gboolean
write_outbox (UchReplicaDb *self, GPtrArray *decided, StrokePlace place, GError **error)
{
  UchDb *db = uch_outbox_get_db (self->outbox);

  if (count_accepted (decided) == 0 && place.n == 0)
    return TRUE;
  if (!uch_db_begin (db, error))
    return FALSE;
  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);

      if (one->verdict->kind == UCH_VERDICT_OK
          && !uch_outbox_add (self->outbox, &self->actor, one->command, error))
        {
          uch_db_rollback (db);
          return FALSE;
        }
    }
  if (!write_stroke (self, decided, place, error))
    {
      uch_db_rollback (db);
      return FALSE;
    }
  return uch_db_commit (db, error);
}

static void
tell (UchReplicaDb *self, GPtrArray *decided, GPtrArray *changes)
{
  for (guint i = 0; i < decided->len; i++)
    {
      const UchDecided *one = g_ptr_array_index (decided, i);

      for (guint j = 0; j < one->verdict->changes->len; j++)
        {
          const UchChange *change = g_ptr_array_index (one->verdict->changes, j);

          g_ptr_array_add (
              changes, uch_change_new (change->table, change->id, change->before, change->after));
        }
    }
  /* A line that could not be read is read anew with the whole index. */
  if (!uch_search_index_apply (self->search, self->db, changes, NULL))
    g_clear_pointer (&self->search, uch_search_index_free);
}

static gboolean
act (UchReplicaDb *self,
     GPtrArray    *commands,
     StrokePlace   place,
     GPtrArray    *changes,
     GPtrArray   **out_decided,
     GError      **error)
{
  g_autoptr (GPtrArray) decided
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_decided_free);
  g_autoptr (GError) late_error = NULL;

  if (!uch_replica_overlay_check (self, changes, error) || !uch_db_begin (self->db, error))
    return FALSE;
  for (guint i = 0; i < commands->len; i++)
    if (!decide_one (self, g_ptr_array_index (commands, i), decided, error))
      {
        uch_db_rollback (self->db);
        return FALSE;
      }
  if (!write_outbox (self, decided, place, error))
    {
      uch_db_rollback (self->db);
      return FALSE;
    }
  /* From here on the act is done: it will be sent. If it could not be shown, it is laid above the
   * rows before anything else happens here. */
  if (!uch_db_commit (self->db, &late_error))
    self->overlay_stale = TRUE;
  tell (self, decided, changes);
  *out_decided = g_steal_pointer (&decided);
  return TRUE;
}

static gboolean
check_actor (UchReplicaDb *self, GError **error)
{
  if (self->staff_id != NULL)
    return TRUE;
  g_set_error_literal (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NO_ACTOR,
                       "Nobody has signed in at this desk");
  return FALSE;
}

/**
 * uch_replica_db_submit:
 * @commands: (element-type UchCommand): done in this order, undone together
 * @changes: (element-type UchChange): what looks different after it is added here
 * @out_decided: (out) (transfer full) (element-type UchDecided): a verdict for each
 *
 * Decides here and now. What is accepted is durable in the outbox when this returns; what is not
 * leaves no trace. On an error nothing was done at all.
 */
gboolean
uch_replica_db_submit (UchReplicaDb *self,
                       GPtrArray    *commands,
                       GPtrArray    *changes,
                       GPtrArray   **out_decided,
                       GError      **error)
{
  return check_actor (self, error)
         && act (self, commands, (StrokePlace){ 0 }, changes, out_decided, error);
}

static UchCommand *
make_undo (UchReplicaDb *self, const UchStrokeOp *op)
{
  g_autofree char *id = uch_replica_db_make_id (self);

  return uch_command_new (id, op->inverse->type, op->inverse->args,
                          self->sources.now (self->sources.data));
}

/* Ids of rows that the first act made cannot be used again: undo has ended these rows. */
static GVariant *
replace_ids (GVariant *args, GHashTable *renamed)
{
  GVariantBuilder builder;
  GVariantIter    iter;
  const char     *name;
  GVariant       *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, args);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned G_GNUC_UNUSED = value;
      const char                *fresh = NULL;

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        fresh = g_hash_table_lookup (renamed, g_variant_get_string (value, NULL));
      g_variant_builder_add (&builder, "{sv}", name,
                             fresh != NULL ? g_variant_new_string (fresh) : value);
    }
  return g_variant_builder_end (&builder);
}

static UchCommand *
make_redo (UchReplicaDb *self, const UchStrokeOp *op, GHashTable *renamed)
{
  g_autofree char *id = uch_replica_db_make_id (self);
  g_auto (GStrv) created = g_strsplit (op->created, ",", -1);

  for (guint i = 0; created[i] != NULL; i++)
    if (*created[i] != '\0')
      g_hash_table_insert (renamed, g_strdup (created[i]), uch_replica_db_make_id (self));
  return uch_command_new (id, op->command->type, replace_ids (op->command->args, renamed),
                          self->sources.now (self->sources.data));
}

/**
 * uch_replica_db_undo:
 * @redo: do again what was undone last
 *
 * Takes back the last stroke of this person at this desk, the last act of it first. Where somebody
 * has acted since, the verdict of that act says so.
 *
 * Errors: %UCH_REPLICA_ERROR_NOTHING.
 */
gboolean
uch_replica_db_undo (
    UchReplicaDb *self, gboolean redo, GPtrArray *changes, GPtrArray **out_decided, GError **error)
{
  g_autoptr (GPtrArray) ops = NULL;
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autoptr (GHashTable) renamed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  StrokePlace place = { .redo = redo };

  if (!check_actor (self, error)
      || !uch_outbox_peek_stroke (self->outbox, self->actor.staff_id, redo, &place.n, &ops, error))
    return FALSE;
  if (place.n == 0)
    {
      g_set_error_literal (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_NOTHING,
                           redo ? "There is nothing to do again" : "There is nothing to undo");
      return FALSE;
    }
  for (guint i = 0; i < ops->len; i++)
    if (redo)
      g_ptr_array_add (commands, make_redo (self, g_ptr_array_index (ops, i), renamed));
    else
      g_ptr_array_add (commands, make_undo (self, g_ptr_array_index (ops, ops->len - 1 - i)));
  return act (self, commands, place, changes, out_decided, error);
}

/**
 * uch_replica_db_dup_undo:
 * @out_n_acts: (out) (optional): how many acts that stroke has
 *
 * Returns: (transfer full) (nullable): the first act of the stroke that undo (or redo) is about
 */
UchCommand *
uch_replica_db_dup_undo (UchReplicaDb *self, gboolean redo, guint *out_n_acts)
{
  g_autoptr (GPtrArray) ops = NULL;
  gint64 n;

  if (out_n_acts != NULL)
    *out_n_acts = 0;
  if (self->staff_id == NULL
      || !uch_outbox_peek_stroke (self->outbox, self->actor.staff_id, redo, &n, &ops, NULL)
      || ops == NULL || ops->len == 0)
    return NULL;
  if (out_n_acts != NULL)
    *out_n_acts = ops->len;
  return uch_command_ref (((UchStrokeOp *) g_ptr_array_index (ops, 0))->command);
}
