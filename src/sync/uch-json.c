#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "sync/uch-wire.h"

/**
 * uch_json_init:
 * @text: need not end with NUL; must outlive @self
 * @len: bytes, or -1
 *
 * Begins to read. Text that is not UTF-8 fails at the first read.
 */
void
uch_json_init (UchJson *self, const char *text, gssize len)
{
  const char *bad;

  memset (self, 0, sizeof *self);
  if (len < 0)
    len = (gssize) strlen (text);
  self->start = self->at = text;
  self->end = text + len;
  self->text = g_string_new (NULL);
  self->name = g_string_new (NULL);
  self->first[0] = TRUE;
  if (!g_utf8_validate_len (text, (gsize) len, &bad))
    {
      self->at = bad;
      uch_json_fail (self, "not UTF-8");
    }
}

/**
 * uch_json_fail:
 *
 * Keeps the first error, with the place it was found at; nothing is read after it.
 *
 * Returns: %FALSE
 */
gboolean
uch_json_fail (UchJson *self, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          ap;

  if (self->error != NULL)
    return FALSE;
  va_start (ap, format);
  message = g_strdup_vprintf (format, ap);
  va_end (ap);
  g_set_error (&self->error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_MALFORMED,
               "%s (at byte %" G_GSSIZE_FORMAT ")", message, self->at - self->start);
  self->at = self->end;
  return FALSE;
}

static void
skip_space (UchJson *self)
{
  while (self->at < self->end
         && (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
    self->at++;
}

/**
 * uch_json_finish:
 *
 * Ends the reading and frees what it held.
 *
 * Errors: the first one met, or %UCH_WIRE_ERROR_MALFORMED when something follows the value.
 *
 * Returns: whether everything was right
 */
gboolean
uch_json_finish (UchJson *self, GError **error)
{
  skip_space (self);
  if (self->error == NULL && self->at < self->end)
    uch_json_fail (self, "something follows the end of the JSON");
  g_string_free (self->text, TRUE);
  g_string_free (self->name, TRUE);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

/**
 * uch_json_peek:
 *
 * Returns: what comes next; a number with a fraction or an exponent is %UCH_JSON_REAL
 */
UchJsonKind
uch_json_peek (UchJson *self)
{
  skip_space (self);
  if (self->at >= self->end)
    return UCH_JSON_NOTHING;
  switch (*self->at)
    {
    case '{':
      return UCH_JSON_OBJECT;
    case '[':
      return UCH_JSON_ARRAY;
    case '"':
      return UCH_JSON_TEXT;
    case 't':
    case 'f':
      return UCH_JSON_BOOL;
    case 'n':
      return UCH_JSON_NULL;
    default:
      break;
    }
  if (*self->at != '-' && !g_ascii_isdigit (*self->at))
    return UCH_JSON_NOTHING;
  for (const char *p = self->at + 1; p < self->end; p++)
    if (*p == '.' || *p == 'e' || *p == 'E')
      return UCH_JSON_REAL;
    else if (!g_ascii_isdigit (*p))
      break;
  return UCH_JSON_INT;
}

/**
 * uch_json_enter:
 * @kind: %UCH_JSON_OBJECT or %UCH_JSON_ARRAY
 * @what: the name of the value, for the error
 *
 * Steps into an object or array; then read it with uch_json_next_member() or _item() until they
 * say that it is over.
 */
gboolean
uch_json_enter (UchJson *self, UchJsonKind kind, const char *what)
{
  if (uch_json_peek (self) != kind)
    return uch_json_fail (self, "“%s” must be %s", what,
                          kind == UCH_JSON_OBJECT ? "an object" : "an array");
  if (self->depth == UCH_JSON_DEPTH_MAX)
    return uch_json_fail (self, "“%s” is nested too deeply", what);
  self->at++;
  self->first[++self->depth] = TRUE;
  return TRUE;
}

/* Moves to the next item of the level, or leaves it. */
static gboolean
next (UchJson *self, char closing)
{
  skip_space (self);
  if (self->error != NULL || self->depth == 0)
    return FALSE;
  if (self->at >= self->end)
    return uch_json_fail (self, "the JSON ends too early");
  if (*self->at == closing)
    {
      self->at++;
      self->depth--;
      return FALSE;
    }
  if (!self->first[self->depth])
    {
      if (*self->at != ',')
        return uch_json_fail (self, "expected “,” or “%c”", closing);
      self->at++;
    }
  self->first[self->depth] = FALSE;
  return TRUE;
}

/**
 * uch_json_next_item:
 *
 * Returns: whether the array has another item, which must then be read or skipped
 */
gboolean
uch_json_next_item (UchJson *self)
{
  return next (self, ']');
}

static gboolean
read_hex (UchJson *self, guint *out_unit)
{
  guint unit = 0;

  for (guint i = 0; i < 4; i++)
    {
      int digit = self->at < self->end ? g_ascii_xdigit_value (*self->at) : -1;

      if (digit < 0)
        return uch_json_fail (self, "a bad \\u escape");
      unit = unit << 4 | (guint) digit;
      self->at++;
    }
  *out_unit = unit;
  return TRUE;
}

static gboolean
read_unicode_escape (UchJson *self, GString *into)
{
  guint unit, low;

  if (!read_hex (self, &unit))
    return FALSE;
  if (unit == 0)
    return uch_json_fail (self, "a text holds NUL");
  if (unit >= 0xd800 && unit < 0xdc00)
    {
      if (self->end - self->at < 2 || self->at[0] != '\\' || self->at[1] != 'u')
        return uch_json_fail (self, "half a surrogate pair");
      self->at += 2;
      if (!read_hex (self, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return uch_json_fail (self, "half a surrogate pair");
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (unit >= 0xdc00 && unit < 0xe000)
    return uch_json_fail (self, "half a surrogate pair");
  g_string_append_unichar (into, unit);
  return TRUE;
}

static gboolean
read_escape (UchJson *self, GString *into)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char       *found;

  if (self->at >= self->end)
    return uch_json_fail (self, "the JSON ends inside a text");
  if (*self->at == 'u')
    {
      self->at++;
      return read_unicode_escape (self, into);
    }
  found = *self->at != '\0' ? strchr (from, *self->at) : NULL;
  if (found == NULL)
    return uch_json_fail (self, "an unknown escape in a text");
  self->at++;
  g_string_append_c (into, to[found - from]);
  return TRUE;
}

static gboolean
read_string (UchJson *self, GString *into)
{
  g_string_truncate (into, 0);
  self->at++;
  for (;;)
    {
      const char *run = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\'
             && (guchar) *self->at >= 0x20)
        self->at++;
      g_string_append_len (into, run, self->at - run);
      if (self->at >= self->end)
        return uch_json_fail (self, "the JSON ends inside a text");
      if (*self->at == '"')
        break;
      if (*self->at != '\\')
        return uch_json_fail (self, "a bare control character in a text");
      self->at++;
      if (!read_escape (self, into))
        return FALSE;
    }
  self->at++;
  return TRUE;
}

/**
 * uch_json_next_member:
 *
 * Returns: (nullable): the name of the object's next member, valid until the next member is read;
 *   its value must then be read or skipped. %NULL: it is over.
 */
const char *
uch_json_next_member (UchJson *self)
{
  if (!next (self, '}'))
    return NULL;
  if (uch_json_peek (self) != UCH_JSON_TEXT)
    {
      uch_json_fail (self, "expected the name of a member");
      return NULL;
    }
  if (!read_string (self, self->name))
    return NULL;
  skip_space (self);
  if (self->at >= self->end || *self->at != ':')
    {
      uch_json_fail (self, "expected “:” after “%s”", self->name->str);
      return NULL;
    }
  self->at++;
  return self->name->str;
}

/**
 * uch_json_read_text:
 * @out_text: (out): valid until the next text is read
 */
gboolean
uch_json_read_text (UchJson *self, const char *what, const char **out_text)
{
  if (uch_json_peek (self) != UCH_JSON_TEXT)
    return uch_json_fail (self, "“%s” must be a text", what);
  if (!read_string (self, self->text))
    return FALSE;
  *out_text = self->text->str;
  return TRUE;
}

/**
 * uch_json_dup_text:
 * @out_text: (out) (transfer full): what it held is freed
 */
gboolean
uch_json_dup_text (UchJson *self, const char *what, char **out_text)
{
  const char *text;

  if (!uch_json_read_text (self, what, &text))
    return FALSE;
  g_free (*out_text);
  *out_text = g_strdup (text);
  return TRUE;
}

/* The characters of a number as JSON writes it; NULL when it is none. */
static const char *
scan_number (UchJson *self)
{
  const char *p = self->at;

#define DIGITS()                                                                                   \
  while (p < self->end && g_ascii_isdigit (*p))                                                    \
  p++
  if (p < self->end && *p == '-')
    p++;
  if (p >= self->end || !g_ascii_isdigit (*p))
    return NULL;
  if (*p == '0')
    p++;
  else
    DIGITS ();
  if (p < self->end && *p == '.')
    {
      if (++p >= self->end || !g_ascii_isdigit (*p))
        return NULL;
      DIGITS ();
    }
  if (p < self->end && (*p == 'e' || *p == 'E'))
    {
      p++;
      if (p < self->end && (*p == '+' || *p == '-'))
        p++;
      if (p >= self->end || !g_ascii_isdigit (*p))
        return NULL;
      DIGITS ();
    }
#undef DIGITS
  return p;
}

/**
 * uch_json_read_int:
 *
 * Reads a whole number of 64 bits.
 */
gboolean
uch_json_read_int (UchJson *self, const char *what, gint64 *out_value)
{
  const char *after;
  gboolean    negative;
  guint64     value = 0, limit;

  if (uch_json_peek (self) != UCH_JSON_INT || (after = scan_number (self)) == NULL)
    return uch_json_fail (self, "“%s” must be a whole number", what);
  negative = *self->at == '-';
  limit = (guint64) G_MAXINT64 + (negative ? 1 : 0);
  for (const char *p = self->at + (negative ? 1 : 0); p < after; p++)
    {
      guint digit = (guint) (*p - '0');

      if (value > (limit - digit) / 10)
        return uch_json_fail (self, "“%s” is too large a number", what);
      value = value * 10 + digit;
    }
  *out_value = negative ? (gint64) (0 - value) : (gint64) value;
  self->at = after;
  return TRUE;
}

gboolean
uch_json_read_real (UchJson *self, const char *what, double *out_value)
{
  UchJsonKind kind = uch_json_peek (self);
  const char *after = NULL;
  char        digits[64];

  if (kind == UCH_JSON_INT || kind == UCH_JSON_REAL)
    after = scan_number (self);
  if (after == NULL || after - self->at >= (gssize) sizeof digits)
    return uch_json_fail (self, "“%s” must be a number", what);
  memcpy (digits, self->at, (gsize) (after - self->at));
  digits[after - self->at] = '\0';
  *out_value = g_ascii_strtod (digits, NULL);
  if (!isfinite (*out_value))
    return uch_json_fail (self, "“%s” is too large a number", what);
  self->at = after;
  return TRUE;
}

static gboolean
read_word (UchJson *self, const char *word)
{
  gsize len = strlen (word);

  if ((gsize) (self->end - self->at) < len || memcmp (self->at, word, len) != 0)
    return FALSE;
  self->at += len;
  return TRUE;
}

gboolean
uch_json_read_bool (UchJson *self, const char *what, gboolean *out_value)
{
  skip_space (self);
  if (read_word (self, "true"))
    *out_value = TRUE;
  else if (read_word (self, "false"))
    *out_value = FALSE;
  else
    return uch_json_fail (self, "“%s” must be true or false", what);
  return TRUE;
}

/**
 * uch_json_skip:
 *
 * Reads a value of any kind and forgets it; it must still be right.
 */
gboolean
uch_json_skip (UchJson *self)
{
  UchJsonKind kind = uch_json_peek (self);
  const char *text;
  gboolean    flag;
  double      number;

  switch (kind)
    {
    case UCH_JSON_OBJECT:
      if (!uch_json_enter (self, kind, "value"))
        return FALSE;
      while (uch_json_next_member (self) != NULL)
        uch_json_skip (self);
      return self->error == NULL;
    case UCH_JSON_ARRAY:
      if (!uch_json_enter (self, kind, "value"))
        return FALSE;
      while (uch_json_next_item (self))
        uch_json_skip (self);
      return self->error == NULL;
    case UCH_JSON_TEXT:
      return uch_json_read_text (self, "value", &text);
    case UCH_JSON_INT:
    case UCH_JSON_REAL:
      return uch_json_read_real (self, "value", &number);
    case UCH_JSON_BOOL:
      return uch_json_read_bool (self, "value", &flag);
    case UCH_JSON_NULL:
      return read_word (self, "null") || uch_json_fail (self, "no JSON");
    default:
      return uch_json_fail (self, "expected a value");
    }
}

/**
 * uch_json_read_raw:
 *
 * As uch_json_skip(), and gives the text that was skipped.
 *
 * Returns: (nullable): @out_len bytes of JSON inside the text being read
 */
const char *
uch_json_read_raw (UchJson *self, gsize *out_len)
{
  const char *start;

  skip_space (self);
  start = self->at;
  if (!uch_json_skip (self))
    return NULL;
  *out_len = (gsize) (self->at - start);
  return start;
}

/**
 * uch_json_append_text:
 * @text: UTF-8
 *
 * Writes a text in quotes; only what must be is escaped.
 */
void
uch_json_append_text (GString *json, const char *text)
{
  const char *run = text;

  g_string_append_c (json, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      guchar c = (guchar) *p;

      if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
        continue;
      g_string_append_len (json, run, p - run);
      run = p + 1;
      if (c == '"' || c == '\\')
        {
          g_string_append_c (json, '\\');
          g_string_append_c (json, *p);
        }
      else if (c == '\n')
        g_string_append (json, "\\n");
      else
        g_string_append_printf (json, "\\u%04x", c);
    }
  g_string_append (json, run);
  g_string_append_c (json, '"');
}

void
uch_json_append_int (GString *json, gint64 value)
{
  char    digits[24];
  char   *p = digits + sizeof digits;
  guint64 rest = value < 0 ? 0 - (guint64) value : (guint64) value;

  do
    *--p = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    *--p = '-';
  g_string_append_len (json, p, digits + sizeof digits - p);
}

/**
 * uch_json_append_real:
 *
 * Writes the shortest form that reads back as the same number, and always as a real one ("5.0").
 * JSON has no word for infinity: what is not finite is written as 0.
 */
void
uch_json_append_real (GString *json, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    value = 0;
  g_ascii_formatd (digits, sizeof digits, "%.15g", value);
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_dtostr (digits, sizeof digits, value);
  g_string_append (json, digits);
  if (strpbrk (digits, ".e") == NULL)
    g_string_append (json, ".0");
}
