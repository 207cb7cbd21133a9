/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-guest-table.h"

#include "hs-guest-column.h"
#include "hs-sorted-list.h"

#include <glib/gi18n.h>
#include <string.h>

#define TICK_MS 1000 /* how long somebody is silent; that is sorted anew every so many ticks: */
#define TICKS_A_SORT 3

/* A column's sorter, and the table that wants to know when it is asked. */
typedef struct
{
  HsGuestTable *table; /* borrowed: it owns the sorters */
  const HsGuestColumn *column;
} Order;

struct _HsGuestTable
{
  GtkWidget parent_instance;

  /* Template */
  GtkColumnView *view;

  /* Owned */
  HsSortedList *sorted;
  GtkSelectionModel *selection;
  GListModel *guests; /* (nullable) */
  GPtrArray *ageing;  /* of GtkListItem, borrowed while bound: what a tick writes anew */
  char *wanted;       /* (nullable) folded */

  /* State */
  guint tick;
  guint n_ticks;
  gboolean live; /* sorted by what changes all the time, when it was last sorted */
};

G_DEFINE_FINAL_TYPE (HsGuestTable, hs_guest_table, GTK_TYPE_WIDGET)

enum { SELECTION_CHANGED, ACTIVATED, MENU, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- Columns ---- */

/* The row is made by GtkColumnView; its name is what a screen reader says, and what tests look for. */
static void
name_row (GtkWidget *label, HsGuest *guest)
{
  GtkWidget *cell = gtk_widget_get_parent (label), *row = cell != NULL ? gtk_widget_get_parent (cell) : NULL;
  g_autofree char *name = hs_guest_column_format_row (guest);

  if (row != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static const HsGuestColumn *
column_of (gpointer object)
{
  return g_object_get_data (object, "hs-column");
}

static gboolean
is_name (const HsGuestColumn *column)
{
  return column == hs_guest_column_get (HS_GUEST_COLUMN_NAME);
}

static void
write_cell (GtkListItem *item)
{
  GtkWidget *label = gtk_list_item_get_child (item);
  HsGuest *guest = gtk_list_item_get_item (item);
  const HsGuestColumn *column = column_of (item);
  g_autofree char *text = NULL;

  if (guest == NULL)
    return;
  text = column->format (guest);
  if (strcmp (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
  if (column->dress != NULL)
    column->dress (label, guest);
  if (is_name (column))
    name_row (label, guest);
}

static void
on_guest_changed (HsGuest *guest, GParamSpec *pspec, GtkListItem *item)
{
  const HsGuestColumn *column = column_of (item);

  if (g_strv_contains (column->properties, pspec->name) || (is_name (column) && strcmp (pspec->name, "state") == 0))
    write_cell (item);
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item)
{
  const HsGuestColumn *column = column_of (factory);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_halign (label, (column->flags & HS_GUEST_COLUMN_PILL) != 0 ? GTK_ALIGN_START : GTK_ALIGN_FILL);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_label_set_ellipsize (GTK_LABEL (label), (column->flags & HS_GUEST_COLUMN_EXPANDS) != 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  if ((column->flags & HS_GUEST_COLUMN_NUMERIC) != 0)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
  g_object_set_data (G_OBJECT (label), "hs-item", item);
  g_object_set_data (G_OBJECT (item), "hs-column", (gpointer) column);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, HsGuestTable *self)
{
  g_signal_connect_object (gtk_list_item_get_item (item), "notify", G_CALLBACK (on_guest_changed), item, 0);
  if ((column_of (factory)->flags & HS_GUEST_COLUMN_AGES) != 0)
    g_ptr_array_add (self->ageing, item);
  write_cell (item);
}

static void
on_unbind (GtkListItemFactory *factory, GtkListItem *item, HsGuestTable *self)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), on_guest_changed, item);
  if ((column_of (factory)->flags & HS_GUEST_COLUMN_AGES) != 0)
    g_ptr_array_remove_fast (self->ageing, item);
}

static int
compare_guests (gconstpointer a, gconstpointer b, gpointer data)
{
  const Order *order = data;

  order->table->live |= (order->column->flags & HS_GUEST_COLUMN_LIVE) != 0;
  return order->column->compare ((HsGuest *) a, (HsGuest *) b);
}

static void
add_column (HsGuestTable *self, const HsGuestColumn *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  Order *order = g_memdup2 (&(Order){ self, column }, sizeof (Order));
  g_autoptr (GtkColumnViewColumn) made = gtk_column_view_column_new (_(column->title), factory);
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_guests, order, g_free));

  g_object_set_data (G_OBJECT (factory), "hs-column", (gpointer) column);
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, 0);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_expand (made, (column->flags & HS_GUEST_COLUMN_EXPANDS) != 0);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_fixed_width (made, column->width);
  g_object_set_data (G_OBJECT (made), "hs-column", (gpointer) column);
  gtk_column_view_append_column (self->view, made);
}

/* ---- Time passes ---- */

/* The guests' own changes are told; which of them are sorted by what changes all the time is put in order now and then. */
static gboolean
on_tick (gpointer data)
{
  HsGuestTable *self = data;

  for (guint i = 0; i < self->ageing->len; i++)
    write_cell (g_ptr_array_index (self->ageing, i));
  if (++self->n_ticks % TICKS_A_SORT != 0 || !self->live)
    return G_SOURCE_CONTINUE;
  self->live = FALSE; /* it will be found out again */
  hs_sorted_list_sort_again (self->sorted);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (HsGuestTable *self)
{
  gboolean wanted = self->guests != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->tick == 0)
    self->tick = g_timeout_add (TICK_MS, on_tick, self);
  else if (!wanted)
    g_clear_handle_id (&self->tick, g_source_remove);
}

/* ---- Searching ---- */

static char *
fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}

static gboolean
is_wanted (gpointer guest, gpointer data)
{
  HsGuestTable *self = data;

  for (guint i = 0; i < HS_GUEST_COLUMN_SEARCHED; i++)
    {
      g_autofree char *text = hs_guest_column_get (i)->format (guest), *folded = fold (text);

      if (strstr (folded, self->wanted) != NULL)
        return TRUE;
    }
  return FALSE;
}

void
hs_guest_table_set_search (HsGuestTable *self, const char *text)
{
  g_free (self->wanted);
  self->wanted = fold (text);
  hs_sorted_list_set_filter (self->sorted, *self->wanted != '\0' ? is_wanted : NULL, self);
}

/* ---- The guests ---- */

/* What a guest is called and speaks comes after itself. */
static void
on_any_guest_changed (HsGuest *guest, GParamSpec *pspec, HsGuestTable *self)
{
  static const char *const settled[] = { "nick", "dialect", "security", "encrypted", "listener", "own", "address", NULL };

  if (g_strv_contains (settled, pspec->name))
    hs_sorted_list_item_changed (self->sorted, guest);
}

static void
follow_guests (HsGuestTable *self, GListModel *guests, guint position, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) guest = g_list_model_get_item (guests, position + i);

      g_signal_handlers_disconnect_by_func (guest, on_any_guest_changed, self);
      g_signal_connect_object (guest, "notify", G_CALLBACK (on_any_guest_changed), self, 0);
    }
}

static void
on_guests_changed (GListModel *guests, guint position, guint removed, guint added, HsGuestTable *self)
{
  follow_guests (self, guests, position, added);
}

static void
leave_guests (HsGuestTable *self)
{
  guint n = self->guests != NULL ? g_list_model_get_n_items (self->guests) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) guest = g_list_model_get_item (self->guests, i);

      g_signal_handlers_disconnect_by_func (guest, on_any_guest_changed, self);
    }
  if (self->guests != NULL)
    g_signal_handlers_disconnect_by_func (self->guests, on_guests_changed, self);
}

void
hs_guest_table_set_guests (HsGuestTable *self, GListModel *guests)
{
  if (self->guests == guests)
    return;
  leave_guests (self);
  g_set_object (&self->guests, guests);
  if (guests != NULL)
    {
      follow_guests (self, guests, 0, g_list_model_get_n_items (guests));
      g_signal_connect_object (guests, "items-changed", G_CALLBACK (on_guests_changed), self, 0);
    }
  hs_sorted_list_set_model (self->sorted, guests);
  update_tick (self);
}

GPtrArray *
hs_guest_table_list_selected (HsGuestTable *self)
{
  GPtrArray *selected = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) set = gtk_selection_model_get_selection (self->selection);
  GtkBitsetIter iter;
  guint position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, set, &position); more; more = gtk_bitset_iter_next (&iter, &position))
    {
      gpointer guest = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

      if (guest != NULL)
        g_ptr_array_add (selected, guest);
    }
  return selected;
}

guint
hs_guest_table_count_shown (HsGuestTable *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
}

/* ---- Choosing ---- */

static void
on_selection_changed (HsGuestTable *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
on_activate (GtkColumnView *view, guint position, HsGuestTable *self)
{
  g_autoptr (GObject) guest = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (guest != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, guest);
}

/* The guest whose row is at @widget or around it. (nullable) */
static HsGuest *
find_guest (GtkWidget *widget, guint *position, HsGuestTable *self)
{
  for (; widget != NULL && widget != GTK_WIDGET (self); widget = gtk_widget_get_parent (widget))
    for (GtkWidget *cell = gtk_widget_get_first_child (widget); cell != NULL; cell = gtk_widget_get_next_sibling (cell))
      {
        GtkWidget *inner = gtk_widget_get_first_child (cell);
        GtkListItem *item = g_object_get_data (G_OBJECT (cell), "hs-item");

        if (item == NULL && inner != NULL)
          item = g_object_get_data (G_OBJECT (inner), "hs-item");
        if (item == NULL)
          continue;
        *position = gtk_list_item_get_position (item);
        return gtk_list_item_get_item (item);
      }
  return NULL;
}

/* A row that is not among the chosen ones is chosen alone, as everywhere. */
static void
on_secondary_click (GtkGestureClick *gesture, int n_press, double x, double y, HsGuestTable *self)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  guint position = 0;

  if (find_guest (picked, &position, self) != NULL && !gtk_selection_model_is_selected (self->selection, position))
    gtk_selection_model_select_item (self->selection, position, TRUE);
  g_signal_emit (self, signals[MENU], 0, x, y);
}

static gboolean
on_menu_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  double x = 0, y = 0;

  if (focus != NULL && gtk_widget_is_ancestor (focus, widget))
    gtk_widget_translate_coordinates (focus, widget, 24, gtk_widget_get_height (focus), &x, &y);
  g_signal_emit (widget, signals[MENU], 0, x, y);
  return TRUE;
}

/* ---- Widths ---- */

#define USUAL_FONT_PX 14.67 /* 11 points at 96 dpi, for which the widths are */

/* Large text needs wide columns. */
static void
update_widths (HsGuestTable *self)
{
  const PangoFontDescription *font = pango_context_get_font_description (gtk_widget_get_pango_context (GTK_WIDGET (self)));
  double px = font != NULL ? (double) pango_font_description_get_size (font) / PANGO_SCALE : 0;
  double scale;

  if (font != NULL && !pango_font_description_get_size_is_absolute (font))
    px *= 96.0 / 72.0;
  scale = MAX (px / USUAL_FONT_PX, 1);
  for (guint i = 0; i < HS_GUEST_COLUMN_N; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (gtk_column_view_get_columns (self->view), i);
      int width = (int) (hs_guest_column_get (i)->width * scale);

      if (gtk_column_view_column_get_fixed_width (column) < width)
        gtk_column_view_column_set_fixed_width (column, width);
    }
}

/* ---- Object ---- */

static void
hs_guest_table_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (hs_guest_table_parent_class)->css_changed (widget, change);
  update_widths (HS_GUEST_TABLE (widget));
}

static void
hs_guest_table_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (hs_guest_table_parent_class)->map (widget);
  update_tick (HS_GUEST_TABLE (widget));
}

static void
hs_guest_table_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (hs_guest_table_parent_class)->unmap (widget);
  update_tick (HS_GUEST_TABLE (widget));
}

static void
hs_guest_table_dispose (GObject *object)
{
  HsGuestTable *self = HS_GUEST_TABLE (object);
  GtkWidget *child;

  g_clear_handle_id (&self->tick, g_source_remove);
  leave_guests (self);
  g_clear_object (&self->guests);
  if (self->sorted != NULL)
    hs_sorted_list_set_sorter (self->sorted, NULL); /* the view's sorters know us */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_pointer (&self->wanted, g_free);
  G_OBJECT_CLASS (hs_guest_table_parent_class)->dispose (object);
}

static void
hs_guest_table_finalize (GObject *object)
{
  g_ptr_array_unref (HS_GUEST_TABLE (object)->ageing);
  G_OBJECT_CLASS (hs_guest_table_parent_class)->finalize (object);
}

static void
hs_guest_table_class_init (HsGuestTableClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_guest_table_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_guest_table_finalize;
  widget_class->css_changed = hs_guest_table_css_changed;
  widget_class->map = hs_guest_table_map;
  widget_class->unmap = hs_guest_table_unmap;
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", HS_TYPE_GUEST_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", HS_TYPE_GUEST_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_GUEST);
  signals[MENU] = g_signal_new ("menu", HS_TYPE_GUEST_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "guesttable");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, on_menu_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, on_menu_key, NULL);
}

static void
hs_guest_table_init (HsGuestTable *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->ageing = g_ptr_array_new ();
  self->sorted = hs_sorted_list_new ();
  self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->sorted))));
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (g_object_ref (self->selection)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Connections"), -1);
  for (guint i = 0; i < HS_GUEST_COLUMN_N; i++)
    add_column (self, hs_guest_column_get (i));
  hs_sorted_list_set_sorter (self->sorted, gtk_column_view_get_sorter (self->view));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_set_parent (scroller, GTK_WIDGET (self));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (on_selection_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_selection_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "activate", G_CALLBACK (on_activate), self, 0);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_secondary_click), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

HsGuestTable *
hs_guest_table_new (void)
{
  return g_object_new (HS_TYPE_GUEST_TABLE, NULL);
}
