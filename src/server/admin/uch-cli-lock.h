/* Whether a store's folder is being served: serve holds a lock on it (flock, gone with the process
 * whatever ends it) and says there where it listens. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

int      uch_cli_lock_share (const char *folder, GError **error);
gboolean uch_cli_lock_note (int fd, const char *address, GError **error);
int      uch_cli_lock_alone (const char *folder, GError **error);
char    *uch_cli_lock_find (const char *folder);
char    *uch_cli_lock_find_reachable (const char *folder);

G_END_DECLS
