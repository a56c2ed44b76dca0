/* What the store does by itself when a clock runs out. */
#pragma once

#include "core/uch-command.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

UchCommand *uch_clockwork_consider_ticket (const UchTicket *ticket, UchTime now, const char *id);
UchCommand *uch_clockwork_consider_visit (const UchVisit *visit, UchTime now, const char *id);

G_END_DECLS
