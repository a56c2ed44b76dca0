/* The shown rows of a register as CSV. */
#pragma once

#include "app/register/uch-register.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

GBytes *uch_register_export (const UchRegister *of, UchReplica *replica, GListModel *rows);

G_END_DECLS
