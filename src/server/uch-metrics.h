/* What the daemon counts and measures about itself, and how it is told to Prometheus. Counting
 * costs an addition: no lock, no memory. */
#pragma once

#include "store/uch-store-async.h"

G_BEGIN_DECLS

#define UCH_HISTOGRAM_BOUNDS_MAX 16

/* How many values lay below which bound. One thread adds, another may read meanwhile. */
typedef struct
{
  guint64 counts[UCH_HISTOGRAM_BOUNDS_MAX + 1]; /* each its own, not yet summed up */
  guint64 sum;
} UchHistogram;

/* The bounds of a histogram, and by what a value is divided to be in the unit of its name. */
typedef struct
{
  const char    *name; /* after "uchastok_" */
  const char    *help;
  const guint64 *bounds; /* ascending */
  guint          n_bounds;
  double         scale;
} UchHistogramKind;

extern const UchHistogramKind uch_histogram_requests, uch_histogram_transactions,
    uch_histogram_commits, uch_histogram_groups;

/* What a request was about. */
typedef enum
{
  UCH_GROUP_PUSH,
  UCH_GROUP_FEED,
  UCH_GROUP_WAIT, /* of the feed: the answer came when something had changed */
  UCH_GROUP_TRACK,
  UCH_GROUP_LIVE,
  UCH_GROUP_SESSION,
  UCH_GROUP_HEALTH,
  UCH_GROUP_OTHER,
} UchGroup;
#define UCH_N_GROUPS (UCH_GROUP_OTHER + 1)

extern const char *const uch_group_names[UCH_N_GROUPS];

/* On the thread that writes. */
typedef struct
{
  UchHistogram transactions, commits, groups;
  guint64      n_undone;
  gint64       begun_us, decided_us;
} UchStoreMetrics;

typedef struct
{
  guint64         requests, refused_auth, refused_rate, refused_body, errors;
  guint64         pushes, operations, positions[UCH_N_POSITION_FATES], positions_malformed;
  guint64         live_dropped;
  guint64         feed_pages, bytes_in, bytes_out;
  UchHistogram    durations[UCH_N_GROUPS];
  guint64         answers[UCH_N_GROUPS][6]; /* by hundreds of the status; 0: gone without one */
  UchStoreMetrics store;
} UchMetrics;

void uch_histogram_add (UchHistogram *self, const UchHistogramKind *kind, guint64 value);
void uch_metrics_note (
    UchMetrics *self, UchGroup group, guint status, gint64 took_us, gsize in, gsize out);
void uch_metrics_meter (UchStoreMoment moment, guint n_ops, gpointer store_metrics);

/* Text of the format 0.0.4. A family: its heading, then its samples. */
void uch_metrics_head (GString *text, const char *name, const char *type, const char *help);
void uch_metrics_sample (GString *text, const char *name, const char *labels, double value);
void
uch_metrics_one (GString *text, const char *name, const char *type, const char *help, double value);
void uch_metrics_histogram (GString                *text,
                            const UchHistogramKind *kind,
                            const char             *labels,
                            const UchHistogram     *histogram);
void uch_metrics_requests (GString *text, const UchMetrics *self);
void uch_metrics_store (GString *text, const UchStoreMetrics *self);
void uch_metrics_process (GString *text);

G_END_DECLS
