/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is encrypted, who has to be, and what those hear who are not. The engine encrypts nothing itself. */
#include "hs-engine-private.h"

#include <string.h>

#define ENCRYPTED_ONLY "This server takes encrypted connections only: join it with TLS, on this same port."

/* Who was there already when the host began to insist on it stays. */
static gboolean
must_encrypt (HsEngine *self, HsPeer *peer)
{
  return self->config->encrypted_only && !self->config->classroom && !peer->encrypted && !peer->registered;
}

void
hs_engine_set_encrypted (HsEngine *self, HsPeer *peer, const HsFingerprint *key)
{
  if (peer->leaving)
    return;
  peer->encrypted = TRUE;
  if (key != NULL)
    hs_peer_get_extra (peer)->key = g_memdup2 (key, sizeof *key);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
}

gboolean
hs_engine_turn_away_unencrypted (HsEngine *self, HsPeer *peer)
{
  if (!must_encrypt (self, peer))
    return FALSE;
  hs_engine_turn_away (self, peer, ENCRYPTED_ONLY "\n");
  return TRUE;
}

/* The host's own client, too: it knows the key, and its token does not go over the wire in the clear. */
gboolean
hs_engine_refuse_in_the_clear (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  gboolean asks = strcmp (message->command, "CAP") == 0 && g_ascii_strcasecmp (hs_irc_message_param (message, 0), "LS") == 0;

  if (asks || !must_encrypt (self, peer))
    return FALSE;
  hs_engine_turn_away (self, peer, "ERROR :" ENCRYPTED_ONLY "\r\n");
  return TRUE;
}

gboolean
hs_engine_offers_tls (HsEngine *self, HsPeer *peer, gboolean *nothing_else)
{
  *nothing_else = must_encrypt (self, peer);
  return !self->config->classroom && !peer->encrypted;
}
