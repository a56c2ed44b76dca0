/* What a service engineer does with his day: pure, so that a test can live it in a moment. */
#pragma once

#include "core/uch-command.h"
#include "core/uch-geo.h"
#include "roads/uch-travel.h"
#include "server/crew/uch-crew-day.h"

G_BEGIN_DECLS

typedef char *(*UchCrewIdFunc) (UchTime now, gpointer user_data);

typedef struct
{
  guint32       seed;
  double        speed;   /* how many times as fast as life */
  UchTravel    *travel;  /* (unowned) */
  UchCrewIdFunc make_id; /* ids of what he does: may be random, nothing is decided by them */
  gpointer      id_data;
} UchCrewWorld;

/* What his phone tells of him. */
typedef struct
{
  UchPoint place;
  double   mps, course_deg; /* course < 0: none */
} UchCrewWhere;

typedef struct _UchCrewLife UchCrewLife;

UchCrewLife *uch_crew_life_new (const UchCrewWorld *world, const UchPoint *home);
void         uch_crew_life_free (UchCrewLife *self);
GPtrArray   *uch_crew_life_live (UchCrewLife *self, const UchCrewDay *day, UchTime now);
void         uch_crew_life_settle (UchCrewLife *self);
void         uch_crew_life_get_where (UchCrewLife *self, UchTime at, UchCrewWhere *out_where);
double       uch_crew_roll (guint32 seed, gint64 number, const char *purpose, gint64 nth);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrewLife, uch_crew_life_free)

G_END_DECLS
