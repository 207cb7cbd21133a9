/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host does from its window: in rooms as if it had typed it, and at the door. */
#include "stage.h"

static Guest *
join_host (Stage *stage)
{
  Guest *host = guest_connect_from (stage, "127.0.0.1", TRUE);

  hs_engine_set_host_token (stage->engine, "token");
  guest_says (host, "PASS token");
  guest_says (host, "NICK host");
  guest_says (host, "USER u 0 * :The Host");
  guest_forget (host);
  return host;
}

static Guest *
join_from (Stage *stage, const char *address, const char *nick)
{
  Guest *guest = guest_connect_from (stage, address, FALSE);
  g_autofree char *line = g_strdup_printf ("NICK %s", nick);

  guest_says (guest, line);
  guest_says (guest, "USER u 0 * :Somebody");
  return guest;
}

/* Each row begins with berta and a plain guest in #lobby. */
static const struct
{
  const char *description;
  HsDeed deed;
  gboolean to_plain;
  const char *berta, *plain;
  gboolean berta_closed, plain_closed;
} rows[] = {
  { "kick", HS_DEED_KICK, FALSE, ":host!u@127.0.0.1 KICK #lobby berta :too loud\n", "", FALSE, FALSE },
  { "kick in plain text", HS_DEED_KICK, TRUE, ":host!u@127.0.0.1 KICK #lobby guest-1 :too loud\n", "q", FALSE, TRUE },
  { "disconnect", HS_DEED_DISCONNECT, FALSE, "ERROR :Closing link: too loud\n", "", TRUE, FALSE },
  { "disconnect in plain text", HS_DEED_DISCONNECT, TRUE, ":guest-1!plain@10.0.0.9 QUIT :too loud\n", "q", FALSE, TRUE },
  { "mute", HS_DEED_MUTE, FALSE, ":host!u@127.0.0.1 MODE #lobby +q *!*@10.0.0.2\n", "", FALSE, FALSE },
  { "operator", HS_DEED_OPERATOR, FALSE, ":host!u@127.0.0.1 MODE #lobby +o berta\n", "", FALSE, FALSE },
};

static void
test_deeds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Stage stage;
      Guest *host, *berta, *plain;

      g_test_message ("%s", rows[i].description);
      stage_init (&stage);
      stage_start (&stage);
      host = join_host (&stage);
      berta = join_from (&stage, "10.0.0.2", "berta");
      plain = guest_connect_from (&stage, "10.0.0.9", FALSE);
      hs_engine_set_dialect (stage.engine, plain->peer, HS_DIALECT_PLAIN);
      guest_writes (plain, "hi");
      guest_forget (berta);
      guest_forget (plain);
      hs_engine_do (stage.engine, host->peer, rows[i].deed, NULL); /* to itself it does nothing */
      hs_engine_do (stage.engine, (rows[i].to_plain ? plain : berta)->peer, rows[i].deed, "too loud");
      guest_sees (berta, rows[i].berta);
      g_assert_cmpstr (plain->out->str, ==, rows[i].plain);
      g_assert_true (berta->closed == rows[i].berta_closed && plain->closed == rows[i].plain_closed);
      g_assert_false (host->closed);
      guest_free (host);
      guest_free (berta);
      guest_free (plain);
      stage_clear (&stage);
    }
}

/* Out of one of its rooms; in the others it stays. */
static void
test_kick_from (void)
{
  Stage stage;
  Guest *host, *berta;
  g_auto (GStrv) rooms = NULL, left = NULL;
  g_autofree char *names = NULL, *names_left = NULL;

  stage_init (&stage);
  stage_start (&stage);
  host = join_host (&stage);
  berta = join_from (&stage, "10.0.0.2", "berta");
  guest_says (berta, "JOIN #a,#b");
  guest_forget (berta);
  rooms = hs_engine_list_rooms (berta->peer);
  names = g_strjoinv (" ", rooms);
  g_assert_cmpstr (names, ==, "#lobby #a #b");
  hs_engine_kick_from (stage.engine, berta->peer, "#A", "too loud");
  guest_sees (berta, ":host!u@127.0.0.1 KICK #a berta :too loud\n");
  hs_engine_kick_from (stage.engine, berta->peer, "#a", NULL);
  hs_engine_kick_from (stage.engine, berta->peer, "#nowhere", NULL);
  hs_engine_kick_from (stage.engine, host->peer, "#lobby", NULL);
  guest_sees (berta, "");
  left = hs_engine_list_rooms (berta->peer);
  names_left = g_strjoinv (" ", left);
  g_assert_cmpstr (names_left, ==, "#lobby #b");
  guest_free (host);
  guest_free (berta);
  stage_clear (&stage);
}

/* Two behind one address: the other is not silenced with it. Taken back, it speaks again. */
static void
test_mute (void)
{
  Stage stage;
  Guest *host, *berta, *carla;

  stage_init (&stage);
  stage_start (&stage);
  host = join_host (&stage);
  berta = join_from (&stage, "10.0.0.2", "berta");
  carla = join_from (&stage, "10.0.0.2", "carla");
  guest_forget (berta);
  guest_forget (carla);
  hs_engine_do (stage.engine, berta->peer, HS_DEED_MUTE, NULL);
  guest_sees (carla, ":host!u@127.0.0.1 MODE #lobby +q berta!*@*\n");
  guest_forget (berta);
  guest_says (berta, "PRIVMSG #lobby :hello?");
  g_assert_true (guest_saw (berta, " 404 "));
  guest_sees (carla, "");
  guest_says (carla, "PRIVMSG #lobby :hello");
  g_assert_false (guest_saw (carla, " 404 "));
  hs_engine_do (stage.engine, berta->peer, HS_DEED_UNMUTE, NULL);
  guest_forget (carla);
  guest_says (berta, "PRIVMSG #lobby :again");
  guest_sees (carla, ":berta!u@10.0.0.2 PRIVMSG #lobby again\n");
  guest_free (host);
  guest_free (berta);
  guest_free (carla);
  stage_clear (&stage);
}

/* Without its own client the host does nothing in rooms; a connection it can close. */
static void
test_without_client (void)
{
  Stage stage;
  Guest *berta, *silent;

  stage_init (&stage);
  stage_start (&stage);
  berta = join_from (&stage, "10.0.0.2", "berta");
  silent = guest_connect_from (&stage, "10.0.0.3", FALSE);
  guest_forget (berta);
  hs_engine_do (stage.engine, berta->peer, HS_DEED_KICK, NULL);
  guest_sees (berta, "");
  hs_engine_do (stage.engine, silent->peer, HS_DEED_KICK, NULL);
  g_assert_false (silent->closed);
  hs_engine_do (stage.engine, silent->peer, HS_DEED_DISCONNECT, NULL);
  g_assert_true (silent->closed);
  guest_free (berta);
  guest_free (silent);
  stage_clear (&stage);
}

static void
check_bans (Stage *stage, const char *expected)
{
  g_auto (GStrv) bans = hs_engine_list_bans (stage->engine);
  g_autofree char *all = g_strjoinv (" ", bans);

  g_assert_cmpstr (all, ==, expected);
}

/* Who is banned goes at once, and comes not again: not to any room, not in plain text, and not after a restart. */
static void
test_door (void)
{
  Stage stage;
  Guest *host, *berta, *plain, *carla;
  g_autofree char *refusal = NULL;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  host = join_host (&stage);
  berta = join_from (&stage, "10.0.0.2", "berta");
  plain = guest_connect_from (&stage, "10.0.0.2", FALSE);
  hs_engine_set_dialect (stage.engine, plain->peer, HS_DIALECT_PLAIN);
  guest_writes (plain, "hi");
  carla = join_from (&stage, "10.0.0.3", "carla");
  stage_commit (&stage);
  guest_forget (berta);
  guest_forget (plain);

  g_assert_true (hs_engine_set_banned (stage.engine, "10.0.0.2", TRUE));
  g_assert_false (hs_engine_set_banned (stage.engine, "10.0.0.2", TRUE));
  g_assert_false (hs_engine_set_banned (stage.engine, "no mask", TRUE));
  g_assert_true (hs_engine_set_banned (stage.engine, "*!*@::1", TRUE)); /* as the window says it of any address */
  g_assert_null (hs_engine_add_peer (stage.engine, "::1", FALSE, NULL, &refusal));
  g_clear_pointer (&refusal, g_free);
  g_assert_true (hs_engine_set_banned (stage.engine, "*!*@::1", FALSE));
  g_assert_true (guest_saw (berta, " 465 berta :You are banned from this server\r\nERROR :"));
  g_assert_cmpstr (plain->out->str, ==, "q");
  g_assert_true (berta->closed && plain->closed && !carla->closed && !host->closed);
  g_assert_null (hs_engine_add_peer (stage.engine, "10.0.0.2", FALSE, NULL, &refusal));
  g_assert_cmpstr (refusal, ==, "ERROR :Closing link: You are banned from this server\r\n");

  stage.now++; /* kept in the order of their time */
  /* By name: the address tells nothing, the name does. */
  g_assert_true (hs_engine_set_banned (stage.engine, "carla", TRUE));
  g_assert_true (carla->closed);
  stage.now++;
  g_assert_true (hs_engine_set_banned (stage.engine, "127.0.0.1", TRUE)); /* not the host itself */
  g_assert_false (host->closed);
  check_bans (&stage, "*!*@10.0.0.2 carla!*@* *!*@127.0.0.1");
  stage_commit (&stage);
  guest_free (berta);
  guest_free (plain);
  guest_free (carla);
  guest_free (host);
  stage_restart (&stage);

  check_bans (&stage, "*!*@10.0.0.2 carla!*@* *!*@127.0.0.1");
  host = join_host (&stage);
  g_assert_false (host->closed);
  carla = join_from (&stage, "10.0.0.4", "carla");
  g_assert_true (carla->closed);
  berta = join_from (&stage, "10.0.0.4", "berta");
  g_assert_false (berta->closed);
  guest_forget (berta);
  guest_says (berta, "NICK carla");
  g_assert_true (guest_saw (berta, " 432 berta carla :"));
  guest_free (carla);
  g_assert_true (hs_engine_set_banned (stage.engine, "carla!*@*", FALSE));
  carla = join_from (&stage, "10.0.0.4", "carla");
  g_assert_false (carla->closed);
  plain = guest_connect_from (&stage, "127.0.0.1", TRUE);
  hs_engine_set_dialect (stage.engine, plain->peer, HS_DIALECT_PLAIN);
  guest_writes (plain, "hi");
  g_assert_true (plain->closed);
  guest_free (plain);
  plain = guest_connect_from (&stage, "127.0.0.1", TRUE);
  hs_engine_set_listener (stage.engine, plain->peer);
  g_assert_true (plain->closed);
  guest_free (plain);
  guest_free (berta);
  guest_free (carla);
  guest_free (host);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/host/deeds", test_deeds);
  g_test_add_func ("/server/host/kick-from", test_kick_from);
  g_test_add_func ("/server/host/mute", test_mute);
  g_test_add_func ("/server/host/without-client", test_without_client);
  g_test_add_func ("/server/host/door", test_door);
  return g_test_run ();
}
