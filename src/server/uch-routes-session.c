/* Signing in and out, and the devices that are signed in. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-log.h"
#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/* Who has signed in and to what: the answer to a sign-in and a part of /v1/info. */
static void
add_welcome (JsonBuilder *builder, UchServer *server, const UchSession *session)
{
  add_text (builder, "user", session->login);
  add_text (builder, "staff", session->staff_id);
  add_text (builder, "role", uch_role_nicks[session->role]);
  add_text (builder, "store", uch_store_async_get_uuid (server->store));
  json_builder_set_member_name (builder, "schema");
  json_builder_begin_object (builder);
  add_int (builder, "min", server->limits.versions.min);
  add_int (builder, "cur", server->limits.versions.cur);
  json_builder_end_object (builder);
  add_int (builder, "time", uch_server_now ());
}

static void
answer_builder (UchRequest *request, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  uch_request_answer_json (request, uch_wire_print_json (root));
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  UchTime wait_ms = 0;
  g_autoptr (UchSession) session
      = uch_store_async_sign_in_finish (UCH_STORE_ASYNC (source), result, &token, &wait_ms, &error);

  if (session == NULL)
    {
      request->server->metrics.refused_auth++;
      uch_log_event (UCH_LOG_SIGN_IN_REFUSED, NULL, "a sign-in was refused");
      if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT))
        {
          g_autofree char *seconds
              = g_strdup_printf ("%d", MAX ((int) ((wait_ms + 999) / 1000), 1));

          soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                        "Retry-After", seconds);
        }
      uch_request_fail (request, error);
      return;
    }
  uch_log_event (UCH_LOG_SIGNED_IN, session->parent.id, "somebody has signed in");
  json_builder_begin_object (builder);
  add_text (builder, "token", token);
  add_welcome (builder, request->server, session);
  answer_builder (request, builder);
}

/* A login or a password that is longer is none; what a device says of itself is for people. */
#define WORD_LEN_MAX 1024

static const UchMember sign_in_members[] = {
  { "login", 's', TRUE, WORD_LEN_MAX },
  { "password", 's', TRUE, WORD_LEN_MAX },
  { "device", 'o', FALSE, 0 },
  { NULL },
};
static const UchMember device_members[] = {
  { "id", 's', FALSE, WORD_LEN_MAX },
  { "name", 's', FALSE, WORD_LEN_MAX },
  { "app", 's', FALSE, WORD_LEN_MAX },
  { NULL },
};

static void
post_session (UchRequest *request)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *body = uch_request_read_object (request, sign_in_members, &root);
  JsonObject *device;
  UchSignIn   who = { .kind = UCH_SESSION_DESK };

  if (body == NULL)
    return;
  /* A sign-in is slow and open to everybody. */
  if (!uch_rate_take (request->server->strangers, request->from, 1, g_get_monotonic_time ()))
    {
      uch_entry_refuse_too_fast (request);
      return;
    }
  device = json_object_has_member (body, "device") ? json_object_get_object_member (body, "device")
                                                   : NULL;
  if (device != NULL && !uch_members_check (device, device_members, "device", &error))
    {
      uch_request_fail (request, error);
      return;
    }
  who.login = uch_member_get_text (body, "login");
  who.address = request->from;
  who.device_id = uch_member_get_text (device, "id");
  who.device = uch_member_get_text (device, "name");
  who.app = uch_member_get_text (device, "app");
  uch_store_async_sign_in (request->server->store, &who, uch_member_get_text (body, "password"),
                           uch_server_now (), NULL, signed_in_cb, uch_request_ref (request));
}

typedef struct
{
  UchSession *session;
  char       *id;
} End;

static void
end_free (gpointer data)
{
  End *end = data;

  g_object_unref (end->session);
  g_free (end->id);
  g_free (end);
}

static gpointer
end_func (UchStore *store, gpointer data, GError **error)
{
  End *end = data;

  return uch_store_end_session (store, end->session, end->id, uch_server_now (), error)
             ? g_strdup (end->id)
             : NULL;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN))
    {
      uch_request_refuse (request, SOUP_STATUS_NOT_FOUND, "unknown", "id", "%s", error->message);
      return;
    }
  if (id == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  uch_log_event (UCH_LOG_SIGNED_OUT, id, "a session has ended");
  uch_server_end_session (request->server, id);
  uch_request_answer_nothing (request);
}

static void
end_session (UchRequest *request, const char *id)
{
  End *end = g_new0 (End, 1);

  end->session = g_object_ref (request->session);
  end->id = g_strdup (id);
  uch_store_async_write (request->server->store, end_func, end, end_free, g_free, NULL, ended_cb,
                         uch_request_ref (request));
}

static void
delete_session (UchRequest *request)
{
  end_session (request, request->session->parent.id);
}

static void
delete_one_session (UchRequest *request)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (request->message));

  end_session (request, path + strlen ("/v1/sessions/"));
}

static gpointer
list_func (UchStore *store, gpointer data, GError **error)
{
  return uch_store_list_sessions (store, data, NULL, uch_server_now (), error);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sessions
      = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (sessions == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "sessions");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sessions->len; i++)
    {
      const UchSession *session = g_ptr_array_index (sessions, i);

      json_builder_begin_object (builder);
      add_text (builder, "id", session->parent.id);
      add_text (builder, "device", session->device);
      add_text (builder, "app", session->app);
      add_int (builder, "created_at", session->created_at);
      add_int (builder, "used_at", session->used_at);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  answer_builder (request, builder);
}

static void
get_sessions (UchRequest *request)
{
  uch_store_async_read (request->server->store, list_func, g_object_ref (request->session),
                        g_object_unref, (GDestroyNotify) g_ptr_array_unref, NULL, listed_cb,
                        uch_request_ref (request));
}

static gpointer
head_func (UchStore *store, gpointer data, GError **error)
{
  gint64 both[2];

  return uch_store_get_head (store, &both[0], &both[1], error) ? g_memdup2 (both, sizeof both)
                                                               : NULL;
}

static void
head_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gint64 *both = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (both == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  json_builder_begin_object (builder);
  add_welcome (builder, request->server, request->session);
  add_int (builder, "head", both[0]);
  add_int (builder, "floor", both[1]);
  answer_builder (request, builder);
}

static void
get_info (UchRequest *request)
{
  uch_store_async_read (request->server->store, head_func, NULL, NULL, g_free, NULL, head_cb,
                        uch_request_ref (request));
}

const UchRoute uch_routes_session[] = {
  { "POST", "/v1/session", UCH_ROUTE_OPEN, post_session },
  { "DELETE", "/v1/session", 0, delete_session },
  { "GET", "/v1/sessions", 0, get_sessions },
  { "DELETE", "/v1/sessions/", UCH_ROUTE_PREFIX, delete_one_session },
  { "GET", "/v1/info", 0, get_info },
  { NULL },
};
