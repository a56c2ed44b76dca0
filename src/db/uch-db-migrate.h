#pragma once

#include "db/uch-db.h"

G_BEGIN_DECLS

gboolean
uch_db_migrate (UchDb *db, guint32 application_id, const char *const *steps, GError **error);
gboolean uch_db_migrate_resource (UchDb      *db,
                                  guint32     application_id,
                                  const char *resource_dir,
                                  GError    **error);

G_END_DECLS
