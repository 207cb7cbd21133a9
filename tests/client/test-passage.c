/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message's passage: found by its entry before and after it is stored, with the bytes that carried it and where they lie. */
#include <string.h>

#include "client-stage.h"
#include "hs-entry-list-private.h"
#include "hs-limits.h"

typedef struct
{
  HsStore *store;
  HsSession *session;
  guint64 offset;
  char *last;       /* sent */
  const char *ends; /* (nullable) plain: what the carrier puts behind a text */
} Stage;

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Stage *stage = user_data;
  g_autofree char *bytes = g_strconcat (data, stage->ends, NULL);

  g_free (stage->last);
  stage->last = g_strdup (bytes);
  if (stage->ends != NULL)
    hs_session_sent_as (session, bytes, strlen (bytes));
  return stage->offset += strlen (bytes);
}

static void
server_says (Stage *stage, const char *text, guint64 offset, guint reads)
{
  g_autofree char *line = g_strdup (text);
  HsHeard heard = { text, strlen (text), TRUE, FALSE, { offset, (guint32) strlen (text) + 2, reads, 777 } };

  hs_session_hear (stage->session, &heard);
  if (hs_session_is_plain (stage->session))
    hs_session_receive_plain (stage->session, line, strlen (line));
  else
    hs_session_receive_irc (stage->session, line, strlen (line));
  hs_session_hear (stage->session, NULL);
}

static void
stage_init (Stage *stage)
{
  *stage = (Stage){ 0 };
  stage->store = hs_store_new (":memory:");
  stage->session = hs_session_new (stage->store, "test", "irc.test", "Ana", FALSE);
  hs_session_set_send (stage->session, on_send, stage);
}

static HsRoom *
join_room (Stage *stage)
{
  hs_session_begin_irc (stage->session, NULL);
  server_says (stage, ":s CAP * LS :message-tags echo-message labeled-response batch", 0, 1);
  server_says (stage, ":s CAP Ana ACK :message-tags echo-message labeled-response batch", 0, 1);
  server_says (stage, ":s 001 Ana :Hi", 0, 1);
  server_says (stage, ":Ana!a@h JOIN #r", 0, 1);
  return hs_session_find_room (stage->session, "#r");
}

static void
stage_clear (Stage *stage)
{
  g_object_unref (stage->session);
  hs_store_close (stage->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (stage->store);
  g_free (stage->last);
}

static void
count (HsPassage *passage, guint *n)
{
  (*n)++;
}

static void
test_own (void)
{
  Stage stage;
  HsRoom *room;
  HsPassage *passage;
  const HsPassageFacts *facts;
  g_autoptr (HsEntry) entry = NULL, other = NULL;
  g_autofree char *echo = NULL;
  guint moved = 0;

  stage_init (&stage);
  room = join_room (&stage);
  g_assert_null (hs_session_get_newest_passage (stage.session, room));
  g_assert_true (hs_session_say (stage.session, room, "你好", NULL));
  entry = stage_wait_for_entry (room, "你好");
  passage = hs_session_find_passage (stage.session, room, entry);
  g_assert_true (passage != NULL && passage == hs_session_get_newest_passage (stage.session, room));
  facts = hs_passage_get_facts (passage);
  g_assert_true (facts->own && facts->line == NULL);
  g_assert_cmpstr (facts->text, ==, "你好");
  g_signal_connect (passage, "moved", G_CALLBACK (count), &moved);

  stage_wait_until (facts->line != NULL);
  g_assert_cmpmem (facts->line, facts->len, stage.last, strlen (stage.last));
  g_assert_cmpuint (facts->end, ==, stage.offset);
  g_assert_cmpuint (facts->begin, ==, stage.offset - strlen (stage.last));
  g_assert_true (facts->awaits_accepted && facts->sent > 0 && facts->acknowledged == 0);
  hs_session_acknowledged (stage.session, stage.offset - 1);
  g_assert_cmpint (facts->acknowledged, ==, 0);
  hs_session_acknowledged (stage.session, stage.offset);
  g_assert_cmpint (facts->acknowledged, >=, facts->sent);

  echo = g_strdup_printf ("@label=h1 :Ana!a@h PRIVMSG #r :你好");
  server_says (&stage, echo, 100, 1);
  g_assert_cmpint (facts->accepted, ==, 777);
  g_assert_cmpuint (moved, ==, 3);

  /* The list has let go of it and made it anew. */
  stage_wait_until (hs_entry_get_id (entry) != 0);
  other = hs_entry_new ();
  g_assert_null (hs_session_find_passage (stage.session, room, other));
  hs_entry_set_data (other, &(HsEntryData){ .id = hs_entry_get_id (entry) });
  g_assert_true (hs_session_find_passage (stage.session, room, other) == passage);
  stage_clear (&stage);
}

static void
test_received (void)
{
  static const char line[] = ":Bo!b@h PRIVMSG #r :one 😀";
  Stage stage;
  HsRoom *room;
  HsPassage *passage;
  const HsPassageFacts *facts;
  g_autoptr (HsEntry) entry = NULL;

  stage_init (&stage);
  room = join_room (&stage);
  server_says (&stage, line, 4000, 3);
  entry = stage_wait_for_entry (room, "one 😀");
  passage = hs_session_find_passage (stage.session, room, entry);
  g_assert_nonnull (passage);
  facts = hs_passage_get_facts (passage);
  g_assert_false (facts->own);
  g_assert_cmpuint (facts->begin, ==, 4000);
  g_assert_cmpuint (facts->end, ==, 4000 + strlen (line) + 2);
  g_assert_cmpuint (facts->reads, ==, 3);
  g_assert_cmpint (facts->received, ==, 777);
  g_assert_cmpmem (facts->line, facts->len - 2, line, strlen (line));
  g_assert_cmpmem (facts->line + facts->len - 2, 2, "\r\n", 2);
  g_assert_null (hs_session_get_newest_passage (stage.session, room));
  stage_clear (&stage);
}

/* What goes out is not what was typed, and nobody says that he has taken it. */
static void
test_plain (void)
{
  Stage stage;
  HsRoom *room;
  const HsPassageFacts *facts;

  stage_init (&stage);
  stage.ends = "\n";
  hs_session_begin_plain (stage.session, "peer");
  room = hs_session_find_room (stage.session, "peer");
  g_assert_true (hs_session_say (stage.session, room, "hi", NULL));
  facts = hs_passage_get_facts (hs_session_get_newest_passage (stage.session, room));
  stage_wait_until (facts->line != NULL);
  g_assert_cmpmem (facts->line, facts->len, "hi\n", 3);
  g_assert_cmpuint (facts->end, ==, 3);
  g_assert_false (facts->awaits_accepted);
  stage_clear (&stage);
}

/* A deleted message leaves nothing of what it said, own or not, in any list. */
static void
test_redacted (void)
{
  static const char line[] = "@msgid=m7 :Bo!b@h PRIVMSG #r :a secret";
  Stage stage;
  HsRoom *room;
  HsPassage *theirs, *own, *other;
  guint moved = 0;
  g_autoptr (HsEntry) entry = NULL, kept = NULL, mine = NULL;

  stage_init (&stage);
  room = join_room (&stage);
  server_says (&stage, line, 4000, 1);
  server_says (&stage, "@msgid=m8 :Bo!b@h PRIVMSG #r :no secret", 4100, 1);
  entry = stage_wait_for_entry (room, "a secret");
  kept = stage_wait_for_entry (room, "no secret");
  theirs = hs_session_find_passage (stage.session, room, entry);
  other = hs_session_find_passage (stage.session, room, kept);
  g_assert_true (hs_session_say (stage.session, room, "my secret", NULL));
  mine = stage_wait_for_entry (room, "my secret");
  own = hs_session_get_newest_passage (stage.session, room);
  stage_wait_until (hs_passage_get_facts (own)->line != NULL);
  server_says (&stage, "@label=h1;msgid=m9 :Ana!a@h PRIVMSG #r :my secret", 4200, 1);
  g_signal_connect (theirs, "moved", G_CALLBACK (count), &moved);

  server_says (&stage, ":Bo!b@h REDACT #r m7", 4300, 1);
  server_says (&stage, ":Ana!a@h REDACT #r m9", 4300, 1);
  g_assert_true (hs_passage_get_facts (theirs)->redacted && hs_passage_get_facts (own)->redacted);
  g_assert_cmpuint (moved, ==, 1);
  g_assert_cmpstr (hs_passage_get_facts (theirs)->text, ==, "");
  g_assert_null (hs_passage_get_facts (theirs)->line);
  g_assert_null (hs_passage_get_facts (own)->line);
  g_assert_cmpuint (hs_passage_get_facts (own)->len, ==, 0);
  g_assert_false (hs_passage_get_facts (other)->redacted);
  g_assert_nonnull (hs_passage_get_facts (other)->line);
  stage_clear (&stage);
}

/* What is kept has an end, by number and by bytes. */
static void
test_bounded (void)
{
  Stage stage;
  HsRoom *room;
  g_autoptr (HsEntry) first = NULL, last = NULL;

  stage_init (&stage);
  room = join_room (&stage);
  for (guint i = 0; i <= HS_PASSAGES_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf (":Bo!b@h PRIVMSG #r :n%u", i);

      server_says (&stage, line, i, 1);
    }
  last = stage_wait_for_entry (room, "n512");
  g_assert_nonnull (hs_session_find_passage (stage.session, room, last));
  stage_fence (stage.store);
  first = stage_wait_for_entry (room, "n0");
  g_assert_null (hs_session_find_passage (stage.session, room, first));
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/passage/own", test_own);
  g_test_add_func ("/client/passage/received", test_received);
  g_test_add_func ("/client/passage/plain", test_plain);
  g_test_add_func ("/client/passage/redacted", test_redacted);
  g_test_add_func ("/client/passage/bounded", test_bounded);
  return g_test_run ();
}
