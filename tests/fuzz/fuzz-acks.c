/* What the store says to a push. */
#include "fuzz.h"
#include "sync/uch-wire.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gint64 last_mid, head, last_mid2, head2;
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (GPtrArray) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *again = NULL;

  if (!uch_wire_decode_acks ((const char *) data, (gssize) size, &acks, &last_mid, &head, &error))
    {
      g_assert_nonnull (error);
      g_assert_null (acks);
      return 0;
    }
  text = uch_wire_encode_acks (acks, last_mid, head);
  if (!uch_wire_decode_acks (text, -1, &back, &last_mid2, &head2, &error))
    g_error ("what was written cannot be read: %s", error->message);
  again = uch_wire_encode_acks (back, last_mid2, head2);
  g_assert_cmpstr (text, ==, again);
  return 0;
}
