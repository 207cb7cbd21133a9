/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say of themselves: AWAY, SETNAME, their own modes. */
#include "stage.h"

static void
test_away (void)
{
  stage_perform (
    "+ anna away-notify\n"
    "+ berta\n"
    "berta > AWAY :out for lunch\n"
    "anna < :berta!u@10.0.0.1 AWAY :out for lunch\n"
    "berta < :test.example 306 berta :You have been marked as being away\n"
    "anna > PRIVMSG berta :x\n"
    "berta < :anna!u@10.0.0.1 PRIVMSG berta x\n"
    "anna < :test.example 301 anna berta :out for lunch\n"
    "anna > NOTICE berta :x\n"
    "berta < :anna!u@10.0.0.1 NOTICE berta x\n"
    "berta > AWAY\n"
    "anna < :berta!u@10.0.0.1 AWAY\n"
    "berta < :test.example 305 berta :You are no longer marked as being away\n"
    "berta > AWAY :again\n"
    "anna < …\n"
    "berta < …\n"
    "berta > PART #lobby\n"
    "anna < …\n"
    "berta < …\n"
    "berta > JOIN #lobby\n"
    "berta < …\n"
    "anna < :berta!u@10.0.0.1 JOIN #lobby\n"
    "anna < :berta!u@10.0.0.1 AWAY again\n");
}

static void
test_setname (void)
{
  stage_perform (
    "+ anna setname\n"
    "+ berta setname\n"
    "+ carla\n"
    "berta > SETNAME :Ana María\n"
    "anna < :berta!u@10.0.0.1 SETNAME :Ana María\n"
    "berta < :berta!u@10.0.0.1 SETNAME :Ana María\n"
    "berta > SETNAME :\n"
    "berta < :test.example FAIL SETNAME INVALID_REALNAME :This name cannot be shown\n"
    "carla > SETNAME\n"
    "carla < :test.example 461 carla SETNAME :Not enough parameters\n");
}

static void
test_modes (void)
{
  stage_perform (
    "! host\n"
    "+ anna\n"
    "anna > MODE anna\n"
    "anna < :test.example 221 anna +\n"
    "anna > MODE anna +iwB\n"
    "anna < :anna!u@10.0.0.1 MODE anna +iwB\n"
    "anna > MODE anna -i+iw-B\n"
    "anna < :anna!u@10.0.0.1 MODE anna -i+i-B\n"
    "anna > MODE anna\n"
    "anna < :test.example 221 anna +iw\n"
    "# nobody makes himself an operator\n"
    "anna > MODE anna +o\n"
    "anna > MODE anna -w+z\n"
    "anna < :anna!u@10.0.0.1 MODE anna -w\n"
    "anna < :test.example 501 anna :Unknown MODE flag\n"
    "anna > LUSERS\n"
    "anna < :test.example 251 anna :There are 1 users and 1 invisible on 1 servers\n"
    "anna < …\n"
    "anna > MODE host\n"
    "anna < :test.example 502 anna :Cant change mode for other users\n"
    "anna > MODE nobody\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "host > MODE host\n"
    "host < :test.example 221 host +o\n"
    "host > MODE host -o\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/people/away", test_away);
  g_test_add_func ("/server/people/setname", test_setname);
  g_test_add_func ("/server/people/modes", test_modes);
  return g_test_run ();
}
