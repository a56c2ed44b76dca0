#define G_LOG_DOMAIN "uch-app"

#include "app/uch-undo.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"

/**
 * uch_undo_describe:
 * @act: (nullable): type of the act that would be taken back; NULL: there is none
 *
 * Returns: (transfer full): a menu's words
 */
char *
uch_undo_describe (const char *act, gboolean redo)
{
  if (act == NULL)
    return g_strdup (redo ? _ ("Redo") : _ ("Undo"));
  return g_strdup_printf (redo ? _ ("Redo: %s") : _ ("Undo: %s"), uch_format_act (act));
}

/**
 * uch_undo_fill_menu:
 *
 * Makes @menu say what undo and redo would do now.
 */
void
uch_undo_fill_menu (GMenu *menu, UchSession *session)
{
  g_autofree char *undo = NULL;
  g_autofree char *redo = NULL;
  g_autofree char *undo_label = NULL;
  g_autofree char *redo_label = NULL;

  g_object_get (uch_session_get_replica (session), "undo-label", &undo, "redo-label", &redo, NULL);
  undo_label = uch_undo_describe (undo, FALSE);
  redo_label = uch_undo_describe (redo, TRUE);
  g_menu_remove_all (menu);
  g_menu_append (menu, undo_label, "win.undo");
  g_menu_append (menu, redo_label, "win.redo");
}

static void
tell_outcome (UchWindow *window, GPtrArray *outcomes, const char *act, gboolean redo)
{
  UchReplica      *replica = uch_session_get_replica (uch_window_get_session (window));
  g_autofree char *text = NULL;

  for (guint i = 0; i < outcomes->len; i++)
    {
      const UchOutcome *outcome = g_ptr_array_index (outcomes, i);

      if (outcome->kind == UCH_VERDICT_OK)
        continue;
      text = uch_format_refusal (replica, outcome->refusal, NULL, outcome->current);
      uch_window_tell (window, text, NULL);
      return;
    }
  if (outcomes->len == 0)
    return;
  text = g_strdup_printf (redo ? _ ("Done again: %s") : _ ("Undone: %s"),
                          act != NULL ? uch_format_act (act) : "");
  uch_window_tell (window, text, NULL);
}

typedef struct
{
  UchWindow *window; /* owned */
  char      *act;    /* owned, nullable */
  gboolean   redo;
} Run;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run       *run = user_data;
  GPtrArray *outcomes = NULL;

  g_autoptr (GError) error = NULL;

  outcomes = run->redo ? uch_replica_redo_finish (UCH_REPLICA (source), result, &error)
                       : uch_replica_undo_finish (UCH_REPLICA (source), result, &error);
  if (outcomes == NULL)
    uch_window_tell (run->window, error->message, NULL);
  else if (uch_window_get_session (run->window) != NULL)
    tell_outcome (run->window, outcomes, run->act, run->redo);
  g_clear_pointer (&outcomes, g_ptr_array_unref);
  g_object_unref (run->window);
  g_free (run->act);
  g_free (run);
}

/**
 * uch_undo_run:
 *
 * Takes the last stroke of this person at this desk back, or does it again, and says so.
 */
void
uch_undo_run (UchWindow *window, gboolean redo)
{
  UchSession *session = uch_window_get_session (window);
  UchReplica *replica = NULL;
  Run        *run = NULL;

  if (session == NULL)
    return;
  replica = uch_session_get_replica (session);
  run = g_new0 (Run, 1);
  run->window = g_object_ref (window);
  run->redo = redo;
  g_object_get (replica, redo ? "redo-label" : "undo-label", &run->act, NULL);
  if (redo)
    uch_replica_redo_async (replica, NULL, done_cb, run);
  else
    uch_replica_undo_async (replica, NULL, done_cb, run);
}
