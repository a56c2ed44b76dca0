#define G_LOG_DOMAIN "uch-crew"

#include "server/crew/uch-crew.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "exchange/uch-demo-town.h"
#include "server/crew/uch-crew-desk.h"
#include "server/crew/uch-crew-phone.h"

#define TICK_MS 100
/* A store that has not let anybody in by then will not. */
#define ARRIVE_MAX_MS (120 * UCH_SECOND_MS)
#define LEAVE_MAX_MS (60 * UCH_SECOND_MS)

struct _UchCrew
{
  UchCrewLine *line;
  UchRoads    *roads;
  UchTravel   *travel;
  GPtrArray   *phones;  /* of UchCrewPhone */
  UchCrewDesk *desk;    /* (nullable) */
  GHashTable  *present; /* ids of those who are there */
  gint64       for_ms;
  UchTime      began_at, leave_at;
  gboolean     ready, stopping;
  void (*ready_func) (gpointer user_data);
  gpointer   ready_data;
  GMainLoop *loop;
  GError    *error;
};

/* The demo town has its own streets. */
static UchRoads *
import_streets (GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("uchastok-streets-XXXXXX", error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "town.osm", NULL) : NULL;
  g_autofree char *text = uch_demo_town_print_streets ();
  UchRoads        *roads = NULL;

  if (path != NULL && g_file_set_contents (path, text, -1, error))
    {
      roads = uch_roads_import (path, NULL, error);
      g_unlink (path);
    }
  if (folder != NULL)
    g_rmdir (folder);
  return roads;
}

/**
 * uch_crew_new:
 * @options: what it is about; copied
 * @error: return location: the demo town's streets cannot be laid out
 *
 * Returns: (transfer full) (nullable)
 */
UchCrew *
uch_crew_new (const UchCrewOptions *options, GError **error)
{
  g_autoptr (UchCrew) self = g_new0 (UchCrew, 1);
  UchCrewWorld world
      = { .seed = options->seed, .speed = options->speed, .make_id = options->make_id };

  self->roads = options->roads != NULL ? uch_roads_ref (options->roads) : import_streets (error);
  if (self->roads == NULL)
    {
      g_free (g_steal_pointer (&self));
      return NULL;
    }
  self->travel = world.travel = uch_travel_new (self->roads, NULL, NULL);
  self->line = uch_crew_line_new (options->address, options->fingerprint);
  self->present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->phones = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_crew_phone_free);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->for_ms = options->for_ms;
  for (guint i = 0; i < options->engineers->len; i++)
    {
      const UchCrewLogin *who = g_ptr_array_index (options->engineers, i);

      g_ptr_array_add (self->phones,
                       uch_crew_phone_new (self->line, &world, options->losses_percent, i,
                                           who->login, who->password));
    }
  if (options->dispatcher != NULL && (options->dispatches || options->tickets_per_day > 0))
    {
      UchCrewDeskOptions desk = { options->dispatcher->login, options->dispatcher->password,
                                  options->tickets_per_day, options->dispatches, self->present };

      self->desk = uch_crew_desk_new (self->line, &world, &desk);
    }
  return g_steal_pointer (&self);
}

void
uch_crew_free (UchCrew *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->phones);
  uch_crew_desk_free (self->desk);
  g_hash_table_unref (self->present);
  uch_crew_line_free (self->line);
  uch_travel_free (self->travel);
  uch_roads_unref (self->roads);
  g_main_loop_unref (self->loop);
  g_free (self);
}

static UchTime
get_now (void)
{
  return g_get_real_time () / 1000;
}

/* Nobody is let in: no use in going on. */
static void
check_refused (UchCrew *self, UchTime now)
{
  const char *refusal = self->desk != NULL ? uch_crew_desk_get_refusal (self->desk) : NULL;
  const char *trouble = uch_crew_line_get_trouble (self->line);

  for (guint i = 0; refusal == NULL && i < self->phones->len; i++)
    refusal = uch_crew_phone_get_refusal (g_ptr_array_index (self->phones, i));
  if (refusal != NULL)
    g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 _ ("The store lets somebody of the crew not in: %s"), refusal);
  else if (!self->ready && trouble != NULL && g_hash_table_size (self->present) == 0)
    g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                 _ ("The store does not answer: %s"), trouble);
  else if (!self->ready && now > self->began_at + ARRIVE_MAX_MS)
    g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s",
                 _ ("The store has not let everybody in within two minutes"));
}

static gboolean
is_everybody_there (UchCrew *self)
{
  gboolean all = self->desk == NULL || uch_crew_desk_is_ready (self->desk);

  for (guint i = 0; i < self->phones->len; i++)
    {
      UchCrewPhone *phone = g_ptr_array_index (self->phones, i);

      if (uch_crew_phone_is_ready (phone))
        g_hash_table_add (self->present, g_strdup (uch_crew_phone_get_staff_id (phone)));
      else
        all = FALSE;
    }
  return all;
}

static void
stop (UchCrew *self, UchTime now)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  self->leave_at = now + LEAVE_MAX_MS;
  for (guint i = 0; i < self->phones->len; i++)
    uch_crew_phone_sign_out (g_ptr_array_index (self->phones, i));
  if (self->desk != NULL)
    uch_crew_desk_sign_out (self->desk);
}

static gboolean
signalled_cb (gpointer user_data)
{
  stop (user_data, get_now ());
  return G_SOURCE_CONTINUE;
}

static gboolean
tick_cb (gpointer user_data)
{
  UchCrew *self = user_data;
  UchTime  now = get_now ();

  if (!self->stopping)
    {
      for (guint i = 0; i < self->phones->len; i++)
        uch_crew_phone_tick (g_ptr_array_index (self->phones, i), now);
      if (self->desk != NULL)
        uch_crew_desk_tick (self->desk, now);
      check_refused (self, now);
      if (!self->ready && is_everybody_there (self))
        {
          self->ready = TRUE;
          self->began_at = now;
          if (self->ready_func != NULL)
            self->ready_func (self->ready_data);
        }
      if (self->error != NULL
          || (self->ready && self->for_ms > 0 && now >= self->began_at + self->for_ms))
        stop (self, now);
    }
  else if (uch_crew_line_get_n_open (self->line) == 0)
    g_main_loop_quit (self->loop);
  else if (now > self->leave_at)
    uch_crew_line_abort (self->line);
  return G_SOURCE_CONTINUE;
}

/**
 * uch_crew_run:
 * @ready: (nullable) (scope call): called once, when everybody is signed in
 * @user_data: for @ready
 * @error: return location
 *
 * Lives until SIGINT, SIGTERM or the end of its time; then signs everybody out.
 *
 * Returns: whether everybody was let in
 */
gboolean
uch_crew_run (UchCrew *self, GCallback ready, gpointer user_data, GError **error)
{
  guint interrupted = g_unix_signal_add (SIGINT, signalled_cb, self);
  guint terminated = g_unix_signal_add (SIGTERM, signalled_cb, self);
  guint ticks = g_timeout_add (TICK_MS, tick_cb, self);

  self->ready_func = (void (*) (gpointer)) ready;
  self->ready_data = user_data;
  self->began_at = get_now ();
  g_main_loop_run (self->loop);
  g_source_remove (ticks);
  g_source_remove (terminated);
  g_source_remove (interrupted);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  return TRUE;
}

/**
 * uch_crew_get_tally:
 *
 * Returns: what came of it
 */
const UchCrewTally *
uch_crew_get_tally (UchCrew *self)
{
  return uch_crew_line_get_tally (self->line);
}
