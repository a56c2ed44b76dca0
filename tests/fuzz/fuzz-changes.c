/* A page of the feed, as the store answers it and as the live connection carries it. */
#include "fuzz.h"
#include "sync/uch-wire.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (UchWireChanges) page
      = uch_wire_decode_changes ((const char *) data, (gssize) size, &error);
  g_autoptr (UchWireChanges) back = NULL;

  g_assert_true ((page == NULL) == (error != NULL));
  if (page == NULL)
    return 0;
  text = uch_wire_encode_changes (page->store, page->from, page->to, page->head, page->floor,
                                  page->more, page->rows);
  back = uch_wire_decode_changes (text, -1, &error);
  if (back == NULL)
    g_error ("what was written cannot be read: %s", error->message);
  g_assert_cmpstr (page->store, ==, back->store);
  g_assert_cmpint (page->from, ==, back->from);
  g_assert_cmpint (page->to, ==, back->to);
  g_assert_cmpint (page->head, ==, back->head);
  g_assert_cmpint (page->floor, ==, back->floor);
  g_assert_cmpint (page->more, ==, back->more);
  fuzz_assert_same_rows (page->rows, back->rows);
  return 0;
}
