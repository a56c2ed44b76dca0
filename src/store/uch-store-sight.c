/* Who may see what. Source: the office's roles; an admin has no subscriber data, an engineer's
 * work comes to his phone by itself, and sensitive texts are masked until somebody asks. */

#define G_LOG_DOMAIN "uch-store"

#include <string.h>

#include "core/uch-place.h"
#include "core/uch-work.h"
#include "store/uch-store-private.h"

#define T(table) (1u << UCH_TABLE_##table)
#define REGISTERS                                                                                  \
  (T (SETTING) | T (REASON) | T (CALENDAR_DAY) | T (ZONE) | T (CENTRE) | T (COMPANY) | T (HOUSE)   \
   | T (ENTRANCE) | T (STAFF) | T (SHIFT))
#define EVERYTHING ((1u << UCH_N_TABLES) - 1)

static const guint seen_tables[UCH_N_ROLES] = {
  [UCH_ROLE_DISPATCHER] = EVERYTHING, [UCH_ROLE_HEAD] = EVERYTHING, [UCH_ROLE_CLERK] = EVERYTHING,
  [UCH_ROLE_ENGINEER] = REGISTERS,    [UCH_ROLE_ADMIN] = REGISTERS, [UCH_ROLE_SOURCE] = 0,
  [UCH_ROLE_STORE] = EVERYTHING,
};

/* Who may ask for a masked text. */
static const gboolean may_reveal[UCH_N_ROLES] = {
  [UCH_ROLE_DISPATCHER] = TRUE,
  [UCH_ROLE_HEAD] = TRUE,
  [UCH_ROLE_ENGINEER] = TRUE,
};

gboolean
uch_store_may_see_table (const UchSession *session, UchTable table)
{
  return (seen_tables[session->role] & 1u << table) != 0;
}

/**
 * uch_store_roles_see_the_same:
 *
 * Returns: whether two roles have the same feed: if not, a copy made with one is none for the other
 */
gboolean
uch_store_roles_see_the_same (UchRole a, UchRole b)
{
  return seen_tables[a] == seen_tables[b];
}

static const UchField *
find_sensitive (const UchSchema *schema, const char *name)
{
  const UchField *field = uch_schema_find_field (schema, name);

  return field != NULL && field->kind == UCH_FIELD_TEXT && (field->flags & UCH_FIELD_SENSITIVE) != 0
             ? field
             : NULL;
}

/* The row with its sensitive texts masked; itself when it has none. */
UchEntity *
uch_store_dup_masked (UchEntity *row)
{
  UchEntity *copy = NULL;

  for (guint i = 0; i < row->schema->n_fields; i++)
    {
      const UchField *field = &row->schema->fields[i];

      if ((field->flags & UCH_FIELD_SENSITIVE) == 0 || field->kind != UCH_FIELD_TEXT
          || uch_field_get_text (field, row) == NULL)
        continue;
      if (copy == NULL)
        copy = uch_entity_copy (row);
      uch_field_set_text (field, copy, UCH_FIELD_MASK);
    }
  return copy != NULL ? copy : g_object_ref (row);
}

static GVariant *
mask_dict (const UchSchema *schema, GVariant *fields)
{
  GVariantDict dict;
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_variant_dict_init (&dict, NULL);
  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      gboolean hide = find_sensitive (schema, name) != NULL
                      && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                      && *g_variant_get_string (value, NULL) != '\0';

      if (hide)
        g_variant_dict_insert (&dict, name, "s", UCH_FIELD_MASK);
      else
        g_variant_dict_insert_value (&dict, name, value);
      g_variant_unref (value);
    }
  return g_variant_dict_end (&dict);
}

/* The old values in a journal row are as sensitive as the row they came from. */
static char *
mask_before (const char *printed)
{
  g_autoptr (GVariant) before
      = g_variant_parse (G_VARIANT_TYPE ("a(ssba{sv})"), printed, NULL, NULL, NULL);
  g_autoptr (GVariant) masked = NULL;
  GVariantBuilder items;
  GVariantIter    iter;
  const char     *table, *id;
  gboolean        existed;
  GVariant       *fields;

  if (before == NULL)
    return NULL;
  g_variant_builder_init (&items, G_VARIANT_TYPE ("a(ssba{sv})"));
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&sb@a{sv})", &table, &id, &existed, &fields))
    {
      const UchSchema *schema = uch_schema_by_name (table);

      if (schema != NULL)
        g_variant_builder_add (&items, "(ssb@a{sv})", table, id, existed,
                               mask_dict (schema, fields));
      g_variant_unref (fields);
    }
  masked = g_variant_ref_sink (g_variant_builder_end (&items));
  return g_variant_print (masked, TRUE);
}

/* Only rows of the registers have sensitive texts, and only these two commands change them. */
static gboolean
hides_before (UchEntity *row)
{
  const UchEvent *event = (UchEvent *) row;

  return event->before != NULL
         && (g_strcmp0 (event->type, UCH_COMMAND_PUT) == 0
             || g_strcmp0 (event->type, UCH_COMMAND_DELETE) == 0);
}

static UchEntity *
mask_event (UchEntity *row)
{
  UchEvent *event = (UchEvent *) row;
  UchEvent *copy;

  if (!hides_before (row))
    return g_object_ref (row);
  copy = uch_entity_copy (row);
  g_free (copy->before);
  copy->before = mask_before (event->before);
  return UCH_ENTITY (copy);
}

/* The row as @session may see it: itself, a masked copy, or NULL. */
UchEntity *
uch_store_dup_seen (const UchSession *session, UchEntity *row)
{
  if (!uch_store_may_see_table (session, row->schema->table))
    return NULL;
  if (session->role == UCH_ROLE_STORE)
    return g_object_ref (row);
  return row->schema->table == UCH_TABLE_EVENT ? mask_event (row) : uch_store_dup_masked (row);
}

/* The same for a view: shows @func what @session may see of it. */
void
uch_store_show (const UchSession *session, UchEntity *view, UchEntityViewFunc func, gpointer data)
{
  const UchSchema *schema = view->schema;

  if (!uch_store_may_see_table (session, schema->table))
    return;
  if (session->role != UCH_ROLE_STORE && schema->table == UCH_TABLE_EVENT && hides_before (view))
    {
      g_autoptr (UchEntity) kept = uch_entity_copy (view);
      g_autoptr (UchEntity) masked = mask_event (kept);

      func (masked, data);
      return;
    }
  for (guint i = 0; session->role != UCH_ROLE_STORE && i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];

      if ((field->flags & UCH_FIELD_SENSITIVE) != 0 && field->kind == UCH_FIELD_TEXT
          && uch_field_get_text (field, view) != NULL)
        uch_field_lend_text (field, view, UCH_FIELD_MASK);
    }
  func (view, data);
}

/* Within a writing transaction: somebody is about to be shown @field of @row. */
gboolean
uch_store_log_look (UchStore         *self,
                    const UchSession *session,
                    const UchEntity  *row,
                    const char       *field,
                    UchTime           now,
                    GError          **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autoptr (UchLook) look = uch_entity_new_of (&uch_look_schema, id);

  look->at = now;
  look->account_id = g_strdup (session->account_id);
  look->session_id = g_strdup (UCH_ENTITY (session)->id);
  look->table_name = g_strdup (row->schema->name);
  look->row_id = g_strdup (row->id);
  look->field = g_strdup (field);
  return BACKEND (self, put_row, look, 0, error);
}

static char *
reveal_within (UchStore         *self,
               const UchSession *session,
               UchTable          table,
               const char       *id,
               const char       *name,
               UchTime           now,
               GError          **error)
{
  const UchField *field = find_sensitive (uch_schema_get (table), name);
  g_autoptr (UchSession) who = uch_store_refresh_session (self, session, now, error);
  g_autoptr (UchEntity) row = NULL;

  if (who == NULL)
    return NULL;
  if (!may_reveal[who->role])
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                   "The role “%s” may not look at it", uch_role_nicks[who->role]);
      return NULL;
    }
  if (field == NULL)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID, "“%s” is no sensitive field",
                   name);
      return NULL;
    }
  if (!BACKEND (self, get_row, uch_schema_get (table), id, (gpointer *) &row, error))
    return NULL;
  if (row == NULL)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN, "There is no row “%s” in “%s”",
                   id, uch_schema_get (table)->name);
      return NULL;
    }
  if (!uch_store_log_look (self, who, row, name, now, error))
    return NULL;
  return g_strdup (uch_field_get_text (field, row) != NULL ? uch_field_get_text (field, row) : "");
}

/**
 * uch_store_reveal:
 * @self: a store
 * @session: who looks
 * @table: of the row
 * @id: of the row
 * @field: a field marked %UCH_FIELD_SENSITIVE
 * @now: the store's clock
 * @error: return location
 *
 * Shows a sensitive text; the look is in the log before it is shown. Source: 152-FZ, and the
 * office's rule on intercom codes and access notes.
 *
 * Returns: (transfer full) (nullable): the text, "" when there is none
 */
char *
uch_store_reveal (UchStore         *self,
                  const UchSession *session,
                  UchTable          table,
                  const char       *id,
                  const char       *field,
                  UchTime           now,
                  GError          **error)
{
  g_autofree char *text = NULL;

  if (!uch_store_begin (self, error))
    return NULL;
  text = reveal_within (self, session, table, id, field, now, error);
  if (text == NULL)
    {
      uch_store_rollback (self);
      return NULL;
    }
  return uch_store_commit (self, error) ? g_steal_pointer (&text) : NULL;
}

/**
 * uch_store_log_export:
 * @self: a store
 * @session: who exports
 * @table: whose rows leave with what tells who a client is
 * @now: the store's clock
 * @error: return location
 *
 * Logs a look at a whole table ("*"), as uch_store_reveal() does at one field. Before the rows are
 * read.
 *
 * Returns: whether it is durable
 */
gboolean
uch_store_log_export (
    UchStore *self, const UchSession *session, UchTable table, UchTime now, GError **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autoptr (UchLook) look = uch_entity_new_of (&uch_look_schema, id);

  look->at = now;
  look->account_id = g_strdup (session->account_id);
  look->session_id = g_strdup (UCH_ENTITY (session)->id);
  look->table_name = g_strdup (uch_schema_get (table)->name);
  look->row_id = g_strdup ("*");
  look->field = g_strdup ("*");
  if (!uch_store_begin (self, error))
    return FALSE;
  if (BACKEND (self, put_row, look, 0, error))
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

/**
 * uch_store_list_looks:
 * @self: a store
 * @by: an admin
 * @row_id: whose sensitive texts
 * @now: the store's clock
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchLook): who has looked at that row, in order
 */
GPtrArray *
uch_store_list_looks (
    UchStore *self, const UchSession *by, const char *row_id, UchTime now, GError **error)
{
  if (!uch_store_check_admin (self, by, now, error))
    return NULL;
  return BACKEND (self, find_rows, &uch_look_schema, "row_id", row_id, error);
}
