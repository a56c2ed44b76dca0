/* The office as it was: today's rows, and the journal that says what each act replaced. */
#pragma once

#include "core/uch-snapshot.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

typedef struct _UchRewind UchRewind;

UchRewind *uch_rewind_new (UchSnapshot *now, GPtrArray *events);
void       uch_rewind_free (UchRewind *self);
void       uch_rewind_add (UchRewind *self, gpointer row);

guint           uch_rewind_get_n_events (const UchRewind *self);
const UchEvent *uch_rewind_get_event (const UchRewind *self, guint i);
guint           uch_rewind_count_until (const UchRewind *self, UchTime at);
guint           uch_rewind_get_n_gaps (const UchRewind *self);
gpointer   uch_rewind_peek (const UchRewind *self, guint n_events, UchTable table, const char *id);
GPtrArray *uch_rewind_list (const UchRewind *self, guint n_events, UchTable table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRewind, uch_rewind_free)

G_END_DECLS
