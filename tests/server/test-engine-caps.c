/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CAP: each line and its answer. */
#include "stage.h"

#define ALL \
  "account-notify account-tag away-notify batch cap-notify chghost draft/channel-rename draft/extended-isupport " \
  "draft/metadata-2 draft/multiline draft/pre-away echo-message extended-join extended-monitor " \
  "handshakechat.github.io/half-close handshakechat.github.io/tcp-view invite-notify labeled-response " \
  "message-tags multi-prefix no-implicit-names sasl server-time setname standard-replies userhost-in-names"
/* With their values they take two lines. */
#define FIRST_302 \
  "account-notify account-tag away-notify batch cap-notify chghost draft/channel-rename draft/extended-isupport " \
  "draft/metadata-2=before-connect,max-subs=50,max-keys=10,max-value-bytes=230 " \
  "draft/multiline=max-bytes=65536,max-lines=200 draft/pre-away echo-message extended-join extended-monitor " \
  "handshakechat.github.io/half-close handshakechat.github.io/tcp-view invite-notify labeled-response " \
  "message-tags multi-prefix no-implicit-names sasl=SCRAM-SHA-256 server-time setname"
#define REST_302 \
  "standard-replies userhost-in-names"
#define TLS " handshakechat.github.io/tls"

static void
test_negotiation (void)
{
  static const struct
  {
    const char *line, *expected;
  } rows[] = {
    { "CAP LS 302", ":test.example CAP * LS * :" FIRST_302 "\n:test.example CAP * LS :" REST_302 TLS "\n" },
    { "cap list", ":test.example CAP * LIST cap-notify\n" },
    { "CAP REQ :server-time batch", ":test.example CAP * ACK :server-time batch\n" },
    { "CAP LIST", ":test.example CAP * LIST :batch cap-notify server-time\n" },
    { "CAP REQ handshakechat.github.io/tls", ":test.example CAP * NAK handshakechat.github.io/tls\n" }, /* an offer, not a wish */
    { "CAP REQ :sasl", ":test.example CAP * ACK sasl\n" },
    { "CAP REQ :-sasl", ":test.example CAP * ACK -sasl\n" },
    { "CAP REQ :tls", ":test.example CAP * NAK tls\n" },
    { "CAP REQ :echo-message nonsense", ":test.example CAP * NAK :echo-message nonsense\n" },
    { "CAP REQ :-batch setname", ":test.example CAP * ACK :-batch setname\n" },
    { "CAP LIST", ":test.example CAP * LIST :cap-notify server-time setname\n" },
    { "NICK anna", "" },
    { "USER u 0 * :r", "" },
    { "CAP REQ -cap-notify", ":test.example CAP anna NAK -cap-notify\n" }, /* it speaks 302 */
    { "CAP FOO", ":test.example 410 anna FOO :Invalid CAP command\n" },
    { "CAP", ":test.example 461 anna CAP :Not enough parameters\n" },
  };
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_connect (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guest_says (anna, rows[i].line);
      guest_sees (anna, rows[i].expected);
    }
  g_assert_false (hs_peer_is_registered (anna->peer));
  guest_says (anna, "CAP END");
  g_assert_true (hs_peer_is_registered (anna->peer));
  guest_forget (anna);
  guest_says (anna, "CAP LS");
  guest_sees (anna, ":test.example CAP anna LS :" ALL TLS "\n");
  guest_says (anna, "PING x");
  guest_sees (anna, ":test.example PONG test.example x\n");
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_without (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "CAP LIST");
  guest_sees (anna, ":test.example CAP anna LIST :\n");
  guest_free (anna);
  stage_clear (&stage);
}

/* What concerns the time before and the moment of arriving. */
static void
test_arriving (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_connect (&stage);
  guest_says (anna, "AWAY :early");
  guest_sees (anna, ":test.example 451 * :You have not registered\n");
  guest_says (anna, "ISUPPORT");
  guest_sees (anna, ":test.example 451 * :You have not registered\n");
  guest_says (anna, "CAP REQ :batch draft/extended-isupport draft/pre-away labeled-response no-implicit-names");
  guest_forget (anna);
  guest_says (anna, "AWAY *");
  guest_sees (anna, ":test.example 306 * :You have been marked as being away\n");
  guest_says (anna, "ISUPPORT");
  g_assert_true (g_str_has_prefix (anna->out->str, ":test.example BATCH +1 draft/isupport\r\n@batch=1 :test.example 005 * NETWORK="));
  g_assert_true (g_str_has_suffix (anna->out->str, ":are supported by this server\r\n:test.example BATCH -1\r\n"));
  guest_forget (anna);
  guest_says (anna, "NICK anna");
  guest_says (anna, "USER u 0 * r");
  guest_says (anna, "CAP END");
  g_assert_true (guest_saw (anna, "BATCH +2 draft/isupport\r\n@batch=2 "));
  g_assert_true (guest_saw (anna, " JOIN #lobby\r\n"));
  g_assert_false (guest_saw (anna, " 353 "));
  guest_forget (anna);
  guest_says (anna, "@label=x ISUPPORT");
  g_assert_true (g_str_has_prefix (anna->out->str, "@label=x :test.example BATCH +4 labeled-response\r\n@batch=4 :test.example BATCH +3 draft/isupport\r\n@batch=3 :"));
  g_assert_true (g_str_has_suffix (anna->out->str, "\r\n@batch=4 :test.example BATCH -3\r\n:test.example BATCH -4\r\n"));
  guest_forget (anna);
  guest_says (anna, "NAMES #lobby");
  g_assert_true (guest_saw (anna, " 353 "));
  guest_free (anna);
  stage_clear (&stage);
}

/* Who comes in the clear hears where to come encrypted, who is encrypted for how long to; with CAP 302 only, and never on this computer. */
static void
test_sts (void)
{
  static const struct
  {
    const char *what, *line;
    gboolean encrypted, loopback, encrypted_only, classroom;
    guint16 port;
    guint seconds;
    gint64 until; /* s from now */
    const char *seen; /* (nullable) */
  } rows[] = {
    { "in the clear", "CAP LS 302", FALSE, FALSE, FALSE, FALSE, 6697, 300, 10, " sts=port=6697\r\n" },
    { "nothing else is offered there", "CAP LS 302", FALSE, FALSE, TRUE, FALSE, 6697, 300, 10, "LS :handshakechat.github.io/tls sts=port=6697\r\n" },
    { "encrypted", "CAP LS 302", TRUE, FALSE, FALSE, FALSE, 6697, 300, 10, " sts=duration=300\r\n" },
    { "it knows no values", "CAP LS", FALSE, FALSE, FALSE, FALSE, 6697, 300, 10, NULL },
    { "on this computer", "CAP LS 302", FALSE, TRUE, FALSE, FALSE, 6697, 300, 10, NULL },
    { "not wished, in the clear", "CAP LS 302", FALSE, FALSE, FALSE, FALSE, 6697, 0, 10, NULL },
    { "no longer wished", "CAP LS 302", TRUE, FALSE, FALSE, FALSE, 6697, 0, 10, " sts=duration=0\r\n" },
    { "the certificate has expired", "CAP LS 302", FALSE, FALSE, FALSE, FALSE, 6697, 300, 0, NULL },
    { "a certificate of our own", "CAP LS 302", TRUE, FALSE, FALSE, FALSE, 0, 300, 10, NULL },
    { "classroom", "CAP LS 302", FALSE, FALSE, FALSE, TRUE, 6697, 300, 10, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Stage stage;
      Guest *anna;

      g_test_message ("%s", rows[i].what);
      stage_init (&stage);
      stage.config->encrypted_only = rows[i].encrypted_only;
      stage.config->classroom = rows[i].classroom;
      stage_start (&stage);
      hs_engine_set_sts (stage.engine, rows[i].port, rows[i].seconds, stage.now / G_USEC_PER_SEC + rows[i].until);
      anna = guest_connect_from (&stage, rows[i].loopback ? "127.0.0.1" : "10.0.0.1", rows[i].loopback);
      if (rows[i].encrypted)
        hs_engine_set_encrypted (stage.engine, anna->peer, NULL);
      guest_says (anna, rows[i].line);
      g_assert_cmpint (guest_saw (anna, "sts="), ==, rows[i].seen != NULL);
      g_assert_true (rows[i].seen == NULL || guest_saw (anna, rows[i].seen));
      guest_forget (anna);
      if (!rows[i].encrypted_only)
        {
          guest_says (anna, "CAP REQ sts");
          guest_sees (anna, ":test.example CAP * NAK sts\n");
        }
      guest_free (anna);
      stage_clear (&stage);
    }
}

/* A certificate that is replaced, or a wish that is another, is heard by those who want to know. It is never taken back but ended. */
static void
test_sts_changes (void)
{
  Stage stage;
  Guest *clear, *encrypted, *old, *coming;
  gint64 until;

  stage_init (&stage);
  stage_start (&stage);
  until = stage.now / G_USEC_PER_SEC + 100;
  clear = guest_join (&stage, "clear", NULL);
  encrypted = guest_join (&stage, "encrypted", NULL);
  hs_engine_set_encrypted (stage.engine, encrypted->peer, NULL);
  old = guest_join (&stage, "old", "server-time"); /* it has asked for nothing of the kind */
  coming = guest_connect (&stage);
  guest_says (clear, "CAP LS 302");
  guest_says (encrypted, "CAP LS 302");
  guest_says (coming, "CAP LS 302");
  guest_forget (clear);
  guest_forget (encrypted);
  guest_forget (old);
  guest_forget (coming);
  hs_engine_set_sts (stage.engine, 0, 0, 0);
  guest_sees (encrypted, "");
  hs_engine_set_sts (stage.engine, 8000, 300, until);
  guest_sees (clear, ":test.example CAP clear NEW sts=port=8000\n");
  guest_sees (encrypted, ":test.example CAP encrypted NEW sts=duration=300\n");
  guest_sees (coming, ":test.example CAP * NEW sts=port=8000\n");
  hs_engine_set_sts (stage.engine, 8000, 300, until + 100); /* renewed */
  hs_engine_set_sts (stage.engine, 8000, 600, until);
  guest_sees (clear, "");
  guest_sees (encrypted, ":test.example CAP encrypted NEW sts=duration=600\n");
  hs_engine_set_sts (stage.engine, 0, 0, 0);
  guest_sees (clear, "");
  guest_sees (encrypted, ":test.example CAP encrypted NEW sts=duration=0\n");
  guest_sees (old, "");
  guest_free (clear);
  guest_free (encrypted);
  guest_free (old);
  guest_free (coming);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/caps/negotiation", test_negotiation);
  g_test_add_func ("/server/caps/without", test_without);
  g_test_add_func ("/server/caps/arriving", test_arriving);
  g_test_add_func ("/server/engine-caps/sts", test_sts);
  g_test_add_func ("/server/engine-caps/sts-changes", test_sts_changes);
  return g_test_run ();
}
