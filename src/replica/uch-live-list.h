/* A GListModel of rows, one per id, that is told of single changes. Main thread. */
#pragma once

#include <gio/gio.h>

#include "core/uch-entity.h"

G_BEGIN_DECLS

#define UCH_TYPE_LIVE_LIST (uch_live_list_get_type ())
G_DECLARE_FINAL_TYPE (UchLiveList, uch_live_list, UCH, LIVE_LIST, GObject)

UchLiveList *uch_live_list_new (UchTable table);
UchTable     uch_live_list_get_table (UchLiveList *self);
gpointer     uch_live_list_peek (UchLiveList *self, const char *id);
void         uch_live_list_put (UchLiveList *self, gpointer row);
void         uch_live_list_remove (UchLiveList *self, const char *id);
void         uch_live_list_set_all (UchLiveList *self, GPtrArray *rows);

G_END_DECLS
