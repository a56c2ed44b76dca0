/* Which steps the two state machines offer to this person now, and which one comes next. */
#pragma once

#include "core/uch-people.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

const char *
uch_ticket_steps_find_next (const UchTicket *ticket, const UchVisit *visit, UchRole role);
GPtrArray  *uch_ticket_steps_list (const UchTicket *ticket, const UchVisit *visit, UchRole role);
const char *uch_ticket_steps_name (const char *command);

G_END_DECLS
