#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-json.h"

#include <math.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "sync/uch-wire.h"

/* What yajl tells, kept in the order of the text. */
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

static UchJsonToken *
add (UchJson *self, UchJsonKind kind)
{
  UchJsonToken token = { .kind = kind };

  g_array_append_val (self->tokens, token);
  return &g_array_index (self->tokens, UchJsonToken, self->tokens->len - 1);
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
  g_autofree char *name = self->keyed ? g_strdup (self->texts->str + self->key) : NULL;

  if (name == NULL)
    return uch_json_fail (self, NULL, "%s", what);
  return uch_json_fail (self, name, "“%.64s”: %s", name, what);
}

/* yajl's own conversion refuses the smallest and largest numbers of 64 bits. */
static int
number_cb (void *data, const char *digits, size_t len)
{
  UchJson         *self = data;
  g_autofree char *number = g_strndup (digits, len);
  gint64           whole;
  double           real;

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

/* An escape may have made what no text of ours may hold. */
static int
text_cb (void *data, const guchar *text, size_t len)
{
  UchJson *self = data;

  if (memchr (text, '\0', len) != NULL)
    return fail_here (self, "a text holds NUL");
  add (self, UCH_JSON_TEXT)->text = self->texts->len;
  g_string_append_len (self->texts, (const char *) text, (gssize) len);
  g_string_append_c (self->texts, '\0');
  return 1;
}

static int
key_cb (void *data, const guchar *text, size_t len)
{
  UchJson *self = data;
  gsize    at = self->texts->len;

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
  self->open[self->depth++] = self->tokens->len;
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
  g_array_index (self->tokens, UchJsonToken, opened).after = self->tokens->len;
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
  gsize       n_bytes = len < 0 ? strlen (text) : (gsize) len;
  const char *bad;

  memset (self, 0, sizeof *self);
  self->tokens = g_array_sized_new (FALSE, FALSE, sizeof (UchJsonToken),
                                    (guint) MIN (n_bytes / 8 + 8, 1 << 20));
  self->texts = g_string_sized_new (n_bytes / 2);
  if (!g_utf8_validate_len (text, n_bytes, &bad))
    uch_json_fail (self, NULL, "not UTF-8 (at byte %td)", bad - text);
  else if ((bad = find_half_pair (text, n_bytes)) != NULL)
    uch_json_fail (self, NULL, "half a surrogate pair (at byte %td)", bad - text);
  else
    parse (self, text, n_bytes);
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
  g_array_unref (self->tokens);
  g_string_free (self->texts, TRUE);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static const UchJsonToken *
look (UchJson *self)
{
  if (self->error != NULL || self->at >= self->tokens->len)
    return NULL;
  return &g_array_index (self->tokens, UchJsonToken, self->at);
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
  return self->texts->str + g_array_index (self->tokens, UchJsonToken, self->at++).text;
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
  *out_text = self->texts->str + token->text;
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
