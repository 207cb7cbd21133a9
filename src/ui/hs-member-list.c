/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-member-list.h"

#include <string.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#define SEARCH_FROM 13 /* members; fewer are seen at once */

struct _HsMemberList
{
  GtkWidget parent_instance;

  /* Template */
  GtkListView *list;
  GtkSortListModel *sorted;
  GtkFilterListModel *filtered;
  GtkEditable *search;

  /* Owned */
  GListModel *members; /* (nullable) */
  char *wanted;        /* (nullable) folded */
  GtkWidget *menu;     /* (nullable) the last one that was opened; a child */
};

enum { MEMBER_CHOSEN, MAKE_MENU, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsMemberList, hs_member_list, GTK_TYPE_WIDGET)

static int
compare_members (gconstpointer a, gconstpointer b, gpointer data)
{
  HsMember *first = (HsMember *) a, *second = (HsMember *) b;
  int rank = (int) hs_member_get_rank (second) - (int) hs_member_get_rank (first);

  return rank != 0 ? rank : g_utf8_collate (hs_member_get_shown (first), hs_member_get_shown (second));
}

/* ---- Searching ---- */

static char *
fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}

static gboolean
is_wanted (gpointer item, gpointer data)
{
  HsMemberList *self = data;
  g_autofree char *shown = NULL, *nick = NULL;

  if (self->wanted == NULL || *self->wanted == '\0')
    return TRUE;
  shown = fold (hs_member_get_shown (item));
  nick = fold (hs_member_get_nick (item));
  return strstr (shown, self->wanted) != NULL || strstr (nick, self->wanted) != NULL;
}

static void
on_search (HsMemberList *self)
{
  g_free (self->wanted);
  self->wanted = fold (gtk_editable_get_text (self->search));
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
update_search (HsMemberList *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->search), self->members != NULL && g_list_model_get_n_items (self->members) >= SEARCH_FROM);
}

/* ---- Rows ---- */

static char *
format_details (HsMember *member)
{
  GString *details = g_string_new (NULL);

  if (hs_member_is_own (member))
    g_string_append (details, _("You"));
  if (hs_member_get_rank (member) >= 2)
    g_string_append_printf (details, "%s%s", details->len > 0 ? " · " : "", C_("rank", "Operator"));
  else if (hs_member_get_rank (member) == 1)
    g_string_append_printf (details, "%s%s", details->len > 0 ? " · " : "", C_("rank", "Voice"));
  if (hs_member_is_secure (member) || hs_member_is_unencrypted (member))
    g_string_append_printf (details, "%s%s", details->len > 0 ? " · " : "", hs_member_is_secure (member) ? _("Encrypted") : _("Not encrypted"));
  if (hs_member_is_away (member))
    g_string_append_printf (details, "%s%s", details->len > 0 ? " · " : "", _("Away"));
  if (hs_member_is_typing (member))
    g_string_append_printf (details, "%s%s", details->len > 0 ? " · " : "", _("Typing…"));
  return g_string_free (details, FALSE);
}

/* ---- What can be done to somebody ---- */

static void
popup_menu (HsMemberList *self, HsMember *member, const GdkRectangle *at)
{
  GMenuModel *menu = NULL;

  g_signal_emit (self, signals[MAKE_MENU], 0, member, &menu);
  if (menu == NULL)
    return;
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  if (g_menu_model_get_n_items (menu) > 0)
    {
      self->menu = gtk_popover_menu_new_from_model (menu);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
      gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), at);
      gtk_popover_popup (GTK_POPOVER (self->menu));
    }
  g_object_unref (menu);
}

static GdkRectangle
area_of (HsMemberList *self, GtkWidget *widget)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 1, 1);
  gboolean found G_GNUC_UNUSED = gtk_widget_compute_bounds (widget, GTK_WIDGET (self), &bounds);

  return (GdkRectangle){ (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width, (int) bounds.size.height };
}

static HsMemberList *
list_of (GtkWidget *widget)
{
  return HS_MEMBER_LIST (gtk_widget_get_ancestor (widget, HS_TYPE_MEMBER_LIST));
}

static HsMember *
member_of (GtkWidget *row)
{
  GtkListItem *item = g_object_get_data (G_OBJECT (row), "hs-item");

  return item != NULL ? gtk_list_item_get_item (item) : NULL;
}

static void
on_menu_button (GtkButton *button, GtkWidget *row)
{
  HsMemberList *self = list_of (row);
  GdkRectangle area = area_of (self, GTK_WIDGET (button));

  if (member_of (row) != NULL)
    popup_menu (self, member_of (row), &area);
}

static void
on_secondary_click (GtkGestureClick *gesture, int n_press, double x, double y, GtkWidget *row)
{
  HsMemberList *self = list_of (row);
  GdkRectangle area = area_of (self, row);

  area.x += (int) x;
  area.width = 1;
  if (member_of (row) != NULL)
    popup_menu (self, member_of (row), &area);
}

/* The row that has the focus is made by GtkListView, and what we put into it is its child. */
static gboolean
on_menu_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  HsMemberList *self = HS_MEMBER_LIST (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget)), *row = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;
  GdkRectangle area;

  if (row == NULL || member_of (row) == NULL)
    return FALSE;
  area = area_of (self, row);
  popup_menu (self, member_of (row), &area);
  return TRUE;
}

/* The children hang at the row in this order: avatar, names (name, details), tag, menu button. */
static void
refresh_row (GtkListItem *item)
{
  HsMember *member = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item), *avatar = gtk_widget_get_first_child (row), *names = gtk_widget_get_next_sibling (avatar);
  GtkWidget *name = gtk_widget_get_first_child (names), *details = gtk_widget_get_next_sibling (name), *tag = gtk_widget_get_next_sibling (names);
  GtkWidget *button = gtk_widget_get_next_sibling (tag);
  g_autofree char *text = NULL, *label = NULL;

  if (member == NULL)
    return;
  text = format_details (member);
  adw_avatar_set_text (ADW_AVATAR (avatar), hs_member_get_shown (member));
  adw_avatar_set_show_initials (ADW_AVATAR (avatar), !hs_member_is_plain (member));
  adw_avatar_set_icon_name (ADW_AVATAR (avatar), hs_member_is_plain (member) ? "utilities-terminal-symbolic" : NULL);
  if (hs_member_is_plain (member))
    gtk_widget_add_css_class (avatar, "plain");
  else
    gtk_widget_remove_css_class (avatar, "plain");
  gtk_label_set_text (GTK_LABEL (name), hs_member_get_shown (member));
  gtk_label_set_text (GTK_LABEL (details), text);
  gtk_widget_set_visible (details, *text != '\0');
  gtk_label_set_text (GTK_LABEL (tag), hs_member_is_plain (member) ? _("Plain text") : _("Unencrypted"));
  gtk_widget_set_visible (tag, hs_member_is_plain (member) || hs_member_is_unencrypted (member));
  gtk_widget_set_visible (button, !hs_member_is_own (member));
  gtk_widget_set_opacity (row, hs_member_is_away (member) ? 0.6 : 1.0);
  label = g_strjoin (", ", hs_member_get_shown (member), *text != '\0' ? text : NULL, NULL);
  if (gtk_widget_get_parent (row) != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row)), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *names = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = gtk_label_new (NULL), *details = gtk_label_new (NULL), *tag = gtk_label_new (_("Plain text"));
  GtkWidget *button = gtk_button_new_from_icon_name ("view-more-symbolic");
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (details), 0);
  gtk_widget_add_css_class (details, "preview");
  gtk_widget_add_css_class (tag, "tag");
  gtk_widget_set_valign (tag, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (names, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (names, TRUE);
  gtk_box_append (GTK_BOX (row), adw_avatar_new (32, NULL, TRUE));
  gtk_box_append (GTK_BOX (names), name);
  gtk_box_append (GTK_BOX (names), details);
  gtk_box_append (GTK_BOX (row), names);
  gtk_box_append (GTK_BOX (row), tag);
  gtk_box_append (GTK_BOX (row), button);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _("Member Menu"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Member Menu"), -1);
  g_object_set_data (G_OBJECT (row), "hs-item", item);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_menu_button), row, 0);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_secondary_click), row, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, row);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item)
{
  g_signal_connect_object (gtk_list_item_get_item (item), "notify", G_CALLBACK (refresh_row), item, G_CONNECT_SWAPPED);
  refresh_row (item);
}

static void
on_unbind (GtkListItemFactory *factory, GtkListItem *item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), refresh_row, item);
}

static void
on_activate (HsMemberList *self, guint position)
{
  g_autoptr (HsMember) member = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);

  if (member != NULL)
    g_signal_emit (self, signals[MEMBER_CHOSEN], 0, member);
}

void
hs_member_list_set_members (HsMemberList *self, GListModel *members)
{
  if (self->members != NULL)
    g_signal_handlers_disconnect_by_func (self->members, update_search, self);
  g_set_object (&self->members, members);
  if (members != NULL)
    g_signal_connect_object (members, "items-changed", G_CALLBACK (update_search), self, G_CONNECT_SWAPPED);
  gtk_editable_set_text (self->search, "");
  gtk_filter_list_model_set_model (self->filtered, members);
  update_search (self);
}

static void
hs_member_list_dispose (GObject *object)
{
  HsMemberList *self = HS_MEMBER_LIST (object);
  GtkWidget *child;

  g_clear_object (&self->members);
  g_clear_pointer (&self->wanted, g_free);

  self->menu = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_member_list_parent_class)->dispose (object);
}

static void
hs_member_list_class_init (HsMemberListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_member_list_dispose;
  signals[MEMBER_CHOSEN] = g_signal_new ("member-chosen", HS_TYPE_MEMBER_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_MEMBER);
  signals[MAKE_MENU] = g_signal_new ("make-menu", HS_TYPE_MEMBER_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_MENU_MODEL, 1, HS_TYPE_MEMBER);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, on_menu_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, on_menu_key, NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-member-list.ui");
  gtk_widget_class_bind_template_child (widget_class, HsMemberList, list);
  gtk_widget_class_bind_template_child (widget_class, HsMemberList, sorted);
  gtk_widget_class_bind_template_child (widget_class, HsMemberList, filtered);
  gtk_widget_class_bind_template_child (widget_class, HsMemberList, search);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_setup);
  gtk_widget_class_bind_template_callback (widget_class, on_bind);
  gtk_widget_class_bind_template_callback (widget_class, on_unbind);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
hs_member_list_init (HsMemberList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_filter_list_model_set_filter (self->filtered, GTK_FILTER (gtk_custom_filter_new (is_wanted, self, NULL)));
  gtk_sort_list_model_set_sorter (self->sorted, GTK_SORTER (gtk_custom_sorter_new (compare_members, NULL, NULL)));
}
