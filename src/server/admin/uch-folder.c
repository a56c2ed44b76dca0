#include "server/admin/uch-folder.h"

#include "server/admin/uch-certificate.h"

/**
 * uch_folder_dup_store_url:
 *
 * Returns: (transfer full): the address for uch_store_open()
 */
char *
uch_folder_dup_store_url (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, UCH_FOLDER_DATABASE, NULL);

  return g_strconcat ("sqlite:", path, NULL);
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
