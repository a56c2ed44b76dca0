#include "core/uch-id.h"

#include <string.h>

/* Longest id accepted from outside; ours have 36 characters, imported ones may be others'. */
#define ID_LEN_MAX 64

/**
 * uch_id_new:
 * @now: milliseconds
 * @random: ten random bytes
 *
 * A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then randomness.
 *
 * Returns: (transfer full): 36 characters
 */
char *
uch_id_new (UchTime now, const guint8 random[UCH_ID_RANDOM_LEN])
{
  return g_strdup_printf ("%08x-%04x-7%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          (guint) ((guint64) now >> 16 & 0xffffffff), (guint) (now & 0xffff),
                          random[0] & 0x0f, random[1], 0x80 | (random[2] & 0x3f), random[3],
                          random[4], random[5], random[6], random[7], random[8], random[9]);
}

/**
 * uch_id_is_valid:
 *
 * An id is 1–64 of: letters and digits of ASCII, "-", "_", ".", ":".
 */
gboolean
uch_id_is_valid (const char *id)
{
  gsize len = id != NULL ? strlen (id) : 0;

  if (len == 0 || len > ID_LEN_MAX)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (id[i]) && strchr ("-_.:", id[i]) == NULL)
      return FALSE;
  return TRUE;
}
