/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection-state panel beside the conversation: pages Connection, Log and (while hosting) Server; see hs-connection-panel.h. */
#include "hs-connection-panel.h"

#include "hs-connection-page.h"
#include "hs-guest-passages.h"
#include "hs-listener-page.h"
#include "hs-log-page.h"

struct _HsConnectionPanel
{
  GtkWidget parent_instance;

  /* Template */
  AdwViewStack *stack;
  AdwViewStackPage *server_page;
  HsConnectionPage *connection;
  HsLogPage *log;
  HsListenerPage *listener;
  AdwHeaderBar *header;
  GtkWidget *back;

  /* Owned */
  HsTcpWatch *watch;    /* (nullable) what is shown: the window's, or a guest's */
  HsServer *server;     /* (nullable) */
  HsPassage *passage;   /* (nullable) of our own newest message, or the one chosen */
  HsPassage *chosen;    /* (nullable) whosever it is */
  GListModel *watches;  /* (nullable) */
  GHashTable *guests;   /* HsGuest → HsTcpWatch, once chosen: the kernel gives out a guest's SYN only once */

  /* State */
  gboolean shown;
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (HsConnectionPanel, hs_connection_panel, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_SHOWN, PROP_NARROW, N_PROPS };
enum { CLOSE_CONNECTION, CLOSE_PANEL, ERROR, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

/* ---- What is shown, and so costs something ---- */

static gboolean
page_is (HsConnectionPanel *self, gpointer page)
{
  return self->shown && adw_view_stack_get_visible_child (self->stack) == GTK_WIDGET (page);
}

static void
update_shown (HsConnectionPanel *self)
{
  hs_connection_page_set_shown (self->connection, page_is (self, self->connection));
  hs_log_page_set_shown (self->log, page_is (self, self->log));
  hs_listener_page_set_shown (self->listener, page_is (self, self->listener));
  if (self->watch != NULL)
    hs_tcp_watch_set_shown (self->watch, self->shown && !page_is (self, self->listener));
}

static void
on_page (HsConnectionPanel *self)
{
  if (self->listener != NULL) /* the stack has a visible child before the template is whole */
    update_shown (self);
}

void
hs_connection_panel_set_shown (HsConnectionPanel *self, gboolean shown)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));

  shown = shown != FALSE;
  if (self->shown == shown)
    return;
  self->shown = shown;
  update_shown (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOWN]);
}

gboolean
hs_connection_panel_get_shown (HsConnectionPanel *self)
{
  return self->shown;
}

/* ---- Which connection ---- */

/* Of a guest the way of what went to it is shown: the message that is chosen in the conversation, else the newest. */
static void
update_passage (HsConnectionPanel *self)
{
  gboolean guest = self->watch != NULL && hs_tcp_watch_get_role (self->watch) == HS_TCP_ROLE_LISTENER;

  hs_connection_page_set_passage (self->connection, guest ? hs_guest_passages_find (self->watch, self->chosen) : self->passage);
}

static void
on_carried (HsConnectionPanel *self, HsTcpWatch *watch, gpointer carried)
{
  hs_guest_passages_take (watch, carried);
  if (watch == self->watch)
    update_passage (self);
}

void
hs_connection_panel_set_watch (HsConnectionPanel *self, HsTcpWatch *watch)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));
  g_return_if_fail (watch == NULL || HS_IS_TCP_WATCH (watch));

  if (self->watch == watch)
    return;
  if (self->watch != NULL)
    hs_tcp_watch_set_shown (self->watch, FALSE);
  g_set_object (&self->watch, watch);
  hs_connection_page_set_watch (self->connection, watch);
  hs_log_page_set_watch (self->log, watch);
  update_passage (self);
  update_shown (self);
}

void
hs_connection_panel_set_passage (HsConnectionPanel *self, HsPassage *passage, HsPassage *chosen)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));

  g_set_object (&self->passage, passage);
  g_set_object (&self->chosen, chosen);
  update_passage (self);
}

HsTcpWatch *
hs_connection_panel_get_watch (HsConnectionPanel *self)
{
  return self->watch;
}

static gboolean
is_gone (gpointer guest, gpointer watch, gpointer user_data)
{
  return hs_tcp_watch_get_gone (watch);
}

static void
on_chosen (HsConnectionPanel *self, GObject *chosen)
{
  if (HS_IS_GUEST (chosen) && self->server != NULL)
    {
      HsTcpWatch *watch = g_hash_table_lookup (self->guests, chosen);

      if (watch == NULL)
        {
          watch = hs_server_watch_guest (self->server, HS_GUEST (chosen));
          g_hash_table_foreach_remove (self->guests, is_gone, NULL);
          g_hash_table_insert (self->guests, g_object_ref (chosen), watch);
        }
      hs_connection_panel_set_watch (self, watch);
    }
  else if (HS_IS_TCP_WATCH (chosen))
    hs_connection_panel_set_watch (self, HS_TCP_WATCH (chosen));
  adw_view_stack_set_visible_child (self->stack, GTK_WIDGET (self->connection));
}

void
hs_connection_panel_show_guest (HsConnectionPanel *self, HsGuest *guest)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));

  on_chosen (self, G_OBJECT (guest));
}

/* Our own connections, then the server's guests. */
static void
update_choices (HsConnectionPanel *self)
{
  g_autoptr (GListStore) lists = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkFlattenListModel) choices = NULL;

  if (self->watches != NULL)
    g_list_store_append (lists, self->watches);
  if (self->server != NULL)
    g_list_store_append (lists, hs_server_get_guests (self->server));
  choices = gtk_flatten_list_model_new (G_LIST_MODEL (g_steal_pointer (&lists)));
  hs_connection_page_set_choices (self->connection, G_LIST_MODEL (choices));
}

void
hs_connection_panel_set_watches (HsConnectionPanel *self, GListModel *watches)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));

  if (g_set_object (&self->watches, watches))
    update_choices (self);
}

void
hs_connection_panel_set_server (HsConnectionPanel *self, HsServer *server)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));

  if (self->server == server)
    return;
  if (server == NULL && adw_view_stack_get_visible_child (self->stack) == GTK_WIDGET (self->listener))
    adw_view_stack_set_visible_child (self->stack, GTK_WIDGET (self->connection));
  g_hash_table_remove_all (self->guests);
  if (self->server != NULL)
    g_signal_handlers_disconnect_by_func (self->server, on_carried, self);
  g_set_object (&self->server, server);
  if (server != NULL)
    g_signal_connect_object (server, "carried", G_CALLBACK (on_carried), self, G_CONNECT_SWAPPED);
  hs_listener_page_set_server (self->listener, server);
  adw_view_stack_page_set_visible (self->server_page, server != NULL);
  update_choices (self);
}

void
hs_connection_panel_set_narrow (HsConnectionPanel *self, gboolean narrow)
{
  g_return_if_fail (HS_IS_CONNECTION_PANEL (self));

  narrow = narrow != FALSE;
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  gtk_widget_set_visible (self->back, narrow);
  adw_header_bar_set_show_end_title_buttons (self->header, !narrow);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NARROW]);
}

gboolean
hs_connection_panel_get_narrow (HsConnectionPanel *self)
{
  return self->narrow;
}

static void
on_close_connection (HsConnectionPanel *self)
{
  if (self->watch != NULL)
    g_signal_emit (self, signals[CLOSE_CONNECTION], 0, self->watch);
}

static void
on_close_panel (HsConnectionPanel *self)
{
  g_signal_emit (self, signals[CLOSE_PANEL], 0);
}

static void
on_error (HsConnectionPanel *self, const char *sentence)
{
  g_signal_emit (self, signals[ERROR], 0, sentence);
}

/* ---- Object ---- */

static void
hs_connection_panel_dispose (GObject *object)
{
  HsConnectionPanel *self = HS_CONNECTION_PANEL (object);
  GtkWidget *child;

  if (self->watch != NULL)
    hs_tcp_watch_set_shown (self->watch, FALSE);
  self->listener = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->watch);
  g_clear_pointer (&self->guests, g_hash_table_unref);
  g_clear_object (&self->server);
  g_clear_object (&self->watches);
  g_clear_object (&self->passage);
  g_clear_object (&self->chosen);
  G_OBJECT_CLASS (hs_connection_panel_parent_class)->dispose (object);
}

static void
hs_connection_panel_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsConnectionPanel *self = HS_CONNECTION_PANEL (object);

  switch (id)
    {
    case PROP_SHOWN: g_value_set_boolean (value, self->shown); break;
    case PROP_NARROW: g_value_set_boolean (value, self->narrow); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_connection_panel_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  HsConnectionPanel *self = HS_CONNECTION_PANEL (object);

  switch (id)
    {
    case PROP_SHOWN: hs_connection_panel_set_shown (self, g_value_get_boolean (value)); break;
    case PROP_NARROW: hs_connection_panel_set_narrow (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_connection_panel_class_init (HsConnectionPanelClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hs_connection_panel_dispose;
  object_class->get_property = hs_connection_panel_get_property;
  object_class->set_property = hs_connection_panel_set_property;
  props[PROP_SHOWN] = g_param_spec_boolean ("shown", NULL, NULL, FALSE, flags);
  props[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CLOSE_CONNECTION] = g_signal_new ("close-connection", HS_TYPE_CONNECTION_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 1, HS_TYPE_TCP_WATCH);
  signals[CLOSE_PANEL] =
    g_signal_new ("close-panel", HS_TYPE_CONNECTION_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ERROR] = g_signal_new ("error", HS_TYPE_CONNECTION_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (HS_TYPE_CONNECTION_PAGE);
  g_type_ensure (HS_TYPE_LOG_PAGE);
  g_type_ensure (HS_TYPE_LISTENER_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-connection-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, server_page);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, connection);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, log);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, listener);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, back);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPanel, header);
  gtk_widget_class_bind_template_callback (widget_class, on_page);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_close_connection);
  gtk_widget_class_bind_template_callback (widget_class, on_close_panel);
  gtk_widget_class_bind_template_callback (widget_class, on_error);
}

static void
hs_connection_panel_init (HsConnectionPanel *self)
{
  self->guests = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hs_connection_panel_new (void)
{
  return g_object_new (HS_TYPE_CONNECTION_PANEL, NULL);
}
