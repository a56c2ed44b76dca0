/* Giving tickets to engineers: what it would mean, the question when there are warnings, the act.
 * Drop, map, keyboard and menu all come through here. */
#pragma once

#include "app/uch-session.h"
#include "core/uch-assignment.h"

G_BEGIN_DECLS

/* What it would mean if one engineer took some tickets at once. Plain value. */
typedef struct
{
  guint        n_tickets;
  guint        n_allowed;
  UchForbidden forbidden;  /* why the first one is not allowed */
  UchWarnings  warnings;   /* of all allowed ones together */
  double       distance_m; /* to the furthest; < 0 unknown */
  guint        n_visits;   /* his on that day, before */

  /* of one ticket alone, see uch-ranking.h */
  guint    rank; /* from 1, the best; 0: not known */
  UchTime  arrives_at;
  double   in_time; /* probability of keeping the promise; −1: there is none */
  gint64   extra_drive_ms;
  guint    n_hurt;
  gint64   hurt_ms;
  gboolean is_estimate;
} UchAssignMeaning;

void  uch_assign_consider (UchSession        *session,
                           const char *const *ticket_ids,
                           UchStaff          *engineer,
                           UchAssignMeaning  *out_meaning);
char *uch_assign_describe (const UchAssignMeaning *meaning);
char *uch_assign_describe_warnings (UchWarnings warnings);
int   uch_assign_compare (const UchAssignMeaning *a, const UchAssignMeaning *b);

void uch_assign_give (UchSession        *session,
                      GtkWidget         *origin,
                      const char *const *ticket_ids,
                      const char        *engineer_id);
void uch_assign_take_back (UchSession *session, GtkWidget *origin, const char *const *ticket_ids);
void uch_assign_insist (UchSession *session, GtkWidget *origin, UchRefused *refused);

G_END_DECLS
