/* A replica in memory, with the real decide behind it and no store: for tests of widgets.
 *
 * Stands in for src/replica: link uch-fake-replica.c and uch-fake-sync.c into the test itself, they
 * define every function of the room. Acts take effect in an idle of the main context. */
#pragma once

#include "replica/uch-replica.h"
#include "replica/uch-sync-client.h"

G_BEGIN_DECLS

UchReplica    *uch_fake_replica_new (UchTime now);
void           uch_fake_replica_put (UchReplica *self, gpointer row);
void           uch_fake_replica_refuse (UchReplica    *self,
                                        UchCommand    *command,
                                        UchVerdictKind kind,
                                        UchRefusal     refusal,
                                        UchEntity     *current);
GPtrArray     *uch_fake_replica_list_acts (UchReplica *self);
UchSyncClient *uch_fake_sync_new (void);
void           uch_fake_sync_add_presence (UchSyncClient *self,
                                           const char    *staff_id,
                                           const char    *ticket_id,
                                           const char    *act);
void           uch_fake_sync_add_position (
              UchSyncClient *self, const char *engineer_id, double latitude, double longitude, UchTime at);

void uch_fake_sync_set_picture (GBytes *bytes);

G_END_DECLS
