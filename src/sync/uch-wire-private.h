/* Between the files of sync/. */
#pragma once

#include "sync/uch-json.h"
#include "sync/uch-wire.h"

void        uch_wire_write_args (GString *json, GVariant *args);
GVariant   *uch_wire_read_args (UchJson *json, const char *what);
void        uch_wire_write_command (GString *json, const UchCommand *command);
UchCommand *uch_wire_read_command (UchJson *json, gint64 *out_mid);
void        uch_wire_write_entity (GString *json, gconstpointer entity, gboolean with_id);
gpointer    uch_wire_read_entity (UchJson *json, UchTable table, const char *id);
UchWireRow *uch_wire_read_row (UchJson *json);
