#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-legend.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "tiles/uch-tile-bake.h"

/* More zones than this are not offered one by one. */
#define ZONES_MAX 12

/* A disc in the zone's colour with its number: never the colour alone. */
#define UCH_TYPE_MAP_ZONE_DISC (uch_map_zone_disc_get_type ())
G_DECLARE_FINAL_TYPE (UchMapZoneDisc, uch_map_zone_disc, UCH, MAP_ZONE_DISC, GtkWidget)

struct _UchMapZoneDisc
{
  GtkWidget parent_instance;
  guint32   rgb;
  char     *number;
};

G_DEFINE_FINAL_TYPE (UchMapZoneDisc, uch_map_zone_disc, GTK_TYPE_WIDGET)

#define DISC_SIDE 18

static void
uch_map_zone_disc_measure (GtkWidget     *widget,
                           GtkOrientation orientation,
                           int            for_size,
                           int           *minimum,
                           int           *natural,
                           int           *minimum_baseline,
                           int           *natural_baseline)
{
  *minimum = *natural = DISC_SIDE;
}

static void
uch_map_zone_disc_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchMapZoneDisc *self = UCH_MAP_ZONE_DISC (widget);
  gboolean        dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  guint32         rgb = dark ? uch_tile_color_on_dark (self->rgb) : self->rgb;
  GdkRGBA         paper = { (float) (rgb >> 16 & 0xff) / 255, (float) (rgb >> 8 & 0xff) / 255,
                            (float) (rgb & 0xff) / 255, 1 };
  /* Rec. 709 luma is near enough to choose between black and white. */
  gboolean       light = 0.2126f * paper.red + 0.7152f * paper.green + 0.0722f * paper.blue > 0.55f;
  GdkRGBA        ink = light ? (GdkRGBA){ 0.14f, 0.12f, 0.19f, 1 } : (GdkRGBA){ 1, 1, 1, 1 };
  float          x = (float) (gtk_widget_get_width (widget) - DISC_SIDE) / 2;
  float          y = (float) (gtk_widget_get_height (widget) - DISC_SIDE) / 2;
  GskRoundedRect disc;
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, self->number);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoRectangle box;

  gsk_rounded_rect_init_from_rect (&disc, &GRAPHENE_RECT_INIT (x, y, DISC_SIDE, DISC_SIDE),
                                   DISC_SIDE / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &disc);
  gtk_snapshot_append_color (snapshot, &paper, &disc.bounds);
  gtk_snapshot_pop (snapshot);

  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_attr_list_insert (attributes, pango_attr_scale_new (0.85));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_extents (layout, &box, NULL);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (x + (DISC_SIDE - box.width) / 2.0f - box.x,
                                                y + (DISC_SIDE - box.height) / 2.0f - box.y));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
}

static void
uch_map_zone_disc_finalize (GObject *object)
{
  g_free (UCH_MAP_ZONE_DISC (object)->number);
  G_OBJECT_CLASS (uch_map_zone_disc_parent_class)->finalize (object);
}

static void
uch_map_zone_disc_class_init (UchMapZoneDiscClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_map_zone_disc_finalize;
  GTK_WIDGET_CLASS (klass)->measure = uch_map_zone_disc_measure;
  GTK_WIDGET_CLASS (klass)->snapshot = uch_map_zone_disc_snapshot;
}

static void
uch_map_zone_disc_init (UchMapZoneDisc *self)
{
}

struct _UchMapLegend
{
  GtkWidget parent_instance;
  GtkBox   *box;
  UchScene *scene; /* (owned) (nullable) */
  guint64   hidden;
  gboolean  setting; /* buttons follow, not lead */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchMapLegend, uch_map_legend, GTK_TYPE_WIDGET)

static guint
button_zone (GtkWidget *button)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "uch-zone"));
}

static void
set_hidden (UchMapLegend *self, guint64 hidden)
{
  self->hidden = hidden;
  self->setting = TRUE;
  for (GtkWidget *button = gtk_widget_get_first_child (GTK_WIDGET (self->box)); button != NULL;
       button = gtk_widget_get_next_sibling (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                  !(hidden >> button_zone (button) & 1));
  self->setting = FALSE;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
toggled_cb (GtkToggleButton *button, UchMapLegend *self)
{
  guint zone = button_zone (GTK_WIDGET (button));

  if (self->setting)
    return;
  set_hidden (self, self->hidden ^ ((guint64) 1 << zone));
}

/* The other button of the mouse shows this zone alone, and all again. */
static void
secondary_cb (GtkGestureClick *gesture, int n_press, double x, double y, UchMapLegend *self)
{
  GtkWidget *button = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  guint64    alone = ~((guint64) 1 << button_zone (button));

  set_hidden (self, self->hidden == alone ? 0 : alone);
}

static void
add_button (UchMapLegend *self, guint index, const UchSceneZone *zone)
{
  UchMapZoneDisc  *disc = g_object_new (UCH_TYPE_MAP_ZONE_DISC, NULL);
  GtkWidget       *button = gtk_toggle_button_new ();
  GtkWidget       *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkGesture      *secondary = gtk_gesture_click_new ();
  g_autofree char *count = g_strdup_printf ("%u", zone->n_houses);
  const char      *name = index == UCH_SCENE_NO_ZONE ? _ ("No zone") : zone->name;
  g_autofree char *tooltip = g_strdup_printf (
      g_dngettext (NULL, "%s: %u house", "%s: %u houses", zone->n_houses), name, zone->n_houses);
  GtkWidget *label = gtk_label_new (count);

  disc->rgb = zone->rgb;
  disc->number = g_strdup (index == UCH_SCENE_NO_ZONE ? "–" : zone->number);
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (disc));
  gtk_box_append (GTK_BOX (content), label);
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip,
                                  -1);
  g_object_set_data (G_OBJECT (button), "uch-zone", GUINT_TO_POINTER (index));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), !(self->hidden >> index & 1));
  g_signal_connect (button, "toggled", G_CALLBACK (toggled_cb), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  g_signal_connect (secondary, "pressed", G_CALLBACK (secondary_cb), self);
  gtk_widget_add_controller (button, GTK_EVENT_CONTROLLER (secondary));
  gtk_box_append (self->box, button);
}

static void
uch_map_legend_dispose (GObject *object)
{
  UchMapLegend *self = UCH_MAP_LEGEND (object);

  if (self->box != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->box));
  self->box = NULL;
  g_clear_pointer (&self->scene, uch_scene_unref);
  G_OBJECT_CLASS (uch_map_legend_parent_class)->dispose (object);
}

static void
uch_map_legend_class_init (UchMapLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_map_legend_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "maplegend");

  /**
   * UchMapLegend::changed:
   *
   * Another set of zones is hidden.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_map_legend_init (UchMapLegend *self)
{
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_widget_set_parent (GTK_WIDGET (self->box), GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "map-bar");
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->box), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Legend: zones and houses"), -1);
}

/**
 * uch_map_legend_set_scene:
 * @self: the legend
 * @scene: what the map shows
 */
void
uch_map_legend_set_scene (UchMapLegend *self, UchScene *scene)
{
  GPtrArray *zones = uch_scene_get_zones (scene);
  GtkWidget *child;

  uch_scene_ref (scene);
  g_clear_pointer (&self->scene, uch_scene_unref);
  self->scene = scene;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, child);
  for (guint i = 1; i < MIN (zones->len, ZONES_MAX + 1); i++)
    add_button (self, i, g_ptr_array_index (zones, i));
  if (((UchSceneZone *) g_ptr_array_index (zones, UCH_SCENE_NO_ZONE))->n_houses > 0)
    add_button (self, UCH_SCENE_NO_ZONE, g_ptr_array_index (zones, UCH_SCENE_NO_ZONE));
  gtk_widget_set_visible (GTK_WIDGET (self),
                          gtk_widget_get_first_child (GTK_WIDGET (self->box)) != NULL);
}

/**
 * uch_map_legend_get_hidden_zones:
 * @self: the legend
 *
 * Returns: set of zones that the person does not want to see, one bit each
 */
guint64
uch_map_legend_get_hidden_zones (UchMapLegend *self)
{
  return self->hidden;
}
