/* Who looks at what, here and at the other processes of the same store. All of it may be lost. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One session does one act at one ticket. */
typedef struct
{
  char  *process; /* where the desk is connected; "": it asked without a live connection */
  char  *session_id, *staff_id, *act, *ticket_id;
  gint64 at_us;
} UchPresence;

typedef struct _UchPresenceList UchPresenceList;

UchPresenceList *uch_presence_list_new (void);
void             uch_presence_list_free (UchPresenceList *self);
gboolean         uch_presence_list_set (UchPresenceList *self, const UchPresence *presence);
gboolean
uch_presence_list_leave (UchPresenceList *self, const char *process, const char *session_id);
gboolean uch_presence_list_forget_process (UchPresenceList *self, const char *process);
gboolean uch_presence_list_forget_old (UchPresenceList *self, gint64 before_us);

guint              uch_presence_list_get_n (UchPresenceList *self);
const UchPresence *uch_presence_list_get (UchPresenceList *self, guint i);
char              *uch_presence_list_print (UchPresenceList *self);

G_END_DECLS
