/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back to the New messages line: a button while the line is out of sight, and Ctrl+J. Which entry has the line, its row tells when it is
 * made: who is anywhere else has seen it, or it is where the list opened. */
#include "hs-message-list-private.h"

#include <glib/gi18n.h>

static void on_line_changed (HsEntry *entry, GParamSpec *pspec, HsMessageList *self);

void
hs_message_list_forget_line (HsMessageList *self)
{
  if (self->line != NULL)
    g_signal_handlers_disconnect_by_func (self->line, on_line_changed, self);
  g_clear_object (&self->line);
  self->line_seen = FALSE;
  if (self->to_line != NULL)
    gtk_widget_set_visible (self->to_line, FALSE);
}

static void
on_line_changed (HsEntry *entry, GParamSpec *pspec, HsMessageList *self)
{
  if (!hs_entry_is_first_unread (entry))
    hs_message_list_forget_line (self);
}

static void
take_line (HsMessageList *self, HsEntry *entry, guint position)
{
  self->line_position = position;
  if (self->line == entry)
    return;
  hs_message_list_forget_line (self);
  self->line = g_object_ref (entry);
  g_signal_connect (entry, "notify::first-unread", G_CALLBACK (on_line_changed), self);
}

static GtkListItem *
find_item (HsMessageList *self, HsEntry *entry)
{
  GHashTableIter iter;
  gpointer row, item;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &row, &item))
    if (hs_message_row_get_entry (row) == entry)
      return item;
  return NULL;
}

static void
on_shown_changed (HsEntry *entry, GParamSpec *pspec, HsMessageList *self)
{
  GtkListItem *item = hs_entry_is_first_unread (entry) ? find_item (self, entry) : NULL;

  if (item != NULL)
    take_line (self, entry, gtk_list_item_get_position (item));
  hs_message_list_update_line (self);
}

void
hs_message_list_watch_line (HsMessageList *self, HsEntry *entry, guint position)
{
  g_signal_connect (entry, "notify::first-unread", G_CALLBACK (on_shown_changed), self);
  if (hs_entry_is_first_unread (entry))
    take_line (self, entry, position);
  hs_message_list_update_line (self);
}

void
hs_message_list_unwatch_line (HsMessageList *self, HsEntry *entry)
{
  if (entry != NULL)
    g_signal_handlers_disconnect_by_func (entry, on_shown_changed, self);
}

void
hs_message_list_move_line (HsMessageList *self, guint position, guint removed, guint added)
{
  GtkListItem *item = self->line != NULL ? find_item (self, self->line) : NULL;

  if (item != NULL) /* the list has moved it already */
    self->line_position = gtk_list_item_get_position (item);
  if (item != NULL || self->line == NULL || position > self->line_position)
    return;
  if (position + removed > self->line_position && removed != added) /* it is gone itself */
    hs_message_list_forget_line (self);
  else
    self->line_position += added - removed;
}

/* Whether its row is made, and in sight. One that is not is kept where it was, and not drawn. */
static gboolean
is_in_sight (HsMessageList *self)
{
  GtkListItem *item = find_item (self, self->line);
  graphene_rect_t bounds;

  return item != NULL && gtk_widget_get_mapped (gtk_list_item_get_child (item)) && gtk_widget_compute_bounds (gtk_list_item_get_child (item), self->scrolled, &bounds)
         && bounds.origin.y + bounds.size.height > 0 && bounds.origin.y < gtk_widget_get_height (self->scrolled);
}

/* Any row that is drawn tells on which side of them all the line is. */
static void
point_to_line (HsMessageList *self)
{
  GHashTableIter iter;
  gpointer row, item;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &row, &item))
    if (gtk_widget_get_mapped (row))
      {
        gtk_button_set_icon_name (GTK_BUTTON (self->to_line),
                                  gtk_list_item_get_position (item) > self->line_position ? "go-up-symbolic" : "go-down-symbolic");
        return;
      }
}

/* Who has seen it and is at the end again has done with it. */
static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  HsMessageList *self = data;
  gboolean in_sight;

  if (--self->line_frames > 0)
    return G_SOURCE_CONTINUE;
  self->line_tick = 0;
  in_sight = self->line != NULL && is_in_sight (self);
  self->line_seen = self->line != NULL && (self->line_seen || in_sight);
  gtk_widget_set_visible (self->to_line, self->line != NULL && !in_sight && !(self->sticky && self->line_seen));
  if (gtk_widget_get_visible (self->to_line))
    point_to_line (self);
  return G_SOURCE_REMOVE;
}

/* Where the rows are is known when the next frame has laid them out. */
void
hs_message_list_update_line (HsMessageList *self)
{
  if (self->line == NULL)
    return;
  self->line_frames = 2;
  if (self->line_tick == 0)
    self->line_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_frame, self, NULL);
}

static void
on_to_line (HsMessageList *self)
{
  hs_message_list_scroll_to_line (self);
}

void
hs_message_list_build_line (HsMessageList *self)
{
  self->to_line = gtk_button_new_from_icon_name ("go-up-symbolic");
  gtk_widget_set_visible (self->to_line, FALSE);
  gtk_widget_set_halign (self->to_line, GTK_ALIGN_END);
  gtk_widget_set_valign (self->to_line, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->to_line, "circular");
  gtk_widget_add_css_class (self->to_line, "osd");
  gtk_widget_add_css_class (self->to_line, "jump");
  gtk_widget_set_tooltip_text (self->to_line, _("Go to Where You Left Off"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->to_line), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Go to Where You Left Off"), -1);
  g_signal_connect_object (self->to_line, "clicked", G_CALLBACK (on_to_line), self, G_CONNECT_SWAPPED);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->to_line);
}
