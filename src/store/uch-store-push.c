/* Operations in, verdicts out: the one place where the order grows. */

#define G_LOG_DOMAIN "uch-store"

#include <string.h>

#include "core/uch-id.h"
#include "core/uch-work.h"
#include "store/uch-store-private.h"

static GPtrArray *
acks_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_ack_free);
}

static gboolean
refuse_push (GError **error, const char *what, gint64 mid)
{
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID, "%s (mid %" G_GINT64_FORMAT ")",
               what, mid);
  return FALSE;
}

/* The mids of a push follow each other and join on to what the store has. */
static gboolean
check_mids (GPtrArray *ops, gint64 last_mid, GError **error)
{
  gint64 expected = 0;

  for (guint i = 0; i < ops->len; i++)
    {
      const UchStoreOp *op = g_ptr_array_index (ops, i);

      if (op->mid < 1)
        return refuse_push (error, "A mid counts from 1", op->mid);
      if (i > 0 && op->mid != expected)
        return refuse_push (error, "The mids of a push must follow each other", op->mid);
      if (!uch_id_is_valid (op->command->id))
        return refuse_push (error, "The id of an operation is not valid", op->mid);
      expected = op->mid + 1;
      if (i == 0 && op->mid > last_mid + 1)
        {
          g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP,
                       "The operations %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are missing",
                       last_mid + 1, op->mid - 1);
          return FALSE;
        }
    }
  return TRUE;
}

static UchStoreAck *
ack_from_op (UchStore *self, const UchSession *session, gint64 mid, const UchOp *op, GError **error)
{
  UchStoreAck     *ack = g_new0 (UchStoreAck, 1);
  const UchSchema *schema
      = op->current_table != NULL ? uch_schema_by_name (op->current_table) : NULL;
  g_autoptr (UchEntity) current = NULL;

  ack->mid = mid;
  ack->kind = op->verdict;
  ack->seq = UCH_ENTITY (op)->seq;
  ack->refusal = op->refusal != NULL ? uch_refusal_from_nick (op->refusal) : UCH_REFUSAL_NONE;
  ack->field = g_strdup (op->field);
  if (schema != NULL
      && !BACKEND (self, get_row, schema, op->current_id, (gpointer *) &current, error))
    {
      uch_store_ack_free (ack);
      return NULL;
    }
  if (current != NULL)
    ack->current = uch_store_dup_seen (session, current);
  return ack;
}

/* The verdict that was given before, if this operation is known. It is known by its id, whatever
 * its mid: a client may have had to count anew. */
static gboolean
find_stored (
    UchStore *self, const UchStoreOp *op, gint64 last_mid, UchOp **out_stored, GError **error)
{
  *out_stored = NULL;
  if (!BACKEND (self, get_row, &uch_op_schema, op->command->id, (gpointer *) out_stored, error))
    return FALSE;
  if (*out_stored != NULL || op->mid > last_mid)
    return TRUE;

  /* Two desks with one name, or a desk that went back to an old file: to answer with another
   * operation's verdict would lose this one without a word. */
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP,
               "The mid %" G_GINT64_FORMAT " was used for another operation", op->mid);
  return FALSE;
}

static gboolean
put_changes (UchStore *self, GPtrArray *changes, gint64 seq, UchTime now, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);
      const UchSchema *schema = uch_schema_get (change->table);
      gint64           number;

      if (change->table == UCH_TABLE_STAFF)
        self->n_staff_changes++;
      if (change->after == NULL)
        {
          if (!BACKEND (self, delete_row, schema, change->id, error)
              || !BACKEND (self, put_deletion, schema, change->id, seq, now, error))
            return FALSE;
          continue;
        }
      if (!BACKEND (self, put_row, change->after, seq, error))
        return FALSE;
      if (change->table != UCH_TABLE_TICKET || change->before != NULL)
        continue;
      if (!BACKEND (self, get_number, UCH_STORE_TICKET_NUMBER, &number, error))
        return FALSE;
      if (UCH_TICKET (change->after)->number >= number
          && !BACKEND (self, set_number, UCH_STORE_TICKET_NUMBER,
                       UCH_TICKET (change->after)->number + 1, error))
        return FALSE;
    }
  return TRUE;
}

/* Drops from "was" what the person could only see masked, and refuses to write a mask down. */
static UchCommand *
unmask (const UchCommand *command, char **out_masked_field)
{
  g_autoptr (GVariant) fields = uch_command_get_dict (command, "fields");
  g_autoptr (GVariant) was = uch_command_get_dict (command, "was");
  g_auto (GVariantDict) args = { 0 };
  GVariantDict left;
  GVariantIter iter;
  const char  *name;
  GVariant    *value;
  gboolean     found = FALSE;

  *out_masked_field = NULL;
  if (fields != NULL)
    {
      g_variant_iter_init (&iter, fields);
      while (*out_masked_field == NULL && g_variant_iter_next (&iter, "{&sv}", &name, &value))
        {
          if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
              && g_str_equal (g_variant_get_string (value, NULL), UCH_FIELD_MASK))
            *out_masked_field = g_strdup (name);
          g_variant_unref (value);
        }
    }
  if (was == NULL)
    return NULL;

  g_variant_dict_init (&left, NULL);
  g_variant_iter_init (&iter, was);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && g_str_equal (g_variant_get_string (value, NULL), UCH_FIELD_MASK))
        found = TRUE;
      else
        g_variant_dict_insert_value (&left, name, value);
      g_variant_unref (value);
    }
  if (!found)
    {
      g_variant_dict_clear (&left);
      return NULL;
    }
  g_variant_dict_init (&args, command->args);
  g_variant_dict_insert_value (&args, "was", g_variant_dict_end (&left));
  return uch_command_new (command->id, command->type, g_variant_dict_end (&args), command->at);
}

static UchVerdict *
verdict_new_rejected (UchRefusal refusal, const char *field)
{
  UchVerdict *verdict = g_new0 (UchVerdict, 1);

  verdict->kind = UCH_VERDICT_REJECTED;
  verdict->refusal = refusal;
  verdict->field = g_strdup (field);
  verdict->changes = g_ptr_array_new ();
  return verdict;
}

static UchVerdict *
decide (UchStore         *self,
        const UchSession *session,
        const UchCommand *command,
        UchTime           now,
        GError          **error)
{
  UchActor actor
      = { .staff_id = session->staff_id, .role = session->role, .device = session->device };
  g_autofree char *masked_field = NULL;
  g_autoptr (UchCommand) unmasked = unmask (command, &masked_field);
  g_autoptr (UchVerdict) verdict = NULL;

  if (masked_field != NULL)
    return verdict_new_rejected (UCH_REFUSAL_BAD_ARGUMENT, masked_field);
  verdict = uch_command_decide (unmasked != NULL ? unmasked : command, &actor,
                                UCH_SNAPSHOT (self->snapshot), now);
  /* A verdict on rows that could not be read is none. */
  if (!uch_store_snapshot_check (self->snapshot, error))
    return NULL;
  return g_steal_pointer (&verdict);
}

static gboolean
log_op (UchStore         *self,
        const UchSession *session,
        const char       *client,
        const UchStoreOp *pushed,
        const UchVerdict *verdict,
        UchTime           now,
        UchOp           **out_op,
        GError          **error)
{
  g_autoptr (UchOp) op = uch_entity_new_of (&uch_op_schema, pushed->command->id);

  UCH_ENTITY (op)->seq = self->head + 1;
  op->client = g_strdup (client);
  op->mid = pushed->mid;
  op->type = g_strdup (pushed->command->type);
  op->args = g_variant_print (pushed->command->args, TRUE);
  op->at = pushed->command->at;
  op->received_at = now;
  op->account_id = g_strdup (session->account_id);
  op->session_id = g_strdup (UCH_ENTITY (session)->id);
  op->staff_id = g_strdup (session->staff_id);
  op->role = session->role;
  op->device = g_strdup (session->device);
  op->verdict = verdict->kind;
  op->field = g_strdup (verdict->field);
  if (verdict->kind != UCH_VERDICT_OK)
    op->refusal = g_strdup (uch_refusal_get_nick (verdict->refusal));
  if (verdict->current != NULL)
    {
      op->current_table = g_strdup (verdict->current->schema->name);
      op->current_id = g_strdup (verdict->current->id);
    }
  if (!BACKEND (self, put_row, op, UCH_ENTITY (op)->seq, error))
    return FALSE;
  self->head++;
  *out_op = g_steal_pointer (&op);
  return TRUE;
}

/* Applies an accepted verdict within a savepoint; what the schema forbids becomes a refusal. */
static gboolean
apply (UchStore *self, UchVerdict **verdict, UchTime now, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if ((*verdict)->kind != UCH_VERDICT_OK)
    return TRUE;
  if (!BACKEND (self, savepoint, error))
    return FALSE;
  /* A database may tell only at the release what the schema forbids. */
  if (put_changes (self, (*verdict)->changes, self->head + 1, now, &local_error)
      && BACKEND (self, release, &local_error))
    return TRUE;
  if (!g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_EXISTS))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!BACKEND (self, rollback_to, error))
    return FALSE;
  uch_verdict_free (*verdict);
  *verdict = verdict_new_rejected (UCH_REFUSAL_EXISTS, NULL);
  return TRUE;
}

static UchStoreAck *
push_one (UchStore         *self,
          const UchSession *session,
          const char       *client,
          const UchStoreOp *pushed,
          gint64            last_mid,
          UchTime           now,
          GError          **error)
{
  g_autoptr (UchOp) op = NULL;
  g_autoptr (UchVerdict) verdict = NULL;

  if (!find_stored (self, pushed, last_mid, &op, error))
    return NULL;
  if (op == NULL)
    {
      verdict = decide (self, session, pushed->command, now, error);
      if (verdict == NULL || !apply (self, &verdict, now, error)
          || !log_op (self, session, client, pushed, verdict, now, &op, error))
        return NULL;
    }
  return ack_from_op (self, session, pushed->mid, op, error);
}

static gboolean
get_peer (UchStore         *self,
          const UchSession *session,
          const char       *client,
          UchPeer         **out_peer,
          GError          **error)
{
  g_autoptr (UchPeer) known = NULL;
  gboolean is_own = g_strcmp0 (client, UCH_STORE_CLIENT) == 0;

  /* The store's own outbox is no one else's. */
  if (!uch_id_is_valid (client) || (is_own && UCH_ENTITY (session)->id != NULL))
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
                           "The name of the client is not valid");
      return FALSE;
    }
  if (!BACKEND (self, get_row, &uch_peer_schema, client, (gpointer *) &known, error))
    return FALSE;
  *out_peer
      = known != NULL ? uch_entity_copy (known) : uch_entity_new_of (&uch_peer_schema, client);
  return TRUE;
}

/* One push within a writing transaction. When it fails with MID_GAP, INVALID or SIGNED_OUT it has
 * written nothing; after any other failure the transaction must be rolled back. Fewer
 * acknowledgements than operations: whoever sent them was dismissed in the middle. */
GPtrArray *
uch_store_push_within (UchStore         *self,
                       const UchSession *session,
                       const char       *client,
                       GPtrArray        *ops,
                       UchTime           now,
                       gint64           *out_last_mid,
                       GError          **error)
{
  g_autoptr (GPtrArray) acks = acks_new ();
  g_autoptr (UchPeer) peer = NULL;
  g_autoptr (UchSession) who = NULL;
  guint    n_staff_changes = 0;
  gboolean changed = FALSE;

  if (!get_peer (self, session, client, &peer, error))
    return NULL;
  *out_last_mid = peer->last_mid;
  if (!check_mids (ops, peer->last_mid, error))
    return NULL;

  for (guint i = 0; i < ops->len; i++)
    {
      const UchStoreOp *op = g_ptr_array_index (ops, i);
      g_autoptr (GError) local_error = NULL;
      UchStoreAck *ack;

      /* I12: asked anew before each operation. Within the transaction nobody else can change the
       * answer, and an operation only by what it does to the staff. */
      if (who == NULL || n_staff_changes != self->n_staff_changes)
        {
          n_staff_changes = self->n_staff_changes;
          g_clear_object (&who);
          who = uch_store_refresh_session (self, session, now, &local_error);
        }
      if (who == NULL && i > 0
          && g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT))
        break;
      ack = who != NULL ? push_one (self, who, client, op, peer->last_mid, now, &local_error)
                        : NULL;
      if (ack == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      g_ptr_array_add (acks, ack);
      if (op->mid > peer->last_mid)
        {
          peer->last_mid = op->mid;
          changed = TRUE;
        }
    }
  peer->seen_at = now;
  if (changed && !BACKEND (self, put_row, peer, 0, error))
    return NULL;
  *out_last_mid = peer->last_mid;
  return g_steal_pointer (&acks);
}

static GPtrArray *
push_once (UchStore         *self,
           const UchSession *session,
           const char       *client,
           GPtrArray        *ops,
           UchTime           now,
           gint64           *out_last_mid,
           GError          **error)
{
  g_autoptr (GPtrArray) acks = NULL;

  if (!uch_store_begin (self, error))
    return NULL;
  acks = uch_store_push_within (self, session, client, ops, now, out_last_mid, error);
  if (acks != NULL)
    return uch_store_commit (self, error) ? g_steal_pointer (&acks) : NULL;
  uch_store_rollback (self);
  return NULL;
}

/**
 * uch_store_push:
 * @self: a store
 * @session: who sends; asked about anew before each operation
 * @client: the name of the outbox the operations come from
 * @ops: (element-type UchStoreOp): with mids that follow each other
 * @now: the store's clock
 * @out_last_mid: (out): the last mid that is used up; also after a %UCH_STORE_ERROR_MID_GAP
 * @out_head: (out): the head after it
 * @error: return location
 *
 * Decides each operation in turn and makes all verdicts durable in one commit. An operation that is
 * known already gets the verdict it got then. Refused operations use up their mid as well. On an
 * error nothing was consumed; on %UCH_STORE_ERROR_UNAVAILABLE the same push may be sent again.
 *
 * Returns: (transfer full) (nullable) (element-type UchStoreAck): a verdict per operation, in
 * order; fewer when the sender lost his right to send in the middle: the rest was not consumed
 */
GPtrArray *
uch_store_push (UchStore         *self,
                const UchSession *session,
                const char       *client,
                GPtrArray        *ops,
                UchTime           now,
                gint64           *out_last_mid,
                gint64           *out_head,
                GError          **error)
{
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (GError) local_error = NULL;
  guint n_retries = 0;

  *out_last_mid = 0;
  while ((acks = push_once (self, session, client, ops, now, out_last_mid, &local_error)) == NULL
         && uch_store_gave_way (self, &n_retries))
    g_clear_error (&local_error);
  *out_head = self->head;
  if (acks == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return g_steal_pointer (&acks);
}
