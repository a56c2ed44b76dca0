/* A tiny office in memory, for the tests of the rules: zones z1 and z2, a house in each, people of
 * every role, one open ticket t1. */
#pragma once

#include "core/uch-decide.h"
#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

/* Tuesday 2026-09-01 10:00 in Moscow. */
#define OFFICE_NOW G_GINT64_CONSTANT (1788246000000)

typedef struct
{
  UchMemorySnapshot *snapshot;
  guint              n_commands;
  UchTime            now;
} Office;

Office     *office_new (void);
void        office_free (Office *self);
UchActor    office_actor (UchRole role);
gpointer    office_peek (Office *self, UchTable table, const char *id);
UchVerdict *office_try (Office *self, UchRole role, UchCommand *command);
char       *office_do (Office *self, UchRole role, UchCommand *command);
UchCommand *office_command (Office *self, const char *type, ...) G_GNUC_NULL_TERMINATED;
void        office_put_ticket (Office *self, const char *id, UchTicketState state);
void office_put_visit (Office *self, const char *id, const char *ticket_id, UchVisitState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Office, office_free)
