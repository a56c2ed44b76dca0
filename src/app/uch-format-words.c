#define G_LOG_DOMAIN "uch-app"

#include "app/uch-format.h"

#include <glib/gi18n.h>

/* In the order of the enumerations; a test proves that none is missing. */
static const char *const ticket_states[UCH_N_TICKET_STATES] = {
  NC_ ("ticket state", "New"),      NC_ ("ticket state", "In work"),
  NC_ ("ticket state", "On hold"),  NC_ ("ticket state", "Resolved"),
  NC_ ("ticket state", "Closed"),   NC_ ("ticket state", "Cancelled"),
  NC_ ("ticket state", "Rejected"),
};

static const char *const visit_states[UCH_N_VISIT_STATES] = {
  NC_ ("visit state", "Time agreed"),
  NC_ ("visit state", "Assigned"),
  NC_ ("visit state", "Accepted"),
  NC_ ("visit state", "En route"),
  NC_ ("visit state", "On site"),
  NC_ ("visit state", "Done"),
  NC_ ("visit state", "Another visit needed"),
  NC_ ("visit state", "Failed by the client"),
  NC_ ("visit state", "Missed by us"),
  NC_ ("visit state", "Cancelled"),
};

static const struct
{
  const char *code;
  const char *name;
} category_names[] = {
  { "connect.new", NC_ ("category", "Connection") },
  { "connect.return", NC_ ("category", "Reconnection") },
  { "connect.extra", NC_ ("category", "Additional connection") },
  { "support.no_access", NC_ ("category", "No internet") },
  { "support.slow", NC_ ("category", "Slow internet") },
  { "support.tv", NC_ ("category", "Television") },
  { "support.voip", NC_ ("category", "Calls over the internet") },
  { "support.wifi", NC_ ("category", "Wi-Fi") },
  { "support.settings", NC_ ("category", "Settings") },
  { "support.lan", NC_ ("category", "Cable in the flat") },
  { "support.billing", NC_ ("category", "Bill") },
  { "thanks", NC_ ("category", "Thanks") },
  { "mc.access", NC_ ("category", "Access with the management company") },
  { "mc.riser", NC_ ("category", "Riser with the management company") },
  { "mc.info", NC_ ("category", "Question to the management company") },
  { "proactive.cpe", NC_ ("category", "Client's equipment (alert)") },
  { "proactive.port", NC_ ("category", "Switch port (alert)") },
  { "incident.house", NC_ ("category", "Outage in the house") },
};

static const char *const role_names[UCH_N_ROLES] = {
  NC_ ("role", "Dispatcher"), NC_ ("role", "Head of service"), NC_ ("role", "Clerk"),
  NC_ ("role", "Engineer"),   NC_ ("role", "Administrator"),   NC_ ("role", "Machine"),
  NC_ ("role", "Store"),
};

static const char *const priority_names[] = {
  NC_ ("priority", "Normal"),
  NC_ ("priority", "High"),
  NC_ ("priority", "Urgent"),
};

static const char *const resolution_names[] = {
  NC_ ("resolution", "Not resolved"),  NC_ ("resolution", "On site"),
  NC_ ("resolution", "Remotely"),      NC_ ("resolution", "By phone"),
  NC_ ("resolution", "By the client"), NC_ ("resolution", "In the network"),
};

static const char *const call_outcome_names[] = {
  NC_ ("call", "Talked"),       NC_ ("call", "No answer"), NC_ ("call", "Busy"),
  NC_ ("call", "Wrong number"), NC_ ("call", "Call back"), NC_ ("call", "Refused to talk"),
};

static const char *const followup_outcome_names[] = {
  "",
  NC_ ("call", "No answer"),
  NC_ ("call", "Busy"),
  NC_ ("call", "Wrong number"),
  NC_ ("call", "Call back"),
  NC_ ("call", "Refused to talk"),
  NC_ ("call", "Asked not to be called"),
  NC_ ("call", "Satisfied"),
  NC_ ("call", "Partly satisfied"),
  NC_ ("call", "Not satisfied"),
  NC_ ("call", "New request"),
  NC_ ("call", "Thanks"),
};

static const char *const followup_kind_names[] = {
  NC_ ("followup", "How the engineer did"),
  NC_ ("followup", "A week later"),
  NC_ ("followup", "A month later"),
};

static const char *const employment_names[] = {
  NC_ ("employment", "Staff"),
  NC_ ("employment", "Helper"),
  NC_ ("employment", "Contractor"),
};

static const char *const forbidden_texts[] = {
  [UCH_FORBIDDEN_NOTHING] = "",
  [UCH_FORBIDDEN_NOT_ENGINEER] = N_ ("Takes no visits"),
  [UCH_FORBIDDEN_DISMISSED] = N_ ("No longer works here"),
  [UCH_FORBIDDEN_TICKET_CLOSED] = N_ ("The ticket is closed"),
  [UCH_FORBIDDEN_UNDER_WAY] = N_ ("An engineer is already on the way or on site"),
  [UCH_FORBIDDEN_SAME] = N_ ("Already has this ticket"),
  [UCH_FORBIDDEN_NO_VISIT] = N_ ("This ticket needs no visit"),
};

static const char *const promise_classes[] = {
  [UCH_PROMISE_NONE] = NULL,
  [UCH_PROMISE_WAITING] = "promise-none",
  [UCH_PROMISE_RUNNING] = NULL,
  [UCH_PROMISE_YELLOW] = "promise-yellow",
  [UCH_PROMISE_ORANGE] = "promise-orange",
  [UCH_PROMISE_RED] = "promise-red",
  [UCH_PROMISE_KEPT] = "promise-none",
  [UCH_PROMISE_BROKEN] = "promise-broken",
  [UCH_PROMISE_EXEMPT] = "promise-none",
};

/* Okabe and Ito's colours, which people who see colours differently can tell apart. */
static const char *const zone_colors[]
    = { "#0072b2", "#009e73", "#e69f00", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442" };
/* How far a zone's colour goes towards white on a dark ground. */
#define DARK_LIGHTENING 0.15f

static const char *
say (const char *const *words, guint n_words, guint index, const char *context)
{
  g_return_val_if_fail (index < n_words, "");
  return g_dpgettext2 (NULL, context, words[index]);
}

/**
 * uch_format_ticket_state:
 *
 * Returns: the word of its chip; static
 */
const char *
uch_format_ticket_state (UchTicketState state)
{
  return say (ticket_states, G_N_ELEMENTS (ticket_states), state, "ticket state");
}

/**
 * uch_format_visit_state:
 *
 * Returns: the word of its chip; static
 */
const char *
uch_format_visit_state (UchVisitState state)
{
  return say (visit_states, G_N_ELEMENTS (visit_states), state, "visit state");
}

/**
 * uch_format_chip:
 * @visit: (nullable): the open visit of the ticket, or its last one
 *
 * One word for both machines: while the ticket is being worked on, the visit tells more. A visit
 * without an agreed time says nothing yet, and a cancelled one nothing any more.
 *
 * Returns: static
 */
const char *
uch_format_chip (const UchTicket *ticket, const UchVisit *visit)
{
  gboolean worked_on = ticket->state == UCH_TICKET_NEW || ticket->state == UCH_TICKET_IN_WORK;

  if (visit == NULL || !worked_on || visit->state == UCH_VISIT_CANCELLED
      || (visit->state == UCH_VISIT_PLANNED && visit->mode == UCH_VISIT_MODE_NONE))
    return uch_format_ticket_state (ticket->state);
  return uch_format_visit_state (visit->state);
}

/**
 * uch_format_category:
 * @code: (nullable)
 *
 * Returns: its name; a code that this program does not know is shown as it is
 */
const char *
uch_format_category (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (category_names); i++)
    if (g_strcmp0 (category_names[i].code, code) == 0)
      return g_dpgettext2 (NULL, "category", category_names[i].name);
  return code != NULL ? code : "";
}

/**
 * uch_format_role:
 *
 * Returns: static
 */
const char *
uch_format_role (UchRole role)
{
  return say (role_names, G_N_ELEMENTS (role_names), role, "role");
}

/**
 * uch_format_priority:
 *
 * Returns: static
 */
const char *
uch_format_priority (UchPriority priority)
{
  return say (priority_names, G_N_ELEMENTS (priority_names), priority, "priority");
}

/**
 * uch_format_resolution:
 *
 * Returns: how it was resolved; static
 */
const char *
uch_format_resolution (UchResolution resolution)
{
  return say (resolution_names, G_N_ELEMENTS (resolution_names), resolution, "resolution");
}

/**
 * uch_format_call_outcome:
 *
 * Returns: static
 */
const char *
uch_format_call_outcome (UchCallOutcome outcome)
{
  return say (call_outcome_names, G_N_ELEMENTS (call_outcome_names), outcome, "call");
}

/**
 * uch_format_followup_outcome:
 *
 * Returns: static
 */
const char *
uch_format_followup_outcome (UchFollowupOutcome outcome)
{
  if (outcome == UCH_FOLLOWUP_NONE)
    return "";
  return say (followup_outcome_names, G_N_ELEMENTS (followup_outcome_names), outcome, "call");
}

/**
 * uch_format_followup_kind:
 *
 * Returns: static
 */
const char *
uch_format_followup_kind (UchFollowupKind kind)
{
  return say (followup_kind_names, G_N_ELEMENTS (followup_kind_names), kind, "followup");
}

/**
 * uch_format_employment:
 *
 * Returns: static
 */
const char *
uch_format_employment (UchEmployment employment)
{
  return say (employment_names, G_N_ELEMENTS (employment_names), employment, "employment");
}

/**
 * uch_format_warning:
 * @warning: one flag
 *
 * Returns: what a person should know before assigning; static
 */
const char *
uch_format_warning (UchWarnings warning)
{
  switch (warning)
    {
    case UCH_WARNING_WRONG_ZONE:
      return C_ ("warning", "another zone");
    case UCH_WARNING_MISSING_SKILL:
      return C_ ("warning", "lacks the skill");
    case UCH_WARNING_OFF_SHIFT:
      return C_ ("warning", "not on shift");
    case UCH_WARNING_OVERLAP:
      return C_ ("warning", "has another visit at that time");
    case UCH_WARNING_FAR:
      return C_ ("warning", "far away");
    default:
      g_return_val_if_reached ("");
    }
}

/**
 * uch_format_forbidden:
 *
 * Returns: why a person can't be given a ticket; empty when nothing forbids it; static
 */
const char *
uch_format_forbidden (UchForbidden forbidden)
{
  g_return_val_if_fail ((guint) forbidden < G_N_ELEMENTS (forbidden_texts), "");
  return *forbidden_texts[forbidden] != '\0' ? _ (forbidden_texts[forbidden]) : "";
}

/**
 * uch_promise_css_class:
 *
 * Returns: (nullable): the style class of the clock; NULL: as any text
 */
const char *
uch_promise_css_class (UchPromise promise)
{
  g_return_val_if_fail ((guint) promise < G_N_ELEMENTS (promise_classes), NULL);
  return promise_classes[promise];
}

/**
 * uch_zone_get_rgba:
 * @zone: (nullable): NULL, as for a house outside every zone, is grey
 * @dark: whether it will stand on a dark ground
 *
 * The zone's own colour, or the palette's of its number.
 */
void
uch_zone_get_rgba (const UchZone *zone, gboolean dark, GdkRGBA *out_rgba)
{
  if (zone == NULL)
    gdk_rgba_parse (out_rgba, "#8c8c8c");
  else if (zone->color == NULL || !gdk_rgba_parse (out_rgba, zone->color))
    gdk_rgba_parse (out_rgba,
                    zone_colors[(guint64) MAX (zone->number - 1, 0) % G_N_ELEMENTS (zone_colors)]);
  if (!dark)
    return;
  out_rgba->red += (1 - out_rgba->red) * DARK_LIGHTENING;
  out_rgba->green += (1 - out_rgba->green) * DARK_LIGHTENING;
  out_rgba->blue += (1 - out_rgba->blue) * DARK_LIGHTENING;
}
