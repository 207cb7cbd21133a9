/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops on a line: reached ones filled, with a time under each. The first and the last stand at the edges. Knows not what the stops are of. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_WAY_TRACK (hs_way_track_get_type ())
G_DECLARE_FINAL_TYPE (HsWayTrack, hs_way_track, HS, WAY_TRACK, GtkWidget)

typedef struct
{
  const char *name;    /* translated */
  const char *time;    /* "+0.43 ms", or why there is none */
  const char *known;   /* how it is known: tooltip, and for the ear */
  gboolean reached;
  gboolean inferred;
} HsWayStop;

GtkWidget *hs_way_track_new (void);
void hs_way_track_set_stops (HsWayTrack *self, const HsWayStop *stops, guint n);
