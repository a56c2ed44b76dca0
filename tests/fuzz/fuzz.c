#include "fuzz.h"

#include "store/uch-store.h"
#include "sync/uch-wire.h"

/* Rows (UchWireRow) that have been over the wire and back. */
void
fuzz_assert_same_rows (GPtrArray *a, GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const UchWireRow *left = g_ptr_array_index (a, i), *right = g_ptr_array_index (b, i);

      g_assert_cmpint (left->table, ==, right->table);
      g_assert_cmpint (left->seq, ==, right->seq);
      g_assert_cmpstr (left->id, ==, right->id);
      g_assert_true ((left->row == NULL) == (right->row == NULL));
      if (left->row == NULL)
        continue;
      g_assert_true (uch_entity_equal (left->row, right->row));
      g_assert_cmpuint (uch_entity_digest (left->row), ==, uch_entity_digest (right->row));
    }
}

/* The operations of a push as the store takes them; NULL: it is no push. */
GPtrArray *
fuzz_decode_store_ops (const char *json, gssize len, char **out_client)
{
  g_autofree char *store = NULL, *client = NULL;
  g_autoptr (GPtrArray) wire = NULL;
  GPtrArray *ops;

  if (!uch_wire_decode_push (json, len, &store, &client, &wire, NULL))
    return NULL;
  ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  for (guint i = 0; i < wire->len; i++)
    {
      UchWireOp *op = g_ptr_array_index (wire, i);

      g_ptr_array_add (ops, uch_store_op_new (op->mid, op->command));
    }
  if (out_client != NULL)
    *out_client = g_steal_pointer (&client);
  return ops;
}
