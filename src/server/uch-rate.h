/* How fast somebody may ask: a right that refills at a steady rate up to a burst. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UchRate UchRate;

UchRate *uch_rate_new (guint per_s, guint burst_max);
void     uch_rate_free (UchRate *self);
gboolean uch_rate_knows (UchRate *self, const char *who);
gboolean uch_rate_has (UchRate *self, const char *who, gint64 now_us);
gboolean uch_rate_take (UchRate *self, const char *who, double cost, gint64 now_us);
void     uch_rate_forget (UchRate *self, gint64 before_us);

G_END_DECLS
