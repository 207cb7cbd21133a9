/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-guest-column.h"

#include "hs-day.h"
#include "hs-numbers.h"

#include <glib/gi18n.h>

/* ---- Words ---- */

char *
hs_guest_column_format_name (HsGuest *guest)
{
  const char *nick = hs_guest_get_nick (guest);
  guint half_open = hs_guest_get_half_open (guest);

  if (half_open > 0)
    return g_strdup_printf (ngettext ("%u half-open", "%u half-open", half_open), half_open);
  if (hs_guest_is_own (guest))
    return g_strdup_printf (_("%s (you)"), nick != NULL ? nick : _("Host"));
  if (nick != NULL)
    return g_strdup (nick);
  return g_strdup (hs_guest_is_listener (guest) ? _("listener") : _("newcomer"));
}

static char *
format_address (HsGuest *guest)
{
  return g_strdup (hs_guest_get_address (guest) != NULL ? hs_guest_get_address (guest) : "");
}

static char *
format_dialect (HsGuest *guest)
{
  const char *dialect = hs_guest_get_dialect (guest);

  return g_strdup (dialect != NULL && *dialect != '\0' ? _(dialect) : hs_guest_is_listener (guest) ? _("Plain text") : "–");
}

static char *
format_security (HsGuest *guest)
{
  const char *security = hs_guest_get_security (guest);

  if (hs_guest_get_half_open (guest) > 0)
    return g_strdup ("–");
  return g_strdup (*security != '\0' ? security : hs_guest_is_encrypted (guest) ? "TLS" : C_("encryption", "None"));
}

static char *
format_state (HsGuest *guest)
{
  return g_strdup (hs_tcp_state_get_name (hs_guest_get_state (guest)));
}

static char *
format_rtt (HsGuest *guest)
{
  return hs_guest_get_rtt (guest) != 0 ? hs_numbers_format_us (hs_guest_get_rtt (guest)) : g_strdup ("–");
}

static char *
format_since (HsGuest *guest)
{
  return hs_day_format_short (hs_guest_get_since (guest) / 1000, g_get_real_time () / 1000);
}

static char *
format_idle (HsGuest *guest)
{
  gint64 seconds;

  if (hs_guest_get_half_open (guest) > 0)
    return g_strdup ("–");
  seconds = MAX (g_get_real_time () - hs_guest_get_last_active (guest), 0) / G_USEC_PER_SEC;

  if (seconds < 60)
    return g_strdup_printf (_("%u s"), (guint) seconds);
  if (seconds < 3600)
    return g_strdup_printf (_("%u min"), (guint) (seconds / 60));
  return g_strdup_printf (_("%u h"), (guint) (seconds / 3600));
}

static char *
format_received (HsGuest *guest)
{
  return hs_guest_get_half_open (guest) > 0 ? g_strdup ("–") : hs_numbers_format_bytes (hs_guest_get_received (guest));
}

static char *
format_sent (HsGuest *guest)
{
  return hs_guest_get_half_open (guest) > 0 ? g_strdup ("–") : hs_numbers_format_bytes (hs_guest_get_sent (guest));
}

/* ---- Order ---- */

static int
compare_numbers (gint64 a, gint64 b)
{
  return (a > b) - (a < b);
}

/* The nameless after those who have a name. */
static int
compare_names (HsGuest *a, HsGuest *b)
{
  const char *first = hs_guest_get_nick (a), *second = hs_guest_get_nick (b);

  if (first == NULL || second == NULL)
    return (first == NULL) - (second == NULL);
  return g_utf8_collate (first, second);
}

/* 10.0.0.9 before 10.0.0.10. */
static int
compare_addresses (HsGuest *a, HsGuest *b)
{
  const char *p = hs_guest_get_address (a), *q = hs_guest_get_address (b);

  while (p != NULL && q != NULL && *p != '\0' && *q != '\0')
    if (g_ascii_isdigit (*p) && g_ascii_isdigit (*q))
      {
        char *after_p, *after_q;
        guint64 x = g_ascii_strtoull (p, &after_p, 10), y = g_ascii_strtoull (q, &after_q, 10);

        if (x != y)
          return x < y ? -1 : 1;
        p = after_p;
        q = after_q;
      }
    else if (*p != *q)
      return *p < *q ? -1 : 1;
    else
      {
        p++;
        q++;
      }
  return compare_numbers (p != NULL ? *p : 0, q != NULL ? *q : 0);
}

static int
compare_dialects (HsGuest *a, HsGuest *b)
{
  return g_strcmp0 (hs_guest_get_dialect (a), hs_guest_get_dialect (b));
}

static int
compare_security (HsGuest *a, HsGuest *b)
{
  return g_strcmp0 (hs_guest_get_security (a), hs_guest_get_security (b));
}

static int
compare_states (HsGuest *a, HsGuest *b)
{
  return compare_numbers (hs_guest_get_state (a), hs_guest_get_state (b));
}

static int
compare_rtts (HsGuest *a, HsGuest *b)
{
  return compare_numbers (hs_guest_get_rtt (a), hs_guest_get_rtt (b));
}

static int
compare_since (HsGuest *a, HsGuest *b)
{
  return compare_numbers (hs_guest_get_since (a), hs_guest_get_since (b));
}

static int
compare_idle (HsGuest *a, HsGuest *b)
{
  return compare_numbers (hs_guest_get_last_active (b), hs_guest_get_last_active (a));
}

static int
compare_received (HsGuest *a, HsGuest *b)
{
  return compare_numbers ((gint64) hs_guest_get_received (a), (gint64) hs_guest_get_received (b));
}

static int
compare_sent (HsGuest *a, HsGuest *b)
{
  return compare_numbers ((gint64) hs_guest_get_sent (a), (gint64) hs_guest_get_sent (b));
}

/* ---- Looks ---- */

static void
dress_security (GtkWidget *label, HsGuest *guest)
{
  gtk_widget_set_css_classes (label, (const char *[]){ hs_guest_is_encrypted (guest) ? "guest-encrypted" : hs_guest_get_half_open (guest) > 0 ? "guest-half-open"
                                                                                                     : "guest-unencrypted", NULL });
}

static void
dress_state (GtkWidget *label, HsGuest *guest)
{
  HsTcpState state = hs_guest_get_state (guest);
  const char *kind = state == HS_TCP_ESTABLISHED ? "good" : state == HS_TCP_TIME_WAIT || state == HS_TCP_CLOSED ? "over" : "between";

  gtk_widget_set_css_classes (label, (const char *[]){ "panel-pill", kind, NULL });
}

/* ---- The columns ---- */

#define EXPANDS HS_GUEST_COLUMN_EXPANDS
#define NUMERIC HS_GUEST_COLUMN_NUMERIC
#define PILL    HS_GUEST_COLUMN_PILL
#define LIVE    HS_GUEST_COLUMN_LIVE
#define AGES    HS_GUEST_COLUMN_AGES

/* Those up to Since stand beside an open panel in a window 1,280 pixels wide. */
static const HsGuestColumn columns[] = {
  { N_("Name"), 106, hs_guest_column_format_name, compare_names, NULL, { "nick", "listener", "own", "half-open" }, EXPANDS },
  { N_("Address"), 140, format_address, compare_addresses, NULL, { "address" }, NUMERIC },
  { N_("Dialect"), 72, format_dialect, compare_dialects, NULL, { "dialect", "listener" }, 0 },
  { N_("Encryption"), 76, format_security, compare_security, dress_security, { "security", "encrypted" }, 0 },
  { N_("State"), 92, format_state, compare_states, dress_state, { "state" }, PILL | LIVE },
  { N_("RTT"), 62, format_rtt, compare_rtts, NULL, { "rtt" }, NUMERIC | LIVE },
  { N_("Since"), 50, format_since, compare_since, NULL, { "since" }, NUMERIC },
  { N_("Idle"), 62, format_idle, compare_idle, NULL, { "last-active" }, NUMERIC | LIVE | AGES },
  { N_("Received"), 76, format_received, compare_received, NULL, { "received" }, NUMERIC | LIVE },
  { N_("Sent"), 76, format_sent, compare_sent, NULL, { "sent" }, NUMERIC | LIVE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (columns) == HS_GUEST_COLUMN_N);

const HsGuestColumn *
hs_guest_column_get (guint i)
{
  g_assert (i < G_N_ELEMENTS (columns));
  return &columns[i];
}

char *
hs_guest_column_format_row (HsGuest *guest)
{
  g_autofree char *name = hs_guest_column_format_name (guest), *address = format_address (guest), *dialect = format_dialect (guest);
  g_autofree char *security = format_security (guest);

  return g_strdup_printf ("%s, %s, %s, %s, %s", name, address, dialect, security, hs_tcp_state_get_name (hs_guest_get_state (guest)));
}
