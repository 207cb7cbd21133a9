/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session is told lines and what it answers and shows is compared; no socket, no server. */
#include "client-stage.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "hs-limits.h"
#include "hs-view.h"

/* One row a case. In a script every line is one of
 *   < line       the server says it
 *   > pattern    the session's next line matches it ('*' any, '?' one)
 *   " room text  a person types text there
 *   ! word       something happens: ack, lost, closed, typing, quit, again TEXT, addressed ROOM
 * At the end nothing more may have been said, and what is seen is as expected. */
typedef struct
{
  const char *path;
  const char *script;
  const char *expected;
} Case;

typedef struct
{
  HsStore *store;
  HsSession *session;
  GQueue out; /* lines without CR LF */
  guint64 offset;
  gboolean leaves;
} Stage;

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Stage *stage = user_data;

  g_auto (GStrv) lines = g_strsplit (data, "\r\n", -1);

  g_assert_true (g_str_has_suffix (data, "\r\n"));
  for (guint i = 0; lines[i + 1] != NULL; i++)
    g_queue_push_tail (&stage->out, g_strdup (lines[i]));
  return stage->offset += len;
}

static void
on_leave (HsSession *session, Stage *stage)
{
  stage->leaves = TRUE;
}

static void
stage_open (Stage *stage, const char *path, const char *name, gboolean hosted)
{
  g_queue_init (&stage->out);
  stage->offset = 0;
  stage->leaves = FALSE;
  stage->store = hs_store_new (path);
  stage->session = hs_session_new (stage->store, "test", "irc.test", name, hosted);
  g_signal_connect (stage->session, "leave-requested", G_CALLBACK (on_leave), stage);
  hs_session_set_send (stage->session, on_send, stage);
  hs_session_begin_irc (stage->session, NULL);
}

static void
stage_start (Stage *stage, const char *name, gboolean hosted)
{
  stage_open (stage, ":memory:", name, hosted);
}

/* Another session, whose store is a file. */
static void
stage_use_store (Stage *stage, const char *path)
{
  g_object_unref (stage->session);
  hs_store_close (stage->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (stage->store);
  g_queue_clear_full (&stage->out, g_free);
  stage_open (stage, path, "Ana", FALSE);
}

static void
stage_end (Stage *stage)
{
  g_queue_clear_full (&stage->out, g_free);
  g_object_unref (stage->session);
  hs_store_close (stage->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (stage->store);
}

static void
expect_line (Stage *stage, const char *pattern)
{
  g_autofree char *line = NULL;

  stage_wait_until (!g_queue_is_empty (&stage->out));
  line = g_queue_pop_head (&stage->out);
  if (!g_pattern_match_simple (pattern, line))
    g_error ("expected “%s”, said “%s”", pattern, line);
}

static void
server_says (Stage *stage, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (stage->session, copy, strlen (copy));
}

static void
person_types (Stage *stage, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strcompress (words[1]);

  if (!hs_session_say (stage->session, hs_session_find_room (stage->session, words[0]), text, &error))
    g_queue_push_tail (&stage->out, g_strdup_printf ("error: %s", error->message));
}

static void
happens (Stage *stage, const char *what)
{
  HsRoom *room = hs_session_find_room (stage->session, "#a");

  stage_fence (stage->store);
  if (strcmp (what, "ack") == 0)
    {
      hs_session_written (stage->session, stage->offset);
      hs_session_acknowledged (stage->session, stage->offset);
    }
  else if (strcmp (what, "lost") == 0)
    hs_session_ended (stage->session, "Lost.");
  else if (strcmp (what, "closed") == 0)
    hs_session_ended (stage->session, NULL);
  else if (strcmp (what, "back") == 0)
    {
      stage->offset = 0;
      hs_session_set_send (stage->session, on_send, stage);
      hs_session_begin_irc (stage->session, NULL);
    }
  else if (g_str_has_prefix (what, "addressed "))
    hs_session_join_addressed (stage->session, what + strlen ("addressed "));
  else if (strcmp (what, "typing") == 0)
    hs_session_set_typing (stage->session, room, TRUE);
  else if (strcmp (what, "typed") == 0)
    hs_session_set_typing (stage->session, room, FALSE);
  else if (strcmp (what, "read") == 0)
    hs_session_mark_read (stage->session, room);
  else if (g_str_has_prefix (what, "again "))
    {
      g_autofree char *text = g_strcompress (what + strlen ("again "));
      g_autoptr (HsEntry) entry = stage_wait_for_entry (room, text);

      g_assert_true (hs_session_send_again (stage->session, room, entry, NULL));
    }
  else
    g_assert_not_reached ();
}

static void
run_script (Stage *stage, const char *script)
{
  g_auto (GStrv) lines = g_strsplit (script, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    switch (lines[i][0])
      {
      case '<': server_says (stage, lines[i] + 2); break;
      case '>': expect_line (stage, lines[i] + 2); break;
      case '"': person_types (stage, lines[i] + 2); break;
      case '!': happens (stage, lines[i] + 2); break;
      default: g_assert_cmpstr (lines[i], ==, ""); break;
      }
}

/* A foreign server that knows all we use, and one that knows nothing. */
#define MODERN \
  "> CAP LS 302\n> NICK Ana\n> USER handshake 0 * Ana\n" \
  "< :s CAP * LS * :message-tags server-time sasl=PLAIN\n< :s CAP * LS :echo-message batch labeled-response extended-join\n" \
  "> CAP REQ :message-tags server-time echo-message batch labeled-response extended-join\n" \
  "< :s CAP * ACK :message-tags server-time echo-message batch labeled-response extended-join\n> CAP END\n" \
  "< :s 001 Ana :Welcome\n< :s 005 Ana NETWORK=Test PREFIX=(ov)@+ CHANMODES=b,k,l,imnt :are supported\n" \
  "< @time=2026-01-02T03:04:05.678Z :Ana!u@h JOIN #a * :Ana\n" \
  "< :s 353 Ana = #a :@Ana +bo 李伟\n< :s 366 Ana #a :End\n> WHO #a\n< :s 315 Ana #a :End\n"
#define OLD \
  "> CAP LS 302\n> NICK Ana\n> USER handshake 0 * Ana\n" \
  "< :s 421 * CAP :Unknown command\n< :s 001 Ana :Welcome\n< :Ana!u@h JOIN #a\n< :s 353 Ana = #a :Ana bo\n< :s 366 Ana #a :End\n> WHO #a\n"
/* Takes messages of several lines. */
#define LINES \
  "> CAP LS 302\n> NICK Ana\n> USER handshake 0 * Ana\n< :s CAP * LS :batch draft/multiline=max-lines=4,max-bytes=2000 echo-message message-tags\n" \
  "> CAP REQ :message-tags echo-message batch draft/multiline\n< :s CAP * ACK :message-tags echo-message batch draft/multiline\n> CAP END\n" \
  "< :s 001 Ana :Welcome\n< :Ana!u@h JOIN #a\n< :s 353 Ana = #a :Ana bo\n< :s 366 Ana #a :End\n> WHO #a\n"
#define IN_LINES "#a “#a”\n  Ana own\n  bo\n"
#define MEMBERS "  Ana own rank 2\n  bo rank 1\n  李伟\n"
#define ROOM "#a “#a”\n" MEMBERS

static const Case cases[] = {
  { "welcome", MODERN, ROOM },
  { "message",
    MODERN "< @time=2026-01-02T03:04:06.000Z;msgid=1 :bo!u@h PRIVMSG #a :hello 你好 👋",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> hello 你好 👋\n" },
  { "message/twice-with-one-msgid",
    MODERN "< @msgid=1 :bo!u@h PRIVMSG #a :once\n< @msgid=1 :bo!u@h PRIVMSG #a :once\n< @msgid=2 :bo!u@h PRIVMSG #a :twice",
    "#a “#a” unread 2/0\n" MEMBERS "    message <bo> once\n    message <bo> twice\n" },
  { "message/mention",
    MODERN "< :bo!u@h PRIVMSG #a :ana: look\n< :bo!u@h PRIVMSG #a :Banana",
    "#a “#a” unread 2/1\n" MEMBERS "    message mention <bo> ana: look\n    message <bo> Banana\n" },
  { "message/read",
    MODERN "< :bo!u@h PRIVMSG #a :one\n! read\n< :bo!u@h PRIVMSG #a :two",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> one\n    message <bo> two\n" },
  { "message/action-and-notice",
    MODERN "< :bo!u@h PRIVMSG #a :\001ACTION waves\001\n< :bo!u@h NOTICE #a :by the way",
    "#a “#a” unread 1/0\n" MEMBERS "    action <bo> waves\n    notice <bo> by the way\n" },
  { "message/formatting-codes",
    MODERN "< :bo!u@h PRIVMSG #a :\002bold\002 \00304,05red\003 \x1fx\x0f\aend 3,4",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> bold red xend 3,4\n" },
  { "message/controls",
    MODERN "< :bo!u@h PRIVMSG #a :\x1b[01;31mred\x1b[0m\a \x1b]no\x7f\xc2\x85\tend\x1b[",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> red ]no\tend\n" },
  { "message/ctcp", MODERN "< :bo!u@h PRIVMSG Ana :\001ping 12 3\001\n> NOTICE bo :\001PING 12 3\001\n< :bo!u@h PRIVMSG Ana :\001VERSION\001", ROOM },
  { "message/ctcp-version", MODERN "< :bo!u@h PRIVMSG Ana :\001VERSION\n> NOTICE bo :\001VERSION Handshake *\001", ROOM },
  { "message/ctcp-unanswered",
    MODERN "< :bo!u@h PRIVMSG #a :\001VERSION\001\n< :bo!u@h PRIVMSG Ana :\001TIME\001\n< :bo!u@h PRIVMSG Ana :\001\001\n"
           "< :bo!u@h NOTICE Ana :\001VERSION x\001\n< :s.x PRIVMSG Ana :\001VERSION\001",
    ROOM "* “Test”\n    info <> VERSION\n" },
  { "message/private",
    MODERN "< :bo!u@h PRIVMSG Ana :psst",
    ROOM "bo “bo” unread 1/0\n  bo\n    message <bo> psst\n" },
  { "message/invalid-utf8",
    MODERN "< :bo!u@h PRIVMSG #a :caf\xe9",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> caf\357\277\275\n" },
  { "message/statusmsg",
    MODERN "< :bo!u@h PRIVMSG @#a :ops only",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> ops only\n" },
  { "ping", MODERN "< PING :abc\n> PONG abc", ROOM },
  { "presence/folded",
    MODERN "< :eva!u@h JOIN #a * :Eva\n< :bo!u@h PART #a :bye\n< :eva!u@h QUIT :gone",
    "#a “#a”\n  Ana own rank 2\n  李伟\n    presence <Eva> +Eva|-bo|-Eva\n" },
  { "presence/nick",
    MODERN "< :bo!u@h NICK rob",
    "#a “#a”\n  Ana own rank 2\n  rob rank 1\n  李伟\n    presence <bo> bo>rob\n" },
  { "presence/own-nick",
    MODERN "\" #a /nick 安娜\n> NICK 安娜\n< :Ana!u@h NICK 安娜\n\" #a hi\n> *PRIVMSG #a hi",
    "#a “#a”\n  安娜 own rank 2\n  bo rank 1\n  李伟\n    presence <Ana> Ana>安娜\n    message pending <安娜> hi\n" },
  { "presence/kick",
    MODERN "< :bo!u@h KICK #a 李伟 :enough",
    "#a “#a”\n  Ana own rank 2\n  bo rank 1\n    event <bo> bo removed 李伟 from the room: enough\n" },
  { "presence/kicked",
    MODERN "< :bo!u@h KICK #a Ana :enough\n\" #a hi\n> error: You are not in this room*",
    "#a “#a” left\n    event <bo> bo removed you from the room: enough\n" },
  { "presence/kick-without-a-reason",
    MODERN "< :bo!u@h KICK #a 李伟 :bo\n< :bo!u@h KICK #a Ana",
    "#a “#a” left\n    event <bo> bo removed 李伟 from the room\n    event <bo> bo removed you from the room\n" },
  { "presence/away",
    MODERN "< :bo!u@h AWAY :tea\n< :李伟!u@h AWAY\n",
    "#a “#a”\n  Ana own rank 2\n  bo rank 1 away\n  李伟\n" },
  { "topic",
    MODERN "< :bo!u@h TOPIC #a :new words\n\" #a /topic mine\n> TOPIC #a mine",
    "#a “#a” topic “new words”\n" MEMBERS "    event <bo> bo set the topic: new words\n" },
  { "topic/on-join", MODERN "< :s 332 Ana #a :old words\n< :s 333 Ana #a bo 1", "#a “#a” topic “old words”\n" MEMBERS },
  { "topic/removed",
    MODERN "< :s 332 Ana #a :old words\n< :bo!u@h TOPIC #a :",
    ROOM "    event <bo> bo removed the topic\n" },
  { "mode",
    MODERN "< :Ana!u@h MODE #a +o-v+bl bo bo *!*@x 5\n",
    "#a “#a”\n  Ana own rank 2\n  bo rank 2\n  李伟\n    event <Ana> Ana made bo an operator\n    event <Ana> Ana took bo’s voice\n"
    "    event <Ana> Ana banned x\n    event <Ana> Ana set the most people the room takes: 5\n" },
  { "mode/in-words",
    MODERN "< :bo!u@h MODE #a +imk-b secret 李伟!*@*\n< :bo!u@h MODE #a -imk+sb * a*!*@*\n< :bo!u@h MODE #a +iiii-+t",
    ROOM "    event <bo> bo keeps the room for invited people\n    event <bo> bo moderates the room: only those with a voice may speak\n"
         "    event <bo> bo set a key for the room\n    event <bo> bo lifted the ban on 李伟\n"
         "    event <bo> bo opened the room to everybody\n    event <bo> bo lets everybody speak\n    event <bo> bo removed the room’s key\n"
         "    event <bo> bo banned a*!*@*\n    event <bo> bo changed the room’s settings: +s\n"
         "    event <bo> bo keeps the room for invited people\n    event <bo> bo lets only operators set the topic\n" },
  { "mode/told-when-asked-for",
    MODERN "\" #a /mode\n> MODE #a\n< :s 324 Ana #a +ikl secret 20\n< :s 324 Ana #a +n", ROOM "    info <> This room’s settings: +ikl\n" },
  { "moderation/kick", MODERN "\" #a /kick bo too loud\n> KICK #a bo :too loud\n\" #a /kick 李伟\n> KICK #a 李伟", ROOM },
  { "moderation/ban",
    MODERN "< :s 352 Ana #a u 10.0.0.9 s bo H :0 bo\n\" #a /ban bo\n> MODE #a +b *@10.0.0.9\n\" #a /ban 李伟\n> MODE #a +b 李伟!?@?\n"
           "\" #a /ban *!*@evil\n> MODE #a +b *!*@evil\n\" #a /unban bo\n> MODE #a -b *@10.0.0.9",
    ROOM },
  { "moderation/rank",
    MODERN "\" #a /op bo\n> MODE #a +o bo\n\" #a /deop bo\n> MODE #a -o bo\n\" #a /voice 李伟\n> MODE #a +v 李伟\n\" #a /devoice 李伟\n> MODE #a -v 李伟", ROOM },
  { "moderation/mute-unknown", MODERN "\" #a /mute bo\n> error: This server cannot mute single people.", ROOM },
  { "moderation/mute",
    MODERN "< :s 005 Ana CHANMODES=bq,k,l,imnt :are supported\n\" #a /mute bo\n> MODE #a +q bo!?@?\n\" #a /unmute bo\n> MODE #a -q bo!?@?\n"
           "< :Ana!u@h MODE #a +q-q bo!*@* bo!*@*",
    ROOM "    event <Ana> Ana muted bo\n    event <Ana> Ana lets bo speak again\n" },
  { "moderation/mode", MODERN "\" #a /mode +kl open 12\n> MODE #a +kl open 12\n\" #a /mode +k :x\n> error: This has to be one word.", ROOM },
  { "moderation/elsewhere",
    MODERN "< :bo!u@h PRIVMSG Ana :psst\n\" bo /kick bo\n> error: This is for rooms of many people.\n\" #a /invite eva #zz\n> error: There is no such room here.",
    ROOM "bo “bo” unread 1/0\n  bo\n    message <bo> psst\n" },
  { "invite", MODERN "\" #a /invite eva\n> INVITE eva #a\n< :s 341 Ana eva #a\n< :bo!u@h INVITE rob #a",
    ROOM "    info <> eva is invited to #a.\n    info <> bo invites rob to #a\n" },
  /* A room's name may be kept for another as a nick's may. */
  { "refused/room-unavailable", MODERN "< :s 437 Ana #a :The name is kept", ROOM "    info <> The name is kept\n" },
  { "refused/in-words",
    MODERN "< :s 482 Ana #zz :You're not channel operator\n< :s 441 Ana eva #a :They aren't on that channel\n< :s 443 Ana bo #a :is already\n"
           "< :s 474 Ana #b :Cannot join channel (+b)\n< :s 475 Ana #b :Cannot join channel (+k)\n< :s 482 Ana #a :The host rules\n"
           "< :s 421 Ana FOO :Unknown command\n< :s 401 Ana :No such nick\n< :s 499 Ana #a :Novel",
    ROOM "    info <> eva is not in #a.\n    info <> bo is in #a already.\n    info <> The host rules\n    info <> Novel\n"
    "* “Test”\n    info <> Only an operator of #zz may do that.\n    info <> You are banned from #b.\n"
    "    info <> #b has a key, and it was missing or wrong. Use /join #b KEY.\n    info <> This server does not know the command FOO.\n"
    "    info <> No such nick\n" },
  { "typing",
    MODERN "< @+typing=active :bo!u@h TAGMSG #a\n! typing\n> @+typing=active;label=aside TAGMSG #a\n! typing\n! typed\n> @+typing=done;label=aside TAGMSG #a",
    "#a “#a”\n  Ana own rank 2\n  bo rank 1 typing\n  李伟\n" },
  { "typing/ends-with-the-message",
    MODERN "< @+typing=active :bo!u@h TAGMSG #a\n< :bo!u@h PRIVMSG #a :done",
    "#a “#a” unread 1/0\n" MEMBERS "    message <bo> done\n" },
  { "own/echo-by-label",
    MODERN "\" #a hello\n> @label=h1;+handshakechat.github.io/id=* PRIVMSG #a hello\n< @label=h1;msgid=m :Ana!u@h PRIVMSG #a :hello",
    ROOM "    message accepted <Ana> hello\n" },
  { "own/written-and-acknowledged",
    MODERN "\" #a hello\n> * PRIVMSG #a hello\n! ack",
    ROOM "    message acknowledged <Ana> hello\n" },
  { "own/two-alike",
    MODERN "\" #a hi\n\" #a hi\n> @label=h1*\n> @label=h2*\n< @label=h2 :Ana!u@h PRIVMSG #a :hi",
    ROOM "    message accepted <Ana> hi\n    message pending <Ana> hi\n" },
  { "own/refused",
    MODERN "\" #a hi\n> @label=h1*\n< @label=h1 :s 404 Ana #a :Cannot send to channel",
    ROOM "    info <> You may not speak in #a: you are muted or banned there, or only those with a voice speak.\n    message failed <Ana> hi\n" },
  { "own/me",
    MODERN "\" #a /me waves\n> * PRIVMSG #a :\001ACTION waves\001\n< @label=h1 :Ana!u@h PRIVMSG #a :\001ACTION waves\001",
    ROOM "    action accepted <Ana> waves\n" },
  { "own/slash-slash", MODERN "\" #a //etc\n> * PRIVMSG #a /etc", ROOM "    message pending <Ana> /etc\n" },
  { "own/lines", MODERN "\" #a one\\n\\ntwo\n> * PRIVMSG #a one\n> * PRIVMSG #a two",
    ROOM "    message pending <Ana> one\n    message pending <Ana> two\n" },
  { "lines/sent-as-one",
    LINES "\" #a \\n one \\n\\n  two\\n\n> @+handshakechat.github.io/id=* BATCH +m1 draft/multiline #a\n> @batch=m1 PRIVMSG #a : one\n> @batch=m1 PRIVMSG #a :\n"
          "> @batch=m1 PRIVMSG #a :  two\n> BATCH -m1\n! ack\n< @msgid=9 :Ana!u@h BATCH +x draft/multiline #a\n< @batch=x :Ana!u@h PRIVMSG #a : one\n"
          "< @batch=x :Ana!u@h PRIVMSG #a :\n< @batch=x :Ana!u@h PRIVMSG #a :  two\n< :s BATCH -x",
    IN_LINES "    message accepted <Ana>  one||  two\n" },
  { "lines/one-line-is-no-batch", LINES "\" #a one\\n\\n\n> @+handshakechat.github.io/id=* PRIVMSG #a one", IN_LINES "    message pending <Ana> one\n" },
  { "lines/more-than-the-server-takes",
    LINES "\" #a 1\\n2\\n3\\n\\n\\n\\n7\\n8\n> @* BATCH +m1 draft/multiline #a\n> @* 1\n> @* 2\n> @* 3\n> BATCH -m1\n"
          "> @* BATCH +m2 draft/multiline #a\n> @* 7\n> @* 8\n> BATCH -m2",
    IN_LINES "    message pending <Ana> 1|2|3\n    message pending <Ana> 7|8\n" },
  { "lines/action-is-no-batch",
    LINES "\" #a /me waves\\nand goes\n> * PRIVMSG #a :\001ACTION waves\001\n> * PRIVMSG #a :\001ACTION and goes\001",
    IN_LINES "    action pending <Ana> waves\n    action pending <Ana> and goes\n" },
  { "lines/heard-as-one",
    LINES "< @time=2026-01-02T03:04:06.000Z;msgid=1 :bo!u@h BATCH +7 draft/multiline #a\n< @batch=7 :bo!u@h PRIVMSG #a :hello\n< :bo!u@h PRIVMSG #a :between\n"
          "< @batch=7 :bo!u@h PRIVMSG #a :how is \n< @batch=7;draft/multiline-concat :bo!u@h PRIVMSG #a :everyone?\n< BATCH -7\n"
          "< @batch=7 :bo!u@h PRIVMSG #a :late",
    "#a “#a” unread 3/0\n  Ana own\n  bo\n    message <bo> hello|how is everyone?\n    message <bo> between\n    message <bo> late\n" },
  { "lines/heard-in-private",
    LINES "< :bo!u@h BATCH +7 draft/multiline Ana\n< @batch=7 PRIVMSG Ana :a\n< @batch=7 PRIVMSG Ana :b\n< BATCH -7\n< :bo!u@h BATCH +8 draft/multiline Ana\n< BATCH -8",
    IN_LINES "bo “bo” unread 1/0\n  bo\n    message <bo> a|b\n" },
  { "lines/never-ended", LINES "< :bo!u@h BATCH +7 draft/multiline #a\n< @batch=7 :bo!u@h PRIVMSG #a :a\n! lost", "#a “#a” left\n" },
  { "lines/refused",
    LINES "\" #a one\\ntwo\n> @* BATCH +m1 *\n> @*\n> @*\n> BATCH -m1\n< :s FAIL BATCH MULTILINE_MAX_BYTES 3 :Too much",
    IN_LINES "    info <> That was too long for one message on this server.\n    message failed <Ana> one|two\n" },
  { "refused/by-a-code-of-fail",
    LINES "\" #a hi\n> @* hi\n< :s WARN * RATE_LIMITED #a :Slow down\n< :s FAIL PRIVMSG ID_ALREADY_USED #a :Used\n< :s FAIL FOO BAR #a :Own words",
    IN_LINES "    info <> Slow down\n    info <> The server has another message under this one’s number: yours was not sent.\n    info <> Own words\n"
             "    message failed <Ana> hi\n" },
  { "lines/again-where-they-are-not-taken",
    LINES "\" #a one\\ntwo\n> @* BATCH +m1 *\n> @*\n> @*\n> BATCH -m1\n! lost\n! back\n> CAP LS 302\n> NICK Ana\n> USER*\n< :s 001 Ana :Welcome\n> JOIN #a\n"
          "< :Ana!u@h JOIN #a\n! again one\\ntwo\n> PRIVMSG #a one\n> PRIVMSG #a two\n! ack",
    "#a “#a”\n  Ana own\n    message acknowledged <Ana> one\n    message acknowledged <Ana> two\n" },
  { "lines/without-a-limit-not-asked-for",
    "> CAP LS 302\n> NICK Ana\n> USER*\n< :s CAP * LS :batch draft/multiline draft/multiline=max-lines=4\n> CAP REQ batch", "" },
  { "lines/granted-and-never-offered",
    "> CAP LS 302\n> NICK Ana\n> USER*\n< :s CAP * LS :batch\n> CAP REQ batch\n< :s CAP * ACK :batch draft/multiline\n> CAP END\n< :s 001 Ana :Welcome\n"
    "< :Ana!u@h JOIN #a\n< :s 353 Ana = #a :Ana bo\n< :s 366 Ana #a :End\n> WHO #a\n\" #a one\\ntwo\n> PRIVMSG #a one\n> PRIVMSG #a two\n! ack",
    IN_LINES "    message acknowledged <Ana> one\n    message acknowledged <Ana> two\n" },
  { "own/unknown-command", MODERN "\" #a /frobnicate x\n> error: There is no command*", ROOM },
  { "own/usage", MODERN "\" #a /msg\n> error: It is used like this: /msg NAME TEXT", ROOM },
  { "own/msg",
    MODERN "\" #a /msg bo hi there\n> * PRIVMSG bo :hi there\n< @label=h1 :Ana!u@h PRIVMSG bo :hi there",
    ROOM "bo “bo”\n  bo\n    message accepted <Ana> hi there\n" },
  { "own/quit-waits-for-the-message",
    MODERN "\" #a bye\n\" #a /quit so long\n> * PRIVMSG #a bye\n> QUIT :so long", ROOM "    message pending <Ana> bye\n" },
  { "own/without-echo",
    OLD "\" #a hi\n> PRIVMSG #a hi\n! ack", "#a “#a”\n  Ana own\n  bo\n    message acknowledged <Ana> hi\n" },
  { "lost/unconfirmed",
    MODERN "\" #a hi\n> * PRIVMSG #a hi\n! lost", "#a “#a” left\n    message unconfirmed <Ana> hi\n" },
  { "lost/back-and-again",
    MODERN "\" #a hi\n> * PRIVMSG #a hi\n! lost\n! back\n> CAP LS 302\n> NICK Ana\n> USER*\n< :s 001 Ana :Welcome\n> JOIN #a\n"
           "< :Ana!u@h JOIN #a\n! again hi\n> PRIVMSG #a hi\n! ack",
    "#a “#a”\n  Ana own\n    message acknowledged <Ana> hi\n" },
  { "lost/back-by-an-address-with-the-room",
    MODERN "! lost\n! back\n> CAP LS 302\n> NICK Ana\n> USER*\n< :s 001 Ana :Welcome\n> JOIN #a\n! addressed a\n! addressed b\n> JOIN #b", "#a “#a” left\n" },
  { "lost/told-once",
    MODERN "< :s.x NOTICE #a :Kept\n< :s.x NOTICE #a :Two are unencrypted\n! lost\n! back\n> CAP LS 302\n> NICK Ana\n> USER*\n< :s 001 Ana :Welcome\n> JOIN #a\n"
           "< :Ana!u@h JOIN #a\n< :s.x NOTICE #a :Kept\n< :s.x NOTICE #a :Two are unencrypted\n< :s.x NOTICE #a :One is",
    "#a “#a”\n  Ana own\n    info <> Kept\n    info <> Two are unencrypted\n    info <> One is\n" },
  { "nick/in-use",
    "> CAP*\n> NICK Ana\n> USER*\n< :s 433 * Ana :In use\n> NICK Ana2\n< :s 433 * Ana2 :In use\n> NICK Ana3\n< :s 001 Ana3 :Hi", "" },
  { "server/motd",
    OLD "< :s 375 Ana :- s message of the day -\n< :s 372 Ana :- one\n< :s 372 Ana :- two\n< :s 376 Ana :End",
    "#a “#a”\n  Ana own\n  bo\n* “irc.test”\n    info <> one|two\n" },
  { "server/no-such-nick",
    MODERN "\" #a /msg nobody hi\n> * PRIVMSG nobody hi\n< @label=h1 :s 401 Ana nobody :No such nick",
    ROOM "nobody “nobody”\n  nobody\n    info <> Nobody called nobody is here.\n    message failed <Ana> hi\n" },
  { "server/labelled-batch",
    MODERN "\" #a hi\n> @label=h1*\n< @label=h1 :s BATCH +x labeled-response\n< @batch=x :Ana!u@h PRIVMSG #a :hi\n< :s BATCH -x",
    ROOM "    message accepted <Ana> hi\n" },
  { "rubbish", MODERN "< \n< :\n< @\n< :s\n< 353\n< :s 353 Ana\n< PRIVMSG\n< :x PRIVMSG #a\n< :s MODE #a +ooo\n< :bo!u@h KICK #a\n< JOIN", ROOM },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  Stage stage;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, c->script);
  stage_fence (stage.store); /* a row too many would come late */
  stage_expect (stage.session, c->expected);
  if (!g_queue_is_empty (&stage.out))
    g_error ("said too much: %s", (char *) g_queue_peek_head (&stage.out));
  stage_end (&stage);
}

/* What our own server says last is known by its words. */
static void
test_farewells (void)
{
  static const struct { const char *said, *shown; } rows[] = {
    { "Closing link: the server is full (100 guests)", "The server is full." },
    { "Closing link: Ping timeout", "The server had not heard from you for too long." },
    { "This server takes encrypted connections only: join it with TLS, on this same port.", "This server takes encrypted connections only." },
    { "Closing link: Kickedness", "Kickedness" },
    { "Closing link: (a@b) K-lined", "(a@b) K-lined" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strdup_printf ("ERROR :%s", rows[i].said);
      Stage stage;

      stage_start (&stage, "Ana", FALSE);
      server_says (&stage, line);
      g_assert_cmpstr (hs_session_get_error_text (stage.session), ==, rows[i].shown);
      stage_end (&stage);
    }
}

/* A name of another script: first as it is, then in ASCII where the server wants that. */
static const struct
{
  const char *script, *pattern;
} left_cases[] = {
  { MODERN "\" #a /quit\n> QUIT*\n! closed", "#a “#a” left\n    event <Ana> You left at ??:??. Nothing was lost: every message was accepted.\n" },
  { OLD "\" #a hi\n> PRIVMSG #a hi\n! ack\n\" #a /quit\n> QUIT*\n! closed",
    "#a “#a” left\n    message acknowledged <Ana> hi\n    event <Ana> You left at ??:??. Nothing was lost: TCP acknowledged every message.\n" },
  { MODERN "\" #a hi\n> * PRIVMSG #a hi\n\" #a /quit\n> QUIT*\n! closed",
    "#a “#a” left\n    event <Ana> You left at ??:??. Messages not confirmed: 1.\n    message unconfirmed <Ana> hi\n" },
};

/* Whoever leaves is told what became of the messages; whoever is thrown out reads that elsewhere. */
static void
test_left (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (left_cases); i++)
    {
      Stage stage;
      g_autofree char *all = NULL;

      stage_start (&stage, "Ana", FALSE);
      run_script (&stage, left_cases[i].script);
      stage_fence (stage.store);
      all = stage_describe (stage.session);
      if (!g_pattern_match_simple (left_cases[i].pattern, all))
        g_error ("expected “%s”, seen “%s”", left_cases[i].pattern, all);
      stage_end (&stage);
    }
}

static void
test_erroneous_nick (void)
{
  Stage stage;

  stage_start (&stage, "Ana María Fernández", FALSE);
  run_script (&stage, "> CAP LS 302\n> NICK Ana_María_Fernández\n> USER handshake 0 * :Ana María Fernández\n< :s 432 * x :Erroneous\n> NICK Ana_Mar*\n"
                      "< :s 432 * x :Too long\n> NICK Ana_Mar?\n< :s 433 * x :In use\n> NICK Ana_Mar*2\n< :s 432 * x :I do not like you");
  g_assert_true (g_queue_is_empty (&stage.out));
  g_assert_cmpstr (hs_session_get_error_text (stage.session), ==, "This server takes no name that can be made of yours.");
  stage_end (&stage);
}

/* On our servers the shown name is the name, the nick is derived, and rooms have titles. */
static void
test_hosted (void)
{
  Stage stage;

  stage_start (&stage, "Ana María", TRUE);
  run_script (&stage, "> CAP LS 302\n> NICK Ana_María\n> USER handshake 0 * :Ana María\n"
                      "< :s CAP * LS :message-tags echo-message labeled-response extended-join setname\n> CAP REQ*\n"
                      "< :s CAP * ACK :message-tags echo-message labeled-response extended-join setname\n> CAP END\n"
                      "< :s 001 Ana_María :Welcome\n< :Ana_María!u@h JOIN #lobby * :Ana María\n"
                      "< :s 353 Ana_María = #lobby :@Ana_María\n< :s 366 Ana_María #lobby :End\n> WHO #lobby\n"
                      "< :s 352 Ana_María #lobby u h s Ana_María H@ :0 Ana María\n"
                      "< :李_伟!u@h JOIN #lobby * :李 伟\n> WHO 李_伟\n< :李_伟!u@h PRIVMSG #lobby :Ana María, 你好\n"
                      "< :guest-1!plain@h JOIN #lobby * :guest-1\n< :guest-1!u@h PRIVMSG #lobby :from a script\n"
                      "\" #lobby /nick Bea\n> SETNAME Bea\n> NICK Bea\n< :Ana_María!u@h SETNAME :Bea\n< :Ana_María!u@h NICK Bea");
  stage_expect (stage.session, "#lobby “Lobby” unread 2/1\n  Bea own rank 2\n  李_伟 (李 伟)\n  guest-1 plain\n"
                               "    presence <李 伟> +李 伟\n    message mention <李 伟> Ana María, 你好\n"
                               "    presence plain <guest-1> +guest-1\n    message plain <guest-1> from a script\n"
                               "    presence <Ana María> Ana María>Bea\n");
  g_assert_true (g_queue_is_empty (&stage.out));
  stage_end (&stage);
}

static void
on_invited (HsSession *session, const char *room, const char *sentence, GString *told)
{
  g_string_append_printf (told, "%s|%s\n", room, sentence);
}

/* Asked in, sent away, and what an operator is offered. */
static void
test_moderation (void)
{
  Stage stage;
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *unknown = NULL, *address = NULL, *name = NULL;
  HsRoom *room;

  stage_start (&stage, "Ana", FALSE);
  g_signal_connect (stage.session, "invited", G_CALLBACK (on_invited), told);
  run_script (&stage, MODERN "< :bo!u@h INVITE Ana #b\n< :bo!u@h INVITE Ana bo\n");
  g_assert_cmpstr (told->str, ==, "#b|bo invites you to #b\n");
  room = hs_session_find_room (stage.session, "#a");
  g_assert_true (hs_session_may_moderate (stage.session, room));
  g_assert_true (hs_session_has_rank_mode (stage.session, 'v') && !hs_session_has_rank_mode (stage.session, 'h'));
  address = hs_session_make_mask (stage.session, "bo", HS_BAN_ADDRESS);
  g_assert_cmpstr (address, ==, "*!*@h");
  unknown = hs_session_make_mask (stage.session, "李伟", HS_BAN_ADDRESS);
  g_assert_null (unknown);
  name = hs_session_make_mask (stage.session, "李伟", HS_BAN_NAME);
  g_assert_cmpstr (name, ==, "李伟!*@*");
  g_assert_false (hs_session_kick (stage.session, room, "two words", NULL, &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE);
  hs_session_ask_modes (stage.session, room);
  hs_session_ask_modes (stage.session, room);
  run_script (&stage, "> MODE #a\n< :s 324 Ana #a +ikl secret 20");
  g_assert_cmpstr (hs_room_get_modes (room), ==, "ikl");
  g_assert_cmpstr (hs_room_get_key (room), ==, "secret");
  g_assert_cmpuint (hs_room_get_limit (room), ==, 20);
  run_script (&stage, "< :bo!u@h MODE #a -o Ana");
  g_assert_false (hs_session_may_moderate (stage.session, room));
  g_assert_null (hs_session_get_removal (stage.session, room));
  run_script (&stage, "< :bo!u@h KICK #a Ana :enough");
  g_assert_cmpstr (hs_session_get_removal (stage.session, room), ==, "bo removed you from the room: enough");
  g_clear_error (&error);
  g_assert_false (hs_session_set_mode (stage.session, room, 'm', TRUE, NULL, &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_NOT_CONNECTED);
  g_assert_true (g_queue_is_empty (&stage.out));
  stage_end (&stage);
}

/* No line longer than 512 bytes reaches the others, and no character is broken. */
static void
test_long_message (void)
{
  Stage stage;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) together = g_string_new (NULL);

  for (guint i = 0; i < 500; i++)
    g_string_append (text, i % 7 == 0 ? "👋" : "你");
  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, OLD);
  g_assert_true (hs_session_say (stage.session, hs_session_find_room (stage.session, "#a"), text->str, NULL));
  stage_wait_until (g_queue_get_length (&stage.out) == 4);
  while (!g_queue_is_empty (&stage.out))
    {
      g_autofree char *line = g_queue_pop_head (&stage.out);
      const char *words = line + strlen ("PRIVMSG #a ");

      g_assert_cmpuint (strlen (":Ana!u@h ") + strlen (line) + 2, <=, 512);
      g_assert_true (g_utf8_validate (line, -1, NULL));
      g_string_append (together, *words == ':' ? words + 1 : words);
    }
  g_assert_cmpstr (together->str, ==, text->str);
  stage_end (&stage);
}

/* The disk is full for a while: what it did not take failed, and stands before what was said later. */
static void
test_disk_fills (void)
{
  g_autofree char *directory = g_dir_make_tmp ("hs-session-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "history.db", NULL);
  struct rlimit full = { 0 }, room;
  Stage stage;

  stage_start (&stage, "Ana", FALSE);
  stage_use_store (&stage, path);
  run_script (&stage, LINES);
  stage_fence (stage.store);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &room));
  full.rlim_max = room.rlim_max;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &full));
  run_script (&stage, "\" #a lost\n");
  stage_fence (stage.store);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &room));
  stage_expect (stage.session, IN_LINES "    message failed <Ana> lost\n");
  run_script (&stage, "\" #a kept\n> @* kept\n< @msgid=1 :Ana!u@h PRIVMSG #a kept\n");
  stage_expect (stage.session, IN_LINES "    message failed <Ana> lost\n    message accepted <Ana> kept\n");
  stage_end (&stage);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const endings[] = { "", "-wal", "-shm" };
      g_autofree char *file = g_strconcat (path, endings[i], NULL);

      g_remove (file);
    }
  g_assert_no_errno (g_rmdir (directory));
}

/* One message, however long, as long as the server's limits hold; nothing of it is lost or torn. */
static void
test_long_batches (void)
{
  Stage stage;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) together = g_string_new (NULL);
  guint n_batches = 0, n_lines = 0;

  for (guint i = 0; i < 500; i++)
    g_string_append (text, i % 7 == 0 ? "👨‍👩‍👧‍👦" : i % 50 == 0 ? " " : "e\u0301");
  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, LINES);
  g_assert_true (hs_session_say (stage.session, hs_session_find_room (stage.session, "#a"), text->str, NULL));
  stage_wait_until (hs_session_find_room (stage.session, "#a") != NULL && g_queue_get_length (&stage.out) >= 10);
  stage_fence (stage.store);
  while (!g_queue_is_empty (&stage.out))
    {
      g_autofree char *line = g_queue_pop_head (&stage.out);
      const char *command = *line == '@' ? strchr (line, ' ') + 1 : line;

      if (g_str_has_prefix (command, "BATCH"))
        {
          n_batches += command[6] == '+';
          n_lines = 0;
          continue;
        }
      g_assert_cmpuint (strlen (":Ana!u@h ") + strlen (command) + 2, <=, 512);
      g_assert_cmpint (strstr (line, "draft/multiline-concat ") != NULL, ==, n_lines++ > 0);
      g_assert_cmpuint (n_lines, <=, 4);
      command += strlen ("PRIVMSG #a ");
      g_assert_false (g_str_has_prefix (command, "\u0301") || g_str_has_prefix (command, "\u200d"));
      g_string_append (together, *command == ':' ? command + 1 : command);
    }
  g_assert_cmpuint (n_batches, ==, 2);
  g_assert_cmpstr (together->str, ==, text->str);
  stage_end (&stage);
}

static void
test_plain (void)
{
  Stage stage;
  char first[] = "\xef\xbb\xbf你好";
  g_autoptr (GError) error = NULL;

  stage_start (&stage, "Ana", FALSE);
  g_queue_clear_full (&stage.out, g_free);
  hs_session_begin_plain (stage.session, "10.0.0.5");
  g_assert_true (hs_session_is_plain (stage.session));
  g_assert_cmpint (hs_session_get_state (stage.session), ==, HS_SESSION_ONLINE);
  hs_session_receive_plain (stage.session, first, strlen (first));
  hs_session_receive_plain (stage.session, "a\0b\xff", 4);
  stage_expect (stage.session, "10.0.0.5 “10.0.0.5” unread 2/0\n  10.0.0.5 plain\n    message plain <10.0.0.5> 你好\n    message plain <10.0.0.5> a␀b\357\277\275\n");
  g_assert_false (hs_session_join (stage.session, "#x", &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED);
  g_assert_true (hs_session_say (stage.session, hs_session_find_room (stage.session, "10.0.0.5"), "q", NULL));
  g_assert_true (stage.leaves);
  stage_end (&stage);
}

static guint64
on_datagram (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Stage *stage = user_data;

  return stage->offset += len;
}

/* One text, one datagram: what is too long with its line ends is not sent at all. */
static void
test_datagram_length (void)
{
  static const struct { HsLineEnd end; guint n; const char *last; } rows[] = {
    { HS_LINE_END_AUTO, HS_DATAGRAM_MAX, "x" }, { HS_LINE_END_NONE, HS_DATAGRAM_MAX, "x" }, { HS_LINE_END_LF, HS_DATAGRAM_MAX - 1, "x" },
    { HS_LINE_END_CRLF, HS_DATAGRAM_MAX - 2, "x" }, { HS_LINE_END_CRLF, HS_DATAGRAM_MAX - 4, "\nx" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *most = g_strnfill (rows[i].n - 1, 'm'), *fits = g_strconcat (most, rows[i].last, NULL);
      g_autofree char *longer = g_strconcat (most, "m", rows[i].last, NULL);
      g_autoptr (GError) error = NULL;
      Stage stage;

      stage_start (&stage, "Ana", FALSE);
      g_queue_clear_full (&stage.out, g_free);
      hs_session_set_send (stage.session, on_datagram, &stage);
      hs_session_set_transport (stage.session, HS_TCP_TRANSPORT_UDP);
      hs_session_set_line_end (stage.session, rows[i].end);
      hs_session_begin_plain (stage.session, "10.0.0.5");
      g_assert_false (hs_session_say (stage.session, hs_session_find_room (stage.session, "10.0.0.5"), longer, &error));
      g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE);
      g_clear_error (&error);
      g_assert_true (hs_session_say (stage.session, hs_session_find_room (stage.session, "10.0.0.5"), fits, &error));
      g_assert_no_error (error);
      stage_end (&stage);
    }
}

/* The words written during the search for the protocol go, when a late answer says that it is IRC. */
static void
test_late_irc (void)
{
  Stage stage;

  stage_start (&stage, "Ana", FALSE);
  hs_session_begin_plain (stage.session, "10.0.0.5");
  hs_session_begin_irc (stage.session, NULL);
  g_assert_false (hs_session_is_plain (stage.session));
  g_assert_cmpuint (g_list_model_get_n_items (hs_session_get_rooms (stage.session)), ==, 0);
  stage_end (&stage);
}

static void
server_says_many (Stage *stage, guint n, const char *before, const char *between, const char *after)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%s%u%s%u%s", before, i, between, i, after);

      server_says (stage, line);
    }
}

static guint
n_rooms (Stage *stage)
{
  return g_list_model_get_n_items (hs_session_get_rooms (stage->session));
}

static gboolean
ends_with (HsRoom *room, const char *sender, const char *text)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (room));
  guint n = g_list_model_get_n_items (entries);
  g_autoptr (HsEntry) last = n > 0 ? g_list_model_get_item (entries, n - 1) : NULL;

  return last != NULL && hs_entry_is_loaded (last) && g_strcmp0 (hs_entry_get_text (last), text) == 0
         && g_strcmp0 (hs_entry_get_shown (last), sender) == 0;
}

/* Looks at the last row only: a walk over thousands would load them all. */
static void
expect_last (HsRoom *room, const char *sender, const char *text)
{
  stage_wait_until (ends_with (room, sender, text));
}

/* A server cannot open rooms without end: what does not get one is shown in the server's, and nothing is lost. */
static void
test_rooms_bounded (void)
{
  Stage stage;
  HsRoom *server;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, MODERN);
  server_says_many (&stage, 10000, ":n", "!u@h PRIVMSG Ana :text ", "");
  g_assert_cmpuint (n_rooms (&stage), ==, HS_SESSION_ROOMS_MAX + 1);
  server = hs_session_find_room (stage.session, "*");
  g_assert_cmpint (hs_room_get_kind (server), ==, HS_ROOM_SERVER);
  expect_last (server, "n9999", "text 9999");
  stage_fence (stage.store);
  g_assert_cmpuint (hs_room_get_unread (server), ==, 10000 - (HS_SESSION_ROOMS_MAX - 1));
  expect_last (hs_session_find_room (stage.session, "n0"), "n0", "text 0");

  server_says_many (&stage, 1000, ":Ana!u@h PRIVMSG m", " :mine ", "");
  server_says (&stage, ":n0!u@h NICK r0");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *line = g_strdup_printf (":r%u!u@h NICK r%u", i, i + 1);

      server_says (&stage, line);
    }
  expect_last (server, "Ana", "To m999: mine 999");
  g_assert_cmpuint (n_rooms (&stage), ==, HS_SESSION_ROOMS_MAX + 1);
  stage_end (&stage);
}

/* Rooms we did not ask for are told of once; those a person asks for open. */
static void
test_joins_bounded (void)
{
  Stage stage;
  HsRoom *server;
  g_autofree char *all = NULL;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, OLD);
  server_says_many (&stage, 2000, ":Ana!u@h JOIN #f", "x", "");
  g_assert_cmpuint (n_rooms (&stage), ==, HS_SESSION_ROOMS_MAX + 1);
  server = hs_session_find_room (stage.session, "*");
  server_says (&stage, ":bo!u@h PRIVMSG #f1999x1999 :hear me");
  expect_last (server, "bo", "To #f1999x1999: hear me");
  all = stage_describe (stage.session);
  g_assert_nonnull (strstr (all, "The server put you into #f499x499. 500 conversations"));
  g_assert_null (strstr (strstr (all, "The server put you") + 1, "The server put you"));

  run_script (&stage, "\" #a /part #f1999x1999\n> PART #f1999x1999\n< :Ana!u@h PART #f1999x1999\n\" #a /join #f1999x1999\n> JOIN #f1999x1999\n"
                      "< :Ana!u@h JOIN #F1999X1999\n< :bo!u@h PRIVMSG #f1999x1999 :at last\n\" #a /msg new hello\n> PRIVMSG new hello");
  expect_last (hs_session_find_room (stage.session, "#f1999x1999"), "bo", "at last");
  g_assert_nonnull (hs_session_find_room (stage.session, "new"));
  g_assert_nonnull (hs_session_open_person (stage.session, "another"));
  g_assert_cmpuint (n_rooms (&stage), ==, HS_SESSION_ROOMS_MAX + 4);
  stage_end (&stage);
}

/* NAMES without end, in two rooms: what is listed is bounded, and that it is incomplete is told. */
static void
test_members_bounded (void)
{
  Stage stage;
  HsRoom *a, *b;
  g_autoptr (HsEntry) told = NULL;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, OLD "< :Ana!u@h JOIN #b");
  a = hs_session_find_room (stage.session, "#a");
  b = hs_session_find_room (stage.session, "#b");
  for (guint i = 0; i < HS_SESSION_MEMBERS_MAX + 2000; i += 100)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      g_string_printf (line, ":s 353 Ana = %s :", i % 200 == 0 ? "#a" : "#b");
      for (guint k = 0; k < 100; k++)
        g_string_append_printf (line, "n%u ", i + k);
      server_says (&stage, line->str);
    }
  server_says (&stage, ":Ana!u@h JOIN #c");
  g_assert_cmpuint (hs_room_get_n_members (a) + hs_room_get_n_members (b), ==, HS_SESSION_MEMBERS_MAX);
  g_assert_cmpuint (hs_room_get_n_members (hs_session_find_room (stage.session, "#c")), ==, 1);
  told = stage_wait_for_entry (b, "There are more people in your rooms than can be listed: not everybody who is here is shown.");
  server_says (&stage, ":late!u@h JOIN #a");
  server_says (&stage, ":late!u@h PRIVMSG #a :heard all the same");
  expect_last (a, "late", "heard all the same");
  g_assert_null (hs_room_find_member (a, "late"));
  stage_end (&stage);
}

/* A message of the day without end: its beginning is shown at once, then nothing of it is kept; the next is whole again. */
static void
test_motd_bounded (void)
{
  Stage stage;
  HsRoom *server;
  g_autofree char *all = NULL;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, OLD "< :s 375 Ana :- s -");
  server_says_many (&stage, 20000, ":s 372 Ana :- line ", " and ", "");
  server = hs_session_find_room (stage.session, "*");
  g_assert_nonnull (server);
  run_script (&stage, "< :s 376 Ana :End\n< :s 375 Ana :- s -\n< :s 372 Ana :- short\n< :s 376 Ana :End");
  expect_last (server, "", "short");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (server))), ==, 2);
  all = stage_describe (stage.session);
  g_assert_cmpuint (strlen (all), <, HS_SESSION_MOTD_MAX + 1000);
  g_assert_nonnull (strstr (all, "<> line 0 and 0|line 1 and 1|"));
  g_assert_nonnull (strstr (all, "|(The server goes on; the rest was left out.)\n"));
  stage_end (&stage);
}

/* What a lost connection left half said is not the next one's. */
static void
test_motd_lost (void)
{
  Stage stage;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, OLD "< :s 372 Ana :- old\n! lost\n! back\n> CAP LS 302\n> NICK Ana\n> USER*\n< :s 001 Ana :Welcome\n> JOIN #a\n"
                          "< :s 372 Ana :- new\n< :s 376 Ana :End");
  stage_fence (stage.store);
  stage_expect (stage.session, "#a “#a” left\n* “irc.test”\n    info <> new\n");
  stage_end (&stage);
}

/* Batches that never end: the first ones still mean something, and that it is so is told once. */
static void
test_batches_bounded (void)
{
  Stage stage;
  HsRoom *room;
  g_autoptr (HsEntry) own = NULL;
  g_autofree char *all = NULL;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, MODERN "\" #a hi\n> @label=h1*");
  server_says (&stage, "@label=h1 :s BATCH +first labeled-response");
  server_says_many (&stage, 5000, "@label=x :s BATCH +", "x", " labeled-response");
  server_says (&stage, "@batch=first :Ana!u@h PRIVMSG #a :hi");
  room = hs_session_find_room (stage.session, "#a");
  own = stage_wait_for_entry (room, "hi");
  stage_wait_until (hs_entry_get_delivery (own) == HS_SENT_ACCEPTED);
  all = stage_describe (stage.session);
  g_assert_nonnull (strstr (all, "never ends them"));
  g_assert_null (strstr (strstr (all, "never ends them") + 1, "never ends them"));
  stage_end (&stage);
}

/* A server's limit may be far beyond ours, or not kept: what it says is shown all the same, in more than one message. */
static void
test_lines_bounded (void)
{
  g_autofree char *line = g_strdup_printf ("@batch=7 :bo!u@h PRIVMSG #a :%0400d", 0);
  Stage stage;
  HsRoom *room;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, LINES "< @msgid=1 :bo!u@h BATCH +7 draft/multiline #a");
  for (guint i = 0; i < 500; i++)
    server_says (&stage, line);
  server_says (&stage, ":s BATCH -7");
  room = hs_session_find_room (stage.session, "#a");
  stage_wait_until (hs_room_get_unread (room) == 500 * 401 / (HS_MULTILINE_MAX_BYTES) + 1);
  server_says_many (&stage, 5000, ":bo!u@h BATCH +", "x", " draft/multiline #a");
  server_says (&stage, "@batch=4999x4999 :bo!u@h PRIVMSG #a :one too many");
  g_object_unref (stage_wait_for_entry (room, "one too many"));
  stage_end (&stage);
}

/* All that a server says before it lets us in has no room yet: some of it waits, the rest is counted. */
static void
test_waiting_bounded (void)
{
  Stage stage;
  HsRoom *server;

  stage_start (&stage, "Ana", TRUE);
  server_says_many (&stage, 5000, ":s NOTICE * :line ", " and ", "");
  run_script (&stage, "> CAP*\n> NICK*\n> USER*\n< :s 001 Ana :Welcome\n< :Ana!u@h JOIN #lobby");
  server = hs_session_find_room (stage.session, "#lobby");
  expect_last (server, "", "The server said 4900 more lines, which were left out.");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (server))), ==, HS_SESSION_WAITING_MAX + 1);
  stage_end (&stage);
}

/* A list of capabilities in pieces without end, ours among them; when it ends after all, they are asked for. */
static void
test_caps_without_end (void)
{
  Stage stage;

  stage_start (&stage, "Ana", FALSE);
  run_script (&stage, "> CAP*\n> NICK*\n> USER*\n< :s CAP * LS * :echo-message=x");
  server_says_many (&stage, 20000, ":s CAP * LS * :cap", " sasl=PLAIN draft/cap", "");
  run_script (&stage, "< :s CAP * LS :batch\n> CAP REQ :echo-message batch\n< :s CAP * ACK :echo-message batch\n> CAP END");
  stage_end (&stage);
}

/* One of several that a server grants is that one and no other: what only servers of ours understand goes to no stranger. */
static void
test_granted_alone (void)
{
  static const struct { const char *cap; gboolean view; } rows[] = { { "chghost", FALSE }, { "draft/channel-rename", FALSE }, { HS_VIEW_CAP, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HsStore *store = hs_store_new (":memory:");
      g_autoptr (GString) out = g_string_new (NULL);
      g_autofree char *offer = g_strconcat (":s.x CAP * LS :", rows[i].cap, NULL), *grant = g_strconcat (":s.x CAP * ACK :", rows[i].cap, NULL);
      HsSession *session = hs_session_new (store, "test", "irc.test", "Ana", FALSE);

      hs_session_set_send (session, stage_gather, out);
      hs_session_begin_irc (session, NULL);
      stage_hear (session, offer);
      stage_hear (session, grant);
      stage_hear (session, ":s.x 001 Ana :Welcome");
      g_assert_cmpint (hs_session_can_view (session), ==, rows[i].view);
      g_object_unref (session);
      hs_store_close (store);
      g_object_unref (store);
    }
}

/* Who comes is marked before it has said a word; a crowd is asked about together. */
static void
test_who_has_come (void)
{
  HsStore *store = hs_store_new (":memory:");
  g_autoptr (GString) out = g_string_new (NULL);
  HsSession *session = hs_session_new (store, "test", "irc.test", "Ana", FALSE);

  hs_session_set_send (session, stage_gather, out);
  hs_session_begin_irc (session, NULL);
  stage_hear (session, ":s.x CAP * LS :" HS_VIEW_CAP);
  stage_hear (session, ":s.x CAP * ACK :" HS_VIEW_CAP);
  stage_hear (session, ":s.x 001 Ana :Welcome");
  stage_hear (session, ":Ana!u@h JOIN #a");
  stage_hear (session, ":s.x 366 Ana #a :End of /NAMES list");
  g_string_truncate (out, 0);
  stage_hear (session, ":bo!u@192.0.2.7 JOIN #a");
  g_assert_cmpstr (out->str, ==, "WHO bo\r\n");
  stage_hear (session, ":s.x 352 Ana #a u 192.0.2.7 s.x bo H :0 Bo");
  g_assert_true (hs_member_is_unencrypted (hs_room_find_member (hs_session_find_room (session, "#a"), "bo")));
  g_string_truncate (out, 0);
  stage_hear (session, ":wei!u@192.0.2.8 JOIN #a");
  stage_hear (session, ":kim!u@192.0.2.9 JOIN #a");
  g_assert_cmpstr (out->str, ==, "");
  stage_wait_until (out->len > 0);
  g_assert_cmpstr (out->str, ==, "WHO #a\r\n");
  g_object_unref (session);
  hs_store_close (store);
  g_object_unref (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/client/session/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/client/session/nick/erroneous", test_erroneous_nick);
  g_test_add_func ("/client/session/own/left", test_left);
  g_test_add_func ("/client/session/farewells", test_farewells);
  g_test_add_func ("/client/session/hosted", test_hosted);
  g_test_add_func ("/client/session/moderation", test_moderation);
  g_test_add_func ("/client/session/own/long", test_long_message);
  g_test_add_func ("/client/session/own/disk-fills", test_disk_fills);
  g_test_add_func ("/client/session/lines/long", test_long_batches);
  g_test_add_func ("/client/session/flood/lines", test_lines_bounded);
  g_test_add_func ("/client/session/plain", test_plain);
  g_test_add_func ("/client/session/datagram-length", test_datagram_length);
  g_test_add_func ("/client/session/late-irc", test_late_irc);
  g_test_add_func ("/client/session/flood/rooms", test_rooms_bounded);
  g_test_add_func ("/client/session/flood/joins", test_joins_bounded);
  g_test_add_func ("/client/session/flood/members", test_members_bounded);
  g_test_add_func ("/client/session/flood/motd", test_motd_bounded);
  g_test_add_func ("/client/session/flood/motd-lost", test_motd_lost);
  g_test_add_func ("/client/session/flood/batches", test_batches_bounded);
  g_test_add_func ("/client/session/flood/waiting", test_waiting_bounded);
  g_test_add_func ("/client/session/flood/caps", test_caps_without_end);
  g_test_add_func ("/client/session/granted-alone", test_granted_alone);
  g_test_add_func ("/client/session/who-has-come", test_who_has_come);
  return g_test_run ();
}
