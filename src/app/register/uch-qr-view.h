/* A QR code on the screen: black on white in either scheme, for cameras want it so. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define UCH_TYPE_QR_VIEW (uch_qr_view_get_type ())
G_DECLARE_FINAL_TYPE (UchQrView, uch_qr_view, UCH, QR_VIEW, GtkWidget)

GtkWidget *uch_qr_view_new (void);
void       uch_qr_view_show (UchQrView *self, const char *const *modules);

G_END_DECLS
