/* The streets as a graph that knows how long it takes to drive along them.
 *
 * A graph is made once from an OpenStreetMap extract, lies in one file and never changes; any
 * thread may read it. Searches (uch-road-search.h) hold their own state. */
#pragma once

#include <gio/gio.h>

#include "core/uch-geo.h"

G_BEGIN_DECLS

#define UCH_ROADS_ERROR (uch_roads_error_quark ())

/**
 * UchRoadsError:
 * @UCH_ROADS_ERROR_READ: the file cannot be read
 * @UCH_ROADS_ERROR_FORMAT: it is no OpenStreetMap extract, or no file of ours, or it is damaged
 * @UCH_ROADS_ERROR_NEWER: it was made by a newer program: make it anew from the extract
 * @UCH_ROADS_ERROR_EMPTY: there is no road in it that a car may take
 * @UCH_ROADS_ERROR_TOO_BIG: it is larger than a dispatch area can be
 */
typedef enum
{
  UCH_ROADS_ERROR_READ,
  UCH_ROADS_ERROR_FORMAT,
  UCH_ROADS_ERROR_NEWER,
  UCH_ROADS_ERROR_EMPTY,
  UCH_ROADS_ERROR_TOO_BIG,
} UchRoadsError;

typedef struct _UchRoads UchRoads;

/* A place farther from any road is on none. */
#define UCH_ROADS_OFF_MAX_M 500.0

/* A place on a road: @along_dm from the beginning of @link, @off_dm beside it. */
typedef struct
{
  guint32 link, along_dm, off_dm;
} UchRoadSpot;

typedef struct
{
  guint  n_junctions, n_links, n_points;
  double length_km;
  double south, west, north, east; /* degrees */
} UchRoadsSummary;

GQuark    uch_roads_error_quark (void);
UchRoads *uch_roads_import (const char *path, GCancellable *cancellable, GError **error);
UchRoads *uch_roads_new_from_bytes (GBytes *bytes, GError **error);
UchRoads *uch_roads_load (const char *path, GError **error);
gboolean  uch_roads_save (UchRoads *self, const char *path, GError **error);
UchRoads *uch_roads_ref (UchRoads *self);
void      uch_roads_unref (UchRoads *self);
GBytes   *uch_roads_get_bytes (UchRoads *self);
void      uch_roads_get_summary (UchRoads *self, UchRoadsSummary *out_summary);
gboolean  uch_roads_snap (
     UchRoads *self, double latitude, double longitude, double max_m, UchRoadSpot *out_spot);
UchPoint uch_roads_get_point (UchRoads *self, const UchRoadSpot *spot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRoads, uch_roads_unref)

G_END_DECLS
