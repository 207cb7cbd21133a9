/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends side by side: a table of what is shown; see hs-both-ends.h. */
#include "hs-both-ends.h"

#include "hs-numbers.h"

#include <glib/gi18n.h>

#define COLUMNS 3 /* what, this end, the other */

typedef char *(*Format) (const HsTcpNumbers *numbers);

struct _HsBothEnds
{
  GtkWidget parent_instance;

  /* Owned by the widget tree */
  GtkWidget *card;
  GtkLabel *source;
  GtkGrid *grid;
};

G_DEFINE_FINAL_TYPE (HsBothEnds, hs_both_ends, GTK_TYPE_WIDGET)

/* ---- What is shown ---- */

static char *
format_state (const HsTcpNumbers *numbers)
{
  return g_strdup (hs_tcp_state_get_short_name (numbers->state));
}

static char *
format_rtt (const HsTcpNumbers *numbers)
{
  return hs_numbers_format_us (numbers->rtt_us);
}

static char *
format_sent (const HsTcpNumbers *numbers)
{
  return hs_numbers_format_bytes (numbers->bytes_sent - numbers->bytes_retrans);
}

static char *
format_received (const HsTcpNumbers *numbers)
{
  return hs_numbers_format_bytes (numbers->bytes_received);
}

static char *
format_under_way (const HsTcpNumbers *numbers)
{
  return hs_numbers_format_bytes (numbers->send_queue);
}

static char *
format_not_read (const HsTcpNumbers *numbers)
{
  return hs_numbers_format_bytes (numbers->receive_queue);
}

static char *
format_window (const HsTcpNumbers *numbers)
{
  return numbers->rcv_wnd != 0 ? hs_numbers_format_bytes (numbers->rcv_wnd) : g_strdup ("–");
}

static char *
format_segments (const HsTcpNumbers *numbers)
{
  return g_strdup_printf ("%u · %u", numbers->segs_out, numbers->segs_in);
}

static const struct { const char *caption; Format format; } rows[] = {
  { N_("State"), format_state },
  { N_("Round trip"), format_rtt },
  { N_("Sent"), format_sent },
  { N_("Received"), format_received },
  { N_("Under way"), format_under_way },
  { N_("Not read"), format_not_read },
  { N_("Own window"), format_window },
  { N_("Segments out · in"), format_segments },
};

/* ---- The table ---- */

static GtkWidget *
add_label (HsBothEnds *self, int column, int row, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "panel-small");
  gtk_widget_add_css_class (label, class);
  gtk_grid_attach (self->grid, label, column, row, 1, 1);
  return label;
}

static void
make_table (HsBothEnds *self)
{
  add_label (self, 1, 0, _("This end"), "heading");
  add_label (self, 2, 0, _("The other end"), "heading");
  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++)
    {
      add_label (self, 0, i + 1, _(rows[i].caption), "panel-dim");
      add_label (self, 1, i + 1, NULL, "numeric");
      add_label (self, 2, i + 1, NULL, "numeric");
    }
}

/* A label set anew is told to screen readers anew. */
static void
set_cell (HsBothEnds *self, int column, int row, const HsTcpNumbers *numbers)
{
  GtkWidget *label = gtk_grid_get_child_at (self->grid, column, row + 1);
  g_autofree char *text = rows[row].format (numbers);
  g_autofree char *words = NULL;

  if (g_str_equal (gtk_label_get_label (GTK_LABEL (label)), text))
    return;
  gtk_label_set_label (GTK_LABEL (label), text);
  words = g_strdup_printf ("%s, %s: %s", column == 1 ? _("This end") : _("The other end"), _(rows[row].caption), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

/* Seen in this computer's table, or told by the other one. */
static void
set_source (HsBothEnds *self, gboolean seen)
{
  gtk_label_set_label (self->source, seen ? "sock_diag" : _("told by the other end"));
  gtk_widget_set_tooltip_text (self->card, seen ? _("Both ends of this connection are on this computer: its kernel tells of each, and has one clock for both.")
                                                : _("Two computers, two kernels: the other end tells what its own says, about once a second. It is its word."));
}

void
hs_both_ends_update (HsBothEnds *self, HsTcpWatch *watch)
{
  const HsTcpNumbers *own = hs_tcp_watch_get_numbers (watch), *other = hs_tcp_watch_get_other (watch);
  gboolean seen = other != NULL && hs_tcp_watch_get_other_state (watch) >= 0, both;
  HsTcpNumbers ends[2];

  if (!seen)
    other = hs_tcp_told_get_numbers (hs_tcp_watch_get_told (watch));
  both = own != NULL && other != NULL;
  gtk_widget_set_visible (GTK_WIDGET (self), both);
  if (!both)
    return;
  set_source (self, seen);
  ends[0] = *own;
  ends[1] = *other;
  ends[0].state = hs_tcp_watch_get_state (watch); /* after close () only the table tells */
  if (seen)
    ends[1].state = (HsTcpState) hs_tcp_watch_get_other_state (watch);
  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++)
    for (int end = 0; end < 2; end++)
      set_cell (self, end + 1, i, &ends[end]);
}

/* ---- Object ---- */

static void
hs_both_ends_dispose (GObject *object)
{
  g_clear_pointer (&HS_BOTH_ENDS (object)->card, gtk_widget_unparent);
  G_OBJECT_CLASS (hs_both_ends_parent_class)->dispose (object);
}

static void
hs_both_ends_class_init (HsBothEndsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_both_ends_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hs_both_ends_init (HsBothEnds *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *title = gtk_label_new (_("Both ends"));
  GtkWidget *more = gtk_button_new_with_label (_("Learn More"));

  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_widget_add_css_class (self->card, "card");
  gtk_widget_add_css_class (self->card, "panel-card");
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  self->source = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->source), "panel-small");
  gtk_widget_add_css_class (GTK_WIDGET (self->source), "panel-dim");
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->source));
  gtk_box_append (GTK_BOX (self->card), head);
  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_row_spacing (self->grid, 4);
  gtk_grid_set_column_spacing (self->grid, 8);
  gtk_box_append (GTK_BOX (self->card), GTK_WIDGET (self->grid));
  gtk_widget_add_css_class (more, "link");
  gtk_widget_add_css_class (more, "panel-learn");
  gtk_widget_set_halign (more, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (more), "app.help-page");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (more), "s", "both-ends");
  gtk_box_append (GTK_BOX (self->card), more);
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
  make_table (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
hs_both_ends_new (void)
{
  return g_object_new (HS_TYPE_BOTH_ENDS, NULL);
}
