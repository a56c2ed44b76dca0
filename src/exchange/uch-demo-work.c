/* Tickets of the demo town: the day around "now" in every state, and a history behind it. */
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-command.h"
#include "core/uch-fold.h"
#include "core/uch-promise.h"
#include "exchange/uch-demo-private.h"

/* The journal of older tickets is left out: in a large town it would be most of the rows. */
#define JOURNAL_AGE_MS (7 * UCH_DAY_MS)
#define TICKETS_PER_DAY 110
#define NO_VISIT UCH_DEMO_NO_VISIT

/* The open work of the moment, and what was done today: 70 tickets. */
static const struct
{
  UchTicketState state;
  int            visit_state;
  UchVisitMode   mode;
  guint          n;
} today[] = {
  { UCH_TICKET_NEW, NO_VISIT, UCH_VISIT_MODE_NONE, 12 },
  { UCH_TICKET_IN_WORK, NO_VISIT, UCH_VISIT_MODE_NONE, 5 },
  { UCH_TICKET_ON_HOLD, NO_VISIT, UCH_VISIT_MODE_NONE, 6 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, UCH_VISIT_MODE_TIME, 7 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, UCH_VISIT_MODE_NOW, 3 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ASSIGNED, UCH_VISIT_MODE_TIME, 9 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ASSIGNED, UCH_VISIT_MODE_NOW, 4 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ACCEPTED, UCH_VISIT_MODE_TIME, 7 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_EN_ROUTE, UCH_VISIT_MODE_NOW, 5 },
  { UCH_TICKET_IN_WORK, UCH_VISIT_ON_SITE, UCH_VISIT_MODE_NOW, 5 },
  { UCH_TICKET_RESOLVED, UCH_VISIT_DONE, UCH_VISIT_MODE_NOW, 7 },
};

/* Per mille of all requests: about 70 % connect, 20 % support, 10 % thanks, and a few others. */
static const struct
{
  const char *category;
  guint       weight;
} mix[] = {
  { "connect.new", 440 },      { "connect.return", 140 },  { "connect.extra", 70 },
  { "support.no_access", 60 }, { "support.slow", 35 },     { "support.wifi", 30 },
  { "support.tv", 25 },        { "support.settings", 15 }, { "support.lan", 5 },
  { "support.voip", 5 },       { "support.billing", 10 },  { "proactive.cpe", 20 },
  { "proactive.port", 10 },    { "incident.house", 10 },   { "mc.access", 15 },
  { "mc.riser", 5 },           { "mc.info", 5 },           { "thanks", 100 },
};

typedef struct
{
  UchDemo         *demo;
  const UchHouse  *house;
  const UchClient *client; /* (nullable) */
  UchTicket       *ticket;
  UchVisit        *visit; /* (nullable) */
  const char      *dispatcher_id;
  gboolean         is_history;
  UchDemoFate      fate;
  GPtrArray       *trail; /* calls, notes and events, in the order of the day */
} Work;

static int
compare_sketches (gconstpointer a, gconstpointer b)
{
  const UchDemoSketch *left = a, *right = b;

  return left->created_at < right->created_at ? -1 : left->created_at > right->created_at;
}

static const char *
pick_category (UchDemo *self, gboolean is_open, gboolean needs_visit)
{
  for (;;)
    {
      gint64 dice = uch_demo_between (self, 0, 999);
      guint  i = 0;

      while (i + 1 < G_N_ELEMENTS (mix) && dice >= (gint64) mix[i].weight)
        dice -= mix[i++].weight;
      if (is_open && strcmp (mix[i].category, "thanks") == 0)
        continue; /* closed at once */
      if (needs_visit && !uch_category_get (mix[i].category)->needs_visit)
        continue;
      return mix[i].category;
    }
}

/* An engineer of the zone, or else of another; for the open work one who is on shift. */
static const char *
pick_engineer (UchDemo *self, const char *zone_id, gboolean is_open, gboolean is_under_way)
{
  const char *found = NULL;

  for (guint tries = 0; tries < 200; tries++)
    {
      const UchStaff *staff = uch_demo_pick_row (self, self->staff);

      if (staff->role != UCH_ROLE_ENGINEER
          || (is_under_way && g_hash_table_contains (self->busy, staff->parent.id))
          || (is_open
              && !uch_staff_is_on_shift (self->shifts, staff->parent.id, self->options.now)))
        continue;
      found = staff->parent.id;
      if (uch_list_contains (staff->zones, zone_id))
        break;
    }
  if (is_under_way && found != NULL)
    g_hash_table_add (self->busy, (gpointer) found);
  return found;
}

/* Notes what was done for the ticket's history. */
static void
journal (Work *work, const char *type, const char *actor_id, UchTime at, const char *state)
{
  UchDemo  *self = work->demo;
  UchEvent *event;
  UchVisit *visit = g_str_has_prefix (type, "visit.") ? work->visit : NULL;
  gboolean  is_phone = visit != NULL && g_strcmp0 (actor_id, visit->engineer_id) == 0;

  if (at < self->options.now - JOURNAL_AGE_MS)
    return;
  event = uch_demo_new_row (self, UCH_TABLE_EVENT, "event-%u", ++self->n_events);
  uch_entity_set_text (event, &event->type, type);
  uch_entity_set_text (event, &event->ticket_id, work->ticket->parent.id);
  uch_entity_set_text (event, &event->house_id, work->ticket->house_id);
  uch_entity_set_text (event, &event->actor_id, actor_id);
  event->actor_role = is_phone ? UCH_ROLE_ENGINEER : UCH_ROLE_DISPATCHER;
  uch_entity_set_text (event, &event->device, is_phone ? "phone" : "desk");
  event->occurred_at = event->received_at = at;
  uch_entity_set_text (event, &event->state, state);
  if (visit != NULL)
    {
      uch_entity_set_text (event, &event->visit_id, visit->parent.id);
      uch_entity_set_text (event, &event->engineer_id, visit->engineer_id);
    }
  if (visit != NULL && strcmp (type, UCH_COMMAND_VISIT_PLAN) == 0)
    { /* only an agreement tells a time */
      event->from_at = visit->agreed_from;
      event->to_at = visit->agreed_to;
    }
  g_ptr_array_add (work->trail, event);
}

static void
add_call (Work *work, UchTime at)
{
  UchCall *call
      = uch_demo_new_row (work->demo, UCH_TABLE_CALL, "call-%d", (int) work->ticket->number);

  uch_entity_set_text (call, &call->ticket_id, work->ticket->parent.id);
  uch_entity_set_text (call, &call->phone, work->ticket->phone);
  call->outcome = uch_demo_chance (work->demo, 85) ? UCH_CALL_TALKED : UCH_CALL_NO_ANSWER;
  call->created_at = at;
  uch_entity_set_text (call, &call->created_by, work->dispatcher_id);
  work->ticket->first_contact_at = at;
  g_ptr_array_add (work->trail, call);
  journal (work, UCH_COMMAND_CALL_LOG, work->dispatcher_id, at, "in_work");
}

static void
add_note (Work *work, const char *list)
{
  UchNote *note
      = uch_demo_new_row (work->demo, UCH_TABLE_NOTE, "note-%d", (int) work->ticket->number);

  uch_entity_set_text (note, &note->ticket_id, work->ticket->parent.id);
  uch_entity_set_text (note, &note->text, uch_demo_pick_word (work->demo, list));
  note->created_at = work->ticket->created_at + 5 * UCH_MINUTE_MS;
  uch_entity_set_text (note, &note->created_by, work->dispatcher_id);
  g_ptr_array_add (work->trail, note);
  journal (work, UCH_COMMAND_NOTE_ADD, work->dispatcher_id, note->created_at, NULL);
}

/* How a visit of years ago went: in time or late, and to which end. */
static void
let_history_pass (Work *work)
{
  UchDemo  *self = work->demo;
  UchVisit *visit = work->visit;
  gboolean  is_late = work->fate == UCH_DEMO_FATE_LATE;

  if (visit->state == UCH_VISIT_MISSED)
    {
      visit->ended_at = visit->due_at + UCH_HOUR_MS;
      uch_entity_set_text (visit, &visit->reason,
                           uch_demo_chance (self, 50) ? "overload" : "previous_overran");
      return;
    }
  visit->arrived_at = visit->agreed_from
                      + (is_late ? uch_demo_between (self, 41, 95) : uch_demo_between (self, 9, 39))
                            * UCH_MINUTE_MS;
  visit->en_route_at = visit->arrived_at - uch_demo_between (self, 7, 26) * UCH_MINUTE_MS;
  visit->assigned_at = MIN (visit->assigned_at, visit->en_route_at - 2 * UCH_MINUTE_MS);
  visit->accepted_at = MIN (visit->accepted_at, visit->en_route_at - UCH_MINUTE_MS);
  if (visit->state == UCH_VISIT_FAILED)
    {
      visit->ended_at = visit->arrived_at + 12 * UCH_MINUTE_MS;
      uch_entity_set_text (visit, &visit->reason, "absent");
      return;
    }
  if (uch_demo_chance (self, 78))
    visit->arrived_geo_at = visit->arrived_at + UCH_MINUTE_MS;
  visit->ended_at = visit->arrived_at + uch_demo_between (self, 15, 75) * UCH_MINUTE_MS;
}

/* Fills the moments that have passed by the time a visit is in its state. */
static void
let_time_pass (Work *work)
{
  UchDemo    *self = work->demo;
  UchVisit   *visit = work->visit;
  const char *engineer = visit->engineer_id;

  if (visit->state >= UCH_VISIT_ASSIGNED)
    {
      visit->assigned_at = visit->agreed_at + uch_demo_between (self, 1, 4) * UCH_MINUTE_MS;
      uch_entity_set_text (visit, &visit->assigned_by, work->dispatcher_id);
      journal (work, UCH_COMMAND_VISIT_ASSIGN, work->dispatcher_id, visit->assigned_at, "assigned");
    }
  if (visit->state >= UCH_VISIT_ACCEPTED)
    {
      visit->accepted_at = visit->assigned_at + uch_demo_between (self, 30, 120) * UCH_SECOND_MS;
      journal (work, UCH_COMMAND_VISIT_ACCEPT, engineer, visit->accepted_at, "accepted");
    }
  if (visit->state >= UCH_VISIT_EN_ROUTE)
    {
      visit->en_route_at = visit->accepted_at + uch_demo_between (self, 1, 6) * UCH_MINUTE_MS;
      journal (work, UCH_COMMAND_VISIT_DEPART, engineer, visit->en_route_at, "en_route");
    }
  if (work->is_history)
    {
      let_history_pass (work);
      return;
    }
  if (visit->state >= UCH_VISIT_ON_SITE)
    {
      visit->arrived_at = visit->en_route_at + uch_demo_between (self, 8, 32) * UCH_MINUTE_MS;
      if (uch_demo_chance (self, 80))
        visit->arrived_geo_at = visit->arrived_at + UCH_MINUTE_MS;
      journal (work, UCH_COMMAND_VISIT_ARRIVE, engineer, visit->arrived_at, "on_site");
    }
  if (visit->state == UCH_VISIT_DONE)
    {
      visit->ended_at = visit->arrived_at + uch_demo_between (self, 15, 60) * UCH_MINUTE_MS;
      journal (work, UCH_COMMAND_VISIT_FINISH, engineer, visit->ended_at, "done");
    }
}

static void
add_visit (Work *work, const UchDemoSketch *sketch, UchTime agreed_at)
{
  UchDemo  *self = work->demo;
  UchVisit *visit
      = uch_demo_new_row (self, UCH_TABLE_VISIT, "visit-%d", (int) work->ticket->number);
  gboolean is_open = sketch->visit_state <= UCH_VISIT_ON_SITE;
  UchTime  quarter = 15 * UCH_MINUTE_MS;

  work->visit = visit;
  uch_entity_set_text (work->ticket, &work->ticket->visit_id, visit->parent.id);
  uch_entity_set_text (visit, &visit->ticket_id, work->ticket->parent.id);
  uch_entity_set_text (visit, &visit->house_id, work->ticket->house_id);
  uch_entity_set_text (visit, &visit->zone_id, work->ticket->zone_id);
  visit->state = sketch->visit_state;
  visit->mode = sketch->mode;
  visit->created_at = visit->agreed_at = agreed_at;
  uch_entity_set_text (visit, &visit->agreed_by, work->dispatcher_id);
  if (visit->mode == UCH_VISIT_MODE_NOW)
    visit->agreed_from = agreed_at;
  else if (work->is_history)
    visit->agreed_from
        = uch_demo_history_round (agreed_at + uch_demo_between (self, 1, 10) * UCH_HOUR_MS);
  else
    visit->agreed_from = (self->options.now / quarter + uch_demo_between (self, -1, 16)) * quarter;
  visit->agreed_to = visit->agreed_from + (visit->mode == UCH_VISIT_MODE_TIME ? UCH_HOUR_MS : 0);
  visit->due_at = visit->agreed_from + UCH_PROMISE_DEFAULT_MS;
  if (visit->state > UCH_VISIT_PLANNED)
    uch_entity_set_text (
        visit, &visit->engineer_id,
        pick_engineer (self, visit->zone_id, is_open, uch_visit_is_under_way (visit)));
  journal (work, UCH_COMMAND_VISIT_PLAN, work->dispatcher_id, agreed_at, "planned");
  let_time_pass (work);
}

/* The visit that did not do it, and the one that did, a day or two later. */
static void
add_visit_again (Work *work, const UchDemoSketch *sketch, UchTime agreed_at)
{
  static const UchVisitState ends[] = { [UCH_DEMO_FATE_MISSED] = UCH_VISIT_MISSED,
                                        [UCH_DEMO_FATE_FAILED] = UCH_VISIT_FAILED,
                                        [UCH_DEMO_FATE_INCOMPLETE] = UCH_VISIT_INCOMPLETE };
  UchDemoSketch              first = *sketch;
  g_autofree char           *id = NULL;

  first.visit_state = ends[work->fate];
  add_visit (work, &first, agreed_at);
  id = g_strconcat (work->visit->parent.id, "-1", NULL);
  g_free (work->visit->parent.id);
  work->visit->parent.id = g_steal_pointer (&id);
  g_ptr_array_add (work->trail, work->visit);
  work->fate = UCH_DEMO_FATE_PLAIN;
  add_visit (work, sketch,
             work->visit->ended_at + uch_demo_between (work->demo, 30, 40 * 60) * UCH_MINUTE_MS);
}

/* A ticket that came to nothing. */
static void
cancel (Work *work)
{
  UchTicket *ticket = work->ticket;

  uch_entity_set_text (ticket, &ticket->reason,
                       work->fate == UCH_DEMO_FATE_IMPOSSIBLE ? "no_technical_possibility"
                                                              : "client_cancelled");
  ticket->closed_at
      = ticket->created_at + uch_demo_between (work->demo, 20, 60 * 24) * UCH_MINUTE_MS;
}

/* How long ago a time was agreed, so that the moments after it have passed by now. */
static gint64
pick_agreed_ago_ms (UchDemo *self, const UchDemoSketch *sketch)
{
  switch (sketch->visit_state)
    {
    case UCH_VISIT_EN_ROUTE:
      return uch_demo_between (self, 13, 34) * UCH_MINUTE_MS;
    case UCH_VISIT_ON_SITE:
      return uch_demo_between (self, 46, 75) * UCH_MINUTE_MS;
    case UCH_VISIT_DONE:
      return uch_demo_between (self, 110, 300) * UCH_MINUTE_MS;
    default:
      return uch_demo_between (self, 7, 44) * UCH_MINUTE_MS;
    }
}

static void
describe (Work *work, const char *category)
{
  UchDemo    *self = work->demo;
  UchTicket  *ticket = work->ticket;
  JsonObject *complaints = json_object_get_object_member (self->town, "complaints");
  JsonArray  *words = json_object_get_array_member (complaints, category);
  UchFamily   family = uch_category_get (category)->family;
  gboolean    is_alert = family == UCH_FAMILY_PROACTIVE || family == UCH_FAMILY_INCIDENT;

  uch_entity_set_text (ticket, &ticket->category, category);
  uch_entity_set_text (
      ticket, &ticket->description,
      json_array_get_string_element (
          words, (guint) uch_demo_between (self, 0, json_array_get_length (words) - 1)));
  uch_entity_set_text (ticket, &ticket->source, is_alert ? "alert" : "phone");
  ticket->priority = uch_demo_chance (self, 85)   ? UCH_PRIORITY_NORMAL
                     : uch_demo_chance (self, 80) ? UCH_PRIORITY_HIGH
                                                  : UCH_PRIORITY_URGENT;
  if (family == UCH_FAMILY_COMPANY)
    {
      for (guint i = 0; i < self->companies->len; i++)
        {
          const UchCompany *company = g_ptr_array_index (self->companies, i);

          if (g_strcmp0 (company->parent.id, work->house->company_id) != 0)
            continue;
          uch_entity_set_text (ticket, &ticket->client_name, company->name);
          uch_entity_set_text (ticket, &ticket->phone, company->phones);
        }
    }
  else if (!is_alert)
    {
      uch_entity_set_text (ticket, &ticket->client_id, work->client->parent.id);
      uch_entity_set_text (ticket, &ticket->client_name, work->client->name);
      uch_entity_set_text (ticket, &ticket->phone, work->client->phone);
      uch_entity_set_text (ticket, &ticket->phone_raw, work->client->phone_raw);
      uch_entity_set_text (ticket, &ticket->entrance, work->client->entrance);
      uch_entity_set_text (ticket, &ticket->floor, work->client->floor);
      uch_entity_set_text (ticket, &ticket->apartment, work->client->apartment);
    }
}

static void
set_place (Work *work)
{
  UchTicket *ticket = work->ticket;

  uch_entity_set_text (ticket, &ticket->house_id, work->house->parent.id);
  uch_entity_set_text (ticket, &ticket->zone_id, work->house->zone_id);
  ticket->address = uch_address_format (work->house, ticket->apartment,
                                        strcmp (work->house->city, UCH_DEMO_CITY) != 0);
}

/* The end of a ticket that has one. */
static void
finish (Work *work)
{
  static const char *const codes[]
      = { "settings", "router_reboot", "cable", "switch_port", "wifi_channel", "taught_client" };
  UchDemo   *self = work->demo;
  UchTicket *ticket = work->ticket;

  if (strcmp (ticket->category, "thanks") == 0)
    {
      uch_entity_set_text (ticket, &ticket->engineer_id,
                           pick_engineer (self, ticket->zone_id, FALSE, FALSE));
      ticket->closed_at = ticket->resolved_at = ticket->created_at;
      return;
    }
  ticket->resolved_at = work->visit != NULL
                            ? work->visit->ended_at
                            : ticket->created_at + uch_demo_between (self, 20, 200) * UCH_MINUTE_MS;
  ticket->resolution = work->visit != NULL          ? UCH_RESOLUTION_ON_SITE
                       : uch_demo_chance (self, 60) ? UCH_RESOLUTION_REMOTE
                                                    : UCH_RESOLUTION_PHONE;
  uch_entity_set_text (ticket, &ticket->resolution_code,
                       codes[uch_demo_between (self, 0, G_N_ELEMENTS (codes) - 1)]);
  uch_entity_set_text (ticket, &ticket->resolved_by,
                       work->visit != NULL ? work->visit->engineer_id : work->dispatcher_id);
  journal (work, UCH_COMMAND_TICKET_RESOLVE, work->dispatcher_id, ticket->resolved_at, "resolved");
  if (ticket->state == UCH_TICKET_CLOSED)
    ticket->closed_at = ticket->resolved_at + uch_demo_between (self, 2, 20) * UCH_HOUR_MS;
}

static void
make_ticket (UchDemo *self, const UchDemoSketch *sketch, guint number)
{
  Work        work = { .demo = self };
  const char *category;
  gboolean    has_visit = sketch->visit_state != NO_VISIT;
  UchTime     agreed_at;

  work.is_history = sketch->is_history;
  work.fate = sketch->fate;
  work.client = sketch->client > 0 ? g_ptr_array_index (self->clients, sketch->client - 1)
                                   : uch_demo_pick_row (self, self->clients);
  /* Rows of houses are numbered from 1 in their order. */
  work.house = g_ptr_array_index (
      self->houses,
      g_ascii_strtoull (work.client->house_id + strlen ("demo-house-"), NULL, 10) - 1);
  work.dispatcher_id
      = UCH_ENTITY (g_ptr_array_index (self->staff, uch_demo_between (self, 1, 3)))->id;
  work.trail = g_ptr_array_new_with_free_func (g_object_unref);
  work.ticket = uch_demo_new_row (self, UCH_TABLE_TICKET, "ticket-%u", number);
  work.ticket->number = number;
  work.ticket->created_at = sketch->created_at;
  uch_entity_set_text (work.ticket, &work.ticket->created_by, work.dispatcher_id);
  work.ticket->state = sketch->state;
  category = sketch->category != NULL
                 ? sketch->category
                 : pick_category (self, sketch->state != UCH_TICKET_CLOSED, has_visit);
  describe (&work, category);
  set_place (&work);
  journal (&work, UCH_COMMAND_TICKET_CREATE, work.dispatcher_id, sketch->created_at, "new");

  if (sketch->state != UCH_TICKET_NEW && strcmp (category, "thanks") != 0)
    add_call (&work, sketch->created_at
                         + (work.is_history ? uch_demo_history_delay_ms (self, sketch->created_at)
                                            : uch_demo_between (self, 2, 6) * UCH_MINUTE_MS));
  if (!work.is_history && uch_demo_chance (self, 20))
    add_note (&work, "access");
  agreed_at = MAX (sketch->created_at, work.ticket->first_contact_at)
              + uch_demo_between (self, 3, 6) * UCH_MINUTE_MS;
  if (!work.is_history)
    agreed_at = sketch->created_at + uch_demo_between (self, 6, 9) * UCH_MINUTE_MS;
  if (has_visit && work.is_history && work.fate >= UCH_DEMO_FATE_MISSED
      && work.fate <= UCH_DEMO_FATE_INCOMPLETE)
    add_visit_again (&work, sketch, agreed_at);
  else if (has_visit)
    add_visit (&work, sketch, agreed_at);
  if (sketch->state == UCH_TICKET_ON_HOLD)
    {
      uch_entity_set_text (work.ticket, &work.ticket->reason,
                           uch_demo_chance (self, 50) ? "client_thinking" : "waiting_mc_access");
      work.ticket->wake_at = self->options.now + uch_demo_between (self, 1, 72) * UCH_HOUR_MS;
      journal (&work, UCH_COMMAND_TICKET_HOLD, work.dispatcher_id, agreed_at, "on_hold");
    }
  if (sketch->state == UCH_TICKET_RESOLVED || sketch->state == UCH_TICKET_CLOSED)
    finish (&work);
  else if (sketch->state == UCH_TICKET_CANCELLED)
    cancel (&work);
  if (work.fate == UCH_DEMO_FATE_REOPENED)
    {
      work.ticket->reopen_count = 1;
      work.ticket->reopened_at = work.ticket->created_at + 10 * UCH_MINUTE_MS;
      uch_entity_set_text (work.ticket, &work.ticket->reason, "same_symptom");
    }

  uch_demo_emit (self, work.ticket);
  if (work.visit != NULL)
    uch_demo_emit (self, work.visit);
  for (guint i = 0; i < work.trail->len; i++)
    uch_demo_emit (self, g_ptr_array_index (work.trail, i));
  g_object_unref (work.ticket);
  g_clear_object (&work.visit);
  g_ptr_array_unref (work.trail);
}

/* Everything that will be made, oldest first. */
static GArray *
sketch_tickets (UchDemo *self)
{
  GArray *sketches
      = g_array_sized_new (FALSE, TRUE, sizeof (UchDemoSketch), self->options.n_tickets);
  UchTime now = self->options.now;

  for (guint t = 0; t < G_N_ELEMENTS (today); t++)
    for (guint i = 0; i < today[t].n && sketches->len < self->options.n_tickets; i++)
      {
        UchDemoSketch sketch = { 0, today[t].state, today[t].visit_state, today[t].mode };

        sketch.created_at = now - pick_agreed_ago_ms (self, &sketch) - 10 * UCH_MINUTE_MS;
        if (sketch.visit_state == NO_VISIT)
          sketch.created_at = now - uch_demo_between (self, 2, 240) * UCH_MINUTE_MS;
        g_array_append_val (sketches, sketch);
      }
  if (self->options.n_days > 0)
    uch_demo_history_sketch (self, sketches);
  while (self->options.n_days == 0 && sketches->len < self->options.n_tickets)
    {
      gint64 days = MAX ((self->options.n_tickets + TICKETS_PER_DAY - 1) / TICKETS_PER_DAY, 3);
      UchDemoSketch sketch = { 0, UCH_TICKET_CLOSED, NO_VISIT, UCH_VISIT_MODE_NOW };

      sketch.created_at
          = now - UCH_DAY_MS
            - uch_demo_between (self, 0, days * UCH_DAY_MS / UCH_SECOND_MS) * UCH_SECOND_MS;
      if (uch_demo_chance (self, 70))
        sketch.visit_state = UCH_VISIT_DONE;
      g_array_append_val (sketches, sketch);
    }
  g_array_sort (sketches, compare_sketches);
  return sketches;
}

void
uch_demo_make_work (UchDemo *self)
{
  g_autoptr (GArray) sketches = sketch_tickets (self);

  for (guint i = 0; i < sketches->len; i++)
    make_ticket (self, &g_array_index (sketches, UchDemoSketch, i), i + 1);
}
