#include "app/board/uch-conflict-bar.h"

#include <glib/gi18n.h>

#include "app/board/uch-assign.h"
#include "app/uch-format.h"

struct _UchConflictBar
{
  GtkWidget parent;

  /* template */
  GtkRevealer *revealer;
  GtkLabel    *sentence;
  GtkButton   *keep;
  GtkButton   *insist;
  GtkButton   *open;
  GtkLabel    *more;

  /* owned */
  UchSession *session;
  UchRefused *refused; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (UchConflictBar, uch_conflict_bar, GTK_TYPE_WIDGET)

/**
 * uch_refused_dup_ticket_id:
 * @replica: the desk's copy
 * @refused: an act that was refused
 *
 * Returns: (transfer full) (nullable): the ticket that it was about
 */
char *
uch_refused_dup_ticket_id (UchReplica *replica, UchRefused *refused)
{
  UchCommand *command = uch_refused_get_command (refused);
  const char *ticket_id = uch_command_get_text (command, "ticket");
  const char *visit_id = uch_command_get_text (command, "visit");
  UchVisit   *visit;

  if (ticket_id != NULL || visit_id == NULL)
    return g_strdup (ticket_id);
  visit = uch_replica_peek (replica, UCH_TABLE_VISIT, visit_id);
  return visit != NULL ? g_strdup (visit->ticket_id) : NULL;
}

static gboolean
can_insist (UchRefused *refused)
{
  return uch_refused_get_kind (refused) == UCH_VERDICT_CONFLICT
         && uch_refused_get_current (refused) != NULL
         && g_strcmp0 (uch_refused_get_command (refused)->type, UCH_COMMAND_VISIT_ASSIGN) == 0;
}

static void
show_refused (UchConflictBar *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *act = uch_format_command (replica, uch_refused_get_command (self->refused));
  g_autofree char *ticket_id = uch_refused_dup_ticket_id (replica, self->refused);
  g_autofree char *reason = uch_format_refusal (replica, uch_refused_get_refusal (self->refused),
                                                NULL, uch_refused_get_current (self->refused));
  g_autofree char *text = g_strdup_printf (_ ("Not done: %s\n%s"), act, reason);
  gboolean         insist = can_insist (self->refused);

  gtk_label_set_text (self->sentence, text);
  gtk_widget_set_visible (GTK_WIDGET (self->insist), insist);
  gtk_button_set_label (self->keep, insist ? _ ("Keep") : _ ("Dismiss"));
  gtk_widget_set_visible (GTK_WIDGET (self->open), ticket_id != NULL);
}

static void
keep_cb (GtkButton *button, UchConflictBar *self)
{
  if (self->refused != NULL)
    uch_replica_dismiss (uch_session_get_replica (self->session), self->refused);
}

static void
insist_cb (GtkButton *button, UchConflictBar *self)
{
  g_autoptr (UchRefused) refused = self->refused != NULL ? g_object_ref (self->refused) : NULL;

  if (refused != NULL)
    uch_assign_insist (self->session, GTK_WIDGET (self), refused);
}

static void
open_cb (GtkButton *button, UchConflictBar *self)
{
  g_autofree char *ticket_id = NULL;

  if (self->refused == NULL)
    return;
  ticket_id = uch_refused_dup_ticket_id (uch_session_get_replica (self->session), self->refused);
  if (ticket_id != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-ticket", "s", ticket_id);
}

static void
uch_conflict_bar_dispose (GObject *object)
{
  UchConflictBar *self = UCH_CONFLICT_BAR (object);

  g_clear_object (&self->refused);
  g_clear_object (&self->session);
  g_clear_pointer ((GtkWidget **) &self->revealer, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_conflict_bar_parent_class)->dispose (object);
}

static void
uch_conflict_bar_class_init (UchConflictBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_conflict_bar_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-conflict-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, UchConflictBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, UchConflictBar, sentence);
  gtk_widget_class_bind_template_child (widget_class, UchConflictBar, keep);
  gtk_widget_class_bind_template_child (widget_class, UchConflictBar, insist);
  gtk_widget_class_bind_template_child (widget_class, UchConflictBar, open);
  gtk_widget_class_bind_template_child (widget_class, UchConflictBar, more);
  gtk_widget_class_bind_template_callback (widget_class, keep_cb);
  gtk_widget_class_bind_template_callback (widget_class, insist_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
}

static void
uch_conflict_bar_init (UchConflictBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_conflict_bar_set_session:
 * @self: the bar
 * @session: the office
 */
void
uch_conflict_bar_set_session (UchConflictBar *self, UchSession *session)
{
  g_set_object (&self->session, session);
}

/**
 * uch_conflict_bar_set_refused:
 * @self: the bar
 * @refused: (nullable): the act to tell of; %NULL hides the bar
 * @n_refusals: how many wait in all
 */
void
uch_conflict_bar_set_refused (UchConflictBar *self, UchRefused *refused, guint n_refusals)
{
  g_autofree char *more = NULL;

  gtk_revealer_set_reveal_child (self->revealer, refused != NULL);
  if (g_set_object (&self->refused, refused) && refused != NULL)
    show_refused (self);
  if (n_refusals > 1)
    more = g_strdup_printf (ngettext ("%u more", "%u more", n_refusals - 1), n_refusals - 1);
  gtk_label_set_text (self->more, more != NULL ? more : "");
}
