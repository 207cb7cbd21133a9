/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-room-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "hs-day.h"

struct _HsRoomRow
{
  GtkListBoxRow parent_instance;

  /* Template */
  AdwAvatar *avatar;
  GtkLabel *title, *time, *preview, *badge;
  GtkWidget *second; /* the line of the preview */

  /* Owned */
  HsRoom *room;
  char *place; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (HsRoomRow, hs_room_row, GTK_TYPE_LIST_BOX_ROW)

static void
set_class (gpointer widget, const char *name, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static char *
dup_title (HsRoomRow *self)
{
  const char *title = hs_room_get_title (self->room);

  if (self->place == NULL)
    return g_strdup (title);
  return g_str_has_prefix (self->place, title) ? g_strdup (self->place) : g_strdup_printf ("%s · %s", title, self->place);
}

/* Of a conversation that one left before it was sent; where one is, it stands in the composer. (nullable) */
static const char *
get_draft (HsRoomRow *self)
{
  const char *draft = hs_room_get_draft (self->room);

  return draft != NULL && *draft != '\0' && !gtk_list_box_row_is_selected (GTK_LIST_BOX_ROW (self)) ? draft : NULL;
}

static char *
dup_second_line (HsRoomRow *self)
{
  const char *draft = get_draft (self), *preview = hs_room_get_preview (self->room);
  char *line = draft != NULL ? g_strdup_printf (_("Draft: %s"), draft) : g_strdup (preview != NULL ? preview : "");

  return g_strdelimit (line, "\n\r", ' ');
}

static void
describe (HsRoomRow *self)
{
  g_autofree char *title = dup_title (self);
  guint unread = hs_room_get_unread (self->room), mentions = hs_room_get_mentions (self->room);
  g_autofree char *count = unread > 0 ? g_strdup_printf (ngettext ("%u unread", "%u unread", unread), unread) : NULL;
  g_autofree char *named = mentions > 0 ? g_strdup_printf (ngettext ("%u mention", "%u mentions", mentions), mentions) : NULL;
  g_autofree char *label = g_strdup_printf ("%s%s%s%s%s%s%s%s%s", title, count != NULL ? ", " : "", count != NULL ? count : "",
                                            named != NULL ? ", " : "", named != NULL ? named : "",
                                            get_draft (self) != NULL ? ", " : "", get_draft (self) != NULL ? _("with a draft") : "",
                                            hs_room_is_joined (self->room) ? "" : ", ", hs_room_is_joined (self->room) ? "" : _("not connected"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
refresh (HsRoomRow *self)
{
  g_autofree char *title = dup_title (self);
  guint unread = hs_room_get_unread (self->room), mentions = hs_room_get_mentions (self->room);
  gint64 last = hs_room_get_last_time (self->room);
  g_autofree char *time = last > 0 ? hs_day_format_short (last, g_get_real_time () / 1000) : g_strdup ("");
  g_autofree char *badge = mentions > 0 ? g_strdup_printf ("@ %u", unread) : g_strdup_printf ("%u", unread);
  g_autofree char *line = dup_second_line (self);

  adw_avatar_set_text (self->avatar, hs_room_get_title (self->room));
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->time, time);
  gtk_label_set_text (self->preview, line);
  set_class (self->preview, "draft", get_draft (self) != NULL);
  gtk_widget_set_visible (self->second, *line != '\0' || unread > 0);
  gtk_label_set_text (self->badge, badge);
  gtk_widget_set_visible (GTK_WIDGET (self->badge), unread > 0);
  set_class (self->title, "heading", unread > 0);
  set_class (self->badge, "mentioned", mentions > 0);
  set_class (self, "left", !hs_room_is_joined (self->room));
  describe (self);
}

void
hs_room_row_set_place (HsRoomRow *self, const char *place)
{
  if (g_strcmp0 (self->place, place) == 0)
    return;
  g_free (self->place);
  self->place = g_strdup (place);
  refresh (self);
}

HsRoom *
hs_room_row_get_room (HsRoomRow *self)
{
  return self->room;
}

/* One goes there, or leaves. */
static void
hs_room_row_state_flags_changed (GtkWidget *widget, GtkStateFlags previous)
{
  GTK_WIDGET_CLASS (hs_room_row_parent_class)->state_flags_changed (widget, previous);
  if (HS_ROOM_ROW (widget)->room != NULL && (gtk_widget_get_state_flags (widget) ^ previous) & GTK_STATE_FLAG_SELECTED)
    refresh (HS_ROOM_ROW (widget));
}

static void
hs_room_row_dispose (GObject *object)
{
  HsRoomRow *self = HS_ROOM_ROW (object);

  g_clear_object (&self->room);
  g_clear_pointer (&self->place, g_free);
  G_OBJECT_CLASS (hs_room_row_parent_class)->dispose (object);
}

static void
hs_room_row_class_init (HsRoomRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_room_row_dispose;
  widget_class->state_flags_changed = hs_room_row_state_flags_changed;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-room-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HsRoomRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, HsRoomRow, title);
  gtk_widget_class_bind_template_child (widget_class, HsRoomRow, time);
  gtk_widget_class_bind_template_child (widget_class, HsRoomRow, preview);
  gtk_widget_class_bind_template_child (widget_class, HsRoomRow, second);
  gtk_widget_class_bind_template_child (widget_class, HsRoomRow, badge);
}

static void
hs_room_row_init (HsRoomRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hs_room_row_new (HsRoom *room)
{
  static const char *const followed[] = { "notify::title", "notify::unread", "notify::mentions", "notify::preview", "notify::last-time", "notify::joined",
                                          "notify::draft" };
  HsRoomRow *self = g_object_new (HS_TYPE_ROOM_ROW, NULL);

  self->room = g_object_ref (room);
  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (room, followed[i], G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
