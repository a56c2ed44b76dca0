/* The one place where it is decided what a command changes, or why it may not. */
#pragma once

#include "core/uch-command.h"
#include "core/uch-entity.h"
#include "core/uch-people.h"
#include "core/uch-snapshot.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_VERDICT_OK,
  UCH_VERDICT_CONFLICT, /* somebody acted first: "current" shows what stands now */
  UCH_VERDICT_REJECTED, /* the rules say no */
} UchVerdictKind;

/* Why not. The nicks are the codes on the wire. */
typedef enum
{
  UCH_REFUSAL_NONE,
  UCH_REFUSAL_CHANGED,           /* the row is not what the person saw (conflict) */
  UCH_REFUSAL_ACTED_SINCE,       /* undo: somebody built upon it (conflict) */
  UCH_REFUSAL_NOT_ALLOWED,       /* not this role, or not his ticket */
  UCH_REFUSAL_ILLEGAL_STEP,      /* the state machine knows no such step */
  UCH_REFUSAL_UNKNOWN_ROW,       /* the named row does not exist */
  UCH_REFUSAL_UNKNOWN_OPERATION, /* this program does not know the command */
  UCH_REFUSAL_UNKNOWN_ARGUMENT,  /* … or one of its arguments */
  UCH_REFUSAL_MISSING_ARGUMENT,
  UCH_REFUSAL_BAD_ARGUMENT,
  UCH_REFUSAL_TOO_LONG,
  UCH_REFUSAL_EXISTS,       /* an id or a key that is taken */
  UCH_REFUSAL_NOT_ENGINEER, /* assigned to somebody who takes no visits */
  UCH_REFUSAL_NO_CALL,      /* a failed visit needs a logged call */
  UCH_REFUSAL_TOO_LATE,     /* the time for it has passed */
  UCH_REFUSAL_IN_USE,       /* deleting what others refer to */
  UCH_REFUSAL_NOT_UNDOABLE,
} UchRefusal;

/* One row that changes: before == NULL creates, after == NULL deletes. */
struct _UchChange
{
  UchTable   table;
  char      *id;
  UchEntity *before; /* (owned) (nullable) */
  UchEntity *after;  /* (owned) (nullable) */
};

struct _UchVerdict
{
  UchVerdictKind kind;
  UchRefusal     refusal;
  char          *field;   /* the argument it is about; nullable */
  GPtrArray     *changes; /* of UchChange; empty unless OK */
  UchEntity     *current; /* conflict: the row as it stands; nullable */
};

UchChange  *uch_change_new (UchTable table, const char *id, gpointer before, gpointer after);
void        uch_change_free (UchChange *change);
void        uch_verdict_free (UchVerdict *verdict);
const char *uch_refusal_get_nick (UchRefusal refusal);
UchRefusal  uch_refusal_from_nick (const char *nick);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchChange, uch_change_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchVerdict, uch_verdict_free)

UchVerdict *uch_command_decide (const UchCommand *command,
                                const UchActor   *actor,
                                UchSnapshot      *snapshot,
                                UchTime           now);
guint       uch_register_get_roles (UchTable table);
gboolean    uch_register_may_delete (UchTable table);
UchCommand *
uch_command_invert (const UchCommand *command, GPtrArray *changes, const char *id, UchTime at);

G_END_DECLS
