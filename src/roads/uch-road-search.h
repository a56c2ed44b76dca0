/* Travel times from one place to all others, or from all others to one place. */
#pragma once

#include "roads/uch-roads.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_ROAD_FROM, /* from the place to everywhere */
  UCH_ROAD_TO,   /* from everywhere to the place */
} UchRoadDirection;

typedef struct _UchRoadSearch UchRoadSearch;

UchRoadSearch *uch_road_search_new (UchRoads *roads);
void           uch_road_search_free (UchRoadSearch *self);
void
uch_road_search_run (UchRoadSearch *self, const UchRoadSpot *place, UchRoadDirection direction);
double  uch_road_search_get_s (UchRoadSearch *self, const UchRoadSpot *place);
GArray *uch_road_search_get_path (UchRoadSearch *self, const UchRoadSpot *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRoadSearch, uch_road_search_free)

G_END_DECLS
