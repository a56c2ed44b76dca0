/* The map of the town: houses, zones, centres on tiles; tickets and engineers over them. */
#pragma once

#include <gtk/gtk.h>

#include "app/map/uch-map-items.h"
#include "app/map/uch-map-overlay.h"
#include "tiles/uch-scene.h"
#include "tiles/uch-tile-source.h"

G_BEGIN_DECLS

#define UCH_MAP_ZOOM_MIN 8
#define UCH_MAP_ZOOM_MAX 19
#define UCH_MAP_ZOOM_STREET 16.0
#define UCH_MAP_ZOOM_DOORWAY 18.0

#define UCH_TYPE_MAP (uch_map_get_type ())
G_DECLARE_FINAL_TYPE (UchMap, uch_map, UCH, MAP, GtkWidget)

/* What dropping these tickets on this engineer would mean: (transfer full) (nullable) text in the
 * person's language; *out_allowed is TRUE at first. */
typedef char *(*UchMapDropFunc) (UchMap            *map,
                                 const char *const *ticket_ids,
                                 const char        *engineer_id,
                                 gboolean          *out_allowed,
                                 gpointer           user_data);
/* The tooltip of a house or an engineer: (transfer full) (nullable). */
typedef char *(*UchMapTextFunc) (UchMap *map, const char *id, gpointer user_data);

/* Signals:
 * "house-activated" (string id), "ticket-activated" (string id), "engineer-activated" (string id),
 * "background-activated" (double latitude, double longitude),
 * "tickets-dropped" (GStrv ticket ids, string engineer id),
 * "followed" (): the map follows somebody else now, or nobody. */

GtkWidget *uch_map_new (void);

void      uch_map_set_scene (UchMap *self, UchScene *scene);
UchScene *uch_map_get_scene (UchMap *self);
void      uch_map_set_source (UchMap *self, UchTileSource *source);
void      uch_map_set_problem (UchMap *self, const char *problem);
void      uch_map_set_tickets (UchMap *self, GPtrArray *tickets);
void      uch_map_set_engineers (UchMap *self, GPtrArray *engineers);
void      uch_map_set_now (UchMap *self, UchTime now);
void      uch_map_set_drop_func (UchMap *self, UchMapDropFunc func, gpointer user_data);
void      uch_map_set_house_func (UchMap *self, UchMapTextFunc func, gpointer user_data);
void      uch_map_set_engineer_func (UchMap *self, UchMapTextFunc func, gpointer user_data);
void      uch_map_set_past (UchMap *self, gboolean past);
void      uch_map_set_trace (UchMap *self, GArray *trace, GArray *stops, guint32 rgb);
void      uch_map_set_dragged (UchMap *self, const char *const *ticket_ids);

void uch_map_set_view (UchMap *self, double latitude, double longitude, double zoom);
void uch_map_get_view (UchMap *self, double *out_latitude, double *out_longitude, double *out_zoom);
gboolean uch_map_has_view (UchMap *self);
void     uch_map_fly_to (UchMap *self, double latitude, double longitude, double zoom);
void     uch_map_pan (UchMap *self, double dx, double dy);
void     uch_map_zoom (UchMap *self, double steps);
void     uch_map_fit (UchMap *self);
void     uch_map_fit_trace (UchMap *self, GArray *trace);
gboolean uch_map_show_house (UchMap *self, const char *house_id);
gboolean uch_map_select_ticket (UchMap *self, const char *ticket_id, gboolean fly);
gboolean uch_map_select_engineer (UchMap *self, const char *engineer_id, gboolean fly);

void        uch_map_follow (UchMap *self, const char *engineer_id);
const char *uch_map_get_followed (UchMap *self);

UchMapPick uch_map_pick (UchMap *self, double x, double y);
gboolean   uch_map_is_settled (UchMap *self);

G_END_DECLS
