/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AUTHENTICATE, with libgsasl's client at the other end and with clients that lie. */
#include "sasl-client.h"

#include <string.h>

#include "hs-limits.h"

static const HsFingerprint key = { { 7 } };

static Stage stage;

static void
begin (void)
{
  stage_init (&stage);
  stage_start (&stage);
}

static Guest *
arrive (gboolean encrypted, const HsFingerprint *shown)
{
  Guest *guest = guest_connect (&stage);

  if (encrypted)
    hs_engine_set_encrypted (stage.engine, guest->peer, shown);
  guest_says (guest, "CAP LS 302");
  guest_says (guest, "CAP REQ :sasl");
  guest_forget (guest);
  return guest;
}

/* Anna's account, and nobody there. */
static void
make_anna (const char *password)
{
  Guest *anna = arrive (TRUE, &key);
  g_autofree char *line = g_strdup_printf ("REGISTER anna * %s", password);

  guest_says (anna, "NICK anna");
  guest_says (anna, line);
  stage_work (&stage);
  g_assert_true (guest_saw (anna, "REGISTER SUCCESS anna"));
  guest_free (anna);
}

static void
test_mechanisms (void)
{
  static const struct
  {
    const char *description;
    gboolean encrypted, shows_key;
    Client client;
    const char *expected;
  } cases[] = {
    { "PLAIN", TRUE, FALSE, { "PLAIN", "anna", "correct horse" }, " 903 " },
    { "PLAIN, another case", TRUE, FALSE, { "PLAIN", "ANNA", "correct horse" }, " 903 " },
    { "PLAIN, wrong", TRUE, FALSE, { "PLAIN", "anna", "correct hors" }, " 904 " },
    { "PLAIN, nobody", TRUE, FALSE, { "PLAIN", "berta", "correct horse" }, " 904 " },
    { "PLAIN as somebody else", TRUE, FALSE, { "PLAIN", "anna", "correct horse", NULL, "berta" }, " 904 " },
    { "PLAIN as oneself", TRUE, FALSE, { "PLAIN", "anna", "correct horse", NULL, "anna" }, " 903 " },
    { "PLAIN in the clear", FALSE, FALSE, { "PLAIN", "anna", "correct horse" }, " 908 " },
    { "SCRAM", TRUE, FALSE, { "SCRAM-SHA-256", "anna", "correct horse" }, " 903 " },
    { "SCRAM in the clear", FALSE, FALSE, { "SCRAM-SHA-256", "anna", "correct horse" }, " 903 " },
    { "SCRAM, wrong", TRUE, FALSE, { "SCRAM-SHA-256", "anna", "correct hors" }, " 904 " },
    { "SCRAM, nobody", TRUE, FALSE, { "SCRAM-SHA-256", "berta", "correct horse" }, " 904 " },
    { "SCRAM as somebody else", TRUE, FALSE, { "SCRAM-SHA-256", "anna", "correct horse", NULL, "berta" }, " 904 " },
    { "PLUS", TRUE, FALSE, { "SCRAM-SHA-256-PLUS", "anna", "correct horse", "Y29ubmVjdGlvbiAy" }, " 903 " },
    { "PLUS of another connection", TRUE, FALSE, { "SCRAM-SHA-256-PLUS", "anna", "correct horse", "Y29ubmVjdGlvbiAx" }, " 904 " },
    { "PLUS in the clear", FALSE, FALSE, { "SCRAM-SHA-256-PLUS", "anna", "correct horse", "Y29ubmVjdGlvbiAy" }, " 908 " },
    { "EXTERNAL", TRUE, TRUE, { "EXTERNAL", "anna" }, " 903 " },
    { "EXTERNAL as oneself", TRUE, TRUE, { "EXTERNAL", "anna", NULL, NULL, "anna" }, " 903 " },
    { "EXTERNAL as somebody else", TRUE, TRUE, { "EXTERNAL", "anna", NULL, NULL, "berta" }, " 904 " },
    { "EXTERNAL without a key", TRUE, FALSE, { "EXTERNAL", "anna" }, " 908 " },
    { "what the server does not know", TRUE, FALSE, { "CRAM-MD5", "anna", "correct horse" }, " 908 " },
    { "the password that all need, where there is none", TRUE, FALSE, { "SCRAM-SHA-256", "room", "correct horse" }, " 904 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *guest;

      g_test_message ("%s", cases[i].description);
      begin ();
      make_anna (":correct horse");
      guest = arrive (cases[i].encrypted, cases[i].shows_key ? &key : NULL);
      client_log_in (guest, &cases[i].client);
      if (!guest_saw (guest, cases[i].expected))
        g_error ("%s: %s", cases[i].description, guest->out->str);
      g_assert_cmpint (guest_saw (guest, " 900 * * anna :You are now logged in as anna"), ==, strcmp (cases[i].expected, " 903 ") == 0);
      guest_free (guest);
      stage_clear (&stage);
    }
}

static void
test_offer (void)
{
  static const struct
  {
    gboolean encrypted, shows_key;
    guint configured;
    const char *offer;
  } cases[] = {
    { FALSE, FALSE, HS_SASL_ALL, "sasl=SCRAM-SHA-256" },
    { TRUE, FALSE, HS_SASL_ALL, "sasl=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN" },
    { TRUE, TRUE, HS_SASL_ALL, "sasl=EXTERNAL,SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN" },
    { TRUE, TRUE, HS_SASL_PLAIN, "sasl=PLAIN" },
    { FALSE, FALSE, HS_SASL_PLAIN, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *guest;

      stage_init (&stage);
      stage.config->sasl = cases[i].configured;
      stage_start (&stage);
      guest = guest_connect (&stage);
      if (cases[i].encrypted)
        hs_engine_set_encrypted (stage.engine, guest->peer, cases[i].shows_key ? &key : NULL);
      guest_says (guest, "CAP LS 302");
      if (cases[i].offer != NULL)
        {
          const char *at = strstr (guest->out->str, cases[i].offer);

          g_assert_nonnull (at);
          g_assert_true (g_ascii_isspace (at[strlen (cases[i].offer)])); /* and nothing more */
        }
      else
        {
          g_assert_false (guest_saw (guest, "sasl"));
          guest_says (guest, "CAP REQ :sasl");
          g_assert_true (guest_saw (guest, "NAK sasl"));
        }
      guest_free (guest);
      stage_clear (&stage);
    }
}

/* ---- Lines ---- */

/* What a client says, line by line; {400} stands for as many characters; and what the server says to the last. */
static void
test_bad_lines (void)
{
  static const struct
  {
    const char *description;
    const char *lines[6];
    const char *expected;
  } cases[] = {
    { "given up", { "AUTHENTICATE PLAIN", "AUTHENTICATE *" }, " 906 " },
    { "given up before it began", { "AUTHENTICATE *" }, " 906 " },
    { "no base64", { "AUTHENTICATE PLAIN", "AUTHENTICATE !!!!" }, " 904 " },
    { "cut base64", { "AUTHENTICATE PLAIN", "AUTHENTICATE AGFubmEAY29" }, " 904 " },
    { "no name", { "AUTHENTICATE PLAIN", "AUTHENTICATE +" }, " 904 " },
    { "NUL nowhere", { "AUTHENTICATE PLAIN", "AUTHENTICATE YW5uYQ==" }, " 904 " },
    { "not UTF-8", { "AUTHENTICATE PLAIN", "AUTHENTICATE AP//AP//" }, " 904 " },
    { "a line too long", { "AUTHENTICATE PLAIN", "AUTHENTICATE {401}" }, " 905 " },
    { "a mechanism too long", { "AUTHENTICATE {401}" }, " 905 " },
    { "no end", { "AUTHENTICATE PLAIN", "AUTHENTICATE {400}", "AUTHENTICATE {400}" }, "" },
    { "chunks that are no answer", { "AUTHENTICATE PLAIN", "AUTHENTICATE {400}", "AUTHENTICATE +" }, " 904 " },
    { "SCRAM: no first message", { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE +" }, " 904 " },
    { "SCRAM: garbage", { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE AAAA" }, " 904 " },
    { "SCRAM: an extension that must be known", { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE biwsbT14LG49YW5uYSxyPWFi" }, " 904 " }, /* n,,m=x,n=anna,r=ab */
    { "SCRAM: told there were no binding", { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE eSwsbj1hbm5hLHI9YWJjZA==" }, " 904 " }, /* y,,n=anna,r=abcd */
    { "SCRAM: a binding without PLUS", { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE cD10bHMtZXhwb3J0ZXIsLG49YW5uYSxyPWFiY2Q=" }, " 904 " },
    { "PLUS: another kind of binding", { "AUTHENTICATE SCRAM-SHA-256-PLUS", "AUTHENTICATE cD10bHMtdW5pcXVlLCxuPWFubmEscj1hYmNk" }, " 904 " },
    { "PLUS: without binding", { "AUTHENTICATE SCRAM-SHA-256-PLUS", "AUTHENTICATE biwsbj1hbm5hLHI9YWJjZA==" }, " 904 " },
    { "SCRAM: an empty proof", { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE biwsbj1hbm5hLHI9YWJjZA==", "AUTHENTICATE +" }, " 904 " },
    { "SCRAM: the nonce alone is the client's", /* c=biws,r=abcd,p=AAAA… */
      { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE biwsbj1hbm5hLHI9YWJjZA==",
        "AUTHENTICATE Yz1iaXdzLHI9YWJjZCxwPUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9" }, " 904 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *guest;

      g_test_message ("%s", cases[i].description);
      begin ();
      make_anna ("longenough");
      guest = arrive (TRUE, NULL);
      for (guint j = 0; cases[i].lines[j] != NULL; j++)
        {
          g_autofree char *long_one = g_strnfill (401, 'A');
          g_auto (GStrv) parts = g_strsplit (cases[i].lines[j], "{401}", -1);
          g_autofree char *whole = g_strjoinv (long_one, parts);
          g_auto (GStrv) more = g_strsplit (whole, "{400}", -1);
          g_autofree char *line = g_strjoinv (long_one + 1, more);

          guest_forget (guest);
          guest_says (guest, line);
          stage_work (&stage);
        }
      if (cases[i].expected[0] == '\0' ? guest->out->len > 0 : !guest_saw (guest, cases[i].expected))
        g_error ("%s: %s", cases[i].description, guest->out->str);
      guest_forget (guest);
      guest_says (guest, "AUTHENTICATE *"); /* it can begin anew */
      guest_says (guest, "AUTHENTICATE PLAIN");
      g_assert_true (g_str_has_suffix (guest->out->str, "AUTHENTICATE +\r\n"));
      guest_free (guest);
      stage_clear (&stage);
    }
}

static void
test_endless (void)
{
  g_autofree char *chunk = g_strnfill (400, 'A');
  g_autofree char *line = g_strconcat ("AUTHENTICATE ", chunk, NULL);
  Guest *guest;

  begin ();
  guest = arrive (TRUE, NULL);
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_forget (guest);
  for (guint i = 0; i < HS_SASL_MAX / 400; i++)
    guest_says (guest, line);
  g_assert_cmpuint (guest->out->len, ==, 0);
  guest_says (guest, line);
  g_assert_true (guest_saw (guest, " 905 "));
  guest_free (guest);
  stage_clear (&stage);
}

/* What one connection has said proves nothing on another. */
static void
test_replay (void)
{
  static const Client client = { "SCRAM-SHA-256", "anna", "longenough" };
  Gsasl *gsasl = NULL;
  Gsasl_session *session;
  char *first = NULL, *proof = NULL;
  g_autofree char *challenge = NULL;
  Guest *guest, *thief;

  begin ();
  make_anna ("longenough");
  session = client_begin (&client, &gsasl);
  guest = arrive (TRUE, NULL);
  guest_says (guest, "AUTHENTICATE SCRAM-SHA-256");
  gsasl_step64 (session, "", &first);
  guest_forget (guest);
  client_say (guest, first);
  challenge = client_take_challenge (guest);
  gsasl_step64 (session, challenge, &proof);
  client_say (guest, proof);
  guest_says (guest, "AUTHENTICATE +");
  g_assert_true (guest_saw (guest, " 903 "));

  thief = arrive (TRUE, NULL);
  guest_says (thief, "AUTHENTICATE SCRAM-SHA-256");
  client_say (thief, first);
  client_say (thief, proof);
  g_assert_true (guest_saw (thief, " 904 "));

  gsasl_free (first);
  gsasl_free (proof);
  gsasl_finish (session);
  gsasl_done (gsasl);
  guest_free (guest);
  guest_free (thief);
  stage_clear (&stage);
}

/* ---- Its place among the rest ---- */

static void
test_in_between (void)
{
  static const Client client = { "PLAIN", "anna", "longenough" };
  Guest *guest, *gone;

  begin ();
  make_anna ("longenough");

  /* CAP END while it is under way */
  guest = arrive (TRUE, NULL);
  guest_says (guest, "NICK berta");
  guest_says (guest, "USER b 0 * :B");
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_says (guest, "AUTHENTICATE AGFubmEAbG9uZ2Vub3VnaA==");
  guest_says (guest, "AUTHENTICATE PLAIN");
  g_assert_true (guest_saw (guest, " 907 "));
  guest_says (guest, "CAP END");
  g_assert_true (guest_saw (guest, " 906 "));
  g_assert_true (guest_saw (guest, " 001 "));
  stage_work (&stage);
  g_assert_false (guest_saw (guest, " 900 "));

  /* it goes while its password is checked */
  gone = arrive (TRUE, NULL);
  guest_says (gone, "AUTHENTICATE PLAIN");
  guest_says (gone, "AUTHENTICATE AGFubmEAbG9uZ2Vub3VnaA==");
  guest_free (gone);
  stage_work (&stage);

  /* later, and again */
  guest_forget (guest);
  client_log_in (guest, &client);
  g_assert_true (guest_saw (guest, " 900 berta berta!b@10.0.0.1 anna :You are now logged in as anna"));
  guest_forget (guest);
  client_log_in (guest, &client);
  g_assert_true (guest_saw (guest, " 903 "));
  guest_free (guest);

  /* sasl-3.1 knows no second time */
  guest = guest_connect (&stage);
  hs_engine_set_encrypted (stage.engine, guest->peer, NULL);
  guest_says (guest, "CAP REQ :sasl");
  client_log_in (guest, &client);
  guest_forget (guest);
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_sees (guest, ":test.example 907 * :You have already authenticated using SASL\n");
  guest_free (guest);

  /* the engine ends while one is checked */
  guest = arrive (TRUE, NULL);
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_says (guest, "AUTHENTICATE AGFubmEAbG9uZ2Vub3VnaA==");
  guest_free (guest);
  stage_clear (&stage);
}

/* An address that guesses waits, and one that goes on is shut out; others are not touched, and being right about oneself does not help. */
static void
test_guessing (void)
{
  static const Client wrong = { "SCRAM-SHA-256", "anna", "wrong" };
  static const Client right = { "SCRAM-SHA-256", "anna", "longenough" };
  Guest *guest, *other;

  begin ();
  make_anna ("longenough");
  guest = arrive (TRUE, NULL);
  other = guest_connect_from (&stage, "10.0.0.2", FALSE);
  for (guint i = 0; i < HS_GUESSES_MAX; i++)
    {
      client_log_in (guest, &wrong);
      g_assert_true (guest_saw (guest, " 904 "));
      g_assert_false (guest_saw (guest, " 263 "));
      guest_forget (guest);
      client_log_in (guest, &right); /* at once: not even looked at */
      g_assert_true (guest_saw (guest, " 263 "));
      guest_forget (guest);
      client_log_in (other, &right);
      g_assert_true (guest_saw (other, " 903 "));
      guest_free (other);
      other = guest_connect_from (&stage, "10.0.0.2", FALSE);
      stage.now += (gint64) (HS_GUESS_WAIT_MS << MIN (i, 6)) * G_TIME_SPAN_MILLISECOND;
      if (i == 3)
        {
          client_log_in (guest, &right);
          g_assert_true (guest_saw (guest, " 903 "));
          guest_free (guest);
          guest = arrive (TRUE, NULL);
        }
    }
  guest_forget (guest);
  client_log_in (guest, &right);
  g_assert_true (guest_saw (guest, " 263 "));
  stage.now += HS_GUESS_SHUT_OUT_MS * G_TIME_SPAN_MILLISECOND;
  guest_forget (guest);
  client_log_in (guest, &right);
  g_assert_true (guest_saw (guest, " 903 "));
  guest_free (guest);
  guest_free (other);
  stage_clear (&stage);
}

/* Many at once are as one after the other. */
static void
test_guessing_at_once (void)
{
  Guest *guests[20];
  guint n_asked_to_wait = 0;

  begin ();
  make_anna ("longenough");
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      guests[i] = arrive (TRUE, NULL);
      guest_says (guests[i], "AUTHENTICATE PLAIN");
      guest_says (guests[i], "AUTHENTICATE AGFubmEAd3Jvbmd3cm9uZw==");
    }
  g_assert_cmpuint (stage.jobs.length, ==, HS_KDF_AT_ONCE);
  stage_work (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_assert_true (guest_saw (guests[i], " 904 "));
      n_asked_to_wait += guest_saw (guests[i], " 263 ");
      guest_free (guests[i]);
    }
  g_assert_cmpuint (n_asked_to_wait, ==, G_N_ELEMENTS (guests) - HS_KDF_AT_ONCE);
  stage_clear (&stage);
}

/* What was asked first does not answer what is asked now, and giving up is no way to have any number of passwords worked on. */
static void
test_given_up (void)
{
  static const char wrong[] = "AUTHENTICATE AGFubmEAd3Jvbmd3cm9uZw==", right[] = "AUTHENTICATE AGFubmEAbG9uZ2Vub3VnaA==";
  Guest *guest;

  begin ();
  make_anna ("longenough");
  guest = arrive (TRUE, NULL);
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_says (guest, wrong);
  guest_says (guest, "AUTHENTICATE *");
  g_assert_true (guest_saw (guest, " 906 "));
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_says (guest, wrong);
  g_assert_true (guest_saw (guest, " 263 "));
  g_assert_cmpuint (stage.jobs.length, ==, 1);
  guest_forget (guest);
  stage.now += HS_GUESS_WAIT_MS * G_TIME_SPAN_MILLISECOND;
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_says (guest, right);
  stage_work (&stage); /* the first, which was wrong, and then this */
  g_assert_false (guest_saw (guest, " 904 "));
  g_assert_true (guest_saw (guest, " 903 "));
  guest_free (guest);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-sasl/mechanisms", test_mechanisms);
  g_test_add_func ("/server/engine-sasl/offer", test_offer);
  g_test_add_func ("/server/engine-sasl/bad-lines", test_bad_lines);
  g_test_add_func ("/server/engine-sasl/endless", test_endless);
  g_test_add_func ("/server/engine-sasl/replay", test_replay);
  g_test_add_func ("/server/engine-sasl/in-between", test_in_between);
  g_test_add_func ("/server/engine-sasl/guessing", test_guessing);
  g_test_add_func ("/server/engine-sasl/guessing-at-once", test_guessing_at_once);
  g_test_add_func ("/server/engine-sasl/given-up", test_given_up);
  return g_test_run ();
}
