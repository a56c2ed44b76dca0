/* A town to draw: the real one, where its files are, or one made from a seed. */
#pragma once

#include "tiles/uch-scene.h"

G_BEGIN_DECLS

char     *uch_city_dup_file (const char *name);
UchScene *uch_city_load_real (void);
UchScene *uch_city_make (guint n_houses, guint32 seed);

#define UCH_CITY_LATITUDE 45.035
#define UCH_CITY_LONGITUDE 41.97

G_END_DECLS
