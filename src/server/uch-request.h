/* One request from its header to its answer: who asks, the body within its limit, the refusal that
 * names what is wrong. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "server/uch-metrics.h"
#include "server/uch-server.h"

G_BEGIN_DECLS

typedef struct _UchRequest UchRequest;

typedef void (*UchRouteFunc) (UchRequest *request);

typedef enum
{
  UCH_ROUTE_OPEN = 1 << 0,    /* nobody needs to be known */
  UCH_ROUTE_PREFIX = 1 << 1,  /* the path may go on */
  UCH_ROUTE_FREE = 1 << 2,    /* costs a token little: reads that follow a poke */
  UCH_ROUTE_SOCKET = 1 << 3,  /* a WebSocket answers, not a function */
  UCH_ROUTE_CHECKED = 1 << 5, /* the store asks who it is when it writes */
  UCH_ROUTE_PICTURE = 1 << 6, /* the body is a picture, not JSON */
} UchRouteFlags;

typedef struct
{
  const char   *method;
  const char   *path;
  UchRouteFlags flags;
  UchRouteFunc  func;
} UchRoute;

/* It lives exactly as long as its message: a reference to one is a reference to the other. */
struct _UchRequest
{
  UchServer         *server;  /* (owned) */
  SoupServerMessage *message; /* (unowned) */
  const UchRoute    *route;   /* (nullable) */
  UchGroup           group;
  gint64             started_us;
  GByteArray        *body;    /* (owned) */
  gsize              len_max; /* of the body */
  gsize              len;     /* of the body so far, also of what was not kept */
  UchSession        *session; /* (owned) (nullable) */
  char              *token;   /* (nullable) */
  char              *from;    /* (nullable): the address that limits are counted by */
  GHashTable        *query;   /* (owned) (nullable): made when asked for */
  gboolean           paused;
  gboolean           answered;
  gboolean           over;              /* answered to the end, or cut */
  gboolean           gone;              /* the client has left: nobody reads an answer */
  gint64             since, wait_until; /* of a long poll */
  guint              limit;
  guint              timeout_id;
};

UchRequest *uch_request_new (UchServer *server, SoupServerMessage *message);
UchRequest *uch_request_ref (UchRequest *self);
void        uch_request_unref (UchRequest *self);
UchRequest *uch_request_of (SoupServerMessage *message);

void     uch_request_pause (UchRequest *self);
gboolean uch_request_takes_gzip (UchRequest *self);

void uch_request_answer (UchRequest *self, guint status, const char *type, GBytes *body);
void uch_request_answer_json (UchRequest *self, char *json);
void uch_request_answer_nothing (UchRequest *self);
void uch_request_refuse (
    UchRequest *self, guint status, const char *code, const char *field, const char *format, ...)
    G_GNUC_PRINTF (5, 6);
void        uch_request_refuse_with (UchRequest *self,
                                     guint       status,
                                     const char *code,
                                     const char *field,
                                     const char *detail,
                                     ...) G_GNUC_NULL_TERMINATED;
void        uch_request_refuse_schema (UchRequest *self, const char *detail);
void        uch_request_refuse_epoch (UchRequest *self, const char *field, const char *detail);
const char *uch_request_get_word (const GError *error);
void        uch_request_fail (UchRequest *self, const GError *error);

/* What a request says: uch-request-read.c. */
typedef struct
{
  const char *name;
  char        kind; /* 's' text, 'x' whole number, 'd' number, 'b' flag, 'o' object, 'a' list */
  gboolean    required;
  gsize       len_max; /* of a text, bytes */
} UchMember;

gboolean    uch_request_check_schema (UchRequest *self);
gboolean    uch_request_read_query (UchRequest *self, const char *const *names);
const char *uch_request_get_query (UchRequest *self, const char *name);
gboolean    uch_request_get_query_int (UchRequest   *self,
                                       const char   *name,
                                       gint64        min,
                                       gint64        max,
                                       const gint64 *fallback,
                                       gint64       *out_value);
JsonObject *
uch_request_read_object (UchRequest *self, const UchMember *members, JsonNode **out_root);
gboolean
uch_members_check (JsonObject *object, const UchMember *members, const char *where, GError **error);
const char *uch_member_get_text (JsonObject *object, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchRequest, uch_request_unref)

G_END_DECLS
