/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What GIO says becomes what a person reads, and what to try. */
#include "hs-failure.h"

#include <string.h>

#include "hs-address.h"
#include "hs-tls-error.h"

static const struct
{
  const char *description, *address;
  int code; /* G_IO_ERROR */
  guint syns;
  HsFailureKind kind;
  const char *title, *sentence; /* patterns */
  const char *command;          /* (nullable) of one hint */
} rows[] = {
  { "refused", "10.0.0.1:9000", G_IO_ERROR_CONNECTION_REFUSED, 0, HS_FAILURE_REFUSED, "10.0.0.1 answers*", "*port 9000*", NULL },
  { "no answer", "10.0.0.1", G_IO_ERROR_TIMED_OUT, 4, HS_FAILURE_NO_ANSWER, "No answer from 10.0.0.1", "*went out 4 times*",
    "sudo ufw allow 8000/tcp" },
  { "no answer, once", "10.0.0.1", G_IO_ERROR_TIMED_OUT, 1, HS_FAILURE_NO_ANSWER, "*", "*went out once*",
    "sudo firewall-cmd --add-port=8000/tcp" },
  { "no answer, unknown how often", "10.0.0.1", G_IO_ERROR_TIMED_OUT, 0, HS_FAILURE_NO_ANSWER, "*", "*again and again*", NULL },
  { "host unreachable", "10.0.0.1", G_IO_ERROR_HOST_UNREACHABLE, 0, HS_FAILURE_UNREACHABLE, "There is no road to 10.0.0.1*", "*", NULL },
  { "network unreachable", "[fe80::1]", G_IO_ERROR_NETWORK_UNREACHABLE, 0, HS_FAILURE_UNREACHABLE, "*fe80::1*", "*", NULL },
  { "reset", "a.example", G_IO_ERROR_CONNECTION_CLOSED, 0, HS_FAILURE_CLOSED_EARLY, "a.example closed*", "*broke it off (No such).", NULL },
  { "no socket", "unix:/run/x", G_IO_ERROR_NOT_FOUND, 0, HS_FAILURE_ADDRESS, "*", "No such", NULL },
  { "dead socket", "unix:/run/x", G_IO_ERROR_CONNECTION_REFUSED, 0, HS_FAILURE_REFUSED, "/run/x answers*", "*socket file*", NULL },
  { "datagram refused", "udp://10.0.0.1:9000", G_IO_ERROR_CONNECTION_REFUSED, 0, HS_FAILURE_REFUSED, "10.0.0.1 answers*", "*port 9000 of UDP*", NULL },
  { "datagram unanswered", "udp://10.0.0.1:9000", G_IO_ERROR_TIMED_OUT, 0, HS_FAILURE_NO_ANSWER, "No answer*", "*UDP does not say*", "sudo ufw allow 9000/udp" },
  { "anything else", "a.example", G_IO_ERROR_FAILED, 0, HS_FAILURE_OTHER, "*a.example failed", "No such", NULL },
};

static gboolean
has_command (const HsFailure *failure, const char *command)
{
  for (guint i = 0; i < failure->hints->len; i++)
    if (g_strcmp0 (((HsFailureHint *) g_ptr_array_index (failure->hints, i))->command, command) == 0)
      return TRUE;
  return FALSE;
}

static void
test_from_error (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HsAddress) address = hs_address_parse (rows[i].address, NULL);
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, rows[i].code, "No such");
      g_autoptr (HsFailure) failure = hs_failure_from_error (address, error, rows[i].syns, NULL);

      g_test_message ("%s: %s. %s", rows[i].description, failure->title, failure->sentence);
      g_assert_cmpint (failure->kind, ==, rows[i].kind);
      g_assert_true (g_pattern_match_simple (rows[i].title, failure->title));
      g_assert_true (g_pattern_match_simple (rows[i].sentence, failure->sentence));
      g_assert_true (rows[i].command == NULL || has_command (failure, rows[i].command));
    }
}

/* Which port is tried without one depends on the address. */
static void
test_usual_port (void)
{
  static const struct { const char *address, *port; } usual[] = {
    { "10.0.0.1:9", " 8000 " }, { "irc://irc.example.org:9", " 6667 " }, { "irc://ana.local", " 8000 " }, { "ircs://10.0.0.1:9", " 6697 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    {
      g_autoptr (HsAddress) address = hs_address_parse (usual[i].address, NULL);
      g_autoptr (HsFailure) failure = hs_failure_new (HS_FAILURE_REFUSED, address, NULL);
      gboolean found = FALSE;

      for (guint h = 0; h < failure->hints->len; h++)
        found |= strstr (((HsFailureHint *) g_ptr_array_index (failure->hints, h))->text, usual[i].port) != NULL;
      g_assert_true (found);
    }
}

static void
test_name (void)
{
  g_autoptr (HsAddress) address = hs_address_parse ("nowhere.example", NULL);
  g_autoptr (GError) error = g_error_new_literal (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "x");
  g_autoptr (HsFailure) failure = hs_failure_from_error (address, error, 0, NULL);

  g_assert_cmpint (failure->kind, ==, HS_FAILURE_NAME);
  g_assert_cmpuint (failure->hints->len, ==, 2);
}

/* Either its words are here, or whoever shows it has some. */
static void
test_hints (void)
{
  gboolean seen[HS_FAILURE_N_WAYS] = { FALSE };

  for (HsFailureKind kind = HS_FAILURE_NAME; kind <= HS_FAILURE_OTHER; kind++)
    {
      g_autoptr (HsFailure) failure = hs_failure_new (kind, NULL, NULL);

      for (guint i = 0; i < failure->hints->len; i++)
        {
          const HsFailureHint *hint = failure->hints->pdata[i];

          g_assert_cmpint (hint->way, <, HS_FAILURE_N_WAYS);
          g_assert_true ((hint->title != NULL) == (hint->way == HS_FAILURE_WAY_ELSEWHERE));
          g_assert_true ((hint->text != NULL) == (hint->title != NULL));
          seen[hint->way] = TRUE;
        }
    }
  for (guint i = 0; i < HS_FAILURE_N_WAYS; i++)
    g_assert_true (seen[i]);
}

/* Every kind has its words; the server's own are quoted. */
static void
test_words (void)
{
  for (HsFailureKind kind = HS_FAILURE_NAME; kind <= HS_FAILURE_OTHER; kind++)
    {
      g_autoptr (HsFailure) failure = hs_failure_new (kind, NULL, NULL);
      g_autoptr (HsFailure) quoting = hs_failure_new (kind, NULL, "100 % full {who}");

      g_assert_cmpint (failure->title[0], !=, '\0');
      g_assert_cmpint (failure->sentence[0], !=, '\0');
      g_assert_null (strstr (failure->title, "{"));
      g_assert_null (strstr (failure->sentence, "{"));
      g_assert_nonnull (strstr (quoting->sentence, "100 % full {who}"));
    }
}

/* What TLS says of itself, and what it means. */
static void
test_tls (void)
{
  static const struct { GQuark (*domain) (void); int code; HsFailureKind kind; const char *sentence; } errors[] = {
    { hs_tls_error_quark, HS_TLS_ERROR_NOT_TLS, HS_FAILURE_NOT_TLS, "*does not speak TLS*" },
    { hs_tls_error_quark, HS_TLS_ERROR_REFUSED, HS_FAILURE_TLS_REFUSED, "As it said. It understands TLS*" },
    { hs_tls_error_quark, HS_TLS_ERROR_TIMEOUT, HS_FAILURE_TLS_SILENT, "The connection stands*" },
    { hs_tls_error_quark, HS_TLS_ERROR_CUT, HS_FAILURE_TLS_CUT, "The connection stood*" },
    { hs_tls_error_quark, HS_TLS_ERROR_PROTOCOL, HS_FAILURE_TLS_BROKEN, "As it said. Nothing was said." },
    { g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, HS_FAILURE_TLS_CUT, "The connection stood*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (errors[i].domain (), errors[i].code, "As it said.");
      g_autoptr (HsFailure) failure = hs_failure_new_tls (hs_failure_kind_of_tls (error), NULL, error);
      g_autoptr (HsFailure) offered = hs_failure_new_tls (HS_FAILURE_OFFER_FAILED, NULL, error);

      g_assert_cmpint (failure->kind, ==, errors[i].kind);
      g_assert_true (g_pattern_match_simple (errors[i].sentence, failure->sentence));
      g_assert_true (g_pattern_match_simple ("As it said. Somebody*", offered->sentence));
    }
  g_assert_cmpint (hs_failure_kind_of_tls (NULL), ==, HS_FAILURE_TLS_CUT);
}

static void
test_loss (void)
{
  static const struct { gboolean unread; int code; const char *sentence; } losses[] = {
    { TRUE, 0, "*does not read*" },
    { FALSE, G_IO_ERROR_TIMED_OUT, "Nothing was heard any more*" },
    { FALSE, G_IO_ERROR_CONNECTION_CLOSED, "*broke it off (As it said)." },
    { FALSE, 0, "*broke it off." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      g_autoptr (GError) error = losses[i].code != 0 ? g_error_new_literal (G_IO_ERROR, losses[i].code, "As it said") : NULL;
      g_autoptr (HsFailure) failure = hs_failure_new_loss (NULL, losses[i].unread, error);

      g_assert_cmpint (failure->kind, ==, HS_FAILURE_LOST);
      g_assert_true (g_pattern_match_simple (losses[i].sentence, failure->sentence));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/failure/from-error", test_from_error);
  g_test_add_func ("/client/failure/usual-port", test_usual_port);
  g_test_add_func ("/client/failure/name", test_name);
  g_test_add_func ("/client/failure/hints", test_hints);
  g_test_add_func ("/client/failure/words", test_words);
  g_test_add_func ("/client/failure/tls", test_tls);
  g_test_add_func ("/client/failure/loss", test_loss);
  return g_test_run ();
}
