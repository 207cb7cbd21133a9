/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events are stored without a language, and told in one. */
#include "hs-event-text.h"

static const struct
{
  const char *description;
  const char *stored;
  const char *told;
} rows[] = {
  { "arguments", "topic\037Ana\037你好", "Ana set the topic: 你好" },
  { "order", "not-operator\037Ana\037bo", "bo is no longer an operator, says Ana" },
  { "missing argument", "kick\037Ana", "Ana removed  from the room: " },
  { "no template in an argument", "topic\037{1}\037{0}", "{1} set the topic: {0}" },
  { "not an event", "something else", "something else" },
  { "empty", "", "" },
  { "a time", "left", "You left at 12:00. Nothing was lost: every message was accepted." },
  { "a time and a number", "left-doubt\0372", "You left at 12:00. Messages not confirmed: 2." },
  { "no time in an argument", "topic\037{t}\037{t}", "{t} set the topic: {t}" },
};

static void
test_format (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *told = hs_event_text_format (rows[i].stored, G_GINT64_CONSTANT (1767355200000)) /* 2026-01-02 12:00 UTC */;

      g_test_message ("%s", rows[i].description);
      g_assert_cmpstr (told, ==, rows[i].told);
    }
}

static void
test_make (void)
{
  g_autofree char *stored = hs_event_text_make (HS_EVENT_KICK, "Ana", "bo", "enough", NULL);
  g_autofree char *told = hs_event_text_format (stored, 0);

  g_assert_cmpstr (told, ==, "Ana removed bo from the room: enough");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/event-text/format", test_format);
  g_test_add_func ("/client/event-text/make", test_make);
  return g_test_run ();
}
