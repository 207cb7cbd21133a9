/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What history.db and server.db have in common: one SQLite connection used by one thread, its settings, its versions, its statements
 * and its transactions. It knows no table. Embedded as the first member of what stands on it. */
#pragma once

#include <sqlite3.h>
#include <glib.h>

#include "hs-store-error.h"

/* ---- Errors (hs-store-error.c) ---- */
const char *hs_store_error_get_words (HsStoreError code);
void hs_store_set_error (GError **error, HsStoreError code, const char *detail); /* (nullable) detail */
void hs_store_set_error_from_sqlite (GError **error, sqlite3 *db, int result);

/* The first statements of every database. */
enum
{
  SQL_BEGIN,
  SQL_COMMIT,
  SQL_ROLLBACK,
  SQL_SAVEPOINT,
  SQL_RELEASE,
  SQL_ROLLBACK_TO,
  N_SQL_TRANSACTION,
};

typedef struct _HsDatabase HsDatabase;

typedef struct
{
  guint32 application_id;        /* PRAGMA application_id: file (1) and we know whose it is */
  const char *const *migrations; /* a released step is never edited */
  guint n_migrations;
  const char *const *texts;      /* of the statements, from N_SQL_TRANSACTION on */
  guint n_texts;                 /* N_SQL_TRANSACTION included */
  guint wal_pages;               /* how long the WAL grows before it is written back */
  /* (nullable) what was gathered in memory is to be written: before each commit and release */
  gboolean (*settle) (HsDatabase *self, GError **error);
  void (*rolled_back) (HsDatabase *self); /* (nullable) what was counted in memory is no longer so */
} HsDatabaseKind;

struct _HsDatabase
{
  const HsDatabaseKind *kind;
  sqlite3 *db;
  sqlite3_stmt **statements;
  GThread *thread; /* the only one that may use this */
};

#define hs_database_check(self) g_assert ((self) != NULL && (self)->thread == g_thread_self ())

/* @path or ":memory:". WAL, synchronous=NORMAL, no mmap, held alone; migrates. Makes missing folders (0700, the file 0600). On FALSE nothing was
 * written, and close () is still to be called. */
gboolean hs_database_open (HsDatabase *self, const HsDatabaseKind *kind, const char *path, GError **error);
void hs_database_close (HsDatabase *self);

/* ---- Statements (hs-database-sql.c) ---- */
/* Prepares all statements. */
gboolean hs_sql_prepare (HsDatabase *self, GError **error);
void hs_sql_finalize (HsDatabase *self);
/* The statement, its parameters bound in order: 'i' gint64, 's' (nullable) const char *, 'b' (nullable) GBytes *. */
sqlite3_stmt *hs_sql_bind (HsDatabase *self, guint sql, const char *types, ...);
/* Steps: TRUE with a row, FALSE at the end or with @error, when it is reset too. */
gboolean hs_sql_step (HsDatabase *self, sqlite3_stmt *statement, GError **error);
/* Runs to the end and resets. */
gboolean hs_sql_run (HsDatabase *self, sqlite3_stmt *statement, GError **error);
/* Sets *@value to the first column of the first row, left alone when there is none or it is NULL. FALSE
 * with @error. */
gboolean hs_sql_get_int64 (HsDatabase *self, sqlite3_stmt *statement, gint64 *value, GError **error);
/* (nullable) (transfer full), valid UTF-8 whatever the file holds. */
char *hs_sql_dup_text (sqlite3_stmt *statement, int column);
/* (nullable) (transfer full) */
GBytes *hs_sql_dup_bytes (sqlite3_stmt *statement, int column);

/* ---- Transactions ---- */
gboolean hs_database_begin (HsDatabase *self, GError **error);
/* FALSE: nothing of it is stored. */
gboolean hs_database_commit (HsDatabase *self, GError **error);
void hs_database_rollback (HsDatabase *self);
/* What follows is undone by rollback_to () alone. They nest, also in a transaction begun by begin (). */
gboolean hs_database_savepoint (HsDatabase *self, GError **error);
gboolean hs_database_release (HsDatabase *self, GError **error);
void hs_database_rollback_to (HsDatabase *self);
/* SQLite gives up the whole transaction by itself in some errors (full disk). */
gboolean hs_database_in_transaction (HsDatabase *self);
/* Rows inserted, changed or deleted since it was opened. */
guint hs_database_get_changes (HsDatabase *self);
