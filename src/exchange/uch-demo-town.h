/* The demo town: a believable office of an invented town, made from a seed. */
#pragma once

#include "core/uch-entity.h"
#include "core/uch-people.h"

G_BEGIN_DECLS

#define UCH_DEMO_HOUSES_DEFAULT 400
#define UCH_DEMO_HOUSES_MAX 200000
#define UCH_DEMO_TICKETS_DEFAULT 240
#define UCH_DEMO_TICKETS_MAX 200000
#define UCH_DEMO_DAYS_MAX (10 * 366)

typedef struct
{
  guint32 seed;
  guint   n_houses;  /* 0: UCH_DEMO_HOUSES_DEFAULT */
  guint   n_tickets; /* 0: UCH_DEMO_TICKETS_DEFAULT; some 70 are of today, the others history */
  guint   n_days;    /* of history with its seasons, beside the tickets above; 0: none */
  UchTime now;       /* shifts and visits lie around it */
} UchDemoOptions;

/* @row is a new row that may be kept with g_object_ref(); its rev is UCH_DEMO_REV. */
typedef void (*UchDemoRowFunc) (UchEntity *row, gpointer user_data);

#define UCH_DEMO_REV "demo"

/* A setting of the town: "1", so that whatever is printed of it can say that it is invented. */
#define UCH_DEMO_INVENTED_SETTING "office.invented"

void
uch_demo_town_generate (const UchDemoOptions *options, UchDemoRowFunc func, gpointer user_data);
GPtrArray  *uch_demo_town_list (const UchDemoOptions *options);
const char *uch_demo_town_get_login (const UchStaff *staff);
char       *uch_demo_town_print_streets (void);

/* Who calls the office of the demo town. */
typedef struct _UchDemoCallers UchDemoCallers;

UchDemoCallers *uch_demo_callers_new (guint32 seed);
void            uch_demo_callers_free (UchDemoCallers *self);
GVariant       *uch_demo_callers_call (UchDemoCallers *self,
                                       GPtrArray      *houses,
                                       GPtrArray      *clients,
                                       GPtrArray      *engineers);
double          uch_demo_callers_wait (UchDemoCallers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchDemoCallers, uch_demo_callers_free)

G_END_DECLS
