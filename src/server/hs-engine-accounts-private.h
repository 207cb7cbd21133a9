/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in the engine: who has one, who is logged in, whose a name is, and the passwords' work that is done elsewhere. */
#pragma once

#include <gsasl.h>

#include "hs-engine-keep-private.h"
#include "hs-fingerprint.h"
#include "hs-metadata.h"

/* All accounts, in memory: a name is looked up with every NICK. What is looked up takes as long whether it is there or not. */
typedef struct _HsAccounts HsAccounts;
struct _HsAccounts
{
  GHashTable *by_name;  /* name → HsServerAccount, owned; casemapping ascii */
  GHashTable *by_key;   /* GBytes, a fingerprint → HsServerAccount */
  GHashTable *by_look;  /* what names look like → HsServerAccount */
  GHashTable *reserved; /* names on their way to the store */
  GHashTable *changing; /* names of accounts of which the store is told something */
  GHashTable *reserved_keys; /* GBytes, fingerprints on their way to the store */
  GHashTable *gone;     /* names of accounts that were given up: nobody's for ever */
  GPtrArray *dropped;   /* of HsServerAccount that were given up: somebody may still be asking about one */
  GHashTable *markers;  /* (nullable) HsServerAccount → place of a room → Unix ms, of accounts that have logged in */
  GHashTable *metadata; /* HsServerAccount → HsMetadata, owned */
  GHashTable *invites;  /* GBytes, hash of a token that nobody has used → gint64, Unix ms until when it is good */
  GBytes *decoy;        /* makes the salts of those that do not exist */
  Gsasl *gsasl;         /* (nullable) from the first AUTHENTICATE on */
  HsServerAccount *common; /* (nullable) the verifier of the password that all need */
  char *common_password;   /* (nullable) what it was made of */
  GQueue waiting;       /* of HsDerivation */
  guint n_deriving;
};

/* ---- The table (hs-engine-accounts.c) ---- */
HsAccounts *hs_accounts_new (HsEngine *engine);
void hs_accounts_free (HsAccounts *self);
/* (nullable) */
HsServerAccount *hs_engine_find_account (HsEngine *self, const char *name);
HsServerAccount *hs_engine_find_account_by_key (HsEngine *self, const HsFingerprint *key);
/* It opens no account, and is not about to. */
gboolean hs_engine_is_key_free (HsEngine *self, GBytes *key);
/* Another's account of this name, or of one that looks like it. (nullable) */
HsServerAccount *hs_engine_find_owner (HsEngine *self, const HsPeer *peer, const char *nick);
/* One that no password opens, the same at each time for a name: so nobody learns which names exist. (transfer full) */
HsServerAccount *hs_engine_make_decoy (HsEngine *self, const char *name);
/* @account is taken; (nullable) @key opens it too. The name must be free. */
void hs_engine_take_account (HsEngine *self, HsServerAccount *account, GBytes *key);
/* Its owner has given it up: all who are logged in to it are so no more. */
void hs_engine_drop_account (HsEngine *self, HsServerAccount *account);
/* 900, and those are told who want to know. */
void hs_engine_log_in (HsEngine *self, HsPeer *peer, HsServerAccount *account);

/* What the store has of them. */
typedef struct
{
  GPtrArray *accounts, *keys, *gone, *invites;
  GBytes *secret;
} HsAccountRows;
/* @now: Unix ms. */
gboolean hs_account_rows_read (HsAccountRows *self, HsServerDb *db, gint64 now, GError **error);
void hs_engine_take_account_rows (HsEngine *self, HsAccountRows *rows);
void hs_account_rows_clear (HsAccountRows *self);

/* ---- Deriving keys from passwords (hs-engine-derive.c) ---- */
typedef struct _HsDerivation HsDerivation;
struct _HsDerivation
{
  HsAsk ask;
  /* In; the password is erased */
  char *name, *password;
  GBytes *salt;
  guint iterations;
  gint64 created;
  /* Of whoever asks */
  gboolean (*is_wanted) (HsEngine *engine, HsDerivation *self);   /* (nullable) asked when its turn has come. FALSE: it has been answered */
  void (*derived) (HsEngine *engine, HsDerivation *self);         /* not called when the peer is gone */
  GBytes *key;                                                    /* (nullable) */
  char *label;                                                    /* (nullable) */
  char *wish;                                                     /* (nullable) another password; erased */
  /* Out */
  HsServerAccount *made;
};
HsDerivation *hs_derivation_new (const char *name, const char *password, GBytes *salt, guint iterations);
/* Takes @derivation. FALSE: too many wait. */
gboolean hs_engine_derive (HsEngine *self, HsPeer *peer, HsDerivation *derivation);
void hs_engine_drop_derivations (HsEngine *self);

/* ---- SASL (hs-engine-sasl.c) ---- */
void hs_login_free (HsLogin *self);
/* It has registered, or leaves, before it was through. */
void hs_engine_abort_login (HsEngine *self, HsPeer *peer);
/* What this connection can use, with commas; "" nothing. (transfer full) */
char *hs_engine_list_mechanisms (HsEngine *self, HsPeer *peer);

/* ---- Making accounts (hs-engine-register.c, hs-engine-oper.c) ---- */
/* Before it is in. */
gboolean hs_engine_registers_early (HsEngine *self, HsPeer *peer);
/* One address makes few at a time. */
gboolean hs_engine_may_make_account (HsEngine *self, HsPeer *peer);
void hs_engine_note_account (HsEngine *self, HsPeer *peer);

/* (nullable) What is wrong with @password for an account called @name. */
const char *hs_engine_find_weakness (const char *name, const char *password);

/* ---- How far one has read (hs-engine-marker.c) ---- */
/* It has logged in. */
void hs_engine_read_markers (HsEngine *self, HsPeer *peer);

/* ---- Invites (hs-engine-invites.c) ---- */
void hs_engine_take_invite_rows (HsEngine *self, GPtrArray *rows);
/* PASS invite:TOKEN. FALSE: it is none. What is good lets it in, instead of the password. */
gboolean hs_engine_pass_by_invite (HsEngine *self, HsPeer *peer, const char *given);
/* Is the token that let @peer in still unused? TRUE too when none did. */
gboolean hs_engine_invite_is_good (HsEngine *self, HsPeer *peer);
/* It is in: the token lets nobody in any more. */
void hs_engine_spend_invite (HsEngine *self, HsPeer *peer);

/* ---- The password that all need (hs-engine-password.c) ---- */
/* The configuration is new. */
void hs_engine_set_password (HsEngine *self);
gboolean hs_engine_has_password (HsEngine *self);
/* One that does not speak IRC and has therefore given none. TRUE: it was told, and leaves. */
gboolean hs_engine_turn_away_without_password (HsEngine *self, HsPeer *peer);
void hs_engine_send_away_without_password (HsEngine *self);
/* May it come in? FALSE: it was told 464, and leaves. */
gboolean hs_engine_check_password (HsEngine *self, HsPeer *peer);
