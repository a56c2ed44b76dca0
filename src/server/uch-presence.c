#include "server/uch-presence.h"

#include <json-glib/json-glib.h>

struct _UchPresenceList
{
  GPtrArray *all; /* of UchPresence (owned) */
};

static void
presence_free (gpointer data)
{
  UchPresence *presence = data;

  g_free (presence->process);
  g_free (presence->session_id);
  g_free (presence->staff_id);
  g_free (presence->act);
  g_free (presence->ticket_id);
  g_free (presence);
}

UchPresenceList *
uch_presence_list_new (void)
{
  UchPresenceList *self = g_new0 (UchPresenceList, 1);

  self->all = g_ptr_array_new_with_free_func (presence_free);
  return self;
}

void
uch_presence_list_free (UchPresenceList *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->all);
  g_free (self);
}

/* Removes what agrees with all that is not NULL, and is from before @before_us. */
static gboolean
remove_those (UchPresenceList *self,
              const char      *process,
              const char      *session_id,
              const char      *act,
              gint64           before_us)
{
  guint n = self->all->len;

  for (guint i = n; i-- > 0;)
    {
      const UchPresence *presence = g_ptr_array_index (self->all, i);

      if ((process == NULL || g_str_equal (presence->process, process))
          && (session_id == NULL || g_str_equal (presence->session_id, session_id))
          && (act == NULL || g_str_equal (presence->act, act)) && presence->at_us < before_us)
        g_ptr_array_remove_index (self->all, i);
    }
  return self->all->len < n;
}

/**
 * uch_presence_list_set:
 * @presence: (transfer none): no ticket ends the act, no act ends all of the session
 *
 * Returns: whether anything is different now
 */
gboolean
uch_presence_list_set (UchPresenceList *self, const UchPresence *presence)
{
  gboolean changed = remove_those (self, NULL, presence->session_id, presence->act, G_MAXINT64);

  if (presence->act == NULL || presence->ticket_id == NULL || presence->staff_id == NULL)
    return changed;
  {
    UchPresence *copy = g_new0 (UchPresence, 1);

    copy->process = g_strdup (presence->process);
    copy->session_id = g_strdup (presence->session_id);
    copy->staff_id = g_strdup (presence->staff_id);
    copy->act = g_strdup (presence->act);
    copy->ticket_id = g_strdup (presence->ticket_id);
    copy->at_us = presence->at_us;
    g_ptr_array_add (self->all, copy);
  }
  return TRUE;
}

/* The session's connection at @process is gone; at another one it may be back already. */
gboolean
uch_presence_list_leave (UchPresenceList *self, const char *process, const char *session_id)
{
  gboolean here = remove_those (self, process, session_id, NULL, G_MAXINT64);

  return remove_those (self, "", session_id, NULL, G_MAXINT64) || here;
}

/* The process is gone, and told nobody. */
gboolean
uch_presence_list_forget_process (UchPresenceList *self, const char *process)
{
  return remove_those (self, process, NULL, NULL, G_MAXINT64);
}

/* Somebody forgot to say that he looks no more. */
gboolean
uch_presence_list_forget_old (UchPresenceList *self, gint64 before_us)
{
  return remove_those (self, NULL, NULL, NULL, before_us);
}

guint
uch_presence_list_get_n (UchPresenceList *self)
{
  return self->all->len;
}

const UchPresence *
uch_presence_list_get (UchPresenceList *self, guint i)
{
  return g_ptr_array_index (self->all, i);
}

/**
 * uch_presence_list_print:
 *
 * Returns: (transfer full): the message to desks: the whole list
 */
char *
uch_presence_list_print (UchPresenceList *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "presence");
  json_builder_set_member_name (builder, "present");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->all->len; i++)
    {
      const UchPresence *presence = g_ptr_array_index (self->all, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "staff");
      json_builder_add_string_value (builder, presence->staff_id);
      json_builder_set_member_name (builder, "ticket");
      json_builder_add_string_value (builder, presence->ticket_id);
      json_builder_set_member_name (builder, "act");
      json_builder_add_string_value (builder, presence->act);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
