/* What the store's folder remembers of the last backup, so that somebody notices when there is
 * none for long. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

typedef struct
{
  UchTime at;
  char   *path;
  gint64  n_bytes, head;
  guint64 digest;
} UchCliKeepsake;

void     uch_cli_keepsake_clear (UchCliKeepsake *self);
gboolean uch_cli_keepsake_save (const UchCliKeepsake *self, const char *folder, GError **error);
gboolean uch_cli_keepsake_load (UchCliKeepsake *self, const char *folder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UchCliKeepsake, uch_cli_keepsake_clear)

G_END_DECLS
