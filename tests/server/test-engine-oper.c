/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the server's operators may, and how one becomes one. */
#include "stage.h"

static void
perform (const char *script)
{
  Stage stage;

  stage_init (&stage);
  stage.config->operator_name = g_strdup ("chief");
  stage.config->operator_password = g_strdup ("Öffne dich");
  stage_start (&stage);
  stage_play (&stage, script);
  stage_clear (&stage);
}

static void
test_oper (void)
{
  perform (
    "+ anna\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < :anna!u@10.0.0.1 MODE anna +o\n"
    "anna < :test.example 381 anna :You are now an IRC operator\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < :test.example 381 anna :You are now an IRC operator\n"
    "anna > MODE anna\n"
    "anna < :test.example 221 anna +o\n"
    "anna > MODE #lobby +m\n"
    "anna < :anna!u@10.0.0.1 MODE #lobby +m\n"
    "anna > MODE anna -o\n"
    "anna < :anna!u@10.0.0.1 MODE anna -o\n"
    "anna > MODE #lobby -m\n"
    "anna < :test.example 482 anna #lobby :You're not channel operator\n"
    "anna > OPER chief\n"
    "anna < :test.example 461 anna OPER :Not enough parameters\n");
}

static void
test_not_configured (void)
{
  stage_perform (
    "+ anna\n"
    "anna > OPER chief x\n"
    "anna < :test.example 491 anna :No O-lines for your host\n");
}

/* Each wrong guess doubles the wait of its address, and of nobody else's. */
static void
test_guesses (void)
{
  perform (
    "+ anna\n"
    "+ berta@10.0.0.2\n"
    "+ carla@fd00:1:2:3::1\n"
    "+ dora@fd00:1:2:3::2\n"
    "anna > OPER chief wrong\n"
    "anna < :test.example 464 anna :Password incorrect\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < :test.example 263 anna OPER :Please wait a while and try again.\n"
    "berta > OPER wrong :Öffne dich\n"
    "berta < :test.example 464 berta :Password incorrect\n"
    "wait 1000\n"
    "anna > OPER chief wrong\n"
    "anna < :test.example 464 anna :Password incorrect\n"
    "wait 1000\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < :test.example 263 anna OPER :Please wait a while and try again.\n"
    "wait 1000\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < …\n"
    "anna > OPER chief wrong\n"
    "anna < :test.example 464 anna :Password incorrect\n"
    "wait 1000\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < :test.example 381 anna :You are now an IRC operator\n"
    "# a net of IPv6 is one origin\n"
    "carla > OPER chief wrong\n"
    "carla < :test.example 464 carla :Password incorrect\n"
    "dora > OPER chief :Öffne dich\n"
    "dora < :test.example 263 dora OPER :Please wait a while and try again.\n");
}

static void
test_kill (void)
{
  perform (
    "! host\n"
    "+ anna\n"
    "+ berta\n"
    "~ nc\n"
    "nc > hello\n"
    "host < …\n"
    "anna < …\n"
    "berta < …\n"
    "anna > KILL berta :no\n"
    "anna < :test.example 481 anna :Permission Denied- You're not an IRC operator\n"
    "anna > OPER chief :Öffne dich\n"
    "anna < …\n"
    "anna > KILL nobody :no\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "anna > KILL host :no\n"
    "anna < :test.example 723 anna KILL :Insufficient oper privileges: this is the host of the server\n"
    "anna > KILL berta :no spam\n"
    "berta < :anna!u@10.0.0.1 KILL berta :no spam\n"
    "berta < ERROR :Closing link: Killed (anna (no spam))\n"
    "berta closed\n"
    "host < :berta!u@10.0.0.1 QUIT :Killed (anna (no spam))\n"
    "anna < :berta!u@10.0.0.1 QUIT :Killed (anna (no spam))\n"
    "host > KILL guest-1 :bye\n"
    "nc < q\n"
    "nc closed\n"
    "host < :guest-1!plain@10.0.0.1 QUIT :Killed (host (bye))\n"
    "anna < :guest-1!plain@10.0.0.1 QUIT :Killed (host (bye))\n"
    "anna > KILL anna :enough\n"
    "anna < :anna!u@10.0.0.1 KILL anna enough\n"
    "anna < ERROR :Closing link: Killed (anna (enough))\n"
    "anna closed\n"
    "host < …\n");
}

static void
test_wallops (void)
{
  perform (
    "! host\n"
    "+ anna\n"
    "+ berta\n"
    "anna > MODE anna +w\n"
    "anna < …\n"
    "anna > WALLOPS :all hear\n"
    "anna < :test.example 481 anna :Permission Denied- You're not an IRC operator\n"
    "host > WALLOPS :all hear\n"
    "anna < :host!u@127.0.0.1 WALLOPS :all hear\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/oper/oper", test_oper);
  g_test_add_func ("/server/oper/not-configured", test_not_configured);
  g_test_add_func ("/server/oper/guesses", test_guesses);
  g_test_add_func ("/server/oper/kill", test_kill);
  g_test_add_func ("/server/oper/wallops", test_wallops);
  return g_test_run ();
}
