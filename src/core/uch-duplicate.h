/* Is this the same trouble again? */
#pragma once

#include "core/uch-snapshot.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

GPtrArray *uch_duplicate_find (UchSnapshot *snapshot, const UchTicket *ticket, UchTime now);

G_END_DECLS
