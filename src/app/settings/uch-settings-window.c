#define G_LOG_DOMAIN "uch-app"

#include "app/settings/uch-settings-window.h"

#include <glib/gi18n.h>
#include <string.h>

struct _UchSettingsWindow
{
  AdwPreferencesWindow parent_instance;

  /* template */
  AdwComboRow  *color_scheme;
  GtkWidget    *dense;
  GtkWidget    *notify_overdue;
  GtkWidget    *notify_conflict;
  AdwComboRow  *map_source;
  AdwEntryRow  *map_xyz_url;
  AdwActionRow *map_mbtiles;
  GtkWidget    *choose_file;

  /* owned */
  GSettings            *settings;
  GtkFileChooserNative *chooser; /* nullable: while a file is being chosen */
};

G_DEFINE_FINAL_TYPE (UchSettingsWindow, uch_settings_window, ADW_TYPE_PREFERENCES_WINDOW)

/* In the order of the rows' lists. */
static const char *const color_schemes[] = { "system", "light", "dark", NULL };
static const char *const map_sources[] = { "policy", "osm", "xyz", "mbtiles", "schematic", NULL };

static gboolean
word_to_index (GValue *value, GVariant *variant, gpointer user_data)
{
  const char *const *words = user_data;

  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], g_variant_get_string (variant, NULL)))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }
  return FALSE;
}

static GVariant *
index_to_word (const GValue *value, const GVariantType *type, gpointer user_data)
{
  const char *const *words = user_data;
  guint              index = g_value_get_uint (value);

  return index < g_strv_length ((char **) words) ? g_variant_new_string (words[index]) : NULL;
}

static void
update_map (UchSettingsWindow *self)
{
  g_autofree char *source = g_settings_get_string (self->settings, "map-source");
  g_autofree char *path = g_settings_get_string (self->settings, "map-mbtiles-path");

  gtk_widget_set_visible (GTK_WIDGET (self->map_xyz_url), g_str_equal (source, "xyz"));
  gtk_widget_set_visible (GTK_WIDGET (self->map_mbtiles), g_str_equal (source, "mbtiles"));
  adw_action_row_set_subtitle (self->map_mbtiles, *path != '\0' ? path : _ ("None chosen"));
}

static gboolean
is_xyz_url (const char *url)
{
  return (g_str_has_prefix (url, "https://") || g_str_has_prefix (url, "http://"))
         && strstr (url, "{z}") != NULL && strstr (url, "{x}") != NULL
         && strstr (url, "{y}") != NULL && g_utf8_validate (url, -1, NULL);
}

static void
xyz_changed_cb (UchSettingsWindow *self)
{
  if (is_xyz_url (gtk_editable_get_text (GTK_EDITABLE (self->map_xyz_url))))
    gtk_widget_remove_css_class (GTK_WIDGET (self->map_xyz_url), "error");
}

static void
xyz_applied_cb (UchSettingsWindow *self)
{
  const char *url = gtk_editable_get_text (GTK_EDITABLE (self->map_xyz_url));

  if (is_xyz_url (url))
    g_settings_set_string (self->settings, "map-xyz-url", url);
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->map_xyz_url), "error");
}

static void
file_chosen_cb (UchSettingsWindow *self, int response)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    g_settings_set_string (self->settings, "map-mbtiles-path", g_file_peek_path (file));
  g_clear_object (&self->chooser);
}

static void
choose_file_cb (UchSettingsWindow *self)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  g_clear_object (&self->chooser);
  self->chooser
      = gtk_file_chooser_native_new (_ ("File of the map"), GTK_WINDOW (self),
                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  gtk_file_filter_set_name (filter, "MBTiles");
  gtk_file_filter_add_pattern (filter, "*.mbtiles");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (file_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
uch_settings_window_dispose (GObject *object)
{
  UchSettingsWindow *self = UCH_SETTINGS_WINDOW (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (uch_settings_window_parent_class)->dispose (object);
}

static void
uch_settings_window_class_init (UchSettingsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_settings_window_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/uchastok/Desk/settings/uch-settings-window.ui");
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, color_scheme);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, dense);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, notify_overdue);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, notify_conflict);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, map_source);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, map_xyz_url);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, map_mbtiles);
  gtk_widget_class_bind_template_child (widget_class, UchSettingsWindow, choose_file);
  gtk_widget_class_bind_template_callback (widget_class, xyz_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, xyz_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_file_cb);
}

static void
uch_settings_window_init (UchSettingsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
bind (UchSettingsWindow *self)
{
  g_autofree char *url = g_settings_get_string (self->settings, "map-xyz-url");

  g_settings_bind_with_mapping (self->settings, "color-scheme", self->color_scheme, "selected",
                                G_SETTINGS_BIND_DEFAULT, word_to_index, index_to_word,
                                (gpointer) color_schemes, NULL);
  g_settings_bind_with_mapping (self->settings, "map-source", self->map_source, "selected",
                                G_SETTINGS_BIND_DEFAULT, word_to_index, index_to_word,
                                (gpointer) map_sources, NULL);
  g_settings_bind (self->settings, "dense", self->dense, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "notify-overdue", self->notify_overdue, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "notify-conflict", self->notify_conflict, "active",
                   G_SETTINGS_BIND_DEFAULT);
  gtk_editable_set_text (GTK_EDITABLE (self->map_xyz_url), url);
}

/**
 * uch_settings_window_new:
 *
 * Returns: (transfer none): the window, to be presented
 */
GtkWidget *
uch_settings_window_new (GtkWindow *parent, GSettings *settings)
{
  UchSettingsWindow *self
      = g_object_new (UCH_TYPE_SETTINGS_WINDOW, "transient-for", parent, "modal", TRUE, NULL);

  self->settings = g_object_ref (settings);
  bind (self);
  g_signal_connect_object (settings, "changed::map-source", G_CALLBACK (update_map), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::map-mbtiles-path", G_CALLBACK (update_map), self,
                           G_CONNECT_SWAPPED);
  update_map (self);
  return GTK_WIDGET (self);
}
