#include "server/admin/uch-admin-demo.h"

#include "store/uch-store-accounts.h"

/* The outbox the rows come from, and how many go in one commit. */
#define DEMO_CLIENT "demo"
#define ROWS_PER_PUSH 1000

/* The same for everybody, and printed: a demo store is for looking at. */
#define DEMO_PASSWORD "demo-uchastok"

typedef struct
{
  UchStore   *store;
  UchSession *session; /* owned */
  GPtrArray  *ops;     /* owned */
  GPtrArray  *staff;   /* owned */
  UchTime     now;
  gint64      mid;
  GError     *error; /* owned */
} Load;

/* "This row, as it is": only the store itself may say so. */
static UchCommand *
make_put (const UchEntity *row, UchTime now)
{
  GVariantDict     fields;
  g_autofree char *id = g_strconcat ("load-", row->id, NULL);

  g_variant_dict_init (&fields, NULL);
  for (guint i = 0; i < row->schema->n_fields; i++)
    {
      const UchField *field = &row->schema->fields[i];

      if (field->kind != UCH_FIELD_TEXT || uch_field_get_text (field, row) != NULL)
        g_variant_dict_insert_value (&fields, field->name, uch_field_get_variant (field, row));
    }
  return uch_command_new_with (id, UCH_COMMAND_PUT, now, "table", "s", row->schema->name, "id", "s",
                               row->id, "fields", "v", g_variant_dict_end (&fields), NULL);
}

static void
flush (Load *load)
{
  g_autoptr (GPtrArray) acks = NULL;
  gint64 last_mid, head;

  if (load->error != NULL || load->ops->len == 0)
    return;
  acks = uch_store_push (load->store, load->session, DEMO_CLIENT, load->ops, load->now, &last_mid,
                         &head, &load->error);
  for (guint i = 0; acks != NULL && load->error == NULL && i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);
      const UchStoreOp  *op = g_ptr_array_index (load->ops, i);

      if (ack->kind != UCH_VERDICT_OK)
        g_set_error (&load->error, UCH_STORE_ERROR, UCH_STORE_ERROR_FAILED, "%s: %s %s",
                     op->command->id, uch_refusal_get_nick (ack->refusal),
                     ack->field != NULL ? ack->field : "");
    }
  g_ptr_array_set_size (load->ops, 0);
}

static void
row_cb (UchEntity *row, gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (UchCommand) command = NULL;

  if (load->error != NULL)
    return;
  command = make_put (row, load->now);
  g_ptr_array_add (load->ops, uch_store_op_new (++load->mid, command));
  if (row->schema->table == UCH_TABLE_STAFF)
    g_ptr_array_add (load->staff, g_object_ref (row));
  if (load->ops->len >= ROWS_PER_PUSH)
    flush (load);
}

static gboolean
add_accounts (Load *load, UchDemoLoginFunc func, gpointer user_data, GError **error)
{
  for (guint i = 0; i < load->staff->len; i++)
    {
      const UchStaff *staff = g_ptr_array_index (load->staff, i);
      g_autoptr (UchAccount) account
          = uch_store_add_account (load->store, load->session, uch_demo_town_get_login (staff),
                                   DEMO_PASSWORD, staff->role, staff->parent.id, load->now, error);

      if (account == NULL)
        return FALSE;
      func (staff, DEMO_PASSWORD, user_data);
    }
  return TRUE;
}

/**
 * uch_admin_demo_fill:
 * @store: a new store
 * @func: (scope call): called for every account
 *
 * Fills a store with the demo town, as an import does: the store itself puts every row as it was.
 *
 * Returns: %FALSE with @error of #UchStoreError; the store may then hold a part of the town
 */
gboolean
uch_admin_demo_fill (UchStore             *store,
                     const UchDemoOptions *options,
                     UchDemoLoginFunc      func,
                     gpointer              user_data,
                     GError              **error)
{
  Load     load = { .store = store, .now = options->now };
  gboolean done;

  load.session = uch_session_new_local (UCH_ROLE_STORE, NULL, DEMO_CLIENT);
  load.ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  load.staff = g_ptr_array_new_with_free_func (g_object_unref);
  uch_demo_town_generate (options, row_cb, &load);
  flush (&load);
  done = load.error == NULL && add_accounts (&load, func, user_data, &load.error);
  if (load.error != NULL)
    g_propagate_error (error, load.error);
  g_ptr_array_unref (load.staff);
  g_ptr_array_unref (load.ops);
  g_object_unref (load.session);
  return done;
}
