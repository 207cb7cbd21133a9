/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLite and the system say of a database, told in words for a person. */
#include "hs-config.h"
#include "hs-database.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (hs-store-error-quark, hs_store_error)

static const char *const words[] = {
  [HS_STORE_ERROR_FAILED] = N_("The history could not be read or written"),
  [HS_STORE_ERROR_READ_ONLY] = N_("The history cannot be written: its folder or file is read-only"),
  [HS_STORE_ERROR_FULL] = N_("The history cannot be written: the disk is full"),
  [HS_STORE_ERROR_CORRUPT] = N_("The history is damaged or not a history, and was left as it is"),
  [HS_STORE_ERROR_NEWER] = N_("The history was written by a newer version, and was left as it is"),
  [HS_STORE_ERROR_BUSY] = N_("The history is in use: it is already open in another program"),
};

static const struct
{
  int result; /* SQLite's primary result code */
  HsStoreError code;
} results[] = {
  { SQLITE_READONLY, HS_STORE_ERROR_READ_ONLY }, { SQLITE_PERM, HS_STORE_ERROR_READ_ONLY },
  { SQLITE_CANTOPEN, HS_STORE_ERROR_READ_ONLY }, { SQLITE_AUTH, HS_STORE_ERROR_READ_ONLY },
  { SQLITE_FULL, HS_STORE_ERROR_FULL },          { SQLITE_CORRUPT, HS_STORE_ERROR_CORRUPT },
  { SQLITE_NOTADB, HS_STORE_ERROR_CORRUPT },     { SQLITE_BUSY, HS_STORE_ERROR_BUSY },
  { SQLITE_LOCKED, HS_STORE_ERROR_BUSY },
};

static const struct
{
  int number;
  HsStoreError code;
} system_errors[] = {
  { ENOSPC, HS_STORE_ERROR_FULL },       { EDQUOT, HS_STORE_ERROR_FULL },       { EROFS, HS_STORE_ERROR_READ_ONLY },
  { EACCES, HS_STORE_ERROR_READ_ONLY },  { EPERM, HS_STORE_ERROR_READ_ONLY },
};

const char *
hs_store_error_get_words (HsStoreError code)
{
  return _(words[code]);
}

static HsStoreError
judge (int result, int system_error)
{
  /* SQLITE_IOERR has many reasons; what the system said tells which. */
  if ((result & 0xff) == SQLITE_IOERR || (result & 0xff) == SQLITE_CANTOPEN)
    for (gsize i = 0; i < G_N_ELEMENTS (system_errors); i++)
      if (system_errors[i].number == system_error)
        return system_errors[i].code;
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    if (results[i].result == (result & 0xff))
      return results[i].code;
  return HS_STORE_ERROR_FAILED;
}

void
hs_store_set_error (GError **error, HsStoreError code, const char *detail)
{
  if (detail != NULL)
    g_set_error (error, HS_STORE_ERROR, code, "%s (%s)", _(words[code]), detail);
  else
    g_set_error_literal (error, HS_STORE_ERROR, code, _(words[code]));
}

void
hs_store_set_error_from_sqlite (GError **error, sqlite3 *db, int result)
{
  if (db == NULL)
    hs_store_set_error (error, judge (result, 0), sqlite3_errstr (result));
  else
    hs_store_set_error (error, judge (sqlite3_extended_errcode (db), sqlite3_system_errno (db)), sqlite3_errmsg (db));
}
