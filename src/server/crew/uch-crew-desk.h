/* A dispatcher: notes what clients say on the phone and gives it to engineers. */
#pragma once

#include "server/crew/uch-crew-life.h"
#include "server/crew/uch-crew-line.h"

G_BEGIN_DECLS

typedef struct
{
  const char *login, *password;
  guint       tickets_per_day; /* 0: nobody calls */
  gboolean    dispatches;
  GHashTable *present; /* (unowned): ids of the engineers who are simulated */
} UchCrewDeskOptions;

typedef struct _UchCrewDesk UchCrewDesk;

UchCrewDesk *
uch_crew_desk_new (UchCrewLine *line, const UchCrewWorld *world, const UchCrewDeskOptions *options);
void        uch_crew_desk_free (UchCrewDesk *self);
void        uch_crew_desk_tick (UchCrewDesk *self, UchTime now);
void        uch_crew_desk_sign_out (UchCrewDesk *self);
gboolean    uch_crew_desk_is_ready (UchCrewDesk *self);
const char *uch_crew_desk_get_refusal (UchCrewDesk *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrewDesk, uch_crew_desk_free)

G_END_DECLS
