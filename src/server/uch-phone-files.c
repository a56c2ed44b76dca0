/* The phone page is plain files, compiled in. They are woven into one page (uch-phone-weave.c) and
 * packed once, at the first question; the
 * service worker is told which files there are and what version they make together, so that a phone
 * keeps either all of the old ones or all of the new ones. */
#define G_LOG_DOMAIN "uch-server"

#include "server/uch-phone-files.h"

#include <string.h>

#include "server/uch-phone-resources.h"
#include "server/uch-phone-weave.h"

#define FOLDER "/org/uchastok/phone"
#define WORKER "sw.js"
#define PAGE "index.html"
#define ETAG_LEN 16

static const struct
{
  const char *ending, *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".webmanifest", "application/manifest+json" },
};

static const char *
get_type (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i].ending))
      return types[i].type;
  return "application/octet-stream";
}

static GBytes *
compress (GBytes *plain)
{
  g_autoptr (GConverter) gzip
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (plain);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, gzip);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packed = NULL;

  if (g_output_stream_splice (out, in, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error) < 0)
    {
      g_warning ("cannot compress a file of the phone page: %s", error->message);
      return NULL;
    }
  packed = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  return g_bytes_get_size (packed) < g_bytes_get_size (plain) ? g_steal_pointer (&packed) : NULL;
}

static void
file_free (gpointer data)
{
  UchPhoneFile *file = data;

  g_bytes_unref (file->plain);
  g_clear_pointer (&file->gzipped, g_bytes_unref);
  g_free (file->etag);
  g_free (file->policy);
  g_free (file);
}

/* Takes @plain. */
static UchPhoneFile *
add_file (GHashTable *files, const char *name, GBytes *plain)
{
  UchPhoneFile    *file = g_new0 (UchPhoneFile, 1);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, plain);

  file->type = get_type (name);
  file->plain = plain;
  file->gzipped = compress (plain);
  file->etag = g_strdup_printf ("\"%.*s\"", ETAG_LEN, sum);
  g_hash_table_insert (files, g_strdup (name), file);
  return file;
}

/* The list of the files that the page needs beside itself, as JavaScript, and their version. */
static GBytes *
write_worker (GBytes *template, GHashTable *files, GHashTable *woven, char **names)
{
  const UchPhoneFile *page = g_hash_table_lookup (files, PAGE);

  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GString) text
      = g_string_new_len (g_bytes_get_data (template, NULL), (gssize) g_bytes_get_size (template));
  g_autofree char *version = NULL;

  g_checksum_update (sum, (const guchar *) page->etag, -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const UchPhoneFile *file = g_hash_table_lookup (files, names[i]);

      if (file == NULL || g_hash_table_contains (woven, names[i])
          || g_str_has_suffix (names[i], ".png")) /* only the launcher's icons */
        continue;
      g_checksum_update (sum, (const guchar *) file->etag, -1);
      g_string_append_printf (list, "%s'%s'", list->len > 0 ? ", " : "", names[i]);
    }
  version = g_strndup (g_checksum_get_string (sum), ETAG_LEN);
  g_string_replace (text, "@VERSION@", version, 0);
  g_string_replace (text, "'@FILES@'", list->str, 0);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * uch_phone_files_new:
 *
 * Returns: (transfer full) (element-type utf8 UchPhoneFile): by name, as in "app.js"
 */
GHashTable *
uch_phone_files_new (void)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_free);
  GResource  *resource = uch_phone_get_resource ();
  g_auto (GStrv) names = g_resource_enumerate_children (resource, FOLDER, 0, NULL);
  g_autoptr (GHashTable) sources
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_bytes_unref);
  g_autoptr (GHashTable) woven = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  GBytes *page, *worker;
  char   *policy = NULL;

  g_return_val_if_fail (names != NULL, files);
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (FOLDER "/", names[i], NULL);
      GBytes          *plain = g_resource_lookup_data (resource, path, 0, NULL);

      g_hash_table_insert (sources, names[i], plain);
      if (strcmp (names[i], WORKER) != 0 && strcmp (names[i], PAGE) != 0)
        add_file (files, names[i], g_bytes_ref (plain));
    }
  page = uch_phone_weave (sources, woven, &policy, &error);
  if (page == NULL) /* what is compiled in is wrong: a fault of the program */
    g_error ("cannot make the phone page: %s", error->message);
  add_file (files, PAGE, page)->policy = policy;
  worker = g_hash_table_lookup (sources, WORKER);
  g_return_val_if_fail (worker != NULL, files);
  add_file (files, WORKER, write_worker (worker, files, woven, names));
  return files;
}
