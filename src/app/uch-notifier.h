/* Desktop notifications: a promise that broke, an act that was refused. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_NOTIFIER (uch_notifier_get_type ())
G_DECLARE_FINAL_TYPE (UchNotifier, uch_notifier, UCH, NOTIFIER, GObject)

UchNotifier *uch_notifier_new (GApplication *application, UchSession *session);

G_END_DECLS
