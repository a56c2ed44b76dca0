#define G_LOG_DOMAIN "uch-app"

#include "app/uch-format.h"

#include <glib/gi18n.h>

static const struct
{
  UchReasonKind kind;
  const char   *code;
  const char   *name;
} reason_names[] = {
  { UCH_REASON_HOLD, "client_thinking", NC_ ("reason", "the client is thinking it over") },
  { UCH_REASON_HOLD, "client_away", NC_ ("reason", "the client is away") },
  { UCH_REASON_HOLD, "waiting_mc_access", NC_ ("reason", "waiting for the management company") },
  { UCH_REASON_HOLD, "waiting_parts", NC_ ("reason", "waiting for parts") },
  { UCH_REASON_HOLD, "mass_incident", NC_ ("reason", "mass incident") },
  { UCH_REASON_HOLD, "weather_safety", NC_ ("reason", "the weather makes it unsafe") },
  { UCH_REASON_DECLINE, "overload", NC_ ("reason", "too much work") },
  { UCH_REASON_DECLINE, "wrong_skill", NC_ ("reason", "lacks the skill") },
  { UCH_REASON_DECLINE, "too_far", NC_ ("reason", "too far away") },
  { UCH_REASON_DECLINE, "transport", NC_ ("reason", "no transport") },
  { UCH_REASON_FAILED, "absent", NC_ ("reason", "nobody at home") },
  { UCH_REASON_FAILED, "no_access", NC_ ("reason", "no access") },
  { UCH_REASON_FAILED, "refused", NC_ ("reason", "the client refused") },
  { UCH_REASON_FAILED, "wrong_address", NC_ ("reason", "wrong address") },
  { UCH_REASON_FAILED, "rescheduled_by_client", NC_ ("reason", "the client moved the time") },
  { UCH_REASON_MISSED, "no_engineer", NC_ ("reason", "no engineer was free") },
  { UCH_REASON_MISSED, "previous_overran", NC_ ("reason", "the visit before took longer") },
  { UCH_REASON_MISSED, "transport", NC_ ("reason", "no transport") },
  { UCH_REASON_MISSED, "overload", NC_ ("reason", "too much work") },
  { UCH_REASON_CANCEL, "client_cancelled", NC_ ("reason", "the client cancelled") },
  { UCH_REASON_CANCEL, "solved_itself", NC_ ("reason", "it went away by itself") },
  { UCH_REASON_CANCEL, "duplicate", NC_ ("reason", "duplicate") },
  { UCH_REASON_CANCEL, "no_technical_possibility", NC_ ("reason", "technically not possible") },
  { UCH_REASON_CANCEL, "not_our_equipment", NC_ ("reason", "not our equipment") },
  { UCH_REASON_CANCEL, "spam", NC_ ("reason", "spam") },
  { UCH_REASON_CANCEL, "moved_by_us", NC_ ("reason", "we moved the time") },
  { UCH_REASON_CANCEL, "moved_by_client", NC_ ("reason", "the client moved the time") },
  { UCH_REASON_CANCEL, "created_by_mistake", NC_ ("reason", "made by mistake") },
  { UCH_REASON_REOPEN, "same_symptom", NC_ ("reason", "the same fault again") },
  { UCH_REASON_REOPEN, "other_symptom", NC_ ("reason", "another fault") },
  { UCH_REASON_REOPEN, "not_satisfied", NC_ ("reason", "the client is not satisfied") },
  { UCH_REASON_REOPEN, "unfinished_work", NC_ ("reason", "the work was not finished") },
  { UCH_REASON_RESOLUTION, "settings", NC_ ("reason", "settings") },
  { UCH_REASON_RESOLUTION, "router_reboot", NC_ ("reason", "router restarted") },
  { UCH_REASON_RESOLUTION, "router_replaced", NC_ ("reason", "router replaced") },
  { UCH_REASON_RESOLUTION, "cable", NC_ ("reason", "cable") },
  { UCH_REASON_RESOLUTION, "patch_panel", NC_ ("reason", "patch panel") },
  { UCH_REASON_RESOLUTION, "switch_port", NC_ ("reason", "switch port") },
  { UCH_REASON_RESOLUTION, "tv_box", NC_ ("reason", "TV box") },
  { UCH_REASON_RESOLUTION, "wifi_channel", NC_ ("reason", "Wi-Fi channel") },
  { UCH_REASON_RESOLUTION, "billing", NC_ ("reason", "bill") },
  { UCH_REASON_RESOLUTION, "other_provider_fault", NC_ ("reason", "fault of another provider") },
  { UCH_REASON_RESOLUTION, "taught_client", NC_ ("reason", "the client was shown how") },
  { UCH_REASON_RESOLUTION, "no_fault_found", NC_ ("reason", "no fault found") },
};

static const struct
{
  UchRefusal  refusal;
  const char *text;
} refusal_texts[] = {
  { UCH_REFUSAL_CHANGED, N_ ("A colleague has changed it meanwhile.") },
  { UCH_REFUSAL_ACTED_SINCE, N_ ("It can't be undone: somebody has acted on it since.") },
  { UCH_REFUSAL_NOT_ALLOWED, N_ ("Your role does not allow this.") },
  { UCH_REFUSAL_ILLEGAL_STEP, N_ ("This step is not possible in its present state.") },
  { UCH_REFUSAL_UNKNOWN_ROW, N_ ("It does not exist any more.") },
  { UCH_REFUSAL_UNKNOWN_OPERATION,
    N_ ("The store does not know this act: its version is too old.") },
  { UCH_REFUSAL_UNKNOWN_ARGUMENT,
    N_ ("The store does not know a part of this act: its version is too old.") },
  { UCH_REFUSAL_MISSING_ARGUMENT, N_ ("Something that is needed was not filled in.") },
  { UCH_REFUSAL_BAD_ARGUMENT, N_ ("A value is not right.") },
  { UCH_REFUSAL_TOO_LONG, N_ ("A text is too long.") },
  { UCH_REFUSAL_EXISTS, N_ ("There is one like this already.") },
  { UCH_REFUSAL_NOT_ENGINEER, N_ ("This person takes no visits.") },
  { UCH_REFUSAL_NO_CALL, N_ ("Log a call to the client first: a failed visit needs one.") },
  { UCH_REFUSAL_TOO_LATE, N_ ("The time for it has passed.") },
  { UCH_REFUSAL_IN_USE, N_ ("It is in use: others refer to it.") },
  { UCH_REFUSAL_NOT_UNDOABLE, N_ ("This can't be undone.") },
};

/* What the forms call these fields; others are not named to a person. */
static const struct
{
  const char *name;
  const char *label;
} field_labels[] = {
  { "access", NC_ ("field", "access") },
  { "access_holder", NC_ ("field", "who has the keys") },
  { "access_phone", NC_ ("field", "phone of who has the keys") },
  { "addition", NC_ ("field", "building") },
  { "address", NC_ ("field", "address") },
  { "agreed_from", NC_ ("field", "agreed time") },
  { "agreed_to", NC_ ("field", "agreed time") },
  { "apartment", NC_ ("field", "apartment") },
  { "apartment_from", NC_ ("field", "first apartment") },
  { "apartment_to", NC_ ("field", "last apartment") },
  { "apartments", NC_ ("field", "apartments") },
  { "category", NC_ ("field", "category") },
  { "centre_id", NC_ ("field", "service centre") },
  { "city", NC_ ("field", "city") },
  { "client_id", NC_ ("field", "client") },
  { "client_name", NC_ ("field", "client's name") },
  { "color", NC_ ("field", "colour") },
  { "company_id", NC_ ("field", "management company") },
  { "contract", NC_ ("field", "contract") },
  { "description", NC_ ("field", "description") },
  { "engineer_id", NC_ ("field", "engineer") },
  { "entrance", NC_ ("field", "entrance") },
  { "entrances", NC_ ("field", "entrances") },
  { "floor", NC_ ("field", "floor") },
  { "floors", NC_ ("field", "floors") },
  { "house_id", NC_ ("field", "house") },
  { "inn", NC_ ("field", "INN") },
  { "intercom", NC_ ("field", "intercom") },
  { "latitude", NC_ ("field", "latitude") },
  { "longitude", NC_ ("field", "longitude") },
  { "linked_id", NC_ ("field", "linked ticket") },
  { "name", NC_ ("field", "name") },
  { "note", NC_ ("field", "note") },
  { "number", NC_ ("field", "number") },
  { "outline", NC_ ("field", "outline") },
  { "phone", NC_ ("field", "phone") },
  { "phone_raw", NC_ ("field", "phone") },
  { "phones", NC_ ("field", "phones") },
  { "priority", NC_ ("field", "priority") },
  { "reason", NC_ ("field", "reason") },
  { "resolution", NC_ ("field", "resolution") },
  { "resolution_code", NC_ ("field", "resolution") },
  { "role", NC_ ("field", "role") },
  { "skills", NC_ ("field", "skills") },
  { "source", NC_ ("field", "source") },
  { "street", NC_ ("field", "street") },
  { "text", NC_ ("field", "text") },
  { "wake_at", NC_ ("field", "until when") },
  { "zone_id", NC_ ("field", "zone") },
  { "zones", NC_ ("field", "zones") },
};

/**
 * uch_format_reason:
 * @replica: (nullable): NULL: as the program itself calls it
 * @code: (nullable)
 *
 * Returns: (transfer full): as the head named it, else the program's own word, else the code
 */
char *
uch_format_reason (UchReplica *replica, UchReasonKind kind, const char *code)
{
  g_autofree char *id = NULL;
  const UchReason *reason = NULL;

  if (code == NULL)
    return g_strdup ("");
  id = g_strdup_printf ("%s.%s", uch_reason_kind_nicks[kind], code);
  if (replica != NULL)
    reason = uch_replica_peek (replica, UCH_TABLE_REASON, id);
  if (reason != NULL && reason->name != NULL)
    return g_strdup (reason->name);
  for (guint i = 0; i < G_N_ELEMENTS (reason_names); i++)
    if (reason_names[i].kind == kind && g_str_equal (reason_names[i].code, code))
      return g_strdup (g_dpgettext2 (NULL, "reason", reason_names[i].name));
  return g_strdup (code);
}

/**
 * uch_format_staff:
 * @staff_id: (nullable): NULL: the store itself
 *
 * Returns: (transfer full): "Фамилия И. О."; "store"; "somebody" who is not in the register
 */
char *
uch_format_staff (UchReplica *replica, const char *staff_id)
{
  const UchStaff *staff = NULL;

  if (staff_id == NULL)
    return g_strdup (C_ ("who", "store"));
  staff = replica != NULL ? uch_replica_peek (replica, UCH_TABLE_STAFF, staff_id) : NULL;
  return staff != NULL ? uch_staff_dup_short_name (staff) : g_strdup (C_ ("who", "somebody"));
}

/**
 * uch_format_field:
 * @name: (nullable): a field or argument
 *
 * Returns: (nullable): what forms call it; NULL when it is not for people; static
 */
const char *
uch_format_field (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (field_labels); i++)
    if (g_strcmp0 (field_labels[i].name, name) == 0)
      return g_dpgettext2 (NULL, "field", field_labels[i].label);
  return NULL;
}

/* A visit that somebody else gave away: the one conflict that dispatchers meet daily. */
static char *
format_taken (UchReplica *replica, const UchVisit *visit)
{
  g_autofree char *engineer = uch_format_staff (replica, visit->engineer_id);
  g_autofree char *who = uch_format_staff (replica, visit->assigned_by);
  g_autofree char *when = uch_format_day_time (visit->assigned_at, g_get_real_time () / 1000);

  /* Translators: engineer; who assigned it; when */
  return g_strdup_printf (_ ("Already assigned to %s (%s, %s)."), engineer, who, when);
}

/**
 * uch_format_refusal:
 * @replica: (nullable): for the names of people
 * @field: (nullable): the argument it is about
 * @current: (nullable): the row as it stands now
 *
 * Returns: (transfer full): why not, a whole sentence
 */
char *
uch_format_refusal (UchReplica *replica, UchRefusal refusal, const char *field, UchEntity *current)
{
  const char *label = uch_format_field (field);

  if (refusal == UCH_REFUSAL_CHANGED && current != NULL
      && current->schema->table == UCH_TABLE_VISIT)
    {
      const UchVisit *visit = (const UchVisit *) current;

      if (visit->engineer_id != NULL)
        return format_taken (replica, visit);
      return g_strdup_printf (_ ("A colleague has changed the visit: %s."),
                              uch_format_visit_state (visit->state));
    }
  if (refusal == UCH_REFUSAL_CHANGED && current != NULL
      && current->schema->table == UCH_TABLE_TICKET)
    return g_strdup_printf (_ ("A colleague has changed the ticket: %s."),
                            uch_format_ticket_state (((const UchTicket *) current)->state));
  for (guint i = 0; i < G_N_ELEMENTS (refusal_texts); i++)
    if (refusal_texts[i].refusal == refusal)
      return label != NULL ? g_strdup_printf ("%s (%s)", _ (refusal_texts[i].text), label)
                           : g_strdup (_ (refusal_texts[i].text));
  return g_strdup (_ ("Refused."));
}
