/* Small towns, written as OpenStreetMap XML, for the tests of roads. */
#pragma once

#include "roads/uch-roads.h"

G_BEGIN_DECLS

typedef struct
{
  GString *nodes, *ways;
  guint    n_ways;
} Town;

Town     *town_new (void);
void      town_free (Town *self);
void      town_add_node (Town *self, guint id, double latitude, double longitude);
void      town_add_way (Town *self, const char *tags, const guint *nodes, guint n_nodes);
char     *town_save (Town *self);
UchRoads *town_import (Town *self);
UchRoads *town_make_random (guint32 seed, guint side);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Town, town_free)

/* A street of a random town, as it was written. */
typedef struct
{
  guint from, to; /* ids of nodes */
  int   oneway;
} TownStreet;

GArray *town_list_random (guint32 seed, guint side, GArray **out_points);

G_END_DECLS
