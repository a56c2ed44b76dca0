/* Finds rows by pieces of words while a person types: every ticket, client and house in memory as
 * one folded line of single bytes. One thread. */
#pragma once

#include "core/uch-decide.h"
#include "db/uch-db.h"

G_BEGIN_DECLS

typedef struct _UchSearchIndex UchSearchIndex;

UchSearchIndex *uch_search_index_new (void);
void            uch_search_index_free (UchSearchIndex *self);
gboolean        uch_search_index_is_complete (UchSearchIndex *self);
gboolean uch_search_index_read_some (UchSearchIndex *self, UchDb *db, guint n_max, GError **error);
gboolean
     uch_search_index_apply (UchSearchIndex *self, UchDb *db, GPtrArray *changes, GError **error);
void uch_search_index_find (
    UchSearchIndex *self, UchTable table, const char *text, guint n_max, GArray *rowids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchSearchIndex, uch_search_index_free)

G_END_DECLS
