#include "server/admin/uch-folder.h"

#include <sys/stat.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "server/admin/uch-certificate.h"

/**
 * uch_folder_put_store_url:
 * @url: "postgresql://…"
 *
 * From now on the store of this folder is in that database. There may be a password in it: only the
 * owner can read the file.
 */
gboolean
uch_folder_put_store_url (const char *folder, const char *url, GError **error)
{
  g_autofree char *path = g_build_filename (folder, UCH_FOLDER_ADDRESS, NULL);
  g_autofree char *line = g_strconcat (url, "\n", NULL);

  return g_file_set_contents_full (
      path, line, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/**
 * uch_folder_dup_store_url:
 * @error: of #GFileError
 *
 * Returns: (transfer full) (nullable): the address for uch_store_open(); %NULL also when others may
 *     read an address in which a password may stand
 */
char *
uch_folder_dup_store_url (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, UCH_FOLDER_DATABASE, NULL);
  g_autofree char *address = g_build_filename (folder, UCH_FOLDER_ADDRESS, NULL);
  GStatBuf         status;
  char            *url;

  if (g_stat (address, &status) != 0)
    return g_strconcat ("sqlite:", path, NULL);
  if ((status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM,
                   _ ("Others may read %s, where a password may stand: take that right away "
                      "(chmod 600)"),
                   address);
      return NULL;
    }
  return g_file_get_contents (address, &url, NULL, error) ? g_strstrip (url) : NULL;
}

/**
 * uch_folder_make_certificate:
 * @hosts: (nullable) (array zero-terminated=1): further names and addresses of this machine
 *
 * Makes a self-signed certificate for this machine: localhost and its own name. What is there is
 * replaced, and every desk has to be told the new fingerprint.
 */
gboolean
uch_folder_make_certificate (const char        *folder,
                             const char *const *hosts,
                             gint64             now,
                             GError           **error)
{
  g_autofree char  *certificate = g_build_filename (folder, UCH_FOLDER_CERTIFICATE, NULL);
  g_autofree char  *key = g_build_filename (folder, UCH_FOLDER_KEY, NULL);
  const char *const always[] = { "localhost", "127.0.0.1", "::1", g_get_host_name (), NULL };
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  g_strv_builder_addv (names, (const char **) always);
  if (hosts != NULL)
    g_strv_builder_addv (names, (const char **) hosts);
  all = g_strv_builder_end (names);
  return uch_certificate_make (certificate, key, (const char *const *) all, now, error);
}

/**
 * uch_folder_load_certificate:
 *
 * Returns: (transfer full) (nullable): the certificate with its key
 */
GTlsCertificate *
uch_folder_load_certificate (const char *folder, GError **error)
{
  g_autofree char *certificate = g_build_filename (folder, UCH_FOLDER_CERTIFICATE, NULL);
  g_autofree char *key = g_build_filename (folder, UCH_FOLDER_KEY, NULL);

  return g_tls_certificate_new_from_files (certificate, key, error);
}
