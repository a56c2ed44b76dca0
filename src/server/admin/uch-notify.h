/* What a service tells systemd: that it is ready, that it lives, that it ends. Without systemd
 * nothing is said. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean uch_notify_say (const char *state, GError **error);
guint    uch_notify_get_watchdog_ms (void);

G_END_DECLS
