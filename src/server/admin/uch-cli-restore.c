/* restore: back to a backup, as a new epoch. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "server/admin/uch-cli-keepsake.h"
#include "server/admin/uch-cli-lock.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"
#include "store/uch-store-copy.h"

/* One step of a copy between two looks at the progress. */
#define COPY_LEN (1024 * 1024)

/* What was restored, for the report; the strings are owned. */
typedef struct
{
  UchCliKeepsake copy;
  char          *uuid;
  char          *aside; /* (nullable): where what was there is kept */
} Restored;

static void
restored_clear (Restored *self)
{
  uch_cli_keepsake_clear (&self->copy);
  g_free (self->uuid);
  g_free (self->aside);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Restored, restored_clear)

static gboolean
fail_file (const char *path, int code, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", path,
               g_strerror (code));
  return FALSE;
}

static gboolean
copy_bytes (int from, int to, gint64 n_total, GError **error)
{
  g_autofree char *buffer = g_malloc (COPY_LEN);
  gint64           n_done = 0;
  gssize           n;

  while ((n = read (from, buffer, COPY_LEN)) > 0)
    {
      if (write (to, buffer, (gsize) n) != n)
        return fail_file (_ ("The copy cannot be written"), errno != 0 ? errno : ENOSPC, error);
      n_done += n;
      uch_cli_progress (n_done, n_total, NULL);
    }
  if (n < 0)
    return fail_file (_ ("The backup cannot be read"), errno, error);
  return fsync (to) == 0 || fail_file (_ ("The copy cannot be written"), errno, error);
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  int      in = g_open (from, O_RDONLY | O_CLOEXEC, 0), out;
  gboolean done;

  if (in < 0)
    return fail_file (from, errno, error);
  g_unlink (to);
  out = g_open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  done = out >= 0 ? copy_bytes (in, out, lseek (in, 0, SEEK_END) - lseek (in, 0, SEEK_SET), error)
                  : fail_file (to, errno, error);
  close (in);
  if (out >= 0)
    close (out);
  return done;
}

static void
remove_database (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_unlink (file);
    }
}

/* Opens the copy, which brings it to the schema of this program, and looks for damage. */
static UchStore *
open_copy (const char *path, GError **error)
{
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (UchStore) store = uch_store_open (url, 0, uch_cli_random, NULL, uch_cli_now (), error);
  g_autoptr (GPtrArray) faults = NULL;

  if (store == NULL)
    return NULL;
  uch_cli_progress_begin (_ ("Checking"), UCH_CLI_ROWS);
  faults = uch_store_list_faults (store, uch_cli_progress, NULL, error);
  if (faults == NULL)
    return NULL;
  if (faults->len == 0)
    return g_steal_pointer (&store);
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
               _ ("The backup is damaged, nothing was changed: %s"),
               (const char *) g_ptr_array_index (faults, 0));
  return NULL;
}

static gboolean
describe (UchStore *store, Restored *out, GError **error)
{
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);

  out->uuid = g_strdup (uch_store_get_uuid (store));
  return uch_store_get_digest (store, session, &out->copy.digest, &out->copy.head, error)
         && uch_store_get_size (store, &out->copy.n_bytes, error);
}

/* What was there stays there under another name; its journal goes with it. Then the new one takes
 * the name in one step. */
static gboolean
exchange (const char *folder, const char *next, char **out_aside, GError **error)
{
  g_autofree char *path = g_build_filename (folder, UCH_FOLDER_DATABASE, NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%S.%fZ");
  g_autofree char *aside = g_strdup_printf ("%s.before-%s", path, stamp);
  g_autofree char *aside_wal = g_strconcat (aside, "-wal", NULL);
  int              fd;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      /* a whole one takes its journal in when it is opened and closed */
      g_autoptr (UchStore) old = uch_cli_open (folder, 0, NULL);

      g_clear_object (&old);
      if (g_file_test (wal, G_FILE_TEST_EXISTS) && g_rename (wal, aside_wal) != 0)
        return fail_file (wal, errno, error);
      g_unlink (shm);
      if (link (path, aside) != 0)
        return fail_file (aside, errno, error);
      *out_aside = g_steal_pointer (&aside);
    }
  if (g_rename (next, path) != 0)
    return fail_file (path, errno, error);
  fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0 || fsync (fd) != 0)
    return fail_file (folder, errno, error);
  close (fd);
  return TRUE;
}

static gboolean
restore_file (const char *folder, const char *next, Restored *out, GError **error)
{
  g_autoptr (UchStore) store = open_copy (next, error);

  if (store == NULL || !uch_store_renew (store, uch_cli_now (), error)
      || !describe (store, out, error))
    return FALSE;
  g_clear_object (&store);
  return exchange (folder, next, &out->aside, error);
}

/* The rows go into the database beside those that are there, are proved, and take their place. */
static gboolean
restore_database (const char *url, const char *next, Restored *out, GError **error)
{
  g_autoptr (UchStore) copy = open_copy (next, error);
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);
  guint64 digest;
  gint64  head;

  if (copy == NULL || !uch_store_get_digest (copy, session, &digest, &head, error))
    return FALSE;
  uch_cli_progress_begin (_ ("Restoring"), UCH_CLI_ROWS);
  store = uch_store_restore (copy, url, uch_cli_now (), uch_cli_progress, NULL, &out->aside, error);
  uch_cli_progress_end ();
  if (store == NULL || !describe (store, out, error))
    return FALSE;
  if (out->copy.digest == digest && out->copy.head == head)
    return TRUE;
  g_set_error (
      error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
      _ ("What stands in the database now is not the backup; what was there is kept in %s"),
      out->aside != NULL ? out->aside : _ ("no schema, it was empty"));
  return FALSE;
}

static void
report_restored (UchCliReport *report, const char *from, const Restored *what, gboolean new_key)
{
  g_autofree char *digest = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", what->copy.digest);

  uch_cli_report_add_text (report, "from", _ ("Restored from"), from);
  uch_cli_report_add_int (report, "head", _ ("Head"), what->copy.head);
  uch_cli_report_add_bytes (report, "bytes", _ ("Size"), what->copy.n_bytes);
  uch_cli_report_add_text (report, "digest", _ ("Digest"), digest);
  uch_cli_report_add_text (report, "store", _ ("New epoch"), what->uuid);
  uch_cli_report_add_text (report, "kept", _ ("Kept aside"), what->aside);
  uch_cli_report_add_bool (report, "new_certificate", new_key ? _ ("New certificate") : NULL,
                           new_key);
}

static gboolean
restore_copy (const char *folder, const char *from, UchCliReport *report, GError **error)
{
  g_autofree char *url = uch_folder_dup_store_url (folder, error);
  g_autofree char *next = g_build_filename (folder, "store.sqlite.restored", NULL);
  g_autofree char *key = g_build_filename (folder, UCH_FOLDER_KEY, NULL);
  g_auto (Restored) what = { 0 };
  gboolean new_key = !g_file_test (key, G_FILE_TEST_EXISTS), done;

  if (url == NULL)
    return FALSE;
  uch_cli_progress_begin (_ ("Copying"), UCH_CLI_BYTES);
  done = copy_file (from, next, error)
         && (g_str_has_prefix (url, "sqlite:") ? restore_file (folder, next, &what, error)
                                               : restore_database (url, next, &what, error));
  remove_database (next); /* a file that took its place is no longer there */
  if (!done || (new_key && !uch_folder_make_certificate (folder, NULL, uch_cli_now (), error)))
    return FALSE;
  report_restored (report, from, &what, new_key);
  return TRUE;
}

/* The database itself was restored by its own tools. */
static gboolean
renew_only (const char *folder, UchCliReport *report, GError **error)
{
  g_autoptr (UchStore) store = uch_cli_open (folder, 0, error);

  if (store == NULL || !uch_store_renew (store, uch_cli_now (), error))
    return FALSE;
  uch_cli_report_add_text (report, "store", _ ("New epoch"), uch_store_get_uuid (store));
  return TRUE;
}

static int
restore (const char *folder, const char *from)
{
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  GError *error = NULL;
  int     lock = -1, status = 0;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return uch_cli_refuse (_ ("The folder %s cannot be made: %s"), folder, g_strerror (errno));
  lock = uch_cli_lock_alone (folder, &error);
  if (lock < 0)
    return uch_cli_fail (error);
  uch_cli_begin ();
  if (!(from != NULL ? restore_copy (folder, from, report, &error)
                     : renew_only (folder, report, &error)))
    status = uch_cli_fail (error);
  else
    {
      uch_log_event (UCH_LOG_ADMIN, NULL, "a backup was restored");
      uch_cli_report_print (report);
      uch_cli_say ("%s",
                   _ ("This is a new epoch: each desk notices it by itself, sends again what "
                      "it did in the last seven days, and then copies the store anew. Nothing "
                      "has to be done there."));
    }
  close (lock);
  return status;
}

/**
 * uch_cli_restore:
 *
 * "restore": a backup takes the store's place. What was there is kept aside.
 */
int
uch_cli_restore (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autofree char   *from = NULL;
  gboolean           only_renew = FALSE;
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &from, N_ ("The backup"), N_ ("FILE") },
    { "only-renew", 0, 0, G_OPTION_ARG_NONE, &only_renew,
      N_ ("The database was restored by its own tools: only begin the new epoch"), NULL },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("Puts a backup, a file that “backup” made, in the store's place, after "
                         "checking it: a file, or the tables in PostgreSQL if the store is there. "
                         "What was there is kept aside. It becomes a new epoch of the same office. "
                         "The store must not be served meanwhile."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  if ((from == NULL) != only_renew)
    return uch_cli_refuse ("%s", _ ("Say which backup: --from FILE"));
  if (from != NULL && !g_file_test (from, G_FILE_TEST_IS_REGULAR))
    return uch_cli_refuse (_ ("There is no backup %s"), from);
  return restore (place.folder, from);
}
