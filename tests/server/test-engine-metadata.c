/* SPDX-License-Identifier: GPL-3.0-or-later */
/* METADATA: every subcommand, what it answers and what it refuses; and what survives. */
#include "stage.h"

#include <string.h>

#include "hs-limits.h"

#define CAPS "batch draft/metadata-2"

static void
test_own (void)
{
  stage_perform (
    "+ anna " CAPS "\n"
    "+ berta\n"
    "anna > METADATA * LIST\n"
    "anna < :test.example BATCH +2 metadata anna\n"
    "anna < :test.example BATCH -2\n"
    "anna > METADATA * SET url :http://www.example.com\n"
    "anna < :test.example 761 anna anna url * http://www.example.com\n"
    "anna > metadata ANNA set display-name :Anna B.\n"
    "anna < :test.example 761 anna anna display-name * :Anna B.\n"
    "anna > METADATA * SET empty :\n"
    "anna < :test.example 761 anna anna empty * :\n"
    "berta > METADATA anna LIST\n"
    "berta < :test.example 761 berta anna display-name * :Anna B.\n"
    "berta < :test.example 761 berta anna empty * :\n"
    "berta < :test.example 761 berta anna url * http://www.example.com\n"
    "anna > METADATA * GET blargh url $x$ empty\n"
    "anna < :test.example BATCH +3 metadata anna\n"
    "anna < @batch=3 :test.example 766 anna anna blargh :Key not set\n"
    "anna < @batch=3 :test.example 761 anna anna url * http://www.example.com\n"
    "anna < @batch=3 :test.example FAIL METADATA KEY_INVALID $x$ :Invalid key\n"
    "anna < @batch=3 :test.example 761 anna anna empty * :\n"
    "anna < :test.example BATCH -3\n"
    "anna > METADATA * SET url\n"
    "anna < :test.example 766 anna anna url :Key not set\n"
    "anna > METADATA * CLEAR\n"
    "anna < :test.example BATCH +4 metadata anna\n"
    "anna < @batch=4 :test.example 761 anna anna display-name * :Anna B.\n"
    "anna < @batch=4 :test.example 761 anna anna empty * :\n"
    "anna < :test.example BATCH -4\n"
    "anna > METADATA * CLEAR\n"
    "anna < :test.example BATCH +5 metadata anna\n"
    "anna < :test.example BATCH -5\n");
}

static void
test_refused (void)
{
  stage_perform (
    "! host\n"
    "+ anna " CAPS "\n"
    "host < …\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "anna > METADATA\n"
    "anna < :test.example 461 anna METADATA :Not enough parameters\n"
    "anna > METADATA * SET\n"
    "anna < :test.example 461 anna METADATA :Not enough parameters\n"
    "anna > METADATA * destr0y\n"
    "anna < :test.example FAIL METADATA SUBCOMMAND_INVALID destr0y :Invalid subcommand\n"
    "anna > METADATA $a:user SET url x\n"
    "anna < :test.example FAIL METADATA INVALID_TARGET $a:user :Invalid target\n"
    "anna > METADATA #nowhere LIST\n"
    "anna < :test.example FAIL METADATA INVALID_TARGET #nowhere :Invalid target\n"
    "anna > METADATA host SUB url\n"
    "anna < :test.example FAIL METADATA INVALID_TARGET host :Invalid target\n"
    "anna > METADATA host SET $url$ x\n"
    "anna < :test.example FAIL METADATA KEY_INVALID $url$ :Invalid key\n"
    "anna > METADATA host SET url x\n"
    "anna < :test.example FAIL METADATA KEY_NO_PERMISSION host url :You have no permission to set this\n"
    "anna > METADATA #lobby SET url x\n"
    "anna < :test.example FAIL METADATA KEY_NO_PERMISSION #lobby url :You have no permission to set this\n"
    "anna > METADATA #lobby CLEAR\n"
    "anna < :test.example FAIL METADATA KEY_NO_PERMISSION #lobby * :You have no permission to set this\n"
    "anna > METADATA * SET url\n"
    "anna < :test.example FAIL METADATA KEY_NOT_SET anna url :Key not set\n"
    "# operators may; a room's own do in their room\n"
    "host > METADATA anna SET url x\n"
    "host < :test.example 761 host anna url * x\n"
    "anna > METADATA #r SET url x\n"
    "anna < :test.example 761 anna #r url * x\n"
    "anna > MODE #r +s\n"
    "anna < …\n"
    "+ berta\n"
    "berta > METADATA #r LIST\n"
    "berta < :test.example FAIL METADATA INVALID_TARGET #r :Invalid target\n");
}

static void
test_limits (void)
{
  Stage stage;
  Guest *anna;
  g_autofree char *longest = g_strnfill (HS_METADATA_VALUE_MAX_BYTES, 'v');
  g_autofree char *fits = g_strdup_printf ("METADATA * SET k0 :%s", longest);
  g_autofree char *exceeds = g_strdup_printf ("METADATA * SET k0 :%sv", longest);

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", CAPS);
  guest_says (anna, exceeds);
  guest_sees (anna, ":test.example FAIL METADATA VALUE_INVALID :A value has at most 230 bytes\n");
  for (guint i = 0; i < HS_METADATA_KEYS_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("METADATA * SET k%u x", i);

      guest_says (anna, line);
      g_assert_true (guest_saw (anna, " 761 "));
      guest_forget (anna);
    }
  guest_says (anna, "METADATA * SET more x");
  guest_sees (anna, ":test.example FAIL METADATA LIMIT_REACHED anna :Metadata limit reached\n");
  guest_says (anna, fits); /* there already */
  g_assert_true (guest_saw (anna, longest));
  guest_free (anna);
  stage_clear (&stage);
}

static char *
repeat (const char *part, guint n)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (all, part);
  return g_string_free (all, FALSE);
}

/* All of it as long as can be, and still a line. */
static void
test_longest (void)
{
  g_autofree char *name = repeat ("ä", HS_NAME_MAX_CHARS), *value = repeat ("v", HS_METADATA_VALUE_MAX_BYTES);
  g_autofree char *user = repeat ("u", HS_USER_MAX_BYTES), *shown = repeat ("h", HS_SHOWN_HOST_MAX_BYTES);
  g_autofree char *key = repeat ("k", HS_METADATA_KEY_MAX_BYTES);
  char *lines[] = { g_strdup_printf ("NICK %s", name), g_strdup_printf ("USER %s 0 * :U", user),
                               g_strdup_printf ("CHGHOST %s %s", name, shown), g_strdup_printf ("METADATA * SET %s :%s", key, value),
                               g_strdup_printf ("METADATA * SUB %s", key), g_strdup_printf (":%s!%s@%s METADATA %s %s * %s\n", name, user,
                               shown, name, key, value) };
  Stage stage;
  Guest *host, *anna;

  stage_init (&stage);
  stage_start (&stage);
  hs_engine_set_host_token (stage.engine, "token");
  host = guest_connect_from (&stage, "127.0.0.1", TRUE);
  guest_says (host, "PASS token");
  for (guint i = 0; i < 3; i++)
    guest_says (host, lines[i]);
  anna = guest_join (&stage, "anna", CAPS);
  guest_says (anna, lines[4]);
  guest_forget (anna);
  guest_says (host, lines[3]);
  g_assert_cmpuint (anna->out->len, <=, HS_LINE_MAX);
  guest_sees (anna, lines[5]);
  guest_free (host);
  guest_free (anna);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_free (lines[i]);
  stage_clear (&stage);
}

static void
test_subscriptions (void)
{
  Stage stage;
  Guest *anna;

  stage_perform (
    "+ anna " CAPS "\n"
    "anna > METADATA * SUBS\n"
    "anna < :test.example BATCH +2 metadata-subs\n"
    "anna < :test.example BATCH -2\n"
    "anna > METADATA * SUB avatar website $url avatar foo\n"
    "anna < :test.example FAIL METADATA KEY_INVALID $url :Invalid key\n"
    "anna < :test.example 770 anna avatar website foo\n"
    "anna > METADATA * SUB website\n"
    "anna < :test.example 770 anna website\n"
    "anna > METADATA * UNSUB website nothing %\n"
    "anna < :test.example FAIL METADATA KEY_INVALID % :Invalid key\n"
    "anna < :test.example 771 anna website nothing\n"
    "anna > METADATA anna SUBS\n"
    "anna < :test.example BATCH +3 metadata-subs\n"
    "anna < @batch=3 :test.example 772 anna avatar foo\n"
    "anna < :test.example BATCH -3\n");

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", CAPS);
  for (guint i = 0; i < HS_METADATA_SUBS_MAX - 1; i++)
    {
      g_autofree char *line = g_strdup_printf ("METADATA * SUB %048u", i);

      guest_says (anna, line);
    }
  guest_forget (anna);
  guest_says (anna, "METADATA * SUB email country city email");
  guest_sees (anna, ":test.example FAIL METADATA TOO_MANY_SUBS country :Too many subscriptions\n:test.example 770 anna email\n");
  guest_says (anna, "METADATA * SUBS"); /* in several lines, each of which fits */
  g_assert_true (guest_saw (anna, " 772 anna ") && guest_saw (anna, " email\r\n"));
  guest_free (anna);
  stage_clear (&stage);
}

/* What is said before one is in counts, and is told with the welcome; it says nothing of others. */
static void
test_before_connect (void)
{
  Stage stage;
  Guest *guest;

  stage_init (&stage);
  stage_start (&stage);
  guest = guest_connect (&stage);
  guest_says (guest, "CAP REQ :" CAPS);
  guest_forget (guest);
  guest_says (guest, "NICK abc");
  guest_says (guest, "METADATA * SUB display-name");
  guest_sees (guest, ":test.example 770 abc display-name\n");
  guest_says (guest, "METADATA * SET display-name :a b c");
  guest_sees (guest, ":test.example 761 abc * display-name * :a b c\n");
  guest_says (guest, "METADATA abc LIST");
  guest_sees (guest, ":test.example FAIL METADATA INVALID_TARGET abc :Invalid target\n");
  guest_says (guest, "METADATA #lobby LIST");
  guest_sees (guest, ":test.example FAIL METADATA INVALID_TARGET #lobby :Invalid target\n");
  guest_says (guest, "USER u s e r");
  guest_says (guest, "CAP END");
  g_assert_true (guest_saw (guest, ":test.example BATCH +1 metadata abc\r\n@batch=1 :test.example METADATA abc display-name * :a b c\r\n"
                                   ":test.example BATCH -1\r\n:test.example 422 abc "));
  guest_free (guest);
  stage_clear (&stage);
}

static Guest *
log_in (Stage *stage, const char *nick, const HsFingerprint *key, gboolean made)
{
  Guest *guest = guest_connect (stage);
  g_autofree char *line = g_strdup_printf ("NICK %s", nick);

  hs_engine_set_encrypted (stage->engine, guest->peer, key);
  guest_says (guest, "CAP REQ :" CAPS);
  guest_says (guest, line);
  if (made)
    {
      guest_says (guest, "CAP LS 302");
      guest_says (guest, "CAP REQ sasl");
      guest_says (guest, "AUTHENTICATE EXTERNAL");
      guest_says (guest, "AUTHENTICATE +");
    }
  guest_says (guest, "USER u 0 * :U");
  guest_says (guest, "CAP END");
  return guest;
}

/* An account's are wherever it logs in, a room's where it is; neither is lost. What a guest brings along becomes the account's. */
static void
test_kept (void)
{
  static const HsFingerprint key = { { 7 } };
  Stage stage;
  Guest *anna, *other;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = log_in (&stage, "anna", &key, FALSE);
  guest_says (anna, "JOIN #r");
  guest_says (anna, "METADATA #r SET url :http://r");
  guest_says (anna, "METADATA * SET url :http://anna");
  guest_says (anna, "REGISTER * * *");
  stage_commit (&stage);
  guest_says (anna, "METADATA * SET color blue");
  guest_says (anna, "METADATA * SUB color");
  stage_commit (&stage);
  other = log_in (&stage, "anna2", &key, TRUE);
  g_assert_true (guest_saw (other, " METADATA anna2 color * blue\r\n"));
  g_assert_true (guest_saw (other, " METADATA anna2 url * http://anna\r\n"));
  guest_forget (anna);
  guest_forget (other);
  guest_says (other, "METADATA * SET color red");
  guest_sees (anna, ":anna2!u@10.0.0.1 METADATA anna2 color * red\n:anna2!u@10.0.0.1 METADATA anna color * red\n");
  guest_free (other);
  guest_free (anna);
  stage_commit (&stage);
  stage_restart (&stage);
  anna = log_in (&stage, "anna", &key, TRUE);
  g_assert_true (guest_saw (anna, " METADATA anna color * red\r\n"));
  g_assert_true (guest_saw (anna, " METADATA anna url * http://anna\r\n"));
  guest_forget (anna);
  guest_says (anna, "METADATA #r GET url");
  g_assert_true (guest_saw (anna, " 761 anna #r url * http://r\r\n"));
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/metadata/own", test_own);
  g_test_add_func ("/server/metadata/refused", test_refused);
  g_test_add_func ("/server/metadata/limits", test_limits);
  g_test_add_func ("/server/metadata/longest", test_longest);
  g_test_add_func ("/server/metadata/subscriptions", test_subscriptions);
  g_test_add_func ("/server/metadata/before-connect", test_before_connect);
  g_test_add_func ("/server/metadata/kept", test_kept);
  return g_test_run ();
}
