/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the connections of one side share: whose turn it is to shake hands, who makes room, what identity is shown. Real handshakes are
 * test-link-tls.c's. */
#include "hs-limits.h"
#include "hs-tls-private.h"

#define N HS_TLS_STEPS_PER_ROUND

static HsTlsContext *
make_server (void)
{
  g_autoptr (HsIdentity) identity = hs_identity_new (G_GINT64_CONSTANT (1800000000), NULL);

  return hs_tls_context_new_server (identity);
}

/* So many a round; who is refused comes before who comes later, and everybody comes. */
static void
test_turns (void)
{
  g_autoptr (HsTlsContext) context = make_server ();
  gboolean waits[3 * N] = { FALSE };
  gboolean newcomer = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    g_assert_cmpint (hs_tls_context_may_step (context, 1, &waits[i]), ==, i < N);

  /* The newcomer is first in the next round, and those who wait are many: they come first all the same. */
  g_assert_false (hs_tls_context_may_step (context, 2, &newcomer));
  g_assert_true (newcomer);
  for (guint i = N; i < G_N_ELEMENTS (waits); i++)
    g_assert_cmpint (hs_tls_context_may_step (context, 2, &waits[i]), ==, i < 2 * N);
  for (guint i = 2 * N; i < G_N_ELEMENTS (waits); i++)
    g_assert_true (hs_tls_context_may_step (context, 3, &waits[i]));
  g_assert_false (hs_tls_context_may_step (context, 3, &newcomer));
  g_assert_true (hs_tls_context_may_step (context, 4, &newcomer));
  g_assert_false (newcomer);
}

/* Who goes away while it waits leaves its turn to others. */
static void
test_waiting_goes (void)
{
  g_autoptr (HsTlsContext) context = make_server ();
  GList places[N + 1] = { { NULL } };
  gboolean waits[N + 1] = { FALSE };
  gboolean newcomer = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      hs_tls_context_begin (context, &places[i]);
      hs_tls_context_may_step (context, 1, &waits[i]);
    }
  g_assert_true (waits[N]);
  g_assert_cmpuint (hs_tls_context_get_n_half_done (context), ==, N + 1);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    hs_tls_context_end (context, &places[i], waits[i]);
  g_assert_cmpuint (hs_tls_context_get_n_half_done (context), ==, 0);
  for (guint i = 0; i < N; i++)
    {
      newcomer = FALSE;
      g_assert_true (hs_tls_context_may_step (context, 2, &newcomer));
    }
}

static void
test_room (void)
{
  g_autoptr (HsTlsContext) context = make_server ();
  int who[3] = { 0, 1, 2 };
  GList places[3] = { { &who[0] }, { &who[1] }, { &who[2] } };

  hs_tls_context_set_limits (context, 1000, 2);
  g_assert_cmpuint (hs_tls_context_get_handshake_ms (context), ==, 1000);
  g_assert_null (hs_tls_context_begin (context, &places[0]));
  g_assert_null (hs_tls_context_begin (context, &places[1]));
  g_assert_true (hs_tls_context_begin (context, &places[2]) == &who[0]);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    hs_tls_context_end (context, &places[i], FALSE);
}

/* A session under way keeps the credentials it began with. */
static void
test_identity_changes (void)
{
  g_autoptr (HsTlsContext) context = make_server ();
  g_autoptr (HsIdentity) other = hs_identity_new (G_GINT64_CONSTANT (1800000000), NULL);
  HsTlsCredentials *credentials = NULL;
  gnutls_session_t session = hs_tls_context_make_session (context, NULL, &credentials);

  g_assert_true (hs_tls_context_is_server (context));
  hs_tls_context_set_identity (context, other);
  g_assert_true (hs_tls_context_get_identity (context) == other);
  gnutls_deinit (session);
  hs_tls_credentials_unref (credentials);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/tls/turns", test_turns);
  g_test_add_func ("/net/tls/waiting-goes", test_waiting_goes);
  g_test_add_func ("/net/tls/room", test_room);
  g_test_add_func ("/net/tls/identity-changes", test_identity_changes);
  return g_test_run ();
}
