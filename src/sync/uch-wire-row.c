#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-wire.h"

#include <string.h>

#include "core/uch-id.h"
#include "sync/uch-json-private.h"
#include "sync/uch-wire-private.h"

void
uch_wire_row_free (UchWireRow *row)
{
  if (row == NULL)
    return;
  g_free (row->id);
  g_clear_object (&row->row);
  g_free (row);
}

/**
 * uch_wire_row_new:
 * @entity: (transfer none) (nullable) (type UchEntity): %NULL for a tombstone
 *
 * Returns: (transfer full): a row of the feed
 */
UchWireRow *
uch_wire_row_new (UchTable table, gint64 seq, const char *id, gpointer entity)
{
  UchWireRow *row = g_new0 (UchWireRow, 1);

  row->table = table;
  row->seq = seq;
  row->id = g_strdup (id);
  row->row = entity != NULL ? g_object_ref (entity) : NULL;
  return row;
}

static void
begin_member (GString *json, gboolean *first, const char *name)
{
  char *out = uch_json_reserve (json, strlen (name) + 4);

  if (!*first)
    *out++ = ',';
  *first = FALSE;
  *out++ = '"';
  out = g_stpcpy (out, name);
  *out++ = '"';
  *out++ = ':';
  uch_json_wrote (json, out);
}

/* What is empty (NULL, 0, false, an enum's first nick) is left out. */
void
uch_wire_write_entity (GString *json, gconstpointer entity, gboolean with_id)
{
  const UchEntity *self = entity;
  gboolean         first = TRUE;

  g_string_append_c (json, '{');
  if (with_id)
    {
      begin_member (json, &first, "id");
      uch_json_append_text (json, self->id);
    }
  if (self->rev != NULL)
    {
      begin_member (json, &first, "rev");
      uch_json_append_text (json, self->rev);
    }
  for (guint i = 0; i < self->schema->n_fields; i++)
    {
      const UchField *field = &self->schema->fields[i];

      if (uch_field_is_empty (field, entity))
        continue;
      begin_member (json, &first, field->name);
      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
        case UCH_FIELD_ENUM:
          uch_json_append_text (json, uch_field_get_text (field, entity));
          break;
        case UCH_FIELD_REAL:
          uch_json_append_real (json, uch_field_get_real (field, entity));
          break;
        case UCH_FIELD_BOOL:
          g_string_append (json, "true");
          break;
        default:
          uch_json_append_int (json, uch_field_get_int (field, entity));
          break;
        }
    }
  g_string_append_c (json, '}');
}

static gboolean
read_field (UchJson *json, const UchField *field, gpointer entity)
{
  const char *text;
  gint64      whole;
  double      real;
  gboolean    flag;
  int         index;

  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
      if (uch_json_read_text (json, field->name, &text))
        uch_field_set_text (field, entity, text);
      break;
    case UCH_FIELD_ENUM:
      if (!uch_json_read_text (json, field->name, &text))
        break;
      index = uch_nick_index (field->nicks, text);
      if (index < 0)
        return uch_json_fail (json, field->name, "“%s” has the unknown value “%.64s”", field->name,
                              text);
      uch_field_set_int (field, entity, index);
      break;
    case UCH_FIELD_REAL:
      if (uch_json_read_real (json, field->name, &real))
        uch_field_set_real (field, entity, real);
      break;
    case UCH_FIELD_BOOL:
      if (uch_json_read_bool (json, field->name, &flag))
        uch_field_set_int (field, entity, flag);
      break;
    default:
      if (uch_json_read_int (json, field->name, &whole))
        uch_field_set_int (field, entity, whole);
      break;
    }
  return json->error == NULL;
}

/* Fields come in the order of the schema: mostly the next one is the one that is looked for. */
static const UchField *
find_field (const UchSchema *schema, const char *name, guint *hint)
{
  for (guint i = *hint; i < schema->n_fields; i++)
    if (strcmp (schema->fields[i].name, name) == 0)
      {
        *hint = i + 1;
        return &schema->fields[i];
      }
  return *hint > 0 ? uch_schema_find_field (schema, name) : NULL;
}

/* @id: what the row must be called, when that was said outside of the object; or NULL. A field
 * that this program does not know comes from a newer store and is passed over. */
gpointer
uch_wire_read_entity (UchJson *json, UchTable table, const char *id)
{
  g_autoptr (UchEntity) entity = uch_entity_new (table, id);
  const char *name, *text;
  guint       hint = 0;

  if (!uch_json_enter (json, UCH_JSON_OBJECT, entity->schema->name))
    return NULL;
  while ((name = uch_json_next_member (json)) != NULL)
    {
      const UchField *field;

      if (strcmp (name, "id") == 0)
        {
          if (!uch_json_read_text (json, "id", &text))
            break;
          if (entity->id != NULL && strcmp (entity->id, text) != 0)
            uch_json_fail (json, "id", "“id” is not the one that the row was announced with");
          else if (entity->id == NULL)
            entity->id = g_strdup (text);
        }
      else if (strcmp (name, "rev") == 0)
        uch_json_dup_text (json, "rev", &entity->rev);
      else if ((field = find_field (entity->schema, name, &hint)) != NULL)
        read_field (json, field, entity);
      else
        uch_json_skip (json);
    }
  if (json->error == NULL && !uch_id_is_valid (entity->id))
    uch_json_fail (json, "id", "“id” of a %s is missing or bad", entity->schema->name);
  return json->error == NULL ? g_steal_pointer (&entity) : NULL;
}

/**
 * uch_wire_append_row:
 * @entity: (nullable) (type UchEntity): %NULL for a tombstone
 *
 * Writes one row of the feed: [table, seq, id, {…}|null].
 */
void
uch_wire_append_row (
    GString *json, UchTable table, gint64 seq, const char *id, gconstpointer entity)
{
  g_string_append (json, "[\"");
  g_string_append (json, uch_schema_get (table)->name);
  g_string_append (json, "\",");
  uch_json_append_int (json, seq);
  g_string_append_c (json, ',');
  uch_json_append_text (json, id);
  g_string_append_c (json, ',');
  if (entity != NULL)
    uch_wire_write_entity (json, entity, FALSE);
  else
    g_string_append (json, "null");
  g_string_append_c (json, ']');
}

static gboolean
expect_item (UchJson *json, const char *what)
{
  return uch_json_next_item (json) || uch_json_fail (json, what, "a row has no “%s”", what);
}

static gboolean
read_row_head (UchJson *json, UchWireRow *row, const UchSchema **out_schema)
{
  const char *text;

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "row") || !expect_item (json, "table")
      || !uch_json_read_text (json, "table", &text))
    return FALSE;
  *out_schema = uch_schema_by_name (text);
  if (!expect_item (json, "seq") || !uch_json_read_int (json, "seq", &row->seq))
    return FALSE;
  if (row->seq < 0)
    return uch_json_fail (json, "seq", "“seq” must not be negative");
  if (!expect_item (json, "id") || !uch_json_dup_text (json, "id", &row->id))
    return FALSE;
  if (!uch_id_is_valid (row->id))
    return uch_json_fail (json, "id", "“id” of a row is bad");
  return expect_item (json, "fields");
}

/* Returns NULL on an error, and also for a row of a table that only a newer store knows. */
UchWireRow *
uch_wire_read_row (UchJson *json)
{
  g_autoptr (UchWireRow) row = g_new0 (UchWireRow, 1);
  const UchSchema *schema = NULL;

  if (!read_row_head (json, row, &schema))
    return NULL;
  if (schema == NULL || uch_json_peek (json) == UCH_JSON_NULL)
    uch_json_skip (json);
  else
    {
      row->row = uch_wire_read_entity (json, schema->table, row->id);
      if (row->row != NULL)
        row->row->seq = row->seq;
    }
  if (json->error == NULL && uch_json_next_item (json))
    uch_json_fail (json, "rows", "a row has too many items");
  if (json->error != NULL || schema == NULL)
    return NULL;
  row->table = schema->table;
  return g_steal_pointer (&row);
}

/**
 * uch_wire_encode_entity:
 *
 * Returns: (transfer full): the row as an object with its id and rev
 */
char *
uch_wire_encode_entity (gconstpointer entity)
{
  GString *json = g_string_new (NULL);

  uch_wire_write_entity (json, entity, TRUE);
  return g_string_free (json, FALSE);
}

/**
 * uch_wire_decode_entity:
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row
 */
gpointer
uch_wire_decode_entity (UchTable table, const char *text, gssize len, GError **error)
{
  g_autoptr (UchEntity) entity = NULL;
  UchJson json;

  uch_json_init (&json, text, len);
  entity = uch_wire_read_entity (&json, table, NULL);
  return uch_json_finish (&json, error) ? g_steal_pointer (&entity) : NULL;
}
