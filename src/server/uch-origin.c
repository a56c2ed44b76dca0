#define G_LOG_DOMAIN "uch-server"

#include "server/uch-origin.h"

#include <string.h>

/* Nobody has more proxies one after the other; a longer list is a client's invention. */
#define HOPS_MAX 8
/* Bits of an IPv6 address that name a network: whoever has one has all addresses in it. */
#define GROUP_BITS 64

struct _UchOrigins
{
  GPtrArray *proxies; /* of GInetAddressMask (owned) */
};

/**
 * uch_origins_new:
 * @proxies: (nullable) (array zero-terminated=1): addresses or networks, as in "10.0.0.0/8"
 * @error: %G_IO_ERROR_INVALID_ARGUMENT
 *
 * Returns: (transfer full) (nullable): whose X-Forwarded-For is believed
 */
UchOrigins *
uch_origins_new (const char *const *proxies, GError **error)
{
  g_autoptr (UchOrigins) self = g_new0 (UchOrigins, 1);

  self->proxies = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; proxies != NULL && proxies[i] != NULL; i++)
    {
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (proxies[i], error);

      if (mask == NULL)
        return NULL;
      g_ptr_array_add (self->proxies, mask);
    }
  return g_steal_pointer (&self);
}

void
uch_origins_free (UchOrigins *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->proxies);
  g_free (self);
}

/* An IPv4 address that came in over an IPv6 socket is an IPv4 address (RFC 4291, 2.5.5.2). */
static GInetAddress *
unmap (GInetAddress *address)
{
  static const guint8 prefix[12] = { [10] = 0xff, [11] = 0xff };
  const guint8       *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
      && memcmp (bytes, prefix, sizeof prefix) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof prefix, G_SOCKET_FAMILY_IPV4);
  return g_object_ref (address);
}

static GInetAddress *
dup_peer (GSocketAddress *peer)
{
  return G_IS_INET_SOCKET_ADDRESS (peer)
             ? unmap (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (peer)))
             : NULL;
}

static gboolean
is_proxy (UchOrigins *self, GInetAddress *address)
{
  for (guint i = 0; i < self->proxies->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (self->proxies, i), address))
      return TRUE;
  return FALSE;
}

/**
 * uch_origins_trust:
 *
 * Returns: whether @peer is one of the proxies: many people come through it
 */
gboolean
uch_origins_trust (UchOrigins *self, GSocketAddress *peer)
{
  g_autoptr (GInetAddress) address = dup_peer (peer);

  return address != NULL && is_proxy (self, address);
}

/**
 * uch_origins_find:
 *
 * Reads X-Forwarded-For from its end, which the nearest proxy wrote, as far as the proxies are
 * trusted: what stands further left anybody may have invented.
 *
 * Returns: (transfer full) (nullable): who asks
 */
GInetAddress *
uch_origins_find (UchOrigins *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char         *said = soup_message_headers_get_list (headers, "X-Forwarded-For");
  g_autoptr (GInetAddress) who = dup_peer (soup_server_message_get_remote_address (message));
  g_auto (GStrv) hops = NULL;

  if (who == NULL || said == NULL)
    return g_steal_pointer (&who);
  hops = g_strsplit (said, ",", -1);
  for (guint n = g_strv_length (hops), i = 0; i < MIN (n, HOPS_MAX) && is_proxy (self, who); i++)
    {
      g_autoptr (GInetAddress) hop = g_inet_address_new_from_string (g_strstrip (hops[n - 1 - i]));

      if (hop == NULL)
        break;
      g_object_unref (who);
      who = unmap (hop);
    }
  return g_steal_pointer (&who);
}

/**
 * uch_origins_is_local:
 *
 * Returns: whether a program on this machine asks, and not somebody through a proxy on it. A proxy
 *     that nobody told us of is noticed by what it adds
 */
gboolean
uch_origins_is_local (UchOrigins *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  GSocketAddress     *peer = soup_server_message_get_remote_address (message);
  g_autoptr (GInetAddress) who = uch_origins_find (self, message);

  if (who == NULL || !g_inet_address_get_is_loopback (who))
    return FALSE;
  return uch_origins_trust (self, peer)
         || (soup_message_headers_get_list (headers, "X-Forwarded-For") == NULL
             && soup_message_headers_get_list (headers, "Forwarded") == NULL
             && soup_message_headers_get_list (headers, "Via") == NULL);
}

/**
 * uch_origin_dup_group:
 *
 * Returns: (transfer full): what limits are counted by: the address, of IPv6 its network of 64 bits
 */
char *
uch_origin_dup_group (GInetAddress *address)
{
  g_autoptr (GInetAddress) plain = unmap (address);
  g_autoptr (GInetAddress) network = NULL;
  g_autofree char *text = NULL;
  guint8           bytes[16] = { 0 };

  if (g_inet_address_get_family (plain) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (plain);
  memcpy (bytes, g_inet_address_to_bytes (plain), GROUP_BITS / 8);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  text = g_inet_address_to_string (network);
  return g_strdup_printf ("%s/%d", text, GROUP_BITS);
}

/**
 * uch_origin_find_ambiguity:
 *
 * Two readings of one request, one by a proxy and one by us, are how requests are smuggled past it
 * (RFC 9112, 6.3 and 11.2).
 *
 * Returns: (nullable): the header that says something twice
 */
const char *
uch_origin_find_ambiguity (SoupMessageHeaders *headers)
{
  static const char *const single[]
      = { "Host", "Content-Length", "Transfer-Encoding", "Authorization", "Content-Type" };
  enum
  {
    LENGTH = 1,
    ENCODING = 2
  };
  guint                  counts[G_N_ELEMENTS (single)] = { 0 };
  SoupMessageHeadersIter iter;
  const char            *name, *value;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    for (guint i = 0; i < G_N_ELEMENTS (single); i++)
      if (g_ascii_strcasecmp (name, single[i]) == 0 && ++counts[i] > 1)
        return single[i];
  return counts[LENGTH] > 0 && counts[ENCODING] > 0 ? single[ENCODING] : NULL;
}
