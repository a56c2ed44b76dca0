#define G_LOG_DOMAIN "uch-exchange"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "core/uch-fold.h"
#include "exchange/uch-address-text.h"
#include "exchange/uch-import-private.h"

/* Words in a cell "status" that mean a nick of the field. */
static const struct
{
  const char *word, *nick;
} statuses[] = {
  { "connected", "connected" }, { "подключен", "connected" }, { "planned", "planned" },
  { "планируется", "planned" }, { "план", "planned" },        { "lost", "lost" },
  { "потерян", "lost" },        { "отключен", "lost" },
};

static void
take_status (UchImporter *self, UchHouse *house)
{
  const char      *text = uch_importer_get (self, "status");
  g_autofree char *folded = text != NULL ? uch_fold (text) : NULL;
  const UchField  *field = uch_schema_find_field (&uch_house_schema, "status");

  if (text == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (strcmp (folded, statuses[i].word) == 0)
      {
        house->status = uch_nick_index (field->nicks, statuses[i].nick);
        return;
      }
  uch_importer_warn (self, _ ("“%s” is no status of a house; it is left as it was"), text);
}

/* Rule: a house takes the zone that contains it; a zone set by hand wins. A zone that the file
 * names against the map, or where the map has none, counts as set by hand. */
static void
take_zone (UchImporter *self, UchHouse *house)
{
  const char    *text = uch_importer_get (self, "zone");
  UchPoint       point = { house->latitude, house->longitude };
  gboolean       placed = house->latitude != 0 || house->longitude != 0;
  const UchZone *named = text != NULL ? uch_importer_zone_named (self, text) : NULL;
  const UchZone *around = placed ? uch_importer_zone_at (self, &point) : NULL;

  if (text != NULL && named == NULL && self->zones->len > 0)
    uch_importer_warn (self, _ ("there is no zone “%s”"), text);
  if (house->zone_by_hand)
    return;
  if (named != NULL && named != around)
    {
      if (around != NULL)
        uch_importer_warn (self, _ ("stands in the zone “%s”; the file's zone “%s” is kept"),
                           around->name, named->name);
      house->zone_by_hand = TRUE;
      uch_entity_set_text (house, &house->zone_id, named->parent.id);
    }
  else if (around != NULL)
    uch_entity_set_text (house, &house->zone_id, around->parent.id);
  else if (self->zones->len > 0 && placed)
    {
      uch_importer_warn (self, _ ("stands outside every zone: imported without a zone"));
      uch_entity_set_text (house, &house->zone_id, NULL);
    }
}

static void
take_address (UchImporter *self, UchHouse *house)
{
  g_autofree char *type = NULL;
  g_autofree char *street = NULL;
  g_autofree char *number = NULL;
  g_autofree char *addition = NULL;
  const char      *city = uch_importer_get (self, "city");
  const char      *block = uch_importer_get (self, "addition");

  uch_address_split_street (uch_importer_get (self, "street"), &type, &street);
  uch_address_split_number (uch_importer_get (self, "number"), &number, &addition);
  if (block != NULL && g_ascii_isdigit (*block))
    {
      g_free (addition);
      addition = g_strconcat ("к", block, NULL);
      block = NULL;
    }
  uch_entity_set_text (house, &house->city, city != NULL ? city : self->city);
  uch_entity_set_text (house, &house->street_type, type);
  uch_entity_set_text (house, &house->street, street);
  uch_entity_set_text (house, &house->number, number);
  uch_entity_set_text (house, &house->addition, block != NULL ? block : addition);
}

/* An empty cell says nothing: it erases nothing. */
static void
take_texts (UchImporter *self, UchHouse *house)
{
  static const char *const names[]
      = { "fias", "technology", "switches", "access", "access_holder", "access_phone" };
  static const char *const numbers[] = { "floors", "entrances", "apartments" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (uch_importer_get (self, names[i]) != NULL)
      uch_field_set_text (uch_schema_find_field (&uch_house_schema, names[i]), house,
                          uch_importer_get (self, names[i]));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value;

      if (uch_importer_get_int (self, numbers[i], &value))
        uch_field_set_int (uch_schema_find_field (&uch_house_schema, numbers[i]), house, value);
    }
}

/* Plans one row of the register of houses; its key is the folded address. */
void
uch_import_house_row (UchImporter *self)
{
  const char      *city = uch_importer_get (self, "city");
  const char      *street = uch_importer_get (self, "street");
  const char      *number = uch_importer_get (self, "number");
  g_autofree char *key = NULL;
  g_autofree char *id = NULL;
  g_autofree char *what = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (UchHouse) house = NULL;
  const UchHouse *before = NULL;
  UchPoint        point;
  UchCoordinates  coordinates;

  if (street == NULL || number == NULL)
    {
      uch_importer_fail (self, street == NULL ? _ ("the street is missing")
                                              : _ ("the number of the house is missing"));
      return;
    }
  key = uch_address_make_key (city != NULL ? city : self->city, street, number,
                              uch_importer_get (self, "addition"));
  what = g_strdup_printf ("%s, %s", street, number);
  if (uch_importer_is_repeated (self, key, what))
    return;
  coordinates = uch_importer_get_coordinates (self, &point);
  if (coordinates == UCH_COORDINATES_BAD)
    return;

  found = uch_snapshot_find (self->office->snapshot, UCH_TABLE_HOUSE, "key", key);
  if (found->len > 0)
    {
      before = g_ptr_array_index (found, 0);
      house = uch_entity_copy (before);
    }
  else
    {
      id = uch_import_make_id ("house", key);
      house = uch_entity_new (UCH_TABLE_HOUSE, id);
      take_address (self, house);
    }
  if (coordinates == UCH_COORDINATES_GOOD)
    {
      house->latitude = point.latitude;
      house->longitude = point.longitude;
    }
  else if (before == NULL)
    uch_importer_warn (self, _ ("has no coordinates and will not be on the map"));
  take_texts (self, house);
  take_status (self, house);
  take_zone (self, house);
  uch_importer_put (self, before, house);
}
