#include "server/admin/uch-cli-scrape.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>
#include <libsoup/soup.h>

#include "server/admin/uch-certificate.h"

#define TIMEOUT_S 10

static gboolean
is_loopback (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GInetAddress) host = uri != NULL && g_uri_get_host (uri) != NULL
                                      ? g_inet_address_new_from_string (g_uri_get_host (uri))
                                      : NULL;

  return host != NULL && g_inet_address_get_is_loopback (host);
}

/* On this machine nobody stands between us; elsewhere the certificate must be good, or the one
 * that was named. */
static gboolean
accept_cb (SoupMessage         *message,
           GTlsCertificate     *certificate,
           GTlsCertificateFlags flaws,
           gpointer             user_data)
{
  const UchCliScrape *self = user_data;
  g_autofree char    *fingerprint = NULL;

  if (self->fingerprint == NULL)
    return is_loopback (self->address) && self->token == NULL;
  fingerprint = uch_certificate_dup_fingerprint (certificate);
  return g_ascii_strcasecmp (fingerprint, self->fingerprint) == 0;
}

static GHashTable *
parse (const char *text)
{
  GHashTable *samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *space = strrchr (lines[i], ' ');
      double      value;

      if (*lines[i] == '#' || space == NULL)
        continue;
      value = g_ascii_strtod (space + 1, NULL);
      g_hash_table_replace (samples, g_strndup (lines[i], (gsize) (space - lines[i])),
                            g_memdup2 (&value, sizeof value));
    }
  return samples;
}

/**
 * uch_cli_scrape:
 *
 * Asks a daemon for its metrics. Blocks for ten seconds at most.
 *
 * Returns: (transfer full) (nullable): the samples
 */
GHashTable *
uch_cli_scrape (const UchCliScrape *self, GError **error)
{
  g_autofree char *url = g_strconcat (self->address, "/metrics", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (SoupSession) session
      = soup_session_new_with_options ("timeout", TIMEOUT_S, "proxy-resolver", NULL, NULL);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;

  if (message == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is no address such as https://HOST:PORT"), self->address);
      return NULL;
    }
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_cb), (gpointer) self);
  if (self->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  body = soup_session_send_and_read (session, message, NULL, error);
  if (body == NULL)
    return NULL;
  if (soup_message_get_status (message) != SOUP_STATUS_OK)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("it answers %u %s"),
                   soup_message_get_status (message), soup_message_get_reason_phrase (message));
      return NULL;
    }
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  return parse (text);
}

/**
 * uch_cli_scrape_get:
 * @name: without "uchastok_"
 *
 * Returns: the sample; 0 when it is not there
 */
double
uch_cli_scrape_get (GHashTable *samples, const char *name)
{
  g_autofree char *full = g_str_has_prefix (name, "process_")
                              ? g_strdup (name)
                              : g_strconcat ("uchastok_", name, NULL);
  const double    *value = g_hash_table_lookup (samples, full);

  return value != NULL ? *value : 0;
}

typedef struct
{
  double bound, n;
} Bucket;

static int
compare_buckets (gconstpointer a, gconstpointer b)
{
  double one = ((const Bucket *) a)->bound, other = ((const Bucket *) b)->bound;

  return one < other ? -1 : one > other;
}

/**
 * uch_cli_scrape_get_quantile:
 * @name: of a histogram, without "uchastok_"
 * @labels: (nullable): of its samples
 * @q: 0 … 1
 *
 * Returns: the value below which that share lies, in the histogram's unit, evenly spread within
 *     its bucket as Prometheus' histogram_quantile() has it; beyond the last bound that bound; NaN
 *     when there is nothing
 */
double
uch_cli_scrape_get_quantile (GHashTable *samples, const char *name, const char *labels, double q)
{
  g_autofree char *start
      = g_strdup_printf ("uchastok_%s_bucket{%s%sle=\"", name, labels != NULL ? labels : "",
                         labels != NULL ? "," : "");
  g_autoptr (GArray) buckets = g_array_new (FALSE, FALSE, sizeof (Bucket));
  GHashTableIter iter;
  gpointer       key, value;
  Bucket         below = { 0, 0 };
  double         wanted;

  g_hash_table_iter_init (&iter, samples);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, start))
      {
        Bucket one = { g_ascii_strtod ((char *) key + strlen (start), NULL), *(double *) value };

        g_array_append_val (buckets, one);
      }
  g_array_sort (buckets, compare_buckets);
  if (buckets->len == 0 || g_array_index (buckets, Bucket, buckets->len - 1).n <= 0)
    return NAN;
  wanted = q * g_array_index (buckets, Bucket, buckets->len - 1).n;
  for (guint i = 0; i < buckets->len; i++)
    {
      Bucket one = g_array_index (buckets, Bucket, i);

      if (one.n >= wanted && isinf (one.bound))
        return below.bound;
      if (one.n >= wanted)
        return one.n <= below.n
                   ? one.bound
                   : below.bound
                         + (one.bound - below.bound) * (wanted - below.n) / (one.n - below.n);
      below = one;
    }
  return below.bound;
}
