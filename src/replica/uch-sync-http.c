#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-sync-http.h"

#include <string.h>

#include "replica/uch-replica-db.h"
#include "sync/uch-wire.h"

/* Without a byte; longer than the longest poll. */
#define TIMEOUT_S 20
/* A page of a first sync; more than that is no store. */
#define REPLY_LEN_MAX (64 * 1024 * 1024)
/* A clock that is further off than this is wrong. */
#define CLOCK_OFF_MAX_MS (5 * UCH_MINUTE_MS)

#define TIME_FLAGS (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)

G_DEFINE_QUARK (uch - sync - error - quark, uch_sync_error)

/* Takes "host", "host:port" and "https://host:port/"; nothing but HTTPS. */
static GUri *
parse_address (const char *address)
{
  g_autofree char *text = g_strstrip (g_strdup (address != NULL ? address : ""));
  g_autofree char *full
      = strstr (text, "://") != NULL ? g_strdup (text) : g_strconcat ("https://", text, NULL);
  g_autoptr (GUri) uri = g_uri_parse (full, SOUP_HTTP_URI_FLAGS, NULL);

  if (uri == NULL || strcmp (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL
      || *g_uri_get_host (uri) == '\0' || strpbrk (g_uri_get_host (uri), " \t\"<>") != NULL
      || g_uri_get_user (uri) != NULL)
    return NULL;
  return g_steal_pointer (&uri);
}

static gboolean
is_at_home (GUri *uri)
{
  const char *host = uri != NULL ? g_uri_get_host (uri) : "";
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_str_equal (host, "localhost")
         || (address != NULL && g_inet_address_get_is_loopback (address));
}

UchSyncHttp *
uch_sync_http_new (const char *store_url, const char *pinned)
{
  UchSyncHttp *self = g_new0 (UchSyncHttp, 1);

  self->base = parse_address (store_url);
  self->at_home = is_at_home (self->base);
  self->pinned = pinned != NULL ? g_ascii_strdown (pinned, -1) : NULL;
  self->session = soup_session_new_with_options (
      "timeout", TIMEOUT_S, "user-agent", "Uchastok/" UCH_VERSION, "max-conns-per-host", 4, NULL);
  /* No authority is asked about a pinned certificate: then every one is shown to us, and only that
   * one is accepted. */
  if (self->pinned != NULL)
    soup_session_set_tls_database (self->session, NULL);
  return self;
}

void
uch_sync_http_free (UchSyncHttp *self)
{
  if (self == NULL)
    return;
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_clear_pointer (&self->base, g_uri_unref);
  g_free (self->pinned);
  g_free (self->token);
  g_free (self->met);
  g_free (self);
}

static char *
make_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}

/* Asked about nothing but the authority, GnuTLS does not look at the time: we do. */
static GTlsCertificateFlags
find_time_flags (GTlsCertificate *certificate)
{
  g_autoptr (GDateTime) begin = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  gint64               now_s = uch_sources_system.now (NULL) / UCH_SECOND_MS;
  GTlsCertificateFlags flags = 0;

  if (begin != NULL && now_s < g_date_time_to_unix (begin))
    flags |= G_TLS_CERTIFICATE_NOT_ACTIVATED;
  if (end != NULL && now_s > g_date_time_to_unix (end))
    flags |= G_TLS_CERTIFICATE_EXPIRED;
  return flags;
}

static gboolean
accept_certificate_cb (SoupMessage         *message,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags flags,
                       UchSyncHttp         *self)
{
  g_free (self->met);
  self->met = make_fingerprint (certificate);
  self->met_flags = flags | find_time_flags (certificate);
  if (g_object_get_data (G_OBJECT (message), "uch-probe") != NULL)
    return TRUE;
  /* A pinned certificate may be anybody's and for any name, but it must be of today. */
  return self->pinned != NULL && strcmp (self->pinned, self->met) == 0
         && (self->met_flags & TIME_FLAGS) == 0;
}

/* Returns (transfer full) (nullable) */
SoupMessage *
uch_sync_http_new_message (UchSyncHttp *self, const char *method, const char *path)
{
  g_autoptr (GUri) uri = NULL;
  SoupMessage *message;

  if (self->base == NULL)
    return NULL;
  uri = g_uri_parse_relative (self->base, path, SOUP_HTTP_URI_FLAGS, NULL);
  message = soup_message_new_from_uri (method, uri);
  /* All of it may be sent twice; libsoup would open a connection for every POST that may not. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Uchastok-Schema",
                                G_STRINGIFY (UCH_WIRE_VERSION));
  if (self->at_home)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding",
                                  "identity");
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);
  if (self->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  return message;
}

void
uch_sync_reply_free (UchSyncReply *reply)
{
  if (reply == NULL)
    return;
  g_bytes_unref (reply->body);
  g_free (reply);
}

static UchTime
parse_date (SoupMessage *message)
{
  const char *text
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "Date");
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  return date != NULL ? g_date_time_to_unix (date) * UCH_SECOND_MS : 0;
}

static UchSyncReply *
reply_new (SoupMessage *message, GBytes *body)
{
  UchSyncReply *reply = g_new0 (UchSyncReply, 1);
  const char   *retry
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");

  reply->status = soup_message_get_status (message);
  reply->body = g_bytes_ref (body);
  reply->date = parse_date (message);
  if (retry != NULL)
    g_ascii_string_to_signed (retry, 10, 0, 3600, &reply->retry_after_s, NULL);
  return reply;
}

static gboolean
is_time_trouble (UchSyncHttp *self, const GError *error)
{
  return g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)
         && (self->met_flags & TIME_FLAGS) != 0
         && (self->pinned == NULL || g_strcmp0 (self->pinned, self->met) == 0);
}

/* The certificate is not of today: is it the certificate, or this machine's clock? The store's own
 * clock tells; it is asked without a token, and nothing is believed that it says beside. */
static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchSyncHttp *self = g_task_get_task_data (task);
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  UchTime      date = 0, now = uch_sources_system.now (NULL);
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  if (body != NULL)
    date = parse_date (message);
  if (date != 0 && ABS (date - now) > CLOCK_OFF_MAX_MS)
    g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_CLOCK_WRONG,
                             "The clock of this computer is %" G_GINT64_FORMAT
                             " minutes %s the store's clock",
                             ABS (date - now) / UCH_MINUTE_MS, date > now ? "behind" : "ahead of");
  else
    g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_EXPIRED_CERTIFICATE,
                             (self->met_flags & G_TLS_CERTIFICATE_EXPIRED) != 0
                                 ? "The certificate of the store has expired"
                                 : "The certificate of the store is not valid yet");
}

static void
probe_clock (UchSyncHttp *self, GTask *task)
{
  g_autofree char *token = g_steal_pointer (&self->token);
  g_autoptr (SoupMessage) message = uch_sync_http_new_message (self, "GET", "/healthz");

  self->token = g_steal_pointer (&token);
  g_object_set_data (G_OBJECT (message), "uch-probe", message);
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT,
                                    g_task_get_cancellable (task), probed_cb, g_object_ref (task));
}

/**
 * uch_sync_http_translate:
 * @error: of GIO or libsoup
 *
 * Returns: (transfer full): what a person can do something about, %UCH_SYNC_ERROR
 */
GError *
uch_sync_http_translate (UchSyncHttp *self, const GError *error)
{
  static const struct
  {
    int          code;
    UchSyncError meaning;
    const char  *text;
  } io[] = {
    { G_IO_ERROR_CONNECTION_REFUSED, UCH_SYNC_ERROR_NO_CONNECTION, "Nothing answers there" },
    { G_IO_ERROR_NETWORK_UNREACHABLE, UCH_SYNC_ERROR_NO_CONNECTION, "There is no network" },
    { G_IO_ERROR_HOST_UNREACHABLE, UCH_SYNC_ERROR_NO_CONNECTION, "The host cannot be reached" },
    { G_IO_ERROR_TIMED_OUT, UCH_SYNC_ERROR_NO_CONNECTION, "No answer came in time" },
    { G_IO_ERROR_HOST_NOT_FOUND, UCH_SYNC_ERROR_NO_SUCH_HOST, "There is no such host" },
  };

  if (error->domain == UCH_SYNC_ERROR || error->domain == UCH_WIRE_ERROR)
    return g_error_copy (error);
  if (error->domain == G_RESOLVER_ERROR)
    return g_error_new (UCH_SYNC_ERROR,
                        error->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE
                            ? UCH_SYNC_ERROR_NO_CONNECTION
                            : UCH_SYNC_ERROR_NO_SUCH_HOST,
                        "The name of the host cannot be found: %s", error->message);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return self->pinned == NULL
               ? g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE,
                                      "Nobody vouches for the certificate of the store")
               : g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_CERTIFICATE_CHANGED,
                                      "The store shows another certificate than the one that was "
                                      "agreed to");
  if (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_EOF)
    return g_error_new (UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                        "What answers there does not speak HTTPS: %s", error->message);
  if (error->domain == G_IO_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (io); i++)
      if (io[i].code == error->code)
        return g_error_new_literal (UCH_SYNC_ERROR, io[i].meaning, io[i].text);
  return g_error_new (UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_CONNECTION, "The connection failed: %s",
                      error->message);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchSyncHttp *self = g_task_get_task_data (task);
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  /* What it belonged to may be gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (body == NULL && is_time_trouble (self, error))
    probe_clock (self, task);
  else if (body == NULL)
    g_task_return_error (task, uch_sync_http_translate (self, error));
  else if (g_bytes_get_size (body) > REPLY_LEN_MAX)
    g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                             "The answer is too long for one of a store");
  else
    g_task_return_pointer (task, reply_new (message, body), (GDestroyNotify) uch_sync_reply_free);
}

/**
 * uch_sync_http_send_async:
 * @body: (nullable): JSON
 * @cancellable: must be cancelled before @self is freed
 */
void
uch_sync_http_send_async (UchSyncHttp        *self,
                          const char         *method,
                          const char         *path,
                          const char         *body,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (SoupMessage) message = uch_sync_http_new_message (self, method, path);

  g_task_set_source_tag (task, uch_sync_http_send_async);
  g_task_set_task_data (task, self, NULL);
  if (message == NULL)
    {
      g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_BAD_ADDRESS,
                               "This is no address of a store: it looks like https://host:port");
      g_object_unref (task);
      return;
    }
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, cancellable,
                                    sent_cb, task);
}

/**
 * uch_sync_http_send_finish:
 *
 * Errors: %UCH_SYNC_ERROR when no answer came. An answer of any status is a reply.
 *
 * Returns: (transfer full) (nullable): the answer
 */
UchSyncReply *
uch_sync_http_send_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The body as an object. */
JsonObject *
uch_sync_reply_parse (const UchSyncReply *reply, JsonNode **out_root, GError **error)
{
  gsize       len;
  const char *text = g_bytes_get_data (reply->body, &len);

  *out_root = uch_wire_parse_json (text != NULL ? text : "", (gssize) len, NULL);
  if (*out_root != NULL && JSON_NODE_HOLDS_OBJECT (*out_root))
    return json_node_get_object (*out_root);
  g_set_error_literal (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                       "What answers there is no store of Uchastok");
  return NULL;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* A text of a reply that is an object; @root keeps it. (nullable) */
const char *
uch_sync_reply_get_text (JsonNode *root, const char *name)
{
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root)
             ? get_text (json_node_get_object (root), name)
             : NULL;
}

/* The word that a refusal gives for programs; @out_root keeps it. (nullable) */
const char *
uch_sync_reply_get_code (const UchSyncReply *reply, JsonNode **out_root)
{
  return get_text (uch_sync_reply_parse (reply, out_root, NULL), "code");
}

GError *
uch_sync_reply_dup_error (const UchSyncReply *reply)
{
  static const struct
  {
    const char  *code;
    UchSyncError meaning;
    const char  *text;
  } codes[] = {
    { "wrong_password", UCH_SYNC_ERROR_WRONG_PASSWORD, "The login or the password is wrong" },
    { "signed_out", UCH_SYNC_ERROR_SIGNED_OUT, "The store asks to sign in again" },
    { "wait", UCH_SYNC_ERROR_TOO_MANY, "The store asks to wait" },
    { "rate", UCH_SYNC_ERROR_TOO_MANY, "The store asks to wait" },
    { "schema", UCH_SYNC_ERROR_STORE_TOO_NEW, "The store is newer than this program" },
  };
  g_autoptr (JsonNode) root = NULL;
  const char *code, *detail;

  if (SOUP_STATUS_IS_SUCCESSFUL (reply->status))
    return NULL;
  code = uch_sync_reply_get_code (reply, &root);
  if (g_strcmp0 (code, "schema") == 0
      && json_object_get_int_member_with_default (json_node_get_object (root), "schema_cur",
                                                  UCH_WIRE_VERSION)
             < UCH_WIRE_VERSION)
    return g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_STORE_TOO_OLD,
                                "The store is older than this program");
  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (codes); i++)
    if (strcmp (codes[i].code, code) == 0)
      return g_error_new_literal (UCH_SYNC_ERROR, codes[i].meaning, codes[i].text);
  if (reply->status == SOUP_STATUS_UNAUTHORIZED && code != NULL)
    return g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_SIGNED_OUT,
                                "The store asks to sign in again");
  if (reply->status == 429)
    return g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_TOO_MANY, "The store asks to wait");
  if (code == NULL)
    return g_error_new (UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                        "What answers there is no store of Uchastok (status %u)", reply->status);
  detail = get_text (json_node_get_object (root), "detail");
  return g_error_new (UCH_SYNC_ERROR, UCH_SYNC_ERROR_FAILED, "The store said no: %s",
                      detail != NULL ? detail : code);
}
