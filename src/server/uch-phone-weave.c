/* The author writes plain modules, one matter each; a phone on a thin line should not ask fifteen
 * times, each question waiting for the one before. So the page goes out as one document: style,
 * symbols and modules stand in it, the modules each in a function of its own, in the order in which
 * they need each other.
 *
 * This understands the few forms of import and export that resources/phone uses, each on one line,
 * and refuses every other. */
#define G_LOG_DOMAIN "uch-server"

#include "server/uch-phone-weave.h"

#include <string.h>

#define PAGE "index.html"
#define STYLE "style.css"
#define SYMBOLS "icons.svg"
#define MAIN "app.js"

typedef struct
{
  GHashTable *sources; /* (unowned): name → GBytes */
  GHashTable *woven;   /* (unowned): names that stand in the page now */
  GString    *script;
  GRegex     *import, *import_all, *export, *export_list;
} Weaver;

static GRegex *
compile (const char *pattern)
{
  return g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, NULL);
}

static char *
dup_source (GHashTable *sources, const char *name, GError **error)
{
  GBytes *bytes = g_hash_table_lookup (sources, name);

  if (bytes == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the phone page has no “%s”", name);
      return NULL;
    }
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static gboolean weave_module (Weaver *self, const char *name, GError **error);

/* An import becomes a look at what the other module has returned. */
static gboolean
weave_import (Weaver *self, GString *body, const char *line, GError **error)
{
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *what = NULL, *from = NULL;
  gboolean         all;

  all = g_regex_match (self->import_all, line, 0, &match);
  if (!all)
    {
      g_clear_pointer (&match, g_match_info_unref);
      if (!g_regex_match (self->import, line, 0, &match))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "an import of no known form: %s",
                       line);
          return FALSE;
        }
    }
  what = g_match_info_fetch (match, 1);
  from = g_match_info_fetch (match, 2);
  if (!weave_module (self, from, error))
    return FALSE;
  g_string_append_printf (body, all ? "const %s = m['%s'];\n" : "const { %s } = m['%s'];\n", what,
                          from);
  return TRUE;
}

/* An export is remembered, and the line stands without the word. */
static gboolean
weave_export (Weaver *self, GString *body, GString *names, const char *line, GError **error)
{
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *name = NULL;
  gboolean         list = g_regex_match (self->export_list, line, 0, &match);

  if (!list)
    {
      g_clear_pointer (&match, g_match_info_unref);
      if (!g_regex_match (self->export, line, 0, &match))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "an export of no known form: %s",
                       line);
          return FALSE;
        }
      g_string_append_printf (body, "%s\n", line + strlen ("export "));
    }
  name = g_match_info_fetch (match, 1);
  g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
  return TRUE;
}

static gboolean
weave_lines (Weaver *self, const char *source, GString *body, GString *names, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (source, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], "import "))
        {
          if (!weave_import (self, body, lines[i], error))
            return FALSE;
        }
      else if (g_str_has_prefix (lines[i], "export "))
        {
          if (!weave_export (self, body, names, lines[i], error))
            return FALSE;
        }
      else if (!g_str_has_prefix (lines[i], "//"))
        g_string_append_printf (body, "%s\n", lines[i]);
    }
  return TRUE;
}

/* The module after those that it needs, each once. */
static gboolean
weave_module (Weaver *self, const char *name, GError **error)
{
  g_autofree char *source = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  if (!g_hash_table_add (self->woven, g_strdup (name)))
    return TRUE;
  source = dup_source (self->sources, name, error);
  if (source == NULL || !weave_lines (self, source, body, names, error))
    return FALSE;
  g_string_append_printf (self->script, "m['%s'] = (() => {\n%sreturn { %s };\n})();\n", name,
                          body->str, names->str);
  return TRUE;
}

static char *
weave_script (GHashTable *sources, GHashTable *woven, GError **error)
{
  Weaver   self = { .sources = sources,
                    .woven = woven,
                    .script = g_string_new ("const m = {};\n"),
                    .import = compile ("^import \\{ ([\\w, ]+) \\} from '\\./([\\w.-]+)';$"),
                    .import_all = compile ("^import \\* as (\\w+) from '\\./([\\w.-]+)';$"),
                    .export = compile ("^export (?:async function|function|class|const) (\\w+)"),
                    .export_list = compile ("^export \\{ ([\\w, ]+) \\};$") };
  gboolean done = weave_module (&self, MAIN, error);

  if (done && strstr (self.script->str, "</script") != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "a module says </script, which would end it");
      done = FALSE;
    }
  g_regex_unref (self.import);
  g_regex_unref (self.import_all);
  g_regex_unref (self.export);
  g_regex_unref (self.export_list);
  return g_string_free (self.script, !done);
}

/* As a policy names a text that stands in the page itself. Source: CSP Level 3, "hash-source". */
static char *
dup_hash (const char *text)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize  len = sizeof digest;

  g_checksum_update (sum, (const guint8 *) text, -1);
  g_checksum_get_digest (sum, digest, &len);
  return g_base64_encode (digest, len);
}

static gboolean
put_in (GString    *page,
        const char *place,
        const char *before,
        const char *text,
        const char *after,
        GError    **error)
{
  g_autofree char *whole = g_strconcat (before, text, after, NULL);

  if (g_string_replace (page, place, whole, 1) == 1)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the page has no place “%s”", place);
  return FALSE;
}

/**
 * uch_phone_weave:
 * @sources: (element-type utf8 GBytes): the files by name
 * @woven: (element-type utf8): gets the names of those that stand in the page now; owns them
 * @out_policy: (out) (transfer full): the hashes of what stands in it, for the content security
 *   policy
 * @error: return location: a file says what this does not understand
 *
 * Returns: (transfer full) (nullable): the page
 */
GBytes *
uch_phone_weave (GHashTable *sources, GHashTable *woven, char **out_policy, GError **error)
{
  g_autofree char *template = dup_source (sources, PAGE, error);
  g_autofree char *style = template != NULL ? dup_source (sources, STYLE, error) : NULL;
  g_autofree char *symbols = style != NULL ? dup_source (sources, SYMBOLS, error) : NULL;
  g_autofree char *script = symbols != NULL ? weave_script (sources, woven, error) : NULL;
  g_autofree char *style_hash = NULL, *script_hash = NULL;
  g_autoptr (GString) page = NULL;

  if (script == NULL)
    return NULL;
  page = g_string_new (template);
  if (!put_in (page, "<link rel=\"stylesheet\" href=\"" STYLE "\">", "<style>", style, "</style>",
               error)
      || !put_in (page, "<!-- " SYMBOLS " -->", "", symbols, "", error)
      || !put_in (page, "<script type=\"module\" src=\"" MAIN "\"></script>",
                  "<script type=\"module\">", script, "</script>", error))
    return NULL;
  g_hash_table_add (woven, g_strdup (PAGE));
  g_hash_table_add (woven, g_strdup (STYLE));
  g_hash_table_add (woven, g_strdup (SYMBOLS));
  style_hash = dup_hash (style);
  script_hash = dup_hash (script);
  *out_policy = g_strdup_printf ("style-src 'self' 'sha256-%s'; script-src 'self' 'sha256-%s'",
                                 style_hash, script_hash);
  return g_string_free_to_bytes (g_steal_pointer (&page));
}
