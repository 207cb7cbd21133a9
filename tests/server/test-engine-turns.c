/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks for much of the history reads it piece by piece, and reads nothing when it has gone. */
#include "stage.h"

#include "hs-limits.h"

#define CAPS "batch draft/chathistory labeled-response"

typedef struct
{
  Stage stage;
  Guest *anna, *berta;
} Scene;

static void
scene_init (Scene *self)
{
  stage_init (&self->stage);
  stage_start (&self->stage);
  stage_open_store (&self->stage);
  self->anna = guest_join (&self->stage, "anna", NULL);
  self->berta = guest_join (&self->stage, "berta", CAPS);
  guest_says (self->anna, "JOIN #two");
  guest_says (self->berta, "JOIN #two");
  guest_says (self->anna, "PRIVMSG #lobby :one");
  guest_says (self->anna, "PRIVMSG #two :two");
  stage_commit (&self->stage);
  guest_forget (self->anna);
  guest_forget (self->berta);
}

static void
scene_clear (Scene *self)
{
  g_clear_pointer (&self->anna, guest_free);
  g_clear_pointer (&self->berta, guest_free);
  stage_clear (&self->stage);
}

/* Each has its own label, and none is read before the one before has been taken. */
static void
test_order (void)
{
  static const char one[] = "@label=a :test.example BATCH +1 chathistory #lobby\n@batch=1 :anna!u@10.0.0.1 PRIVMSG #lobby one\n:test.example BATCH -1\n";
  static const char two[] = "@label=b :test.example BATCH +2 chathistory #two\n@batch=2 :anna!u@10.0.0.1 PRIVMSG #two two\n:test.example BATCH -2\n";
  static const char three[] = "@label=c :test.example FAIL CHATHISTORY INVALID_PARAMS LATEST 0 :Invalid limit\n";
  static const char four[] = ":test.example BATCH +3 chathistory #lobby\n@batch=3 :anna!u@10.0.0.1 PRIVMSG #lobby one\n:test.example BATCH -3\n";
  Scene scene;

  scene_init (&scene);
  guest_says (scene.berta, "@label=a CHATHISTORY LATEST #lobby * 9");
  guest_says (scene.berta, "@label=b CHATHISTORY LATEST #two * 9");
  guest_says (scene.berta, "@label=c CHATHISTORY LATEST #two * 0");
  guest_says (scene.berta, "CHATHISTORY LATEST #lobby * 9");
  g_assert_cmpuint (scene.stage.errands.length, ==, 1);
  scene.berta->unsent = TRUE;
  stage_answer (&scene.stage);
  guest_sees (scene.berta, one);
  hs_engine_drained (scene.stage.engine, scene.berta->peer); /* and something else has been queued since */
  g_assert_cmpuint (scene.stage.errands.length, ==, 0);
  scene.berta->unsent = FALSE;
  hs_engine_drained (scene.stage.engine, scene.berta->peer);
  stage_answer (&scene.stage);
  {
    g_autofree char *rest = g_strconcat (two, three, four, NULL);

    guest_sees (scene.berta, rest);
  }
  scene_clear (&scene);
}

/* One at a time, but the answers are left where they are. */
static void
test_drip (void)
{
  Scene scene;

  scene_init (&scene);
  scene.berta->unsent = TRUE;
  for (guint i = 0; i < HS_CHATHISTORY_WAITING_MAX; i++)
    {
      guest_says (scene.berta, "CHATHISTORY LATEST #lobby * 9");
      stage_answer (&scene.stage);
    }
  guest_sees (scene.berta, "");
  guest_says (scene.berta, "@label=x CHATHISTORY LATEST #lobby * 9");
  guest_sees (scene.berta, "@label=x :test.example FAIL CHATHISTORY MESSAGE_ERROR LATEST #lobby :Too many requests at once\n");
  guest_says (scene.anna, "PING x");
  guest_sees (scene.anna, ":test.example PONG test.example x\n");
  scene_clear (&scene);
}

/* It was in the room when it asked, and is not when it is its turn. */
static void
test_kicked (void)
{
  Scene scene;

  scene_init (&scene);
  guest_says (scene.berta, "CHATHISTORY LATEST #lobby * 9");
  guest_says (scene.berta, "CHATHISTORY LATEST #two * 9");
  guest_says (scene.anna, "KICK #two berta");
  guest_forget (scene.berta);
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.berta, "PRIVMSG #lobby one"));
  g_assert_true (guest_saw (scene.berta, "FAIL CHATHISTORY INVALID_TARGET LATEST #two"));
  scene_clear (&scene);
}

/* The store is not kept busy for nobody. */
static void
test_gone (void)
{
  static const char *const lines[] = { "CHATHISTORY LATEST #lobby * 9", "CHATHISTORY TARGETS timestamp=2026-01-01T00:00:00.000Z timestamp=2027-01-01T00:00:00.000Z 9" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      Scene scene;
      HsServerDb *db;

      scene_init (&scene);
      guest_says (scene.berta, lines[i]);
      guest_says (scene.berta, lines[i]);
      g_assert_cmpuint (scene.stage.errands.length, ==, 1);
      g_clear_pointer (&scene.berta, guest_free);
      g_assert_cmpuint (scene.stage.errands.length, ==, 1);
      db = g_steal_pointer (&scene.stage.db); /* whoever touched it would not come back */
      stage_answer (&scene.stage);
      scene.stage.db = db;
      scene_clear (&scene);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-turns/order", test_order);
  g_test_add_func ("/server/engine-turns/drip", test_drip);
  g_test_add_func ("/server/engine-turns/kicked", test_kicked);
  g_test_add_func ("/server/engine-turns/gone", test_gone);
  return g_test_run ();
}
