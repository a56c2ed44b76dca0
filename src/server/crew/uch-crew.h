/* The crew: engineers and a dispatcher of a demo town, each a client of a running store. */
#pragma once

#include "roads/uch-roads.h"
#include "server/crew/uch-crew-life.h"
#include "server/crew/uch-crew-line.h"

G_BEGIN_DECLS

typedef struct
{
  char *login, *password;
} UchCrewLogin;

typedef struct
{
  const char   *address, *fingerprint; /* fingerprint (nullable) */
  GPtrArray    *engineers;             /* of UchCrewLogin */
  UchCrewLogin *dispatcher;            /* (nullable) */
  guint         tickets_per_day;
  gboolean      dispatches;
  guint32       seed;
  double        speed;
  double        losses_percent;
  UchRoads     *roads;  /* (nullable): the demo town's own streets */
  gint64        for_ms; /* 0: until it is told to stop */
  UchCrewIdFunc make_id;
} UchCrewOptions;

typedef struct _UchCrew UchCrew;

UchCrew *uch_crew_new (const UchCrewOptions *options, GError **error);
void     uch_crew_free (UchCrew *self);
gboolean uch_crew_run (UchCrew *self, GCallback ready, gpointer user_data, GError **error);
const UchCrewTally *uch_crew_get_tally (UchCrew *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrew, uch_crew_free)

G_END_DECLS
