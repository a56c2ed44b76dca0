/* What the statistics count: tickets and visits as short plain rows, without names or addresses.
 *
 * Filled once (zones, staff and houses, then tickets, then visits, then uch_facts_finish()), then
 * only read: from then on any thread may ask. */
#pragma once

#include "core/uch-people.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

#define UCH_FACT_NONE G_MAXUINT16 /* no zone, no engineer */

typedef struct
{
  const char *id;    /* owned by the facts */
  guint64     place; /* house and apartment as one number; 0: no apartment, never "the same" */
  UchTime     created_at, first_contact_at, resolved_at;
  UchTime     repeated_at; /* the next ticket of this place and family after it was resolved */
  guint32     first_visit, n_visits; /* among the facts' visits */
  guint16  zone, engineer; /* the engineer of the last visit that took place, or the praised one */
  guint8   category, family, state, resolution, source_is_alert;
  guint8   reopen_count;
  gboolean is_impossible; /* ended because there was no technical possibility */
} UchTicketFact;

typedef struct
{
  guint32 ticket;
  guint32 house; /* among the facts' houses; G_MAXUINT32: unknown */
  guint16 zone, engineer;
  guint8  state, promise; /* UchPromise at the moment of loading */
  guint8  is_confirmed;   /* a position confirmed the arrival */
  guint8  is_agreed;      /* a time was agreed */
  UchTime start_at, departed_at, arrived_at, ended_at;
} UchVisitFact;

/* A zone or a member of staff: what a chart calls it. */
typedef struct
{
  char         *id, *name;
  gint64        number;     /* of a zone */
  char         *color;      /* of a zone; nullable */
  UchEmployment employment; /* of staff */
  UchRole       role;
  guint16       zone; /* of staff: the first home zone */
  gboolean      dismissed;
} UchFactName;

typedef struct _UchFacts UchFacts;

UchFacts *uch_facts_new (GTimeZone *zone, UchTime now);
UchFacts *uch_facts_ref (UchFacts *self);
void      uch_facts_unref (UchFacts *self);
void      uch_facts_add_zone (UchFacts *self, const UchZone *zone);
void      uch_facts_add_staff (UchFacts *self, const UchStaff *staff);
void      uch_facts_add_house (UchFacts *self, const UchHouse *house);
void      uch_facts_add_ticket (UchFacts *self, const UchTicket *ticket);
void      uch_facts_add_visit (UchFacts *self, const UchVisit *visit);
void      uch_facts_finish (UchFacts *self);

UchTime              uch_facts_get_now (const UchFacts *self);
const UchTicketFact *uch_facts_list_tickets (const UchFacts *self, guint *out_n);
const UchVisitFact  *uch_facts_list_visits (const UchFacts *self, guint *out_n);
guint                uch_facts_get_n_zones (const UchFacts *self);
const UchFactName   *uch_facts_get_zone (const UchFacts *self, guint index);
guint                uch_facts_get_n_staff (const UchFacts *self);
const UchFactName   *uch_facts_get_staff (const UchFacts *self, guint index);
double               uch_facts_get_distance_m (const UchFacts *self, guint32 from, guint32 to);

/* The office's own calendar. */
gint64  uch_facts_get_local (const UchFacts *self, UchTime at);
gint64  uch_facts_get_day (const UchFacts *self, UchTime at);
UchTime uch_facts_get_day_start (const UchFacts *self, gint64 day);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchFacts, uch_facts_unref)

G_END_DECLS
