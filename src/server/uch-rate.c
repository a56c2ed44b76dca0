#include "server/uch-rate.h"

/* More than this are forgotten together: the memory stays bounded, and whoever was about to be
 * held up asks a burst more. */
#define BUCKETS_MAX 50000

typedef struct
{
  double left;
  gint64 at_us;
} Bucket;

struct _UchRate
{
  GHashTable *buckets; /* who (owned) → Bucket (owned) */
  guint       per_s, burst_max;
};

UchRate *
uch_rate_new (guint per_s, guint burst_max)
{
  UchRate *self = g_new0 (UchRate, 1);

  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->per_s = per_s;
  self->burst_max = burst_max;
  return self;
}

void
uch_rate_free (UchRate *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->buckets);
  g_free (self);
}

/* Whether @who has asked lately. */
gboolean
uch_rate_knows (UchRate *self, const char *who)
{
  return g_hash_table_contains (self->buckets, who);
}

static double
get_left (UchRate *self, const Bucket *bucket, gint64 now_us)
{
  double grown = bucket->left + (double) (now_us - bucket->at_us) / G_USEC_PER_SEC * self->per_s;

  return MIN (grown, self->burst_max);
}

/* Whether @who could ask now; costs nothing. */
gboolean
uch_rate_has (UchRate *self, const char *who, gint64 now_us)
{
  const Bucket *bucket = g_hash_table_lookup (self->buckets, who);

  return bucket == NULL || get_left (self, bucket, now_us) >= 1;
}

/**
 * uch_rate_take:
 * @who: an address or a token
 * @cost: 1 for an ordinary request
 * @now_us: a clock that never goes back
 *
 * Returns: whether @who may ask; what is refused costs nothing
 */
gboolean
uch_rate_take (UchRate *self, const char *who, double cost, gint64 now_us)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, who);

  if (bucket == NULL)
    {
      if (g_hash_table_size (self->buckets) >= BUCKETS_MAX)
        g_hash_table_remove_all (self->buckets);
      bucket = g_new0 (Bucket, 1);
      bucket->left = self->burst_max;
      bucket->at_us = now_us;
      g_hash_table_insert (self->buckets, g_strdup (who), bucket);
    }
  bucket->left = get_left (self, bucket, now_us);
  bucket->at_us = now_us;
  if (bucket->left < cost)
    return FALSE;
  bucket->left -= cost;
  return TRUE;
}

static gboolean
is_old (gpointer key, gpointer value, gpointer user_data)
{
  return ((Bucket *) value)->at_us < *(gint64 *) user_data;
}

/* Forgets who has not asked since @before_us: his right is whole again. */
void
uch_rate_forget (UchRate *self, gint64 before_us)
{
  g_hash_table_foreach_remove (self->buckets, is_old, &before_us);
}
