#pragma once

#include "pg/uch-pg.h"

G_BEGIN_DECLS

typedef struct _UchPgListener UchPgListener;

/* Called in the main context that was the default one at uch_pg_listener_new(). */
typedef struct
{
  void (*heard) (const char *text, gpointer user_data);
  /* The line is up; @again: it was down, and what was said meanwhile is lost. */
  void (*connected) (gboolean again, gpointer user_data);
} UchPgListenerFuncs;

UchPgListener *uch_pg_listener_new (UchPg                    *pg,
                                    const char               *channel,
                                    const UchPgListenerFuncs *funcs,
                                    gpointer                  user_data);
void           uch_pg_listener_say (UchPgListener *self, const char *text);
void           uch_pg_listener_free (UchPgListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPgListener, uch_pg_listener_free)

G_END_DECLS
