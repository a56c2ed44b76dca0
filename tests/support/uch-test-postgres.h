/* A PostgreSQL server of the test's own: made by initdb in a temporary directory, reached over a
 * Unix socket there, gone with the process. fsync stays on. */
#pragma once

#include <glib.h>

/* Starts the server at the first call; fails the test when PostgreSQL is not installed. */
const char *uch_test_postgres_get_dir (void);

/* A folder beside the data that the server may write to. */
void uch_test_postgres_make_dir (const char *name);

/* A new, empty database; returns its address. */
char *uch_test_postgres_add_database (void);
void  uch_test_postgres_drop_database (const char *url);

/* Runs SQL as the superuser on another connection. A failure fails the test, unless @out_state is
 * given: then it is the SQLSTATE, NULL when all went well. */
void  uch_test_postgres_exec (const char *url, const char *sql, char **out_state);
char *uch_test_postgres_ask (const char *url, const char *sql);

/* SIGINT: fast, SIGQUIT: as after a crash. */
void uch_test_postgres_stop (int signal);
void uch_test_postgres_start (void);
