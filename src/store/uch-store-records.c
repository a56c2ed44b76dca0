#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-records.h"

#include "core/uch-entity-private.h"

/* These tables are no table of the office. */
#define UCH_TABLE_OWN ((UchTable) UCH_N_TABLES)

static const char *const session_kind_nicks[] = { "desk", "phone", "machine", NULL };
static const char *const verdict_nicks[] = { "ok", "conflict", "rejected", NULL };

static const UchField account_fields[] = {
  UCH_FIELD (UchAccount, login, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD (UchAccount, password, TEXT, UCH_FIELD_SENSITIVE),
  UCH_FIELD_OF (UchAccount, role, uch_role_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchAccount, staff_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchAccount, disabled, BOOL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchAccount, created_at, TIME, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Account, account, OWN)

static const UchField session_fields[] = {
  UCH_FIELD (UchSession, token_hash, TEXT, UCH_FIELD_KEY | UCH_FIELD_SENSITIVE),
  UCH_FIELD (UchSession, account_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchSession, login, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchSession, role, uch_role_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, staff_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchSession, kind, session_kind_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, device_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, device, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, app, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, created_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, used_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchSession, ended_at, TIME, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Session, session, OWN)

static const UchField tracker_fields[] = {
  UCH_FIELD (UchTracker, secret_hash, TEXT, UCH_FIELD_KEY | UCH_FIELD_SENSITIVE),
  UCH_FIELD (UchTracker, staff_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchTracker, name, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchTracker, created_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchTracker, ended_at, TIME, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Tracker, tracker, OWN)

static const UchField delay_fields[] = {
  UCH_FIELD (UchDelay, n_failures, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchDelay, failed_at, TIME, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Delay, delay, OWN)

static const UchField look_fields[] = {
  UCH_FIELD (UchLook, at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchLook, account_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchLook, session_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchLook, table_name, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchLook, row_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchLook, field, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Look, look, OWN)

static const UchField peer_fields[] = {
  UCH_FIELD (UchPeer, last_mid, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPeer, seen_at, TIME, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Peer, peer, OWN)

static const UchField op_fields[] = {
  UCH_FIELD (UchOp, client, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchOp, mid, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, type, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchOp, args, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchOp, at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, received_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, account_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, session_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, staff_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchOp, role, uch_role_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, device, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchOp, verdict, verdict_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, refusal, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, field, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, current_table, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchOp, current_id, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Op, op, OWN)

static const UchField picture_fields[] = {
  UCH_FIELD (UchPicture, mime, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchPicture, size, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPicture, data, TEXT, UCH_FIELD_REQUIRED | UCH_FIELD_PERSONAL),
  UCH_FIELD (UchPicture, created_at, TIME, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Picture, picture, OWN)

static const UchField invite_fields[] = {
  UCH_FIELD (UchInvite, secret_hash, TEXT, UCH_FIELD_KEY | UCH_FIELD_SENSITIVE),
  UCH_FIELD (UchInvite, account_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchInvite, created_by, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchInvite, created_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchInvite, used_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchInvite, session_id, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Invite, invite, OWN)

/**
 * uch_store_list_own_schemas:
 * @out_n_schemas: (out): how many
 *
 * Returns: (array length=out_n_schemas): the tables that stand beside the office's; static
 */
const UchSchema *const *
uch_store_list_own_schemas (guint *out_n_schemas)
{
  static const UchSchema *const schemas[]
      = { &uch_account_schema, &uch_session_schema, &uch_tracker_schema,
          &uch_delay_schema,   &uch_look_schema,    &uch_peer_schema,
          &uch_op_schema,      &uch_picture_schema, &uch_invite_schema };

  *out_n_schemas = G_N_ELEMENTS (schemas);
  return schemas;
}
