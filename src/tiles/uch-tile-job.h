/* One tile on its way through the baker. Private to the room. */
#pragma once

#include "tiles/uch-tile-bake.h"
#include "tiles/uch-tile-baker.h"

G_BEGIN_DECLS

/* The task data of a bake. */
typedef struct
{
  UchTileBaker   *baker;  /* (owned) by the task */
  UchTileSource  *source; /* (owned) (nullable): the one asked; it may be replaced meanwhile */
  UchTileKey      key;
  UchScene       *scene;
  UchTileStyle    style;
  UchTilePicture *base; /* (nullable): picture of base_key */
  UchTileKey      base_key;
  GPtrArray
          *children; /* (nullable): of UchTilePicture or NULL, row by row, below the lowest level */
  guint    child_levels;
  guint    n_awaited; /* children */
  guint    n_up;      /* ancestors tried */
  gboolean provisional;
} UchTileJob;

void uch_tile_thread_step_back (void);
void uch_tile_job_free (gpointer job);
void uch_tile_job_run (gpointer task, gpointer unused);

G_END_DECLS
