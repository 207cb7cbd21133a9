/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text as a QR code: black on white in every theme, whole pixels for each module, with its quiet zone. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_QR_CODE (hs_qr_code_get_type ())
G_DECLARE_FINAL_TYPE (HsQrCode, hs_qr_code, HS, QR_CODE, GtkWidget)

/* @text (nullable): nothing is shown then, nor where it is too long for one. */
void hs_qr_code_set_text (HsQrCode *self, const char *text);
