/* A house, found by typing a piece of its address. */
#pragma once

#include <gtk/gtk.h>

#include "replica/uch-replica.h"

G_BEGIN_DECLS

#define UCH_TYPE_HOUSE_ENTRY (uch_house_entry_get_type ())
G_DECLARE_FINAL_TYPE (UchHouseEntry, uch_house_entry, UCH, HOUSE_ENTRY, GtkWidget)

/* Signal "changed" (): another house, or none; what is typed and fits no house is none. */

GtkWidget  *uch_house_entry_new (UchReplica *replica);
const char *uch_house_entry_get_id (UchHouseEntry *self);
void        uch_house_entry_set_id (UchHouseEntry *self, const char *id);
gboolean    uch_house_entry_is_unknown (UchHouseEntry *self);

G_END_DECLS
