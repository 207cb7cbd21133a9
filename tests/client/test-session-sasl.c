/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session logs in with a scripted server, whose SASL is libgsasl's server side: what is said, in which order, and what never is. */
#include "client-stage.h"

#include <gsasl.h>
#include <string.h>

#include "hs-limits.h"

#define BINDING "what only these two ends know"

/* In a script every line is one of
 *   < line                        the server says it
 *   > pattern                     the session's next line matches it
 *   = MECHANISM NAME PASSWORD     the session proves with MECHANISM to be NAME, and this server knows the PASSWORD; it answers 900 (unless NAME is "room")
 *                                 and 903, or 904
 * At the end nothing more may have been said. */
typedef struct
{
  const char *path;
  HsSessionLogin login;
  gboolean bound;
  const char *script;
  int problem; /* HsLoginProblem, -1 none */
} Case;

typedef struct
{
  HsStore *store;
  HsSession *session;
  GQueue out;
  GString *all;   /* everything that was said */
  int problem;
  const char *password;
} Stage;

/* ---- The server's SASL ---- */

static int
on_question (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  const char *password = gsasl_session_hook_get (session);
  g_autofree char *binding = g_base64_encode ((const guchar *) BINDING, strlen (BINDING));

  switch ((int) property)
    {
    case GSASL_PASSWORD: return gsasl_property_set (session, property, password);
    case GSASL_SCRAM_ITER: return gsasl_property_set (session, property, "4096");
    case GSASL_CB_TLS_EXPORTER: return gsasl_property_set (session, property, binding);
    case GSASL_VALIDATE_SIMPLE:
      return g_strcmp0 (gsasl_property_fast (session, GSASL_PASSWORD), password) == 0 ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
    case GSASL_VALIDATE_EXTERNAL: return GSASL_OK;
    default: return GSASL_NO_CALLBACK;
    }
}

/* ---- Lines ---- */

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Stage *stage = user_data;

  g_assert_true (g_str_has_suffix (data, "\r\n"));
  g_assert_cmpuint (len, <=, 512);
  g_string_append (stage->all, data);
  g_queue_push_tail (&stage->out, g_strndup (data, len - 2));
  return stage->all->len;
}

static void
on_login_failed (HsSession *session, int problem, const char *words, Stage *stage)
{
  g_assert_cmpint (stage->problem, ==, -1); /* once */
  g_assert_true (words != NULL && *words != '\0');
  stage->problem = problem;
}

static char *
take_line (Stage *stage)
{
  stage_wait_until (!g_queue_is_empty (&stage->out));
  return g_queue_pop_head (&stage->out);
}

static void
expect_line (Stage *stage, const char *pattern)
{
  g_autofree char *line = take_line (stage);

  if (!g_pattern_match_simple (pattern, line))
    g_error ("expected “%s”, said “%s”", pattern, line);
}

static void
server_says (Stage *stage, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (stage->session, copy, strlen (copy));
}

/* ---- A whole proof ---- */

/* One message of the session's, put together of its chunks and decoded; NULL: "*". */
static char *
take_words (Stage *stage, gsize *len)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char *words;
  gsize n;

  do
    {
      g_autofree char *line = take_line (stage);
      const char *chunk = line + strlen ("AUTHENTICATE ");

      g_assert_true (g_str_has_prefix (line, "AUTHENTICATE "));
      if (strcmp (chunk, "*") == 0)
        return NULL;
      n = strlen (chunk);
      g_assert_cmpuint (n, <=, HS_SASL_CHUNK);
      g_string_append (text, strcmp (chunk, "+") == 0 ? "" : chunk);
    }
  while (n == HS_SASL_CHUNK);
  if (text->len == 0)
    {
      *len = 0;
      return g_strdup ("");
    }
  words = (char *) g_base64_decode (text->str, len);
  return words;
}

static void
say_words (Stage *stage, const char *data, gsize len)
{
  g_autofree char *text = len > 0 ? g_base64_encode ((const guchar *) data, len) : g_strdup ("+");
  g_autofree char *line = g_strconcat ("AUTHENTICATE ", text, NULL);

  server_says (stage, line);
}

static int
converse (Stage *stage, Gsasl_session *server)
{
  int result;

  server_says (stage, "AUTHENTICATE +");
  do
    {
      gsize len = 0;
      g_autofree char *words = take_words (stage, &len);
      char *reply = NULL;
      size_t reply_len = 0;

      g_assert_nonnull (words);
      result = gsasl_step (server, words, len, &reply, &reply_len);
      if (result == GSASL_NEEDS_MORE || (result == GSASL_OK && reply_len > 0))
        say_words (stage, reply, reply_len);
      if (result == GSASL_OK && reply_len > 0)
        g_free (take_words (stage, &len));
      gsasl_free (reply);
    }
  while (result == GSASL_NEEDS_MORE);
  return result;
}

static void
prove (Stage *stage, const char *what)
{
  g_auto (GStrv) words = g_strsplit (what, " ", 3);
  g_autofree char *asked = g_strconcat ("AUTHENTICATE ", words[0], NULL);
  g_autofree char *logged_in = g_strdup_printf (":s 900 Ana Ana!u@h %s :You are now logged in", words[1]);
  Gsasl *gsasl = NULL;
  Gsasl_session *server = NULL;

  expect_line (stage, asked);
  g_assert_cmpint (gsasl_init (&gsasl), ==, GSASL_OK);
  gsasl_callback_set (gsasl, on_question);
  g_assert_cmpint (gsasl_server_start (gsasl, words[0], &server), ==, GSASL_OK);
  gsasl_session_hook_set (server, words[2]);
  if (converse (stage, server) != GSASL_OK)
    server_says (stage, ":s 904 Ana :SASL authentication failed");
  else
    {
      if (g_str_equal (words[0], "EXTERNAL"))
        g_assert_cmpstr (gsasl_property_fast (server, GSASL_AUTHZID), ==, g_str_equal (words[1], "-") ? NULL : words[1]);
      else
        g_assert_cmpstr (gsasl_property_fast (server, GSASL_AUTHID), ==, words[1]);
      if (!g_str_equal (words[1], "room"))
        server_says (stage, logged_in);
      server_says (stage, ":s 903 Ana :SASL authentication successful");
    }
  gsasl_finish (server);
  gsasl_done (gsasl);
}

static void
run_script (Stage *stage, const char *script)
{
  g_auto (GStrv) lines = g_strsplit (script, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    switch (lines[i][0])
      {
      case '<': server_says (stage, lines[i] + 2); break;
      case '>': expect_line (stage, lines[i] + 2); break;
      case '=': prove (stage, lines[i] + 2); break;
      default: g_assert_cmpstr (lines[i], ==, ""); break;
      }
}

/* ---- The cases ---- */

#define OURS "handshakechat.github.io/resume"
#define ALL "EXTERNAL,SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN"
#define HELLO "> CAP LS 302\n> NICK Ana\n> USER handshake 0 * Ana\n"
#define HELLO_PASS "> CAP LS 302\n> PASS sesame\n> NICK Ana\n> USER handshake 0 * Ana\n"
#define OFFERS(list) "< :s CAP * LS :" list "\n"
#define GRANTS "> CAP REQ *sasl*\n< :s CAP Ana ACK :sasl\n"
#define IN "> CAP END\n< :s 001 Ana :Welcome\n"

#define ACCOUNT .account = "ana", .password = "opens"
#define ROOM .room_password = "sesame"
#define SAFE .encrypted = TRUE, .known = TRUE

static const Case cases[] = {
  /* Which proof for whom */
  { "account/plus", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS ana opens\n" IN, -1 },
  { "account/scram", { ACCOUNT, SAFE }, FALSE, HELLO OFFERS ("sasl=" ALL) GRANTS "= SCRAM-SHA-256 ana opens\n" IN, -1 },
  { "account/plain", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN,EXTERNAL") GRANTS "= PLAIN ana opens\n" IN, -1 },
  { "account/list-in-capitals-and-more", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=SCRAM-SHA-512,ECDSA-NIST256P-CHALLENGE,plain") GRANTS "= PLAIN ana opens\n" IN, -1 },
  { "account/unknown-key/plus", { ACCOUNT, .encrypted = TRUE }, TRUE, HELLO OFFERS ("sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS ana opens\n" IN, -1 },
  { "account/unknown-key/less", { ACCOUNT, .encrypted = TRUE }, TRUE, HELLO OFFERS ("sasl=SCRAM-SHA-256,PLAIN") GRANTS, HS_LOGIN_WITHHELD },
  { "account/unencrypted", { ACCOUNT }, FALSE, HELLO OFFERS ("sasl=" ALL) GRANTS, HS_LOGIN_UNENCRYPTED },
  { "account/no-sasl", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("batch") "> CAP REQ batch\n< :s CAP Ana ACK :batch\n", HS_LOGIN_NOT_OFFERED },
  { "account/no-mechanism-of-ours", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=GSSAPI") GRANTS, HS_LOGIN_NOT_OFFERED },
  { "account/refused-capability", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=" ALL) "> CAP REQ sasl\n< :s CAP Ana NAK :sasl\n", HS_LOGIN_NOT_OFFERED },
  { "nobody", { SAFE }, TRUE, HELLO OFFERS ("sasl=" ALL) IN, -1 },

  /* Our key */
  { "key/named", { .account = "ana", .encrypted = TRUE, .shows_key = TRUE }, TRUE, HELLO OFFERS ("sasl=" ALL) GRANTS "= EXTERNAL ana -\n" IN, -1 },
  { "key/unnamed", { .encrypted = TRUE, .shows_key = TRUE }, TRUE, HELLO OFFERS ("sasl=" ALL) GRANTS "= EXTERNAL - -\n" IN, -1 },
  { "key/nobodys", { .encrypted = TRUE, .shows_key = TRUE }, TRUE,
    HELLO OFFERS ("sasl=" ALL) GRANTS "> AUTHENTICATE EXTERNAL\n< AUTHENTICATE +\n> AUTHENTICATE +\n< :s 904 Ana :no\n" IN, -1 },
  { "key/not-that-accounts", { .account = "ana", .encrypted = TRUE, .shows_key = TRUE }, TRUE,
    HELLO OFFERS ("sasl=" ALL) GRANTS "> AUTHENTICATE EXTERNAL\n< AUTHENTICATE +\n> AUTHENTICATE YW5h\n< :s 904 Ana :no\n", HS_LOGIN_ACCOUNT_WRONG },
  { "key/hidden", { .account = "ana", .encrypted = TRUE }, TRUE, HELLO OFFERS ("sasl=" ALL) GRANTS, HS_LOGIN_NOT_OFFERED },

  /* sasl-3.1, without a list */
  { "old/refuses-one-after-the-other", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl") GRANTS "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< :s 904 Ana :no\n> AUTHENTICATE SCRAM-SHA-256\n< :s 904 Ana :no\n= PLAIN ana opens\n" IN, -1 },
  { "old/lists-when-asked", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl") GRANTS "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< :s 908 Ana PLAIN,EXTERNAL :are available\n< :s 904 Ana :no\n= PLAIN ana opens\n" IN, -1 },
  { "old/none-is-ours", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl") GRANTS "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< :s 908 Ana GSSAPI :are available\n< :s 904 Ana :no\n", HS_LOGIN_NOT_OFFERED },

  /* The room's password */
  { "room/proven", { ROOM, .encrypted = TRUE }, TRUE, HELLO OFFERS (OURS " sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS room sesame\n" "> CAP END\n", -1 },
  { "room/known-key-proven-too", { ROOM, SAFE }, TRUE,
    HELLO_PASS OFFERS (OURS " sasl=" ALL) GRANTS "> CAP END\n", -1 }, /* said before it was known what the server can: it may be said there */
  { "room/then-account", { ROOM, ACCOUNT, .encrypted = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS room sesame\n= SCRAM-SHA-256-PLUS ana opens\n> CAP END\n", -1 },
  { "room/then-key", { ROOM, .encrypted = TRUE, .shows_key = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS room sesame\n= EXTERNAL - -\n> CAP END\n", -1 },
  { "room/wrong", { ROOM, .encrypted = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS room simsim\n> CAP END\n< :s 464 Ana :Password incorrect\n", HS_LOGIN_PASSWORD_WRONG },
  { "room/wrong/our-key-waits", { ROOM, .encrypted = TRUE, .shows_key = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS room simsim\n> CAP END\n< :s 464 Ana :Password incorrect\n", HS_LOGIN_PASSWORD_WRONG },
  { "room/no-longer-needed", { ROOM, .encrypted = TRUE }, TRUE, HELLO OFFERS (OURS " sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS room simsim\n" IN, -1 },
  { "room/unknown-key/less", { ROOM, .encrypted = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=SCRAM-SHA-256,PLAIN") GRANTS "> CAP END\n< :s 464 Ana :Password incorrect\n", HS_LOGIN_WITHHELD },
  { "room/unknown-key/not-ours", { ROOM, .encrypted = TRUE }, TRUE,
    HELLO OFFERS ("sasl=" ALL) GRANTS "> CAP END\n< :s 464 Ana :Password incorrect\n", HS_LOGIN_WITHHELD },
  { "room/unbound", { ROOM, .encrypted = TRUE }, FALSE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "> CAP END\n< :s 464 Ana :Password incorrect\n", HS_LOGIN_WITHHELD },
  { "room/unencrypted", { ROOM }, FALSE, HELLO OFFERS (OURS " sasl=" ALL) GRANTS "> CAP END\n< :s 464 Ana :no\n", HS_LOGIN_UNENCRYPTED },
  { "room/unencrypted/old-server", { ROOM }, FALSE, HELLO "< :s 421 Ana CAP :Unknown\n< :s 464 Ana :no\n", HS_LOGIN_UNENCRYPTED },
  { "room/unencrypted/none-given", { NULL }, FALSE, HELLO "< :s 464 Ana :no\n", HS_LOGIN_UNENCRYPTED },
  { "room/foreign-server", { ROOM, SAFE }, TRUE, HELLO_PASS OFFERS ("sasl=PLAIN") GRANTS IN, -1 },
  { "room/foreign-server/wrong", { ROOM, SAFE }, TRUE, HELLO_PASS "< :s 464 Ana :Password incorrect\n", HS_LOGIN_PASSWORD_WRONG },
  { "room/asked-for", { SAFE }, TRUE, HELLO "< :s 464 Ana :Password incorrect\n", HS_LOGIN_PASSWORD_NEEDED },
  { "room/900-opens-nothing", { ROOM, ACCOUNT, .encrypted = TRUE }, TRUE, /* it names somebody: still our own account is logged in to */
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< :s 900 Ana Ana!u@h mallory :hello\n< :s 904 Ana :no\n"
    "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< :s 903 Ana :hello\n", HS_LOGIN_IMPOSTOR },

  /* Refusals */
  { "wrong", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=" ALL) GRANTS "= SCRAM-SHA-256-PLUS ana closes\n", HS_LOGIN_ACCOUNT_WRONG },
  { "wrong/plain", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN") GRANTS "= PLAIN ana closes\n", HS_LOGIN_ACCOUNT_WRONG },
  { "locked", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN") GRANTS "> AUTHENTICATE PLAIN\n< AUTHENTICATE +\n> AUTHENTICATE *\n< :s 902 Ana :Locked\n", HS_LOGIN_ACCOUNT_WRONG },
  { "too-long", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN") GRANTS "> AUTHENTICATE PLAIN\n< AUTHENTICATE +\n> AUTHENTICATE *\n< :s 905 Ana :Too long\n", HS_LOGIN_ACCOUNT_WRONG },
  { "aborted", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN") GRANTS "> AUTHENTICATE PLAIN\n< AUTHENTICATE +\n> AUTHENTICATE *\n< :s 906 Ana :Aborted\n", HS_LOGIN_ACCOUNT_WRONG },
  { "already", { ACCOUNT, SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN") GRANTS "> AUTHENTICATE PLAIN\n< :s 900 Ana Ana!u@h ana :hello\n< :s 907 Ana :Already\n" IN, -1 },
  { "wait", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl=PLAIN") GRANTS "> AUTHENTICATE PLAIN\n< AUTHENTICATE +\n> AUTHENTICATE *\n< :s 263 Ana AUTHENTICATE :Please wait a while\n< :s 904 Ana :no\n", HS_LOGIN_WAIT },
  { "wait/room", { ROOM, .encrypted = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< AUTHENTICATE +\n> AUTHENTICATE *\n"
    "< :s 263 Ana AUTHENTICATE :Please wait a while\n< :s 904 Ana :no\n> CAP END\n< :s 464 Ana :no\n", HS_LOGIN_WAIT },
  { "wait/room/not-needed", { ROOM, .encrypted = TRUE }, TRUE,
    HELLO OFFERS (OURS " sasl=" ALL) GRANTS "> AUTHENTICATE SCRAM-SHA-256-PLUS\n< AUTHENTICATE +\n> AUTHENTICATE *\n"
    "< :s 263 Ana AUTHENTICATE :Please wait a while\n< :s 904 Ana :no\n" IN, -1 },
  { "account-needed", { SAFE }, TRUE, HELLO OFFERS ("sasl=PLAIN") "> CAP END\n< FAIL * ACCOUNT_REQUIRED_TO_CONNECT :Log in first\n", HS_LOGIN_ACCOUNT_NEEDED },

  /* A server that is not what it says */
  { "bad/believes-at-once", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl=SCRAM-SHA-256") GRANTS "> AUTHENTICATE SCRAM-SHA-256\n< AUTHENTICATE +\n> AUTHENTICATE *\n< :s 903 Ana :welcome\n", HS_LOGIN_IMPOSTOR },
  { "bad/no-challenge", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl=SCRAM-SHA-256") GRANTS "> AUTHENTICATE SCRAM-SHA-256\n< AUTHENTICATE +\n> AUTHENTICATE *\n< AUTHENTICATE +\n> AUTHENTICATE ?\n", HS_LOGIN_IMPOSTOR },
  { "bad/not-base64", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl=SCRAM-SHA-256") GRANTS "> AUTHENTICATE SCRAM-SHA-256\n< AUTHENTICATE +\n> AUTHENTICATE *\n< AUTHENTICATE r=x\n> AUTHENTICATE ?\n", HS_LOGIN_IMPOSTOR },
  { "bad/unasked", { SAFE }, TRUE, HELLO "< AUTHENTICATE +\n< AUTHENTICATE cj14\n< :s 903 Ana :hello\n< :s 908 Ana PLAIN :are\n< :s 904 Ana :no\n< :s 906 Ana :no\n", -1 },
  { "bad/few-iterations", { ACCOUNT, SAFE }, TRUE, /* "r=x,s=c2FsdA==,i=1", and another's nonce */
    HELLO OFFERS ("sasl=SCRAM-SHA-256") GRANTS "> AUTHENTICATE SCRAM-SHA-256\n< AUTHENTICATE +\n> AUTHENTICATE *\n< AUTHENTICATE cj14LHM9YzJGc2RBPT0saT0x\n> AUTHENTICATE ?\n", HS_LOGIN_IMPOSTOR },

  /* cap-notify */
  { "notify/comes-back", { ACCOUNT, SAFE }, TRUE,
    HELLO "< :s 421 Ana CAP :Unknown\n< :s 001 Ana :Welcome\n< :s CAP Ana NEW :sasl=PLAIN\n" GRANTS "= PLAIN ana opens\n< :s CAP Ana NEW :sasl=PLAIN\n", -1 },
  { "notify/goes-away", { ACCOUNT, SAFE }, TRUE,
    HELLO OFFERS ("sasl=PLAIN") GRANTS "> AUTHENTICATE PLAIN\n< AUTHENTICATE +\n> AUTHENTICATE *\n< :s CAP Ana DEL :sasl\n", HS_LOGIN_NOT_OFFERED },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  Stage stage = { .problem = -1, .all = g_string_new (NULL) };
  g_autoptr (GBytes) binding = g_bytes_new_static (BINDING, strlen (BINDING));
  HsSessionLogin login = c->login;
  g_autofree char *line = NULL;

  login.binding = c->bound ? binding : NULL;
  g_queue_init (&stage.out);
  stage.store = hs_store_new (":memory:");
  stage.session = hs_session_new (stage.store, "test", "irc.test", "Ana", FALSE);
  g_signal_connect (stage.session, "login-failed", G_CALLBACK (on_login_failed), &stage);
  hs_session_set_send (stage.session, on_send, &stage);
  hs_session_set_login (stage.session, &login);
  hs_session_begin_irc (stage.session, NULL);
  run_script (&stage, c->script);
  line = g_queue_pop_head (&stage.out);
  if (line != NULL)
    g_error ("said too much: “%s”", line);
  g_assert_cmpint (stage.problem, ==, c->problem);
  if (!login.encrypted)
    {
      g_assert_null (strstr (stage.all->str, "sesame"));
      g_assert_null (strstr (stage.all->str, "AUTHENTICATE"));
    }

  hs_session_ended (stage.session, NULL);
  g_queue_clear_full (&stage.out, g_free);
  g_object_unref (stage.session);
  hs_store_close (stage.store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (stage.store);
  g_string_free (stage.all, TRUE);
}

/* Longer than a chunk, exactly one, and more than we keep. */
static void
test_chunks (void)
{
  static const guint lengths[] = { 1, 294, 295, 296, 595, 700 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *password = g_strnfill (lengths[i], 'x');
      g_autofree char *script = g_strdup_printf (HELLO OFFERS ("sasl=PLAIN") GRANTS "= PLAIN ana %s\n" IN, password);
      const Case c = { "", { .account = "ana", .password = password, SAFE }, TRUE, script, -1 };

      test_case (&c);
    }
}

static void
test_endless_words (void)
{
  g_autofree char *chunk = g_strnfill (HS_SASL_CHUNK, 'A');
  g_autoptr (GString) script = g_string_new (HELLO OFFERS ("sasl=SCRAM-SHA-256") GRANTS "> AUTHENTICATE SCRAM-SHA-256\n< AUTHENTICATE +\n> AUTHENTICATE *\n");
  Case c = { "", { ACCOUNT, SAFE }, TRUE, NULL, HS_LOGIN_IMPOSTOR };

  for (guint i = 0; i <= HS_SASL_MAX / HS_SASL_CHUNK; i++)
    g_string_append_printf (script, "< AUTHENTICATE %s\n", chunk);
  g_string_append (script, "> AUTHENTICATE ?\n");
  c.script = script->str;
  test_case (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/client/session-sasl/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/client/session-sasl/chunks", test_chunks);
  g_test_add_func ("/client/session-sasl/endless-words", test_endless_words);
  return g_test_run ();
}
