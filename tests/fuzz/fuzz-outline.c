/* A zone's outline from somebody's GeoJSON. */
#include "fuzz.h"
#include "sync/uch-wire.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchOutline) outline = uch_wire_parse_outline (text, &error);

  g_assert_true ((outline == NULL) == (error != NULL));
  if (outline == NULL)
    return 0;
  uch_outline_contains (outline, 45, 42);
  if (size < 4096)
    uch_outline_crosses_itself (outline);
  return 0;
}
