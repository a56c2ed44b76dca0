/* The store's end of the simulation. */
#include "simulate/uch-sim.h"

#include <string.h>

#include "core/uch-work.h"
#include "store/uch-store-accounts.h"
#include "sync/uch-wire.h"

#define N_HOUSES 8
#define N_TICKETS 12
/* Small, so that pages follow each other. */
#define CHANGES_LIMIT 30
#define SNAPSHOT_LIMIT 15

static void
random_cb (guint8 *buffer, gsize len, gpointer user_data)
{
  UchSim *self = user_data;

  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) uch_sim_below (self, 256);
}

static gboolean
open_store (UchSim *self, const char *path, UchStoreFlags flags)
{
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->store);
  self->store = uch_store_open (url, flags, random_cb, self, self->now, &error);
  if (self->store == NULL)
    return uch_sim_fail (self, "the store does not open: %s", error->message);
  g_free (self->store_path);
  self->store_path = g_strdup (path);
  return TRUE;
}

/* Takes @command. */
static void
add_op (UchSim *self, GPtrArray *ops, UchCommand *command)
{
  g_ptr_array_add (ops, uch_store_op_new (ops->len + 1, command));
  uch_command_unref (command);
}

static UchCommand *
put_row (UchSim *self, const char *table, const char *id, GVariant *fields)
{
  g_autofree char *op_id = uch_sim_make_id (self);

  return uch_command_new_with (op_id, UCH_COMMAND_PUT, self->now, "table", "s", table, "id", "s",
                               id, "fields", "v", fields, NULL);
}

static void
list_people (UchSim *self, GPtrArray *ops)
{
  for (guint i = 0; i < self->n_desks + 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("staff-%u", i);
      g_autofree char *name = g_strdup_printf ("Фамилия%u Имя", i);
      UchRole          role = i < self->n_desks ? self->desks[i].role : UCH_ROLE_ENGINEER;

      add_op (self, ops,
              put_row (self, "staff", id,
                       g_variant_new_parsed ("{'name': <%s>, 'role': <%s>, 'zones': <'zone-1'>}",
                                             name, uch_role_nicks[role])));
    }
}

static void
list_places (UchSim *self, GPtrArray *ops)
{
  add_op (self, ops,
          put_row (self, "zone", "zone-1",
                   g_variant_new_parsed ("{'name': <'Первый'>, 'number': <int64 1>}")));
  for (guint i = 0; i < N_HOUSES; i++)
    {
      g_autofree char *id = g_strdup_printf ("house-%u", i);
      g_autofree char *number = g_strdup_printf ("%u", i + 1);

      add_op (self, ops,
              put_row (self, "house", id,
                       g_variant_new_parsed ("{'street': <'Ленина'>, 'number': <%s>, 'zone_id': "
                                             "<'zone-1'>, 'access': <'ключ у дворника'>}",
                                             number)));
    }
  for (guint i = 0; i < N_TICKETS; i++)
    {
      g_autofree char *op_id = uch_sim_make_id (self);
      g_autofree char *id = g_strdup_printf ("ticket-%u", i);
      g_autofree char *house = g_strdup_printf ("house-%u", i % N_HOUSES);

      add_op (self, ops,
              uch_command_new_with (
                  op_id, UCH_COMMAND_TICKET_CREATE, self->now, "ticket", "s", id, "fields", "v",
                  g_variant_new_parsed ("{'category': <'support.wifi'>, 'house_id': <%s>}", house),
                  NULL));
    }
}

/* Makes the store and an office in it. */
gboolean
uch_sim_store_begin (UchSim *self)
{
  g_autofree char *path = g_build_filename (self->directory, "store-0.db", NULL);
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "setup");
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;

  if (!open_store (self, path, UCH_STORE_CREATE))
    return FALSE;
  list_people (self, ops);
  list_places (self, ops);
  acks = uch_store_push (self->store, session, "setup", ops, self->now, &last_mid, &head, &error);
  if (acks == NULL)
    return uch_sim_fail (self, "the office cannot be made: %s", error->message);
  for (guint i = 0; i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);

      if (ack->kind != UCH_VERDICT_OK)
        return uch_sim_fail (self, "the office cannot be made: operation %u: %s (%s)", i,
                             uch_refusal_get_nick (ack->refusal), ack->field);
    }
  self->n_setup = head;
  return TRUE;
}

static UchMessage *
new_answer (const UchMessage *request, UchMessageKind kind)
{
  UchMessage *answer = g_new0 (UchMessage, 1);

  answer->kind = kind;
  answer->desk = request->desk;
  answer->number = request->number;
  answer->client = g_strdup (request->client);
  answer->fetch = request->fetch;
  answer->fetch.after = g_strdup (request->fetch.after);
  return answer;
}

static const char *
get_code (const GError *error)
{
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP))
    return "mid_gap";
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EPOCH))
    return "epoch";
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_RESYNC))
    return "resync";
  return NULL;
}

static gboolean
encode_acks (UchMessage *answer, GPtrArray *acks, gint64 last_mid, gint64 head)
{
  g_autoptr (GPtrArray) wire = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);
      UchWireAck        *one = g_new0 (UchWireAck, 1);

      *one = (UchWireAck){ ack->mid, ack->kind, ack->seq, ack->refusal, ack->field, ack->current };
      g_ptr_array_add (wire, one);
    }
  answer->text = uch_wire_encode_acks (wire, last_mid, head);
  return TRUE;
}

static gboolean
answer_push (UchSim *self, UchMessage *request, UchMessage *answer)
{
  g_autofree char *store = NULL, *client = NULL;
  g_autoptr (GPtrArray) wire = NULL, acks = NULL;
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;

  if (!uch_wire_decode_push (request->text, -1, &store, &client, &wire, &error))
    return uch_sim_fail (self, "the store cannot read a push: %s", error->message);
  if (strcmp (store, uch_store_get_uuid (self->store)) != 0)
    {
      answer->code = "epoch";
      return TRUE;
    }
  for (guint i = 0; i < wire->len; i++)
    {
      UchWireOp *op = g_ptr_array_index (wire, i);

      g_ptr_array_add (ops, uch_store_op_new (op->mid, op->command));
    }
  acks = uch_store_push (self->store, self->desks[request->desk].session, client, ops, self->now,
                         &last_mid, &head, &error);
  if (acks == NULL)
    return (answer->code = get_code (error)) != NULL
           || uch_sim_fail (self, "the store cannot take a push: %s", error->message);
  return encode_acks (answer, acks, last_mid, head);
}

/* Breakage: what was answered is rolled back a moment later, as if the power had gone. */
static gboolean
answer_push_early (UchSim *self, UchMessage *request, UchMessage *answer)
{
  g_autofree char *copy = g_strdup_printf ("%s/early-%u.db", self->directory, ++self->n_stores);
  g_autoptr (GError) error = NULL;

  if (!uch_store_backup (self->store, copy, NULL, NULL, NULL, &error))
    return uch_sim_fail (self, "no backup: %s", error->message);
  return answer_push (self, request, answer) && open_store (self, copy, 0);
}

static gboolean
answer_snapshot (UchSim *self, UchMessage *request, UchMessage *answer)
{
  g_autoptr (GError) error = NULL;
  gint64 head;
  g_autoptr (GPtrArray) entities
      = uch_store_list_rows (self->store, self->desks[request->desk].session, request->fetch.table,
                             request->fetch.after, SNAPSHOT_LIMIT, &head, &error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  const char *next = NULL;

  if (entities == NULL)
    return uch_sim_fail (self, "the store cannot list rows: %s", error->message);
  for (guint i = 0; i < entities->len; i++)
    {
      UchEntity *row = g_ptr_array_index (entities, i);

      g_ptr_array_add (rows, uch_wire_row_new (request->fetch.table, row->seq, row->id, row));
      next = row->id;
    }
  answer->text = uch_wire_encode_snapshot (uch_store_get_uuid (self->store), head,
                                           entities->len == SNAPSHOT_LIMIT ? next : NULL, rows);
  return TRUE;
}

static gboolean
answer_changes (UchSim *self, UchMessage *request, UchMessage *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStorePage) page = uch_store_list_changes (
      self->store, self->desks[request->desk].session, request->fetch.since, CHANGES_LIMIT, &error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);

  if (page == NULL)
    return (answer->code = get_code (error)) != NULL
           || uch_sim_fail (self, "the store cannot list changes: %s", error->message);
  for (guint i = 0; i < page->rows->len; i++)
    {
      const UchStoreRow *row = g_ptr_array_index (page->rows, i);

      g_ptr_array_add (rows, uch_wire_row_new (row->table, row->seq, row->id, row->row));
    }
  answer->text = uch_wire_encode_changes (uch_store_get_uuid (self->store), page->from, page->to,
                                          page->head, page->floor, page->more, rows);
  return TRUE;
}

/* A request has arrived. */
gboolean
uch_sim_store_answer (UchSim *self, UchMessage *request)
{
  gboolean    push = request->kind == UCH_MESSAGE_PUSH;
  UchMessage *answer = new_answer (request, push ? UCH_MESSAGE_PUSHED : UCH_MESSAGE_FETCHED);
  gboolean    done;

  if (push && self->breakage == UCH_SIM_EARLY_ACK && !self->calm && uch_sim_chance (self, 0.02))
    done = answer_push_early (self, request, answer);
  else if (push)
    done = answer_push (self, request, answer);
  else if (request->fetch.kind == UCH_FETCH_SNAPSHOT)
    done = answer_snapshot (self, request, answer);
  else
    done = answer_changes (self, request, answer);
  if (done)
    uch_sim_send (self, answer);
  else
    uch_message_free (answer);
  return done;
}

/* Makes a backup, or comes back from the one that was made. */
gboolean
uch_sim_store_restore (UchSim *self)
{
  g_autofree char *copy = g_strdup_printf ("%s/backup-%u.db", self->directory, self->n_stores);
  g_autoptr (GError) error = NULL;

  if (self->breakage == UCH_SIM_EARLY_ACK)
    return TRUE;
  if (!self->has_backup)
    {
      self->has_backup = TRUE;
      uch_sim_note (self, "the store makes a backup");
      return uch_store_backup (self->store, copy, NULL, NULL, NULL, &error)
             || uch_sim_fail (self, "no backup: %s", error->message);
    }
  self->has_backup = FALSE;
  self->n_stores++;
  uch_sim_note (self, "the store comes back from a backup");
  return open_store (self, copy, 0)
         && (uch_store_renew (self->store, self->now, &error)
             || uch_sim_fail (self, "no new epoch: %s", error->message));
}
