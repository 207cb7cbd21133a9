/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of logging in, row by row: which proof for whom, what is said aloud, and why nothing is. */
#include "hs-login-rule.h"

#define ALL ((1u << HS_N_PROOFS) - 1)
#define BIT(kind) (1u << (kind))
#define OFFERS .offers = TRUE, .kinds = ALL
#define ROOM .has_room_password = TRUE
#define ACCOUNT .has_account = TRUE, .has_password = TRUE
#define SAFE .encrypted = TRUE, .known = TRUE

static const struct
{
  const char *what;
  HsLoginQuestion question;
  HsLoginClaim claim;
  guint tried;
  int expected; /* -1: none */
} proofs[] = {
  { "account, bound", { ACCOUNT, SAFE, OFFERS, .has_binding = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, HS_PROOF_SCRAM_PLUS },
  { "account, nothing to bind to", { ACCOUNT, SAFE, OFFERS }, HS_LOGIN_CLAIM_ACCOUNT, 0, HS_PROOF_SCRAM },
  { "account, the next", { ACCOUNT, SAFE, OFFERS }, HS_LOGIN_CLAIM_ACCOUNT, BIT (HS_PROOF_SCRAM), HS_PROOF_PLAIN },
  { "account, all tried", { ACCOUNT, SAFE, OFFERS }, HS_LOGIN_CLAIM_ACCOUNT, ALL, -1 },
  { "account, to somebody", { ACCOUNT, .encrypted = TRUE, OFFERS, .has_binding = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, HS_PROOF_SCRAM_PLUS },
  { "account, to somebody who has refused that", { ACCOUNT, .encrypted = TRUE, OFFERS, .has_binding = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, BIT (HS_PROOF_SCRAM_PLUS), -1 },
  { "account, in the clear", { ACCOUNT, .known = TRUE, OFFERS, .has_binding = TRUE, .shows_key = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, -1 },
  { "account, not offered", { ACCOUNT, SAFE, .kinds = ALL }, HS_LOGIN_CLAIM_ACCOUNT, 0, -1 },
  { "account, offered otherwise", { ACCOUNT, SAFE, .offers = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, -1 },
  { "account without a password", { .has_account = TRUE, SAFE, OFFERS }, HS_LOGIN_CLAIM_ACCOUNT, 0, -1 },
  { "a password without an account", { .has_password = TRUE, SAFE, OFFERS, .has_binding = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, -1 },
  { "key", { .encrypted = TRUE, OFFERS, .shows_key = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, HS_PROOF_KEY },
  { "key, and a password was given", { ACCOUNT, SAFE, OFFERS, .shows_key = TRUE }, HS_LOGIN_CLAIM_ACCOUNT, 0, HS_PROOF_SCRAM },
  { "room, bound", { ROOM, .encrypted = TRUE, OFFERS, .ours = TRUE, .has_binding = TRUE }, HS_LOGIN_CLAIM_ROOM, 0, HS_PROOF_SCRAM_PLUS },
  { "room, by nothing less", { ROOM, SAFE, OFFERS, .ours = TRUE }, HS_LOGIN_CLAIM_ROOM, 0, -1 },
  { "room, elsewhere it is somebody's account", { ROOM, SAFE, OFFERS, .has_binding = TRUE }, HS_LOGIN_CLAIM_ROOM, 0, -1 },
  { "room, our key opens no door", { SAFE, OFFERS, .ours = TRUE, .has_binding = TRUE, .shows_key = TRUE }, HS_LOGIN_CLAIM_ROOM, 0, -1 },
  { "room, the account's password is another", { ACCOUNT, SAFE, OFFERS, .ours = TRUE, .has_binding = TRUE }, HS_LOGIN_CLAIM_ROOM, 0, -1 },
};

static void
test_proofs (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (proofs); i++)
    {
      HsProofKind kind = HS_N_PROOFS;
      gboolean found = hs_login_choose_proof (&proofs[i].question, proofs[i].claim, proofs[i].tried, &kind);

      g_test_message ("%s", proofs[i].what);
      g_assert_cmpint (found ? (int) kind : -1, ==, proofs[i].expected);
    }
}

static void
test_said (void)
{
  static const struct { const char *what; HsLoginQuestion question; gboolean expected; } rows[] = {
    { "vouched for", { ROOM, SAFE }, TRUE },
    { "it can be proven", { ROOM, SAFE, OFFERS, .ours = TRUE, .has_binding = TRUE }, FALSE },
    { "nobody vouches", { ROOM, .encrypted = TRUE }, FALSE },
    { "in the clear", { ROOM, .known = TRUE }, FALSE },
    { "there is none", { ACCOUNT, SAFE }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].what);
      g_assert_cmpint (hs_login_may_say_room_password (&rows[i].question), ==, rows[i].expected);
    }
}

static void
test_missed (void)
{
  static const struct { const char *what; HsLoginQuestion question; HsLoginProblem expected; const char *words; } rows[] = {
    { "in the clear", { ACCOUNT, .known = TRUE, OFFERS }, HS_LOGIN_UNENCRYPTED, "*is not encrypted*" },
    { "not offered", { ACCOUNT, .encrypted = TRUE }, HS_LOGIN_NOT_OFFERED, "*no way to log in to an account*" },
    { "nobody vouches", { ACCOUNT, .encrypted = TRUE, OFFERS }, HS_LOGIN_WITHHELD, "*nobody vouches*" },
    { "nobody vouches, and there is none to keep", { .has_account = TRUE, .encrypted = TRUE, OFFERS }, HS_LOGIN_NOT_OFFERED, "*that Handshake knows*" },
    { "other ways only", { ACCOUNT, SAFE, .offers = TRUE }, HS_LOGIN_NOT_OFFERED, "*that Handshake knows*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *words = NULL;

      g_test_message ("%s", rows[i].what);
      g_assert_cmpint (hs_login_judge_missed (&rows[i].question, &words), ==, rows[i].expected);
      g_assert_true (g_pattern_match_simple (rows[i].words, words));
    }
}

static void
test_door (void)
{
  static const struct { const char *what; HsLoginQuestion question; gboolean given; HsLoginProblem expected; const char *words; } rows[] = {
    { "in the clear", { ROOM }, FALSE, HS_LOGIN_UNENCRYPTED, "The password was not sent: this connection*" },
    { "in the clear, none given", { FALSE }, FALSE, HS_LOGIN_UNENCRYPTED, "*over an encrypted connection only*" },
    { "none given", { SAFE }, FALSE, HS_LOGIN_PASSWORD_NEEDED, "It lets in only who knows its password." },
    { "wrong", { ROOM, SAFE }, TRUE, HS_LOGIN_PASSWORD_WRONG, "The password was not the right one." },
    { "wrong, or somebody in between", { ROOM, .encrypted = TRUE }, TRUE, HS_LOGIN_PASSWORD_WRONG, "*somebody in between*" },
    { "kept back", { ROOM, .encrypted = TRUE }, FALSE, HS_LOGIN_WITHHELD, "*nobody vouches*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *words = NULL;

      g_test_message ("%s", rows[i].what);
      g_assert_cmpint (hs_login_judge_door (&rows[i].question, rows[i].given, &words), ==, rows[i].expected);
      g_assert_true (g_pattern_match_simple (rows[i].words, words));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/login-rule/proofs", test_proofs);
  g_test_add_func ("/client/login-rule/said", test_said);
  g_test_add_func ("/client/login-rule/missed", test_missed);
  g_test_add_func ("/client/login-rule/door", test_door);
  return g_test_run ();
}
