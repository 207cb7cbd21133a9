/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window that shows the help's pages: topics on the left, with a search, the page on the right. */
#include "hs-help-window.h"

#include "hs-help-book.h"

#include <glib/gi18n.h>
#include <string.h>

#define BACK_MAX 100

struct _HsHelpWindow
{
  AdwWindow parent_instance;

  /* Template */
  AdwLeaflet *leaflet;
  GtkSearchEntry *search;
  GtkListBox *topics;
  GtkWidget *choosing, *reading;
  GtkScrolledWindow *scroller;
  GtkBox *page;

  /* Owned */
  HsHelpBook *book;
  GPtrArray *back;    /* ids that were read before */
  char *shown;        /* (nullable) */

  /* State */
  GtkWidget *target;  /* (nullable) the heading to scroll to once there is a size */
};

G_DEFINE_FINAL_TYPE (HsHelpWindow, hs_help_window, ADW_TYPE_WINDOW)

static GQuark
row_page_quark (void)
{
  return g_quark_from_static_string ("hs-help-page");
}

/* ---- A page as widgets ---- */

static gboolean
on_link (HsHelpWindow *self, const char *uri)
{
  if (strstr (uri, "://") != NULL)
    return FALSE; /* GTK opens it */
  hs_help_window_show (self, uri);
  return TRUE;
}

static GtkWidget *
make_label (HsHelpWindow *self, const char *markup, const char *css)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  if (css != NULL)
    gtk_widget_add_css_class (label, css);
  g_signal_connect_object (label, "activate-link", G_CALLBACK (on_link), self, G_CONNECT_SWAPPED);
  return label;
}

/* A sign (a dot, a number) and what it stands before. */
static GtkWidget *
make_item (HsHelpWindow *self, const char *sign, const char *markup)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *label = gtk_label_new (sign);

  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "help-sign");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), make_label (self, markup, NULL));
  return box;
}

static GtkWidget *
make_screen (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_CHAR);
  gtk_widget_add_css_class (label, "help-screen");
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  return label;
}

static GtkWidget *
make_block (HsHelpWindow *self, const HsHelpBlock *block)
{
  g_autofree char *number = g_strdup_printf ("%u.", block->number);

  switch (block->kind)
    {
    case HS_HELP_HEADING:
      return make_label (self, block->text, "help-heading");
    case HS_HELP_TERM:
      return make_label (self, block->text, "help-term");
    case HS_HELP_MEANING:
      {
        GtkWidget *label = make_label (self, block->text, NULL);

        gtk_widget_add_css_class (label, "help-meaning");
        return label;
      }
    case HS_HELP_ITEM:
      return make_item (self, "•", block->text);
    case HS_HELP_STEP:
      return make_item (self, number, block->text);
    case HS_HELP_SCREEN:
      return make_screen (block->text);
    case HS_HELP_NOTE:
      {
        GtkWidget *label = make_label (self, block->text, NULL);

        gtk_widget_add_css_class (label, "help-note");
        return label;
      }
    case HS_HELP_TEXT:
    default:
      return make_label (self, block->text, NULL);
    }
}

/* A guide page lists what belongs to each of its sections. */
static void
add_pages_of (HsHelpWindow *self, const char *group)
{
  GPtrArray *pages = hs_help_book_get_pages (self->book);

  for (guint i = 0; i < pages->len; i++)
    {
      const HsHelpPage *page = pages->pdata[i];
      g_autofree char *link = NULL;

      if (!g_str_equal (page->group, group))
        continue;
      link = g_strdup_printf ("<a href=\"%s\">%s</a>", page->id, page->title);
      gtk_box_append (self->page, make_item (self, "•", link));
    }
}

static gboolean
is_guide (const HsHelpPage *page)
{
  return *page->group == '\0';
}

static void
fill_page (HsHelpWindow *self, const HsHelpPage *page, const char *section)
{
  const char *group = NULL; /* whose section ends here */
  GtkWidget *child;

  self->target = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->page))) != NULL)
    gtk_box_remove (self->page, child);
  gtk_box_append (self->page, make_label (self, page->title, "help-title"));
  for (guint i = 0; i < page->blocks->len; i++)
    {
      const HsHelpBlock *block = page->blocks->pdata[i];
      GtkWidget *widget = make_block (self, block);

      if (group != NULL && block->section != NULL)
        add_pages_of (self, group);
      if (is_guide (page) && block->section != NULL)
        group = block->section;
      gtk_box_append (self->page, widget);
      if (section != NULL && g_strcmp0 (block->section, section) == 0)
        self->target = widget;
    }
  if (group != NULL)
    add_pages_of (self, group);
}

/* Where the page begins, or at the section: a position is known once the new page has been given its size. */
static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  HsHelpWindow *self = data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  graphene_rect_t bounds;

  if (self->target == NULL)
    gtk_adjustment_set_value (adjustment, 0);
  else if (gtk_widget_compute_bounds (self->target, GTK_WIDGET (self->page), &bounds))
    {
      if (bounds.size.height <= 0)
        return G_SOURCE_CONTINUE;
      gtk_adjustment_set_value (adjustment, bounds.origin.y);
    }
  return G_SOURCE_REMOVE;
}

/* ---- Topics ---- */

static HsHelpPage *
get_row_page (GtkListBoxRow *row)
{
  return g_object_get_qdata (G_OBJECT (row), row_page_quark ());
}

static void
select_topic (HsHelpWindow *self, const HsHelpPage *page)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->topics, i)) != NULL; i++)
    if (get_row_page (row) == page)
      {
        gtk_list_box_select_row (self->topics, row);
        return;
      }
}

static void
show (HsHelpWindow *self, const char *id)
{
  const HsHelpPage *page = hs_help_book_find (self->book, id);
  const char *section = strchr (id, '#');

  if (page == NULL)
    page = hs_help_book_find (self->book, "index");
  if (page == NULL)
    return;
  g_free (self->shown);
  self->shown = g_strdup (id);
  fill_page (self, page, section != NULL ? section + 1 : NULL);
  gtk_widget_add_tick_callback (GTK_WIDGET (self->page), on_frame, self, NULL);
  select_topic (self, page);
  adw_leaflet_set_visible_child (self->leaflet, self->reading);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "help.back",
                                 self->back->len > 0 || adw_leaflet_get_folded (self->leaflet));
}

void
hs_help_window_show (HsHelpWindow *self, const char *page)
{
  g_autofree char *wanted = g_strdup (page); /* it may be of the page that goes away */

  if (self->shown != NULL && !g_str_equal (self->shown, wanted))
    {
      if (self->back->len == BACK_MAX)
        g_ptr_array_remove_index (self->back, 0);
      g_ptr_array_add (self->back, g_strdup (self->shown));
    }
  show (self, wanted);
}

static void
on_topic (HsHelpWindow *self, GtkListBoxRow *row)
{
  hs_help_window_show (self, get_row_page (row)->id);
}

static gboolean
is_wanted (GtkListBoxRow *row, gpointer data)
{
  HsHelpWindow *self = data;

  return hs_help_page_matches (get_row_page (row), gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
on_search_changed (HsHelpWindow *self)
{
  gtk_list_box_invalidate_filter (self->topics);
}

static void
on_search_started (HsHelpWindow *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->choosing);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
  gtk_editable_set_position (GTK_EDITABLE (self->search), -1); /* what was typed to begin with is there already, and now selected */
}

/* Escape: first the search goes, then the window. */
static void
on_search_stopped (HsHelpWindow *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    gtk_window_close (GTK_WINDOW (self));
}

/* The first page that is wanted; with @title, the first whose title has the words. */
static GtkListBoxRow *
first_wanted (HsHelpWindow *self, gboolean title)
{
  g_autofree char *query = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->topics, i)) != NULL; i++)
    {
      g_autofree char *folded = g_utf8_casefold (get_row_page (row)->title, -1);

      if (title ? strstr (folded, query) != NULL : is_wanted (row, self))
        return row;
    }
  return NULL;
}

/* Enter opens the best page found; it may come before the list was filtered, which waits for a pause in the typing. */
static void
on_search_activate (HsHelpWindow *self)
{
  GtkListBoxRow *row = first_wanted (self, TRUE);

  if (row == NULL)
    row = first_wanted (self, FALSE);
  if (row != NULL)
    on_topic (self, row);
}

static void
update_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  HsHelpWindow *self = data;
  const HsHelpPage *page = get_row_page (row);
  const char *title = hs_help_book_get_group_title (self->book, page->group);
  GtkWidget *header;

  if ((before != NULL && g_str_equal (get_row_page (before)->group, page->group)) || title == NULL)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  header = gtk_label_new (NULL);
  gtk_label_set_markup (GTK_LABEL (header), title);
  gtk_label_set_xalign (GTK_LABEL (header), 0);
  gtk_widget_add_css_class (header, "section");
  gtk_list_box_row_set_header (row, header);
}

static void
fill_topics (HsHelpWindow *self)
{
  GPtrArray *pages = hs_help_book_get_pages (self->book);

  for (guint i = 0; i < pages->len; i++)
    {
      HsHelpPage *page = pages->pdata[i];
      GtkWidget *row = gtk_list_box_row_new ();
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_markup (GTK_LABEL (label), page->title);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      if (*page->description != '\0')
        gtk_widget_set_tooltip_markup (row, page->description);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
      g_object_set_qdata (G_OBJECT (row), row_page_quark (), page);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, gtk_label_get_text (GTK_LABEL (label)), -1);
      gtk_list_box_append (self->topics, row);
    }
}

/* ---- Object ---- */

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  HsHelpWindow *self = HS_HELP_WINDOW (widget);

  if (self->back->len > 0)
    {
      g_autofree char *id = g_ptr_array_steal_index (self->back, self->back->len - 1);

      show (self, id);
    }
  else
    adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

static void
on_folded (HsHelpWindow *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "help.back",
                                 self->back->len > 0 || adw_leaflet_get_folded (self->leaflet));
}

static void
hs_help_window_finalize (GObject *object)
{
  HsHelpWindow *self = HS_HELP_WINDOW (object);

  g_clear_pointer (&self->book, hs_help_book_free);
  g_ptr_array_unref (self->back);
  g_free (self->shown);
  G_OBJECT_CLASS (hs_help_window_parent_class)->finalize (object);
}

static void
hs_help_window_class_init (HsHelpWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hs_help_window_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-help-window.ui");
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, search);
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, topics);
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, choosing);
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, reading);
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, scroller);
  gtk_widget_class_bind_template_child (widget_class, HsHelpWindow, page);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_started);
  gtk_widget_class_bind_template_callback (widget_class, on_search_stopped);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_topic);
  gtk_widget_class_install_action (widget_class, "help.back", NULL, on_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

/* Before the search's entry, which takes the arrow keys for itself. */
static void
add_back_key (HsHelpWindow *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Left, GDK_ALT_MASK),
                                                          gtk_named_action_new ("help.back")));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
hs_help_window_init (HsHelpWindow *self)
{
  self->back = g_ptr_array_new_with_free_func (g_free);
  self->book = hs_help_book_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_back_key (self);
  gtk_list_box_set_header_func (self->topics, update_header, self, NULL);
  gtk_list_box_set_filter_func (self->topics, is_wanted, self, NULL);
  fill_topics (self);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self));
  g_signal_connect_object (self->leaflet, "notify::folded", G_CALLBACK (on_folded), self, G_CONNECT_SWAPPED);
}

GtkWidget *
hs_help_window_new (void)
{
  return g_object_new (HS_TYPE_HELP_WINDOW, NULL);
}
