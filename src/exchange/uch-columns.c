#define G_LOG_DOMAIN "uch-exchange"

#include "exchange/uch-columns.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "core/uch-fold.h"

const char *const uch_import_nicks[]
    = { "houses", "zones", "centres", "staff", "clients", "tickets", "calendar", NULL };

/* Synonyms are written as uch_fold() gives them: lower case, е for ё, no punctuation. */
static const UchColumn house_columns[] = {
  { "city", N_ ("City"), "город|населенный пункт|нп|town", FALSE },
  { "street", N_ ("Street"), "улица|адрес улица", TRUE },
  { "number", N_ ("House"), "house|дом|номер дома|дом номер|house number", TRUE },
  { "addition", N_ ("Block"), "корпус|корп|строение|корпус строение|block", FALSE },
  { "latitude", N_ ("Latitude"), "lat|широта", FALSE },
  { "longitude", N_ ("Longitude"), "lon|lng|долгота", FALSE },
  { "zone", N_ ("Zone"), "участок|зона|номер участка|zone number|zone id", FALSE },
  { "floors", N_ ("Floors"), "этажей|этажность|этажи|levels|storeys", FALSE },
  { "entrances", N_ ("Entrances"), "подъездов|подъезды", FALSE },
  { "apartments", N_ ("Apartments"), "квартир|квартиры|flats", FALSE },
  { "technology", N_ ("Technology"), "технология", FALSE },
  { "switches", N_ ("Switches"), "коммутаторы|коммутатор|switch", FALSE },
  { "status", N_ ("Status"), "статус|состояние", FALSE },
  { "fias", N_ ("FIAS code"), "fias|фиас|гар|код фиас|guid", FALSE },
  { "access", N_ ("Access"), "доступ|ключи|access notes", FALSE },
  { "access_holder", N_ ("Holder of the keys"), "держатель ключей|у кого ключи", FALSE },
  { "access_phone", N_ ("Phone of the holder"), "телефон держателя|телефон ключей", FALSE },
};

static const UchColumn centre_columns[] = {
  { "name", N_ ("Name"), "название|наименование|сервисный центр|центр|centre|center", TRUE },
  { "address", N_ ("Address"), "адрес", FALSE },
  { "zone", N_ ("Zone"), "участок|зона|номер участка|zone number|zone id", FALSE },
  { "latitude", N_ ("Latitude"), "lat|широта", FALSE },
  { "longitude", N_ ("Longitude"), "lon|lng|долгота", FALSE },
};

static const UchColumn staff_columns[] = {
  { "name", N_ ("Name"), "фио|ф и о|имя|сотрудник|full name", TRUE },
  { "phone", N_ ("Phone"), "телефон|тел|моб телефон|мобильный", FALSE },
  { "role", N_ ("Role"), "роль|должность|position", FALSE },
  { "zones", N_ ("Zones"), "участки|участок|зоны|зона|zone", FALSE },
  { "skills", N_ ("Skills"), "навыки|умения", FALSE },
  { "centre", N_ ("Service centre"), "сервисный центр|центр|centre|center", FALSE },
  { "employment", N_ ("Employment"), "занятость|вид занятости|оформление", FALSE },
};

static const UchColumn client_columns[] = {
  { "kind", N_ ("Kind"), "вид|тип|тип клиента", FALSE },
  { "name", N_ ("Name"), "фио|ф и о|имя|клиент|абонент|client|subscriber", FALSE },
  { "phone", N_ ("Phone"), "телефон|тел|контактный телефон", FALSE },
  { "contract", N_ ("Contract"), "договор|номер договора|лицевой счет|лс", FALSE },
  { "city", N_ ("City"), "город|населенный пункт|town", FALSE },
  { "street", N_ ("Street"), "улица", FALSE },
  { "number", N_ ("House"), "house|дом|номер дома", FALSE },
  { "addition", N_ ("Block"), "корпус|корп|строение", FALSE },
  { "address", N_ ("Address"), "адрес", FALSE },
  { "entrance", N_ ("Entrance"), "подъезд", FALSE },
  { "floor", N_ ("Floor"), "этаж", FALSE },
  { "apartment", N_ ("Apartment"), "квартира|кв|flat", FALSE },
  { "other_isp", N_ ("Client of another provider"), "другой провайдер|чужой провайдер", FALSE },
  { "do_not_call", N_ ("Do not call"), "не звонить", FALSE },
  { "preferred_time", N_ ("Preferred time"), "удобное время", FALSE },
  { "note", N_ ("Note"), "примечание|заметка|комментарий|comment", FALSE },
};

static const UchColumn ticket_columns[] = {
  { "number", N_ ("Outside number"), "номер|номер заявки|заявка|ticket|id|external number", FALSE },
  { "category", N_ ("Category"), "категория|тип|тип заявки|вид заявки|type", TRUE },
  { "city", N_ ("City"), "город|населенный пункт|town", FALSE },
  { "street", N_ ("Street"), "улица", FALSE },
  { "house", N_ ("House"), "дом|номер дома|house number", FALSE },
  { "addition", N_ ("Block"), "корпус|корп|строение", FALSE },
  { "address", N_ ("Address"), "адрес", FALSE },
  { "entrance", N_ ("Entrance"), "подъезд", FALSE },
  { "floor", N_ ("Floor"), "этаж", FALSE },
  { "apartment", N_ ("Apartment"), "квартира|кв|flat", FALSE },
  { "name", N_ ("Client"), "фио|ф и о|имя|клиент|абонент|client name", FALSE },
  { "phone", N_ ("Phone"), "телефон|тел|контактный телефон", FALSE },
  { "description", N_ ("Description"), "описание|текст|суть|комментарий|comment|text", FALSE },
  { "priority", N_ ("Priority"), "срочность|приоритет", FALSE },
};

/**
 * uch_columns_list:
 *
 * Returns: (array length=out_n_columns): the fields that an import of @kind can fill; static
 */
const UchColumn *
uch_columns_list (UchImportKind kind, guint *out_n_columns)
{
#define COLUMNS(k, columns)                                                                        \
  case k:                                                                                          \
    *out_n_columns = G_N_ELEMENTS (columns);                                                       \
    return columns
  switch (kind)
    {
      COLUMNS (UCH_IMPORT_HOUSES, house_columns);
      COLUMNS (UCH_IMPORT_CENTRES, centre_columns);
      COLUMNS (UCH_IMPORT_STAFF, staff_columns);
      COLUMNS (UCH_IMPORT_CLIENTS, client_columns);
      COLUMNS (UCH_IMPORT_TICKETS, ticket_columns);
    case UCH_IMPORT_ZONES:
    case UCH_IMPORT_CALENDAR:
      break;
    }
#undef COLUMNS
  *out_n_columns = 0;
  return NULL;
}

static gboolean
is_called (const UchColumn *column, const char *folded)
{
  g_autofree char *label = uch_fold (column->label);
  g_autofree char *translated = uch_fold (g_dgettext (GETTEXT_PACKAGE, column->label));
  g_autofree char *name = uch_fold (column->name);
  g_auto (GStrv) synonyms = g_strsplit (column->synonyms, "|", -1);

  return strcmp (folded, name) == 0 || strcmp (folded, label) == 0
         || strcmp (folded, translated) == 0
         || g_strv_contains ((const char *const *) synonyms, folded);
}

/* What a person said about the column: "HEADER=field", or "HEADER=" to leave it out. */
static const char *
find_said (const char *const *mapping, const char *folded)
{
  for (guint i = 0; mapping != NULL && mapping[i] != NULL; i++)
    {
      const char      *equals = strrchr (mapping[i], '=');
      g_autofree char *said = NULL;
      g_autofree char *said_folded = NULL;

      if (equals == NULL)
        continue;
      said = g_strndup (mapping[i], equals - mapping[i]);
      said_folded = uch_fold (said);
      if (strcmp (said_folded, folded) == 0)
        return equals + 1;
    }
  return NULL;
}

/**
 * uch_columns_guess:
 * @header: (element-type utf8): the names of the columns
 * @mapping: (nullable) (array zero-terminated=1): what a person said, each "HEADER=field"; it goes
 *     before what is guessed
 *
 * Returns: (transfer full): for every column the name of its field, "" for one that is not used
 */
char **
uch_columns_guess (UchImportKind kind, GPtrArray *header, const char *const *mapping)
{
  guint            n_columns;
  const UchColumn *columns = uch_columns_list (kind, &n_columns);
  char           **fields = g_new0 (char *, header->len + 1);

  for (guint i = 0; i < header->len; i++)
    {
      g_autofree char *folded = uch_fold (g_ptr_array_index (header, i));

      fields[i] = g_strdup (find_said (mapping, folded));
    }
  for (guint i = 0; i < header->len; i++)
    {
      g_autofree char *folded = uch_fold (g_ptr_array_index (header, i));

      for (guint c = 0; c < n_columns && fields[i] == NULL; c++)
        {
          gboolean taken = FALSE;

          for (guint j = 0; j < header->len; j++)
            taken |= g_strcmp0 (fields[j], columns[c].name) == 0;
          if (!taken && is_called (&columns[c], folded))
            fields[i] = g_strdup (columns[c].name);
        }
      if (fields[i] == NULL)
        fields[i] = g_strdup ("");
    }
  return fields;
}

/**
 * uch_columns_check:
 * @fields: what uch_columns_guess() gave
 * @error: %UCH_EXCHANGE_ERROR_COLUMNS, naming the fields that are missing or unknown
 *
 * Returns: whether every field that is needed has its column, once
 */
gboolean
uch_columns_check (UchImportKind kind, const char *const *fields, GError **error)
{
  guint            n_columns;
  const UchColumn *columns = uch_columns_list (kind, &n_columns);
  g_autoptr (GString) missing = g_string_new (NULL);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      gboolean known = *fields[i] == '\0';

      for (guint c = 0; c < n_columns; c++)
        known |= strcmp (fields[i], columns[c].name) == 0;
      for (guint j = 0; j < i && known && *fields[i] != '\0'; j++)
        if (strcmp (fields[i], fields[j]) == 0)
          {
            g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_COLUMNS,
                         _ ("Columns %u and %u are both mapped to “%s”."), j + 1, i + 1, fields[i]);
            return FALSE;
          }
      if (!known)
        {
          g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_COLUMNS,
                       _ ("There is no field “%s” to map a column to."), fields[i]);
          return FALSE;
        }
    }
  for (guint c = 0; c < n_columns; c++)
    if (columns[c].required && !g_strv_contains (fields, columns[c].name))
      g_string_append_printf (missing, "%s“%s”", missing->len > 0 ? ", " : "",
                              g_dgettext (GETTEXT_PACKAGE, columns[c].label));
  if (missing->len == 0)
    return TRUE;
  g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_COLUMNS,
               _ ("The header has no column for: %s. Name it there, or map a column to it."),
               missing->str);
  return FALSE;
}
