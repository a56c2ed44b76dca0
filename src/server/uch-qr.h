/* QR codes, as pictures. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char  *uch_qr_print_svg (const char *text, GError **error);
char **uch_qr_list_rows (const char *text, GError **error);
char  *uch_qr_print_blocks (char **rows);

G_END_DECLS
