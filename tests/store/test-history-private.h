/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the history share: rows, and a folder that goes away. */
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "hs-history-private.h"

/* Somewhere in 2026; a multiple of a UTC day. */
#define T0 (G_GINT64_CONSTANT (20454) * 86400000)

static inline HsHistoryRow
make_row (gint64 time, const char *msgid, const char *text)
{
  return (HsHistoryRow) {
    .time = time, .kind = HS_ENTRY_MESSAGE, .msgid = g_strdup (msgid), .sender = g_strdup ("Ana"), .text = g_strdup (text),
  };
}

/* Returns its id; asserts that it was new. */
static inline gint64
insert_text (HsHistory *history, gint64 room, gint64 time, const char *text, guint *position)
{
  HsHistoryRow row = make_row (time, NULL, text);
  GError *error = NULL;
  gboolean inserted = hs_history_insert (history, room, &row, position, &error);

  g_assert_no_error (error);
  g_assert_true (inserted);
  hs_history_row_clear (&row);
  return row.id;
}

static inline char *
make_folder (void)
{
  GError *error = NULL;
  char *folder = g_dir_make_tmp ("hs-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}
