/* An engineer's round badge: initials with a rim in the colour of his zone. */
#pragma once

#include <gtk/gtk.h>

#include "core/uch-people.h"
#include "core/uch-place.h"

G_BEGIN_DECLS

#define UCH_TYPE_BADGE (uch_badge_get_type ())
G_DECLARE_FINAL_TYPE (UchBadge, uch_badge, UCH, BADGE, GtkWidget)

void uch_badge_set (UchBadge *self, const UchStaff *staff, const UchZone *zone);

/* The load of a day as four small blocks. */
#define UCH_TYPE_LOAD_BLOCKS (uch_load_blocks_get_type ())
G_DECLARE_FINAL_TYPE (UchLoadBlocks, uch_load_blocks, UCH, LOAD_BLOCKS, GtkWidget)

void uch_load_blocks_set (UchLoadBlocks *self, guint n_visits);

G_END_DECLS
