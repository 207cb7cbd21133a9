/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as lines of JSON: every kind, and text that has to be escaped. */
#include "hs-tcp-json.h"

#include <string.h>

static void
test_strings (void)
{
  static const struct { const char *text, *expected; } cases[] = {
    { "plain", "\"plain\"" },
    { "a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\"" },
    { "line\nend\t\x7f", "\"line\\u000aend\\u0009\\u007f\"" },
    { "你好 🙂", "\"你好 🙂\"" },
    { "bad \xff", "\"bad \xef\xbf\xbd\"" },
    { "", "\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) json = g_string_new (NULL);

      hs_tcp_json_append_string (json, cases[i].text);
      g_assert_cmpstr (json->str, ==, cases[i].expected);
    }
}

static void
test_segment (void)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_SEGMENT, HS_TCP_OBSERVED, 0, "SYN, ACK arrived", NULL, "TCP_INFO");
  g_autofree char *json = NULL;

  event->real_time = 1500000;
  event->state = HS_TCP_SYN_SENT;
  event->flags = HS_TCP_SYN | HS_TCP_ACK;
  event->has_seq = event->seq_calculated = event->has_window = TRUE;
  event->seq = 7;
  event->window = 64240;
  json = hs_tcp_event_to_json (event);
  g_assert_cmpstr (json, ==,
                   "{\"time\":1.500000,\"kind\":\"segment\",\"known\":\"observed\",\"state\":\"SYN-SENT\",\"title\":\"SYN, ACK arrived\","
                   "\"direction\":\"in\",\"flags\":[\"SYN\",\"ACK\"],\"seq\":7,\"seq-calculated\":true,\"window\":64240,"
                   "\"source\":\"TCP_INFO\"}");
  hs_tcp_event_unref (event);
}

static void
test_data (void)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_INFERRED, 0, "On the wire", "6 B", "SO_TIMESTAMPING");
  g_autofree char *json = NULL;

  event->real_time = 0;
  event->outgoing = event->again = TRUE;
  event->stage = HS_TCP_STAGE_ON_WIRE;
  event->bytes = 6;
  event->offset = 12;
  json = hs_tcp_event_to_json (event);
  g_assert_cmpstr (json, ==,
                   "{\"time\":0.000000,\"kind\":\"data\",\"known\":\"inferred\",\"state\":\"CLOSED\",\"title\":\"On the wire\",\"direction\":\"out\","
                   "\"stage\":\"on-wire\",\"bytes\":6,\"offset\":12,\"exact\":false,\"again\":true,\"detail\":\"6 B\","
                   "\"source\":\"SO_TIMESTAMPING\"}");
  hs_tcp_event_unref (event);
}

static void
test_numbers (void)
{
  HsTcpNumbers numbers = { .time = g_get_monotonic_time (), .state = HS_TCP_ESTABLISHED, .rtt_us = 410 };
  g_autofree char *json = hs_tcp_numbers_to_json (&numbers);

  g_assert_nonnull (g_strstr_len (json, -1, "\"state\":\"ESTABLISHED\",\"rtt-us\":410,"));
}

/* Where there is no TCP there is no state to name. */
static void
test_without_tcp (void)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_STEP, HS_TCP_OBSERVED, 0, "connected", NULL, "GSocket");
  HsTcpTally udp = { .time = g_get_monotonic_time (), .transport = HS_TCP_TRANSPORT_UDP, .sent = 2, .bytes_sent = 9, .errors = 1, .has_memory = TRUE, .drops = 3 };
  HsTcpTally local = { .time = g_get_monotonic_time (), .transport = HS_TCP_TRANSPORT_UNIX, .has_peer = TRUE, .pid = 7, .uid = 1000, .program = "a\"b" };
  g_autofree char *told = hs_tcp_tally_to_json (&udp), *other = hs_tcp_tally_to_json (&local), *json = NULL;

  event->transport = HS_TCP_TRANSPORT_UDP;
  json = hs_tcp_event_to_json (event);
  g_assert_nonnull (strstr (json, "\"known\":\"observed\",\"transport\":\"udp\",\"title\""));
  g_assert_nonnull (strstr (told, "\"kind\":\"tally\",\"transport\":\"udp\",\"sent\":2,\"received\":0,\"bytes-sent\":9,"));
  g_assert_nonnull (strstr (told, "\"icmp\":1,\"receive-room\":0,\"drops\":3}"));
  g_assert_nonnull (strstr (other, "\"peer-pid\":7,\"peer-uid\":1000,\"peer-gid\":0,\"peer-program\":\"a\\\"b\"}"));
  g_assert_null (strstr (other, "drops"));
  hs_tcp_event_unref (event);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/json/strings", test_strings);
  g_test_add_func ("/tcp/json/segment", test_segment);
  g_test_add_func ("/tcp/json/data", test_data);
  g_test_add_func ("/tcp/json/numbers", test_numbers);
  g_test_add_func ("/tcp/json/without-tcp", test_without_tcp);
  return g_test_run ();
}
