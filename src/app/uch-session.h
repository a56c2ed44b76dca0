/* What a page is handed: the signed-in office. Passed to every page's constructor; no globals. */
#pragma once

#include <gtk/gtk.h>

#include "core/uch-promise.h"
#include "replica/uch-replica.h"
#include "replica/uch-sync-client.h"

G_BEGIN_DECLS

#define UCH_TYPE_SESSION (uch_session_get_type ())
G_DECLARE_FINAL_TYPE (UchSession, uch_session, UCH, SESSION, GObject)

/* Signals: "tick" (): once a second, and after each change of the wall clock; clocks redraw on it.
 */
UchSession    *uch_session_new (UchReplica *replica, UchSyncClient *sync, GSettings *settings);
UchReplica    *uch_session_get_replica (UchSession *self);
UchSyncClient *uch_session_get_sync (UchSession *self);
GSettings     *uch_session_get_settings (UchSession *self);
void           uch_session_set_keyless (UchSession *self);
gboolean       uch_session_is_keyless (UchSession *self);
UchTime uch_session_now (UchSession *self); /* this machine's clock put right by the store's */
/* What is known of an open visit beyond its row: where its engineer was seen last. */
UchTime    uch_session_estimate_arrival (UchSession *self, const UchVisit *visit, UchTime now);
UchPromise uch_session_get_promise (UchSession *self, const UchVisit *visit, UchTime now);
/* The one way of the desk to act: submits, tells of refusals in a toast of the window that holds
 * @origin, offers undo there. @commands: (transfer full) (element-type UchCommand) */
void
uch_session_act (UchSession *self, GtkWidget *origin, GPtrArray *commands, const char *done_text);
void uch_session_act_one (UchSession *self,
                          GtkWidget  *origin,
                          UchCommand *command,
                          const char *done_text);

/* Actions of the window that any page may activate (gtk_widget_activate_action):
 * "win.show-ticket" (s), "win.show-house" (s), "win.show-on-map" (s: house id), "win.new-ticket",
 * "win.assign" (as: ticket ids), "win.undo", "win.redo", "win.search", "win.page" (s). */

G_END_DECLS
