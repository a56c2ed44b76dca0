/* What the office knows of the town, as the drawing of tiles needs it: an immutable snapshot that
 * worker threads share. */
#pragma once

#include <glib-object.h>

#include "tiles/uch-tile.h"

G_BEGIN_DECLS

/* Zones beyond it are drawn as "no zone": a set of zones is one 64-bit word. */
#define UCH_SCENE_ZONES_MAX 63
#define UCH_SCENE_NO_ZONE 0

typedef enum
{
  UCH_SCENE_CONNECTED,
  UCH_SCENE_PLANNED,
  UCH_SCENE_LOST,
} UchSceneStatus;

/* A place in the square of the world (see uch-mercator.h). */
typedef struct
{
  double x, y;
} UchScenePoint;

typedef struct
{
  guint64        code; /* Morton code of x, y: houses of a tile stand together */
  guint32        x, y; /* 0 … 2^31 - 1 over the world */
  const char    *id;
  const char    *number; /* "12к1" */
  guint8         zone;   /* index into the zones */
  guint8         depth;  /* the first house of its zone in cells of 2^-depth of the world */
  UchSceneStatus status;
} UchSceneHouse;

typedef struct
{
  char         *id;     /* NULL for the zone 0, "no zone" */
  char         *number; /* "3" */
  char         *name;
  guint32       rgb;   /* 0xRRGGBB */
  GPtrArray    *rings; /* of GArray of UchScenePoint, closed without repeating the first */
  guint         n_houses;
  UchScenePoint middle; /* mean of its houses, or of its outline */
} UchSceneZone;

typedef struct
{
  char         *id;
  char         *name;
  UchScenePoint at;
} UchSceneCentre;

/* One piece of a street, traced through its houses. */
typedef struct
{
  const char    *name;
  UchScenePoint *points;
  guint          n_points;
  double         x_min, y_min, x_max, y_max;
} UchSceneStreet;

/* A town: where most of its houses are. */
typedef struct
{
  const char   *name;
  UchScenePoint at;
  guint         n_houses;
} UchScenePlace;

typedef struct _UchScene        UchScene;
typedef struct _UchSceneBuilder UchSceneBuilder;

UchSceneBuilder *uch_scene_builder_new (void);
void             uch_scene_builder_free (UchSceneBuilder *self);
guint            uch_scene_builder_add_zone (
               UchSceneBuilder *self, const char *id, const char *number, const char *name, guint32 rgb);
void uch_scene_builder_add_ring (UchSceneBuilder *self,
                                 guint            zone,
                                 const double    *lat_lon,
                                 gsize            n_points);
void uch_scene_builder_add_house (UchSceneBuilder *self,
                                  const char      *id,
                                  double           latitude,
                                  double           longitude,
                                  guint            zone,
                                  UchSceneStatus   status,
                                  const char      *city,
                                  const char      *street,
                                  const char      *number);
void uch_scene_builder_add_centre (
    UchSceneBuilder *self, const char *id, const char *name, double latitude, double longitude);
UchScene *uch_scene_builder_end (UchSceneBuilder *self);

#define UCH_TYPE_SCENE (uch_scene_get_type ())
GType     uch_scene_get_type (void) G_GNUC_CONST;
UchScene *uch_scene_new_empty (void);
UchScene *uch_scene_ref (UchScene *self);
void      uch_scene_unref (UchScene *self);

guint                uch_scene_get_n_houses (UchScene *self);
const UchSceneHouse *uch_scene_get_houses (UchScene *self);
GPtrArray           *uch_scene_get_zones (UchScene *self);
GPtrArray           *uch_scene_get_centres (UchScene *self);
GPtrArray           *uch_scene_get_streets (UchScene *self);
GArray              *uch_scene_get_places (UchScene *self);
gboolean   uch_scene_get_bounds (UchScene *self, UchScenePoint *out_min, UchScenePoint *out_max);
GPtrArray *uch_scene_collect (
    UchScene *self, UchTileKey key, guint margin_cells, guint depth_max, guint64 hidden_zones);
const UchSceneHouse *uch_scene_pick (
    UchScene *self, UchScenePoint at, double radius, guint depth_max, guint64 hidden_zones);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchScene, uch_scene_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchSceneBuilder, uch_scene_builder_free)

G_END_DECLS
