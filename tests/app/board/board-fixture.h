/* A board with an invented office behind it: in memory, no store, no files. */
#pragma once

#include "app/uch-session.h"
#include "support/uch-fake-replica.h"

G_BEGIN_DECLS

typedef struct
{
  UchReplica    *replica;
  UchSyncClient *sync;
  GSettings     *settings;
  UchSession    *session;
  UchTime        now;
} BoardFixture;

void       board_fixture_init (BoardFixture *self);
void       board_fixture_fill_demo (BoardFixture *self);
void       board_fixture_fill_small (BoardFixture *self);
void       board_fixture_clear (BoardFixture *self);
UchTicket *board_fixture_add_ticket (
    BoardFixture *self, const char *id, gint64 number, const char *house_id, const char *name);
GtkWidget *board_fixture_find (GtkWidget *root, GType type, guint index);
void       board_fixture_settle (void);

G_END_DECLS
