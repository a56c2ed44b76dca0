/* The two state machines: which step leads where, and who may take it. */
#pragma once

#include "core/uch-work.h"

G_BEGIN_DECLS

typedef struct
{
  UchTicketState from;
  const char    *command;
  UchTicketState to;
  guint          roles; /* 1 << UchRole */
} UchTicketStep;

typedef struct
{
  UchVisitState from;
  const char   *command;
  UchVisitState to;
  guint         roles;
} UchVisitStep;

const UchTicketStep *uch_ticket_step_find (UchTicketState from, const char *command, UchRole role);
const UchVisitStep  *uch_visit_step_find (UchVisitState from, const char *command, UchRole role);
const UchTicketStep *uch_ticket_step_list (guint *out_n_steps);
const UchVisitStep  *uch_visit_step_list (guint *out_n_steps);

G_END_DECLS
