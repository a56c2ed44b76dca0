#include "server/crew/uch-crew-life.h"

#include <string.h>

#include "core/uch-category.h"
#include "core/uch-people.h"
#include "server/crew/uch-crew-drive.h"

/* A car in a city, lights and crossings included; a store believes no position that is faster than
 * 200 km/h, so driving is never more than five times as fast, however fast the rest goes. */
#define DRIVE_MPS (28 / 3.6)
#define DRIVE_SPEED_MAX 5.0
/* He calls three times before he gives up on a client. */
#define TRIES_MAX 3
#define RETRY_MS (8 * UCH_MINUTE_MS)
/* How often he takes a trouble of his zone that nobody has, to mend it from afar. */
#define REMOTE_PERCENT 8

typedef enum
{
  IDLE,
  READING, /* what he was given */
  TALKING, /* to a client on the phone */
  DRIVING,
  WORKING, /* at the client's */
} Doing;

/* What he has said about a visit, which its row may not show yet. */
typedef struct
{
  UchVisitState state;
  UchVisitMode  mode;
  UchTime       from_at;
} Said;

/* Calls about a ticket that came to nothing. */
typedef struct
{
  guint   n;
  UchTime next_at;
} Tries;

struct _UchCrewLife
{
  UchCrewWorld world;
  UchPoint     home, place;
  Doing        doing;
  UchTime      until;     /* when it is done */
  char        *visit_id;  /* (nullable): what it is about */
  char        *ticket_id; /* (nullable) */
  GHashTable  *said;      /* visit's id → Said */
  GHashTable  *tries;     /* ticket's id → Tries */
  UchCrewDrive drive;
};

/**
 * uch_crew_roll:
 * @number: of what is decided
 * @purpose: what about it
 * @nth: how often it was asked before
 *
 * A die that falls the same way whenever the same is asked, in whatever order (splitmix64; Steele,
 * Lea, Flood 2014).
 *
 * Returns: 0 … 1, 1 not included
 */
double
uch_crew_roll (guint32 seed, gint64 number, const char *purpose, gint64 nth)
{
  guint64 x = (guint64) seed << 32 ^ g_str_hash (purpose);

  for (guint i = 0; i < 3; i++)
    {
      x += 0x9e3779b97f4a7c15 + (guint64) (i == 0 ? number : i == 1 ? nth : 0);
      x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
      x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
      x ^= x >> 31;
    }
  return (double) (x >> 11) / (double) (G_GUINT64_CONSTANT (1) << 53);
}

/**
 * uch_crew_life_new:
 * @world: copied
 * @home: where he begins, and waits when there is nothing to do
 *
 * Returns: (transfer full)
 */
UchCrewLife *
uch_crew_life_new (const UchCrewWorld *world, const UchPoint *home)
{
  UchCrewLife *self = g_new0 (UchCrewLife, 1);

  self->world = *world;
  self->home = self->place = *home;
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->tries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
uch_crew_life_free (UchCrewLife *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->said);
  g_hash_table_unref (self->tries);
  uch_crew_drive_clear (&self->drive);
  g_free (self->visit_id);
  g_free (self->ticket_id);
  g_free (self);
}

/**
 * uch_crew_life_settle:
 *
 * The store has answered all he said and his phone has read its day since: what stands there
 * counts from now on.
 */
void
uch_crew_life_settle (UchCrewLife *self)
{
  g_hash_table_remove_all (self->said);
}

/* Between @low and @high minutes of his time. */
static gint64
pick_ms (UchCrewLife *self, const UchTicket *ticket, const char *purpose, double low, double high)
{
  double roll = uch_crew_roll (self->world.seed, ticket->number, purpose, 0);

  return (gint64) ((low + roll * (high - low)) * UCH_MINUTE_MS / self->world.speed);
}

static gboolean
chance (UchCrewLife *self, const UchTicket *ticket, const char *purpose, gint64 nth, double percent)
{
  return uch_crew_roll (self->world.seed, ticket->number, purpose, nth) * 100 < percent;
}

static Said
get_said (UchCrewLife *self, const UchVisit *visit)
{
  const Said *known = g_hash_table_lookup (self->said, UCH_ENTITY (visit)->id);

  return known != NULL ? *known : (Said){ visit->state, visit->mode, visit->agreed_from };
}

static void
say (UchCrewLife *self, const UchVisit *visit, Said said)
{
  g_hash_table_replace (self->said, g_strdup (UCH_ENTITY (visit)->id),
                        g_memdup2 (&said, sizeof said));
}

/* One of @n, by a throw from 0 to 1. */
static guint
pick (double roll, gsize n)
{
  return (guint) (roll * (double) n);
}

static Tries *
get_tries (UchCrewLife *self, const UchTicket *ticket)
{
  Tries *tries = g_hash_table_lookup (self->tries, UCH_ENTITY (ticket)->id);

  if (tries == NULL)
    {
      tries = g_new0 (Tries, 1);
      g_hash_table_insert (self->tries, g_strdup (UCH_ENTITY (ticket)->id), tries);
    }
  return tries;
}

static void
begin (
    UchCrewLife *self, Doing doing, UchTime until, const UchVisit *visit, const UchTicket *ticket)
{
  self->doing = doing;
  self->until = until;
  g_free (self->visit_id);
  self->visit_id = visit != NULL ? g_strdup (UCH_ENTITY (visit)->id) : NULL;
  g_free (self->ticket_id);
  self->ticket_id = ticket != NULL ? g_strdup (UCH_ENTITY (ticket)->id) : NULL;
}

static void
act (UchCrewLife *self, GPtrArray *acts, const char *type, UchTime now, ...)
{
  g_autofree char *id = self->world.make_id (now, self->world.id_data);
  va_list          ap;

  va_start (ap, now);
  g_ptr_array_add (acts, uch_command_new_valist (id, type, now, ap));
  va_end (ap);
}

/* A step of a visit, and what his phone then shows of it. */
static void
step (UchCrewLife    *self,
      GPtrArray      *acts,
      const UchVisit *visit,
      const char     *type,
      UchVisitState   state,
      UchTime         now)
{
  Said said = get_said (self, visit);

  act (self, acts, type, now, "visit", "s", UCH_ENTITY (visit)->id, NULL);
  said.state = state;
  say (self, visit, said);
}

static double
get_mps (UchCrewLife *self)
{
  return DRIVE_MPS * MIN (self->world.speed, DRIVE_SPEED_MAX);
}

static void
drive_to (UchCrewLife *self, const UchPoint *to, UchTime now)
{
  UchTravelPlace from = { self->place.latitude, self->place.longitude, NULL, NULL, TRUE };
  UchTravelPlace there = { to->latitude, to->longitude, NULL, NULL, FALSE };

  uch_crew_drive_begin (&self->drive, uch_travel_get_path (self->world.travel, &from, &there),
                        get_mps (self), now);
}

/* How long he will be on his way there. */
static gint64
guess_drive_ms (UchCrewLife *self, const UchHouse *house)
{
  return house == NULL ? 0
                       : (gint64) (uch_geo_distance_m (self->place.latitude, self->place.longitude,
                                                       house->latitude, house->longitude)
                                   * 1.4 / get_mps (self) * 1000);
}

static gboolean
is_his (const UchCrewDay *day, const UchVisit *visit)
{
  return g_strcmp0 (visit->engineer_id, day->me) == 0;
}

/* When a visit wants him: 0 right now, G_MAXINT64 not at all. */
static UchTime
get_turn (UchCrewLife *self, const UchCrewDay *day, const UchVisit *visit, UchTime now)
{
  Said             said = get_said (self, visit);
  const UchTicket *ticket = uch_crew_day_get (day, UCH_TABLE_TICKET, visit->ticket_id);
  const UchHouse  *house = uch_crew_day_get (day, UCH_TABLE_HOUSE, visit->house_id);

  if (!is_his (day, visit) || ticket == NULL || said.state > UCH_VISIT_ON_SITE)
    return G_MAXINT64;
  if (said.state >= UCH_VISIT_EN_ROUTE)
    return 0;
  if (said.mode == UCH_VISIT_MODE_NONE)
    return MAX (get_tries (self, ticket)->next_at, 1);
  if (said.state == UCH_VISIT_ASSIGNED)
    return 2;
  if (said.mode == UCH_VISIT_MODE_NOW)
    return MAX (said.from_at, 3);
  return MAX (said.from_at - guess_drive_ms (self, house) - pick_ms (self, ticket, "early", -4, 6),
              3);
}

static const UchVisit *
choose (UchCrewLife *self, const UchCrewDay *day, UchTime now)
{
  const UchVisit *best = NULL;
  UchTime         best_at = now + 1;

  for (guint i = 0; i < day->visits->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (day->visits, i);
      UchTime         at = get_turn (self, day, visit, now);

      if (at < best_at || (at == best_at && best != NULL && visit->created_at < best->created_at))
        {
          best = visit;
          best_at = at;
        }
    }
  return best;
}

/* A trouble in his zone that nobody has and that may be mended from afar. */
static const UchTicket *
choose_remote (UchCrewLife *self, const UchCrewDay *day, UchTime now)
{
  for (guint i = 0; i < day->free->len; i++)
    {
      const UchTicket   *ticket = g_ptr_array_index (day->free, i);
      const UchCategory *category = uch_category_get (ticket->category);
      const UchVisit    *visit = uch_crew_day_get (day, UCH_TABLE_VISIT, ticket->visit_id);

      if (category == NULL || category->family != UCH_FAMILY_SUPPORT
          || ticket->state != UCH_TICKET_NEW || (visit != NULL && uch_visit_is_open (visit))
          || g_hash_table_contains (self->tries, UCH_ENTITY (ticket)->id)
          || now < ticket->created_at + pick_ms (self, ticket, "notice", 2, 20))
        continue;
      if (chance (self, ticket, "remote", g_str_hash (day->me), REMOTE_PERCENT))
        return ticket;
    }
  return NULL;
}

static void
go (UchCrewLife *self, GPtrArray *acts, const UchCrewDay *day, const UchVisit *visit, UchTime now)
{
  Said             said = get_said (self, visit);
  const UchTicket *ticket = uch_crew_day_get (day, UCH_TABLE_TICKET, visit->ticket_id);
  const UchHouse  *house = uch_crew_day_get (day, UCH_TABLE_HOUSE, visit->house_id);
  UchPoint         there = { house != NULL ? house->latitude : self->place.latitude,
                     house != NULL ? house->longitude : self->place.longitude };

  if (said.state < UCH_VISIT_EN_ROUTE)
    step (self, acts, visit, UCH_COMMAND_VISIT_DEPART, UCH_VISIT_EN_ROUTE, now);
  drive_to (self, &there, now);
  begin (self, DRIVING,
         uch_crew_drive_get_end (&self->drive) + pick_ms (self, ticket, "door", 1, 3), visit,
         ticket);
}

static void
work (UchCrewLife *self, const UchTicket *ticket, const UchVisit *visit, UchTime now)
{
  const UchCategory *category = uch_category_get (ticket->category);
  gboolean           connects = category != NULL && category->family == UCH_FAMILY_CONNECT;

  begin (self, WORKING,
         now + pick_ms (self, ticket, "work", connects ? 30 : 12, connects ? 65 : 40), visit,
         ticket);
}

/* Nothing to do: he looks at his phone, or goes back to his centre. */
static void
idle (UchCrewLife *self, GPtrArray *acts, const UchCrewDay *day, UchTime now)
{
  const UchTicket *remote = choose_remote (self, day, now);

  if (remote != NULL)
    {
      get_tries (self, remote)->next_at = now; /* chosen once */
      act (self, acts, UCH_COMMAND_TICKET_TAKE, now, "ticket", "s", UCH_ENTITY (remote)->id, NULL);
      begin (self, TALKING, now + pick_ms (self, remote, "talk", 2, 8), NULL, remote);
      return;
    }
  if (self->drive.path == NULL
      && uch_geo_distance_m (self->place.latitude, self->place.longitude, self->home.latitude,
                             self->home.longitude)
             > 300)
    drive_to (self, &self->home, now);
}

static void
take_up (UchCrewLife *self, GPtrArray *acts, const UchCrewDay *day, UchTime now)
{
  const UchVisit  *visit = choose (self, day, now);
  const UchTicket *ticket
      = visit != NULL ? uch_crew_day_get (day, UCH_TABLE_TICKET, visit->ticket_id) : NULL;
  Said said;

  if (visit == NULL)
    {
      idle (self, acts, day, now);
      return;
    }
  said = get_said (self, visit);
  if (said.state == UCH_VISIT_ON_SITE)
    work (self, ticket, visit, now);
  else if (said.state == UCH_VISIT_EN_ROUTE)
    go (self, acts, day, visit, now);
  else if (said.mode == UCH_VISIT_MODE_NONE)
    begin (self, TALKING, now + pick_ms (self, ticket, "talk", 1, 3), visit, ticket);
  else if (said.state == UCH_VISIT_ASSIGNED)
    begin (self, READING, now + pick_ms (self, ticket, "read", 0.5, 3), visit, ticket);
  else
    go (self, acts, day, visit, now);
}

/* He has read what he was given: he takes it, or says why not. */
static void
has_read (
    UchCrewLife *self, GPtrArray *acts, const UchVisit *visit, const UchTicket *ticket, UchTime now)
{
  Said said = get_said (self, visit);

  if (chance (self, ticket, "decline", visit->assigned_at == 0, 3))
    {
      act (self, acts, UCH_COMMAND_VISIT_DECLINE, now, "visit", "s", UCH_ENTITY (visit)->id,
           "reason", "s", "overload", NULL);
      said.state = UCH_VISIT_CANCELLED;
      say (self, visit, said);
    }
  else
    step (self, acts, visit, UCH_COMMAND_VISIT_ACCEPT, UCH_VISIT_ACCEPTED, now);
}

static void
resolve (UchCrewLife *self, GPtrArray *acts, const UchTicket *ticket, UchTime now)
{
  static const char *const codes[]
      = { "settings", "router_reboot", "wifi_channel", "switch_port", "taught_client", "billing" };
  double      roll = uch_crew_roll (self->world.seed, ticket->number, "code", 0);
  const char *how = chance (self, ticket, "how", 0, 70) ? "remote" : "phone";

  act (self, acts, UCH_COMMAND_TICKET_RESOLVE, now, "ticket", "s", UCH_ENTITY (ticket)->id, "how",
       "s", how, "code", "s", codes[pick (roll, G_N_ELEMENTS (codes))], NULL);
}

/* Nobody answers: later again, and after the third time it is the client's fault. */
static void
was_not_reached (
    UchCrewLife *self, GPtrArray *acts, const UchVisit *visit, const UchTicket *ticket, UchTime now)
{
  Tries *tries = get_tries (self, ticket);

  if (visit == NULL || tries->n < TRIES_MAX)
    {
      tries->next_at = now + (gint64) (RETRY_MS / self->world.speed);
      return;
    }
  act (self, acts, UCH_COMMAND_VISIT_FAIL, now, "visit", "s", UCH_ENTITY (visit)->id, "reason", "s",
       "absent", NULL);
  say (self, visit, (Said){ UCH_VISIT_FAILED, UCH_VISIT_MODE_NONE, 0 });
}

static void
agree (
    UchCrewLife *self, GPtrArray *acts, const UchVisit *visit, const UchTicket *ticket, UchTime now)
{
  gboolean at_once = chance (self, ticket, "mode", 0, 60);
  UchTime  from_at = at_once ? now : now + pick_ms (self, ticket, "from", 40, 180);

  act (self, acts, UCH_COMMAND_VISIT_PLAN, now, "ticket", "s", UCH_ENTITY (ticket)->id, "visit",
       "s", UCH_ENTITY (visit)->id, "mode", "s", at_once ? "now" : "time", "from_at", "x", from_at,
       "to_at", "x", from_at, NULL);
  say (self, visit,
       (Said){ UCH_VISIT_ASSIGNED, at_once ? UCH_VISIT_MODE_NOW : UCH_VISIT_MODE_TIME, from_at });
  step (self, acts, visit, UCH_COMMAND_VISIT_ACCEPT, UCH_VISIT_ACCEPTED, now);
}

/* The call is over. @visit: (nullable): he called about a ticket that nobody has. */
static void
has_talked (
    UchCrewLife *self, GPtrArray *acts, const UchVisit *visit, const UchTicket *ticket, UchTime now)
{
  const UchCategory *category = uch_category_get (ticket->category);
  Tries             *tries = get_tries (self, ticket);
  gboolean           reached = !chance (self, ticket, "answer", tries->n, 18);
  g_autofree char   *call_id = self->world.make_id (now, self->world.id_data);

  tries->n++;
  act (self, acts, UCH_COMMAND_CALL_LOG, now, "call", "s", call_id, "ticket", "s",
       UCH_ENTITY (ticket)->id, "outcome", "s", reached ? "talked" : "no_answer", NULL);
  if (!reached)
    was_not_reached (self, acts, visit, ticket, now);
  else if (visit == NULL
           || (category != NULL && category->family == UCH_FAMILY_SUPPORT
               && chance (self, ticket, "afar", 0, 20)))
    {
      resolve (self, acts, ticket, now);
      if (visit != NULL)
        say (self, visit, (Said){ UCH_VISIT_CANCELLED, UCH_VISIT_MODE_NONE, 0 });
    }
  else
    agree (self, acts, visit, ticket, now);
}

static void
has_worked (
    UchCrewLife *self, GPtrArray *acts, const UchVisit *visit, const UchTicket *ticket, UchTime now)
{
  static const char *const codes[]
      = { "cable", "router_replaced", "settings", "tv_box", "patch_panel", "wifi_channel" };
  double      roll = uch_crew_roll (self->world.seed, ticket->number, "code", 1);
  const char *id = UCH_ENTITY (visit)->id;
  Said        said = { UCH_VISIT_DONE, UCH_VISIT_MODE_NOW, 0 };

  if (chance (self, ticket, "end", 0, 90))
    act (self, acts, UCH_COMMAND_VISIT_FINISH, now, "visit", "s", id, "result", "s", "done", "code",
         "s", codes[pick (roll, G_N_ELEMENTS (codes))], NULL);
  else if (chance (self, ticket, "end", 1, 60))
    act (self, acts, UCH_COMMAND_VISIT_FINISH, now, "visit", "s", id, "result", "s", "incomplete",
         "reason", "s", "waiting_parts", NULL);
  else
    {
      g_autofree char *call_id = self->world.make_id (now, self->world.id_data);

      act (self, acts, UCH_COMMAND_CALL_LOG, now, "call", "s", call_id, "ticket", "s",
           UCH_ENTITY (ticket)->id, "outcome", "s", "no_answer", NULL);
      act (self, acts, UCH_COMMAND_VISIT_FAIL, now, "visit", "s", id, "reason", "s", "no_access",
           NULL);
    }
  say (self, visit, said);
}

/* What he was at is over. */
static void
come_to_an_end (UchCrewLife *self, GPtrArray *acts, const UchCrewDay *day, UchTime now)
{
  g_autofree char *visit_id = g_steal_pointer (&self->visit_id);
  g_autofree char *ticket_id = g_steal_pointer (&self->ticket_id);
  const UchVisit  *visit = uch_crew_day_get (day, UCH_TABLE_VISIT, visit_id);
  const UchTicket *ticket = uch_crew_day_get (day, UCH_TABLE_TICKET, ticket_id);
  Doing            doing = self->doing;

  self->doing = IDLE;
  for (guint i = 0; ticket == NULL && i < day->free->len; i++)
    if (g_strcmp0 (UCH_ENTITY (g_ptr_array_index (day->free, i))->id, ticket_id) == 0)
      ticket = g_ptr_array_index (day->free, i);
  /* It was taken from him meanwhile. */
  if (ticket == NULL || (visit_id != NULL && (visit == NULL || !is_his (day, visit)))
      || (visit != NULL && get_said (self, visit).state > UCH_VISIT_ON_SITE))
    return;
  if (doing == READING)
    has_read (self, acts, visit, ticket, now);
  else if (doing == TALKING)
    has_talked (self, acts, visit, ticket, now);
  else if (doing == WORKING)
    has_worked (self, acts, visit, ticket, now);
  else
    {
      step (self, acts, visit, UCH_COMMAND_VISIT_ARRIVE, UCH_VISIT_ON_SITE, now);
      work (self, ticket, visit, now);
    }
}

/**
 * uch_crew_life_live:
 * @day: what his phone shows
 *
 * Takes him to @now.
 *
 * Returns: (transfer full) (element-type UchCommand): what he taps meanwhile; often nothing
 */
GPtrArray *
uch_crew_life_live (UchCrewLife *self, const UchCrewDay *day, UchTime now)
{
  GPtrArray   *acts = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  UchCrewWhere where;

  uch_crew_life_get_where (self, now, &where);
  self->place = where.place;
  if (self->doing != IDLE)
    {
      if (now >= self->until)
        come_to_an_end (self, acts, day, now);
    }
  else if (uch_staff_is_on_shift (day->shifts, day->me, now))
    take_up (self, acts, day, now);
  return acts;
}

/**
 * uch_crew_life_get_where:
 * @at: not before what uch_crew_life_live() was told last
 * @out_where: (out): where he is then
 */
void
uch_crew_life_get_where (UchCrewLife *self, UchTime at, UchCrewWhere *out_where)
{
  *out_where = (UchCrewWhere){ self->place, 0, -1 };
  if (self->drive.path == NULL)
    return;
  uch_crew_drive_get_place (&self->drive, at, &out_where->place, &out_where->mps,
                            &out_where->course_deg);
  if (at >= uch_crew_drive_get_end (&self->drive))
    {
      self->place = out_where->place;
      uch_crew_drive_clear (&self->drive);
    }
}
