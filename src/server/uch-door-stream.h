/* The stream that libsoup is given for a connection. libsoup 3.2 forgets a connection, with its
 * descriptor and memory, when it ends between two requests, be it by the client's leave, by a reset
 * or by broken TLS; one that ends within a request it takes leave of properly. So an end between
 * requests is made to look like the beginning of a request that never came. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_TYPE_DOOR_STREAM (uch_door_stream_get_type ())
G_DECLARE_FINAL_TYPE (UchDoorStream, uch_door_stream, UCH, DOOR_STREAM, GIOStream)

/* Looks at what came between two requests; %TRUE: it is a whole request, and will be answered with
 * uch_door_stream_answer(). libsoup then never sees it. */
typedef gboolean (*UchDoorFunc) (UchDoorStream *self,
                                 const char    *bytes,
                                 gsize          len,
                                 gpointer       user_data);

GIOStream *uch_door_stream_new (GIOStream *base, GSocket *socket);
void       uch_door_stream_set_between (UchDoorStream *self, gboolean between);
void       uch_door_stream_set_func (UchDoorStream *self, UchDoorFunc func, gpointer user_data);
void       uch_door_stream_answer (UchDoorStream *self, const char *text);

G_END_DECLS
