/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is where there is no TCP; see hs-without-tcp.h. Two tables: what is counted, and what TCP adds. */
#include "hs-without-tcp.h"

#include "hs-field.h"
#include "hs-numbers.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define COLUMNS 2 /* of the counts */

struct _HsWithoutTcp
{
  GtkWidget parent_instance;

  /* Owned by the widget tree */
  GtkWidget *counts_card, *added_card;
  GtkGrid *counts;
  GtkGrid *added;

  /* State */
  HsTcpTransport transport; /* of which the tables are made; TCP: none yet */
};

G_DEFINE_FINAL_TYPE (HsWithoutTcp, hs_without_tcp, GTK_TYPE_WIDGET)

/* ---- Words ---- */

static const struct { const char *name, *sentence, *page; } words[] = {
  [HS_TCP_TRANSPORT_TCP] = { NULL, NULL, "tcp-handshake" },
  [HS_TCP_TRANSPORT_UDP] = {
    "UDP", N_("Datagrams: each message travels on its own. There is no connection, so there is no state it could be in."), "udp" },
  [HS_TCP_TRANSPORT_UNIX] = {
    "Unix", N_("A stream that never leaves this computer: the kernel hands each byte over by itself. No TCP, so none of its states."),
    "unix-socket" },
};

const char *
hs_without_tcp_get_name (HsTcpTransport transport)
{
  return words[transport].name;
}

const char *
hs_without_tcp_get_sentence (HsTcpTransport transport, gboolean gone)
{
  if (gone)
    return _("It is over. The kernel has forgotten it at once: without TCP there is no state in which anybody would have to wait.");
  return _(words[transport].sentence);
}

const char *
hs_without_tcp_get_page (HsTcpTransport transport)
{
  return words[transport].page;
}

char *
hs_without_tcp_dup_trouble (const HsTcpTally *tally)
{
  if (!tally->has_memory || tally->drops == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%u datagram came faster than it was read, and was dropped here. Its sender was told nothing.",
                                    "%u datagrams came faster than they were read, and were dropped here. Their sender was told nothing.",
                                    tally->drops),
                          tally->drops);
}

/* ---- What is counted ---- */

static char *
format_sent (const HsTcpTally *tally)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, tally->sent);
}

static char *
format_received (const HsTcpTally *tally)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, tally->received);
}

static char *
format_bytes_sent (const HsTcpTally *tally)
{
  return hs_numbers_format_bytes (tally->bytes_sent);
}

static char *
format_bytes_received (const HsTcpTally *tally)
{
  return hs_numbers_format_bytes (tally->bytes_received);
}

static char *
format_icmp (const HsTcpTally *tally)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, tally->errors);
}

static char *
format_drops (const HsTcpTally *tally)
{
  return tally->has_memory ? g_strdup_printf ("%u", tally->drops) : g_strdup ("–");
}

static char *
format_room (const HsTcpTally *tally)
{
  return tally->has_memory ? hs_numbers_format_bytes (tally->receive_room) : g_strdup ("–");
}

static char *
format_not_read (const HsTcpTally *tally)
{
  return hs_numbers_format_bytes (tally->receive_queue);
}

static char *
format_not_read_there (const HsTcpTally *tally)
{
  return tally->send_queue > 0 ? hs_numbers_format_bytes (tally->send_queue) : g_strdup (_("nothing"));
}

static char *
format_program (const HsTcpTally *tally)
{
  if (!tally->has_peer)
    return g_strdup ("–");
  if (tally->pid <= 0) /* in another namespace */
    return g_strdup (_("not visible here"));
  return *tally->program != '\0' ? g_strdup_printf ("%s · %d", tally->program, tally->pid) : g_strdup_printf ("%d", tally->pid);
}

static char *
format_user (const HsTcpTally *tally)
{
  if (!tally->has_peer)
    return g_strdup ("–");
  return tally->uid == getuid () ? g_strdup_printf (_("%u (you)"), tally->uid) : g_strdup_printf ("%u", tally->uid);
}

typedef struct
{
  HsTcpTransport transport;
  const char *caption, *tooltip;
  char *(*format) (const HsTcpTally *tally);
} Count;

static const Count counts[] = {
  { HS_TCP_TRANSPORT_UDP, N_("Datagrams sent"), N_("Taken by the kernel: one send(), one datagram"), format_sent },
  { HS_TCP_TRANSPORT_UDP, N_("Datagrams received"), N_("One recv(), one datagram"), format_received },
  { HS_TCP_TRANSPORT_UDP, N_("Sent"), N_("Bytes in them, without the headers"), format_bytes_sent },
  { HS_TCP_TRANSPORT_UDP, N_("Received"), N_("Bytes in them, without the headers"), format_bytes_received },
  { HS_TCP_TRANSPORT_UDP, N_("ICMP messages"), N_("About datagrams of ours that could not be delivered (MSG_ERRQUEUE)"), format_icmp },
  { HS_TCP_TRANSPORT_UDP, N_("Dropped here"), N_("Datagrams that came and found no room (SO_MEMINFO)"), format_drops },
  { HS_TCP_TRANSPORT_UDP, N_("Not read"), N_("Memory of datagrams that came and were not read by us yet (SO_MEMINFO)"), format_not_read },
  { HS_TCP_TRANSPORT_UDP, N_("Room"), N_("Over it datagrams are dropped (SO_RCVBUF)"), format_room },
  { HS_TCP_TRANSPORT_UNIX, N_("Sent"), N_("Bytes taken by the kernel: they stand in the other program’s queue at once"), format_bytes_sent },
  { HS_TCP_TRANSPORT_UNIX, N_("Received"), N_("Bytes read by us"), format_bytes_received },
  { HS_TCP_TRANSPORT_UNIX, N_("Not read there"), N_("Memory of what the other program has not read yet (SIOCOUTQ)"), format_not_read_there },
  { HS_TCP_TRANSPORT_UNIX, N_("Not read"), N_("Bytes that came and were not read by us yet (SIOCINQ)"), format_not_read },
  { HS_TCP_TRANSPORT_UNIX, N_("Other program"),
    N_("The process that opened the other end, as the kernel says (SO_PEERCRED); its name is what /proc calls it"), format_program },
  { HS_TCP_TRANSPORT_UNIX, N_("Its user"), N_("Whose process that is, as the kernel says (SO_PEERCRED): nobody can pretend"), format_user },
};

static GtkWidget *
make_field (const Count *count)
{
  GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *caption = gtk_label_new (_(count->caption)), *value = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (caption), 0);
  gtk_label_set_xalign (GTK_LABEL (value), 0);
  gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (caption, "panel-small");
  gtk_widget_add_css_class (caption, "panel-dim");
  gtk_widget_add_css_class (value, "panel-value");
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (GTK_BOX (cell), caption);
  gtk_box_append (GTK_BOX (cell), value);
  return hs_field_new (cell, hs_without_tcp_get_page (count->transport), _(count->tooltip));
}

static void
make_counts (HsWithoutTcp *self)
{
  GtkWidget *child;
  int n = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->counts))) != NULL)
    gtk_grid_remove (self->counts, child);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (counts[i].transport == self->transport)
      {
        GtkWidget *field = make_field (&counts[i]);

        gtk_widget_set_hexpand (field, TRUE);
        gtk_grid_attach (self->counts, field, n % COLUMNS, n / COLUMNS, 1, 1);
        n++;
      }
}

static void
set_value (GtkWidget *field, const Count *count, const HsTcpTally *tally)
{
  g_autofree char *text = count->format (tally);

  hs_field_set_value (GTK_LABEL (gtk_widget_get_last_child (hs_field_get_content (field))), text);
}

static void
fill_counts (HsWithoutTcp *self, const HsTcpTally *tally)
{
  int n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (counts[i].transport == self->transport)
      {
        set_value (gtk_grid_get_child_at (self->counts, n % COLUMNS, n / COLUMNS), &counts[i], tally);
        n++;
      }
}

/* ---- What TCP adds ---- */

static const struct { const char *topic, *by[HS_TCP_TRANSPORT_UNIX + 1]; } added[] = {
  { N_("Beginning"),
    { N_("SYN, SYN-ACK, ACK: afterwards both know that the other is there"),
      N_("None: connect() sends nothing, and nobody is asked"),
      N_("connect() finds the socket file, and the program behind it") } },
  { N_("States"), { N_("Eleven, at each end"), N_("None"), N_("None: connected, or not") } },
  { N_("Acknowledgement"),
    { N_("Of every byte; what is lost is sent again"),
      N_("None: sent is all that is known. What is lost is lost"),
      N_("None needed: nothing is lost inside one computer") } },
  { N_("Order"),
    { N_("Each byte has a number; late ones are put in their place"),
      N_("As they happen to arrive, some perhaps twice"),
      N_("Kept: it is one queue") } },
  { N_("Where a message ends"),
    { N_("Nowhere: it is a stream, and who reads has to find out"),
      N_("Where its datagram ends. 65,507 bytes at most"),
      N_("Nowhere: it is a stream, too") } },
  { N_("Who is too fast"),
    { N_("Is held back by the window"),
      N_("Is not held back: what finds no room is dropped"),
      N_("Waits until there is room in the queue") } },
  { N_("Who it is"),
    { N_("An address and a port: whoever answers there"),
      N_("An address that anybody could have written on it"),
      N_("A process and its user: the kernel says so") } },
  { N_("End"),
    { N_("FIN from each side, then TIME-WAIT"),
      N_("None: nobody is told that we are gone"),
      N_("close(): the other program reads to the end, no TIME-WAIT") } },
};

static GtkWidget *
make_label (const char *text, const char *first, const char *second)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), 1);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, first);
  if (second != NULL)
    gtk_widget_add_css_class (label, second);
  return label;
}

/* The words of one cell say nothing to the ear without whose they are. */
static void
add_cell (HsWithoutTcp *self, int column, int row, const char *text, const char *whose, const char *topic)
{
  GtkWidget *label = make_label (text, "panel-small", NULL);
  g_autofree char *spoken = g_strdup_printf ("%s, %s: %s", topic, whose, text);

  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_grid_attach (self->added, label, column, row, 1, 1);
}

static void
make_added (HsWithoutTcp *self)
{
  GtkWidget *child, *tcp = make_label ("TCP", "heading", NULL), *other = make_label (words[self->transport].name, "heading", NULL);

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->added))) != NULL)
    gtk_grid_remove (self->added, child);
  gtk_grid_attach (self->added, other, 0, 0, 1, 1);
  gtk_grid_attach (self->added, tcp, 1, 0, 1, 1);
  for (int i = 0; i < (int) G_N_ELEMENTS (added); i++)
    {
      const char *topic = _(added[i].topic);
      GtkWidget *head = make_label (topic, "panel-small", "panel-dim");

      gtk_widget_set_margin_top (head, 6);
      gtk_grid_attach (self->added, head, 0, 2 * i + 1, 2, 1);
      add_cell (self, 0, 2 * i + 2, _(added[i].by[self->transport]), words[self->transport].name, topic);
      add_cell (self, 1, 2 * i + 2, _(added[i].by[HS_TCP_TRANSPORT_TCP]), "TCP", topic);
    }
}

/* ---- All ---- */

void
hs_without_tcp_update (HsWithoutTcp *self, HsTcpWatch *watch)
{
  HsTcpTransport transport = hs_tcp_watch_get_transport (watch);
  const HsTcpTally *tally = hs_tcp_watch_get_tally (watch);

  gtk_widget_set_visible (GTK_WIDGET (self), transport != HS_TCP_TRANSPORT_TCP);
  if (transport == HS_TCP_TRANSPORT_TCP)
    return;
  if (self->transport != transport)
    {
      self->transport = transport;
      make_counts (self);
      make_added (self);
    }
  gtk_widget_set_visible (self->counts_card, tally != NULL);
  if (tally != NULL)
    fill_counts (self, tally);
}

/* ---- Object ---- */

static GtkWidget *
make_card (HsWithoutTcp *self, const char *title, GtkWidget *content)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "panel-card");
  gtk_box_append (GTK_BOX (card), make_label (title, "heading", NULL));
  gtk_box_append (GTK_BOX (card), content);
  gtk_widget_set_parent (card, GTK_WIDGET (self));
  return card;
}

static void
hs_without_tcp_dispose (GObject *object)
{
  HsWithoutTcp *self = HS_WITHOUT_TCP (object);

  g_clear_pointer (&self->counts_card, gtk_widget_unparent);
  g_clear_pointer (&self->added_card, gtk_widget_unparent);
  G_OBJECT_CLASS (hs_without_tcp_parent_class)->dispose (object);
}

static void
hs_without_tcp_class_init (HsWithoutTcpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_without_tcp_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
hs_without_tcp_init (HsWithoutTcp *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 12);
  self->counts = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_homogeneous (self->counts, TRUE);
  gtk_grid_set_row_spacing (self->counts, 8);
  gtk_grid_set_column_spacing (self->counts, 8);
  self->counts_card = make_card (self, _("What can be counted"), hs_field_group_new (GTK_WIDGET (self->counts)));

  self->added = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_homogeneous (self->added, TRUE);
  gtk_grid_set_column_spacing (self->added, 14);
  gtk_grid_set_row_spacing (self->added, 2);
  self->added_card = make_card (self, _("What TCP adds"), GTK_WIDGET (self->added));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
hs_without_tcp_new (void)
{
  return g_object_new (HS_TYPE_WITHOUT_TCP, NULL);
}
