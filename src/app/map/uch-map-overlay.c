#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-overlay.h"

#include <math.h>

#include "app/map/uch-map-overlay-private.h"
#include "app/map/uch-map-tiles.h"
#include "tiles/uch-mercator.h"
#include "tiles/uch-tile-bake.h"

/* Below it pins are dots without symbol. */
#define PIN_ZOOM_MIN 12.5
/* From here on every pin tells its minutes; the urgent ones tell them from the first pin on. */
#define MINUTES_ZOOM_MIN 14.5

G_DEFINE_FINAL_TYPE (UchMapOverlay, uch_map_overlay, SHUMATE_TYPE_LAYER)

UchMapScreen
uch_map_overlay_compute_screen (UchMapOverlay *self)
{
  ShumateViewport *viewport = shumate_layer_get_viewport (SHUMATE_LAYER (self));
  UchMapScreen     screen = { .zoom = shumate_viewport_get_zoom_level (viewport) };

  screen.world = UCH_MERCATOR_TILE_SIZE * exp2 (screen.zoom);
  screen.x0 = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0
              - uch_mercator_x (shumate_location_get_longitude (SHUMATE_LOCATION (viewport)))
                    * screen.world;
  screen.y0 = gtk_widget_get_height (GTK_WIDGET (self)) / 2.0
              - uch_mercator_y (shumate_location_get_latitude (SHUMATE_LOCATION (viewport)))
                    * screen.world;
  return screen;
}

UchMapLook
uch_map_overlay_get_look (UchMapOverlay *self, UchMapPickKind kind, const char *id)
{
  if (self->selected_kind == kind && g_strcmp0 (self->selected_id, id) == 0)
    return UCH_MAP_LOOK_SELECTED;
  if (self->hover_kind == kind && g_strcmp0 (self->hover_id, id) == 0)
    return UCH_MAP_LOOK_HOVER;
  return UCH_MAP_LOOK_NORMAL;
}

static void
append_at (GtkSnapshot *snapshot, GdkTexture *texture, float x, float y, float width, float height)
{
  gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (x, y, width, height));
}

void
uch_map_overlay_append_label (UchMapOverlay *self,
                              GtkSnapshot   *snapshot,
                              const char    *text,
                              float          middle_x,
                              float          top,
                              guint32        paper,
                              guint32        ink)
{
  float       width, height;
  GdkTexture *texture
      = uch_map_sprites_get_label (self->sprites, gtk_widget_get_pango_context (GTK_WIDGET (self)),
                                   text, paper, ink, &width, &height);

  append_at (snapshot, texture, roundf (middle_x - width / 2), roundf (top), width, height);
}

static void
draw_pin (UchMapOverlay      *self,
          GtkSnapshot        *snapshot,
          const UchMapScreen *screen,
          const UchMapPin    *pin)
{
  const UchMapTicket *ticket = pin->ticket;
  gboolean            spread = uch_map_pin_is_spread (self->pins, pin, self->spread_id);
  gboolean            small = screen->zoom < PIN_ZOOM_MIN && !spread;
  UchMapLook          look = uch_map_overlay_get_look (self, UCH_MAP_PICK_TICKET, ticket->id);
  guint32             paper, ink;
  float               label_y = pin->y + (small ? 8 : 2);

  if (pin->n > 1 && !spread)
    {
      if (pin->index >= UCH_MAP_STACK_SHOWN_MAX)
        return;
      if (pin->index == 0)
        look = MAX (look, uch_map_overlay_get_look (self, UCH_MAP_PICK_STACK, ticket->id));
    }
  if (small)
    append_at (snapshot, uch_map_sprites_get_pin (self->sprites, ticket, TRUE, look),
               pin->x - UCH_MAP_DOT_SIDE / 2.0f, pin->y - UCH_MAP_DOT_SIDE / 2.0f, UCH_MAP_DOT_SIDE,
               UCH_MAP_DOT_SIDE);
  else
    append_at (snapshot, uch_map_sprites_get_pin (self->sprites, ticket, FALSE, look),
               pin->x - UCH_MAP_PIN_WIDTH / 2.0f, pin->y - UCH_MAP_PIN_ANCHOR_Y, UCH_MAP_PIN_WIDTH,
               UCH_MAP_PIN_HEIGHT);
  if (pin->n > 1 && !spread && pin->index == 0)
    {
      g_autofree char *count = g_strdup_printf ("%u", pin->n);

      uch_map_overlay_append_label (self, snapshot, count, pin->x + (small ? 10 : 15),
                                    pin->y - (small ? 18 : UCH_MAP_PIN_ANCHOR_Y + 5),
                                    self->dark ? 0xf6f5f4 : 0x241f31,
                                    self->dark ? 0x241f31 : 0xffffff);
    }
  if ((small && uch_map_urgency (ticket->promise) < 3) || ticket->due_at == 0
      || (pin->index > 0 && !spread))
    return;
  if (screen->zoom >= MINUTES_ZOOM_MIN || uch_map_urgency (ticket->promise) >= 3
      || look != UCH_MAP_LOOK_NORMAL)
    {
      g_autofree char *text = uch_map_dup_minutes (ticket->due_at - self->now);

      uch_map_promise_get_colors (ticket->promise, self->dark, &paper, &ink);
      uch_map_overlay_append_label (self, snapshot, text, pin->x, label_y, paper, ink);
    }
}

gboolean
uch_map_overlay_is_near (UchMapOverlay *self, float x, float y, float margin)
{
  return x > -margin && y > -margin && x < (float) gtk_widget_get_width (GTK_WIDGET (self)) + margin
         && y < (float) gtk_widget_get_height (GTK_WIDGET (self)) + margin;
}

static void
draw_place (UchMapOverlay *self, GtkSnapshot *snapshot, const UchMapScreen *screen)
{
  float  x = (float) round (screen->x0 + self->place_x * screen->world);
  float  y = (float) round (screen->y0 + self->place_y * screen->world);
  guint  level = uch_map_tiles_get_level (screen->zoom);
  double size = MAX (10, uch_tile_house_size (level) * exp2 (screen->zoom - level));

  append_at (snapshot, uch_map_sprites_get_ring (self->sprites, size + 4),
             x - UCH_MAP_RING_SIDE / 2.0f, y - UCH_MAP_RING_SIDE / 2.0f, UCH_MAP_RING_SIDE,
             UCH_MAP_RING_SIDE);
}

static void
uch_map_overlay_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchMapOverlay *self = UCH_MAP_OVERLAY (widget);
  UchMapScreen   screen = uch_map_overlay_compute_screen (self);

  uch_map_sprites_set_style (self->sprites, self->dark, gtk_widget_get_scale_factor (widget));
  uch_map_pins_place (self->pins, self->spread_id, &screen);
  if (self->trace != NULL)
    uch_map_crew_draw_trace (self, snapshot, &screen);
  if (self->has_place)
    draw_place (self, snapshot, &screen);
  /* Stacks stand from the most urgent to the least: the top one is drawn last. */
  for (guint i = self->pins->len; i-- > 0;)
    {
      const UchMapPin *pin = &g_array_index (self->pins, UchMapPin, i);

      if (uch_map_overlay_is_near (self, pin->x, pin->y, 60))
        draw_pin (self, snapshot, &screen, pin);
    }
  uch_map_crew_draw (self, snapshot, &screen);
}

static void
uch_map_overlay_finalize (GObject *object)
{
  UchMapOverlay *self = UCH_MAP_OVERLAY (object);

  g_ptr_array_unref (self->tickets);
  g_ptr_array_unref (self->engineers);
  g_array_unref (self->pins);
  g_array_unref (self->badges);
  uch_map_sprites_free (self->sprites);
  g_free (self->hover_id);
  g_free (self->selected_id);
  g_free (self->spread_id);
  g_clear_pointer (&self->forbidden, g_hash_table_unref);
  g_free (self->bubble_id);
  g_free (self->bubble_text);
  uch_map_crew_clear (self);
  G_OBJECT_CLASS (uch_map_overlay_parent_class)->finalize (object);
}

static void
uch_map_overlay_class_init (UchMapOverlayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_map_overlay_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = uch_map_overlay_snapshot;
}

static void
uch_map_overlay_init (UchMapOverlay *self)
{
  self->tickets = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_ticket_free);
  self->engineers = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_engineer_free);
  self->pins = g_array_new (FALSE, TRUE, sizeof (UchMapPin));
  self->badges = g_array_new (FALSE, TRUE, sizeof (UchMapBadge));
  self->sprites = uch_map_sprites_new ();
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

/**
 * uch_map_overlay_new:
 * @viewport: what is looked at
 *
 * Returns: (transfer floating): the layer
 */
UchMapOverlay *
uch_map_overlay_new (ShumateViewport *viewport)
{
  UchMapOverlay *self = g_object_new (UCH_TYPE_MAP_OVERLAY, "viewport", viewport, NULL);

  g_signal_connect_object (viewport, "notify", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * uch_map_overlay_set_tickets:
 * @self: the layer
 * @tickets: (transfer full) (element-type UchMapTicket): all pins; the array frees them
 */
void
uch_map_overlay_set_tickets (UchMapOverlay *self, GPtrArray *tickets)
{
  g_ptr_array_unref (self->tickets);
  self->tickets = tickets;
  uch_map_pins_build (self->pins, self->tickets);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_get_tickets:
 * @self: the layer
 *
 * Returns: (transfer none) (element-type UchMapTicket): the pins, the most urgent first
 */
GPtrArray *
uch_map_overlay_get_tickets (UchMapOverlay *self)
{
  return self->tickets;
}

/**
 * uch_map_overlay_get_engineers:
 * @self: the layer
 *
 * Returns: (transfer none) (element-type UchMapEngineer): the badges
 */
GPtrArray *
uch_map_overlay_get_engineers (UchMapOverlay *self)
{
  return self->engineers;
}

/**
 * uch_map_overlay_set_now:
 * @self: the layer
 * @now: what minutes and ages are counted from
 */
void
uch_map_overlay_set_now (UchMapOverlay *self, UchTime now)
{
  gint64 step_ms = 10 * UCH_SECOND_MS;
  /* Texts change by the minute: not every tick is worth a frame. */
  gboolean redraw = now / step_ms != self->now / step_ms;

  self->now = now;
  if (redraw)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_set_dark:
 * @self: the layer
 * @dark: for dark ground
 */
void
uch_map_overlay_set_dark (UchMapOverlay *self, gboolean dark)
{
  self->dark = !!dark;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_pick:
 * @self: the layer
 * @x: pixels from the left
 * @y: pixels from the top
 *
 * Returns: the ticket or engineer drawn there, the topmost first
 */
UchMapPick
uch_map_overlay_pick (UchMapOverlay *self, double x, double y)
{
  UchMapScreen       screen = uch_map_overlay_compute_screen (self);
  const UchMapBadge *badge;

  uch_map_pins_place (self->pins, self->spread_id, &screen);
  badge = uch_map_crew_pick (self, &screen, x, y);
  if (badge != NULL)
    return (UchMapPick){ UCH_MAP_PICK_ENGINEER, badge->engineer->id };
  for (guint i = 0; i < self->pins->len; i++)
    {
      const UchMapPin *pin = &g_array_index (self->pins, UchMapPin, i);
      gboolean         spread = uch_map_pin_is_spread (self->pins, pin, self->spread_id);
      gboolean         small = screen.zoom < PIN_ZOOM_MIN && !spread;
      double head_y = small ? pin->y : pin->y - (UCH_MAP_PIN_ANCHOR_Y - UCH_MAP_PIN_HEAD_Y);

      if (hypot (x - pin->x, y - head_y) > (small ? 9 : 14)
          && (small || fabs (x - pin->x) > 5 || y < head_y || y > pin->y))
        continue;
      if (pin->n > 1 && !spread)
        return (UchMapPick){ UCH_MAP_PICK_STACK,
                             g_array_index (self->pins, UchMapPin, pin->first).ticket->id };
      return (UchMapPick){ UCH_MAP_PICK_TICKET, pin->ticket->id };
    }
  return (UchMapPick){ UCH_MAP_PICK_NOTHING, NULL };
}

/**
 * uch_map_overlay_set_hover:
 * @self: the layer
 * @pick: what is under the pointer
 */
void
uch_map_overlay_set_hover (UchMapOverlay *self, UchMapPick pick)
{
  if (self->hover_kind == pick.kind && g_strcmp0 (self->hover_id, pick.id) == 0)
    return;
  self->hover_kind = pick.kind;
  g_free (self->hover_id);
  self->hover_id = g_strdup (pick.id);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_select:
 * @self: the layer
 * @kind: a ticket or an engineer; nothing clears the selection
 * @id: (nullable): which
 */
void
uch_map_overlay_select (UchMapOverlay *self, UchMapPickKind kind, const char *id)
{
  char *copy = g_strdup (id);

  g_free (self->selected_id);
  self->selected_id = copy;
  self->selected_kind = id != NULL ? kind : UCH_MAP_PICK_NOTHING;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_get_selected:
 * @self: the layer
 * @kind: a ticket or an engineer
 *
 * Returns: (transfer none) (nullable): id of the selected one of that kind
 */
const char *
uch_map_overlay_get_selected (UchMapOverlay *self, UchMapPickKind kind)
{
  return self->selected_kind == kind ? self->selected_id : NULL;
}

/**
 * uch_map_overlay_mark_place:
 * @self: the layer
 * @latitude: degrees
 * @longitude: degrees
 *
 * Draws a ring around a house.
 */
void
uch_map_overlay_mark_place (UchMapOverlay *self, double latitude, double longitude)
{
  self->has_place = TRUE;
  self->place_x = uch_mercator_x (longitude);
  self->place_y = uch_mercator_y (latitude);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_clear_place:
 * @self: the layer
 */
void
uch_map_overlay_clear_place (UchMapOverlay *self)
{
  self->has_place = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_spread:
 * @self: the layer
 * @ticket_id: (nullable): a ticket of the stack; %NULL closes all
 *
 * Spreads the tickets of one place around it, so that each can be taken.
 *
 * Returns: whether something changed
 */
gboolean
uch_map_overlay_spread (UchMapOverlay *self, const char *ticket_id)
{
  char *copy;

  if (g_strcmp0 (self->spread_id, ticket_id) == 0)
    return FALSE;
  copy = g_strdup (ticket_id);
  g_free (self->spread_id);
  self->spread_id = copy;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

/**
 * uch_map_overlay_set_hints:
 * @self: the layer
 * @forbidden: (transfer full) (nullable): set of ids of engineers who cannot take what is dragged
 */
void
uch_map_overlay_set_hints (UchMapOverlay *self, GHashTable *forbidden)
{
  g_clear_pointer (&self->forbidden, g_hash_table_unref);
  self->forbidden = forbidden;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_set_bubble:
 * @self: the layer
 * @engineer_id: (nullable): over whom something is held; %NULL: nobody
 * @text: (nullable): what the drop would mean
 * @allowed: whether it may be dropped
 */
void
uch_map_overlay_set_bubble (UchMapOverlay *self,
                            const char    *engineer_id,
                            const char    *text,
                            gboolean       allowed)
{
  if (g_strcmp0 (self->bubble_id, engineer_id) == 0 && g_strcmp0 (self->bubble_text, text) == 0)
    return;
  g_free (self->bubble_id);
  g_free (self->bubble_text);
  self->bubble_id = g_strdup (engineer_id);
  self->bubble_text = g_strdup (text);
  self->bubble_allowed = allowed;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * uch_map_overlay_dup_icon:
 * @self: the layer
 * @ticket_id: a ticket
 *
 * Returns: (transfer full) (nullable): its pin, for what the pointer carries
 */
GdkPaintable *
uch_map_overlay_dup_icon (UchMapOverlay *self, const char *ticket_id)
{
  for (guint i = 0; i < self->tickets->len; i++)
    {
      const UchMapTicket *ticket = g_ptr_array_index (self->tickets, i);

      if (g_str_equal (ticket->id, ticket_id))
        return g_object_ref (GDK_PAINTABLE (
            uch_map_sprites_get_pin (self->sprites, ticket, FALSE, UCH_MAP_LOOK_NORMAL)));
    }
  return NULL;
}
