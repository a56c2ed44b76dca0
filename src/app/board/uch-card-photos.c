#define G_LOG_DOMAIN "uch-app"

#include "app/board/uch-card-photos.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "core/uch-work.h"

#define SIDE_PX 72
/* Sharp on a screen of twice the density, too. */
#define SMALL_PX (2 * SIDE_PX)
#define LARGE_WIDTH_PX 960
#define LARGE_HEIGHT_PX 720

struct _UchCardPhotos
{
  GtkWidget parent;

  GtkWidget  *group;
  GtkFlowBox *strip;
  GtkLabel   *trouble;

  /* owned */
  UchSession   *session;
  char         *ticket_id;   /* (nullable) */
  GListModel   *photos;      /* (nullable): of the ticket, also those taken back */
  GCancellable *cancellable; /* of the pictures asked for */
};

G_DEFINE_FINAL_TYPE (UchCardPhotos, uch_card_photos, GTK_TYPE_WIDGET)

/* A picture on its way to a tile. */
typedef struct
{
  UchCardPhotos *self;  /* (owned) */
  UchPhoto      *photo; /* (owned) */
  GtkButton     *tile;  /* (owned) */
} Arrival;

static void
arrival_free (Arrival *arrival)
{
  g_object_unref (arrival->self);
  g_object_unref (arrival->photo);
  g_object_unref (arrival->tile);
  g_free (arrival);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Arrival, arrival_free)

/* "Ivanov I. · 14:05 · panel in the hall" */
static char *
describe (UchCardPhotos *self, const UchPhoto *photo)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *name = uch_format_staff (replica, photo->created_by);
  g_autofree char *at = uch_format_day_time (photo->taken_at, uch_session_now (self->session));

  return g_strjoin (" · ", name, at, photo->text, NULL);
}

static gboolean
close_cb (GtkWidget *window, GVariant *args, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (window));
  return TRUE;
}

/* A window of its own beside the board: nothing is covered, Esc closes it. */
static void
show_large (UchCardPhotos *self, const UchPhoto *photo, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_bytes (bytes, &error);
  g_autofree char    *title = describe (self, photo);
  GtkWidget          *window, *picture;
  GtkEventController *keys;

  if (texture == NULL)
    {
      gtk_label_set_text (self->trouble, _ ("This photo cannot be shown here"));
      gtk_widget_set_visible (GTK_WIDGET (self->trouble), TRUE);
      return;
    }
  window = gtk_window_new ();
  picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), title);
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window),
                               MIN (gdk_texture_get_width (texture), LARGE_WIDTH_PX),
                               MIN (gdk_texture_get_height (texture), LARGE_HEIGHT_PX));
  gtk_window_set_transient_for (GTK_WINDOW (window),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_set_child (GTK_WINDOW (window), picture);
  keys = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                        gtk_callback_action_new (close_cb, NULL, NULL)));
  gtk_widget_add_controller (window, keys);
  gtk_window_present (GTK_WINDOW (window));
}

static void
large_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Arrival) arrival = user_data;
  g_autoptr (GBytes) bytes
      = uch_sync_client_look_at_photo_finish (UCH_SYNC_CLIENT (source), result, NULL);

  if (bytes != NULL && gtk_widget_get_root (GTK_WIDGET (arrival->self)) != NULL)
    show_large (arrival->self, arrival->photo, bytes);
}

static void
small_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Arrival) arrival = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = uch_sync_client_look_at_photo_finish (UCH_SYNC_CLIENT (source), result, &error);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GdkPixbuf) small = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkWidget *image;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (bytes == NULL)
    {
      gtk_label_set_text (
          arrival->self->trouble,
          g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_CONNECTION)
              ? _ ("Offline: photos that were not opened here yet are shown when the "
                   "store can be reached")
              : _ ("The store does not show a photo"));
      gtk_widget_set_visible (GTK_WIDGET (arrival->self->trouble), TRUE);
      return;
    }
  stream = g_memory_input_stream_new_from_bytes (bytes);
  small = gdk_pixbuf_new_from_stream_at_scale (stream, SMALL_PX, SMALL_PX, TRUE, NULL, NULL);
  if (small == NULL)
    return; /* the symbol stays; a click says why */
  texture = gdk_texture_new_for_pixbuf (small);
  image = gtk_image_new_from_paintable (GDK_PAINTABLE (texture));
  gtk_image_set_pixel_size (GTK_IMAGE (image), SIDE_PX);
  gtk_button_set_child (arrival->tile, image);
}

static Arrival *
arrival_new (UchCardPhotos *self, UchPhoto *photo, GtkButton *tile)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->self = g_object_ref (self);
  arrival->photo = g_object_ref (photo);
  arrival->tile = g_object_ref (tile);
  return arrival;
}

static void
ask (UchCardPhotos *self, UchPhoto *photo, GtkButton *tile, GAsyncReadyCallback callback)
{
  uch_sync_client_look_at_photo_async (uch_session_get_sync (self->session), photo,
                                       self->cancellable, callback,
                                       arrival_new (self, photo, tile));
}

static void
clicked_cb (GtkButton *tile, UchCardPhotos *self)
{
  ask (self, g_object_get_data (G_OBJECT (tile), "photo"), tile, large_cb);
}

static void
add_tile (UchCardPhotos *self, UchPhoto *photo)
{
  GtkWidget       *tile = gtk_button_new_from_icon_name ("image-x-generic-symbolic");
  g_autofree char *words = describe (self, photo);

  gtk_widget_set_size_request (tile, SIDE_PX, SIDE_PX);
  gtk_widget_set_tooltip_text (tile, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (tile), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_add_css_class (tile, "photo");
  g_object_set_data_full (G_OBJECT (tile), "photo", g_object_ref (photo), g_object_unref);
  g_signal_connect (tile, "clicked", G_CALLBACK (clicked_cb), self);
  gtk_flow_box_insert (self->strip, tile, -1);
  ask (self, photo, GTK_BUTTON (tile), small_cb);
}

static int
compare_taken (gconstpointer a, gconstpointer b)
{
  const UchPhoto *one = *(UchPhoto *const *) a, *other = *(UchPhoto *const *) b;

  return one->taken_at < other->taken_at ? -1 : one->taken_at > other->taken_at;
}

static void
show (UchCardPhotos *self)
{
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_object_unref);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->strip))) != NULL)
    gtk_flow_box_remove (self->strip, child);
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), FALSE);
  for (guint i = 0; self->photos != NULL && i < g_list_model_get_n_items (self->photos); i++)
    {
      UchPhoto *photo = g_list_model_get_item (self->photos, i);

      if (photo->withdrawn)
        g_object_unref (photo);
      else
        g_ptr_array_add (shown, photo);
    }
  g_ptr_array_sort (shown, compare_taken);
  for (guint i = 0; i < shown->len; i++)
    add_tile (self, g_ptr_array_index (shown, i));
  gtk_widget_set_visible (GTK_WIDGET (self), shown->len > 0);
}

static void
uch_card_photos_dispose (GObject *object)
{
  UchCardPhotos *self = UCH_CARD_PHOTOS (object);

  g_cancellable_cancel (self->cancellable);
  if (self->photos != NULL)
    g_signal_handlers_disconnect_by_func (self->photos, show, self);
  g_clear_object (&self->photos);
  g_clear_pointer (&self->group, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_card_photos_parent_class)->dispose (object);
}

static void
uch_card_photos_finalize (GObject *object)
{
  UchCardPhotos *self = UCH_CARD_PHOTOS (object);

  g_clear_object (&self->cancellable);
  g_free (self->ticket_id);
  G_OBJECT_CLASS (uch_card_photos_parent_class)->finalize (object);
}

static void
uch_card_photos_class_init (UchCardPhotosClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_card_photos_dispose;
  G_OBJECT_CLASS (klass)->finalize = uch_card_photos_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
uch_card_photos_init (UchCardPhotos *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->cancellable = g_cancellable_new ();
  self->group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), _ ("Photos"));
  self->strip = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (self->strip, GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (self->strip, TRUE);
  gtk_flow_box_set_max_children_per_line (self->strip, 12);
  gtk_widget_set_halign (GTK_WIDGET (self->strip), GTK_ALIGN_START);
  self->trouble = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->trouble, 0);
  gtk_label_set_wrap (self->trouble, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->trouble), "dim-label");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), FALSE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->strip));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->trouble));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), box);
  gtk_widget_set_parent (self->group, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * uch_card_photos_set_session:
 * @self: the part
 * @session: the office
 */
void
uch_card_photos_set_session (UchCardPhotos *self, UchSession *session)
{
  g_set_object (&self->session, session);
}

/**
 * uch_card_photos_set_ticket:
 * @self: the part
 * @ticket_id: (nullable): the ticket to follow
 *
 * Shows nothing, also no title, while the ticket has no photos.
 */
void
uch_card_photos_set_ticket (UchCardPhotos *self, const char *ticket_id)
{
  if (g_strcmp0 (ticket_id, self->ticket_id) == 0)
    return;
  g_free (self->ticket_id);
  self->ticket_id = g_strdup (ticket_id);
  if (self->photos != NULL)
    g_signal_handlers_disconnect_by_func (self->photos, show, self);
  g_clear_object (&self->photos);
  if (ticket_id != NULL)
    {
      self->photos = uch_replica_watch (uch_session_get_replica (self->session), UCH_TABLE_PHOTO,
                                        "ticket_id", ticket_id);
      g_signal_connect_swapped (self->photos, "items-changed", G_CALLBACK (show), self);
    }
  show (self);
}
