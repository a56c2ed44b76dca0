/* Who should take a ticket: everybody, the best first, with when he is there and how surely. */
#pragma once

#include "app/board/uch-assign.h"
#include "plan/uch-dispatch.h"

G_BEGIN_DECLS

typedef struct _UchRanking UchRanking;

UchRanking *uch_ranking_new (UchSession *session, UchTicket *ticket);
UchRanking *uch_ranking_new_of (UchSession *session, const char *const *ticket_ids);
void        uch_ranking_free (UchRanking *self);
void        uch_ranking_fill (UchRanking *self, const char *staff_id, UchAssignMeaning *meaning);
char *uch_ranking_describe_best (UchSession *session, const UchHouse *house, const char *category);
char *uch_ranking_describe (const UchAssignMeaning *meaning);
char *uch_ranking_explain (UchSession *session, const UchAssignMeaning *meaning);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRanking, uch_ranking_free)

G_END_DECLS
