/* Rows of registers in words: cells of a list, names of choices, text to search and sort by. */
#pragma once

#include "app/register/uch-register.h"
#include "core/uch-place.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

char *
uch_register_dup_cell (UchReplica *replica, gconstpointer row, const char *column, UchTime now);
char       *uch_register_dup_sort_key (const char *text);
char       *uch_register_dup_title (UchReplica *replica, gconstpointer row);
char       *uch_register_dup_ref (UchReplica *replica, UchTable table, const char *id);
const char *uch_register_nick_name (const char *field, const char *nick);
const char *uch_register_skill_name (const char *skill);
GPtrArray  *uch_register_list_skills (void);
const char *uch_register_peek_folded (const UchRegister *self, UchReplica *replica, gpointer row);
char       *uch_register_dup_area_code (UchReplica *replica);

G_END_DECLS
