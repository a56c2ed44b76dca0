/* What an engineer's phone shows. One answer holds everything: a day has a few dozen visits, and
 * what stands in one answer is of one moment and can be read without a network. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-phone.h"

#include <string.h>

#include "core/uch-followup.h"
#include "core/uch-office.h"
#include "core/uch-people.h"
#include "core/uch-place.h"
#include "core/uch-work.h"
#include "store/uch-store-private.h"

/* More than anybody has in a day, or a zone has waiting. */
#define VISITS_MAX 200
#define FREE_MAX 200
#define CHECKS_MAX 100
/* Earlier tickets shown of one house. */
#define HISTORY_MAX 12
#define LIST_MAX 1000

typedef struct
{
  UchStore         *store;
  const UchSession *session;
  UchStoreDay      *day;
  GHashTable       *known; /* "table id" (owned) of what is in day->rows */
} Gather;

void
uch_store_day_free (UchStoreDay *day)
{
  if (day == NULL)
    return;
  g_ptr_array_unref (day->rows);
  g_ptr_array_unref (day->free);
  g_ptr_array_unref (day->history);
  g_free (day);
}

static gboolean
check_engineer (const UchSession *session, GError **error)
{
  if (session->role == UCH_ROLE_ENGINEER && session->staff_id != NULL)
    return TRUE;
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                       "The phone page is for service engineers");
  return FALSE;
}

/* Adds a row once. */
static void
add (Gather *self, UchEntity *row)
{
  if (g_hash_table_add (self->known, g_strconcat (row->schema->name, " ", row->id, NULL)))
    g_ptr_array_add (self->day->rows, uch_store_dup_masked (row));
}

/* The row that is referred to; no id, or an id of none, is no error. */
static gboolean
add_referred (Gather *self, UchTable table, const char *id, UchEntity **out_row, GError **error)
{
  g_autoptr (UchEntity) row = NULL;

  if (id != NULL
      && !BACKEND (self->store, get_row, uch_schema_get (table), id, (gpointer *) &row, error))
    return FALSE;
  if (row != NULL)
    add (self, row);
  if (out_row != NULL)
    *out_row = g_steal_pointer (&row);
  return TRUE;
}

static gboolean
add_found (Gather *self, UchTable table, const char *field, const char *id, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;

  if (id == NULL)
    return TRUE;
  found = BACKEND (self->store, find_rows, uch_schema_get (table), field, id, error);
  for (guint i = 0; found != NULL && i < found->len; i++)
    add (self, g_ptr_array_index (found, i));
  return found != NULL;
}

/* Whoever wrote a note or logged a call: only the name is of interest. */
static gboolean
add_author (Gather *self, const char *id, GError **error)
{
  g_autoptr (UchStaff) staff = NULL;
  g_autoptr (UchStaff) named = NULL;

  if (id == NULL)
    return TRUE;
  if (!BACKEND (self->store, get_row, &uch_staff_schema, id, (gpointer *) &staff, error))
    return FALSE;
  if (staff == NULL)
    return TRUE;
  named = uch_entity_new_of (&uch_staff_schema, id);
  uch_entity_set_text (named, &named->name, staff->name);
  UCH_ENTITY (named)->seq = UCH_ENTITY (staff)->seq;
  add (self, UCH_ENTITY (named));
  return TRUE;
}

static gboolean
add_talk (Gather *self, UchTable table, const char *field, const char *id, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;

  if (id == NULL)
    return TRUE;
  found = BACKEND (self->store, find_rows, uch_schema_get (table), field, id, error);
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      UchEntity *row = g_ptr_array_index (found, i);
      gboolean   withdrawn
          = table == UCH_TABLE_NOTE ? UCH_NOTE (row)->withdrawn : UCH_CALL (row)->withdrawn;
      const char *author
          = table == UCH_TABLE_NOTE ? UCH_NOTE (row)->created_by : UCH_CALL (row)->created_by;

      if (withdrawn)
        continue;
      add (self, row);
      if (!add_author (self, author, error))
        return FALSE;
    }
  return found != NULL;
}

static gboolean
add_photos (Gather *self, const char *ticket_id, GError **error)
{
  g_autoptr (GPtrArray) found
      = BACKEND (self->store, find_rows, &uch_photo_schema, "ticket_id", ticket_id, error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const UchPhoto *photo = g_ptr_array_index (found, i);

      if (photo->withdrawn)
        continue;
      add (self, UCH_ENTITY (photo));
      if (!add_author (self, photo->created_by, error))
        return FALSE;
    }
  return found != NULL;
}

/* Earlier tickets of a house without the people in them: what was wrong, not with whom. */
static gboolean
add_history (Gather *self, const char *house_id, GError **error)
{
  g_autoptr (GPtrArray) found
      = BACKEND (self->store, find_rows, &uch_ticket_schema, "house_id", house_id, error);
  guint n = 0;

  if (found == NULL)
    return FALSE;
  for (guint i = found->len; i-- > 0 && n < HISTORY_MAX;)
    {
      const UchTicket *ticket = g_ptr_array_index (found, i);
      g_autoptr (UchTicket) past = NULL;

      if (uch_ticket_is_open (ticket))
        continue;
      past = uch_entity_copy (ticket);
      g_clear_pointer (&past->client_id, g_free);
      g_clear_pointer (&past->client_name, g_free);
      g_clear_pointer (&past->phone, g_free);
      g_clear_pointer (&past->phone_raw, g_free);
      g_ptr_array_add (self->day->history, g_steal_pointer (&past));
      n++;
    }
  return TRUE;
}

/* The place of a ticket, with who keeps it. */
static gboolean
add_house (Gather *self, const char *house_id, gboolean with_history, GError **error)
{
  g_autoptr (UchEntity) house = NULL;
  g_autofree char *key = g_strconcat ("house ", house_id, NULL);
  gboolean         known = g_hash_table_contains (self->known, key);

  if (!add_referred (self, UCH_TABLE_HOUSE, house_id, &house, error))
    return FALSE;
  if (house == NULL || known)
    return TRUE;
  return add_found (self, UCH_TABLE_ENTRANCE, "house_id", house_id, error)
         && add_talk (self, UCH_TABLE_NOTE, "house_id", house_id, error)
         && add_referred (self, UCH_TABLE_COMPANY, UCH_HOUSE (house)->company_id, NULL, error)
         && (!with_history || add_history (self, house_id, error));
}

static gboolean
add_ticket_matters (Gather *self, const UchTicket *ticket, gboolean mine, GError **error)
{
  const char *id = UCH_ENTITY (ticket)->id;

  return add_house (self, ticket->house_id, mine, error)
         && add_talk (self, UCH_TABLE_NOTE, "ticket_id", id, error)
         && add_talk (self, UCH_TABLE_CALL, "ticket_id", id, error) && add_photos (self, id, error)
         && add_author (self, ticket->created_by, error);
}

static gboolean
add_visits (Gather *self, UchTime since, GError **error)
{
  g_autoptr (GPtrArray) visits = BACKEND (self->store, list_work, UCH_STORE_WORK_OF_ENGINEER,
                                          self->session->staff_id, since, VISITS_MAX, error);

  if (visits == NULL)
    return FALSE;
  for (guint i = 0; i < visits->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (visits, i);
      g_autoptr (UchEntity) ticket = NULL;

      add (self, UCH_ENTITY (visit));
      if (!add_referred (self, UCH_TABLE_TICKET, visit->ticket_id, &ticket, error))
        return FALSE;
      if (ticket != NULL
          && (!add_ticket_matters (self, UCH_TICKET (ticket), TRUE, error)
              || !add_author (self, visit->assigned_by, error)))
        return FALSE;
    }
  return TRUE;
}

/* Nobody has it: it waits for nothing, and has no visit that somebody goes to. */
static gboolean
add_if_free (Gather *self, UchTicket *ticket, GError **error)
{
  g_autoptr (UchVisit) visit = NULL;

  if (ticket->visit_id != NULL
      && !BACKEND (self->store, get_row, &uch_visit_schema, ticket->visit_id, (gpointer *) &visit,
                   error))
    return FALSE;
  if (ticket->state == UCH_TICKET_ON_HOLD
      || (visit != NULL && uch_visit_is_open (visit) && visit->engineer_id != NULL))
    return TRUE;
  if (visit != NULL)
    add (self, UCH_ENTITY (visit));
  g_ptr_array_add (self->day->free, uch_store_dup_masked (UCH_ENTITY (ticket)));
  return add_ticket_matters (self, ticket, FALSE, error);
}

static gboolean
add_free (Gather *self, const UchStaff *me, GError **error)
{
  g_auto (GStrv) zones = g_strsplit (me->zones != NULL ? me->zones : "", ",", -1);

  for (guint i = 0; zones[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) tickets = NULL;

      if (*g_strstrip (zones[i]) == '\0')
        continue;
      tickets
          = BACKEND (self->store, list_work, UCH_STORE_WORK_OF_ZONE, zones[i], 0, FREE_MAX, error);
      if (tickets == NULL)
        return FALSE;
      for (guint j = 0; j < tickets->len; j++)
        if (!add_if_free (self, g_ptr_array_index (tickets, j), error))
          return FALSE;
    }
  return TRUE;
}

/* Whether all works: calls that he himself may make now, and that nobody else is making. */
static gboolean
add_checks (Gather *self, UchTime now, GError **error)
{
  g_autoptr (GPtrArray) found = BACKEND (self->store, list_work, UCH_STORE_WORK_TO_CHECK,
                                         self->session->staff_id, now, CHECKS_MAX, error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      UchFollowup *row = g_ptr_array_index (found, i);

      if (!uch_followup_is_taken (row, self->session->staff_id, now))
        add (self, UCH_ENTITY (row));
    }
  return found != NULL;
}

/* The office's short lists; an outline of a zone is of no use on a phone. */
static gboolean
add_lists (Gather *self, GError **error)
{
  g_autoptr (GPtrArray) reasons
      = BACKEND (self->store, page_rows, &uch_reason_schema, NULL, LIST_MAX, error);
  g_autoptr (GPtrArray) zones
      = reasons != NULL ? BACKEND (self->store, page_rows, &uch_zone_schema, NULL, LIST_MAX, error)
                        : NULL;

  if (zones == NULL)
    return FALSE;
  for (guint i = 0; i < reasons->len; i++)
    add (self, g_ptr_array_index (reasons, i));
  for (guint i = 0; i < zones->len; i++)
    {
      g_autoptr (UchZone) zone = uch_entity_copy (g_ptr_array_index (zones, i));

      g_clear_pointer (&zone->outline, g_free);
      add (self, UCH_ENTITY (zone));
    }
  return TRUE;
}

static gboolean
gather (Gather *self, UchTime since, UchTime now, GError **error)
{
  g_autoptr (UchEntity) me = NULL;
  g_autoptr (GPtrArray) shifts = NULL;

  if (!BACKEND (self->store, get_number, UCH_STORE_HEAD, &self->day->head, error)
      || !add_referred (self, UCH_TABLE_STAFF, self->session->staff_id, &me, error))
    return FALSE;
  if (me == NULL)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                           "This account is no member of staff");
      return FALSE;
    }
  shifts = BACKEND (self->store, list_shifts_at, self->session->staff_id, now, error);
  for (guint i = 0; shifts != NULL && i < shifts->len; i++)
    add (self, g_ptr_array_index (shifts, i));
  return shifts != NULL && add_visits (self, since, error) && add_free (self, UCH_STAFF (me), error)
         && add_checks (self, now, error) && add_lists (self, error);
}

/**
 * uch_store_get_day:
 * @self: a store
 * @session: an engineer's; must be fresh, see uch_store_authenticate()
 * @since: visits that ended before it are not of interest any more
 * @now: the store's clock: which shift holds
 * @error: return location: %UCH_STORE_ERROR_NOT_ALLOWED for anybody but an engineer
 *
 * His visits that are open or ended lately, the open tickets of his zones that nobody has, and what
 * both refer to: houses, entrances, management companies, notes, calls; the office's lists; his
 * shift. Of one moment.
 *
 * Returns: (transfer full) (nullable): the day
 */
UchStoreDay *
uch_store_get_day (
    UchStore *self, const UchSession *session, UchTime since, UchTime now, GError **error)
{
  g_autoptr (UchStoreDay) day = g_new0 (UchStoreDay, 1);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Gather   gathered = { self, session, day, known };
  gboolean done;

  day->rows = g_ptr_array_new_with_free_func (g_object_unref);
  day->free = g_ptr_array_new_with_free_func (g_object_unref);
  day->history = g_ptr_array_new_with_free_func (g_object_unref);
  if (!check_engineer (session, error) || !BACKEND (self, begin, FALSE, error))
    return NULL;
  done = gather (&gathered, since, now, error);
  BACKEND (self, rollback);
  return done ? g_steal_pointer (&day) : NULL;
}
