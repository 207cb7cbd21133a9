/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RENAME: who may, who hears what, who is led on; and that a restart finds it so. */
#include "stage.h"

#include <string.h>

#include "hs-limits.h"

static void
test_told (void)
{
  stage_perform (
    "+ anna draft/channel-rename\n"
    "+ berta\n"
    "+ carla draft/channel-rename extended-join no-implicit-names\n"
    "+ dora no-implicit-names\n"
    "anna > JOIN #boaring\n"
    "anna < …\n"
    "berta > JOIN #boaring\n"
    "anna < …\n"
    "berta < …\n"
    "carla > JOIN #boaring\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "dora > JOIN #boaring\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "dora < …\n"
    "anna > TOPIC #boaring :wood\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "dora < …\n"
    "anna > RENAME #Boaring #boring :Typo fix\n"
    "anna < :anna!u@10.0.0.1 RENAME #boaring #boring :Typo fix\n"
    "berta < :berta!u@10.0.0.1 PART #boaring :Typo fix\n"
    "berta < :berta!u@10.0.0.1 JOIN #boring\n"
    "berta < :test.example 332 berta #boring wood\n"
    "berta < :test.example 333 berta #boring anna 1767323045\n"
    "berta < :test.example 353 berta = #boring :@anna berta carla dora\n"
    "berta < :test.example 366 berta #boring :End of /NAMES list\n"
    "carla < :anna!u@10.0.0.1 RENAME #boaring #boring :Typo fix\n"
    "dora < :dora!u@10.0.0.1 PART #boaring :Typo fix\n"
    "dora < :dora!u@10.0.0.1 JOIN #boring\n"
    "dora < :test.example 332 dora #boring wood\n"
    "dora < :test.example 333 dora #boring anna 1767323045\n"
    "# who has it under the new name has all of it\n"
    "berta > PRIVMSG #boring x\n"
    "anna < :berta!u@10.0.0.1 PRIVMSG #boring x\n"
    "carla < :berta!u@10.0.0.1 PRIVMSG #boring x\n"
    "dora < :berta!u@10.0.0.1 PRIVMSG #boring x\n"
    "berta > PRIVMSG #boaring x\n"
    "berta < :test.example 403 berta #boaring :No such channel\n"
    "# only the case: nobody has to leave\n"
    "anna > RENAME #boring #Boring\n"
    "anna < :anna!u@10.0.0.1 RENAME #boring #Boring :\n"
    "carla < :anna!u@10.0.0.1 RENAME #boring #Boring :\n"
    "anna > RENAME #boring #Boring\n"
    "anna < :test.example FAIL RENAME CHANNEL_NAME_IN_USE #Boring #Boring :The channel is called so already\n"
    "berta > TOPIC #boring\n"
    "berta < :test.example 332 berta #Boring wood\n"
    "berta < :test.example 333 berta #Boring anna 1767323045\n");
}

/* Without a reason the fallback's PART has none. */
static void
test_bare (void)
{
  stage_perform (
    "+ anna\n"
    "anna > JOIN #coding\n"
    "anna < …\n"
    "anna > RENAME #coding #programming\n"
    "anna < :anna!u@10.0.0.1 PART #coding\n"
    "anna < :anna!u@10.0.0.1 JOIN #programming\n"
    "anna < :test.example 353 anna = #programming @anna\n"
    "anna < :test.example 366 anna #programming :End of /NAMES list\n");
}

static void
test_refused (void)
{
  stage_perform (
    "! host draft/channel-rename\n"
    "+ anna draft/channel-rename\n"
    "+ berta draft/channel-rename\n"
    "anna > JOIN #evil\n"
    "anna < …\n"
    "berta > JOIN #good,#evil\n"
    "anna < …\n"
    "berta < …\n"
    "anna > RENAME #evil\n"
    "anna < :test.example 461 anna RENAME :Not enough parameters\n"
    "anna > RENAME #nowhere #good\n"
    "anna < :test.example 403 anna #nowhere :No such channel\n"
    "anna > RENAME #good #better\n"
    "anna < :test.example 442 anna #good :You're not on that channel\n"
    "berta > RENAME #evil #worse\n"
    "berta < :test.example 482 berta #evil :You're not channel operator\n"
    "anna > RENAME #evil #Good :Don't be evil\n"
    "anna < :test.example FAIL RENAME CHANNEL_NAME_IN_USE #evil #Good :The channel name is already taken\n"
    "anna > RENAME #evil %local\n"
    "anna < :test.example FAIL RENAME CANNOT_RENAME #evil %local :This is no name for a channel\n"
    "host > RENAME #lobby #hall\n"
    "host < :test.example FAIL RENAME CANNOT_RENAME #lobby #hall :The default room is called as the host has configured it\n"
    "anna > RENAME #evil #fine\n"
    "anna < :anna!u@10.0.0.1 RENAME #evil #fine :\n"
    "berta < :anna!u@10.0.0.1 RENAME #evil #fine :\n"
    "anna > RENAME #fine #finer\n"
    "anna < :test.example FAIL RENAME CANNOT_RENAME #fine #finer :This channel has been renamed recently\n"
    "# nobody takes a name that still leads somewhere\n"
    "berta > RENAME #good #evil\n"
    "berta < :test.example FAIL RENAME CHANNEL_NAME_IN_USE #good #evil :The channel name is already taken\n"
    "# an operator is not in it, and need not wait\n"
    "host > RENAME #fine #finer\n"
    "host < :host!u@127.0.0.1 RENAME #fine #finer :\n"
    "anna < :host!u@127.0.0.1 RENAME #fine #finer :\n"
    "berta < :host!u@127.0.0.1 RENAME #fine #finer :\n"
    "wait 60000\n"
    "anna > RENAME #finer #evil\n"
    "anna < :anna!u@10.0.0.1 RENAME #finer #evil :\n"
    "berta < :anna!u@10.0.0.1 RENAME #finer #evil :\n");
}

static void
test_led_on (void)
{
  stage_perform (
    "+ anna draft/channel-rename\n"
    "+ berta draft/channel-rename\n"
    "+ carla\n"
    "anna > JOIN #one\n"
    "anna < …\n"
    "anna > RENAME #one #two\n"
    "anna < …\n"
    "wait 60000\n"
    "anna > RENAME #two #three\n"
    "anna < …\n"
    "anna > MODE #three +k key\n"
    "anna < …\n"
    "berta > JOIN #ONE\n"
    "berta < :test.example 475 berta #ONE :Cannot join channel (+k): it needs a key\n"
    "berta > JOIN #ONE key\n"
    "berta < :test.example FAIL JOIN CHANNEL_RENAMED #ONE #three :The channel has been renamed\n"
    "carla > JOIN #one,#two\n"
    "carla < :test.example 475 carla #one :Cannot join channel (+k): it needs a key\n"
    "carla < :test.example 475 carla #two :Cannot join channel (+k): it needs a key\n"
    "carla > JOIN #two key\n"
    "carla < :test.example 470 carla #two #three :The channel has been renamed\n"
    "carla < :carla!u@10.0.0.1 JOIN #three\n"
    "carla < :test.example 353 carla = #three :@anna carla\n"
    "carla < :test.example 366 carla #three :End of /NAMES list\n"
    "anna < :carla!u@10.0.0.1 JOIN #three\n"
    "# there already\n"
    "carla > JOIN #one key\n"
    "carla < :test.example 470 carla #one #three :The channel has been renamed\n"
    "# it is nobody's any more: the name is free\n"
    "carla > PART #three\n"
    "anna < …\n"
    "carla < …\n"
    "anna > PART #three\n"
    "anna < …\n"
    "berta > JOIN #one\n"
    "berta < :berta!u@10.0.0.1 JOIN #one\n"
    "berta < :test.example 353 berta = #one @berta\n"
    "berta < :test.example 366 berta #one :End of /NAMES list\n");
}

/* Neither does one room take the names of all, nor do many keep one out: the oldest are forgotten. */
static void
test_many (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", "draft/channel-rename");
  berta = guest_join (&stage, "berta", "draft/channel-rename");
  guest_says (anna, "JOIN #0");
  for (guint i = 0; i < HS_RENAMED_MAX + 10; i++)
    {
      g_autofree char *line = g_strdup_printf ("RENAME #%u #%u", i, i + 1);

      guest_says (anna, line);
      stage.now += HS_RENAME_SPACING_MS * G_TIME_SPAN_MILLISECOND;
    }
  guest_forget (berta);
  guest_says (berta, "JOIN #1009");
  g_assert_true (guest_saw (berta, "CHANNEL_RENAMED #1009 #1010 "));
  guest_forget (berta);
  guest_says (berta, "JOIN #1005");
  g_assert_true (guest_saw (berta, "CHANNEL_RENAMED #1005 #1010 "));
  guest_forget (berta);
  guest_says (berta, "JOIN #1004");
  g_assert_true (guest_saw (berta, " JOIN #1004\r\n"));
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

#define CAPS "batch draft/channel-rename draft/chathistory draft/event-playback"

/* What was said before, while it was on its way to the store, and after; then by another engine. */
static void
test_kept (void)
{
  static const char *const seen[] = { " PRIVMSG #new :first one\r\n", " PRIVMSG #new :on its way\r\n", " PRIVMSG #new :said meanwhile\r\n", " PRIVMSG #new :by its new name\r\n", " TOPIC #new :about this\r\n" };
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", CAPS);
  guest_says (anna, "JOIN #old");
  guest_says (anna, "TOPIC #old :about this");
  guest_says (anna, "PRIVMSG #old :first one");
  stage_commit (&stage);
  guest_says (anna, "PRIVMSG #old :on its way");
  guest_says (anna, "RENAME #old #new");
  guest_says (anna, "PRIVMSG #old :said meanwhile");
  stage_commit (&stage);
  guest_says (anna, "PRIVMSG #new :by its new name");
  stage_commit (&stage);
  guest_forget (anna);
  for (guint round = 0; round < 2; round++)
    {
      guest_says (anna, "CHATHISTORY LATEST #new * 100");
      stage_commit (&stage);
      for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
        if (!guest_saw (anna, seen[i]))
          g_error ("%u: no%sin %s", round, seen[i], anna->out->str);
      g_assert_false (guest_saw (anna, "#old"));
      guest_forget (anna);
      if (round > 0)
        break;
      guest_free (anna);
      stage_restart (&stage);
      anna = guest_join (&stage, "anna", CAPS);
      guest_says (anna, "JOIN #old");
      guest_sees (anna, ":test.example FAIL JOIN CHANNEL_RENAMED #old #new :The channel has been renamed\n");
      guest_says (anna, "JOIN #new");
      g_assert_true (guest_saw (anna, ":about this\r\n"));
      guest_forget (anna);
    }
  /* After a week the name may be another's. */
  stage.now += HS_RENAMED_MS * G_TIME_SPAN_MILLISECOND;
  guest_says (anna, "JOIN #old");
  g_assert_true (guest_saw (anna, " JOIN #old\r\n"));
  guest_free (anna);
  stage_clear (&stage);
}

/* While the store is asked, neither time that leaps nor what a thousand others rename frees the new name: it would be two rooms'. */
static void
test_reserved (void)
{
  Stage stage;
  Guest *anna, *berta;
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) guest_free);

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", "draft/channel-rename");
  berta = guest_join (&stage, "berta", "draft/channel-rename");
  guest_says (anna, "JOIN #old");
  stage_commit (&stage);
  guest_says (anna, "RENAME #old #new");
  for (guint i = 0; i < HS_RENAMED_MAX + 10; i++)
    {
      g_autofree char *nick = g_strdup_printf ("other%u", i / 50), *join = g_strdup_printf ("JOIN #from%u", i);
      g_autofree char *rename = g_strdup_printf ("RENAME #from%u #to%u", i, i);

      if (i % 50 == 0)
        g_ptr_array_add (others, guest_join (&stage, nick, "draft/channel-rename"));
      guest_says (others->pdata[i / 50], join);
      guest_says (others->pdata[i / 50], rename);
    }
  stage.now += 2 * HS_RENAMED_MS * G_TIME_SPAN_MILLISECOND;
  guest_forget (berta);
  guest_says (berta, "JOIN #new");
  g_assert_true (guest_saw (berta, "CHANNEL_RENAMED #new #old "));
  stage_commit (&stage);
  guest_forget (berta);
  guest_says (berta, "JOIN #new");
  g_assert_true (guest_saw (berta, ":berta!u@10.0.0.1 JOIN #new\r\n"));
  g_assert_true (guest_saw (berta, " 353 berta = #new :@anna berta\r\n"));
  guest_free (anna);
  guest_free (berta);
  g_ptr_array_set_size (others, 0);
  stage_clear (&stage);
}

/* Who may not see a room, or not come in, is not told what it is called now; nor does the name become free. */
static void
test_hidden (void)
{
  stage_perform (
    "+ anna draft/channel-rename\n"
    "+ berta draft/channel-rename\n"
    "+ carla\n"
    "anna > JOIN #plan\n"
    "anna < …\n"
    "anna > RENAME #plan #surprise-for-berta\n"
    "anna < …\n"
    "anna > MODE #surprise-for-berta +s\n"
    "anna < …\n"
    "berta > JOIN #plan\n"
    "berta < :test.example 437 berta #plan :The name is kept for somebody else for a while\n"
    "carla > JOIN #plan\n"
    "carla < :test.example 437 carla #plan :The name is kept for somebody else for a while\n"
    "# who is invited may know\n"
    "anna > INVITE berta #surprise-for-berta\n"
    "anna < …\n"
    "berta < …\n"
    "berta > JOIN #plan\n"
    "berta < :test.example FAIL JOIN CHANNEL_RENAMED #plan #surprise-for-berta :The channel has been renamed\n"
    "anna > MODE #surprise-for-berta -s+b berta!*@*\n"
    "anna < …\n"
    "berta > JOIN #plan\n"
    "berta < :test.example 474 berta #plan :Cannot join channel (+b): you are banned from it\n"
    "carla > JOIN #plan\n"
    "carla < :test.example 470 carla #plan #surprise-for-berta :The channel has been renamed\n"
    "carla < …\n"
    "anna < …\n");
}

/* An operator from outside who does not know the message is told all the same. */
static void
test_outside (void)
{
  stage_perform (
    "! host\n"
    "+ anna draft/channel-rename\n"
    "host < …\n"
    "anna > JOIN #one\n"
    "anna < …\n"
    "host > RENAME #one #two\n"
    "host < :test.example NOTE RENAME RENAMED #one #two :The channel has been renamed\n"
    "anna < :host!u@127.0.0.1 RENAME #one #two :\n");
}

/* That the clock is set makes nobody wait for longer, nor for less. */
static void
test_clock (void)
{
  static const gint64 jumps[] = { -G_TIME_SPAN_DAY, G_TIME_SPAN_DAY };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      Stage stage;
      Guest *anna;

      stage_init (&stage);
      stage_start (&stage);
      anna = guest_join (&stage, "anna", "draft/channel-rename");
      guest_says (anna, "JOIN #one");
      guest_says (anna, "RENAME #one #two");
      guest_forget (anna);
      stage.jumped = jumps[i];
      guest_says (anna, "RENAME #two #three");
      guest_sees (anna, ":test.example FAIL RENAME CANNOT_RENAME #two #three :This channel has been renamed recently\n");
      stage.now += HS_RENAME_SPACING_MS * G_TIME_SPAN_MILLISECOND;
      guest_says (anna, "RENAME #two #three");
      guest_sees (anna, ":anna!u@10.0.0.1 RENAME #two #three :\n");
      guest_free (anna);
      stage_clear (&stage);
    }
}

/* Nobody hears of it before the store has it, nor takes the name; what the store refuses has not happened. */
static void
test_store (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", "batch draft/channel-rename labeled-response");
  berta = guest_join (&stage, "berta", "draft/channel-rename");
  guest_says (anna, "JOIN #old");
  guest_says (berta, "JOIN #old");
  stage_commit (&stage);
  guest_forget (anna);
  guest_forget (berta);
  stage.disk_full = TRUE;
  guest_says (anna, "@label=1 RENAME #old #new");
  guest_sees (anna, "");
  guest_says (anna, "RENAME #old #newer");
  guest_sees (anna, ":test.example FAIL RENAME CANNOT_RENAME #old #newer :This channel is being renamed\n");
  guest_says (berta, "JOIN #new");
  guest_sees (berta, ":test.example FAIL JOIN CHANNEL_RENAMED #new #old :The channel has been renamed\n");
  stage_commit (&stage);
  guest_sees (anna, "@label=1 :test.example FAIL RENAME CANNOT_RENAME #old #new :The new name could not be kept\n");
  stage.disk_full = FALSE;
  guest_says (anna, "TOPIC #old :as before");
  guest_forget (anna);
  guest_forget (berta);
  guest_says (berta, "PRIVMSG #old :before");
  guest_says (anna, "@label=2 RENAME #old #new");
  guest_says (berta, "PRIVMSG #old :meanwhile");
  stage_commit (&stage);
  stage_commit (&stage);
  guest_sees (anna, ":berta!u@10.0.0.1 PRIVMSG #old before\n:berta!u@10.0.0.1 PRIVMSG #old meanwhile\n"
                    "@label=2 :anna!u@10.0.0.1 RENAME #old #new :\n");
  guest_sees (berta, ":anna!u@10.0.0.1 RENAME #old #new :\n");
  guest_free (anna);
  guest_free (berta);
  stage_commit (&stage);
  stage_restart (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #new");
  g_assert_true (guest_saw (anna, " 332 anna #new :as before\r\n"));
  guest_free (anna);
  stage_clear (&stage);
}

/* Of a room that is not kept for there are too many, the new name would not be either. */
static void
test_beyond (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  for (guint i = 0; i < HS_ROOMS_KEPT; i++)
    {
      g_autofree char *name = g_strdup_printf ("#r%u", i);
      g_autoptr (HsServerRoom) room = hs_server_room_new (name);

      g_assert_true (hs_server_db_put_room (stage.db, room, NULL));
    }
  stage_restart (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #old");
  stage_commit (&stage);
  guest_forget (anna);
  guest_says (anna, "RENAME #old #new");
  guest_sees (anna, ":test.example FAIL RENAME CANNOT_RENAME #old #new :The new name could not be kept\n");
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/rename/told", test_told);
  g_test_add_func ("/server/rename/bare", test_bare);
  g_test_add_func ("/server/rename/refused", test_refused);
  g_test_add_func ("/server/rename/led-on", test_led_on);
  g_test_add_func ("/server/rename/many", test_many);
  g_test_add_func ("/server/rename/kept", test_kept);
  g_test_add_func ("/server/rename/reserved", test_reserved);
  g_test_add_func ("/server/rename/hidden", test_hidden);
  g_test_add_func ("/server/rename/outside", test_outside);
  g_test_add_func ("/server/rename/clock", test_clock);
  g_test_add_func ("/server/rename/store", test_store);
  g_test_add_func ("/server/rename/beyond", test_beyond);
  return g_test_run ();
}
