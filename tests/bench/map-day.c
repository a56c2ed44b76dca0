#include "bench/map-day.h"

#include "tiles/uch-mercator.h"

#define WORLD ((double) (1u << UCH_MERCATOR_DEPTH))

static const UchSceneHouse *
house_at (UchScene *scene, guint index)
{
  return &uch_scene_get_houses (scene)[(guint64) index * 7919 % uch_scene_get_n_houses (scene)];
}

static void
place (const UchSceneHouse *house, double *out_latitude, double *out_longitude)
{
  *out_latitude = uch_mercator_latitude (house->y / WORLD);
  *out_longitude = uch_mercator_longitude (house->x / WORLD);
}

/* Thirty open tickets and twelve engineers, at houses of the map's scene. */
void
map_day_fill (UchMap *map, UchTime now)
{
  static const char *const categories[]
      = { "connect.new",  "support.wifi", "support.no_access", "support.tv",
          "support.voip", "mc.access",    "support.billing",   "incident.house" };
  static const char *const initials[]
      = { "АБ", "ВГ", "ДЕ", "ЖЗ", "ИК", "ЛМ", "НО", "ПР", "СТ", "УФ", "ХЦ", "ЭЮ" };
  UchScene  *scene = uch_map_get_scene (map);
  GPtrArray *zones = uch_scene_get_zones (scene);
  GPtrArray *tickets = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_ticket_free);
  GPtrArray *engineers = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_engineer_free);

  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autofree char *title = g_strdup_printf ("№ %u", 2400 + i);
      double           latitude, longitude;
      UchMapTicket    *ticket;

      /* The last three wait in one house. */
      place (house_at (scene, MIN (i, 27)), &latitude, &longitude);
      ticket = uch_map_ticket_new (id, title, latitude, longitude);
      ticket->symbol = uch_map_symbol_for_category (categories[i % G_N_ELEMENTS (categories)]);
      ticket->assigned = i % 3 == 0;
      ticket->due_at = i % 5 == 4 ? 0 : now + ((gint64) i * 7 - 18) * UCH_MINUTE_MS;
      ticket->promise = ticket->due_at == 0                         ? UCH_PROMISE_NONE
                        : ticket->due_at < now                      ? UCH_PROMISE_RED
                        : ticket->due_at < now + 10 * UCH_MINUTE_MS ? UCH_PROMISE_ORANGE
                        : ticket->due_at < now + 20 * UCH_MINUTE_MS ? UCH_PROMISE_YELLOW
                                                                    : UCH_PROMISE_RUNNING;
      g_ptr_array_add (tickets, ticket);
    }
  for (guint i = 0; i < G_N_ELEMENTS (initials); i++)
    {
      const UchSceneHouse *house = house_at (scene, 100 + i);
      g_autofree char     *id = g_strdup_printf ("e%u", i);
      double               latitude, longitude;
      UchMapEngineer      *engineer;

      place (house, &latitude, &longitude);
      engineer = uch_map_engineer_new (id, initials[i], initials[i], latitude, longitude);
      engineer->rgb = ((UchSceneZone *) g_ptr_array_index (zones, house->zone))->rgb;
      engineer->sign = (UchMapSign) (i % 4);
      engineer->at = now - (i % 6 == 5 ? 21 : i % 4 == 3 ? 8 : 1) * UCH_MINUTE_MS;
      g_ptr_array_add (engineers, engineer);
    }
  uch_map_set_now (map, now);
  uch_map_set_tickets (map, tickets);
  uch_map_set_engineers (map, engineers);
}
