/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's account on a host of ours: made by REGISTER (IRCv3 draft/account-registration), changed by PASSWD and CERT, given up by UNREGISTER. One
 * wish at a time; what came of it is told by a sentence. How one logs in stands in hs-session-sasl.c. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-fingerprint.h"
#include "hs-limits.h"
#include "hs-numerics.h"
#include "hs-secret.h"

struct _HsSessionAccount
{
  char *name;           /* (nullable) that we are logged in to */
  const char *wish;     /* (nullable) the command that is to be answered; static */
  char *password;       /* (nullable) the new one, until the old one has been found right */
  char *key;            /* (nullable) to be removed when the password has been found right; "": ours, to be added */
  GPtrArray *keys;      /* of char *: what CERT LIST has told so far */
};

void
hs_session_account_free (HsSessionAccount *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  hs_secret_free (self->password);
  g_free (self->key);
  g_ptr_array_unref (self->keys);
  g_free (self);
}

static HsSessionAccount *
need (HsSession *self)
{
  if (self->account == NULL)
    {
      self->account = g_new0 (HsSessionAccount, 1);
      self->account->keys = g_ptr_array_new_with_free_func (g_free);
    }
  return self->account;
}

const char *
hs_session_get_account (HsSession *self)
{
  return self->account != NULL ? self->account->name : NULL;
}

gboolean
hs_session_can_keep_account (HsSession *self)
{
  return self->state == HS_SESSION_ONLINE && self->ours && hs_session_sasl_is_encrypted (self);
}

void
hs_session_set_account (HsSession *self, const char *name)
{
  HsSessionAccount *account;

  if (g_strcmp0 (hs_session_get_account (self), name) == 0)
    return;
  account = need (self);
  g_free (account->name);
  account->name = g_strdup (name);
  g_object_notify (G_OBJECT (self), "account");
}

/* ---- Wishes ---- */

static HsSessionAccount *
begin (HsSession *self, const char *command, GError **error)
{
  HsSessionAccount *account = need (self);

  if (hs_session_can_keep_account (self))
    {
      account->wish = command;
      hs_secret_set (&account->password, NULL);
      g_clear_pointer (&account->key, g_free);
      return account;
    }
  g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED, _("This works on Handshake servers only, over an encrypted connection."));
  return NULL;
}

static const char *
or_key (const char *password)
{
  return password != NULL && *password != '\0' ? password : "*";
}

gboolean
hs_session_make_account (HsSession *self, const char *password, GError **error)
{
  if (begin (self, "REGISTER", error) == NULL)
    return FALSE;
  hs_session_put (self, "REGISTER", "*", "*", or_key (password), NULL);
  return TRUE;
}

gboolean
hs_session_change_password (HsSession *self, const char *current, const char *password, GError **error)
{
  HsSessionAccount *account = begin (self, "PASSWD", error);

  if (account == NULL)
    return FALSE;
  if (strcmp (or_key (current), "*") == 0)
    {
      hs_session_put (self, "PASSWD", "*", or_key (password), NULL);
      return TRUE;
    }
  hs_secret_set (&account->password, or_key (password));
  hs_session_put (self, "PASSWD", current, NULL); /* with spaces it cannot stand before another */
  return TRUE;
}

gboolean
hs_session_give_up_account (HsSession *self, const char *password, GError **error)
{
  HsSessionAccount *account = begin (self, "UNREGISTER", error);

  if (account == NULL)
    return FALSE;
  hs_session_put (self, "UNREGISTER", account->name != NULL ? account->name : "*", or_key (password), NULL);
  return TRUE;
}

gboolean
hs_session_ask_account_keys (HsSession *self, GError **error)
{
  HsSessionAccount *account = begin (self, "CERT", error);

  if (account == NULL)
    return FALSE;
  g_ptr_array_set_size (account->keys, 0);
  hs_session_put (self, "CERT", "LIST", NULL);
  return TRUE;
}

/* @key: to be removed; "": ours, to be added. */
static void
put_key (HsSession *self, const char *key)
{
  if (*key == '\0')
    hs_session_put (self, "CERT", "ADD", NULL);
  else
    hs_session_put (self, "CERT", "DEL", key, NULL);
}

/* Who opens an account is changed by its owner: the password is said first, unless this connection's key opens it already. */
static gboolean
change_key (HsSession *self, const char *key, const char *password, GError **error)
{
  gboolean by_key = strcmp (or_key (password), "*") == 0;
  HsSessionAccount *account = begin (self, by_key ? "CERT" : "PASSWD", error);

  if (account == NULL)
    return FALSE;
  if (by_key)
    {
      put_key (self, key);
      return TRUE;
    }
  account->key = g_strdup (key);
  hs_session_put (self, "PASSWD", password, NULL);
  return TRUE;
}

gboolean
hs_session_add_account_key (HsSession *self, const char *password, GError **error)
{
  return change_key (self, "", password, error);
}

gboolean
hs_session_remove_account_key (HsSession *self, const char *key, const char *password, GError **error)
{
  return change_key (self, key, password, error);
}

/* ---- Answers ---- */

static const struct { const char *code, *sentence; } sentences[] = {
  { "ACCOUNT_EXISTS", N_("This name is somebody’s already.") },
  { "ACCOUNT_GIVEN_UP", N_("You have no account here any more.") },
  { "ACCOUNT_REQUIRED", N_("You are not logged in to an account.") },
  { "ALREADY_AUTHENTICATED", N_("You are logged in to an account already.") },
  { "BAD_ACCOUNT_NAME", N_("This name cannot be kept for anybody.") },
  { "INVALID_CREDENTIALS", N_("That was not your password.") },
  { "KEY_ADDED", N_("This computer’s key opens your account now.") },
  { "KEY_IN_USE", N_("This computer’s key opens another account.") },
  { "KEY_REMOVED", N_("That key does not open your account any more.") },
  { "KEY_REQUIRED", N_("This connection shows no key.") },
  { "LAST_KEY", N_("This is the last key. Type your current password, or set one, first.") },
  { "LIMIT_REACHED", N_("Too many keys open your account: remove one first.") },
  { "PASSWORD_CHANGED", N_("Your account has another password.") },
  { "PASSWORD_REQUIRED", N_("Type your current password first.") },
  { "SUCCESS", N_("Your name is kept for you now.") },
  { "TEMPORARILY_UNAVAILABLE", N_("The server cannot do that now. Try again later.") },
  { "UNACCEPTABLE_PASSWORD", N_("This password is too long.") },
  { "WEAK_PASSWORD", N_("A password has at least eight characters, and is not your name.") },
};

static const char *
find_sentence (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (strcmp (sentences[i].code, code) == 0)
      return _(sentences[i].sentence);
  return NULL;
}

/* FALSE: nobody here has asked for it. */
static gboolean
is_wished (HsSession *self, const char *command)
{
  return self->account != NULL && self->account->wish != NULL && strcmp (self->account->wish, command) == 0;
}

static void
tell (HsSession *self, gboolean done, const char *code, const char *words)
{
  const char *sentence = find_sentence (code);

  self->account->wish = NULL;
  hs_secret_set (&self->account->password, NULL);
  g_clear_pointer (&self->account->key, g_free);
  if (strcmp (code, "ACCOUNT_GIVEN_UP") == 0) /* 901 is still to come */
    hs_session_set_account (self, NULL);
  g_signal_emit_by_name (self, "account-answered", done, sentence != NULL ? sentence : words);
}

/* What is no fingerprint opens nothing, and no account has more keys. */
static void
add_key (HsSession *self, const char *text)
{
  GPtrArray *keys = self->account->keys;
  HsFingerprint key;

  if (keys->len < HS_ACCOUNT_KEYS_MAX && hs_fingerprint_read (&key, text))
    g_ptr_array_add (keys, g_strdup (text));
}

static void
tell_keys (HsSession *self)
{
  GPtrArray *keys = self->account->keys;

  self->account->wish = NULL;
  g_ptr_array_add (keys, NULL);
  g_signal_emit_by_name (self, "account-keys", keys->pdata);
  g_ptr_array_set_size (keys, 0);
}

/* What waited for it. */
static void
on_password_right (HsSession *self)
{
  HsSessionAccount *account = self->account;
  g_autofree char *password = g_steal_pointer (&account->password), *key = g_steal_pointer (&account->key);

  if (key != NULL)
    {
      account->wish = "CERT";
      put_key (self, key);
      return;
    }
  hs_session_put (self, "PASSWD", "*", password, NULL);
  hs_secret_erase (password);
}

gboolean
hs_session_account_note (HsSession *self, const HsEvent *event, const char *words)
{
  const char *command = HS_PARAM (event, 0), *code = HS_PARAM (event, 1);
  gboolean failed = strcmp (event->message->command, "FAIL") == 0;

  if (!is_wished (self, command))
    return FALSE;
  if (strcmp (code, "KEY") == 0)
    add_key (self, HS_PARAM (event, 3));
  else if (strcmp (code, "END_OF_KEYS") == 0)
    tell_keys (self);
  else if (strcmp (code, "PASSWORD_RIGHT") == 0 && (self->account->password != NULL || self->account->key != NULL))
    on_password_right (self);
  else
    tell (self, !failed, code, words);
  return TRUE;
}

gboolean
hs_session_account_must_wait (HsSession *self, const char *command)
{
  if (!is_wished (self, command))
    return FALSE;
  tell (self, FALSE, "", _("That was wrong too often. Wait a while, and try again."));
  return TRUE;
}

/* REGISTER SUCCESS account :words */
void
hs_session_on_register (HsSession *self, const HsEvent *event)
{
  g_autofree char *words = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  if (is_wished (self, "REGISTER"))
    tell (self, strcmp (HS_PARAM (event, 0), "SUCCESS") == 0, HS_PARAM (event, 0), words);
  else
    hs_session_tell (self, NULL, words);
}
