/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A number with its caption that can be pressed for the page of the help that explains it. It looks like the bare number until the pointer is on it. */
#pragma once

#include <gtk/gtk.h>

/* @content: a box with caption and value. @page: the help's; @tooltip (nullable). A button with the style "field", which may come from a .ui as well. */
GtkWidget *hs_field_new (GtkWidget *content, const char *page, const char *tooltip);
GtkWidget *hs_field_get_content (GtkWidget *field);
/* Shows @text, and tells screen readers "caption: text" when it is another than before. @value is in a field, the caption beside it. */
void hs_field_set_value (GtkLabel *value, const char *text);

/* A group of fields: one stop for Tab, the arrow keys go from one to the next. */
#define HS_TYPE_FIELD_GROUP (hs_field_group_get_type ())
G_DECLARE_FINAL_TYPE (HsFieldGroup, hs_field_group, HS, FIELD_GROUP, GtkWidget)

GtkWidget *hs_field_group_new (GtkWidget *child);
