/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows, list, composer and room view on a display, with a session that has no socket. */
#include <string.h>

#include <adwaita.h>

#include "hs-bubble.h"
#include "hs-composer.h"
#include "hs-entry-list-private.h"
#include "hs-entry-words.h"
#include "hs-member.h"
#include "hs-member-list.h"
#include "hs-message-list.h"
#include "hs-message-row.h"
#include "hs-room-beginning.h"
#include "hs-room-view.h"
#include "hs-session-private.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

typedef gboolean (*Condition) (gpointer data);

static gboolean
wait_until (Condition condition, gpointer data)
{
  gint64 end = g_get_monotonic_time () + WAIT_US;

  while (!condition (data) && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  return condition (data);
}

static gboolean
is_after (gpointer data)
{
  return g_get_monotonic_time () > *(gint64 *) data;
}

/* Frames of the clock, not a fixed sleep: what is waited for is that nothing happens any more. */
static void
settle (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  wait_until (is_after, &end);
}

/* ---- A list filled at once ---- */

static void
fetch_nothing (HsEntryList *list, guint first, guint count, gpointer data)
{
}

static HsEntryData
make_row (guint i, const char *text)
{
  return (HsEntryData) {
    .id = (gint64) (i + 1) << 12, .time = 1767355200000 + i * 1000, .kind = HS_KIND_MESSAGE, .own = i % 3 == 0,
    .delivery = i % 3 == 0 ? HS_SENT_ACCEPTED : HS_SENT_NONE, .sender = i % 3 == 0 ? "me" : "ana", .shown = i % 3 == 0 ? "Me" : "Ana María", .text = text,
  };
}

static void
append (HsEntryList *list, const char *text)
{
  guint n = hs_entry_list_get_n_stored (list);
  HsEntryData row = make_row (n, text);

  hs_entry_list_inserted (list, n, &row, 1);
}

typedef struct
{
  GtkWidget *window;
  HsMessageList *list;
  HsEntryList *entries;
  GtkAdjustment *adjustment;
} Fixture;

static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
fixture_init (Fixture *self, guint rows)
{
  self->entries = hs_entry_list_new (fetch_nothing, NULL);
  for (guint i = 0; i < rows; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u: a line that is long enough to be wrapped in a window as narrow as this one is", i);

      append (self->entries, text);
    }
  self->window = gtk_window_new ();
  self->list = hs_message_list_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 420, 500);
  gtk_window_set_child (GTK_WINDOW (self->window), GTK_WIDGET (self->list));
  gtk_window_present (GTK_WINDOW (self->window));
  hs_message_list_set_entries (self->list, G_LIST_MODEL (self->entries), 0);
  self->adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (find_type (GTK_WIDGET (self->list), GTK_TYPE_SCROLLED_WINDOW)));
}

static void
fixture_clear (Fixture *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_object_unref (self->entries);
}

static gboolean
is_at_end (gpointer data)
{
  Fixture *self = data;

  return gtk_adjustment_get_upper (self->adjustment) > gtk_adjustment_get_page_size (self->adjustment) &&
         gtk_adjustment_get_value (self->adjustment) + gtk_adjustment_get_page_size (self->adjustment) >= gtk_adjustment_get_upper (self->adjustment) - 4;
}

static void
test_opens_at_end (void)
{
  Fixture fixture;

  fixture_init (&fixture, 2000);
  g_assert_true (wait_until (is_at_end, &fixture));
  g_assert_true (hs_message_list_is_at_end (fixture.list));
  fixture_clear (&fixture);
}

static void
test_follows_end (void)
{
  Fixture fixture;

  fixture_init (&fixture, 300);
  g_assert_true (wait_until (is_at_end, &fixture));
  for (guint i = 0; i < 50; i++)
    {
      append (fixture.entries, "one more, and a second line of it\nhere");
      g_main_context_iteration (NULL, FALSE);
    }
  settle (300);
  g_assert_true (wait_until (is_at_end, &fixture));
  g_assert_true (hs_message_list_is_at_end (fixture.list));
  fixture_clear (&fixture);
}

/* Who reads above is not moved, and comes back by the button. */
static void
test_stays_away (void)
{
  Fixture fixture;
  double value;

  fixture_init (&fixture, 300);
  g_assert_true (wait_until (is_at_end, &fixture));
  settle (200);
  hs_message_list_let_go (fixture.list);
  gtk_adjustment_set_value (fixture.adjustment, gtk_adjustment_get_value (fixture.adjustment) - 300);
  settle (200);
  g_assert_false (hs_message_list_is_at_end (fixture.list));
  value = gtk_adjustment_get_value (fixture.adjustment);
  for (guint i = 0; i < 20; i++)
    append (fixture.entries, "new");
  settle (300);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (fixture.adjustment), value, 200);
  g_assert_false (is_at_end (&fixture));
  gtk_widget_activate_action (GTK_WIDGET (fixture.list), "messages.end", NULL);
  g_assert_true (wait_until (is_at_end, &fixture));
  fixture_clear (&fixture);
}

static GtkWidget *
find_icon (GtkWidget *widget, const char *icon)
{
  GtkWidget *found = GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), icon) == 0 ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_icon (child, icon);
  return found;
}

static gboolean
has_line (GtkWidget *widget)
{
  graphene_rect_t bounds;
  gboolean found = FALSE;

  if (HS_IS_MESSAGE_ROW (widget) && gtk_widget_get_mapped (widget) && hs_message_row_get_entry (HS_MESSAGE_ROW (widget)) != NULL
      && hs_entry_is_first_unread (hs_message_row_get_entry (HS_MESSAGE_ROW (widget))))
    found = gtk_widget_compute_bounds (widget, gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW), &bounds)
            && bounds.origin.y + bounds.size.height > 0 && bounds.origin.y < 500;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !found; child = gtk_widget_get_next_sibling (child))
    found = has_line (child);
  return found;
}

static gboolean
shows_line (gpointer data)
{
  return has_line (GTK_WIDGET (((Fixture *) data)->list));
}

static gboolean
is_hidden (gpointer widget)
{
  return !gtk_widget_get_visible (widget);
}

static gboolean
is_visible (gpointer widget)
{
  return gtk_widget_get_visible (widget);
}

/* @data: how many rows came in before the first. */
static void
fetch_rows (HsEntryList *list, guint first, guint count, gpointer data)
{
  g_autofree HsEntryData *rows = g_new0 (HsEntryData, count);

  for (guint i = 0; i < count; i++)
    {
      rows[i] = make_row (first + i, "a line that is long enough to be wrapped in a window as narrow as this one is");
      rows[i].id -= (gint64) *(guint *) data << 12;
    }
  hs_entry_list_fill (list, first, rows, count);
}

/* A button while the line is out of sight; not for who has seen it and is at the end. Rows that come in above or below do not lead it astray. */
static void
test_line (void)
{
  Fixture fixture;
  GtkWidget *button;
  HsEntryData row = make_row (0, "older");
  guint before = 0;

  fixture_init (&fixture, 0);
  g_object_unref (fixture.entries);
  fixture.entries = hs_entry_list_new (fetch_rows, &before);
  hs_entry_list_set_n_stored (fixture.entries, 300);
  settle (200);
  button = find_icon (GTK_WIDGET (fixture.list), "go-up-symbolic");
  g_assert_false (hs_message_list_scroll_to_line (fixture.list));
  hs_entry_list_set_read_id (fixture.entries, (gint64) 100 << 12);
  hs_message_list_set_entries (fixture.list, G_LIST_MODEL (fixture.entries), 200);
  g_assert_true (wait_until (shows_line, &fixture));
  settle (200);
  g_assert_true (is_hidden (button));
  gtk_widget_activate_action (GTK_WIDGET (fixture.list), "messages.end", NULL);
  g_assert_true (wait_until (is_at_end, &fixture));
  settle (200);
  g_assert_true (is_hidden (button));
  hs_message_list_let_go (fixture.list);
  gtk_adjustment_set_value (fixture.adjustment, gtk_adjustment_get_value (fixture.adjustment) - 400);
  g_assert_true (wait_until (is_visible, button));
  row.id = 1;
  before = 1;
  hs_entry_list_inserted (fixture.entries, 0, &row, 1);
  append (fixture.entries, "newer");
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (wait_until (shows_line, &fixture));
  g_assert_true (wait_until (is_hidden, button));
  settle (200);
  g_assert_true (shows_line (&fixture));
  g_assert_false (hs_message_list_is_at_end (fixture.list));
  gtk_adjustment_set_value (fixture.adjustment, 0);
  g_assert_true (wait_until (is_visible, button));
  g_assert_cmpstr (gtk_button_get_icon_name (GTK_BUTTON (button)), ==, "go-down-symbolic");
  hs_entry_list_set_read_id (fixture.entries, 0);
  g_assert_true (is_hidden (button));
  g_assert_false (hs_message_list_scroll_to_line (fixture.list));
  fixture_clear (&fixture);
}

/* ---- What is done with rows ---- */

/* The row that says @text. (nullable) */
static GtkWidget *
find_row (GtkWidget *widget, const char *text)
{
  HsEntry *entry = HS_IS_MESSAGE_ROW (widget) && gtk_widget_get_mapped (widget) ? hs_message_row_get_entry (HS_MESSAGE_ROW (widget)) : NULL;
  GtkWidget *found = entry != NULL && g_strcmp0 (hs_entry_get_text (entry), text) == 0 ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_row (child, text);
  return found;
}

static void
on_clipboard (GObject *clipboard, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static gboolean
is_set (gpointer pointer)
{
  return *(gpointer *) pointer != NULL;
}

/* What "Copy" puts there, without its time. (transfer full) */
static char *
copy (HsMessageList *list)
{
  g_autofree char *text = NULL;

  gtk_widget_activate_action (GTK_WIDGET (list), "messages.copy", NULL);
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (list)), NULL, on_clipboard, &text);
  g_assert_true (wait_until (is_set, &text));
  return g_strdup (strstr (text, "] ") + 2);
}

/* The menu is about its own row, and about all that are selected when that is one of them. */
static void
test_menu (void)
{
  static const struct { guint selected[2], menu; const char *copied; } rows[] = {
    { { 1, 1 }, 2, "Ana María: message 2" }, /* not that which was clicked before */
    { { 1, 2 }, 1, "Ana María: message 1" },
    { { 5, 5 }, 4, "Ana María: message 4" },
  };
  Fixture fixture;
  GtkSelectionModel *selection;
  GtkWidget *list;

  fixture_init (&fixture, 0);
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      append (fixture.entries, text);
    }
  list = find_type (GTK_WIDGET (fixture.list), GTK_TYPE_LIST_VIEW);
  selection = gtk_list_view_get_model (GTK_LIST_VIEW (list));
  settle (200);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", rows[i].menu), *copied = NULL;
      GtkWidget *row = find_row (list, text);

      gtk_selection_model_select_item (selection, rows[i].selected[0], TRUE);
      gtk_selection_model_select_item (selection, rows[i].selected[1], FALSE);
      g_assert_true (gtk_widget_grab_focus (gtk_widget_get_parent (row)));
      gtk_widget_activate_action (GTK_WIDGET (fixture.list), "messages.menu", NULL);
      settle (50);
      copied = copy (fixture.list);
      gtk_popover_popdown (GTK_POPOVER (find_type (GTK_WIDGET (fixture.list), GTK_TYPE_POPOVER_MENU)));
      settle (50);
      g_assert_true (g_str_has_prefix (copied, rows[i].copied));
      g_assert_cmpint (strstr (copied, "message 2") != NULL, ==, rows[i].menu == 2 || rows[i].selected[1] == 2);
    }
  fixture_clear (&fixture);
}

/* ---- Nothing from the wire is markup ---- */

static void
test_no_markup (void)
{
  static const char *const texts[] = { "<b>bold</b> & <a href='x'>y</a>", "&amp;", "<span size='999999'>x", "%s%n", "</label>" };
  Fixture fixture;
  guint n = G_N_ELEMENTS (texts);

  fixture_init (&fixture, 30);
  for (guint i = 0; i < n; i++)
    append (fixture.entries, texts[i]);
  g_assert_true (wait_until (is_at_end, &fixture));
  settle (100);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (G_LIST_MODEL (fixture.entries), 30 + i);
      GtkWidget *row = g_object_ref_sink (hs_message_row_new ()), *bubble = NULL;
      g_autofree char *described = hs_entry_words_describe (entry);

      hs_message_row_set_entry (HS_MESSAGE_ROW (row), entry, FALSE);
      for (GtkWidget *child = gtk_widget_get_first_child (row); child != NULL; child = gtk_widget_get_next_sibling (child))
        if (gtk_widget_has_css_class (child, "bubble"))
          bubble = child;
      g_assert_nonnull (bubble);
      g_assert_cmpstr (hs_text_get_text (hs_bubble_get_text (HS_BUBBLE (bubble))), ==, texts[i]);
      g_assert_nonnull (strstr (described, texts[i]));
      g_object_unref (row);
    }
  fixture_clear (&fixture);
}

/* ---- Where the conversation begins ---- */

static guint
count_mapped (GtkWidget *widget, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (widget), type) && gtk_widget_get_mapped (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_mapped (child, type);
  return n;
}

static gboolean
has_one_beginning (gpointer data)
{
  return count_mapped (data, HS_TYPE_ROOM_BEGINNING) == 1;
}

static gboolean
has_rows (gpointer list)
{
  return count_mapped (list, HS_TYPE_MESSAGE_ROW) == 3;
}

static void
test_beginning (void)
{
  Fixture fixture;
  GtkWidget *first;

  /* Alone where nothing was said yet, then above the first row and nowhere else. */
  fixture_init (&fixture, 0);
  g_assert_cmpuint (count_mapped (GTK_WIDGET (fixture.list), HS_TYPE_ROOM_BEGINNING), ==, 0);
  hs_message_list_set_beginning (fixture.list, "Lobby", "You host this room.");
  g_assert_true (wait_until (has_one_beginning, fixture.list));
  for (guint i = 0; i < 3; i++)
    append (fixture.entries, "short");
  g_assert_true (wait_until (has_rows, fixture.list));
  g_assert_true (wait_until (has_one_beginning, fixture.list));
  first = find_type (GTK_WIDGET (fixture.list), HS_TYPE_MESSAGE_ROW);
  g_assert_nonnull (find_type (first, HS_TYPE_ROOM_BEGINNING));
  hs_message_list_set_beginning (fixture.list, NULL, NULL);
  g_assert_cmpuint (count_mapped (GTK_WIDGET (fixture.list), HS_TYPE_ROOM_BEGINNING), ==, 0);
  fixture_clear (&fixture);
}

/* ---- How wide a bubble may be ---- */

static void
test_bubble_widths (void)
{
  HsBubble *bubble = HS_BUBBLE (g_object_ref_sink (hs_bubble_new ()));
  HsText *text = hs_bubble_get_text (bubble);
  int wide, narrow;

  hs_text_set_text (text, "A message of many words, so many that they take several lines in a window of any width at all, be it wide or narrow.", NULL);
  wide = hs_text_get_widest (text, 760);
  narrow = hs_text_get_widest (text, wide);
  g_assert_cmpint (narrow, ==, wide * HS_TEXT_CHARS_NARROW / HS_TEXT_CHARS);
  g_assert_cmpint (hs_bubble_fit (bubble, 700, 760), >, narrow);
  g_assert_cmpint (hs_bubble_fit (bubble, wide, wide), <=, narrow + 40); /* and its padding */
  g_object_unref (bubble);
}

/* The time takes no column of its own beside many lines: it stands in the last one, or below it where that is full. */
static void
test_bubble_end (void)
{
#define LONG "000000000000000000000000000000000000000000000"
  static const struct { const char *text; gboolean wider, higher; } rows[] = {
    { "0", TRUE, FALSE }, { LONG, TRUE, FALSE }, { LONG "\n0", FALSE, FALSE }, { "0\n" LONG, FALSE, TRUE }, { "0\n00", TRUE, FALSE },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      const char *text = rows[i / 2].text;
      HsBubble *bare = HS_BUBBLE (g_object_ref_sink (hs_bubble_new ())), *bubble = HS_BUBBLE (g_object_ref_sink (hs_bubble_new ()));
      int width, plain_width, height, plain_height;

      gtk_widget_set_direction (GTK_WIDGET (bubble), i % 2 == 0 ? GTK_TEXT_DIR_LTR : GTK_TEXT_DIR_RTL);
      gtk_widget_set_direction (GTK_WIDGET (hs_bubble_get_text (bubble)), i % 2 == 0 ? GTK_TEXT_DIR_LTR : GTK_TEXT_DIR_RTL);
      hs_text_set_text (hs_bubble_get_text (bare), text, NULL);
      hs_text_set_text (hs_bubble_get_text (bubble), text, NULL);
      hs_bubble_set_end (bubble, gtk_label_new ("09:12"));
      plain_width = hs_bubble_fit (bare, 700, 760);
      width = hs_bubble_fit (bubble, 700, 760);
      gtk_widget_measure (GTK_WIDGET (bare), GTK_ORIENTATION_VERTICAL, plain_width, NULL, &plain_height, NULL, NULL);
      gtk_widget_measure (GTK_WIDGET (bubble), GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
      g_test_message ("%s: %d of %d, %d of %d", text, width, plain_width, height, plain_height);
      g_assert_cmpint (width > plain_width, ==, rows[i / 2].wider);
      g_assert_cmpint (height > plain_height + 4, ==, rows[i / 2].higher); /* a label's line may be the higher one */
      g_object_unref (bubble);
      g_object_unref (bare);
    }
#undef LONG
}

/* Each paragraph stands at the side it begins at, in a window of either direction. */
static void
test_text_sides (void)
{
  static const struct { GtkTextDirection window; const char *text; gboolean at_left; } rows[] = {
    { GTK_TEXT_DIR_LTR, "a line that is long\nb", TRUE }, { GTK_TEXT_DIR_RTL, "a line that is long\nb", TRUE },
    { GTK_TEXT_DIR_LTR, "שורה אחת שהיא ארוכה\nב", FALSE }, { GTK_TEXT_DIR_RTL, "שורה אחת שהיא ארוכה\nב", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HsText *text = HS_TEXT (g_object_ref_sink (hs_text_new ()));
      int width, height, second = strchr (rows[i].text, '\n') - rows[i].text;

      gtk_widget_set_direction (GTK_WIDGET (text), rows[i].window);
      hs_text_set_text (text, rows[i].text, NULL);
      hs_text_fit (text, 400, &width, &height);
      g_assert_cmpint (hs_text_get_index_at (text, 2, height - 4) > second, ==, rows[i].at_left);
      g_assert_cmpint (hs_text_get_index_at (text, width - 2, height - 4) > second, ==, !rows[i].at_left);
      g_object_unref (text);
    }
}

/* ---- Composer ---- */

static gboolean
can_send (HsComposer *composer)
{
  GtkWidget *button = GTK_WIDGET (composer);

  while ((button = find_type (button, GTK_TYPE_BUTTON)) != NULL && !gtk_widget_has_css_class (button, "send"))
    button = gtk_widget_get_next_sibling (gtk_widget_get_ancestor (button, GTK_TYPE_BOX));
  g_assert_nonnull (button);
  return gtk_widget_is_sensitive (button);
}

static gboolean
on_send (HsComposer *composer, const char *text, GPtrArray *sent)
{
  g_ptr_array_add (sent, g_strdup (text));
  return !g_str_equal (text, "/refused");
}

static void
on_typing (HsComposer *composer, gboolean typing, GString *told)
{
  g_string_append_c (told, typing ? '+' : '-');
}

/* That somebody types is told of what others will read: not of a command. */
static void
test_typing (void)
{
  static const struct { const char *text, *told; } rows[] = {
    { "h", "+" }, { "/nick Bo", "" }, { "/me waves", "+" }, { "//x", "+" }, { "/", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HsComposer *composer = g_object_ref_sink (hs_composer_new ());
      g_autoptr (GString) told = g_string_new (NULL);

      g_signal_connect (composer, "typing", G_CALLBACK (on_typing), told);
      hs_composer_set_text (composer, rows[i].text);
      g_assert_cmpstr (told->str, ==, rows[i].told);
      hs_composer_set_text (composer, "");
      g_assert_cmpstr (told->str + strlen (rows[i].told), ==, *rows[i].told != '\0' ? "-" : "");
      g_object_unref (composer);
    }
}

static void
test_composer (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (g_free);
  GtkWidget *window = gtk_window_new ();
  HsComposer *composer = hs_composer_new ();
  g_autofree char *left = NULL;

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (composer));
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (composer, "send", G_CALLBACK (on_send), sent);

  gtk_widget_activate_action (GTK_WIDGET (composer), "composer.send", NULL);
  g_assert_cmpuint (sent->len, ==, 0);
  g_assert_false (can_send (composer));
  hs_composer_set_text (composer, "你好 👋");
  g_assert_true (can_send (composer));
  gtk_widget_activate_action (GTK_WIDGET (composer), "composer.send", NULL);
  g_assert_cmpuint (sent->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (sent, 0), ==, "你好 👋");
  left = hs_composer_dup_text (composer);
  g_assert_cmpstr (left, ==, "");

  /* What was refused is not lost. */
  hs_composer_set_text (composer, "/refused");
  gtk_widget_activate_action (GTK_WIDGET (composer), "composer.send", NULL);
  g_free (left);
  left = hs_composer_dup_text (composer);
  g_assert_cmpstr (left, ==, "/refused");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- A room view with a session in memory ---- */

static guint64
swallow (HsSession *session, const char *data, gsize len, gpointer data_)
{
  guint64 *offset = data_;

  return *offset += len;
}

static void
feed (HsSession *session, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (session, copy, strlen (copy));
}

static gboolean
has_rooms (gpointer session)
{
  return g_list_model_get_n_items (hs_session_get_rooms (session)) > 0;
}

static gboolean
has_entries (gpointer room)
{
  return g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (room))) >= 8;
}

static void
save_picture (GtkWidget *widget, const char *name)
{
  const char *folder = g_getenv ("HS_TEST_PICTURES");
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GtkSnapshot) snapshot = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;
  paintable = gtk_widget_paintable_new (widget);
  snapshot = gtk_snapshot_new ();
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (gtk_widget_get_native (widget)), node, NULL);
  path = g_build_filename (folder, name, NULL);
  gdk_texture_save_to_png (texture, path);
}

static void
test_room_view (void)
{
  g_autofree char *folder = g_dir_make_tmp ("hs-ui-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr (HsStore) store = hs_store_new (path);
  g_autoptr (HsSession) session = hs_session_new (store, "host", "127.0.0.1:8000", "Lívia", TRUE);
  g_autoptr (HsRoom) room = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *window = gtk_window_new (), *view = g_object_new (HS_TYPE_ROOM_VIEW, NULL);
  guint64 offset = 0;

  hs_session_set_send (session, swallow, &offset);
  hs_session_begin_irc (session, NULL);
  feed (session, ":h CAP * LS :message-tags server-time echo-message batch");
  feed (session, ":h CAP * ACK :message-tags server-time echo-message batch");
  feed (session, ":h 001 Lívia :Welcome");
  feed (session, ":Lívia!u@h JOIN #lobby");
  feed (session, ":h 353 Lívia = #lobby :@Lívia Ana 李伟 guest-3");
  feed (session, ":h 366 Lívia #lobby :End");
  g_assert_true (wait_until (has_rooms, session));
  room = g_list_model_get_item (hs_session_get_rooms (session), 0);

  feed (session, "@msgid=1 :Ana!u@h PRIVMSG #lobby :Good morning! 你好 👋");
  feed (session, "@msgid=2 :Ana!u@h PRIVMSG #lobby :The printer moved to the new network.");
  feed (session, ":Mei!u@h JOIN #lobby");
  feed (session, ":Tom!u@h JOIN #lobby");
  feed (session, "@msgid=3 :李伟!u@h PRIVMSG #lobby :早上好！我用手机也能连上了。It just appeared under Nearby. The capture is at http://rui-nas.local/syn.txt");
  feed (session, "@msgid=4 :guest-3!u@h PRIVMSG #lobby :hi from a 12-line script");
  feed (session, "@msgid=5 :Ana!u@h PRIVMSG #lobby :Lívia: can you see my SYN in the panel?");
  feed (session, "@msgid=6 :Ana!u@h PRIVMSG #lobby :\001ACTION waves\001");
  g_assert_true (hs_session_say (session, room, "Yes: x = 3 481 203 117, right on time.", &error));
  g_assert_true (hs_session_say (session, room, "Lunch at half past twelve? 🍜", &error));
  g_assert_no_error (error);

  gtk_window_set_default_size (GTK_WINDOW (window), 622, 760);
  gtk_window_set_child (GTK_WINDOW (window), view);
  gtk_window_present (GTK_WINDOW (window));
  hs_room_view_set_room (HS_ROOM_VIEW (view), room, NULL);
  g_assert_true (wait_until (has_entries, room));
  settle (500);
  save_picture (window, "room.png");
  g_assert_true (hs_room_view_get_room (HS_ROOM_VIEW (view)) == room);
  hs_room_view_set_room (HS_ROOM_VIEW (view), NULL, NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  settle (50);
  hs_store_close (store);
}

/* ---- Members ---- */

static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

typedef struct
{
  GListModel *rows;
  guint n;
} Rows;

static gboolean
is_found (gpointer data)
{
  Rows *self = data;

  return g_list_model_get_n_items (self->rows) == self->n;
}

/* Two thousand are found by a part of the name; few have no field to search in. */
static void
test_members_search (void)
{
  GtkWidget *list = g_object_ref_sink (g_object_new (HS_TYPE_MEMBER_LIST, NULL));
  GtkWidget *search = find_widget (list, GTK_TYPE_SEARCH_ENTRY);
  g_autoptr (GListStore) members = g_list_store_new (HS_TYPE_MEMBER);
  Rows rows = { G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (find_widget (list, GTK_TYPE_LIST_VIEW)))), 12 };

  hs_member_list_set_members (HS_MEMBER_LIST (list), G_LIST_MODEL (members));
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *nick = g_strdup_printf (i % 2 == 0 ? "Ána%u" : "李伟%u", i);
      g_autoptr (HsMember) member = hs_member_new (nick);

      g_list_store_append (members, member);
      g_assert_cmpint (gtk_widget_get_visible (search), ==, i >= rows.n);
    }
  rows.n = 1000;
  gtk_editable_set_text (GTK_EDITABLE (search), "áNA");
  g_assert_true (wait_until (is_found, &rows));
  rows.n = 1;
  gtk_editable_set_text (GTK_EDITABLE (search), "伟1999");
  g_assert_true (wait_until (is_found, &rows));
  rows.n = 2000;
  gtk_editable_set_text (GTK_EDITABLE (search), "");
  g_assert_true (wait_until (is_found, &rows));
  g_object_unref (list);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/ui/list/opens-at-end", test_opens_at_end);
  g_test_add_func ("/ui/list/follows-end", test_follows_end);
  g_test_add_func ("/ui/list/stays-away", test_stays_away);
  g_test_add_func ("/ui/list/line", test_line);
  g_test_add_func ("/ui/row/menu", test_menu);
  g_test_add_func ("/ui/row/no-markup", test_no_markup);
  g_test_add_func ("/ui/list/beginning", test_beginning);
  g_test_add_func ("/ui/bubble/widths", test_bubble_widths);
  g_test_add_func ("/ui/bubble/end", test_bubble_end);
  g_test_add_func ("/ui/text/sides", test_text_sides);
  g_test_add_func ("/ui/composer/send", test_composer);
  g_test_add_func ("/ui/composer/typing", test_typing);
  g_test_add_func ("/ui/members/search", test_members_search);
  g_test_add_func ("/ui/room/view", test_room_view);
  return g_test_run ();
}
