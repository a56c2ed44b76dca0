/* What each register is: its columns, the fields of its form and how they are typed in. The rules
 * of the rows stand in core; here stand words and widgets. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_INPUT_HIDDEN, /* not for people's hands; the comment beside it says why */
  UCH_INPUT_LINE,
  UCH_INPUT_LINES,
  UCH_INPUT_PHONE,
  UCH_INPUT_DIGITS, /* 10 or 12 of them: an INN */
  UCH_INPUT_NUMBER, /* whole, not negative; empty is 0 */
  UCH_INPUT_LATITUDE,
  UCH_INPUT_LONGITUDE,
  UCH_INPUT_COLOR, /* #rrggbb */
  UCH_INPUT_FLAG,
  UCH_INPUT_NICK,   /* one of the field's nicks */
  UCH_INPUT_REF,    /* a row of @ref */
  UCH_INPUT_HOUSE,  /* a house, found by its address */
  UCH_INPUT_ZONES,  /* any of the zones */
  UCH_INPUT_SKILLS, /* any of the skills */
  UCH_INPUT_SECRET, /* masked until asked for */
  UCH_INPUT_CODE,   /* ASCII word; fixed once the row is there */
  UCH_INPUT_VALUE,  /* of a setting */
} UchInput;

typedef struct
{
  const char *name;  /* of the schema's field */
  const char *label; /* untranslated, context "field"; NULL: hidden */
  UchInput    input;
  const char *group; /* untranslated, context "field group": begins one */
  UchTable    ref;   /* of UCH_INPUT_REF */
  gboolean    fixed; /* may be chosen for a new row only */
} UchFormField;

typedef struct
{
  const char *id;    /* a field's name, or a word that uch_register_dup_cell() knows */
  const char *title; /* untranslated, context "field" */
  int         width_px;
  gboolean    expand;
} UchRegisterColumn;

typedef struct
{
  UchTable                 table;
  const char              *name;
  const char              *title; /* untranslated, context "register" */
  const char              *icon;
  const char              *create; /* untranslated: the word of the button */
  const char              *empty;  /* untranslated: what to do first */
  const UchRegisterColumn *columns;
  guint                    n_columns;
  const UchFormField      *fields;
  guint                    n_fields;
  const char              *parent;       /* field that ties it to another row; shown inside it */
  gboolean                 keepers_only; /* shown to those alone who may edit it */
  gboolean                 by_search;    /* too many to browse, and personal: found by words */
} UchRegister;

const UchRegister  *uch_register_list (guint *out_n_registers);
const UchRegister  *uch_register_get (UchTable table);
const UchFormField *uch_register_find_field (const UchRegister *self, const char *name);
gboolean            uch_register_may_see (const UchRegister *self, int role);
gboolean            uch_register_may_edit (const UchRegister *self, int role);

/* Settings that the program knows: each is a row, also while the office has none of its own. */
typedef struct
{
  const char *key;
  const char *label; /* untranslated, context "setting" */
  const char *hint;  /* untranslated: what an empty value means */
  gboolean    is_number;
} UchKnownSetting;

const UchKnownSetting *uch_known_setting_list (guint *out_n_settings);
const UchKnownSetting *uch_known_setting_find (const char *key);

G_END_DECLS
