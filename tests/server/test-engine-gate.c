/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nobody sees a message before the store has it, and what comes after it comes after it. */
#include "stage.h"

#include "hs-limits.h"

typedef struct
{
  Stage stage;
  Guest *anna, *berta;
} Scene;

static void
scene_init (Scene *self, const char *caps)
{
  stage_init (&self->stage);
  stage_start (&self->stage);
  stage_open_store (&self->stage);
  self->anna = guest_join (&self->stage, "anna", caps);
  self->berta = guest_join (&self->stage, "berta", caps);
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

static void
test_order (void)
{
  Scene scene;

  scene_init (&scene, "echo-message");
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  guest_says (scene.berta, "PRIVMSG #lobby :two");
  guest_says (scene.anna, "NICK annika");
  guest_says (scene.anna, "PRIVMSG berta :three");
  guest_says (scene.anna, "PING x");
  guest_sees (scene.anna, "");
  guest_sees (scene.berta, "");
  stage_commit (&scene.stage);
  guest_sees (scene.anna,
              ":anna!u@10.0.0.1 PRIVMSG #lobby one\n:berta!u@10.0.0.1 PRIVMSG #lobby two\n:anna!u@10.0.0.1 NICK annika\n"
              ":annika!u@10.0.0.1 PRIVMSG berta three\n:test.example PONG test.example x\n");
  guest_sees (scene.berta,
              ":anna!u@10.0.0.1 PRIVMSG #lobby one\n:berta!u@10.0.0.1 PRIVMSG #lobby two\n:anna!u@10.0.0.1 NICK annika\n"
              ":annika!u@10.0.0.1 PRIVMSG berta three\n");
  guest_says (scene.anna, "PING y");
  guest_sees (scene.anna, ":test.example PONG test.example y\n"); /* nothing before it */
  scene_clear (&scene);
}

/* A second batch is gathered while the first is under way. */
static void
test_pipeline (void)
{
  Scene scene;

  scene_init (&scene, NULL);
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  hs_engine_flush (scene.stage.engine);
  guest_says (scene.anna, "PRIVMSG #lobby :two");
  guest_says (scene.berta, "PING x");
  guest_sees (scene.berta, "");
  stage_commit (&scene.stage);
  guest_sees (scene.berta, ":anna!u@10.0.0.1 PRIVMSG #lobby one\n:anna!u@10.0.0.1 PRIVMSG #lobby two\n:test.example PONG test.example x\n");
  scene_clear (&scene);
}

/* What is said while a transaction is under way shares the next one. */
static void
test_sharing (void)
{
  Scene scene;

  scene_init (&scene, NULL);
  guest_says (scene.anna, "PRIVMSG #lobby :nothing"); /* with which the room is kept, too */
  stage_commit (&scene.stage);
  guest_forget (scene.berta);
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  hs_engine_end_round (scene.stage.engine);
  g_assert_cmpuint (scene.stage.errands.length, ==, 1);
  guest_says (scene.anna, "PRIVMSG #lobby :two");
  hs_engine_end_round (scene.stage.engine);
  guest_says (scene.anna, "PRIVMSG #lobby :three");
  hs_engine_end_round (scene.stage.engine);
  g_assert_cmpuint (scene.stage.errands.length, ==, 1);
  stage_answer (&scene.stage);
  guest_sees (scene.berta, ":anna!u@10.0.0.1 PRIVMSG #lobby one\n");
  hs_engine_end_round (scene.stage.engine);
  g_assert_cmpuint (scene.stage.errands.length, ==, 1);
  stage_answer (&scene.stage);
  guest_sees (scene.berta, ":anna!u@10.0.0.1 PRIVMSG #lobby two\n:anna!u@10.0.0.1 PRIVMSG #lobby three\n");
  scene_clear (&scene);
}

static void
test_leaving (void)
{
  Scene scene;

  scene_init (&scene, NULL);
  guest_says (scene.anna, "PRIVMSG #lobby :bye");
  guest_says (scene.berta, "PRIVMSG #lobby :bye you");
  guest_says (scene.anna, "QUIT :gone");
  g_assert_false (scene.anna->closed);
  guest_sees (scene.berta, "");
  stage_commit (&scene.stage);
  g_assert_true (scene.anna->closed);
  guest_sees (scene.anna, ":berta!u@10.0.0.1 PRIVMSG #lobby :bye you\nERROR :Closing link: Quit: gone\n");
  guest_sees (scene.berta, ":anna!u@10.0.0.1 PRIVMSG #lobby bye\n:anna!u@10.0.0.1 QUIT :Quit: gone\n");

  /* Its connection breaks before it has been told. */
  guest_says (scene.berta, "PRIVMSG berta :to me");
  g_clear_pointer (&scene.berta, guest_free);
  stage_commit (&scene.stage);
  scene_clear (&scene);
}

/* The engine goes before the store has answered. */
static void
test_engine_gone (void)
{
  Scene scene;
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, FALSE, FALSE, 10 };
  g_autoptr (GPtrArray) kept = NULL;
  HsServerDb *db;

  scene_init (&scene, NULL);
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  hs_engine_flush (scene.stage.engine);
  guest_says (scene.anna, "PRIVMSG #lobby :two");
  db = g_steal_pointer (&scene.stage.db);
  scene.anna->peer = scene.berta->peer = NULL;
  scene.stage.db = db;
  hs_engine_free (scene.stage.engine);
  stage_start (&scene.stage);
  stage_open_store (&scene.stage); /* does what was asked before */
  kept = hs_server_db_read (db, &query, NULL);
  g_assert_cmpuint (kept->len, ==, 2);
  scene_clear (&scene);
}

static void
test_labels (void)
{
  Scene scene;

  scene_init (&scene, "batch labeled-response echo-message message-tags");
  guest_says (scene.anna, "@label=a PRIVMSG #lobby :one");
  guest_sees (scene.anna, "");
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.anna, "@label=a;msgid="));
  g_assert_true (guest_saw (scene.anna, " PRIVMSG #lobby one\r\n"));
  g_assert_false (guest_saw (scene.anna, "ACK"));
  guest_forget (scene.anna);
  guest_says (scene.anna, "CAP REQ -echo-message");
  guest_forget (scene.anna);
  guest_says (scene.anna, "@label=b PRIVMSG #lobby :two");
  stage_commit (&scene.stage);
  guest_sees (scene.anna, "@label=b :test.example ACK\n");
  guest_says (scene.anna, "@label=c PING x");
  guest_sees (scene.anna, "@label=c :test.example PONG test.example x\n");
  scene_clear (&scene);
}

/* The disk is full: the host is told of it by the store; talking goes on. */
static void
test_full (void)
{
  Scene scene;

  scene_init (&scene, NULL);
  scene.stage.disk_full = TRUE;
  guest_says (scene.anna, "PRIVMSG #lobby :one");
  stage_commit (&scene.stage);
  guest_sees (scene.berta, ":anna!u@10.0.0.1 PRIVMSG #lobby one\n");
  scene_clear (&scene);
}

/* Typing is gone in a moment: it waits for nothing. */
static void
test_not_kept (void)
{
  Scene scene;

  scene_init (&scene, "message-tags");
  guest_says (scene.anna, "@+typing=active TAGMSG #lobby");
  g_assert_true (guest_saw (scene.berta, "TAGMSG"));
  guest_forget (scene.berta);
  guest_says (scene.anna, "@+draft/react=x TAGMSG #lobby");
  g_assert_false (guest_saw (scene.berta, "TAGMSG"));
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.berta, "TAGMSG"));
  scene_clear (&scene);
}

/* Who stores much in a short time does not wait for the hour at which it is looked whether that is too much. */
static void
test_much (void)
{
  Stage stage;
  Guest *anna;
  g_autofree char *words = g_strnfill (400, 'w'), *line = g_strconcat ("PRIVMSG #lobby :", words, NULL);
  guint n = HS_RETENTION_BYTES / (400 + HS_STORED_ROW_BYTES);

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", NULL);
  stage.disk_full = TRUE; /* it is the asking that counts */
  for (guint i = 0; i < n - 5; i++)
    {
      guest_says (anna, line);
      if (i % 1000 == 0)
        stage_commit (&stage);
    }
  g_assert_cmpuint (stage.n_full, ==, 0);
  for (guint i = 0; i < 100; i++)
    guest_says (anna, line);
  g_assert_cmpuint (stage.n_full, ==, 1);
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-gate/order", test_order);
  g_test_add_func ("/server/engine-gate/pipeline", test_pipeline);
  g_test_add_func ("/server/engine-gate/sharing", test_sharing);
  g_test_add_func ("/server/engine-gate/leaving", test_leaving);
  g_test_add_func ("/server/engine-gate/engine-gone", test_engine_gone);
  g_test_add_func ("/server/engine-gate/labels", test_labels);
  g_test_add_func ("/server/engine-gate/full", test_full);
  g_test_add_func ("/server/engine-gate/not-kept", test_not_kept);
  g_test_add_func ("/server/engine-gate/much", test_much);
  return g_test_run ();
}
