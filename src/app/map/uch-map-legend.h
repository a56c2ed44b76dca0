/* The legend: each zone with its colour, number and count; a click shows or hides it. */
#pragma once

#include <gtk/gtk.h>

#include "tiles/uch-scene.h"

G_BEGIN_DECLS

#define UCH_TYPE_MAP_LEGEND (uch_map_legend_get_type ())
G_DECLARE_FINAL_TYPE (UchMapLegend, uch_map_legend, UCH, MAP_LEGEND, GtkWidget)

void    uch_map_legend_set_scene (UchMapLegend *self, UchScene *scene);
guint64 uch_map_legend_get_hidden_zones (UchMapLegend *self);

G_END_DECLS
