#include "app/register/uch-register-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/uch-format.h"
#include "core/uch-category.h"
#include "core/uch-fold.h"

#define SORT_DIGITS 10 /* numbers in a sort key are as wide as this */

/* ---- words for codes ---- */

typedef struct
{
  const char *code;
  const char *name; /* untranslated */
} Word;

static const Word status_words[] = { { "connected", NC_ ("house status", "Connected") },
                                     { "planned", NC_ ("house status", "Planned") },
                                     { "lost", NC_ ("house status", "Lost") } };
static const Word client_words[] = { { "subscriber", NC_ ("client kind", "Subscriber") },
                                     { "prospect", NC_ ("client kind", "Prospect") },
                                     { "other", NC_ ("client kind", "Other") } };
static const Word reason_words[] = { { "hold", NC_ ("reason list", "Put on hold") },
                                     { "decline", NC_ ("reason list", "Declined by the engineer") },
                                     { "failed", NC_ ("reason list", "Visit failed: the client") },
                                     { "missed", NC_ ("reason list", "Visit missed: us") },
                                     { "cancel", NC_ ("reason list", "Cancelled") },
                                     { "reopen", NC_ ("reason list", "Reopened") },
                                     { "resolution", NC_ ("reason list", "How it was resolved") } };
static const Word skill_words[] = { { "connect", NC_ ("skill", "Connections") },
                                    { "cable", NC_ ("skill", "Cable works") },
                                    { "tv", NC_ ("skill", "Television") },
                                    { "voip", NC_ ("skill", "Calls over the Internet") },
                                    { "wifi", NC_ ("skill", "Wi-Fi") } };

static const char *
find_word (const Word *words, guint n, const char *context, const char *code)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (words[i].code, code) == 0)
      return g_dpgettext2 (NULL, context, words[i].name);
  return code;
}

#define FIND(words, context, code) find_word (words, G_N_ELEMENTS (words), context, code)

/**
 * uch_register_nick_name:
 * @field: whose nick it is: "role", "status", "client.kind", "reason.kind"
 *
 * Returns: the translated word; the nick itself when there is none
 */
const char *
uch_register_nick_name (const char *field, const char *nick)
{
  if (g_str_equal (field, "staff.role"))
    return uch_format_role ((UchRole) uch_nick_index (uch_role_nicks, nick));
  if (g_str_equal (field, "staff.employment"))
    return uch_format_employment ((UchEmployment) uch_nick_index (uch_employment_nicks, nick));
  if (g_str_equal (field, "house.status"))
    return FIND (status_words, "house status", nick);
  if (g_str_equal (field, "client.kind"))
    return FIND (client_words, "client kind", nick);
  if (g_str_equal (field, "reason.kind"))
    return FIND (reason_words, "reason list", nick);
  return nick;
}

const char *
uch_register_skill_name (const char *skill)
{
  return FIND (skill_words, "skill", skill);
}

/**
 * uch_register_list_skills:
 *
 * Returns: (transfer container) (element-type utf8): every skill that a category asks for
 */
GPtrArray *
uch_register_list_skills (void)
{
  GPtrArray         *skills = g_ptr_array_new ();
  const UchCategory *categories;
  guint              n;

  categories = uch_category_list (&n);
  for (guint i = 0; i < n; i++)
    if (categories[i].skill != NULL
        && !g_ptr_array_find_with_equal_func (skills, categories[i].skill, g_str_equal, NULL))
      g_ptr_array_add (skills, (gpointer) categories[i].skill);
  return skills;
}

/* ---- names of rows ---- */

/**
 * uch_register_dup_title:
 *
 * Returns: (transfer full): what the row is called
 */
char *
uch_register_dup_title (UchReplica *replica, gconstpointer row)
{
  const UchEntity       *entity = row;
  const UchKnownSetting *setting;
  const char            *name = NULL;

  switch (entity->schema->table)
    {
    case UCH_TABLE_HOUSE:
      return uch_address_format (row, NULL, TRUE);
    case UCH_TABLE_ZONE:
      return g_strdup_printf ("%" G_GINT64_FORMAT " · %s", UCH_ZONE (row)->number,
                              UCH_ZONE (row)->name);
    case UCH_TABLE_ENTRANCE:
      return g_strdup_printf (_ ("Entrance %d"), (int) UCH_ENTRANCE (row)->number);
    case UCH_TABLE_REASON:
      return uch_format_reason (replica, UCH_REASON (row)->kind, UCH_REASON (row)->code);
    case UCH_TABLE_SETTING:
      setting = uch_known_setting_find (entity->id);
      return g_strdup (setting != NULL ? g_dpgettext2 (NULL, "setting", setting->label)
                                       : entity->id);
    case UCH_TABLE_CENTRE:
      name = UCH_CENTRE (row)->name;
      break;
    case UCH_TABLE_COMPANY:
      name = UCH_COMPANY (row)->name;
      break;
    case UCH_TABLE_STAFF:
      name = UCH_STAFF (row)->name;
      break;
    case UCH_TABLE_CLIENT:
      name = UCH_CLIENT (row)->name != NULL ? UCH_CLIENT (row)->name : UCH_CLIENT (row)->phone;
      break;
    default:
      name = entity->id;
    }
  return g_strdup (name != NULL ? name : "");
}

/**
 * uch_register_dup_ref:
 * @id: (nullable)
 *
 * Returns: (transfer full): the name of the row that is referred to; "" for none
 */
char *
uch_register_dup_ref (UchReplica *replica, UchTable table, const char *id)
{
  gconstpointer row = id != NULL ? uch_replica_peek (replica, table, id) : NULL;

  return row != NULL ? uch_register_dup_title (replica, row) : g_strdup (id != NULL ? id : "");
}

/* ---- cells ---- */

static char *
dup_zones (UchReplica *replica, const char *zones)
{
  g_auto (GStrv) ids = g_strsplit (zones != NULL ? zones : "", ",", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const char    *id = g_strstrip (ids[i]);
      const UchZone *zone = *id != '\0' ? uch_replica_peek (replica, UCH_TABLE_ZONE, id) : NULL;

      if (zone != NULL)
        g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? ", " : "",
                                zone->number);
    }
  return g_string_free (text, FALSE);
}

/* Each as one reads it out; what is none stays as it was typed. */
static char *
dup_phones (const char *phones)
{
  g_auto (GStrv) parts = g_strsplit (phones != NULL ? phones : "", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *raw = parts[i];

      parts[i] = uch_phone_format (g_strstrip (raw));
    }
  return g_strjoinv (", ", parts);
}

/* Today's shifts, "09:00–18:00", of one person. */
static char *
dup_today (UchReplica *replica, const char *staff_id, UchTime now)
{
  GListModel *shifts = uch_replica_list (replica, UCH_TABLE_SHIFT);
  GString    *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (shifts); i++)
    {
      g_autoptr (UchShift) shift = g_list_model_get_item (shifts, i);
      g_autofree char *from = NULL;
      g_autofree char *to = NULL;
      g_autofree char *day = NULL;
      g_autofree char *today = NULL;

      if (g_strcmp0 (shift->staff_id, staff_id) != 0 || ABS (shift->starts_at - now) > UCH_DAY_MS)
        continue;
      day = uch_format_day (shift->starts_at, now);
      today = uch_format_day (now, now);
      if (g_strcmp0 (day, today) != 0)
        continue;
      from = uch_format_time (shift->starts_at);
      to = uch_format_time (shift->ends_at);
      if (shift->kind == UCH_SHIFT_ABSENCE)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", _ ("absent"));
      else
        g_string_append_printf (text, "%s%s–%s", text->len > 0 ? ", " : "", from, to);
    }
  return g_string_free (text, FALSE);
}

static char *
dup_count (UchReplica *replica, UchTable table, const char *field_name, const char *value)
{
  GListModel     *rows = uch_replica_list (replica, table);
  const UchField *field = uch_schema_find_field (uch_schema_get (table), field_name);
  guint           n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (UchEntity) row = g_list_model_get_item (rows, i);

      if (table == UCH_TABLE_STAFF)
        n += !UCH_STAFF (row)->dismissed && uch_list_contains (UCH_STAFF (row)->zones, value);
      else
        n += g_strcmp0 (uch_field_get_text (field, row), value) == 0;
    }
  return g_strdup_printf ("%u", n);
}

/* Columns that no field of the schema is; NULL: not one of these. */
static char *
dup_computed (UchReplica *replica, const UchEntity *row, const char *column, UchTime now)
{
  UchTable table = row->schema->table;

  if (g_str_equal (column, "address") && table == UCH_TABLE_HOUSE)
    return uch_address_format ((const UchHouse *) row, NULL, TRUE);
  if (g_str_equal (column, "address") && table == UCH_TABLE_CLIENT)
    {
      const UchClient *client = UCH_CLIENT (row);
      const UchHouse  *house = client->house_id != NULL
                                   ? uch_replica_peek (replica, UCH_TABLE_HOUSE, client->house_id)
                                   : NULL;

      return house != NULL ? uch_address_format (house, client->apartment, TRUE) : g_strdup ("");
    }
  if (g_str_equal (column, "apartments") && table == UCH_TABLE_ENTRANCE)
    return UCH_ENTRANCE (row)->apartment_to > 0
               ? g_strdup_printf ("%" G_GINT64_FORMAT "–%" G_GINT64_FORMAT,
                                  UCH_ENTRANCE (row)->apartment_from,
                                  UCH_ENTRANCE (row)->apartment_to)
               : g_strdup ("");
  if (g_str_equal (column, "today"))
    return dup_today (replica, row->id, now);
  if (g_str_equal (column, "n_houses"))
    return dup_count (replica, UCH_TABLE_HOUSE, table == UCH_TABLE_ZONE ? "zone_id" : "company_id",
                      row->id);
  if (g_str_equal (column, "n_staff"))
    return dup_count (replica, UCH_TABLE_STAFF, "zones", row->id);
  if (g_str_equal (column, "label") || (g_str_equal (column, "name") && table == UCH_TABLE_REASON))
    return uch_register_dup_title (replica, row);
  if (g_str_equal (column, "retired"))
    return g_strdup (UCH_REASON (row)->retired ? _ ("no") : _ ("yes"));
  if (g_str_equal (column, "zones"))
    return dup_zones (replica, UCH_STAFF (row)->zones);
  return NULL;
}

/**
 * uch_register_dup_cell:
 * @column: the id of a #UchRegisterColumn
 *
 * Returns: (transfer full): what stands in the cell; a sensitive field is never shown
 */
char *
uch_register_dup_cell (UchReplica *replica, gconstpointer row, const char *column, UchTime now)
{
  const UchEntity    *entity = row;
  const UchRegister  *of = uch_register_get (entity->schema->table);
  const UchFormField *input = uch_register_find_field (of, column);
  const UchField     *field = uch_schema_find_field (entity->schema, column);
  char               *text = dup_computed (replica, entity, column, now);
  g_autofree char    *name = NULL;

  if (text != NULL)
    return text;
  g_return_val_if_fail (field != NULL, g_strdup (""));
  if ((field->flags & UCH_FIELD_SENSITIVE) != 0)
    return g_strdup ("");
  name = g_strconcat (entity->schema->name, ".", field->name, NULL);
  if (field->kind == UCH_FIELD_ENUM)
    return g_strdup (uch_register_nick_name (name, uch_field_get_text (field, row)));
  if (input != NULL && input->input == UCH_INPUT_REF)
    return uch_register_dup_ref (replica, input->ref, uch_field_get_text (field, row));
  if (field->kind == UCH_FIELD_TEXT
      && (g_str_equal (column, "phone") || g_str_equal (column, "phones")))
    return dup_phones (uch_field_get_text (field, row));
  if (field->kind == UCH_FIELD_TEXT)
    {
      const char *value = uch_field_get_text (field, row);

      return g_strdup (value != NULL ? value : "");
    }
  return uch_field_get_int (field, row) != 0
             ? g_strdup_printf ("%" G_GINT64_FORMAT, uch_field_get_int (field, row))
             : g_strdup ("");
}

/**
 * uch_register_dup_sort_key:
 *
 * Returns: (transfer full): @text with its numbers as wide as each other, so that house 9 stands
 *     before house 10; nothing stands last
 */
char *
uch_register_dup_sort_key (const char *text)
{
  GString *key = g_string_new (NULL);

  if (*text == '\0')
    g_string_append_unichar (key, 0x10FFFD);
  while (*text != '\0')
    {
      gsize n = strspn (text, "0123456789");

      for (gsize i = n; n > 0 && i < SORT_DIGITS; i++)
        g_string_append_c (key, '0');
      n = MAX (n, 1);
      g_string_append_len (key, text, (gssize) n);
      text += n;
    }
  return g_string_free (key, FALSE);
}

/**
 * uch_register_peek_folded:
 *
 * The text of the row to search in, made once: rows never change, they are replaced.
 *
 * Returns: (transfer none)
 */
const char *
uch_register_peek_folded (const UchRegister *self, UchReplica *replica, gpointer row)
{
  static GQuark    quark = 0;
  const UchSchema *schema = UCH_ENTITY (row)->schema;
  g_autoptr (GString) text = NULL;
  char *folded;

  if (quark == 0)
    quark = g_quark_from_static_string ("uch-register-folded");
  folded = g_object_get_qdata (row, quark);
  if (folded != NULL)
    return folded;
  text = g_string_new (NULL);
  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *cell = NULL;

      if (g_str_has_prefix (self->columns[i].id, "n_")
          || g_str_equal (self->columns[i].id, "today"))
        continue;
      cell = uch_register_dup_cell (replica, row, self->columns[i].id, 0);
      g_string_append_printf (text, "%s ", cell);
    }
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];
      const char *value = field->kind == UCH_FIELD_TEXT ? uch_field_get_text (field, row) : NULL;

      if (value != NULL && strlen (value) < 200 && (field->flags & UCH_FIELD_SENSITIVE) == 0)
        g_string_append_printf (text, "%s ", value);
    }
  folded = uch_fold (text->str);
  g_object_set_qdata_full (row, quark, folded, g_free);
  return folded;
}

/**
 * uch_register_dup_area_code:
 *
 * Returns: (transfer full): of six-digit phone numbers in this office
 */
char *
uch_register_dup_area_code (UchReplica *replica)
{
  const UchSetting *setting = uch_replica_peek (replica, UCH_TABLE_SETTING, UCH_SETTING_AREA_CODE);

  return g_strdup (setting != NULL && setting->value != NULL ? setting->value : "8652");
}
