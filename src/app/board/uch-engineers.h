/* The right pane: the engineers by zone. */
#pragma once

#include "app/board/uch-engineer-model.h"

G_BEGIN_DECLS

/* Signal "engineer-activated" (string id): Enter or a double click on an engineer. */
#define UCH_TYPE_ENGINEERS (uch_engineers_get_type ())
G_DECLARE_FINAL_TYPE (UchEngineers, uch_engineers, UCH, ENGINEERS, GtkWidget)

GtkWidget        *uch_engineers_new (UchSession *session);
UchEngineerModel *uch_engineers_get_model (UchEngineers *self);

G_END_DECLS
