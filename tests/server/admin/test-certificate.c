/* The store's own certificate: valid now and here, its key for the owner's eyes, pinned by
 * fingerprint. */
#include <glib/gstdio.h>

#include "server/admin/uch-certificate.h"

static const char *const names[] = { "localhost", "127.0.0.1", "::1", NULL };

typedef struct
{
  char *folder, *certificate, *key;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("uchastok-XXXXXX", NULL);
  fixture->certificate = g_build_filename (fixture->folder, "certificate.pem", NULL);
  fixture->key = g_build_filename (fixture->folder, "key.pem", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->certificate);
  g_remove (fixture->key);
  g_rmdir (fixture->folder);
  g_free (fixture->certificate);
  g_free (fixture->key);
  g_free (fixture->folder);
}

static UchTime
now (void)
{
  return g_get_real_time () / 1000;
}

static GTlsCertificate *
make (Fixture *fixture, UchTime at)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;

  uch_certificate_make (fixture->certificate, fixture->key, names, at, &error);
  g_assert_no_error (error);
  certificate = g_tls_certificate_new_from_files (fixture->certificate, fixture->key, &error);
  g_assert_no_error (error);
  return certificate;
}

/* What a client finds wrong that trusts the certificate itself. */
static GTlsCertificateFlags
verify (GTlsCertificate *certificate, const char *host)
{
  g_autoptr (GSocketConnectable) identity = g_network_address_new (host, 443);

  return g_tls_certificate_verify (certificate, identity, certificate);
}

static void
test_is_for_its_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = make (fixture, now ());

  g_assert_cmpuint (verify (certificate, "localhost"), ==, 0);
  g_assert_cmpuint (verify (certificate, "127.0.0.1"), ==, 0);
  g_assert_cmpuint (verify (certificate, "::1"), ==, 0);
  g_assert_cmpuint (verify (certificate, "elsewhere.example"), ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
}

static void
test_ends (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate
      = make (fixture, now () - UCH_CERTIFICATE_LIFE_MS - UCH_DAY_MS);

  g_assert_cmpuint (verify (certificate, "localhost"), ==, G_TLS_CERTIFICATE_EXPIRED);
}

static void
test_key_is_private (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = make (fixture, now ());
  GStatBuf status;

  g_assert_cmpint (g_stat (fixture->key, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0077, ==, 0);
}

static void
test_fingerprint (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) one = make (fixture, now ());
  g_autoptr (GTlsCertificate) again = g_tls_certificate_new_from_file (fixture->certificate, NULL);
  g_autoptr (GTlsCertificate) other = make (fixture, now ());
  g_autofree char *of_one = uch_certificate_dup_fingerprint (one);
  g_autofree char *of_again = uch_certificate_dup_fingerprint (again);
  g_autofree char *of_other = uch_certificate_dup_fingerprint (other);

  g_assert_cmpuint (strlen (of_one), ==, 64);
  g_assert_cmpstr (of_one, ==, of_again);
  g_assert_cmpstr (of_one, !=, of_other);
}

static void
test_unwritable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      uch_certificate_make ("/nonexistent/c.pem", "/nonexistent/k.pem", names, now (), &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/certificate/is-for-its-names", Fixture, NULL, set_up, test_is_for_its_names,
              tear_down);
  g_test_add ("/certificate/ends", Fixture, NULL, set_up, test_ends, tear_down);
  g_test_add ("/certificate/key-is-private", Fixture, NULL, set_up, test_key_is_private, tear_down);
  g_test_add ("/certificate/fingerprint", Fixture, NULL, set_up, test_fingerprint, tear_down);
  g_test_add ("/certificate/unwritable", Fixture, NULL, set_up, test_unwritable, tear_down);
  return g_test_run ();
}
