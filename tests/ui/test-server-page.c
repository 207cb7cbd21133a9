/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sorted list against a naive one, the table of guests, and what the server's page offers for those who are chosen. */
#include <string.h>

#include <adwaita.h>

#include "hs-guest-column.h"
#include "hs-guest-list.h"
#include "hs-guest-private.h"
#include "hs-guest-table.h"
#include "hs-listener-page.h"
#include "hs-server-page.h"
#include "hs-server-private.h"
#include "hs-tcp-door.h"
#include "hs-sorted-list.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

static gboolean
wait_until (gboolean (*condition) (gpointer data), gpointer data)
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

static void
settle (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  wait_until (is_after, &end);
}

static HsGuest *
make_guest (guint64 id, const char *nick, const char *address)
{
  const HsGuestFacts facts = { .id = id, .nick = (char *) nick, .wire_nick = (char *) nick, .address = (char *) address, .host = (char *) "10.0.0.1",
                               .dialect = "IRC", .registered = nick != NULL, .since = g_get_real_time () };

  return hs_guest_new (&facts);
}

/* A label below @widget that says this. (nullable) */
static GtkWidget *
find_label (GtkWidget *widget, const char *text)
{
  GtkWidget *found = GTK_IS_LABEL (widget) && strcmp (gtk_label_get_text (GTK_LABEL (widget)), text) == 0 ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_label (child, text);
  return found;
}

/* ---- The sorted list ---- */

static int
compare_rtt (gconstpointer a, gconstpointer b, gpointer data)
{
  return (int) hs_guest_get_rtt ((HsGuest *) a) - (int) hs_guest_get_rtt ((HsGuest *) b);
}

static gboolean
is_even (gpointer guest, gpointer data)
{
  return hs_guest_get_rtt (guest) % 2 == 0;
}

/* Hears only what is told. */
typedef struct
{
  GPtrArray *items;
  guint n_told;
} Mirror;

static void
on_changed (GListModel *model, guint position, guint removed, guint added, Mirror *mirror)
{
  mirror->n_told++;
  if (removed > 0)
    g_ptr_array_remove_range (mirror->items, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror->items, (int) (position + i), g_list_model_get_item (model, position + i));
}

static void
check_sorted (GListModel *model, Mirror *mirror, GListModel *source, gboolean filtered)
{
  guint n = g_list_model_get_n_items (source), expected = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (source, i);

      expected += !filtered || is_even (guest, NULL);
    }
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, expected);
  g_assert_cmpuint (mirror->items->len, ==, expected);
  for (guint i = 0; i < expected; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, i);

      g_assert_true (g_ptr_array_index (mirror->items, i) == guest);
      if (i > 0)
        g_assert_cmpuint (hs_guest_get_rtt (g_ptr_array_index (mirror->items, i - 1)), <=, hs_guest_get_rtt (guest));
    }
}

static void
test_sorted_list (void)
{
  g_autoptr (HsGuestList) guests = hs_guest_list_new ();
  g_autoptr (HsSortedList) sorted = hs_sorted_list_new ();
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_rtt, NULL, NULL));
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GRand) chance = g_rand_new_with_seed (11);
  GListModel *source = G_LIST_MODEL (guests);
  Mirror mirror = { items, 0 };
  gboolean filtered = FALSE;
  guint64 id = 0;

  g_signal_connect (sorted, "items-changed", G_CALLBACK (on_changed), &mirror);
  hs_sorted_list_set_sorter (sorted, sorter);
  hs_sorted_list_set_model (sorted, source);
  for (guint round = 0; round < 400; round++)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new_with_free_func (g_object_unref);
      guint n = g_list_model_get_n_items (source), what = (guint) g_rand_int_range (chance, 0, 6);

      if (what <= 1 || n == 0)
        {
          for (int k = g_rand_int_range (chance, 1, what == 0 ? 200 : 4); k > 0; k--)
            {
              HsGuest *guest = make_guest (++id, "x", "y");

              hs_guest_set_state (guest, HS_TCP_ESTABLISHED, (guint32) g_rand_int_range (chance, 1, 50), 0);
              g_ptr_array_add (some, guest);
            }
          hs_guest_list_append (guests, some);
        }
      else if (what == 2)
        {
          g_ptr_array_add (some, g_list_model_get_item (source, (guint) g_rand_int_range (chance, 0, (int) n)));
          hs_guest_list_remove (guests, some);
        }
      else if (what == 3)
        {
          g_autoptr (HsGuest) guest = g_list_model_get_item (source, (guint) g_rand_int_range (chance, 0, (int) n));

          hs_guest_set_state (guest, HS_TCP_ESTABLISHED, (guint32) g_rand_int_range (chance, 1, 50), 0);
          hs_sorted_list_item_changed (sorted, guest);
        }
      else if (what == 4)
        {
          filtered = !filtered;
          hs_sorted_list_set_filter (sorted, filtered ? is_even : NULL, NULL);
        }
      else
        hs_sorted_list_sort_again (sorted);
      check_sorted (G_LIST_MODEL (sorted), &mirror, source, filtered);
    }
  hs_guest_list_clear (guests);
  check_sorted (G_LIST_MODEL (sorted), &mirror, source, filtered);
}

/* One comes, one goes, one is called otherwise: one change each, of one row. Many at once are one change. */
static void
test_few_changes (void)
{
  g_autoptr (HsGuestList) guests = hs_guest_list_new ();
  g_autoptr (HsSortedList) sorted = hs_sorted_list_new ();
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref), many = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func (g_object_unref);
  Mirror mirror = { items, 0 };

  g_signal_connect (sorted, "items-changed", G_CALLBACK (on_changed), &mirror);
  hs_sorted_list_set_model (sorted, G_LIST_MODEL (guests));
  for (guint i = 0; i < 5000; i++)
    g_ptr_array_add (many, make_guest (i + 1, "x", "y"));
  hs_guest_list_append (guests, many);
  g_assert_cmpuint (mirror.n_told, ==, 1);
  g_ptr_array_add (one, make_guest (9999, "x", "y"));
  hs_guest_list_append (guests, one);
  g_assert_cmpuint (mirror.n_told, ==, 2);
  hs_sorted_list_item_changed (sorted, g_ptr_array_index (one, 0)); /* stands right: nothing */
  g_assert_cmpuint (mirror.n_told, ==, 2);
  hs_guest_list_remove (guests, one);
  g_assert_cmpuint (mirror.n_told, ==, 3);
  hs_sorted_list_item_changed (sorted, g_ptr_array_index (one, 0)); /* gone */
  hs_guest_list_remove (guests, many);
  g_assert_cmpuint (mirror.n_told, ==, 4);
  g_assert_cmpuint (items->len, ==, 0);
}

/* ---- The table ---- */

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

static GtkSelectionModel *
get_selection (gpointer widget)
{
  return gtk_column_view_get_model (GTK_COLUMN_VIEW (find_type (widget, GTK_TYPE_COLUMN_VIEW)));
}

static char *
list_names (GListModel *model)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, i);
      g_autofree char *name = hs_guest_column_format_name (guest);

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", name);
    }
  return g_string_free (names, FALSE);
}

static void
sort_by (gpointer table, guint column, GtkSortType order)
{
  GtkColumnView *view = GTK_COLUMN_VIEW (find_type (table, GTK_TYPE_COLUMN_VIEW));
  g_autoptr (GtkColumnViewColumn) by = g_list_model_get_item (gtk_column_view_get_columns (view), column);

  gtk_column_view_sort_by_column (view, NULL, order);
  gtk_column_view_sort_by_column (view, by, order);
}

static void
expect_names (GListModel *model, const char *expected)
{
  g_autofree char *names = list_names (model);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_table (void)
{
  static const struct { const char *nick, *address; } rows[] = {
    { "Dora", "10.0.0.10:99" }, { NULL, "10.0.0.9:100" }, { "李伟", "192.168.1.4:5" }, { "Ana", "10.0.0.9:2" },
  };
  GtkWidget *window = gtk_window_new ();
  HsGuestTable *table = hs_guest_table_new ();
  g_autoptr (HsGuestList) guests = hs_guest_list_new ();
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref), chosen = NULL;
  HsGuestFacts named = { .id = 2, .nick = (char *) "Berta", .dialect = "IRC", .registered = TRUE };
  GListModel *shown;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (all, make_guest (i + 1, rows[i].nick, rows[i].address));
  hs_guest_list_append (guests, all);
  gtk_window_set_default_size (GTK_WINDOW (window), 900, 400);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (table));
  gtk_window_present (GTK_WINDOW (window));
  hs_guest_table_set_guests (table, G_LIST_MODEL (guests));
  shown = G_LIST_MODEL (get_selection (table));
  expect_names (shown, "Dora newcomer 李伟 Ana"); /* as they came */
  sort_by (table, 0, GTK_SORT_ASCENDING);
  expect_names (shown, "Ana Dora 李伟 newcomer");
  sort_by (table, 1, GTK_SORT_ASCENDING);
  expect_names (shown, "Ana newcomer Dora 李伟");
  sort_by (table, 1, GTK_SORT_DESCENDING);
  expect_names (shown, "李伟 Dora newcomer Ana");

  /* Who is chosen stays so when it is sorted anew. */
  gtk_selection_model_select_item (get_selection (table), 1, TRUE);
  sort_by (table, 0, GTK_SORT_ASCENDING);
  chosen = hs_guest_table_list_selected (table);
  g_assert_cmpuint (chosen->len, ==, 1);
  g_assert_cmpstr (hs_guest_get_nick (g_ptr_array_index (chosen, 0)), ==, "Dora");

  /* A name that comes later finds its place. */
  hs_guest_set_facts (g_ptr_array_index (all, 1), &named);
  expect_names (shown, "Ana Berta Dora 李伟");
  hs_guest_table_set_search (table, "ÁNA");
  g_assert_cmpuint (hs_guest_table_count_shown (table), ==, 0);
  hs_guest_table_set_search (table, "李");
  expect_names (shown, "李伟");
  hs_guest_table_set_search (table, "10.0.0.9");
  expect_names (shown, "Ana Berta");
  hs_guest_table_set_search (table, "");
  g_assert_cmpuint (hs_guest_table_count_shown (table), ==, 4);
  settle (1200); /* a tick of the silence */
  hs_guest_table_set_guests (table, NULL);
  g_assert_cmpuint (hs_guest_table_count_shown (table), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A row of half-open connections is no guest: it has a number and an address, and no more. */
static void
test_half_open (void)
{
  const HsGuestFacts facts = { .half_open = 27, .address = (char *) "10.0.0.7", .host = (char *) "10.0.0.7", .dialect = "" };
  g_autoptr (HsGuest) row = hs_guest_new (&facts);
  g_autoptr (GListStore) store = g_list_store_new (HS_TYPE_GUEST);
  HsGuestTable *table = hs_guest_table_new ();
  GtkWidget *window = gtk_window_new ();
  g_autofree char *name = hs_guest_column_format_name (row);
  HsGuestFacts more = facts;

  g_assert_cmpstr (name, ==, "27 half-open");
  hs_guest_set_state (row, HS_TCP_SYN_RECEIVED, 0, 0);
  g_list_store_append (store, row);
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 300);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (table));
  hs_guest_table_set_guests (table, G_LIST_MODEL (store));
  gtk_window_present (GTK_WINDOW (window));
  settle (100);
  g_assert_nonnull (find_label (GTK_WIDGET (table), "27 half-open"));
  g_assert_nonnull (find_label (GTK_WIDGET (table), "10.0.0.7"));
  g_assert_null (find_label (GTK_WIDGET (table), "None"));
  g_assert_null (find_label (GTK_WIDGET (table), "0 B"));
  more.half_open = 1;
  hs_guest_set_facts (row, &more);
  g_assert_nonnull (find_label (GTK_WIDGET (table), "1 half-open"));
  hs_guest_table_set_guests (table, NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- The page ---- */

typedef struct
{
  HsServer *server;
  gboolean started, stopped;
} Stage;

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (hs_server_start_finish (HS_SERVER (source), result, NULL));
  ((Stage *) data)->started = TRUE;
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Stage *) data)->stopped = TRUE;
}

static gboolean
has_started (gpointer data)
{
  return ((Stage *) data)->started;
}

static gboolean
has_stopped (gpointer data)
{
  return ((Stage *) data)->stopped;
}

static gboolean
has_three (gpointer data)
{
  return g_list_model_get_n_items (hs_server_get_guests (data)) == 3;
}

static gboolean
has_anna (gpointer data)
{
  g_autoptr (HsGuest) anna = g_list_model_get_item (hs_server_get_guests (data), 0);

  return hs_guest_is_registered (anna);
}

static gboolean
has_ban (gpointer data)
{
  return *hs_server_get_bans (data) != NULL;
}

static GSocketConnection *
connect_guest (HsServer *server, const char *hello)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection = g_socket_client_connect_to_host (client, "127.0.0.1", hs_server_get_port (server), NULL, NULL);

  g_assert_nonnull (connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), hello, strlen (hello), NULL, NULL, NULL);
  return connection;
}

static gboolean
is_enabled (GtkWidget *page, const char *action)
{
  g_autoptr (GtkWidget) button = g_object_ref_sink (gtk_button_new ());
  gboolean enabled;

  /* An action's state is seen where it is used. */
  gtk_widget_set_parent (button, page);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  enabled = gtk_widget_get_sensitive (button);
  gtk_widget_unparent (button);
  return enabled;
}

static void
on_told (HsServerPage *page, HsGuest *guest, guint *n)
{
  ++*n;
}

static gboolean
is_one (gpointer n)
{
  return *(guint *) n == 1;
}

static void
test_page (void)
{
  static const struct { const char *action; gboolean none, one, silent, two; } rows[] = {
    { "guests.message", FALSE, TRUE, FALSE, FALSE }, { "guests.kick", FALSE, TRUE, FALSE, TRUE }, { "guests.operator", FALSE, TRUE, FALSE, TRUE },
    { "guests.disconnect", FALSE, TRUE, TRUE, TRUE }, { "guests.ban-address", FALSE, TRUE, TRUE, TRUE }, { "guests.ban-name", FALSE, TRUE, FALSE, TRUE },
    { "guests.ban-account", FALSE, FALSE, FALSE, FALSE }, { "guests.ban-key", FALSE, FALSE, FALSE, FALSE },
    { "guests.show", FALSE, TRUE, TRUE, FALSE },
  };
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  Stage stage = { NULL };
  GtkWidget *window = gtk_window_new ();
  HsServerPage *page;
  g_autoptr (GSocketConnection) anna = NULL, berta = NULL, silent = NULL;
  GtkSelectionModel *selection;
  guint n_chosen = 0, n_message = 0;

  config->port = 0;
  g_free (config->address);
  config->address = g_strdup ("127.0.0.1");
  stage.server = hs_server_new (config, TRUE);
  hs_server_start_async (stage.server, NULL, on_started, &stage);
  g_assert_true (wait_until (has_started, &stage));
  anna = connect_guest (stage.server, "NICK anna\r\nUSER u 0 * :Ana\r\n");
  hs_server_get_guests (stage.server);
  berta = connect_guest (stage.server, "NICK berta\r\nUSER u 0 * :Berta\r\n");
  silent = connect_guest (stage.server, "");
  g_assert_true (wait_until (has_three, stage.server));
  g_assert_true (wait_until (has_anna, stage.server));
  settle (200);

  page = hs_server_page_new (stage.server);
  gtk_window_set_default_size (GTK_WINDOW (window), 620, 700);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (page));
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (page, "chosen", G_CALLBACK (on_told), &n_chosen);
  g_signal_connect (page, "message", G_CALLBACK (on_told), &n_message);
  hs_server_page_set_shown (page, TRUE);
  selection = get_selection (page);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection)), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].action);
      gtk_selection_model_unselect_all (selection);
      g_assert_cmpint (is_enabled (GTK_WIDGET (page), rows[i].action), ==, rows[i].none);
      gtk_selection_model_select_item (selection, 0, TRUE);
      g_assert_cmpint (is_enabled (GTK_WIDGET (page), rows[i].action), ==, rows[i].one);
      gtk_selection_model_select_item (selection, 1, FALSE);
      g_assert_cmpint (is_enabled (GTK_WIDGET (page), rows[i].action), ==, rows[i].two);
      gtk_selection_model_select_item (selection, 2, TRUE);
      g_assert_cmpint (is_enabled (GTK_WIDGET (page), rows[i].action), ==, rows[i].silent);
    }
  g_assert_cmpuint (n_chosen, ==, 0); /* none of them rested */
  gtk_selection_model_select_item (selection, 0, TRUE);
  g_assert_true (wait_until (is_one, &n_chosen));
  gtk_widget_activate_action (GTK_WIDGET (page), "guests.message", NULL);
  g_assert_cmpuint (n_message, ==, 1);
  gtk_widget_activate_action (GTK_WIDGET (page), "guests.ban-name", NULL);
  g_assert_true (wait_until (has_ban, stage.server));
  g_assert_cmpstr (hs_server_get_bans (stage.server)[0], ==, "anna!*@*");

  hs_server_page_set_shown (page, FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection)), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
  g_io_stream_close (G_IO_STREAM (anna), NULL, NULL);
  g_io_stream_close (G_IO_STREAM (berta), NULL, NULL);
  g_io_stream_close (G_IO_STREAM (silent), NULL, NULL);
  hs_server_stop_async (stage.server, on_stopped, &stage);
  g_assert_true (wait_until (has_stopped, &stage));
  g_object_unref (stage.server);
}

/* ---- The listener, on both pages ---- */

#define CLIMBS "Half-open connections climb: guests on a bad network, or a SYN flood."
#define COOKIES "The backlog is full: the kernel answers with SYN cookies and remembers nothing until the ACK is here."

static const struct { const char *what; HsTcpListenerNumbers numbers; const char *panel, *page; } doors[] = {
  { "calm", { .backlog = 1024 }, "SYN cookies are not needed. Nothing waits.", NULL },
  { "arriving", { .backlog = 1024, .half_open = 2 }, "Somebody is just arriving. SYN cookies are not needed.", NULL },
  { "climbs", { .backlog = 1024, .half_open = 40 }, CLIMBS, "40 connections have not finished their handshake" },
  { "unseen", { .backlog = 1024, .half_open = G_MAXUINT32 }, "Half-open connections cannot be seen on this system.", NULL },
  { "queue", { .backlog = 8, .accept_queue = 9 }, "The accept queue is full: who wants to come in now is dropped by the kernel, and tries again.",
    "The accept queue is full: newcomers have to wait until the server takes some in." },
  { "drops", { .backlog = 1024, .drops = 2 }, "The kernel had to drop connection requests: its queues were full.",
    "The kernel had to drop connection requests: its queues were full." },
  { "cookies sent", { .backlog = 1024, .half_open = G_MAXUINT32, .cookies_sent = 1 }, COOKIES,
    "The kernel defends itself with SYN cookies: it answers each SYN and keeps nothing of it until the third segment proves the caller." },
};

/* The first below @widget: the page has only that of its warning. (nullable) */
static GtkRevealer *
find_revealer (GtkWidget *widget)
{
  GtkRevealer *found = GTK_IS_REVEALER (widget) ? GTK_REVEALER (widget) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_revealer (child);
  return found;
}

static guint
count_fields (GtkWidget *widget)
{
  guint n = GTK_IS_BUTTON (widget) && gtk_widget_has_css_class (widget, "field")
            && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), "app.help-page") == 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_fields (child);
  return n;
}

/* What the page warns of, the panel warns of too. */
static void
test_listener (void)
{
  static const HsTcpListenerNumbers none = { 0 };
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autoptr (HsServer) server = hs_server_new (config, TRUE);
  GtkWidget *window = gtk_window_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  HsServerPage *page = hs_server_page_new (server);
  HsListenerPage *panel = g_object_new (HS_TYPE_LISTENER_PAGE, NULL);
  GtkRevealer *warning = find_revealer (GTK_WIDGET (page));

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (panel));
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  hs_listener_page_set_server (panel, server);
  hs_listener_page_set_shown (panel, TRUE);
  hs_server_page_set_shown (page, TRUE);
  g_assert_cmpuint (count_fields (GTK_WIDGET (page)), ==, 4); /* each leads to its explanation */
  for (gsize i = 0; i < G_N_ELEMENTS (doors); i++)
    {
      g_autoptr (HsNews) news = hs_news_new ();
      HsNewsItem *item = hs_news_add (news, HS_NEWS_LISTENER_NUMBERS, 0);
      GtkWidget *words;

      g_test_message ("%s", doors[i].what);
      item->listener = g_memdup2 (&doors[i].numbers, sizeof doors[i].numbers);
      item->listener->warnings = hs_tcp_door_find_causes (&doors[i].numbers, &none);
      hs_server_apply_news (news, server);
      words = find_label (GTK_WIDGET (panel), doors[i].panel);
      g_assert_nonnull (words);
      g_assert_cmpint (gtk_widget_has_css_class (gtk_widget_get_parent (words), "panel-warning"), ==, doors[i].page != NULL);
      g_assert_cmpint (gtk_revealer_get_reveal_child (warning), ==, doors[i].page != NULL);
      g_assert_true (doors[i].page == NULL || find_label (GTK_WIDGET (warning), doors[i].page) != NULL);
      g_assert_cmpint (find_label (GTK_WIDGET (page), "In use") != NULL, ==, g_str_equal (doors[i].panel, COOKIES));
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/ui/sorted-list/chance", test_sorted_list);
  g_test_add_func ("/ui/sorted-list/few-changes", test_few_changes);
  g_test_add_func ("/ui/guest-table", test_table);
  g_test_add_func ("/ui/guest-table/half-open", test_half_open);
  g_test_add_func ("/ui/server-page", test_page);
  g_test_add_func ("/ui/server-page/listener", test_listener);
  return g_test_run ();
}
