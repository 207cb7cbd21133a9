/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message that is sent again after a reconnect is answered, not delivered again. */
#include "stage.h"

#include <string.h>

#define CAPS "echo-message message-tags handshakechat.github.io/resume"

static Guest *
join_with (Stage *stage, const char *token)
{
  Guest *guest = guest_connect (stage);

  guest_says (guest, "CAP REQ :" CAPS);
  if (token != NULL)
    {
      g_autofree char *line = g_strdup_printf ("RESUME %s", token);

      guest_says (guest, line);
    }
  guest_says (guest, "NICK anna");
  guest_says (guest, "USER u 0 * :Anna");
  guest_says (guest, "CAP END");
  stage_commit (stage);
  return guest;
}

static char *
dup_after (Guest *guest, const char *what)
{
  const char *at = strstr (guest->out->str, what);

  g_assert_nonnull (at);
  at += strlen (what);
  return g_strndup (at, strcspn (at, "; \r\n"));
}

static void
test_repeated (void)
{
  static const struct
  {
    const char *description;
    gboolean with_token, restart;
    const char *line;
    gboolean delivered, fails;
  } cases[] = {
    { "the same again", TRUE, FALSE, "PRIVMSG #lobby :hi", FALSE, FALSE },
    { "over a restart", TRUE, TRUE, "PRIVMSG #lobby :hi", FALSE, FALSE },
    { "another text", TRUE, FALSE, "PRIVMSG #lobby :ho", FALSE, TRUE },
    { "another place", TRUE, FALSE, "PRIVMSG berta :hi", FALSE, TRUE },
    { "without the token", FALSE, FALSE, "PRIVMSG #lobby :hi", TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *token = NULL, *second = NULL, *first_id = NULL, *id = NULL;
      g_autofree char *line = g_strdup_printf ("@+handshakechat.github.io/id=0011 %s", cases[i].line);
      Stage stage;
      Guest *anna, *berta;

      g_test_message ("%s", cases[i].description);
      stage_init (&stage);
      stage_start (&stage);
      stage_open_store (&stage);
      anna = join_with (&stage, NULL);
      token = dup_after (anna, " RESUME ");
      guest_says (anna, "@+handshakechat.github.io/id=0011 PRIVMSG #lobby :hi");
      stage_commit (&stage);
      first_id = dup_after (anna, "msgid=");
      guest_free (anna);
      stage.now += G_USEC_PER_SEC;
      if (cases[i].restart)
        stage_restart (&stage);

      berta = guest_join (&stage, "berta", NULL);
      anna = join_with (&stage, cases[i].with_token ? token : NULL);
      second = dup_after (anna, " RESUME ");
      guest_forget (anna);
      guest_forget (berta);
      guest_says (anna, line);
      guest_says (anna, "PRIVMSG #lobby :next"); /* what follows is not lost with it */
      stage_commit (&stage);
      g_assert_cmpint (guest_saw (berta, " :hi\r\n") || guest_saw (berta, " hi\r\n"), ==, cases[i].delivered);
      g_assert_true (guest_saw (berta, "next"));
      g_assert_cmpint (guest_saw (anna, "FAIL PRIVMSG ID_ALREADY_USED"), ==, cases[i].fails);
      if (!cases[i].fails)
        {
          id = dup_after (anna, "msgid=");
          g_assert_cmpint (strcmp (id, first_id) == 0, ==, !cases[i].delivered);
        }
      guest_free (anna);
      guest_free (berta);
      stage_clear (&stage);
    }
}

static void
test_offered (void)
{
  Stage stage;
  Guest *anna, *early;

  stage_init (&stage);
  stage_start (&stage);
  early = guest_connect (&stage);
  guest_says (early, "CAP LS 302");
  g_assert_false (guest_saw (early, "resume")); /* nothing is stored */
  guest_free (early);
  stage_open_store (&stage);
  early = guest_connect (&stage);
  guest_says (early, "RESUME 00");
  g_assert_true (guest_saw (early, "FAIL RESUME CAPABILITY_NEEDED"));
  guest_free (early);
  anna = join_with (&stage, NULL);
  guest_forget (anna);
  guest_says (anna, "RESUME 00");
  g_assert_true (guest_saw (anna, " 462 "));
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-resume/repeated", test_repeated);
  g_test_add_func ("/server/engine-resume/offered", test_offered);
  return g_test_run ();
}
