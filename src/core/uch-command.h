/* A person's act, as sent: what was meant, not which rows it changes. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

/* Types. The arguments of each stand in uch-command-table.c. */
#define UCH_COMMAND_PUT "row.put"       /* create or edit a row of a register, field by field */
#define UCH_COMMAND_DELETE "row.delete" /* remove a row of a register */
#define UCH_COMMAND_UNDO "act.undo"     /* take back an accepted command: its inverse */
#define UCH_COMMAND_TICKET_CREATE "ticket.create"
#define UCH_COMMAND_TICKET_EDIT "ticket.edit"
#define UCH_COMMAND_TICKET_TAKE "ticket.take"
#define UCH_COMMAND_TICKET_HOLD "ticket.hold"
#define UCH_COMMAND_TICKET_WAKE "ticket.wake"
#define UCH_COMMAND_TICKET_RESOLVE "ticket.resolve"
#define UCH_COMMAND_TICKET_CLOSE "ticket.close"
#define UCH_COMMAND_TICKET_REOPEN "ticket.reopen"
#define UCH_COMMAND_TICKET_CANCEL "ticket.cancel"
#define UCH_COMMAND_TICKET_REJECT "ticket.reject"
#define UCH_COMMAND_VISIT_PLAN "visit.plan"
#define UCH_COMMAND_VISIT_MOVE "visit.move"
#define UCH_COMMAND_VISIT_ASSIGN "visit.assign"
#define UCH_COMMAND_VISIT_UNASSIGN "visit.unassign"
#define UCH_COMMAND_VISIT_ACCEPT "visit.accept"
#define UCH_COMMAND_VISIT_DECLINE "visit.decline"
#define UCH_COMMAND_VISIT_DEPART "visit.depart"
#define UCH_COMMAND_VISIT_ARRIVE "visit.arrive"
#define UCH_COMMAND_VISIT_FINISH "visit.finish"
#define UCH_COMMAND_VISIT_FAIL "visit.fail"
#define UCH_COMMAND_VISIT_MISS "visit.miss"
#define UCH_COMMAND_VISIT_CANCEL "visit.cancel"
#define UCH_COMMAND_VISIT_EXEMPT "visit.exempt"
#define UCH_COMMAND_VISIT_CONFIRM "visit.confirm" /* a position says that he is there */
#define UCH_COMMAND_NOTE_ADD "note.add"
#define UCH_COMMAND_CALL_LOG "call.log"
#define UCH_COMMAND_PHOTO_ADD "photo.add"               /* the picture is in the store already */
#define UCH_COMMAND_FOLLOWUP_MAKE "followup.make"       /* the store: work was done */
#define UCH_COMMAND_FOLLOWUP_REDATE "followup.redate"   /* the store: the calendar changed */
#define UCH_COMMAND_FOLLOWUP_TAKE "followup.take"       /* I am calling this client */
#define UCH_COMMAND_FOLLOWUP_RELEASE "followup.release" /* … and I am not, after all */
#define UCH_COMMAND_FOLLOWUP_RECORD "followup.record"   /* what came of the call */

/* Longest text of a command's argument, in bytes; a longer one is refused with "too_long". */
#define UCH_TEXT_LEN_MAX (64 * 1024)

struct _UchCommand
{
  grefcount ref_count;
  char     *id; /* UUIDv7, made by the client */
  char     *type;
  GVariant *args; /* a{sv}: s, x, d, b, a{sv} */
  UchTime   at;   /* the client's clock */
};

#define UCH_TYPE_COMMAND (uch_command_get_type ())
GType       uch_command_get_type (void) G_GNUC_CONST;
UchCommand *uch_command_new (const char *id, const char *type, GVariant *args, UchTime at);
UchCommand *
uch_command_new_with (const char *id, const char *type, UchTime at, ...) G_GNUC_NULL_TERMINATED;
UchCommand *uch_command_new_valist (const char *id, const char *type, UchTime at, va_list ap);
UchCommand *uch_command_ref (UchCommand *command);
void        uch_command_unref (UchCommand *command);
const char *uch_command_get_text (const UchCommand *command, const char *name);
gint64      uch_command_get_int (const UchCommand *command, const char *name, gint64 fallback);
gboolean    uch_command_get_bool (const UchCommand *command, const char *name);
GVariant   *uch_command_get_dict (const UchCommand *command, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCommand, uch_command_unref)

/* What a command takes: for validation, for forms, for the protocol's description. */
typedef struct
{
  const char *name;
  char        type; /* 's' text, 'i' id, 'x' number or time, 'b' flag, 'v' fields */
  gboolean    required;
} UchArg;

typedef struct
{
  const char   *type;
  guint         roles; /* 1 << UchRole */
  const UchArg *args;
} UchCommandSpec;

extern const UchArg   uch_command_common_args[];
const UchCommandSpec *uch_command_spec_get (const char *type);
const UchCommandSpec *uch_command_spec_list (guint *out_n_specs);

G_END_DECLS
