#define G_LOG_DOMAIN "uch-app"

#include "app/uch-undo.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"

static char *
dup_stroke (UchReplica *replica, gboolean redo)
{
  guint       n_acts;
  UchCommand *act = uch_replica_get_undo (replica, redo, &n_acts);

  return act != NULL ? uch_format_stroke (replica, act, n_acts) : NULL;
}

/* A menu's words; @stroke: (nullable): what would be taken back */
static char *
describe (const char *stroke, gboolean redo)
{
  if (stroke == NULL)
    return g_strdup (redo ? _ ("Redo") : _ ("Undo"));
  return g_strdup_printf (redo ? _ ("Redo: %s") : _ ("Undo: %s"), stroke);
}

/**
 * uch_undo_fill_menu:
 *
 * Makes @menu say what undo and redo would do now.
 */
void
uch_undo_fill_menu (GMenu *menu, UchSession *session)
{
  UchReplica      *replica = uch_session_get_replica (session);
  g_autofree char *undo = dup_stroke (replica, FALSE);
  g_autofree char *redo = dup_stroke (replica, TRUE);
  g_autofree char *undo_label = describe (undo, FALSE);
  g_autofree char *redo_label = describe (redo, TRUE);

  g_menu_remove_all (menu);
  g_menu_append (menu, undo_label, "win.undo");
  g_menu_append (menu, redo_label, "win.redo");
}

static void
tell_outcome (UchWindow *window, GPtrArray *outcomes, const char *stroke, gboolean redo)
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
                          stroke != NULL ? stroke : "");
  uch_window_tell (window, text, NULL);
}

typedef struct
{
  UchWindow *window; /* owned */
  char      *stroke; /* owned, nullable: what is taken back, in words */
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
    tell_outcome (run->window, outcomes, run->stroke, run->redo);
  g_clear_pointer (&outcomes, g_ptr_array_unref);
  g_object_unref (run->window);
  g_free (run->stroke);
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
  run->stroke = dup_stroke (replica, redo);
  if (redo)
    uch_replica_redo_async (replica, NULL, done_cb, run);
  else
    uch_replica_undo_async (replica, NULL, done_cb, run);
}
