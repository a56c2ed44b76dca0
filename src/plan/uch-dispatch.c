/* Seconds are counted from now. Visits under way are no part of the problem: their engineer is free
 * where they are, when they are likely to be over. */
#include "plan/uch-dispatch.h"

#include <string.h>

#include "core/uch-category.h"
#include "core/uch-place.h"
#include "core/uch-promise.h"

/* An older position says nothing about where he is. */
#define POSITION_AGE_MAX_MS (30 * UCH_MINUTE_MS)
/* A work that lasts longer than expected: nobody knows how much. */
#define OVERRUN_S (5 * 60)
/* No time was agreed: it is wanted today, and that is all. */
#define SOME_TIME_S (10 * 3600)
#define DAY_S (24 * 3600)

struct _UchDispatch
{
  UchTime        now;
  UchPlanProblem problem;
  GArray        *visits;    /* of UchPlanVisit */
  GArray        *engineers; /* of UchPlanEngineer */
  GPtrArray     *visit_ids; /* of char, owned; the first is the one that is asked about */
  GPtrArray     *staff_ids; /* of char, owned */
  GArray        *places;    /* of UchTravelPlace; ids are owned by @strings */
  GPtrArray     *zones;     /* of char, owned: bits */
  GPtrArray     *skills;    /* of char, owned: bits */
  GStringChunk  *strings;
  gint32        *travel_s;
  guint8        *estimated;
  UchPlan       *plan;
  gboolean       promised; /* the visit that is asked about has a promise */
};

/**
 * uch_dispatch_get_duration_ms:
 * @category: (nullable): a code of core/uch-category.h
 *
 * Returns: how long a work of this kind is expected to last, until that is learned
 */
gint64
uch_dispatch_get_duration_ms (const char *category)
{
  static const struct
  {
    const char *code;
    guint       minutes;
  } known[] = {
    { "connect.new", 75 },       { "connect.return", 50 }, { "connect.extra", 45 },
    { "support.no_access", 40 }, { "support.lan", 60 },    { "support.tv", 40 },
    { "support.wifi", 35 },      { "mc.riser", 60 },       { "incident.house", 60 },
  };

  for (guint i = 0; category != NULL && i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].code, category) == 0)
      return known[i].minutes * UCH_MINUTE_MS;
  return 30 * UCH_MINUTE_MS;
}

static gint32
to_s (const UchDispatch *self, UchTime at)
{
  return (gint32) CLAMP ((at - self->now) / UCH_SECOND_MS, -DAY_S, DAY_S);
}

/* The number of a word among those met so far: its bit. */
static int
get_bit (GPtrArray *words, const char *word)
{
  for (guint i = 0; i < words->len; i++)
    if (strcmp (g_ptr_array_index (words, i), word) == 0)
      return (int) i;
  if (words->len == 64)
    return 63;
  g_ptr_array_add (words, g_strdup (word));
  return (int) words->len - 1;
}

static guint64
get_bits (GPtrArray *words, const char *list)
{
  g_auto (GStrv) parts = g_strsplit (list != NULL ? list : "", ",", -1);
  guint64 bits = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      bits |= G_GUINT64_CONSTANT (1) << get_bit (words, parts[i]);
  return bits;
}

/* Gives the number of the place; −1: nobody knows where it is. */
static int
add_place (
    UchDispatch *self, double latitude, double longitude, const char *house_id, const char *zone_id)
{
  UchTravelPlace place = {
    .latitude = latitude,
    .longitude = longitude,
    .house_id = house_id != NULL ? g_string_chunk_insert (self->strings, house_id) : NULL,
    .zone_id = zone_id != NULL ? g_string_chunk_insert (self->strings, zone_id) : NULL,
    .start = house_id == NULL,
  };

  if (latitude == 0 && longitude == 0)
    return -1;
  g_array_append_val (self->places, place);
  return (int) self->places->len - 1;
}

static int
add_house (UchDispatch *self, UchSnapshot *snapshot, const char *house_id)
{
  g_autoptr (UchHouse) house
      = house_id != NULL ? uch_snapshot_get (snapshot, UCH_TABLE_HOUSE, house_id) : NULL;

  return house != NULL
             ? add_place (self, house->latitude, house->longitude, house_id, house->zone_id)
             : -1;
}

static int
get_priority (const UchTicket *ticket)
{
  return ticket != NULL ? (int) ticket->priority + 1 : 1;
}

/* Adds what is to be done; @visit is NULL for a ticket without a time: "now" is looked at. Returns
 * its number, −1 when nobody knows where it is. */
static int
add_visit (UchDispatch *self, UchSnapshot *snapshot, const UchTicket *ticket, const UchVisit *visit)
{
  const UchCategory *category = ticket != NULL ? uch_category_get (ticket->category) : NULL;
  const char        *house_id = visit != NULL ? visit->house_id : ticket->house_id;
  const char        *zone_id = visit != NULL ? visit->zone_id : ticket->zone_id;
  UchPlanVisit       one = { .opens_s = -DAY_S,
                             .due_s = SOME_TIME_S,
                             .priority = get_priority (ticket),
                             .zone = zone_id != NULL ? get_bit (self->zones, zone_id) : UCH_PLAN_NONE,
                             .pinned_to = UCH_PLAN_NONE,
                             .pinned_rank = UCH_PLAN_NONE,
                             .announced_to = UCH_PLAN_NONE };

  one.place = add_house (self, snapshot, house_id);
  if (one.place < 0)
    return -1;
  one.duration_s = (gint32) (uch_dispatch_get_duration_ms (ticket != NULL ? ticket->category : NULL)
                             / UCH_SECOND_MS);
  if (category != NULL && category->skill != NULL)
    one.skills = G_GUINT64_CONSTANT (1) << get_bit (self->skills, category->skill);
  if (visit != NULL && visit->mode == UCH_VISIT_MODE_TIME)
    one.opens_s = to_s (self, visit->agreed_from);
  if (visit != NULL && visit->mode != UCH_VISIT_MODE_NONE && visit->due_at != 0)
    one.due_s = to_s (self, visit->due_at);
  else if (visit == NULL)
    one.due_s = (gint32) (UCH_PROMISE_DEFAULT_MS / UCH_SECOND_MS);
  g_array_append_val (self->visits, one);
  g_ptr_array_add (self->visit_ids,
                   g_strdup (visit != NULL ? visit->parent.id : ticket->parent.id));
  return (int) self->visits->len - 1;
}

/* When his next work begins and ends: the shift of now, or the next one within a day. */
static gboolean
find_shift (
    UchSnapshot *snapshot, const char *staff_id, UchTime now, UchTime *out_from, UchTime *out_to)
{
  g_autoptr (GPtrArray) shifts
      = uch_snapshot_find (snapshot, UCH_TABLE_SHIFT, "staff_id", staff_id);

  *out_from = *out_to = 0;
  for (guint i = 0; i < shifts->len; i++)
    {
      const UchShift *shift = g_ptr_array_index (shifts, i);
      UchTime         from = MAX (shift->starts_at, now);

      if (shift->kind != UCH_SHIFT_WORK || shift->ends_at <= now
          || shift->starts_at > now + UCH_DAY_MS / 2
          || !uch_staff_is_on_shift (shifts, staff_id, from)
          || (*out_from != 0 && from >= *out_from))
        continue;
      *out_from = from;
      *out_to = shift->ends_at;
    }
  return *out_from != 0;
}

static const UchDispatchPosition *
find_position (const UchDispatchInput *input, const char *staff_id)
{
  for (guint i = 0; i < input->n_positions; i++)
    if (strcmp (input->positions[i].staff_id, staff_id) == 0
        && input->positions[i].at >= input->now - POSITION_AGE_MAX_MS)
      return &input->positions[i];
  return NULL;
}

/* Where he is, as far as is known: seen lately; his centre; any centre. */
static int
find_start (UchDispatch *self, const UchDispatchInput *input, const UchStaff *staff)
{
  const UchDispatchPosition *position = find_position (input, staff->parent.id);
  g_autoptr (UchCentre) centre
      = staff->centre_id != NULL
            ? uch_snapshot_get (input->snapshot, UCH_TABLE_CENTRE, staff->centre_id)
            : NULL;

  if (position != NULL)
    return add_place (self, position->latitude, position->longitude, NULL, NULL);
  if (centre != NULL)
    return add_place (self, centre->latitude, centre->longitude, NULL, centre->zone_id);
  return -1;
}

/* What he is at now: he will be free there, and then. */
static void
take_under_way (UchDispatch            *self,
                const UchDispatchInput *input,
                const UchVisit         *visit,
                UchPlanEngineer        *engineer)
{
  g_autoptr (UchTicket) ticket
      = uch_snapshot_get (input->snapshot, UCH_TABLE_TICKET, visit->ticket_id);
  gint64 duration_s
      = uch_dispatch_get_duration_ms (ticket != NULL ? ticket->category : NULL) / UCH_SECOND_MS;
  int    place = add_house (self, input->snapshot, visit->house_id);
  gint32 free_s;

  if (place < 0)
    return;
  if (visit->state == UCH_VISIT_ON_SITE)
    free_s = MAX (to_s (self, visit->arrived_at) + (gint32) duration_s, OVERRUN_S);
  else
    {
      const UchTravelPlace *from = &g_array_index (self->places, UchTravelPlace, engineer->place);
      const UchTravelPlace *to = &g_array_index (self->places, UchTravelPlace, place);

      free_s = (gint32) (uch_travel_estimate_s (from->latitude, from->longitude, to->latitude,
                                                to->longitude)
                         + (double) duration_s);
    }
  engineer->place = place;
  engineer->free_s = MAX (engineer->free_s, free_s);
}

static gboolean
is_done_today (const UchVisit *visit, UchTime now)
{
  return (visit->state == UCH_VISIT_DONE || visit->state == UCH_VISIT_INCOMPLETE)
         && visit->ended_at > now - UCH_DAY_MS / 2;
}

static int
compare_turns (gconstpointer a, gconstpointer b)
{
  const UchVisit *x = *(UchVisit *const *) a, *y = *(UchVisit *const *) b;
  UchTime         from_x = uch_promise_get_start (x), from_y = uch_promise_get_start (y);

  if ((from_x == 0) != (from_y == 0))
    return (from_x == 0) - (from_y == 0);
  if (from_x != from_y)
    return from_x < from_y ? -1 : 1;
  return (x->assigned_at > y->assigned_at) - (x->assigned_at < y->assigned_at);
}

/* His visits in the order in which he is likely to take them: by the agreed time. */
static void
add_route (UchDispatch            *self,
           const UchDispatchInput *input,
           const char             *staff_id,
           const char             *asked_id,
           GArray                 *route,
           UchPlanEngineer        *engineer)
{
  g_autoptr (GPtrArray) turns = g_ptr_array_new ();

  for (guint i = 0; i < input->visits->len; i++)
    {
      UchVisit *visit = g_ptr_array_index (input->visits, i);

      if (g_strcmp0 (visit->engineer_id, staff_id) != 0
          || g_strcmp0 (visit->parent.id, asked_id) == 0)
        continue;
      engineer->n_done += is_done_today (visit, input->now);
      if (uch_visit_is_under_way (visit))
        take_under_way (self, input, visit, engineer);
      else if (uch_visit_is_open (visit)
               && uch_promise_get_start (visit) < input->now + UCH_DAY_MS / 2)
        g_ptr_array_add (turns, visit);
    }
  g_ptr_array_sort (turns, compare_turns);
  for (guint i = 0; i < turns->len; i++)
    {
      UchVisit *visit = g_ptr_array_index (turns, i);
      g_autoptr (UchTicket) ticket
          = uch_snapshot_get (input->snapshot, UCH_TABLE_TICKET, visit->ticket_id);
      int number = add_visit (self, input->snapshot, ticket, visit);

      if (number < 0)
        continue;
      g_array_index (self->visits, UchPlanVisit, number).announced_to = (int) self->engineers->len;
      g_array_append_val (route, number);
    }
}

static void
add_engineer (UchDispatch            *self,
              const UchDispatchInput *input,
              const UchStaff         *staff,
              const char             *asked_id,
              GPtrArray              *routes)
{
  UchTime         from, to;
  gboolean        works = find_shift (input->snapshot, staff->parent.id, input->now, &from, &to);
  GArray         *route = g_array_new (FALSE, FALSE, sizeof (int));
  UchPlanEngineer engineer = { .place = find_start (self, input, staff),
                               .free_s = works ? to_s (self, from) : 0,
                               .ends_s = works ? to_s (self, to) : 0,
                               .end_place = UCH_PLAN_NONE,
                               .skills = get_bits (self->skills, staff->skills),
                               .zones = get_bits (self->zones, staff->zones),
                               .capacity = G_MAXINT32,
                               .off = !works };

  if (engineer.place < 0)
    { /* nobody has any idea: as if he were where the work is */
      const UchTravelPlace any = g_array_index (self->places, UchTravelPlace, 0);

      engineer.place = add_place (self, any.latitude, any.longitude, NULL, any.zone_id);
    }
  add_route (self, input, staff->parent.id, asked_id, route, &engineer);
  g_array_append_val (self->engineers, engineer);
  g_ptr_array_add (self->staff_ids, g_strdup (staff->parent.id));
  g_ptr_array_add (routes, route);
}

static gboolean
fill_travel (UchDispatch *self, UchTravel *travel, GCancellable *cancellable, GError **error)
{
  gsize               n = self->places->len;
  g_autofree guint32 *seconds = g_new0 (guint32, n * n);
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (self->now / UCH_SECOND_MS);

  self->estimated = g_new0 (guint8, n * n);
  self->travel_s = g_new0 (gint32, n * n);
  if (!uch_travel_fill (travel, (const UchTravelPlace *) (gconstpointer) self->places->data,
                        (guint) n, (guint) g_date_time_get_hour (local), seconds, self->estimated,
                        cancellable, error))
    return FALSE;
  for (gsize i = 0; i < n * n; i++)
    self->travel_s[i] = (gint32) MIN (seconds[i], UCH_PLAN_TIME_MAX);
  return TRUE;
}

/* The visit that is asked about stands in no route. Whether anybody knows where it is. */
static gboolean
add_asked (UchDispatch            *self,
           const UchDispatchInput *input,
           const UchTicket        *ticket,
           const UchVisit         *visit,
           GError                **error)
{
  self->promised = visit == NULL || visit->mode != UCH_VISIT_MODE_NONE;
  if (add_visit (self, input->snapshot, ticket, visit) >= 0)
    return TRUE;
  g_set_error_literal (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_PROBLEM,
                       "Nobody knows where the ticket's house is");
  return FALSE;
}

static void
finish (UchDispatch *self, GPtrArray *routes)
{
  int asked = 0;

  self->problem = (UchPlanProblem){ .travel_s = self->travel_s,
                                    .n_places = self->places->len,
                                    .visits = (gpointer) self->visits->data,
                                    .n_visits = self->visits->len,
                                    .engineers = (gpointer) self->engineers->data,
                                    .n_engineers = self->engineers->len };
  uch_plan_weights_init (&self->problem.weights);
  self->plan = uch_plan_new (&self->problem);
  for (guint k = 0; k < routes->len; k++)
    {
      GArray *route = g_ptr_array_index (routes, k);

      g_array_append_vals (self->plan->routes[k], route->data, route->len);
    }
  g_array_append_val (self->plan->unassigned, asked);
}

/**
 * uch_dispatch_new:
 * @input: the office; nothing of it is kept
 * @ticket: what is asked about; its open visit, if it has one, else as if the client waited now
 * @travel: driving times
 * @cancellable: (nullable): ends the search for driving times
 * @error: return location: %UCH_PLAN_ERROR_PROBLEM when the house is not known
 *
 * Returns: (transfer full) (nullable): the day as a problem
 */
UchDispatch *
uch_dispatch_new (const UchDispatchInput *input,
                  const UchTicket        *ticket,
                  UchTravel              *travel,
                  GCancellable           *cancellable,
                  GError                **error)
{
  g_autoptr (UchDispatch) self = g_new0 (UchDispatch, 1);
  g_autoptr (GPtrArray) routes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (UchVisit) visit
      = ticket->visit_id != NULL
            ? uch_snapshot_get (input->snapshot, UCH_TABLE_VISIT, ticket->visit_id)
            : NULL;

  if (visit != NULL && !uch_visit_is_open (visit))
    g_clear_object (&visit);
  self->now = input->now;
  self->visits = g_array_new (FALSE, FALSE, sizeof (UchPlanVisit));
  self->engineers = g_array_new (FALSE, FALSE, sizeof (UchPlanEngineer));
  self->places = g_array_new (FALSE, FALSE, sizeof (UchTravelPlace));
  self->visit_ids = g_ptr_array_new_with_free_func (g_free);
  self->staff_ids = g_ptr_array_new_with_free_func (g_free);
  self->zones = g_ptr_array_new_with_free_func (g_free);
  self->skills = g_ptr_array_new_with_free_func (g_free);
  self->strings = g_string_chunk_new (1024);
  if (!add_asked (self, input, ticket, visit, error))
    return NULL;
  for (guint i = 0; i < input->staff->len; i++)
    {
      const UchStaff *staff = g_ptr_array_index (input->staff, i);

      if (staff->role == UCH_ROLE_ENGINEER && !staff->dismissed)
        add_engineer (self, input, staff, visit != NULL ? visit->parent.id : NULL, routes);
    }
  if (!fill_travel (self, travel, cancellable, error))
    return NULL;
  finish (self, routes);
  return g_steal_pointer (&self);
}

/**
 * uch_dispatch_free:
 * @self: (nullable) (transfer full): a dispatch
 */
void
uch_dispatch_free (UchDispatch *self)
{
  if (self == NULL)
    return;
  uch_plan_free (self->plan);
  g_clear_pointer (&self->visits, g_array_unref);
  g_clear_pointer (&self->engineers, g_array_unref);
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->visit_ids, g_ptr_array_unref);
  g_clear_pointer (&self->staff_ids, g_ptr_array_unref);
  g_clear_pointer (&self->zones, g_ptr_array_unref);
  g_clear_pointer (&self->skills, g_ptr_array_unref);
  g_clear_pointer (&self->strings, g_string_chunk_free);
  g_free (self->travel_s);
  g_free (self->estimated);
  g_free (self);
}

/**
 * uch_dispatch_offer_free:
 * @offer: (nullable) (transfer full): an offer
 */
void
uch_dispatch_offer_free (UchDispatchOffer *offer)
{
  if (offer == NULL)
    return;
  g_free (offer->staff_id);
  g_free (offer->hurt_visit_id);
  g_free (offer);
}

static UchDispatchOffer *
make_offer (const UchDispatch *self, const UchPlanCandidate *candidate)
{
  UchDispatchOffer      *offer = g_new0 (UchDispatchOffer, 1);
  const UchPlanEngineer *engineer
      = &g_array_index (self->engineers, UchPlanEngineer, candidate->engineer);
  const GArray *route = self->plan->routes[candidate->engineer];
  int           from = candidate->behind > 0
                           ? g_array_index (self->visits, UchPlanVisit,
                                            g_array_index (route, int, candidate->behind - 1))
                       .place
                           : engineer->place;

  offer->staff_id = g_strdup (g_ptr_array_index (self->staff_ids, candidate->engineer));
  offer->arrives_at = self->now + candidate->starts_s * UCH_SECOND_MS;
  offer->in_time = self->promised ? candidate->in_time : -1;
  offer->extra_drive_ms = candidate->extra_drive_s * UCH_SECOND_MS;
  offer->estimated = self->estimated[(gsize) from * self->places->len
                                     + (gsize) g_array_index (self->visits, UchPlanVisit, 0).place];
  offer->free_now = candidate->behind == 0 && engineer->free_s <= 0;
  offer->n_hurt = candidate->hurt->len;
  if (candidate->hurt->len > 0)
    {
      const UchPlanHurt *worst = &g_array_index (candidate->hurt, UchPlanHurt, 0);

      offer->hurt_visit_id = g_strdup (g_ptr_array_index (self->visit_ids, worst->visit));
      offer->hurt_ms = (worst->late_after_s - worst->late_before_s) * UCH_SECOND_MS;
    }
  return offer;
}

/**
 * uch_dispatch_rank:
 * @self: a dispatch
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchDispatchOffer): everybody, the best first
 */
GPtrArray *
uch_dispatch_rank (UchDispatch *self, GError **error)
{
  UchPlanDoubt doubt;
  g_autoptr (UchPlanRanker) ranker = NULL;
  g_autoptr (GPtrArray) candidates = NULL;
  GPtrArray *offers;

  uch_plan_doubt_init (&doubt);
  ranker = uch_plan_ranker_new (&self->problem, self->plan, &doubt, error);
  if (ranker == NULL)
    return NULL;
  candidates = uch_plan_ranker_rank (ranker, 0);
  offers = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_dispatch_offer_free);
  for (guint i = 0; i < candidates->len; i++)
    g_ptr_array_add (offers, make_offer (self, g_ptr_array_index (candidates, i)));
  return offers;
}
