/* An answer of what may be no store at all: the first two bytes are the status, the rest is the
 * body. Every one but success becomes an error that a person can read. */
#include "replica/uch-sync-session.c"

#include "fuzz.h"

static void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == UCH_SYNC_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static UchSyncClient *client;
  UchSyncReply          reply = { 0 };
  g_autoptr (GError) refused = NULL, error = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *token = NULL;

  if (size < 2)
    return 0;
  if (client == NULL)
    client = uch_sync_client_new ("https://store.example", NULL, "fuzz");
  reply.status = 100 + (data[0] * 256u + data[1]) % 500;
  reply.body = g_bytes_new_static (data + 2, size - 2);
  refused = uch_sync_reply_dup_error (&reply);
  if (refused == NULL)
    g_assert_true (SOUP_STATUS_IS_SUCCESSFUL (reply.status));
  else
    check_error (refused);
  token = take_welcome (client, &reply, &error);
  if (token == NULL)
    check_error (error);
  uch_sync_reply_get_code (&reply, &root);
  g_bytes_unref (reply.body);
  return 0;
}
