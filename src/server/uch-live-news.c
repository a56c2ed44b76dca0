/* News: a small page of the feed for who is near, a poke for who is far. At most one of them is not
 * answered, so that a slow client costs one page; who misses it asks /v1/changes. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-live-private.h"

/* Who is further behind asks for himself: a page costs each of the others the same. */
#define BEHIND_MAX 64
#define ROWS_MAX 200
#define LEN_MAX (32 * 1024)
/* Pages kept for those who answer a little later. */
#define PAGES_MAX 16

struct _UchLivePage
{
  grefcount   ref_count;
  UchServer  *server;  /* (owned) */
  UchSession *session; /* (owned): of one of those who see the same */
  gint64      from, to;
  char       *text; /* (nullable): while it is made, and when it was too long */
  gboolean    made;
};

static UchLivePage *
page_ref (UchLivePage *page)
{
  g_ref_count_inc (&page->ref_count);
  return page;
}

void
uch_live_page_unref (gpointer data)
{
  UchLivePage *page = data;

  if (!g_ref_count_dec (&page->ref_count))
    return;
  g_object_unref (page->server);
  g_object_unref (page->session);
  g_free (page->text);
  g_free (page);
}

static void
poke (UchLiveClient *client)
{
  g_autofree char *text
      = g_strdup_printf ("{\"type\":\"poke\",\"head\":%" G_GINT64_FORMAT "}", client->head);

  uch_live_client_send (client, text);
}

/* What the page is for has come about: all who wait for it get it, or a poke in its place. */
static void
deliver (UchLive *self, UchLivePage *page)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i);

      if (client->page != page)
        continue;
      g_clear_pointer (&client->page, uch_live_page_unref);
      if (page->text != NULL)
        uch_live_client_send (client, page->text);
      else
        poke (client);
    }
}

/* What the reading thread is given, and what it gives. */
typedef struct
{
  UchSession *session; /* (owned) */
  gint64      from;
  char       *uuid;
} Ask;

typedef struct
{
  char  *text; /* (nullable): it would be too long */
  gint64 to;
} Made;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->session);
  g_free (ask->uuid);
  g_free (ask);
}

static void
made_free (gpointer data)
{
  g_free (((Made *) data)->text);
  g_free (data);
}

static gpointer
make_func (UchStore *store, gpointer data, GError **error)
{
  const Ask *asked = data;
  g_autoptr (UchStorePage) page
      = uch_store_list_changes (store, asked->session, asked->from, ROWS_MAX, error);
  Made *made;

  if (page == NULL)
    return NULL;
  made = g_new0 (Made, 1);
  made->to = page->to;
  if (!page->more)
    {
      g_autofree char *json = uch_feed_print_page (asked->uuid, page);

      if (strlen (json) <= LEN_MAX)
        made->text = g_strconcat ("{\"type\":\"chg\",", json + 1, NULL);
    }
  return made;
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  UchLivePage *page = user_data;
  g_autoptr (UchServer) server = g_object_ref (page->server);
  g_autoptr (GError) error = NULL;
  Made *made = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  page->made = TRUE;
  if (made != NULL)
    {
      page->to = made->to;
      page->text = g_steal_pointer (&made->text);
      made_free (made);
    }
  else
    g_message ("cannot read the news for live connections: %s", error->message);
  if (server->live != NULL)
    deliver (server->live, page);
  uch_live_page_unref (page);
}

/* The page that begins where @client stands, begun if there is none yet. */
static UchLivePage *
find_page (UchLiveClient *client)
{
  UchLive     *self = client->live;
  UchLivePage *page;
  Ask         *ask;

  for (guint i = self->news->len; i-- > 0;)
    {
      page = g_ptr_array_index (self->news, i);
      if (page->from == client->cursor && (!page->made || page->to >= client->head)
          && uch_store_roles_see_the_same (page->session->role, client->session->role))
        return page;
    }
  page = g_new0 (UchLivePage, 1);
  g_ref_count_init (&page->ref_count);
  page->server = g_object_ref (self->server);
  page->session = g_object_ref (client->session);
  page->from = client->cursor;
  if (self->news->len == PAGES_MAX)
    g_ptr_array_remove_index (self->news, 0);
  g_ptr_array_add (self->news, page);
  ask = g_new0 (Ask, 1);
  ask->session = g_object_ref (client->session);
  ask->from = client->cursor;
  ask->uuid = g_strdup (uch_store_async_get_uuid (self->server->store));
  uch_store_async_read (self->server->store, make_func, ask, ask_free, made_free, NULL, made_cb,
                        page_ref (page));
  return page;
}

/**
 * uch_live_client_tell_news:
 * @head: the newest that there is
 *
 * Tells @client that there is news, now, or when it has answered what it was told before.
 */
void
uch_live_client_tell_news (UchLiveClient *client, gint64 head)
{
  UchLivePage *page;

  client->head = MAX (client->head, head);
  if (client->poked)
    return;
  client->poked = TRUE;
  if (client->cursor < 0 || client->cursor > client->head
      || client->head - client->cursor > BEHIND_MAX)
    {
      poke (client);
      return;
    }
  page = find_page (client);
  if (!page->made)
    client->page = page_ref (page);
  else if (page->text != NULL)
    uch_live_client_send (client, page->text);
  else
    poke (client);
}

/* The client says how far it is: it may hear of more. */
void
uch_live_hear_cursor (UchLiveClient *client, gint64 cursor)
{
  g_clear_pointer (&client->page, uch_live_page_unref);
  client->poked = FALSE;
  client->cursor = cursor;
  if (cursor < client->head)
    uch_live_client_tell_news (client, client->head);
}

/* Somebody committed. */
void
uch_live_poke (UchLive *self, gint64 head)
{
  for (guint i = 0; i < self->clients->len; i++)
    uch_live_client_tell_news (g_ptr_array_index (self->clients, i), head);
}
