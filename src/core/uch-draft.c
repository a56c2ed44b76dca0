#include "core/uch-draft-private.h"

#include <string.h>

#include "core/uch-fold.h"
#include "core/uch-id.h"

/* Says no: the first reason stays. Returns FALSE, for the caller to return. */
gboolean
uch_draft_refuse (UchDraft *draft, UchRefusal refusal, const char *field)
{
  return uch_draft_conflict (draft, refusal, field, NULL);
}

/* Says no because of what somebody else did to @current (nullable). */
gboolean
uch_draft_conflict (UchDraft *draft, UchRefusal refusal, const char *field, gpointer current)
{
  UchVerdict *verdict = draft->verdict;

  if (verdict->kind != UCH_VERDICT_OK)
    return FALSE;
  verdict->kind = refusal == UCH_REFUSAL_CHANGED || refusal == UCH_REFUSAL_ACTED_SINCE
                      ? UCH_VERDICT_CONFLICT
                      : UCH_VERDICT_REJECTED;
  verdict->refusal = refusal;
  verdict->field = g_strdup (field);
  verdict->current = current != NULL ? g_object_ref (current) : NULL;
  return FALSE;
}

const char *
uch_draft_text (UchDraft *draft, const char *argument)
{
  return uch_command_get_text (draft->command, argument);
}

static UchChange *
find_change (UchDraft *draft, UchTable table, const char *id)
{
  for (guint i = 0; i < draft->verdict->changes->len; i++)
    {
      UchChange *change = g_ptr_array_index (draft->verdict->changes, i);

      if (change->table == table && strcmp (change->id, id) == 0)
        return change;
    }
  return NULL;
}

/* The row as the draft has it; (transfer none) (nullable). */
gpointer
uch_draft_peek (UchDraft *draft, UchTable table, const char *id)
{
  UchChange *change = id != NULL ? find_change (draft, table, id) : NULL;
  gpointer   row;

  if (change != NULL)
    return change->after;
  /* The same object each time it is asked for, from whatever snapshot: rows may be compared. */
  for (guint i = 0; id != NULL && i < draft->held->len; i++)
    {
      UchEntity *held = g_ptr_array_index (draft->held, i);

      if (held->schema->table == table && strcmp (held->id, id) == 0)
        return held;
    }
  row = uch_snapshot_get (draft->snapshot, table, id);
  if (row != NULL)
    g_ptr_array_add (draft->held, row);
  return row;
}

/* The row that @argument names; refuses when there is none. */
gpointer
uch_draft_need (UchDraft *draft, UchTable table, const char *argument)
{
  gpointer row = uch_draft_peek (draft, table, uch_draft_text (draft, argument));

  if (row == NULL)
    uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, argument);
  return row;
}

/* A copy of @row that may be changed; what the draft does to it becomes a change. */
gpointer
uch_draft_edit (UchDraft *draft, gpointer row)
{
  UchEntity *entity = row;
  UchChange *change = find_change (draft, entity->schema->table, entity->id);

  if (change == NULL)
    {
      change = uch_change_new (entity->schema->table, entity->id, entity, NULL);
      change->after = uch_entity_copy (entity);
      g_ptr_array_add (draft->verdict->changes, change);
    }
  return change->after;
}

/* A new row; refuses when the id is taken. (transfer none) (nullable) */
gpointer
uch_draft_create (UchDraft *draft, UchTable table, const char *id, const char *argument)
{
  UchChange *change;

  if (uch_draft_peek (draft, table, id) != NULL)
    {
      uch_draft_refuse (draft, UCH_REFUSAL_EXISTS, argument);
      return NULL;
    }
  change = uch_change_new (table, id, NULL, NULL);
  change->after = uch_entity_new (table, id);
  g_ptr_array_add (draft->verdict->changes, change);
  return change->after;
}

void
uch_draft_remove (UchDraft *draft, gpointer row)
{
  UchEntity *entity = row;

  g_ptr_array_add (draft->verdict->changes,
                   uch_change_new (entity->schema->table, entity->id, entity, NULL));
}

/* Compare-and-set: where the command says what the person saw, nobody may have changed it since. */
gboolean
uch_draft_check_base (UchDraft *draft, gpointer row)
{
  const char *base = uch_draft_text (draft, "base");

  if (base == NULL || g_strcmp0 (base, UCH_ENTITY (row)->rev) == 0)
    return TRUE;
  return uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, "base", row);
}

/* An engineer acts on visits of his own and on tickets of his zones. */
gboolean
uch_draft_check_engineer (UchDraft *draft, const UchTicket *ticket)
{
  UchVisit *visit;
  UchStaff *staff;

  if (draft->actor->role != UCH_ROLE_ENGINEER)
    return TRUE;
  visit = uch_draft_peek (draft, UCH_TABLE_VISIT, ticket->visit_id);
  if (visit != NULL && g_strcmp0 (visit->engineer_id, draft->actor->staff_id) == 0)
    return TRUE;
  staff = uch_draft_peek (draft, UCH_TABLE_STAFF, draft->actor->staff_id);
  if (staff != NULL && uch_list_contains (staff->zones, ticket->zone_id))
    return TRUE;
  return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "ticket");
}

/* Sets the fields of an a{sv} on a row being edited; refuses unknown, derived and wrong ones. */
gboolean
uch_draft_set_fields (UchDraft *draft, gpointer row, GVariant *fields)
{
  const UchSchema *schema = UCH_ENTITY (row)->schema;
  GVariantIter     iter;
  const char      *name;
  GVariant        *value;
  gboolean         import = draft->actor->role == UCH_ROLE_STORE;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      const UchField            *field = uch_schema_find_field (schema, name);
      g_autoptr (GVariant) owned G_GNUC_UNUSED = value;

      if (field == NULL)
        return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ARGUMENT, name);
      if ((field->flags & UCH_FIELD_DERIVED) != 0 && !import)
        return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, name);
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && g_variant_get_size (value) > UCH_TEXT_LEN_MAX)
        return uch_draft_refuse (draft, UCH_REFUSAL_TOO_LONG, name);
      if (!uch_field_set_variant (field, row, value))
        return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, name);
    }
  return TRUE;
}

/* Per field: what the person saw (@was, nullable) must still stand, unless it already is what he
 * wants. */
gboolean
uch_draft_check_was (UchDraft *draft, gpointer row, GVariant *fields, GVariant *was)
{
  const UchSchema *schema = UCH_ENTITY (row)->schema;
  GVariantIter     iter;
  const char      *name;
  GVariant        *value;

  if (was == NULL)
    return TRUE;
  g_variant_iter_init (&iter, was);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      const UchField            *field = uch_schema_find_field (schema, name);
      g_autoptr (GVariant) owned G_GNUC_UNUSED = value;
      g_autoptr (GVariant) wanted = g_variant_lookup_value (fields, name, NULL);
      g_autoptr (UchEntity) seen = NULL;
      g_autoptr (UchEntity) next = NULL;

      if (field == NULL || wanted == NULL)
        return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ARGUMENT, name);
      seen = uch_entity_new (schema->table, NULL);
      next = uch_entity_new (schema->table, NULL);
      if (!uch_field_set_variant (field, seen, value)
          || !uch_field_set_variant (field, next, wanted))
        return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, name);
      if (!uch_field_equal (field, row, seen) && !uch_field_equal (field, row, next))
        return uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, name, row);
    }
  return TRUE;
}

gboolean
uch_draft_check_required (UchDraft *draft, gpointer row)
{
  const UchSchema *schema = UCH_ENTITY (row)->schema;

  for (guint i = 0; i < schema->n_fields; i++)
    if ((schema->fields[i].flags & UCH_FIELD_REQUIRED) != 0
        && schema->fields[i].kind == UCH_FIELD_TEXT
        && uch_field_get_text (&schema->fields[i], row) == NULL)
      return uch_draft_refuse (draft, UCH_REFUSAL_MISSING_ARGUMENT, schema->fields[i].name);
  return TRUE;
}

static char *
normalize_phone (UchDraft *draft, const char *raw)
{
  g_autofree char *area = uch_snapshot_dup_setting (draft->snapshot, UCH_SETTING_AREA_CODE, "8652");

  return uch_phone_normalize (raw, area);
}

/* Sets what follows from the rest: phone, address and zone. */
void
uch_draft_derive_ticket (UchDraft *draft, UchTicket *ticket)
{
  UchHouse        *house = uch_draft_peek (draft, UCH_TABLE_HOUSE, ticket->house_id);
  g_autofree char *city = NULL;
  g_autofree char *address = NULL;

  g_free (ticket->phone);
  ticket->phone = normalize_phone (draft, ticket->phone_raw);
  if (house == NULL)
    return;
  city = uch_snapshot_dup_setting (draft->snapshot, UCH_SETTING_CITY, NULL);
  address = uch_address_format (house, ticket->apartment, g_strcmp0 (city, house->city) != 0);
  uch_entity_set_text (ticket, &ticket->address, address);
  uch_entity_set_text (ticket, &ticket->zone_id, house->zone_id);
}

void
uch_draft_derive_client (UchDraft *draft, UchClient *client)
{
  g_free (client->phone);
  client->phone = normalize_phone (draft, client->phone_raw);
}

/* Ends @visit (a row or its edited copy). */
void
uch_draft_end_visit (UchDraft *draft, UchVisit *visit, UchVisitState state, const char *reason)
{
  UchVisit *edited = uch_draft_edit (draft, visit);

  edited->state = state;
  edited->ended_at = draft->at;
  uch_entity_set_text (edited, &edited->reason, reason);
}

/* The ticket's visit that can still take place; (transfer none) (nullable). */
UchVisit *
uch_draft_peek_open_visit (UchDraft *draft, const UchTicket *ticket)
{
  UchVisit *visit = uch_draft_peek (draft, UCH_TABLE_VISIT, ticket->visit_id);

  return visit != NULL && uch_visit_is_open (visit) ? visit : NULL;
}

/* Somebody has spoken to the client: the clock "time to first call" stops, the work has begun. */
void
uch_draft_touch_contact (UchDraft *draft, UchTicket *ticket)
{
  UchTicket *edited;

  if (ticket->first_contact_at != 0 && ticket->state != UCH_TICKET_NEW)
    return;
  edited = uch_draft_edit (draft, ticket);
  if (edited->first_contact_at == 0)
    edited->first_contact_at = draft->at;
  if (edited->state == UCH_TICKET_NEW)
    edited->state = UCH_TICKET_IN_WORK;
}

/* The old values of every changed row, printed, for the journal: undo restores them.
 * a(ssba{sv}): table, id, whether it existed, its fields that differ (all, when it was removed),
 * with its old "rev" and the rev that this command left it with. */
char *
uch_draft_print_before (UchDraft *draft)
{
  GVariantBuilder items;
  g_autoptr (GVariant) before = NULL;

  g_variant_builder_init (&items, G_VARIANT_TYPE ("a(ssba{sv})"));
  for (guint i = 0; i < draft->verdict->changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (draft->verdict->changes, i);
      const UchSchema *schema = uch_schema_get (change->table);
      GVariantDict     fields;

      if (change->table == UCH_TABLE_EVENT)
        continue;
      g_variant_dict_init (&fields, NULL);
      if (change->after != NULL)
        g_variant_dict_insert (&fields, "left", "s",
                               g_hash_table_contains (draft->kept, change->after)
                                   ? change->after->rev
                                   : draft->command->id);
      if (change->before != NULL)
        {
          if (change->before->rev != NULL)
            g_variant_dict_insert (&fields, "rev", "s", change->before->rev);
          for (guint f = 0; f < schema->n_fields; f++)
            if (change->after == NULL
                || !uch_field_equal (&schema->fields[f], change->before, change->after))
              g_variant_dict_insert_value (
                  &fields, schema->fields[f].name,
                  uch_field_get_variant (&schema->fields[f], change->before));
        }
      g_variant_builder_add (&items, "(ssb@a{sv})", schema->name, change->id,
                             change->before != NULL, g_variant_dict_end (&fields));
    }
  before = g_variant_ref_sink (g_variant_builder_end (&items));
  return g_variant_print (before, TRUE);
}

/* "phone_raw,apartment": which fields an edit names, for the journal. */
char *
uch_draft_list_names (GVariant *fields)
{
  GString     *names = g_string_new (NULL);
  GVariantIter iter;
  const char  *name;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "", name);
  return g_string_free (names, FALSE);
}
