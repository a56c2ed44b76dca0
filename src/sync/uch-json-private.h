/* Between the two files of the reader: what the events leave behind. */
#pragma once

#include "sync/uch-json.h"

/* In the order of the text. */
struct _UchJsonToken
{
  UchJsonKind kind; /* UCH_JSON_NOTHING: the end of an object or array */
  union
  {
    gint64 whole;
    double real;
    gsize  text;  /* offset: also of a member's name */
    guint  after; /* of an object or array: the token behind its end */
  };
};

/* Eight bytes at once. None of these misses a byte that it looks for; one that stands beside such a
 * byte may be taken for one, which costs a closer look. */
#define UCH_JSON_EACH(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

static inline guint64
uch_json_below (guint64 bytes, guint8 limit)
{
  return (bytes - UCH_JSON_EACH (limit)) & ~bytes & UCH_JSON_EACH (0x80);
}

/* Whether all of them need no escape in a text: no control character, quote or backslash. */
static inline gboolean
uch_json_stand_as_they_are (guint64 bytes)
{
  return (uch_json_below (bytes, 0x20) | uch_json_below (bytes ^ UCH_JSON_EACH ('"'), 1)
          | uch_json_below (bytes ^ UCH_JSON_EACH ('\\'), 1)
          | uch_json_below (bytes ^ UCH_JSON_EACH (0x7f), 1))
         == 0;
}

/* Room for @len bytes at the end of @json; then say how far it was written. */
static inline char *
uch_json_reserve (GString *json, gsize len)
{
  gsize before = json->len;

  if (before + len >= json->allocated_len)
    {
      g_string_set_size (json, before + len);
      json->len = before;
    }
  return json->str + before;
}

static inline void
uch_json_wrote (GString *json, char *end)
{
  *end = '\0';
  json->len = (gsize) (end - json->str);
}

void uch_json_take_events (UchJson *self, const char *text, gsize len);
