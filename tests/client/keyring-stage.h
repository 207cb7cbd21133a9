/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keyring of the test's own on a bus of its own: as much of the Secret Service as libsecret needs, items in memory, nothing encrypted. */
#pragma once

#include <gio/gio.h>

typedef struct _KeyringStage KeyringStage;

/* A private session bus; @service: with a keyring on it. */
KeyringStage *keyring_stage_new (gboolean service);
void keyring_stage_free (KeyringStage *self);

guint keyring_stage_get_n_items (KeyringStage *self);
/* "account=ana profile= server=… → secret", one a line, sorted. (transfer full) */
char *keyring_stage_describe (KeyringStage *self);
void keyring_stage_set_locked (KeyringStage *self, gboolean locked); /* and nobody unlocks it */
guint keyring_stage_get_n_calls (KeyringStage *self);
