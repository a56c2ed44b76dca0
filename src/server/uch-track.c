#define G_LOG_DOMAIN "uch-server"

#include "server/uch-track.h"

#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "server/uch-request.h"
#include "sync/uch-wire.h"

#define KNOT_MPS (1852.0 / 3600.0)
#define KMH_PER_MPS 3.6
/* A time below this is in seconds: as milliseconds it would be before 1973. */
#define SECONDS_MAX 100000000000.0
/* Positions in one request of the phone page. */
#define PAGE_POSITIONS_MAX 1000

void
uch_track_report_clear (UchTrackReport *report)
{
  g_clear_pointer (&report->secret, g_free);
}

static gboolean
parse_real (const char *text, double *out_value)
{
  char *end = NULL;

  if (text == NULL || *text == '\0')
    return FALSE;
  *out_value = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (*out_value);
}

static double
real_or (const char *text, double fallback)
{
  double value;

  return parse_real (text, &value) ? value : fallback;
}

/* Seconds, milliseconds or ISO 8601; 0 when it is none of them. */
static UchTime
parse_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) moment = NULL;
  double value;

  if (parse_real (text, &value))
    return fabs (value) > 1e15 ? 0 : (UchTime) (value < SECONDS_MAX ? value * 1000 : value);
  moment = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;
  return moment != NULL
             ? g_date_time_to_unix (moment) * 1000 + g_date_time_get_microsecond (moment) / 1000
             : 0;
}

static void
clear_position (UchPosition *position)
{
  *position = (UchPosition){ 0, NAN, NAN, -1, -1, -1, -1 };
}

/* Takes over what a position must have, or says that it makes no sense. */
static void
conclude (UchTrackReport *report, gboolean named_place)
{
  const UchPosition *position = &report->position;

  report->has_position
      = isfinite (position->latitude) && isfinite (position->longitude) && position->at != 0;
  report->malformed = named_place && !report->has_position;
}

static int
percent (double value)
{
  return value >= 0 && value <= 100 ? (int) lround (value) : -1;
}

/* What the applications that send a query or a form call things, and their units. */
typedef struct
{
  const char *at, *accuracy, *speed, *course, *battery;
  double      mps; /* of their unit of speed */
} Names;

static const Names names_of[] = {
  /* up to 7.9: all in the query; 10.x: a form */
  [UCH_TRACK_TRACCAR] = { "timestamp", "accuracy", "speed", "bearing", "batt", KNOT_MPS },
  /* its "hdop" is no distance */
  [UCH_TRACK_OSMAND] = { "timestamp", "accuracy", "speed", "bearing", "batt", 1 },
  [UCH_TRACK_GPSLOGGER] = { "time", "acc", "spd", "dir", "batt", 1 },
};

/* A request without a place is a sign of life. */
static void
take_form (
    UchTrackReport *report, const Names *names, const char *query, const char *form, UchTime now)
{
  const char *sources[] = { query, form };
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  UchPosition *position = &report->position;
  const char  *secret, *latitude, *longitude, *at;
  double       speed;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autoptr (GHashTable) some
          = sources[i] != NULL
                ? g_uri_parse_params (sources[i], -1, "&", G_URI_PARAMS_WWW_FORM, NULL)
                : NULL;
      GHashTableIter iter;
      gpointer       name, value;

      if (some == NULL)
        continue;
      g_hash_table_iter_init (&iter, some);
      while (g_hash_table_iter_next (&iter, &name, &value))
        g_hash_table_replace (all, g_strdup (name), g_strdup (value));
    }
  secret = g_hash_table_lookup (all, "id");
  report->secret = g_strdup (secret != NULL ? secret : g_hash_table_lookup (all, "deviceid"));
  latitude = g_hash_table_lookup (all, "lat");
  longitude = g_hash_table_lookup (all, "lon");
  at = g_hash_table_lookup (all, names->at);
  position->at = at != NULL ? parse_time (at) : now;
  position->latitude = real_or (latitude, NAN);
  position->longitude = real_or (longitude, NAN);
  position->accuracy_m = real_or (g_hash_table_lookup (all, names->accuracy), -1);
  speed = real_or (g_hash_table_lookup (all, names->speed), -1);
  position->speed_mps = speed >= 0 ? speed * names->mps : -1;
  position->course_deg = real_or (g_hash_table_lookup (all, names->course), -1);
  position->battery_percent = percent (real_or (g_hash_table_lookup (all, names->battery), -1));
  conclude (report, latitude != NULL || longitude != NULL);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static double
get_real (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  GType     type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return fallback;
  return json_node_get_double (node);
}

static UchTime
get_time (JsonObject *object, const char *name)
{
  const char *text = get_text (object, name);
  double      value;
  char        digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (text != NULL)
    return parse_time (text);
  value = get_real (object, name, 0);
  return parse_time (g_ascii_formatd (digits, sizeof digits, "%.0f", value));
}

/* Traccar Client 9.x: metres per second, −1 for unknown; battery 0 … 1. */
static void
take_json (UchTrackReport *report, const char *body, gsize len)
{
  g_autoptr (JsonNode) root = uch_wire_parse_json (body, (gssize) len, NULL);
  JsonObject *object
      = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonObject  *location = get_object (object, "location");
  JsonObject  *coords = get_object (location, "coords");
  UchPosition *position = &report->position;
  double       level = get_real (get_object (location, "battery"), "level", -1);

  report->secret = g_strdup (get_text (object, "device_id"));
  position->at = get_time (location, "timestamp");
  position->latitude = get_real (coords, "latitude", NAN);
  position->longitude = get_real (coords, "longitude", NAN);
  position->accuracy_m = get_real (coords, "accuracy", -1);
  position->speed_mps = get_real (coords, "speed", -1);
  position->course_deg = get_real (coords, "heading", -1);
  position->battery_percent = level >= 0 ? percent (level * 100) : -1;
  conclude (report, location != NULL || object == NULL);
}

/* OwnTracks in HTTP mode: kilometres per hour, seconds. Of what it sends only "location" is a
 * position; the rest, and nothing at all, are signs of life. */
static void
take_owntracks (UchTrackReport *report, const char *body, gsize len)
{
  g_autoptr (JsonNode) root = uch_wire_parse_json (body, (gssize) len, NULL);
  JsonObject *object
      = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  UchPosition *position = &report->position;
  double       kmh;

  if (g_strcmp0 (get_text (object, "_type"), "location") != 0)
    {
      report->malformed = object == NULL && len > 0;
      return;
    }
  position->at = get_time (object, "tst");
  position->latitude = get_real (object, "lat", NAN);
  position->longitude = get_real (object, "lon", NAN);
  position->accuracy_m = get_real (object, "acc", -1);
  kmh = get_real (object, "vel", -1);
  position->speed_mps = kmh >= 0 ? kmh / KMH_PER_MPS : -1;
  position->course_deg = get_real (object, "cog", -1);
  position->battery_percent = percent (get_real (object, "batt", -1));
  conclude (report, TRUE);
}

/**
 * uch_track_parse:
 * @application: who sent it
 * @content_type: (nullable): without parameters
 * @query: (nullable): of the address, not decoded
 * @body: (nullable): what came with it
 * @now: for a report that says no time
 * @out_report: (out caller-allocates): clear with uch_track_report_clear()
 *
 * Reads a report of Traccar Client (7.9 and older, 9.x, 10.x), OsmAnd, GPSLogger or OwnTracks. The
 * secret is in the report of Traccar Client only. Nothing that is in it is an error: the
 * application would repeat the request for ever.
 */
void
uch_track_parse (UchTrackApplication application,
                 const char         *content_type,
                 const char         *query,
                 const char         *body,
                 gsize               len,
                 UchTime             now,
                 UchTrackReport     *out_report)
{
  g_autofree char *form = NULL;

  memset (out_report, 0, sizeof *out_report);
  clear_position (&out_report->position);
  if (application == UCH_TRACK_OWNTRACKS)
    {
      take_owntracks (out_report, body, len);
      return;
    }
  if (application == UCH_TRACK_TRACCAR && g_strcmp0 (content_type, "application/json") == 0)
    {
      take_json (out_report, body, len);
      return;
    }
  if (len > 0 && g_utf8_validate_len (body, len, NULL))
    form = g_strndup (body, len);
  take_form (out_report, &names_of[application], query, form, now);
}

static gboolean
fail (GError **error, UchWireError code, const char *field, const char *what)
{
  GError *made = g_error_new_literal (UCH_WIRE_ERROR, (int) code, what);

  uch_wire_error_set_field (made, field);
  g_propagate_error (error, made);
  return FALSE;
}

static gboolean
take_point (JsonNode *node, const char *where, UchPosition *position, GError **error)
{
  static const UchMember members[] = {
    { "t", 'd', TRUE, 0 },    { "lat", 'd', TRUE, 0 },
    { "lon", 'd', TRUE, 0 },  { "acc", 'd', FALSE, 0 },
    { "spd", 'd', FALSE, 0 }, { "hdg", 'd', FALSE, 0 },
    { "bat", 'd', FALSE, 0 }, { NULL },
  };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL)
    return fail (error, UCH_WIRE_ERROR_INVALID, where, "A position must be an object");
  if (!uch_members_check (object, members, where, error))
    return FALSE;
  clear_position (position);
  position->at = get_time (object, "t");
  if (position->at == 0)
    {
      g_autofree char *which = g_strconcat (where, ".t", NULL);

      return fail (error, UCH_WIRE_ERROR_INVALID, which, "This is no time");
    }
  position->latitude = get_real (object, "lat", NAN);
  position->longitude = get_real (object, "lon", NAN);
  position->accuracy_m = get_real (object, "acc", -1);
  position->speed_mps = get_real (object, "spd", -1);
  position->course_deg = get_real (object, "hdg", -1);
  position->battery_percent = percent (get_real (object, "bat", -1));
  return TRUE;
}

/**
 * uch_track_parse_page:
 * @out_positions: (out) (transfer full) (element-type UchPosition)
 * @error: %UCH_WIRE_ERROR_MALFORMED, naming the field
 *
 * Reads what the phone page sends: {p: [{t, lat, lon, acc, spd, hdg, bat}]}, metres per second.
 */
gboolean
uch_track_parse_page (const char *body, gsize len, GArray **out_positions, GError **error)
{
  static const UchMember page_members[] = { { "p", 'a', TRUE, 0 }, { NULL } };
  g_autoptr (JsonNode) root = uch_wire_parse_json (body, (gssize) len, error);
  g_autoptr (GArray) positions = g_array_new (FALSE, FALSE, sizeof (UchPosition));
  JsonArray *array;

  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, UCH_WIRE_ERROR_MALFORMED, NULL, "The body is no JSON object");
  if (!uch_members_check (json_node_get_object (root), page_members, NULL, error))
    return FALSE;
  array = json_object_get_array_member (json_node_get_object (root), "p");
  if (json_array_get_length (array) > PAGE_POSITIONS_MAX)
    return fail (error, UCH_WIRE_ERROR_TOO_MANY, "p", "more positions than a report may hold");
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *where = g_strdup_printf ("p[%u]", i);
      UchPosition      position;

      if (!take_point (json_array_get_element (array, i), where, &position, error))
        return FALSE;
      g_array_append_val (positions, position);
    }
  *out_positions = g_steal_pointer (&positions);
  return TRUE;
}
