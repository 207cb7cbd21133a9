/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a restart does not take away, and the ids of what was said. */
#include "stage.h"

#include <string.h>

static char *
dup_msgid (Guest *guest)
{
  const char *at = strstr (guest->out->str, "msgid=");

  g_assert_nonnull (at);
  at += strlen ("msgid=");
  return g_strndup (at, strcspn (at, "; "));
}

/* Ids grow, also when the clock goes back, and over a restart. */
static void
test_clock (void)
{
  Stage stage;
  Guest *anna;
  char *ids[3] = { NULL };

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      anna = guest_join (&stage, "anna", "message-tags echo-message");
      guest_says (anna, "PRIVMSG #lobby :tick");
      stage_commit (&stage);
      ids[i] = dup_msgid (anna);
      guest_free (anna);
      stage.now -= G_TIME_SPAN_DAY; /* and yet later */
      stage_restart (&stage);
    }
  for (guint i = 1; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpstr (ids[i - 1], <, ids[i]);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_free (ids[i]);
  stage_clear (&stage);
}

static void
test_off (void)
{
  Stage stage;
  Guest *anna, *berta;
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, TRUE, TRUE, 10 };
  g_autoptr (GPtrArray) kept = NULL;

  stage_init (&stage);
  stage.config->history = FALSE;
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  guest_forget (berta);
  guest_says (anna, "PRIVMSG #lobby :at once");
  guest_sees (berta, ":anna!u@10.0.0.1 PRIVMSG #lobby :at once\n");
  guest_says (anna, "CAP LS 302");
  g_assert_false (guest_saw (anna, "chathistory"));
  stage_commit (&stage);
  kept = hs_server_db_read (stage.db, &query, NULL);
  g_assert_cmpuint (kept->len, ==, 0);
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-keep/clock", test_clock);
  g_test_add_func ("/server/engine-keep/off", test_off);
  return g_test_run ();
}
