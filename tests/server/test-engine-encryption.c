/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is offered TLS, and who is let in without it. */
#include "stage.h"

#define REFUSAL "This server takes encrypted connections only: join it with TLS, on this same port.\n"
#define OFFER   ":test.example CAP * LS handshakechat.github.io/tls\n"
#define TOKEN   "0123456789abcdef"

static const struct
{
  const char *what;
  gboolean encrypted_only, classroom, encrypted;
  gboolean offered; /* in CAP LS */
  gboolean more;    /* beside it */
  gboolean let_in;
} modes[] = {
  { "everyone, in the clear", FALSE, FALSE, FALSE, TRUE, TRUE, TRUE },
  { "everyone, encrypted", FALSE, FALSE, TRUE, FALSE, TRUE, TRUE },
  { "encrypted only, in the clear", TRUE, FALSE, FALSE, TRUE, FALSE, FALSE },
  { "encrypted only, encrypted", TRUE, FALSE, TRUE, FALSE, TRUE, TRUE },
  { "classroom", FALSE, TRUE, FALSE, FALSE, TRUE, TRUE },
  { "classroom wins", TRUE, TRUE, FALSE, FALSE, TRUE, TRUE },
};

static void
set_up (Stage *stage, gboolean encrypted_only, gboolean classroom)
{
  stage_init (stage);
  stage->config->encrypted_only = encrypted_only;
  stage->config->classroom = classroom;
  stage_start (stage);
}

static void
test_modes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      Stage stage;
      Guest *anna;

      g_test_message ("%s", modes[i].what);
      set_up (&stage, modes[i].encrypted_only, modes[i].classroom);
      anna = guest_connect (&stage);
      if (modes[i].encrypted)
        hs_engine_set_encrypted (stage.engine, anna->peer, NULL);
      g_assert_cmpint (hs_peer_is_encrypted (anna->peer), ==, modes[i].encrypted);
      guest_says (anna, "CAP LS 302");
      g_assert_cmpint (guest_saw (anna, "handshakechat.github.io/tls"), ==, modes[i].offered);
      g_assert_cmpint (guest_saw (anna, "server-time"), ==, modes[i].more);
      guest_forget (anna);
      guest_says (anna, "NICK anna");
      g_assert_cmpint (anna->closed, ==, !modes[i].let_in);
      if (!modes[i].let_in)
        guest_sees (anna, "ERROR :" REFUSAL);
      guest_free (anna);
      stage_clear (&stage);
    }
}

/* One may ask as often as one likes; anything else is the end. */
static void
test_asking (void)
{
  static const char *const others[] = { "CAP END", "CAP REQ :batch", "CAP LIST", "NICK anna", "USER u 0 * :r", "PASS x", "PING x", "FROB" };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      Stage stage;
      Guest *anna;

      set_up (&stage, TRUE, FALSE);
      anna = guest_connect (&stage);
      guest_says (anna, "CAP LS 302");
      guest_sees (anna, OFFER);
      guest_says (anna, "cap ls");
      guest_sees (anna, OFFER);
      guest_says (anna, others[i]);
      guest_sees (anna, "ERROR :" REFUSAL);
      g_assert_true (anna->closed);
      guest_free (anna);
      stage_clear (&stage);
    }
}

static void
test_without_protocol (void)
{
  Stage stage;
  Guest *speaker, *listener;

  set_up (&stage, TRUE, FALSE);
  speaker = guest_connect (&stage);
  hs_engine_set_dialect (stage.engine, speaker->peer, HS_DIALECT_PLAIN);
  guest_sees (speaker, REFUSAL);
  g_assert_true (speaker->closed);
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  guest_sees (listener, REFUSAL);
  g_assert_true (listener->closed);
  guest_free (speaker);
  guest_free (listener);
  stage_clear (&stage);
}

static void
test_plain_inside (void)
{
  Stage stage;
  Guest *speaker;

  set_up (&stage, TRUE, FALSE);
  speaker = guest_connect (&stage);
  hs_engine_set_encrypted (stage.engine, speaker->peer, NULL);
  hs_engine_set_dialect (stage.engine, speaker->peer, HS_DIALECT_PLAIN);
  guest_writes (speaker, "hello");
  g_assert_false (speaker->closed);
  g_assert_true (hs_peer_is_registered (speaker->peer));
  guest_free (speaker);
  stage_clear (&stage);
}

/* The host's own client shows its token encrypted, like everybody; it is good once and only from this machine. */
static void
test_host (void)
{
  static const struct
  {
    const char *what;
    gboolean loopback, encrypted;
    const char *token;
    gboolean in, host;
  } rows[] = {
    { "the host", TRUE, TRUE, "PASS " TOKEN, TRUE, TRUE },
    { "the host, in the clear", TRUE, FALSE, "PASS " TOKEN, FALSE, FALSE },
    { "a wrong token", TRUE, TRUE, "PASS 0123456789abcdee", TRUE, FALSE },
    { "from elsewhere", FALSE, TRUE, "PASS " TOKEN, TRUE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Stage stage;
      Guest *host;

      g_test_message ("%s", rows[i].what);
      set_up (&stage, TRUE, FALSE);
      hs_engine_set_host_token (stage.engine, TOKEN);
      host = guest_connect_from (&stage, rows[i].loopback ? "127.0.0.1" : "10.0.0.1", rows[i].loopback);
      if (rows[i].encrypted)
        hs_engine_set_encrypted (stage.engine, host->peer, NULL);
      guest_says (host, "CAP LS 302");
      guest_says (host, rows[i].token);
      g_assert_cmpint (host->closed, ==, !rows[i].in);
      if (rows[i].in)
        {
          guest_says (host, "NICK host");
          guest_says (host, "USER u 0 * :r");
          guest_says (host, "CAP END");
          g_assert_true (hs_peer_is_registered (host->peer));
          g_assert_cmpint (hs_peer_is_host (host->peer), ==, rows[i].host);
        }
      guest_free (host);
      stage_clear (&stage);
    }
}

/* The host changes its mind: who is in stays in. */
static void
test_from_now_on (void)
{
  Stage stage;
  Guest *anna, *bert;

  set_up (&stage, FALSE, FALSE);
  anna = guest_join (&stage, "anna", NULL);
  stage.config->encrypted_only = TRUE;
  hs_engine_set_config (stage.engine, stage.config);
  guest_says (anna, "PING x");
  guest_sees (anna, ":test.example PONG test.example x\n");
  bert = guest_connect (&stage);
  guest_says (bert, "NICK bert");
  g_assert_true (bert->closed);
  guest_free (anna);
  guest_free (bert);
  stage_clear (&stage);
}

static void
test_tls_in_tls (void)
{
  Stage stage;
  Guest *anna;

  set_up (&stage, FALSE, FALSE);
  anna = guest_connect (&stage);
  hs_engine_set_encrypted (stage.engine, anna->peer, NULL);
  hs_engine_set_dialect (stage.engine, anna->peer, HS_DIALECT_TLS);
  guest_sees (anna, "ERROR :This connection is encrypted already\n");
  g_assert_true (anna->closed);
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/encryption/modes", test_modes);
  g_test_add_func ("/server/encryption/asking", test_asking);
  g_test_add_func ("/server/encryption/without-protocol", test_without_protocol);
  g_test_add_func ("/server/encryption/plain-inside", test_plain_inside);
  g_test_add_func ("/server/encryption/host", test_host);
  g_test_add_func ("/server/encryption/from-now-on", test_from_now_on);
  g_test_add_func ("/server/encryption/tls-in-tls", test_tls_in_tls);
  return g_test_run ();
}
