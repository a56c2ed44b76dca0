/* A row of the engineers: badge, name, load, what he does or what a drop would mean. */
#pragma once

#include "app/board/uch-engineer-item.h"

G_BEGIN_DECLS

#define UCH_TYPE_ENGINEER_ROW (uch_engineer_row_get_type ())
G_DECLARE_FINAL_TYPE (UchEngineerRow, uch_engineer_row, UCH, ENGINEER_ROW, GtkWidget)

GtkWidget       *uch_engineer_row_new (UchSession *session, gboolean is_target);
void             uch_engineer_row_set_item (UchEngineerRow *self, UchEngineerItem *item);
UchEngineerItem *uch_engineer_row_get_item (UchEngineerRow *self);

G_END_DECLS
