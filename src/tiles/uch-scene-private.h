#pragma once

#include "tiles/uch-mercator.h"
#include "tiles/uch-scene.h"

G_BEGIN_DECLS

/* The world has so many steps on each axis. */
#define UCH_SCENE_WORLD ((double) (1u << UCH_MERCATOR_DEPTH))

struct _UchScene
{
  gatomicrefcount ref_count;
  GStringChunk   *strings; /* of houses and streets */
  UchSceneHouse  *houses;  /* by zone, then by Morton code */
  guint           n_houses;
  guint           zone_start[UCH_SCENE_ZONES_MAX + 2];
  GPtrArray      *zones;   /* UchSceneZone; 0 is "no zone" */
  GPtrArray      *centres; /* UchSceneCentre */
  GPtrArray      *streets; /* UchSceneStreet */
  GArray         *places;  /* UchScenePlace */
};

void uch_scene_street_free (UchSceneStreet *street);
void uch_scene_trace_street (GPtrArray           *streets,
                             const char          *name,
                             const UchScenePoint *houses,
                             guint                n_houses);

G_END_DECLS
