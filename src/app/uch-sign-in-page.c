#define G_LOG_DOMAIN "uch-app"

#include "app/uch-sign-in-page.h"

#include <glib/gi18n.h>

#include "app/uch-sync-button.h"

struct _UchSignInPage
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget      *scroller;
  GtkStack       *stack;
  AdwEntryRow    *address;
  AdwEntryRow    *login;
  AdwEntryRow    *password;
  GtkLabel       *problem;
  GtkWidget      *offline;
  GtkWidget      *submit;
  GtkStack       *submit_face;
  GtkLabel       *note;
  GtkLabel       *certificate_title;
  GtkLabel       *fingerprint;
  GtkWidget      *distrust;
  GtkWidget      *trust;
  GtkProgressBar *progress;
  GtkLabel       *sync_state;

  /* owned */
  GSettings    *settings;
  UchAccount   *account;     /* being tried; nullable */
  char         *met;         /* fingerprint of the certificate met; nullable */
  GCancellable *cancellable; /* of the attempt under way; nullable */
  UchSession   *session;     /* fetching the office for the first time; nullable */
  gboolean      resuming;
  gboolean      work_offline; /* when the store is away, go on with the copy without asking */
};

enum
{
  SIGNAL_SIGNED_IN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchSignInPage, uch_sign_in_page, GTK_TYPE_WIDGET)

static void
show_problem (UchSignInPage *self, const char *text)
{
  gtk_label_set_label (self->problem, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
}

static void
set_busy (UchSignInPage *self, gboolean busy)
{
  gtk_stack_set_visible_child_name (self->submit_face, busy ? "busy" : "word");
  gtk_widget_set_sensitive (self->submit, !busy);
}

/* The first field that is not filled in yet is where the person goes on. */
static void
focus_first_empty (UchSignInPage *self)
{
  AdwEntryRow *rows[] = { self->address, self->login, self->password };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (*gtk_editable_get_text (GTK_EDITABLE (rows[i])) == '\0' || i == G_N_ELEMENTS (rows) - 1)
      {
        gtk_widget_grab_focus (GTK_WIDGET (rows[i]));
        return;
      }
}

static void
show_form (UchSignInPage *self, const char *problem)
{
  set_busy (self, FALSE);
  show_problem (self, problem);
  gtk_stack_set_visible_child_name (self->stack, "form");
  focus_first_empty (self);
}

/* A quiet sentence under the form. */
static void
set_note (UchSignInPage *self, const char *note)
{
  gtk_label_set_label (self->note, note);
  gtk_widget_set_visible (GTK_WIDGET (self->note), TRUE);
}

static void
show_certificate (UchSignInPage *self, const char *fingerprint, gboolean changed)
{
  g_autofree char *grouped = uch_fingerprint_format (fingerprint);

  g_free (self->met);
  self->met = uch_fingerprint_normalize (fingerprint);
  set_busy (self, FALSE);
  gtk_label_set_label (self->certificate_title, changed ? _ ("The store's certificate has changed")
                                                        : _ ("The store has its own certificate"));
  gtk_label_set_label (self->fingerprint, grouped);
  if (changed)
    {
      gtk_widget_remove_css_class (self->trust, "suggested-action");
      gtk_widget_add_css_class (self->trust, "destructive-action");
    }
  gtk_stack_set_visible_child_name (self->stack, "certificate");
  gtk_widget_grab_focus (self->distrust);
}

static void
unfollow_sync (UchSignInPage *self)
{
  g_signal_handlers_disconnect_by_data (uch_session_get_sync (self->session), self);
  g_signal_handlers_disconnect_by_data (uch_session_get_replica (self->session), self);
}

static void
drop_session (UchSignInPage *self)
{
  if (self->session == NULL)
    return;
  unfollow_sync (self);
  uch_sync_client_stop (uch_session_get_sync (self->session));
  uch_replica_close (uch_session_get_replica (self->session));
  g_clear_object (&self->session);
}

static gboolean
needs_first_sync (UchSession *session)
{
  gboolean ready = FALSE;

  g_object_get (uch_session_get_replica (session), "ready", &ready, NULL);
  return !ready;
}

/* Follows the first sync; hands the session over when it is through. */
static void
follow_sync_cb (UchSignInPage *self)
{
  UchSyncClient   *sync = uch_session_get_sync (self->session);
  UchSyncState     state = uch_sync_client_get_state (sync);
  double           progress = 0;
  g_autofree char *percent = NULL;
  const char      *reason = uch_sign_in_describe_reason (uch_sync_client_get_reason_code (sync));
  g_autoptr (UchSession) session = NULL;

  g_object_get (sync, "progress", &progress, NULL);
  percent = g_strdup_printf (_ ("%d %%"), (int) (progress * 100));
  gtk_progress_bar_set_fraction (self->progress, CLAMP (progress, 0, 1));
  gtk_progress_bar_set_text (self->progress, percent);
  if (state == UCH_SYNC_REFUSED)
    {
      g_autofree char *text = uch_sync_describe (state, 0, 0, 0, reason);

      drop_session (self);
      show_form (self, text);
      return;
    }
  gtk_label_set_label (self->sync_state,
                       state == UCH_SYNC_OFFLINE
                           ? _ ("No connection. It goes on by itself when the store is back.")
                           : "");
  if (needs_first_sync (self->session))
    return;
  unfollow_sync (self);
  session = g_steal_pointer (&self->session);
  g_signal_emit (self, signals[SIGNAL_SIGNED_IN], 0, session);
}

static void
take_session (UchSignInPage *self, UchSession *session)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  /* An entry that vanishes with the focus in it complains. */
  if (root != NULL)
    gtk_root_set_focus (root, NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->password), "");
  if (!needs_first_sync (session))
    {
      g_signal_emit (self, signals[SIGNAL_SIGNED_IN], 0, session);
      return;
    }
  g_set_object (&self->session, session);
  gtk_stack_set_visible_child_name (self->stack, "sync");
  g_signal_connect_object (uch_session_get_sync (session), "notify", G_CALLBACK (follow_sync_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_replica (session), "notify::ready",
                           G_CALLBACK (follow_sync_cb), self, G_CONNECT_SWAPPED);
  follow_sync_cb (self);
}

static void attempt (UchSignInPage *self, UchSignInHow how);

static void
attempted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchSignInPage) self = user_data;
  g_autoptr (UchSession) session = NULL;
  g_autoptr (GError) error = NULL;
  UchSignInOffer   offer = { 0 };
  g_autofree char *text = NULL;

  session = uch_sign_in_finish (result, &offer, &error);
  if (session != NULL)
    take_session (self, session);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_form (self, NULL);
  else if (offer.fingerprint != NULL
           && (g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE)
               || g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_CERTIFICATE_CHANGED)))
    show_certificate (self, offer.fingerprint,
                      g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_CERTIFICATE_CHANGED));
  else if (self->work_offline && offer.has_replica && uch_sign_in_is_network_error (error))
    {
      self->work_offline = FALSE;
      attempt (self, UCH_SIGN_IN_OFFLINE);
    }
  else if (self->resuming && g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_SIGNED_OUT))
    {
      if (offer.no_keyring)
        set_note (self, _ ("No keyring on this computer: the password is asked at each start."));
      show_form (self, NULL);
    }
  else
    {
      text = uch_sign_in_describe_error (error);
      gtk_widget_set_visible (self->offline,
                              offer.has_replica && uch_sign_in_is_network_error (error));
      show_form (self, text);
    }
  uch_sign_in_offer_clear (&offer);
}

static void
attempt (UchSignInPage *self, UchSignInHow how)
{
  const char *password = gtk_editable_get_text (GTK_EDITABLE (self->password));

  self->resuming = how == UCH_SIGN_IN_RESUME;
  show_problem (self, NULL);
  set_busy (self, TRUE);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  uch_sign_in_async (how, self->account,
                     how == UCH_SIGN_IN_RESUME || *password == '\0' ? NULL : password,
                     self->settings, self->cancellable, attempted_cb, g_object_ref (self));
}

/* Reads the form into the account; FALSE, and says why, when it can't be tried. */
static gboolean
read_form (UchSignInPage *self)
{
  const char      *problem = NULL;
  const char      *login = gtk_editable_get_text (GTK_EDITABLE (self->login));
  g_autofree char *remembered = g_settings_get_string (self->settings, "store-url");
  g_autofree char *pinned = g_settings_get_string (self->settings, "pinned-fingerprint");
  g_autofree char *url
      = uch_account_normalize_url (gtk_editable_get_text (GTK_EDITABLE (self->address)), &problem);
  gboolean known = FALSE;

  if (problem == NULL && *login == '\0')
    problem = _ ("Type your login.");
  if (problem == NULL && *gtk_editable_get_text (GTK_EDITABLE (self->password)) == '\0')
    problem = _ ("Type your password.");
  if (problem != NULL)
    {
      show_problem (self, problem);
      return FALSE;
    }
  /* What was agreed to holds for this store alone. */
  if (self->account != NULL && g_strcmp0 (self->account->store_url, url) == 0)
    {
      g_free (pinned);
      pinned = g_strdup (self->account->pinned);
      known = TRUE;
    }
  else
    known = g_strcmp0 (remembered, url) == 0;
  uch_account_free (self->account);
  self->account = uch_account_new (url, login, known ? pinned : NULL);
  return TRUE;
}

static void
submit_cb (UchSignInPage *self)
{
  if (gtk_widget_get_sensitive (self->submit) && read_form (self))
    attempt (self, UCH_SIGN_IN_PASSWORD);
}

static void
offline_cb (UchSignInPage *self)
{
  if (read_form (self))
    attempt (self, UCH_SIGN_IN_OFFLINE);
}

static void
next_field_cb (AdwEntryRow *row, UchSignInPage *self)
{
  gtk_widget_child_focus (gtk_widget_get_parent (GTK_WIDGET (row)), GTK_DIR_TAB_FORWARD);
}

static void
edited_cb (UchSignInPage *self)
{
  show_problem (self, NULL);
  gtk_widget_set_visible (self->offline, FALSE);
}

static void
back_cb (UchSignInPage *self)
{
  g_cancellable_cancel (self->cancellable);
  drop_session (self);
  show_form (self, NULL);
}

static void
trust_cb (UchSignInPage *self)
{
  g_free (self->account->pinned);
  self->account->pinned = g_strdup (self->met);
  gtk_stack_set_visible_child_name (self->stack, "form");
  attempt (self, UCH_SIGN_IN_PASSWORD);
}

static gboolean
uch_sign_in_page_grab_focus (GtkWidget *widget)
{
  focus_first_empty (UCH_SIGN_IN_PAGE (widget));
  return TRUE;
}

static void
uch_sign_in_page_dispose (GObject *object)
{
  UchSignInPage *self = UCH_SIGN_IN_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  drop_session (self);
  g_clear_pointer (&self->account, uch_account_free);
  g_clear_pointer (&self->met, g_free);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_sign_in_page_parent_class)->dispose (object);
}

static void
uch_sign_in_page_class_init (UchSignInPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_sign_in_page_dispose;
  widget_class->grab_focus = uch_sign_in_page_grab_focus;

  /**
   * UchSignInPage::signed-in:
   * @session: the office, filled
   */
  signals[SIGNAL_SIGNED_IN]
      = g_signal_new ("signed-in", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 1, UCH_TYPE_SESSION);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/uch-sign-in-page.ui");
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, stack);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, address);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, login);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, password);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, problem);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, offline);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, submit);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, submit_face);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, note);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, certificate_title);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, fingerprint);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, distrust);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, trust);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, progress);
  gtk_widget_class_bind_template_child (widget_class, UchSignInPage, sync_state);
  gtk_widget_class_bind_template_callback (widget_class, submit_cb);
  gtk_widget_class_bind_template_callback (widget_class, offline_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_field_cb);
  gtk_widget_class_bind_template_callback (widget_class, edited_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
  gtk_widget_class_bind_template_callback (widget_class, trust_cb);
}

static void
uch_sign_in_page_init (UchSignInPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
fill_form (UchSignInPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->address), self->account->store_url);
  gtk_editable_set_text (GTK_EDITABLE (self->login), self->account->login);
}

/**
 * uch_sign_in_page_new:
 *
 * Returns: (transfer floating): the page, filled with whoever signed in last
 */
GtkWidget *
uch_sign_in_page_new (GSettings *settings)
{
  UchSignInPage *self = g_object_new (UCH_TYPE_SIGN_IN_PAGE, NULL);

  self->settings = g_object_ref (settings);
  self->account = uch_account_load (settings);
  fill_form (self);
  return GTK_WIDGET (self);
}

/**
 * uch_sign_in_page_resume:
 *
 * Tries the keyring's token first; asks when there is none.
 */
void
uch_sign_in_page_resume (UchSignInPage *self)
{
  if (*self->account->store_url == '\0' || *self->account->login == '\0')
    return;
  gtk_stack_set_visible_child_name (self->stack, "wait");
  attempt (self, UCH_SIGN_IN_RESUME);
}

/**
 * uch_sign_in_page_start:
 * @password: (nullable): NULL fills the form and lets the person go on
 * @work_offline: whether to go on with the copy on this computer when the store is away
 *
 * Signs in as if the person had typed it.
 */
void
uch_sign_in_page_start (UchSignInPage    *self,
                        const UchAccount *account,
                        const char       *password,
                        gboolean          work_offline)
{
  uch_account_free (self->account);
  self->account = uch_account_copy (account);
  self->work_offline = work_offline;
  fill_form (self);
  if (password == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->password), password);
  attempt (self, UCH_SIGN_IN_PASSWORD);
}
