/* For the files of core/ that describe a table: how a field is written down. */
#pragma once

#include "core/uch-entity.h"

#define UCH_FIELD(Type, member, KIND, FLAGS)                                                       \
  {                                                                                                \
    .name = #member, .kind = UCH_FIELD_##KIND, .flags = (UchFieldFlags) (FLAGS),                   \
    .offset = G_STRUCT_OFFSET (Type, member)                                                       \
  }

#define UCH_FIELD_OF(Type, member, NICKS, FLAGS)                                                   \
  {                                                                                                \
    .name = #member, .kind = UCH_FIELD_ENUM, .flags = (UchFieldFlags) (FLAGS),                     \
    .offset = G_STRUCT_OFFSET (Type, member), .nicks = NICKS                                       \
  }

#define UCH_DEFINE_ENTITY(Name, lower, TABLE)                                                      \
  typedef struct                                                                                   \
  {                                                                                                \
    UchEntityClass parent_class;                                                                   \
  } Uch##Name##Class;                                                                              \
  G_DEFINE_FINAL_TYPE (Uch##Name, uch_##lower, UCH_TYPE_ENTITY)                                    \
  static void     uch_##lower##_class_init (Uch##Name##Class *klass) {}                            \
  static void     uch_##lower##_init (Uch##Name *self) {}                                          \
  const UchSchema uch_##lower##_schema = {                                                         \
    .table = UCH_TABLE_##TABLE,                                                                    \
    .name = #lower,                                                                                \
    .fields = lower##_fields,                                                                      \
    .n_fields = G_N_ELEMENTS (lower##_fields),                                                     \
    .get_type = uch_##lower##_get_type,                                                            \
  };
