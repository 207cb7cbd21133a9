/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection's numbers in words and units: a table of what is shown. Fills a GtkGrid; reads no socket. */
#include "hs-numbers.h"

#include "hs-field.h"

#include <glib/gi18n.h>

#define COLUMNS  2
#define TROUBLED 2 /* times the same segment was sent again: once happens in any Wi-Fi */

typedef char *(*Format) (const HsTcpNumbers *numbers, HsTcpRole role);

char *
hs_numbers_format_us (guint32 us)
{
  if (us == 0)
    return g_strdup ("–");
  if (us < 10000)
    return g_strdup_printf (_("%.2f ms"), us / 1000.0);
  return us < 1000000 ? g_strdup_printf (_("%.0f ms"), us / 1000.0) : g_strdup_printf (_("%.1f s"), us / 1e6);
}

char *
hs_numbers_format_span (gint64 us)
{
  if (us < 100000)
    return g_strdup_printf (_("%.2f ms"), (double) us / 1000);
  if (us < G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
    return g_strdup_printf (_("%.3f s"), (double) us / G_USEC_PER_SEC);
  /* Translators: hours */
  return g_strdup_printf (_("%.1f h"), (double) us / G_USEC_PER_SEC / 3600);
}

char *
hs_numbers_format_bytes (guint64 bytes)
{
  return bytes < 10000 ? g_strdup_printf (_("%u B"), (guint) bytes) : g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

/* The last two rows of "why a connection failed": they look alike to who waits, and are not. */
char *
hs_numbers_dup_trouble (const HsTcpNumbers *numbers)
{
  g_autofree char *silent = NULL, *wait = NULL;

  if (numbers->retransmits < TROUBLED)
    return numbers->snd_wnd == 0 && numbers->send_queue > 0
             ? g_strdup (_("The other program does not read: its window is zero, and what is written waits.")) : NULL;
  silent = hs_numbers_format_us ((guint32) MIN ((guint64) numbers->last_ack_recv_ms * 1000, G_MAXUINT32));
  wait = hs_numbers_format_us (numbers->rto_us);
  if (numbers->snd_wnd == 0)
    return g_strdup (_("The other program does not read: its window is zero, and it is asked ever more rarely whether that has changed."));
  /* Translators: two durations, as "12.4 s" */
  return g_strdup_printf (_("Nothing was heard for %s: what is written is sent again, now after %s. A cable, a sleeping computer, or another network?"),
                          silent, wait);
}

static char *
format_sent (const HsTcpNumbers *numbers, HsTcpRole role)
{
  return hs_numbers_format_bytes (numbers->bytes_sent - numbers->bytes_retrans);
}

/* Raw: the peer's FIN counts one (tcp (7)); it is no byte of the conversation. */
static gboolean
peer_has_closed (HsTcpState state)
{
  return state == HS_TCP_CLOSE_WAIT || state == HS_TCP_LAST_ACK || state == HS_TCP_CLOSING || state == HS_TCP_TIME_WAIT;
}

static char *
format_received (const HsTcpNumbers *numbers, HsTcpRole role)
{
  return hs_numbers_format_bytes (numbers->bytes_received - (numbers->bytes_received > 0 && peer_has_closed (numbers->state) ? 1 : 0));
}

static char *
format_segments (const HsTcpNumbers *numbers, HsTcpRole role)
{
  /* Translators: segments sent and received */
  return g_strdup_printf (_("%u out · %u in"), numbers->segs_out, numbers->segs_in);
}

static char *
format_receive_queue (const HsTcpNumbers *numbers, HsTcpRole role)
{
  return hs_numbers_format_bytes (numbers->receive_queue);
}

static char *
format_our_window (const HsTcpNumbers *numbers, HsTcpRole role)
{
  return numbers->rcv_wnd != 0 ? hs_numbers_format_bytes (numbers->rcv_wnd) : g_strdup ("–");
}

static char *
format_congestion (const HsTcpNumbers *numbers, HsTcpRole role)
{
  return g_strdup_printf (ngettext ("%u segment", "%u segments", numbers->snd_cwnd), numbers->snd_cwnd);
}

static char *
format_mss (const HsTcpNumbers *numbers, HsTcpRole role)
{
  return hs_numbers_format_bytes (numbers->snd_mss);
}

static const struct { const char *caption, *tooltip, *page; Format format; } rows[] = {
  { N_("Sent"), N_("Bytes sent, without those sent again (tcpi_bytes_sent)"), "numbers", format_sent },
  { N_("Received"), N_("Bytes received (tcpi_bytes_received)"), "numbers", format_received },
  { N_("Segments"), N_("Segments out and in, empty ones included (tcpi_segs_out, tcpi_segs_in)"), "numbers", format_segments },
  { N_("Not read"), N_("Arrived here, not yet read by us (SIOCINQ)"), "numbers", format_receive_queue },
  { N_("Our window"), N_("What we have room for (tcpi_rcv_wnd)"), "tcp-window", format_our_window },
  { N_("Congestion window"), N_("How many segments may be under way at once (tcpi_snd_cwnd)"), "numbers", format_congestion },
  { N_("MSS"), N_("Most bytes in one segment (tcpi_snd_mss)"), "numbers", format_mss },
};

static void
add_cells (GtkGrid *grid)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkWidget *caption = gtk_label_new (_(rows[i].caption));
      GtkWidget *value = gtk_label_new (NULL);
      GtkWidget *field;

      gtk_label_set_xalign (GTK_LABEL (caption), 0);
      gtk_label_set_xalign (GTK_LABEL (value), 0);
      gtk_widget_add_css_class (caption, "panel-small");
      gtk_widget_add_css_class (caption, "panel-dim");
      gtk_widget_add_css_class (value, "panel-value");
      gtk_widget_add_css_class (value, "numeric");
      gtk_box_append (GTK_BOX (cell), caption);
      gtk_box_append (GTK_BOX (cell), value);
      field = hs_field_new (cell, rows[i].page, _(rows[i].tooltip));
      gtk_widget_set_hexpand (field, TRUE);
      gtk_grid_attach (grid, field, (int) i % COLUMNS, (int) i / COLUMNS, 1, 1);
    }
}

void
hs_numbers_fill (GtkGrid *grid, const HsTcpNumbers *numbers, HsTcpRole role)
{
  if (gtk_grid_get_child_at (grid, 0, 0) == NULL)
    add_cells (grid);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *field = gtk_grid_get_child_at (grid, (int) i % COLUMNS, (int) i / COLUMNS);
      g_autofree char *text = rows[i].format (numbers, role);

      hs_field_set_value (GTK_LABEL (gtk_widget_get_last_child (hs_field_get_content (field))), text);
    }
}
