/* What people type into one field: addresses and times. */
#include "app/board/uch-address-text.h"
#include "app/board/uch-time-text.h"
#include "core/uch-fold.h"

static const struct
{
  const char *city, *type, *street, *number, *addition;
} houses[] = {
  { "Ставрополь", "ул.", "Ленина", "1", NULL },
  { "Ставрополь", "ул.", "Ленина", "12", NULL },
  { "Ставрополь", "ул.", "Ленина", "12", "к1" },
  { "Ставрополь", "ул.", "Ленина", "120", NULL },
  { "Ставрополь", "ул.", "50 лет ВЛКСМ", "50", NULL },
  { "Ставрополь", "ул.", "50 лет ВЛКСМ", "16/1", NULL },
  { "Ставрополь", "ул.", "1-я Промышленная", "3А", NULL },
  { "Ставрополь", "пр-кт", "Кулакова", "5", "с2" },
  { "Ставрополь", "ул.", "Артёма", "7", NULL },
  { "Ставрополь", "ул.", "Ростово-Донская", "9", NULL },
  { "Михайловск", "ул.", "Ленина", "12", NULL },
};

static GListModel *
make_houses (void)
{
  GListStore *store = g_list_store_new (UCH_TYPE_ENTITY);

  for (guint i = 0; i < G_N_ELEMENTS (houses); i++)
    {
      g_autofree char *id = g_strdup_printf ("h%u", i);
      g_autoptr (UchHouse) house = uch_entity_new (UCH_TABLE_HOUSE, id);

      house->city = g_strdup (houses[i].city);
      house->street_type = g_strdup (houses[i].type);
      house->street = g_strdup (houses[i].street);
      house->number = g_strdup (houses[i].number);
      house->addition = g_strdup (houses[i].addition);
      g_list_store_append (store, house);
    }
  return G_LIST_MODEL (store);
}

/* The first house, whether its number is whole, and what else was said. */
static const struct
{
  const char *text;
  const char *house; /* "h1"; NULL: none fits */
  gboolean    is_exact;
  const char *apartment, *entrance, *floor;
  guint       n_matches; /* 0: not looked at */
} addresses[] = {
  { "ленина 12 45", "h10", TRUE, "45", NULL, NULL, 2 },
  { "ставрополь ленина 12 45", "h1", TRUE, "45", NULL, NULL, 1 },
  { "ул. Ленина, д. 12, кв. 45", "h10", TRUE, "45", NULL, NULL, 2 },
  { "Ставрополь, ул. Ленина, 12к1, кв. 45", "h2", TRUE, "45", NULL, NULL, 1 },
  { "ленина 12 к 1 45", "h2", TRUE, "45", NULL, NULL, 1 },
  { "ленина 12 корп. 1 кв45", "h2", TRUE, "45", NULL, NULL, 1 },
  { "ленина 12 корпус1", "h2", TRUE, NULL, NULL, NULL, 1 },
  { "ЛЕНИНА 12", "h10", TRUE, NULL, NULL, NULL, 4 },
  { "михайловск ленина 12 3", "h10", TRUE, "3", NULL, NULL, 1 },
  { "лен 12", "h10", TRUE, NULL, NULL, NULL, 4 },
  { "ленина 12 под 2 эт 3 кв 45", "h10", TRUE, "45", "2", "3", 2 },
  { "ленина 12 подъезд 2", "h10", TRUE, NULL, "2", NULL, 2 },
  { "50 лет влксм 50 7", "h4", TRUE, "7", NULL, NULL, 1 },
  { "50 лет 16/1 8", "h5", TRUE, "8", NULL, NULL, 1 },
  { "50 лет 16-1", "h5", TRUE, NULL, NULL, NULL, 1 },
  { "50 лет 16\\1", "h5", TRUE, NULL, NULL, NULL, 1 },
  { "1-я промышленная 3а", "h6", TRUE, NULL, NULL, NULL, 1 },
  { "промышленная 3а 12", "h6", TRUE, "12", NULL, NULL, 1 },
  { "проспект кулакова 5 стр. 2", "h7", TRUE, NULL, NULL, NULL, 1 },
  { "артема 7", "h8", TRUE, NULL, NULL, NULL, 1 },
  { "артёма 7", "h8", TRUE, NULL, NULL, NULL, 1 },
  { "ростово-донская 9", "h9", TRUE, NULL, NULL, NULL, 1 },
  { "донская 9", "h9", TRUE, NULL, NULL, NULL, 1 },
  { "ставрополь ленина 12", "h1", TRUE, NULL, NULL, NULL, 3 },
  { "ленина 1", "h0", TRUE, NULL, NULL, NULL, 5 },
  { "ленина 13", NULL, FALSE, NULL, NULL, NULL, 0 },
  { "ленина 12 45 46", NULL, FALSE, NULL, NULL, NULL, 0 },
  { "12 45", NULL, FALSE, NULL, NULL, NULL, 0 },
  { "", NULL, FALSE, NULL, NULL, NULL, 0 },
  { "🏠 ленина 12 45", "h10", TRUE, "45", NULL, NULL, 2 },
};

static void
test_addresses (void)
{
  g_autoptr (GListModel) list = make_houses ();
  g_autoptr (UchAddressIndex) index = uch_address_index_new (list);

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GPtrArray) found = uch_address_index_find (index, addresses[i].text, 10);
      UchAddressMatch *match = found->len != 0 ? g_ptr_array_index (found, 0) : NULL;

      g_test_message ("«%s»", addresses[i].text);
      g_assert_cmpstr (match != NULL ? match->house->parent.id : NULL, ==, addresses[i].house);
      if (match == NULL)
        continue;
      g_assert_cmpint (match->is_exact, ==, addresses[i].is_exact);
      g_assert_cmpstr (match->apartment, ==, addresses[i].apartment);
      g_assert_cmpstr (match->entrance, ==, addresses[i].entrance);
      g_assert_cmpstr (match->floor, ==, addresses[i].floor);
      if (addresses[i].n_matches != 0)
        g_assert_cmpuint (found->len, ==, addresses[i].n_matches);
    }
}

/* What uch_address_format() writes is understood again: the form fills itself in with it. */
static void
test_address_written_is_address_read (void)
{
  g_autoptr (GListModel) list = make_houses ();
  g_autoptr (UchAddressIndex) index = uch_address_index_new (list);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (UchHouse) house = g_list_model_get_item (list, i);
      g_autofree char *text = uch_address_format (house, "77", TRUE);
      g_autoptr (GPtrArray) found = uch_address_index_find (index, text, 10);
      UchAddressMatch *match;

      g_test_message ("«%s»", text);
      g_assert_cmpuint (found->len, ==, 1);
      match = g_ptr_array_index (found, 0);
      g_assert_true (match->house == house);
      g_assert_cmpstr (match->apartment, ==, "77");
    }
}

static void
test_index_follows_register (void)
{
  g_autoptr (GListModel) list = make_houses ();
  g_autoptr (UchAddressIndex) index = uch_address_index_new (list);
  g_autoptr (GPtrArray) before = uch_address_index_find (index, "артема 7", 10);
  g_autoptr (GPtrArray) after = NULL;

  g_list_store_remove (G_LIST_STORE (list), 8);
  after = uch_address_index_find (index, "артема 7", 10);
  g_assert_cmpuint (before->len, ==, 1);
  g_assert_cmpuint (after->len, ==, 0);
}

/* Said on Wednesday, 18 November 2026, at 14:00. */
static const struct
{
  const char *text;
  const char *from, *to; /* as "%d.%m %H:%M"; NULL: no time */
} times[] = {
  { "18", "18.11 18:00", NULL },
  { "18:30", "18.11 18:30", NULL },
  { "18.30", "18.11 18:30", NULL },
  { "1830", "18.11 18:30", NULL },
  { "в 18", "18.11 18:00", NULL },
  { "13:50", "18.11 13:50", NULL },
  { "10", "19.11 10:00", NULL },
  { "завтра 10", "19.11 10:00", NULL },
  { "завтра в 10:15", "19.11 10:15", NULL },
  { "tomorrow 9", "19.11 09:00", NULL },
  { "послезавтра 9", "20.11 09:00", NULL },
  { "пт 12", "20.11 12:00", NULL },
  { "в среду 16", "18.11 16:00", NULL },
  { "вт 9", "24.11 09:00", NULL },
  { "25.11 14", "25.11 14:00", NULL },
  { "14-16", "18.11 14:00", "18.11 16:00" },
  { "18:00–19:30", "18.11 18:00", "18.11 19:30" },
  { "завтра 10 - 12", "19.11 10:00", "19.11 12:00" },
  { "+2ч", "18.11 16:00", NULL },
  { "+30", "18.11 14:30", NULL },
  { "через час", "18.11 15:00", NULL },
  { "через 2 часа", "18.11 16:00", NULL },
  { "через 3 дня", "21.11 14:00", NULL },
  { "in 45 min", "18.11 14:45", NULL },
  { "25", NULL, NULL },
  { "18:75", NULL, NULL },
  { "16-14", NULL, NULL },
  { "завтра", NULL, NULL },
  { "", NULL, NULL },
  { "позже", NULL, NULL },
  { "32.11 14", NULL, NULL },
};

static char *
format (UchTime at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (at / 1000);

  return g_date_time_format (time, "%d.%m %H:%M");
}

static void
test_times (void)
{
  g_autoptr (GDateTime) said = g_date_time_new_local (2026, 11, 18, 14, 0, 0);
  UchTime now = g_date_time_to_unix (said) * 1000;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      UchTime          from_at = 0, to_at = 0;
      gboolean         is_time = uch_time_text_parse (times[i].text, now, &from_at, &to_at);
      g_autofree char *from = NULL;
      g_autofree char *to = NULL;

      g_test_message ("«%s»", times[i].text);
      g_assert_cmpint (is_time, ==, times[i].from != NULL);
      if (!is_time)
        continue;
      from = format (from_at);
      to = format (to_at);
      g_assert_cmpstr (from, ==, times[i].from);
      g_assert_cmpstr (to, ==, times[i].to != NULL ? times[i].to : times[i].from);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/board/address/typed", test_addresses);
  g_test_add_func ("/board/address/written-is-read", test_address_written_is_address_read);
  g_test_add_func ("/board/address/follows-register", test_index_follows_register);
  g_test_add_func ("/board/time/typed", test_times);
  return g_test_run ();
}
