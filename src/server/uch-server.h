/* The store's front door: HTTPS for desks, phones and machines. One thread owns all of it. */
#pragma once

#include "server/uch-listener.h"
#include "store/uch-store-async.h"
#include "sync/uch-wire.h"

G_BEGIN_DECLS

/* Named limits; uch_server_limits_init() sets what protocol and office agreed. */
typedef struct
{
  UchListenerLimits connection;
  guint             requests_per_s;     /* of one token */
  guint             requests_burst_max; /* … that may come at once */
  guint             anonymous_len_max;  /* bytes of a body before it is known who sends it */
  guint             body_len_max;       /* … and after */
  guint             heartbeat_ms;       /* between two signs of life on a live connection */
  guint             drain_ms; /* that requests have to be answered when the server stops */
  guint             tick_ms;  /* between two looks at the clocks that may have run out */
  UchWireVersions   versions; /* of the wire: this program's; a test may say others */
} UchServerLimits;

#define UCH_TYPE_SERVER (uch_server_get_type ())
G_DECLARE_FINAL_TYPE (UchServer, uch_server, UCH, SERVER, GObject)

void uch_server_limits_init (UchServerLimits *limits);
UchServer *
uch_server_new (UchStoreAsync *store, GTlsCertificate *certificate, const UchServerLimits *limits);
gboolean
uch_server_listen (UchServer *self, GSocketAddress *address, guint16 *out_port, GError **error);
gboolean uch_server_set_proxies (UchServer *self, const char *const *proxies, GError **error);
void     uch_server_set_certificate (UchServer *self, GTlsCertificate *certificate);
void     uch_server_stop (UchServer *self);

G_END_DECLS
