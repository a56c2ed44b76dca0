/* Disks in memory, as SQLite's default VFS: one for each desk and one for the store. A disk knows
 * what was made durable and what was only written, can be told to fail at a chosen write, and can
 * lose power. */
#pragma once

#include <glib.h>

#include "simulate/uch-sim-plan.h"

G_BEGIN_DECLS

typedef struct _UchSimDisk UchSimDisk;

typedef enum
{
  UCH_SIM_DISK_WELL,
  UCH_SIM_DISK_FULL,   /* writes fail, no space is left */
  UCH_SIM_DISK_BROKEN, /* writes and syncs fail */
  UCH_SIM_DISK_BLIND,  /* reads fail */
  UCH_SIM_DISK_DYING,  /* the power goes at that write */
} UchSimDiskFault;

UchSimDisk *uch_sim_disk_new (const char *directory);
void        uch_sim_disk_free (UchSimDisk *self);
void        uch_sim_disk_set_fault (UchSimDisk *self, UchSimDiskFault fault, guint after);
guint       uch_sim_disk_take_hits (UchSimDisk *self);

/* Whoever works with it is dead from here on: nothing that he still does has an effect. */
void     uch_sim_disk_kill (UchSimDisk *self);
gboolean uch_sim_disk_is_dead (UchSimDisk *self);
/* The machine starts again. @dice: the power was gone: of what was not durable, some is lost. */
guint uch_sim_disk_revive (UchSimDisk *self, UchDice *dice);

gboolean uch_sim_disk_is_durable (UchSimDisk *self, const char *name);
void     uch_sim_disk_copy (UchSimDisk *self, const char *from, const char *to);
void     uch_sim_disk_remove (UchSimDisk *self, const char *name);
void     uch_sim_disk_write (UchSimDisk *self, const char *name, const char *text);

G_END_DECLS
