#include "core/uch-entity.h"

#include <string.h>

#include "core/uch-followup.h"
#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

G_DEFINE_ABSTRACT_TYPE (UchEntity, uch_entity, G_TYPE_OBJECT)

static const UchSchema *const schemas[UCH_N_TABLES] = {
  [UCH_TABLE_SETTING] = &uch_setting_schema,   [UCH_TABLE_REASON] = &uch_reason_schema,
  [UCH_TABLE_ZONE] = &uch_zone_schema,         [UCH_TABLE_CENTRE] = &uch_centre_schema,
  [UCH_TABLE_COMPANY] = &uch_company_schema,   [UCH_TABLE_HOUSE] = &uch_house_schema,
  [UCH_TABLE_ENTRANCE] = &uch_entrance_schema, [UCH_TABLE_STAFF] = &uch_staff_schema,
  [UCH_TABLE_SHIFT] = &uch_shift_schema,       [UCH_TABLE_CLIENT] = &uch_client_schema,
  [UCH_TABLE_TICKET] = &uch_ticket_schema,     [UCH_TABLE_VISIT] = &uch_visit_schema,
  [UCH_TABLE_NOTE] = &uch_note_schema,         [UCH_TABLE_CALL] = &uch_call_schema,
  [UCH_TABLE_PHOTO] = &uch_photo_schema,       [UCH_TABLE_EVENT] = &uch_event_schema,
  [UCH_TABLE_FOLLOWUP] = &uch_followup_schema, [UCH_TABLE_CALENDAR_DAY] = &uch_calendar_day_schema,
};

static inline gpointer
member (const UchField *field, gconstpointer entity)
{
  return (char *) entity + field->offset;
}

static void
uch_entity_finalize (GObject *object)
{
  UchEntity *self = UCH_ENTITY (object);

  g_free (self->id);
  g_free (self->rev);
  for (guint i = 0; i < self->schema->n_fields; i++)
    if (self->schema->fields[i].kind == UCH_FIELD_TEXT)
      g_free (*(char **) member (&self->schema->fields[i], self));
  G_OBJECT_CLASS (uch_entity_parent_class)->finalize (object);
}

static void
uch_entity_class_init (UchEntityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_entity_finalize;
}

static void
uch_entity_init (UchEntity *self)
{
}

/**
 * uch_schema_get:
 *
 * Returns: the description of a table's rows; static.
 */
const UchSchema *
uch_schema_get (UchTable table)
{
  g_return_val_if_fail ((guint) table < UCH_N_TABLES, NULL);
  return schemas[table];
}

/**
 * uch_schema_by_name:
 *
 * Returns: (nullable): the description of the table called @name in SQL and on the wire.
 */
const UchSchema *
uch_schema_by_name (const char *name)
{
  for (guint i = 0; i < UCH_N_TABLES; i++)
    if (g_strcmp0 (schemas[i]->name, name) == 0)
      return schemas[i];
  return NULL;
}

/**
 * uch_schema_find_field:
 *
 * Returns: (nullable): the field called @name.
 */
const UchField *
uch_schema_find_field (const UchSchema *schema, const char *name)
{
  for (guint i = 0; i < schema->n_fields; i++)
    if (strcmp (schema->fields[i].name, name) == 0)
      return &schema->fields[i];
  return NULL;
}

/**
 * uch_entity_new:
 *
 * Makes an empty row of @table. It may be changed until it is handed to anybody else.
 *
 * Returns: (transfer full) (type UchEntity): the row
 */
gpointer
uch_entity_new (UchTable table, const char *id)
{
  return uch_entity_new_of (uch_schema_get (table), id);
}

/**
 * uch_entity_new_of:
 * @schema: of a table of the office, or of another room's own
 *
 * Returns: (transfer full) (type UchEntity): an empty row, see uch_entity_new()
 */
gpointer
uch_entity_new_of (const UchSchema *schema, const char *id)
{
  UchEntity *self = g_object_new (schema->get_type (), NULL);

  self->schema = schema;
  self->id = g_strdup (id);
  return self;
}

/**
 * uch_entity_view_get_size:
 *
 * Returns: the bytes that a view of such a row takes
 */
gsize
uch_entity_view_get_size (const UchSchema *schema)
{
  GTypeQuery query;

  g_type_query (schema->get_type (), &query);
  return query.instance_size;
}

/**
 * uch_entity_view_init:
 * @memory: as many bytes as uch_entity_view_get_size() says, all 0
 * @schema: whose rows are to be looked at
 *
 * Makes an empty view there.
 */
void
uch_entity_view_init (gpointer memory, const UchSchema *schema)
{
  ((UchEntity *) memory)->schema = schema;
}

/**
 * uch_entity_view_new:
 * @schema: whose rows are to be looked at
 *
 * Reading thousands of rows costs mostly the objects and the copies of their texts; who only passes
 * on what is in them, one after the other, can do with one view. uch_entity_copy() makes a row of
 * it that may be kept.
 *
 * Returns: (transfer full): an empty view; free it with g_free()
 */
UchEntity *
uch_entity_view_new (const UchSchema *schema)
{
  UchEntity *view = g_malloc0 (uch_entity_view_get_size (schema));

  uch_entity_view_init (view, schema);
  return view;
}

/**
 * uch_field_lend_text:
 * @field: a text field
 * @value: (nullable): must stand as long as the view is looked at; "" becomes %NULL
 */
void
uch_field_lend_text (const UchField *field, gpointer view, const char *value)
{
  g_return_if_fail (field->kind == UCH_FIELD_TEXT);
  *(const char **) member (field, view) = value != NULL && *value != '\0' ? value : NULL;
}

/**
 * uch_entity_copy:
 *
 * Returns: (transfer full) (type UchEntity): a deep copy that may be changed until it is published
 */
gpointer
uch_entity_copy (gconstpointer entity)
{
  const UchEntity *from = entity;
  UchEntity       *to = uch_entity_new_of (from->schema, from->id);

  to->rev = g_strdup (from->rev);
  to->seq = from->seq;
  for (guint i = 0; i < from->schema->n_fields; i++)
    {
      const UchField *field = &from->schema->fields[i];

      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
          *(char **) member (field, to) = g_strdup (*(char **) member (field, from));
          break;
        case UCH_FIELD_REAL:
          *(double *) member (field, to) = *(double *) member (field, from);
          break;
        case UCH_FIELD_INT:
        case UCH_FIELD_TIME:
          *(gint64 *) member (field, to) = *(gint64 *) member (field, from);
          break;
        case UCH_FIELD_BOOL:
        case UCH_FIELD_ENUM:
          *(int *) member (field, to) = *(int *) member (field, from);
          break;
        }
    }
  return to;
}

/**
 * uch_entity_equal:
 *
 * Compares ids and every field; neither rev nor seq.
 */
gboolean
uch_entity_equal (gconstpointer a, gconstpointer b)
{
  const UchEntity *left = a, *right = b;

  if (left->schema != right->schema || g_strcmp0 (left->id, right->id) != 0)
    return FALSE;
  for (guint i = 0; i < left->schema->n_fields; i++)
    if (!uch_field_equal (&left->schema->fields[i], a, b))
      return FALSE;
  return TRUE;
}

static guint64
digest_bytes (guint64 hash, const void *data, gsize len)
{
  const guint8 *bytes = data;

  for (gsize i = 0; i < len; i++)
    hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static guint64
digest_text (guint64 hash, const char *text)
{
  /* With its end, so that "ab" + "c" is not "a" + "bc". */
  return digest_bytes (hash, text != NULL ? text : "", text != NULL ? strlen (text) + 1 : 1);
}

/**
 * uch_field_is_empty:
 *
 * Returns: whether the field holds nothing: NULL, 0, false, an enum's first word
 */
gboolean
uch_field_is_empty (const UchField *field, gconstpointer entity)
{
  if (field->kind == UCH_FIELD_TEXT)
    return uch_field_get_text (field, entity) == NULL;
  if (field->kind == UCH_FIELD_REAL)
    return uch_field_get_real (field, entity) == 0;
  return uch_field_get_int (field, entity) == 0;
}

static guint64
digest_value (guint64 hash, const UchField *field, gconstpointer entity)
{
  guint64 bits;
  double  real;

  if (field->kind == UCH_FIELD_TEXT || field->kind == UCH_FIELD_ENUM)
    return digest_text (hash, uch_field_get_text (field, entity));
  if (field->kind == UCH_FIELD_REAL)
    {
      real = uch_field_get_real (field, entity);
      memcpy (&bits, &real, sizeof bits);
    }
  else
    bits = (guint64) uch_field_get_int (field, entity);
  bits = GUINT64_TO_LE (bits);
  return digest_bytes (hash, &bits, sizeof bits);
}

/**
 * uch_entity_digest:
 *
 * A digest of a row as it stands: table, id, rev and what is not empty of its fields, by name, so
 * that a program which knows a field more comes to the same; not seq. Add these up (modulo 2⁶⁴)
 * over the rows of two copies: equal sums, in whatever order, mean equal copies. FNV-1a with the
 * final mix of SplitMix64; it finds mistakes, not attackers.
 */
guint64
uch_entity_digest (gconstpointer entity)
{
  const UchEntity *self = entity;
  guint64          hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  hash = digest_text (hash, self->schema->name);
  hash = digest_text (hash, self->id);
  hash = digest_text (hash, self->rev);
  for (guint i = 0; i < self->schema->n_fields; i++)
    {
      const UchField *field = &self->schema->fields[i];

      if (!uch_field_is_empty (field, entity))
        hash = digest_value (digest_text (hash, field->name), field, entity);
    }
  /* A sum of plain FNV values would keep their structure. */
  hash = (hash ^ (hash >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  hash = (hash ^ (hash >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return hash ^ (hash >> 31);
}

/**
 * uch_entity_set_text:
 * @field: address of a text member of @entity
 *
 * Sets a text member of a row not yet published; "" becomes NULL.
 */
void
uch_entity_set_text (gpointer entity, char **field, const char *value)
{
  char *copy = value != NULL && *value != '\0' ? g_strdup (value) : NULL;

  g_free (*field);
  *field = copy;
}

/**
 * uch_field_get_text:
 *
 * Returns: (nullable): the value of a text field, or the nick of an enum
 */
const char *
uch_field_get_text (const UchField *field, gconstpointer entity)
{
  if (field->kind == UCH_FIELD_ENUM)
    return field->nicks[*(int *) member (field, entity)];
  g_return_val_if_fail (field->kind == UCH_FIELD_TEXT, NULL);
  return *(char **) member (field, entity);
}

/**
 * uch_field_get_int:
 *
 * Returns: the value of a number, time, flag or enum
 */
gint64
uch_field_get_int (const UchField *field, gconstpointer entity)
{
  if (field->kind == UCH_FIELD_INT || field->kind == UCH_FIELD_TIME)
    return *(gint64 *) member (field, entity);
  g_return_val_if_fail (field->kind == UCH_FIELD_BOOL || field->kind == UCH_FIELD_ENUM, 0);
  return *(int *) member (field, entity);
}

double
uch_field_get_real (const UchField *field, gconstpointer entity)
{
  g_return_val_if_fail (field->kind == UCH_FIELD_REAL, 0);
  return *(double *) member (field, entity);
}

/**
 * uch_field_set_text:
 *
 * Sets a text field; "" becomes NULL, so that "nothing" has one form.
 */
void
uch_field_set_text (const UchField *field, gpointer entity, const char *value)
{
  g_return_if_fail (field->kind == UCH_FIELD_TEXT);
  uch_entity_set_text (entity, member (field, entity), value);
}

void
uch_field_set_int (const UchField *field, gpointer entity, gint64 value)
{
  switch (field->kind)
    {
    case UCH_FIELD_INT:
    case UCH_FIELD_TIME:
      *(gint64 *) member (field, entity) = value;
      break;
    case UCH_FIELD_BOOL:
      *(int *) member (field, entity) = value != 0;
      break;
    case UCH_FIELD_ENUM:
      *(int *) member (field, entity) = (int) value;
      break;
    default:
      g_return_if_reached ();
    }
}

void
uch_field_set_real (const UchField *field, gpointer entity, double value)
{
  g_return_if_fail (field->kind == UCH_FIELD_REAL);
  *(double *) member (field, entity) = value;
}

/**
 * uch_field_get_variant:
 *
 * Returns: (transfer floating): s (an enum gives its nick), x, d or b
 */
GVariant *
uch_field_get_variant (const UchField *field, gconstpointer entity)
{
  const char *text;

  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
    case UCH_FIELD_ENUM:
      text = uch_field_get_text (field, entity);
      return g_variant_new_string (text != NULL ? text : "");
    case UCH_FIELD_REAL:
      return g_variant_new_double (uch_field_get_real (field, entity));
    case UCH_FIELD_BOOL:
      return g_variant_new_boolean (uch_field_get_int (field, entity) != 0);
    default:
      return g_variant_new_int64 (uch_field_get_int (field, entity));
    }
}

/**
 * uch_field_set_variant:
 *
 * Sets a field from a command's value. A whole number is taken for a real one.
 *
 * Returns: %FALSE when the value is not of the field's type, or no nick of its enum
 */
gboolean
uch_field_set_variant (const UchField *field, gpointer entity, GVariant *value)
{
  gboolean is_text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);
  gboolean is_int = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64);
  int      index;

  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
      if (is_text)
        uch_field_set_text (field, entity, g_variant_get_string (value, NULL));
      return is_text;
    case UCH_FIELD_ENUM:
      index = is_text ? uch_nick_index (field->nicks, g_variant_get_string (value, NULL)) : -1;
      if (index >= 0)
        uch_field_set_int (field, entity, index);
      return index >= 0;
    case UCH_FIELD_BOOL:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        return FALSE;
      uch_field_set_int (field, entity, g_variant_get_boolean (value));
      return TRUE;
    case UCH_FIELD_REAL:
      if (is_int)
        uch_field_set_real (field, entity, (double) g_variant_get_int64 (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
        uch_field_set_real (field, entity, g_variant_get_double (value));
      else
        return FALSE;
      return TRUE;
    default:
      if (is_int)
        uch_field_set_int (field, entity, g_variant_get_int64 (value));
      return is_int;
    }
}

gboolean
uch_field_equal (const UchField *field, gconstpointer a, gconstpointer b)
{
  if (field->kind == UCH_FIELD_TEXT)
    return g_strcmp0 (uch_field_get_text (field, a), uch_field_get_text (field, b)) == 0;
  if (field->kind == UCH_FIELD_REAL)
    return uch_field_get_real (field, a) == uch_field_get_real (field, b);
  return uch_field_get_int (field, a) == uch_field_get_int (field, b);
}

/**
 * uch_nick_index:
 *
 * Returns: the place of @nick in @nicks, or -1
 */
int
uch_nick_index (const char *const *nicks, const char *nick)
{
  for (int i = 0; nicks[i] != NULL; i++)
    if (g_strcmp0 (nicks[i], nick) == 0)
      return i;
  return -1;
}
