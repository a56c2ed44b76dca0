/* The symbols of categories and of what an engineer does, as paths. Private to the map. */
#pragma once

#include <cairo.h>

#include "app/map/uch-map-items.h"

G_BEGIN_DECLS

void uch_map_symbol_draw (cairo_t *cr, UchMapSymbol symbol);
void uch_map_sign_draw (cairo_t *cr, UchMapSign sign);

G_END_DECLS
