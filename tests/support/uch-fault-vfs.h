#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UchFault:
 * @UCH_FAULT_NONE: the disk is well
 * @UCH_FAULT_FULL: writes that make no room fail with ENOSPC
 * @UCH_FAULT_IO: writes and syncs fail with EIO
 * @UCH_FAULT_READ: reads fail with EIO
 * @UCH_FAULT_READ_ONLY: files can only be opened for reading
 */
typedef enum
{
  UCH_FAULT_NONE,
  UCH_FAULT_FULL,
  UCH_FAULT_IO,
  UCH_FAULT_READ,
  UCH_FAULT_READ_ONLY,
} UchFault;

void  uch_fault_vfs_install (void);
void  uch_fault_vfs_set (UchFault fault, guint after);
guint uch_fault_vfs_get_n_syncs (void);

G_END_DECLS
