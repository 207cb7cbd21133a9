/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person on this computer: a name, and where its settings, its database and its application instance are. Opens nothing. */
#pragma once

#include <gio/gio.h>

typedef struct _HsProfile HsProfile;

/* @name (nullable): NULL, "" or "default" is the account's own. NULL and an error when the settings schema is not installed or the name is unusable. */
HsProfile *hs_profile_new (const char *name, GError **error);
void hs_profile_free (HsProfile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsProfile, hs_profile_free)

/* As it was given; NULL for the account's own profile. */
const char *hs_profile_get_name (HsProfile *self);
GSettings *hs_profile_get_settings (HsProfile *self);
char *hs_profile_dup_application_id (HsProfile *self);
/* The folder is made by hs_profile_prepare (). */
char *hs_profile_dup_database_path (HsProfile *self);
/* The name chosen, else the account's real name, else its user name; for another profile its own name. */
char *hs_profile_dup_shown_name (HsProfile *self);
/* Makes the folder of the database; what is wrong with it is told by the store that then cannot be opened. */
void hs_profile_prepare (HsProfile *self);

/* Letters, digits and '-' stay, every other byte is "_hh": fit for a path of GSettings, a folder and an element of an application id. Pure. */
char *hs_profile_escape (const char *name);
