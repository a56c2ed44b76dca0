#include "stats/uch-fact-map.h"

#include <string.h>

guint64
uch_fact_hash (guint64 hash, const char *text)
{
  /* FNV-1a, eight letters at a time: ids are long and there are many. */
  gsize len = strlen (text);

  for (; len >= 8; len -= 8, text += 8)
    {
      guint64 word;

      memcpy (&word, text, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      hash ^= hash >> 29;
    }
  for (; len > 0; len--, text++)
    hash = (hash ^ (guchar) *text) * G_GUINT64_CONSTANT (0x100000001b3);
  hash ^= hash >> 32;
  return hash != 0 ? hash : 1;
}

/* The place of a key's value, of a map that is not empty; 0 when the key is not there. */
guint32 *
uch_fact_map_find (UchFactMap *map, guint64 key)
{
  guint i = (guint) (key ^ key >> 32) & map->mask;

  while (map->keys[i] != 0 && map->keys[i] != key)
    i = (i + 1) & map->mask;
  return &map->values[i];
}

static void
map_grow (UchFactMap *map)
{
  UchFactMap old = *map;

  map->mask = old.keys == NULL ? 255 : old.mask * 2 + 1;
  map->keys = g_new0 (guint64, map->mask + 1);
  map->values = g_new0 (guint32, map->mask + 1);
  for (guint i = 0; old.keys != NULL && i <= old.mask; i++)
    if (old.keys[i] != 0)
      {
        guint32 *value = uch_fact_map_find (map, old.keys[i]);

        map->keys[value - map->values] = old.keys[i];
        *value = old.values[i];
      }
  g_free (old.keys);
  g_free (old.values);
}

/* The place of a key's value; 0 when it is new. */
guint32 *
uch_fact_map_take (UchFactMap *map, guint64 key)
{
  guint32 *value;

  if (map->keys == NULL || map->n * 2 > map->mask)
    map_grow (map);
  value = uch_fact_map_find (map, key);
  if (map->keys[value - map->values] == 0)
    {
      map->keys[value - map->values] = key;
      map->n++;
    }
  return value;
}

void
uch_fact_map_clear (UchFactMap *map)
{
  g_clear_pointer (&map->keys, g_free);
  g_clear_pointer (&map->values, g_free);
  map->mask = map->n = 0;
}
