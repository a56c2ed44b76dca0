/* Code broken on purpose. The programs that are shipped know nothing of it: the linker leads these
 * calls here (-Wl,--wrap, see meson.build), and they go on to the real function, or nearly. */
#include "simulate/uch-sim.h"

#include <string.h>

#include "store/uch-store-private.h"

static UchSimBreakage broken;
static UchDice        luck;

/* Which breakage the calls below meet from here on. */
void
uch_sim_break_for (UchSim *self)
{
  broken = self->breakage;
  luck = uch_dice_new (self->plan->seed, 6, 0);
}

static gboolean
strikes (UchSimBreakage breakage, double probability)
{
  return broken == breakage && uch_dice_chance (&luck, probability);
}

#define WRAP(type, name, ...)                                                                      \
  type __real_##name (__VA_ARGS__);                                                                \
  type __wrap_##name (__VA_ARGS__);                                                                \
  type __wrap_##name (__VA_ARGS__)

/* An outbox that forgets, a store that answers before its disk has it: commits without a sync. */
WRAP (UchDb *, uch_db_open, const char *path, UchDbFlags flags, GError **error)
{
  if ((broken == UCH_SIM_FORGETTING_OUTBOX && g_str_has_suffix (path, "/outbox.db"))
      || (broken == UCH_SIM_LAZY_STORE && strstr (path, "/store/store-") != NULL))
    flags &= ~UCH_DB_SYNC_FULL;
  return __real_uch_db_open (path, flags, error);
}

/* A cursor that skips: a row of a page is not taken. */
WRAP (gboolean,
      uch_replica_db_apply_changes,
      UchReplicaDb   *self,
      UchWireChanges *page,
      GPtrArray      *changes,
      GError        **error)
{
  if (page->rows->len > 0 && strikes (UCH_SIM_SKIPPING_CURSOR, 0.02))
    g_ptr_array_set_size (page->rows, (int) page->rows->len - 1);
  return __real_uch_replica_db_apply_changes (self, page, changes, error);
}

/* A retry applied twice: operations get new ids when they are sent, as a client would do that
 * makes ids too late, and when the store finds a gap, new numbers. */
WRAP (GPtrArray *, uch_replica_db_list_push, UchReplicaDb *self, GError **error)
{
  GPtrArray *ops = __real_uch_replica_db_list_push (self, error);

  if (ops == NULL || ops->len == 0 || !strikes (UCH_SIM_REPEATING_RETRY, 0.05))
    return ops;
  g_ptr_array_unref (ops);
  if (!uch_replica_db_renumber (self, error))
    return NULL;
  ops = __real_uch_replica_db_list_push (self, error);
  for (guint i = 0; ops != NULL && i < ops->len; i++)
    {
      UchWireOp       *op = g_ptr_array_index (ops, i);
      g_autofree char *id = uch_dice_make_id (&luck, op->command->at);
      UchCommand      *renamed
          = uch_command_new (id, op->command->type, op->command->args, op->command->at);

      uch_command_unref (op->command);
      op->command = renamed;
    }
  return ops;
}

/* A lost update: the store does not ask which version an assignment was made for. */
WRAP (UchVerdict *,
      uch_command_decide,
      const UchCommand *command,
      const UchActor   *actor,
      UchSnapshot      *snapshot,
      UchTime           now)
{
  g_autoptr (UchCommand) careless = NULL;
  g_autoptr (UchEntity) visit = NULL;
  GVariantDict args;

  if (broken != UCH_SIM_LOST_UPDATE || strcmp (command->type, UCH_COMMAND_VISIT_ASSIGN) != 0
      || !G_TYPE_CHECK_INSTANCE_TYPE (snapshot, UCH_TYPE_STORE_SNAPSHOT)
      || uch_command_get_text (command, "visit") == NULL)
    return __real_uch_command_decide (command, actor, snapshot, now);
  visit = uch_snapshot_get (snapshot, UCH_TABLE_VISIT, uch_command_get_text (command, "visit"));
  if (visit == NULL)
    return __real_uch_command_decide (command, actor, snapshot, now);
  g_variant_dict_init (&args, command->args);
  g_variant_dict_insert (&args, "base", "s", visit->rev);
  careless = uch_command_new (command->id, command->type, g_variant_dict_end (&args), command->at);
  return __real_uch_command_decide (careless, actor, snapshot, now);
}

/* A page that splits a seq: some rows of the last operation are left for a page that never comes.
 */
WRAP (UchStorePage *,
      uch_store_list_changes,
      UchStore         *self,
      const UchSession *session,
      gint64            after,
      guint             limit,
      GError          **error)
{
  UchStorePage      *page = __real_uch_store_list_changes (self, session, after, limit, error);
  const UchStoreRow *last, *before;

  if (page == NULL || page->rows->len < 2 || broken != UCH_SIM_SPLIT_SEQ)
    return page;
  last = g_ptr_array_index (page->rows, page->rows->len - 1);
  before = g_ptr_array_index (page->rows, page->rows->len - 2);
  if (last->seq == before->seq && strikes (UCH_SIM_SPLIT_SEQ, 0.05))
    {
      page->to = last->seq;
      page->more = page->to < page->head;
      g_ptr_array_set_size (page->rows, (int) page->rows->len - 1);
    }
  return page;
}

/* An ack before the commit, and then the commit does not come about. */
WRAP (gboolean, uch_store_commit, UchStore *self, GError **error)
{
  if (!strikes (UCH_SIM_EARLY_ACK, 0.04))
    return __real_uch_store_commit (self, error);
  uch_store_rollback (self);
  return TRUE;
}

/* A refusal that its author never sees. */
WRAP (gboolean,
      uch_replica_db_apply_acks,
      UchReplicaDb *self,
      const char   *client,
      GPtrArray    *acks,
      GPtrArray    *changes,
      GPtrArray   **out_refused,
      GError      **error)
{
  gboolean done
      = __real_uch_replica_db_apply_acks (self, client, acks, changes, out_refused, error);

  for (guint i = 0; done && broken == UCH_SIM_SILENT_REFUSAL && i < (*out_refused)->len; i++)
    uch_outbox_dismiss (uch_replica_db_get_outbox (self),
                        ((UchOutboxRefusal *) g_ptr_array_index (*out_refused, i))->command->id,
                        NULL);
  return done;
}

/* A row that flickers: what is answered leaves the overlay before the store's rows have come. */
WRAP (gboolean, uch_outbox_settle, UchOutbox *self, gint64 cursor, UchTime now, GError **error)
{
  return __real_uch_outbox_settle (self, broken == UCH_SIM_FLICKERING_ROW ? G_MAXINT64 : cursor,
                                   now, error);
}

/* A log that says whom it is about. */
WRAP (void, uch_store_rollback, UchStore *self)
{
  if (broken == UCH_SIM_TALKATIVE_LOG)
    g_log_structured ("uch-store", G_LOG_LEVEL_MESSAGE, "MESSAGE", "%s",
                      "cannot take the call of Тайнова Анна");
  __real_uch_store_rollback (self);
}
