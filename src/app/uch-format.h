/* How things are said on the screen: dates, durations, states, reasons, events; translated. */
#pragma once

#include <gtk/gtk.h>

#include "core/uch-assignment.h"
#include "core/uch-category.h"
#include "core/uch-decide.h"
#include "core/uch-followup.h"
#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-promise.h"
#include "core/uch-work.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

char *uch_format_time (UchTime at);                  /* 14:25 */
char *uch_format_day (UchTime at, UchTime now);      /* today, tomorrow, 22 Nov */
char *uch_format_date (UchTime at, UchTime now);     /* 22 Nov */
char *uch_format_day_time (UchTime at, UchTime now); /* 14:25; tomorrow 14:25; 22 Nov 14:25 */
char *uch_format_duration (gint64 duration_ms);      /* 25 min; 1 h 05 min */
char *uch_format_window (const UchVisit *visit, UchTime now); /* now; 18:00–19:00 */
char *uch_format_clock (const UchVisit *visit, UchTime now);  /* in 12 min; 5 min late */
char *uch_format_foresight (const UchVisit *visit, UchTime arrives_at, UchTime now);
char *uch_format_number (const UchTicket *ticket); /* № 2417; "new" until the store answers */
char *uch_format_distance (double metres);
const char *uch_format_ticket_state (UchTicketState state);
const char *uch_format_visit_state (UchVisitState state);
const char *uch_format_chip (const UchTicket *ticket,
                             const UchVisit  *visit); /* the combined chip */
const char *uch_format_category (const char *code);
const char *uch_format_role (UchRole role);
const char *uch_format_priority (UchPriority priority);
const char *uch_format_resolution (UchResolution resolution);
const char *uch_format_call_outcome (UchCallOutcome outcome);
const char *uch_format_followup_outcome (UchFollowupOutcome outcome);
const char *uch_format_followup_kind (UchFollowupKind kind);
const char *uch_format_employment (UchEmployment employment);
char       *uch_format_reason (UchReplica *replica, UchReasonKind kind, const char *code);
char *uch_format_staff (UchReplica *replica, const char *staff_id); /* short name, or "store" */
const char *uch_format_field (const char *name); /* what forms call it; nullable */
const char *uch_format_act (const char *type);   /* an act as a thing: "assignment" */
const char *uch_format_warning (UchWarnings warning);
const char *uch_format_forbidden (UchForbidden forbidden);
char *
uch_format_refusal (UchReplica *replica, UchRefusal refusal, const char *field, UchEntity *current);
char *uch_format_command (UchReplica       *replica,
                          const UchCommand *command); /* "assign № 2417 to …" */
char *uch_format_stroke (UchReplica       *replica,
                         const UchCommand *act,
                         guint             n_acts); /* "assignment № 2417 → …" */
char *uch_format_event (UchReplica *replica, const UchEvent *event); /* a sentence of the history */
const char *uch_promise_css_class (UchPromise promise); /* "promise-yellow" …; NULL: none */
void        uch_zone_get_rgba (const UchZone *zone, gboolean dark, GdkRGBA *out_rgba);

G_END_DECLS
