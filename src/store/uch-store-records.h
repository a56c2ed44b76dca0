/* The store's own tables, which no client ever sees: who may come in, and what was done. */
#pragma once

#include "core/uch-decide.h"
#include "core/uch-people.h"

G_BEGIN_DECLS

typedef struct _UchAccount UchAccount;
typedef struct _UchSession UchSession;
typedef struct _UchTracker UchTracker;
typedef struct _UchDelay   UchDelay;
typedef struct _UchLook    UchLook;
typedef struct _UchPeer    UchPeer;
typedef struct _UchOp      UchOp;
typedef struct _UchPicture UchPicture;
typedef struct _UchInvite  UchInvite;

/* Who may sign in. The role here is the one that counts: an admin gives it. What somebody does in
 * the office (UchStaff.role) is the head's to edit and gives no rights. */
struct _UchAccount
{
  UchEntity parent;
  char     *login;    /* folded: see uch_store_add_account() */
  char     *password; /* argon2id, PHC format; NULL: tokens only */
  UchRole   role;
  char     *staff_id; /* nullable */
  gboolean  disabled;
  UchTime   created_at;
};

typedef enum
{
  UCH_SESSION_DESK,
  UCH_SESSION_PHONE,
  UCH_SESSION_MACHINE, /* a token made by the admin, for a source of alerts */
} UchSessionKind;

/* A sign-in. One without an id is the administration at the store's own machine: trusted. */
struct _UchSession
{
  UchEntity      parent;
  char          *token_hash; /* BLAKE2b-256 of the token, hex */
  char          *account_id;
  char          *login; /* with role and staff_id: the account's, fresh at each question */
  UchRole        role;
  char          *staff_id;
  UchSessionKind kind;
  char          *device_id;
  char          *device; /* its name, shown in the history: "from where" */
  char          *app;
  UchTime        created_at;
  UchTime        used_at; /* to the minute */
  UchTime        ended_at;
};

/* A phone that may deliver positions and nothing else. */
struct _UchTracker
{
  UchEntity parent;
  char     *secret_hash; /* BLAKE2b-256 of the secret, hex */
  char     *staff_id;
  char     *name;
  UchTime   created_at;
  UchTime   ended_at;
};

/* Failed sign-ins of a login or from an address, its id: "login:…" or "address:…". */
struct _UchDelay
{
  UchEntity parent;
  gint64    n_failures;
  UchTime   failed_at;
};

/* A look at a sensitive field (152-FZ). Rows are only ever added. */
struct _UchLook
{
  UchEntity parent;
  UchTime   at;
  char     *account_id;
  char     *session_id;
  char     *table_name;
  char     *row_id;
  char     *field;
};

/* Somebody who sends operations, its id: the "client" of the protocol. */
struct _UchPeer
{
  UchEntity parent;
  gint64    last_mid;
  UchTime   seen_at;
};

/* The log: one operation and its verdict; seq is its place in the one order. */
struct _UchOp
{
  UchEntity      parent;
  char          *client;
  gint64         mid;
  char          *type;
  char          *args; /* a{sv}, printed */
  UchTime        at;
  UchTime        received_at;
  char          *account_id;
  char          *session_id;
  char          *staff_id;
  UchRole        role;
  char          *device;
  UchVerdictKind verdict;
  char          *refusal; /* nick */
  char          *field;
  char          *current_table; /* conflict: the row that stood in the way */
  char          *current_id;
};

/* The bytes of photos, its id: their SHA-256. Whatever two photos show alike lies here once. */
struct _UchPicture
{
  UchEntity parent;
  char     *mime;
  gint64    size;
  char     *data; /* base64: rows are text in every database, a copy carries them as they are */
  UchTime   created_at;
};

/* Opens the phone page for one engineer, once. Kept afterwards: it says who let whom in. */
struct _UchInvite
{
  UchEntity parent;
  char     *secret_hash; /* BLAKE2b-256 of the secret, hex */
  char     *account_id;  /* whose phone it opens */
  char     *created_by;  /* account; NULL: the administration at the store's own machine */
  UchTime   created_at;
  UchTime   used_at;    /* also when another one took its place */
  char     *session_id; /* what it opened */
};

UCH_DECLARE_ENTITY (Account, account, ACCOUNT)
UCH_DECLARE_ENTITY (Session, session, SESSION)
UCH_DECLARE_ENTITY (Tracker, tracker, TRACKER)
UCH_DECLARE_ENTITY (Delay, delay, DELAY)
UCH_DECLARE_ENTITY (Look, look, LOOK)
UCH_DECLARE_ENTITY (Peer, peer, PEER)
UCH_DECLARE_ENTITY (Op, op, OP)
UCH_DECLARE_ENTITY (Picture, picture, PICTURE)
UCH_DECLARE_ENTITY (Invite, invite, INVITE)

extern const UchSchema uch_account_schema, uch_session_schema, uch_tracker_schema, uch_delay_schema,
    uch_look_schema, uch_peer_schema, uch_op_schema, uch_picture_schema, uch_invite_schema;

const UchSchema *const *uch_store_list_own_schemas (guint *out_n_schemas);

G_END_DECLS
