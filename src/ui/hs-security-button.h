/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock beside a server's name. It shows how far the server is known, in words for who cannot see it, and opens the popover that says more. */
#pragma once

#include <gtk/gtk.h>

#include "hs-security.h"

#define HS_TYPE_SECURITY_BUTTON (hs_security_button_get_type ())
G_DECLARE_FINAL_TYPE (HsSecurityButton, hs_security_button, HS, SECURITY_BUTTON, GtkWidget)

/* (nullable) @security: hidden, as long as nothing is known too. */
void hs_security_button_set_security (HsSecurityButton *self, HsSecurity *security);
