#include "server/admin/uch-notify.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

/**
 * uch_notify_say:
 * @state: "READY=1" and the like, one per line
 * @error: %G_IO_ERROR
 *
 * One datagram to the socket that $NOTIFY_SOCKET names; see sd_notify(3). By hand: libsystemd would
 * be a dependency for this alone.
 *
 * Returns: %FALSE when it could not be said; %TRUE also when nobody wants to hear it
 */
gboolean
uch_notify_say (const char *state, GError **error)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (path == NULL || (path[0] != '/' && path[0] != '@'))
    return TRUE;
  if (path[0] == '@')
    address = g_unix_socket_address_new_with_type (path + 1, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  else
    address = g_unix_socket_address_new (path);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT,
                         error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE); /* a full queue must not hold up the desks */
  return g_socket_send_to (socket, address, state, strlen (state), NULL, error) >= 0;
}

/**
 * uch_notify_get_watchdog_ms:
 *
 * Returns: how often to say "WATCHDOG=1": half of what systemd waits for; 0: it does not wait
 */
guint
uch_notify_get_watchdog_ms (void)
{
  const char *interval = g_getenv ("WATCHDOG_USEC");
  const char *whom = g_getenv ("WATCHDOG_PID");
  guint64     us;

  if (interval == NULL || !g_ascii_string_to_unsigned (interval, 10, 1, G_MAXINT, &us, NULL)
      || (whom != NULL && atoi (whom) != getpid ()))
    return 0;
  return (guint) MAX (us / 2000, 1);
}
