/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER and VERIFY (IRCv3 draft/account-registration): how an account is made. Nobody is sent an e-mail, so there is nothing to verify. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#define IS_TAKEN "This name is somebody's already"
#define LATER "No account can be made now: try again later"
#define KEY_IN_USE "The key of this connection opens another account"
#define LOGGED_IN "You are logged in already"

static void
fail (HsEngine *self, HsPeer *peer, const char *label, const char *code, const char *name, const char *words)
{
  hs_engine_fail_about (self, peer, label, "REGISTER", code, name, NULL, words);
}

/* ---- Into the store, and then into the table ---- */

typedef struct
{
  HsAsk ask;
  HsServerAccount *account;
  GBytes *key;  /* (nullable) */
  char *label;  /* (nullable) */
} AddAsk;

/* All of it or nothing: what ends in an error leaves no row. The store may know a name that we do not (it could not be read when we began). */
static gpointer
work_add (HsServerDb *db, gpointer data, GError **error)
{
  AddAsk *ask = data;
  g_autoptr (GError) failed = NULL;

  if (!hs_server_db_add_account (db, ask->account, &failed) && failed == NULL)
    g_set_error_literal (&failed, HS_STORE_ERROR, HS_STORE_ERROR_FAILED, "The account exists");
  if (failed == NULL && ask->key != NULL)
    hs_server_db_add_account_key (db, ask->account->name, ask->key, &failed);
  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

static void
tell_success (HsEngine *self, HsPeer *peer, const char *label, HsServerAccount *account)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsBuf) buf = NULL;
  HsIrcMessage told;

  hs_irc_message_set (&told, self->server_name, "REGISTER", "SUCCESS", account->name, "The account is yours", NULL);
  hs_irc_message_format (&told, out);
  buf = hs_buf_new (out->str, out->len);
  hs_engine_send_labelled (self, peer, label, buf);
  if (hs_peer_get_account (peer) == NULL) /* it has not logged in to another meanwhile */
    hs_engine_log_in (self, peer, account);
}

static void
answer_add (HsEngine *self, HsAsk *ask, const GError *error)
{
  AddAsk *add = (AddAsk *) ask;
  HsServerAccount *account = add->account;

  g_hash_table_remove (self->accounts->reserved, account->name);
  if (add->key != NULL)
    g_hash_table_remove (self->accounts->reserved_keys, add->key);
  if (error == NULL)
    hs_engine_take_account (self, g_steal_pointer (&add->account), add->key);
  if (ask->peer == NULL)
    return;
  ask->peer->makes_account = FALSE;
  if (ask->peer->leaving)
    return;
  if (error == NULL)
    tell_success (self, ask->peer, add->label, account);
  else
    fail (self, ask->peer, add->label, "TEMPORARILY_UNAVAILABLE", account->name, LATER);
}

static void
free_add (HsAsk *ask)
{
  AddAsk *self = (AddAsk *) ask;

  g_clear_pointer (&self->account, hs_server_account_free);
  g_clear_pointer (&self->key, g_bytes_unref);
  g_free (self->label);
  g_free (self);
}

/* @account is taken. A key that opens another account goes on doing so, and that alone. */
static void
add (HsEngine *self, HsPeer *peer, HsServerAccount *account, GBytes *key, const char *label)
{
  AddAsk *ask = g_new0 (AddAsk, 1);

  ask->ask.answer = answer_add;
  ask->ask.free = free_add;
  ask->ask.peer = peer;
  ask->account = account;
  ask->key = key != NULL && hs_engine_is_key_free (self, key) ? g_bytes_ref (key) : NULL;
  if (ask->key != NULL)
    g_hash_table_add (self->accounts->reserved_keys, g_bytes_ref (ask->key));
  ask->label = g_strdup (label);
  g_hash_table_add (self->accounts->reserved, g_strdup (account->name));
  if (self->store != NULL)
    {
      hs_engine_ask (self, peer, &ask->ask, work_add);
      return;
    }
  answer_add (self, &ask->ask, NULL);
  free_add (&ask->ask);
}

/* ---- What is asked for ---- */

/* Free, now: another may have been quicker. */
static gboolean
is_free (HsEngine *self, HsPeer *peer, const char *name)
{
  HsPeer *holder = hs_engine_find_nick (self, name);

  return hs_engine_find_account (self, name) == NULL && hs_engine_find_owner (self, peer, name) == NULL &&
         !g_hash_table_contains (self->accounts->reserved, name) && (holder == NULL || holder == peer);
}

static void
on_derived (HsEngine *self, HsDerivation *derivation)
{
  HsPeer *peer = derivation->ask.peer;
  HsServerAccount *account = derivation->made;
  gboolean logged_in = hs_peer_get_account (peer) != NULL, is_taken = !is_free (self, peer, account->name);

  if (!logged_in && !is_taken)
    {
      add (self, peer, g_steal_pointer (&derivation->made), derivation->key, derivation->label);
      return;
    }
  peer->makes_account = FALSE;
  fail (self, peer, derivation->label, logged_in ? "ALREADY_AUTHENTICATED" : "ACCOUNT_EXISTS", account->name, logged_in ? LOGGED_IN : IS_TAKEN);
}

/* With the guest's own key it is as good as by the password from then on; "*" for the password: by the key alone. */
static void
make (HsEngine *self, HsPeer *peer, const char *name, const char *password)
{
  const HsFingerprint *shown = hs_peer_get_key (peer);
  g_autoptr (GBytes) key = shown != NULL ? g_bytes_new (shown->bytes, sizeof shown->bytes) : NULL;
  g_autofree char *label = hs_engine_take_label (self, peer);
  g_autoptr (GBytes) salt = NULL;
  guint8 chance[HS_LOCKED_CHANCE];
  HsDerivation *derivation;

  self->funcs->random (chance, sizeof chance, self->user_data);
  hs_engine_note_account (self, peer);
  peer->makes_account = TRUE;
  if (strcmp (password, "*") == 0)
    {
      add (self, peer, hs_server_account_make_locked (name, chance, self->config->kdf_iterations, self->now / 1000), key, label);
      return;
    }
  salt = g_bytes_new (chance, HS_SALT_BYTES);
  derivation = hs_derivation_new (name, password, salt, self->config->kdf_iterations);
  derivation->derived = on_derived;
  derivation->key = g_steal_pointer (&key);
  derivation->label = g_strdup (label);
  if (hs_engine_derive (self, peer, derivation))
    return;
  peer->makes_account = FALSE;
  fail (self, peer, label, "TEMPORARILY_UNAVAILABLE", name, LATER);
}

const char *
hs_engine_find_weakness (const char *name, const char *password)
{
  if (g_utf8_strlen (password, -1) < HS_PASSWORD_MIN_CHARS)
    return "A password has at least " G_STRINGIFY (HS_PASSWORD_MIN_CHARS) " characters";
  return hs_name_equal (name, password) ? "The name itself is no password" : NULL;
}

/* A key is opened by who has it, and a password by who guesses it. */
static const char *
find_weakness (const HsPeer *peer, const char *name, const char *password)
{
  if (strcmp (password, "*") == 0)
    return hs_peer_get_key (peer) != NULL ? NULL : "Without a password an account is kept by a key, and this connection shows none";
  return hs_engine_find_weakness (name, password);
}

/* Without a password nothing would open the account. */
static gboolean
lacks_key (HsEngine *self, const HsPeer *peer, const char *password)
{
  const HsFingerprint *shown = hs_peer_get_key (peer);
  g_autoptr (GBytes) key = shown != NULL ? g_bytes_new (shown->bytes, sizeof shown->bytes) : NULL;

  return strcmp (password, "*") == 0 && key != NULL && !hs_engine_is_key_free (self, key);
}

/* Names that were given up are remembered for ever, so they count. */
static gboolean
is_full (const HsAccounts *accounts)
{
  return g_hash_table_size (accounts->by_name) + g_hash_table_size (accounts->reserved) + g_hash_table_size (accounts->gone) >= HS_ACCOUNTS_MAX;
}

/* Why not now, whatever it is called. */
static gboolean
is_possible (HsEngine *self, HsPeer *peer, const char *name)
{
  const char *code = NULL, *words = LATER;

  if (!self->config->registration)
    code = "TEMPORARILY_UNAVAILABLE";
  else if (!peer->encrypted)
    code = "TEMPORARILY_UNAVAILABLE", words = "A password is only taken over an encrypted connection: use TLS, on this same port";
  else if (!peer->registered && !hs_engine_registers_early (self, peer))
    code = "COMPLETE_CONNECTION_REQUIRED", words = "Come in first";
  else if (hs_peer_get_account (peer) != NULL)
    code = "ALREADY_AUTHENTICATED", words = LOGGED_IN;
  else if (peer->makes_account)
    code = "TEMPORARILY_UNAVAILABLE", words = "One account at a time: wait for the answer about the one before";
  else if (is_full (self->accounts) || !hs_engine_may_make_account (self, peer))
    code = "TEMPORARILY_UNAVAILABLE";
  if (code != NULL)
    fail (self, peer, NULL, code, name, words);
  return code == NULL;
}

/* An invite lets one guest in, once, and is used when that one is in: before, it would make an account each time somebody comes and goes. */
gboolean
hs_engine_registers_early (HsEngine *self, HsPeer *peer)
{
  gboolean invited = peer->extra != NULL && peer->extra->invite != NULL;

  return self->config->before_connect && ((peer->admitted && !invited) || peer->own || !hs_engine_has_password (self));
}

void
hs_command_register (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  gboolean own = strcmp (message->params[0], "*") == 0;
  const char *name = own && peer->nick != NULL ? peer->nick : message->params[0];
  const char *password = message->params[2];
  const char *weakness = find_weakness (peer, name, password);

  if (!is_possible (self, peer, name))
    return;
  if (own && peer->nick == NULL)
    fail (self, peer, NULL, "NEED_NICK", "*", "Give your name first");
  else if (!hs_name_is_nick (name) || hs_engine_is_reserved_name (name) || hs_name_equal (name, HS_ROOM_ACCOUNT))
    fail (self, peer, NULL, "BAD_ACCOUNT_NAME", name, "This cannot be an account's name");
  else if (g_hash_table_contains (self->accounts->gone, name))
    fail (self, peer, NULL, "BAD_ACCOUNT_NAME", name, "Its owner has given this name up: it is kept for nobody any more");
  else if (!is_free (self, peer, name))
    fail (self, peer, NULL, "ACCOUNT_EXISTS", name, IS_TAKEN);
  else if (weakness != NULL)
    fail (self, peer, NULL, "WEAK_PASSWORD", name, weakness);
  else if (lacks_key (self, peer, password))
    fail (self, peer, NULL, "KEY_IN_USE", name, KEY_IN_USE);
  else if (strlen (password) > HS_PASSWORD_MAX_BYTES)
    fail (self, peer, NULL, "UNACCEPTABLE_PASSWORD", name, "A password has at most " G_STRINGIFY (HS_PASSWORD_MAX_BYTES) " bytes");
  else
    make (self, peer, name, password);
}

void
hs_command_verify (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  hs_engine_fail_about (self, peer, NULL, "VERIFY", "INVALID_CODE", message->params[0], NULL, "Nothing waits to be verified here");
}
