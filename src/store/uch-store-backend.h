/* What a database must be able to do for the store: no rule of the domain stands behind this line.
 * One file per backend implements it. Errors are of UCH_STORE_ERROR.
 *
 * A backend's own tables and the office's are both "rows": entities with their descriptions. */
#pragma once

#include "store/uch-store-positions.h"
#include "store/uch-store.h"

G_BEGIN_DECLS

/* What a backup's name ends in, so that nobody serves it under the epoch of the living store. */
#define UCH_STORE_BACKUP_MARK ".backup"

typedef struct _UchStoreBackend UchStoreBackend;

/* Numbers that the store keeps count of. */
typedef enum
{
  UCH_STORE_HEAD,          /* seq of the last operation */
  UCH_STORE_FLOOR,         /* deletions up to this seq are forgotten */
  UCH_STORE_TICKET_NUMBER, /* of the next ticket */
} UchStoreNumber;
#define UCH_N_STORE_NUMBERS (UCH_STORE_TICKET_NUMBER + 1)

/* What has waited long enough for the store itself to act. */
typedef enum
{
  UCH_STORE_DUE_WAKE,  /* tickets on hold, by wake_at */
  UCH_STORE_DUE_MISS,  /* visits with no arrival, by due_at */
  UCH_STORE_DUE_CLOSE, /* resolved tickets, by resolved_at */
  UCH_STORE_DUE_WORK,  /* work done since, for which no contact with the client is owed yet */
  UCH_STORE_DUE_DATES, /* contacts that are owed, made by then */
} UchStoreDue;
#define UCH_N_STORE_DUES (UCH_STORE_DUE_DATES + 1)

/* What an engineer's phone shows. */
typedef enum
{
  UCH_STORE_WORK_OF_ENGINEER, /* visits of his that are open, or ended at the time or later */
  UCH_STORE_WORK_OF_ZONE,     /* open tickets of the zone */
  UCH_STORE_WORK_TO_CHECK,    /* weeks' calls that he owes by the time */
} UchStoreWork;
#define UCH_N_STORE_WORKS (UCH_STORE_WORK_TO_CHECK + 1)

/* What grows old. */
typedef enum
{
  UCH_STORE_OLD_DELETIONS,   /* tombstones made before the time */
  UCH_STORE_OLD_POSITIONS,   /* of phones, received before it */
  UCH_STORE_DENSE_POSITIONS, /* all but one in five minutes, of those received before it */
  UCH_STORE_OLD_SESSIONS,    /* last used or ended before it */
  UCH_STORE_OLD_DELAYS,      /* failed sign-ins before it */
  UCH_STORE_OLD_PICTURES,    /* that came before it and that no photo shows */
} UchStoreOld;

/* A position as it lies in the table, and how often a fate befell positions. */
typedef struct
{
  UchLastPosition position; /* its strings are owned */
  gboolean        shown;
} UchStorePosition;

typedef struct
{
  char           *engineer_id; /* (owned) */
  UchPositionFate fate;
  gint64          n;
} UchStoreFate;

void uch_store_position_free (UchStorePosition *self);
void uch_store_fate_free (UchStoreFate *self);

/* "A row of this table has this seq": one entry of the order. */
typedef struct
{
  gint64   seq;
  UchTable table;
} UchStoreMark;

/* What is heard from the other processes at one database, in the main context that was the default
 * one when the line was opened. */
typedef struct
{
  void (*heard) (const char *text, gpointer user_data);
  void (*connected) (gboolean again, gpointer user_data); /* again: something may be lost */
} UchStoreLineFuncs;

/* A line to them. */
typedef struct _UchStoreLine UchStoreLine;
struct _UchStoreLine
{
  void (*say) (UchStoreLine *self, const char *text);
  void (*free) (UchStoreLine *self);
};

/* What is said on it: a movement of the head, or somebody's words. */
#define UCH_STORE_LINE_HEAD "head "
#define UCH_STORE_LINE_WORDS "say "

typedef struct
{
  void (*free) (UchStoreBackend *self);
  void (*adopt) (UchStoreBackend *self);

  /* A writing transaction holds the lock of the one order from its beginning to its end: decide
   * then sees what no one else can change. */
  gboolean (*begin) (UchStoreBackend *self, gboolean write, GError **error);
  gboolean (*commit) (UchStoreBackend *self, GError **error);
  void (*rollback) (UchStoreBackend *self);
  gboolean (*savepoint) (UchStoreBackend *self, GError **error);
  gboolean (*release) (UchStoreBackend *self, GError **error);
  gboolean (*rollback_to) (UchStoreBackend *self, GError **error);

  gboolean (*get_number) (UchStoreBackend *self, UchStoreNumber which, gint64 *out, GError **error);
  gboolean (*set_number) (UchStoreBackend *self,
                          UchStoreNumber   which,
                          gint64           value,
                          GError         **error);
  gboolean (*get_uuid) (UchStoreBackend *self, char **out_uuid, GError **error); /* NULL: new */
  gboolean (*set_uuid) (UchStoreBackend *self, const char *uuid, GError **error);

  /* *out_row == NULL: there is none */
  gboolean (*get_row) (UchStoreBackend *self,
                       const UchSchema *schema,
                       const char      *id,
                       gpointer        *out_row,
                       GError         **error);
  GPtrArray *(*find_rows) (UchStoreBackend *self,
                           const UchSchema *schema,
                           const char      *field,
                           const char      *value,
                           GError         **error);
  GPtrArray *(*page_rows) (UchStoreBackend *self,
                           const UchSchema *schema,
                           const char      *after_id,
                           guint            limit,
                           GError         **error);
  /* The same, each shown and none kept. */
  gboolean (*look_at_page) (UchStoreBackend  *self,
                            const UchSchema  *schema,
                            const char       *after_id,
                            guint             limit,
                            UchEntityViewFunc func,
                            gpointer          user_data,
                            GError          **error);
  GPtrArray *(*list_due) (
      UchStoreBackend *self, UchStoreDue due, UchTime until, guint limit, GError **error);
  GPtrArray *(*list_work) (UchStoreBackend *self,
                           UchStoreWork     which,
                           const char      *id,
                           UchTime          since,
                           guint            limit,
                           GError         **error);
  GPtrArray *(*list_shifts_at) (UchStoreBackend *self,
                                const char      *staff_id,
                                UchTime          at,
                                GError         **error);
  /* UCH_STORE_ERROR_EXISTS: another row has what only one may have */
  gboolean (*put_row) (UchStoreBackend *self, gconstpointer row, gint64 seq, GError **error);
  gboolean (*delete_row) (UchStoreBackend *self,
                          const UchSchema *schema,
                          const char      *id,
                          GError         **error);
  gboolean (*put_deletion) (UchStoreBackend *self,
                            const UchSchema *schema,
                            const char      *id,
                            gint64           seq,
                            UchTime          now,
                            GError         **error);

  /* The order after a seq, by seq; of UchStoreMark. */
  GArray *(*list_marks) (UchStoreBackend *self, gint64 after, guint limit, GError **error);
  /* Rows (UchEntity) and deletions (UchStoreRow) with after < seq <= to, by seq. */
  GPtrArray *(*list_changed) (
      UchStoreBackend *self, const UchSchema *schema, gint64 after, gint64 to, GError **error);
  GPtrArray *(*list_deletions) (UchStoreBackend *self, gint64 after, gint64 to, GError **error);

  /* What must be true of the log as a whole; see uch_store_verify(). */
  gboolean (*count_ops) (UchStoreBackend *self, gint64 *out_n, gint64 *out_last, GError **error);
  gboolean (*max_row_seq) (UchStoreBackend *self,
                           const UchSchema *schema,
                           gint64          *out_seq,
                           GError         **error);

  gboolean (*put_position) (UchStoreBackend       *self,
                            const UchLastPosition *position,
                            gboolean               shown,
                            gboolean              *out_known,
                            GError               **error);
  gboolean (*get_last_position) (UchStoreBackend  *self,
                                 const char       *engineer_id,
                                 UchLastPosition **out_position,
                                 GError          **error);
  gboolean (*count_fate) (UchStoreBackend *self,
                          const char      *engineer_id,
                          UchPositionFate  fate,
                          GError         **error);
  /* How often each fate befell a position so far; of UCH_N_POSITION_FATES. */
  gboolean (*get_fates) (UchStoreBackend *self, gint64 *out_counts, GError **error);

  /* For a whole copy: positions after (@engineer_id, @at), in that order; of UchStorePosition. All
   * fates, by engineer and fate; of UchStoreFate. */
  GPtrArray *(*page_positions) (
      UchStoreBackend *self, const char *engineer_id, UchTime at, guint limit, GError **error);
  GPtrArray *(*list_fates) (UchStoreBackend *self, GError **error);
  gboolean (*put_fate) (UchStoreBackend *self, const UchStoreFate *fate, GError **error);
  gboolean (*count_rows) (UchStoreBackend *self, const char *table, gint64 *out_n, GError **error);

  gboolean (*prune) (UchStoreBackend *self,
                     UchStoreOld      what,
                     UchTime          before,
                     gint64          *out_last_seq,
                     GError         **error);
  /* (nullable): a copy in the database's own way; else it is made row by row. */
  gboolean (*backup) (UchStoreBackend     *self,
                      const char          *path,
                      UchStoreProgressFunc progress,
                      gpointer             user_data,
                      GCancellable        *cancellable,
                      GError             **error);
  gboolean (*check) (UchStoreBackend *self, GError **error);

  /* (nullable): a database that cannot say it is asked for less. */
  /* Adds what is damaged to @faults, a sentence each; check() only tells whether. */
  gboolean (*list_damage) (UchStoreBackend *self, GPtrArray *faults, GError **error);
  gboolean (*get_size) (UchStoreBackend *self, gint64 *out_bytes, GError **error);
  /* Statistics for the planner; when @alone also free pages back to the disk. */
  gboolean (*shrink) (UchStoreBackend *self, gboolean alone, GError **error);

  /* (nullable): there is nobody to be reached. May be called on any thread. */
  UchStoreLine *(*open_line) (UchStoreBackend         *self,
                              const UchStoreLineFuncs *funcs,
                              gpointer                 user_data);
} UchStoreBackendClass;

struct _UchStoreBackend
{
  const UchStoreBackendClass *klass;
  /* The transaction that failed was given up in favour of another one: the whole of it may be done
   * again at once. */
  gboolean gave_way;
};

UchStoreBackend *uch_store_sqlite_open (const char *path, UchStoreFlags flags, GError **error);
UchStoreBackend *uch_store_postgres_open (const char *url, UchStoreFlags flags, GError **error);

G_END_DECLS
