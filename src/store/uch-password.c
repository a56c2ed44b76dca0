/* Passwords: argon2id in the PHC string format, so that other tools can check them too. */

#define G_LOG_DOMAIN "uch-store"

#include <sodium.h>
#include <string.h>

#include "store/uch-store-accounts.h"

/* Source: the protocol's security rules; OWASP asks for at least 19 MiB with t = 2. */
#define T_COST 2
#define M_COST_KIB (64 * 1024)
#define HASH_LEN 32
#define SALT_LEN 16

static char *
encode (const guint8 *bytes, gsize len)
{
  char text[64];

  return g_strdup (
      sodium_bin2base64 (text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL_NO_PADDING));
}

static gboolean
check_length (const char *password, GError **error)
{
  gsize len = strlen (password);

  if (len <= UCH_PASSWORD_LEN_MAX && g_utf8_strlen (password, -1) >= UCH_PASSWORD_LEN_MIN)
    return TRUE;
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
               "A password has at least %d characters and at most %d bytes", UCH_PASSWORD_LEN_MIN,
               UCH_PASSWORD_LEN_MAX);
  return FALSE;
}

/**
 * uch_password_hash:
 * @password: the password
 * @salt: random bytes
 * @error: return location: %UCH_STORE_ERROR_INVALID when it is too short or too long
 *
 * Takes about a tenth of a second and 64 MiB. May be called on any thread.
 *
 * Returns: (transfer full) (nullable): "$argon2id$v=19$…"
 */
char *
uch_password_hash (const char *password, const guint8 salt[16], GError **error)
{
  guint8           hash[HASH_LEN];
  g_autofree char *salt_text = NULL;
  g_autofree char *hash_text = NULL;

  if (!check_length (password, error))
    return NULL;
  if (sodium_init () < 0
      || crypto_pwhash (hash, sizeof hash, password, strlen (password), salt, T_COST,
                        (gsize) M_COST_KIB * 1024, crypto_pwhash_ALG_ARGON2ID13)
             != 0)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE,
                           "There is not enough memory to check a password");
      return NULL;
    }
  salt_text = encode (salt, SALT_LEN);
  hash_text = encode (hash, sizeof hash);
  sodium_memzero (hash, sizeof hash);
  return g_strdup_printf ("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", M_COST_KIB, T_COST, salt_text,
                          hash_text);
}

/**
 * uch_password_verify:
 * @password: what was typed
 * @encoded: what uch_password_hash() gave
 *
 * As slow as making it. May be called on any thread.
 *
 * Returns: whether it fits
 */
gboolean
uch_password_verify (const char *password, const char *encoded)
{
  return strlen (password) <= UCH_PASSWORD_LEN_MAX && sodium_init () >= 0
         && crypto_pwhash_str_verify (encoded, password, strlen (password)) == 0;
}
