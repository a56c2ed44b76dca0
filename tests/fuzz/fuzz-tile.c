/* A picture that a file of tiles or a tile server gives. */
#include "fuzz.h"
#include "tiles/uch-tile.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  UchTilePicture *picture = uch_tile_picture_decode (bytes, &error);

  g_assert_true ((picture == NULL) == (error != NULL));
  g_clear_pointer (&picture, uch_tile_picture_unref);
  return 0;
}
