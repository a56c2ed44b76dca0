/* Web Mercator, the projection of every tile: the world is the square 0 … 1, y grows to the south.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Beyond it the projection's square ends. */
#define UCH_MERCATOR_LATITUDE_MAX 85.0511287798066
#define UCH_MERCATOR_TILE_SIZE 256
/* A Morton code holds so many halvings of the world on each axis: 19 mm at the equator. */
#define UCH_MERCATOR_DEPTH 31

double  uch_mercator_x (double longitude);
double  uch_mercator_y (double latitude);
double  uch_mercator_longitude (double x);
double  uch_mercator_latitude (double y);
double  uch_mercator_metres_per_pixel (double latitude, double zoom);
guint64 uch_mercator_morton (guint32 x, guint32 y);

G_END_DECLS
