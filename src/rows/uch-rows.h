/* Entities in SQLite tables, by the description of their fields. */
#pragma once

#include "core/uch-entity.h"
#include "db/uch-db.h"
#include "rows/uch-rows-driver.h"

G_BEGIN_DECLS

char    *uch_rows_dup_create_sql (const UchSchema *schema);
char    *uch_rows_dup_index_sql (const UchSchema *schema);
gboolean uch_rows_check (UchDb *db, const UchSchema *schema, GError **error);

UchDbStmt *uch_rows_prepare (UchDb *db, const UchSchema *schema, const char *rest, GError **error);
gpointer   uch_rows_read (UchDbStmt *stmt, const UchSchema *schema, GError **error);
GPtrArray *uch_rows_read_all (UchDbStmt *stmt, const UchSchema *schema, GError **error);
gboolean   uch_rows_look_at_all (UchDbStmt        *stmt,
                                 const UchSchema  *schema,
                                 UchEntityViewFunc func,
                                 gpointer          user_data,
                                 GError          **error);

gboolean uch_rows_get (
    UchDb *db, const UchSchema *schema, const char *id, gpointer *out_entity, GError **error);
GPtrArray *uch_rows_find (
    UchDb *db, const UchSchema *schema, const char *field, const char *value, GError **error);
gboolean uch_rows_put (UchDb *db, gconstpointer entity, gint64 seq, GError **error);
gboolean uch_rows_delete (UchDb *db, const UchSchema *schema, const char *id, GError **error);

G_END_DECLS
