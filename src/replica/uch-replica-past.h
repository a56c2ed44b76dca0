/* What was: the office at every moment of a day that is over, and what one engineer did on it. */
#pragma once

#include "core/uch-rewind.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

void       uch_replica_load_past_async (UchReplica         *self,
                                        UchTime             since,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
UchRewind *uch_replica_load_past_finish (UchReplica *self, GAsyncResult *result, GError **error);

/* One of his visits, and what it was for. */
typedef struct
{
  UchVisit  *visit;  /* (owned) */
  UchTicket *ticket; /* (owned) (nullable) */
} UchDayVisit;

void       uch_replica_load_day_async (UchReplica         *self,
                                       const char         *engineer_id,
                                       UchTime             from,
                                       UchTime             to,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
GPtrArray *uch_replica_load_day_finish (UchReplica *self, GAsyncResult *result, GError **error);
UchTime    uch_day_visit_get_time (const UchDayVisit *self);

G_END_DECLS
