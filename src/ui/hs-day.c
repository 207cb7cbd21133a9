/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-day.h"

#include <glib/gi18n.h>

static GDateTime *
local_from_ms (gint64 ms)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (ms / 1000);

  return utc != NULL ? g_date_time_to_local (utc) : g_date_time_new_from_unix_local (0);
}

/* Whole local days from @a to @b: a day of 23 or 25 hours is one day too. */
static int
days_between (GDateTime *a, GDateTime *b)
{
  GDate from, to;

  g_date_clear (&from, 1);
  g_date_clear (&to, 1);
  g_date_set_dmy (&from, g_date_time_get_day_of_month (a), g_date_time_get_month (a), g_date_time_get_year (a));
  g_date_set_dmy (&to, g_date_time_get_day_of_month (b), g_date_time_get_month (b), g_date_time_get_year (b));
  return g_date_days_between (&from, &to);
}

char *
hs_day_format_time (gint64 time)
{
  g_autoptr (GDateTime) date = local_from_ms (time);

  /* Translators: the time of day of a message, for g_date_time_format (); "%I:%M %p" where a 12-hour clock is used. */
  return g_date_time_format (date, C_("time of day", "%H:%M"));
}

char *
hs_day_format_day (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) date = local_from_ms (time);
  g_autoptr (GDateTime) today = local_from_ms (now);
  int days = days_between (date, today);

  if (days == 0)
    return g_strdup (_("Today"));
  if (days == 1)
    return g_strdup (_("Yesterday"));
  if (days > 1 && days < 7)
    return g_date_time_format (date, "%A");
  if (g_date_time_get_year (date) == g_date_time_get_year (today))
    /* Translators: a day of this year, for g_date_time_format (). */
    return g_date_time_format (date, C_("day of this year", "%e %B"));
  /* Translators: a day of another year, for g_date_time_format (). */
  return g_date_time_format (date, C_("day of another year", "%e %B %Y"));
}

char *
hs_day_format_short (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) date = local_from_ms (time);
  g_autoptr (GDateTime) today = local_from_ms (now);
  int days = days_between (date, today);

  if (days == 0)
    return hs_day_format_time (time);
  if (days > 0 && days < 7)
    return g_date_time_format (date, "%a");
  return g_date_time_format (date, "%x");
}
