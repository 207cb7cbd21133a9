/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of logging in. Pure: lines, passwords and keys are others'. */
#include "hs-login-rule.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

static gboolean
is_good_enough (const HsLoginQuestion *question, HsLoginClaim claim, HsProofKind kind)
{
  gboolean has_password = claim == HS_LOGIN_CLAIM_ROOM ? question->has_room_password : question->has_account && question->has_password;

  if (!question->encrypted)
    return FALSE;
  switch (kind)
    {
    case HS_PROOF_KEY: return claim == HS_LOGIN_CLAIM_ACCOUNT && question->shows_key && !has_password;
    case HS_PROOF_SCRAM_PLUS: return has_password && question->has_binding;
    default: return claim == HS_LOGIN_CLAIM_ACCOUNT && has_password && question->known;
    }
}

gboolean
hs_login_choose_proof (const HsLoginQuestion *question, HsLoginClaim claim, guint tried, HsProofKind *kind)
{
  if (!question->offers || (claim == HS_LOGIN_CLAIM_ROOM && !question->ours)) /* "room" is an account of our own servers' only */
    return FALSE;
  for (guint i = 0; i < HS_N_PROOFS; i++)
    if ((question->kinds & ~tried & (1u << i)) != 0 && is_good_enough (question, claim, i))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
hs_login_may_say_room_password (const HsLoginQuestion *question)
{
  HsProofKind kind;

  return question->has_room_password && question->encrypted && question->known && !hs_login_choose_proof (question, HS_LOGIN_CLAIM_ROOM, 0, &kind);
}

/* ---- What it means ---- */

const char *
hs_login_get_withheld_words (const HsLoginQuestion *question)
{
  if (!question->encrypted)
    return _("The password was not sent: this connection is not encrypted.");
  return _("The password was not sent: nobody vouches for this server’s key, and it offers no way to prove a password to it without saying it. "
           "Compare its number first, or ask for an invite.");
}

HsLoginProblem
hs_login_judge_missed (const HsLoginQuestion *question, const char **words)
{
  if (!question->encrypted)
    {
      *words = _("The connection is not encrypted, so your account’s password was not sent.");
      return HS_LOGIN_UNENCRYPTED;
    }
  if (!question->offers)
    {
      *words = _("It offers no way to log in to an account.");
      return HS_LOGIN_NOT_OFFERED;
    }
  if (!question->known && question->has_password)
    {
      *words = hs_login_get_withheld_words (question);
      return HS_LOGIN_WITHHELD;
    }
  *words = _("It offers no way to log in that Handshake knows.");
  return HS_LOGIN_NOT_OFFERED;
}

HsLoginProblem
hs_login_judge_door (const HsLoginQuestion *question, gboolean given, const char **words)
{
  if (!question->encrypted)
    {
      *words = question->has_room_password ? hs_login_get_withheld_words (question)
                                           : _("It lets in only who knows its password. That is given over an encrypted connection only.");
      return HS_LOGIN_UNENCRYPTED;
    }
  if (!question->has_room_password)
    {
      *words = _("It lets in only who knows its password.");
      return HS_LOGIN_PASSWORD_NEEDED;
    }
  if (given)
    {
      *words = question->known ? _("The password was not the right one.")
                               : _("The password was not the right one, or somebody in between answers in the place of the room.");
      return HS_LOGIN_PASSWORD_WRONG;
    }
  *words = hs_login_get_withheld_words (question);
  return HS_LOGIN_WITHHELD;
}
