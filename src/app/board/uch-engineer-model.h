/* The engineers by zone, those off shift at the end, with what each does today. */
#pragma once

#include "app/board/uch-engineer-item.h"

G_BEGIN_DECLS

/* A GListModel of UchEngineerItem: heads of groups and, unless collapsed, their engineers. */
#define UCH_TYPE_ENGINEER_MODEL (uch_engineer_model_get_type ())
G_DECLARE_FINAL_TYPE (UchEngineerModel, uch_engineer_model, UCH, ENGINEER_MODEL, GObject)

UchEngineerModel *uch_engineer_model_new (UchSession *session);
GPtrArray        *uch_engineer_model_list (UchEngineerModel *self);
void              uch_engineer_model_toggle (UchEngineerModel *self, const char *group);
void uch_engineer_model_set_dragged (UchEngineerModel *self, const char *const *ticket_ids);

G_END_DECLS
