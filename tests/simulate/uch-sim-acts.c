/* What people do, at random, by what they see. */
#include "simulate/uch-sim.h"

#include "core/uch-place.h"
#include "core/uch-work.h"

static UchCommand *
command (UchSim *self, UchDesk *desk, const char *type, GVariant *args)
{
  g_autofree char *id = uch_sim_make_id (self);

  return uch_command_new (id, type, args, self->now + desk->skew_ms);
}

static gpointer
pick (UchSim *self, UchDesk *desk, UchTable table)
{
  g_autoptr (GPtrArray) rows = uch_replica_db_list (desk->db, table, NULL);

  if (rows == NULL || rows->len == 0)
    return NULL;
  return g_object_ref (g_ptr_array_index (rows, uch_sim_below (self, rows->len)));
}

static UchVisit *
visit_of (UchDesk *desk, const UchTicket *ticket)
{
  gpointer visit = NULL;

  if (ticket->visit_id != NULL)
    uch_replica_db_get (desk->db, UCH_TABLE_VISIT, ticket->visit_id, &visit, NULL);
  return visit;
}

/* As the desk does it: with the visit as it is seen, or a new one. */
static UchCommand *
assign (UchSim *self, UchDesk *desk, const UchTicket *ticket)
{
  g_autoptr (UchVisit) visit = visit_of (desk, ticket);
  g_autofree char *engineer = g_strdup_printf ("staff-%u", self->n_desks + uch_sim_below (self, 5));
  g_autofree char *fresh = uch_sim_make_id (self);
  gboolean         open = visit != NULL && uch_visit_is_open (visit);

  if (open)
    return command (
        self, desk, UCH_COMMAND_VISIT_ASSIGN,
        g_variant_new_parsed ("{'ticket': <%s>, 'visit': <%s>, 'base': <%s>, 'engineer': <%s>}",
                              UCH_ENTITY (ticket)->id, UCH_ENTITY (visit)->id,
                              UCH_ENTITY (visit)->rev, engineer));
  return command (self, desk, UCH_COMMAND_VISIT_ASSIGN,
                  g_variant_new_parsed ("{'ticket': <%s>, 'visit': <%s>, 'engineer': <%s>}",
                                        UCH_ENTITY (ticket)->id, fresh, engineer));
}

static UchCommand *
create_ticket (UchSim *self, UchDesk *desk)
{
  g_autofree char *id = uch_sim_make_id (self);
  g_autofree char *house = g_strdup_printf ("house-%u", uch_sim_below (self, 8));

  return command (
      self, desk, UCH_COMMAND_TICKET_CREATE,
      g_variant_new_parsed ("{'ticket': <%s>, 'fields': <{'category': "
                            "<'support.no_access'>, 'house_id': <%s>, 'phone_raw': "
                            "<'8 962 123-45-67'>, 'description': <'🙂 нет связи'>}>}",
                            id, house));
}

static UchCommand *
step_visit (UchSim *self, UchDesk *desk, const UchTicket *ticket)
{
  static const char *const steps[]
      = { UCH_COMMAND_VISIT_ACCEPT, UCH_COMMAND_VISIT_DEPART, UCH_COMMAND_VISIT_ARRIVE };
  g_autoptr (UchVisit) visit = visit_of (desk, ticket);

  if (visit == NULL)
    return NULL;
  if (uch_sim_chance (self, 0.25))
    return command (self, desk, UCH_COMMAND_VISIT_FINISH,
                    g_variant_new_parsed ("{'visit': <%s>, 'result': <'done'>, 'code': <'cable'>}",
                                          UCH_ENTITY (visit)->id));
  return command (self, desk, steps[uch_sim_below (self, G_N_ELEMENTS (steps))],
                  g_variant_new_parsed ("{'visit': <%s>}", UCH_ENTITY (visit)->id));
}

static UchCommand *
step_ticket (UchSim *self, UchDesk *desk, const UchTicket *ticket)
{
  const char      *id = UCH_ENTITY (ticket)->id;
  g_autofree char *fresh = uch_sim_make_id (self);

  switch (uch_sim_below (self, 7))
    {
    case 0:
      return command (self, desk, UCH_COMMAND_TICKET_TAKE,
                      g_variant_new_parsed ("{'ticket': <%s>}", id));
    case 1:
      return command (
          self, desk, UCH_COMMAND_TICKET_HOLD,
          g_variant_new_parsed ("{'ticket': <%s>, 'reason': <'client_away'>, 'wake_at': <%x>}", id,
                                self->now + UCH_HOUR_MS));
    case 2:
      return command (self, desk, UCH_COMMAND_TICKET_CANCEL,
                      g_variant_new_parsed ("{'ticket': <%s>, 'reason': <'duplicate'>}", id));
    case 3:
      return command (self, desk, UCH_COMMAND_TICKET_REOPEN,
                      g_variant_new_parsed ("{'ticket': <%s>, 'reason': <'same_symptom'>}", id));
    case 4:
      return command (self, desk, UCH_COMMAND_CALL_LOG,
                      g_variant_new_parsed ("{'call': <%s>, 'ticket': <%s>, 'outcome': <'talked'>}",
                                            fresh, id));
    case 5:
      return command (
          self, desk, UCH_COMMAND_VISIT_PLAN,
          g_variant_new_parsed ("{'ticket': <%s>, 'visit': <%s>, 'mode': <'now'>}", id, fresh));
    default:
      return command (
          self, desk, UCH_COMMAND_TICKET_EDIT,
          g_variant_new_parsed ("{'ticket': <%s>, 'fields': <{'apartment': <%s>}>}", id, fresh));
    }
}

static UchCommand *
edit_house (UchSim *self, UchDesk *desk)
{
  g_autoptr (UchHouse) house = pick (self, desk, UCH_TABLE_HOUSE);
  g_autofree char *was = NULL, *technology = NULL;

  if (house == NULL)
    return NULL;
  was = g_strdup (house->technology != NULL ? house->technology : "");
  technology = g_strdup_printf ("GPON-%u", uch_sim_below (self, 100));
  return command (self, desk, UCH_COMMAND_PUT,
                  g_variant_new_parsed ("{'table': <'house'>, 'id': <%s>, 'fields': "
                                        "<{'technology': <%s>}>, 'was': <{'technology': <%s>}>}",
                                        UCH_ENTITY (house)->id, technology, was));
}

static UchCommand *
edit_shift (UchSim *self, UchDesk *desk)
{
  g_autoptr (UchShift) shift = pick (self, desk, UCH_TABLE_SHIFT);
  g_autofree char *fresh = uch_sim_make_id (self);

  if (shift != NULL && uch_sim_chance (self, 0.4))
    return command (
        self, desk, UCH_COMMAND_DELETE,
        g_variant_new_parsed ("{'table': <'shift'>, 'id': <%s>}", UCH_ENTITY (shift)->id));
  return command (self, desk, UCH_COMMAND_PUT,
                  g_variant_new_parsed (
                      "{'table': <'shift'>, 'id': <%s>, 'fields': <{'staff_id': <%s>, 'starts_at': "
                      "<%x>, 'ends_at': <%x>}>}",
                      fresh, desk->staff_id, self->now, self->now + UCH_HOUR_MS));
}

static UchCommand *
make_one (UchSim *self, UchDesk *desk)
{
  g_autoptr (UchTicket) ticket = pick (self, desk, UCH_TABLE_TICKET);
  g_autofree char *fresh = uch_sim_make_id (self);
  guint            dice = uch_sim_below (self, 100);

  if (ticket == NULL || dice < 8)
    return create_ticket (self, desk);
  if (dice < 45)
    return assign (self, desk, ticket);
  if (dice < 60)
    return step_visit (self, desk, ticket);
  if (dice < 75)
    return step_ticket (self, desk, ticket);
  if (dice < 90)
    return command (self, desk, UCH_COMMAND_NOTE_ADD,
                    g_variant_new_parsed ("{'note': <%s>, 'ticket': <%s>, 'text': <'заметка'>}",
                                          fresh, UCH_ENTITY (ticket)->id));
  return dice < 95 ? edit_house (self, desk) : edit_shift (self, desk);
}

/* One act, or several at one stroke; empty: this person finds nothing to do. */
GPtrArray *
uch_sim_make_acts (UchSim *self, UchDesk *desk)
{
  GPtrArray *acts = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  guint      n = uch_sim_chance (self, 0.15) ? 2 + uch_sim_below (self, 5) : 1;

  for (guint i = 0; i < n; i++)
    {
      UchCommand *one = make_one (self, desk);

      if (one != NULL)
        g_ptr_array_add (acts, one);
    }
  return acts;
}
