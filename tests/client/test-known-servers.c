/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of servers: kept over a restart, renamed, forgotten; and pins that nobody overwrites by an invite. */
#include "client-stage.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hs-known-servers-private.h"

typedef struct
{
  char *folder, *path;
  HsStore *store;
  HsKnownServers *servers;
} Run;

static HsFingerprint
make_key (guint8 byte)
{
  HsFingerprint key;

  memset (key.bytes, byte, sizeof key.bytes);
  return key;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_known_servers_wait_finish (HS_KNOWN_SERVERS (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
wait_until_read (HsKnownServers *servers)
{
  gboolean read = FALSE;

  hs_known_servers_wait_async (servers, NULL, on_read, &read);
  stage_wait_until (read);
}

static void
run_begin (Run *run)
{
  run->store = hs_store_new (run->path);
  run->servers = hs_known_servers_new (run->store);
  wait_until_read (run->servers);
}

static void
run_end (Run *run)
{
  hs_store_close (run->store);
  g_clear_object (&run->servers);
  g_clear_object (&run->store);
  stage_iterate ();
}

static void
run_again (Run *run)
{
  run_end (run);
  run_begin (run);
}

static void
run_set_up (Run *run, gconstpointer data)
{
  run->folder = g_dir_make_tmp ("hs-known-XXXXXX", NULL);
  run->path = g_build_filename (run->folder, "history.db", NULL);
  run_begin (run);
}

static void
run_tear_down (Run *run, gconstpointer data)
{
  run_end (run);
  g_unlink (run->path);
  g_rmdir (run->folder);
  g_free (run->path);
  g_free (run->folder);
}

/* "NN title [places] first last compared", a line each. */
static char *
describe (HsKnownServers *servers)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (servers)); i++)
    {
      g_autoptr (HsKnownServer) server = g_list_model_get_item (G_LIST_MODEL (servers), i);
      const char *places = hs_known_server_get_places (server);

      g_string_append_printf (text, "%02x %s [%s] %d %d %d\n", hs_known_server_get_key (server)->bytes[0], hs_known_server_get_title (server),
                              places != NULL ? places : "", (int) hs_known_server_get_first_seen (server),
                              (int) hs_known_server_get_last_seen (server), (int) hs_known_server_get_compared (server));
    }
  return g_string_free (text, FALSE);
}

#define assert_known(run, expected) \
  G_STMT_START { g_autofree char *got_ = describe ((run)->servers); g_assert_cmpstr (got_, ==, expected); } G_STMT_END

/* What is there now is there after a restart, too. */
#define assert_kept(run, expected) \
  G_STMT_START { assert_known (run, expected); run_again (run); assert_known (run, expected); } G_STMT_END

static void
test_seen (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa), b = make_key (0xbb);
  HsTrustPin pin;

  assert_known (run, "");
  g_assert_null (hs_known_servers_find (run->servers, &a));
  g_assert_false (hs_known_servers_find_pin (run->servers, "address:10.0.0.1:8000", &pin));
  g_assert_false (hs_known_servers_find_pin (run->servers, NULL, &pin));

  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &a, FALSE, 10);
  hs_known_servers_see (run->servers, "address:[fd00::1]:9000", &a, FALSE, 20);
  hs_known_servers_see (run->servers, NULL, &b, FALSE, 30);
  assert_kept (run, "aa 10.0.0.1, [fd00::1]:9000 [10.0.0.1, [fd00::1]:9000] 10 20 0\n"
                    "bb 54110 44928 28813 51406 [] 30 30 0\n");
  g_assert_true (hs_known_servers_find_pin (run->servers, "address:10.0.0.1:8000", &pin));
  g_assert_true (hs_fingerprint_equal (&pin.key, &a));
  g_assert_false (pin.by_authority);
  g_assert_cmpint (pin.since, ==, 10);
}

static void
test_person (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa);
  HsKnownServer *server;

  hs_known_servers_see (run->servers, "service:Ana: 你好", &a, FALSE, 10);
  server = hs_known_servers_find (run->servers, &a);
  hs_known_servers_rename (run->servers, server, "  Ana <b>María</b> ");
  hs_known_servers_set_compared (run->servers, server, 15);
  assert_kept (run, "aa Ana <b>María</b> [Ana: 你好] 10 10 15\n");
  server = hs_known_servers_find (run->servers, &a);
  hs_known_servers_rename (run->servers, server, "   ");
  assert_kept (run, "aa Ana: 你好 [Ana: 你好] 10 10 15\n");
}

static void
test_pins (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa), b = make_key (0xbb), c = make_key (0xcc);
  HsTrustPin pin;

  /* An invite's key does not take the place of the one that was bound. */
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &a, FALSE, 10);
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &b, FALSE, 20);
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &b, TRUE, 21);
  hs_known_servers_find_pin (run->servers, "address:10.0.0.1:8000", &pin);
  g_assert_true (hs_fingerprint_equal (&pin.key, &a));

  /* An authority for both: the newer one is remembered. Once by an authority, always, for the same key. */
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &a, TRUE, 30);
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &b, TRUE, 40);
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &b, FALSE, 50);
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &c, FALSE, 60);
  hs_known_servers_find_pin (run->servers, "address:irc.example.org:6697", &pin);
  g_assert_true (hs_fingerprint_equal (&pin.key, &b));
  g_assert_true (pin.by_authority);
  g_assert_cmpint (pin.since, ==, 30);

  /* By the person's own comparison it does. */
  hs_known_servers_accept (run->servers, "address:10.0.0.1:8000", &c, 70);
  hs_known_servers_find_pin (run->servers, "address:10.0.0.1:8000", &pin);
  g_assert_true (hs_fingerprint_equal (&pin.key, &c));
  assert_kept (run, "aa 49191 31752 98921 37642 [] 10 30 0\nbb irc.example.org:6697 [irc.example.org:6697] 20 50 0\ncc 10.0.0.1 [10.0.0.1] 60 70 70\n");
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  g_string_append_printf (user_data, "%u-%u+%u ", position, removed, added);
}

static void
test_forget (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa), b = make_key (0xbb), c = make_key (0xcc);
  g_autoptr (GString) changes = g_string_new (NULL);
  HsTrustPin pin;
  guint16 port = 0;

  g_signal_connect (run->servers, "items-changed", G_CALLBACK (on_items_changed), changes);
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &a, FALSE, 10);
  hs_known_servers_see (run->servers, "address:10.0.0.2:8000", &b, FALSE, 20);
  hs_known_servers_note_sts (run->servers, "IRC.example.org", 6697, 100);
  g_assert_true (hs_known_servers_is_at (run->servers, hs_known_servers_find (run->servers, &a), "10.0.0.1"));
  g_assert_false (hs_known_servers_is_at (run->servers, hs_known_servers_find (run->servers, &a), "10.0.0.2"));
  g_assert_false (hs_known_servers_is_at (run->servers, hs_known_servers_find (run->servers, &a), "no address"));
  hs_known_servers_forget (run->servers, hs_known_servers_find (run->servers, &a));
  g_assert_null (hs_known_servers_find (run->servers, &a));
  g_assert_false (hs_known_servers_find_pin (run->servers, "address:10.0.0.1:8000", &pin));
  g_assert_cmpstr (changes->str, ==, "0-0+1 1-0+1 0-1+0 ");
  assert_kept (run, "bb 10.0.0.2 [10.0.0.2] 20 20 0\n");

  hs_known_servers_see (run->servers, "address:irc.example.net:6697", &c, TRUE, 30);
  hs_known_servers_note_sts (run->servers, "irc.example.net", 6697, 100);
  assert_kept (run, "bb 10.0.0.2 [10.0.0.2] 20 20 0\ncc irc.example.net:6697 [irc.example.net:6697] 30 30 0\n");
  g_assert_true (hs_known_servers_find_sts (run->servers, "irc.example.net", 99, NULL));
  hs_known_servers_forget (run->servers, hs_known_servers_find (run->servers, &c));
  assert_kept (run, "bb 10.0.0.2 [10.0.0.2] 20 20 0\n");
  g_assert_false (hs_known_servers_find_sts (run->servers, "irc.example.net", 99, NULL));

  g_assert_true (hs_known_servers_find_sts (run->servers, "irc.EXAMPLE.org", 99, &port));
  g_assert_cmpuint (port, ==, 6697);
  g_assert_true (hs_known_servers_find_sts (run->servers, "irc.example.org.", 99, NULL)); /* the same, said to its root */
  g_assert_false (hs_known_servers_find_sts (run->servers, "irc.example.org", 100, &port));
  hs_known_servers_forget_all (run->servers);
  g_assert_false (hs_known_servers_find_sts (run->servers, "irc.example.org", 99, NULL));
  assert_kept (run, "");
  g_assert_false (hs_known_servers_find_pin (run->servers, "address:10.0.0.2:8000", &pin));
}

/* A person's choice stands in the file. */
static void
test_shows_key (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa);
  gboolean answered = FALSE;
  HsTrustPin pin;

  g_assert_false (hs_known_servers_set_shows_key (run->servers, "address:irc.example.org:6697", TRUE)); /* it was never seen */
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &a, TRUE, 10);
  hs_known_servers_see (run->servers, "address:irc.example.net:6697", &a, TRUE, 10);
  g_assert_true (hs_known_servers_set_shows_key (run->servers, "address:irc.example.org:6697", TRUE));
  run_end (run);
  run->store = hs_store_new (run->path);
  run->servers = hs_known_servers_new (run->store);
  hs_known_servers_wait_async (run->servers, NULL, on_read, &answered);
  stage_wait_until (answered);
  g_assert_true (hs_known_servers_find_pin (run->servers, "address:irc.example.org:6697", &pin));
  g_assert_true (pin.shows_key && pin.by_authority);
  g_assert_true (hs_known_servers_find_pin (run->servers, "address:irc.example.net:6697", &pin));
  g_assert_false (pin.shows_key);
}

static const char *
where_key_is_shown (Run *run)
{
  g_autoptr (HsKnownServer) server = g_list_model_get_item (G_LIST_MODEL (run->servers), 0);

  return hs_known_server_get_key_places (server);
}

/* Where it was chosen is told, and taken back for all of a server's addresses; a host of ours that nobody vouches for sees it by itself. */
static void
test_key_taken_back (Run *run, gconstpointer data)
{
  static const char *const vouched[] = { "address:irc.example.org:6697", "address:irc.example.net:8000" };
  g_autoptr (HsKnownServer) server = NULL;
  HsFingerprint a = make_key (0xaa);
  HsTrustPin pin;

  for (guint i = 0; i < G_N_ELEMENTS (vouched); i++)
    hs_known_servers_see (run->servers, vouched[i], &a, TRUE, 10);
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &a, FALSE, 10);
  g_assert_null (where_key_is_shown (run));
  hs_known_servers_set_shows_key (run->servers, "address:10.0.0.1:8000", TRUE);
  g_assert_cmpstr (where_key_is_shown (run), ==, "10.0.0.1");
  hs_known_servers_set_ours (run->servers, "address:10.0.0.1:8000", &a);
  g_assert_null (where_key_is_shown (run));
  for (guint i = 0; i < G_N_ELEMENTS (vouched); i++)
    hs_known_servers_set_shows_key (run->servers, vouched[i], TRUE);
  g_assert_cmpstr (where_key_is_shown (run), ==, "irc.example.net, irc.example.org:6697");
  run_again (run);
  g_assert_cmpstr (where_key_is_shown (run), ==, "irc.example.net, irc.example.org:6697");

  server = g_list_model_get_item (G_LIST_MODEL (run->servers), 0);
  hs_known_servers_take_key_back (run->servers, server);
  g_assert_null (where_key_is_shown (run));
  g_assert_cmpstr (hs_known_server_get_places (server), ==, "10.0.0.1, irc.example.net, irc.example.org:6697");
  run_again (run);
  g_assert_null (where_key_is_shown (run));
  g_assert_true (hs_known_servers_find_pin (run->servers, vouched[0], &pin));
  g_assert_true (pin.by_authority && !pin.shows_key);
}

static gboolean
is_ours (Run *run, const char *binding)
{
  HsTrustPin pin;

  g_assert_true (hs_known_servers_find_pin (run->servers, binding, &pin));
  return pin.ours;
}

/* A server of ours is a key at a place: neither another key there, nor that key elsewhere. It stands in the file. */
static void
test_ours (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa), b = make_key (0xbb);
  gboolean answered = FALSE;

  hs_known_servers_set_ours (run->servers, NULL, &a);
  hs_known_servers_set_ours (run->servers, "address:10.0.0.1:8000", &a); /* it was never seen */
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &a, FALSE, 10);
  hs_known_servers_see (run->servers, "address:10.0.0.2:8000", &a, FALSE, 10);
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &a, TRUE, 10);
  hs_known_servers_set_ours (run->servers, "address:10.0.0.1:8000", &b);
  g_assert_false (is_ours (run, "address:10.0.0.1:8000"));
  hs_known_servers_set_ours (run->servers, "address:10.0.0.1:8000", &a);
  hs_known_servers_set_ours (run->servers, "address:irc.example.org:6697", &a);
  run_end (run);
  run->store = hs_store_new (run->path);
  run->servers = hs_known_servers_new (run->store);
  hs_known_servers_wait_async (run->servers, NULL, on_read, &answered);
  stage_wait_until (answered);
  g_assert_true (is_ours (run, "address:10.0.0.1:8000"));
  g_assert_false (is_ours (run, "address:10.0.0.2:8000"));
  hs_known_servers_see (run->servers, "address:10.0.0.1:8000", &a, TRUE, 20); /* the same, vouched for now */
  g_assert_true (is_ours (run, "address:10.0.0.1:8000"));
  hs_known_servers_accept (run->servers, "address:10.0.0.1:8000", &b, 30);
  g_assert_false (is_ours (run, "address:10.0.0.1:8000"));
  hs_known_servers_see (run->servers, "address:irc.example.org:6697", &b, TRUE, 30);
  g_assert_false (is_ours (run, "address:irc.example.org:6697"));
}

/* Asked before the answer is there: answered when it is. */
static void
test_wait (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa);
  gboolean first = FALSE, second = FALSE;

  hs_known_servers_see (run->servers, NULL, &a, FALSE, 10);
  run_end (run);
  run->store = hs_store_new (run->path);
  run->servers = hs_known_servers_new (run->store);
  hs_known_servers_wait_async (run->servers, NULL, on_read, &first);
  hs_known_servers_wait_async (run->servers, NULL, on_read, &second);
  g_assert_false (first);
  stage_wait_until (first && second);
  g_assert_nonnull (hs_known_servers_find (run->servers, &a));
}

static void
on_not_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_known_servers_wait_finish (HS_KNOWN_SERVERS (source), result, &error));
  g_assert_error (error, HS_STORE_ERROR, HS_STORE_ERROR_FAILED);
  *(gboolean *) user_data = TRUE;
}

/* Something is there that cannot be read: nobody may take that for knowing nobody. */
static void
test_unread (Run *run, gconstpointer data)
{
  HsFingerprint a = make_key (0xaa);
  gboolean first = FALSE, second = FALSE;

  hs_known_servers_see (run->servers, NULL, &a, FALSE, 10);
  run_end (run);
  g_assert_true (g_file_set_contents (run->path, "This is no database, but somebody's letter.", -1, NULL));
  run->store = hs_store_new (run->path);
  run->servers = hs_known_servers_new (run->store);
  hs_known_servers_wait_async (run->servers, NULL, on_not_read, &first);
  stage_wait_until (first);
  hs_known_servers_wait_async (run->servers, NULL, on_not_read, &second);
  stage_wait_until (second);
  assert_known (run, "");
  hs_known_servers_see (run->servers, NULL, &a, FALSE, 10); /* kept as long as this run lasts */
  g_assert_nonnull (hs_known_servers_find (run->servers, &a));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/client/known-servers/" path, Run, NULL, run_set_up, func, run_tear_down)
  ADD ("seen", test_seen);
  ADD ("person", test_person);
  ADD ("pins", test_pins);
  ADD ("forget", test_forget);
  ADD ("shows-key", test_shows_key);
  ADD ("key-taken-back", test_key_taken_back);
  ADD ("ours", test_ours);
  ADD ("wait", test_wait);
  ADD ("unread", test_unread);
  return g_test_run ();
}
