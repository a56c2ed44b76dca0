/* How long it takes from one place to another: by road where there are roads, else by a rule of
 * thumb that says so. */
#pragma once

#include "roads/uch-road-matrix.h"
#include "roads/uch-road-speeds.h"

G_BEGIN_DECLS

/* From the wheel to the client's door: parking, the entrance, the lift. */
#define UCH_TRAVEL_DOOR_S 120

/* Where work is, or an engineer. */
typedef struct
{
  double      latitude, longitude;
  const char *house_id; /* (nullable): of a house in the matrix */
  const char *zone_id;  /* (nullable) */
  gboolean    start;    /* somebody is here now: nobody drives to it */
} UchTravelPlace;

typedef struct _UchTravel UchTravel;

UchTravel *uch_travel_new (UchRoads *roads, UchRoadMatrix *matrix, UchRoadSpeeds *speeds);
void       uch_travel_free (UchTravel *self);
gboolean   uch_travel_fill (UchTravel            *self,
                            const UchTravelPlace *places,
                            guint                 n_places,
                            guint                 hour,
                            guint32              *out_s,
                            guint8               *out_estimated,
                            GCancellable         *cancellable,
                            GError              **error);
GArray *uch_travel_get_path (UchTravel *self, const UchTravelPlace *from, const UchTravelPlace *to);
double  uch_travel_estimate_s (double lat1, double lon1, double lat2, double lon2);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTravel, uch_travel_free)

G_END_DECLS
