/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REDACT: who may delete what, who hears of it, and what the history says then. */
#include "stage.h"

#include <string.h>

#define CAPS "batch draft/chathistory draft/message-redaction echo-message labeled-response message-tags"

typedef struct
{
  Stage stage;
  Guest *anna, *berta, *carl; /* anna came first: she rules the room; carl knows nothing of REDACT */
} Scene;

static void
scene_init (Scene *self, gboolean delete_own)
{
  stage_init (&self->stage);
  self->stage.config->delete_own = delete_own;
  stage_start (&self->stage);
  stage_open_store (&self->stage);
  self->anna = guest_join (&self->stage, "anna", CAPS);
  self->berta = guest_join (&self->stage, "berta", CAPS " draft/event-playback");
  self->carl = guest_join (&self->stage, "carl", "batch draft/chathistory draft/event-playback message-tags");
  guest_says (self->anna, "JOIN #den");
  guest_says (self->berta, "JOIN #den");
  guest_says (self->carl, "JOIN #den");
  stage_commit (&self->stage);
}

static void
forget (Scene *self)
{
  guest_forget (self->anna);
  guest_forget (self->berta);
  guest_forget (self->carl);
}

static void
scene_clear (Scene *self)
{
  g_clear_pointer (&self->anna, guest_free);
  g_clear_pointer (&self->berta, guest_free);
  g_clear_pointer (&self->carl, guest_free);
  stage_clear (&self->stage);
}

/* Says it and returns its msgid, as its echo has it. */
static char *
say (Scene *self, Guest *guest, const char *line)
{
  const char *at;
  char *id;

  guest_forget (guest);
  guest_says (guest, line);
  stage_commit (&self->stage);
  at = strstr (guest->out->str, "msgid=");
  g_assert_nonnull (at);
  at += strlen ("msgid=");
  id = g_strndup (at, strcspn (at, " ;"));
  forget (self);
  return id;
}

static void
redact (Scene *self, Guest *guest, const char *target, const char *id, const char *rest)
{
  g_autofree char *line = g_strdup_printf ("REDACT %s %s%s", target, id, rest);

  forget (self);
  guest_says (guest, line);
  stage_commit (&self->stage);
}

static void
test_rights (void)
{
  static const struct
  {
    const char *description;
    gboolean delete_own, anna_says, anna_deletes;
    const char *said, *target, *code;
  } cases[] = {
    { "one's own", TRUE, FALSE, FALSE, "PRIVMSG #den :oops", "#den", NULL },
    { "one's own notice", TRUE, FALSE, FALSE, "NOTICE #den :oops", "#den", NULL },
    { "one's own reaction", TRUE, FALSE, FALSE, "@+draft/react=x TAGMSG #den", "#den", NULL },
    { "in any case of letters", TRUE, FALSE, FALSE, "PRIVMSG #den :oops", "#DEN", NULL },
    { "somebody else's", TRUE, TRUE, FALSE, "PRIVMSG #den :oops", "#den", "REDACT_FORBIDDEN" },
    { "by who rules the room", TRUE, FALSE, TRUE, "PRIVMSG #den :oops", "#den", NULL },
    { "their own, where authors may not", FALSE, FALSE, FALSE, "PRIVMSG #den :oops", "#den", "REDACT_FORBIDDEN" },
    { "by who rules it, where authors may not", FALSE, FALSE, TRUE, "PRIVMSG #den :oops", "#den", NULL },
    { "of another room", TRUE, TRUE, TRUE, "PRIVMSG #lobby :oops", "#den", "UNKNOWN_MSGID" },
    { "no room", TRUE, TRUE, TRUE, "PRIVMSG #den :oops", "#nowhere", "INVALID_TARGET" },
    { "no name", TRUE, TRUE, TRUE, "PRIVMSG #den :oops", "a!b", "INVALID_TARGET" },
    { "nobody one spoke with", TRUE, TRUE, TRUE, "PRIVMSG #den :oops", "nobody", "UNKNOWN_MSGID" },
    { "a private one", TRUE, TRUE, TRUE, "PRIVMSG berta :oops", "berta", NULL },
    { "the other's private one", TRUE, TRUE, FALSE, "PRIVMSG berta :oops", "anna", "REDACT_FORBIDDEN" },
    { "a private one, where authors may not", FALSE, TRUE, TRUE, "PRIVMSG berta :oops", "berta", "REDACT_FORBIDDEN" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Scene scene;
      Guest *by;
      g_autofree char *id = NULL, *expected = NULL;

      g_test_message ("%s", cases[i].description);
      scene_init (&scene, cases[i].delete_own);
      id = say (&scene, cases[i].anna_says ? scene.anna : scene.berta, cases[i].said);
      by = cases[i].anna_deletes ? scene.anna : scene.berta;
      redact (&scene, by, cases[i].target, id, "");
      if (cases[i].code == NULL)
        expected = g_strdup_printf (" REDACT %s %s\r\n", *cases[i].target == '#' ? "#den" : cases[i].target, id);
      else
        expected = g_strdup_printf (":test.example FAIL REDACT %s %s%s%s :", cases[i].code, cases[i].target,
                                    g_str_equal (cases[i].code, "INVALID_TARGET") ? "" : " ",
                                    g_str_equal (cases[i].code, "INVALID_TARGET") ? "" : id);
      g_assert_true (guest_saw (by, expected));
      g_assert_cmpint (guest_saw (by == scene.anna ? scene.berta : scene.anna, "REDACT"), ==, cases[i].code == NULL);
      g_assert_false (guest_saw (scene.carl, "REDACT"));
      g_assert_cmpuint (scene.stage.n_facts[HS_FACT_DELETED], ==, cases[i].code == NULL); /* whoever keeps something of it hears */
      scene_clear (&scene);
    }
}

static void
test_lines (void)
{
  Scene scene;
  g_autofree char *id = NULL, *again = NULL;
  const char *at;

  scene_init (&scene, TRUE);
  id = say (&scene, scene.berta, "PRIVMSG #den :oops");
  forget (&scene);
  again = g_strdup_printf ("@label=7 REDACT #den %s :said too much", id);
  guest_says (scene.berta, again);
  guest_sees (scene.berta, ""); /* not before it has gone from the store */
  guest_sees (scene.anna, "");
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.berta, "@label=7;msgid="));
  at = strstr (scene.anna->out->str, ":berta!u@10.0.0.1 REDACT #den ");
  g_assert_nonnull (at);
  g_assert_true (g_str_has_suffix (at, " :said too much\r\n"));
  g_assert_true (g_str_has_prefix (scene.anna->out->str, "@msgid="));
  guest_sees (scene.carl, "");

  /* What is gone is gone */
  redact (&scene, scene.berta, "#den", id, "");
  g_assert_true (guest_saw (scene.berta, "FAIL REDACT UNKNOWN_MSGID #den "));
  redact (&scene, scene.berta, "#den", "rubbish", "");
  g_assert_true (guest_saw (scene.berta, "FAIL REDACT UNKNOWN_MSGID #den rubbish :"));
  redact (&scene, scene.berta, "#den", ":with a space", "");
  g_assert_true (guest_saw (scene.berta, "FAIL REDACT UNKNOWN_MSGID #den with :"));
  redact (&scene, scene.berta, "", "", "");
  g_assert_true (guest_saw (scene.berta, " 461 "));
  redact (&scene, scene.carl, "#den", id, "");
  g_assert_true (guest_saw (scene.carl, " 421 "));
  guest_says (scene.berta, "PART #den");
  redact (&scene, scene.berta, "#den", id, "");
  g_assert_true (guest_saw (scene.berta, "FAIL REDACT INVALID_TARGET #den :"));
  scene_clear (&scene);
}

/* Without echo-message nothing comes back but, to a label, that it was done. */
static void
test_echo (void)
{
  Scene scene;
  g_autofree char *id = NULL, *line = NULL;

  scene_init (&scene, TRUE);
  id = say (&scene, scene.berta, "PRIVMSG #den :oops");
  guest_says (scene.berta, "CAP REQ -echo-message");
  forget (&scene);
  line = g_strdup_printf ("@label=8 REDACT #den %s", id);
  guest_says (scene.berta, line);
  stage_commit (&scene.stage);
  guest_sees (scene.berta, "@label=8 :test.example ACK\n");
  g_assert_true (guest_saw (scene.anna, "REDACT"));
  scene_clear (&scene);
}

static void
test_history (void)
{
  Scene scene;
  g_autofree char *first = NULL, *second = NULL;

  scene_init (&scene, TRUE);
  first = say (&scene, scene.berta, "PRIVMSG #den :oops");
  second = say (&scene, scene.berta, "PRIVMSG #den :fine");
  redact (&scene, scene.berta, "#den", first, " :why not");

  for (guint i = 0; i < 3; i++)
    {
      Guest *guest = i == 0 ? scene.anna : i == 1 ? scene.berta : scene.carl;

      guest_forget (guest);
      guest_says (guest, "CHATHISTORY LATEST #den * 50");
      stage_commit (&scene.stage);
      g_assert_false (guest_saw (guest, "oops"));
      g_assert_true (guest_saw (guest, "PRIVMSG #den fine"));
      /* Only berta has both the events and the command */
      g_assert_cmpint (guest_saw (guest, ":berta!u@10.0.0.1 REDACT #den "), ==, guest == scene.berta);
      g_assert_cmpint (guest_saw (guest, " :why not\r\n"), ==, guest == scene.berta);
    }
  scene_clear (&scene);
}

static void
test_full_disk (void)
{
  Scene scene;
  g_autofree char *id = NULL;

  scene_init (&scene, TRUE);
  id = say (&scene, scene.berta, "PRIVMSG #den :oops");
  scene.stage.disk_full = TRUE;
  redact (&scene, scene.berta, "#den", id, "");
  g_assert_true (guest_saw (scene.berta, "FAIL REDACT INTERNAL_ERROR #den "));
  guest_sees (scene.anna, "");
  scene_clear (&scene);
}

/* Who asked, or who would hear of it, goes while it is under way. */
static void
test_gone (void)
{
  Scene scene;
  g_autofree char *id = NULL, *private = NULL, *line = NULL;

  scene_init (&scene, TRUE);
  private = say (&scene, scene.berta, "PRIVMSG anna :oops");
  id = say (&scene, scene.berta, "PRIVMSG #den :oops");
  line = g_strdup_printf ("REDACT #den %s", id);
  guest_says (scene.berta, line);
  g_clear_pointer (&scene.berta, guest_free);
  guest_forget (scene.anna);
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.anna, ":berta!u@10.0.0.1 REDACT #den "));
  scene_clear (&scene);

  /* The next one who is called so is not told */
  scene_init (&scene, TRUE);
  g_free (private);
  private = say (&scene, scene.berta, "PRIVMSG anna :oops");
  guest_says (scene.anna, "NICK annika");
  guest_says (scene.carl, "CAP REQ draft/message-redaction");
  guest_says (scene.carl, "NICK anna");
  redact (&scene, scene.berta, "anna", private, "");
  g_assert_true (guest_saw (scene.berta, " REDACT anna "));
  guest_sees (scene.carl, "");
  scene_clear (&scene);
}

/* Those in the room hear of it by the name that it has then. */
static void
test_renamed (void)
{
  Scene scene;
  g_autofree char *id = NULL, *line = NULL;

  scene_init (&scene, TRUE);
  id = say (&scene, scene.berta, "PRIVMSG #den :oops");
  line = g_strdup_printf ("REDACT #den %s", id);
  guest_says (scene.anna, "RENAME #den #deck");
  guest_says (scene.berta, line);
  stage_commit (&scene.stage);
  g_assert_true (guest_saw (scene.anna, ":berta!u@10.0.0.1 REDACT #deck "));
  g_assert_true (guest_saw (scene.berta, ":berta!u@10.0.0.1 REDACT #deck "));
  scene_clear (&scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-redact/rights", test_rights);
  g_test_add_func ("/server/engine-redact/lines", test_lines);
  g_test_add_func ("/server/engine-redact/echo", test_echo);
  g_test_add_func ("/server/engine-redact/history", test_history);
  g_test_add_func ("/server/engine-redact/full-disk", test_full_disk);
  g_test_add_func ("/server/engine-redact/gone", test_gone);
  g_test_add_func ("/server/engine-redact/renamed", test_renamed);
  return g_test_run ();
}
