/* The line between the processes at one PostgreSQL database. */

#define G_LOG_DOMAIN "uch-store"

#include "pg/uch-pg-listener.h"
#include "store/uch-store-postgres-private.h"

typedef struct
{
  UchStoreLine             parent;
  UchPgListener           *listener; /* (owned) */
  const UchStoreLineFuncs *funcs;
  gpointer                 user_data;
} Line;

static void
heard_cb (const char *text, gpointer user_data)
{
  Line *self = user_data;

  self->funcs->heard (text, self->user_data);
}

static void
connected_cb (gboolean again, gpointer user_data)
{
  Line *self = user_data;

  self->funcs->connected (again, self->user_data);
}

static void
line_say (UchStoreLine *line, const char *text)
{
  uch_pg_listener_say (((Line *) line)->listener, text);
}

static void
line_free (UchStoreLine *line)
{
  uch_pg_listener_free (((Line *) line)->listener);
  g_free (line);
}

UchStoreLine *
uch_store_postgres_open_line (UchStoreBackend         *backend,
                              const UchStoreLineFuncs *funcs,
                              gpointer                 user_data)
{
  static const UchPgListenerFuncs listener_funcs = { heard_cb, connected_cb };
  UchStorePostgres               *postgres = (UchStorePostgres *) backend;
  Line                           *self = g_new0 (Line, 1);

  self->parent.say = line_say;
  self->parent.free = line_free;
  self->funcs = funcs;
  self->user_data = user_data;
  self->listener = uch_pg_listener_new (postgres->pg, postgres->channel, &listener_funcs, self);
  return &self->parent;
}
