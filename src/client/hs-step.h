/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step of connecting, as the address dialog lists it: name → address → SYN → protocol → welcome. */
#pragma once

#include <gio/gio.h>

#include "hs-failure.h"

typedef enum { HS_STEP_WAITING, HS_STEP_RUNNING, HS_STEP_DONE, HS_STEP_FAILED } HsStepState;

#define HS_TYPE_STEP (hs_step_get_type ())
G_DECLARE_FINAL_TYPE (HsStep, hs_step, HS, STEP, GObject)

/* Properties (all notify): title (translated), detail (translated), state (int), elapsed (µs, -1 unknown). */
HsStep *hs_step_new (const char *title);
const char *hs_step_get_title (HsStep *self);
const char *hs_step_get_detail (HsStep *self);
HsStepState hs_step_get_state (HsStep *self);
gint64 hs_step_get_elapsed (HsStep *self);
void hs_step_set (HsStep *self, HsStepState state, const char *detail, gint64 elapsed);
