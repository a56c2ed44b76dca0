/* SQL that both databases read. */
#pragma once

#include "store/uch-store-backend.h"

G_BEGIN_DECLS

/* What waits: rows of @table; $1 is the time, $2 how many. In the words of the partial indexes, so
 * that they are used. */
typedef struct
{
  UchTable    table;
  const char *rest;
} UchStoreDueSql;

/* What an engineer's phone shows; $1 is whose, $2 since when, $3 how many. */
typedef struct
{
  UchTable    table;
  const char *rest;
} UchStoreWorkSql;

extern const UchStoreWorkSql uch_store_works[UCH_N_STORE_WORKS];
extern const char *const     uch_store_number_names[UCH_N_STORE_NUMBERS];
extern const UchStoreDueSql  uch_store_dues[UCH_N_STORE_DUES];

G_END_DECLS
