/* A believable moment of the day on the map: tickets and engineers, invented. */
#pragma once

#include "app/map/uch-map.h"

G_BEGIN_DECLS

void map_day_fill (UchMap *map, UchTime now);

G_END_DECLS
