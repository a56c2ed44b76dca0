/* Hearing of what others do. What this process commits is told at once; what others commit, and
 * say, comes over the line where the database has one between its clients. A look at the head every
 * other second finds every commit, whoever made it and whatever was lost on the way. */

#define G_LOG_DOMAIN "uch-store"

#include <string.h>

#include "store/uch-store-async-private.h"
#include "store/uch-store-backend.h"

/* A commit whose message was lost is found within this time. */
#define POLL_MS 2000

typedef struct
{
  char *topic;
  char *payload;
} Words;

struct _UchStoreWatch
{
  UchStoreAsync         *store; /* (unowned) */
  const UchStoreWatcher *watcher;
  gpointer               user_data;
  GMainContext          *context; /* (owned) */
  GSource               *poll;    /* (owned) */
  GCancellable          *stopped; /* (owned) */
  gint64                 told;    /* the head that the watcher knows */
  gint64                 head;    /* the head that is known here */
  GQueue                 words;   /* of Words (owned), not yet told */
  GSource               *telling; /* (owned) (nullable) */
  gboolean               polling; /* one look is under way */
  UchStoreLine          *line;    /* (owned) (nullable): to the other processes */
  gboolean               lost;    /* words may have been; not yet told */
};

static void
words_free (gpointer data)
{
  Words *words = data;

  g_free (words->topic);
  g_free (words->payload);
  g_free (words);
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
tell_cb (gpointer user_data)
{
  UchStoreWatch *self = user_data;
  g_autoptr (UchStoreAsync) store = g_object_ref (self->store);
  g_autoptr (GCancellable) stopped = g_object_ref (self->stopped);
  Words *words;

  g_clear_pointer (&self->telling, g_source_unref);
  if (self->head > self->told)
    {
      self->told = self->head;
      self->watcher->moved (store, self->told, self->user_data);
    }
  if (!g_cancellable_is_cancelled (stopped) && self->lost)
    {
      self->lost = FALSE;
      if (self->watcher->lost != NULL)
        self->watcher->lost (store, self->user_data);
    }
  while (!g_cancellable_is_cancelled (stopped) && (words = g_queue_pop_head (&self->words)) != NULL)
    {
      if (self->watcher->heard != NULL)
        self->watcher->heard (store, words->topic, words->payload, self->user_data);
      words_free (words);
    }
  return G_SOURCE_REMOVE;
}

/* Later and together: who committed or spoke is not called back from within. */
static void
tell_soon (UchStoreWatch *self)
{
  if (self->telling != NULL)
    return;
  self->telling = g_idle_source_new ();
  g_source_set_priority (self->telling, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->telling, tell_cb, self, NULL);
  g_source_attach (self->telling, self->context);
}

/* The head is known to have come so far. */
void
uch_store_watch_note (UchStoreWatch *self, gint64 head)
{
  if (head <= self->head)
    return;
  self->head = head;
  tell_soon (self);
}

static gpointer
head_func (UchStore *store, gpointer data, GError **error)
{
  gint64 head;

  return uch_store_get_head (store, &head, NULL, error) ? g_memdup2 (&head, sizeof head) : NULL;
}

static void
head_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* An error here stands at every other use of the store, too; the next look may do better. */
  g_autofree gint64 *head = uch_store_async_finish (UCH_STORE_ASYNC (source), result, NULL);
  g_autoptr (GTask) task = user_data;
  UchStoreWatch *self = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;
  self->polling = FALSE;
  if (head != NULL)
    uch_store_watch_note (self, *head);
  g_task_return_boolean (task, TRUE);
}

static gboolean
poll_cb (gpointer user_data)
{
  UchStoreWatch *self = user_data;
  GTask         *task;

  if (self->polling)
    return G_SOURCE_CONTINUE;
  self->polling = TRUE;
  /* Knows whether the watch is still there when the answer comes. */
  task = g_task_new (NULL, self->stopped, NULL, NULL);
  g_task_set_task_data (task, self, NULL);
  uch_store_async_read (self->store, head_func, NULL, NULL, g_free, NULL, head_cb, task);
  return G_SOURCE_CONTINUE;
}

static void
add_words (UchStoreWatch *self, const char *topic, gsize topic_len, const char *payload)
{
  Words *words = g_new0 (Words, 1);

  words->topic = g_strndup (topic, topic_len);
  words->payload = g_strdup (payload);
  g_queue_push_tail (&self->words, words);
  tell_soon (self);
}

static void
heard_cb (const char *text, gpointer user_data)
{
  UchStoreWatch *self = user_data;
  const char    *topic = text + strlen (UCH_STORE_LINE_WORDS);

  if (g_str_has_prefix (text, UCH_STORE_LINE_HEAD))
    uch_store_watch_note (self, g_ascii_strtoll (text + strlen (UCH_STORE_LINE_HEAD), NULL, 10));
  else if (g_str_has_prefix (text, UCH_STORE_LINE_WORDS) && strchr (topic, ' ') != NULL)
    add_words (self, topic, strcspn (topic, " "), strchr (topic, ' ') + 1);
}

static void
connected_cb (gboolean again, gpointer user_data)
{
  UchStoreWatch *self = user_data;

  /* From now on commits are heard of; those before must be looked for. */
  poll_cb (self);
  self->lost = self->lost || again;
  if (again)
    tell_soon (self);
}

UchStoreWatch *
uch_store_watch_new (UchStoreAsync *store, const UchStoreWatcher *watcher, gpointer user_data)
{
  static const UchStoreLineFuncs line_funcs = { heard_cb, connected_cb };
  UchStoreWatch                 *self = g_new0 (UchStoreWatch, 1);

  self->store = store;
  self->watcher = watcher;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->stopped = g_cancellable_new ();
  g_queue_init (&self->words);
  self->poll = g_timeout_source_new (POLL_MS);
  g_source_set_callback (self->poll, poll_cb, self, NULL);
  g_source_attach (self->poll, self->context);
  self->line = uch_store_async_open_line (store, &line_funcs, self);
  poll_cb (self);
  return self;
}

void
uch_store_watch_free (UchStoreWatch *self)
{
  if (self == NULL)
    return;
  if (self->line != NULL)
    self->line->free (self->line);
  g_cancellable_cancel (self->stopped);
  g_clear_object (&self->stopped);
  drop_source (&self->poll);
  drop_source (&self->telling);
  g_queue_clear_full (&self->words, words_free);
  g_main_context_unref (self->context);
  g_free (self);
}

void
uch_store_watch_tell (UchStoreWatch *self, const char *topic, const char *payload)
{
  g_autofree char *text = NULL;

  if (self->line == NULL)
    {
      add_words (self, topic, strlen (topic), payload);
      return;
    }
  text = g_strconcat (UCH_STORE_LINE_WORDS, topic, " ", payload, NULL);
  self->line->say (self->line, text);
}
