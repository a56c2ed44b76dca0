/* What people do, at random, by what they see. */
#include "simulate/uch-sim.h"

#include "core/uch-place.h"
#include "core/uch-work.h"

/* Somebody who acts, and the randomness of this one act. */
typedef struct
{
  UchSim  *sim;
  UchDesk *desk;
  UchDice *dice;
} Person;

static char *
make_id (Person *self)
{
  return uch_dice_make_id (self->dice, self->sim->now);
}

static UchCommand *
command (Person *self, const char *type, GVariant *args)
{
  g_autofree char *id = make_id (self);

  return uch_command_new (id, type, args, self->sim->now + self->desk->skew_ms);
}

/* (transfer none) (nullable) */
static gpointer
pick (Person *self, UchTable table)
{
  return uch_view_pick (self->desk->view, table, uch_dice_roll (self->dice));
}

static UchVisit *
visit_of (Person *self, const UchTicket *ticket)
{
  return uch_view_get (self->desk->view, UCH_TABLE_VISIT, ticket->visit_id);
}

/* As the desk does it: with the visit as it is seen, or a new one. */
static UchCommand *
assign (Person *self, const UchTicket *ticket)
{
  UchVisit        *visit = visit_of (self, ticket);
  g_autofree char *engineer
      = g_strdup_printf ("staff-%u", self->sim->plan->n_desks + uch_dice_below (self->dice, 5));
  g_autofree char *fresh = make_id (self);
  gboolean         open = visit != NULL && uch_visit_is_open (visit);

  if (open)
    return command (
        self, UCH_COMMAND_VISIT_ASSIGN,
        g_variant_new_parsed ("{'ticket': <%s>, 'visit': <%s>, 'base': <%s>, 'engineer': <%s>}",
                              UCH_ENTITY (ticket)->id, UCH_ENTITY (visit)->id,
                              UCH_ENTITY (visit)->rev, engineer));
  return command (self, UCH_COMMAND_VISIT_ASSIGN,
                  g_variant_new_parsed ("{'ticket': <%s>, 'visit': <%s>, 'engineer': <%s>}",
                                        UCH_ENTITY (ticket)->id, fresh, engineer));
}

/* The names and numbers are what uch_ledger_check_text() knows for personal. */
static UchCommand *
create_ticket (Person *self)
{
  g_autofree char *id = make_id (self);
  g_autofree char *house = g_strdup_printf ("house-%u", uch_dice_below (self->dice, 8));
  g_autofree char *phone = g_strdup_printf ("8 962 770-%02u-%02u", uch_dice_below (self->dice, 100),
                                            uch_dice_below (self->dice, 100));

  return command (self, UCH_COMMAND_TICKET_CREATE,
                  g_variant_new_parsed ("{'ticket': <%s>, 'fields': <{'category': "
                                        "<'support.no_access'>, 'house_id': <%s>, 'client_name': "
                                        "<'Тайнова Анна'>, 'phone_raw': <%s>, 'description': "
                                        "<'🙂 нет связи'>}>}",
                                        id, house, phone));
}

static UchCommand *
step_visit (Person *self, const UchTicket *ticket)
{
  static const char *const steps[]
      = { UCH_COMMAND_VISIT_ACCEPT, UCH_COMMAND_VISIT_DEPART, UCH_COMMAND_VISIT_ARRIVE };
  UchVisit        *visit = visit_of (self, ticket);
  g_autofree char *fresh = make_id (self);
  const char      *id = visit != NULL ? UCH_ENTITY (visit)->id : NULL;

  if (visit == NULL)
    return NULL;
  switch (uch_dice_below (self->dice, 10))
    {
    case 0:
    case 1:
      return command (
          self, UCH_COMMAND_VISIT_FINISH,
          g_variant_new_parsed ("{'visit': <%s>, 'result': <'done'>, 'code': <'cable'>}", id));
    case 2:
      return command (
          self, UCH_COMMAND_VISIT_UNASSIGN,
          g_variant_new_parsed ("{'visit': <%s>, 'base': <%s>}", id, UCH_ENTITY (visit)->rev));
    case 3:
      return command (
          self, UCH_COMMAND_VISIT_MOVE,
          g_variant_new_parsed ("{'visit': <%s>, 'next': <%s>, 'by': <'client'>, 'mode': <'now'>}",
                                id, fresh));
    case 4:
      return command (self, UCH_COMMAND_VISIT_DECLINE,
                      g_variant_new_parsed ("{'visit': <%s>, 'reason': <'busy'>}", id));
    default:
      return command (self, steps[uch_dice_below (self->dice, G_N_ELEMENTS (steps))],
                      g_variant_new_parsed ("{'visit': <%s>}", id));
    }
}

static UchCommand *
step_ticket (Person *self, const UchTicket *ticket)
{
  const char      *id = UCH_ENTITY (ticket)->id;
  g_autofree char *fresh = make_id (self);

  switch (uch_dice_below (self->dice, 8))
    {
    case 0:
      return command (self, UCH_COMMAND_TICKET_TAKE, g_variant_new_parsed ("{'ticket': <%s>}", id));
    case 1:
      return command (
          self, UCH_COMMAND_TICKET_HOLD,
          g_variant_new_parsed ("{'ticket': <%s>, 'reason': <'client_away'>, 'wake_at': <%x>}", id,
                                self->sim->now + UCH_HOUR_MS));
    case 2:
      return command (self, UCH_COMMAND_TICKET_CANCEL,
                      g_variant_new_parsed ("{'ticket': <%s>, 'reason': <'duplicate'>}", id));
    case 3:
      return command (self, UCH_COMMAND_TICKET_REOPEN,
                      g_variant_new_parsed ("{'ticket': <%s>, 'reason': <'same_symptom'>}", id));
    case 4:
      return command (self, UCH_COMMAND_CALL_LOG,
                      g_variant_new_parsed ("{'call': <%s>, 'ticket': <%s>, 'outcome': <'talked'>}",
                                            fresh, id));
    case 6:
      return command (
          self, UCH_COMMAND_TICKET_RESOLVE,
          g_variant_new_parsed ("{'ticket': <%s>, 'how': <'remote'>, 'code': <'restart'>}", id));
    case 5:
      return command (
          self, UCH_COMMAND_VISIT_PLAN,
          g_variant_new_parsed ("{'ticket': <%s>, 'visit': <%s>, 'mode': <'now'>}", id, fresh));
    default:
      return command (
          self, UCH_COMMAND_TICKET_EDIT,
          g_variant_new_parsed ("{'ticket': <%s>, 'fields': <{'apartment': <%s>}>}", id, fresh));
    }
}

static UchCommand *
edit_house (Person *self)
{
  UchHouse        *house = pick (self, UCH_TABLE_HOUSE);
  g_autofree char *was = NULL, *technology = NULL;

  if (house == NULL)
    return NULL;
  was = g_strdup (house->technology != NULL ? house->technology : "");
  technology = g_strdup_printf ("GPON-%u", uch_dice_below (self->dice, 100));
  return command (self, UCH_COMMAND_PUT,
                  g_variant_new_parsed ("{'table': <'house'>, 'id': <%s>, 'fields': "
                                        "<{'technology': <%s>}>, 'was': <{'technology': <%s>}>}",
                                        UCH_ENTITY (house)->id, technology, was));
}

static UchCommand *
edit_shift (Person *self)
{
  UchShift        *shift = pick (self, UCH_TABLE_SHIFT);
  g_autofree char *fresh = make_id (self);

  if (shift != NULL && uch_dice_chance (self->dice, 0.4))
    return command (
        self, UCH_COMMAND_DELETE,
        g_variant_new_parsed ("{'table': <'shift'>, 'id': <%s>}", UCH_ENTITY (shift)->id));
  return command (self, UCH_COMMAND_PUT,
                  g_variant_new_parsed (
                      "{'table': <'shift'>, 'id': <%s>, 'fields': <{'staff_id': <%s>, 'starts_at': "
                      "<%x>, 'ends_at': <%x>}>}",
                      fresh, self->desk->staff_id, self->sim->now, self->sim->now + UCH_HOUR_MS));
}

static UchCommand *
make_one (Person *self)
{
  UchTicket       *ticket = pick (self, UCH_TABLE_TICKET);
  g_autofree char *fresh = make_id (self);
  guint            dice = uch_dice_below (self->dice, 100);

  if (ticket == NULL || dice < 8)
    return create_ticket (self);
  if (dice < 45)
    return assign (self, ticket);
  if (dice < 60)
    return step_visit (self, ticket);
  if (dice < 75)
    return step_ticket (self, ticket);
  if (dice < 90)
    return command (self, UCH_COMMAND_NOTE_ADD,
                    g_variant_new_parsed ("{'note': <%s>, 'ticket': <%s>, 'text': <'заметка'>}",
                                          fresh, UCH_ENTITY (ticket)->id));
  return dice < 95 ? edit_house (self) : edit_shift (self);
}

/* One act, or several at one stroke; empty: this person finds nothing to do. */
GPtrArray *
uch_sim_make_acts (UchSim *self, UchDesk *desk, UchDice *dice)
{
  Person     person = { self, desk, dice };
  GPtrArray *acts = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  guint      n = uch_dice_chance (dice, 0.25) ? 2 + uch_dice_below (dice, 19) : 1;

  for (guint i = 0; i < n; i++)
    {
      UchCommand *one = make_one (&person);

      if (one != NULL)
        g_ptr_array_add (acts, one);
    }
  return acts;
}
