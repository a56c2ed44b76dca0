/* A push into a real store in memory: whatever is in it, the store answers every operation, and
 * the rows it then has go over the wire. The token of the push is tried as one, too. */
#include "fuzz.h"
#include "store/uch-store-private.h"
#include "sync/uch-wire.h"

#define NOW G_GINT64_CONSTANT (1788246000000)

static void
zero_cb (guint8 *buffer, gsize len, gpointer user_data)
{
  static guint8 count;

  for (gsize i = 0; i < len; i++)
    buffer[i] = count++;
}

static void
begin_office (UchStore *store)
{
  static const char text[]
      = "{\"store\":\"s\",\"client\":\"setup\",\"schema\":1,\"ops\":["
        "{\"mid\":1,\"id\":\"op-1\",\"type\":\"row.put\",\"at\":1788246000000,\"args\":"
        "{\"table\":\"zone\",\"id\":\"z1\",\"fields\":{\"name\":\"1\",\"number\":1}}},"
        "{\"mid\":2,\"id\":\"op-2\",\"type\":\"row.put\",\"at\":1788246000000,\"args\":"
        "{\"table\":\"house\",\"id\":\"h1\",\"fields\":{\"street\":\"Мира\",\"number\":\"1\","
        "\"zone_id\":\"z1\",\"access\":\"ключ\"}}},"
        "{\"mid\":3,\"id\":\"op-3\",\"type\":\"row.put\",\"at\":1788246000000,\"args\":"
        "{\"table\":\"staff\",\"id\":\"ivan\",\"fields\":{\"name\":\"Иван\",\"role\":\"engineer\","
        "\"zones\":\"z1\"}}},"
        "{\"mid\":4,\"id\":\"op-4\",\"type\":\"row.put\",\"at\":1788246000000,\"args\":"
        "{\"table\":\"staff\",\"id\":\"boss\",\"fields\":{\"name\":\"Босс\",\"role\":\"head\"}}},"
        "{\"mid\":5,\"id\":\"op-5\",\"type\":\"ticket.create\",\"at\":1788246000000,\"args\":"
        "{\"ticket\":\"t1\",\"fields\":{\"category\":\"support.wifi\",\"house_id\":\"h1\"}}},"
        "{\"mid\":6,\"id\":\"op-6\",\"type\":\"visit.assign\",\"at\":1788246000000,\"args\":"
        "{\"ticket\":\"t1\",\"visit\":\"v1\",\"engineer\":\"ivan\"}}]}";
  g_autoptr (UchSession) boss = uch_session_new_local (UCH_ROLE_HEAD, "boss", "fuzz");
  g_autoptr (GPtrArray) ops = fuzz_decode_store_ops (text, -1, NULL);
  g_autoptr (GPtrArray) acks = NULL;
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;

  acks = uch_store_push (store, boss, "setup", ops, NOW, &last_mid, &head, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < acks->len; i++)
    g_assert_cmpint (((UchStoreAck *) g_ptr_array_index (acks, i))->kind, ==, UCH_VERDICT_OK);
}

static void
check_acks (GPtrArray *ops, GPtrArray *acks, gint64 head_before)
{
  for (guint i = 0; i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);

      g_assert_cmpint (ack->mid, ==, ((UchStoreOp *) g_ptr_array_index (ops, i))->mid);
      g_assert_cmpint (ack->seq, >, 0);
      g_assert_true ((ack->kind == UCH_VERDICT_OK) == (ack->refusal == UCH_REFUSAL_NONE));
    }
}

/* Every row that the push has led to can be read by a desk. */
static void
check_rows (UchStore *store, gint64 head_before)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rows = store->backend->klass->list_changed (
          store->backend, uch_schema_get (table), head_before, G_MAXINT64, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < rows->len; i++)
        {
          UchEntity       *row = g_ptr_array_index (rows, i);
          g_autofree char *text = uch_wire_encode_entity (row);
          g_autoptr (UchEntity) back = uch_wire_decode_entity (table, text, -1, &error);

          if (back == NULL)
            g_error ("the row %s cannot be read: %s", text, error->message);
          g_assert_true (uch_entity_equal (row, back));
        }
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static UchStore   *store;
  static UchSession *boss;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) acks = NULL, ops = NULL;
  gint64 last_mid, head_before;
  char  *client;

  if (store == NULL)
    {
      store = uch_store_open ("sqlite::memory:", UCH_STORE_CREATE, zero_cb, NULL, NOW, &error);
      g_assert_no_error (error);
      begin_office (store);
      boss = uch_session_new_local (UCH_ROLE_HEAD, "boss", "fuzz");
    }
  ops = fuzz_decode_store_ops ((const char *) data, (gssize) size, &client);
  if (ops == NULL)
    return 0;
  g_assert_true (uch_store_begin (store, NULL));
  head_before = store->head;
  acks = uch_store_push_within (store, boss, client, ops, NOW, &last_mid, &error);
  g_assert_true ((acks == NULL) == (error != NULL));
  if (acks == NULL && !g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP)
      && !g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID))
    g_error ("the store cannot answer: %s", error->message);
  if (acks != NULL)
    {
      check_acks (ops, acks, head_before);
      check_rows (store, head_before);
    }
  uch_store_rollback (store);
  g_free (client);
  return 0;
}
