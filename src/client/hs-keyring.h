/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords in the desktop's keyring (the Secret Service, by libsecret), and nowhere else: where there is none they are asked for each time. The
 * keyring may ask the person to unlock it, so an answer may take as long as a person does. */
#pragma once

#include <gio/gio.h>

#define HS_TYPE_KEYRING (hs_keyring_get_type ())
G_DECLARE_FINAL_TYPE (HsKeyring, hs_keyring, HS, KEYRING, GObject)

/* Whose password for what; borrowed. */
typedef struct
{
  const char *server;  /* what the person chose (hs_trust_bind_address ()) */
  const char *key;     /* (nullable) the server's, "sha256:…": found by it also at another address */
  const char *account; /* (nullable) NULL: the password that everybody needs there */
} HsKeyringPlace;

/* @profile (nullable): the default one. Each has its own passwords. */
HsKeyring *hs_keyring_new (const char *profile);

void hs_keyring_find_async (HsKeyring *self, const HsKeyringPlace *place, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* NULL without an error: none is kept. (transfer full): hs_secret_free () */
char *hs_keyring_find_finish (HsKeyring *self, GAsyncResult *result, GError **error);

/* Replaces the one at this server. @title: how the keyring's own window calls it. */
void hs_keyring_save_async (HsKeyring *self, const HsKeyringPlace *place, const char *title, const char *password, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_keyring_save_finish (HsKeyring *self, GAsyncResult *result, GError **error);

/* FALSE without an error: there was none. */
void hs_keyring_forget_async (HsKeyring *self, const HsKeyringPlace *place, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Every one of this profile; @key (nullable): only of the server with this key. */
void hs_keyring_forget_all_async (HsKeyring *self, const char *key, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_keyring_forget_finish (HsKeyring *self, GAsyncResult *result, GError **error);
