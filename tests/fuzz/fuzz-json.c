/* Our scan of JSON beside yajl's: both take the same texts and find the same in them. What ours
 * refuses and yajl does not are half surrogate pairs, NUL, deep nesting, numbers beyond 64 bits,
 * and a text without an end behind the value, which yajl passes over. */
#include <math.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "sync/uch-json.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static int
their_null (void *found)
{
  g_string_append (found, "null ");
  return 1;
}

static int
their_bool (void *found, int value)
{
  g_string_append (found, value ? "true " : "false ");
  return 1;
}

static int
their_number (void *found, const char *digits, size_t len)
{
  g_autofree char *number = g_strndup (digits, len);

  if (strpbrk (number, ".eE") != NULL)
    g_string_append_printf (found, "real %.17g ", g_ascii_strtod (number, NULL));
  else
    g_string_append_printf (found, "int %" G_GINT64_FORMAT " ", g_ascii_strtoll (number, NULL, 10));
  return 1;
}

static int
their_text (void *found, const guchar *text, size_t len)
{
  g_string_append_printf (found, "text %zu ", len);
  g_string_append_len (found, (const char *) text, (gssize) len);
  return 1;
}

static int
their_object (void *found)
{
  g_string_append (found, "{ ");
  return 1;
}

static int
their_array (void *found)
{
  g_string_append (found, "[ ");
  return 1;
}

static int
their_end (void *found)
{
  g_string_append (found, "end ");
  return 1;
}

static const yajl_callbacks callbacks
    = { their_null,   their_bool, NULL,      NULL,        their_number, their_text,
        their_object, their_text, their_end, their_array, their_end };

static gboolean
ask_yajl (const guint8 *data, gsize size, GString *found)
{
  yajl_handle parser = yajl_alloc (&callbacks, NULL, found);
  gboolean    taken = yajl_parse (parser, data, size) == yajl_status_ok
                   && yajl_complete_parse (parser) == yajl_status_ok;

  yajl_free (parser);
  return taken;
}

static void
walk (UchJson *json, GString *found)
{
  const char *text;
  gint64      whole;
  double      real;
  gboolean    flag;

  switch (uch_json_peek (json))
    {
    case UCH_JSON_OBJECT:
      their_object (found);
      uch_json_enter (json, UCH_JSON_OBJECT, "object");
      while ((text = uch_json_next_member (json)) != NULL)
        {
          their_text (found, (const guchar *) text, strlen (text));
          walk (json, found);
        }
      their_end (found);
      break;
    case UCH_JSON_ARRAY:
      their_array (found);
      uch_json_enter (json, UCH_JSON_ARRAY, "array");
      while (uch_json_next_item (json))
        walk (json, found);
      their_end (found);
      break;
    case UCH_JSON_TEXT:
      if (uch_json_read_text (json, "text", &text))
        their_text (found, (const guchar *) text, strlen (text));
      break;
    case UCH_JSON_INT:
      uch_json_read_int (json, "int", &whole);
      g_string_append_printf (found, "int %" G_GINT64_FORMAT " ", whole);
      break;
    case UCH_JSON_REAL:
      uch_json_read_real (json, "real", &real);
      g_string_append_printf (found, "real %.17g ", real);
      break;
    case UCH_JSON_BOOL:
      uch_json_read_bool (json, "bool", &flag);
      their_bool (found, flag);
      break;
    default:
      uch_json_skip (json);
      their_null (found);
      break;
    }
}

/* What only ours refuses. */
static gboolean
is_ours_alone (const char *message)
{
  return strstr (message, "surrogate") != NULL || strstr (message, "NUL") != NULL
         || strstr (message, "UTF-8") != NULL || strstr (message, "nested too") != NULL
         || strstr (message, "too large") != NULL || strstr (message, "something follows") != NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) ours = g_string_new (NULL);
  g_autoptr (GString) theirs = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean taken = ask_yajl (data, size, theirs);
  UchJson  json;

  uch_json_init (&json, (const char *) data, (gssize) size);
  if (json.error == NULL)
    {
      walk (&json, ours);
      g_assert_true (taken);
      g_assert_cmpmem (ours->str, ours->len, theirs->str, theirs->len);
    }
  if (!uch_json_finish (&json, &error))
    g_assert_true (!taken || is_ours_alone (error->message));
  return 0;
}
