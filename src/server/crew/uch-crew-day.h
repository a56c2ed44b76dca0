/* An engineer's day as his phone has it: what the store answered last. */
#pragma once

#include "core/uch-place.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

typedef struct
{
  char       *store; /* its name, for the next push */
  char       *me;    /* id of the engineer */
  GHashTable *rows[UCH_N_TABLES];
  GPtrArray  *shifts, *visits; /* of UchShift, UchVisit: of the rows */
  GPtrArray  *free;            /* of UchTicket: nobody has them */
} UchCrewDay;

UchCrewDay *uch_crew_day_new (void);
UchCrewDay *uch_crew_day_parse (const char *json, gsize len, GError **error);
void        uch_crew_day_free (UchCrewDay *self);
void        uch_crew_day_add (UchCrewDay *self, gpointer row);
gpointer    uch_crew_day_get (const UchCrewDay *self, UchTable table, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrewDay, uch_crew_day_free)

G_END_DECLS
