#include "server/admin/uch-certificate.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define COMMON_NAME "uchastok-store"
#define SERIAL_LEN 16
/* Clocks of desks may run a little behind. */
#define VALID_BEFORE_MS UCH_DAY_MS

/* Passes on what gnutls says; TRUE for success. */
static gboolean
check (int code, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC, "the certificate cannot be made: %s",
               gnutls_strerror (code));
  return FALSE;
}

static gboolean
add_names (gnutls_x509_crt_t certificate, const char *const *names, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (names[i]);
      int code;

      if (address != NULL)
        code = gnutls_x509_crt_set_subject_alt_name (
            certificate, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
            (guint) g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND);
      else
        code = gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, names[i],
                                                     (guint) strlen (names[i]), GNUTLS_FSAN_APPEND);
      if (!check (code, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fill (gnutls_x509_crt_t     certificate,
      gnutls_x509_privkey_t key,
      const char *const    *names,
      UchTime               now,
      GError              **error)
{
  guint8 serial[SERIAL_LEN];

  if (!check (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial), error))
    return FALSE;
  serial[0] &= 0x7f; /* a serial number is positive (RFC 5280, 4.1.2.2) */
  return check (gnutls_x509_crt_set_version (certificate, 3), error)
         && check (gnutls_x509_crt_set_serial (certificate, serial, sizeof serial), error)
         && check (gnutls_x509_crt_set_activation_time (
                       certificate, (time_t) ((now - VALID_BEFORE_MS) / UCH_SECOND_MS)),
                   error)
         && check (gnutls_x509_crt_set_expiration_time (
                       certificate, (time_t) ((now + UCH_CERTIFICATE_LIFE_MS) / UCH_SECOND_MS)),
                   error)
         && check (gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                                  COMMON_NAME, strlen (COMMON_NAME)),
                   error)
         && add_names (certificate, names, error)
         && check (gnutls_x509_crt_set_basic_constraints (certificate, 0, -1), error)
         && check (gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE), error)
         && check (gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0),
                   error)
         && check (gnutls_x509_crt_set_key (certificate, key), error)
         && check (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0),
                   error);
}

static gboolean
write_file (const char *path, const gnutls_datum_t *pem, int mode, GError **error)
{
  return g_file_set_contents_full (path, (const char *) pem->data, (gssize) pem->size,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   mode, error);
}

static gboolean
make (gnutls_x509_crt_t     certificate,
      gnutls_x509_privkey_t key,
      const char           *certificate_path,
      const char           *key_path,
      const char *const    *names,
      UchTime               now,
      GError              **error)
{
  gnutls_datum_t certificate_pem = { NULL, 0 }, key_pem = { NULL, 0 };
  gboolean       done;

  done = check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                              GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                error)
         && fill (certificate, key, names, now, error)
         && check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_pem),
                   error)
         && check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &key_pem), error)
         && write_file (key_path, &key_pem, 0600, error)
         && write_file (certificate_path, &certificate_pem, 0644, error);
  gnutls_free (certificate_pem.data);
  if (key_pem.data != NULL)
    gnutls_memset (key_pem.data, 0, key_pem.size);
  gnutls_free (key_pem.data);
  return done;
}

/**
 * uch_certificate_make:
 * @certificate_path: where the certificate goes, as PEM
 * @key_path: where its key goes, as PEM that only the owner may read
 * @names: (array zero-terminated=1): host names and addresses that it is for
 * @now: it is valid from a day before
 *
 * Makes a key (ECDSA on P-256) and a certificate that it signs itself.
 *
 * Returns: %FALSE with @error of #GTlsError or #GFileError
 */
gboolean
uch_certificate_make (const char        *certificate_path,
                      const char        *key_path,
                      const char *const *names,
                      UchTime            now,
                      GError           **error)
{
  gnutls_x509_crt_t     certificate;
  gnutls_x509_privkey_t key;
  gboolean              done;

  if (!check (gnutls_x509_crt_init (&certificate), error))
    return FALSE;
  if (!check (gnutls_x509_privkey_init (&key), error))
    {
      gnutls_x509_crt_deinit (certificate);
      return FALSE;
    }
  done = make (certificate, key, certificate_path, key_path, names, now, error);
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_crt_deinit (certificate);
  return done;
}

/* Whether the key is the certificate's: GLib itself would only notice at the first connection. */
static gboolean
check_pair (const char *certificate_path, const char *key_path, GError **error)
{
  gnutls_certificate_credentials_t credentials;
  int                              code;

  if (!check (gnutls_certificate_allocate_credentials (&credentials), error))
    return FALSE;
  code = gnutls_certificate_set_x509_key_file (credentials, certificate_path, key_path,
                                               GNUTLS_X509_FMT_PEM);
  gnutls_certificate_free_credentials (credentials);
  if (code >= 0)
    return TRUE;
  if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                 _ ("The key %s does not fit the certificate %s"), key_path, certificate_path);
  else
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                 _ ("The certificate %s or its key cannot be read: %s"), certificate_path,
                 gnutls_strerror (code));
  return FALSE;
}

/* Desks refuse a certificate before and after its time, also one that they know. */
static gboolean
check_time (GTlsCertificate *certificate, const char *path, UchTime now, GError **error)
{
  g_autoptr (GDateTime) from = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) to = g_tls_certificate_get_not_valid_after (certificate);
  gboolean         early = from != NULL && now / UCH_SECOND_MS < g_date_time_to_unix (from);
  gboolean         late = to != NULL && now / UCH_SECOND_MS >= g_date_time_to_unix (to);
  g_autofree char *day = early || late ? g_date_time_format (early ? from : to, "%Y-%m-%d") : NULL;

  if (early)
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                 _ ("The certificate %s is only good from %s on: is the clock right?"), path, day);
  else if (late)
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                 _ ("The certificate %s ran out on %s, and every desk would refuse it"), path, day);
  return !early && !late;
}

/**
 * uch_certificate_load:
 * @now: the clock
 *
 * Loads a certificate with its key. A key that others may read, or that is not the certificate's,
 * is refused, and a certificate that is not good now.
 *
 * Returns: (transfer full) (nullable): the pair, or %NULL with @error of #GTlsError or #GFileError
 */
GTlsCertificate *
uch_certificate_load (const char *certificate_path,
                      const char *key_path,
                      UchTime     now,
                      GError    **error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  GStatBuf status;

  if (g_stat (key_path, &status) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                   _ ("The key %s cannot be read: %s"), key_path, g_strerror (code));
      return NULL;
    }
  if ((status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM,
                   _ ("Others may read the key %s: take that right away (chmod 600), and think of "
                      "a new key"),
                   key_path);
      return NULL;
    }
  if (!check_pair (certificate_path, key_path, error))
    return NULL;
  certificate = g_tls_certificate_new_from_files (certificate_path, key_path, error);
  if (certificate == NULL || !check_time (certificate, certificate_path, now, error))
    return NULL;
  return g_steal_pointer (&certificate);
}

/**
 * uch_certificate_get_days_left:
 *
 * Returns: whole days until it runs out; one without an end lasts %G_MAXINT
 */
int
uch_certificate_get_days_left (GTlsCertificate *certificate, UchTime now)
{
  g_autoptr (GDateTime) to = g_tls_certificate_get_not_valid_after (certificate);

  return to != NULL ? (int) ((g_date_time_to_unix (to) * UCH_SECOND_MS - now) / UCH_DAY_MS)
                    : G_MAXINT;
}

/**
 * uch_certificate_dup_fingerprint:
 *
 * Returns: (transfer full): SHA-256 of the certificate: 64 lower-case hex digits
 */
char *
uch_certificate_dup_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}
