/* First run: whose store, who, the certificate, the first sync. One page, calm. */
#pragma once

#include <adwaita.h>

#include "app/uch-account.h"
#include "app/uch-sign-in.h"

G_BEGIN_DECLS

#define UCH_TYPE_SIGN_IN_PAGE (uch_sign_in_page_get_type ())
G_DECLARE_FINAL_TYPE (UchSignInPage, uch_sign_in_page, UCH, SIGN_IN_PAGE, GtkWidget)

/* Signal "signed-in" (UchSession*): the office is there and filled. */
GtkWidget *uch_sign_in_page_new (GSettings *settings);
void       uch_sign_in_page_resume (UchSignInPage *self);
void       uch_sign_in_page_start (UchSignInPage    *self,
                                   const UchAccount *account,
                                   const char       *password,
                                   gboolean          work_offline);

G_END_DECLS
