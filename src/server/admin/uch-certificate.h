/* The store's own certificate, for an office that has no other. */
#pragma once

#include <gio/gio.h>

#include "core/uch-types.h"

G_BEGIN_DECLS

/* A self-signed certificate is pinned by its fingerprint: a long life harms nobody, its end does.
 */
#define UCH_CERTIFICATE_LIFE_MS (10 * 365 * UCH_DAY_MS)

gboolean         uch_certificate_make (const char        *certificate_path,
                                       const char        *key_path,
                                       const char *const *names,
                                       UchTime            now,
                                       GError           **error);
GTlsCertificate *uch_certificate_load (const char *certificate_path,
                                       const char *key_path,
                                       UchTime     now,
                                       GError    **error);
int              uch_certificate_get_days_left (GTlsCertificate *certificate, UchTime now);
char            *uch_certificate_dup_fingerprint (GTlsCertificate *certificate);

G_END_DECLS
