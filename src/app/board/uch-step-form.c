#include "app/board/uch-step-form.h"

#include <glib/gi18n.h>

#include "app/board/uch-time-text.h"
#include "app/uch-format.h"
#include "core/uch-office.h"
#include "core/uch-work.h"

/* What a step asks for beside its ticket or visit. */
typedef enum
{
  ASK_REASON = 1 << 0,
  ASK_CODE = 1 << 1,        /* a resolution code */
  ASK_TIME = 1 << 2,        /* must be given */
  ASK_TIME_BACK = 1 << 3,   /* only when the choice is "back" */
  ASK_TIME_OR_NOW = 1 << 4, /* empty means: now */
  ASK_TEXT = 1 << 5,
  ASK_TEXT_MUST = 1 << 6,
  ASK_TEXT_AS_REASON = 1 << 7,
  IS_FINAL = 1 << 8, /* ends the ticket: the button warns */
} Ask;

typedef struct
{
  const char        *command;
  const char        *title;
  const char        *button;
  guint              asks;
  UchReasonKind      reasons;
  const char        *choice;  /* argument; NULL: none */
  const char *const *choices; /* its nicks */
} StepSpec;

static const char *const resolve_choices[]
    = { "phone", "remote", "on_site", "self", "network", NULL };
static const char *const finish_choices[] = { "done", "incomplete", NULL };
static const char *const move_choices[] = { "client", "us", NULL };

static const StepSpec step_specs[] = {
  { UCH_COMMAND_TICKET_HOLD, N_ ("Put aside"), N_ ("Put aside"), ASK_REASON | ASK_TIME,
    UCH_REASON_HOLD },
  { UCH_COMMAND_TICKET_RESOLVE, N_ ("Resolve the ticket"), N_ ("Resolve"), ASK_CODE | ASK_TEXT, 0,
    "how", resolve_choices },
  { UCH_COMMAND_TICKET_REOPEN, N_ ("Reopen the ticket"), N_ ("Reopen"), ASK_REASON,
    UCH_REASON_REOPEN },
  { UCH_COMMAND_TICKET_CANCEL, N_ ("Cancel the ticket"), N_ ("Cancel the ticket"),
    ASK_REASON | IS_FINAL, UCH_REASON_CANCEL },
  { UCH_COMMAND_TICKET_REJECT, N_ ("Reject the ticket"), N_ ("Reject"), ASK_REASON | IS_FINAL,
    UCH_REASON_CANCEL },
  { UCH_COMMAND_VISIT_PLAN, N_ ("Agree a time with the client"), N_ ("Agreed"), ASK_TIME_OR_NOW },
  { UCH_COMMAND_VISIT_MOVE, N_ ("Agree another time"), N_ ("Move"), ASK_TIME_OR_NOW, 0, "by",
    move_choices },
  { UCH_COMMAND_VISIT_DECLINE, N_ ("The engineer declines"), N_ ("Decline"), ASK_REASON,
    UCH_REASON_DECLINE },
  { UCH_COMMAND_VISIT_FINISH, N_ ("Finish the visit"), N_ ("Finish"), ASK_CODE | ASK_TEXT, 0,
    "result", finish_choices },
  { UCH_COMMAND_VISIT_FAIL, N_ ("The visit failed"), N_ ("Failed"), ASK_REASON | IS_FINAL,
    UCH_REASON_FAILED },
  { UCH_COMMAND_VISIT_MISS, N_ ("We missed the visit"), N_ ("Missed"), ASK_REASON | IS_FINAL,
    UCH_REASON_MISSED },
  { UCH_COMMAND_VISIT_CANCEL, N_ ("Cancel the visit"), N_ ("Cancel the visit"),
    ASK_REASON | IS_FINAL, UCH_REASON_CANCEL },
  { UCH_COMMAND_VISIT_EXEMPT, N_ ("Exempt from the promise"), N_ ("Exempt"), ASK_TEXT_AS_REASON },
  { UCH_COMMAND_CALL_LOG, N_ ("A call to the client"), N_ ("Log the call"),
    ASK_TIME_BACK | ASK_TEXT, 0, "outcome", uch_call_outcome_nicks },
  { UCH_COMMAND_NOTE_ADD, N_ ("A note"), N_ ("Add"), ASK_TEXT_MUST },
};

struct _UchStepForm
{
  GtkWidget parent;

  /* template */
  GtkWidget   *box;
  GtkLabel    *title;
  GtkWidget   *choice_row, *reason_row, *code_row, *time_row, *text_row;
  GtkLabel    *choice_label, *text_label;
  GtkDropDown *choice;
  GtkDropDown *reason;
  GtkDropDown *code;
  GtkEditable *time;
  GtkLabel    *time_meant;
  GtkTextView *text;
  GtkLabel    *problem;
  GtkButton   *send;
  GtkButton   *cancel;

  /* owned */
  UchSession *session;
  UchTicket  *ticket;
  UchVisit   *visit; /* (nullable) */
  GPtrArray  *reason_codes;
  GPtrArray  *codes;

  const StepSpec *spec; /* (nullable) */
};

enum
{
  SIGNAL_DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchStepForm, uch_step_form, GTK_TYPE_WIDGET)

static const StepSpec *
find_spec (const char *command)
{
  for (guint i = 0; i < G_N_ELEMENTS (step_specs); i++)
    if (g_str_equal (step_specs[i].command, command))
      return &step_specs[i];
  return NULL;
}

static int
compare_reasons (gconstpointer a, gconstpointer b)
{
  const UchReason *left = *(UchReason *const *) a;
  const UchReason *right = *(UchReason *const *) b;

  if (left->position != right->position)
    return left->position < right->position ? -1 : 1;
  return g_strcmp0 (left->code, right->code);
}

/* The head's list; the program's own seeds where the store has none yet. */
static GPtrArray *
list_codes (UchStepForm *self, UchReasonKind kind)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  GListModel *reasons = uch_replica_list (replica, UCH_TABLE_REASON);
  GPtrArray  *codes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  const UchReasonSeed *seeds;
  guint                n_seeds;

  for (guint i = 0; i < g_list_model_get_n_items (reasons); i++)
    {
      g_autoptr (UchReason) reason = g_list_model_get_item (reasons, i);

      if (reason->kind == kind && !reason->retired)
        g_ptr_array_add (found, g_steal_pointer (&reason));
    }
  g_ptr_array_sort (found, compare_reasons);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (codes, g_strdup (((UchReason *) g_ptr_array_index (found, i))->code));
  seeds = uch_reason_list_seeds (&n_seeds);
  for (guint i = 0; found->len == 0 && i < n_seeds; i++)
    if (seeds[i].kind == kind)
      g_ptr_array_add (codes, g_strdup (seeds[i].code));
  return codes;
}

static void
fill_reasons (UchStepForm *self, GtkDropDown *drop, UchReasonKind kind, GPtrArray **codes)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_clear_pointer (codes, g_ptr_array_unref);
  *codes = list_codes (self, kind);
  for (guint i = 0; i < (*codes)->len; i++)
    gtk_string_list_take (names, uch_format_reason (replica, kind, g_ptr_array_index (*codes, i)));
  gtk_drop_down_set_model (drop, G_LIST_MODEL (names));
}

static const char *
name_choice (const StepSpec *spec, const char *nick)
{
  if (spec->choices == uch_call_outcome_nicks)
    return uch_format_call_outcome (uch_nick_index (uch_call_outcome_nicks, nick));
  if (spec->choices == resolve_choices)
    return uch_format_resolution (uch_nick_index (uch_resolution_nicks, nick));
  if (spec->choices == finish_choices)
    return uch_format_visit_state (uch_nick_index (uch_visit_state_nicks, nick));
  return g_str_equal (nick, "client") ? _ ("The client asked for it") : _ ("We have to");
}

static const char *
get_choice (UchStepForm *self)
{
  guint selected = gtk_drop_down_get_selected (self->choice);

  return self->spec->choices != NULL && selected < g_strv_length ((char **) self->spec->choices)
             ? self->spec->choices[selected]
             : NULL;
}

static void
fill_choices (UchStepForm *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint i = 0; self->spec->choices[i] != NULL; i++)
    gtk_string_list_append (names, name_choice (self->spec, self->spec->choices[i]));
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (names));
  gtk_label_set_text (self->choice_label, self->spec->choices == uch_call_outcome_nicks
                                              ? _ ("Outcome")
                                          : self->spec->choices == move_choices ? _ ("Why")
                                                                                : _ ("How"));
}

static void
choice_changed_cb (UchStepForm *self)
{
  if (self->spec != NULL && (self->spec->asks & ASK_TIME_BACK) != 0)
    gtk_widget_set_visible (self->time_row, g_strcmp0 (get_choice (self), "back") == 0);
}

static void
tell_problem (UchStepForm *self, const char *problem)
{
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

static void
time_changed_cb (GtkEditable *editable, UchStepForm *self)
{
  UchTime          now = uch_session_now (self->session);
  UchTime          from_at, to_at;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *text = NULL;

  tell_problem (self, NULL);
  if (!uch_time_text_parse (gtk_editable_get_text (editable), now, &from_at, &to_at))
    {
      gtk_label_set_text (self->time_meant, *gtk_editable_get_text (editable) == '\0'
                                                    && self->spec != NULL
                                                    && (self->spec->asks & ASK_TIME_OR_NOW) != 0
                                                ? _ ("Empty: now, the 40 minutes start at once")
                                                : "");
      return;
    }
  from = uch_format_day_time (from_at, now);
  to = uch_format_time (to_at);
  text = to_at != from_at ? g_strdup_printf ("%s–%s", from, to) : g_strdup (from);
  gtk_label_set_text (self->time_meant, text);
}

static char *
dup_text (UchStepForm *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter    start, end;
  char          *text;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  return g_strstrip (text);
}

static const char *
get_code (GtkDropDown *drop, GPtrArray *codes)
{
  guint selected = gtk_drop_down_get_selected (drop);

  return codes != NULL && selected < codes->len ? g_ptr_array_index (codes, selected) : NULL;
}

/* Times of the step: gives FALSE and says so when one is needed and none is there. */
static gboolean
add_times (UchStepForm *self, GVariantDict *args)
{
  guint       asks = self->spec->asks;
  gboolean    is_back = (asks & ASK_TIME_BACK) != 0 && g_strcmp0 (get_choice (self), "back") == 0;
  const char *text = gtk_editable_get_text (self->time);
  UchTime     from_at, to_at;

  if ((asks & (ASK_TIME | ASK_TIME_OR_NOW)) == 0 && !is_back)
    return TRUE;
  if ((asks & ASK_TIME_OR_NOW) != 0 && *text == '\0')
    {
      g_variant_dict_insert (args, "mode", "s", uch_visit_mode_nicks[UCH_VISIT_MODE_NOW]);
      return TRUE;
    }
  if (!uch_time_text_parse (text, uch_session_now (self->session), &from_at, &to_at))
    {
      tell_problem (self, _ ("Write a time: 18:00, tomorrow 10, 14-16, +2 h"));
      gtk_widget_grab_focus (GTK_WIDGET (self->time));
      return FALSE;
    }
  if ((asks & ASK_TIME) != 0)
    g_variant_dict_insert (args, "wake_at", "x", from_at);
  else if (is_back)
    g_variant_dict_insert (args, "call_back_at", "x", from_at);
  else
    {
      g_variant_dict_insert (args, "mode", "s", uch_visit_mode_nicks[UCH_VISIT_MODE_TIME]);
      g_variant_dict_insert (args, "from_at", "x", from_at);
      g_variant_dict_insert (args, "to_at", "x", to_at);
    }
  return TRUE;
}

static gboolean
add_words (UchStepForm *self, GVariantDict *args)
{
  guint            asks = self->spec->asks;
  g_autofree char *text = dup_text (self);
  const char      *reason = get_code (self->reason, self->reason_codes);
  const char      *code = get_code (self->code, self->codes);

  if ((asks & (ASK_TEXT_MUST | ASK_TEXT_AS_REASON)) != 0 && *text == '\0')
    {
      tell_problem (self, _ ("Write a few words"));
      gtk_widget_grab_focus (GTK_WIDGET (self->text));
      return FALSE;
    }
  if ((asks & ASK_REASON) != 0 && reason != NULL)
    g_variant_dict_insert (args, "reason", "s", reason);
  if ((asks & ASK_CODE) != 0 && code != NULL)
    g_variant_dict_insert (args, "code", "s", code);
  if ((asks & ASK_TEXT_AS_REASON) != 0)
    g_variant_dict_insert (args, "reason", "s", text);
  else if ((asks & (ASK_TEXT | ASK_TEXT_MUST)) != 0 && *text != '\0')
    g_variant_dict_insert (args, "text", "s", text);
  if (self->spec->choice != NULL && get_choice (self) != NULL)
    g_variant_dict_insert (args, self->spec->choice, "s", get_choice (self));
  return TRUE;
}

/* The row that the step is about, its version, and ids of what it makes. */
static void
add_subject (UchStepForm *self, GVariantDict *args)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const char      *command = self->spec->command;
  gboolean         is_open = self->visit != NULL && uch_visit_is_open (self->visit);
  g_autofree char *made_id = uch_replica_make_id (replica);

  if (g_str_has_prefix (command, "visit.") && !g_str_equal (command, UCH_COMMAND_VISIT_PLAN))
    {
      g_variant_dict_insert (args, "visit", "s", self->visit->parent.id);
      if (self->visit->parent.rev != NULL)
        g_variant_dict_insert (args, "base", "s", self->visit->parent.rev);
      if (g_str_equal (command, UCH_COMMAND_VISIT_MOVE))
        g_variant_dict_insert (args, "next", "s", made_id);
      return;
    }
  g_variant_dict_insert (args, "ticket", "s", self->ticket->parent.id);
  if (g_str_equal (command, UCH_COMMAND_VISIT_PLAN))
    g_variant_dict_insert (args, "visit", "s", is_open ? self->visit->parent.id : made_id);
  else if (g_str_equal (command, UCH_COMMAND_NOTE_ADD))
    g_variant_dict_insert (args, "note", "s", made_id);
  else if (g_str_equal (command, UCH_COMMAND_CALL_LOG))
    g_variant_dict_insert (args, "call", "s", made_id);
  else if (self->ticket->parent.rev != NULL)
    g_variant_dict_insert (args, "base", "s", self->ticket->parent.rev);
}

static void
send_cb (GtkWidget *widget, UchStepForm *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  GVariantDict     args;
  g_autofree char *id = NULL;
  UchCommand      *command;

  if (self->spec == NULL)
    return;
  g_variant_dict_init (&args, NULL);
  if (!add_times (self, &args) || !add_words (self, &args))
    {
      g_variant_dict_clear (&args);
      return;
    }
  add_subject (self, &args);
  id = uch_replica_make_id (replica);
  command = uch_command_new (id, self->spec->command, g_variant_dict_end (&args),
                             uch_session_now (self->session));
  uch_session_act_one (self->session, GTK_WIDGET (self), command, _ (self->spec->title));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0);
  gtk_editable_set_text (self->time, "");
  g_signal_emit (self, signals[SIGNAL_DONE], 0);
}

static void
cancel_cb (GtkButton *button, UchStepForm *self)
{
  g_signal_emit (self, signals[SIGNAL_DONE], 0);
}

/* Ctrl+Enter sends from anywhere in the form, also from the note. */
static gboolean
send_shortcut_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  send_cb (widget, UCH_STEP_FORM (widget));
  return TRUE;
}

static void
uch_step_form_dispose (GObject *object)
{
  UchStepForm *self = UCH_STEP_FORM (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->reason_codes, g_ptr_array_unref);
  g_clear_pointer (&self->codes, g_ptr_array_unref);
  g_clear_object (&self->ticket);
  g_clear_object (&self->visit);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_step_form_parent_class)->dispose (object);
}

static void
uch_step_form_class_init (UchStepFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_step_form_dispose;
  signals[SIGNAL_DONE] = g_signal_new ("done", UCH_TYPE_STEP_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, send_shortcut_cb,
                                NULL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-step-form.ui");
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, box);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, title);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, choice_row);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, reason_row);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, code_row);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, time_row);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, text_row);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, choice_label);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, text_label);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, choice);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, reason);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, code);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, time);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, time_meant);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, text);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, problem);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, send);
  gtk_widget_class_bind_template_child (widget_class, UchStepForm, cancel);
  gtk_widget_class_bind_template_callback (widget_class, time_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
uch_step_form_init (UchStepForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->choice, "notify::selected", G_CALLBACK (choice_changed_cb), self);
}

/**
 * uch_step_form_set_session:
 * @self: the form
 * @session: the office
 */
void
uch_step_form_set_session (UchStepForm *self, UchSession *session)
{
  g_set_object (&self->session, session);
}

static void
focus_first (UchStepForm *self)
{
  GtkWidget *candidates[] = { GTK_WIDGET (self->choice), GTK_WIDGET (self->reason),
                              GTK_WIDGET (self->time), GTK_WIDGET (self->text) };
  GtkWidget *rows[] = { self->choice_row, self->reason_row, self->time_row, self->text_row };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (gtk_widget_get_visible (rows[i]))
      {
        gtk_widget_grab_focus (candidates[i]);
        return;
      }
}

/**
 * uch_step_form_begin:
 * @self: the form
 * @ticket: the ticket
 * @visit: (nullable): its open or last visit
 * @command: type of the step's command
 *
 * Returns: %FALSE if the step asks for nothing and can be sent as it is
 */
gboolean
uch_step_form_begin (UchStepForm *self, UchTicket *ticket, UchVisit *visit, const char *command)
{
  const StepSpec *spec = find_spec (command);
  guint           asks;

  if (spec == NULL)
    return FALSE;
  self->spec = spec;
  asks = spec->asks;
  g_set_object (&self->ticket, ticket);
  g_set_object (&self->visit, visit);
  tell_problem (self, NULL);
  gtk_label_set_text (self->title, _ (spec->title));
  gtk_button_set_label (self->send, _ (spec->button));
  gtk_widget_remove_css_class (GTK_WIDGET (self->send), "destructive-action");
  gtk_widget_remove_css_class (GTK_WIDGET (self->send), "suggested-action");
  gtk_widget_add_css_class (GTK_WIDGET (self->send),
                            (asks & IS_FINAL) != 0 ? "destructive-action" : "suggested-action");
  gtk_widget_set_visible (self->choice_row, spec->choice != NULL);
  gtk_widget_set_visible (self->reason_row, (asks & ASK_REASON) != 0);
  gtk_widget_set_visible (self->code_row, (asks & ASK_CODE) != 0);
  gtk_widget_set_visible (self->time_row, (asks & (ASK_TIME | ASK_TIME_OR_NOW)) != 0);
  gtk_widget_set_visible (self->text_row,
                          (asks & (ASK_TEXT | ASK_TEXT_MUST | ASK_TEXT_AS_REASON)) != 0);
  gtk_label_set_text (self->text_label,
                      (asks & ASK_TEXT_AS_REASON) != 0 ? _ ("Reason") : _ ("Note"));
  if (spec->choice != NULL)
    fill_choices (self);
  if ((asks & ASK_REASON) != 0)
    fill_reasons (self, self->reason, spec->reasons, &self->reason_codes);
  if ((asks & ASK_CODE) != 0)
    fill_reasons (self, self->code, UCH_REASON_RESOLUTION, &self->codes);
  time_changed_cb (self->time, self);
  focus_first (self);
  return TRUE;
}
