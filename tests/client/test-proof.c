/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs against libgsasl's server side, as it is and with its words bent. */
#include "hs-proof.h"

#include <gsasl.h>
#include <string.h>

#include "hs-limits.h"

/* ---- The server ---- */

typedef struct
{
  Gsasl *gsasl;
  Gsasl_session *session;
  const char *password, *binding, *iterations;
} Server;

static int
on_question (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  Server *server = gsasl_session_hook_get (session);

  switch ((int) property)
    {
    case GSASL_PASSWORD:
      return gsasl_property_set (session, property, server->password);
    case GSASL_SCRAM_ITER:
      return gsasl_property_set (session, property, server->iterations);
    case GSASL_CB_TLS_EXPORTER:
      return server->binding != NULL ? gsasl_property_set (session, property, server->binding) : GSASL_NO_CALLBACK;
    case GSASL_VALIDATE_SIMPLE:
      return g_strcmp0 (gsasl_property_fast (session, GSASL_PASSWORD), server->password) == 0 ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
    case GSASL_VALIDATE_EXTERNAL:
      return GSASL_OK;
    default:
      return GSASL_NO_CALLBACK;
    }
}

static void
server_init (Server *server, HsProofKind kind)
{
  g_assert_cmpint (gsasl_init (&server->gsasl), ==, GSASL_OK);
  gsasl_callback_set (server->gsasl, on_question);
  g_assert_cmpint (gsasl_server_start (server->gsasl, hs_proof_kind_get_name (kind), &server->session), ==, GSASL_OK);
  gsasl_session_hook_set (server->session, server);
}

static void
server_clear (Server *server)
{
  gsasl_finish (server->session);
  gsasl_done (server->gsasl);
}

/* ---- Our side ---- */

typedef struct
{
  HsProof *proof;
  GBytes *answer; /* (nullable) */
  GError *error;
  gboolean done;
} Step;

static void
on_step (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;

  step->answer = hs_proof_step_finish (step->proof, result, &step->error);
  step->done = TRUE;
}

static GBytes *
take_step (HsProof *proof, const char *data, gsize len, GError **error)
{
  Step step = { .proof = proof };

  hs_proof_step_async (proof, data, len, NULL, on_step, &step);
  while (!step.done)
    g_main_context_iteration (NULL, TRUE);
  if (step.error != NULL)
    g_propagate_error (error, step.error);
  return step.answer;
}

/* Lets both talk to their ends; TRUE: the server is content, and we are. */
static gboolean
talk (HsProof *proof, Server *server, char *(*bend) (const char *words, guint turn), GError **error)
{
  g_autofree char *said = g_strdup ("");
  int result = GSASL_NEEDS_MORE;

  for (guint turn = 0; turn < 5; turn++)
    {
      g_autoptr (GBytes) answer = take_step (proof, said, strlen (said), error);
      g_autofree char *words = NULL;
      const char *text = "";
      char *reply = NULL;
      size_t len = 0;

      if (answer == NULL)
        return FALSE;
      if (result == GSASL_OK)
        return hs_proof_is_complete (proof);
      if (g_bytes_get_size (answer) > 0)
        text = g_bytes_get_data (answer, NULL);
      result = gsasl_step (server->session, text, g_bytes_get_size (answer), &reply, &len);
      words = g_strndup (reply != NULL ? reply : "", len);
      gsasl_free (reply);
      if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
        return FALSE;
      if (result == GSASL_OK && len == 0)
        return hs_proof_is_complete (proof);
      g_free (said);
      said = bend != NULL ? bend (words, turn) : g_steal_pointer (&words);
    }
  return FALSE;
}

/* ---- Good and bad passwords ---- */

typedef struct
{
  const char *name;
  HsProofKind kind;
  const char *ours, *theirs;
  gboolean bound, bound_elsewhere;
  const char *iterations;
  gboolean good;
} Case;

static const Case cases[] = {
  { "key", HS_PROOF_KEY, NULL, "", FALSE, FALSE, "4096", TRUE },
  { "plain", HS_PROOF_PLAIN, "sesame", "sesame", FALSE, FALSE, "4096", TRUE },
  { "plain/wrong", HS_PROOF_PLAIN, "sesame", "simsim", FALSE, FALSE, "4096", FALSE },
  { "scram", HS_PROOF_SCRAM, "sesame", "sesame", FALSE, FALSE, "4096", TRUE },
  { "scram/wrong", HS_PROOF_SCRAM, "sesame", "simsim", FALSE, FALSE, "4096", FALSE },
  { "scram/any-script", HS_PROOF_SCRAM, "芝麻开门 é", "芝麻开门 é", FALSE, FALSE, "10000", TRUE },
  { "plus", HS_PROOF_SCRAM_PLUS, "sesame", "sesame", TRUE, FALSE, "4096", TRUE },
  { "plus/another-connection", HS_PROOF_SCRAM_PLUS, "sesame", "sesame", TRUE, TRUE, "4096", FALSE },
  { "plus/wrong", HS_PROOF_SCRAM_PLUS, "sesame", "simsim", TRUE, FALSE, "4096", FALSE },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GBytes) ours = c->bound ? g_bytes_new_static ("our end of the connection", 25) : NULL;
  g_autofree char *theirs = g_base64_encode ((const guchar *) (c->bound_elsewhere ? "another end of something." : "our end of the connection"), 25);
  Server server = { .password = c->theirs, .binding = c->bound ? theirs : NULL, .iterations = c->iterations };
  g_autoptr (HsProof) proof = hs_proof_new (c->kind, c->kind == HS_PROOF_KEY ? NULL : "ana", c->ours, ours);
  g_autoptr (GError) error = NULL;

  server_init (&server, c->kind);
  g_assert_cmpint (talk (proof, &server, NULL, &error), ==, c->good);
  g_assert_no_error (error); /* whether it is good enough is the server's to say */
  server_clear (&server);
}

/* ---- Bent words ---- */

static char *
replace_field (const char *words, char field, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (words, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == field && parts[i][1] == '=')
      {
        g_free (parts[i]);
        parts[i] = g_strdup_printf ("%c=%s", field, value);
      }
  return g_strjoinv (",", parts);
}

static char *
bend_nonce (const char *words, guint turn)
{
  return turn == 0 ? replace_field (words, 'r', "somebodyelsesnonce") : g_strdup (words);
}

static char *
bend_few (const char *words, guint turn)
{
  return turn == 0 ? replace_field (words, 'i', "4095") : g_strdup (words);
}

static char *
bend_one (const char *words, guint turn)
{
  return turn == 0 ? replace_field (words, 'i', "1") : g_strdup (words);
}

static char *
bend_many (const char *words, guint turn)
{
  return turn == 0 ? replace_field (words, 'i', "2000000000") : g_strdup (words);
}

static char *
bend_negative (const char *words, guint turn)
{
  return turn == 0 ? replace_field (words, 'i', "-4096") : g_strdup (words);
}

static char *
bend_signature (const char *words, guint turn)
{
  return turn == 1 ? g_strdup ("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") : g_strdup (words);
}

static char *
bend_to_nonsense (const char *words, guint turn)
{
  return g_strdup ("what do you mean?");
}

static char *
bend_to_nothing (const char *words, guint turn)
{
  return g_strdup ("");
}

static char *
bend_to_early_end (const char *words, guint turn)
{
  return g_strdup ("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
}

static const struct
{
  const char *name;
  char *(*bend) (const char *words, guint turn);
  int code; /* -1: any */
} bent[] = {
  { "nonce", bend_nonce, HS_PROOF_ERROR_IMPOSTOR },
  { "few-iterations", bend_few, HS_PROOF_ERROR_WEAK },
  { "one-iteration", bend_one, HS_PROOF_ERROR_WEAK },
  { "endless-iterations", bend_many, HS_PROOF_ERROR_WEAK },
  { "negative-iterations", bend_negative, -1 },
  { "signature", bend_signature, HS_PROOF_ERROR_IMPOSTOR },
  { "nonsense", bend_to_nonsense, HS_PROOF_ERROR_MALFORMED },
  { "nothing", bend_to_nothing, HS_PROOF_ERROR_MALFORMED },
  { "early-end", bend_to_early_end, HS_PROOF_ERROR_MALFORMED },
};

static void
test_bent (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Server server = { .password = "sesame", .iterations = "4096" };
  g_autoptr (HsProof) proof = hs_proof_new (HS_PROOF_SCRAM, "ana", "sesame", NULL);
  g_autoptr (GError) error = NULL;

  server_init (&server, HS_PROOF_SCRAM);
  g_assert_false (talk (proof, &server, bent[i].bend, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == HS_PROOF_ERROR);
  if (bent[i].code >= 0)
    g_assert_cmpint (error->code, ==, bent[i].code);
  g_assert_false (hs_proof_is_complete (proof));
  g_assert_null (strstr (error->message, "sesame"));
  server_clear (&server);
}

static void
test_forbidden_password (void)
{
  Server server = { .password = "sesame", .iterations = "4096" };
  g_autoptr (HsProof) proof = hs_proof_new (HS_PROOF_SCRAM, "ana", "a\x07g", NULL);
  g_autoptr (GError) error = NULL;

  server_init (&server, HS_PROOF_SCRAM);
  g_assert_false (talk (proof, &server, NULL, &error));
  g_assert_error (error, HS_PROOF_ERROR, HS_PROOF_ERROR_PASSWORD);
  server_clear (&server);
}

/* ---- Names ---- */

static void
test_names (void)
{
  static const struct { const char *name; int kind; } rows[] = {
    { "EXTERNAL", HS_PROOF_KEY }, { "scram-sha-256-plus", HS_PROOF_SCRAM_PLUS }, { "SCRAM-SHA-256", HS_PROOF_SCRAM }, { "PLAIN", HS_PROOF_PLAIN },
    { "SCRAM-SHA-1", -1 }, { "", -1 }, { "SCRAM-SHA-256-PLUSX", -1 }, { "ANONYMOUS", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HsProofKind kind = HS_N_PROOFS;

      g_assert_cmpint (hs_proof_kind_from_name (rows[i].name, strlen (rows[i].name), &kind), ==, rows[i].kind >= 0);
      if (rows[i].kind >= 0)
        g_assert_cmpint (kind, ==, rows[i].kind);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/client/proof/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bent); i++)
    {
      g_autofree char *path = g_strconcat ("/client/proof/bent/", bent[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bent);
    }
  g_test_add_func ("/client/proof/forbidden-password", test_forbidden_password);
  g_test_add_func ("/client/proof/names", test_names);
  return g_test_run ();
}
