/* Stands between a program and a server on a Unix socket, and cuts the line where it is told to. */
#pragma once

#include <glib.h>

typedef struct _UchCutProxy UchCutProxy;

/* Listens at @here, passes everything on to @there. */
UchCutProxy *uch_cut_proxy_new (const char *here, const char *there);
void         uch_cut_proxy_free (UchCutProxy *self);

/* Cuts the line once: before the @n-th piece that the program sends from now on reaches the server;
 * 0: not at all. */
void uch_cut_proxy_cut_before (UchCutProxy *self, guint n);
/* Cuts the line once: when the server says @text, which the program does not hear. */
void     uch_cut_proxy_cut_answer (UchCutProxy *self, const char *text);
gboolean uch_cut_proxy_has_cut (UchCutProxy *self);
