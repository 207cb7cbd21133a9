/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guests of the hosted server as a GListModel, in the order of their coming. One that comes or goes costs O(log n), and many that go
 * together are told of in as few changes as they stand apart. It sorts nothing: that is the window's. */
#pragma once

#include "hs-guest.h"

#define HS_TYPE_GUEST_LIST (hs_guest_list_get_type ())
G_DECLARE_FINAL_TYPE (HsGuestList, hs_guest_list, HS, GUEST_LIST, GObject)

HsGuestList *hs_guest_list_new (void);
/* At the end. @guests: of HsGuest, none of which is in the list. */
void hs_guest_list_append (HsGuestList *self, GPtrArray *guests);
/* Those of @guests (of HsGuest, no order, each once) that are in the list. */
void hs_guest_list_remove (HsGuestList *self, GPtrArray *guests);
void hs_guest_list_clear (HsGuestList *self);
