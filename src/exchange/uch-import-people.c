#define G_LOG_DOMAIN "uch-exchange"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "core/uch-fold.h"
#include "core/uch-people.h"
#include "exchange/uch-import-private.h"

/* A word of a table and the nick it means; folded. */
typedef struct
{
  const char *word, *nick;
} Word;

static const Word roles[] = {
  { "диспетчер", "dispatcher" },
  { "руководитель", "head" },
  { "руководитель службы", "head" },
  { "руководитель сервисной службы", "head" },
  { "сотрудник клиентского отдела", "clerk" },
  { "клиентский отдел", "clerk" },
  { "инженер", "engineer" },
  { "сервисный инженер", "engineer" },
  { "мастер", "engineer" },
  { "администратор", "admin" },
  { NULL, NULL },
};

static const Word employments[] = {
  { "штат", "staff" },      { "штатный", "staff" },        { "в штате", "staff" },
  { "помощник", "helper" }, { "подрядчик", "contractor" }, { "подряд", "contractor" },
  { NULL, NULL },
};

static const Word kinds[] = {
  { "абонент", "subscriber" },
  { "потенциальный", "prospect" },
  { "потенциальный абонент", "prospect" },
  { "другой", "other" },
  { "абонент другого провайдера", "other" },
  { NULL, NULL },
};

static const Word skills[] = {
  { "подключение", "connect" },
  { "подключения", "connect" },
  { "тв", "tv" },
  { "телевидение", "tv" },
  { "приставки", "tv" },
  { "телефония", "voip" },
  { "вайфай", "wifi" },
  { "wi fi", "wifi" },
  { "кабель", "cable" },
  { "монтаж", "cable" },
  { NULL, NULL },
};

static const char *
find_word (const Word *words, const char *text)
{
  g_autofree char *folded = uch_fold (text);

  for (guint i = 0; words[i].word != NULL; i++)
    if (strcmp (words[i].word, folded) == 0)
      return words[i].nick;
  return NULL;
}

/* Sets the enum field called @name from the row's cell; an unknown word is told and left out. */
static void
take_enum (UchImporter *self, gpointer row, const char *name, const Word *words)
{
  const char     *text = uch_importer_get (self, name);
  const UchField *field = uch_schema_find_field (UCH_ENTITY (row)->schema, name);
  const char     *nick = text != NULL ? find_word (words, text) : NULL;
  int             index;

  if (text == NULL)
    return;
  index = uch_nick_index (field->nicks, nick != NULL ? nick : text);
  if (index >= 0)
    uch_field_set_int (field, row, index);
  else
    uch_importer_warn (self, _ ("“%s” is not known; %s is left as it was"), text, name);
}

static void
take_flag (UchImporter *self, const char *name, gboolean *flag)
{
  static const char *const yes[] = { "1", "да", "yes", "true", "y", "д", "x", NULL };
  static const char *const no[] = { "0", "нет", "no", "false", "n", "н", NULL };
  const char              *text = uch_importer_get (self, name);
  g_autofree char         *folded = text != NULL ? uch_fold (text) : NULL;

  if (text == NULL)
    return;
  if (g_strv_contains (yes, folded) || strcmp (text, "+") == 0)
    *flag = TRUE;
  else if (g_strv_contains (no, folded) || strcmp (text, "-") == 0)
    *flag = FALSE;
  else
    uch_importer_warn (self, _ ("“%s” is neither yes nor no; %s is left as it was"), text, name);
}

static void
take_text (UchImporter *self, const char *name, gpointer row)
{
  if (uch_importer_get (self, name) != NULL)
    uch_field_set_text (uch_schema_find_field (UCH_ENTITY (row)->schema, name), row,
                        uch_importer_get (self, name));
}

/* The row of @rows called @folded; a register of some dozen rows needs no index. */
static gpointer
find_called (GPtrArray *rows, const char *folded)
{
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      UchEntity       *row = g_ptr_array_index (rows, i);
      const UchField  *field = uch_schema_find_field (row->schema, "name");
      g_autofree char *name = uch_fold (uch_field_get_text (field, row));

      if (strcmp (name, folded) == 0)
        return row;
    }
  return NULL;
}

/* The row to fill: a copy of @before, or a new one. */
static gpointer
begin_row (UchTable table, gconstpointer before, const char *prefix, const char *key)
{
  g_autofree char *id = NULL;

  if (before != NULL)
    return uch_entity_copy (before);
  id = uch_import_make_id (prefix, key);
  return uch_entity_new (table, id);
}

/* Plans one service centre; its key is its name. */
void
uch_import_centre_row (UchImporter *self)
{
  const char      *name = uch_importer_get (self, "name");
  g_autofree char *key = uch_fold (name);
  const char      *zone_text = uch_importer_get (self, "zone");
  const UchZone   *zone = zone_text != NULL ? uch_importer_zone_named (self, zone_text) : NULL;
  const UchCentre *before = find_called (self->office->centres, key);
  g_autoptr (UchCentre) centre = NULL;
  UchPoint       point;
  UchCoordinates coordinates;

  if (name == NULL)
    {
      uch_importer_fail (self, _ ("the name is missing"));
      return;
    }
  if (uch_importer_is_repeated (self, key, name))
    return;
  coordinates = uch_importer_get_coordinates (self, &point);
  if (coordinates == UCH_COORDINATES_BAD)
    return;
  centre = begin_row (UCH_TABLE_CENTRE, before, "centre", key);
  uch_entity_set_text (centre, &centre->name, name);
  take_text (self, "address", centre);
  if (coordinates == UCH_COORDINATES_GOOD)
    {
      centre->latitude = point.latitude;
      centre->longitude = point.longitude;
      if (zone_text == NULL && centre->zone_id == NULL)
        zone = uch_importer_zone_at (self, &point);
    }
  else if (before == NULL)
    uch_importer_warn (self, _ ("has no coordinates and will not be on the map"));
  if (zone_text != NULL && zone == NULL)
    uch_importer_warn (self, _ ("there is no zone “%s”"), zone_text);
  if (zone != NULL)
    uch_entity_set_text (centre, &centre->zone_id, zone->parent.id);
  uch_importer_put (self, before, centre);
}

/* "1, Центр" → ids of zones */
static void
take_zones (UchImporter *self, UchStaff *person)
{
  const char *text = uch_importer_get (self, "zones");
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", ",;/+", -1);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const UchZone *zone;

      if (*g_strstrip (words[i]) == '\0')
        continue;
      zone = uch_importer_zone_named (self, words[i]);
      if (zone == NULL)
        uch_importer_warn (self, _ ("there is no zone “%s”"), words[i]);
      else
        g_string_append_printf (ids, "%s%s", ids->len > 0 ? "," : "", zone->parent.id);
    }
  if (ids->len > 0)
    uch_entity_set_text (person, &person->zones, ids->str);
}

static void
take_skills (UchImporter *self, UchStaff *person)
{
  const char *text = uch_importer_get (self, "skills");
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", ",;/+", -1);
  g_autoptr (GString) codes = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *code;

      if (*g_strstrip (words[i]) == '\0')
        continue;
      code = find_word (skills, words[i]);
      for (guint s = 0; code == NULL && skills[s].word != NULL; s++)
        if (g_ascii_strcasecmp (skills[s].nick, words[i]) == 0)
          code = skills[s].nick;
      if (code == NULL)
        uch_importer_warn (self, _ ("there is no skill “%s”"), words[i]);
      else
        g_string_append_printf (codes, "%s%s", codes->len > 0 ? "," : "", code);
    }
  if (codes->len > 0)
    uch_entity_set_text (person, &person->skills, codes->str);
}

/* Plans one member of staff; the key is the name, two people of one name are told apart by phone.
 */
void
uch_import_staff_row (UchImporter *self)
{
  const char      *name = uch_importer_get (self, "name");
  const char      *phone_text = uch_importer_get (self, "phone");
  g_autofree char *phone = uch_phone_normalize (phone_text, self->area_code);
  g_autofree char *key = uch_fold (name);
  const char      *centre_text = uch_importer_get (self, "centre");
  g_autofree char *centre_folded = uch_fold (centre_text);
  const UchStaff  *before = find_called (self->office->staff, key);
  const UchCentre *centre = find_called (self->office->centres, centre_folded);
  g_autoptr (UchStaff) person = NULL;

  if (name == NULL)
    {
      uch_importer_fail (self, _ ("the name is missing"));
      return;
    }
  if (uch_importer_is_repeated (self, key, name))
    return;
  person = begin_row (UCH_TABLE_STAFF, before, "staff", key);
  if (before == NULL)
    person->role = UCH_ROLE_ENGINEER;
  uch_entity_set_text (person, &person->name, name);
  if (phone_text != NULL && phone == NULL)
    uch_importer_warn (self, _ ("“%s” is no phone number"), phone_text);
  else if (phone != NULL)
    uch_entity_set_text (person, &person->phone, phone);
  take_enum (self, person, "role", roles);
  take_enum (self, person, "employment", employments);
  take_zones (self, person);
  take_skills (self, person);
  if (centre != NULL)
    uch_entity_set_text (person, &person->centre_id, centre->parent.id);
  else if (centre_text != NULL)
    uch_importer_warn (self, _ ("there is no service centre “%s”"), centre_text);
  uch_importer_put (self, before, person);
}

/* Plans one client; the key is the contract, else the phone with the name. */
void
uch_import_client_row (UchImporter *self)
{
  static const char *const texts[]
      = { "name", "contract", "entrance", "floor", "preferred_time", "note" };
  const char      *name = uch_importer_get (self, "name");
  const char      *raw = uch_importer_get (self, "phone");
  const char      *contract = uch_importer_get (self, "contract");
  g_autofree char *phone = uch_phone_normalize (raw, self->area_code);
  g_autofree char *folded_name = uch_fold (name);
  g_autofree char *key = NULL;
  g_autofree char *id = NULL;
  g_autofree char *apartment = NULL;
  g_autoptr (UchClient) before = NULL;
  g_autoptr (UchClient) client = NULL;
  g_autoptr (UchHouse) house = NULL;

  if (contract == NULL && raw == NULL)
    {
      uch_importer_fail (self, _ ("neither a phone nor a contract: nobody could find this client"));
      return;
    }
  key = contract != NULL ? g_strconcat ("contract|", contract, NULL)
                         : g_strconcat (phone != NULL ? phone : raw, "|", folded_name, NULL);
  if (uch_importer_is_repeated (self, key, contract != NULL ? contract : raw))
    return;
  id = uch_import_make_id ("client", key);
  before = uch_snapshot_get (self->office->snapshot, UCH_TABLE_CLIENT, id);
  client = before != NULL ? uch_entity_copy (before) : uch_entity_new (UCH_TABLE_CLIENT, id);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    take_text (self, texts[i], client);
  take_enum (self, client, "kind", kinds);
  take_flag (self, "other_isp", &client->other_isp);
  take_flag (self, "do_not_call", &client->do_not_call);
  if (raw != NULL)
    uch_entity_set_text (client, &client->phone_raw, raw);
  if (raw != NULL && phone == NULL)
    uch_importer_warn (self, _ ("“%s” is no phone number; it is kept as it is"), raw);
  if (uch_importer_find_house (self, &house, &apartment))
    {
      if (house != NULL)
        uch_entity_set_text (client, &client->house_id, house->parent.id);
      else
        uch_importer_warn (
            self, _ ("there is no such house in the register; the client is imported without it"));
    }
  if (apartment != NULL)
    uch_entity_set_text (client, &client->apartment, apartment);
  uch_importer_put (self, before, client);
}
