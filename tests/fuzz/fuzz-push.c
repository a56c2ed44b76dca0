/* What a client pushes: read, written and read again it is the same; decide takes anything, in a
 * small office, and every row that it makes can be written down and read back. */
#include "core/office.h"
#include "fuzz.h"
#include "sync/uch-wire.h"

static void
check_row (const UchChange *change)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchEntity) back = NULL;

  if (change->after == NULL)
    return;
  g_assert_cmpstr (change->after->id, ==, change->id);
  text = uch_wire_encode_entity (change->after);
  back = uch_wire_decode_entity (change->table, text, -1, &error);
  if (back == NULL)
    g_error ("the row %s cannot be read: %s", text, error->message);
  g_assert_true (uch_entity_equal (change->after, back));
  g_assert_cmpuint (uch_entity_digest (change->after), ==, uch_entity_digest (back));
}

static void
decide_one (Office *office, UchRole role, const UchCommand *command)
{
  UchActor actor = office_actor (role);
  g_autoptr (UchVerdict) verdict
      = uch_command_decide (command, &actor, UCH_SNAPSHOT (office->snapshot), office->now);
  g_autoptr (UchCommand) inverse = NULL;

  g_assert_true ((verdict->kind == UCH_VERDICT_OK) == (verdict->refusal == UCH_REFUSAL_NONE));
  g_assert_true (verdict->kind == UCH_VERDICT_OK || verdict->changes->len == 0);
  /* What an undo would touch may be gone altogether. */
  g_assert_true (verdict->kind != UCH_VERDICT_CONFLICT || verdict->current != NULL
                 || verdict->refusal == UCH_REFUSAL_ACTED_SINCE);
  for (guint i = 0; i < verdict->changes->len; i++)
    check_row (g_ptr_array_index (verdict->changes, i));
  if (verdict->kind != UCH_VERDICT_OK)
    return;
  uch_memory_snapshot_apply (office->snapshot, verdict->changes);
  /* What was done can be taken back at once, if it can be taken back at all. */
  inverse = uch_command_invert (command, verdict->changes, "inverse", office->now);
  if (inverse != NULL)
    {
      g_autoptr (UchVerdict) undone
          = uch_command_decide (inverse, &actor, UCH_SNAPSHOT (office->snapshot), office->now);

      g_assert_cmpint (undone->refusal, !=, UCH_REFUSAL_ACTED_SINCE);
      g_assert_cmpint (undone->refusal, !=, UCH_REFUSAL_UNKNOWN_ROW);
    }
}

static void
decide (GPtrArray *ops)
{
  static const UchRole roles[]
      = { UCH_ROLE_HEAD, UCH_ROLE_DISPATCHER, UCH_ROLE_ENGINEER, UCH_ROLE_CLERK, UCH_ROLE_STORE };

  for (guint r = 0; r < G_N_ELEMENTS (roles); r++)
    {
      g_autoptr (Office) office = office_new ();

      office_put_visit (office, "v1", "t1", UCH_VISIT_ASSIGNED);
      office_put_ticket (office, "t2", UCH_TICKET_RESOLVED);
      for (guint i = 0; i < ops->len; i++)
        decide_one (office, roles[r], ((UchWireOp *) g_ptr_array_index (ops, i))->command);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *store = NULL, *client = NULL, *text = NULL, *again = NULL;
  g_autofree char *store2 = NULL, *client2 = NULL;
  g_autoptr (GPtrArray) ops = NULL;
  g_autoptr (GPtrArray) back = NULL;
  g_autoptr (GError) error = NULL;

  if (!uch_wire_decode_push ((const char *) data, (gssize) size, &store, &client, &ops, &error))
    {
      g_assert_nonnull (error);
      return 0;
    }
  text = uch_wire_encode_push (store, client, ops);
  if (!uch_wire_decode_push (text, -1, &store2, &client2, &back, &error))
    g_error ("what was written cannot be read: %s", error->message);
  again = uch_wire_encode_push (store2, client2, back);
  g_assert_cmpstr (text, ==, again);
  decide (ops);
  return 0;
}
