/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may help where it is done in this window, in words; what is done elsewhere hs-failure words itself. */
#include "hs-failure-words.h"

#include <glib/gi18n.h>

static const struct { const char *title, *text; } words[HS_FAILURE_N_WAYS] = {
  [HS_FAILURE_WAY_PROTOCOL] = {
    N_("Is it the right protocol?"),
    N_("Choose IRC or Plain text in the dialog if you know what the other program speaks.") },
  [HS_FAILURE_WAY_AGAIN] = { N_("Join again"), N_("If the network is back, joining again goes on where you left off.") },
  [HS_FAILURE_WAY_LET_ENCRYPT] = { N_("Let it be encrypted"), N_("Under More, choose Encryption: Automatic.") },
  [HS_FAILURE_WAY_UNENCRYPTED] = {
    N_("If it need not be encrypted"),
    N_("Under More, choose Encryption: Never. Then everybody on the way can read what is said, and change it.") },
  [HS_FAILURE_WAY_UNENCRYPTED_ONCE] = {
    N_("Has the host made it a plain-text classroom?"),
    N_("Ask. If so, choose Encryption: Never under More: it holds for this once, and no password goes with it.") },
  [HS_FAILURE_WAY_BEGIN_TLS] = { N_("Begin encrypted"), N_("Write ircs:// before the address, or under More choose Encryption: Always.") },
  [HS_FAILURE_WAY_NO_ACCOUNT] = { N_("Without the account?"), N_("Under More, leave Account empty to join as a guest.") },
  [HS_FAILURE_WAY_NOT_ALWAYS] = {
    N_("If it need not be encrypted"),
    N_("Under More, choose Encryption: Automatic. Then everybody on the way can read what is said, and change it.") },
};

const char *
hs_failure_words_get_title (const HsFailureHint *hint)
{
  return hint->title != NULL ? hint->title : _(words[hint->way].title);
}

const char *
hs_failure_words_get_text (const HsFailureHint *hint)
{
  return hint->title != NULL ? hint->text : _(words[hint->way].text);
}
