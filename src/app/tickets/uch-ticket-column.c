#include "app/tickets/uch-ticket-column.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/uch-format.h"
#include "core/uch-fold.h"

enum
{
  NUMBER,
  CREATED,
  STATE,
  DUE,
  ADDRESS,
  CATEGORY,
  ZONE,
  ENGINEER,
  CLIENT,
  PHONE,
  WINDOW,
  PRIORITY,
  DESCRIPTION,
};

/* In the order in which the usual ones stand. */
static const UchTicketColumn columns[] = {
  [NUMBER] = { "number", NC_ ("column", "Number"), 76, UCH_TICKET_SORT_NUMBER, TRUE },
  [CREATED] = { "created", NC_ ("column", "Created"), 124, UCH_TICKET_SORT_CREATED, TRUE },
  [STATE] = { "state", NC_ ("column", "State"), 168, UCH_TICKET_SORT_STATE, TRUE },
  [DUE] = { "due", NC_ ("column", "Due"), 148, UCH_TICKET_SORT_DUE, TRUE },
  [ADDRESS] = { "address", NC_ ("column", "Address"), 216, UCH_TICKET_SORT_ADDRESS, TRUE },
  [CATEGORY] = { "category", NC_ ("column", "Category"), 156, UCH_TICKET_SORT_CATEGORY, TRUE },
  [ZONE] = { "zone", NC_ ("column", "Zone"), 136, UCH_TICKET_SORT_ZONE, TRUE },
  [ENGINEER] = { "engineer", NC_ ("column", "Engineer"), 140, -1, TRUE },
  [CLIENT] = { "client", NC_ ("column", "Client"), 180, -1, TRUE },
  [PHONE] = { "phone", NC_ ("column", "Phone"), 148, -1, TRUE },
  [WINDOW] = { "window", NC_ ("column", "Agreed time"), 132, -1, FALSE },
  [PRIORITY] = { "priority", NC_ ("column", "Priority"), 100, -1, FALSE },
  [DESCRIPTION] = { "description", NC_ ("column", "Description"), 320, -1, FALSE },
};

/**
 * uch_ticket_column_list:
 *
 * Returns: (array length=out_n_columns): every column there is; static
 */
const UchTicketColumn *
uch_ticket_column_list (guint *out_n_columns)
{
  *out_n_columns = G_N_ELEMENTS (columns);
  return columns;
}

/**
 * uch_ticket_column_find:
 *
 * Returns: (nullable): the column called @id
 */
const UchTicketColumn *
uch_ticket_column_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (g_strcmp0 (columns[i].id, id) == 0)
      return &columns[i];
  return NULL;
}

/**
 * uch_ticket_columns_from_settings:
 * @ids: what the setting "ticket-columns" holds
 *
 * Words that this program does not know are passed over; nothing left means the usual columns.
 *
 * Returns: (transfer container) (element-type UchTicketColumn): the columns shown, in their order
 */
GPtrArray *
uch_ticket_columns_from_settings (const char *const *ids)
{
  GPtrArray *shown = g_ptr_array_new ();

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const UchTicketColumn *column = uch_ticket_column_find (ids[i]);

      if (column != NULL && !g_ptr_array_find (shown, column, NULL))
        g_ptr_array_add (shown, (gpointer) column);
    }
  if (shown->len > 0)
    return shown;
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (columns[i].usual)
      g_ptr_array_add (shown, (gpointer) &columns[i]);
  return shown;
}

static char *
dup_instant (UchTime at, UchTime now, UchTicketTextStyle style)
{
  g_autoptr (GDateTime) local = NULL;

  if (at == 0)
    return NULL;
  if (style == UCH_TICKET_TEXT_SCREEN)
    return uch_format_day_time (at, now);
  local = g_date_time_new_from_unix_local (at / 1000);
  return g_date_time_format (local, "%Y-%m-%d %H:%M");
}

static char *
dup_zone (UchReplica *replica, const char *zone_id)
{
  const UchZone *zone
      = zone_id != NULL ? uch_replica_peek (replica, UCH_TABLE_ZONE, zone_id) : NULL;

  return zone != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT " · %s", zone->number, zone->name)
                      : NULL;
}

static char *
dup_due (const UchVisit *visit, UchTime now, UchTicketTextStyle style)
{
  g_autofree char *clock = NULL;

  if (visit == NULL || visit->due_at == 0)
    return NULL;
  if (style == UCH_TICKET_TEXT_SCREEN && uch_visit_is_open (visit) && visit->arrived_at == 0)
    clock = uch_format_clock (visit, now);
  if (clock != NULL && *clock != '\0')
    return g_steal_pointer (&clock);
  return dup_instant (visit->due_at, now, style);
}

static char *
dup_phone (const UchTicket *ticket, UchTicketTextStyle style)
{
  g_autofree char *phone
      = ticket->phone != NULL ? uch_phone_format (ticket->phone) : g_strdup (ticket->phone_raw);

  /* A spreadsheet takes what begins with a plus for a formula. */
  if (style == UCH_TICKET_TEXT_FILE && phone != NULL && g_str_has_prefix (phone, "+7 "))
    return g_strconcat ("8 ", phone + strlen ("+7 "), NULL);
  return g_steal_pointer (&phone);
}

/**
 * uch_ticket_column_dup_text:
 * @visit: (nullable): the open or last visit of @ticket
 *
 * Returns: (transfer full): what stands in the cell; "" for nothing
 */
char *
uch_ticket_column_dup_text (const UchTicketColumn *column,
                            UchReplica            *replica,
                            const UchTicket       *ticket,
                            const UchVisit        *visit,
                            UchTime                now,
                            UchTicketTextStyle     style)
{
  const char *engineer_id = visit != NULL ? visit->engineer_id : ticket->engineer_id;
  char       *text = NULL;

  switch (column - columns)
    {
    case NUMBER:
      text = style == UCH_TICKET_TEXT_SCREEN
                 ? uch_format_number (ticket)
                 : g_strdup_printf ("%" G_GINT64_FORMAT, ticket->number);
      break;
    case CREATED:
      text = dup_instant (ticket->created_at, now, style);
      break;
    case STATE:
      text = g_strdup (uch_format_chip (ticket, visit));
      break;
    case DUE:
      text = dup_due (visit, now, style);
      break;
    case ADDRESS:
      text = g_strdup (ticket->address);
      break;
    case CATEGORY:
      text = ticket->category != NULL ? g_strdup (uch_format_category (ticket->category)) : NULL;
      break;
    case CLIENT:
      text = g_strdup (ticket->client_name);
      break;
    case PHONE:
      text = dup_phone (ticket, style);
      break;
    case ZONE:
      text = dup_zone (replica, ticket->zone_id);
      break;
    case ENGINEER:
      text = engineer_id != NULL ? uch_format_staff (replica, engineer_id) : NULL;
      break;
    case WINDOW:
      text = visit != NULL && visit->mode != UCH_VISIT_MODE_NONE ? uch_format_window (visit, now)
                                                                 : NULL;
      break;
    case PRIORITY:
      text = g_strdup (
          ticket->priority != UCH_PRIORITY_NORMAL ? uch_format_priority (ticket->priority) : NULL);
      break;
    case DESCRIPTION:
      text = g_strdup (ticket->description);
      break;
    default:
      g_return_val_if_reached (NULL);
    }
  return text != NULL ? text : g_strdup ("");
}
