/* What a phone reports: the first byte chooses the form, of those that have a query the first
 * line is it. Whatever comes, the report is one that the store can look at. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "server/uch-track.h"

#define NOW G_GINT64_CONSTANT (1788246000000)

static void
check_position (const UchPosition *position)
{
  g_assert_true (isfinite (position->latitude) && isfinite (position->longitude));
  g_assert_cmpint (position->at, !=, 0);
  g_assert_cmpint (position->battery_percent, >=, -1);
  g_assert_cmpint (position->battery_percent, <=, 100);
  g_assert_false (isnan (position->accuracy_m) || isnan (position->speed_mps)
                  || isnan (position->course_deg));
}

static void
try_page (const char *body, gsize len)
{
  g_autoptr (GArray) positions = NULL;
  g_autoptr (GError) error = NULL;

  if (!uch_track_parse_page (body, len, &positions, &error))
    {
      g_assert_nonnull (error);
      return;
    }
  for (guint i = 0; i < positions->len; i++)
    check_position (&g_array_index (positions, UchPosition, i));
}

static void
try_report (UchTrackApplication application,
            const char         *content_type,
            const char         *query,
            const char         *body,
            gsize               len)
{
  UchTrackReport report;

  uch_track_parse (application, content_type, query, body, len, NOW, &report);
  g_assert_false (report.has_position && report.malformed);
  g_assert_true (report.secret == NULL || g_utf8_validate (report.secret, -1, NULL));
  if (report.has_position)
    check_position (&report.position);
  uch_track_report_clear (&report);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char      *body = (const char *) data + 1;
  const char      *line_end;
  g_autofree char *query = NULL;
  gsize            len = size - 1;

  if (size == 0)
    return 0;
  line_end = memchr (body, '\n', len);
  query = g_strndup (body, line_end != NULL ? (gsize) (line_end - body) : len);
  switch (data[0] % 7)
    {
    case 0:
      try_report (UCH_TRACK_TRACCAR, "application/json", NULL, body, len);
      break;
    case 1:
      try_report (UCH_TRACK_TRACCAR, NULL, query, NULL, 0);
      break;
    case 2:
      try_report (UCH_TRACK_TRACCAR, "application/x-www-form-urlencoded", query,
                  line_end != NULL ? line_end + 1 : "",
                  line_end != NULL ? (gsize) (body + len - line_end - 1) : 0);
      break;
    case 3:
      try_page (body, len);
      break;
    case 4:
      try_report (UCH_TRACK_OSMAND, NULL, query, NULL, 0);
      break;
    case 5:
      try_report (UCH_TRACK_GPSLOGGER, NULL, query, NULL, 0);
      break;
    default:
      try_report (UCH_TRACK_OWNTRACKS, "application/json", NULL, body, len);
    }
  return 0;
}
