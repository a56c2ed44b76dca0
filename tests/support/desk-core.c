/* A desk without a window: the real replica and sync client, led by lines of JSON.
 *
 *   desk-core --store URL --trust SHA256 --login NAME --password-file FILE --folder DIR [--device
 * ID]
 *
 * Each line of standard input is {"do":VERB, "tag":ANY, …}; each answer is {"event":"answer",
 * "tag":ANY, …} with "error" when it could not be done. What happens by itself comes as {"event":
 * "state" | "refused" | "opened" | "signed_in"}. Verbs (see the table at the end):
 *
 *   create [house]                    a ticket            → ticket, outcome
 *   assign ticket engineer            with its open visit → visit, outcome
 *   act type args [id]                any command         → outcome
 *   undo, redo                                            → outcomes
 *   tickets, list table               what the board has  → rows
 *   pending                           the outbox          → ops, client
 *   refusals, dismiss                                     → refusals
 *   status, digest                    of the store's rows → cursor, store, digest
 *   stop, start                       leaves the store, comes back
 *   quit                              (as does the end of the input)
 *
 * An outcome with "id" is durable in the outbox when it is printed. The token is kept in the folder
 * so that a desk that was killed comes back as a person's desk does. */
#include <glib/gstdio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/uch-work.h"
#include "replica/uch-replica-private.h"
#include "replica/uch-sync-client.h"

typedef struct
{
  GMainLoop        *loop;
  GDataInputStream *input;
  UchReplica       *replica;
  UchSyncClient    *client;
  char             *store, *trust, *login, *password_file, *folder, *device;
  char             *token_path, *token;
  gboolean          stopped; /* by "stop" */
  int               status;
} Core;

/* One question under way. */
typedef struct
{
  Core       *core;
  JsonNode   *request; /* owned */
  JsonNode   *tag;     /* (nullable): in the request */
  char       *made;    /* (owned) (nullable): the id of the row that the command makes */
  const char *made_name;
} Ask;

static void
say (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = uch_wire_print_json (root);

  g_object_unref (builder);
  puts (text);
  fflush (stdout);
}

static JsonBuilder *
begin (const char *event)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  return builder;
}

static void
end (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  say (builder);
}

static void
put_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
put_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static JsonBuilder *
begin_answer (Ask *ask)
{
  JsonBuilder *builder = begin ("answer");

  if (ask->tag != NULL)
    {
      json_builder_set_member_name (builder, "tag");
      json_builder_add_value (builder, json_node_copy (ask->tag));
    }
  return builder;
}

static void
ask_free (Ask *ask)
{
  json_node_unref (ask->request);
  g_free (ask->made);
  g_free (ask);
}

static void
fail (Ask *ask, const char *text)
{
  JsonBuilder *builder = begin_answer (ask);

  put_text (builder, "error", text);
  end (builder);
  ask_free (ask);
}

/* Whether @error is none; says so otherwise, and the question is over. */
static gboolean
check (Ask *ask, GError *error)
{
  if (error == NULL)
    return TRUE;
  fail (ask, error->message);
  g_error_free (error);
  return FALSE;
}

static const char *
get_text (Ask *ask, const char *name)
{
  JsonNode *node = json_object_get_member (json_node_get_object (ask->request), name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* What sync stands at: the same words in "state" and in the answer to "status". */
static void
put_status (JsonBuilder *builder, Core *core)
{
  static const char *const states[]
      = { "never", "first", "in_sync", "waiting", "offline", "refused" };
  const UchReplicaStatus *status = uch_replica_get_status (core->replica);
  g_autofree char        *reason = NULL;
  gint64                  offset;
  gboolean                ready;

  g_object_get (core->replica, "ready", &ready, NULL);
  json_builder_set_member_name (builder, "ready");
  json_builder_add_boolean_value (builder, ready);
  g_object_get (core->client, "reason", &reason, "clock-offset", &offset, NULL);
  put_text (builder, "state", states[uch_sync_client_get_state (core->client)]);
  put_int (builder, "cursor", status->cursor);
  put_text (builder, "store", status->store);
  put_int (builder, "waiting", status->n_waiting);
  put_text (builder, "reason", reason);
  put_int (builder, "reason_code", uch_sync_client_get_reason_code (core->client));
  put_int (builder, "clock_offset", offset);
  put_text (builder, "undo", status->undo != NULL ? status->undo->type : NULL);
}

static void
say_state (Core *core)
{
  JsonBuilder *builder = begin ("state");

  put_status (builder, core);
  end (builder);
}

static void
put_outcome (JsonBuilder *builder, const UchOutcome *outcome)
{
  static const char *const kinds[] = { "ok", "conflict", "rejected" };

  put_text (builder, "kind", kinds[outcome->kind]);
  put_text (builder, "id", outcome->command_id);
  if (outcome->kind != UCH_VERDICT_OK)
    {
      put_text (builder, "code", uch_refusal_get_nick (outcome->refusal));
      put_text (builder, "field", outcome->field);
    }
}

static void
submitted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ask    *ask = user_data;
  GError *error = NULL;
  g_autoptr (UchOutcome) outcome = uch_replica_submit_finish (UCH_REPLICA (source), result, &error);
  JsonBuilder *builder;

  if (!check (ask, error))
    return;
  builder = begin_answer (ask);
  put_outcome (builder, outcome);
  if (ask->made != NULL)
    put_text (builder, ask->made_name, ask->made);
  end (builder);
  ask_free (ask);
}

static void
submit (Ask *ask, UchCommand *command)
{
  uch_replica_submit_async (ask->core->replica, command, NULL, submitted_cb, ask);
  uch_command_unref (command);
}

static UchEntity *
pick_house (Core *core)
{
  GListModel *houses = uch_replica_list (core->replica, UCH_TABLE_HOUSE);
  guint       n = g_list_model_get_n_items (houses);
  UchEntity  *house;

  if (n == 0)
    return NULL;
  house = g_list_model_get_item (houses, (guint) g_random_int_range (0, (gint32) n));
  g_object_unref (house); /* the list holds it */
  return house;
}

static void
do_create (Ask *ask)
{
  Core       *core = ask->core;
  UchEntity  *any = pick_house (core);
  const char *house = get_text (ask, "house") != NULL ? get_text (ask, "house")
                      : any != NULL                   ? any->id
                                                      : NULL;

  if (house == NULL)
    {
      fail (ask, "there is no house");
      return;
    }
  ask->made = uch_replica_make_id (core->replica);
  ask->made_name = "ticket";
  submit (ask,
          uch_replica_make_command (
              core->replica, UCH_COMMAND_TICKET_CREATE, "ticket", "s", ask->made, "fields", "v",
              g_variant_new_parsed ("{'category': <'support.no_access'>, 'house_id': <%s>, "
                                    "'phone_raw': <'8 962 123-45-67'>, "
                                    "'description': <'🙂 нет связи'>}",
                                    house),
              NULL));
}

static void
do_assign (Ask *ask)
{
  Core       *core = ask->core;
  const char *ticket_id = get_text (ask, "ticket"), *engineer = get_text (ask, "engineer");
  UchTicket  *ticket
      = ticket_id != NULL ? uch_replica_peek (core->replica, UCH_TABLE_TICKET, ticket_id) : NULL;
  UchVisit *visit = ticket != NULL ? uch_replica_peek_visit_of (core->replica, ticket) : NULL;
  gboolean  open = visit != NULL && uch_visit_is_open (visit);

  if (ticket == NULL || engineer == NULL)
    {
      fail (ask, "there is no such ticket here, or no engineer was named");
      return;
    }
  ask->made = open ? g_strdup (UCH_ENTITY (visit)->id) : uch_replica_make_id (core->replica);
  ask->made_name = "visit";
  submit (ask,
          uch_replica_make_command (core->replica, UCH_COMMAND_VISIT_ASSIGN, "ticket", "s",
                                    ticket_id, "visit", "s", ask->made, "engineer", "s", engineer,
                                    "base", "s", open ? UCH_ENTITY (visit)->rev : NULL, NULL));
}

static void
do_act (Ask *ask)
{
  JsonNode        *node = json_object_get_member (json_node_get_object (ask->request), "args");
  g_autofree char *json = node != NULL ? uch_wire_print_json (node) : g_strdup ("{}");
  g_autofree char *id = get_text (ask, "id") != NULL ? g_strdup (get_text (ask, "id"))
                                                     : uch_replica_make_id (ask->core->replica);
  GError          *error = NULL;
  GVariant        *args = uch_wire_decode_args (json, -1, &error);

  if (!check (ask, error))
    return;
  if (get_text (ask, "type") == NULL)
    fail (ask, "type is missing");
  else
    submit (ask, uch_command_new (id, get_text (ask, "type"), args, g_get_real_time () / 1000));
}

static void
put_outcomes (JsonBuilder *builder, GPtrArray *outcomes)
{
  json_builder_set_member_name (builder, "outcomes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < outcomes->len; i++)
    {
      json_builder_begin_object (builder);
      put_outcome (builder, g_ptr_array_index (outcomes, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ask         *ask = user_data;
  GError      *error = NULL;
  JsonBuilder *builder;
  g_autoptr (GPtrArray) outcomes = uch_replica_undo_finish (UCH_REPLICA (source), result, &error);

  if (!check (ask, error))
    return;
  builder = begin_answer (ask);
  put_outcomes (builder, outcomes);
  end (builder);
  ask_free (ask);
}

static void
do_undo (Ask *ask)
{
  uch_replica_undo_async (ask->core->replica, NULL, undone_cb, ask);
}

static void
do_redo (Ask *ask)
{
  uch_replica_redo_async (ask->core->replica, NULL, undone_cb, ask);
}

static void
do_list (Ask *ask)
{
  const char      *name = get_text (ask, "table");
  const UchSchema *schema = name != NULL ? uch_schema_by_name (name) : NULL;
  GListModel      *list = NULL;
  JsonBuilder     *builder;

  if (g_strcmp0 (get_text (ask, "do"), "tickets") == 0)
    list = uch_replica_list_current_tickets (ask->core->replica);
  else if (schema != NULL && schema->table == UCH_TABLE_VISIT)
    list = uch_replica_list_current_visits (ask->core->replica);
  else if (schema != NULL && schema->table <= UCH_TABLE_SHIFT
           && schema->table != UCH_TABLE_ENTRANCE)
    list = uch_replica_list (ask->core->replica, schema->table);
  if (list == NULL)
    {
      fail (ask, "there is no such list");
      return;
    }
  builder = begin_answer (ask);
  json_builder_set_member_name (builder, "rows");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (UchEntity) row = g_list_model_get_item (list, i);

      uch_wire_build_entity (builder, row);
    }
  json_builder_end_array (builder);
  end (builder);
  ask_free (ask);
}

static void
do_refusals (Ask *ask)
{
  GListModel  *list = uch_replica_list_refusals (ask->core->replica);
  JsonBuilder *builder = begin_answer (ask);

  json_builder_set_member_name (builder, "refusals");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (UchRefused) refused = g_list_model_get_item (list, i);

      json_builder_begin_array (builder);
      json_builder_add_string_value (builder, uch_refused_get_command (refused)->id);
      json_builder_add_string_value (builder,
                                     uch_refusal_get_nick (uch_refused_get_refusal (refused)));
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
  end (builder);
  ask_free (ask);
}

static void
do_dismiss (Ask *ask)
{
  GListModel *list = uch_replica_list_refusals (ask->core->replica);

  while (g_list_model_get_n_items (list) > 0)
    {
      g_autoptr (UchRefused) refused = g_list_model_get_item (list, 0);

      uch_replica_dismiss (ask->core->replica, refused);
    }
  end (begin_answer (ask));
  ask_free (ask);
}

/* Output: the text of the answer's array. On the worker, as everything that reads the files. */
static gboolean
pending_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (uch_outbox_get_db (uch_replica_db_get_outbox (db)),
                        "SELECT id, mid, state, seq FROM op ORDER BY n", error);
  GString  *text = g_string_new ("[");
  UchDbStep step;

  job->output = text;
  if (stmt == NULL)
    return FALSE;
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    g_string_append_printf (text, "%s[\"%s\",%" G_GINT64_FORMAT ",%d,%" G_GINT64_FORMAT "]",
                            text->len > 1 ? "," : "", uch_db_stmt_get_text (stmt, 0),
                            uch_db_stmt_get_int64 (stmt, 1), (int) uch_db_stmt_get_int64 (stmt, 2),
                            uch_db_stmt_get_int64 (stmt, 3));
  g_string_append_c (text, ']');
  return step == UCH_DB_STEP_DONE;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ask             *ask = user_data;
  GError          *error = NULL;
  GString         *text = uch_replica_run_finish (UCH_REPLICA (source), result, &error);
  g_autofree char *json = text != NULL ? g_string_free (text, FALSE) : NULL;
  JsonBuilder     *builder;

  if (!check (ask, error))
    return;
  builder = begin_answer (ask);
  json_builder_set_member_name (builder, "ops");
  json_builder_add_value (builder, uch_wire_parse_json (json, -1, NULL));
  put_text (builder, "client", uch_replica_get_status (ask->core->replica)->client);
  end (builder);
  ask_free (ask);
}

static void
do_pending (Ask *ask)
{
  uch_replica_run (ask->core->replica, uch_job_new (pending_job, NULL, NULL), NULL, listed_cb, ask);
}

typedef struct
{
  guint64 digest;
  gint64  cursor;
  char   *store;
} Digest;

static void
digest_free (gpointer data)
{
  g_free (((Digest *) data)->store);
  g_free (data);
}

static gboolean
digest_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Digest *digest = g_new0 (Digest, 1);

  job->output = digest;
  job->destroy_output = digest_free;
  digest->cursor = uch_replica_db_get_cursor (db);
  digest->store = g_strdup (uch_replica_db_get_store (db));
  return uch_replica_db_get_digest (db, &digest->digest, error);
}

static void
digested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ask             *ask = user_data;
  GError          *error = NULL;
  Digest          *digest = uch_replica_run_finish (UCH_REPLICA (source), result, &error);
  JsonBuilder     *builder;
  g_autofree char *text = NULL;

  if (!check (ask, error))
    return;
  text = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", digest->digest);
  builder = begin_answer (ask);
  put_text (builder, "digest", text);
  put_int (builder, "cursor", digest->cursor);
  put_text (builder, "store", digest->store);
  end (builder);
  digest_free (digest);
  ask_free (ask);
}

static void
do_digest (Ask *ask)
{
  uch_replica_run (ask->core->replica, uch_job_new (digest_job, NULL, NULL), NULL, digested_cb,
                   ask);
}

static void
do_status (Ask *ask)
{
  JsonBuilder *builder = begin_answer (ask);

  put_status (builder, ask->core);
  end (builder);
  ask_free (ask);
}

static void
do_stop (Ask *ask)
{
  ask->core->stopped = TRUE;
  uch_sync_client_stop (ask->core->client);
  do_status (ask);
}

static void
do_start (Ask *ask)
{
  ask->core->stopped = FALSE;
  uch_sync_client_start (ask->core->client, ask->core->replica, ask->core->token);
  do_status (ask);
}

static void
do_quit (Ask *ask)
{
  g_main_loop_quit (ask->core->loop);
  ask_free (ask);
}

static const struct
{
  const char *verb;
  void (*func) (Ask *ask);
} verbs[] = {
  { "create", do_create },   { "assign", do_assign },   { "act", do_act },
  { "undo", do_undo },       { "redo", do_redo },       { "tickets", do_list },
  { "list", do_list },       { "pending", do_pending }, { "refusals", do_refusals },
  { "dismiss", do_dismiss }, { "status", do_status },   { "digest", do_digest },
  { "stop", do_stop },       { "start", do_start },     { "quit", do_quit },
};

static void
obey (Core *core, const char *line)
{
  g_autoptr (JsonNode) root = uch_wire_parse_json (line, -1, NULL);
  Ask *ask;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_printerr ("desk-core: no JSON object: %s\n", line);
      return;
    }
  ask = g_new0 (Ask, 1);
  ask->core = core;
  ask->request = g_steal_pointer (&root);
  ask->tag = json_object_get_member (json_node_get_object (ask->request), "tag");
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_strcmp0 (get_text (ask, "do"), verbs[i].verb) == 0)
      {
        verbs[i].func (ask);
        return;
      }
  fail (ask, "there is no such verb");
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Core            *core = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (core->input, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (core->loop);
      return;
    }
  if (*line != '\0')
    obey (core, line);
  g_data_input_stream_read_line_async (core->input, G_PRIORITY_DEFAULT, NULL, line_cb, core);
}

static void
refused_cb (UchReplica *replica, UchRefused *refused, Core *core)
{
  JsonBuilder *builder = begin ("refused");

  put_text (builder, "id", uch_refused_get_command (refused)->id);
  put_text (builder, "code", uch_refusal_get_nick (uch_refused_get_refusal (refused)));
  end (builder);
}

static void sign_in (Core *core);

static void
state_cb (Core *core)
{
  say_state (core);
  /* A token that is no longer good: a person would type the password again. */
  if (!core->stopped && uch_sync_client_get_reason_code (core->client) == UCH_SYNC_ERROR_SIGNED_OUT)
    sign_in (core);
}

static void
follow (Core *core)
{
  if (!core->stopped)
    uch_sync_client_start (core->client, core->replica, core->token);
}

static gboolean
again_cb (gpointer user_data)
{
  sign_in (user_data);
  return G_SOURCE_REMOVE;
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Core *core = user_data;
  g_autoptr (GError) error = NULL;
  char        *token = uch_sync_client_sign_in_finish (UCH_SYNC_CLIENT (source), result, &error);
  JsonBuilder *builder = begin ("signed_in");

  if (token == NULL)
    {
      put_text (builder, "error", error->message);
      end (builder);
      g_timeout_add (500, again_cb, core);
      return;
    }
  g_free (core->token);
  core->token = token;
  if (!g_file_set_contents_full (core->token_path, token, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_printerr ("desk-core: %s\n", error->message);
  uch_replica_set_actor (core->replica, uch_sync_client_get_staff_id (core->client),
                         uch_sync_client_get_role (core->client), core->device);
  put_text (builder, "staff", uch_sync_client_get_staff_id (core->client));
  end (builder);
  follow (core);
}

static void
sign_in (Core *core)
{
  g_autofree char *password = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (core->password_file, &password, NULL, &error))
    g_error ("%s", error->message);
  g_strchomp (password);
  uch_sync_client_stop (core->client);
  uch_sync_client_sign_in_async (core->client, core->login, password, NULL, signed_in_cb, core);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Core *core = user_data;
  g_autoptr (GError) error = NULL;
  JsonBuilder *builder = begin ("opened");
  const char  *aside;
  guint        n_rescued;

  core->replica = uch_replica_open_finish (result, &error);
  if (core->replica == NULL)
    {
      put_text (builder, "error", error->message);
      put_text (builder, "domain", g_quark_to_string (error->domain));
      put_int (builder, "code", error->code);
      end (builder);
      core->status = 2;
      g_main_loop_quit (core->loop);
      return;
    }
  aside = uch_replica_get_outbox_aside (core->replica, &n_rescued);
  if (aside != NULL)
    {
      put_text (builder, "outbox_aside", aside);
      put_int (builder, "rescued", n_rescued);
    }
  put_int (builder, "waiting", uch_replica_get_status (core->replica)->n_waiting);
  put_int (builder, "cursor", uch_replica_get_status (core->replica)->cursor);
  end (builder);
  g_signal_connect (core->replica, "refused", G_CALLBACK (refused_cb), core);
  g_signal_connect_swapped (core->replica, "changed", G_CALLBACK (say_state), core);
  g_signal_connect_swapped (core->replica, "notify", G_CALLBACK (say_state), core);
  g_signal_connect_swapped (core->client, "notify", G_CALLBACK (state_cb), core);
  g_data_input_stream_read_line_async (core->input, G_PRIORITY_DEFAULT, NULL, line_cb, core);
  if (core->token != NULL && uch_replica_get_actor (core->replica)->staff_id != NULL)
    follow (core);
  else
    sign_in (core);
}

static void
parse_options (Core *core, int *argc, char ***argv)
{
  GOptionEntry entries[]
      = { { "store", 0, 0, G_OPTION_ARG_STRING, &core->store, "Where the store is", "URL" },
          { "trust", 0, 0, G_OPTION_ARG_STRING, &core->trust, "SHA-256 of its certificate", "HEX" },
          { "login", 0, 0, G_OPTION_ARG_STRING, &core->login, "Who sits here", "NAME" },
          { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &core->password_file, "Password",
            "FILE" },
          { "folder", 0, 0, G_OPTION_ARG_FILENAME, &core->folder, "Of the replica", "DIR" },
          { "device", 0, 0, G_OPTION_ARG_STRING, &core->device, "Name of this desk", "ID" },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    g_error ("%s", error->message);
  if (core->store == NULL || core->login == NULL || core->password_file == NULL
      || core->folder == NULL)
    g_error ("--store, --login, --password-file and --folder are needed");
  if (core->device == NULL)
    core->device = g_strdup (core->login);
}

int
main (int argc, char **argv)
{
  Core core = { 0 };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  parse_options (&core, &argc, &argv);
  core.loop = g_main_loop_new (NULL, FALSE);
  core.input = g_data_input_stream_new (input);
  core.token_path = g_strconcat (core.folder, ".token", NULL);
  g_file_get_contents (core.token_path, &core.token, NULL, NULL);
  core.client = uch_sync_client_new (core.store, core.trust, core.device);
  uch_replica_open_async (core.folder, core.store, NULL, opened_cb, &core);
  g_main_loop_run (core.loop);
  if (core.replica != NULL)
    {
      g_signal_handlers_disconnect_by_data (core.client, &core);
      g_signal_handlers_disconnect_by_data (core.replica, &core);
      uch_sync_client_stop (core.client);
      uch_replica_close (core.replica);
    }
  return core.status;
}
