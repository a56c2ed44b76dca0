/* What the live connection tells a desk: where engineers are, who looks at what. */
#include "replica/uch-sync-live.c"

#include "fuzz.h"

static void
check_lists (UchSyncClient *client)
{
  GHashTableIter iter;
  gpointer       id, value;

  if (client->positions != NULL)
    {
      g_hash_table_iter_init (&iter, client->positions);
      while (g_hash_table_iter_next (&iter, &id, &value))
        g_assert_cmpstr (id, ==, ((UchLivePosition *) value)->engineer_id);
    }
  for (guint i = 0; i < client->presence->len; i++)
    {
      const UchPresence *one = g_ptr_array_index (client->presence, i);

      g_assert_nonnull (one->staff_id);
      g_assert_nonnull (one->ticket_id);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static UchSyncClient *client;
  g_autoptr (JsonNode) root = uch_wire_parse_json ((const char *) data, (gssize) size, NULL);
  JsonObject *message;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return 0;
  if (client == NULL)
    client = uch_sync_client_new ("https://store.example", NULL, "fuzz");
  message = json_node_get_object (root);
  get_int (message, "head");
  get_int (message, "time");
  g_clear_pointer (&client->positions, g_hash_table_unref);
  g_ptr_array_set_size (client->presence, 0);
  take_list (client, message, "positions", take_position);
  take_list (client, message, "present", take_presence);
  check_lists (client);
  return 0;
}
