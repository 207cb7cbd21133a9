/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring that runs empty, with the seconds left inside. It has no clock: who owns it tells it the time. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_TIME_RING (hs_time_ring_get_type ())
G_DECLARE_FINAL_TYPE (HsTimeRing, hs_time_ring, HS, TIME_RING, GtkWidget)

void hs_time_ring_set (HsTimeRing *self, double seconds_left, double seconds_whole);
