/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CHGHOST: who hears of another host, and how; that masks still name its owner. */
#include "stage.h"

static void
test_told (void)
{
  stage_perform (
    "! host\n"
    "+ anna chghost extended-join\n"
    "+ berta@10.0.0.2 chghost\n"
    "+ carla extended-join away-notify\n"
    "+ dora\n"
    "~ nc\n"
    "host > MODE #lobby +v berta\n"
    "host < …\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "dora < …\n"
    "host > CHGHOST berta user/berta\n"
    "host < :berta!u@10.0.0.2 QUIT :Changing host\n"
    "host < :berta!u@user/berta JOIN #lobby\n"
    "host < :test.example MODE #lobby +v berta\n"
    "host < :test.example NOTE CHGHOST HOST_SHOWN berta user/berta :is what others see\n"
    "anna < :berta!u@10.0.0.2 CHGHOST u user/berta\n"
    "berta < :berta!u@10.0.0.2 CHGHOST u user/berta\n"
    "berta < :test.example 396 berta user/berta :is now your visible host\n"
    "carla < :berta!u@10.0.0.2 QUIT :Changing host\n"
    "carla < :berta!u@user/berta JOIN #lobby * :Real Name\n"
    "carla < :test.example MODE #lobby +v berta\n"
    "dora < :berta!u@10.0.0.2 QUIT :Changing host\n"
    "dora < :berta!u@user/berta JOIN #lobby\n"
    "dora < :test.example MODE #lobby +v berta\n"
    "# it is so already\n"
    "host > CHGHOST berta user/berta\n"
    "host < :test.example NOTE CHGHOST HOST_SHOWN berta user/berta :is what others see\n"
    "host > CHGHOST berta *\n"
    "host < …\n"
    "anna < :berta!u@user/berta CHGHOST u 10.0.0.2\n"
    "berta < :berta!u@user/berta CHGHOST u 10.0.0.2\n"
    "berta < :test.example 396 berta 10.0.0.2 :is now your visible host\n"
    "carla < …\n"
    "dora < …\n"
    "host > CHGHOST berta *\n"
    "host < :test.example NOTE CHGHOST HOST_SHOWN berta 10.0.0.2 :is what others see\n");
}

/* Who watches a name and shares no room hears of it by extended-monitor. */
static void
test_watched (void)
{
  stage_perform (
    "! host chghost\n"
    "+ anna chghost extended-monitor\n"
    "+ berta@10.0.0.2\n"
    "anna > MONITOR + berta\n"
    "anna < …\n"
    "anna > PART #lobby\n"
    "anna < …\n"
    "host < …\n"
    "berta < …\n"
    "host > CHGHOST berta somewhere.example\n"
    "host < …\n"
    "berta < :test.example 396 berta somewhere.example :is now your visible host\n"
    "anna < :berta!u@10.0.0.2 CHGHOST u somewhere.example\n");
}

/* The address is what bans by address go by; itself and operators may know it. */
static void
test_masks (void)
{
  stage_perform (
    "! host chghost\n"
    "+ anna chghost\n"
    "+ berta@10.0.0.2 chghost\n"
    "host > CHGHOST berta user/berta\n"
    "host < …\n"
    "anna < …\n"
    "berta < …\n"
    "anna > USERHOST berta\n"
    "anna < :test.example 302 anna berta=+u@user/berta\n"
    "anna > WHOIS berta\n"
    "anna < :test.example 311 anna berta u user/berta * :Real Name\n"
    "anna < :test.example 319 anna berta #lobby\n"
    "anna < :test.example 312 anna berta test.example test.example\n"
    "anna < :test.example 317 anna berta 0 1767323045 :seconds idle, signon time\n"
    "anna < :test.example 318 anna berta :End of /WHOIS list\n"
    "berta > WHOIS berta\n"
    "berta < :test.example 311 berta berta u user/berta * :Real Name\n"
    "berta < :test.example 319 berta berta #lobby\n"
    "berta < :test.example 312 berta berta test.example test.example\n"
    "berta < :test.example 379 berta berta :is using modes +\n"
    "berta < :test.example 338 berta berta 10.0.0.2 :is actually using host\n"
    "berta < :test.example 317 berta berta 0 1767323045 :seconds idle, signon time\n"
    "berta < :test.example 318 berta berta :End of /WHOIS list\n"
    "host > MODE #lobby +q 10.0.0.2\n"
    "host < …\n"
    "anna < …\n"
    "berta < …\n"
    "berta > PRIVMSG #lobby x\n"
    "berta < :test.example 404 berta #lobby :Cannot send to channel (+bq): you are banned or muted\n"
    "host > MODE #lobby -q+q 10.0.0.2 *!*@user/*\n"
    "host < …\n"
    "anna < …\n"
    "berta < …\n"
    "berta > PRIVMSG #lobby x\n"
    "berta < :test.example 404 berta #lobby :Cannot send to channel (+bq): you are banned or muted\n");
}

static void
test_refused (void)
{
  stage_perform (
    "! host\n"
    "+ anna\n"
    "host < …\n"
    "anna > CHGHOST anna x\n"
    "anna < :test.example 481 anna :Permission Denied- You're not an IRC operator\n"
    "host > CHGHOST nobody x\n"
    "host < :test.example 401 host nobody :No such nick\n"
    "# nobody is given an address that is another's\n"
    "host > CHGHOST anna 10.0.0.9\n"
    "host < :test.example FAIL CHGHOST INVALID_HOST 10.0.0.9 :This cannot be shown as a host\n"
    "host > CHGHOST anna 10.0.0.0/8\n"
    "host < :test.example FAIL CHGHOST INVALID_HOST 10.0.0.0/8 :This cannot be shown as a host\n"
    "host > CHGHOST anna a!b\n"
    "host < :test.example FAIL CHGHOST INVALID_HOST a!b :This cannot be shown as a host\n"
    "host > CHGHOST anna .x\n"
    "host < :test.example FAIL CHGHOST INVALID_HOST .x :This cannot be shown as a host\n"
    "host > CHGHOST anna aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
    "host < :test.example FAIL CHGHOST INVALID_HOST aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa :This cannot be shown as a host\n"
    "host > CHGHOST anna aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
    "host < …\n"
    "anna < …\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/chghost/told", test_told);
  g_test_add_func ("/server/chghost/watched", test_watched);
  g_test_add_func ("/server/chghost/masks", test_masks);
  g_test_add_func ("/server/chghost/refused", test_refused);
  return g_test_run ();
}
