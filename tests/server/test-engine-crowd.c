/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said in a room one after the other reaches everybody there in that order, and those who said nothing in one piece. */
#include "stage.h"

#include "hs-limits.h"

typedef struct
{
  Stage stage;
  Guest *anna, *berta, *carla;
} Scene;

/* @caps: anna's and berta's. */
static void
scene_init (Scene *self, const char *caps)
{
  stage_init (&self->stage);
  self->stage.config->per_address = 0;
  stage_start (&self->stage);
  stage_open_store (&self->stage);
  self->anna = guest_join (&self->stage, "anna", caps);
  self->berta = guest_join (&self->stage, "berta", caps);
  self->carla = guest_join (&self->stage, "carla", NULL);
  stage_commit (&self->stage);
  guest_forget (self->anna);
  guest_forget (self->berta);
  guest_forget (self->carla);
  self->berta->n_sends = self->carla->n_sends = 0;
}

static void
scene_clear (Scene *self)
{
  g_clear_pointer (&self->anna, guest_free);
  g_clear_pointer (&self->berta, guest_free);
  g_clear_pointer (&self->carla, guest_free);
  stage_clear (&self->stage);
}

#define ONE ":anna!u@10.0.0.1 PRIVMSG #lobby one\n"
#define TWO ":berta!u@10.0.0.1 NOTICE #lobby two\n"
#define THREE ":anna!u@10.0.0.1 PRIVMSG #lobby three\n"

static void
say_three (Scene *scene)
{
  guest_says (scene->anna, "PRIVMSG #lobby :one");
  guest_says (scene->berta, "NOTICE #lobby :two");
  guest_says (scene->anna, "PRIVMSG #lobby :three");
}

static void
test_order (void)
{
  static const struct
  {
    const char *caps, *anna, *berta;
  } cases[] = {
    { NULL, TWO, ONE THREE },
    { "echo-message", ONE TWO THREE, ONE TWO THREE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Scene scene;

      scene_init (&scene, cases[i].caps);
      say_three (&scene);
      guest_sees (scene.carla, "");
      stage_commit (&scene.stage);
      guest_sees (scene.anna, cases[i].anna);
      guest_sees (scene.berta, cases[i].berta);
      guest_sees (scene.carla, ONE TWO THREE);
      g_assert_cmpuint (scene.carla->n_sends, ==, 1);
      g_assert_cmpuint (scene.berta->n_sends, ==, cases[i].caps == NULL ? 2 : 3);
      scene_clear (&scene);
    }
}

/* Something else in between stays in between. */
static void
test_in_between (void)
{
  Scene scene;

  scene_init (&scene, NULL);
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  guest_says (scene.anna, "PRIVMSG carla :psst");
  guest_says (scene.anna, "PRIVMSG #lobby :three");
  stage_commit (&scene.stage);
  guest_sees (scene.carla, ONE ":anna!u@10.0.0.1 PRIVMSG carla psst\n" THREE);
  guest_sees (scene.berta, ONE THREE);
  scene_clear (&scene);
}

/* Whoever comes in between hears what is said from then on, even where nobody is told that it came. */
static void
test_coming (void)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) guest_free);
  g_autoptr (Guest) late = NULL;
  g_autoptr (Guest) listener = NULL;
  Scene scene;

  scene_init (&scene, NULL);
  for (guint i = 0; i < HS_ANNOUNCED_ARRIVALS; i++)
    {
      g_autofree char *nick = g_strdup_printf ("n%u", i);

      g_ptr_array_add (others, guest_join (&scene.stage, nick, NULL));
    }
  stage_commit (&scene.stage);
  guest_forget (scene.carla);
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  late = guest_join (&scene.stage, "late", NULL);
  guest_says (scene.berta, "NOTICE #lobby :two");
  listener = guest_connect (&scene.stage);
  hs_engine_set_listener (scene.stage.engine, listener->peer);
  guest_forget (listener);
  guest_says (scene.anna, "PRIVMSG #lobby :three");
  stage_commit (&scene.stage);
  guest_sees (scene.carla, ONE TWO THREE);
  guest_sees (late, TWO THREE);
  guest_sees (listener, "anna: three\n");
  g_ptr_array_set_size (others, 0);
  g_clear_pointer (&late, guest_free);
  g_clear_pointer (&listener, guest_free);
  scene_clear (&scene);
}

/* Nobody is held back or told any more who has gone before all is stored. */
static void
test_going (void)
{
  Scene scene;

  scene_init (&scene, "echo-message");
  say_three (&scene);
  g_clear_pointer (&scene.anna, guest_free); /* its connection breaks */
  guest_says (scene.berta, "PART #lobby");
  stage_commit (&scene.stage);
  guest_sees (scene.berta, ONE TWO THREE ":anna!u@10.0.0.1 QUIT :Connection reset\n:berta!u@10.0.0.1 PART #lobby\n");
  guest_sees (scene.carla, ONE TWO THREE ":anna!u@10.0.0.1 QUIT :Connection reset\n:berta!u@10.0.0.1 PART #lobby\n");
  guest_says (scene.carla, "PRIVMSG #lobby :alone");
  stage_commit (&scene.stage);
  guest_sees (scene.berta, "");
  guest_says (scene.berta, "PING x");
  guest_sees (scene.berta, ":test.example PONG test.example x\n");
  scene_clear (&scene);
}

/* Each as it has negotiated, also who has done so in between. */
static void
test_variants (void)
{
  g_autoptr (Guest) plain = NULL;
  Scene scene;

  scene_init (&scene, "server-time");
  plain = guest_plain (&scene.stage);
  guest_writes (plain, "paul");
  stage_commit (&scene.stage);
  guest_forget (plain);
  guest_forget (scene.anna);
  guest_forget (scene.carla);
  guest_says (scene.berta, "NOTICE #lobby :two");
  guest_says (scene.carla, "CAP REQ server-time");
  guest_says (scene.berta, "NOTICE #lobby :two");
  stage_commit (&scene.stage);
  guest_sees (scene.anna, "@time=2026-01-02T03:04:05.678Z " TWO "@time=2026-01-02T03:04:05.678Z " TWO);
  guest_sees (scene.carla, TWO ":test.example CAP carla ACK server-time\n@time=2026-01-02T03:04:05.678Z " TWO);
  guest_sees (plain, "berta: two\nberta: two\n");
  g_clear_pointer (&plain, guest_free);
  scene_clear (&scene);
}

#define ONCE ":anna!u@10.0.0.1 PRIVMSG #lobby once\n"
#define FAIL ":test.example FAIL PRIVMSG ID_ALREADY_USED #lobby :Another message was sent with this id: this one was not delivered\n"

static void
guest_drops_tags (Guest *self)
{
  g_autoptr (GRegex) tags = g_regex_new ("^@\\S+ ", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *bare = g_regex_replace_literal (tags, self->out->str, -1, 0, "", 0, NULL);

  g_string_assign (self->out, bare);
}

/* What turns out to be a repetition is heard by nobody; who repeated it is answered in its place. */
static void
test_repetition (void)
{
  Scene scene;

  scene_init (&scene, "message-tags echo-message handshakechat.github.io/resume");
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  guest_says (scene.anna, "@+handshakechat.github.io/id=0011 PRIVMSG #lobby :once");
  guest_says (scene.anna, "@+handshakechat.github.io/id=0011 PRIVMSG #lobby :once");
  guest_says (scene.anna, "@+handshakechat.github.io/id=0011 PRIVMSG #lobby :another");
  guest_says (scene.anna, "PRIVMSG #lobby :three");
  stage_commit (&scene.stage);
  guest_sees (scene.carla, ONE ONCE THREE);
  g_assert_cmpuint (scene.carla->n_sends, ==, 1);
  guest_drops_tags (scene.anna);
  guest_sees (scene.anna, ONE ONCE ONCE FAIL THREE);
  scene_clear (&scene);
}

/* Who is not there may speak where the room lets it: it is answered, too. */
static void
test_from_outside (void)
{
  g_autoptr (Guest) out = NULL;
  Scene scene;

  scene_init (&scene, NULL);
  out = guest_join (&scene.stage, "out", "echo-message");
  guest_says (out, "PART #lobby");
  guest_says (scene.anna, "JOIN #open");
  guest_says (scene.anna, "MODE #open -n");
  stage_commit (&scene.stage);
  guest_forget (out);
  guest_forget (scene.anna);
  guest_says (out, "PRIVMSG #open :hello");
  stage_commit (&scene.stage);
  guest_sees (out, ":out!u@10.0.0.1 PRIVMSG #open hello\n");
  guest_sees (scene.anna, ":out!u@10.0.0.1 PRIVMSG #open hello\n");
  g_clear_pointer (&out, guest_free);
  scene_clear (&scene);
}

/* Long ones in one gathering: no piece is much longer than the limit, and nothing is lost between two. Also to who speaks among them. */
static void
test_long (void)
{
  g_autoptr (GString) all = g_string_new (NULL), others = g_string_new (NULL);
  Scene scene;
  guint n = 0;

  scene_init (&scene, NULL);
  for (; all->len < 5 * HS_CROWD_PIECE_MAX / 2; n++)
    {
      g_autofree char *words = g_strdup_printf ("%u %0400u", n, n);
      g_autofree char *line = g_strconcat ("PRIVMSG #lobby :", words, NULL);
      Guest *from = n % 100 == 99 ? scene.berta : scene.anna;

      guest_says (from, line);
      g_string_append_printf (all, ":%s!u@10.0.0.1 PRIVMSG #lobby :%s\n", from == scene.anna ? "anna" : "berta", words);
      if (from == scene.anna)
        g_string_append_printf (others, ":anna!u@10.0.0.1 PRIVMSG #lobby :%s\n", words);
    }
  stage_commit (&scene.stage);
  guest_sees (scene.carla, all->str);
  g_assert_cmpuint (scene.carla->n_sends, ==, 3);
  guest_sees (scene.berta, others->str);
  guest_says (scene.carla, "PING x"); /* nobody is held any more */
  guest_sees (scene.carla, ":test.example PONG test.example x\n");
  scene_clear (&scene);
}

/* Who has gone is in none of the pieces. A small send queue makes them small. */
static void
test_long_going (void)
{
  g_autofree char *long_word = g_strnfill (400, 'x');
  g_autofree char *line = g_strconcat ("PRIVMSG #lobby :", long_word, NULL);
  Scene scene;

  scene_init (&scene, NULL);
  scene.stage.config->send_queue = 64 * 1024;
  hs_engine_set_config (scene.stage.engine, scene.stage.config);
  for (guint i = 0; i < 100; i++)
    guest_says (scene.anna, line);
  g_clear_pointer (&scene.carla, guest_free);
  stage_commit (&scene.stage);
  g_assert_cmpuint (scene.berta->n_sends, ==, 3 + 1); /* the last is that carla has gone */
  guest_forget (scene.berta);
  guest_says (scene.berta, "PING x");
  guest_sees (scene.berta, ":test.example PONG test.example x\n");
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-crowd/order", test_order);
  g_test_add_func ("/server/engine-crowd/in-between", test_in_between);
  g_test_add_func ("/server/engine-crowd/coming", test_coming);
  g_test_add_func ("/server/engine-crowd/going", test_going);
  g_test_add_func ("/server/engine-crowd/variants", test_variants);
  g_test_add_func ("/server/engine-crowd/repetition", test_repetition);
  g_test_add_func ("/server/engine-crowd/from-outside", test_from_outside);
  g_test_add_func ("/server/engine-crowd/long", test_long);
  g_test_add_func ("/server/engine-crowd/long-going", test_long_going);
  return g_test_run ();
}
