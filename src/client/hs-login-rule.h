/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which proof of who we are is good enough for which server, and what it means when none is: pure functions over plain data. Passwords leave only
 * inside TLS; to a server whose key nobody vouches for only by a proof that is bound to the connection. */
#pragma once

#include "hs-proof.h"
#include "hs-session.h"

/* What is to be proven: the password that everybody needs to come in, one's own account. */
typedef enum { HS_LOGIN_CLAIM_ROOM, HS_LOGIN_CLAIM_ACCOUNT } HsLoginClaim;

typedef struct
{
  /* We */
  gboolean has_room_password;
  gboolean has_account;
  gboolean has_password; /* the account's */
  gboolean has_binding;  /* tls-exporter, which a proof can be bound to */
  gboolean shows_key;    /* the server sees our own key */

  /* The server */
  gboolean encrypted;    /* the connection to it is */
  gboolean known;        /* its key is vouched for: by an authority, an invite, or the person */
  gboolean ours;         /* it is a Handshake server */
  gboolean offers;       /* the capability sasl */
  guint kinds;           /* bits of HsProofKind that it takes */
} HsLoginQuestion;

/* The best one; of those whose bits are in @tried none. FALSE: there is none (any more). */
gboolean hs_login_choose_proof (const HsLoginQuestion *question, HsLoginClaim claim, guint tried, HsProofKind *kind);
/* May the room's password be said (PASS)? Where it can be proven it is not. */
gboolean hs_login_may_say_room_password (const HsLoginQuestion *question);

/* An account was named, and no proof is good enough: why. *words becomes a sentence, translated. */
HsLoginProblem hs_login_judge_missed (const HsLoginQuestion *question, const char **words);
/* The door stays shut for want of the room's password; @given: one was said, or proven in vain. *words as above. */
HsLoginProblem hs_login_judge_door (const HsLoginQuestion *question, gboolean given, const char **words);
/* Why a password was kept back. Translated */
const char *hs_login_get_withheld_words (const HsLoginQuestion *question);
