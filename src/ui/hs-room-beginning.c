/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-room-beginning.h"

#include <adwaita.h>

#define AVATAR 72 /* px */
#define WIDTH_CHARS 46

struct _HsRoomBeginning
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *avatar, *title, *sentence;
};

G_DEFINE_FINAL_TYPE (HsRoomBeginning, hs_room_beginning, GTK_TYPE_WIDGET)

void
hs_room_beginning_set (HsRoomBeginning *self, const char *title, const char *sentence)
{
  adw_avatar_set_text (ADW_AVATAR (self->avatar), title);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence);
}

static GtkWidget *
add_label (HsRoomBeginning *self, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (label), WIDTH_CHARS);
  gtk_widget_add_css_class (label, style);
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

static void
hs_room_beginning_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_room_beginning_parent_class)->dispose (object);
}

static void
hs_room_beginning_class_init (HsRoomBeginningClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_room_beginning_dispose;
  gtk_widget_class_set_css_name (widget_class, "beginning");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
hs_room_beginning_init (HsRoomBeginning *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  self->avatar = adw_avatar_new (AVATAR, NULL, TRUE);
  gtk_widget_set_parent (self->avatar, GTK_WIDGET (self));
  self->title = add_label (self, "title-2");
  gtk_label_set_lines (GTK_LABEL (self->title), 2);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  self->sentence = add_label (self, "secondary");
}

GtkWidget *
hs_room_beginning_new (void)
{
  return g_object_new (HS_TYPE_ROOM_BEGINNING, NULL);
}
