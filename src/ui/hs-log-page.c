/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's second page: everything that happened on one connection, newest first; filtered and copied here. */
#include "hs-log-page.h"

#include "hs-log-row.h"
#include "hs-reverse-list.h"
#include "hs-tcp-watch.h"

#include <string.h>

struct _HsLogPage
{
  GtkWidget parent_instance;

  /* Template */
  GtkEditable *filter_entry;
  GtkListView *list;
  GtkWidget *scroller, *nothing;

  /* Owned */
  GListModel *log;          /* (nullable) */
  HsReverseList *newest_first;
  GtkFilterListModel *filtered;
  char *needle;             /* case-folded; NULL: no filter */

  /* State */
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (HsLogPage, hs_log_page, GTK_TYPE_WIDGET)

static gboolean
matches (gpointer item, gpointer user_data)
{
  HsLogPage *self = user_data;
  g_autofree char *text = NULL, *folded = NULL;

  if (self->needle == NULL)
    return TRUE;
  text = hs_log_row_describe (hs_tcp_log_item_get_event (item));
  folded = g_utf8_casefold (text, -1);
  return strstr (folded, self->needle) != NULL;
}

static void
on_filter (HsLogPage *self)
{
  const char *text = gtk_editable_get_text (self->filter_entry);

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered), GTK_FILTER_CHANGE_DIFFERENT);
}

char *
hs_log_page_dup_text (HsLogPage *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->filtered)); i > 0; i--)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (G_LIST_MODEL (self->filtered), i - 1);
      g_autofree char *line = hs_tcp_event_to_text (hs_tcp_log_item_get_event (item));

      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static void
on_copy (HsLogPage *self)
{
  g_autofree char *text = hs_log_page_dup_text (self);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
follow (HsLogPage *self)
{
  hs_reverse_list_set_model (self->newest_first, self->shown ? self->log : NULL);
}

void
hs_log_page_set_log (HsLogPage *self, GListModel *log)
{
  if (g_set_object (&self->log, log))
    follow (self);
}

void
hs_log_page_set_shown (HsLogPage *self, gboolean shown)
{
  if (self->shown == shown)
    return;
  self->shown = shown;
  follow (self);
}

static void
on_items_changed (HsLogPage *self)
{
  gboolean empty = g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0;

  gtk_widget_set_visible (self->scroller, !empty);
  gtk_widget_set_visible (self->nothing, empty);
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_child (item, hs_log_row_new ());
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  hs_log_row_set_item (HS_LOG_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

/* ---- Object ---- */

static void
hs_log_page_dispose (GObject *object)
{
  HsLogPage *self = HS_LOG_PAGE (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (child != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->filtered);
  g_clear_object (&self->newest_first);
  g_clear_object (&self->log);
  g_clear_pointer (&self->needle, g_free);
  G_OBJECT_CLASS (hs_log_page_parent_class)->dispose (object);
}

static void
hs_log_page_class_init (HsLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_log_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, list);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, nothing);
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
}

static void
hs_log_page_init (HsLogPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkNoSelection) selection = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->newest_first = hs_reverse_list_new ();
  self->filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->newest_first)),
                                              GTK_FILTER (gtk_custom_filter_new (matches, self, NULL)));
  g_signal_connect_swapped (self->filtered, "items-changed", G_CALLBACK (on_items_changed), self);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->filtered)));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  on_items_changed (self);
}
