#include "server/admin/uch-cli-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define LOCK_FILE "serve.lock"

static int
open_lock (const char *folder, int flags)
{
  g_autofree char *path = g_build_filename (folder, LOCK_FILE, NULL);

  return g_open (path, flags | O_CLOEXEC, 0600);
}

/* Takes the lock one way or the other; -1 with @busy as the error when others are in the way. */
static int
take (const char *folder, int how, const char *busy, GError **error)
{
  int fd = open_lock (folder, O_RDWR | O_CREAT), code;

  if (fd >= 0 && flock (fd, how | LOCK_NB) == 0)
    return fd;
  code = errno;
  if (fd >= 0)
    close (fd);
  if (code == EWOULDBLOCK)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN, busy, folder);
  else
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                 _ ("The folder %s cannot be locked: %s"), folder, g_strerror (code));
  return -1;
}

/**
 * uch_cli_lock_share:
 *
 * For who serves: others may serve as well, nobody may exchange the database.
 *
 * Returns: a descriptor to be kept open, or -1
 */
int
uch_cli_lock_share (const char *folder, GError **error)
{
  return take (folder, LOCK_SH, _ ("The store in %s is being restored or compacted just now"),
               error);
}

/**
 * uch_cli_lock_note:
 * @fd: from uch_cli_lock_share()
 * @address: where it listens, "https://127.0.0.1:8443"
 *
 * Says where to find who serves.
 */
gboolean
uch_cli_lock_note (int fd, const char *address, GError **error)
{
  gsize len = strlen (address);

  if (ftruncate (fd, 0) == 0 && pwrite (fd, address, len, 0) == (gssize) len)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", LOCK_FILE,
               g_strerror (errno));
  return FALSE;
}

/**
 * uch_cli_lock_alone:
 *
 * For who exchanges or rewrites the database: nobody may serve it.
 *
 * Returns: a descriptor to be kept open, or -1
 */
int
uch_cli_lock_alone (const char *folder, GError **error)
{
  return take (folder, LOCK_EX,
               _ ("The store in %s is being served: stop “uchastok-store serve” first"), error);
}

/**
 * uch_cli_lock_find:
 *
 * Returns: (transfer full) (nullable): where the folder is being served; %NULL: it is not
 */
char *
uch_cli_lock_find (const char *folder)
{
  int    fd = open_lock (folder, O_RDONLY);
  char   address[256];
  gssize len = 0;

  if (fd < 0)
    return NULL;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    len = pread (fd, address, sizeof address - 1, 0);
  close (fd);
  return len > 0 ? g_strndup (address, (gsize) len) : NULL;
}

/**
 * uch_cli_lock_find_reachable:
 *
 * Returns: (transfer full) (nullable): as uch_cli_lock_find(), but a daemon that listens everywhere
 *     is reached on this machine
 */
char *
uch_cli_lock_find_reachable (const char *folder)
{
  g_autofree char *noted = uch_cli_lock_find (folder);
  g_autoptr (GString) text = g_string_new (noted);

  if (noted == NULL)
    return NULL;
  g_string_replace (text, "://0.0.0.0:", "://127.0.0.1:", 1);
  g_string_replace (text, "://[::]:", "://[::1]:", 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
