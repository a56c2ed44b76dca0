/* What the statistics count, read from the desk's copy. */
#pragma once

#include "replica/uch-replica-db.h"
#include "replica/uch-replica.h"
#include "stats/uch-facts.h"

G_BEGIN_DECLS

UchFacts      *
uch_replica_db_read_facts (UchReplicaDb *self, GTimeZone *zone, UchTime now, GError **error);
void uch_replica_read_facts_async (UchReplica         *self,
                                   GTimeZone          *zone,
                                   UchTime             now,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
UchFacts *uch_replica_read_facts_finish (UchReplica *self, GAsyncResult *result, GError **error);

G_END_DECLS
