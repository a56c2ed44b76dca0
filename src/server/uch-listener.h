/* Takes connections in and keeps them within bounds: libsoup's own listening leaks a descriptor per
 * connection that its client closes, dies for ever on EMFILE and knows no deadlines. */
#pragma once

#include <libsoup/soup.h>

#include "server/uch-door-stream.h"
#include "server/uch-origin.h"

G_BEGIN_DECLS

/* What is allowed to one connection, and how many of them. */
typedef struct
{
  guint connections_max;             /* in all */
  guint connections_per_address_max; /* from one address */
  guint header_ms; /* from the accept to the end of the first header, TLS with it */
  guint body_ms;   /* from there to the end of the body */
  guint idle_ms;   /* from one answer to the end of the next header */
  guint silent_s;  /* without any byte either way */
} UchListenerLimits;

#define UCH_TYPE_LISTENER (uch_listener_get_type ())
G_DECLARE_FINAL_TYPE (UchListener, uch_listener, UCH, LISTENER, GObject)

/* What a connection is doing: it decides which deadline runs. */
typedef enum
{
  UCH_PHASE_HEADER,
  UCH_PHASE_BODY,
  UCH_PHASE_ANSWER, /* ours to finish: no deadline but the silence */
  UCH_PHASE_IDLE,
  UCH_PHASE_LIVE, /* a WebSocket: it has a watchdog of its own */
} UchPhase;

UchListener *
uch_listener_new (SoupServer *soup, GTlsCertificate *certificate, const UchListenerLimits *limits);
void uch_listener_set_certificate (UchListener *self, GTlsCertificate *certificate);
void uch_listener_set_origins (UchListener *self, UchOrigins *origins);
void uch_listener_set_lane (UchListener *self, UchDoorFunc func, gpointer user_data);
gboolean
uch_listener_listen (UchListener *self, GSocketAddress *address, guint16 *out_port, GError **error);
void     uch_listener_stop (UchListener *self);
guint    uch_listener_get_n_connections (UchListener *self);
guint64  uch_listener_get_n_refused (UchListener *self);
void     uch_listener_enter (SoupServerMessage *message, UchPhase phase);
void     uch_listener_cut (SoupServerMessage *message);
GSocket *uch_listener_dup_socket (SoupServerMessage *message);

G_END_DECLS
