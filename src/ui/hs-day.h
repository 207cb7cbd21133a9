/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days and times of day in the words and the clock of the person's locale. Pure functions. */
#pragma once

#include <glib.h>

/* "09:12" as the locale writes it. @time: Unix ms. (transfer full) */
char *hs_day_format_time (gint64 time);
/* "Today", "Yesterday", a weekday within the last week, else the date; as seen from @now. (transfer full) */
char *hs_day_format_day (gint64 time, gint64 now);
/* For a narrow place: the time today, the day before that. (transfer full) */
char *hs_day_format_short (gint64 time, gint64 now);
