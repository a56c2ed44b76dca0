/* What a store answers: a page of the feed, of a first sync, verdicts. */
#include "fuzz.h"
#include "sync/uch-wire.h"

static void
check_page (const UchWireChanges *page)
{
  g_autofree char *text = uch_wire_encode_changes (page->store, page->from, page->to, page->head,
                                                   page->floor, page->more, page->rows);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchWireChanges) back = uch_wire_decode_changes (text, -1, &error);

  if (back == NULL)
    g_error ("what was written cannot be read: %s", error->message);
  g_assert_cmpuint (back->rows->len, ==, page->rows->len);
  for (guint i = 0; i < page->rows->len; i++)
    {
      const UchWireRow *a = g_ptr_array_index (page->rows, i),
                       *b = g_ptr_array_index (back->rows, i);

      g_assert_cmpint (a->seq, ==, b->seq);
      g_assert_true ((a->row == NULL) == (b->row == NULL));
      if (a->row != NULL)
        g_assert_cmpuint (uch_wire_digest_row (a->row), ==, uch_wire_digest_row (b->row));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  gint64      last_mid, head;
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (UchWireChanges) page = uch_wire_decode_changes (text, (gssize) size, NULL);
  g_autoptr (UchWireSnapshot) snapshot G_GNUC_UNUSED
      = uch_wire_decode_snapshot (text, (gssize) size, NULL);

  if (page != NULL)
    check_page (page);
  uch_wire_decode_acks (text, (gssize) size, &acks, &last_mid, &head, NULL);
  return 0;
}
