#define G_LOG_DOMAIN "uch-server"

#include "server/uch-log.h"

#include <stdio.h>
#include <string.h>

#define IDENTIFIER "uchastok-store"
#define FIELDS_MAX 16
/* A request that takes longer is worth a line of its own; long polls and WebSockets are no such. */
#define SLOW_US G_USEC_PER_SEC

static const struct
{
  const char    *name;
  const char    *id; /* journald's MESSAGE_ID: fixed for ever, searched for by administrators */
  GLogLevelFlags level;
} events[UCH_N_LOG_EVENTS] = {
  [UCH_LOG_READY] = { "ready", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d001", G_LOG_LEVEL_MESSAGE },
  [UCH_LOG_STOPPED] = { "stopped", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d002", G_LOG_LEVEL_MESSAGE },
  [UCH_LOG_REQUEST] = { "request", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d003", G_LOG_LEVEL_INFO },
  [UCH_LOG_SLOW] = { "slow", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d004", G_LOG_LEVEL_MESSAGE },
  [UCH_LOG_SIGNED_IN] = { "signed_in", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d005", G_LOG_LEVEL_MESSAGE },
  [UCH_LOG_SIGN_IN_REFUSED]
  = { "sign_in_refused", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d006", G_LOG_LEVEL_MESSAGE },
  [UCH_LOG_SIGNED_OUT] = { "signed_out", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d007", G_LOG_LEVEL_MESSAGE },
  [UCH_LOG_ADMIN] = { "admin", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d008", G_LOG_LEVEL_INFO },
  [UCH_LOG_INVITED] = { "invited", "5b1f0a0d3c6e4b52a0c1b7b3b2a1d009", G_LOG_LEVEL_MESSAGE },
};

static gboolean to_journal;

static const char *
find (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0)
      return fields[i].value;
  return NULL;
}

static const char *
get_word (GLogLevelFlags level)
{
  return level & G_LOG_LEVEL_ERROR      ? "ERROR"
         : level & G_LOG_LEVEL_CRITICAL ? "CRITICAL"
         : level & G_LOG_LEVEL_WARNING  ? "WARNING"
         : level & G_LOG_LEVEL_MESSAGE  ? "notice"
         : level & G_LOG_LEVEL_INFO     ? "info"
                                        : "debug";
}

/* "2026-11-23T01:20:00.123Z WARNING uch-server: what happened (route=/v1/push status=503)" */
static void
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  const char      *domain = find (fields, n_fields, "GLIB_DOMAIN");
  const char      *message = find (fields, n_fields, "MESSAGE");
  g_autoptr (GString) line = g_string_new (NULL);
  guint n_own = 0;

  g_string_printf (line, "%s.%03dZ %s %s: %s", time, g_date_time_get_microsecond (now) / 1000,
                   get_word (level), domain != NULL ? domain : "-", message != NULL ? message : "");
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_has_prefix (fields[i].key, "UCHASTOK_"))
      {
        g_autofree char *name = g_ascii_strdown (fields[i].key + strlen ("UCHASTOK_"), -1);

        g_string_append_printf (line, "%s%s=%s", n_own++ == 0 ? " (" : " ", name,
                                (const char *) fields[i].value);
      }
  if (n_own > 0)
    g_string_append_c (line, ')');
  for (char *at = line->str; *at != '\0'; at++) /* one event is one line, whatever is in it */
    if ((guchar) *at < ' ')
      *at = ' ';
  fprintf (stderr, "%s\n", line->str);
}

static GLogWriterOutput
write_journal (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  GLogField all[FIELDS_MAX + 1];

  n_fields = MIN (n_fields, FIELDS_MAX);
  memcpy (all, fields, n_fields * sizeof *fields);
  all[n_fields] = (GLogField){ "SYSLOG_IDENTIFIER", IDENTIFIER, -1 };
  return g_log_writer_journald (level, all, n_fields + 1, NULL);
}

static GLogWriterOutput
write_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (g_log_writer_default_would_drop (level, find (fields, n_fields, "GLIB_DOMAIN")))
    return G_LOG_WRITER_HANDLED;
  if (!to_journal || write_journal (level, fields, n_fields) != G_LOG_WRITER_HANDLED)
    write_line (level, fields, n_fields);
  return G_LOG_WRITER_HANDLED;
}

/**
 * uch_log_start:
 *
 * From now on everything that is logged, also by libraries, goes to journald with its fields when
 * standard error is journald's (systemd.exec(5), JOURNAL_STREAM), else to standard error, a line
 * each. Call it once, before there are threads.
 */
void
uch_log_start (void)
{
  to_journal = g_getenv ("JOURNAL_STREAM") != NULL && g_log_writer_is_journald (fileno (stderr));
  g_log_set_writer_func (write_cb, NULL, NULL);
}

/* Fills what every event has; @n_fields is how many there are already. */
static void
emit (UchLogEvent event, GLogLevelFlags level, GLogField *fields, gsize n_fields)
{
  static const char *const priorities[] = { "3", "4", "5", "6" }; /* syslog(3) */
  int index = level & G_LOG_LEVEL_WARNING ? 1 : level & G_LOG_LEVEL_MESSAGE ? 2 : 3;

  fields[n_fields++] = (GLogField){ "PRIORITY", priorities[index], -1 };
  fields[n_fields++] = (GLogField){ "GLIB_DOMAIN", G_LOG_DOMAIN, -1 };
  fields[n_fields++] = (GLogField){ "MESSAGE_ID", events[event].id, -1 };
  fields[n_fields++] = (GLogField){ "UCHASTOK_EVENT", events[event].name, -1 };
  /* who runs a verb at a terminal needs no line about it: only the journal keeps it */
  if (event == UCH_LOG_ADMIN)
    write_journal (level, fields, n_fields);
  else
    g_log_structured_array (level, fields, n_fields);
}

/**
 * uch_log_event:
 * @session_id: (nullable): whose doing it is; an id, never a name
 * @format: a sentence with nothing personal in it
 */
void
uch_log_event (UchLogEvent event, const char *session_id, const char *format, ...)
{
  g_autofree char *message = NULL;
  GLogField        fields[FIELDS_MAX];
  gsize            n_fields = 0;
  va_list          ap;

  va_start (ap, format);
  message = g_strdup_vprintf (format, ap);
  va_end (ap);
  fields[n_fields++] = (GLogField){ "MESSAGE", message, -1 };
  if (session_id != NULL)
    fields[n_fields++] = (GLogField){ "UCHASTOK_SESSION", session_id, -1 };
  emit (event, events[event].level, fields, n_fields);
}

/**
 * uch_log_request:
 * @route: (nullable): the route, not what was asked for: a path can hold an id, a query a secret
 * @status: of the answer; 0: the client left before it
 * @took_us: microseconds
 * @session_id: (nullable): whose request it was
 *
 * A request is over. It is an info, which nobody sees unless G_MESSAGES_DEBUG asks for it; slow
 * ones and faults are always told.
 */
void
uch_log_request (const char *method,
                 const char *route,
                 UchGroup    group,
                 guint       status,
                 gint64      took_us,
                 const char *session_id)
{
  gboolean         may_last = group == UCH_GROUP_WAIT || group == UCH_GROUP_LIVE;
  UchLogEvent      event = took_us > SLOW_US && !may_last ? UCH_LOG_SLOW : UCH_LOG_REQUEST;
  GLogLevelFlags   level = status >= 500 ? G_LOG_LEVEL_WARNING : events[event].level;
  g_autofree char *message = NULL;
  char             code[16], duration[32];
  GLogField        fields[FIELDS_MAX];
  gsize            n_fields = 0;

  if (level == G_LOG_LEVEL_INFO && g_log_writer_default_would_drop (level, G_LOG_DOMAIN))
    return;
  route = route != NULL ? route : "-";
  message = g_strdup_printf ("%s %s: %u", method, route, status);
  g_snprintf (code, sizeof code, "%u", status);
  g_snprintf (duration, sizeof duration, "%.3f", (double) took_us / 1000);
  fields[n_fields++] = (GLogField){ "MESSAGE", message, -1 };
  fields[n_fields++] = (GLogField){ "UCHASTOK_ROUTE", route, -1 };
  fields[n_fields++] = (GLogField){ "UCHASTOK_STATUS", code, -1 };
  fields[n_fields++] = (GLogField){ "UCHASTOK_DURATION_MS", duration, -1 };
  if (session_id != NULL)
    fields[n_fields++] = (GLogField){ "UCHASTOK_SESSION", session_id, -1 };
  emit (event, level, fields, n_fields);
}
