/* A disk that can be told to fail: a thin layer over SQLite's own VFS, made the default one. */

#include "support/uch-fault-vfs.h"

#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file  base;
  sqlite3_file *real; /* stands right behind this struct */
} FaultFile;

static sqlite3_vfs        fault_vfs;
static sqlite3_vfs       *real_vfs;
static sqlite3_io_methods methods;
static gint               fault;
static gint               n_left;
static gint               n_syncs;

static sqlite3_file *
real_file (sqlite3_file *file)
{
  return ((FaultFile *) file)->real;
}

/* What the next read should give. */
static int
next_read (void)
{
  if (g_atomic_int_get (&fault) != UCH_FAULT_READ)
    return SQLITE_OK;
  if (g_atomic_int_get (&n_left) == 0)
    return SQLITE_IOERR_READ;
  g_atomic_int_add (&n_left, -1);
  return SQLITE_OK;
}

/* What the next write should give. */
static int
next_write (void)
{
  if (g_atomic_int_get (&fault) != UCH_FAULT_FULL && g_atomic_int_get (&fault) != UCH_FAULT_IO)
    return SQLITE_OK;
  if (g_atomic_int_get (&n_left) > 0)
    {
      g_atomic_int_add (&n_left, -1);
      return SQLITE_OK;
    }
  return g_atomic_int_get (&fault) == UCH_FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
fault_close (sqlite3_file *file)
{
  return real_file (file)->pMethods->xClose (real_file (file));
}

static int
fault_read (sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
  int rc = next_read ();

  return rc != SQLITE_OK ? rc
                         : real_file (file)->pMethods->xRead (real_file (file), data, len, offset);
}

static int
fault_write (sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
  int rc = next_write ();

  return rc != SQLITE_OK ? rc
                         : real_file (file)->pMethods->xWrite (real_file (file), data, len, offset);
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return real_file (file)->pMethods->xTruncate (real_file (file), size);
}

static int
fault_sync (sqlite3_file *file, int flags)
{
  g_atomic_int_inc (&n_syncs);
  if (g_atomic_int_get (&fault) == UCH_FAULT_IO && g_atomic_int_get (&n_left) == 0)
    return SQLITE_IOERR_FSYNC;
  return real_file (file)->pMethods->xSync (real_file (file), flags);
}

static int
fault_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real_file (file)->pMethods->xFileSize (real_file (file), size);
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return real_file (file)->pMethods->xLock (real_file (file), level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return real_file (file)->pMethods->xUnlock (real_file (file), level);
}

static int
fault_check_lock (sqlite3_file *file, int *out)
{
  return real_file (file)->pMethods->xCheckReservedLock (real_file (file), out);
}

static int
fault_control (sqlite3_file *file, int op, void *arg)
{
  return real_file (file)->pMethods->xFileControl (real_file (file), op, arg);
}

static int
fault_sector (sqlite3_file *file)
{
  return real_file (file)->pMethods->xSectorSize (real_file (file));
}

static int
fault_characteristics (sqlite3_file *file)
{
  return real_file (file)->pMethods->xDeviceCharacteristics (real_file (file));
}

static int
fault_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
  return real_file (file)->pMethods->xShmMap (real_file (file), page, size, extend, out);
}

static int
fault_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return real_file (file)->pMethods->xShmLock (real_file (file), offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *file)
{
  real_file (file)->pMethods->xShmBarrier (real_file (file));
}

static int
fault_shm_unmap (sqlite3_file *file, int delete_flag)
{
  return real_file (file)->pMethods->xShmUnmap (real_file (file), delete_flag);
}

static int
fault_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultFile *self = (FaultFile *) file;
  int        rc;

  self->real = (sqlite3_file *) (self + 1);
  self->base.pMethods = NULL;
  if (g_atomic_int_get (&fault) == UCH_FAULT_READ_ONLY)
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  rc = real_vfs->xOpen (real_vfs, name, self->real, flags, out_flags);
  if (self->real->pMethods != NULL)
    self->base.pMethods = &methods;
  return rc;
}

/**
 * uch_fault_vfs_install:
 *
 * Makes every database that is opened from now on stand on the failing disk.
 */
void
uch_fault_vfs_install (void)
{
  if (real_vfs != NULL)
    return;

  real_vfs = sqlite3_vfs_find (NULL);
  fault_vfs = *real_vfs;
  fault_vfs.zName = "uch-fault";
  fault_vfs.szOsFile = (int) sizeof (FaultFile) + real_vfs->szOsFile;
  fault_vfs.xOpen = fault_open;
  methods = (sqlite3_io_methods){ 2,
                                  fault_close,
                                  fault_read,
                                  fault_write,
                                  fault_truncate,
                                  fault_sync,
                                  fault_size,
                                  fault_lock,
                                  fault_unlock,
                                  fault_check_lock,
                                  fault_control,
                                  fault_sector,
                                  fault_characteristics,
                                  fault_shm_map,
                                  fault_shm_lock,
                                  fault_shm_barrier,
                                  fault_shm_unmap };
  sqlite3_vfs_register (&fault_vfs, 1);
}

/**
 * uch_fault_vfs_set:
 * @new_fault: what is wrong from now on
 * @after: how many writes (or reads) still go well
 */
void
uch_fault_vfs_set (UchFault new_fault, guint after)
{
  g_atomic_int_set (&n_left, (gint) after);
  g_atomic_int_set (&fault, new_fault);
}

/**
 * uch_fault_vfs_get_n_syncs:
 *
 * Returns: how often something was to be made durable so far
 */
guint
uch_fault_vfs_get_n_syncs (void)
{
  return (guint) g_atomic_int_get (&n_syncs);
}
