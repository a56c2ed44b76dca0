#pragma once

#include "db/uch-db.h"

G_BEGIN_DECLS

/* Told from time to time how many bytes are copied. */
typedef void (*UchDbProgressFunc) (gint64 n_done, gint64 n_total, gpointer user_data);

gboolean uch_db_backup (UchDb            *db,
                        const char       *path,
                        const char       *mark_sql,
                        UchDbProgressFunc progress,
                        gpointer          user_data,
                        GCancellable     *cancellable,
                        GError          **error);
gboolean uch_db_check (UchDb *db, GError **error);
gboolean uch_db_list_damage (UchDb *db, GPtrArray *faults, GError **error);
gboolean uch_db_checkpoint (UchDb *db, GError **error);

G_END_DECLS
