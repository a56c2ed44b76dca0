/* Begins TLS with whoever connects, so that nobody who says nothing, or half of what is needed, can
 * keep the others waiting. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _UchGreetings UchGreetings;

/* @stream: (transfer full) (nullable): TLS as it was agreed on; %NULL: it came to nothing */
typedef void (*UchGreetedFunc) (GIOStream *stream, gpointer user_data);

UchGreetings *uch_greetings_new (void);
void          uch_greetings_free (UchGreetings *self);
void          uch_greetings_begin (UchGreetings    *self,
                                   GSocket         *socket,
                                   GTlsCertificate *certificate,
                                   const char      *address,
                                   UchGreetedFunc   func,
                                   gpointer         user_data);

G_END_DECLS
