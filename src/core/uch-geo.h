/* Places on the ground, as far as the rules need them. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

typedef struct
{
  double latitude, longitude;
} UchPoint;

double uch_geo_distance_m (double lat1, double lon1, double lat2, double lon2);

/* A zone's area: rings of points. A ring inside another is a hole (even-odd). */
struct _UchOutline
{
  GPtrArray *rings; /* of GArray of UchPoint, closed implicitly */
};

UchOutline *uch_outline_new (void);
void        uch_outline_free (UchOutline *self);
void        uch_outline_add_ring (UchOutline *self, const UchPoint *points, guint n_points);
gboolean    uch_outline_contains (const UchOutline *self, double latitude, double longitude);
gboolean    uch_outline_crosses_itself (const UchOutline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchOutline, uch_outline_free)

G_END_DECLS
