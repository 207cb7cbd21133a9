/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lock stands for: how far the server is known, in words, its number to compare, and how it is encrypted. */
#pragma once

#include <gtk/gtk.h>

#include "hs-security.h"

#define HS_TYPE_SECURITY_POPOVER (hs_security_popover_get_type ())
G_DECLARE_FINAL_TYPE (HsSecurityPopover, hs_security_popover, HS, SECURITY_POPOVER, GtkPopover)

GtkWidget *hs_security_popover_new (void);
void hs_security_popover_set_security (HsSecurityPopover *self, HsSecurity *security); /* (nullable) */

/* How a state looks; static. */
const char *hs_security_get_icon (HsTrust trust);
const char *hs_security_get_style (HsTrust trust); /* "success", "warning", "error", or "" */
