/* Made-up working days in a town, for trying ways of dispatching: who calls when, what he wants,
 * how long it really takes, who is ill. */
#pragma once

#include <glib.h>

#include "plan/uch-plan.h"

G_BEGIN_DECLS

#define FIELD_ZONES 5

typedef struct
{
  double latitude, longitude;
  int    zone;
} FieldPlace;

/* Houses and service centres, and what driving between them takes. */
typedef struct
{
  GArray  *houses, *centres; /* of FieldPlace */
  gpointer matrix;           /* (nullable): UchRoadMatrix: houses, then centres */
  gboolean is_real;
} FieldTown;

typedef struct
{
  guint        house; /* of the town */
  gint32       calls_s;
  gint32       cancelled_s; /* the client changes his mind then; 0: he does not */
  gboolean     now;         /* "come now" */
  gint32       really_s;    /* what the work takes; visit.duration_s is what is expected */
  UchPlanVisit visit;       /* place: its own number */
} FieldTicket;

typedef struct
{
  guint        n_tickets, n_engineers;
  FieldTicket *tickets;
  /* place: behind those of the tickets */
  UchPlanEngineer *engineers;
  gint32          *starts_s; /* of the shifts */
  gint32          *travel_s; /* between all places of the day */
} FieldDay;

FieldTown *field_town_load (void);
void       field_town_free (FieldTown *town);
FieldDay  *field_day_make (FieldTown *town, guint32 seed, guint n_tickets);
void       field_day_free (FieldDay *day);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FieldTown, field_town_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FieldDay, field_day_free)

G_END_DECLS
