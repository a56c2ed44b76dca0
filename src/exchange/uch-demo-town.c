#include "exchange/uch-demo-town.h"

#include <string.h>

#include "exchange/uch-demo-private.h"
#include "exchange/uch-demo-resource.h"

#define TOWN_PATH "/org/uchastok/demo/town.json"
/* Mobile code 947 is given to no operator: nobody answers these numbers. */
#define PHONE_PREFIX "+7947"

#define STAFF_ID_PREFIX "demo-staff-"

/* Makes a row whose id is "demo-" and the formatted rest. */
gpointer
uch_demo_new_row (UchDemo *self, UchTable table, const char *format, ...)
{
  g_autofree char *rest = NULL, *id = NULL;
  UchEntity       *row;
  va_list          ap;

  va_start (ap, format);
  rest = g_strdup_vprintf (format, ap);
  va_end (ap);
  id = g_strconcat ("demo-", rest, NULL);
  row = uch_entity_new (table, id);
  row->rev = g_strdup (UCH_DEMO_REV);
  return row;
}

/* Hands a finished row over; the caller keeps its own reference. */
void
uch_demo_emit (UchDemo *self, gpointer row)
{
  self->func (UCH_ENTITY (row), self->user_data);
}

/* A word of a list of the town's file. */
const char *
uch_demo_pick_word (UchDemo *self, const char *list)
{
  JsonArray *words = json_object_get_array_member (self->town, list);

  return json_array_get_string_element (
      words, (guint) uch_demo_between (self, 0, json_array_get_length (words) - 1));
}

gpointer
uch_demo_pick_row (UchDemo *self, GPtrArray *rows)
{
  return g_ptr_array_index (rows, uch_demo_between (self, 0, (gint64) rows->len - 1));
}

gboolean
uch_demo_chance (UchDemo *self, guint percent)
{
  return uch_demo_between (self, 0, 99) < (gint64) percent;
}

/* A whole number from low to high, both included. */
gint64
uch_demo_between (UchDemo *self, gint64 low, gint64 high)
{
  return low + (gint64) g_rand_double_range (self->rand, 0, (double) (high - low + 1));
}

/* "Фамилия Имя Отчество" */
char *
uch_demo_dup_name (UchDemo *self, guint percent_of_men)
{
  gboolean    is_man = uch_demo_chance (self, percent_of_men);
  const char *family = uch_demo_pick_word (self, "surnames");
  gboolean    is_adjective = g_str_has_suffix (family, "ой") || g_str_has_suffix (family, "ый");
  gsize       stem_len = strlen (family) - (is_adjective ? strlen ("ой") : 0);
  JsonArray  *fathers = json_object_get_array_member (self->town, "patronymics");
  JsonArray  *father;
  guint       index = (guint) uch_demo_between (self, 0, json_array_get_length (fathers) - 1);
  g_autofree char *name = NULL;

  father = json_array_get_array_element (fathers, index);
  if (is_man)
    name = g_strdup (family);
  else
    name = g_strdup_printf ("%.*s%s", (int) stem_len, family, is_adjective ? "ая" : "а");
  return g_strdup_printf ("%s %s %s", name, uch_demo_pick_word (self, is_man ? "men" : "women"),
                          json_array_get_string_element (father, is_man ? 0 : 1));
}

char *
uch_demo_dup_phone (UchDemo *self)
{
  return g_strdup_printf (PHONE_PREFIX "%07u", (guint) uch_demo_between (self, 0, 9999999));
}

static void
make_office (UchDemo *self)
{
  static const char *const settings[][2] = {
    { UCH_SETTING_OFFICE_NAME, "Демонстрационный город (всё вымышлено)" },
    { UCH_SETTING_CITY, UCH_DEMO_CITY },
    { UCH_SETTING_AREA_CODE, "8652" },
    { UCH_DEMO_INVENTED_SETTING, "1" },
  };
  const UchReasonSeed *seeds;
  guint                n_seeds;

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (UchSetting) setting = uch_entity_new (UCH_TABLE_SETTING, settings[i][0]);

      setting->parent.rev = g_strdup (UCH_DEMO_REV);
      uch_entity_set_text (setting, &setting->value, settings[i][1]);
      uch_demo_emit (self, setting);
    }
  seeds = uch_reason_list_seeds (&n_seeds);
  for (guint i = 0; i < n_seeds; i++)
    {
      g_autofree char *id
          = g_strconcat (uch_reason_kind_nicks[seeds[i].kind], ".", seeds[i].code, NULL);
      g_autoptr (UchReason) reason = uch_entity_new (UCH_TABLE_REASON, id);

      reason->parent.rev = g_strdup (UCH_DEMO_REV);
      reason->kind = seeds[i].kind;
      uch_entity_set_text (reason, &reason->code, seeds[i].code);
      reason->position = i;
      uch_demo_emit (self, reason);
    }
}

static void
take_options (UchDemo *self, const UchDemoOptions *options)
{
  self->options = *options;
  if (self->options.n_houses == 0)
    self->options.n_houses = UCH_DEMO_HOUSES_DEFAULT;
  if (self->options.n_tickets == 0)
    self->options.n_tickets = UCH_DEMO_TICKETS_DEFAULT;
  self->options.n_houses = MIN (self->options.n_houses, UCH_DEMO_HOUSES_MAX);
  self->options.n_tickets = MIN (self->options.n_tickets, UCH_DEMO_TICKETS_MAX);
  self->options.n_days = MIN (self->options.n_days, UCH_DEMO_DAYS_MAX);
}

/* The town as it is written down. The file is part of the program: that it can be read is proved by
 * the tests. */
JsonParser *
uch_demo_load_town (void)
{
  JsonParser *parser = json_parser_new_immutable ();
  g_autoptr (GBytes) bytes = g_resource_lookup_data (uch_demo_get_resource (), TOWN_PATH, 0, NULL);
  gsize       len;
  const char *text = g_bytes_get_data (bytes, &len);

  if (!json_parser_load_from_data (parser, text, (gssize) len, NULL))
    g_error ("the demo town in this program is damaged");
  return parser;
}

/**
 * uch_demo_town_generate:
 * @func: (scope call): called with every row, tables in their order; only a ticket is followed by
 *     its own visits, calls, notes and events
 *
 * Makes the whole office. The same options give the same rows.
 */
void
uch_demo_town_generate (const UchDemoOptions *options, UchDemoRowFunc func, gpointer user_data)
{
  g_autoptr (JsonParser) parser = uch_demo_load_town ();
  GPtrArray **arrays[7];
  UchDemo     self = { .func = func, .user_data = user_data };

  self.town = json_node_get_object (json_parser_get_root (parser));
  take_options (&self, options);
  self.rand = g_rand_new_with_seed (self.options.seed);
  self.busy = g_hash_table_new (g_str_hash, g_str_equal);
  self.outlines = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_outline_free);
  arrays[0] = &self.zones;
  arrays[1] = &self.centres;
  arrays[2] = &self.companies;
  arrays[3] = &self.houses;
  arrays[4] = &self.staff;
  arrays[5] = &self.shifts;
  arrays[6] = &self.clients;
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    *arrays[i] = g_ptr_array_new_with_free_func (g_object_unref);

  make_office (&self);
  uch_demo_make_places (&self);
  uch_demo_make_people (&self);
  uch_demo_make_work (&self);

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_ptr_array_unref (*arrays[i]);
  g_ptr_array_unref (self.outlines);
  g_hash_table_unref (self.busy);
  g_rand_free (self.rand);
}

static void
collect_cb (UchEntity *row, gpointer user_data)
{
  g_ptr_array_add (user_data, g_object_ref (row));
}

/**
 * uch_demo_town_list:
 *
 * Returns: (transfer full) (element-type UchEntity): the rows of uch_demo_town_generate()
 */
GPtrArray *
uch_demo_town_list (const UchDemoOptions *options)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  uch_demo_town_generate (options, collect_cb, rows);
  return rows;
}

/**
 * uch_demo_town_get_login:
 *
 * Returns: (transfer none) (nullable): the login of a member of the demo staff, such as
 *     "dispatcher-1"; %NULL when @staff is not of the demo town
 */
const char *
uch_demo_town_get_login (const UchStaff *staff)
{
  return g_str_has_prefix (staff->parent.id, STAFF_ID_PREFIX)
             ? staff->parent.id + strlen (STAFF_ID_PREFIX)
             : NULL;
}
