#include "simulate/uch-sim-disk.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define SECTOR_LEN 512
#define SHM_LEN_MAX 64

/* A write that nobody has made durable yet; without data: the file was cut to @offset. */
typedef struct
{
  gint64  offset;
  GBytes *data; /* (nullable) */
} Write;

typedef struct
{
  GByteArray *now, *durable;
  GPtrArray  *writes; /* of Write, in order */
} Content;

struct _UchSimDisk
{
  char           *directory;
  GHashTable     *files; /* name → Content (owned) */
  UchSimDiskFault fault;
  guint           n_left, n_hits;
  gboolean        dead;
};

typedef struct
{
  sqlite3_file base;
  UchSimDisk  *disk;
  Content     *content;
  gboolean     is_own; /* a nameless file */
  gpointer     shm[SHM_LEN_MAX];
} File;

static GHashTable        *disks; /* directory → UchSimDisk (unowned) */
static sqlite3_vfs        vfs;
static sqlite3_io_methods methods;

static void
write_free (gpointer data)
{
  Write *write = data;

  g_clear_pointer (&write->data, g_bytes_unref);
  g_free (write);
}

static Content *
content_new (void)
{
  Content *content = g_new0 (Content, 1);

  content->now = g_byte_array_new ();
  content->durable = g_byte_array_new ();
  content->writes = g_ptr_array_new_with_free_func (write_free);
  return content;
}

static void
content_free (gpointer data)
{
  Content *content = data;

  g_byte_array_unref (content->now);
  g_byte_array_unref (content->durable);
  g_ptr_array_unref (content->writes);
  g_free (content);
}

/* Puts @len bytes of a write into an array; a write beyond the end leaves zeros before it. */
static void
put (GByteArray *array, gint64 offset, gconstpointer data, gsize len)
{
  guint end = (guint) offset + (guint) len, before = array->len;

  if (end > before)
    {
      g_byte_array_set_size (array, end);
      if ((guint) offset > before)
        memset (array->data + before, 0, (guint) offset - before);
    }
  memcpy (array->data + offset, data, len);
}

static void
apply (GByteArray *array, const Write *write, gsize len_max)
{
  gsize         len = 0;
  gconstpointer data = write->data != NULL ? g_bytes_get_data (write->data, &len) : NULL;

  if (write->data != NULL)
    put (array, write->offset, data, MIN (len, len_max));
  else if (array->len > write->offset)
    g_byte_array_set_size (array, (guint) write->offset);
}

static void
make_durable (Content *content)
{
  for (guint i = 0; i < content->writes->len; i++)
    apply (content->durable, g_ptr_array_index (content->writes, i), G_MAXSIZE);
  g_ptr_array_set_size (content->writes, 0);
}

/* What the next read, write or sync comes to. */
static int
meet_fault (UchSimDisk *disk, gboolean reads, int error)
{
  if (disk->dead)
    return error;
  if (disk->fault == UCH_SIM_DISK_WELL || reads != (disk->fault == UCH_SIM_DISK_BLIND))
    return SQLITE_OK;
  if (disk->n_left > 0)
    {
      disk->n_left--;
      return SQLITE_OK;
    }
  disk->n_hits++;
  if (disk->fault == UCH_SIM_DISK_DYING)
    disk->dead = TRUE;
  return disk->fault == UCH_SIM_DISK_FULL ? SQLITE_FULL : error;
}

static int
file_close (sqlite3_file *file)
{
  File *self = (File *) file;

  for (guint i = 0; i < SHM_LEN_MAX; i++)
    g_free (self->shm[i]);
  if (self->is_own)
    content_free (self->content);
  return SQLITE_OK;
}

static int
file_read (sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
  File       *self = (File *) file;
  GByteArray *now = self->content->now;
  int         rc = meet_fault (self->disk, TRUE, SQLITE_IOERR_READ), n;

  if (rc != SQLITE_OK && !self->disk->dead)
    return rc;
  n = offset >= now->len ? 0 : MIN (len, (int) (now->len - offset));
  if (n > 0)
    memcpy (data, now->data + offset, n);
  if (n == len)
    return SQLITE_OK;
  memset ((char *) data + n, 0, len - n);
  return SQLITE_IOERR_SHORT_READ;
}

static void
note_write (Content *content, gint64 offset, gconstpointer data, gsize len)
{
  Write *write = g_new0 (Write, 1);

  write->offset = offset;
  write->data = data != NULL ? g_bytes_new (data, len) : NULL;
  apply (content->now, write, G_MAXSIZE);
  g_ptr_array_add (content->writes, write);
}

static int
file_write (sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
  File *self = (File *) file;
  int   rc = meet_fault (self->disk, FALSE, SQLITE_IOERR_WRITE);

  if (rc == SQLITE_OK)
    note_write (self->content, offset, data, len);
  return rc;
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  File *self = (File *) file;
  int   rc = meet_fault (self->disk, FALSE, SQLITE_IOERR_TRUNCATE);

  if (rc == SQLITE_OK)
    note_write (self->content, size, NULL, 0);
  return rc;
}

static int
file_sync (sqlite3_file *file, int flags)
{
  File *self = (File *) file;

  if (self->disk->dead || (self->disk->fault == UCH_SIM_DISK_BROKEN && self->disk->n_left == 0))
    {
      self->disk->n_hits++;
      return SQLITE_IOERR_FSYNC;
    }
  make_durable (self->content);
  return SQLITE_OK;
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  *size = ((File *) file)->content->now->len;
  return SQLITE_OK;
}

static int
file_lock (sqlite3_file *file, int level)
{
  return SQLITE_OK;
}

static int
file_check_lock (sqlite3_file *file, int *out)
{
  *out = 0;
  return SQLITE_OK;
}

static int
file_control (sqlite3_file *file, int op, void *arg)
{
  return SQLITE_NOTFOUND;
}

static int
file_sector (sqlite3_file *file)
{
  return SECTOR_LEN;
}

static int
file_characteristics (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* One connection at a time has a file open: the index of the log needs no sharing. */
static int
file_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
  File *self = (File *) file;

  g_assert (page < SHM_LEN_MAX);
  if (self->shm[page] == NULL && extend)
    self->shm[page] = g_malloc0 (size);
  *out = self->shm[page];
  return SQLITE_OK;
}

static int
file_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return SQLITE_OK;
}

static void
file_shm_barrier (sqlite3_file *file)
{
}

static int
file_shm_unmap (sqlite3_file *file, int delete_flag)
{
  return SQLITE_OK;
}

static UchSimDisk *
find_disk (const char *path, const char **out_name)
{
  const char      *slash = path != NULL ? strrchr (path, '/') : NULL;
  g_autofree char *directory = slash != NULL ? g_strndup (path, slash - path) : NULL;

  *out_name = slash != NULL ? slash + 1 : NULL;
  return directory != NULL && disks != NULL ? g_hash_table_lookup (disks, directory) : NULL;
}

static int
vfs_open (sqlite3_vfs *self, const char *path, sqlite3_file *out, int flags, int *out_flags)
{
  static UchSimDisk scratch;
  File             *file = (File *) out;
  const char       *name;
  UchSimDisk       *disk = find_disk (path, &name);

  memset (file, 0, sizeof *file);
  if (path != NULL && disk == NULL)
    return SQLITE_CANTOPEN;
  file->disk = disk != NULL ? disk : &scratch;
  file->content = disk != NULL ? g_hash_table_lookup (disk->files, name) : content_new ();
  file->is_own = disk == NULL;
  if (file->content == NULL)
    {
      file->content = content_new ();
      g_hash_table_insert (disk->files, g_strdup (name), file->content);
    }
  file->base.pMethods = &methods;
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int
vfs_delete (sqlite3_vfs *self, const char *path, int sync_dir)
{
  const char *name;
  UchSimDisk *disk = find_disk (path, &name);

  if (disk != NULL && !disk->dead)
    g_hash_table_remove (disk->files, name);
  return SQLITE_OK;
}

static int
vfs_access (sqlite3_vfs *self, const char *path, int flags, int *out)
{
  const char *name;
  UchSimDisk *disk = find_disk (path, &name);
  Content    *content = disk != NULL ? g_hash_table_lookup (disk->files, name) : NULL;

  *out = content != NULL && content->now->len > 0;
  return SQLITE_OK;
}

static int
vfs_full_path (sqlite3_vfs *self, const char *path, int len, char *out)
{
  return g_strlcpy (out, path, len) < (gsize) len ? SQLITE_OK : SQLITE_CANTOPEN;
}

static void
install (void)
{
  sqlite3_vfs *real = sqlite3_vfs_find (NULL);

  disks = g_hash_table_new (g_str_hash, g_str_equal);
  vfs = *real;
  vfs.zName = "uch-sim";
  vfs.szOsFile = (int) sizeof (File);
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_path;
  methods = (sqlite3_io_methods){ 2,
                                  file_close,
                                  file_read,
                                  file_write,
                                  file_truncate,
                                  file_sync,
                                  file_size,
                                  file_lock,
                                  file_lock,
                                  file_check_lock,
                                  file_control,
                                  file_sector,
                                  file_characteristics,
                                  file_shm_map,
                                  file_shm_lock,
                                  file_shm_barrier,
                                  file_shm_unmap };
  sqlite3_vfs_register (&vfs, 1);
}

UchSimDisk *
uch_sim_disk_new (const char *directory)
{
  UchSimDisk *self = g_new0 (UchSimDisk, 1);

  if (disks == NULL)
    install ();
  self->directory = g_strdup (directory);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, content_free);
  g_hash_table_replace (disks, self->directory, self);
  return self;
}

void
uch_sim_disk_free (UchSimDisk *self)
{
  if (self == NULL)
    return;
  g_hash_table_remove (disks, self->directory);
  g_hash_table_unref (self->files);
  g_free (self->directory);
  g_free (self);
}

void
uch_sim_disk_set_fault (UchSimDisk *self, UchSimDiskFault fault, guint after)
{
  self->fault = fault;
  self->n_left = after;
}

/* How often the fault was met since the last question. */
guint
uch_sim_disk_take_hits (UchSimDisk *self)
{
  guint n = self->n_hits;

  self->n_hits = 0;
  return n;
}

void
uch_sim_disk_kill (UchSimDisk *self)
{
  self->dead = TRUE;
}

gboolean
uch_sim_disk_is_dead (UchSimDisk *self)
{
  return self->dead;
}

/* Each write survives, or it does not, or only its first sectors do: disks keep no order. */
static guint
lose_writes (Content *content, UchDice *dice)
{
  guint n_lost = 0;

  for (guint i = 0; i < content->writes->len; i++)
    {
      const Write *write = g_ptr_array_index (content->writes, i);
      guint        fate = uch_dice_below (dice, 4);

      n_lost += fate < 2;
      if (fate == 1 && write->data != NULL)
        apply (content->durable, write,
               uch_dice_below (dice, (guint) g_bytes_get_size (write->data) / SECTOR_LEN + 1)
                   * SECTOR_LEN);
      else if (fate >= 2)
        apply (content->durable, write, G_MAXSIZE);
    }
  g_ptr_array_set_size (content->writes, 0);
  g_byte_array_set_size (content->now, 0);
  g_byte_array_append (content->now, content->durable->data, content->durable->len);
  return n_lost;
}

guint
uch_sim_disk_revive (UchSimDisk *self, UchDice *dice)
{
  g_autoptr (GList) names
      = g_list_sort (g_hash_table_get_keys (self->files), (GCompareFunc) strcmp);
  guint n_lost = 0;

  for (GList *l = names; l != NULL && dice != NULL; l = l->next)
    n_lost += lose_writes (g_hash_table_lookup (self->files, l->data), dice);
  self->dead = FALSE;
  self->fault = UCH_SIM_DISK_WELL;
  return n_lost;
}

/* Whether nothing of the file would be lost without power. */
gboolean
uch_sim_disk_is_durable (UchSimDisk *self, const char *name)
{
  const Content *content = g_hash_table_lookup (self->files, name);

  return content == NULL || content->writes->len == 0;
}

void
uch_sim_disk_copy (UchSimDisk *self, const char *from, const char *to)
{
  const Content *source = g_hash_table_lookup (self->files, from);
  Content       *copy;

  if (source == NULL)
    return;
  copy = content_new ();
  g_byte_array_append (copy->now, source->now->data, source->now->len);
  g_byte_array_append (copy->durable, source->now->data, source->now->len);
  g_hash_table_replace (self->files, g_strdup (to), copy);
}

void
uch_sim_disk_remove (UchSimDisk *self, const char *name)
{
  g_hash_table_remove (self->files, name);
}

void
uch_sim_disk_write (UchSimDisk *self, const char *name, const char *text)
{
  Content *content = content_new ();

  note_write (content, 0, text, strlen (text));
  make_durable (content);
  g_hash_table_replace (self->files, g_strdup (name), content);
}

/* The program's own calls beside SQLite: the linker leads them here (see meson.build). The folders
 * are real, with empty files that stand for those in memory. */
int __real_rename (const char *from, const char *to);
int __wrap_rename (const char *from, const char *to);
int __real_g_unlink (const char *path);
int __wrap_g_unlink (const char *path);

int
__wrap_rename (const char *from, const char *to)
{
  const char *from_name, *to_name;
  UchSimDisk *disk = find_disk (from, &from_name);
  int         rc;
  gpointer    key, content;

  rc = __real_rename (from, to);
  find_disk (to, &to_name);
  if (disk == NULL || !g_hash_table_steal_extended (disk->files, from_name, &key, &content))
    return rc;
  g_free (key);
  g_hash_table_replace (disk->files, g_strdup (to_name), content);
  return 0;
}

int
__wrap_g_unlink (const char *path)
{
  const char *name;
  UchSimDisk *disk = find_disk (path, &name);

  if (disk != NULL)
    g_hash_table_remove (disk->files, name);
  return __real_g_unlink (path);
}
