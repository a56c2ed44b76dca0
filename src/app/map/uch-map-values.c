#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-values.h"

#include "app/map/uch-map-scene.h"
#include "app/uch-format.h"

/**
 * uch_map_shows_ticket:
 * @ticket: a ticket
 *
 * Returns: whether it has a pin: what is put off or over has none
 */
gboolean
uch_map_shows_ticket (const UchTicket *ticket)
{
  return uch_ticket_is_open (ticket) && ticket->state != UCH_TICKET_ON_HOLD;
}

/**
 * uch_map_make_ticket:
 * @replica: for the house
 * @ticket: a ticket
 * @visit: (nullable): its visit at that moment
 * @now: the moment
 *
 * Returns: (transfer full) (nullable): its pin; %NULL when nobody knows where the house is
 */
UchMapTicket *
uch_map_make_ticket (UchReplica      *replica,
                     const UchTicket *ticket,
                     const UchVisit  *visit,
                     UchTime          now)
{
  const UchHouse  *house = ticket->house_id != NULL
                               ? uch_replica_peek (replica, UCH_TABLE_HOUSE, ticket->house_id)
                               : NULL;
  g_autofree char *number = NULL;
  g_autofree char *title = NULL;
  g_autofree char *who = NULL;
  UchMapTicket    *pin;

  if (house == NULL || (house->latitude == 0 && house->longitude == 0))
    return NULL;
  number = uch_format_number (ticket);
  if (visit != NULL && visit->engineer_id != NULL)
    who = uch_format_staff (replica, visit->engineer_id);
  title = g_strdup_printf ("%s · %s\n%s · %s%s%s", number,
                           ticket->address != NULL ? ticket->address : "",
                           uch_format_category (ticket->category), uch_format_chip (ticket, visit),
                           who != NULL ? " · " : "", who != NULL ? who : "");
  pin = uch_map_ticket_new (ticket->parent.id, title, house->latitude, house->longitude);
  pin->symbol = uch_map_symbol_for_category (ticket->category);
  if (visit != NULL && uch_visit_is_open (visit))
    {
      pin->promise = uch_promise_get (visit, now);
      pin->due_at = visit->due_at;
      pin->assigned = visit->state != UCH_VISIT_PLANNED;
    }
  return pin;
}

/**
 * uch_map_gather_signs:
 * @visits: (element-type UchVisit): as they stood at one moment
 *
 * What each engineer does: on site counts more than on the way.
 *
 * Returns: (transfer full): engineer id → UchMapSign
 */
GHashTable *
uch_map_gather_signs (GPtrArray *visits)
{
  GHashTable *signs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < visits->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (visits, i);
      UchMapSign      sign = visit->state == UCH_VISIT_ON_SITE    ? UCH_MAP_SIGN_WRENCH
                             : visit->state == UCH_VISIT_EN_ROUTE ? UCH_MAP_SIGN_CAR
                                                                  : UCH_MAP_SIGN_NONE;

      if (sign == UCH_MAP_SIGN_NONE || visit->engineer_id == NULL)
        continue;
      if (GPOINTER_TO_INT (g_hash_table_lookup (signs, visit->engineer_id)) < (int) sign)
        g_hash_table_insert (signs, g_strdup (visit->engineer_id), GINT_TO_POINTER (sign));
    }
  return signs;
}

/**
 * uch_map_get_sign:
 * @signs: see uch_map_gather_signs()
 * @shifts: (element-type UchShift): all shifts
 * @engineer_id: whose
 * @now: the moment
 *
 * Returns: what his badge says
 */
UchMapSign
uch_map_get_sign (GHashTable *signs, GPtrArray *shifts, const char *engineer_id, UchTime now)
{
  UchMapSign sign = (UchMapSign) GPOINTER_TO_INT (g_hash_table_lookup (signs, engineer_id));

  if (sign == UCH_MAP_SIGN_NONE && !uch_staff_is_on_shift (shifts, engineer_id, now))
    return UCH_MAP_SIGN_PAUSE;
  return sign;
}

static guint32
get_rgb (UchReplica *replica, const UchStaff *staff)
{
  g_auto (GStrv) zones = g_strsplit (staff->zones != NULL ? staff->zones : "", ",", 2);
  const UchZone *zone = NULL;

  if (zones[0] != NULL)
    zone = uch_replica_peek (replica, UCH_TABLE_ZONE, g_strstrip (zones[0]));
  return uch_map_zone_rgb (zone);
}

/**
 * uch_map_make_engineer:
 * @replica: for the zone
 * @staff: an engineer
 * @latitude: degrees
 * @longitude: degrees
 * @at: when he was there
 *
 * Returns: (transfer full): his badge, without a sign
 */
UchMapEngineer *
uch_map_make_engineer (
    UchReplica *replica, const UchStaff *staff, double latitude, double longitude, UchTime at)
{
  g_autofree char *initials = uch_staff_dup_initials (staff);
  UchMapEngineer  *badge
      = uch_map_engineer_new (staff->parent.id, staff->name, initials, latitude, longitude);

  badge->label = uch_staff_dup_short_name (staff);
  badge->rgb = get_rgb (replica, staff);
  badge->at = at;
  return badge;
}
