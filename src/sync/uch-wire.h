/* The wire: how commands, rows and verdicts look as JSON. Both ends use it; see README.md. */
#pragma once

#include <json-glib/json-glib.h>

#include "core/uch-command.h"
#include "core/uch-decide.h"
#include "core/uch-geo.h"

G_BEGIN_DECLS

#define UCH_WIRE_VERSION 2
#define UCH_WIRE_VERSION_MIN 1
#define UCH_WIRE_BATCH_MAX 256                 /* operations in one push */
#define UCH_WIRE_BODY_LEN_MAX (512 * 1024)     /* bytes, after authentication */
#define UCH_WIRE_ANON_BODY_LEN_MAX (16 * 1024) /* bytes, before it */
#define UCH_WIRE_PAGE_MAX 5000                 /* rows in one page */

#define UCH_WIRE_ERROR (uch_wire_error_quark ())
typedef enum
{
  UCH_WIRE_ERROR_MALFORMED, /* no JSON, or not of the right shape; the message names the field */
  UCH_WIRE_ERROR_TOO_MANY,
  UCH_WIRE_ERROR_SCHEMA,  /* the other side speaks a version that this program does not */
  UCH_WIRE_ERROR_MISSING, /* a member that must be there */
  UCH_WIRE_ERROR_INVALID, /* a member of the wrong kind or size */
  UCH_WIRE_ERROR_UNKNOWN, /* a member that is not known */
} UchWireError;
GQuark      uch_wire_error_quark (void);
const char *uch_wire_error_get_field (const GError *error);
void        uch_wire_error_set_field (GError *error, const char *field);

/* A store is called OFFICE, or OFFICE.EPOCH since it came back from a backup. */
gboolean uch_wire_is_same_office (const char *store, const char *other);

/* One operation of a push and one acknowledgement; mid counts per client without gaps. */
typedef struct
{
  gint64      mid;
  UchCommand *command; /* owned */
} UchWireOp;
typedef struct
{
  gint64         mid;
  UchVerdictKind kind;
  gint64         seq;
  UchRefusal     refusal;
  char          *field;
  UchEntity     *current; /* owned, nullable */
} UchWireAck;
void uch_wire_op_free (UchWireOp *op);
void uch_wire_ack_free (UchWireAck *ack);

/* A row of the feed: after == NULL is a tombstone. */
typedef struct
{
  UchTable   table;
  gint64     seq;
  char      *id;
  UchEntity *row; /* owned, nullable */
} UchWireRow;
void uch_wire_row_free (UchWireRow *row);

/* Any JSON from outside, checked: use this and not json-glib's own parser (see uch-json.h). */
JsonNode *uch_wire_parse_json (const char *json, gssize len, GError **error);
char     *uch_wire_print_json (JsonNode *node);
/* GVariant ⇄ JSON for a command's arguments: s x d b as a{sv}. */
void      uch_wire_build_args (JsonBuilder *builder, GVariant *args);
GVariant *uch_wire_parse_args (JsonNode *node, GError **error);
/* A command as text, as it stands in a push: for outboxes and logs. */
char       *uch_wire_encode_args (GVariant *args);
GVariant   *uch_wire_decode_args (const char *json, gssize len, GError **error);
char       *uch_wire_encode_command (const UchCommand *command);
UchCommand *uch_wire_decode_command (const char *json, gssize len, GError **error);
/* One row as an object of its non-empty fields, "id" and "rev" with them. */
void     uch_wire_build_entity (JsonBuilder *builder, gconstpointer entity);
gpointer uch_wire_parse_entity (UchTable table, JsonNode *node, GError **error);
/* Fast paths for pages: straight to and from text. */
void uch_wire_append_row (
    GString *json, UchTable table, gint64 seq, const char *id, gconstpointer entity);

char *uch_wire_encode_push (const char *store, const char *client, GPtrArray *ops);

/* The versions of the wire that one side speaks: its own and the one before. */
typedef struct
{
  int min, cur;
} UchWireVersions;
gboolean uch_wire_decode_push_within (const char            *json,
                                      gssize                 len,
                                      const UchWireVersions *versions,
                                      char                 **out_store,
                                      char                 **out_client,
                                      GPtrArray            **out_ops,
                                      GError               **error);
gboolean uch_wire_decode_push (const char *json,
                               gssize      len,
                               char      **out_store,
                               char      **out_client,
                               GPtrArray **out_ops,
                               GError    **error);
char    *uch_wire_encode_acks (GPtrArray *acks, gint64 last_mid, gint64 head);
gboolean uch_wire_decode_acks (const char *json,
                               gssize      len,
                               GPtrArray **out_acks,
                               gint64     *out_last_mid,
                               gint64     *out_head,
                               GError    **error);
char    *uch_wire_encode_changes (const char *store,
                                  gint64      from,
                                  gint64      to,
                                  gint64      head,
                                  gint64      floor,
                                  gboolean    more,
                                  GPtrArray  *rows);
typedef struct
{
  char      *store;
  gint64     from, to, head, floor;
  gboolean   more;
  GPtrArray *rows; /* of UchWireRow */
} UchWireChanges;
UchWireChanges *uch_wire_decode_changes (const char *json, gssize len, GError **error);
void            uch_wire_changes_free (UchWireChanges *self);
UchWireRow     *uch_wire_row_new (UchTable table, gint64 seq, const char *id, gpointer entity);
char           *uch_wire_encode_entity (gconstpointer entity);
gpointer uch_wire_decode_entity (UchTable table, const char *json, gssize len, GError **error);

/* One page of a table for a first sync; h0: the head when the store read it. */
typedef struct
{
  char      *store;
  gint64     h0;
  char      *next; /* "after" of the next page; NULL: that was the last one */
  GPtrArray *rows; /* of UchWireRow */
} UchWireSnapshot;
char    *uch_wire_encode_snapshot (const char *store, gint64 h0, const char *next, GPtrArray *rows);
char    *uch_wire_finish_snapshot (const char *store, gint64 h0, const char *next, GString *rows);
gboolean uch_wire_peek_next (const char *text, gsize len, char **out_next);
UchWireSnapshot *uch_wire_decode_snapshot (const char *json, gssize len, GError **error);
void             uch_wire_snapshot_free (UchWireSnapshot *self);

/* Order-independent digest of a set of rows (invariant I7): add up over rows, compare. */
UchOutline *uch_wire_parse_outline (const char *geojson, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchWireChanges, uch_wire_changes_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchWireSnapshot, uch_wire_snapshot_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchWireRow, uch_wire_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchWireAck, uch_wire_ack_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchWireOp, uch_wire_op_free)

G_END_DECLS
