/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection's security as it is shown: judged, remembered, compared, and accepted after a change. */
#include "client-stage.h"

#include <string.h>

#include "hs-security-private.h"

#define BINDING "address:10.0.0.1:8000"
#define NOW G_GINT64_CONSTANT (1767225600000) /* 2026-01-01 */
#define NUMBER_A "49191 31752 98921 37642" /* of 32 times 0xaa */
#define NUMBER_B "54110 44928 28813 51406"

typedef struct
{
  HsStore *store;
  HsKnownServers *servers;
  HsSecurity *security;
  HsAddress *address;
} Stage;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = hs_known_servers_wait_finish (HS_KNOWN_SERVERS (source), result, NULL);
}

static void
set_up (Stage *stage, gconstpointer data)
{
  gboolean read = FALSE;

  stage->store = hs_store_new (":memory:");
  stage->servers = hs_known_servers_new (stage->store);
  stage->security = hs_security_new (stage->servers);
  stage->address = hs_address_parse ("10.0.0.1", NULL);
  hs_known_servers_wait_async (stage->servers, NULL, on_read, &read);
  stage_wait_until (read);
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  hs_store_close (stage->store);
  g_clear_object (&stage->security);
  g_clear_object (&stage->servers);
  g_clear_object (&stage->store);
  hs_address_free (stage->address);
  stage_iterate ();
}

static HsTrust
judge_as (Stage *stage, const char *address_text, guint8 byte, HsTlsProblems problems)
{
  HsTlsFacts facts = { .version = "TLS 1.3", .cipher = "AES-128-GCM", .has_peer = TRUE, .problems = problems };
  g_autoptr (HsAddress) address = hs_address_parse (address_text, NULL);
  g_autofree char *binding = hs_trust_bind_address (address);
  const HsTrustQuestion question = { .address = address };

  memset (facts.peer.bytes, byte, sizeof facts.peer.bytes);
  return hs_security_judge (stage->security, binding, &question, byte != 0 ? &facts : NULL, NOW);
}

static HsTrust
judge (Stage *stage, guint8 byte)
{
  return judge_as (stage, "10.0.0.1", byte, HS_TLS_UNKNOWN_AUTHORITY);
}

static void
test_life (Stage *stage, gconstpointer data)
{
  HsSecurity *security = stage->security;

  g_assert_false (hs_security_is_known (security));
  g_assert_null (hs_security_get_words (security));
  g_assert_null (hs_security_get_number (security));

  g_assert_cmpint (judge (stage, 0xaa), ==, HS_TRUST_FIRST_SEEN);
  g_assert_true (hs_security_is_known (security));
  g_assert_true (hs_security_is_encrypted (security));
  g_assert_cmpstr (hs_security_get_version (security), ==, "TLS 1.3");
  g_assert_cmpstr (hs_security_get_cipher (security), ==, "AES-128-GCM");
  g_assert_cmpstr (hs_security_get_problems (security), ==, "No authority that this computer trusts vouches for it.");
  g_assert_null (hs_security_get_expected_number (security));
  g_assert_cmpint (hs_security_get_first_seen (security), ==, NOW);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (stage->servers)), ==, 0); /* nothing was said yet */
  hs_security_remember (security, NOW);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (stage->servers)), ==, 1);

  g_assert_cmpint (judge (stage, 0xaa), ==, HS_TRUST_SEEN_BEFORE);
  g_assert_true (g_str_has_prefix (hs_security_get_words (security), "Seen since "));
  g_assert_true (hs_security_can_compare (security));
  hs_security_set_compared (security);
  g_assert_cmpint (hs_security_get_trust (security), ==, HS_TRUST_COMPARED);
  g_assert_cmpstr (hs_security_get_words (security), ==, "Compared by you");
  g_assert_false (hs_security_can_compare (security));
  g_assert_cmpint (judge (stage, 0xaa), ==, HS_TRUST_COMPARED);
  g_assert_cmpint (judge_as (stage, "10.0.0.2", 0xaa, HS_TLS_UNKNOWN_AUTHORITY), ==, HS_TRUST_COMPARED);
}

static void
test_changed (Stage *stage, gconstpointer data)
{
  HsSecurity *security = stage->security;

  judge (stage, 0xaa);
  hs_security_remember (security, NOW);
  g_assert_cmpint (judge (stage, 0xbb), ==, HS_TRUST_CHANGED);
  g_assert_cmpstr (hs_security_get_number (security), ==, NUMBER_B);
  g_assert_cmpstr (hs_security_get_expected_number (security), ==, NUMBER_A);
  g_assert_false (hs_security_can_compare (security)); /* not by the careless way */
  hs_security_set_compared (security);
  hs_security_remember (security, NOW);
  g_assert_cmpint (judge (stage, 0xbb), ==, HS_TRUST_CHANGED);
  g_assert_cmpint (judge (stage, 0), ==, HS_TRUST_NO_LONGER_ENCRYPTED);
  g_assert_false (hs_security_accept_changed (security));
  g_assert_cmpstr (hs_security_get_expected_number (security), ==, NUMBER_A);

  judge (stage, 0xbb);
  g_assert_true (hs_security_accept_changed (security));
  g_assert_cmpint (judge (stage, 0xbb), ==, HS_TRUST_COMPARED);
  g_assert_cmpint (judge (stage, 0xaa), ==, HS_TRUST_CHANGED);
}

static void
test_invite (Stage *stage, gconstpointer data)
{
  static const char invite[] = "ircs://10.0.0.1:8000/lobby?key=sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo";

  g_assert_cmpint (judge_as (stage, invite, 0xbb, HS_TLS_UNKNOWN_AUTHORITY), ==, HS_TRUST_NOT_INVITED);
  g_assert_cmpstr (hs_security_get_expected_number (stage->security), ==, NUMBER_A);
  g_assert_false (hs_security_accept_changed (stage->security)); /* no way on at all */
  g_assert_cmpint (judge_as (stage, invite, 0xaa, HS_TLS_UNKNOWN_AUTHORITY), ==, HS_TRUST_INVITED);
  hs_security_remember (stage->security, NOW);
  g_assert_cmpint (judge (stage, 0xaa), ==, HS_TRUST_SEEN_BEFORE);
  g_assert_cmpint (judge (stage, 0xbb), ==, HS_TRUST_CHANGED);
}

/* Nothing of these is remembered. */
static void
test_not_remembered (Stage *stage, gconstpointer data)
{
  HsTlsFacts facts = { .version = "TLS 1.3", .cipher = "AES-128-GCM", .has_peer = TRUE };
  HsFingerprint own;
  HsTrustQuestion question = { .address = stage->address, .own = &own };

  memset (own.bytes, 0xcc, sizeof own.bytes);
  facts.peer = own;
  g_assert_cmpint (hs_security_judge (stage->security, NULL, &question, &facts, NOW), ==, HS_TRUST_OWN);
  g_assert_false (hs_security_can_compare (stage->security));
  hs_security_remember (stage->security, NOW);
  judge (stage, 0);
  g_assert_cmpint (hs_security_get_trust (stage->security), ==, HS_TRUST_UNENCRYPTED);
  g_assert_false (hs_security_is_encrypted (stage->security));
  g_assert_null (hs_security_get_version (stage->security));
  hs_security_remember (stage->security, NOW);
  judge_as (stage, "irc.example.org", 0xaa, HS_TLS_EXPIRED | HS_TLS_WRONG_HOST);
  g_assert_cmpint (hs_security_get_trust (stage->security), ==, HS_TRUST_NOT_VERIFIED);
  g_assert_cmpstr (hs_security_get_problems (stage->security), ==, "Its certificate was made for another name.\nIts certificate has expired.");
  hs_security_remember (stage->security, NOW);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (stage->servers)), ==, 0);
  hs_security_reset (stage->security);
  g_assert_false (hs_security_is_known (stage->security));
  g_assert_null (hs_security_get_number (stage->security));
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* A name that is given in the preferences is shown at once; a server that is forgotten while one is there can still be compared. */
static void
test_follows (Stage *stage, gconstpointer data)
{
  HsKnownServer *server;
  guint n = 0;

  judge (stage, 0xaa);
  hs_security_remember (stage->security, NOW);
  g_signal_connect (stage->security, "notify::name", G_CALLBACK (on_notify), &n);
  g_autoptr (HsKnownServer) first = g_list_model_get_item (G_LIST_MODEL (stage->servers), 0);
  hs_known_servers_rename (stage->servers, first, "Ana");
  g_assert_cmpstr (hs_security_get_name (stage->security), ==, "Ana");
  g_assert_cmpuint (n, ==, 1);

  hs_known_servers_forget_all (stage->servers);
  hs_security_set_compared (stage->security);
  g_autoptr (HsKnownServer) again = g_list_model_get_item (G_LIST_MODEL (stage->servers), 0);
  server = again;
  g_assert_nonnull (server);
  g_assert_cmpint (hs_known_server_get_compared (server), >, 0);
}

/* Our own key: where the person wishes it. On a server of ours that no authority vouches for there is nothing to choose. */
static void
test_shows_key (Stage *stage, gconstpointer data)
{
  HsSecurity *security = stage->security;

  judge (stage, 0xaa);
  hs_security_set_ours (security); /* it tells before it is remembered */
  hs_security_remember (security, NOW);
  g_assert_false (hs_security_can_show_key (security));
  judge (stage, 0xaa);
  g_assert_false (hs_security_can_show_key (security)); /* nor when it is known */
  judge_as (stage, "ircs://irc.example.org", 0xbb, 0);
  g_assert_false (hs_security_can_show_key (security)); /* not remembered yet */
  hs_security_remember (security, NOW);
  g_assert_true (hs_security_can_show_key (security));
  g_assert_false (hs_security_shows_key (security));
  hs_security_set_shows_key (security, TRUE);
  g_assert_true (hs_security_shows_key (security));

  judge_as (stage, "ircs://irc.example.net", 0xbb, 0); /* the same key under another name */
  hs_security_remember (security, NOW);
  g_assert_false (hs_security_shows_key (security));
  judge_as (stage, "ircs://irc.example.org", 0xcc, 0); /* a new certificate that is vouched for, too */
  hs_security_remember (security, NOW);
  g_assert_true (hs_security_shows_key (security));
  g_assert_cmpint (judge_as (stage, "ircs://irc.example.org", 0xdd, HS_TLS_UNKNOWN_AUTHORITY), ==, HS_TRUST_CHANGED);
  g_assert_false (hs_security_can_show_key (security));
  g_assert_true (hs_security_accept_changed (security));
  g_assert_false (hs_security_shows_key (security)); /* another server */

  judge_as (stage, "ircs://irc.example.net", 0xbb, 0);
  hs_security_set_shows_key (security, TRUE);
  hs_security_set_shows_key (security, FALSE);
  g_assert_false (hs_security_shows_key (security));

  judge_as (stage, "ircs://10.0.0.9", 0xee, HS_TLS_UNKNOWN_AUTHORITY); /* a stranger, known by its key only */
  hs_security_remember (security, NOW);
  g_assert_true (hs_security_can_show_key (security));
  hs_security_set_shows_key (security, TRUE);
  g_assert_true (hs_security_shows_key (security));
  hs_security_set_ours (security); /* or it tells late */
  g_assert_false (hs_security_can_show_key (security));
  judge_as (stage, "ircs://irc.example.org", 0x11, HS_TLS_UNKNOWN_AUTHORITY);
  hs_security_set_ours (security); /* what stops may say what it likes */
  judge_as (stage, "ircs://10.0.0.9", 0xee, HS_TLS_UNKNOWN_AUTHORITY);
  g_assert_true (hs_security_shows_key (security));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/client/security/" path, Stage, NULL, set_up, func, tear_down)
  ADD ("life", test_life);
  ADD ("changed", test_changed);
  ADD ("invite", test_invite);
  ADD ("not-remembered", test_not_remembered);
  ADD ("follows", test_follows);
  ADD ("shows-key", test_shows_key);
  return g_test_run ();
}
