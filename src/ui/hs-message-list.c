/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-message-list-private.h"

#include <glib/gi18n.h>

#include "hs-bottom-clamp.h"
#include "hs-room-beginning.h"

#define CLAMP_MAXIMUM 784  /* px: messages of 760 and the rows' padding */
#define NEAR_END 4.0       /* px: rounding of row heights */
#define SETTLE_FRAMES 4    /* the list measures rows it newly made a frame after it made them */

/* GTK 4.8 traps this works around: a value set beyond the realised rows leaves the list blank, and so does one set in notify::upper.
 * So: a sticky flag that only the person's own scrolling clears, and a tick callback that goes to the last item by the list's action when the
 * count has changed, and sets the value when it is merely short of the end. It is removed when there is nothing left to do. */

enum { PROP_AT_END = 1, N_PROPS };

static GParamSpec *properties[N_PROPS];

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
      if (++self->scroll_frames >= SETTLE_FRAMES) /* rows above it that are measured now move it away again */
        {
          self->scroll_to = GTK_INVALID_LIST_POSITION;
          self->scroll_frames = 0;
        }
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
  hs_message_list_update_line (self);
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
show_beginning (HsMessageList *self)
{
  gtk_widget_set_visible (self->beginning, self->title != NULL && n_items (self) == 0);
}

static void
on_items_changed (HsMessageList *self, guint position, guint removed, guint added)
{
  show_beginning (self);
  if (removed == 0 && added == 0)
    return;
  hs_message_list_move_line (self, position, removed, added);
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
  hs_message_list_update_line (self);
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
  self->scroll_to = GTK_INVALID_LIST_POSITION;
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
  self->scroll_frames = 0;
  set_sticky (self, TRUE);
  follow (self);
}

void
hs_message_list_let_go (HsMessageList *self)
{
  let_go (self, TRUE);
}

gboolean
hs_message_list_scroll_to_line (HsMessageList *self)
{
  if (self->line == NULL)
    return FALSE;
  self->own_scrolling = FALSE;
  self->count_changed = FALSE;
  self->scroll_to = self->line_position;
  self->scroll_frames = 0;
  set_sticky (self, FALSE);
  follow (self);
  return TRUE;
}

gboolean
hs_message_list_is_at_end (HsMessageList *self)
{
  return self->sticky;
}

/* ---- Focus ---- */

/* Tab goes through what can be pressed in a row, then out of the list: the arrow keys go from row to row (GTK 4.8 has Tab do that). */
static gboolean
leave_row (HsMessageList *self, HsMessageRow *row, GtkDirectionType direction)
{
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (row));

  if (direction == GTK_DIR_TAB_FORWARD || !gtk_widget_is_focus (item))
    {
      if (gtk_widget_child_focus (GTK_WIDGET (row), direction))
        return TRUE;
      return direction == GTK_DIR_TAB_FORWARD ? gtk_widget_child_focus (self->jump, direction) : gtk_widget_grab_focus (item);
    }
  return FALSE;
}

/* Selected too: Shift with an arrow goes on from what is selected, else from the first row of all. What is selected stays: the focus may only
 * come back from a menu. */
static gboolean
begin_at (HsMessageList *self, HsMessageRow *row, GtkListItem *item)
{
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  if (!gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (row))))
    return FALSE;
  if (gtk_bitset_is_empty (chosen))
    gtk_widget_activate_action (self->list, "list.select-item", "(ubb)", gtk_list_item_get_position (item), FALSE, FALSE);
  return TRUE;
}

/* A list view begins at its first row, which is years ago: who is at the end means the newest. */
static gboolean
hs_message_list_focus (GtkWidget *widget, GtkDirectionType direction)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  HsMessageRow *focused = hs_message_list_find_focused_row (self);
  GHashTableIter iter;
  gpointer row, item;

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (hs_message_list_parent_class)->focus (widget, direction);
  if (focused != NULL)
    return leave_row (self, focused, direction);
  g_hash_table_iter_init (&iter, self->live);
  if (self->sticky && gtk_widget_get_focus_child (widget) == NULL)
    while (g_hash_table_iter_next (&iter, &row, &item))
      if (gtk_list_item_get_position (item) + 1 == n_items (self))
        return begin_at (self, row, item);
  return GTK_WIDGET_CLASS (hs_message_list_parent_class)->focus (widget, direction);
}

/* ---- Rows ---- */

gint64
hs_message_list_get_fold_key (HsEntry *entry)
{
  return hs_entry_get_id (entry);
}

static gboolean
is_unfolded (HsMessageList *self, HsEntry *entry)
{
  gint64 id = hs_message_list_get_fold_key (entry);

  return g_hash_table_contains (self->unfolded, &id);
}

static void
place_beginning (HsMessageList *self, HsMessageRow *row, GtkListItem *item)
{
  gboolean first = gtk_list_item_get_position (item) == 0 && gtk_list_item_get_item (item) != NULL && self->title != NULL;
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (row));

  hs_message_row_set_beginning (row, first ? self->title : NULL, self->sentence);
  if (parent == NULL)
    return;
  if (first)
    gtk_widget_add_css_class (parent, "first");
  else
    gtk_widget_remove_css_class (parent, "first");
}

/* Rows that come in before it take its place. */
static void
on_position (GtkListItem *item, GParamSpec *pspec, HsMessageList *self)
{
  if (gtk_list_item_get_child (item) != NULL)
    place_beginning (self, HS_MESSAGE_ROW (gtk_list_item_get_child (item)), item);
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item, HsMessageList *self)
{
  gtk_list_item_set_child (item, hs_message_row_new ());
  g_signal_connect (item, "notify::position", G_CALLBACK (on_position), self);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, HsMessageList *self)
{
  HsMessageRow *row = HS_MESSAGE_ROW (gtk_list_item_get_child (item));
  HsEntry *entry = gtk_list_item_get_item (item);

  hs_message_row_set_entry (row, entry, is_unfolded (self, entry));
  place_beginning (self, row, item);
  g_hash_table_insert (self->live, row, item);
  hs_message_list_watch_line (self, entry, gtk_list_item_get_position (item));
}

static void
on_unbind (GtkListItemFactory *factory, GtkListItem *item, HsMessageList *self)
{
  HsMessageRow *row = HS_MESSAGE_ROW (gtk_list_item_get_child (item));

  hs_message_list_unwatch_line (self, hs_message_row_get_entry (row));
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

/* ---- Life ---- */

void
hs_message_list_set_beginning (HsMessageList *self, const char *title, const char *sentence)
{
  GHashTableIter iter;
  gpointer row, item;

  if (g_strcmp0 (self->title, title) == 0 && g_strcmp0 (self->sentence, sentence) == 0)
    return;
  g_free (self->title);
  g_free (self->sentence);
  self->title = g_strdup (title);
  self->sentence = g_strdup (sentence);
  if (title != NULL)
    hs_room_beginning_set (HS_ROOM_BEGINNING (self->beginning), title, sentence);
  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &row, &item))
    place_beginning (self, row, item);
  show_beginning (self);
}

void
hs_message_list_set_entries (HsMessageList *self, GListModel *entries, guint unread)
{
  guint n = entries != NULL ? g_list_model_get_n_items (entries) : 0;

  g_hash_table_remove_all (self->unfolded);
  g_clear_object (&self->menu_entry);
  hs_message_list_forget_line (self);
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
  GtkGesture *bar = gtk_gesture_click_new (), *touch = gtk_gesture_drag_new ();
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
}

static void
on_selection_changed (HsMessageList *self)
{
  g_signal_emit_by_name (self, "chosen");
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
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (on_selection_changed), self, G_CONNECT_SWAPPED);
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
build_beginning (HsMessageList *self)
{
  self->beginning = hs_room_beginning_new ();
  gtk_widget_set_visible (self->beginning, FALSE);
  gtk_widget_set_valign (self->beginning, GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (self->beginning, FALSE);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->beginning);
}

HsEntry *
hs_message_list_dup_chosen (HsMessageList *self)
{
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  if (gtk_bitset_get_size (chosen) != 1)
    return NULL;
  return g_list_model_get_item (G_LIST_MODEL (self->selection), gtk_bitset_get_minimum (chosen));
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
  build_beginning (self);
  build_jump (self);
  hs_message_list_build_line (self);
  add_controllers (self);
  hs_message_list_add_pointer (self);

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
  if (self->line_tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->line_tick);
  self->line_tick = 0;
  hs_message_list_forget_line (self);
  if (self->selection != NULL)
    gtk_multi_selection_set_model (self->selection, NULL);
  hs_message_list_forget_line (self);
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
  g_free (self->title);
  g_free (self->sentence);
  G_OBJECT_CLASS (hs_message_list_parent_class)->finalize (object);
}

static void
hs_message_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, HS_MESSAGE_LIST (object)->sticky);
}

static void
hs_message_list_class_init (HsMessageListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hs_message_list_dispose;
  object_class->finalize = hs_message_list_finalize;
  object_class->get_property = hs_message_list_get_property;
  widget_class->focus = hs_message_list_focus;
  properties[PROP_AT_END] = g_param_spec_boolean ("at-end", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_signal_new ("send-again", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ENTRY);
  g_signal_new ("show-bytes", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ENTRY);
  g_signal_new ("chosen", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("delete", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ENTRY);
  g_signal_new ("can-delete", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1,
                HS_TYPE_ENTRY);
  g_signal_new ("open-uri", HS_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  hs_message_list_install_actions (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

HsMessageList *
hs_message_list_new (void)
{
  return g_object_new (HS_TYPE_MESSAGE_LIST, NULL);
}
