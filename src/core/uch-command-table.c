/* What each command takes and who may send it. */
#include <string.h>

#include "core/uch-command.h"
#include "core/uch-people.h"

#define R(role) (1u << UCH_ROLE_##role)
#define DESK (R (DISPATCHER) | R (HEAD))
#define FIELD (DESK | R (ENGINEER))
#define STAFF (FIELD | R (CLERK))
#define CALLERS (R (CLERK) | R (HEAD) | R (ENGINEER))
#define ALL (STAFF | R (ADMIN) | R (STORE))

#define ARGS(...)                                                                                  \
  (const UchArg[])                                                                                 \
  {                                                                                                \
    __VA_ARGS__, { NULL }                                                                          \
  }

/* Every command may also carry "group" (made at one stroke), "base" (the rev of the row that the
 * person saw) and "warnings" (what was known and accepted). */
const UchArg uch_command_common_args[]
    = { { "group", 'i', FALSE }, { "base", 'i', FALSE }, { "warnings", 's', FALSE }, { NULL } };

/* For row.put the roles of each table stand in uch-decide-register.c. */
static const UchCommandSpec specs[] = {
  { UCH_COMMAND_PUT, ALL,
    ARGS ({ "table", 's', TRUE },
          { "id", 'i', TRUE },
          { "fields", 'v', TRUE },
          { "was", 'v', FALSE }) },
  { UCH_COMMAND_DELETE, ALL, ARGS ({ "table", 's', TRUE }, { "id", 'i', TRUE }) },
  { UCH_COMMAND_UNDO, STAFF | R (ADMIN), ARGS ({ "event", 'i', TRUE }) },
  { UCH_COMMAND_TICKET_CREATE, STAFF | R (SOURCE) | R (STORE),
    ARGS ({ "ticket", 'i', TRUE }, { "fields", 'v', TRUE }) },
  { UCH_COMMAND_TICKET_EDIT, STAFF,
    ARGS ({ "ticket", 'i', TRUE }, { "fields", 'v', TRUE }, { "was", 'v', FALSE }) },
  { UCH_COMMAND_TICKET_TAKE, FIELD, ARGS ({ "ticket", 'i', TRUE }) },
  { UCH_COMMAND_TICKET_HOLD, FIELD,
    ARGS ({ "ticket", 'i', TRUE }, { "reason", 's', TRUE }, { "wake_at", 'x', TRUE }) },
  { UCH_COMMAND_TICKET_WAKE, FIELD | R (STORE), ARGS ({ "ticket", 'i', TRUE }) },
  { UCH_COMMAND_TICKET_RESOLVE, FIELD | R (STORE),
    ARGS ({ "ticket", 'i', TRUE },
          { "how", 's', TRUE },
          { "code", 's', TRUE },
          { "text", 's', FALSE }) },
  { UCH_COMMAND_TICKET_CLOSE, R (CLERK) | R (HEAD) | R (STORE), ARGS ({ "ticket", 'i', TRUE }) },
  { UCH_COMMAND_TICKET_REOPEN, DESK | R (CLERK),
    ARGS ({ "ticket", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_TICKET_CANCEL, DESK,
    ARGS ({ "ticket", 'i', TRUE }, { "reason", 's', TRUE }, { "linked", 'i', FALSE }) },
  { UCH_COMMAND_TICKET_REJECT, DESK, ARGS ({ "ticket", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_VISIT_PLAN, FIELD,
    ARGS ({ "ticket", 'i', TRUE },
          { "visit", 'i', TRUE },
          { "mode", 's', TRUE },
          { "from_at", 'x', FALSE },
          { "to_at", 'x', FALSE }) },
  { UCH_COMMAND_VISIT_MOVE, FIELD,
    ARGS ({ "visit", 'i', TRUE },
          { "next", 'i', TRUE },
          { "by", 's', TRUE },
          { "mode", 's', TRUE },
          { "from_at", 'x', FALSE },
          { "to_at", 'x', FALSE }) },
  { UCH_COMMAND_VISIT_ASSIGN, FIELD,
    ARGS ({ "ticket", 'i', TRUE }, { "visit", 'i', TRUE }, { "engineer", 'i', TRUE }) },
  { UCH_COMMAND_VISIT_UNASSIGN, DESK, ARGS ({ "visit", 'i', TRUE }, { "reason", 's', FALSE }) },
  { UCH_COMMAND_VISIT_ACCEPT, FIELD, ARGS ({ "visit", 'i', TRUE }) },
  { UCH_COMMAND_VISIT_DECLINE, FIELD, ARGS ({ "visit", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_VISIT_DEPART, FIELD, ARGS ({ "visit", 'i', TRUE }) },
  { UCH_COMMAND_VISIT_ARRIVE, FIELD, ARGS ({ "visit", 'i', TRUE }) },
  { UCH_COMMAND_VISIT_FINISH, FIELD,
    ARGS ({ "visit", 'i', TRUE },
          { "result", 's', TRUE },
          { "code", 's', FALSE },
          { "reason", 's', FALSE },
          { "text", 's', FALSE }) },
  { UCH_COMMAND_VISIT_FAIL, FIELD, ARGS ({ "visit", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_VISIT_MISS, R (HEAD) | R (STORE),
    ARGS ({ "visit", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_VISIT_CANCEL, DESK, ARGS ({ "visit", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_VISIT_EXEMPT, R (HEAD), ARGS ({ "visit", 'i', TRUE }, { "reason", 's', TRUE }) },
  { UCH_COMMAND_VISIT_CONFIRM, R (STORE), ARGS ({ "visit", 'i', TRUE }, { "seen_at", 'x', TRUE }) },
  { UCH_COMMAND_NOTE_ADD, STAFF,
    ARGS ({ "note", 'i', TRUE },
          { "ticket", 'i', FALSE },
          { "house", 'i', FALSE },
          { "text", 's', TRUE }) },
  { UCH_COMMAND_CALL_LOG, STAFF,
    ARGS ({ "call", 'i', TRUE },
          { "ticket", 'i', TRUE },
          { "outcome", 's', TRUE },
          { "call_back_at", 'x', FALSE },
          { "text", 's', FALSE }) },
  { UCH_COMMAND_PHOTO_ADD, FIELD,
    ARGS ({ "photo", 'i', TRUE },
          { "ticket", 'i', TRUE },
          { "sha256", 's', TRUE },
          { "mime", 's', TRUE },
          { "size", 'x', TRUE },
          { "width", 'x', TRUE },
          { "height", 'x', TRUE },
          { "taken_at", 'x', FALSE },
          { "text", 's', FALSE }) },
  { UCH_COMMAND_FOLLOWUP_MAKE, R (STORE), ARGS ({ "ticket", 'i', TRUE }) },
  { UCH_COMMAND_FOLLOWUP_REDATE, R (STORE), ARGS ({ "followup", 'i', TRUE }) },
  { UCH_COMMAND_FOLLOWUP_TAKE, CALLERS, ARGS ({ "followup", 'i', TRUE }) },
  { UCH_COMMAND_FOLLOWUP_RELEASE, CALLERS, ARGS ({ "followup", 'i', TRUE }) },
  { UCH_COMMAND_FOLLOWUP_RECORD, CALLERS,
    ARGS ({ "followup", 'i', TRUE },
          { "also", 's', FALSE },
          { "outcome", 's', TRUE },
          { "score", 'x', FALSE },
          { "nps", 'x', FALSE },
          { "reasons", 's', FALSE },
          { "text", 's', FALSE },
          { "call_back_at", 'x', FALSE },
          { "ticket", 'i', FALSE },
          { "category", 's', FALSE }) },
};

/**
 * uch_command_spec_get:
 *
 * Returns: (nullable): what the command @type takes; static
 */
const UchCommandSpec *
uch_command_spec_get (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if (strcmp (specs[i].type, type) == 0)
      return &specs[i];
  return NULL;
}

const UchCommandSpec *
uch_command_spec_list (guint *out_n_specs)
{
  *out_n_specs = G_N_ELEMENTS (specs);
  return specs;
}
