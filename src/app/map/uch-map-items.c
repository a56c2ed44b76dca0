#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-items.h"

#include <string.h>

/**
 * uch_map_ticket_new:
 * @id: id of the ticket
 * @title: what a tooltip says
 * @latitude: degrees
 * @longitude: degrees
 *
 * Returns: (transfer full): a pin without clock
 */
UchMapTicket *
uch_map_ticket_new (const char *id, const char *title, double latitude, double longitude)
{
  UchMapTicket *ticket = g_new0 (UchMapTicket, 1);

  ticket->id = g_strdup (id);
  ticket->title = g_strdup (title);
  ticket->latitude = latitude;
  ticket->longitude = longitude;
  return ticket;
}

/**
 * uch_map_ticket_free:
 * @ticket: (transfer full) (nullable): a pin
 */
void
uch_map_ticket_free (UchMapTicket *ticket)
{
  if (ticket == NULL)
    return;
  g_free (ticket->id);
  g_free (ticket->title);
  g_free (ticket);
}

/**
 * uch_map_engineer_new:
 * @id: id of the engineer
 * @name: name for the tooltip
 * @initials: two letters
 * @latitude: degrees
 * @longitude: degrees
 *
 * Returns: (transfer full): a badge
 */
UchMapEngineer *
uch_map_engineer_new (
    const char *id, const char *name, const char *initials, double latitude, double longitude)
{
  UchMapEngineer *engineer = g_new0 (UchMapEngineer, 1);

  engineer->id = g_strdup (id);
  engineer->name = g_strdup (name);
  engineer->initials = g_strdup (initials);
  engineer->latitude = latitude;
  engineer->longitude = longitude;
  return engineer;
}

/**
 * uch_map_engineer_free:
 * @engineer: (transfer full) (nullable): a badge
 */
void
uch_map_engineer_free (UchMapEngineer *engineer)
{
  if (engineer == NULL)
    return;
  g_free (engineer->id);
  g_free (engineer->name);
  g_free (engineer->label);
  g_free (engineer->initials);
  g_free (engineer);
}

/**
 * uch_map_symbol_for_category:
 * @category: (nullable): code of a category
 *
 * Returns: its symbol; the longest code that fits counts
 */
UchMapSymbol
uch_map_symbol_for_category (const char *category)
{
  static const struct
  {
    const char  *prefix;
    UchMapSymbol symbol;
  } table[] = {
    { "support.wifi", UCH_MAP_SYMBOL_WIFI },  { "support.tv", UCH_MAP_SYMBOL_SCREEN },
    { "support.voip", UCH_MAP_SYMBOL_PHONE }, { "support.billing", UCH_MAP_SYMBOL_CARD },
    { "connect.", UCH_MAP_SYMBOL_PLUG },      { "mc.", UCH_MAP_SYMBOL_KEY },
    { "proactive.", UCH_MAP_SYMBOL_BOLT },    { "incident.", UCH_MAP_SYMBOL_BOLT },
    { "thanks", UCH_MAP_SYMBOL_HEART },
  };

  for (guint i = 0; category != NULL && i < G_N_ELEMENTS (table); i++)
    if (g_str_has_prefix (category, table[i].prefix))
      return table[i].symbol;
  return UCH_MAP_SYMBOL_WRENCH;
}
