/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions and an engine joined in memory hold whole conversations: no socket, no clock. */
#include "client-stage.h"

#include <string.h>

#include "hs-engine-store.h"
#include "hs-peer.h"

typedef struct _Duet Duet;

typedef struct
{
  Duet *duet;
  HsStore *store;
  HsSession *session;
  HsPeer *peer;      /* (nullable) once it is gone */
  GString *to_engine, *to_session;
  guint64 offset;
  gboolean closed;   /* by the engine */
  gboolean leaves;   /* the session asked for it */
  gboolean doubts;   /* it has sent what is to stay in doubt */
} Player;

/* What the engine asked of its store, and nobody has done. */
typedef struct
{
  HsServerStoreWork work;
  HsStoreDone done;
  gpointer data;
  GDestroyNotify destroy;
} Errand;

struct _Duet
{
  HsServerDb *db;  /* (nullable) */
  GQueue errands;
  gboolean store_stalls;
  HsServerConfig *config;
  HsEngine *engine;
  GPtrArray *players;
};

/* ---- The engine's side ---- */

static void
on_send (HsPeer *peer, HsBuf *buf, gpointer user_data)
{
  Player *player = hs_peer_get_owner (peer);

  g_string_append_len (player->to_session, buf->data, buf->len);
}

static void
on_break_write (HsPeer *peer, gpointer user_data)
{
}

static void
on_close (HsPeer *peer, guint fin_ms, gpointer user_data)
{
  ((Player *) hs_peer_get_owner (peer))->closed = TRUE;
}

static void
on_fact (HsFactKind kind, HsPeer *peer, const char *room, gpointer user_data)
{
}

static gint64
on_now (gpointer user_data)
{
  return g_get_real_time ();
}

static void
on_random (guint8 *data, gsize len, gpointer user_data)
{
  for (gsize i = 0; i < len; i++)
    data[i] = (guint8) g_random_int_range (0, 256);
}

static const HsEngineFuncs engine_funcs = { on_send, on_break_write, on_close, on_fact, on_now, on_random };

/* ---- The engine's store ---- */

static void
on_run (HsServerStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy, gpointer user_data)
{
  const Errand errand = { work, done, data, destroy };

  g_queue_push_tail (&((Duet *) user_data)->errands, g_memdup2 (&errand, sizeof errand));
}

static void
on_wake (gpointer user_data)
{
}

static void
on_ready (gpointer user_data)
{
}

static const HsEngineStore engine_store = { on_run, on_wake };

static gboolean
do_errands (Duet *duet)
{
  gboolean some = FALSE;
  Errand *errand;

  hs_engine_flush (duet->engine);
  while (!duet->store_stalls && (errand = g_queue_pop_head (&duet->errands)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      gpointer result = errand->work (duet->db, errand->data, &error);

      errand->done (result, error, errand->data);
      errand->destroy (errand->data);
      g_free (errand);
      some = TRUE;
    }
  return some;
}

/* ---- The session's side ---- */

static guint64
on_session_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Player *player = user_data;

  g_string_append_len (player->to_engine, data, len);
  player->doubts |= strstr (data, "in doubt") != NULL;
  return player->offset += len;
}

static void
on_leave (HsSession *session, Player *player)
{
  player->leaves = TRUE;
}

/* ---- Between them ---- */

static gboolean
deliver_to_engine (Player *player)
{
  gboolean some = FALSE;
  char *end;

  while (player->peer != NULL && !player->closed && (end = strstr (player->to_engine->str, "\r\n")) != NULL)
    {
      gsize len = (gsize) (end - player->to_engine->str);
      g_autofree char *line = g_strndup (player->to_engine->str, len);

      g_string_erase (player->to_engine, 0, (gssize) len + 2);
      hs_engine_receive_irc (player->duet->engine, player->peer, line, len);
      some = TRUE;
    }
  return some;
}

static gboolean
deliver_to_session (Player *player)
{
  gboolean some = FALSE;
  char *end;

  while ((end = strstr (player->to_session->str, "\r\n")) != NULL)
    {
      gsize len = (gsize) (end - player->to_session->str);
      g_autofree char *line = g_strndup (player->to_session->str, len);

      g_string_erase (player->to_session, 0, (gssize) len + 2);
      hs_session_receive_irc (player->session, line, len);
      some = TRUE;
    }
  return some;
}

static void
play (Duet *duet)
{
  gboolean some;

  do
    {
      some = FALSE;
      for (guint i = 0; i < duet->players->len; i++)
        {
          Player *player = g_ptr_array_index (duet->players, i);

          some |= deliver_to_engine (player);
          some |= deliver_to_session (player);
        }
      some |= do_errands (duet);
    }
  while (some);
}

#define play_until(duet, condition) \
  G_STMT_START \
  { \
    play (duet); \
    stage_wait_until ((play (duet), condition)); \
  } \
  G_STMT_END

static void
player_free (gpointer data)
{
  Player *player = data;

  if (player->peer != NULL)
    hs_engine_remove_peer (player->duet->engine, player->peer, "gone");
  g_object_unref (player->session);
  hs_store_close (player->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (player->store);
  g_string_free (player->to_engine, TRUE);
  g_string_free (player->to_session, TRUE);
  g_free (player);
}

static void
duet_init (Duet *duet)
{
  memset (duet, 0, sizeof *duet);
  duet->config = hs_server_config_new ();
  duet->engine = hs_engine_new (duet->config, &engine_funcs, duet);
  duet->players = g_ptr_array_new_with_free_func (player_free);
}

static void
start_engine (Duet *duet)
{
  duet->engine = hs_engine_new (duet->config, &engine_funcs, duet);
  hs_engine_open_store (duet->engine, &engine_store, duet, on_ready, duet);
  do_errands (duet);
}

/* With a store, from before the first player. */
static void
duet_init_kept (Duet *duet)
{
  duet_init (duet);
  hs_engine_free (duet->engine);
  duet->db = hs_server_db_open (":memory:", NULL);
  start_engine (duet);
}

/* Everything that the server has not stored is gone, and so are the connections. */
static void
kill_engine (Duet *duet)
{
  Errand *errand;

  for (guint i = 0; i < duet->players->len; i++)
    {
      Player *player = g_ptr_array_index (duet->players, i);

      player->peer = NULL;
      player->closed = FALSE;
      g_string_truncate (player->to_engine, 0);
      g_string_truncate (player->to_session, 0);
      hs_session_ended (player->session, "gone");
    }
  hs_engine_free (duet->engine);
  while ((errand = g_queue_pop_head (&duet->errands)) != NULL)
    {
      errand->destroy (errand->data);
      g_free (errand);
    }
  duet->store_stalls = FALSE;
  start_engine (duet);
}

static void
duet_clear (Duet *duet)
{
  g_ptr_array_unref (duet->players);
  hs_engine_free (duet->engine);
  if (duet->db != NULL)
    {
      Errand *errand;

      while ((errand = g_queue_pop_head (&duet->errands)) != NULL)
        {
          errand->destroy (errand->data);
          g_free (errand);
        }
      hs_server_db_close (duet->db);
    }
  hs_server_config_free (duet->config);
}

static void
connect_player (Player *player, const char *token)
{
  g_autofree char *refusal = NULL;

  player->peer = hs_engine_add_peer (player->duet->engine, "127.0.0.1", TRUE, player, &refusal);
  g_assert_nonnull (player->peer);
  hs_engine_set_dialect (player->duet->engine, player->peer, HS_DIALECT_IRC);
  hs_session_set_send (player->session, on_session_send, player);
  hs_session_begin_irc (player->session, token);
}

static Player *
join (Duet *duet, const char *name, const char *token)
{
  Player *player = g_new0 (Player, 1);

  player->duet = duet;
  player->to_engine = g_string_new (NULL);
  player->to_session = g_string_new (NULL);
  player->store = hs_store_new (":memory:");
  player->session = hs_session_new (player->store, "duet", "10.0.0.1", name, token != NULL);
  g_signal_connect (player->session, "leave-requested", G_CALLBACK (on_leave), player);
  g_ptr_array_add (duet->players, player);
  connect_player (player, token);
  play_until (duet, hs_session_get_state (player->session) == HS_SESSION_ONLINE
                      && hs_session_find_room (player->session, "#lobby") != NULL);
  return player;
}

static HsRoom *
lobby (Player *player)
{
  return hs_session_find_room (player->session, "#lobby");
}

static void
says (Player *player, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (!hs_session_say (player->session, lobby (player), text, &error))
    g_error ("“%s”: %s", text, error->message);
}

static HsEntry *
sees (Player *player, HsRoom *room, const char *text)
{
  HsEntry *entry = NULL;

  play_until (player->duet, (entry = stage_find_entry (room, text)) != NULL);
  return entry;
}

static HsMember *
member (Player *player, const char *nick)
{
  return hs_room_find_member (lobby (player), nick);
}

/* ---- Conversations ---- */

static void
test_talk (void)
{
  static const char *const texts[] = { "你好", "早上好！我用手机也能连上了。", "👋🏽 👨‍👩‍👧‍👦", "Ünïcödé", ":colon first", "  two spaces", "a\tb" };
  Duet duet;
  Player *ana, *wei;

  duet_init (&duet);
  ana = join (&duet, "Ana María", NULL);
  wei = join (&duet, "李伟", NULL);
  g_assert_cmpstr (hs_room_get_title (lobby (ana)), ==, "Lobby");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Player *from = i % 2 == 0 ? ana : wei;
      Player *to = i % 2 == 0 ? wei : ana;
      g_autoptr (HsEntry) sent = NULL;
      g_autoptr (HsEntry) seen = NULL;

      says (from, texts[i]);
      seen = sees (to, lobby (to), texts[i]);
      sent = sees (from, lobby (from), texts[i]);
      g_assert_cmpstr (hs_entry_get_shown (seen), ==, from == ana ? "Ana María" : "李伟");
      g_assert_false (hs_entry_is_own (seen));
      g_assert_true (hs_entry_is_own (sent));
      play_until (&duet, hs_entry_get_delivery (sent) == HS_SENT_ACCEPTED);
      play_until (&duet, hs_entry_get_id (sent) != 0);
    }
  g_assert_cmpuint (hs_room_get_unread (lobby (ana)), ==, 3);
  g_assert_cmpint (g_list_model_get_n_items (hs_room_get_members (lobby (ana))), ==, 2);
  g_assert_cmpstr (hs_member_get_shown (member (ana, "李伟")), ==, "李伟");
  g_assert_cmpstr (hs_member_get_shown (member (wei, "Ana_María")), ==, "Ana María");
  duet_clear (&duet);
}

static guint
count_entries (HsRoom *room, const char *text)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (room));
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);

      n += g_strcmp0 (hs_entry_get_text (entry), text) == 0;
    }
  return n;
}

/* Who comes later sees what was said before. */
static void
test_latecomer (void)
{
  Duet duet;
  Player *ana, *wei;
  g_autoptr (HsEntry) sent = NULL;
  g_autoptr (HsEntry) seen = NULL;

  duet_init_kept (&duet);
  ana = join (&duet, "Ana", NULL);
  says (ana, "before you came");
  sent = sees (ana, lobby (ana), "before you came");
  play_until (&duet, hs_entry_get_delivery (sent) == HS_SENT_ACCEPTED);
  wei = join (&duet, "李伟", NULL);
  seen = sees (wei, lobby (wei), "before you came");
  g_assert_false (hs_entry_is_own (seen));
  g_assert_cmpuint (hs_room_get_unread (lobby (wei)), ==, 0);
  duet_clear (&duet);
}

/* Lines that were typed together are one message for everybody, whoever comes later too; so is one that is longer than a line. */
static void
test_lines (void)
{
  g_autofree char *filler = g_strnfill (3000, 'x');
  const char *const texts[] = { "one\n\n  two\n👋🏽", filler };
  Duet duet;
  Player *ana, *wei, *late;

  duet_init_kept (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (HsEntry) sent = NULL, seen = NULL;

      says (ana, texts[i]);
      sent = sees (ana, lobby (ana), texts[i]);
      play_until (&duet, hs_entry_get_delivery (sent) == HS_SENT_ACCEPTED && hs_entry_get_id (sent) != 0);
      seen = sees (wei, lobby (wei), texts[i]);
      g_assert_cmpuint (count_entries (lobby (ana), texts[i]), ==, 1);
    }
  g_assert_cmpuint (hs_room_get_unread (lobby (wei)), ==, 2);
  late = join (&duet, "Bo", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_object_unref (sees (late, lobby (late), texts[i]));
  duet_clear (&duet);
}

/* The server is killed with a message on its way: stored but not answered, or neither. Either way it is there once, for both. */
static void
test_killed (gconstpointer data)
{
  const char *text = data;

  for (guint stored = 0; stored < 2; stored++)
    {
      Duet duet;
      Player *ana, *wei;
      g_autoptr (HsEntry) sent = NULL;
      g_autoptr (HsEntry) seen = NULL;

      g_test_message ("%s", stored ? "stored, not answered" : "not stored");
      duet_init_kept (&duet);
      ana = join (&duet, "Ana", NULL);
      wei = join (&duet, "李伟", NULL);
      duet.store_stalls = TRUE;
      says (ana, text);
      sent = sees (ana, lobby (ana), text);
      play_until (&duet, ana->doubts && ana->to_engine->len == 0 && duet.errands.length > 0);
      g_assert_cmpint (hs_entry_get_delivery (sent), !=, HS_SENT_ACCEPTED);
      if (stored)
        for (GList *l = duet.errands.head; l != NULL; l = l->next)
          ((Errand *) l->data)->work (duet.db, ((Errand *) l->data)->data, NULL);
      kill_engine (&duet);
      connect_player (ana, NULL);
      connect_player (wei, NULL);
      play_until (&duet, hs_entry_get_delivery (sent) == HS_SENT_ACCEPTED && hs_entry_get_id (sent) != 0);
      seen = sees (wei, lobby (wei), text);
      g_assert_cmpuint (count_entries (lobby (ana), text), ==, 1);
      g_assert_cmpuint (count_entries (lobby (wei), text), ==, 1);
      g_assert_cmpuint (hs_room_get_unread (lobby (wei)), ==, 1);
      duet_clear (&duet);
    }
}

static void
test_host (void)
{
  Duet duet;
  Player *host;
  const char *token = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

  duet_init (&duet);
  hs_engine_set_host_token (duet.engine, token);
  host = join (&duet, "Host", token);
  g_assert_true (hs_peer_is_host (host->peer));
  play_until (&duet, member (host, "Host") != NULL && hs_member_get_rank (member (host, "Host")) > 0);
  duet_clear (&duet);
}

static void
test_nick_collision (void)
{
  Duet duet;
  Player *first, *second;

  duet_init (&duet);
  first = join (&duet, "Ana", NULL);
  second = join (&duet, "Ana", NULL);
  g_assert_cmpstr (hs_session_get_nick (first->session), ==, "Ana");
  g_assert_cmpstr (hs_session_get_nick (second->session), ==, "Ana2");
  duet_clear (&duet);
}

static void
test_names_change (void)
{
  Duet duet;
  Player *ana, *wei;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  says (ana, "/nick 安娜 M");
  play_until (&duet, g_strcmp0 (hs_session_get_nick (ana->session), "安娜_M") == 0);
  play_until (&duet, member (wei, "安娜_M") != NULL && g_strcmp0 (hs_member_get_shown (member (wei, "安娜_M")), "安娜 M") == 0);
  duet_clear (&duet);
}

static void
test_topic (void)
{
  Duet duet;
  Player *ana, *wei;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  says (ana, "/join slides");
  play_until (&duet, hs_session_find_room (ana->session, "#slides") != NULL);
  g_assert_true (hs_session_join (wei->session, "#slides", NULL));
  play_until (&duet, hs_session_find_room (wei->session, "#slides") != NULL);
  g_assert_cmpstr (hs_room_get_title (hs_session_find_room (wei->session, "#slides")), ==, "Slides");
  g_assert_true (hs_session_set_topic (ana->session, hs_session_find_room (ana->session, "#slides"), "第十四页", NULL));
  play_until (&duet, g_strcmp0 (hs_room_get_topic (hs_session_find_room (wei->session, "#slides")), "第十四页") == 0);
  duet_clear (&duet);
}

/* Who is there follows, and who looks for the former name is led on. */
static void
test_rename (void)
{
  Duet duet;
  Player *ana, *wei, *bea;
  HsRoom *room, *same;
  GError *error = NULL;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  says (ana, "/join slides");
  play_until (&duet, hs_session_find_room (ana->session, "#slides") != NULL);
  g_assert_true (hs_session_join (wei->session, "#slides", NULL));
  play_until (&duet, hs_session_find_room (wei->session, "#slides") != NULL);
  same = hs_session_find_room (wei->session, "#slides");
  room = hs_session_find_room (ana->session, "#slides");
  g_assert_false (hs_session_can_rename_room (ana->session, lobby (ana)));
  g_assert_false (hs_session_rename_room (ana->session, lobby (ana), "hall", &error));
  g_clear_error (&error);
  g_assert_false (hs_session_rename_room (ana->session, room, " ", &error));
  g_clear_error (&error);
  g_assert_true (hs_session_rename_room (ana->session, room, "my decks", NULL));
  play_until (&duet, hs_session_find_room (wei->session, "#my-decks") != NULL);
  g_assert_true (hs_session_find_room (wei->session, "#my-decks") == same);
  g_assert_null (hs_session_find_room (wei->session, "#slides"));
  g_assert_cmpstr (hs_room_get_title (same), ==, "My-decks");
  g_assert_true (hs_room_is_joined (same));
  g_object_unref (sees (wei, same, "Ana renamed the room: it is My-decks now"));
  g_assert_true (hs_session_say (ana->session, room, "here still", NULL));
  g_object_unref (sees (wei, same, "here still"));

  bea = join (&duet, "Bea", NULL);
  g_assert_true (hs_session_join (bea->session, "slides", NULL));
  play_until (&duet, hs_session_find_room (bea->session, "#my-decks") != NULL);
  g_assert_null (hs_session_find_room (bea->session, "#slides"));
  duet_clear (&duet);
}

static void
test_typing (void)
{
  Duet duet;
  Player *ana, *wei;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  hs_session_set_typing (ana->session, lobby (ana), TRUE);
  play_until (&duet, g_strcmp0 (hs_room_get_typing (lobby (wei)), "Ana") == 0);
  says (ana, "done");
  g_object_unref (sees (wei, lobby (wei), "done"));
  g_assert_null (hs_room_get_typing (lobby (wei)));
  duet_clear (&duet);
}

static void
test_private (void)
{
  Duet duet;
  Player *ana, *wei;
  HsRoom *room;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  says (ana, "/msg 李伟 嘘");
  play_until (&duet, hs_session_find_room (wei->session, "Ana") != NULL);
  room = hs_session_find_room (wei->session, "Ana");
  g_object_unref (sees (wei, room, "嘘"));
  g_assert_cmpint (hs_room_get_kind (room), ==, HS_ROOM_PERSON);
  g_assert_true (hs_session_say (wei->session, room, "👂", NULL));
  g_object_unref (sees (ana, hs_session_find_room (ana->session, "李伟"), "👂"));
  duet_clear (&duet);
}

static void
test_part_and_quit (void)
{
  Duet duet;
  Player *ana, *wei;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  says (wei, "/join slides");
  play_until (&duet, hs_session_find_room (wei->session, "#slides") != NULL);
  g_assert_true (hs_session_part (wei->session, hs_session_find_room (wei->session, "#slides"), NULL));
  play_until (&duet, !hs_room_is_joined (hs_session_find_room (wei->session, "#slides")));
  says (wei, "晚安");
  says (wei, "/quit");
  play_until (&duet, wei->leaves && wei->closed);
  g_object_unref (sees (ana, lobby (ana), "晚安")); /* what was said before leaving arrives */
  play_until (&duet, member (ana, "李伟") == NULL);
  g_assert_cmpint (hs_session_get_state (wei->session), ==, HS_SESSION_LEAVING);
  hs_session_ended (wei->session, NULL);
  g_assert_cmpint (hs_session_get_state (wei->session), ==, HS_SESSION_OFFLINE);
  duet_clear (&duet);
}

/* The connection breaks with a message on its way; after joining again it is sent once more, and stands there once. */
static void
test_lost_and_again (void)
{
  Duet duet;
  Player *ana;
  g_autoptr (HsEntry) entry = NULL;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  says (ana, "on its way");
  entry = stage_wait_for_entry (lobby (ana), "on its way");
  stage_wait_until (strstr (ana->to_engine->str, "on its way") != NULL);
  g_string_truncate (ana->to_engine, 0); /* lost in the network */
  hs_engine_remove_peer (duet.engine, ana->peer, "reset");
  ana->peer = NULL;
  hs_session_ended (ana->session, "lost");
  g_assert_cmpint (hs_entry_get_delivery (entry), ==, HS_SENT_UNCONFIRMED);

  connect_player (ana, NULL);
  play_until (&duet, hs_session_get_state (ana->session) == HS_SESSION_ONLINE && hs_room_is_joined (lobby (ana)));
  g_assert_true (hs_session_send_again (ana->session, lobby (ana), entry, NULL));
  play_until (&duet, hs_entry_get_delivery (entry) == HS_SENT_ACCEPTED && hs_entry_get_id (entry) != 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (lobby (ana)))), ==, 1);
  duet_clear (&duet);
}

/* 1,000 messages one way: each once, in order. */
static void
test_many (void)
{
  Duet duet;
  Player *ana, *wei;
  GListModel *entries;
  guint next = 0;

  duet_init (&duet);
  ana = join (&duet, "Ana", NULL);
  wei = join (&duet, "李伟", NULL);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      says (ana, text);
    }
  entries = G_LIST_MODEL (hs_room_get_entries (lobby (wei)));
  play_until (&duet, g_list_model_get_n_items (entries) >= 1000);
  play_until (&duet, hs_room_get_unread (lobby (wei)) == 1000);
  g_object_unref (sees (wei, lobby (wei), "message 999"));
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);
      g_autofree char *text = g_strdup_printf ("message %u", next);

      play_until (&duet, hs_entry_is_loaded (entry));
      if (hs_entry_get_kind (entry) != HS_KIND_MESSAGE)
        continue;
      g_assert_cmpstr (hs_entry_get_text (entry), ==, text);
      next++;
    }
  g_assert_cmpuint (next, ==, 1000);
  duet_clear (&duet);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/duet/latecomer", test_latecomer);
  g_test_add_func ("/duet/lines", test_lines);
  g_test_add_data_func ("/duet/killed", "in doubt", test_killed);
  g_test_add_data_func ("/duet/killed/lines", "still\nin doubt", test_killed);
  g_test_add_func ("/duet/talk", test_talk);
  g_test_add_func ("/duet/host", test_host);
  g_test_add_func ("/duet/nick-collision", test_nick_collision);
  g_test_add_func ("/duet/names-change", test_names_change);
  g_test_add_func ("/duet/topic", test_topic);
  g_test_add_func ("/duet/rename", test_rename);
  g_test_add_func ("/duet/typing", test_typing);
  g_test_add_func ("/duet/private", test_private);
  g_test_add_func ("/duet/part-and-quit", test_part_and_quit);
  g_test_add_func ("/duet/lost-and-again", test_lost_and_again);
  g_test_add_func ("/duet/many", test_many);
  return g_test_run ();
}
