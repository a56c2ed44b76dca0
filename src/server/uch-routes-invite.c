/* How a phone comes to the store without typing: one-time sign-in, and what a tracking application
 * reads; both as a link and as a QR code. */
#define G_LOG_DOMAIN "uch-server"

#include "server/uch-log.h"
#include "server/uch-qr.h"
#include "server/uch-server-private.h"
#include "server/uch-token.h"
#include "store/uch-store-phone.h"
#include "sync/uch-wire.h"

#define ID_LEN_MAX 64
/* What is longer is no secret of ours. */
#define SECRET_LEN_MAX 256
#define WORD_LEN_MAX 1024

typedef struct
{
  UchSession *session; /* (owned) */
  char       *staff_id;
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->session);
  g_free (ask->staff_id);
  g_free (ask);
}

static Ask *
ask_new (UchRequest *request, const char *staff_id)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->session = g_object_ref (request->session);
  ask->staff_id = g_strdup (staff_id);
  return ask;
}

/* Where the asker reached the store is where a phone should: behind a proxy, too. */
static char *
print_url (UchRequest *request, const char *before, const char *secret, const char *after)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *host = soup_message_headers_get_one (headers, "Host");

  return g_strconcat ("https://", host != NULL ? host : "", before, secret, after, NULL);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* The link, its code as a picture, and the code's modules for who draws them himself. @until: 0:
 * for ever. */
static void
answer_link (UchRequest *request, const char *url, UchTime until)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *svg = uch_qr_print_svg (url, &error);
  g_auto (GStrv) rows = svg != NULL ? uch_qr_list_rows (url, &error) : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  if (rows == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  json_builder_begin_object (builder);
  add_text (builder, "url", url);
  add_text (builder, "svg", svg);
  json_builder_set_member_name (builder, "modules");
  json_builder_begin_array (builder);
  for (guint i = 0; rows[i] != NULL; i++)
    json_builder_add_string_value (builder, rows[i]);
  json_builder_end_array (builder);
  if (until != 0)
    {
      json_builder_set_member_name (builder, "until");
      json_builder_add_int_value (builder, until);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  uch_request_answer_json (request, uch_wire_print_json (root));
}

static void
fail (UchRequest *request, const GError *error)
{
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN))
    uch_request_refuse (request, SOUP_STATUS_NOT_FOUND, "unknown", "staff", "%s", error->message);
  else
    uch_request_fail (request, error);
}

static gpointer
tracker_func (UchStore *store, gpointer data, GError **error)
{
  Ask *ask = data;

  return uch_store_renew_tracker (store, ask->session, ask->staff_id, uch_server_now (), error);
}

/* Source: the protocol's rules on positions: what Traccar Client reads from a QR code. */
static void
tracker_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  g_autofree char *url = NULL;

  if (secret == NULL)
    {
      fail (request, error);
      return;
    }
  url = print_url (request, "/track/t?id=", secret,
                   "&interval=60&distance=50&accuracy=high&heartbeat=300&buffer=true");
  answer_link (request, url, 0);
}

static void
post_tracker (UchRequest *request)
{
  static const UchMember members[] = { { "staff", 's', FALSE, ID_LEN_MAX }, { NULL } };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *body = uch_request_read_object (request, members, &root);
  const char *staff_id = body != NULL ? uch_member_get_text (body, "staff") : NULL;

  if (body == NULL)
    return;
  uch_store_async_write (
      request->server->store, tracker_func,
      ask_new (request, staff_id != NULL ? staff_id : request->session->staff_id), ask_free, g_free,
      NULL, tracker_cb, uch_request_ref (request));
}

static gpointer
invite_func (UchStore *store, gpointer data, GError **error)
{
  Ask *ask = data;

  return uch_store_invite (store, ask->session, ask->staff_id, uch_server_now (), error);
}

/* The secret stands behind "#": a browser sends that to nobody, no log has it. */
static void
invited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  g_autofree char *url = NULL;

  if (secret == NULL)
    {
      fail (request, error);
      return;
    }
  uch_log_event (UCH_LOG_INVITED, UCH_ENTITY (request->session)->id,
                 "a phone was invited to sign in once");
  url = print_url (request, "/m/#/in/", secret, NULL);
  answer_link (request, url, uch_server_now () + UCH_INVITE_LIFE_MS);
}

static void
post_invite (UchRequest *request)
{
  static const UchMember members[] = { { "staff", 's', TRUE, ID_LEN_MAX }, { NULL } };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *body = uch_request_read_object (request, members, &root);

  if (body == NULL)
    return;
  uch_store_async_write (request->server->store, invite_func,
                         ask_new (request, uch_member_get_text (body, "staff")), ask_free, g_free,
                         NULL, invited_cb, uch_request_ref (request));
}

/* A phone at the door. */
typedef struct
{
  char *secret, *device, *address;
} Arrival;

typedef struct
{
  UchSession *session; /* (owned) */
  char       *token;
} Entered;

static void
arrival_free (gpointer data)
{
  Arrival *arrival = data;

  g_free (arrival->secret);
  g_free (arrival->device);
  g_free (arrival->address);
  g_free (arrival);
}

static void
entered_free (gpointer data)
{
  Entered *entered = data;

  if (entered == NULL)
    return;
  g_object_unref (entered->session);
  g_free (entered->token);
  g_free (entered);
}

static gpointer
entry_func (UchStore *store, gpointer data, GError **error)
{
  Arrival    *arrival = data;
  UchSignIn   who = { .kind = UCH_SESSION_PHONE,
                      .app = "phone",
                      .device = arrival->device,
                      .address = arrival->address };
  char       *token = NULL;
  UchSession *session
      = uch_store_accept_invite (store, arrival->secret, &who, uch_server_now (), &token, error);
  Entered *entered;

  if (session == NULL)
    return NULL;
  entered = g_new0 (Entered, 1);
  entered->session = session;
  entered->token = token;
  return entered;
}

static void
entered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  Entered *entered = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (entered == NULL)
    {
      request->server->metrics.refused_auth++;
      uch_log_event (UCH_LOG_SIGN_IN_REFUSED, NULL, "a sign-in was refused");
      uch_request_fail (request, error);
      return;
    }
  uch_log_event (UCH_LOG_SIGNED_IN, UCH_ENTITY (entered->session)->id, "an invited phone is in");
  uch_token_set_cookie (request, entered->token);
  uch_request_answer_nothing (request);
  entered_free (entered);
}

static void
post_entry (UchRequest *request)
{
  static const UchMember members[] = {
    { "secret", 's', TRUE, SECRET_LEN_MAX },
    { "device", 's', FALSE, WORD_LEN_MAX },
    { NULL },
  };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *body = uch_request_read_object (request, members, &root);
  Arrival    *arrival;

  if (body == NULL || !uch_token_check_page (request))
    return;
  if (!uch_rate_take (request->server->strangers, request->from, 1, g_get_monotonic_time ()))
    {
      uch_entry_refuse_too_fast (request);
      return;
    }
  arrival = g_new0 (Arrival, 1);
  arrival->secret = g_strdup (uch_member_get_text (body, "secret"));
  arrival->device = g_strdup (uch_member_get_text (body, "device"));
  arrival->address = g_strdup (request->from);
  uch_store_async_write (request->server->store, entry_func, arrival, arrival_free, entered_free,
                         NULL, entered_cb, uch_request_ref (request));
}

const UchRoute uch_routes_invite[] = {
  { "POST", "/v1/phone/invite", 0, post_invite },
  { "POST", "/v1/phone/entry", UCH_ROUTE_OPEN, post_entry },
  { "POST", "/v1/phone/tracker", 0, post_tracker },
  { NULL },
};
