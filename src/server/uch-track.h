/* What phones' tracking applications send, in all the forms they send it. */
#pragma once

#include "store/uch-store-positions.h"

G_BEGIN_DECLS

typedef struct
{
  char       *secret;       /* (nullable): whose phone it is */
  gboolean    has_position; /* else a sign of life, or nothing that makes sense */
  gboolean    malformed;    /* there should have been a position */
  UchPosition position;
} UchTrackReport;

/* Each has its own names, units and place for the secret. */
typedef enum
{
  UCH_TRACK_TRACCAR,
  UCH_TRACK_OSMAND,
  UCH_TRACK_GPSLOGGER,
  UCH_TRACK_OWNTRACKS,
} UchTrackApplication;

void     uch_track_parse (UchTrackApplication application,
                          const char         *content_type,
                          const char         *query,
                          const char         *body,
                          gsize               len,
                          UchTime             now,
                          UchTrackReport     *out_report);
gboolean uch_track_parse_page (const char *body, gsize len, GArray **out_positions, GError **error);
void     uch_track_report_clear (UchTrackReport *report);

G_END_DECLS
