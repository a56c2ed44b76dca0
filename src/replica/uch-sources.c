/* The machine's own clock and randomness. No other file of this room asks for them: they are handed
 * in, so that a test can replay any day. */
#define G_LOG_DOMAIN "uch-replica"

#include <sys/random.h>

#include "replica/uch-replica-db.h"

static UchTime
system_now (gpointer data)
{
  return g_get_real_time () / 1000;
}

static void
system_random (guint8 *buffer, gsize len, gpointer data)
{
  if (getrandom (buffer, len, 0) != (gssize) len)
    g_error ("the system gives no randomness");
}

/* For programs. */
const UchSources uch_sources_system = { system_now, system_random, NULL };

/**
 * uch_sources_pick:
 *
 * Returns: a number from 0 up to @n, without it; 0 when @n is 0
 */
guint
uch_sources_pick (const UchSources *sources, guint n)
{
  guint32 number;

  sources->random ((guint8 *) &number, sizeof number, sources->data);
  return n > 0 ? number % n : 0;
}
