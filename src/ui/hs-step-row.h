/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step of connecting in the address dialog: a tick, a spinner, dots or a stop sign, what it found, how long it took. */
#pragma once

#include <adwaita.h>

#include "hs-step.h"

#define HS_TYPE_STEP_ROW (hs_step_row_get_type ())
G_DECLARE_FINAL_TYPE (HsStepRow, hs_step_row, HS, STEP_ROW, AdwActionRow)

GtkWidget *hs_step_row_new (HsStep *step);
gboolean hs_step_row_is_waiting (HsStepRow *self);
/* "0.4 ms", "15.0 s"; NULL when unknown (negative). @elapsed: µs. (transfer full) */
char *hs_step_row_format_elapsed (gint64 elapsed);
