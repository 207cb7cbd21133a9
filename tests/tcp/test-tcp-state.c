/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state table: names, legal transitions, paths between two looks. */
#include "hs-tcp-state.h"

#define PATH(...) { __VA_ARGS__ }

static const struct
{
  const char *description;
  HsTcpState from, to;
  gboolean began;
  guint n;
  HsTcpState path[5];
} paths[] = {
  { "nothing happened", HS_TCP_ESTABLISHED, HS_TCP_ESTABLISHED, TRUE, 0, { 0 } },
  { "loopback connects at once", HS_TCP_CLOSED, HS_TCP_ESTABLISHED, FALSE, 2, PATH (HS_TCP_SYN_SENT, HS_TCP_ESTABLISHED) },
  { "accepted", HS_TCP_LISTEN, HS_TCP_ESTABLISHED, FALSE, 2, PATH (HS_TCP_SYN_RECEIVED, HS_TCP_ESTABLISHED) },
  { "we close first", HS_TCP_ESTABLISHED, HS_TCP_TIME_WAIT, TRUE, 3, PATH (HS_TCP_FIN_WAIT_1, HS_TCP_FIN_WAIT_2, HS_TCP_TIME_WAIT) },
  { "we close first, to the end", HS_TCP_ESTABLISHED, HS_TCP_CLOSED, TRUE, 4,
    PATH (HS_TCP_FIN_WAIT_1, HS_TCP_FIN_WAIT_2, HS_TCP_TIME_WAIT, HS_TCP_CLOSED) },
  { "the peer closes first, to the end", HS_TCP_ESTABLISHED, HS_TCP_CLOSED, FALSE, 3,
    PATH (HS_TCP_CLOSE_WAIT, HS_TCP_LAST_ACK, HS_TCP_CLOSED) },
  { "LAST-ACK proves who began", HS_TCP_ESTABLISHED, HS_TCP_LAST_ACK, TRUE, 2, PATH (HS_TCP_CLOSE_WAIT, HS_TCP_LAST_ACK) },
  { "both at once", HS_TCP_ESTABLISHED, HS_TCP_CLOSING, TRUE, 2, PATH (HS_TCP_FIN_WAIT_1, HS_TCP_CLOSING) },
  { "both at once, the end", HS_TCP_CLOSING, HS_TCP_TIME_WAIT, TRUE, 1, PATH (HS_TCP_TIME_WAIT) },
  { "refused", HS_TCP_SYN_SENT, HS_TCP_CLOSED, FALSE, 4,
    PATH (HS_TCP_ESTABLISHED, HS_TCP_CLOSE_WAIT, HS_TCP_LAST_ACK, HS_TCP_CLOSED) },
  { "no way back", HS_TCP_CLOSE_WAIT, HS_TCP_ESTABLISHED, FALSE, 0, { 0 } },
  { "no way from the active to the passive side", HS_TCP_FIN_WAIT_2, HS_TCP_LAST_ACK, TRUE, 0, { 0 } },
};

static void
test_paths (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      HsTcpState path[HS_TCP_N_STATES];
      guint n = hs_tcp_state_path (paths[i].from, paths[i].to, paths[i].began, path);

      g_test_message ("%s", paths[i].description);
      g_assert_cmpuint (n, ==, paths[i].n);
      for (guint j = 0; j < n; j++)
        g_assert_cmpint (path[j], ==, paths[i].path[j]);
    }
}

/* Every path is made of legal steps, from every state to every state. */
static void
test_paths_are_legal (void)
{
  for (guint from = 0; from < HS_TCP_N_STATES; from++)
    for (guint to = 0; to < HS_TCP_N_STATES; to++)
      for (guint began = 0; began < 2; began++)
        {
          HsTcpState path[HS_TCP_N_STATES];
          HsTcpState at = from;
          guint n = hs_tcp_state_path (from, to, began, path);

          for (guint i = 0; i < n; at = path[i++])
            g_assert_true (hs_tcp_state_may_follow (at, path[i]));
          if (n > 0)
            g_assert_cmpint (at, ==, to);
        }
}

static void
test_names (void)
{
  g_assert_cmpstr (hs_tcp_state_get_name (HS_TCP_SYN_RECEIVED), ==, "SYN-RECEIVED");
  g_assert_cmpstr (hs_tcp_state_get_short_name (HS_TCP_SYN_RECEIVED), ==, "SYN-RCVD");
  for (guint state = 0; state < HS_TCP_N_STATES; state++)
    {
      g_assert_nonnull (hs_tcp_state_get_name (state));
      g_assert_nonnull (hs_tcp_state_get_short_name (state));
      g_assert_nonnull (hs_tcp_state_get_sentence (state));
      g_assert_nonnull (hs_tcp_state_get_explanation (state));
    }
}

static void
test_legal (void)
{
  g_assert_true (hs_tcp_state_may_follow (HS_TCP_FIN_WAIT_1, HS_TCP_TIME_WAIT));
  g_assert_true (hs_tcp_state_may_follow (HS_TCP_ESTABLISHED, HS_TCP_CLOSED));
  g_assert_false (hs_tcp_state_may_follow (HS_TCP_ESTABLISHED, HS_TCP_TIME_WAIT));
  g_assert_false (hs_tcp_state_may_follow (HS_TCP_CLOSED, HS_TCP_ESTABLISHED));
  g_assert_false (hs_tcp_state_may_follow (HS_TCP_TIME_WAIT, HS_TCP_ESTABLISHED));
  g_assert_false (hs_tcp_state_may_follow (HS_TCP_CLOSED, HS_TCP_CLOSED));
  g_assert_false (hs_tcp_state_may_follow (99, HS_TCP_CLOSED));
}

static void
test_linux (void)
{
  g_assert_cmpint (hs_tcp_state_from_linux (1), ==, HS_TCP_ESTABLISHED);
  g_assert_cmpint (hs_tcp_state_from_linux (6), ==, HS_TCP_TIME_WAIT);
  g_assert_cmpint (hs_tcp_state_from_linux (12), ==, HS_TCP_SYN_RECEIVED);
  g_assert_cmpint (hs_tcp_state_from_linux (0), ==, HS_TCP_CLOSED);
  g_assert_cmpint (hs_tcp_state_from_linux (200), ==, HS_TCP_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/state/names", test_names);
  g_test_add_func ("/tcp/state/legal", test_legal);
  g_test_add_func ("/tcp/state/paths", test_paths);
  g_test_add_func ("/tcp/state/paths-are-legal", test_paths_are_legal);
  g_test_add_func ("/tcp/state/linux", test_linux);
  return g_test_run ();
}
