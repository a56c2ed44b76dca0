/* Feeds a map from the session: houses, zones, centres, tickets, engineers, the base map. */
#pragma once

#include "app/map/uch-map.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_MAP_OFFICE (uch_map_office_get_type ())
G_DECLARE_FINAL_TYPE (UchMapOffice, uch_map_office, UCH, MAP_OFFICE, GObject)

/* The map keeps the feeder alive; the last view is remembered in the settings. */
void uch_map_office_attach (UchMap *map, UchSession *session);

G_END_DECLS
