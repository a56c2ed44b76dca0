/* Many clients at once, each with a thread and a connection of its own. */
#pragma once

#include "bench/bench.h"

/* One client that asks again as soon as it is answered. */
typedef struct
{
  Bench     *bench;
  BenchLink *link;
  guint      index;
  gint64     end_us;
  GArray    *took_us; /* of gint64 */
} BenchClient;

typedef struct
{
  double  per_second, cpu; /* the daemon's share: 1 is one processor */
  GArray *took_us;         /* of gint64 */
} BenchLoad;

/* Lets @n clients ask for @seconds; @token: NULL for strangers. */
void bench_load_run (
    Bench *bench, const char *token, guint n, guint seconds, GThreadFunc func, BenchLoad *out);

/* For the above: pushes one note after the other. */
gpointer bench_push_thread (gpointer client);
