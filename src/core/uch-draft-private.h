/* For the files of core/ that decide: the verdict while it is being made. */
#pragma once

#include "core/uch-decide.h"
#include "core/uch-followup.h"
#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

/* Lives during one uch_command_decide(). */
typedef struct
{
  const UchCommand *command;  /* borrowed */
  const UchActor   *actor;    /* borrowed */
  UchSnapshot      *snapshot; /* borrowed */
  UchTime           now;
  UchTime           at;      /* when it happened: the client's clock where it can be believed */
  UchVerdict       *verdict; /* owned */
  UchEvent         *event;   /* owned: the journal's row of this command */
  GPtrArray        *held;    /* owned: rows looked at */
  GHashTable       *kept;    /* owned: rows that keep their rev: an undo has put it back, or
                              * nobody need look at them again */
} UchDraft;

typedef gboolean (*UchDecideFunc) (UchDraft *draft);

gboolean uch_draft_refuse (UchDraft *draft, UchRefusal refusal, const char *field);
gboolean
uch_draft_conflict (UchDraft *draft, UchRefusal refusal, const char *field, gpointer current);
gpointer uch_draft_peek (UchDraft *draft, UchTable table, const char *id);
gpointer uch_draft_need (UchDraft *draft, UchTable table, const char *argument);
gpointer uch_draft_edit (UchDraft *draft, gpointer row);
gpointer uch_draft_create (UchDraft *draft, UchTable table, const char *id, const char *argument);
void     uch_draft_remove (UchDraft *draft, gpointer row);
gboolean uch_draft_check_base (UchDraft *draft, gpointer row);
gboolean uch_draft_check_engineer (UchDraft *draft, const UchTicket *ticket);
gboolean uch_draft_set_fields (UchDraft *draft, gpointer row, GVariant *fields);
gboolean uch_draft_check_was (UchDraft *draft, gpointer row, GVariant *fields, GVariant *was);
gboolean uch_draft_check_required (UchDraft *draft, gpointer row);
void     uch_draft_derive_ticket (UchDraft *draft, UchTicket *ticket);
void     uch_draft_derive_client (UchDraft *draft, UchClient *client);
void
uch_draft_end_visit (UchDraft *draft, UchVisit *visit, UchVisitState state, const char *reason);
UchTicket *
uch_draft_make_ticket (UchDraft *draft, const char *id, const char *argument, GVariant *fields);
gboolean    uch_draft_reopen (UchDraft *draft, UchTicket *ticket, const char *reason);
void        uch_draft_drop_followups (UchDraft *draft, const char *field, const char *value);
void        uch_draft_follow_ticket (UchDraft *draft, const UchTicket *ticket);
UchVisit   *uch_draft_peek_open_visit (UchDraft *draft, const UchTicket *ticket);
void        uch_draft_touch_contact (UchDraft *draft, UchTicket *ticket);
char       *uch_draft_list_names (GVariant *fields);
char       *uch_draft_print_before (UchDraft *draft);
void        uch_draft_note_visit (UchDraft *draft, const UchVisit *visit);
void        uch_draft_excuse (UchDraft *draft, UchVisit *visit, const UchTicket *ticket);
const char *uch_draft_text (UchDraft *draft, const char *argument);

gboolean uch_decide_put (UchDraft *draft);
gboolean uch_decide_delete (UchDraft *draft);
gboolean uch_decide_undo (UchDraft *draft);
gboolean uch_decide_ticket_create (UchDraft *draft);
gboolean uch_decide_ticket_edit (UchDraft *draft);
gboolean uch_decide_ticket_step (UchDraft *draft);
gboolean uch_decide_visit_plan (UchDraft *draft);
gboolean uch_decide_visit_move (UchDraft *draft);
gboolean uch_decide_visit_assign (UchDraft *draft);
gboolean uch_decide_visit_step (UchDraft *draft);
gboolean uch_decide_visit_exempt (UchDraft *draft);
gboolean uch_decide_visit_confirm (UchDraft *draft);
gboolean uch_decide_note (UchDraft *draft);
gboolean uch_decide_call (UchDraft *draft);
gboolean uch_decide_photo (UchDraft *draft);
gboolean uch_decide_followup_make (UchDraft *draft);
gboolean uch_decide_followup_redate (UchDraft *draft);
gboolean uch_decide_followup_take (UchDraft *draft);
gboolean uch_decide_followup_record (UchDraft *draft);

G_END_DECLS
