/* yajl's events, kept as tokens in the order of the text. */
#define G_LOG_DOMAIN "uch-sync"

#include <math.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "sync/uch-json-private.h"

/* A longer number is none of ours. */
#define NUMBER_LEN_MAX 64

static UchJsonToken *
add (UchJson *self, UchJsonKind kind)
{
  if (self->n_tokens == self->n_room)
    {
      self->n_room = self->n_room * 2 + 16;
      self->tokens = g_renew (UchJsonToken, self->tokens, self->n_room);
    }
  self->tokens[self->n_tokens].kind = kind;
  return &self->tokens[self->n_tokens++];
}

static int
null_cb (void *data)
{
  add (data, UCH_JSON_NULL);
  return 1;
}

static int
bool_cb (void *data, int value)
{
  add (data, UCH_JSON_BOOL)->whole = value;
  return 1;
}

/* Fails while the text is read: the last member's name is the best word for the place. */
static int
fail_here (UchJson *self, const char *what)
{
  g_autofree char *name = self->keyed ? g_strdup (self->texts + self->key) : NULL;

  if (name == NULL)
    return uch_json_fail (self, NULL, "%s", what);
  return uch_json_fail (self, name, "“%.64s”: %s", name, what);
}

/* yajl's own conversion refuses the smallest and largest numbers of 64 bits. */
static int
number_cb (void *data, const char *digits, size_t len)
{
  UchJson *self = data;
  char     number[NUMBER_LEN_MAX + 1];
  gint64   whole;
  double   real;

  if (len > NUMBER_LEN_MAX)
    return fail_here (self, "too large a number");
  memcpy (number, digits, len);
  number[len] = '\0';
  if (strpbrk (number, ".eE") == NULL)
    {
      if (!g_ascii_string_to_signed (number, 10, G_MININT64, G_MAXINT64, &whole, NULL))
        return fail_here (self, "too large a number");
      add (self, UCH_JSON_INT)->whole = whole;
      return 1;
    }
  real = g_ascii_strtod (number, NULL);
  if (!isfinite (real))
    return fail_here (self, "too large a number");
  add (self, UCH_JSON_REAL)->real = real;
  return 1;
}

/* An escape may have made what no text of ours may hold. A text is never longer than it stands in
 * the JSON, and its quotes make room for the end. */
static int
text_cb (void *data, const guchar *text, size_t len)
{
  UchJson *self = data;

  if (memchr (text, '\0', len) != NULL)
    return fail_here (self, "a text holds NUL");
  add (self, UCH_JSON_TEXT)->text = self->n_texts;
  memcpy (self->texts + self->n_texts, text, len);
  self->n_texts += len;
  self->texts[self->n_texts++] = '\0';
  return 1;
}

static int
key_cb (void *data, const guchar *text, size_t len)
{
  UchJson *self = data;
  gsize    at = self->n_texts;

  if (!text_cb (data, text, len))
    return 0;
  self->key = at;
  self->keyed = TRUE;
  return 1;
}

static int
begin (UchJson *self, UchJsonKind kind)
{
  if (self->depth == UCH_JSON_DEPTH_MAX)
    return fail_here (self, "the JSON is nested too deeply");
  self->open[self->depth++] = self->n_tokens;
  add (self, kind);
  return 1;
}

static int
begin_object_cb (void *data)
{
  return begin (data, UCH_JSON_OBJECT);
}

static int
begin_array_cb (void *data)
{
  return begin (data, UCH_JSON_ARRAY);
}

static int
end_cb (void *data)
{
  UchJson *self = data;
  guint    opened = self->open[--self->depth];

  add (self, UCH_JSON_NOTHING);
  self->tokens[opened].after = self->n_tokens;
  return 1;
}

static const yajl_callbacks callbacks = {
  .yajl_null = null_cb,
  .yajl_boolean = bool_cb,
  .yajl_number = number_cb,
  .yajl_string = text_cb,
  .yajl_start_map = begin_object_cb,
  .yajl_map_key = key_cb,
  .yajl_end_map = end_cb,
  .yajl_start_array = begin_array_cb,
  .yajl_end_array = end_cb,
};

/* The UTF-16 unit that "\uXXXX" at @p stands for, or -1. */
static int
read_unit (const char *p, const char *end)
{
  int unit = 0;

  if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
    return -1;
  for (guint i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (p[i]))
        return -1;
      unit = unit * 16 + g_ascii_xdigit_value (p[i]);
    }
  return unit;
}

/* yajl makes a question mark of the first half of a pair that stands alone, and something of its
 * own of one that is followed by another character: found before it does. */
static const char *
find_half_pair (const char *text, gsize len)
{
  const char *end, *p;

  if (len == 0)
    return NULL;
  end = text + len;
  p = text;
  while ((p = memchr (p, '\\', (gsize) (end - p))) != NULL)
    {
      int unit = read_unit (p, end);
      int second;

      if (unit >= 0xd800 && unit <= 0xdfff)
        {
          second = read_unit (p + 6, end);
          if (unit >= 0xdc00 || second < 0xdc00 || second > 0xdfff)
            return p;
          p += 6;
        }
      p += MIN (unit >= 0 ? 6 : 2, end - p);
    }
  return NULL;
}

static void
parse (UchJson *self, const char *text, gsize len)
{
  yajl_handle parser = yajl_alloc (&callbacks, NULL, self);
  yajl_status status = yajl_parse (parser, (const guchar *) text, len);

  if (status == yajl_status_ok)
    status = yajl_complete_parse (parser);
  if (status != yajl_status_ok && self->error == NULL)
    {
      guchar          *message = yajl_get_error (parser, FALSE, NULL, 0);
      g_autofree char *line = g_strdelimit (g_strdup ((const char *) message), "\n", ' ');

      uch_json_fail (self, NULL, "no JSON: %s (at byte %zu)", g_strstrip (line),
                     yajl_get_bytes_consumed (parser));
      yajl_free_error (parser, message);
    }
  yajl_free (parser);
}

/* Fills in the tokens and texts. */
void
uch_json_take_events (UchJson *self, const char *text, gsize len)
{
  const char *bad;

  self->n_room = (guint) MIN (len / 8 + 8, 1 << 20);
  self->tokens = g_new (UchJsonToken, self->n_room);
  self->texts = g_malloc (len + 1);
  if (!g_utf8_validate_len (text, len, &bad))
    uch_json_fail (self, NULL, "not UTF-8 (at byte %td)", bad - text);
  else if ((bad = find_half_pair (text, len)) != NULL)
    uch_json_fail (self, NULL, "half a surrogate pair (at byte %td)", bad - text);
  else
    parse (self, text, len);
}
