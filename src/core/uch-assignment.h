/* What would it mean if this engineer took this ticket? */
#pragma once

#include "core/uch-people.h"
#include "core/uch-place.h"
#include "core/uch-snapshot.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

/* Known beforehand and accepted by a person, never silent. The nicks are the words of an event. */
typedef enum
{
  UCH_WARNING_WRONG_ZONE = 1 << 0,
  UCH_WARNING_MISSING_SKILL = 1 << 1,
  UCH_WARNING_OFF_SHIFT = 1 << 2,
  UCH_WARNING_OVERLAP = 1 << 3, /* another visit's agreed time */
  UCH_WARNING_FAR = 1 << 4,     /* further than UCH_FAR_M from where he is */
} UchWarnings;
#define UCH_N_WARNINGS 5

/* Straight-line distance that a city car hardly makes within the promise beside other work. */
#define UCH_FAR_M 8000.0

typedef enum
{
  UCH_FORBIDDEN_NOTHING,
  UCH_FORBIDDEN_NOT_ENGINEER,
  UCH_FORBIDDEN_DISMISSED,
  UCH_FORBIDDEN_TICKET_CLOSED,
  UCH_FORBIDDEN_UNDER_WAY, /* the visit's engineer drives or works already */
  UCH_FORBIDDEN_SAME,      /* it is his already */
  UCH_FORBIDDEN_NO_VISIT,  /* the category needs none: thanks */
} UchForbidden;

typedef struct
{
  UchForbidden forbidden;
  UchWarnings  warnings;
  double       distance_m;  /* from position or home centre; < 0 unknown */
  guint        n_visits;    /* open or done by him on that day */
  char        *overlaps_id; /* (owned) (nullable): the visit whose time overlaps */
} UchAssignment;

UchAssignment *uch_assignment_consider (UchSnapshot     *snapshot,
                                        const UchTicket *ticket,
                                        const UchVisit  *visit,
                                        const UchStaff  *engineer,
                                        const double    *latitude,
                                        const double    *longitude,
                                        UchTime          now);
void           uch_assignment_free (UchAssignment *self);
int            uch_assignment_compare (const UchAssignment *a, const UchAssignment *b);
const char    *uch_warning_get_nick (UchWarnings warning);
char          *uch_warnings_to_text (UchWarnings warnings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchAssignment, uch_assignment_free)

G_END_DECLS
