/* Commands that keep the registers: create or edit a row, remove a row. */
#include <math.h>

#include "core/uch-decide.h"
#include "core/uch-draft-private.h"
#include "core/uch-fold.h"

#define R(role) (1u << UCH_ROLE_##role)
#define HEAD (R (HEAD) | R (STORE))
#define ADMIN (HEAD | R (ADMIN))
#define DESK (ADMIN | R (DISPATCHER))

/* An engineer's own shift: he taps when it begins and ends. */
#define OWN_SHIFT_SLACK_MS (5 * UCH_MINUTE_MS)
#define OWN_SHIFT_MAX_MS (16 * UCH_HOUR_MS)

/* Who may keep which register. Source: the office's roles; an admin imports and sees to users, but
 * has nothing to do with subscribers. What stands at 0 changes by its own commands alone; the store
 * itself may put any row: that is how an office's old tickets are imported. */
static const guint put_roles[UCH_N_TABLES] = {
  [UCH_TABLE_SETTING] = ADMIN,
  [UCH_TABLE_REASON] = ADMIN,
  [UCH_TABLE_CALENDAR_DAY] = ADMIN,
  [UCH_TABLE_ZONE] = ADMIN,
  [UCH_TABLE_CENTRE] = ADMIN,
  [UCH_TABLE_COMPANY] = DESK,
  [UCH_TABLE_HOUSE] = DESK,
  [UCH_TABLE_ENTRANCE] = DESK,
  [UCH_TABLE_STAFF] = ADMIN,
  [UCH_TABLE_SHIFT] = DESK | R (ENGINEER),
  [UCH_TABLE_CLIENT] = HEAD | R (DISPATCHER) | R (CLERK),
  [UCH_TABLE_TICKET] = R (STORE),
  [UCH_TABLE_VISIT] = R (STORE),
  [UCH_TABLE_NOTE] = R (STORE),
  [UCH_TABLE_CALL] = R (STORE),
  [UCH_TABLE_FOLLOWUP] = R (STORE),
  [UCH_TABLE_EVENT] = R (STORE),
};

/* Rows that may be removed; staff are dismissed and houses lost instead, for the history's sake. */
static const guint delete_tables = 1u << UCH_TABLE_SHIFT | 1u << UCH_TABLE_ENTRANCE
                                   | 1u << UCH_TABLE_ZONE | 1u << UCH_TABLE_CENTRE
                                   | 1u << UCH_TABLE_COMPANY | 1u << UCH_TABLE_REASON
                                   | 1u << UCH_TABLE_CALENDAR_DAY;

/**
 * uch_register_get_roles:
 *
 * Returns: who may create and edit rows of @table by %UCH_COMMAND_PUT: 1 << #UchRole
 */
guint
uch_register_get_roles (UchTable table)
{
  return put_roles[table];
}

/**
 * uch_register_may_delete:
 *
 * Returns: whether rows of @table may be removed at all
 */
gboolean
uch_register_may_delete (UchTable table)
{
  return (delete_tables & 1u << table) != 0;
}

static gboolean
get_table (UchDraft *draft, UchTable *out_table)
{
  const UchSchema *schema = uch_schema_by_name (uch_draft_text (draft, "table"));

  if (schema == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "table");
  *out_table = schema->table;
  if ((uch_register_get_roles (schema->table) & 1u << draft->actor->role) == 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "table");
  return TRUE;
}

/* A place on Earth that is not the empty one. */
static gboolean
check_place (UchDraft *draft, double latitude, double longitude)
{
  if (!isfinite (latitude) || fabs (latitude) > 90)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "latitude");
  if (!isfinite (longitude) || fabs (longitude) > 180)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "longitude");
  return TRUE;
}

static gboolean
finish_house (UchDraft *draft, UchHouse *house)
{
  g_autoptr (GPtrArray) twins = NULL;

  g_free (house->key);
  house->key = uch_address_make_key (house->city, house->street, house->number, house->addition);
  if (!check_place (draft, house->latitude, house->longitude))
    return FALSE;
  if (house->floors < 0 || house->entrances < 0 || house->apartments < 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT,
                             house->floors < 0      ? "floors"
                             : house->entrances < 0 ? "entrances"
                                                    : "apartments");
  if (house->zone_id != NULL && uch_draft_peek (draft, UCH_TABLE_ZONE, house->zone_id) == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "zone_id");
  twins = uch_snapshot_find (draft->snapshot, UCH_TABLE_HOUSE, "key", house->key);
  for (guint i = 0; i < twins->len; i++)
    if (g_strcmp0 (((UchEntity *) g_ptr_array_index (twins, i))->id, UCH_ENTITY (house)->id) != 0)
      return uch_draft_conflict (draft, UCH_REFUSAL_EXISTS, "number", g_ptr_array_index (twins, i));
  return TRUE;
}

/* An engineer goes on and off shift himself: he begins one of his own now, and ends it now. Who
 * works when is planned by others. */
static gboolean
check_own_shift (UchDraft *draft, const UchShift *shift)
{
  g_autoptr (UchShift) before
      = uch_snapshot_get (draft->snapshot, UCH_TABLE_SHIFT, UCH_ENTITY (shift)->id);
  UchTime now_at = before != NULL ? shift->ends_at : shift->starts_at;

  if (g_strcmp0 (shift->staff_id, draft->actor->staff_id) != 0
      || (before != NULL && g_strcmp0 (before->staff_id, shift->staff_id) != 0))
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "staff_id");
  if (shift->kind != UCH_SHIFT_WORK || (before != NULL && before->kind != UCH_SHIFT_WORK))
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "kind");
  if (before != NULL && before->starts_at != shift->starts_at)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "starts_at");
  if (ABS (now_at - draft->at) > OWN_SHIFT_SLACK_MS)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT,
                             before != NULL ? "ends_at" : "starts_at");
  if (shift->ends_at - shift->starts_at > OWN_SHIFT_MAX_MS)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "ends_at");
  return TRUE;
}

static gboolean
finish_shift (UchDraft *draft, const UchShift *shift)
{
  if (draft->actor->role == UCH_ROLE_ENGINEER && !check_own_shift (draft, shift))
    return FALSE;
  if (shift->ends_at <= shift->starts_at)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "ends_at");
  if (uch_draft_peek (draft, UCH_TABLE_STAFF, shift->staff_id) == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "staff_id");
  return TRUE;
}

static gboolean
finish_entrance (UchDraft *draft, const UchEntrance *entrance)
{
  if (uch_draft_peek (draft, UCH_TABLE_HOUSE, entrance->house_id) == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "house_id");
  if (entrance->apartment_to < entrance->apartment_from)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "apartment_to");
  return TRUE;
}

/* Derives and checks what this table's rows must fulfil. */
static gboolean
finish_row (UchDraft *draft, gpointer row)
{
  const UchCentre *centre = row;
  const UchReason *reason = row;

  switch (UCH_ENTITY (row)->schema->table)
    {
    case UCH_TABLE_HOUSE:
      return finish_house (draft, row);
    case UCH_TABLE_SHIFT:
      return finish_shift (draft, row);
    case UCH_TABLE_ENTRANCE:
      return finish_entrance (draft, row);
    case UCH_TABLE_CENTRE:
      return check_place (draft, centre->latitude, centre->longitude);
    case UCH_TABLE_CLIENT:
      uch_draft_derive_client (draft, row);
      if (((UchClient *) row)->do_not_call)
        uch_draft_drop_followups (draft, "phone", ((UchClient *) row)->phone);
      return TRUE;
    case UCH_TABLE_CALENDAR_DAY:
      return uch_day_parse (UCH_ENTITY (row)->id) != UCH_DAY_NONE
             || uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "id");
    case UCH_TABLE_REASON:
      {
        g_autofree char *id
            = g_strconcat (uch_reason_kind_nicks[reason->kind], ".", reason->code, NULL);

        return g_strcmp0 (id, UCH_ENTITY (row)->id) == 0
               || uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "code");
      }
    case UCH_TABLE_STAFF:
      return ((UchStaff *) row)->role < UCH_ROLE_SOURCE
             || uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "role");
    default:
      return TRUE;
    }
}

/* A hand-set zone: an edit that names the zone and does not say otherwise. */
static void
mark_zone (UchHouse *house, GVariant *fields)
{
  if (g_variant_lookup (fields, "zone_id", "&s", NULL)
      && !g_variant_lookup (fields, "zone_by_hand", "b", NULL))
    house->zone_by_hand = house->zone_id != NULL;
}

gboolean
uch_decide_put (UchDraft *draft)
{
  g_autoptr (GVariant) fields = uch_command_get_dict (draft->command, "fields");
  g_autoptr (GVariant) was = uch_command_get_dict (draft->command, "was");
  const char *id = uch_draft_text (draft, "id");
  UchTable    table;
  gpointer    row;

  if (!get_table (draft, &table))
    return FALSE;
  row = uch_draft_peek (draft, table, id);
  if (row != NULL && !uch_draft_check_was (draft, row, fields, was))
    return FALSE;
  row = row != NULL ? uch_draft_edit (draft, row) : uch_draft_create (draft, table, id, "id");
  if (!uch_draft_set_fields (draft, row, fields) || !uch_draft_check_required (draft, row))
    return FALSE;
  if (table == UCH_TABLE_HOUSE)
    mark_zone (row, fields);
  if (!finish_row (draft, row))
    return FALSE;
  uch_entity_set_text (draft->event, &draft->event->subject_id, id);
  if (table == UCH_TABLE_HOUSE)
    uch_entity_set_text (draft->event, &draft->event->house_id, id);
  uch_entity_set_text (draft->event, &draft->event->state, uch_schema_get (table)->name);
  draft->event->text = uch_draft_list_names (fields);
  return TRUE;
}

static gboolean
is_in_use (UchDraft *draft, UchTable table, const char *id)
{
  const char *field = table == UCH_TABLE_ZONE      ? "zone_id"
                      : table == UCH_TABLE_COMPANY ? "company_id"
                                                   : NULL;
  g_autoptr (GPtrArray) users
      = field != NULL ? uch_snapshot_find (draft->snapshot, UCH_TABLE_HOUSE, field, id) : NULL;

  return users != NULL && users->len > 0;
}

gboolean
uch_decide_delete (UchDraft *draft)
{
  const char *id = uch_draft_text (draft, "id");
  UchTable    table;
  gpointer    row;

  if (!get_table (draft, &table))
    return FALSE;
  if (!uch_register_may_delete (table) || draft->actor->role == UCH_ROLE_ENGINEER)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "table");
  row = uch_draft_need (draft, table, "id");
  if (row == NULL || !uch_draft_check_base (draft, row))
    return FALSE;
  if (is_in_use (draft, table, id))
    return uch_draft_conflict (draft, UCH_REFUSAL_IN_USE, "id", row);
  uch_draft_remove (draft, row);
  uch_entity_set_text (draft->event, &draft->event->subject_id, id);
  uch_entity_set_text (draft->event, &draft->event->state, uch_schema_get (table)->name);
  return TRUE;
}
