/* Where people were on a day that is over: pages of what the phones reported, each look logged. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "core/uch-id.h"
#include "server/uch-server-private.h"
#include "sync/uch-json.h"

#define PAGE_DEFAULT 5000
#define PAGE_MAX 10000
/* Nobody needs more than a day at once, and a day may have 25 hours. */
#define SPAN_MAX_MS (26 * UCH_HOUR_MS)

typedef struct
{
  UchSession   *session;
  char         *engineer_id, *after_id;
  UchTraceQuery query; /* its strings stand above */
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->session);
  g_free (ask->engineer_id);
  g_free (ask->after_id);
  g_free (ask);
}

static void
append_point (GString *text, const UchLastPosition *trace)
{
  const UchPosition *point = &trace->position;
  char               latitude[G_ASCII_DTOSTR_BUF_SIZE], longitude[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (latitude, sizeof latitude, "%.6f", point->latitude);
  g_ascii_formatd (longitude, sizeof longitude, "%.6f", point->longitude);
  g_string_append_printf (text, "[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%s,%s,%d]", point->at,
                          trace->received_at, latitude, longitude,
                          point->accuracy_m >= 0 ? (int) MIN (point->accuracy_m, 1e6) : -1);
}

/* {"traces": [{"engineer": …, "points": [[at, received_at, lat, lon, acc], …]}, …], "next": …} */
static char *
print_page (GPtrArray *traces, guint limit)
{
  GString    *text = g_string_new ("{\"traces\":[");
  const char *last = NULL;

  for (guint i = 0; i < traces->len; i++)
    {
      const UchLastPosition *trace = g_ptr_array_index (traces, i);

      if (last == NULL || strcmp (last, trace->engineer_id) != 0)
        {
          g_string_append (text, i > 0 ? "]},{\"engineer\":" : "{\"engineer\":");
          uch_json_append_text (text, trace->engineer_id);
          g_string_append (text, ",\"points\":[");
        }
      else
        g_string_append_c (text, ',');
      append_point (text, trace);
      last = trace->engineer_id;
    }
  g_string_append (text, last != NULL ? "]}]" : "]");
  if (traces->len == limit)
    {
      const UchLastPosition *trace = g_ptr_array_index (traces, traces->len - 1);

      g_string_append (text, ",\"next\":{\"after\":");
      uch_json_append_text (text, trace->engineer_id);
      g_string_append_printf (text, ",\"after_at\":%" G_GINT64_FORMAT "}", trace->position.at);
    }
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static gpointer
traces_func (UchStore *store, gpointer data, GError **error)
{
  Ask *ask = data;
  g_autoptr (GPtrArray) traces
      = uch_store_list_traces (store, ask->session, &ask->query, uch_server_now (), error);

  return traces != NULL ? print_page (traces, ask->query.limit) : NULL;
}

static void
traces_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  char *json = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (json == NULL)
    uch_request_fail (request, error);
  else
    uch_request_answer_json (request, json);
}

static gboolean
check_id (UchRequest *request, const char *name, const char **out_id)
{
  *out_id = uch_request_get_query (request, name);
  if (*out_id == NULL || uch_id_is_valid (*out_id))
    return TRUE;
  uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", name, "“%s” is the id of a row",
                      name);
  return FALSE;
}

static void
get_traces (UchRequest *request)
{
  static const char *const names[]
      = { "from", "to", "engineer", "after", "after_at", "limit", NULL };
  const gint64  none = 0, usual = PAGE_DEFAULT;
  UchTraceQuery query = { 0 };
  gint64        limit;
  Ask          *ask;

  if (!uch_request_read_query (request, names)
      || !uch_request_get_query_int (request, "from", 0, G_MAXINT64 / 2, NULL, &query.from)
      || !uch_request_get_query_int (request, "to", 0, G_MAXINT64 / 2, NULL, &query.to)
      || !uch_request_get_query_int (request, "after_at", 0, G_MAXINT64 / 2, &none, &query.after_at)
      || !uch_request_get_query_int (request, "limit", 1, PAGE_MAX, &usual, &limit)
      || !check_id (request, "engineer", &query.engineer_id)
      || !check_id (request, "after", &query.after_id))
    return;
  if (query.to <= query.from || query.to - query.from > SPAN_MAX_MS)
    {
      uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", "to",
                          "“to” is after “from”, by a day at most");
      return;
    }
  ask = g_new0 (Ask, 1);
  ask->session = g_object_ref (request->session);
  ask->engineer_id = g_strdup (query.engineer_id);
  ask->after_id = g_strdup (query.after_id);
  ask->query = query;
  ask->query.engineer_id = ask->engineer_id;
  ask->query.after_id = ask->after_id;
  ask->query.limit = (guint) limit;
  uch_store_async_write (request->server->store, traces_func, ask, ask_free, g_free, NULL,
                         traces_cb, uch_request_ref (request));
}

const UchRoute uch_routes_trace[] = {
  { "GET", "/v1/traces", 0, get_traces },
  { NULL },
};
