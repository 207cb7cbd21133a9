/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list model from its end to its beginning: newest first, where the log keeps oldest first. */
#pragma once

#include <gio/gio.h>

#define HS_TYPE_REVERSE_LIST (hs_reverse_list_get_type ())
G_DECLARE_FINAL_TYPE (HsReverseList, hs_reverse_list, HS, REVERSE_LIST, GObject)

HsReverseList *hs_reverse_list_new (void);
/* (nullable) */
void hs_reverse_list_set_model (HsReverseList *self, GListModel *model);
