#define G_LOG_DOMAIN "uch-exchange"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "core/uch-category.h"
#include "core/uch-fold.h"
#include "exchange/uch-import-private.h"

/* What offices write in a column "category"; folded. The codes themselves are always understood. */
static const struct
{
  const char *word, *code;
} words[] = {
  { "подключение", "connect.new" },
  { "новое подключение", "connect.new" },
  { "повторное подключение", "connect.return" },
  { "дополнительное подключение", "connect.extra" },
  { "нет доступа", "support.no_access" },
  { "нет интернета", "support.no_access" },
  { "медленно", "support.slow" },
  { "низкая скорость", "support.slow" },
  { "тв", "support.tv" },
  { "телевидение", "support.tv" },
  { "телефония", "support.voip" },
  { "wi fi", "support.wifi" },
  { "вайфай", "support.wifi" },
  { "настройка", "support.settings" },
  { "кабель", "support.lan" },
  { "расчеты", "support.billing" },
  { "оплата", "support.billing" },
  { "благодарность", "thanks" },
  { "доступ", "mc.access" },
  { "стояк", "mc.riser" },
  { "авария", "incident.house" },
  { "поддержка", "support.no_access" },
};

static const struct
{
  const char *word, *nick;
} priorities[] = {
  { "обычная", "normal" }, { "normal", "normal" }, { "высокая", "high" },   { "high", "high" },
  { "важно", "high" },     { "срочно", "urgent" }, { "срочная", "urgent" }, { "urgent", "urgent" },
};

static const char *
find_category (const char *text)
{
  g_autofree char *folded = uch_fold (text);

  if (uch_category_get (text) != NULL)
    return text;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].word, folded) == 0)
      return words[i].code;
  return NULL;
}

static void
take_priority (UchImporter *self, GVariantDict *fields)
{
  const char      *text = uch_importer_get (self, "priority");
  g_autofree char *folded = uch_fold (text);

  if (text == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    if (strcmp (priorities[i].word, folded) == 0)
      {
        g_variant_dict_insert (fields, "priority", "s", priorities[i].nick);
        return;
      }
  uch_importer_warn (self, _ ("“%s” is not known; %s is left as it was"), text, "priority");
}

static void
take_text (UchImporter *self, GVariantDict *fields, const char *column, const char *field)
{
  const char *text = uch_importer_get (self, column);

  if (text != NULL)
    g_variant_dict_insert (fields, field, "s", text);
}

/* What tells this ticket from others: the number that another program gave it, else all of it. */
static char *
make_key (UchImporter *self)
{
  const char *number = uch_importer_get (self, "number");
  GString    *key;

  if (number != NULL)
    return g_strconcat ("number|", number, NULL);
  key = g_string_new ("row");
  for (guint i = 0; i < self->row->cells->len; i++)
    g_string_append_printf (key, "|%s", (const char *) g_ptr_array_index (self->row->cells, i));
  return g_string_free (key, FALSE);
}

/* Plans one ticket. A ticket that is there already is left alone: people have worked on it. */
void
uch_import_ticket_row (UchImporter *self)
{
  const char      *category_text = uch_importer_get (self, "category");
  const char      *category = category_text != NULL ? find_category (category_text) : NULL;
  const char      *phone = uch_importer_get (self, "phone");
  g_autofree char *key = make_key (self);
  g_autofree char *id = uch_import_make_id ("ticket", key);
  g_autofree char *apartment = NULL;
  g_autofree char *normal_phone = uch_phone_normalize (phone, self->area_code);
  g_autoptr (UchHouse) house = NULL;
  g_autoptr (UchEntity) existing = NULL;
  GVariantDict fields, args;
  gboolean     names_house;

  if (category == NULL)
    {
      if (category_text != NULL)
        uch_importer_fail (self, _ ("there is no category “%s”"), category_text);
      else
        uch_importer_fail (self, _ ("the category is missing"));
      return;
    }
  names_house = uch_importer_find_house (self, &house, &apartment);
  if (names_house && house == NULL)
    {
      uch_importer_fail (self, _ ("there is no such house in the register"));
      return;
    }
  if (!names_house && phone == NULL)
    {
      uch_importer_fail (self,
                         _ ("neither a house nor a phone: nobody could be visited or called"));
      return;
    }
  if (uch_importer_is_repeated (self, key,
                                uch_importer_get (self, "number") != NULL
                                    ? uch_importer_get (self, "number")
                                    : category_text))
    return;
  existing = uch_snapshot_get (self->office->snapshot, UCH_TABLE_TICKET, id);
  if (existing != NULL)
    {
      self->result->n_same++;
      return;
    }
  if (phone != NULL && normal_phone == NULL)
    uch_importer_warn (self, _ ("“%s” is no phone number; it is kept as it is"), phone);
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "category", "s", category);
  g_variant_dict_insert (&fields, "source", "s", "import");
  if (house != NULL)
    g_variant_dict_insert (&fields, "house_id", "s", house->parent.id);
  if (apartment != NULL)
    g_variant_dict_insert (&fields, "apartment", "s", apartment);
  take_text (self, &fields, "entrance", "entrance");
  take_text (self, &fields, "floor", "floor");
  take_text (self, &fields, "name", "client_name");
  take_text (self, &fields, "phone", "phone_raw");
  take_text (self, &fields, "description", "description");
  take_priority (self, &fields);
  self->result->n_new++;
  g_variant_dict_init (&args, NULL);
  g_variant_dict_insert (&args, "ticket", "s", id);
  g_variant_dict_insert_value (&args, "fields", g_variant_dict_end (&fields));
  uch_importer_add_command (self, UCH_COMMAND_TICKET_CREATE, g_variant_dict_end (&args));
}
