/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection in words. */
#include "hs-connection-words.h"

#include "hs-numbers.h"
#include "hs-without-tcp.h"

#include <glib/gi18n.h>

/* An RST that answers our SYN ends what never began. */
static gboolean
has_stood (HsTcpWatch *watch)
{
  GListModel *log = hs_tcp_watch_get_log (watch);
  guint n = g_list_model_get_n_items (log);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i);
      const HsTcpEvent *event = hs_tcp_log_item_get_event (item);

      if (event->kind == HS_TCP_EVENT_STATE && event->state == HS_TCP_ESTABLISHED)
        return TRUE;
    }
  return FALSE;
}

const char *
hs_connection_words_get_sentence (HsTcpWatch *watch)
{
  HsTcpState state = hs_tcp_watch_get_state (watch);
  HsTcpBegan began = hs_tcp_watch_get_began (watch);

  if (state == HS_TCP_TIME_WAIT && began == HS_TCP_BEGAN_WE)
    return _("You closed first, so the wait is yours: late segments die out before this port is used again.");
  if (state == HS_TCP_CLOSED && began == HS_TCP_BEGAN_WE)
    return _("The connection is over. You closed first.");
  if (state == HS_TCP_CLOSED && began == HS_TCP_BEGAN_PEER && hs_tcp_watch_get_role (watch) == HS_TCP_ROLE_OPENER && !has_stood (watch))
    return _("There was no connection: the other side refused it.");
  if (state == HS_TCP_CLOSED && began == HS_TCP_BEGAN_PEER)
    return _("The connection is over. The other side closed first.");
  if (state == HS_TCP_CLOSED && began == HS_TCP_BEGAN_BOTH)
    return _("The connection is over. Both sides closed at the same time.");
  return _(hs_tcp_state_get_sentence (state));
}

static char *
format_duration (gint64 seconds)
{
  if (seconds < 60)
    return g_strdup_printf (_("%d s"), (int) seconds);
  if (seconds < 3600)
    return g_strdup_printf (_("%d min %d s"), (int) (seconds / 60), (int) (seconds % 60));
  return g_strdup_printf (_("%d h %d min"), (int) (seconds / 3600), (int) (seconds / 60 % 60));
}

char *
hs_connection_words_dup_since (HsTcpWatch *watch, gint64 now)
{
  gint64 since = hs_tcp_watch_get_since (watch);
  const char *source = hs_tcp_watch_get_source (watch);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (since / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *clock = g_date_time_format (local, "%H:%M:%S");
  g_autofree char *duration = format_duration (MAX (now - since, 0) / G_USEC_PER_SEC);

  if (since == 0)
    return g_strdup ("");
  if (hs_tcp_watch_get_expires (watch) != 0)
    return g_strdup_printf (_("since %s · then %s"), clock, hs_tcp_state_get_name (HS_TCP_CLOSED));
  return g_strdup_printf (_("since %s · %s · %s"), clock, duration, source != NULL ? source : "");
}

char *
hs_connection_words_dup_address (HsTcpWatch *watch)
{
  const char *remote = hs_tcp_watch_get_remote (watch), *local = hs_tcp_watch_get_local (watch);

  if (g_strcmp0 (hs_tcp_watch_get_name (watch), remote) == 0 && local != NULL) /* no better name than its address: not twice */
    return g_strdup_printf (_("from %s"), local);
  return g_strdup (remote != NULL ? remote : "");
}

char *
hs_connection_words_dup_trouble (HsTcpWatch *watch)
{
  const HsTcpNumbers *numbers = hs_tcp_watch_get_numbers (watch);
  const HsTcpTally *tally = hs_tcp_watch_get_tally (watch);

  if (hs_tcp_watch_get_gone (watch))
    return NULL;
  return numbers != NULL ? hs_numbers_dup_trouble (numbers) : tally != NULL ? hs_without_tcp_dup_trouble (tally) : NULL;
}

char *
hs_connection_words_dup_cannot (HsTcpWatch *watch)
{
  HsTcpCannot cannot = hs_tcp_watch_get_cannot (watch);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint bit = 1; bit != 0 && bit <= cannot; bit <<= 1)
    if ((cannot & bit) != 0 && *hs_tcp_cannot_get_sentence (bit) != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", _(hs_tcp_cannot_get_sentence (bit)));
  return g_string_free (g_steal_pointer (&text), FALSE);
}
