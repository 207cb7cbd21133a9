/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-message-row-private.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "hs-bubble.h"
#include "hs-day.h"
#include "hs-delivery.h"
#include "hs-entry-words.h"
#include "hs-links.h"
#include "hs-presence.h"
#include "hs-room-beginning.h"

#define INDENT 46      /* avatar and its gap */
#define HEAD_INDENT 50 /* the head line stands 4 px within the bubbles */
#define GAP_GROUP 8
#define GAP_WITHIN 2
#define FAR_SIDE 24 /* a bubble never reaches the other side */
#define LINK_FOREGROUND .3f /* the accent alone has too little contrast on a bubble */
#define WIDTH_MIN 200    /* px asked for; the list decides */
#define WIDTH_NATURAL 700

G_DEFINE_FINAL_TYPE (HsMessageRow, hs_message_row, GTK_TYPE_WIDGET)

/* ---- Layout: blocks one under another, each at its own side ---- */

typedef enum { SIDE_FILL, SIDE_START, SIDE_END, SIDE_CENTER } Side;

typedef struct
{
  GtkWidget *widget;
  Side side;
  int indent; /* from the start */
  int spare;  /* kept free at the far side */
  int above;  /* gap above */
} Block;

static gboolean
shown (GtkWidget *widget)
{
  return widget != NULL && gtk_widget_get_visible (widget);
}

static guint
list_blocks (HsMessageRow *self, Block blocks[8])
{
  gboolean own = self->entry != NULL && hs_entry_is_own (self->entry);
  Side side = own ? SIDE_END : SIDE_START;
  int indent = own ? FAR_SIDE : INDENT, spare = own ? 0 : FAR_SIDE;
  const Block all[] = {
    { self->beginning, SIDE_CENTER, 0, 0, 0 },
    { self->day, SIDE_FILL, 0, 0, 10 },
    { self->unread, SIDE_FILL, 0, 0, 10 },
    { self->head, SIDE_START, HEAD_INDENT, 0, 0 },
    { self->bubble, side, indent, spare, 0 },
    { self->again, side, indent, 0, 2 },
    { self->note, SIDE_CENTER, 0, 0, 6 },
    { self->details, SIDE_CENTER, 0, 0, 0 },
  };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (shown (all[i].widget))
      blocks[n++] = all[i];
  return n;
}

static int
gap_above (HsMessageRow *self)
{
  return self->entry == NULL || hs_entry_begins_group (self->entry) || shown (self->note) ? GAP_GROUP : GAP_WITHIN;
}

static int
block_width (const Block *block, int width)
{
  int min, natural, room = MAX (0, width - block->indent - block->spare);

  if (block->side == SIDE_FILL)
    return room;
  if (HS_IS_BUBBLE (block->widget))
    return hs_bubble_fit (HS_BUBBLE (block->widget), room, width);
  gtk_widget_measure (block->widget, GTK_ORIENTATION_HORIZONTAL, -1, &min, &natural, NULL, NULL);
  return MAX (min, MIN (natural, room));
}

static void
hs_message_row_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  HsMessageRow *self = HS_MESSAGE_ROW (widget);
  Block blocks[8];
  guint n;
  int height = gap_above (self);

  /* Whatever is said, the list has the width it has: no text is measured for it. */
  *minimum = WIDTH_MIN;
  *natural = WIDTH_NATURAL;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  n = list_blocks (self, blocks);
  for (guint i = 0; i < n; i++)
    {
      int min, nat;

      gtk_widget_measure (blocks[i].widget, orientation, block_width (&blocks[i], for_size < 0 ? WIDTH_NATURAL : for_size), &min, &nat, NULL, NULL);
      height += blocks[i].above + nat;
    }
  *minimum = *natural = height;
}

static void
place (GtkWidget *widget, gboolean mirrored, int width, int x, int y, int w, int h)
{
  GtkAllocation box = { mirrored ? width - x - w : x, y, w, h };

  gtk_widget_size_allocate (widget, &box, -1);
}

static void
hs_message_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HsMessageRow *self = HS_MESSAGE_ROW (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  Block blocks[8];
  guint n = list_blocks (self, blocks);
  int y = gap_above (self);

  for (guint i = 0; i < n; i++)
    {
      const Block *block = &blocks[i];
      int min, h, w = block_width (block, width), x = block->indent;

      gtk_widget_measure (block->widget, GTK_ORIENTATION_VERTICAL, w, &min, &h, NULL, NULL);
      y += block->above;
      if (block->side == SIDE_END)
        x = width - w;
      else if (block->side == SIDE_CENTER)
        x = (width - w) / 2;
      if (block->widget == self->head && shown (self->avatar))
        place (self->avatar, mirrored, width, 0, y, HS_MESSAGE_ROW_AVATAR, HS_MESSAGE_ROW_AVATAR);
      place (block->widget, mirrored, width, x, y, w, h);
      y += h;
    }
}

static GtkSizeRequestMode
hs_message_row_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
set_shown (GtkWidget *widget, gboolean visible)
{
  if (widget != NULL)
    gtk_widget_set_visible (widget, visible);
}

/* ---- Text ---- */

static void
mix (GdkRGBA *colour, const GdkRGBA *other, float share)
{
  colour->red += (other->red - colour->red) * share;
  colour->green += (other->green - colour->green) * share;
  colour->blue += (other->blue - colour->blue) * share;
}

static void
set_text (HsMessageRow *self, const char *text)
{
  PangoAttrList *attributes = NULL;
  GdkRGBA accent = { 0, 0, 0, 1 }, foreground = { 0, 0, 0, 1 };

  g_clear_pointer (&self->links, g_array_unref);
  self->links = hs_links_find (text);
  if (self->links != NULL)
    {
      attributes = pango_attr_list_new ();
      gtk_style_context_lookup_color (gtk_widget_get_style_context (self->bubble), "accent_color", &accent);
      gtk_style_context_get_color (gtk_widget_get_style_context (self->bubble), &foreground);
      mix (&accent, &foreground, LINK_FOREGROUND);
      for (guint i = 0; i < self->links->len; i++)
        {
          HsLink *link = &g_array_index (self->links, HsLink, i);
          PangoAttribute *all[] = {
            pango_attr_underline_new (PANGO_UNDERLINE_SINGLE),
            pango_attr_foreground_new (accent.red * 65535, accent.green * 65535, accent.blue * 65535),
          };

          for (gsize k = 0; k < G_N_ELEMENTS (all); k++)
            {
              all[k]->start_index = link->start;
              all[k]->end_index = link->end;
              pango_attr_list_insert (attributes, all[k]);
            }
        }
    }
  hs_text_set_text (hs_bubble_get_text (HS_BUBBLE (self->bubble)), text, attributes);
  g_clear_pointer (&attributes, pango_attr_list_unref);
}

/* ---- Showing an entry ---- */

static void
show_day (HsMessageRow *self)
{
  gboolean visible = hs_entry_begins_day (self->entry) && hs_entry_is_loaded (self->entry);

  if (visible)
    {
      g_autofree char *day = hs_day_format_day (hs_entry_get_time (self->entry), g_get_real_time () / 1000);

      if (self->day == NULL)
        self->day = hs_message_row_make_rule (self, "day");
      hs_message_row_set_rule_text (self->day, day);
    }
  set_shown (self->day, visible);

  visible = hs_entry_is_first_unread (self->entry);
  if (visible && self->unread == NULL)
    {
      self->unread = hs_message_row_make_rule (self, "unread");
      hs_message_row_set_rule_text (self->unread, _("New messages"));
    }
  set_shown (self->unread, visible);
}

static void
set_plain_avatar (HsMessageRow *self, gboolean plain)
{
  if (self->plain_avatar == plain)
    return;
  self->plain_avatar = plain;
  adw_avatar_set_show_initials (ADW_AVATAR (self->avatar), !plain);
  adw_avatar_set_icon_name (ADW_AVATAR (self->avatar), plain ? "utilities-terminal-symbolic" : NULL);
  if (plain)
    gtk_widget_add_css_class (self->avatar, "plain");
  else
    gtk_widget_remove_css_class (self->avatar, "plain");
}

static void
show_head (HsMessageRow *self, gboolean visible)
{
  g_autofree char *time = NULL;
  gboolean plain;

  if (!visible)
    {
      set_shown (self->head, FALSE);
      set_shown (self->avatar, FALSE);
      return;
    }
  hs_message_row_need_head (self);
  plain = hs_entry_is_plain (self->entry);
  time = hs_day_format_time (hs_entry_get_time (self->entry));
  gtk_label_set_text (GTK_LABEL (self->sender), hs_entry_get_shown (self->entry));
  gtk_label_set_text (GTK_LABEL (self->time), time);
  gtk_label_set_text (GTK_LABEL (self->tag), plain ? _("Plain text") : _("Unencrypted"));
  set_shown (self->tag, plain || hs_entry_is_unencrypted (self->entry));
  if (g_strcmp0 (adw_avatar_get_text (ADW_AVATAR (self->avatar)), hs_entry_get_shown (self->entry)) != 0)
    adw_avatar_set_text (ADW_AVATAR (self->avatar), hs_entry_get_shown (self->entry));
  set_plain_avatar (self, plain);
  set_shown (self->head, TRUE);
  set_shown (self->avatar, TRUE);
}

static void
show_mark (HsMessageRow *self)
{
  HsSent delivery = hs_entry_get_delivery (self->entry);
  const char *style = hs_delivery_get_class (delivery);
  const char *classes[] = { "mark", style, NULL };
  g_autofree char *time = hs_day_format_time (hs_entry_get_time (self->entry));

  hs_message_row_need_stamp (self);
  gtk_label_set_text (GTK_LABEL (self->stamp), time);
  if (self->mark_shown == delivery)
    return;
  self->mark_shown = delivery;
  gtk_image_set_from_icon_name (GTK_IMAGE (self->mark), hs_delivery_get_icon (delivery));
  gtk_widget_set_visible (self->mark, hs_delivery_get_icon (delivery) != NULL);
  gtk_widget_set_tooltip_text (self->mark, hs_delivery_get_words (delivery));
  gtk_widget_set_css_classes (self->mark, classes);
}

static gboolean
is_under_way (HsEntry *entry)
{
  HsSent delivery = hs_entry_get_delivery (entry);

  return delivery == HS_SENT_PENDING || delivery == HS_SENT_WRITTEN || hs_delivery_is_in_doubt (delivery);
}

static void
style_bubble (HsMessageRow *self)
{
  HsEntry *entry = self->entry;
  gboolean own = hs_entry_is_own (entry);
  const struct { const char *name; gboolean on; } all[] = {
    { "bubble", TRUE },
    { "own", own },
    { "pending", own && is_under_way (entry) },
    { "joins-above", !hs_entry_begins_group (entry) },
    { "joins-below", !hs_entry_ends_group (entry) },
    { "mention", !own && hs_entry_is_mention (entry) },
    { "action", hs_entry_get_kind (entry) == HS_KIND_ACTION },
    { "notice", hs_entry_get_kind (entry) == HS_KIND_NOTICE },
    { "deleted", hs_entry_is_redacted (entry) },
  };
  const char *classes[G_N_ELEMENTS (all) + 1];
  guint n = 0, styles = 0;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].on)
      {
        classes[n++] = all[i].name;
        styles |= 1u << i;
      }
  classes[n] = NULL;
  if (self->bubble_styles != styles)
    gtk_widget_set_css_classes (self->bubble, classes);
  self->bubble_styles = styles;
}

static void
show_bubble (HsMessageRow *self, gboolean visible)
{
  gboolean own = hs_entry_is_own (self->entry), in_doubt = own && hs_delivery_is_in_doubt (hs_entry_get_delivery (self->entry));
  g_autofree char *body = NULL;

  set_shown (self->bubble, visible);
  if (visible && in_doubt)
    hs_message_row_need_again (self);
  set_shown (self->again, visible && in_doubt);
  if (!visible)
    return;

  hs_message_row_need_bubble (self);
  style_bubble (self);
  body = hs_entry_words_body (self->entry);
  hs_bubble_set_selectable (HS_BUBBLE (self->bubble), FALSE);
  set_text (self, body);
  if (own)
    show_mark (self);
  if (self->stamp != NULL)
    set_shown (gtk_widget_get_parent (self->stamp), own);
  set_shown (self->bubble, TRUE);
}

static void
show_note (HsMessageRow *self, gboolean visible)
{
  const char *text = hs_entry_get_text (self->entry);
  gboolean presence = hs_entry_get_kind (self->entry) == HS_KIND_PRESENCE, foldable = presence && hs_presence_count (text) > 1;
  g_autofree char *summary = NULL;

  set_shown (self->note, visible);
  set_shown (self->details, visible && foldable && self->unfolded);
  if (!visible)
    return;
  hs_message_row_need_note (self);
  summary = hs_entry_words_note (self->entry);
  gtk_label_set_text (GTK_LABEL (self->note_label), summary);
  set_shown (self->note_arrow, foldable);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->note_arrow), self->unfolded ? "pan-up-symbolic" : "pan-down-symbolic");
  gtk_widget_set_can_target (self->note, foldable);
  gtk_widget_set_focusable (self->note, foldable);
  if (foldable)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (self->note), "x", hs_entry_get_id (self->entry));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->note), foldable ? "messages.toggle-fold" : NULL);
  set_shown (self->note, TRUE);
  if (foldable && self->unfolded)
    {
      g_autofree char *all = hs_presence_list (text);

      hs_message_row_need_details (self);
      gtk_label_set_text (GTK_LABEL (self->details), all);
      set_shown (self->details, TRUE);
    }
}

static void
label_row (HsMessageRow *self)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = NULL;

  if (row == NULL)
    return;
  label = hs_entry_words_describe (self->entry);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
hs_message_row_refresh (HsMessageRow *self)
{
  gboolean note;

  if (self->entry == NULL)
    return;
  note = hs_entry_words_is_note (hs_entry_get_kind (self->entry));
  show_day (self);
  show_head (self, !note && !hs_entry_is_own (self->entry) && hs_entry_begins_group (self->entry) && hs_entry_is_loaded (self->entry));
  show_bubble (self, !note);
  show_note (self, note);
  label_row (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Many properties change at once when a page arrives: one refresh for all, before the frame. */
static gboolean
refresh_soon (gpointer data)
{
  HsMessageRow *self = data;

  self->refresh_id = 0;
  hs_message_row_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_entry_notify (HsMessageRow *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, refresh_soon, self, NULL);
}

/* ---- Public ---- */

void
hs_message_row_set_entry (HsMessageRow *self, HsEntry *entry, gboolean unfolded)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->entry != NULL)
    g_clear_signal_handler (&self->handler, self->entry);
  g_set_object (&self->entry, entry);
  self->unfolded = unfolded;
  if (entry == NULL)
    return;
  self->handler = g_signal_connect_swapped (entry, "notify", G_CALLBACK (on_entry_notify), self);
  hs_message_row_refresh (self);
}

HsEntry *
hs_message_row_get_entry (HsMessageRow *self)
{
  return self->entry;
}

/* Only the first row of all has it: most rows never make one. */
void
hs_message_row_set_beginning (HsMessageRow *self, const char *title, const char *sentence)
{
  if (title != NULL)
    {
      if (self->beginning == NULL)
        {
          self->beginning = hs_room_beginning_new ();
          gtk_widget_set_parent (self->beginning, GTK_WIDGET (self));
        }
      hs_room_beginning_set (HS_ROOM_BEGINNING (self->beginning), title, sentence);
    }
  set_shown (self->beginning, title != NULL);
}

void
hs_message_row_set_unfolded (HsMessageRow *self, gboolean unfolded)
{
  self->unfolded = unfolded;
  hs_message_row_refresh (self);
}

char *
hs_message_row_dup_link_at (HsMessageRow *self, double x, double y)
{
  HsText *text;
  double lx, ly;
  int index;

  if (self->links == NULL || !shown (self->bubble))
    return NULL;
  text = hs_bubble_get_text (HS_BUBBLE (self->bubble));
  if (!gtk_widget_translate_coordinates (GTK_WIDGET (self), GTK_WIDGET (text), x, y, &lx, &ly))
    return NULL;
  index = hs_text_get_index_at (text, lx, ly);
  for (guint i = 0; i < self->links->len; i++)
    {
      HsLink *link = &g_array_index (self->links, HsLink, i);

      if (index >= (int) link->start && index < (int) link->end)
        return hs_link_dup_uri (hs_text_get_text (text), link);
    }
  return NULL;
}

char **
hs_message_row_list_links (HsMessageRow *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self->links == NULL || !shown (self->bubble))
    return NULL;
  for (guint i = 0; i < self->links->len; i++)
    {
      g_autofree char *uri = hs_link_dup_uri (hs_text_get_text (hs_bubble_get_text (HS_BUBBLE (self->bubble))), &g_array_index (self->links, HsLink, i));

      g_strv_builder_add (builder, uri);
    }
  return g_strv_builder_end (builder);
}

void
hs_message_row_select_text (HsMessageRow *self)
{
  if (shown (self->bubble))
    hs_bubble_set_selectable (HS_BUBBLE (self->bubble), TRUE);
}

static void
hs_message_row_dispose (GObject *object)
{
  HsMessageRow *self = HS_MESSAGE_ROW (object);
  GtkWidget *child;

  hs_message_row_set_entry (self, NULL, FALSE);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->links, g_array_unref);
  G_OBJECT_CLASS (hs_message_row_parent_class)->dispose (object);
}

static void
hs_message_row_class_init (HsMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_message_row_dispose;
  widget_class->measure = hs_message_row_measure;
  widget_class->size_allocate = hs_message_row_size_allocate;
  widget_class->get_request_mode = hs_message_row_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "message");
}

static void
hs_message_row_init (HsMessageRow *self)
{
}

GtkWidget *
hs_message_row_new (void)
{
  return g_object_new (HS_TYPE_MESSAGE_ROW, NULL);
}
