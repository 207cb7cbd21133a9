/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-message-list.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "hs-bottom-clamp.h"
#include "hs-message-row.h"

#define CLAMP_MAXIMUM 784  /* px: messages of 760 and the rows' padding */
#define NEAR_END 4.0       /* px: rounding of row heights */
#define SETTLE_FRAMES 4    /* the list measures rows it newly made a frame after it made them */
#define LINKS_IN_MENU 5

/* GTK 4.8 traps this works around (testing.md): a value set beyond the realised rows leaves the list blank, and so does one set in notify::upper.
 * So: a sticky flag that only the person's own scrolling clears, and a tick callback that goes to the last item by the list's action when the
 * count has changed, and sets the value when it is merely short of the end. It is removed when there is nothing left to do. */
struct _HsMessageList
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *overlay, *scrolled, *list, *jump;
  GtkMultiSelection *selection;
  GHashTable *unfolded; /* ids of entries */
  GHashTable *live;     /* rows that show an entry; borrowed */
  HsEntry *menu_entry;

  /* Borrowed */
  GtkAdjustment *adjustment;
  AdwStyleManager *style;

  /* State */
  guint tick_id, quiet_frames;
  gboolean sticky, count_changed, own_scrolling;
  guint scroll_to; /* GTK_INVALID_LIST_POSITION: none */
};

enum { PROP_AT_END = 1, N_PROPS };
enum { SEND_AGAIN, OPEN_URI, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsMessageList, hs_message_list, GTK_TYPE_WIDGET)

/* ---- Staying at the end ---- */

static double
distance_to_end (HsMessageList *self)
{
  return gtk_adjustment_get_upper (self->adjustment) - gtk_adjustment_get_page_size (self->adjustment) - gtk_adjustment_get_value (self->adjustment);
}

static guint
n_items (HsMessageList *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->selection));
}

static void
set_sticky (HsMessageList *self, gboolean sticky)
{
  if (self->sticky == sticky)
    return;
  self->sticky = sticky;
  gtk_widget_set_visible (self->jump, !sticky);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AT_END]);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  HsMessageList *self = data;
  guint n = n_items (self);

  if (self->scroll_to != GTK_INVALID_LIST_POSITION && n > 0)
    {
      gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", MIN (self->scroll_to, n - 1));
      self->scroll_to = GTK_INVALID_LIST_POSITION;
      self->quiet_frames = 0;
    }
  else if (self->sticky && self->count_changed && n > 0)
    {
      gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", n - 1);
      self->quiet_frames = 0;
    }
  else if (self->sticky && distance_to_end (self) > NEAR_END)
    {
      gtk_adjustment_set_value (self->adjustment, gtk_adjustment_get_upper (self->adjustment));
      self->quiet_frames = 0;
    }
  self->count_changed = FALSE;
  if (++self->quiet_frames < SETTLE_FRAMES)
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static void
follow (HsMessageList *self)
{
  self->quiet_frames = 0;
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, self, NULL);
}

static void
on_items_changed (HsMessageList *self, guint position, guint removed, guint added)
{
  if (removed == 0 && added == 0)
    return;
  if (self->sticky && removed != added)
    {
      self->count_changed = TRUE;
      follow (self);
    }
}

static void
on_value_changed (HsMessageList *self)
{
  double distance = distance_to_end (self);

  /* Rows that change their height move the end too: only the person's hand may let go of it. */
  if (self->own_scrolling && self->tick_id == 0)
    set_sticky (self, distance <= NEAR_END);
  else if (!self->sticky && self->own_scrolling && distance <= NEAR_END)
    set_sticky (self, TRUE);
}

/* The end moved without a change of the count: a row grew, the window was resized. */
static void
on_geometry_changed (HsMessageList *self)
{
  if (self->sticky && distance_to_end (self) > NEAR_END)
    follow (self);
}

/* What the hand does: upwards lets go at once, even while rows keep arriving. */
static void
let_go (HsMessageList *self, gboolean upwards)
{
  self->own_scrolling = TRUE;
  if (!upwards || gtk_adjustment_get_value (self->adjustment) <= gtk_adjustment_get_lower (self->adjustment))
    return;
  set_sticky (self, FALSE);
  if (self->tick_id != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
      self->tick_id = 0;
    }
}

static gboolean
on_scroll (HsMessageList *self, double dx, double dy)
{
  let_go (self, dy < 0);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_key (HsMessageList *self, guint keyval)
{
  static const guint up[] = { GDK_KEY_Up, GDK_KEY_KP_Up, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, GDK_KEY_Home, GDK_KEY_KP_Home };

  self->own_scrolling = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (up); i++)
    if (keyval == up[i])
      let_go (self, TRUE);
  return GDK_EVENT_PROPAGATE;
}

static void
on_drag (HsMessageList *self)
{
  self->own_scrolling = TRUE;
}

void
hs_message_list_scroll_to_end (HsMessageList *self)
{
  self->own_scrolling = FALSE;
  self->count_changed = TRUE;
  self->scroll_to = GTK_INVALID_LIST_POSITION;
  set_sticky (self, TRUE);
  follow (self);
}

void
hs_message_list_let_go (HsMessageList *self)
{
  let_go (self, TRUE);
}

gboolean
hs_message_list_is_at_end (HsMessageList *self)
{
  return self->sticky;
}

/* ---- Rows ---- */

static gint64
fold_key (HsEntry *entry)
{
  return hs_entry_get_id (entry);
}

static gboolean
is_unfolded (HsMessageList *self, HsEntry *entry)
{
  gint64 id = fold_key (entry);

  return g_hash_table_contains (self->unfolded, &id);
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item, HsMessageList *self)
{
  gtk_list_item_set_child (item, hs_message_row_new ());
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, HsMessageList *self)
{
  HsMessageRow *row = HS_MESSAGE_ROW (gtk_list_item_get_child (item));
  HsEntry *entry = gtk_list_item_get_item (item);

  hs_message_row_set_entry (row, entry, is_unfolded (self, entry));
  g_hash_table_add (self->live, row);
}

static void
on_unbind (GtkListItemFactory *factory, GtkListItem *item, HsMessageList *self)
{
  HsMessageRow *row = HS_MESSAGE_ROW (gtk_list_item_get_child (item));

  hs_message_row_set_entry (row, NULL, FALSE);
  g_hash_table_remove (self->live, row);
}

static void
refresh_rows (HsMessageList *self)
{
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    hs_message_row_refresh (row);
}

static HsMessageRow *
find_row_at (HsMessageList *self, double x, double y)
{
  GtkWidget *picked = gtk_widget_pick (self->list, x, y, GTK_PICK_DEFAULT);

  if (picked == NULL)
    return NULL;
  if (!HS_IS_MESSAGE_ROW (picked) && gtk_widget_get_ancestor (picked, HS_TYPE_MESSAGE_ROW) == NULL)
    {
      GtkWidget *child = gtk_widget_get_first_child (picked);

      return child != NULL && HS_IS_MESSAGE_ROW (child) ? HS_MESSAGE_ROW (child) : NULL;
    }
  return HS_MESSAGE_ROW (gtk_widget_get_ancestor (picked, HS_TYPE_MESSAGE_ROW));
}

static char *
dup_link_at (HsMessageList *self, double x, double y)
{
  HsMessageRow *row = find_row_at (self, x, y);
  double rx, ry;

  if (row == NULL || !gtk_widget_translate_coordinates (self->list, GTK_WIDGET (row), x, y, &rx, &ry))
    return NULL;
  return hs_message_row_dup_link_at (row, rx, ry);
}

static HsMessageRow *
find_row_of (HsMessageList *self, HsEntry *entry)
{
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    if (hs_message_row_get_entry (row) == entry)
      return row;
  return NULL;
}

/* ---- Pointer and menu ---- */

static void
on_click (GtkGestureClick *gesture, int n_press, double x, double y, HsMessageList *self)
{
  g_autofree char *uri = dup_link_at (self, x, y);

  if (uri == NULL)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  g_signal_emit (self, signals[OPEN_URI], 0, uri);
}

static void
on_motion (GtkEventControllerMotion *motion, double x, double y, HsMessageList *self)
{
  g_autofree char *uri = dup_link_at (self, x, y);

  gtk_widget_set_cursor_from_name (self->list, uri != NULL ? "pointer" : NULL);
}

/* "_" marks a mnemonic in a menu; a label is not markup there. */
static char *
escape_mnemonic (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "_", -1);

  return g_strjoinv ("__", parts);
}

static GMenuModel *
build_menu (HsMessageList *self, HsMessageRow *row)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) links = g_menu_new ();
  g_auto (GStrv) uris = hs_message_row_list_links (row);
  HsEntry *entry = hs_message_row_get_entry (row);

  for (guint i = 0; uris != NULL && uris[i] != NULL && i < LINKS_IN_MENU; i++)
    {
      g_autofree char *escaped = escape_mnemonic (uris[i]);
      g_autofree char *label = uris[1] == NULL ? g_strdup (_("Open Link")) : g_strdup_printf (_("Open Link %.60s"), escaped);
      g_autoptr (GMenuItem) item = g_menu_item_new (NULL, NULL);

      g_menu_item_set_label (item, g_utf8_validate (label, -1, NULL) ? label : _("Open Link"));
      g_menu_item_set_action_and_target (item, "messages.open-link", "s", uris[i]);
      g_menu_append_item (links, item);
    }
  if (g_menu_model_get_n_items (G_MENU_MODEL (links)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (links));
  g_menu_append (menu, _("Copy"), "messages.copy");
  g_menu_append (menu, _("Select Text"), "messages.select-text");
  if (hs_entry_is_own (entry) && (hs_entry_get_delivery (entry) == HS_SENT_FAILED || hs_entry_get_delivery (entry) == HS_SENT_UNCONFIRMED))
    g_menu_append (menu, _("Send Again"), "messages.send-again");
  return G_MENU_MODEL (menu);
}

static gboolean
unparent_later (gpointer popover)
{
  gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

/* The chosen item's action still needs the popover's parent when it closes. */
static void
on_menu_closed (GtkWidget *popover)
{
  g_idle_add (unparent_later, popover);
}

static void
popup_menu (HsMessageList *self, HsMessageRow *row, const GdkRectangle *at)
{
  g_autoptr (GMenuModel) menu = build_menu (self, row);
  GtkWidget *popover = gtk_popover_menu_new_from_model (menu);

  g_set_object (&self->menu_entry, hs_message_row_get_entry (row));
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), at);
  g_signal_connect (popover, "closed", G_CALLBACK (on_menu_closed), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
on_secondary_click (GtkGestureClick *gesture, int n_press, double x, double y, HsMessageList *self)
{
  HsMessageRow *row = find_row_at (self, x, y);
  double lx, ly;

  if (row == NULL || hs_message_row_get_entry (row) == NULL || !gtk_widget_translate_coordinates (self->list, GTK_WIDGET (self), x, y, &lx, &ly))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, row, &(GdkRectangle){ lx, ly, 1, 1 });
}

static HsMessageRow *
find_focused_row (HsMessageList *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL, *child;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, self->list))
    return NULL;
  child = gtk_widget_get_first_child (focus);
  if (child != NULL && HS_IS_MESSAGE_ROW (child))
    return HS_MESSAGE_ROW (child);
  return HS_MESSAGE_ROW (gtk_widget_get_ancestor (focus, HS_TYPE_MESSAGE_ROW));
}

static void
on_menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  HsMessageRow *row = find_focused_row (self);
  graphene_rect_t bounds;

  if (row != NULL && hs_message_row_get_entry (row) != NULL && gtk_widget_compute_bounds (GTK_WIDGET (row), widget, &bounds))
    popup_menu (self, row, &(GdkRectangle){ bounds.origin.x, bounds.origin.y, bounds.size.width, bounds.size.height });
}

/* ---- Actions ---- */

static void
on_open_link (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[OPEN_URI], 0, g_variant_get_string (parameter, NULL));
}

/* Enter on a row: its first link. */
static void
on_activate (GtkListView *list, guint position, HsMessageList *self)
{
  g_autoptr (HsEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  HsMessageRow *row = entry != NULL ? find_row_of (self, entry) : NULL;
  g_auto (GStrv) uris = row != NULL ? hs_message_row_list_links (row) : NULL;

  if (uris != NULL && uris[0] != NULL)
    g_signal_emit (self, signals[OPEN_URI], 0, uris[0]);
}

static void
append_copy (GString *all, HsEntry *entry)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (hs_entry_get_time (entry) / 1000);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");

  if (all->len > 0)
    g_string_append_c (all, '\n');
  g_string_append_printf (all, "[%s] %s: %s", time, hs_entry_get_shown (entry), hs_entry_get_text (entry));
}

static void
on_copy (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  g_autoptr (GString) all = g_string_new (NULL);
  GtkBitsetIter iter;
  guint position;

  for (gboolean ok = gtk_bitset_iter_init_first (&iter, chosen, &position); ok; ok = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

      if (entry != NULL && hs_entry_is_loaded (entry))
        append_copy (all, entry);
    }
  if (all->len == 0 && self->menu_entry != NULL)
    append_copy (all, self->menu_entry);
  if (all->len > 0)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), all->str);
}

static void
on_select_text (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  HsMessageRow *row = self->menu_entry != NULL ? find_row_of (self, self->menu_entry) : NULL;

  if (row != NULL)
    hs_message_row_select_text (row);
}

/* From the menu, or from the button in the row that has the focus. */
static void
on_send_again (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  HsMessageRow *row = find_focused_row (self);
  HsEntry *entry = row != NULL ? hs_message_row_get_entry (row) : self->menu_entry;

  if (entry != NULL)
    g_signal_emit (self, signals[SEND_AGAIN], 0, entry);
}

static void
on_toggle_fold (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  gint64 id = g_variant_get_int64 (parameter);
  gboolean unfold = !g_hash_table_contains (self->unfolded, &id);
  GHashTableIter iter;
  gpointer row;

  if (unfold)
    g_hash_table_add (self->unfolded, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (self->unfolded, &id);
  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    if (hs_message_row_get_entry (row) != NULL && fold_key (hs_message_row_get_entry (row)) == id)
      hs_message_row_set_unfolded (row, unfold);
}

static void
on_end (GtkWidget *widget, const char *name, GVariant *parameter)
{
  hs_message_list_scroll_to_end (HS_MESSAGE_LIST (widget));
}

/* ---- Life ---- */

void
hs_message_list_set_entries (HsMessageList *self, GListModel *entries, guint unread)
{
  guint n = entries != NULL ? g_list_model_get_n_items (entries) : 0;

  g_hash_table_remove_all (self->unfolded);
  g_clear_object (&self->menu_entry);
  gtk_multi_selection_set_model (self->selection, entries);
  hs_message_list_scroll_to_end (self);
  /* More than a screen of unread rows: begin where one left off. */
  if (unread > 10 && unread <= n)
    {
      set_sticky (self, FALSE);
      self->scroll_to = n - unread;
      self->count_changed = FALSE;
    }
}

static void
add_controllers (HsMessageList *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new (), *menu = gtk_gesture_click_new (), *bar = gtk_gesture_click_new (), *touch = gtk_gesture_drag_new ();
  GtkWidget *scrollbar = gtk_scrolled_window_get_vscrollbar (GTK_SCROLLED_WINDOW (self->scrolled));

  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (self->scrolled, scroll);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (self->scrolled, key);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (bar), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (bar, "pressed", G_CALLBACK (on_drag), self);
  gtk_widget_add_controller (scrollbar, GTK_EVENT_CONTROLLER (bar));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (touch), TRUE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (touch), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (touch, "drag-begin", G_CALLBACK (on_drag), self);
  gtk_widget_add_controller (self->scrolled, GTK_EVENT_CONTROLLER (touch));

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "released", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (menu), GTK_PHASE_CAPTURE);
  g_signal_connect (menu, "pressed", G_CALLBACK (on_secondary_click), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (menu));
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  gtk_widget_add_controller (self->list, motion);
}

static void
build_list (HsMessageList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  self->selection = gtk_multi_selection_new (NULL);
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), factory);
  gtk_widget_add_css_class (self->list, "messages");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Messages"), -1);
  g_signal_connect (self->list, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
}

static void
build_jump (HsMessageList *self)
{
  self->jump = gtk_button_new_from_icon_name ("go-bottom-symbolic");
  gtk_widget_set_visible (self->jump, FALSE);
  gtk_widget_set_halign (self->jump, GTK_ALIGN_END);
  gtk_widget_set_valign (self->jump, GTK_ALIGN_END);
  gtk_widget_add_css_class (self->jump, "circular");
  gtk_widget_add_css_class (self->jump, "osd");
  gtk_widget_add_css_class (self->jump, "jump");
  gtk_widget_set_tooltip_text (self->jump, _("Go to the Newest Message"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->jump), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Go to the Newest Message"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->jump), "messages.end");
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->jump);
}

static void
hs_message_list_init (HsMessageList *self)
{
  self->sticky = TRUE;
  self->scroll_to = GTK_INVALID_LIST_POSITION;
  self->unfolded = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->live = g_hash_table_new (NULL, NULL);
  build_list (self);

  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), hs_bottom_clamp_new (self->list, CLAMP_MAXIMUM));
  self->adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  g_signal_connect_object (self->adjustment, "value-changed", G_CALLBACK (on_value_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adjustment, "changed", G_CALLBACK (on_geometry_changed), self, G_CONNECT_SWAPPED);

  self->overlay = gtk_overlay_new ();
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), self->scrolled);
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));
  build_jump (self);
  add_controllers (self);

  self->style = adw_style_manager_get_default ();
  g_signal_connect_object (self->style, "notify::dark", G_CALLBACK (refresh_rows), self, G_CONNECT_SWAPPED);
}

static void
hs_message_list_dispose (GObject *object)
{
  HsMessageList *self = HS_MESSAGE_LIST (object);
  GtkWidget *child;

  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (self->selection != NULL)
    gtk_multi_selection_set_model (self->selection, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->menu_entry);
  G_OBJECT_CLASS (hs_message_list_parent_class)->dispose (object);
}

static void
hs_message_list_finalize (GObject *object)
{
  HsMessageList *self = HS_MESSAGE_LIST (object);

  g_hash_table_unref (self->unfolded);
  g_hash_table_unref (self->live);
  G_OBJECT_CLASS (hs_message_list_parent_class)->finalize (object);
}

static void
hs_message_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, HS_MESSAGE_LIST (object)->sticky);
}

static void
install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "messages.copy", NULL, on_copy);
  gtk_widget_class_install_action (klass, "messages.end", NULL, on_end);
  gtk_widget_class_install_action (klass, "messages.menu", NULL, on_menu_action);
  gtk_widget_class_install_action (klass, "messages.open-link", "s", on_open_link);
  gtk_widget_class_install_action (klass, "messages.select-text", NULL, on_select_text);
  gtk_widget_class_install_action (klass, "messages.send-again", NULL, on_send_again);
  gtk_widget_class_install_action (klass, "messages.toggle-fold", "x", on_toggle_fold);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_c, GDK_CONTROL_MASK, "messages.copy", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Menu, 0, "messages.menu", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F10, GDK_SHIFT_MASK, "messages.menu", NULL);
}

static void
hs_message_list_class_init (HsMessageListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hs_message_list_dispose;
  object_class->finalize = hs_message_list_finalize;
  object_class->get_property = hs_message_list_get_property;
  properties[PROP_AT_END] = g_param_spec_boolean ("at-end", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SEND_AGAIN] = g_signal_new ("send-again", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ENTRY);
  signals[OPEN_URI] = g_signal_new ("open-uri", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  install_actions (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

HsMessageList *
hs_message_list_new (void)
{
  return g_object_new (HS_TYPE_MESSAGE_LIST, NULL);
}
