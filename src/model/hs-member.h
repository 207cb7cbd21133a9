/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person in a room. */
#pragma once

#include <gio/gio.h>

#define HS_TYPE_MEMBER (hs_member_get_type ())
G_DECLARE_FINAL_TYPE (HsMember, hs_member, HS, MEMBER, GObject)

/* Properties (all notify): nick, shown (real name, falls back to nick), rank (0 none, 1 voice, 2 operator; the prefix's order), away, plain, secure (known to be encrypted), unencrypted (known not to be), own, typing. */
HsMember *hs_member_new (const char *nick);
const char *hs_member_get_nick (HsMember *self);
const char *hs_member_get_shown (HsMember *self);
guint hs_member_get_rank (HsMember *self);
gboolean hs_member_is_away (HsMember *self);
gboolean hs_member_is_plain (HsMember *self);
gboolean hs_member_is_secure (HsMember *self);
gboolean hs_member_is_unencrypted (HsMember *self);
gboolean hs_member_is_own (HsMember *self);
gboolean hs_member_is_typing (HsMember *self);
