/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's second page: everything that happened on one connection, newest first; filtered, copied and exported here. */
#include "hs-log-page.h"

#include "hs-log-row.h"
#include "hs-reverse-list.h"
#include "hs-tcp-watch.h"

#include <glib/gi18n.h>
#include <string.h>

struct _HsLogPage
{
  GtkWidget parent_instance;

  /* Template */
  GtkEditable *filter_entry;
  GtkDropDown *kind;
  GtkListView *list;
  GtkWidget *scroller, *nothing;

  /* Owned */
  HsTcpWatch *watch;        /* (nullable) */
  HsReverseList *newest_first;
  GtkFilterListModel *filtered;
  char *needle;             /* case-folded; NULL: no filter */

  /* State */
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (HsLogPage, hs_log_page, GTK_TYPE_WIDGET)

/* In the order of the drop-down; 0: all. */
static const guint kinds[] = {
  0,
  1 << HS_TCP_EVENT_STATE | 1 << HS_TCP_EVENT_OTHER,
  1 << HS_TCP_EVENT_SEGMENT,
  1 << HS_TCP_EVENT_DATA,
  1 << HS_TCP_EVENT_STEP | 1 << HS_TCP_EVENT_NOTE | 1 << HS_TCP_EVENT_NUMBERED,
};

static gboolean
matches (gpointer item, gpointer user_data)
{
  HsLogPage *self = user_data;
  guint kind = kinds[MIN (gtk_drop_down_get_selected (self->kind), G_N_ELEMENTS (kinds) - 1)];
  g_autofree char *text = NULL, *folded = NULL;

  if (kind != 0 && (kind & 1u << hs_tcp_log_item_get_event (item)->kind) == 0)
    return FALSE;
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

static char *
dup_filtered (HsLogPage *self, char *(*export) (GListModel *events))
{
  g_autoptr (HsReverseList) oldest_first = hs_reverse_list_new ();

  hs_reverse_list_set_model (oldest_first, G_LIST_MODEL (self->filtered));
  return export (G_LIST_MODEL (oldest_first));
}

char *
hs_log_page_dup_text (HsLogPage *self)
{
  return dup_filtered (self, hs_log_export_text);
}

char *
hs_log_page_dup_export (HsLogPage *self, HsLogFormat format)
{
  if (format == HS_LOG_FORMAT_SVG)
    return self->watch != NULL ? hs_log_export_svg (self->watch) : NULL;
  return dup_filtered (self, format == HS_LOG_FORMAT_JSON ? hs_log_export_json : hs_log_export_text);
}

static void
tell (GtkWidget *page, const char *sentence)
{
  g_signal_emit_by_name (page, "error", sentence);
}

static void
on_export (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsLogFormat format = hs_log_format_from_name (g_variant_get_string (parameter, NULL));
  char *content = format < HS_LOG_N_FORMATS ? hs_log_page_dup_export (HS_LOG_PAGE (widget), format) : NULL;

  if (content != NULL)
    hs_log_export_save (widget, format, content, tell);
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
  hs_reverse_list_set_model (self->newest_first, self->shown && self->watch != NULL ? hs_tcp_watch_get_log (self->watch) : NULL);
}

void
hs_log_page_set_watch (HsLogPage *self, HsTcpWatch *watch)
{
  if (g_set_object (&self->watch, watch))
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

  if (self->filtered != NULL) /* it asks the drop-down, which goes */
    gtk_filter_list_model_set_filter (self->filtered, NULL);
  if (child != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->filtered);
  g_clear_object (&self->newest_first);
  g_clear_object (&self->watch);
  g_clear_pointer (&self->needle, g_free);
  G_OBJECT_CLASS (hs_log_page_parent_class)->dispose (object);
}

static void
hs_log_page_class_init (HsLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_log_page_dispose;
  g_signal_new ("error", HS_TYPE_LOG_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, kind);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, list);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, HsLogPage, nothing);
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_install_action (widget_class, "log.export", "s", on_export);
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
