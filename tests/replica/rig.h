/* A real store process, and desks of this process that talk to it over HTTPS. */
#pragma once

#include "core/uch-place.h"
#include "core/uch-work.h"
#include "replica/uch-sync-client.h"
#include "replica/uch-ticket-query.h"

G_BEGIN_DECLS

#define RIG_PASSWORD "demo-uchastok"

typedef struct
{
  char        *directory; /* of everything */
  char        *data;      /* of the store */
  GSubprocess *process;   /* (nullable) */
  guint        port;
  char        *url;
  char        *fingerprint;
  const char  *extra; /* (nullable): one more word for "serve" */
} Rig;

Rig *rig_new (void);
void rig_free (Rig *rig);
void rig_serve (Rig *rig); /* on the same port as before */
void rig_kill (Rig *rig);
void rig_admin (Rig *rig, const char *verb, const char *what, const char *who);

typedef struct
{
  Rig           *rig;
  char          *directory;
  char          *login;
  char          *token;
  UchReplica    *replica;
  UchSyncClient *client;
  guint          n_refused;
} Desk;

Desk *desk_new (Rig *rig, const char *login);
void  desk_open (Desk *desk);
void  desk_sign_in (Desk *desk);
void  desk_start (Desk *desk);
void  desk_close (Desk *desk);
void  desk_free (Desk *desk);

UchOutcome *desk_submit (Desk *desk, UchCommand *command);
GPtrArray  *desk_undo (Desk *desk, gboolean redo);
UchTicket  *desk_pick (Desk *desk, const char *id, gboolean wants_no_visit);
UchStaff   *desk_pick_engineer (Desk *desk, guint n);
UchCommand *desk_make_assign (Desk *desk, UchTicket *ticket, UchStaff *engineer);

typedef gboolean (*Condition) (gpointer data);
void  rig_wait (Condition condition, gpointer data, const char *what);
guint rig_property (gpointer object, const char *name);

/* One call that ends by its callback. */
typedef struct
{
  GAsyncResult *result;
} Call;
void          call_cb (GObject *source, GAsyncResult *result, gpointer call);
GAsyncResult *call_wait (Call *call);

G_END_DECLS
