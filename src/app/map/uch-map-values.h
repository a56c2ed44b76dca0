/* Rows of the office as the map's plain values: of now, and of any other moment. */
#pragma once

#include "app/map/uch-map-items.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

gboolean        uch_map_shows_ticket (const UchTicket *ticket);
UchMapTicket   *uch_map_make_ticket (UchReplica      *replica,
                                     const UchTicket *ticket,
                                     const UchVisit  *visit,
                                     UchTime          now);
UchMapEngineer *uch_map_make_engineer (
    UchReplica *replica, const UchStaff *staff, double latitude, double longitude, UchTime at);
GHashTable *uch_map_gather_signs (GPtrArray *visits);
UchMapSign
uch_map_get_sign (GHashTable *signs, GPtrArray *shifts, const char *engineer_id, UchTime now);

G_END_DECLS
