#include "server/admin/uch-cli-keepsake.h"

#define FILE_NAME "last-backup"
#define GROUP "backup"

void
uch_cli_keepsake_clear (UchCliKeepsake *self)
{
  g_clear_pointer (&self->path, g_free);
}

/**
 * uch_cli_keepsake_save:
 *
 * Remembers the backup in the store's folder.
 */
gboolean
uch_cli_keepsake_save (const UchCliKeepsake *self, const char *folder, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);

  g_key_file_set_int64 (file, GROUP, "at", self->at);
  g_key_file_set_string (file, GROUP, "file", self->path);
  g_key_file_set_int64 (file, GROUP, "bytes", self->n_bytes);
  g_key_file_set_int64 (file, GROUP, "head", self->head);
  g_key_file_set_uint64 (file, GROUP, "digest", self->digest);
  return g_key_file_save_to_file (file, path, error);
}

/**
 * uch_cli_keepsake_load:
 * @self: (out caller-allocates): cleared with uch_cli_keepsake_clear()
 *
 * Returns: whether there was a backup that anybody remembers
 */
gboolean
uch_cli_keepsake_load (UchCliKeepsake *self, const char *folder)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  self->at = g_key_file_get_int64 (file, GROUP, "at", NULL);
  self->path = g_key_file_get_string (file, GROUP, "file", NULL);
  self->n_bytes = g_key_file_get_int64 (file, GROUP, "bytes", NULL);
  self->head = g_key_file_get_int64 (file, GROUP, "head", NULL);
  self->digest = g_key_file_get_uint64 (file, GROUP, "digest", NULL);
  return self->at > 0 && self->path != NULL;
}
