#define G_LOG_DOMAIN "uch-crew"

#include "server/crew/uch-crew-desk.h"

#include "core/uch-category.h"
#include "exchange/uch-demo-town.h"
#include "server/crew/uch-crew-outbox.h"
#include "sync/uch-json.h"

#define RETRY_MS (3 * UCH_SECOND_MS)
#define PAGE_LEN 2000
/* The hours in which a day's clients call. */
#define CALLING_DAY_MS (12 * UCH_HOUR_MS)
/* One thing after the other, and nobody gets more than he can do soon. */
#define ASSIGN_EVERY_MS (20 * UCH_SECOND_MS)
#define ASSIGN_MIN_MS (300)
#define VISITS_MAX 4

/* What a dispatcher must know, in the order of the feed. */
static const UchTable tables[] = { UCH_TABLE_HOUSE,  UCH_TABLE_STAFF,  UCH_TABLE_SHIFT,
                                   UCH_TABLE_CLIENT, UCH_TABLE_TICKET, UCH_TABLE_VISIT };

struct _UchCrewDesk
{
  UchCrewLine       *line; /* (unowned) */
  UchCrewWorld       world;
  UchCrewDeskOptions options; /* the strings are owned */
  UchDemoCallers    *callers;
  GCancellable      *cable;
  UchCrewOutbox     *outbox;
  GHashTable        *rows[UCH_N_TABLES];           /* id → row */
  GPtrArray         *houses, *clients, *engineers; /* (nullable): as they were at first */
  char              *token, *store, *next, *refusal;
  guint              n_tables; /* that were read */
  gint64             cursor;
  gboolean           asking;
  UchTime            began_at, ask_at, call_at, assign_at;
};

static char *
make_name (gpointer user_data)
{
  UchCrewDesk *self = user_data;

  return self->world.make_id (self->began_at, self->world.id_data);
}

UchCrewDesk *
uch_crew_desk_new (UchCrewLine *line, const UchCrewWorld *world, const UchCrewDeskOptions *options)
{
  UchCrewDesk *self = g_new0 (UchCrewDesk, 1);

  self->line = line;
  self->world = *world;
  self->options = *options;
  self->options.login = g_strdup (options->login);
  self->options.password = g_strdup (options->password);
  self->callers = uch_demo_callers_new (world->seed);
  self->cable = g_cancellable_new ();
  self->houses = g_ptr_array_new_with_free_func (g_object_unref);
  self->clients = g_ptr_array_new_with_free_func (g_object_unref);
  self->engineers = g_ptr_array_new_with_free_func (g_object_unref);
  self->cursor = -1;
  for (guint i = 0; i < UCH_N_TABLES; i++)
    self->rows[i] = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  return self;
}

/* Nothing may be asked any more: see uch_crew_line_get_n_open(). */
void
uch_crew_desk_free (UchCrewDesk *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_hash_table_unref (self->rows[i]);
  uch_crew_outbox_free (self->outbox);
  uch_demo_callers_free (self->callers);
  g_ptr_array_unref (self->houses);
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->engineers);
  g_object_unref (self->cable);
  g_free ((char *) self->options.login);
  g_free ((char *) self->options.password);
  g_free (self->token);
  g_free (self->store);
  g_free (self->next);
  g_free (self->refusal);
  g_free (self);
}

static void
ask (UchCrewDesk        *self,
     const char         *method,
     const char         *path,
     const char         *body,
     UchCrewAnsweredFunc func)
{
  UchCrewAsk asked = { .method = method,
                       .path = path,
                       .body = body,
                       .type = "application/json",
                       .token = self->token,
                       .cancellable = self->cable };

  self->asking = TRUE;
  uch_crew_line_ask (self->line, &asked, func, self);
}

static gboolean
is_good (UchCrewDesk *self, const UchCrewAnswer *answer)
{
  self->asking = FALSE;
  if (answer->status == 200)
    return TRUE;
  self->ask_at += MAX (answer->wait_ms, RETRY_MS);
  if (answer->status == 401)
    g_clear_pointer (&self->token, g_free);
  return FALSE;
}

static void
signed_in_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewDesk *self = user_data;
  g_autoptr (JsonNode) root = NULL;

  if (is_good (self, answer)
      && (root = uch_wire_parse_json (answer->body, (gssize) answer->len, NULL)) != NULL)
    {
      JsonObject *welcome = json_node_get_object (root);

      self->token = g_strdup (json_object_get_string_member (welcome, "token"));
      g_free (self->store);
      self->store = g_strdup (json_object_get_string_member (welcome, "store"));
    }
  else if (answer->status == 401 || answer->status == 403)
    self->refusal = g_strndup (answer->body, answer->len);
}

static void
sign_in (UchCrewDesk *self)
{
  g_autoptr (GString) body = g_string_new ("{\"login\":");

  uch_json_append_text (body, self->options.login);
  g_string_append (body, ",\"password\":");
  uch_json_append_text (body, self->options.password);
  g_string_append (body, ",\"device\":{\"name\":\"simulated\",\"app\":\"simulate\"}}");
  ask (self, "POST", "/v1/session", body->str, signed_in_cb);
}

/* Takes the row over. */
static void
take_row (UchCrewDesk *self, UchWireRow *row)
{
  UchEntity *entity = g_steal_pointer (&row->row);

  if (entity == NULL)
    g_hash_table_remove (self->rows[row->table], row->id);
  else
    g_hash_table_replace (self->rows[row->table], entity->id, entity);
}

/* Those of the first sync: their order is that of their ids, so the same seed calls the same. */
static void
list_row (UchCrewDesk *self, UchWireRow *row)
{
  if (row->table == UCH_TABLE_HOUSE)
    g_ptr_array_add (self->houses, g_object_ref (row->row));
  else if (row->table == UCH_TABLE_CLIENT)
    g_ptr_array_add (self->clients, g_object_ref (row->row));
  else if (row->table == UCH_TABLE_STAFF && UCH_STAFF (row->row)->role == UCH_ROLE_ENGINEER)
    g_ptr_array_add (self->engineers, g_object_ref (row->row));
}

static void
page_read_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewDesk *self = user_data;
  g_autoptr (UchWireSnapshot) page = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_good (self, answer))
    return;
  page = uch_wire_decode_snapshot (answer->body, (gssize) answer->len, &error);
  if (page == NULL)
    {
      self->refusal = g_strdup (error->message);
      return;
    }
  if (self->cursor < 0)
    self->cursor = page->h0;
  for (guint i = 0; i < page->rows->len; i++)
    {
      list_row (self, g_ptr_array_index (page->rows, i));
      take_row (self, g_ptr_array_index (page->rows, i));
    }
  g_free (self->next);
  self->next = g_strdup (page->next);
  if (self->next == NULL)
    self->n_tables++;
  if (self->n_tables == G_N_ELEMENTS (tables))
    self->outbox = uch_crew_outbox_new (self->line, make_name, self);
}

static void
read_page (UchCrewDesk *self)
{
  g_autofree char *after
      = self->next != NULL ? g_uri_escape_string (self->next, NULL, FALSE) : NULL;
  g_autofree char *path = g_strdup_printf (
      "/v1/snapshot?t=%s&limit=%d%s%s", uch_schema_get (tables[self->n_tables])->name, PAGE_LEN,
      after != NULL ? "&after=" : "", after != NULL ? after : "");

  ask (self, "GET", path, NULL, page_read_cb);
}

static void
changed_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  UchCrewDesk *self = user_data;
  g_autoptr (UchWireChanges) page = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_good (self, answer))
    {
      if (answer->status == 409 || answer->status == 410) /* another epoch: everything anew */
        {
          self->cursor = -1;
          self->n_tables = 0;
          g_clear_pointer (&self->token, g_free);
          g_clear_pointer (&self->outbox, uch_crew_outbox_free);
        }
      return;
    }
  page = uch_wire_decode_changes (answer->body, (gssize) answer->len, &error);
  if (page == NULL)
    {
      g_warning ("the feed cannot be read: %s", error->message);
      self->ask_at += RETRY_MS;
      return;
    }
  self->cursor = page->to;
  for (guint i = 0; i < page->rows->len; i++)
    take_row (self, g_ptr_array_index (page->rows, i));
}

/* The store answers as soon as there is news. */
static void
follow (UchCrewDesk *self)
{
  g_autofree char *path
      = g_strdup_printf ("/v1/changes?since=%" G_GINT64_FORMAT "&wait=20", self->cursor);

  ask (self, "GET", path, NULL, changed_cb);
}

static void
act (UchCrewDesk *self, const char *type, UchTime now, ...)
{
  g_autofree char *id = self->world.make_id (now, self->world.id_data);
  g_autoptr (UchCommand) command = NULL;
  va_list ap;

  va_start (ap, now);
  command = uch_command_new_valist (id, type, now, ap);
  va_end (ap);
  uch_crew_outbox_add (self->outbox, command);
}

/* A client is on the phone. */
static void
answer_phone (UchCrewDesk *self, UchTime now)
{
  double mean_ms = (double) CALLING_DAY_MS / self->options.tickets_per_day / self->world.speed;

  if (self->call_at == 0)
    self->call_at = now;
  while (now >= self->call_at && self->houses->len > 0)
    {
      g_autofree char *id = self->world.make_id (now, self->world.id_data);
      GVariant        *fields
          = uch_demo_callers_call (self->callers, self->houses, self->clients, self->engineers);

      act (self, UCH_COMMAND_TICKET_CREATE, now, "ticket", "s", id, "fields", "v", fields, NULL);
      self->call_at += (UchTime) (uch_demo_callers_wait (self->callers) * mean_ms) + 1;
    }
}

/* Open work by engineer: id → number of visits. */
static GHashTable *
count_loads (UchCrewDesk *self)
{
  GHashTable    *loads = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       row;

  g_hash_table_iter_init (&iter, self->rows[UCH_TABLE_VISIT]);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    {
      const UchVisit *visit = row;

      if (visit->engineer_id != NULL && uch_visit_is_open (visit))
        g_hash_table_replace (
            loads, visit->engineer_id,
            GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (loads, visit->engineer_id))
                              + 1));
    }
  return loads;
}

static GPtrArray *
list_shifts (UchCrewDesk *self)
{
  GPtrArray     *shifts = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       row;

  g_hash_table_iter_init (&iter, self->rows[UCH_TABLE_SHIFT]);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (shifts, row);
  return shifts;
}

static const UchStaff *
choose_engineer (UchCrewDesk *self, const UchTicket *ticket, UchTime now)
{
  g_autoptr (GHashTable) loads = count_loads (self);
  g_autoptr (GPtrArray) shifts = list_shifts (self);
  const UchCategory *category = uch_category_get (ticket->category);
  const UchStaff    *best = NULL;
  guint              best_cost = G_MAXUINT;

  for (guint i = 0; i < self->engineers->len; i++)
    {
      const UchStaff *staff = g_ptr_array_index (self->engineers, i);
      const char     *id = UCH_ENTITY (staff)->id;
      guint           load = GPOINTER_TO_UINT (g_hash_table_lookup (loads, id));
      guint           cost = load * 10;

      if (!g_hash_table_contains (self->options.present, id) || load >= VISITS_MAX
          || !uch_staff_is_on_shift (shifts, id, now))
        continue;
      if (ticket->zone_id != NULL && !uch_list_contains (staff->zones, ticket->zone_id))
        cost += 25;
      if (category != NULL && category->skill != NULL
          && !uch_list_contains (staff->skills, category->skill))
        cost += 15;
      if (cost < best_cost)
        {
          best = staff;
          best_cost = cost;
        }
    }
  return best;
}

/* Whether a ticket waits for somebody to be given to, and has waited long enough to be read. */
static gboolean
is_waiting (UchCrewDesk *self, const UchTicket *ticket, UchTime now)
{
  const UchVisit    *visit = ticket->visit_id != NULL
                                 ? g_hash_table_lookup (self->rows[UCH_TABLE_VISIT], ticket->visit_id)
                                 : NULL;
  const UchCategory *category = uch_category_get (ticket->category);
  double think_ms = (4 + 8 * uch_crew_roll (self->world.seed, ticket->number, "think", 0))
                    * (double) UCH_MINUTE_MS / self->world.speed;

  return ticket->state <= UCH_TICKET_IN_WORK && category != NULL && category->needs_visit
         && (visit == NULL || !uch_visit_is_open (visit) || visit->engineer_id == NULL)
         && (visit == NULL || uch_visit_is_open (visit) || visit->state != UCH_VISIT_DONE)
         && now >= MAX (ticket->created_at, self->began_at) + (UchTime) think_ms;
}

/* The oldest ticket that waits. */
static void
assign_one (UchCrewDesk *self, UchTime now)
{
  const UchTicket *best = NULL;
  const UchStaff  *engineer;
  const UchVisit  *visit;
  GHashTableIter   iter;
  gpointer         row;

  g_hash_table_iter_init (&iter, self->rows[UCH_TABLE_TICKET]);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (is_waiting (self, row, now) && (best == NULL || UCH_TICKET (row)->number < best->number))
      best = row;
  engineer = best != NULL ? choose_engineer (self, best, now) : NULL;
  if (engineer == NULL)
    return;
  visit = best->visit_id != NULL ? g_hash_table_lookup (self->rows[UCH_TABLE_VISIT], best->visit_id)
                                 : NULL;
  if (visit != NULL && uch_visit_is_open (visit))
    act (self, UCH_COMMAND_VISIT_ASSIGN, now, "ticket", "s", UCH_ENTITY (best)->id, "visit", "s",
         UCH_ENTITY (visit)->id, "engineer", "s", UCH_ENTITY (engineer)->id, "base", "s",
         UCH_ENTITY (visit)->rev, NULL);
  else
    {
      g_autofree char *id = self->world.make_id (now, self->world.id_data);

      act (self, UCH_COMMAND_VISIT_ASSIGN, now, "ticket", "s", UCH_ENTITY (best)->id, "visit", "s",
           id, "engineer", "s", UCH_ENTITY (engineer)->id, NULL);
    }
}

static void
arrive (UchCrewDesk *self, UchTime now)
{
  if (self->asking || self->refusal != NULL || now < self->ask_at)
    return;
  self->ask_at = now;
  if (self->began_at == 0)
    self->began_at = now;
  if (self->token == NULL)
    sign_in (self);
  else if (self->n_tables < G_N_ELEMENTS (tables))
    read_page (self);
  else
    follow (self);
}

/**
 * uch_crew_desk_tick:
 *
 * Does what is to be done by @now; call it several times a second.
 */
void
uch_crew_desk_tick (UchCrewDesk *self, UchTime now)
{
  arrive (self, now);
  if (!uch_crew_desk_is_ready (self))
    return;
  if (self->options.tickets_per_day > 0)
    answer_phone (self, now);
  /* What was said last must have come back: nothing is given away twice. */
  if (self->options.dispatches && now >= self->assign_at
      && uch_crew_outbox_get_len (self->outbox) == 0)
    {
      self->assign_at = now + MAX ((gint64) (ASSIGN_EVERY_MS / self->world.speed), ASSIGN_MIN_MS);
      assign_one (self, now);
    }
  uch_crew_outbox_send (self->outbox, self->store, self->token, NULL, self->cable, now);
}

static void
signed_out_cb (const UchCrewAnswer *answer, gpointer user_data)
{
  ((UchCrewDesk *) user_data)->asking = FALSE;
}

/**
 * uch_crew_desk_sign_out:
 *
 * Breaks off what is under way and signs out.
 */
void
uch_crew_desk_sign_out (UchCrewDesk *self)
{
  g_autoptr (GCancellable) cable = self->cable;

  self->cable = g_cancellable_new ();
  g_cancellable_cancel (cable);
  if (self->token != NULL)
    ask (self, "DELETE", "/v1/session", NULL, signed_out_cb);
}

gboolean
uch_crew_desk_is_ready (UchCrewDesk *self)
{
  return self->outbox != NULL && self->token != NULL;
}

/**
 * uch_crew_desk_get_refusal:
 *
 * Returns: (nullable): what the store said when he could not sign in
 */
const char *
uch_crew_desk_get_refusal (UchCrewDesk *self)
{
  return self->refusal;
}
