/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to one (labels and batches), and one message for many. */
#include "stage.h"

#include <string.h>

#define LABEL_CAPS "labeled-response batch message-tags echo-message"

static void
test_labels (void)
{
  static const struct
  {
    const char *description, *line, *expected;
  } rows[] = {
    { "one line", "@label=a PING x", "@label=a :test.example PONG test.example x\n" },
    { "none", "@label=b PONG x", "@label=b :test.example ACK\n" },
    { "several", "@label=c MODE #lobby",
      "@label=c :test.example BATCH +1 labeled-response\n"
      "@batch=1 :test.example 324 anna #lobby +nt\n"
      "@batch=1 :test.example 329 anna #lobby 1767323045\n"
      ":test.example BATCH -1\n" },
    { "several lines of one reply", "@label=d NAMES #lobby",
      "@label=d :test.example BATCH +2 labeled-response\n"
      "@batch=2 :test.example 353 anna = #lobby anna\n"
      "@batch=2 :test.example 366 anna #lobby :End of /NAMES list\n"
      ":test.example BATCH -2\n" },
    { "an error", "@label=e FROB", "@label=e :test.example 421 anna FROB :Unknown command\n" },
    { "an echo", "@label=f;+typing=done PRIVMSG #lobby :hi",
      "@label=f;msgid=19b7ca98f2e000-11111111;+typing=done :anna!u@10.0.0.1 PRIVMSG #lobby hi\n" },
    { "to oneself: delivered, and echoed with the label", "@label=g PRIVMSG anna :hi",
      "@msgid=19b7ca98f2e001-11111111 :anna!u@10.0.0.1 PRIVMSG anna hi\n"
      "@label=g;msgid=19b7ca98f2e001-11111111 :anna!u@10.0.0.1 PRIVMSG anna hi\n" },
    { "an escaped label", "@label=a\\sb PING x", "@label=a\\sb :test.example PONG test.example x\n" },
    { "no label", "PING x", ":test.example PONG test.example x\n" },
  };
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", LABEL_CAPS);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].description);
      guest_says (anna, rows[i].line);
      guest_sees (anna, rows[i].expected);
    }
  guest_says (anna, "@label=h QUIT :bye");
  guest_sees (anna, "@label=h ERROR :Closing link: Quit: bye\n");
  g_assert_true (anna->closed);
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_label_needs_caps (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", "labeled-response");
  guest_says (anna, "@label=a PING x");
  guest_sees (anna, ":test.example PONG test.example x\n");
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_sets_of_caps (void)
{
  static const struct
  {
    const char *caps, *expected;
  } rows[] = {
    { NULL, ":anna!u@10.0.0.1 PRIVMSG #lobby :one two\n" },
    { "server-time", "@time=2026-01-02T03:04:05.678Z :anna!u@10.0.0.1 PRIVMSG #lobby :one two\n" },
    { "message-tags", "@msgid=19b7ca98f2e000-11111111;+a=b;+c :anna!u@10.0.0.1 PRIVMSG #lobby :one two\n" },
    { "message-tags server-time",
      "@time=2026-01-02T03:04:05.678Z;msgid=19b7ca98f2e000-11111111;+a=b;+c :anna!u@10.0.0.1 PRIVMSG #lobby :one two\n" },
  };
  Guest *guests[G_N_ELEMENTS (rows)];
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *nick = g_strdup_printf ("n%u", i);

      guests[i] = guest_join (&stage, nick, rows[i].caps);
    }
  anna = guest_join (&stage, "anna", "message-tags");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    guest_forget (guests[i]);
  guest_says (anna, "@+a=b;label=x;+c PRIVMSG #lobby :one two");
  guest_sees (anna, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    guest_sees (guests[i], rows[i].expected);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    guest_free (guests[i]);
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/send/labels", test_labels);
  g_test_add_func ("/server/send/label-needs-capabilities", test_label_needs_caps);
  g_test_add_func ("/server/send/sets-of-capabilities", test_sets_of_caps);
  return g_test_run ();
}
