/* The verbs of uchastok-store. Each reads its own options and returns the exit status, after one
 * clear sentence when it is not 0. */
#pragma once

#include "server/admin/uch-cli-output.h"
#include "server/admin/uch-folder.h"
#include "store/uch-store-accounts.h"

G_BEGIN_DECLS

#define UCH_CLI_FAILED 1  /* begun, and it failed or found a fault */
#define UCH_CLI_REFUSED 2 /* nothing was begun: wrong words, no store there, a newer one… */

/* The texts of --help are to be translated, but for arguments and example. */
typedef struct
{
  const char *name;
  const char *arguments; /* (nullable): the words that follow it; NULL: there are none */
  const char *summary;
  const char *example;      /* what follows "uchastok-store" */
  gboolean    has_no_place; /* works without --data */
  int (*run) (int argc, char *argv[]);
} UchCliVerb;

/* What every verb takes; the strings are owned. */
typedef struct
{
  char  *folder; /* --data DIR */
  char **rest;   /* what is no option */
} UchCliPlace;

int        uch_cli_run (const UchCliVerb *verb, int argc, char *argv[]);
gboolean   uch_cli_parse (int                argc,
                          char              *argv[],
                          const char        *summary,
                          const GOptionEntry entries[],
                          UchCliPlace       *out_place);
void       uch_cli_place_clear (UchCliPlace *place);
UchStore  *uch_cli_open (const char *folder, UchStoreFlags flags, GError **error);
void       uch_cli_random (guint8 *buffer, gsize len, gpointer user_data);
gint64     uch_cli_now (void);
void       uch_cli_begin (void);
int        uch_cli_fail (GError *error);
int        uch_cli_refuse (const char *format, ...) G_GNUC_PRINTF (1, 2);
char      *uch_cli_read_password (const char *path);
char      *uch_cli_make_id (gpointer user_data);
char      *uch_cli_make_id_at (gint64 now, gpointer user_data);
gboolean   uch_cli_push (UchStore *store, GPtrArray *commands, const char *device, GError **error);
GPtrArray *uch_cli_list (UchStore *store, UchTable table, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UchCliPlace, uch_cli_place_clear)

int uch_cli_init (int argc, char *argv[]);
int uch_cli_demo (int argc, char *argv[]);
int uch_cli_fingerprint (int argc, char *argv[]);
int uch_cli_user (int argc, char *argv[]);
int uch_cli_import (int argc, char *argv[]);
int uch_cli_serve (int argc, char *argv[]);
int uch_cli_token (int argc, char *argv[]);
int uch_cli_backup (int argc, char *argv[]);
int uch_cli_restore (int argc, char *argv[]);
int uch_cli_verify (int argc, char *argv[]);
int uch_cli_compact (int argc, char *argv[]);
int uch_cli_status (int argc, char *argv[]);
int uch_cli_export (int argc, char *argv[]);
int uch_cli_report (int argc, char *argv[]);
int uch_cli_migrate (int argc, char *argv[]);
int uch_cli_simulate (int argc, char *argv[]);

G_END_DECLS
