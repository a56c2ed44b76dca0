#include "stats/uch-facts.h"

#include <string.h>

#include "core/uch-category.h"
#include "core/uch-geo.h"
#include "core/uch-promise.h"
#include "stats/uch-fact-map.h"

typedef struct
{
  double latitude, longitude;
} Place;

/* From when on the office's clocks differ how much from UTC. */
typedef struct
{
  UchTime from;
  gint64  offset_ms;
} Offset;

struct _UchFacts
{
  grefcount     refs;
  GTimeZone    *timezone;
  UchTime       now;
  GArray       *offsets;       /* of Offset, the oldest first */
  GArray       *tickets;       /* of UchTicketFact, by created_at once finished */
  GArray       *visits;        /* of UchVisitFact, by ticket once finished */
  GArray       *houses;        /* of Place */
  GPtrArray    *zones, *staff; /* of UchFactName */
  GStringChunk *ids;
  UchFactMap    by_ticket, by_house, by_zone, by_staff;
  gboolean      finished;
};

static void
name_free (UchFactName *name)
{
  g_free (name->id);
  g_free (name->name);
  g_free (name->color);
  g_free (name);
}

#define FIRST_OFFSET_AT                                                                            \
  G_GINT64_CONSTANT (946684800000) /* 2000: older rows are somebody's slip                         \
                                    */

/* Asked for every row, so looked up once: most offices have one or two a year, Moscow's none. */
static void
note_offsets (UchFacts *self)
{
  for (UchTime at = FIRST_OFFSET_AT; at < self->now + 400 * UCH_DAY_MS; at += 6 * UCH_HOUR_MS)
    {
      int interval = g_time_zone_find_interval (self->timezone, G_TIME_TYPE_UNIVERSAL, at / 1000);
      Offset offset = { at, g_time_zone_get_offset (self->timezone, interval) * UCH_SECOND_MS };
      guint  n = self->offsets->len;

      if (n > 0 && g_array_index (self->offsets, Offset, n - 1).offset_ms == offset.offset_ms)
        continue;
      /* the very hour of the change */
      while (n > 0)
        {
          interval = g_time_zone_find_interval (self->timezone, G_TIME_TYPE_UNIVERSAL,
                                                offset.from / 1000 - 1800);
          if (g_time_zone_get_offset (self->timezone, interval) * UCH_SECOND_MS != offset.offset_ms)
            break;
          offset.from -= 1800 * UCH_SECOND_MS;
        }
      g_array_append_val (self->offsets, offset);
    }
}

/**
 * uch_facts_new:
 * @zone: the office's time zone: hours and days are counted in it
 * @now: the moment for which the facts are true
 *
 * Returns: (transfer full): no facts yet
 */
UchFacts *
uch_facts_new (GTimeZone *zone, UchTime now)
{
  UchFacts *self = g_new0 (UchFacts, 1);

  g_ref_count_init (&self->refs);
  self->timezone = g_time_zone_ref (zone);
  self->now = now;
  self->tickets = g_array_new (FALSE, FALSE, sizeof (UchTicketFact));
  self->visits = g_array_new (FALSE, FALSE, sizeof (UchVisitFact));
  self->houses = g_array_new (FALSE, FALSE, sizeof (Place));
  self->zones = g_ptr_array_new_with_free_func ((GDestroyNotify) name_free);
  self->staff = g_ptr_array_new_with_free_func ((GDestroyNotify) name_free);
  self->ids = g_string_chunk_new (1 << 16);
  self->offsets = g_array_new (FALSE, FALSE, sizeof (Offset));
  note_offsets (self);
  return self;
}

UchFacts *
uch_facts_ref (UchFacts *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

void
uch_facts_unref (UchFacts *self)
{
  if (self == NULL || !g_ref_count_dec (&self->refs))
    return;
  g_time_zone_unref (self->timezone);
  g_array_unref (self->tickets);
  g_array_unref (self->visits);
  g_array_unref (self->houses);
  g_ptr_array_unref (self->zones);
  g_ptr_array_unref (self->staff);
  g_string_chunk_free (self->ids);
  g_array_unref (self->offsets);
  uch_fact_map_clear (&self->by_ticket);
  uch_fact_map_clear (&self->by_house);
  uch_fact_map_clear (&self->by_zone);
  uch_fact_map_clear (&self->by_staff);
  g_free (self);
}

static UchFactName *
add_name (GPtrArray *names, UchFactMap *map, const char *id)
{
  UchFactName *name = g_new0 (UchFactName, 1);
  guint32     *index = uch_fact_map_take (map, uch_fact_hash (UCH_FACT_HASH_SEED, id));

  name->id = g_strdup (id);
  name->zone = UCH_FACT_NONE;
  g_ptr_array_add (names, name);
  *index = names->len;
  return name;
}

static guint16
find_name (UchFactMap *map, const char *id)
{
  guint32 index = id != NULL && map->keys != NULL
                      ? *uch_fact_map_find (map, uch_fact_hash (UCH_FACT_HASH_SEED, id))
                      : 0;

  return index > 0 && index < UCH_FACT_NONE ? (guint16) (index - 1) : UCH_FACT_NONE;
}

/**
 * uch_facts_add_zone:
 *
 * Zones come before the staff.
 */
void
uch_facts_add_zone (UchFacts *self, const UchZone *zone)
{
  UchFactName *name = add_name (self->zones, &self->by_zone, zone->parent.id);

  name->name = g_strdup (zone->name != NULL ? zone->name : "");
  name->number = zone->number;
  name->color = g_strdup (zone->color);
}

void
uch_facts_add_staff (UchFacts *self, const UchStaff *staff)
{
  UchFactName *name = add_name (self->staff, &self->by_staff, staff->parent.id);
  g_auto (GStrv) zones = g_strsplit (staff->zones != NULL ? staff->zones : "", ",", 2);

  name->name = uch_staff_dup_short_name (staff);
  name->employment = staff->employment;
  name->role = staff->role;
  name->dismissed = staff->dismissed;
  if (zones[0] != NULL)
    name->zone = find_name (&self->by_zone, zones[0]);
}

void
uch_facts_add_house (UchFacts *self, const UchHouse *house)
{
  Place    place = { house->latitude, house->longitude };
  guint32 *index
      = uch_fact_map_take (&self->by_house, uch_fact_hash (UCH_FACT_HASH_SEED, house->parent.id));

  g_array_append_val (self->houses, place);
  *index = self->houses->len;
}

/**
 * uch_facts_add_ticket:
 * @ticket: only read; its strings may be borrowed
 *
 * Takes what is counted. Nothing that names the client is kept: house and apartment become one
 * number that only says "the same place".
 */
void
uch_facts_add_ticket (UchFacts *self, const UchTicket *ticket)
{
  const UchCategory *category = uch_category_get (ticket->category), *all;
  guint              n_categories;
  UchTicketFact      fact = { 0 };
  guint32           *index;

  g_return_if_fail (!self->finished);
  if (category == NULL)
    return; /* of a newer program: its family is not known here */
  all = uch_category_list (&n_categories);
  index
      = uch_fact_map_take (&self->by_ticket, uch_fact_hash (UCH_FACT_HASH_SEED, ticket->parent.id));
  fact.id = g_string_chunk_insert (self->ids, ticket->parent.id);
  if (ticket->house_id != NULL && ticket->apartment != NULL && *ticket->apartment != '\0')
    fact.place
        = uch_fact_hash (uch_fact_hash (UCH_FACT_HASH_SEED, ticket->house_id), ticket->apartment);
  fact.created_at = ticket->created_at;
  fact.first_contact_at = ticket->first_contact_at;
  fact.resolved_at = ticket->resolved_at;
  fact.zone = find_name (&self->by_zone, ticket->zone_id);
  fact.engineer = find_name (&self->by_staff, ticket->engineer_id);
  fact.category = (guint8) (category - all);
  fact.family = (guint8) category->family;
  fact.state = (guint8) ticket->state;
  fact.resolution = (guint8) ticket->resolution;
  fact.source_is_alert = g_strcmp0 (ticket->source, "alert") == 0;
  fact.reopen_count = (guint8) CLAMP (ticket->reopen_count, 0, G_MAXUINT8);
  fact.is_impossible
      = (ticket->state == UCH_TICKET_CANCELLED || ticket->state == UCH_TICKET_REJECTED)
        && g_strcmp0 (ticket->reason, "no_technical_possibility") == 0;
  g_array_append_val (self->tickets, fact);
  *index = self->tickets->len;
}

/**
 * uch_facts_add_visit:
 * @visit: only read; its strings may be borrowed
 *
 * After all tickets. A visit of a ticket that is not counted is left out.
 */
void
uch_facts_add_visit (UchFacts *self, const UchVisit *visit)
{
  guint32 ticket = 0, house = 0;

  if (visit->ticket_id != NULL && self->by_ticket.keys != NULL)
    ticket = *uch_fact_map_find (&self->by_ticket,
                                 uch_fact_hash (UCH_FACT_HASH_SEED, visit->ticket_id));
  if (visit->house_id != NULL && self->by_house.keys != NULL)
    house
        = *uch_fact_map_find (&self->by_house, uch_fact_hash (UCH_FACT_HASH_SEED, visit->house_id));
  if (ticket == 0)
    return;
  {
    UchVisitFact fact = {
      .ticket = ticket - 1,
      .house = house > 0 ? house - 1 : G_MAXUINT32,
      .zone = find_name (&self->by_zone, visit->zone_id),
      .engineer = find_name (&self->by_staff, visit->engineer_id),
      .state = (guint8) visit->state,
      .promise = (guint8) uch_promise_get (visit, self->now),
      .is_confirmed = visit->arrived_geo_at != 0,
      .is_agreed = visit->mode != UCH_VISIT_MODE_NONE,
      .start_at = uch_promise_get_start (visit),
      .departed_at = visit->en_route_at,
      .arrived_at = visit->arrived_at,
      .ended_at = visit->ended_at,
    };

    g_array_append_val (self->visits, fact);
  }
}

typedef struct
{
  UchTime at;
  guint32 index;
} Order;

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const Order *left = a, *right = b;

  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;
  return left->index < right->index ? -1 : 1;
}

/* Brings tickets into the order of their creation, and tells the visits where they went. */
static void
sort_tickets (UchFacts *self)
{
  guint    n = self->tickets->len;
  gboolean sorted = TRUE;
  UchTime  last = G_MININT64;
  Order   *order;
  guint32 *place;
  GArray  *tickets;

  for (guint i = 0; i < n && sorted; i++)
    {
      UchTime at = g_array_index (self->tickets, UchTicketFact, i).created_at;

      sorted = at >= last;
      last = at;
    }
  if (sorted)
    return;
  order = g_new (Order, n);
  place = g_new (guint32, n);
  tickets = g_array_sized_new (FALSE, FALSE, sizeof (UchTicketFact), n);
  for (guint i = 0; i < n; i++)
    order[i] = (Order){ g_array_index (self->tickets, UchTicketFact, i).created_at, i };
  qsort (order, n, sizeof *order, compare_order);
  for (guint i = 0; i < n; i++)
    {
      g_array_append_val (tickets, g_array_index (self->tickets, UchTicketFact, order[i].index));
      place[order[i].index] = i;
    }
  for (guint i = 0; i < self->visits->len; i++)
    {
      UchVisitFact *visit = &g_array_index (self->visits, UchVisitFact, i);

      visit->ticket = place[visit->ticket];
    }
  g_array_unref (self->tickets);
  self->tickets = tickets;
  g_free (order);
  g_free (place);
}

/* Visits by ticket, in the order in which they came: a counting sort. */
static void
sort_visits (UchFacts *self)
{
  guint          n = self->visits->len, n_tickets = self->tickets->len, at = 0;
  GArray        *visits = g_array_sized_new (FALSE, FALSE, sizeof (UchVisitFact), n);
  UchTicketFact *tickets = (UchTicketFact *) (void *) self->tickets->data;
  guint32       *next = g_new (guint32, n_tickets + 1);

  g_array_set_size (visits, n);
  for (guint i = 0; i < n; i++)
    tickets[g_array_index (self->visits, UchVisitFact, i).ticket].n_visits++;
  for (guint t = 0; t < n_tickets; t++)
    {
      tickets[t].first_visit = next[t] = at;
      at += tickets[t].n_visits;
    }
  for (guint i = 0; i < n; i++)
    {
      UchVisitFact *visit = &g_array_index (self->visits, UchVisitFact, i);

      g_array_index (visits, UchVisitFact, next[visit->ticket]++) = *visit;
    }
  g_free (next);
  g_array_unref (self->visits);
  self->visits = visits;
}

static void
note_engineers (UchFacts *self)
{
  for (guint i = 0; i < self->visits->len; i++)
    {
      const UchVisitFact *visit = &g_array_index (self->visits, UchVisitFact, i);
      UchTicketFact      *ticket = &g_array_index (self->tickets, UchTicketFact, visit->ticket);

      if (visit->engineer != UCH_FACT_NONE
          && (visit->arrived_at != 0 || ticket->engineer == UCH_FACT_NONE))
        ticket->engineer = visit->engineer;
    }
}

/* For each resolved ticket, when the same place came back with the same family. Tickets that wait
 * for that hang in a chain per place and family; whoever comes takes those off that are answered.
 */
static void
note_repeats (UchFacts *self)
{
  guint          n = self->tickets->len;
  UchTicketFact *tickets = (UchTicketFact *) (void *) self->tickets->data;
  guint32       *next = g_new0 (guint32, n);
  UchFactMap     chains = { 0 };

  for (guint i = 0; i < n; i++)
    {
      UchTicketFact *ticket = &tickets[i];
      guint32       *link;

      if (ticket->place == 0)
        continue;
      link = uch_fact_map_take (&chains, ticket->place ^ ((guint64) ticket->family + 1) << 56);
      for (guint32 *p = link; *p != 0;)
        {
          UchTicketFact *before = &tickets[*p - 1];

          if (before->resolved_at >= ticket->created_at)
            {
              p = &next[*p - 1];
              continue;
            }
          before->repeated_at = ticket->created_at;
          *p = next[*p - 1];
        }
      if (ticket->resolved_at != 0)
        {
          next[i] = *link;
          *link = i + 1;
        }
    }
  uch_fact_map_clear (&chains);
  g_free (next);
}

/**
 * uch_facts_finish:
 *
 * Brings the rows into order and derives what one row cannot know by itself.
 */
void
uch_facts_finish (UchFacts *self)
{
  g_return_if_fail (!self->finished);
  sort_tickets (self);
  sort_visits (self);
  note_engineers (self);
  note_repeats (self);
  uch_fact_map_clear (&self->by_ticket);
  self->finished = TRUE;
}

UchTime
uch_facts_get_now (const UchFacts *self)
{
  return self->now;
}

/**
 * uch_facts_list_tickets:
 *
 * Returns: (transfer none) (array length=out_n): by the moment of their creation
 */
const UchTicketFact *
uch_facts_list_tickets (const UchFacts *self, guint *out_n)
{
  *out_n = self->tickets->len;
  return (const UchTicketFact *) (const void *) self->tickets->data;
}

/**
 * uch_facts_list_visits:
 *
 * Returns: (transfer none) (array length=out_n): by their tickets
 */
const UchVisitFact *
uch_facts_list_visits (const UchFacts *self, guint *out_n)
{
  *out_n = self->visits->len;
  return (const UchVisitFact *) (const void *) self->visits->data;
}

guint
uch_facts_get_n_zones (const UchFacts *self)
{
  return self->zones->len;
}

const UchFactName *
uch_facts_get_zone (const UchFacts *self, guint index)
{
  return index < self->zones->len ? g_ptr_array_index (self->zones, index) : NULL;
}

guint
uch_facts_get_n_staff (const UchFacts *self)
{
  return self->staff->len;
}

const UchFactName *
uch_facts_get_staff (const UchFacts *self, guint index)
{
  return index < self->staff->len ? g_ptr_array_index (self->staff, index) : NULL;
}

/**
 * uch_facts_get_distance_m:
 * @from: a house of a visit
 * @to: another
 *
 * Returns: metres in a straight line; 0 when one of them is not known
 */
double
uch_facts_get_distance_m (const UchFacts *self, guint32 from, guint32 to)
{
  const Place *a, *b;

  if (from >= self->houses->len || to >= self->houses->len || from == to)
    return 0;
  a = &g_array_index (self->houses, Place, from);
  b = &g_array_index (self->houses, Place, to);
  return uch_geo_distance_m (a->latitude, a->longitude, b->latitude, b->longitude);
}

/**
 * uch_facts_get_local:
 *
 * Returns: @at in milliseconds as the office's clocks show it: whole days are local days
 */
gint64
uch_facts_get_local (const UchFacts *self, UchTime at)
{
  guint i = self->offsets->len;

  while (i > 1 && g_array_index (self->offsets, Offset, i - 1).from > at)
    i--;
  return at + (i > 0 ? g_array_index (self->offsets, Offset, i - 1).offset_ms : 0);
}

/**
 * uch_facts_get_day:
 *
 * Returns: the number of the local day; day 0 was a Thursday
 */
gint64
uch_facts_get_day (const UchFacts *self, UchTime at)
{
  gint64 local = uch_facts_get_local (self, at);

  return local >= 0 ? local / UCH_DAY_MS : (local + 1) / UCH_DAY_MS - 1;
}

/**
 * uch_facts_get_day_start:
 *
 * Returns: when the local day @day began
 */
UchTime
uch_facts_get_day_start (const UchFacts *self, gint64 day)
{
  gint64  local = day * UCH_DAY_MS;
  UchTime at = local - (uch_facts_get_local (self, local) - local);

  /* On the day of a change of clocks the offset of midnight is another than that of UTC's. */
  return local - (uch_facts_get_local (self, at) - at);
}
