/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every form of an address, and rubbish. */
#include <string.h>

#include "hs-address.h"

#define KEY "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define TOKEN "AAECAwQFBgcICQoLDA0ODw"
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* What is expected: "scheme host port given room", and how it is written down; or an error's code. */
static const struct
{
  const char *text;
  const char *expected; /* NULL: @error */
  const char *written;  /* NULL: as @text */
  HsWireError error;
} rows[] = {
#define OK(text, expected, written) { text, expected, written, 0 }
#define ERROR(text, code) { text, NULL, NULL, HS_WIRE_ERROR_##code }
  /* names and numbers */
  OK ("192.168.1.5", "0 192.168.1.5 8000 0 -", NULL),
  OK ("192.168.1.5:9000", "0 192.168.1.5 9000 1 -", NULL),
  OK ("192.168.1.5:8000", "0 192.168.1.5 8000 1 -", NULL),
  OK ("localhost", "0 localhost 8000 0 -", NULL),
  OK ("LocalHost:1", "0 localhost 1 1 -", "localhost:1"),
  OK ("chat.example.org:65535", "0 chat.example.org 65535 1 -", NULL),
  OK ("example.org.", "0 example.org. 8000 0 -", NULL),
  OK ("localhost.", "0 localhost. 8000 0 -", NULL),
  OK ("my-box.local", "0 my-box.local 8000 0 -", NULL),
  OK ("my_box", "0 my_box 8000 0 -", NULL),
  OK ("3com.com", "0 3com.com 8000 0 -", NULL),
  OK ("box5", "0 box5 8000 0 -", NULL),
  OK ("bücher.example", "0 bücher.example 8000 0 -", NULL),
  OK ("例子.测试:9000", "0 例子.测试 9000 1 -", NULL),
  OK ("xn--bcher-kva.example", "0 xn--bcher-kva.example 8000 0 -", NULL),
  OK ("  192.168.1.5:9000\n", "0 192.168.1.5 9000 1 -", "192.168.1.5:9000"),
  OK ("\xc2\xa0host\xe3\x80\x80", "0 host 8000 0 -", "host"),
  OK ("１９２.168。1.5：9000", "0 192.168.1.5 9000 1 -", "192.168.1.5:9000"),
  OK ("irc：//host：9000", "1 host 9000 1 -", "irc://host:9000"),
  OK ("host:09000", "0 host 9000 1 -", "host:9000"),
  OK ("host/lobby", "0 host 8000 0 lobby", NULL),
  OK ("host/", "0 host 8000 0 -", "host"),
  OK ("host:9000/#lobby", "0 host 9000 1 lobby", "host:9000/lobby"),
  ERROR ("", EMPTY),
  ERROR ("   \t ", EMPTY),
  ERROR ("host:0", PORT),
  ERROR ("host:70000", PORT),
  ERROR ("host:65536", PORT),
  ERROR ("host:99999999999999999999", PORT),
  ERROR ("host:", PORT),
  ERROR ("host:-1", PORT),
  ERROR ("host:+80", PORT),
  ERROR ("host:80a", PORT),
  ERROR ("host:http", PORT),
  ERROR ("mailto:ana", PORT),
  ERROR (":8000", SYNTAX),
  ERROR ("192.168.1.5 8000", SYNTAX),
  ERROR ("my host", SYNTAX),
  ERROR ("192.168.1", SYNTAX),
  ERROR ("192.168.1.256", SYNTAX),
  ERROR ("192.168.01.5", SYNTAX),
  ERROR ("1.2.3.4.5", SYNTAX),
  ERROR ("1.2.3.4.", SYNTAX),
  ERROR ("8000", SYNTAX),
  ERROR ("5", SYNTAX),
  ERROR ("host.5", SYNTAX),
  ERROR (".", SYNTAX),
  ERROR ("..", SYNTAX),
  ERROR ("a..b", SYNTAX),
  ERROR (".a", SYNTAX),
  ERROR ("-a", SYNTAX),
  ERROR ("a-", SYNTAX),
  ERROR ("a%20b", SYNTAX),
  ERROR ("host\x01", SYNTAX),
  ERROR ("ho\nst", SYNTAX),
  ERROR ("host\xff", SYNTAX),
  ERROR ("user@host", SYNTAX),
  ERROR ("irc://me:secret@host", SYNTAX),
  ERROR ("a,b", SYNTAX),
  ERROR ("<host>", SYNTAX),
  ERROR ("/etc/passwd", SYNTAX),
  ERROR ("?", SYNTAX),
  ERROR ("host#lobby", SYNTAX),
  ERROR ("h\xe2\x80\xae" "ost", SYNTAX),
  OK ("😀.example", "0 😀.example 8000 0 -", NULL), /* such names exist */
  ERROR (X50 X50, SYNTAX),
  /* IPv6 */
  OK ("::1", "0 ::1 8000 0 -", NULL),
  OK ("[::1]", "0 ::1 8000 0 -", "::1"),
  OK ("[::1]:9000", "0 ::1 9000 1 -", NULL),
  OK ("::", "0 :: 8000 0 -", NULL),
  OK ("2001:DB8:0:0::0001", "0 2001:db8::1 8000 0 -", "2001:db8::1"),
  OK ("::ffff:192.0.2.1", "0 ::ffff:192.0.2.1 8000 0 -", NULL),
  OK ("fe80::1%eth0", "0 fe80::1%eth0 8000 0 -", NULL),
  OK ("[fe80::1%eth0]:9000", "0 fe80::1%eth0 9000 1 -", NULL),
  OK ("[fe80::1%25eth0]:9000", "0 fe80::1%eth0 9000 1 -", "[fe80::1%eth0]:9000"),
  OK ("[fe80::1%25]:9000", "0 fe80::1%25 9000 1 -", NULL),
  OK ("fe80::1%25eth", "0 fe80::1%25eth 8000 0 -", NULL),
  OK ("[fe80::1%2525eth]:9000", "0 fe80::1%25eth 9000 1 -", NULL),
  OK ("fe80::1%2", "0 fe80::1%2 8000 0 -", NULL),
  OK ("tcp://[fe80::1%25eth0]:9000", "3 fe80::1%eth0 9000 1 -", NULL),
  OK ("::1/lobby", "0 ::1 8000 0 lobby", NULL),
  ERROR ("[::1", SYNTAX),
  ERROR ("::1]", SYNTAX),
  ERROR ("[::1]9000", SYNTAX),
  ERROR ("[::1]:", PORT),
  ERROR ("[::1]:0", PORT),
  ERROR ("[]", SYNTAX),
  ERROR ("[]:9000", SYNTAX),
  ERROR ("[localhost]:9000", SYNTAX),
  ERROR ("[192.168.1.5]:9000", SYNTAX),
  ERROR ("1:2:3", SYNTAX),
  ERROR (":::", SYNTAX),
  ERROR ("12345::", SYNTAX),
  ERROR ("fe80::1%", SYNTAX),
  ERROR ("fe80::1%eth0:9000", SYNTAX),
  ERROR ("fe80::1%e h", SYNTAX),
  ERROR ("192.168.1.5%eth0", SYNTAX),
  /* schemes */
  OK ("irc://host", "1 host 8000 0 -", NULL),
  OK ("irc://irc.example.org", "1 irc.example.org 6667 0 -", NULL),
  OK ("irc://irc.example.org:8000", "1 irc.example.org 8000 1 -", NULL),
  OK ("irc://box.local", "1 box.local 8000 0 -", NULL),
  OK ("irc://box.local.", "1 box.local. 8000 0 -", NULL),
  OK ("irc://host.", "1 host. 8000 0 -", NULL),
  OK ("irc://192.168.1.5", "1 192.168.1.5 8000 0 -", NULL),
  OK ("irc://[::1]", "1 ::1 8000 0 -", NULL),
  OK ("IRC://Host/", "1 host 8000 0 -", "irc://host"),
  OK ("irc://irc.example.org/#debian", "1 irc.example.org 6667 0 debian", "irc://irc.example.org/debian"),
  OK ("irc://host/%23debian", "1 host 8000 0 debian", "irc://host/debian"),
  OK ("irc://host/##c", "1 host 8000 0 #c", "irc://host/%23%23c"),
  OK ("irc://host/a%2Fb%3F", "1 host 8000 0 a/b?", NULL),
  OK ("irc://host/%E5%A4%A7%E5%8E%85", "1 host 8000 0 大厅", "irc://host/大厅"),
  OK ("irc://host/lobby?later=1", "1 host 8000 0 lobby", "irc://host/lobby"),
  OK ("ircs://host", "2 host 6697 0 -", NULL),
  OK ("ircs://host:8000", "2 host 8000 1 -", NULL),
  OK ("tcp://host:8000", "3 host 8000 1 -", NULL),
  OK ("tcp://host", "3 host 8000 0 -", NULL),
  OK ("tcp://host:8000/", "3 host 8000 1 -", "tcp://host:8000"),
  OK ("tcp://[::1]:8000", "3 ::1 8000 1 -", NULL),
  OK ("udp://host:8000", "4 host 8000 1 -", NULL),
  ERROR ("tcp://host:8000/lobby", SYNTAX),
  ERROR ("udp://host:8000?x", SYNTAX),
  ERROR ("tcp://", SYNTAX),
  ERROR ("tcp://:8000", SYNTAX),
  ERROR ("irc://", SYNTAX),
  ERROR ("irc:///lobby", SYNTAX),
  ERROR ("irc://host/a%20b", SYNTAX),
  ERROR ("irc://host/%E3%80%80", SYNTAX),
  ERROR ("irc://host/a,b", SYNTAX),
  ERROR ("irc://host/%zz", SYNTAX),
  ERROR ("irc://host/%", SYNTAX),
  ERROR ("irc://host/%00", SYNTAX),
  ERROR ("irc://host/%ff", SYNTAX),
  ERROR ("irc://host/%0a", SYNTAX),
  ERROR ("irc://host/#", SYNTAX),
  ERROR ("irc://host/" X50 X50, TOO_LONG),
  ERROR ("http://host", UNSUPPORTED),
  ERROR ("https://host:8000/x", UNSUPPORTED),
  ERROR ("a-b+c.1://host", UNSUPPORTED),
  ERROR ("://host", SYNTAX),
  ERROR ("irc:/host", PORT),
  /* Unix sockets */
  OK ("unix:/run/chat", "5 /run/chat", NULL),
  OK ("UNIX:/run/My Chat", "5 /run/My Chat", "unix:/run/My Chat"),
  OK ("unix:///run/chat", "5 /run/chat", "unix:/run/chat"),
  OK ("unix:/tmp/聊天", "5 /tmp/聊天", NULL),
  OK ("unix:/tmp/100%", "5 /tmp/100%", NULL),
  OK ("unix：/run/chat", "5 /run/chat", "unix:/run/chat"),
  OK ("unix:/run/a：b", "5 /run/a：b", NULL),
  ERROR ("unix:relative", SYNTAX),
  ERROR ("unix:80", SYNTAX),
  ERROR ("UNIX：80", SYNTAX),
  ERROR ("unix:", SYNTAX),
  ERROR ("unix:/", SYNTAX),
  ERROR ("unix://host/x", SYNTAX),
  ERROR ("unix:@abstract", SYNTAX),
  ERROR ("unix:/a\nb", SYNTAX),
  ERROR ("unix:/" X50 X50 X50, TOO_LONG),
  /* invites */
  OK ("ircs://192.168.1.5:8000/lobby?key=" KEY, "2 192.168.1.5 8000 1 lobby key=" KEY, NULL),
  OK ("ircs://h:1/r?key=" KEY "&also=%5B2001:db8::1%5D:8000&also=chat.example:9&token=" TOKEN,
      "2 h 1 1 r key=" KEY " also=[2001:db8::1]:8000 also=chat.example:9 token=" TOKEN,
      "ircs://h:1/r?key=" KEY "&also=[2001:db8::1]:8000&also=chat.example:9&token=" TOKEN),
  OK ("ircs://h:1?token=" TOKEN, "2 h 1 1 - token=" TOKEN, NULL),
  OK ("ircs://h:1/?also=h2", "2 h 1 1 - also=h2:6697", "ircs://h:1?also=h2:6697"),
  OK ("ircs://h:1/r?also=fe80::1%25eth0", "2 h 1 1 r also=[fe80::1%25eth0]:6697",
      "ircs://h:1/r?also=[fe80::1%2525eth0]:6697"),
  OK ("ircs://h:1/r?new=thing&key=" KEY, "2 h 1 1 r key=" KEY, "ircs://h:1/r?key=" KEY),
  ERROR ("irc://h:1/r?key=" KEY, SYNTAX),
  ERROR ("h:1/r?token=" TOKEN, SYNTAX),
  ERROR ("ircs://h:1/r?key=" KEY "&key=" KEY, SYNTAX),
  ERROR ("ircs://h:1/r?key=sha256:short", SYNTAX),
  ERROR ("ircs://h:1/r?key=" KEY "x", SYNTAX),
  ERROR ("ircs://h:1/r?key=sha1:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", SYNTAX),
  ERROR ("ircs://h:1/r?key=sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", SYNTAX),
  ERROR ("ircs://h:1/r?key=sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV", SYNTAX), /* bits behind the end */
  ERROR ("ircs://h:1/r?key", SYNTAX),
  ERROR ("ircs://h:1/r?key=", SYNTAX),
  ERROR ("ircs://h:1/r?token=" TOKEN "&token=" TOKEN, SYNTAX),
  ERROR ("ircs://h:1/r?token=AAECAwQFBgcICQoLDA0OD%", SYNTAX),
  ERROR ("ircs://h:1/r?also=h:0", SYNTAX),
  ERROR ("ircs://h:1/r?also=", SYNTAX),
#undef OK
#undef ERROR
};

static char *
describe (const HsAddress *address)
{
  GString *text = g_string_new (NULL);

  if (address->scheme == HS_SCHEME_UNIX)
    {
      g_assert_null (address->host);
      g_string_printf (text, "%d %s", address->scheme, address->path);
      return g_string_free (text, FALSE);
    }
  g_assert_null (address->path);
  g_string_printf (text, "%d %s %u %d %s", address->scheme, address->host, address->port, address->port_given,
                   address->room != NULL ? address->room : "-");
  if (address->key != NULL)
    g_string_append_printf (text, " key=%s", address->key);
  for (guint i = 0; address->also != NULL && address->also[i] != NULL; i++)
    g_string_append_printf (text, " also=%s", address->also[i]);
  if (address->token != NULL)
    g_string_append_printf (text, " token=%s", address->token);
  g_assert_cmpint (hs_address_is_invite (address), ==, address->key != NULL || address->token != NULL || address->also != NULL);
  return g_string_free (text, FALSE);
}

static void
check_good (const char *text, const char *expected, const char *written)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsAddress) address = hs_address_parse (text, &error);
  g_autoptr (HsAddress) again = NULL, copy = NULL;
  g_autofree char *seen = NULL, *string = NULL, *seen_again = NULL, *seen_copy = NULL;

  g_assert_no_error (error);
  seen = describe (address);
  g_assert_cmpstr (seen, ==, expected);
  string = hs_address_to_string (address);
  g_assert_cmpstr (string, ==, written);

  again = hs_address_parse (string, &error);
  g_assert_no_error (error);
  seen_again = describe (again);
  g_assert_cmpstr (seen_again, ==, expected);
  copy = hs_address_copy (again);
  seen_copy = describe (copy);
  g_assert_cmpstr (seen_copy, ==, expected);
}

/* What a person reads of an address has no key and no token in it. */
static void
test_place (void)
{
  static const struct
  {
    const char *text, *expected;
  } places[] = {
    { "192.168.1.5", "192.168.1.5" },
    { " host:9000 ", "host:9000" },
    { "::1", "::1" },
    { "[::1]:9000", "[::1]:9000" },
    { "fe80::1%eth0", "fe80::1%eth0" },
    { "tcp://host:9000", "tcp://host:9000" },
    { "unix:/run/x", "unix:/run/x" },
    { "irc://192.0.2.2/lobby", "192.0.2.2:8000" },
    { "ircs://chat.example.org", "chat.example.org:6697" },
    { "ircs://[fd00::2]:8004/lobby?key=" KEY "&also=192.0.2.2:8004&token=" TOKEN, "[fd00::2]:8004" },
    { "no address", "no address" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *place = hs_address_format_place (places[i].text);

      g_assert_cmpstr (place, ==, places[i].expected);
    }
}

/* Nothing else of it is lost. */
static void
test_drop_token (void)
{
  static const struct
  {
    const char *text, *expected;
  } links[] = {
    { "ircs://[fd00::2]:8004/lobby?key=" KEY "&also=192.0.2.2:8004&token=" TOKEN, "ircs://[fd00::2]:8004/lobby?key=" KEY "&also=192.0.2.2:8004" },
    { "ircs://h:1/r?token=" TOKEN "&key=" KEY, "ircs://h:1/r?key=" KEY },
    { "ircs://h:1?token=" TOKEN, "ircs://h:1" },
    { " IRCS://Host:1/r?key=" KEY " ", " IRCS://Host:1/r?key=" KEY " " },
    { "192.168.1.5", "192.168.1.5" },
    { "no address", "no address" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *kept = hs_address_drop_token (links[i].text);

      g_assert_cmpstr (kept, ==, links[i].expected);
    }
}

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %zu", i);
      if (rows[i].expected != NULL)
        {
          check_good (rows[i].text, rows[i].expected, rows[i].written != NULL ? rows[i].written : rows[i].text);
          continue;
        }
      if (hs_address_parse (rows[i].text, &error) != NULL)
        g_error ("“%s” was taken for an address", rows[i].text);
      if (!g_error_matches (error, HS_WIRE_ERROR, (int) rows[i].error))
        g_error ("“%s”: %s (%d)", rows[i].text, error->message, error->code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (hs_address_parse (rows[i].text, NULL));
    }
}

static void
test_numeric (void)
{
  static const struct
  {
    const char *text;
    gboolean numeric;
  } hosts[] = { { "192.168.1.5", TRUE }, { "::1", TRUE }, { "fe80::1%eth0", TRUE }, { "localhost", FALSE }, { "unix:/x", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (HsAddress) address = hs_address_parse (hosts[i].text, NULL);

      g_assert_cmpint (hs_address_is_numeric (address), ==, hosts[i].numeric);
    }
}

#define KEY "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define TOKEN "AAECAwQFBgcICQoLDA0ODw"

static const struct
{
  const char *host;
  guint16 port;
  const char *room, *key, *token, *link, *room_back;
} invites[] = {
  { "192.168.1.5", 8000, "#lobby", NULL, NULL, "irc://192.168.1.5:8000/lobby", "lobby" },
  { "192.168.1.5", 9000, NULL, NULL, NULL, "irc://192.168.1.5:9000", NULL },
  { "fd12:4a::5", 8000, "lobby", NULL, NULL, "irc://[fd12:4a::5]:8000/lobby", "lobby" },
  { "fe80::1%eth0", 8000, "#lobby", NULL, NULL, "irc://[fe80::1%25eth0]:8000/lobby", "lobby" },
  { "fe80::1%25", 8000, "#lobby", NULL, NULL, "irc://[fe80::1%2525]:8000/lobby", "lobby" },
  { "livia-pc.local", 8000, "#lobby", NULL, NULL, "irc://livia-pc.local:8000/lobby", "lobby" },
  { "10.0.0.1", 1, "##c", NULL, NULL, "irc://10.0.0.1:1/%23%23c", "#c" },
  { "10.0.0.1", 65535, "#大厅", NULL, NULL, "irc://10.0.0.1:65535/大厅", "大厅" },
  { "10.0.0.1", 8000, "#a/b?c&d%e", NULL, NULL, "irc://10.0.0.1:8000/a%2Fb%3Fc%26d%25e", "a/b?c&d%e" },
  { "192.168.1.5", 8000, "#lobby", KEY, NULL, "ircs://192.168.1.5:8000/lobby?key=" KEY, "lobby" },
  { "192.168.1.5", 8000, "#lobby", KEY, TOKEN, "ircs://192.168.1.5:8000/lobby?key=" KEY "&token=" TOKEN, "lobby" },
  /* A secret is not sent where anybody can read it. */
  { "192.168.1.5", 8000, "#lobby", NULL, TOKEN, "irc://192.168.1.5:8000/lobby", "lobby" },
};

/* Further addresses go with a key, and only with one. */
static void
test_also (void)
{
  static const char key[] = "sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo";
  static const char *const also[] = { "192.168.1.5:8000", "[fd00::1]:9000", NULL };
  g_autofree char *link = hs_address_format_invite ("10.0.0.1", 8000, "#lobby", key, also, NULL);
  g_autofree char *open = hs_address_format_invite ("10.0.0.1", 8000, "#lobby", NULL, also, NULL);
  g_autoptr (HsAddress) back = hs_address_parse (link, NULL);

  g_assert_nonnull (back);
  g_assert_true (g_strv_equal ((const char *const *) back->also, also));
  g_assert_cmpstr (open, ==, "irc://10.0.0.1:8000/lobby");
}

static void
test_invites (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (invites); i++)
    {
      g_autofree char *link = hs_address_format_invite (invites[i].host, invites[i].port, invites[i].room, invites[i].key, NULL, invites[i].token);
      g_autoptr (GError) error = NULL;
      g_autoptr (HsAddress) back = hs_address_parse (link, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (link, ==, invites[i].link);
      g_assert_cmpint (back->scheme, ==, invites[i].key != NULL ? HS_SCHEME_IRCS : HS_SCHEME_IRC);
      g_assert_cmpstr (back->host, ==, invites[i].host);
      g_assert_cmpint (back->port, ==, invites[i].port);
      g_assert_cmpstr (back->room, ==, invites[i].room_back);
      g_assert_cmpstr (back->key, ==, invites[i].key);
      g_assert_cmpstr (back->token, ==, invites[i].key != NULL ? invites[i].token : NULL);
    }
}

static void
test_too_long (void)
{
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_address_parse (text, &error));
  g_assert_error (error, HS_WIRE_ERROR, HS_WIRE_ERROR_TOO_LONG);
}

static void
test_same_place (void)
{
  static const struct { const char *one, *other; gboolean same; } pairs[] = {
    { "192.168.1.5", "192.168.1.5:8000", TRUE },       { "192.168.1.5", "irc://192.168.1.5/lobby", TRUE },
    { "ana.example", "Ana.Example.:8000", TRUE },      { "[::1]", "0:0::1", TRUE },
    { "ircs://a.example", "a.example:6697", TRUE },    { "a.example", "a.example:9000", FALSE },
    { "tcp://a.example", "a.example", FALSE },         { "tcp://a.example", "tcp://a.example:8000", TRUE },
    { "unix:/run/a", "unix:/run/a", TRUE },            { "unix:/run/a", "unix:/run/b", FALSE },
    { "unix:/run/a", "a.example", FALSE },             { "a.example", "b.example", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (HsAddress) one = hs_address_parse (pairs[i].one, NULL), other = hs_address_parse (pairs[i].other, NULL);

      g_test_message ("%s and %s", pairs[i].one, pairs[i].other);
      g_assert_cmpint (hs_address_is_same_place (one, other), ==, pairs[i].same);
      g_assert_cmpint (hs_address_is_same_place (other, one), ==, pairs[i].same);
    }
}

static void
test_routes (void)
{
  static const struct { const char *address, *routes; } cases[] = {
    { "10.0.0.1", "10.0.0.1 8000" },
    { "unix:/run/x", "/run/x 0" },
    { "ircs://10.0.0.1:9/a?key=sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo&also=10.0.0.2:8&also=[fd00::1]",
      "10.0.0.1 9, 10.0.0.2 8, fd00::1 6697" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HsAddress) address = hs_address_parse (cases[i].address, NULL);
      g_autoptr (GString) found = g_string_new (NULL);
      g_autoptr (GPtrArray) routes = NULL;

      g_assert_nonnull (address);
      routes = hs_address_list_routes (address);
      for (guint k = 0; k < routes->len; k++)
        {
          const HsAddress *route = routes->pdata[k];

          g_string_append_printf (found, "%s%s %u", k > 0 ? ", " : "", route->host != NULL ? route->host : route->path, route->port);
          g_assert_cmpstr (route->key, ==, address->key);
          g_assert_null (route->also);
        }
      g_assert_cmpstr (found->str, ==, cases[i].routes);
    }
}

static void
test_server_name (void)
{
  static const struct { const char *address, *name; } cases[] = {
    { "chat.example.org:9", "chat.example.org" }, { "10.0.0.1", "10.0.0.1" }, { "[fe80::1%eth0]:9", "fe80::1" }, { "unix:/run/x", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HsAddress) address = hs_address_parse (cases[i].address, NULL);
      g_autofree char *name = hs_address_dup_server_name (address);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/address/rows", test_rows);
  g_test_add_func ("/wire/address/same-place", test_same_place);
  g_test_add_func ("/wire/address/place", test_place);
  g_test_add_func ("/wire/address/drop-token", test_drop_token);
  g_test_add_func ("/wire/address/numeric", test_numeric);
  g_test_add_func ("/wire/address/invites", test_invites);
  g_test_add_func ("/wire/address/also", test_also);
  g_test_add_func ("/wire/address/too-long", test_too_long);
  g_test_add_func ("/wire/address/routes", test_routes);
  g_test_add_func ("/wire/address/server-name", test_server_name);
  return g_test_run ();
}
