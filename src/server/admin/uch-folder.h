/* What lies where in a store's data folder. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_FOLDER_DATABASE "store.sqlite"
#define UCH_FOLDER_ADDRESS "database.url" /* where the database is when it is not here */
#define UCH_FOLDER_CERTIFICATE "certificate.pem"
#define UCH_FOLDER_KEY "key.pem"

gboolean         uch_folder_put_store_url (const char *folder, const char *url, GError **error);
char            *uch_folder_dup_store_url (const char *folder, GError **error);
gboolean         uch_folder_make_certificate (const char        *folder,
                                              const char *const *hosts,
                                              gint64             now,
                                              GError           **error);
GTlsCertificate *uch_folder_load_certificate (const char *folder, GError **error);

G_END_DECLS
