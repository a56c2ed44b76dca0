/* The engineers' page: its files, signing in by cookie, and an engineer's day. What he does goes
 * through /v1/push like everybody's acts. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "core/uch-category.h"
#include "core/uch-people.h"
#include "core/uch-promise.h"
#include "core/uch-steps.h"
#include "core/uch-work.h"
#include "server/uch-log.h"
#include "server/uch-phone-files.h"
#include "server/uch-server-private.h"
#include "server/uch-token.h"
#include "store/uch-store-phone.h"
#include "sync/uch-wire.h"

/* A phone may ask for what ended so long ago, and no longer. */
#define SINCE_MAX_MS (48 * UCH_HOUR_MS)
#define SINCE_DEFAULT_MS (16 * UCH_HOUR_MS)
#define FILES_KEY "uch-phone-files"

/* Everything comes from here, nothing may frame the page; a photo is looked at before it is sent.
 * Source: the protocol's rules on security. */
#define POLICY                                                                                     \
  "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "                 \
  "frame-ancestors 'none'; form-action 'none'"

static GHashTable *
get_files (UchServer *server)
{
  GHashTable *files = g_object_get_data (G_OBJECT (server), FILES_KEY);

  if (files == NULL)
    {
      files = uch_phone_files_new ();
      g_object_set_data_full (G_OBJECT (server), FILES_KEY, files,
                              (GDestroyNotify) g_hash_table_unref);
    }
  return files;
}

/* Whether the asker has this very version already. */
static gboolean
has_already (UchRequest *request, const char *etag)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *known = soup_message_headers_get_list (headers, "If-None-Match");

  return known != NULL && strstr (known, etag) != NULL;
}

static void
get_file (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  const char         *path = g_uri_get_path (soup_server_message_get_uri (request->message));
  const char         *name = path + strlen ("/m/");
  const UchPhoneFile *file
      = g_hash_table_lookup (get_files (request->server), *name != '\0' ? name : "index.html");
  g_autofree char *policy = NULL;
  gboolean         gzipped;

  if (file == NULL)
    {
      uch_request_refuse (request, SOUP_STATUS_NOT_FOUND, "no_such_path", NULL,
                          "The phone page has no such file");
      return;
    }
  policy = g_strconcat (POLICY, file->policy != NULL ? "; " : NULL, file->policy, NULL);
  soup_message_headers_replace (headers, "Content-Security-Policy", policy);
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Permissions-Policy", "geolocation=(self), camera=(self)");
  soup_message_headers_replace (headers, "Cross-Origin-Opener-Policy", "same-origin");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "ETag", file->etag);
  soup_message_headers_replace (headers, "Vary", "Accept-Encoding");
  if (has_already (request, file->etag))
    {
      uch_request_answer (request, SOUP_STATUS_NOT_MODIFIED, NULL, NULL);
      return;
    }
  gzipped = file->gzipped != NULL && uch_request_takes_gzip (request);
  if (gzipped)
    soup_message_headers_replace (headers, "Content-Encoding", "gzip");
  uch_request_answer (request, SOUP_STATUS_OK, file->type, gzipped ? file->gzipped : file->plain);
}

static void
get_page (UchRequest *request)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "Location", "/m/");
  uch_request_answer (request, SOUP_STATUS_PERMANENT_REDIRECT, NULL, NULL);
}

typedef struct
{
  UchSession *session; /* (owned) */
  UchTime     since;
  char       *uuid;
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->session);
  g_free (ask->uuid);
  g_free (ask);
}

/* Whether an engineer may take a step; the page shows no other buttons. */
static gboolean
is_his (guint roles)
{
  return (roles & 1u << UCH_ROLE_ENGINEER) != 0;
}

static void
write_steps (GString *json)
{
  guint                n;
  const UchVisitStep  *visits = uch_visit_step_list (&n);
  const UchTicketStep *tickets;
  const char          *comma = "";

  g_string_append (json, ",\"steps\":{\"visit\":[");
  for (guint i = 0; i < n; i++)
    if (is_his (visits[i].roles))
      {
        g_string_append_printf (json, "%s[\"%s\",\"%s\",\"%s\"]", comma,
                                uch_visit_state_nicks[visits[i].from], visits[i].command,
                                uch_visit_state_nicks[visits[i].to]);
        comma = ",";
      }
  tickets = uch_ticket_step_list (&n);
  comma = "";
  g_string_append (json, "],\"ticket\":[");
  for (guint i = 0; i < n; i++)
    if (is_his (tickets[i].roles))
      {
        g_string_append_printf (json, "%s[\"%s\",\"%s\",\"%s\"]", comma,
                                uch_ticket_state_nicks[tickets[i].from], tickets[i].command,
                                uch_ticket_state_nicks[tickets[i].to]);
        comma = ",";
      }
  g_string_append (json, "]}");
}

static void
write_words (GString *json)
{
  guint              n;
  const UchCategory *categories = uch_category_list (&n);

  g_string_append (json, ",\"categories\":[");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (json, "%s[\"%s\",%s]", i > 0 ? "," : "", categories[i].code,
                            categories[i].needs_visit ? "true" : "false");
  g_string_append_printf (json,
                          "],\"promise\":{\"yellow_after\":%" G_GINT64_FORMAT
                          ",\"orange_before\":%" G_GINT64_FORMAT "},\"outcomes\":[",
                          UCH_PROMISE_YELLOW_AFTER_MS, UCH_PROMISE_ORANGE_BEFORE_MS);
  for (guint i = 0; uch_call_outcome_nicks[i] != NULL; i++)
    g_string_append_printf (json, "%s\"%s\"", i > 0 ? "," : "", uch_call_outcome_nicks[i]);
  g_string_append_c (json, ']');
}

static void
write_rows (GString *json, const char *name, GPtrArray *rows)
{
  g_string_append_printf (json, ",\"%s\":[", name);
  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      if (i > 0)
        g_string_append_c (json, ',');
      uch_wire_append_row (json, row->schema->table, row->seq, row->id, row);
    }
  g_string_append_c (json, ']');
}

/* The head is not in it: it moves with every act of the office, the day only with his own. */
static gpointer
day_func (UchStore *store, gpointer data, GError **error)
{
  Ask *ask = data;
  g_autoptr (UchStoreDay) day
      = uch_store_get_day (store, ask->session, ask->since, uch_server_now (), error);
  GString *json;

  if (day == NULL)
    return NULL;
  json = g_string_new (NULL);
  g_string_append_printf (json, "{\"store\":\"%s\",\"me\":\"%s\",\"login\":\"%s\"", ask->uuid,
                          ask->session->staff_id, ask->session->login);
  write_rows (json, "rows", day->rows);
  write_rows (json, "free", day->free);
  write_rows (json, "history", day->history);
  write_steps (json);
  write_words (json);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static void
day_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char    *json = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  g_autofree char    *sum = NULL, *etag = NULL, *now = NULL;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

  if (json == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, json, -1);
  etag = g_strdup_printf ("\"%.32s\"", sum);
  now = g_strdup_printf ("%" G_GINT64_FORMAT, uch_server_now ());
  soup_message_headers_replace (headers, "ETag", etag);
  soup_message_headers_replace (headers, "X-Uchastok-Time", now);
  if (has_already (request, etag))
    uch_request_answer (request, SOUP_STATUS_NOT_MODIFIED, NULL, NULL);
  else
    uch_request_answer_json (request, g_steal_pointer (&json));
}

static void
get_day (UchRequest *request)
{
  static const char *const names[] = { "since", NULL };
  UchTime                  now = uch_server_now ();
  const UchTime            usual = now - SINCE_DEFAULT_MS;
  UchTime                  since;
  Ask                     *ask;

  if (!uch_request_read_query (request, names)
      || !uch_request_get_query_int (request, "since", 0, G_MAXINT64, &usual, &since))
    return;
  ask = g_new0 (Ask, 1);
  ask->session = g_object_ref (request->session);
  ask->since = MAX (since, now - SINCE_MAX_MS);
  ask->uuid = g_strdup (uch_store_async_get_uuid (request->server->store));
  uch_store_async_read (request->server->store, day_func, ask, ask_free, g_free, NULL, day_cb,
                        uch_request_ref (request));
}

static gpointer
end_func (UchStore *store, gpointer data, GError **error)
{
  UchSession *session = data;

  return uch_store_end_session (store, session, UCH_ENTITY (session)->id, uch_server_now (), error)
             ? g_object_ref (session)
             : NULL;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchSession) session
      = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (session == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  uch_log_event (UCH_LOG_SIGNED_OUT, UCH_ENTITY (session)->id, "a session has ended");
  uch_server_end_session (request->server, UCH_ENTITY (session)->id);
  uch_token_set_cookie (request, NULL);
  if (session->role == UCH_ROLE_ENGINEER)
    uch_request_answer_nothing (request);
  else
    uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "not_allowed", NULL,
                        "The phone page is for service engineers");
}

static void
end_session (UchRequest *request, UchSession *session)
{
  uch_store_async_write (request->server->store, end_func, g_object_ref (session), g_object_unref,
                         g_object_unref, NULL, ended_cb, uch_request_ref (request));
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  UchTime          wait_ms = 0;
  g_autoptr (UchSession) session
      = uch_store_async_sign_in_finish (UCH_STORE_ASYNC (source), result, &token, &wait_ms, &error);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

  if (session == NULL)
    {
      request->server->metrics.refused_auth++;
      uch_log_event (UCH_LOG_SIGN_IN_REFUSED, NULL, "a sign-in was refused");
      if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT))
        {
          g_autofree char *seconds = g_strdup_printf ("%d", (int) ((wait_ms + 999) / 1000));

          soup_message_headers_replace (headers, "Retry-After", seconds);
        }
      uch_request_fail (request, error);
    }
  else if (session->role != UCH_ROLE_ENGINEER)
    end_session (request, session);
  else
    {
      uch_log_event (UCH_LOG_SIGNED_IN, UCH_ENTITY (session)->id, "somebody has signed in");
      uch_token_set_cookie (request, token);
      uch_request_answer_nothing (request);
    }
}

/* A login or a password that is longer is none. */
#define WORD_LEN_MAX 1024

static const UchMember sign_in_members[] = {
  { "login", 's', TRUE, WORD_LEN_MAX },
  { "password", 's', TRUE, WORD_LEN_MAX },
  { "device", 's', FALSE, WORD_LEN_MAX },
  { NULL },
};

static void
post_session (UchRequest *request)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *body;
  UchSignIn   who = { .kind = UCH_SESSION_PHONE, .app = "phone" };

  body = uch_request_read_object (request, sign_in_members, &root);
  if (body == NULL || !uch_token_check_page (request))
    return;
  if (!uch_rate_take (request->server->strangers, request->from, 1, g_get_monotonic_time ()))
    {
      uch_entry_refuse_too_fast (request);
      return;
    }
  who.login = uch_member_get_text (body, "login");
  who.device = uch_member_get_text (body, "device");
  who.address = request->from;
  uch_store_async_sign_in (request->server->store, &who, uch_member_get_text (body, "password"),
                           uch_server_now (), NULL, signed_in_cb, uch_request_ref (request));
}

static void
delete_session (UchRequest *request)
{
  end_session (request, request->session);
}

const UchRoute uch_routes_phone[] = {
  { "GET", "/m", UCH_ROUTE_OPEN, get_page },
  { "GET", "/m/", UCH_ROUTE_OPEN | UCH_ROUTE_PREFIX, get_file },
  { "GET", "/v1/phone/day", UCH_ROUTE_FREE, get_day },
  { "POST", "/v1/phone/session", UCH_ROUTE_OPEN, post_session },
  { "DELETE", "/v1/phone/session", 0, delete_session },
  { NULL },
};
