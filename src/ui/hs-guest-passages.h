/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest messages that went to guests of ours while their connection was shown, as passages: kept with each guest's watch, by number. */
#pragma once

#include "hs-passage.h"
#include "hs-server-carried.h"

/* What the server's signal "carried" tells of @watch. */
void hs_guest_passages_take (HsTcpWatch *watch, const HsServerCarried *carried);
/* The newest to it; or, where that went to it, the one that is the same message as @like (nullable). (nullable) Borrowed */
HsPassage *hs_guest_passages_find (HsTcpWatch *watch, HsPassage *like);
