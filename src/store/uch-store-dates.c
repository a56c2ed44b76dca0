/* When the production calendar or a setting has changed, the dates of owed contacts move. */

#define G_LOG_DOMAIN "uch-store"

#include "core/uch-clockwork.h"
#include "core/uch-office.h"
#include "store/uch-store-private.h"

/* Years of a calendar are a few hundred days. */
#define CALENDAR_LEN_MAX 10000
/* Contacts that are owed at one time: a month of the largest office many times over. */
#define OWED_LEN_MAX 500000

static const char *const settings[] = { UCH_SETTING_UTC_OFFSET, UCH_SETTING_CALL_HOURS,
                                        UCH_SETTING_CALL_HOURS_OFF, UCH_SETTING_FOLLOWUP_ANCHOR };

typedef struct
{
  UchStore   *store;
  GHashTable *owed;   /* id (borrowed) → UchFollowup (borrowed) */
  GPtrArray  *others; /* of UchFollowup: read one by one */
  GError     *error;  /* (owned) (nullable) */
} Lookup;

/* What the dates depend on, as one number. */
static gboolean
digest_rules (UchStore *self, GPtrArray *days, guint64 *out_digest, GError **error)
{
  *out_digest = 1;
  for (guint i = 0; i < days->len; i++)
    *out_digest += uch_entity_digest (g_ptr_array_index (days, i));
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (UchSetting) setting = NULL;

      if (!BACKEND (self, get_row, &uch_setting_schema, settings[i], (gpointer *) &setting, error))
        return FALSE;
      if (setting != NULL)
        *out_digest += uch_entity_digest (setting);
    }
  return TRUE;
}

static const UchFollowup *
look_up (const char *id, gpointer user_data)
{
  Lookup      *self = user_data;
  UchFollowup *row = g_hash_table_lookup (self->owed, id);

  if (row != NULL || self->error != NULL)
    return row;
  if (BACKEND (self->store, get_row, &uch_followup_schema, id, (gpointer *) &row, &self->error)
      && row != NULL)
    g_ptr_array_add (self->others, row);
  return row;
}

static gboolean
collect_moved (
    UchStore *self, UchCalendar *calendar, UchTime now, guint limit, GPtrArray *ops, GError **error)
{
  g_autoptr (GPtrArray) owed
      = BACKEND (self, list_due, UCH_STORE_DUE_DATES, now, OWED_LEN_MAX, error);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (g_object_unref);
  Lookup            lookup = { self, by_id, others, NULL };
  UchFollowupPolicy policy;

  if (owed == NULL)
    return FALSE;
  uch_followup_policy_read (&policy, UCH_SNAPSHOT (self->snapshot));
  if (!uch_store_snapshot_check (self->snapshot, error))
    return FALSE;
  for (guint i = 0; i < owed->len; i++)
    g_hash_table_insert (by_id, UCH_ENTITY (owed->pdata[i])->id, owed->pdata[i]);
  for (guint i = 0; i < owed->len && limit > 0; i++)
    {
      const UchFollowup *row = g_ptr_array_index (owed, i);
      g_autofree char   *id = uch_store_make_tick_id (UCH_STORE_DUE_DATES, UCH_ENTITY (row));
      const UchFollowup *week
          = row->kind == UCH_FOLLOWUP_MONTH ? uch_followup_peek_week (row, look_up, &lookup) : NULL;
      g_autoptr (UchCommand) command
          = uch_clockwork_consider_dates (row, week, &policy, calendar, now, id);

      if (lookup.error != NULL)
        {
          g_propagate_error (error, lookup.error);
          return FALSE;
        }
      if (command == NULL)
        continue;
      g_ptr_array_add (ops, uch_store_op_new (0, command));
      limit--;
    }
  return TRUE;
}

/* Adds to @ops what moves; within a writing transaction. When nothing does, the calendar is
 * remembered, so that contacts are looked through only when it has changed, and once after each
 * start: a month runs from the week's contact and may have to move when that has moved. */
gboolean
uch_store_collect_dates (UchStore *self, UchTime now, guint limit, GPtrArray *ops, GError **error)
{
  g_autoptr (GPtrArray) days
      = BACKEND (self, page_rows, &uch_calendar_day_schema, NULL, CALENDAR_LEN_MAX, error);
  g_autoptr (UchCalendar) calendar = NULL;
  guint64 digest;
  guint   n_before = ops->len;

  if (days == NULL || !digest_rules (self, days, &digest, error))
    return FALSE;
  self->dates_move = FALSE;
  if (digest == self->dates_digest)
    return TRUE;
  calendar = uch_calendar_new (days);
  if (!collect_moved (self, calendar, now, limit, ops, error))
    return FALSE;
  self->dates_move = ops->len > n_before;
  if (!self->dates_move)
    self->dates_digest = digest;
  return TRUE;
}
