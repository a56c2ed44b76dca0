/* A whole demo store: the invented town, its people's accounts, a certificate of its own. */
#pragma once

#include "exchange/uch-demo-town.h"
#include "store/uch-store.h"

G_BEGIN_DECLS

/* Called for every account that was made. */
typedef void (*UchDemoLoginFunc) (const UchStaff *staff, const char *password, gpointer user_data);

gboolean uch_admin_demo_fill (UchStore             *store,
                              const UchDemoOptions *options,
                              UchDemoLoginFunc      func,
                              gpointer              user_data,
                              GError              **error);

G_END_DECLS
