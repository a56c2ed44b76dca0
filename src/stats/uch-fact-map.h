/* From a 64-bit number to an index + 1, by open addressing: a GHashTable of 200,000 strings would
 * cost more than all the rest of loading. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 *keys;
  guint32 *values;
  guint    mask, n;
} UchFactMap;

#define UCH_FACT_HASH_SEED G_GUINT64_CONSTANT (0xcbf29ce484222325)

guint64  uch_fact_hash (guint64 hash, const char *text);
guint32 *uch_fact_map_find (UchFactMap *map, guint64 key);
guint32 *uch_fact_map_take (UchFactMap *map, guint64 key);
void     uch_fact_map_clear (UchFactMap *map);

G_END_DECLS
