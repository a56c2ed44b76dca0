#pragma once

#include <shumate/shumate.h>

#include "app/map/uch-map-legend.h"
#include "app/map/uch-map-tiles.h"
#include "app/map/uch-map.h"

G_BEGIN_DECLS

struct _UchMap
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget    *stage;
  ShumateMap   *map;
  UchMapLegend *legend;
  GtkWidget    *zoom_in, *zoom_out;
  GtkLabel     *attribution;
  GtkWidget    *degraded;
  GtkLabel     *problem;
  GtkWidget    *follow_pill, *past_button;
  GtkLabel     *follow_name;

  /* owned */
  UchTileBaker     *baker;
  ShumateMapSource *projection; /* what the viewport measures with */
  char            **dragged;    /* (nullable): ids of what is being dragged */

  /* borrowed */
  ShumateViewport *viewport;
  UchMapTiles     *tiles;
  UchMapOverlay   *overlay;

  UchMapDropFunc drop_func;
  gpointer       drop_data;
  UchMapTextFunc house_func;
  gpointer       house_data;
  UchMapTextFunc engineer_func;
  gpointer       engineer_data;
  gboolean       past;          /* nothing can be dragged */
  gboolean       fixed_problem; /* the choice of the base map could not be followed at all */
  guint          fit_id;        /* tick callback that waits for a size */
  gboolean       has_view;
  double         press_x, press_y;
};

void uch_map_init_view (UchMap *self);
void uch_map_init_input (UchMap *self);
void uch_map_init_drag (UchMap *self);
void uch_map_emit_activated (UchMap *self, UchMapPick pick, double x, double y);
void uch_map_emit_dropped (UchMap *self, const char *const *ticket_ids, const char *engineer_id);

G_END_DECLS
