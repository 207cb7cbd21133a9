/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The children of a row, each made when it is first needed. */
#include "hs-message-row-private.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "hs-bubble.h"

static void
adopt (HsMessageRow *self, GtkWidget *child)
{
  gtk_widget_set_parent (child, GTK_WIDGET (self));
}

/* A label between two rules. */
GtkWidget *
hs_message_row_make_rule (HsMessageRow *self, const char *style)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *before = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL), *after = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);

  gtk_widget_add_css_class (box, "rule");
  gtk_widget_add_css_class (box, style);
  gtk_widget_set_hexpand (before, TRUE);
  gtk_widget_set_hexpand (after, TRUE);
  gtk_widget_set_valign (before, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (after, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), before);
  gtk_box_append (GTK_BOX (box), gtk_label_new (NULL));
  gtk_box_append (GTK_BOX (box), after);
  adopt (self, box);
  return box;
}

void
hs_message_row_set_rule_text (GtkWidget *rule, const char *text)
{
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (gtk_widget_get_first_child (rule))), text);
}

void
hs_message_row_need_head (HsMessageRow *self)
{
  if (self->head != NULL)
    return;
  self->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->sender = gtk_label_new (NULL);
  self->tag = gtk_label_new (NULL);
  self->time = gtk_label_new (NULL);
  self->avatar = adw_avatar_new (HS_MESSAGE_ROW_AVATAR, NULL, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->sender), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->head, "head");
  gtk_widget_add_css_class (self->sender, "sender");
  gtk_widget_add_css_class (self->tag, "tag");
  gtk_widget_set_valign (self->tag, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->time, "stamp");
  gtk_box_append (GTK_BOX (self->head), self->sender);
  gtk_box_append (GTK_BOX (self->head), self->tag);
  gtk_box_append (GTK_BOX (self->head), self->time);
  adopt (self, self->avatar);
  adopt (self, self->head);
}

void
hs_message_row_need_bubble (HsMessageRow *self)
{
  if (self->bubble != NULL)
    return;
  self->bubble = hs_bubble_new ();
  adopt (self, self->bubble);
}

void
hs_message_row_need_stamp (HsMessageRow *self)
{
  GtkWidget *box;

  if (self->stamp != NULL)
    return;
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->stamp = gtk_label_new (NULL);
  self->mark = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (self->mark), 16);
  gtk_widget_add_css_class (self->stamp, "stamp");
  gtk_box_append (GTK_BOX (box), self->stamp);
  gtk_box_append (GTK_BOX (box), self->mark);
  hs_bubble_set_end (HS_BUBBLE (self->bubble), box);
}

void
hs_message_row_need_note (HsMessageRow *self)
{
  GtkWidget *box;

  if (self->note != NULL)
    return;
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->note_label = gtk_label_new (NULL);
  self->note_arrow = gtk_image_new_from_icon_name ("pan-down-symbolic");
  gtk_label_set_use_markup (GTK_LABEL (self->note_label), FALSE);
  gtk_label_set_wrap (GTK_LABEL (self->note_label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->note_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (self->note_label), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (self->note_label), 60);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER); /* wrapped, the text is narrower than its room */
  gtk_box_append (GTK_BOX (box), self->note_label);
  gtk_box_append (GTK_BOX (box), self->note_arrow);
  self->note = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->note), box);
  gtk_widget_add_css_class (self->note, "flat");
  gtk_widget_add_css_class (self->note, "note");
  adopt (self, self->note);
}

void
hs_message_row_need_details (HsMessageRow *self)
{
  if (self->details != NULL)
    return;
  self->details = gtk_label_new (NULL);
  gtk_label_set_use_markup (GTK_LABEL (self->details), FALSE);
  gtk_label_set_wrap (GTK_LABEL (self->details), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->details), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->details, "details");
  adopt (self, self->details);
}

void
hs_message_row_need_again (HsMessageRow *self)
{
  if (self->again != NULL)
    return;
  self->again = gtk_button_new_with_label (_("Send Again"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->again), "messages.send-again");
  gtk_widget_add_css_class (self->again, "flat");
  gtk_widget_add_css_class (self->again, "again");
  adopt (self, self->again);
}
