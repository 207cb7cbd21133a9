/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of trust, row by row; what a pin binds; which names are public. */
#include "hs-trust-rule.h"

#include <string.h>

#define KEY_A "?key=sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo" /* 32 times 0xaa */

static HsFingerprint
make_key (char letter)
{
  HsFingerprint key;

  memset (key.bytes, letter == 'a' ? 0xaa : letter, sizeof key.bytes);
  return key;
}

/* Keys are letters, 0 none. */
static const struct
{
  const char *what, *address;
  char key, pin, own; /* key 0 and not anonymous: not encrypted */
  gboolean by_authority, anonymous;
  HsTlsProblems problems;
  gboolean known, compared, promised, once, unread;
  HsTrust expected;
} cases[] = {
#define SELF HS_TLS_UNKNOWN_AUTHORITY
  { "plain IRC", "10.0.0.1", .expected = HS_TRUST_UNENCRYPTED },
  { "plain IRC, public name", "irc.example.org", .expected = HS_TRUST_UNENCRYPTED },
  { "was encrypted", "10.0.0.1", .pin = 'a', .expected = HS_TRUST_NO_LONGER_ENCRYPTED },
  { "was encrypted, and the person knows", "10.0.0.1", .pin = 'a', .once = TRUE, .expected = HS_TRUST_UNENCRYPTED },
  { "ircs:// asks for it", "ircs://10.0.0.1", .expected = HS_TRUST_NO_LONGER_ENCRYPTED },
  { "an invite asks for it", "ircs://10.0.0.1/lobby" KEY_A, .expected = HS_TRUST_NO_LONGER_ENCRYPTED },
  { "an invite is not to be opened otherwise", "ircs://10.0.0.1/lobby" KEY_A, .once = TRUE, .expected = HS_TRUST_NO_LONGER_ENCRYPTED },
  { "promised (sts, announcement)", "10.0.0.1", .promised = TRUE, .expected = HS_TRUST_NO_LONGER_ENCRYPTED },
  { "own, in a classroom", "127.0.0.1", .own = 'o', .expected = HS_TRUST_UNENCRYPTED },

  { "cannot be looked up", "10.0.0.1", .unread = TRUE, .expected = HS_TRUST_NOT_LOOKED_UP },
  { "cannot be looked up, and the person knows", "10.0.0.1", .unread = TRUE, .once = TRUE, .expected = HS_TRUST_UNENCRYPTED },
  { "cannot be looked up, ircs:// asks for it", "ircs://10.0.0.1", .unread = TRUE, .expected = HS_TRUST_NO_LONGER_ENCRYPTED },

  { "own", "127.0.0.1", 'o', .own = 'o', .problems = SELF, .expected = HS_TRUST_OWN },
  { "somebody on our port", "127.0.0.1", 'x', .own = 'o', .problems = SELF, .expected = HS_TRUST_CHANGED },

  { "invite", "ircs://10.0.0.1/lobby" KEY_A, 'a', .problems = SELF, .expected = HS_TRUST_INVITED },
  { "invite, public name", "ircs://chat.example.org/lobby" KEY_A, 'a', .problems = SELF | HS_TLS_WRONG_HOST, .expected = HS_TRUST_INVITED },
  { "invite, compared before", "ircs://10.0.0.1/lobby" KEY_A, 'a', .problems = SELF, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_COMPARED },
  { "invite, another key", "ircs://10.0.0.1/lobby" KEY_A, 'x', .problems = SELF, .expected = HS_TRUST_NOT_INVITED },
  { "invite, another key that is compared", "ircs://10.0.0.1/lobby" KEY_A, 'x', .problems = SELF, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_NOT_INVITED },
  { "invite, another key with an authority", "ircs://chat.example.org/lobby" KEY_A, 'x', .expected = HS_TRUST_NOT_INVITED },
  { "invite, no certificate", "ircs://10.0.0.1/lobby" KEY_A, .anonymous = TRUE, .problems = HS_TLS_BAD, .expected = HS_TRUST_NOT_INVITED },
  { "invite, where another server was", "ircs://10.0.0.1/lobby" KEY_A, 'a', .pin = 'b', .problems = SELF, .expected = HS_TRUST_INVITED },

  { "first contact", "10.0.0.1", 'a', .problems = SELF, .expected = HS_TRUST_FIRST_SEEN },
  { "first contact, single label", "laptop", 'a', .problems = SELF | HS_TLS_WRONG_HOST, .expected = HS_TRUST_FIRST_SEEN },
  { "first contact, .local", "laptop.local", 'a', .problems = SELF, .expected = HS_TRUST_FIRST_SEEN },
  { "first contact, expired", "10.0.0.1", 'a', .problems = SELF | HS_TLS_EXPIRED, .expected = HS_TRUST_FIRST_SEEN },
  { "first contact, weak", "10.0.0.1", 'a', .problems = SELF | HS_TLS_WEAK, .expected = HS_TRUST_NOT_VERIFIED },
  { "first contact, faulty", "10.0.0.1", 'a', .problems = HS_TLS_BAD, .expected = HS_TRUST_NOT_VERIFIED },
  { "first contact, no certificate", "10.0.0.1", .anonymous = TRUE, .problems = HS_TLS_BAD, .expected = HS_TRUST_NOT_VERIFIED },
  { "first contact, local socket", "unix:/run/chat", 'a', .problems = SELF, .expected = HS_TRUST_FIRST_SEEN },

  { "a key that cannot be looked up", "10.0.0.1", 'a', .problems = SELF, .unread = TRUE, .expected = HS_TRUST_NOT_LOOKED_UP },
  { "... known meanwhile from elsewhere", "10.0.0.1", 'a', .problems = SELF, .unread = TRUE, .known = TRUE, .expected = HS_TRUST_NOT_LOOKED_UP },
  { "... compared meanwhile", "10.0.0.1", 'a', 'a', .problems = SELF, .unread = TRUE, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_COMPARED },
  { "... with an authority", "irc.example.org", 'a', .unread = TRUE, .expected = HS_TRUST_VERIFIED },
  { "... of a public name", "irc.example.org", 'a', .problems = SELF, .unread = TRUE, .expected = HS_TRUST_NOT_VERIFIED },
  { "... from an invite", "ircs://10.0.0.1/lobby" KEY_A, 'a', .problems = SELF, .unread = TRUE, .expected = HS_TRUST_INVITED },

  { "second contact", "10.0.0.1", 'a', 'a', .problems = SELF, .known = TRUE, .expected = HS_TRUST_SEEN_BEFORE },
  { "second contact, expired meanwhile", "10.0.0.1", 'a', 'a', .problems = SELF | HS_TLS_EXPIRED, .known = TRUE, .expected = HS_TRUST_SEEN_BEFORE },
  { "second contact, compared", "10.0.0.1", 'a', 'a', .problems = SELF, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_COMPARED },
  { "another key", "10.0.0.1", 'x', 'a', .problems = SELF, .expected = HS_TRUST_CHANGED },
  { "another key, which is another server's", "10.0.0.1", 'x', 'a', .problems = SELF, .known = TRUE, .expected = HS_TRUST_CHANGED },
  { "another key, which was compared elsewhere", "10.0.0.1", 'x', 'a', .problems = SELF, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_CHANGED },
  { "another key with an authority, where there was none", "irc.example.org", 'x', 'a', .expected = HS_TRUST_CHANGED },
  { "the key is gone", "10.0.0.1", 0, 'a', .anonymous = TRUE, .problems = HS_TLS_BAD, .expected = HS_TRUST_CHANGED },
  { "a known key at a new address", "10.0.0.2", 'a', .problems = SELF, .known = TRUE, .expected = HS_TRUST_SEEN_BEFORE },
  { "a compared key at a new address", "10.0.0.2", 'a', .problems = SELF, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_COMPARED },

  { "public name, verified", "irc.example.org", 'a', .expected = HS_TRUST_VERIFIED },
  { "public name, self-signed", "irc.example.org", 'a', .problems = SELF, .expected = HS_TRUST_NOT_VERIFIED },
  { "public name, another's certificate", "irc.example.org", 'a', .problems = HS_TLS_WRONG_HOST, .expected = HS_TRUST_NOT_VERIFIED },
  { "public name, expired", "irc.example.org", 'a', .problems = HS_TLS_EXPIRED, .expected = HS_TRUST_NOT_VERIFIED },
  { "public name, not valid yet", "irc.example.org", 'a', .problems = HS_TLS_NOT_YET_VALID, .expected = HS_TRUST_NOT_VERIFIED },
  { "public name, a key known from elsewhere", "irc.example.org", 'a', .problems = SELF, .known = TRUE, .expected = HS_TRUST_NOT_VERIFIED },
  { "public name, a key compared elsewhere", "irc.example.org", 'a', .problems = SELF, .known = TRUE, .compared = TRUE, .expected = HS_TRUST_COMPARED },
  { "public name, pinned by an invite", "irc.example.org", 'a', 'a', .problems = SELF, .known = TRUE, .expected = HS_TRUST_SEEN_BEFORE },
  { "authority then and now, another key", "irc.example.org", 'x', 'a', .by_authority = TRUE, .expected = HS_TRUST_VERIFIED },
  { "authority then, not now, another key", "irc.example.org", 'x', 'a', .by_authority = TRUE, .problems = SELF, .expected = HS_TRUST_CHANGED },
  { "authority then, expired now, the same key", "irc.example.org", 'a', 'a', .by_authority = TRUE, .problems = HS_TLS_EXPIRED, .known = TRUE, .expected = HS_TRUST_SEEN_BEFORE },
#undef SELF
};

static void
test_rule (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HsAddress) address = hs_address_parse (cases[i].address, &error);
      HsFingerprint key = make_key (cases[i].key), own = make_key (cases[i].own);
      HsTrustPin pin = { .key = make_key (cases[i].pin), .by_authority = cases[i].by_authority };
      const HsTrustQuestion question = {
        .address = address,
        .encrypted = cases[i].key != 0 || cases[i].anonymous,
        .key = cases[i].key != 0 ? &key : NULL,
        .problems = cases[i].problems,
        .own = cases[i].own != 0 ? &own : NULL,
        .pin = cases[i].pin != 0 ? &pin : NULL,
        .unread = cases[i].unread,
        .known = cases[i].known,
        .compared = cases[i].compared,
        .promised = cases[i].promised,
        .unencrypted_once = cases[i].once,
      };

      g_test_message ("%s", cases[i].what);
      g_assert_no_error (error);
      g_assert_cmpint (hs_trust_judge (&question), ==, cases[i].expected);
    }
}

static void
test_stops (void)
{
  static const gboolean stops[] = {
    [HS_TRUST_CHANGED] = TRUE, [HS_TRUST_NOT_INVITED] = TRUE, [HS_TRUST_NOT_VERIFIED] = TRUE, [HS_TRUST_NO_LONGER_ENCRYPTED] = TRUE,
    [HS_TRUST_NOT_LOOKED_UP] = TRUE,
  };

  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    g_assert_cmpint (hs_trust_stops (i), ==, stops[i]);
}

static void
test_bindings (void)
{
  static const struct { const char *address, *expected; } rows[] = {
    { "192.168.1.5", "address:192.168.1.5:8000" },
    { "Laptop", "address:laptop:8000" },
    { "LAPTOP.local:9000", "address:laptop.local:9000" },
    { "irc.example.org.", "address:irc.example.org:8000" },
    { "ircs://IRC.Example.org", "address:irc.example.org:6697" },
    { "irc.example.org:6697", "address:irc.example.org:6697" },
    { "[FD00:0::1]:8000", "address:[fd00::1]:8000" },
    { "fe80::1%eth0", "address:[fe80::1%eth0]:8000" },
    { "ircs://10.0.0.1:8000/lobby" KEY_A, "address:10.0.0.1:8000" },
    { "unix:/run/Chat", "unix:/run/Chat" },
    { "tcp://10.0.0.1", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HsAddress) address = hs_address_parse (rows[i].address, &error);
      g_autofree char *binding = NULL;

      g_test_message ("%s", rows[i].address);
      g_assert_no_error (error);
      binding = hs_trust_bind_address (address);
      g_assert_cmpstr (binding, ==, rows[i].expected);
    }
  g_autofree char *service = hs_trust_bind_service ("Ana's room");
  g_assert_cmpstr (service, ==, "service:Ana's room");
}

static void
test_places (void)
{
  static const struct { const char *binding, *place, *host; } rows[] = {
    { "address:192.168.1.5:8000", "192.168.1.5", "192.168.1.5" },
    { "address:laptop.local:9000", "laptop.local:9000", "laptop.local" },
    { "address:[fd00::1]:8000", "[fd00::1]", "[fd00::1]" },
    { "address:irc.example.org:6697", "irc.example.org:6697", "irc.example.org" },
    { "address:irc.example.org:18000", "irc.example.org:18000", "irc.example.org" },
    { "unix:/run/Chat:8000", "unix:/run/Chat:8000", NULL },
    { "service:Ana's room:8000", "Ana's room:8000", NULL },
    { "address:without-port", "without-port", NULL },
    { "nothing", NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *place = hs_trust_dup_place (rows[i].binding), *host = hs_trust_dup_host (rows[i].binding);

      g_test_message ("%s", rows[i].binding);
      g_assert_cmpstr (place, ==, rows[i].place);
      g_assert_cmpstr (host, ==, rows[i].host);
    }
}

static void
test_fold (void)
{
  static const struct { const char *host, *expected; } rows[] = {
    { "IRC.Example.org", "irc.example.org" }, { "irc.example.", "irc.example" }, { "laptop", "laptop" }, { ".", "." }, { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *folded = hs_trust_fold_host (rows[i].host);

      g_assert_cmpstr (folded, ==, rows[i].expected);
    }
}

static void
test_public_names (void)
{
  static const struct { const char *host; gboolean expected; } rows[] = {
    { "irc.example.org", TRUE }, { "IRC.EXAMPLE.ORG.", TRUE }, { "xn--fiq228c.cn", TRUE }, { "1.2.3", TRUE }, { "local.example.org", TRUE },
    { "notlocal", FALSE }, { "laptop", FALSE }, { "laptop.", FALSE }, { "laptop.local", FALSE }, { "LAPTOP.LOCAL", FALSE }, { "a.b.local.", FALSE },
    { "nas.home.arpa", FALSE }, { "db.internal", FALSE }, { "x.localhost", FALSE }, { "8.8.8.8", FALSE }, { "2001:db8::1", FALSE },
    { "fe80::1%eth0.5", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].host);
      g_assert_cmpint (hs_trust_is_public_name (rows[i].host), ==, rows[i].expected);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/trust/rule", test_rule);
  g_test_add_func ("/client/trust/stops", test_stops);
  g_test_add_func ("/client/trust/bindings", test_bindings);
  g_test_add_func ("/client/trust/places", test_places);
  g_test_add_func ("/client/trust/fold", test_fold);
  g_test_add_func ("/client/trust/public-names", test_public_names);
  return g_test_run ();
}
