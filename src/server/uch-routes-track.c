/* Positions in. Many phones report at the same moment: what comes while a commit is under way goes
 * into the next one together, and is answered when it is durable. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-lane.h"
#include "server/uch-log.h"
#include "server/uch-server-private.h"
#include "server/uch-track.h"

/* Points that wait for a commit; beyond that phones keep their own queue. */
#define QUEUE_MAX 20000

#define TRACCAR_PATH "/track/t"
#define OSMAND_PATH "/track/osmand/"
#define GPSLOGGER_PATH "/track/gpslogger/"
#define OWNTRACKS_PATH "/track/owntracks"

#define BATCH_KEY "uch-track-batch"

/* One report and the request that waits for it. */
typedef struct
{
  UchServer     *server;  /* (owned) */
  UchRequest    *request; /* (owned by reference) (nullable) */
  UchDoorStream *door;    /* (owned) (nullable): came the short way */
  gint64         began_us;
  gsize          len;
  char          *secret;   /* (nullable): of a tracking application */
  char          *staff_id; /* (nullable): of a person who is signed in */
  char          *source;
  GArray        *positions;  /* of UchPosition */
  GArray        *fates;      /* of UchPositionFate */
  gboolean       wants_list; /* OwnTracks: it asks for commands, and there are none */
  gboolean       unknown;    /* the secret is nobody's */
} Report;

/* What waits for the next commit. */
typedef struct
{
  GPtrArray *waiting; /* of Report */
  gboolean   busy;
} Batch;

static void
report_free (gpointer data)
{
  Report *report = data;

  uch_request_unref (report->request);
  g_clear_object (&report->door);
  g_object_unref (report->server);
  g_free (report->secret);
  g_free (report->staff_id);
  g_free (report->source);
  g_array_unref (report->positions);
  g_array_unref (report->fates);
  g_free (report);
}

static void
batch_free (gpointer data)
{
  g_ptr_array_unref (((Batch *) data)->waiting);
  g_free (data);
}

static Batch *
batch_of (UchServer *server)
{
  Batch *batch = g_object_get_data (G_OBJECT (server), BATCH_KEY);

  if (batch == NULL)
    {
      batch = g_new0 (Batch, 1);
      batch->waiting = g_ptr_array_new_with_free_func (report_free);
      g_object_set_data_full (G_OBJECT (server), BATCH_KEY, batch, batch_free);
    }
  return batch;
}

/* All reports of one person, in the order they came, in one commit. */
static gboolean
record_person (
    UchStore *store, GPtrArray *reports, guint first, const char *staff_id, GError **error)
{
  Report *leader = g_ptr_array_index (reports, first);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (UchPosition));
  g_autofree UchPositionFate *fates = NULL;
  guint                       at = 0;

  for (guint i = first; i < reports->len; i++)
    {
      Report *report = g_ptr_array_index (reports, i);

      if (g_strcmp0 (report->staff_id, staff_id) == 0
          && strcmp (report->source, leader->source) == 0)
        g_array_append_vals (all, report->positions->data, report->positions->len);
    }
  if (all->len == 0)
    return TRUE;
  fates = g_new0 (UchPositionFate, all->len);
  if (!uch_store_record_positions (store, staff_id, leader->source,
                                   (const UchPosition *) (gpointer) all->data, all->len,
                                   uch_server_now (), fates, error))
    return FALSE;
  for (guint i = first; i < reports->len; i++)
    {
      Report *report = g_ptr_array_index (reports, i);

      if (g_strcmp0 (report->staff_id, staff_id) != 0
          || strcmp (report->source, leader->source) != 0)
        continue;
      g_array_append_vals (report->fates, fates + at, report->positions->len);
      at += report->positions->len;
    }
  return TRUE;
}

/* Finds out whose phones they are. */
static gboolean
find_people (UchStore *store, GPtrArray *reports, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 0; i < reports->len; i++)
    {
      Report  *report = g_ptr_array_index (reports, i);
      gpointer staff_id;

      if (report->secret == NULL)
        continue;
      if (!g_hash_table_lookup_extended (known, report->secret, NULL, &staff_id))
        {
          g_autoptr (GError) local = NULL;

          staff_id = uch_store_find_tracker (store, report->secret, &local);
          if (staff_id == NULL
              && !g_error_matches (local, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN))
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return FALSE;
            }
          g_hash_table_insert (known, report->secret, staff_id);
        }
      report->staff_id = g_strdup (staff_id);
      report->unknown = staff_id == NULL;
    }
  return TRUE;
}

static gpointer
record_func (UchStore *store, gpointer data, GError **error)
{
  GPtrArray *reports = data;
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!find_people (store, reports, error))
    return NULL;
  for (guint i = 0; i < reports->len; i++)
    {
      Report *report = g_ptr_array_index (reports, i);
      char   *key;

      if (report->staff_id == NULL)
        continue;
      key = g_strconcat (report->staff_id, "\n", report->source, NULL);
      if (g_hash_table_add (done, key)
          && !record_person (store, reports, i, report->staff_id, error))
        return NULL;
    }
  return reports;
}

static void flush (UchServer *server);

static void
answer_door (Report *report, guint status, const char *code, const char *field, const char *detail)
{
  UchMetrics      *metrics = &report->server->metrics;
  gint64           took_us = g_get_monotonic_time () - report->began_us;
  g_autofree char *problem
      = code != NULL
            ? g_strdup_printf ("{\"status\":%u,\"title\":\"%s\",\"code\":\"%s\"%s%s%s,"
                               "\"detail\":\"%s\"}",
                               status, soup_status_get_phrase (status), code,
                               field != NULL ? ",\"field\":\"" : "", field != NULL ? field : "",
                               field != NULL ? "\"" : "", detail)
            : NULL;
  g_autofree char *text = uch_lane_print_answer (status, problem);

  uch_door_stream_answer (report->door, text);
  report->server->n_open--;
  uch_metrics_note (metrics, UCH_GROUP_TRACK, status, took_us, report->len, 0);
  uch_log_request ("POST", TRACCAR_PATH, UCH_GROUP_TRACK, status, took_us, NULL);
}

static void
refuse (Report *report, guint status, const char *code, const char *field, const char *detail)
{
  if (report->door != NULL)
    answer_door (report, status, code, field, detail);
  else
    uch_request_refuse (report->request, status, code, field, "%s", detail);
}

static void
fail_report (Report *report, const GError *error)
{
  if (report->door == NULL)
    {
      uch_request_fail (report->request, error);
      return;
    }
  report->server->metrics.errors++;
  g_warning ("positions cannot be kept: %s", error->message);
  refuse (report, SOUP_STATUS_SERVICE_UNAVAILABLE, "unavailable", NULL,
          "The store cannot do this now");
}

static void
answer_report (Report *report)
{
  UchServer *server = report->server;

  for (guint i = 0; i < report->fates->len; i++)
    {
      UchPositionFate fate = g_array_index (report->fates, UchPositionFate, i);

      server->metrics.positions[fate]++;
      if (fate == UCH_POSITION_SHOWN && server->live != NULL)
        uch_live_set_positions_changed (server->live);
    }
  if (report->unknown)
    refuse (report, SOUP_STATUS_UNAUTHORIZED, "unknown_secret", "id",
            "Nobody's phone has this secret");
  else if (report->door != NULL)
    answer_door (report, SOUP_STATUS_OK, NULL, NULL, NULL);
  else if (report->wants_list)
    uch_request_answer_json (report->request, g_strdup ("[]"));
  else if (report->secret != NULL)
    uch_request_answer (report->request, SOUP_STATUS_OK, NULL, NULL);
  else
    uch_request_answer_nothing (report->request);
}

static void
recorded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) reports = user_data;
  g_autoptr (GError) error = NULL;
  Report *any = g_ptr_array_index (reports, 0);
  g_autoptr (UchServer) server = g_object_ref (any->server);
  gboolean ok = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error) != NULL;

  for (guint i = 0; i < reports->len; i++)
    {
      Report *report = g_ptr_array_index (reports, i);

      if (ok)
        answer_report (report);
      else
        fail_report (report, error);
    }
  batch_of (server)->busy = FALSE;
  flush (server);
}

static void
flush (UchServer *server)
{
  Batch     *batch = batch_of (server);
  GPtrArray *reports;

  if (batch->busy || batch->waiting->len == 0)
    return;
  batch->busy = TRUE;
  reports = g_steal_pointer (&batch->waiting);
  batch->waiting = g_ptr_array_new_with_free_func (report_free);
  uch_store_async_write (server->store, record_func, g_ptr_array_ref (reports),
                         (GDestroyNotify) g_ptr_array_unref, NULL, NULL, recorded_cb, reports);
}

static Report *
report_new (UchServer *server, const char *source)
{
  Report *report = g_new0 (Report, 1);

  report->server = g_object_ref (server);
  report->source = g_strdup (source);
  report->positions = g_array_new (FALSE, FALSE, sizeof (UchPosition));
  report->fates = g_array_new (FALSE, FALSE, sizeof (UchPositionFate));
  return report;
}

/* Takes @report. */
static void
queue (Report *report)
{
  UchServer *server = report->server;
  Batch     *batch = batch_of (server);

  if (batch->waiting->len >= QUEUE_MAX)
    {
      refuse (report, SOUP_STATUS_SERVICE_UNAVAILABLE, "busy", NULL,
              "The store is busy; send it again");
      report_free (report);
      return;
    }
  g_ptr_array_add (batch->waiting, report);
  flush (server);
}

/* @secret: (nullable): where it is not part of the report */
static void
read_report (Report             *report,
             UchTrackApplication application,
             const char         *secret,
             const char         *content_type,
             const char         *query,
             const char         *body,
             gsize               len)
{
  UchTrackReport said;

  uch_track_parse (application, content_type, query, body, len, uch_server_now (), &said);
  if (said.has_position)
    g_array_append_val (report->positions, said.position);
  if (said.malformed)
    report->server->metrics.positions_malformed++;
  if (secret == NULL)
    secret = said.secret != NULL ? said.secret : "";
  report->secret = g_strdup (secret);
  uch_track_report_clear (&said);
}

static void
take_request (UchRequest         *request,
              UchTrackApplication application,
              const char         *source,
              const char         *secret)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *query = g_uri_get_query (soup_server_message_get_uri (request->message));
  Report             *report = report_new (request->server, source);

  report->request = uch_request_ref (request);
  report->wants_list = application == UCH_TRACK_OWNTRACKS;
  read_report (report, application, secret, soup_message_headers_get_content_type (headers, NULL),
               query, (const char *) request->body->data, request->body->len);
  queue (report);
}

static void
post_traccar (UchRequest *request)
{
  take_request (request, UCH_TRACK_TRACCAR, "traccar", NULL);
}

/* The secret is what the path ends with. */
static const char *
get_path_end (UchRequest *request, const char *prefix)
{
  return g_uri_get_path (soup_server_message_get_uri (request->message)) + strlen (prefix);
}

static void
get_osmand (UchRequest *request)
{
  take_request (request, UCH_TRACK_OSMAND, "osmand", get_path_end (request, OSMAND_PATH));
}

static void
get_gpslogger (UchRequest *request)
{
  take_request (request, UCH_TRACK_GPSLOGGER, "gpslogger", get_path_end (request, GPSLOGGER_PATH));
}

/* The secret is the password; whatever the user is called. */
static void
post_owntracks (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *said = soup_message_headers_get_one (headers, "Authorization");
  g_autofree char    *pair = NULL;
  const char         *colon = NULL;
  gsize               len;

  if (said != NULL && g_ascii_strncasecmp (said, "Basic ", 6) == 0)
    {
      g_autofree guchar *bytes = g_base64_decode (said + 6, &len);

      if (g_utf8_validate ((const char *) bytes, (gssize) len, NULL))
        pair = g_strndup ((const char *) bytes, len);
      colon = pair != NULL ? strchr (pair, ':') : NULL;
    }
  take_request (request, UCH_TRACK_OWNTRACKS, "owntracks", colon != NULL ? colon + 1 : "");
}

/* The same, the short way. */
gboolean
uch_track_take (UchDoorStream *door, const char *bytes, gsize len, gpointer user_data)
{
  UchServer *server = user_data;
  UchLane    lane;
  Report    *report;

  if (g_cancellable_is_cancelled (server->stopping)
      || !uch_lane_read (bytes, len, TRACCAR_PATH, server->limits.anonymous_len_max, &lane))
    return FALSE;
  server->metrics.requests++;
  server->n_open++;
  report = report_new (server, "traccar");
  report->door = g_object_ref (door);
  report->began_us = g_get_monotonic_time ();
  report->len = lane.len;
  read_report (report, UCH_TRACK_TRACCAR, NULL, lane.content_type, lane.query, lane.body, lane.len);
  uch_lane_clear (&lane);
  queue (report);
  return TRUE;
}

static void
post_positions (UchRequest *request)
{
  g_autoptr (GError) error = NULL;
  GArray *positions = NULL;
  Report *report;

  if (request->session->staff_id == NULL)
    uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "not_allowed", NULL,
                        "This account is no member of staff: it has no position");
  else if (!uch_track_parse_page ((const char *) request->body->data, request->body->len,
                                  &positions, &error))
    uch_request_fail (request, error);
  else
    {
      report = report_new (request->server, "page");
      report->request = uch_request_ref (request);
      report->staff_id = g_strdup (request->session->staff_id);
      g_array_unref (report->positions);
      report->positions = positions;
      queue (report);
    }
}

const UchRoute uch_routes_track[] = {
  { "POST", TRACCAR_PATH, UCH_ROUTE_OPEN, post_traccar },
  { "GET", TRACCAR_PATH, UCH_ROUTE_OPEN, post_traccar },
  { "GET", OSMAND_PATH, UCH_ROUTE_OPEN | UCH_ROUTE_PREFIX, get_osmand },
  { "GET", GPSLOGGER_PATH, UCH_ROUTE_OPEN | UCH_ROUTE_PREFIX, get_gpslogger },
  { "POST", OWNTRACKS_PATH, UCH_ROUTE_OPEN, post_owntracks },
  { "POST", "/v1/positions", 0, post_positions },
  { NULL },
};
