/* What the benchmarks of the store share: a real office behind a real daemon, and figures. */
#pragma once

#include "bench/http.h"

#define BENCH_PASSWORD "a long secret"

typedef struct
{
  char        *folder; /* all that is written lies in it */
  char        *data;   /* the store's own folder */
  GSubprocess *daemon; /* (nullable) */
  guint16      port;
  char        *token, *store, *house, *staff, *secret;
} Bench;

void  bench_begin (Bench *self);
void  bench_start (Bench *self);
void  bench_stop (Bench *self);
void  bench_end (Bench *self);
char *bench_admin (Bench *self, const char *input, ...) G_GNUC_NULL_TERMINATED;
char *bench_find (const char *json, const char *query);
char *bench_dup_path (Bench *self, const char *name);

/* The processor's time that the daemon has used so far, in seconds. */
double bench_get_cpu_s (Bench *self);

double bench_percentile_ms (GArray *took_us, double share);

/* Runs the peer with these arguments, and gives what it printed; NULL, told why, when it cannot be
 * had here. */
char *bench_run_peer (const char *what, const char *argument);
