/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in a room: a list of members that finds them by their nicks. It keeps the list in such a way that sorted views of it stay right; that
 * something changed, HsRoom tells. For model/ alone. */
#pragma once

#include "hs-member.h"

typedef struct _HsRoster HsRoster;

HsRoster *hs_roster_new (void);
void hs_roster_free (HsRoster *self); /* list and members may outlive it */
/* GListModel of HsMember, in the order in which they came. Borrowed */
GListModel *hs_roster_get_list (HsRoster *self);
/* Nicks are the same whatever the case of their ASCII letters. (nullable) (borrowed) */
HsMember *hs_roster_find (HsRoster *self, const char *nick);
/* Nobody there is called so. (borrowed) */
HsMember *hs_roster_add (HsRoster *self, const char *nick);
/* @member is there. */
void hs_roster_remove (HsRoster *self, HsMember *member);
/* ... and nobody else there is called @nick. */
void hs_roster_rename (HsRoster *self, HsMember *member, const char *nick);
void hs_roster_clear (HsRoster *self);
/* Who types, ourselves left out: "Ana, 李伟, Ben, …" (nullable) nobody. (transfer full) */
char *hs_roster_dup_typing (HsRoster *self);
