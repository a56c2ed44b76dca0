/* What the store does by itself when a clock runs out. */
#pragma once

#include "core/uch-command.h"
#include "core/uch-followup.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

/* The limits that decide holds the store to, and by which the store finds what is due. Source: the
 * office's rules. */
#define UCH_TICKET_CLOSE_AFTER_MS (14 * UCH_DAY_MS)    /* after it was resolved */
#define UCH_VISIT_MISSED_AFTER_MS (60 * UCH_MINUTE_MS) /* after it was due */
/* Work done longer ago came from elsewhere, or from before this program. */
#define UCH_FOLLOWUP_MAKE_WITHIN_MS (14 * UCH_DAY_MS)

UchCommand *uch_clockwork_consider_ticket (const UchTicket *ticket, UchTime now, const char *id);
UchCommand *uch_clockwork_consider_visit (const UchVisit *visit, UchTime now, const char *id);
UchCommand *uch_clockwork_consider_work (const UchTicket *ticket, UchTime now, const char *id);
UchCommand *uch_clockwork_consider_dates (const UchFollowup       *row,
                                          const UchFollowup       *week,
                                          const UchFollowupPolicy *policy,
                                          UchCalendar             *calendar,
                                          UchTime                  now,
                                          const char              *id);

G_END_DECLS
