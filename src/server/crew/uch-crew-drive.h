/* A drive: where somebody is on his way, and how his phone would tell it. */
#pragma once

#include "core/uch-geo.h"
#include "core/uch-types.h"

G_BEGIN_DECLS

typedef struct
{
  GArray *path;  /* (owned) (nullable): of UchPoint */
  GArray *along; /* (owned) (nullable): of double: metres from the beginning, beside path */
  UchTime starts_at;
  double  mps;
} UchCrewDrive;

void    uch_crew_drive_begin (UchCrewDrive *self, GArray *path, double mps, UchTime at);
void    uch_crew_drive_clear (UchCrewDrive *self);
UchTime uch_crew_drive_get_end (const UchCrewDrive *self);
void    uch_crew_drive_get_place (const UchCrewDrive *self,
                                  UchTime             at,
                                  UchPoint           *out_place,
                                  double             *out_mps,
                                  double             *out_course_deg);

G_END_DECLS
