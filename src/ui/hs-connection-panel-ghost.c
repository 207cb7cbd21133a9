/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for the connection panel until hs-connection-panel.c is here: its weak symbols give way. */
#include "hs-connection-panel.h"

#pragma weak hs_connection_panel_get_type
#pragma weak hs_connection_panel_new
#pragma weak hs_connection_panel_set_watches
#pragma weak hs_connection_panel_set_server
#pragma weak hs_connection_panel_set_watch
#pragma weak hs_connection_panel_set_shown
#pragma weak hs_connection_panel_set_narrow

struct _HsConnectionPanel
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HsConnectionPanel, hs_connection_panel, GTK_TYPE_WIDGET)

static void
hs_connection_panel_class_init (HsConnectionPanelClass *klass)
{
  g_signal_new ("close-panel", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("close-connection", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_TCP_WATCH);
}

static void
hs_connection_panel_init (HsConnectionPanel *self)
{
}

GtkWidget *
hs_connection_panel_new (void)
{
  return g_object_new (HS_TYPE_CONNECTION_PANEL, NULL);
}

void hs_connection_panel_set_watches (HsConnectionPanel *self, GListModel *watches) {}
void hs_connection_panel_set_server (HsConnectionPanel *self, HsServer *server) {}
void hs_connection_panel_set_watch (HsConnectionPanel *self, HsTcpWatch *watch) {}
void hs_connection_panel_set_shown (HsConnectionPanel *self, gboolean shown) {}
void hs_connection_panel_set_narrow (HsConnectionPanel *self, gboolean narrow) {}
