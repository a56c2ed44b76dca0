#include "office.h"

#include "core/uch-fold.h"

static const char *const people[UCH_N_ROLES]
    = { "dasha", "boss", "clerk", "ivan", "admin", NULL, NULL };

static void
put (Office *self, gpointer row)
{
  g_free (UCH_ENTITY (row)->rev);
  UCH_ENTITY (row)->rev = g_strdup ("first");
  uch_memory_snapshot_put (self->snapshot, row);
  g_object_unref (row);
}

static void
put_zone (Office *self, const char *id)
{
  UchZone *zone = uch_entity_new (UCH_TABLE_ZONE, id);

  uch_entity_set_text (zone, &zone->name, id);
  put (self, zone);
}

static void
put_house (Office *self, const char *id, const char *zone_id, const char *number)
{
  UchHouse *house = uch_entity_new (UCH_TABLE_HOUSE, id);

  uch_entity_set_text (house, &house->city, "Ставрополь");
  uch_entity_set_text (house, &house->street_type, "ул.");
  uch_entity_set_text (house, &house->street, "Мира");
  uch_entity_set_text (house, &house->number, number);
  uch_entity_set_text (house, &house->zone_id, zone_id);
  house->key = uch_address_make_key (house->city, house->street, house->number, NULL);
  house->latitude = 45.04;
  house->longitude = 41.97;
  put (self, house);
}

static void
put_staff (Office *self, const char *id, UchRole role)
{
  UchStaff *staff = uch_entity_new (UCH_TABLE_STAFF, id);

  uch_entity_set_text (staff, &staff->name, "Иванов Иван Иванович");
  uch_entity_set_text (staff, &staff->zones, "z1");
  uch_entity_set_text (staff, &staff->skills, "connect,wifi");
  staff->role = role;
  put (self, staff);
}

Office *
office_new (void)
{
  Office     *self = g_new0 (Office, 1);
  UchSetting *city = uch_entity_new (UCH_TABLE_SETTING, UCH_SETTING_CITY);

  self->snapshot = uch_memory_snapshot_new ();
  uch_memory_snapshot_set_next_number (self->snapshot, 1);
  self->now = OFFICE_NOW;
  uch_entity_set_text (city, &city->value, "Ставрополь");
  put (self, city);
  put_zone (self, "z1");
  put_zone (self, "z2");
  put_house (self, "h1", "z1", "10");
  put_house (self, "h2", "z2", "20");
  for (guint role = 0; role < UCH_N_ROLES; role++)
    if (people[role] != NULL)
      put_staff (self, people[role], role);
  put_staff (self, "petr", UCH_ROLE_ENGINEER);
  office_put_ticket (self, "t1", UCH_TICKET_NEW);
  return self;
}

void
office_free (Office *self)
{
  g_object_unref (self->snapshot);
  g_free (self);
}

void
office_put_ticket (Office *self, const char *id, UchTicketState state)
{
  UchTicket *ticket = uch_entity_new (UCH_TABLE_TICKET, id);

  uch_entity_set_text (ticket, &ticket->category, "support.wifi");
  uch_entity_set_text (ticket, &ticket->house_id, "h1");
  uch_entity_set_text (ticket, &ticket->zone_id, "z1");
  ticket->state = state;
  ticket->number = 100;
  ticket->created_at = OFFICE_NOW - UCH_HOUR_MS;
  if (state == UCH_TICKET_ON_HOLD)
    ticket->wake_at = OFFICE_NOW;
  if (state >= UCH_TICKET_RESOLVED)
    ticket->resolved_at = OFFICE_NOW - 15 * UCH_DAY_MS;
  put (self, ticket);
}

/* A visit of ivan's, agreed for 08:00–09:00 today; the ticket gets it. */
void
office_put_visit (Office *self, const char *id, const char *ticket_id, UchVisitState state)
{
  UchVisit  *visit = uch_entity_new (UCH_TABLE_VISIT, id);
  UchTicket *ticket = uch_entity_copy (office_peek (self, UCH_TABLE_TICKET, ticket_id));

  uch_entity_set_text (visit, &visit->ticket_id, ticket_id);
  uch_entity_set_text (visit, &visit->house_id, "h1");
  uch_entity_set_text (visit, &visit->zone_id, "z1");
  if (state != UCH_VISIT_PLANNED)
    uch_entity_set_text (visit, &visit->engineer_id, "ivan");
  visit->state = state;
  visit->mode = UCH_VISIT_MODE_TIME;
  visit->agreed_from = OFFICE_NOW - 2 * UCH_HOUR_MS;
  visit->agreed_to = OFFICE_NOW - UCH_HOUR_MS;
  visit->due_at = visit->agreed_from + 40 * UCH_MINUTE_MS;
  put (self, visit);
  uch_entity_set_text (ticket, &ticket->visit_id, id);
  put (self, ticket);
}

UchActor
office_actor (UchRole role)
{
  return (UchActor){ .staff_id = people[role], .role = role, .device = "test" };
}

/* (transfer none) (nullable) */
gpointer
office_peek (Office *self, UchTable table, const char *id)
{
  gpointer row = uch_snapshot_get (UCH_SNAPSHOT (self->snapshot), table, id);

  if (row != NULL)
    g_object_unref (row);
  return row;
}

/* Decides; changes nothing. Takes the command. */
UchVerdict *
office_try (Office *self, UchRole role, UchCommand *command)
{
  UchActor    actor = office_actor (role);
  UchVerdict *verdict
      = uch_command_decide (command, &actor, UCH_SNAPSHOT (self->snapshot), self->now);

  uch_command_unref (command);
  return verdict;
}

/* Decides and applies; the command must be accepted. Returns its id. */
char *
office_do (Office *self, UchRole role, UchCommand *command)
{
  g_autofree char *id = g_strdup (command->id);
  g_autofree char *type = g_strdup (command->type);
  g_autoptr (UchVerdict) verdict = office_try (self, role, command);

  if (verdict->kind != UCH_VERDICT_OK)
    g_error ("%s was refused: %s, field %s", type, uch_refusal_get_nick (verdict->refusal),
             verdict->field);
  uch_memory_snapshot_apply (self->snapshot, verdict->changes);
  return g_steal_pointer (&id);
}

UchCommand *
office_command (Office *self, const char *type, ...)
{
  GVariantDict     dict;
  const char      *name;
  va_list          ap;
  g_autofree char *id = g_strdup_printf ("c%u", ++self->n_commands);

  g_variant_dict_init (&dict, NULL);
  va_start (ap, type);
  while ((name = va_arg (ap, const char *)) != NULL)
    g_variant_dict_insert_value (&dict, name, g_variant_new_parsed (va_arg (ap, const char *)));
  va_end (ap);
  return uch_command_new (id, type, g_variant_dict_end (&dict), self->now);
}
