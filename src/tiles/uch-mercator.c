#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-mercator.h"

#include <math.h>

#define EARTH_CIRCUMFERENCE_M 40075016.686

/**
 * uch_mercator_x:
 * @longitude: degrees east
 *
 * Returns: the place of a meridian in the square of the world, 0 … 1 for -180° … 180°
 */
double
uch_mercator_x (double longitude)
{
  return (longitude + 180.0) / 360.0;
}

/**
 * uch_mercator_y:
 * @latitude: degrees north; what lies beyond ±85.05° is moved to the edge
 *
 * Returns: the place of a parallel in the square of the world, 0 in the north, 1 in the south
 * (EPSG:3857 scaled to the unit square)
 */
double
uch_mercator_y (double latitude)
{
  double phi
      = CLAMP (latitude, -UCH_MERCATOR_LATITUDE_MAX, UCH_MERCATOR_LATITUDE_MAX) * G_PI / 180.0;

  return 0.5 - asinh (tan (phi)) / (2.0 * G_PI);
}

/**
 * uch_mercator_longitude:
 * @x: 0 … 1
 *
 * Returns: degrees east; the inverse of uch_mercator_x()
 */
double
uch_mercator_longitude (double x)
{
  return x * 360.0 - 180.0;
}

/**
 * uch_mercator_latitude:
 * @y: 0 … 1
 *
 * Returns: degrees north; the inverse of uch_mercator_y()
 */
double
uch_mercator_latitude (double y)
{
  return atan (sinh ((0.5 - y) * 2.0 * G_PI)) * 180.0 / G_PI;
}

/**
 * uch_mercator_metres_per_pixel:
 * @latitude: degrees north
 * @zoom: zoom level; fractions are allowed
 *
 * Returns: metres on the ground that one pixel of a 256-pixel tile covers
 */
double
uch_mercator_metres_per_pixel (double latitude, double zoom)
{
  return EARTH_CIRCUMFERENCE_M * cos (latitude * G_PI / 180.0)
         / (UCH_MERCATOR_TILE_SIZE * exp2 (zoom));
}

static guint64
spread_bits (guint32 value)
{
  guint64 v = value;

  v = (v | (v << 16)) & G_GUINT64_CONSTANT (0x0000ffff0000ffff);
  v = (v | (v << 8)) & G_GUINT64_CONSTANT (0x00ff00ff00ff00ff);
  v = (v | (v << 4)) & G_GUINT64_CONSTANT (0x0f0f0f0f0f0f0f0f);
  v = (v | (v << 2)) & G_GUINT64_CONSTANT (0x3333333333333333);
  v = (v | (v << 1)) & G_GUINT64_CONSTANT (0x5555555555555555);
  return v;
}

/**
 * uch_mercator_morton:
 * @x: column
 * @y: row
 *
 * Interleaves the bits of a column and a row (Morton 1966), so that every tile of every zoom level
 * is one contiguous range of codes.
 *
 * Returns: the code
 */
guint64
uch_mercator_morton (guint32 x, guint32 y)
{
  return spread_bits (x) | (spread_bits (y) << 1);
}
