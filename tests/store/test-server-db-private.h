/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of server.db share: messages. */
#pragma once

#include "test-history-private.h"

#include "hs-server-db.h"

#define ID(ms, sequence) (HS_SERVER_ID_FIRST (T0 + (ms)) + (sequence))

static inline HsServerMessage *
make_message (gint64 id, const char *place, const char *text)
{
  HsServerMessage *message = hs_server_message_new ();

  message->id = id;
  message->place = g_strdup (place);
  message->source = g_strdup ("anna!u@10.0.0.1");
  message->author = g_strdup ("guest:run1:1");
  message->target = g_strdup (place);
  message->text = g_strdup (text);
  return message;
}

static inline void
append (HsServerDb *db, gint64 id, const char *place, const char *text)
{
  g_autoptr (HsServerMessage) message = make_message (id, place, text);
  GError *error = NULL;
  gint64 first = 0;

  g_assert_cmpint (hs_server_db_append (db, message, &first, &error), ==, HS_SERVER_APPENDED);
  g_assert_no_error (error);
}

/* The texts, joined by spaces. */
static inline char *
read_texts (HsServerDb *db, const HsServerQuery *query)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) messages = hs_server_db_read (db, query, &error);
  GString *texts = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (texts, "%s%s", i > 0 ? " " : "", ((HsServerMessage *) g_ptr_array_index (messages, i))->text);
  return g_string_free (texts, FALSE);
}
