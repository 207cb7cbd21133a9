/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who one is at the other end, and by which passwords: typed, or from the keyring; given to the session with what is known of the server; kept
 * when they proved right. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

#include "hs-secret.h"

void
hs_connection_clear_login (HsConnectionPasswords *self)
{
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->binding, g_free);
  for (guint i = 0; i < HS_N_PASSWORDS; i++)
    {
      g_clear_pointer (&self->typed[i], hs_secret_free);
      g_clear_pointer (&self->found[i], hs_secret_free);
    }
  g_clear_object (&self->keyring);
}

void
hs_connection_set_login (HsConnection *self, const HsConnectionLogin *login, HsKeyring *keyring)
{
  g_return_if_fail (!self->used);

  hs_connection_clear_login (&self->login);
  self->login.account = g_strdup (login->account);
  self->login.typed[HS_PASSWORD_ROOM] = g_strdup (login->password);
  self->login.typed[HS_PASSWORD_ACCOUNT] = g_strdup (login->account_password);
  self->login.kept[HS_PASSWORD_ROOM] = login->kept_password;
  self->login.kept[HS_PASSWORD_ACCOUNT] = login->kept_account_password && login->account != NULL;
  self->login.remember = login->remember;
  self->login.keyring = keyring != NULL ? g_object_ref (keyring) : NULL;
}

/* ---- What the keyring has ---- */

static HsKeyringPlace
place_of (HsConnection *self, guint which)
{
  return (HsKeyringPlace) {
    .server = self->login.binding,
    .key = self->address->key,
    .account = which == HS_PASSWORD_ACCOUNT ? self->login.account : NULL,
  };
}

static void find_next (HsConnection *self);

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsConnection) self = user_data;
  g_autoptr (GError) error = NULL;
  char *password = hs_keyring_find_finish (HS_KEYRING (source), result, &error);

  if (error != NULL) /* then it is asked for */
    g_debug ("Keyring: %s", error->message);
  self->login.found[self->login.next - 1] = password;
  if (hs_connection_is_under_way (self))
    find_next (self);
}

static void
find_next (HsConnection *self)
{
  while (self->login.next < HS_N_PASSWORDS)
    {
      guint which = self->login.next++;
      HsKeyringPlace place = place_of (self, which);

      if (!self->login.kept[which] || self->login.typed[which] != NULL)
        continue;
      hs_keyring_find_async (self->login.keyring, &place, self->cancellable, on_found, g_object_ref (self));
      return;
    }
  hs_connection_decide (self);
}

void
hs_connection_find_passwords (HsConnection *self)
{
  self->login.binding = hs_trust_bind_address (self->address);
  self->login.next = self->login.keyring != NULL && self->login.binding != NULL && self->encryption != HS_ENCRYPTION_NEVER ? 0 : HS_N_PASSWORDS;
  find_next (self);
}

/* ---- Given ---- */

static const char *
password_of (HsConnection *self, guint which)
{
  return self->login.typed[which] != NULL ? self->login.typed[which] : self->login.found[which];
}

static gboolean
is_known (HsTrust trust)
{
  return trust == HS_TRUST_OWN || trust == HS_TRUST_VERIFIED || trust == HS_TRUST_COMPARED || trust == HS_TRUST_INVITED;
}

/* What the server can has to be known first: a password that can be proven is not said. */
gboolean
hs_connection_has_password (HsConnection *self)
{
  return self->encrypted && self->host_token == NULL && password_of (self, HS_PASSWORD_ROOM) != NULL;
}

void
hs_connection_give_login (HsConnection *self)
{
  gboolean encrypted = self->encrypted && self->link != NULL && hs_link_is_secured (self->link);
  g_autoptr (GBytes) binding = encrypted ? hs_link_dup_channel_binding (self->link) : NULL;
  const HsSessionLogin login = {
    .account = self->login.account,
    .password = password_of (self, HS_PASSWORD_ACCOUNT),
    .room_password = password_of (self, HS_PASSWORD_ROOM),
    .binding = binding,
    .encrypted = encrypted,
    .known = encrypted && is_known (hs_security_get_trust (self->security)),
    .shows_key = encrypted && self->shows_key,
  };

  hs_session_set_login (self->session, &login);
}

/* ---- Kept ---- */

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsSession) session = user_data;
  g_autoptr (GError) error = NULL;

  if (hs_keyring_save_finish (HS_KEYRING (source), result, &error))
    return;
  g_debug ("Keyring: %s", error->message);
  hs_session_tell (session, NULL, _("There is no keyring here that could keep the password: you will be asked for it again."));
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  hs_keyring_forget_finish (HS_KEYRING (source), result, &error);
  if (error != NULL)
    g_debug ("Keyring: %s", error->message);
}

static char *
make_title (HsConnection *self, guint which)
{
  if (which == HS_PASSWORD_ACCOUNT)
    return g_strdup_printf (_("Handshake: %s at %s"), self->login.account, self->place);
  return g_strdup_printf (_("Handshake: password of %s"), self->address->host != NULL ? self->address->host : self->address->path);
}

/* They have proven right. */
void
hs_connection_keep_passwords (HsConnection *self)
{
  HsConnectionPasswords *login = &self->login;

  if (login->keyring == NULL || login->binding == NULL || self->host_token != NULL)
    return;
  for (guint i = 0; i < HS_N_PASSWORDS; i++)
    {
      HsKeyringPlace place = place_of (self, i);
      g_autofree char *title = make_title (self, i);
      g_autofree char *key = NULL;
      HsTlsFacts facts;

      if (login->remember && login->typed[i] != NULL && self->link != NULL && hs_link_get_tls_facts (self->link, &facts) && facts.has_peer)
        {
          place.key = key = hs_fingerprint_to_text (&facts.peer);
          hs_keyring_save_async (login->keyring, &place, title, login->typed[i], NULL, on_kept, g_object_ref (self->session));
        }
      else if (!login->remember && login->kept[i])
        hs_keyring_forget_async (login->keyring, &place, NULL, on_forgotten, NULL);
    }
}

/* ---- Refused ---- */

static const HsFailureKind failures[] = {
  [HS_LOGIN_PASSWORD_NEEDED] = HS_FAILURE_PASSWORD_NEEDED,
  [HS_LOGIN_PASSWORD_WRONG] = HS_FAILURE_PASSWORD_WRONG,
  [HS_LOGIN_ACCOUNT_NEEDED] = HS_FAILURE_ACCOUNT_NEEDED,
  [HS_LOGIN_ACCOUNT_WRONG] = HS_FAILURE_ACCOUNT_WRONG,
  [HS_LOGIN_WITHHELD] = HS_FAILURE_PASSWORD_WITHHELD,
  [HS_LOGIN_UNENCRYPTED] = HS_FAILURE_PASSWORD_UNENCRYPTED,
  [HS_LOGIN_NOT_OFFERED] = HS_FAILURE_NO_LOGIN,
  [HS_LOGIN_IMPOSTOR] = HS_FAILURE_IMPOSTOR,
  [HS_LOGIN_WAIT] = HS_FAILURE_PASSWORD_WAIT,
};

void
hs_connection_on_login_failed (HsSession *session, int problem, const char *words, HsConnection *self)
{
  HsFailure *failure = hs_failure_new (failures[problem], self->address, NULL);

  g_free (failure->sentence);
  failure->sentence = g_strdup (words);
  hs_connection_fail_open (self, failure, NULL);
}
