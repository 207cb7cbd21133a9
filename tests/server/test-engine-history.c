/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CHATHISTORY: every subcommand, its limits and its refusals. */
#include "stage.h"

#include <string.h>

#define CAPS "batch draft/chathistory message-tags server-time"

typedef struct
{
  Stage stage;
  Guest *anna, *berta;
  GPtrArray *ids; /* msgids of the texts 1 … 5 */
} Scene;

static void
scene_init (Scene *self, const char *caps)
{
  stage_init (&self->stage);
  stage_start (&self->stage);
  stage_open_store (&self->stage);
  self->anna = guest_join (&self->stage, "anna", CAPS " echo-message");
  self->berta = guest_join (&self->stage, "berta", caps);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *line = g_strdup_printf ("PRIVMSG #lobby :%u", i);
      const char *at;

      self->stage.now += G_USEC_PER_SEC;
      guest_forget (self->anna);
      guest_says (self->anna, line);
      stage_commit (&self->stage);
      at = strstr (self->anna->out->str, "msgid=") + strlen ("msgid=");
      g_ptr_array_add (self->ids, g_strndup (at, strcspn (at, " ;")));
    }
  guest_forget (self->anna);
  guest_forget (self->berta);
}

static void
scene_clear (Scene *self)
{
  g_ptr_array_unref (self->ids);
  g_clear_pointer (&self->anna, guest_free);
  g_clear_pointer (&self->berta, guest_free);
  stage_clear (&self->stage);
}

/* The texts that an answer has, in its order; "-" for a refusal. */
static char *
dup_texts (Guest *guest)
{
  g_auto (GStrv) lines = g_strsplit (guest->out->str, "\r\n", -1);
  GString *texts = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *at = strstr (lines[i], " PRIVMSG ");

      if (strstr (lines[i], " FAIL ") != NULL)
        g_string_append_c (texts, '-');
      else if (at != NULL)
        g_string_append (texts, strrchr (at, ' ') + 1);
    }
  return g_string_free (texts, FALSE);
}

/* "$3" in a line is the msgid of the text 3. */
static char *
insert_ids (Scene *scene, const char *line)
{
  g_autoptr (GString) out = g_string_new (line);

  for (guint i = 0; i < scene->ids->len; i++)
    {
      const char name[] = { '$', (char) ('1' + i), '\0' };

      g_string_replace (out, name, g_ptr_array_index (scene->ids, i), 0);
    }
  return g_strdup (out->str);
}

static void
test_subcommands (void)
{
  static const struct
  {
    const char *line, *expected;
  } cases[] = {
    { "CHATHISTORY LATEST #lobby * 10", "12345" },
    { "CHATHISTORY LATEST #lobby * 2", "45" },
    { "chathistory latest #LOBBY * 2", "45" },
    { "CHATHISTORY LATEST #lobby msgid=$3 10", "45" },
    { "CHATHISTORY LATEST #lobby msgid=$1 2", "45" },
    { "CHATHISTORY BEFORE #lobby msgid=$3 10", "12" },
    { "CHATHISTORY BEFORE #lobby msgid=$3 1", "2" },
    { "CHATHISTORY AFTER #lobby msgid=$3 10", "45" },
    { "CHATHISTORY AFTER #lobby msgid=$3 1", "4" },
    { "CHATHISTORY AROUND #lobby msgid=$3 3", "234" },
    { "CHATHISTORY AROUND #lobby msgid=$1 3", "123" },
    { "CHATHISTORY AROUND #lobby msgid=$3 1", "3" },
    { "CHATHISTORY BETWEEN #lobby msgid=$1 msgid=$5 10", "234" },
    { "CHATHISTORY BETWEEN #lobby msgid=$1 msgid=$5 2", "23" },
    { "CHATHISTORY BETWEEN #lobby msgid=$5 msgid=$1 2", "34" },
    { "CHATHISTORY BEFORE #lobby timestamp=2026-01-02T03:04:08.678Z 10", "12" },
    { "CHATHISTORY AFTER #lobby timestamp=2026-01-02T03:04:08.678Z 10", "45" },
    { "CHATHISTORY AFTER #lobby timestamp=2026-01-02T03:04:08.677Z 10", "345" },
    { "CHATHISTORY BETWEEN #lobby timestamp=2026-01-02T03:04:06.678Z msgid=$4 10", "23" },
    { "CHATHISTORY AFTER #lobby msgid=$5 10", "" },
    { "CHATHISTORY LATEST nobody * 10", "" },
    { "CHATHISTORY LATEST #nowhere * 10", "-" },
    { "CHATHISTORY LATEST #lobby 5 10", "-" },
    { "CHATHISTORY LATEST #lobby msgid=rubbish 10", "-" },
    { "CHATHISTORY LATEST #lobby timestamp=yesterday 10", "-" },
    { "CHATHISTORY LATEST #lobby * 0", "-" },
    { "CHATHISTORY LATEST #lobby * -1", "-" },
    { "CHATHISTORY LATEST #lobby *", "-" },
    { "CHATHISTORY LATEST #lobby * 1 1", "-" },
    { "CHATHISTORY EARLIEST #lobby * 1", "-" },
    { "CHATHISTORY", "-" },
    { "CHATHISTORY TARGETS msgid=$1 msgid=$2 5", "-" },
  };
  Scene scene;

  scene_init (&scene, CAPS);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = insert_ids (&scene, cases[i].line);
      g_autofree char *texts = NULL;

      g_test_message ("%s", line);
      guest_says (scene.berta, line);
      stage_commit (&scene.stage);
      texts = dup_texts (scene.berta);
      g_assert_cmpstr (texts, ==, cases[i].expected);
      g_assert_cmpint (guest_saw (scene.berta, "FAIL"), !=, guest_saw (scene.berta, "BATCH"));
      guest_forget (scene.berta);
    }
  scene_clear (&scene);
}

static void
test_lines (void)
{
  Scene scene;
  g_autofree char *expected = NULL;

  scene_init (&scene, CAPS " labeled-response");
  guest_says (scene.berta, "@label=x CHATHISTORY LATEST #lobby * 1");
  guest_sees (scene.berta, "");
  stage_commit (&scene.stage);
  expected = g_strdup_printf ("@label=x :test.example BATCH +1 chathistory #lobby\n"
                              "@batch=1;time=2026-01-02T03:04:10.678Z;msgid=%s :anna!u@10.0.0.1 PRIVMSG #lobby 5\n"
                              ":test.example BATCH -1\n", (char *) g_ptr_array_index (scene.ids, 4));
  guest_sees (scene.berta, expected);
  guest_says (scene.berta, "CAP REQ :-batch -server-time -message-tags -labeled-response");
  guest_forget (scene.berta);
  guest_says (scene.berta, "CHATHISTORY LATEST #lobby * 1");
  stage_commit (&scene.stage);
  guest_sees (scene.berta, ":anna!u@10.0.0.1 PRIVMSG #lobby 5\n");
  guest_says (scene.berta, "CAP REQ -draft/chathistory");
  guest_forget (scene.berta);
  guest_says (scene.berta, "CHATHISTORY LATEST #lobby * 1");
  g_assert_true (guest_saw (scene.berta, " 421 "));
  scene_clear (&scene);
}

static void
test_events (void)
{
  static const struct
  {
    const char *caps;
    gboolean events;
  } cases[] = { { CAPS, FALSE }, { CAPS " draft/event-playback", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Scene scene;
      g_autofree char *texts = NULL;

      scene_init (&scene, cases[i].caps);
      guest_says (scene.anna, "NICK annika");
      guest_says (scene.anna, "@+draft/react=x TAGMSG #lobby");
      guest_says (scene.anna, "PART #lobby :bye now");
      stage_commit (&scene.stage);
      guest_forget (scene.berta);
      guest_says (scene.berta, "CHATHISTORY LATEST #lobby * 100");
      stage_commit (&scene.stage);
      texts = dup_texts (scene.berta);
      g_assert_cmpstr (texts, ==, "12345");
      g_assert_cmpint (guest_saw (scene.berta, ":anna!u@10.0.0.1 JOIN #lobby"), ==, cases[i].events);
      g_assert_cmpint (guest_saw (scene.berta, ":anna!u@10.0.0.1 NICK annika"), ==, cases[i].events);
      g_assert_cmpint (guest_saw (scene.berta, ":annika!u@10.0.0.1 PART #lobby :bye now"), ==, cases[i].events);
      g_assert_cmpint (guest_saw (scene.berta, "TAGMSG"), ==, cases[i].events);
      scene_clear (&scene);
    }
}

/* Who is not in the room reads nothing of it; a private conversation is its two's, not the name's. */
static void
test_access (void)
{
  Scene scene;
  Guest *carla;

  scene_init (&scene, CAPS);
  guest_says (scene.anna, "PRIVMSG berta :secret");
  stage_commit (&scene.stage);
  carla = guest_join (&scene.stage, "carla", CAPS);
  guest_says (carla, "PART #lobby");
  guest_forget (carla);
  guest_says (carla, "CHATHISTORY LATEST #lobby * 10");
  guest_sees (carla, ":test.example FAIL CHATHISTORY INVALID_TARGET LATEST #lobby :Messages could not be retrieved\n");
  guest_says (carla, "CHATHISTORY LATEST anna * 10");
  stage_commit (&scene.stage);
  g_assert_false (guest_saw (carla, "secret"));
  guest_forget (carla);

  guest_forget (scene.berta);
  guest_says (scene.berta, "CHATHISTORY LATEST anna * 10");
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.berta, "PRIVMSG berta secret"));
  guest_forget (scene.berta);
  guest_says (scene.berta, "CHATHISTORY TARGETS timestamp=2026-01-02T00:00:00.000Z timestamp=2027-01-02T00:00:00.000Z 10");
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.berta, " BATCH +"));
  g_assert_true (guest_saw (scene.berta, " draft/chathistory-targets\r\n"));
  g_assert_true (guest_saw (scene.berta, " CHATHISTORY TARGETS #lobby 2026-01-02T03:04:10.678Z\r\n"));
  g_assert_true (guest_saw (scene.berta, " CHATHISTORY TARGETS anna 2026-01-02T03:04:10.678Z\r\n"));

  /* Somebody else of that name. */
  g_clear_pointer (&scene.berta, guest_free);
  guest_says (carla, "NICK berta");
  guest_forget (carla);
  guest_says (carla, "CHATHISTORY LATEST anna * 10");
  stage_commit (&scene.stage);
  g_assert_false (guest_saw (carla, "secret"));
  guest_free (carla);
  scene_clear (&scene);
}

/* However long what was said is: whoever asks for all of it gets a page that its queue holds, and the rest by asking again. */
static void
test_bytes (void)
{
  static const struct
  {
    const char *caps;
    gsize line, lines; /* of each message */
  } cases[] = { { "", 500, 60 }, { "", 0, 150 }, { " draft/multiline", 500, 60 }, { " draft/multiline", 0, 150 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Scene scene;
      Guest *carla;
      g_autofree char *words = g_strnfill (cases[i].line, 'w');
      g_autofree char *caps = g_strconcat (CAPS, cases[i].caps, NULL);
      gsize most = 0;
      guint n = 0;

      scene_init (&scene, CAPS);
      scene.stage.config->send_queue = 512 * 1024;
      hs_engine_set_config (scene.stage.engine, scene.stage.config);
      carla = guest_join (&scene.stage, "carla", CAPS " draft/multiline");
      for (guint k = 0; k < 40; k++)
        {
          scene.stage.now += G_USEC_PER_SEC;
          guest_says (carla, "BATCH +1 draft/multiline #lobby");
          for (guint j = 0; j < cases[i].lines; j++)
            {
              g_autofree char *line = g_strdup_printf ("@batch=1 PRIVMSG #lobby :%s%s", words, j == 0 ? "the first" : "-");

              guest_says (carla, line);
            }
          guest_says (carla, "BATCH -1");
          stage_commit (&scene.stage);
        }
      guest_free (carla);
      carla = guest_join (&scene.stage, "carla", caps);
      guest_says (carla, "CHATHISTORY AFTER #lobby timestamp=2026-01-02T03:04:10.678Z 1000");
      for (stage_commit (&scene.stage); guest_saw (carla, "PRIVMSG"); stage_commit (&scene.stage))
        {
          const char *last = g_strrstr (carla->out->str, "msgid=") + strlen ("msgid=");
          g_autofree char *line = g_strdup_printf ("CHATHISTORY AFTER #lobby msgid=%.*s 1000", (int) strcspn (last, "; "), last);

          for (const char *at = carla->out->str; (at = strstr (at, "the first")) != NULL; at++)
            n++;
          most = MAX (most, carla->out->len);
          guest_forget (carla);
          guest_says (carla, line);
        }
      g_assert_cmpuint (n, ==, 40);
      g_assert_cmpuint (most, <=, scene.stage.config->send_queue / 4);
      g_assert_cmpuint (most, >, scene.stage.config->send_queue / 16);
      guest_free (carla);
      scene_clear (&scene);
    }
}

static void
test_claims (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_connect (&stage);
  guest_says (anna, "NICK anna");
  guest_says (anna, "USER u 0 * :Anna");
  g_assert_true (guest_saw (anna, " CHATHISTORY=1000 "));
  g_assert_true (guest_saw (anna, " MSGREFTYPES=msgid,timestamp "));
  g_assert_true (guest_saw (anna, ":test.example NOTICE #lobby :What is said here is kept on the server for 90 days"));
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-history/subcommands", test_subcommands);
  g_test_add_func ("/server/engine-history/lines", test_lines);
  g_test_add_func ("/server/engine-history/events", test_events);
  g_test_add_func ("/server/engine-history/access", test_access);
  g_test_add_func ("/server/engine-history/bytes", test_bytes);
  g_test_add_func ("/server/engine-history/claims", test_claims);
  return g_test_run ();
}
