/* What the two files of follow-up commands share. */
#pragma once

#include "core/uch-draft-private.h"

G_BEGIN_DECLS

void       uch_followup_note (UchDraft *draft, const UchFollowup *row);
GPtrArray *uch_followup_list_open (UchDraft *draft, const char *field, const char *value);
void       uch_followup_let_go (UchFollowup *row);
UchClient *uch_followup_peek_client (UchDraft *draft, const char *client_id, const char *phone);
void       uch_followup_set_dates (UchFollowup             *row,
                                   const UchFollowupDates  *dates,
                                   const UchFollowupPolicy *policy,
                                   UchCalendar             *calendar);
gboolean   uch_followup_may_call (UchDraft *draft, const UchFollowup *row);
gboolean   uch_followup_check_open (UchDraft *draft, UchFollowup *row);

G_END_DECLS
