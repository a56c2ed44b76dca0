#include "core/uch-command.h"

G_DEFINE_BOXED_TYPE (UchCommand, uch_command, uch_command_ref, uch_command_unref)

/**
 * uch_command_new:
 * @args: (transfer floating): an a{sv}
 * @at: the client's clock
 *
 * Returns: (transfer full): a command
 */
UchCommand *
uch_command_new (const char *id, const char *type, GVariant *args, UchTime at)
{
  UchCommand *self = g_new0 (UchCommand, 1);

  g_return_val_if_fail (g_variant_is_of_type (args, G_VARIANT_TYPE_VARDICT), NULL);
  g_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->type = g_strdup (type);
  self->args = g_variant_ref_sink (args);
  self->at = at;
  return self;
}

/**
 * uch_command_new_with:
 * @...: triples of name, format character ("s", "x", "d", "b" or "v" for a ready #GVariant) and
 *     value, then NULL. A NULL text is left out.
 *
 * Returns: (transfer full): a command
 */
UchCommand *
uch_command_new_with (const char *id, const char *type, UchTime at, ...)
{
  UchCommand *self;
  va_list     ap;

  va_start (ap, at);
  self = uch_command_new_valist (id, type, at, ap);
  va_end (ap);
  return self;
}

/**
 * uch_command_new_valist:
 *
 * As uch_command_new_with(), for functions that take the same list.
 *
 * Returns: (transfer full): a command
 */
UchCommand *
uch_command_new_valist (const char *id, const char *type, UchTime at, va_list ap)
{
  GVariantDict dict;
  const char  *name;

  g_variant_dict_init (&dict, NULL);
  while ((name = va_arg (ap, const char *)) != NULL)
    {
      const char *format = va_arg (ap, const char *);

      switch (*format)
        {
        case 's':
          {
            const char *text = va_arg (ap, const char *);

            if (text != NULL)
              g_variant_dict_insert (&dict, name, "s", text);
            break;
          }
        case 'x':
          g_variant_dict_insert (&dict, name, "x", va_arg (ap, gint64));
          break;
        case 'd':
          g_variant_dict_insert (&dict, name, "d", va_arg (ap, double));
          break;
        case 'b':
          g_variant_dict_insert (&dict, name, "b", va_arg (ap, gboolean));
          break;
        case 'v':
          g_variant_dict_insert_value (&dict, name, va_arg (ap, GVariant *));
          break;
        default:
          g_error ("a command's argument has the unknown format '%s'", format);
        }
    }
  return uch_command_new (id, type, g_variant_dict_end (&dict), at);
}

UchCommand *
uch_command_ref (UchCommand *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
uch_command_unref (UchCommand *self)
{
  if (self == NULL || !g_ref_count_dec (&self->ref_count))
    return;
  g_free (self->id);
  g_free (self->type);
  g_variant_unref (self->args);
  g_free (self);
}

/**
 * uch_command_get_text:
 *
 * Returns: (nullable): the argument, or NULL when it is absent or empty
 */
const char *
uch_command_get_text (const UchCommand *self, const char *name)
{
  const char *text = NULL;

  if (!g_variant_lookup (self->args, name, "&s", &text) || *text == '\0')
    return NULL;
  return text;
}

gint64
uch_command_get_int (const UchCommand *self, const char *name, gint64 fallback)
{
  gint64 value;

  return g_variant_lookup (self->args, name, "x", &value) ? value : fallback;
}

gboolean
uch_command_get_bool (const UchCommand *self, const char *name)
{
  gboolean value;

  return g_variant_lookup (self->args, name, "b", &value) && value;
}

/**
 * uch_command_get_dict:
 *
 * Returns: (transfer full) (nullable): the argument @name, an a{sv}
 */
GVariant *
uch_command_get_dict (const UchCommand *self, const char *name)
{
  return g_variant_lookup_value (self->args, name, G_VARIANT_TYPE_VARDICT);
}
