/* What a client pushes: read, written and read again it is the same; decide takes anything. */
#include "core/uch-people.h"
#include "fuzz.h"
#include "sync/uch-wire.h"

static void
decide (GPtrArray *ops)
{
  static const UchRole roles[] = { UCH_ROLE_HEAD, UCH_ROLE_ENGINEER, UCH_ROLE_STORE };
  g_autoptr (UchMemorySnapshot) snapshot = uch_memory_snapshot_new ();

  for (guint i = 0; i < ops->len; i++)
    for (guint r = 0; r < G_N_ELEMENTS (roles); r++)
      {
        const UchWireOp *op = g_ptr_array_index (ops, i);
        UchActor         actor = { "somebody", roles[r], "fuzz" };
        g_autoptr (UchVerdict) verdict
            = uch_command_decide (op->command, &actor, UCH_SNAPSHOT (snapshot), 1788246000000);

        g_assert_true (verdict->kind == UCH_VERDICT_OK || verdict->changes->len == 0);
        uch_memory_snapshot_apply (snapshot, verdict->changes);
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
