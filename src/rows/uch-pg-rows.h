/* Entities in PostgreSQL tables, by the description of their fields: uch-rows.h for the other
 * database. */
#pragma once

#include "pg/uch-pg.h"
#include "rows/uch-rows-driver.h"

G_BEGIN_DECLS

char    *uch_pg_rows_dup_create_sql (const UchSchema *schema);
char    *uch_pg_rows_dup_index_sql (const UchSchema *schema);
gboolean uch_pg_rows_check (UchPg *pg, const UchSchema *schema, GError **error);

UchPgStmt *uch_pg_rows_prepare (UchPg *pg, const UchSchema *schema, const char *rest);
GPtrArray *uch_pg_rows_read_all (UchPgStmt *stmt, const UchSchema *schema, GError **error);
gboolean   uch_pg_rows_look_at_all (UchPgStmt        *stmt,
                                    const UchSchema  *schema,
                                    UchEntityViewFunc func,
                                    gpointer          user_data,
                                    GError          **error);

gboolean uch_pg_rows_get (
    UchPg *pg, const UchSchema *schema, const char *id, gpointer *out_entity, GError **error);
GPtrArray *uch_pg_rows_find (
    UchPg *pg, const UchSchema *schema, const char *field, const char *value, GError **error);
gboolean uch_pg_rows_put (UchPg *pg, gconstpointer entity, gint64 seq, GError **error);
gboolean uch_pg_rows_delete (UchPg *pg, const UchSchema *schema, const char *id, GError **error);

G_END_DECLS
