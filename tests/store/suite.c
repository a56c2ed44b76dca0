#include "suite.h"

#include <string.h>

#include "db/uch-db.h"
#include "store/uch-store-copy.h"
#include "support/uch-test-postgres.h"

/* SplitMix64: the same numbers in every run. */
void
suite_random (guint8 *buffer, gsize len, gpointer user_data)
{
  guint64 *state = user_data;

  for (gsize i = 0; i < len; i++)
    {
      guint64 z = (*state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

      z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
      z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
      buffer[i] = (guint8) (z ^ (z >> 31));
    }
}

char *
suite_id (Suite *self)
{
  return g_strdup_printf ("id-%05u", ++self->n_ids);
}

static void
open_store (Suite *self)
{
  g_autoptr (GError) error = NULL;

  self->store = uch_store_open (self->url, UCH_STORE_CREATE, suite_random, &self->random, self->now,
                                &error);
  g_assert_no_error (error);
}

/* As after a crash: what was not committed is gone. */
void
suite_restart (Suite *self)
{
  g_clear_object (&self->store);
  open_store (self);
}

/* Names and values of text fields; "true" makes a flag. */
GVariant *
suite_fields (const char *name, ...)
{
  GVariantDict dict;
  va_list      ap;

  g_variant_dict_init (&dict, NULL);
  va_start (ap, name);
  for (; name != NULL; name = va_arg (ap, const char *))
    {
      const char *value = va_arg (ap, const char *);

      if (strcmp (value, "true") == 0)
        g_variant_dict_insert (&dict, name, "b", TRUE);
      else
        g_variant_dict_insert (&dict, name, "s", value);
    }
  va_end (ap);
  return g_variant_dict_end (&dict);
}

/* Names and values of text arguments; a NULL value is left out. */
UchCommand *
suite_command (Suite *self, const char *type, ...)
{
  g_autofree char *id = suite_id (self);
  GVariantDict     dict;
  const char      *name;
  va_list          ap;

  g_variant_dict_init (&dict, NULL);
  va_start (ap, type);
  while ((name = va_arg (ap, const char *)) != NULL)
    {
      const char *text = va_arg (ap, const char *);

      if (text != NULL)
        g_variant_dict_insert (&dict, name, "s", text);
    }
  va_end (ap);
  return uch_command_new (id, type, g_variant_dict_end (&dict), self->now);
}

UchCommand *
suite_make_put (Suite *self, const char *table, const char *id, GVariant *fields, GVariant *was)
{
  g_autofree char *command_id = suite_id (self);
  GVariantDict     dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "table", "s", table);
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert_value (&dict, "fields", fields);
  if (was != NULL)
    g_variant_dict_insert_value (&dict, "was", was);
  return uch_command_new (command_id, UCH_COMMAND_PUT, g_variant_dict_end (&dict), self->now);
}

/* As the store's own machine does it. */
void
suite_put (Suite *self, UchTable table, const char *id, GVariant *fields)
{
  Sender sender = {
    .suite = self, .session = self->local, .client = (char *) "local", .mid = self->local_mid++
  };
  g_autoptr (UchCommand) command
      = suite_make_put (self, uch_schema_get (table)->name, id, fields, NULL);

  sender_do (&sender, command);
}

static void
put_person (Suite *self, const char *id, UchRole role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchAccount) account = NULL;

  suite_put (self, UCH_TABLE_STAFF, id,
             suite_fields ("name", "Иванов Иван", "role", uch_role_nicks[role], "zones", "z1",
                           "skills", "wifi", NULL));
  account = uch_store_add_account (self->store, self->local, id, NULL, role, id, self->now, &error);
  g_assert_no_error (error);
}

/* In memory where there is room for it: what is tested here is not how long a disk takes. */
static char *
make_dir (void)
{
  g_autofree char *template = g_strdup ("/dev/shm/uch-store-XXXXXX");

  return g_mkdtemp (template) != NULL ? g_steal_pointer (&template)
                                      : g_dir_make_tmp ("uch-store-XXXXXX", NULL);
}

/* Which database the suite runs on. */
static gboolean
on_postgres (void)
{
  return g_strcmp0 (g_getenv ("UCH_TEST_STORE"), "postgres") == 0;
}

static void
set_up (Suite *self, gconstpointer data)
{
  self->dir = make_dir ();
  if (on_postgres ())
    self->url = self->database = uch_test_postgres_add_database ();
  else
    {
      self->path = g_build_filename (self->dir, "store.db", NULL);
      self->url = g_strconcat ("sqlite:", self->path, NULL);
    }
  self->now = SUITE_NOW;
  self->random = 42;
  self->local = uch_session_new_local (UCH_ROLE_STORE, NULL, "test");
  open_store (self);

  suite_put (self, UCH_TABLE_ZONE, "z1", suite_fields ("name", "Северный", NULL));
  suite_put (self, UCH_TABLE_HOUSE, "h1",
             suite_fields ("city", "Ставрополь", "street", "Мира", "number", "10", "zone_id", "z1",
                           "access", "ключ у консьержа", NULL));
  put_person (self, "dasha", UCH_ROLE_DISPATCHER);
  put_person (self, "dora", UCH_ROLE_DISPATCHER);
  put_person (self, "boss", UCH_ROLE_HEAD);
  put_person (self, "katya", UCH_ROLE_CLERK);
  put_person (self, "ivan", UCH_ROLE_ENGINEER);
  put_person (self, "petr", UCH_ROLE_ENGINEER);
  put_person (self, "adam", UCH_ROLE_ADMIN);
}

static void
tear_down (Suite *self, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf %s", self->dir);

  g_clear_object (&self->store);
  g_clear_object (&self->local);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  if (self->database != NULL)
    uch_test_postgres_drop_database (self->database);
  if (self->url != self->database)
    g_free (self->url);
  g_free (self->database);
  g_free (self->dir);
  g_free (self->path);
}

/* Adds a test that begins with the small office. */
void
suite_add (const char *path, SuiteFunc func)
{
  g_test_add (path, Suite, NULL, set_up, func, tear_down);
}

/* Adds a test of what only one of the databases can do or suffer. */
void
suite_add_for (SuiteDatabase database, const char *path, SuiteFunc func)
{
  if (on_postgres () == (database == SUITE_POSTGRES))
    suite_add (path, func);
}

/* Goes on with the store at another address. */
void
suite_move (Suite *self, const char *url)
{
  if (self->url != self->database)
    g_free (self->url);
  self->url = g_strdup (url);
  suite_restart (self);
}

/* Goes back to a backup, in the database of the suite's kind; the new epoch is the caller's. */
void
suite_restore (Suite *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  g_autofree char *database = NULL;
  g_autoptr (UchStore) from = NULL;
  g_autoptr (UchStore) to = NULL;
  g_autoptr (GArray) tallies = NULL;

  if (self->database == NULL)
    {
      suite_move (self, url);
      return;
    }
  database = uch_test_postgres_add_database ();
  from = uch_store_open (url, 0, suite_random, &self->random, self->now, &error);
  g_assert_no_error (error);
  to = uch_store_open (database, UCH_STORE_CREATE, suite_random, &self->random, self->now, &error);
  g_assert_no_error (error);
  tallies = uch_store_copy (from, to, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&to);
  g_clear_object (&self->store);
  uch_test_postgres_drop_database (self->database);
  g_free (self->database);
  self->url = self->database = g_steal_pointer (&database);
  open_store (self);
}

/* Runs SQL past the store, as somebody with the file or the superuser's password can. FALSE: it
 * breaks a rule of the schema; anything else that fails, fails the test. */
gboolean
suite_exec (const char *url, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL;

  if (g_str_has_prefix (url, "sqlite:"))
    {
      g_autoptr (UchDb) db = uch_db_open (url + strlen ("sqlite:"), 0, &error);

      g_assert_no_error (error);
      if (uch_db_exec (db, sql, &error))
        return TRUE;
      g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CONSTRAINT);
      return FALSE;
    }
  uch_test_postgres_exec (url, sql, &state);
  g_assert_true (state == NULL || g_str_has_prefix (state, "23"));
  return state == NULL;
}

/* All that is written down, as text. */
char *
suite_dump (Suite *self, gsize *out_len)
{
  char *text = NULL;

  if (self->path != NULL)
    g_assert_true (g_file_get_contents (self->path, &text, out_len, NULL));
  else
    {
      text = uch_test_postgres_ask (
          self->url, "SELECT string_agg (query_to_xml (format ('SELECT * FROM %I', relname), true,"
                     " false, '')::text, '') FROM pg_class"
                     " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
      *out_len = strlen (text);
    }
  return text;
}

/* Signs somebody in at a desk of his own, with an outbox of its own. */
Sender *
suite_sender (Suite *self, const char *login)
{
  g_autoptr (GError) error = NULL;
  Sender *sender = g_new0 (Sender, 1);

  sender->suite = self;
  sender->client = suite_id (self);
  sender->session = uch_store_add_token (self->store, self->local, login, UCH_SESSION_DESK,
                                         "стол 1", self->now, &sender->token, &error);
  g_assert_no_error (error);
  return sender;
}

void
sender_free (Sender *self)
{
  g_object_unref (self->session);
  g_free (self->token);
  g_free (self->client);
  g_free (self);
}

UchStoreAck *
sender_push_at (Sender *self, gint64 mid, UchCommand *command, GError **error)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (GPtrArray) acks = NULL;
  gint64 last_mid, head;

  g_ptr_array_add (ops, uch_store_op_new (mid, command));
  acks = uch_store_push (self->suite->store, self->session, self->client, ops, self->suite->now,
                         &last_mid, &head, error);
  if (acks == NULL)
    return NULL;
  g_assert_cmpuint (acks->len, ==, 1);
  return g_ptr_array_steal_index (acks, 0);
}

/* Pushes the next operation and takes whatever verdict comes. */
UchStoreAck *
sender_push (Sender *self, UchCommand *command)
{
  g_autoptr (GError) error = NULL;
  UchStoreAck *ack = sender_push_at (self, self->mid + 1, command, &error);

  g_assert_no_error (error);
  self->mid++;
  g_assert_cmpint (ack->mid, ==, self->mid);
  return ack;
}

/* Pushes the next operation, which must be accepted. */
void
sender_do (Sender *self, UchCommand *command)
{
  g_autoptr (UchStoreAck) ack = sender_push (self, command);

  if (ack->kind != UCH_VERDICT_OK)
    g_error ("%s is refused: %s (%s)", command->type, uch_refusal_get_nick (ack->refusal),
             ack->field);
}

UchCommand *
suite_make_ticket (Suite *self, const char *id)
{
  g_autofree char *command_id = suite_id (self);

  return uch_command_new_with (
      command_id, UCH_COMMAND_TICKET_CREATE, self->now, "ticket", "s", id, "fields", "v",
      suite_fields ("category", "support.wifi", "house_id", "h1", "client_name", "Петрова", NULL),
      NULL);
}

UchCommand *
suite_make_assign (
    Suite *self, const char *ticket, const char *visit, const char *engineer, const char *base)
{
  return suite_command (self, UCH_COMMAND_VISIT_ASSIGN, "ticket", ticket, "visit", visit,
                        "engineer", engineer, "base", base, NULL);
}

/* The row as the store has it, unmasked; (transfer full) (nullable). */
gpointer
suite_get (Suite *self, UchTable table, const char *id)
{
  g_autoptr (GError) error = NULL;
  gint64 head;
  g_autoptr (GPtrArray) rows
      = uch_store_list_rows (self->store, self->local, table, NULL, 100000, &head, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < rows->len; i++)
    if (strcmp (UCH_ENTITY (g_ptr_array_index (rows, i))->id, id) == 0)
      return g_object_ref (g_ptr_array_index (rows, i));
  return NULL;
}

gint64
suite_head (Suite *self)
{
  g_autoptr (GError) error = NULL;
  gint64 head;

  uch_store_get_head (self->store, &head, NULL, &error);
  g_assert_no_error (error);
  return head;
}
