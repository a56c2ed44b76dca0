/* What an engineer's phone shows: his day, in one answer; and how a phone comes in. */
#pragma once

#include "store/uch-store-accounts.h"

G_BEGIN_DECLS

/* Rows of one engineer's day, each once. All are as he may see them: sensitive texts masked. */
typedef struct
{
  gint64     head;
  GPtrArray *rows;    /* (owned) of UchEntity: his visits and all that they refer to, the lists */
  GPtrArray *free;    /* (owned) of UchTicket: open ones of his zones that nobody has */
  GPtrArray *history; /* (owned) of UchTicket: earlier ones of his houses, without their people */
} UchStoreDay;

UchStoreDay *uch_store_get_day (
    UchStore *self, const UchSession *session, UchTime since, UchTime now, GError **error);
void uch_store_day_free (UchStoreDay *day);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchStoreDay, uch_store_day_free)

/* An invitation opens the phone page within this time, or never. */
#define UCH_INVITE_LIFE_MS (10 * UCH_MINUTE_MS)

char *uch_store_invite (
    UchStore *self, const UchSession *by, const char *staff_id, UchTime now, GError **error);
UchSession *uch_store_accept_invite (UchStore        *self,
                                     const char      *secret,
                                     const UchSignIn *who,
                                     UchTime          now,
                                     char           **out_token,
                                     GError         **error);
char       *uch_store_renew_tracker (
          UchStore *self, const UchSession *by, const char *staff_id, UchTime now, GError **error);

G_END_DECLS
