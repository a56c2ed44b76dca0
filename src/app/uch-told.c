#include "app/uch-told.h"

#include <string.h>

/* The stages, in the order in which they come. */
static const char *const words[] = { "yellow", "orange", "red", NULL };
static const UchPromise  stages[] = { UCH_PROMISE_YELLOW, UCH_PROMISE_ORANGE, UCH_PROMISE_RED };

struct _UchTold
{
  GHashTable *stages; /* visit's id → the worst stage told of: index of words + 1 */
};

/**
 * uch_told_new:
 * @remembered: (array zero-terminated=1): as uch_told_print() made it; what is no such word is
 *     passed over
 *
 * Returns: (transfer full)
 */
UchTold *
uch_told_new (const char *const *remembered)
{
  UchTold *self = g_new0 (UchTold, 1);

  self->stages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; remembered[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (remembered[i], " ", 2);
      int stage = parts[0] != NULL && parts[1] != NULL ? uch_nick_index (words, parts[1]) : -1;

      if (stage >= 0)
        g_hash_table_replace (self->stages, g_strdup (parts[0]), GINT_TO_POINTER (stage + 1));
    }
  return self;
}

void
uch_told_free (UchTold *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->stages);
  g_free (self);
}

/**
 * uch_told_take:
 * @promise: how it stands now
 * @first: whether this is the first look since the program was started: what burned before it is
 *     on the board already, and is told of only when it was known and has become worse
 *
 * Returns: whether to tell of it: a stage that is worse than all that was told of this visit
 */
gboolean
uch_told_take (UchTold *self, const char *visit_id, UchPromise promise, gboolean first)
{
  int stage = 0, known = GPOINTER_TO_INT (g_hash_table_lookup (self->stages, visit_id));

  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (stages[i] == promise)
      stage = (int) i + 1;
  if (stage <= known)
    return FALSE;
  g_hash_table_replace (self->stages, g_strdup (visit_id), GINT_TO_POINTER (stage));
  return !first || known > 0;
}

/**
 * uch_told_keep:
 * @visit_ids: (element-type utf8 utf8): a set: those that can still be told of
 * @out_gone: (out caller-allocates) (element-type utf8): ids of the others, to be freed
 *
 * Forgets the others.
 *
 * Returns: whether there were any
 */
gboolean
uch_told_keep (UchTold *self, GHashTable *visit_ids, GPtrArray *out_gone)
{
  GHashTableIter iter;
  gpointer       id;

  g_hash_table_iter_init (&iter, self->stages);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (visit_ids, id))
      {
        g_ptr_array_add (out_gone, g_strdup (id));
        g_hash_table_iter_remove (&iter);
      }
  return out_gone->len > 0;
}

/**
 * uch_told_print:
 *
 * Returns: (transfer full): what to remember over a restart
 */
GStrv
uch_told_print (UchTold *self)
{
  GStrvBuilder  *builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer       id, stage;
  GStrv          printed;

  g_hash_table_iter_init (&iter, self->stages);
  while (g_hash_table_iter_next (&iter, &id, &stage))
    {
      g_autofree char *word
          = g_strdup_printf ("%s %s", (char *) id, words[GPOINTER_TO_INT (stage) - 1]);

      g_strv_builder_add (builder, word);
    }
  printed = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return printed;
}
