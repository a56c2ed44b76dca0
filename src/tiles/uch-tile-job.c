#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-job.h"

#include <sys/resource.h>

#include "tiles/uch-mercator.h"

/* What is missing of a picture put together from smaller ones: the paper of OpenStreetMap. */
#define PAPER 0xf2efe9
#define NICENESS 10

/**
 * uch_tile_job_free:
 * @data: (transfer full): a job
 */
void
uch_tile_job_free (gpointer data)
{
  UchTileJob *job = data;

  g_clear_object (&job->source);
  uch_scene_unref (job->scene);
  uch_tile_picture_unref (job->base);
  g_clear_pointer (&job->children, g_ptr_array_unref);
  g_free (job);
}

/* On a worker: the base picture of exactly this tile, out of what could be had. */
static UchTilePicture *
compose_base (UchTileJob *job)
{
  int side = UCH_MERCATOR_TILE_SIZE * job->style.scale;

  if (job->children != NULL)
    {
      UchTilePicture *base = NULL;
      guint           n = 1u << job->child_levels;

      for (guint i = 0; i < job->children->len; i++)
        {
          UchTilePicture *child = g_ptr_array_index (job->children, i);

          if (child == NULL)
            continue;
          if (base == NULL)
            {
              base = uch_tile_picture_new (side, side);
              uch_tile_picture_fill (base, PAPER);
            }
          uch_tile_picture_place (base, child, (int) (i % n) * side / (int) n,
                                  (int) (i / n) * side / (int) n, side / (int) n);
        }
      return base;
    }
  if (job->base != NULL && job->base_key.zoom < job->key.zoom)
    {
      guint levels = job->key.zoom - job->base_key.zoom;
      guint mask = (1u << levels) - 1;

      return uch_tile_picture_crop (job->base, levels, job->key.x & mask, job->key.y & mask, side);
    }
  return job->base != NULL ? uch_tile_picture_ref (job->base) : NULL;
}

/**
 * uch_tile_thread_step_back:
 *
 * Lets the thread that draws the screen go first: a tile may come a moment later, a frame may not.
 * On Linux the nice value belongs to the thread. Call it on threads of the room's own only.
 */
void
uch_tile_thread_step_back (void)
{
  static _Thread_local gboolean done = FALSE;

  if (done)
    return;
  done = TRUE;
  /* Refused or not supported: then it is merely not nicer. */
  (void) setpriority (PRIO_PROCESS, 0, NICENESS);
}

/**
 * uch_tile_job_run:
 * @data: (transfer full): a task with its job
 * @user_data: not used
 *
 * On a worker: bakes the tile and answers the task.
 */
void
uch_tile_job_run (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  UchTileJob *job = g_task_get_task_data (task);
  g_autoptr (UchTilePicture) base = NULL;
  g_autoptr (UchTilePicture) picture = NULL;
  UchTileBaked *baked;

  uch_tile_thread_step_back ();
  if (g_task_return_error_if_cancelled (task))
    return;
  base = compose_base (job);
  picture = uch_tile_bake (base, job->scene, job->key, &job->style);
  baked = g_new0 (UchTileBaked, 1);
  baked->rgb = uch_tile_picture_to_rgb (picture);
  baked->side = picture->width;
  baked->provisional = job->provisional;
  g_task_return_pointer (task, baked, (GDestroyNotify) uch_tile_baked_free);
}
