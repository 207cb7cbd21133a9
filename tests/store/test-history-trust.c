/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, pins and strict transport security: kept, changed, forgotten, and read with care. */
#include "test-history-private.h"

static GBytes *
make_fingerprint (guint8 byte)
{
  guint8 bytes[32];

  memset (bytes, byte, sizeof bytes);
  return g_bytes_new (bytes, sizeof bytes);
}

/* "key NN name first last compared", "pin binding NN authority since (shows) (ours)", "sts host port until", a line each. */
static char *
describe (HsHistory *history)
{
  g_autoptr (GPtrArray) keys = hs_history_list_keys (history, NULL);
  g_autoptr (GPtrArray) pins = hs_history_list_pins (history, NULL);
  g_autoptr (GPtrArray) sts = hs_history_list_sts (history, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < keys->len; i++)
    {
      const HsHistoryKey *key = g_ptr_array_index (keys, i);

      g_string_append_printf (text, "key %02x %s %d %d %d\n", *(const guint8 *) g_bytes_get_data (key->fingerprint, NULL),
                              key->name != NULL ? key->name : "-", (int) key->first_seen, (int) key->last_seen, (int) key->compared);
    }
  for (guint i = 0; i < pins->len; i++)
    {
      const HsHistoryPin *pin = g_ptr_array_index (pins, i);

      g_string_append_printf (text, "pin %s %02x %d %d%s%s\n", pin->binding, *(const guint8 *) g_bytes_get_data (pin->fingerprint, NULL),
                              pin->by_authority, (int) pin->since, pin->shows_key ? " shows" : "", pin->ours ? " ours" : "");
    }
  for (guint i = 0; i < sts->len; i++)
    {
      const HsHistorySts *row = g_ptr_array_index (sts, i);

      g_string_append_printf (text, "sts %s %u %d\n", row->host, row->port, (int) row->until);
    }
  return g_string_free (text, FALSE);
}

#define assert_trust(history, expected) \
  G_STMT_START { g_autofree char *got_ = describe (history); g_assert_cmpstr (got_, ==, expected); } G_STMT_END

static void
set_pin (HsHistory *history, const char *binding, GBytes *fingerprint, gboolean by_authority, gint64 since)
{
  HsHistoryPin pin = { (char *) binding, fingerprint, by_authority, since };
  GError *error = NULL;

  hs_history_set_pin (history, &pin, &error);
  g_assert_no_error (error);
}

static void
set_sts (HsHistory *history, const char *host, guint16 port, gint64 until)
{
  HsHistorySts sts = { (char *) host, port, until };
  GError *error = NULL;

  hs_history_set_sts (history, &sts, &error);
  g_assert_no_error (error);
}

static void
test_keys (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  g_autoptr (GBytes) a = make_fingerprint (0xaa);
  g_autoptr (GBytes) b = make_fingerprint (0xbb);

  assert_trust (history, "");
  g_assert_true (hs_history_see_key (history, b, 10, NULL));
  g_assert_true (hs_history_see_key (history, a, 20, NULL));
  g_assert_true (hs_history_see_key (history, b, 30, NULL));
  assert_trust (history, "key bb - 10 30 0\nkey aa - 20 20 0\n");

  g_assert_true (hs_history_set_key_name (history, a, "Ana 的房间", NULL));
  g_assert_true (hs_history_set_key_compared (history, a, 25, NULL));
  g_assert_true (hs_history_see_key (history, a, 40, NULL)); /* name and comparison stay */
  assert_trust (history, "key bb - 10 30 0\nkey aa Ana 的房间 20 40 25\n");
  g_assert_true (hs_history_set_key_name (history, a, "", NULL));
  g_assert_true (hs_history_set_key_compared (history, a, 0, NULL));
  assert_trust (history, "key bb - 10 30 0\nkey aa - 20 40 0\n");
}

static void
test_pins (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  g_autoptr (GBytes) a = make_fingerprint (0xaa);
  g_autoptr (GBytes) b = make_fingerprint (0xbb);

  g_assert_true (hs_history_see_key (history, a, 1, NULL));
  g_assert_true (hs_history_see_key (history, b, 2, NULL));
  set_pin (history, "address:10.0.0.1:8000", a, FALSE, 1);
  set_pin (history, "service:Ana", a, FALSE, 1);
  set_pin (history, "address:irc.example.org:6697", b, TRUE, 2);
  set_pin (history, "address:irc.example.org:6697", b, FALSE, 3);
  set_sts (history, "irc.example.org", 6697, 100);
  set_sts (history, "irc.example.org", 6698, 200);
  assert_trust (history, "key aa - 1 1 0\nkey bb - 2 2 0\n"
                         "pin address:10.0.0.1:8000 aa 0 1\npin address:irc.example.org:6697 bb 0 3\npin service:Ana aa 0 1\n"
                         "sts irc.example.org 6698 200\n");

  g_assert_true (hs_history_forget_key (history, a, NULL));
  assert_trust (history, "key bb - 2 2 0\npin address:irc.example.org:6697 bb 0 3\nsts irc.example.org 6698 200\n");
  g_assert_true (hs_history_forget_keys (history, NULL));
  assert_trust (history, "");
}

static void
test_shows_key (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  g_autoptr (GBytes) a = make_fingerprint (0xaa);
  HsHistoryPin pin = { (char *) "address:irc.example.org:6697", a, TRUE, 1, TRUE };

  g_assert_true (hs_history_set_pin (history, &pin, NULL));
  assert_trust (history, "pin address:irc.example.org:6697 aa 1 1 shows\n");
  pin.shows_key = FALSE;
  pin.ours = TRUE;
  g_assert_true (hs_history_set_pin (history, &pin, NULL));
  assert_trust (history, "pin address:irc.example.org:6697 aa 1 1 ours\n");
  pin.ours = FALSE;
  g_assert_true (hs_history_set_pin (history, &pin, NULL));
  assert_trust (history, "pin address:irc.example.org:6697 aa 1 1\n");
}

/* What somebody else wrote into the file is left out, not believed. */
static void
test_foreign_rows (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);

  g_assert_cmpint (sqlite3_exec (history->base.db,
                                 "INSERT INTO server_key VALUES (x'aabb', 'short', 1, 1, 0), (zeroblob (32), 'whole', 2, 2, 0), (zeroblob (33), 'long', 3, 3, 0);"
                                 "INSERT INTO pin VALUES ('a', x'', 0, 1, 0, 0), ('b', zeroblob (32), 0, 1, 0, 0);"
                                 "INSERT INTO sts VALUES ('a', 0, 1), ('b', 65536, 1), ('c', 6697, 1)", NULL, NULL, NULL), ==, SQLITE_OK);
  assert_trust (history, "key 00 whole 2 2 0\npin b 00 0 1\nsts c 6697 1\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/trust/keys", test_keys);
  g_test_add_func ("/store/trust/pins", test_pins);
  g_test_add_func ("/store/trust/shows-key", test_shows_key);
  g_test_add_func ("/store/trust/foreign-rows", test_foreign_rows);
  return g_test_run ();
}
