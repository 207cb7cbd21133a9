/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of first lines, and the answers of servers. */
#include <string.h>

#include "hs-dialect.h"

typedef struct
{
  const char *data;
  HsDialect now;   /* while more may come */
  HsDialect final; /* when no more comes */
} Row;

#define U HS_DIALECT_UNKNOWN
#define I HS_DIALECT_IRC
#define P HS_DIALECT_PLAIN
#define H HS_DIALECT_HTTP
#define T HS_DIALECT_TLS

static const Row guests[] = {
  { "", U, P },
  { "\x16\x03\x01", T, T },
  { "\x16", T, T },
  { "NICK ana\r\n", I, I },
  { "nick ana\n", I, I },
  { "NICK :ana\r\n", I, I },
  { "NICK 张三\r\n", I, I },
  { "NICK ana\r", I, I },
  { "NICK ana\r\nUSER", I, I },
  { "NICK\r\n", P, P },
  { "NICK \r\n", P, P },
  { "NICK :\r\n", P, P },
  { "Nick and I\n", P, P },
  { "Nick and", U, P },
  { "Nick and I", P, P },
  { "nickname\n", P, P },
  { "nickn", P, P },
  { "USER a 0 * :Ana Maria\r\n", I, I },
  { "user a b c d\n", I, I },
  { "USER a b c\n", P, P },
  { "USER a b c d e\n", P, P },
  { "User friendly, isn't it\n", P, P },
  { "User friendly, isn't it", U, P },
  { "User friendly", U, P },
  { "CAP LS\r\n", I, I },
  { "CAP LS 302\r\n", I, I },
  { "cap ls 302\n", I, I },
  { "CAP REQ :sasl message-tags\r\n", I, I },
  { "CAP LIST\n", I, I },
  { "CAP END\n", I, I },
  { "CAP\n", P, P },
  { "CAP LSX\n", P, P },
  { "CAP L\n", P, P },
  { "CAP L", U, P },
  { "CAP LX", P, P },
  { "CAP LSX", P, P },
  { "CAP L 302", P, P },
  { "CAP off\n", P, P },
  { "CAP o", P, P },
  { "CAP ", U, P },
  { "Cap", U, P },
  { "PASS secret\r\n", I, I },
  { "PASS invite:abc\r\n", I, I },
  { "Pass me the salt\n", P, P },
  { "Pass me", U, P },
  { "Pass me the", P, P },
  { "AUTHENTICATE PLAIN\r\n", I, I },
  { "AUTHENTICATE", U, P },
  { "GET / HTTP/1.1\r\n", H, H },
  { "GET /x?y HTTP/1.0\n", H, H },
  { "HEAD /x HTTP/1.1\r\n", H, H },
  { "POST / HTTP/1.1\r\nHost: a\r\n", H, H },
  { "PUT /a HTTP/1.1\r\n", H, H },
  { "OPTIONS * HTTP/1.1\r\n", H, H },
  { "get / HTTP/1.1\r\n", P, P },
  { "GET / http/1.1\r\n", P, P },
  { "GET / HTTP/2\r\n", P, P },
  { "GET / HTTP/1.x\r\n", P, P },
  { "GET HTTP/1.1\r\n", P, P },
  { "GET up\n", P, P },
  { "GET up", P, P },
  { "GET /home\n", P, P },
  { "GET /", U, P },
  { "GE", U, P },
  { "G", U, P },
  { "N", U, P },
  { "n", U, P },
  { "h", P, P },
  { "hello", P, P },
  { "hello\n", P, P },
  { "\n", P, P },
  { "\r\nNICK a\r\n", P, P },
  { " NICK a\r\n", P, P },
  { ":a NICK b\r\n", P, P },
  { "你好", P, P },
  { "q", P, P },
  { "/nick ana", P, P },
  { "PING x\r\n", P, P },
  { "JOIN #lobby\r\n", P, P },
  { "\xff", P, P },
};

static const Row servers[] = {
  { "", U, P },
  { ":irc.example CAP * LS :sasl\r\n", I, I },
  { "CAP * LS :\r\n", I, I },
  { "CAP * LS * :a b\r\n", I, I },
  { ":s 001 ana :Welcome\r\n", I, I },
  { ":s 451 * :Register first\n", I, I },
  { "@time=2026-01-02T03:04:05.678Z :s NOTICE * :hi\r\n", I, I },
  { ":s NOTICE * :*** Looking up your hostname\r\n", I, I },
  { "NOTICE AUTH :*** Hello\r\n", I, I },
  { "ERROR :Closing Link\r\n", I, I },
  { "PING :123\r\n", I, I },
  { "CAP LS 302\r\n", P, P },
  { "CAP LS 302", U, P },
  { "you said: CAP LS 302\n", P, P },
  { "220 mail.example ESMTP\r\n", P, P },
  { "220", P, P },
  { "HTTP/1.1 400 Bad Request\r\n", P, P },
  { "hello", P, P },
  { "Notice the door\n", P, P },
  { "notice", P, P },
  { "NOTICED a b\n", P, P },
  { "NOTICED", P, P },
  { "NOTICE\n", P, P },
  { "ERROR\r\n", P, P },
  { ":) hello", P, P },
  { ":) ", U, P },
  { ":)", U, P },
  { ":s 0", U, P },
  { ":s 00x", P, P },
  { ":s 0012 ", P, P },
  { ":s 001", U, P },
  { ":s 001 ana :Wel", U, P },
  { ":s 001\r\n", P, P },
  { ":s PRIVMSG a :b\r\n", P, P },
  { "@a", U, P },
  { "@a b\n", P, P },
  { "CAP * LS", U, P },
  { "CAP * ACK :sasl\r\n", P, P },
  { "P", U, P },
  { "q", P, P },
  { "\r\n", P, P },
  { "你好", P, P },
  { "\x15\x03\x01\x01\x02\x02\x46", T, T }, /* an alert, but for its length's NUL */
  { "\x15\x03\x04", T, T },
  { "\x15\x03", U, P },
  { "\x15", U, P },
  { "\x15\x03\x05", P, P },
  { "\x15hello", P, P },
  { "\x16\x03\x01", P, P }, /* a server begins no handshake */
};

static void
check (const Row *row, HsDialect (*judge) (const char *, gsize, gboolean))
{
  gsize len = strlen (row->data);
  g_autofree char *data = g_memdup2 (row->data, len);

  g_test_message ("%s", row->data);
  g_assert_cmpint (judge (data, len, FALSE), ==, row->now);
  g_assert_cmpint (judge (data, len, TRUE), ==, row->final);

  /* However it comes, byte for byte: once decided it stays so. */
  for (gsize n = 1; n <= len; n++)
    {
      HsDialect early = judge (data, n, FALSE);

      g_assert_cmpint (judge (data, n, TRUE), !=, HS_DIALECT_UNKNOWN);
      if (early != HS_DIALECT_UNKNOWN)
        g_assert_cmpint (early, ==, row->now);
    }
}

static void
test_guest (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (guests); i++)
    check (&guests[i], hs_dialect_judge_guest);
}

static void
test_server (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++)
    check (&servers[i], hs_dialect_judge_server);
}

/* A first line that never ends is decided, too. */
static void
test_endless (void)
{
  static const char *const begins[] = { "PASS ", "GET /", "CAP REQ :", ":s NOTICE * :", "@", ":" };

  for (gsize i = 0; i < G_N_ELEMENTS (begins); i++)
    {
      g_autofree char *fill = g_strnfill (20000, 'x');
      g_autofree char *data = g_strconcat (begins[i], fill, NULL);

      g_assert_cmpint (hs_dialect_judge_guest (data, strlen (data), FALSE), ==, HS_DIALECT_PLAIN);
      g_assert_cmpint (hs_dialect_judge_server (data, strlen (data), FALSE), ==, HS_DIALECT_PLAIN);
    }
}

static void
test_nul (void)
{
  g_assert_cmpint (hs_dialect_judge_guest ("NICK a\0b\n", 9, FALSE), ==, HS_DIALECT_PLAIN);
  g_assert_cmpint (hs_dialect_judge_guest ("\0", 1, FALSE), ==, HS_DIALECT_PLAIN);
  g_assert_cmpint (hs_dialect_judge_server ("PING \0\n", 7, FALSE), ==, HS_DIALECT_PLAIN);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/dialect/guest", test_guest);
  g_test_add_func ("/wire/dialect/server", test_server);
  g_test_add_func ("/wire/dialect/endless", test_endless);
  g_test_add_func ("/wire/dialect/nul", test_nul);
  return g_test_run ();
}
