/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who hears of METADATA: by subscription, by coming, by watching; once each. */
#include "stage.h"

#include <string.h>

#include "hs-limits.h"

#define CAPS "batch draft/metadata-2"

static void
test_changes (void)
{
  stage_perform (
    "+ anna " CAPS "\n"
    "+ berta " CAPS "\n"
    "+ carla " CAPS "\n"
    "+ dora\n"
    "berta > METADATA * SUB url\n"
    "berta < :test.example 770 berta url\n"
    "dora > METADATA * SUB url\n"
    "dora < :test.example 770 dora url\n"
    "# two rooms in common, and once told; carla wants none, dora has not the capability\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "anna > METADATA * SET url :http://a\n"
    "anna < :test.example 761 anna anna url * http://a\n"
    "berta < :anna!u@10.0.0.1 METADATA anna url * http://a\n"
    "# nothing has changed\n"
    "anna > METADATA * SET url :http://a\n"
    "anna < :test.example 761 anna anna url * http://a\n"
    "anna > METADATA * SET other x\n"
    "anna < :test.example 761 anna anna other * x\n"
    "anna > METADATA #r SET url :http://r\n"
    "anna < :test.example 761 anna #r url * http://r\n"
    "berta < :anna!u@10.0.0.1 METADATA #r url * http://r\n"
    "anna > METADATA * SET url\n"
    "anna < :test.example 766 anna anna url :Key not set\n"
    "berta < :test.example 766 berta anna url :Key not set\n"
    "berta > METADATA * UNSUB url\n"
    "berta < :test.example 771 berta url\n"
    "anna > METADATA * SET url x\n"
    "anna < :test.example 761 anna anna url * x\n");
}

/* Who subscribes hears what is so; who comes hears it of the room and of those there, and they of the newcomer. */
static void
test_coming (void)
{
  stage_perform (
    "+ anna " CAPS "\n"
    "+ berta " CAPS "\n"
    "anna > METADATA * SET url :http://a\n"
    "anna < …\n"
    "berta > METADATA * SET url :http://b\n"
    "berta < …\n"
    "berta > METADATA * SUB url color\n"
    "berta < :test.example 770 berta url color\n"
    "berta < :test.example METADATA anna url * http://a\n"
    "berta < :test.example METADATA berta url * http://b\n"
    "anna > METADATA * SUB url\n"
    "anna < …\n"
    "anna > JOIN #r\n"
    "anna < :anna!u@10.0.0.1 JOIN #r\n"
    "anna < :test.example 353 anna = #r @anna\n"
    "anna < :test.example 366 anna #r :End of /NAMES list\n"
    "anna < :test.example BATCH +3 metadata #r\n"
    "anna < @batch=3 :test.example METADATA anna url * http://a\n"
    "anna < :test.example BATCH -3\n"
    "anna > METADATA #r SET color green\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "anna < :berta!u@10.0.0.1 JOIN #r\n"
    "anna < :test.example METADATA berta url * http://b\n"
    "berta < :berta!u@10.0.0.1 JOIN #r\n"
    "berta < :test.example 353 berta = #r :@anna berta\n"
    "berta < :test.example 366 berta #r :End of /NAMES list\n"
    "berta < :test.example BATCH +4 metadata #r\n"
    "berta < @batch=4 :test.example METADATA #r color * green\n"
    "berta < @batch=4 :test.example METADATA anna url * http://a\n"
    "berta < @batch=4 :test.example METADATA berta url * http://b\n"
    "berta < :test.example BATCH -4\n"
    "berta > METADATA anna SYNC\n"
    "berta < :test.example BATCH +5 metadata anna\n"
    "berta < @batch=5 :test.example METADATA anna url * http://a\n"
    "berta < :test.example BATCH -5\n"
    "berta > WHOIS anna\n"
    "berta < :test.example 311 berta anna u 10.0.0.1 * :Real Name\n"
    "berta < :test.example 319 berta anna :@#r #lobby\n"
    "berta < :test.example 312 berta anna test.example test.example\n"
    "berta < :test.example 760 berta anna url * http://a\n"
    "berta < :test.example 317 berta anna 0 1767323045 :seconds idle, signon time\n"
    "berta < :test.example 318 berta anna :End of /WHOIS list\n");
}

static void
test_watched (void)
{
  stage_perform (
    "+ anna " CAPS "\n"
    "+ berta\n"
    "anna > METADATA * SUB url\n"
    "anna < …\n"
    "berta > METADATA * SET url :http://b\n"
    "berta < …\n"
    "anna < …\n"
    "anna > PART #lobby\n"
    "anna < …\n"
    "berta < …\n"
    "anna > MONITOR + berta,bea\n"
    "anna < :test.example 730 anna berta!u@10.0.0.1\n"
    "anna < :test.example 731 anna bea\n"
    "anna < :test.example METADATA berta url * http://b\n"
    "berta > METADATA * SET url :http://c\n"
    "berta < …\n"
    "anna < :berta!u@10.0.0.1 METADATA berta url * http://c\n"
    "berta > NICK bea\n"
    "berta < …\n"
    "anna < :test.example 731 * :berta\n"
    "anna < :test.example 730 * :bea!u@10.0.0.1\n"
    "anna < :test.example METADATA bea url * http://c\n"
    "anna > METADATA * UNSUB url\n"
    "anna < …\n"
    "anna > METADATA * SUB url\n"
    "anna < :test.example 770 anna url\n"
    "anna < :test.example METADATA bea url * http://c\n");
}

/* Who hides is shown to those in the room, as by NAMES. */
static void
test_hidden (void)
{
  stage_perform (
    "+ anna " CAPS "\n"
    "+ berta\n"
    "+ carla\n"
    "anna > METADATA * SUB url\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "berta < …\n"
    "carla > JOIN #r\n"
    "berta < …\n"
    "carla < …\n"
    "berta > METADATA * SET url :http://b\n"
    "anna < …\n"
    "berta < …\n"
    "carla > METADATA * SET url :http://c\n"
    "anna < …\n"
    "carla < …\n"
    "berta > MODE berta +i\n"
    "berta < …\n"
    "anna > METADATA #r SYNC\n"
    "anna < :test.example BATCH +2 metadata #r\n"
    "anna < @batch=2 :test.example METADATA carla url * http://c\n"
    "anna < :test.example BATCH -2\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "anna > METADATA #r SYNC\n"
    "anna < :test.example BATCH +4 metadata #r\n"
    "anna < @batch=4 :test.example METADATA berta url * http://b\n"
    "anna < @batch=4 :test.example METADATA carla url * http://c\n"
    "anna < :test.example BATCH -4\n");
}

/* A large room is asked for when there is time. */
static void
test_put_off (void)
{
  Stage stage;
  Guest *guests[HS_METADATA_SYNC_MEMBERS + 1], *anna;

  stage_init (&stage);
  stage.config->per_address = 0;
  stage_start (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_autofree char *nick = g_strdup_printf ("g%u", i);

      guests[i] = guest_join (&stage, nick, NULL);
      guest_says (guests[i], "JOIN #r");
    }
  guest_says (guests[7], "METADATA * SET url :http://seven");
  anna = guest_join (&stage, "anna", CAPS " no-implicit-names");
  guest_says (anna, "PART #lobby");
  guest_says (anna, "METADATA * SUB url");
  guest_forget (anna);
  guest_says (anna, "JOIN #r");
  guest_sees (anna, ":anna!u@10.0.0.1 JOIN #r\n:test.example 774 anna #r 4\n");
  guest_says (anna, "METADATA #r SYNC");
  g_assert_true (guest_saw (anna, " :test.example METADATA g7 url * http://seven\r\n:test.example BATCH -"));
  guest_forget (anna);
  guest_says (anna, "METADATA * SUB color size shape"); /* and is put off once, whatever the number of keys */
  guest_sees (anna, ":test.example 770 anna color size shape\n:test.example 774 anna #r 4\n");
  guest_free (anna);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    guest_free (guests[i]);
  stage_clear (&stage);
}

static guint
count (Guest *guest, const char *part)
{
  guint n = 0;

  for (const char *at = guest->out->str; (at = strstr (at, part)) != NULL; at++)
    n++;
  return n;
}

/* However many rooms one answer is of, it is one: what it has no room for is put off. Each command has an answer of its own. */
static void
test_one_answer (void)
{
  enum { PEOPLE = HS_METADATA_SYNC_MEMBERS - 1, ROOMS = 3 }; /* and anna */
  static const char *const lines[] = { "JOIN #r0,#r1,#r2", "METADATA * SUB k0 k1 k2 k3 k4 k5 k6 k7 k8 k9" };
  Stage stage;
  Guest *guests[ROOMS][PEOPLE], *anna, *dora;

  stage_init (&stage);
  stage.config->per_address = 0;
  stage_start (&stage);
  for (guint r = 0; r < ROOMS; r++)
    for (guint i = 0; i < PEOPLE; i++)
      {
        g_autofree char *nick = g_strdup_printf ("g%u-%u", r, i), *join = g_strdup_printf ("JOIN #r%u", r);

        guests[r][i] = guest_join (&stage, nick, NULL);
        guest_says (guests[r][i], join);
        for (guint k = 0; k < HS_METADATA_KEYS_MAX; k++)
          {
            g_autofree char *line = g_strdup_printf ("METADATA * SET k%u :x", k);

            guest_says (guests[r][i], line);
          }
      }
  dora = guest_join (&stage, "dora", NULL);
  guest_says (dora, "METADATA * SET k0 :x");
  anna = guest_join (&stage, "anna", CAPS " no-implicit-names");
  guest_says (anna, "PART #lobby");
  guest_says (anna, "MONITOR + dora");
  guest_says (anna, "METADATA * SUB k0 k1 k2 k3 k4 k5 k6 k7 k8 k9");
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      guest_forget (anna);
      guest_says (anna, lines[i]);
      g_assert_cmpuint (count (anna, " METADATA g"), ==, HS_METADATA_SYNC_LINES);
      g_assert_cmpuint (count (anna, " 774 anna #r"), ==, 1);
      g_assert_cmpuint (count (anna, " 774 anna dora 4\r\n"), ==, i);
      guest_says (anna, "METADATA * UNSUB k0 k1 k2 k3 k4 k5 k6 k7 k8 k9");
    }
  guest_says (anna, "METADATA * SUB k0 k1 k2 k3 k4 k5 k6 k7 k8 k9");
  guest_forget (anna);
  guest_says (anna, "METADATA #r2 SYNC");
  g_assert_cmpuint (count (anna, " METADATA g"), ==, PEOPLE * HS_METADATA_KEYS_MAX);
  guest_says (anna, "METADATA dora SYNC");
  g_assert_true (guest_saw (anna, " METADATA dora k0 * x"));
  g_assert_false (guest_saw (anna, " 774 "));
  guest_free (anna);
  guest_free (dora);
  for (guint r = 0; r < ROOMS; r++)
    for (guint i = 0; i < PEOPLE; i++)
      guest_free (guests[r][i]);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/metadata-tell/changes", test_changes);
  g_test_add_func ("/server/metadata-tell/coming", test_coming);
  g_test_add_func ("/server/metadata-tell/watched", test_watched);
  g_test_add_func ("/server/metadata-tell/hidden", test_hidden);
  g_test_add_func ("/server/metadata-tell/put-off", test_put_off);
  g_test_add_func ("/server/metadata-tell/one-answer", test_one_answer);
  return g_test_run ();
}
