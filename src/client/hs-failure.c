/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a connection failed, in words, and what to try: as far as it is not a switch of the program that shows it. */
#include "hs-failure.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

#include "hs-address.h"
#include "hs-limits.h"
#include "hs-tls-error.h"
#include "hs-wire-error.h"

/* Which of the hints go with a kind of failure. */
typedef enum
{
  HINT_SPELLING = 1 << 0,
  HINT_USE_NUMBER = 1 << 1,
  HINT_SERVER_STARTED = 1 << 2,
  HINT_PORT = 1 << 3,
  HINT_AWAKE = 1 << 4,
  HINT_FIREWALL = 1 << 5,
  HINT_NETWORK = 1 << 6,
  HINT_SERVER_FULL = 1 << 7,
  HINT_PROTOCOL = 1 << 8,
  HINT_JOIN_AGAIN = 1 << 9,
  HINT_ALLOW_ENCRYPTION = 1 << 10,
  HINT_SOCKET_PATH = 1 << 11,
  HINT_UNENCRYPTED = 1 << 12,
  HINT_CLASSROOM = 1 << 13,
  HINT_COMPARE = 1 << 14,
  HINT_NEW_INVITE = 1 << 15,
  HINT_CLOCK = 1 << 16,
  HINT_ASK_INVITE = 1 << 17,
  HINT_GET_INVITE = 1 << 18,
  HINT_ASK_PASSWORD = 1 << 19,
  HINT_COMPARE_FIRST = 1 << 20,
  HINT_NO_ACCOUNT = 1 << 21,
  HINT_HISTORY = 1 << 22,
  HINT_ENCRYPTED_PORT = 1 << 23,
  HINT_UDP_PROGRAM = 1 << 24,
  HINT_UDP_PORT = 1 << 25,
  HINT_UDP_LOST = 1 << 26,
  HINT_NEVER = 1 << 27,
  HINT_BEGIN_TLS = 1 << 28,
} HintFlags;

/* {who} is the host (or path), {port} its port. */
typedef struct
{
  const char *title;
  const char *sentence;
  guint hints;
} Words;

static const Words words[] = {
  [HS_FAILURE_NAME] = {
    N_("The name {who} leads nowhere"),
    N_("No address is known for this name."),
    HINT_SPELLING | HINT_USE_NUMBER },
  [HS_FAILURE_REFUSED] = {
    N_("{who} answers, but nobody is listening there"),
    N_("That computer refused the connection at once: no program waits on port {port}."),
    HINT_SERVER_STARTED | HINT_PORT },
  [HS_FAILURE_NO_ANSWER] = {
    N_("No answer from {who}"),
    N_("The first packet, SYN, went out again and again. Nothing came back, not even a refusal."),
    HINT_AWAKE | HINT_FIREWALL },
  [HS_FAILURE_UNREACHABLE] = {
    N_("There is no road to {who} from here"),
    N_("This computer, or a router on the way, knows no way to that network."),
    HINT_NETWORK | HINT_SPELLING },
  [HS_FAILURE_CLOSED_EARLY] = {
    N_("{who} closed the connection before a word"),
    N_("The connection stood, then the other side ended it without saying why."),
    HINT_SERVER_FULL | HINT_PROTOCOL },
  [HS_FAILURE_PROTOCOL] = {
    N_("{who} does not answer as expected"),
    N_("Something listens there, but the welcome did not come."),
    HINT_PROTOCOL },
  [HS_FAILURE_REFUSED_BY_SERVER] = {
    N_("{who} did not let you in"),
    N_("The server closed the connection."),
    0 },
  [HS_FAILURE_PASSWORD_WITHHELD] = {
    N_("{who} was not given your password"),
    N_("It let nobody in without one, and nobody knows yet whose computer answers there: it could be somebody in between who collects passwords."),
    HINT_COMPARE_FIRST | HINT_GET_INVITE },
  [HS_FAILURE_PASSWORD_UNENCRYPTED] = {
    N_("{who} wants a password, and the connection is not encrypted"),
    N_("The password was not sent: this connection is not encrypted."),
    HINT_ENCRYPTED_PORT },
  [HS_FAILURE_NEEDS_ENCRYPTION] = {
    N_("This address asks for encryption"),
    N_("Encryption was chosen to be never used. It is not opened unencrypted: that would not be what the address asks for."),
    HINT_ALLOW_ENCRYPTION },
  [HS_FAILURE_NOT_TLS] = {
    N_("{who} does not speak TLS"),
    N_("Something answers there on port {port}, but it does not speak TLS, so nothing can be encrypted."),
    HINT_PORT | HINT_UNENCRYPTED },
  [HS_FAILURE_TLS_ONLY] = {
    N_("{who} speaks only TLS"),
    N_("It answered with an alert: it wants everything encrypted from the first byte."),
    HINT_BEGIN_TLS | HINT_PORT },
  [HS_FAILURE_TLS_REFUSED] = {
    N_("{who} refused to encrypt the connection"),
    N_("It understands TLS, and answered with a refusal."),
    HINT_UNENCRYPTED },
  [HS_FAILURE_TLS_SILENT] = {
    N_("{who} does not answer to TLS"),
    N_("The connection stands, but what it should encrypt with never came: something else may listen there."),
    HINT_PORT | HINT_UNENCRYPTED },
  [HS_FAILURE_TLS_CUT] = {
    N_("{who} closed the connection before it was encrypted"),
    N_("The connection stood, then the other side ended it in the middle of agreeing on keys."),
    HINT_SERVER_FULL | HINT_UNENCRYPTED },
  [HS_FAILURE_TLS_BROKEN] = {
    N_("The connection to {who} could not be encrypted"),
    N_("Nothing was said."),
    HINT_UNENCRYPTED },
  [HS_FAILURE_OFFER_FAILED] = {
    N_("{who} offered encryption, and then it failed"),
    N_("Somebody in between can cause this. It is stopped here, and nothing was said unencrypted: neither your name nor a password."),
    HINT_SERVER_FULL },
  [HS_FAILURE_NO_LONGER_ENCRYPTED] = {
    N_("{who} was encrypted before, and is not now: stopped"),
    N_("It may be another computer that has this address now, or somebody in between. Nothing was said unencrypted."),
    HINT_SERVER_STARTED | HINT_CLASSROOM },
  [HS_FAILURE_NOT_LOOKED_UP] = {
    N_("{who} could not be looked up: stopped"),
    N_("The history cannot be read, and with it which key this server had before. Nothing was said."),
    HINT_HISTORY | HINT_COMPARE | HINT_ASK_INVITE },
  [HS_FAILURE_MAYBE_ENCRYPTED] = {
    N_("{who} may have been encrypted before: stopped"),
    N_("It is not encrypted now, and the history, which would tell whether it was, cannot be read. Nothing was said."),
    HINT_HISTORY | HINT_ASK_INVITE | HINT_UNENCRYPTED },
  [HS_FAILURE_KEY_CHANGED] = {
    N_("{who} shows another key than before: stopped"),
    N_("It may be another computer that has this address now, a server set up anew, or somebody in between. Nothing was said."),
    HINT_COMPARE },
  [HS_FAILURE_NOT_INVITED] = {
    N_("{who} is not the server that you are invited to: stopped"),
    N_("It shows another key than the invite names: it is another computer, or somebody in between. Nothing was said."),
    HINT_NEW_INVITE },
  [HS_FAILURE_NOT_VERIFIED] = {
    N_("Nobody vouches for {who}: stopped"),
    N_("Anybody may answer for such a name, so its certificate has to be good, or you need an invite. Nothing was said."),
    HINT_SPELLING | HINT_CLOCK | HINT_ASK_INVITE },
  [HS_FAILURE_PASSWORD_NEEDED] = {
    N_("{who} asks for a password"),
    N_("It lets in only who knows its password."),
    HINT_ASK_PASSWORD },
  [HS_FAILURE_PASSWORD_WRONG] = {
    N_("The password for {who} is not right"),
    N_("The password was not the right one."),
    HINT_ASK_PASSWORD },
  [HS_FAILURE_PASSWORD_WAIT] = {
    N_("{who} wants you to wait"),
    N_("There were too many wrong passwords from here."),
    0 },
  [HS_FAILURE_ACCOUNT_NEEDED] = {
    N_("{who} lets in only people with an account"),
    N_("Give the name of your account there, and its password."),
    0 },
  [HS_FAILURE_ACCOUNT_WRONG] = {
    N_("{who} did not log you in"),
    N_("The account or its password was not the right one."),
    HINT_NO_ACCOUNT },
  [HS_FAILURE_NO_LOGIN] = {
    N_("{who} has no way to log in"),
    N_("It offers no way to log in to an account."),
    HINT_NO_ACCOUNT },
  [HS_FAILURE_IMPOSTOR] = {
    N_("{who} may not be who it says: stopped"),
    N_("The server does not know this password itself."),
    HINT_COMPARE_FIRST | HINT_GET_INVITE },
  [HS_FAILURE_UNSUPPORTED] = {
    N_("Datagrams cannot be encrypted"),
    N_("Encryption was chosen to be always used, and there is none for udp:// here: TLS needs the stream that TCP makes."),
    HINT_NEVER },
  [HS_FAILURE_ADDRESS] = {
    N_("This address cannot be used"),
    N_("It is not an address that can be connected to."),
    0 },
  [HS_FAILURE_LOST] = {
    N_("The connection to {who} is lost"),
    N_("It stood, and then broke off."),
    HINT_JOIN_AGAIN },
  [HS_FAILURE_CLOSED] = {
    N_("{who} closed the connection"),
    N_("It said that nothing more comes (FIN). Plain text has no other goodbye: a program that was stopped by force ends just so."),
    HINT_JOIN_AGAIN },
  [HS_FAILURE_CLOSED_SILENTLY] = {
    N_("{who} closed the connection without saying goodbye"),
    N_("Only its TCP said that nothing more comes (FIN). A server that stops says so first: this one may have crashed or been killed."),
    HINT_SERVER_STARTED | HINT_JOIN_AGAIN },
  [HS_FAILURE_OTHER] = {
    N_("The connection to {who} failed"),
    N_("The system did not say why."),
    0 },
};

typedef struct
{
  guint flag;
  const char *title, *text, *command; /* none: it is a way */
  HsFailureWay way;
} Hint;

static const Hint hints[] = {
  { HINT_SPELLING, N_("Is it spelled right?"), N_("One wrong letter or digit leads elsewhere."), NULL },
  { HINT_USE_NUMBER, N_("Use the number the host shows"),
    N_("On a home or office network names are often unknown. The host’s window shows addresses such as 192.168.1.5."), NULL },
  { HINT_SERVER_STARTED, N_("Is the server started?"), N_("On that computer, Start Server must have been pressed."), NULL },
  { HINT_PORT, N_("Is the port right?"), N_("The host’s window shows it after the colon. Without one, {default} is tried."), NULL },
  { HINT_AWAKE, N_("Is it awake, and on your network?"),
    N_("A sleeping computer or another network gives no answer. Guest Wi-Fi often keeps computers apart."), NULL },
  { HINT_FIREWALL, N_("Does its firewall let guests in?"), N_("On that computer, run:"), "sudo ufw allow {port}/tcp" },
  { HINT_FIREWALL, N_("Where it has firewalld instead"), N_("On that computer, run:"), "sudo firewall-cmd --add-port={port}/tcp" },
  { HINT_NETWORK, N_("Are you connected to a network?"), N_("Check the cable or Wi-Fi, and whether a VPN is needed."), NULL },
  { HINT_SERVER_FULL, N_("It may be full, or not want you"),
    N_("A server that is full, has banned your address, or wants an encrypted connection may close without a word."), NULL },
  { HINT_PROTOCOL, .way = HS_FAILURE_WAY_PROTOCOL },
  { HINT_JOIN_AGAIN, .way = HS_FAILURE_WAY_AGAIN },
  { HINT_ALLOW_ENCRYPTION, .way = HS_FAILURE_WAY_LET_ENCRYPT },
  { HINT_UNENCRYPTED, .way = HS_FAILURE_WAY_UNENCRYPTED },
  { HINT_CLASSROOM, .way = HS_FAILURE_WAY_UNENCRYPTED_ONCE },
  { HINT_BEGIN_TLS, .way = HS_FAILURE_WAY_BEGIN_TLS },
  { HINT_ENCRYPTED_PORT, N_("Has it an encrypted port, too?"),
    N_("Many IRC servers encrypt on another port: begin the address with ircs:// instead of irc://. In the clear everybody on the way could read a password."), NULL },
  { HINT_HISTORY, N_("Can the history be read again?"),
    N_("Its file may be damaged, belong to another user, or be open in another program. Your servers and whether you compared them stand in it."), NULL },
  { HINT_COMPARE, N_("Compare the numbers"), N_("Ask the host, best by voice, which number its window shows now. A new one has a reason that the host knows."), NULL },
  { HINT_NEW_INVITE, N_("Ask for a new invite"), N_("If the host has set its server up anew, the old invite leads nowhere any more."), NULL },
  { HINT_CLOCK, N_("Is the clock right?"), N_("Certificates hold for a time. A computer whose clock is wrong takes good ones for bad."), NULL },
  { HINT_GET_INVITE, N_("Ask the host for an invite"), N_("Its link says which key is the right one. Who shows that key is given the password."), NULL },
  { HINT_ASK_INVITE, N_("Is it a room that somebody hosts?"), N_("Ask the host for an invite: its link says which key is the right one."), NULL },
  { HINT_ASK_PASSWORD, N_("Who has the password?"), N_("The host can tell it, best not in writing; an invite from the host may do without one."), NULL },
  { HINT_COMPARE_FIRST, N_("Compare the number"),
    N_("Ask the host, best by voice, for the number of its server. Once you have compared it, Handshake trusts this server with a password."), NULL },
  { HINT_NO_ACCOUNT, .way = HS_FAILURE_WAY_NO_ACCOUNT },
  { HINT_UDP_PROGRAM, N_("Is the other program started?"),
    N_("It has to be one that listens on UDP. A room that Handshake hosts listens on TCP only."), NULL },
  { HINT_UDP_PORT, N_("Is the port right?"), N_("Ports of UDP and of TCP have nothing to do with each other: a program that listens on the one need not listen on the other."), NULL },
  { HINT_UDP_LOST, N_("Does its firewall let datagrams in?"), N_("On that computer, run:"), "sudo ufw allow {port}/udp" },
  { HINT_NEVER, .way = HS_FAILURE_WAY_NOT_ALWAYS },
  { HINT_SOCKET_PATH, N_("Is the path right?"), N_("The server makes the socket file when it starts, and only its own user may use it."), NULL },
};

static char *
fill (const char *text, const HsAddress *address)
{
  g_autoptr (GString) filled = g_string_new (text);
  g_autofree char *port = g_strdup_printf ("%u", address != NULL && address->port != 0 ? address->port : HS_PORT_DEFAULT);
  g_autofree char *usual = g_strdup_printf ("%u", address != NULL && address->host != NULL ? hs_address_get_default_port (address) : HS_PORT_DEFAULT);
  const char *who = address == NULL ? NULL : address->host != NULL ? address->host : address->path;

  g_string_replace (filled, "{port}", port, 0);
  g_string_replace (filled, "{default}", usual, 0);
  g_string_replace (filled, "{who}", who != NULL ? who : _("this address"), 0);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

static void
hint_free (gpointer data)
{
  HsFailureHint *hint = data;

  g_free (hint->title);
  g_free (hint->text);
  g_free (hint->command);
  g_free (hint);
}

static void
add_hints (HsFailure *self, guint flags, const HsAddress *address)
{
  for (guint i = 0; i < G_N_ELEMENTS (hints); i++)
    {
      HsFailureHint *hint;

      if (!(flags & hints[i].flag))
        continue;
      hint = g_new0 (HsFailureHint, 1);
      hint->way = hints[i].way;
      hint->title = hints[i].title != NULL ? g_strdup (_(hints[i].title)) : NULL;
      hint->text = hints[i].text != NULL ? fill (_(hints[i].text), address) : NULL;
      hint->command = hints[i].command != NULL ? fill (hints[i].command, address) : NULL;
      g_ptr_array_add (self->hints, hint);
    }
}

static gboolean
is_datagrams (const HsAddress *address)
{
  return address != NULL && address->scheme == HS_SCHEME_UDP;
}

/* For a socket in the file system the words about networks make no sense. */
static guint
hints_for (HsFailureKind kind, const HsAddress *address)
{
  gboolean local = address != NULL && address->scheme == HS_SCHEME_UNIX;

  if (local && kind == HS_FAILURE_REFUSED)
    return HINT_SERVER_STARTED;
  if (local && kind == HS_FAILURE_ADDRESS)
    return HINT_SOCKET_PATH;
  if (is_datagrams (address) && kind == HS_FAILURE_REFUSED)
    return HINT_UDP_PROGRAM | HINT_UDP_PORT;
  if (is_datagrams (address) && kind == HS_FAILURE_NO_ANSWER)
    return HINT_UDP_PROGRAM | HINT_UDP_LOST;
  /* To go unencrypted is no way where encryption is what was asked for. */
  if (address != NULL && (address->scheme == HS_SCHEME_IRCS || hs_address_is_invite (address)))
    return words[kind].hints & ~(guint) (HINT_UNENCRYPTED | HINT_CLASSROOM);
  if (address != NULL && address->host != NULL && hs_address_is_numeric (address) && kind == HS_FAILURE_UNREACHABLE)
    return words[kind].hints & ~(guint) HINT_USE_NUMBER;
  return words[kind].hints;
}

HsFailure *
hs_failure_new (HsFailureKind kind, const HsAddress *address, const char *said)
{
  HsFailure *self = g_new0 (HsFailure, 1);
  const char *sentence = words[kind].sentence;

  self->kind = kind;
  self->hints = g_ptr_array_new_with_free_func (hint_free);
  self->title = fill (_(words[kind].title), address);
  if (kind == HS_FAILURE_REFUSED && address != NULL && address->scheme == HS_SCHEME_UNIX)
    sentence = N_("The socket file is there, but no program listens on it.");
  else if (kind == HS_FAILURE_REFUSED && is_datagrams (address))
    sentence = N_("The datagram came back: an ICMP message says that no program waits on port {port} of UDP.");
  else if (kind == HS_FAILURE_NO_ANSWER && is_datagrams (address))
    sentence = N_("Nothing came back, neither an answer nor a refusal. What was sent may have arrived, or not: UDP does not say.");
  if (said != NULL && *said != '\0')
    self->sentence = kind == HS_FAILURE_ADDRESS ? g_strdup (_(said)) : g_strdup_printf (_("It said: “%s”"), said);
  else
    self->sentence = fill (_(sentence), address);
  add_hints (self, hints_for (kind, address), address);
  return self;
}

static char *
describe_no_answer (guint syns)
{
  if (syns == 0)
    return NULL;
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "The first packet, SYN, went out once. Nothing came back, not even a refusal.",
                                       "The first packet, SYN, went out %u times. Nothing came back, not even a refusal.", syns), syns);
}

static const struct
{
  int code;
  HsFailureKind kind;
} io_errors[] = {
  { G_IO_ERROR_CONNECTION_REFUSED, HS_FAILURE_REFUSED },
  { G_IO_ERROR_TIMED_OUT, HS_FAILURE_NO_ANSWER },
  { G_IO_ERROR_HOST_UNREACHABLE, HS_FAILURE_UNREACHABLE },
  { G_IO_ERROR_NETWORK_UNREACHABLE, HS_FAILURE_UNREACHABLE },
  { G_IO_ERROR_HOST_NOT_FOUND, HS_FAILURE_NAME },
  { G_IO_ERROR_NOT_FOUND, HS_FAILURE_ADDRESS },
  { G_IO_ERROR_PERMISSION_DENIED, HS_FAILURE_ADDRESS },
  { G_IO_ERROR_INVALID_ARGUMENT, HS_FAILURE_ADDRESS },
  { G_IO_ERROR_CONNECTION_CLOSED, HS_FAILURE_CLOSED_EARLY }, /* ECONNRESET */
};

static HsFailureKind
kind_of (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return HS_FAILURE_NAME;
  if (error->domain == HS_WIRE_ERROR)
    return HS_FAILURE_ADDRESS;
  if (error->domain == G_IO_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (io_errors); i++)
      if (error->code == io_errors[i].code)
        return io_errors[i].kind;
  return HS_FAILURE_OTHER;
}

HsFailure *
hs_failure_from_error (const HsAddress *address, const GError *error, guint syns, const char *said)
{
  HsFailureKind kind = kind_of (error);
  const char *own_words = kind == HS_FAILURE_ADDRESS && said == NULL ? error->message : said;
  HsFailure *self = hs_failure_new (kind, address, own_words);
  char *better = NULL;

  if (kind == HS_FAILURE_NO_ANSWER)
    better = describe_no_answer (syns);
  else if (kind == HS_FAILURE_CLOSED_EARLY && said == NULL) /* an RST, so early that connecting itself tells it */
    better = g_strdup_printf (_("The connection stood, then the other side broke it off (%s)."), error->message);
  else if (kind == HS_FAILURE_OTHER && said == NULL)
    better = g_strdup (error->message);
  if (better != NULL)
    {
      g_free (self->sentence);
      self->sentence = better;
    }
  return self;
}

/* ---- TLS ---- */

static const struct
{
  int code;
  HsFailureKind kind;
} tls_errors[] = {
  { HS_TLS_ERROR_NOT_TLS, HS_FAILURE_NOT_TLS },
  { HS_TLS_ERROR_REFUSED, HS_FAILURE_TLS_REFUSED },
  { HS_TLS_ERROR_TIMEOUT, HS_FAILURE_TLS_SILENT },
  { HS_TLS_ERROR_CUT, HS_FAILURE_TLS_CUT },
};

/* Anything else TLS says is a fault in it; what the socket says is an end. */
HsFailureKind
hs_failure_kind_of_tls (const GError *error)
{
  if (error == NULL || error->domain != HS_TLS_ERROR)
    return HS_FAILURE_TLS_CUT;
  for (guint i = 0; i < G_N_ELEMENTS (tls_errors); i++)
    if (tls_errors[i].code == error->code)
      return tls_errors[i].kind;
  return HS_FAILURE_TLS_BROKEN;
}

/* Is what was observed the same as the kind's own words? An alert has a name, and a fault is one of many. */
static gboolean
says_all (HsFailureKind kind, const GError *error)
{
  return kind == hs_failure_kind_of_tls (error) && kind != HS_FAILURE_TLS_REFUSED && kind != HS_FAILURE_TLS_BROKEN;
}

HsFailure *
hs_failure_new_tls (HsFailureKind kind, const HsAddress *address, const GError *error)
{
  HsFailure *self = hs_failure_new (kind, address, NULL);
  const char *observed = error != NULL ? error->message : _("The connection ended before it was encrypted.");
  g_autofree char *before = NULL;

  if (says_all (kind, error))
    return self;
  before = g_steal_pointer (&self->sentence);
  /* Translators: one sentence after another; without the space where none stands between them. */
  self->sentence = g_strdup_printf (C_("sentences", "%s %s"), observed, before);
  return self;
}

HsFailure *
hs_failure_new_loss (const HsAddress *address, gboolean unread, const GError *error)
{
  HsFailure *self = hs_failure_new (HS_FAILURE_LOST, address, NULL);

  g_free (self->sentence);
  if (unread)
    self->sentence = g_strdup (_("The other program does not read what is sent to it."));
  else if (error != NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    self->sentence = g_strdup (_("Nothing was heard any more: a cable, a sleeping computer, or another network."));
  else if (error != NULL)
    self->sentence = g_strdup_printf (_("The other side broke it off (%s)."), error->message);
  else
    self->sentence = g_strdup (_("The other side broke it off."));
  return self;
}

HsFailureAsks
hs_failure_asks_for (const HsFailure *self)
{
  switch (self->kind)
    {
    case HS_FAILURE_PASSWORD_NEEDED:
    case HS_FAILURE_PASSWORD_WRONG: return HS_FAILURE_ASKS_PASSWORD;
    case HS_FAILURE_ACCOUNT_NEEDED:
    case HS_FAILURE_ACCOUNT_WRONG: return HS_FAILURE_ASKS_ACCOUNT;
    default: return HS_FAILURE_ASKS_NOTHING;
    }
}

void
hs_failure_free (HsFailure *self)
{
  g_free (self->title);
  g_free (self->sentence);
  g_ptr_array_unref (self->hints);
  g_free (self);
}
