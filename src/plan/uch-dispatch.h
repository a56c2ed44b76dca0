/* The office at this moment as a problem of the planner, and its answers in the office's words. */
#pragma once

#include "core/uch-people.h"
#include "core/uch-snapshot.h"
#include "core/uch-work.h"
#include "plan/uch-plan-rank.h"
#include "roads/uch-travel.h"

G_BEGIN_DECLS

/* Where somebody was last seen. */
typedef struct
{
  const char *staff_id;
  double      latitude, longitude;
  UchTime     at;
} UchDispatchPosition;

typedef struct
{
  UchSnapshot               *snapshot; /* for houses, tickets, shifts, centres */
  GPtrArray                 *staff;    /* of UchStaff: engineers are taken */
  GPtrArray                 *visits;   /* of UchVisit: the current ones */
  const UchDispatchPosition *positions;
  guint                      n_positions;
  UchTime                    now;
} UchDispatchInput;

/* One engineer for one visit. */
typedef struct
{
  char    *staff_id;   /* (owned) */
  UchTime  arrives_at; /* as expected */
  double   in_time;    /* probability of keeping the promise, 0 to 1; −1: there is none to keep */
  gint64   extra_drive_ms;
  gboolean estimated;     /* the way is a rule of thumb, not by road */
  gboolean free_now;      /* he can set out at once */
  char    *hurt_visit_id; /* (owned) (nullable): who suffers most */
  gint64   hurt_ms;       /* how much later than promised that one becomes */
  guint    n_hurt;
} UchDispatchOffer;

typedef struct _UchDispatch UchDispatch;

UchDispatch *uch_dispatch_new (const UchDispatchInput *input,
                               const UchTicket        *ticket,
                               UchTravel              *travel,
                               GCancellable           *cancellable,
                               GError                **error);
void         uch_dispatch_free (UchDispatch *self);
GPtrArray   *uch_dispatch_rank (UchDispatch *self, GError **error);
void         uch_dispatch_offer_free (UchDispatchOffer *offer);
gint64       uch_dispatch_get_duration_ms (const char *category);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchDispatch, uch_dispatch_free)

G_END_DECLS
