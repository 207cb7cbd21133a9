/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only HsRoster may change of a member: the name it is found by. For model/ alone; the other setters
 * are in hs-room-private.h. */
#pragma once

#include "hs-room-private.h"

void hs_member_set_nick (HsMember *self, const char *nick);
