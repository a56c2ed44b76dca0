#define G_LOG_DOMAIN "uch-server"

#include "server/uch-metrics.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Microseconds. The office's aims lie at 30 ms (push) and 100 ms (seen by others). */
static const guint64 durations_us[]
    = { 500,    1000,   2000,   5000,    10000,   20000,   30000,   50000,
        100000, 200000, 500000, 1000000, 2000000, 5000000, 10000000 };
static const guint64 group_lens[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256 };
G_STATIC_ASSERT (G_N_ELEMENTS (durations_us) <= UCH_HISTOGRAM_BOUNDS_MAX);

#define DURATIONS durations_us, G_N_ELEMENTS (durations_us), 1e6

const UchHistogramKind uch_histogram_requests
    = { "request_duration_seconds", "From a request's header to the end of its answer.",
        DURATIONS };
const UchHistogramKind uch_histogram_transactions
    = { "store_transaction_seconds", "Writing transactions, from their begin.", DURATIONS };
const UchHistogramKind uch_histogram_commits
    = { "store_commit_seconds", "Making a transaction durable.", DURATIONS };
const UchHistogramKind uch_histogram_groups
    = { "store_commit_operations", "Operations that shared one commit.", group_lens,
        G_N_ELEMENTS (group_lens), 1 };

const char *const uch_group_names[UCH_N_GROUPS] = {
  [UCH_GROUP_PUSH] = "push",     [UCH_GROUP_FEED] = "feed",   [UCH_GROUP_WAIT] = "wait",
  [UCH_GROUP_TRACK] = "track",   [UCH_GROUP_LIVE] = "live",   [UCH_GROUP_SESSION] = "session",
  [UCH_GROUP_HEALTH] = "health", [UCH_GROUP_OTHER] = "other",
};

static inline void
add (guint64 *counter, guint64 n)
{
  __atomic_fetch_add (counter, n, __ATOMIC_RELAXED);
}

static inline guint64
get (const guint64 *counter)
{
  return __atomic_load_n (counter, __ATOMIC_RELAXED);
}

/**
 * uch_histogram_add:
 * @kind: what @self is a histogram of
 * @value: in the kind's own unit: microseconds, or a number of things
 *
 * Any thread.
 */
void
uch_histogram_add (UchHistogram *self, const UchHistogramKind *kind, guint64 value)
{
  guint i = 0;

  while (i < kind->n_bounds && value > kind->bounds[i])
    i++;
  add (&self->counts[i], 1);
  add (&self->sum, value);
}

/**
 * uch_metrics_note:
 * @status: of the answer; 0: the client left before it
 * @took_us: microseconds
 * @in: bytes of the body that came
 * @out: bytes of the body that went
 *
 * A request is over.
 */
void
uch_metrics_note (
    UchMetrics *self, UchGroup group, guint status, gint64 took_us, gsize in, gsize out)
{
  uch_histogram_add (&self->durations[group], &uch_histogram_requests, (guint64) MAX (took_us, 0));
  self->answers[group][MIN (status / 100, 5)]++;
  self->bytes_in += in;
  self->bytes_out += out;
}

/**
 * uch_metrics_meter:
 * @store_metrics: a #UchStoreMetrics
 *
 * As a #UchStoreMeter, on the thread that writes.
 */
void
uch_metrics_meter (UchStoreMoment moment, guint n_ops, gpointer store_metrics)
{
  UchStoreMetrics *self = store_metrics;
  gint64           now_us = g_get_monotonic_time ();

  switch (moment)
    {
    case UCH_STORE_BEGUN:
      self->begun_us = now_us;
      break;
    case UCH_STORE_DECIDED:
      self->decided_us = now_us;
      break;
    case UCH_STORE_COMMITTED:
      uch_histogram_add (&self->transactions, &uch_histogram_transactions,
                         (guint64) (now_us - self->begun_us));
      uch_histogram_add (&self->commits, &uch_histogram_commits,
                         (guint64) (now_us - self->decided_us));
      if (n_ops > 0) /* else positions, sessions: no place in the order */
        uch_histogram_add (&self->groups, &uch_histogram_groups, n_ops);
      break;
    case UCH_STORE_UNDONE:
    default:
      add (&self->n_undone, 1);
    }
}

/**
 * uch_metrics_head:
 * @name: without "uchastok_"; one that begins with "process_" keeps that everybody's name
 *
 * Begins a family.
 */
void
uch_metrics_head (GString *text, const char *name, const char *type, const char *help)
{
  const char *prefix = g_str_has_prefix (name, "process_") ? "" : "uchastok_";

  g_string_append_printf (text, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix, name, help, prefix,
                          name, type);
}

/**
 * uch_metrics_sample:
 * @labels: (nullable): `name="value"`, with commas between them
 */
void
uch_metrics_sample (GString *text, const char *name, const char *labels, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (fabs (value) < 1e15 && value == floor (value))
    g_snprintf (digits, sizeof digits, "%" G_GINT64_FORMAT, (gint64) value);
  else
    g_ascii_formatd (digits, sizeof digits, "%.9g", value);
  g_string_append (text, g_str_has_prefix (name, "process_") ? "" : "uchastok_");
  g_string_append (text, name);
  if (labels != NULL)
    g_string_append_printf (text, "{%s}", labels);
  g_string_append_printf (text, " %s\n", digits);
}

/* A family of one sample. */
void
uch_metrics_one (GString *text, const char *name, const char *type, const char *help, double value)
{
  uch_metrics_head (text, name, type, help);
  uch_metrics_sample (text, name, NULL, value);
}

/**
 * uch_metrics_histogram:
 * @labels: (nullable): of all its samples
 *
 * The samples of one histogram; its family's heading stands before the first of them.
 */
void
uch_metrics_histogram (GString                *text,
                       const UchHistogramKind *kind,
                       const char             *labels,
                       const UchHistogram     *histogram)
{
  g_autofree char *bucket = g_strconcat (kind->name, "_bucket", NULL);
  g_autofree char *sum = g_strconcat (kind->name, "_sum", NULL);
  g_autofree char *count = g_strconcat (kind->name, "_count", NULL);
  guint64          n = 0;

  for (guint i = 0; i <= kind->n_bounds; i++)
    {
      char             bound[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
      g_autofree char *all = NULL;

      if (i < kind->n_bounds)
        g_ascii_formatd (bound, sizeof bound, "%.9g", (double) kind->bounds[i] / kind->scale);
      n += get (&histogram->counts[i]);
      all = g_strdup_printf ("%s%sle=\"%s\"", labels != NULL ? labels : "",
                             labels != NULL ? "," : "", bound);
      uch_metrics_sample (text, bucket, all, (double) n);
    }
  uch_metrics_sample (text, sum, labels, (double) get (&histogram->sum) / kind->scale);
  uch_metrics_sample (text, count, labels, (double) n);
}

/**
 * uch_metrics_requests:
 *
 * How long requests took and what became of them, by group.
 */
void
uch_metrics_requests (GString *text, const UchMetrics *self)
{
  uch_metrics_head (text, uch_histogram_requests.name, "histogram", uch_histogram_requests.help);
  for (guint g = 0; g < UCH_N_GROUPS; g++)
    {
      g_autofree char *labels = g_strdup_printf ("group=\"%s\"", uch_group_names[g]);

      uch_metrics_histogram (text, &uch_histogram_requests, labels, &self->durations[g]);
    }
  uch_metrics_head (text, "answers_total", "counter",
                    "Requests that are over, by hundreds of their status; 0xx: the client left.");
  for (guint g = 0; g < UCH_N_GROUPS; g++)
    for (guint i = 0; i < G_N_ELEMENTS (self->answers[g]); i++)
      {
        g_autofree char *labels
            = g_strdup_printf ("group=\"%s\",status=\"%uxx\"", uch_group_names[g], i);

        uch_metrics_sample (text, "answers_total", labels, (double) self->answers[g][i]);
      }
}

/**
 * uch_metrics_store:
 *
 * What the thread that writes has measured.
 */
void
uch_metrics_store (GString *text, const UchStoreMetrics *self)
{
  const struct
  {
    const UchHistogramKind *kind;
    const UchHistogram     *histogram;
  } all[] = { { &uch_histogram_transactions, &self->transactions },
              { &uch_histogram_commits, &self->commits },
              { &uch_histogram_groups, &self->groups } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      uch_metrics_head (text, all[i].kind->name, "histogram", all[i].kind->help);
      uch_metrics_histogram (text, all[i].kind, NULL, all[i].histogram);
    }
  uch_metrics_one (text, "store_undone_total", "counter", "Writing transactions without a commit.",
                   (double) get (&self->n_undone));
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n > 0 ? n - 1 : 0; /* one is the look itself */
}

/**
 * uch_metrics_process:
 *
 * What the system says of this process, by the names that all programs use.
 */
void
uch_metrics_process (GString *text)
{
  g_autofree char *statm = NULL;
  struct rlimit    limit = { 0 };
  struct rusage    usage = { 0 };
  guint64          n_pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL) && strchr (statm, ' ') != NULL)
    n_pages = g_ascii_strtoull (strchr (statm, ' '), NULL, 10);
  getrlimit (RLIMIT_NOFILE, &limit);
  getrusage (RUSAGE_SELF, &usage);
  uch_metrics_one (text, "process_open_fds", "gauge", "Open file descriptors.",
                   count_descriptors ());
  uch_metrics_one (text, "process_max_fds", "gauge", "File descriptors that are allowed.",
                   (double) limit.rlim_cur);
  uch_metrics_one (text, "process_resident_memory_bytes", "gauge", "Memory in use.",
                   (double) n_pages * (double) sysconf (_SC_PAGESIZE));
  uch_metrics_one (text, "process_cpu_seconds_total", "counter", "Time on processors.",
                   (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                       + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}
