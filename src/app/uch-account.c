#define G_LOG_DOMAIN "uch-app"

#include "app/uch-account.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>
#include <string.h>

#define FOLDER_NAME_LEN 16 /* hex digits: two accounts of one desk never share one by chance */
#define DEFAULT_PORT 8443

static const SecretSchema *
get_schema (void)
{
  static const SecretSchema schema = { "org.uchastok.Desk.Token",
                                       SECRET_SCHEMA_NONE,
                                       { { "store", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                         { "login", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                         { NULL, 0 } } };

  return &schema;
}

/**
 * uch_account_new:
 * @pinned: (nullable)
 *
 * Returns: (transfer full)
 */
UchAccount *
uch_account_new (const char *store_url, const char *login, const char *pinned)
{
  UchAccount *self = g_new0 (UchAccount, 1);

  self->store_url = g_strdup (store_url);
  self->login = g_strdup (login);
  self->pinned = pinned != NULL && *pinned != '\0' ? g_strdup (pinned) : NULL;
  return self;
}

/**
 * uch_account_copy:
 *
 * Returns: (transfer full)
 */
UchAccount *
uch_account_copy (const UchAccount *self)
{
  return uch_account_new (self->store_url, self->login, self->pinned);
}

void
uch_account_free (UchAccount *self)
{
  if (self == NULL)
    return;
  g_free (self->store_url);
  g_free (self->login);
  g_free (self->pinned);
  g_free (self);
}

/**
 * uch_account_load:
 *
 * Returns: (transfer full): who signed in last; its texts are empty when nobody did
 */
UchAccount *
uch_account_load (GSettings *settings)
{
  g_autofree char *store_url = g_settings_get_string (settings, "store-url");
  g_autofree char *login = g_settings_get_string (settings, "login");
  g_autofree char *pinned = g_settings_get_string (settings, "pinned-fingerprint");

  return uch_account_new (store_url, login, pinned);
}

/**
 * uch_account_save:
 *
 * Remembers who signs in where, for the next start. Never the password.
 */
void
uch_account_save (const UchAccount *self, GSettings *settings)
{
  g_settings_set_string (settings, "store-url", self->store_url);
  g_settings_set_string (settings, "login", self->login);
  g_settings_set_string (settings, "pinned-fingerprint", self->pinned != NULL ? self->pinned : "");
}

/**
 * uch_account_forget:
 *
 * Forgets who signed in; the store's address and certificate are kept for whoever comes next.
 */
void
uch_account_forget (GSettings *settings)
{
  g_settings_reset (settings, "login");
}

/**
 * uch_account_get_folder:
 *
 * Returns: (transfer full): where this person's copy of this store and unsent acts are kept
 */
char *
uch_account_get_folder (const UchAccount *self)
{
  g_autofree char *key = g_strconcat (self->store_url, "\n", self->login, NULL);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  sum[FOLDER_NAME_LEN] = '\0';
  return g_build_filename (g_get_user_data_dir (), "uchastok", sum, NULL);
}

/**
 * uch_account_dup_device:
 *
 * Returns: (transfer full): this desk's identity at stores; made when there is none yet
 */
char *
uch_account_dup_device (GSettings *settings)
{
  g_autofree char *device_id = g_settings_get_string (settings, "device-id");

  if (*device_id == '\0')
    {
      g_free (device_id);
      device_id = g_uuid_string_random ();
      g_settings_set_string (settings, "device-id", device_id);
    }
  return g_steal_pointer (&device_id);
}

/**
 * uch_account_normalize_url:
 * @text: as it was typed: "store.example", "store.example:8443", "https://store.example:8443/"
 * @out_problem: (out): what is wrong with it, translated; static
 *
 * Returns: (transfer full) (nullable): the address with scheme and port, without a path
 */
char *
uch_account_normalize_url (const char *text, const char **out_problem)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *full = NULL;
  g_autoptr (GUri) uri = NULL;
  int port = 0;

  *out_problem = NULL;
  if (*trimmed == '\0')
    *out_problem = _ ("Type the address of the store.");
  else if (g_ascii_strncasecmp (trimmed, "http://", strlen ("http://")) == 0)
    *out_problem = _ ("The store is reached by https:// only: passwords must not travel openly.");
  if (*out_problem != NULL)
    return NULL;
  full = strstr (trimmed, "://") != NULL ? g_strdup (trimmed)
                                         : g_strconcat ("https://", trimmed, NULL);
  uri = g_uri_parse (full, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || strpbrk (trimmed, " \t") != NULL
      || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL
      || *g_uri_get_host (uri) == '\0' || g_uri_get_userinfo (uri) != NULL
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || (*g_uri_get_path (uri) != '\0' && strcmp (g_uri_get_path (uri), "/") != 0))
    {
      *out_problem = _ ("This is not an address of a store, such as store.example:8443.");
      return NULL;
    }
  /* A bare name means the store's own port; a scheme that was typed means the scheme's. */
  port = g_uri_get_port (uri);
  if (port <= 0 && strstr (trimmed, "://") == NULL)
    port = DEFAULT_PORT;
  return g_uri_join (G_URI_FLAGS_NONE, "https", NULL, g_uri_get_host (uri), port, "", NULL, NULL);
}

/**
 * uch_fingerprint_normalize:
 * @text: hex digits, with or without colons and spaces
 *
 * Returns: (transfer full) (nullable): lower-case hex digits; NULL when it is no SHA-256
 */
char *
uch_fingerprint_normalize (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_isxdigit (*p))
      g_string_append_c (digits, g_ascii_tolower (*p));
    else if (*p != ':' && !g_ascii_isspace (*p))
      return NULL;
  if (digits->len != UCH_FINGERPRINT_LEN)
    return NULL;
  return g_strdup (digits->str);
}

/**
 * uch_fingerprint_format:
 * @fingerprint: (nullable): hex digits
 *
 * Returns: (transfer full): in groups of four, four to a line, so that people can compare them
 */
char *
uch_fingerprint_format (const char *fingerprint)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; fingerprint != NULL && fingerprint[i] != '\0'; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, i % 16 == 0 ? '\n' : ' ');
      g_string_append_c (text, g_ascii_toupper (fingerprint[i]));
    }
  return g_string_free (text, FALSE);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char   *token = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, token, (GDestroyNotify) secret_password_free);
}

/**
 * uch_account_lookup_token_async:
 *
 * Asks the keyring for the token of the last sign-in.
 */
void
uch_account_lookup_token_async (const UchAccount   *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  secret_password_lookup (get_schema (), cancellable, looked_up_cb, task, "store", self->store_url,
                          "login", self->login, NULL);
}

/**
 * uch_account_lookup_token_finish:
 *
 * Returns: (transfer full) (nullable): the token; NULL without an error: there is none.
 * An error means that there is no keyring
 */
char *
uch_account_lookup_token_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * uch_account_store_token_async:
 *
 * Hands the token to the keyring. It is never written anywhere else.
 */
void
uch_account_store_token_async (const UchAccount   *self,
                               const char         *token,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask           *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *label = g_strdup_printf (_ ("Uchastok: %s at %s"), self->login, self->store_url);

  secret_password_store (get_schema (), SECRET_COLLECTION_DEFAULT, label, token, cancellable,
                         stored_cb, task, "store", self->store_url, "login", self->login, NULL);
}

/**
 * uch_account_store_token_finish:
 *
 * Returns: FALSE with an error when there is no keyring, or it refused
 */
gboolean
uch_account_store_token_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!secret_password_clear_finish (result, &error) && error != NULL)
    g_debug ("no token was removed: %s", error->message);
}

/**
 * uch_account_clear_token:
 *
 * Removes the token from the keyring.
 */
void
uch_account_clear_token (const UchAccount *self)
{
  secret_password_clear (get_schema (), NULL, cleared_cb, NULL, "store", self->store_url, "login",
                         self->login, NULL);
}
