/* Driving times between all houses: made once, kept in a file, looked up in no time. */
#pragma once

#include "roads/uch-roads.h"

G_BEGIN_DECLS

/* There is no way by road: ask uch_travel_estimate_s(). */
#define UCH_ROAD_MATRIX_NONE G_MAXUINT16

typedef struct
{
  const char *id;
  double      latitude, longitude;
} UchRoadPlace;

typedef void (*UchRoadProgressFunc) (guint n_done, guint n_total, gpointer user_data);

typedef struct _UchRoadMatrix UchRoadMatrix;

UchRoadMatrix *uch_road_matrix_build (UchRoads           *roads,
                                      const UchRoadPlace *places,
                                      guint               n_places,
                                      UchRoadProgressFunc progress,
                                      gpointer            user_data,
                                      GCancellable       *cancellable,
                                      GError            **error);
UchRoadMatrix *uch_road_matrix_new_from_bytes (GBytes *bytes, GError **error);
UchRoadMatrix *uch_road_matrix_load (const char *path, GError **error);
gboolean       uch_road_matrix_save (UchRoadMatrix *self, const char *path, GError **error);
UchRoadMatrix *uch_road_matrix_ref (UchRoadMatrix *self);
void           uch_road_matrix_unref (UchRoadMatrix *self);

GBytes  *uch_road_matrix_get_bytes (UchRoadMatrix *self);
guint    uch_road_matrix_get_n_places (UchRoadMatrix *self);
guint    uch_road_matrix_get_n_off_road (UchRoadMatrix *self);
int      uch_road_matrix_find (UchRoadMatrix *self, const char *id);
guint16  uch_road_matrix_get_s (UchRoadMatrix *self, guint from, guint to);
gboolean uch_road_matrix_fits (UchRoadMatrix      *self,
                               UchRoads           *roads,
                               const UchRoadPlace *places,
                               guint               n_places);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRoadMatrix, uch_road_matrix_unref)

G_END_DECLS
