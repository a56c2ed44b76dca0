/* The network: takes its time, loses, repeats, overtakes. */
#include "simulate/uch-sim.h"

void
uch_message_free (UchMessage *message)
{
  if (message == NULL)
    return;
  g_free (message->text);
  g_free (message->client);
  g_free (message->fetch.after);
  g_free (message);
}

static UchMessage *
message_copy (const UchMessage *message)
{
  UchMessage *copy = g_memdup2 (message, sizeof *message);

  copy->text = g_strdup (message->text);
  copy->client = g_strdup (message->client);
  copy->fetch.after = g_strdup (message->fetch.after);
  return copy;
}

static gboolean
strikes (UchSim *self, const UchDesk *desk, UchWeather weather, UchDice *dice)
{
  return self->now < desk->weather_until[weather]
         && uch_dice_below (dice, 100) < desk->weather_percent[weather];
}

static const char *const kinds[] = { "push", "fetch", "verdicts", "page" };

/* Takes @message. Its fate depends on its place among the desk's messages and nothing else. */
void
uch_sim_send (UchSim *self, UchMessage *message)
{
  UchDesk    *desk = &self->desks[message->desk];
  UchDice     dice = uch_dice_new (self->plan->seed, 100 + desk->index, ++desk->n_messages);
  const char *fate = "";

  message->at = self->now + 5 + uch_dice_below (&dice, self->calm ? 40 : 300);
  if (!self->calm && strikes (self, desk, UCH_WEATHER_SLOW, &dice))
    {
      message->at += 1000 + uch_dice_below (&dice, 20000);
      self->counts[UCH_SIM_N_LATE]++;
      fate = ", late";
    }
  if (!self->calm
      && (self->now < desk->cut_until || strikes (self, desk, UCH_WEATHER_LOSSY, &dice)))
    {
      self->counts[UCH_SIM_N_LOST]++;
      uch_sim_note (self, "desk %u: %s %u is lost", desk->index, kinds[message->kind],
                    message->number);
      uch_message_free (message);
      return;
    }
  if (!self->calm && strikes (self, desk, UCH_WEATHER_DOUBLING, &dice))
    {
      UchMessage *again = message_copy (message);

      again->at += uch_dice_below (&dice, 5000);
      g_ptr_array_add (self->messages, again);
      self->counts[UCH_SIM_N_REPEATED]++;
      fate = ", twice";
    }
  uch_sim_note (self, "desk %u: %s %u%s%s%s", desk->index, kinds[message->kind], message->number,
                fate, message->code != NULL ? ", " : "",
                message->code != NULL ? message->code : "");
  g_ptr_array_add (self->messages, message);
}
