#pragma once

#include "pg/uch-pg.h"

G_BEGIN_DECLS

gboolean uch_pg_has_tables (UchPg *pg, gboolean *out_has, GError **error);
gboolean uch_pg_migrate (UchPg *pg, const char *product, const char *const *steps, GError **error);
gboolean
uch_pg_migrate_resource (UchPg *pg, const char *product, const char *resource_dir, GError **error);
gboolean
uch_pg_check_version (UchPg *pg, const char *product, const char *resource_dir, GError **error);

G_END_DECLS
