#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-phone-pane.h"

#include <glib/gi18n.h>

#include "app/register/uch-qr-view.h"
#include "app/uch-format.h"
#include "app/uch-sign-in.h"

/* One thing for the phone: what it is for, and its code once somebody has asked for it. */
typedef struct
{
  UchPhoneLinkKind kind;
  GtkWidget       *make;
  GtkWidget       *shown; /* the code, its text, copying it */
  UchQrView       *code;
  GtkLabel        *url;
  GtkLabel        *note; /* until when it is good, or why there is none */
} Part;

#define N_PARTS 2

struct _UchPhonePane
{
  GtkWidget parent;

  GtkWidget *box;
  GtkLabel  *seen;
  Part       parts[N_PARTS];

  UchSession   *session;     /* owned */
  char         *staff_id;    /* owned, nullable */
  GCancellable *cancellable; /* owned: of what was asked for the person shown */
};

G_DEFINE_FINAL_TYPE (UchPhonePane, uch_phone_pane, GTK_TYPE_WIDGET)

typedef struct
{
  UchPhonePane *pane; /* owned */
  guint         part;
} Ask;

static void
hide_code (Part *part)
{
  uch_qr_view_show (part->code, NULL);
  gtk_label_set_label (part->url, "");
  gtk_widget_set_visible (part->shown, FALSE);
}

static void
tell (Part *part, const char *text, gboolean fault)
{
  gtk_label_set_label (part->note, text);
  gtk_widget_set_visible (GTK_WIDGET (part->note), *text != '\0');
  if (fault)
    gtk_widget_add_css_class (GTK_WIDGET (part->note), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (part->note), "error");
}

static void
show_link (UchPhonePane *self, Part *part, const UchPhoneLink *link)
{
  g_autofree char *until = NULL;
  g_autofree char *text = NULL;

  uch_qr_view_show (part->code, (const char *const *) link->modules);
  gtk_label_set_label (part->url, link->url);
  gtk_widget_set_visible (part->shown, TRUE);
  if (link->until != 0)
    {
      until = uch_format_day_time (link->until, uch_session_now (self->session));
      text = g_strdup_printf (_ ("Lets in once, until %s. Shown only here and now."), until);
    }
  else
    text = g_strdup (_ ("Shown only here and now. The code before opens nothing any more."));
  tell (part, text, FALSE);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ask          *ask = user_data;
  UchPhonePane *self = ask->pane;
  Part         *part = &self->parts[ask->part];
  g_autoptr (GError) error = NULL;
  g_autoptr (UchPhoneLink) link
      = uch_sync_client_make_phone_link_finish (UCH_SYNC_CLIENT (source), result, &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->session != NULL)
    {
      gtk_widget_set_sensitive (part->make, TRUE);
      if (link != NULL)
        show_link (self, part, link);
      else
        {
          g_autofree char *fault = uch_sign_in_describe_error (error);

          tell (part, fault, TRUE);
        }
    }
  g_object_unref (ask->pane);
  g_free (ask);
}

static void
make (UchPhonePane *self, guint index)
{
  Part *part = &self->parts[index];
  Ask  *ask = g_new0 (Ask, 1);

  ask->pane = g_object_ref (self);
  ask->part = index;
  hide_code (part);
  tell (part, "", FALSE);
  gtk_widget_set_sensitive (part->make, FALSE);
  uch_sync_client_make_phone_link_async (uch_session_get_sync (self->session), part->kind,
                                         self->staff_id, self->cancellable, made_cb, ask);
}

static void
make_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchPhonePane *self = UCH_PHONE_PANE (widget);
  guint         index = (guint) g_variant_get_int32 (parameter);

  if (self->staff_id != NULL && index < N_PARTS)
    make (self, index);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchPhonePane *self = UCH_PHONE_PANE (widget);
  guint         index = (guint) g_variant_get_int32 (parameter);

  if (index < N_PARTS)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget),
                            gtk_label_get_label (self->parts[index].url));
}

/* Whether the phone is heard of at all: the first thing one asks when it "does not work". */
static void
show_seen (UchPhonePane *self)
{
  const UchLivePosition *position
      = self->staff_id != NULL
            ? uch_sync_client_get_position (uch_session_get_sync (self->session), self->staff_id)
            : NULL;
  g_autofree char *when = NULL;
  g_autofree char *text = NULL;

  if (position == NULL)
    {
      gtk_label_set_label (self->seen, _ ("No position has come from this phone lately."));
      return;
    }
  when = uch_format_day_time (position->at, uch_session_now (self->session));
  text = g_strdup_printf (_ ("The last position came at %s."), when);
  gtk_label_set_label (self->seen, text);
}

/* ---- the widget ---- */

static GtkWidget *
make_text (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_button (const char *label, const char *action, guint index)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "i", (int) index);
  return button;
}

static void
add_part (UchPhonePane    *self,
          guint            index,
          UchPhoneLinkKind kind,
          const char      *title,
          const char      *what_for,
          const char      *make_label)
{
  Part      *part = &self->parts[index];
  GtkWidget *code = uch_qr_view_new ();
  GtkWidget *url = make_text (NULL, "caption");
  GtkWidget *note = make_text (NULL, "caption");

  part->kind = kind;
  part->make = make_button (make_label, "phone.make", index);
  part->shown = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  part->code = UCH_QR_VIEW (code);
  part->url = GTK_LABEL (url);
  part->note = GTK_LABEL (note);
  gtk_label_set_selectable (part->url, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (code), GTK_ACCESSIBLE_PROPERTY_LABEL, make_label,
                                  -1);
  gtk_box_append (GTK_BOX (self->box), make_text (title, "heading"));
  gtk_box_append (GTK_BOX (self->box), make_text (what_for, NULL));
  gtk_box_append (GTK_BOX (self->box), part->make);
  gtk_box_append (GTK_BOX (part->shown), code);
  gtk_box_append (GTK_BOX (part->shown), url);
  gtk_box_append (GTK_BOX (part->shown), make_button (_ ("Copy the link"), "phone.copy", index));
  gtk_box_append (GTK_BOX (self->box), part->shown);
  gtk_box_append (GTK_BOX (self->box), note);
  hide_code (part);
  tell (part, "", FALSE);
}

static void
uch_phone_pane_dispose (GObject *object)
{
  UchPhonePane *self = UCH_PHONE_PANE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_phone_pane_parent_class)->dispose (object);
}

static void
uch_phone_pane_finalize (GObject *object)
{
  UchPhonePane *self = UCH_PHONE_PANE (object);

  g_object_unref (self->cancellable);
  g_free (self->staff_id);
  G_OBJECT_CLASS (uch_phone_pane_parent_class)->finalize (object);
}

static void
uch_phone_pane_class_init (UchPhonePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_phone_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = uch_phone_pane_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "phone.make", "i", make_action);
  gtk_widget_class_install_action (widget_class, "phone.copy", "i", copy_action);
}

static void
uch_phone_pane_init (UchPhonePane *self)
{
  self->cancellable = g_cancellable_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->box, "phone-pane");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_part (self, 0, UCH_PHONE_LINK_SIGN_IN, _ ("The engineer's page"),
            _ ("Tickets, calls and visits in the phone's browser, also without a network. The "
               "camera opens the code and the engineer is signed in, without a password. It sends "
               "where he is only while it is on the screen."),
            _ ("Make a sign-in code"));
  add_part (self, 1, UCH_PHONE_LINK_TRACKER, _ ("Traccar Client"),
            _ ("A free application that sends where he is in the background too, only on shift. "
               "Install it, then scan the code in its settings: it is set up by that."),
            _ ("Make a code for Traccar Client"));
  self->seen = GTK_LABEL (make_text (NULL, "dim-label"));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->seen));
}

/**
 * uch_phone_pane_may_use:
 *
 * Returns: whether who sits here may make codes for engineers' phones
 */
gboolean
uch_phone_pane_may_use (UchSession *session)
{
  UchRole role = uch_replica_get_actor (uch_session_get_replica (session))->role;

  return role == UCH_ROLE_DISPATCHER || role == UCH_ROLE_HEAD;
}

/**
 * uch_phone_pane_new:
 *
 * Returns: (transfer floating): the pane, of nobody yet
 */
GtkWidget *
uch_phone_pane_new (UchSession *session)
{
  UchPhonePane *self = g_object_new (UCH_TYPE_PHONE_PANE, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (uch_session_get_sync (session), "positions", G_CALLBACK (show_seen),
                           self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * uch_phone_pane_show:
 * @staff_id: (nullable): an engineer. A code that was shown for another is gone
 */
void
uch_phone_pane_show (UchPhonePane *self, const char *staff_id)
{
  if (g_strcmp0 (self->staff_id, staff_id) == 0)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_free (self->staff_id);
  self->staff_id = g_strdup (staff_id);
  for (guint i = 0; i < N_PARTS; i++)
    {
      hide_code (&self->parts[i]);
      tell (&self->parts[i], "", FALSE);
      gtk_widget_set_sensitive (self->parts[i].make, TRUE);
    }
  show_seen (self);
}
