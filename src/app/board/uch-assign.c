#include "app/board/uch-assign.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-ranking.h"
#include "app/uch-format.h"

/* An assignment that waits for the person's yes. */
typedef struct
{
  UchSession *session;     /* owned */
  GtkWidget  *origin;      /* owned: the dialog must not outlive what it acts for */
  char      **ticket_ids;  /* owned */
  char       *engineer_id; /* owned */
} Request;

static void
request_free (Request *request)
{
  g_object_unref (request->session);
  g_object_unref (request->origin);
  g_strfreev (request->ticket_ids);
  g_free (request->engineer_id);
  g_free (request);
}

static UchAssignment *
consider_one (UchSession *session, UchTicket *ticket, UchStaff *engineer)
{
  UchReplica            *replica = uch_session_get_replica (session);
  const UchLivePosition *position
      = uch_sync_client_get_position (uch_session_get_sync (session), engineer->parent.id);

  return uch_assignment_consider (
      uch_replica_get_snapshot (replica), ticket, uch_replica_peek_visit_of (replica, ticket),
      engineer, position != NULL ? &position->latitude : NULL,
      position != NULL ? &position->longitude : NULL, uch_session_now (session));
}

/**
 * uch_assign_consider:
 * @session: the office
 * @ticket_ids: (array zero-terminated=1): tickets; ones that are not current count as forbidden
 * @engineer: who would take them
 * @out_meaning: (out caller-allocates): what that would mean
 */
void
uch_assign_consider (UchSession        *session,
                     const char *const *ticket_ids,
                     UchStaff          *engineer,
                     UchAssignMeaning  *out_meaning)
{
  UchReplica      *replica = uch_session_get_replica (session);
  UchAssignMeaning meaning = { .distance_m = -1 };

  for (guint i = 0; ticket_ids[i] != NULL; i++)
    {
      UchTicket *ticket = uch_replica_peek (replica, UCH_TABLE_TICKET, ticket_ids[i]);
      g_autoptr (UchAssignment) one = NULL;

      meaning.n_tickets++;
      if (ticket == NULL)
        {
          meaning.forbidden = UCH_FORBIDDEN_TICKET_CLOSED;
          continue;
        }
      one = consider_one (session, ticket, engineer);
      meaning.n_visits = MAX (meaning.n_visits, one->n_visits);
      if (one->forbidden != UCH_FORBIDDEN_NOTHING)
        {
          if (meaning.forbidden == UCH_FORBIDDEN_NOTHING)
            meaning.forbidden = one->forbidden;
          continue;
        }
      meaning.n_allowed++;
      meaning.warnings |= one->warnings;
      meaning.distance_m = MAX (meaning.distance_m, one->distance_m);
    }
  *out_meaning = meaning;
}

/**
 * uch_assign_describe_warnings:
 * @warnings: warnings
 *
 * Returns: (transfer full): them as words, separated by commas; empty for none
 */
char *
uch_assign_describe_warnings (UchWarnings warnings)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < UCH_N_WARNINGS; i++)
    if (warnings & (1u << i))
      {
        if (text->len != 0)
          g_string_append (text, ", ");
        g_string_append (text, uch_format_warning (1u << i));
      }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * uch_assign_describe:
 * @meaning: what an assignment would mean
 *
 * Returns: (transfer full): one short line for the engineer's row
 */
char *
uch_assign_describe (const UchAssignMeaning *meaning)
{
  g_autofree char *warnings = NULL;
  g_autofree char *distance = NULL;
  g_autofree char *visits = NULL;
  g_autofree char *forecast = uch_ranking_describe (meaning);

  if (meaning->n_allowed == 0)
    return g_strdup (uch_format_forbidden (meaning->forbidden));
  if (meaning->warnings != 0)
    {
      warnings = uch_assign_describe_warnings (meaning->warnings);
      if (forecast != NULL)
        return g_strdup_printf ("%s · %s", forecast, warnings);
      if (meaning->distance_m < 0 || (meaning->warnings & UCH_WARNING_FAR) == 0)
        return g_steal_pointer (&warnings);
      distance = uch_format_distance (meaning->distance_m);
      return g_strdup_printf ("%s · %s", warnings, distance);
    }
  visits = g_strdup_printf (
      ngettext ("%u visit today", "%u visits today", meaning->n_visits + meaning->n_allowed),
      meaning->n_visits + meaning->n_allowed);
  if (forecast != NULL && meaning->n_hurt > 0)
    return g_strdup_printf (ngettext ("%s · makes %u late", "%s · makes %u late", meaning->n_hurt),
                            forecast, meaning->n_hurt);
  if (forecast != NULL)
    return g_strdup_printf ("%s · %s", forecast, visits);
  if (meaning->distance_m < 0)
    return g_steal_pointer (&visits);
  distance = uch_format_distance (meaning->distance_m);
  return g_strdup_printf ("%s · %s", distance, visits);
}

/**
 * uch_assign_compare:
 * @a: what one assignment would mean
 * @b: what another would
 *
 * Returns: as for sorting; the better fit first: more of the tickets allowed, then as
 *     uch_assignment_compare() has it
 */
int
uch_assign_compare (const UchAssignMeaning *a, const UchAssignMeaning *b)
{
  const UchAssignment one = { .forbidden = a->n_allowed == 0 ? a->forbidden : 0,
                              .warnings = a->warnings,
                              .distance_m = a->distance_m,
                              .n_visits = a->n_visits };
  const UchAssignment two = { .forbidden = b->n_allowed == 0 ? b->forbidden : 0,
                              .warnings = b->warnings,
                              .distance_m = b->distance_m,
                              .n_visits = b->n_visits };

  if (a->n_allowed != b->n_allowed)
    return a->n_allowed > b->n_allowed ? -1 : 1;
  if (a->rank != 0 && b->rank != 0)
    return a->rank < b->rank ? -1 : 1;
  return uch_assignment_compare (&one, &two);
}

static UchCommand *
make_assign (UchSession *session,
             UchTicket  *ticket,
             const char *engineer_id,
             const char *warnings,
             const char *group)
{
  UchReplica      *replica = uch_session_get_replica (session);
  UchVisit        *visit = uch_replica_peek_visit_of (replica, ticket);
  gboolean         is_open = visit != NULL && uch_visit_is_open (visit);
  g_autofree char *made_id = is_open ? NULL : uch_replica_make_id (replica);

  return uch_replica_make_command (
      replica, UCH_COMMAND_VISIT_ASSIGN, "ticket", "s", ticket->parent.id, "visit", "s",
      is_open ? visit->parent.id : made_id, "engineer", "s", engineer_id, "base", "s",
      is_open ? visit->parent.rev : NULL, "warnings", "s",
      warnings != NULL && *warnings != '\0' ? warnings : NULL, "group", "s", group, NULL);
}

static char *
describe_done (Request *request, GPtrArray *commands)
{
  UchReplica      *replica = uch_session_get_replica (request->session);
  g_autofree char *name = uch_format_staff (replica, request->engineer_id);

  if (commands->len == 1)
    {
      UchTicket *ticket
          = uch_replica_peek (replica, UCH_TABLE_TICKET,
                              uch_command_get_text (g_ptr_array_index (commands, 0), "ticket"));
      g_autofree char *number = uch_format_number (ticket);

      return g_strdup_printf (_ ("%s assigned to %s"), number, name);
    }
  return g_strdup_printf (
      ngettext ("%u ticket assigned to %s", "%u tickets assigned to %s", commands->len),
      commands->len, name);
}

static void
give_now (Request *request)
{
  UchReplica      *replica = uch_session_get_replica (request->session);
  UchStaff        *engineer = uch_replica_peek (replica, UCH_TABLE_STAFF, request->engineer_id);
  g_autofree char *group = uch_replica_make_id (replica);
  g_autofree char *done_text = NULL;
  GPtrArray       *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  for (guint i = 0; engineer != NULL && request->ticket_ids[i] != NULL; i++)
    {
      UchTicket *ticket = uch_replica_peek (replica, UCH_TABLE_TICKET, request->ticket_ids[i]);
      g_autoptr (UchAssignment) one = NULL;
      g_autofree char *warnings = NULL;

      if (ticket == NULL)
        continue;
      one = consider_one (request->session, ticket, engineer);
      if (one->forbidden != UCH_FORBIDDEN_NOTHING)
        continue;
      warnings = uch_warnings_to_text (one->warnings);
      g_ptr_array_add (
          commands, make_assign (request->session, ticket, request->engineer_id, warnings, group));
    }
  if (commands->len == 0)
    {
      g_ptr_array_unref (commands);
      return;
    }
  done_text = describe_done (request, commands);
  uch_session_act (request->session, request->origin, commands, done_text);
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  if (g_strcmp0 (response, "assign") == 0)
    give_now (user_data);
}

static void
request_closed (gpointer user_data, GClosure *closure)
{
  request_free (user_data);
}

static void
ask (Request *request, const UchAssignMeaning *meaning)
{
  UchReplica      *replica = uch_session_get_replica (request->session);
  g_autofree char *name = uch_format_staff (replica, request->engineer_id);
  g_autofree char *title = g_strdup_printf (_ ("Assign to %s?"), name);
  g_autoptr (GString) body = g_string_new (NULL);
  GtkRoot   *root = gtk_widget_get_root (request->origin);
  GtkWidget *dialog;

  for (guint i = 0; i < UCH_N_WARNINGS; i++)
    if (meaning->warnings & (1u << i))
      g_string_append_printf (body, "%s• %s", body->len != 0 ? "\n" : "",
                              uch_format_warning (1u << i));
  if (meaning->n_allowed < meaning->n_tickets)
    {
      guint n_left = meaning->n_tickets - meaning->n_allowed;

      g_string_append (body, body->len != 0 ? "\n• " : "• ");
      g_string_append_printf (
          body, ngettext ("%u ticket is left out: %s", "%u tickets are left out: %s", n_left),
          n_left, uch_format_forbidden (meaning->forbidden));
    }
  dialog
      = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, title, body->str);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "assign",
                                    _ ("_Assign"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "assign",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "assign");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), request, request_closed, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
tell_forbidden (Request *request, const UchAssignMeaning *meaning)
{
  GtkRoot   *root = gtk_widget_get_root (request->origin);
  GtkWidget *dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                              _ ("This cannot be assigned"),
                                              uch_format_forbidden (meaning->forbidden));

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * uch_assign_give:
 * @session: the office
 * @origin: the widget on which the person acted
 * @ticket_ids: (array zero-terminated=1): tickets
 * @engineer_id: who takes them
 *
 * Acts at once when nothing speaks against it; asks one question with all reasons otherwise. Acts
 * only on those tickets that he may take at all.
 */
void
uch_assign_give (UchSession        *session,
                 GtkWidget         *origin,
                 const char *const *ticket_ids,
                 const char        *engineer_id)
{
  UchReplica      *replica = uch_session_get_replica (session);
  UchStaff        *engineer = uch_replica_peek (replica, UCH_TABLE_STAFF, engineer_id);
  Request         *request;
  UchAssignMeaning meaning;

  if (engineer == NULL || ticket_ids == NULL || ticket_ids[0] == NULL)
    return;
  request = g_new0 (Request, 1);
  request->session = g_object_ref (session);
  request->origin = g_object_ref (origin);
  request->ticket_ids = g_strdupv ((char **) ticket_ids);
  request->engineer_id = g_strdup (engineer_id);
  uch_assign_consider (session, ticket_ids, engineer, &meaning);
  if (meaning.n_allowed != 0 && (meaning.warnings != 0 || meaning.n_allowed < meaning.n_tickets))
    {
      ask (request, &meaning);
      return;
    }
  if (meaning.n_allowed == 0)
    tell_forbidden (request, &meaning);
  else
    give_now (request);
  request_free (request);
}

/**
 * uch_assign_take_back:
 * @session: the office
 * @origin: the widget on which the person acted
 * @ticket_ids: (array zero-terminated=1): tickets; ones that nobody has are passed over
 */
void
uch_assign_take_back (UchSession *session, GtkWidget *origin, const char *const *ticket_ids)
{
  UchReplica      *replica = uch_session_get_replica (session);
  g_autofree char *group = uch_replica_make_id (replica);
  g_autofree char *done_text = NULL;
  GPtrArray       *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  for (guint i = 0; ticket_ids[i] != NULL; i++)
    {
      UchTicket *ticket = uch_replica_peek (replica, UCH_TABLE_TICKET, ticket_ids[i]);
      UchVisit  *visit = ticket != NULL ? uch_replica_peek_visit_of (replica, ticket) : NULL;

      if (visit == NULL || !uch_visit_is_open (visit) || visit->engineer_id == NULL)
        continue;
      g_ptr_array_add (commands,
                       uch_replica_make_command (replica, UCH_COMMAND_VISIT_UNASSIGN, "visit", "s",
                                                 visit->parent.id, "base", "s", visit->parent.rev,
                                                 "group", "s", group, NULL));
    }
  if (commands->len == 0)
    {
      g_ptr_array_unref (commands);
      return;
    }
  done_text = g_strdup_printf (
      ngettext ("%u assignment taken back", "%u assignments taken back", commands->len),
      commands->len);
  uch_session_act (session, origin, commands, done_text);
}

/**
 * uch_assign_insist:
 * @session: the office
 * @origin: the widget on which the person acted
 * @refused: an assignment that a colleague's act has beaten
 *
 * Assigns once more, this time upon what stands now, and takes the refusal off the list.
 */
void
uch_assign_insist (UchSession *session, GtkWidget *origin, UchRefused *refused)
{
  UchReplica      *replica = uch_session_get_replica (session);
  UchCommand      *lost = uch_refused_get_command (refused);
  UchEntity       *current = uch_refused_get_current (refused);
  const char      *engineer_id = uch_command_get_text (lost, "engineer");
  UchCommand      *again;
  g_autofree char *name = NULL;
  g_autofree char *done_text = NULL;

  if (current == NULL || engineer_id == NULL)
    return;
  again = uch_replica_make_command (
      replica, UCH_COMMAND_VISIT_ASSIGN, "ticket", "s", uch_command_get_text (lost, "ticket"),
      "visit", "s", current->id, "engineer", "s", engineer_id, "base", "s", current->rev,
      "warnings", "s", uch_command_get_text (lost, "warnings"), NULL);
  name = uch_format_staff (replica, engineer_id);
  done_text = g_strdup_printf (_ ("Reassigned to %s"), name);
  uch_session_act_one (session, origin, again, done_text);
  uch_replica_dismiss (replica, refused);
}
