/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A listener looked at: its accept queue fills and empties, warnings come; half-open ones are in test-tcp-far.c, which can make them. */
#include "hs-tcp-door.h"

#include "loopback.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  guint n;
  HsTcpListenerNumbers numbers;
} Told;

static void
on_numbers (const HsTcpListenerNumbers *numbers, gpointer user_data)
{
  Told *told = user_data;

  told->n++;
  told->numbers = *numbers;
}

static void
wait_for_queue (Told *told, guint queue)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (told->numbers.accept_queue != queue && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE); /* its own timer wakes it */
  g_assert_cmpuint (told->numbers.accept_queue, ==, queue);
}

static void
test_queue (void)
{
  g_autoptr (HsTcpDiag) diag = hs_tcp_diag_new ();
  g_autoptr (GSocketAddress) remote = NULL;
  Told told = { 0 };
  g_autoptr (HsTcpDoor) door = hs_tcp_door_new (diag, on_numbers, &told);
  guint16 port;
  int listener = loopback_listen (LOOPBACK_DUAL, 1, &port);
  g_autoptr (GSocketAddress) again = NULL;
  int a = loopback_socket (LOOPBACK_DUAL, port, &remote), b = loopback_socket (LOOPBACK_DUAL, port, &again);

  hs_tcp_door_set_listener (door, listener, port);
  g_assert_cmpuint (told.n, ==, 0); /* nobody looks */
  hs_tcp_door_set_shown (door, TRUE);
  g_assert_cmpuint (told.n, ==, 1);
  g_assert_cmpuint (told.numbers.backlog, ==, 1);
  g_assert_cmpuint (told.numbers.warnings, ==, 0);

  loopback_connect (a, remote);
  wait_for_queue (&told, 1);
  g_assert_cmpuint (told.numbers.warnings, ==, 0);
  loopback_connect (b, remote);
  wait_for_queue (&told, 2);
  g_assert_cmpuint (told.numbers.warnings, ==, HS_TCP_DOOR_QUEUE_FULL);
  close (accept (listener, NULL, NULL));
  close (accept (listener, NULL, NULL));
  wait_for_queue (&told, 0);
  g_assert_cmpuint (told.numbers.warnings, ==, HS_TCP_DOOR_QUEUE_FULL); /* it does not flicker */
  hs_tcp_door_set_listener (door, -1, 0);
  close (a);
  close (b);
  close (listener);
}

static void
test_hidden (void)
{
  Told told = { 0 };
  g_autoptr (HsTcpDoor) door = hs_tcp_door_new (NULL, on_numbers, &told);
  guint16 port;
  int listener = loopback_listen (LOOPBACK_V4, 4, &port);

  hs_tcp_door_set_listener (door, listener, port);
  hs_tcp_door_set_shown (door, TRUE);
  g_assert_cmpuint (told.numbers.half_open, ==, G_MAXUINT32); /* it cannot be seen without sock_diag */
  hs_tcp_door_set_shown (door, FALSE);
  g_assert_false (g_main_context_pending (NULL));
  g_assert_cmpuint (hs_tcp_door_get_seen (door, 1), ==, 0);
  close (listener);
}

static void
test_words (void)
{
  for (guint i = 0; i < 4; i++)
    g_assert_cmpstr (hs_tcp_door_warning_get_sentence (1u << i), !=, "");
  g_assert_cmpstr (hs_tcp_door_warning_get_sentence (0), ==, "");
}

static const struct { const char *what; HsTcpListenerNumbers last, now; HsTcpDoorWarning causes; } cases[] = {
  { "nothing", { .backlog = 1024 }, { .backlog = 1024 }, 0 },
  { "people on a slow link", { .backlog = 1024 }, { .backlog = 1024, .half_open = 15 }, 0 },
  { "a flood into a long backlog", { .backlog = 1024 }, { .backlog = 1024, .half_open = 40 }, HS_TCP_DOOR_HALF_OPEN_CLIMBS },
  { "a quarter of a short backlog", { .backlog = 32 }, { .backlog = 32, .half_open = 8 }, HS_TCP_DOOR_HALF_OPEN_CLIMBS },
  { "a few in a very short one", { .backlog = 4 }, { .backlog = 4, .half_open = 3 }, 0 },
  { "cannot be seen", { .backlog = 1024 }, { .backlog = 1024, .half_open = G_MAXUINT32 }, 0 },
  { "a full queue", { .backlog = 1 }, { .backlog = 1, .accept_queue = 2 }, HS_TCP_DOOR_QUEUE_FULL },
  { "dropped just now", { .backlog = 1024, .drops = 3 }, { .backlog = 1024, .drops = 4 }, HS_TCP_DOOR_DROPS },
  { "dropped before", { .backlog = 1024, .drops = 3 }, { .backlog = 1024, .drops = 3 }, 0 },
  { "a cookie sent", { .backlog = 1024 }, { .backlog = 1024, .cookies_sent = 1 }, HS_TCP_DOOR_SYN_COOKIES },
};

static void
test_causes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].what);
      g_assert_cmpuint (hs_tcp_door_find_causes (&cases[i].now, &cases[i].last), ==, cases[i].causes);
    }
  g_assert_cmpuint (hs_tcp_door_find_causes (&cases[7].now, NULL), ==, 0); /* nobody knows when */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/door/queue", test_queue);
  g_test_add_func ("/tcp/door/hidden", test_hidden);
  g_test_add_func ("/tcp/door/words", test_words);
  g_test_add_func ("/tcp/door/causes", test_causes);
  return g_test_run ();
}
