/* How a row lies in its table, whatever the database: the columns, what an empty field is, words
 * for enums. A driver knows how one database binds and reads a value. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

/* Every table begins with these; the fields follow in the order of the description. */
enum
{
  UCH_ROWS_COLUMN_ID,
  UCH_ROWS_COLUMN_REV,
  UCH_ROWS_COLUMN_SEQ,
  UCH_ROWS_N_OWN_COLUMNS,
};

/* Columns count from 0, parameters from 1. */
typedef struct
{
  const char *text_type, *real_type, *integer_type; /* in SQL */
  const char *table_end;                            /* what closes CREATE TABLE */
  const char *(*get_text) (gpointer stmt, int column);
  gint64 (*get_int64) (gpointer stmt, int column);
  double (*get_double) (gpointer stmt, int column);
  void (*bind_text) (gpointer stmt, int index, const char *value);
  void (*bind_int64) (gpointer stmt, int index, gint64 value);
  void (*bind_double) (gpointer stmt, int index, double value);
} UchRowsDriver;

/* SQL of one description that both databases read, written once and kept for the life of the
 * program. */
typedef struct
{
  char *columns; /* quoted names, comma separated, in the order a row is built from */
  char *put;     /* an upsert by id; uch_rows_bind() binds it */
  char *get;     /* by id */
  char *delete;  /* by id */
  char **find;   /* by the place of the field in the description */
} UchRowsSql;

const UchRowsSql *uch_rows_get_sql (const UchSchema *schema);
char             *uch_rows_dup_select_sql (const UchSchema *schema, const char *rest);
const char       *uch_rows_get_type (const UchRowsDriver *driver, const UchField *field);
char             *uch_rows_dup_create_table (const UchRowsDriver *driver, const UchSchema *schema);

void uch_rows_bind (const UchRowsDriver *driver, gpointer stmt, const UchEntity *row, gint64 seq);
gpointer uch_rows_build (const UchRowsDriver *driver,
                         gpointer             stmt,
                         const UchSchema     *schema,
                         char               **out_problem);
gboolean
uch_rows_look (const UchRowsDriver *driver, gpointer stmt, UchEntity *view, char **out_problem);

G_END_DECLS
