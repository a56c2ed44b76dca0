#define G_LOG_DOMAIN "uch-crew"

#include "server/crew/uch-crew-line.h"

#include <libsoup/soup.h>
#include <string.h>

#include "server/admin/uch-certificate.h"

/* The store takes 64 connections from one address; whoever else works there needs some too. */
#define CONNECTIONS_MAX 24
#define TIMEOUT_S 30

struct _UchCrewLine
{
  SoupSession *session;
  char        *address, *origin;
  char        *fingerprint; /* (nullable): the certificate is signed by somebody known */
  char        *trouble;     /* (nullable): why there was no answer last */
  guint        n_open;
  UchCrewTally tally;
};

typedef struct
{
  UchCrewLine        *line;    /* (unowned) */
  SoupMessage        *message; /* (owned) */
  UchCrewAnsweredFunc func;
  gpointer            user_data;
} Call;

/**
 * uch_crew_line_new:
 * @address: https://HOST:PORT
 * @fingerprint: (nullable): SHA-256 of the store's certificate, when nobody has signed it
 *
 * Returns: (transfer full)
 */
UchCrewLine *
uch_crew_line_new (const char *address, const char *fingerprint)
{
  UchCrewLine *self = g_new0 (UchCrewLine, 1);
  gsize        len = strlen (address);

  while (len > 0 && address[len - 1] == '/')
    len--;
  self->address = g_strndup (address, len);
  self->origin = g_strdup (self->address);
  self->fingerprint = g_strdup (fingerprint);
  self->session = soup_session_new_with_options ("timeout", TIMEOUT_S, "max-conns", CONNECTIONS_MAX,
                                                 "max-conns-per-host", CONNECTIONS_MAX,
                                                 "proxy-resolver", NULL, NULL);
  self->tally.done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tally.refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
uch_crew_line_free (UchCrewLine *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->session);
  g_hash_table_unref (self->tally.done);
  g_hash_table_unref (self->tally.refused);
  g_free (self->address);
  g_free (self->origin);
  g_free (self->fingerprint);
  g_free (self->trouble);
  g_free (self);
}

static gboolean
accept_cb (SoupMessage         *message,
           GTlsCertificate     *certificate,
           GTlsCertificateFlags flaws,
           gpointer             user_data)
{
  const UchCrewLine *self = user_data;
  g_autofree char   *seen = NULL;

  if (self->fingerprint == NULL)
    return FALSE;
  seen = uch_certificate_dup_fingerprint (certificate);
  return g_ascii_strcasecmp (seen, self->fingerprint) == 0;
}

/* What the page's own script would send, or a desk. */
static void
dress (const UchCrewLine *self, SoupMessage *message, const UchCrewAsk *ask)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (ask->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", ask->token, NULL);

      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  if (ask->cookie != NULL)
    {
      soup_message_headers_replace (headers, "X-Uchastok", "1");
      soup_message_headers_replace (headers, "Origin", self->origin);
      if (*ask->cookie != '\0')
        soup_message_headers_replace (headers, "Cookie", ask->cookie);
    }
  if (ask->etag != NULL)
    soup_message_headers_replace (headers, "If-None-Match", ask->etag);
  if (ask->body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (ask->body, strlen (ask->body));

      soup_message_set_request_body_from_bytes (message, ask->type, bytes);
    }
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Call *call = user_data;
  g_autoptr (SoupMessage) message = call->message;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  UchCrewLine        *self = call->line;
  const char         *wait = soup_message_headers_get_one (headers, "Retry-After");
  g_autofree char    *cookie = NULL;
  UchCrewAnswer       answer = { 0 };

  self->n_open--;
  if (bytes == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_free (self->trouble);
      self->trouble = g_strdup (error->message);
      self->tally.n_failed++;
    }
  if (bytes != NULL)
    {
      const char *set = soup_message_headers_get_list (headers, "Set-Cookie");

      answer.status = soup_message_get_status (message);
      answer.body = g_bytes_get_data (bytes, &answer.len);
      answer.etag = soup_message_headers_get_one (headers, "ETag");
      answer.cookie = cookie = set != NULL ? g_strndup (set, strcspn (set, ";")) : NULL;
      answer.wait_ms = wait != NULL ? g_ascii_strtoll (wait, NULL, 10) * UCH_SECOND_MS : 0;
    }
  call->func (&answer, call->user_data);
}

/**
 * uch_crew_line_ask:
 * @func: called once, later, also when there is no answer
 */
void
uch_crew_line_ask (UchCrewLine        *self,
                   const UchCrewAsk   *ask,
                   UchCrewAnsweredFunc func,
                   gpointer            user_data)
{
  g_autofree char *url = g_strconcat (self->address, ask->path, NULL);
  Call            *call = g_new0 (Call, 1);

  call->line = self;
  call->message = soup_message_new (ask->method, url);
  call->func = func;
  call->user_data = user_data;
  g_signal_connect (call->message, "accept-certificate", G_CALLBACK (accept_cb), self);
  dress (self, call->message, ask);
  self->n_open++;
  soup_session_send_and_read_async (self->session, call->message, G_PRIORITY_DEFAULT,
                                    ask->cancellable, answered_cb, call);
}

/**
 * uch_crew_line_abort:
 *
 * Gives up on all that is asked; what was to be called is called.
 */
void
uch_crew_line_abort (UchCrewLine *self)
{
  soup_session_abort (self->session);
}

guint
uch_crew_line_get_n_open (UchCrewLine *self)
{
  return self->n_open;
}

/**
 * uch_crew_line_get_trouble:
 *
 * Returns: (nullable): why there was no answer last
 */
const char *
uch_crew_line_get_trouble (UchCrewLine *self)
{
  return self->trouble;
}

UchCrewTally *
uch_crew_line_get_tally (UchCrewLine *self)
{
  return &self->tally;
}

/**
 * uch_crew_tally_count:
 * @code: (nullable)
 */
void
uch_crew_tally_count (GHashTable *counts, const char *what, const char *code)
{
  char *key = code != NULL ? g_strconcat (what, " ", code, NULL) : g_strdup (what);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));

  g_hash_table_replace (counts, key, GUINT_TO_POINTER (n + 1));
}
