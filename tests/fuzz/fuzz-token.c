/* What somebody shows as a token, a phone's secret, a login and a password: it opens nothing, and
 * the store survives it. */
#include <string.h>

#include "fuzz.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store-positions.h"

#define NOW G_GINT64_CONSTANT (1788246000000)

static void
count_cb (guint8 *buffer, gsize len, gpointer user_data)
{
  static guint8 count;

  for (gsize i = 0; i < len; i++)
    buffer[i] = count++;
}

static UchStore *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  UchStore *store
      = uch_store_open ("sqlite::memory:", UCH_STORE_CREATE, count_cb, NULL, NOW, &error);
  g_autoptr (UchSession) admin = uch_session_new_local (UCH_ROLE_ADMIN, NULL, NULL);
  g_autoptr (UchAccount) account = NULL;

  g_assert_no_error (error);
  account = uch_store_add_account (store, admin, "dasha", NULL, UCH_ROLE_HEAD, NULL, NOW, &error);
  g_assert_no_error (error);
  return store;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static UchStore *store;
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *secret_of = NULL, *encoded = NULL;
  g_autoptr (UchSession) session = NULL;
  g_autoptr (GError) error = NULL;
  UchSignIn who = { .login = text, .kind = UCH_SESSION_DESK, .device = text };
  UchTime   wait_ms;

  if (store == NULL)
    store = open_store ();
  session = uch_store_authenticate (store, text, NOW, &error);
  g_assert_null (session);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
  g_clear_error (&error);
  secret_of = uch_store_find_tracker (store, text, &error);
  g_assert_null (secret_of);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN);
  g_clear_error (&error);
  encoded = uch_store_begin_sign_in (store, &who, NOW, &wait_ms, &error);
  g_assert_true (encoded != NULL || error != NULL);
  /* As an encoded password it fits nothing; a long one would only cost time. */
  if (size < 200 && strstr (text, "$m=") == NULL)
    g_assert_false (uch_password_verify ("secret", text));
  return 0;
}
