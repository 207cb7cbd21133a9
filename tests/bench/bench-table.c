/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frame times of the table of guests against those of a bare table with as many columns of plain labels, 5,000 rows each, in one run: scrolling, and
 * scrolling while guests come and go. And what a guest's coming and going costs in a list of 5,000 against one of 50: it must not grow with it. */
#include <adwaita.h>

#include "hs-guest-list.h"
#include "hs-guest-private.h"
#include "hs-guest-table.h"

#define N_ROWS 5000
#define N_FRAMES 400
#define N_COLUMNS 10
#define STEP 90.0    /* px a frame */
#define N_CHANGES 2000
#define AIM 1.5       /* times the bare table's */
#define GROWTH_AIM 3.0 /* log 5,000 is 2.2 times log 50 */

typedef struct
{
  GtkWidget *window;
  GtkAdjustment *adjustment;
  HsGuestList *guests;
  GArray *frames; /* gint64 µs */
  gint64 began;
  guint64 next;
  double direction;
} Bench;

static HsGuest *
make_guest (guint64 id)
{
  g_autofree char *nick = g_strdup_printf ("Guest %u", (guint) (id * 7919 % 100000));
  g_autofree char *address = g_strdup_printf ("10.%u.%u.%u:%u", (guint) (id >> 16), (guint) (id >> 8 & 255), (guint) (id & 255), 40000 + (guint) (id % 20000));
  const HsGuestFacts facts = { .id = id, .nick = nick, .wire_nick = nick, .address = address, .host = address, .dialect = id % 3 ? "IRC" : "Plain text",
                               .security = id % 2 ? "TLS 1.3" : "", .encrypted = id % 2, .registered = TRUE, .since = g_get_real_time () };
  HsGuest *guest = hs_guest_new (&facts);

  hs_guest_set_state (guest, HS_TCP_ESTABLISHED, (guint32) (id * 31 % 5000), 0);
  hs_guest_set_traffic (guest, facts.since, id * 100, id * 17);
  return guest;
}

static void
add_guests (HsGuestList *list, guint64 *next, guint n)
{
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func (g_object_unref);

  while (n-- > 0)
    g_ptr_array_add (guests, make_guest (++*next));
  hs_guest_list_append (list, guests);
}

static void
remove_guest (HsGuestList *list, guint position)
{
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (guests, g_list_model_get_item (G_LIST_MODEL (list), position));
  hs_guest_list_remove (list, guests);
}

/* ---- The bare table ---- */

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_list_item_set_child (item, label);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item)
{
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), hs_guest_get_address (gtk_list_item_get_item (item)));
}

static GtkWidget *
make_bare (HsGuestList *guests)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_column_view_new (GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (guests)))));

  for (guint i = 0; i < N_COLUMNS; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new ("Address", factory);

      g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
      g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
      gtk_column_view_column_set_fixed_width (column, 92);
      gtk_column_view_append_column (GTK_COLUMN_VIEW (view), column);
    }
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  return scroller;
}

static GtkWidget *
make_ours (HsGuestList *guests)
{
  HsGuestTable *table = hs_guest_table_new ();

  hs_guest_table_set_guests (table, G_LIST_MODEL (guests));
  return GTK_WIDGET (table);
}

/* ---- Measuring ---- */

static GtkWidget *
find_scrolled (GtkWidget *widget)
{
  if (GTK_IS_SCROLLED_WINDOW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_scrolled (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
on_before_paint (Bench *bench)
{
  bench->began = g_get_monotonic_time ();
}

static void
on_after_paint (Bench *bench)
{
  gint64 took = g_get_monotonic_time () - bench->began;

  g_array_append_val (bench->frames, took);
}

static void
scroll (Bench *bench)
{
  double value = gtk_adjustment_get_value (bench->adjustment), end = gtk_adjustment_get_upper (bench->adjustment) - gtk_adjustment_get_page_size (bench->adjustment);

  if (value >= end)
    bench->direction = -1;
  else if (value <= 0)
    bench->direction = 1;
  gtk_adjustment_set_value (bench->adjustment, CLAMP (value + bench->direction * STEP, 0, end));
}

/* Two come and two go with each frame: 120 a second. */
static void
scroll_in_a_crowd (Bench *bench)
{
  scroll (bench);
  add_guests (bench->guests, &bench->next, 2);
  for (guint i = 0; i < 2; i++)
    remove_guest (bench->guests, (guint) (bench->next * 13 % N_ROWS));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
settle (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
}

static double
measure (GtkWidget *(*make) (HsGuestList *guests), void (*each) (Bench *bench))
{
  g_autoptr (HsGuestList) guests = hs_guest_list_new ();
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  Bench bench = { .window = gtk_window_new (), .guests = guests, .frames = frames, .direction = 1 };
  GdkFrameClock *clock;
  GtkWidget *content;

  add_guests (guests, &bench.next, N_ROWS);
  content = make (guests);
  gtk_window_set_default_size (GTK_WINDOW (bench.window), 960, 700);
  gtk_window_set_child (GTK_WINDOW (bench.window), content);
  gtk_window_present (GTK_WINDOW (bench.window));
  bench.adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (find_scrolled (content)));
  settle (700);
  clock = gtk_widget_get_frame_clock (bench.window);
  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (on_before_paint), &bench);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (on_after_paint), &bench);
  while (frames->len < N_FRAMES)
    {
      guint now = frames->len;

      each (&bench);
      gtk_widget_queue_draw (bench.window);
      while (frames->len == now)
        g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handlers_disconnect_by_data (clock, &bench);
  gtk_window_destroy (GTK_WINDOW (bench.window));
  settle (100);
  g_array_sort (frames, compare);
  return g_array_index (frames, gint64, frames->len * 95 / 100) / 1000.0;
}

static int
report (const char *what, void (*each) (Bench *bench))
{
  double bare = measure (make_bare, each), ours = measure (make_ours, each);

  g_print ("%-28s bare %6.2f ms   ours %6.2f ms   ratio %.2f (aim %.2f)\n", what, bare, ours, ours / bare, AIM);
  return ours / bare <= AIM ? 0 : 1;
}

/* ---- One comes, one goes; no frame is drawn ---- */

static double
measure_changes (guint n)
{
  g_autoptr (HsGuestList) guests = hs_guest_list_new ();
  g_autoptr (GtkWidget) table = g_object_ref_sink (make_ours (guests));
  GtkWidget *view = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (find_scrolled (table)));
  g_autoptr (GtkColumnViewColumn) by = g_list_model_get_item (gtk_column_view_get_columns (GTK_COLUMN_VIEW (view)), 5);
  guint64 next = 0;
  gint64 began;

  add_guests (guests, &next, n);
  gtk_column_view_sort_by_column (GTK_COLUMN_VIEW (view), by, GTK_SORT_ASCENDING);
  began = g_get_monotonic_time ();
  for (guint i = 0; i < N_CHANGES; i++)
    {
      add_guests (guests, &next, 1);
      remove_guest (guests, (guint) (next * 13 % n));
    }
  return (double) (g_get_monotonic_time () - began) / N_CHANGES;
}

static int
report_changes (void)
{
  double few = measure_changes (50), many = measure_changes (N_ROWS);

  g_print ("%-28s 50: %6.2f µs   5,000: %6.2f µs   ratio %.2f (aim %.2f)\n", "one comes, one goes", few, many, many / few, GROWTH_AIM);
  return many / few <= GROWTH_AIM ? 0 : 1;
}

int
main (void)
{
  int missed = 0;

  adw_init ();
  g_print ("p95 of a frame, %d rows, %d columns\n", N_ROWS, N_COLUMNS);
  missed += report ("scrolling", scroll);
  missed += report ("scrolling in a crowd", scroll_in_a_crowd);
  missed += report_changes ();
  return missed > 0;
}
