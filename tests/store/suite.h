/* A small office in a real store, for the tests of the interface: on SQLite, and with
 * UCH_TEST_STORE=postgres on a PostgreSQL server of its own. */
#pragma once

#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-work.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store-positions.h"
#include "store/uch-store.h"

/* Tuesday 2026-09-01 10:00 in Moscow. */
#define SUITE_NOW G_GINT64_CONSTANT (1788246000000)

typedef struct
{
  char       *dir;
  char       *path;     /* (nullable): the file of SQLite */
  char       *database; /* (nullable): the address of PostgreSQL */
  char       *url;
  UchStore   *store;
  UchSession *local; /* of the store's own machine: may do everything */
  gint64      local_mid;
  UchTime     now;
  guint64     random; /* state of the generator */
  guint       n_ids;
} Suite;

/* Somebody who sends: an outbox with its count. */
typedef struct
{
  Suite      *suite;
  UchSession *session;
  char       *token;
  char       *client;
  gint64      mid;
} Sender;

typedef void (*SuiteFunc) (Suite *self, gconstpointer data);

typedef enum
{
  SUITE_SQLITE,
  SUITE_POSTGRES,
} SuiteDatabase;

void     suite_add (const char *path, SuiteFunc func);
void     suite_add_for (SuiteDatabase database, const char *path, SuiteFunc func);
void     suite_restore (Suite *self, const char *path);
void     suite_move (Suite *self, const char *url);
gboolean suite_exec (const char *url, const char *sql);
char    *suite_dump (Suite *self, gsize *out_len);
void     suite_random (guint8 *buffer, gsize len, gpointer user_data);
void     suite_restart (Suite *self);
char    *suite_id (Suite *self);

/* dasha and dora dispatch, boss is the head, katya a clerk, ivan and petr engineers, adam the
 * admin. They have accounts without passwords. */
Sender *suite_sender (Suite *self, const char *login);
void    sender_free (Sender *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sender, sender_free)

UchStoreAck *sender_push (Sender *self, UchCommand *command);
UchStoreAck *sender_push_at (Sender *self, gint64 mid, UchCommand *command, GError **error);
void         sender_do (Sender *self, UchCommand *command);

void        suite_put (Suite *self, UchTable table, const char *id, GVariant *fields);
gpointer    suite_get (Suite *self, UchTable table, const char *id);
gint64      suite_head (Suite *self);
GVariant   *suite_fields (const char *name, ...) G_GNUC_NULL_TERMINATED;
UchCommand *suite_command (Suite *self, const char *type, ...) G_GNUC_NULL_TERMINATED;
UchCommand *
suite_make_put (Suite *self, const char *table, const char *id, GVariant *fields, GVariant *was);
UchCommand *suite_make_ticket (Suite *self, const char *id);
UchCommand *suite_make_assign (
    Suite *self, const char *ticket, const char *visit, const char *engineer, const char *base);
