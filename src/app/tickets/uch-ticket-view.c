#include "app/tickets/uch-ticket-view.h"

#include <string.h>

static const char *const period_nicks[]
    = { "any", "today", "yesterday", "week", "month", "year", NULL };
static const char *const sort_nicks[]
    = { "number", "created", "state", "address", "category", "zone", "due", NULL };

/**
 * uch_ticket_view_new:
 *
 * Returns: (transfer full): every ticket, the newest first
 */
UchTicketView *
uch_ticket_view_new (void)
{
  UchTicketView *self = g_new0 (UchTicketView, 1);

  self->sort = UCH_TICKET_SORT_CREATED;
  self->descending = TRUE;
  return self;
}

UchTicketView *
uch_ticket_view_copy (const UchTicketView *self)
{
  UchTicketView *copy = g_memdup2 (self, sizeof *self);

  copy->text = g_strdup (self->text);
  copy->category = g_strdup (self->category);
  copy->zone_id = g_strdup (self->zone_id);
  copy->engineer_id = g_strdup (self->engineer_id);
  return copy;
}

void
uch_ticket_view_free (UchTicketView *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->category);
  g_free (self->zone_id);
  g_free (self->engineer_id);
  g_free (self);
}

/**
 * uch_ticket_view_is_any:
 *
 * Whether nothing is filtered out; the order does not matter.
 */
gboolean
uch_ticket_view_is_any (const UchTicketView *self)
{
  return self->text == NULL && self->category == NULL && self->zone_id == NULL
         && self->engineer_id == NULL && self->states == 0 && self->period == UCH_PERIOD_ANY;
}

static void
append (GString *query, const char *name, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  if (query->len > 0)
    g_string_append_c (query, '&');
  g_string_append_printf (query, "%s=", name);
  g_string_append_uri_escaped (query, value, NULL, TRUE);
}

/**
 * uch_ticket_view_print:
 *
 * Returns: (transfer full): as the query of an address, "states=new,in_work&sort=due"
 */
char *
uch_ticket_view_print (const UchTicketView *self)
{
  GString *query = g_string_new (NULL);
  g_autoptr (GString) states = g_string_new (NULL);

  for (guint i = 0; i < UCH_N_TICKET_STATES; i++)
    if (self->states & (1u << i))
      g_string_append_printf (states, "%s%s", states->len > 0 ? "," : "",
                              uch_ticket_state_nicks[i]);
  append (query, "text", self->text);
  append (query, "states", states->str);
  append (query, "category", self->category);
  append (query, "zone", self->zone_id);
  append (query, "engineer", self->engineer_id);
  append (query, "period", self->period != UCH_PERIOD_ANY ? period_nicks[self->period] : NULL);
  append (query, "sort", sort_nicks[self->sort]);
  append (query, "order", self->descending ? "down" : "up");
  return g_string_free (query, FALSE);
}

static void
take (GHashTable *params, const char *name, char **out_value)
{
  const char *value = g_hash_table_lookup (params, name);

  if (value != NULL && *value != '\0')
    *out_value = g_strdup (value);
}

/**
 * uch_ticket_view_parse:
 *
 * Words that this program does not know are passed over, so that a filter saved by a newer one
 * still opens.
 *
 * Returns: (transfer full): the view
 */
UchTicketView *
uch_ticket_view_parse (const char *text)
{
  UchTicketView *self = uch_ticket_view_new ();
  g_autoptr (GHashTable) params = g_uri_parse_params (text, -1, "&", G_URI_PARAMS_NONE, NULL);
  g_auto (GStrv) states = NULL;
  const char *word;

  if (params == NULL)
    return self;
  take (params, "text", &self->text);
  take (params, "category", &self->category);
  take (params, "zone", &self->zone_id);
  take (params, "engineer", &self->engineer_id);
  word = g_hash_table_lookup (params, "states");
  states = g_strsplit (word != NULL ? word : "", ",", -1);
  for (guint i = 0; states[i] != NULL; i++)
    if (uch_nick_index (uch_ticket_state_nicks, states[i]) >= 0)
      self->states |= 1u << uch_nick_index (uch_ticket_state_nicks, states[i]);
  word = g_hash_table_lookup (params, "period");
  self->period = (UchPeriod) MAX (uch_nick_index (period_nicks, word), 0);
  word = g_hash_table_lookup (params, "sort");
  if (uch_nick_index (sort_nicks, word) >= 0)
    self->sort = (UchTicketSort) uch_nick_index (sort_nicks, word);
  word = g_hash_table_lookup (params, "order");
  self->descending = g_strcmp0 (word, "up") != 0;
  return self;
}

/* Midnight of the day that lies @days before that of @now, on the wall clock of this place. */
static UchTime
midnight (UchTime now, int days)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now / 1000);
  g_autoptr (GDateTime) that = g_date_time_add_days (local, -days);
  g_autoptr (GDateTime) start
      = g_date_time_new_local (g_date_time_get_year (that), g_date_time_get_month (that),
                               g_date_time_get_day_of_month (that), 0, 0, 0);

  return g_date_time_to_unix (start) * 1000;
}

/**
 * uch_ticket_view_fill:
 * @out_filter: gets strings borrowed from @self
 */
void
uch_ticket_view_fill (const UchTicketView *self, UchTime now, UchTicketFilter *out_filter)
{
  static const int days[UCH_N_PERIODS] = { 0, 0, 1, 6, 29, 364 };

  *out_filter = (UchTicketFilter){
    .text = self->text,
    .states = self->states,
    .category = self->category,
    .zone_id = self->zone_id,
    .engineer_id = self->engineer_id,
    .sort = self->sort,
    .descending = self->descending,
  };
  if (self->period != UCH_PERIOD_ANY)
    out_filter->created_from = midnight (now, days[self->period]);
  if (self->period == UCH_PERIOD_YESTERDAY)
    out_filter->created_to = midnight (now, 0);
}

/**
 * uch_saved_view_print:
 *
 * Returns: (transfer full): the name, a tab, the view; a tab inside the name becomes a space
 */
char *
uch_saved_view_print (const char *name, const UchTicketView *view)
{
  g_autofree char *clean = g_strdelimit (g_strdup (name), "\t\r\n", ' ');
  g_autofree char *query = uch_ticket_view_print (view);

  return g_strdup_printf ("%s\t%s", g_strstrip (clean), query);
}

/**
 * uch_saved_view_parse:
 * @out_view: (out) (optional) (transfer full)
 *
 * Returns: (transfer full) (nullable): the name; NULL: this is no saved filter
 */
char *
uch_saved_view_parse (const char *saved, UchTicketView **out_view)
{
  const char *tab = strchr (saved, '\t');

  if (tab == NULL || tab == saved)
    return NULL;
  if (out_view != NULL)
    *out_view = uch_ticket_view_parse (tab + 1);
  return g_strndup (saved, (gsize) (tab - saved));
}

/**
 * uch_saved_views_put:
 * @saved: what the setting holds
 * @view: (nullable): NULL deletes
 *
 * Returns: (transfer full): the list with @view under @name; one of the same name is replaced
 */
char **
uch_saved_views_put (const char *const *saved, const char *name, const UchTicketView *view)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *entry = view != NULL ? uch_saved_view_print (name, view) : NULL;
  g_autofree char *key = entry != NULL ? uch_saved_view_parse (entry, NULL) : g_strdup (name);
  gboolean         found = FALSE;

  for (guint i = 0; saved[i] != NULL; i++)
    {
      g_autofree char *other = uch_saved_view_parse (saved[i], NULL);
      gboolean         same = g_strcmp0 (other, key) == 0;

      found = found || same;
      if (!same)
        g_strv_builder_add (builder, saved[i]);
      else if (entry != NULL)
        g_strv_builder_add (builder, entry);
    }
  if (!found && entry != NULL && key != NULL)
    g_strv_builder_add (builder, entry);
  return g_strv_builder_end (builder);
}
