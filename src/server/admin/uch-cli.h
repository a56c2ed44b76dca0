/* The verbs of uchastok-store. Each reads its own options and returns the exit status: 0, or
 * UCH_CLI_REFUSED after one clear sentence. */
#pragma once

#include "server/admin/uch-folder.h"
#include "store/uch-store-accounts.h"

G_BEGIN_DECLS

#define UCH_CLI_REFUSED 2

typedef struct
{
  const char *name;
  const char *summary; /* to be translated */
  int (*run) (int argc, char *argv[]);
} UchCliVerb;

/* What every verb takes; the strings are owned. */
typedef struct
{
  char  *folder; /* --data DIR */
  char **rest;   /* what is no option */
} UchCliPlace;

gboolean   uch_cli_parse (int                argc,
                          char              *argv[],
                          const char        *summary,
                          const GOptionEntry entries[],
                          UchCliPlace       *out_place);
void       uch_cli_place_clear (UchCliPlace *place);
UchStore  *uch_cli_open (const char *folder, UchStoreFlags flags, GError **error);
void       uch_cli_random (guint8 *buffer, gsize len, gpointer user_data);
gint64     uch_cli_now (void);
int        uch_cli_fail (GError *error);
int        uch_cli_refuse (const char *format, ...) G_GNUC_PRINTF (1, 2);
char      *uch_cli_read_password (const char *path);
char      *uch_cli_make_id (gpointer user_data);
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

G_END_DECLS
