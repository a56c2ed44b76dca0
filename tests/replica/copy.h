/* A small office at a desk without threads and sockets, for the tests of replica/. */
#pragma once

#include "replica/uch-replica-db.h"

G_BEGIN_DECLS

extern UchTime          copy_now_ms;
extern const UchSources copy_sources;
extern const UchActor   copy_actor;

char         *copy_make_directory (void);
void          copy_remove_directory (char *path);
UchReplicaDb *copy_open (const char *directory);
void copy_add_row (GPtrArray *rows, UchTable table, const char *id, gint64 seq, const char *fields);
GPtrArray *copy_rows_new (void);
GPtrArray *copy_changes_new (void);
GPtrArray *copy_feed (
    UchReplicaDb *db, const char *store, gint64 from, gint64 to, gboolean more, GPtrArray *rows);
void        copy_sync (UchReplicaDb *db, const char *store, gint64 h0);
UchDecided *copy_submit (UchReplicaDb *db, UchCommand *command, GError **error);
UchCommand *copy_make_note (UchReplicaDb *db, const char *note, const char *text);
UchCommand *copy_make_assign (UchReplicaDb *db, const char *visit, const char *engineer);
guint       copy_count_waiting (UchReplicaDb *db);
gboolean    copy_has_row (UchReplicaDb *db, UchTable table, const char *id);
void        copy_answer (UchReplicaDb *db, gint64 mid, UchVerdictKind kind, gint64 seq);

G_END_DECLS
