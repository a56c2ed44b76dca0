#include "app/register/uch-register-export.h"

#include "app/register/uch-register-text.h"
#include "exchange/uch-export.h"

/* Ids mean nothing outside: a zone is its name, a house its address. */
static char *
lookup_cb (UchTable table, const char *field_name, const char *value, gpointer user_data)
{
  UchReplica         *replica = user_data;
  const UchFormField *input = uch_register_find_field (uch_register_get (table), field_name);
  const UchEntity    *row;

  if (input == NULL || (input->input != UCH_INPUT_REF && input->input != UCH_INPUT_HOUSE))
    return NULL;
  row = uch_replica_peek (replica, input->input == UCH_INPUT_HOUSE ? UCH_TABLE_HOUSE : input->ref,
                          value);
  if (row == NULL)
    return NULL;
  if (row->schema->table == UCH_TABLE_ZONE)
    return g_strdup (UCH_ZONE (row)->name);
  return uch_register_dup_title (replica, row);
}

/**
 * uch_register_export:
 * @rows: (element-type UchEntity)
 *
 * Returns: (transfer full): a CSV file; sensitive fields are never in it
 */
GBytes *
uch_register_export (const UchRegister *of, UchReplica *replica, GListModel *rows)
{
  g_autoptr (UchExport) export = uch_export_new (of->table, NULL, lookup_cb, replica);

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (UchEntity) row = g_list_model_get_item (rows, i);

      uch_export_add (export, row);
    }
  return uch_export_finish (export);
}
