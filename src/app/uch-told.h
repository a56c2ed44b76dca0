/* Which stage of which promise a person has been told of, so that he is told of each once. */
#pragma once

#include "core/uch-promise.h"

G_BEGIN_DECLS

typedef struct _UchTold UchTold;

UchTold *uch_told_new (const char *const *remembered);
void     uch_told_free (UchTold *self);
gboolean uch_told_take (UchTold *self, const char *visit_id, UchPromise promise, gboolean first);
gboolean uch_told_keep (UchTold *self, GHashTable *visit_ids, GPtrArray *out_gone);
GStrv    uch_told_print (UchTold *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTold, uch_told_free)

G_END_DECLS
