/* What clients ask for: the categories of tickets. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_FAMILY_CONNECT,
  UCH_FAMILY_SUPPORT,
  UCH_FAMILY_THANKS,
  UCH_FAMILY_COMPANY,   /* talks with management companies */
  UCH_FAMILY_PROACTIVE, /* made from alerts */
  UCH_FAMILY_INCIDENT,
} UchFamily;

typedef struct
{
  const char *code; /* "support.wifi" */
  UchFamily   family;
  const char *skill;       /* what an engineer needs; NULL: nothing special */
  gboolean    needs_visit; /* may have one at all */
} UchCategory;

const UchCategory *uch_category_get (const char *code);
const UchCategory *uch_category_list (guint *out_n_categories);

G_END_DECLS
