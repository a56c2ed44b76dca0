#include "server/admin/uch-admin-demo.h"

#include "core/uch-place.h"
#include "core/uch-work.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store-load.h"
#include "store/uch-store-positions.h"

/* The outbox the rows come from, and how many go in one commit. */
#define DEMO_CLIENT "demo"
#define HISTORY_CLIENT "demo-history"
#define ROWS_PER_PUSH 1000

/* Older tickets are history: written as they are, a hundred times as fast. */
#define HISTORY_AGE_MS (7 * UCH_DAY_MS)
#define ROWS_PER_LOAD 20000

/* The same for everybody, and printed: a demo store is for looking at. */
#define DEMO_PASSWORD "demo-uchastok"

/* How far from his centre or house an engineer is, and how long ago he was seen there. */
#define STRAY_DEG 0.004
#define SEEN_AGO_MS (4 * UCH_MINUTE_MS)

typedef struct
{
  UchStore   *store;
  UchSession *session;    /* owned */
  GPtrArray  *ops;        /* owned */
  GPtrArray  *staff;      /* owned */
  GHashTable *rows;       /* owned: id → centre or house (owned) */
  GHashTable *visits;     /* owned: engineer's id → the house (unowned) where he is */
  GPtrArray  *history;    /* owned: rows that are not pushed yet */
  gboolean    is_history; /* the ticket that came last */
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
flush_history (Load *load)
{
  if (load->error == NULL && load->history->len > 0)
    uch_store_load (load->store, load->history, HISTORY_CLIENT, load->now, &load->error);
  g_ptr_array_set_size (load->history, 0);
}

/* Tickets come with what belongs to them, the oldest first, after all that they name. */
static gboolean
take_history (Load *load, UchEntity *row)
{
  if (row->schema->table == UCH_TABLE_TICKET)
    {
      load->is_history = UCH_TICKET (row)->created_at < load->now - HISTORY_AGE_MS;
      if (!load->is_history)
        flush_history (load);
    }
  if (load->history->len >= ROWS_PER_LOAD && row->schema->table <= UCH_TABLE_TICKET)
    flush_history (load);
  if (row->schema->table == UCH_TABLE_CLIENT)
    load->is_history = TRUE;
  if (!load->is_history)
    return FALSE;
  flush (load);
  g_ptr_array_add (load->history, g_object_ref (row));
  return TRUE;
}

/* What is needed to say where everybody is. */
static void
note_place (Load *load, UchEntity *row)
{
  const UchVisit *visit = UCH_VISIT (row);

  if (row->schema->table == UCH_TABLE_STAFF)
    g_ptr_array_add (load->staff, g_object_ref (row));
  else if (row->schema->table == UCH_TABLE_CENTRE || row->schema->table == UCH_TABLE_HOUSE)
    g_hash_table_insert (load->rows, row->id, g_object_ref (row));
  else if (row->schema->table == UCH_TABLE_VISIT && visit->state == UCH_VISIT_ON_SITE)
    g_hash_table_insert (load->visits, g_strdup (visit->engineer_id),
                         g_hash_table_lookup (load->rows, visit->house_id));
}

/* Whoever is at a client's house is seen there, everybody else on shift near his centre; positions
 * of those who are off shift are dropped by the store itself. */
static gboolean
add_positions (Load *load, guint32 seed, GError **error)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < load->staff->len; i++)
    {
      const UchStaff  *staff = g_ptr_array_index (load->staff, i);
      const UchHouse  *house = g_hash_table_lookup (load->visits, staff->parent.id);
      const UchCentre *centre
          = staff->centre_id != NULL ? g_hash_table_lookup (load->rows, staff->centre_id) : NULL;
      UchPosition     position = { .accuracy_m = 12, .speed_mps = 0, .course_deg = -1 };
      UchPositionFate fate;

      if (house == NULL && centre == NULL)
        continue;
      position.at = load->now - g_rand_int_range (rand, 0, (gint32) SEEN_AGO_MS);
      position.battery_percent = g_rand_int_range (rand, 20, 100);
      position.latitude = house != NULL ? house->latitude : centre->latitude;
      position.longitude = house != NULL ? house->longitude : centre->longitude;
      if (house == NULL)
        {
          position.latitude += g_rand_double_range (rand, -STRAY_DEG, STRAY_DEG);
          position.longitude += g_rand_double_range (rand, -STRAY_DEG, STRAY_DEG);
        }
      if (!uch_store_record_positions (load->store, staff->parent.id, DEMO_CLIENT, &position, 1,
                                       load->now, &fate, error))
        return FALSE;
    }
  return TRUE;
}

static void
row_cb (UchEntity *row, gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (UchCommand) command = NULL;

  if (load->error != NULL || take_history (load, row))
    return;
  command = make_put (row, load->now);
  g_ptr_array_add (load->ops, uch_store_op_new (++load->mid, command));
  note_place (load, row);
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
  load.rows = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  load.history = g_ptr_array_new_with_free_func (g_object_unref);
  load.visits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  uch_demo_town_generate (options, row_cb, &load);
  flush_history (&load);
  flush (&load);
  done = load.error == NULL && add_positions (&load, options->seed, &load.error)
         && add_accounts (&load, func, user_data, &load.error);
  if (load.error != NULL)
    g_propagate_error (error, load.error);
  g_hash_table_unref (load.visits);
  g_hash_table_unref (load.rows);
  g_ptr_array_unref (load.history);
  g_ptr_array_unref (load.staff);
  g_ptr_array_unref (load.ops);
  g_object_unref (load.session);
  return done;
}
