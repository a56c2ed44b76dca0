/* What can still be read of an outbox that the database can no longer read. */
#pragma once

#include "replica/uch-outbox.h"

G_BEGIN_DECLS

gboolean uch_outbox_rescue (const char *path,
                            UchOutbox  *to,
                            char *(*make_id) (gpointer user_data),
                            gpointer user_data,
                            guint   *out_n_saved,
                            GError **error);

G_END_DECLS
