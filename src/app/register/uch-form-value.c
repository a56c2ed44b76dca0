#include "app/register/uch-form-value.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/uch-command.h"
#include "core/uch-fold.h"
#include "core/uch-people.h"

static const UchField *
get_field (const UchFormField *input, gconstpointer row)
{
  return uch_schema_find_field (((const UchEntity *) row)->schema, input->name);
}

/**
 * uch_form_value_print:
 *
 * Returns: (transfer full): the value of @row as it is typed in
 */
char *
uch_form_value_print (const UchFormField *input, gconstpointer row)
{
  const UchField *field = get_field (input, row);
  const char     *text;
  char            buffer[G_ASCII_DTOSTR_BUF_SIZE];

  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
      text = uch_field_get_text (field, row);
      if (input->input == UCH_INPUT_PHONE && text != NULL)
        return uch_phone_format (text);
      return g_strdup (text != NULL ? text : "");
    case UCH_FIELD_ENUM:
      return g_strdup (uch_field_get_text (field, row));
    case UCH_FIELD_REAL:
      if (uch_field_get_real (field, row) == 0)
        return g_strdup ("");
      /* Seven digits are a centimetre. */
      g_ascii_formatd (buffer, sizeof buffer, "%.7f", uch_field_get_real (field, row));
      for (gsize end = strlen (buffer); end > 1 && buffer[end - 1] == '0'; end--)
        buffer[end - 1] = '\0';
      return g_strdup (buffer);
    default:
      if (uch_field_get_int (field, row) == 0)
        return g_strdup ("");
      return g_strdup_printf ("%" G_GINT64_FORMAT, uch_field_get_int (field, row));
    }
}

static gboolean
fail (char **out_fault, const char *fault)
{
  *out_fault = g_strdup (fault);
  return FALSE;
}

static gboolean
parse_phone (
    const UchField *field, const char *text, const char *area_code, gpointer row, char **out_fault)
{
  g_autofree char *phone = uch_phone_normalize (text, area_code);

  if (*text != '\0' && phone == NULL)
    return fail (out_fault, _ ("Not a phone number: 10 digits, or 6 in the city"));
  /* What was typed is kept where the row keeps it; core makes the number of it. */
  uch_field_set_text (field, row,
                      g_str_has_suffix (field->name, "_raw") || phone == NULL ? text : phone);
  return TRUE;
}

static gboolean
parse_number (const UchField *field, const char *text, gpointer row, char **out_fault)
{
  gint64 value = 0;

  if (*text != '\0' && !g_ascii_string_to_signed (text, 10, 0, 100000, &value, NULL))
    return fail (out_fault, _ ("A whole number"));
  uch_field_set_int (field, row, value);
  return TRUE;
}

static gboolean
parse_degrees (
    const UchField *field, const char *text, double limit, gpointer row, char **out_fault)
{
  g_autofree char *point = g_strdelimit (g_strdup (text), ",", '.');
  char            *end;
  double           value = g_ascii_strtod (point, &end);

  if (*text != '\0' && (end == point || *end != '\0' || !isfinite (value)))
    return fail (out_fault, _ ("Degrees, as 45.0428"));
  if (fabs (value) > limit)
    return fail (out_fault, limit > 90 ? _ ("Between −180 and 180") : _ ("Between −90 and 90"));
  uch_field_set_real (field, row, *text != '\0' ? value : 0);
  return TRUE;
}

static gboolean
has_only (const char *text, const char *allowed)
{
  return strspn (text, allowed) == strlen (text);
}

/* The forms of a text that is more than a text; TRUE: nothing to say against it. */
static gboolean
check_text (const UchFormField *input, const char *text, gpointer row, char **out_fault)
{
  const UchKnownSetting *setting = uch_known_setting_find (UCH_ENTITY (row)->id);

  if (*text == '\0')
    return TRUE;
  if (input->input == UCH_INPUT_DIGITS
      && (!has_only (text, "0123456789") || (strlen (text) != 10 && strlen (text) != 12)))
    return fail (out_fault, _ ("10 or 12 digits"));
  if (input->input == UCH_INPUT_COLOR
      && (strlen (text) != 7 || *text != '#' || !has_only (text + 1, "0123456789abcdefABCDEF")))
    return fail (out_fault, _ ("A colour as #0072B2; empty: the usual one"));
  if (input->input == UCH_INPUT_CODE && !has_only (text, "abcdefghijklmnopqrstuvwxyz0123456789_"))
    return fail (out_fault, _ ("Small Latin letters, digits and _"));
  if (input->input == UCH_INPUT_VALUE && setting != NULL && setting->is_number
      && !has_only (text, "0123456789"))
    return fail (out_fault, _ ("A whole number"));
  return TRUE;
}

/**
 * uch_form_value_parse:
 * @text: as typed
 * @area_code: of six-digit phone numbers
 * @row: not yet published; gets the value
 * @out_fault: (out) (transfer full): a few words for under the field
 *
 * Returns: %FALSE when the text is no such value; @row is as before
 */
gboolean
uch_form_value_parse (const UchFormField *input,
                      const char         *text,
                      const char         *area_code,
                      gpointer            row,
                      char              **out_fault)
{
  const UchField  *field = get_field (input, row);
  g_autofree char *clean = g_strstrip (g_strdup (text != NULL ? text : ""));

  if ((field->flags & UCH_FIELD_REQUIRED) != 0 && *clean == '\0')
    return fail (out_fault, _ ("Must not be empty"));
  if (strlen (clean) > UCH_TEXT_LEN_MAX)
    return fail (out_fault, _ ("Too long"));
  switch (input->input)
    {
    case UCH_INPUT_PHONE:
      return parse_phone (field, clean, area_code, row, out_fault);
    case UCH_INPUT_NUMBER:
      return parse_number (field, clean, row, out_fault);
    case UCH_INPUT_LATITUDE:
      return parse_degrees (field, clean, 90, row, out_fault);
    case UCH_INPUT_LONGITUDE:
      return parse_degrees (field, clean, 180, row, out_fault);
    default:
      if (!check_text (input, clean, row, out_fault))
        return FALSE;
      uch_field_set_text (field, row, clean);
      return TRUE;
    }
}

/**
 * uch_words_set:
 * @words: (nullable): comma separated
 *
 * Returns: (transfer full): @words with @word, or without it; the others in their order
 */
char *
uch_words_set (const char *words, const char *word, gboolean present)
{
  g_auto (GStrv) old = g_strsplit (words != NULL ? words : "", ",", -1);
  GString *list = g_string_new (NULL);

  for (guint i = 0; old[i] != NULL; i++)
    if (*g_strstrip (old[i]) != '\0' && strcmp (old[i], word) != 0)
      g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", old[i]);
  if (present)
    g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", word);
  return g_string_free (list, FALSE);
}

/**
 * uch_form_changes:
 * @seen: (nullable): the row as the person saw it; NULL: a new one
 * @out_was: (out) (transfer full) (nullable): old values of these fields
 *
 * Sensitive fields have no old value here: the desk saw a mask.
 *
 * Returns: (transfer full) (nullable): an a{sv} of what changed; of a new row, what is not empty
 */
GVariant *
uch_form_changes (const UchRegister *self,
                  gconstpointer      seen,
                  gconstpointer      draft,
                  GVariant         **out_was)
{
  const UchSchema *schema = uch_schema_get (self->table);
  g_autoptr (UchEntity) empty = uch_entity_new (self->table, NULL);
  GVariantDict fields, was;
  guint        n = 0, n_was = 0;

  g_variant_dict_init (&fields, NULL);
  g_variant_dict_init (&was, NULL);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];

      if ((field->flags & UCH_FIELD_DERIVED) != 0
          || uch_field_equal (field, seen != NULL ? seen : empty, draft))
        continue;
      g_variant_dict_insert_value (&fields, field->name, uch_field_get_variant (field, draft));
      n++;
      if (seen != NULL && (field->flags & UCH_FIELD_SENSITIVE) == 0)
        {
          g_variant_dict_insert_value (&was, field->name, uch_field_get_variant (field, seen));
          n_was++;
        }
    }
  *out_was = NULL;
  if (n_was > 0)
    *out_was = g_variant_ref_sink (g_variant_dict_end (&was));
  else
    g_variant_dict_clear (&was);
  if (n > 0)
    return g_variant_ref_sink (g_variant_dict_end (&fields));
  g_variant_dict_clear (&fields);
  return NULL;
}

static void
copy_field (const UchField *field, gpointer to, gconstpointer from)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (uch_field_get_variant (field, from));

  uch_field_set_variant (field, to, value);
}

/**
 * uch_form_merge:
 * @seen: the row that @draft was made from
 * @now: the row as it stands now
 * @keep: (nullable) (element-type utf8): set of fields that stay as they are in @draft
 *
 * Brings into @draft what others changed, field by field; what the person has edited stays.
 *
 * Returns: (transfer full) (element-type utf8): fields that both have changed, differently
 */
GPtrArray *
uch_form_merge (gconstpointer seen, gpointer draft, gconstpointer now, GHashTable *keep)
{
  const UchSchema *schema = UCH_ENTITY (draft)->schema;
  GPtrArray       *clashes = g_ptr_array_new ();

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];

      if (keep != NULL && g_hash_table_contains (keep, field->name))
        continue;
      if (uch_field_equal (field, draft, seen))
        copy_field (field, draft, now);
      else if (!uch_field_equal (field, now, seen) && !uch_field_equal (field, now, draft))
        g_ptr_array_add (clashes, (gpointer) field->name);
    }
  return clashes;
}

/**
 * uch_form_copy_fields:
 * @names: (element-type utf8): set of fields
 */
void
uch_form_copy_fields (gpointer to, gconstpointer from, GHashTable *names)
{
  GHashTableIter iter;
  gpointer       name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    copy_field (uch_schema_find_field (UCH_ENTITY (to)->schema, name), to, from);
}
