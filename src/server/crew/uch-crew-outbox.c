#define G_LOG_DOMAIN "uch-crew"

#include "server/crew/uch-crew-outbox.h"

/* Acts in one push; a phone has hardly ever more. */
#define BATCH_MAX 32
#define RETRY_MS (2 * UCH_SECOND_MS)

struct _UchCrewOutbox
{
  UchCrewLine    *line; /* (unowned) */
  UchCrewNameFunc make_id;
  gpointer        id_data;
  char           *client; /* what mids are counted under */
  gint64          mid;
  GPtrArray      *ops; /* of UchWireOp: those that wait; the first @n_sent may have arrived */
  guint           n_sent;
  gboolean        busy;
  UchTime         retry_at, sent_at;
};

UchCrewOutbox *
uch_crew_outbox_new (UchCrewLine *line, UchCrewNameFunc make_id, gpointer id_data)
{
  UchCrewOutbox *self = g_new0 (UchCrewOutbox, 1);

  self->line = line;
  self->make_id = make_id;
  self->id_data = id_data;
  self->client = make_id (id_data);
  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_op_free);
  return self;
}

void
uch_crew_outbox_free (UchCrewOutbox *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->ops);
  g_free (self->client);
  g_free (self);
}

void
uch_crew_outbox_add (UchCrewOutbox *self, UchCommand *command)
{
  UchWireOp *op = g_new0 (UchWireOp, 1);

  op->mid = ++self->mid;
  op->command = uch_command_ref (command);
  g_ptr_array_add (self->ops, op);
}

guint
uch_crew_outbox_get_len (UchCrewOutbox *self)
{
  return self->ops->len;
}

gboolean
uch_crew_outbox_is_busy (UchCrewOutbox *self)
{
  return self->busy;
}

static void
take_ack (UchCrewOutbox *self, const UchWireAck *ack)
{
  UchCrewTally    *tally = uch_crew_line_get_tally (self->line);
  const UchWireOp *op = self->ops->len > 0 ? g_ptr_array_index (self->ops, 0) : NULL;

  if (op == NULL || op->mid != ack->mid)
    return;
  if (ack->kind == UCH_VERDICT_OK)
    {
      tally->accepted++;
      uch_crew_tally_count (tally->done, op->command->type, NULL);
    }
  else
    uch_crew_tally_count (tally->refused, op->command->type, uch_refusal_get_nick (ack->refusal));
  g_ptr_array_remove_index (self->ops, 0);
  self->n_sent = MAX (self->n_sent, 1) - 1;
}

/* The store counts otherwise than we do: a new count. It knows what it has by the ids. */
static void
count_anew (UchCrewOutbox *self)
{
  g_free (self->client);
  self->client = self->make_id (self->id_data);
  self->mid = 0;
  for (guint i = 0; i < self->ops->len; i++)
    ((UchWireOp *) g_ptr_array_index (self->ops, i))->mid = ++self->mid;
}

static void
pushed_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewOutbox *self = user_data;
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;

  self->busy = FALSE;
  if (answer->status == 200
      && uch_wire_decode_acks (answer->body, (gssize) answer->len, &acks, &last_mid, &head, &error))
    {
      for (guint i = 0; i < acks->len; i++)
        take_ack (self, g_ptr_array_index (acks, i));
      return;
    }
  if (answer->status == 409)
    count_anew (self);
  else if (answer->status >= 400 && answer->status < 500 && answer->status != 429
           && answer->status != 401)
    { /* the same would be refused for ever */
      g_warning ("the store refused a push: %.*s", (int) answer->len, answer->body);
      uch_crew_tally_count (uch_crew_line_get_tally (self->line)->refused, "push", "request");
      g_ptr_array_set_size (self->ops, 0);
      self->n_sent = 0;
      count_anew (self);
    }
  self->retry_at = self->sent_at + MAX (answer->wait_ms, RETRY_MS);
}

/**
 * uch_crew_outbox_send:
 * @store: its name
 * @token: (nullable): of a desk
 * @cookie: (nullable): of a phone
 * @cancellable: (nullable): the connection breaks
 *
 * Sends what waits, when it is time to.
 */
void
uch_crew_outbox_send (UchCrewOutbox *self,
                      const char    *store,
                      const char    *token,
                      const char    *cookie,
                      GCancellable  *cancellable,
                      UchTime        now)
{
  g_autoptr (GPtrArray) batch = NULL;
  g_autofree char *body = NULL;
  UchCrewAsk       ask = { .method = "POST",
                           .path = "/v1/push",
                           .type = "application/json",
                           .token = token,
                           .cookie = cookie,
                           .cancellable = cancellable };

  if (self->busy || self->ops->len == 0 || now < self->retry_at)
    return;
  batch = g_ptr_array_new ();
  for (guint i = 0; i < MIN (self->ops->len, BATCH_MAX); i++)
    g_ptr_array_add (batch, g_ptr_array_index (self->ops, i));
  uch_crew_line_get_tally (self->line)->resent += MIN (self->n_sent, batch->len);
  self->n_sent = MAX (self->n_sent, batch->len);
  self->busy = TRUE;
  self->sent_at = now;
  ask.body = body = uch_wire_encode_push (store, self->client, batch);
  uch_crew_line_ask (self->line, &ask, pushed_cb, self);
}
