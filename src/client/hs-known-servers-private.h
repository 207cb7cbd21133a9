/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The known servers as connections see them: keys as bytes, pins, and strict transport security. */
#pragma once

#include "hs-known-servers.h"
#include "hs-trust-rule.h"

/* ---- One of them (hs-known-server.c) ---- */
struct _HsKnownServer
{
  GObject parent_instance;

  /* Owned */
  char *name;   /* (nullable) */
  char *places; /* (nullable) */
  char *key_places; /* (nullable) */

  /* State */
  HsFingerprint key;
  char number[HS_FINGERPRINT_NUMBER_SIZE];
  gint64 first_seen, last_seen, compared;
};
enum
{
  HS_KNOWN_SERVER_PROP_0,
  HS_KNOWN_SERVER_PROP_NAME,
  HS_KNOWN_SERVER_PROP_TITLE,
  HS_KNOWN_SERVER_PROP_NUMBER,
  HS_KNOWN_SERVER_PROP_PLACES,
  HS_KNOWN_SERVER_PROP_KEY_PLACES,
  HS_KNOWN_SERVER_PROP_FIRST_SEEN,
  HS_KNOWN_SERVER_PROP_LAST_SEEN,
  HS_KNOWN_SERVER_PROP_COMPARED,
  HS_KNOWN_SERVER_N_PROPS
};
HsKnownServer *hs_known_server_new (const HsFingerprint *key, gint64 now);
const HsFingerprint *hs_known_server_get_key (HsKnownServer *self);
/* @place is in @server; @property is told when it changes. */
void hs_known_server_set_time (HsKnownServer *server, gint64 *place, gint64 time, guint property);
void hs_known_server_set_text (HsKnownServer *server, char **place, const char *text, guint property);

/* ---- All of them ---- */

/* (nullable) (borrowed) */
HsKnownServer *hs_known_servers_find (HsKnownServers *self, const HsFingerprint *key);
/* FALSE: nothing was bound. (nullable) @binding: FALSE. */
gboolean hs_known_servers_find_pin (HsKnownServers *self, const char *binding, HsTrustPin *pin);
/* After a connection that does not stop is through. A pin that stands for another key stays, unless an authority vouched for both (@verified).
 * (nullable) @binding: only the key is known from now on. @now: Unix ms. */
void hs_known_servers_see (HsKnownServers *self, const char *binding, const HsFingerprint *key, gboolean verified, gint64 now);
/* The person compared the new number at @binding: the pin is this key's now, and it is compared. The old key stays known where else it is bound. */
void hs_known_servers_accept (HsKnownServers *self, const char *binding, const HsFingerprint *key, gint64 now);

/* The person's own key is shown at @binding from the next connection on, or no longer. FALSE: nothing is bound there. It stays with a new key that an
 * authority vouches for, and ends with one that it does not. */
gboolean hs_known_servers_set_shows_key (HsKnownServers *self, const char *binding, gboolean shows_key);
/* @key's server at @binding is one of ours: it stays so as long as that key is bound there. Nothing, where none or another one is. */
void hs_known_servers_set_ours (HsKnownServers *self, const char *binding, const HsFingerprint *key);

/* IRCv3 sts, of a verified connection: @until Unix ms, a past one ends it. */
void hs_known_servers_note_sts (HsKnownServers *self, const char *host, guint16 port, gint64 until);
/* *port (nullable) becomes the port to use. */
gboolean hs_known_servers_find_sts (HsKnownServers *self, const char *host, gint64 now, guint16 *port);
