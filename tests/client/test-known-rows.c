/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each change as it is written, and read again. */
#include "client-stage.h"

#include <string.h>

#include "hs-known-rows.h"

static HsFingerprint
make_key (guint8 byte)
{
  HsFingerprint key;

  memset (key.bytes, byte, sizeof key.bytes);
  return key;
}

static void
on_rows (gpointer result, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  *(HsKnownRows **) data = result;
}

static char
letter (GBytes *fingerprint)
{
  g_assert_cmpuint (g_bytes_get_size (fingerprint), ==, sizeof (HsFingerprint));
  return *(const char *) g_bytes_get_data (fingerprint, NULL);
}

/* All of it in a line: keys, pins, promises. */
static char *
dup_all (HsStore *store)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (HsKnownRows) rows = NULL;

  hs_store_run (store, hs_known_rows_read, on_rows, &rows, NULL);
  stage_wait_until (rows != NULL);
  for (guint i = 0; i < rows->keys->len; i++)
    {
      const HsHistoryKey *key = g_ptr_array_index (rows->keys, i);

      g_string_append_printf (text, "%c %d-%d %d %s;", letter (key->fingerprint), (int) key->first_seen, (int) key->last_seen, (int) key->compared,
                              key->name != NULL ? key->name : "-");
    }
  for (guint i = 0; i < rows->pins->len; i++)
    {
      const HsHistoryPin *pin = g_ptr_array_index (rows->pins, i);

      g_string_append_printf (text, " %s %c %d%s%s%s;", pin->binding, letter (pin->fingerprint), (int) pin->since, pin->by_authority ? " authority" : "",
                              pin->shows_key ? " shows" : "", pin->ours ? " ours" : "");
    }
  for (guint i = 0; i < rows->sts->len; i++)
    {
      const HsHistorySts *sts = g_ptr_array_index (rows->sts, i);

      g_string_append_printf (text, " %s %d %d;", sts->host, sts->port, (int) sts->until);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define expect(store, expected) \
  G_STMT_START { \
    g_autofree char *all_ = dup_all (store); \
    g_assert_cmpstr (all_, ==, expected); \
  } G_STMT_END

static void
test_changes (void)
{
  g_autoptr (HsStore) store = hs_store_new (":memory:");
  const HsFingerprint a = make_key ('a'), b = make_key ('b');
  const HsHistorySts sts = { (char *) "irc.example.org", 6697, 70 };

  expect (store, "");
  hs_known_rows_see (store, &a, 10);
  hs_known_rows_see (store, &b, 20);
  hs_known_rows_see (store, &a, 30);
  expect (store, "a 10-30 0 -;b 20-20 0 -;");
  hs_known_rows_set_compared (store, &a, 40);
  hs_known_rows_set_name (store, &b, "Ben's");
  expect (store, "a 10-30 40 -;b 20-20 0 Ben's;");
  hs_known_rows_set_compared (store, &a, 0);
  hs_known_rows_set_name (store, &b, NULL);
  hs_known_rows_set_pin (store, "address:a:1", &(HsTrustPin) { .key = a, .since = 50, .by_authority = TRUE });
  hs_known_rows_set_pin (store, "address:b:1", &(HsTrustPin) { .key = b, .since = 60, .shows_key = TRUE });
  hs_known_rows_set_pin (store, "address:c:1", &(HsTrustPin) { .key = b, .since = 61, .ours = TRUE });
  hs_known_rows_set_sts (store, &sts);
  expect (store, "a 10-30 0 -;b 20-20 0 -; address:a:1 a 50 authority; address:b:1 b 60 shows; address:c:1 b 61 ours; irc.example.org 6697 70;");
  hs_known_rows_forget (store, &b);
  expect (store, "a 10-30 0 -; address:a:1 a 50 authority; irc.example.org 6697 70;");
  hs_known_rows_forget_sts (store, "irc.example.org");
  expect (store, "a 10-30 0 -; address:a:1 a 50 authority;");
  hs_known_rows_set_sts (store, &sts);
  hs_known_rows_forget_all (store);
  expect (store, "");
  hs_store_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/known-rows/changes", test_changes);
  return g_test_run ();
}
