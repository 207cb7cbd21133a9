/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection panel on a display, over a real loopback connection. With HANDSHAKE_PICTURES=DIR it also paints what it shows. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <adwaita.h>
#include <glib/gstdio.h>

#include "hs-state-diagram.h"
#include "hs-connection-page.h"
#include "hs-connection-panel.h"
#include "hs-field.h"
#include "hs-ghost-ladder.h"
#include "hs-guest-passages.h"
#include "hs-help-book.h"
#include "hs-ladder-card.h"
#include "hs-ladder.h"
#include "hs-log-page.h"
#include "hs-numbers.h"
#include "hs-tcp-tap.h"
#include "hs-way-track.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

#define wait_until(condition) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + WAIT_US; \
    while (!(condition) && g_get_monotonic_time () < end_time_) \
      if (!g_main_context_iteration (NULL, FALSE)) \
        g_usleep (1000); \
    g_assert_true (condition); \
  } G_STMT_END

/* ---- Two ends of one connection, each with a watch ---- */

typedef struct
{
  HsTcpTap *tap;
  HsTcpWatch *watch;
  int fd;
} End;

typedef struct
{
  HsTcpDiag *diag;
  int listener;
  End opener, guest;
  GtkWidget *window;
  HsConnectionPanel *panel;
  char *page; /* of the help, asked for last */
} Stage;

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  hs_tcp_watch_add_event (((End *) user_data)->watch, event);
}

static void
on_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  hs_tcp_watch_set_numbers (((End *) user_data)->watch, numbers);
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  hs_tcp_watch_set_gone (((End *) user_data)->watch);
}

static void
on_tally (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data)
{
  hs_tcp_watch_set_tally (((End *) user_data)->watch, tally);
}

static const HsTcpTapFuncs funcs = { .event = on_event, .numbers = on_numbers, .gone = on_gone, .tally = on_tally };

static void
on_shown (HsTcpWatch *watch, GParamSpec *pspec, End *end)
{
  hs_tcp_tap_set_shown (end->tap, hs_tcp_watch_get_shown (watch));
}

static void
end_init (End *end, Stage *stage, HsTcpRole role, const char *name)
{
  end->tap = hs_tcp_tap_new (role, stage->diag, &funcs, end);
  end->watch = hs_tcp_watch_new (role, name);
  g_signal_connect (end->watch, "notify::shown", G_CALLBACK (on_shown), end);
}

static void
end_attach (End *end)
{
  g_autofree char *local = NULL, *remote = NULL;

  hs_tcp_tap_attach (end->tap, end->fd, 0);
  local = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (hs_tcp_tap_get_local (end->tap)));
  remote = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (hs_tcp_tap_get_remote (end->tap)));
  hs_tcp_watch_set_addresses (end->watch, local, remote);
}

static void
stage_connect (Stage *stage)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  g_autoptr (GSocketAddress) remote = NULL;
  int on = 1;

  stage->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (stage->listener, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof on);
  g_assert_cmpint (bind (stage->listener, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (stage->listener, 8), ==, 0);
  getsockname (stage->listener, (struct sockaddr *) &address, &len);
  remote = g_socket_address_new_from_native (&address, len);

  stage->opener.fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  hs_tcp_tap_step (stage->opener.tap, "connecting", NULL, "GSocketClient");
  hs_tcp_tap_connecting (stage->opener.tap, stage->opener.fd, remote);
  g_assert_cmpint (connect (stage->opener.fd, (struct sockaddr *) &address, len), ==, 0);
  stage->guest.fd = accept (stage->listener, NULL, NULL);
  end_attach (&stage->opener);
  end_attach (&stage->guest);
}

static void
on_help_page (GSimpleAction *action, GVariant *target, gpointer data)
{
  g_free (((Stage *) data)->page);
  ((Stage *) data)->page = g_variant_dup_string (target, NULL);
}

static void
stage_init (Stage *stage)
{
  static const GActionEntry actions[] = { { "help-page", on_help_page, "s" } };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  memset (stage, 0, sizeof *stage);
  g_action_map_add_action_entries (G_ACTION_MAP (group), actions, G_N_ELEMENTS (actions), stage);
  stage->diag = hs_tcp_diag_new ();
  end_init (&stage->opener, stage, HS_TCP_ROLE_OPENER, "Ana’s Room");
  end_init (&stage->guest, stage, HS_TCP_ROLE_LISTENER, "Ana Martín");
  stage->window = g_object_ref_sink (gtk_window_new ());
  gtk_widget_insert_action_group (stage->window, "app", G_ACTION_GROUP (group));
  stage->panel = HS_CONNECTION_PANEL (hs_connection_panel_new ());
  gtk_window_set_default_size (GTK_WINDOW (stage->window), 392, 820);
  gtk_window_set_decorated (GTK_WINDOW (stage->window), FALSE);
  gtk_widget_set_size_request (GTK_WIDGET (stage->panel), 392, -1);
  gtk_window_set_child (GTK_WINDOW (stage->window), GTK_WIDGET (stage->panel));
}

static void
end_clear (End *end)
{
  g_signal_handlers_disconnect_by_data (end->watch, end);
  hs_tcp_tap_free (end->tap);
  g_object_unref (end->watch);
  if (end->fd > 0)
    close (end->fd);
}

static void
stage_clear (Stage *stage)
{
  gtk_window_destroy (GTK_WINDOW (stage->window));
  g_object_unref (stage->window);
  g_free (stage->page);
  end_clear (&stage->opener);
  end_clear (&stage->guest);
  if (stage->listener > 0)
    close (stage->listener);
  hs_tcp_diag_free (stage->diag);
}

/* ---- Looking ---- */

typedef gboolean (*Predicate) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *widget, Predicate predicate, gconstpointer data)
{
  if (predicate (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, predicate, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_label (GtkWidget *widget, gconstpointer text)
{
  /* The diagram has all states' names at all times. */
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && !gtk_widget_has_css_class (gtk_widget_get_parent (widget), "state-node") && g_strcmp0 (gtk_label_get_label (GTK_LABEL (widget)), text) == 0;
}

static gboolean
is_visible_ladder (GtkWidget *widget, gconstpointer n_rungs)
{
  return HS_IS_LADDER (widget) && gtk_widget_get_mapped (widget) && hs_ladder_get_n_rungs (HS_LADDER (widget)) == GPOINTER_TO_UINT (n_rungs);
}

/* A state of the diagram, as it stands: "now FIN-WAIT-2", "taken CLOSED". */
static gboolean
is_node (GtkWidget *widget, gconstpointer text)
{
  const char *space = strchr (text, ' ');
  g_autofree char *class = g_strndup (text, (gsize) (space - (const char *) text));

  return GTK_IS_BUTTON (widget) && gtk_widget_has_css_class (widget, "state-node") && gtk_widget_has_css_class (widget, class)
         && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), space + 1) == 0;
}

static gboolean
is_a (GtkWidget *widget, gconstpointer type)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), GPOINTER_TO_SIZE (type));
}

static gboolean
shows (Stage *stage, const char *text)
{
  return find (stage->window, is_label, text) != NULL;
}

static void
count_frame (GdkFrameClock *clock, guint *frames)
{
  (*frames)++;
}

/* Two frames after the last change. */
static void
settle (Stage *stage)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (stage->window);
  guint frames = 0;
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (count_frame), &frames);

  for (guint wanted = 1; wanted <= 3; wanted++)
    {
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
      wait_until (frames >= wanted);
    }
  g_signal_handler_disconnect (clock, id);
}

static void
paint (Stage *stage, const char *name)
{
  const char *folder = g_getenv ("HANDSHAKE_PICTURES");
  g_autofree char *path = NULL;
  GdkPaintable *paintable;
  GtkSnapshot *snapshot;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  int width, height;

  settle (stage);
  if (folder == NULL)
    return;
  width = gtk_widget_get_width (stage->window);
  height = gtk_widget_get_height (stage->window);
  paintable = gtk_widget_paintable_new (stage->window);
  snapshot = gtk_snapshot_new ();
  gtk_snapshot_scale (snapshot, 2, 2);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (stage->window)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, 2 * width, 2 * height));
  path = g_strdup_printf ("%s/%s.png", folder, name);
  gdk_texture_save_to_png (texture, path);
  g_object_unref (paintable);
}

/* ---- Tests ---- */

static void
test_empty (void)
{
  Stage stage;

  stage_init (&stage);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "No connection yet"));
  paint (&stage, "empty");
  stage_clear (&stage);
}

static void
test_established (void)
{
  Stage stage;
  GtkWidget *ladder;
  g_autofree char *title = NULL;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.guest.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "ESTABLISHED") && shows (&stage, "observed") && shows (&stage, "Ana Martín"));
  wait_until (find (stage.window, is_visible_ladder, GUINT_TO_POINTER (7)) != NULL);
  g_assert_true (shows (&stage, "Round trip"));
  paint (&stage, "established");

  ladder = find (stage.window, is_visible_ladder, GUINT_TO_POINTER (7));
  hs_ladder_set_selected (HS_LADDER (ladder), 3);
  title = hs_ladder_dup_title (HS_LADDER (ladder));
  g_assert_true (shows (&stage, title));
  paint (&stage, "explained");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  paint (&stage, "established-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  stage_clear (&stage);
}

/* In a window that is read from the right, too, a sequence number's groups stand as they are written: 3 481 203 117. */
static void
test_right_to_left (void)
{
  Stage stage;
  GtkWidget *ladder, *rung;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.guest.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until ((ladder = find (stage.window, is_visible_ladder, GUINT_TO_POINTER (7))) != NULL);
  for (rung = gtk_widget_get_first_child (ladder); rung != NULL; rung = gtk_widget_get_next_sibling (rung))
    {
      g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (rung, "3\u2009481\u2009203\u2009117");

      g_assert_cmpint (pango_layout_get_line_readonly (layout, 0)->resolved_dir, ==, PANGO_DIRECTION_LTR);
    }
  paint (&stage, "right-to-left");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  stage_clear (&stage);
}

static void
show_page (Stage *stage, const char *name)
{
  GtkWidget *stack = find (stage->window, is_a, GSIZE_TO_POINTER (ADW_TYPE_VIEW_STACK));

  adw_view_stack_set_visible_child_name (ADW_VIEW_STACK (stack), name);
}

static const struct { guint kind; const char *has, *lacks; } filters[] = {
  { 0, "SYN sent", "nothing lacks" },
  { 1, "TIME-WAIT observed", "SYN sent" },
  { 2, "SYN sent", "TIME-WAIT observed" },
  { 3, "", "SYN sent" },
  { 4, "connecting", "SYN sent" },
};

static void
check_export (Stage *stage, HsLogPage *log)
{
  GtkWidget *kind = find (GTK_WIDGET (log), is_a, GSIZE_TO_POINTER (GTK_TYPE_DROP_DOWN));
  g_autofree char *json = hs_log_page_dup_export (log, HS_LOG_FORMAT_JSON), *svg = hs_log_page_dup_export (log, HS_LOG_FORMAT_SVG);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&(const GMarkupParser){ NULL }, 0, NULL, NULL);

  g_assert_true (g_str_has_prefix (json, "[\n{") && g_str_has_suffix (json, "}\n]\n"));
  g_assert_true (g_markup_parse_context_parse (context, svg, -1, NULL) && g_markup_parse_context_end_parse (context, NULL));
  g_assert_nonnull (strstr (svg, ">TIME-WAIT<"));
  g_assert_nonnull (strstr (svg, "FIN  seq = u"));
  if (g_getenv ("HANDSHAKE_PICTURES") != NULL)
    {
      g_autofree char *path = g_build_filename (g_getenv ("HANDSHAKE_PICTURES"), "ladder.svg", NULL);

      g_file_set_contents (path, svg, -1, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *text = NULL;

      gtk_drop_down_set_selected (GTK_DROP_DOWN (kind), filters[i].kind);
      text = hs_log_page_dup_text (log);
      g_assert_nonnull (strstr (text, filters[i].has));
      g_assert_null (strstr (text, filters[i].lacks));
    }
  gtk_drop_down_set_selected (GTK_DROP_DOWN (kind), 0);
}

static void
test_close (void)
{
  static const char *const taken[] = { "taken CLOSED", "taken SYN-SENT", "taken ESTABLISHED", "taken FIN-WAIT-1", "other CLOSE-WAIT", "other CLOSED" };
  Stage stage;
  GtkWidget *log;
  g_autofree char *text = NULL;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "ESTABLISHED"));

  hs_tcp_tap_shutting_down (stage.opener.tap);
  shutdown (stage.opener.fd, SHUT_WR);
  wait_until ((hs_tcp_tap_look (stage.opener.tap), shows (&stage, "FIN-WAIT-2")));
  g_assert_nonnull (find (stage.window, is_node, "now FIN-WAIT-2"));
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    g_assert_nonnull (find (stage.window, is_node, taken[i]));
  paint (&stage, "fin-wait-2");
  close (stage.guest.fd);
  stage.guest.fd = -1;
  wait_until ((hs_tcp_tap_look (stage.opener.tap), shows (&stage, "TIME-WAIT")));
  hs_tcp_tap_detach (stage.opener.tap, FALSE);
  close (stage.opener.fd);
  stage.opener.fd = -1;
  wait_until (find (stage.window, is_visible_ladder, GUINT_TO_POINTER (9)) != NULL);
  g_assert_true (shows (&stage, "began"));
  paint (&stage, "time-wait");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  paint (&stage, "time-wait-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);

  show_page (&stage, "log");
  wait_until (shows (&stage, "TIME-WAIT"));
  paint (&stage, "log");
  log = find (stage.window, is_a, GSIZE_TO_POINTER (HS_TYPE_LOG_PAGE));
  text = hs_log_page_dup_text (HS_LOG_PAGE (log));
  g_assert_nonnull (strstr (text, "SYN sent inferred"));
  g_assert_nonnull (strstr (text, "TIME-WAIT observed sock_diag"));
  check_export (&stage, HS_LOG_PAGE (log));
  stage_clear (&stage);
}

static void
on_failed (GtkWidget *page, const char *sentence)
{
  g_object_set_data_full (G_OBJECT (page), "told", g_strdup (sentence), g_free);
}

/* Written, or told why not and what to do; if the page is gone by then, nobody is. */
static void
test_export (void)
{
  g_autofree char *folder = g_dir_make_tmp ("hs-ui-XXXXXX", NULL), *path = g_build_filename (folder, "log.txt", NULL), *text = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path), impossible = g_file_new_for_path ("/proc/log.txt");
  g_autoptr (GBytes) content = g_bytes_new_static ("SYN sent\n", 9);
  GtkWidget *page = g_object_ref_sink (g_object_new (HS_TYPE_LOG_PAGE, NULL));

  hs_log_export_write (page, file, content, on_failed);
  wait_until (g_file_get_contents (path, &text, NULL, NULL) && *text != '\0');
  g_assert_cmpstr (text, ==, "SYN sent\n");
  hs_log_export_write (page, impossible, content, on_failed);
  wait_until (g_object_get_data (G_OBJECT (page), "told") != NULL);
  g_assert_true (g_str_has_prefix (g_object_get_data (G_OBJECT (page), "told"), "Not exported, choose another folder: "));
  hs_log_export_write (page, impossible, content, on_failed);
  g_object_unref (page);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static gboolean
is_data_card (GtkWidget *widget, gconstpointer unused)
{
  int part = -1;

  if (HS_IS_LADDER_CARD (widget))
    g_object_get (widget, "part", &part, NULL);
  return part == HS_LADDER_DATA;
}

static gboolean
is_data_ladder (GtkWidget *widget, gconstpointer unused)
{
  return HS_IS_LADDER (widget) && gtk_widget_get_mapped (widget) && hs_ladder_get_n_rungs (HS_LADDER (widget)) >= 2
         && is_data_card (gtk_widget_get_ancestor (widget, HS_TYPE_LADDER_CARD), NULL);
}

/* What is sent while one looks: on its ladder, with the bytes it carries. */
static void
test_data (void)
{
  Stage stage;
  GtkWidget *ladder;
  g_autofree char *title = NULL;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "ESTABLISHED"));
  g_assert_null (find (stage.window, is_data_ladder, NULL));
  g_assert_cmpint (send (stage.opener.fd, "hello", 5, 0), ==, 5);
  hs_tcp_tap_wrote (stage.opener.tap, 5, NULL);
  wait_until ((hs_tcp_tap_errors (stage.opener.tap), find (stage.window, is_data_ladder, NULL)) != NULL);
  ladder = find (stage.window, is_data_ladder, NULL);
  hs_ladder_set_selected (HS_LADDER (ladder), 0);
  title = hs_ladder_dup_title (HS_LADDER (ladder));
  g_assert_true (g_str_has_prefix (title, "Data:"));
  g_assert_true (shows (&stage, "Under way"));
  paint (&stage, "data");
  stage_clear (&stage);
}

/* ---- Fields ---- */

static void
gather (GtkWidget *widget, Predicate predicate, GPtrArray *found)
{
  if (predicate (widget, NULL))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    gather (child, predicate, found);
}

static gboolean
is_field (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_BUTTON (widget) && gtk_widget_has_css_class (widget, "field") && gtk_widget_get_mapped (widget);
}

static gboolean
leads_to_help (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_ACTIONABLE (widget) && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), "app.help-page") == 0;
}

/* Each can be pressed, and its page exists; Tab stops at one of them only, the arrow keys lead to all. */
static void
check_fields (Stage *stage, guint n)
{
  static const char *const languages[] = { "C", NULL };
  g_autoptr (HsHelpBook) book = hs_help_book_new (languages);
  g_autoptr (GPtrArray) fields = g_ptr_array_new (), reached = g_ptr_array_new ();
  GtkWidget *group, *first;

  gather (stage->window, is_field, fields);
  g_assert_cmpuint (fields->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_clear_pointer (&stage->page, g_free);
      g_assert_true (gtk_widget_is_sensitive (fields->pdata[i]));
      g_assert_nonnull (gtk_widget_get_tooltip_text (fields->pdata[i]));
      gtk_widget_activate (fields->pdata[i]);
      wait_until (stage->page != NULL); /* a button that is activated shows it for a moment first */
      g_assert_nonnull (hs_help_book_find (book, stage->page));
    }
  group = gtk_widget_get_ancestor (fields->pdata[0], HS_TYPE_FIELD_GROUP);
  gtk_window_set_focus (GTK_WINDOW (stage->window), NULL);
  g_assert_true (gtk_widget_child_focus (group, GTK_DIR_TAB_FORWARD));
  first = gtk_root_get_focus (GTK_ROOT (stage->window));
  g_assert_true (first == fields->pdata[0]);
  g_assert_false (gtk_widget_child_focus (group, GTK_DIR_TAB_FORWARD));
  g_assert_false (gtk_widget_child_focus (group, GTK_DIR_TAB_BACKWARD));
  g_ptr_array_add (reached, first);
  for (guint i = 0; i < reached->len; i++)
    for (GtkDirectionType direction = GTK_DIR_UP; direction <= GTK_DIR_RIGHT; direction++)
      {
        GtkWidget *next;

        gtk_widget_grab_focus (reached->pdata[i]);
        gtk_widget_child_focus (group, direction);
        next = gtk_root_get_focus (GTK_ROOT (stage->window));
        g_assert_true (is_field (next, NULL));
        if (!g_ptr_array_find (reached, next, NULL))
          g_ptr_array_add (reached, next);
      }
  g_assert_cmpuint (reached->len, ==, n);
}

static void
test_fields (void)
{
  static const char *const languages[] = { "C", NULL };
  g_autoptr (HsHelpBook) book = hs_help_book_new (languages);
  g_autoptr (GPtrArray) links = g_ptr_array_new ();
  g_autoptr (GHashTable) pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Stage stage;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.guest.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "ESTABLISHED") && shows (&stage, "Round trip"));
  settle (&stage);
  check_fields (&stage, 11); /* round trip, three charts, seven numbers */
  gather (stage.window, leads_to_help, links);
  for (guint i = 0; i < links->len; i++)
    {
      g_autofree char *page = g_variant_dup_string (gtk_actionable_get_action_target_value (links->pdata[i]), NULL);

      g_assert_nonnull (hs_help_book_find (book, page));
      g_hash_table_add (pages, g_steal_pointer (&page));
    }
  g_assert_true (g_hash_table_contains (pages, "both-ends") && g_hash_table_contains (pages, "delivery"));
  stage_clear (&stage);
}

/* ---- Trouble ---- */

#define NOT_READING "The other program does not read: its window is zero"

static const struct { const char *what; HsTcpNumbers numbers; const char *words; } troubles[] = {
  { "all is well", { .snd_wnd = 65536, .send_queue = 100 }, NULL },
  { "a window of zero, and nothing to send", { .snd_wnd = 0, .send_queue = 0 }, NULL },
  { "a window of zero", { .snd_wnd = 0, .send_queue = 1 }, NOT_READING ", and what is written waits." },
  { "the same, asked again", { .snd_wnd = 0, .send_queue = 1, .retransmits = 2, .rto_us = 400000 },
    NOT_READING ", and it is asked ever more rarely whether that has changed." },
  { "sent again once", { .snd_wnd = 65536, .send_queue = 100, .retransmits = 1, .rto_us = 400000 }, NULL },
  { "sent again and again", { .snd_wnd = 65536, .send_queue = 100, .retransmits = 3, .rto_us = 1600000, .last_ack_recv_ms = 12400 },
    "Nothing was heard for 12.4 s: what is written is sent again, now after 1.6 s. A cable, a sleeping computer, or another network?" },
  { "for longer than 32 bits of µs", { .snd_wnd = 65536, .retransmits = 9, .rto_us = 120000000, .last_ack_recv_ms = 5000000 },
    "Nothing was heard for 4295.0 s: what is written is sent again, now after 120.0 s. A cable, a sleeping computer, or another network?" },
};

static void
test_trouble_words (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
    {
      g_autofree char *words = hs_numbers_dup_trouble (&troubles[i].numbers);

      g_test_message ("%s", troubles[i].what);
      g_assert_cmpstr (words, ==, troubles[i].words);
    }
}

static gboolean
is_trouble (GtkWidget *widget, gconstpointer begin)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && gtk_widget_has_css_class (widget, "panel-trouble")
         && g_str_has_prefix (gtk_label_get_label (GTK_LABEL (widget)), begin);
}

/* Written until nothing more is taken, and read again: the panel says so, and then no more. */
static void
test_trouble (void)
{
  static char bytes[1 << 16];
  Stage stage;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "ESTABLISHED") && shows (&stage, "Round trip"));
  g_assert_null (find (stage.window, is_trouble, ""));
  while (send (stage.opener.fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
    ;
  wait_until (find (stage.window, is_trouble, NOT_READING) != NULL);
  paint (&stage, "not-reading");
  wait_until ((recv (stage.guest.fd, bytes, sizeof bytes, MSG_DONTWAIT), find (stage.window, is_trouble, "")) == NULL);
  stage_clear (&stage);
}

/* What it costs that a connection is shown: a timer of the tap's, and the kernel's timestamps of its segments. */
static gboolean
costs (const End *end)
{
  gboolean timer = g_main_context_find_source_by_user_data (NULL, end->tap) != NULL;
  int flags = 0;
  socklen_t len = sizeof flags;

  g_assert_no_errno (getsockopt (end->fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, &len));
  g_assert_cmpint (timer, ==, flags != 0);
  return timer;
}

static gboolean
page_ticks (Stage *stage)
{
  return g_main_context_find_source_by_user_data (NULL, find (stage->window, is_a, GSIZE_TO_POINTER (HS_TYPE_CONNECTION_PAGE))) != NULL;
}

/* A window is there and draws; what of the panel is hidden costs nothing. */
static void
test_hidden_costs_nothing (void)
{
  Stage stage;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (stage.panel)));
  g_assert_false (costs (&stage.opener));
  g_assert_false (page_ticks (&stage));

  hs_connection_panel_set_shown (stage.panel, TRUE);
  g_assert_true (costs (&stage.opener));
  g_assert_true (page_ticks (&stage));
  wait_until (hs_tcp_watch_get_numbers (stage.opener.watch) != NULL && shows (&stage, "ESTABLISHED"));
  hs_connection_panel_set_watch (stage.panel, stage.guest.watch);
  g_assert_false (costs (&stage.opener));
  g_assert_true (costs (&stage.guest));
  hs_connection_panel_set_shown (stage.panel, FALSE);
  g_assert_false (costs (&stage.guest));

  /* What happens to it does not wake anything either. */
  g_assert_cmpint (write (stage.opener.fd, "hello", 5), ==, 5);
  hs_tcp_tap_wrote (stage.opener.tap, 5, "PRIVMSG");
  hs_tcp_tap_look (stage.guest.tap);
  g_assert_false (costs (&stage.opener));
  g_assert_false (costs (&stage.guest));
  g_assert_false (page_ticks (&stage));
  stage_clear (&stage);
}

/* Hidden, another page or another connection chosen: the watch has no reader. */
static void
test_hidden (void)
{
  Stage stage;

  stage_init (&stage);
  stage_connect (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  g_assert_false (hs_tcp_watch_get_shown (stage.opener.watch));
  hs_connection_panel_set_shown (stage.panel, TRUE);
  g_assert_true (hs_tcp_watch_get_shown (stage.opener.watch));
  hs_connection_panel_set_watch (stage.panel, stage.guest.watch);
  g_assert_false (hs_tcp_watch_get_shown (stage.opener.watch));
  g_assert_true (hs_tcp_watch_get_shown (stage.guest.watch));
  hs_connection_panel_set_shown (stage.panel, FALSE);
  g_assert_false (hs_tcp_watch_get_shown (stage.guest.watch));
  stage_clear (&stage);
}

static void
test_server (void)
{
  Stage stage;
  HsServerConfig *config = hs_server_config_new ();
  g_autoptr (HsServer) server = hs_server_new (config, FALSE);

  hs_server_config_free (config);
  stage_init (&stage);
  hs_connection_panel_set_server (stage.panel, server);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  show_page (&stage, "server");
  wait_until (shows (&stage, "Half-open") && shows (&stage, "Nobody is connected"));
  check_fields (&stage, 3);
  paint (&stage, "server");
  hs_connection_panel_set_server (stage.panel, NULL);
  wait_until (shows (&stage, "No connection yet"));
  stage_clear (&stage);
}

/* What a RST answers before there was a connection is not one that the other side closed. */
static void
test_refused (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons (1) };
  g_autoptr (GSocketAddress) remote = g_socket_address_new_from_native (&address, sizeof address);
  g_autoptr (GError) refused = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "refused");
  Stage stage;

  stage_init (&stage);
  stage.opener.fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  hs_tcp_tap_step (stage.opener.tap, "connecting", NULL, "GSocketClient");
  hs_tcp_tap_connecting (stage.opener.tap, stage.opener.fd, remote);
  g_assert_cmpint (connect (stage.opener.fd, (struct sockaddr *) &address, sizeof address), <, 0);
  hs_tcp_tap_failed (stage.opener.tap, refused);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "There was no connection: the other side refused it."));
  g_assert_false (shows (&stage, "closed first"));
  stage_clear (&stage);
}

/* What is drawn grows with the text beside it. */
static gboolean
is_stop (GtkWidget *widget, gconstpointer name)
{
  return is_label (widget, name) && GTK_IS_WIDGET (gtk_widget_get_ancestor (widget, HS_TYPE_WAY_TRACK));
}

static void
tell_guest (Stage *stage, const char *text, guint64 end, const char *msgid, gboolean tells)
{
  g_autofree char *line = g_strdup_printf (":ana!a@h PRIVMSG #r :%s\r\n", text);
  HsServerCarried carried = { .kind = HS_CARRIED_MESSAGE, .text = (char *) text, .line = line, .len = strlen (line), .end = end, .place = (char *) "#r",
                              .msgid = (char *) msgid, .said = (gint64) end, .time = g_get_monotonic_time (), .tells = tells };

  hs_guest_passages_take (stage->guest.watch, &carried);
}

/* Of a guest's connection the way of what went to it is shown: four stops, the last as far as its program tells. */
static void
test_guest_way (void)
{
  Stage stage;
  const HsServerCarried read = { .kind = HS_CARRIED_READ, .place = (char *) "#r", .said = 150, .time = g_get_monotonic_time () };
  const HsServerCarried elsewhere = { .kind = HS_CARRIED_READ, .place = (char *) "#x", .said = 1000, .time = g_get_monotonic_time () };
  const HsServerCarried deleted = { .kind = HS_CARRIED_DELETED, .msgid = (char *) "m1" };
  HsPassage *first, *second;
  g_autoptr (HsPassage) chosen = hs_passage_new (NULL, "first", TRUE), unknown = hs_passage_new (NULL, "never sent", FALSE);

  stage_init (&stage);
  stage_connect (&stage);
  g_assert_null (hs_guest_passages_find (stage.guest.watch, NULL));
  tell_guest (&stage, "first", 100, "m1", TRUE);
  tell_guest (&stage, "second", 200, "m2", TRUE);
  second = hs_guest_passages_find (stage.guest.watch, NULL);
  first = hs_guest_passages_find (stage.guest.watch, chosen);
  g_assert_cmpstr (hs_passage_get_facts (first)->text, ==, "first");
  g_assert_cmpstr (hs_passage_get_facts (second)->text, ==, "second");
  g_assert_true (hs_guest_passages_find (stage.guest.watch, unknown) == second);

  hs_connection_panel_set_watch (stage.panel, stage.guest.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (shows (&stage, "“second” · 29 B"));
  wait_until (find (stage.window, is_stop, "Acknowledged") != NULL && find (stage.window, is_stop, "Read") != NULL);
  g_assert_true (find (stage.window, is_stop, "Accepted") == NULL);
  g_assert_true (find (stage.window, is_stop, "not told") == NULL);
  hs_guest_passages_take (stage.guest.watch, &elsewhere);
  hs_guest_passages_take (stage.guest.watch, &read);
  g_assert_cmpint (hs_passage_get_facts (first)->read, ==, read.time);
  g_assert_cmpint (hs_passage_get_facts (second)->read, ==, 0);
  hs_connection_panel_set_passage (stage.panel, NULL, chosen);
  wait_until (shows (&stage, "“first” · 28 B"));
  paint (&stage, "guest-way");
  hs_guest_passages_take (stage.guest.watch, &deleted);
  wait_until (shows (&stage, "“This message was deleted”"));
  g_assert_null (hs_passage_get_facts (first)->line);

  hs_connection_panel_set_passage (stage.panel, NULL, NULL);
  tell_guest (&stage, "third", 300, NULL, FALSE); /* as nc is told */
  hs_connection_panel_set_passage (stage.panel, NULL, NULL);
  wait_until (find (stage.window, is_stop, "not told") != NULL);
  hs_guest_passages_take (stage.guest.watch, &deleted); /* it has no name, so it might be that one */
  g_assert_true (hs_guest_passages_find (stage.guest.watch, NULL) == second);
  for (guint i = 0; i < 100; i++)
    tell_guest (&stage, "more", 400 + i * 40, NULL, FALSE);
  g_assert_true (hs_guest_passages_find (stage.guest.watch, chosen) != first); /* what is kept has an end */
  stage_clear (&stage);
}

/* Two sockets of a kind without TCP. */
static void
stage_pair (Stage *stage, int family)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof name;
  int fds[2];

  if (family == AF_UNIX)
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  else
    {
      fds[0] = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      fds[1] = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      g_assert_cmpint (bind (fds[1], (struct sockaddr *) &name, len), ==, 0);
      g_assert_cmpint (getsockname (fds[1], (struct sockaddr *) &name, &len), ==, 0);
      g_assert_cmpint (connect (fds[0], (struct sockaddr *) &name, len), ==, 0);
    }
  stage->opener.fd = fds[0];
  stage->guest.fd = fds[1];
  hs_tcp_tap_attach (stage->opener.tap, fds[0], 0);
}

typedef struct
{
  const char *name;
  int family;
  guint n_fields;
  const char *shown[5], *hidden[5];
} Without;

static const Without withouts[] = {
  { "UDP", AF_INET, 8, { "What TCP adds", "Datagrams sent", "ICMP messages", "Each byte has a number; late ones are put in their place", "As they happen to arrive, some perhaps twice" },
    { "observed", "CLOSED", "Handshake", "Round trip", "Path through the states" } },
  { "Unix", AF_UNIX, 6, { "What TCP adds", "Other program", "(you)", "Kept: it is one queue", "Not read there" },
    { "observed", "CLOSED", "Datagrams sent", "Round trip", "Lab" } },
};

static gboolean
ends_with (GtkWidget *widget, gconstpointer text)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && g_str_has_suffix (gtk_label_get_label (GTK_LABEL (widget)), text);
}

static gboolean
begins_with (GtkWidget *widget, gconstpointer text)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && g_str_has_prefix (gtk_label_get_label (GTK_LABEL (widget)), text);
}

/* No state is made up, and no ladder: what can be counted, and what is not there. */
static void
test_without_tcp (gconstpointer data)
{
  const Without *test = data;
  Stage stage;

  stage_init (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  stage_pair (&stage, test->family);
  wait_until (shows (&stage, test->name));
  for (guint i = 0; i < G_N_ELEMENTS (test->shown); i++)
    wait_until (find (stage.window, ends_with, test->shown[i]) != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (test->hidden); i++)
    g_assert_false (shows (&stage, test->hidden[i]));
  g_assert_true (find (stage.window, is_a, GSIZE_TO_POINTER (HS_TYPE_LADDER_CARD)) != NULL);
  g_assert_true (find (stage.window, is_visible_ladder, GUINT_TO_POINTER (0)) == NULL);
  check_fields (&stage, test->n_fields);
  paint (&stage, test->name);
  hs_tcp_tap_detach (stage.opener.tap, FALSE);
  close (stage.opener.fd);
  stage.opener.fd = 0;
  wait_until (find (stage.window, begins_with, "It is over.") != NULL);
  hs_connection_panel_set_watch (stage.panel, stage.guest.watch); /* this one may have TCP */
  wait_until (!shows (&stage, "What TCP adds"));
  stage_clear (&stage);
}

static void
test_dropped (void)
{
  Stage stage;
  int little = 2048;

  stage_init (&stage);
  hs_connection_panel_set_watch (stage.panel, stage.opener.watch);
  hs_connection_panel_set_shown (stage.panel, TRUE);
  gtk_window_present (GTK_WINDOW (stage.window));
  stage_pair (&stage, AF_INET);
  wait_until (shows (&stage, "UDP"));
  setsockopt (stage.opener.fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  for (guint i = 0; i < 50; i++)
    {
      struct sockaddr_in name;
      socklen_t len = sizeof name;

      getsockname (stage.opener.fd, (struct sockaddr *) &name, &len);
      g_assert_cmpint (sendto (stage.guest.fd, "0123456789", 10, 0, (struct sockaddr *) &name, len), ==, 10);
    }
  wait_until (find (stage.window, ends_with, "and were dropped here. Their sender was told nothing.") != NULL);
  paint (&stage, "UDP-dropped");
  stage_clear (&stage);
}

static void
test_large_text (void)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int dpi, usual, large;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *ladder = g_object_ref_sink (g_object_new (HS_TYPE_GHOST_LADDER, NULL));

      g_object_set (settings, "gtk-font-name", "Sans 11", "gtk-xft-dpi", (i + 1) * 96 * PANGO_SCALE, NULL);
      gtk_widget_measure (ladder, GTK_ORIENTATION_VERTICAL, -1, i == 0 ? &usual : &large, NULL, NULL, NULL);
      g_object_unref (ladder);
    }
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
  g_assert_cmpint (large, ==, 2 * usual);
}

static void
add_state (HsTcpWatch *watch, HsTcpState state)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_STATE, HS_TCP_OBSERVED, 0, "", NULL, "");

  event->state = state;
  hs_tcp_watch_add_event (watch, event);
}

/* What was refused is back where it began: nothing stood, and nothing ends. A reset of what stood ends it, from whichever state. */
static void
test_diagram_resets (void)
{
  static const struct { HsTcpState before; const char *now, *other; } cases[] = {
    { HS_TCP_SYN_SENT, "now CLOSED", "other ESTABLISHED" },
    { HS_TCP_ESTABLISHED, "now CLOSED", "other CLOSE-WAIT" },
    { HS_TCP_CLOSE_WAIT, "now CLOSED", "other LAST-ACK" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      static const HsTcpState states[] = { HS_TCP_SYN_SENT, HS_TCP_ESTABLISHED, HS_TCP_CLOSE_WAIT };
      g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "x");
      GtkWidget *diagram = g_object_ref_sink (hs_state_diagram_new ()), *first;
      gboolean last = FALSE;

      for (guint j = 0; !last; j++)
        {
          last = states[j] == cases[i].before;
          add_state (watch, states[j]);
        }
      add_state (watch, HS_TCP_CLOSED);
      hs_state_diagram_update (HS_STATE_DIAGRAM (diagram), watch);
      first = gtk_widget_get_first_child (diagram);
      g_assert_nonnull (find (diagram, is_node, cases[i].now));
      g_assert_nonnull (find (diagram, is_node, cases[i].other));
      g_assert_cmpint (gtk_widget_has_css_class (first, "now"), ==, cases[i].before == HS_TCP_SYN_SENT);
      g_object_unref (diagram);
    }
}

int
main (int argc, char *argv[])
{
  g_autoptr (GtkCssProvider) css = NULL;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  css = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (css, "/io/github/handshakechat/Handshake/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/handshakechat/Handshake/icons");
  g_test_add_func ("/ui/connection-panel/diagram-resets", test_diagram_resets);
  g_test_add_func ("/ui/panel/empty", test_empty);
  g_test_add_func ("/ui/panel/established", test_established);
  g_test_add_func ("/ui/panel/right-to-left", test_right_to_left);
  g_test_add_func ("/ui/panel/close", test_close);
  g_test_add_func ("/ui/panel/data", test_data);
  g_test_add_func ("/ui/panel/export", test_export);
  g_test_add_func ("/ui/panel/fields", test_fields);
  g_test_add_func ("/ui/numbers/trouble", test_trouble_words);
  g_test_add_func ("/ui/panel/trouble", test_trouble);
  g_test_add_func ("/ui/panel/hidden", test_hidden);
  g_test_add_func ("/ui/panel/hidden-costs-nothing", test_hidden_costs_nothing);
  g_test_add_func ("/ui/panel/server", test_server);
  g_test_add_func ("/ui/panel/refused", test_refused);
  g_test_add_func ("/ui/panel/guest-way", test_guest_way);
  for (gsize i = 0; i < G_N_ELEMENTS (withouts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ui/panel/without-tcp/%s", withouts[i].name);

      g_test_add_data_func (path, &withouts[i], test_without_tcp);
    }
  g_test_add_func ("/ui/panel/dropped", test_dropped);
  g_test_add_func ("/ui/panel/large-text", test_large_text);
  return g_test_run ();
}
