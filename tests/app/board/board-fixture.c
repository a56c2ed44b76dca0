#include "app/board/board-fixture.h"

#include "core/uch-place.h"
#include "core/uch-work.h"
#include "exchange/uch-demo-town.h"

void
board_fixture_init (BoardFixture *self)
{
  self->now = g_get_real_time () / 1000;
  self->replica = uch_fake_replica_new (self->now);
  self->sync = uch_fake_sync_new ();
  self->settings = g_settings_new ("org.uchastok.Desk");
  uch_replica_set_actor (self->replica, "d1", UCH_ROLE_DISPATCHER, "desk 1");
  self->session = uch_session_new (self->replica, self->sync, self->settings);
}

void
board_fixture_clear (BoardFixture *self)
{
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_object (&self->sync);
  g_clear_object (&self->replica);
}

static void
put_cb (UchEntity *row, gpointer user_data)
{
  uch_fake_replica_put (user_data, row);
}

static void
place_engineers (BoardFixture *self)
{
  GListModel *staff = uch_replica_list (self->replica, UCH_TABLE_STAFF);
  GListModel *houses = uch_replica_list (self->replica, UCH_TABLE_HOUSE);
  guint       n_houses = g_list_model_get_n_items (houses);

  for (guint i = 0; i < g_list_model_get_n_items (staff); i++)
    {
      g_autoptr (UchStaff) one = g_list_model_get_item (staff, i);
      g_autoptr (UchHouse) house = g_list_model_get_item (houses, i * 37 % n_houses);

      if (one->role == UCH_ROLE_ENGINEER && i % 3 != 0)
        uch_fake_sync_add_position (self->sync, one->parent.id, house->latitude, house->longitude,
                                    self->now - (gint64) (i % 5) * 4 * UCH_MINUTE_MS);
      if (one->role == UCH_ROLE_DISPATCHER)
        uch_replica_set_actor (self->replica, one->parent.id, UCH_ROLE_DISPATCHER,
                               "Рабочее место 1");
    }
}

void
board_fixture_fill_demo (BoardFixture *self)
{
  UchDemoOptions options = { .seed = 7, .now = self->now };

  uch_demo_town_generate (&options, put_cb, self->replica);
  place_engineers (self);
}

static gpointer
put_new (BoardFixture *self, UchTable table, const char *id)
{
  UchEntity *row = uch_entity_new (table, id);

  row->rev = g_strdup ("made");
  return row;
}

static void
add_zone (BoardFixture *self, const char *id, gint64 number, const char *name)
{
  g_autoptr (UchZone) zone = put_new (self, UCH_TABLE_ZONE, id);

  zone->number = number;
  zone->name = g_strdup (name);
  uch_fake_replica_put (self->replica, zone);
}

static void
add_house (
    BoardFixture *self, const char *id, const char *street, const char *number, const char *zone)
{
  g_autoptr (UchHouse) house = put_new (self, UCH_TABLE_HOUSE, id);

  house->city = g_strdup ("Ставрополь");
  house->street_type = g_strdup ("ул.");
  house->street = g_strdup (street);
  house->number = g_strdup (number);
  house->zone_id = g_strdup (zone);
  house->latitude = 45.03;
  house->longitude = 41.97;
  uch_fake_replica_put (self->replica, house);
}

static void
add_staff (BoardFixture *self, const char *id, const char *name, UchRole role, const char *zone)
{
  g_autoptr (UchStaff) staff = put_new (self, UCH_TABLE_STAFF, id);

  staff->name = g_strdup (name);
  staff->role = role;
  staff->zones = g_strdup (zone);
  uch_fake_replica_put (self->replica, staff);
}

static void
add_shift (BoardFixture *self, const char *id, const char *staff_id)
{
  g_autoptr (UchShift) shift = put_new (self, UCH_TABLE_SHIFT, id);

  shift->staff_id = g_strdup (staff_id);
  shift->starts_at = self->now - UCH_HOUR_MS;
  shift->ends_at = self->now + 8 * UCH_HOUR_MS;
  uch_fake_replica_put (self->replica, shift);
}

UchTicket *
board_fixture_add_ticket (
    BoardFixture *self, const char *id, gint64 number, const char *house_id, const char *name)
{
  g_autoptr (UchTicket) ticket = put_new (self, UCH_TABLE_TICKET, id);
  UchHouse *house = uch_replica_peek (self->replica, UCH_TABLE_HOUSE, house_id);

  ticket->number = number;
  ticket->category = g_strdup ("support.no_access");
  ticket->house_id = g_strdup (house_id);
  ticket->zone_id = g_strdup (house->zone_id);
  ticket->address = g_strdup_printf ("ул. %s, %s", house->street, house->number);
  ticket->client_name = g_strdup (name);
  ticket->created_at = self->now - number * UCH_MINUTE_MS;
  uch_fake_replica_put (self->replica, ticket);
  return uch_replica_peek (self->replica, UCH_TABLE_TICKET, id);
}

/* Two zones; an engineer on shift in each, one off shift, a dispatcher; four tickets. */
void
board_fixture_fill_small (BoardFixture *self)
{
  add_zone (self, "z1", 1, "Юг");
  add_zone (self, "z2", 2, "Центр");
  add_house (self, "h1", "Ленина", "12", "z1");
  add_house (self, "h2", "Мира", "280", "z2");
  add_staff (self, "d1", "Диспетчер Дарья", UCH_ROLE_DISPATCHER, NULL);
  add_staff (self, "e1", "Абрамов Борис", UCH_ROLE_ENGINEER, "z1");
  add_staff (self, "e2", "Волков Григорий", UCH_ROLE_ENGINEER, "z2");
  add_staff (self, "e3", "Дроздов Егор", UCH_ROLE_ENGINEER, "z2");
  add_shift (self, "s1", "e1");
  add_shift (self, "s2", "e2");
  board_fixture_add_ticket (self, "t1", 1, "h1", "Клиент Один");
  board_fixture_add_ticket (self, "t2", 2, "h1", "Клиент Два");
  board_fixture_add_ticket (self, "t3", 3, "h2", "Клиент Три");
  board_fixture_add_ticket (self, "t4", 4, "h2", "Клиент Четыре");
}

static GtkWidget *
find (GtkWidget *root, GType type, guint *index)
{
  GtkWidget *child;

  if (g_type_is_a (G_OBJECT_TYPE (root), type) && (*index)-- == 0)
    return root;
  for (child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, index);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* The INDEXth widget of a type under ROOT, in the order of the tree. */
GtkWidget *
board_fixture_find (GtkWidget *root, GType type, guint index)
{
  return find (root, type, &index);
}

/* Lets everything happen that waits to happen now; clocks do not count. */
void
board_fixture_settle (void)
{
  for (guint i = 0; i < 200 && g_main_context_iteration (NULL, FALSE); i++)
    ;
}
