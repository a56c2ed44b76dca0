#include "app/board/uch-card-log.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-card-photos.h"
#include "app/uch-format.h"
#include "core/uch-work.h"

struct _UchCardLog
{
  GtkWidget parent;

  /* template */
  GtkWidget     *box;
  GtkListBox    *visits;
  UchCardPhotos *photos;
  GtkListBox    *talk;
  GtkListBox    *history;

  /* owned */
  UchSession *session;
  char       *ticket_id; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (UchCardLog, uch_card_log, GTK_TYPE_WIDGET)

static UchTime
get_at (gpointer row)
{
  UchEntity *entity = row;

  switch (entity->schema->table)
    {
    case UCH_TABLE_VISIT:
      return UCH_VISIT (row)->created_at;
    case UCH_TABLE_NOTE:
      return UCH_NOTE (row)->created_at;
    case UCH_TABLE_CALL:
      return UCH_CALL (row)->created_at;
    case UCH_TABLE_EVENT:
      return UCH_EVENT (row)->received_at;
    default:
      return 0;
    }
}

static int
compare_latest_first (gconstpointer a, gconstpointer b, gpointer user_data)
{
  UchTime at_a = get_at ((gpointer) a);
  UchTime at_b = get_at ((gpointer) b);

  if (at_a != at_b)
    return at_a > at_b ? -1 : 1;
  return -g_strcmp0 (UCH_ENTITY (a)->id, UCH_ENTITY (b)->id);
}

/* A primary line that wraps and a dim one under it. */
static GtkWidget *
make_row (const char *text, const char *under, const char *chip, const char *icon)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *first = gtk_label_new (text);
  GtkWidget *second = gtk_label_new (under);

  gtk_widget_add_css_class (row, "log-row");
  if (icon != NULL)
    {
      GtkWidget *image = gtk_image_new_from_icon_name (icon);

      gtk_widget_set_valign (image, GTK_ALIGN_START);
      gtk_widget_add_css_class (image, "dim-label");
      gtk_box_append (GTK_BOX (row), image);
    }
  gtk_label_set_wrap (GTK_LABEL (first), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (first), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (first), TRUE);
  gtk_label_set_xalign (GTK_LABEL (first), 0);
  gtk_widget_set_focusable (first, FALSE);
  gtk_label_set_wrap (GTK_LABEL (second), TRUE);
  gtk_label_set_xalign (GTK_LABEL (second), 0);
  gtk_widget_add_css_class (second, "caption");
  gtk_widget_add_css_class (second, "dim-label");
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (lines), first);
  if (under != NULL && *under != '\0')
    gtk_box_append (GTK_BOX (lines), second);
  else
    g_object_unref (g_object_ref_sink (second));
  gtk_box_append (GTK_BOX (row), lines);
  if (chip != NULL)
    {
      GtkWidget *label = gtk_label_new (chip);

      gtk_widget_add_css_class (label, "chip");
      gtk_widget_set_valign (label, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (row), label);
    }
  return row;
}

static void
append_moment (GString *text, const char *format, UchTime at)
{
  g_autofree char *time = NULL;

  if (at == 0)
    return;
  time = uch_format_time (at);
  if (text->len != 0)
    g_string_append (text, " · ");
  g_string_append_printf (text, format, time);
}

static GtkWidget *
make_visit (UchCardLog *self, UchVisit *visit)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  UchTime          now = uch_session_now (self->session);
  g_autofree char *window = NULL;
  g_autofree char *name = NULL;
  g_autofree char *first = NULL;
  g_autofree char *reason = NULL;
  g_autoptr (GString) under = g_string_new (NULL);

  window = visit->mode != UCH_VISIT_MODE_NONE ? uch_format_window (visit, now)
                                              : g_strdup (_ ("no time agreed"));
  name = visit->engineer_id != NULL ? uch_format_staff (replica, visit->engineer_id)
                                    : g_strdup (_ ("nobody assigned"));
  first = g_strdup_printf ("%s · %s", window, name);
  append_moment (under, _ ("due %s"), visit->due_at);
  append_moment (under, _ ("on the way %s"), visit->en_route_at);
  append_moment (under, _ ("arrived %s"), visit->arrived_at);
  append_moment (under, _ ("ended %s"), visit->ended_at);
  if (visit->by_proxy)
    g_string_append_printf (under, "%s%s", under->len ? " · " : "", _ ("entered by a dispatcher"));
  if (visit->exempt)
    g_string_append_printf (under, "%s%s", under->len ? " · " : "", _ ("exempt"));
  return make_row (first, under->str, uch_format_visit_state (visit->state), NULL);
}

static char *
describe_maker (UchCardLog *self, const char *staff_id, UchTime at)
{
  g_autofree char *name = uch_format_staff (uch_session_get_replica (self->session), staff_id);
  g_autofree char *time = uch_format_day_time (at, uch_session_now (self->session));

  return g_strdup_printf ("%s · %s", time, name);
}

static GtkWidget *
make_talk (UchCardLog *self, UchEntity *entity)
{
  g_autofree char *under = NULL;
  g_autofree char *text = NULL;
  UchCall         *call;

  if (entity->schema->table == UCH_TABLE_NOTE)
    {
      UchNote *note = UCH_NOTE (entity);

      under = describe_maker (self, note->created_by, note->created_at);
      return make_row (note->text, under, NULL, "document-edit-symbolic");
    }
  call = UCH_CALL (entity);
  under = describe_maker (self, call->created_by, call->created_at);
  text = call->text != NULL
             ? g_strdup_printf ("%s: %s", uch_format_call_outcome (call->outcome), call->text)
             : g_strdup (uch_format_call_outcome (call->outcome));
  return make_row (text, under, NULL, "uch-call-symbolic");
}

static GtkWidget *
make_event (UchCardLog *self, UchEvent *event)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *sentence = uch_format_event (replica, event);
  g_autofree char *maker = describe_maker (self, event->actor_id, event->received_at);
  g_autofree char *under = event->device != NULL && *event->device != '\0'
                               ? g_strdup_printf ("%s · %s", maker, event->device)
                               : g_strdup (maker);

  return make_row (sentence, under, event->undone_by != NULL ? _ ("undone") : NULL, NULL);
}

static GtkWidget *
make_row_cb (gpointer item, gpointer user_data)
{
  UchCardLog *self = user_data;
  UchEntity  *entity = item;

  switch (entity->schema->table)
    {
    case UCH_TABLE_VISIT:
      return make_visit (self, item);
    case UCH_TABLE_EVENT:
      return make_event (self, item);
    default:
      return make_talk (self, entity);
    }
}

static gboolean
is_shown (gpointer item, gpointer user_data)
{
  UchEntity *entity = item;

  if (entity->schema->table == UCH_TABLE_NOTE)
    return !UCH_NOTE (item)->withdrawn;
  return entity->schema->table != UCH_TABLE_CALL || !UCH_CALL (item)->withdrawn;
}

/* Takes ownership of @rows. */
static void
show_list (UchCardLog *self, GtkListBox *list, GListModel *rows)
{
  GtkFilter  *filter = GTK_FILTER (gtk_custom_filter_new (is_shown, NULL, NULL));
  GtkSorter  *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_latest_first, NULL, NULL));
  GListModel *shown = G_LIST_MODEL (gtk_filter_list_model_new (rows, filter));
  g_autoptr (GListModel) sorted = G_LIST_MODEL (gtk_sort_list_model_new (shown, sorter));

  gtk_list_box_bind_model (list, sorted, make_row_cb, self, NULL);
}

static void
uch_card_log_dispose (GObject *object)
{
  UchCardLog *self = UCH_CARD_LOG (object);

  if (self->box != NULL)
    uch_card_log_set_ticket (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_card_log_parent_class)->dispose (object);
}

static void
uch_card_log_class_init (UchCardLogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_card_log_dispose;
  g_type_ensure (UCH_TYPE_CARD_PHOTOS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-card-log.ui");
  gtk_widget_class_bind_template_child (widget_class, UchCardLog, box);
  gtk_widget_class_bind_template_child (widget_class, UchCardLog, visits);
  gtk_widget_class_bind_template_child (widget_class, UchCardLog, photos);
  gtk_widget_class_bind_template_child (widget_class, UchCardLog, talk);
  gtk_widget_class_bind_template_child (widget_class, UchCardLog, history);
}

static void
uch_card_log_init (UchCardLog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_card_log_set_session:
 * @self: the part
 * @session: the office
 */
void
uch_card_log_set_session (UchCardLog *self, UchSession *session)
{
  g_set_object (&self->session, session);
  uch_card_photos_set_session (self->photos, session);
}

/**
 * uch_card_log_set_ticket:
 * @self: the part
 * @ticket_id: (nullable): the ticket to follow
 */
void
uch_card_log_set_ticket (UchCardLog *self, const char *ticket_id)
{
  UchReplica *replica;
  GListStore *both;
  g_autoptr (GListModel) notes = NULL;
  g_autoptr (GListModel) calls = NULL;

  if (g_strcmp0 (ticket_id, self->ticket_id) == 0)
    return;
  g_free (self->ticket_id);
  self->ticket_id = g_strdup (ticket_id);
  uch_card_photos_set_ticket (self->photos, ticket_id);
  if (ticket_id == NULL)
    {
      gtk_list_box_bind_model (self->visits, NULL, NULL, NULL, NULL);
      gtk_list_box_bind_model (self->talk, NULL, NULL, NULL, NULL);
      gtk_list_box_bind_model (self->history, NULL, NULL, NULL, NULL);
      return;
    }
  replica = uch_session_get_replica (self->session);
  notes = uch_replica_watch (replica, UCH_TABLE_NOTE, "ticket_id", ticket_id);
  calls = uch_replica_watch (replica, UCH_TABLE_CALL, "ticket_id", ticket_id);
  both = g_list_store_new (G_TYPE_LIST_MODEL);
  g_list_store_append (both, notes);
  g_list_store_append (both, calls);
  show_list (self, self->visits,
             uch_replica_watch (replica, UCH_TABLE_VISIT, "ticket_id", ticket_id));
  show_list (self, self->talk, G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (both))));
  show_list (self, self->history,
             uch_replica_watch (replica, UCH_TABLE_EVENT, "ticket_id", ticket_id));
}
