/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is here: each line and its answer. */
#include "stage.h"

static void
test_who (void)
{
  stage_perform (
    "! host\n"
    "+ anna\n"
    "+ berta multi-prefix\n"
    "berta > AWAY :out for lunch\n"
    "berta < …\n"
    "berta > MODE berta +B\n"
    "berta < :berta!u@10.0.0.1 MODE berta +B\n"
    "host > MODE #lobby +ov berta berta\n"
    "host < …\n"
    "anna < …\n"
    "berta < …\n"
    "anna > WHO #lobby\n"
    "anna < :test.example 352 anna #lobby u 127.0.0.1 test.example host H*@ :0 Real Name\n"
    "anna < :test.example 352 anna #lobby u 10.0.0.1 test.example anna H :0 Real Name\n"
    "anna < :test.example 352 anna #lobby u 10.0.0.1 test.example berta GB@ :0 Real Name\n"
    "anna < :test.example 315 anna #lobby :End of WHO list\n"
    "berta > WHO berta\n"
    "berta < :test.example 352 berta #lobby u 10.0.0.1 test.example berta GB@+ :0 Real Name\n"
    "berta < :test.example 315 berta berta :End of WHO list\n"
    "anna > WHO nobody\n"
    "anna < :test.example 315 anna nobody :End of WHO list\n"
    "anna > WHO an*\n"
    "anna < :test.example 352 anna #lobby u 10.0.0.1 test.example anna H :0 Real Name\n"
    "anna < :test.example 315 anna an* :End of WHO list\n"
    "anna > WHO 127.0.0.?\n"
    "anna < :test.example 352 anna #lobby u 127.0.0.1 test.example host H*@ :0 Real Name\n"
    "anna < :test.example 315 anna 127.0.0.? :End of WHO list\n"
    "anna > WHO * o\n"
    "anna < :test.example 352 anna #lobby u 127.0.0.1 test.example host H*@ :0 Real Name\n"
    "anna < :test.example 315 anna * :End of WHO list\n"
    "anna > WHO #nowhere\n"
    "anna < :test.example 315 anna #nowhere :End of WHO list\n");
}

static void
test_whox (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "wait 5000\n"
    "anna > WHO berta %cuhnar\n"
    "anna < :test.example 354 anna #lobby u 10.0.0.1 berta 0 :Real Name\n"
    "anna < :test.example 315 anna berta :End of WHO list\n"
    "anna > WHO #lobby %afnt,42\n"
    "anna < :test.example 354 anna 42 anna H 0\n"
    "anna < :test.example 354 anna 42 berta H 0\n"
    "anna < :test.example 315 anna #lobby :End of WHO list\n"
    "anna > WHO berta %tcuihsnfdlaorz,7\n"
    "anna < :test.example 354 anna 7 #lobby u 10.0.0.1 10.0.0.1 test.example berta H 0 5 0 n/a :Real Name\n"
    "anna < :test.example 315 anna berta :End of WHO list\n"
    "# no token, no t\n"
    "anna > WHO berta %tn\n"
    "anna < :test.example 354 anna berta\n"
    "anna < :test.example 315 anna berta :End of WHO list\n"
    "anna > WHO berta %nt,1234\n"
    "anna < :test.example 354 anna berta\n"
    "anna < :test.example 315 anna berta :End of WHO list\n");
}

static void
test_hidden (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > JOIN #s\n"
    "anna < …\n"
    "anna > MODE #s +s\n"
    "anna < …\n"
    "berta > WHO #s\n"
    "berta < :test.example 315 berta #s :End of WHO list\n"
    "anna > PART #lobby\n"
    "anna < …\n"
    "berta < …\n"
    "berta > WHO anna\n"
    "berta < :test.example 352 berta * u 10.0.0.1 test.example anna H :0 Real Name\n"
    "berta < :test.example 315 berta anna :End of WHO list\n"
    "berta > WHO ann*\n"
    "berta < :test.example 352 berta * u 10.0.0.1 test.example anna H :0 Real Name\n"
    "berta < :test.example 315 berta ann* :End of WHO list\n"
    "anna > MODE anna +i\n"
    "anna < …\n"
    "berta > WHO ann*\n"
    "berta < :test.example 315 berta ann* :End of WHO list\n"
    "anna > WHO ann*\n"
    "anna < :test.example 352 anna #s u 10.0.0.1 test.example anna H@ :0 Real Name\n"
    "anna < :test.example 315 anna ann* :End of WHO list\n"
    "berta > WHOIS anna\n"
    "berta < :test.example 311 berta anna u 10.0.0.1 * :Real Name\n"
    "berta < :test.example 312 berta anna test.example test.example\n"
    "berta < :test.example 317 berta anna 0 1767323045 :seconds idle, signon time\n"
    "berta < :test.example 318 berta anna :End of /WHOIS list\n");
}

static void
test_whois (void)
{
  stage_perform (
    "! host\n"
    "+ anna\n"
    "+ berta\n"
    "berta > AWAY :out for lunch\n"
    "berta < …\n"
    "anna > WHOIS BERTA\n"
    "anna < :test.example 311 anna berta u 10.0.0.1 * :Real Name\n"
    "anna < :test.example 319 anna berta #lobby\n"
    "anna < :test.example 312 anna berta test.example test.example\n"
    "anna < :test.example 301 anna berta :out for lunch\n"
    "anna < :test.example 317 anna berta 0 1767323045 :seconds idle, signon time\n"
    "anna < :test.example 318 anna berta :End of /WHOIS list\n"
    "anna > WHOIS host host\n"
    "anna < :test.example 311 anna host u 127.0.0.1 * :Real Name\n"
    "anna < :test.example 319 anna host @#lobby\n"
    "anna < :test.example 312 anna host test.example test.example\n"
    "anna < :test.example 313 anna host :is the host of this server\n"
    "anna < :test.example 317 anna host 0 1767323045 :seconds idle, signon time\n"
    "anna < :test.example 318 anna host :End of /WHOIS list\n"
    "berta > MODE berta +B\n"
    "berta < …\n"
    "berta > WHOIS berta\n"
    "berta < :test.example 311 berta berta u 10.0.0.1 * :Real Name\n"
    "berta < :test.example 319 berta berta #lobby\n"
    "berta < :test.example 312 berta berta test.example test.example\n"
    "berta < :test.example 335 berta berta :is a bot\n"
    "berta < :test.example 301 berta berta :out for lunch\n"
    "berta < :test.example 379 berta berta :is using modes +B\n"
    "berta < :test.example 317 berta berta 0 1767323045 :seconds idle, signon time\n"
    "berta < :test.example 318 berta berta :End of /WHOIS list\n"
    "anna > WHOIS test.example nobody\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "anna < :test.example 318 anna nobody :End of /WHOIS list\n"
    "anna > WHOIS\n"
    "anna < :test.example 431 anna :No nickname given\n");
}

static void
test_ison (void)
{
  stage_perform (
    "! host\n"
    "+ anna\n"
    "+ berta\n"
    "berta > AWAY :out for lunch\n"
    "berta < …\n"
    "anna > ISON anna nobody BERTA\n"
    "anna < :test.example 303 anna :anna berta\n"
    "anna > ISON :nobody berta\n"
    "anna < :test.example 303 anna berta\n"
    "anna > USERHOST berta anna host\n"
    "anna < :test.example 302 anna :berta=-u@10.0.0.1 anna=+u@10.0.0.1 host*=+u@127.0.0.1\n");
}

/* Silence is since the last word: a program that answers PING or tells that somebody writes says nothing, nor does who was not heard. */
static void
test_idle (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta message-tags\n"
    "~ tom\n"
    "tom > hello\n"
    "tom < …\n"
    "anna < …\n"
    "berta < …\n"
    "wait 5000\n"
    "berta > PONG x\n"
    "berta > @+typing=active TAGMSG #lobby\n"
    "berta > PRIVMSG #nowhere :x\n"
    "berta < …\n"
    "anna > WHO #lobby %nl\n"
    "anna < :test.example 354 anna anna 5\n"
    "anna < :test.example 354 anna berta 5\n"
    "anna < :test.example 354 anna guest-1 5\n"
    "anna < :test.example 315 anna #lobby :End of WHO list\n"
    "berta > PRIVMSG anna :hello\n"
    "anna < …\n"
    "wait 2000\n"
    "tom > hello\n"
    "tom < …\n"
    "anna < …\n"
    "berta < …\n"
    "wait 1000\n"
    "anna > WHO #lobby %nl\n"
    "anna < :test.example 354 anna anna 8\n"
    "anna < :test.example 354 anna berta 3\n"
    "anna < :test.example 354 anna guest-1 1\n"
    "anna < :test.example 315 anna #lobby :End of WHO list\n"
    "anna > WHOIS berta\n"
    "anna < :test.example 311 anna berta u 10.0.0.1 * :Real Name\n"
    "anna < :test.example 319 anna berta #lobby\n"
    "anna < :test.example 312 anna berta test.example test.example\n"
    "anna < :test.example 317 anna berta 3 1767323045 :seconds idle, signon time\n"
    "anna < :test.example 318 anna berta :End of /WHOIS list\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/who/who", test_who);
  g_test_add_func ("/server/who/whox", test_whox);
  g_test_add_func ("/server/who/hidden", test_hidden);
  g_test_add_func ("/server/who/whois", test_whois);
  g_test_add_func ("/server/who/ison", test_ison);
  g_test_add_func ("/server/who/idle", test_idle);
  return g_test_run ();
}
