/* The store's end of the simulation: answers, crashes, comes back. */
#include "simulate/uch-sim.h"

#include <string.h>

#include "core/uch-work.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store-private.h"
#include "sync/uch-wire.h"

#define N_HOUSES 8
#define N_TICKETS 12

static void
random_cb (guint8 *buffer, gsize len, gpointer user_data)
{
  UchSim *self = user_data;
  UchDice dice = { self->store_random };

  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) uch_dice_roll (&dice);
  self->store_random = dice.state;
}

static char *
name_file (const UchSim *self)
{
  return g_strdup_printf ("store-%u.db", self->n_stores);
}

static gboolean
open_store (UchSim *self)
{
  g_autofree char *name = name_file (self);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/store/%s", self->directory, name);
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->store);
  self->store
      = uch_store_open (url, UCH_STORE_CREATE, random_cb, self, uch_sim_store_now (self), &error);
  return self->store != NULL || uch_sim_fail (self, "the store does not open: %s", error->message);
}

/* Takes @command. */
static void
add_op (GPtrArray *ops, UchCommand *command)
{
  g_ptr_array_add (ops, uch_store_op_new (ops->len + 1, command));
  uch_command_unref (command);
}

static UchCommand *
put_row (UchSim *self, UchDice *dice, const char *table, const char *id, GVariant *fields)
{
  g_autofree char *op_id = uch_dice_make_id (dice, self->now);

  return uch_command_new_with (op_id, UCH_COMMAND_PUT, self->now, "table", "s", table, "id", "s",
                               id, "fields", "v", fields, NULL);
}

static void
list_people (UchSim *self, UchDice *dice, GPtrArray *ops)
{
  for (guint i = 0; i < self->plan->n_desks + 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("staff-%u", i);
      g_autofree char *name = g_strdup_printf ("Фамилия%u Имя", i);
      UchRole          role = i < self->plan->n_desks ? self->desks[i].role : UCH_ROLE_ENGINEER;

      add_op (ops,
              put_row (self, dice, "staff", id,
                       g_variant_new_parsed ("{'name': <%s>, 'role': <%s>, 'zones': <'zone-1'>}",
                                             name, uch_role_nicks[role])));
    }
}

static void
list_places (UchSim *self, UchDice *dice, GPtrArray *ops)
{
  add_op (ops, put_row (self, dice, "zone", "zone-1",
                        g_variant_new_parsed ("{'name': <'Первый'>, 'number': <int64 1>}")));
  for (guint i = 0; i < N_HOUSES; i++)
    {
      g_autofree char *id = g_strdup_printf ("house-%u", i);
      g_autofree char *number = g_strdup_printf ("%u", i + 1);

      add_op (ops, put_row (self, dice, "house", id,
                            g_variant_new_parsed ("{'street': <'Ленина'>, 'number': <%s>, "
                                                  "'zone_id': <'zone-1'>, 'access': <'ключ'>}",
                                                  number)));
    }
  for (guint i = 0; i < N_TICKETS; i++)
    {
      g_autofree char *op_id = uch_dice_make_id (dice, self->now);
      g_autofree char *id = g_strdup_printf ("ticket-%u", i);
      g_autofree char *house = g_strdup_printf ("house-%u", i % N_HOUSES);

      add_op (ops,
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
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "setup");
  g_autoptr (GError) error = NULL;
  UchDice dice = uch_dice_new (self->plan->seed, 4, 0);
  gint64  last_mid, head;

  if (!open_store (self))
    return FALSE;
  list_people (self, &dice, ops);
  list_places (self, &dice, ops);
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
  return uch_ledger_begin_again (self->ledger, self);
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

/* The store comes up again after it went down in whatever way. */
static gboolean
come_back (UchSim *self, UchDice *dice, gboolean power)
{
  guint n_lost;

  uch_sim_disk_kill (self->store_disk);
  g_clear_object (&self->store);
  n_lost = uch_sim_disk_revive (self->store_disk, power ? dice : NULL);
  self->store_disk_until = 0;
  self->counts[power ? UCH_SIM_N_STORE_POWER_CUTS : UCH_SIM_N_STORE_CRASHES]++;
  self->counts[UCH_SIM_N_WRITES_LOST] += n_lost;
  uch_sim_note (self, "the store: %s, %u writes lost", power ? "no power" : "killed", n_lost);
  return open_store (self) && uch_ledger_begin_again (self->ledger, self);
}

/* What the store refuses as a whole; or its disk has failed, or it has just died. */
static gboolean
fail_request (UchSim *self, UchMessage *answer, const GError *error)
{
  UchDice dice = uch_dice_new (self->plan->seed, 5, (guint64) self->now);
  static const struct
  {
    UchStoreError error;
    const char   *code;
    UchSimCount   count;
  } codes[] = { { UCH_STORE_ERROR_MID_GAP, "mid_gap", UCH_SIM_N_MID_GAPS },
                { UCH_STORE_ERROR_EPOCH, "epoch", UCH_SIM_N_EPOCHS },
                { UCH_STORE_ERROR_RESYNC, "resync", UCH_SIM_N_RESYNCS } };

  if (!uch_ledger_check_text (self, "an error", error->message))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, UCH_STORE_ERROR, codes[i].error))
      {
        answer->code = codes[i].code;
        self->counts[codes[i].count]++;
        return TRUE;
      }
  if (uch_sim_disk_is_dead (self->store_disk))
    {
      self->counts[UCH_SIM_N_MID_WRITE]++;
      answer->code = "unavailable";
      return come_back (self, &dice, TRUE);
    }
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE)
      && uch_sim_disk_take_hits (self->store_disk) > 0)
    {
      self->counts[UCH_SIM_N_UNAVAILABLE]++;
      self->counts[UCH_SIM_N_DISK_STORE]++;
      uch_sim_note (self, "the store cannot: %s", error->message);
      answer->code = "unavailable";
      return TRUE;
    }
  return uch_sim_fail (self, "the store cannot answer: %s", error->message);
}

static void
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
}

/* I1: at the moment of the answer all of it is in the log, and would survive a power cut. */
static gboolean
check_durable (UchSim *self, GPtrArray *ops, GPtrArray *acks)
{
  g_autofree char *name = name_file (self);
  g_autofree char *wal = g_strconcat (name, "-wal", NULL);
  guint64          n_logged = self->counts[UCH_SIM_N_LOGGED];

  if (!uch_ledger_read (self->ledger, self)
      || !uch_ledger_note_acks (self->ledger, self, ops, acks))
    return FALSE;
  /* When nothing was new, what an aborted write has left in the log is no acknowledged work. */
  return n_logged == self->counts[UCH_SIM_N_LOGGED]
         || uch_sim_disk_is_durable (self->store_disk, wal)
         || uch_sim_fail (self, "I1: the store answers before its disk has it");
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
      self->counts[UCH_SIM_N_EPOCHS]++;
      return TRUE;
    }
  for (guint i = 0; i < wire->len; i++)
    {
      UchWireOp *op = g_ptr_array_index (wire, i);

      g_ptr_array_add (ops, uch_store_op_new (op->mid, op->command));
    }
  acks = uch_store_push (self->store, self->desks[request->desk].session, client, ops,
                         uch_sim_store_now (self), &last_mid, &head, &error);
  if (acks == NULL)
    return fail_request (self, answer, error);
  encode_acks (answer, acks, last_mid, head);
  return check_durable (self, ops, acks);
}

static gboolean
answer_snapshot (UchSim *self, UchMessage *request, UchMessage *answer)
{
  g_autoptr (GError) error = NULL;
  gint64 head;
  g_autoptr (GPtrArray) entities
      = uch_store_list_rows (self->store, self->desks[request->desk].session, request->fetch.table,
                             request->fetch.after, self->snapshot_limit, &head, &error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  const char *next = NULL;

  if (entities == NULL)
    return fail_request (self, answer, error);
  for (guint i = 0; i < entities->len; i++)
    {
      UchEntity *row = g_ptr_array_index (entities, i);

      g_ptr_array_add (rows, uch_wire_row_new (request->fetch.table, row->seq, row->id, row));
      next = row->id;
    }
  answer->text
      = uch_wire_encode_snapshot (uch_store_get_uuid (self->store), head,
                                  entities->len == self->snapshot_limit ? next : NULL, rows);
  return TRUE;
}

static gboolean
answer_changes (UchSim *self, UchMessage *request, UchMessage *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStorePage) page
      = uch_store_list_changes (self->store, self->desks[request->desk].session,
                                request->fetch.since, self->changes_limit, &error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);

  if (page == NULL)
    return fail_request (self, answer, error);
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

  if (self->store_disk_until != 0 && (self->calm || self->now >= self->store_disk_until))
    {
      self->store_disk_until = 0;
      uch_sim_disk_set_fault (self->store_disk, UCH_SIM_DISK_WELL, 0);
    }
  if (push)
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

gboolean
uch_sim_store_tick (UchSim *self)
{
  g_autoptr (GError) error = NULL;
  UchMessage answer = { 0 };

  if (!uch_store_tick (self->store, uch_sim_store_now (self), NULL, &error)
      && !fail_request (self, &answer, error))
    return FALSE;
  return uch_ledger_read (self->ledger, self);
}

static gboolean
make_backup (UchSim *self)
{
  g_autofree char *path
      = g_strdup_printf ("%s/store/store-%u.db", self->directory, self->n_stores + 1);
  g_autoptr (GError) error = NULL;
  UchMessage answer = { 0 };

  if (!uch_store_backup (self->store, path, NULL, NULL, NULL, &error))
    return fail_request (self, &answer, error);
  self->has_backup = TRUE;
  self->counts[UCH_SIM_N_BACKUPS]++;
  uch_sim_note (self, "the store makes a backup");
  return TRUE;
}

/* The store is lost and comes back from its backup, under a new name. */
static gboolean
restore (UchSim *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->has_backup)
    return TRUE;
  self->has_backup = FALSE;
  self->n_stores++;
  self->store_disk_until = 0;
  uch_sim_disk_set_fault (self->store_disk, UCH_SIM_DISK_WELL, 0);
  self->counts[UCH_SIM_N_RESTORES]++;
  uch_sim_note (self, "the store comes back from a backup");
  return open_store (self)
         && (uch_store_renew (self->store, uch_sim_store_now (self), &error)
             || uch_sim_fail (self, "no new epoch: %s", error->message))
         && uch_ledger_begin_again (self->ledger, self);
}

static gboolean
crash (UchSim *self, UchDice *dice)
{
  guint how = uch_dice_below (dice, 3), after = uch_dice_below (dice, 40);

  if (how < 2)
    return come_back (self, dice, how == 1);
  uch_sim_disk_set_fault (self->store_disk, UCH_SIM_DISK_DYING, after);
  uch_sim_note (self, "the store: power for %u more writes", after);
  return TRUE;
}

/* Forth by months, so that deletions are forgotten, and back to where it was. */
static void
change_clock (UchSim *self, UchDice *dice)
{
  if (uch_dice_chance (dice, 0.4))
    self->store_skew_ms = 0;
  else
    self->store_skew_ms += (gint64) uch_dice_below (dice, 130 * 24) * UCH_HOUR_MS - 10 * UCH_DAY_MS;
  self->counts[UCH_SIM_N_CLOCK_STORE]++;
  uch_sim_note (self, "the store: the clock is now %+" G_GINT64_FORMAT " h off",
                self->store_skew_ms / UCH_HOUR_MS);
}

/* What the plan has in store for the store. */
gboolean
uch_sim_store_befall (UchSim *self, const UchPlanItem *item)
{
  UchDice         dice = uch_plan_item_dice (item);
  UchSimDiskFault fault;

  switch (item->kind)
    {
    case UCH_PLAN_CRASH:
      return crash (self, &dice);
    case UCH_PLAN_DISK:
      fault = UCH_SIM_DISK_FULL + uch_dice_below (&dice, 3);
      self->store_disk_until = self->now + 500 + uch_dice_below (&dice, 4000);
      uch_sim_disk_set_fault (self->store_disk, fault, uch_dice_below (&dice, 12));
      uch_sim_note (self, "the store: the disk fails (%u)", fault);
      return TRUE;
    case UCH_PLAN_CLOCK:
      change_clock (self, &dice);
      return TRUE;
    case UCH_PLAN_BACKUP:
      return make_backup (self);
    case UCH_PLAN_RESTORE:
      return restore (self);
    default:
      g_assert_not_reached ();
    }
}
