/* A text of JSON in one pass, from its bytes to tokens: what it may be (RFC 8259), UTF-8, and the
 * texts themselves, without their escapes, one after the other. Half of what a first sync costs at
 * a desk was a reader that calls back for every piece. */
#define G_LOG_DOMAIN "uch-sync"

#include <math.h>
#include <string.h>

#include "sync/uch-json-private.h"
#include "sync/uch-wire.h"

typedef struct
{
  UchJson      *json;
  const guint8 *begin, *at, *end;
  char         *out;  /* where the next byte of a text goes: there is room for all of them */
  gboolean      done; /* nothing more, well or not */
} Scan;

/* The UTF-16 unit that "\uXXXX" at @p stands for, or -1. */
static int
read_unit (const guint8 *p, const guint8 *end)
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

/* The first half of a surrogate pair that stands alone, or a second one without a first. */
static const guint8 *
find_half_pair (const guint8 *p, const guint8 *end)
{
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

/* Ends with an error. What is wrong with the bytes themselves is the better word for it; else
 * @what, about the last member whose name was read if @named. */
static void
fail (Scan *self, gboolean named, const char *what)
{
  UchJson         *json = self->json;
  gsize            len = (gsize) (self->end - self->begin);
  g_autofree char *name = named && json->keyed ? g_strdup (json->texts + json->key) : NULL;
  const char      *bad;
  const guint8    *half;

  self->done = TRUE;
  if (!g_utf8_validate_len ((const char *) self->begin, len, &bad))
    uch_json_fail (json, NULL, "not UTF-8 (at byte %td)", bad - (const char *) self->begin);
  else if (len > 0 && (half = find_half_pair (self->begin, self->end)) != NULL)
    uch_json_fail (json, NULL, "half a surrogate pair (at byte %td)", half - self->begin);
  else if (name != NULL)
    uch_json_fail (json, name, "“%.64s”: %s", name, what);
  else if (named)
    uch_json_fail (json, NULL, "%s", what);
  else
    uch_json_fail (json, NULL, "no JSON: %s (at byte %td)", what, self->at - self->begin);
}

static UchJsonToken *
add (Scan *self, UchJsonKind kind)
{
  UchJson      *json = self->json;
  UchJsonToken *token;

  if (json->n_tokens == json->n_room)
    {
      json->n_room *= 2;
      json->tokens = g_renew (UchJsonToken, json->tokens, json->n_room);
    }
  token = &json->tokens[json->n_tokens++];
  token->kind = kind;
  return token;
}

static void
skip_space (Scan *self)
{
  while (self->at < self->end
         && (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
    self->at++;
}

/* Whether eight bytes all stand for themselves within a text, and are ASCII. */
static inline gboolean
is_plain (guint64 bytes)
{
  return (bytes & UCH_JSON_EACH (0x80)) == 0 && uch_json_stand_as_they_are (bytes);
}

/* How long the character is that begins here and is none of ASCII; 0: it is no UTF-8. */
static guint
measure (const guint8 *p, const guint8 *end)
{
  gunichar c;

  if (p[0] >= 0xc2 && p[0] <= 0xdf)
    return end - p > 1 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
  c = g_utf8_get_char_validated ((const char *) p, end - p);
  return c < 0x110000 ? (guint) g_utf8_skip[p[0]] : 0;
}

/* What an escape stands for goes out. */
static void
scan_escape (Scan *self)
{
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char       *found;
  int               unit = read_unit (self->at, self->end);

  if (unit >= 0)
    {
      gunichar c = (gunichar) unit;

      self->at += 6;
      if (unit >= 0xd800 && unit <= 0xdfff)
        {
          int second = read_unit (self->at, self->end);

          if (unit >= 0xdc00 || second < 0xdc00 || second > 0xdfff)
            {
              fail (self, FALSE, "half a surrogate pair");
              return;
            }
          self->at += 6;
          c = 0x10000 + (((gunichar) unit - 0xd800) << 10) + ((gunichar) second - 0xdc00);
        }
      if (c == 0)
        fail (self, TRUE, "a text holds NUL");
      else
        self->out += g_unichar_to_utf8 (c, self->out);
      return;
    }
  found = self->end - self->at > 1 && self->at[1] != '\0' ? strchr (names, self->at[1]) : NULL;
  if (found == NULL)
    fail (self, FALSE, "an unknown escape");
  else
    {
      *self->out++ = meanings[found - names];
      self->at += 2;
    }
}

/* The rest of a text whose quote was just read. */
static void
scan_text (Scan *self)
{
  while (!self->done)
    {
      guint64 bytes;
      guint8  c;

      while (self->end - self->at >= (gssize) sizeof bytes)
        {
          memcpy (&bytes, self->at, sizeof bytes);
          if (!is_plain (bytes))
            break;
          memcpy (self->out, &bytes, sizeof bytes);
          self->at += sizeof bytes;
          self->out += sizeof bytes;
        }
      while (self->at < self->end && (c = *self->at) >= 0x20 && c < 0x80 && c != '"' && c != '\\')
        {
          *self->out++ = (char) c;
          self->at++;
        }
      while (self->at < self->end && *self->at >= 0x80)
        {
          guint len = measure (self->at, self->end);

          if (len == 0)
            {
              fail (self, FALSE, "not UTF-8");
              return;
            }
          for (guint i = 0; i < len; i++)
            *self->out++ = (char) *self->at++;
        }
      if (self->at == self->end)
        fail (self, FALSE, "a text does not end");
      else if (*self->at == '"')
        {
          self->at++;
          *self->out++ = '\0';
          return;
        }
      else if (*self->at == '\\')
        scan_escape (self);
      else if (*self->at < 0x20)
        fail (self, FALSE, "a control character in a text");
    }
}

/* A text, its token first: it says where the text stands. */
static void
begin_text (Scan *self)
{
  self->at++;
  add (self, UCH_JSON_TEXT)->text = (gsize) (self->out - self->json->texts);
  scan_text (self);
}

static const guint8 *
skip_digits (const guint8 *p, const guint8 *end)
{
  while (p < end && g_ascii_isdigit (*p))
    p++;
  return p;
}

/* Where the number ends that begins here; NULL: it is none. */
static const guint8 *
measure_number (const guint8 *p, const guint8 *end, gboolean *out_whole)
{
  const guint8 *first;

  *out_whole = TRUE;
  if (*p == '-')
    p++;
  first = p;
  p = skip_digits (p, end);
  if (p == first || (*first == '0' && p - first > 1))
    return NULL;
  if (p < end && *p == '.')
    {
      *out_whole = FALSE;
      first = ++p;
      p = skip_digits (p, end);
      if (p == first)
        return NULL;
    }
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      *out_whole = FALSE;
      p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      first = p;
      p = skip_digits (p, end);
      if (p == first)
        return NULL;
    }
  return p;
}

/* So many digits always fit into 64 bits. */
#define SAFE_DIGITS 18

static void
scan_number (Scan *self)
{
  gboolean         whole;
  const guint8    *from = self->at, *to = measure_number (from, self->end, &whole);
  g_autofree char *digits = NULL;
  gint64           value = 0;
  double           real;

  if (to == NULL)
    {
      fail (self, FALSE, "no number");
      return;
    }
  self->at = to;
  if (whole && to - from <= SAFE_DIGITS)
    {
      for (const guint8 *p = from + (*from == '-'); p < to; p++)
        value = value * 10 + (*p - '0');
      add (self, UCH_JSON_INT)->whole = *from == '-' ? -value : value;
      return;
    }
  digits = g_strndup ((const char *) from, (gsize) (to - from));
  if (whole)
    {
      if (g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, &value, NULL))
        add (self, UCH_JSON_INT)->whole = value;
      else
        fail (self, TRUE, "too large a number");
      return;
    }
  real = g_ascii_strtod (digits, NULL);
  if (isfinite (real))
    add (self, UCH_JSON_REAL)->real = real;
  else
    fail (self, TRUE, "too large a number");
}

static void
scan_word (Scan *self)
{
  static const struct
  {
    const char *word;
    UchJsonKind kind;
    gboolean    value;
  } words[] = { { "true", UCH_JSON_BOOL, TRUE },
                { "false", UCH_JSON_BOOL, FALSE },
                { "null", UCH_JSON_NULL, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize len = strlen (words[i].word);

      if ((gsize) (self->end - self->at) < len || memcmp (self->at, words[i].word, len) != 0)
        continue;
      self->at += len;
      add (self, words[i].kind)->whole = words[i].value;
      return;
    }
  fail (self, FALSE, "expected a value");
}

static UchJsonKind
get_container (Scan *self)
{
  return self->json->tokens[self->json->open[self->json->depth - 1]].kind;
}

static void
open_container (Scan *self, UchJsonKind kind)
{
  UchJson *json = self->json;

  if (json->depth == UCH_JSON_DEPTH_MAX)
    {
      fail (self, TRUE, "the JSON is nested too deeply");
      return;
    }
  json->open[json->depth++] = json->n_tokens;
  add (self, kind);
  self->at++;
}

static void
close_container (Scan *self)
{
  UchJson *json = self->json;
  guint    opened = json->open[--json->depth];

  add (self, UCH_JSON_NOTHING);
  json->tokens[opened].after = json->n_tokens;
  self->at++;
}

/* A member's name and the colon. */
static void
scan_name (Scan *self)
{
  UchJson *json = self->json;
  gsize    at = (gsize) (self->out - json->texts);

  skip_space (self);
  if (self->at == self->end || *self->at != '"')
    {
      fail (self, FALSE, "expected a member's name");
      return;
    }
  begin_text (self);
  if (self->done)
    return;
  json->key = at;
  json->keyed = TRUE;
  skip_space (self);
  if (self->at == self->end || *self->at != ':')
    fail (self, FALSE, "expected a colon");
  else
    self->at++;
}

/* Begins a value. Returns whether it is whole: an object or array that has something in it is
 * not. */
static gboolean
scan_value (Scan *self)
{
  UchJsonKind kind;

  skip_space (self);
  if (self->at == self->end)
    fail (self, FALSE, "expected a value");
  else if (*self->at == '"')
    begin_text (self);
  else if (*self->at == '-' || g_ascii_isdigit (*self->at))
    scan_number (self);
  else if (*self->at == '{' || *self->at == '[')
    {
      kind = *self->at == '{' ? UCH_JSON_OBJECT : UCH_JSON_ARRAY;
      open_container (self, kind);
      skip_space (self);
      if (!self->done && self->at < self->end && *self->at == (kind == UCH_JSON_OBJECT ? '}' : ']'))
        close_container (self);
      else
        {
          if (!self->done && kind == UCH_JSON_OBJECT)
            scan_name (self);
          return FALSE;
        }
    }
  else
    scan_word (self);
  return TRUE;
}

/* What follows a whole value: another one, or ends of what it stands in. */
static void
scan_after (Scan *self)
{
  while (!self->done)
    {
      gboolean object;

      skip_space (self);
      if (self->json->depth == 0)
        {
          if (self->at < self->end)
            fail (self, FALSE, "something follows");
          self->done = TRUE;
          return;
        }
      object = get_container (self) == UCH_JSON_OBJECT;
      if (self->at < self->end && *self->at == ',')
        {
          self->at++;
          if (object)
            scan_name (self);
          return;
        }
      if (self->at < self->end && *self->at == (object ? '}' : ']'))
        close_container (self);
      else
        fail (self, FALSE, "expected a comma or the end");
    }
}

/* Fills in the tokens and texts. */
void
uch_json_scan (UchJson *json, const char *text, gsize len)
{
  Scan self = { .json = json, .begin = (const guint8 *) (text != NULL ? text : "") };

  self.at = self.begin;
  self.end = self.begin + len;
  json->n_room = (guint) CLAMP (len / 8, 16, 1 << 20);
  json->tokens = g_new (UchJsonToken, json->n_room);
  /* An escape is longer than what it stands for, and the quotes than the NUL behind a text. */
  json->texts = g_malloc (len + sizeof (guint64));
  self.out = json->texts;
  while (!self.done)
    if (scan_value (&self))
      scan_after (&self);
}
