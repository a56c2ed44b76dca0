#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-json.h"

#include <math.h>
#include <string.h>

#include "sync/uch-json-private.h"
#include "sync/uch-wire.h"

/**
 * uch_json_init:
 * @text: need not end with NUL, nor outlive the call
 * @len: bytes, or -1
 *
 * Begins to read. What is no JSON, or nested too deeply, fails at the first read.
 */
void
uch_json_init (UchJson *self, const char *text, gssize len)
{
  memset (self, 0, sizeof *self);
  uch_json_take_events (self, text, len < 0 ? strlen (text) : (gsize) len);
}

/**
 * uch_json_fail:
 * @field: (nullable): the member it is about
 *
 * Keeps the first error; nothing is read after it.
 *
 * Returns: %FALSE
 */
gboolean
uch_json_fail (UchJson *self, const char *field, const char *format, ...)
{
  va_list ap;

  if (self->error != NULL)
    return FALSE;
  va_start (ap, format);
  self->error = g_error_new_valist (UCH_WIRE_ERROR, UCH_WIRE_ERROR_MALFORMED, format, ap);
  va_end (ap);
  uch_wire_error_set_field (self->error, field);
  return FALSE;
}

/**
 * uch_json_say_where:
 * @where: such as "ops[3]"
 *
 * Puts the place before the field of the error that was just met.
 */
void
uch_json_say_where (UchJson *self, const char *where)
{
  g_autofree char *field = NULL;

  if (self->error == NULL)
    return;
  field = g_strjoin (".", where, uch_wire_error_get_field (self->error), NULL);
  uch_wire_error_set_field (self->error, field);
}

/**
 * uch_json_finish:
 *
 * Ends the reading and frees what it held.
 *
 * Errors: the first one met.
 *
 * Returns: whether everything was right
 */
gboolean
uch_json_finish (UchJson *self, GError **error)
{
  g_free (self->tokens);
  g_free (self->texts);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static const UchJsonToken *
look (UchJson *self)
{
  if (self->error != NULL || self->at >= self->n_tokens)
    return NULL;
  return &self->tokens[self->at];
}

/**
 * uch_json_peek:
 *
 * Returns: what comes next; a number with a fraction or an exponent is %UCH_JSON_REAL
 */
UchJsonKind
uch_json_peek (UchJson *self)
{
  const UchJsonToken *token = look (self);

  return token != NULL ? token->kind : UCH_JSON_NOTHING;
}

/* The next token, which is then behind us; NULL when it is not of this kind. */
static const UchJsonToken *
take (UchJson *self, UchJsonKind kind, const char *what, const char *must_be)
{
  const UchJsonToken *token = look (self);

  if (token == NULL || token->kind != kind)
    {
      uch_json_fail (self, what, "“%s” must be %s", what, must_be);
      return NULL;
    }
  self->at++;
  return token;
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
  return take (self, kind, what, kind == UCH_JSON_OBJECT ? "an object" : "an array") != NULL;
}

/**
 * uch_json_next_item:
 *
 * Returns: whether the array has another item, which must then be read or skipped
 */
gboolean
uch_json_next_item (UchJson *self)
{
  const UchJsonToken *token = look (self);

  if (token == NULL)
    return FALSE;
  if (token->kind == UCH_JSON_NOTHING)
    self->at++;
  return token->kind != UCH_JSON_NOTHING;
}

/**
 * uch_json_next_member:
 *
 * Returns: (nullable): the name of the object's next member, valid until the reading is finished;
 *   its value must then be read or skipped. %NULL: it is over.
 */
const char *
uch_json_next_member (UchJson *self)
{
  if (!uch_json_next_item (self))
    return NULL;
  return self->texts + self->tokens[self->at++].text;
}

/**
 * uch_json_next_known:
 * @names: NULL-terminated, at most 32
 * @seen: a bit for each of them that was met; 0 at the beginning
 *
 * For what a client sends: a member that is not known, or stands twice, is an error, for passing
 * it over would lose something that was meant.
 *
 * Returns: the index of the object's next member in @names; -1: it is over, or wrong
 */
int
uch_json_next_known (UchJson *self, const char *const *names, guint *seen)
{
  const char *name = uch_json_next_member (self);

  if (name == NULL)
    return -1;
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      {
        if ((*seen & 1u << i) != 0)
          {
            uch_json_fail (self, name, "“%s” stands twice", name);
            return -1;
          }
        *seen |= 1u << i;
        return i;
      }
  uch_json_fail (self, name, "“%.64s” is not known here", name);
  self->error->code = UCH_WIRE_ERROR_UNKNOWN;
  return -1;
}

/**
 * uch_json_read_text:
 * @out_text: (out): valid until the reading is finished
 */
gboolean
uch_json_read_text (UchJson *self, const char *what, const char **out_text)
{
  const UchJsonToken *token = take (self, UCH_JSON_TEXT, what, "a text");

  if (token == NULL)
    return FALSE;
  *out_text = self->texts + token->text;
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

/**
 * uch_json_read_int:
 *
 * Reads a whole number of 64 bits.
 */
gboolean
uch_json_read_int (UchJson *self, const char *what, gint64 *out_value)
{
  const UchJsonToken *token = take (self, UCH_JSON_INT, what, "a whole number");

  if (token == NULL)
    return FALSE;
  *out_value = token->whole;
  return TRUE;
}

gboolean
uch_json_read_real (UchJson *self, const char *what, double *out_value)
{
  gboolean            whole = uch_json_peek (self) == UCH_JSON_INT;
  const UchJsonToken *token = take (self, whole ? UCH_JSON_INT : UCH_JSON_REAL, what, "a number");

  if (token == NULL)
    return FALSE;
  *out_value = whole ? (double) token->whole : token->real;
  return TRUE;
}

gboolean
uch_json_read_bool (UchJson *self, const char *what, gboolean *out_value)
{
  const UchJsonToken *token = take (self, UCH_JSON_BOOL, what, "true or false");

  if (token == NULL)
    return FALSE;
  *out_value = token->whole != 0;
  return TRUE;
}

/**
 * uch_json_skip:
 *
 * Passes over a value of any kind.
 */
gboolean
uch_json_skip (UchJson *self)
{
  const UchJsonToken *token = look (self);

  if (token == NULL || token->kind == UCH_JSON_NOTHING)
    return uch_json_fail (self, NULL, "expected a value");
  if (token->kind == UCH_JSON_OBJECT || token->kind == UCH_JSON_ARRAY)
    self->at = token->after;
  else
    self->at++;
  return TRUE;
}

#define ESCAPE_LEN_MAX 6

static void
append_escape (GString *json, guint8 c)
{
  if (c == '"' || c == '\\')
    g_string_append_printf (json, "\\%c", c);
  else if (c == '\n')
    g_string_append (json, "\\n");
  else
    g_string_append_printf (json, "\\u%04x", c);
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
  gsize       len = strlen (text);
  const char *end = text + len;
  /* As if nothing were escaped, and the longest escape. */
  char *out = uch_json_reserve (json, len + 2 + ESCAPE_LEN_MAX);

  *out++ = '"';
  while (text < end)
    {
      guint64 bytes;
      guint8  c;

      while (end - text >= (gssize) sizeof bytes)
        {
          memcpy (&bytes, text, sizeof bytes);
          if (!uch_json_stand_as_they_are (bytes))
            break;
          memcpy (out, &bytes, sizeof bytes);
          text += sizeof bytes;
          out += sizeof bytes;
        }
      if (text == end)
        break;
      c = (guint8) *text++;
      if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
        {
          *out++ = (char) c;
          continue;
        }
      uch_json_wrote (json, out);
      append_escape (json, c);
      out = uch_json_reserve (json, (gsize) (end - text) + 1 + ESCAPE_LEN_MAX);
    }
  *out++ = '"';
  uch_json_wrote (json, out);
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
