/* Acts on their way to the store: in order, each decided once, however often they are sent. */
#pragma once

#include "server/crew/uch-crew-line.h"
#include "sync/uch-wire.h"

G_BEGIN_DECLS

typedef struct _UchCrewOutbox UchCrewOutbox;

typedef char *(*UchCrewNameFunc) (gpointer user_data);

UchCrewOutbox *uch_crew_outbox_new (UchCrewLine *line, UchCrewNameFunc make_id, gpointer id_data);
void           uch_crew_outbox_free (UchCrewOutbox *self);
void           uch_crew_outbox_add (UchCrewOutbox *self, UchCommand *command);
guint          uch_crew_outbox_get_len (UchCrewOutbox *self);
gboolean       uch_crew_outbox_is_busy (UchCrewOutbox *self);
void           uch_crew_outbox_send (UchCrewOutbox *self,
                                     const char    *store,
                                     const char    *token,
                                     const char    *cookie,
                                     GCancellable  *cancellable,
                                     UchTime        now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrewOutbox, uch_crew_outbox_free)

G_END_DECLS
