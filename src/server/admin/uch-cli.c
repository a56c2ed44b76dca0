#include "server/admin/uch-cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "core/uch-id.h"

/* Rows of one page when a whole table is read. */
#define PAGE_LEN 5000
/* Operations in one commit of a large load. */
#define PUSH_LEN 2000

/* The verb that runs. */
static const UchCliVerb *current;
/* Whether anything was begun: from then on what goes wrong is a failure, no refusal. */
static gboolean begun;

/**
 * uch_cli_run:
 * @argv: the verb and what follows it
 *
 * Returns: the exit status
 */
int
uch_cli_run (const UchCliVerb *verb, int argc, char *argv[])
{
  g_autofree char *name = g_strdup_printf ("uchastok-store %s", verb->name);

  g_set_prgname (name); /* --help begins with it */
  current = verb;
  /* also where the options cannot be read, a program wants to be told in its own way */
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--json") == 0)
      uch_cli_set_json (TRUE);
  return verb->run (argc, argv);
}

static GOptionContext *
make_context (const char *summary)
{
  GOptionContext  *context = g_option_context_new (current->arguments);
  g_autofree char *description = g_strdup_printf (
      _ ("Example:\n  uchastok-store %s\n\n"
         "Exit status: 0 done, 1 failed or a fault was found, 2 refused, nothing "
         "was begun.\nMore: man uchastok-store"),
      current->example);

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  return context;
}

/**
 * uch_cli_parse:
 * @summary: one sentence for --help
 * @entries: (nullable) (array zero-terminated=1): the verb's own options
 * @out_place: (out caller-allocates): cleared with uch_cli_place_clear()
 *
 * Reads the options of one verb; says what is wrong with them.
 *
 * Returns: whether they can be used
 */
gboolean
uch_cli_parse (int                argc,
               char              *argv[],
               const char        *summary,
               const GOptionEntry entries[],
               UchCliPlace       *out_place)
{
  g_autoptr (GOptionContext) context = make_context (summary);
  g_autoptr (GError) error = NULL;
  gboolean           json = FALSE;
  const GOptionEntry common[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &out_place->folder, N_ ("Folder of the store"),
      N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Tell it as one JSON object, errors too"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &out_place->rest, NULL, NULL },
    { NULL },
  };

  memset (out_place, 0, sizeof *out_place);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      uch_cli_complain (UCH_CLI_REFUSED, error->message);
      return FALSE;
    }
  if (out_place->folder == NULL && !current->has_no_place)
    {
      uch_cli_refuse ("%s", _ ("Say which folder: --data DIR"));
      return FALSE;
    }
  if (out_place->rest != NULL && current->arguments == NULL)
    {
      uch_cli_refuse (_ ("“%s” is one word too many; see --help"), out_place->rest[0]);
      return FALSE;
    }
  return TRUE;
}

void
uch_cli_place_clear (UchCliPlace *place)
{
  g_clear_pointer (&place->folder, g_free);
  g_clear_pointer (&place->rest, g_strfreev);
}

/**
 * uch_cli_random:
 *
 * Randomness for ids, salts and tokens, from the kernel.
 */
void
uch_cli_random (guint8 *buffer, gsize len, gpointer user_data)
{
  while (len > 0)
    {
      gssize n = getrandom (buffer, len, 0);

      if (n < 0 && errno != EINTR)
        g_error ("the system gives no randomness: %s", g_strerror (errno));
      if (n > 0)
        {
          buffer += n;
          len -= (gsize) n;
        }
    }
}

/**
 * uch_cli_now:
 *
 * Returns: the clock, in milliseconds
 */
gint64
uch_cli_now (void)
{
  return g_get_real_time () / 1000;
}

/**
 * uch_cli_open:
 *
 * Returns: (transfer full) (nullable): the store in a data folder
 */
UchStore *
uch_cli_open (const char *folder, UchStoreFlags flags, GError **error)
{
  g_autofree char *url = uch_folder_dup_store_url (folder, error);
  UchStore        *store = NULL;

  if (url != NULL)
    store = uch_store_open (url, flags, uch_cli_random, NULL, uch_cli_now (), error);

  if (store != NULL)
    uch_cli_begin ();
  return store;
}

/**
 * uch_cli_begin:
 *
 * From now on what goes wrong is no refusal (2) but a failure (1); uch_cli_open() does it.
 */
void
uch_cli_begin (void)
{
  begun = TRUE;
}

/**
 * uch_cli_fail:
 * @error: (transfer full)
 *
 * Says what went wrong.
 *
 * Returns: the exit status
 */
int
uch_cli_fail (GError *error)
{
  int status = begun ? UCH_CLI_FAILED : UCH_CLI_REFUSED;

  uch_cli_complain (status, error->message);
  g_error_free (error);
  return status;
}

/**
 * uch_cli_refuse:
 *
 * Says in one sentence what is wrong with what was asked.
 *
 * Returns: the exit status
 */
int
uch_cli_refuse (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  uch_cli_complain (UCH_CLI_REFUSED, text);
  return UCH_CLI_REFUSED;
}

/**
 * uch_cli_read_password:
 * @path: (nullable) (type filename): where it stands; %NULL: standard input
 *
 * The first line: no password on a command line, where anybody can read it.
 *
 * Returns: (transfer full) (nullable): the password, or %NULL when there is none
 */
char *
uch_cli_read_password (const char *path)
{
  g_autofree char *text = NULL;
  char             line[UCH_PASSWORD_LEN_MAX + 2];

  if (path != NULL)
    {
      if (!g_file_get_contents (path, &text, NULL, NULL))
        return NULL;
    }
  else if (isatty (STDIN_FILENO))
    text = g_strdup (getpass (_ ("Password: ")));
  else
    text = g_strdup (fgets (line, sizeof line, stdin));
  if (text == NULL)
    return NULL;
  text[strcspn (text, "\r\n")] = '\0';
  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

/**
 * uch_cli_make_id:
 *
 * Returns: (transfer full): a new id
 */
char *
uch_cli_make_id (gpointer user_data)
{
  return uch_cli_make_id_at (uch_cli_now (), user_data);
}

/**
 * uch_cli_make_id_at:
 * @now: the clock of whoever names something
 *
 * Returns: (transfer full): a new id
 */
char *
uch_cli_make_id_at (gint64 now, gpointer user_data)
{
  guint8 random[UCH_ID_RANDOM_LEN];

  uch_cli_random (random, sizeof random, NULL);
  return uch_id_new (now, random);
}

/**
 * uch_cli_push:
 * @commands: (element-type UchCommand): any number; each stretch of them is one commit
 * @device: what the history shows as "from where"
 *
 * Has the commands decided with the store's own rights. The first one refused is an error.
 */
gboolean
uch_cli_push (UchStore *store, GPtrArray *commands, const char *device, GError **error)
{
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, device);
  g_autofree char *client = uch_cli_make_id (NULL);

  for (guint first = 0; first < commands->len; first += PUSH_LEN)
    {
      g_autoptr (GPtrArray) ops
          = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
      g_autoptr (GPtrArray) acks = NULL;
      gint64 last_mid, head;

      for (guint i = first; i < MIN (first + PUSH_LEN, commands->len); i++)
        g_ptr_array_add (ops, uch_store_op_new (i + 1, g_ptr_array_index (commands, i)));
      acks = uch_store_push (store, session, client, ops, uch_cli_now (), &last_mid, &head, error);
      uch_cli_progress (first + ops->len, commands->len, NULL);
      if (acks == NULL)
        return FALSE;
      for (guint i = 0; i < acks->len; i++)
        {
          const UchStoreAck *ack = g_ptr_array_index (acks, i);
          const UchStoreOp  *op = g_ptr_array_index (ops, i);
          const char        *id = uch_command_get_text (op->command, "id");

          if (ack->kind != UCH_VERDICT_OK)
            {
              g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
                           _ ("The store refused “%s” of %s: %s %s"), op->command->type,
                           id != NULL ? id : "?", uch_refusal_get_nick (ack->refusal),
                           ack->field != NULL ? ack->field : "");
              return FALSE;
            }
        }
    }
  return TRUE;
}

/**
 * uch_cli_list:
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): a whole table, as the store itself
 *     sees it
 */
GPtrArray *
uch_cli_list (UchStore *store, UchTable table, GError **error)
{
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_read;

  do
    {
      UchEntity *last = all->len > 0 ? g_ptr_array_index (all, all->len - 1) : NULL;
      gint64     head;
      g_autoptr (GPtrArray) page = uch_store_list_rows (
          store, session, table, last != NULL ? last->id : NULL, PAGE_LEN, &head, error);

      if (page == NULL)
        return NULL;
      n_read = page->len;
      for (guint i = 0; i < page->len; i++)
        g_ptr_array_add (all, g_object_ref (g_ptr_array_index (page, i)));
    }
  while (n_read == PAGE_LEN);
  return g_steal_pointer (&all);
}
