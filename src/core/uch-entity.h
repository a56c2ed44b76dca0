/* A row of a table of the office: an immutable snapshot with public fields, described once. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_FIELD_TEXT, /* char *, owned; NULL when empty */
  UCH_FIELD_INT,  /* gint64 */
  UCH_FIELD_REAL, /* double */
  UCH_FIELD_BOOL, /* gboolean */
  UCH_FIELD_TIME, /* UchTime */
  UCH_FIELD_ENUM, /* int, an index into the field's nicks */
} UchFieldKind;

typedef enum
{
  UCH_FIELD_PLAIN = 0,
  UCH_FIELD_KEY = 1 << 0,       /* uch_snapshot_find() may look rows up by it; indexed in SQL */
  UCH_FIELD_REQUIRED = 1 << 1,  /* must not be empty */
  UCH_FIELD_SENSITIVE = 1 << 2, /* masked in lists, never exported, each look is logged */
  UCH_FIELD_PERSONAL = 1 << 3,  /* tells who a client is or how to reach him */
  UCH_FIELD_DERIVED = 1 << 4,   /* set by decide alone, never by a command's fields */
} UchFieldFlags;

/* Stands in a feed for a sensitive text that is there; it is shown to who asks, and the look
 * logged. */
#define UCH_FIELD_MASK "•••"

struct _UchField
{
  const char        *name;
  UchFieldKind       kind;
  UchFieldFlags      flags;
  gsize              offset;
  const char *const *nicks; /* for an enum: NULL-terminated */
};

struct _UchSchema
{
  UchTable        table;
  const char     *name; /* of the table: in SQL, on the wire */
  const UchField *fields;
  guint           n_fields;
  GType (*get_type) (void);
};

#define UCH_TYPE_ENTITY (uch_entity_get_type ())
#define UCH_ENTITY(o) ((UchEntity *) (o))
#define UCH_IS_ENTITY(o) (G_TYPE_CHECK_INSTANCE_TYPE ((o), UCH_TYPE_ENTITY))

struct _UchEntity
{
  GObject          parent;
  const UchSchema *schema;
  char            *id;
  char            *rev; /* id of the operation that last changed the row: its version */
  gint64           seq; /* place in the store's one order; 0 while only pending */
};

typedef struct
{
  GObjectClass parent_class;
} UchEntityClass;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchEntity, g_object_unref)

GType            uch_entity_get_type (void) G_GNUC_CONST;
const UchSchema *uch_schema_get (UchTable table);
const UchSchema *uch_schema_by_name (const char *name);
const UchField  *uch_schema_find_field (const UchSchema *schema, const char *name);

gpointer uch_entity_new (UchTable table, const char *id);
gpointer uch_entity_new_of (const UchSchema *schema, const char *id);
gpointer uch_entity_copy (gconstpointer entity);
gboolean uch_entity_equal (gconstpointer a, gconstpointer b);
guint64  uch_entity_digest (gconstpointer entity);
void     uch_entity_set_text (gpointer entity, char **field, const char *value);

/* A view: a row that is looked at where it lies. It has the layout of its entity and no more: no
 * object, nobody may keep it, and its texts, id and rev are somebody else's. */
typedef void (*UchEntityViewFunc) (UchEntity *view, gpointer user_data);
UchEntity *uch_entity_view_new (const UchSchema *schema);
gsize      uch_entity_view_get_size (const UchSchema *schema);
void       uch_entity_view_init (gpointer memory, const UchSchema *schema);
void       uch_field_lend_text (const UchField *field, gpointer view, const char *value);

gboolean    uch_field_is_empty (const UchField *field, gconstpointer entity);
const char *uch_field_get_text (const UchField *field, gconstpointer entity);
gint64      uch_field_get_int (const UchField *field, gconstpointer entity);
double      uch_field_get_real (const UchField *field, gconstpointer entity);
void        uch_field_set_text (const UchField *field, gpointer entity, const char *value);
void        uch_field_set_int (const UchField *field, gpointer entity, gint64 value);
void        uch_field_set_real (const UchField *field, gpointer entity, double value);
GVariant   *uch_field_get_variant (const UchField *field, gconstpointer entity);
gboolean    uch_field_set_variant (const UchField *field, gpointer entity, GVariant *value);
gboolean    uch_field_equal (const UchField *field, gconstpointer a, gconstpointer b);
int         uch_nick_index (const char *const *nicks, const char *nick);

/* Declares the GType of one entity; its struct stands in the same header. */
#define UCH_DECLARE_ENTITY(Name, name, NAME)                                                       \
  GType uch_##name##_get_type (void) G_GNUC_CONST;                                                 \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Uch##Name, g_object_unref)                                        \
  static inline Uch##Name *UCH_##NAME (gconstpointer p) { return (Uch##Name *) p; }

G_END_DECLS
