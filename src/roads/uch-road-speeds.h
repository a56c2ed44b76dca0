/* What real arrivals say about the times that the roads predict. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

#define UCH_ROAD_HOURS 24

/* One drive of an engineer on shift: @predicted_s by road, @actual_s by his own taps. */
typedef struct
{
  const char *from_zone, *to_zone; /* (nullable) ids */
  guint       hour;                /* of leaving, local, 0 to 23 */
  double      predicted_s, actual_s;
} UchRoadDrive;

typedef struct _UchRoadSpeeds UchRoadSpeeds;

UchRoadSpeeds *uch_road_speeds_new (void);
void           uch_road_speeds_free (UchRoadSpeeds *self);
gboolean       uch_road_speeds_add (UchRoadSpeeds *self, const UchRoadDrive *drive);
void           uch_road_speeds_learn (UchRoadSpeeds *self);
double         uch_road_speeds_get_factor (
            UchRoadSpeeds *self, const char *from_zone, const char *to_zone, guint hour, guint *out_n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRoadSpeeds, uch_road_speeds_free)

G_END_DECLS
