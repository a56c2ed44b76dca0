/* What decide may see: one consistent state of the office. Replica, store and a test's fake
 * implement it. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

#define UCH_TYPE_SNAPSHOT (uch_snapshot_get_type ())
G_DECLARE_INTERFACE (UchSnapshot, uch_snapshot, UCH, SNAPSHOT, GObject)

struct _UchSnapshotInterface
{
  GTypeInterface parent_iface;

  /* (transfer full) (nullable): the row, immutable */
  gpointer (*get) (UchSnapshot *self, UchTable table, const char *id);
  /* (transfer full): rows whose KEY field is VALUE; frees with g_object_unref */
  GPtrArray *(*find) (UchSnapshot *self, UchTable table, const char *field, const char *value);
  /* the next ticket's number, or 0 where only the store can know it */
  gint64 (*next_number) (UchSnapshot *self);
};

gpointer uch_snapshot_get (UchSnapshot *self, UchTable table, const char *id);
GPtrArray        *
uch_snapshot_find (UchSnapshot *self, UchTable table, const char *field, const char *value);
gint64 uch_snapshot_next_number (UchSnapshot *self);
char  *uch_snapshot_dup_setting (UchSnapshot *self, const char *key, const char *fallback);
gint64 uch_snapshot_get_setting_int (UchSnapshot *self, const char *key, gint64 fallback);

/* A snapshot held in memory: for tests, the simulation and the desk's quick questions. */
#define UCH_TYPE_MEMORY_SNAPSHOT (uch_memory_snapshot_get_type ())
G_DECLARE_FINAL_TYPE (UchMemorySnapshot, uch_memory_snapshot, UCH, MEMORY_SNAPSHOT, GObject)

UchMemorySnapshot *uch_memory_snapshot_new (void);
void               uch_memory_snapshot_put (UchMemorySnapshot *self, gpointer entity);
void       uch_memory_snapshot_remove (UchMemorySnapshot *self, UchTable table, const char *id);
void       uch_memory_snapshot_apply (UchMemorySnapshot *self, GPtrArray *changes);
void       uch_memory_snapshot_set_next_number (UchMemorySnapshot *self, gint64 number);
GPtrArray *uch_memory_snapshot_list (UchMemorySnapshot *self, UchTable table);

G_END_DECLS
