#include "support/uch-samples.h"

#include <float.h>

static void
set_plain (const UchField *field, gpointer row, guint i)
{
  guint            n_nicks = 0;
  g_autofree char *text = g_strdup_printf ("значение %s", field->name);

  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
      uch_field_set_text (field, row, text);
      break;
    case UCH_FIELD_REAL:
      uch_field_set_real (field, row, 45.044834 + i);
      break;
    case UCH_FIELD_ENUM:
      while (field->nicks[n_nicks] != NULL)
        n_nicks++;
      uch_field_set_int (field, row, n_nicks - 1);
      break;
    case UCH_FIELD_BOOL:
      uch_field_set_int (field, row, TRUE);
      break;
    default:
      uch_field_set_int (field, row, G_GINT64_CONSTANT (1700000000000) + i);
      break;
    }
}

static void
set_extreme (const UchField *field, gpointer row, guint i)
{
  static const char *const texts[] = { "🛠️👨‍👩‍👧 Ёлка",
                                       "שלום עולם \u202e"
                                       "обратно",
                                       "\x01\x1f\x7f \"\\/ \t\n\r", "</script> '; DROP", "é é 𝄞" };

  if (field->kind == UCH_FIELD_TEXT)
    uch_field_set_text (field, row, texts[i % G_N_ELEMENTS (texts)]);
  else if (field->kind == UCH_FIELD_REAL)
    uch_field_set_real (field, row, i % 2 ? -DBL_MAX : DBL_MIN);
  else if (field->kind == UCH_FIELD_INT || field->kind == UCH_FIELD_TIME)
    uch_field_set_int (field, row, i % 2 ? G_MININT64 : G_MAXINT64);
  else
    set_plain (field, row, i);
}

/**
 * uch_sample_row:
 * @variety: less than %UCH_N_SAMPLES
 *
 * Returns: (transfer full): a row of @table
 */
gpointer
uch_sample_row (UchTable table, const char *id, guint variety)
{
  UchEntity *row = uch_entity_new (table, id);

  for (guint i = 0; i < row->schema->n_fields; i++)
    if (variety == 1)
      set_plain (&row->schema->fields[i], row, i);
    else if (variety == 2)
      set_extreme (&row->schema->fields[i], row, i);
  if (variety > 0)
    row->rev = g_strdup ("0190f5b2-0000-7000-8000-000000000001");
  return row;
}
