#include "replica/rig.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* A store that makes its town, on a machine with much else to do. */
#define PATIENCE_S 60

static char *
program (void)
{
  return g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "src", "server", "admin",
                           "uchastok-store", NULL);
}

static void
run (const char *const *argv)
{
  g_autofree char *store = program ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  g_ptr_array_add (args, store);
  for (; *argv != NULL; argv++)
    g_ptr_array_add (args, (gpointer) *argv);
  g_ptr_array_add (args, NULL);
  process = g_subprocess_newv ((const char *const *) args->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                               &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
}

void
rig_admin (Rig *rig, const char *verb, const char *what, const char *who)
{
  run ((const char *const[]){ verb, what, who, "--data", rig->data, NULL });
}

static char *
read_ready_line (GSubprocess *process)
{
  g_autoptr (GDataInputStream) lines
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  char *line;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      if (strstr (line, "ready on https://") != NULL)
        return line;
      g_free (line);
    }
  g_error ("the store does not start");
}

void
rig_serve (Rig *rig)
{
  g_autofree char *store = program ();
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:%u", rig->port);
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (rig->process);
  rig->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                   &error, store, "serve", "--data", rig->data, "--listen", listen,
                                   rig->extra, NULL);
  g_assert_no_error (error);
  line = read_ready_line (rig->process);
  g_free (rig->url);
  rig->url = g_strdup (strstr (line, "https://"));
  rig->port = (guint) atoi (strrchr (rig->url, ':') + 1);
}

void
rig_kill (Rig *rig)
{
  g_subprocess_force_exit (rig->process);
  g_subprocess_wait (rig->process, NULL, NULL);
  g_clear_object (&rig->process);
}

static char *
read_fingerprint (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  g_autoptr (GByteArray) der = NULL;

  g_assert_no_error (error);
  g_object_get (certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}

Rig *
rig_new (void)
{
  Rig             *rig = g_new0 (Rig, 1);
  g_autofree char *certificate = NULL;
  g_autoptr (GError) error = NULL;

  rig->directory = g_dir_make_tmp ("uch-rig-XXXXXX", &error);
  g_assert_no_error (error);
  rig->data = g_build_filename (rig->directory, "store", NULL);
  run ((const char *const[]){ "demo", "--data", rig->data, "--houses", "40", "--tickets", "150",
                              NULL });
  certificate = g_build_filename (rig->data, "certificate.pem", NULL);
  rig->fingerprint = read_fingerprint (certificate);
  rig_serve (rig);
  return rig;
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_directory (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
rig_free (Rig *rig)
{
  if (rig->process != NULL)
    rig_kill (rig);
  remove_directory (rig->directory);
  g_free (rig->directory);
  g_free (rig->data);
  g_free (rig->url);
  g_free (rig->fingerprint);
  g_free (rig);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
rig_wait (Condition condition, gpointer data, const char *what)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  guint  wake_id = g_timeout_add (50, wake_cb, NULL);

  while (!condition (data))
    {
      if (g_get_monotonic_time () > until)
        g_error ("waited too long for: %s", what);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (wake_id);
}

guint
rig_property (gpointer object, const char *name)
{
  guint value;

  g_object_get (object, name, &value, NULL);
  return value;
}

void
call_cb (GObject *source, GAsyncResult *result, gpointer call)
{
  ((Call *) call)->result = g_object_ref (result);
}

static gboolean
is_called (gpointer call)
{
  return ((Call *) call)->result != NULL;
}

GAsyncResult *
call_wait (Call *call)
{
  rig_wait (is_called, call, "an answer");
  return call->result;
}

static void
refused_cb (UchReplica *replica, UchRefused *refused, Desk *desk)
{
  desk->n_refused++;
}

Desk *
desk_new (Rig *rig, const char *login)
{
  Desk *desk = g_new0 (Desk, 1);

  desk->rig = rig;
  desk->login = g_strdup (login);
  desk->directory = g_build_filename (rig->directory, login, NULL);
  desk->client = uch_sync_client_new (rig->url, rig->fingerprint, login);
  return desk;
}

void
desk_open (Desk *desk)
{
  Call call = { NULL };
  g_autoptr (GError) error = NULL;

  uch_replica_open_async (desk->directory, desk->rig->url, NULL, call_cb, &call);
  desk->replica = uch_replica_open_finish (call_wait (&call), &error);
  g_assert_no_error (error);
  g_object_unref (call.result);
  g_signal_connect (desk->replica, "refused", G_CALLBACK (refused_cb), desk);
}

void
desk_sign_in (Desk *desk)
{
  Call call = { NULL };
  g_autoptr (GError) error = NULL;

  uch_sync_client_sign_in_async (desk->client, desk->login, RIG_PASSWORD, NULL, call_cb, &call);
  g_free (desk->token);
  desk->token = uch_sync_client_sign_in_finish (desk->client, call_wait (&call), &error);
  g_assert_no_error (error);
  g_object_unref (call.result);
  uch_replica_set_actor (desk->replica, uch_sync_client_get_staff_id (desk->client),
                         uch_sync_client_get_role (desk->client), desk->login);
}

static gboolean
is_in_sync (gpointer data)
{
  Desk *desk = data;

  return uch_sync_client_get_state (desk->client) == UCH_SYNC_IN_SYNC
         && rig_property (desk->replica, "ready");
}

void
desk_start (Desk *desk)
{
  uch_sync_client_start (desk->client, desk->replica, desk->token);
  rig_wait (is_in_sync, desk, "a desk in sync");
}

void
desk_close (Desk *desk)
{
  uch_sync_client_stop (desk->client);
  uch_replica_close (desk->replica);
  g_clear_object (&desk->replica);
}

void
desk_free (Desk *desk)
{
  if (desk->replica != NULL)
    desk_close (desk);
  g_object_unref (desk->client);
  g_free (desk->directory);
  g_free (desk->login);
  g_free (desk->token);
  g_free (desk);
  /* What was under way ends in the main loop. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

UchOutcome *
desk_submit (Desk *desk, UchCommand *command)
{
  Call call = { NULL };
  g_autoptr (GError) error = NULL;
  UchOutcome *outcome;

  uch_replica_submit_async (desk->replica, command, NULL, call_cb, &call);
  outcome = uch_replica_submit_finish (desk->replica, call_wait (&call), &error);
  g_assert_no_error (error);
  g_object_unref (call.result);
  uch_command_unref (command);
  return outcome;
}

GPtrArray *
desk_undo (Desk *desk, gboolean redo)
{
  Call call = { NULL };
  g_autoptr (GError) error = NULL;
  GPtrArray *outcomes;

  if (redo)
    uch_replica_redo_async (desk->replica, NULL, call_cb, &call);
  else
    uch_replica_undo_async (desk->replica, NULL, call_cb, &call);
  outcomes = uch_replica_undo_finish (desk->replica, call_wait (&call), &error);
  g_assert_no_error (error);
  g_object_unref (call.result);
  return outcomes;
}

/* A current ticket: the one with this id, or an open one; (transfer none). */
UchTicket *
desk_pick (Desk *desk, const char *id, gboolean wants_no_visit)
{
  GListModel *tickets = uch_replica_list_current_tickets (desk->replica);

  if (id != NULL)
    return uch_replica_peek (desk->replica, UCH_TABLE_TICKET, id);
  for (guint i = 0; i < g_list_model_get_n_items (tickets); i++)
    {
      g_autoptr (UchTicket) ticket = g_list_model_get_item (tickets, i);
      UchVisit *visit = uch_replica_peek_visit_of (desk->replica, ticket);

      if (uch_ticket_is_open (ticket) && g_str_has_prefix (ticket->category, "support.")
          && (wants_no_visit ? ticket->visit_id == NULL
                             : visit != NULL && visit->state == UCH_VISIT_ASSIGNED))
        return ticket;
    }
  g_error ("no such ticket in the demo town");
}

UchStaff *
desk_pick_engineer (Desk *desk, guint n)
{
  GListModel *staff = uch_replica_list (desk->replica, UCH_TABLE_STAFF);
  UchStaff   *first = NULL;
  g_autoptr (GPtrArray) engineers = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (staff); i++)
    {
      g_autoptr (UchStaff) one = g_list_model_get_item (staff, i);

      if (one->role == UCH_ROLE_ENGINEER && !one->dismissed)
        g_ptr_array_add (engineers, one);
    }
  first = g_ptr_array_index (engineers, n);
  return first;
}

UchCommand *
desk_make_assign (Desk *desk, UchTicket *ticket, UchStaff *engineer)
{
  UchVisit        *visit = uch_replica_peek_visit_of (desk->replica, ticket);
  gboolean         open = visit != NULL && uch_visit_is_open (visit);
  g_autofree char *fresh = uch_replica_make_id (desk->replica);

  return uch_replica_make_command (
      desk->replica, UCH_COMMAND_VISIT_ASSIGN, "ticket", "s", UCH_ENTITY (ticket)->id, "visit", "s",
      open ? UCH_ENTITY (visit)->id : fresh, "engineer", "s", UCH_ENTITY (engineer)->id, "base",
      "s", open ? UCH_ENTITY (visit)->rev : NULL, NULL);
}
