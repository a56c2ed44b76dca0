/* migrate: a whole office into another database. */
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "server/admin/uch-cli-lock.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"
#include "store/uch-store-copy.h"

/* What was asked for; the strings are owned. */
typedef struct
{
  char    *folder; /* (nullable): whose store is moved, and which then knows the new address */
  char    *from, *to;
  gboolean is_backup; /* what is moved is a copy: found out on the way */
} Move;

static void
move_clear (Move *self)
{
  g_free (self->folder);
  g_free (self->from);
  g_free (self->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Move, move_clear)

static void
add_tallies (UchCliReport *report, GArray *tallies)
{
  static const UchCliColumn columns[] = { { "table", N_ ("Table"), UCH_CLI_TEXT },
                                          { "rows", N_ ("Rows"), UCH_CLI_NUMBER },
                                          { "digest", N_ ("Digest"), UCH_CLI_TEXT } };

  uch_cli_report_add_table (report, "tables", _ ("Moved, read back and compared"), columns,
                            G_N_ELEMENTS (columns));
  for (guint i = 0; i < tallies->len; i++)
    {
      const UchStoreTally *tally = &g_array_index (tallies, UchStoreTally, i);
      g_autofree char     *rows = g_strdup_printf ("%" G_GINT64_FORMAT, tally->n_rows);
      g_autofree char     *digest = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", tally->digest);
      const char          *cells[] = { tally->table, rows, digest };

      uch_cli_report_add_row (report, cells);
    }
}

/* A file that was made for nothing goes again. */
static void
remove_target (const char *path)
{
  static const char *const ends[] = { "", "-wal", "-shm" };

  for (guint i = 0; path != NULL && i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (path, ends[i], NULL);

      g_unlink (file);
    }
}

/* A backup stays as it is, and what is made of it is a new epoch; it cannot be closed for those who
 * work with the living store. */
static GArray *
copy_backup (UchStore *from, UchStore *to, GError **error)
{
  g_autoptr (GArray) tallies = uch_store_copy (from, to, uch_cli_progress, NULL, NULL, error);

  return tallies != NULL && uch_store_renew (to, uch_cli_now (), error) ? g_steal_pointer (&tallies)
                                                                        : NULL;
}

/* Opens what is to be moved: a backup for reading only. */
static UchStore *
open_source (const char *url, gboolean *out_is_backup, GError **error)
{
  g_autoptr (UchStore) store
      = uch_store_open (url, UCH_STORE_READ_ONLY, uch_cli_random, NULL, uch_cli_now (), NULL);

  *out_is_backup = store != NULL && uch_store_is_backup (store);
  if (*out_is_backup)
    return g_steal_pointer (&store);
  return uch_store_open (url, 0, uch_cli_random, NULL, uch_cli_now (), error);
}

static GArray *
move_rows (Move *move, UchCliReport *report, GError **error)
{
  g_autoptr (UchStore) from = open_source (move->from, &move->is_backup, error);
  g_autoptr (UchStore) to = NULL;
  g_autoptr (GArray) tallies = NULL;
  gint64 head;

  if (from == NULL)
    return NULL;
  to = uch_store_open (move->to, UCH_STORE_CREATE, uch_cli_random, NULL, uch_cli_now (), error);
  if (to == NULL)
    return NULL;
  uch_cli_begin ();
  uch_cli_progress_begin (_ ("Moving"), UCH_CLI_ROWS);
  tallies = move->is_backup
                ? copy_backup (from, to, error)
                : uch_store_migrate (from, to, uch_cli_now (), uch_cli_progress, NULL, NULL, error);
  uch_cli_progress_end ();
  if (tallies == NULL || !uch_store_get_head (to, &head, NULL, error))
    return NULL;
  uch_cli_report_add_text (report, "store", _ ("Epoch"), uch_store_get_uuid (to));
  uch_cli_report_add_bool (report, "new_epoch", NULL, move->is_backup);
  uch_cli_report_add_int (report, "head", _ ("Head"), head);
  return g_steal_pointer (&tallies);
}

static gboolean
move_office (Move *move, UchCliReport *report, GError **error)
{
  const char *path = g_str_has_prefix (move->to, "sqlite:") ? move->to + strlen ("sqlite:") : NULL;
  gboolean    was_there = path != NULL && g_file_test (path, G_FILE_TEST_EXISTS);
  g_autoptr (GArray) tallies = move_rows (move, report, error);

  if (tallies == NULL)
    {
      if (!was_there)
        remove_target (path);
      return FALSE;
    }
  add_tallies (report, tallies);
  return move->folder == NULL || uch_folder_put_store_url (move->folder, move->to, error);
}

static void
say_what_follows (const Move *move)
{
  if (move->is_backup)
    uch_cli_say ("%s",
                 _ ("That was a backup: a new epoch began. The desks notice it by themselves and "
                    "send again what they did in the last seven days. The backup is as it "
                    "was."));
  else if (move->folder != NULL)
    uch_cli_say ("%s", _ ("The folder knows the new address: serve it as before. The desks notice "
                          "nothing."));
  else
    uch_cli_say ("%s",
                 _ ("Serve the new database under the old name: the desks notice nothing. The "
                    "old one accepts nothing any more."));
}

static int
run (Move *move)
{
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  GError *error = NULL;
  int     lock = -1, status = 0;

  if (move->folder != NULL && (lock = uch_cli_lock_alone (move->folder, &error)) < 0)
    return uch_cli_fail (error);
  if (!move_office (move, report, &error))
    status = uch_cli_fail (error);
  else
    {
      uch_log_event (UCH_LOG_ADMIN, NULL, "the store was moved to another database");
      uch_cli_report_print (report);
      say_what_follows (move);
    }
  if (lock >= 0)
    close (lock);
  return status;
}

/**
 * uch_cli_migrate:
 *
 * "migrate": everything from one database into another, empty one, proved by reading it back.
 */
int
uch_cli_migrate (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Move) move = { 0 };
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_STRING, &move.from,
      N_ ("The database that is; with --data the store's own"), N_ ("ADDRESS") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &move.to, N_ ("The database to be, an empty one"),
      N_ ("ADDRESS") },
    { NULL },
  };
  GError *error = NULL;

  if (!uch_cli_parse (
          argc, argv,
          _ ("Moves an office into another database: sqlite:PATH or postgresql://USER@HOST/NAME. A "
             "password belongs into ~/.pgpass or a service file of libpq, for others can read a "
             "command line. The desks keep their epoch, cursors and sign-ins. Nobody can write to "
             "the old database meanwhile, nor afterwards. A backup that is moved stays as it is "
             "and becomes a new epoch; to bring one back into an office’s own place there is "
             "“restore”."),
          entries, &place))
    return UCH_CLI_REFUSED;
  if (move.to == NULL || (move.from == NULL) == (place.folder == NULL))
    return uch_cli_refuse ("%s", _ ("Say where to, --to ADDRESS, and from where: --from ADDRESS or "
                                    "--data DIR"));
  move.folder = g_steal_pointer (&place.folder);
  if (move.from == NULL)
    move.from = uch_folder_dup_store_url (move.folder, &error);
  if (move.from == NULL)
    return uch_cli_fail (error);
  if (strcmp (move.from, move.to) == 0)
    return uch_cli_refuse ("%s", _ ("That is the same database"));
  return run (&move);
}
