/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the owner of an account does with it: another password (PASSWD), other keys (CERT), none any more (UNREGISTER). Who does it has the
 * password once more, or a key that opens it: a connection that somebody left open is not enough. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#define LATER "This cannot be done now: try again later"
#define NO_KEY "No key opens your account: add one first"
#define BUSY "One change at a time: wait for the answer about the one before"

static void
fail (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *code, const char *name, const char *words)
{
  hs_engine_fail_about (self, peer, label, command, code, name, NULL, words);
}

/* (nullable) NULL, and told so. */
static HsServerAccount *
get_own (HsEngine *self, HsPeer *peer, const char *command)
{
  HsServerAccount *account = peer->extra != NULL ? peer->extra->account : NULL;

  if (account == NULL)
    fail (self, peer, NULL, command, "ACCOUNT_REQUIRED", "*", "You are not logged in to an account");
  else if (!peer->encrypted)
    {
      fail (self, peer, NULL, command, "ENCRYPTION_REQUIRED", account->name, "This is only done over an encrypted connection");
      return NULL;
    }
  return account;
}

/* (nullable) Still logged in to the account that it was about. */
static HsServerAccount *
find_still_own (HsEngine *self, const HsPeer *peer, const char *name)
{
  HsServerAccount *account = hs_engine_find_account (self, name);

  return account != NULL && peer->extra != NULL && peer->extra->account == account ? account : NULL;
}

static gboolean
is_opened_by_key (HsEngine *self, const HsPeer *peer, const HsServerAccount *account)
{
  return hs_peer_get_key (peer) != NULL && hs_engine_find_account_by_key (self, hs_peer_get_key (peer)) == account;
}

static guint
count_keys (HsEngine *self, const HsServerAccount *account)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->accounts->by_key);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += value == account;
  return n;
}

/* ---- What the store is told ---- */

typedef struct _Change Change;
struct _Change
{
  HsAsk ask;
  const char *command; /* static */
  char *name, *label;  /* (nullable) the latter */
  /* One of: */
  HsServerAccount *account; /* as it is from now on */
  GBytes *key;
  /* What is done there, and here when it is done; then what is said. */
  gboolean (*put) (HsServerDb *db, const Change *self, GError **error);
  void (*apply) (HsEngine *engine, Change *self);
  const char *code, *words; /* static */
};

static gpointer
work_change (HsServerDb *db, gpointer data, GError **error)
{
  const Change *self = data;

  self->put (db, self, error);
  return NULL;
}

static void
free_change (HsAsk *ask)
{
  Change *self = (Change *) ask;

  g_free (self->name);
  g_free (self->label);
  g_clear_pointer (&self->account, hs_server_account_free);
  g_clear_pointer (&self->key, g_bytes_unref);
  g_free (self);
}

static void
answer_change (HsEngine *self, HsAsk *ask, const GError *error)
{
  Change *change = (Change *) ask;
  HsPeer *peer = ask->peer;
  g_autofree char *key = NULL;

  g_hash_table_remove (self->accounts->changing, change->name);
  if (change->key != NULL)
    g_hash_table_remove (self->accounts->reserved_keys, change->key);
  if (peer != NULL && !peer->leaving && error != NULL)
    fail (self, peer, change->label, change->command, "TEMPORARILY_UNAVAILABLE", change->name, LATER);
  if (error != NULL)
    return;
  if (change->key != NULL)
    {
      HsFingerprint fingerprint;

      memcpy (fingerprint.bytes, g_bytes_get_data (change->key, NULL), sizeof fingerprint.bytes);
      key = hs_fingerprint_to_text (&fingerprint);
    }
  if (peer != NULL && !peer->leaving)
    hs_engine_note_about (self, peer, change->label, change->command, change->code, change->name, key, change->words);
  if (hs_engine_find_account (self, change->name) != NULL)
    change->apply (self, change);
}

/* Takes @change. What it depends on was looked at just before, and nothing else changes the account until it is answered. */
static void
request (HsEngine *self, HsPeer *peer, Change *change)
{
  if (g_hash_table_contains (self->accounts->changing, change->name))
    {
      fail (self, peer, change->label, change->command, "TEMPORARILY_UNAVAILABLE", change->name, BUSY);
      free_change (&change->ask);
      return;
    }
  g_hash_table_add (self->accounts->changing, g_strdup (change->name));
  if (change->key != NULL)
    g_hash_table_add (self->accounts->reserved_keys, g_bytes_ref (change->key));
  change->ask.answer = answer_change;
  change->ask.free = free_change;
  if (self->store != NULL)
    {
      hs_engine_ask (self, peer, &change->ask, work_change);
      return;
    }
  change->ask.peer = peer;
  answer_change (self, &change->ask, NULL);
  free_change (&change->ask);
}

static Change *
change_new (const char *command, const char *name, const char *label)
{
  Change *self = g_new0 (Change, 1);

  self->command = command;
  self->name = g_strdup (name);
  self->label = g_strdup (label);
  return self;
}

/* ---- PASSWD ---- */

static gboolean
put_password (HsServerDb *db, const Change *self, GError **error)
{
  return hs_server_db_set_account (db, self->account, error);
}

static void
swap_bytes (GBytes **a, GBytes **b)
{
  GBytes *former = *a;

  *a = *b;
  *b = former;
}

/* The struct stays: others point to it. */
static void
apply_password (HsEngine *self, Change *change)
{
  HsServerAccount *account = hs_engine_find_account (self, change->name);

  swap_bytes (&account->salt, &change->account->salt);
  swap_bytes (&account->stored_key, &change->account->stored_key);
  swap_bytes (&account->server_key, &change->account->server_key);
  account->iterations = change->account->iterations;
  account->locked = change->account->locked;
}

/* @made is taken. */
static void
set_password (HsEngine *self, HsPeer *peer, HsServerAccount *made, const char *label)
{
  Change *change = change_new ("PASSWD", made->name, label);

  change->account = made;
  change->put = put_password;
  change->apply = apply_password;
  change->code = "PASSWORD_CHANGED";
  change->words = made->locked ? "Your account is opened by its keys alone" : "Your account has another password";
  request (self, peer, change);
}

static void
on_new_derived (HsEngine *self, HsDerivation *derivation)
{
  HsPeer *peer = derivation->ask.peer;

  peer->proves = FALSE;
  if (find_still_own (self, peer, derivation->name) != NULL)
    set_password (self, peer, g_steal_pointer (&derivation->made), derivation->label);
}

/* One at a time: guesses that come in one write are held back as those are that come one by one. Takes @derivation. */
static void
derive (HsEngine *self, HsPeer *peer, HsDerivation *derivation, const char *command)
{
  g_autofree char *label = g_strdup (derivation->label), *name = g_strdup (derivation->name);

  peer->proves = TRUE; /* first: it may be done at once */
  if (hs_engine_derive (self, peer, derivation))
    return;
  peer->proves = FALSE;
  fail (self, peer, label, command, "TEMPORARILY_UNAVAILABLE", name, LATER);
}

/* It has been shown whose it is, and keys may have been removed while that was being done. */
static void
make_password (HsEngine *self, HsPeer *peer, const HsServerAccount *account, const char *password, const char *label)
{
  g_autoptr (GBytes) salt = NULL;
  guint8 chance[HS_LOCKED_CHANCE];
  HsDerivation *derivation;

  self->funcs->random (chance, sizeof chance, self->user_data);
  if (strcmp (password, "*") == 0 && count_keys (self, account) == 0)
    {
      fail (self, peer, label, "PASSWD", "WEAK_PASSWORD", account->name, NO_KEY);
      return;
    }
  if (strcmp (password, "*") == 0)
    {
      set_password (self, peer, hs_server_account_make_locked (account->name, chance, self->config->kdf_iterations, account->created),
                    label);
      return;
    }
  salt = g_bytes_new (chance, HS_SALT_BYTES);
  derivation = hs_derivation_new (account->name, password, salt, self->config->kdf_iterations);
  derivation->derived = on_new_derived;
  derivation->label = g_strdup (label);
  derive (self, peer, derivation, "PASSWD");
}

/* ---- Whose it is ---- */

/* By the key that this connection has shown, or because the password was right a moment ago. */
static gboolean
is_proven (HsEngine *self, const HsPeer *peer, const HsServerAccount *account)
{
  return is_opened_by_key (self, peer, account) || peer->extra->proven_until > hs_engine_get_ticks (self);
}

/* What is done when the password was right. */
typedef struct
{
  const char *command;
  gboolean (*is_wanted) (HsEngine *self, HsDerivation *derivation);
  void (*proven) (HsEngine *self, HsPeer *peer, const HsServerAccount *account, const char *wish, const char *label);
} Proof;

static void
refuse (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *name)
{
  fail (self, peer, label, command, "INVALID_CREDENTIALS", name, "This is not your account's password");
}

static void
judge (HsEngine *self, HsDerivation *derivation, const Proof *proof)
{
  HsPeer *peer = derivation->ask.peer;
  HsServerAccount *account = find_still_own (self, peer, derivation->name);

  peer->proves = FALSE;
  if (account == NULL)
    return;
  if (hs_server_account_equal (derivation->made, account))
    {
      account->locked = FALSE;
      proof->proven (self, peer, account, derivation->wish, derivation->label);
    }
  else
    {
      hs_engine_note_guess (self, peer, FALSE);
      refuse (self, peer, derivation->label, proof->command, account->name);
    }
}

/* Its address may have guessed wrong by another connection since it asked. */
static gboolean
still_may_guess (HsEngine *self, HsPeer *peer, const char *command)
{
  if (!hs_engine_must_wait_to_guess (self, peer, command))
    return TRUE;
  peer->proves = FALSE;
  return FALSE;
}

static gboolean
still_may_set (HsEngine *self, HsDerivation *derivation)
{
  return still_may_guess (self, derivation->ask.peer, "PASSWD");
}

static gboolean
still_may_give_up (HsEngine *self, HsDerivation *derivation)
{
  return still_may_guess (self, derivation->ask.peer, "UNREGISTER");
}

/* @derived calls judge () with @proof. "*": it is_proven (). */
static void
prove (HsEngine *self, HsPeer *peer, const HsServerAccount *account, const char *password, const char *wish, const Proof *proof,
       void (*derived) (HsEngine *engine, HsDerivation *derivation))
{
  g_autofree char *label = NULL;
  HsDerivation *derivation;

  if (peer->proves)
    fail (self, peer, NULL, proof->command, "TEMPORARILY_UNAVAILABLE", account->name, BUSY);
  else if (strcmp (password, "*") == 0 && !is_proven (self, peer, account))
    refuse (self, peer, NULL, proof->command, account->name);
  else if (strcmp (password, "*") == 0)
    {
      label = hs_engine_take_label (self, peer);
      proof->proven (self, peer, account, wish, label);
    }
  else if (!hs_engine_must_wait_to_guess (self, peer, proof->command))
    {
      label = hs_engine_take_label (self, peer);
      derivation = hs_derivation_new (account->name, password, account->salt, account->iterations);
      derivation->is_wanted = proof->is_wanted;
      derivation->derived = derived;
      derivation->label = g_strdup (label);
      derivation->wish = g_strdup (wish);
      derive (self, peer, derivation, proof->command);
    }
}

/* A password with spaces cannot stand before another one. */
static void
remember_proof (HsEngine *self, HsPeer *peer, const HsServerAccount *account, const char *wish, const char *label)
{
  peer->extra->proven_until = hs_engine_get_ticks (self) + HS_PROVEN_MS * G_TIME_SPAN_MILLISECOND;
  hs_engine_note_about (self, peer, label, "PASSWD", "PASSWORD_RIGHT", account->name, NULL,
                        "Now PASSWD * :new, CERT ADD, CERT DEL key, or UNREGISTER account *");
}

static const Proof only = { "PASSWD", still_may_set, remember_proof };
static const Proof passwd = { "PASSWD", still_may_set, make_password };

static void
on_only_derived (HsEngine *self, HsDerivation *derivation)
{
  judge (self, derivation, &only);
}

static void
on_current_derived (HsEngine *self, HsDerivation *derivation)
{
  judge (self, derivation, &passwd);
}

void
hs_command_passwd (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *current = message->params[0], *password = hs_irc_message_param (message, 1);
  const HsServerAccount *account = get_own (self, peer, "PASSWD");
  gboolean by_keys = strcmp (password, "*") == 0;
  const char *weakness = account != NULL && !by_keys && message->n_params > 1 ? hs_engine_find_weakness (account->name, password) : NULL;

  if (account == NULL)
    return;
  if (by_keys && count_keys (self, account) == 0)
    fail (self, peer, NULL, "PASSWD", "WEAK_PASSWORD", account->name, NO_KEY);
  else if (weakness != NULL)
    fail (self, peer, NULL, "PASSWD", "WEAK_PASSWORD", account->name, weakness);
  else if (strlen (password) > HS_PASSWORD_MAX_BYTES || strlen (current) > HS_PASSWORD_MAX_BYTES)
    fail (self, peer, NULL, "PASSWD", "UNACCEPTABLE_PASSWORD", account->name,
          "A password has at most " G_STRINGIFY (HS_PASSWORD_MAX_BYTES) " bytes");
  /* The password once more: what was proven a moment ago proves nothing anew. */
  else if (message->n_params == 1 && strcmp (current, "*") == 0 && !is_opened_by_key (self, peer, account))
    refuse (self, peer, NULL, "PASSWD", account->name);
  else if (message->n_params == 1)
    prove (self, peer, account, current, NULL, &only, on_only_derived);
  else
    prove (self, peer, account, current, password, &passwd, on_current_derived);
}

/* ---- UNREGISTER ---- */

static gboolean
put_removal (HsServerDb *db, const Change *self, GError **error)
{
  return hs_server_db_remove_account (db, self->name, error);
}

static void
apply_removal (HsEngine *self, Change *change)
{
  hs_engine_drop_account (self, hs_engine_find_account (self, change->name));
}

static void
give_up (HsEngine *self, HsPeer *peer, const HsServerAccount *account, const char *wish, const char *label)
{
  Change *change = change_new ("UNREGISTER", account->name, label);

  change->put = put_removal;
  change->apply = apply_removal;
  change->code = "ACCOUNT_GIVEN_UP";
  change->words = "You have no account here any more, and nobody is ever given its name";
  request (self, peer, change);
}

static const Proof unregister = { "UNREGISTER", still_may_give_up, give_up };

static void
on_last_derived (HsEngine *self, HsDerivation *derivation)
{
  judge (self, derivation, &unregister);
}

void
hs_command_unregister (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const HsServerAccount *account = get_own (self, peer, "UNREGISTER");

  if (account == NULL)
    return;
  if (!hs_name_equal (message->params[0], account->name))
    fail (self, peer, NULL, "UNREGISTER", "BAD_ACCOUNT_NAME", message->params[0], "This is not the account that you are logged in to");
  else if (strlen (message->params[1]) > HS_PASSWORD_MAX_BYTES)
    refuse (self, peer, NULL, "UNREGISTER", account->name);
  else
    prove (self, peer, account, message->params[1], NULL, &unregister, on_last_derived);
}

/* ---- CERT ---- */

static void
list_keys (HsEngine *self, HsPeer *peer, HsServerAccount *account, const char *given)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->accounts->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autofree char *text = NULL;
      HsFingerprint fingerprint;

      if (value != account)
        continue;
      memcpy (fingerprint.bytes, g_bytes_get_data (key, NULL), sizeof fingerprint.bytes);
      text = hs_fingerprint_to_text (&fingerprint);
      hs_engine_note_about (self, peer, NULL, "CERT", "KEY", account->name, text,
                            hs_peer_get_key (peer) != NULL && hs_fingerprint_equal (&fingerprint, hs_peer_get_key (peer))
                              ? "opens your account, and is that of this connection" : "opens your account");
    }
  hs_engine_note_about (self, peer, NULL, "CERT", "END_OF_KEYS", account->name, NULL, "These are all keys that open your account");
}

static gboolean
put_key (HsServerDb *db, const Change *self, GError **error)
{
  return hs_server_db_add_account_key (db, self->name, self->key, error);
}

static void
apply_key (HsEngine *self, Change *change)
{
  g_hash_table_replace (self->accounts->by_key, g_bytes_ref (change->key), hs_engine_find_account (self, change->name));
}

static void
add_key (HsEngine *self, HsPeer *peer, HsServerAccount *account, const char *given)
{
  HsFingerprint key;
  const HsServerAccount *owner;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *label = NULL;
  Change *change;

  if (*given == '\0' && hs_peer_get_key (peer) == NULL)
    {
      fail (self, peer, NULL, "CERT", "KEY_REQUIRED", account->name, "This connection shows no key");
      return;
    }
  if (*given == '\0')
    key = *hs_peer_get_key (peer);
  else if (!hs_fingerprint_read (&key, given))
    {
      fail (self, peer, NULL, "CERT", "KEY_INVALID", given, "This is no fingerprint of a key");
      return;
    }
  owner = hs_engine_find_account_by_key (self, &key);
  bytes = g_bytes_new (key.bytes, sizeof key.bytes);
  if (owner != account && !hs_engine_is_key_free (self, bytes) && !g_hash_table_contains (self->accounts->changing, account->name))
    fail (self, peer, NULL, "CERT", "KEY_IN_USE", account->name, "This key opens another account");
  else if (owner == NULL && count_keys (self, account) >= HS_ACCOUNT_KEYS_MAX)
    fail (self, peer, NULL, "CERT", "LIMIT_REACHED", account->name, "Too many keys open your account: remove one first");
  else
    {
      label = hs_engine_take_label (self, peer);
      change = change_new ("CERT", account->name, label);
      change->key = g_steal_pointer (&bytes);
      change->put = put_key;
      change->apply = apply_key;
      change->code = "KEY_ADDED";
      change->words = "opens your account from now on";
      request (self, peer, change);
    }
}

static gboolean
put_away_key (HsServerDb *db, const Change *self, GError **error)
{
  return hs_server_db_remove_account_key (db, self->key, error);
}

static void
apply_away_key (HsEngine *self, Change *change)
{
  g_hash_table_remove (self->accounts->by_key, change->key);
}

static void
remove_key (HsEngine *self, HsPeer *peer, HsServerAccount *account, const char *given)
{
  HsFingerprint key;
  g_autofree char *label = NULL;
  Change *change;

  if (!hs_fingerprint_read (&key, given))
    fail (self, peer, NULL, "CERT", "KEY_INVALID", given, "This is no fingerprint of a key");
  else if (hs_engine_find_account_by_key (self, &key) != account)
    fail (self, peer, NULL, "CERT", "KEY_UNKNOWN", account->name, "This key does not open your account");
  else if (account->locked && count_keys (self, account) == 1)
    fail (self, peer, NULL, "CERT", "LAST_KEY", account->name, "This is the last key: say PASSWD :current, or set a password, first");
  else
    {
      label = hs_engine_take_label (self, peer);
      change = change_new ("CERT", account->name, label);
      change->key = g_bytes_new (key.bytes, sizeof key.bytes);
      change->put = put_away_key;
      change->apply = apply_away_key;
      change->code = "KEY_REMOVED";
      change->words = "does not open your account any more";
      request (self, peer, change);
    }
}

typedef struct
{
  const char *name;
  gboolean changes; /* who opens the account: not for whoever finds the connection open */
  void (*func) (HsEngine *self, HsPeer *peer, HsServerAccount *account, const char *given);
} Subcommand;

static const Subcommand subcommands[] = {
  { "ADD", TRUE, add_key },
  { "DEL", TRUE, remove_key },
  { "LIST", FALSE, list_keys },
};

static const Subcommand *
find_subcommand (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++)
    if (g_ascii_strcasecmp (subcommands[i].name, name) == 0)
      return &subcommands[i];
  return NULL;
}

void
hs_command_cert (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  HsServerAccount *account = get_own (self, peer, "CERT");
  const Subcommand *subcommand = find_subcommand (message->params[0]);

  if (account == NULL)
    return;
  if (subcommand == NULL)
    fail (self, peer, NULL, "CERT", "INVALID_PARAMS", message->params[0], "LIST, ADD or DEL");
  else if (subcommand->changes && !is_proven (self, peer, account))
    fail (self, peer, NULL, "CERT", "PASSWORD_REQUIRED", account->name, "Say PASSWD :current first");
  else
    subcommand->func (self, peer, account, hs_irc_message_param (message, 1));
}
