/* Where a request comes from: the peer itself, or whom a proxy names that is trusted to. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The proxies whose word is taken; none: everybody is who he is. */
typedef struct _UchOrigins UchOrigins;

UchOrigins   *uch_origins_new (const char *const *proxies, GError **error);
void          uch_origins_free (UchOrigins *self);
gboolean      uch_origins_trust (UchOrigins *self, GSocketAddress *peer);
GInetAddress *uch_origins_find (UchOrigins *self, SoupServerMessage *message);
gboolean      uch_origins_is_local (UchOrigins *self, SoupServerMessage *message);

char       *uch_origin_dup_group (GInetAddress *address);
const char *uch_origin_find_ambiguity (SoupMessageHeaders *headers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchOrigins, uch_origins_free)

G_END_DECLS
