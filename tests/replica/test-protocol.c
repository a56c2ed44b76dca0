/* The protocol between a real desk and a real store: what comes by itself, what happens when the
 * store forgets, changes its version or its office, and when somebody loses his rights. */
#include <glib/gstdio.h>
#include <string.h>

#include "replica/rig.h"
#include "replica/uch-sync-client-private.h"
#include "store/uch-store-async.h"

static Rig *rig;

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
note (Desk *desk, const char *id, const char *text)
{
  g_autoptr (UchOutcome) outcome = desk_submit (
      desk, uch_replica_make_command (desk->replica, UCH_COMMAND_NOTE_ADD, "note", "s", id,
                                      "ticket", "s", UCH_ENTITY (desk_pick (desk, NULL, FALSE))->id,
                                      "text", "s", text, NULL));

  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
}

static gboolean
has_nothing_waiting (gpointer desk)
{
  return rig_property (((Desk *) desk)->replica, "n-waiting") == 0;
}

static gboolean
is_live (gpointer desk)
{
  UchSyncClient *client = ((Desk *) desk)->client;

  return client->live != NULL && !client->fetching && client->news_id == 0;
}

static gboolean
is_refused (gpointer desk)
{
  return uch_sync_client_get_state (((Desk *) desk)->client) == UCH_SYNC_REFUSED;
}

static gint64
get_cursor (Desk *desk)
{
  return uch_replica_get_status (desk->replica)->cursor;
}

static gboolean
are_at_one_place (gpointer data)
{
  Desk **desks = data;

  return get_cursor (desks[0]) == get_cursor (desks[1]) && is_live (desks[0]) && is_live (desks[1]);
}

/* A question to the store beside the desk's own. */
static char *
ask (Desk *desk, const char *method, const char *path)
{
  Call call = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (UchSyncReply) reply = NULL;
  gsize       len;
  const char *text;

  uch_sync_http_send_async (desk->client->http, method, path, NULL, NULL, call_cb, &call);
  reply = uch_sync_http_send_finish (call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reply->status, ==, 200);
  g_object_unref (call.result);
  text = g_bytes_get_data (reply->body, &len);
  return g_strndup (len > 0 ? text : "", len);
}

static gint64
count_requests (Desk *desk)
{
  g_autofree char *metrics = ask (desk, "GET", "/metrics");
  const char      *line = strstr (metrics, "\nuchastok_requests_total ");

  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen ("\nuchastok_requests_total "), NULL, 10);
}

/* Ten acts of one desk cost ten pushes, and the other none at all: it is sent what changed. */
static void
test_news_come_by_themselves (void)
{
  Desk  *desks[] = { desk_up ("dispatcher-1"), desk_up ("dispatcher-2") };
  gint64 before, asked;

  rig_wait (are_at_one_place, desks, "two desks that listen");
  before = count_requests (desks[0]);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("note-news-%u", i);

      note (desks[0], id, "новость");
      rig_wait (has_nothing_waiting, desks[0], "an answer");
      rig_wait (are_at_one_place, desks, "the news at both desks");
    }
  asked = count_requests (desks[0]) - before - 1;
  g_test_message ("ten acts at one of two desks: %d requests", (int) asked);
  g_assert_cmpint (asked, >=, 10);
  g_assert_cmpint (asked, <=, 13); /* a push or two may have been slower than the page */
  g_assert_nonnull (uch_replica_peek (desks[1]->replica, UCH_TABLE_TICKET,
                                      UCH_ENTITY (desk_pick (desks[1], NULL, FALSE))->id));
  desk_free (desks[0]);
  desk_free (desks[1]);
}

static void
random_func (guint8 *buffer, gsize len, gpointer user_data)
{
  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) g_random_int ();
}

static UchTime
now_ms (void)
{
  return g_get_real_time () / 1000;
}

static UchStore *
open_store (void)
{
  g_autofree char *path = g_build_filename (rig->data, "store.sqlite", NULL);
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GError) error = NULL;
  UchStore *store = uch_store_open (url, 0, random_func, NULL, now_ms (), &error);

  g_assert_no_error (error);
  return store;
}

/* I7: the desk's rows and the store's are the same. */
static void
check_digests (Desk *desk)
{
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchReplicaDb) db = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_DISPATCHER, NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint64 here = 0, there = 0;
  gint64  head = 0;

  desk_close (desk);
  rig_kill (rig);
  store = open_store ();
  g_assert_true (uch_store_get_digest (store, session, &there, &head, &error));
  g_assert_no_error (error);
  db = uch_replica_db_open (desk->directory, &uch_sources_system, &error);
  g_assert_no_error (error);
  g_assert_cmpint (uch_replica_db_get_cursor (db), ==, head);
  g_assert_true (uch_replica_db_get_digest (db, &here, &error));
  g_assert_cmpuint (here, ==, there);
}

static UchCommand *
make_delete (Desk *desk, const char *shift)
{
  return uch_replica_make_command (desk->replica, UCH_COMMAND_DELETE, "table", "s", "shift", "id",
                                   "s", shift, NULL);
}

static gboolean
is_past (gpointer data)
{
  gpointer *args = data;

  return get_cursor (args[0]) > *(gint64 *) args[1];
}

/* A desk that was away for longer than the store remembers deletions. */
static void
test_after_the_floor (void)
{
  Desk *away = desk_up ("dispatcher-1"), *other = desk_up ("dispatcher-2");
  g_autoptr (UchShift) shift
      = g_list_model_get_item (uch_replica_list (other->replica, UCH_TABLE_SHIFT), 0);
  g_autofree char *gone = g_strdup (UCH_ENTITY (shift)->id);
  g_autoptr (GError) error = NULL;
  g_autoptr (UchOutcome) outcome = NULL;
  gint64 floor = 0, head = 0;

  uch_sync_client_stop (away->client);
  note (away, "note-away", "не потерять");
  outcome = desk_submit (other, make_delete (other, gone));
  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
  rig_wait (has_nothing_waiting, other, "the deletion at the store");
  desk_free (other);
  rig_kill (rig);
  {
    g_autoptr (UchStore) store = open_store ();

    g_assert_true (uch_store_compact (store, now_ms () + 91 * UCH_DAY_MS, &error));
    g_assert_true (uch_store_get_head (store, &head, &floor, &error));
    g_assert_cmpint (floor, >, get_cursor (away));
  }
  rig_serve (rig);
  /* Its session has grown old as well. */
  desk_sign_in (away);
  g_assert_nonnull (uch_replica_peek (away->replica, UCH_TABLE_SHIFT, gone));
  desk_start (away);
  rig_wait (has_nothing_waiting, away, "the note at the store");
  rig_wait (is_past, (gpointer[]){ away, &floor }, "a snapshot");
  g_assert_null (uch_replica_peek (away->replica, UCH_TABLE_SHIFT, gone));
  rig_wait (is_live, away, "a desk at rest");
  check_digests (away);
  desk_free (away);
  rig_serve (rig);
}

static void
serve_as (const char *extra)
{
  rig_kill (rig);
  rig->extra = extra;
  rig_serve (rig);
}

static void
wait_refused (Desk *desk, UchSyncError expected)
{
  g_autofree char *reason = NULL;

  rig_wait (is_refused, desk, "a refusal");
  g_object_get (desk->client, "reason", &reason, NULL);
  g_test_message ("the desk says: %s", reason);
  g_assert_cmpint (uch_sync_client_get_reason_code (desk->client), ==, (int) expected);
}

/* The store is one version newer, which is nothing; then two, and the desk says what to do. */
static void
test_store_is_updated (void)
{
  Desk *desk = desk_up ("dispatcher-1");

  serve_as ("--schema=3");
  note (desk, "note-older", "от старой программы");
  rig_wait (has_nothing_waiting, desk, "a newer store's answer");
  rig_wait (is_live, desk, "a newer store's live connection");
  serve_as ("--schema=4");
  note (desk, "note-too-old", "не потерять");
  wait_refused (desk, UCH_SYNC_ERROR_STORE_TOO_NEW);
  g_assert_cmpuint (rig_property (desk->replica, "n-waiting"), ==, 1);
  serve_as (NULL);
  desk_start (desk);
  rig_wait (has_nothing_waiting, desk, "what had waited");
  desk_free (desk);
}

static gboolean
sees_engineer (gpointer data)
{
  gpointer *args = data;

  return uch_sync_client_get_position (((Desk *) args[0])->client, args[1]) != NULL;
}

static char *
make_phone (const char *engineer)
{
  g_autofree char *store = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "src", "server",
                                             "admin", "uchastok-store", NULL);
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  const char  *argv[] = { store, "token", "--engineer", engineer, "--data", rig->data, NULL };
  GSubprocess *process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error));
  g_object_unref (process);
  g_assert_nonnull (strstr (out, "id="));
  words = g_strsplit_set (strstr (out, "id=") + 3, "& \n", 2);
  return g_strdup (words[0]);
}

/* A phone reports, the desk shows it: where, how fast, how old. */
static void
test_live_positions (void)
{
  Desk                  *desk = desk_up ("dispatcher-1");
  UchStaff              *engineer = desk_pick_engineer (desk, 0);
  g_autofree char       *id = g_strdup (UCH_ENTITY (engineer)->id);
  g_autofree char       *secret = make_phone (engineer->name);
  g_autofree char       *path = NULL;
  g_autofree char       *answer = NULL;
  gpointer               args[] = { desk, id };
  gint64                 now_s = now_ms () / 1000;
  const UchLivePosition *position;
  g_autoptr (UchOutcome) outcome = desk_submit (
      desk, uch_replica_make_command (
                desk->replica, UCH_COMMAND_PUT, "table", "s", "shift", "id", "s", "shift-now",
                "fields", "v",
                g_variant_new_parsed ("{'staff_id': <%s>, 'starts_at': <%x>, 'ends_at': <%x>}", id,
                                      (now_s - 3600) * 1000, (now_s + 3600) * 1000),
                NULL));

  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
  rig_wait (has_nothing_waiting, desk, "the shift at the store");
  path = g_strdup_printf ("/track/t?id=%s&timestamp=%" G_GINT64_FORMAT
                          "&lat=45.05&lon=41.95&accuracy=12&speed=19.438&bearing=90&batt=42",
                          secret, now_s - 5);
  answer = ask (desk, "POST", path);
  rig_wait (sees_engineer, args, "the engineer on the map");
  position = uch_sync_client_get_position (desk->client, id);
  g_assert_cmpint (position->at, ==, (now_s - 5) * 1000);
  g_assert_cmpfloat_with_epsilon (position->latitude, 45.05, 1e-6);
  g_assert_cmpfloat_with_epsilon (position->longitude, 41.95, 1e-6);
  g_assert_cmpfloat_with_epsilon (position->speed_mps, 10, 0.01);
  g_assert_cmpfloat_with_epsilon (position->accuracy_m, 12, 1e-6);
  g_assert_cmpint (position->battery_percent, ==, 42);
  desk_free (desk);
}

/* I12 at the desk: somebody is dismissed while he works: he is told, and what he did is kept. */
static void
test_dismissed (void)
{
  Desk *head = desk_up ("head-1"), *desk = desk_up ("dispatcher-2");
  g_autoptr (UchOutcome) outcome = NULL;

  rig_wait (is_live, desk, "a desk that listens");
  outcome = desk_submit (
      head, uch_replica_make_command (head->replica, UCH_COMMAND_PUT, "table", "s", "staff", "id",
                                      "s", uch_sync_client_get_staff_id (desk->client), "fields",
                                      "v", g_variant_new_parsed ("{'dismissed': <true>}"), NULL));
  g_assert_cmpint (outcome->kind, ==, UCH_VERDICT_OK);
  note (desk, "note-dismissed", "не потерять");
  wait_refused (desk, UCH_SYNC_ERROR_SIGNED_OUT);
  g_assert_cmpuint (rig_property (desk->replica, "n-waiting"), ==, 1);
  desk_free (desk);
  desk_free (head);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  rig = rig_new ();
  g_test_add_func ("/protocol/news-come-by-themselves", test_news_come_by_themselves);
  g_test_add_func ("/protocol/after-the-floor", test_after_the_floor);
  g_test_add_func ("/protocol/store-is-updated", test_store_is_updated);
  g_test_add_func ("/protocol/live-positions", test_live_positions);
  g_test_add_func ("/protocol/dismissed", test_dismissed);
  status = g_test_run ();
  rig_free (rig);
  return status;
}
