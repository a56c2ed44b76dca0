#define G_LOG_DOMAIN "uch-crew"

#include "server/crew/uch-crew-phone.h"

#include <math.h>
#include <string.h>

#include "exchange/uch-demo-town.h"
#include "server/crew/uch-crew-outbox.h"
#include "sync/uch-json.h"

/* How often the page asks for the day when nothing tells it to. */
#define READ_EVERY_MS (6 * UCH_SECOND_MS)
#define RETRY_MS (2 * UCH_SECOND_MS)
/* Points: on the way, and at rest. */
#define POINT_DRIVING_MS (4 * UCH_SECOND_MS)
#define POINT_RESTING_MS (30 * UCH_SECOND_MS)
#define POINTS_MAX 500
/* A net that comes and goes: it is looked at in pieces of his time, and may be gone for some. */
#define LOSS_SLOT_MS (5 * UCH_MINUTE_MS)
#define LOSS_MIN_MS (4 * UCH_SECOND_MS)
#define LOSS_MAX_MS (4 * UCH_MINUTE_MS)
/* A connection that breaks in the middle of a push: so long after it was begun at most. */
#define CUT_MAX_MS 60

#define KNOTS_PER_MPS 1.943844
#define DAY_PATH "/v1/phone/day"

struct _UchCrewPhone
{
  UchCrewLine   *line; /* (unowned) */
  UchCrewWorld   world;
  double         losses_percent;
  guint          index;
  char          *login, *password;
  char          *refusal; /* (nullable): why he cannot sign in */
  char          *cookie, *secret, *etag;
  GCancellable  *cable; /* cancelled when the connection breaks */
  UchCrewOutbox *outbox;
  UchCrewDay    *day;
  UchCrewLife   *life;   /* (nullable): until it is known where he begins */
  GQueue        *points; /* of char *: bodies, oldest first */
  gboolean       asking, telling;
  gboolean       clean; /* nothing was unsent when the day was asked for */
  UchTime        began_at, ask_at, tell_at, point_at, offline_until;
  gint64         slot, n_pushes;
  guint          cut_source;
};

static char *
make_name (gpointer user_data)
{
  UchCrewPhone *self = user_data;

  return self->world.make_id (self->began_at, self->world.id_data);
}

/**
 * uch_crew_phone_new:
 * @world: copied
 * @losses_percent: how often the connection is lost
 * @index: of the phone, for the dice
 *
 * Returns: (transfer full)
 */
UchCrewPhone *
uch_crew_phone_new (UchCrewLine        *line,
                    const UchCrewWorld *world,
                    double              losses_percent,
                    guint               index,
                    const char         *login,
                    const char         *password)
{
  UchCrewPhone *self = g_new0 (UchCrewPhone, 1);

  self->line = line;
  self->world = *world;
  self->losses_percent = losses_percent;
  self->index = index;
  self->login = g_strdup (login);
  self->password = g_strdup (password);
  self->cable = g_cancellable_new ();
  self->points = g_queue_new ();
  self->slot = -1;
  return self;
}

/* Nothing may be asked any more: see uch_crew_line_get_n_open(). */
void
uch_crew_phone_free (UchCrewPhone *self)
{
  if (self == NULL)
    return;
  if (self->cut_source != 0)
    g_source_remove (self->cut_source);
  g_clear_pointer (&self->outbox, uch_crew_outbox_free);
  uch_crew_life_free (self->life);
  uch_crew_day_free (self->day);
  g_queue_free_full (self->points, g_free);
  g_object_unref (self->cable);
  g_free (self->login);
  g_free (self->password);
  g_free (self->refusal);
  g_free (self->cookie);
  g_free (self->secret);
  g_free (self->etag);
  g_free (self);
}

static void
ask (UchCrewPhone       *self,
     const char         *method,
     const char         *path,
     const char         *body,
     UchCrewAnsweredFunc func)
{
  UchCrewAsk asked = { .method = method,
                       .path = path,
                       .body = body,
                       .type = "application/json",
                       .cookie = self->cookie != NULL ? self->cookie : "",
                       .etag = strcmp (path, DAY_PATH) == 0 ? self->etag : NULL,
                       .cancellable = self->cable };

  self->asking = TRUE;
  uch_crew_line_ask (self->line, &asked, func, self);
}

/* What every answer tells: signed out, or come again later. */
static gboolean
is_good (UchCrewPhone *self, const UchCrewAnswer *answer)
{
  self->asking = FALSE;
  self->ask_at
      += MAX (answer->wait_ms, answer->status >= 200 && answer->status < 400 ? 0 : RETRY_MS);
  if (answer->status == 401)
    g_clear_pointer (&self->cookie, g_free);
  return answer->status >= 200 && answer->status < 300;
}

static void
signed_in_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewPhone *self = user_data;

  if (is_good (self, answer))
    {
      g_free (self->cookie);
      self->cookie = g_strdup (answer->cookie);
    }
  else if (answer->status == 401 || answer->status == 403)
    self->refusal = g_strndup (answer->body, answer->len);
}

static void
sign_in (UchCrewPhone *self)
{
  g_autoptr (GString) body = g_string_new ("{\"login\":");

  uch_json_append_text (body, self->login);
  g_string_append (body, ",\"password\":");
  uch_json_append_text (body, self->password);
  g_string_append (body, ",\"device\":\"simulated\"}");
  ask (self, "POST", "/v1/phone/session", body->str, signed_in_cb);
}

static void
day_read_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewPhone *self = user_data;
  g_autoptr (GError) error = NULL;
  UchCrewDay *day;

  if (is_good (self, answer))
    {
      day = uch_crew_day_parse (answer->body, answer->len, &error);
      if (day == NULL)
        {
          g_warning ("the day of %s cannot be read: %s", self->login, error->message);
          return;
        }
      uch_crew_day_free (self->day);
      self->day = day;
      g_free (self->etag);
      self->etag = g_strdup (answer->etag);
    }
  else if (answer->status != 304)
    return;
  if (self->clean && self->life != NULL && uch_crew_outbox_get_len (self->outbox) == 0)
    uch_crew_life_settle (self->life);
}

static void
read_day (UchCrewPhone *self, UchTime now)
{
  self->clean = self->outbox != NULL && uch_crew_outbox_get_len (self->outbox) == 0;
  self->ask_at = now + READ_EVERY_MS;
  ask (self, "GET", DAY_PATH, NULL, day_read_cb);
}

/* Where he begins: at his centre. */
static void
centres_read_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewPhone *self = user_data;
  g_autoptr (UchWireSnapshot) page = NULL;
  g_autoptr (GError) error = NULL;
  const UchStaff *me = uch_crew_day_get (self->day, UCH_TABLE_STAFF, self->day->me);
  UchPoint        home = { 0, 0 };

  if (!is_good (self, answer))
    return;
  page = uch_wire_decode_snapshot (answer->body, (gssize) answer->len, &error);
  for (guint i = 0; page != NULL && i < page->rows->len; i++)
    {
      const UchCentre *centre
          = UCH_CENTRE (((UchWireRow *) g_ptr_array_index (page->rows, i))->row);

      if (home.latitude == 0
          || (me != NULL && g_strcmp0 (UCH_ENTITY (centre)->id, me->centre_id) == 0))
        home = (UchPoint){ centre->latitude, centre->longitude };
    }
  if (me == NULL || uch_demo_town_get_login (me) == NULL)
    self->refusal = g_strdup ("this is no demo town, and work is invented in no other");
  else if (home.latitude == 0)
    self->refusal = g_strdup ("the office has no service centre");
  if (self->refusal != NULL)
    return;
  self->outbox = uch_crew_outbox_new (self->line, make_name, self);
  self->life = uch_crew_life_new (&self->world, &home);
}

/* "https://HOST/track/t?id=SECRET&…", as in the QR code. */
static void
tracker_made_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewPhone *self = user_data;
  const char   *id;

  if (!is_good (self, answer))
    return;
  id = g_strstr_len (answer->body, (gssize) answer->len, "?id=");
  if (id != NULL)
    self->secret = g_strndup (id + strlen ("?id="), strcspn (id + strlen ("?id="), "&\""));
}

/* Until he is there: signed in, knows his day and where he begins, and his phone may tell it. */
static void
arrive (UchCrewPhone *self, UchTime now)
{
  if (self->asking || self->refusal != NULL || now < self->ask_at)
    return;
  self->ask_at = now;
  if (self->began_at == 0)
    self->began_at = now;
  if (self->cookie == NULL)
    sign_in (self);
  else if (self->day == NULL)
    read_day (self, now);
  else if (self->life == NULL)
    ask (self, "GET", "/v1/snapshot?t=centre&limit=1000", NULL, centres_read_cb);
  else
    ask (self, "POST", "/v1/phone/tracker", "{}", tracker_made_cb);
}

static void
break_connection (UchCrewPhone *self)
{
  g_autoptr (GCancellable) cable = self->cable;

  self->cable = g_cancellable_new ();
  g_cancellable_cancel (cable);
}

static void
lose_connection (UchCrewPhone *self, UchTime now)
{
  gint64 slot_ms = (gint64) (LOSS_SLOT_MS / self->world.speed);
  gint64 slot = (now - self->began_at) / MAX (slot_ms, 1);
  double for_ms;

  if (slot == self->slot)
    return;
  self->slot = slot;
  if (uch_crew_roll (self->world.seed, self->index, "loss", slot) * 100 >= self->losses_percent)
    return;
  for_ms = uch_crew_roll (self->world.seed, self->index, "long", slot) * (double) LOSS_MAX_MS
           / self->world.speed;
  self->offline_until = now + MAX ((gint64) for_ms, LOSS_MIN_MS);
  uch_crew_line_get_tally (self->line)->n_offline++;
  break_connection (self);
}

static gboolean
cut_cb (gpointer user_data)
{
  UchCrewPhone *self = user_data;

  self->cut_source = 0;
  if (uch_crew_outbox_is_busy (self->outbox))
    {
      uch_crew_line_get_tally (self->line)->n_cut++;
      break_connection (self);
    }
  return G_SOURCE_REMOVE;
}

/* Now and then the connection breaks while the store decides: was it heard or not? */
static void
push (UchCrewPhone *self, UchTime now)
{
  gboolean was_busy = uch_crew_outbox_is_busy (self->outbox);
  double   roll;

  uch_crew_outbox_send (self->outbox, self->day->store, NULL, self->cookie, self->cable, now);
  if (was_busy || !uch_crew_outbox_is_busy (self->outbox))
    return;
  self->ask_at = MIN (self->ask_at, now + UCH_SECOND_MS);
  roll = uch_crew_roll (self->world.seed, self->index, "cut", self->n_pushes++);
  if (roll * 100 < self->losses_percent && self->cut_source == 0)
    self->cut_source
        = g_timeout_add ((guint) (roll * 100 / self->losses_percent * CUT_MAX_MS), cut_cb, self);
}

static void
told_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewPhone *self = user_data;

  self->telling = FALSE;
  if (answer->status != 200)
    {
      self->tell_at += MAX (answer->wait_ms, RETRY_MS);
      return;
    }
  g_free (g_queue_pop_head (self->points));
  uch_crew_line_get_tally (self->line)->points++;
}

/* Traccar Client sends one point after the other, the oldest first, and each until it is taken. */
static void
tell (UchCrewPhone *self, UchTime now)
{
  UchCrewAsk asked = { .method = "POST",
                       .path = "/track/t",
                       .body = g_queue_peek_head (self->points),
                       .type = "application/x-www-form-urlencoded",
                       .cancellable = self->cable };

  if (self->telling || asked.body == NULL || now < self->tell_at)
    return;
  self->telling = TRUE;
  self->tell_at = now;
  uch_crew_line_ask (self->line, &asked, told_cb, self);
}

/* As Traccar Client 10 writes it: whole seconds, knots. One point in fifty is a bad one, as between
 * high houses. */
static char *
print_point (UchCrewPhone *self, UchTime at, const UchCrewWhere *where)
{
  double   bad = uch_crew_roll (self->world.seed, self->index, "bad", at / UCH_SECOND_MS);
  double   accuracy = bad < 0.02 ? 250 + bad * 30000 : 5 + bad * 15;
  double   stray_deg = bad < 0.02 ? accuracy / 111320 : 5.0 / 111320;
  double   turn = uch_crew_roll (self->world.seed, self->index, "turn", at / UCH_SECOND_MS);
  GString *body = g_string_new ("id=");
  const struct
  {
    const char *name, *format;
    double      value;
  } parts[] = {
    { "lat", "%.6f", where->place.latitude + stray_deg * sin (turn * 2 * G_PI) },
    { "lon", "%.6f", where->place.longitude + stray_deg * cos (turn * 2 * G_PI) },
    { "speed", "%.2f", where->mps * KNOTS_PER_MPS },
    { "bearing", "%.0f", MAX (where->course_deg, 0) },
    { "altitude", "%.0f", 550 },
    { "accuracy", "%.1f", accuracy },
    { "batt", "%.0f", 90 - fmod ((double) (at - self->began_at) / UCH_HOUR_MS * 8, 70) },
  };

  g_string_append_printf (body, "%s&timestamp=%" G_GINT64_FORMAT, self->secret, at / UCH_SECOND_MS);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (body, "&%s=%s", parts[i].name,
                              g_ascii_formatd (text, sizeof text, parts[i].format, parts[i].value));
    }
  g_string_append (body, "&charge=false");
  return g_string_free (body, FALSE);
}

static void
note_point (UchCrewPhone *self, UchTime now)
{
  UchTime      at = now / UCH_SECOND_MS * UCH_SECOND_MS;
  UchCrewWhere where;

  /* Off shift the application is switched off. */
  if (now < self->point_at || !uch_staff_is_on_shift (self->day->shifts, self->day->me, at))
    return;
  uch_crew_life_get_where (self->life, at, &where);
  self->point_at = at + (where.mps > 0 ? POINT_DRIVING_MS : POINT_RESTING_MS);
  g_queue_push_tail (self->points, print_point (self, at, &where));
  if (g_queue_get_length (self->points) > POINTS_MAX && !self->telling)
    g_free (g_queue_pop_head (self->points));
}

static void
live (UchCrewPhone *self, UchTime now)
{
  g_autoptr (GPtrArray) acts = uch_crew_life_live (self->life, self->day, now);
  UchCrewWhere where;

  for (guint i = 0; i < acts->len; i++)
    uch_crew_outbox_add (self->outbox, g_ptr_array_index (acts, i));
  uch_crew_life_get_where (self->life, now, &where);
  if (where.mps > 0) /* who has just left tells it soon */
    self->point_at = MIN (self->point_at, now + POINT_DRIVING_MS);
}

/**
 * uch_crew_phone_tick:
 *
 * Does what is to be done by @now; call it several times a second.
 */
void
uch_crew_phone_tick (UchCrewPhone *self, UchTime now)
{
  if (!uch_crew_phone_is_ready (self))
    {
      arrive (self, now);
      return;
    }
  lose_connection (self, now);
  live (self, now);
  note_point (self, now);
  if (now < self->offline_until)
    return;
  if (self->cookie == NULL)
    {
      arrive (self, now);
      return;
    }
  push (self, now);
  tell (self, now);
  if (!self->asking && now >= self->ask_at && uch_crew_outbox_get_len (self->outbox) == 0)
    read_day (self, now);
}

static void
signed_out_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  ((UchCrewPhone *) user_data)->asking = FALSE;
}

/**
 * uch_crew_phone_sign_out:
 *
 * Breaks off what is under way and signs out.
 */
void
uch_crew_phone_sign_out (UchCrewPhone *self)
{
  break_connection (self);
  if (self->cookie != NULL)
    ask (self, "DELETE", "/v1/phone/session", NULL, signed_out_cb);
}

gboolean
uch_crew_phone_is_ready (UchCrewPhone *self)
{
  return self->life != NULL && self->secret != NULL;
}

/**
 * uch_crew_phone_get_staff_id:
 *
 * Returns: (nullable): who he is; %NULL: not signed in yet
 */
const char *
uch_crew_phone_get_staff_id (UchCrewPhone *self)
{
  return self->day != NULL ? self->day->me : NULL;
}

/**
 * uch_crew_phone_get_refusal:
 *
 * Returns: (nullable): what the store said when he could not sign in
 */
const char *
uch_crew_phone_get_refusal (UchCrewPhone *self)
{
  return self->refusal;
}
