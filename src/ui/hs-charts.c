/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small charts of the last minute: a table of what is drawn. See hs-charts.h. */
#include "hs-charts.h"

#include "hs-field.h"
#include "hs-numbers.h"
#include "hs-sparkline.h"

#include <glib/gi18n.h>

#define LAST "hs-last" /* on a chart's field: the total at the step before */

static double
get_window (const HsTcpNumbers *numbers)
{
  return numbers->snd_wnd;
}

static double
get_queue (const HsTcpNumbers *numbers)
{
  return numbers->send_queue;
}

static double
get_retransmits (const HsTcpNumbers *numbers)
{
  return numbers->total_retrans;
}

static char *
format_count (double value)
{
  return g_strdup_printf ("%.0f", value);
}

static char *
format_bytes (double value)
{
  return hs_numbers_format_bytes ((guint64) value);
}

/* @total: a count that only grows; the chart shows by how much each second. */
static const struct
{
  const char *caption, *tooltip, *page;
  double (*get) (const HsTcpNumbers *numbers);
  char *(*format) (double value);
  gboolean total;
} rows[] = {
  { N_("Window"), N_("What the other side has room for (tcpi_snd_wnd)"), "tcp-window", get_window, format_bytes, FALSE },
  { N_("Under way"), N_("Written by us, not yet acknowledged by the other side (SIOCOUTQ)"), "numbers", get_queue, format_bytes, FALSE },
  { N_("Retransmits"), N_("Segments that had to be sent again, and how many in each second (tcpi_total_retrans)"), "tcp-loss", get_retransmits, format_count, TRUE },
};

static GtkWidget *
make_label (const char *text, const char *first, const char *second)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, first);
  gtk_widget_add_css_class (label, second);
  return label;
}

static void
make_fields (GtkBox *box)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

      gtk_box_append (GTK_BOX (cell), make_label (_(rows[i].caption), "panel-small", "panel-dim"));
      gtk_box_append (GTK_BOX (cell), make_label (NULL, "panel-value", "numeric"));
      gtk_box_append (GTK_BOX (cell), g_object_new (HS_TYPE_SPARKLINE, NULL));
      gtk_box_append (box, hs_field_new (cell, rows[i].page, _(rows[i].tooltip)));
    }
}

static GtkWidget *
first_field (GtkBox *box)
{
  if (gtk_widget_get_first_child (GTK_WIDGET (box)) == NULL)
    make_fields (box);
  return gtk_widget_get_first_child (GTK_WIDGET (box));
}

void
hs_charts_fill (GtkBox *box, const HsTcpNumbers *numbers)
{
  GtkWidget *field = first_field (box);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++, field = gtk_widget_get_next_sibling (field))
    {
      GtkWidget *caption = gtk_widget_get_first_child (hs_field_get_content (field));
      g_autofree char *text = rows[i].format (rows[i].get (numbers));

      hs_field_set_value (GTK_LABEL (gtk_widget_get_next_sibling (caption)), text);
    }
}

static HsSparkline *
get_chart (GtkWidget *field)
{
  return HS_SPARKLINE (gtk_widget_get_last_child (hs_field_get_content (field)));
}

/* The step's own part of a count; the first step has none. */
static double
take_difference (GtkWidget *field, double value)
{
  guint last = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (field), LAST)); /* + 1, so that 0 is: no step yet */

  g_object_set_data (G_OBJECT (field), LAST, GUINT_TO_POINTER ((guint) value + 1));
  return last > 0 ? MAX (value - (last - 1), 0) : 0;
}

void
hs_charts_add (GtkBox *box, const HsTcpNumbers *numbers)
{
  GtkWidget *field = first_field (box);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++, field = gtk_widget_get_next_sibling (field))
    {
      double value = rows[i].get (numbers);

      hs_sparkline_add (get_chart (field), rows[i].total ? take_difference (field, value) : value);
    }
}

void
hs_charts_clear (GtkBox *box)
{
  for (GtkWidget *field = gtk_widget_get_first_child (GTK_WIDGET (box)); field != NULL; field = gtk_widget_get_next_sibling (field))
    {
      hs_sparkline_clear (get_chart (field));
      g_object_set_data (G_OBJECT (field), LAST, NULL);
    }
}
