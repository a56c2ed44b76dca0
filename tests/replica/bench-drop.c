/* desk.drop: from the assignment to the row shown, and to another desk showing it over HTTPS; with
 * a real store process. */
#include <stdio.h>
#include <stdlib.h>

#include "replica/rig.h"

#define N 200

typedef struct
{
  Desk       *desk;
  const char *ticket_id, *engineer_id;
} Shown;

static gboolean
is_shown (gpointer data)
{
  Shown     *shown = data;
  UchTicket *ticket = uch_replica_peek (shown->desk->replica, UCH_TABLE_TICKET, shown->ticket_id);
  UchVisit  *visit
      = ticket != NULL ? uch_replica_peek_visit_of (shown->desk->replica, ticket) : NULL;

  return visit != NULL && g_strcmp0 (visit->engineer_id, shown->engineer_id) == 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static void
print (const char *name, double *times, guint n)
{
  qsort (times, n, sizeof *times, compare);
  printf ("bench: %s %.2f ms\n", name, times[n * 99 / 100]);
  printf ("bench: %s.median %.2f ms\n", name, times[n / 2]);
}

static Desk *
desk_up (Rig *rig, const char *login)
{
  Desk *desk = desk_new (rig, login);

  desk_open (desk);
  desk_sign_in (desk);
  desk_start (desk);
  return desk;
}

static gboolean
is_settled (gpointer desk)
{
  return rig_property (((Desk *) desk)->replica, "n-waiting") == 0;
}

static gboolean
pause_is_over (gpointer until)
{
  return g_get_monotonic_time () > *(gint64 *) until;
}

int
main (void)
{
  Rig             *rig = rig_new ();
  Desk            *first = desk_up (rig, "dispatcher-1"), *second = desk_up (rig, "dispatcher-2");
  double           here[N], there[N];
  g_autofree char *id = g_strdup (UCH_ENTITY (desk_pick (first, NULL, FALSE))->id);

  for (guint i = 0; i < N; i++)
    {
      UchStaff   *engineer = desk_pick_engineer (first, i % 5);
      UchTicket  *ticket = desk_pick (first, id, FALSE);
      UchCommand *command = desk_make_assign (first, ticket, engineer);
      Shown       shown = { second, id, UCH_ENTITY (engineer)->id };
      gint64      begin_us = g_get_monotonic_time (), pause_us;

      uch_outcome_free (desk_submit (first, command));
      here[i] = (double) (g_get_monotonic_time () - begin_us) / 1000;
      rig_wait (is_shown, &shown, "the other desk");
      there[i] = (double) (g_get_monotonic_time () - begin_us) / 1000;
      rig_wait (is_settled, first, "an empty outbox");
      /* Nobody drags more often; and the store lets nobody ask without end. */
      pause_us = g_get_monotonic_time () + 150000;
      rig_wait (pause_is_over, &pause_us, "a pause");
    }
  print ("desk.drop.store", here, N);
  print ("desk.drop.other", there, N);
  desk_free (first);
  desk_free (second);
  rig_free (rig);
  return 0;
}
