/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-server-page-private.h"

#include "hs-field.h"

#include <glib/gi18n.h>

#define CHART_MS 1000
#define CHOOSE_MS 200 /* longer than between two repetitions of a key that is held */

G_DEFINE_FINAL_TYPE (HsServerPage, hs_server_page, GTK_TYPE_WIDGET)

enum { CHOSEN, REVEAL, MESSAGE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- The listening socket ---- */

enum { HALF_OPEN, ACCEPT_QUEUE, DROPPED, COOKIES };

static const struct { const char *title, *tooltip, *page; } tiles[] = {
  [HALF_OPEN] = { N_("Half-open"), N_("Handshakes begun and not finished: SYN answered, ACK not yet here"), "listener" },
  [ACCEPT_QUEUE] = { N_("Accept queue"), N_("Connections that stand and that the server has not accepted yet"), "listener" },
  [DROPPED] = { N_("Dropped"), N_("Segments that the kernel dropped because a queue was full"), "listener" },
  [COOKIES] = { N_("SYN cookies"), N_("When the backlog is full the kernel answers with SYN cookies and remembers nothing until the ACK is here"), "flood" },
};

static void
make_tiles (HsServerPage *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      GtkWidget *tile = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *number = gtk_label_new ("–"), *title = gtk_label_new (_(tiles[i].title));
      GtkWidget *field = hs_field_new (tile, tiles[i].page, _(tiles[i].tooltip));

      gtk_label_set_xalign (GTK_LABEL (number), 0);
      gtk_label_set_xalign (GTK_LABEL (title), 0);
      gtk_label_set_ellipsize (GTK_LABEL (number), PANGO_ELLIPSIZE_END);
      gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
      gtk_widget_set_css_classes (number, (const char *[]){ "panel-tile-number", "numeric", NULL });
      gtk_widget_set_css_classes (title, (const char *[]){ "panel-small", "panel-dim", NULL });
      gtk_box_append (GTK_BOX (tile), number);
      gtk_box_append (GTK_BOX (tile), title);
      gtk_flow_box_append (self->tiles, field);
      gtk_widget_set_focusable (gtk_widget_get_parent (field), FALSE);
      self->tile_numbers[i] = GTK_LABEL (number);
    }
}

static void
set_fill (GtkLabel *label, guint32 value, guint32 limit)
{
  g_autofree char *text = value == G_MAXUINT32 ? g_strdup ("–") : limit > 0 ? g_strdup_printf (_("%u of %u"), value, limit) : g_strdup_printf ("%u", value);

  hs_field_set_value (label, text);
}

static gboolean
warns (const HsTcpListenerNumbers *numbers, HsTcpDoorWarning warning)
{
  return (numbers->warnings & warning) != 0;
}

/* The first of what the door warns of, in its words. */
static const char *
find_warning (const HsTcpListenerNumbers *numbers)
{
  for (guint bit = 1; bit <= numbers->warnings; bit <<= 1)
    if ((numbers->warnings & bit) != 0)
      return _(hs_tcp_door_warning_get_sentence (bit));
  return NULL;
}

const char *
hs_server_page_get_caller (HsServerPage *self)
{
  const HsTcpListenerNumbers *numbers = hs_server_get_listener_numbers (self->server);

  return numbers != NULL && numbers->n_callers == 1 && numbers->n_more_callers == 0 ? numbers->callers[0].address : NULL;
}

static char *
explain_half_open (const HsTcpListenerNumbers *numbers)
{
  if (numbers->n_callers == 1 && numbers->n_more_callers == 0)
    return g_strdup_printf (_("All from %s: a scan, a flood, or a link that loses our SYN-ACK. Guests are not affected."), numbers->callers[0].address);
  return g_strdup (_("A scan, a flood, or a link that loses our SYN-ACK. Guests are not affected."));
}

static void
update_warning (HsServerPage *self, const HsTcpListenerNumbers *numbers)
{
  g_autofree char *title = NULL, *text = NULL;

  if (numbers != NULL && numbers->half_open > 0 && warns (numbers, HS_TCP_DOOR_HALF_OPEN_CLIMBS))
    {
      text = explain_half_open (numbers);
      title = g_strdup_printf (ngettext ("%u connection has not finished its handshake", "%u connections have not finished their handshake",
                                         numbers->half_open), numbers->half_open);
    }
  else if (numbers != NULL)
    title = g_strdup (find_warning (numbers));
  gtk_label_set_label (self->warning_text, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->warning_text), text != NULL);
  if (title != NULL) /* else it slides away with its words */
    gtk_label_set_label (self->warning_title, title);
  gtk_revealer_set_reveal_child (self->warning, title != NULL);
  hs_server_page_update_block (self, text != NULL);
}

static void
update_numbers (HsServerPage *self)
{
  const HsTcpListenerNumbers *numbers = hs_server_get_listener_numbers (self->server);

  if (!self->shown)
    return;
  update_warning (self, numbers);
  if (numbers == NULL)
    return;
  set_fill (self->tile_numbers[HALF_OPEN], numbers->half_open, numbers->backlog);
  set_fill (self->tile_numbers[ACCEPT_QUEUE], numbers->accept_queue, numbers->backlog);
  set_fill (self->tile_numbers[DROPPED], numbers->drops, 0);
  hs_field_set_value (self->tile_numbers[COOKIES], numbers->syn_cookies || warns (numbers, HS_TCP_DOOR_SYN_COOKIES) ? _("In use") : _("Not needed"));
  if (warns (numbers, HS_TCP_DOOR_HALF_OPEN_CLIMBS))
    gtk_widget_add_css_class (GTK_WIDGET (self->tile_numbers[HALF_OPEN]), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->tile_numbers[HALF_OPEN]), "warning");
}

static gboolean
on_chart (gpointer data)
{
  HsServerPage *self = data;
  const HsTcpListenerNumbers *numbers = hs_server_get_listener_numbers (self->server);

  if (numbers != NULL && numbers->half_open != G_MAXUINT32)
    hs_sparkline_add (self->chart, numbers->half_open);
  return G_SOURCE_CONTINUE;
}

static void
update_title (HsServerPage *self)
{
  gint64 since = 0;
  g_autoptr (GDateTime) utc = NULL, local = NULL;
  g_autofree char *clock = NULL, *text = NULL;

  g_object_get (self->server, "since", &since, NULL);
  utc = g_date_time_new_from_unix_utc (since / G_USEC_PER_SEC);
  local = g_date_time_to_local (utc);
  clock = g_date_time_format (local, "%H:%M");
  text = since == 0 ? g_strdup (_("Not running")) : g_strdup_printf (_("Port %u · listening since %s"), hs_server_get_port (self->server), clock);
  adw_window_title_set_subtitle (self->title, text);
}

static void
update_count (HsServerPage *self)
{
  guint n_guests = 0, n_listeners = 0;
  g_autofree char *guests = NULL, *listeners = NULL, *both = NULL;

  g_object_get (self->server, "n-guests", &n_guests, "n-listeners", &n_listeners, NULL);
  guests = g_strdup_printf (ngettext ("%u guest", "%u guests", n_guests), n_guests);
  listeners = g_strdup_printf (ngettext ("%u listener", "%u listeners", n_listeners), n_listeners);
  both = n_listeners > 0 ? g_strdup_printf ("%s · %s", guests, listeners) : g_strdup (guests);
  gtk_label_set_label (self->count, both);
}

static void
on_server_changed (HsServerPage *self)
{
  if (!self->shown)
    return;
  update_title (self);
  update_count (self);
  update_numbers (self);
}

/* ---- Shown ---- */

/* The guests, and below them what may become some. (transfer full) */
static GListModel *
list_connections (HsServer *server)
{
  GListStore *both = g_list_store_new (G_TYPE_LIST_MODEL);

  g_list_store_append (both, hs_server_get_guests (server));
  g_list_store_append (both, hs_server_get_half_open (server));
  return G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (both)));
}

void
hs_server_page_set_shown (HsServerPage *self, gboolean shown)
{
  if (self->shown == shown)
    return;
  self->shown = shown;
  hs_server_set_observed_by (self->server, self, shown);
  if (shown && self->connections == NULL)
    self->connections = list_connections (self->server);
  hs_guest_table_set_guests (self->table, shown ? self->connections : NULL);
  g_clear_handle_id (&self->chart_timer, g_source_remove);
  g_clear_handle_id (&self->choose_timer, g_source_remove);
  hs_sparkline_clear (self->chart);
  if (shown)
    self->chart_timer = g_timeout_add (CHART_MS, on_chart, self);
  on_server_changed (self);
  hs_server_page_update_bans (self);
  hs_server_page_update_deeds (self);
}

void
hs_server_page_set_room (HsServerPage *self, HsRoom *room)
{
  hs_invite_button_set_room (self->invite, room);
}

void
hs_server_page_set_frame (HsServerPage *self, gboolean narrow, gboolean title_buttons)
{
  gtk_widget_set_visible (self->back, narrow);
  gtk_widget_set_visible (self->chart_card, !narrow);
  gtk_widget_set_visible (self->kick, !narrow); /* it is in the menu too */
  hs_invite_button_set_narrow (self->invite, narrow);
  adw_header_bar_set_show_end_title_buttons (self->header, title_buttons);
}

/* ---- The table ---- */

static void
on_search (HsServerPage *self)
{
  hs_guest_table_set_search (self->table, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

/* Who goes through a thousand rows with an arrow key does not begin to watch each of them. */
static gboolean
on_rested (gpointer data)
{
  HsServerPage *self = data;
  g_autoptr (GPtrArray) guests = hs_guest_table_list_selected (self->table);

  self->choose_timer = 0;
  if (guests->len == 1 && hs_guest_get_half_open (g_ptr_array_index (guests, 0)) == 0)
    g_signal_emit (self, signals[CHOSEN], 0, g_ptr_array_index (guests, 0));
  return G_SOURCE_REMOVE;
}

static void
on_selection_changed (HsServerPage *self)
{
  g_autoptr (GPtrArray) guests = hs_guest_table_list_selected (self->table);
  gconstpointer sole = guests->len == 1 ? g_ptr_array_index (guests, 0) : NULL;

  hs_server_page_update_deeds (self);
  if (self->sole == sole) /* others have come or gone */
    return;
  self->sole = sole;
  g_clear_handle_id (&self->choose_timer, g_source_remove);
  if (self->shown)
    self->choose_timer = g_timeout_add (CHOOSE_MS, on_rested, self);
}

static void
on_activated (HsServerPage *self, HsGuest *guest)
{
  if (hs_guest_get_half_open (guest) == 0)
    g_signal_emit (self, signals[REVEAL], 0, guest);
}

static void
on_menu (HsServerPage *self, double x, double y)
{
  double to_x = x, to_y = y;

  gtk_widget_translate_coordinates (GTK_WIDGET (self->table), GTK_WIDGET (self), x, y, &to_x, &to_y);
  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle){ (int) to_x, (int) to_y, 1, 1 });
  gtk_popover_popup (self->menu);
}

/* ---- Object ---- */

static void
hs_server_page_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HsServerPage *self = HS_SERVER_PAGE (widget);

  gtk_widget_size_allocate (GTK_WIDGET (self->toasts), &(GtkAllocation){ 0, 0, width, height }, baseline);
  gtk_popover_present (self->menu);
}

static void
hs_server_page_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                        int *natural_baseline)
{
  gtk_widget_measure (GTK_WIDGET (HS_SERVER_PAGE (widget)->toasts), orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
}

static void
hs_server_page_dispose (GObject *object)
{
  HsServerPage *self = HS_SERVER_PAGE (object);
  GtkWidget *child;

  if (self->server != NULL && self->shown)
    hs_server_page_set_shown (self, FALSE);
  g_clear_handle_id (&self->chart_timer, g_source_remove);
  g_clear_handle_id (&self->choose_timer, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->connections);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (hs_server_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, HsServerPage, toasts);
  gtk_widget_class_bind_template_child (klass, HsServerPage, header);
  gtk_widget_class_bind_template_child (klass, HsServerPage, back);
  gtk_widget_class_bind_template_child (klass, HsServerPage, invite);
  gtk_widget_class_bind_template_child (klass, HsServerPage, title);
  gtk_widget_class_bind_template_child (klass, HsServerPage, warning);
  gtk_widget_class_bind_template_child (klass, HsServerPage, warning_title);
  gtk_widget_class_bind_template_child (klass, HsServerPage, warning_text);
  gtk_widget_class_bind_template_child (klass, HsServerPage, block);
  gtk_widget_class_bind_template_child (klass, HsServerPage, tiles);
  gtk_widget_class_bind_template_child (klass, HsServerPage, chart_card);
  gtk_widget_class_bind_template_child (klass, HsServerPage, chart);
  gtk_widget_class_bind_template_child (klass, HsServerPage, count);
  gtk_widget_class_bind_template_child (klass, HsServerPage, bans);
  gtk_widget_class_bind_template_child (klass, HsServerPage, ban_list);
  gtk_widget_class_bind_template_child (klass, HsServerPage, search);
  gtk_widget_class_bind_template_child (klass, HsServerPage, table);
  gtk_widget_class_bind_template_child (klass, HsServerPage, deeds);
  gtk_widget_class_bind_template_child (klass, HsServerPage, chosen);
  gtk_widget_class_bind_template_child (klass, HsServerPage, kick);
  gtk_widget_class_bind_template_child (klass, HsServerPage, more);
  gtk_widget_class_bind_template_child (klass, HsServerPage, menu);
}

static void
hs_server_page_class_init (HsServerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_server_page_dispose;
  widget_class->size_allocate = hs_server_page_size_allocate;
  widget_class->measure = hs_server_page_measure;
  g_type_ensure (HS_TYPE_FIELD_GROUP);
  g_type_ensure (HS_TYPE_GUEST_TABLE);
  g_type_ensure (HS_TYPE_INVITE_BUTTON);
  g_type_ensure (HS_TYPE_SPARKLINE);
  signals[CHOSEN] = g_signal_new ("chosen", HS_TYPE_SERVER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_GUEST);
  signals[REVEAL] = g_signal_new ("reveal", HS_TYPE_SERVER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_GUEST);
  signals[MESSAGE] = g_signal_new ("message", HS_TYPE_SERVER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_GUEST);
  gtk_widget_class_set_css_name (widget_class, "serverpage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-server-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_selection_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_menu);
  hs_server_page_install_deeds (widget_class);
}

static void
hs_server_page_init (HsServerPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self));
  make_tiles (self);
}

HsServerPage *
hs_server_page_new (HsServer *server)
{
  HsServerPage *self = g_object_new (HS_TYPE_SERVER_PAGE, NULL);

  self->server = g_object_ref (server);
  hs_invite_button_set_server (self->invite, server);
  g_signal_connect_object (server, "notify", G_CALLBACK (on_server_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (server, "notify::bans", G_CALLBACK (hs_server_page_update_bans), self, G_CONNECT_SWAPPED);
  hs_server_page_update_deeds (self);
  return self;
}
