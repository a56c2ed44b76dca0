/* A page of a first sync. */
#include "fuzz.h"
#include "sync/uch-wire.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (UchWireSnapshot) page
      = uch_wire_decode_snapshot ((const char *) data, (gssize) size, &error);
  g_autoptr (UchWireSnapshot) back = NULL;

  g_assert_true ((page == NULL) == (error != NULL));
  if (page == NULL)
    return 0;
  text = uch_wire_encode_snapshot (page->store, page->h0, page->next, page->rows);
  back = uch_wire_decode_snapshot (text, -1, &error);
  if (back == NULL)
    g_error ("what was written cannot be read: %s", error->message);
  g_assert_cmpstr (page->store, ==, back->store);
  g_assert_cmpint (page->h0, ==, back->h0);
  g_assert_cmpstr (page->next, ==, back->next);
  fuzz_assert_same_rows (page->rows, back->rows);
  return 0;
}
