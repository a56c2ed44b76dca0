/* One HTTPS connection that is kept open, as thin as can be: the machine's time should go to the
 * store that is measured, not to who asks it. Blocking; a thread has its own. */
#pragma once

#include <gio/gio.h>

typedef struct _BenchLink BenchLink;

BenchLink *bench_link_new (guint16 port, const char *token);
void       bench_link_free (BenchLink *self);
guint      bench_link_ask (BenchLink *self, const char *method, const char *path, const char *body);
const char *bench_link_get_body (BenchLink *self);

void        bench_link_go_live (BenchLink *self);
const char *bench_link_hear (BenchLink *self);
void        bench_link_say (BenchLink *self, const char *text);

/* Another thread ends it: who reads gets NULL. */
void bench_link_shut (BenchLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchLink, bench_link_free)
