#include "app/register/uch-register.h"

#include <glib/gi18n.h>

#include "core/uch-decide.h"
#include "core/uch-office.h"

static const UchRegisterColumn house_columns[] = {
  { "address", NC_ ("field", "Address"), 280, TRUE },
  { "zone_id", NC_ ("field", "Zone"), 140 },
  { "status", NC_ ("field", "Status"), 110 },
  { "apartments", NC_ ("field", "Apartments"), 100 },
};
static const UchFormField house_fields[] = {
  { "city", NC_ ("field", "City"), UCH_INPUT_LINE, NC_ ("field group", "Address") },
  { "street_type", NC_ ("field", "Kind of street"), UCH_INPUT_LINE },
  { "street", NC_ ("field", "Street"), UCH_INPUT_LINE },
  { "number", NC_ ("field", "House number"), UCH_INPUT_LINE },
  { "addition", NC_ ("field", "Block, building"), UCH_INPUT_LINE },
  { "status", NC_ ("field", "Status"), UCH_INPUT_NICK, NC_ ("field group", "Service") },
  { "zone_id", NC_ ("field", "Zone"), UCH_INPUT_REF, .ref = UCH_TABLE_ZONE },
  { "zone_by_hand", NC_ ("field", "Zone set by hand"), UCH_INPUT_FLAG },
  { "company_id", NC_ ("field", "Management company"), UCH_INPUT_REF, .ref = UCH_TABLE_COMPANY },
  { "technology", NC_ ("field", "Technology"), UCH_INPUT_LINE },
  { "switches", NC_ ("field", "Switches"), UCH_INPUT_LINE },
  { "access", NC_ ("field", "Access"), UCH_INPUT_SECRET, NC_ ("field group", "Access") },
  { "access_holder", NC_ ("field", "Who has the keys"), UCH_INPUT_SECRET },
  { "access_phone", NC_ ("field", "His phone"), UCH_INPUT_SECRET },
  { "floors", NC_ ("field", "Floors"), UCH_INPUT_NUMBER, NC_ ("field group", "Building") },
  { "entrances", NC_ ("field", "Entrances"), UCH_INPUT_NUMBER },
  { "apartments", NC_ ("field", "Apartments"), UCH_INPUT_NUMBER },
  { "latitude", NC_ ("field", "Latitude"), UCH_INPUT_LATITUDE },
  { "longitude", NC_ ("field", "Longitude"), UCH_INPUT_LONGITUDE },
  { "fias", NC_ ("field", "FIAS identifier"), UCH_INPUT_LINE },
  { "key", NULL, UCH_INPUT_HIDDEN }, /* derived from the address */
};

static const UchRegisterColumn entrance_columns[] = {
  { "number", NC_ ("field", "Entrance"), 90 },
  { "apartments", NC_ ("field", "Apartments"), 110, TRUE },
};
static const UchFormField entrance_fields[] = {
  { "house_id", NULL, UCH_INPUT_HIDDEN }, /* the house whose entrances are shown */
  { "number", NC_ ("field", "Entrance number"), UCH_INPUT_NUMBER },
  { "apartment_from", NC_ ("field", "Apartments from"), UCH_INPUT_NUMBER },
  { "apartment_to", NC_ ("field", "to"), UCH_INPUT_NUMBER },
  { "intercom", NC_ ("field", "Intercom"), UCH_INPUT_SECRET },
  { "riser", NC_ ("field", "Riser"), UCH_INPUT_LINE },
  { "box", NC_ ("field", "Box"), UCH_INPUT_LINE },
};

static const UchRegisterColumn zone_columns[] = {
  { "number", NC_ ("field", "Number"), 84 },
  { "name", NC_ ("field", "Name"), 220, TRUE },
  { "n_houses", NC_ ("field", "Houses"), 84 },
  { "n_staff", NC_ ("field", "Engineers"), 96 },
};
static const UchFormField zone_fields[] = {
  { "number", NC_ ("field", "Number"), UCH_INPUT_NUMBER, NC_ ("field group", "Zone") },
  { "name", NC_ ("field", "Name"), UCH_INPUT_LINE },
  { "color", NC_ ("field", "Colour"), UCH_INPUT_COLOR },
  { "outline", NULL, UCH_INPUT_HIDDEN }, /* geometry: it comes with an import of zones */
};

static const UchRegisterColumn centre_columns[] = {
  { "name", NC_ ("field", "Name"), 220, TRUE },
  { "address", NC_ ("field", "Address"), 240, TRUE },
  { "zone_id", NC_ ("field", "Zone"), 150 },
};
static const UchFormField centre_fields[] = {
  { "name", NC_ ("field", "Name"), UCH_INPUT_LINE, NC_ ("field group", "Service centre") },
  { "address", NC_ ("field", "Address"), UCH_INPUT_LINE },
  { "zone_id", NC_ ("field", "Zone"), UCH_INPUT_REF, .ref = UCH_TABLE_ZONE },
  { "latitude", NC_ ("field", "Latitude"), UCH_INPUT_LATITUDE },
  { "longitude", NC_ ("field", "Longitude"), UCH_INPUT_LONGITUDE },
};

static const UchRegisterColumn staff_columns[] = {
  { "name", NC_ ("field", "Full name"), 220, TRUE },
  { "role", NC_ ("field", "Role"), 172 },
  { "zones", NC_ ("field", "Zones"), 76 },
  { "today", NC_ ("field", "Shift today"), 108 },
};
static const UchFormField staff_fields[] = {
  { "name", NC_ ("field", "Family name, first name, patronymic"), UCH_INPUT_LINE,
    NC_ ("field group", "Person") },
  { "phone", NC_ ("field", "Phone"), UCH_INPUT_PHONE },
  { "role", NC_ ("field", "Role"), UCH_INPUT_NICK },
  { "employment", NC_ ("field", "Employment"), UCH_INPUT_NICK },
  { "centre_id", NC_ ("field", "Service centre"), UCH_INPUT_REF, .ref = UCH_TABLE_CENTRE },
  { "dismissed", NC_ ("field", "Dismissed"), UCH_INPUT_FLAG },
  { "zones", NC_ ("field", "Zones"), UCH_INPUT_ZONES, NC_ ("field group", "Zones and skills") },
  { "skills", NC_ ("field", "Skills"), UCH_INPUT_SKILLS },
};

static const UchFormField shift_fields[] = {
  /* A week of everybody is edited together: app/shifts/. */
  { "staff_id", NULL, UCH_INPUT_HIDDEN },  { "kind", NULL, UCH_INPUT_HIDDEN },
  { "starts_at", NULL, UCH_INPUT_HIDDEN }, { "ends_at", NULL, UCH_INPUT_HIDDEN },
  { "reason", NULL, UCH_INPUT_HIDDEN },
};

static const UchRegisterColumn client_columns[] = {
  { "name", NC_ ("field", "Full name"), 220, TRUE },
  { "phone", NC_ ("field", "Phone"), 148 },
  { "address", NC_ ("field", "Address"), 240, TRUE },
  { "contract", NC_ ("field", "Contract"), 96 },
};
static const UchFormField client_fields[] = {
  { "kind", NC_ ("field", "Kind"), UCH_INPUT_NICK, NC_ ("field group", "Client") },
  { "name", NC_ ("field", "Full name"), UCH_INPUT_LINE },
  { "phone_raw", NC_ ("field", "Phone"), UCH_INPUT_PHONE },
  { "phone", NULL, UCH_INPUT_HIDDEN }, /* derived from what was typed */
  { "contract", NC_ ("field", "Contract"), UCH_INPUT_LINE },
  { "other_isp", NC_ ("field", "Client of another provider"), UCH_INPUT_FLAG },
  { "house_id", NC_ ("field", "House"), UCH_INPUT_HOUSE, NC_ ("field group", "Address") },
  { "apartment", NC_ ("field", "Apartment"), UCH_INPUT_LINE },
  { "entrance", NC_ ("field", "Entrance"), UCH_INPUT_LINE },
  { "floor", NC_ ("field", "Floor"), UCH_INPUT_LINE },
  { "do_not_call", NC_ ("field", "Do not call"), UCH_INPUT_FLAG, NC_ ("field group", "Calls") },
  { "preferred_time", NC_ ("field", "Best time to call"), UCH_INPUT_LINE },
  { "note", NC_ ("field", "Note"), UCH_INPUT_LINES },
};

static const UchRegisterColumn company_columns[] = {
  { "name", NC_ ("field", "Name"), 240, TRUE },
  { "phones", NC_ ("field", "Phones"), 180 },
  { "contact", NC_ ("field", "Contact"), 160 },
  { "n_houses", NC_ ("field", "Houses"), 84 },
};
static const UchFormField company_fields[] = {
  { "name", NC_ ("field", "Name"), UCH_INPUT_LINE, NC_ ("field group", "Management company") },
  { "inn", NC_ ("field", "INN"), UCH_INPUT_DIGITS },
  { "phones", NC_ ("field", "Phones"), UCH_INPUT_LINE },
  { "contact", NC_ ("field", "Contact"), UCH_INPUT_LINE },
  { "hours", NC_ ("field", "Office hours"), UCH_INPUT_LINE },
  { "agreement", NC_ ("field", "Agreement"), UCH_INPUT_LINE },
};

static const UchRegisterColumn reason_columns[] = {
  { "kind", NC_ ("field", "List"), 200 },
  { "name", NC_ ("field", "Name"), 260, TRUE },
  { "position", NC_ ("field", "Position"), 84 },
  { "retired", NC_ ("field", "Offered"), 112 },
};
static const UchFormField reason_fields[] = {
  { "kind", NC_ ("field", "List"), UCH_INPUT_NICK, NC_ ("field group", "Reason"), .fixed = TRUE },
  { "code", NC_ ("field", "Code"), UCH_INPUT_CODE, .fixed = TRUE },
  { "name", NC_ ("field", "Name"), UCH_INPUT_LINE },
  { "position", NC_ ("field", "Position"), UCH_INPUT_NUMBER },
  { "retired", NC_ ("field", "No longer offered"), UCH_INPUT_FLAG },
};

static const UchRegisterColumn setting_columns[] = {
  { "label", NC_ ("field", "Setting"), 280, TRUE },
  { "value", NC_ ("field", "Value"), 240, TRUE },
};
static const UchFormField setting_fields[] = {
  { "value", NC_ ("field", "Value"), UCH_INPUT_VALUE, NC_ ("field group", "Setting") },
};

#define COLUMNS(of) .columns = of, .n_columns = G_N_ELEMENTS (of)
#define FIELDS(of) .fields = of, .n_fields = G_N_ELEMENTS (of)

/* In the order of the sidebar; entrances and shifts are shown inside what they belong to. */
static const UchRegister registers[] = {
  { UCH_TABLE_HOUSE, "houses", NC_ ("register", "Houses"), "uch-house-symbolic",
    .create = N_ ("New house"),
    .empty = N_ ("Import the register of houses, or add the first one."), COLUMNS (house_columns),
    FIELDS (house_fields) },
  { UCH_TABLE_CLIENT, "clients", NC_ ("register", "Subscribers"), "avatar-default-symbolic",
    .create = N_ ("New subscriber"),
    .empty = N_ ("Type a name, a phone number or a contract. The card of a house lists its own."),
    COLUMNS (client_columns), FIELDS (client_fields), .keepers_only = TRUE, .by_search = TRUE },
  { UCH_TABLE_COMPANY, "companies", NC_ ("register", "Management companies"),
    "uch-company-symbolic", .create = N_ ("New company"),
    .empty = N_ ("Add the companies with whom the engineers speak about access to houses."),
    COLUMNS (company_columns), FIELDS (company_fields) },
  { UCH_TABLE_STAFF, "staff", NC_ ("register", "Staff"), "uch-engineer-symbolic",
    .create = N_ ("New member of staff"), .empty = N_ ("Import the staff, or add the first one."),
    COLUMNS (staff_columns), FIELDS (staff_fields) },
  { UCH_TABLE_SHIFT, "shifts", NC_ ("register", "Shifts"), "x-office-calendar-symbolic",
    .create = NULL, .empty = NULL, FIELDS (shift_fields), .parent = "staff_id" },
  { UCH_TABLE_ZONE, "zones", NC_ ("register", "Zones"), "uch-zone-symbolic",
    .create = N_ ("New zone"), .empty = N_ ("Import the zones from a GeoJSON file."),
    COLUMNS (zone_columns), FIELDS (zone_fields) },
  { UCH_TABLE_CENTRE, "centres", NC_ ("register", "Service centres"), "uch-centre-symbolic",
    .create = N_ ("New service centre"),
    .empty = N_ ("Add the centre from which engineers set out."), COLUMNS (centre_columns),
    FIELDS (centre_fields) },
  { UCH_TABLE_REASON, "reasons", NC_ ("register", "Reasons"), "view-list-symbolic",
    .create = N_ ("New reason"), .empty = N_ ("Add a reason for people to choose from."),
    COLUMNS (reason_columns), FIELDS (reason_fields), .keepers_only = TRUE },
  { UCH_TABLE_SETTING, "settings", NC_ ("register", "Office settings"), "emblem-system-symbolic",
    .create = NULL, .empty = NULL, COLUMNS (setting_columns), FIELDS (setting_fields),
    .keepers_only = TRUE },
  { UCH_TABLE_ENTRANCE, "entrances", NC_ ("register", "Entrances"), "uch-house-symbolic",
    .create = N_ ("New entrance"), .empty = N_ ("No entrances have been described yet."),
    COLUMNS (entrance_columns), FIELDS (entrance_fields), .parent = "house_id" },
};

static const UchKnownSetting known_settings[] = {
  { UCH_SETTING_OFFICE_NAME, NC_ ("setting", "Name of the office"), N_ ("Stands on work orders.") },
  { UCH_SETTING_CITY, NC_ ("setting", "City of new addresses"),
    N_ ("An address typed without a city lies here.") },
  { UCH_SETTING_AREA_CODE, NC_ ("setting", "Area code of six-digit numbers"), N_ ("Empty: 8652."),
    TRUE },
  { UCH_SETTING_PROMISE_MIN, NC_ ("setting", "The promise, minutes"), N_ ("Empty: 40."), TRUE },
  { UCH_SETTING_MAP_URL, NC_ ("setting", "Address of the map's tiles"),
    N_ ("With {z}, {x} and {y}. Empty: OpenStreetMap.") },
  { UCH_SETTING_MAP_ATTRIBUTION, NC_ ("setting", "Attribution of the map"),
    N_ ("Stands on the map, as the map's licence asks.") },
};

/**
 * uch_register_list:
 *
 * Returns: (array length=out_n_registers): every register, in the order of the sidebar; static
 */
const UchRegister *
uch_register_list (guint *out_n_registers)
{
  *out_n_registers = G_N_ELEMENTS (registers);
  return registers;
}

/**
 * uch_register_get:
 *
 * Returns: (nullable): the register of @table; NULL: its rows are no register
 */
const UchRegister *
uch_register_get (UchTable table)
{
  for (guint i = 0; i < G_N_ELEMENTS (registers); i++)
    if (registers[i].table == table)
      return &registers[i];
  return NULL;
}

/**
 * uch_register_find_field:
 *
 * Returns: (nullable): how the field @name is typed in
 */
const UchFormField *
uch_register_find_field (const UchRegister *self, const char *name)
{
  for (guint i = 0; i < self->n_fields; i++)
    if (g_strcmp0 (self->fields[i].name, name) == 0)
      return &self->fields[i];
  return NULL;
}

/**
 * uch_register_may_see:
 * @role: a #UchRole
 *
 * Whether the register stands in the sidebar of this person.
 */
gboolean
uch_register_may_see (const UchRegister *self, int role)
{
  return self->parent == NULL && (!self->keepers_only || uch_register_may_edit (self, role));
}

/**
 * uch_register_may_edit:
 * @role: a #UchRole
 */
gboolean
uch_register_may_edit (const UchRegister *self, int role)
{
  return (uch_register_get_roles (self->table) & (1u << role)) != 0;
}

const UchKnownSetting *
uch_known_setting_list (guint *out_n_settings)
{
  *out_n_settings = G_N_ELEMENTS (known_settings);
  return known_settings;
}

/**
 * uch_known_setting_find:
 *
 * Returns: (nullable): NULL: a key that this program does not know
 */
const UchKnownSetting *
uch_known_setting_find (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_settings); i++)
    if (g_strcmp0 (known_settings[i].key, key) == 0)
      return &known_settings[i];
  return NULL;
}
