/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frame times of the message list against those of a bare list of two labels a row, over the same model, in one run.
 * A frame's time is what our side of it costs: from the frame clock's before-paint to its after-paint. */
#include <adwaita.h>

#include "hs-entry-list-private.h"
#include "hs-message-list.h"

#define N_ROWS 100000
#define N_FRAMES 600
#define NOTCHES -2.0 /* of the wheel, a frame */
#define APPENDS_PER_SECOND 1000
#define AIM 1.5 /* times the bare list's */

static const char *const texts[] = {
  "Good morning!",
  "早上好！我用手机也能连上了。",
  "The printer moved to the new network. It just appeared under Nearby, so nothing has to be set up again.",
  "👍",
  "Hello from irssi. The capture is at http://rui-nas.local/syn.txt",
  "第一行\n第二行：三次握手之后双方都可以随时发送数据。",
  "ok",
  "Does the room stay open overnight? It does: it keeps running in the background until somebody stops it.",
};
static const char *const names[] = { "Ana", "李伟", "Rui", "Tomás" };

typedef struct
{
  GtkWidget *window;
  GtkWidget *scrolled; /* the adjustment's */
  HsEntryList *entries;
  GArray *frames;      /* gint64 µs */
  gint64 began;
  gboolean pin;        /* the bare list does not stay at the end by itself */
} Bench;

/* ---- The model, the same for both ---- */

static void
make_row (guint position, HsEntryData *row)
{
  *row = (HsEntryData){
    .id = ((gint64) position + 1) << 12, .time = G_GINT64_CONSTANT (1700000000000) + position * G_GINT64_CONSTANT (20000),
    .kind = HS_KIND_MESSAGE, .own = position % 5 == 4, .delivery = position % 5 == 4 ? HS_SENT_ACCEPTED : HS_SENT_NONE,
    .sender = names[position / 3 % G_N_ELEMENTS (names)], .text = texts[position % G_N_ELEMENTS (texts)],
  };
}

static void
on_fetch (HsEntryList *list, guint first, guint count, gpointer data)
{
  g_autofree HsEntryData *rows = g_new (HsEntryData, count);

  for (guint i = 0; i < count; i++)
    make_row (first + i, &rows[i]);
  hs_entry_list_fill (list, first, rows, count);
}

static void
append (HsEntryList *list, guint n)
{
  g_autofree HsEntryData *rows = g_new (HsEntryData, n);
  guint first = hs_entry_list_get_n_stored (list);

  for (guint i = 0; i < n; i++)
    make_row (first + i, &rows[i]);
  hs_entry_list_inserted (list, first, rows, n);
}

/* ---- The bare list ---- */

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *name = gtk_label_new (NULL), *text = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), text);
  gtk_list_item_set_child (item, box);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *name = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  HsEntry *entry = gtk_list_item_get_item (item);

  gtk_label_set_text (GTK_LABEL (name), hs_entry_get_sender (entry));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (name)), hs_entry_get_text (entry));
}

static GtkWidget *
make_bare_list (HsEntryList *entries)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (entries)))), factory);

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  return scrolled;
}

static GtkWidget *
make_message_list (HsEntryList *entries)
{
  HsMessageList *list = hs_message_list_new ();

  hs_message_list_set_entries (list, G_LIST_MODEL (entries), 0);
  return GTK_WIDGET (list);
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

/* Runs @n frames, calling @each before each. */
static void
run_frames (Bench *bench, guint n, void (*each) (Bench *bench))
{
  guint until = bench->frames->len + n;

  while (bench->frames->len < until)
    {
      guint now = bench->frames->len;

      each (bench);
      gtk_widget_queue_draw (bench->window);
      while (bench->frames->len == now)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* As the wheel does: every scroll controller on the way hears of it, who follows the end lets go. */
static void
turn_wheel (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean handled;

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        g_signal_emit_by_name (controller, "scroll", 0.0, NOTCHES, &handled);
    }
}

static void
scroll_up (Bench *bench)
{
  for (GtkWidget *widget = bench->scrolled; widget != NULL; widget = gtk_widget_get_parent (widget))
    turn_wheel (widget);
}

static void
scroll_to_end (Bench *bench)
{
  gtk_widget_activate_action (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (bench->scrolled)), "list.scroll-to-item", "u",
                              g_list_model_get_n_items (G_LIST_MODEL (bench->entries)) - 1);
}

static void
append_some (Bench *bench)
{
  append (bench->entries, APPENDS_PER_SECOND / 60);
}

/* The recipe of a list that stays at the end, within the frame as in the real one: else its rows are bound where nobody measures. */
static gboolean
pin_to_end (GtkWidget *widget, GdkFrameClock *clock, gpointer bench)
{
  scroll_to_end (bench);
  return G_SOURCE_CONTINUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static double
p95_ms (GArray *frames)
{
  g_array_sort (frames, compare);
  return g_array_index (frames, gint64, frames->len * 95 / 100) / 1000.0;
}

static void
settle (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
}

static double
measure (GtkWidget *(*make) (HsEntryList *entries), void (*each) (Bench *bench))
{
  g_autoptr (HsEntryList) entries = hs_entry_list_new (on_fetch, NULL);
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  Bench bench = { .window = gtk_window_new (), .entries = entries, .frames = frames, .pin = make == make_bare_list };
  GdkFrameClock *clock;
  GtkWidget *content;

  hs_entry_list_set_n_stored (entries, N_ROWS);
  content = make (entries);
  gtk_window_set_default_size (GTK_WINDOW (bench.window), 640, 800);
  gtk_window_set_child (GTK_WINDOW (bench.window), content);
  gtk_window_present (GTK_WINDOW (bench.window));
  bench.scrolled = find_scrolled (content);
  settle (500);
  scroll_to_end (&bench);
  settle (500);

  clock = gtk_widget_get_frame_clock (bench.window);
  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (on_before_paint), &bench);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (on_after_paint), &bench);
  if (bench.pin && each == append_some)
    gtk_widget_add_tick_callback (content, pin_to_end, &bench, NULL);
  run_frames (&bench, N_FRAMES, each);
  g_signal_handlers_disconnect_by_data (clock, &bench);
  g_debug ("at %g of %g", gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (bench.scrolled))),
           gtk_adjustment_get_upper (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (bench.scrolled))));
  gtk_window_destroy (GTK_WINDOW (bench.window));
  settle (100);
  return p95_ms (frames);
}

static int
report (const char *what, void (*each) (Bench *bench))
{
  double bare = measure (make_bare_list, each), ours = measure (make_message_list, each);

  g_print ("%-28s bare %6.2f ms   ours %6.2f ms   ratio %.2f (aim %.2f)\n", what, bare, ours, ours / bare, AIM);
  return ours / bare <= AIM ? 0 : 1;
}

int
main (void)
{
  int missed = 0;

  adw_init ();
  g_print ("p95 of a frame, %d rows\n", N_ROWS);
  missed += report ("scrolling", scroll_up);
  missed += report ("1,000 appended a second", append_some);
  return missed > 0;
}
