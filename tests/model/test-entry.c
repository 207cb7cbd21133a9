/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-entry-private.h"

static const HsEntryData example = {
  .id = 5, .time = G_GINT64_CONSTANT (1767225600000), .kind = HS_KIND_ACTION, .delivery = HS_SENT_WRITTEN,
  .own = TRUE, .mention = TRUE, .plain = TRUE, .unencrypted = TRUE, .sender = "liwei", .shown = "李伟", .text = "挥手 👋",
};

static void
on_notify (HsEntry *entry, GParamSpec *pspec, gpointer names)
{
  g_ptr_array_add (names, (gpointer) pspec->name);
}

static guint
count_name (GPtrArray *names, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < names->len; i++)
    n += g_str_equal (g_ptr_array_index (names, i), name);
  return n;
}

static void
test_empty (void)
{
  g_autoptr (HsEntry) entry = hs_entry_new ();

  g_assert_false (hs_entry_is_loaded (entry));
  g_assert_cmpstr (hs_entry_get_text (entry), ==, "");
  g_assert_cmpstr (hs_entry_get_sender (entry), ==, "");
  g_assert_cmpstr (hs_entry_get_shown (entry), ==, "");
  g_assert_false (hs_entry_begins_day (entry));
}

static void
test_data (void)
{
  static const char *const changed[] = { "id", "time", "kind", "sender", "shown", "text", "delivery", "own", "mention", "plain",
                                         "unencrypted", "loaded" };
  g_autoptr (HsEntry) entry = hs_entry_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL, *shown = NULL;
  gboolean own, loaded;
  gint64 id;
  int kind;

  g_signal_connect (entry, "notify", G_CALLBACK (on_notify), names);
  hs_entry_set_data (entry, &example);
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++)
    g_assert_cmpuint (count_name (names, changed[i]), ==, 1);
  g_assert_cmpuint (names->len, ==, G_N_ELEMENTS (changed));
  g_object_get (entry, "id", &id, "text", &text, "shown", &shown, "own", &own, "loaded", &loaded, "kind", &kind, NULL);
  g_assert_cmpint (id, ==, 5);
  g_assert_cmpstr (text, ==, "挥手 👋");
  g_assert_cmpstr (shown, ==, "李伟");
  g_assert_true (own);
  g_assert_true (loaded);
  g_assert_cmpint (kind, ==, HS_KIND_ACTION);
  g_assert_cmpstr (hs_entry_get_sender (entry), ==, "liwei");
  g_assert_true (hs_entry_is_mention (entry) && hs_entry_is_plain (entry) && hs_entry_is_unencrypted (entry));

  g_ptr_array_set_size (names, 0);
  hs_entry_set_data (entry, &example); /* the same again: silence */
  hs_entry_set_delivery (entry, HS_SENT_WRITTEN);
  hs_entry_set_text (entry, "挥手 👋");
  g_assert_cmpuint (names->len, ==, 0);
  hs_entry_set_delivery (entry, HS_SENT_READ);
  hs_entry_set_text (entry, NULL);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (hs_entry_get_text (entry), ==, "");
}

static void
test_redact (void)
{
  g_autoptr (HsEntry) entry = hs_entry_new ();
  HsEntryData gone = { .sender = "ana", .redacted = TRUE }, there = { .sender = "ana", .text = "oops" };

  hs_entry_set_data (entry, &there);
  g_assert_false (hs_entry_is_redacted (entry));
  hs_entry_redact (entry);
  g_assert_true (hs_entry_is_redacted (entry));
  g_assert_cmpstr (hs_entry_get_text (entry), ==, "");
  hs_entry_set_data (entry, &there); /* the object shows another row now */
  g_assert_false (hs_entry_is_redacted (entry));
  hs_entry_set_data (entry, &gone);
  g_assert_true (hs_entry_is_redacted (entry));
}

static void
test_shown_falls_back (void)
{
  g_autoptr (HsEntry) entry = hs_entry_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  HsEntryData data = { .sender = "ana" };

  g_signal_connect (entry, "notify::shown", G_CALLBACK (on_notify), names);
  hs_entry_set_data (entry, &data);
  g_assert_cmpstr (hs_entry_get_shown (entry), ==, "ana");
  g_assert_cmpuint (names->len, ==, 1);
  data.shown = "";
  hs_entry_set_data (entry, &data);
  g_assert_cmpstr (hs_entry_get_shown (entry), ==, "ana");
}

static void
test_days (void)
{
  static const struct
  {
    const char *description;
    gint64 a, b; /* seconds */
    gboolean same;
  } cases[] = {
    { "noon and evening", 1767240000, 1767268800, TRUE },
    { "around midnight in Shanghai", 1767283199, 1767283200, FALSE }, /* 2026-01-01T15:59:59Z */
    { "around midnight in Greenwich", 1767225599, 1767225600, TRUE },
    { "the same day of another year", 1767268800, 1767268800 + 365 * 86400, FALSE },
  };
  g_autoptr (HsEntry) a = hs_entry_new ();
  g_autoptr (HsEntry) b = hs_entry_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsEntryData data = { .time = cases[i].a * 1000 };

      g_test_message ("%s", cases[i].description);
      hs_entry_set_data (a, &data);
      data.time = cases[i].b * 1000;
      hs_entry_set_data (b, &data);
      g_assert_cmpint (hs_entry_get_day (a) == hs_entry_get_day (b), ==, cases[i].same);
    }
}

static void
on_gone (gpointer owner, guint position)
{
  *(guint *) owner = position;
}

static void
test_place (void)
{
  HsEntry *entry = hs_entry_new ();
  guint gone = 0;

  hs_entry_set_place (entry, &gone, on_gone, 42);
  g_assert_cmpuint (hs_entry_get_position (entry), ==, 42);
  g_object_unref (entry);
  g_assert_cmpuint (gone, ==, 42);
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "CST-8", TRUE); /* Shanghai */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/entry/empty", test_empty);
  g_test_add_func ("/model/entry/redact", test_redact);
  g_test_add_func ("/model/entry/data", test_data);
  g_test_add_func ("/model/entry/shown-falls-back", test_shown_falls_back);
  g_test_add_func ("/model/entry/days", test_days);
  g_test_add_func ("/model/entry/place", test_place);
  return g_test_run ();
}
