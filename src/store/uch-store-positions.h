/* Where the engineers are: not part of the log, kept for thirty days. */
#pragma once

#include "store/uch-store.h"

G_BEGIN_DECLS

/* Plain value; what is unknown is negative. */
typedef struct
{
  UchTime at; /* the phone's clock */
  double  latitude, longitude;
  double  accuracy_m;
  double  speed_mps;
  double  course_deg;
  int     battery_percent;
} UchPosition;

typedef enum
{
  UCH_POSITION_SHOWN,
  UCH_POSITION_KEPT,               /* implausible: kept for whoever asks, not shown */
  UCH_POSITION_KNOWN,              /* the same engineer and instant is there already */
  UCH_POSITION_DROPPED_IMPOSSIBLE, /* 0/0, off the globe */
  UCH_POSITION_DROPPED_FUTURE,
  UCH_POSITION_DROPPED_OLD,
  UCH_POSITION_DROPPED_OFF_SHIFT,
} UchPositionFate;
#define UCH_N_POSITION_FATES (UCH_POSITION_DROPPED_OFF_SHIFT + 1)

extern const char *const uch_position_fate_nicks[UCH_N_POSITION_FATES + 1];

/* The last shown position of somebody. */
typedef struct
{
  char       *engineer_id;
  UchPosition position;
  char       *source;
  UchTime     received_at;
} UchLastPosition;
void uch_last_position_free (UchLastPosition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchLastPosition, uch_last_position_free)

gboolean   uch_store_record_positions (UchStore          *self,
                                       const char        *engineer_id,
                                       const char        *source,
                                       const UchPosition *positions,
                                       guint              n_positions,
                                       UchTime            now,
                                       UchPositionFate   *out_fates,
                                       GError           **error);
GPtrArray *uch_store_list_last_positions (UchStore         *self,
                                          const UchSession *session,
                                          UchTime           since,
                                          GError          **error);
/* Positions of people, by person and time, as they were reported. */
typedef struct
{
  const char *engineer_id; /* (nullable): of everybody */
  UchTime     from, to;    /* [from, to) */
  const char *after_id;    /* (nullable): the last one of the page before */
  UchTime     after_at;
  guint       limit;
} UchTraceQuery;
GPtrArray *uch_store_list_traces (UchStore            *self,
                                  const UchSession    *session,
                                  const UchTraceQuery *query,
                                  UchTime              now,
                                  GError             **error);
gboolean   uch_store_get_position_fates (UchStore *self, gint64 *out_counts, GError **error);

char    *uch_store_add_tracker (UchStore         *self,
                                const UchSession *by,
                                const char       *staff_id,
                                const char       *name,
                                UchTime           now,
                                GError          **error);
char    *uch_store_find_tracker (UchStore *self, const char *secret, GError **error);
gboolean uch_store_end_tracker (
    UchStore *self, const UchSession *by, const char *tracker_id, UchTime now, GError **error);
GPtrArray *
uch_store_list_trackers (UchStore *self, const UchSession *by, UchTime now, GError **error);

G_END_DECLS
