/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of trust: a pure function over plain data. It reads no store and knows no connection. */
#pragma once

#include "hs-address.h"
#include "hs-fingerprint.h"
#include "hs-tls.h"
#include "hs-trust.h"

/* What was there when the person chose the same before. It also says: seen encrypted, never again unencrypted. */
typedef struct
{
  HsFingerprint key;
  gboolean by_authority; /* an authority vouched for it: another key that it vouches for is no change */
  gint64 since;          /* Unix ms */
  gboolean shows_key;    /* the person logs in by its own key there */
  gboolean ours;         /* it is a Handshake server: a connection that was trusted has found so */
} HsTrustPin;

typedef struct
{
  const HsAddress *address;   /* the one that is connected to, with the invite's key where there is one */
  gboolean encrypted;         /* the handshake is through; else the server offers none, or has none */
  const HsFingerprint *key;   /* (nullable) the one it showed and signed with */
  HsTlsProblems problems;     /* of its certificate */
  const HsFingerprint *own;   /* (nullable) it is our own server, whose key this is */
  const HsTrustPin *pin;      /* (nullable) of the binding */
  gboolean unread;            /* what was chosen before cannot be looked up: that there is no pin says nothing */
  gboolean known;             /* the key was seen before, anywhere */
  gboolean compared;          /* and its number compared */
  gboolean promised;          /* encryption was: strict transport security, an announcement, the person's choice */
  gboolean unencrypted_once;  /* the person said so, knowing that it was encrypted (a classroom) */
} HsTrustQuestion;

HsTrust hs_trust_judge (const HsTrustQuestion *question);

/* Is it a name that anybody on the Internet may answer for? Not a number, a single label, .local, nor another name that the public DNS
 * has promised never to have (RFC 6761, 6762, 8375). */
gboolean hs_trust_is_public_name (const char *host);

/* What a pin binds: "address:HOST:PORT", lower case, numbers in their one form, the port filled in; "unix:PATH". NULL: an address that is never
 * encrypted (tcp://, udp://). (transfer full) */
char *hs_trust_bind_address (const HsAddress *address);
/* By the name that was announced: "service:NAME". (transfer full) */
char *hs_trust_bind_service (const char *name);
/* The other way: where it is, as one would type it: "192.168.1.5", "[fd00::1]:9000", "unix:/run/chat". NULL: @binding is none. (transfer full) */
char *hs_trust_dup_place (const char *binding);
/* "irc.example.org" of "address:irc.example.org:6697". NULL: a binding of another kind. (transfer full) */
char *hs_trust_dup_host (const char *binding);
/* A name in the one form that it is kept in: lower case, and "irc.example." is the same, said to its root. (transfer full) */
char *hs_trust_fold_host (const char *host);
