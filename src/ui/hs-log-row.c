/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event of the connection's log: what, when, how known. */
#include "hs-log-row.h"

#include <glib/gi18n.h>

struct _HsLogRow
{
  GtkWidget parent_instance;

  /* Template */
  GtkLabel *title, *time, *detail;
  GtkWidget *inferred;
};

G_DEFINE_FINAL_TYPE (HsLogRow, hs_log_row, GTK_TYPE_WIDGET)

/* A state's name is a word of the protocol. */
static const char *
event_title (const HsTcpEvent *event)
{
  return event->kind == HS_TCP_EVENT_STATE || *event->title == '\0' ? event->title : _(event->title);
}

static char *
event_detail (const HsTcpEvent *event)
{
  gboolean detailed = event->detail != NULL && *event->detail != '\0';

  if (!detailed || *event->source == '\0')
    return g_strdup (detailed ? event->detail : event->source);
  return g_strdup_printf ("%s · %s", event->source, event->detail);
}

static char *
event_time (const HsTcpEvent *event)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (event->real_time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *clock = g_date_time_format (local, "%H:%M:%S");

  return g_strdup_printf ("%s.%03d", clock, (int) (event->real_time % G_USEC_PER_SEC / 1000));
}

char *
hs_log_row_describe (const HsTcpEvent *event)
{
  g_autofree char *detail = event_detail (event);
  g_autofree char *time = event_time (event);

  return g_strdup_printf ("%s %s, %s, %s", time, event_title (event), event->known == HS_TCP_OBSERVED ? _("observed") : _("inferred"),
                          detail);
}

void
hs_log_row_set_item (HsLogRow *self, HsTcpLogItem *item)
{
  const HsTcpEvent *event = hs_tcp_log_item_get_event (item);
  g_autofree char *detail = event_detail (event);
  g_autofree char *time = event_time (event);
  g_autofree char *label = hs_log_row_describe (event);
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_label_set_label (self->title, event_title (event));
  gtk_label_set_label (self->time, time);
  gtk_label_set_label (self->detail, detail);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), *detail != '\0');
  gtk_widget_set_visible (self->inferred, event->known == HS_TCP_INFERRED);
  if (row != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
hs_log_row_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_log_row_parent_class)->dispose (object);
}

static void
hs_log_row_class_init (HsLogRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_log_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-log-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HsLogRow, title);
  gtk_widget_class_bind_template_child (widget_class, HsLogRow, time);
  gtk_widget_class_bind_template_child (widget_class, HsLogRow, detail);
  gtk_widget_class_bind_template_child (widget_class, HsLogRow, inferred);
}

static void
hs_log_row_init (HsLogRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hs_log_row_new (void)
{
  return g_object_new (HS_TYPE_LOG_ROW, NULL);
}
