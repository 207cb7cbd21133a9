/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links, the menu of a row, and what is done with rows. */
#include "hs-message-list-private.h"

#include <glib/gi18n.h>

#include "hs-entry-words.h"

#define LINKS_IN_MENU 5

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

static gboolean
is_mark_at (HsMessageList *self, double x, double y)
{
  GtkWidget *picked = gtk_widget_pick (self->list, x, y, GTK_PICK_DEFAULT);

  return picked != NULL && gtk_widget_has_css_class (picked, "mark");
}

static void
on_click (GtkGestureClick *gesture, int n_press, double x, double y, HsMessageList *self)
{
  g_autofree char *uri = dup_link_at (self, x, y);
  gboolean mark = is_mark_at (self, x, y);

  if (uri == NULL && !mark)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (mark)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.help-page", "s", "delivery");
  else
    g_signal_emit_by_name (self, "open-uri", uri);
}

static void
on_motion (GtkEventControllerMotion *motion, double x, double y, HsMessageList *self)
{
  g_autofree char *uri = dup_link_at (self, x, y);

  gtk_widget_set_cursor_from_name (self->list, uri != NULL || is_mark_at (self, x, y) ? "pointer" : NULL);
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
  gboolean can_delete = FALSE;

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
  if (hs_entry_is_loaded (entry) && hs_entry_get_kind (entry) <= HS_KIND_NOTICE)
    g_menu_append (menu, _("Show Bytes"), "messages.show-bytes");
  if (hs_entry_is_own (entry) && (hs_entry_get_delivery (entry) == HS_SENT_FAILED || hs_entry_get_delivery (entry) == HS_SENT_UNCONFIRMED))
    g_menu_append (menu, _("Send Again"), "messages.send-again");
  if (hs_entry_get_delivery (entry) != HS_SENT_NONE)
    g_menu_append (menu, _("What the Mark Means"), "app.help-page::delivery");
  g_signal_emit_by_name (self, "can-delete", entry, &can_delete);
  if (can_delete)
    {
      g_autoptr (GMenu) last = g_menu_new ();

      g_menu_append (last, _("Delete for Everyone…"), "messages.delete");
      g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
    }
  return G_MENU_MODEL (menu);
}

#define BEFORE "hs-before" /* on a menu: what had the focus before it */

static gboolean
unparent_later (gpointer popover)
{
  gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

/* The focus goes back before the chosen item's action, which may move it on; left to GTK it would begin anew at the window's first button. The
 * action still needs the popover's parent. */
static void
on_menu_closed (GtkWidget *popover)
{
  g_autoptr (GtkWidget) before = g_object_steal_data (G_OBJECT (popover), BEFORE);

  if (before != NULL && gtk_widget_get_root (before) == gtk_widget_get_root (popover))
    gtk_widget_grab_focus (before);
  g_idle_add (unparent_later, popover);
}

/* What the menu does is done with what is selected: a row that is not is selected alone first. */
static void
choose_alone (HsMessageList *self, HsMessageRow *row)
{
  GtkListItem *item = g_hash_table_lookup (self->live, row);

  if (item != NULL && !gtk_list_item_get_selected (item)) /* by the list's own action: Shift with an arrow goes on from there */
    gtk_widget_activate_action (self->list, "list.select-item", "(ubb)", gtk_list_item_get_position (item), FALSE, FALSE);
}

static void
popup_menu (HsMessageList *self, HsMessageRow *row, const GdkRectangle *at)
{
  g_autoptr (GMenuModel) menu = build_menu (self, row);
  GtkWidget *popover = gtk_popover_menu_new_from_model (menu), *before = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  choose_alone (self, row);
  g_set_object (&self->menu_entry, hs_message_row_get_entry (row));
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), at);
  if (before != NULL)
    g_object_set_data_full (G_OBJECT (popover), BEFORE, g_object_ref (before), g_object_unref);
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

HsMessageRow *
hs_message_list_find_focused_row (HsMessageList *self)
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
  HsMessageRow *row = hs_message_list_find_focused_row (self);
  graphene_rect_t bounds;

  if (row != NULL && hs_message_row_get_entry (row) != NULL && gtk_widget_compute_bounds (GTK_WIDGET (row), widget, &bounds))
    popup_menu (self, row, &(GdkRectangle){ bounds.origin.x, bounds.origin.y, bounds.size.width, bounds.size.height });
}

/* ---- Actions ---- */

static void
on_open_link (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit_by_name (widget, "open-uri", g_variant_get_string (parameter, NULL));
}

/* Enter on a row: its first link. */
static void
on_activate (GtkListView *list, guint position, HsMessageList *self)
{
  g_autoptr (HsEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  HsMessageRow *row = entry != NULL ? find_row_of (self, entry) : NULL;
  g_auto (GStrv) uris = row != NULL ? hs_message_row_list_links (row) : NULL;

  if (uris != NULL && uris[0] != NULL)
    g_signal_emit_by_name (self, "open-uri", uris[0]);
}

static void
append_copy (GString *all, HsEntry *entry)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (hs_entry_get_time (entry) / 1000);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");

  if (all->len > 0)
    g_string_append_c (all, '\n');
  g_string_append_printf (all, "[%s] %s: %s", time, hs_entry_get_shown (entry),
                          hs_entry_is_redacted (entry) ? hs_entry_words_deleted () : hs_entry_get_text (entry));
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
  HsMessageRow *row = hs_message_list_find_focused_row (self);
  HsEntry *entry = row != NULL ? hs_message_row_get_entry (row) : self->menu_entry;

  if (entry != NULL)
    g_signal_emit_by_name (self, "send-again", entry);
}

static void
on_show_bytes (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (HS_MESSAGE_LIST (widget)->menu_entry != NULL)
    g_signal_emit_by_name (widget, "show-bytes", HS_MESSAGE_LIST (widget)->menu_entry);
}

static void
on_delete_answered (HsMessageList *self, const char *response, GObject *dialog)
{
  /* Another conversation may be shown by now. */
  if (g_str_equal (response, "delete") && g_object_get_data (dialog, "hs-entries") == gtk_multi_selection_get_model (self->selection))
    g_signal_emit_by_name (self, "delete", g_object_get_data (dialog, "hs-entry"));
}

/* The item stands below harmless ones, and what it does cannot be taken back. */
static void
on_delete (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsMessageList *self = HS_MESSAGE_LIST (widget);
  GtkWidget *dialog;

  if (self->menu_entry == NULL)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _("Delete This Message for Everyone?"),
                                   _("This cannot be taken back. Who has read it has read it."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "delete", _("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "hs-entry", g_object_ref (self->menu_entry), g_object_unref);
  g_object_set_data_full (G_OBJECT (dialog), "hs-entries", g_object_ref (gtk_multi_selection_get_model (self->selection)), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_delete_answered), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
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
    if (hs_message_row_get_entry (row) != NULL && hs_message_list_get_fold_key (hs_message_row_get_entry (row)) == id)
      hs_message_row_set_unfolded (row, unfold);
}

static void
on_end (GtkWidget *widget, const char *name, GVariant *parameter)
{
  hs_message_list_scroll_to_end (HS_MESSAGE_LIST (widget));
}

static void
on_done (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (HS_MESSAGE_LIST (widget)->selection));
  gtk_widget_activate_action (widget, "room.write", NULL);
}

/* ---- Dragging over rows selects them ---- */

/* By a finger a drag scrolls, or swipes a pane away. */
static void
on_band_begin (GtkGesture *gesture, double x, double y, HsMessageList *self)
{
  GdkDevice *device = gtk_event_controller_get_current_event_device (GTK_EVENT_CONTROLLER (gesture));

  if (device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN)
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
}

/* At an edge it scrolls, and that is the person's hand. */
static void
on_band_update (GtkGesture *gesture, double dx, double dy, HsMessageList *self)
{
  if (gtk_drag_check_threshold (self->list, 0, 0, (int) dx, (int) dy))
    self->own_scrolling = TRUE;
}

/* The list's own rubber band: GTK keeps its gesture to itself. */
static void
add_band (HsMessageList *self)
{
  g_autoptr (GListModel) controllers = NULL;

  gtk_list_view_set_enable_rubberband (GTK_LIST_VIEW (self->list), TRUE);
  controllers = gtk_widget_observe_controllers (self->list);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_GESTURE_DRAG (controller))
        continue;
      g_signal_connect (controller, "drag-begin", G_CALLBACK (on_band_begin), self);
      g_signal_connect (controller, "drag-update", G_CALLBACK (on_band_update), self);
    }
}

/* ---- Joining them to the list ---- */

void
hs_message_list_add_pointer (HsMessageList *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new (), *menu = gtk_gesture_click_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "released", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (menu), GTK_PHASE_CAPTURE);
  g_signal_connect (menu, "pressed", G_CALLBACK (on_secondary_click), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (menu));
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  gtk_widget_add_controller (self->list, motion);
  g_signal_connect (self->list, "activate", G_CALLBACK (on_activate), self);
  add_band (self);
}

void
hs_message_list_install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "messages.copy", NULL, on_copy);
  gtk_widget_class_install_action (klass, "messages.delete", NULL, on_delete);
  gtk_widget_class_install_action (klass, "messages.done", NULL, on_done);
  gtk_widget_class_install_action (klass, "messages.end", NULL, on_end);
  gtk_widget_class_install_action (klass, "messages.menu", NULL, on_menu_action);
  gtk_widget_class_install_action (klass, "messages.open-link", "s", on_open_link);
  gtk_widget_class_install_action (klass, "messages.select-text", NULL, on_select_text);
  gtk_widget_class_install_action (klass, "messages.send-again", NULL, on_send_again);
  gtk_widget_class_install_action (klass, "messages.show-bytes", NULL, on_show_bytes);
  gtk_widget_class_install_action (klass, "messages.toggle-fold", "x", on_toggle_fold);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_c, GDK_CONTROL_MASK, "messages.copy", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Escape, 0, "messages.done", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Menu, 0, "messages.menu", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F10, GDK_SHIFT_MASK, "messages.menu", NULL);
}
