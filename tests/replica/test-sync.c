/* Desk and store against each other over real HTTPS. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#include "replica/rig.h"
#include "server/admin/uch-certificate.h"

static Rig *rig;

static char *
try_sign_in (UchSyncClient *client, const char *password, GError **error)
{
  Call  call = { NULL };
  char *token;

  uch_sync_client_sign_in_async (client, "dispatcher-1", password, NULL, call_cb, &call);
  token = uch_sync_client_sign_in_finish (client, call_wait (&call), error);
  g_object_unref (call.result);
  return token;
}

static void
check_refused (const char *url, const char *pinned, UchSyncError expected)
{
  g_autoptr (UchSyncClient) client = uch_sync_client_new (url, pinned, "device");
  g_autoptr (GError) error = NULL;
  g_autofree char *token = try_sign_in (client, RIG_PASSWORD, &error);

  g_assert_null (token);
  g_assert_error (error, UCH_SYNC_ERROR, (int) expected);
}

static void
test_wrong_addresses (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16          port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *closed = NULL;

  check_refused ("ftp://localhost", NULL, UCH_SYNC_ERROR_BAD_ADDRESS);
  check_refused ("http://localhost:1", NULL, UCH_SYNC_ERROR_BAD_ADDRESS);
  check_refused ("", NULL, UCH_SYNC_ERROR_BAD_ADDRESS);
  check_refused ("https://a b", NULL, UCH_SYNC_ERROR_BAD_ADDRESS);
  g_socket_listener_close (listener);
  closed = g_strdup_printf ("https://127.0.0.1:%u", port);
  check_refused (closed, NULL, UCH_SYNC_ERROR_NO_CONNECTION);
}

static void
test_no_such_host (void)
{
  g_autoptr (UchSyncClient) client = uch_sync_client_new ("nosuchhost.invalid", NULL, "device");
  g_autoptr (GError) error = NULL;
  g_autofree char *token = try_sign_in (client, RIG_PASSWORD, &error);

  g_assert_null (token);
  /* A machine without any network may not be able to tell. */
  g_assert_true (g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_SUCH_HOST)
                 || g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_CONNECTION));
}

static void
test_certificates (void)
{
  g_autoptr (UchSyncClient) client = uch_sync_client_new (rig->url, NULL, "device");
  g_autoptr (GError) error = NULL;
  g_autofree char *token = try_sign_in (client, RIG_PASSWORD, &error);
  g_autofree char *upper = g_ascii_strup (rig->fingerprint, -1);
  g_autoptr (UchSyncClient) pinned = uch_sync_client_new (rig->url, upper, "device");
  g_autofree char *good = NULL;

  g_assert_null (token);
  g_assert_error (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE);
  g_assert_cmpstr (uch_sync_client_get_fingerprint (client), ==, rig->fingerprint);
  check_refused (rig->url, "00ff", UCH_SYNC_ERROR_CERTIFICATE_CHANGED);
  g_clear_error (&error);
  good = try_sign_in (pinned, RIG_PASSWORD, &error);
  g_assert_no_error (error);
  g_assert_nonnull (good);
}

static void
test_wrong_password (void)
{
  g_autoptr (UchSyncClient) client = uch_sync_client_new (rig->url, rig->fingerprint, "device");
  g_autoptr (GError) error = NULL;
  g_autofree char *token = try_sign_in (client, "not the password", &error);

  g_assert_null (token);
  g_assert_error (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_WRONG_PASSWORD);
}

/* Something else than a store. */
typedef struct
{
  SoupServer *server;
  char       *url, *fingerprint;
  guint       status;
  const char *body;
  gint64      date_s; /* 0: of today */
} Other;

static void
other_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  Other *other = user_data;
  g_autoptr (GDateTime) date = other->date_s != 0 ? g_date_time_new_from_unix_utc (other->date_s)
                                                  : g_date_time_new_now_utc ();
  g_autofree char *text = soup_date_time_to_string (date, SOUP_DATE_HTTP);

  soup_server_message_set_status (message, other->status, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Date", text);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, other->body,
                                    strlen (other->body));
}

static Other *
other_new (UchTime made_at)
{
  Other           *other = g_new0 (Other, 1);
  g_autofree char *certificate = g_build_filename (rig->directory, "other.pem", NULL);
  g_autofree char *key = g_build_filename (rig->directory, "other-key.pem", NULL);
  g_autoptr (GTlsCertificate) tls = NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  g_unlink (certificate);
  g_unlink (key);
  g_assert_true (uch_certificate_make (certificate, key, (const char *const[]){ "localhost", NULL },
                                       made_at, &error));
  g_assert_no_error (error);
  tls = uch_certificate_load (certificate, key, made_at, &error);
  g_assert_no_error (error);
  other->fingerprint = uch_certificate_dup_fingerprint (tls);
  other->status = 200;
  other->body = "<html>It works!</html>";
  other->server = soup_server_new ("tls-certificate", tls, NULL);
  soup_server_add_handler (other->server, NULL, other_cb, other, NULL);
  soup_server_listen_local (other->server, 0,
                            SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (other->server);
  other->url = g_strdup_printf ("https://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return other;
}

static void
other_free (Other *other)
{
  soup_server_disconnect (other->server);
  g_object_unref (other->server);
  g_free (other->url);
  g_free (other->fingerprint);
  g_free (other);
}

static void
test_not_a_store (void)
{
  static const struct
  {
    guint        status;
    const char  *body;
    UchSyncError expected;
  } cases[] = {
    { 200, "<html>It works!</html>", UCH_SYNC_ERROR_NOT_A_STORE },
    { 404, "<html>no</html>", UCH_SYNC_ERROR_NOT_A_STORE },
    { 302, "", UCH_SYNC_ERROR_NOT_A_STORE },
    { 200, "{}", UCH_SYNC_ERROR_STORE_TOO_OLD },
    { 200, "{\"schema\":{\"min\":99,\"cur\":99}}", UCH_SYNC_ERROR_STORE_TOO_NEW },
    { 200, "{\"schema\":{\"min\":1,\"cur\":1}}", UCH_SYNC_ERROR_NOT_A_STORE },
    { 426, "{\"code\":\"schema\"}", UCH_SYNC_ERROR_STORE_TOO_NEW },
    { 429, "{\"code\":\"wait\"}", UCH_SYNC_ERROR_TOO_MANY },
    { 500, "{\"code\":\"failed\",\"detail\":\"no\"}", UCH_SYNC_ERROR_FAILED },
    { 401, "{\"code\":\"signed_out\"}", UCH_SYNC_ERROR_SIGNED_OUT },
  };
  Other *other = other_new (g_get_real_time () / 1000);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      other->status = cases[i].status;
      other->body = cases[i].body;
      check_refused (other->url, other->fingerprint, cases[i].expected);
    }
  other_free (other);
}

/* 2010-01-01: its certificate has expired in 2020. */
#define LONG_AGO G_GINT64_CONSTANT (1262304000000)

static void
test_expired_or_clock (void)
{
  Other *other = other_new (LONG_AGO);

  check_refused (other->url, other->fingerprint, UCH_SYNC_ERROR_EXPIRED_CERTIFICATE);
  check_refused (other->url, NULL, UCH_SYNC_ERROR_EXPIRED_CERTIFICATE);
  /* The store says it is 2015: then it is this machine's clock that is wrong. */
  other->date_s = 1420070400;
  check_refused (other->url, other->fingerprint, UCH_SYNC_ERROR_CLOCK_WRONG);
  other_free (other);
}

static gboolean
is_assigned_to (gpointer data)
{
  gpointer  *args = data;
  Desk      *desk = args[0];
  UchTicket *ticket = desk_pick (desk, args[1], FALSE);
  UchVisit  *visit = ticket != NULL ? uch_replica_peek_visit_of (desk->replica, ticket) : NULL;

  return visit != NULL && g_strcmp0 (visit->engineer_id, args[2]) == 0;
}

static void
wait_assigned (Desk *desk, const char *ticket_id, const char *engineer_id)
{
  gpointer args[] = { desk, (gpointer) ticket_id, (gpointer) engineer_id };

  rig_wait (is_assigned_to, args, "an assignment at another desk");
}

static gboolean
has_nothing_waiting (gpointer desk)
{
  return rig_property (((Desk *) desk)->replica, "n-waiting") == 0;
}

static gboolean
has_refusal (gpointer desk)
{
  return rig_property (((Desk *) desk)->replica, "n-refusals") > 0;
}

static gboolean
is_offline (gpointer desk)
{
  return uch_sync_client_get_state (((Desk *) desk)->client) == UCH_SYNC_OFFLINE;
}

static gboolean
is_refused (gpointer desk)
{
  return uch_sync_client_get_state (((Desk *) desk)->client) == UCH_SYNC_REFUSED;
}

static Desk *
desk_up (const char *login)
{
  Desk *desk = desk_new (rig, login);

  desk_open (desk);
  desk_sign_in (desk);
  desk_start (desk);
  return desk;
}

static void
assign (Desk *desk, UchTicket *ticket, UchStaff *engineer)
{
  g_autoptr (UchOutcome) outcome = desk_submit (desk, desk_make_assign (desk, ticket, engineer));

  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
}

static void
test_two_desks (void)
{
  Desk            *first = desk_up ("dispatcher-1"), *second = desk_up ("dispatcher-2");
  UchTicket       *ticket = desk_pick (first, NULL, TRUE);
  UchStaff        *engineer = desk_pick_engineer (first, 0);
  g_autofree char *id = g_strdup (UCH_ENTITY (ticket)->id);

  g_assert_cmpuint (g_list_model_get_n_items (uch_replica_list (first->replica, UCH_TABLE_HOUSE)),
                    ==, 40);
  g_assert_cmpuint (g_list_model_get_n_items (uch_replica_list_current_tickets (first->replica)),
                    ==,
                    g_list_model_get_n_items (uch_replica_list_current_tickets (second->replica)));
  assign (first, ticket, engineer);
  wait_assigned (first, id, UCH_ENTITY (engineer)->id);
  wait_assigned (second, id, UCH_ENTITY (engineer)->id);
  rig_wait (has_nothing_waiting, first, "an empty outbox");
  desk_free (first);
  desk_free (second);
}

static void
check_old_events (Desk *desk, const char *ticket_id, guint n_expected)
{
  g_autoptr (GListModel) notes
      = uch_replica_watch (desk->replica, UCH_TABLE_NOTE, "ticket_id", ticket_id);
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (g_list_model_get_n_items (notes) != n_expected && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (notes), ==, n_expected);
}

/* Two assign the same visit while the store is gone; desks are restarted; the store comes back. */
static void
test_conflict_offline (void)
{
  Desk            *first = desk_up ("dispatcher-1"), *second = desk_up ("dispatcher-2");
  UchTicket       *ticket = desk_pick (first, NULL, FALSE);
  g_autofree char *id = g_strdup (UCH_ENTITY (ticket)->id);
  g_autofree char *one = g_strdup (UCH_ENTITY (desk_pick_engineer (first, 3))->id);
  g_autofree char *other = g_strdup (UCH_ENTITY (desk_pick_engineer (first, 4))->id);
  g_autoptr (UchRefused) refused = NULL;
  UchOutcome *outcome;
  gint64      since;

  rig_kill (rig);
  rig_wait (is_offline, first, "a desk that is offline");
  rig_wait (is_offline, second, "a desk that is offline");
  g_object_get (first->client, "offline-since", &since, NULL);
  g_assert_cmpint (since, >, 0);

  assign (first, ticket, desk_pick_engineer (first, 3));
  assign (second, desk_pick (second, id, FALSE), desk_pick_engineer (second, 4));
  outcome = desk_submit (second,
                         uch_replica_make_command (second->replica, UCH_COMMAND_NOTE_ADD, "note",
                                                   "s", "note-offline", "ticket", "s", id, "text",
                                                   "s", "без связи 🙂", NULL));
  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
  uch_outcome_free (outcome);
  wait_assigned (second, id, other);
  g_assert_cmpuint (rig_property (second->replica, "n-waiting"), ==, 2);

  /* The second desk is switched off and on again: its acts are still there. */
  desk_close (second);
  desk_open (second);
  wait_assigned (second, id, other);
  g_assert_cmpuint (rig_property (second->replica, "n-waiting"), ==, 2);

  rig_serve (rig);
  rig_wait (has_nothing_waiting, first, "the first desk to be heard");
  desk_start (second);
  rig_wait (has_refusal, second, "the refusal");
  wait_assigned (second, id, one);
  wait_assigned (first, id, one);
  rig_wait (has_nothing_waiting, second, "an empty outbox");
  refused = g_list_model_get_item (uch_replica_list_refusals (second->replica), 0);
  g_assert_cmpint (uch_refused_get_kind (refused), ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpint (uch_refused_get_refusal (refused), ==, UCH_REFUSAL_CHANGED);
  g_assert_cmpstr (UCH_VISIT (uch_refused_get_current (refused))->engineer_id, ==, one);
  check_old_events (first, id, 1);
  uch_replica_dismiss (second->replica, refused);
  g_assert_cmpuint (rig_property (second->replica, "n-refusals"), ==, 0);
  desk_free (first);
  desk_free (second);
}

/* Both desks show the same ticket and the same visit of it. */
static gboolean
agree (gpointer data)
{
  gpointer  *args = data;
  UchTicket *one = desk_pick (args[0], args[2], FALSE), *two = desk_pick (args[1], args[2], FALSE);
  UchVisit  *left = uch_replica_peek_visit_of (((Desk *) args[0])->replica, one);
  UchVisit  *right = uch_replica_peek_visit_of (((Desk *) args[1])->replica, two);

  return left != NULL && right != NULL && UCH_ENTITY (left)->seq == UCH_ENTITY (right)->seq
         && UCH_ENTITY (left)->seq > 0 && uch_entity_equal (left, right);
}

static void
test_undo_redo (void)
{
  Desk            *desk = desk_up ("dispatcher-1"), *other = desk_up ("dispatcher-2");
  UchTicket       *ticket = desk_pick (desk, NULL, TRUE);
  UchStaff        *engineer = desk_pick_engineer (desk, 1);
  g_autofree char *id = g_strdup (UCH_ENTITY (ticket)->id);
  g_autofree char *label = NULL;
  g_autoptr (GPtrArray) undone = NULL, redone = NULL, late = NULL;

  assign (desk, ticket, engineer);
  g_object_get (desk->replica, "undo-label", &label, NULL);
  g_assert_cmpstr (label, ==, UCH_COMMAND_VISIT_ASSIGN);
  undone = desk_undo (desk, FALSE);
  g_assert_cmpint (((UchOutcome *) g_ptr_array_index (undone, 0))->kind, ==, UCH_VERDICT_OK);
  redone = desk_undo (desk, TRUE);
  g_assert_cmpint (((UchOutcome *) g_ptr_array_index (redone, 0))->kind, ==, UCH_VERDICT_OK);
  rig_wait (has_nothing_waiting, desk, "an empty outbox");
  rig_wait (agree, (gpointer[]){ desk, other, id }, "two desks that agree");
  /* A colleague acts: now it is too late. */
  assign (other, desk_pick (other, id, FALSE), desk_pick_engineer (other, 2));
  wait_assigned (desk, id, UCH_ENTITY (desk_pick_engineer (other, 2))->id);
  late = desk_undo (desk, FALSE);
  g_assert_cmpint (((UchOutcome *) g_ptr_array_index (late, 0))->refusal, ==,
                   UCH_REFUSAL_ACTED_SINCE);
  desk_free (desk);
  desk_free (other);
}

static gboolean
sees_presence (gpointer data)
{
  gpointer *args = data;
  g_autoptr (GPtrArray) list = uch_sync_client_list_presence (((Desk *) args[0])->client, args[1]);

  return list->len == 1 && g_strcmp0 (((UchPresence *) list->pdata[0])->act, "drag") == 0;
}

static gboolean
sees_nobody (gpointer data)
{
  gpointer *args = data;
  g_autoptr (GPtrArray) list = uch_sync_client_list_presence (((Desk *) args[0])->client, args[1]);

  return list->len == 0;
}

static void
test_presence (void)
{
  Desk            *first = desk_up ("dispatcher-1"), *second = desk_up ("dispatcher-2");
  g_autofree char *id = g_strdup (UCH_ENTITY (desk_pick (first, NULL, FALSE))->id);
  gpointer         at_second[] = { second, id }, at_first[] = { first, id };

  uch_sync_client_set_presence (first->client, id, "drag");
  rig_wait (sees_presence, at_second, "somebody else at the ticket");
  g_assert_true (sees_nobody (at_first));
  uch_sync_client_set_presence (first->client, NULL, NULL);
  rig_wait (sees_nobody, at_second, "nobody at the ticket");
  desk_free (first);
  desk_free (second);
}

static void
test_reveal (void)
{
  Desk *desk = desk_up ("dispatcher-1");
  Call  call = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;
  UchCommand      *put = uch_replica_make_command (
           desk->replica, UCH_COMMAND_PUT, "table", "s", "house", "id", "s", "house-secret", "fields",
           "v", g_variant_new_parsed ("{'street': <'Тайная'>, 'number': <'1'>, 'access': <'ключ у 5'>}"),
           NULL);
  g_autoptr (UchOutcome) outcome = desk_submit (desk, put);
  UchHouse *house;

  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
  rig_wait (has_nothing_waiting, desk, "an empty outbox");
  uch_sync_client_reveal_async (desk->client, UCH_TABLE_HOUSE, "house-secret", "access", NULL,
                                call_cb, &call);
  value = uch_sync_client_reveal_finish (desk->client, call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, "ключ у 5");
  g_object_unref (call.result);
  house = uch_replica_peek (desk->replica, UCH_TABLE_HOUSE, "house-secret");
  g_assert_nonnull (house);
  desk_free (desk);
}

/* The demo's engineers have no accounts: the store says so, and for Traccar none is needed. */
static void
test_phone_link (void)
{
  Desk *desk = desk_up ("dispatcher-1");
  Call  call = { NULL };
  g_autoptr (GError) error = NULL;
  GListModel *staff = uch_replica_list (desk->replica, UCH_TABLE_STAFF);
  g_autoptr (UchStaff) engineer = NULL;
  g_autoptr (UchPhoneLink) link = NULL;
  UchPhoneLink *none;

  for (guint i = 0; engineer == NULL || engineer->role != UCH_ROLE_ENGINEER; i++)
    {
      g_clear_object (&engineer);
      engineer = g_list_model_get_item (staff, i);
      g_assert_nonnull (engineer);
    }

  uch_sync_client_make_phone_link_async (desk->client, UCH_PHONE_LINK_TRACKER,
                                         UCH_ENTITY (engineer)->id, NULL, call_cb, &call);
  link = uch_sync_client_make_phone_link_finish (desk->client, call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (link->url, "/track/t?id="));
  g_assert_cmpuint (g_strv_length (link->modules), ==, strlen (link->modules[0]));
  g_assert_true (g_str_has_prefix (link->modules[0], "1111111")); /* the finder at its corner */
  g_clear_object (&call.result);
  uch_sync_client_make_phone_link_async (desk->client, UCH_PHONE_LINK_SIGN_IN, "nobody", NULL,
                                         call_cb, &call);
  none = uch_sync_client_make_phone_link_finish (desk->client, call_wait (&call), &error);
  g_assert_null (none);
  g_assert_error (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_FAILED);
  g_clear_object (&call.result);
  desk_free (desk);
}

/* What was looked at is on the disk until the person signs out; what is broken there is asked for.
 */
static void
test_photos (void)
{
  Desk *desk = desk_up ("dispatcher-1");
  Call  call = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (UchPhoto) photo = uch_entity_new (UCH_TABLE_PHOTO, "no-such-photo");
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "uchastok", "photos", NULL);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "a picture", -1);
  g_autofree char *path = g_build_filename (folder, sum, NULL);
  g_autoptr (GBytes) bytes = NULL;
  GBytes *none;

  photo->sha256 = g_strdup (sum);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "a picture", -1, NULL));
  uch_sync_client_look_at_photo_async (desk->client, photo, NULL, call_cb, &call);
  bytes = uch_sync_client_look_at_photo_finish (desk->client, call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, strlen ("a picture"));
  g_clear_object (&call.result);
  g_assert_true (g_file_set_contents (path, "a pict", -1, NULL));
  uch_sync_client_look_at_photo_async (desk->client, photo, NULL, call_cb, &call);
  none = uch_sync_client_look_at_photo_finish (desk->client, call_wait (&call), &error);
  g_assert_null (none);
  g_assert_error (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_FAILED); /* the store knows no such photo */
  g_clear_error (&error);
  g_clear_object (&call.result);
  uch_sync_client_sign_out_async (desk->client, NULL, call_cb, &call);
  g_assert_true (uch_sync_client_sign_out_finish (desk->client, call_wait (&call), &error));
  g_clear_object (&call.result);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  desk_free (desk);
}

static void
test_search_and_query (void)
{
  Desk            *desk = desk_up ("dispatcher-1");
  UchTicket       *ticket = desk_pick (desk, NULL, FALSE);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, ticket->number);
  g_autoptr (UchTicketQuery) query = uch_ticket_query_new (desk->replica);
  UchTicketFilter filter = { .text = number, .sort = UCH_TICKET_SORT_CREATED, .descending = TRUE };
  Call            call = { NULL };
  g_autoptr (GError) error = NULL;
  UchFound *found;
  gboolean  loading = TRUE;

  uch_replica_search_async (desk->replica, number, 10, NULL, call_cb, &call);
  found = uch_replica_search_finish (desk->replica, call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->tickets->len, >, 0);
  g_assert_cmpint (UCH_TICKET (g_ptr_array_index (found->tickets, 0))->number, ==, ticket->number);
  uch_found_free (found);
  g_object_unref (call.result);

  while (loading)
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (query, "loading", &loading, NULL);
    }
  g_assert_cmpuint (rig_property (query, "n-total"), ==, 150);
  uch_ticket_query_set_filter (query, &filter);
  do
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (query, "loading", &loading, NULL);
    }
  while (loading);
  g_assert_cmpuint (rig_property (query, "n-total"), >=, 1);
  g_assert_cmpuint (rig_property (query, "n-total"), <, 150);
  desk_free (desk);
}

/* The last one: it leaves dispatcher-2 without a right to be here. */
static void
test_disabled (void)
{
  Desk            *desk = desk_up ("dispatcher-2");
  g_autofree char *reason = NULL;
  UchOutcome      *outcome;

  rig_admin (rig, "user", "disable", "dispatcher-2");
  outcome = desk_submit (
      desk, uch_replica_make_command (desk->replica, UCH_COMMAND_NOTE_ADD, "note", "s", "note-late",
                                      "ticket", "s", UCH_ENTITY (desk_pick (desk, NULL, FALSE))->id,
                                      "text", "s", "поздно", NULL));
  uch_outcome_free (outcome);
  rig_wait (is_refused, desk, "being shown out");
  g_object_get (desk->client, "reason", &reason, NULL);
  g_assert_nonnull (reason);
  /* What was done waits; it is not lost. */
  g_assert_cmpuint (rig_property (desk->replica, "n-waiting"), ==, 1);
  desk_free (desk);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("uchastok-cache-XXXXXX", NULL);
  int              status;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  rig = rig_new ();
  g_test_add_func ("/sync/wrong-addresses", test_wrong_addresses);
  g_test_add_func ("/sync/no-such-host", test_no_such_host);
  g_test_add_func ("/sync/certificates", test_certificates);
  g_test_add_func ("/sync/wrong-password", test_wrong_password);
  g_test_add_func ("/sync/not-a-store", test_not_a_store);
  g_test_add_func ("/sync/expired-or-clock", test_expired_or_clock);
  g_test_add_func ("/sync/two-desks", test_two_desks);
  g_test_add_func ("/sync/conflict-offline", test_conflict_offline);
  g_test_add_func ("/sync/undo-redo", test_undo_redo);
  g_test_add_func ("/sync/presence", test_presence);
  g_test_add_func ("/sync/reveal", test_reveal);
  g_test_add_func ("/sync/phone-link", test_phone_link);
  g_test_add_func ("/sync/photos", test_photos);
  g_test_add_func ("/sync/search-and-query", test_search_and_query);
  g_test_add_func ("/sync/disabled", test_disabled);
  status = g_test_run ();
  rig_free (rig);
  for (guint i = 0; i < 3; i++) /* empty by now */
    {
      g_autofree char *empty
          = g_build_filename (cache, i < 2 ? "uchastok" : NULL, i < 1 ? "photos" : NULL, NULL);

      g_rmdir (empty);
    }
  return status;
}
